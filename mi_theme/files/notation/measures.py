"""Measures of all parts brought in line, where one part's are fuller than those of the others."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from typing import Any

__all__ = ["bring_in_line"]


def bring_in_line(stream: Any) -> None:
    """Let the measures of all parts begin together.

    A rest too many in one part moves all that follows in that part: music21 puts
    each measure after what it has read. A measure lasts as long as in most parts,
    or longer if notes need it; rests beyond that are left out.
    """
    parts = [list(part.getElementsByClass("Measure")) for part in getattr(stream, "parts", ())]
    if len(parts) < 2 or len({len(measures) for measures in parts}) > 1:
        return
    offsets = [[Fraction(measure.offset) for measure in measures] for measures in parts]
    if all(row == offsets[0] for row in offsets):
        return
    at = Fraction(0)
    for index, measures in enumerate(zip(*parts, strict=True)):
        for part, measure in zip(stream.parts, measures, strict=True):
            part.setElementOffset(measure, at)
        if index + 1 < len(offsets[0]):
            lengths = Counter(row[index + 1] - row[index] for row in offsets)
            length = max(min(lengths, key=lambda value: (-lengths[value], value)), *map(_notes_end, measures))
            for measure in measures:
                _leave_out_rests(measure, length)
            at += length


def _notes_end(measure: Any) -> Fraction:
    """Where the last note of a measure ends."""
    ends = (note.getOffsetInHierarchy(measure) + note.quarterLength for note in measure.recurse().notes)
    return Fraction(max(ends, default=0))


def _leave_out_rests(measure: Any, length: Fraction) -> None:
    for rest in list(measure.recurse().getElementsByClass("Rest")):
        if rest.getOffsetInHierarchy(measure) >= length:
            rest.activeSite.remove(rest)
