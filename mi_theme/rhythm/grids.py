"""Onsets on a metre's grid: as coarse as holds them all, with levels and ranks for each of its places."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mi_theme.errors import ScoreError
from mi_theme.meter import Meter
from mi_theme.rhythm.lines import Floats

__all__ = ["Ints", "OnsetGrid", "on_grid"]

Ints = NDArray[np.int64]

# how a pulse may divide, coarsest first, and by which primes in turn
DIVISIONS = {
    1: (),
    2: (2,),
    3: (3,),
    4: (2, 2),
    6: (2, 3),
    8: (2, 2, 2),
    12: (2, 2, 3),
    5: (5,),
    7: (7,),
    24: (2, 2, 2, 3),
    120: (2, 2, 2, 3, 5),
}
ON_GRID = 1e-6  # quarters


@dataclass(frozen=True)
class OnsetGrid:
    """The places of a bar: pulses, or equal parts of pulses.

    Attributes
    ----------
    meter
        The metre.
    parts
        Places in a pulse.
    """

    meter: Meter
    parts: int

    @property
    def places(self) -> int:
        """Places in a bar."""
        return self.meter.pulses * self.parts

    @property
    def beats(self) -> Ints:
        """The places of the beats."""
        return np.array(self.meter.beats) * self.parts

    @cached_property
    def levels(self) -> Ints:
        """The metrical level of each place: 0 a bar line, below it negative; see `Meter.levels`."""
        levels = np.array(self.meter.levels, np.int64)
        for before, after in self._divisions:
            finer = np.full(len(levels) * after // before, levels.min() - 1)
            finer[:: after // before] = levels
            levels = finer
        return levels

    @cached_property
    def ranks(self) -> Ints:
        """The indispensability of each place, 0 for the first that can be left out; see `Meter.ranks`.

        Where pulses divide, the new places go first; among them, the last part of
        a pulse is worth more than those before it, then what leads to a worthier place.
        """
        ranks = np.array(self.meter.ranks, np.int64)
        for before, after in self._divisions:
            inner, count = after // before, len(ranks)
            finer = np.empty((count, inner), np.int64)
            finer[:, 0] = ranks + count * (inner - 1)
            for part in range(1, inner):
                finer[:, part] = np.roll(ranks, -1) + count * (part - 1)
            ranks = finer.ravel()
        return ranks

    @property
    def _divisions(self) -> list[tuple[int, int]]:
        """(parts before, parts after) of each division of the pulse."""
        parts = [1]
        for prime in DIVISIONS[self.parts]:
            parts.append(parts[-1] * prime)
        return list(pairwise(parts))


@lru_cache(maxsize=64)
def _grid(meter: Meter, parts: int) -> OnsetGrid:
    return OnsetGrid(meter, parts)


def on_grid(onsets: ArrayLike, meter: Meter | str, offset: float = 0.0) -> tuple[OnsetGrid, Ints]:
    """The coarsest grid of a metre that holds all onsets, and their places on it.

    Parameters
    ----------
    onsets
        Quarters, shape (n,).
    meter
        The metre.
    offset
        Where a bar line is, in quarters.

    Returns
    -------
    grid, places
        Places count from the bar line at `offset` and go on over the bars;
        strictly ascending, doubles left out.

    Raises
    ------
    ScoreError
        Where a note lies on no division of the pulse by 2, 3, 5 or 7.
    """
    meter = Meter(meter)
    pulses = (_finite(onsets) - offset) / float(meter.pulse)
    near = ON_GRID / float(meter.pulse)
    for parts in DIVISIONS:
        scaled = pulses * parts
        places = np.rint(scaled)
        if np.abs(scaled - places).max(initial=0) <= near * parts:
            return _grid(meter, parts), np.unique(places.astype(np.int64))
    finest = 120 * pulses
    wrong = int(np.abs(finest - np.rint(finest)).argmax())
    raise ScoreError(
        f"note {wrong} at {pulses[wrong] * float(meter.pulse) + offset:g} quarters lies on no division of the pulse of {meter} by 2, 3, 5 or 7: quantise it, or more coarsely (finest)"
    )


def _finite(onsets: ArrayLike) -> Floats:
    values = np.asarray(onsets, float)
    if values.ndim != 1 or not np.isfinite(values).all() or np.abs(values).max(initial=0) > 1e9:
        raise ScoreError("onsets are one row of finite numbers, in quarters")
    return values
