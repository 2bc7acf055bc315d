"""Notes as notation has them: on a grid, in chords, in voices that do not overlap."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["VoicedChord", "voiced_chords", "written_place"]

GRID = 24  # parts of a quarter: sixteenths of all kinds, and their triplets
RARE_GRIDS = (32, 20, 28)  # for 128th notes, quintuplets and septuplets, where notes lie on them exactly
OFF_GRID = 0.004  # quarters: more than this beside the grid is no rounding of ticks
ON_RARE_GRID = 0.0015  # quarters: so near are notes that are meant for a rare grid
SHORTEST = Fraction(1, GRID)


class VoicedChord(NamedTuple):
    """Notes that begin and end together: where, in quarters, in which voice (from 0), and their rows."""

    start: Fraction
    end: Fraction
    voice: int
    rows: list[Any]


def voiced_chords(notes: NDArray[np.void]) -> Iterator[VoicedChord]:
    """The chords of a part, in order; of chords that overlap each later one goes to the first voice that is free.

    Parameters
    ----------
    notes
        Rows of a note table.
    """
    groups: dict[tuple[Fraction, Fraction], list[Any]] = {}
    for row in notes:
        start = written_place(float(row["onset"]))
        end = written_place(float(row["onset"] + row["duration"]))
        groups.setdefault((start, max(end, start + SHORTEST)), []).append(row)
    free: list[Fraction] = []
    for (start, end), rows in sorted(groups.items(), key=lambda item: item[0]):
        voice = next((number for number, until in enumerate(free) if until <= start), len(free))
        free[voice : voice + 1] = [end]
        yield VoicedChord(start, end, voice, rows)


def written_place(quarters: float) -> Fraction:
    """The place on the grid that is meant."""
    near = Fraction(round(quarters * GRID), GRID)
    if abs(near - quarters) <= OFF_GRID:
        return near
    rare = (Fraction(round(quarters * parts), parts) for parts in RARE_GRIDS)
    return next((place for place in rare if abs(place - quarters) <= ON_RARE_GRID), near)
