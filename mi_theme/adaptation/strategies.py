"""Strategies: rules that make a bar map, each under the name arrangers would know.

`STRATEGIES` is the table; `register` adds a row of one's own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import combinations, pairwise
from math import ceil, comb, floor, lcm

from mi_theme.adaptation.frames import COSTS, Frame, Outcome, Pricing, Task, figure_cost, starts_of
from mi_theme.adaptation.groupings import LONG_SHORT, SWING, by_beats, readings
from mi_theme.errors import StrategyError, UnknownName
from mi_theme.meter import EIGHTH, Grouping
from mi_theme.warp import Warp

__all__ = [
    "STRATEGIES", "Strategy", "find", "priced", "proposed", "readings", "register", "regroup",
]  # fmt: skip

MOST_CUTS = 10_000  # ways to cut a bar that regroup is willing to try
MOST_OUTCOMES = 24  # how many of them it proposes
# what happens within a beat: (share of the source beat, share of the target beat)
STRAIGHT: list[tuple[Fraction, Fraction]] = []
DOTTED = [(Fraction(1, 3), Fraction(1, 2)), (LONG_SHORT, Fraction(3, 4))]
EVENED = [(Fraction(1, 3), Fraction(1, 4)), (LONG_SHORT, Fraction(1, 2))]
GROUPS = re.compile(r"[1-9]\d?(\+[1-9]\d?)+")
Maker = Callable[[Task], list[Outcome]]
LineMaker = Callable[[Sequence[Task]], list[Outcome]]


@dataclass(frozen=True, slots=True)
class Strategy:
    """One row of the table.

    Attributes
    ----------
    name, players, summary
        What we call it, what players call it, what it does.
    make
        From a task to outcomes, best first; raises StrategyError where it cannot.
    offered
        False for the baselines that no arranger would use.
    by_notes
        Whether it looks at the notes of each bar, so that bars may differ.
    make_line
        From the tasks of stretches that follow each other, alike but for their notes,
        to one outcome each, where it decides over a whole line at once.
    heavy
        True for one that takes time to load: it is not tried unless asked for.
    """

    name: str
    players: str
    summary: str
    make: Maker
    offered: bool = True
    by_notes: bool = False
    make_line: LineMaker | None = None
    heavy: bool = False


def regroup(task: Task) -> list[Outcome]:
    """Every way to cut the target's pulses of a `task` into as many groups, cheapest first.

    Equal groups stay equal and longer ones longer where that is possible. A
    compound target is also tried through its simple counterpart, then swung. In
    an additive target every group is hit as long as the figure has enough groups.

    Returns
    -------
    list of Outcome
        Bar maps with their costs.
    """
    cuts = [(*cut, reading, onward) for reading, onward in readings(task) for cut in _cuts(task, reading)]
    if not cuts:
        pulses = task.target.pulses
        raise StrategyError(f"regroup: cannot cut {pulses} pulses into {len(task.figure)} groups; try square or cut")
    outcomes: dict[Warp, Outcome] = {}
    for cost, counts, reading, onward in sorted(cuts, key=lambda cut: (cut[0], [-count for count in cut[1]]))[
        :MOST_OUTCOMES
    ]:
        warp = Warp.of_lengths(task.figure, [count * reading.meter.pulse for count in counts]).then(onward)
        outcomes.setdefault(warp, Outcome(warp, cost))
    return list(outcomes.values())


def cut(task: Task) -> list[Outcome]:
    """The end of the bar goes."""
    source, target = task.source.length, task.target.length
    if target >= source:
        raise StrategyError(f"cut: {task.target.meter} is not shorter; try rest, hold-last or add-group")
    return priced(task, Warp([(0, 0), (target, target), (source, target)]))


def rest(task: Task) -> list[Outcome]:
    """The bar is lengthened by rest."""
    _needs_longer(task, "rest")
    source, target = task.source.length, task.target.length
    return priced(task, Warp([(0, 0), (source, source), (source, target)]))


def hold_last(task: Task) -> list[Outcome]:
    """The last group is stretched."""
    _needs_longer(task, "hold-last")
    lengths = [*task.figure[:-1], task.figure[-1] + task.target.length - task.source.length]
    return priced(task, Warp.of_lengths(task.figure, lengths))


def hold_first(task: Task) -> list[Outcome]:
    """The first group is stretched."""
    _needs_longer(task, "hold-first")
    lengths = [task.figure[0] + task.target.length - task.source.length, *task.figure[1:]]
    return priced(task, Warp.of_lengths(task.figure, lengths))


def add_group(task: Task) -> list[Outcome]:
    """The last group is played again until the bar is full."""
    _needs_longer(task, "add-group")
    source, target, last = task.source.length, task.target.length, task.figure[-1]
    count, left = divmod(target - source, last)
    if left:
        raise StrategyError(
            f"add-group: {target - source} quarters are no multiple of the last group of {last}; try hold-last or regroup"
        )
    (outcome,) = rest(task)
    repeats = tuple((source - last, source, last * (i + 1)) for i in range(int(count)))
    return [outcome._replace(repeats=repeats)]


def square(task: Task) -> list[Outcome]:
    """Every group becomes as long as every other."""
    each = Fraction(task.target.pulses, len(task.figure))
    if each.denominator != 1:
        raise StrategyError(
            f"square: {task.target.pulses} pulses do not divide by {len(task.figure)} groups; try regroup"
        )
    lengths = [each * task.target.meter.pulse] * len(task.figure)
    return priced(task, Warp.of_lengths(task.figure, lengths))


def long_short(task: Task) -> list[Outcome]:
    """Beat for beat: two even notes are swung, or a compound beat is dotted."""
    return _beat_by_beat(task, "long-short", SWING, DOTTED)


def even(task: Task) -> list[Outcome]:
    """Beat for beat: the inside of the beat stays, or is made, even."""
    return _beat_by_beat(task, "even", STRAIGHT, EVENED)


def rotate(task: Task) -> list[Outcome]:
    """The same groups in a turned order: each takes the length of the one that has its place."""
    groups, lengths = task.figure, task.target.groups
    turns = [groups[at:] + groups[:at] for at in range(1, len(groups))]
    if lengths not in turns or lengths == groups:
        raise StrategyError(
            f"rotate: the groups of {task.target.meter} are no turned order of {_in_eighths(groups)}; try regroup"
        )
    return priced(task, Warp.of_lengths(groups, lengths))


def _in_eighths(groups: tuple[Fraction, ...]) -> str:
    return "+".join(str(group / EIGHTH) for group in groups) + " eighths"


def in_one(task: Task) -> list[Outcome]:
    """Bars become the beats of one bar."""
    source, target = task.source, task.target
    if source.bars != len(target.meter.beats) or target.bars != 1 or source.bars == 1:
        beats = len(target.meter.beats)
        raise StrategyError(
            f"in-one: as many bars of {source.meter} become one of {target.meter} as it has beats ({beats}); ask for ratio 1/{beats}"
        )
    return priced(task, Warp.of_lengths([source.meter.bar] * source.bars, target.groups))


def rebar(task: Task) -> list[Outcome]:
    """New bar lines; no note moves. The cycle is as many bars as it takes to meet."""
    source, target = task.source.length, task.target.meter.bar
    scale = lcm(source.denominator, target.denominator)
    cycle = Fraction(lcm(int(source * scale), int(target * scale)), scale)
    return [Outcome(Warp.identity(cycle), 0.0)]


def proportional(task: Task) -> list[Outcome]:
    """Everything stretched alike: with bar = bar it sounds the same."""
    return priced(task, Warp.linear(task.source.length, task.target.length))


def best(task: Task) -> list[Outcome]:
    """The optimiser: groups as in `regroup`, all else as people changed their own tunes."""
    return best_line([task])


def best_line(tasks: Sequence[Task]) -> list[Outcome]:
    """The optimiser over a whole line: one feel, and equal places of different bars alike where it costs little.

    Parameters
    ----------
    tasks
        Stretches of a line in order, the same in everything but their onsets.

    Returns
    -------
    list of Outcome
        One for each.
    """
    from mi_theme.adaptation.lines import line_outcomes

    return line_outcomes(tasks)


def _snapped(name: str, snap: Callable[[Fraction], int]) -> Maker:
    """A strategy that scales onsets and snaps them to the target's pulses.

    Gomez, Khoury, Kienzle, McLeish, Melvin, Perez-Fernandez, Rappaport and
    Toussaint (2007), "Mathematical models for binarization and ternarization
    of musical rhythms".
    """

    def make(task: Task) -> list[Outcome]:
        pulse, scale = task.target.meter.pulse, task.target.length / task.source.length
        onsets = sorted({Fraction(0), *task.onsets})
        images = [snap(onset * scale / pulse) * pulse for onset in onsets]
        points = [*zip(onsets, images, strict=True), (task.source.length, task.target.length)]
        if any(y1 <= y0 for (_, y0), (_, y1) in pairwise(points)):
            raise StrategyError(f"{name}: two notes would fall on one pulse of {task.target.meter}")
        return priced(task, Warp(points))

    return make


def _nearest(x: Fraction) -> int:
    return floor(x + Fraction(1, 2))


def _furthest(x: Fraction) -> int:
    return int(x) if x.denominator == 1 else ceil(x) if x - floor(x) < Fraction(1, 2) else floor(x)


#: Every strategy by its name; `register` adds to it.
STRATEGIES: dict[str, Strategy] = {
    row.name: row
    for row in (
        Strategy("regroup", "trim the tail, make it a tresillo", "equal groups stay equal, longer stay longer", regroup),
        Strategy("best", "how people would sing it", "learned from tunes people sang in two metres, over regroup's groups", best, by_notes=True, make_line=best_line, heavy=True),
        Strategy("cut", "cut a beat, drop the pick-up", "the end of the bar goes", cut),
        Strategy("rest", "add a beat", "the bar is lengthened by rest", rest),
        Strategy("hold-last", "let it ring", "the last group is stretched", hold_last),
        Strategy("hold-first", "long one", "the first group is stretched", hold_first),
        Strategy("add-group", "one more of those", "the last group is played again", add_group),
        Strategy("square", "square it", "every group becomes as long as every other", square),
        Strategy("long-short", "dot it, swing it", "inside the beat, between simple and compound: long and short", long_short),
        Strategy("even", "straighten it", "inside the beat, between simple and compound: even", even),
        Strategy("rotate", "start on another leg", "the same groups in a turned order: 2+2+3 as 3+2+2", rotate),
        Strategy("in-one", "feel it in one", "fast bars become beats: four of 3/4 one of 12/8", in_one),
        Strategy("float", "let it float over the bar", "one layer keeps its metre over the other's bars (polymetre)", rebar),
        Strategy("rebar", "new bar lines", "new bar lines; no note moves", rebar, offered=False),
        Strategy("proportional", "same thing, other paper", "everything stretched alike; with bar = bar it sounds the same", proportional, offered=False),
        Strategy("nearest", "quantize", "stretched, then snapped to the nearest pulse", _snapped("nearest", _nearest), False, True),
        Strategy("later", "push later", "stretched, then snapped to the next pulse", _snapped("later", ceil), False, True),
        Strategy("earlier", "pull earlier", "stretched, then snapped to the pulse before", _snapped("earlier", floor), False, True),
        Strategy("furthest", "quantize the wrong way", "stretched, then snapped to the pulse farther off", _snapped("furthest", _furthest), False, True),
    )
}  # fmt: skip


def find(name: str) -> Strategy:
    """A strategy by its `name`, or by the groups that it shall make, such as ``3+3+2``.

    Returns
    -------
    Strategy
        The row.

    Raises
    ------
    UnknownName
        Where there is none; near names are suggested.
    """
    if GROUPS.fullmatch(name):
        return _by_groups(name)
    if name not in STRATEGIES:
        raise UnknownName.among("strategy", name, STRATEGIES)
    return STRATEGIES[name]


@lru_cache(maxsize=256)
def _by_groups(name: str) -> Strategy:
    """The groups that somebody asks for, such as ``3+3+2``: as many as the figure has, in pulses of the target."""
    counts = Grouping(name)

    def make(task: Task) -> list[Outcome]:
        unit = task.target.length / counts.total
        if len(counts) != len(task.figure) or unit.denominator & (unit.denominator - 1):
            groups = f"{len(task.figure)} groups that fill {task.target.pulses} pulses"
            raise StrategyError(f"{name}: {task.target.meter} takes {groups} here; try regroup")
        return priced(task, Warp.of_lengths(task.figure, [count * unit for count in counts]))

    return Strategy(name, name, f"the groups become {name}", make, offered=False)


@lru_cache(maxsize=1024)
def proposed(name: str, task: Task) -> tuple[Outcome, ...]:
    """What the strategy `name` proposes for a `task`, best first; worked out once.

    Returns
    -------
    tuple of Outcome
        The same for the same task.

    Raises
    ------
    UnknownName, StrategyError
        Where there is no such strategy, or it cannot.
    """
    return tuple(find(name).make(task))


def register(strategy: Strategy) -> None:
    """Add a `strategy` of one's own to the table; a name can be taken only once.

    Raises
    ------
    StrategyError
        Where the name is taken.
    """
    if strategy.name in STRATEGIES:
        raise StrategyError(f"there is a strategy {strategy.name!r} already")
    STRATEGIES[strategy.name] = strategy


def _needs_longer(task: Task, name: str) -> None:
    if task.target.length <= task.source.length:
        raise StrategyError(f"{name}: {task.target.meter} is not longer; try regroup or cut")


def priced(task: Task, warp: Warp) -> list[Outcome]:
    """An outcome with the cost of what `warp` does to the groups of the figure of a `task`.

    Returns
    -------
    list of Outcome
        Just this one, in the form in which strategies give theirs.
    """
    kept = [start for start in starts_of(task.figure) if warp.keeps(start)]
    ends = [*kept[1:], task.source.length]
    before = [stop - start for start, stop in zip(kept, ends, strict=True)]
    after = [warp.end(stop) - warp(start) for start, stop in zip(kept, ends, strict=True)]
    lost = len(task.figure) - len(kept)
    return [Outcome(warp, figure_cost(before, after, task.source, task.target) + COSTS.dropped * lost)]


def _cuts(task: Task, reading: Frame) -> Iterator[tuple[float, list[int]]]:
    """(cost, group lengths in pulses) of all cuts of one reading of the target."""
    count, pulses = len(task.figure), reading.pulses
    if count > pulses or comb(pulses - 1, count - 1) > MOST_CUTS:
        return
    beats = {int(beat / reading.meter.pulse) for beat in reading.beats}
    must = beats if reading.meter.is_additive and len(beats) <= count else set()
    price = Pricing(task.figure, task.source, reading)
    for places in combinations(range(1, pulses), count - 1):
        if must <= {0, *places}:
            counts = [b - a for a, b in pairwise((0, *places, pulses))]
            yield round(price(counts), 9), counts


def _beat_by_beat(
    task: Task, name: str, into_compound: list[tuple[Fraction, Fraction]], out_of_it: list[tuple[Fraction, Fraction]]
) -> list[Outcome]:
    source, target = task.source.meter, task.target.meter
    uneven = source.is_additive or target.is_additive
    if uneven or source.is_compound == target.is_compound or len(task.source.beats) != len(task.target.beats):
        raise StrategyError(
            f"{name}: goes between a simple and a compound metre of as many beats, not {source} to {target}; try regroup"
        )
    return priced(task, by_beats(task.source, task.target, into_compound if target.is_compound else out_of_it))
