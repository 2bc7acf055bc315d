"""How surprising hits are: the number this good that chance would bring.

Chance is what other music does. What a place says for being a copy
(`evidence`, in nats) is weighed with a background of real music
(``data/background.json``, made by ``data/making/background.py``). Were copies and
music what the odds and the background take them for, no more than exp(-nats) of
all notes would say as much by chance. How many really do, decoys tell, patterns
that nobody wrote. Unlike the fitted tails of Karlin and Altschul (1990) this needs
nothing of the music searched but its size, so that one score and a folder mean
the same by it.
"""

from __future__ import annotations

from functools import cache
from math import exp, inf, log
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from mi_theme.catalog import load_json
from mi_theme.search.match.alignment_costs import HALF, NEVER, STEPS, TIMES, Surprise

__all__ = ["Background", "Tail", "background", "evalue", "interval_kinds", "ratio_kinds"]

WIDEST_INTERVAL = 13  # semitones; a wider interval counts as this
SHORTEST_TIME = 2.0**-10  # quarters; a shorter time counts as this
STEEPEST_RATIO = 6  # half octaves between two times; a steeper ratio counts as this


class Tail(msgspec.Struct, frozen=True):
    """How many chance hits say so much.

    Attributes
    ----------
    nats
        Some values, ascending.
    rates
        The logarithms of how many hits say at least as much, for each note searched.
    slope
        By how much the logarithm falls with each further nat.
    """

    nats: tuple[float, ...]
    rates: tuple[float, ...]
    slope: float

    def rate(self, nats: float) -> float:
        """Hits that say at least so much, for each note searched; below the first value as between the first two."""
        rising = (self.rates[0] - self.rates[1]) / (self.nats[1] - self.nats[0])
        below, beyond = max(self.nats[0] - nats, 0.0), max(nats - self.nats[-1], 0.0)
        logarithm = float(np.interp(nats, self.nats, self.rates)) + rising * below - self.slope * beyond
        return exp(min(logarithm, 0.0))


class Background(msgspec.Struct, frozen=True):
    """What ``data/background.json`` holds.

    Attributes
    ----------
    provenance
        What was counted, and how.
    steps, times
        How often each interval in steps and each kind of time is heard (see `alignment_costs.Surprise`).
    intervals, ratios
        How often each interval, from -13 to 13 semitones, and each ratio of
        times, from -6 to 6 half octaves, follows each.
    aligned, proposed
        The rates of chance hits where every note is aligned, and where the
        alignment only looks at what is proposed.
    """

    provenance: dict[str, str]
    steps: dict[int, int]
    times: dict[int, int]
    intervals: list[list[int]]
    ratios: list[list[int]]
    aligned: Tail
    proposed: Tail

    @property
    def surprise(self) -> Surprise:
        """How surprising each interval and each time is in this music."""
        return Surprise(_surprises(self.steps, STEPS), _surprises(self.times, TIMES))


@cache
def background() -> Background:
    """The background that travels with the package."""
    found: Background = load_json("background.json", Background)
    return found


def interval_kinds(rises: NDArray[Any]) -> NDArray[np.int64]:
    """Rows of the table of intervals, for semitones."""
    kinds: NDArray[np.int64] = np.clip(rises, -WIDEST_INTERVAL, WIDEST_INTERVAL).astype(np.int64) + WIDEST_INTERVAL
    return kinds


def ratio_kinds(times: NDArray[Any], before: NDArray[Any]) -> NDArray[np.int64]:
    """Rows of the table of ratios, for times and those before them, in quarters."""
    ratio = np.maximum(times, SHORTEST_TIME) / np.maximum(before, SHORTEST_TIME)
    kinds: NDArray[np.int64] = np.clip(np.rint(2 * np.log2(ratio)), -STEEPEST_RATIO, STEEPEST_RATIO).astype(np.int64)
    return kinds + STEEPEST_RATIO


def evalue(nats: float, notes: int, *, proposed: bool = False, most: float = inf) -> float:
    """Hits that say as much, expected by chance.

    Parameters
    ----------
    nats
        The evidence of a hit.
    notes
        Notes that were searched.
    proposed
        Whether only what was proposed was aligned.
    most
        What a whole copy says, of a pattern shorter than the decoys: no hit is
        rarer than whole copies are, exp(-most) for each note.
    """
    known = background()
    return max(notes, 1) * max((known.proposed if proposed else known.aligned).rate(nats), exp(-most))


def _surprises(counts: dict[int, int], kinds: int) -> dict[int, float]:
    whole = sum(counts.values()) + HALF * kinds
    return {NEVER: log(whole / HALF), **{kind: log(whole / (count + HALF)) for kind, count in counts.items()}}
