"""Places in written music: exact parts of a quarter, counted in ticks of which each is a whole number."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from math import gcd, lcm

from mi_theme.score import MeterMap

__all__ = ["GRID", "Places", "written_place"]

FINEST_PARTS = 96  # of a quarter: a place that is none of these parts was rounded to ticks from one that is
ROUNDED = Fraction(1, 9600)  # quarters: by no more than this
GRID = 48  # parts of a quarter for what is still none


@lru_cache(maxsize=2**14)
def written_place(ticks: int, resolution: int) -> Fraction:
    """A place in quarters; one that was rounded to ticks from a part of a quarter is that part.

    Parameters
    ----------
    ticks, resolution
        A place, and how many ticks are in a quarter.
    """
    exact = Fraction(ticks, resolution)
    if exact.denominator <= FINEST_PARTS:
        return exact
    near = exact.limit_denominator(FINEST_PARTS)
    return near if abs(near - exact) <= ROUNDED else Fraction(round(exact * GRID), GRID)


class Places(dict[int, Fraction]):
    """Places in quarters by their ticks; each is made once.

    Parameters
    ----------
    places
        In quarters: there are so many ticks in a quarter that all are whole, and the beats of the metres too.
    meters
        The metres.
    """

    def __init__(self, places: Sequence[Fraction], meters: MeterMap) -> None:
        beats = {place.denominator for at, meter in meters.changes for place in (at, meter.pulse)}
        beats.update([place.denominator for place in places])
        self.resolution = lcm(GRID, meters.pickup.denominator, *beats)
        self.update(zip(map(self.ticks, places), places, strict=True))

    def __missing__(self, ticks: int) -> Fraction:
        place = self[ticks] = Fraction(ticks, self.resolution)
        return place

    def ticks(self, place: Fraction) -> int:
        """The ticks of such a place.

        Parameters
        ----------
        place
            In quarters.
        """
        return place.numerator * (self.resolution // place.denominator)

    def denominator(self, ticks: int) -> int:
        """What part of a quarter a place is.

        Parameters
        ----------
        ticks
            The place.
        """
        return self.resolution // gcd(ticks, self.resolution)
