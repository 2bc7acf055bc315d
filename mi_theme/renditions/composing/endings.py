"""Endings: the unison on the groups, the last downbeat, the fade."""

from __future__ import annotations

from random import Random

from mi_theme.renditions.arrangement.styles import Instrument
from mi_theme.renditions.composing.grooves import fill, groove_of
from mi_theme.renditions.composing.ostinato import folded, register_for
from mi_theme.renditions.composing.slots import TICKS, PlannedBar, PlannedNote, SlotGrid
from mi_theme.score import Event
from mi_theme.score import messages as m
from mi_theme.score.percussion_keys import KICK

__all__ = ["bass", "closing", "drums", "fade", "final_length", "unison"]

RING_LENGTH, STOP_LENGTH = 4 * TICKS, TICKS // 2  # how long the last downbeat sounds
FADE_BARS = 8
FINAL_ACCENT = 14


def closing(grid: SlotGrid) -> list[PlannedBar]:
    """The bars of the ending section."""
    return [bar for bar in grid.bars if bar.role == "ending"]


def final_length(grid: SlotGrid) -> int:
    """How long the last downbeat sounds, in ticks; 0 where there is none."""
    return {"ring": RING_LENGTH, "stop": STOP_LENGTH}.get(grid.arrangement.ending, 0)


def unison(bars: list[PlannedBar], pitch: int) -> list[PlannedNote]:
    """One pitch on every group."""
    return [PlannedNote(bar.start + g.start, g.length, pitch, 0.6, 6) for bar in bars for g in bar.figure]


def bass(grid: SlotGrid, part: Instrument) -> list[PlannedNote]:
    """The unison and the last downbeat, an octave lower where the instrument has it."""
    motif = grid.arrangement.passages[-1].ostinato
    tonic = folded(register_for(motif, grid.tuning, part), part)
    notes = unison(closing(grid), tonic)
    if length := final_length(grid):
        low = tonic - 12 if tonic - 12 >= part.low else tonic
        notes.append(PlannedNote(grid.end, length, low, 1.0, FINAL_ACCENT))
    return notes


def drums(grid: SlotGrid, part: Instrument) -> list[PlannedNote]:
    """The unison in the first bar, out in the second but for its fill, and the last downbeat."""
    groove = groove_of(grid, part)
    bars = closing(grid)
    length = final_length(grid)
    if part.plays == "hands":
        return [PlannedNote(grid.end, TICKS // 4, groove.voice[0].key, 1.0, FINAL_ACCENT)] if length else []
    notes = [note._replace(length=TICKS // 4, gate=1.0) for note in unison(bars[:1], KICK)]
    notes += fill(bars[-1], groove.fill, Random(grid.arrangement.seed)) if groove.fill and len(bars) > 1 else []
    keys = [key for key in (groove.crash, KICK) if key] if length else []
    return notes + [PlannedNote(grid.end, length, key, 1.0, FINAL_ACCENT) for key in keys]


def fade(grid: SlotGrid, channel: int, volume: int) -> list[Event]:
    """Volume to nothing over the last eight bars."""
    if grid.arrangement.ending != "fade":
        return []
    bars = grid.bars[-FADE_BARS:]
    begin, step = bars[0].start, TICKS
    span = grid.end - begin
    return [
        Event(tick, m.control(channel, 7, round(volume * (grid.end - tick) / span)))
        for tick in range(begin, grid.end + 1, step)
    ]
