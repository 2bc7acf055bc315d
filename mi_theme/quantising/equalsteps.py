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
    if placed.all() or placed.mean() < HALF:
        return np.zeros(len(at), bool)
    moments, first = np.unique(at, return_index=True)
    on, wide, beside = placed[first], tick[first], np.flatnonzero(~placed[first])
    kept = np.zeros(len(moments), bool)
    for run in np.split(beside, np.flatnonzero(np.diff(moments[beside]) > apart) + 1):
        if len(run) <= LEAST:
            continue
        begin, end = moments[run[0]], moments[run[-1]]
        near = slice(*np.searchsorted(moments, (begin - apart, end + apart + 1)))
        width, count = int(wide[run].max()), round(int(end - begin) / int(np.diff(moments[run]).min()))
        step = int(end - begin) / count
        number = np.rint((moments[near] - begin) / step).astype(np.int64)
        even = np.abs(moments[near] - begin - number * step) <= width
        if not even[run - near.start].all():
            continue
        taken = set(number[even].tolist())
        low = next(before for before in itertools.count(0, -1) if before - 1 not in taken)
        high = next(after for after in itertools.count(count) if after + 1 not in taken)
        anchored = on[near][even & ((number == low) | (number == high))].any()
        filled = sum(low <= one <= high for one in taken)
        kept[run] = anchored and min(2 * width / step, 1.0) ** (filled - LEAST) < CHANCE
    return kept[np.searchsorted(moments, at)]
