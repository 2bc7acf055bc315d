"""Parts that go with the bass: guitars on the riff, doublings of the figure, tonic and fifth."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from random import Random

from mi_theme.pitch import Degree
from mi_theme.renditions.arrangement.styles import Instrument
from mi_theme.renditions.composing.chord_parts import closing_chords
from mi_theme.renditions.composing.group_patterns import groups_of
from mi_theme.renditions.composing.ostinato import folded
from mi_theme.renditions.composing.slots import EIGHTH, SIXTEENTH, GroupSpan, PlannedBar, PlannedNote, SlotGrid
from mi_theme.renditions.composing.texture import Texture

__all__ = ["anchors", "doubles", "riffs"]

POWER = (0, 7, 12)  # root, fifth, octave
MUTED_GATE = 0.5
SINGLE = (0, 12)
# what a guitar makes of the figure, by bar of the phrase; a seed chooses a row
RIFFS = (
    ("whole", "whole", "muted", "single"),
    ("held", "whole", "held", "muted"),
    ("muted", "muted", "whole", "single"),
    ("whole", "held", "muted", "held"),
    ("single", "whole", "single", "muted"),
)
# (group, strokes in it) by bar of the phrase: the tonic in the first group, else the fifth
ANCHORS = (
    (((0, 1),), ((0, 1), (1, 1)), ((0, 2),), ((0, 3), (1, 1), (-1, 2))),
    (((0, 1), (1, 1)), ((0, 2),), ((0, 1), (1, 1)), ((0, 3), (1, 2), (-1, 3))),
    (((0, 1),), ((0, 2), (-1, 1)), ((0, 3), (1, 1)), ((0, 1), (-1, 2))),
)


def riffs(grid: SlotGrid, part: Instrument, random: Random, heard: Texture) -> list[PlannedNote]:
    """The figure in fifths and octaves over the bass: whole, held, muted or in single notes, bar by bar."""
    ways = random.choice(RIFFS)
    notes: list[PlannedNote] = []
    for bar in grid.played(part.name):
        if bar.role == "ending":
            continue
        line, way = _figure(grid, heard, bar), ways[bar.place % len(ways)]
        if way == "held":  # every second note, through the next
            line = [a._replace(length=b.end - a.start) for a, b in zip(line[::2], line[1::2], strict=False)]
        for number, note in enumerate(line):
            late = 2 * number >= len(line)
            shape = SINGLE if way == "single" or (way == "muted" and late) else POWER if number == 0 else POWER[:2]
            for piece in _muted(note) if way == "muted" or (way == "single" and late) else [note]:
                notes += _power(grid, heard, part, bar, piece, shape)
    return notes + closing_chords(grid, part, heard, part.low + 7)


def _figure(grid: SlotGrid, heard: Texture, bar: PlannedBar) -> list[PlannedNote]:
    """The notes of the figure in a bar, on either track."""
    basses = {part.name for part in grid.arrangement.style.playing("ostinato")}
    names = [name for name in heard.notes if name.startswith("Ostinato") or name in basses]
    found = (n for name in names for n in heard.notes[name] if bar.start <= n.start < bar.end and n.start < grid.end)
    return sorted(found)


def _muted(note: PlannedNote) -> list[PlannedNote]:
    """A note as short eighths."""
    places = range(note.start, note.end, EIGHTH)
    return [note._replace(start=at, length=min(EIGHTH, note.end - at), gate=MUTED_GATE) for at in places]


def _power(
    grid: SlotGrid, heard: Texture, part: Instrument, bar: PlannedBar, note: PlannedNote, shape: Sequence[int]
) -> list[PlannedNote]:
    """Some of root, fifth and octave above a note of the bass, those that sound well."""
    root = folded(note.pitch + 12, part)
    pitches = [root + above for above in shape if root + above <= part.high]
    found = [
        heard.shortened(
            PlannedNote(note.start, note.length, p, note.gate, step=grid.tuning.step_of(p, bar.chord)),
            part.gate,
            SIXTEENTH,
        )
        for p in pitches
    ]
    return [clear for clear in found if clear]


def doubles(grid: SlotGrid, part: Instrument, random: Random, heard: Texture) -> list[PlannedNote]:
    """The second half of the figure an octave or two higher; all of it in every fourth bar."""
    notes: list[PlannedNote] = []
    turn = random.randrange(4)  # which bar of the phrase has all of it
    for bar in grid.played(part.name):
        inside = _figure(grid, heard, bar)
        for note in _doubled(bar, (bar.place + turn) % 4, inside) if bar.role != "ending" else []:
            pitch = folded(note.pitch + 12, part)
            if pitch >= note.pitch and heard.fits(note.start, note.end, pitch):
                notes.append(note._replace(pitch=pitch, gate=0.0, step=note.step + (pitch - note.pitch) // 12 * 7))
    return notes + closing_chords(grid, part, heard, part.low + 7)


def _doubled(bar: PlannedBar, place: int, notes: list[PlannedNote]) -> list[PlannedNote]:
    """The second half of a bar, all of every fourth; by number of notes where halves by time are empty or alike."""
    if place == 3:
        return notes
    if _has_two_halves(bar):
        return [note for note in notes if note.start >= bar.start + bar.length // 2]
    half = len(notes) // 2
    return notes[:half] if place == 2 and half else notes[half:]


def _has_two_halves(bar: PlannedBar) -> bool:
    """Whether each bar of the figure has notes in its second half, and not all the same ones."""
    length = bar.meter.bar
    bars: dict[int, set[tuple[Fraction, Degree]]] = {}
    for tone in bar.passage.ostinato:
        late = bars.setdefault(int(tone.onset // length), set())
        if tone.onset % length >= length / 2:
            late.add((tone.onset % length, tone.degree))
    return all(bars.values()) and len({frozenset(late) for late in bars.values()}) > 1


def anchors(grid: SlotGrid, part: Instrument, random: Random, heard: Texture) -> list[PlannedNote]:
    """Tonic and fifth on the groups: timpani, tuba, low drums with a pitch."""
    shapes = random.choice(ANCHORS)
    notes: list[PlannedNote] = []
    for bar in grid.played(part.name):
        if bar.role == "ending":
            continue
        groups = groups_of(bar)
        for number, strokes in shapes[bar.place % 4]:
            group = groups[number % len(groups)]
            for span in _rolled(group, strokes):
                notes += _rooted(grid, heard, part, bar, span, (7, 0) if number else (0,))
    return notes + closing_chords(grid, part, heard, part.low + 5)


def _rolled(group: GroupSpan, strokes: int) -> list[GroupSpan]:
    """One stroke, one with an eighth at the end of the group, or one with two sixteenths there."""
    late = {1: [], 2: [EIGHTH], 3: [2 * SIXTEENTH, SIXTEENTH]}[strokes]
    starts = [0, *(group.length - before for before in late if before < group.length)]
    return [GroupSpan(group.start + a, b - a) for a, b in pairwise([*starts, group.length])]


def _rooted(
    grid: SlotGrid, heard: Texture, part: Instrument, bar: PlannedBar, span: GroupSpan, above: Sequence[int]
) -> list[PlannedNote]:
    """One stroke on the first of some tones above the bass that sounds well, else on what the bass plays."""
    root = bar.chord.root.semitones if bar.role == "bridge" else 0
    bass = [
        pitch for _, _, pitch in sorted(heard.during(span.start, span.start + EIGHTH), key=lambda sound: sound[2])[:1]
    ]
    for wanted in [*(grid.tuning.class_of(root + semitones) for semitones in above), *(p % 12 for p in bass)]:
        pitch = next((p for p in range(part.low, part.high + 1) if p % 12 == wanted), part.low)
        note = PlannedNote(span.start, span.length, pitch, step=grid.tuning.step_of(pitch, bar.chord))
        if heard.fits(note.start, note.start + round(note.length * part.gate), pitch):
            return [note]
    return []
