"""How often chance is taken for a quotation, one score at a time.

    python tests/benchmarks/chance.py [--searches 2000] [--pieces 80] [--seed 5]

Decoys of 8 to 20 notes, the intervals of a passage of one piece shuffled under the
rhythm of another passage of its part, are looked for in other pieces with the
default settings of `mi.find`. Printed, for several thresholds: the hits, how many
searches had any, and how many hits a calibrated E-value lets one expect.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

import mi_theme as mi
from mi_theme.errors import MiThemeError
from mi_theme.files.bulk import read_notes

THRESHOLDS = (0.001, 0.01, 0.1, 1.0)
COMPOSERS = ("bach", "haydn", "mozart", "beethoven", "schumann")
ENDINGS = (".mxl", ".xml", ".musicxml")
LENGTHS = (8, 21)

Random = np.random.Generator


def tables(pieces: int, random: Random) -> list[NDArray[np.void]]:
    """Notes of some pieces of music21's corpus."""
    from music21 import corpus

    places = [str(p) for p in corpus.getPaths() if p.suffix in ENDINGS and any(c in p.parts for c in COMPOSERS)]
    found = []
    for place in random.permutation(sorted(places)):
        try:
            found.append(read_notes(place))
        except MiThemeError:
            continue
        if len(found) == pieces:
            break
    return found


def decoys(notes: list[NDArray[np.void]], random: Random) -> Iterator[mi.Pattern]:
    """Patterns that nobody wrote, without end."""
    while True:
        piece = notes[random.integers(len(notes))]
        part = piece[piece["part"] == random.choice(np.unique(piece["part"]))]
        length = int(random.integers(*LENGTHS))
        if len(part) <= length:
            continue
        here, there = (slice(first, first + length) for first in random.integers(len(part) - length, size=2))
        onset = part["onset"][there] - part["onset"][there][0]
        rises = random.permutation(np.diff(part["pitch"][here].astype(int)))
        pitch = 60 + np.concatenate([[0], np.cumsum(rises)])
        if (np.diff(onset) > 0).all() and pitch.min() >= 0 and pitch.max() <= 127:
            yield mi.Pattern(tuple(onset.tolist()), tuple(pitch.tolist()))


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--searches", type=int, default=2000)
    options.add_argument("--pieces", type=int, default=80)
    options.add_argument("--seed", type=int, default=5)
    given = options.parse_args()
    random = np.random.default_rng(given.seed)
    notes = tables(given.pieces, random)
    patterns = decoys(notes, random)
    best = [
        sorted(hit.evalue for hit in mi.find(next(patterns), notes[random.integers(len(notes))], max_evalue=1.0))
        for _ in range(given.searches)
    ]
    print(f"{given.searches} decoys, each in one of {len(notes)} pieces; seed {given.seed}\n")
    print(f"{'E at most':>9} {'expected':>9} {'hits':>6} {'searches with any':>18}")
    for most in THRESHOLDS:
        counts = [sum(value <= most for value in values) for values in best]
        print(f"{most:>9} {most * given.searches:>9.1f} {sum(counts):>6} {sum(map(bool, counts)):>18}")


if __name__ == "__main__":
    main()
