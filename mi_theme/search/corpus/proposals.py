"""What is worth aligning in many pieces: chains of notes that follow a pattern.

A chain goes from note to note at one transposition, in order, in roughly the
pattern's rhythm, with notes left out, put in or bent in time. What its links
earn and pay are the same odds as of a hit (`evidence`), rounded to tenths of a
nat, as far as they can be told without looking at the music around. For each
note of each piece the best chain that ends there is found, by dynamic
programming; `proposals_numba` (numba) and `proposals_numpy` (numpy) find the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mi_theme.search.kernels.choosing import kernels
from mi_theme.search.kernels.kernel_inputs import PatternLinks, ScannedNotes
from mi_theme.search.match.alignment_costs import streams_of
from mi_theme.search.match.evidence import COPY_MODEL, CopyModel
from mi_theme.search.match.expectations import information_of, thick_voices
from mi_theme.search.patterns import Pattern

__all__ = ["BENT", "LEAST_WORTH", "SHORT_SHARE", "TICKS", "NoteArrays", "Proposal", "line_of", "propose"]

TICKS = 5040  # in a quarter: 2^4 x 9 x 5 x 7
LATEST = 2**31 // TICKS - 1  # quarters; what begins later in one piece is left out
PLAINLY = 3_000  # notes a second that numpy does
TENTHS = 10  # of a nat: what chains count in
LEAST_WORTH = 6.0  # nats: what a chain must be worth
SHORT_SHARE = 0.5  # of what the pattern is worth: enough for a short one
FEWEST_CHAINS = 40  # the best ones that are proposed at least
NOTES_A_CHAIN = 400  # and one for so many notes: a rhythm that bends is not crowded out by what is like it by chance
LONGEST_FOLLOWED = 64  # notes of a pattern that chains follow; of a longer one the first
CHAIN_REACH = 3  # notes of the pattern that a link spans at most, as in the kernels
FASTEST, SLOWEST = 0.5, 2.0  # times the pattern's own that a chain takes
LOOSE = 1.6  # a chain may go beyond them by that much: its rhythm bends
THICK = -0.8  # nats: a link within a voice of chords
NEAR, BENT = (
    -1.0,
    -1.2,
)  # nats: a time a little off, one far off; little, or copies in another metre would rank behind chance
Whole = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class NoteArrays:
    """Notes of many pieces in arrays, one after another, within each by onset, then pitch; of unisons one.

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
    def of(cls, tables: Iterable[NDArray[np.void]]) -> NoteArrays:
        """From note tables."""
        pieces = [_sorted(table) for table in tables]
        starts = np.cumsum([0, *(len(columns[0]) for columns in pieces)])
        kinds = (np.int32, np.uint8, np.int32, np.int32, np.int32)
        joined = list(zip(*pieces, strict=True)) or [()] * len(kinds)
        onset, pitch, row, voice, turn = (
            np.concatenate([np.zeros(0, kind), *column]).astype(kind)
            for kind, column in zip(kinds, joined, strict=True)
        )
        return cls(onset, pitch, starts, row, voice=voice, turn=turn)

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


class Proposal(NamedTuple):
    """Something like the pattern.

    Attributes
    ----------
    piece
        Its number.
    ends
        Where in the arrays it begins and ends.
    numbers
        The numbers of the pattern's notes there.
    stretch
        Times in the music for one in the pattern, end to end.
    value
        What it is worth, in tenths of a nat.
    """

    piece: int
    ends: tuple[int, int]
    numbers: tuple[int, int]
    stretch: float
    value: int


def propose(
    pattern: Pattern,
    arrays: NoteArrays,
    *,
    least: float = LEAST_WORTH,
    most: int | None = None,
    fast: bool | None = None,
) -> list[Proposal]:
    """Find what is worth aligning, best first.

    Parameters
    ----------
    pattern
        Of notes that begin together the highest is looked for.
    arrays
        Where to look.
    least
        What a chain must be worth, in nats; of a short pattern half of what it is worth itself.
    most
        How many chains, by default one for every 400 notes and 40 at least; beyond
        them only the best of each piece, which is never left out.
    fast
        Whether to use numba; by default where it is installed and there is enough to do.

    Returns
    -------
    list of Proposal
        Of those that share time at one transposition only the best.
    """
    time, height = (column[:LONGEST_FOLLOWED] for column in line_of(pattern))
    if len(time) < 2:
        return []
    links = _links(time, height, least, COPY_MODEL)
    notes = ScannedNotes(arrays.onset, arrays.pitch, arrays.voice, arrays.turn, arrays.starts)
    rows = kernels(fast, "proposals", len(arrays) / PLAINLY).chains(notes, links)
    many = max(FEWEST_CHAINS, len(arrays) // NOTES_A_CHAIN) if most is None else most
    return _apart(arrays, links, rows, many)


def _links(time: Whole, height: Whole, least: float, model: CopyModel) -> PatternLinks:
    """A pattern as chains follow it: what links earn for their interval and time, and what they pay."""
    tune, beat = np.zeros((len(time), CHAIN_REACH), np.int64), np.zeros((len(time), CHAIN_REACH), np.int64)
    gone = [0, *(_tenths(model.omission + model.omitted * count) for count in range(1, len(time)))]
    for k in range(1, CHAIN_REACH + 1):
        for i in range(k, len(time)):
            rows = [row for row in (i - k - 2, i - k - 1, i - k, i) if row >= 0]
            news, surprise = information_of(np.diff(height[rows]), np.diff(time[rows]) / TICKS)
            tune[i, k - 1] = _tenths(float(news[-1])) + gone[k - 1]
            beat[i, k - 1] = _tenths(model.timed * float(surprise[-1])) if len(rows) > 2 else 0
    kinds = (model.voice, model.insertion + model.near, model.inserted, THICK, model.bent[0], NEAR, BENT)
    return PatternLinks(
        time,
        height,
        tune,
        beat,
        heads=np.array(gone, np.int64),
        tails=np.array(gone[::-1], np.int64),
        prices=np.array([_tenths(kind) for kind in kinds], np.int64),
        narrow=FASTEST / LOOSE,
        wide=SLOWEST * LOOSE,
        least=min(_tenths(least), int(SHORT_SHARE * _worth(tune, beat))),
    )


def _tenths(nats: float) -> int:
    return round(TENTHS * nats)


def _worth(tune: Whole, beat: Whole) -> int:
    """What the pattern itself is worth, in tenths of a nat."""
    return int(tune[1:, 0].sum() + beat[1:, 0].sum())


def _apart(arrays: NoteArrays, links: PatternLinks, rows: Whole, most: int) -> list[Proposal]:
    """The best chains; of those that share time at one transposition the best. Then the best of each other piece."""
    order = np.lexsort((rows[:, 1], rows[:, 0], -rows[:, 4]))
    taken: dict[tuple[int, int], list[tuple[int, int]]] = {}
    kept: list[Proposal] = []
    pieces: set[int] = set()
    for first, last, head, tail, value in rows[order].tolist():
        if len(kept) >= most and len(pieces) == len(arrays.starts) - 1:
            break
        piece = int(np.searchsorted(arrays.starts, first, side="right")) - 1
        if len(kept) >= most and piece in pieces:
            continue
        begin, end = int(arrays.onset[first]), int(arrays.onset[last])
        spans = taken.setdefault((piece, int(arrays.pitch[first]) - int(links.height[head])), [])
        if all(end <= start or stop <= begin for start, stop in spans):
            spans.append((begin, end))
            stretch = (end - begin) / max(int(links.time[tail] - links.time[head]), 1)
            pieces.add(piece)
            kept.append(Proposal(piece, (first, last), (head, tail), stretch, value))
    return kept
