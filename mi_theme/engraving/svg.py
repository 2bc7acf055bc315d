"""The few SVG elements that pictures are put together from: the same text every time."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from itertools import accumulate

from mi_theme.engraving.drawings import FONTS, Drawing, SvgDrawing, described, readable

__all__ = ["box", "line", "number", "page", "ring", "stacked", "text", "text_width"]

LETTER = 0.64  # of the size of letters: a generous mean width
SIZE = re.compile(r'viewBox="[\d.-]+ [\d.-]+ ([\d.]+) ([\d.]+)"')  # of an SVG, in its units
BOLD = 1.18  # times as wide


def page(width: float, height: float, description: str, parts: list[str], size: str = "") -> str:
    """A whole picture: title and description for those who cannot see it, white paper, then its parts."""
    (label, words), wide, high = described(description), number(width), number(height)
    pixels = f'width="{wide}" height="{high}"'
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 {wide} {high}" '
        f'{size or pixels} {label} font-family="{FONTS}">'
    )
    paper = f'<rect width="{wide}" height="{high}" fill="white"/>'
    return "\n".join([head, words, paper, *parts, "</svg>\n"])


def line(x1: float, y1: float, x2: float, y2: float, width: float = 1.2, dashes: str = "", ink: str = "black") -> str:
    """A straight line."""
    dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
    ends = f'x1="{number(x1)}" y1="{number(y1)}" x2="{number(x2)}" y2="{number(y2)}"'
    return f'<line {ends} stroke="{ink}" stroke-width="{number(width)}"{dashed}/>'


def box(
    x: float, y: float, width: float, height: float, fill: str = "none", ink: str = "black", line_width: float = 1
) -> str:
    """A rectangle."""
    place = f'x="{number(x)}" y="{number(y)}" width="{number(width)}" height="{number(height)}"'
    return f'<rect {place} fill="{fill}" stroke="{ink}" stroke-width="{number(line_width)}"/>'


def ring(x: float, y: float, across: float, down: float, width: float = 1.2, dashes: str = "") -> str:
    """An ellipse around a middle."""
    dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
    place = f'cx="{number(x)}" cy="{number(y)}" rx="{number(across)}" ry="{number(down)}"'
    return f'<ellipse {place} fill="none" stroke="black" stroke-width="{number(width)}"{dashed}/>'


def text(
    x: float,
    y: float,
    words: str,
    size: float = 13,
    *,
    anchor: str = "start",
    bold: bool = False,
    ink: str = "black",
    italic: bool = False,
) -> str:
    """A line of words, their base line at `y`."""
    looks = ' font-weight="bold"' * bold + ' font-style="italic"' * italic
    place = f'x="{number(x)}" y="{number(y)}" font-size="{number(size)}" text-anchor="{anchor}" fill="{ink}"'
    return f"<text {place}{looks}>{escape(readable(words))}</text>"


def text_width(words: str, size: float = 13, bold: bool = False) -> float:
    """Room for a line of words, in pixels, with something to spare."""
    return len(words) * size * LETTER * (BOLD if bold else 1)


def number(value: float) -> str:
    """Two decimals at most."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def stacked(drawings: Sequence[Drawing]) -> SvgDrawing:
    """Pictures under each other, as one.

    Parameters
    ----------
    drawings
        From above; at least one.

    Returns
    -------
    SvgDrawing
        As wide as the widest.
    """
    sheets = [drawing.to_svg() for drawing in drawings]
    sizes = [tuple(map(float, found.groups())) if (found := SIZE.search(sheet)) else (0.0, 0.0) for sheet in sheets]
    tops = accumulate((high for _, high in sizes), initial=0.0)
    parts = [
        f'<g transform="translate(0 {top:g})">{sheet.partition("?>")[2] or sheet}</g>'
        for top, sheet in zip(tops, sheets, strict=False)
    ]
    words = " ".join(drawing.description for drawing in drawings)
    return SvgDrawing(page(max(wide for wide, _ in sizes), sum(high for _, high in sizes), words, parts), words)
