"""Where chords stand in a free tempo: the cheapest path through subdivisions of beats and places in them, exactly.

A state is a beat, into how many parts it is divided, and which of them a chord stands
on. Each chord has as states the three nearest places of each subdivision; within a beat
the subdivision stays. The path is found by dynamic programming (Viterbi, 1967); the terms
are those of Cemgil, Desain and Kappen (2000), "Rhythm quantization for transcription",
Computer Music Journal 24(2): how far, and how simple.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mi_theme.quantising.beatgrid import BeatGrid, Floats, Ints
from mi_theme.quantising.menus import COMPLEXITY, PLACES, SUBDIVISIONS

__all__ = ["Placement", "places", "prices"]

UNSTEADY, LOOSE, PACED = 0.010, 0.06, 0.03  # seconds; shares of a beat: of a place, of the time between two
INSIDE = (1 / 3, 4.0)  # times the variance on a beat, and more of it inside: it is beats that are known
# half the degrees of freedom of what is off, of a place and of the time between two: rolls, waits and slips are no tempo
STRAY, HURRY = 3.0, 2.0
FELT = 2.0  # seconds: a longer beat is not played more loosely
SWITCH = 3.0  # when a beat is divided otherwise than the one before
TOGETHER, APART = 8.0, 0.1  # two chords on one place, when a pianist's are so many seconds apart
BLOCK = 192  # chords whose costs are held at once
FORBIDDEN = 1e6


class Placement(NamedTuple):
    """For each chord its beat, the parts of the beat, and on which it stands; shapes (n,)."""

    beat: Ints
    of: Ints
    part: Ints

    def ticks(self, grid: BeatGrid) -> Ints:
        """Where that is."""
        return grid.place(self.beat, self.part, self.of)


class _States(NamedTuple):
    """The states of some chords, shapes (n, m)."""

    beat: Ints
    of: Ints
    part: Ints
    seconds: Floats
    cost: Floats

    def at(self, rows: slice, axes: Any) -> _States:
        """Those of some chords, with an axis more."""
        beat, of, part, seconds, cost = self
        return _States(beat[rows][axes], of[rows][axes], part[rows][axes], seconds[rows][axes], cost[rows][axes])


def places(seconds: Floats, grid: BeatGrid, finest: float = 0.0) -> Placement:
    """The cheapest places of chords.

    Parameters
    ----------
    seconds
        When they sound, ascending, as `BeatGrid.even` has it, shape (n,).
    grid
        The beats.
    finest
        The shortest part of a beat in ticks; 0 for none.
    """
    count = len(seconds)
    if not count:
        none = np.zeros(0, np.int64)
        return Placement(none, none, none)
    before = _states(seconds[:1], grid, finest)
    total = before.cost[0] + _complexity(grid, before)[0]
    back = np.zeros((count, len(total)), np.int8)
    for begin in range(1, count, BLOCK):
        stop = min(begin + BLOCK, count)
        states = _states(seconds[begin - 1 : stop], grid, finest)
        steps = _steps(seconds[begin - 1 : stop], grid, states)
        for row, step in enumerate(steps):
            costs = total[:, None] + step
            chosen = costs.argmin(axis=0)
            back[begin + row] = chosen
            total = costs.min(axis=0) + states.cost[row + 1]
    path = np.empty(count, np.int64)
    path[-1] = total.argmin()
    for row in range(count - 1, 0, -1):
        path[row - 1] = back[row, path[row]]
    return _chosen(seconds, grid, path, finest)


def prices(seconds: Floats, grid: BeatGrid, found: Placement) -> Floats:
    """What each chord costs on the path that was found, with what leads to it.

    Parameters
    ----------
    seconds, grid
        As `places` takes them.
    found
        What it gave.
    """
    if not len(seconds):
        return np.zeros(0)
    columns = Placement(*(column[:, None] for column in found))
    states = _standing(seconds, grid, _beat_at(seconds, grid), columns)
    total: Floats = states.cost[:, 0].copy()
    total[0] += _complexity(grid, states)[0, 0]
    total[1:] += _steps(seconds, grid, states)[:, 0, 0]
    return total


def _beat_at(seconds: Floats, grid: BeatGrid) -> Ints:
    found: Ints = np.clip(np.searchsorted(grid.seconds, seconds, "right") - 1, 0, len(grid) - 1)
    return found


def _chosen(seconds: Floats, grid: BeatGrid, path: Ints, finest: float) -> Placement:
    blocks = []
    for begin in range(0, len(seconds), BLOCK):
        states = _states(seconds[begin : begin + BLOCK], grid, finest)
        rows = np.arange(len(states.beat)), path[begin : begin + BLOCK]
        blocks.append((states.beat[rows], states.of[rows], states.part[rows]))
    return Placement(*(np.concatenate(column) for column in zip(*blocks, strict=True)))


def _spread(grid: BeatGrid, beat: Ints, share: float, times: Floats) -> Floats:
    """The variance that is expected of a pianist in each beat, shape (n, m); that of tempo so many times."""
    lasts = np.minimum(grid.seconds[beat + 1] - grid.seconds[beat], FELT)
    found: Floats = UNSTEADY**2 + (share * lasts[:, None]) ** 2 * times
    return found


def _strayed(off: Any, freedom: float) -> Any:
    """The cost of half a squared deviation where few are far: Student's t with twice so many degrees of freedom."""
    return freedom * np.log1p(off / freedom)


def _states(seconds: Floats, grid: BeatGrid, finest: float) -> _States:
    """The three nearest places of each subdivision."""
    own = _beat_at(seconds, grid)
    start, lasts = grid.seconds[own], np.diff(grid.seconds)[own]
    share = (seconds - start) / lasts
    of = SUBDIVISIONS[grid.menus[own]]
    nearest = np.rint(share[:, None] * of).astype(np.int64)
    part = (nearest[:, :, None] + np.array([0, -1, 1])).reshape(len(own), -1)
    of = np.repeat(of, 3, axis=1)
    beat = own[:, None] + part // of
    wrong = (beat < 0) | (beat >= len(grid))
    beat, part = np.clip(beat, 0, len(grid) - 1), part % of
    short = (grid.ticks[beat + 1] - grid.ticks[beat] < finest * of) & (of > 1)
    found = _standing(seconds, grid, own, Placement(beat, of, part))
    return found._replace(cost=np.where(wrong | short, FORBIDDEN, found.cost))


def _standing(seconds: Floats, grid: BeatGrid, own: Ints, found: Placement) -> _States:
    """What it costs that chords, which sound in their `own` beats, stand on places, shapes (n, m)."""
    beat, of, part = found
    share = part / of
    at = grid.seconds[beat] + (grid.seconds[beat + 1] - grid.seconds[beat]) * share
    inside = INSIDE[0] + INSIDE[1] * share * (1 - share)
    usual, spread = (_spread(grid, own, LOOSE, times) for times in (np.ones((1, 1)), inside))
    cost = (
        _strayed((seconds[:, None] - at) ** 2 / (2 * spread), STRAY)
        + 0.5 * np.log(spread / usual)
        + np.log2(of / np.gcd(part, of))
        + PLACES[of]
    )
    return _States(beat, of, part, at, cost)


def _complexity(grid: BeatGrid, states: _States) -> Floats:
    found: Floats = COMPLEXITY[grid.menus[states.beat], states.of]
    return found


def _steps(seconds: Floats, grid: BeatGrid, states: _States) -> NDArray[np.float32]:
    """What it costs to go from each state of a chord to each of the next, shape (n - 1, m, m)."""
    old, new = states.at(slice(None, -1), np.s_[:, :, None]), states.at(slice(1, None), np.s_[:, None, :])
    later = (new.beat - old.beat).astype(np.int32)
    apart = np.diff(seconds)[:, None, None].astype(np.float32)
    lapse = (new.seconds - old.seconds).astype(np.float32)
    spread = UNSTEADY**2 + _spread(grid, states.beat[1:, 0], PACED, np.ones((1, 1)))
    spread = spread[:, :, None].astype(np.float32)
    cost = np.where(later <= 1, _strayed((apart - lapse) ** 2 / (2 * spread), HURRY), 0)
    same_parts = old.of == new.of
    one = (later == 0) & (old.part == new.part)
    cost = np.where(one, TOGETHER * np.minimum(1, (apart / APART) ** 2), cost)
    opened = _complexity(grid, states)[1:, None, :].astype(np.float32) + np.where(same_parts, 0, np.float32(SWITCH))
    cost += np.where(later > 0, opened, 0)
    back = (later < 0) | ((later == 0) & (~same_parts | (new.part < old.part)))
    found: NDArray[np.float32] = np.where(back, np.float32(FORBIDDEN), cost)
    return found
