"""A pattern in millions of notes, exactly as it is but for key and tempo, in any voices, with so many notes missing.

`scan_numba` (numba) and `scan_numpy` (numpy) find the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mi_theme.errors import ScoreError
from mi_theme.search.corpus.proposals import TICKS, NoteArrays, line_of
from mi_theme.search.patterns import Pattern

__all__ = ["Found", "scan"]

SLACK = 1 / 32  # quarters of the pattern that an onset may be early or late
STRETCHES = (0.5, 2.0)  # how much faster and slower the pattern may be


class Found(NamedTuple):
    """The pattern itself: the number of its piece, a place in the arrays arrays for each note (-1 missing), its stretch."""

    piece: int
    places: tuple[int, ...]
    stretch: float


def scan(
    pattern: Pattern, arrays: NoteArrays, *, missing: int = 0, stretches: tuple[float, float] = STRETCHES, slack: float = SLACK,
    fast: bool = True,
) -> list[Found]:  # fmt: skip
    """Find a pattern of one voice, its intervals and its rhythm exact but for `missing` notes.

    Parameters
    ----------
    pattern
        Of notes that begin together the highest is looked for.
    arrays
        Where to look.
    missing
        How many notes may be missing, at either end or within.
    stretches
        The fastest and slowest tempo, in times of the pattern's.
    slack
        Quarters of the pattern that an onset may be off.
    fast
        Whether to use numba, or numpy.

    Returns
    -------
    list of Found
        In the order of the pieces and of their notes.

    Raises
    ------
    ScoreError
        Where the pattern has too few notes for so many missing.
    """
    time, height = line_of(pattern)
    if len(time) < missing + 3:
        raise ScoreError(f"a scan with {missing} notes missing needs a pattern of {missing + 3} notes, not {len(time)}")
    bases = slice(missing + 1)
    gap = (time[None] - time[bases, None]).astype(float)
    interval = height[None] - height[bases, None]
    notes = arrays.onset, arrays.pitch, arrays.starts
    if fast:
        from exact import scan_numba as run
    else:
        from exact import scan_numpy as run  # type: ignore[no-redef]
    pairs = run.pairs(*notes, gap, interval, *map(float, stretches), slack * TICKS, missing)
    places = run.places(*notes, pairs, time, height, slack * TICKS)
    return list(_found(arrays, time, pairs, places, missing))


def _found(
    arrays: NoteArrays, time: NDArray[np.int64], pairs: NDArray[np.int64], places: NDArray[np.int64], missing: int
) -> Iterator[Found]:
    """What pairs of notes say of all the pattern's, in order, each once."""
    enough = (places < 0).sum(axis=1) <= missing
    (first, second, base, partner), places = pairs[enough].T, places[enough]
    stretch = (arrays.onset[second] - arrays.onset[first]) / (time[partner] - time[base])
    piece = np.searchsorted(arrays.starts, first, side="right") - 1
    order = np.lexsort((stretch, *places.T[::-1], piece))
    rows = np.column_stack([places, stretch])[order]
    chosen = order[np.flatnonzero(np.append(True, (np.diff(rows, axis=0) != 0).any(axis=1))[: len(order)])]
    columns = piece[chosen].tolist(), zip(*places[chosen].T.tolist(), strict=True), stretch[chosen].tolist()
    return map(Found._make, zip(*columns, strict=True))
