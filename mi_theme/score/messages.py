"""MIDI messages as bytes: the text form of a score's events.

A channel message is its two or three bytes; a meta event is ``FF``, its type
and its data; system exclusive is ``F0`` and its data without the closing
``F7``. Running status and length prefixes belong to files and are not here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from fractions import Fraction
from functools import lru_cache

from mi_theme.errors import TextError
from mi_theme.meter import Meter

NOTE_OFF, NOTE_ON, CONTROL, PROGRAM, BEND = 0x80, 0x90, 0xB0, 0xC0, 0xE0
SYSEX, META = 0xF0, 0xFF

TEXT, COPYRIGHT, TRACK_NAME, INSTRUMENT, LYRIC, MARKER, CUE = range(1, 8)
END_OF_TRACK, TEMPO, TIME_SIGNATURE, KEY_SIGNATURE, SEQUENCER = 0x2F, 0x51, 0x58, 0x59, 0x7F

GROUPING_TEXT = "meter "  # a text event beside a signature: MIDI itself has no groupings
UNSTATED = f"{GROUPING_TEXT}none"  # a text event at the beginning of music in which no metre is written
CHORD_TEXT = "chord "  # a text event that says a chord symbol
OURS = b"\x7d"  # first byte of sequencer-specific events that are ours: the maker that MIDI leaves to private use
PLAYER = b"\x7dplayer "  # such an event in the tracks of one player, with its name
NOTATION = b"\x7dnotation"  # such an event at the beginning of what was read from notation
MARK_TEXT = "mark "  # a text event that says how notes are played
RELEASE = 64  # velocity of an end, where nothing says one: the middle
COMPOSER_TEXT = "composer "  # a text event that says who made it
LINE_ENDS = re.compile("[\t\n\v\f\r\x1c-\x1e\x85\u2028\u2029]+")
MAX_TEMPO = 0xFFFFFF  # microseconds in a quarter, the most that three bytes hold


def note_on(channel: int, pitch: int, velocity: int) -> bytes:
    """A note begins."""
    return bytes((NOTE_ON | channel, pitch, velocity))


def note_off(channel: int, pitch: int) -> bytes:
    """A note ends."""
    return bytes((NOTE_OFF | channel, pitch, RELEASE))


def program(channel: int, number: int) -> bytes:
    """An instrument, counted from 1 as manuals print it."""
    return bytes((PROGRAM | channel, number - 1))


def control(channel: int, number: int, value: int) -> bytes:
    """A controller."""
    return bytes((CONTROL | channel, number, value))


def meta(kind: int, data: bytes | str) -> bytes:
    """A meta event; text is written in UTF-8."""
    return bytes((META, kind)) + (data.encode() if isinstance(data, str) else data)


def tempo(microseconds: int) -> bytes:
    """Microseconds in a quarter note."""
    return meta(TEMPO, microseconds.to_bytes(3, "big"))


def time_signature(meter: Meter) -> bytes:
    """The signature of a metre: 5/4 is written 5/4, whatever its grouping.

    The metronome byte clicks on a whole beat where beats are equal, else on a quarter.
    """
    beat = meter.groups[0] * meter.pulse if not meter.is_additive else 1
    clocks = min(max(int(24 * beat), 1), 255)
    power = meter.denominator.bit_length() - 1
    return meta(TIME_SIGNATURE, bytes((meter.numerator, power, clocks, 8)))


def grouping_text(meter: Meter) -> bytes:
    """The text event that carries a grouping through MIDI."""
    return meta(TEXT, GROUPING_TEXT + str(meter))


def key_signature(fifths: int, minor: bool) -> bytes:
    """Sharps, or flats as a negative number, and whether the mode is minor."""
    return meta(KEY_SIGNATURE, bytes((fifths % 256, int(minor))))


def end_of_track() -> bytes:
    """Nothing follows."""
    return meta(END_OF_TRACK, b"")


def text_of(data: bytes) -> str:
    """Text of a meta event: UTF-8 where it is that, else Latin-1.

    Parameters
    ----------
    data
        What follows the kind and length of the event.

    Returns
    -------
    str
        Its text.
    """
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def one_line(text: str) -> str:
    """The text with blanks for line ends, so that it is a name or a row of a table.

    Parameters
    ----------
    text
        Any text.

    Returns
    -------
    str
        One line.
    """
    return LINE_ENDS.sub(" ", text)


def grouping_of(data: bytes) -> Meter | None:
    """The metre of a text event such as ``meter 5/4:3+3+2+2``, if it is one."""
    text = text_of(data)
    if not text.startswith(GROUPING_TEXT):
        return None
    try:
        return Meter(text.removeprefix(GROUPING_TEXT))
    except TextError:
        return None


@lru_cache(maxsize=256)
def _signed(numerator: int, power: int) -> Meter:
    return Meter(f"{numerator}/{2 ** min(power, 9)}")


def meters_of(
    signatures: Iterable[tuple[Fraction, bytes]], texts: Iterable[tuple[Fraction, bytes]]
) -> Iterator[tuple[Fraction, Meter]]:
    """(position, metre) of time signatures, with the groupings that texts beside them say."""
    groupings = {at: meter for at, data in texts if (meter := grouping_of(data)) and meter.grouping}
    for at, data in signatures:
        meter = _signed(data[0], data[1])
        grouped = groupings.get(at)
        yield at, grouped if grouped and grouped.plain == meter else meter
