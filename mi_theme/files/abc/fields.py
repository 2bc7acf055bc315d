"""What the fields of ABC say: metre, unit length, tempo, key, voice, and text with its accents."""

from __future__ import annotations

import re
import unicodedata
from fractions import Fraction
from html import unescape
from typing import NamedTuple

from mi_theme.files.typed.metre_text import meters_of_text
from mi_theme.files.typed.model import TypedKey
from mi_theme.meter import Meter

__all__ = [
    "Settings",
    "key_of_field",
    "meters_of_field",
    "plain_words",
    "settings_of",
    "tempo_of_field",
    "unit_of_meters",
]

LETTERS = "FCGDAEB"  # in the order in which sharps come
# modes, by how many sharps each has more than major
MODES = {
    "maj": (0, "major"),
    "ion": (0, "major"),
    "": (0, "major"),
    "mix": (-1, "mixolydian"),
    "dor": (-2, "dorian"),
    "m": (-3, "minor"),
    "min": (-3, "minor"),
    "aeo": (-3, "minor"),
    "phr": (-4, "phrygian"),
    "loc": (-5, "locrian"),
    "lyd": (1, "lydian"),
}
NO_METRE = ("none", "", "free", "frei")
NAMED_METRES = {"C": ("4/4",), "C|": ("2/2",), "c": ("4/4",), "c|": ("2/2",), "C3": ("3/4",), "O": ("3/4",)}
SHORT_METRE = Fraction(3, 4)  # of a whole: below it a note without a number is a sixteenth
KEY = re.compile(r"([A-Ha-h])\s*(#|b(?![a-z])|n\b|s\b)?\s*([A-Za-z]*)")
ACCIDENTAL = re.compile(r"(\^+|_+|=)(\d*)(/?)(\d*)([A-Ga-g])")
PAIR = re.compile(r"""(?<![\w#])([a-z][\w-]*)=("(?:\\.|[^"])*"|\S+)""")
CLEFS = {
    "treble": ("G", 2),
    "bass": ("F", 4),
    "alto": ("C", 3),
    "tenor": ("C", 4),
    "soprano": ("C", 1),
    "mezzosoprano": ("C", 2),
    "baritone": ("F", 3),
    "bass3": ("F", 3),
    "alto1": ("C", 1),
    "alto2": ("C", 2),
    "alto4": ("C", 4),
    "tenor4": ("C", 4),
    "perc": ("percussion", 0),
    "G": ("G", 2),
    "F": ("F", 4),
    "C": ("C", 3),
    "P": ("percussion", 0),
}
CLEF = re.compile(
    r"(?<![\w=])(treble|bass3?|alto[124]?|tenor4?|soprano|mezzosoprano|baritone|perc)([+-]?8va|[+-]?8|)(?!\w)"
)
BEAT = re.compile(r"(\d+)\s*/\s*(\d+)")
LARGEST_SPEED = 10_000  # beats a minute

COMBINING = {
    "`": "\u0300",
    "'": "\u0301",
    "^": "\u0302",
    "~": "\u0303",
    "=": "\u0304",
    "u": "\u0306",
    ".": "\u0307",
    '"': "\u0308",
    "H": "\u030b",
    "v": "\u030c",
    "c": "\u0327",
    ";": "\u0328",
}
LIGATURES = {
    "aa": "å",
    "AA": "Å",
    "ae": "æ",
    "AE": "Æ",
    "oe": "œ",
    "OE": "Œ",
    "ss": "ß",
    "/o": "ø",
    "/O": "Ø",
    "DH": "Ð",
    "dh": "ð",
    "TH": "Þ",
    "th": "þ",
    "/d": "đ",
    "/D": "Đ",
}
ESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|[^\w\s]?[A-Za-z]{1,2}|.)|\$([0-4$])")


class Settings(NamedTuple):
    """What a K: or V: field sets: a name, a clef as (sign, line, octaves), octaves and semitones higher; None where nothing is said."""

    name: str | None = None
    clef: tuple[str, int, int] | None = None
    octave: int | None = None
    transpose: int | None = None


def plain_words(text: str) -> str:
    """Text of ABC as it is meant: ``\\"a`` and ``&auml;`` are ä, ``$1`` changes the type."""
    return unescape(ESCAPE.sub(_escaped, text)).strip() if "\\" in text or "$" in text or "&" in text else text.strip()


def _escaped(found: re.Match[str]) -> str:
    said, font = found.groups()
    if said is None:
        return "$" if font == "$" else ""
    if said[0] in "uU" and len(said) > 4:
        code = int(said[1:], 16)
        return chr(code) if code < 0x110000 and not 0xD800 <= code < 0xE000 else ""
    for width in (2, 1):
        mark, letter = said[:1], said[1:width]
        if width == 2 and said[:2] in LIGATURES:
            return LIGATURES[said[:2]] + said[2:]
        if width == 2 and letter.isalpha() and mark in COMBINING:
            return unicodedata.normalize("NFC", letter + COMBINING[mark]) + said[2:]
    return said


# Metre, unit length, tempo


def meters_of_field(text: str) -> tuple[Meter, ...] | None:
    """The metres of an M: field, by turns; none for free music; None where it says nothing that we know.

    Raises
    ------
    FileError
        Where it makes no metre.
    """
    said = text.strip()
    if said.lower() in NO_METRE:
        return ()
    if said in NAMED_METRES:
        return tuple(map(Meter, NAMED_METRES[said]))
    return meters_of_text(said)


def unit_of_meters(meters: tuple[Meter, ...]) -> Fraction:
    """What a note without a number lasts where no L: says it, in quarters."""
    return Fraction(1, 4) if meters and meters[0].bar < 4 * SHORT_METRE else Fraction(1, 2)


def tempo_of_field(text: str, unit: Fraction) -> tuple[str, tuple[Fraction, ...], Fraction | None]:
    """(words, beats in quarters, beats a minute) of a Q: field; a bare number counts unit notes, ``C`` is one.

    Raises
    ------
    ValueError
        Where it is no tempo that music can have.
    """
    words = " ".join(plain_words(quoted) for quoted in re.findall(r'"((?:\\.|[^"])*)"', text))
    rest = re.sub(r'"(?:\\.|[^"])*"?', "", text).strip()
    left, equals, right = rest.rpartition("=")
    number = re.match(r"\s*(\d+(?:\.\d+)?)", right)
    if not number:
        return words or rest, (), None
    speed = Fraction(number[1])
    beats = tuple(4 * Fraction(int(n), int(d)) for n, d in BEAT.findall(left) if int(d))
    if not beats:
        counted = re.search(r"\d+", left) if equals else None
        beats = (unit * int(counted[0] if counted else 1),)
    if not 0 < speed <= LARGEST_SPEED or not 0 < sum(beats) <= 64:
        raise ValueError(f"Q:{text[:40]} is no tempo")
    return words, beats, speed


# Key and voice


def key_of_field(text: str) -> tuple[TypedKey, dict[str, Fraction]] | None:
    """The key signature of a K: field, and what it does to each letter; None where it names none, only a clef."""
    said = PAIR.sub("", CLEF.sub("", text)).strip()
    explicit = {letter.upper(): alteration(sign, *number) for sign, *number, letter in ACCIDENTAL.findall(said)}
    named = ACCIDENTAL.sub("", said).strip()
    alone = re.search(r"\bexp\b", named) is not None
    if named in ("HP", "none", "") or alone:
        if named == "" and not explicit and text.strip():
            return None
        fifths, mode = 0, ""
    elif named.lower() == "hp":
        fifths, mode = 2, ""
    else:
        found = KEY.match(named)
        if not found:
            return None
        letter, sign, word = found[1].upper(), found[2] or "", found[3]
        if letter == "H" or (letter in "EA" and sign == "s"):
            letter, sign = ("B", "") if letter == "H" else (letter, "b")
        fifths = LETTERS.index(letter) - 1 + 7 * ((sign == "#") - (sign == "b"))
        sharper, mode = MODES.get(word.lower()[:3], (0, "major"))
        fifths += sharper
    alters = {letter: Fraction(1) for letter in LETTERS[: max(fifths, 0)]}
    alters |= {letter: Fraction(-1) for letter in LETTERS[::-1][: max(-fifths, 0)]}
    for letter in (LETTERS * 2)[7 : max(fifths, 7)]:
        alters[letter] += 1  # double sharps of keys beyond seven
    for letter in (LETTERS[::-1] * 2)[7 : max(-fifths, 7)]:
        alters[letter] -= 1
    changed = alters | explicit
    changed = {letter: alter for letter, alter in changed.items() if alter}
    if changed == {letter: alter for letter, alter in alters.items() if alter} and abs(fifths) <= 7:
        return TypedKey(fifths, mode), changed
    return TypedKey(None, "", tuple(changed.items())), changed


def alteration(sign: str, number: str, slash: str, under: str, scale: int = 53) -> Fraction:
    """Semitones of an accidental: ``^/`` is half a sharp, ``^3/2`` one and a half, ``_4`` four of the `scale` parts of an octave."""
    one = {"^": 1, "_": -1, "=": 0}[sign[0]] * len(sign)
    if slash:
        return Fraction(one * int(number or 1), int(under or 2) or 2)
    return Fraction(one * 12 * int(number), scale) if number else Fraction(one)


def settings_of(text: str) -> Settings:
    """What a K: or V: field sets beside the key."""
    pairs = {name.lower(): value.strip('"') for name, value in PAIR.findall(text)}
    clef = _clef(pairs["clef"]) if "clef" in pairs else None
    if clef is None and (found := CLEF.search(PAIR.sub("", text))):
        clef = _clef(found[0])
    if clef is None and (found := re.search(r"(?<!\w)([+-])8va?(?!\w)", text)):
        clef = ("G", 2, 1 if found[1] == "+" else -1)
    name = next((pairs[key] for key in ("name", "nm") if key in pairs), None)
    return Settings(
        None if name is None else plain_words(name.replace("\\n", " ")),
        clef,
        _whole(pairs.get("octave")),
        _whole(pairs.get("transpose") or pairs.get("t")),
    )


def _clef(text: str) -> tuple[str, int, int] | None:
    found = re.match(r"([A-Za-z]+[34]?|[A-Za-z]+)(\d)?([+-]?8va|[+-]?8|)", text) if text else None
    if not found:
        return None
    word = found[1] if found[1] in CLEFS else found[1].rstrip("0123456789")
    if word not in CLEFS:
        return None
    sign, line = CLEFS[word]
    eight = found[3]
    octaves = (-1 if eight.startswith("-") or not eight.startswith("+") else 1) if eight else 0
    if found[2] and found[2] in "12345" and not eight and sign != "percussion":
        line = int(found[2])
    return sign, line, octaves


def _whole(text: str | None) -> int | None:
    """A whole number within what music has."""
    found = re.fullmatch(r"[+-]?\d{1,3}", text) if text else None
    return int(found[0]) if found else None
