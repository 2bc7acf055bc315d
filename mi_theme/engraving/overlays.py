"""Signs laid over engraved staves: lines from note to note, what is left out and added, rings around what was found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mi_theme.engraving.contents.version_notation import Join
from mi_theme.engraving.engraver import SPACE, Box, Engraved
from mi_theme.engraving.svg import line, ring, text, text_width

__all__ = ["legend", "legend_width", "links"]

LETTER = 14  # pixels: size of the letters of the legend
CLEAR, ARM = 4, 4.5  # pixels between a line and a note; of a cross and a plus
BROKEN, DOTTED = "5 4", "3 3"
LEGENDS = {
    "kept": "same place",
    "moved": "moved",
    "dropped": "left out",
    "added": "added",
    "found": "in the theme",
    "changed": "changed",
}


def links(music: Engraved, joined: Sequence[Join]) -> Iterator[str]:
    """What is drawn for each join, in the order in which they come."""
    for join in joined:
        above, below = music.notes.get(join.above), music.notes.get(join.below)
        if above and below:
            start, end = (above.x, _under(music, above)), (below.x, _over(music, below))
            yield line(*start, *end, dashes=BROKEN if join.kind == "moved" else "")
        elif above and join.kind == "dropped":
            yield from _cross(above.x, _under(music, above))
        elif above:
            yield _ring(above.x, above.head, join.kind)
        elif below:
            yield from _plus(below.x, _over(music, below))


def legend(kinds: Sequence[str], x: float, y: float) -> Iterator[str]:
    """What the signs mean, of those that are there, side by side."""
    for kind in kinds:
        yield from _sample(kind, x + 13, y - LETTER * 0.36)
        yield text(x + 34, y, LEGENDS[kind], LETTER)
        x += legend_width([kind])


def legend_width(kinds: Sequence[str]) -> float:
    """Pixels that the legend takes."""
    return sum(54 + text_width(LEGENDS[kind], LETTER) for kind in kinds)


def _sample(kind: str, x: float, y: float) -> Iterator[str]:
    """A sign alone, its middle here."""
    if kind in ("kept", "moved"):
        yield line(x - 13, y, x + 13, y, dashes=BROKEN if kind == "moved" else "")
    elif kind == "dropped":
        yield from _cross(x, y - 16.5)
    elif kind == "added":
        yield from _plus(x, y + 6)
    else:
        yield _ring(x, y, kind)


def _under(music: Engraved, box: Box) -> float:
    """Where a line leaves a note downwards: below its head and its staff."""
    return max(box.bottom + SPACE, _staff_of(music, box)[1]) + CLEAR


def _over(music: Engraved, box: Box) -> float:
    """Where a line reaches a note from above."""
    return min(box.top - SPACE / 2, _staff_of(music, box)[0]) - CLEAR


def _staff_of(music: Engraved, box: Box) -> tuple[float, float]:
    staves = [staff for system in music.systems for staff in system]
    return min(staves, key=lambda staff: abs(staff[0] + staff[1] - box.top - box.bottom))


def _cross(x: float, y: float) -> Iterator[str]:
    yield line(x, y, x, y + 12, dashes=DOTTED)
    yield line(x - ARM, y + 12, x + ARM, y + 21, 2)
    yield line(x - ARM, y + 21, x + ARM, y + 12, 2)


def _plus(x: float, y: float) -> Iterator[str]:
    yield line(x - 5, y - 6, x + 5, y - 6, 2)
    yield line(x, y - 11, x, y - 1, 2)


def _ring(x: float, y: float, kind: str) -> str:
    return ring(x, y, 0.95 * SPACE, 0.85 * SPACE, 1.4, DOTTED if kind == "changed" else "")
