"""Bars put one after another: parts kept together, ties joined, each staff a part of its own."""

from __future__ import annotations

import warnings
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from io import BytesIO
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from lxml import etree
from numpy.typing import NDArray

from mi_theme.errors import FileError
from mi_theme.files.bulk.sheets import Sheet, SheetHeading
from mi_theme.files.disk import FileWarning, first_line
from mi_theme.files.musicxml.aside_reading import StaffAside
from mi_theme.files.musicxml.counting import QUARTER, Ticks, later
from mi_theme.files.musicxml.documents import Heading, bars_of
from mi_theme.files.musicxml.note_reading import NoteReader, SaidNote
from mi_theme.files.musicxml.part_reading import NoteElement, PartReading, PlacedStaffAside
from mi_theme.meter import Meter
from mi_theme.score import MeterMap
from mi_theme.score.grace_times import UntimedNote, timed_graces
from mi_theme.score.notes import NOTE

__all__ = ["JoinedNote", "SoundingStaff", "WrittenMusic", "parse_sheet", "read_music", "table_of"]

Held = defaultdict[tuple[Ticks, ...], list[list["JoinedNote"]]]  # by pitch and end, and by voice too


@dataclass(slots=True)
class JoinedNote:
    """A note that sounds, from its beginning through all that is tied to it, in ticks from the beginning of the piece."""

    at: Ticks
    lasts: Ticks
    voice: int
    pitch: int
    step: int
    said: SaidNote
    asides: tuple[str, ...]


class SoundingStaff(NamedTuple):
    """A staff as a part: its part and its name there, what it is called, its notes in order, whether it is for drums, its program from 0."""

    part: int
    staff: str
    name: str
    notes: list[JoinedNote]
    is_percussion: bool
    program: int | None


class WrittenMusic(NamedTuple):
    """A score as MusicXML has it.

    Attributes
    ----------
    heading
        Title, composer, rights.
    parts
        As they were read, bar by bar.
    starts
        For each part, where each of its bars begins, and where the last ends, in ticks.
    staves
        What sounds.
    meters
        The metres of the first part.
    """

    heading: Heading
    parts: list[PartReading]
    starts: list[list[Ticks]]
    staves: list[SoundingStaff]
    meters: MeterMap


def read_music(data: bytes | BytesIO, source: str = "") -> WrittenMusic:
    """The music of a MusicXML file, compressed or not; a stream is closed when it is read, and lets its bytes go.

    Raises
    ------
    FileError
        Where it is damaged, too large, holds entities, or no notes.
    """
    where, heading = source or "MusicXML", Heading()
    try:
        parts = _read_parts(data if isinstance(data, BytesIO) else BytesIO(data), where, heading)
    except FileError:
        raise
    except (etree.XMLSyntaxError, ValueError, ArithmeticError, TypeError, AttributeError, IndexError) as error:
        raise FileError(f"{where}: damaged: {first_line(error)}") from None
    if not any(part.notes for part in parts):
        raise FileError(f"{where}: there are no notes in it")
    if rounded := sum(part.rounded for part in parts):
        words = f"{where}: {rounded} notes have pitches that MIDI has not; each got the nearest key"
        warnings.warn(words, FileWarning, stacklevel=4)
    starts, meters = _layout(parts)
    staves: list[SoundingStaff] = []
    for index, part in enumerate(parts):
        staves += _staves(part, index, starts[index])
        part.notes.clear()  # what they say is in the staves
    longest, counted = max(starts, key=lambda lines: lines[-1]), parts[0].counted
    meter_map = MeterMap.of_bars(_bars(longest, meters, counted), counted=counted)
    return WrittenMusic(heading, parts, starts, staves, meter_map)


def parse_sheet(data: bytes | BytesIO, source: str = "") -> Sheet:
    """The notes, part names and metres of a MusicXML file, compressed or not.

    Raises
    ------
    FileError
        As `read_music`.
    """
    music = read_music(data, source)
    table = table_of(music.staves)
    table["id"] = np.arange(len(table))
    table = table[np.lexsort((table["part"], table["pitch"], table["onset"]))]
    table.setflags(write=False)
    drums = frozenset(index for index, staff in enumerate(music.staves) if staff.is_percussion)
    return Sheet(table, tuple(staff.name for staff in music.staves), music.meters, source, drums, _sheet_heading(music))


def _sheet_heading(music: WrittenMusic) -> SheetHeading:
    """Tempo and key at the beginning, title, composer."""
    said = [
        (lines[bar] + at, number, float(remark.said))
        for number, (part, lines) in enumerate(zip(music.parts, music.starts, strict=True))
        for bar, at, remark in part.remarks
        if remark.kind == "tempo"
    ]
    key = next((part.keys[0][2] for part in music.parts if part.keys), None)
    return SheetHeading(min(said)[2] if said else None, key, music.heading.title, music.heading.composer)


def _read_parts(stream: BytesIO, where: str, heading: Heading) -> list[PartReading]:
    parts: list[PartReading] = []
    current, reader = "", NoteReader()
    for name, bar in bars_of(stream, where, heading):
        if not parts or name != current:
            current = name
            title = heading.names.get(name, "") or f"Part {len(parts) + 1}"
            parts.append(PartReading(title, reader, heading.instruments.get(name, {})))
            said = (StaffAside("part", text) for text in heading.of_parts.get(name, ()))
            parts[-1].asides += [PlacedStaffAside(0, 0, aside) for aside in said]
        parts[-1].read_bar(bar)
    return parts


def _layout(parts: Sequence[PartReading]) -> tuple[list[list[Ticks]], list[Meter | None]]:
    """Where the bars of each part begin, and where its last ends; and the metres of the bars.

    Bars of one number begin together, each as long as in its longest part; but where
    parts have metres of their own and end together without that, each goes its own way.
    """
    alone = [_lines(part.lengths, part.meters) for part in parts]
    ends = {lines[-1] for part, lines in zip(parts, alone, strict=True) if part.notes}
    counts = {len(lines) for part, lines in zip(parts, alone, strict=True) if part.notes}
    if any(part.independent for part in parts) or (len(ends) == 1 and len(counts) > 1):
        longest = max(range(len(parts)), key=lambda index: (alone[index][-1], -index))
        return alone, parts[longest].meters
    meters: list[Meter | None] = []
    said: list[
        list[tuple[Ticks, Ticks]]
    ] = []  # of each bar: its length, and how much of it sounds, in each part that has it
    for part in parts:
        for index, (length, sounding, meter) in enumerate(zip(part.lengths, part.sounding, part.meters, strict=True)):
            if index == len(said):
                said.append([])
                meters.append(None)
            if length:
                said[index].append((length, sounding))
            meters[index] = meters[index] or meter
    lengths = [_length(rows, meter) for rows, meter in zip(said, meters, strict=True)]
    lines = _lines(lengths, meters)
    return [lines[: len(part.lengths) + 1] for part in parts], meters


def _length(rows: Sequence[tuple[Ticks, Ticks]], meter: Meter | None) -> Ticks | None:
    """The length of a bar: that of its longest part; without a metre that of most parts, and no rest makes it longer."""
    if not rows:
        return None
    if meter:
        return max(length for length, _ in rows)
    counts = Counter(length for length, _ in rows)
    common = min(counts, key=lambda length: (-counts[length], length))
    return max(common, *(sounding for _, sounding in rows))


def _lines(lengths: Sequence[Ticks | None], meters: Sequence[Meter | None]) -> list[Ticks]:
    """Where bars of these lengths begin and end; one with nothing in it is as long as its metre says."""
    lines: list[Ticks] = [0]
    for length, meter in zip(lengths, meters, strict=True):
        lines.append(later(lines[-1], length or (int(meter.bar * QUARTER) if meter else 4 * QUARTER)))
    return lines


def _bars(
    lines: Sequence[Ticks], meters: Sequence[Meter | None], counted: bool
) -> Iterator[tuple[Fraction, Fraction, Meter | None]]:
    """(start, length, metre) of each bar in quarters; the last is taken as whole, if it is no pick-up."""
    for index, ((start, stop), meter) in enumerate(zip(pairwise(lines), meters, strict=False)):
        length = Fraction(stop - start, QUARTER)
        if meter and index == len(lines) - 2 and (index or counted):
            length = max(length, meter.bar)
        yield Fraction(start, QUARTER), length, meter


def _staves(part: PartReading, index: int, lines: Sequence[Ticks]) -> Iterator[SoundingStaff]:
    """The staves of a part that have notes, tied notes joined."""
    staves: defaultdict[str, list[NoteElement]] = defaultdict(list)
    drums = part.is_percussion
    for note in part.with_drums():
        staves[note.said.staff].append(note)
    for staff, notes in sorted(staves.items()):
        name = part.name if len(staves) == 1 else f"{part.name} ({staff or 1})"
        yield SoundingStaff(
            part=index, staff=staff, name=name, notes=_joined(notes, lines), is_percussion=drums, program=part.program
        )


def _joined(written: Sequence[NoteElement], lines: Sequence[Ticks]) -> list[JoinedNote]:
    """The notes of one staff in order, tied ones joined."""
    order = sorted((lines[note.bar] + note.at, note.lasts > 0, index) for index, note in enumerate(written))
    held: Held = defaultdict(list)
    voices: defaultdict[str, int] = defaultdict(lambda: len(voices))
    joined: list[JoinedNote] = []
    for at, _, index in order:
        note = written[index]
        said, voice = note.said, voices[note.said.voice]
        before = _led_to(held, note.pitch, at, voice) if "stop" in said.ties else None
        if before:
            before.lasts = later(before.lasts, note.lasts)
            known = before.asides
            before.asides += tuple([aside for aside in said.asides if aside not in known or 'type="st' in aside])
        else:
            before = JoinedNote(at, note.lasts, voice, note.pitch, note.step, said, said.asides)
            joined.append(before)
        if "start" in said.ties:
            entry = [before]
            held[note.pitch, before.at + before.lasts].append(entry)
            held[note.pitch, before.at + before.lasts, voice].append(entry)
    if any(note.lasts <= 0 for note in joined):
        rows = [
            UntimedNote(Fraction(note.at) / QUARTER, note.voice, note.lasts <= 0, note.said.chord) for note in joined
        ]
        for row, (start, length) in timed_graces(rows).items():
            joined[row].at, joined[row].lasts = _whole(start * QUARTER), _whole(length * QUARTER)
    return joined


def _whole(ticks: Fraction) -> Ticks:
    return ticks.numerator if ticks.denominator == 1 else ticks


def _led_to(held: Held, pitch: int, at: Ticks, voice: int) -> JoinedNote | None:
    """The note that ends where this one begins, of the same voice if there is one; it is held no more."""
    for key in ((pitch, at, voice), (pitch, at)):
        ending = held.get(key)
        while ending:
            entry = ending.pop(0)
            if entry:  # not taken by the other key
                return entry.pop()
    return None


def table_of(staves: Sequence[SoundingStaff]) -> NDArray[np.void]:
    """The notes of all staves, one staff after the other, as `Score.note_table` has them.

    Parameters
    ----------
    staves
        Each a part.
    """
    counts = [len(staff.notes) for staff in staves]
    table = np.zeros(sum(counts), NOTE)
    notes = [note for staff in staves for note in staff.notes]
    table["onset"] = [float(note.at / QUARTER) for note in notes]  # the nearest there is, of a fraction too
    table["duration"] = [float(note.lasts / QUARTER) for note in notes]
    table["pitch"] = [note.pitch for note in notes]
    table["step"] = [note.step for note in notes]
    table["velocity"] = [note.said.velocity for note in notes]
    table["voice"] = [note.voice for note in notes]
    table["part"] = np.repeat(np.arange(len(staves)), counts)
    return table
