"""What is written on a staff: bars side by side with those of other staves, notes with their spelling."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import lcm
from typing import NamedTuple

from mi_theme.files.notation.barring import SIMPLE, NewBar, pieces, rests
from mi_theme.meter import Meter
from mi_theme.pitch import MAJOR

__all__ = [
    "Frames",
    "Head",
    "Item",
    "Staff",
    "StaffNote",
    "clef_of",
    "frames_of",
    "items_of",
    "key_alterations",
    "tuplet_ratio",
]

CLEFS = {  # shape, line, octave: the lowest and highest step without ledger lines
    "treble": ("G", 2, 0, 30, 38),
    "bass": ("F", 4, 0, 18, 26),
    "bass, an octave lower": ("F", 4, -1, 11, 19),
    "treble, an octave higher": ("G", 2, 1, 37, 45),
}
SYMBOLS = sorted(SIMPLE, reverse=True)  # written values in quarters
OF_NAMES = {"viola": ("C", 3, 0), "tenor": ("G", 2, -1)}  # clefs of voices and instruments that have their own
ODD_CLEF = 3  # ledger lines' worth of steps by which a clef with an 8 must be better


Frames = tuple[tuple[NewBar, ...], ...]


class Head(NamedTuple):
    """A note head: diatonic step (28 for middle C), sharps or, negative, flats; a drum's shape."""

    step: int
    alter: int = 0
    shape: str = ""

    @property
    def midi(self) -> int:
        """The MIDI number."""
        return 12 * (self.step // 7 + 1) + MAJOR[self.step % 7] + self.alter


class StaffNote(NamedTuple):
    """A note or chord: where it begins and ends, in quarters from the beginning of its staff, and its name in the picture."""

    start: Fraction
    end: Fraction
    heads: tuple[Head, ...]
    id: str

    def head_id(self, index: int) -> str:
        """The name of one of its heads: its own, or that of a member of the chord."""
        return self.id if len(self.heads) == 1 else f"{self.id}h{index}"


class Item(NamedTuple):
    """A symbol in a bar: a note, a chord, a piece of one, or a rest (no heads); quarters from the bar line."""

    start: Fraction
    end: Fraction
    heads: tuple[Head, ...] = ()
    id: str = ""
    tie: str = ""  # i begins, m goes on, t ends


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
    """

    frames: Frames
    voices: tuple[tuple[StaffNote, ...], ...]
    fifths: int = 0
    labels: tuple[str, ...] = ()
    percussion: bool = False
    blank: bool = False

    @property
    def notes(self) -> Iterator[StaffNote]:
        """The notes of all voices."""
        return (note for voice in self.voices for note in voice)


def clef_of(staff: Staff) -> tuple[str, int, int]:
    """Shape, line and octave of the clef: that of the instrument, or the one with the fewest ledger lines."""
    own = [clef for name, clef in OF_NAMES.items() if any(label.casefold() == name for label in staff.labels)]
    if own:
        return own[0]
    steps = [head.step for note in staff.notes for head in note.heads]

    def outside(name: str) -> tuple[int, bool]:
        *_, octave, low, high = CLEFS[name]
        beyond = sum(max(low - step, step - high, 0) for step in steps)
        return beyond + ODD_CLEF * len(steps) * bool(octave), name != "treble"

    return CLEFS[min(CLEFS, key=outside)][:3]


def key_alterations(fifths: int) -> dict[int, int]:
    """What a key signature does to each letter, 0 for C to 6 for B."""
    order = (3, 0, 4, 1, 5, 2, 6)  # F C G D A E B
    return dict.fromkeys(order[:fifths], 1) if fifths > 0 else dict.fromkeys(order[::-1][:-fifths], -1)


def items_of(staff: Staff, bar: NewBar, voice: int) -> list[Item]:
    """What one voice has in a bar, from bar line to bar line; nothing where it is silent and not the first."""
    shift = bar.meter.bar - (bar.end - bar.start) if bar.number == 0 else Fraction(0)  # a pick-up ends the bar
    sounding = [item for note in staff.voices[voice] for item in _in_bar(note, bar, shift)] if staff.voices else []
    if not sounding and voice:
        return []
    return list(_with_rests(sounding, shift, bar.end - bar.start + shift, bar.meter))


def _in_bar(note: StaffNote, bar: NewBar, shift: Fraction) -> Iterator[Item]:
    """The tied pieces of a note that fall in a bar."""
    start, end = max(note.start, bar.start), min(note.end, bar.end)
    if start >= end:
        return
    spans = list(pieces(start - bar.start + shift, end - bar.start + shift, bar.meter))
    spans = [piece for span in spans for piece in _writable(*span)]
    for number, (a, b) in enumerate(spans):
        first, last = number == 0 and start == note.start, number == len(spans) - 1 and end == note.end
        tie = ("" if last else "i") if first else ("t" if last else "m")
        yield Item(a, b, note.heads, note.id if first else f"{note.id}.{bar.number}.{number}", tie)


def _writable(start: Fraction, end: Fraction) -> Iterator[tuple[Fraction, Fraction]]:
    """A span in pieces that are one symbol each, also inside a tuplet."""
    ratio = tuplet_ratio(start, end)
    while start < end:
        length = next((value * ratio for value in SYMBOLS if value * ratio <= end - start), end - start)
        yield start, start + length
        start += length


def tuplet_ratio(*places: Fraction) -> Fraction:
    """What a written value is multiplied with between these places: 1, or 2/3 in a triplet."""
    odd = lcm(*(place.denominator // (place.denominator & -place.denominator) for place in places))
    return Fraction(1 << (odd.bit_length() - 1), odd)


def _with_rests(sounding: Sequence[Item], start: Fraction, end: Fraction, meter: Meter) -> Iterator[Item]:
    """A bar without gaps."""
    ends = [start, *(item.end for item in sounding)]
    starts = [*(item.start for item in sounding), end]
    for index, (before, after) in enumerate(zip(ends, starts, strict=True)):
        if before < after:
            yield from (Item(a, b) for a, b in rests(before, after, meter))
        yield from sounding[index : index + 1]


def frames_of(starts: Sequence[Fraction], meter: Meter, per_frame: int, first: int = 1) -> Frames:
    """Bars of one metre between these bar lines, so many to a frame, numbered from `first`."""
    bars = [NewBar(start, end, first + i, meter, i == 0) for i, (start, end) in enumerate(pairwise(starts))]
    return tuple(tuple(bars[i : i + per_frame]) for i in range(0, len(bars), per_frame))
