"""Written values: what one symbol can say, where a note must be cut so that the metre is seen, where beams break."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from math import lcm

from mi_theme.meter import Meter

__all__ = ["SIMPLE", "NewBar", "beam_group", "is_plain", "pieces", "rests", "tuplet_ratio", "writable"]

SIMPLE = frozenset(Fraction(4, 2**k) * dots for k in range(9) for dots in (Fraction(1), Fraction(3, 2)))
HALF_BEATS = Fraction(1, 2)
_SYMBOLS = sorted(SIMPLE, reverse=True)  # values from a dotted whole note to a 256th


@dataclass(frozen=True)
class NewBar:
    """A measure to be: where it starts and ends in quarters, its number, metre, whether to print the signature, and how far in a bar it begins: it goes on with one that a repeat sign divides."""

    start: Fraction
    end: Fraction
    number: int
    meter: Meter
    signed: bool = False
    inside: Fraction = Fraction(0)

    @property
    def shift(self) -> Fraction:
        """Where it begins in its metre: a pick-up ends it."""
        return self.meter.bar - (self.end - self.start) if self.number == 0 and not self.inside else self.inside


@lru_cache(maxsize=2**14)
def pieces(start: Fraction, end: Fraction, meter: Meter) -> tuple[tuple[Fraction, Fraction], ...]:
    """How a note of one bar is written: spans joined by ties.

    Parameters
    ----------
    start, end
        Quarters from the bar line.
    """
    spans = [(start, end)]
    for cut in _seams(meter):
        spans = [piece for span in spans for piece in _cut(span, cut, meter)]
    return tuple(piece for span in spans for piece in _simple(span, meter))


@lru_cache(maxsize=256)
def _seams(meter: Meter) -> tuple[Fraction, ...]:
    """Places that must be seen, strongest first: the middle of 4/4, group starts elsewhere."""
    beats = [beat * meter.pulse for beat in meter.beats[1:]]
    middle = meter.bar / 2
    return tuple(sorted(beats, key=lambda at: at != middle)) if len(meter.beats) % 2 == 0 else tuple(beats)


def _cut(span: tuple[Fraction, Fraction], at: Fraction, meter: Meter) -> list[tuple[Fraction, Fraction]]:
    start, end = span
    if not start < at < end or not _hides(span, at, meter):
        return [span]
    return [(start, at), (at, end)]


def _hides(span: tuple[Fraction, Fraction], at: Fraction, meter: Meter) -> bool:
    """Whether a note over this place would hide the metre."""
    start, end = span
    if start == 0 and (end == meter.bar or end - start in SIMPLE) and _is_beat(end, meter):
        return False
    if meter.is_additive or meter.is_compound:
        return not (_is_beat(start, meter) and _is_beat(end, meter) and end - start in SIMPLE)
    if len(meter.beats) % 2 == 0 and at == meter.bar / 2 and len(meter.beats) > 2:
        return True
    beat = meter.bar / len(meter.beats)
    return (
        (start / HALF_BEATS).denominator != 1
        or (end - start not in SIMPLE)
        or (not _is_beat(start, meter) and end - start > beat)
    )


def _is_beat(at: Fraction, meter: Meter) -> bool:
    return at == meter.bar or at / meter.pulse in meter.beats


def _simple(span: tuple[Fraction, Fraction], meter: Meter) -> Iterator[tuple[Fraction, Fraction]]:
    """Spans that one symbol can write; tuplets are left to the engraver."""
    start, end = span
    length = end - start
    if length in SIMPLE or length < min(SIMPLE) or length.denominator & (length.denominator - 1):
        yield span
        return
    beats = [beat * meter.pulse for beat in meter.beats if start < beat * meter.pulse < end]
    if beats and (start / meter.pulse not in meter.beats or beats[-1] - start not in SIMPLE):
        cut = beats[0]
    else:
        cut = start + max(value for value in SIMPLE if value < length)
    yield from _simple((start, cut), meter)
    yield from _simple((cut, end), meter)


def rests(start: Fraction, end: Fraction, meter: Meter) -> list[tuple[Fraction, Fraction]]:
    """How a silence in one bar is written: beat by beat, dotted only where it fills a beat of three.

    Parameters
    ----------
    start, end
        Quarters from the bar line.
    """
    cuts = [at for at in _drawn_groups(meter) if start < at < end and not _inside_half(at, start, end, meter)]
    return [rest for a, b in pairwise([start, *cuts, end]) for rest in _silence(a, b, meter)]


def _inside_half(at: Fraction, start: Fraction, end: Fraction, meter: Meter) -> bool:
    """Whether a place is in the middle of a silent half of a bar of four equal beats."""
    beat = meter.bar / 4
    return (
        len(meter.beats) == 4
        and not meter.is_additive
        and (at / beat) % 2 == 1
        and start <= at - beat
        and at + beat <= end
    )


def _silence(start: Fraction, end: Fraction, meter: Meter) -> Iterator[tuple[Fraction, Fraction]]:
    """A silence inside one beat: each rest the longest that begins on a multiple of itself."""
    beat = max(at for at in _drawn_groups(meter) if at <= start)
    whole = start == beat and end in (*_drawn_groups(meter), meter.bar) and end - start in SIMPLE
    while start < end:
        odd = lcm(*(_odd_part((at - beat).denominator) for at in (start, end)))
        fits = (Fraction(4, 2**k * odd) for k in range(9))
        fitting = (value for value in fits if value <= end - start and ((start - beat) / value).denominator == 1)
        length = end - start if whole else next(fitting, end - start)
        yield start, start + length
        start += length


def _odd_part(number: int) -> int:
    return number // (number & -number)


@lru_cache(maxsize=256)
def _drawn_groups(meter: Meter) -> tuple[Fraction, ...]:
    """Where beams and rests break: at the groups; in a bare odd metre in eighths at twos, the last three."""
    if meter.is_open and meter.denominator >= 8:
        pulses = meter.pulses
        return tuple(at * meter.pulse for at in range(0, pulses - 2, 2)) or (Fraction(0),)
    return tuple(beat * meter.pulse for beat in meter.beats)


def beam_group(at: Fraction, meter: Meter) -> int:
    """The number of the group that notes at this place of the bar are beamed in."""
    return bisect_right(_drawn_groups(meter), at) - 1


@lru_cache(maxsize=2**14)
def tuplet_ratio(*places: Fraction) -> Fraction:
    """What a written value is multiplied with between these places: 1, or 2/3 in a triplet."""
    odd = lcm(*(_odd_part(place.denominator) for place in places))
    return Fraction(1 << (odd.bit_length() - 1), odd)


def is_plain(place: Fraction) -> bool:
    """Whether a place is outside every tuplet."""
    return place.denominator & (place.denominator - 1) == 0


@lru_cache(maxsize=2**14)
def writable(start: Fraction, end: Fraction, ratio: Fraction) -> tuple[tuple[Fraction, Fraction], ...]:
    """A span in pieces that are one symbol each in a tuplet of this ratio."""
    found = []
    while start < end:
        length = next((value * ratio for value in _SYMBOLS if value * ratio <= end - start), end - start)
        found.append((start, start + length))
        start += length
    return tuple(found)
