"""Staves engraved by verovio, and where on the picture each note has come to stand."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree.ElementTree import Element, fromstring

from mi_theme.engraving.drawings import FONTS
from mi_theme.engraving.mei import mei
from mi_theme.errors import MissingExtra, ScoreError
from mi_theme.notated.staves import Staff

__all__ = ["SPACE", "Box", "Engraved", "engraved"]

SCALE = 40  # percent: 7.2 pixels between two lines of a staff
SPACE = 0.18 * SCALE  # pixels between two lines
UNITS = 1000 / SCALE  # of verovio, in a pixel
MOST_NOTES = 6_000  # of a picture, which verovio draws in ten seconds: a page of an orchestra has a thousand
HALF_HEAD = 108  # of those
SYLLABLE = re.compile(r'(class="syl">\s*<text[^>]*>\s*<tspan[^>]*>\s*<tspan font-size=")(\d+)px')
OVER = (
    "harm",
    "tempo",
    "dir",
    "reh",
    "voltaBracket",
    "fermata",
    "trill",
    "turn",
    "mordent",
    "slur",
)  # what stands over notes
HIGH = {"text": 450, "use": 300}  # of verovio: how far letters and signs reach over the place where they stand
NARROWER = 0.8  # letters of ours are so much wider than those with which verovio reckons room for syllables
SVG = "{http://www.w3.org/2000/svg}"
OPTIONS: dict[str, Any] = {
    "scale": SCALE,
    "adjustPageHeight": True,
    "adjustPageWidth": True,
    "breaks": "auto",
    "header": "none",
    "footer": "none",
    "svgViewBox": True,
    "xmlIdChecksum": True,
    "smuflTextFont": "none",
    "font": "Leipzig",
    "mnumInterval": 0,
    "lyricWordSpace": 2.0,
    "pageHeight": 60000,
    "minLastJustification": 0.6,
    "pageMarginTop": 0,
    "pageMarginBottom": 0,
    "pageMarginLeft": 0,
    "pageMarginRight": 0,
}


class Box(NamedTuple):
    """Where a note is, in pixels: the middle of its head, and top and bottom of all of it."""

    x: float
    top: float
    bottom: float
    head: float


@dataclass(frozen=True, slots=True)
class Engraved:
    """Staves as SVG.

    Attributes
    ----------
    svg
        An ``<svg>`` element to be put into a picture.
    width, height
        Pixels.
    notes
        Where each note stands, by its name: the head with its stem.
    systems
        Of each system, the top and bottom line of every staff.
    top
        The highest place of what stands over notes; infinite where nothing does.
    """

    svg: str
    width: float
    height: float
    notes: dict[str, Box]
    systems: tuple[tuple[tuple[float, float], ...], ...]
    top: float = math.inf


def engraved(staves: Sequence[Staff], width: float, gap: float = 12.0, numbered: bool = True) -> Engraved:
    """Engrave staves, one under the other, in as many systems as the width asks for.

    Parameters
    ----------
    staves
        From top to bottom, all with as many frames.
    width
        Pixels.
    gap
        Room between two staves, in half spaces of a staff.
    numbered
        Whether bars are numbered where systems begin.

    Raises
    ------
    MissingExtra
        Where verovio is not installed.
    ScoreError
        Where verovio cannot draw this, or there are more than `MOST_NOTES`.
    """
    count = sum(1 for staff in staves for _ in staff.notes)
    if count > MOST_NOTES:
        raise ScoreError(f"{count:,} notes are too many for one picture: name fewer bars, such as --bars 1-4")
    options = {**OPTIONS, "pageWidth": round(width * 100 / SCALE), "spacingStaff": gap}
    notes = mei(staves, numbered)
    text = _drawn(notes, options)
    if text.count('class="system"') > 1:  # systems of one width
        text = _drawn(notes, {**options, "adjustPageWidth": False})
    root = fromstring(text)
    inner = root.find(f"{SVG}svg")
    if inner is None:
        raise ScoreError("verovio drew nothing")
    wide, high = (float(number) for number in root.attrib["viewBox"].split()[2:])
    boxes = {name: box for note in inner.iter(f"{SVG}g") if (name := note.get("id")) for box in _box_of(note)}
    systems = tuple(tuple(_lines(system)) for system in _of_class(inner, "system"))
    top = min((height for name in OVER for sign in _of_class(inner, name) for height in _tops(sign)), default=math.inf)
    return Engraved(_nested(text, wide, high), wide, high, boxes, systems, top / UNITS)


def _drawn(notes: str, options: dict[str, Any]) -> str:
    """What verovio makes of some MEI, without its own signature."""
    try:
        import verovio
    except ImportError as error:
        raise MissingExtra.named("verovio", "notation") from error
    verovio.enableLog(verovio.LOG_OFF)
    verovio.setDefaultResourcePath(str(Path(str(verovio.__file__)).parent / "data"))  # each thread has one of its own
    kit = verovio.toolkit()
    kit.setOptions(options)
    if not kit.loadData(notes):
        raise ScoreError("verovio cannot draw these notes")
    made = re.sub(r"\s*<desc>.*?</desc>", "", str(kit.renderToSVG(1)), count=1)
    made = SYLLABLE.sub(lambda found: f"{found[1]}{int(found[2]) * NARROWER:.0f}px", made)
    return made.replace('font-family="Times, serif"', f'font-family="{FONTS}"')


def _nested(text: str, width: float, height: float) -> str:
    """The element without its own header, with its size; numbers of bars stand before the first line and are not cut."""
    whole = text[text.index("<svg") :].replace("<svg", f'<svg width="{width:g}" height="{height:g}"', 1).strip()
    return whole.replace('<svg class="definition-scale"', '<svg class="definition-scale" overflow="visible"')


def _box_of(group: Element) -> Iterator[Box]:
    """The place of a note or chord; nothing for other things."""
    if group.get("class") not in ("note", "chord"):
        return
    heads = [use for head in group.iter(f"{SVG}g") if head.get("class") == "notehead" for use in head.iter(f"{SVG}use")]
    if not heads:
        return
    places = [_translation(head.get("transform", "")) for head in heads]
    heights = [y for _, y in places] + [y for stem in _of_class(group, "stem") for y in _heights(stem)]
    x, y = min(places)
    yield Box((x + HALF_HEAD) / UNITS, min(heights) / UNITS, max(heights) / UNITS, y / UNITS)


def _of_class(group: Element, name: str) -> Iterator[Element]:
    return (found for found in group.iter(f"{SVG}g") if found.get("class") == name)


def _heights(stem: Element) -> Iterator[float]:
    """Where a stem begins and ends."""
    for path in stem.findall(f"{SVG}path"):
        yield from (float(y) for _, y in re.findall(r"([-\d.]+)[ ,]([-\d.]+)", path.get("d", "")))


def _translation(transform: str) -> tuple[float, float]:
    x, y = re.findall(r"translate\(([-\d.]+)[ ,]+([-\d.]+)\)", transform)[0]
    return float(x), float(y)


def _tops(sign: Element) -> Iterator[float]:
    """How high letters, signs and lines of a group reach."""
    for part in sign.iter():
        if part.tag == f"{SVG}text":
            yield float(part.get("y", 0)) - HIGH["text"]
        elif part.tag == f"{SVG}use":
            yield _translation(part.get("transform", ""))[1] - HIGH["use"]
        elif part.tag == f"{SVG}path":
            yield from (float(y) for _, y in re.findall(r"([-\d.]+)[ ,]([-\d.]+)", part.get("d", "")))


def _lines(system: Element) -> Iterator[tuple[float, float]]:
    """Top and bottom line of each staff of a system, from its first frame."""
    measure = next(_of_class(system, "measure"), None)
    for staff in _of_class(measure, "staff") if measure is not None else ():
        heights = [y for path in staff.findall(f"{SVG}path") for y in [next(_first_height(path))]]
        yield min(heights) / UNITS, max(heights) / UNITS


def _first_height(path: Element) -> Iterator[float]:
    return (float(y) for _, y in re.findall(r"M([-\d.]+) ([-\d.]+)", path.get("d", "")))
