"""What MusicXML says beside notes, taken as it stands: marks of notes and rests, directions, bar lines, clefs.

Where a thing is printed to the tenth of a space is left to who prints it next; what notes, metres
and tempos say themselves is no mark.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any, NamedTuple

from lxml import etree

from mi_theme.files.musicxml.counting import number_of
from mi_theme.files.musicxml.documents import element_text

__all__ = [
    "BESIDE",
    "PLAIN_CHILDREN",
    "StaffAside",
    "aside_of_cue",
    "asides_of_attributes",
    "asides_of_bar_line",
    "asides_of_element",
    "asides_of_note",
    "note_attributes",
]

BESIDE = (
    "barline",
    "figured-bass",
    "grouping",
    "link",
    "bookmark",
    "listening",
)  # elements of a bar, but for those that are read
PLAIN_CHILDREN = frozenset(
    {
        "pitch",
        "unpitched",
        "rest",
        "chord",
        "duration",
        "tie",
        "cue",
        "instrument",
        "voice",
        "type",
        "dot",
        "time-modification",
        "stem",
        "staff",
        "beam",
    }
)
PLAIN_SIGNS = frozenset({"sharp", "flat", "natural", "double-sharp", "sharp-sharp", "flat-flat"})
PLAIN_LYRIC = frozenset({"syllabic", "text"})
NOTE_ATTRIBUTES = (
    "print-object",
    "print-dot",
    "print-lyric",
    "attack",
    "release",
    "end-dynamics",
    "time-only",
    "pizzicato",
)
ENDS = frozenset({"wedge", "pedal", "octave-shift", "dashes", "bracket"})  # directions that have an end
PLAIN_LINES = frozenset({"regular", "none", ""})
OF_STAFF = frozenset({"clef", "transpose", "staff-details", "measure-style", "for-part", "directive"})
SYMBOLS = frozenset({"common", "cut", "single-number"})  # other ways to print a signature


class StaffAside(NamedTuple):
    """A mark of a staff: what it hangs on, its element, and the staff's name ("" for all of the part)."""

    host: str
    said: str
    staff: str = ""


def asides_of_note(note: Any, more: set[str]) -> Iterator[str]:
    """What hangs on a note or a rest.

    Parameters
    ----------
    note
        Its element.
    more
        Tags of its children but for `PLAIN_CHILDREN`.
    """
    if "notations" in more:
        for child in note.iterchildren("notations"):
            yield from (element_text(mark) for mark in child if mark.tag not in ("tied", "tuplet"))
    if "grace" in more:
        yield from (element_text(child) for child in note.iterchildren("grace", "type"))
    for child in note:
        if child.tag not in more or child.tag in ("notations", "grace"):
            continue
        if (child.tag == "accidental" and not child.attrib and (child.text or "").strip() in PLAIN_SIGNS) or (
            child.tag == "lyric" and PLAIN_LYRIC.issuperset(part.tag for part in child)
        ):
            continue
        yield element_text(child)


def note_attributes(note: Any, alter: str | None) -> Iterator[str]:
    """What the attributes of a note say beside how loud it is; and a pitch between two keys.

    Parameters
    ----------
    note, alter
        Its element, and the alteration of its pitch; None where it has none.
    """
    said = {name: note.get(name) for name in NOTE_ATTRIBUTES if note.get(name)} if note.attrib else {}
    if said:
        yield str(etree.tostring(etree.Element("note", said), encoding="unicode"))
    if alter and not number_of(alter).is_integer():
        yield f"<alter>{alter.strip()}</alter>"


def aside_of_cue(note: Any, quarters: Fraction) -> StaffAside:
    """A note that is to be seen and not heard, with its length in quarters.

    Parameters
    ----------
    note
        Its element.
    quarters
        How long it lasts.
    """
    staff = (note.findtext("staff") or "").strip()
    for child in [child for child in note if child.tag in ("duration", "voice", "staff", "beam", "tie")]:
        note.remove(child)
    if quarters:
        length = etree.Element("duration")
        length.text = str(quarters)
        sound = next(child for child in note if child.tag in ("pitch", "unpitched", "rest"))
        sound.addnext(length)
    return StaffAside("place", element_text(note), staff)


def asides_of_element(element: Any) -> Iterator[StaffAside]:
    """The mark of a direction, a sound, a chord symbol, figures and the like; its tempo is none, since tempos are read."""
    staff = (element.findtext("staff") or "").strip()
    for child in [child for child in element if child.tag in ("offset", "staff", "voice", "duration")]:
        element.remove(child)
    for sound in [element] if element.tag == "sound" else element.findall("sound"):
        sound.attrib.pop("tempo", None)
        if sound is not element and not sound.attrib and not len(sound):
            element.remove(sound)
    for kind in element.findall("direction-type"):
        for mark in kind.findall("metronome"):
            if mark.find("per-minute") is not None:
                kind.remove(mark)
        if not len(kind):
            element.remove(kind)
    if element.tag == "direction" and element.find("direction-type") is None:
        rest = element.find("sound")
        if rest is None:
            return
        element = rest
    if element.tag == "sound" and not element.attrib and not len(element):
        return
    kinds = [mark for kind in element.iterchildren("direction-type") for mark in kind]
    ends = bool(kinds) and all(mark.tag in ENDS and mark.get("type") == "stop" for mark in kinds)
    yield StaffAside("until" if ends else "place", element_text(element), staff)


def asides_of_bar_line(line: Any) -> Iterator[StaffAside]:
    """The mark of a bar line, if it is more than a line."""
    style = (line.findtext("bar-style") or "").strip()
    if (
        style in PLAIN_LINES
        and not line.get("segno")
        and not line.get("coda")
        and all(c.tag == "bar-style" for c in line)
    ):
        return
    line.attrib.pop("divisions", None)
    place = line.get("location", "right")
    yield StaffAside({"left": "left", "middle": "place"}.get(place, "right"), element_text(line))


def asides_of_attributes(attributes: Any) -> Iterator[StaffAside]:
    """Clefs, transpositions and other settings of staves; keys that are none of the usual ones; ways to print a signature."""
    for child in attributes:
        staff = child.get("number", "")
        if (child.tag in OF_STAFF and child.find("multiple-rest") is None and child.find("measure-repeat") is None) or (
            child.tag == "key" and child.find("fifths") is None
        ):
            child.attrib.pop("number", None)
            yield StaffAside("place", element_text(child), staff)
        elif child.tag == "time" and child.get("symbol") in SYMBOLS:
            yield StaffAside("place", element_text(child), staff)
