"""What a score says beside its notes in the words of MusicXML, as marks that can be drawn."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from mi_theme.notated.staves import Head, ScoreWord, Staff, StaffMark, StaffNote
from mi_theme.score.marks import Mark, kind_of

if TYPE_CHECKING:
    from lxml.etree import _Element

__all__ = ["BarLines", "bar_lines_at", "marked"]

GROUPS = ("articulations", "ornaments", "technical")  # elements around marks of a note
WORDS = "words"
STYLES = {"light-heavy": "end", "light-light": "dbl", "dashed": "dashed", "dotted": "dotted", "none": "invis"}


class BarLines(NamedTuple):
    """What MEI calls the lines at both sides of bars, where they are more than lines; the number of an ending that begins, and whether one ends."""

    left: str = ""
    right: str = ""
    ending: str = ""
    ends: bool = False


def bar_lines_at(staves: Sequence[Staff], start: Fraction, end: Fraction) -> BarLines:
    """The bar lines that staves say at two places.

    Parameters
    ----------
    staves
        All of them: what one says holds for the others.
    start, end
        Of a bar, in quarters.
    """
    said = [(at, aside) for staff in staves for at, aside in staff.asides if aside.host in ("left", "right")]
    lines = BarLines()
    for element in (one for at, aside in said if (at, aside.host) == (start, "left") for one in _parsed(aside.said)):
        repeats = element.find("repeat[@direction='forward']") is not None
        ending = element.find("ending[@type='start']")
        number = lines.ending if ending is None else ending.get("number", "")
        lines = lines._replace(left="rptstart" if repeats else lines.left, ending=number)
    for element in (one for at, aside in said if (at, aside.host) == (end, "right") for one in _parsed(aside.said)):
        repeats = element.find("repeat[@direction='backward']") is not None
        form = "rptend" if repeats else STYLES.get(element.findtext("bar-style", ""), "")
        lines = lines._replace(right=form or lines.right, ends=lines.ends or element.find("ending") is not None)
    return lines


def marked(staff: Staff) -> Staff:
    """A staff with the slurs, articulations, dynamics, hairpins and opening words that its asides say.

    Parameters
    ----------
    staff
        As it was made of a score.
    """
    if not staff.asides and not any(head.asides for note in staff.notes for head in (*note.heads, *note.graces)):
        return staff
    marks = [*staff.marks, *_beside(staff), *_slurs(staff)]
    return replace(
        staff,
        voices=tuple(tuple(_with_marks(note) for note in voice) for voice in staff.voices),
        marks=tuple(sorted(marks, key=lambda mark: (mark.start, -mark.end, mark.name))),
        words=(*staff.words, *_opening(staff)),
    )


@lru_cache(maxsize=1024)
def _parsed(said: str) -> tuple[_Element, ...]:
    from mi_theme.files.musicxml.aside_writing import element_of

    found = element_of(said)
    return () if found is None else (found,)


def _with_marks(note: StaffNote) -> StaffNote:
    said = [element for head in note.heads for text in head.asides for element in _parsed(text)]
    inner = [mark for element in said for mark in (element if element.tag in GROUPS else (element,))]
    found = [Mark(str(one.tag), _number(one)) for one in inner if one.tag != "slur" and kind_of(str(one.tag))]
    return note._replace(marks=tuple(dict.fromkeys([*note.marks, *found]))) if found else note


def _number(element: _Element) -> int:
    words = element.text or ""
    return int(words) if words.isdecimal() and len(words) < len("1000") else 0


def _slurs(staff: Staff) -> Iterator[StaffMark]:
    """Slurs from note to note, by their numbers; those that do not end are left out."""
    begun: dict[str, tuple[StaffNote, str]] = {}
    for note in sorted(staff.notes, key=lambda note: note.start):
        for name, heads in _named(note):
            said = [one for head in heads for text in head.asides for one in _parsed(text) if one.tag == "slur"]
            for slur in sorted(said, key=lambda one: one.get("type") != "stop"):
                number = slur.get("number", "1")
                if slur.get("type") == "stop" and number in begun:
                    first, begins = begun.pop(number)
                    yield StaffMark("slur", first.start, note.start, begins, name)
                elif slur.get("type") == "start":
                    begun[number] = note, name


def _named(note: StaffNote) -> Iterator[tuple[str, Sequence[Head]]]:
    """The grace notes of a note and the note itself, with their names in the picture."""
    yield from ((f"{note.id}g{place}", (head,)) for place, head in enumerate(note.graces))
    yield note.id, note.heads


def _beside(staff: Staff) -> Iterator[StaffMark]:
    """Dynamics, and hairpins from where they begin to where they end."""
    begun: dict[str, StaffMark] = {}
    for at, aside in sorted(staff.asides, key=lambda pair: (pair[0], pair[1].host != "until")):
        for element in _parsed(aside.said) if aside.kind == "direction" else ():
            for one in element.iterfind("direction-type/dynamics/*"):
                if kind_of(str(one.tag)) == "dynamics":
                    yield StaffMark(str(one.tag), at, at)
            for wedge in element.iterfind("direction-type/wedge"):
                kind, number = wedge.get("type", ""), wedge.get("number", "1")
                if kind_of(kind) == "wedge":
                    begun[number] = StaffMark(kind, at, at)
                elif number in begun and at > begun[number].start:
                    yield begun.pop(number)._replace(end=at)


def _opening(staff: Staff) -> Iterator[ScoreWord]:
    """Words at the very beginning: a score says there what is not to be drawn as well, so they are drawn where notation says them."""
    for at, aside in staff.asides:
        for element in _parsed(aside.said) if at == 0 and aside.kind == "direction" else ():
            for words in element.iterfind("direction-type/words"):
                yield ScoreWord(at, WORDS, words.text or "")
