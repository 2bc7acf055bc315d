"""What a plan says beside its maps: what was inferred, what to look out for, what else could be done."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from mi_theme.adaptation import adapt
from mi_theme.adaptation.frames import FAMOUS, Outcome, Task, whole_grouping
from mi_theme.adaptation.plans import groups_under, variant_words
from mi_theme.adaptation.strategies import find, proposed
from mi_theme.conversion.planning.scorewording import counted
from mi_theme.conversion.scoreplan import Span
from mi_theme.errors import MiThemeError
from mi_theme.meter import Meter
from mi_theme.score import messages as m

if TYPE_CHECKING:
    from mi_theme.conversion.planning.planner import Planner

__all__ = ["other_ways", "remarks"]

MOST_ALTERNATIVES = 4
LIGHT, IN_ONE = (
    100,
    160,
)  # beats a minute from which a waltz in four is rather 3+3+2, and beyond which it is felt in one


def remarks(planner: Planner, spans: Sequence[Span]) -> Iterator[str]:
    """What a user should know: what stays, what was inferred, phrases that lose their shape."""
    ratio = planner.ratio
    if not planner.piece.is_written:
        yield "a performance: the map bends on the grid only, and the player's timing rides along"
    if place := planner.piece.swing:
        yield f"swung at {float(place):.0%} of the beat: made even, converted, and swung again"
    for how in dict.fromkeys(span.how for span in spans):
        if how in ("float", "rebar"):
            source, target = next(span for span in spans if span.how == how).frames
            yield f"the bar lines meet every {target.bars} bars of {target.meter}, which are {source.bars} of {source.meter}"
    meters = [span.source for span in spans if span.how]
    if ratio != 1 and meters:
        few, many = counted(ratio.denominator), counted(ratio.numerator)
        main = max(dict.fromkeys(meters), key=meters.count)
        yield f"{few} of {main} make{'s' * (ratio > 1)} {many} of {planner.wish.target}"
    yield from _by_tempo(planner, spans)
    bars = sum(span.last - span.first + 1 for span in spans if span.how)
    if ratio < 1 and bars % (4 * ratio.denominator):
        yield f"{bars} bars do not make phrases of four at {ratio.denominator} bars to one: check where phrases end"


def _by_tempo(planner: Planner, spans: Sequence[Span]) -> Iterator[str]:
    """What a waltz in four would rather be at its tempo, where the score says one."""
    score, target = planner.piece.score, planner.wish.target
    held = [span for span in spans if span.how == "hold-first" and len(span.source.beats) == 3]
    stated = any(track.metas(m.TEMPO) for track in score.tracks)
    if not held or not stated or len(target.beats) != 4 or held[0].source.is_compound or target.is_additive:
        return
    speed = score.tempos.per_minute(held[0].start) * float(Fraction(held[0].source.denominator, 4))
    if speed > IN_ONE:
        yield f"at {speed:.0f} beats a minute the bars are felt in one: in-one may be the better way"
    elif speed >= LIGHT:
        yield f"at {speed:.0f} beats a minute 3+3+2 is the lighter way (how 3+3+2)"


def other_ways(planner: Planner, main: Meter, name: str) -> tuple[str, ...]:
    """Other ways, in words: shapes that players know, fast bars felt in one, other strategies that can."""
    task, figure = planner.task(main), planner.figure(main)
    bars = [bar for bar in planner.piece.bars if bar.meter == main and bar.number and bar.length == main.bar]
    lines = tuple(planner.piece.line(bar.start, bar.end) for bar in bars[: max(2, task.source.bars)])
    if not lines:
        return ()
    try:
        plan = adapt(
            lines,
            figure[0],
            figure[1],
            main,
            planner.wish.target,
            None if find(name).by_notes else name,
            planner.ratio,
        )
        shapes = [o for o in proposed("regroup", task) if _is_famous(o, figure[0], task)] if name != "regroup" else []
    except MiThemeError:
        return ()
    famous = [variant_words(plan, "regroup", outcome) for outcome in shapes if outcome.warp != plan.warp]
    return tuple(dict.fromkeys([*famous[:1], *_felt_in_one(main, planner), *plan.instead]))[:MOST_ALTERNATIVES]


def _is_famous(outcome: Outcome, figure: tuple[Fraction, ...], task: Task) -> bool:
    grouping = whole_grouping(
        groups_under(figure * task.source.bars, outcome.warp, outcome.repeats), task.target.meter.pulse
    )
    return tuple(grouping or ()) in FAMOUS


def _felt_in_one(main: Meter, planner: Planner) -> list[str]:
    """What a fast waltz would rather be."""
    twelve = (
        len(main.groups) == 3 and not main.is_additive and not main.is_compound and len(planner.wish.target.beats) == 4
    )
    return ["in one: 4 bars = one bar of 12/8, for fast bars"] * (twelve and planner.ratio == 1)
