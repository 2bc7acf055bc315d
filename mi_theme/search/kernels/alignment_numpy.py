"""The inner loop of the alignment in numpy, note by note: the same sums in the same order as `alignment_numba`."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["fill"]

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
APART = 1e-6  # quarters; closer onsets are together


def fill(
    time: Floats, pitch: Whole, step: Whole, stream: Whole, first: Whole, heads: Floats, into: Whole, back_by: Whole,
    gap: Floats, lo: Floats, hi: Floats, interval: Whole, steps: Whole, earned: Floats, prices: Floats, leave: Floats,
    rhythm: Floats, texture: Floats,
) -> tuple[Floats, NDArray[np.int8], NDArray[np.int32]]:  # fmt: skip
    """Best scores of pattern notes at score notes, and the links that lead there; see `links`."""
    count, length = len(time), len(heads)
    best = np.tile(heads, (count, 1))
    back = np.zeros((count, length), np.int8)
    source = np.full((count, length), -1, np.int32)
    reach = int(back_by.max(initial=1))
    place = np.full((length, reach), len(into))
    place[into, back_by - 1] = np.arange(len(into))
    notes = np.arange(length)
    for j in range(count):
        rows = np.arange(j - 1, first[j] - 1, -1)
        if not len(rows):
            continue
        lapse, rise, climb = time[j] - time[rows], pitch[j] - pitch[rows], step[j] - step[rows]
        value = best[rows][:, into - back_by] + _gains(rise, climb, interval, steps, earned, prices)
        value -= _delays(lapse, gap, lo, hi, rhythm)
        value -= np.where((stream[rows] == stream[j])[:, None], 0.0, leave)
        value -= _crowds(time, pitch, stream, rows, j, texture)[:, None]
        padded = np.column_stack([value, np.full(len(rows), -np.inf)])
        flat = padded[:, place].transpose(1, 0, 2).reshape(length, -1)
        chosen = flat.argmax(axis=1)
        found = flat[notes, chosen]
        better = np.flatnonzero(found > best[j])
        best[j, better] = found[better]
        back[j, better] = chosen[better] % reach + 1
        source[j, better] = rows[chosen[better] // reach]
    return best, back, source


def _gains(rise: Whole, climb: Whole, interval: Whole, steps: Whole, earned: Floats, prices: Floats) -> Floats:
    """What links earn less what they pay for their intervals; shape (rows, links)."""
    off = np.minimum(np.abs(climb[:, None] - steps), 8)
    off[rise[:, None] == interval] = 0
    gains: Floats = earned - prices[np.arange(len(prices)), off]
    return gains


def _delays(lapse: Floats, gap: Floats, lo: Floats, hi: Floats, rhythm: Floats) -> Floats:
    """What links pay for their times, infinite where the time is out of range."""
    late = lapse[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        excess = np.maximum(late / gap, gap / late) - 1.0
        delay = rhythm[0] * np.minimum(excess * 7.0, 1.0) + rhythm[1] * excess
    delay = np.where(late < APART, 0.0, delay)
    return np.where((hi < late) | (lo > late), np.inf, delay)


def _crowds(time: Floats, pitch: Whole, stream: Whole, rows: Whole, j: int, texture: Floats) -> Floats:
    """What a link from each row pays for the notes that it passes over, those of its voice where it stays in one."""
    low = np.minimum(pitch[rows], pitch[j])[:, None] - texture[1]
    high = np.maximum(pitch[rows], pitch[j])[:, None] + texture[1]
    passed = (time[rows] - time[rows][:, None] > APART) & (time[j] - time[rows] > APART)
    stays = stream[rows] == stream[j]
    passed &= ~stays[:, None] | stays
    between = (passed & (low <= pitch[rows]) & (pitch[rows] <= high)).sum(axis=1)
    crowd: Floats = between * texture[0]
    return crowd
