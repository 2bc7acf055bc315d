"""A score as MusicXML 4.0: what `notate` found, written down; the same bytes each time."""

from __future__ import annotations

import warnings
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from math import lcm
from typing import Any

from lxml.etree import Element, SubElement, tostring

from mi_theme.errors import FileError
from mi_theme.files.disk import FileWarning
from mi_theme.files.musicxml.archives import packed
from mi_theme.files.musicxml.aside_writing import (
    SETTINGS,
    bar_lines,
    beside,
    put_in_order,
    settings_at,
    shift_at,
    transposed,
    words_left,
)
from mi_theme.files.musicxml.direction_writing import by_bar, marks_in_words, remark_element
from mi_theme.files.musicxml.documents import plain_text
from mi_theme.files.musicxml.signs import clef_element, key_element, time_element
from mi_theme.files.musicxml.staff_writing import StaffWriter
from mi_theme.notated import NotatedScore, notate
from mi_theme.notated.bar_symbols import Item, bar_notes, items_of
from mi_theme.notated.model import WrittenKey
from mi_theme.notated.staves import Staff
from mi_theme.notated.written_values import NewBar
from mi_theme.score import PERCUSSION, Part, Score
from mi_theme.score.percussion_keys import drum_key

__all__ = ["musicxml_of", "write", "write_packed"]

DOCTYPE = (
    '<!DOCTYPE score-partwise PUBLIC "-//Recordare//DTD MusicXML 4.0 Partwise//EN" '
    '"http://www.musicxml.org/dtds/partwise.dtd">'
)
HIGHEST_OCTAVE = 9
MOST_SIGNS = 7  # sharps or flats of a key


def write(score: Score, *, exact: bool = False) -> bytes:
    """The bytes of a MusicXML file of a score; `exact` is for formats of ticks, and says nothing here.

    Raises
    ------
    FileError
        Where there is nothing to write.
    ScoreError
        Where the score goes on for more than 200,000 bars.
    """
    return musicxml_of(notate(score))


def write_packed(score: Score, *, exact: bool = False) -> bytes:
    """As `write`, compressed."""
    return packed(write(score))


def musicxml_of(score: NotatedScore) -> bytes:
    """The bytes of a MusicXML file of what is written.

    Raises
    ------
    FileError
        Where there is nothing to write.
    """
    if not score.staves:
        raise FileError("there are no notes to write as notation")
    staves = tuple(transposed(staff) for staff in score.staves)
    score = replace(score, staves=staves, remarks=tuple(words_left(score.remarks, staves)))
    root = Element("score-partwise", version="4.0")
    _write_heading(root, score)
    listed = SubElement(root, "part-list")
    symbols = [list(_symbols(staff)) for staff in score.staves]
    places = {
        place.denominator for staff in symbols for bar in staff for items in bar for one in items for place in one[:2]
    }
    places |= {place.denominator for bar in score.bars for place in (bar.start, bar.end)}
    places |= {remark.at.denominator for remark in score.remarks}
    places |= {at.denominator for staff in score.staves for at, _ in staff.asides}
    places |= {at.denominator for staff in score.staves for mark in staff.marks for at in (mark.start, mark.end)}
    divisions = lcm(*places)
    for number, (part, staff, bars) in enumerate(zip(score.parts, score.staves, symbols, strict=True), 1):
        name = f"P{number}"
        _list_part(listed, name, part, staff)
        element = SubElement(root, "part", id=name)
        writer = StaffWriter(name, staff, divisions, _octaves(staff, part.name))
        _write_bars(element, score, staff, writer, bars, leads=number == 1)
    return bytes(tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True, doctype=DOCTYPE))


def _octaves(staff: Staff, name: str) -> int:
    """How many octaves higher than it sounds a staff is written: MusicXML has none below C0, and ten in all."""
    octaves = (
        [0] if staff.percussion else [head.step // 7 for note in staff.notes for head in (*note.heads, *note.graces)]
    )
    higher = max(-min(octaves, default=0), 0)
    if higher and max(octaves) + higher > HIGHEST_OCTAVE:
        words = (
            f"part {name!r} goes from below C0 to above C9, which MusicXML cannot write: outside notes moved by octaves"
        )
        warnings.warn(words, FileWarning, stacklevel=4)
        higher = max(HIGHEST_OCTAVE - max(octaves), 0)
    return higher


def _symbols(staff: Staff) -> Iterator[list[list[Item]]]:
    """The items of each voice of each bar."""
    notes = bar_notes(staff)
    for frame in staff.frames:
        (bar,) = frame
        yield [items_of(voice, bar, first=number == 0) for number, voice in enumerate(notes[bar.start])]


def _write_heading(root: Any, score: NotatedScore) -> None:
    """Title, who made it, rights; and what is said at the beginning."""
    if title := plain_text(score.heading.title):
        SubElement(root, "movement-title").text = title
    identification = SubElement(root, "identification")
    if score.heading.composer:
        SubElement(identification, "creator", type="composer").text = plain_text(score.heading.composer)
    if score.heading.rights:
        SubElement(identification, "rights").text = plain_text(score.heading.rights)
    SubElement(SubElement(identification, "encoding"), "software").text = "mi_theme"
    opening = [plain_text(str(remark.said)) for remark in score.remarks if remark.kind == "words" and remark.at == 0]
    if any(opening):
        fields = SubElement(identification, "miscellaneous")
        for number, words in enumerate(filter(None, opening), 1):
            SubElement(fields, "miscellaneous-field", name=f"text {number}").text = words


def _list_part(listed: Any, name: str, part: Part, staff: Staff) -> None:
    """A part of the list, with its instrument, or one for each drum."""
    element = SubElement(listed, "score-part", id=name)
    SubElement(element, "part-name").text = plain_text(part.name)
    keys = (
        sorted({head.key for note in staff.notes for head in (*note.heads, *note.graces)}) if staff.percussion else []
    )
    instruments = [(f"{name}-I{key + 1}", drum_key(key).name) for key in keys] or [(f"{name}-I1", part.name)]
    for identity, title in instruments:
        SubElement(SubElement(element, "score-instrument", id=identity), "instrument-name").text = plain_text(title)
    for (identity, _), key in zip(instruments, keys or [-1], strict=True):
        sound = SubElement(element, "midi-instrument", id=identity)
        SubElement(sound, "midi-channel").text = str((PERCUSSION if staff.percussion else part.channel) + 1)
        if part.program or staff.percussion:
            SubElement(sound, "midi-program").text = str(part.program or 1)
        if key >= 0:
            SubElement(sound, "midi-unpitched").text = str(key + 1)


def _write_bars(
    part: Any,
    score: NotatedScore,
    staff: Staff,
    writer: StaffWriter,
    bars: Sequence[Sequence[Sequence[Item]]],
    *,
    leads: bool,
) -> None:
    """The bars of a part; the first part says tempos and words for all."""
    remarks = by_bar([*(score.remarks if leads else ()), *marks_in_words(staff.marks)], score.bars)
    keys = {} if staff.percussion else {bar.start: key for bar, key in _keys_of_bars(score)}
    lines, more = bar_lines(staff, score.bars), beside(staff, score.bars)
    number = None
    for index, (bar, voices) in enumerate(zip(score.bars, bars, strict=True)):
        goes_on = bar.number == number
        number = bar.number
        measure = SubElement(part, "measure", number=f"X{bar.number}" if goes_on else str(bar.number))
        if bar.number == 0 or goes_on:
            measure.set("implicit", "yes")
        if (index, "left") in lines:
            measure.append(lines[index, "left"])
        attributes = _attributes(staff, writer, bar, keys, first=index == 0)
        if len(attributes):
            measure.append(attributes)
        said = [(remark.at - bar.start, remark_element(remark, bar.meter)) for remark in remarks.get(index, ())]
        here = [*more.get(index, ()), *((at, element) for at, element in said if element is not None)]
        writer.write(measure, bar, voices, here)
        if (index, "right") in lines:
            measure.append(lines[index, "right"])


def _attributes(
    staff: Staff, writer: StaffWriter, bar: NewBar, keys: dict[Fraction, WrittenKey], *, first: bool
) -> Any:
    """What a bar begins with: divisions, key, metre, clef and what else the staff is set to; empty where all stays."""
    attributes, settings = Element("attributes"), settings_at(staff, bar.start)
    key = keys.get(bar.start)
    writer.key = key or writer.key
    if first:
        SubElement(attributes, "divisions").text = str(writer.divisions)
    if "key" in settings:
        writer.fifths = 0
    elif writer.key and not staff.percussion and (key or "transpose" in settings):
        fifths = writer.key.fifths - shift_at(staff, bar.start).fifths
        fifths -= 12 * ((fifths > MOST_SIGNS) - (fifths < -MOST_SIGNS))  # the same key by its other name
        writer.fifths = fifths
        attributes.append(key_element(writer.key._replace(fifths=fifths)))
    shown = settings.pop("time", [])
    if first or bar.signed:
        time = time_element(bar.meter)
        if shown and shown[0].findtext("beats") == str(bar.meter.numerator):
            time.set("symbol", shown[0].get("symbol", "normal"))
        attributes.append(time)
    if first and "clef" not in settings:
        attributes.append(clef_element(staff))
    if first and writer.octaves and "transpose" not in settings:
        transpose = SubElement(attributes, "transpose")
        SubElement(transpose, "chromatic").text = "0"
        SubElement(transpose, "octave-change").text = str(-writer.octaves)
    for elements in settings.values():
        for element in elements:
            put_in_order(attributes, element, SETTINGS)
    return attributes


def _keys_of_bars(score: NotatedScore) -> Iterator[tuple[NewBar, WrittenKey]]:
    """Key signatures, each with the bar that it is written at: the one that begins nearest before it."""
    starts = [bar.start for bar in score.bars]
    for at, key in score.keys:
        yield score.bars[max(bisect_right(starts, at) - 1, 0)], key
