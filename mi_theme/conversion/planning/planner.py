"""One piece and one request: which strategy serves which bars, and what map it makes of them."""

from __future__ import annotations

import dataclasses
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property, partial

from mi_theme.adaptation import first_able, first_choices
from mi_theme.adaptation.frames import Frame, Outcome, Task, figure_of_bars, frame_of, starts_of
from mi_theme.adaptation.groupings import through_twos
from mi_theme.adaptation.strategies import find, proposed
from mi_theme.adaptation.swing import swing_in, swung
from mi_theme.adaptation.tempo_equations import default_keep, default_ratio, tempo_factor
from mi_theme.conversion.parts.accompaniment import takes_all_runs
from mi_theme.conversion.parts.riffs import riff_places
from mi_theme.conversion.planning.bar_counts import counted, runs_through
from mi_theme.conversion.planning.default_ways import EASE, MOST_HEARD, Tried, unless_dear
from mi_theme.conversion.planning.fitting import evened, fitted, free_places, lilting, wholes
from mi_theme.conversion.planning.holding import first_held, last_held
from mi_theme.conversion.reading.grid import GRID
from mi_theme.conversion.reading.layers import Layer, layers_of
from mi_theme.conversion.reading.note_groups import figure_of, moves_in_beats
from mi_theme.conversion.reading.piece_reading import NotePlace, PieceReading, piece_of
from mi_theme.conversion.request import Request
from mi_theme.conversion.spans import BarRun, Span
from mi_theme.errors import ScoreError, StrategyError
from mi_theme.meter import Meter
from mi_theme.score import Bar, Score
from mi_theme.score import messages as m
from mi_theme.warp import Warp

__all__ = ["Planner", "planner_of"]

CUT = "cut"
RUN_ON = "run-on"  # the strategy of bars whose run would go at two speeds
BOTH_ENDS = ("hold-first", "hold-last")
CLEARLY = 1.1  # times the cost of the other, which is not the usual one
FAR = 4.0  # times, where the usual one is the bar and two beats more: 3+2 is how five goes


@dataclass
class Planner:
    """One piece and one request; strategies and maps are worked out once for all bars that are alike."""

    piece: PieceReading
    request: Request
    figures: dict[Meter, tuple[tuple[Fraction, ...], str]] = field(default_factory=dict)
    counts: dict[Meter, Meter] = field(default_factory=dict)
    names: dict[Meter, str] = field(default_factory=dict)
    held: dict[Meter, tuple[Fraction, Fraction]] = field(default_factory=dict)
    maps: dict[object, Warp] = field(default_factory=dict)
    made: dict[tuple[str, int, int, bool], Span] = field(default_factory=dict)
    bare: dict[tuple[Meter, int, bool], Task] = field(default_factory=dict)
    tasks: dict[object, Task] = field(default_factory=dict)
    wholes: dict[tuple[str, Meter], Outcome] = field(default_factory=dict)
    lines: dict[tuple[str, Fraction], Outcome] = field(default_factory=dict)

    @cached_property
    def main(self) -> Meter:
        """The metre most of the bars to be converted have."""
        request, piece = self.request, self.piece
        if request.source and any(meter == request.source for _, meter in piece.meters.changes):
            return request.source
        if request.bars:
            inside = [bar.meter for bar in piece.bars if request.bars[0] <= bar.number <= request.bars[1]]
            return max(dict.fromkeys(inside), key=inside.count)
        return piece.main

    @cached_property
    def counted(self) -> Meter:
        """The main metre as players count it."""
        return self._counted(self.main)

    def _counted(self, meter: Meter) -> Meter:
        if meter not in self.counts:
            how, ratio = self.request.how, self.request.ratio
            free = not self.steady and ratio is None and (how is None or find(how).beat_for_beat)
            self.counts[meter] = counted(self.piece, meter, self.request.target, thin=self.thin, free=free)
        return self.counts[meter]

    @cached_property
    def ratio(self) -> Fraction:
        """Target bars for a source bar: as asked for, or what suits the main metre."""
        request = self.request
        if request.ratio is not None:
            return request.ratio
        if request.how is None and not self.steady and moves_in_beats(self.piece, self.main):
            in_three = default_ratio(self.counted, request.target, "tripla")
            task = Task(self.figure(self.main)[0], (), Frame(self.counted), Frame(request.target, int(in_three)))
            if in_three > 1 and first_choices(task)[0] == "tripla":
                return in_three
        return default_ratio(self.counted, request.target, request.how)

    def ratio_of(self, meter: Meter) -> Fraction:
        """That of the main metre; for another what suits it, where a quarter lasts as long under both."""
        if meter == self.main or self.request.ratio is not None or self.keep != "pulse":
            return self.ratio
        own = default_ratio(self._counted(meter), self.request.target, self.request.how)
        return own if own.denominator == 1 and own > self.ratio else self.ratio

    @cached_property
    def keep(self) -> str:
        """The tempo equation: as asked for, or what suits the main metre."""
        return self.request.keep or default_keep(self.counted, self.request.target, self.ratio, self.name(self.main))

    @cached_property
    def layers(self) -> tuple[Layer, ...]:
        """The accompanying parts, where they may be made anew."""
        keep = self.request.accompaniment == "keep"
        return () if keep else layers_of(self.piece.music, self.piece.lead, self.piece.swing)

    def figure(self, meter: Meter) -> tuple[tuple[Fraction, ...], str]:
        """Group lengths of a bar, and where they come from."""
        if meter not in self.figures:
            given = self.request.grouping if meter == self.piece.main else None
            self.figures[meter] = figure_of(self.piece, self._counted(meter) if given is None else meter, given)
        return self.figures[meter]

    def task(self, meter: Meter, bars: int = 1, onsets: tuple[Fraction, ...] = (), hemiola: bool = False) -> Task:
        """What a strategy is to do with some bars of a metre."""
        key = (meter, bars, hemiola)
        if key not in self.bare:
            ratio = self.ratio_of(meter)
            source = frame_of(self._counted(meter), bars * ratio.denominator)
            target = frame_of(self.request.target, bars * ratio.numerator)
            groups = figure_of_bars(self.figure(meter)[0], source, target)
            figure = (source.length / 3,) * 3 if hemiola else groups
            self.bare[key] = Task(figure, (), source, target, self.request.feel)
        return self.bare[key]._replace(onsets=onsets) if onsets else self.bare[key]

    def whole(self, how: str, meter: Meter) -> Outcome:
        """What a strategy makes of a whole frame of a metre, whatever its notes."""
        if (how, meter) not in self.wholes:
            self.wholes[how, meter] = proposed(how, self.task(meter))[0]
        return self.wholes[how, meter]

    def name(self, meter: Meter) -> str:
        """The strategy for a metre: the one asked for, or the first of an arranger's choices that can."""
        if meter not in self.names:
            task, heard = self.task(meter), self.piece.lead >= 0
            name = self.request.how or first_able(first_choices(task, heard), task)[0]
            if heard and not self.request.how:
                name = self._which_end(meter, name) if find(name).holds else self._cut_or(name, meter)
                if not self.steady or len(set(task.figure)) == 1:  # the groups of a kit and a band are the same ones
                    name = unless_dear(name, task, partial(self.tried, meter))
            self.names[meter] = name
        return self.names[meter]

    def _which_end(self, meter: Meter, name: str) -> str:
        """Whether bars are held at their beginning or at their end: where that costs the ear clearly less, or as is usual.

        They may be regrouped too, where one of equal notes would last for three.
        """
        task, far = self.task(meter), CLEARLY if find(name).holds == "first" else FAR
        ways = [*BOTH_ENDS, *["regroup"] * (task.target.length - task.source.length > task.figure[0])]
        costs = self.heard_costs(meter, [name, *(way for way in ways if way != name)])
        return min(costs, key=lambda way: costs[way] * (1.0 if way == name else far), default=name)

    def _cut_or(self, name: str, meter: Meter) -> str:
        """Whether under a kit the end of the bar goes for all: where nothing of the lead begins there, and it costs the ear no more."""
        if name != EASE or not self.steady or self.ratio.denominator != 1:
            return name
        with suppress(StrategyError):
            warp = proposed(CUT, self.task(meter))[0].warp
            bars = (bar for bar in self.piece.bars if bar.meter == meter and bar.length == meter.bar)
            if not all(warp.keeps(at) for bar in bars for at, *_ in self.piece.line(bar.start, bar.end)):
                return name
        costs = self.heard_costs(meter, (name, CUT))
        return CUT if CUT in costs and costs[CUT] <= CLEARLY * costs.get(name, costs[CUT]) else name

    def heard_costs(self, meter: Meter, names: Iterable[str]) -> dict[str, float]:
        """What ways cost the ear, a bar: over the first bars of a metre that have notes of the lead; without those that cannot."""
        return {name: way.cost for name, way in self.tried(meter, names).items()}

    def tried(self, meter: Meter, names: Iterable[str], most: int = MOST_HEARD) -> dict[str, Tried]:
        """Ways as they do on the first bars of a metre that have notes of the lead; without those that cannot."""
        size = self.task(meter).source.bars
        whole = [bar for bar in self.piece.bars if bar.meter == meter and bar.number and bar.length == meter.bar]
        frames = [whole[at : at + size] for at in range(0, len(whole) - size + 1, size)]
        frames = [bars for bars in frames if bars[-1].end - bars[0].start == size * meter.bar]  # in a row
        frames = [bars for bars in frames if len(self.piece.line(bars[0].start, bars[-1].end)) > 1][:most]
        old, new, ratio = self._counted(meter), self.request.target, self.ratio_of(meter)
        found: dict[str, Tried] = {}
        for name in names:
            kept = self.request.keep or default_keep(old, new, ratio, name)
            with suppress(StrategyError):
                spans = self.spans_of([BarRun(bars, name) for bars in frames])
                found[name] = Tried(spans, self.piece.note_places, tempo_factor(old, new, ratio, kept))
        return found

    def spans_of(self, runs: Sequence[BarRun]) -> list[Span]:
        """Some frames under one strategy, as if they were the whole line."""
        kept, self.lines = self.lines, {}
        try:
            self.decide_lines(runs)
            whole = (run for run in runs if len(run.bars) == self.task(run.bars[0].meter).source.bars)
            return [self.span(run.bars, run.how) for run in whole]
        finally:
            self.lines = kept

    @cached_property
    def thin(self) -> bool:
        """Whether notes may be left out of runs: not under words, nor where every note is asked for."""
        return self.request.runs == "thin" and not any(track.metas(m.LYRIC) for track in self.piece.score.tracks)

    @cached_property
    def steady(self) -> bool:
        """Whether a kit plays along, so that all bars must lose or gain the same time."""
        return self.request.drums in ("pulse", "keep") and any(part.is_percussion for part in self.piece.score.parts)

    def how_for(self, bar: Bar) -> str:
        """The strategy for a bar: the user's last choice for it, or that of its metre."""
        chosen = [choice.how for choice in self.request.choices if choice.first <= bar.number <= choice.last]
        name = chosen[-1] if chosen else self.name(bar.meter)
        return name if self.request.how or chosen or not self._runs(bar) else RUN_ON

    def _runs(self, bar: Bar) -> bool:
        """Whether a bar becomes longer, and runs from its beginning to its end beside others that do: held, it would go at two speeds."""
        if bar.meter not in self.held:
            self.held[bar.meter] = self._held(bar.meter)
        first, stop = self.held[bar.meter]
        if not first <= stop <= bar.length or not stop or not runs_through(self.piece, bar, first):
            return False
        at = bisect_left(self.piece.bars, bar.start, key=lambda other: other.start)
        beside = (*self.piece.bars[max(at - 1, 0) : at], *self.piece.bars[at + 1 : at + 2])
        return any(runs_through(self.piece, other, first) for other in beside if other.meter == bar.meter)

    def _held(self, meter: Meter) -> tuple[Fraction, Fraction]:
        """The length of the group that is held in bars of a metre, and up to where a run would be played again; 0 for neither."""
        task, strategy = self.task(meter), find(self.name(meter))
        first, more = task.figure[0], task.target.length - task.source.length
        even = len(set(task.figure)) == 1 and not (task.target.meter.is_additive or through_twos(task))
        holds = bool(strategy.holds) or strategy.alternatives
        able = self.thin and even and holds and self.ratio_of(meter).denominator == 1 and more > 0
        return (first, first + more) if able else (Fraction(0), Fraction(0))

    def decide_lines(self, runs: Sequence[BarRun]) -> None:
        """What strategies that hear a whole line make of each of its runs; one metre's runs are one line."""
        lines: dict[tuple[str, Meter], list[BarRun]] = {}
        for run in runs:
            if run.how and find(run.how).make_line and not (run.hemiola or run.short or run.tail):
                lines.setdefault((run.how, run.bars[0].meter), []).append(run)
        for (how, _), line in lines.items():
            make_line = find(how).make_line
            if make_line:
                outcomes = make_line([self.task_of(run.bars, how) for run in line])
                self.lines.update(((how, run.bars[0].start), found) for run, found in zip(line, outcomes, strict=True))

    def span(self, bars: Sequence[Bar], how: str, hemiola: bool = False) -> Span:
        """Some bars of one metre as a span."""
        key, strategy = (how, bars[0].number, len(bars), hemiola), find(how)
        if strategy.by_notes or strategy.make_line:
            return self._span(bars, how, hemiola)
        if key not in self.made:
            self.made[key] = self._span(bars, how, hemiola)
        return self.made[key]

    def _span(self, bars: Sequence[Bar], how: str, hemiola: bool) -> Span:
        first, meter = bars[0], bars[0].meter
        task = self.task_of(bars, how, hemiola)
        plain = not (hemiola or find(how).by_notes)
        outcome = self.lines.get((how, first.start)) or (self.whole(how, meter) if plain else proposed(how, task)[0])
        end = first.start + outcome.warp.source
        span = Span(
            first=first.number,
            last=bars[-1].number,
            start=first.start,
            source=meter,
            target=self.request.target,
            how=how,
            warp=outcome.warp,
            base=outcome.warp,
            figure=task.figure if hemiola else task.figure[: len(task.figure) // task.source.bars],
            line=self.piece.line(first.start, end),
            repeats=outcome.repeats,
            cost=round(outcome.cost, 6),
            reasons=outcome.reasons,
        )
        return dataclasses.replace(span, warp=self._fitted(span, end, task.figure))

    def task_of(self, bars: Sequence[Bar], how: str, hemiola: bool = False) -> Task:
        """What a strategy is to do with these bars, with their notes if it weighs them."""
        meter, start = bars[0].meter, bars[0].start
        count = max(len(bars) // self.ratio_of(meter).denominator, 1) if hemiola else 1
        if not find(how).by_notes:
            return self.task(meter, count, hemiola=hemiola)
        end = start + self.task(meter, count).source.length
        riffs = set[int]()
        if self.steady:
            riffs = riff_places(self.layers, *(int(at * GRID) for at in (start, end, meter.groups[0] * meter.pulse)))
        every = self.piece.note_places(start, end)
        places = self.piece.note_places(start, end, True) if self.layers else every
        key = (id(every), id(places), meter, count, hemiola, frozenset(riffs))  # places that are alike are one value
        if key not in self.tasks:
            self.tasks[key] = self._task_of(every, places, riffs, self.task(meter, count, hemiola=hemiola))
        return self.tasks[key]

    def _task_of(self, every: Sequence[NotePlace], places: Sequence[NotePlace], riffs: set[int], bare: Task) -> Task:
        marks = [mark for mark in places if mark.starts]
        leads = {mark.at: mark for mark in marks if mark.lead}
        free = free_places(mark.at for mark in marks)
        mine = tuple(at for at in free if at in leads)
        units = wholes(every, leads, mine)
        return bare._replace(
            onsets=mine,
            others=tuple(at for at in free if at not in leads and at * GRID not in riffs),
            lasts=tuple(leads[at].lasts for at in mine),
            shared=tuple(at for at in mine if leads[at].shared),
            whole=tuple(units),
            strokes=tuple(units.values()),
            thin=self.thin,
            steady=self.steady,
            swung=self.piece.swing is not None,
        )

    def _fitted(self, span: Span, end: Fraction, figure: tuple[Fraction, ...]) -> Warp:
        """The strategy's map through the notes of these bars, swing taken out before and put back after."""
        strategy, without_runs = find(span.how), takes_all_runs(self.layers, span)
        places = self.piece.note_places(span.start, end, without_runs)
        base, meter = span.base, self._counted(span.source)
        threes = strategy.fits_notes and span.target.is_compound
        threes = threes and (strategy.beat_for_beat or not (meter.is_compound or base.is_linear))
        source = Frame(meter, span.frames[0].bars) if threes else None
        if source and strategy.beat_for_beat and self.thin and not base.is_linear:
            base = evened(base, self.piece.note_places(span.start, end), span.line, source)
        key = (base, id(places), figure, span.how, span.source, span.figure)
        if key not in self.maps:
            placed, halves = strategy.by_notes, source is not None and meter.groups[0] * meter.pulse < 1
            marks = tuple(  # a strategy by notes has placed the lead's, and needs no groups; on half beats, which swing, nothing leans
                NotePlace(mark.at, mark.lead, None if halves or (placed and mark.lead) else mark.before, mark.starts)
                for mark in places
            )
            if source:
                base = lilting(base, marks, source)
            elif strategy.holds == "first":
                base = first_held(base, marks, span.figure[0])
            elif strategy.holds == "last" and not self.steady and self.ratio_of(span.source).numerator == 1:
                base, marks = last_held(base, marks, span.figure)
            warp = fitted(base, marks, () if placed else starts_of(figure)) if strategy.fits_notes else span.base
            place = self.piece.swing
            if place is not None and not warp.is_identity:
                warp = swung(warp.source, place).then(warp)
                if again := swing_in(span.target, place):
                    warp = warp.then(swung(warp.target, again).inverse())
            self.maps[key] = warp
        return self.maps[key]


def planner_of(score: Score, request: Request) -> Planner:
    """The planner of a request for a score.

    Raises
    ------
    UnknownName, ScoreError, FileError
        Where there are no such bars or parts, or the score is empty or says no metre.
    """
    piece = piece_of(score, request.source, request.lead)
    numbers = [bar.number for bar in piece.bars]
    if not numbers:
        raise ScoreError(f"{score.source or 'this score'} is empty: there is nothing to convert")
    for first, last in [*filter(None, [request.bars]), *(choice[:2] for choice in request.choices)]:
        if not numbers[0] <= first <= last <= numbers[-1]:
            raise ScoreError(f"there are no bars {first} to {last}: they go from {numbers[0]} to {numbers[-1]}")
    return Planner(piece, request)
