"""Which hand plays what: the notes of a keyboard on two staves, as an arranger writes them.

At every onset there is a place between the hands. It is chosen for all onsets at once, by
dynamic programming: a hand reaches no farther than it can, stays in the register of its
staff, and the place moves as little as it may, so that what goes on in one hand stays there.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from mi_theme.notated.voice_separation import PartNote

__all__ = ["KEYBOARDS", "left_hand", "wants_two_staves"]

KEYBOARDS = frozenset((*range(1, 10), *range(17, 23), 24, 47))  # pianos to celesta, organs, accordions, harp
PLACES = np.arange(45, 77)  # keys from which up the right hand plays: around the middle of a keyboard
MIDDLE = 60
REACH, FAR_REACH = 12, 16  # semitones that a hand spans with ease, and at all
TREBLE_LOW, BASS_HIGH = 57, 64  # keys down and up to which a staff needs two ledger lines
COST_OF_REACH, COST_OF_FAR = 1.0, 6.0  # a semitone more
COST_OF_LEDGER = 0.5  # a semitone beyond those
COST_OF_CLOSENESS = 2.0  # hands nearer to each other than a third
COST_OF_MOVING, COST_OF_MOVE = 0.25, 0.5  # of the place between the hands: a semitone, and any
COST_OF_BIAS = 0.03  # a semitone away from the middle
NEAR_HANDS = 3  # semitones
MOST_ON_ONE = 0.1  # of the notes: more that one staff cannot take without many ledger lines ask for two
FAR_BELOW, FAR_ABOVE = 57, 65  # keys beyond which a treble, and a bass staff, need more than two ledger lines


def wants_two_staves(rows: Sequence[PartNote]) -> bool:
    """Whether a part is written on two staves: one of them, whichever, would need many ledger lines."""
    pitches = np.array([row.pitch for row in rows])
    if not len(pitches):
        return False
    return min(float((pitches < FAR_BELOW).mean()), float((pitches > FAR_ABOVE).mean())) > MOST_ON_ONE


def left_hand(rows: Sequence[PartNote]) -> set[int]:
    """The notes of the left hand, by their `order`.

    Parameters
    ----------
    rows
        The notes of one player.
    """
    onsets = [list(group) for _, group in groupby(sorted(rows), key=lambda row: row.start)]
    if not onsets:
        return set()
    costs = _costs(onsets)
    moves = np.abs(PLACES[:, None] - PLACES)
    moving = COST_OF_MOVING * moves + COST_OF_MOVE * (moves > 0)
    best, before = costs[0], np.zeros(costs.shape, np.int64)
    for index in range(1, len(costs)):
        ways = best[:, None] + moving
        before[index] = ways.argmin(axis=0)
        best = ways.min(axis=0) + costs[index]
    place = int(best.argmin())
    found = set()
    for index in range(len(onsets) - 1, -1, -1):
        found |= {row.order for row in onsets[index] if row.pitch < PLACES[place]}
        place = int(before[index, place])
    return found


def _costs(onsets: Sequence[Sequence[PartNote]]) -> NDArray[np.float64]:
    """What each place between the hands costs at each onset, shape (onsets, places)."""
    counts = [len(onset) for onset in onsets]
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    pitch = np.array([row.pitch for onset in onsets for row in onset])[:, None]
    left = pitch < PLACES
    ledger = np.where(left, np.maximum(pitch - BASS_HIGH, 0), np.maximum(TREBLE_LOW - pitch, 0))
    found = COST_OF_LEDGER * np.add.reduceat(ledger, starts) + COST_OF_BIAS * np.abs(PLACES - MIDDLE)
    low = [np.minimum.reduceat(np.where(hand, pitch, 999), starts) for hand in (left, ~left)]
    high = [np.maximum.reduceat(np.where(hand, pitch, -999), starts) for hand in (left, ~left)]
    for lowest, highest in zip(low, high, strict=True):
        span = np.maximum(highest - lowest, 0)
        found += COST_OF_REACH * np.maximum(span - REACH, 0) + COST_OF_FAR * np.maximum(span - FAR_REACH, 0)
    together = (high[0] > -999) & (low[1] < 999)
    close: NDArray[np.float64] = found + COST_OF_CLOSENESS * (together & (low[1] - high[0] < NEAR_HANDS))
    return close
