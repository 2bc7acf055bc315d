"""Scale degrees, tonics and spelled pitches.

A `Degree` is counted against the major scale of its tonic, as musicians write
it: ``b3`` lies a semitone under the major third, ``b7,`` the minor seventh an
octave lower, ``1'`` the tonic an octave higher. Spelling follows the degree,
never a table of twelve names: the b3 of Eb is Gb.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from mi_theme.arguments import known_name
from mi_theme.errors import TextError

__all__ = ["Degree", "Tonic", "key_named", "spelled_in"]

LETTERS = "CDEFGAB"
MAJOR = (0, 2, 4, 5, 7, 9, 11)  # semitones of the major scale; also of the letters from C
ACCIDENTALS = {"": 0, "#": 1, "b": -1, "##": 2, "bb": -2, "x": 2}
FLATWARDS, SHARPWARDS = -2, 10  # of a key on the line of fifths: what is used to spell in it
SIGNS = {-2: "bb", -1: "b", 0: "", 1: "#", 2: "##"}
MODES = {
    "major": (0, 2, 4, 5, 7, 9, 11),
    "minor": (0, 2, 3, 5, 7, 8, 10),
    "dorian": (0, 2, 3, 5, 7, 9, 10),
    "phrygian": (0, 1, 3, 5, 7, 8, 10),
    "lydian": (0, 2, 4, 6, 7, 9, 11),
    "mixolydian": (0, 2, 4, 5, 7, 9, 10),
    "harmonic": (0, 2, 3, 5, 7, 8, 11),
}
KEY = re.compile(r"([A-Ga-g](?:##|bb|[#bx♯♭])?)(?:[\s_-]*(m|M|[A-Za-z]{3,}))?")  # a key in a word or two
ABBREVIATED = {"m": "minor", "M": "major", "min": "minor", "maj": "major", "dur": "major", "moll": "minor"}


@dataclass(frozen=True, slots=True, init=False, repr=False)
class Tonic:
    """A note name without an octave: ``G``, ``Bb``, ``F#``.

    Raises
    ------
    TextError
        Where the text is no note name.
    """

    letter: str
    alteration: int

    def __init__(self, text: str | Tonic) -> None:
        name = str(text)
        letter, accidental = name[:1].upper(), name[1:].replace("♭", "b").replace("♯", "#")
        if letter not in LETTERS or not letter or accidental not in ACCIDENTALS:
            raise TextError.at(name, 0, "a tonic is a letter from A to G with # or b, as in Bb")
        object.__setattr__(self, "letter", letter)
        object.__setattr__(self, "alteration", ACCIDENTALS[accidental])

    def __str__(self) -> str:
        return self.letter + SIGNS[self.alteration]

    def __repr__(self) -> str:
        return f"Tonic({str(self)!r})"

    @property
    def step(self) -> int:
        """0 for C to 6 for B."""
        return LETTERS.index(self.letter)

    @property
    def pitch_class(self) -> int:
        """0 for C to 11 for B."""
        return (MAJOR[self.step] + self.alteration) % 12

    def fifths(self, mode: str = "major") -> int:
        """Sharps (or, negative, flats) of the key signature of this tonic and mode.

        A mode without a signature of its own takes that of major or minor,
        whichever has its third.

        Parameters
        ----------
        mode
            ``major``, ``minor``, ``dorian`` ...
        """
        sharps = "FCGDAEB".index(self.letter) - 1 + 7 * self.alteration
        minor_third = 3 in _scale(mode)
        return sharps - 3 if minor_third else sharps


@dataclass(frozen=True, slots=True, init=False, repr=False)
class Degree:
    """A scale degree with its alteration and octave: ``1``, ``b3``, ``b7,``, ``#4'``.

    Raises
    ------
    TextError
        Where the text is no degree.
    """

    number: int
    alteration: int
    octave: int

    def __init__(self, text: str | Degree) -> None:
        if isinstance(text, Degree):
            fields = (text.number, text.alteration, text.octave)
        else:
            fields = _parse(text)
        for name, value in zip(("number", "alteration", "octave"), fields, strict=True):
            object.__setattr__(self, name, value)

    @classmethod
    def of_pitch(cls, pitch: int, tonic: str | Tonic, register: int, mode: str = "minor") -> Degree:
        """The degree of a MIDI pitch.

        A pitch of the mode is named by its place in it; a chromatic one is
        lowered (b2, b5 ...), but for the raised fourth and, in minor, the raised
        sixth and seventh.

        Parameters
        ----------
        pitch
            MIDI number.
        tonic, mode
            What the degree is counted from.
        register
            MIDI number at or above which the octave of ``1`` begins.
        """
        octave, semitones = divmod(pitch - _tonic_at(Tonic(tonic), register), 12)
        names = {semi: (i + 1, semi - MAJOR[i]) for i, semi in enumerate(_scale(mode))}
        plain = {semi: (i + 1, 0) for i, semi in enumerate(MAJOR)}
        lowered = {MAJOR[i] - 1: (i + 1, -1) for i in (1, 2, 5, 6)} | {6: (4, 1)}
        number, alteration = (lowered | plain | names)[semitones]
        return cls(SIGNS[alteration] + str(number) + ("'" * octave if octave > 0 else "," * -octave))

    def __str__(self) -> str:
        mark = "'" * self.octave if self.octave > 0 else "," * -self.octave
        return f"{SIGNS[self.alteration]}{self.number}{mark}"

    def __repr__(self) -> str:
        return f"Degree({str(self)!r})"

    @property
    def semitones(self) -> int:
        """Distance from ``1`` in semitones."""
        return 12 * self.octave + MAJOR[self.number - 1] + self.alteration

    @property
    def steps(self) -> int:
        """Distance from ``1`` in diatonic steps."""
        return 7 * self.octave + self.number - 1

    def spelled(self, tonic: str | Tonic) -> str:
        """The note name above a tonic: b3 of Eb is ``Gb``.

        Parameters
        ----------
        tonic
            Such as ``"Eb"``.
        """
        tonic = Tonic(tonic)
        step = tonic.step + self.number - 1
        natural = MAJOR[step % 7] + 12 * (step // 7)
        wanted = MAJOR[tonic.step] + tonic.alteration + MAJOR[self.number - 1] + self.alteration
        sign = "#" * (wanted - natural) if wanted > natural else "b" * (natural - wanted)
        return LETTERS[step % 7] + sign

    def pitch(self, tonic: str | Tonic, register: int) -> int:
        """The MIDI pitch, with ``1`` the first such tonic at or above `register`.

        Parameters
        ----------
        tonic
            Such as ``"Eb"``.
        register
            MIDI number.
        """
        return _tonic_at(Tonic(tonic), register) + self.semitones

    def step(self, tonic: str | Tonic, register: int) -> int:
        """The diatonic step number (28 for middle C's C4) of `pitch`.

        Parameters
        ----------
        tonic
            Such as ``"Eb"``.
        register
            MIDI number at or above which the octave of ``1`` begins.
        """
        tonic = Tonic(tonic)
        octave = (_tonic_at(tonic, register) - MAJOR[tonic.step] - tonic.alteration) // 12 - 1
        return 7 * octave + tonic.step + self.steps


def spelled_in(fifths: int, pitch: int, step: int = -1) -> tuple[int, int]:
    """Diatonic step (28 for C4) and alteration of a MIDI pitch.

    Without a step the name that lies nearest to the key on the line of fifths:
    in C major from B flat to D sharp, which are the notes of A minor and its
    leading notes.

    Parameters
    ----------
    fifths
        Sharps or, negative, flats of the key signature.
    pitch
        MIDI number.
    step
        The step it is written with, where that is known; one that would need more
        than two signs is not believed.

    Returns
    -------
    (int, int)
        The step, and its sharps or, negative, flats.
    """
    if step >= 0 and abs(signs := pitch - 12 * (step // 7 + 1) - MAJOR[step % 7]) <= 2:
        return step, signs
    place = next(place for place in range(fifths + FLATWARDS, fifths + SHARPWARDS) if 7 * place % 12 == pitch % 12)
    alteration, letter = divmod(place + 1, 7)
    return 7 * ((pitch - alteration) // 12 - 1) + LETTERS.index("FCGDAEB"[letter]), alteration


def key_named(tonic: str | Tonic | None, mode: str | None = None) -> tuple[Tonic | None, str | None]:
    """A tonic and a mode as people write them: ``"Dm"``, ``"D minor"``, ``"Bb"``, ``"f# Dorian"``.

    Parameters
    ----------
    tonic
        A tonic, with or without a mode behind it; None for none.
    mode
        The mode where `tonic` says none; it may be written in any case.

    Returns
    -------
    tuple of (Tonic or None, str or None)
        None for what is not said.

    Raises
    ------
    TextError, UnknownName
        Where the text is no note name, or the mode none of ours; where two modes are named.
    """
    said = known_name("mode", mode, MODES) if mode else None
    if not isinstance(tonic, str):
        return (None if tonic is None else Tonic(tonic)), said
    letter, own = KEY.fullmatch(tonic.strip()).groups() if KEY.fullmatch(tonic.strip()) else (tonic, "")  # type: ignore[union-attr]
    meant = (ABBREVIATED.get(own) or known_name("mode", own, MODES)) if own else None
    if said and meant and said != meant:
        raise TextError(f"{tonic!r} says {meant}, and the mode is {said}: say one of them")
    return (Tonic(letter) if letter else None), said or meant


def _scale(mode: str) -> tuple[int, ...]:
    """The semitones of a mode."""
    return MODES[known_name("mode", mode, MODES)]


def _tonic_at(tonic: Tonic, register: int) -> int:
    """The lowest MIDI number of the tonic that is not under `register`."""
    return register + (tonic.pitch_class - register) % 12


def _parse(text: str) -> tuple[int, int, int]:
    """Alteration, number and octave marks."""
    body = text.rstrip("',")
    marks = text[len(body) :]
    number, sign = body[-1:], body[:-1]
    if number not in tuple("1234567") or sign not in ACCIDENTALS or len(set(marks)) > 1 or len(marks) > 9:
        raise TextError.at(text, 0, "a degree is 1 to 7 with b or # before it, and ' or , behind it for octaves")
    return int(number), ACCIDENTALS[sign], len(marks) * (1 if "'" in marks else -1)
