"""Engraved notation: themes, passages of scores, and versions under each other with lines between their notes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import NamedTuple

from mi_theme.conversion.scoreplan import ScorePlan
from mi_theme.engraving.contents.conversion_notation import FacingScores, staves_of_plan
from mi_theme.engraving.contents.hit_notation import score_of_hit, staves_of_hit
from mi_theme.engraving.contents.passage_notation import shown_bars, staves_of_passage
from mi_theme.engraving.contents.version_notation import Join, staves_of_versions
from mi_theme.engraving.drawings import SvgDrawing
from mi_theme.engraving.engraver import SPACE, Engraved, engraved
from mi_theme.engraving.overlays import legend, legend_width, links
from mi_theme.engraving.svg import page, text, text_width
from mi_theme.errors import ScoreError
from mi_theme.notated.staves import LOWER, Staff
from mi_theme.pitch import LETTERS, SIGNS
from mi_theme.score import Score
from mi_theme.search import Hit
from mi_theme.themes import Adaptation, Theme

__all__ = ["DrawnNote", "NotationDrawing", "notation", "notation_words"]

WIDTH = 680.0  # pixels
LETTER, LEADING = 14, 17  # pixels: size of labels, from line to line
EDGE = 10  # pixels around the picture
GAP, WIDE_GAP = 12.0, 20.0  # between staves, in half spaces: alone, with lines between
LONGEST_LABEL = 22  # letters
MOST_SPOKEN = 24  # notes of a staff that are said one by one
JOIN_WORDS = {  # what is said of notes that are joined, by the kind of the join
    "kept": "in the same place",
    "moved": "moved",
    "dropped": "left out",
    "added": "added",
    "found": "of the theme",
    "changed": "of the theme but changed",
}


class DrawnNote(NamedTuple):
    """Where a note stands: its staff from above, its onset in quarters, and in pixels its middle and its staves' top and bottom."""

    staff: int
    onset: Fraction
    x: float
    top: float
    bottom: float


@dataclass(frozen=True, slots=True, repr=False)
class NotationDrawing(SvgDrawing):
    """Engraved music, and where on it each note stands.

    Attributes
    ----------
    svg, description
        As of every picture.
    places
        Of the notes that are drawn, staff by staff; each tied note once.
    """

    places: tuple[DrawnNote, ...] = ()


def notation(
    *things: Theme | Adaptation | Score | ScorePlan | FacingScores | Hit,
    bars: tuple[int, int] | None = None,
    hit: Hit | None = None,
    width: float = WIDTH,
    labels: bool = True,
) -> NotationDrawing:
    """Music engraved.

    A theme or a score alone is a system with a staff for each part. Of an
    adaptation, or several of one theme, the source stands above and the versions
    below it, bar under bar, eighth under eighth; solid lines join notes that keep
    their place, broken ones those that move, a cross ends the line of a note that
    is left out and a plus stands at one that is added. Of a plan for a score its
    lead is drawn in the same way. Of a hit of a search, the passage where it is,
    with rings around the notes of the theme.

    Parameters
    ----------
    *things
        One theme, one score, one plan for a score (or both sides of it, where many
        pages are drawn), one hit in a file, or adaptations of one theme.
    bars
        First and last bar, inclusive; without it the first ones, as many as can
        be read at a glance.
    hit
        What was found in the score.
    width
        Pixels, at most; longer music goes on in a system below.
    labels
        Whether words stand before the staves, and below what the lines mean.

    Returns
    -------
    NotationDrawing
        With its description in words, and the places of its notes.

    Raises
    ------
    ScoreError
        Where there are no such bars, or the versions are not of one theme.
    MissingExtra
        Where verovio is not installed.
    """
    staves, joined = _content(things, bars, hit)
    words = notation_words(staves, joined)
    return _sheet(
        staves if labels else [replace(staff, labels=LOWER if staff.labels == LOWER else ()) for staff in staves],
        joined,
        width,
        words,
    )


def _content(things: Sequence[object], bars: tuple[int, int] | None, hit: Hit | None) -> tuple[list[Staff], list[Join]]:
    """What is on the staves, and what joins their notes."""
    versions = [thing for thing in things if isinstance(thing, Adaptation)]
    if versions and len(versions) == len(things):
        return staves_of_versions(versions, bars)
    if len(things) != 1:
        raise ScoreError("draw one theme, one score, one plan, one hit, or adaptations of one theme")
    match things[0]:
        case ScorePlan() | FacingScores() as plan:
            return staves_of_plan(plan, bars)
        case Hit() as found:
            return staves_of_hit(score_of_hit(found), found, bars)
        case Score() as score:
            return staves_of_hit(score, hit, bars) if hit else (staves_of_passage(score, shown_bars(score, bars)), [])
        case Theme() as theme:
            return _staves_of_theme(theme, bars), []
        case other:
            raise ScoreError(
                f"there is no notation of a {type(other).__name__}: give a theme, an adaptation or a score"
            )


def _staves_of_theme(theme: Theme, bars: tuple[int, int] | None) -> list[Staff]:
    """The melody above the figure."""
    score = theme.to_score(repeats=2 if theme.head.upbeat else 1)
    return staves_of_passage(score, shown_bars(score, bars), range(len(score.parts))[::-1], (theme.tonic, theme.mode))


def _sheet(staves: Sequence[Staff], joined: Sequence[Join], width: float, description: str) -> NotationDrawing:
    """Labels to the left, staves to the right, lines between them, what the lines mean below."""
    cut = {
        label: label[: LONGEST_LABEL - 1] + "…"
        for staff in staves
        for label in staff.labels
        if len(label) > LONGEST_LABEL
    }
    staves = [replace(staff, labels=tuple(cut.get(label, label) for label in staff.labels)) for staff in staves]
    left = EDGE + max((text_width(label, LETTER, bold=True) for staff in staves for label in staff.labels), default=0)
    music = engraved(staves, width - left - EDGE, WIDE_GAP if any(join.below for join in joined) else GAP)
    worded = any(any(staff.labels) for staff in staves)
    kinds = dict.fromkeys(join.kind for join in joined if worded)
    top, foot = _head_room(music), LEADING + EDGE if kinds else 0
    parts = [f'<g transform="translate({left:g} {top:g})">', music.svg, *links(music, joined), "</g>"]
    parts += _labels(staves, music, top)
    whole, height = left + music.width + EDGE, (music.height if worded else _foot(music)) + top + EDGE + foot
    parts += legend(list(kinds), left, height - EDGE)
    whole = max(whole, left + legend_width(list(kinds)) + EDGE)
    places = tuple(_places(staves, music, left, top))
    return NotationDrawing(page(whole, height, description, parts), description, places)


def _places(staves: Sequence[Staff], music: Engraved, right: float, down: float) -> Iterator[DrawnNote]:
    """Where the notes stand on the picture, which begins so many pixels before and above the music."""
    for number, staff in enumerate(staves):
        for note in staff.notes:
            if box := music.notes.get(note.id):
                middle = (box.top + box.bottom) / 2
                lines = min((system[number] for system in music.systems), key=lambda rows: abs(sum(rows) / 2 - middle))
                yield DrawnNote(number, note.start, box.x + right, lines[0] + down, lines[1] + down)


def _head_room(music: Engraved) -> float:
    """How far down the music goes, so that above its highest sign there is the edge and no more."""
    tops = [box.top for box in music.notes.values()] + [staff[0] - 2 * SPACE for staff in music.systems[0]]
    return EDGE + SPACE - min(*tops, music.top)


def _foot(music: Engraved) -> float:
    """How far down the last staff and what hangs from it goes."""
    lows = [box.bottom for box in music.notes.values()] + [staff[1] for staff in music.systems[-1]]
    return max(lows) + 2 * SPACE


def _labels(staves: Sequence[Staff], music: Engraved, down: float) -> Iterator[str]:
    """The words before each staff, around its middle line."""
    for system in music.systems:
        for staff, (top, bottom) in zip(staves, system, strict=True):
            first = (top + bottom) / 2 - LEADING * (len(staff.labels) - 1) / 2 + LETTER * 0.36 + down
            for row, label in enumerate(staff.labels):
                yield text(EDGE, first + row * LEADING, label, LETTER, bold=row == 0)


def notation_words(staves: Sequence[Staff], joined: Sequence[Join]) -> str:
    """What is on each staff, note by note, and how many notes stay, move, go and come from one to the next.

    Parameters
    ----------
    staves
        What is engraved.
    joined
        The lines from note to note.

    Returns
    -------
    str
        Sentences.
    """
    frames = staves[0].frames
    first, last = frames[0][0].number, frames[-1][-1].number
    span = f"bars {first} to {last}" if last > first else f"bar {first}"
    counts = Counter(join.kind for join in joined)
    lines = [f"{counts[kind]} {words}" for kind, words in JOIN_WORDS.items() if counts[kind]]
    spoken = f" Notes: {', '.join(lines)}." if lines else ""
    return f"Notation of {span}. {'; '.join(map(_staff_words, staves))}.{spoken}"


def _staff_words(staff: Staff) -> str:
    """Metre and notes of a staff, lengths in quarters; of a long one its beginning."""
    notes = list(staff.notes)
    letters = [
        " ".join("stroke" if head.shape else f"{LETTERS[head.step % 7]}{SIGNS[head.alter]}" for head in note.heads)
        for note in notes[:MOST_SPOKEN]
    ]
    spoken = [f"{names} {note.end - note.start}" for names, note in zip(letters, notes, strict=False)]
    rest = [f"and {len(notes) - MOST_SPOKEN} more"] if len(notes) > MOST_SPOKEN else []
    metres = " then ".join(dict.fromkeys(str(bar.meter) for frame in staff.frames for bar in frame))
    label = ", ".join(dict.fromkeys([metres, *(("lower staff",) if staff.labels == LOWER else staff.labels)]))
    return f"{label}: {', '.join(spoken + rest) or 'silent'}"
