"""A part as MusicXML: its bars one after another, with signatures, what is said beside notes, and the notes of its staves."""

from __future__ import annotations

import warnings
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

from lxml.etree import Element, SubElement

from mi_theme.files.disk import FileWarning
from mi_theme.files.musicxml.aside_writing import (
    NOTE_ORDER,
    SETTINGS,
    bar_lines,
    beside,
    cues,
    of_staff,
    put_in_order,
    settings_at,
    shift_at,
    text_of,
)
from mi_theme.files.musicxml.direction_writing import by_bar, marks_in_words, remark_element
from mi_theme.files.musicxml.signs import clef_element, key_element, time_element
from mi_theme.files.musicxml.staff_writing import StaffWriter
from mi_theme.notated import NotatedScore
from mi_theme.notated.bar_symbols import BarVoice
from mi_theme.notated.model import WrittenKey, WrittenPart
from mi_theme.notated.written_values import NewBar

__all__ = ["PartWriter"]

HIGHEST_OCTAVE = 9
UNCOUNTED = ' implicit="yes"'  # of a pick-up, and of the rest of a bar that a repeat sign divides
MOST_SIGNS = 7  # sharps or flats of a key
OF_STAVES = ("clef", "staff-details", "measure-style", "transpose")  # settings of which each staff may have its own
CUE_VOICE = "99"  # of notes that are not heard: beyond those of any staff


class PartWriter:
    """Writes the bars of a part; the first part says tempos and words for all.

    Parameters
    ----------
    score
        What it is a part of.
    part
        Which.
    number
        From 1.
    divisions
        Parts of a quarter that durations count.
    grain
        Ticks in such a part.
    """

    def __init__(self, score: NotatedScore, part: WrittenPart, number: int, divisions: int, grain: int) -> None:
        self.score, self.part, self.divisions = score, part, divisions
        self.octaves = _octaves(part)
        self.writers = []
        for place, staff in enumerate(part.staves):
            above = sum(max(len(other.voices), 1) for other in part.staves[:place])
            self.writers.append(
                StaffWriter(
                    name=f"P{number}",
                    fifths=staff.fifths,
                    divisions=divisions,
                    grain=grain,
                    octaves=self.octaves,
                    marks=staff.marks,
                    rests=[(at, aside.said) for at, aside in staff.asides if aside.host == "rest"],
                    staff=place + 1 if len(part.staves) > 1 else 0,
                    voices=above,
                )
            )
        self.key: WrittenKey | None = None  # that sounds
        self.lines = bar_lines(part.staves[0], score.bars)
        self.more = [beside(staff, score.bars) for staff in part.staves]
        self.remarks = [
            by_bar([*(score.remarks if number == 1 and place == 0 else ()), *marks_in_words(staff.marks)], score.bars)
            for place, staff in enumerate(part.staves)
        ]

    def write(self, staves: Sequence[dict[Fraction, list[BarVoice]]]) -> Iterator[str]:
        """The text of its bars.

        Parameters
        ----------
        staves
            For each staff what its voices have in each bar, by where that begins.
        """
        keys = {} if self.part.staves[0].percussion else {bar.start: key for bar, key in _keys_of_bars(self.score)}
        number = None
        for index, bar in enumerate(self.score.bars):
            name, number = f"X{bar.number}" if bar.number == number else str(bar.number), bar.number
            yield f'    <measure number="{name}"{UNCOUNTED if name in ("0", f"X{number}") else ""}>\n'
            if (index, "left") in self.lines:
                yield text_of(self.lines[index, "left"])
            attributes = self._attributes(bar, keys.get(bar.start), first=index == 0)
            if len(attributes):
                yield text_of(attributes)
            length = int((bar.end - bar.start) * self.divisions)
            for place, (writer, voices) in enumerate(zip(self.writers, staves, strict=True)):
                if place:
                    yield f"      <backup>\n        <duration>{length}</duration>\n      </backup>\n"
                yield from writer.write(bar, voices[bar.start], list(self._beside(index, place, bar)))
                yield from self._cues(place, bar)
            if (index, "right") in self.lines:
                yield text_of(self.lines[index, "right"])
            yield "    </measure>\n"

    def _attributes(self, bar: NewBar, key: WrittenKey | None, *, first: bool) -> Any:
        """What a bar begins with: divisions, key, metre, clefs and what else its staves are set to; empty where all stays."""
        attributes = Element("attributes")
        self.key = key or self.key
        if first:
            SubElement(attributes, "divisions").text = str(self.divisions)
        if first and len(self.part.staves) > 1:
            SubElement(attributes, "staves").text = str(len(self.part.staves))
        signed = first or bar.signed
        for writer, staff in zip(self.writers, self.part.staves, strict=True):
            settings = settings_at(staff, bar.start)
            shown = settings.pop("time", [])
            for element in (element for elements in settings.values() for element in elements):
                if writer.staff:
                    element.set("number", str(writer.staff))
                if attributes.find(element.tag) is None or element.tag in OF_STAVES:
                    put_in_order(attributes, element, SETTINGS)
            if "key" in settings:
                writer.fifths = 0
            elif self.key and not staff.percussion and (key or "transpose" in settings):
                writer.fifths = _within(self.key.fifths - shift_at(staff, bar.start).fifths)
                if attributes.find("key") is None:
                    put_in_order(attributes, key_element(self.key._replace(fifths=writer.fifths)), SETTINGS)
            if signed and attributes.find("time") is None:
                put_in_order(attributes, _time(bar, shown), SETTINGS)
            if first and "clef" not in settings:
                put_in_order(attributes, clef_element(staff, writer.staff), SETTINGS)
        if first and self.octaves and attributes.find("transpose") is None:
            transpose = Element("transpose")
            SubElement(transpose, "chromatic").text = "0"
            SubElement(transpose, "octave-change").text = str(-self.octaves)
            put_in_order(attributes, transpose, SETTINGS)
        return attributes

    def _beside(self, index: int, place: int, bar: NewBar) -> Iterator[tuple[Fraction, str]]:
        """What stands between the notes of a staff: its place from the bar line, and the text."""
        staff = self.writers[place].staff
        for at, element in self.more[place].get(index, ()):
            yield self._on_grid(at), text_of(of_staff(element, staff))
        for remark in self.remarks[place].get(index, ()):
            made = remark_element(remark, bar.meter, staff)
            if made is not None:
                yield self._on_grid(remark.at - bar.start), text_of(made)

    def _on_grid(self, at: Fraction) -> Fraction:
        """The nearest place that can be counted: what stands beside notes may be a hair off."""
        return Fraction(round(at * self.divisions), self.divisions)

    def _cues(self, place: int, bar: NewBar) -> Iterator[str]:
        """Notes to be seen and not heard, in a voice of their own."""
        end = now = int((bar.end - bar.start) * self.divisions)
        for at, lasts, cue in cues(self.part.staves[place], bar):
            start, length = round(at * self.divisions), round(lasts * self.divisions)
            if cue.find("chord") is None:
                yield _move(now, start)
                now = start + length
            for tag, text in (
                ("duration", str(length or "")),
                ("voice", CUE_VOICE),
                ("staff", str(self.writers[place].staff or "")),
            ):
                if text:
                    child = Element(tag)
                    child.text = text
                    put_in_order(cue, child, NOTE_ORDER)
            yield text_of(cue)
        yield _move(now, end)


def _move(now: int, to: int) -> str:
    """A step of a clock."""
    way = "forward" if to > now else "backup"
    return f"      <{way}>\n        <duration>{abs(to - now)}</duration>\n      </{way}>\n" if to != now else ""


def _time(bar: NewBar, shown: Sequence[Any]) -> Any:
    """A signature, printed as it was where it is the same."""
    time = time_element(bar.meter)
    if shown and shown[0].findtext("beats") == str(bar.meter.numerator):
        time.set("symbol", shown[0].get("symbol", "normal"))
    return time


def _within(fifths: int) -> int:
    """A key of no more than seven signs: the same by its other name."""
    return fifths - 12 * ((fifths > MOST_SIGNS) - (fifths < -MOST_SIGNS))


def _octaves(part: WrittenPart) -> int:
    """How many octaves higher than it sounds a staff is written: MusicXML has none below C0, and ten in all."""
    notes = [note for staff in part.staves for note in staff.notes if not staff.percussion]
    octaves = [head.step // 7 for note in notes for head in (*note.heads, *note.graces)]
    higher = max(-min(octaves, default=0), 0)
    if higher and max(octaves) + higher > HIGHEST_OCTAVE:
        words = f"part {part.part.name!r} goes from below C0 to above C9, which MusicXML cannot write: outside notes moved by octaves"
        warnings.warn(words, FileWarning, stacklevel=4)
        higher = max(HIGHEST_OCTAVE - max(octaves), 0)
    return higher


def _keys_of_bars(score: NotatedScore) -> Iterator[tuple[NewBar, WrittenKey]]:
    """Key signatures, each with the bar that it is written at: the one that begins nearest before it."""
    starts = [bar.start for bar in score.bars]
    for at, key in score.keys:
        yield score.bars[max(bisect_right(starts, at) - 1, 0)], key
