"""Notes of many pieces in flat arrays, as a scan wants them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mi_theme.search.match.alignment_costs import streams_of
from mi_theme.search.match.evidence import thick_voices
from mi_theme.search.patterns import Pattern

__all__ = ["TICKS", "Flat", "line_of"]

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
    voice
        A number for the voice of each note within its piece, shape (n,).
    turn
        The number of its onset among those of its voice; 0 in a voice of chords, shape (n,).
    """

    onset: NDArray[np.int32]
    pitch: NDArray[np.uint8]
    starts: NDArray[np.int64]
    row: NDArray[np.int32]
    voice: NDArray[np.int32]
    turn: NDArray[np.int32]

    @classmethod
    def of(cls, tables: Iterable[NDArray[np.void]]) -> Flat:
        """From note tables."""
        pieces = [_sorted(table) for table in tables]
        starts = np.cumsum([0, *(len(columns[0]) for columns in pieces)])
        kinds = (np.int32, np.uint8, np.int32, np.int32, np.int32)
        joined = list(zip(*pieces, strict=True)) or [()] * len(kinds)
        onset, pitch, row, voice, turn = (
            np.concatenate([np.zeros(0, kind), *column]).astype(kind)
            for kind, column in zip(kinds, joined, strict=True)
        )
        return cls(onset, pitch, starts, row, voice, turn)

    def __len__(self) -> int:
        return len(self.onset)

    @property
    def piece(self) -> NDArray[np.int64]:
        """The number of the piece of each note."""
        return np.repeat(np.arange(len(self.starts) - 1), np.diff(self.starts))


def _sorted(table: NDArray[np.void]) -> tuple[NDArray[Any], ...]:
    rows = np.flatnonzero(table["onset"] < LATEST)
    onset = np.rint(table["onset"][rows] * TICKS).astype(np.int32)
    pitch = np.clip(table["pitch"][rows], 0, 127).astype(np.uint8)
    voice = streams_of(table)[rows]
    turn = _turns(onset, voice)
    order = np.lexsort((pitch, onset))
    fresh = np.append(True, (np.diff(onset[order]) != 0) | (np.diff(pitch[order]) != 0))[: len(order)]
    order = order[np.flatnonzero(fresh)]
    return tuple(column[order] for column in (onset, pitch, rows, voice, turn))


def _turns(onset: NDArray[np.int32], voice: NDArray[np.int64]) -> NDArray[np.int64]:
    """The number of each note's onset among those of its voice; 0 where many of its notes begin together."""
    order = np.lexsort((onset, voice))
    fresh = np.append(True, (np.diff(onset[order]) != 0) | (np.diff(voice[order]) != 0))[: len(order)]
    turn = np.zeros(len(order), np.int64)
    turn[order] = np.cumsum(fresh)
    alone = np.ones(len(order), bool)
    alone[order] = fresh & np.append(fresh, True)[1:]
    turn[thick_voices(voice, ~alone)] = 0
    return turn


def line_of(pattern: Pattern) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Onsets in ticks and pitches of the highest notes, from 0."""
    highest = dict(zip(pattern.onset, pattern.pitch, strict=True))  # of one onset the last, which is the highest
    time = np.array([round(onset * TICKS) for onset in highest], np.int64)
    height = np.array([*highest.values()], np.int64)
    return time - time[:1], height - height[:1]
