"""A figure into another metre: the strategy that suits it, what it proposes, and what else could be done."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache

from mi_theme.adaptation.frames import FAMOUS, Frame, Outcome, Task, figure_of_bars, known_ratio
from mi_theme.adaptation.groupings import readings, through_twos
from mi_theme.adaptation.plans import BarNotes, Plan, shape_under, variant_words
from mi_theme.adaptation.strategies import STRATEGIES, find, proposed
from mi_theme.errors import StrategyError
from mi_theme.meter import Meter

__all__ = ["LAST_RESORTS", "MOST_ALTERNATIVES", "adapt", "first_able", "first_choices", "variants"]

MOST_ALTERNATIVES = 3  # other ways that are told: more than a reader compares
FIVE = 5  # beats: a bar of three, and two more
#: Strategies for a figure that none of `first_choices` carries over.
LAST_RESORTS = ("regroup", "hold-last", "cut", "rest")


def adapt(
    lines: tuple[BarNotes, ...],
    figure: tuple[Fraction, ...],
    figure_source: str,
    source: Meter,
    target: Meter,
    how: str | None = None,
    ratio: Fraction | float = 1,
) -> Plan:
    """Plan a figure in another metre.

    Parameters
    ----------
    lines
        The notes of each source bar.
    figure, figure_source
        Group lengths of a source bar in quarters, and where they come from.
    source, target
        Metres.
    how
        A strategy by name; None takes the first of `first_choices` that can.
    ratio
        Target bars for one source bar.

    Returns
    -------
    Plan
        What happens to each note, what else could be done, and what it costs.

    Raises
    ------
    UnknownName, StrategyError
        Where the strategy is unknown or unable to reach the target.
    """
    ratio = known_ratio(ratio)
    task = _task(lines, figure, Frame(source, ratio.denominator), Frame(target, ratio.numerator))
    names = [find(how).name] if how else first_choices(task)
    name, outcomes = first_able(names, task)
    best = outcomes[0]
    plan = Plan(
        source,
        target,
        name,
        best.warp,
        figure,
        figure_source=figure_source,
        lines=lines,
        cost=round(best.cost, 6),
        repeats=best.repeats,
        reasons=best.reasons,
    )
    return replace(plan, instead=_alternatives(plan, task, outcomes))


def variants(plan: Plan) -> Iterator[Plan]:
    """The same bars with the other maps that the plan's strategy proposes, cheapest first.

    Parameters
    ----------
    plan
        A plan of whole bars.

    Yields
    ------
    Plan
        One with another map.
    """
    source, target = plan.bars
    task = _task(plan.lines, plan.figure, Frame(plan.source, source), Frame(plan.target, target))
    for way in sorted(proposed(plan.how, task), key=lambda outcome: outcome.cost):
        if (way.warp, way.repeats) != (plan.warp, plan.repeats):
            cost = round(way.cost, 6)
            yield replace(plan, warp=way.warp, cost=cost, repeats=way.repeats, instead=(), reasons=way.reasons)


def first_choices(task: Task, heard: bool = False) -> list[str]:
    """What an arranger would try, in order.

    Parameters
    ----------
    task
        The figure, the source bars and the target bars.
    heard
        Whether the notes of each bar will be known, so that it can be decided for itself.

    Returns
    -------
    list of str
        Names of strategies; `first_able` takes the first that can.
    """
    if through := through_twos(task):
        return first_choices(through[0], heard)
    source, target = task.source.meter, task.target.meter
    longer = task.target.length > task.source.length
    uneven = len(set(task.figure)) > 1
    if source.is_compound != target.is_compound and not (source.is_additive or target.is_additive):
        more = len(task.target.beats) - len(task.source.beats)
        if (source.is_compound and more in (0, 1) and task.source.bars == 1) or not more:
            return ["even", "long-short", "regroup"] if source.is_compound else ["long-short", "regroup"]
        in_one = len(source.beats) == 3 and 1 < task.source.bars == len(target.beats) and task.target.bars == 1
        if in_one and task.source.length != task.target.length:
            return ["in-one", "regroup"]
    if not uneven and _in_pairs(task):
        return ["tripla", "regroup"]
    if longer and uneven and (target.is_additive or target.is_open) and not _as_many_groups(task):
        return ["add-group", "regroup", "hold-last"]
    eased = ["ease"] * (heard and not uneven and task.target.bars == 1 and _loses_time(task))
    if target.is_additive and not uneven and len(task.target.beats) == len(task.figure):
        return [*eased, "regroup", "hold-first"]
    if longer and not uneven:
        held = task.target.length - task.source.length <= task.figure[0]  # no more than twice as long
        if len(target.beats) == FIVE and len(source.beats) + 2 == FIVE:
            return ["hold-last", "regroup", "rest"]  # the bar, and two beats more: 3+2
        return ["hold-first", "regroup", "rest"] if held else ["regroup", "hold-first", "rest"]
    return [*eased, "regroup", "square", "cut", "rest"]


def _loses_time(task: Task) -> bool:
    """Whether bars become shorter other than beat for beat, and their beats no threes that they were not."""
    threes = task.target.meter.is_compound and not task.source.meter.is_compound
    shorter = task.target.length < task.source.length and not threes
    return shorter and (len(task.target.beats) != len(task.source.beats) or task.source.meter.is_compound)


def _in_pairs(task: Task) -> bool:
    """Whether two beats for a bar of three are asked for: one bar of 4/4 as two of 3/4."""
    source, target = task.source.meter, task.target.meter
    plain = not (source.is_compound or source.is_additive or target.is_compound or target.is_additive)
    return plain and task.target.bars > 1 and len(target.beats) == 3 and len(task.source.beats) == 2 * task.target.bars


def _as_many_groups(task: Task) -> bool:
    """Whether the target has, or may be read to have, no more groups than the figure."""
    return any(len(reading.beats) <= len(task.figure) for reading, _ in readings(task))


def _task(lines: tuple[BarNotes, ...], figure: tuple[Fraction, ...], source: Frame, target: Frame) -> Task:
    bars = range(source.bars)
    onsets = {
        bar * source.meter.bar + onset for bar in bars for line in lines[bar :: source.bars] for onset, *_ in line
    }
    return Task(figure_of_bars(figure, source, target), tuple(sorted(onsets)), source, target)


def first_able(names: list[str], task: Task) -> tuple[str, list[Outcome]]:
    """The first strategy that reaches the target, with what it proposes.

    Parameters
    ----------
    names
        Strategies in the order in which to try them.
    task
        The figure, the source bars and the target bars.

    Returns
    -------
    tuple of (str, list of Outcome)
        The name, and its outcomes with the best first.

    Raises
    ------
    StrategyError
        Where none does; the message says which others can.
    """
    refusals = []
    for name in names:
        try:
            return name, list(proposed(name, task))
        except StrategyError as error:
            refusals.append(str(error))
    able = [name for name, outcomes in _able(task).items() if outcomes]
    hint = f" (these can: {', '.join(able)})" if able else ""
    raise StrategyError("; ".join(dict.fromkeys(refusals)) + hint)


@lru_cache(maxsize=256)
def _ways(task: Task, names: tuple[str, ...]) -> tuple[list[tuple[str, Outcome]], list[tuple[str, Outcome]]]:
    """Among what strategies of these `names` propose: shapes that players know, and the first of each."""
    able = _able(task)
    thoughts = [(name, outcome) for name in able if STRATEGIES[name].alternatives for outcome in able[name]]
    return _known(task, thoughts), [(name, found[0]) for name, found in able.items() if found]


def _known(task: Task, thoughts: list[tuple[str, Outcome]]) -> list[tuple[str, Outcome]]:
    return [(name, outcome) for name, outcome in thoughts if shape_under(task.figure, outcome, task.target) in FAMOUS]


def _able(task: Task) -> dict[str, list[Outcome]]:
    """What each light strategy that arrangers use proposes; an empty list where it cannot."""
    found: dict[str, list[Outcome]] = {}
    for name, strategy in STRATEGIES.items():
        if strategy.offered and not strategy.heavy:
            try:
                found[name] = list(proposed(name, task))
            except StrategyError:
                found[name] = []
    return found


def _alternatives(plan: Plan, task: Task, outcomes: list[Outcome]) -> tuple[str, ...]:
    """Other ways to go, in words: shapes players know, thought of by this strategy or by regroup, then other strategies."""
    searched, first = _ways(task, tuple(STRATEGIES))
    known = _known(task, [(plan.how, outcome) for outcome in outcomes[1:]]) + searched
    others = [(name, outcome) for name, outcome in first if name != plan.how]
    if task.source.meter.bar == task.target.meter.bar:  # nothing floats over bars of its own length
        others = [(name, outcome) for name, outcome in others if not STRATEGIES[name].meets_bars]
    different = [
        (name, outcome)
        for name, outcome in known + others
        if (outcome.warp, outcome.repeats) != (plan.warp, plan.repeats)
    ]
    return tuple(dict.fromkeys(variant_words(plan, name, outcome) for name, outcome in different))[:MOST_ALTERNATIVES]
