"""The loops of the scan, compiled with numba; `scan_plain` does the same with numpy."""

from __future__ import annotations

import numba
import numpy as np

__all__ = ["chains", "pairs"]

NEVER = 2**40  # an onset after any
MATCH, SKIPPED = 4, 1  # what a note of a chain earns, what a pattern note left out pays
REACH = 3  # a link of a chain spans at most that many pattern notes
ROOM = 128  # pitches below and above those of MIDI, so that no sum falls out of the tables


@numba.njit(cache=True, nogil=True)
def pairs(onset, pitch, starts, gap, interval, narrow, wide, slack, missing):  # type: ignore[no-untyped-def]
    """Pairs of notes that the rest of a pattern stands around; see `scan.scan`.

    Each piece is read from its end, with the next note of each pitch at hand.
    """
    found = np.empty((64, 4), np.int64)
    count = 0
    after = np.empty(len(onset), np.int32)
    nearest = np.empty(3 * ROOM, np.int32)
    soon = np.empty(3 * ROOM, np.int64)
    for piece in range(len(starts) - 1):
        nearest[:] = -1
        soon[:] = NEVER
        for j in range(starts[piece + 1] - 1, starts[piece] - 1, -1):
            own, now = np.int64(pitch[j]) + ROOM, np.int64(onset[j])
            for base in range(missing + 1):
                if not _possible(soon, now, own, gap[base], interval[base], base, wide, slack, missing):
                    continue
                for partner in range(base + 1, missing + 2):
                    lapse = gap[base, partner]
                    soonest, latest = now + narrow * lapse, now + wide * lapse
                    k = nearest[own + interval[base, partner]]
                    while k >= 0 and onset[k] <= latest:
                        if onset[k] >= soonest:
                            stretch = (onset[k] - now) / lapse
                            if _stands(
                                onset,
                                after,
                                nearest,
                                now,
                                own,
                                gap[base],
                                interval[base],
                                partner,
                                stretch,
                                slack,
                                missing,
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


@numba.njit(cache=True, nogil=True)
def _possible(soon, now, own, gap, interval, base, wide, slack, missing):  # type: ignore[no-untyped-def]
    """Whether enough of the pattern's pitches come soon enough, at any stretch."""
    absent = base
    for i in range(base + 1, len(gap)):
        if soon[own + interval[i]] > now + wide * (gap[i] + slack):
            absent += 1
            if absent > missing:
                return False
    return True


@numba.njit(cache=True, nogil=True)
def _stands(onset, after, nearest, now, own, gap, interval, partner, stretch, slack, missing):  # type: ignore[no-untyped-def]
    """Whether enough of the pattern is where two of its notes say that it must be; those between them count as missing."""
    absent, room = partner - 1, stretch * slack
    for i in range(partner + 1, len(gap)):
        place = now + stretch * gap[i]
        first, last = max(place - room, now + 1.0), place + room
        k = nearest[own + interval[i]]
        while k >= 0 and onset[k] < first:
            k = after[k]
        if k < 0 or onset[k] > last:
            absent += 1
            if absent > missing:
                return False
    return True


@numba.njit(cache=True, nogil=True)
def _grown(rows):  # type: ignore[no-untyped-def]
    """Twice as many rows."""
    grown = np.empty((2 * len(rows), rows.shape[1]), rows.dtype)
    grown[: len(rows)] = rows
    return grown


@numba.njit(cache=True, nogil=True)
def chains(onset, pitch, starts, time, height, narrow, wide, least):  # type: ignore[no-untyped-def]
    """Notes that continue a pattern at one transposition, in roughly its rhythm; see `scan.propose`.

    For each transposition and pattern note, the best chain that ends there is
    kept: its value, first note, first pattern note and last onset.
    """
    length = len(time)
    found = np.empty((64, 5), np.int64)
    count = 0
    value = np.zeros((3 * ROOM, length), np.int32)
    first, head = np.zeros((3 * ROOM, length), np.int64), np.zeros((3 * ROOM, length), np.int64)
    last = np.zeros((3 * ROOM, length), np.int64)
    for piece in range(len(starts) - 1):
        value[:] = 0
        for j in range(starts[piece], starts[piece + 1]):
            now = np.int64(onset[j])
            for i in range(length - 1, -1, -1):  # from the end: a note continues chains as they were before it
                key = np.int64(pitch[j]) - height[i] + ROOM
                best, begun, begins = MATCH, j, i
                for k in range(1, min(i, REACH) + 1):
                    before = i - k
                    if value[key, before] == 0:
                        continue
                    lapse, gap = float(now - last[key, before]), float(time[i] - time[before])
                    if lapse < narrow * gap or lapse > wide * gap:
                        continue
                    earned = value[key, before] + MATCH - SKIPPED * (k - 1)
                    past = float(time[before] - time[head[key, before]])
                    if past > 0:
                        earned -= _bent(lapse * past, gap * float(last[key, before] - onset[first[key, before]]))
                    if earned > best:
                        best, begun, begins = earned, first[key, before], head[key, before]
                if best >= value[key, i] or now - last[key, i] > wide * (time[-1] - time[0]):
                    value[key, i], first[key, i], head[key, i], last[key, i] = best, begun, begins, now
                    if best >= least:
                        if count == len(found):
                            found = _grown(found)
                        found[count] = (begun, j, begins, i, best)
                        count += 1
    return found[:count]


@numba.njit(cache=True, nogil=True)
def _bent(lapse, expected):  # type: ignore[no-untyped-def]
    """What a time pays that is not the one the chain so far leads one to expect."""
    if lapse * 5 < expected * 4 or lapse * 4 > expected * 5:
        return (
            4
            if lapse * 5 < expected * 2 or lapse * 2 > expected * 5
            else 2
            if lapse * 8 < expected * 5 or lapse * 5 > expected * 8
            else 1
        )
    return 0
