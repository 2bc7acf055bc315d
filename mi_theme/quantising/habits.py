"""Into what pulses and beats are divided, and which places follow each other: tables, and how a piece teaches its own.

A beat falls into its pulses, two or three, and each pulse is divided by itself; or the
beat is divided as a whole, against its pulses (a triplet in a binary beat). In a division
one place leads to the next or past some: that is a figure. Costs are negative log
probabilities, counted on pieces of half of music21's composers and rounded; a piece adds
to them what it does itself (a Dirichlet prior).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from mi_theme.quantising.beatgrid import Floats, Ints

__all__ = ["AGAIN", "ASIDE", "A_SECOND", "END", "FOLLOWING", "OF_BEATS", "OF_PULSES", "START", "Habits"]

OF_PULSES = np.array([1, 2, 3, 4, 6, 8])
# against the pulses, a 9 fills the row; and with them, of one part while others are against them
OF_BEATS = np.array([[3, 5, 7, 9, 9, 2, 4], [2, 4, 5, 7, 8, 3, 6]])
ASIDE = {5: 0, 6: 1}  # which columns of `OF_BEATS` are of one part alone: which of `OF_PULSES` each is
PULSE_COSTS = np.array([0.0, 1.5, 4.5, 3.5, 7.0, 7.0])
BEAT_COSTS = np.array(  # by pulses, then as above
    [[0.0, 3.5, 8.0, 9.0, 10.0, np.inf, np.inf, np.inf], [0.0, 4.0, 5.5, 9.0, 10.0, 8.0, np.inf, np.inf]]
)
PIECES, VISITS, FIGURES, CHORDS = (
    20.0,
    3.0,
    10.0,
    10.0,
)  # beats, changes, places, pairs of notes that the tables count for

MOST = int(OF_BEATS.max())
END, START = MOST + 1, 0  # places lead to an end and come from a start; from place k is row k + 1
# of the divisions that are common: {from: {to: probability}}, -1 for the start
COMMON: dict[int, dict[int, dict[int, float]]] = {
    2: {-1: {0: 0.74, 1: 0.26}, 0: {1: 0.7, END: 0.3}},
    3: {-1: {0: 0.85, 1: 0.12, 2: 0.03}, 0: {1: 0.7, 2: 0.08, END: 0.22}, 1: {2: 0.9, END: 0.1}},
    4: {
        -1: {0: 0.58, 3: 0.26, 2: 0.1, 1: 0.06},
        0: {1: 0.3, 2: 0.1, 3: 0.45, END: 0.15},
        1: {2: 0.95, 3: 0.01, END: 0.04},
        2: {3: 0.95, END: 0.05},
    },
}
AGAIN = 0.7  # that a pulse is divided as the one before, or a beat, before the piece says otherwise
ONWARD, ELSEWHERE, ENDING = 0.5, 0.3, 0.2  # of the others: to the next place, to simpler ones, to none
SELDOM = 0.01  # whatever else is possible
# that a note begins with the one before; where that has sounded for half its length; both where it is a second away,
# as the next note of a line is and seldom one of a chord
FOLLOWING = (0.5, 0.03, 0.25, 0.005)
A_SECOND = 2  # row of `FOLLOWING`


class Habits(NamedTuple):
    """What a piece does, as probabilities.

    Attributes
    ----------
    beats
        For each family: that a beat falls into its pulses, and of each of `OF_BEATS`, shape (2, 6).
    pulses
        For each family: of each of `OF_PULSES`, shape (2, 6).
    after
        For each family, of each of `OF_PULSES` after each, shape (2, 6, 6).
    in_pulses, in_beats
        For each division the cost of a place after a place, shapes (2, 6, m, m) and (2, 5, m, m).
    together
        For each part that its next note begins with the one before, in each case of `FOLLOWING`, in a
        single line and among chords, shape (parts, 4, 2).
    """

    beats: Floats
    pulses: Floats
    after: Floats
    in_pulses: Floats
    in_beats: Floats
    together: Floats

    @classmethod
    def of(cls, parts: int, counts: tuple[Floats, Floats, Floats, Floats, Floats] | None = None) -> Habits:
        """Of the tables, and what was counted of a piece.

        Pulses are counted after each division, at first after none; pairs as (parts, 4, 2, apart or together).
        """
        shapes = (
            (2, OF_BEATS.shape[1] + 1),
            (2, len(OF_PULSES) + 1, len(OF_PULSES)),
            (2, len(OF_PULSES)),
            (2, OF_BEATS.shape[1]),
        )
        size = (MOST + 2, MOST + 2)
        beats, pulses, in_pulses, in_beats, together = counts or (
            np.zeros(shapes[0]),
            np.zeros(shapes[1]),
            np.zeros(shapes[2] + size),
            np.zeros(shapes[3] + size),
            np.zeros((parts, len(FOLLOWING), 2, 2)),
        )
        divided = _learnt(np.exp(-np.tile(PULSE_COSTS, (2, 1))), pulses.sum(axis=1))
        after = pulses[:, 1:] + VISITS * (AGAIN * np.eye(len(OF_PULSES)) + (1 - AGAIN) * divided[:, None])
        return cls(
            _learnt(np.exp(-BEAT_COSTS), beats),
            divided,
            after / after.sum(axis=-1, keepdims=True),
            _figures(np.tile(OF_PULSES, (2, 1)), in_pulses),
            _figures(OF_BEATS, in_beats),
            (together[..., 1] + CHORDS * np.array(FOLLOWING)[:, None]) / (together.sum(axis=-1) + CHORDS),
        )


def _learnt(weights: Floats, counts: Floats) -> Floats:
    found: Floats = counts + PIECES * weights / weights.sum(axis=1, keepdims=True)
    found /= found.sum(axis=1, keepdims=True)
    return found


def _figures(divisions: Ints, counts: Floats) -> Floats:
    """The costs of place after place; the line after the last place is an end, and free for an early note."""
    cost = np.zeros((*divisions.shape, MOST + 2, MOST + 2))
    for row, column in np.ndindex(*divisions.shape):
        of, mine, out = int(divisions[row, column]), counts[row, column], cost[row, column]
        for place in range(-1, of):
            total = mine[place + 1] + FIGURES * _usual(of, place)
            out[place + 1] = -np.log(np.maximum(total / total.sum(), 1e-9))
            out[place + 1, of] = out[place + 1, END] if place >= 0 else 0.0
    return cost


def _usual(of: int, place: int) -> Floats:
    """How likely each place is after a place, -1 for the start."""
    found, later = np.zeros(MOST + 2), np.arange(place + 1, of)
    if place in COMMON.get(of, {}):
        for to, share in COMMON[of][place].items():
            found[to] = share
    elif len(later):
        simple = np.gcd(later, of) / of
        found[later] = ELSEWHERE * simple / simple.sum()
        found[later[0]] += ONWARD
        found[END] = ENDING * (place >= 0)
    else:
        found[END] = 1.0
    possible = np.append(later, END) if place >= 0 else later
    found *= (1 - SELDOM) / found.sum()
    found[possible] += SELDOM / len(possible)
    return found
