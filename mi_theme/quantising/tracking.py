"""Finding beats in playing that follows no click.

A beat has a period and a phase, both hidden, which go on from frame to frame; only at a
beat may the period change. Onsets are likely on beats, less so on halves and quarters (or
thirds) of them, and loud, long, low and full ones the more so. The best path is found
exactly (Viterbi); the state space is that of Krebs, Böck and Widmer (2015), "An efficient
state-space model for joint tempo and meter tracking", with what onsets say as an
inhomogeneous Poisson process.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from mi_theme.quantising.beatgrid import Floats, Ints

__all__ = ["Onsets", "Tracked", "tracked"]

FRAME = 0.02  # seconds
FASTEST, SLOWEST, PERIODS = 0.28, 1.6, 44  # seconds of a beat, and how many between
USUAL, WIDTH = (
    0.86,
    0.5,
)  # seconds, and the spread of its logarithm: towards slow beats, since quick ones explain more onsets
STEADY = 0.25  # the same spread around the tempo of the piece, once that is found: music has one, mostly
CURVED, JUMP, SLOPE = (
    36.0,
    5.0,
    8.0,
)  # cost of a change of period by its logarithm d: the lesser of 36 d^2 and 5 + 8 |d|
LOOSE = (0.012, 0.065)  # seconds and share of a beat that an onset is off
# expected onsets at each place of a beat, in each family; all constants were set on performances of Bach and Beethoven
BINARY = {
    0.0: 1.2,
    0.5: 0.55,
    0.25: 0.34,
    0.75: 0.41,
    0.125: 0.03,
    0.375: 0.03,
    0.625: 0.03,
    0.875: 0.03,
    1 / 3: 0.02,
    2 / 3: 0.02,
}
TERNARY = {0.0: 1.2, 1 / 3: 0.45, 2 / 3: 0.5, 1 / 6: 0.08, 0.5: 0.1, 5 / 6: 0.1}
FAMILIES = (BINARY, TERNARY)
SELDOM = (0.0, 0.25)  # cost of each beat of a family: music in threes is rarer
ANYWHERE = 0.06  # and beside them
ACCENT, OFFBEAT = 1.0, 0.54  # what a standard deviation of accent says for a beat; and against any place but a half
PRIOR = 0.3  # weight of the commonest tempo, each beat
PAUSE = 5.0  # seconds without an onset after which it begins anew
REACH = 0.06, 0.12  # seconds and share of a beat within which a beat is moved to an onset


class Onsets(NamedTuple):
    """Chords: when they begin, and how much accent each has."""

    seconds: Floats
    accent: Floats


class Tracked(NamedTuple):
    """Beats of a stretch without a pause, the family, and what each onset says for them against any others."""

    seconds: Floats
    family: int
    score: float


class _Model(NamedTuple):
    """The states: for each period its frames one after the other."""

    starts: Ints
    ends: Ints
    frames: Ints
    said: Floats
    accent: Floats
    change: Floats


def tracked(onsets: Onsets) -> Iterator[Tracked]:
    """The beats of each stretch without a pause, the better family of both; then again around the tempo that was found."""
    models = [_model(*family) for family in zip(FAMILIES, SELDOM, strict=True)]
    breaks = np.flatnonzero(np.diff(onsets.seconds) > PAUSE) + 1
    for rows in np.split(np.arange(len(onsets.seconds)), breaks):
        some = Onsets(onsets.seconds[rows], onsets.accent[rows])
        found = [_path(some, model) for model in models]
        family = int(np.argmax([score for _, score in found]))
        frames, score = found[family]
        if len(frames) > 1:
            tempo = float(np.median(np.diff(frames))) * FRAME
            frames, _ = _path(some, _model(FAMILIES[family], SELDOM[family], tempo, STEADY))
        yield Tracked(_refined(some.seconds[0] + (frames - 1) * FRAME, some.seconds), family, score)


def _model(family: dict[float, float], seldom: float, usual: float = USUAL, width: float = WIDTH) -> _Model:
    frames = np.unique(np.rint(np.geomspace(FASTEST, SLOWEST, PERIODS) / FRAME)).astype(np.int64)
    starts = np.cumsum(frames) - frames
    owner = np.repeat(np.arange(len(frames)), frames)
    phase = (np.arange(len(owner)) - starts[owner]) / frames[owner]
    period = frames * FRAME
    sd = np.hypot(LOOSE[0], LOOSE[1] * period)[owner] / period[owner]
    density = _density(phase, sd, family)
    beat = np.exp(-((np.minimum(phase, 1 - phase) / sd) ** 2) / 2)
    half = np.exp(-(((phase - 0.5) / sd) ** 2) / 2) if family is BINARY else 0.0
    expected = sum(family.values()) + ANYWHERE + seldom
    d = np.log(period[None, :] / period[:, None])
    cost = np.minimum(CURVED * d**2, JUMP + SLOPE * np.abs(d))
    prior = -PRIOR * np.log(period / usual) ** 2 / (2 * width**2)
    accent = ACCENT * (beat - OFFBEAT * (1 - beat) * (1 - half))
    said = np.log(density / period[owner])
    return _Model(starts, starts + frames - 1, frames, said, accent, prior[None, :] - cost - expected)


def _density(phase: Floats, sd: Floats, family: dict[float, float]) -> Floats:
    """How many onsets are expected around a phase of the beat, for each beat."""
    found = np.full(len(phase), ANYWHERE)
    for place, expected in family.items():
        off = np.abs((phase - place + 0.5) % 1 - 0.5)
        found += expected * np.exp(-((off / sd) ** 2) / 2) / (sd * np.sqrt(2 * np.pi))
    return found


def _path(onsets: Onsets, model: _Model) -> tuple[Ints, float]:
    """The frames of the beats on the best path, and its score."""
    frame = np.rint((onsets.seconds - onsets.seconds[0]) / FRAME).astype(np.int64) + 1
    last = int(frame[-1]) + 1
    at: dict[int, float] = {}
    count: dict[int, int] = {}
    for number, accent in zip(frame.tolist(), onsets.accent.tolist(), strict=True):
        at[number], count[number] = at.get(number, 0.0) + accent, count.get(number, 0) + 1
    old = np.zeros(len(model.said))
    new = np.empty_like(old)
    came = np.zeros((last + 1, len(model.frames)), np.int8)
    every = np.arange(len(model.frames))
    for now in range(1, last + 1):
        costs = old[model.ends][:, None] + model.change
        best = costs.argmax(axis=0)
        came[now] = best
        new[1:] = old[:-1]
        new[model.starts] = costs[best, every]
        if now in at:
            new += count[now] * model.said + at[now] * model.accent
        old, new = new, old
    state = int(old.argmax())
    score = float(old[state])
    period = int(np.searchsorted(model.starts, state, "right") - 1)
    now = last - (state - int(model.starts[period]))
    beats = []
    while now > 0:
        beats.append(now)
        period = int(came[now, period])
        now -= int(model.frames[period])
    return np.array(beats[::-1], np.int64), score


def _refined(beats: Floats, seconds: Floats) -> Floats:
    """Beats moved to the nearest onset, where one is near."""
    if len(beats) < 2:
        return beats
    after = (
        np.clip(np.searchsorted(seconds, beats), 1, len(seconds) - 1) if len(seconds) > 1 else np.zeros(len(beats), int)
    )
    before = np.maximum(after - 1, 0)
    nearest = np.where(seconds[after] - beats < beats - seconds[before], after, before)
    reach = np.minimum(REACH[0], REACH[1] * np.gradient(beats))
    moved = np.where(np.abs(seconds[nearest] - beats) <= reach, seconds[nearest], beats)
    return moved if (np.diff(moved) > 0).all() else beats
