"""Drums: the kit plays the metre, hands play the figure's grouping.

A groove is written by group: what a drum does in a group of three eighths and in
one of two, in groups that carry the downbeat and in those that carry the
backbeat. So one row of a table plays in every metre.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from mi_theme.renditions.arrangement.styles import Groove, Instrument, Voice
from mi_theme.renditions.composing.slots import EIGHTH, SIXTEENTH, GroupSpan, PlannedBar, PlannedNote, SlotGrid, divided
from mi_theme.score.percussion_keys import HI_HAT, KICK, OPEN_HI_HAT, RIDE

__all__ = ["crash", "fill", "groove_bar", "percussion"]

ACCENT, GHOST = 16, -22  # velocities added
CRASH_ACCENT = 14
LEFT_FOR_CRASH = (RIDE, HI_HAT, OPEN_HI_HAT, KICK)  # what the hand and foot that strike the crash would have played
STROKES = {"x": 0, "X": ACCENT, "o": GHOST}


def percussion(grid: SlotGrid, part: Instrument, random: Random) -> list[PlannedNote]:
    """All strokes of a drum part; one that fills may enter with its fill."""
    groove = next(g for g in grid.arrangement.grooves if g.name == part.groove)
    fills = groove.fill and not (part.plays == "hands" and grid.arrangement.style.playing("kit"))
    notes: list[PlannedNote] = []
    for bar in grid.bars:
        if bar.role == "ending":
            continue
        strokes = list(groove_bar(groove, bar)) if part.name in bar.phrase.layers else []
        if fills and bar.fills:
            strokes = _with_fill(strokes, bar, groove.fill, random)
        if groove.crash and part.name in bar.phrase.layers and _lands(grid, bar):
            strokes = crash(strokes, bar, groove)
        notes += strokes
    return notes


def groove_bar(groove: Groove, bar: PlannedBar) -> Iterator[PlannedNote]:
    """The strokes of one bar."""
    groups = divided(bar.figure if groove.follows == "figure" else bar.groups)
    for voice in groove.voice:
        if voice.enters and bar.phrase.level[0] < 0.12 * voice.enters and bar.role == "intro":
            continue
        if bar.place % 4 in voice.bars:
            yield from _strokes(voice, groups, bar.start)


def _strokes(voice: Voice, groups: list[GroupSpan], start: int) -> Iterator[PlannedNote]:
    """One drum in one bar."""
    for index, group in enumerate(groups):
        pattern = voice.three if group.length > 2 * EIGHTH else voice.two
        for place, sign in enumerate(_pattern_for(pattern.split("/"), index, len(groups))):
            offset = place * SIXTEENTH
            if sign in STROKES and offset < group.length:
                yield PlannedNote(start + group.start + offset, SIXTEENTH, voice.key, 1.0, STROKES[sign])


def _pattern_for(patterns: list[str], index: int, count: int) -> str:
    """The pattern of a group: one for all, two for downbeat and backbeat, four for quarters of the bar."""
    if len(patterns) == 4:
        return patterns[4 * index // count]
    return patterns[-1] if carries_backbeat(index, count) else patterns[0]


def carries_backbeat(index: int, count: int) -> bool:
    """Every second group, and the last of an odd number."""
    return index % 2 == 1 or (count % 2 == 1 and index == count - 1 and count > 1)


def fill(bar: PlannedBar, keys: tuple[int, ...], random: Random) -> list[PlannedNote]:
    """Sixteenths in the last two groups, high to low, getting louder; a rest or two in them."""
    groups = divided(bar.groups)
    begin = groups[-2].start if len(groups) > 2 else groups[-1].start
    places = range(bar.start + begin, bar.end, SIXTEENTH)
    rests = set(random.sample(range(1, max(len(places) - 1, 2)), k=min(2, len(places) // 4)))
    return [
        PlannedNote(tick, SIXTEENTH, keys[index * len(keys) // len(places)], 1.0, 26 * index // len(places))
        for index, tick in enumerate(places)
        if index not in rests
    ]


def _with_fill(strokes: list[PlannedNote], bar: PlannedBar, keys: tuple[int, ...], random: Random) -> list[PlannedNote]:
    """The bar up to its fill, and the fill; the kick goes on under it."""
    filled = fill(bar, keys, random)
    begin = filled[0].start
    return [note for note in strokes if note.start < begin or note.pitch == KICK] + filled


def _lands(grid: SlotGrid, bar: PlannedBar) -> bool:
    """Whether this downbeat opens a section, or follows a fill."""
    before = grid.number(bar.number - 1)
    return before is not None and (bar.number == bar.passage.first or before.fills)


def crash(strokes: list[PlannedNote], bar: PlannedBar, groove: Groove) -> list[PlannedNote]:
    """Crash and kick on the downbeat, in place of what a hand would have played there."""
    kept = [note for note in strokes if note.start > bar.start or note.pitch not in LEFT_FOR_CRASH]
    return [
        PlannedNote(bar.start, EIGHTH * 2, groove.crash, 1.0, CRASH_ACCENT),
        PlannedNote(bar.start, SIXTEENTH, KICK, 1.0, CRASH_ACCENT),
        *kept,
    ]
