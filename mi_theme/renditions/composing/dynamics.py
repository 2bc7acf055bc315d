"""Dynamics and articulation: composed notes become played ones.

v = loud + 22 w + 26 s + c + d: w the weight of the place in the bar, s the level
of the section, c the contour of the line, d a slow drift; never more than three
equal velocities in a row on one key.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import NamedTuple

from mi_theme.renditions.arrangement.styles import Instrument
from mi_theme.renditions.composing.slots import EIGHTH, SIXTEENTH, PlannedNote, SlotGrid

__all__ = ["Played", "played", "swung"]

# velocity between the weakest and the strongest place of a bar, the quietest and the loudest moment; drums change
# their groove with the section, and grow all the same
METRE_WEIGHT, LEVEL_WEIGHT, DRUM_LEVEL_WEIGHT = 22, 30, 38
# velocity at most for height above the mean of a part; 4 for others
MOST_CONTOUR = {"lead": 8, "answer": 8, "ostinato": 2, "arpeggio": 2, "kit": 0, "hands": 0}
DRIFT_MEMORY, DRIFT_SPREAD, STEADY_SPREAD = 0.6, 2.0, 1.2  # of the drift; the ostinato is steadier
SOFTEST, LOUDEST, GHOST_LOW, GHOST_HIGH = 25, 122, 25, 45
STRAIGHT = 50  # percent
TRUE_ACCENT = 10
LARGEST_STEP = 28  # from note to note
REPEAT_GAP = 12  # ticks between repeated notes


class Played(NamedTuple):
    """A sounding note: ticks, pitch, velocity and spelling."""

    start: int
    stop: int
    pitch: int
    velocity: int
    step: int


def played(notes: Sequence[PlannedNote], part: Instrument, grid: SlotGrid, random: Random) -> list[Played]:
    """Velocities and sounding lengths for the notes of a part."""
    ordered = sorted(set(notes), key=lambda note: (note.start, note.pitch))
    if not ordered:
        return []
    mean = sum(note.pitch for note in ordered) / len(ordered)
    drift, found, tick = 0.0, [], -1
    spread = STEADY_SPREAD if part.plays == "ostinato" else DRIFT_SPREAD
    for note in ordered:
        if note.start != tick:
            drift, tick = DRIFT_MEMORY * drift + random.gauss(0, spread), note.start
        found.append((note, _velocity(note, part, grid, mean, drift)))
    sounding = _articulated(_unequal(found if part.is_drums else _smooth(found)), part)
    swing = grid.arrangement.style.swing
    return swung(sounding, grid, swing) if swing != STRAIGHT and part.plays != "ostinato" else sounding


def _velocity(note: PlannedNote, part: Instrument, grid: SlotGrid, mean: float, drift: float) -> int:
    bar = grid.at(note.start)
    most = MOST_CONTOUR.get(part.plays, 4)
    contour = max(-most, min(most, note.pitch - mean))
    growth = DRUM_LEVEL_WEIGHT if part.is_drums else LEVEL_WEIGHT
    value = (
        part.loud
        + METRE_WEIGHT * bar.weight(note.start, part.plays == "hands")
        + growth * bar.level
        + contour
        + drift
        + note.accent
    )
    if part.is_drums and note.accent < -10:
        return round(min(max(value, GHOST_LOW), GHOST_HIGH))
    return round(min(max(value, SOFTEST), LOUDEST))


def _smooth(notes: list[tuple[PlannedNote, int]]) -> list[tuple[PlannedNote, int]]:
    """No step larger than `LARGEST_STEP` but into an accent."""
    found: list[tuple[PlannedNote, int]] = []
    for note, velocity in notes:
        if found and note.accent < TRUE_ACCENT:
            before = found[-1][1]
            velocity = min(max(velocity, before - LARGEST_STEP), before + LARGEST_STEP)
        found.append((note, velocity))
    return found


def _unequal(notes: list[tuple[PlannedNote, int]]) -> list[tuple[PlannedNote, int]]:
    """Never more than three equal velocities in a row on one key."""
    history: dict[int, list[int]] = {}
    found = []
    for note, velocity in notes:
        past = history.setdefault(note.pitch, [])
        if past[-2:] == [velocity] * 2:
            velocity += -1 if velocity >= LOUDEST - 1 else 1
        past.append(velocity)
        found.append((note, velocity))
    return found


def _articulated(notes: list[tuple[PlannedNote, int]], part: Instrument) -> list[Played]:
    """Sounding lengths; a note stops before the next on its key."""
    following: dict[int, int] = {}
    found = []
    for note, velocity in reversed(notes):
        stop = note.start + max(round(note.length * (note.gate or part.gate)), 1)
        if note.pitch in following:
            limit = following[note.pitch]
            stop = min(stop, max(limit - (0 if part.is_drums else REPEAT_GAP), note.start + 1))
        following[note.pitch] = note.start
        found.append(Played(note.start, stop, note.pitch, velocity, note.step))
    return found[::-1]


def swung(notes: list[Played], grid: SlotGrid, swing: int) -> list[Played]:
    """Sixteenths off the eighth moved to a percentage of the eighth."""
    late = EIGHTH * swing // 100 - SIXTEENTH
    off = [(note.start - grid.at(note.start).start) % EIGHTH == SIXTEENTH for note in notes]
    return [
        note._replace(start=note.start + late, stop=max(note.stop, note.start + late + 1)) if is_off else note
        for note, is_off in zip(notes, off, strict=True)
    ]
