"""The notes of one part in one pulse or beat, against each of its divisions: which places they have, and at what cost.

All chains advance together, a note at a time (Viterbi, 1967): notes may not change their
order, and each has the three nearest places of each division.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mi_theme.quantising.beatgrid import Floats, Ints
from mi_theme.quantising.habits import END, START
from mi_theme.quantising.touch import touch_cost

__all__ = ["AT_LINE", "BeatCells", "ChainNotes", "Chains", "chains_of"]

BLOCKED = 1e6
NEAREST = np.array([-1, 0, 1])
LOGS = np.log2(np.maximum(np.arange(32), 1))
AT_LINE = 2.0  # times the spread after a line that a note stands on it when the one before might
BLOCK = 2_000  # notes whose costs are held at once


class ChainNotes(NamedTuple):
    """Notes in the order of parts and beginnings: columns of shape (n,).

    `spread` is how far each may be from its place, in seconds; `joined` and `parted` are
    what it costs that the next note begins with it, or later; infinite and 0 for the last of a part.
    `ornament` is what it costs that it is a grace note of the next one, however far before that; infinite where it is none.
    `length` is the logarithm of how long each sounds, `after` when the next of the part begins, on the line that it is
    near to, and `touch` what shares of the written value cost, a row for each of `hand`: see `Touch`.
    """

    seconds: Floats
    spread: Floats
    joined: Floats
    parted: Floats
    ornament: Floats
    part: Ints
    length: Floats
    after: Floats
    hand: Ints
    touch: Floats


class BeatCells(NamedTuple):
    """Pulses or beats one after the other.

    Attributes
    ----------
    ticks, seconds
        Where each begins and the last ends, shape (n + 1,).
    family
        Row of `divisions`, shape (n,).
    divisions
        Into how many parts each can be divided, shape (families, m).
    figures
        The cost of place after place in each, see `Habits`.
    alone
        What it costs each family that one part has a division of its own, against the others, shape (families, m).
    shortest
        Ticks that a part must have.
    """

    ticks: Ints
    seconds: Floats
    family: Ints
    divisions: Ints
    figures: Floats
    alone: Floats
    shortest: float


class Chains(NamedTuple):
    """What was found: for each note its cell and places, for each chain its notes, for each cell that has notes its costs."""

    cell: Ints
    first: Ints
    size: Ints
    place: NDArray[np.int8]
    came: NDArray[np.int8]
    last: NDArray[np.int8]
    alone: Ints
    total: Floats
    used: Ints
    cost: Floats

    def columns(self, chosen: Ints) -> Ints:
        """The column of the division of each note, where each cell has one, by its own or that of its part alone."""
        mine = chosen[self.cell[self.first]]
        against = self.total[np.arange(len(mine)), mine] > self.total[:, -1]
        return np.repeat(np.where(against, self.alone, mine), self.size)

    def places(self, column: Ints) -> Ints:
        """The place of each note in its division."""
        found = np.zeros(len(self.cell), np.int64)
        now = self.last[np.arange(len(self.first)), column[self.first]].astype(np.int64)
        for step in range(int(self.size.max(initial=0)) - 1, -1, -1):
            chain = np.flatnonzero(self.size > step)
            row = self.first[chain] + step
            found[row] = self.place[row, column[row], now[chain]]
            now[chain] = self.came[row, column[row], now[chain]]
        return found


def chains_of(notes: ChainNotes, cells: BeatCells) -> Chains:
    """Every chain against every division of its cell."""
    count, width = len(notes.seconds), cells.divisions.shape[1]
    cell = np.clip(np.searchsorted(cells.seconds, notes.seconds, "right") - 1, 0, len(cells.family) - 1)
    first = np.flatnonzero(np.append(True, (np.diff(notes.part) != 0) | (np.diff(cell) != 0)))
    size = np.diff(np.append(first, count))
    place, came = np.zeros((count, width, 3), np.int8), np.zeros((count, width, 3), np.int8)
    last, total = np.zeros((len(first), width), np.int8), np.zeros((len(first), width + 1))
    alone = np.zeros(len(first), np.int64)
    begin = 0
    while begin < len(first):
        stop = max(int(np.searchsorted(first, first[begin] + BLOCK)), begin + 1)
        rows = np.arange(first[begin], first[stop] if stop < len(first) else count)
        place[rows], cost = _standing(notes, cells, cell, rows)
        heads, sizes = first[begin:stop], size[begin:stop]
        ends = _advance(notes, cells, cell, (heads, sizes), place, came, cost)
        last[begin:stop], total[begin:stop, :-1] = ends.argmin(axis=2), ends.min(axis=2)
        own = total[begin:stop, :-1] + cells.alone[cells.family[cell[heads]]]
        alone[begin:stop], total[begin:stop, -1] = own.argmin(axis=1), own.min(axis=1)
        begin = stop
    used, of = np.unique(cell[first], return_inverse=True)
    summed = np.empty((len(used), width))
    for column in range(width):
        summed[:, column] = np.bincount(of, np.minimum(total[:, column], total[:, -1]), len(used))
    return Chains(cell, first, size, place, came, last, alone, total, used, summed)


def _standing(notes: ChainNotes, cells: BeatCells, cell: Ints, rows: Ints) -> tuple[Ints, Floats]:
    """The three nearest places of each division, and how far they are."""
    at, here = notes.seconds[rows], cell[rows]
    start, lasts = cells.seconds[here], np.diff(cells.seconds)[here]
    of = cells.divisions[cells.family[here]]
    place = np.rint(((at - start) / lasts)[:, None] * of).astype(np.int64)[:, :, None] + NEAREST
    off = (at - start)[:, None, None] - place / of[:, :, None] * lasts[:, None, None]
    cost = off**2 / (2 * notes.spread[rows] ** 2)[:, None, None]
    wrong = (place < 0) | (place > of[:, :, None])
    short = (np.diff(cells.ticks)[here][:, None] < cells.shortest * of) & (of > 1)
    cost = np.where(wrong | short[:, :, None], BLOCKED, cost)
    place = np.clip(place, 0, of[:, :, None])
    after = np.append(notes.seconds[1:], np.inf)[rows] - cells.seconds[here + 1]
    next_there = (after >= 0) & (after < AT_LINE * notes.spread[rows]) & np.isfinite(notes.joined[rows])
    met = next_there[:, None, None] & (place == of[:, :, None])
    joined = cost + np.where(next_there, notes.joined[rows], 0.0)[:, None, None]
    led = np.where(cost < BLOCKED, notes.ornament[rows][:, None, None], np.inf)
    return place, np.where(met, np.minimum(joined, led), cost)


def _advance(
    notes: ChainNotes,
    cells: BeatCells,
    cell: Ints,
    chains: tuple[Ints, Ints],
    place: NDArray[np.int8],
    came: NDArray[np.int8],
    cost: Floats,
) -> Floats:
    """The cost of every end of each chain, shape (chains, m, 3); `came` is filled."""
    first, size = chains
    column, family = np.arange(cells.divisions.shape[1]), cells.family[cell]
    inside = np.arange(first[0], first[-1] + size[-1])
    unit = notes.length[inside][:, None] - np.log2(
        np.diff(cells.seconds)[cell[inside]][:, None] / cells.divisions[family[inside]]
    )
    total = cost[first - first[0]] + cells.figures[family[first][:, None, None], column[:, None], START, place[first]]
    for step in range(1, int(size.max(initial=0))):
        chain = np.flatnonzero(size > step)
        row = first[chain] + step
        old, new = place[row - 1][:, :, :, None], place[row][:, :, None, :]
        figure = cells.figures[family[row][:, None, None, None], column[:, None, None], old + 1, new]
        joined, parted, led = (
            one[row - 1][:, None, None, None] for one in (notes.joined, notes.parted, notes.ornament)
        )
        stood = cost[row - 1 - first[0]][..., None]
        joined = np.minimum(joined, np.where(stood < BLOCKED, led - stood, np.inf))
        share = unit[row - 1 - first[0]][:, :, None, None] - LOGS[np.maximum(new - old, 1)]
        parted = parted + touch_cost(notes.touch, notes.hand[row - 1][:, None, None, None], share)
        every = np.where(new < old, BLOCKED, np.where(new == old, joined, figure + parted)) + total[chain][..., None]
        came[row] = every.argmin(axis=2)
        total[chain] = every.min(axis=2) + cost[row - first[0]]
    end = first + size - 1
    total += _held(notes, cells, cell, end, place)
    found: Floats = total + cells.figures[family[end][:, None, None], column[:, None], place[end] + 1, END]
    return found


def _held(notes: ChainNotes, cells: BeatCells, cell: Ints, rows: Ints, place: NDArray[np.int8]) -> Floats:
    """What the touch of the last note of each chain costs: its value ends where the next one begins, in another cell."""
    here, of = cell[rows], cells.divisions[cells.family[cell[rows]]][:, :, None]
    at = cells.seconds[here][:, None, None] + np.diff(cells.seconds)[here][:, None, None] * place[rows] / of
    gap = notes.after[rows][:, None, None] - at
    known = (gap > 0) & np.isfinite(gap)
    share = notes.length[rows][:, None, None] - np.log2(np.where(known, gap, 1.0))
    found: Floats = np.where(known, touch_cost(notes.touch, notes.hand[rows][:, None, None], share), 0.0)
    return found
