"""A line of ABC music as its tokens, and what each sign means."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

__all__ = ["Token", "chord_symbol_of", "length_of", "tokens_of"]

ACCIDENTAL = r"(?:\^+|_+|=)(?:\d*/?\d*)(?=[A-Ga-g])"
LENGTH = r"\d*/*\d*"
NOTE = rf"(?:{ACCIDENTAL})?[A-Ga-g][,']*{LENGTH}"
# kind of token: what it looks like; the first that fits is it
KINDS = {
    "field": r"\[[A-Za-z]:[^\]]*\]?",
    "quoted": r'"(?:\\.|[^"\\])*(?:"|\\?$)',
    "decoration": r"![^!|\s\[\]]+!|\+[a-z0-9<>()./]+\+",
    "grace": r"\{[^}]*\}?",
    "bar": r"\.?(?:\[?\|[|\]:]*|:+[|:]+\]?:*|:\]?)(?:[\[\s]*\d[\d,.\-]*(?=[^\d/]|$))?|\[\d[\d,.\-]*",
    "tuplet": r"\(\d+(?::\d*){0,2}",
    "overlay": r"\(?&+\)?",
    "chord": rf"\[(?:[^\]\[|\"]|\"[^\"]*\")*\]{LENGTH}",
    "note": NOTE,
    "rest": rf"[zx]{LENGTH}",
    "bars": r"[ZX]\d*",
    "broken": r"[<>]+",
    "slur": r"\.?[()]",
    "tie": r"\.?-",
    "sign": r"[.~H-Wh-w]",
    "spacer": rf"y{LENGTH}",
    "space": r"\s+|[`$\\!*;?@#]",
    "other": r".",
}
TOKEN = re.compile("|".join(f"(?P<{kind}>{pattern})" for kind, pattern in KINDS.items()))
SPLIT_LENGTH = re.compile(r"(\d*)(/*)(\d*)")
LONGEST_NUMBER = 6  # digits: no note of music is so many units long

SYMBOL = re.compile(
    r"\(?([A-G])(##?|bb?|\u266f|\u266d)?"
    r"((?:maj|Maj|min|mi(?!n)|ma(?!j)|m|M|dim|aug|sus|add|alt|\u00f8|\u00b0|o|\u0394|[-+\d#b(),\u266f\u266d]|\s(?=add|sus))*)"
    r"(?:/([A-G])(##?|bb?|\u266f|\u266d)?)?\)?\s*"
)
SPELLINGS = (
    ("\u266f", "#"),
    ("\u266d", "b"),
    ("\u0394", "maj"),
    ("Maj", "maj"),
    ("min", "m"),
    ("mi", "m"),
    ("ma7", "maj7"),
    ("M7", "maj7"),
    ("\u00f8", "m7b5"),
    ("\u00b0", "dim"),
    ("aug", "+"),
)
NO_CHORD = ("n.c.", "nc", "n.c", "no chord", "tacet")


class Token(NamedTuple):
    """A sign of a line of music: its kind, one of `KINDS`, and its text."""

    kind: str
    text: str


def tokens_of(line: str) -> Iterator[Token]:
    """The tokens of a line of music, in order."""
    for found in TOKEN.finditer(line):
        yield Token(str(found.lastgroup), found[0])


@lru_cache(maxsize=4096)
def length_of(text: str) -> Fraction:
    """How many unit notes a length such as ``3/2``, ``/`` or nothing says.

    Raises
    ------
    ValueError
        Where it is no length.
    """
    if not text:
        return Fraction(1)
    found = SPLIT_LENGTH.fullmatch(text)
    above, slashes, under = found.groups() if found else ("", "", "")
    if not found or len(above) > LONGEST_NUMBER or len(under) > LONGEST_NUMBER or len(slashes) > LONGEST_NUMBER:
        raise ValueError(f"{text[:20]} is no length of a note")
    divided = (int(under) * 2 ** (len(slashes) - 1) if under else 2 ** len(slashes)) if slashes else 1
    length = Fraction(int(above or 1), divided) if divided else Fraction(0)
    if not length:
        raise ValueError(f"{text[:20]} is no length of a note")
    return length


def chord_symbol_of(text: str) -> str:
    """A chord symbol as players write it; empty where the words are none."""
    said = text.strip().split(";")[0]
    if said.lower() in NO_CHORD:
        return "N.C."
    found = SYMBOL.fullmatch(said)
    if not found:
        return ""
    symbol = said.strip("() ") if said.startswith("(") else said.strip()
    head, slash, bass = symbol.partition("/")
    kind = head[1:]
    for old, new in SPELLINGS:
        kind = kind.replace(old, new)
    kind = re.sub("^o", "dim", re.sub("^-", "m", kind))
    kind = {"maj": "", "M": "", "sus": "sus4", "7+": "+7", "mmaj7": "mM7"}.get(kind, kind)
    return head[0] + kind + slash + bass.replace("\u266f", "#").replace("\u266d", "b")
