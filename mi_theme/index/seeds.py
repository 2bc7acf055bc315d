"""Seeds: runs of four intervals, and where each begins.

An interval is a number from 0 (an octave down, or more) to 24 (an octave up, or
more); where a line ends before the run does it is `NONE`. The first intervals are the
leading digits of a seed, so that all runs that begin alike are neighbours: a run of
three intervals is a range of seeds.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mi_theme.index.line_making import order_of
from mi_theme.index.stored_notes import BETWEEN, NoteLines

__all__ = ["BASE", "INTERVALS", "LARGEST", "NONE", "Postings", "span_of"]

INTERVALS = 4  # of a seed: five notes
OCTAVE = 12
NONE = 2 * OCTAVE + 1
BASE = NONE + 1
LARGEST = 2**24  # heights of a shard: places are three bytes
Whole = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Postings:
    """Where each seed begins. Only seeds that occur are in it, so that it is as small as the music.

    Attributes
    ----------
    seed_gap
        Of each seed that occurs, ascending, by how much it is more than the one before, of the first more than 0;
        in the smallest unsigned type that holds them, shape (seeds,).
    seed_count
        How many entries each has; in the smallest unsigned type that holds them, shape (seeds,).
    entry
        Places in ``NoteLines.height``, by seed, ascending within each, three bytes a place; shape (3 n,).
    """

    seed_gap: NDArray[Any]
    seed_count: NDArray[Any]
    entry: NDArray[np.uint8]

    @cached_property
    def seeds(self) -> NDArray[np.uint32]:
        """The seeds that occur, ascending; shape (seeds,)."""
        return np.cumsum(self.seed_gap, dtype=np.uint32)

    @cached_property
    def starts(self) -> NDArray[np.uint32]:
        """Where the entries of each begin, and the end of the last; shape (seeds + 1,)."""
        return np.append(np.uint32(0), np.cumsum(self.seed_count, dtype=np.uint32))

    def __len__(self) -> int:
        return len(self.entry) // 3

    def spans(self, seeds: NDArray[np.uint32]) -> Whole:
        """Where the entries of all seeds from some up to but not others begin and end.

        Parameters
        ----------
        seeds
            As `span_of` has them, shape (n, 2).
        """
        return self.starts[np.searchsorted(self.seeds, seeds)].astype(np.int64)

    def places(self, spans: Iterable[tuple[int, int]]) -> Whole:
        """The places of the entries from some up to but not others, one span after another.

        Parameters
        ----------
        spans
            As `spans` has them.
        """
        entries = [self.entry[:0], *(self.entry[3 * begin : 3 * end] for begin, end in spans)]
        low, middle, high = np.concatenate(entries).reshape(-1, 3).T.astype(np.int64)
        found: Whole = low | middle << 8 | high << 16
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
        seeds, counts = np.unique(seed[order], return_counts=True)
        bytes_of_each = order.astype("<u4").view(np.uint8).reshape(-1, 4)[:, :3]
        gaps = np.diff(seeds, prepend=0)
        return cls(_smallest(gaps), _smallest(counts), np.ascontiguousarray(bytes_of_each).reshape(-1))


def _smallest(column: NDArray[Any]) -> NDArray[Any]:
    """Numbers from 0 on in the smallest type that holds them."""
    return column.astype(np.min_scalar_type(int(column.max(initial=0))))


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
