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

__all__ = ["EXPLAINED", "Background", "Nats", "Tail", "Tails", "background", "evalue", "events", "information"]

WIDEST = 13  # semitones; a wider interval counts as this
STEEPEST = 6  # half octaves between two times; a steeper ratio counts as this
WAYS = 2  # every piece is searched twice, with its rhythm and without
DENSER = 2  # times as many chance hits in other music as in the background's; see docs/explanation/significance.md
EXPLAINED = (
    0.02  # of chance hits in any rhythm, those whose rhythm a strategy explains; see docs/explanation/significance.md
)
BACKOFF = 20.0  # how often what was seen without its context is taken to have been seen in it


class Tail(msgspec.Struct, frozen=True):
    """Chance hits a note: the logarithm is ``level - said * nats held + lost * nats lacking``."""

    level: float
    said: float
    lost: float

    def log_rate(self, whole: float, share: float) -> float:
        """The logarithm of hits that hold at least this share of `whole` nats, for each note searched."""
        held = min(share, 1.0) * whole
        return min(self.level - self.said * held + self.lost * (whole - held), 0.0)


class Tails(msgspec.Struct, frozen=True):
    """The rates of chance hits where the rhythm counts, and where it may be any."""

    timed: Tail
    untimed: Tail


class Nats(NamedTuple):
    """What a pattern's intervals and its rhythm say, in nats."""

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
    aligned, proposed
        The rates of chance hits where every note is aligned, and where the
        alignment only looks at what the scan proposes.
    """

    provenance: dict[str, str]
    steps: dict[int, int]
    times: dict[int, int]
    intervals: list[list[int]]
    ratios: list[list[int]]
    aligned: Tails
    proposed: Tails

    @property
    def surprise(self) -> Surprise:
        """How surprising each interval and each time is in this music."""
        return Surprise(_surprises(self.steps, STEPS), _surprises(self.times, TIMES))


@cache
def background() -> Background:
    """The background that travels with the package."""
    found: Background = load_json("background.json", Background)
    return found


@cache
def information(pattern: Pattern) -> Nats:
    """What a pattern says: how improbable its intervals are, and its rhythm, each given what was just before."""
    intervals, ratios = events(pattern.onsets, np.array(pattern.pitch))
    known = background()
    return Nats(_said(intervals + WIDEST, np.array(known.intervals)), _said(ratios + STEEPEST, np.array(known.ratios)))


def events(onset: NDArray[Any], pitch: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Intervals in semitones, and ratios of neighbouring times in half octaves, of notes in a row."""
    intervals = np.clip(np.diff(pitch), -WIDEST, WIDEST).astype(np.int64)
    times = np.maximum(np.diff(onset), 2.0**-10)
    ratios = np.clip(np.rint(2 * np.log2(times[1:] / times[:-1])), -STEEPEST, STEEPEST).astype(np.int64)
    return intervals, ratios


def evalue(share: float, pattern: Pattern, notes: int, *, timed: bool = True, proposed: bool = False) -> float:
    """Hits that hold at least this share of a pattern, expected by chance.

    Parameters
    ----------
    share
        Of the pattern's own score.
    pattern
        What was looked for.
    notes
        Notes that were searched.
    timed
        Whether the rhythm counted; where it did not, the hit holds of the intervals only.
    proposed
        Whether the scan proposed where to look.
    """
    tails, said = background().proposed if proposed else background().aligned, information(pattern)
    rate = tails.timed.log_rate(sum(said), share) if timed else tails.untimed.log_rate(said.tune, share)
    return WAYS * (DENSER if proposed else 1) * max(notes, 1) * exp(rate)


def _said(kinds: NDArray[np.int64], counts: NDArray[np.int64]) -> float:
    """The information of a row of events, each given the one before."""
    if not len(kinds):
        return 0.0
    alone = (counts.sum(axis=0) + HALF) / (counts.sum() + HALF * len(counts))
    given = (counts + BACKOFF * alone) / (counts.sum(axis=1, keepdims=True) + BACKOFF)
    return float(-log(alone[kinds[0]]) - np.log(given[kinds[:-1], kinds[1:]]).sum())


def _surprises(counts: dict[int, int], kinds: int) -> dict[int, float]:
    whole = sum(counts.values()) + HALF * kinds
    return {NEVER: log(whole / HALF), **{kind: log(whole / (count + HALF)) for kind, count in counts.items()}}
