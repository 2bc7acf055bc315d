"""Notes that have no time of their own: grace notes, and trills played out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mi_theme.quantising.grids import Floats, Ints

__all__ = ["graces", "trills"]

QUICK, SHARE = 0.08, 0.12  # seconds and share of a beat from a grace note to the next: just under a thirty-second
FEWER = 2.0  # times as long is what comes before it and after its main note
NEXT = 5  # semitones to the main note, at most
MOST = 3  # grace notes in a row; more are a passage
SHAKE, FASTER = 0.13, 0.2  # seconds and share of a beat between the notes of a trill: faster than sixteenths
SECOND = 2  # semitones between them, at most
REPEATS = 5  # notes of the shortest trill


def graces(seconds: Floats, lasts: Floats, pitch: Ints, beat: Floats) -> Ints:
    """For each note of a part the row of the main note that it is a grace note of, or -1.

    Parameters
    ----------
    seconds
        Onsets, ascending, shape (n,).
    lasts
        Seconds that they sound.
    pitch
        MIDI numbers.
    beat
        Seconds of the beat at each.
    """
    count = len(seconds)
    found = np.full(count, -1, np.int64)
    if count < 2:
        return found
    gap = np.append(np.diff(seconds), np.inf)
    before = np.append(np.inf, gap[:-1])
    quick = (gap < np.minimum(QUICK, SHARE * beat)) & (lasts < FEWER * QUICK)
    near = np.append(np.abs(np.diff(pitch)), 99)
    quick &= (near > 0) & (near <= NEXT)
    begin = np.flatnonzero(quick & ~np.append(False, quick[:-1]))
    stop = np.flatnonzero(~quick & np.append(False, quick[:-1]))  # the main note after each row of quick ones
    size = stop - begin
    inside = np.maximum.reduceat(np.append(gap[:-1], 0.0), np.column_stack([begin, stop]).ravel())[::2]
    alone = (size <= MOST) & (before[begin] > FEWER * inside) & (gap[stop] > FEWER * inside) & (lasts[stop] > lasts[begin])
    for first, main in zip(begin[alone].tolist(), stop[alone].tolist(), strict=True):
        found[first:main] = main
    return found


def trills(seconds: Floats, pitch: Ints, beat: Floats) -> NDArray[np.int64]:
    """For each note of a part the row of the first note of the trill that it is in, or -1.

    Parameters
    ----------
    seconds
        Onsets, ascending, shape (n,).
    pitch
        MIDI numbers.
    beat
        Seconds of the beat at each.
    """
    last: dict[int, int] = {}
    came = [-1] * len(seconds)  # the row before it in a chain that goes to and fro
    times, keys, room = seconds.tolist(), pitch.tolist(), np.minimum(SHAKE, FASTER * beat).tolist()
    for row, key in enumerate(keys):
        near = [last[key + step] for step in (-1, 1, -2, 2) if key + step in last]
        near = [other for other in near if 0 < times[row] - times[other] < room[row]]
        near = [other for other in near if came[other] < 0 or keys[came[other]] == key]
        came[row] = max(near, default=-1)
        last[key] = row
    return _chains(came)


def _chains(came: list[int]) -> Ints:
    """The first row of each chain that is long enough."""
    first, size = list(range(len(came))), [1] * len(came)
    for row, before in enumerate(came):
        if before >= 0:
            first[row] = first[before]
            size[first[row]] += 1
    heads = np.array(first, np.int64)
    return np.where(np.array(size, np.int64)[heads] >= REPEATS, heads, -1) if len(came) else heads
