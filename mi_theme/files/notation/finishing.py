"""What music21 leaves out of the MusicXML that it writes, put in: groupings, cue notes, drums by their keys; what it makes up, taken out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from lxml import etree

from mi_theme.files.musicxml.documents import CONTROLS, SAFE
from mi_theme.files.musicxml.signs import time_element
from mi_theme.files.notation.barring import CUE, GROUPING
from mi_theme.files.notation.from_stream import keyed_drums, parts_of
from mi_theme.files.notation.normalising import CUE_COLOUR, DRUM_COLOUR, coloured_key
from mi_theme.files.notation.ties import FIRST_HELD_VOICE
from mi_theme.meter import Meter
from mi_theme.score.percussion_keys import drum_key

__all__ = ["coloured", "finished"]

MADE_UP = {"movement-title": "Music21 Fragment", "creator": "Music21", "work-title": "Music21 Fragment"}
DRUM_CHANNEL = "10"


@contextmanager
def coloured(stream: Any) -> Iterator[None]:
    """Cue notes and drums of a Stream in colours that say what they are, for as long as it is written."""
    before: list[tuple[Any, Any]] = []
    for part in parts_of(stream):
        for note, key in keyed_drums(part):
            before.append((note, note.style.color))
            note.style.color = f"{DRUM_COLOUR}{key:02X}"
        for note in (inner for e in part.recurse().notes for inner in getattr(e, "notes", None) or (e,)):
            if note.hasEditorialInformation and note.editorial.get(CUE):
                before.append((note, note.style.color))
                note.style.color = CUE_COLOUR
    try:
        yield
    finally:
        for note, colour in before:
            note.style.color = colour


def finished(data: bytes, stream: Any, drums: Sequence[str]) -> bytes:
    """The MusicXML that music21 wrote of a Stream, complete; `drums` names instruments of the drum channel."""
    root = etree.fromstring(data.translate(None, CONTROLS), etree.XMLParser(**{**SAFE, "huge_tree": True}))
    metadata = getattr(stream, "metadata", None)
    known = {metadata.title, metadata.movementName, metadata.composer} if metadata is not None else set()
    for element in list(root.iter(*MADE_UP, "encoding-date", "software")):
        if element.tag == "encoding-date" or (element.text == MADE_UP.get(element.tag) and element.text not in known):
            element.getparent().remove(element)
        elif element.tag == "software" and (element.text or "").startswith("music21"):
            element.text = "mi_theme, through music21"
    for instrument in root.iter("midi-instrument"):
        channel = instrument.find("midi-channel")
        if instrument.get("id") in drums and channel is not None:  # music21 lets only one part have the drum channel
            channel.text = DRUM_CHANNEL
    listed = {element.get("id"): element for element in root.iter("score-part")}
    parts = {str(part.id): part for part in parts_of(stream)}
    for name, element in listed.items():
        players = _instruments(parts.get(name))
        for short in element.findall("part-abbreviation"):
            if short.text in {player.instrumentAbbreviation for player in players} - {
                p.partAbbreviation for p in players
            }:
                element.remove(short)  # that of the program, which the part need not be
    for element in root.iterchildren("part"):
        _group(element, parts.get(element.get("id")))
        _name_drums(element, listed.get(element.get("id")))
        for note in element.iter("note"):
            if note.get("color") == CUE_COLOUR:
                _make_cue(note)
        _number_voices(element)
    return etree.tostring(root.getroottree(), xml_declaration=True, encoding="utf-8", pretty_print=True)  # type: ignore[no-any-return]


def _instruments(part: Any) -> list[Any]:
    return list(part.recurse().getElementsByClass("Instrument")) if part is not None else []


def _group(element: Any, part: Any) -> None:
    """Beside the signatures of a part the groups that are known of them."""
    measures = list(part.getElementsByClass("Measure")) if part is not None else []
    for bar, measure in zip(element.iterchildren("measure"), measures, strict=False):
        signature, written = measure.timeSignature, bar.find("attributes/time")
        if signature is None or written is None or not signature.hasEditorialInformation:
            continue
        grouped = signature.editorial.get(GROUPING)
        if grouped:
            written.append(time_element(Meter(grouped)).find("interchangeable"))


def _name_drums(element: Any, listed: Any) -> None:
    """An instrument for each key that drums are struck on, and its name at their notes."""
    struck = [(note, key) for note in element.iter("note") if (key := coloured_key(note.get("color"))) is not None]
    if not struck or listed is None:
        return
    part = element.get("id")
    for old in [
        *listed.findall("score-instrument"),
        *listed.findall("midi-device"),
        *listed.findall("midi-instrument"),
    ]:
        listed.remove(old)
    keys = sorted({key for _, key in struck})
    for key in keys:
        instrument = etree.SubElement(listed, "score-instrument", id=f"{part}-I{key + 1}")
        etree.SubElement(instrument, "instrument-name").text = drum_key(key).name
    for key in keys:
        sound = etree.SubElement(listed, "midi-instrument", id=f"{part}-I{key + 1}")
        etree.SubElement(sound, "midi-channel").text = DRUM_CHANNEL
        etree.SubElement(sound, "midi-unpitched").text = str(key + 1)
    for note, key in struck:
        del note.attrib["color"]
        for old in note.findall("instrument"):
            note.remove(old)
        last = [
            child for child in note if child.tag in ("duration", "tie", "grace", "cue", "chord", "unpitched", "rest")
        ][-1]
        last.addnext(etree.Element("instrument", id=f"{part}-I{key + 1}"))


def _number_voices(element: Any) -> None:
    """Voices of held notes get the numbers after those of the others."""
    voices = [voice for voice in element.iter("voice") if (voice.text or "").isdecimal()]
    held = sorted({int(voice.text) for voice in voices if int(voice.text) >= FIRST_HELD_VOICE})
    last = max((int(voice.text) for voice in voices if int(voice.text) < FIRST_HELD_VOICE), default=0)
    numbers = {str(name): str(number) for number, name in enumerate(held, last + 1)}
    for voice in voices:
        voice.text = numbers.get(voice.text, voice.text)


def _make_cue(note: Any) -> None:
    """A cue note: it has no tie, for it does not sound."""
    del note.attrib["color"]
    for tie in note.findall("tie"):
        note.remove(tie)
    if note.find("grace") is None:
        note.insert(0, etree.Element("cue"))
