"""How many bars become how many, and what lasts as long as before."""

from __future__ import annotations

from fractions import Fraction

from mi_theme.adaptation import RATIOS
from mi_theme.meter import Meter

__all__ = ["KEEPS", "default_keep", "default_ratio", "tempo_factor"]

KEEPS = ("pulse", "beat", "bar")


def default_ratio(source: Meter, target: Meter, how: str | None) -> Fraction:
    """Target bars for a source bar: one, but between simple and compound as many as keep the number of beats.

    Two bars of 6/8 make one of 4/4, beat for beat; in one, a bar of as many bars as it has beats.
    """
    if how == "in-one":
        return Fraction(1, len(target.beats))
    if source.is_compound == target.is_compound or source.is_additive or target.is_additive or target.is_open:
        return Fraction(1)
    ratio = Fraction(len(source.beats), len(target.beats))
    return ratio if ratio in RATIOS and how in (None, "long-short", "even") else Fraction(1)


def default_keep(source: Meter, target: Meter, ratio: Fraction) -> str:
    """Beat = beat between simple and compound where there are as many beats; else pulse = pulse."""
    if source.is_compound == target.is_compound or source.is_additive or target.is_additive:
        return "pulse"
    return "beat" if len(source.beats) * ratio.denominator == len(target.beats) * ratio.numerator else "pulse"


def tempo_factor(source: Meter, target: Meter, ratio: Fraction, keep: str) -> Fraction:
    """What the length of a quarter is multiplied with, so that pulse, beat or bar lasts as long as before."""
    if keep == "pulse":
        return Fraction(1)
    if keep == "beat":
        return (source.bar / len(source.beats)) / (target.bar / len(target.beats))
    return source.bar / (target.bar * ratio)
