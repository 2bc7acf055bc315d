"""The lines of a piece in which something may recur: its voices, and of thick ones the top and the bottom."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from mi_theme.search.match.expectations import HeardNotes
from mi_theme.search.match.note_alignment import APART

__all__ = ["lines_in"]

Whole = NDArray[np.int64]


def lines_in(heard: HeardNotes, ends: NDArray[np.float64], fewest: int) -> Iterator[Whole]:
    """Rows of notes, one after another in time, line by line.

    Parameters
    ----------
    heard
        The notes of a piece, sorted by onset, then pitch.
    ends
        When each of them ends, in quarters.
    fewest
        The notes of a line that is worth it.

    Yields
    ------
    ndarray of int
        The rows of a line. A voice is one; where many of its notes begin together (a piano, or voices that the file
        does not tell apart) its skyline is one, as Uitdenbogerd and Zobel (1998) have it, the notes that no higher one
        sounds over, and so is its lowest line.
    """
    for stream in np.unique(heard.stream):
        rows = np.flatnonzero(heard.stream == stream)
        if len(rows) < fewest:
            continue
        if not heard.thick[rows[0]]:
            yield rows[np.append(np.diff(heard.onset[rows]) > APART, True)]  # the top of a double stop
            continue
        for side in (1, -1):
            line = rows[_outer(heard.onset[rows], ends[rows], side * heard.pitch[rows])]
            if len(line) >= fewest:
                yield line


def _outer(onset: NDArray[np.float64], end: NDArray[np.float64], height: Whole) -> Whole:
    """The notes that nothing higher sounds over when they begin, one at a time."""
    kept: list[int] = []
    sounding: list[tuple[float, int]] = []
    order = np.lexsort((-height, onset))
    last = -np.inf
    for row, begins, ends, high in zip(
        order.tolist(), onset[order].tolist(), end[order].tolist(), height[order].tolist(), strict=True
    ):
        sounding = [(until, above) for until, above in sounding if until > begins + APART]
        if begins > last + APART and all(above <= high for _, above in sounding):
            kept.append(row)
            last = begins
        sounding.append((ends, high))
    return np.array(kept, np.int64)
