"""A written theme in a performance: in all voices, in any key, at a tempo that changes from note to note.

The notes of the theme are a chain through the notes that were played. Each link
is weighed against chance, as a ratio of two likelihoods: that a player who goes
on at the tempo of the last notes strikes the next one just then, and that a note
of that pitch stands there anyway, given how often it is struck around there. So a
common note, or one that comes at any time, says little, and a long chain of them
may be chance. Where a chain begins and in which key is weighed in the same way:
themes mostly open a piece, and are mostly played in their key.

The best chain is found by dynamic programming with a beam; each chain carries its
own tempo along. `performances_numba` (numba) and `performances_numpy` (numpy) do the same sums.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mi_theme.search.kernels.choosing import kernels
from mi_theme.search.kernels.kernel_inputs import ChainSearch, PlayedNotes, PlayingClock, ThemeLinks

__all__ = ["PLAYING_MODEL", "Performance", "PerformanceMatch", "PlayingModel", "ThemeShape", "chain_in"]

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]
SECONDS_A_QUARTER = 0.5  # a quarter at 120 a minute, which performances on no grid are written at
MS = 1000
LONGEST_LINK = 19 * MS  # between two linked notes
SOONEST = 15  # ms
SHIFTS = 128  # semitones up or down
THEME_REACH = 3  # notes of a theme that a link may span
NEIGHBOURS = 12  # notes before and after that may lie above one
COVERS = 0.5  # seconds at most that a note covers lower ones
CHORD = 0.05  # seconds
LOUDER_THAN = 31  # notes that a note is louder than
SIMULTANEOUS_QUARTERS = 0.05  # quarters; closer onsets of a theme are together
MOST_NOTES = 100  # notes of a theme
CHAINED = 7e6  # notes of themes times notes of performances that numpy does in a second, about
NEVER = -1e9


class PlayingModel(NamedTuple):
    """How people play, in nats, seconds and logarithms of tempo.

    Attributes
    ----------
    rubato
        How much the tempo of one interval differs from that before (standard
        deviation of its natural logarithm).
    jitter
        How much an interval differs beside (seconds).
    apart
        How far the notes of a chord are apart, at most and usually.
    beat, beats
        A usual quarter (seconds), and how much it varies (logarithm).
    widest
        The largest changes of tempo: from the usual quarter, between two
        intervals (logarithms).
    memory
        Seconds after which a new tempo is believed half.
    missed
        Paid for a note that was not played.
    leads
        How likely a note that leads in the theme has nothing above that covers it.
    louder
        How much louder such a note is than those around (standard deviations).
    key
        How likely a piece is played in its own key.
    around
        Seconds before and after a note in which its pitch is counted; the
        piece as a whole counts for as many.
    heads
        How many notes may be missing at first.
    beam
        Chains that are worse than the best by more are given up.
    """

    rubato: float = 0.25
    jitter: float = 0.04
    apart: tuple[float, float] = (0.2, 0.04)
    beat: float = 0.5
    beats: float = 0.7
    widest: tuple[float, float] = (2.1, 1.1)
    memory: float = 1.0
    missed: float = 3.0
    leads: float = 0.8
    louder: float = 0.3
    key: float = 0.8
    around: float = 4.0
    heads: int = 2
    beam: float = 10.0


PLAYING_MODEL = PlayingModel()


class Performance(NamedTuple):
    """Notes as played, by pitch, then time, with what each is worth in a chain.

    Attributes
    ----------
    time
        Milliseconds, whole, shape (n,).
    pitch
        MIDI numbers.
    starts
        The first row of each pitch, shape (129,).
    surprise
        Minus the logarithm of how often a second that pitch is struck around there.
    stress
        What its place above the others and its loudness say for a note that leads.
    opening
        What it says that a theme begins there.
    row
        The row of each note in the table it came from.
    """

    time: Rows
    pitch: Rows
    starts: Rows
    surprise: Floats
    stress: Floats
    opening: Floats
    row: Rows

    @classmethod
    def of(cls, notes: NDArray[np.void], playing: PlayingModel = PLAYING_MODEL) -> Performance:
        """From a note table, sorted by onset."""
        time, pitch = SECONDS_A_QUARTER * notes["onset"].astype(float), np.clip(notes["pitch"], 0, 127).astype(np.int64)
        time -= time[0] if len(time) else 0.0
        row = np.lexsort((time, pitch))
        rate, whole = _rates(time[row], pitch[row], playing.around)
        end = time + SECONDS_A_QUARTER * notes["duration"]
        stress = _leading(_leads(time, end, pitch), playing.leads) + _loudness(notes["velocity"], playing.louder)
        places = np.arange(1.0, len(time) + 1)
        first = -np.log(places) - np.log((1 / places).sum()) if len(time) else places
        opening = first[row] + np.log(whole) - np.log(rate)
        starts = np.searchsorted(pitch[row], np.arange(SHIFTS + 1))
        return cls(
            time=(MS * time[row]).round().astype(np.int64),
            pitch=pitch[row],
            starts=starts,
            surprise=-np.log(rate),
            stress=stress[row],
            opening=opening,
            row=row,
        )


def _rates(time: Floats, pitch: Rows, around: float) -> tuple[Floats, float]:
    """How often a second the pitch of each note is struck around it, and any pitch at all; by pitch, then time."""
    lasts = float(time.max(initial=0.0)) + 1.0
    key = pitch * (lasts + 3 * around) + time
    near = np.searchsorted(key, key + around, "right") - np.searchsorted(key, key - around, "left")
    everywhere = (np.bincount(pitch, minlength=SHIFTS)[pitch] + 1.0) / lasts
    return (near + around * everywhere) / (3 * around), (len(time) + 1.0) / lasts


def _leading(leads: NDArray[np.bool_], likely: float) -> Floats:
    """What leading or not says for a note that leads in the theme, given how many do in the piece."""
    usual = (leads.sum() + 1.0) / (len(leads) + 2.0)
    said = np.where(leads, np.log(likely / usual), np.log((1 - likely) / (1 - usual)))
    return np.asarray(said, np.float64)


def _loudness(velocity: NDArray[Any], louder: float) -> Floats:
    """What being louder than the notes around says: the ratio of two normal densities that are `louder` apart."""
    loud = velocity.astype(float)
    if not len(loud) or not np.ptp(loud):
        return np.zeros(len(loud))
    padded = np.pad(loud, LOUDER_THAN // 2, mode="edge")
    off = loud - np.convolve(padded, np.full(LOUDER_THAN, 1 / LOUDER_THAN), "valid")
    said: Floats = louder * np.clip(off / max(float(off.std()), 1.0), -2.5, 2.5) - louder**2 / 2
    return said


def _leads(time: Floats, end: Floats, pitch: Rows) -> NDArray[np.bool_]:
    """Whether no higher note begins with a note, or has begun and goes on for half its length."""
    covered = np.zeros(len(time), bool)
    half = np.minimum((time + end) / 2, time + COVERS)
    for lag in range(1, min(NEIGHBOURS, len(time) - 1) + 1):
        lower, higher = pitch[lag:] < pitch[:-lag], pitch[lag:] > pitch[:-lag]
        together = time[lag:] - time[:-lag] < CHORD
        covered[lag:] |= lower & (together | (half[:-lag] > time[lag:] + CHORD))
        covered[:-lag] |= higher & together
    return ~covered


class ThemeShape(NamedTuple):
    """A theme as chains read it.

    Attributes
    ----------
    pitch
        MIDI numbers, by onset, shape (m,).
    leads
        Whether nothing above covers the note.
    gap, rise
        Logarithm of the quarters, and semitones, from the note `THEME_REACH` or fewer
        before, shape (m, THEME_REACH); nan for notes of a chord.
    row
        The row of each note in the table it came from.
    """

    pitch: Rows
    leads: NDArray[np.bool_]
    gap: Floats
    rise: Rows
    row: Rows

    @classmethod
    def of(cls, notes: NDArray[np.void]) -> ThemeShape:
        """From a note table, sorted by onset; of a long one the beginning of its top line says enough."""
        rows, leads = np.arange(len(notes)), _leads(notes["onset"], notes["onset"] + notes["duration"], notes["pitch"])
        if len(rows) > MOST_NOTES:
            rows = np.flatnonzero(leads)[:MOST_NOTES]
        onset, pitch = notes["onset"][rows].astype(float), np.clip(notes["pitch"][rows], 0, 127).astype(np.int64)
        before = np.maximum(np.arange(len(onset))[:, None] - np.arange(1, THEME_REACH + 1), 0)
        lapse = onset[:, None] - onset[before]
        gap = np.where(lapse < SIMULTANEOUS_QUARTERS, np.nan, np.log(np.maximum(lapse, SIMULTANEOUS_QUARTERS)))
        return cls(pitch, leads[rows], gap, pitch[:, None] - pitch[before], rows)


class PerformanceMatch(NamedTuple):
    """The best chain: its score in nats, and (row of the theme, row of the performance) of its notes."""

    score: float
    pairs: tuple[tuple[int, int], ...]


@lru_cache(maxsize=8)
def _clock(playing: PlayingModel) -> PlayingClock:
    seconds = np.maximum(np.arange(LONGEST_LINK + 1), 0.5) / MS
    log, off = np.log(seconds), np.sqrt(2) / np.hypot([[playing.beats], [playing.rubato]], playing.jitter / seconds)
    belief = np.stack([np.ones_like(seconds), seconds / (seconds + playing.memory)])
    most, usual = playing.apart
    together = np.arange(int(MS * most) + 1) / MS / usual + np.log(2 * usual)
    return PlayingClock(
        log=log,
        steep=off,
        price=np.log(2 / off) + log,
        belief=belief,
        together=together,
        widest=np.array(playing.widest),
        slack=int(MS * playing.jitter),
        usual=float(np.log(playing.beat)),
    )


@lru_cache(maxsize=8)
def _keys(key: float) -> Floats:
    """The logarithm of how likely each transposition is, from `SHIFTS` down to `SHIFTS` up."""
    table = np.full(2 * SHIFTS + 1, np.log((1 - key) / 24))
    table[SHIFTS] = np.log(key)
    return table


def chain_in(
    theme: ThemeShape, heard: Performance, playing: PlayingModel = PLAYING_MODEL, *, fast: bool | None = None
) -> PerformanceMatch:
    """The best chain of a theme through a performance.

    Parameters
    ----------
    theme, heard
        From `ThemeShape.of` and `Performance.of`.
    playing
        How people play.
    fast
        Whether to use numba; by default where it is installed.
    """
    if not len(theme.pitch) or not len(heard.time):
        return PerformanceMatch(NEVER, ())
    size = len(theme.pitch) * len(heard.time)
    search = ChainSearch(_keys(playing.key), playing.missed, playing.heads, playing.beam)
    score, last, row, back, over = kernels(fast, "performances", size / CHAINED).chain(
        PlayedNotes(*heard[:-1]), ThemeLinks(*theme[:-1]), _clock(playing), search
    )
    pairs = [(int(theme.row[last]), int(heard.row[row]))]
    while back[last, row] >= 0:
        last, row = last - int(over[last, row]), int(back[last, row])
        pairs.append((int(theme.row[last]), int(heard.row[row])))
    return PerformanceMatch(float(score), tuple(pairs[::-1]))
