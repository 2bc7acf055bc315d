"""Curves of pitch bend, pressure and continuous controllers, resampled where time is stretched.

A curve is a row of small steps close together. Under the map it keeps its
shape, but where time is stretched its steps would grow coarse, and where the
slope changes inside a step the corner would be lost: there it gets more of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from mi_theme.conversion.timeline import Timeline
from mi_theme.score import Track
from mi_theme.score import messages as m

__all__ = ["samples"]

PRESSURE = 0xD0
CONTINUOUS = (1, 2, 4, 7, 8, 10, 11, 12, 13, 16, 17, 18, 19, *range(70, 80), *range(91, 96))
CLOSE = Fraction(1, 2)  # quarters: messages farther apart are no curve
JUMP = 1 / 6  # of the whole range: a larger step is one that was meant
MOST = 16  # steps that one is divided into

Ints = NDArray[np.int64]


def samples(track: Track, timeline: Timeline, quarter: int) -> Iterator[tuple[Fraction, bytes]]:
    """(position in quarters of the target, message) of what a track's curves need more."""
    for rows in _curves(track):
        events = track.events[rows]
        ticks, values = events["tick"].astype(np.int64), _values(events)
        for index in _steps(ticks, values, _range(events), quarter).tolist():
            between = _between(int(ticks[index]), int(ticks[index + 1]), timeline)
            share = (between - ticks[index]) / (ticks[index + 1] - ticks[index])
            found = np.rint(values[index] + share * (values[index + 1] - values[index])).astype(int)
            images = timeline.images(between, np.ones(len(between), bool))
            for num, den, value in zip(images.num.tolist(), images.den.tolist(), found.tolist(), strict=True):
                at = Fraction(round(Fraction(num, den * timeline.unit) * quarter), quarter)
                yield at, _message(events[index], value)


def _curves(track: Track) -> Iterator[Ints]:
    """Rows of one channel and one controller, three or more."""
    status, number = track.events["status"].astype(np.int64), track.events["data1"].astype(np.int64)
    kind = status & 0xF0
    bends = (kind == m.BEND) | (kind == PRESSURE)
    chosen = np.flatnonzero(bends | ((kind == m.CONTROL) & np.isin(number, CONTINUOUS)))
    keys = status[chosen] * 128 + np.where(bends[chosen], 0, number[chosen])
    for key in np.unique(keys).tolist():
        rows = chosen[keys == key]
        if len(rows) > 2:
            yield rows


def _values(events: NDArray[np.void]) -> Ints:
    first, second = events["data1"].astype(np.int64), events["data2"].astype(np.int64)
    kind = int(events["status"][0]) & 0xF0
    return first + 128 * second if kind == m.BEND else first if kind == PRESSURE else second


def _range(events: NDArray[np.void]) -> int:
    return 128 * 128 if int(events["status"][0]) & 0xF0 == m.BEND else 128


def _steps(ticks: Ints, values: Ints, whole: int, quarter: int) -> Ints:
    """Indices of small steps, close together."""
    gaps, rises = np.diff(ticks), np.abs(np.diff(values))
    found: Ints = np.flatnonzero((gaps > 1) & (gaps <= float(CLOSE) * quarter) & (rises > 0) & (rises <= JUMP * whole))
    return found


def _between(start: int, stop: int, timeline: Timeline) -> Ints:
    """Ticks inside a step at which it needs a value: as many as it is stretched, and the corners of the map."""
    ends = np.array([start, stop], np.int64)
    images = timeline.images(ends, np.array([True, False]))
    low, high = (images.num / images.den / timeline.scale).tolist()
    parts = min(max(int(np.ceil((high - low) / (stop - start) - 1e-9)), 1), MOST)
    corners = timeline.x[(timeline.x > start * timeline.scale) & (timeline.x < stop * timeline.scale)] // timeline.scale
    even = start + (stop - start) * np.arange(1, parts) // parts
    found = np.unique(np.concatenate([corners, even]))
    inside: Ints = found[(found > start) & (found < stop)]
    return inside[~timeline.dropped(inside)]


def _message(event: np.void, value: int) -> bytes:
    status = int(event["status"])
    kind = status & 0xF0
    if kind == m.BEND:
        return bytes((status, value % 128, value // 128))
    return bytes((status, value)) if kind == PRESSURE else bytes((status, int(event["data1"]), value))
