"""Engraved notation: themes, passages of scores, and versions under each other with lines between their notes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mi_theme.errors import ScoreError
from mi_theme.score import Score
from mi_theme.themes import Adaptation, Theme
from mi_theme.views.drawings import Sheet
from mi_theme.views.engraver import SPACE, Box, Engraved, engraved
from mi_theme.views.passages import shown_bars, staves_of_passage
from mi_theme.views.staves import Staff
from mi_theme.views.strokes import line, page, text, text_width
from mi_theme.views.versions import Join, staves_of_versions
from mi_theme.views.words import notation_words

__all__ = ["notation"]

WIDTH = 680.0  # pixels
LETTERS, LEADING = 14, 17  # pixels: size of labels, from line to line
EDGE, CLEAR = 10, 4  # pixels around the picture; between a line and a note
GAP, WIDE_GAP = 12.0, 20.0  # between staves, in half spaces: alone, with lines between
DASHES = "5 4"
LEGEND = {"kept": "same place", "moved": "moved", "dropped": "left out", "added": "added"}


def notation(*things: Theme | Adaptation | Score, bars: tuple[int, int] | None = None, width: float = WIDTH) -> Sheet:
    """Music engraved.

    A theme or a score alone is a system with a staff for each part. Of an
    adaptation, or several of one theme, the source stands above and the versions
    below it, bar under bar, eighth under eighth; solid lines join notes that keep
    their place, broken ones those that move, a cross ends the line of a note that
    is left out and a plus stands at one that is added.

    Parameters
    ----------
    *things
        One theme, one score, or adaptations of one theme.
    bars
        First and last bar, inclusive; without it the first ones, as many as can
        be read at a glance.
    width
        Pixels, at most; longer music goes on in a system below.

    Returns
    -------
    Sheet
        With its description in words.

    Raises
    ------
    ScoreError
        Where there are no such bars, or the versions are not of one theme.
    MissingExtra
        Where verovio is not installed.
    """
    versions = [thing for thing in things if isinstance(thing, Adaptation)]
    if versions and len(versions) == len(things):
        staves, joined = staves_of_versions(versions, bars)
        return _sheet(staves, joined, width, notation_words(staves, joined))
    if len(things) != 1 or versions:
        raise ScoreError("draw one theme, one score, or adaptations of one theme")
    staves = _staves(things[0], bars)
    return _sheet(staves, [], width, notation_words(staves, []))


def _staves(thing: Theme | Adaptation | Score, bars: tuple[int, int] | None) -> list[Staff]:
    """The staves of one theme or score."""
    if isinstance(thing, Theme):
        score = thing.to_score(repeats=2 if thing.head.upbeat else 1)
        return staves_of_passage(
            score, shown_bars(score, bars), range(len(score.parts))[::-1], (thing.tonic, thing.mode)
        )
    if isinstance(thing, Score):
        return staves_of_passage(thing, shown_bars(thing, bars))
    raise ScoreError(f"there is no notation of a {type(thing).__name__}: give a theme, an adaptation or a score")


def _sheet(staves: Sequence[Staff], joined: Sequence[Join], width: float, description: str) -> Sheet:
    """Labels to the left, staves to the right, lines between them, what the lines mean below."""
    left = EDGE + max((text_width(label, LETTERS, bold=True) for staff in staves for label in staff.labels), default=0)
    music = engraved(staves, width - left - EDGE, WIDE_GAP if joined else GAP)
    kinds = dict.fromkeys(join.kind for join in joined)
    top, foot = _head_room(music), LEADING + EDGE if kinds else 0
    parts = [f'<g transform="translate({left:g} {top:g})">', music.svg, *_lines(music, joined), "</g>"]
    parts += _labels(staves, music, top)
    whole, height = left + music.width + EDGE, music.height + top + EDGE + foot
    parts += _legend(list(kinds), left, height - EDGE)
    whole = max(whole, left + sum(_entry_width(kind) for kind in kinds) + EDGE)
    return Sheet(page(whole, height, description, parts), description)


def _head_room(music: Engraved) -> float:
    """How far down the music goes, so that above its highest sign there is the edge and no more."""
    tops = [box.top for box in music.notes.values()] + [staff[0] - 2 * SPACE for staff in music.systems[0]]
    return EDGE + SPACE - min(tops)


def _labels(staves: Sequence[Staff], music: Engraved, down: float) -> Iterator[str]:
    """The words before each staff, around its middle line."""
    for system in music.systems:
        for staff, (top, bottom) in zip(staves, system, strict=True):
            first = (top + bottom) / 2 - LEADING * (len(staff.labels) - 1) / 2 + LETTERS * 0.36 + down
            for row, label in enumerate(staff.labels):
                yield text(EDGE, first + row * LEADING, label, LETTERS, bold=row == 0)


def _lines(music: Engraved, joined: Sequence[Join]) -> Iterator[str]:
    for join in joined:
        above, below = music.notes.get(join.above), music.notes.get(join.below)
        if above and below:
            start, end = (above.x, _under(music, above)), (below.x, _over(music, below))
            yield line(*start, *end, dashes=DASHES if join.kind == "moved" else "")
        elif above:
            yield from _cross(above.x, _under(music, above))
        elif below:
            yield from _plus(below.x, _over(music, below))


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
    yield line(x, y, x, y + 12, dashes="3 3")
    yield line(x - 4.5, y + 12, x + 4.5, y + 21, 2)
    yield line(x - 4.5, y + 21, x + 4.5, y + 12, 2)


def _plus(x: float, y: float) -> Iterator[str]:
    yield line(x - 5, y - 6, x + 5, y - 6, 2)
    yield line(x, y - 11, x, y - 1, 2)


def _legend(kinds: Sequence[str], x: float, y: float) -> Iterator[str]:
    """What the lines mean, of those that are there."""
    for kind in kinds:
        middle = y - LETTERS * 0.36
        if kind in ("kept", "moved"):
            yield line(x, middle, x + 26, middle, dashes=DASHES if kind == "moved" else "")
        else:
            yield from _cross(x + 13, middle - 16.5) if kind == "dropped" else _plus(x + 13, middle + 6)
        yield text(x + 34, y, LEGEND[kind], LETTERS)
        x += _entry_width(kind)


def _entry_width(kind: str) -> float:
    return 34 + text_width(LEGEND[kind], LETTERS) + 20
