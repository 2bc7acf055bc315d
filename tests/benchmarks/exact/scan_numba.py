"""The loops of the scan, compiled with numba; `scan_numpy` does the same with numpy."""

from __future__ import annotations

import numpy as np

from mi_theme.search.kernels.choosing import compiled

__all__ = ["pairs", "places"]

NEVER = 2**40  # an onset after any
HEAD = 4  # pitches that are asked for at once, before any answer is looked at
ROOM = 128  # pitches below and above those of MIDI, so that no sum falls out of the tables


@compiled
def pairs(onset, pitch, starts, gap, interval, narrow, wide, slack, missing):  # type: ignore[no-untyped-def]
    """Pairs of notes that the rest of a pattern stands around; see `scan.scan`.

    Each piece is read from its end, with the next note of each pitch at hand.
    """
    found, count = np.empty((64, 4), np.int64), 0
    rise, limit = _deadlines(gap, interval, wide, slack, missing)
    after = np.empty(len(onset), np.int32)
    nearest = np.empty(3 * ROOM, np.int32)
    soon = np.empty(3 * ROOM, np.int64)
    for piece in range(len(starts) - 1):
        nearest[:] = -1
        soon[:] = NEVER
        for j in range(starts[piece + 1] - 1, starts[piece] - 1, -1):
            own, now = np.int64(pitch[j]) + ROOM, np.int64(onset[j])
            for base in range(missing + 1):
                absent = 0
                for x in range(HEAD):
                    absent += soon[own + rise[base, x]] > now + limit[base, x]
                if absent > missing - base:
                    continue
                for x in range(HEAD, rise.shape[1]):
                    absent += soon[own + rise[base, x]] > now + limit[base, x]
                for partner in range(base + 1, missing + 2 - absent):
                    lapse = gap[base, partner]
                    soonest, latest = now + narrow * lapse, now + wide * lapse
                    k = nearest[own + interval[base, partner]]
                    while k >= 0 and onset[k] <= latest:
                        if onset[k] >= soonest and _stands(
                            onset, after, nearest, now, own, gap, interval, base, partner, k, slack, missing
                        ):
                            if count == len(found):
                                found = _grown(found)
                            found[count, 0], found[count, 1], found[count, 2], found[count, 3] = j, k, base, partner
                            count += 1
                        k = after[k]
            after[j] = nearest[own]
            nearest[own] = j
            soon[own] = now
    return found[:count]


@compiled
def _deadlines(gap, interval, wide, slack, missing):  # type: ignore[no-untyped-def]
    """For each base the pitches that must come, and how soon at any stretch; `HEAD` or more, the soonest first.

    Those of the notes that may all be missing are left out.
    """
    bases, length = gap.shape
    width = max(length - missing - 1, HEAD)
    rise, limit = np.zeros((bases, width), np.int64), np.full((bases, width), 2 * NEVER)
    most = HEAD
    for base in range(bases):
        count = 0
        for i in range(missing + 1, length):
            known = False
            for x in range(count):
                known = known or rise[base, x] == interval[base, i]
            if not known:
                rise[base, count], limit[base, count] = interval[base, i], min(wide * (gap[base, i] + slack), NEVER)
                count += 1
        most = max(most, count)
    return rise[:, :most], limit[:, :most]


@compiled
def _stands(onset, after, nearest, now, own, gap, interval, base, partner, k, slack, missing):  # type: ignore[no-untyped-def]
    """Whether enough of the pattern is where two of its notes say that it must be; those between them count as missing."""
    stretch = (onset[k] - now) / gap[base, partner]
    absent, room = partner - 1, stretch * slack
    for i in range(partner + 1, gap.shape[1]):
        place = now + stretch * gap[base, i]
        first, last = max(place - room, now + 1.0), place + room
        k = nearest[own + interval[base, i]]
        while k >= 0 and onset[k] < first:
            k = after[k]
        if k < 0 or onset[k] > last:
            absent += 1
            if absent > missing:
                return False
    return True


@compiled
def places(onset, pitch, starts, rows, time, height, slack):  # type: ignore[no-untyped-def]
    """Where every note of the pattern is that is where a pair says that it must be, else -1."""
    found = np.full((len(rows), len(time)), -1)
    for x in range(len(rows)):
        j, k, base, partner = rows[x]
        piece = np.searchsorted(starts, j, side="right") - 1
        stretch = (onset[k] - onset[j]) / (time[partner] - time[base])
        for i in range(len(time)):
            place, wanted = onset[j] + stretch * (time[i] - time[base]), pitch[j] + height[i] - height[base]
            first, last = place - stretch * slack, place + stretch * slack
            y = starts[piece] + np.searchsorted(onset[starts[piece] : starts[piece + 1]], first)
            while y < starts[piece + 1] and onset[y] <= last and pitch[y] != wanted:
                y += 1
            if y < starts[piece + 1] and onset[y] <= last:
                found[x, i] = y
        found[x, base], found[x, partner] = j, k
    return found


@compiled
def _grown(rows):  # type: ignore[no-untyped-def]
    """Twice as many rows."""
    grown = np.empty((2 * len(rows), rows.shape[1]), rows.dtype)
    for x in range(len(rows)):  # copying it whole takes numba seconds to compile
        for column in range(rows.shape[1]):
            grown[x, column] = rows[x, column]
    return grown
