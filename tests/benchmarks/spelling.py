"""How often notes whose spelling is taken away get it back: python tests/benchmarks/spelling.py [pieces]

Chorales and movements of music21's corpus, drawn by lot; the mean over pieces of
the share of notes with the composer's letter and octave.
"""

from __future__ import annotations

import random
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import mi_theme as mi
from mi_theme.notated.part_notes import note_steps
from mi_theme.pitch import spelled_in

COMPOSERS = ("mozart", "beethoven", "haydn", "schumann_robert", "monteverdi")
LONGEST = 8000  # notes


def pieces(count: int) -> Iterator[mi.Score]:
    """Chorales, and three movements by each of the others."""
    from music21 import corpus

    lot = random.Random(1)
    works = {
        name: [path for path in corpus.getComposer(name) if Path(path).suffix == ".mxl"]
        for name in ("bach", *COMPOSERS)
    }
    paths = [path for name, found in works.items() for path in lot.sample(found, count if name == "bach" else 3)]
    for path in paths:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            score = mi.read(path)
        if 0 < len(score.note_table()) <= LONGEST and (score.note_table()["step"] >= 0).all():
            yield score


def by_key(score: mi.Score) -> NDArray[np.int64]:
    """What notation made of MIDI says: the line of fifths around the key signature."""
    fifths = score.key[0] if score.key else 0
    return np.array([spelled_in(fifths, pitch)[0] for pitch in score.note_table()["pitch"].tolist()])


def by_surroundings(score: mi.Score) -> NDArray[np.int64]:
    """What pictures and files say of the same music as MIDI: the keys that sound around, and where chromatic notes go."""
    return note_steps(mi.read(score.to_bytes()))


def main(count: int) -> None:
    """Print the table."""
    shares: dict[str, list[float]] = {"around the key signature": [], "as in what sounds around": []}
    for score in pieces(count):
        written = score.note_table()["step"]
        for name, found in zip(shares, (by_key(score), by_surroundings(score)), strict=True):
            shares[name].append(float((found == written).mean()))
    for name, values in shares.items():
        print(f"{name:28} {np.mean(values):.3f}   worst {min(values):.3f}   {len(values)} pieces")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 30)
