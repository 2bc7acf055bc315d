"""The ostinato: literal on the tonic, adapted to the local mode where the root moves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction

from mi_theme.pitch import MAJOR
from mi_theme.renditions.arrangement.harmony import Chord, Tuning, scale_pitch
from mi_theme.renditions.arrangement.styles import Instrument
from mi_theme.renditions.composing.slots import PlannedBar, PlannedNote, SlotGrid, ticks
from mi_theme.themes import Motif, Tone

__all__ = ["folded", "literal", "register_for", "second", "travelling"]


def literal(grid: SlotGrid, part: Instrument) -> list[PlannedNote]:
    """The figure as adapted to each metre, in every bar of intros, grooves and breaks."""
    notes: list[PlannedNote] = []
    everywhere = [tone for passage in grid.arrangement.passages for tone in passage.ostinato]
    register = register_for(everywhere, grid.tuning, part)
    for passage in grid.arrangement.passages:
        if passage.role in ("intro", "groove", "break"):
            motif = passage.ostinato
            span = ticks(passage.start), ticks(passage.end)
            notes += _tiled(motif, _cycle(motif, passage.meter.bar), span, grid.tuning, register)
    return notes


def register_for(tones: Iterable[Tone], tuning: Tuning, part: Instrument) -> int:
    """Where degree 1 stands, so that all tones lie low in the part's range, or as little outside it as they can."""
    semitones = [tone.degree.semitones for tone in tones]
    lowest, highest = min(semitones), max(semitones)

    def outside(tonic: int) -> int:
        return max(part.low - tonic - lowest, 0) + max(tonic + highest - part.high, 0)

    tonics = range(tuning.tonic.pitch_class, 128, 12)
    least = min(outside(tonic) for tonic in tonics)
    fitting = [tonic for tonic in tonics if outside(tonic) == least]
    return next((tonic for tonic in fitting if tonic >= part.tonic), fitting[0])


def _cycle(motif: Motif, bar: Fraction) -> Fraction:
    """The length of the motif in whole bars."""
    return -(-motif.length // bar) * bar


def _tiled(
    motif: Motif, cycle: Fraction, span: tuple[int, int], tuning: Tuning, register: int
) -> Iterator[PlannedNote]:
    """The motif again and again from a start to an end, cut at the end."""
    start, stop = span
    length = ticks(cycle)
    for begin in range(start, stop, length):
        for tone in motif:
            onset = begin + ticks(tone.onset)
            if onset < stop:
                end = min(begin + ticks(tone.onset + tone.duration), stop)
                pitch, step = tone.degree.pitch(tuning.tonic, register), tone.degree.step(tuning.tonic, register)
                yield PlannedNote(onset, max(end - onset, 1), pitch, step=step)


def second(grid: SlotGrid, part: Instrument) -> list[PlannedNote]:
    """Ostinato II: the adapted figure in bridges, the unison and the last downbeat of the ending."""
    notes: list[PlannedNote] = []
    for passage in grid.arrangement.passages:
        if passage.role == "bridge":
            bars = [bar for bar in grid.bars if bar.passage is passage]
            notes += travelling(grid, part, bars)
    return notes


def travelling(grid: SlotGrid, part: Instrument, bars: list[PlannedBar]) -> list[PlannedNote]:
    """The figure on the root of each cell, its last two notes approaching the next root."""
    notes: list[PlannedNote] = []
    for index, bar in enumerate(bars):
        motif = bar.passage.ostinato
        cycle = _cycle(motif, bar.meter.bar)
        offset = (index % int(cycle / bar.meter.bar)) * bar.length
        tones = [tone for tone in motif if 0 <= ticks(tone.onset) - offset < bar.length]
        root = root_pitch(grid.tuning, bar.chord, part, motif)
        line = [_local(grid, bar, tone, offset, root) for tone in tones]
        following = bars[index + 1] if index + 1 < len(bars) else None
        if (following is None or following.chord != bar.chord) and len(line) >= 3:
            aim = (
                register_for(motif, grid.tuning, part)
                if following is None
                else root_pitch(grid.tuning, following.chord, part, motif)
            )
            step = grid.tuning.step_of(aim, following.chord if following else None)
            line[-2:] = _approach(line[-2:], line[-3].pitch, aim, step)
        notes += [_inside(note, part) for note in line]
    return notes


def folded(pitch: int, part: Instrument) -> int:
    """The pitch in the nearest octave that the instrument has."""
    if pitch < part.low:
        return pitch + -(-(part.low - pitch) // 12) * 12
    return pitch - max(-(-(pitch - part.high) // 12), 0) * 12


def _inside(note: PlannedNote, part: Instrument) -> PlannedNote:
    """The note in the octave that the instrument has."""
    pitch = folded(note.pitch, part)
    return note._replace(pitch=pitch, step=note.step + (pitch - note.pitch) // 12 * 7)


def root_pitch(tuning: Tuning, chord: Chord, part: Instrument, motif: Motif) -> int:
    """The root of a chord in the register of the figure, near the tonic."""
    lowest = min(-2, *(tone.degree.semitones - 1 for tone in motif))  # room for the approach and the local mode
    highest = max(2, *(tone.degree.semitones + 1 for tone in motif))
    home = register_for(motif, tuning, part)
    wanted = tuning.class_of(chord.root.semitones)
    able = [p for p in range(part.low - lowest, part.high - highest + 1) if p % 12 == wanted]
    return min(able, key=lambda p: abs(p - home), default=home)


def _local(grid: SlotGrid, bar: PlannedBar, tone: Tone, offset: int, root: int) -> PlannedNote:
    """A note of the figure above a local root: its degree in the local scale, its own alteration kept."""
    scale = grid.tuning.local_scale(bar.chord)
    base = bar.chord.root.number - 1
    home = grid.tuning.scale[tone.degree.number - 1]
    own = tone.degree.semitones - 12 * tone.degree.octave - home
    above = scale_pitch(scale, base + tone.degree.number - 1) - scale_pitch(scale, base)
    pitch = root + above + own + 12 * tone.degree.octave
    start = bar.start + ticks(tone.onset) - offset
    length = min(ticks(tone.duration), bar.end - start)
    return PlannedNote(start, max(length, 1), pitch, step=grid.tuning.step_of(pitch, bar.chord))


def _approach(last: list[PlannedNote], before: int, aim: int, step: int) -> list[PlannedNote]:
    """Two chromatic steps into the next root, from the side that is nearer; written with the letter beside its own, or its own."""
    from_above = abs(before - (aim + 2)) < abs(before - (aim - 2))
    side = 1 if from_above else -1
    notes = []
    for note, distance in zip(last, (2, 1), strict=True):
        pitch, beside = aim + side * distance, step + side
        notes.append(note._replace(pitch=pitch, step=beside if abs(_signs(pitch, beside)) <= 1 else step))
    return notes


def _signs(pitch: int, step: int) -> int:
    """Sharps or, negative, flats of a pitch that is written with a step."""
    return pitch - 12 * (step // 7 + 1) - MAJOR[step % 7]
