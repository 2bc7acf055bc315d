"""What an alignment earns and pays: the table, and the rewards that music itself sets.

Scores are natural logarithms of odds (nats). A link, two notes of the pattern
matched in a row, earns how surprising its interval and its time are in the music
that is searched: common motion counts for little.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["COSTS", "REACH", "UNTIMED", "AlignmentCosts", "Surprise", "motion", "pitch_costs", "streams_of"]

REACH = 3  # a link spans at most that many pattern notes: two may be left out in a row
STEPS, TIMES = 30, 16  # kinds of intervals and of times, for the smoothing of what was never seen
HALF = 0.5  # how often each kind is taken to have been seen beforehand (Krichevsky and Trofimov, 1981)
VOICES = 2**16  # more than a part has
BINS = 4  # kinds of times in an octave of durations


class AlignmentCosts(NamedTuple):
    """Points, in nats.

    Attributes
    ----------
    cap
        The most that one link can earn.
    early_step, step
        An interval one diatonic step wider or narrower, among the first
        `opening` notes (a tonal answer) and later.
    leap
        An interval two to four steps wider or narrower.
    octave
        A note in another octave.
    uneven, ratio
        A time that is not the expected one: `uneven` from a seventh on, less
        below, and `ratio` for each time as much again.
    stretched
        A stretch other than 1, once.
    omitted
        A pattern note left out within.
    head, tail
        A pattern note missing at the beginning, at the end.
    voice
        A link from one voice to another.
    between
        A note that begins between two linked notes, in their voice if they have
        one in common, and lies between them in pitch or within `near` semitones:
        the ear would follow it instead.
    near, opening
        See there; the notes that count as the beginning.
    narrowest, widest
        The shortest and the longest time that may take the place of an expected
        one, as ratios.
    timed
        The weight of what a link earns for its time.
    worth
        What an alignment by this table is worth beside one by another.
    """

    cap: float = 5.1
    early_step: float = 0.8
    step: float = 1.8
    leap: float = 3.9
    octave: float = 2.8
    uneven: float = 1.1
    ratio: float = 2.3
    stretched: float = 3.0
    omitted: float = 1.2
    head: float = 0.4
    tail: float = 0.8
    voice: float = 2.4
    between: float = 0.4
    near: int = 2
    opening: int = 4
    narrowest: float = 0.3
    widest: float = 1.6
    timed: float = 1.0
    worth: float = 1.0


COSTS = AlignmentCosts()
UNTIMED = AlignmentCosts(
    uneven=0.05, ratio=0.05, stretched=0.0, narrowest=0.2, widest=2.0, timed=0.0, worth=0.9
)  # any rhythm will do: for changes of metre


def pitch_costs(costs: AlignmentCosts) -> NDArray[np.float64]:
    """Cost of an interval by how many steps it is off (0 to 8, or more), early and late; shape (2, 9)."""
    never = np.inf
    late = [0.0, costs.step, *[costs.leap] * 3, never, never, costs.octave, never]
    return np.array([[0.0, costs.early_step, *late[2:]], late])


class Surprise(NamedTuple):
    """How surprising each interval in steps and each time between notes is in some music, in nats."""

    steps: dict[int, float]
    times: dict[int, float]

    @classmethod
    def of(cls, onset: NDArray[np.float64], step: NDArray[np.int64], stream: NDArray[np.int64]) -> Surprise:
        """From the music itself, note to note within each voice; in one voice of chords, to the nearest note before."""
        intervals, times = motion(onset, step, stream)
        return cls(_surprises(intervals, STEPS), _surprises(times, TIMES))

    def reward(
        self, steps: NDArray[np.int64], times: NDArray[np.float64], costs: AlignmentCosts
    ) -> NDArray[np.float64]:
        """What links of these intervals and times earn, in nats."""
        rare = np.array([self.steps.get(step, self.steps[NEVER]) for step in steps.tolist()])
        odd = np.array([self.times.get(time, self.times[NEVER]) for time in _bins(times).tolist()])
        earned: NDArray[np.float64] = np.minimum(rare + costs.timed * odd, costs.cap)
        return earned


def motion(
    onset: NDArray[np.float64], step: NDArray[np.int64], stream: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Intervals in steps, and kinds of times, from note to note within each voice."""
    order = np.lexsort((onset, stream))
    same = np.diff(stream[order]) == 0
    before, after = order[:-1][same], order[1:][same]
    if len(np.unique(stream)) == 1:
        before, after = _nearest_before(onset, step)
    return step[after] - step[before], _bins(onset[after] - onset[before])


NEVER = -(10**9)  # the key of what was never seen


def _surprises(values: NDArray[np.int64], kinds: int) -> dict[int, float]:
    """The surprise, in nats, of each value that was seen, and of any other."""
    found, counts = np.unique(values, return_counts=True)
    whole = counts.sum() + HALF * kinds
    seen = zip(found.tolist(), np.log(whole / (counts + HALF)).tolist(), strict=True)
    return {NEVER: float(np.log(whole / HALF)), **dict(seen)}


def _bins(times: NDArray[np.float64]) -> NDArray[np.int64]:
    """Times as kinds: a quarter of an octave of durations each; 0 quarters apart is a kind of its own."""
    kinds: NDArray[np.int64] = np.rint(BINS * np.log2(np.maximum(times, 2.0**-10))).astype(np.int64)
    return kinds


def _nearest_before(onset: NDArray[np.float64], step: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """For each note, the nearest in pitch of those that began just before it."""
    starts, first = np.unique(onset, return_index=True)
    group = np.searchsorted(starts, onset)
    ends = [*first[1:].tolist(), len(onset)]
    after = np.flatnonzero(group > 0)
    before = [
        int(first[g - 1]) + int(np.abs(step[first[g - 1] : ends[g - 1]] - step[row]).argmin())
        for row, g in zip(after.tolist(), group[after].tolist(), strict=True)
    ]
    return np.array(before, np.int64), after


def streams_of(notes: NDArray[np.void]) -> NDArray[np.int64]:
    """A number for each voice of each part, in the order of the notes."""
    names = notes.dtype.names or ()
    key = np.zeros(len(notes), np.int64)
    for name in ("part", "voice"):
        if name in names:
            key = key * VOICES + notes[name]
    return np.unique(key, return_inverse=True)[1].astype(np.int64).reshape(-1)
