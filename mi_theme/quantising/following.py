"""Whether playing follows the beats of its file: a file that was recorded without a click counts time and no music."""

from __future__ import annotations

import numpy as np

from mi_theme.quantising.beatgrid import Floats
from mi_theme.quantising.chords import chords_of
from mi_theme.quantising.model import NOTE, Quantized
from mi_theme.quantising.places import places, prices
from mi_theme.quantising.playing import played_by_score

__all__ = ["follows_its_beats"]

SHIFTS = (0.09, 0.17, 0.29, 0.41, 0.59, 0.71, 0.83, 0.91)  # of a beat: between the places that notes often have
FEWEST, MOST = 16, 300  # chords that tell it, and that are looked at
LOOSE = 0.3  # looseness up to which there is no question
CLEARLY = 2.0  # standard errors by which the beats of the file must be cheaper to write on than others


def follows_its_beats(found: Quantized) -> bool:
    """Whether music is cheaper to write on the beats of its score than on any beats as long.

    The chords are written once more on beats that come a little earlier or later. Playing
    that follows nothing is as cheap, or as dear, on all of them. Too few chords, and what
    is tight, are taken to follow.

    Parameters
    ----------
    found
        What quantising a score on its own beats gave.
    """
    free = (found.kinds == NOTE) & ~found.exact
    if found.looseness < LOOSE or found.exact.any():
        return True
    playing = played_by_score(found.source)
    rows = np.flatnonzero(free)
    rows = rows[np.argsort(playing.seconds[rows], kind="stable")]
    chord = chords_of(playing.seconds[rows], playing.part[rows] * 128 + playing.pitch[rows], playing.beat[rows])
    seconds = (np.bincount(chord, playing.seconds[rows]) / np.maximum(np.bincount(chord), 1))[:MOST]
    if len(seconds) < FEWEST:
        return True
    grid = playing.grid
    beat = np.clip(np.searchsorted(grid.seconds, seconds, "right") - 1, 0, len(grid) - 1)
    lasts = np.diff(grid.seconds)[beat]

    def price(shift: float) -> Floats:
        moved = np.maximum.accumulate(seconds + shift * lasts)
        return prices(moved, grid, places(moved, grid))

    gain = np.mean([price(shift) for shift in SHIFTS], axis=0) - price(0.0)
    return bool(gain.mean() > CLEARLY * gain.std() / np.sqrt(len(gain)))
