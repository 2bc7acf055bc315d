"""Ticks brought down to a resolution that a file can hold."""

from __future__ import annotations

import warnings

import numpy as np
from numpy.typing import NDArray

from mi_theme.errors import FileError
from mi_theme.score import Score, TimingWarning

__all__ = ["brought_down"]


def brought_down(score: Score, largest: int, exact: bool) -> tuple[int, list[list[int]]]:
    """A resolution of at most `largest`, and the ticks of each track in it.

    Exactly where all ticks have a divisor that allows it; else to the nearest tick.

    Raises
    ------
    FileError
        With `exact`, where ticks must be rounded.
    """
    ticks = [track.events["tick"] for track in score.tracks]
    common = int(np.gcd.reduce(np.concatenate([*ticks, np.array([score.ticks_per_quarter])])))
    if score.ticks_per_quarter // common <= largest:
        return score.ticks_per_quarter // common, [(times // common).tolist() for times in ticks]
    return largest, _rounded(ticks, score.ticks_per_quarter, largest, exact)


def _rounded(ticks: list[NDArray[np.int64]], resolution: int, largest: int, exact: bool) -> list[list[int]]:
    """The nearest ticks; in all tracks equal ones stay equal, different ones different."""
    different, place = np.unique(np.concatenate(ticks), return_inverse=True)
    steps = np.arange(len(different))
    nearest = (different * largest * 2 + resolution) // (2 * resolution)
    apart = np.maximum.accumulate(nearest - steps) + steps
    error = np.abs(apart / largest - different / resolution).max(initial=0)
    if error and exact:
        raise FileError(f"ticks of 1/{resolution} of a quarter do not fit into a MIDI file exactly")
    if error:
        warnings.warn(f"times rounded by at most {error:.2g} quarters to fit a MIDI file", TimingWarning, stacklevel=5)
    tracks = np.split(apart[place], np.cumsum([len(times) for times in ticks])[:-1])
    return [times.tolist() for times in tracks]
