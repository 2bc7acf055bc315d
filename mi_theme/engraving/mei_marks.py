"""Marks of a staff as MEI: articulations at notes, and what stands beside them in a measure."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from xml.etree.ElementTree import Element, SubElement

from mi_theme.notated.staves import Staff, StaffNote
from mi_theme.score.marks import Mark, kind_of

__all__ = ["articulations_of", "marks_of_frame", "verses_of"]

ARTICULATIONS = {  # what MEI calls them
    "accent": "acc",
    "strong-accent": "marc",
    "staccato": "stacc",
    "tenuto": "ten",
    "detached-legato": "stacc ten",
    "staccatissimo": "stacciss",
    "spiccato": "spicc",
    "scoop": "scoop",
    "plop": "plop",
    "doit": "doit",
    "falloff": "fall",
    "stress": "stress",
    "unstress": "unstress",
    "soft-accent": "acc-soft",
    "up-bow": "upbow",
    "down-bow": "dnbow",
    "harmonic": "harm",
    "open-string": "open",
    "stopped": "stop",
    "snap-pizzicato": "snap",
    "heel": "heel",
    "toe": "toe",
    "open": "open",
}
SIGNS: dict[str, tuple[str, dict[str, str]]] = {  # marks that stand beside a note: their element there
    "fermata": ("fermata", {"place": "above"}),
    "arpeggiate": ("arpeg", {}),
    "trill-mark": ("trill", {"place": "above"}),
    "turn": ("turn", {"form": "upper"}),
    "delayed-turn": ("turn", {"form": "upper", "delayed": "true"}),
    "inverted-turn": ("turn", {"form": "lower"}),
    "delayed-inverted-turn": ("turn", {"form": "lower", "delayed": "true"}),
    "mordent": ("mordent", {"form": "lower"}),
    "inverted-mordent": ("mordent", {"form": "upper"}),
    "shake": ("mordent", {"form": "upper", "long": "true"}),
    "breath-mark": ("breath", {}),
    "caesura": ("caesura", {}),
}
HAIRPINS = {"crescendo": "cres", "diminuendo": "dim"}
WORDS = {"chord": "harm", "words": "dir", "rehearsal": "reh"}  # what MEI calls what is said


def articulations_of(note: StaffNote) -> dict[str, str]:
    """The articulations of a note, and the strokes of its tremolo, as attributes."""
    found = [ARTICULATIONS[mark.name] for mark in note.marks if mark.name in ARTICULATIONS]
    strokes = next((mark.number for mark in note.marks if mark.name == "tremolo"), 0)
    return ({"artic": " ".join(found)} if found else {}) | ({"stem.mod": f"{strokes}slash"} if strokes else {})


def verses_of(note: StaffNote) -> Iterator[Element]:
    """What is sung on a note, verse by verse."""
    for number, sung in enumerate(note.lyrics, 1):
        if sung.strip():
            verse = Element("verse", {"n": str(number)})
            goes_on = sung.endswith("-") and len(sung) > 1
            SubElement(verse, "syl", {"con": "d", "wordpos": "i"} if goes_on else {}).text = (
                sung.removesuffix("-") if goes_on else sung
            )
            yield verse


def marks_of_frame(staff: Staff, index: int, number: int) -> Iterator[Element]:
    """Signs at the notes that begin in a frame, and the dynamics, hairpins and slurs that begin there."""
    frame = staff.frames[index]
    start, end = frame[0].start, frame[-1].end
    for note in staff.notes:
        if start <= note.start < end:
            yield from _signs(note, number)
    names = {note.id for note in staff.notes}
    names |= {f"{note.id}g{place}" for note in staff.notes for place in range(len(note.graces))}
    yield from _words(staff, index, number)
    for mark in staff.marks:
        if not start <= mark.start < end:
            continue
        here = {"staff": str(number), "tstamp": _place(mark.start - start, staff, index)}
        if kind_of(mark.name) == "dynamics":
            dynamic = Element("dynam", {**here, "place": "below"})
            dynamic.text = mark.name
            yield dynamic
        elif kind_of(mark.name) == "wedge":
            yield Element("hairpin", {**here, "form": HAIRPINS[mark.name], "tstamp2": _end(mark.end, staff, index)})
        elif mark.first in names and mark.last in names:
            yield Element("slur", {"staff": str(number), "startid": f"#{mark.first}", "endid": f"#{mark.last}"})


def _words(staff: Staff, index: int, number: int) -> Iterator[Element]:
    """What is said over a staff in a frame."""
    start, end = staff.frames[index][0].start, staff.frames[index][-1].end
    for word in staff.words:
        if start <= word.at < end and word.kind in WORDS:
            place = {"staff": str(number), "tstamp": _place(word.at - start, staff, index), "place": "above"}
            said = Element(WORDS[word.kind], place)
            said.text = str(word.said)
            yield said


def _signs(note: StaffNote, number: int) -> Iterator[Element]:
    for mark in note.marks:
        if mark.name in SIGNS:
            name, form = SIGNS[mark.name]
            yield Element(name, {"staff": str(number), "startid": f"#{note.id}", **form})
        elif kind_of(mark.name) == "technical" and mark.name == "fingering":
            yield _finger(mark, note, number)


def _finger(mark: Mark, note: StaffNote, number: int) -> Element:
    finger = Element("fing", {"staff": str(number), "startid": f"#{note.id}"})
    finger.text = str(mark.number)
    return finger


def _place(quarters: Fraction, staff: Staff, index: int) -> str:
    """A place in a frame, in beats of its signature from 1."""
    return f"{float(1 + quarters * staff.frames[index][0].meter.denominator / 4):.6g}"


def _end(at: Fraction, staff: Staff, index: int) -> str:
    """So many measures on, and the place there; never beyond what is drawn."""
    last = len(staff.frames) - 1
    until = next((n for n in range(index, last + 1) if at <= staff.frames[n][-1].end), last)
    frame = staff.frames[until]
    return f"{until - index}m+{_place(min(at, frame[-1].end) - frame[0].start, staff, until)}"
