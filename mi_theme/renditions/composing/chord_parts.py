"""Parts that play chords: short ones, held ones, broken ones, colours."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from mi_theme.renditions.arrangement.styles import Instrument
from mi_theme.renditions.composing.endings import closing, final_length
from mi_theme.renditions.composing.group_patterns import groups_of, sounded, spans_by
from mi_theme.renditions.composing.slots import EIGHTH, PlannedBar, PlannedNote, SlotGrid
from mi_theme.renditions.composing.texture import Texture
from mi_theme.renditions.composing.voicings import held, laid, struck, voicing

__all__ = ["arpeggios", "closing_chords", "colours", "pads", "stabs"]

LEAD_MARGIN = 2  # semitones that the top of a chord may lie above a lead
STRESS = 8  # velocity of a marked stroke, and of a section that plays the tune
TOGETHER = ("shout", "tutti", "coro")  # events in which sections play the tune in chords
COLOUR_TOPS = (3, 6, 9)  # semitones under the range's end: now higher, now lower
TOP_MOVE = 4  # semitones of the top voice of a held chord that comes again
FARTHEST = 7  # semitones from a broken chord's note to the one that stands in for it


def stabs(grid: SlotGrid, part: Instrument, random: Random, heard: Texture) -> list[PlannedNote]:
    """Short chords in the rhythm of the style; silent where a lead is too low to lay them under it."""
    manner = grid.arrangement.manner
    table = manner.comping[grid.arrangement.seed % len(manner.comping)]  # each seed begins elsewhere in the row
    top = part.high - 5
    notes: list[PlannedNote] = []
    for bar in grid.played(part.name):
        if bar.phrase.event in TOGETHER and (tune := _tune(grid, heard, bar)):
            notes += _in_chords(grid, heard, part, bar, tune)
            continue
        if bar.phrase.event == "stop-time":
            strokes = [PlannedNote(bar.start, EIGHTH, 0, accent=STRESS)]
        elif bar.role in ("groove", "bridge"):
            cell = table[bar.place % len(table)]
            found = [note for note in sounded(cell, spans_by(bar, manner.follows)) if note.sign in "xX"]
            strokes = [PlannedNote(n.start, n.length, 0, accent=STRESS * (n.sign == "X")) for n in found]
        else:
            strokes = []
        for stroke in strokes:
            span = stroke.start, stroke.start + round(stroke.length * part.gate)
            way = laid(grid, heard, part, bar, [span], top, _ceiling(grid, heard, span))
            top = way[-1] if way else top
            notes += struck(grid, heard, part, bar, way, stroke)
    return notes + closing_chords(grid, part, heard, top)


def _ceiling(grid: SlotGrid, heard: Texture, span: tuple[int, int]) -> int:
    """The highest note that a chord may have under the leads."""
    leads = grid.arrangement.style.playing("lead", "answer")
    lows = [low for lead in leads if (low := heard.lowest(lead.name, *span)) is not None]
    return min(lows, default=127) + LEAD_MARGIN


def _tune(grid: SlotGrid, heard: Texture, bar: PlannedBar) -> list[PlannedNote]:
    """The notes of leads and answers in a bar, the highest of those that begin together."""
    names = [part.name for part in grid.arrangement.style.playing("lead", "answer")]
    found = [note for name in names for note in heard.notes.get(name, ()) if bar.start <= note.start < bar.end]
    return sorted({note.start: note for note in sorted(found, key=lambda note: note.pitch)}.values())


def _in_chords(
    grid: SlotGrid, heard: Texture, part: Instrument, bar: PlannedBar, tune: Sequence[PlannedNote]
) -> list[PlannedNote]:
    """A section that plays the tune: a chord under each of its notes, as long as it is."""
    notes: list[PlannedNote] = []
    for note in tune:
        stop = note.start + round(note.length * part.gate)
        ceiling = note.pitch - 1
        way = laid(grid, heard, part, bar, [(note.start, stop)], min(ceiling, part.high), ceiling)
        stroke = PlannedNote(note.start, note.length, 0, gate=max(part.gate, 0.85), accent=STRESS)
        notes += struck(grid, heard, part, bar, way, stroke)
    return notes


def pads(grid: SlotGrid, part: Instrument, random: Random, heard: Texture) -> list[PlannedNote]:
    """Held chords in the rhythm of the style, struck again where the harmony moves; voices end before they clash."""
    manner = grid.arrangement.manner
    table = random.choice(manner.holding)
    top = part.high - 4
    spans: list[tuple[PlannedBar, int, int]] = []
    notes: list[PlannedNote] = []
    for bar in grid.played(part.name):
        if bar.phrase.event in TOGETHER and (tune := _tune(grid, heard, bar)):
            notes += _in_chords(grid, heard, part, bar, tune)
        elif bar.role != "ending":
            for note in sounded(table[bar.place % len(table)], spans_by(bar, manner.follows)):
                before = spans[-1] if spans else None
                onward = note.sign == "-" and before is not None and before[2] == note.start
                if onward and before and (before[0].chord, before[0].passage) == (bar.chord, bar.passage):
                    spans[-1] = (before[0], before[1], note.end)
                else:
                    spans.append((bar, note.start, note.end))
    moved, last = TOP_MOVE, None
    for bar, start, end in spans:
        if bar.chord == last:  # the same chord again is laid out another way
            top, moved = min(max(top + moved, part.low), part.high), -moved
        way = laid(grid, heard, part, bar, [(start, start + round((end - start) * part.gate))], top)
        top, last = way[-1] if way else top, bar.chord
        notes += held(grid, heard, part, bar, way, (start, end))
    return notes + closing_chords(grid, part, heard, top)


def arpeggios(grid: SlotGrid, part: Instrument, random: Random, heard: Texture) -> list[PlannedNote]:
    """Broken chords in the figuration of the style; a note that would clash becomes another of the chord."""
    manner = grid.arrangement.manner
    seed, count = grid.arrangement.seed, len(manner.figuration)
    table = manner.figuration[(seed + seed // count) % count]  # and goes on at another pace than the comping
    notes: list[PlannedNote] = []
    top = part.high - 4
    for bar in grid.played(part.name):
        if bar.role == "ending":
            continue
        figure = [n for n in sounded(table[bar.place % len(table)], spans_by(bar, manner.follows)) if n.sign != "-"]
        spans = [(note.start, note.start + round(note.length * part.gate)) for note in figure]
        way = laid(grid, heard, part, bar, spans, top)
        top = way[-1] if way else top
        for note, span in zip(figure, spans, strict=True) if way else ():
            wanted = PlannedNote(note.start, note.length, 0)
            if note.sign == "*":
                chord = laid(grid, heard, part, bar, [span], top)
                notes += struck(grid, heard, part, bar, chord, wanted)
                continue
            octave, voice = divmod(int(note.sign), len(way))
            pitch = way[voice] + 12 * octave if way[voice] + 12 * octave <= part.high else way[voice]
            others = sorted(grid.tuning.pitches(bar.chord, part.low, part.high), key=lambda p: (abs(p - pitch), p))
            able = [p for p in [pitch, *others] if abs(p - pitch) <= FARTHEST and heard.fits(*span, p)]
            notes += [wanted._replace(pitch=p, step=grid.tuning.step_of(p, bar.chord)) for p in able[:1]]
    return notes + closing_chords(grid, part, heard, top)


def colours(grid: SlotGrid, part: Instrument, random: Random, heard: Texture) -> list[PlannedNote]:
    """One or two held voices that swell into the end of a phrase."""
    notes: list[PlannedNote] = []
    top = part.high - COLOUR_TOPS[0]
    for bar in grid.played(part.name):
        inside = bar.role in ("intro", "groove", "bridge", "break")
        if inside and bar.number == bar.phrase.last - 1:
            count, end = random.choice((1, 2, 2)), grid.bars[bar.number].end
        elif bar.role == "groove" and bar.number == bar.phrase.first and random.random() < 0.5:
            count, end = 1, bar.end
        else:
            continue
        top = random.choice([part.high - under for under in COLOUR_TOPS if part.high - under != top])
        way = laid(grid, heard, part, bar, [(bar.start, bar.start + round((end - bar.start) * part.gate))], top)
        notes += held(grid, heard, part, bar, way[-count:], (bar.start, end))
    return notes + closing_chords(grid, part, heard, top)


def closing_chords(grid: SlotGrid, part: Instrument, heard: Texture, top: int) -> list[PlannedNote]:
    """The tonic chord on the groups of the ending, and on the last downbeat."""
    bars = closing(grid)
    home = (bars or grid.bars)[-1]
    way = voicing(grid, home.chord, part, top, rootless=False)
    if part.high - part.low < 14 or part.plays in ("riff", "anchor", "double", "arpeggio", "colour"):
        way = tuple(p for p in way if p % 12 == grid.tuning.tonic.pitch_class)[:1] or way[:1]
    strokes = [(g.start, g.length) for bar in bars for g in groups_of(bar)[: 4 if bar.cell else 2]]
    strokes = strokes if part.plays in ("stabs", "riff", "double", "arpeggio") else []
    notes = [
        note
        for start, length in strokes
        for note in struck(grid, heard, part, home, way, PlannedNote(start, length, 0))
    ]
    if length := final_length(grid):
        found = (PlannedNote(grid.end, length, p, 1.0, accent=6, step=grid.tuning.step_of(p, home.chord)) for p in way)
        notes += [note for note in found if heard.fits(note.start, note.end, note.pitch)]
    return notes
