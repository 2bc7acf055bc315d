"""How surprising hits are: the number this good that chance would bring.

Chance is what other music does. What a place says for being a copy
(`evidence`, in nats) is weighed with what the music that is searched leads one to
expect (`expectations`). Were copies and music what the model and these tables take
them for, no more than exp(-nats) of all notes would say as much by chance. How
many really do, decoys tell, patterns that nobody wrote: one line, the logarithm
of the rate of hits, in the evidence, in what the whole pattern says there, in its
length and in how thick the texture is, fitted to their hits in music of six kinds
(``data/making/background.py``; Poisson point process). E is the rate times the
notes that were searched, so that one score and a folder mean the same by it.
"""

from __future__ import annotations

from functools import cache
from math import exp, inf, log
from typing import Any, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from mi_theme.catalog import load_json
from mi_theme.search.match.alignment_costs import HALF, NEVER, STEPS, TIMES, Surprise

__all__ = [
    "Background",
    "Chance",
    "ChanceLine",
    "ChancePlace",
    "background",
    "interval_kinds",
    "ratio_kinds",
    "terms_of_place",
]

WIDEST_INTERVAL = 13  # semitones; a wider interval counts as this
SHORTEST_TIME = 2.0**-10  # quarters; a shorter time counts as this
USUAL_SIZE = 3000  # notes of a piece, where it is not said
SMALLEST, LARGEST = (
    100,
    10_000,
)  # notes of the pieces that decoys were looked for in: smaller and larger ones count as these
LONGEST = 64  # notes of a pattern; a longer one counts as so much of it: the line was fitted to shorter ones, and turns beyond
NO_FIND = 0.1  # the least E of what chance explains better than a copy: however rare, it is no find
STEEPEST_RATIO = 6  # half octaves between two times; a steeper ratio counts as this


class ChancePlace(NamedTuple):
    """What chance depends on beside the evidence.

    Attributes
    ----------
    whole
        What a whole copy would say in the music that is searched, in nats.
    length
        Notes of the pattern.
    thick
        The share of the music's notes in voices of chords.
    size
        Notes of the piece.
    """

    whole: float
    length: int
    thick: float
    size: int = USUAL_SIZE


class ChanceLine(msgspec.Struct, frozen=True):
    """The logarithm of how many hits say at least so much, for each note searched: a straight line in the evidence.

    Attributes
    ----------
    height
        Where it begins, at no evidence: weights of 1, ``ChancePlace.whole`` (in units of 30 nats), the
        logarithm of the length (in units of 10 notes), ``ChancePlace.thick``,
        the products of whole and length, whole and thick, length and thick, and the
        logarithm of the size (in units of 3,000 notes): a short piece repeats itself more.
    slope
        By how much it changes with each 10 nats: weights of 1, thick, length, whole.
    below
        By how much more it changes where the evidence is less than 0.
    """

    height: tuple[float, float, float, float, float, float, float, float]
    slope: tuple[float, float, float, float]
    below: float

    def rate(self, nats: float, place: ChancePlace) -> float:
        """Hits that say at least so much, for each note searched; at most one for each."""
        height, slope = self.at(place)
        return exp(min(height + slope * nats / 10 + self.below * min(nats, 0.0) / 10, 0.0))

    def at(self, place: ChancePlace) -> tuple[float, float]:
        """Where the line begins, and its slope, in some place."""
        heights, slopes = terms_of_place(place)
        height = sum(weight * term for weight, term in zip(self.height, heights, strict=True))
        slope = sum(weight * term for weight, term in zip(self.slope, slopes, strict=True))
        return height, slope


def terms_of_place(place: ChancePlace) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """What the weights of a line's height and of its slope are for."""
    share = min(LONGEST / place.length, 1.0)
    whole, length, thick = share * place.whole / 30, log(share * place.length / 10), place.thick
    size = log(min(max(place.size, SMALLEST), LARGEST) / USUAL_SIZE)
    height = (1.0, whole, length, thick, whole * length, whole * thick, length * thick, size)
    return height, (1.0, thick, length, whole)


class Chance(NamedTuple):
    """How many hits chance brings in some music that say as much.

    Attributes
    ----------
    line
        The rates, where every note is aligned or where only what is proposed is.
    place
        Pattern and music.
    notes
        How many notes were searched.
    """

    line: ChanceLine
    place: ChancePlace
    notes: int

    def evalue(self, nats: float) -> float:
        """Hits that say at least so much, expected by chance; `NO_FIND` at least where the notes speak against a copy."""
        found = self.notes * self.line.rate(nats, self.place)
        return found if nats >= 0 else max(found, min(self.notes, NO_FIND))

    def nats(self, evalue: float) -> float:
        """What hits must say so that no more are expected by chance, from 0; inf where that is never so."""
        height, slope = self.line.at(self.place)
        if self.notes * exp(min(height, 0.0)) <= evalue:
            return 0.0
        return inf if slope >= 0 or evalue <= 0 else 10 * (log(evalue / self.notes) - height) / slope


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
    aligned: ChanceLine
    proposed: ChanceLine

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


def _surprises(counts: dict[int, int], kinds: int) -> dict[int, float]:
    whole = sum(counts.values()) + HALF * kinds
    return {NEVER: log(whole / HALF), **{kind: log(whole / (count + HALF)) for kind, count in counts.items()}}
