"""What stands on an SVG of ours, and where: for tests."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree.ElementTree import Element, fromstring

SVG = "{http://www.w3.org/2000/svg}"


class Words(NamedTuple):
    """A line of words and the box around it, in pixels."""

    text: str
    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Words) -> bool:
        across = self.left < other.right - 0.5 and other.left < self.right - 0.5
        return across and self.top < other.bottom - 0.5 and other.top < self.bottom - 0.5


def words_on(svg: str) -> list[Words]:
    """Every line of words that we wrote (not those of the engraver), measured with the letters it is drawn in."""
    root = fromstring(svg)
    return list(_words(root, 0.0, 0.0))


def _words(element: Element, x: float, y: float) -> Iterator[Words]:
    for child in element:
        if child.tag == f"{SVG}svg":
            continue
        across, down = _translation(child.get("transform", ""))
        if child.tag == f"{SVG}text":
            yield _measured(child, x + across, y + down)
        yield from _words(child, x + across, y + down)


def _translation(transform: str) -> tuple[float, float]:
    found = re.fullmatch(r"translate\(([-\d.]+)[ ,]+([-\d.]+)\)", transform)
    return (float(found[1]), float(found[2])) if found else (0.0, 0.0)


def _measured(element: Element, x: float, y: float) -> Words:
    size, bold, words = float(element.get("font-size", 13)), element.get("font-weight") == "bold", element.text or ""
    width = _font(bold).getlength(words) * size / 100
    left = (
        x
        + float(element.get("x", 0))
        - {"start": 0.0, "middle": 0.5, "end": 1.0}[element.get("text-anchor", "start")] * width
    )
    base = y + float(element.get("y", 0))
    return Words(words, left, base - 0.76 * size, left + width, base + 0.2 * size)


@cache
def _font(bold: bool) -> Any:
    import matplotlib
    from PIL import ImageFont

    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    return ImageFont.truetype(str(Path(matplotlib.get_data_path()) / "fonts" / "ttf" / name), 100)


def groups_of(svg: str, kind: str) -> list[Element]:
    """The engraver's groups of one class: note, beam, accid ..."""
    return [group for group in fromstring(svg).iter(f"{SVG}g") if group.get("class") == kind]


def beams(svg: str) -> list[int]:
    """How many notes are under each beam, from left to right."""
    return [sum(note.get("class") == "note" for note in beam.iter(f"{SVG}g")) for beam in groups_of(svg, "beam")]


def signs(svg: str) -> int:
    """How many accidentals are printed."""
    return sum(any(True for _ in accid.iter(f"{SVG}use")) for accid in groups_of(svg, "accid"))


def lines(svg: str) -> list[tuple[float, float, bool]]:
    """Our lines from note to note: where each begins and ends from left to right, and whether it is broken."""
    root = fromstring(svg)
    (music,) = [group for group in root.findall(f"{SVG}g") if group.find(f"{SVG}svg") is not None]
    return [
        (float(line.attrib["x1"]), float(line.attrib["x2"]), line.get("stroke-dasharray") == "5 4")
        for line in music.findall(f"{SVG}line")
        if line.get("stroke-width") == "1.2" and line.get("stroke-dasharray") != "3 3"
    ]


def ink_at_the_edges(picture: Any) -> bool:
    """Whether anything is drawn on the outermost pixels: a sign that something is cut."""
    from io import BytesIO

    import numpy as np
    from PIL import Image

    pixels = np.asarray(Image.open(BytesIO(picture.to_png(96))).convert("L"))
    return bool(min(pixels[0].min(), pixels[-1].min(), pixels[:, 0].min(), pixels[:, -1].min()) < 250)
