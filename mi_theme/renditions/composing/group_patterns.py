"""Rhythms written by group, as notes of a bar.

A pattern says what happens in a group of three eighths and in one of two, so that
one row of a table plays in every metre: see `Cell`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from mi_theme.renditions.arrangement.manners import Cell
from mi_theme.renditions.composing.slots import EIGHTH, GroupSpan, PlannedBar, divided

__all__ = ["PatternNote", "carries_backbeat", "groups_of", "pattern_for", "sounded", "spans_by"]


class PatternNote(NamedTuple):
    """A note of a pattern: where and how long in ticks, and its sign."""

    start: int
    length: int
    sign: str

    @property
    def end(self) -> int:
        """Where it ends."""
        return self.start + self.length


def groups_of(bar: PlannedBar) -> list[GroupSpan]:
    """The bar's groups by the figure, in twos and threes of eighths, as absolute ticks."""
    return [GroupSpan(bar.start + start, length) for start, length in divided(bar.figure)]


def spans_by(bar: PlannedBar, follows: str) -> list[GroupSpan]:
    """The bar's groups by the figure or by the metre, as absolute ticks."""
    spans = divided(bar.figure if follows == "figure" else bar.groups)
    return [GroupSpan(bar.start + start, length) for start, length in spans]


def pattern_for(text: str, index: int, count: int) -> str:
    """The pattern of a group: one for all, two for downbeat and backbeat, four for quarters of the bar."""
    patterns = text.split("/")
    if len(patterns) == 4:
        return patterns[4 * index // count]
    return patterns[-1] if carries_backbeat(index, count) else patterns[0]


def carries_backbeat(index: int, count: int) -> bool:
    """Every second group, and the last of an odd number."""
    return index % 2 == 1 or (count % 2 == 1 and index == count - 1 and count > 1)


def sounded(cell: Cell, groups: Sequence[GroupSpan]) -> list[PatternNote]:
    """The notes of one bar; one that is held on from the bar before has the sign ``-``."""
    notes: list[PatternNote] = []
    for start, length, sign in _places(cell, groups):
        if sign == "-" and notes and notes[-1].end == start:
            notes[-1] = notes[-1]._replace(length=notes[-1].length + length)
        elif sign != "." and (sign != "-" or not notes):
            notes.append(PatternNote(start, length, sign))
    return notes


def _places(cell: Cell, groups: Sequence[GroupSpan]) -> Iterator[PatternNote]:
    for index, group in enumerate(groups):
        long = group.length > 2 * EIGHTH
        pattern = pattern_for(cell.three if long else cell.two, index, len(groups))
        unit = (3 if long else 2) * EIGHTH // len(pattern)
        for place, sign in enumerate(pattern):
            if place * unit < group.length:
                last = place == len(pattern) - 1
                yield PatternNote(
                    group.start + place * unit,
                    group.length - place * unit if last else min(unit, group.length - place * unit),
                    sign,
                )
