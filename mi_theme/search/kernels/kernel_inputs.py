"""What the inner loops are given: arrays by name, the same for numba and for numpy."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "AlignmentLinks",
    "ChainSearch",
    "ExtendedLine",
    "LineEvidence",
    "NoteColumns",
    "PatternLinks",
    "PlayedNotes",
    "PlayingClock",
    "ScannedNotes",
    "ThemeLinks",
    "TimedLines",
]

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]


class NoteColumns(NamedTuple):
    """The notes that are searched, by onset: quarters, MIDI numbers, diatonic steps, and a number for the voice of each."""

    time: Floats
    pitch: Rows
    step: Rows
    stream: Rows


class AlignmentLinks(NamedTuple):
    """A pattern as the links that lead from note to note, a row for each link, by rising time.

    Attributes
    ----------
    heads
        The score of a beginning at each pattern note, shape (notes,).
    into, back_by
        The note that a link leads to, and how many notes before it the link begins.
    gap, shortest, longest
        The expected time, and the least and the most that can stand for it.
    interval, steps
        Semitones and diatonic steps.
    earned, prices
        What it earns, and what it pays for an interval that is 0 to 8 steps off, shape (links, 9).
    leave
        What it pays for leaving its voice.
    rhythm, texture
        What times cost (at all, for each time as much again), and what notes
        between do (for each; how near in semitones).
    """

    heads: Floats
    into: Rows
    back_by: Rows
    gap: Floats
    shortest: Floats
    longest: Floats
    interval: Rows
    steps: Rows
    earned: Floats
    prices: Floats
    leave: Floats
    rhythm: Floats
    texture: Floats


class ScannedNotes(NamedTuple):
    """Notes of pieces one after another, as `corpus.proposals.NoteArrays` has them."""

    onset: NDArray[np.int32]
    pitch: NDArray[np.uint8]
    voice: NDArray[np.int32]
    turn: NDArray[np.int32]
    starts: Rows


class PatternLinks(NamedTuple):
    """A pattern as chains follow it, in ticks and tenths of a nat.

    Attributes
    ----------
    time, height
        Of each note, from the first, shape (notes,).
    tune, beat
        What a link into each note earns for its interval and for its time, shape (notes, reach).
    heads, tails
        What is paid where a chain begins or ends with each note.
    prices
        Another voice; notes passed over, at all and each; a voice of chords;
        another tempo; a time a little off, and far off.
    narrow, wide
        The least and the most of the expected time that a link takes.
    least
        What a chain must be worth.
    """

    time: Rows
    height: Rows
    tune: Rows
    beat: Rows
    heads: Rows
    tails: Rows
    prices: Rows
    narrow: float
    wide: float
    least: int


class PlayedNotes(NamedTuple):
    """A performance by pitch, then time; see `ranking.performances.Performance`."""

    time: Rows
    pitch: Rows
    starts: Rows
    surprise: Floats
    stress: Floats
    opening: Floats


class ThemeLinks(NamedTuple):
    """A written theme; see `ranking.performances.ThemeShape`."""

    pitch: Rows
    leads: NDArray[np.bool_]
    gap: Floats
    rise: Rows


class PlayingClock(NamedTuple):
    """What an interval of so many whole milliseconds says, for the first one of a chain and for the others.

    Attributes
    ----------
    log
        Its logarithm, in seconds, shape (milliseconds,).
    steep, price, belief
        Paid for each unit of the logarithm that the tempo is off, paid anyway,
        and how far the new tempo is believed, shape (2, milliseconds).
    together
        Paid by notes of a chord.
    widest
        Units that the tempo may be off, shape (2,).
    slack
        Milliseconds beyond that.
    usual
        The logarithm of a usual quarter.
    """

    log: Floats
    steep: Floats
    price: Floats
    belief: Floats
    together: Floats
    widest: Floats
    slack: int
    usual: float


class ChainSearch(NamedTuple):
    """What else a chain through a performance pays: for each transposition, for a note left out; heads that may be, the beam."""

    keys: Floats
    missed: float
    heads: int
    beam: float


class ExtendedLine(NamedTuple):
    """A pattern's line as seeds are extended along it, in tenths of a nat.

    Attributes
    ----------
    pitch
        Of each note, shape (notes,).
    earned
        What the interval into each earns; 0 for the first, shape (notes,).
    left
        The sum of these from each on, shape (notes + 1,).
    prices
        Another note, near or not; a note put in, left out; a beginning or an end that is missing, and for each of its notes.
    least
        What must be reached.
    """

    pitch: Rows
    earned: Rows
    left: Rows
    prices: Rows
    least: int


class TimedLines(NamedTuple):
    """The times of notes line by line, as `stored_notes.NoteLines` has them."""

    gap: NDArray[np.uint16]
    far_row: Rows
    far_gap: Rows
    outer: NDArray[np.uint16]
    outer_start: Rows
    outer_row: Rows
    line_start: Rows
    piece_line: Rows
    piece_ticks: NDArray[np.int32]


class LineEvidence(NamedTuple):
    """What copies of a pattern's line are weighed with, in nats.

    Attributes
    ----------
    time
        When each note of the pattern begins, in quarters.
    tune, tune_after, rhythm, rhythm_after
        As `expectations.NewsTables`; what times say has its weight.
    away
        What a note that many semitones off the transposition costs, the last one for all that are further.
    bent, steady, off_tempo
        As `evidence.CopyModel` and `evidence.OFF_TEMPO`.
    still, back, insertion, inserted, filled, omission, omitted, stretched, free, loose
        As `evidence.CopyModel`; a note put in is near those around it.
    mapped
        What the first map of the bar costs; -inf without one.
    shortest
        The shortest time, in quarters.
    """

    time: Floats
    tune: Floats
    tune_after: Floats
    rhythm: Floats
    rhythm_after: Floats
    away: Floats
    bent: Floats
    steady: Floats
    off_tempo: Floats
    still: float
    back: float
    insertion: float
    inserted: float
    filled: float
    omission: float
    omitted: float
    stretched: float
    free: float
    loose: float
    mapped: float
    shortest: float
