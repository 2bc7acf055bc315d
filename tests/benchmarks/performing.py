"""Rubato performances of written scores, made from a seed: for lack of recorded ones that may be shipped.

The tempo wanders from half beat to half beat, swells with the phrase, and halts now
and then; the hands are not together, a melody comes a little early, some chords are
rolled; some notes are left out or wrong, long ones get graces and trills.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mi_theme.score.notes import NOTE

__all__ = ["performed", "table", "top_line"]

Floats = NDArray[np.float64]
Table = NDArray[np.void]
HALF = 0.5  # quarters: the tempo changes that often
QUARTER = 0.5  # seconds: performances are written at 120 quarters a minute


def performed(score: Table, rng: np.random.Generator) -> Table:
    """A performance of a note table, as a note table at 120 quarters a minute."""
    played = score[rng.random(len(score)) > 0.02]  # one note in fifty is left out
    clock = _clock(float((played["onset"] + played["duration"]).max()), rng)
    grid = HALF * np.arange(len(clock))
    start = np.interp(played["onset"], grid, clock) + _hands(played, rng)
    end = np.interp(played["onset"] + played["duration"], grid, clock) + rng.normal(0, 0.1, len(played))
    pitch = played["pitch"].copy()
    wrong = rng.random(len(pitch)) < 0.008
    pitch[wrong] += rng.choice([-2, -1, 1, 2], int(wrong.sum()))
    rows = [(start, np.maximum(end - start, 0.05), pitch), *_ornaments(played, start, end, rng)]
    onset, duration, pitch = (np.concatenate(column) for column in zip(*rows, strict=True))
    return table((onset - onset.min()) / QUARTER, pitch, duration / QUARTER)


def _clock(quarters: float, rng: np.random.Generator) -> Floats:
    """Seconds at each half quarter."""
    many = int(quarters / HALF) + 3
    drift, wander = np.zeros(many), 0.0
    for step in range(many):
        wander = 0.85 * wander + rng.normal(0, 0.07)
        drift[step] = wander
    phrase = 2 * np.pi * HALF * np.arange(many) / rng.choice([8, 12, 16]) + rng.uniform(0, 6)
    swell = rng.uniform(0.05, 0.15) * np.cos(phrase)
    halts = (rng.random(many) < 0.02) * rng.uniform(0.2, 0.8, many)
    seconds = HALF * 60 / np.exp(rng.normal(np.log(100), 0.35)) * np.exp(drift + swell + halts)
    return np.append(0.0, np.cumsum(seconds))


def _hands(score: Table, rng: np.random.Generator) -> Floats:
    """Seconds by which each note comes early or late: unevenness, melody lead, rolled chords."""
    late: Floats = rng.normal(0, 0.014, len(score))
    for rows in np.split(np.arange(len(score)), np.flatnonzero(np.diff(score["onset"]) > 1e-6) + 1):
        late[rows[-1]] -= 0.02 * rng.random()  # the highest: tables go up
        if len(rows) >= 3 and rng.random() < 0.08:
            late[rows] += np.arange(len(rows)) * rng.uniform(0.02, 0.06)
    return late


def _ornaments(
    score: Table, start: Floats, end: Floats, rng: np.random.Generator
) -> list[tuple[Floats, Floats, Floats]]:
    """Graces and trills on the highest notes of a quarter's length or so."""
    made = []
    top = np.append(np.diff(score["onset"]) > 1e-6, True)
    for row in np.flatnonzero(top & (score["duration"] >= 0.5)).tolist():
        chance = rng.random()
        if chance < 0.03:
            made.append((start[row] - 0.07, 0.06, score["pitch"][row] + rng.choice([-2, -1, 1, 2])))
        elif chance < 0.05 and score["duration"][row] >= 1:
            times = np.arange(start[row] + 0.09, end[row] - 0.1, 0.09)
            made += [(at, 0.08, score["pitch"][row] + 2 * (step % 2 == 0)) for step, at in enumerate(times)]
    columns = np.array(made, float).reshape(-1, 3).T
    return [(columns[0], columns[1], columns[2])]


def table(onset: Floats, pitch: Floats, duration: Floats) -> Table:
    """A note table, sorted."""
    notes = np.zeros(len(onset), NOTE)
    notes["onset"], notes["pitch"], notes["duration"] = onset, pitch, duration
    notes["step"] = -1
    notes = notes[np.lexsort((notes["pitch"], notes["onset"]))]
    notes["id"] = np.arange(len(notes))
    return notes


def top_line(score: Table, notes: int) -> Table:
    """The first notes of the highest line."""
    last = np.append(np.diff(score["onset"]) > 1e-6, True)
    return score[last][:notes]
