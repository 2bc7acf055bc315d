"""How fast patterns are scanned for and files are read, beside others.

    python tests/benchmarks/scan.py [--files 250] [--copies 8] [--rivals 120] [--abcmatch PROGRAM] [--crim PYTHON]

The music is the MusicXML of music21's corpus, read once and taken so many times.
Each figure is the best of three runs on one thread, in notes a second; seconds
are those of the processor, so that other work on the machine counts less. Then
`rivals.py`: other tools beside ours, on so many files with copies of patterns in
them.
"""

from __future__ import annotations

import argparse
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from exact.scan import scan
from rivals import side_by_side

import mi_theme as mi
from mi_theme.files.bulk import read_notes
from mi_theme.search.corpus.proposals import NoteArrays, propose
from mi_theme.search.patterns import Pattern


def line(lasts: float, *ups: int) -> Pattern:
    """Notes of one length."""
    return Pattern.of([(number * lasts, 60 + up) for number, up in enumerate(ups)])


PATTERNS = {
    "the ostinato": Pattern.of(mi.theme()),
    "a scale and back": line(0.5, 0, 2, 4, 5, 7, 5, 4, 2),
    "a turn in sixteenths": line(0.25, 7, 9, 7, 6, 7, 11, 9, 7, 14, 12),
    "five notes of a scale": line(0.5, 0, 2, 4, 5, 7),
    "a scale of 20 notes": line(0.5, 0, 2, 4, 5, 7, 9, 11, 12, 11, 9, 7, 5, 4, 2, 0, 2, 4, 5, 7, 9),
    "20 notes in leaps": line(0.5, 0, 12, 3, -9, 10, -2, 17, 5, -7, 12, 1, 8, -4, 15, 3, 20, 0, -12, 5, 11),
    "each note twice": line(0.5, 0, 0, 2, 2, 4, 4, 5, 5),
    "an Alberti bass": line(0.5, *(0, 7, 4, 7) * 4),
    "half notes": line(2, 0, 2, 4, 2, 0, -1),
    "one note eight times": line(0.5, *(0,) * 8),
}
SCANS: dict[str, dict[str, Any]] = {
    "none missing": {},
    "one missing": {"missing": 1},
    "two missing": {"missing": 2},
    "1/4 to 4": {"stretches": (0.25, 4)},
}


def main() -> None:
    """Read, scan, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--files", type=int, default=250)
    parser.add_argument("--copies", type=int, default=8, help="times that the music is taken")
    parser.add_argument("--rivals", type=int, default=120, help="files that all tools search")
    parser.add_argument("--abcmatch", default=shutil.which("abcmatch"), help="the program, of abcmidi")
    parser.add_argument("--crim", help="a python that has crim_intervals")
    options = parser.parse_args()
    from music21 import corpus

    paths = [Path(path) for path in corpus.getCorePaths() if Path(path).suffix in (".mxl", ".xml", ".musicxml")]
    tables = reading(sorted(paths)[:: max(len(paths) // options.files, 1)])
    scanning(NoteArrays.of(tables * options.copies), NoteArrays.of(tables))
    options.files, options.copies, options.seed = options.rivals, 3, 1
    side_by_side(options)


def scanning(arrays: NoteArrays, small: NoteArrays) -> None:
    """A row for each pattern: millions of notes a second, and how often it is there with none missing."""
    width = sum(column.itemsize for column in (arrays.onset, arrays.pitch, arrays.row, arrays.voice, arrays.turn))
    print(f"{len(arrays)} notes, {width} bytes each\n")
    print(
        f"{'millions of notes a second':28}" + "".join(f"{name:>14}" for name in (*SCANS, "propose", "numpy", "there"))
    )
    for name, pattern in PATTERNS.items():
        rates = [rate(arrays, scan, pattern, arrays, **options) for options in SCANS.values()]
        rates += [rate(arrays, propose, pattern, arrays), rate(small, scan, pattern, small, fast=False)]
        print(f"{name:28}" + "".join(f"{value:14.1f}" for value in rates) + f"{len(scan(pattern, arrays)):14}")
    print()


def reading(paths: list[Path]) -> list[Any]:
    """The files, and how many are read in a second."""
    read_notes(paths[0])  # loads what reading needs
    began = time.process_time()
    tables = [read_notes(path) for path in paths]
    seconds = time.process_time() - began
    count = sum(map(len, tables))
    print(f"MusicXML: {len(paths)} files, {len(paths) / seconds:.0f} a second; {count / seconds:.0f} notes a second")
    return tables


def rate(arrays: NoteArrays, act: Callable[..., object], *args: Any, **options: Any) -> float:
    """Millions of notes in a second of the processor, the best of three after one."""
    best = float("inf")
    for _ in range(4):
        began = time.process_time()
        act(*args, **options)
        best = min(best, time.process_time() - began)
    return len(arrays) / best / 1e6


if __name__ == "__main__":
    main()
