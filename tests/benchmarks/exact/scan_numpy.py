"""The loops of the scan with numpy: the same pairs as `scan_numba`."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["pairs", "places"]

ROOM = 128  # as in the kernel
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
