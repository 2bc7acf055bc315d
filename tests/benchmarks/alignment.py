"""How many notes a second the alignment takes, compiled and in numpy.

    python tests/benchmarks/alignment.py

Movements of music21's corpus, the first bars of the first part as the pattern:
one pass of the inner loop at one stretch, in processor time, compiling left out.
`mi.find` makes up to five such passes.
"""

from __future__ import annotations

import time

import mi_theme as mi
from mi_theme.search.match.note_alignment import align

PIECES = (
    "haydn/opus74no1/movement1",
    "mozart/k458/movement1",
    "beethoven/opus59no1/movement1",
    "joplin/maple_leaf_rag",
)


def main() -> None:
    """Print a table."""
    from music21 import corpus

    print(f"{'':32}notes  pattern     numba    numpy  (notes a second)")
    for name in PIECES:
        score = mi.read(corpus.getWork(name))
        pattern = next(found for found in openings(score) if len(found) >= 12)
        notes = score.note_table()
        rates = [len(notes) / seconds(pattern, notes, fast) for fast in (True, False)]
        print(f"{name:30}{len(notes):7,}{len(pattern):9}{rates[0]:10,.0f}{rates[1]:9,.0f}")


def openings(score: mi.Score) -> list[mi.Pattern]:
    """The beginning of the first part, longer and longer."""
    return [mi.Pattern.of(score.passage((1, last), 0)) for last in range(1, 12)]


def seconds(pattern: mi.Pattern, notes: object, fast: bool) -> float:
    """Processor time of one pass, the second of two."""
    for _ in range(2):
        start = time.process_time()
        align(pattern, notes, fast=fast)
        taken = time.process_time() - start
    return taken


if __name__ == "__main__":
    main()
