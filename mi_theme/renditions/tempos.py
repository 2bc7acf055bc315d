"""Tempo equations: what stays equal when the metre changes."""

from __future__ import annotations

from fractions import Fraction

from mi_theme.adaptation.tempo_equations import KEEPS
from mi_theme.adaptation.wording import duration_name
from mi_theme.errors import ScoreError, UnknownName
from mi_theme.meter import Meter

__all__ = ["KEEPS", "equation", "tempo_at"]

SLOWEST, FASTEST = 20, 400  # quarters a minute that make sense to play


def tempo_at(value: float | int | Fraction | None, usual: int) -> Fraction:
    """A tempo that was asked for, or the usual one.

    Raises
    ------
    ScoreError
        Outside 20 to 400 quarters a minute.
    """
    if value is None:
        return Fraction(usual)
    if not SLOWEST <= value <= FASTEST:
        raise ScoreError(f"a tempo is {SLOWEST} to {FASTEST} quarters a minute, not {float(value):g}")
    return Fraction(value).limit_denominator(1000)


def equation(before: Meter, after: Meter, keep: str | None) -> tuple[str, Fraction]:
    """The equation at a change of metre, and what it multiplies the tempo in quarters by.

    Without `keep`: the beat between simple and compound metres, else the pulse.

    Raises
    ------
    UnknownName
        Where `keep` is none of pulse, beat, bar.
    """
    if keep is None:
        plain = not (before.is_additive or after.is_additive or before.is_open or after.is_open)
        keep = "beat" if plain and before.is_compound != after.is_compound else "pulse"
    if keep not in KEEPS:
        raise UnknownName.among("tempo equation", keep, KEEPS)
    old, new = _unit(before, keep), _unit(after, keep)
    words = "bar = bar" if keep == "bar" else f"{duration_name(old)} = {duration_name(new)}"
    return words, new / old


def _unit(meter: Meter, keep: str) -> Fraction:
    """The length in quarters of what is kept: a beat is the first group."""
    return {"pulse": meter.pulse, "beat": meter.groups[0] * meter.pulse, "bar": meter.bar}[keep]
