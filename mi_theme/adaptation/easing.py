"""Time taken where it is missed least: the strategy `ease`, bar by bar.

An arranger who has to lose a beat takes it from rests and held notes first, and
leaves runs as they are, or a note out of them. So each bar is solved for itself:
every note of the lead finds a place on the sixteenth grid such that what changes
costs least. A second pass pulls bars together that could go either way; then the
other parts' notes and the beats find places between those of the lead. Under a
kit all bars lose the same time, wherever that is cheapest for all of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

from mi_theme.adaptation.costs import priced
from mi_theme.adaptation.frames import Frame, Outcome, Reason, Task, beat_of, starts_of
from mi_theme.adaptation.hearing import order_lost
from mi_theme.adaptation.place_search import (
    BEAT,
    FEWEST_RUN,
    FEWEST_STROKES,
    HELD,
    REST,
    SHORT,
    SLOT,
    Grid,
    Knot,
    Pulls,
    Solved,
    runs_in,
    solved,
    thinned,
)
from mi_theme.adaptation.rules import regroup
from mi_theme.errors import StrategyError
from mi_theme.meter import Meter
from mi_theme.warp import Warp

__all__ = ["eased_outcomes", "with_others"]

CUT = 2  # the lower number of cut time
TUPLETS = {3, 6}  # notes that a run may have a beat, which is no trill
MOST_SLOTS = 48  # of a frame: three bars of 4/4
GIVERS = {REST: "rests", HELD: "held notes", BEAT: "notes of a beat", SHORT: "shorter notes"}
MOST_SKELETONS = 6  # ways of the beats that are weighed where a kit needs one for all bars
GROOVE = 1.0  # each sixteenth by which a beat of a kit moves: it goes on as before as long as it can
CLEARLY = 0.75  # of what bars cost whose groups go where the groups of the bar do: else these stay
LIMPING = 10.0  # each beat of a swung kit that begins between quarters: everybody swings on the quarters of the bar
ALIKE = 0.8  # a beat that no other bar puts there


class Tuplet(NamedTuple):
    """How many notes it has, and whether it follows another like it, so that all may go."""

    notes: int
    follows: bool


def eased_outcomes(tasks: Sequence[Task]) -> list[Outcome]:
    """What `ease` makes of a whole line.

    Parameters
    ----------
    tasks
        Stretches of a line in order, the same in everything but their notes; those that are one value are worked out once.

    Returns
    -------
    list of Outcome
        One for each.
    """
    kinds = {id(task): task for task in tasks}  # bars that are alike are one value, and are worked out once
    rank = {key: number for number, key in enumerate(kinds)}
    which, tasks = [rank[id(task)] for task in tasks], [_in_quarters(task) for task in kinds.values()]
    frame = tasks[0].target
    if (frame.length / SLOT).denominator != 1 or frame.length / SLOT > MOST_SLOTS:
        raise StrategyError(f"ease: {frame.meter} is not counted in sixteenths here; try regroup")
    skeletons = regroup(tasks[0]._replace(onsets=()))[: MOST_SKELETONS if tasks[0].steady else 1]
    skeleton = (
        min(skeletons, key=lambda way: _steady_cost(tasks, which, way)).warp
        if len(skeletons) > 1
        else skeletons[0].warp
    )
    beats, fixed = _beats_of(frame, skeleton, tasks[0].figure), _fixed_of(tasks[0], skeleton)
    bars, grids, laid = _laid(tasks, beats, fixed)
    if fixed and len(set(tasks[0].figure)) > 1 and not tasks[0].steady:
        lines = {at: place for at, place in fixed.items() if at % tasks[0].source.meter.bar == 0}
        loose = _laid(tasks, beats, lines)
        if _total(tasks, which, *loose) < CLEARLY * _total(tasks, which, bars, grids, laid):
            (bars, grids, laid), fixed = loose, lines
    found = [way.places for way in laid]
    pulls = _pulls(bars, found, Counter(which), len(grids[0].levels))
    if pulls:
        found = [solved(knots, grid, pulls).places for knots, grid in zip(bars, grids, strict=True)]
    outcomes = []
    for task, knots, grid, places in zip(tasks, bars, grids, found, strict=True):
        points = _points(knots, places, grid) if places else skeleton.points
        (outcome,) = priced(task, Warp(_with_others(task, points, grid, pulls, fixed)))
        outcomes.append(outcome._replace(reasons=_reasons(knots, places)))
    return [outcomes[number] for number in which]


def _laid(
    tasks: Sequence[Task], beats: frozenset[Fraction], fixed: dict[Fraction, int]
) -> tuple[list[tuple[Knot, ...]], list[Grid], list[Solved]]:
    """The bars of a line with their grids, and the cheapest places in each by itself."""
    bars = [_lead_knots(task, fixed) for task in tasks]
    grids = [_grid(tasks[0].target, beats, knots) for knots in bars]
    return bars, grids, [solved(knots, grid, ()) for knots, grid in zip(bars, grids, strict=True)]


def _total(
    tasks: Sequence[Task],
    which: Sequence[int],
    bars: Sequence[tuple[Knot, ...]],
    grids: Sequence[Grid],
    laid: Sequence[Solved],
) -> float:
    """What all bars cost, and that their groups are long and short no more."""
    costs = []
    for task, knots, grid, way in zip(tasks, bars, grids, laid, strict=True):
        figure = task.figure[: len(task.figure) // task.source.bars]
        warp = Warp(_points(knots, way.places, grid)) if way.places else None
        costs.append(way.cost + (order_lost(task.onsets, warp, task.source, figure) if warp else 0.0))
    return sum(costs[number] for number in which)


def _in_quarters(task: Task) -> Task:
    """Cut time counted in quarters, as its tunes are: 2/2 is 4/4 that is written for faster feet."""
    meter, length = task.source.meter, Fraction(1)
    if meter.is_additive or meter.denominator != CUT or set(task.figure) != {2 * length}:
        return task
    counted = Meter(f"{2 * meter.numerator}/{2 * CUT}")
    if counted.is_compound:  # 3/2 is three halves, and 6/4 two threes
        return task
    return task._replace(source=Frame(counted, task.source.bars), figure=(length,) * (2 * len(task.figure)))


def with_others(task: Task, outcome: Outcome) -> Outcome:
    """An outcome whose map knows of the lead alone, with places for other parts' notes, their beats on beats where there is room.

    Parameters
    ----------
    task
        What it was made for.
    outcome
        Of another strategy.

    Returns
    -------
    Outcome
        The same where its places are no sixteenths, or the target has too many.
    """
    frame, warp = task.target, outcome.warp
    points = tuple(sorted({*warp.points, *((at, warp(at)) for at in task.onsets if warp.keeps(at))}))
    on_grid = all((value / SLOT).denominator == 1 for point in points for value in point)
    if not task.others or not on_grid or frame.length / SLOT > MOST_SLOTS:
        return outcome
    grid = _grid(frame, frozenset(frame.beats), _lead_knots(task, {}))
    return outcome._replace(warp=Warp(_with_others(task, points, grid, (), {})))


def _steady_cost(tasks: Sequence[Task], which: Sequence[int], way: Outcome) -> float:
    """What all bars cost, each of which is one of the tasks, and all parts in them, where the beats go one way."""
    beats, fixed = _beats_of(tasks[0].target, way.warp, tasks[0].figure), _fixed_of(tasks[0], way.warp)
    late = sum(abs(place - at / SLOT) for at, place in fixed.items())
    limping = tasks[0].swung * sum(way.warp(beat).denominator > 1 for beat in tasks[0].source.beats)
    each, costs = way.cost + GROOVE * float(late) + LIMPING * limping, []
    for task in tasks:
        lead, every = _lead_knots(task, fixed), sorted({*task.onsets, *task.others, *fixed})
        band = _knots(task._replace(thin=False), every, set(fixed) - {*task.onsets, *task.others}, fixed)
        costs.append(sum(solved(knots, _grid(task.target, beats, lead), ()).cost for knots in (lead, band)))
    return sum((costs[number] for number in which), each * len(which))


def _beats_of(frame: Frame, skeleton: Warp, figure: Sequence[Fraction]) -> frozenset[Fraction]:
    """The target's beats; of an odd metre without groups, where the figure's groups go."""
    if frame.meter.is_open and not frame.meter.grouping:
        return frozenset(skeleton(start) for start in starts_of(figure))
    return frozenset(frame.beats)


def _fixed_of(task: Task, skeleton: Warp) -> dict[Fraction, int]:
    """Where the groups of an uneven figure begin, or threes among others, or all beats under a kit: these are decided before notes are."""
    threes = task.source.meter.is_compound and not task.target.meter.is_compound
    if len(set(task.figure)) == 1 and not (task.steady or threes):
        return {}
    places = {start: skeleton(start) / SLOT for start in starts_of(task.figure)}
    return {start: int(place) for start, place in places.items() if place.denominator == 1}


def _lead_knots(task: Task, fixed: dict[Fraction, int]) -> tuple[Knot, ...]:
    """The lead's notes, the rests between them, and the beginning of the frame."""
    length, lasts = task.source.length, dict(zip(task.onsets, task.lasts, strict=False))
    onsets = [at for at in sorted({*task.onsets, *task.whole}) if 0 <= at < length]
    silent = ({Fraction(0), *fixed} if task.steady else {Fraction(0)}) - set(onsets)
    held: set[Fraction] = set()
    for at, following in pairwise([*onsets, length]):
        end = at + Fraction(round(lasts.get(at, following - at) / SLOT)) * SLOT
        held.update(beat for beat in silent if at < beat < end)
        if at < end <= following - 2 * SLOT and at not in task.whole:  # whose other notes go on to the next
            silent.add(end)
    return _knots(task, sorted({*onsets, *silent}), silent, fixed, held)


def _knots(
    task: Task,
    places: Sequence[Fraction],
    silent: set[Fraction],
    fixed: dict[Fraction, int],
    held: Collection[Fraction] = (),
) -> tuple[Knot, ...]:
    """Places with what they weigh; a note is one value, though it is held over beats that have places too."""
    frame, length = task.source, task.source.length
    beat, others = beat_of(frame, task.figure), {*task.others, *task.shared}
    struck = [at for at in places if at not in held]
    wholes = [b - a for a, b in pairwise([*struck, length])]
    runs = _runs_in(task, struck, [0 if at in silent else value for at, value in zip(struck, wholes, strict=True)])
    lasting, whole, tuplets = dict(zip(struck, wholes, strict=True)), beat, _tuplets_in(task, struck, wholes)
    knots = []
    for at, following in pairwise([*places, length]):
        value, whole = following - at, lasting.get(at, whole)
        weight = HELD if whole > beat else BEAT if whole == beat else SHORT
        weight = SHORT if at in task.whole else weight
        if at in silent and at not in held:  # where other parts go on in a rest, it is none
            weight = SHORT if any(at < other < following for other in others) else REST
        shared, tuplet = at in others, tuplets.get(at, Tuplet(0, False))
        knot = Knot(
            at=at / SLOT,
            value=value / SLOT,
            weight=weight,
            level=_level(at, frame.meter.bar, frame.beats),
            middle=at % frame.meter.bar == frame.meter.bar / 2,
            shared=shared,
            run=0 if shared and at in frame.beats else tuplet.follows or runs.get(at, 0) * (at not in task.whole),
            whole=at in task.whole,
            tuplet=tuplet.notes,
            fixed=0 if at == 0 else fixed.get(at),
            over=_held_over(at, following, frame),
            free=at in silent and at > 0 and not shared and at not in task.whole,
            between=sum(at < other < following for other in others),
            chord=shared and at in frame.beats and not task.steady,
        )
        knots.append(knot._replace(run=0) if knot.fixed is not None else knot)
    return tuple(knots)


def _runs_in(task: Task, struck: Sequence[Fraction], values: Sequence[Fraction | int]) -> dict[Fraction, int]:
    """The notes of runs by where they begin, where some may be left out."""
    beat = beat_of(task.source, task.figure)
    found = runs_in(values, beat, FEWEST_STROKES if task.steady else FEWEST_RUN) if task.thin else {}
    if task.steady:  # where a run sets out off the beat, its first note may go as well
        off = [
            number - 1 for number, unit in found.items() if unit == 1 and struck[number - 1] not in task.source.beats
        ]
        found = dict.fromkeys(off, 1) | found
    return {struck[number]: unit for number, unit in found.items()}


def _tuplets_in(task: Task, struck: Sequence[Fraction], values: Sequence[Fraction]) -> dict[Fraction, Tuplet]:
    """The tuplets of every run of such, where notes may be left out."""
    strokes = dict(zip(task.whole, task.strokes, strict=False)) if task.thin else {}
    found: dict[Fraction, Tuplet] = {}
    for (before, lasted), (at, lasts) in pairwise(zip(struck, values, strict=True)):
        if strokes.get(at) in TUPLETS and strokes.get(before) == strokes[at] and lasted == lasts:
            found.setdefault(before, Tuplet(strokes[at], False))
            found[at] = Tuplet(strokes[at], True)
    return found


def _held_over(at: Fraction, stop: Fraction, frame: Frame) -> int:
    """By how many levels the strongest place between two is stronger than the first."""
    inside = (place * SLOT for place in range(int(at / SLOT) + 1, int(-(-stop // SLOT))))
    strongest = min((_level(place, frame.meter.bar, frame.beats) for place in inside), default=3)
    return max(_level(at, frame.meter.bar, frame.beats) - strongest, 0)


def _level(at: Fraction, bar: Fraction, beats: Sequence[Fraction] | frozenset[Fraction]) -> int:
    if at % bar == 0:
        return 0
    return 1 if at in beats else 2 if (at * 2).denominator == 1 else 3


def _grid(frame: Frame, beats: frozenset[Fraction], knots: Sequence[Knot]) -> Grid:
    slots = int(frame.length / SLOT)
    levels = tuple(_level(slot * SLOT, frame.meter.bar, beats) for slot in range(slots + 1))
    values = [knot.value for knot in knots if knot.weight != REST] or [Fraction(2)]
    return Grid(levels, min(values), any(knot.level == 3 for knot in knots))


def _pulls(
    bars: Sequence[tuple[Knot, ...]], found: Sequence[tuple[int, ...]], times: Mapping[int, int], slots: int
) -> Pulls:
    """For each beat what its places cost for being unlike other bars; nothing where bars are alike already."""
    counts: dict[Fraction, Counter[int]] = {}
    for number, (knots, places) in enumerate(zip(bars, found, strict=True)):
        for knot, place in zip(knots, places, strict=False):
            if knot.level < 2 and knot.at and place >= 0:
                counts.setdefault(knot.at, Counter())[place] += times[number]
    rows = []
    for at, places_of in sorted(counts.items()):
        total = places_of.total()
        rows.append((at, tuple(ALIKE * (1 - places_of[slot] / total) for slot in range(slots))))
    return tuple(rows)


def _points(knots: Sequence[Knot], places: Sequence[int], grid: Grid) -> tuple[tuple[Fraction, Fraction], ...]:
    """The map through the places; what is left out is left out up to the next note that stays."""
    end = sum((knots[-1].at, knots[-1].value), Fraction(0))
    points, stops = [], [*(knot.at for knot in knots), end]
    for number, place in enumerate(places):
        if place < 0:
            place = next((other for other in places[number:] if other >= 0), len(grid.levels) - 1)
        points.append((stops[number] * SLOT, place * SLOT))
        following = next((other for other in places[number + 1 :] if other >= 0), len(grid.levels) - 1)
        knot = knots[number]
        if places[number] >= 0 and thinned(knot, following - place):  # of a tuplet the first is left
            points.append(((knot.at + knot.value / knot.tuplet) * SLOT, following * SLOT))
    return (*points, (end * SLOT, (len(grid.levels) - 1) * SLOT))


def _reasons(knots: Sequence[Knot], places: Sequence[int]) -> tuple[Reason, ...]:
    """What gave time, and how many quarters, the most first."""
    given = dict.fromkeys(GIVERS.values(), 0.0)
    kept = [(knot, place) for knot, place in zip(knots, places, strict=False) if place >= 0]
    for (knot, place), (_, following) in pairwise(kept):
        given[GIVERS[knot.weight]] += max(float(knot.value) - (following - place), 0)
    left_out = (float(knot.value) for knot, place in zip(knots, places, strict=False) if place < 0 and not knot.free)
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
        knots = tuple(knot._replace(free=False) for knot in _knots(task._replace(thin=False), places, silent, placed))
        if flat:  # what is left out takes no time: the note before it lasts up to it
            knots = tuple(_shortened(knot, flat) for knot in knots)
        found = solved(knots, grid, pulls).places
        if found:
            extra = ((knot.at * SLOT, place * SLOT) for knot, place in zip(knots, found, strict=True))
            return sorted({*points, *extra})
    return list(points)


def _shortened(knot: Knot, flat: Sequence[tuple[Fraction, Fraction]]) -> Knot:
    start, stop = knot.at * SLOT, (knot.at + knot.value) * SLOT
    lost = sum((b - a for a, b in flat if start <= a and b <= stop), Fraction(0))
    return knot._replace(value=max(knot.value - lost / SLOT, Fraction(1, 4)))
