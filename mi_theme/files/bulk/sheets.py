"""What a search needs of a file, and no more: its notes, the names of its parts, its metres."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mi_theme.score import MeterMap, Score

__all__ = ["Sheet"]


@dataclass(frozen=True, eq=False)
class Sheet:
    """The notes of a file, without the events of a `Score`.

    Attributes
    ----------
    table
        As `Score.note_table`, sorted by onset, then pitch; read-only.
    names
        A name for each part that `table` counts.
    meters
        The metres.
    source
        Where it came from.
    drums
        The parts without pitch.
    """

    table: NDArray[np.void]
    names: tuple[str, ...]
    meters: MeterMap
    source: str = ""
    drums: frozenset[int] = frozenset()

    @classmethod
    def of(cls, score: Score, source: str = "") -> Sheet:
        """The notes of a score."""
        drums = frozenset(index for index, part in enumerate(score.parts) if part.is_percussion)
        names = tuple(part.name for part in score.parts)
        return cls(score.note_table(), names, score.meters, source or score.source, drums)

    def note_table(self) -> NDArray[np.void]:
        """The notes, as `Score.note_table`."""
        return self.table
