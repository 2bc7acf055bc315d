"""What a search needs of a file, and no more: its notes, the names of its parts, its metres."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mi_theme.score.timing import MeterMap

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
    """

    table: NDArray[np.void]
    names: tuple[str, ...]
    meters: MeterMap
    source: str = ""

    def note_table(self) -> NDArray[np.void]:
        """The notes, as `Score.note_table`."""
        return self.table
