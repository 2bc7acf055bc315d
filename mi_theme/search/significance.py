"""How surprising hits are: the number this good that chance would bring.

Chance is what other music does. How much a pattern says, in nats, is counted
with a background of real music (``data/background.json``, made by
``data/making/background.py``): each interval and each ratio of two times given
the one before, so that a scale or a run of equal notes says little. A hit that
holds a share of the pattern holds that share of what it says; the tail of such
hits in decoys, patterns that nobody wrote, gives the number expected among so
many notes. Unlike the fitted tails of Karlin and Altschul (1990) it needs
nothing of the music searched but its size, so that one score and a folder mean
the same by it.
"""

from __future__ import annotations

from functools import cache
from math import exp, log
from typing import Any, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from mi_theme.catalog import load_json
from mi_theme.search.costs import HALF, NEVER, STEPS, TIMES, Surprise
from mi_theme.search.patterns import Pattern

__all__ = ["Background", "Information", "Nats", "Tail", "background", "evalue", "events", "information"]

WIDEST = 13  # semitones; a wider interval counts as this
STEEPEST = 6  # half octaves between two times; a steeper ratio counts as this
STRAIGHT = 0.25  # octaves of durations by which a ratio of times may be off
BACKOFF = 20.0  # how often what was seen without its context is taken to have been seen in it


class Tail(msgspec.Struct, frozen=True):
    """The logarithm of chance hits a note: ``level + tune * I + rhythm * R - slope * held``.

    I and R are what the pattern's intervals and rhythm say, `held` what a hit
    holds of both, all in nats.
    """

    level: float
    tune: float
    rhythm: float
    slope: float

    def log_rate(self, whole: Nats, held: Nats) -> float:
        """The logarithm of hits that hold as much, for each note searched."""
        rate = self.level + self.tune * whole.tune + self.rhythm * whole.rhythm - self.slope * sum(held)
        return min(rate, 0.0)


class Nats(NamedTuple):
    """Information in intervals and in ratios of times."""

    tune: float
    rhythm: float


class Background(msgspec.Struct, frozen=True):
    """What ``data/background.json`` holds.

    Attributes
    ----------
    provenance
        What was counted, and how.
    steps, times
        How often each interval in steps and each kind of time is heard (see `costs.Surprise`).
    intervals, ratios
        How often each interval, from -13 to 13 semitones, and each ratio of
        times, from -6 to 6 half octaves, follows each.
    tail
        The rate of chance hits.
    """

    provenance: dict[str, str]
    steps: dict[int, int]
    times: dict[int, int]
    intervals: list[list[int]]
    ratios: list[list[int]]
    tail: Tail

    @property
    def surprise(self) -> Surprise:
        """How surprising each interval and each time is in this music."""
        return Surprise(_surprises(self.steps, STEPS), _surprises(self.times, TIMES))


@cache
def background() -> Background:
    """The background that travels with the package."""
    found: Background = load_json("background.json", Background)
    return found


class Information(NamedTuple):
    """What each interval of a pattern says, and each ratio of two neighbouring times, given the one before; in nats."""

    intervals: NDArray[np.float64]
    ratios: NDArray[np.float64]

    @property
    def whole(self) -> Nats:
        """All of it."""
        return Nats(float(self.intervals.sum()), float(self.ratios.sum()))

    def held(
        self, pattern: Pattern, own: NDArray[np.int64], onset: NDArray[np.float64], fits: NDArray[np.bool_]
    ) -> Nats:
        """What is kept where some of the pattern's notes sound.

        Parameters
        ----------
        own
            Their numbers in the pattern, shape (k,).
        onset
            When they sound, in quarters, shape (k,).
        fits
            Whether each interval from one to the next is the pattern's, shape (k - 1,).

        Notes
        -----
        An interval over notes that are left out keeps the mean of those in its
        place; two times in a row keep their ratio up to a quarter of an octave.
        """
        sums = np.append(0.0, np.cumsum(self.intervals))
        tune = ((sums[own[1:]] - sums[own[:-1]]) / np.diff(own))[fits].sum()
        inner = np.flatnonzero((np.diff(own)[:-1] == 1) & (np.diff(own)[1:] == 1))
        at = pattern.onsets[own]
        bent = np.abs(np.log2(_ratios(onset)[inner] / _ratios(at)[inner]))
        return Nats(float(tune), float(self.ratios[own[inner]][bent < STRAIGHT].sum()))


@cache
def information(pattern: Pattern) -> Information:
    """What a pattern says: how improbable its intervals and its rhythm are."""
    intervals, ratios = events(pattern.onsets, np.array(pattern.pitch))
    known = background()
    return Information(
        _surprise(intervals + WIDEST, np.array(known.intervals)), _surprise(ratios + STEEPEST, np.array(known.ratios))
    )


def _ratios(onset: NDArray[np.float64]) -> NDArray[np.float64]:
    """Each time as a ratio of the one before."""
    times = np.maximum(np.diff(onset), 2.0**-10)
    found: NDArray[np.float64] = times[1:] / times[:-1]
    return found


def events(onset: NDArray[Any], pitch: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Intervals in semitones, and ratios of neighbouring times in half octaves, of notes in a row."""
    intervals = np.clip(np.diff(pitch), -WIDEST, WIDEST).astype(np.int64)
    ratios = np.clip(np.rint(2 * np.log2(_ratios(onset))), -STEEPEST, STEEPEST).astype(np.int64)
    return intervals, ratios


def evalue(held: Nats, pattern: Pattern, notes: int) -> float:
    """Hits that hold as much of a pattern, expected by chance.

    Parameters
    ----------
    held
        What the hit holds.
    pattern
        What was looked for.
    notes
        Notes that were searched.
    """
    return max(notes, 1) * exp(background().tail.log_rate(information(pattern).whole, held))


def _surprise(kinds: NDArray[np.int64], counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """The information of each of a row of events, given the one before."""
    alone = (counts.sum(axis=0) + HALF) / (counts.sum() + HALF * len(counts))
    given = (counts + BACKOFF * alone) / (counts.sum(axis=1, keepdims=True) + BACKOFF)
    chances = np.append(alone[kinds[:1]], given[kinds[:-1], kinds[1:]])
    found: NDArray[np.float64] = -np.log(chances)
    return found


def _surprises(counts: dict[int, int], kinds: int) -> dict[int, float]:
    whole = sum(counts.values()) + HALF * kinds
    return {NEVER: log(whole / HALF), **{kind: log(whole / (count + HALF)) for kind, count in counts.items()}}
