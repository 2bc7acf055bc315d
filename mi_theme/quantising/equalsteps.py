"""Runs of equal steps from a place of the grid: tuplets that no usual division of a beat has."""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import NDArray

from mi_theme.quantising.beatgrid import Ints

__all__ = ["in_equal_steps"]

Bools = NDArray[np.bool_]
HALF = 0.5  # of the notes of a part on the grid: where fewer are, a player's are not looked at for tuplets
CHANCE = 1e-4  # that as many notes are so evenly apart by accident
LEAST = 2  # of a run, which say where it is and what its step is


def in_equal_steps(at: Ints, placed: Bools, tick: Ints, apart: int) -> Bools:
    """Which notes beside the grid are of a run of equal steps that begins or ends on it.

    Steps may be left out, by a rest or a longer note; other voices may go their way at the same time.

    Parameters
    ----------
    at
        Onsets of a part in ticks of the grid, shape (n,).
    placed
        Whether each is on the grid.
    tick
        What the file counts in, in ticks of the grid, for each.
    apart
        Ticks: notes beside the grid that are farther from each other are of two runs.
    """
    found = np.zeros(len(at), bool)
    if placed.all() or placed.mean() < HALF:
        return found
    moments, first = np.unique(at, return_index=True)
    on, wide = placed[first], tick[first]
    beside = np.flatnonzero(~on)
    for run in np.split(beside, np.flatnonzero(np.diff(moments[beside]) > apart) + 1):
        if len(run) <= LEAST:
            continue
        begin, width, steps = int(moments[run[0]]), int(wide[run].max()), np.diff(moments[run])
        count = round(int(steps.sum()) / int(steps.min()))
        step = int(steps.sum()) / count
        near = np.abs(moments - begin) <= apart * (count + 1)
        number = np.rint((moments - begin) / step).astype(np.int64)
        even = near & (np.abs(moments - begin - number * step) <= width)
        if not even[run].all():
            continue
        taken = set(number[even].tolist())
        low = next(before for before in itertools.count(0, -1) if before - 1 not in taken)
        high = next(after for after in itertools.count(count) if after + 1 not in taken)
        anchored = on[even & ((number == low) | (number == high))].any()
        filled = len(taken.intersection(range(low, high + 1)))
        if anchored and (2 * width / step) ** (filled - LEAST) < CHANCE:
            found |= np.isin(at, moments[run])
    return found
