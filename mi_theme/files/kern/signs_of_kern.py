"""What tokens and interpretations of kern mean: notes, lengths, keys, clefs, instruments."""

from __future__ import annotations

import re
from fractions import Fraction
from functools import lru_cache

from mi_theme.files.typed.metre_text import meters_of_text
from mi_theme.files.typed.model import TypedKey, TypedNote, TypedPitch
from mi_theme.meter import Meter

__all__ = ["PROGRAMS", "clef_of_kern", "key_of_kern", "meters_of_kern", "note_of_token", "recip"]

RECIP = re.compile(r"(\d+)(?:%(\d+))?(\.*)")
PITCH = re.compile(r"([a-gA-G])(\1*)(#+|-+|n)?")
LONGEST = 1024  # quarters
# what stands in a token, by what MusicXML calls it
SIGNS = {
    "'": "articulations/staccato",
    "~": "articulations/tenuto",
    "^": "articulations/accent",
    "`": "articulations/staccatissimo",
    "T": "ornaments/trill-mark",
    "t": "ornaments/trill-mark",
    "M": "ornaments/inverted-mordent",
    "m": "ornaments/inverted-mordent",
    "W": "ornaments/mordent",
    "w": "ornaments/mordent",
    "S": "ornaments/turn",
    "$": "ornaments/inverted-turn",
    ";": "fermata",
    "u": "technical/down-bow",
    "v": "technical/up-bow",
    ":": "arpeggiate",
    ",": "articulations/breath-mark",
    "o": "technical/open-string",
}
MODES = {
    "ion": "ionian",
    "dor": "dorian",
    "phr": "phrygian",
    "lyd": "lydian",
    "mix": "mixolydian",
    "aeo": "aeolian",
    "loc": "locrian",
}
SHARPS = "fcgdaeb"
BREVE, LONG_SIGNS = 8, {"0": 8, "00": 16, "000": 32}  # quarters
# programs of General MIDI from 0, of the instruments that Humdrum names most
PROGRAMS = {
    "piano": 0,
    "cemba": 6,
    "clavi": 6,
    "organ": 19,
    "accor": 21,
    "guitr": 24,
    "liuto": 24,
    "violn": 40,
    "viola": 41,
    "cello": 42,
    "cbass": 43,
    "gamba": 42,
    "arpa": 46,
    "timpa": 47,
    "strgs": 48,
    "vox": 52,
    "choru": 52,
    "soprn": 52,
    "cant": 52,
    "calto": 52,
    "alto": 52,
    "contr": 52,
    "tenor": 52,
    "barit": 52,
    "bass": 52,
    "feme": 52,
    "male": 52,
    "nfant": 52,
    "tromp": 56,
    "tromb": 57,
    "tuba": 58,
    "cor": 60,
    "sax": 66,
    "oboe": 68,
    "corin": 69,
    "fagot": 70,
    "clars": 71,
    "clarb": 71,
    "picco": 72,
    "flt": 73,
    "flaut": 73,
    "recrd": 74,
}
CLEF = re.compile(r"\*clef([GFC])(v{0,2}|\^{0,2})([1-5])")
NAMED_METRES = {"c": "4/4", "C": "4/4", "c|": "2/2", "C|": "2/2"}


@lru_cache(maxsize=4096)
def recip(text: str) -> Fraction | None:
    """The length of a token in quarters: 4 is a quarter, 6 a sixth of a whole, 3%2 two thirds of one; None where it says none.

    Raises
    ------
    ValueError
        Where it is longer than music.
    """
    found = RECIP.search(text)
    if not found:
        return None
    number, over, dots = found.groups()
    if len(number) > 6 or len(over or "") > 6 or len(dots) > 8:
        raise ValueError(f"{text[:20]} is no length of a note")
    if number.strip("0"):
        length = Fraction(4 * int(over or 1), int(number))
    else:
        length = Fraction(LONG_SIGNS.get(number, BREVE)) * int(over or 1)
    length *= 2 - Fraction(1, 2 ** len(dots))
    if not 0 < length <= LONGEST:
        raise ValueError(f"a note of {float(length):g} quarters")
    return length


def note_of_token(token: str) -> TypedNote | None:
    """The note, chord or rest of a data token; None where it is none.

    A grace note lasts 0; a note that says no length, a quarter.

    Raises
    ------
    ValueError
        Where its length is none.
    """
    grace = "q" in token
    note = TypedNote(Fraction(0), grace=("slash" if "qq" not in token else "plain") if grace else "")
    first: Fraction | None = None
    for part in token.split():
        lasts = recip(part)
        found = PITCH.search(part)
        if not found:
            if "r" in part and first is None:
                first = lasts
                note.hidden = "yy" in part
            continue
        first = first or lasts
        letter, more, sign = found[1], len(found[2]), found[3] or ""
        octave = 4 + more if letter.islower() else 3 - more
        alter = Fraction(sign.count("#") - sign.count("-"))
        ties = ("stop",) * ("]" in part or "_" in part) + ("start",) * ("[" in part or "_" in part)
        if not -1 <= octave <= 9:
            raise ValueError(f"{part[:20]} is higher or lower than music goes")
        note.pitches.append(TypedPitch(letter.upper(), octave, alter, lasts, ties))
    if first is None and not note.pitches:
        return None
    note.lasts = Fraction(0) if grace else first or Fraction(1)
    for pitch in note.pitches:
        pitch.lasts = None if grace or pitch.lasts == note.lasts else pitch.lasts
    if note.pitches:
        note.signs = list(dict.fromkeys(sign for mark, sign in SIGNS.items() if mark in token))
    return note


def meters_of_kern(text: str) -> tuple[Meter, ...] | None:
    """The metre of ``*M2+2+3/8`` or, where no other is said, ``*met(C|)``; none for ``*MX``; None where it is no metre.

    Raises
    ------
    FileError
        Where it makes no metre.
    """
    if text.startswith("*met("):
        named = NAMED_METRES.get(text[5:].rstrip(")"))
        return (Meter(named),) if named else None
    said = text[2:]
    if said.startswith("X"):
        return ()
    if found := re.fullmatch(r"(\d+)/0", said):  # breves
        said = f"{2 * int(found[1][:4])}/1"
    return meters_of_text(said) if said[:1].isdigit() or said[:1] == "(" else None


def key_of_kern(signature: str, mode: str) -> TypedKey:
    """The key of ``f#c#`` and, where it is known, ``D:`` or ``D:mix``."""
    signs = re.findall(r"([a-g])(#+|-+|n)", signature)
    alters = {letter: sign.count("#") - sign.count("-") for letter, sign in signs if sign != "n"}
    count = len(alters)
    for fifths, usual in ((count, dict.fromkeys(SHARPS[:count], 1)), (-count, dict.fromkeys(SHARPS[::-1][:count], -1))):
        if alters == usual:
            tonic, _, kind = mode.partition(":")
            named = MODES.get(kind[:3], "") or ("" if not tonic else "minor" if tonic[0].islower() else "major")
            return TypedKey(fifths, named)
    return TypedKey(None, "", tuple((letter.upper(), Fraction(alter)) for letter, alter in alters.items()))


def clef_of_kern(text: str) -> tuple[str, int, int] | None:
    """(sign, line, octaves) of ``*clefGv2``."""
    if text.startswith("*clefX"):
        return "percussion", 0, 0
    found = CLEF.match(text)
    return (found[1], int(found[3]), found[2].count("^") - found[2].count("v")) if found else None
