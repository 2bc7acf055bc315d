"""The search of `ease`: places for the notes of one bar such that what changes costs least.

An exact search (Viterbi, second order): a place is judged with the two notes
before it. The charges are hand-set; twelve other settings moved nothing by more
than a few hundredths on sixty folk tunes.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from math import log2
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "BEAT",
    "FEWEST_RUN",
    "FEWEST_STROKES",
    "HELD",
    "REST",
    "SHORT",
    "SLOT",
    "Grid",
    "Knot",
    "Pulls",
    "Solved",
    "runs_in",
    "solved",
    "thinned",
]

SLOT = Fraction(1, 4)
REST, HELD, BEAT, SHORT = 0.4, 0.8, 1.6, 3.0  # what a stretched rest costs, a note longer than a beat, a beat, less
SQUARE = 0.8  # of the square of a stretch: else one of two equal notes would pay all
ODD_VALUE = 0.6  # a value that needs a tie
TOO_SHORT = 2.0  # a value shorter than all in the bar; half of it where the bar has sixteenths
DEMOTED, PROMOTED = 1.0, 0.15  # each step from bar line to beat, eighth, sixteenth, and back
SYNCOPATED = 4.0  # each level by which a sixteenth is held over a stronger place, where it was not: on an eighth it may
TURNED = 0.8  # neighbours of which the weaker becomes the stronger; the window is narrow: below .7 dotted pairs turn round, from 1 on equal values part
SIXTEENTHS = 3  # their level
MIDDLE, SHARED = 0.5, 1.0  # more for the middle of the bar, and for where other parts begin
CHORD = (
    8.0  # and more where they begin on a beat: harmony keeps its beats, though a tune in eighths gets sixteenths for it
)
LIMPS = 8.0  # a tuplet or a trill in three quarters of its time
OFF_GRID = 0.6  # a sixteenth place in a bar of eighths
HIDDEN = 20.0  # a bar line of the source on no beat
UNEQUAL, UNEQUAL_RUN = 2.0, 3.5  # equal neighbours that are so no more, alone and in a run
LEVELLED, REVERSED = 1.0, 4.0  # unequal ones that become equal, or the shorter the longer
DROPPED, DROPPED_BEAT = 2.6, 3.8  # a note left out of a run
FEWEST_RUN = 4  # notes of one value, or of dotted pairs, that make a run
FEWEST_STROKES = 2  # and under a kit, which takes a beat from all: a riff loses a stroke there, and gets no faster
TAKEN = 0.5  # a rest or the end of a held note whose time goes
CROWDED = 4.0  # each note of another part between two of the lead that no sixteenth is left for
MOST_DROPPED = 4  # in a row: a beat of sixteenths
MOVED = 0.04  # each sixteenth from the front of the bar: the first beats stay, the tail gives
NO_ROOM = 1000.0  # a bar whose notes find no places

Array = NDArray[np.float64]
Pulls = tuple[tuple[Fraction, tuple[float, ...]], ...]


class Knot(NamedTuple):
    """A place of the source that finds one in the target; in sixteenths from the beginning of the frame.

    ``value`` is the time to the next knot, ``weight`` what its stretch costs, ``level`` 0 for a bar
    line, 1 a beat, 2 an eighth, 3 less; ``run`` tells that it may be left out, and with how many
    of its neighbours, ``whole`` that a tuplet or a trill begins here, which only halves and doubles,
    ``tuplet`` of how many notes it is in a run of such, of which only the first may be left,
    ``over`` by how many levels what it is held over is stronger than its own place, ``free`` that nothing
    begins here, so that what follows may have its place and the time up to there goes; ``between``
    is how many notes of other parts begin before the next knot, which need places too; ``chord``
    that other parts begin here on a beat, where no kit says where the beats of all go.
    """

    at: Fraction
    value: Fraction
    weight: float
    level: int
    middle: bool
    shared: bool
    run: int
    whole: bool = False
    tuplet: int = 0
    fixed: int | None = None
    over: int = 0
    free: bool = False
    between: int = 0
    chord: bool = False


class Solved(NamedTuple):
    """The place of each knot, -1 for one that is left out, nothing where there is no room; and what that costs."""

    places: tuple[int, ...]
    cost: float


class Grid(NamedTuple):
    """The target's places: their levels, and the shortest value that is not too short."""

    levels: tuple[int, ...]
    shortest: Fraction
    fine: bool


def runs_in(values: Sequence[Fraction | int], beat: Fraction, fewest: int = FEWEST_RUN) -> dict[int, int]:
    """Of every run all but its first note, by number, with how many notes are one figure: one, or two of a dotted pair.

    Parameters
    ----------
    values
        Of notes in order; 0 for a rest, which ends a run.
    beat
        A run goes at two notes a beat or more.
    fewest
        Notes that make one.
    """
    found: dict[int, int] = {}
    for unit in (1, 2):
        low = 0
        for high in range(1, len(values) + 1):
            again = high - low < unit or (high < len(values) and values[high] == values[high - unit])
            if high == len(values) or not again or not (values[high] and values[high - 1]):
                figure = values[low : low + unit]
                fits = 2 * sum(figure) <= beat * unit and all(figure) and (unit == 1 or figure[0] != figure[-1])
                if high - low >= max(fewest, 2 * unit) and fits:
                    found.update((number, found.get(number, unit)) for number in range(low + 1, high))
                low = high if again or unit == 1 else high - 1  # a pair may begin with the note that ended the last
    low = 0
    while low + 4 <= len(values):  # dotted pairs and snaps by turns
        pair, high = {*values[low : low + 2]}, low + 2
        while len(pair) == 2 and sum(pair) == beat and {*values[high : high + 2]} == pair and high + 2 <= len(values):
            high += 2
        if high - low >= 4:
            found.update((number, 2) for number in range(low + 1, high) if number not in found)
        low = high if high - low >= 4 else low + 1
    return found


@lru_cache(maxsize=4096)
def solved(knots: tuple[Knot, ...], grid: Grid, pulls: Pulls) -> Solved:
    """The cheapest places."""
    count, slots = len(knots), len(grid.levels)
    step = _steps(slots)
    costs: dict[tuple[int, int], Array] = {(-1, 0): np.full((slots, slots), np.inf)}
    costs[-1, 0][0, 0] = 0.0
    before: dict[tuple[int, int], tuple[NDArray[np.int64], NDArray[np.int64]]] = {}
    pulled = dict(pulls)
    for number in range(1, count + 1):
        place = _place_costs(knots[number], grid, pulled) if number < count else _end_costs(slots)
        for last in range(number - 1, max(number - 2 - MOST_DROPPED, -1), -1):
            skipped = knots[last + 1 : number]
            taken = skipped[0] if len(skipped) == 1 and skipped[0].free else None
            if not (taken or all(knot.run for knot in skipped)):
                if all(knot.run or knot.free for knot in skipped):
                    continue
                break
            if skipped and not taken and len(skipped) % max(knot.run for knot in skipped):
                continue  # half a dotted pair
            dropped = TAKEN if taken else sum(map(_dropped, skipped))
            earlier = [pair for pair in costs if pair[1] == last]
            if not earlier:
                continue
            tables = [costs[pair][:, :, None] + _neighbours(knots, pair, slots) for pair in earlier]
            best = np.array([table.min(axis=0) for table in tables])
            which = best.argmin(axis=0)
            sums = best.min(axis=0) + _value_costs(knots[last], grid)[step] + place[None, :] + dropped
            if knots[last].weight != REST:
                sums = sums + SYNCOPATED * np.maximum(_held_over(grid.levels) - knots[last].over, 0)
            if number < count and REST not in (knots[last].weight, knots[number].weight):
                sums = sums + _turned_stress(grid.levels, knots[last].level - knots[number].level)
            if taken and taken.fixed is not None:  # by what follows, which comes to stand on it
                sums = sums + np.where(np.arange(slots) == taken.fixed, 0.0, np.inf)
            if not np.isfinite(sums).any():
                continue
            costs[last, number] = sums
            froms = np.array([table.argmin(axis=0) for table in tables])
            chosen = np.take_along_axis(froms, which[None], axis=0)[0]
            before[last, number] = np.array([pair[0] for pair in earlier])[which], chosen
    return _traced(costs, before, count, slots)


def _traced(
    costs: dict[tuple[int, int], Array],
    before: dict[tuple[int, int], tuple[NDArray[np.int64], NDArray[np.int64]]],
    count: int,
    slots: int,
) -> Solved:
    """The cheapest way back from the end."""
    ends = [pair for pair in costs if pair[1] == count]
    if not ends:
        return Solved((), NO_ROOM)
    pair = min(ends, key=lambda pair: float(costs[pair][:, slots - 1].min()))
    cost = float(costs[pair][:, slots - 1].min())
    here, there = int(costs[pair][:, slots - 1].argmin()), slots - 1
    places = [-1] * count
    while pair[0] >= 0:
        places[pair[0]] = here
        if pair not in before:
            break
        numbers, slots_before = before[pair]
        earlier, at = int(numbers[here, there]), int(slots_before[here, there])
        pair, here, there = (earlier, pair[0]), at, here
    return Solved(tuple(places), cost)


@lru_cache(maxsize=16)
def _steps(slots: int) -> NDArray[np.int64]:
    """From each place to each other: how far, 0 for back and for nothing."""
    places = np.arange(slots)
    found: NDArray[np.int64] = np.maximum(places[None, :] - places[:, None], 0)
    return found


@lru_cache(maxsize=256)
def _turned_stress(levels: tuple[int, ...], before: int) -> Array:
    """What two places cost of which the stronger was the weaker before."""
    places = np.array(levels)
    turned: Array = TURNED * ((places[:, None] - places[None, :]) * before < 0)
    return turned


@lru_cache(maxsize=64)
def _held_over(levels: tuple[int, ...]) -> NDArray[np.int64]:
    """From each sixteenth to each other place: by how many levels the strongest between them is stronger."""
    found = np.zeros((len(levels), len(levels)), np.int64)
    for place, level in enumerate(levels[:-2]):
        if level == SIXTEENTHS:
            found[place, place + 2 :] = level - np.minimum.accumulate(levels[place + 1 : -1])
    return found


def _dropped(knot: Knot) -> float:
    """What it costs to leave out a note, or all of a tuplet."""
    return (DROPPED_BEAT if knot.level < 2 else DROPPED) + DROPPED * max(knot.tuplet - 1, 0)


def _stretched(knot: Knot, value: Fraction | int) -> float:
    """What a note, or each of a tuplet, costs for lasting longer or less long."""
    stretch = abs(log2(value / knot.value))
    return knot.weight * max(knot.tuplet, 1) * (stretch + SQUARE * stretch**2)


def _alone(knot: Knot, value: Fraction | int) -> float:
    """What it costs that only the first note of a tuplet is left."""
    stretch = abs(log2(knot.tuplet * value / knot.value))
    return knot.weight * (stretch + SQUARE * stretch**2) + DROPPED * (knot.tuplet - 1)


def thinned(knot: Knot, value: int) -> bool:
    """Whether a note stands for a whole tuplet where it gets so much time, a half of it or less.

    Parameters
    ----------
    knot
        The tuplet, in a run of such.
    value
        Its time, in sixteenths.
    """
    return bool(knot.tuplet) and value < knot.value and _alone(knot, value) < _stretched(knot, value)


@lru_cache(maxsize=4096)
def _value_costs(knot: Knot, grid: Grid) -> Array:
    """What each new value of a note costs; none is shorter than a sixteenth."""
    costs = np.full(len(grid.levels), np.inf)
    for value in range(1, len(grid.levels)):
        thin = thinned(knot, value)
        cost = _alone(knot, value) if thin else _stretched(knot, value)
        if knot.whole and not thin and (value / knot.value).numerator != 1 and (value / knot.value).denominator != 1:
            cost += LIMPS
        cost += CROWDED * max(knot.between + 1 - value, 0)
        if knot.weight != REST:
            odd = value // (value & -value)
            cost += ODD_VALUE * (odd not in (1, 3)) + TOO_SHORT * (value < grid.shortest) * (0.5 if grid.fine else 1)
        costs[value] = cost
    return costs


def _place_costs(knot: Knot, grid: Grid, pulls: dict[Fraction, tuple[float, ...]]) -> Array:
    """What each place costs a note."""
    costs = np.array(pulls.get(knot.at, np.zeros(len(grid.levels))), float)
    for slot, level in enumerate(grid.levels):
        steps = level - knot.level
        costs[slot] += MOVED * abs(slot - float(knot.at)) + (DEMOTED * steps if steps > 0 else -PROMOTED * steps)
        if steps > 0 and level > 1:
            shared = CHORD if knot.chord else SHARED
            costs[slot] += MIDDLE * knot.middle + shared * knot.shared + HIDDEN * (knot.level == 0)
        costs[slot] += OFF_GRID * (level == 3 and not grid.fine)
        if slot == 0 or (knot.fixed is not None and slot != knot.fixed):
            costs[slot] = np.inf
    return costs


@lru_cache(maxsize=16)
def _end_costs(slots: int) -> Array:
    costs = np.full(slots, np.inf)
    costs[-1] = 0.0
    return costs


def _neighbours(knots: Sequence[Knot], pair: tuple[int, int], slots: int) -> Array:
    """What the values of two notes cost together, by the places of the first, the second and what follows."""
    first, second = (knots[number] if number >= 0 else None for number in pair)
    if first is None or second is None or REST in (first.weight, second.weight):
        return _pair_costs(slots, 2, False)
    return _pair_costs(slots, (first.value > second.value) - (first.value < second.value), second.run == 1)


@lru_cache(maxsize=64)
def _pair_costs(slots: int, relation: int, run: bool) -> Array:
    """Relation 0 for equal values, 1 for long and short, -1 for short and long, 2 for nothing to compare."""
    step = _steps(slots)
    one, two = step[:, :, None], step[None, :, :]
    if relation == 2:
        return np.zeros((slots, slots, slots))
    if relation == 0:
        return np.where(one == two, 0.0, UNEQUAL_RUN if run else UNEQUAL)
    turned = one < two if relation == 1 else one > two
    return np.where(turned, REVERSED, np.where(one == two, LEVELLED, 0.0))
