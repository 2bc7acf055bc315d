"""What a score says of itself as it would be written: the answer of `Score.quantized`, by its shape.

The value itself, `mi_theme.quantising.Quantized`, stands in a room below, which the score may not name; a type checker sees
that it has this shape.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any, Protocol, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

__all__ = ["BeatTimes", "QuantizedMusic", "SwingShare"]

S = TypeVar("S", covariant=True)
#: "auto" to look for swing, None to write what is played, or the share of a pair that its first note takes.
SwingShare: TypeAlias = str | float | Fraction | None


class BeatTimes(Protocol):
    """Where beats are, as `mi_theme.quantising.Beats` says it."""

    @property
    def seconds(self) -> NDArray[np.float64]:
        """When each beat comes."""

    @property
    def quarters(self) -> NDArray[np.float64]:
        """Where each beat is written."""


class QuantizedMusic(Protocol[S]):
    """Music as it would be written, beside how it was played; a row for each row of `Score.spans`."""

    @property
    def source(self) -> S:
        """What was quantized."""

    @property
    def resolution(self) -> int:
        """Ticks in a quarter of all columns."""

    @property
    def onsets(self) -> NDArray[np.int64]:
        """As written, shape (n,), ticks."""

    @property
    def durations(self) -> NDArray[np.int64]:
        """As written, shape (n,), ticks."""

    @property
    def errors(self) -> NDArray[np.float64]:
        """How far from its place each note was played, in seconds."""

    @property
    def moved(self) -> NDArray[np.bool_]:
        """Which notes were played beside their places."""

    @property
    def looseness(self) -> float:
        """How loosely it is played: 0 as a machine, 1 as a pianist."""

    def __len__(self) -> int:
        """How many notes there are."""

    def score(self) -> S:
        """The score on the grid: notes as written, and all other events where they were."""

    def as_dict(self) -> dict[str, Any]:
        """What was found, as plain values."""
