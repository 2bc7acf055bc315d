"""Stretches that the music itself proposes: how much slower or faster the pattern may be there."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["proposed_stretches"]

NEAR = 24  # score notes ahead in which two linked notes are looked for
KINDS = 48  # kinds of stretches in an octave
WIDEST = 4.0  # times as slow, or as fast
MOST = 3  # stretches beside 1 that are tried
SPREAD = 1000  # more than there are kinds

Pairs = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]


def proposed_stretches(
    onset: NDArray[np.float64], height: NDArray[np.int64], time: NDArray[np.float64], pitch: NDArray[np.int64]
) -> list[float]:
    """The stretches, beside 1, at which most threes of pattern notes occur.

    Parameters
    ----------
    onset, height
        Onsets and pitches of the pattern, shape (m,).
    time, pitch
        Onsets and pitches of the score, shape (n,).

    Returns
    -------
    list of float
        Most votes first; three pattern notes, with at most one left out between
        two of them, vote where both their intervals occur at one stretch.
    """
    count = len(onset)
    links = {
        (i, i + k): _occurrences(float(onset[i + k] - onset[i]), int(height[i + k] - height[i]), time, pitch)
        for k in (1, 2)
        for i in range(count - k)
    }
    votes = [
        _agreeing(before, links[b, c]) for (_, b), before in links.items() for c in (b + 1, b + 2) if (b, c) in links
    ]
    return _commonest(np.concatenate(votes)) if votes else []


def _commonest(votes: NDArray[np.float64]) -> list[float]:
    """The stretches that most agree on, but for 1; of equals the one nearest to 1."""
    kinds = _kinds(votes)
    found, counts = np.unique(kinds[kinds != 0], return_counts=True)
    order = np.lexsort((found, np.abs(found), -counts))[:MOST]
    return [float(np.median(votes[kinds == kind])) for kind in found[order]]


def _occurrences(gap: float, interval: int, time: NDArray[np.float64], pitch: NDArray[np.int64]) -> Pairs:
    """Rows (first, second, stretch) of pairs of notes with this interval, at any possible stretch."""
    firsts, seconds, stretches = [], [], []
    for ahead in range(1, min(NEAR, len(time) - 1) + 1) if gap > 0 else ():
        rows = np.flatnonzero(pitch[ahead:] - pitch[:-ahead] == interval)
        stretch = (time[rows + ahead] - time[rows]) / gap
        possible = (stretch >= 1 / WIDEST) & (stretch <= WIDEST)
        firsts.append(rows[possible])
        seconds.append(rows[possible] + ahead)
        stretches.append(stretch[possible])
    if not firsts:
        return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0)
    return np.concatenate(firsts), np.concatenate(seconds), np.concatenate(stretches)


def _agreeing(before: Pairs, after: Pairs) -> NDArray[np.float64]:
    """Stretches at which a pair of the second link begins where one of the first ends."""
    own, other = before[1] * SPREAD + _kinds(before[2]), after[0] * SPREAD + _kinds(after[2])
    return after[2][np.isin(other, own)]


def _kinds(stretch: NDArray[np.float64]) -> NDArray[np.int64]:
    """Stretches as whole numbers, 0 for 1."""
    kinds: NDArray[np.int64] = np.rint(KINDS * np.log2(stretch)).astype(np.int64)
    return kinds
