"""Durations of MusicXML in ticks: exactly where music uses the fraction, and as the notes are written where a file rounds."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from math import isfinite
from typing import Any

__all__ = [
    "FASTEST",
    "LARGEST_COUNT",
    "LARGEST_TUPLET",
    "QUARTER",
    "SLOWEST",
    "Ticks",
    "later",
    "nominal",
    "number_of",
    "ticks_of",
]

QUARTER = 10_321_920  # ticks: 2^15 x 9 x 5 x 7, so that common divisions are whole
FINEST_TICK = 10**12  # parts of a tick: no music has finer ones
LARGEST_NUMBER = 1e7  # no number of a file is larger, and nothing lasts so many quarters
LARGEST_COUNT = 2.0**53  # parts of a quarter: rare tuplets have many, and so many a float tells apart
SLOWEST, FASTEST = 4, 1000  # quarters a minute that a score may have
LARGEST_TUPLET = 1000  # notes that no tuplet has: programs for notation stop before
TYPES = (
    "maxima",
    "long",
    "breve",
    "whole",
    "half",
    "quarter",
    "eighth",
    "16th",
    "32nd",
    "64th",
    "128th",
    "256th",
    "512th",
    "1024th",
)
LENGTHS = {name: Fraction(32, 2**power) for power, name in enumerate(TYPES)}  # in quarters

Ticks = int | Fraction


@lru_cache(maxsize=4096)
def ticks_of(duration: str, divisions: float) -> Ticks:
    """A length in ticks, exactly where it is a fraction of a quarter that music uses."""
    quarters = Fraction(number_of(duration, LARGEST_COUNT)) / Fraction(divisions)
    if abs(quarters) > LARGEST_NUMBER:
        raise ValueError(f"{duration} of {divisions:g} parts of a quarter last longer than music")
    ticks = quarters * QUARTER
    return ticks.numerator if ticks.denominator == 1 else ticks.limit_denominator(QUARTER)


def later(at: Ticks, lasts: Ticks) -> Ticks:
    """A time so much later; to the tick where its fraction is finer than any music has, lest it grow without end."""
    time = at + lasts
    return time if time.denominator < FINEST_TICK else round(time)


def number_of(text: str | None, largest: float = LARGEST_NUMBER) -> float:
    """A number of a file.

    Raises
    ------
    ValueError
        Where it is none, or too large for music.
    """
    number = float(text or "")
    if not isfinite(number) or abs(number) > largest:
        raise ValueError(f"{text} is no number for music")
    return number


def nominal(fields: dict[str, Any], dots: int) -> Ticks | None:
    """The length that a note is written with, in ticks: its type, dots and tuplet; None where it has no type."""
    kind = (fields["type"].text or "").strip() if "type" in fields else ""
    if kind not in LENGTHS:
        return None
    actual = normal = 1
    if "time-modification" in fields:
        change = fields["time-modification"]
        actual, normal = int(change.findtext("actual-notes") or 1), int(change.findtext("normal-notes") or 1)
    return _written_ticks(kind, dots, normal, actual)


@lru_cache(maxsize=1024)
def _written_ticks(kind: str, dots: int, normal: int, actual: int) -> Ticks:
    if not (0 < actual < LARGEST_TUPLET and 0 < normal < LARGEST_TUPLET and dots < 8):
        raise ValueError(f"{actual} notes in the time of {normal}, with {dots} dots: no tuplet")
    ticks = LENGTHS[kind] * (2 - Fraction(1, 2**dots)) * normal / actual * QUARTER
    return ticks.numerator if ticks.denominator == 1 else ticks
