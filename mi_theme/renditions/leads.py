"""The lead: one device a phrase."""

from __future__ import annotations

from random import Random

from mi_theme.renditions.ensembles import Instrument
from mi_theme.renditions.grid import Grid, Note, PlannedBar, ticks

__all__ = ["answers", "melody"]

Done = dict[str, list[Note]]


def melody(grid: Grid, part: Instrument, random: Random, done: Done) -> list[Note]:
    """Every phrase of the lead."""
    notes: list[Note] = []
    for passage in grid.arrangement.passages:
        for phrase in passage.phrases:
            bars = [bar for bar in grid.bars if bar.phrase is phrase]
            if phrase.device == "statement":
                notes += statement(grid, part, bars)
    return notes


def statement(grid: Grid, part: Instrument, bars: list[PlannedBar]) -> list[Note]:
    """The head, literally, once."""
    bar = bars[0]
    head = bar.passage.adaptation.motif("head")
    lowest = min(tone.degree.semitones for tone in head)
    highest = max(tone.degree.semitones for tone in head)
    middle = (part.low + part.high) / 2 - 6
    able = [
        tonic
        for tonic in range(part.low - lowest, part.high - highest + 1)
        if tonic % 12 == grid.tuning.tonic.pitch_class
    ]
    tonic = min(able, key=lambda t: abs(t + (lowest + highest) / 2 - middle), default=part.low)
    start = bar.start - ticks(head.upbeat)
    if start < 0:
        start = bar.end - ticks(head.upbeat)
    return [
        Note(start + ticks(t.onset), ticks(t.duration), tonic + t.degree.semitones,
             step=t.degree.step(grid.tuning.tonic, tonic))
        for t in head
    ]  # fmt: skip


def answers(grid: Grid, part: Instrument, random: Random, done: Done) -> list[Note]:
    """Another voice answers."""
    return []
