"""Swing: the second half of a beat comes late. For a place, for an array of places, and as a bar map.

A *place* of swing is where the second half of the quarter begins, as a share of
the quarter: 1/2 is even, 2/3 a triplet's long and short.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from mi_theme.meter import Meter
from mi_theme.warp import Warp

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["TRIPLET", "straightened", "straightened_all", "swing_in", "swung", "swung_back"]

TRIPLET = Fraction(2, 3)  # long and short as two and one of a triplet
HALF = Fraction(1, 2)


@lru_cache(maxsize=256)
def swung(length: Fraction, place: Fraction) -> Warp:
    """From swung to straight, as a map.

    Parameters
    ----------
    length
        Of the bars, in quarters.
    place
        Of the second half of each quarter before; after it is in the middle.

    Returns
    -------
    Warp
        Its inverse swings what is straight.
    """
    points = [(Fraction(0), Fraction(0))]
    for beat in range(int(length)):
        points += [(beat + place, beat + HALF), (Fraction(beat + 1), Fraction(beat + 1))]
    return Warp([*points, (length, length)])


def swing_in(meter: Meter, place: Fraction | None) -> Fraction | None:
    """Where swung eighths fall once they have been carried into a metre.

    Parameters
    ----------
    meter
        The target.
    place
        Of the source.

    Returns
    -------
    Fraction or None
        The same; None in a compound metre, whose beats are long and short by themselves.
    """
    return None if meter.is_compound else place


def straightened(at: Fraction, swing: Fraction, grid: int) -> Fraction:
    """A swung place as if the beat were even.

    Parameters
    ----------
    at
        Quarters.
    swing
        The place of swing.
    grid
        Parts of a quarter that the result is rounded to.

    Returns
    -------
    Fraction
        Quarters.
    """
    beat, place = divmod(at, 1)
    straight = place / (2 * swing) if place <= swing else (1 + (place - swing) / (1 - swing)) / 2
    return beat + Fraction(round(straight * grid), grid)


def straightened_all(places: NDArray[Any], swing: float) -> NDArray[Any]:
    """Swung places as if the beat were even, not rounded.

    Parameters
    ----------
    places
        Quarters, shape (n,).
    swing
        The place of swing.

    Returns
    -------
    ndarray
        Quarters, shape (n,).
    """
    import numpy as np

    share = places % 1
    straight = np.where(share <= swing, share / (2 * swing), (1 + (share - swing) / (1 - swing)) / 2)
    even: NDArray[Any] = np.floor(places) + straight
    return even


def swung_back(at: Fraction, swing: Fraction | None) -> Fraction:
    """An even place swung: the reverse of `straightened`.

    Parameters
    ----------
    at
        Quarters.
    swing
        The place of swing; None for none.

    Returns
    -------
    Fraction
        Quarters.
    """
    if swing is None:
        return at
    beat, place = divmod(at, 1)
    return beat + (2 * place * swing if 2 * place <= 1 else swing + (2 * place - 1) * (1 - swing))
