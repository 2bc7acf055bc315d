"""What stands on a grid already: it is notation, and stays as it is."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mi_theme.quantising.beatgrid import BeatGrid, Ints
from mi_theme.quantising.equalsteps import in_equal_steps

__all__ = ["exact_ends", "exact_onsets", "finest_end"]

# parts of a beat, or of a quarter, that notation has, the usual first: a file is held against as many sets as tell notation from chance
PLAIN = ((1, 2, 3, 4, 6), (8, 12), (16, 24, 5, 7), (9, 10, 32, 48))
NEARLY = 0.95  # of the notes of a part on the grid: the rest are a player's, or ornaments
CHANCE = 1e-4  # that so many are there by accident, where any tick is as likely
COMMON = 0.5  # of the ticks on the grid: then nothing less than all of the notes will do
FEW = 7  # notes: fewer that are all on the grid are believed without that
FINER = 2  # an end may be one division finer than all onsets: staccato is written so, gates are finer


def exact_onsets(
    at: Ints, part: Ints, grid: BeatGrid, tick: Ints, sets: int = len(PLAIN)
) -> tuple[Ints, NDArray[np.bool_]]:
    """Where notes are on the grid, in parts that are on it as a whole; else -1; and which are there by a tuplet alone.

    A tuplet is a run of equal steps from a place of the grid: of 11, 13, 17, as notation programs write them.

    Parameters
    ----------
    at
        Onsets in ticks of the grid, shape (n,).
    part
        Of which part each is.
    grid
        The beats.
    tick
        What the file counts in, in ticks of the grid, for each: an onset rounded to it is exact.
    sets
        How many of the sets of parts count.
    """
    beat = np.clip(np.searchsorted(grid.ticks, at, "right") - 1, 0, len(grid) - 1)
    length = np.diff(grid.ticks)[beat]
    found, tuplet = np.full(len(at), -1, np.int64), np.zeros(len(at), bool)
    for number in np.unique(part):
        rows = np.flatnonzero(part == number)
        place = np.full(len(rows), -1, np.int64)
        lasts, width = length[rows], tick[rows]
        units = [(grid.ticks[beat[rows]], lasts)]
        if (lasts != grid.resolution).any():
            units.append((at[rows] // grid.resolution * grid.resolution, np.full(len(rows), grid.resolution)))
        for size, parts in enumerate(PLAIN[:sets], 1):
            for of in parts:
                for start, whole in units:
                    inside = at[rows] - start
                    nearest = (2 * inside * of + whole) // (2 * whole)
                    on = np.abs(inside * of - nearest * whole) * 2 <= width * of
                    place = np.where((place < 0) & on, start + nearest * whole // of, place)
            placed = place >= 0
            on = placed | in_equal_steps(at[rows], placed, width, grid.resolution)
            common = min(sum(_common(int(np.median(whole / width)), size) for _, whole in units), 1.0)
            if (on.all() and (len(rows) < FEW or common ** placed.sum() < CHANCE)) or (
                common <= COMMON and on.mean() >= NEARLY and common ** placed.sum() < CHANCE
            ):
                tuplet[rows] = on & ~placed
                found[rows] = np.where(tuplet[rows], at[rows], place)
            if placed.all():
                break  # finer sets add nothing
    return found, tuplet


def exact_ends(
    at: Ints, tuplet: NDArray[np.bool_], ends: Ints, part: Ints, quarter: int, tick: Ints, clock: int
) -> Ints:
    """Where notes end, in parts where nearly all end as notation would have it; else -1; tuplets there end as they do.

    Parameters
    ----------
    at
        Exact onsets in ticks of the grid, -1 for others, shape (n,).
    tuplet
        Which are so by a tuplet alone: see `exact_onsets`.
    ends
        Where notes end.
    part
        Of which part each is.
    quarter, tick
        Ticks of the grid in a quarter; and in what is one place, for each.
    clock
        Ticks of the grid in one tick of the file: where more is one place, ends on so fine a grid are nobody's.
    """
    found = np.full(len(at), -1, np.int64)
    for number in np.unique(part):
        rows = np.flatnonzero((part == number) & (at >= 0))
        if len(rows):
            odd = tuplet[rows]
            fine = finest_end(int(np.gcd.reduce(np.append(at[rows[~odd]], quarter))))
            near = (2 * ends[rows] + fine) // (2 * fine) * fine
            on = (np.abs(near - ends[rows]) * 2 <= tick[rows]) & (near > at[rows])
            telling = np.median(tick[rows]) <= max(COMMON * fine, clock)
            if telling and on[~odd].mean() >= NEARLY:
                found[rows] = np.where(odd, ends[rows], np.where(on, near, -1))
    return found


def finest_end(step: Any) -> Any:
    """What ends are multiples of where onsets are multiples of `step` ticks, a number or an array."""
    return np.where(step % FINER == 0, step // FINER, step)


def _common(ticks: int, size: int) -> float:
    """The share of a beat's ticks that lie on the first sets of `PLAIN`."""
    places = {i / of for parts in PLAIN[:size] for of in parts for i in range(of)}
    return min(len(places) / max(ticks, 1), 1.0)
