"""Controllers in time: swells of long notes, a filter that opens through a section."""

from __future__ import annotations

from collections.abc import Sequence

from mi_theme.renditions.arrangement.styles import Instrument
from mi_theme.renditions.composing.dynamics import Played
from mi_theme.renditions.composing.slots import TICKS, SlotGrid, divided
from mi_theme.score import Event
from mi_theme.score import messages as m

__all__ = ["curves"]

EXPRESSION, BRIGHTNESS = 11, 74
USUAL_EXPRESSION, SWELL, SWELL_TURN = 100, (60, 110, 80), 0.6  # expression: at rest; from, to, back to; where it turns
DARKEST, BRIGHTEST = 40, 110
BUILD = 10  # bars in which a filter opens before a drop
PUMP = ((0.0, 40), (0.25, 64), (0.5, 92), (0.75, 110))  # share of the beat, expression


def curves(part: Instrument, channel: int, notes: Sequence[Played], grid: SlotGrid) -> list[Event]:
    """All controllers of a part: expression by swells or pumping, brightness."""
    expression = pumping(part, channel, grid) if part.pumps else swells(part, channel, notes, grid)
    return expression + sweeps(part, channel, grid)


def pumping(part: Instrument, channel: int, grid: SlotGrid) -> list[Event]:
    """Expression that ducks where the kick strikes each beat and comes back before the next."""
    kits = {kit.name for kit in grid.arrangement.style.playing("kit")}
    events = [Event(0, m.control(channel, EXPRESSION, USUAL_EXPRESSION))]
    for bar in grid.played(part.name):
        if kits & set(bar.phrase.layers):
            for group in divided(bar.groups):
                for share, value in PUMP:
                    tick = bar.start + group.start + round(share * group.length)
                    events.append(Event(tick, m.control(channel, EXPRESSION, value)))
        else:
            events.append(Event(bar.start, m.control(channel, EXPRESSION, USUAL_EXPRESSION)))
    return [*events, Event(grid.end, m.control(channel, EXPRESSION, USUAL_EXPRESSION))]


def swells(part: Instrument, channel: int, notes: Sequence[Played], grid: SlotGrid) -> list[Event]:
    """Expression for notes of a bar or longer: louder, then a little softer."""
    if not part.swells:
        return []
    long = {n.start: n.stop for n in notes if n.stop - n.start >= 0.9 * grid.at(n.start).length and n.start < grid.end}
    events = [Event(0, m.control(channel, EXPRESSION, USUAL_EXPRESSION))]
    for start, stop in long.items():
        for tick in range(start, stop, TICKS // 2):
            events.append(Event(tick, m.control(channel, EXPRESSION, _swell((tick - start) / (stop - start)))))
        events.append(Event(stop, m.control(channel, EXPRESSION, USUAL_EXPRESSION)))
    return events


def _swell(share: float) -> int:
    """Expression at a share of a note's length."""
    low, high, end = SWELL
    rising = low + (high - low) * share / SWELL_TURN
    return round(rising if share < SWELL_TURN else high + (end - high) * (share - SWELL_TURN) / (1 - SWELL_TURN))


def sweeps(part: Instrument, channel: int, grid: SlotGrid) -> list[Event]:
    """Brightness from dark to bright through each section, bar by bar."""
    if not part.sweeps:
        return []
    found = []
    for bar in grid.bars:
        to_go = grid.nothing - bar.number
        building = bar.phrase.event in ("build", "drop") and to_go >= 0
        share = 1 - to_go / BUILD if building else (bar.number - bar.passage.first) / bar.passage.bars
        found.append(Event(bar.start, m.control(channel, BRIGHTNESS, round(DARKEST + (BRIGHTEST - DARKEST) * share))))
    return found
