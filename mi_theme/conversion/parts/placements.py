"""What becomes of notes that are not carried by the map: drums, running figures, accompaniment patterns."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple

from mi_theme.conversion.scoreplan import Pattern, Run

__all__ = ["Copied", "Stock", "Strokes", "straightened", "swung_back"]


class Copied(NamedTuple):
    """A note that is added after the model of another: new onset and length in quarters, row, pitch, reason."""

    at: Fraction
    lasts: Fraction | None  # None for as long as its model
    row: int
    pitch: int
    why: str


class Stock(NamedTuple):
    """A stroke of a stock pattern: new onset, key, velocity, part."""

    at: Fraction
    key: int
    velocity: int
    part: int


@dataclass
class Strokes:
    """Notes of a score that a plan places one by one; rows are those of `Score.spans`, places quarters in the target.

    Attributes
    ----------
    moved
        Row: new onset, and new length where it is not as before.
    dropped
        Row: why it is left out.
    copied, stock
        Notes that are added.
    runs, patterns
        For each span what became of each drum, and of each accompanying part.
    """

    moved: dict[int, tuple[Fraction, Fraction | None]] = field(default_factory=dict)
    dropped: dict[int, str] = field(default_factory=dict)
    copied: list[Copied] = field(default_factory=list)
    stock: list[Stock] = field(default_factory=list)
    runs: list[tuple[Run, ...]] = field(default_factory=list)
    patterns: list[tuple[Pattern, ...]] = field(default_factory=list)


def straightened(at: Fraction, swing: Fraction, grid: int) -> Fraction:
    """A swung position as if the beat were even, on a grid of so many parts of a quarter."""
    beat, place = divmod(at, 1)
    straight = place / (2 * swing) if place <= swing else (1 + (place - swing) / (1 - swing)) / 2
    return beat + Fraction(round(straight * grid), grid)


def swung_back(at: Fraction, swing: Fraction | None) -> Fraction:
    """The reverse of `straightened`."""
    if swing is None:
        return at
    beat, place = divmod(at, 1)
    return beat + (2 * place * swing if 2 * place <= 1 else swing + (2 * place - 1) * (1 - swing))
