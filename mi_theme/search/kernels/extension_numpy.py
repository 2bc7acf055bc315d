"""What seeds are worth with the notes around them, with numpy; `extension_numba` does the same with numba.

From a seed, along its line both ways, note of the pattern after note: one that is
there earns what its interval says, one that is another pays, and so do notes put
in and notes left out, of which two at most are followed one way.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mi_theme.search.kernels.copies_of_lines import paths, rhythms, times, tunes

__all__ = ["extended", "paths", "places_of", "rhythms", "times", "tunes"]

DRIFT = 2  # notes put in or left out, one way, that an extension follows
SKIPPED = 2  # notes put in between two
BETWEEN = 255  # the height between two lines
NEVER = -(10**6)
CHUNK = 50_000  # seeds whose tables are held in memory at once
Whole = NDArray[np.int64]


def places_of(entry: NDArray[np.uint8]) -> Whole:
    """Places of seeds, as an index keeps them: three bytes each, the lowest first."""
    low, middle, high = entry.reshape(-1, 3).T.astype(np.int64)
    found: Whole = low | middle << 8 | high << 16
    return found


def extended(heights: NDArray[np.uint8], entry: NDArray[np.uint8], windows: Whole, line: Any) -> Whole:
    """The windows of a pattern's notes that are worth enough with what is around them.

    Parameters
    ----------
    heights
        MIDI numbers, line by line, `BETWEEN` after each.
    entry
        The places of seeds in `heights`, three bytes each.
    windows
        Where in `entry` the places of a seed in each begin and end, the pattern's note that the seed begins with, the one that the
        window begins with, how many that has, and how many changes (notes changed, put in or left out) the rest may have, three
        at most; -1 where that is not asked; shape (n, 6).
    line
        As `kernel_inputs.ExtendedLine`.

    Returns
    -------
    array of int, shape (m, 6)
        Of each that is worth `least` its place in `heights`, what it is worth, the first note of the pattern that it
        has and where, the last one and where; one row of -1 where a seed has a place that is none.
    """
    parts = [np.zeros((0, 6), np.int64)]
    for begin, end, seed, number, notes, most in windows.tolist():
        places = places_of(entry[3 * begin : 3 * end])
        if len(places) and int(places.max()) >= len(heights):
            return np.full((1, 6), -1)
        places -= seed - number
        places = places[(places >= 0) & (places + notes <= len(heights))]
        for note in range(1, notes):
            rise = heights[places + note].astype(np.int64) - heights[places]
            places = places[rise == line.pitch[number + note] - line.pitch[number]]
        if most >= 0:
            up = heights[places].astype(np.int64) - line.pitch[number]
            changes = _changes(heights, places + notes - 1, number + notes - 1, up, 1, line.pitch)
            places = places[changes + _changes(heights, places, number, up, -1, line.pitch) <= most]
        for some in np.array_split(places, max(-(-len(places) // CHUNK), 1)):
            parts.append(_extended(heights, some, number, notes, line))
    return np.concatenate(parts)


def _changes(heights: NDArray[np.uint8], place: Whole, number: int, up: Whole, way: int, pitch: Whole) -> Whole:
    """Notes changed, put in or left out one way; 4 for more than three.

    Wu and Manber (1992): a bit for each drift that can be reached with none, one, two and three.
    """
    none, one, two, three = (np.full(len(place), bit) for bit in (4, 8, 16, 0))
    for step in range(1, (len(pitch) - 1 - number if way > 0 else number) + 1):
        there = np.zeros(len(place), np.int64)
        for drift in range(5):
            at = place + way * (step + drift - DRIFT)
            inside = (at >= 0) & (at < len(heights))
            same = heights[np.clip(at, 0, len(heights) - 1)] == up + pitch[number + way * step]
            there |= np.where(inside & same, 1 << drift, 0)
        three = (three & there) | two | two >> 1
        two = (two & there) | one | one >> 1
        one = (one & there) | none | none >> 1
        none = none & there
        one = one | none << 1 & 31
        two = two | one << 1 & 31
        three = three | two << 1 & 31
    found: Whole = np.select([none > 0, one > 0, two > 0, three > 0], [0, 1, 2, 3], 4)
    return found


def _extended(heights: NDArray[np.uint8], places: Whole, number: int, notes: int, line: Any) -> Whole:
    last = number + notes - 1
    base = line.left[number + 1] - line.left[last + 1]
    up = heights[places].astype(np.int64) - line.pitch[number]
    forth, end, at_end = _along(heights, places + notes - 1, last, up, 1, line)
    row = np.flatnonzero(forth + base + line.left[0] - line.left[number + 1] >= line.least)
    back, begin, at_begin = _along(heights, places[row], number, up[row], -1, line)
    worth = base + forth[row] + back
    enough = worth >= line.least
    columns = (places[row], worth, begin, at_begin, end[row], at_end[row])
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
