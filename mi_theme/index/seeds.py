"""Seeds: runs of four intervals, and where each begins.

An interval is a number from 0 (an octave down, or more) to 24 (an octave up, or
more); where a line ends before the run does it is `NONE`. The first intervals are the
leading digits of a seed, so that all runs that begin alike are neighbours: a run of
three intervals is a range of seeds.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mi_theme.index.line_making import order_of
from mi_theme.index.stored_notes import BETWEEN, NoteLines

__all__ = ["BASE", "INTERVALS", "LARGEST", "NONE", "SEEDS", "Postings", "span_of"]

INTERVALS = 4  # of a seed: five notes
OCTAVE = 12
NONE = 2 * OCTAVE + 1
BASE = NONE + 1
LARGEST = 2**24  # heights of a shard: places are three bytes
SEEDS = BASE**INTERVALS


class Postings(NamedTuple):
    """Where each seed begins.

    Attributes
    ----------
    seed_start
        Where the entries of each seed begin, and the end of the last; shape (SEEDS + 1,).
    entry
        Places in `NoteLines.height`, by seed, ascending within each, three bytes a place; shape (3 n,).
    """

    seed_start: NDArray[np.uint32]
    entry: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.entry) // 3

    def places(self, first: int, last: int) -> NDArray[np.int64]:
        """The places of all seeds from one up to but not another.

        Parameters
        ----------
        first, last
            As `span_of` has them.
        """
        begin, end = int(self.seed_start[first]), int(self.seed_start[last])
        low, middle, high = self.entry[3 * begin : 3 * end].reshape(-1, 3).T.astype(np.int64)
        found: NDArray[np.int64] = low | middle << 8 | high << 16
        return found

    @classmethod
    def of(cls, lines: NoteLines) -> Postings:
        """Every seed of every pitched line; of an outer line those that no line has."""
        height = lines.height.astype(np.int32)
        ends = height == BETWEEN
        seed = np.zeros(len(height), np.int32)
        for ahead in range(1, INTERVALS + 1):
            seed = seed * BASE + _intervals(height, ends, ahead)
        wanted = np.flatnonzero(_begins(lines, ends))
        order = wanted[order_of(seed[wanted].astype(np.int64))]
        counts = np.bincount(seed[order], minlength=SEEDS)
        bytes_of_each = order.astype("<u4").view(np.uint8).reshape(-1, 4)[:, :3]
        return cls(np.append(0, np.cumsum(counts)).astype(np.uint32), np.ascontiguousarray(bytes_of_each).reshape(-1))


def _intervals(height: NDArray[np.int32], ends: NDArray[np.bool_], ahead: int) -> NDArray[np.int32]:
    """The interval that leads to the note so many ahead of each; `NONE` where the line ends before."""
    count = len(height)
    found = np.full(count, NONE, np.int32)
    if count > ahead:
        over = ends[: count - ahead].copy()
        for step in range(1, ahead + 1):
            over |= ends[step : count - ahead + step]
        rise = height[ahead:] - height[ahead - 1 : count - 1]
        found[: count - ahead] = np.where(over, NONE, np.clip(rise, -OCTAVE, OCTAVE) + OCTAVE)
    return found


def _begins(lines: NoteLines, ends: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Where a seed begins that is to be found."""
    rows = len(lines.gap)
    pitched = np.repeat(lines.line_pitched, np.diff(lines.line_start))
    follows = np.append(~ends[1:], False)[: len(ends)]
    found: NDArray[np.bool_] = ~ends & follows
    found[:rows] &= pitched
    leaves = np.append(np.diff(lines.outer.astype(np.int64)) != 1, True)[: len(lines.outer)]
    leaving = leaves.copy()
    for ahead in range(1, INTERVALS):
        leaving[:-ahead] |= leaves[ahead:]
    found[rows:] &= leaving
    return found


def span_of(intervals: Sequence[int]) -> tuple[int, int]:
    """The first seed that begins with some intervals, in semitones, and the one after the last."""
    first = 0
    for interval in intervals[:INTERVALS]:
        first = first * BASE + min(max(interval, -OCTAVE), OCTAVE) + OCTAVE
    many: int = BASE ** (INTERVALS - min(len(intervals), INTERVALS))
    return first * many, (first + 1) * many
