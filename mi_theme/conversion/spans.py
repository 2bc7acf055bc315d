"""Stretches of a score with the map that carries each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import ceil
from typing import NamedTuple

from mi_theme.adaptation.frames import Frame, Reason, frame_of, whole_grouping
from mi_theme.adaptation.hearing import heard_cost
from mi_theme.adaptation.plans import BarNotes, Repeat, groups_under
from mi_theme.adaptation.strategies import find
from mi_theme.errors import ScoreError
from mi_theme.meter import Grouping, Meter
from mi_theme.score import Bar
from mi_theme.warp import Warp

__all__ = ["BarRun", "Span", "placed", "shown_targets"]

MOST_FRAME_BARS = 10_000  # of one map; two metres meet again after far fewer


class BarRun(NamedTuple):
    """Some bars that go together: by a strategy, or as they are and why.

    ``hemiola`` says that they are felt as one bar of three; ``short`` that there are
    too few bars for a whole map, ``tail`` that they begin the piece and are the end of
    one.
    """

    bars: Sequence[Bar]
    how: str = ""
    why: str = ""
    hemiola: bool = False
    short: bool = False
    tail: bool = False


@dataclass(frozen=True, slots=True)
class Span:
    """Some source bars and the map that carries them.

    Attributes
    ----------
    first, last
        Numbers of the source bars.
    start
        Where they begin, in quarters.
    source, target
        Metres before and after.
    how
        The strategy; nothing where the bars stay as they are.
    warp, base
        The map, in quarters from `start`, and as the strategy made it, before
        the notes inside the groups found their places.
    figure
        Group lengths of a source bar in quarters.
    line
        The lead's notes, in quarters from `start`.
    repeats
        Source stretches played again, as in `Plan`.
    why
        Why the bars stay as they are.
    cost
        Of the strategy's map.
    reasons
        Why a strategy that weighs the notes did so, the weightiest first.

    Raises
    ------
    ScoreError, UnknownName
        Where these do not go together, or there is no such strategy.
    """

    first: int
    last: int
    start: Fraction
    source: Meter
    target: Meter
    how: str
    warp: Warp
    base: Warp
    figure: tuple[Fraction, ...] = ()
    line: BarNotes = BarNotes()  # noqa: RUF009  an empty tuple
    repeats: tuple[Repeat, ...] = ()
    why: str = ""
    cost: float = 0.0
    reasons: tuple[Reason, ...] = ()

    def __post_init__(self) -> None:
        fault = self.how and find(self.how) and _fault(self.source, self.target, self.base, self.figure)
        if self.warp is not self.base and self.warp.lengths != self.base.lengths:
            fault = "the map and its base are not of one length"
        elif self.last < self.first:
            fault = "the last comes before the first"
        elif self.how and (self.last - self.first) * self.source.bar > self.base.source:
            fault = f"a map of {self.base.source} quarters is too short for them"
        if fault:
            raise ScoreError(f"bars {self.first} to {self.last}: {fault}")

    @property
    def frames(self) -> tuple[Frame, Frame]:
        """The whole bars on both sides."""
        return _frames(self.source, self.target, self.base)

    def heard(self, tempo: Fraction) -> float:
        """What the map costs the ear, a bar.

        Parameters
        ----------
        tempo
            What the length of a quarter is multiplied with.

        Returns
        -------
        float
            Points.
        """
        notes = [(at, lasts) for at, lasts, _ in self.line]
        return heard_cost(notes, self.warp, *self.frames, tempo, self.repeats, self.figure)


@lru_cache(maxsize=1024)
def _fault(source: Meter, target: Meter, base: Warp, figure: tuple[Fraction, ...]) -> str:
    if max(base.source / source.bar, base.target / target.bar) > MOST_FRAME_BARS:
        return f"a map of more than {MOST_FRAME_BARS} bars"
    if min(figure, default=0) <= 0 or sum(figure) not in (source.bar, base.source):
        return f"the groups {'+'.join(map(str, figure))} fill no bar of {source}"
    return ""


@lru_cache(maxsize=1024)
def _frames(source: Meter, target: Meter, base: Warp) -> tuple[Frame, Frame]:
    return frame_of(source, ceil(base.source / source.bar)), frame_of(target, ceil(base.target / target.bar))


def placed(spans: Iterable[Span]) -> Iterator[tuple[Span, Fraction]]:
    """Every span, and where its target bars begin, in quarters.

    Parameters
    ----------
    spans
        One after another.

    Yields
    ------
    tuple of (Span, Fraction)
        In the same order.
    """
    position = Fraction(0)
    for span in spans:
        yield span, position
        position += span.warp.target


def shown_targets(spans: Iterable[Span]) -> dict[Meter, Meter]:
    """For every target the same, or the twos and threes that its bars mostly make where its text leaves them open: notation is beamed by them.

    Parameters
    ----------
    spans
        Of a plan. Those that stay as they are do not count.

    Returns
    -------
    dict of Meter to Meter
        A score changes no signature from bar to bar because one has other groups.
    """
    found: dict[Meter, Counter[Meter]] = {}
    for span in spans:
        if span.how:
            whole = span.target.is_open and span.base.target == span.target.bar
            shown = _shown(span.target, span.figure, span.base, span.repeats) if whole else span.target
            found.setdefault(span.target, Counter())[shown] += span.last - span.first + 1
    return {target: shown.most_common(1)[0][0] for target, shown in found.items()}


@lru_cache(maxsize=256)
def _shown(target: Meter, figure: tuple[Fraction, ...], base: Warp, repeats: tuple[Repeat, ...]) -> Meter:
    figure *= int(base.source / sum(figure))
    groups = list(whole_grouping(groups_under(figure, base, repeats), target.pulse) or ())
    while len(groups) > 1 and 1 in groups[1:]:  # a beat that is cut to a pulse belongs to the one before it
        at = groups.index(1, 1)
        groups[at - 1 : at + 1] = [groups[at - 1] + 1]
    return target.grouped(Grouping(groups)) if {*groups} == {2, 3} else target
