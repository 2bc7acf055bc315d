"""What seeds are worth with the notes around them, with numpy; `extension_numba` does the same with numba.

From a seed, along its line both ways, note of the pattern after note: one that is
there earns what its interval says, one that is another pays, and so do notes put
in and notes left out, of which two at most are followed one way.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["extended"]

DRIFT = 2  # notes put in or left out, one way, that an extension follows
SKIPPED = 2  # notes put in between two
BETWEEN = 255  # the height between two lines
NEVER = -(10**6)
CHUNK = 50_000  # seeds whose tables are held in memory at once
Whole = NDArray[np.int64]


def extended(heights: NDArray[np.uint8], places: Whole, numbers: Whole, line: Any) -> Whole:
    """The seeds that are worth enough with what is around them.

    Parameters
    ----------
    heights
        MIDI numbers, line by line, `BETWEEN` after each.
    places
        Where in `heights` the seed is, shape (n,).
    numbers
        The pattern's note that each begins with, shape (n,).
    line
        As `kernel_inputs.ExtendedLine`.

    Returns
    -------
    array of int, shape (m, 6)
        Of each that is worth `least` its number in `places`, what it is worth, the first note of the pattern that it
        has and where, the last one and where.
    """
    parts = [np.zeros((0, 6), np.int64)]
    for number in np.unique(numbers).tolist():
        rows = np.flatnonzero(numbers == number)
        for some in np.array_split(rows, -(-len(rows) // CHUNK)):
            part = _extended(heights, places[some], number, line)
            part[:, 0] = some[part[:, 0]]
            parts.append(part)
    found = np.concatenate(parts)
    ordered: Whole = found[np.argsort(found[:, 0])]
    return ordered


def _extended(heights: NDArray[np.uint8], places: Whole, number: int, line: Any) -> Whole:
    last = number + line.span - 1
    base = line.left[number + 1] - line.left[last + 1]
    up = heights[places].astype(np.int64) - line.pitch[number]
    forth, end, at_end = _along(heights, places + line.span - 1, last, up, 1, line)
    row = np.flatnonzero(forth + base + line.left[0] - line.left[number + 1] >= line.least)
    back, begin, at_begin = _along(heights, places[row], number, up[row], -1, line)
    worth = base + forth[row] + back
    enough = worth >= line.least
    columns = (row, worth, begin, at_begin, end[row], at_end[row])
    return np.stack([column[enough] for column in columns], axis=1)


def _along(
    heights: NDArray[np.uint8], place: Whole, number: int, up: Whole, way: int, line: Any
) -> tuple[Whole, Whole, Whole]:
    """The best extension of each one way: its worth, its last note and that one's place."""
    many = len(line.pitch) - 1 - number if way > 0 else number
    prices = line.prices
    best = np.full(len(place), prices[4] + prices[5] * many if many else 0)
    end, at_end = np.full(len(place), number), place.copy()
    around = place[:, None] + way * np.arange(1, many + DRIFT + 1)
    inside = (around >= 0) & (around < len(heights))
    there = heights[np.clip(around, 0, len(heights) - 1)].astype(np.int64)
    over = np.logical_or.accumulate(~inside | (there == BETWEEN), axis=1)
    before = np.full((2 * DRIFT + 2, len(place)), NEVER)
    before[DRIFT] = 0
    for step in range(1, many + 1):
        note = number + way * step
        own = line.earned[note if way > 0 else note + 1]
        now = np.full((2 * DRIFT + 2, len(place)), NEVER)
        for state in range(2 * DRIFT + 1):
            ahead = step + state - DRIFT
            value = before[state + 1] + prices[3]
            if ahead >= 1:
                off = np.abs(there[:, ahead - 1] - up - line.pitch[note])
                earned = np.where(off == 0, own, np.where(off <= 2, prices[0], prices[1]))
                taken = [
                    before[state - skipped] + earned + prices[2] * skipped for skipped in range(min(state, SKIPPED) + 1)
                ]
                value = np.where(over[:, ahead - 1], value, np.maximum(value, np.max(taken, axis=0)))
                worth = value + (prices[4] + prices[5] * (many - step) if step < many else 0)
                better = (worth > best) & (off == 0) & ~over[:, ahead - 1]
                best, end = np.where(better, worth, best), np.where(better, note, end)
                at_end = np.where(better, place + way * ahead, at_end)
            now[state] = np.maximum(value, NEVER)
        before = now
    return best, end, at_end
