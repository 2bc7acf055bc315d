"""A pattern in a folder: files are read in batches, scanned for what is like it, and only that is aligned."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import chain, groupby
from math import log
from operator import attrgetter
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mi_theme.errors import FileError
from mi_theme.files import ENDINGS
from mi_theme.files.sheets import Sheet
from mi_theme.search.aligning import Region, steps_of
from mi_theme.search.doublings import together
from mi_theme.search.finding import LEAST, Music, hits_in, in_order, with_maps
from mi_theme.search.flat import TICKS, Flat
from mi_theme.search.hits import Hit
from mi_theme.search.patterns import Pattern
from mi_theme.search.readers import SECONDS, Reader, Unread
from mi_theme.search.scan import Chain, propose
from mi_theme.search.significance import EXPLAINED, background, evalue
from mi_theme.search.versions import Version, in_place, joined, overlap, versions

if TYPE_CHECKING:
    from concurrent.futures import Executor

__all__ = ["Searched", "Shelf", "files_in", "hits_on_shelf", "music_in", "search_files"]

BATCH = 200  # files that are read, scanned and forgotten at once
SIGNIFICANT = 0.01  # a piece with such a hit is looked at note by note
MOST = 40  # chains of one batch that are aligned, the best ones
MARGIN = 1.5  # times as long as expected that a missing beginning or end may last
NEAR, FAR = 0.03, 0.15  # logarithms by which a stretch may be off a simple ratio, off a common one
COMMON = (1 / 2, 2 / 3, 3 / 4, 1.0, 4 / 3, 3 / 2, 2.0)
ROUNDED = 1e-3  # quarters
SIMPLE = sorted({p / q for p in range(1, 9) for q in range(1, 9) if p * q <= 24})

Place = str | PathLike[str]
Progress = Callable[[int, int], None]


class Searched(NamedTuple):
    """What a search of files has to say.

    Attributes
    ----------
    hits
        Best first.
    files, notes
        How many were searched.
    unread
        What could not be read, and why.
    complete
        False where it was interrupted.
    """

    hits: list[Hit]
    files: int
    notes: int
    unread: list[Unread]
    complete: bool = True


def search_files(
    pattern: Any, places: Place | Iterable[Place], *, max_evalue: float = 0.01, top: int | None = None,
    least: float = LEAST, invert: bool = False, seconds: float = SECONDS, progress: Progress | None = None,
    executor: Executor | None = None, fast: bool | None = None, partial: bool = False,
) -> Searched:  # fmt: skip
    """Find a pattern in files.

    Parameters
    ----------
    pattern
        What `Pattern.of` takes.
    places
        A folder (searched to its depths), a file, or a list of such.
    max_evalue
        The most hits as good that chance may bring in all these files.
    top
        At most that many hits.
    least
        The share that a hit must reach, as a part of the best one's in the same piece.
    invert
        Whether to look for the pattern upside down as well.
    seconds
        What reading one tune of ABC or kern may take.
    progress
        Called with the number of files done and of all files.
    executor
        Where batches run, as `concurrent.futures` has it; here if None.
    fast
        Whether to use numba; by default where it is installed.
    partial
        Whether an interrupt (Ctrl-C) ends the search with what was found so
        far; without it, it ends the program.

    Returns
    -------
    Searched

    Raises
    ------
    ScoreError, FileError, OSError
        Where the pattern says no notes, or there are no such files.
    """
    wanted, paths = Pattern.to_search(pattern), files_in(places)
    batches = [paths[first : first + BATCH] for first in range(0, len(paths), BATCH)]
    settings = _Settings(wanted, least, invert, seconds, fast, max_evalue)
    complete, parts = True, []
    try:
        for part in _run(settings, batches, executor, lambda count: progress and progress(count, len(paths))):
            parts.append(part)
            if not part.complete:
                raise KeyboardInterrupt
    except KeyboardInterrupt:
        if not partial:
            raise
        complete = False
    notes = sum(part.notes for part in parts)
    hits = [replace(hit, evalue=hit.evalue * notes) for part in parts for hit in part.hits]
    kept = sorted((hit for hit in hits if hit.evalue <= max_evalue), key=in_order)[:top]
    unread = [failure for part in parts for failure in part.unread]
    return Searched(kept, sum(part.files for part in parts), notes, unread, complete)


def files_in(places: Place | Iterable[Place]) -> list[Path]:
    """Every file of a known kind, sorted within each folder; hidden ones and pipes are left out, folders that are closed to us are not.

    Raises
    ------
    FileError
        Where a place does not exist, or there is no file of a known kind.
    """
    roots = [places] if isinstance(places, str | PathLike) else list(places)
    found = list(dict.fromkeys(chain.from_iterable(_files(Path(root)) for root in roots)))
    if not found:
        raise FileError(f"{', '.join(map(str, roots[:3]))}: no files that end in {' '.join(ENDINGS)}")
    return found


def music_in(
    places: Place | Iterable[Place], *, seconds: float = SECONDS, progress: Progress | None = None
) -> Iterator[Music | Unread]:
    """Every tune of some files, one after another; what cannot be read comes with the reason.

    Raises
    ------
    FileError
        As `files_in`.
    """
    paths = files_in(places)
    with Reader(seconds) as reader:
        for number, path in enumerate(paths, 1):
            for tune in reader.read(path):
                yield tune if isinstance(tune, Unread) else _music(tune)
            if progress:
                progress(number, len(paths))


def _music(sheet: Sheet) -> Music:
    return Music(sheet.source, sheet.table, sheet.names, sheet.meters, sheet.drums)


def _files(root: Path) -> Iterator[Path]:
    if not root.exists():
        raise FileError(f"{root}: no such file or folder")
    if not root.is_dir():
        yield root
        return
    closed: list[Path] = []
    found = [
        Path(folder, name)
        for folder, _, names in os.walk(root, onerror=lambda error: closed.append(Path(error.filename)))
        for name in names
        if Path(name).suffix.lower() in ENDINGS
    ]
    for path in sorted([*found, *closed]):
        hidden = any(part.startswith(".") for part in path.relative_to(root).parts)
        if not hidden and not _is_special(path):
            yield path


def _is_special(path: Path) -> bool:
    """Whether this is a pipe, a socket or a device; what cannot be looked at is left to the reader, which says why."""
    try:
        return not stat.S_ISREG(mode := path.stat().st_mode) and not stat.S_ISDIR(mode)
    except OSError:
        return False


class _Settings(NamedTuple):
    """What a batch needs to know."""

    pattern: Pattern
    least: float
    invert: bool
    seconds: float
    fast: bool | None
    max_evalue: float


def _run(
    settings: _Settings, batches: Sequence[list[Path]], executor: Executor | None, done: Callable[[int], object]
) -> Iterator[Searched]:
    """Batch by batch, in order, here or elsewhere."""
    if executor:
        futures = [executor.submit(_batch, settings, batch) for batch in batches]
        try:
            for number, future in enumerate(futures):
                yield future.result()
                done(sum(map(len, batches[: number + 1])))
        finally:
            for future in futures:
                future.cancel()
        return
    with Reader(settings.seconds) as reader:
        for number, batch in enumerate(batches):
            yield _batch(settings, batch, reader, partial(_add, done, number * BATCH))


def _add(done: Callable[[int], object], before: int, count: int) -> None:
    done(before + count)


def _batch(
    settings: _Settings, paths: list[Path], reader: Reader | None = None, done: Callable[[int], object] | None = None
) -> Searched:
    """Some files, read and searched; E-values as for one note."""
    if reader is None:
        with Reader(settings.seconds) as own:
            return _batch(settings, paths, own, done)
    sheets: list[Sheet] = []
    unread: list[Unread] = []
    number = 0
    try:
        for number, path in enumerate(paths, 1):
            for tune in reader.read(path):
                (unread if isinstance(tune, Unread) else sheets).append(tune)  # type: ignore[arg-type]
            if done:
                done(number)
    except KeyboardInterrupt:  # what was read is searched
        paths, complete = paths[: number - 1], False
    else:
        complete = True
    shelf = Shelf.of(sheets)
    notes = sum(len(sheet.table) for sheet in sheets)
    found = hits_on_shelf(settings.pattern, shelf, least=settings.least, invert=settings.invert, fast=settings.fast)
    pieces = {piece.source: piece for piece in shelf.pieces}
    near = sorted(
        (hit for hit in found if hit.evalue * EXPLAINED * notes <= settings.max_evalue), key=attrgetter("source")
    )
    whole = {
        source: _completed(with_maps(list(group), settings.pattern, pieces[source]), settings, pieces[source], notes)
        for source, group in groupby(near, key=attrgetter("source"))
    }
    left = _left(settings, shelf, notes)
    hits = [
        hit
        for source in sorted({*whole, *left})
        for hit in together(joined(whole.get(source, []), left.get(source, []), notes), pieces[source].notes)
    ]
    failed = {failure.source for failure in unread if "#" not in failure.source}
    return Searched(hits, len(paths) - len(failed), notes, unread, complete)


def _completed(hits: list[Hit], settings: _Settings, music: Music, notes: int) -> list[Hit]:
    """The hits of a piece; where one is significant, every note of it is aligned, and what the scan passed over joins them."""
    if min(hit.evalue for hit in hits) * notes > min(settings.max_evalue, SIGNIFICANT):
        return hits
    again = hits_in(settings.pattern, music, least=settings.least, invert=settings.invert, fast=settings.fast)
    among = [replace(hit, evalue=hit.evalue / len(music.notes)) for hit in again]
    kept: list[Hit] = []
    for hit in sorted([*hits, *with_maps(among, settings.pattern, music)], key=in_order):
        if not any(overlap(hit, other) for other in kept):
            kept.append(hit)
    return kept


def _left(settings: _Settings, shelf: Shelf, notes: int) -> dict[str, list[Hit]]:
    """The hits of what strategies leave of the pattern, piece by piece, where that can be significant."""
    thought_of: dict[Version, list[int]] = {}
    for number, piece in enumerate(shelf.pieces):
        for version in versions(settings.pattern, piece.meters):
            thought_of.setdefault(version, []).append(number)
    found: dict[str, list[Hit]] = {}
    for version, numbers in thought_of.items():
        if evalue(1.0, version.pattern, notes, proposed=True) <= settings.max_evalue:
            some = shelf.only(numbers)
            hits = hits_on_shelf(version.pattern, some, least=settings.least, fast=settings.fast)
            for piece in some.pieces:
                mine = [hit for hit in hits if hit.source == piece.source]
                found.setdefault(piece.source, []).extend(_in_place(mine, version, settings, piece, notes))
    return found


def _in_place(hits: list[Hit], version: Version, settings: _Settings, music: Music, notes: int) -> list[Hit]:
    """The hits of a version in a piece; where one is significant, every note of it is aligned."""
    found = [*in_place(hits, version, settings.pattern, music.notes, music.meters)]
    if min((hit.evalue for hit in found), default=1.0) * notes > SIGNIFICANT:
        return found
    again = hits_in(version.pattern, music, least=settings.least, fast=settings.fast)
    among = [_for_one_note(hit, len(music.notes)) for hit in again]
    return [*in_place(among, version, settings.pattern, music.notes, music.meters)]


class Shelf(NamedTuple):
    """Tunes made ready for any number of searches: their notes spelled, the onsets of pitched ones, and these in flat arrays."""

    pieces: list[Music]
    onsets: list[NDArray[np.float64]]
    flat: Flat

    @classmethod
    def of(cls, sheets: Iterable[Sheet]) -> Shelf:
        """Spell the pitched notes of each."""
        pieces, tables = [], []
        for sheet in sheets:
            pitched = np.flatnonzero(~np.isin(sheet.table["part"], sorted(sheet.drums)))
            notes = sheet.table.copy()
            notes["step"][pitched] = steps_of(sheet.table[pitched])
            pieces.append(Music(sheet.source, notes, sheet.names, sheet.meters, sheet.drums))
            tables.append(notes[pitched])
        return cls(pieces, [table["onset"] for table in tables], Flat.of(tables))

    def only(self, numbers: Sequence[int]) -> Shelf:
        """Some of the tunes."""
        pieces = [self.pieces[number] for number in numbers]
        tables = [piece.notes[~np.isin(piece.notes["part"], sorted(piece.drums))] for piece in pieces]
        return Shelf(pieces, [self.onsets[number] for number in numbers], Flat.of(tables))


def hits_on_shelf(
    pattern: Pattern, shelf: Shelf, *, least: float = LEAST, invert: bool = False, fast: bool | None = None
) -> list[Hit]:
    """The hits in some tunes; E-values as for one note."""
    chains = propose(pattern, shelf.flat, fast=fast)
    if invert:
        chains = sorted([*chains, *propose(_turned(pattern), shelf.flat, fast=fast)], key=lambda found: -found.value)
    found: list[Hit] = []
    for piece, regions in _regions(pattern, shelf, chains[:MOST]).items():
        hits = hits_in(
            pattern, shelf.pieces[piece], least=least, invert=invert, fast=fast, regions=regions,
            surprise=background().surprise,
        )  # fmt: skip
        found += [_for_one_note(hit, len(shelf.onsets[piece])) for hit in hits]
    return found


def _for_one_note(hit: Hit, notes: int) -> Hit:
    return replace(hit, evalue=hit.evalue / notes)


def _turned(pattern: Pattern) -> Pattern:
    """The pattern upside down, at any pitch."""
    return Pattern(pattern.onset, tuple(127 - pitch for pitch in pattern.pitch))


def _regions(pattern: Pattern, shelf: Shelf, chains: Iterable[Chain]) -> dict[int, list[Region]]:
    """Where to align, piece by piece: from where the pattern may begin to where it may end."""
    found: dict[int, list[Region]] = {}
    at = pattern.onsets - pattern.onsets[0]
    times = np.unique(at)
    for chain_ in chains:
        before, after = times[chain_.head] * chain_.stretch, (times[-1] - times[chain_.tail]) * chain_.stretch
        start = shelf.flat.onset[chain_.first] / TICKS - MARGIN * before - ROUNDED
        stop = shelf.flat.onset[chain_.last] / TICKS + MARGIN * after + ROUNDED
        first, last = np.searchsorted(shelf.onsets[chain_.piece], (start, stop)).tolist()
        found.setdefault(chain_.piece, []).extend(Region(first, last, likely) for likely in _likely(chain_.stretch))
    return found


def _likely(stretch: float) -> set[float]:
    """What a stretch measured from end to end may be: a simple ratio very near, or as measured; and a common one."""
    near, common = (min(ratios, key=lambda ratio: abs(log(ratio / stretch))) for ratios in (SIMPLE, COMMON))
    found = {near if abs(log(near / stretch)) < NEAR else round(stretch, 2)}
    return found | {common} if abs(log(common / stretch)) < FAR else found
