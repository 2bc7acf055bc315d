"""Typed music: notes in bars as they are written, with what is said beside them."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple

from mi_theme.meter import Meter

__all__ = ["TypedBar", "TypedKey", "TypedNote", "TypedPart", "TypedPitch", "TypedRemark", "TypedScore"]


@dataclass(slots=True)
class TypedPitch:
    """A letter, its octave and alteration in semitones; a length of its own where its chord ends otherwise; ties from and to it."""

    letter: str
    octave: int
    alter: Fraction = Fraction(0)
    lasts: Fraction | None = None
    ties: tuple[str, ...] = ()


@dataclass(slots=True)
class TypedNote:
    """A note, a chord or, without pitches, a rest.

    Attributes
    ----------
    lasts
        In quarters; 0 for a grace note.
    pitches
        From the first that is typed.
    grace
        ``plain`` or ``slash`` for a grace note.
    hidden
        Whether a rest is not seen.
    whole_bar
        Whether a rest is as long as its bar, however long that is.
    signs
        What MusicXML calls them, such as ``articulations/staccato`` or ``slur/start/1``.
    lyrics
        By verse: the syllable, and how it stands in its word.
    """

    lasts: Fraction
    pitches: list[TypedPitch] = field(default_factory=list)
    grace: str = ""
    hidden: bool = False
    whole_bar: bool = False
    signs: list[str] = field(default_factory=list)
    lyrics: dict[int, tuple[str, str]] = field(default_factory=dict)


class TypedKey(NamedTuple):
    """A key signature: fifths and mode where it is one of the usual ones, and else the alteration of each letter that has one."""

    fifths: int | None
    mode: str = ""
    alters: tuple[tuple[str, Fraction], ...] = ()


class TypedRemark(NamedTuple):
    """Something said where it stands: `kind` as in `to_musicxml.WRITERS`, and what."""

    kind: str
    said: object


@dataclass(slots=True)
class TypedBar:
    """A bar: its metre, its voices by number, each in order; what its bar lines say; whether it begins a new metre that is to be seen."""

    meter: Meter | None = None
    voices: dict[int, list[TypedNote | TypedRemark]] = field(default_factory=dict)
    left: str = ""  # "forward"
    right: str = ""  # "backward", or the style of the bar line
    ending: str = ""  # numbers of the ending that begins here
    ending_stops: bool = False

    @property
    def length(self) -> Fraction:
        """Quarters to the end of the longest voice; rests for the whole bar aside."""
        return max((_end(voice) for voice in self.voices.values()), default=Fraction(0))

    @property
    def is_empty(self) -> bool:
        """Whether there is neither note nor rest."""
        return not any(isinstance(item, TypedNote) for voice in self.voices.values() for item in voice)


def _end(voice: list[TypedNote | TypedRemark]) -> Fraction:
    return sum((item.lasts for item in voice if isinstance(item, TypedNote)), Fraction(0))


@dataclass(slots=True)
class TypedPart:
    """A part: its name, program from 0, whether its letters name drums or places of a drum staff, semitones to what sounds."""

    name: str = ""
    program: int | None = None
    on_drum_channel: bool = False
    unpitched: bool = False
    transpose: int = 0
    diatonic: int | None = None
    bars: list[TypedBar] = field(default_factory=list)


@dataclass(slots=True)
class TypedScore:
    """Music as it was typed: headings, parts, and what had to be put right or left out."""

    title: str = ""
    composer: str = ""
    rights: str = ""
    parts: list[TypedPart] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
