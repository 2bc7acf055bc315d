"""What of a pattern is looked up in an index: windows of its notes, so few and so rare as its length allows.

A change touches one window at most of those that have no note in common. So of
as many windows as changes are to be borne, and one more, one is whole in every copy
that is changed so often.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import accumulate, pairwise
from typing import NamedTuple

from mi_theme.index.seeds import INTERVALS

__all__ = ["LookUp", "SeedWindow", "rare_windows", "windows"]

MOST_CHANGES = 2  # that windows are laid out for
FEWEST = 4  # notes of a window, where the pattern has so many
FREELY = 10_000  # places around which a copy may be changed as much as its E bears: in a small corpus all


class SeedWindow(NamedTuple):
    """Notes of a pattern's line in a row: the first one's number, how many, and their intervals."""

    number: int
    notes: int
    intervals: tuple[int, ...]

    @property
    def end(self) -> int:
        """The number after the last one's."""
        return self.number + self.notes


def windows(height: Sequence[int]) -> tuple[list[SeedWindow], int]:
    """All windows of a pattern's line that a seed holds, and how many that have no note in common are to be looked up.

    Parameters
    ----------
    height
        The notes of the line, in semitones.
    """
    length = len(height)
    changes = min(MOST_CHANGES, max(length // FEWEST - 1, 0))
    notes = min(max(length // (changes + 1), 2), INTERVALS + 1)
    rise = [b - a for a, b in pairwise(height)]
    every = [
        SeedWindow(first, many, tuple(rise[first : first + many - 1]))
        for many in range(notes, min(INTERVALS + 1, length) + 1)
        for first in range(length - many + 1)
    ]
    return every, changes + 1


class LookUp(NamedTuple):
    """What is looked up of a window.

    Attributes
    ----------
    window
        The number of a window that a seed holds.
    number, notes
        The first note, and how many, that must all be there: these, or more.
    changes
        How many the rest of a copy may have (notes changed, put in or left out); -1 for as many as it bears.
    """

    window: int
    number: int
    notes: int
    changes: int


def rare_windows(every: Sequence[SeedWindow], apart: int, counts: Sequence[int]) -> list[LookUp]:
    """The windows that are looked up, the rarest first.

    Of the rarest a copy may be changed as much as it bears. The others have so many
    places that a copy is looked for there only where those that are rarer have lost
    it: with the changes that the windows are laid out for and one more, and with
    all notes up to the next window.

    Parameters
    ----------
    every, apart
        As `windows` has them.
    counts
        How many places there are for each.
    """
    chosen = sorted(_rarest(every, counts, apart), key=lambda number: every[number].number)
    order = sorted(range(len(every)), key=lambda number: (counts[number], number))
    seen = accumulate(counts[number] for number in order)
    free = [number for number, places in zip(order, seen, strict=True) if places <= FREELY]
    found = [LookUp(number, every[number].number, every[number].notes, -1) for number in free]
    first = 0
    for row, number in enumerate(chosen):
        after = chosen[row + 1 : row + 2]
        common = all(
            counts[number] >= counts[other] for other in after
        )  # what lies between two belongs to the commoner one
        ends = [every[other].number for other in after] or [max(window.end for window in every)]
        stop = ends[0] if common else every[number].end
        if number not in free:
            found.append(LookUp(number, first, stop - first, apart))
        first = stop
    return sorted(found, key=lambda row: (counts[row.window], row.window))


def _rarest(every: Sequence[SeedWindow], counts: Sequence[int], many: int) -> list[int]:
    """So many windows that have no note in common, of all choices the one with the fewest places."""

    @cache
    def best(first: int, left: int) -> tuple[int, tuple[int, ...]]:
        if not left:
            return 0, ()
        found: list[tuple[int, tuple[int, ...]]] = [(10**18, ())]
        for number, window in enumerate(every):
            if window.number >= first:
                places, after = best(window.end, left - 1)
                found.append((places + counts[number], (number, *after)))
        return min(found)

    return list(best(0, many)[1])
