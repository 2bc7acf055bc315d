"""A pattern in millions of notes: what is exactly there, and what is worth a closer look.

`scan` finds the pattern itself, in any key, at any tempo, in any voices, with so
many notes missing. `propose` finds what the alignment (`aligning`) should look
at: chains of notes that follow the pattern at one transposition, in roughly its
rhythm, with notes left out, changed or put in between. `scan_kernel` (numba) and
`scan_plain` (numpy) find the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mi_theme.errors import ScoreError
from mi_theme.search.flat import TICKS, Flat
from mi_theme.search.loops import loops
from mi_theme.search.patterns import Pattern

__all__ = ["Chain", "Found", "propose", "scan"]

MATCHED = 4  # what a note of a chain earns, see the kernel
WORTH = 0.6  # of what the whole pattern would earn: a chain that earns as much is proposed
FEWEST = 4  # notes of the shortest chain that is proposed
SLACK = 1 / 32  # quarters of the pattern that an onset may be early or late
STRETCHES = (0.5, 2.0)  # how much faster and slower the pattern may be
LOOPS = "scan_kernel", "scan_plain"
SCANNED, PROPOSED = 1_500_000, 1_700  # notes a second that numpy does
LOOSE = 1.3  # a chain may go beyond them by that much: its rhythm bends


class Found(NamedTuple):
    """The pattern itself: the number of its piece, a place in the flat arrays for each note (-1 missing), its stretch."""

    piece: int
    places: tuple[int, ...]
    stretch: float


class Chain(NamedTuple):
    """Something like the pattern.

    Attributes
    ----------
    piece
        Its number.
    first, last
        Where in the flat arrays it begins and ends.
    head, tail
        The numbers of the pattern's notes there.
    stretch
        Times in the music for one in the pattern, end to end.
    value
        What it earns.
    """

    piece: int
    first: int
    last: int
    head: int
    tail: int
    stretch: float
    value: int


def scan(
    pattern: Pattern, flat: Flat, *, missing: int = 0, stretches: tuple[float, float] = STRETCHES, slack: float = SLACK,
    fast: bool | None = None,
) -> list[Found]:  # fmt: skip
    """Find a pattern of one voice, its intervals and its rhythm exact but for `missing` notes.

    Parameters
    ----------
    pattern
        Of notes that begin together the highest is looked for.
    flat
        Where to look.
    missing
        How many notes may be missing, at either end or within.
    stretches
        The fastest and slowest tempo, in times of the pattern's.
    slack
        Quarters of the pattern that an onset may be off.
    fast
        Whether to use numba; by default where it is installed and there is enough to do.

    Returns
    -------
    list of Found
        In the order of the pieces and of their notes.

    Raises
    ------
    ScoreError
        Where the pattern has too few notes for so many missing.
    """
    time, height = _line(pattern)
    if len(time) < missing + 3:
        raise ScoreError(f"a scan with {missing} notes missing needs a pattern of {missing + 3} notes, not {len(time)}")
    bases = slice(missing + 1)
    gap = (time[None] - time[bases, None]).astype(float)
    interval = height[None] - height[bases, None]
    run, notes = loops(fast, *LOOPS, len(flat) / SCANNED), (flat.onset, flat.pitch, flat.starts)
    pairs = run.pairs(*notes, gap, interval, *map(float, stretches), slack * TICKS, missing)
    places = run.places(*notes, pairs, time, height, slack * TICKS)
    return list(_found(flat, time, pairs, places, missing))


def propose(
    pattern: Pattern, flat: Flat, *, worth: float = WORTH, stretches: tuple[float, float] = STRETCHES,
    fast: bool | None = None,
) -> list[Chain]:  # fmt: skip
    """Find what is worth aligning, best first.

    Parameters
    ----------
    pattern
        Of notes that begin together the highest is looked for.
    flat
        Where to look.
    worth
        The share of what the whole pattern would earn that a chain must.
    stretches
        The fastest and slowest tempo, in times of the pattern's.
    fast
        Whether to use numba; by default where it is installed and there is enough to do.

    Returns
    -------
    list of Chain
        Of those that begin at one note at one transposition only the best.
    """
    time, height = _line(pattern)
    least = max(int(np.ceil(worth * MATCHED * len(time))), MATCHED * min(FEWEST, len(time)))
    narrow, wide = stretches[0] / LOOSE, stretches[1] * LOOSE
    run = loops(fast, *LOOPS, len(flat) / PROPOSED)
    rows = run.chains(flat.onset, flat.pitch, flat.starts, time, height, narrow, wide, least)
    return list(_chains(flat, time, height, rows))


def _line(pattern: Pattern) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Onsets in ticks and pitches of the highest notes, from 0."""
    highest = dict(zip(pattern.onset, pattern.pitch, strict=True))  # of one onset the last, which is the highest
    time = np.array([round(onset * TICKS) for onset in highest], np.int64)
    height = np.array([*highest.values()], np.int64)
    return time - time[:1], height - height[:1]


def _found(
    flat: Flat, time: NDArray[np.int64], pairs: NDArray[np.int64], places: NDArray[np.int64], missing: int
) -> Iterator[Found]:
    """What pairs of notes say of all the pattern's, in order, each once."""
    enough = (places < 0).sum(axis=1) <= missing
    (first, second, base, partner), places = pairs[enough].T, places[enough]
    stretch = (flat.onset[second] - flat.onset[first]) / (time[partner] - time[base])
    piece = np.searchsorted(flat.starts, first, side="right") - 1
    order = np.lexsort((stretch, *places.T[::-1], piece))
    rows = np.column_stack([places, stretch])[order]
    chosen = order[np.flatnonzero(np.append(True, (np.diff(rows, axis=0) != 0).any(axis=1))[: len(order)])]
    columns = piece[chosen].tolist(), zip(*places[chosen].T.tolist(), strict=True), stretch[chosen].tolist()
    return map(Found._make, zip(*columns, strict=True))


def _chains(flat: Flat, time: NDArray[np.int64], height: NDArray[np.int64], rows: NDArray[np.int64]) -> Iterator[Chain]:
    """The best chain from each beginning at each transposition, best first."""
    if not len(rows):
        return
    first, last, head, tail, value = rows.T
    key = flat.pitch[first].astype(np.int64) - height[head]
    order = np.lexsort((last, -value, key, first))
    fresh = np.append(True, (np.diff(first[order]) != 0) | (np.diff(key[order]) != 0))
    chosen = order[fresh]
    chosen = chosen[np.lexsort((first[chosen], -value[chosen]))]
    lapse = (flat.onset[last[chosen]] - flat.onset[first[chosen]]).astype(float)
    stretch = lapse / np.maximum(time[tail[chosen]] - time[head[chosen]], 1)
    piece = np.searchsorted(flat.starts, first[chosen], side="right") - 1
    columns = (piece, first[chosen], last[chosen], head[chosen], tail[chosen], stretch, value[chosen])
    yield from map(Chain._make, zip(*(column.tolist() for column in columns), strict=True))
