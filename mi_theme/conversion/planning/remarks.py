"""What a plan says beside its maps: what was inferred, what to look out for, what else could be done."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from mi_theme.adaptation import adapt
from mi_theme.adaptation.frames import FAMOUS, Outcome, Task, whole_grouping
from mi_theme.adaptation.plans import groups_under, variant_words
from mi_theme.adaptation.strategies import STRATEGIES, find, proposed
from mi_theme.adaptation.tempo_equations import counted_bars
from mi_theme.conversion.planning.planner import Planner
from mi_theme.conversion.spans import Span
from mi_theme.errors import MiThemeError
from mi_theme.score import messages as m

__all__ = ["other_ways", "remarks"]

MOST_ALTERNATIVES = 4
LIGHT_WALTZ = 100  # beats a minute from which a waltz in four is rather 3+3+2: Chopin's slow ones are below
WALTZ_IN_ONE = 160  # beats a minute beyond which it is felt in one: a Viennese waltz goes at 180


def remarks(planner: Planner, spans: Sequence[Span]) -> Iterator[str]:
    """What a user should know: what stays, what was inferred, phrases that lose their shape."""
    ratio = planner.ratio
    if planner.piece.music.is_played:
        yield "played, and decided as it would be written: the player's timing rides along"
    if place := planner.piece.swing:
        yield f"swung at {float(place):.0%} of the beat: made even, converted, and swung again"
    for how in dict.fromkeys(span.how for span in spans):
        if how and find(how).meets_bars:
            source, target = next(span for span in spans if span.how == how).frames
            yield f"the bar lines meet every {target.bars} bars of {target.meter}, which are {source.bars} of {source.meter}"
    meters = [span.source for span in spans if span.how]
    if ratio != 1 and meters:
        few, many = counted_bars(ratio.denominator), counted_bars(ratio.numerator)
        main = max(dict.fromkeys(meters), key=meters.count)
        yield f"{few} of {main} make{'s' * (ratio > 1)} {many} of {planner.request.target}"
    yield from _by_tempo(planner, spans)
    bars = sum(span.last - span.first + 1 for span in spans if span.how)
    if ratio < 1 and bars % (4 * ratio.denominator):
        yield f"{bars} bars do not make phrases of four at {ratio.denominator} bars to one: check where phrases end"


def _by_tempo(planner: Planner, spans: Sequence[Span]) -> Iterator[str]:
    """What a waltz in four would rather be at its tempo, where the score says one."""
    score, target = planner.piece.score, planner.request.target
    threes = (span for span in spans if span.how and len(span.source.beats) == 3)
    held = [span for span in threes if find(span.how).holds == "first"]
    stated = any(track.metas(m.TEMPO) for track in score.tracks)
    if not held or not stated or len(target.beats) != 4 or held[0].source.is_compound or target.is_additive:
        return
    speed = score.tempos.per_minute(held[0].start) * float(Fraction(held[0].source.denominator, 4))
    if speed > WALTZ_IN_ONE:
        yield f"at {speed:.0f} beats a minute the bars are felt in one: in-one may be the better way"
    elif speed >= LIGHT_WALTZ:
        yield f"at {speed:.0f} beats a minute 3+3+2 is the lighter way (how 3+3+2)"


def other_ways(planner: Planner, how: str) -> tuple[str, ...]:
    """Other ways, in words: shapes that players know, fast bars felt in one, other strategies that can."""
    main, target = planner.main, planner.request.target
    task, (groups, groups_source) = planner.task(main), planner.figure(main)
    bars = [bar for bar in planner.piece.bars if bar.meter == main and bar.number and bar.length == main.bar]
    lines = tuple(planner.piece.line(bar.start, bar.end) for bar in bars[: max(2, task.source.bars)])
    if not lines:
        return ()
    try:
        shown = None if find(how).by_notes else how
        plan = adapt(lines, groups, groups_source, main, target, how=shown, ratio=planner.ratio)
        searching = [name for name, strategy in STRATEGIES.items() if strategy.alternatives and name != how]
        shapes = [(name, outcome) for name in searching for outcome in proposed(name, task)]
    except MiThemeError:
        return ()
    known = [(name, outcome) for name, outcome in shapes if _is_famous(outcome, groups, task)]
    famous = [variant_words(plan, name, outcome) for name, outcome in known if outcome.warp != plan.warp]
    waltz = len(main.groups) == 3 and not main.is_additive and not main.is_compound and len(target.beats) == 4
    in_one = ["in one: 4 bars = one bar of 12/8, for fast bars"] * (waltz and planner.ratio == 1)
    return tuple(dict.fromkeys([*famous[:1], *in_one, *plan.instead]))[:MOST_ALTERNATIVES]


def _is_famous(outcome: Outcome, figure: tuple[Fraction, ...], task: Task) -> bool:
    groups = groups_under(figure * task.source.bars, outcome.warp, outcome.repeats)
    grouping = whole_grouping(groups, task.target.meter.pulse)
    return tuple(grouping or ()) in FAMOUS
