"""Where staves stand on the pages of a PDF that a browser printed: enough of the format (ISO 32000) for paths, no more."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator

__all__ = ["Staff", "page_size", "staves"]

Matrix = tuple[float, float, float, float, float, float]
Staff = tuple[int, float, float]  # page from 0, top and bottom in points from the lower edge
OBJECT = re.compile(rb"(?s)\n(\d+) 0 obj\n(.*?)\nendobj")
BOX = re.compile(rb"/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)\s*\]")
WHOLE: Matrix = (1, 0, 0, 1, 0, 0)


def page_size(pdf: bytes) -> tuple[float, float]:
    """Width and height of the first page, in points."""
    found = BOX.search(pdf)
    assert found
    return float(found[1]), float(found[2])


def staves(pdf: bytes) -> list[Staff]:
    """Every path of five level lines of one length: a bar of a staff."""
    objects = {int(found[1]): found[2] for found in OBJECT.finditer(pdf)}
    pages = [text for text in objects.values() if re.search(rb"/Type /Page\b", text)]
    found = []
    for number, page in enumerate(pages):
        reference = re.search(rb"/Contents (\d+) 0 R", page)
        assert reference
        content = objects[int(reference[1])]
        stream = zlib.decompress(content[content.index(b"stream\n") + 7 : content.rindex(b"\nendstream")])
        found += [(number, max(heights), min(heights)) for heights in _fives(stream.decode("latin-1"))]
    return found


def _fives(stream: str) -> Iterator[list[float]]:
    """The heights of the lines of each path of five."""
    here, saved, lines, begun = WHOLE, list[Matrix](), list[tuple[float, float, float, float]](), (0.0, 0.0)
    for row in stream.splitlines():
        *given, sign = row.split() or [""]
        if sign == "q":
            saved.append(here)
        elif sign == "Q":
            here = saved.pop()
        elif sign == "cm":
            here = _then(tuple(map(float, given)), here)
        elif sign == "m":
            begun = _placed(here, *map(float, given))
        elif sign == "l":
            goal = _placed(here, *map(float, given))
            lines.append((*begun, *goal))
            begun = goal
        elif sign in ("S", "f", "B", "n", "f*", "B*"):
            level = all(abs(y0 - y1) < 0.01 for _, y0, _, y1 in lines)
            if len(lines) == 5 and level and len({(round(x0, 1), round(x1, 1)) for x0, _, x1, _ in lines}) == 1:
                yield [y for _, y, _, _ in lines]
            lines = []


def _then(first: tuple[float, ...], second: Matrix) -> Matrix:
    a, b, c, d, e, f = first
    g, h, i, j, k, m = second
    return (a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m)


def _placed(here: Matrix, x: float, y: float) -> tuple[float, float]:
    a, b, c, d, e, f = here
    return a * x + c * y + e, b * x + d * y + f
