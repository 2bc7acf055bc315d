"""What was played, as arrays against a grid."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mi_theme.quantising.beatgrid import BeatGrid, Floats, Ints, grid_of_score, smooth
from mi_theme.quantising.menus import PULSES
from mi_theme.score import Score

__all__ = ["PerformedNotes", "columns_of", "played_by_beats", "played_by_score"]


class PerformedNotes(NamedTuple):
    """Notes as played, a row for each row of `Score.spans`.

    `at` and `ends` are ticks of the grid; `seconds` and `lasts` are onsets and lengths,
    onsets as if every beat went evenly; `beat` is the length of two pulses at each note in seconds.
    """

    grid: BeatGrid
    at: Ints
    ends: Ints
    seconds: Floats
    lasts: Floats
    beat: Floats
    pitch: Ints
    part: Ints
    drums: NDArray[np.bool_]

    @classmethod
    def on(cls, grid: BeatGrid, at: Ints, ends: Ints, columns: tuple[Ints, Ints, NDArray[np.bool_]]) -> PerformedNotes:
        """Notes on a grid, by their ticks."""
        seconds = grid.even(at)
        beat = np.clip(np.searchsorted(grid.ticks, at, "right") - 1, 0, len(grid) - 1)
        pulses = np.array(PULSES)[grid.menus[beat]]
        return cls(
            grid, at, ends, seconds, grid.even(ends) - seconds, np.diff(grid.seconds)[beat] * 2 / pulses, *columns
        )


def columns_of(score: Score) -> tuple[Ints, Ints, NDArray[np.bool_]]:
    """Pitch, number of the part, and whether that is percussion, for each row of `Score.spans`."""
    spans = score.spans
    pitch, channel, part = (np.zeros(len(spans), np.int64) for _ in range(3))
    drums = np.zeros(len(spans), bool)
    for index, track in enumerate(score.tracks):
        mine = spans["track"] == index
        events = track.events[spans["on"][mine]]
        pitch[mine], channel[mine] = events["data1"], events["status"] & 15
    for number, one in enumerate(score.parts):
        mine = (spans["track"] == one.track) & (channel == one.channel)
        part[mine], drums[mine] = number, one.is_percussion
    return pitch, part, drums


def played_by_score(score: Score) -> PerformedNotes:
    """Notes against the metre map of their score."""
    grid = grid_of_score(score)
    tick = grid.resolution // score.ticks_per_quarter
    return PerformedNotes.on(grid, score.spans["start"] * tick, score.spans["stop"] * tick, columns_of(score))


def played_by_beats(score: Score, grid: BeatGrid) -> PerformedNotes:
    """Notes against beats in seconds."""
    starts, stops = (score.tempos.clock(score.spans[name] / score.ticks_per_quarter) for name in ("start", "stop"))
    at, ends = (np.rint(smooth(grid, seconds)).astype(np.int64) for seconds in (starts, stops))
    return PerformedNotes.on(grid, at, ends, columns_of(score))
