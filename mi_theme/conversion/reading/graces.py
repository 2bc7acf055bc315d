"""Short notes that lead to another."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from mi_theme.conversion.reading.grid import span_parts
from mi_theme.score import Score

__all__ = ["leaders_of"]

LONGEST_GRACE = Fraction(1, 8)  # quarters: what is longer is no ornament
MOST_GRACES = 4  # notes in a row; more are a passage
Ints = NDArray[np.int64]


@lru_cache(maxsize=4)
def leaders_of(score: Score) -> Ints:
    """For each row of `Score.spans` the row of the note that it leads to without a gap, or -1."""
    spans, parts = score.spans, span_parts(score)
    found = np.full(len(spans), -1, np.int64)
    for number, part in enumerate(score.parts):
        rows = np.flatnonzero(parts == number)
        if not part.is_percussion and len(rows):
            rows = rows[np.argsort(spans["start"][rows], kind="stable")]
            found[rows] = _leaders(rows, spans["start"][rows], spans["stop"][rows], score.ticks_per_quarter)
    return found


def _leaders(rows: Ints, starts: Ints, stops: Ints, quarter: int) -> Ints:
    """The same for the rows of one part, in the order of their beginnings."""
    lasts = stops - starts
    short = (lasts > 0) & (lasts * LONGEST_GRACE.denominator <= quarter)
    following = np.searchsorted(starts, stops)
    found, depth = np.full(len(rows), -1, np.int64), np.zeros(len(rows), np.int64)
    for index in np.flatnonzero(short)[::-1].tolist():
        main = int(following[index])
        if main >= len(rows) or starts[main] != stops[index]:
            continue
        if not short[main] and lasts[main] >= 2 * lasts[index]:
            found[index], depth[index] = rows[main], 1
        elif found[main] >= 0:
            found[index], depth[index] = found[main], depth[main] + 1
    return _without_passages(found, depth)


def _without_passages(found: Ints, depth: Ints) -> Ints:
    """Leave out rows of more short notes than an ornament has."""
    long = set(found[depth > MOST_GRACES].tolist())
    return np.where(np.isin(found, list(long)), -1, found) if long else found
