"""Which hand plays what: the notes of a keyboard on two staves, as an arranger writes them.

At every onset there is a place between the hands. It is chosen for all onsets at once, by
dynamic programming: a hand reaches no farther than it can, stays in the register of its
staff and near to where it was, and the place moves as little as it may, so that what goes
on in one hand stays there.
"""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from mi_theme.quantising.beatgrid import Floats, Ints
from mi_theme.score import Part

__all__ = ["KEYBOARDS", "left_hand", "wants_two_staves"]

KEYBOARDS = frozenset((*range(1, 10), *range(17, 23), 24, 47))  # pianos to celesta, organs, accordions, harp
KEYBOARD_NAME = re.compile(r"piano|klavier|key(s|boards?)\b|organ|harpsichord|cembalo|accordion|celesta|\bharp", re.I)
PLACES = np.arange(45, 77)  # keys from which up the right hand plays: around the middle of a keyboard
MIDDLE = 60
REACH, FAR_REACH = 12, 16  # semitones that a hand spans with ease, and at all
TREBLE_LOW, BASS_HIGH = 57, 64  # keys down and up to which a staff needs two ledger lines
COST_OF_REACH, COST_OF_FAR = 1.0, 6.0  # a semitone more
COST_OF_LEDGER = 0.5  # a semitone beyond those
COST_OF_CLOSENESS = 2.0  # hands nearer to each other than a third
COST_OF_MOVING, COST_OF_MOVE = 0.25, 0.5  # of the place between the hands: a semitone, and any
# of a hand: a semitone from where it played last; what is farther is a leap, which costs no more
COST_OF_WAY, FAR_WAY = 0.15, 12
USUAL = (48.0, 72.0)  # where hands are before they play
COST_OF_BIAS = 0.03  # a semitone away from the middle
NEAR_HANDS = 3  # semitones
MOST_ON_ONE = 0.1  # of the notes: more that one staff cannot take without many ledger lines ask for two
FAR_BELOW, FAR_ABOVE = 57, 65  # keys beyond which a treble, and a bass staff, need more than two ledger lines


def wants_two_staves(part: Part, start: Ints, pitch: Ints, *, alone: bool) -> bool:
    """Whether a part is written on two staves: it is for a keyboard, and one staff, whichever, would need many ledger lines.

    Where neither a program nor the name says what plays, it is a piano, as General MIDI has it,
    if it is alone and strikes keys together that one hand cannot reach.

    Parameters
    ----------
    part
        What the file says of it.
    start, pitch
        Where its notes begin, as written, and their MIDI numbers.
    alone
        Whether no other part has pitch.
    """
    far = min(float((pitch < FAR_BELOW).mean()), float((pitch > FAR_ABOVE).mean())) if len(pitch) else 0.0
    if far <= MOST_ON_ONE or part.is_percussion:
        return False
    if part.program or KEYBOARD_NAME.search(part.name):
        return part.program in KEYBOARDS or not part.program
    order = np.lexsort((pitch, start))
    begins = np.flatnonzero(np.append(True, np.diff(start[order]) > 0))
    ends = np.append(begins[1:], len(order)) - 1
    return alone and float((pitch[order][ends] - pitch[order][begins] > FAR_REACH).mean()) > MOST_ON_ONE


def left_hand(start: Ints, pitch: Ints) -> NDArray[np.bool_]:
    """Which notes the left hand plays.

    Parameters
    ----------
    start, pitch
        Of the notes of one player, as written, in ticks, and MIDI numbers, shape (n,).
    """
    if not len(start):
        return np.zeros(0, bool)
    order = np.lexsort((pitch, start))
    new = np.append(True, np.diff(start[order]) > 0)
    starts = np.flatnonzero(new)
    costs, (middle, plays) = _costs(pitch[order], starts), _middles(pitch[order], starts)
    moves = np.abs(PLACES[:, None] - PLACES)
    moving = COST_OF_MOVING * moves + COST_OF_MOVE * (moves > 0)
    before = np.zeros(costs.shape, np.int8)
    best, hands = np.zeros(len(PLACES)), np.repeat(np.array(USUAL)[:, None], len(PLACES), axis=1)
    for index in range(len(costs)):  # each way takes with it where its hands are
        far = np.minimum(np.abs(middle[index][:, None] - hands[:, :, None]), FAR_WAY) * plays[index][:, None]
        ways = best[:, None] + moving + COST_OF_WAY * (far[0] + far[1])
        came = before[index] = ways.argmin(axis=0)
        best = ways.min(axis=0) + costs[index]
        hands = np.where(plays[index], middle[index], hands[:, came])
    place = np.empty(len(costs), np.int64)
    place[-1] = best.argmin()
    for index in range(len(costs) - 1, 0, -1):
        place[index - 1] = before[index, place[index]]
    found = np.empty(len(start), bool)
    found[order] = pitch[order] < PLACES[place][np.cumsum(new) - 1]
    return found


def _middles(pitch: Ints, starts: Ints) -> tuple[Floats, NDArray[np.bool_]]:
    """Where each hand is at each onset, in the middle of its notes, and whether it plays, shapes (onsets, 2, places)."""
    small, left = pitch[:, None].astype(np.int16), pitch[:, None] < PLACES
    count, total = (
        np.stack([np.add.reduceat(one, starts, dtype=np.int32) for one in hands], axis=1)
        for hands in ((left, ~left), (np.where(left, small, 0), np.where(left, 0, small)))
    )
    found: Floats = total / np.maximum(count, 1)
    return found, count > 0


def _costs(pitch: Ints, starts: Ints) -> Floats:
    """What each place between the hands costs at each onset, shape (onsets, places)."""
    left = pitch[:, None] < PLACES
    ledger = np.where(left, np.maximum(pitch - BASS_HIGH, 0)[:, None], np.maximum(TREBLE_LOW - pitch, 0)[:, None])
    found = COST_OF_LEDGER * np.add.reduceat(ledger, starts) + COST_OF_BIAS * np.abs(PLACES - MIDDLE)
    low = [np.minimum.reduceat(np.where(hand, pitch[:, None], 999), starts) for hand in (left, ~left)]
    high = [np.maximum.reduceat(np.where(hand, pitch[:, None], -999), starts) for hand in (left, ~left)]
    for lowest, highest in zip(low, high, strict=True):
        span = np.maximum(highest - lowest, 0)
        found += COST_OF_REACH * np.maximum(span - REACH, 0) + COST_OF_FAR * np.maximum(span - FAR_REACH, 0)
    together = (high[0] > -999) & (low[1] < 999)
    close: Floats = found + COST_OF_CLOSENESS * (together & (low[1] - high[0] < NEAR_HANDS))
    return close
