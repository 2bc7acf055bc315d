"""Notes read in bulk: what a search needs of music, and no more."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mi_theme.score import MeterMap, Score

__all__ = ["Sheet", "SheetHeading"]


class SheetHeading(NamedTuple):
    """What a file says of its music.

    Attributes
    ----------
    tempo
        Quarters a minute at the beginning; None where nothing is said.
    key
        Sharps (flats less than 0) of the first signature, and whether it is minor; None where there is none.
    title, composer
        Empty where nothing is said.
    """

    tempo: float | None = None
    key: tuple[int, bool] | None = None
    title: str = ""
    composer: str = ""


@dataclass(frozen=True, eq=False)
class Sheet:
    """The notes of a file, without the events of a `Score`.

    Attributes
    ----------
    table
        As `Score.note_table`, sorted by onset, then pitch; read-only.
    names
        A name for each part that `table` counts; none where it came without.
    meters
        The metres; None for bare notes.
    source
        Where it came from.
    drums
        The parts without pitch.
    heading
        What else the file says.
    """

    table: NDArray[np.void]
    names: tuple[str, ...] = ()
    meters: MeterMap = field(default_factory=lambda: MeterMap.of(()))
    source: str = ""
    drums: frozenset[int] = frozenset()
    heading: SheetHeading = field(default_factory=SheetHeading)

    @classmethod
    def of(cls, score: Score, source: str = "") -> Sheet:
        """The notes of a score."""
        drums = frozenset(index for index, part in enumerate(score.parts) if part.is_percussion)
        names = tuple(part.name for part in score.parts)
        heading = SheetHeading(round(score.tempos.per_minute(), 3), score.key)
        return cls(score.note_table(), names, score.meters, source or score.source, drums, heading)

    @property
    def pitched(self) -> NDArray[np.int64]:
        """The rows of `table` that have pitch."""
        return np.flatnonzero(~np.isin(self.table["part"], sorted(self.drums)))

    def note_table(self) -> NDArray[np.void]:
        """The notes, as `Score.note_table`."""
        return self.table
