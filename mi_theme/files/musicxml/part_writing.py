"""A part as MusicXML: its bars one after another, with signatures, what is said beside notes, and the notes of its staves."""

from __future__ import annotations

import warnings
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

from lxml.etree import Element, SubElement, indent, tostring

from mi_theme.files.disk import FileWarning
from mi_theme.files.musicxml.direction_writing import by_bar, marks_in_words, remark_element
from mi_theme.files.musicxml.signs import clef_element, key_element, time_element
from mi_theme.files.musicxml.staff_writing import StaffWriter
from mi_theme.notated import NotatedScore
from mi_theme.notated.bar_symbols import BarVoice
from mi_theme.notated.model import ScoreWord, WrittenKey, WrittenPart
from mi_theme.notated.written_values import NewBar

__all__ = ["PartWriter"]

HIGHEST_OCTAVE = 9
PICKUP = ' implicit="yes"'
INSIDE = 3  # elements around what stands in a measure


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
                    staff=place + 1 if len(part.staves) > 1 else 0,
                    voices=above,
                )
            )
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
        for index, bar in enumerate(self.score.bars):
            yield f'    <measure number="{bar.number}"{PICKUP if bar.number == 0 else ""}>\n'
            key = keys.get(bar.start)
            if index == 0 or bar.signed or key:
                yield _text(self._attributes(bar, key, first=index == 0))
            length = int((bar.end - bar.start) * self.divisions)
            for place, (writer, voices) in enumerate(zip(self.writers, staves, strict=True)):
                writer.fifths = key.fifths if key else writer.fifths
                if place:
                    yield f"      <backup>\n        <duration>{length}</duration>\n      </backup>\n"
                beside = list(self._beside(self.remarks[place].get(index, ()), bar, writer.staff))
                yield from writer.write(bar, voices[bar.start], beside)
            yield "    </measure>\n"

    def _attributes(self, bar: NewBar, key: WrittenKey | None, *, first: bool) -> Any:
        attributes = Element("attributes")
        if first:
            SubElement(attributes, "divisions").text = str(self.divisions)
        if key:
            attributes.append(key_element(key))
        if first or bar.signed:
            attributes.append(time_element(bar.meter))
        if first:
            if len(self.part.staves) > 1:
                SubElement(attributes, "staves").text = str(len(self.part.staves))
            for writer, staff in zip(self.writers, self.part.staves, strict=True):
                attributes.append(clef_element(staff, writer.staff))
            if self.octaves:
                transpose = SubElement(attributes, "transpose")
                SubElement(transpose, "chromatic").text = "0"
                SubElement(transpose, "octave-change").text = str(-self.octaves)
        return attributes

    def _beside(self, remarks: Sequence[ScoreWord], bar: NewBar, staff: int) -> Iterator[tuple[Fraction, str]]:
        for remark in remarks:
            element = remark_element(remark, bar.meter, staff)
            if element is not None:
                yield remark.at - bar.start, _text(element)


def _text(element: Any) -> str:
    """An element that stands in a measure, with its line end."""
    indent(element, "  ", level=INSIDE)
    return f"{'  ' * INSIDE}{tostring(element, encoding='unicode')}\n"


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
