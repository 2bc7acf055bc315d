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

__all__ = ["SeedWindow", "rare_windows", "windows"]

MOST_CHANGES = 2  # that windows are laid out for
FEWEST = 4  # notes of a window, where the pattern has so many
FURTHER = 60_000  # places of further windows, the rarest first: in a small corpus all are looked up


class SeedWindow(NamedTuple):
    """Notes of a pattern's line in a row: the first one's number, how many, and their intervals."""

    number: int
    notes: int
    intervals: tuple[int, ...]


def windows(height: Sequence[int]) -> tuple[list[SeedWindow], int]:
    """All windows of a pattern's line, and how many of them that have no note in common are to be looked up.

    Parameters
    ----------
    height
        The notes of the line, in semitones.
    """
    length = len(height)
    changes = min(MOST_CHANGES, max(length // FEWEST - 1, 0))
    notes = min(max(length // (changes + 1), 2), INTERVALS + 1)
    rise = [b - a for a, b in pairwise(height)]
    every = [SeedWindow(first, notes, tuple(rise[first : first + notes - 1])) for first in range(length - notes + 1)]
    return every, changes + 1


def rare_windows(every: Sequence[SeedWindow], apart: int, counts: Sequence[int]) -> list[int]:
    """The numbers of the windows that are looked up, the rarest first.

    Parameters
    ----------
    every, apart
        As `windows` has them.
    counts
        How many places there are for each.
    """
    chosen = _rarest(counts, every[0].notes, apart)
    others = sorted((many, number) for number, many in enumerate(counts) if number not in chosen)
    seen = accumulate(many for many, _ in others)
    further = [number for (_, number), places in zip(others, seen, strict=True) if places <= FURTHER]
    return sorted([*chosen, *further], key=lambda number: (counts[number], number))


def _rarest(counts: Sequence[int], notes: int, many: int) -> list[int]:
    """So many windows that have no note in common, of all choices the one with the fewest places."""

    @cache
    def best(first: int, left: int) -> tuple[int, tuple[int, ...]]:
        if not left:
            return 0, ()
        if first >= len(counts):
            return 10**18, ()
        places, after = best(first + notes, left - 1)
        return min(best(first + 1, left), (places + counts[first], (first, *after)))

    return list(best(0, many)[1])
