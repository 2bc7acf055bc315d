"""How much a rhythm works against its metre: five measures that disagree in instructive ways.

Conventions: onsets in quarters, shape (n,), in any order; `meter` with its
grouping where it has one; a bar line at 0. A note reaches to the next onset,
the last to the bar line after it: rests and held notes are not told apart.
All raise `ScoreError` for onsets that lie on no grid of the metre; none says
anything of tempo, loudness, pitch or harmony.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from mi_theme.errors import ScoreError
from mi_theme.meter import Meter
from mi_theme.rhythm.grids import Ints, OnsetGrid, on_grid

__all__ = ["indispensability", "keith", "metric_complexity", "syncopation", "wnbd"]


def syncopation(onsets: ArrayLike, meter: Meter | str) -> float:
    """Syncopation of Longuet-Higgins and Lee, per bar.

    A note is syncopated where a stronger place than its own passes silently
    before the next onset; it counts the difference of the two levels, the
    strongest such place taken. Longuet-Higgins and Lee (1984), Music Perception
    1(4). From 0, with no upper end: levels depend on the notation, so 2/4 in
    sixteenths and 4/4 in eighths give different numbers.

    Parameters
    ----------
    onsets
        Quarters, with a bar line at 0.
    meter
        A metre, or its text.

    Returns
    -------
    float
        Levels a bar.
    """
    grid, places = on_grid(onsets, meter)
    if not len(places):
        return 0.0
    passed = _strongest_between(places, _ends(places, grid), grid)
    return float(np.maximum(passed - grid.levels[places % grid.places], 0).sum() / _bars(places, grid))


def indispensability(onsets: ArrayLike, meter: Meter | str) -> float:
    """Barlow's indispensability, the mean over the onsets, from 0 to 1.

    1 where every note falls on a bar line. Barlow (1987), Computer Music Journal
    11(1); for unequal groups see `Meter.ranks`. It counts single notes: silence
    costs nothing, and a run of equal notes gives about 1/2 in every metre.

    Parameters
    ----------
    onsets
        Quarters, with a bar line at 0.
    meter
        A metre, or its text.

    Returns
    -------
    float
        A mean of ranks.
    """
    grid, places = on_grid(onsets, meter)
    if not len(places):
        return 0.0
    return float(grid.ranks[places % grid.places].mean() / max(grid.places - 1, 1))


def metric_complexity(onsets: ArrayLike, meter: Meter | str) -> float:
    """Toussaint's metric complexity, per bar: how far the onsets are from the strongest places for so many.

    Weights are those of Lerdahl and Jackendoff (1983), one more for each level;
    Toussaint (2002), "A mathematical analysis of African, Brazilian, and Cuban
    clave rhythms", BRIDGES. From 0. Blind to what follows what.

    Parameters
    ----------
    onsets
        Quarters, with a bar line at 0.
    meter
        A metre, or its text.

    Returns
    -------
    float
        Points a bar.
    """
    grid, places = on_grid(onsets, meter)
    if not len(places):
        return 0.0
    in_bar = np.unique(places // grid.places, return_counts=True)[1]
    best = np.append(0, np.cumsum(np.sort(grid.levels)[::-1]))
    return float((best[in_bar].sum() - grid.levels[places % grid.places].sum()) / _bars(places, grid))


def wnbd(onsets: ArrayLike, meter: Meter | str) -> float:
    """Weighted note-to-beat distance, the mean over the onsets.

    A note off the beat counts the inverse of its distance to the nearest beat
    (in beats of the metre, the one it lies in where they are unequal), twice
    that where it lasts over the next beat but not over the one after. Gomez,
    Melvin, Rappaport and Toussaint (2005), "Mathematical measures of
    syncopation", BRIDGES. From 0. It knows no downbeat, and grows without end
    as notes come nearer to a beat without reaching it.

    Parameters
    ----------
    onsets
        Quarters, with a bar line at 0.
    meter
        A metre, or its text.

    Returns
    -------
    float
        Inverse beats.
    """
    grid, places = on_grid(onsets, meter)
    if not len(places):
        return 0.0
    beats, bars = grid.beats, places // grid.places * grid.places
    inside = places - bars
    index = np.searchsorted(beats, inside, side="right") - 1
    starts = np.append(beats, [grid.places, grid.places + (beats[1] if len(beats) > 1 else grid.places)])
    before, after, second = (starts[index + i] for i in range(3))
    nearest = np.minimum(inside - before, after - inside) / (after - before)
    ends = _ends(places, grid) - bars
    factor = np.where((ends > after) & (ends <= second), 2.0, 1.0)
    off = nearest > 0
    return float((factor[off] / nearest[off]).sum() / len(places))


def keith(onsets: ArrayLike, meter: Meter | str) -> float:
    """Keith's syncopation, per bar: 1 for a hesitation, 2 for an anticipation, 3 for a syncopation.

    A note of d places (rounded down to a power of two) should begin, and end, on
    a multiple of d: ending off it is a hesitation, beginning off it an
    anticipation, both a syncopation. Keith (1991), *From Polychords to Polya*.
    From 0 to 3 a note.

    Parameters
    ----------
    onsets
        Quarters, with a bar line at 0.
    meter
        A metre whose bar has 2, 4, 8 ... places.

    Returns
    -------
    float
        Points a bar.

    Raises
    ------
    ScoreError
        For bars that are no power of two in places, such as 5/4, 3/4 or 6/8:
        the measure is not defined there.
    """
    grid, places = on_grid(onsets, meter)
    if grid.places & (grid.places - 1) or grid.meter.is_additive:
        raise ScoreError(
            f"Keith's measure is not defined for {grid.meter}: it needs equal beats and a power of two of places"
        )
    if not len(places):
        return 0.0
    ends = _ends(places, grid)
    span = 1 << np.log2(np.minimum(ends - places, grid.places)).astype(np.int64)
    found = 2 * (places % span > 0) + (ends % span > 0)
    return float(found.sum() / _bars(places, grid))


def _ends(places: Ints, grid: OnsetGrid) -> Ints:
    """Where each note ends: the next onset, for the last the next bar line."""
    return np.append(places[1:], (places[-1] // grid.places + 1) * grid.places)


def _bars(places: Ints, grid: OnsetGrid) -> int:
    return int(places[-1] // grid.places - places[0] // grid.places + 1)


def _strongest_between(places: Ints, ends: Ints, grid: OnsetGrid) -> Ints:
    """The highest level strictly between each onset and its end; far below all where nothing is between."""
    lowest = int(grid.levels.min()) - 1
    found = np.full(len(places), lowest)
    for level in range(lowest + 1, 1):  # the next place of at least this level, after each place of a bar
        strong = np.flatnonzero(grid.levels >= level)
        inside = places % grid.places
        nearest = np.append(strong, strong[0] + grid.places)[np.searchsorted(strong, inside, side="right")]
        found[places - inside + nearest < ends] = level
    return found
