"""Notes of many pieces in flat arrays, as a scan wants them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["TICKS", "Flat"]

TICKS = 5040  # in a quarter: 2^4 x 9 x 5 x 7
LATEST = 2**31 // TICKS - 1  # quarters; what begins later in one piece is left out


@dataclass(frozen=True, eq=False)
class Flat:
    """Notes of pieces one after another, within each by onset, then pitch; of unisons one.

    Attributes
    ----------
    onset
        Ticks of 1/5040 of a quarter, shape (n,).
    pitch
        MIDI numbers, shape (n,).
    starts
        Where each piece begins, and the end of the last, shape (pieces + 1,).
    row
        The row of each note in its piece's own table, shape (n,).
    """

    onset: NDArray[np.int32]
    pitch: NDArray[np.uint8]
    starts: NDArray[np.int64]
    row: NDArray[np.int32]

    @classmethod
    def of(cls, tables: Iterable[NDArray[np.void]]) -> Flat:
        """From note tables."""
        pieces = [_sorted(table) for table in tables]
        starts = np.cumsum([0, *(len(onset) for onset, _, _ in pieces)])
        columns = list(zip(*pieces, strict=True)) or [(), (), ()]
        kinds = (np.int32, np.uint8, np.int32)
        onset, pitch, row = (
            np.concatenate([np.zeros(0, kind), *column]).astype(kind)
            for kind, column in zip(kinds, columns, strict=True)
        )
        return cls(onset, pitch, starts, row)

    def __len__(self) -> int:
        return len(self.onset)

    @property
    def piece(self) -> NDArray[np.int64]:
        """The number of the piece of each note."""
        return np.repeat(np.arange(len(self.starts) - 1), np.diff(self.starts))


def _sorted(table: NDArray[np.void]) -> tuple[NDArray[np.int32], NDArray[np.uint8], NDArray[np.int32]]:
    rows = np.flatnonzero(table["onset"] < LATEST)
    onset = np.rint(table["onset"][rows] * TICKS).astype(np.int32)
    pitch = np.clip(table["pitch"][rows], 0, 127).astype(np.uint8)
    order = np.lexsort((pitch, onset))
    order = order[
        np.flatnonzero(np.append(True, (np.diff(onset[order]) != 0) | (np.diff(pitch[order]) != 0))[: len(order)])
    ]
    return onset[order], pitch[order], rows[order].astype(np.int32)
