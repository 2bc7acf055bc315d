"""How a rhythm hangs together by itself: inner metric analysis, entropy, contrast of durations.

None of these knows the time signature.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mi_theme.errors import ScoreError
from mi_theme.rhythm.grids import Ints
from mi_theme.rhythm.lines import Floats, line_of

__all__ = ["InnerMeter", "inner_meter", "ioi_entropy", "npvi"]

GRIDS = (1, 2, 3, 4, 6, 8, 12, 24, 5, 7, 120)  # places in a quarter
LONGEST_SPAN = 2_000_000  # places
LONGEST_PERIOD = 32  # places: longer periods are looked for only in short rhythms


class InnerMeter(NamedTuple):
    """The inner metre of a rhythm.

    Attributes
    ----------
    onsets, metric
        Quarters and metric weight of each note, shape (n,).
    places, spectral
        Quarters and spectral weight of each place of the grid, notes or none, shape (m,).
    """

    onsets: Floats
    metric: Floats
    places: Floats
    spectral: Floats


def inner_meter(onsets: ArrayLike, *, power: float = 2, shortest: int = 2, longest: int | None = None) -> InnerMeter:
    """Metric and spectral weights: how many long chains of equal steps a note takes part in.

    A local metre is a chain of onsets with equal steps, of at least `shortest`
    steps, that lies in no other. A note's metric weight is the sum over its
    local metres of (number of steps) ** `power`; a place's spectral weight that
    of all local metres which meet it when carried on in both directions.
    Volk (2008), "The study of syncopation using inner metric analysis", Journal
    of New Music Research 37(4), after Nestke and Mazzola.

    Parameters
    ----------
    onsets
        Quarters, shape (n,).
    power, shortest
        Volk's p and l.
    longest
        The longest step looked for, in places of the grid; all without it up to
        512 places, else 32.

    Returns
    -------
    InnerMeter
        Weights of the notes, and of the places of their grid.

    Notes
    -----
    From 0. It hears nothing but onsets: a note that is long, loud or low weighs
    no more for that, so the heaviest places need not be the downbeats.
    """
    line = line_of(onsets)
    if len(line.onsets) < 2:
        return InnerMeter(line.onsets, np.zeros(len(line.onsets)), line.onsets, np.zeros(len(line.onsets)))
    places, parts = _placed(line.onsets)
    span = int(places[-1]) + 1
    sounding = np.zeros(span, bool)
    sounding[places] = True
    reach = min(longest or (span if span <= 512 else LONGEST_PERIOD), (span - 1) // max(shortest, 1))
    metric, spectral = _weights(sounding, reach, power, shortest)
    return InnerMeter(line.onsets, metric[places], line.onsets[0] + np.arange(span) / parts, spectral)


def _placed(onsets: Floats) -> tuple[Ints, int]:
    """Places from the first onset on the coarsest grid, as coarse as the steps allow."""
    for parts in GRIDS:
        scaled = (onsets - onsets[0]) * parts
        places = np.rint(scaled).astype(np.int64)
        if np.abs(scaled - places).max() <= 1e-6 * parts and places[-1] < LONGEST_SPAN:
            return places, parts
    raise ScoreError("these onsets lie on no common grid, or too far apart: quantise first")


def _weights(sounding: NDArray[np.bool_], reach: int, power: float, shortest: int) -> tuple[Floats, Floats]:
    metric, spectral = np.zeros(len(sounding)), np.zeros(len(sounding))
    chains = {period: _Chains(sounding, period) for period in range(1, reach + 1)}
    for period, found in chains.items():
        starts, steps = found.starts[found.steps >= shortest], found.steps[found.steps >= shortest]
        inside = np.zeros(len(starts), bool)
        for part in _prime_factors(period):
            inside |= chains[period // part].steps_from(starts) >= part * steps
        starts, steps = starts[~inside], steps[~inside]
        _add(metric, spectral, starts, steps, period, steps.astype(float) ** power)
    return metric, spectral


class _Chains:
    """The longest chains of onsets one period apart: where they start and how many steps they go."""

    def __init__(self, sounding: NDArray[np.bool_], period: int) -> None:
        self.period, self.rows = period, -(-len(sounding) // period) + 1
        columns = np.zeros((self.rows, period), bool)  # a silent row closes each column
        columns.reshape(-1)[: len(sounding)] = sounding
        edges = np.flatnonzero(np.diff(columns.T.reshape(-1), prepend=False))
        firsts, self.ends = edges[::2], edges[1::2]
        self.starts = firsts % self.rows * period + firsts // self.rows
        self.steps = self.ends - firsts - 1

    def steps_from(self, places: Ints) -> Ints:
        """Steps that lead on from each of some onsets."""
        flat = places % self.period * self.rows + places // self.period
        ahead: Ints = self.ends[np.searchsorted(self.ends, flat, side="right")] - flat - 1
        return ahead


def _add(metric: Floats, spectral: Floats, starts: Ints, steps: Ints, period: int, weights: Floats) -> None:
    """Add each chain's weight to its notes, and to all places that it meets when carried on."""
    if not len(starts):
        return
    rows = -(-len(metric) // period) + 1
    changes = np.zeros((rows, period)).reshape(-1)
    changes[starts] = weights
    changes[starts + (steps + 1) * period] -= weights
    metric += changes.reshape(rows, period).cumsum(0).reshape(-1)[: len(metric)]
    met = np.bincount(starts % period, weights, period)
    whole = len(spectral) // period * period
    spectral[:whole].reshape(-1, period)[:] += met
    spectral[whole:] += met[: len(spectral) - whole]


def _prime_factors(number: int) -> list[int]:
    return [p for p in range(2, number + 1) if number % p == 0 and all(p % k for k in range(2, int(p**0.5) + 1))]


def ioi_entropy(onsets: ArrayLike) -> float:
    """Entropy of the inter-onset intervals, in bits: 0 where all are equal, at most log2 of their number.

    Shannon (1948). It counts which intervals there are, not their order: a
    figure repeated exactly has the entropy of one statement.

    Parameters
    ----------
    onsets
        Quarters, shape (n,).

    Returns
    -------
    float
        Bits.
    """
    steps = np.round(np.diff(line_of(onsets).onsets), 6)
    if not len(steps):
        return 0.0
    shares = np.unique(steps, return_counts=True)[1] / len(steps)
    return float(-(shares * np.log2(shares)).sum() + 0.0)


def npvi(onsets: ArrayLike) -> float:
    """Normalised pairwise variability index of the inter-onset intervals, from 0 to 200.

    100 times the mean of ``|a - b| / ((a + b) / 2)`` over neighbouring intervals: 0
    for even notes, 66.7 for 2:1, 100 for 3:1. Grabe and Low (2002), for music
    Patel and Daniele (2003), Cognition 87. Tempo does not matter, and the order
    only from note to note. 0 for fewer than three notes.

    Parameters
    ----------
    onsets
        Quarters, shape (n,).

    Returns
    -------
    float
        A percentage.
    """
    steps = np.diff(line_of(onsets).onsets)
    if len(steps) < 2:
        return 0.0
    return float(200 * np.mean(np.abs(np.diff(steps)) / (steps[1:] + steps[:-1])))
