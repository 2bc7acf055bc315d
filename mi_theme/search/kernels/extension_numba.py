"""The loop that extends seeds, compiled with numba; `extension_numpy` does the same with numpy."""

from __future__ import annotations

import numpy as np

from mi_theme.search.kernels.choosing import compiled

__all__ = ["extended"]

DRIFT, SKIPPED, BETWEEN, NEVER = 2, 2, 255, -(10**6)  # as in `extension_numpy`


@compiled
def extended(heights, places, numbers, line):  # type: ignore[no-untyped-def]
    """What each seed is worth with what is around it; see `extension_numpy.extended`."""
    pitch, _, left, _, span, least = line
    found, count = np.empty((len(places), 6), np.int64), 0
    for row in range(len(places)):
        place, number = places[row], numbers[row]
        last = number + span - 1
        base = left[number + 1] - left[last + 1]
        most_before = left[0] - left[number + 1]
        up = np.int64(heights[place]) - pitch[number]
        forth, end, at_end = _along(heights, (place + span - 1, last, up), 1, line, least - base - most_before)
        if forth == NEVER:
            continue
        back, begin, at_begin = _along(heights, (place, number, up), -1, line, least - base - forth)
        if back != NEVER:
            found[count] = (row, base + forth + back, begin, at_begin, end, at_end)
            count += 1
    return found[:count]


@compiled
def _along(heights, start, way, line, least):  # type: ignore[no-untyped-def]
    """The best extension one way: its worth, its last note and that one's place; `NEVER` where it is worth less than `least`."""
    pitch, earned, left, prices, _, _ = line
    place, number, up = start
    many = len(pitch) - 1 - number if way > 0 else number
    best, end, at_end, room = prices[4] + prices[5] * many if many else 0, number, place, 0
    while room < many + DRIFT and 0 <= place + way * (room + 1) < len(heights):
        if heights[place + way * (room + 1)] == BETWEEN:
            break
        room += 1
    before, now = np.full(2 * DRIFT + 2, NEVER, np.int64), np.full(2 * DRIFT + 2, NEVER, np.int64)
    before[DRIFT] = 0
    for step in range(1, many + 1):
        note = number + way * step
        into = note if way > 0 else note + 1
        highest = NEVER
        for state in range(2 * DRIFT + 1):
            ahead = step + state - DRIFT
            value = before[state + 1] + prices[3]
            if 1 <= ahead <= room:
                off = abs(np.int64(heights[place + way * ahead]) - up - pitch[note])
                own = earned[into] if off == 0 else (prices[0] if off <= 2 else prices[1])
                for skipped in range(min(state, SKIPPED) + 1):
                    value = max(value, before[state - skipped] + own + prices[2] * skipped)
                worth = value + (prices[4] + prices[5] * (many - step) if step < many else 0)
                if worth > best and off == 0:
                    best, end, at_end = worth, note, place + way * ahead
            now[state] = max(value, NEVER)
            highest = max(highest, value)
        rest = left[note + 1] if way > 0 else left[0] - left[note + 1]
        if best < least and highest + rest < least:
            return NEVER, 0, 0
        before[:] = now
    if best < least:
        return NEVER, 0, 0
    return best, end, at_end
