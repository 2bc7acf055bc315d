"""The drum channel: what players call each key, and how it is written on a staff of five lines.

Names are those of General MIDI Level 1 (MIDI Manufacturers Association, 1991) in
players' words. Places and heads of the kit follow Weinberg, *Guide to
Standardized Drumset Notation* (1998), toms ascending with their pitch; hand
drums, which he leaves out, stand where two or three of a kind are told apart.
"""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["CRASH", "DRUMS", "HI_HAT", "KICK", "OPEN_HI_HAT", "RIDE", "SNARE", "DrumKey", "drum_key", "keys_by_place"]

KICK, SNARE, HI_HAT, OPEN_HI_HAT, CRASH, RIDE = 36, 38, 42, 46, 49, 51
LETTERS = "CDEFGAB"


class DrumKey(NamedTuple):
    """A key of the drum channel.

    Attributes
    ----------
    name
        As players call it.
    step
        Diatonic step of its line or space on a treble staff, 28 for middle C.
    head
        Shape of its note head; empty for a plain one.
    """

    name: str
    step: int
    head: str = ""

    @property
    def place(self) -> str:
        """Its line or space as a letter and an octave, such as ``C5``."""
        return f"{LETTERS[self.step % 7]}{self.step // 7}"


DRUMS: dict[int, DrumKey] = {
    35: DrumKey("kick 2", 30),
    36: DrumKey("kick", 31),
    37: DrumKey("rim", 35, "x"),
    38: DrumKey("snare", 35),
    39: DrumKey("clap", 35, "slash"),
    40: DrumKey("snare 2", 35),
    41: DrumKey("low floor tom", 32),
    42: DrumKey("hi-hat", 39, "x"),
    43: DrumKey("floor tom", 33),
    44: DrumKey("pedal hi-hat", 29, "x"),
    45: DrumKey("low tom", 34),
    46: DrumKey("open hi-hat", 39, "+"),
    47: DrumKey("low-mid tom", 36),
    48: DrumKey("mid tom", 37),
    49: DrumKey("crash", 40, "x"),
    50: DrumKey("high tom", 37),
    51: DrumKey("ride", 38, "x"),
    53: DrumKey("ride bell", 38, "diamond"),
    54: DrumKey("tambourine", 37, "x"),
    56: DrumKey("cowbell", 37, "diamond"),
    57: DrumKey("crash 2", 41, "x"),
    59: DrumKey("ride 2", 38, "x"),
    60: DrumKey("high bongo", 36),
    61: DrumKey("low bongo", 33),
    62: DrumKey("mute conga", 36, "x"),
    63: DrumKey("open conga", 36),
    64: DrumKey("low conga", 33),
    65: DrumKey("high timbale", 36),
    66: DrumKey("low timbale", 33),
    69: DrumKey("cabasa", 34, "x"),
    70: DrumKey("maracas", 34, "x"),
    75: DrumKey("claves", 34, "x"),
    76: DrumKey("high block", 36, "x"),
    77: DrumKey("low block", 33, "x"),
    80: DrumKey("mute triangle", 34, "diamond"),
    81: DrumKey("triangle", 34),
    82: DrumKey("shaker", 34, "x"),
}


def drum_key(key: int) -> DrumKey:
    """What is known of a key; one that nobody named stands on the middle line.

    Parameters
    ----------
    key
        MIDI number of the note.
    """
    return DRUMS.get(key) or DrumKey(f"drum {key}", 34, "diamond")


def keys_by_place() -> dict[str, int]:
    """The drum of a kit that each line and space means where a file does not say: the one written there most plainly.

    Returns
    -------
    dict of str to int
        Place, such as ``C5``, to key: kick at F4, snare at C5, hi-hat at G5.
    """
    return {DRUMS[key].place: key for key in (57, 49, 42, 51, 48, 47, 38, 45, 43, 41, 36, 35, 44)}
