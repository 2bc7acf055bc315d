"""How fast patterns are scanned for and files are read, beside others.

    python tests/benchmarks/scan.py [--files 250] [--copies 8]

The music is the MusicXML of music21's corpus, read once and taken so many times.
Each figure is the best of three runs on one thread, in notes a second; seconds
are those of the processor, so that other work on the machine counts less.
`music21.search` looks for the same pattern in the same music, its fastest way:
each voice as a string of intervals and speeds (`translateIntervalsAndSpeed`),
searched as text; shown with and without the time to make the strings.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mi_theme as mi
from mi_theme.files.bulk import read_notes
from mi_theme.search.chains import propose
from mi_theme.search.flat import Flat
from mi_theme.search.patterns import Pattern
from mi_theme.search.scan import scan

PATTERNS = {
    "the ostinato": Pattern.of(mi.theme()),
    "a scale and back": Pattern.of([(number / 2, 60 + up) for number, up in enumerate((0, 2, 4, 5, 7, 5, 4, 2))]),
    "a turn in sixteenths": Pattern.of(
        [(number / 4, 67 + up) for number, up in enumerate((0, 2, 0, -1, 0, 4, 2, 0, 7, 5))]
    ),
}


def main() -> None:
    """Read, scan, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--files", type=int, default=250)
    parser.add_argument("--copies", type=int, default=8, help="times that the music is taken")
    options = parser.parse_args()
    from music21 import corpus

    paths = [Path(path) for path in corpus.getCorePaths() if Path(path).suffix in (".mxl", ".xml", ".musicxml")]
    tables = reading(sorted(paths)[:: max(len(paths) // options.files, 1)])
    flat = Flat.of(tables * options.copies)
    width = flat.onset.itemsize + flat.pitch.itemsize + flat.row.itemsize
    print(f"{len(flat)} notes, {width} bytes each\n")
    print(f"{'millions of notes a second':28}" + "".join(f"{name:>24}" for name in PATTERNS))
    for missing in (0, 1, 2):
        show(
            f"scan, {missing} missing",
            [rate(flat, scan, pattern, flat, missing=missing) for pattern in PATTERNS.values()],
        )
    show(
        "scan, none missing, 1/4 to 4",
        [rate(flat, scan, pattern, flat, stretches=(0.25, 4)) for pattern in PATTERNS.values()],
    )
    show("propose", [rate(flat, propose, pattern, flat) for pattern in PATTERNS.values()])
    small = Flat.of(tables)
    show("scan with numpy", [rate(small, scan, pattern, small, fast=False) for pattern in PATTERNS.values()])
    music21_search(sorted(paths)[:: max(len(paths) // 12, 1)])


def reading(paths: list[Path]) -> list[Any]:
    """The files, and how many are read in a second."""
    began, count = time.process_time(), 0
    tables = [read_notes(path) for path in paths]
    seconds = time.process_time() - began
    count = sum(map(len, tables))
    print(f"MusicXML: {len(paths)} files, {len(paths) / seconds:.0f} a second; {count / seconds:.0f} notes a second")
    return tables


def rate(flat: Flat, act: Callable[..., object], *args: Any, **options: Any) -> float:
    """Millions of notes in a second of the processor, the best of three after one."""
    best = float("inf")
    for _ in range(4):
        began = time.process_time()
        act(*args, **options)
        best = min(best, time.process_time() - began)
    return len(flat) / best / 1e6


def show(name: str, rates: list[float]) -> None:
    print(f"{name:28}" + "".join(f"{value:24.2f}" for value in rates))


def music21_search(paths: list[Path]) -> None:
    """The same pattern by music21, voice by voice."""
    from music21 import converter, note, search, stream

    wanted = stream.Stream()
    for onset, pitch in zip(PATTERNS["the ostinato"].onsets, PATTERNS["the ostinato"].pitch, strict=True):
        wanted.insert(onset, note.Note(pitch))
    key = search.translateIntervalsAndSpeed(wanted)
    scores = [converter.parse(path) for path in paths]
    began = time.process_time()
    lines = [part.flatten().notes.stream() for score in scores for part in score.parts]
    texts = [search.translateIntervalsAndSpeed(line) for line in lines if len(line) > 1]
    made = time.process_time()
    hits = sum(key in text for text in texts)
    seconds, count = time.process_time() - made, sum(map(len, lines))
    print(
        f"\nmusic21.search: {count} notes, {count / (made - began) / 1e6:.3f} million a second to make strings of them,"
    )
    print(
        f"{count / max(seconds, 1e-6) / 1e6:.1f} to look in these; {hits} found; voices only, tempo by classes, nothing missing"
    )


if __name__ == "__main__":
    main()
