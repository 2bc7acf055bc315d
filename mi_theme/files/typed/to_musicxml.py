"""Typed music as MusicXML, which our readers and music21 take from there."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from functools import lru_cache
from itertools import zip_longest
from math import lcm
from typing import Any

from lxml.etree import Element, SubElement, tostring

from mi_theme.errors import FileError
from mi_theme.files.disk import FileWarning
from mi_theme.files.musicxml.directions import harmony_element
from mi_theme.files.musicxml.documents import plain_text
from mi_theme.files.musicxml.signs import time_element
from mi_theme.files.typed.model import TypedBar, TypedKey, TypedNote, TypedPart, TypedPitch, TypedRemark, TypedScore
from mi_theme.meter import Meter

__all__ = ["musicxml_of_typed", "tempo_remark"]

MOST_DIVISIONS = 10**6  # of a quarter: more are no music
BEATS = {
    Fraction(8): "breve",
    Fraction(4): "whole",
    Fraction(2): "half",
    Fraction(1): "quarter",
    Fraction(1, 2): "eighth",
    Fraction(1, 4): "16th",
    Fraction(1, 8): "32nd",
}
DRUMS, FIRST_DRUM = "10", "1"
NOTATIONS = ("slur", "ornaments", "technical", "articulations", "fermata", "arpeggiate")  # in the order of MusicXML


def musicxml_of_typed(score: TypedScore, where: str) -> bytes:
    """The bytes of a MusicXML file; a `FileWarning` says what was put right or left out.

    Raises
    ------
    FileError
        Where lengths are so odd that no music has them.
    """
    if score.faults:
        words = f"{where}: read with {len(score.faults)} fault(s) put right, such as: {score.faults[0]}"
        warnings.warn(words, FileWarning, stacklevel=5)
    root = Element("score-partwise", version="4.0")
    if title := plain_text(score.title):
        SubElement(root, "movement-title").text = title
    identification = SubElement(root, "identification")
    if composer := plain_text(score.composer):
        SubElement(identification, "creator", type="composer").text = composer
    if rights := plain_text(score.rights):
        SubElement(identification, "rights").text = rights
    listed = SubElement(root, "part-list")
    pickup = _opens_short(score.parts)
    _measure_rests(score.parts)
    divisions = _divisions(score, where)
    for number, part in enumerate(score.parts, 1):
        name = f"P{number}"
        _list_part(listed, name, part)
        _write_bars(SubElement(root, "part", id=name), part, divisions, pickup)
    return bytes(tostring(root, xml_declaration=True, encoding="UTF-8"))


def _divisions(score: TypedScore, where: str) -> int:
    """Parts of a quarter in which all lengths are whole."""
    lengths: set[Fraction] = set()
    for note in (item for part in score.parts for bar in part.bars for voice in bar.voices.values() for item in voice):
        if isinstance(note, TypedNote):
            lengths.add(note.lasts)
            lengths.update(pitch.lasts for pitch in note.pitches if pitch.lasts)
    found = lcm(8, *(length.denominator for length in lengths))
    if found > MOST_DIVISIONS:
        raise FileError(f"{where}: damaged: notes of 1/{found} of a quarter")
    return found


def _opens_short(parts: Sequence[TypedPart]) -> bool:
    """Whether the first bar is a pick-up: in all parts shorter than its metre, and not all there is."""
    firsts = [part.bars[0] for part in parts if part.bars]
    if not firsts or max(len(part.bars) for part in parts) < 2 or not any(bar.length for bar in firsts):
        return False
    return all(bar.meter is not None and bar.length < bar.meter.bar for bar in firsts)


def _measure_rests(parts: Sequence[TypedPart]) -> None:
    """A rest for a bar is as long as that bar is in the other parts, as its metre where nothing else stands there."""
    for bars in zip_longest(*(part.bars for part in parts)):
        lengths: dict[Meter | None, Fraction] = {}
        for bar in filter(None, bars):
            lengths[bar.meter] = max(bar.length, lengths.get(bar.meter, Fraction(0)))
        for bar in filter(None, bars):
            whole = bar.meter.bar if bar.meter else Fraction(4)
            lasts = min(lengths[bar.meter], whole) or whole
            for item in (item for voice in bar.voices.values() for item in voice):
                if isinstance(item, TypedNote) and item.whole_bar:
                    item.lasts = lasts


def _list_part(listed: Any, name: str, part: TypedPart) -> None:
    element = SubElement(listed, "score-part", id=name)
    SubElement(element, "part-name").text = plain_text(part.name)
    if part.program is None and not part.on_drum_channel:
        return
    SubElement(SubElement(element, "score-instrument", id=f"{name}-I1"), "instrument-name").text = plain_text(part.name)
    sound = SubElement(element, "midi-instrument", id=f"{name}-I1")
    if part.on_drum_channel:
        SubElement(sound, "midi-channel").text = DRUMS
    SubElement(sound, "midi-program").text = FIRST_DRUM if part.program is None else str(part.program + 1)


def _write_bars(element: Any, part: TypedPart, divisions: int, pickup: bool) -> None:
    meter: object = ...
    ending = ""
    for number, bar in enumerate(part.bars, 0 if pickup else 1):
        measure = SubElement(element, "measure", number=str(number))
        if number == 0:
            measure.set("implicit", "yes")
        if bar.left or bar.ending:
            ending = bar.ending or ending
            _write_bar_line(measure, "left", bar, ending)
        first = bar is part.bars[0]
        if first or bar.meter != meter:
            attributes = SubElement(measure, "attributes")
            if first:
                SubElement(attributes, "divisions").text = str(divisions)
            _move_key(attributes, bar)
            if bar.meter is not None:
                attributes.append(time_element(bar.meter))
            elif meter is not ...:
                SubElement(SubElement(attributes, "time"), "senza-misura")
            if first and part.transpose:
                shift = SubElement(attributes, "transpose")
                if part.diatonic is not None:
                    SubElement(shift, "diatonic").text = str(part.diatonic)
                SubElement(shift, "chromatic").text = str(part.transpose)
            meter = bar.meter
        _write_voices(measure, bar, part, divisions)
        if bar.right or bar.ending_stops:
            _write_bar_line(measure, "right", bar, ending)


def _move_key(attributes: Any, bar: TypedBar) -> None:
    """The key signature with which a bar begins stands in its attributes, before the metre."""
    for voice in bar.voices.values():
        for item in list(voice):
            if isinstance(item, TypedNote):
                break
            if item.kind == "key":
                voice.remove(item)
                attributes.extend(list(_key(item.said)))
                return


def _write_bar_line(measure: Any, side: str, bar: TypedBar, ending: str) -> None:
    line = SubElement(measure, "barline", location=side)
    repeat = bar.left if side == "left" else bar.right
    style = {"forward": "heavy-light", "backward": "light-heavy"}.get(repeat, repeat)
    if style:
        SubElement(line, "bar-style").text = style
    if side == "left" and bar.ending:
        SubElement(line, "ending", number=bar.ending, type="start")
    if side == "right" and bar.ending_stops:
        SubElement(line, "ending", number=ending or "1", type="stop")
    if repeat in ("forward", "backward"):
        SubElement(line, "repeat", direction=repeat)


def _write_voices(measure: Any, bar: TypedBar, part: TypedPart, divisions: int) -> None:
    before = Fraction(0)
    for number, items in sorted(bar.voices.items()):
        if before:
            SubElement(SubElement(measure, "backup"), "duration").text = str(int(before * divisions))
        before = Fraction(0)
        for item in items:
            if isinstance(item, TypedRemark):
                for made in WRITERS[item.kind](item.said):
                    measure.append(made)
                continue
            before += item.lasts
            _write_note(measure, item, item.lasts, part, str(number), divisions)


def _write_note(measure: Any, note: TypedNote, lasts: Fraction, part: TypedPart, voice: str, divisions: int) -> None:
    for index, pitch in enumerate(note.pitches or [None]):
        element = SubElement(measure, "note", {"print-object": "no"} if note.hidden else {})
        if note.grace:
            SubElement(element, "grace", {"slash": "yes"} if note.grace == "slash" else {})
        if index:
            SubElement(element, "chord")
        if pitch is None:
            SubElement(element, "rest", {"measure": "yes"} if note.whole_bar else {})
        else:
            _write_pitch(element, pitch, part.unpitched)
        if not note.grace:
            own = lasts if pitch is None or pitch.lasts is None else pitch.lasts
            SubElement(element, "duration").text = str(int(own * divisions))
        for kind in pitch.ties if pitch else ():
            SubElement(element, "tie", type=kind)
        SubElement(element, "voice").text = voice
        if note.grace:
            SubElement(element, "type").text = "eighth"
        _write_notations(element, pitch.ties if pitch else (), () if index else note.signs)
        for verse, (text, syllabic) in sorted(note.lyrics.items()) if not index else ():
            lyric = SubElement(element, "lyric", number=str(verse))
            SubElement(lyric, "syllabic").text = syllabic
            SubElement(lyric, "text").text = plain_text(text)


def _write_pitch(note: Any, pitch: TypedPitch, unpitched: bool) -> None:
    element = SubElement(note, "unpitched" if unpitched else "pitch")
    SubElement(element, "display-step" if unpitched else "step").text = pitch.letter
    if pitch.alter and not unpitched:
        SubElement(element, "alter").text = decimal(pitch.alter)
    SubElement(element, "display-octave" if unpitched else "octave").text = str(pitch.octave)


def _write_notations(note: Any, ties: Sequence[str], signs: Sequence[str]) -> None:
    if not ties and not signs:
        return
    notations = SubElement(note, "notations")
    for kind in ties:
        SubElement(notations, "tied", type=kind)
    for group in NOTATIONS:
        home = None
        for sign in signs:
            kind, *rest = sign.split("/")
            if kind != group:
                continue
            if kind == "slur":
                SubElement(notations, "slur", type=rest[0], number=rest[1])
            elif not rest:
                SubElement(notations, kind)
            else:
                home = SubElement(notations, kind) if home is None else home
                SubElement(home, rest[0]).text = rest[1] if len(rest) > 1 else None


# What is said between notes


def tempo_remark(words: str, beats: Sequence[Fraction], per_minute: Fraction | None) -> TypedRemark:
    """A tempo: words, and so many of these beats (in quarters, together one) a minute."""
    return TypedRemark("tempo", (words, tuple(beats), per_minute))


def _tempo(said: Any) -> Iterator[Any]:
    words, beats, per_minute = said
    direction = Element("direction", placement="above")
    if words:
        SubElement(SubElement(direction, "direction-type"), "words").text = plain_text(words)
    if per_minute:
        dotted = beats[0] * Fraction(2, 3)
        kind = BEATS.get(beats[0]) or BEATS.get(dotted)
        if len(beats) == 1 and kind:
            mark = SubElement(SubElement(direction, "direction-type"), "metronome")
            SubElement(mark, "beat-unit").text = kind
            if beats[0] not in BEATS:
                SubElement(mark, "beat-unit-dot")
            SubElement(mark, "per-minute").text = decimal(per_minute)
        SubElement(direction, "sound", tempo=decimal(per_minute * sum(beats)))
    if direction.find("direction-type") is not None:
        yield direction
    elif per_minute:
        yield direction[0]


def _chord(said: Any) -> Iterator[Any]:
    yield harmony_element(str(said))


def _words(said: Any) -> Iterator[Any]:
    if text := plain_text(str(said)):
        yield _direction("words", text)


def _rehearsal(said: Any) -> Iterator[Any]:
    if text := plain_text(str(said)):
        yield _direction("rehearsal", text)


def _dynamics(said: Any) -> Iterator[Any]:
    direction = Element("direction", placement="below")
    SubElement(SubElement(SubElement(direction, "direction-type"), "dynamics"), str(said))
    yield direction


def _wedge(said: Any) -> Iterator[Any]:
    direction = Element("direction", placement="below")
    SubElement(SubElement(direction, "direction-type"), "wedge", type=str(said))
    yield direction


def _jump(said: Any) -> Iterator[Any]:
    """A sign or words, and what they do: (sign or "", words, attribute of `<sound>`)."""
    sign, words, sound = said
    direction = _direction("words", words) if words else Element("direction", placement="above")
    if sign:
        SubElement(SubElement(direction, "direction-type"), sign)
    SubElement(direction, "sound", {sound: "yes" if sound in ("dacapo", "fine") else "1"})
    yield direction


def _direction(kind: str, text: str) -> Any:
    direction = Element("direction", placement="above")
    SubElement(SubElement(direction, "direction-type"), kind).text = text
    return direction


def _key(said: Any) -> Iterator[Any]:
    key: TypedKey = said
    element = Element("key")
    if key.fifths is not None:
        SubElement(element, "fifths").text = str(key.fifths)
        if key.mode:
            SubElement(element, "mode").text = key.mode
    for letter, alter in key.alters if key.fifths is None else ():
        SubElement(element, "key-step").text = letter
        SubElement(element, "key-alter").text = decimal(alter)
    if len(element):
        yield element


def _keyed(said: Any) -> Iterator[Any]:
    for key in _key(said):
        attributes = Element("attributes")
        attributes.append(key)
        yield attributes


def _clef(said: Any) -> Iterator[Any]:
    """A clef in the middle or at the beginning: (sign, line, octaves)."""
    sign, line, octaves = said
    attributes = Element("attributes")
    clef = SubElement(attributes, "clef")
    SubElement(clef, "sign").text = sign
    if line:
        SubElement(clef, "line").text = str(line)
    if octaves:
        SubElement(clef, "clef-octave-change").text = str(octaves)
    yield attributes


WRITERS: dict[str, Callable[[Any], Iterator[Any]]] = {
    "tempo": _tempo,
    "chord": _chord,
    "words": _words,
    "rehearsal": _rehearsal,
    "dynamics": _dynamics,
    "wedge": _wedge,
    "jump": _jump,
    "key": _keyed,
    "clef": _clef,
}


@lru_cache(maxsize=1024)
def decimal(number: Fraction) -> str:
    """A number as XML has it."""
    return f"{float(number):.6f}".rstrip("0").rstrip(".")
