"""The loop that proposes, compiled with numba; `proposals_numpy` does the same with numpy."""

from __future__ import annotations

import numpy as np

from mi_theme.search.kernels.choosing import compiled

__all__ = ["chains"]

REACH = 3  # a link of a chain spans at most that many pattern notes
ROOM = 128  # pitches below and above those of MIDI, so that no sum falls out of the tables
MOST_PASSED = 10  # notes passed over that are paid for


@compiled
def chains(notes, pattern):  # type: ignore[no-untyped-def]
    """The best chain that ends at each note, where it is worth as much as `least`; see `proposals.propose`.

    For each note of a piece and of the pattern: what the best chain to there is
    worth, where it began, and the last time and the pattern's.
    """
    onset, pitch, _, _, starts = notes
    time, height, tune, beat, heads, tails, prices, narrow, wide, least = pattern
    length = len(time)
    value, first, lately, spanned, head, before, latest = _room(starts, length)
    found, count = np.empty((len(onset), 5), np.int64), 0
    for piece in range(len(starts) - 1):
        begin = starts[piece]
        latest[:] = -1
        for j in range(starts[piece + 1] - begin):
            now, key = np.int64(onset[begin + j]), np.int64(pitch[begin + j]) + ROOM
            most, last = least - 1, -1
            for i in range(length):
                best, begun, begins, past, span = heads[i], j, i, 0, 0
                for k in range(1, min(i, REACH) + 1):
                    gap, earned, bonus = time[i] - time[i - k], tune[i, k - 1], beat[i, k - 1]
                    p = latest[key - height[i] + height[i - k]]
                    while p >= 0:
                        lapse = now - onset[begin + p]
                        if lapse > wide * gap:
                            break
                        worth = value[p, i - k] + earned
                        if lapse >= narrow * gap and worth + bonus > best:
                            worth += _texture(notes, begin + p, begin + j, prices)
                            if spanned[p, i - k] > 0:
                                covered = np.int64(onset[begin + p] - onset[begin + first[p, i - k]])
                                whole = covered, time[i - k] - time[head[p, i - k]]
                                lately_both = np.int64(lately[p, i - k]), np.int64(spanned[p, i - k])
                                worth += _rhythm((lapse, gap), whole, lately_both, bonus, prices)
                            if worth > best:
                                best, begun, begins, past, span = worth, first[p, i - k], head[p, i - k], lapse, gap
                        p = before[p]
                value[j, i], first[j, i], head[j, i], lately[j, i], spanned[j, i] = best, begun, begins, past, span
                if best + tails[i] > most:
                    most, last = best + tails[i], i
            before[j], latest[key] = latest[key], j
            if last >= 0:
                found[count] = (begin + first[j, last], begin + j, np.int64(head[j, last]), last, most)
                count += 1
    return found[:count]


@compiled
def _room(starts, length):  # type: ignore[no-untyped-def]
    """Empty tables for the longest piece: four of notes by pattern notes, the heads; of notes that before on its pitch, of pitches the latest note."""
    longest = 0
    for piece in range(len(starts) - 1):
        longest = max(longest, starts[piece + 1] - starts[piece])
    shape = (longest, length)
    four = np.empty(shape, np.int32), np.empty(shape, np.int32), np.empty(shape, np.int32), np.empty(shape, np.int32)
    heads, before, latest = np.empty(shape, np.int16), np.empty(longest, np.int32), np.empty(3 * ROOM, np.int32)
    return four[0], four[1], four[2], four[3], heads, before, latest


@compiled
def _texture(notes, p, j, prices):  # type: ignore[no-untyped-def]
    """What a link pays for another voice, or for notes of its own that it passes over."""
    if notes.voice[p] != notes.voice[j]:
        return prices[0]
    passed = min(np.int64(notes.turn[j]) - notes.turn[p] - 1, MOST_PASSED)
    return prices[1] + prices[2] * passed if passed > 0 else prices[3] * -passed


@compiled
def _rhythm(link, whole, lately, bonus, prices):  # type: ignore[no-untyped-def]
    """What a time earns that is the one that the chain so far leads one to expect, or pays that is not.

    `link`, `whole` and `lately` are times of the music beside the pattern's: of
    the link, of the chain before it, of the link before it. A twentieth is on
    time, a quarter a little off.
    """
    (lapse, gap), (covered, spanned), (past, expected) = link, whole, lately
    if 20 * abs(lapse * spanned - gap * covered) <= gap * covered:
        return bonus
    if 20 * abs(lapse * expected - gap * past) <= gap * past:
        return bonus + prices[4]
    if 4 * abs(lapse * spanned - gap * covered) <= gap * covered:
        return prices[5]
    return prices[6]
