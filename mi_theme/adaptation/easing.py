"""Time taken where it is missed least: the strategy `ease`, bar by bar.

An arranger who has to lose a beat takes it from rests and held notes first, and
leaves runs as they are, or a note out of them. So each bar is solved for itself:
every note of the lead finds a place on the sixteenth grid such that what changes
costs least, by an exact search (Viterbi, second order: a place is judged with the
two notes before it). A second pass pulls bars together that could go either way;
then the other parts' notes and the beats find places between those of the lead.

The charges are hand-set; twelve other settings moved nothing by more than a few
hundredths on sixty folk tunes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from math import log2
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mi_theme.adaptation.costs import priced
from mi_theme.adaptation.frames import Frame, Outcome, Reason, Task, starts_of
from mi_theme.adaptation.rules import regroup
from mi_theme.errors import StrategyError
from mi_theme.warp import Warp

__all__ = ["eased_outcomes"]

SLOT = Fraction(1, 4)
MOST_SLOTS = 48  # of a frame: three bars of 4/4
REST, HELD, BEAT, SHORT = 0.4, 0.8, 1.6, 3.0  # what a stretched rest costs, a note longer than a beat, a beat, less
GIVERS = {REST: "rests", HELD: "held notes", BEAT: "notes of a beat", SHORT: "shorter notes"}
SQUARE = 0.8  # of the square of a stretch: else one of two equal notes would pay all
ODD_VALUE = 0.6  # a value that needs a tie
TOO_SHORT = 2.0  # a value shorter than all in the bar; half of it where the bar has sixteenths
DEMOTED, PROMOTED = 1.0, 0.15  # each step from bar line to beat, eighth, sixteenth, and back
MIDDLE, SHARED = 0.5, 1.0  # more for the middle of the bar, and for where other parts begin
LIMPS = 6.0  # a tuplet or a trill in three quarters of its time
OFF_GRID = 0.6  # a sixteenth place in a bar of eighths
HIDDEN = 20.0  # a bar line of the source on no beat
UNEQUAL, UNEQUAL_RUN = 2.0, 3.5  # equal neighbours that are so no more, alone and in a run
LEVELLED, REVERSED = 1.0, 4.0  # unequal ones that become equal, or the shorter the longer
DROPPED, DROPPED_BEAT = 2.6, 3.8  # a note left out of a run
MOST_DROPPED = 3  # in a row
FEWEST_RUN = 4  # notes of one value that make a run
MOVED = 0.04  # each sixteenth from the front of the bar: the first beats stay, the tail gives
ALIKE = 0.8  # a beat that no other bar puts there

Array = NDArray[np.float64]


class Knot(NamedTuple):
    """A place of the source that finds one in the target; in sixteenths from the beginning of the frame.

    ``value`` is the time to the next knot, ``weight`` what its stretch costs, ``level`` 0 for a bar
    line, 1 a beat, 2 an eighth, 3 less; ``run`` tells that it may be left out, ``whole`` that a
    tuplet or a trill begins here, which only halves and doubles.
    """

    at: Fraction
    value: Fraction
    weight: float
    level: int
    middle: bool
    shared: bool
    run: bool
    whole: bool = False
    fixed: int | None = None


class Grid(NamedTuple):
    """The target's places: their levels, and the shortest value that is not too short."""

    levels: tuple[int, ...]
    shortest: Fraction
    fine: bool


def eased_outcomes(tasks: Sequence[Task]) -> list[Outcome]:
    """What `ease` makes of a whole line.

    Parameters
    ----------
    tasks
        Stretches of a line in order, the same in everything but their notes.

    Returns
    -------
    list of Outcome
        One for each.
    """
    frame = tasks[0].target
    if (frame.length / SLOT).denominator != 1 or frame.length / SLOT > MOST_SLOTS:
        raise StrategyError(f"ease: {frame.meter} is not counted in sixteenths here; try regroup")
    skeleton = regroup(tasks[0]._replace(onsets=()))[0].warp
    beats = _beats_of(frame, skeleton, tasks[0].figure)
    fixed = _fixed_of(tasks[0], skeleton)
    bars = [_lead_knots(task, fixed) for task in tasks]
    grids = [_grid(frame, beats, knots) for knots in bars]
    found = [_solved(knots, grid, ()) for knots, grid in zip(bars, grids, strict=True)]
    pulls = _pulls(bars, found, len(grids[0].levels))
    if pulls:
        found = [_solved(knots, grid, pulls) for knots, grid in zip(bars, grids, strict=True)]
    outcomes = []
    for task, knots, grid, places in zip(tasks, bars, grids, found, strict=True):
        points = _points(knots, places, grid) if places else skeleton.points
        (outcome,) = priced(task, Warp(_with_others(task, points, grid, pulls, fixed)))
        outcomes.append(outcome._replace(reasons=_reasons(knots, places)))
    return outcomes


def _beats_of(frame: Frame, skeleton: Warp, figure: Sequence[Fraction]) -> frozenset[Fraction]:
    """The target's beats; of an odd metre without groups, where the figure's groups go."""
    if frame.meter.is_open and not frame.meter.grouping:
        return frozenset(skeleton(start) for start in starts_of(figure))
    return frozenset(frame.beats)


def _fixed_of(task: Task, skeleton: Warp) -> dict[Fraction, int]:
    """Where the groups of an uneven figure begin: these are decided before notes are."""
    if len(set(task.figure)) == 1:
        return {}
    places = {start: skeleton(start) / SLOT for start in starts_of(task.figure)}
    return {start: int(place) for start, place in places.items() if place.denominator == 1}


def _lead_knots(task: Task, fixed: dict[Fraction, int]) -> tuple[Knot, ...]:
    """The lead's notes, the rests between them, and the beginning of the frame."""
    length, lasts = task.source.length, dict(zip(task.onsets, task.lasts, strict=False))
    onsets = [at for at in sorted({*task.onsets, *task.whole}) if 0 <= at < length]
    silent: set[Fraction] = {Fraction(0)} - set(onsets)
    for at, following in pairwise([*onsets, length]):
        end = at + Fraction(round(lasts.get(at, following - at) / SLOT)) * SLOT
        if at < end <= following - 2 * SLOT:
            silent.add(end)
    return _knots(task, sorted({*onsets, *silent}), silent, fixed)


def _knots(
    task: Task, places: Sequence[Fraction], silent: set[Fraction], fixed: dict[Fraction, int]
) -> tuple[Knot, ...]:
    """Places with what they weigh."""
    frame, length = task.source, task.source.length
    beat, others = frame.groups[0], {*task.others, *task.shared}
    values = [b - a for a, b in pairwise([*places, length])]
    runs = _runs(places, values, silent, beat / 2) if task.thin else set()
    knots = []
    for at, value in zip(places, values, strict=True):
        weight = HELD if value > beat else BEAT if value == beat else SHORT
        weight = REST if at in silent else SHORT if at in task.whole else weight
        shared = at in others
        knot = Knot(
            at=at / SLOT,
            value=value / SLOT,
            weight=weight,
            level=_level(at, frame.meter.bar, frame.beats),
            middle=at % frame.meter.bar == frame.meter.bar / 2,
            shared=shared,
            run=at in runs and at not in task.whole and not (shared and at in frame.beats),
            whole=at in task.whole,
            fixed=0 if at == 0 else fixed.get(at),
        )
        knots.append(knot._replace(run=False) if knot.fixed is not None else knot)
    return tuple(knots)


def _runs(
    places: Sequence[Fraction], values: Sequence[Fraction], silent: set[Fraction], longest: Fraction
) -> set[Fraction]:
    """All but the first note of every four and more of one short value."""
    found: set[Fraction] = set()
    low = 0
    for high in range(1, len(places) + 1):
        goes_on = high < len(places) and values[high] == values[low] and places[high] not in silent
        if not goes_on or places[low] in silent:
            if high - low >= FEWEST_RUN and values[low] <= longest and places[low] not in silent:
                found.update(places[low + 1 : high])
            low = high
    return found


def _level(at: Fraction, bar: Fraction, beats: Sequence[Fraction] | frozenset[Fraction]) -> int:
    if at % bar == 0:
        return 0
    return 1 if at in beats else 2 if (at * 2).denominator == 1 else 3


def _grid(frame: Frame, beats: frozenset[Fraction], knots: Sequence[Knot]) -> Grid:
    slots = int(frame.length / SLOT)
    levels = tuple(_level(slot * SLOT, frame.meter.bar, beats) for slot in range(slots + 1))
    values = [knot.value for knot in knots if knot.weight != REST] or [Fraction(2)]
    return Grid(levels, min(values), any(knot.level == 3 for knot in knots))


Pulls = tuple[tuple[Fraction, tuple[float, ...]], ...]


def _pulls(bars: Sequence[tuple[Knot, ...]], found: Sequence[tuple[int, ...]], slots: int) -> Pulls:
    """For each beat what its places cost for being unlike other bars; nothing where bars are alike already."""
    counts: dict[Fraction, Counter[int]] = {}
    for knots, places in zip(bars, found, strict=True):
        for knot, place in zip(knots, places, strict=False):
            if knot.level < 2 and knot.at and place >= 0:
                counts.setdefault(knot.at, Counter())[place] += 1
    rows = []
    for at, places_of in sorted(counts.items()):
        total = places_of.total()
        rows.append((at, tuple(ALIKE * (1 - places_of[slot] / total) for slot in range(slots))))
    return tuple(rows)


@lru_cache(maxsize=4096)
def _solved(knots: tuple[Knot, ...], grid: Grid, pulls: Pulls) -> tuple[int, ...]:
    """The place of each knot, -1 for one that is left out; nothing where there is no room."""
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
            if not all(knot.run for knot in skipped):
                break
            dropped = sum(DROPPED_BEAT if knot.level < 2 else DROPPED for knot in skipped)
            earlier = [pair for pair in costs if pair[1] == last]
            if not earlier:
                continue
            tables = [costs[pair][:, :, None] + _neighbours(knots, pair, slots) for pair in earlier]
            best = np.array([table.min(axis=0) for table in tables])
            which = best.argmin(axis=0)
            sums = best.min(axis=0) + _value_costs(knots[last], grid)[step] + place[None, :] + dropped
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
) -> tuple[int, ...]:
    """The cheapest way back from the end."""
    ends = [pair for pair in costs if pair[1] == count]
    if not ends:
        return ()
    pair = min(ends, key=lambda pair: float(costs[pair][:, slots - 1].min()))
    here, there = int(costs[pair][:, slots - 1].argmin()), slots - 1
    places = [-1] * count
    while pair[0] >= 0:
        places[pair[0]] = here
        if pair not in before:
            break
        numbers, slots_before = before[pair]
        earlier, at = int(numbers[here, there]), int(slots_before[here, there])
        pair, here, there = (earlier, pair[0]), at, here
    return tuple(places)


@lru_cache(maxsize=16)
def _steps(slots: int) -> NDArray[np.int64]:
    """From each place to each other: how far, 0 for back and for nothing."""
    places = np.arange(slots)
    found: NDArray[np.int64] = np.maximum(places[None, :] - places[:, None], 0)
    return found


@lru_cache(maxsize=4096)
def _value_costs(knot: Knot, grid: Grid) -> Array:
    """What each new value of a note costs; none is shorter than a sixteenth."""
    costs = np.full(len(grid.levels), np.inf)
    for value in range(1, len(grid.levels)):
        stretch = abs(log2(value / knot.value))
        cost = knot.weight * (stretch + SQUARE * stretch**2)
        if knot.whole and (value / knot.value).numerator != 1 and (value / knot.value).denominator != 1:
            cost += LIMPS
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
            costs[slot] += MIDDLE * knot.middle + SHARED * knot.shared + HIDDEN * (knot.level == 0)
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
    return _pair_costs(slots, (first.value > second.value) - (first.value < second.value), second.run)


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


def _points(knots: Sequence[Knot], places: Sequence[int], grid: Grid) -> tuple[tuple[Fraction, Fraction], ...]:
    """The map through the places; what is left out is left out up to the next note that stays."""
    end = sum((knots[-1].at, knots[-1].value), Fraction(0))
    points, stops = [], [*(knot.at for knot in knots), end]
    for number, place in enumerate(places):
        if place < 0:
            place = next((other for other in places[number:] if other >= 0), len(grid.levels) - 1)
        points.append((stops[number] * SLOT, place * SLOT))
    return (*points, (end * SLOT, (len(grid.levels) - 1) * SLOT))


def _reasons(knots: Sequence[Knot], places: Sequence[int]) -> tuple[Reason, ...]:
    """What gave time, and how many quarters, the most first."""
    given = dict.fromkeys(GIVERS.values(), 0.0)
    kept = [(knot, place) for knot, place in zip(knots, places, strict=False) if place >= 0]
    for (knot, place), (_, following) in pairwise(kept):
        given[GIVERS[knot.weight]] += max(float(knot.value) - (following - place), 0)
    left_out = (float(knot.value) for knot, place in zip(knots, places, strict=False) if place < 0)
    given["notes left out of runs"] = sum(left_out)
    by_time = sorted(given.items(), key=lambda item: -item[1])
    return tuple(Reason("quarters", f"from {name}", time / 4) for name, time in by_time if time)


def _with_others(
    task: Task,
    points: tuple[tuple[Fraction, Fraction], ...],
    grid: Grid,
    pulls: Pulls,
    fixed: dict[Fraction, int],
) -> list[tuple[Fraction, Fraction]]:
    """The same points, and between them places for other parts' notes and for beats where the lead has none."""
    flat = [(x0, x1) for (x0, y0), (x1, y1) in pairwise(points) if y0 == y1]
    lead = {x: int(y / SLOT) for x, y in points[:-1] if not any(x0 <= x < x1 for x0, x1 in flat)}
    placed = {**fixed, **lead}
    beats = [beat for beat in task.source.beats if beat not in lead]
    for more in ([*task.others, *beats], task.others, beats):
        places = sorted({*lead, *(at for at in more if not any(x0 <= at < x1 for x0, x1 in flat))})
        silent = set(beats) - set(task.others)
        knots = _knots(task._replace(thin=False), places, silent, placed)
        if flat:  # what is left out takes no time: the note before it lasts up to it
            knots = tuple(_shortened(knot, flat) for knot in knots)
        found = _solved(knots, grid, pulls)
        if found:
            extra = ((knot.at * SLOT, place * SLOT) for knot, place in zip(knots, found, strict=True))
            return sorted({*points, *extra})
    return list(points)


def _shortened(knot: Knot, flat: Sequence[tuple[Fraction, Fraction]]) -> Knot:
    start, stop = knot.at * SLOT, (knot.at + knot.value) * SLOT
    lost = sum((b - a for a, b in flat if start <= a and b <= stop), Fraction(0))
    return knot._replace(value=max(knot.value - lost / SLOT, Fraction(1, 4)))
