"""Lengths as symbols: types of notes with dots and tuplets, beams, accidentals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import lru_cache
from math import lcm
from typing import NamedTuple

from mi_theme.files.notation.barring import SIMPLE

__all__ = ["Symbol", "beams_of", "signed_letters", "symbol_of", "tuplet_ratio", "writable"]

VALUES = sorted(SIMPLE, reverse=True)  # written values in quarters
TYPES = ("whole", "half", "quarter", "eighth", "16th", "32nd", "64th", "128th", "256th")
DOTTED = Fraction(3, 2)


class Symbol(NamedTuple):
    """A written value: the type of the note, its dots, and how many sound in the time of how many."""

    type: str
    dots: int = 0
    actual: int = 1
    normal: int = 1

    @property
    def flags(self) -> int:
        """Flags or beams of a note of this type."""
        return max(TYPES.index(self.type) - TYPES.index("quarter"), 0)


def tuplet_ratio(*places: Fraction) -> Fraction:
    """What a written value is multiplied with between these places: 1, or 2/3 in a triplet."""
    odd = lcm(*(place.denominator // (place.denominator & -place.denominator) for place in places))
    return Fraction(1 << (odd.bit_length() - 1), odd)


@lru_cache(maxsize=2**14)
def writable(start: Fraction, end: Fraction) -> tuple[tuple[Fraction, Fraction], ...]:
    """A span of one bar in pieces that are one symbol each, also inside a tuplet."""
    ratio, found = tuplet_ratio(start, end), []
    while start < end:
        length = next((value * ratio for value in VALUES if value * ratio <= end - start), end - start)
        found.append((start, start + length))
        start += length
    return tuple(found)


@lru_cache(maxsize=2**12)
def symbol_of(length: Fraction) -> Symbol | None:
    """The symbol that is so many quarters long; None where no one is."""
    ratio = tuplet_ratio(length)
    written = length / ratio
    for dots, value in enumerate((written, written / DOTTED)):
        power = Fraction(4) / value
        if (
            value <= 4
            and power.denominator == 1
            and power.numerator.bit_count() == 1
            and power.numerator < 2 ** len(TYPES)
        ):
            return Symbol(TYPES[power.numerator.bit_length() - 1], dots, ratio.denominator, ratio.numerator)
    return None


def beams_of(flags: Sequence[int]) -> Iterator[list[str]]:
    """The beams of each note of one group, outermost first, as MusicXML calls them: each from its first to its last neighbour."""
    for place, count in enumerate(flags):
        words = []
        for level in range(1, count + 1):
            left, right = place > 0 and flags[place - 1] >= level, place + 1 < len(flags) and flags[place + 1] >= level
            if left or right:
                words.append("continue" if left and right else "end" if left else "begin")
            else:
                words.append("forward hook" if place == 0 else "backward hook")
        yield words


def signed_letters(fifths: int) -> dict[int, int]:
    """What a key signature does to each letter, 0 for C to 6 for B."""
    order = (3, 0, 4, 1, 5, 2, 6)  # F C G D A E B
    return (
        dict.fromkeys(order[:fifths], 1) if fifths > 0 else dict.fromkeys(order[::-1][:-fifths], -1) if fifths else {}
    )
