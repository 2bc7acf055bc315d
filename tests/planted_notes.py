"""Notes that go their own ways, with copies of two patterns in them."""

from __future__ import annotations

import numpy as np

from mi_theme.score.notes import NOTE
from mi_theme.search.corpus.proposals import NoteArrays

__all__ = ["OSTINATO", "THEME", "Rows", "crowd", "noise", "planted", "table"]

OSTINATO = [(0, 55), (1.5, 55), (3, 58), (4, 60), (5, 55), (6.5, 55), (8, 53), (9, 54)]
THEME = [
    (0, 60),
    (1, 67),
    (1.5, 65),
    (2, 64),
    (2.5, 62),
    (3, 69),
    (4, 60),
    (4.5, 71),
    (5, 72),
    (6, 64),
    (7, 65),
    (7.5, 62),
]
Rows = list[tuple[float, int]]


def table(rows: Rows) -> np.ndarray:
    notes = np.zeros(len(rows), NOTE)
    notes["onset"], notes["pitch"] = zip(*rows, strict=True)
    notes["duration"], notes["step"] = 0.5, -1
    return notes[np.lexsort((notes["pitch"], notes["onset"]))]


def noise(seed: int, count: int = 400) -> Rows:
    """Notes of four voices that go their own ways."""
    random = np.random.default_rng(seed)
    return [
        (float(at), int(pitch))
        for at, pitch in zip(random.integers(0, count, count) / 4, random.integers(40, 80, count), strict=True)
    ]


def planted(rows: Rows, up: int = 5, stretch: float = 1.0, at: float = 20.0) -> Rows:
    return [(at + stretch * onset, pitch + up) for onset, pitch in rows]


def crowd(seed: int) -> NoteArrays:
    """Noise with copies in it."""
    copies = [
        *planted(OSTINATO, -3, 1.5),
        *planted(OSTINATO[1:], 9, 0.5),
        *planted(THEME, 2, 2.0),
        *planted(THEME[:10], 0, 1),
    ]
    return NoteArrays.of([table(noise(seed)), table([*noise(seed + 50), *copies]), table(noise(seed + 90, 3))])
