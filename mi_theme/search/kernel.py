"""The inner loop of the alignment, compiled with numba; `plain` does the same with numpy."""

from __future__ import annotations

import numba
import numpy as np

__all__ = ["fill"]

APART = 1e-6  # quarters; closer onsets are together


@numba.njit(cache=True, nogil=True)
def fill(time, pitch, step, stream, first, gap, interval, steps, reward, prices, heads, omitted, rhythm, texture):  # type: ignore[no-untyped-def]
    """Best scores of pattern notes at score notes, and the links that lead there; see `aligning`."""
    count, length = len(time), len(heads)
    best = np.empty((count, length))
    back = np.zeros((count, length), np.int8)
    source = np.full((count, length), -1, np.int32)
    for j in range(count):
        for i in range(length):
            best[j, i] = heads[i]
        for b in range(j - 1, first[j] - 1, -1):
            lapse, rise, climb = time[j] - time[b], pitch[j] - pitch[b], step[j] - step[b]
            crowd = -1.0
            for i in range(1, length):
                for k in range(min(i, gap.shape[1])):
                    price = _price(lapse, rise, climb, gap[i, k], interval[i, k], steps[i, k], prices[i], rhythm)
                    if price == np.inf:
                        continue
                    value = best[b, i - k - 1] + reward[i, k] - (price + omitted[k])
                    if value <= best[j, i]:
                        continue
                    if crowd < 0.0:
                        crowd = _crowd(time, pitch, stream, b, j, texture)
                    if value - crowd > best[j, i]:
                        best[j, i], back[j, i], source[j, i] = value - crowd, k + 1, b
    return best, back, source


@numba.njit(cache=True, nogil=True)
def _price(lapse, rise, climb, gap, interval, steps, prices, rhythm):  # type: ignore[no-untyped-def]
    """What a link pays for its interval and its time; infinite where it is none."""
    off = 0 if rise == interval else min(abs(climb - steps), 8)
    price = prices[off]
    if price == np.inf or (lapse < APART) != (gap < APART):
        return np.inf
    if gap < APART:
        return price
    excess = max(lapse / gap, gap / lapse) - 1.0
    if lapse > gap * rhythm[2] + APART:
        return np.inf
    return price + (rhythm[0] * min(excess * 7.0, 1.0) + rhythm[1] * excess)


@numba.njit(cache=True, nogil=True)
def _crowd(time, pitch, stream, b, j, texture):  # type: ignore[no-untyped-def]
    """What a link pays for leaving its voice and for the notes it passes over."""
    low, high = min(pitch[b], pitch[j]) - texture[2], max(pitch[b], pitch[j]) + texture[2]
    between = 0
    for x in range(b + 1, j):
        if time[x] - time[b] > APART and time[j] - time[x] > APART and low <= pitch[x] <= high:
            between += 1
    changed = 1.0 if stream[b] != stream[j] else 0.0
    return changed * texture[0] + between * texture[1]
