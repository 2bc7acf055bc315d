"""Lines of music, voice by voice, from files that are read once and kept: for the benchmarks that count figures."""

from __future__ import annotations

import pickle
import sys
import time
from collections.abc import Iterator, Sequence
from fractions import Fraction
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mi_theme.files.bulk.sheets import Sheet
from mi_theme.score import Bar
from mi_theme.search.corpus.folders import files_in
from mi_theme.search.corpus.readers import Unread, sheets_of_file
from mi_theme.search.match.alignment_costs import streams_of

Rows = NDArray[np.int64]
TICKS = 10080  # in a quarter
SHORTEST = 5  # notes of a line
SHOWN = 8  # notes of a place


class Line(NamedTuple):
    """One voice: onsets in ticks, pitches, and where it is from."""

    onset: Rows
    pitch: Rows
    sheet: Sheet


class Place(NamedTuple):
    """Where a window begins."""

    line: Line
    row: int

    def __str__(self) -> str:
        bar, name = self.bar, Path(self.line.sheet.source)
        notes, lapses = self.line.pitch[self.row :][:SHOWN], np.diff(self.line.onset[self.row :][: SHOWN + 1]) / TICKS
        rhythm = " ".join(f"{lapse:.3g}" for lapse in lapses)
        return f"{name.parent.name}/{name.name}, bar {bar.number} ({bar.meter}): {' '.join(map(str, notes))}; {rhythm}"

    def moment(self, number: int) -> Fraction:
        """Where a note of the window begins."""
        return Fraction(int(self.line.onset[self.row + number]), TICKS)

    @property
    def bar(self) -> Bar:
        """The bar that it begins in."""
        return self.line.sheet.meters.at(self.moment(0))

    def fills_a_bar(self, notes: int) -> bool:
        """Whether that many notes from here on are just one bar."""
        return self.bar.start == self.moment(0) and self.bar.end == self.moment(notes)


def windows(values: Rows, size: int) -> Rows:
    """Every `size` values in a row, shape (windows, size)."""
    if len(values) < size:
        return np.zeros((0, size), np.int64)
    return np.lib.stride_tricks.sliding_window_view(values, size)


def lines_of(sheet: Sheet) -> Iterator[Line]:
    """The top notes of each voice of each pitched part."""
    notes = sheet.table[~np.isin(sheet.table["part"], sorted(sheet.drums))]
    stream = streams_of(notes)
    for number in range(int(stream.max(initial=-1)) + 1):
        rows = notes[stream == number]
        onset = np.rint(rows["onset"] * TICKS).astype(np.int64)
        top = np.append(np.diff(onset) > 0, True)
        if top.sum() >= SHORTEST:
            yield Line(onset[top], rows["pitch"][top].astype(np.int64), sheet)


def once(files: Sequence[Path]) -> list[Path]:
    """Without the second encoding of a piece that is there in two: rather MusicXML than kern."""
    chosen: dict[Path, Path] = {}
    for path in sorted(files, key=lambda path: path.suffix.lower() == ".krn"):
        chosen.setdefault(path.with_suffix(""), path)
    return sorted(chosen.values())


def sheets(places: Sequence[Path], cache: Path) -> Iterator[Sheet | Unread]:
    """Everything in the files, from the cache where it is there, with a word on the progress."""
    files, began, fresh = once(files_in(places)), time.perf_counter(), 0
    cache.mkdir(parents=True, exist_ok=True)
    for number, path in enumerate(files, 1):
        kept = cache / f"{_key(path)}.pickle"
        fresh += not kept.exists()
        yield from pickle.loads(kept.read_bytes()) if kept.exists() else _kept(list(sheets_of_file(path)), kept)
        if number == len(files) or number % (20 if sys.stderr.isatty() else 500) == 0:
            spent = time.perf_counter() - began
            print(
                f"\r{number} of {len(files)} files, {fresh} of them read now, {spent:.0f} s ",
                end="",
                file=sys.stderr,
                flush=True,
            )
    print(file=sys.stderr)


def _key(path: Path) -> str:
    """A name for a file as it is now."""
    told = path.stat()
    return sha256(f"{path.resolve()} {told.st_size} {told.st_mtime_ns}".encode()).hexdigest()[:24]


def _kept(tunes: list[Sheet | Unread], place: Path) -> list[Sheet | Unread]:
    """Write what was read, whole or not at all."""
    part = place.with_suffix(".part")
    part.write_bytes(pickle.dumps(tunes))
    part.replace(place)
    return tunes
