"""MusicXML made such that music21 reads it right, and what music21 does not carry brought back to its Stream.

music21 10 makes one note two where a direction stands inside a chord, sounds cue
notes, knows one instrument of a part, refuses keys of single steps and accidentals
of microtones, and writes rounded tuplets only where their lengths are exact. What
it keeps of a note is its colour: keys of drums and cue notes travel in colours.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from math import lcm
from typing import Any

from lxml import etree

from mi_theme.errors import FileError
from mi_theme.files.disk import FileWarning, first_line
from mi_theme.files.musicxml.counting import QUARTER, nominal, number_of
from mi_theme.files.musicxml.documents import SAFE, Heading, text_of_score
from mi_theme.files.musicxml.signatures import Shift, key_of, meter_of
from mi_theme.files.notation.barring import CUE, GROUPING
from mi_theme.meter import Meter

__all__ = ["CUE_COLOUR", "DRUM_COLOUR", "Restoring", "coloured_key", "normalised"]

CUE_COLOUR = "#FEC0E1"
DRUM_COLOUR = "#FED0"  # and the key in two hexadecimal digits
MOST_DIVISIONS = 10**7  # of a quarter: more are no tuplets but damage
PLAIN_ACCIDENTALS = (
    "sharp",
    "natural",
    "flat",
    "double-sharp",
    "sharp-sharp",
    "flat-flat",
    "natural-sharp",
    "natural-flat",
)


@dataclass
class Restoring:
    """What is brought back to a Stream: by part, the bar in which a grouped signature or a new transposition stands."""

    groupings: dict[str, dict[int, Meter]] = field(default_factory=dict)
    transposed: dict[str, list[int]] = field(default_factory=dict)

    def restore(self, stream: Any) -> None:
        """Groups to signatures, instruments to their bars, cue notes and keys of drums to their notes."""
        from music21 import instrument as instruments

        for part in getattr(stream, "parts", ()):
            named = [player.partId for player in part.getElementsByClass("Instrument") if player.partId]
            name = named[0] if named else str(part.id).partition("-Staff")[0]
            measures = list(part.getElementsByClass("Measure"))
            for index, meter in self.groupings.get(name, {}).items():
                if index < len(measures) and measures[index].timeSignature:
                    measures[index].timeSignature.editorial[GROUPING] = str(meter)
            changes = list(part.getElementsByClass("Instrument"))[1:]
            for change, index in zip(changes, self.transposed.get(name, ()), strict=False):
                if index < len(measures):
                    part.setElementOffset(change, measures[index].offset)
            drums: dict[int, Any] = {}
            for note in (inner for e in part.recurse().notes for inner in getattr(e, "notes", None) or (e,)):
                colour = note.style.color if note.hasStyleInformation else None
                if colour == CUE_COLOUR:
                    note.style.color, note.editorial[CUE] = None, True
                elif (key := coloured_key(colour)) is not None:
                    if key not in drums:
                        drums[key] = instruments.UnpitchedPercussion()  # type: ignore[no-untyped-call]
                        drums[key].percMapPitch = key
                    note.style.color, note.storedInstrument = None, drums[key]


def coloured_key(colour: str | None) -> int | None:
    """The key of a drum that a colour says."""
    if not colour or not colour.startswith(DRUM_COLOUR) or len(colour) != len(DRUM_COLOUR) + 2:
        return None
    return int(colour[len(DRUM_COLOUR) :], 16)


def normalised(data: bytes, source: str = "") -> tuple[bytes, Restoring]:
    """The text of a MusicXML file for music21, and what to bring back to what it makes of it.

    Raises
    ------
    FileError
        Where it is damaged.
    """
    where = source or "MusicXML"
    try:
        root = etree.fromstring(text_of_score(data, where), etree.XMLParser(**SAFE))
        if root.tag not in ("score-partwise", "score-timewise"):
            raise FileError(f"{where}: not a MusicXML score: it begins with <{str(root.tag)[:40]}>")
        if root.tag == "score-timewise":
            _turn(root)
        heading, restoring = Heading(), Restoring()
        for element in root.iter("score-part"):
            heading.read(element)
        left_out = sum(_normalise(part, heading, restoring) for part in root.iterchildren("part"))
    except FileError:
        raise
    except (etree.XMLSyntaxError, ValueError, ArithmeticError, TypeError, AttributeError, IndexError) as error:
        raise FileError(f"{where}: damaged: {first_line(error)}") from None
    if left_out:
        words = f"{where}: {left_out} accidentals or keys of other tunings than twelve are left out"
        warnings.warn(words, FileWarning, stacklevel=4)
    return etree.tostring(root), restoring


def _turn(root: Any) -> None:
    """Bars of parts become parts of bars."""
    parts: dict[str, Any] = {}
    for measure in list(root.iterchildren("measure")):
        for part in measure.iterchildren("part"):
            name = part.get("id", "")
            if name not in parts:
                parts[name] = etree.SubElement(root, "part", id=name)
            bar = etree.SubElement(parts[name], "measure", **measure.attrib)
            bar.extend(list(part))
        root.remove(measure)
    root.tag = "score-partwise"


def _normalise(part: Any, heading: Heading, restoring: Restoring) -> int:
    """Change one part; how many signs of other tunings are left out."""
    name, left_out = part.get("id", ""), 0
    instruments = heading.instruments.get(name, {})
    groupings = restoring.groupings.setdefault(name, {})
    transposed = restoring.transposed.setdefault(name, [])
    _divide(part)
    for index, measure in enumerate(part.iterchildren("measure")):
        _bring_chords_together(measure)
        for time in measure.iter("time"):
            meter = meter_of(time)
            if meter and meter.grouping:
                groupings[index] = meter
                _write_plainly(time, meter)
        for key in list(measure.iter("key")):
            left_out += _normalise_key(key)
        if index and measure.find("attributes/transpose") is not None:
            transposed.append(index)
        for note in measure.iterchildren("note"):
            left_out += _normalise_note(note, instruments)
    return left_out


def _bring_chords_together(measure: Any) -> None:
    """What stands between the notes of a chord goes before the chord."""
    first, between = None, []
    for element in list(measure):
        if element.tag != "note":
            between.append(element)
            continue
        if element.find("chord") is None:
            first = element
        elif first is not None:
            for other in between:
                if other.tag not in ("backup", "forward"):
                    first.addprevious(other)
        between = []


def _write_plainly(time: Any, meter: Meter) -> None:
    for child in list(time):
        time.remove(child)
    etree.SubElement(time, "beats").text = str(meter.numerator)
    etree.SubElement(time, "beat-type").text = str(meter.denominator)


def _normalise_key(key: Any) -> bool:
    """A key of single steps as one of fifths where it is one, else away; whether it went."""
    if key.find("fifths") is not None:
        return False
    said = key_of(key, Shift())
    if said is None:
        home = key.getparent()
        home.remove(key)
        if not len(home):
            home.getparent().remove(home)
        return True
    for child in list(key):
        key.remove(child)
    etree.SubElement(key, "fifths").text = str(said[0])
    return False


def _normalise_note(note: Any, instruments: Any) -> int:
    """Cue notes and keys of drums get colours, microtones go; how many did."""
    left_out = 0
    if note.find("cue") is not None:
        note.set("color", CUE_COLOUR)
    elif note.find("unpitched") is not None:
        named = note.find("instrument")
        drum = instruments.get(named.get("id", "")) if named is not None else None
        if drum is not None and drum.key is not None and len({other.key for other in instruments.values()}) > 1:
            note.set("color", f"{DRUM_COLOUR}{drum.key:02X}")
    for accidental in note.findall("accidental"):
        if (accidental.text or "").strip() not in PLAIN_ACCIDENTALS:
            note.remove(accidental)
            left_out += 1
    alter = note.find("pitch/alter")
    if alter is not None:
        altered = number_of(alter.text or "0")
        if altered != int(altered):
            alter.text = str(int(altered) + (abs(altered - int(altered)) > 0.5) * (1 if altered > 0 else -1))
    return left_out


# Durations


def _divide(part: Any) -> None:
    """Lengths of tuplets that a file rounds made exact; divisions that come too late said at the beginning."""
    said = part.find(".//divisions")
    if said is None:
        said = part.getroottree().getroot().find(".//divisions")
    first = part.find("measure")
    if first is None or said is None:
        return
    head = first.find("attributes")
    if head is None or next(first.iterchildren("note", "backup", "forward", "attributes"), head) is not head:
        head = etree.Element("attributes")
        first.insert(0, head)
    if head.find("divisions") is None:
        head.insert(0, etree.Element("divisions"))
        head[0].text = said.text
    rounded = [length for note, divisions in _notes(part) if (length := _rounded(note, divisions))]
    if not rounded:
        return
    fractions = [Fraction(number_of(e.text)) for e in part.iter("divisions")]
    unit = lcm(*(length.denominator for length in rounded), *(fraction.numerator for fraction in fractions))
    if unit > MOST_DIVISIONS or any(fraction.denominator > 1 for fraction in fractions):
        return
    divisions = Fraction(1)
    for measure in part.iterchildren("measure"):
        divisions = _rewrite(measure, unit, divisions)


def _notes(part: Any) -> Iterator[tuple[Any, Fraction]]:
    divisions = Fraction(1)
    for element in part.iter("divisions", "note"):
        if element.tag == "divisions":
            divisions = Fraction(number_of(element.text)) or Fraction(1)
        else:
            yield element, divisions


def _rounded(note: Any, divisions: Fraction) -> Fraction | None:
    """The exact length in quarters of a note of a tuplet whose own length is it but for rounding."""
    fields = {child.tag: child for child in note}
    if "time-modification" not in fields or "duration" not in fields:
        return None
    written = nominal(fields, len(note.findall("dot")))
    if not written:
        return None
    exact, own = Fraction(written) / QUARTER, Fraction(number_of(fields["duration"].text)) / divisions
    return exact if 0 < abs(exact - own) < 1 / divisions else None


def _rewrite(measure: Any, unit: int, divisions: Fraction) -> Fraction:
    """Durations of a bar in parts of a quarter, such that those of rounded tuplets are exact; its own divisions at its end."""
    raw = now = Fraction(0)
    for element in list(measure.iter("divisions", "note", "backup", "forward", "offset")):
        if element.tag == "divisions":
            divisions, element.text = Fraction(number_of(element.text)) or Fraction(1), str(unit)
            continue
        if element.tag == "offset":
            element.text = str(round(Fraction(number_of(element.text or "0")) / divisions * unit))
            continue
        length = element.find("duration")
        if length is None:
            continue
        own = Fraction(number_of(length.text)) / divisions
        if element.tag == "note":
            meant = _rounded(element, divisions) or own
            if element.find("chord") is None:
                raw, now = raw + own, now + meant
        else:
            raw += own if element.tag == "forward" else -own
            meant = raw - now if element.tag == "forward" else now - raw
            now = raw
            if meant <= 0:
                measure.remove(element)
                continue
        length.text = str(round(meant * unit))
    return divisions
