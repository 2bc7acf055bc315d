"""How many bars become how many, and what lasts as long as before."""

from __future__ import annotations

from fractions import Fraction

from mi_theme.adaptation import RATIOS
from mi_theme.meter import Meter

__all__ = ["KEEPS", "default_keep", "default_ratio", "tempo_factor"]

KEEPS = ("pulse", "beat", "bar")


def default_ratio(source: Meter, target: Meter, how: str | None) -> Fraction:
    """Target bars for a source bar where nobody says it: one, but for three cases.

    In one, a bar takes as many bars as it has beats. Between simple and compound
    the beats stay: two bars of 6/8 make one of 4/4. Where a bar is as long as two
    or four of the other, those make it, and no note moves: two of 2/4 one of 4/4.
    """
    if how == "in-one":
        return Fraction(1, len(target.beats))
    if source.is_additive or target.is_additive or source.is_open or target.is_open:
        return Fraction(1)
    beats, bars = Fraction(len(source.beats), len(target.beats)), source.bar / target.bar
    if source.is_compound != target.is_compound and beats in RATIOS and how in (None, "long-short", "even"):
        return beats
    return bars if bars in RATIOS and beats != 1 and how is None else Fraction(1)


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
