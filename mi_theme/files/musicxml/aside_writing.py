"""Asides written again as MusicXML: each with its note, at its place in a bar, or at its bar line."""

from __future__ import annotations

import dataclasses
import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from copy import deepcopy
from fractions import Fraction
from functools import lru_cache
from itertools import chain
from typing import Any

from lxml import etree

from mi_theme.files.musicxml.directions import chord_symbol, remarks_of
from mi_theme.files.musicxml.documents import SAFE
from mi_theme.files.musicxml.signatures import Shift, shift_of
from mi_theme.notated.model import ScoreWord
from mi_theme.notated.staves import Head, Staff
from mi_theme.notated.written_values import NewBar
from mi_theme.pitch import MAJOR

__all__ = [
    "SETTINGS",
    "at_staff_of",
    "bar_lines",
    "beside",
    "cue_texts",
    "in_bars",
    "measure_text",
    "note_with_asides",
    "put_in_order",
    "settings_of",
    "shift_at",
    "shifts_of",
    "transposed",
    "unwritten",
    "words_left",
]

NOTE_ORDER = (
    *("grace", "cue", "chord", "pitch", "unpitched", "rest", "duration", "tie", "instrument", "footnote", "level"),
    *("voice", "type", "dot", "accidental", "time-modification", "stem", "notehead", "notehead-text", "staff"),
    *("beam", "notations", "lyric", "play", "listen"),
)
SETTINGS = (
    *("divisions", "key", "time", "staves", "part-symbol", "instruments", "clef", "staff-details"),
    *("transpose", "for-part", "directive", "measure-style"),
)
DIRECTION_ORDER = ("direction-type", "offset", "footnote", "level", "voice", "staff", "sound", "listening")
INSIDE = 3  # elements around what stands in a measure
CUE_VOICE = "9"  # of notes that are not heard: beyond those of a staff
LENGTH = re.compile(r"\d{1,6}(/[1-9]\d{0,6})?")  # of a cue note, in quarters
LINE_ORDER = ("bar-style", "footnote", "level", "wavy-line", "segno", "coda", "fermata", "ending", "repeat")
ON_EVERY_PIECE = ("notehead", "notehead-text", "alter", "note", "instrument")  # of a note that is tied to itself
WORDS = {"text": "words", "marker": "rehearsal", "chord": "chord"}  # a remark's kind: a word's


@lru_cache(maxsize=4096)
def _parsed(said: str) -> Any:
    try:
        return etree.fromstring(said.encode(), etree.XMLParser(**SAFE))
    except etree.XMLSyntaxError:
        return None


def element_of(said: str) -> Any:
    """A new element of what is said; None where that is none."""
    found = _parsed(said)
    return deepcopy(found)


def measure_text(element: Any) -> str:
    """An element that stands in a measure as text, with its line end."""
    etree.indent(element, "  ", level=INSIDE)
    return f"{'  ' * INSIDE}{etree.tostring(element, encoding='unicode', with_tail=False)}\n"


def at_staff_of(element: Any, staff: int) -> Any:
    """The element with the number of its staff, where that is not 0 and it can have one."""
    if staff and element.tag == "direction":
        put_in_order(element, _numbered(staff), DIRECTION_ORDER)
    elif staff and element.tag == "harmony":
        element.append(_numbered(staff))
    elif staff and element.tag == "attributes":
        for clef in element.iterfind("clef"):
            clef.set("number", str(staff))
    return element


def _numbered(staff: int) -> Any:
    element = etree.Element("staff")
    element.text = str(staff)
    return element


@lru_cache(maxsize=4096)
def note_with_asides(text: str, asides: tuple[str, ...], tie: str = "") -> str:
    """The text of a note or a rest, with what is written beside it.

    Parameters
    ----------
    text, asides, tie
        As `put_asides` has them.
    """
    note = etree.fromstring(text)
    put_asides(note, asides, tie)
    return measure_text(note)


def put_in_order(parent: Any, child: Any, order: Sequence[str]) -> None:
    """Put a child where the order of tags wants it, behind those of its own kind."""
    rank = order.index(child.tag) if child.tag in order else len(order)
    later = (place for place, other in enumerate(parent) if other.tag in order and order.index(other.tag) > rank)
    place = next(later, None)
    if place is None:
        parent.append(child)
    else:
        parent.insert(place, child)


def put_asides(note: Any, asides: Iterable[str], tie: str = "") -> None:
    """Write beside a note or a rest what is said there.

    Parameters
    ----------
    note
        Its element.
    asides
        What is said.
    tie
        Which piece of a tied note it is: ``i`` the first, ``t`` the last, ``m`` one between; nothing for a whole one.
    """
    for said in asides:
        element = element_of(said)
        if element is None:
            continue
        if not _belongs(element, said, tie):
            continue
        if element.tag == "note":
            note.attrib.update(element.attrib)
        elif element.tag == "alter":
            _put_alter(note, element)
        elif element.tag in ("grace", "type", "accidental", "notehead"):
            old = note.find(element.tag)
            if old is not None:
                note.replace(old, element)
            elif element.tag in ("accidental", "notehead"):
                put_in_order(note, element, NOTE_ORDER)
        elif element.tag in NOTE_ORDER:
            for old in note.findall("lyric") if element.tag == "lyric" else ():
                if old.get("number", "1") == element.get("number", "1"):
                    note.remove(old)
            put_in_order(note, element, NOTE_ORDER)
        else:
            if note.find("notations") is None:
                put_in_order(note, etree.Element("notations"), NOTE_ORDER)
            note.find("notations").append(element)


def _belongs(element: Any, said: str, tie: str) -> bool:
    """Whether it stands at this piece of a tied note: what ends, and a fermata, at the last, most things at the first."""
    if not tie or element.tag in ON_EVERY_PIECE:
        return True
    if element.find("tremolo") is not None and "start" not in said and "stop" not in said:
        return True
    ends = element.tag == "fermata" or ("stop" in said and "start" not in said)
    return tie == ("t" if ends else "i")


def _put_alter(note: Any, element: Any) -> None:
    pitch = note.find("pitch")
    if pitch is None:
        return
    for old in pitch.findall("alter"):
        pitch.remove(old)
    pitch.insert(1, element)


# Places


def beside(staff: Staff, bars: Sequence[NewBar]) -> dict[int, list[tuple[Fraction, Any]]]:
    """For each bar, by its index, elements that stand between notes, with their places from the bar line."""
    starts = [bar.start for bar in bars]
    found: dict[int, list[tuple[Fraction, Any]]] = defaultdict(list)
    for at, aside in staff.asides:
        if aside.host not in ("place", "until") or aside.kind in ("note", "time"):
            continue
        ends = aside.host == "until" and at > 0
        index = max((bisect_left if ends else bisect_right)(starts, at) - 1, 0)
        place = min(at, bars[index].end) - bars[index].start
        if aside.kind in SETTINGS:
            if place:
                attributes = etree.Element("attributes")
                attributes.append(element_of(aside.said))
                found[index].append((place, attributes))
        elif (element := element_of(aside.said)) is not None:
            found[index].append((place, element))
    return found


def in_bars(staff: Staff, bars: Sequence[NewBar], host: str, kind: str = "") -> dict[int, list[tuple[Fraction, str]]]:
    """What is said of a kind, or of any, on one host within each bar, by its index: places from the bar line, and the words.

    Parameters
    ----------
    staff, bars
        Where.
    host, kind
        As an `Aside` has them.
    """
    starts = [bar.start for bar in bars]
    found: dict[int, list[tuple[Fraction, str]]] = defaultdict(list)
    for at, aside in staff.asides:
        if aside.host == host and kind in ("", aside.kind) and starts[0] <= at < bars[-1].end:
            index = bisect_right(starts, at) - 1
            found[index].append((at - starts[index], aside.said))
    return found


def cue_texts(
    cues: Iterable[tuple[Fraction, str]], length: Fraction, divisions: int, number: int
) -> Iterator[tuple[Fraction, Fraction, str]]:
    """(place from the bar line, quarters after which the next begins, text) of the cue notes that begin in a bar.

    Parameters
    ----------
    cues
        Their places, and the elements.
    length
        Of the bar, in quarters.
    divisions
        Parts of a quarter that durations count.
    number
        Of the staff in its part; 0 where it is the only one.
    """
    for at, text in cues:
        element = element_of(text)
        if element is None:
            continue
        said = element.find("duration")
        meant = Fraction(said.text) if said is not None and LENGTH.fullmatch(said.text or "") else Fraction(0)
        lasts = min(meant, length - at)
        if said is not None:
            said.text = str(int(lasts * divisions))
        if said is not None and not lasts:
            element.remove(said)
        if lasts < meant:
            for child in [child for child in element if child.tag in ("type", "dot")]:
                element.remove(child)
        voice = etree.Element("voice")
        voice.text = CUE_VOICE
        put_in_order(element, voice, NOTE_ORDER)
        if number:
            put_in_order(element, _numbered(number), NOTE_ORDER)
        yield at, Fraction(0) if element.find("chord") is not None else lasts, measure_text(element)


def settings_of(staff: Staff, bars: Sequence[NewBar]) -> dict[int, dict[str, list[Any]]]:
    """Clefs and other settings that bars begin with, by the index of the bar and their tags."""
    places = {bar.start: index for index, bar in enumerate(bars)} if staff.asides else {}
    found: dict[int, dict[str, list[Any]]] = {}
    for at, aside in staff.asides:
        if aside.host == "place" and (kind := aside.kind) in SETTINGS and at in places:
            element = element_of(aside.said)
            here = found.setdefault(places[at], {})
            if element is not None and (kind == "measure-style" or kind not in here):
                here.setdefault(kind, []).append(element)
    return found


def bar_lines(staves: Iterable[Staff], bars: Sequence[NewBar]) -> dict[tuple[int, str], Any]:
    """Bar lines that are more than lines, by the index of the bar and the side; what two say of one place stands together."""
    starts, found = [bar.start for bar in bars], dict[tuple[int, str], Any]()
    for at, aside in chain.from_iterable(staff.asides for staff in staves):
        line = element_of(aside.said) if aside.host in ("left", "right") else None
        if line is None:
            continue
        place = bisect_right(starts, at) - 1 if aside.host == "left" else bisect_left(starts, at) - 1
        key = min(max(place, 0), len(bars) - 1), aside.host
        if key not in found:
            found[key] = line
            continue
        known = {etree.tostring(child) for child in found[key]}
        for child in line:
            if etree.tostring(child) not in known and not (
                child.tag == "bar-style" and found[key].find("bar-style") is not None
            ):
                put_in_order(found[key], child, LINE_ORDER)
    return found


def said_words(staves: Iterable[Staff]) -> set[tuple[Fraction, str, str]]:
    """(place, kind, what is said) of words, marks and chord symbols that stand in asides: they are not written twice."""
    found = set()
    for staff in staves:
        for at, aside in staff.asides:
            element = _parsed(aside.said) if aside.kind in ("direction", "sound", "harmony") else None
            if element is not None:
                with suppress(ValueError):  # numbers that are none
                    found |= {(at, kind, said) for kind, said in _words(element)}
    return found


def _words(element: Any) -> Iterator[tuple[str, str]]:
    if element.tag == "harmony":
        yield "chord", chord_symbol(element)
        return
    for remark in remarks_of(element):
        if remark.kind in WORDS:
            yield WORDS[remark.kind], str(remark.said)


def unwritten(staves: Iterable[Staff]) -> int:
    """How many asides cannot be written: they are no MusicXML, or hang on notes that are not there."""
    heads = chain.from_iterable([note.heads + note.graces + note.tails for staff in staves for note in staff.notes])
    said = chain.from_iterable([head.asides for head in heads])
    placed = [aside for staff in staves for _, aside in staff.asides]
    lost = sum(aside.host == "note" for aside in placed)
    return lost + sum(
        _parsed(text) is None for text in [*said, *(aside.said for aside in placed if aside.host != "note")]
    )


def words_left(remarks: Iterable[ScoreWord], staves: Iterable[Staff]) -> list[ScoreWord]:
    """The words of a score that no aside says."""
    said = said_words(staves)
    return [remark for remark in remarks if (remark.at, remark.kind, str(remark.said)) not in said]


# Transposing instruments


def shifts_of(staff: Staff) -> list[tuple[Fraction, Shift]]:
    """What a staff sounds higher than it is written, from each place where that is said."""
    found = [(Fraction(0), Shift())]
    for place, aside in staff.asides:
        if aside.kind == "transpose" and (element := _parsed(aside.said)) is not None:
            with suppress(ValueError):  # numbers that are none
                found.append((place, shift_of(element)))
    return found


def shift_at(shifts: Sequence[tuple[Fraction, Shift]], at: Fraction) -> Shift:
    """That of a place, in what `shifts_of` gives."""
    return next((shift for place, shift in reversed(shifts) if place <= at), shifts[0][1])


def transposed(staff: Staff) -> Staff:
    """A staff with its notes as they are written for its instrument."""
    shifts = shifts_of(staff)
    if staff.percussion or len(shifts) == 1:
        return staff
    voices = tuple(
        tuple(
            note._replace(
                heads=tuple(_lowered(head, shift) for head in note.heads),
                graces=tuple(_lowered(head, shift) for head in note.graces),
            )
            for note in voice
            for shift in (shift_at(shifts, note.start),)
        )
        for voice in staff.voices
    )
    return dataclasses.replace(staff, voices=voices)


def _lowered(head: Head, shift: Shift) -> Head:
    """A note head so much lower."""
    step = head.step - shift.steps
    return head._replace(step=step, alter=head.midi - shift.semitones - 12 * (step // 7 + 1) - MAJOR[step % 7])
