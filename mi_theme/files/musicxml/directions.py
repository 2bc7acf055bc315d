"""What MusicXML says between notes: tempos, chord symbols, words, marks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from typing import Any, NamedTuple

from lxml import etree

from mi_theme.files.musicxml.counting import LENGTHS, number_of
from mi_theme.files.musicxml.documents import plain_text

__all__ = ["Remark", "chord_symbol", "harmony_element", "remarks_of"]

# kinds of chords, as players write them behind the root
KINDS = {
    "major": "",
    "minor": "m",
    "augmented": "+",
    "diminished": "dim",
    "dominant": "7",
    "major-seventh": "maj7",
    "minor-seventh": "m7",
    "diminished-seventh": "dim7",
    "augmented-seventh": "+7",
    "half-diminished": "m7b5",
    "major-minor": "mM7",
    "major-sixth": "6",
    "minor-sixth": "m6",
    "dominant-ninth": "9",
    "major-ninth": "maj9",
    "minor-ninth": "m9",
    "dominant-11th": "11",
    "major-11th": "maj11",
    "minor-11th": "m11",
    "dominant-13th": "13",
    "major-13th": "maj13",
    "minor-13th": "m13",
    "suspended-second": "sus2",
    "suspended-fourth": "sus4",
    "power": "5",
}
NO_CHORD = "N.C."
ALTERATIONS = {-2: "bb", -1: "b", 0: "", 1: "#", 2: "##"}
SIGNED = {sign: alter for alter, sign in ALTERATIONS.items()}
SYMBOL = re.compile(r"([A-G])(bb|b|##|#)?([^/]*)(?:/([A-G])(bb|b|##|#)?)?")
JUMPS = {"dacapo": "D.C.", "dalsegno": "D.S.", "tocoda": "To Coda", "fine": "Fine", "segno": "Segno", "coda": "Coda"}


class Remark(NamedTuple):
    """Something said at a place: "tempo" (quarters a minute), "chord", "text", or "marker", and what."""

    kind: str
    said: str | float


def remarks_of(element: Any) -> Iterator[Remark]:
    """The remarks of a `<direction>` or a `<sound>`."""
    sounds = [element] if element.tag == "sound" else list(element.iterchildren("sound"))
    tempos = [sound.get("tempo") for sound in sounds if sound.get("tempo")]
    marks = [tempo for tempo in map(_metronome, element.iter("metronome")) if tempo]
    for speed in [number_of(tempo) for tempo in tempos[:1]] or marks[:1]:
        if speed > 0:
            yield Remark("tempo", speed)
    for sound in sounds:
        yield from (Remark("marker", words) for name, words in JUMPS.items() if sound.get(name))
    for words in element.iter("words"):
        if text := plain_text(words.text):
            yield Remark("text", text)
    for mark in element.iter("rehearsal"):
        if text := plain_text(mark.text):
            yield Remark("marker", text)


def _metronome(mark: Any) -> float | None:
    """Quarters a minute of a metronome mark; none where it gives no number, such as an equation of two notes."""
    units, dots = [], 0
    for child in mark:
        if child.tag == "beat-unit":
            units.append((child.text or "").strip())
        elif child.tag == "beat-unit-dot":
            dots += 1
    said = re.search(r"\d+(\.\d+)?", mark.findtext("per-minute") or "")
    if len(units) != 1 or units[0] not in LENGTHS or not said or dots > 3:
        return None
    return number_of(said[0]) * float(LENGTHS[units[0]] * (2 - Fraction(1, 2**dots)))


def chord_symbol(harmony: Any) -> str:
    """A chord symbol as text, such as ``F#m7b5/C``; empty where it names no root."""
    kind = harmony.find("kind")
    name = (kind.text or "").strip() if kind is not None else ""
    if name == "none":
        return NO_CHORD
    root = _letter(harmony.find("root"), "root")
    if not root:
        return ""
    printed = plain_text(kind.get("text")) if kind is not None else ""
    bass = _letter(harmony.find("bass"), "bass")
    degrees = "".join(map(_degree, harmony.iterchildren("degree")))
    return f"{root}{KINDS.get(name, printed)}{degrees}{'/' if bass else ''}{bass}"


def harmony_element(symbol: str) -> Any:
    """A `<harmony>` that says a chord symbol; what stands behind its root as it is, where it is no kind that MusicXML names."""
    element = etree.Element("harmony")
    said = SYMBOL.fullmatch(symbol)
    letter, signs, kind, bass, bass_signs = said.groups("") if said else ("C", "", symbol, "", "")
    root = etree.SubElement(element, "root")
    etree.SubElement(root, "root-step").text = letter
    if signs:
        etree.SubElement(root, "root-alter").text = str(SIGNED[signs])
    names = {printed: name for name, printed in KINDS.items()}
    name = names.get(kind, "other") if said else "none"
    etree.SubElement(element, "kind", text=kind).text = name
    if bass:
        low = etree.SubElement(element, "bass")
        etree.SubElement(low, "bass-step").text = bass
        if bass_signs:
            etree.SubElement(low, "bass-alter").text = str(SIGNED[bass_signs])
    return element


def _letter(element: Any, name: str) -> str:
    """The letter of a root or a bass, with its sharps or flats."""
    letter = (element.findtext(f"{name}-step") or "").strip() if element is not None else ""
    altered = round(number_of(element.findtext(f"{name}-alter") or "0")) if letter else 0
    return letter + ALTERATIONS.get(altered, "") if letter in tuple("ABCDEFG") else ""


def _degree(degree: Any) -> str:
    number, alter = (degree.findtext(f"degree-{name}") or "0" for name in ("value", "alter"))
    kind = (degree.findtext("degree-type") or "").strip()
    word = {"add": "add", "subtract": "no"}.get(kind, "")
    return f"({word}{ALTERATIONS.get(round(number_of(alter)), '')}{int(number_of(number))})"
