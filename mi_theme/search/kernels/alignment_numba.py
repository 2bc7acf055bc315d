"""The inner loop of the alignment, compiled with numba; `alignment_numpy` does the same with numpy."""

from __future__ import annotations

import numpy as np

from mi_theme.search.kernels.choosing import compiled

__all__ = ["fill"]

APART = 1e-6  # quarters; closer onsets are together
UNEVEN_FULLY = 7.0  # a time that is a seventh off costs all of `uneven`, one that is less its share (`AlignmentCosts`)
WIDE = 8  # steps off that no interval is, as `alignment_costs.pitch_costs` has it
MOST_PASSED = 10  # notes passed over that are paid for: what fills a long rest is no more in the way than that


@compiled
def fill(notes, first, pattern):  # type: ignore[no-untyped-def]
    """Best scores of pattern notes at score notes, and the links that lead there; see `arguments.AlignmentLinks`."""
    time, pitch, step, stream = notes
    heads, into, back_by, gap, shortest, longest, interval, steps, earned, prices, leave, rhythm, _ = pattern
    count, length, links = len(time), len(heads), np.uint64(len(into))
    best = np.empty((count, length))
    back = np.zeros((count, length), np.int8)
    source = np.full((count, length), -1, np.int32)
    target, origin = (
        into.astype(np.uint64),
        (into - back_by).astype(np.uint64),
    )  # unsigned: numba asks of others whether they count from the end
    for j in range(count):
        for i in range(length):  # copying the row whole takes numba seconds to compile
            best[j, i] = heads[i]
        start = stop = np.uint64(0)
        for b in range(j - 1, first[j] - 1, -1):
            lapse, rise, climb = time[j] - time[b], pitch[j] - pitch[b], step[j] - step[b]
            stays, crowd = stream[j] == stream[b], -1.0
            mine, theirs = best[np.uint64(j)], best[np.uint64(b)]
            while start < links and longest[start] < lapse:
                start += np.uint64(1)
            while stop < links and shortest[stop] <= lapse:
                stop += np.uint64(1)
            for x in range(start, stop):  # one test for most links: what it decides can hardly be foreseen
                off = min(abs(climb - steps[x]), WIDE)
                off = 0 if rise == interval[x] else off
                value, i = theirs[origin[x]] + (earned[x] - prices[x, np.uint64(off)]), target[x]
                if value <= mine[i]:
                    continue
                if lapse >= APART:
                    excess = max(lapse / gap[x], gap[x] / lapse) - 1.0
                    value -= rhythm[0] * min(excess * UNEVEN_FULLY, 1.0) + rhythm[1] * excess
                if not stays:
                    value -= leave[x]
                if value <= mine[i]:
                    continue
                if crowd < 0.0:
                    crowd = _crowd(notes, b, j, pattern.texture)
                if value - crowd > mine[i]:
                    mine[i], back[j, i], source[j, i] = value - crowd, back_by[x], b
    return best, back, source


@compiled
def _crowd(notes, b, j, texture):  # type: ignore[no-untyped-def]
    """What a link pays for the notes that it passes over, those of its voice where it stays in one."""
    time, pitch, _, stream = notes
    low, high = min(pitch[b], pitch[j]) - texture[1], max(pitch[b], pitch[j]) + texture[1]
    stays = stream[b] == stream[j]
    between = 0
    for x in range(b + 1, j):
        if stays and stream[x] != stream[j]:
            continue
        if time[x] - time[b] > APART and time[j] - time[x] > APART and low <= pitch[x] <= high:
            between += 1
    return min(between, MOST_PASSED) * texture[0]
