"""Chords: stabs where the bass has the root, held chords, broken chords, power chords.

Every voice listens: one that would clash, or muddy the bass, is shortened or left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import cache
from itertools import combinations, pairwise
from random import Random

from mi_theme.pitch import Degree
from mi_theme.renditions.arrangement.harmony import Chord
from mi_theme.renditions.arrangement.styles import Instrument
from mi_theme.renditions.composing.devices import groups_of
from mi_theme.renditions.composing.endings import closing, final_length
from mi_theme.renditions.composing.ostinato import folded
from mi_theme.renditions.composing.slots import EIGHTH, SIXTEENTH, GroupSpan, PlannedBar, PlannedNote, SlotGrid
from mi_theme.renditions.composing.texture import Texture

__all__ = ["anchors", "arpeggios", "colours", "doubles", "pads", "riffs", "stabs", "voicing"]

VOICES = 3
LEAD_MARGIN = 3  # semitones that a lead may dip under the top of a stab
CLOSE = 52  # below this nothing closer than a third

# strokes of a stab in one bar: (group, eighths after its start, eighths long); a seed chooses a set
STABS = (
    (((1, 0, 1),), ((1, 0, 1), (1, 1, 1)), ((0, 1, 1), (1, 0, 1)), ((1, 0, 2),)),
    (((0, 1, 1), (1, 1, 1)), ((1, 0, 1),), ((1, 1, 1),), ((0, 1, 1), (1, 0, 2))),
    (((1, 0, 2),), ((0, 1, 1), (1, 0, 1)), ((1, 0, 1), (1, 1, 1)), ((1, 1, 1),)),
)
# steps through a voicing, an eighth each, by bar of the phrase; a seed chooses a set
BROKEN = (
    ((0, 1, 2, 1), (0, 2, 1, 2), (0, 1, 2, 1), (2, 1, 0, 1)),
    ((2, 0, 1, 0), (2, 1, 0, 1), (2, 0, 1, 0), (0, 1, 2, 1)),
    ((0, 2, 1, 2), (1, 2, 0, 2), (0, 2, 1, 2), (2, 1, 2, 0)),
)
# what a held chord does by bar of the phrase: see `_spells`; a seed chooses a row
PADS = ((3, 0, 1, 2), (1, 2, 3, 0), (3, 0, 2, 1))
# (group, strokes in it) by bar of the phrase: the tonic in the first group, else the fifth
ANCHORS = (
    (((0, 1),), ((0, 1), (1, 1)), ((0, 2),), ((0, 3), (1, 1), (-1, 2))),
    (((0, 1), (1, 1)), ((0, 2),), ((0, 1), (1, 1)), ((0, 3), (1, 2), (-1, 3))),
    (((0, 1),), ((0, 2), (-1, 1)), ((0, 3), (1, 1)), ((0, 1), (-1, 2))),
)


@cache
def voicings(classes: tuple[int, ...], low: int, high: int) -> tuple[tuple[int, ...], ...]:
    """Ways to lay three pitch classes out in a range, close, without a minor ninth inside."""
    pitches = [pitch for pitch in range(low, high + 1) if pitch % 12 in classes]
    found = [
        trio
        for trio in combinations(pitches, VOICES)
        if len({pitch % 12 for pitch in trio}) == VOICES and trio[-1] - trio[0] <= 14 and _is_clean(trio)
    ]
    return tuple(found) or tuple((pitch,) for pitch in pitches)


def _is_clean(trio: Sequence[int]) -> bool:
    """No minor second or ninth; nothing closer than a third when low."""
    pairs = combinations(trio, 2)
    return all((b - a) % 12 != 1 and (a >= CLOSE or b - a >= 3) for a, b in pairs)


def voicing(grid: SlotGrid, chord: Chord, part: Instrument, top: int, rootless: bool) -> tuple[int, ...]:
    """The way to lay a chord out whose top voice moves least."""
    names = chord.classes[1:] if rootless and len(chord.classes) > VOICES else chord.classes
    classes = tuple(grid.tuning.class_of(semitones) for semitones in names)
    ways = voicings(classes, part.low, part.high)
    return min(ways, key=lambda trio: (abs(trio[-1] - top), trio), default=())


def stabs(grid: SlotGrid, part: Instrument, random: Random, heard: Texture) -> list[PlannedNote]:
    """Short chords in the first two groups, where the bass has the root; silent where a lead is low."""
    table = random.choice(STABS)
    top = part.high - 5
    notes: list[PlannedNote] = []
    for bar in grid.played(part.name):
        if bar.role not in ("groove", "bridge"):
            continue
        trio = voicing(grid, bar.chord, part, top, rootless=True)
        top = trio[-1] if trio else top
        for start, length in _strokes(table[bar.place % len(table)], groups_of(bar)):
            if _is_free(grid, heard, bar, start, length, top):
                notes += _chord(grid, heard, part, bar, trio, start, length)
    return notes + _closing_chords(grid, part, heard, top)


def _strokes(pattern: Sequence[tuple[int, int, int]], groups: Sequence[GroupSpan]) -> Iterator[tuple[int, int]]:
    """(start, length) of the strokes that fit into the bar's groups."""
    for number, after, length in pattern:
        if number < len(groups):
            group = groups[number]
            if after * EIGHTH < group.length:
                yield group.start + after * EIGHTH, length * EIGHTH


def _is_free(grid: SlotGrid, heard: Texture, bar: PlannedBar, start: int, length: int, top: int) -> bool:
    """Whether no lead dips under the chord."""
    leads = grid.arrangement.style.playing("lead", "answer")
    lows = [heard.lowest(lead.name, start, start + length) for lead in leads]
    return all(low is None or low >= top - LEAD_MARGIN + 1 for low in lows)


def _chord(
    grid: SlotGrid, heard: Texture, part: Instrument, bar: PlannedBar, trio: Sequence[int], start: int, length: int
) -> list[PlannedNote]:
    """A chord's voices, those that sound well; fewer than two are none."""
    wanted = [PlannedNote(start, length, pitch, step=grid.tuning.step_of(pitch, bar.chord)) for pitch in trio]
    kept = [note for note in wanted if heard.fits(start, start + round(length * part.gate), note.pitch)]
    return kept if len(kept) > 1 or len(trio) == 1 else []


def pads(grid: SlotGrid, part: Instrument, random: Random, heard: Texture) -> list[PlannedNote]:
    """A chord held through a cell or a bar, struck again in every fourth bar; voices end before they clash."""
    notes: list[PlannedNote] = []
    top = part.high - 4
    rhythm = random.choice(PADS)
    for bar in grid.played(part.name):
        if bar.role != "ending":
            trio = voicing(grid, bar.chord, part, top, rootless=True)
            top = trio[-1] if trio else top
            for start, end in _spells(bar, rhythm[bar.place % len(rhythm)], _section_end(grid, bar)):
                notes += _held(grid, heard, part, bar, trio, start, end)
    return notes + _closing_chords(grid, part, heard, top)


def _spells(bar: PlannedBar, strokes: int, section_end: int) -> list[tuple[int, int]]:
    """From where to where a chord is held: 0 nothing new, 1 the bar, 2 half and half, 3 on into the next bar."""
    if strokes == 0:
        return []
    if strokes == 3:
        return [(bar.start, min(bar.end + bar.length, section_end))]
    groups = groups_of(bar)
    middle = groups[len(groups) // 2].start
    return [(bar.start, middle), (middle, bar.end)] if strokes == 2 and middle > bar.start else [(bar.start, bar.end)]


def _section_end(grid: SlotGrid, bar: PlannedBar) -> int:
    return grid.bars[bar.passage.last - 1].end


def _held(
    grid: SlotGrid, heard: Texture, part: Instrument, bar: PlannedBar, trio: Sequence[int], start: int, end: int
) -> Iterator[PlannedNote]:
    """A chord's voices, each as long as it does not clash."""
    for pitch in trio:
        note = PlannedNote(start, end - start, pitch, step=grid.tuning.step_of(pitch, bar.chord))
        if clear := heard.shortened(note, part.gate, 2 * EIGHTH):
            yield clear


def arpeggios(grid: SlotGrid, part: Instrument, random: Random, heard: Texture) -> list[PlannedNote]:
    """A chord broken into eighths, its order changing from bar to bar."""
    table = random.choice(BROKEN)
    notes: list[PlannedNote] = []
    top = part.high - 4
    for bar in grid.played(part.name):
        if bar.role == "ending":
            continue
        trio = voicing(grid, bar.chord, part, top, rootless=True)
        top = trio[-1] if trio else top
        order = table[bar.place % len(table)]
        for group in groups_of(bar):
            for number, tick in enumerate(range(group.start, group.start + group.length, EIGHTH)):
                if trio:
                    pitch = trio[order[number % len(order)] % len(trio)]
                    notes += _clear(grid, heard, part, bar, PlannedNote(tick, EIGHTH, pitch))
    return notes + _closing_chords(grid, part, heard, top)


def _clear(grid: SlotGrid, heard: Texture, part: Instrument, bar: PlannedBar, note: PlannedNote) -> list[PlannedNote]:
    """The note spelled, if it sounds well."""
    spelled = note._replace(step=grid.tuning.step_of(note.pitch, bar.chord))
    return [spelled] if heard.fits(note.start, note.start + round(note.length * part.gate), note.pitch) else []


def riffs(grid: SlotGrid, part: Instrument, random: Random, heard: Texture) -> list[PlannedNote]:
    """Root, fifth and octave where the bass has the root; the last groups every other cell."""
    notes: list[PlannedNote] = []
    shapes = random.choice((((0, 1), (0,), (0, 1), (0, 1, 1)), ((0,), (0, 1), (0, 1, 1), (0, 1))))
    for bar in grid.played(part.name):
        if bar.role not in ("groove", "bridge", "intro"):
            continue
        groups = groups_of(bar)
        for number in sorted(set(shapes[bar.place % 4])):
            group = groups[min(number, len(groups) - 1)]
            twice = shapes[bar.place % 4].count(number) > 1
            length = group.length // 2 // EIGHTH * EIGHTH if twice else group.length
            notes += _power(grid, heard, part, bar, group.start, length)
            notes += _power(grid, heard, part, bar, group.start + length, group.length - length) if twice else []
    return notes + _closing_chords(grid, part, heard, part.low + 7)


def _power(
    grid: SlotGrid, heard: Texture, part: Instrument, bar: PlannedBar, start: int, length: int
) -> list[PlannedNote]:
    """Root, fifth and octave in the lower half of the range, over the tonic where the bass stays on it."""
    degree = bar.chord.root.semitones if bar.role == "bridge" else 0
    wanted = grid.tuning.class_of(degree)
    root = next((p for p in range(part.low, part.high + 1) if p % 12 == wanted), part.low)
    found: list[PlannedNote] = []
    for pitch in (root, root + 7, root + 12):
        if pitch <= part.high:
            note = PlannedNote(start, length, pitch, step=grid.tuning.step_of(pitch, bar.chord))
            found += [clear] if (clear := heard.shortened(note, part.gate)) else []
    return found


def doubles(grid: SlotGrid, part: Instrument, random: Random, heard: Texture) -> list[PlannedNote]:
    """The second half of the figure an octave or two higher; all of it in every fourth bar."""
    source = [name for name in heard.notes if name.startswith("Ostinato") or name in _basses(grid)]
    lines = [note for name in source for note in heard.notes[name]]
    notes: list[PlannedNote] = []
    for bar in grid.played(part.name):
        inside = sorted(n for n in lines if bar.start <= n.start < bar.end and n.start < grid.end)
        for note in _doubled(bar, inside) if bar.role != "ending" else []:
            pitch = folded(note.pitch + 12, part)
            if pitch >= note.pitch and heard.fits(note.start, note.end, pitch):
                notes.append(note._replace(pitch=pitch, gate=0.0, step=note.step + (pitch - note.pitch) // 12 * 7))
    return notes + _closing_chords(grid, part, heard, part.low + 7)


def _doubled(bar: PlannedBar, notes: list[PlannedNote]) -> list[PlannedNote]:
    """The second half of a bar, all of every fourth; by number of notes where halves by time are empty or alike."""
    if bar.place % 4 == 3:
        return notes
    if _has_two_halves(bar):
        return [note for note in notes if note.start >= bar.start + bar.length // 2]
    half = len(notes) // 2
    return notes[:half] if bar.place % 4 == 2 and half else notes[half:]


def _has_two_halves(bar: PlannedBar) -> bool:
    """Whether each bar of the figure has notes in its second half, and not all the same ones."""
    length = bar.meter.bar
    bars: dict[int, set[tuple[Fraction, Degree]]] = {}
    for tone in bar.passage.ostinato:
        late = bars.setdefault(int(tone.onset // length), set())
        if tone.onset % length >= length / 2:
            late.add((tone.onset % length, tone.degree))
    return all(bars.values()) and len({frozenset(late) for late in bars.values()}) > 1


def _basses(grid: SlotGrid) -> set[str]:
    return {part.name for part in grid.arrangement.style.playing("ostinato")}


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
    return notes + _closing_chords(grid, part, heard, part.low + 5)


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


def colours(grid: SlotGrid, part: Instrument, random: Random, heard: Texture) -> list[PlannedNote]:
    """Two held voices that swell into the end of a phrase."""
    notes: list[PlannedNote] = []
    top = part.high - 3
    for bar in grid.played(part.name):
        if bar.role in ("intro", "groove", "bridge") and bar.number == bar.phrase.last - 1:
            trio = voicing(grid, bar.chord, part, top, rootless=True)
            count = random.choice((1, 2, 2))
            notes += _held(grid, heard, part, bar, trio[-count:], bar.start, grid.bars[bar.number].end)
        elif bar.role == "groove" and bar.number == bar.phrase.first and random.random() < 0.5:
            trio = voicing(grid, bar.chord, part, top, rootless=True)
            notes += _held(grid, heard, part, bar, trio[-1:], bar.start, bar.end)
    return notes + _closing_chords(grid, part, heard, top)


def _closing_chords(grid: SlotGrid, part: Instrument, heard: Texture, top: int) -> list[PlannedNote]:
    """The tonic chord on the groups of the ending, and on the last downbeat."""
    bars = closing(grid)
    home = (bars or grid.bars)[-1]
    trio = voicing(grid, home.chord, part, top, rootless=False)
    if part.high - part.low < 14 or part.plays in ("riff", "anchor", "double", "arpeggio", "colour"):
        trio = tuple(p for p in trio if p % 12 == grid.tuning.tonic.pitch_class)[:1] or trio[:1]
    strokes = [(g.start, g.length) for bar in bars for g in groups_of(bar)[: 4 if bar.cell else 2]]
    strokes = strokes if part.plays in ("stabs", "riff", "double", "arpeggio") else []
    notes = [n for start, length in strokes for n in _chord(grid, heard, part, home, trio, start, length)]
    if length := final_length(grid):
        found = (PlannedNote(grid.end, length, p, 1.0, 6, grid.tuning.step_of(p, home.chord)) for p in trio)
        notes += [note for note in found if heard.fits(note.start, note.end, note.pitch)]
    return notes
