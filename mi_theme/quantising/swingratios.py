"""Swing: pairs that are written as equal and played long and short."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from mi_theme.quantising.beatgrid import BeatGrid, Floats, Ints

__all__ = ["Swing", "evened", "swings", "swung_again"]

LIGHTEST, HARDEST = 0.55, 0.72  # where in its pair the second note begins: from just heard to under a dotted one's
# Friberg and Sundstrom (2002), "Swing ratios and ensemble timing in jazz performance", Music Perception 19(3): .5 to .78
UNEVEN, UNSTEADY = 0.04, 0.012  # of a pair, and seconds: how much that place varies
RIVALS = (0.5, 0.75)  # where it is in an even pair and in a dotted one
WINDOW = (0.42, 0.78)  # what counts as a second note
MIDDLE = (0.14, 0.42)  # a note there is of a triplet or a sixteenth
AGAINST, MOST_SAID = 8.0, 4.0  # what such a note says against swing; the most that one note says for it
CHANGE = 8.0  # to begin or to end swinging
FEWEST = 6  # second notes in a stretch that swings
LEVELS = (Fraction(1, 2), Fraction(1, 4))  # eighths, sixteenths


@dataclass(frozen=True, slots=True)
class Swing:
    """A stretch that swings.

    Attributes
    ----------
    start, end
        Quarters from the beginning.
    value
        What is written, in quarters: 1/2 for eighths.
    ratio
        The share of a pair that its first note takes: 2/3 is triplet swing.
    """

    start: Fraction
    end: Fraction
    value: Fraction
    ratio: float

    def __str__(self) -> str:
        name = "eighths" if self.value == LEVELS[0] else "sixteenths"
        return f"{name} swing at {self.ratio:.0%} from quarter {float(self.start):g} to {float(self.end):g}"


def swings(seconds: Floats, grid: BeatGrid, ratio: float | None = None) -> tuple[Swing, ...]:
    """The stretches that swing, of the larger value that does.

    Parameters
    ----------
    seconds
        When chords sound, as `BeatGrid.even` has it, ascending, shape (n,).
    grid
        The beats.
    ratio
        The ratio where it is known: then everything swings by it, in eighths.
    """
    if ratio is not None:
        start, end = (Fraction(int(tick), grid.resolution) for tick in grid.ticks[[0, -1]])
        return (Swing(start, end, LEVELS[0], ratio),)
    for value in LEVELS:
        found = tuple(_swings(seconds, grid, value))
        if found:
            return found
    return ()


def evened(seconds: Floats, grid: BeatGrid, found: tuple[Swing, ...]) -> Floats:
    """The same seconds with pairs made even.

    Parameters
    ----------
    seconds
        As `swings` takes them.
    grid
        The beats.
    found
        What swings.
    """
    out = seconds.copy()
    for swing in found:
        ticks, paired = _pairs(grid, swing.value)
        bounds = grid.even(ticks)
        pair = np.clip(np.searchsorted(bounds, seconds, "right") - 1, 0, len(paired) - 1)
        start, lasts = bounds[pair], np.diff(bounds)[pair]
        share = (seconds - start) / lasts
        even = np.where(share < swing.ratio, share / swing.ratio, 1 + (share - swing.ratio) / (1 - swing.ratio)) / 2
        low, high = int(swing.start * grid.resolution), int(swing.end * grid.resolution)
        inside = (ticks[pair] >= low) & (ticks[pair] < high)
        mine = inside & paired[pair] & (share >= 0) & (share <= 1)
        out[mine] = (start + even * lasts)[mine]
    return out


def swung_again(ticks: Ints, resolution: int, found: tuple[Swing, ...], place: Fraction) -> Ints:
    """Even ticks as a machine would swing them.

    Parameters
    ----------
    ticks
        Where something is written, shape (n,).
    resolution
        Ticks in a quarter.
    found
        What swings.
    place
        The share of a pair that its first note takes, in all of them.
    """
    out = ticks.copy()
    for swing in found:
        pair, start = int(2 * swing.value * resolution), int(swing.start * resolution)
        share = (ticks - start) % pair / pair
        late = np.where(share <= 0.5, 2 * share * float(place), 1 - 2 * (1 - share) * (1 - float(place)))
        inside = (ticks >= start) & (ticks < int(swing.end * resolution))
        out[inside] = np.rint(ticks + (late - share) * pair).astype(np.int64)[inside]
    return out


def _pairs(grid: BeatGrid, value: Fraction) -> tuple[Ints, NDArray[np.bool_]]:
    """Beats, or halves of them, in ticks; which of them are pairs of that value."""
    pair = int(2 * value * grid.resolution)
    halves = np.where(np.diff(grid.ticks) == 2 * pair, 2, 1)
    beat = np.repeat(np.arange(len(grid)), halves)
    second = np.append(False, beat[1:] == beat[:-1])
    ticks = np.append(grid.ticks[beat] + pair * second, grid.ticks[-1])
    return ticks, np.diff(ticks) == pair


def _swings(seconds: Floats, grid: BeatGrid, value: Fraction) -> Iterator[Swing]:
    ticks, paired = _pairs(grid, value)
    bounds = grid.even(ticks)
    pair = np.clip(np.searchsorted(bounds, seconds, "right") - 1, 0, len(paired) - 1)
    share = (seconds - bounds[pair]) / np.diff(bounds)[pair]
    second = paired[pair] & (share > WINDOW[0]) & (share < WINDOW[1])
    late = share[second & (share > LIGHTEST) & (share < HARDEST + UNEVEN)]
    if len(late) < FEWEST:
        return
    ratio = float(np.median(late))
    rival = np.minimum(*((share - place) ** 2 for place in RIVALS))
    spread = UNEVEN**2 + (UNSTEADY / np.diff(bounds)[pair]) ** 2
    said = np.clip((rival - (share - ratio) ** 2) / (2 * spread), -MOST_SAID, MOST_SAID)
    said = np.where(second, said, 0.0) - AGAINST * (paired[pair] & (share > MIDDLE[0]) & (share < MIDDLE[1]))
    evidence = np.where(paired, 0.0, -CHANGE)
    np.add.at(evidence, pair, said)
    for first, last in _stretches(evidence):
        mine = share[second & (pair >= first) & (pair <= last)]
        middle = float(np.median(mine)) if len(mine) >= FEWEST else 0.0
        if LIGHTEST <= middle <= HARDEST:
            start, end = (Fraction(int(ticks[row]), grid.resolution) for row in (first, last + 1))
            yield Swing(start, end, value, round(middle, 3))


def _stretches(evidence: Floats) -> Iterator[tuple[int, int]]:
    """First and last pair of each stretch where swinging is the better account, changes paid for (Viterbi)."""
    straight, swung = 0.0, -CHANGE
    came: list[tuple[bool, bool]] = []  # for (straight, swung): whether it was swinging before
    for said in evidence.tolist():
        came.append((swung - CHANGE > straight, swung >= straight - CHANGE))
        straight, swung = max(straight, swung - CHANGE), max(swung, straight - CHANGE) + said
    state = swung > straight
    states = []
    for before in reversed(came):
        states.append(state)
        state = before[state]
    edges = np.flatnonzero(np.diff(np.concatenate([[0], np.array(states[::-1], int), [0]])))
    yield from zip(edges[::2].tolist(), (edges[1::2] - 1).tolist(), strict=True)
