"""What a user asks for when a score is to be carried into another metre, checked."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from mi_theme.adaptation import known_ratio
from mi_theme.adaptation.frames import FEELS
from mi_theme.adaptation.strategies import find
from mi_theme.adaptation.tempo_equations import KEEPS
from mi_theme.conversion.parts.accompaniment import ACCOMPANIMENTS
from mi_theme.conversion.parts.kits import MODES
from mi_theme.conversion.scoreplan import Choice
from mi_theme.errors import UnknownName
from mi_theme.meter import Grouping, Meter
from mi_theme.score import first_and_last

__all__ = ["Wish"]


@dataclass(frozen=True)
class Wish:
    """What the user asked for, checked."""

    target: Meter
    source: Meter | None = None
    how: str | None = None
    lead: str | int | None = None
    drums: str = "pulse"
    bars: tuple[int, int] | None = None
    ratio: Fraction | None = None
    keep: str | None = None
    grouping: Grouping | None = None
    choices: tuple[Choice, ...] = ()
    accompaniment: str = "pattern"
    feel: str = "auto"

    @classmethod
    def of(
        cls, target: str | Meter, *, source: str | Meter | None = None, grouping: str | Grouping | None = None,
        ratio: Fraction | int | float | None = None, **others: Any,
    ) -> Wish:  # fmt: skip
        """From what a user writes: metres and groupings as text, a ratio as any number."""
        return cls(
            Meter(target), Meter(source) if source else None, ratio=None if ratio is None else known_ratio(ratio),
            grouping=Grouping(grouping) if grouping else None, **others,
        )  # fmt: skip

    def __post_init__(self) -> None:
        if self.how:
            find(self.how)
        if self.drums not in MODES:
            raise UnknownName.among("way with drums", self.drums, MODES)
        if self.feel not in FEELS:
            raise UnknownName.among("feel", self.feel, FEELS)
        if self.keep is not None and self.keep not in KEEPS:
            raise UnknownName.among("tempo equation", self.keep, KEEPS)
        if self.accompaniment not in ACCOMPANIMENTS:
            raise UnknownName.among("way with accompaniment", self.accompaniment, ACCOMPANIMENTS)
        if self.bars is not None:
            first_and_last(self.bars)
