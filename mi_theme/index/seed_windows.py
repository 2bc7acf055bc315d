"""What of a pattern is looked up in an index: windows of its notes, so few and so rare as its length allows.

A change touches one window at most of those that have no note in common. So of
as many windows as changes are to be borne, and one more, one is whole in every copy
that is changed so often.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from mi_theme.index.seeds import INTERVALS
from mi_theme.search.corpus.proposals import line_of
from mi_theme.search.kernels.kernel_inputs import ExtendedLine
from mi_theme.search.match.chance import Chance, ChancePlace, background
from mi_theme.search.match.evidence import COPY_MODEL, whole_copy
from mi_theme.search.match.expectations import information_of
from mi_theme.search.patterns import Pattern

__all__ = ["SeedWindow", "extended_line", "needed", "windows"]

MOST_CHANGES = 2  # that windows are laid out for
FEWEST = 4  # notes of a window, where the pattern has so many
CHEAP = 30_000  # places of a further window that is looked up all the same
TENTHS = 10
SLACK = 6.0  # nats that a piece may make of a pattern more than the background does
THICKNESS, SIZES = (0.0, 1.0), (100, 10_000)
ADDED = COPY_MODEL.insertion + COPY_MODEL.inserted
LEFT_OUT = COPY_MODEL.omission + COPY_MODEL.omitted


class SeedWindow(NamedTuple):
    """Notes of a pattern's line in a row: the first one's number, how many, and their intervals."""

    number: int
    notes: int
    intervals: tuple[int, ...]


def windows(height: Sequence[int], count: Callable[[tuple[int, ...]], int]) -> list[SeedWindow]:
    """The windows that are looked up, the rarest first.

    Parameters
    ----------
    height
        The notes of the line, in semitones.
    count
        How many places there are for a window of some intervals.
    """
    length = len(height)
    changes = min(MOST_CHANGES, max(length // FEWEST - 1, 0))
    notes = min(max(length // (changes + 1), 2), INTERVALS + 1)
    rise = [b - a for a, b in pairwise(height)]
    every = [SeedWindow(first, notes, tuple(rise[first : first + notes - 1])) for first in range(length - notes + 1)]
    counts = [count(window.intervals) for window in every]
    chosen = _rarest(counts, notes, changes + 1)
    cheap = [number for number, many in enumerate(counts) if many <= CHEAP and number not in chosen]
    return [every[number] for number in sorted([*chosen, *cheap], key=lambda number: (counts[number], number))]


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


def extended_line(pattern: Pattern, span: int, least: float) -> ExtendedLine:
    """A pattern as its seeds are extended.

    Parameters
    ----------
    pattern
        What is looked for; of notes that begin together the highest.
    span
        Notes of a seed.
    least
        What must be reached, in nats.
    """
    time, height = line_of(pattern)
    news, _ = information_of(np.diff(height), np.diff(time).astype(np.float64))
    earned = np.rint(TENTHS * np.append(0.0, news)).astype(np.int64)
    left = np.append(np.cumsum(earned[::-1])[::-1], 0)
    kinds = (COPY_MODEL.step, COPY_MODEL.octave, ADDED, LEFT_OUT, COPY_MODEL.omission, COPY_MODEL.omitted)
    prices = np.array([round(TENTHS * kind) for kind in kinds], np.int64)
    return ExtendedLine(height, earned, left, prices, span, round(TENTHS * least))


def needed(pattern: Pattern, notes: int, max_evalue: float) -> float:
    """What the intervals of a hit must say at least, in nats, to be found no oftener by chance; inf where nothing can.

    Parameters
    ----------
    pattern
        What is looked for.
    notes
        In how many notes.
    max_evalue
        The most hits as good that chance may bring.
    """
    whole = whole_copy(pattern)
    time, height = line_of(pattern)
    rhythm = whole - float(information_of(np.diff(height), np.diff(time).astype(np.float64))[0].sum())
    known = background()
    places = [ChancePlace(whole, len(pattern), thick, size) for thick in THICKNESS for size in SIZES]
    lowest = min(_nats(Chance(known.proposed, place, notes), max_evalue, whole) for place in places)
    return lowest - max(rhythm, 0.0) - SLACK


def _nats(chance: Chance, max_evalue: float, whole: float) -> float:
    """The least evidence that is no likelier; inf where not even so much as a whole copy and more is."""
    low, high = 0.0, whole + SLACK
    if chance.evalue(high) > max_evalue:
        return float("inf")
    for _ in range(30):
        middle = (low + high) / 2
        low, high = (middle, high) if chance.evalue(middle) > max_evalue else (low, middle)
    return high
