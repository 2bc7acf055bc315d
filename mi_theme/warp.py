"""The exact bar map: positions in source bars to positions in target bars.

A `Warp` is a staircase of points. Between two points time is stretched evenly
(both coordinates grow), *dropped* (only the source grows) or *inserted* (only
the target grows). Positions are quarters, as exact fractions; a map of m whole
source bars to n target bars repeats for ever in both directions.

Text is ``source>target`` points, ``"0>0 3>3 5>4"``: the first three quarters
stay, the last two become one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import groupby, pairwise
from math import gcd, lcm

from mi_theme.errors import MapError

__all__ = ["Warp", "fraction_of"]

Point = tuple[Fraction, Fraction]
Span = tuple[Fraction, Fraction]
Step = tuple[int, int]  # in parts of a quarter
Number = Fraction | int


@dataclass(frozen=True, slots=True, init=False, repr=False)
class Warp:
    """A bar map: non-decreasing, strictly increasing on what it keeps.

    Parameters
    ----------
    points
        Text such as ``"0>0 3>3 5>4"``, or (source, target) pairs in quarters.
        The first is (0, 0); neither coordinate ever decreases; both grow in all.

    Raises
    ------
    MapError
        Where the points make no map.

    Examples
    --------
    >>> tail = Warp("0>0 3>3 5>4")
    >>> str(tail(4)), str(tail(9)), str(tail.inverse()(Fraction(7, 2)))
    ('7/2', '15/2', '4')
    """

    points: tuple[Point, ...] = field(compare=False)
    _whole: tuple[
        int, tuple[int, ...], tuple[int, ...]
    ]  # parts of a quarter, the points in them: compared and hashed fast

    def __init__(self, points: str | Iterable[tuple[Number, Number]] | Warp) -> None:
        if isinstance(points, Warp):
            found, whole = points.points, points._whole
        else:
            pairs = _read(points) if isinstance(points, str) else [(_exact(x), _exact(y)) for x, y in points]
            parts = lcm(*(value.denominator for pair in pairs for value in pair))
            steps = _canonical([(_parts_of(x, parts), _parts_of(y, parts)) for x, y in pairs])
            found = tuple((Fraction(x, parts), Fraction(y, parts)) for x, y in steps)
            common = gcd(parts, *(value for step in steps for value in step))
            whole = parts // common, tuple(x // common for x, _ in steps), tuple(y // common for _, y in steps)
        object.__setattr__(self, "points", found)
        object.__setattr__(self, "_whole", whole)

    @classmethod
    def identity(cls, length: Number) -> Warp:
        """Nothing moves.

        Parameters
        ----------
        length
            Quarters.
        """
        return cls([(0, 0), (length, length)])

    @classmethod
    def linear(cls, source: Number, target: Number) -> Warp:
        """Everything stretched alike.

        Parameters
        ----------
        source, target
            Lengths in quarters.
        """
        return cls([(0, 0), (source, target)])

    @classmethod
    def of_lengths(cls, source: Iterable[Number], target: Iterable[Number]) -> Warp:
        """Map consecutive spans to consecutive spans, each stretched evenly.

        Parameters
        ----------
        source, target
            Lengths in quarters, as many of one as of the other.
        """
        points = [(Fraction(0), Fraction(0))]
        for width, height in zip(source, target, strict=True):
            points.append((points[-1][0] + width, points[-1][1] + height))
        return cls(points)

    def __str__(self) -> str:
        return " ".join(f"{x}>{y}" for x, y in self.points)

    def __repr__(self) -> str:
        return f"Warp({str(self)!r})"

    @property
    def source(self) -> Fraction:
        """Quarters taken from the source in one cycle."""
        return self.points[-1][0]

    @property
    def target(self) -> Fraction:
        """Quarters filled in the target in one cycle."""
        return self.points[-1][1]

    @property
    def lengths(self) -> Point:
        """`source` and `target`."""
        return self.points[-1]

    @property
    def dropped(self) -> tuple[Span, ...]:
        """Source spans [start, end) that have no image."""
        return tuple((x0, x1) for (x0, y0), (x1, y1) in pairwise(self.points) if y0 == y1)

    @property
    def inserted(self) -> tuple[Span, ...]:
        """Target spans [start, end) that have no source."""
        return tuple((y0, y1) for (x0, y0), (x1, y1) in pairwise(self.points) if x0 == x1)

    @property
    def is_identity(self) -> bool:
        """Whether nothing moves."""
        return self.is_linear and self.source == self.target

    @property
    def is_linear(self) -> bool:
        """Whether everything is stretched alike."""
        return len(self.points) == 2

    def __call__(self, position: Number) -> Fraction:
        """Image of an onset: after anything inserted at that place.

        An onset inside a dropped span has the cut as its image; ask `keeps`.
        """
        return self._image(_exact(position), after=True)

    def end(self, position: Number) -> Fraction:
        """Image of an end: before anything inserted at that place.

        Parameters
        ----------
        position
            Quarters into the source.
        """
        return self._image(_exact(position), after=False)

    def keeps(self, position: Number) -> bool:
        """Whether an onset at this position survives.

        Parameters
        ----------
        position
            Quarters into the source.
        """
        parts, xs, ys = self._whole
        position = _exact(position)
        over = position.denominator
        place = position.numerator * parts % (xs[-1] * over)
        row = next(row for row in range(len(xs) - 2, -1, -1) if xs[row] * over <= place)
        return ys[row] < ys[row + 1]

    def slope(self, position: Number) -> Fraction:
        """How much time is stretched just after this position; 0 where it is dropped.

        Parameters
        ----------
        position
            Quarters into the source.
        """
        place = Fraction(position) % self.source
        (x0, y0), (x1, y1) = next(s for s in pairwise(self.points) if s[0][0] <= place < s[1][0])
        return (y1 - y0) / (x1 - x0)

    def inverse(self) -> Warp:
        """The map back: what was dropped is inserted and the reverse."""
        return Warp((y, x) for x, y in self.points)

    def then(self, other: Warp) -> Warp:
        """This map, then `other`.

        Parameters
        ----------
        other
            A map whose source is this one's target.

        Raises
        ------
        MapError
            Where `other` does not begin with as many quarters as this one fills.
        """
        if self.target != other.source:
            raise MapError(f"a map into {self.target} quarters cannot go on with one of {other.source}")
        if other.is_identity:
            return self
        middles = sorted({y for _, y in self.points} | {x for x, _ in other.points})
        first, second = _crossings(self.inverse()), _crossings(other)
        points: list[Point] = []
        for middle in middles:
            (x0, x1), (z0, z1) = first(middle), second(middle)
            points += [(x0, z0), (x1, z0), (x1, z1)]
        return Warp(points)

    def beside(self, other: Warp) -> Warp:
        """This map, and `other` for the bars that follow.

        Parameters
        ----------
        other
            A map of its own bars.
        """
        return Warp([*self.points, *((x + self.source, y + self.target) for x, y in other.points)])

    def times(self, count: int) -> Warp:
        """This map written out `count` times.

        Parameters
        ----------
        count
            How many bars in all.
        """
        width, height = self.source, self.target
        return Warp((x + i * width, y + i * height) for i in range(count) for x, y in self.points)

    def _image(self, position: Number, after: bool) -> Fraction:
        """In whole numbers: parts of a quarter over the position's denominator."""
        parts, xs, ys = self._whole
        over = position.denominator
        cycle, place = divmod(position.numerator * parts, xs[-1] * over)
        if after:
            row = next(row for row in range(len(xs) - 2, -1, -1) if xs[row] * over <= place)
        else:
            if place == 0:
                cycle, place = cycle - 1, xs[-1] * over
            row = next(row for row in range(len(xs)) if xs[row + 1] * over >= place)
        dx, dy = xs[row + 1] - xs[row], ys[row + 1] - ys[row]
        if dx == 0:
            return Fraction(cycle * ys[-1] + ys[row + after], parts)
        return Fraction((cycle * ys[-1] + ys[row]) * over * dx + dy * (place - xs[row] * over), parts * over * dx)


def _crossings(warp: Warp) -> Callable[[Fraction], Span]:
    """For a source position, the lowest and the highest target position."""

    def crossing(x: Fraction) -> Span:
        touched = []
        for (x0, y0), (x1, y1) in pairwise(warp.points):
            if x0 == x1 == x:
                touched += [y0, y1]
            elif x0 <= x <= x1:
                touched.append(y0 + (y1 - y0) * (x - x0) / (x1 - x0))
        return min(touched), max(touched)

    return crossing


def fraction_of(text: str) -> Fraction:
    """A fraction from ``3``, ``7/2`` or ``1.5``.

    Parameters
    ----------
    text
        A whole number, a fraction, or a decimal.

    Returns
    -------
    Fraction
        Exactly that number.

    Raises
    ------
    ValueError, ZeroDivisionError
        For anything else; an exponent too, since 1e999999999 would take for ever.
    """
    if "e" in text.lower():
        raise ValueError(f"{text[:20]!r} is no plain fraction")
    return Fraction(text)


def _read(text: str) -> list[Point]:
    """Points from text."""
    try:
        return [(fraction_of(x), fraction_of(y)) for x, y in (piece.split(">") for piece in text.split())]
    except (ValueError, ZeroDivisionError):
        shown = text if len(text) <= 40 else text[:37] + "..."
        raise MapError(f"{shown!r}: a map is written as points source>target, such as '0>0 3>3 5>4'") from None


def _exact(value: Number) -> Number:
    return value if isinstance(value, Fraction | int) else Fraction(value)


def _parts_of(value: Number, parts: int) -> int:
    return value.numerator * (parts // value.denominator)


def _canonical(points: list[Step]) -> list[Step]:
    """Check the points and write them the one way that all equal maps share.

    Points on a straight line are left out; where something is dropped and
    something inserted at one place, the dropping is written first.
    """
    if not points or any(points[0]):
        raise MapError("a map begins at 0>0")
    if any(x1 < x0 or y1 < y0 for (x0, y0), (x1, y1) in pairwise(points)):
        raise MapError("a map never goes back: both sides of its points grow or stay")
    if 0 in points[-1]:
        raise MapError("a map needs some source and some target time")
    steps = _merged((x1 - x0, y1 - y0) for (x0, y0), (x1, y1) in pairwise(points))
    found = [(0, 0)]
    for dx, dy in steps:
        found.append((found[-1][0] + dx, found[-1][1] + dy))
    return found


def _merged(steps: Iterable[Step]) -> list[Step]:
    """Join steps of one slope; write each run of drops and insertions as one of either."""
    merged: list[Step] = []
    for kept, run in groupby((step for step in steps if any(step)), key=all):
        if kept:
            merged += _straightened(run)
        else:
            drops, inserts = zip(*run, strict=True)
            pair = (sum(drops), 0), (0, sum(inserts))
            merged += [step for step in pair if any(step)]
    return merged


def _straightened(steps: Iterable[Step]) -> list[Step]:
    """Join neighbouring steps of one slope."""
    joined: list[Step] = []
    for dx, dy in steps:
        if joined and joined[-1][1] * dx == joined[-1][0] * dy:
            last = joined.pop()
            dx, dy = dx + last[0], dy + last[1]
        joined.append((dx, dy))
    return joined
