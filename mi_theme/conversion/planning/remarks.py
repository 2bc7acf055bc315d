"""What a plan says beside its maps: what was inferred, what to look out for, what else could be done."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from fractions import Fraction
from itertools import pairwise

from mi_theme.adaptation import adapt
from mi_theme.adaptation.frames import FAMOUS, starts_of
from mi_theme.adaptation.plans import shape_under, variant_words
from mi_theme.adaptation.strategies import STRATEGIES, find, proposed
from mi_theme.adaptation.tempo_equations import counted_bars, tempo_factor
from mi_theme.adaptation.wording import duration_name
from mi_theme.conversion.parts.kit_frames import SIXTEENTH, evenly
from mi_theme.conversion.planning.default_ways import MOST_HEARD
from mi_theme.conversion.planning.planner import Planner
from mi_theme.conversion.spans import Span
from mi_theme.errors import MiThemeError, StrategyError
from mi_theme.score import messages as m

__all__ = ["because", "other_ways", "remarks"]

SQUARE = "square"
MOST_ALTERNATIVES = 4
MOST_RIVALS = 3  # other strategies whose costs are told
A_THIRD = 0.32  # by which notes may go faster or slower before another tempo is proposed
NEARLY, ALIKE = 0.9, 0.05  # share of a cost, and points, by which another is told as less
LIGHT_WALTZ = 100  # beats a minute from which a waltz in four is rather 3+3+2: Chopin's slow ones are below
WALTZ_IN_ONE = 160  # beats a minute beyond which it is felt in one: a Viennese waltz goes at 180


def remarks(planner: Planner, spans: Sequence[Span]) -> Iterator[str]:
    """What a user should know: what stays, what was inferred, phrases that lose their shape."""
    ratio = planner.ratio
    if planner.piece.music.is_played:
        yield "played, and decided as it would be written: the player's timing rides along"
    if place := planner.piece.swing:
        yield f"swung at {float(place):.0%} of the beat: made even, converted, and swung again"
    if planner.counted != planner.main:
        value = duration_name(planner.counted.groups[0] * planner.counted.pulse / 2)
        yield f"in {planner.main}, counted in {len(planner.counted.beats)}: the tune runs in {value}s"
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
    yield from _by_speed(planner, spans)
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


def _by_speed(planner: Planner, spans: Sequence[Span]) -> Iterator[str]:
    """The tempo that keeps the notes at their speed, where that changes by a third."""
    mine = [span for span in spans if span.how and not span.warp.is_identity]
    if not mine:
        return
    tempo = tempo_factor(planner.counted, planner.request.target, planner.ratio, planner.keep)
    before, after = sum(span.warp.source for span in mine), sum(span.warp.target for span in mine) * tempo
    notes = [(span, at) for span in mine for at, *_ in span.line]
    kept = sum(span.warp.keeps(at) for span, at in notes)
    speed = float(before / after) * kept / max(len(notes), 1)
    if kept and not 1 - A_THIRD < speed < 1 + A_THIRD:
        now = planner.piece.score.tempos.per_minute(mine[0].start) / float(tempo)
        word = "slow" if speed < 1 else "fast"
        yield f"the notes go by {word}er than before: quarter = {now / speed:.0f} for {now:.0f} keeps their speed"


def because(planner: Planner, how: str, spans: Sequence[Span]) -> str:
    """Why a strategy was chosen that nobody asked for: what it does, and what it and others cost the ear."""
    strategy = find(how)
    if planner.request.how or strategy.meets_bars:
        return ""
    rivals = [name for name, row in STRATEGIES.items() if row.offered and not (row.heavy or row.meets_bars)]
    mine = [span for span in spans if span.how == how and span.source == planner.main and len(span.line) > 1][
        :MOST_HEARD
    ]
    costs = planner.heard_costs(planner.main, [name for name in rivals if name != how])
    if not mine or not costs:
        return f"because {strategy.summary}"
    tempo = tempo_factor(planner.counted, planner.request.target, planner.ratio, planner.keep)
    costs[how] = sum(span.heard(tempo) for span in mine) / len(mine)
    others = sorted((cost, name) for name, cost in costs.items() if name != how and cost > NEARLY * costs[how] - ALIKE)
    cheaper = sorted((cost, name) for name, cost in costs.items() if cost <= NEARLY * costs[how] - ALIKE)
    words = f"because {strategy.summary}; it costs the ear {costs[how]:.1f} a bar"
    if others:
        words += f", {_named(others[:MOST_RIVALS])}"
    return words + (f"; {_named(cheaper[:1])}, but {_flaw(planner, cheaper[0][1])}" if cheaper else "")


def _named(costs: Sequence[tuple[float, str]]) -> str:
    return ", ".join(f"{name} {cost:.1f}" for cost, name in costs)


def _flaw(planner: Planner, name: str) -> str:
    """What speaks against a way that costs less."""
    task = planner.task(planner.main)
    outcome = proposed(name, task)[0]
    starts = [outcome.warp(start) for start in starts_of(task.figure)]
    lengths = {b - a for a, b in pairwise([*starts, outcome.warp.target])}
    steps = [(x1 - x0, y1 - y0) for (x0, y0), (x1, y1) in pairwise(outcome.warp.points)]
    stretches = [float(dy / dx) for dx, dy in steps if dx]
    flaws = {
        "it plays beats twice": bool(outcome.repeats),
        "nothing else is heard": outcome.warp.is_linear,
        "every bar falls silent": any(not dx for dx, _ in steps),
        "the end of every bar is lost": not all(stretches),
        "one beat takes all the time": max(stretches) > 2 * min(stretches),
        "it waits at the end of every bar": find(name).holds == "last",
        "it waits on the first beat of every bar": find(name).holds == "first",
        f"beats fall between those of {task.target.meter}": not set(starts) <= set(task.target.beats),
        "equal beats become long and short ones": len(set(task.figure)) == 1,
        "long and short beats become equal": len(lengths) == 1,
    }
    return next((flaw for flaw, has in flaws.items() if has), "some beats get longer beside others, and some shorter")


def other_ways(planner: Planner, how: str) -> tuple[str, ...]:
    """Other ways, in words: shapes that players know, fast bars felt in one, other strategies that can."""
    main, target = planner.counted, planner.request.target
    task, (groups, groups_source) = planner.task(planner.main), planner.figure(planner.main)
    bars = [bar for bar in planner.piece.bars if bar.meter == planner.main and bar.number and bar.length == main.bar]
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
    known = [
        (name, outcome)
        for name, outcome in shapes
        if shape_under(groups * task.source.bars, outcome, task.target) in FAMOUS
    ]
    famous = [variant_words(plan, name, outcome) for name, outcome in known if outcome.warp != plan.warp]
    waltz = len(main.groups) == 3 and not main.is_additive and not main.is_compound and len(target.beats) == 4
    in_one = ["in one: 4 bars = one bar of 12/8, for fast bars"] * (waltz and planner.ratio == 1)
    return tuple(dict.fromkeys([*famous[:1], *in_one, *_fives(planner, how), *plan.instead]))[:MOST_ALTERNATIVES]


def _fives(planner: Planner, how: str) -> Iterator[str]:
    """The way of drummers, where a kit plays: as many beats as before, each of so many sixteenths as fill the bar."""
    task = planner.task(planner.main)
    with suppress(StrategyError):
        warp = proposed(SQUARE, task)[0].warp
        if planner.steady and how != SQUARE and evenly(warp, (task.source, task.target)):
            each = warp(task.source.groups[0]) / SIXTEENTH
            yield f"{SQUARE}: {'+'.join([str(each)] * len(task.source.beats))} sixteenths, as drummers play it"
