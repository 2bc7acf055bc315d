"""Strategies: rules that make a bar map, each under the name arrangers would know.

`STRATEGIES` is the table; `register` adds a row of one's own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from math import ceil, floor

from mi_theme.adaptation import rules
from mi_theme.adaptation.costs import priced
from mi_theme.adaptation.frames import Outcome, Task
from mi_theme.adaptation.groupings import through_twos
from mi_theme.arguments import asked, known_name
from mi_theme.errors import StrategyError
from mi_theme.listings import NamedRows
from mi_theme.meter import Grouping
from mi_theme.warp import Warp

__all__ = ["STRATEGIES", "Strategy", "find", "plainest", "proposed", "register", "strategies"]

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
    alternatives
        Whether it tries many shapes: those that players know by name are told
        beside every plan, as other ways.
    meets_bars
        Whether no note moves, and the bar lines of both metres meet again only
        after some bars: so it takes no single bar to another.
    holds
        Which group it lengthens, ``first`` or ``last``, where that is all it does.
    bars_to_beats
        Whether bars become the beats of one bar: as many become one, and last as long.
    pairs_to_bars
        Whether two beats become a bar, and last as long.
    beat_for_beat
        Whether beats stay beats: as many source bars are taken as have the beats of
        the target bars.
    fits_notes
        False where every place is meant as it is computed, on a grid or not.
    drums
        ``map`` where drums go by the map as all other parts, ``beats`` where they are
        made anew on the target's beats; where it is empty, by the map only if that
        stretches all alike.
    """

    name: str
    players: str
    summary: str
    make: Maker
    offered: bool = True
    by_notes: bool = False
    make_line: LineMaker | None = None
    heavy: bool = False
    alternatives: bool = False
    meets_bars: bool = False
    holds: str = ""
    bars_to_beats: bool = False
    pairs_to_bars: bool = False
    beat_for_beat: bool = False
    fits_notes: bool = True
    drums: str = ""

    @property
    def cells(self) -> dict[str, str]:
        """The strategy as a row of a table."""
        name = self.name if self.offered else f"{self.name} (a baseline)"
        return {"name": name, "players say": self.players, "what it does": self.summary}


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
    from mi_theme.adaptation.easing import with_others
    from mi_theme.adaptation.learned.optimiser import line_outcomes

    return [with_others(task, outcome) for task, outcome in zip(tasks, line_outcomes(tasks), strict=True)]


def ease(task: Task) -> list[Outcome]:
    """Rests and held notes give time before anything that moves."""
    return ease_line([task])


def ease_line(tasks: Sequence[Task]) -> list[Outcome]:
    """The same over a whole line, whose bars are alike where it costs little.

    Parameters
    ----------
    tasks
        Stretches of a line in order, the same in everything but their notes; those that are one value are worked out once.

    Returns
    -------
    list of Outcome
        One for each.
    """
    from mi_theme.adaptation.easing import eased_outcomes

    through = {id(task): through_twos(task) for task in tasks}
    ways = [through[id(task)] for task in tasks]
    found = eased_outcomes([task if way is None else way[0] for task, way in zip(tasks, ways, strict=True)])
    return [out if way is None else _onward(out, way[1]) for out, way in zip(found, ways, strict=True)]


def _onward(outcome: Outcome, warp: Warp) -> Outcome:
    return outcome._replace(warp=outcome.warp.then(warp))


def _swung(make: Maker) -> Maker:
    """A rule between simple metres that serves for compound targets of other numbers of beats too."""

    def made(task: Task) -> list[Outcome]:
        through = through_twos(task)
        return make(task) if through is None else [_onward(outcome, through[1]) for outcome in make(through[0])]

    return made


#: Every strategy by its name; `register` adds to it.
STRATEGIES: dict[str, Strategy] = {
    row.name: row
    for row in (
        Strategy(
            "regroup",
            "trim the tail, make it a tresillo",
            "equal groups stay equal, longer stay longer",
            rules.regroup,
            alternatives=True,
        ),
        Strategy(
            "best",
            "how people would sing it",
            "learned from tunes people sang in two metres, over regroup's groups",
            best,
            by_notes=True,
            make_line=best_line,
            heavy=True,
        ),
        Strategy(
            "ease",
            "take it from the long notes",
            "rests and held notes give time first, bar by bar; runs keep their values",
            ease,
            by_notes=True,
            make_line=ease_line,
            heavy=True,
        ),
        Strategy("cut", "cut a beat, drop the pick-up", "the end of the bar goes", _swung(rules.cut)),
        Strategy("rest", "add a beat", "the bar is lengthened by rest", rules.rest),
        Strategy("hold-last", "let it ring", "the last group is stretched", _swung(rules.hold_last), holds="last"),
        Strategy("hold-first", "long one", "the first group is stretched", _swung(rules.hold_first), holds="first"),
        Strategy("add-group", "one more of those", "the last group is played again", rules.add_group),
        Strategy(
            "run-on",
            "keep it running",
            "a run keeps its speed: what follows the first group is played twice",
            rules.run_on,
            by_notes=True,
        ),
        Strategy("square", "square it", "every group becomes as long as every other", rules.square),
        Strategy(
            "long-short",
            "dot it, swing it",
            "inside the beat, between simple and compound: long and short",
            rules.long_short,
            beat_for_beat=True,
        ),
        Strategy(
            "even",
            "straighten it",
            "inside the beat, between simple and compound: even",
            rules.even,
            beat_for_beat=True,
        ),
        Strategy(
            "triplets",
            "write triplets",
            "beat for beat, between simple and compound: threes as triplets, the same sound",
            rules.triplets,
            beat_for_beat=True,
            fits_notes=False,
            drums="map",
        ),
        Strategy("rotate", "start on another leg", "the same groups in a turned order: 2+2+3 as 3+2+2", rules.rotate),
        Strategy(
            "in-one",
            "feel it in one",
            "fast bars become beats: four of 3/4 one of 12/8",
            rules.in_one,
            bars_to_beats=True,
        ),
        Strategy(
            "tripla",
            "put it in three",
            "two beats become a bar of three, long and short: one of 4/4 two of 3/4",
            _swung(rules.tripla),
            pairs_to_bars=True,
        ),
        Strategy(
            "float",
            "let it float over the bar",
            "one layer keeps its metre over the other's bars (polymetre)",
            rules.rebar,
            meets_bars=True,
            drums="beats",
        ),
        Strategy(
            "rebar",
            "new bar lines",
            "new bar lines; no note moves",
            rules.rebar,
            offered=False,
            meets_bars=True,
            drums="map",
        ),
        Strategy(
            "proportional",
            "same thing, other paper",
            "everything stretched alike; with bar = bar it sounds the same",
            rules.proportional,
            offered=False,
            fits_notes=False,
            drums="map",
        ),
        *(
            Strategy(
                name=name,
                players=players,
                summary=f"stretched, then snapped to the {where}",
                make=rules.snapped(name, snap),
                offered=False,
                by_notes=True,
            )
            for name, players, where, snap in (
                ("nearest", "quantize", "nearest pulse", rules.nearest),
                ("later", "push later", "next pulse", ceil),
                ("earlier", "pull earlier", "pulse before", floor),
                ("furthest", "quantize the wrong way", "pulse farther off", rules.furthest),
            )
        ),
    )
}


@asked()
def strategies() -> NamedRows[Strategy]:
    """The ways to change a metre, those that were added too.

    Returns
    -------
    NamedRows of Strategy
        A dictionary that prints as a table, by name.
    """
    return NamedRows(STRATEGIES)


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
    if isinstance(name, str) and GROUPS.fullmatch(name):
        return _by_groups(name)
    return STRATEGIES[known_name("strategy", name, STRATEGIES)]


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


def plainest(name: str, warp: Warp, task: Task) -> str:
    """The name of a map that the strategy `name` makes, or the plainer name of another that makes the same.

    A rule that has one answer says more than a search that comes to it:
    3/4 in 4/4 as 2+1+1 is ``hold-first``, though `regroup` finds it too. Of the
    strategies that arrangers use, whose first thought is this map, the one that
    proposes fewest names it, of equals the first in the table. Where all is
    stretched alike there is nothing to name it by, and the name stays.

    Parameters
    ----------
    name, warp
        A strategy and its map.
    task
        What it was made for.

    Returns
    -------
    str
        The name of a strategy.
    """
    if warp.is_linear:
        return name
    makers: dict[str, int] = {}
    for other, strategy in STRATEGIES.items():
        if strategy.offered and not strategy.heavy:
            with suppress(StrategyError):
                outcomes = proposed(other, task)
                if outcomes[0].warp == warp:
                    makers[other] = len(outcomes)
    return min(makers, key=lambda maker: makers[maker], default=name)
