"""The loops that extend seeds, compiled with numba; `extension_numpy` does the same with numpy."""

from __future__ import annotations

import numpy as np

from mi_theme.search.kernels import copies_of_lines
from mi_theme.search.kernels.choosing import compiled

__all__ = ["extended", "paths", "rhythms", "times", "tunes"]

BLOCK = 256  # places that are looked at side by side
SKIPPED, BETWEEN, NEVER = 2, 255, -(10**6)  # as in `extension_numpy`; of its drifts each is a variable here
paths, times = compiled(copies_of_lines.paths), compiled(copies_of_lines.times)
tunes, rhythms = compiled(copies_of_lines.tunes), compiled(copies_of_lines.rhythms)


@compiled
def extended(heights, entry, windows, line):  # type: ignore[no-untyped-def]
    """What each window is worth with what is around it; see `extension_numpy.extended`."""
    pitch, left, least = line.pitch, line.left, line.least
    some, found, count = np.empty(BLOCK, np.int64), np.empty(((windows[:, 1] - windows[:, 0]).sum(), 6), np.int64), 0
    for window in range(len(windows)):
        begin, end, seed, number, notes, most = windows[window]
        last = number + notes - 1
        base, most_before = left[number + 1] - left[last + 1], left[0] - left[number + 1]
        for block in range(begin, end, BLOCK):
            places = entry[3 * block : 3 * min(block + BLOCK, end)]
            many = _whole(heights, places, seed - number, pitch[number : last + 1], some)
            if many < 0:
                return np.full((1, 6), -1, np.int64)
            for at in range(many):
                place = some[at]
                up = np.int64(heights[place]) - pitch[number]
                ends = (place + notes - 1, last, up), (place, number, up)
                if most >= 0:
                    changes = _changes(heights, ends[0], 1, pitch, most)
                    if changes > most or _changes(heights, ends[1], -1, pitch, most - changes) > most - changes:
                        continue
                forth, stop, at_stop = _along(heights, ends[0], 1, line, least - base - most_before)
                if forth == NEVER:
                    continue
                back, start, at_start = _along(heights, ends[1], -1, line, least - base - forth)
                if back != NEVER:
                    found[count] = (place, base + forth + back, start, at_start, stop, at_stop)
                    count += 1
    return found[:count]


@compiled
def _whole(heights, entry, before, pitch, some):  # type: ignore[no-untyped-def]
    """The places of the windows of some seeds that have all their notes, and how many; -1 where a seed has a place that is none.

    They are looked at side by side first, so that the memory is waited for once and not place by place.
    """
    many, count = len(entry) // 3, 0
    first = np.empty(many, np.uint8)
    for row in range(many):
        place = np.int64(entry[3 * row]) | np.int64(entry[3 * row + 1]) << 8 | np.int64(entry[3 * row + 2]) << 16
        if place >= len(heights):
            return -1
        some[row], first[row] = place - before, heights[place]
    for row in range(many):
        place = some[row]
        if place < 0 or place + len(pitch) > len(heights):
            continue
        up, whole = np.int64(first[row]) - pitch[before], True
        for note in range(len(pitch)):
            if np.int64(heights[place + note]) - up != pitch[note]:
                whole = False
                break
        some[count] = place
        count += whole
    return count


@compiled
def _changes(heights, start, way, pitch, most):  # type: ignore[no-untyped-def]
    """Notes changed, put in or left out one way, three at most; more than `most` where there are more.

    Wu and Manber (1992): a bit for each drift that can be reached with none, one, two and three.
    """
    place, number, up = start
    many = len(pitch) - 1 - number if way > 0 else number
    inside = 0 <= place + way * (many + 2) < len(heights)
    none, one, two, three = 4, 8, 16, 0
    for step in range(1, many + 1):
        wanted, there = up + pitch[number + way * step], 0
        for drift in range(5):
            at = place + way * (step + drift - 2)
            if inside or 0 <= at < len(heights):
                there |= int(heights[np.uint64(at)] == wanted) << drift
        three = (three & there) | two | two >> 1
        two = (two & there) | one | one >> 1
        one = (one & there) | none | none >> 1
        none &= there
        one |= none << 1 & 31
        two |= one << 1 & 31
        three |= two << 1 & 31
        if not (three if most > 2 else two if most > 1 else one if most else none):
            return most + 1
    return 0 if none else 1 if one else 2 if two else 3


@compiled
def _along(heights, start, way, line, least):  # type: ignore[no-untyped-def]
    """The best extension one way: its worth, its last note and that one's place; `NEVER` where it is worth less than `least`.

    State by state, without tables and calls: this loop is what a query waits for.
    """
    pitch, earned, left, prices = line.pitch, line.earned, line.left, line.prices
    place, number, up = start
    near, far, added, gone = prices[0], prices[1], prices[2], prices[3]
    many = len(pitch) - 1 - number if way > 0 else number
    best, end, at_end, room = prices[4] + prices[5] * many if many else 0, number, place, 0
    a, b, c, d, e = NEVER, NEVER, 0, NEVER, NEVER  # two notes left out more than put in, one, as many, ...
    for step in range(1, many + 1):
        while room < step + SKIPPED and 0 <= place + way * (room + 1) < len(heights):
            if heights[place + way * (room + 1)] == BETWEEN:
                break
            room += 1
        note = number + way * step
        news, wanted = earned[note if way > 0 else note + 1], up + pitch[note]
        rest = prices[4] + prices[5] * (many - step) if step < many else 0
        at, reach = place + way * (step - 2), room - step + 2  # of these many places more there are notes
        va, vb, vc, vd, ve = b + gone, c + gone, d + gone, e + gone, NEVER
        if step > 2 and reach >= 0:
            off = abs(np.int64(heights[at]) - wanted)
            va = max(va, a + (news if off == 0 else near if off <= 2 else far))
            if off == 0 and va + rest > best:
                best, end, at_end = va + rest, note, at
        if step > 1 and reach >= 1:
            off = abs(np.int64(heights[at + way]) - wanted)
            vb = max(vb, max(b, a + added) + (news if off == 0 else near if off <= 2 else far))
            if off == 0 and vb + rest > best:
                best, end, at_end = vb + rest, note, at + way
        if reach >= 2:
            off = abs(np.int64(heights[at + 2 * way]) - wanted)
            vc = max(vc, max(c, b + added, a + 2 * added) + (news if off == 0 else near if off <= 2 else far))
            if off == 0 and vc + rest > best:
                best, end, at_end = vc + rest, note, at + 2 * way
        if reach >= 3:
            off = abs(np.int64(heights[at + 3 * way]) - wanted)
            vd = max(vd, max(d, c + added, b + 2 * added) + (news if off == 0 else near if off <= 2 else far))
            if off == 0 and vd + rest > best:
                best, end, at_end = vd + rest, note, at + 3 * way
        if reach >= 4:
            off = abs(np.int64(heights[at + 4 * way]) - wanted)
            ve = max(ve, max(e, d + added, c + 2 * added) + (news if off == 0 else near if off <= 2 else far))
            if off == 0 and ve + rest > best:
                best, end, at_end = ve + rest, note, at + 4 * way
        a, b, c, d, e = max(va, NEVER), max(vb, NEVER), max(vc, NEVER), max(vd, NEVER), max(ve, NEVER)
        still = left[note + 1] if way > 0 else left[0] - left[note + 1]
        if best < least and max(a, b, c, d, e) + still < least:
            return NEVER, 0, 0
    if best < least:
        return NEVER, 0, 0
    return best, end, at_end
