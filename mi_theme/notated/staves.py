"""What is written on a staff: bars side by side with those of other staves, notes with their spelling."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

from mi_theme.meter import Meter
from mi_theme.notated.written_values import NewBar
from mi_theme.pitch import MAJOR
from mi_theme.score.asides import Aside
from mi_theme.score.marks import Mark

__all__ = [
    "LOWER",
    "Frames",
    "Head",
    "ScoreWord",
    "Staff",
    "StaffMark",
    "StaffNote",
    "clef_of",
    "frames_of",
    "key_alterations",
]

CLEFS = {  # shape, line, octave: the lowest and highest step without ledger lines
    "treble": ("G", 2, 0, 30, 38),
    "bass": ("F", 4, 0, 18, 26),
    "bass, an octave lower": ("F", 4, -1, 11, 19),
    "treble, an octave higher": ("G", 2, 1, 37, 45),
}
# clefs of voices and instruments that have their own
OF_NAMES = {
    **{"viola": ("C", 3, 0), "flute": ("G", 2, 0), "violin": ("G", 2, 0)},
    **dict.fromkeys(("tenor", "guitar", "acoustic guitar"), ("G", 2, -1)),
}
ODD_CLEF = 3  # ledger lines' worth of steps by which a clef with an 8 must be better


LOWER = ("",)  # the labels of a staff that belongs to the player of the one above it
Frames = tuple[tuple[NewBar, ...], ...]


class Head(NamedTuple):
    """A note head: diatonic step (28 for middle C), sharps or, negative, flats; a drum's shape and MIDI key; how loud, 0 for unsaid; what else is written beside it."""

    step: int
    alter: int = 0
    shape: str = ""
    key: int = -1
    velocity: int = 0
    asides: tuple[str, ...] = ()

    @property
    def midi(self) -> int:
        """The MIDI number."""
        return 12 * (self.step // 7 + 1) + MAJOR[self.step % 7] + self.alter if self.key < 0 else self.key


class StaffNote(NamedTuple):
    """A note or chord.

    Attributes
    ----------
    start, end
        Quarters from the beginning of its staff.
    heads
        From low to high.
    id
        Its name in the picture.
    marks
        How it is played: ``staccato``, ``fermata``, ``trill-mark``, by the names of `Mark`.
    graces
        Grace notes before it, in their order.
    lyrics
        What is sung on it, verse by verse.
    tails
        Grace notes behind it that lead to no other.
    """

    start: Fraction
    end: Fraction
    heads: tuple[Head, ...]
    id: str
    marks: tuple[Mark, ...] = ()
    graces: tuple[Head, ...] = ()
    lyrics: tuple[str, ...] = ()
    tails: tuple[Head, ...] = ()

    def head_id(self, index: int) -> str:
        """The name of one of its heads: its own, or that of a member of the chord."""
        return self.id if len(self.heads) == 1 else f"{self.id}h{index}"


class StaffMark(NamedTuple):
    """What stands beside the notes of a staff: a dynamic at a place, a hairpin from place to place, a slur from note to note.

    Attributes
    ----------
    name
        Such as ``mf``, ``crescendo``, ``slur``, as `Mark` has it.
    start, end
        Quarters; the same where it is of one place.
    first, last
        Names of the notes that it begins and ends at, of a slur.
    """

    name: str
    start: Fraction
    end: Fraction
    first: str = ""
    last: str = ""


class ScoreWord(NamedTuple):
    """What is said for all staves at a place.

    Attributes
    ----------
    at
        Quarters from the beginning.
    kind
        ``tempo`` in quarters a minute, ``pace`` for one that is played and not printed,
        ``chord`` for a symbol, ``words``, or a ``rehearsal`` mark.
    said
        What it says.
    """

    at: Fraction
    kind: str
    said: str | float


@dataclass(frozen=True, slots=True)
class Staff:
    """One staff.

    Attributes
    ----------
    frames
        Groups of bars: the first bars of all staves begin together, whatever
        their lengths, and so on.
    voices
        Lines of notes; in one voice nothing overlaps.
    fifths
        Key signature: sharps or, negative, flats.
    labels
        What stands before the staff, line by line.
    percussion
        Whether heads are drums.
    blank
        Whether nothing is written after the signature, to be filled in by hand.
    asides
        What else is written: quarters, and what the score says there.
    marks
        Dynamics, hairpins and slurs, by where they begin.
    part
        The number of its part in the score; -1 for none. Staves side by side of one part are of one instrument.
    keys
        Later key signatures, each with its place, that of a bar line.
    words
        What is said over it: chord symbols, words and rehearsal marks are drawn.
    """

    frames: Frames
    voices: tuple[tuple[StaffNote, ...], ...]
    fifths: int = 0
    labels: tuple[str, ...] = ()
    percussion: bool = False
    blank: bool = False
    asides: tuple[tuple[Fraction, Aside], ...] = ()
    marks: tuple[StaffMark, ...] = ()
    part: int = -1
    words: tuple[ScoreWord, ...] = ()
    keys: tuple[tuple[Fraction, int], ...] = ()

    def fifths_at(self, place: Fraction) -> int:
        """The key signature that holds at a place in quarters."""
        return next((fifths for at, fifths in reversed(self.keys) if at <= place), self.fifths)

    @property
    def notes(self) -> Iterator[StaffNote]:
        """The notes of all voices."""
        return (note for voice in self.voices for note in voice)


def clef_of(staff: Staff) -> tuple[str, int, int]:
    """Shape, line and octave of the clef: that of the instrument, or the one with the fewest ledger lines."""
    own = [clef for name, clef in OF_NAMES.items() if any(label.casefold() == name for label in staff.labels)]
    if own:
        return own[0]
    steps = Counter([head.step for note in staff.notes for head in note.heads])

    def outside(name: str) -> tuple[int, bool]:
        *_, octave, low, high = CLEFS[name]
        beyond = sum(max(low - step, step - high, 0) * count for step, count in steps.items())
        return beyond + ODD_CLEF * steps.total() * bool(octave), name != "treble"

    return CLEFS[min(CLEFS, key=outside)][:3]


def key_alterations(fifths: int) -> dict[int, int]:
    """What a key signature does to each letter, 0 for C to 6 for B."""
    order = (3, 0, 4, 1, 5, 2, 6)  # F C G D A E B
    return dict.fromkeys(order[:fifths], 1) if fifths > 0 else dict.fromkeys(order[::-1][:-fifths], -1)


def frames_of(starts: Sequence[Fraction], meter: Meter, per_frame: int, first: int = 1) -> Frames:
    """Bars of one metre between these bar lines, so many to a frame, numbered from `first`."""
    bars = [NewBar(start, end, first + i, meter, i == 0) for i, (start, end) in enumerate(pairwise(starts))]
    return tuple(tuple(bars[i : i + per_frame]) for i in range(0, len(bars), per_frame))
