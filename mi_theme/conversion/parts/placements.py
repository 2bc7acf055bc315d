"""What becomes of notes that are not carried by the map: values, as the parts of this room fill them."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mi_theme.conversion.timeline import Timeline

__all__ = ["Copied", "DrumRun", "Edits", "Extra", "PartPattern", "Placements", "StockStroke"]


class DrumRun(NamedTuple):
    """What becomes of one drum in one stretch: strokes before and after, and whether they run evenly."""

    key: int
    was: int
    now: int
    even: bool


class PartPattern(NamedTuple):
    """What becomes of an accompanying part in one stretch: what it plays, and strokes before and after."""

    part: str
    what: str
    was: int
    now: int


class Copied(NamedTuple):
    """A note that is added after the model of another: new onset and length in quarters, row, pitch, reason; whether it is the bass of a new beat."""

    at: Fraction
    lasts: Fraction | None  # None for as long as its model
    row: int
    pitch: int
    why: str
    bass: bool = False


class StockStroke(NamedTuple):
    """A stroke of a stock pattern: new onset, key, velocity, part."""

    at: Fraction
    key: int
    velocity: int
    part: int


@dataclass
class Placements:
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
    stock: list[StockStroke] = field(default_factory=list)
    runs: list[tuple[DrumRun, ...]] = field(default_factory=list)
    patterns: list[tuple[PartPattern, ...]] = field(default_factory=list)


@dataclass(frozen=True)
class Extra:
    """A note that a plan adds, in quarters; `row` is the one that it copies, -1 for a stock stroke."""

    at: Fraction
    lasts: Fraction
    row: int
    part: int
    pitch: int
    velocity: int
    why: str


@dataclass(frozen=True, eq=False)
class Edits:
    """What happens to the notes of a score beyond the map: rows are those of `Score.spans`."""

    timeline: Timeline
    placements: Placements
    dropped: NDArray[np.int64]
    extras: tuple[Extra, ...]
