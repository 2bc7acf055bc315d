"""Which way is taken: the usual one, unless the ear pays much for it and for another far less."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from mi_theme.adaptation.frames import Task
from mi_theme.adaptation.strategies import STRATEGIES, find
from mi_theme.conversion.reading.piece_reading import NotePlace
from mi_theme.conversion.spans import Span

__all__ = ["EASE", "MOST_HEARD", "Tried", "unless_dear"]

EASE = "ease"
MOST_HEARD = 8  # stretches of bars that ways are compared on: a phrase
DEAR = 6.0  # points a bar: below it another way is a matter of taste
LONGER_REST = Fraction(1, 2)
FAR_LESS = 0.6  # of what the usual way costs: groups and habits win while they are near
LESS = 0.9  # and where time is lost: it comes from rests and held notes first


@dataclass(frozen=True)
class Tried:
    """A way as it is on some bars, at a tempo by which the length of a quarter is multiplied; `places` tells where the notes of a stretch begin."""

    spans: Sequence[Span]
    places: Callable[[Fraction, Fraction], Sequence[NotePlace]]
    tempo: Fraction

    @cached_property
    def cost(self) -> float:
        """What it costs the ear, a bar."""
        return sum(span.heard(self.tempo) for span in self.spans) / max(len(self.spans), 1)

    @cached_property
    def lost(self) -> int:
        """How many places lose their notes."""
        stretches = ((span.warp, self.places(span.start, span.start + span.warp.source)) for span in self.spans)
        return sum(mark.starts and not warp.keeps(mark.at) for warp, marks in stretches for mark in marks)

    @cached_property
    def whole(self) -> bool:
        """Whether nothing is played twice, nothing falls silent, and more changes than the speed."""
        return not any(
            span.repeats or span.base.is_linear or span.base.inserted or _falls_silent(span) for span in self.spans
        )


def _falls_silent(span: Span) -> bool:
    """Whether the lead rests longer than before: time is taken from rests, and given to notes."""
    stops = [Fraction(0), *(at + lasts for at, lasts, _ in span.line)]
    starts = [*(at for at, *_ in span.line), span.warp.source]
    return any(
        span.warp.end(start) - span.warp.end(stop) >= start - stop + LONGER_REST
        for stop, start in zip(stops, starts, strict=True)
        if start >= stop
    )


def unless_dear(name: str, task: Task, ways: Callable[[Iterable[str], int], dict[str, Tried]]) -> str:
    """The usual way, or another: where that is dear and the other costs far less, loses no more notes, goes at the same tempo and leaves bars whole.

    Where bars were counted for a way, as two beats for a bar of three, it stays; and where
    a longer target names its groups, which are to be heard.

    Parameters
    ----------
    name
        Of the usual strategy.
    task
        What it is to do.
    ways
        Tries strategies by name on so many stretches of bars, and leaves out those that cannot.
    """
    named = task.target.meter.is_additive and task.target.length > task.source.length
    if named or find(name).pairs_to_bars or find(name).bars_to_beats:
        return name
    usual = ways([name], MOST_HEARD // 2).get(name)
    if usual is None or usual.cost <= DEAR:
        return name
    usual = ways([name], MOST_HEARD)[name]
    others = [other for other, row in STRATEGIES.items() if row.offered and not row.heavy and not row.meets_bars]
    costs = {
        other: way.cost / FAR_LESS
        for other, way in ways([other for other in others if other != name], MOST_HEARD).items()
        if way.whole and way.lost <= usual.lost and way.tempo == usual.tempo
    }
    threes = task.target.meter.is_compound and not task.source.meter.is_compound  # which are no sixteenths' business
    eased = ways([EASE] * (name != EASE and not threes and not find(name).beat_for_beat), MOST_HEARD).get(EASE)
    if eased and eased.whole and eased.tempo == usual.tempo:  # what it loses are notes of runs
        costs[EASE] = eased.cost / (LESS if task.target.length < task.source.length else FAR_LESS)
    best = min(costs, key=costs.__getitem__, default=name)
    return best if costs.get(best, usual.cost) < usual.cost else name
