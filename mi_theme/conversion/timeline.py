"""A whole piece's map in ticks: exact images of many positions at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from math import ceil, floor, lcm

import numpy as np
from numpy.typing import NDArray

from mi_theme.conversion.scoreplan import ScorePlan
from mi_theme.errors import ScoreError
from mi_theme.warp import Warp

__all__ = ["FINEST", "Images", "Timeline", "least_resolution", "ticks_at", "timeline_of"]

FINEST = 2**20  # ticks in a quarter, the most that are used inside
EARLY = Fraction(1, 8)  # quarters: a note played less than this before a beat belongs to it
LARGEST = 2**61
EASE = Fraction(1, 16)  # quarters around a pulse in which a performance is not stretched

Ints = NDArray[np.int64]
Point = tuple[Fraction, Fraction]


@dataclass(frozen=True)
class Images:
    """Exact positions as whole numbers over small ones: ``num / den`` units of a timeline."""

    num: Ints
    den: Ints

    def at(self, rows: NDArray[np.bool_]) -> Images:
        """Some of them."""
        return Images(self.num[rows], self.den[rows])


@dataclass(frozen=True)
class Timeline:
    """Breakpoints of a piece's map in units of 1/unit of a quarter; neither side ever falls.

    Attributes
    ----------
    unit
        Units in a quarter: a multiple of the score's ticks.
    scale
        Units in a tick.
    x, y
        Source and target, shape (n,).
    """

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
        low = np.where((dx == 0) & ~after, self.y[row], low)
        shared = np.gcd(over, den)
        return Images(low * (den // shared) + over // shared, den // shared)

    def onset(self, tick: int) -> Fraction:
        """Image of one beginning, in quarters."""
        return self._image(tick, after=True)

    def end(self, tick: int) -> Fraction:
        """Image of one end, in quarters."""
        return self._image(tick, after=False)

    def _image(self, tick: int, after: bool) -> Fraction:
        image = self.images(np.array([tick], np.int64), np.array([after]))
        return Fraction(int(image.num[0]), int(image.den[0]) * self.unit)

    def dropped(self, ticks: Ints) -> NDArray[np.bool_]:
        """Which positions fall into a dropped span, where nothing may begin."""
        at = ticks * self.scale
        row = np.clip(np.searchsorted(self.x, at, "right") - 1, 0, len(self.x) - 2)
        flat = (self.y[row + 1] == self.y[row]) & (self.x[row + 1] > self.x[row])
        found: NDArray[np.bool_] = flat & (at < self.x[row + 1])
        return found


def timeline_of(plan: ScorePlan, ticks_per_quarter: int, end: Fraction, played: Ints | None = None) -> Timeline:
    """The piece's map up to `end` and a little beyond.

    Parameters
    ----------
    played
        Onsets of a performance, in ticks: where something is dropped or
        inserted, the map gives way to notes played a little early, and it
        stretches between pulses, not around them.
    """
    points = _points(plan, played is not None)
    if points[-1][0] <= end:  # whatever lies behind the last bar goes on as it is
        last = end - points[-1][0] + 1
        points.append((points[-1][0] + last, points[-1][1] + last))
    if played is not None:
        points = _given_way(points, played, ticks_per_quarter)
    unit = lcm(ticks_per_quarter, 48, *{value.denominator for point in points for value in point})
    if unit * max(points[-1]) > LARGEST // 2**12:
        raise ScoreError("positions are too fine or the score too long to be converted exactly")
    x, y = (np.array([int(point[side] * unit) for point in points], np.int64) for side in (0, 1))
    return Timeline(unit, unit // ticks_per_quarter, x, y)


def _points(plan: ScorePlan, eased: bool) -> list[Point]:
    """The breakpoints of all spans, one after another."""
    points = [(Fraction(0), Fraction(0))]
    for span, start in plan.starts():
        mine = _eased(span.warp, span.source.pulse) if eased else span.warp.points
        points += [(span.start + x, start + y) for x, y in mine]
    return list(dict.fromkeys(points))


@lru_cache(maxsize=256)
def _eased(warp: Warp, pulse: Fraction) -> tuple[Point, ...]:
    """A map that stretches between the pulses, not around them: what a player is early or late, he still is."""
    found = [warp.points[0]]
    for (x0, y0), (x1, y1) in pairwise(warp.points):
        slope = (y1 - y0) / (x1 - x0) if x1 > x0 else Fraction(1)
        if slope not in (0, 1) and slope * pulse > 2 * EASE:
            pulses = (at * pulse for at in range(ceil(x0 / pulse), floor(x1 / pulse) + 1))
            near = ((at + side, y0 + (at - x0) * slope + side) for at in pulses for side in (-EASE, EASE))
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
    needed = at_least
    for den in {*added, *(den for image in images for den in _denominators(image, unit))}:
        needed = lcm(needed, den)
        if needed > FINEST:
            return 0
    return needed


def _denominators(images: Images, unit: int) -> list[int]:
    """The denominators of positions in quarters, each once."""
    whole = images.den * unit
    found: list[int] = np.unique(whole // np.gcd(images.num, whole)).tolist()
    return found


def ticks_at(images: Images, unit: int, resolution: int) -> Ints:
    """Positions in ticks, to the nearest where they are not whole."""
    if 2 * resolution * int(images.num.max(initial=0)) < LARGEST:
        ticks: Ints = (2 * images.num * resolution + images.den * unit) // (2 * images.den * unit)
        return ticks
    pairs = zip(images.num.tolist(), images.den.tolist(), strict=True)
    return np.array([(2 * num * resolution + den * unit) // (2 * den * unit) for num, den in pairs], np.int64)
