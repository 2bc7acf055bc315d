"""The loops of the scan, compiled with numba; `scan_plain` does the same with numpy."""

from __future__ import annotations

import numba
import numpy as np

__all__ = ["grown", "pairs"]

NEVER = 2**40  # an onset after any
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
                gaps, rises = gap[base], interval[base]
                if not _possible(soon, now, own, gaps, rises, base, wide, slack, missing):
                    continue
                for partner in range(base + 1, missing + 2):
                    lapse = gap[base, partner]
                    soonest, latest = now + narrow * lapse, now + wide * lapse
                    k = nearest[own + interval[base, partner]]
                    while k >= 0 and onset[k] <= latest:
                        if onset[k] >= soonest:
                            stretch = (onset[k] - now) / lapse
                            if _stands(onset, after, nearest, now, own, gaps, rises, partner, stretch, slack, missing):
                                if count == len(found):
                                    found = grown(found)
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
def grown(rows):  # type: ignore[no-untyped-def]
    """Twice as many rows."""
    grown = np.empty((2 * len(rows), rows.shape[1]), rows.dtype)
    grown[: len(rows)] = rows
    return grown
