"""A pattern in millions of notes, exactly as it is but for key and tempo, in any voices, with so many notes missing.

`scan_kernel` (numba) and `scan_plain` (numpy) find the same.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mi_theme.errors import ScoreError
from mi_theme.search.flat import TICKS, Flat, line_of
from mi_theme.search.patterns import Pattern

__all__ = ["Found", "scan"]

SLACK = 1 / 32  # quarters of the pattern that an onset may be early or late
STRETCHES = (0.5, 2.0)  # how much faster and slower the pattern may be


class Found(NamedTuple):
    """The pattern itself: the number of its piece, a place in the flat arrays for each note (-1 missing), its stretch."""

    piece: int
    places: tuple[int, ...]
    stretch: float


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
        Whether to use numba; by default where it is installed.

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
    pairs = _loops(fast).pairs(
        flat.onset, flat.pitch, flat.starts, gap, interval, *map(float, stretches), slack * TICKS, missing
    )
    found = {_filled(flat, time, height, row, slack * TICKS) for row in pairs}
    return sorted(hit for hit in found if hit.places.count(-1) <= missing)


def _loops(fast: bool | None) -> Any:
    """The loops: compiled where numba is installed."""
    if fast or (fast is None and find_spec("numba")):
        from mi_theme.search import scan_kernel

        return scan_kernel
    from mi_theme.search import scan_plain

    return scan_plain


def _filled(
    flat: Flat, time: NDArray[np.int64], height: NDArray[np.int64], row: NDArray[np.int64], slack: float
) -> Found:
    """Every note of the pattern that is where two of its notes say that it must be."""
    j, k, base, partner = row.tolist()
    piece = int(np.searchsorted(flat.starts, j, side="right")) - 1
    begin, end = flat.starts[piece : piece + 2]
    onset = flat.onset[begin:end]
    stretch = int(flat.onset[k] - flat.onset[j]) / int(time[partner] - time[base])
    place = int(flat.onset[j]) + stretch * (time - time[base])
    firsts = np.searchsorted(onset, np.ceil(place - stretch * slack))
    lasts = np.searchsorted(onset, np.floor(place + stretch * slack), side="right")
    wanted = int(flat.pitch[j]) + height - height[base]
    places = [
        _first_of(flat.pitch[begin + a : begin + b], pitch, int(begin + a))
        for a, b, pitch in zip(firsts, lasts, wanted.tolist(), strict=True)
    ]
    places[base], places[partner] = j, k
    return Found(piece, tuple(places), stretch)


def _first_of(pitches: NDArray[np.uint8], pitch: int, shift: int) -> int:
    rows = np.flatnonzero(pitches == pitch)
    return shift + int(rows[0]) if len(rows) else -1
