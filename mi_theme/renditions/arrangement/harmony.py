"""Harmony: what chords are, and how a style's progressions are laid over bars.

A chord is a degree and a quality: ``1m9``, ``b6maj7``, ``5sus``. In a groove it
stands over the ostinato's tonic, in a bridge the root moves and the bass with it.
No progression here is the minor twelve-bar blues.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from random import Random

from mi_theme.errors import TextError
from mi_theme.pitch import MODES, Degree, Tonic
from mi_theme.renditions.arrangement.manners import Manner

__all__ = ["CELL_BARS", "Chord", "Tuning", "chord", "home", "progression", "scale_pitch"]

CELL_BARS = 2  # the figure has two bars: chords change with it, or twice in it

QUALITIES = {
    "": "1 3 5",
    "m": "1 b3 5",
    "5": "1 5",
    "sus": "1 4 5",
    "sus2": "1 2 5",
    "6": "1 3 5 6",
    "m6": "1 b3 5 6",
    "7": "1 3 5 b7",
    "m7": "1 b3 5 b7",
    "maj7": "1 3 5 7",
    "m7b5": "1 b3 b5 b7",
    "7sus": "1 4 5 b7",
    "add9": "1 3 5 2",
    "m9": "1 b3 5 b7 2",
    "9": "1 3 5 b7 2",
    "7b9": "1 3 5 b7 b2",
    "69": "1 3 5 6 2",
    "m69": "1 b3 5 6 2",
    "m11": "1 b3 4 b7",
}

FAMILIES = {"harmonic": "minor", "mixolydian": "major", "lydian": "major"}


@dataclass(frozen=True, slots=True)
class Chord:
    """A root as a degree of the key, and tones as degrees above that root."""

    name: str
    root: Degree
    tones: tuple[Degree, ...]

    def __str__(self) -> str:
        return self.name

    @property
    def classes(self) -> tuple[int, ...]:
        """Semitones above the tonic of the key, modulo an octave, the root first."""
        return tuple((self.root.semitones + tone.semitones) % 12 for tone in self.tones)

    @property
    def third(self) -> Degree | None:
        """The tone a third above the root."""
        return next((tone for tone in self.tones if tone.number == 3), None)


@cache
def chord(name: str) -> Chord:
    """A chord from its name.

    Raises
    ------
    TextError
        Where it is no chord.
    """
    found = re.fullmatch(r"([b#]*[1-7])(.*)", name)
    if not found or found[2] not in QUALITIES:
        raise TextError(f"{name!r} is no chord: write a degree and one of {', '.join(filter(None, QUALITIES))}")
    return Chord(name, Degree(found[1]), tuple(Degree(tone) for tone in QUALITIES[found[2]].split()))


def home(manner: Manner, mode: str) -> Chord:
    """The chord of the tonic, as the style has it: the first of its first progression."""
    return chord(re.split("[ ,]", manner.progressions("groove", FAMILIES.get(mode, mode))[0])[0])


def progression(manner: Manner, mode: str, role: str, bars: int, random: Random) -> tuple[Chord, ...]:
    """A chord for each bar: over the tonic in grooves, travelling in bridges; home elsewhere."""
    if role not in ("groove", "bridge"):
        return (home(manner, mode),) * bars
    cells = [cell.split(",") for cell in random.choice(manner.progressions(role, FAMILIES.get(mode, mode))).split()]
    count = -(-bars // CELL_BARS)
    chosen = [cells[index % len(cells)] for index in range(count)]
    if role == "bridge":
        chosen[-1] = cells[-1]  # which leads back
    return tuple(chord(cell[bar * len(cell) // CELL_BARS]) for cell in chosen for bar in range(CELL_BARS))[:bars]


@dataclass(frozen=True, slots=True)
class Tuning:
    """Degrees of a key as pitches."""

    tonic: Tonic
    mode: str

    @property
    def scale(self) -> tuple[int, ...]:
        """Semitones above the tonic of the seven degrees."""
        return MODES[self.mode]

    def local_scale(self, chord: Chord) -> tuple[int, ...]:
        """The key's scale with the chord's own tones in place of their neighbours."""
        scale = list(self.scale)
        for tone in chord.tones:
            number = (chord.root.number + tone.number - 2) % 7
            scale[number] = (chord.root.semitones + tone.semitones) % 12
        return tuple(scale)

    def class_of(self, semitones: int) -> int:
        """The pitch class so many semitones above the tonic."""
        return (self.tonic.pitch_class + semitones) % 12

    def pitches(self, chord: Chord, low: int, high: int) -> list[int]:
        """Every pitch of the chord in a range, upwards."""
        classes = {self.class_of(semitones) for semitones in chord.classes}
        return [pitch for pitch in range(low, high + 1) if pitch % 12 in classes]

    def step_of(self, pitch: int, chord: Chord | None = None) -> int:
        """The diatonic step that spells a pitch: by the chord's own degrees, then the key's."""
        return _steps(self.tonic, self.mode, chord)[pitch % 12] + 7 * ((pitch - self.tonic.pitch_class) // 12)


@cache
def _steps(tonic: Tonic, mode: str, chord: Chord | None) -> dict[int, int]:
    """Diatonic steps of the twelve pitch classes, in the octave that begins at the lowest tonic."""
    base = Degree("1").step(tonic, tonic.pitch_class)
    found = {}
    for semitones in range(12):
        found[semitones] = Degree.of_pitch(tonic.pitch_class + semitones, tonic, tonic.pitch_class, mode).number - 1
    for tone in chord.tones if chord else ():
        semitones = (chord.root.semitones + tone.semitones) % 12 if chord else 0
        found[semitones] = (chord.root.number + tone.number - 2) % 7 if chord else 0
    return {(tonic.pitch_class + semitones) % 12: base + step for semitones, step in found.items()}


def scale_pitch(scale: tuple[int, ...], index: int) -> int:
    """Semitones above the tonic of a scale step counted from it, through all octaves."""
    octave, number = divmod(index, 7)
    low = scale[number]
    return 12 * octave + low
