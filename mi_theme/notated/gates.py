"""Gates: the share of its written value that a machine lets a note sound.

A sequencer, and our renditions, cut all notes of a part by one share, or by a few. Where a
share explains what is heard, the written values are what was cut, whatever silence follows.
"""

from __future__ import annotations

from math import lcm
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Gated", "gated_values"]

SHARES = np.arange(99, 39, -1) / 100  # that machines use, the longest first
EXACT = 0.012  # of a value: how near it must come, for ticks are whole
FEW = 4  # notes that are too few to tell by
MOST = 0.5  # of the notes that are left must be explained by one share
SHARES_OF_PART = 3  # at most: for short and long notes, accents, ends
FILLING, OVERLAPPING = 1.0, -0.5  # what a note counts more whose value ends where the next begins, or goes beyond
LEAST_OF_PART = 0.3  # of all notes must be cut: a few odd values are no gate
COARSEST, FINEST = 2, 12  # parts of a quarter in which values are counted: eighths to triplets of sixteenths
SHORTEST = 0.25  # quarters: a sixteenth
HALF, EIGHTHS = 0.5, 2  # a share that makes values of values; parts of a quarter


class Gated(NamedTuple):
    """For each note its written value in quarters and the share of it that sounds: 0 where nothing explains it, 1 where it is a value as it is."""

    values: NDArray[np.float64]
    shares: NDArray[np.float64]


def gated_values(onsets: NDArray[np.int64], lasts: NDArray[np.int64], resolution: int) -> Gated:
    """The written values of a part whose notes were cut by a machine.

    A half is told apart from notes that are written so short, with rests, only where a
    sixteenth or less sounds at the place of an eighth.

    Parameters
    ----------
    onsets, lasts
        Of notes on the grid, in ticks, shape (n,).
    resolution
        Ticks in a quarter.
    """
    found = Gated(np.zeros(len(onsets)), np.zeros(len(onsets)))
    denominators = (resolution // np.gcd(onsets, resolution)).tolist()
    base = lcm(COARSEST, *set(denominators))
    if base > FINEST:
        return found
    gaps = _gaps(onsets) / resolution
    played = lasts / resolution
    left = np.abs(played * base - np.rint(played * base)) > EXACT  # no value as it is
    whole = ~left
    at_eighths = EIGHTHS * onsets % resolution == 0
    halved = (played <= SHORTEST) & at_eighths & (gaps >= 2 * SHORTEST)
    for _ in range(SHARES_OF_PART):
        if left.sum() < FEW:
            break
        values, good = _explained(played[left], base)
        worth = (good * (1 + FILLING * (np.abs(values - gaps[left, None]) < EXACT))).sum(axis=0)
        worth = worth + (good * OVERLAPPING * (values > gaps[left, None] + EXACT)).sum(axis=0)
        best = int(worth.argmax())
        if good[:, best].mean() < MOST:
            break
        rows = np.flatnonzero(left)[good[:, best]]
        found.values[rows], found.shares[rows] = values[good[:, best], best], SHARES[best]
        left[rows] = False
        values, good = _explained(played, base)
        filling = whole & good[:, best] & (np.abs(values[:, best] - gaps) < EXACT)
        found.values[filling], found.shares[filling] = values[filling, best], SHARES[best]
    short = halved & (found.values == 0) & (played >= SHORTEST / 2)
    if short.mean() >= MOST / 2 and short.sum() >= FEW:
        found.values[short], found.shares[short] = 2 * SHORTEST, HALF
    halves = (found.values == 0) & (played == SHORTEST / 2) & (gaps >= SHORTEST)
    found.values[halves], found.shares[halves] = SHORTEST, HALF
    if (found.shares > 0).mean() < LEAST_OF_PART:
        return Gated(np.zeros(len(onsets)), np.zeros(len(onsets)))
    if found.shares.any():
        whole &= found.shares == 0
        found.values[whole], found.shares[whole] = np.rint(played[whole] * base) / base, 1.0
    return found


def _gaps(onsets: NDArray[np.int64]) -> NDArray[np.float64]:
    """Ticks to the next onset; of the last without end."""
    starts = np.unique(onsets)
    following = np.append(starts[1:].astype(float), np.inf)
    gaps: NDArray[np.float64] = following[np.searchsorted(starts, onsets)] - onsets
    return gaps


def _explained(played: NDArray[np.float64], base: int) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """For each note and share the value that it may have been cut from, and whether it is one."""
    cut_from = played[:, None] / SHARES
    values = np.round(cut_from * base) / base
    good: NDArray[np.bool_] = (np.abs(cut_from - values) <= EXACT * values) & (values > 0)
    return values, good
