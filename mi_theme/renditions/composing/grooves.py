"""Drums: the kit plays the metre, hands play the figure's grouping.

A groove is written by group: what a drum does in a group of three eighths and in
one of two, in groups that carry the downbeat and in those that carry the
backbeat. So one row of a table plays in every metre.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from mi_theme.renditions.arrangement.styles import Groove, Instrument, Voice
from mi_theme.renditions.composing.group_patterns import pattern_for
from mi_theme.renditions.composing.slots import (
    EIGHTH,
    SIXTEENTH,
    GroupSpan,
    PlannedBar,
    PlannedNote,
    SlotGrid,
    divided,
    ticks,
)
from mi_theme.score.percussion_keys import HI_HAT, KICK, OPEN_HI_HAT, RIDE, SNARE

__all__ = ["crash", "fill", "groove_bar", "percussion"]

ACCENT, GHOST = 16, -22  # velocities added
CRASH_ACCENT = 14
LEFT_FOR_CRASH = (RIDE, HI_HAT, OPEN_HI_HAT, KICK)  # what the hand and foot that strike the crash would have played
# how fast a snare rolls with so many bars to go before the bar of nothing
ROLLS = ((4, 2 * EIGHTH), (2, EIGHTH), (0, SIXTEENTH))
TOUCHES = (0, 0, 1, 1, 2)  # soft strokes of a bar that no groove has; a seed throws for each
WEAK = 0.3  # weight of a place that such a stroke may have
ROLL_BARS, ROLL_RISE = 8, 24  # in which it grows, by so much velocity
STROKES = {"x": 0, "X": ACCENT, "o": GHOST}


def groove_of(grid: SlotGrid, part: Instrument, section: int = 0) -> Groove:
    """The groove of a drum part in a section, of those that it names: each seed begins elsewhere in the row.

    Hands move on at another pace than the kit, so that both together come round late.
    """
    seed, count = grid.arrangement.seed, len(part.grooves)
    turn = seed if part.plays == "kit" else seed + seed // count
    way = -1 if turn // count % 2 else 1
    name = part.grooves[(turn + way * section) % count]
    return next(groove for groove in grid.arrangement.grooves if groove.name == name)


def percussion(grid: SlotGrid, part: Instrument, random: Random) -> list[PlannedNote]:
    """All strokes of a drum part; one that fills may enter with its fill."""
    numbers = {passage.first: number for number, passage in enumerate(grid.arrangement.passages)}
    filling = not (part.plays == "hands" and grid.arrangement.style.playing("kit"))
    notes: list[PlannedNote] = []
    for bar in grid.bars:
        if bar.role == "ending":
            continue
        groove = groove_of(grid, part, numbers[bar.passage.first])
        plays = part.name in bar.phrase.layers
        strokes = _touched(_of_event(grid, groove, bar, part), groove, bar, random) if plays else []
        if filling and groove.fill and bar.fills:
            strokes = _with_fill(strokes, bar, groove.fill, random)
        if groove.crash and plays and _lands(grid, bar):
            strokes = crash(strokes, bar, groove)
        notes += strokes
    return notes


def _touched(strokes: list[PlannedNote], groove: Groove, bar: PlannedBar, random: Random) -> list[PlannedNote]:
    """The bar with a soft stroke or two more where nobody strikes, as hands that never play a bar twice would have it."""
    keys = [voice.key for voice in groove.voice if set("o") & set(voice.three + voice.two)] or [groove.voice[-1].key]
    free = sorted(set(range(bar.start + SIXTEENTH, bar.end, SIXTEENTH)) - {note.start for note in strokes})
    weak = [tick for tick in free if bar.weight(tick, groove.follows == "figure") <= WEAK]
    count = random.choice(TOUCHES) if bar.phrase.event == "" else 0
    chosen = random.sample(weak, min(count, len(weak)))
    return strokes + [PlannedNote(tick, SIXTEENTH, random.choice(keys), 1.0, GHOST) for tick in chosen]


def _of_event(grid: SlotGrid, groove: Groove, bar: PlannedBar, part: Instrument) -> list[PlannedNote]:
    """The strokes of one bar, as the event of its phrase has them."""
    strokes = list(groove_bar(groove, bar))
    if part.plays == "hands":
        return strokes
    groups = divided(bar.groups)
    if bar.phrase.event == "stop-time":
        return [note for note in strokes if note.start == bar.start]
    if bar.phrase.event == "breakdown":  # half as fast as before, on the figure
        back = bar.start + groups[len(groups) // 2].start
        kicks = [PlannedNote(at, SIXTEENTH, KICK, 1.0) for at in _figure_places(bar)]
        rides = [PlannedNote(bar.start + group.start, EIGHTH, RIDE, 1.0) for group in groups]
        return [*kicks, *rides, PlannedNote(back, SIXTEENTH, SNARE, 1.0, ACCENT)]
    to_go = grid.nothing - bar.number
    if bar.phrase.event in ("build", "drop") and to_go > 0:
        step = next(step for bars, step in ROLLS if to_go > bars)
        kept = [note for note in strokes if note.pitch == KICK] if to_go > ROLLS[1][0] else []
        places = range(bar.start, bar.end, step)
        rising = [round(ROLL_RISE * (1 - (to_go - (at - bar.start) / bar.length) / ROLL_BARS)) for at in places]
        return kept + [
            PlannedNote(at, step, SNARE, 1.0, GHOST // 2 + more) for at, more in zip(places, rising, strict=True)
        ]
    return strokes


def _figure_places(bar: PlannedBar) -> list[int]:
    """Where the ostinato strikes in a bar."""
    length = bar.meter.bar
    turn = (bar.number - bar.passage.first) % -(-bar.passage.ostinato.length // length)
    places = (tone.onset - turn * length for tone in bar.passage.ostinato)
    return [bar.start + ticks(place) for place in places if 0 <= place < length]


def groove_bar(groove: Groove, bar: PlannedBar) -> Iterator[PlannedNote]:
    """The strokes of one bar."""
    groups = divided(bar.figure if groove.follows == "figure" else bar.groups)
    name = "+".join(str(group.length // EIGHTH) for group in groups)
    for voice in groove.voice:
        if voice.enters and bar.phrase.level[0] < 0.12 * voice.enters and bar.role == "intro":
            continue
        if bar.place % 4 not in voice.bars:
            continue
        if voice.with_figure:
            yield from (PlannedNote(at, SIXTEENTH, voice.key, 1.0) for at in _figure_places(bar))
        elif name in voice.odd:
            for place, sign in enumerate(voice.odd[name]):
                if sign in STROKES:
                    yield PlannedNote(bar.start + place * SIXTEENTH, SIXTEENTH, voice.key, 1.0, STROKES[sign])
        else:
            yield from _strokes(voice, groups, bar.start)


def _strokes(voice: Voice, groups: list[GroupSpan], start: int) -> Iterator[PlannedNote]:
    """One drum in one bar."""
    for index, group in enumerate(groups):
        pattern = pattern_for(voice.three if group.length > 2 * EIGHTH else voice.two, index, len(groups))
        for place, sign in enumerate(pattern):
            offset = place * SIXTEENTH
            if sign in STROKES and offset < group.length:
                yield PlannedNote(start + group.start + offset, SIXTEENTH, voice.key, 1.0, STROKES[sign])


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
    building = bar.phrase.event in ("build", "drop")
    return before is not None and not building and (bar.number == bar.passage.first or before.fills)


def crash(strokes: list[PlannedNote], bar: PlannedBar, groove: Groove) -> list[PlannedNote]:
    """Crash and kick on the downbeat, in place of what a hand would have played there."""
    kept = [note for note in strokes if note.start > bar.start or note.pitch not in LEFT_FOR_CRASH]
    return [
        PlannedNote(bar.start, EIGHTH * 2, groove.crash, 1.0, CRASH_ACCENT),
        PlannedNote(bar.start, SIXTEENTH, KICK, 1.0, CRASH_ACCENT),
        *kept,
    ]
