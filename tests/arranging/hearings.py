"""A rendition with its plan, as the checks look at it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from mi_theme.renditions.arrangement.arrangements import Arrangement, Passage
from mi_theme.renditions.arrangement.styles import Instrument
from mi_theme.renditions.composing.slots import TICKS, SlotGrid
from mi_theme.score import Score

__all__ = ["Hearing", "Notes"]

Notes = NDArray[np.void]


@dataclass(frozen=True)
class Hearing:
    """A rendition with its arrangement."""

    arrangement: Arrangement
    score: Score

    @cached_property
    def grid(self) -> SlotGrid:
        """The bars."""
        return SlotGrid.of(self.arrangement)

    @cached_property
    def parts(self) -> dict[str, Notes]:
        """The notes of each part."""
        return {part.name: self.score.notes(part.name) for part in self.score.parts}

    @cached_property
    def players(self) -> dict[str, Instrument]:
        """The instrument of each part."""
        style = {part.name: part for part in self.arrangement.style.part}
        (ostinato,) = self.arrangement.style.playing("ostinato")
        return {name: style.get(name, ostinato) for name in self.parts}

    @cached_property
    def pitched(self) -> dict[str, Notes]:
        """The notes of the parts that are no drums."""
        return {name: notes for name, notes in self.parts.items() if not self.players[name].is_drums}

    def playing(self, kind: str) -> dict[str, Notes]:
        """The notes of the parts with a task."""
        return {name: notes for name, notes in self.parts.items() if self.players[name].plays == kind}

    def bar_of(self, onsets: NDArray[np.float64]) -> NDArray[np.int64]:
        """Numbers of the bars in which notes begin, one past the last for the last downbeat."""
        starts = np.array([bar.start for bar in self.grid.bars] + [self.grid.end]) / TICKS
        return np.searchsorted(starts, onsets + 1e-6, side="right")

    def seconds(self, quarters: float) -> float:
        """The time of a position."""
        return self.score.tempos.seconds(Fraction(quarters).limit_denominator(TICKS))

    @property
    def ending(self) -> Fraction:
        """Where the ending begins, or the last section ends."""
        return next((p.start for p in self.passages("ending")), self.arrangement.end)

    def passages(self, role: str) -> list[Passage]:
        """The sections with a role."""
        return [passage for passage in self.arrangement.passages if passage.role == role]
