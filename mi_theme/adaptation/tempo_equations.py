"""How many bars become how many, and what lasts as long as before."""

from __future__ import annotations

from fractions import Fraction

from mi_theme.adaptation.frames import RATIOS
from mi_theme.adaptation.strategies import find
from mi_theme.adaptation.wording import duration_name
from mi_theme.arguments import number
from mi_theme.errors import UnknownName
from mi_theme.meter import Meter

__all__ = [
    "KEEPS",
    "common_unit",
    "counted_bars",
    "default_keep",
    "default_ratio",
    "equation_words",
    "tempo_at",
    "tempo_factor",
    "threes_ratio",
]

#: The tempo equations at a change of metre: what lasts as long as before.
KEEPS = ("pulse", "beat", "bar")
NEARLY_TWICE = Fraction(
    7, 4
)  # from here on a bar is rather two: 7/8 is made of two bars of 2/4, 7/4 becomes two of 4/4
TWO_HALVES = Fraction(8, 5)  # and from here on where it has two halves: 4/4 is made of two bars of 5/8
SLOWEST_TEMPO, FASTEST_TEMPO = 20, 400  # quarters a minute that make sense to play


def default_ratio(source: Meter, target: Meter, how: str | None) -> Fraction:
    """Target bars for a source bar where nobody says it: one, but for five cases.

    In one, a bar takes as many bars as it has beats; and so it goes from threes to
    beats of threes and back, two bars of 3/4 for one of 6/8, which would else be the
    same eighths with other accents. Between simple and compound
    the beats stay: two bars of 6/8 make one of 4/4. Where a bar would become twice
    as long or half, as many bars are taken as come nearest: two of 2/4 for one of 5/4.
    So they are where the beats are threes, which stretch badly, and find room: two of
    6/8 for one of 5/4 (3+3+2+2), one of 9/8 for two of 6/8.

    Parameters
    ----------
    source, target
        Metres.
    how
        The strategy, where one is asked for.

    Returns
    -------
    Fraction
        1/4, 1/2, 1, 2 or 4.
    """
    strategy = find(how) if how else None
    if strategy and strategy.bars_to_beats:
        return Fraction(1, len(target.beats))
    if strategy and strategy.pairs_to_bars:
        pairs = Fraction(len(source.beats), 2)
        return pairs if pairs in RATIOS else Fraction(1)
    beats, bars = Fraction(len(source.beats), len(target.beats)), source.bar / target.bar
    additive = source.is_additive or target.is_additive or source.is_open or target.is_open
    if not additive and source.is_compound != target.is_compound and beats in RATIOS:
        return beats if strategy is None or strategy.beat_for_beat else Fraction(1)
    if strategy is None and (ratio := threes_ratio(source, target)):
        return ratio
    if not additive and target.is_compound and not source.is_compound and (simple := target.counterpart):
        return default_ratio(source, simple, how)
    nearest = min(RATIOS, key=lambda ratio: max(bars / ratio, ratio / bars))
    threes = source.is_compound and (additive or (target.is_compound and beats <= nearest))
    longer = source if bars > 1 else target
    twice = TWO_HALVES if Fraction(longer.pulses, 2) in longer.beats else NEARLY_TWICE
    if how is not None or (beats == 1 and not additive) or (1 / twice < bars < twice and not threes):
        return Fraction(1)
    return nearest


def threes_ratio(source: Meter, target: Meter) -> Fraction | None:
    """Target bars for a source bar where bars of three beats are beats of the other metre, as from 3/4 to 6/8 and back.

    Parameters
    ----------
    source, target
        Metres.

    Returns
    -------
    Fraction or None
        1/2 for 3/4 to 6/8, 4 for 12/8 to 3/4; None for metres that are not so related.
    """
    if source.is_additive or target.is_additive or source.is_compound == target.is_compound:
        return None
    simple, compound = (target, source) if source.is_compound else (source, target)
    bars = Fraction(len(compound.beats))
    if len(simple.beats) != 3 or simple.is_open or bars == 3 or bars not in RATIOS:
        return None
    return bars if source.is_compound else 1 / bars


def default_keep(source: Meter, target: Meter, ratio: Fraction | int = 1, how: str | None = None) -> str:
    """What lasts as long as before where nobody says it.

    The beat between metres of as many beats that are simple and compound, or written in
    other values: there each beat becomes a beat, as a quarter of 4/4 a dotted quarter of
    12/8, an eighth of 3/8 a quarter of 3/4. Else the pulse:
    where beats are more or fewer, as from 9/8 to 4/4 or 6/8 to 3/4, pulses are
    grouped in another way, and go on at their speed while they are. The bar where
    bars become beats, or beats bars; and the pulse under new bar lines, where nothing
    moves.

    Parameters
    ----------
    source, target
        Metres.
    ratio
        Target bars for a source bar.
    how
        The strategy, where one is asked for.

    Returns
    -------
    str
        One of `KEEPS`.
    """
    strategy = find(how) if how else None
    if (strategy and (strategy.bars_to_beats or strategy.pairs_to_bars)) or ratio == threes_ratio(source, target):
        return "bar"
    plain = not (source.is_additive or target.is_additive or (strategy and strategy.meets_bars))
    as_many = len(source.beats) == len(target.beats) * ratio or bool(strategy and strategy.beat_for_beat)
    if plain and target.is_compound and not source.is_compound and target.counterpart:
        return "beat"
    rewritten = ratio == 1 and as_many and (source.pulse, source.groups[0]) != (target.pulse, target.groups[0])
    return "beat" if plain and as_many and (source.is_compound != target.is_compound or rewritten) else "pulse"


def tempo_factor(source: Meter, target: Meter, ratio: Fraction | int, keep: str) -> Fraction:
    """What the length of a quarter is multiplied with, so that pulse, beat or bar lasts as long as before.

    Of unequal beats the first counts, the one that begins the bar: an equation
    stands between two note values, ``dotted quarter = quarter`` from 5/4:3+3+2+2
    to 4/4, and is read and conducted so. The mean of unequal beats is no value
    that anyone could write.

    Parameters
    ----------
    source, target
        Metres.
    ratio
        Target bars for a source bar.
    keep
        One of `KEEPS`.

    Returns
    -------
    Fraction
        The tempo in quarters a minute is divided by it.

    Raises
    ------
    UnknownName
        Where there is no such equation.
    """
    if keep not in KEEPS:
        raise UnknownName.among("tempo equation", keep, KEEPS)
    if keep == "pulse":
        return Fraction(1)
    return _beat(source) / _beat(target) if keep == "beat" else source.bar / (target.bar * ratio)


def equation_words(source: Meter, target: Meter, ratio: Fraction | int, keep: str) -> str:
    """A tempo equation as it stands over the bar line, such as ``dotted quarter = quarter``.

    Parameters
    ----------
    source, target, ratio, keep
        As for `tempo_factor`.

    Returns
    -------
    str
        For the pulse the value that both metres count in: the beat, if all beats are
        alike, else the shorter pulse. For the bar how many are as long as how many.
    """
    if keep == "beat":
        return f"{duration_name(_beat(source))} = {duration_name(_beat(target))}"
    if keep == "bar":
        counts = (Fraction(ratio).denominator, Fraction(ratio).numerator)
        return "bar = bar" if ratio == 1 else " = ".join(map(counted_bars, counts))
    unit = duration_name(common_unit(source, target))
    return f"{unit} = {unit}"


def common_unit(source: Meter, target: Meter) -> Fraction:
    """What two metres count in: the beat, if both have the same, else the shorter pulse.

    Parameters
    ----------
    source, target
        Metres.

    Returns
    -------
    Fraction
        Its length in quarters.
    """
    beats = {group * meter.pulse for meter in (source, target) for group in meter.groups}
    return beats.pop() if len(beats) == 1 else min(source.pulse, target.pulse)


def counted_bars(bars: int) -> str:
    """``one bar``, ``4 bars``.

    Parameters
    ----------
    bars
        How many.

    Returns
    -------
    str
        In words where it is one.
    """
    return "one bar" if bars == 1 else f"{bars} bars"


def tempo_at(value: float | int | Fraction | None, usual: int) -> Fraction:
    """A tempo that was asked for, or the usual one.

    Parameters
    ----------
    value
        Quarters a minute, or None.
    usual
        The same, where none is asked for.

    Returns
    -------
    Fraction
        Quarters a minute.

    Raises
    ------
    ScoreError
        Outside 20 to 400 quarters a minute.
    """
    if value is None:
        return Fraction(usual)
    return Fraction(number("a tempo in quarters a minute", value, SLOWEST_TEMPO, FASTEST_TEMPO)).limit_denominator(1000)


def _beat(meter: Meter) -> Fraction:
    return meter.groups[0] * meter.pulse
