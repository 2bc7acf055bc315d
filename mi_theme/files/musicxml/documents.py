"""MusicXML as bars of parts: read by lxml's events, partwise or timewise, with nothing that a hostile file wants."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from lxml import etree

from mi_theme.errors import FileError
from mi_theme.files.disk import decoded, is_utf8, unpacked

__all__ = ["HEAD", "OF_PART", "Heading", "ScoreInstrument", "bars_of", "element_text", "text_of_score"]

SAFE = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "huge_tree": False,
    "remove_blank_text": True,
    "remove_comments": True,
    "remove_pis": True,
}
POSITION = ("default-", "relative-", "bezier-")  # beginnings of attributes that say where on the paper
OF_PART = ("part-name-display", "part-abbreviation", "part-abbreviation-display", "group")
HEAD = ("score-part", "part-group", "work", "movement-title", "movement-number", "identification", "credit")
FIRST_BYTES = 1024  # that are looked at at once for the first element
CONTROLS = bytes({*range(32)} - {*b"\t\n\r"})  # characters that no XML may hold, and some programs write
CONTROL = re.compile(b"[" + re.escape(CONTROLS) + b"]")


@dataclass
class ScoreInstrument:
    """What a part list says of an instrument: the number of its program, its MIDI channel, the key of a drum; from 0."""

    program: int | None = None
    channel: int | None = None
    key: int | None = None


@dataclass
class Heading:
    """What stands before the music: title, composer, rights; names and instruments of the parts; and what else, as it stands."""

    title: str = ""
    composer: str = ""
    rights: str = ""
    names: dict[str, str] = field(default_factory=dict)
    instruments: dict[str, dict[str, ScoreInstrument]] = field(default_factory=dict)
    asides: list[str] = field(default_factory=list)
    of_parts: dict[str, list[str]] = field(default_factory=dict)
    _groups: list[str] = field(default_factory=list)  # that begin before the next part

    def read(self, element: Any) -> None:
        """Take an element of the heading."""
        if element.tag == "score-part":
            self._read_part(element)
        elif element.tag == "part-group":
            if element.get("type") == "start" or not self.of_parts:
                self._groups.append(element_text(element))
            else:
                self.of_parts[next(reversed(self.of_parts))].append(element_text(element))
        elif element.tag in ("credit", "movement-number"):
            self.asides.append(element_text(element))
        elif element.tag == "work":
            self.title = plain_text(element.findtext("work-title")) or self.title
            self.asides += [element_text(child) for child in element if child.tag in ("work-title", "work-number")]
        elif element.tag == "movement-title":
            self.title = plain_text(element.text) or self.title
        elif element.tag == "identification":
            creators = {
                creator.get("type", ""): plain_text(creator.text) for creator in element.iterchildren("creator")
            }
            self.composer = creators.get("composer", "")
            self.rights = plain_text(element.findtext("rights"))
            self._read_identification(element)

    def _read_identification(self, element: Any) -> None:
        """Who else had a part in it, its source, and what else it says of itself."""
        for child in element:
            if child.tag == "miscellaneous":
                self.asides += [element_text(field) for field in child]
            elif child.tag in ("source", "relation") or (
                child.tag == "creator" and child.get("type", "") != "composer"
            ):
                self.asides.append(element_text(child))

    def _read_part(self, element: Any) -> None:
        name = element.get("id", "")
        self.names[name] = plain_text(element.findtext("part-name"))
        self.of_parts[name] = [*self._groups, *(element_text(child) for child in element if child.tag in OF_PART)]
        self._groups = []
        listed = self.instruments.setdefault(name, {})
        for instrument in element.iterchildren("score-instrument"):
            listed[instrument.get("id", "")] = ScoreInstrument()
        for instrument in element.iterchildren("midi-instrument"):
            numbers = (instrument.findtext(f"midi-{kind}") for kind in ("program", "channel", "unpitched"))
            listed[instrument.get("id", "")] = ScoreInstrument(*(_from_zero(number) for number in numbers))


def element_text(element: Any) -> str:
    """An element without what says where on the paper it stands."""
    for node in element.iter():
        for name in [name for name in node.attrib if name.startswith(POSITION)]:
            del node.attrib[name]
    return str(etree.tostring(element, encoding="unicode", with_tail=False))


def plain_text(text: str | None) -> str:
    """Text without line ends and what a terminal or an XML file cannot hold."""
    if text and not text.isprintable():
        text = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(text.split()) if text else ""


def _from_zero(number: str | None) -> int | None:
    """A number that MusicXML counts from 1, as MIDI counts it; None where there is none."""
    return min(max(int(number) - 1, 0), 127) if number and number.strip() else None


def text_of_score(data: bytes, where: str) -> bytes:
    """The text of a MusicXML file, compressed or not, in UTF-8.

    Raises
    ------
    FileError
        Where it is damaged, too large, or declares entities.
    """
    text = unpacked(data, where) if data[:2] == b"PK" else data
    if not is_utf8(text):
        text = decoded(text, where).encode()
    return text.translate(None, CONTROLS) if CONTROL.search(text) else text


def bars_of(stream: BytesIO, where: str, heading: Heading) -> Iterator[tuple[str, Any]]:
    """(part, element that holds one bar of it), part by part; `heading` is filled before the first.

    A stream that nobody else needs is closed behind the last bar: its text, the most of what is in memory, is let go.

    Raises
    ------
    FileError
        Where it is no score.
    """
    text = text_of_score(stream.getvalue(), where)
    if text is not stream.getvalue():
        stream.close()
        stream = BytesIO(text)
    root = _root(text)
    declared = root.getroottree().docinfo.internalDTD
    if declared is not None and any(True for _ in declared.iterentities()):
        raise FileError(f"{where}: entities are not read")
    if root.tag == "score-timewise":
        yield from _timewise(text, heading)
    elif root.tag == "score-partwise":
        del text
        yield from _partwise(stream, heading)
    else:
        raise FileError(f"{where}: not a MusicXML score: it begins with <{str(root.tag)[:40]}>")
    stream.close()


def _root(text: bytes) -> Any:
    """The first element, read no further than it begins."""
    parser = etree.XMLPullParser(events=("start",), **SAFE)
    for first in range(0, len(text), FIRST_BYTES):
        parser.feed(text[first : first + FIRST_BYTES])
        for _, root in parser.read_events():
            return root
    return parser.close()


def _partwise(stream: BytesIO, heading: Heading) -> Iterator[tuple[str, Any]]:
    """Each bar is forgotten when the next is asked for; parts without an id are told apart by where they stand."""
    for _, element in etree.iterparse(stream, events=("end",), tag=(*HEAD, "measure"), **SAFE):
        if element.tag == "measure":
            home = element.getparent()
            yield home.get("id") or f" {home.getparent().index(home)}", element
            element.clear()
        else:
            heading.read(element)


def _timewise(text: bytes, heading: Heading) -> Iterator[tuple[str, Any]]:
    """Bars of all parts stand one after another: they are sorted by part."""
    root = etree.fromstring(text, etree.XMLParser(**SAFE))
    for element in root.iter(*HEAD):
        heading.read(element)
    bars: dict[str, list[Any]] = {}
    for measure in root.iterchildren("measure"):
        for place, part in enumerate(measure.iterchildren("part")):
            bars.setdefault(part.get("id") or f" {place}", []).append(part)
    for name, elements in bars.items():
        yield from ((name, element) for element in elements)
