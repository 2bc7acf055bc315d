"""From a score to its plan: which bars, by which strategy, with which map."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from itertools import groupby
from typing import NamedTuple

from mi_theme.adaptation import first_able, first_choices
from mi_theme.adaptation.frames import Frame, Outcome, Task, figure_of_bars, starts_of
from mi_theme.adaptation.strategies import find, proposed
from mi_theme.adaptation.tempo_equations import KEEPS, default_keep, default_ratio, tempo_factor
from mi_theme.conversion.parts.accompaniment import takes_all_runs
from mi_theme.conversion.planning.fitting import fitted, free_places, swung
from mi_theme.conversion.planning.remarks import other_ways, remarks
from mi_theme.conversion.planning.request import Wish
from mi_theme.conversion.reading.layers import Layer, layers_of
from mi_theme.conversion.reading.note_groups import figure_of, hemiola_bars
from mi_theme.conversion.reading.pieces import Piece, piece_of
from mi_theme.conversion.scoreplan import Choice, ScorePlan, Span
from mi_theme.errors import ScoreError, StrategyError
from mi_theme.meter import Meter
from mi_theme.score import Bar, Score
from mi_theme.warp import Warp

__all__ = ["plan_score", "replanned"]


class Stretch(NamedTuple):
    """Some bars that go together: by a strategy, or as they are and why.

    ``hemiola`` says that they are felt as one bar of three; ``short`` that there are
    too few bars for a whole map.
    """

    bars: Sequence[Bar]
    how: str = ""
    why: str = ""
    hemiola: bool = False
    short: bool = False


@dataclass
class Planner:
    """One piece and one wish; strategies and maps are worked out once for all bars that are alike."""

    piece: Piece
    wish: Wish
    figures: dict[Meter, tuple[tuple[Fraction, ...], str]] = field(default_factory=dict)
    outcomes: dict[tuple[str, Task], Outcome] = field(default_factory=dict)
    names: dict[Meter, str] = field(default_factory=dict)
    maps: dict[object, Warp] = field(default_factory=dict)
    lines: dict[Fraction, Outcome] = field(default_factory=dict)

    @property
    def ratio(self) -> Fraction:
        """Target bars for a source bar."""
        return Fraction(1) if self.wish.ratio is None else self.wish.ratio

    @cached_property
    def layers(self) -> tuple[Layer, ...]:
        """The accompanying parts, where they may be made anew."""
        keep = self.wish.accompaniment == "keep"
        return () if keep else layers_of(self.piece.score, self.piece.lead, self.piece.swing)

    def figure(self, meter: Meter) -> tuple[tuple[Fraction, ...], str]:
        """Group lengths of a bar, and where they come from."""
        if meter not in self.figures:
            self.figures[meter] = figure_of(self.piece, meter, self.wish.grouping if meter == self.piece.main else None)
        return self.figures[meter]

    def task(self, meter: Meter, bars: int = 1, onsets: tuple[Fraction, ...] = (), hemiola: bool = False) -> Task:
        """What a strategy is to do with some bars of a metre."""
        ratio = self.ratio
        source = Frame(meter, bars * ratio.denominator)
        target = Frame(self.wish.target, bars * ratio.numerator)
        groups = figure_of_bars(self.figure(meter)[0], source, target)
        figure = (source.length / 3,) * 3 if hemiola else groups
        return Task(figure, onsets, source, target, self.wish.feel)

    def name(self, meter: Meter) -> str:
        """The strategy for a metre: the one asked for, or the first of an arranger's choices that can."""
        if meter not in self.names:
            task = self.task(meter)
            self.names[meter] = self.wish.how or first_able(first_choices(task), task)[0]
        return self.names[meter]

    def outcome(self, how: str, task: Task) -> Outcome:
        """What a strategy proposes first."""
        if (how, task) not in self.outcomes:
            self.outcomes[how, task] = make_outcome(how, task)
        return self.outcomes[how, task]

    def decide_lines(self, stretches: Sequence[Stretch]) -> None:
        """What strategies that hear a whole line make of each of its stretches; one metre's stretches are one line."""
        lines: dict[tuple[str, Meter], list[Stretch]] = {}
        for stretch in stretches:
            if stretch.how and find(stretch.how).make_line and not (stretch.hemiola or stretch.short):
                lines.setdefault((stretch.how, stretch.bars[0].meter), []).append(stretch)
        for (how, _), line in lines.items():
            tasks = [self._task_of(stretch.bars, how, False) for stretch in line]
            for stretch, outcome in zip(line, make_line(how, tasks), strict=True):
                self.lines[stretch.bars[0].start] = outcome

    def span(self, bars: Sequence[Bar], how: str, hemiola: bool = False) -> Span:
        """Some bars of one metre as a span."""
        first, meter = bars[0], bars[0].meter
        task = self._task_of(bars, how, hemiola)
        outcome = self.lines.get(first.start) or self.outcome(how, task)
        end = first.start + outcome.warp.source
        line = self.piece.line(first.start, end)
        span = Span(
            first.number, bars[-1].number, first.start, meter, self.wish.target, how, outcome.warp, outcome.warp,
            task.figure[: len(task.figure) // task.source.bars] if not hemiola else task.figure, line, outcome.repeats,
            cost=round(outcome.cost, 6), reasons=outcome.reasons,
        )  # fmt: skip
        return dataclasses.replace(span, warp=self._fitted(span, end, task.figure))

    def _task_of(self, bars: Sequence[Bar], how: str, hemiola: bool) -> Task:
        meter, start = bars[0].meter, bars[0].start
        count = max(len(bars) // self.ratio.denominator, 1) if hemiola else 1
        if not find(how).by_notes:
            return self.task(meter, count, hemiola=hemiola)
        end = start + self.task(meter, count).source.length
        leads, others = self._heard(start, end)
        return self.task(meter, count, leads, hemiola)._replace(others=others)

    def _heard(self, start: Fraction, end: Fraction) -> tuple[tuple[Fraction, ...], ...]:
        """Where the lead's notes begin in a stretch, and the others'; not the runs that are made anew."""
        marks = [mark for mark in self.piece.marks(start, end, bool(self.layers)) if mark.starts]
        leads = {self.piece.shown(mark.at) for mark in marks if mark.lead}
        free = free_places(self.piece.shown(mark.at) for mark in marks)
        return tuple(at for at in free if at in leads), tuple(at for at in free if at not in leads)

    def _fitted(self, span: Span, end: Fraction, figure: tuple[Fraction, ...]) -> Warp:
        """The strategy's map through the notes of these bars, swing taken out before and put back after."""
        without_runs = takes_all_runs(self.layers, span)
        marks = self.piece.marks(span.start, end, without_runs) if self.piece.is_written else ()
        if find(span.how).by_notes:  # it has placed the lead's notes, and needs no groups
            marks, figure = tuple(mark._replace(before=None) if mark.lead else mark for mark in marks), ()
        key = (span.base, marks, figure)
        if key not in self.maps:
            as_it_is = span.how == "proportional"  # all else has places on the grid
            warp = span.base if as_it_is else fitted(span.base, marks, starts_of(figure))
            self.maps[key] = self._swung(warp)
        return self.maps[key]

    def _swung(self, warp: Warp) -> Warp:
        place = self.piece.swing
        if place is None or warp.is_identity:
            return warp
        return swung(warp.source, place).then(warp).then(swung(warp.target, place).inverse())


def make_outcome(how: str, task: Task) -> Outcome:
    """What a strategy proposes first."""
    return proposed(how, task)[0]


def make_line(how: str, tasks: Sequence[Task]) -> list[Outcome]:
    """What a strategy that hears a whole line makes of it; the seam where the optimiser comes in."""
    maker = find(how).make_line
    return maker(tasks) if maker else [make_outcome(how, task) for task in tasks]


def plan_score(score: Score, wish: Wish) -> ScorePlan:
    """The plan for a score.

    Raises
    ------
    StrategyError, UnknownName, ScoreError, FileError
        Where the strategy cannot reach the target, or there are no such bars or parts.
    """
    from mi_theme.conversion.parts.edits import with_changes

    piece = piece_of(score, wish.source, wish.lead)
    _check_bars(piece, wish)
    planner = Planner(piece, wish)
    main = _main_of(planner)
    planner.wish = wish = _settled(planner, main)
    spans = tuple(_spans(planner))
    name = planner.name(main)
    keep, ratio = wish.keep or KEEPS[0], planner.ratio
    plan = ScorePlan(
        main, wish.target, name, score.parts[piece.lead].name if piece.lead >= 0 else "", wish.drums, keep, ratio,
        tempo_factor(main, wish.target, ratio, keep), piece.swing, planner.figure(main)[1], spans, notes=(*piece.notes, *remarks(planner, spans)),
        instead=other_ways(planner, main, name), parts=tuple((part.name, part.is_percussion) for part in score.parts), choices=wish.choices,
        lead_part=piece.lead, accompaniment=wish.accompaniment, feel=wish.feel, options=(("wish", wish),), score=score,
    )  # fmt: skip
    return with_changes(plan, score)


def replanned(plan: ScorePlan, choice: Choice) -> ScorePlan:
    """The plan once more with one choice more."""
    find(choice.how)
    wish = dict(plan.options).get("wish")
    if plan.score is None:
        raise ScoreError("this plan comes without its score: read it with ScorePlan.from_json(text, score) to edit it")
    if wish is None:
        wish = Wish.of(
            plan.target, source=plan.source, how=plan.how, lead=plan.lead or None, drums=plan.drums, ratio=plan.ratio,
            keep=plan.keep, accompaniment=plan.accompaniment, feel=plan.feel,
        )  # fmt: skip
    numbers = {number for span in plan.spans for number in range(span.first, span.last + 1)}
    if not {choice.first, choice.last} <= numbers:
        raise ScoreError(
            f"there are no bars {choice.first} to {choice.last}: they go from {min(numbers)} to {max(numbers)}"
        )
    return plan_score(plan.score, dataclasses.replace(wish, choices=(*plan.choices, choice)))


def _settled(planner: Planner, main: Meter) -> Wish:
    """The wish with the ratio and the tempo equation that suit it; in one, a bar lasts as long as the bars it was."""
    wish = planner.wish
    ratio = default_ratio(main, wish.target, wish.how) if wish.ratio is None else wish.ratio
    keep = wish.keep or ("bar" if wish.how == "in-one" else default_keep(main, wish.target, ratio))
    return dataclasses.replace(wish, ratio=ratio, keep=keep)


def _check_bars(piece: Piece, wish: Wish) -> None:
    numbers = [bar.number for bar in piece.bars]
    if not numbers:
        raise ScoreError(f"{piece.score.source or 'this score'} is empty: there is nothing to convert")
    if wish.bars and not (numbers[0] <= wish.bars[0] and wish.bars[1] <= numbers[-1]):
        raise ScoreError(
            f"there are no bars {wish.bars[0]} to {wish.bars[1]}: they go from {numbers[0]} to {numbers[-1]}"
        )


def _main_of(planner: Planner) -> Meter:
    """The metre most of the bars to be converted have."""
    wish, piece = planner.wish, planner.piece
    if wish.source and any(meter == wish.source for _, meter in piece.meters.changes):
        return wish.source
    if wish.bars:
        inside = [bar.meter for bar in piece.bars if wish.bars[0] <= bar.number <= wish.bars[1]]
        return max(dict.fromkeys(inside), key=inside.count)
    return piece.main


def _spans(planner: Planner) -> Iterator[Span]:
    """Every stretch of the score."""
    stretches = list(_stretches(planner))
    planner.decide_lines(stretches)
    for bars, how, why, hemiola, short in stretches:
        if why:
            yield _kept(bars, why)
        else:
            yield _shortened(planner, bars, how) if short else planner.span(bars, how, hemiola)


def _stretches(planner: Planner) -> Iterator[Stretch]:
    """What stays and what goes by which strategy, in frames as long as the strategy's map."""
    able = _able_meters(planner)
    for (why, _), run in groupby(planner.piece.bars, key=lambda bar: (_stays(planner, bar, able), bar.meter)):
        bars = list(run)
        if why:
            yield Stretch(bars, why=why)
        else:
            yield from _framed(planner, bars)


def _stays(planner: Planner, bar: Bar, able: dict[Meter, str]) -> str:
    """Why a bar stays as it is; nothing where it is converted."""
    wish, last = planner.wish, planner.piece.bars[-1]
    if wish.bars and not wish.bars[0] <= bar.number <= wish.bars[1]:
        return "not asked for"
    if bar.number == 0:
        return "the pick-up keeps its values"
    if able[bar.meter]:
        return able[bar.meter]
    return "" if bar.length == bar.meter.bar or bar == last else "an incomplete bar"


def _able_meters(planner: Planner) -> dict[Meter, str]:
    """For each metre of the score why it stays, or nothing: the main one goes, others where they can."""
    main = _main_of(planner)
    planner.name(main)  # what cannot be done with the main metre is an error
    found = {main: ""}
    for _, meter in planner.piece.meters.changes:
        if meter not in found:
            found[meter] = _unable(planner, main, meter)
    return found


def _unable(planner: Planner, main: Meter, meter: Meter) -> str:
    target = planner.wish.target
    if planner.wish.source or meter.plain == target.plain:
        return f"in {meter} already" if meter.plain == target.plain else f"in {meter}, not in {main}"
    if not Fraction(2, 3) <= meter.bar / main.bar <= Fraction(3, 2):
        return f"in {meter}: too far from {target}"
    try:
        planner.outcome(planner.name(meter), planner.task(meter))
    except StrategyError as error:
        return f"in {meter}: {str(error).partition(' (')[0]}"
    return ""


def _kept(bars: Sequence[Bar], why: str) -> Span:
    warp = Warp.identity(bars[-1].end - bars[0].start)
    meter = bars[0].meter
    return Span(bars[0].number, bars[-1].number, bars[0].start, meter, meter, "", warp, warp, why=why)


def _framed(planner: Planner, bars: Sequence[Bar]) -> Iterator[Stretch]:
    """A run of bars of one metre, cut into frames."""
    at = 0
    while at < len(bars):
        how = _how_for(planner, bars[at])
        frame, hemiola = _frame(planner, bars, at, how)
        short = at + frame > len(bars) and _more_follows(planner, bars)
        yield Stretch(bars[at : at + frame], how, hemiola=hemiola, short=short)
        at += frame


def _frame(planner: Planner, bars: Sequence[Bar], at: int, how: str) -> tuple[int, bool]:
    """How many bars go together, and whether because of a hemiola."""
    bar = bars[at]
    size = planner.outcome(how, planner.task(bar.meter)).warp.source / bar.meter.bar
    count = hemiola_bars(planner.piece, bar.start, bar.meter) if size == 1 else 0
    together = bars[at : at + count]
    if not count or len(together) < count or any(how != _how_for(planner, other) for other in together):
        return int(size), False
    try:
        whole = planner.outcome(how, planner._task_of(together, how, True)).warp.source == count * bar.meter.bar
    except StrategyError:
        return 1, False
    return (count, True) if whole else (1, False)


def _more_follows(planner: Planner, bars: Sequence[Bar]) -> bool:
    return bars[-1] != planner.piece.bars[-1]


def _shortened(planner: Planner, bars: Sequence[Bar], how: str) -> Span:
    """Too few bars for a whole map before others that stay: they are stretched as the map does on the whole."""
    outcome = planner.outcome(how, planner.task(bars[0].meter))
    length = bars[-1].end - bars[0].start
    warp = Warp.linear(length, length * outcome.warp.target / outcome.warp.source)
    line = planner.piece.line(bars[0].start, bars[-1].end)
    meter = bars[0].meter
    return Span(
        bars[0].number, bars[-1].number, bars[0].start, meter, planner.wish.target, how, warp, warp,
        planner.figure(meter)[0], line, cost=round(outcome.cost, 6),
    )  # fmt: skip


def _how_for(planner: Planner, bar: Bar) -> str:
    chosen = [choice.how for choice in planner.wish.choices if choice.first <= bar.number <= choice.last]
    return chosen[-1] if chosen else planner.name(bar.meter)
