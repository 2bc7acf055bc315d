"""A score as it is written."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from mi_theme.notated.staves import ScoreWord, Staff
from mi_theme.notated.written_values import NewBar
from mi_theme.score import Part

__all__ = ["NotatedScore", "ScoreWord", "TitleBlock", "WrittenKey", "WrittenPart"]


class TitleBlock(NamedTuple):
    """Title, who made it, and whose it is, as far as the score says so."""

    title: str = ""
    composer: str = ""
    rights: str = ""


UNTITLED = TitleBlock()


class WrittenKey(NamedTuple):
    """A key signature: sharps or, negative, flats; and ``major`` or ``minor``, or nothing where it was only estimated."""

    fifths: int = 0
    mode: str = ""


class WrittenPart(NamedTuple):
    """What one player reads: the part of the score, with its name, channel and program, and its staves from top to bottom."""

    part: Part
    staves: tuple[Staff, ...]


@dataclass(frozen=True, slots=True)
class NotatedScore:
    """A score as it is written, from which MEI and MusicXML are made.

    Attributes
    ----------
    bars
        Of all staves.
    parts
        In their order; frames of their staves are single bars.
    keys
        The key signatures with their places in quarters; none where none is said and none can be told.
    remarks
        In order.
    heading
        What the score says of itself.
    asides
        What else it says of itself, as it stands.
    """

    bars: tuple[NewBar, ...]
    parts: tuple[WrittenPart, ...]
    keys: tuple[tuple[Fraction, WrittenKey], ...] = ()
    remarks: tuple[ScoreWord, ...] = ()
    heading: TitleBlock = UNTITLED
    asides: tuple[str, ...] = ()

    @property
    def staves(self) -> tuple[Staff, ...]:
        """All staves, from top to bottom."""
        return tuple(staff for part in self.parts for staff in part.staves)
