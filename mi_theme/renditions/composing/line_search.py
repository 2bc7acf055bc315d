"""Of all lines that a tune may become the one that costs least.

Every note has pitches to choose from, each with a cost of its own; every move
from one to the next costs what a singer would pay for it. The cheapest line is
found note by note (Viterbi, 1967).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

__all__ = ["LineChoice", "LinePoint", "cheapest_line"]

# what moves cost, by their size in semitones, the last for all larger ones; the unit is a semitone away from what the
# tune asks for. Set so that songs' shares come out: .6 steps, .15 leaps of a fourth or more
LEAP_COSTS = (0, 0, 0, 1.5, 1.5, 4, 7, 6, 7)
WRONG_WAY_COST, STILL_COST, FORBIDDEN_COST = 3, 2, 1000  # down instead of up; standing still instead of moving
UNRESOLVED_COST, UNANSWERED_COST = 5, 8  # a foreign note left by leap; a leap that no step the other way follows
SUSPENSION_GAIN = 5  # a note that stays while the chord changes and goes down by step: what dissonance and staying cost
LEAP = 5  # semitones: a fourth
STEP = 2


class LineChoice(NamedTuple):
    """A pitch that a note may have, what it costs, and whether it is foreign to the chord where it should not be."""

    pitch: int
    cost: float
    foreign: bool


class LinePoint(NamedTuple):
    """A note of a line.

    ``choices`` are its pitches, ``way`` says whether the tune goes up or down to it
    (1, 0, -1), ``forbidden`` is a pitch class before it and its own that may not be.
    """

    choices: Sequence[LineChoice]
    way: int = 0
    forbidden: tuple[int, int] | None = None


Arrivals = dict[int, tuple[float, int]]  # by pitch: what the cheapest line to it costs, and the pitch before it


def cheapest_line(points: Sequence[LinePoint], before: int | None = None) -> list[int]:
    """The pitches of the cheapest line.

    Parameters
    ----------
    points
        Its notes in order, each with at least one choice.
    before
        The pitch of the note before the first, if there is one.

    Returns
    -------
    list of int
        A pitch for each point; of equal lines the lower one.
    """
    rows: list[Arrivals] = []
    for number, point in enumerate(points):
        if number == 0:
            entry = {c.pitch: 0.0 if before is None else _leap_cost(c.pitch - before) for c in point.choices}
            rows.append({c.pitch: (c.cost + entry[c.pitch], c.pitch) for c in point.choices})
        else:
            foreign = {choice.pitch for choice in points[number - 1].choices if choice.foreign}
            rows.append({c.pitch: _arrival(c, point, rows[-1], foreign) for c in point.choices})
    line = [min(rows[-1], key=lambda pitch: (rows[-1][pitch][0], pitch))] if rows else []
    for row in reversed(rows[1:]):
        line.append(row[line[-1]][1])
    return line[::-1]


def _arrival(choice: LineChoice, point: LinePoint, row: Arrivals, foreign: set[int]) -> tuple[float, int]:
    """What the cheapest line to a pitch costs, and the pitch that it comes from."""
    paid = []
    for old, (so_far, older) in row.items():
        move, came = choice.pitch - old, old - older
        cost = _leap_cost(move)
        if point.way and move * point.way <= 0:
            cost += WRONG_WAY_COST if move else STILL_COST
        if abs(came) >= LEAP and not (came * move < 0 and abs(move) <= STEP):
            cost += UNANSWERED_COST
        if old in foreign and not 0 < abs(move) <= STEP:
            cost += UNRESOLVED_COST
        if old in foreign and came == 0 and -STEP <= move < 0:
            cost -= SUSPENSION_GAIN
        if point.forbidden == (old % 12, choice.pitch % 12):
            cost += FORBIDDEN_COST
        paid.append((so_far + cost, old))
    least, old = min(paid)
    return least + choice.cost, old


def _leap_cost(interval: int) -> float:
    return LEAP_COSTS[min(abs(interval), len(LEAP_COSTS) - 1)]
