"""The loops of the scan, compiled with numba; `scan_plain` does the same with numpy."""

from __future__ import annotations

import numpy as np

from mi_theme.search.loops import compiled

__all__ = ["chains", "pairs", "places"]

NEVER = 2**40  # an onset after any
HEAD = 4  # pitches that are asked for at once, before any answer is looked at
MATCH, SKIPPED = 4, 1  # what a note of a chain earns, what a pattern note left out pays
KEPT = 3  # chains that are kept for each place
REACH = 3  # a link of a chain spans at most that many pattern notes
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


@compiled
def chains(onset, pitch, starts, time, height, narrow, wide, least):  # type: ignore[no-untyped-def]
    """Notes that continue a pattern at one transposition, in roughly its rhythm; see `scan.propose`.

    For each pitch and pattern note that it is taken for, the `KEPT` best chains
    that end there and can still go on: what each is worth, its first note and
    pattern note, and its last onset.
    """
    length = len(time)
    found, count = np.empty((64, 5), np.int64), 0
    kept = np.empty((ROOM, length, KEPT, 4), np.int32)
    recent = np.empty(3 * ROOM, np.int64)  # when each pitch was heard last
    back, soonest, latest, patience = _links(time, height, narrow, wide)
    for piece in range(len(starts) - 1):
        kept[:] = 0
        recent[:] = -NEVER
        for j in range(starts[piece], starts[piece + 1]):
            own, now = np.int64(pitch[j]), np.int64(onset[j])
            for i in range(length - 1, -1, -1):  # from the end: a note continues chains as they were before it
                best, begun, begins = MATCH, j, i
                for k in range(1, min(i, REACH) + 1):
                    before = own + back[i, k]
                    if now - recent[before + ROOM] > latest[i, k]:
                        continue
                    for slot in range(KEPT):
                        worth, end = kept[before, i - k, slot, 0], np.int64(kept[before, i - k, slot, 3])
                        lapse, earned = now - end, worth + MATCH - SKIPPED * (k - 1)
                        if worth == 0 or earned <= best or lapse < soonest[i, k] or lapse > latest[i, k]:
                            continue
                        start, origin = kept[before, i - k, slot, 1], kept[before, i - k, slot, 2]
                        if origin < i - k:
                            covered, gap = float(end - onset[start]), float(time[i] - time[i - k])
                            earned -= _bent(lapse * float(time[i - k] - time[origin]), gap * covered)
                        if earned > best:
                            best, begun, begins = earned, start, origin
                if i < length - 1:
                    _keep(kept, own, i, best, begun, begins, now, now - patience[i])
                if best >= least:
                    if count == len(found):
                        found = _grown(found)
                    found[count, 0], found[count, 1], found[count, 2] = begun, j, begins
                    found[count, 3], found[count, 4] = i, best
                    count += 1
            recent[own + ROOM] = now
    return found[:count]


@compiled
def _links(time, height, narrow, wide):  # type: ignore[no-untyped-def]
    """For each pattern note the pitch of those up to `REACH` before it, and how soon and late it may follow them.

    And how long a chain that ends there may wait for any note.
    """
    shape = len(time), REACH + 1
    back, soonest, latest = np.zeros(shape, np.int64), np.zeros(shape, np.int64), np.zeros(shape, np.int64)
    patience = np.empty(len(time))
    for i in range(len(time)):
        patience[i] = wide * (time[min(i + REACH, len(time) - 1)] - time[i])
        for k in range(1, min(i, REACH) + 1):
            gap = time[i] - time[i - k]
            back[i, k], soonest[i, k], latest[i, k] = height[i - k] - height[i], np.ceil(narrow * gap), wide * gap
    return back, soonest, latest, patience


@compiled
def _keep(kept, pitch, i, best, begun, begins, now, oldest):  # type: ignore[no-untyped-def]
    """In place of the first chain that can no longer go on, else of the one worth least, of equals the oldest."""
    chosen = 0
    for slot in range(KEPT):
        worth, end = kept[pitch, i, slot, 0], kept[pitch, i, slot, 3]
        if worth == 0 or end < oldest:
            kept[pitch, i, slot, 0], chosen = 0, slot
            break
        if (worth, end) < (kept[pitch, i, chosen, 0], kept[pitch, i, chosen, 3]):
            chosen = slot
    if kept[pitch, i, chosen, 0] <= best:
        kept[pitch, i, chosen, 0], kept[pitch, i, chosen, 1] = best, begun
        kept[pitch, i, chosen, 2], kept[pitch, i, chosen, 3] = begins, now


@compiled
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
