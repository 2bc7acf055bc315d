"""What an element of a note says, whatever stands around it: notes are many and alike, and each text is read once."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, NamedTuple

from lxml import etree

from mi_theme.files.musicxml.aside_reading import PLAIN_CHILDREN, asides_of_note, note_attributes
from mi_theme.files.musicxml.counting import Ticks, nominal, number_of
from mi_theme.files.musicxml.documents import plain_text

__all__ = ["NoteReader", "SaidNote"]

LOUD = 90  # velocity of a note in notation, which MusicXML calls 100 per cent
WHOLE = ("whole", "breve")
MOST_KNOWN = 2**11  # texts that are remembered: a part has a few hundred, if they do not say where they are printed


class SaidNote(NamedTuple):
    """What a note says.

    Attributes
    ----------
    duration
        In divisions, as it stands; None where nothing is said.
    nominal
        The ticks that it is written with, see `counting.nominal`; None for a grace note.
    pitch
        Its letter, octave and alteration, as they stand; None for a rest, or a drum.
    place
        Of an unpitched note: line or space, and instrument.
    staff, voice
        Their names; "" where it does not say.
    ties
        Types of its ties.
    velocity
        How loud it is.
    lyric
        What is sung on it.
    asides
        What else is written beside it.
    rest, chord, grace, cue, tuplet
        What kind of note it is.
    whole_bar, whole
        Of a rest: whether it is said to fill its bar; whether it is written with the value that does.
    """

    duration: str | None
    nominal: Ticks | None
    pitch: tuple[str | None, str | None, str | None] | None
    place: tuple[str, str]
    staff: str
    voice: str
    ties: tuple[str, ...]
    velocity: int
    lyric: str
    asides: tuple[str, ...]
    rest: bool
    chord: bool
    grace: bool
    cue: bool
    tuplet: bool
    whole_bar: bool
    whole: bool


class NoteReader:
    """Reads the notes of a file, each text of one once."""

    def __init__(self) -> None:
        self._known: dict[bytes, SaidNote] = {}

    def read(self, note: Any) -> SaidNote:
        """What a note says.

        Parameters
        ----------
        note
            Its element.
        """
        text = etree.tostring(note, with_tail=False)
        said = self._known.get(text)
        if said is None:
            if len(self._known) >= MOST_KNOWN:
                self._known.clear()
            said = self._known[text] = _said(note)
        return said


def _said(note: Any) -> SaidNote:
    fields = {child.tag: child for child in note}
    more, pitch, rest, loud = (
        fields.keys() - PLAIN_CHILDREN,
        fields.get("pitch"),
        fields.get("rest"),
        note.get("dynamics"),
    )
    grace, dots = "grace" in fields, len(note.findall("dot")) if "dot" in fields else 0
    said = {child.tag: child.text for child in pitch} if pitch is not None else {}
    return SaidNote(
        duration=(fields["duration"].text or "0") if "duration" in fields else None,
        nominal=None if grace else nominal(fields, dots),
        pitch=None if pitch is None else (said.get("step"), said.get("octave"), said.get("alter")),
        place=_place(fields) if pitch is None and rest is None else ("", ""),
        staff=_name(fields, "staff"),
        voice=_name(fields, "voice"),
        ties=tuple([tie.get("type") for tie in note.iterchildren("tie")]) if "tie" in fields else (),
        velocity=min(max(round(LOUD * number_of(loud) / 100), 1), 127) if loud else LOUD,
        lyric=_lyric(note) if "lyric" in fields else "",
        asides=(*(asides_of_note(note, more) if more else ()), *note_attributes(note, said.get("alter"))),
        rest=rest is not None,
        chord="chord" in fields,
        grace=grace,
        cue="cue" in fields,
        tuplet="time-modification" in fields,
        whole_bar=rest is not None and rest.get("measure") == "yes",
        whole="type" in fields and fields["type"].text in WHOLE and not dots,
    )


def _name(fields: dict[str, Any], kind: str) -> str:
    """What a staff or voice is called, "" where a note does not say."""
    return (fields[kind].text or "").strip() if kind in fields else ""


def _place(fields: dict[str, Any]) -> tuple[str, str]:
    """Line or space of an unpitched note, and its instrument."""
    shown = fields.get("unpitched")
    names = [shown.findtext(f"display-{name}") or "" for name in ("step", "octave")] if shown is not None else []
    return "".join(names), fields["instrument"].get("id", "") if "instrument" in fields else ""


def _lyric(note: Any) -> str:
    """The syllables under a note, a line for each verse; one that goes on ends in a hyphen."""
    verses: dict[str, str] = defaultdict(str)
    for lyric in note.iterchildren("lyric"):
        text = "".join(plain_text(part.text) or " " for part in lyric.iterchildren("text", "elision"))
        goes_on = [syllabic.text for syllabic in lyric.iterchildren("syllabic")][-1:]
        verses[lyric.get("number", "1")] += text + "-" * (goes_on in (["begin"], ["middle"]))
    return "\n".join(verse for verse in verses.values() if verse.strip())
