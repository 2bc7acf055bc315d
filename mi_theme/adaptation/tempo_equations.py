"""How many bars become how many, and what lasts as long as before."""

from __future__ import annotations

from fractions import Fraction

from mi_theme.adaptation.frames import RATIOS
from mi_theme.adaptation.strategies import find
from mi_theme.meter import Meter

__all__ = ["KEEPS", "default_keep", "default_ratio", "tempo_factor"]

KEEPS = ("pulse", "beat", "bar")  #: the tempo equations at a change of metre: what lasts as long as before


def default_ratio(source: Meter, target: Meter, how: str | None) -> Fraction:
    """Target bars for a source bar where nobody says it: one, but for four cases.

    In one, a bar takes as many bars as it has beats. Between simple and compound
    the beats stay: two bars of 6/8 make one of 4/4. Where a bar would become twice
    as long or half, as many bars are taken as come nearest: two of 2/4 for one of 5/4.
    So they are where the beats are threes, which stretch badly, and find room: two of
    6/8 for one of 5/4 (3+3+2+2), one of 9/8 for two of 6/8.
    """
    strategy = find(how) if how else None
    if strategy and strategy.bars_to_beats:
        return Fraction(1, len(target.beats))
    beats, bars = Fraction(len(source.beats), len(target.beats)), source.bar / target.bar
    additive = source.is_additive or target.is_additive or source.is_open or target.is_open
    if not additive and source.is_compound != target.is_compound and beats in RATIOS:
        return beats if strategy is None or strategy.beat_for_beat else Fraction(1)
    nearest = min(RATIOS, key=lambda ratio: max(bars / ratio, ratio / bars))
    threes = source.is_compound and (additive or (target.is_compound and beats <= nearest))
    if how is not None or (beats == 1 and not additive) or (Fraction(1, 2) < bars < 2 and not threes):
        return Fraction(1)
    return nearest


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
