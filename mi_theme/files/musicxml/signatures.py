"""Time and key signatures and transpositions of MusicXML."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from typing import Any, NamedTuple

from mi_theme.errors import TextError
from mi_theme.files.musicxml.counting import number_of
from mi_theme.meter import Meter
from mi_theme.pitch import LETTERS, MAJOR

__all__ = ["Shift", "key_of", "meter_of", "pitch_of", "shift_of"]

STEPS = {letter: (step, semitone) for step, (letter, semitone) in enumerate(zip(LETTERS, MAJOR, strict=True))}
GENERIC = (0, 1, 1, 2, 2, 3, 3, 4, 5, 5, 6, 6)  # diatonic steps of 0 to 11 semitones, where a file does not say
SHARPS = "FCGDAEB"  # in the order in which they come
MOST_BEATS = 255  # that a metre may have, and no sum of a file is worked out beyond them
HIGHEST = 127  # key of MIDI
MINOR = ("minor", "aeolian")


class Shift(NamedTuple):
    """Semitones and diatonic steps from what is written to what sounds."""

    semitones: int = 0
    steps: int = 0

    @property
    def fifths(self) -> int:
        """Sharps that the key gains: seven for a semitone up, twelve fewer for a step."""
        return 7 * self.semitones - 12 * self.steps


def meter_of(time: Any) -> Meter | None:
    """The metre of a `<time>`, with the groups that it writes: ``3+2`` eighths, ``3/8`` and ``2/4``, or beside it in brackets; None for senza misura.

    Raises
    ------
    ValueError
        Where it makes no metre.
    """
    if time.find("senza-misura") is not None:
        return None
    terms = _terms(time)
    if not terms:
        return None
    try:
        meter = _meter(terms)
        other = time.find("interchangeable")
        grouped = _meter(_terms(other)) if other is not None and _terms(other) else meter
    except TextError as error:
        raise ValueError(f"a time signature: {error}") from None
    if (
        grouped.grouping
        and grouped.bar == meter.bar
        and grouped.denominator >= meter.denominator
        and not meter.grouping
    ):
        return meter.grouped(grouped.grouping)
    return meter


def _terms(time: Any) -> tuple[str, ...]:
    return tuple([(child.text or "").strip() for child in time.iterchildren("beats", "beat-type")])


@lru_cache(maxsize=256)
def _meter(terms: tuple[str, ...]) -> Meter:
    units = [int(unit) for unit in terms[1::2]]
    beats = [[int(count) for count in said.split("+")] for said in terms[::2]]
    finest = max(units)
    if min(units) < 1 or max(map(max, beats)) > MOST_BEATS or len(units) != len(beats):
        raise ValueError("no metre")
    groups = [Fraction(count * finest, unit) for counts, unit in zip(beats, units, strict=True) for count in counts]
    if any(group.denominator > 1 for group in groups):
        raise ValueError("no metre")
    counts = [int(group) for group in groups]
    return Meter.of(sum(counts), finest, counts if len(counts) > 1 else None)


def key_of(key: Any, shift: Shift) -> tuple[int, bool] | None:
    """(fifths, is minor) of a `<key>` as it sounds; None where it is none of the twelve of each mode.

    A key of single steps is such a key where it has the sharps or flats of one.
    """
    said = key.findtext("fifths")
    if said is None:
        steps = [(step.text or "").strip() for step in key.iterchildren("key-step")]
        alters = {number_of(alter.text) for alter in key.iterchildren("key-alter")}
        sharps, flats = set(SHARPS[: len(steps)]), set(SHARPS[::-1][: len(steps)])
        if not steps or alters not in ({1.0}, {-1.0}) or {*steps} != (sharps if alters == {1.0} else flats):
            return None
        said = str(len(steps) if alters == {1.0} else -len(steps))
    fifths = int(float(said)) + shift.fifths
    while abs(fifths) > 7 and abs(fifths) < 24:  # the same key by its other name
        fifths -= 12 if fifths > 0 else -12
    return (fifths, (key.findtext("mode") or "").strip() in MINOR) if abs(fifths) <= 7 else None


def shift_of(transpose: Any) -> Shift:
    """What a `<transpose>` says."""
    octaves = int(number_of(transpose.findtext("octave-change") or "0"))
    semitones = int(number_of(transpose.findtext("chromatic") or "0"))
    said = transpose.findtext("diatonic")
    sign = -1 if semitones < 0 else 1
    steps = int(number_of(said)) if said else sign * (abs(semitones) // 12 * 7 + GENERIC[abs(semitones) % 12])
    return Shift(semitones + 12 * octaves, steps + 7 * octaves)


@lru_cache(maxsize=4096)
def pitch_of(letter: str | None, octave: str | None, alter: str | None, shift: Shift) -> tuple[int, int, bool]:
    """MIDI pitch and diatonic step of a written pitch as it sounds, and whether MIDI has no such pitch.

    A pitch between two keys is taken for the nearer, a quarter tone for the
    one nearer to its letter; what lies beyond MIDI's keys is brought in by octaves.
    """
    if (letter or "").strip() not in STEPS:
        raise ValueError("a pitch without a step of A to G")
    step, semitone = STEPS[(letter or "").strip()]
    height, altered = int(octave or 4), number_of(alter or "0")
    whole = int(altered) + (abs(altered - int(altered)) > 0.5) * (1 if altered > 0 else -1)
    midi, steps = 12 * (height + 1) + semitone + whole + shift.semitones, 7 * height + step + shift.steps
    inside = midi if 0 <= midi <= HIGHEST else midi % 12 if midi < 0 else HIGHEST - (HIGHEST - midi) % 12
    steps += (inside - midi) // 12 * 7
    return inside, max(steps, 0), altered != whole or inside != midi
