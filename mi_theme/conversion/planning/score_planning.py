"""From a score to its plan: which bars go, which stay, and the spans that they make."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import groupby

from mi_theme.adaptation.strategies import proposed
from mi_theme.adaptation.tempo_equations import tempo_factor
from mi_theme.conversion.parts.edits import with_changes
from mi_theme.conversion.planning.planner import Planner, planner_of
from mi_theme.conversion.planning.remarks import because, other_ways, remarks
from mi_theme.conversion.planning.short_frames import shortened, tail_of
from mi_theme.conversion.reading.note_groups import hemiola_bars
from mi_theme.conversion.request import Choice, Request
from mi_theme.conversion.scoreplan import ScorePlan, Span
from mi_theme.conversion.spans import BarRun
from mi_theme.errors import ScoreError, StrategyError
from mi_theme.meter import Meter
from mi_theme.score import Bar, Score
from mi_theme.warp import Warp

__all__ = ["plan_score", "replanned"]

FARTHEST = Fraction(3, 2)  # from the main metre's bar, or its reverse, to one that is carried over with it

MOST_STRETCHED = Fraction(2)  # of a bar that is carried over with those of the main metre, where pulses stay


def plan_score(score: Score, request: Request, *, told: bool = True) -> ScorePlan:
    """The plan for a score.

    Parameters
    ----------
    score, request
        What is to be converted, and what was asked for.
    told
        Whether it says why this way was chosen, and what else could be done: nobody
        reads that where a score is only converted, and other ways have to be tried for it.

    Raises
    ------
    StrategyError, UnknownName, ScoreError, FileError
        Where the strategy cannot reach the target, or there are no such bars or parts.
    """
    planner = planner_of(score, request)
    piece, main = planner.piece, planner.main
    spans = tuple(_spans(planner))
    ways = [span.how for span in spans if span.how and span.source == main] or [planner.name(main)]
    how = request.how or max(dict.fromkeys(ways), key=ways.count)
    plan = ScorePlan(
        request=request,
        source=planner.counted,
        how=how,
        lead=score.parts[piece.lead].name if piece.lead >= 0 else "",
        lead_part=piece.lead,
        keep=planner.keep,
        ratio=planner.ratio,
        tempo=tempo_factor(planner.counted, request.target, planner.ratio, planner.keep),
        swing=piece.swing,
        figure_source=planner.figure(main)[1],
        spans=spans,
        notes=(*piece.notes, *remarks(planner, spans)),
        because=because(planner, how, spans) if told else "",
        instead=other_ways(planner, how) if told else (),
        parts=tuple((part.name, part.is_percussion) for part in score.parts),
        score=score,
    )
    return with_changes(plan, score)


def replanned(plan: ScorePlan, choice: Choice) -> ScorePlan:
    """The plan once more with one choice more."""
    if plan.score is None:
        raise ScoreError("this plan comes without its score: read it with ScorePlan.from_json(text, score) to edit it")
    request = dataclasses.replace(plan.request, choices=(*plan.request.choices, choice))
    return plan_score(plan.score, request)


def _spans(planner: Planner) -> Iterator[Span]:
    """Every stretch of the score."""
    runs = list(_bar_runs(planner))
    planner.decide_lines(runs)
    for bars, how, why, hemiola, short, tail in runs:
        if not why:
            shorter = tail_of if tail else shortened
            yield shorter(planner, bars, how) if short or tail else planner.span(bars, how, hemiola)
            continue
        start, meter, same = bars[0].start, bars[0].meter, Warp.identity(bars[-1].end - bars[0].start)
        yield Span(bars[0].number, bars[-1].number, start, meter, meter, how="", warp=same, base=same, why=why)


def _bar_runs(planner: Planner) -> Iterator[BarRun]:
    """What stays and what goes by which strategy, in frames as long as the strategy's map."""
    able = _able_meters(planner)
    for (why, _), run in groupby(planner.piece.bars, key=lambda bar: (_stays(planner, bar, able), bar.meter)):
        bars = list(run)
        if why:
            yield BarRun(bars, why=why)
            continue
        at, more_follows = 0, bars[-1] != planner.piece.bars[-1]
        if _is_tail(planner, bars[0]):
            yield BarRun(bars[:1], planner.how_for(bars[0]), tail=True)
            at = 1
        while at < len(bars):
            how = planner.how_for(bars[at])
            size, hemiola = _frame(planner, bars, at, how)
            short = at + size > len(bars) and more_follows
            yield BarRun(bars[at : at + size], how, hemiola=hemiola, short=short)
            at += size


def _stays(planner: Planner, bar: Bar, able: dict[Meter, str]) -> str:
    """Why a bar stays as it is; nothing where it is converted."""
    asked, last = planner.request.bars, planner.piece.bars[-1]
    if asked and not asked[0] <= bar.number <= asked[1]:
        return "not asked for"
    if bar.number == 0 and planner.keep == "pulse":
        return "the pick-up keeps its values"
    if able[bar.meter]:
        return able[bar.meter]
    return "" if bar.length == bar.meter.bar or bar == last or not bar.number else "an incomplete bar"


def _is_tail(planner: Planner, bar: Bar) -> bool:
    """Whether a bar begins the piece and leads to the first whole frame: a pick-up, or a bar whose first half is silent."""
    if bar != planner.piece.bars[0]:
        return False
    if not bar.number:
        return True
    frame = planner.whole(planner.how_for(bar), bar.meter).warp.source
    places = [mark.at for mark in planner.piece.note_places(bar.start, bar.end) if mark.starts]
    return frame > bar.length and bool(places) and 2 * min(places) >= bar.length


def _able_meters(planner: Planner) -> dict[Meter, str]:
    """For each metre of the score why it stays, or nothing: the main one goes, others where they can."""
    found = {planner.main: ""}
    for _, meter in planner.piece.meters.changes:
        if meter not in found:
            found[meter] = _unable(planner, meter)
    return found


def _unable(planner: Planner, meter: Meter) -> str:
    main, target = planner.main, planner.request.target
    if meter.plain == target.plain:
        return f"in {meter} already"
    if planner.request.source:
        return f"in {meter}, not in {main}"
    if not 1 / FARTHEST <= meter.bar / main.bar <= FARTHEST:
        return f"in {meter}: too far from {target}"
    stretch = target.bar * planner.ratio_of(meter) / meter.bar
    if planner.keep == "pulse" and not 1 / MOST_STRETCHED <= stretch <= MOST_STRETCHED:
        return f"in {meter}: too far from {target}"
    try:
        proposed(planner.name(meter), planner.task(meter))
    except StrategyError as error:
        return f"in {meter}: {str(error).partition(' (')[0]}"
    return ""


def _frame(planner: Planner, bars: Sequence[Bar], at: int, how: str) -> tuple[int, bool]:
    """How many bars go together, and whether because of a hemiola."""
    bar = bars[at]
    size = planner.whole(how, bar.meter).warp.source / bar.meter.bar
    count = hemiola_bars(planner.piece, bar.start, bar.meter) if size == 1 else 0
    together = bars[at : at + count]
    if not count or len(together) < count or any(how != planner.how_for(other) for other in together):
        return int(size), False
    try:
        whole = proposed(how, planner.task_of(together, how, True))[0].warp.source == count * bar.meter.bar
    except StrategyError:
        return 1, False
    return (count, True) if whole else (1, False)
