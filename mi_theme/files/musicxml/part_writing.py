"""A part as MusicXML: its bars one after another, with signatures, what is said beside notes, and the notes of its staves."""

from __future__ import annotations

import warnings
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import chain
from typing import Any

from lxml.etree import Element, SubElement

from mi_theme.files.disk import FileWarning
from mi_theme.files.musicxml.aside_writing import (
    SETTINGS,
    at_staff_of,
    bar_lines,
    beside,
    measure_text,
    put_in_order,
    settings_of,
    shift_at,
    shifts_of,
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
PICKUP = ' implicit="yes"'
MOST_SIGNS = 7  # sharps or flats of a key
OF_ONE_STAFF = ("clef", "staff-details")  # settings that name their staff


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
                    written=staff,
                    bars=score.bars,
                    staff=place + 1 if len(part.staves) > 1 else 0,
                    voices=above,
                )
            )
        self.key: WrittenKey | None = None
        self.keys = {} if part.staves[0].percussion else dict(_keys_of_bars(score))
        self.settings = [settings_of(staff, score.bars) for staff in part.staves]
        self.asides = [beside(staff, score.bars) for staff in part.staves]
        self.remarks = [
            by_bar([*(score.remarks if number == 1 and place == 0 else ()), *marks_in_words(staff.marks)], score.bars)
            for place, staff in enumerate(part.staves)
        ]

    def write(self, staves: Sequence[Sequence[Sequence[BarVoice]]], lengths: Sequence[int]) -> Iterator[str]:
        """The text of each of its bars.

        Parameters
        ----------
        staves
            For each staff, and each of its bars, what its voices have there.
        lengths
            Of the bars, in divisions.
        """
        lines, number = bar_lines(self.part.staves, self.score.bars), None
        for index, (bar, length, *music) in enumerate(zip(self.score.bars, lengths, *staves, strict=True)):
            name = f"X{bar.number}" if bar.number == number else str(bar.number)
            text = [f'    <measure number="{name}"{PICKUP if bar.number in (0, number) else ""}>\n']
            number = bar.number
            if (index, "left") in lines:
                text.append(measure_text(lines[index, "left"]))
            attributes = self._attributes(index, bar)
            if len(attributes):
                text.append(measure_text(attributes))
            for place, (writer, voices) in enumerate(zip(self.writers, music, strict=True)):
                if place:
                    text.append(f"      <backup>\n        <duration>{length}</duration>\n      </backup>\n")
                text += writer.write(index, length, voices, list(self._beside(place, index, bar)))
            if (index, "right") in lines:
                text.append(measure_text(lines[index, "right"]))
            text.append("    </measure>\n")
            yield "".join(text)

    def _attributes(self, index: int, bar: NewBar) -> Any:
        """What a bar begins with: divisions, key, metre, clefs and what else staves are set to; nothing where all stays."""
        first, key, settings = index == 0, self.keys.get(index), [said.get(index, {}) for said in self.settings]
        if not (first or bar.signed or key or any(settings)):
            return ()
        attributes = Element("attributes")
        self.key = key or self.key
        if first:
            SubElement(attributes, "divisions").text = str(self.divisions)
        self._set_key(attributes, bar, settings[0], changes=key is not None)
        shown, *_ = [said.pop("time", []) for said in settings]
        if first or bar.signed:
            time = time_element(bar.meter)
            if shown and shown[0].findtext("beats") == str(bar.meter.numerator):
                time.set("symbol", shown[0].get("symbol", "normal"))
            attributes.append(time)
        if first and len(self.part.staves) > 1:
            SubElement(attributes, "staves").text = str(len(self.part.staves))
        for writer, staff, said in zip(self.writers, self.part.staves, settings, strict=True):
            if first and "clef" not in said:
                attributes.append(clef_element(staff, writer.staff))
        if first and self.octaves and "transpose" not in settings[0]:
            transpose = SubElement(attributes, "transpose")
            SubElement(transpose, "chromatic").text = "0"
            SubElement(transpose, "octave-change").text = str(-self.octaves)
        for writer, said in zip(self.writers, settings, strict=True):
            for element in (element for elements in said.values() for element in elements):
                if element.tag in OF_ONE_STAFF and writer.staff:
                    element.set("number", str(writer.staff))
                if element.tag in OF_ONE_STAFF or writer is self.writers[0]:
                    put_in_order(attributes, element, SETTINGS)
        return attributes

    def _set_key(self, attributes: Any, bar: NewBar, settings: dict[str, list[Any]], *, changes: bool) -> None:
        """The key signature that is written, where it changes or the instrument does."""
        staff = self.part.staves[0]
        fifths = self.writers[0].fifths
        if "key" in settings:  # of this part alone
            fifths = int(settings["key"][0].findtext("fifths") or 0)
        elif self.key and not staff.percussion and (changes or "transpose" in settings):
            fifths = self.key.fifths - shift_at(shifts_of(staff), bar.start).fifths
            fifths -= 12 * ((fifths > MOST_SIGNS) - (fifths < -MOST_SIGNS))  # the same key by its other name
            attributes.append(key_element(self.key._replace(fifths=fifths)))
        for writer in self.writers:
            writer.fifths = fifths

    def _beside(self, place: int, index: int, bar: NewBar) -> Iterator[tuple[Fraction, str]]:
        """What stands between the notes of a staff in a bar, each with its place there."""
        staff = self.writers[place].staff
        said = [(at, element, staff) for at, element in self.asides[place].get(index, ())]
        for remark in self.remarks[place].get(index, ()):
            said.append((remark.at - bar.start, remark_element(remark, bar.meter, staff), 0))
        for at, element, at_staff in sorted(said, key=lambda one: one[0]):
            if element is not None:
                yield at, measure_text(at_staff_of(element, at_staff))


def _octaves(part: WrittenPart) -> int:
    """How many octaves higher than it sounds a staff is written: MusicXML has none below C0, and ten in all."""
    notes = [note.heads + note.graces for staff in part.staves for note in staff.notes if not staff.percussion]
    octaves = {head.step // 7 for head in chain.from_iterable(notes)}
    higher = max(-min(octaves, default=0), 0)
    if higher and max(octaves) + higher > HIGHEST_OCTAVE:
        words = f"part {part.part.name!r} goes from below C0 to above C9, which MusicXML cannot write: outside notes moved by octaves"
        warnings.warn(words, FileWarning, stacklevel=4)
        higher = max(HIGHEST_OCTAVE - max(octaves), 0)
    return higher


def _keys_of_bars(score: NotatedScore) -> Iterator[tuple[int, WrittenKey]]:
    """Key signatures, each with the index of the bar that it is written at: the one that begins nearest before it."""
    starts = [bar.start for bar in score.bars]
    for at, key in score.keys:
        yield max(bisect_right(starts, at) - 1, 0), key
