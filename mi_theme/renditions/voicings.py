"""Chords: stabs where the bass has the root, held chords."""

from __future__ import annotations

from random import Random

from mi_theme.renditions.ensembles import Instrument
from mi_theme.renditions.grid import EIGHTH, Grid, Note

__all__ = ["pads", "stabs"]

Done = dict[str, list[Note]]
VOICES = 3


def stabs(grid: Grid, part: Instrument, random: Random, done: Done) -> list[Note]:
    """Short chords on the second group, where the bass has the root."""
    notes: list[Note] = []
    for bar in grid.played(part.name):
        if bar.role in ("groove", "bridge") and bar.cell == 0 and len(bar.figure) > 1:
            pitches = grid.tuning.pitches(bar.chord, part.low, part.high)
            middle = len(pitches) // 2
            start = bar.start + bar.figure[1].start
            notes += [
                Note(start, EIGHTH, p, step=grid.tuning.step_of(p, bar.chord)) for p in pitches[middle - 1 : middle + 2]
            ]
    return notes


def pads(grid: Grid, part: Instrument, random: Random, done: Done) -> list[Note]:
    """Held chords."""
    return []
