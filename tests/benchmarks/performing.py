"""Rubato performances of written scores, made from a seed: for lack of recorded ones that may be shipped.

The tempo wanders from half beat to half beat, slows down at the ends of phrases of
three lengths and much more at the end, halts, and changes with the section; the
hands are not together, a melody comes early and is a little louder, chords are
rolled; notes are left out, wrong, struck beside or doubled an octave below; long
ones get graces, mordents, trills, turns and appoggiaturas that take their time away;
some pieces repeat their first part. Each player has habits of his own. `roughness`
makes all of it more; 1 is a good player.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mi_theme.score.notes import NOTE

__all__ = ["edition", "performed", "table", "top_line"]

Floats = NDArray[np.float64]
Table = NDArray[np.void]
Random = np.random.Generator
HALF = 0.5  # quarters: the tempo changes that often
QUARTER = 0.5  # seconds: performances are written at 120 quarters a minute
NEIGHBOURS = (-2, -1, 1, 2)  # semitones of a wrong note


class Played(NamedTuple):
    """Notes as struck: seconds, MIDI numbers, velocities."""

    start: Floats
    end: Floats
    pitch: Floats
    velocity: Floats

    def at(self, rows: NDArray[np.bool_], **changes: Floats) -> Played:
        return Played(*(column[rows] for column in self))._replace(**changes)


def performed(score: Table, rng: Random, roughness: float = 1.0) -> Table:
    """A performance of a note table, as a note table at 120 quarters a minute."""
    score = _repeated(score, rng)
    skill = rng.uniform(0.5, 1.6) * roughness
    score = score[rng.random(len(score)) > np.where(_tops(score), 0.008, 0.025) * skill]
    top = _tops(score)
    clock = _clock(float((score["onset"] + score["duration"]).max()), rng, roughness)
    grid = HALF * np.arange(len(clock))
    start = np.interp(score["onset"], grid, clock) + _hands(score, top, rng, roughness)
    length = np.interp(score["onset"] + score["duration"], grid, clock) - np.interp(score["onset"], grid, clock)
    length *= np.clip(rng.normal(rng.uniform(0.6, 1.1), 0.2, len(score)), 0.2, 1.6)
    loud = 60 + rng.normal(0, 8, len(score)) + rng.uniform(3, 14) * top + 8 * np.sin(start / 7 + rng.uniform(0, 6))
    notes = Played(start, start + np.maximum(length, 0.04), score["pitch"].astype(float), loud)
    slips = _slips(notes, rng, skill)
    late, ornaments = _ornaments(notes, top, rng, rng.uniform(0, 0.09) * roughness**2)
    start = notes.start + late
    notes = notes._replace(start=start, end=np.maximum(notes.end, start + 0.04))
    onset, end, pitch, velocity = (np.concatenate(column) for column in zip(notes, *slips, ornaments, strict=True))
    onset, end = (np.array([onset, end]) - onset.min() + rng.uniform(0, 2)) / QUARTER
    return table(onset, np.clip(pitch, 0, 127), np.maximum(end - onset, 0.06), velocity)


def edition(score: Table, notes: int, rng: Random, roughness: float = 1.0) -> Table:
    """The first notes of the top line as another edition has them: some differ in pitch or length, some are not there."""
    line = top_line(score, notes).copy()
    changed = rng.random(len(line)) < 0.01 * roughness**2
    line["pitch"][changed] += rng.choice(NEIGHBOURS, int(changed.sum())).astype(line["pitch"].dtype)
    lapse = np.diff(line["onset"], append=line["onset"][-1] + 1)
    bent = rng.random(len(line)) < 0.02 * roughness
    lapse[bent] *= rng.choice([1 / 2, 2 / 3, 3 / 2, 2], int(bent.sum()))
    line["onset"] = np.cumsum(lapse) - lapse
    return line[(rng.random(len(line)) > 0.01 * roughness) | (np.arange(len(line)) == 0)]


def _repeated(score: Table, rng: Random) -> Table:
    """Often the first part comes twice."""
    if rng.random() > 0.45:
        return score
    end = score["onset"][int(rng.uniform(0.15, 0.5) * len(score))]
    later = score.copy()
    later["onset"] += end
    both = np.concatenate([score[score["onset"] < end], later])
    return both[np.lexsort((both["pitch"], both["onset"]))]


def _clock(quarters: float, rng: Random, roughness: float) -> Floats:
    """Seconds at each half quarter."""
    many = int(quarters / HALF) + 4
    slow, wander, steady = np.zeros(many), 0.0, rng.uniform(0.03, 0.09)
    for step in range(many):
        wander = 0.8 * wander + rng.normal(0, steady)
        slow[step] = wander
    for lengths, most in (((2, 3, 4), 0.06), ((6, 8, 12, 16), 0.2), ((24, 32, 48), 0.12)):
        beats, depth = rng.choice(lengths), rng.uniform(most / 5, most)
        place = ((HALF * np.arange(many) + rng.uniform(0, beats)) % beats) / beats
        slow += depth * ((place - 0.4) ** 2 / 0.24 - 0.4)  # an arch, slower at its end than at its beginning
        slow += (place > 1 - HALF / beats) * (beats > 4) * depth * rng.uniform(0, 1.5)
    slow += (rng.random(many) < 0.015) * rng.uniform(0.2, 1.1, many)  # a halt
    slow += np.clip(np.cumsum((rng.random(many) < 0.006) * rng.normal(0, 0.25, many)), -0.5, 0.5)  # a section
    slow[:4] += np.linspace(1, 0, 4) * rng.uniform(-0.05, 0.25)
    slow[-16:] += np.linspace(0, 1, len(slow[-16:])) ** 2 * rng.uniform(0.2, 0.9)
    seconds = HALF * 60 / np.exp(rng.normal(np.log(95), 0.45)) * np.exp(roughness * slow)
    return np.append(0.0, np.cumsum(seconds))


def _hands(score: Table, top: NDArray[np.bool_], rng: Random, roughness: float) -> Floats:
    """Seconds by which each note comes early or late: unevenness, melody lead, hands apart, rolled chords."""
    late: Floats = rng.normal(0, rng.uniform(0.008, 0.02) * roughness, len(score))
    late -= top * rng.uniform(0, 0.035) * roughness * rng.random(len(score))
    low = score["pitch"] < np.median(score["pitch"])
    late += low * (rng.normal(0, 0.012) + rng.normal(0, 0.006, len(score)))
    rolls = rng.uniform(0, 0.12)
    for rows in np.split(np.arange(len(score)), np.flatnonzero(np.diff(score["onset"]) > 1e-6) + 1):
        if len(rows) >= 3 and rng.random() < rolls:
            roll = np.arange(len(rows)) * rng.uniform(0.02, 0.07)
            late[rows] += roll - roll[-1] * rng.integers(0, 2)
        elif len(rows) >= 2 and rng.random() < 0.03:
            late[rows[:-1]] -= rng.uniform(0.04, 0.15)
    return late


def _slips(notes: Played, rng: Random, skill: float) -> list[Played]:
    """Wrong pitches in place; and further notes: keys struck beside, octaves doubled."""
    many = len(notes.pitch)
    wrong, beside, doubled = (rng.random(many) < often for often in (0.006 * skill, 0.008 * skill, 0.01))
    notes.pitch[wrong] += rng.choice(NEIGHBOURS, int(wrong.sum()))
    off = notes.pitch[beside] + rng.choice(NEIGHBOURS, int(beside.sum()))
    return [
        notes.at(beside, pitch=off, velocity=notes.velocity[beside] - 15),
        notes.at(doubled, pitch=notes.pitch[doubled] - 12),
    ]


def _ornaments(notes: Played, top: NDArray[np.bool_], rng: Random, often: float) -> tuple[Floats, Played]:
    """Seconds that ornaments take away from notes of the top line, and their own notes."""
    late, made = np.zeros(len(top)), []
    for row in np.flatnonzero(top & (notes.end - notes.start > 0.18)).tolist():
        if rng.random() < often:
            late[row], times = _ornament(notes.end[row] - notes.start[row], rng)
            made += [
                (notes.start[row] + at, notes.start[row] + end, notes.pitch[row] + up, 62.0) for at, end, up in times
            ]
    return late, Played(*np.array(made).reshape(-1, 4).T)


def _ornament(length: float, rng: Random) -> tuple[float, list[tuple[float, float, int]]]:
    """How late the note comes, and (beginning, end, semitones) of the notes around it."""
    kind, step, up, down = rng.random(), rng.uniform(0.06, 0.11), int(rng.integers(1, 3)), -int(rng.integers(1, 3))
    if kind < 0.3:
        early = rng.uniform(0.04, 0.12)
        return 0.0, [(-early, 0.02 - early, int(rng.choice([up, down])))]
    if kind < 0.45:
        own = length * rng.uniform(0.15, 0.5)
        return own, [(0.0, own, up)]
    if kind < 0.65 and length > 0.5:
        first, many = rng.integers(0, 2), max(3, int(min(length, 2) * rng.uniform(0.5, 1) / step))
        figure = [up * int((place + first) % 2) for place in range(many)]
    else:
        figure = [0, int(rng.choice([up, down]))] if kind < 0.8 else [up, 0, down]
    return len(figure) * step, [(place * step, (place + 1) * step, shift) for place, shift in enumerate(figure)]


def table(onset: Floats, pitch: Floats, duration: Floats, velocity: Floats | float = 80.0) -> Table:
    """A note table, sorted."""
    notes = np.zeros(len(onset), NOTE)
    notes["onset"], notes["pitch"], notes["duration"] = onset, pitch, duration
    notes["velocity"], notes["step"] = np.clip(velocity, 1, 127), -1
    notes = notes[np.lexsort((notes["pitch"], notes["onset"]))]
    notes["id"] = np.arange(len(notes))
    return notes


def _tops(score: Table) -> NDArray[np.bool_]:
    """Whether nothing higher begins with a note: tables go up."""
    return np.append(np.diff(score["onset"]) > 1e-6, True)


def top_line(score: Table, notes: int) -> Table:
    """The first notes of the highest line."""
    return score[_tops(score)][:notes]
