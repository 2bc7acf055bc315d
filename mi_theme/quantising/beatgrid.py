"""The grid that music is written on: beats in ticks and in seconds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

import numpy as np
from numpy.typing import NDArray

from mi_theme.errors import ScoreError
from mi_theme.meter import Meter
from mi_theme.quantising.menus import FINEST, menu_of
from mi_theme.score import Score

__all__ = ["BeatGrid", "Floats", "Ints", "grid_of_beats", "grid_of_score", "smooth"]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

MOST_BEATS = 4_000_000  # of a score: more are a broken file
SLOWEST = 2.0  # seconds of a beat that is divided as beats are; a longer one is halved until it is one
QUICKEST = 0.001  # seconds of a beat: some files have tempos of nothing
MARGIN = 12  # beats that go on before the first and after the last that is given


@dataclass(frozen=True)
class BeatGrid:
    """Beats, one after the other.

    Attributes
    ----------
    ticks
        Where each begins, and where the last ends, shape (n + 1,).
    seconds
        The same in seconds.
    menus
        The number of the menu of each, shape (n,); see `menus`.
    resolution
        Ticks in a quarter.
    """

    ticks: Ints
    seconds: Floats
    menus: NDArray[np.int8]
    resolution: int

    def __len__(self) -> int:
        return len(self.menus)

    def even(self, ticks: Ints | Floats) -> Floats:
        """Seconds of ticks as if every beat went evenly."""
        found: Floats = np.interp(ticks, self.ticks, self.seconds)
        return found

    def place(self, beat: Ints, part: Ints, of: Ints) -> Ints:
        """The tick of a place: `part` of `of` parts of a beat."""
        start = self.ticks[beat]
        found: Ints = start + (self.ticks[beat + 1] - start) * part // of
        return found


def grid_of_score(score: Score) -> BeatGrid:
    """The beats of the metre map up to the last note.

    Raises
    ------
    ScoreError
        Where there are millions of them.
    """
    last = Fraction(int(score.spans["start"].max(initial=0)), score.ticks_per_quarter) + 1
    segments = list(_segments(score, last))
    finest = lcm(FINEST, score.ticks_per_quarter, *(at.denominator for at, *_ in segments))
    starts: list[Ints] = []
    menus: list[NDArray[np.int8]] = []
    for first, origin, stop, meter in segments:
        offsets, lengths = _beats_of(meter)
        bars = int(np.ceil(float((stop - origin) / meter.bar)))
        if bars * len(offsets) > MOST_BEATS:
            raise ScoreError(f"the score has {bars} bars of {meter}: no music is as long as that")
        lines = int(origin * finest) + np.arange(bars) * int(meter.bar * finest)
        found = (lines[:, None] + np.array([int(offset * finest) for offset in offsets])).ravel()
        inside = (found >= first * finest) & (found < stop * finest)
        starts.append(found[inside])
        menus.append(np.tile([menu_of(float(length)) for length in lengths], bars).astype(np.int8)[inside])
    ticks = np.append(np.concatenate(starts), int(segments[-1][2] * finest))
    lasts = np.maximum(np.diff(score.tempos.clock(ticks / finest)), QUICKEST)
    seconds = np.concatenate([[0.0], np.cumsum(lasts)])
    return _halved(BeatGrid(ticks, seconds, np.concatenate(menus), finest))


def grid_of_beats(seconds: Floats, quarters: Floats) -> BeatGrid:
    """Beats that are given, going on a little at both ends as they went there.

    Parameters
    ----------
    seconds, quarters
        Where each is, ascending, shape (n,), two at least.
    """
    ticks = np.rint(quarters * FINEST).astype(np.int64)
    keep = np.append(True, np.diff(ticks) > 0)
    ticks, seconds = ticks[keep], seconds[keep]
    count = np.arange(1, MARGIN + 1)
    ticks = np.concatenate(
        [ticks[0] - count[::-1] * (ticks[1] - ticks[0]), ticks, ticks[-1] + count * (ticks[-1] - ticks[-2])]
    )
    seconds = np.concatenate(
        [
            seconds[0] - count[::-1] * (seconds[1] - seconds[0]),
            seconds,
            seconds[-1] + count * (seconds[-1] - seconds[-2]),
        ]
    )
    menus = [menu_of(length) for length in (np.diff(ticks) / FINEST).tolist()]
    return BeatGrid(ticks, seconds, np.array(menus, np.int8), FINEST)


def smooth(grid: BeatGrid, seconds: Floats) -> Floats:
    """Ticks of seconds by a monotone cubic through the beats: tempo does not jump at them.

    Fritsch and Carlson (1980), "Monotone piecewise cubic interpolation", SIAM Journal
    on Numerical Analysis 17(2), with the slopes of Fritsch and Butland (1984).
    """
    x, y = grid.seconds, grid.ticks.astype(float)
    width = np.diff(x)
    slope = np.diff(y) / width
    before, after = 2 * width[1:] + width[:-1], width[1:] + 2 * width[:-1]
    middle = (before + after) / (before / slope[:-1] + after / slope[1:])
    tangent = np.concatenate([slope[:1], middle, slope[-1:]])
    i = np.clip(np.searchsorted(x, seconds, "right") - 1, 0, len(width) - 1)
    t = (seconds - x[i]) / width[i]
    inside = (
        y[i] * (1 + 2 * t) * (1 - t) ** 2
        + y[i + 1] * t**2 * (3 - 2 * t)
        + width[i] * (tangent[i] * t * (1 - t) ** 2 - tangent[i + 1] * t**2 * (1 - t))
    )
    found: Floats = np.where((t >= 0) & (t <= 1), inside, y[i] + slope[i] * (seconds - x[i]))
    return found


def _segments(score: Score, last: Fraction) -> Iterator[tuple[Fraction, Fraction, Fraction, Meter]]:
    """(where it begins, where its first whole bar would, where it ends, metre) of each stretch in one metre."""
    meters = score.meters
    changes = [change for change in meters.changes if change[0] < last]
    if meters.pickup and meters.pickup < last:
        changes = sorted([*changes, (meters.pickup, changes[0][1])], key=lambda change: change[0])
    for index, (start, meter) in enumerate(changes):
        if index + 1 < len(changes):
            stop = changes[index + 1][0]
            opens = index == 0 and meters.at(0).number == 0
            yield start, stop - meter.bar if opens else start, stop, meter
        else:
            yield start, start, start + (-((start - last) // meter.bar)) * meter.bar, meter


def _beats_of(meter: Meter) -> tuple[list[Fraction], list[Fraction]]:
    """Where beats begin in a bar, and how long they are; long groups fall into twos, else into pulses."""
    lengths: list[Fraction] = []
    for group in meter.groups:
        parts = 1 if group in (1, 2, 3) else group // 2 if group % 2 == 0 else group
        lengths += [group * meter.pulse / parts] * parts
    return [sum(lengths[:index], Fraction(0)) for index in range(len(lengths))], lengths


def _halved(grid: BeatGrid) -> BeatGrid:
    """The same with beats that last too long to be felt as one divided."""
    parts = np.ones(len(grid), np.int64)
    for _ in range(6):
        parts[np.diff(grid.seconds) / parts > SLOWEST] *= 2
    if (parts == 1).all():
        return grid
    beat = np.repeat(np.arange(len(grid)), parts)
    inner = np.arange(len(beat)) - np.repeat(np.cumsum(parts) - parts, parts)
    ticks = np.append(grid.place(beat, inner, parts[beat]), grid.ticks[-1])
    seconds = np.interp(ticks, grid.ticks, grid.seconds)
    return BeatGrid(ticks, seconds, grid.menus[beat], grid.resolution)
