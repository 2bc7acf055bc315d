"""What music21 parts say beside their notes: name, instrument, key, tempo, voices, exact times."""

from __future__ import annotations

import warnings
from fractions import Fraction
from functools import lru_cache
from typing import Any

from mi_theme.files.disk import FileWarning
from mi_theme.files.musicxml.counting import FASTEST, SLOWEST

__all__ = ["exact", "key_of", "named_voices", "part_name", "program_of", "tempos_of"]

MOST_PARTS = 10080  # parts of a quarter
PLAIN_PARTS = 64  # parts of a quarter that notes without tuplets fall on
TUPLET_PARTS = (24, 20, 28)  # parts of a quarter that tuplets fall on
LONGEST_NUMBER = 3  # digits of the number of a voice; a longer one is a place in memory
MOST_ROUNDED = Fraction(1, 256)  # by no more than this where a program counts 256 in a quarter


@lru_cache(maxsize=2**16)
def exact(value: Any) -> Fraction:
    """music21's offsets and lengths as exact fractions; a third that was rounded to 85/256 is a third."""
    found = Fraction(value).limit_denominator(MOST_PARTS)
    parts = found.denominator
    if parts <= PLAIN_PARTS or parts & (parts - 1):
        return found
    meant = (Fraction(round(found * grid), grid) for grid in TUPLET_PARTS)
    return next((near for near in meant if abs(near - found) <= MOST_ROUNDED), found)


def named_voices(measure: Any) -> list[tuple[Any, str]]:
    """The voices of a measure with their numbers; counted where music21 made up names, new ones in every run."""
    voices = list(measure.getElementsByClass("Voice"))
    names = [str(voice.id) for voice in voices]
    numbered = all(name.isdecimal() and len(name) <= LONGEST_NUMBER for name in names)
    return list(zip(voices, names if numbered else map(str, range(1, len(voices) + 1)), strict=True))


def part_name(part: Any, index: int) -> str:
    """Its name, or else its number, counted from 1."""
    name = getattr(part, "partName", None) or getattr(part, "id", "")
    return str(name) if name and not str(name).isdigit() else f"Part {index + 1}"


def tempos_of(stream: Any) -> list[tuple[Fraction, float]]:
    """(position, quarters a minute) of the metronome marks; the first holds from the beginning."""
    marks = stream.flatten().getElementsByClass("MetronomeMark")
    said = [(exact(mark.offset), float(speed)) for mark in marks if (speed := mark.getQuarterBPM())]
    if any(not SLOWEST <= speed <= FASTEST for _, speed in said):
        words = f"tempos below {SLOWEST} or above {FASTEST} quarters a minute are taken as that"
        warnings.warn(words, FileWarning, stacklevel=4)
    said = [(max(at, Fraction(0)), min(max(speed, SLOWEST), FASTEST)) for at, speed in said]
    (_, first), *later = sorted(dict(reversed(said)).items()) or [(Fraction(0), 120.0)]
    return [(Fraction(0), first), *later]


def key_of(part: Any) -> list[tuple[int, bool]]:
    """(fifths, is minor) of the first key signature, if there is one."""
    found = part.flatten().getElementsByClass("KeySignature")
    return [(max(min(int(found[0].sharps), 7), -7), getattr(found[0], "mode", "major") == "minor")] if found else []


def program_of(part: Any) -> list[int]:
    """The instrument that the part begins with, counted from 1, where it is one of General MIDI."""
    found = (instrument.midiProgram for instrument in part.flatten().getElementsByClass("Instrument"))
    return [number + 1 for number in found if number is not None and 0 <= number < 128][:1]
