"""The inner loop of the alignment in numpy, note by note: the same sums in the same order as `kernel`."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["fill"]

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
APART = 1e-6  # quarters; closer onsets are together


def fill(
    time: Floats, pitch: Whole, step: Whole, stream: Whole, first: Whole, gap: Floats, interval: Whole, steps: Whole,
    reward: Floats, prices: Floats, heads: Floats, omitted: Floats, rhythm: Floats, texture: Floats,
) -> tuple[Floats, NDArray[np.int8], NDArray[np.int32]]:  # fmt: skip
    """Best scores of pattern notes at score notes, and the links that lead there; see `aligning`."""
    count, length = len(time), len(heads)
    reach = gap.shape[1]
    best = np.tile(heads, (count, 1))
    back = np.zeros((count, length), np.int8)
    source = np.full((count, length), -1, np.int32)
    into = np.arange(length)
    earlier = np.maximum(into[:, None] - np.arange(1, reach + 1), 0)
    impossible = into[:, None] <= np.arange(reach)
    for j in range(count):
        rows = np.arange(j - 1, first[j] - 1, -1)
        if not len(rows):
            continue
        lapse, rise, climb = time[j] - time[rows], pitch[j] - pitch[rows], step[j] - step[rows]
        price = _prices(lapse, rise, climb, gap, interval, steps, prices, rhythm)
        price[:, impossible] = np.inf
        value = best[rows][:, earlier] + reward - (price + omitted)
        value -= _crowds(time, pitch, stream, rows, j, texture)[:, None, None]
        flat = value.transpose(1, 0, 2).reshape(length, -1)
        chosen = flat.argmax(axis=1)
        found = flat[into, chosen]
        better = np.flatnonzero(found > best[j])
        best[j, better] = found[better]
        back[j, better] = chosen[better] % reach + 1
        source[j, better] = rows[chosen[better] // reach]
    return best, back, source


def _prices(
    lapse: Floats, rise: Whole, climb: Whole, gap: Floats, interval: Whole, steps: Whole, prices: Floats, rhythm: Floats
) -> Floats:
    """What links pay for their intervals and times; shape (rows, notes, reach)."""
    off = np.minimum(np.abs(climb[:, None, None] - steps), 8)
    off[rise[:, None, None] == interval] = 0
    price = prices[np.arange(len(prices))[:, None], off]
    late, together = lapse[:, None, None], gap < APART
    with np.errstate(divide="ignore", invalid="ignore"):
        excess = np.maximum(late / gap, gap / late) - 1.0
        timed = price + (rhythm[0] * np.minimum(excess * 7.0, 1.0) + rhythm[1] * excess)
    wrong = ((late < APART) != together) | (~together & (late > gap * rhythm[2] + APART)) | np.isinf(price)
    return np.where(wrong, np.inf, np.where(together, price, timed))


def _crowds(time: Floats, pitch: Whole, stream: Whole, rows: Whole, j: int, texture: Floats) -> Floats:
    """What a link from each row pays for leaving its voice and for the notes it passes over."""
    low = np.minimum(pitch[rows], pitch[j])[:, None] - texture[2]
    high = np.maximum(pitch[rows], pitch[j])[:, None] + texture[2]
    passed = (time[rows] - time[rows][:, None] > APART) & (time[j] - time[rows] > APART)
    between = (passed & (low <= pitch[rows]) & (pitch[rows] <= high)).sum(axis=1)
    changed = np.where(stream[rows] != stream[j], 1.0, 0.0)
    crowd: Floats = changed * texture[0] + between * texture[1]
    return crowd
