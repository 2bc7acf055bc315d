"""Where each note of a tune may go, and the cheapest way through: exact, in numpy."""

from __future__ import annotations

from dataclasses import dataclass, replace
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
COARSE = 1.5 * 2.0**29  # what is added to it and taken away keeps whole multiples of 2**-23, whose sums are exact
APART = 2.0**32  # slots, more than any music has: keeps runs of notes from pushing each other


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
    def steps(self) -> Array:
        """Slots from each note to the next, for every difference of their places, shape (n - 1, 2 k - 1)."""
        places = self.slots.shape[1]
        found: Array = np.diff(self.slots[:, 0])[:, None] + np.arange(1 - places, places)
        return found

    @property
    def step_of(self) -> Array:
        """Which of the steps leads from one place to another, shape (k, k)."""
        places = np.arange(self.slots.shape[1])
        return places - places[:, None] + len(places) - 1

    def along(self, path: Array) -> Array:
        """The slots that a path takes."""
        found: Array = self.slots[np.arange(len(path)), path]
        return found

    def narrowed(self, path: Array) -> Lattice:
        """The same notes with no places but those of a path."""
        return replace(self, slots=self.along(path)[:, None], closed=np.zeros((len(path), 1)))

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
    places, free = np.array(image, float), np.flatnonzero(~fixed)
    opens = np.diff(low[free], prepend=np.nan) != 0  # of a run between two bounds the first note
    opens[1:] |= np.diff(free) > 1
    run, starts = np.cumsum(opens) - 1, np.flatnonzero(opens)
    counts = np.diff(starts, append=len(free))
    room, steps = (high - low)[free[starts]], np.ones(len(starts))
    while (tight := room / steps < counts + 1 - 1e-6).any():
        steps[tight] /= 2
        if steps.min() < FINEST_STEP:
            crowd = int(steps.argmin())
            raise StrategyError(
                f"best: {counts[crowd]} notes have no room in {room[crowd]:g} slots of the target; check the onsets"
            )
    rank, step = np.arange(len(free)) - starts[run], steps[run]
    least = np.floor(low[free] / step + 1 + 1e-6)
    most = np.ceil(high[free] / step - 1 - 1e-6) - (counts[run] - 1 - rank)
    wanted = np.clip(np.floor(image[free] / step + 0.5) - least - rank, 0, most - least - rank) + run * APART
    places[free] = np.minimum(np.maximum.accumulate(wanted) - run * APART + least + rank, most) * step
    crowded = np.zeros(len(image), bool)
    crowded[free] = step < 1
    return places, crowded


def cheapest(start: Array, pairs: Array, threes: Array, which: Array) -> tuple[int, Array]:
    """The path of least cost, by second-order Viterbi: the state is (place before, place now).

    Costs are put on a grid on which sums are exact, so that equal costs are equal in whatever
    order they are added; of paths that cost the same, the earlier place is taken.

    Parameters
    ----------
    start
        Costs of the first two places, for each of f ways to count, shape (f, k, k).
    pairs
        Costs of every next place and the one before it, shape (n - 2, k, k).
    threes
        Costs of three places in a row, each kind of three notes once, shape (u, f, k, k, k).
    which
        The kind that each three notes are of, shape (n - 2,).

    Returns
    -------
    way, path
        The way to count that is cheapest, and the place of each note in it, from 0 to k - 1.
    """
    start, pairs, threes = ((cost + COARSE) - COARSE for cost in (start, pairs, threes))
    totals = np.empty((len(which) + 1, *start.shape))
    totals[0], reached, tables = start, np.empty(threes.shape[1:]), list(threes)
    kinds = [tables[kind] for kind in which.tolist()]
    for before, now, pair, three in zip(
        list(totals[:-1, ..., None]), list(totals[1:]), list(pairs), kinds, strict=True
    ):
        np.add(before, three, reached)
        np.minimum.reduce(reached, 1, None, now)
        np.add(now, pair, now)
    way, before, now = map(int, np.unravel_index(int(totals[-1].argmin()), start.shape))
    path, mine = [now, before], list(totals[:-1, way].swapaxes(1, 2))
    for total, three in zip(mine[::-1], kinds[::-1], strict=True):
        path.append(int((total[path[-1]] + three[way, :, path[-1], path[-2]]).argmin()))
    return way, np.array(path[::-1])
