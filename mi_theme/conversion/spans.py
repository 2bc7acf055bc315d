"""Stretches of a score with the map that carries each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from mi_theme.adaptation.frames import Frame, Reason, whole_grouping
from mi_theme.adaptation.hearing import heard_cost
from mi_theme.adaptation.plans import BarNotes, Repeat, groups_under
from mi_theme.adaptation.strategies import find
from mi_theme.errors import ScoreError
from mi_theme.meter import Grouping, Meter
from mi_theme.warp import Warp

__all__ = ["Span", "placed", "shown_targets"]

MOST_FRAME_BARS = 10_000  # of one map; two metres meet again after far fewer


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
        bars = f"bars {self.first} to {self.last}"
        if (self.warp.source, self.warp.target) != (self.base.source, self.base.target):
            raise ScoreError(f"{bars}: the map and its base are not of one length")
        if self.last < self.first:
            raise ScoreError(f"{bars}: the last comes before the first")
        if not self.how:
            return
        find(self.how)
        if (self.last - self.first) * self.source.bar > self.warp.source:
            raise ScoreError(f"{bars}: a map of {self.warp.source} quarters is too short for them")
        if max(self.warp.source / self.source.bar, self.warp.target / self.target.bar) > MOST_FRAME_BARS:
            raise ScoreError(f"{bars}: a map of more than {MOST_FRAME_BARS} bars")
        if min(self.figure, default=0) <= 0 or sum(self.figure) not in (self.source.bar, self.base.source):
            raise ScoreError(f"{bars}: the groups {'+'.join(map(str, self.figure))} fill no bar of {self.source}")

    @property
    def frames(self) -> tuple[Frame, Frame]:
        """The whole bars on both sides."""
        bars = (-(-self.warp.source // self.source.bar), -(-self.warp.target // self.target.bar))
        return Frame(self.source, int(bars[0])), Frame(self.target, int(bars[1]))

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
        return heard_cost(notes, self.warp, *self.frames, tempo, self.repeats)


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
