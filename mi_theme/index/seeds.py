"""Seeds: runs of four intervals, and where each begins.

An interval is a number from 0 (an octave down, or more) to 24 (an octave up, or
more); where a line ends before the run does it is `NONE`. The first intervals are the
leading digits of a seed, so that all runs that begin alike are neighbours: a run of
three intervals is a range of seeds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mi_theme.index.stored_notes import BETWEEN, NoteLines

__all__ = ["BASE", "INTERVALS", "LARGEST", "NONE", "PLACE_BITS", "Postings", "span_of"]

INTERVALS = 4  # of a seed: five notes
OCTAVE = 12
NONE = 2 * OCTAVE + 1
BASE = NONE + 1
PLACE_BYTES, PLACE_BITS = 3, 24  # of a place in a shard
LARGEST = 2**PLACE_BITS  # heights of a shard
#: the interval of each difference of two heights, modulo 256
INTERVAL_OF = (np.clip(np.arange(256).astype(np.uint8).view(np.int8), -OCTAVE, OCTAVE) + OCTAVE).astype(np.uint8)
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

    @classmethod
    def of(cls, lines: NoteLines) -> Postings:
        """Every seed of every pitched line; of an outer line those that no line has."""
        places = np.flatnonzero(_begins(lines))
        entries = _seeds(lines.height)[places].astype("<i8")
        entries <<= PLACE_BITS
        entries |= places
        entries.sort()
        seeds = entries >> PLACE_BITS
        first = np.flatnonzero(np.append(True, seeds[1:] != seeds[:-1])[: len(seeds)])
        gaps, counts = np.diff(seeds[first], prepend=0), np.diff(np.append(first, len(seeds)))
        bytes_of_each = entries.view(np.uint8).reshape(-1, 8)[:, :PLACE_BYTES]
        return cls(_smallest(gaps), _smallest(counts), np.ascontiguousarray(bytes_of_each).reshape(-1))


def _smallest(column: NDArray[Any]) -> NDArray[Any]:
    """Numbers from 0 on in the smallest type that holds them."""
    return column.astype(np.min_scalar_type(int(column.max(initial=0))))


def _seeds(height: NDArray[np.uint8]) -> NDArray[np.int32]:
    """The seed that begins with each note; what stands for one between lines, and for the last note of one, means nothing."""
    ends = np.flatnonzero(height == BETWEEN)
    rise = INTERVAL_OF[np.diff(height, append=np.uint8(BETWEEN))]  # differences of notes are told apart modulo 256
    rise[ends[ends > 0] - 1] = NONE
    rise[ends] = NONE
    far = np.concatenate([rise, np.full(INTERVALS, NONE, np.uint8)])
    pair = far[:-1].astype(np.int32) * BASE + far[1:]
    found: NDArray[np.int32] = pair[: len(height)] * BASE**2 + pair[2 : len(height) + 2]
    second = ends[ends > 1] - 2  # its line has one more note: what follows the end is of another line
    found[second] = (found[second] // BASE + 1) * BASE - 1
    return found


def _begins(lines: NoteLines) -> NDArray[np.bool_]:
    """Where a seed begins that is to be found."""
    rows, ends = len(lines.gap), lines.height == BETWEEN
    found: NDArray[np.bool_] = ~(ends | np.append(ends[1:], True)[: len(ends)])
    if not lines.line_pitched.all():
        found[:rows] &= np.repeat(lines.line_pitched, np.diff(lines.line_start))
    leaves = np.append(np.diff(lines.outer.view(np.int16)) != 1, True)[: len(lines.outer)]
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
