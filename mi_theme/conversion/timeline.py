"""A whole piece's way into another metre: exact images of its positions, and the span that each falls into.

One map serves events, whose ticks are many and are carried all at once, and
notation, whose positions are fractions of a quarter.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache
from itertools import pairwise
from math import ceil, floor, lcm

import numpy as np
from numpy.typing import NDArray

from mi_theme.conversion.spans import Span, placed
from mi_theme.errors import ScoreError
from mi_theme.score import MeterMap
from mi_theme.warp import Warp

__all__ = ["FINEST_QUARTER", "Images", "Timeline", "least_resolution", "ticks_at", "timeline_of"]

FINEST_QUARTER = 2**20  # ticks in a quarter, the most that are used inside
EARLY = Fraction(1, 8)  # quarters: a note played less than this before a beat belongs to it
LARGEST_PRODUCT = 2**61  # of two positions or less, so that 64 bits hold it
EASE = (
    -Fraction(1, 16),
    Fraction(1, 8),
)  # quarters before and after a pulse in which a performance is not stretched: strums come after

Ints = NDArray[np.int64]
Point = tuple[Fraction, Fraction]


@dataclass(frozen=True, eq=False)
class Images:
    """Exact positions as whole numbers over small ones: ``num / den`` units of a timeline."""

    num: Ints
    den: Ints

    def at(self, rows: NDArray[np.bool_]) -> Images:
        """Some of them."""
        return Images(self.num[rows], self.den[rows])


@dataclass(frozen=True, eq=False)
class Timeline:
    """Breakpoints of a piece's map in units of 1/unit of a quarter; neither side ever falls.

    Attributes
    ----------
    spans
        What it is made of, in order.
    unit
        Units in a quarter: a multiple of the score's ticks.
    scale
        Units in a tick.
    x, y
        Source and target, shape (n,).
    """

    spans: tuple[Span, ...]
    unit: int
    scale: int
    x: Ints
    y: Ints

    def images(self, ticks: Ints, after: NDArray[np.bool_]) -> Images:
        """Images of positions: after what is inserted there, or before it."""
        at = ticks * self.scale
        right = np.searchsorted(self.x, at, "right") - 1
        left = np.searchsorted(self.x, at, "left") - 1
        row = np.clip(np.where(after, right, left), 0, len(self.x) - 2)
        dx, dy = self.x[row + 1] - self.x[row], self.y[row + 1] - self.y[row]
        common = np.maximum(np.gcd(dx, dy), 1)
        dx, dy = dx // common, dy // common
        den = np.where(dx == 0, 1, dx)
        over = (at - self.x[row]) * np.where(dx == 0, 0, dy)
        low = np.where((dx == 0) & after, self.y[row + 1], self.y[row])
        shared = np.gcd(over, den)
        return Images(low * (den // shared) + over // shared, den // shared)

    def dropped(self, ticks: Ints) -> NDArray[np.bool_]:
        """Which positions fall into a dropped span, where nothing may begin."""
        at = ticks * self.scale
        row = np.clip(np.searchsorted(self.x, at, "right") - 1, 0, len(self.x) - 2)
        flat = (self.y[row + 1] == self.y[row]) & (self.x[row + 1] > self.x[row])
        found: NDArray[np.bool_] = flat & (at < self.x[row + 1])
        return found

    def onset(self, at: Fraction) -> Fraction:
        """Image of a beginning, both in quarters."""
        return self._image(at, after=True)

    def end(self, at: Fraction) -> Fraction:
        """Image of an end, both in quarters."""
        return self._image(at, after=False)

    def keeps(self, at: Fraction) -> bool:
        """Whether a note that begins here, in quarters, is kept."""
        xs, ys = self._points
        row = bisect_right(xs, at * self.unit) - 1
        return row >= len(xs) - 1 or ys[row] < ys[row + 1]

    def _image(self, at: Fraction, after: bool) -> Fraction:
        if (at, after) not in self._images:
            (xs, ys), place = self._points, at * self.unit
            row = min(max((bisect_right if after else bisect_left)(xs, place) - 1, 0), len(xs) - 2)
            dx, dy = xs[row + 1] - xs[row], ys[row + 1] - ys[row]
            if place > xs[-1]:
                image = ys[-1] + place - xs[-1]
            elif dx:
                image = ys[row] + (place - xs[row]) * dy / dx
            else:
                image = Fraction(ys[row + 1] if after else ys[row])
            self._images[at, after] = image / self.unit
        return self._images[at, after]

    @cached_property
    def _images(self) -> dict[tuple[Fraction, bool], Fraction]:
        """Images that have been asked for: parts have most places in common."""
        return {}

    @cached_property
    def _points(self) -> tuple[list[int], list[int]]:
        return self.x.tolist(), self.y.tolist()

    @cached_property
    def _begins(self) -> tuple[int, list[int]]:
        """Parts of a quarter, and where the spans begin in them."""
        parts = lcm(*(span.start.denominator for span in self.spans))
        return parts, [span.start.numerator * (parts // span.start.denominator) for span in self.spans]

    def span_at(self, at: Fraction) -> Span:
        """The span that a source position, in quarters, falls into."""
        parts, begins = self._begins
        return self.spans[max(bisect_right(begins, at.numerator * parts // at.denominator) - 1, 0)]

    def turns(self) -> Iterator[tuple[Span, Fraction]]:
        """Where bars begin to be converted, and where that ends: the span and its place in the target."""
        before: object = None
        for span, start in placed(self.spans):
            state = (span.target, bool(span.how))
            if state != before and (before is not None or span.how):
                yield span, start
            before = state

    @property
    def target_meters(self) -> MeterMap:
        """The metres of what it makes."""
        changes: list[tuple[Fraction, object]] = []
        for span, start in placed(self.spans):
            if not changes or changes[-1][1] != span.target or not span.how:
                changes.append((start, span.target))
        pickup = self.spans[0].warp.target if self.spans and self.spans[0].first == 0 else Fraction(0)
        return MeterMap(tuple(changes), pickup)  # type: ignore[arg-type]


def timeline_of(
    spans: tuple[Span, ...],
    ticks_per_quarter: int,
    end: Fraction,
    played: Ints | None = None,
    tempo: Fraction = Fraction(1),
) -> Timeline:
    """The piece's map up to `end` and a little beyond.

    Parameters
    ----------
    spans
        In order.
    ticks_per_quarter, end
        The clock of the score, and its length in quarters.
    played
        Onsets of a performance, in ticks: where something is dropped or
        inserted, the map gives way to notes played a little early, and it
        stretches between pulses, not around them.
    tempo
        What the length of a quarter is multiplied with: what a player is early or
        late lasts as many seconds as before.
    """
    points = [(Fraction(0), Fraction(0))]
    for span, start in placed(spans):
        inside = span.warp.points if played is None else _eased(span.warp, span.source.pulse, 1 / tempo)
        points += [(span.start + x, start + y) for x, y in inside]
    points = list(dict.fromkeys(points))
    if points[-1][0] <= end:  # whatever lies behind the last bar goes on as it is
        last = end - points[-1][0] + 1
        points.append((points[-1][0] + last, points[-1][1] + last))
    if played is not None:
        points = _given_way(points, played, ticks_per_quarter)
    unit = lcm(ticks_per_quarter, 48, *{value.denominator for point in points for value in point})
    if unit * max(points[-1]) > LARGEST_PRODUCT // 2**12:
        raise ScoreError("positions are too fine or the score too long to be converted exactly")
    x, y = (np.array([int(point[side] * unit) for point in points], np.int64) for side in (0, 1))
    return Timeline(spans, unit, unit // ticks_per_quarter, x, y)


@lru_cache(maxsize=256)
def _eased(warp: Warp, pulse: Fraction, speed: Fraction) -> tuple[Point, ...]:
    """A map that stretches between the pulses, not around them: what a player is early or late, he still is."""
    found = [warp.points[0]]
    for (x0, y0), (x1, y1) in pairwise(warp.points):
        slope = (y1 - y0) / (x1 - x0) if x1 > x0 else Fraction(1)
        if slope not in (0, speed) and slope * pulse > (EASE[1] - EASE[0]) * speed:
            pulses = (at * pulse for at in range(ceil(x0 / pulse), floor(x1 / pulse) + 1))
            near = ((at + side, y0 + (at - x0) * slope + side * speed) for at in pulses for side in EASE)
            found += [(x, y) for x, y in near if x0 < x < x1 and y0 < y < y1]
        found.append((x1, y1))
    return tuple(found)


def _given_way(points: list[Point], played: Ints, quarter: int) -> list[Point]:
    """Move each drop and insertion a little earlier, where notes are played a little before it."""
    found = [points[0]]
    at = 1
    while at < len(points):
        (x0, y0), (x1, y1) = points[at - 1], points[at]
        if x0 == x1 or y0 == y1:
            early = max(_early(x0, played, quarter), _early(x1, played, quarter))
            if early and x0 - early > found[-2 if len(found) > 1 else -1][0] and y0 - early > 0:
                if found[-1] == (x0, y0):
                    found.pop()
                if not found or (x0 - early > found[-1][0] and y0 - early > found[-1][1]):
                    found += [(x0 - early, y0 - early), (x1 - early, y1 - early)]
                else:
                    found.append((x0, y0))
        found.append((x1, y1))
        at += 1
    return found


def _early(beat: Fraction, played: Ints, quarter: int) -> Fraction:
    """How much before a beat the first note that means it is played."""
    low, high = int((beat - EARLY) * quarter) + 1, int(beat * quarter)
    row = int(np.searchsorted(played, low))
    return beat - Fraction(int(played[row]), quarter) if row < len(played) and played[row] < high else Fraction(0)


def least_resolution(at_least: int, unit: int, images: Iterable[Images], added: Iterable[int]) -> int:
    """The least whole multiple of `at_least` ticks in a quarter in which all positions are whole; 0 beyond reason.

    `added` are denominators of further positions, in quarters.
    """
    needed, denominators = at_least, set(added)
    for image in images:
        whole = image.den * unit
        denominators.update(np.unique(whole // np.gcd(image.num, whole)).tolist())
    for den in denominators:
        needed = lcm(needed, den)
        if needed > FINEST_QUARTER:
            return 0
    return needed


def ticks_at(images: Images, unit: int, resolution: int) -> Ints:
    """Positions in ticks, to the nearest where they are not whole."""
    if 2 * resolution * int(images.num.max(initial=0)) < LARGEST_PRODUCT:
        ticks: Ints = (2 * images.num * resolution + images.den * unit) // (2 * images.den * unit)
        return ticks
    pairs = zip(images.num.tolist(), images.den.tolist(), strict=True)
    return np.array([(2 * num * resolution + den * unit) // (2 * den * unit) for num, den in pairs], np.int64)
