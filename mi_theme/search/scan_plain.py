"""The loops of the scan with numpy: the same pairs and chains as `scan_kernel`."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["chains", "pairs", "places"]

MATCH, SKIPPED = 4, 1  # as in the kernel
KEPT, REACH = 3, 3
ROOM = 128
KEYS = 3 * ROOM
BITS = 32  # of an onset in a key that sorts by piece, pitch and onset
CHUNK = 50_000  # notes whose pairs are held in memory at once

Whole = NDArray[np.int64]


class _Index(NamedTuple):
    """The notes by piece, pitch and onset."""

    onset: Whole
    pitch: Whole
    piece: Whole
    order: Whole
    keys: Whole

    @classmethod
    def of(cls, onset: NDArray[Any], pitch: NDArray[Any], starts: Whole) -> _Index:
        piece = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
        keys = _keys(piece, pitch.astype(np.int64), onset.astype(np.int64))
        order = np.argsort(keys, kind="stable")
        return cls(onset.astype(np.int64), pitch.astype(np.int64), piece, order, keys[order])

    def place(self, rows: Whole, interval: int | Whole, when: NDArray[np.floating[Any]]) -> Whole:
        """Where, in `order`, the first note begins that is `interval` above each row's, in its piece, not before `when`."""
        ticks = np.clip(np.ceil(when), 0, 2.0**BITS - 1).astype(np.int64)
        found: Whole = np.searchsorted(self.keys, _keys(self.piece[rows], self.pitch[rows] + interval, ticks))
        return found


def pairs(
    onset: NDArray[Any], pitch: NDArray[Any], starts: Whole, gap: NDArray[np.float64], interval: Whole,
    narrow: float, wide: float, slack: float, missing: int,
) -> Whole:  # fmt: skip
    """Pairs of notes that the rest of a pattern stands around; see `scan.scan`."""
    index = _Index.of(onset, pitch, starts)
    blocks = [np.zeros((0, 4), np.int64)]
    for begin in range(0, len(onset), CHUNK):
        rows = np.arange(begin, min(begin + CHUNK, len(onset)))
        for base in range(missing + 1):
            for partner in range(base + 1, missing + 2):
                j, k = _partners(index, rows, interval[base, partner], gap[base, partner], narrow, wide)
                stands = _stand(index, j, k, gap[base], interval[base], partner, slack, missing)
                ends = np.broadcast_to((base, partner), (int(stands.sum()), 2))
                blocks.append(np.column_stack([j[stands], k[stands], ends]))
    return np.concatenate(blocks)


def _keys(piece: Whole, pitch: Whole, onset: Whole) -> Whole:
    return ((piece * KEYS + pitch + ROOM) << BITS) + onset


def _partners(
    index: _Index, rows: Whole, interval: int, lapse: float, narrow: float, wide: float
) -> tuple[Whole, Whole]:
    """Each row with every note an interval above, so much later."""
    now = index.onset[rows]
    first = index.place(rows, interval, now + narrow * lapse)
    last = index.place(rows, interval, np.floor(now + wide * lapse) + 1)
    counts = last - first
    j = np.repeat(rows, counts)
    within = np.arange(len(j)) - np.repeat(np.cumsum(counts) - counts, counts)
    return j, index.order[np.repeat(first, counts) + within]


def _stand(
    index: _Index, j: Whole, k: Whole, gap: NDArray[np.float64], interval: Whole, partner: int, slack: float, missing: int
) -> NDArray[np.bool_]:  # fmt: skip
    """Whether enough of the pattern is where two of its notes say that it must be."""
    now = index.onset[j]
    stretch = (index.onset[k] - now) / gap[partner]
    absent = np.full(len(j), partner - 1)
    room = stretch * slack
    for i in range(partner + 1, len(gap)):
        place = now + stretch * gap[i]
        first = np.maximum(place - room, now + 1.0)
        there = index.place(j, int(interval[i]), first) < index.place(j, int(interval[i]), np.floor(place + room) + 1)
        absent += ~there
    return absent <= missing


def places(
    onset: NDArray[Any], pitch: NDArray[Any], starts: Whole, rows: Whole, time: Whole, height: Whole, slack: float
) -> Whole:
    """Where every note of the pattern is that is where a pair says that it must be, else -1."""
    found = np.full((len(rows), len(time)), -1)
    if not len(rows):
        return found
    index = _Index.of(onset, pitch, starts)
    j, k, base, partner = rows.T
    stretch = (index.onset[k] - index.onset[j]) / (time[partner] - time[base])
    for i in range(len(time)):
        place, interval = index.onset[j] + stretch * (time[i] - time[base]), height[i] - height[base]
        first = index.place(j, interval, place - stretch * slack)
        there = first < index.place(j, interval, np.floor(place + stretch * slack) + 1)
        found[there, i] = index.order[first[there]]
    each = np.arange(len(rows))
    found[each, base], found[each, partner] = j, k
    return found


def chains(
    onset: NDArray[Any], pitch: NDArray[Any], starts: Whole, time: Whole, height: Whole, narrow: float, wide: float,
    least: int,
) -> Whole:  # fmt: skip
    """Notes that continue a pattern at one transposition, in roughly its rhythm; see `scan.propose`."""
    blocks = [np.zeros((0, 5), np.int64)]
    for begin, end in zip(starts.tolist(), starts[1:].tolist(), strict=False):
        table = _Chains(time, height, narrow, wide, onset)
        blocks += [table.take(j, int(onset[j]), int(pitch[j]), least) for j in range(begin, end)]
    return np.concatenate(blocks)


class _Chains:
    """For each transposition and pattern note the best chains that end there and can still go on."""

    def __init__(self, time: Whole, height: Whole, narrow: float, wide: float, onset: NDArray[Any]) -> None:
        self.time, self.height, self.narrow, self.wide, self.onset = time, height, narrow, wide, onset
        shape = (KEYS, len(time), KEPT)
        self.value, self.first, self.head, self.last = (np.zeros(shape, np.int64) for _ in range(4))
        self.notes = np.arange(len(time))
        ahead = time[np.minimum(self.notes + REACH, len(time) - 1)] - time
        self.patience = wide * ahead

    def take(self, j: int, now: int, pitch: int, least: int) -> Whole:
        """Continue chains with one note; rows for those worth as much as `least`."""
        key, notes = pitch - self.height + ROOM, self.notes
        best, begun, head = np.full(len(notes), MATCH), np.full(len(notes), j), notes.copy()
        for k in range(1, REACH + 1):
            before = np.maximum(notes - k, 0)
            for slot in range(KEPT):
                place = key, before, np.full(len(notes), slot)
                earned = self._earned(place, now, k)
                better = (notes >= k) & (earned > best)
                best = np.where(better, earned, best)
                begun = np.where(better, self.first[place], begun)
                head = np.where(better, self.head[place], head)
        self._keep(key, now, best, begun, head)
        worth = best >= least
        count = int(worth.sum())
        return np.column_stack([begun[worth], np.full(count, j), head[worth], notes[worth], best[worth]])

    def _earned(self, place: tuple[Whole, Whole, Whole], now: int, k: int) -> Whole:
        """What chains that end `k` pattern notes before are worth with this note; 0 where there are none."""
        before, last, head = place[1], self.last[place], self.head[place]
        lapse, gap = (now - last).astype(float), (self.time[self.notes] - self.time[before]).astype(float)
        past = (self.time[before] - self.time[head]).astype(float)
        covered = (last - self.onset[self.first[place]]).astype(float)
        bent = np.where(head < before, _bent(lapse * past, gap * covered), 0)
        earned = self.value[place] + MATCH - SKIPPED * (k - 1) - bent
        fits = (self.value[place] > 0) & (lapse >= self.narrow * gap) & (lapse <= self.wide * gap)
        return np.where(fits, earned, 0)

    def _keep(self, key: Whole, now: int, best: Whole, begun: Whole, head: Whole) -> None:
        """In place of the first chain that can no longer go on, else of the one worth least, of equals the oldest."""
        values, lasts = self.value[key, self.notes], self.last[key, self.notes]
        over = (values == 0) | (lasts < (now - self.patience)[:, None])
        least = np.lexsort((lasts, values), axis=1)[:, 0]
        slot = np.where(over.any(axis=1), over.argmax(axis=1), least)
        kept = over.any(axis=1) | (values[self.notes, slot] <= best)
        at = key[kept], self.notes[kept], slot[kept]
        self.value[at], self.first[at], self.head[at], self.last[at] = best[kept], begun[kept], head[kept], now


def _bent(lapse: NDArray[np.float64], expected: NDArray[np.float64]) -> Whole:
    """What a time pays that is not the one the chain so far leads one to expect."""
    bent = ((lapse * 5 < expected * 4) | (lapse * 4 > expected * 5)).astype(np.int64)
    bent += (lapse * 8 < expected * 5) | (lapse * 5 > expected * 8)
    bent += 2 * ((lapse * 5 < expected * 2) | (lapse * 2 > expected * 5)).astype(np.int64)
    return bent
