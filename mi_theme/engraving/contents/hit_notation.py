"""A hit of a search as staves: the passage where it is, and rings around the notes of the theme."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from mi_theme.engraving.contents.passage_notation import shown_bars, staves_of_passage
from mi_theme.engraving.contents.version_notation import Join
from mi_theme.errors import ScoreError
from mi_theme.files import read
from mi_theme.files.disk import place_of
from mi_theme.notated.staves import Staff
from mi_theme.score import Bar, Score
from mi_theme.search import Hit

__all__ = ["score_of_hit", "staves_of_hit"]

FEW_PARTS = 4  # are all drawn; of more, those with notes of the theme
SAME_PLACE = Fraction(1, 4)  # of a quarter: how far writing may have moved a note
MOST_BARS = 16  # drawn of a long hit


def score_of_hit(hit: Hit) -> Score:
    """The score that a hit was found in, read again.

    Raises
    ------
    ScoreError
        Where it was no file.
    """
    if not hit.source or not place_of(Path(hit.source))[0].is_file():
        raise ScoreError(
            "this hit was found in a score that is no file: draw it with that score, notation(score, hit=hit)"
        )
    return read(hit.source)


def staves_of_hit(score: Score, hit: Hit, bars: tuple[int, int] | None) -> tuple[list[Staff], list[Join]]:
    """The bars of a hit, and a sign for each of its notes and of those that double them.

    Raises
    ------
    ScoreError
        Where the hit is not of this score, or there are no such bars.
    """
    table = score.note_table()
    if max(hit.every_note) >= len(table):
        raise ScoreError(f"this hit is not of this score: there is no note {max(hit.every_note)}")
    rows = table[hit.every_note]
    own = sorted(set(rows["part"].tolist()))
    passage = shown_bars(score, bars or _bars_of(score, hit))
    parts = sorted(_playing(score, passage)) if len(score.parts) <= FEW_PARTS else own
    staves = staves_of_passage(score, passage, parts or own)
    return staves, list(_rings({staff.part: staff for staff in staves}, rows, hit))


def _bars_of(score: Score, hit: Hit) -> tuple[int, int]:
    first = score.meters.at(hit.onset).number
    last = score.meters.at(max(hit.end - SAME_PLACE, hit.onset)).number
    return first, min(last, first + MOST_BARS - 1)


def _playing(score: Score, bars: Sequence[Bar]) -> set[int]:
    """The parts that have notes in these bars: those that have a staff."""
    notes = score.note_table()
    start, end = float(bars[0].start), float(bars[-1].end)
    return set(notes["part"][(notes["onset"] < end) & (notes["onset"] + notes["duration"] > start)].tolist())


def _rings(staves: dict[int, Staff], rows: Any, hit: Hit) -> Iterator[Join]:
    """A join with one end for each note of the hit that is drawn."""
    doubling = [-1] * (len(rows) - len(hit.matched))
    for row, number in zip(rows, [*hit.matched, *doubling], strict=True):
        onset, pitch = Fraction(float(row["onset"])), int(row["pitch"])
        notes = staves[int(row["part"])].notes if int(row["part"]) in staves else iter(())
        heads = (
            (abs(n.start - onset), n.head_id(i)) for n in notes for i, head in enumerate(n.heads) if head.midi == pitch
        )
        distance, name = min(heads, default=(SAME_PLACE + 1, ""))
        if distance <= SAME_PLACE:
            yield Join("changed" if number in hit.changed else "found", name, "")
