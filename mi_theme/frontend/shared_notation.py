"""Engraved pictures made small for a page that has many: glyphs are kept once, lines of a staff are one path.

The picture is the same to the pixel; ink is the colour of the page's text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html import escape
from xml.etree.ElementTree import Element, fromstring

from mi_theme.engraving.engravings import NotationDrawing
from mi_theme.frontend.map_tables import Round

__all__ = ["GLYPH", "Glyphs", "cursor_of"]

GLYPH = "mi-"  # before the code of a glyph (SMuFL) in its id
SVG, LINK = "{http://www.w3.org/2000/svg}", "{http://www.w3.org/1999/xlink}href"
CODE = re.compile(r"#?([0-9A-Fa-f]{4,5})-.*")
KEPT = {  # what is kept of an element, by its name
    "svg": ("viewBox", "width", "height", "overflow"),
    "g": ("transform",),
    "use": ("transform",),
    "path": ("d", "stroke-width", "stroke-linecap", "stroke-linejoin", "stroke-dasharray", "fill", "transform"),
    "polygon": ("points", "transform"),
    "polyline": ("points", "stroke-width", "fill", "transform"),
    "rect": ("x", "y", "width", "height", "rx", "transform", "fill"),
    "ellipse": ("cx", "cy", "rx", "ry", "fill", "stroke-width", "transform", "stroke-dasharray"),
    "circle": ("cx", "cy", "r"),
    "line": ("x1", "y1", "x2", "y2", "stroke-width", "stroke-dasharray"),
    "text": ("x", "y", "font-size", "text-anchor", "font-weight", "font-style", "transform"),
    "tspan": ("x", "y", "font-size", "text-anchor", "font-style"),
}
CURSOR_DIGITS = 4  # of a second


class Glyphs:
    """The signs that some pictures share: a book that grows as pictures are put into it."""

    def __init__(self) -> None:
        self._paths: dict[str, str] = {}

    def shared(self, drawing: NotationDrawing) -> str:
        """Put a picture into the book.

        Parameters
        ----------
        drawing
            Engraved music.

        Returns
        -------
        str
            SVG that refers to the glyphs of this book.
        """
        root = fromstring(drawing.svg)
        for glyph in root.iter(f"{SVG}g"):
            if code := CODE.fullmatch(glyph.get("id", "")):
                path = next(iter(glyph))
                self._paths[code[1]] = f'<path transform="{path.get("transform", "")}" d="{path.get("d", "")}"/>'
        inside = "".join(_merged(_small(child) for child in root if _is_drawn(child)))
        words = escape(drawing.description, quote=True)
        return (
            f'<svg class="mi-notation" viewBox="{root.get("viewBox")}" role="img" aria-label="{words}">{inside}</svg>'
        )

    def defs(self) -> str:
        """All signs as an SVG element that shows nothing; the pictures of one page need it once."""
        rows = "".join(f'<g id="{GLYPH}{code}">{path}</g>' for code, path in sorted(self._paths.items()))
        return f'<svg class="mi-glyphs" width="0" height="0" aria-hidden="true"><defs>{rows}</defs></svg>'


def _is_drawn(element: Element) -> bool:
    """Not the white paper, nor what is hidden or said in words."""
    name = element.tag.removeprefix(SVG)
    hidden = "placeholder" in element.get("class", "").split()
    return name in KEPT and not hidden and element.get("fill") != "white"


def _small(element: Element) -> str:
    """An element without what a page has no use for."""
    name = element.tag.removeprefix(SVG)
    inside = "".join(_merged(_small(child) for child in element if _is_drawn(child)))
    found = {key: value for key in KEPT[name] if (value := element.get(key)) is not None}
    if found.get("fill") == "black":
        del found["fill"]
    if name == "use" and (code := CODE.fullmatch(element.get(LINK, ""))):
        found = {"href": f"#{GLYPH}{code[1]}"} | found
    if name in ("text", "tspan"):
        inside = escape((element.text or "").strip()) + inside
    if name == "g" and (not inside or not found or found == {"transform": "translate(0, 0)"}):
        return inside
    attributes = "".join(f' {key}="{escape(value, quote=True)}"' for key, value in found.items())
    return f"<{name}{attributes}>{inside}</{name}>" if inside else f"<{name}{attributes}/>"


PATH = re.compile(r'<path d="([^"]*)"((?: stroke-width="[^"]*")?)/>')


def _merged(parts: Iterable[str]) -> Iterator[str]:
    """Paths of one width that follow each other as one."""
    waiting, width = "", ""
    for part in parts:
        found = PATH.fullmatch(part)
        if found and (not waiting or found[2] == width):
            waiting, width = f"{waiting} {found[1]}".strip(), found[2]
            continue
        if waiting:
            yield f'<path d="{waiting}"{width}/>'
        waiting, width = (found[1], found[2]) if found else ("", "")
        if not found:
            yield part
    if waiting:
        yield f'<path d="{waiting}"{width}/>'


def cursor_of(drawing: NotationDrawing, staff: int, times: Round) -> tuple[tuple[float, ...], ...]:
    """Where a line that moves with the music stands: seconds, x, top and bottom, from note to note.

    Parameters
    ----------
    drawing
        What is looked at.
    staff
        Which of its staves is heard, from above.
    times
        How it is played.

    Returns
    -------
    tuple of (seconds, x, top, bottom)
        In order.
    """
    places = sorted(place for place in drawing.places if place.staff == staff and place.onset < times.cell)
    return tuple(
        (
            round(float(number * times.cell + place.onset) * 60 / times.tempo, CURSOR_DIGITS),
            round(place.x, 1),
            round(place.top, 1),
            round(place.bottom, 1),
        )
        for number in range(times.times)
        for place in places
    )
