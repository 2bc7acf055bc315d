"""The accompanying parts of a score as strokes on a fine grid, and where they run evenly."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from mi_theme.adaptation.swing import straightened_all
from mi_theme.conversion.reading.grid import GRID, span_parts
from mi_theme.quantising import WrittenTwin
from mi_theme.score import Score

__all__ = ["Layer", "layers_of"]

FEWEST_EQUAL = 6  # equal values that make a running figure
LONGEST_STEP = GRID  # a figure in longer values is a line
WALKING = (GRID // 2, GRID)  # the values in which a bass walks or drives on under a kit
LINE_STEPS = (1, 2)  # semitones: an even run that mostly moves so is a line too
SHAKEN, ALTERNATING = GRID // 6, 0.8  # the longest value of trills and tremolos, and the share of notes that come back
LIKE_THE_LEAD = 4  # semitones by which the distance of a part that doubles the lead may vary

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Layer:
    """An accompanying part, a note a row, in order; places and lengths in parts of a quarter, swing taken out.

    Attributes
    ----------
    part
        Index of the part.
    rows
        Rows of `Score.spans`.
    at, lasts, pitch
        Of each note.
    step
        The step of the running figure that a note belongs to, or 0.
    true
        Whether a note begins on the grid.
    lead
        Whether this is the lead, of which only trills and the like are figures.
    """

    part: int
    rows: Ints
    at: Ints
    lasts: Ints
    pitch: Ints
    step: Ints
    true: Bools
    lead: bool = False

    @cached_property
    def runs(self) -> bool:
        """Whether it has running figures at all."""
        return bool(self.step.any())

    def between(self, start: int, stop: int) -> slice:
        """The notes that begin in a stretch."""
        low, high = np.searchsorted(self.at, (start, stop)).tolist()
        return slice(low, high)


@lru_cache(maxsize=4)
def layers_of(music: WrittenTwin, lead: int, swing: Fraction | None) -> tuple[Layer, ...]:
    """The pitched parts, the lead last."""
    score = music.score
    parts, spans = span_parts(score), score.spans
    pitched = [number for number, part in enumerate(score.parts) if not part.is_percussion]
    quarter = score.ticks_per_quarter
    if lead not in pitched:
        return ()
    at, true = _on_grid(spans["start"], quarter, swing)
    stop, _ = _on_grid(spans["stop"], quarter, swing)
    pitch = _pitches(score)
    melody = _tops(at[parts == lead], pitch[parts == lead])
    bass = _bass_beside_kit(parts, pitch, pitched, lead) if len(pitched) < len(score.parts) else None
    found = []
    for number in sorted(pitched, key=lambda number: number == lead):
        rows = np.flatnonzero(parts == number)
        rows = rows[np.argsort(at[rows], kind="stable")]
        lasts = np.maximum(stop[rows] - at[rows], 1)
        sounds = np.minimum(lasts, _struck_again(at[rows], pitch[rows])) * np.minimum(
            music.share[rows], 1
        )  # a note before a rest is written too long sooner than played so
        step = _steps(at[rows], sounds, pitch[rows], None if number == lead else melody, number == bass)
        layer = Layer(
            part=number,
            rows=rows,
            at=at[rows],
            lasts=lasts,
            pitch=pitch[rows],
            step=step,
            true=true[rows],
            lead=number == lead,
        )
        found.append(layer)
    return tuple(found)


def _bass_beside_kit(parts: Ints, pitch: Ints, pitched: list[int], lead: int) -> int | None:
    """The lowest part of a rhythm section: it walks, though it goes by step, as the kit keeps time."""
    heights = {
        number: float(np.median(pitch[parts == number]))
        for number in pitched
        if number != lead and (parts == number).any()
    }
    return min(heights, key=lambda number: heights[number], default=None)


def _on_grid(ticks: Ints, quarter: int, swing: Fraction | None) -> tuple[Ints, Bools]:
    """Ticks on the grid, and which of them are there but for rounding."""
    place = ticks / quarter
    if swing is not None:
        place = straightened_all(place, float(swing))
    at = np.rint(place * GRID).astype(np.int64)
    true: Bools = np.abs(place * GRID - at) <= max(0.51 * GRID / quarter, 1e-6) * (1 if swing is None else 4)
    return at, true


def _pitches(score: Score) -> Ints:
    """The MIDI number of each of the score's spans."""
    found = np.zeros(len(score.spans), np.int64)
    for index, track in enumerate(score.tracks):
        mine = score.spans["track"] == index
        found[mine] = track.events["data1"][score.spans["on"][mine]]
    return found


def _tops(at: Ints, pitch: Ints) -> tuple[Ints, Ints]:
    """Places where notes begin, each once, and the highest pitch there."""
    places, inverse = np.unique(at, return_inverse=True)
    tops = np.zeros(len(places), np.int64)
    np.maximum.at(tops, inverse, pitch)
    return places, tops


def _struck_again(at: Ints, pitch: Ints) -> NDArray[np.float64]:
    """For each note how long it is until its key is struck again: no longer does it sound, whatever is written."""
    places = np.unique(np.column_stack([pitch, at]), axis=0)
    following = np.full(len(places), np.inf)
    same = np.diff(places[:, 0]) == 0
    following[:-1][same] = np.diff(places[:, 1])[same]
    width = int(at.max(initial=0)) + 1
    return following[np.searchsorted(places[:, 0] * width + places[:, 1], pitch * width + at)]


def _steps(
    at: Ints, lasts: NDArray[np.float64], pitch: Ints, melody: tuple[Ints, Ints] | None, walks: bool = False
) -> Ints:
    """The step of the figure that each note belongs to; a note held on beyond it belongs to none."""
    places, tops = _tops(at, pitch)
    step = np.zeros(len(places), np.int64)
    for low, high in _even_runs(places):
        walking = walks and places[low + 1] - places[low] in WALKING
        if walking or _is_figure(places[low:high], tops[low:high], melody):
            mine = step[low:high]
            mine[mine == 0] = places[low + 1] - places[low]
            mine[:-1] = places[low + 1] - places[low]
    each = step[np.searchsorted(places, at)]
    return np.where(lasts <= each, each, 0)


def _is_figure(places: Ints, tops: Ints, melody: tuple[Ints, Ints] | None) -> bool:
    """Whether an even run is a trill, or beside a melody neither a line nor its double."""
    if places[1] - places[0] <= SHAKEN and (tops[2:] == tops[:-2]).mean() >= ALTERNATING:
        return True
    return melody is not None and not _is_line(tops) and not _doubles(places, tops, melody)


def _even_runs(places: Ints) -> Iterator[tuple[int, int]]:
    """First and last (exclusive) of every stretch of places with equal steps, long enough for a figure."""
    gaps = np.diff(places)
    turns = np.flatnonzero(np.diff(gaps)) + 1
    starts, stops = np.append(0, turns), np.append(turns, len(gaps))
    figures = (
        (stops - starts >= FEWEST_EQUAL - 1) & (gaps[np.minimum(starts, len(gaps) - 1)] <= LONGEST_STEP)
        if len(gaps)
        else []
    )
    for low, high in zip(starts[figures].tolist(), stops[figures].tolist(), strict=True):
        yield low, high + 1


def _is_line(tops: Ints) -> bool:
    """Whether the notes go mostly by step, as a line does, and not in leaps and repetitions, as a figure."""
    moves = np.abs(np.diff(tops))
    return bool(3 * np.isin(moves, LINE_STEPS).sum() > len(moves))


def _doubles(places: Ints, tops: Ints, melody: tuple[Ints, Ints]) -> bool:
    """Whether the notes go with the lead, at the same places and in the same direction."""
    _, mine, leads = np.intersect1d(places, melody[0], assume_unique=True, return_indices=True)
    together = 10 * len(mine) >= 9 * len(places)
    return together and bool(np.ptp(melody[1][leads] - tops[mine]) <= LIKE_THE_LEAD)
