"""Where each note of a tune may go, and the cheapest way through: exact, in numpy."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from mi_theme.errors import StrategyError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

__all__ = ["FORBIDDEN", "Lattice", "cheapest", "spread"]

SLOT_REACH = np.arange(-3, 5)  # slots around the starting place
FORBIDDEN = 1e4
FINEST_STEP = 1 / 4096  # of a slot, where a bar has no room


@dataclass(frozen=True)
class Lattice:
    """Places for n notes, k each.

    Attributes
    ----------
    positions
        Where the notes stand, in slots of the source, shape (n,).
    image
        Where a plain stretch (or the skeleton) puts them, in slots of the target.
    slots
        Where they may go, shape (n, k).
    closed
        FORBIDDEN where they may not, 0 elsewhere, shape (n, k).
    """

    positions: Array
    image: Array
    slots: Array
    closed: Array

    @classmethod
    def around(cls, positions: Array, image: Array, fixed: Array, frame: float) -> Lattice:
        """Places near the images.

        Parameters
        ----------
        positions, image
            As above, strictly increasing.
        fixed
            Which notes stay at their image; bar lines and group starts.
        frame
            Slots from one locked bar line to the next; nothing crosses these.
        """
        low, high = _bounds(image, fixed, frame)
        home, crowded = spread(image, fixed, low, high)
        still = (fixed | crowded)[:, None] & (SLOT_REACH != 0)
        slots = home[:, None] + SLOT_REACH
        outside = ((slots <= low[:, None]) | (slots >= high[:, None])) & ~fixed[:, None]
        return cls(positions, image, slots, FORBIDDEN * (still | outside))

    @property
    def backward(self) -> Array:
        """FORBIDDEN where a note would not come after the one before, shape (n - 1, k, k)."""
        return FORBIDDEN * (self.slots[1:, None, :] <= self.slots[:-1, :, None])

    def along(self, path: Array) -> Array:
        """The slots that a path takes."""
        found: Array = self.slots[np.arange(len(path)), path]
        return found

    @property
    def home(self) -> Array:
        """The path of starting places."""
        return np.full(len(self.slots), -SLOT_REACH[0])


def _bounds(image: Array, fixed: Array, frame: float) -> tuple[Array, Array]:
    """The nearest fixed places before and after each note, not counting its own."""
    whole = np.floor(image / frame + 1e-9)
    posts = np.unique(np.concatenate([image[fixed], whole * frame, (whole + 1) * frame]).round(6))
    after = np.searchsorted(posts, image + 1e-6, side="right")
    before = np.searchsorted(posts, image - 1e-6) - 1
    low = np.where(fixed, posts[np.maximum(before, 0)], posts[after - 1])
    return low, posts[after]


def spread(image: Array, fixed: Array, low: Array, high: Array) -> tuple[Array, Array]:
    """Whole slots near the images, strictly between the bounds, no two notes on one.

    Where that is impossible the notes keep their proportions on a finer grid.

    Returns
    -------
    places, crowded
        Positions; which of them are on the finer grid.

    Raises
    ------
    StrategyError
        Where even the finest grid has no room.
    """
    places = np.array(image, float)
    crowded = np.zeros(len(image), bool)
    for first, stop in _runs(np.where(fixed, np.nan, low)):
        part, room = slice(first, stop), high[first] - low[first]
        step = 1.0
        while room / step < stop - first + 1 - 1e-6:
            step, crowded[part] = step / 2, True
        if step < FINEST_STEP:
            raise StrategyError(
                f"best: {stop - first} notes have no room in {room:g} slots of the target; check the onsets"
            )
        places[part] = _packed(image[part], low[first], high[first], step)
    return places, crowded


def _runs(keys: Array) -> list[tuple[int, int]]:
    """Maximal runs (first, stop) of equal keys; nan belongs to none."""
    edges = np.flatnonzero(np.diff(keys) != 0) + 1
    bounds = [0, *edges.tolist(), len(keys)]
    return [(first, stop) for first, stop in pairwise(bounds) if stop > first and not np.isnan(keys[first])]


def _packed(image: Array, low: float, high: float, step: float) -> Array:
    """Multiples of the step strictly between two bounds, as near as order allows."""
    rank = np.arange(len(image))
    least, most = np.floor(low / step + 1 + 1e-6) + rank, np.ceil(high / step - 1 - 1e-6) - rank[::-1]
    wanted = np.clip(np.floor(image / step + 0.5), least, most)
    placed: Array = np.minimum(np.maximum.accumulate(wanted - rank) + rank, most) * step
    return placed


def cheapest(start: Array, steps: Array) -> tuple[int, Array]:
    """The path of least cost, by second-order Viterbi: the state is (place before, place now).

    Parameters
    ----------
    start
        Costs of the first two places, for each of f ways to count, shape (f, k, k).
    steps
        Costs of every next place given two, shape (n - 2, f, k, k, k).

    Returns
    -------
    way, path
        The way to count that is cheapest, and the place of each note in it, from 0 to k - 1.
    """
    totals = [start]
    for step in steps:
        totals.append(np.minimum.reduce(totals[-1][..., None] + step, axis=1))
    way, before, now = np.unravel_index(int(totals[-1].argmin()), start.shape)
    path = [int(now), int(before)]
    for total, step in zip(totals[-2::-1], steps[::-1], strict=True):
        path.append(int((total[way, :, path[-1]] + step[way, :, path[-1], path[-2]]).argmin()))
    return int(way), np.array(path[::-1])
