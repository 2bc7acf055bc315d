"""Rests after notes that sound less of their gaps than anything else that is played; notes that are held over others.

Who lets notes sound for at least so much of their values leaves a trace: below that share
there is nearly nothing, and what is there is no shorter touch but a shorter note and a
rest. Where touch has no such edge, or the share fits no shorter value, nothing is said;
nor of playing without a click, where short notes are touch.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from mi_theme.quantising.beatgrid import Floats, Ints
from mi_theme.score import MeterMap

__all__ = ["rested"]

Bools = NDArray[np.bool_]
LEAST, MOST = 0.3, 0.9  # of the value: shorter is a written rest, longer is legato; between them an edge is looked for
STEPS = 61  # shares that are weighed
LONGEST = 1.1  # of the value: what is held on longer says nothing
ROOM = 0.05  # of the value between the edge and the longest at least
SHARPER = 3.0  # times as many notes above the edge as below, in as much room
FEW = 30  # notes: an edge of fewer is chance
SURE = 1.5  # log of how much likelier a shorter value makes it that all notes of a chord are so short
NEARLY = 0.02  # of a beat by which a note may be longer than the touch of others says
OVER = 0.02  # of its value by which a note that is held on is longer than that at least
RARE = 0.05  # of the notes: where more sound longer than the touch of others says, that is legato
TICKS = 10_080  # in a quarter, to tell places from each other
PLACES = (1.0, 0.5, 0.25)  # quarters: rests begin on beats sooner than off them


def _touch(share: Floats) -> tuple[float, float] | None:
    """The least and the greatest share of their values that notes sound, or None where there is no edge.

    The likeliest density of two levels, one below the edge and one above it.
    """
    share = np.sort(share[share < LONGEST])
    if len(share) < FEW:
        return None
    high = float(np.quantile(share, 0.99))
    edges = np.linspace(LEAST, MOST, STEPS)
    edges = edges[edges < high - ROOM]
    if not len(edges):
        return None
    below = np.searchsorted(share, edges) + 0.5
    above = len(share) + 1 - below
    dense = above / (high - edges), below / edges
    likely = above * np.log(dense[0]) + below * np.log(dense[1])
    best = int(likely.argmax())
    return (float(edges[best]), high) if dense[0][best] >= SHARPER * dense[1][best] else None


def rested(onset: Floats, played: Floats, written: Floats, part: Ints, finest: Floats, meters: MeterMap) -> Floats:
    """Values with a rest after them where less sounds than the least share, or nothing follows at once.

    Few notes that sound longer than the greatest share are held over what follows, and their values are longer.

    Notes of all parts that begin and end together are let go together, where one value fits them all. A rest is
    also told where that is `SURE`: notes that could all be of a shorter value would hardly all have been so short
    by chance. Where touch allows it the rest begins at the next bar line, else at a beat, else between beats.

    Parameters
    ----------
    onset, played, written
        In quarters, shape (n,).
    part
        Of which part each is; -1 for drums, which stay as they are.
    finest
        Quarters that a value of each note is a multiple of.
    meters
        Where bar lines are.
    """
    found, edge = written.copy(), _touch((played / written)[part >= 0])
    if edge is None:
        return found
    low, high = edge
    filled = _filled(onset, written, part)
    alone = (part >= 0) & (~filled | (played < low * written))
    usual = float(np.median((played / written)[part >= 0]))
    held = (part >= 0) & (played > (high + OVER) * written)
    if held.sum() <= RARE * (part >= 0).sum():
        alone |= held
    lines = np.array([float(bar.end) for bar in meters.bars(Fraction(float((onset + played).max())) + 1)])
    _, chord = np.unique(
        np.rint(np.column_stack([onset, np.where(filled, onset + written, 0)]) * TICKS), axis=0, return_inverse=True
    )
    chord = np.where(part >= 0, chord.ravel(), chord.max(initial=0) + 1)
    over = (np.bincount(chord, held)[chord] > 0) & filled
    least, most = np.full(chord.max() + 1, np.inf), np.zeros(chord.max() + 1)
    np.minimum.at(least, chord, played)
    np.maximum.at(most, chord, played)
    beat = np.ceil((onset + most[chord] / high) / PLACES[0] - NEARLY) * PLACES[0] - onset
    sure = (beat > 0) & (beat < written) & (low * beat <= least[chord])
    likely = np.bincount(chord, np.log(written / np.where(sure, beat, written)))
    sure &= likely[chord] > SURE
    found[sure] = beat[sure]
    alone &= ~sure
    together = (np.bincount(chord, alone) > 0)[chord] & (np.bincount(chord) > 1)[chord]
    for left, shortest, longest in ((together, least[chord], most[chord]), (alone, played, played)):
        middle = np.sqrt(shortest * longest / (low * high))
        undecided = left & (part >= 0) & (found == written)
        line = lines.take(np.searchsorted(lines, onset + longest), mode="clip")  # drums, which are one chord, have none
        for place in (None, *PLACES):
            step = np.maximum(place or 1.0, finest)
            end = line if place is None else np.rint((onset + middle) / step) * step
            value = end - onset
            good = undecided & (value > 0) & (shortest >= low * value) & (longest <= value)
            # what is held on ends where something of its part begins, and is nearer to the touch of a note so long
            good &= ~over | ((played**2 > usual**2 * value * written) & ((place is None) | _filled(onset, value, part)))
            found[good] = value[good]
            undecided &= ~good
    return found


def _filled(onset: Floats, written: Floats, part: Ints) -> Bools:
    """Whether another note of the part begins where each ends."""
    starts, ends = (np.rint(at * TICKS).astype(np.int64) for at in (onset, onset + written))
    width = int(ends.max(initial=0)) + 1
    found: Bools = np.isin(part * width + ends, part * width + starts)
    return found
