"""Spans of too few bars for a whole map of their strategy: before bars that stay, and pick-ups."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from mi_theme.conversion.planning.planner import Planner
from mi_theme.conversion.spans import Span
from mi_theme.score import Bar
from mi_theme.warp import Warp

__all__ = ["shortened", "tail_of"]


def shortened(planner: Planner, bars: Sequence[Bar], how: str) -> Span:
    """Too few bars for a whole map before others that stay: they go as the first bars of the map do.

    Parameters
    ----------
    planner, bars, how
        Of one metre, and the strategy for them.
    """
    outcome, length = planner.whole(how, bars[0].meter), bars[-1].end - bars[0].start
    points = [point for point in outcome.warp.points if point[0] < length]
    return _mapped(planner, bars, how, Warp([*points, (length, outcome.warp.end(length))]), outcome.cost)


def tail_of(planner: Planner, bars: Sequence[Bar], how: str) -> Span:
    """A pick-up, or the bar of rest that holds one, as the end of the first whole map; the rest comes before it.

    Parameters
    ----------
    planner, bars, how
        Of one metre, and the strategy for them.
    """
    first, meter = bars[0], bars[0].meter
    outcome = planner.whole(how, meter)
    cut = outcome.warp.source - first.length
    low = outcome.warp(cut)
    points = [(x - cut, y - low) for x, y in outcome.warp.points if x > cut]
    if first.number:  # a whole bar
        points = [(Fraction(0), low), *((x, y + low) for x, y in points)]
    warp = Warp([(Fraction(0), Fraction(0)), *points])
    return _mapped(planner, bars[:1], how, warp, outcome.cost)


def _mapped(planner: Planner, bars: Sequence[Bar], how: str, warp: Warp, cost: float) -> Span:
    """Bars that a map carries as the strategy made it: no note inside them finds another place."""
    first, last = bars[0], bars[-1]
    return Span(
        first=first.number,
        last=last.number,
        start=first.start,
        source=first.meter,
        target=planner.request.target,
        how=how,
        warp=warp,
        base=warp,
        figure=planner.figure(first.meter)[0],
        line=planner.piece.line(first.start, last.end),
        cost=round(cost, 6),
    )
