"""Beats found in playing, with how certain each is."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mi_theme.arguments import asked
from mi_theme.errors import ScoreError
from mi_theme.quantising.accents import changes_of, onsets_of
from mi_theme.quantising.beatgrid import Floats, Ints, grid_of_beats, smooth
from mi_theme.quantising.beattimes import Beats
from mi_theme.quantising.places import places, prices
from mi_theme.quantising.playing import columns_of
from mi_theme.quantising.tracking import PAUSE, Onsets, Tracked, tracked
from mi_theme.score import MusicSource, Score, are_numbers

__all__ = ["find_beats"]

WINDOW = 8  # beats over which certainty is taken
# What it costs to write a chord where there is as likely a beat as none, and how fast that changes: 69 performances
# cost 1.2 to 2.9 a chord (95 of 100 up to 2.5), onsets at random 2.8 to 3.6.
DEAR, STEEP = 2.65, 5.0
VALUES = (1.0, 1.5)  # quarters of a beat of each family
FEWEST = 8  # onsets that can show a beat
BARS = (2, 3, 4)  # beats in a bar that are looked for
SLIP = 4.0  # cost of a bar that is a beat longer or shorter
CONTRAST = 0.35  # standard deviations of accent between downbeats and others from which they are believed
NO_ONSET = -1.0  # accent of a beat on which nothing begins


@asked()
def find_beats(music: MusicSource | ArrayLike) -> Beats:
    """The beats of playing that follows no click.

    Parameters
    ----------
    music
        Music of any kind that `Score.of` takes, whose ticks are only taken for time; or onsets in seconds, shape (n,).

    Returns
    -------
    Beats
        With certainties; where `Beats.is_clear` is False there is no beat to follow, and
        without enough onsets there are no beats at all.

    Raises
    ------
    ScoreError
        Where the onsets are no finite numbers.
    """
    notes = _notes(music)
    onsets = onsets_of(*notes)
    if len(onsets.seconds) < FEWEST:
        none = np.zeros(0)
        return Beats(none, none, none.astype(np.int64), none)
    stretches = [stretch for stretch in tracked(onsets) if len(stretch.seconds) > 1]
    if not stretches:
        return find_beats([])
    seconds, certainty, threes = _joined(stretches, onsets)
    value = VALUES[threes]
    accent = _standard(_accents(seconds, onsets)) + _standard(changes_of(*notes[:3], seconds))
    return Beats(seconds, np.arange(len(seconds), dtype=float) * value, _numbers(accent), certainty)


def _notes(music: MusicSource | ArrayLike) -> tuple[Floats, Floats, Ints, Ints]:
    """Seconds, lengths, pitches and velocities."""
    if not are_numbers(music):
        music = Score.of(music)  # type: ignore[arg-type]
    if isinstance(music, Score):
        spans, quarter = music.spans, music.ticks_per_quarter
        starts, stops = (music.tempos.clock(spans[name] / quarter) for name in ("start", "stop"))
        velocity = np.zeros(len(spans), np.int64)
        for index, track in enumerate(music.tracks):
            mine = spans["track"] == index
            velocity[mine] = track.events["data2"][spans["on"][mine]]
        return starts, stops - starts, columns_of(music)[0], velocity
    try:
        seconds = np.asarray(music, float)
    except (TypeError, ValueError):
        raise ScoreError("beats are found in a score, or in onsets in seconds") from None
    if seconds.ndim != 1:
        raise ScoreError(f"onsets are one row of seconds, not an array of shape {seconds.shape}")
    seconds = np.unique(seconds)
    same = np.zeros(len(seconds), np.int64)
    return seconds, np.zeros(len(seconds)), same, same


def _joined(stretches: list[Tracked], onsets: Onsets) -> tuple[Floats, Floats, bool]:
    """Beats of all stretches, pauses filled evenly and uncertainly; whether most divide in three."""
    threes = 2 * sum(len(s.seconds) * s.family for s in stretches) > sum(len(s.seconds) for s in stretches)
    seconds, certainty = [stretches[0].seconds], [_certainty(stretches[0], onsets)]
    for before, after in pairwise(stretches):
        first, last = before.seconds[-1], after.seconds[0]
        period = np.median(np.diff(before.seconds))
        count = max(round((last - first) / period), 1)
        seconds += [np.linspace(first, last, count + 1)[1:-1], after.seconds]
        certainty += [np.zeros(count - 1), _certainty(after, onsets)]
    return np.concatenate(seconds), np.concatenate(certainty), threes


def _certainty(stretch: Tracked, onsets: Onsets) -> Floats:
    """For each beat how cheaply what begins around it is written on these beats, from 0 to 1."""
    beats = stretch.seconds
    seconds = onsets.seconds[(onsets.seconds >= beats[0] - PAUSE) & (onsets.seconds <= beats[-1] + PAUSE)]
    grid = grid_of_beats(beats, np.arange(len(beats), dtype=float) * VALUES[stretch.family])
    even = np.maximum.accumulate(grid.even(smooth(grid, seconds)))
    price = prices(even, grid, places(even, grid))
    beat = np.clip(np.searchsorted(beats, seconds, "right") - 1, 0, len(beats) - 1)
    window = np.ones(min(WINDOW, len(beats)))
    total, count = (
        np.convolve(np.bincount(beat, weights, len(beats)), window, "same") for weights in (price, np.ones(len(price)))
    )
    mean = (total + price.mean()) / (count + 1)
    found: Floats = 1 / (1 + np.exp(STEEP * (mean - DEAR)))
    return found


def _accents(seconds: Floats, onsets: Onsets) -> Floats:
    """The accent of what begins on each beat."""
    after = np.clip(np.searchsorted(onsets.seconds, seconds), 0, len(onsets.seconds) - 1)
    before = np.maximum(after - 1, 0)
    near = np.where(np.abs(onsets.seconds[after] - seconds) < np.abs(onsets.seconds[before] - seconds), after, before)
    there = np.abs(onsets.seconds[near] - seconds) < 0.07
    return np.where(there, onsets.accent[near], NO_ONSET)


def _standard(column: Floats) -> Floats:
    found: Floats = (column - column.mean()) / (column.std() + 1e-9)
    return found


def _numbers(accent: Floats) -> Ints:
    """The number of each beat in its bar, by accent and harmony; 0 where that says too little."""
    accent = _standard(accent)
    best, chosen = CONTRAST, np.zeros(len(accent), np.int64)
    for count in BARS:
        if len(accent) >= 3 * count:
            places = _places(accent, count)
            downbeat = places == 0
            contrast = float(accent[downbeat].mean() - accent[~downbeat].mean()) if downbeat.any() else 0.0
            if contrast * np.sqrt(downbeat.mean() * (1 - downbeat.mean())) * 2 > best:
                best, chosen = contrast * np.sqrt(downbeat.mean() * (1 - downbeat.mean())) * 2, places + 1
    return chosen


def _places(accent: Floats, count: int) -> NDArray[np.int64]:
    """The place of each beat in bars of so many, slips paid for (Viterbi)."""
    said = np.full((len(accent), count), -1.0 / (count - 1)) * accent[:, None]
    said[:, 0] = accent
    total = said[0].copy()
    came = np.zeros((len(accent), count), np.int64)
    for row in range(1, len(accent)):
        steady = np.roll(total, 1)
        slipped = total.max() - SLIP
        came[row] = np.where(steady >= slipped, (np.arange(count) - 1) % count, int(total.argmax()))
        total = np.maximum(steady, slipped) + said[row]
    found = np.empty(len(accent), np.int64)
    found[-1] = int(total.argmax())
    for row in range(len(accent) - 1, 0, -1):
        found[row - 1] = came[row, found[row]]
    return found
