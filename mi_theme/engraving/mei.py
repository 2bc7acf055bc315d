"""Staves as MEI, the notation that the engraver reads: exact values, explicit beams, ties, tuplets and accidentals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import accumulate, chain, groupby
from xml.etree.ElementTree import Element, SubElement, tostring

from mi_theme.engraving.mei_marks import articulations_of, marks_of_frame, verses_of
from mi_theme.engraving.said_marks import bar_lines_at, marked
from mi_theme.meter import Meter
from mi_theme.notated.bar_symbols import BarVoice, Symbol, accidentals, bar_voices, resolution_of
from mi_theme.notated.staves import LOWER, Head, Staff, StaffNote, clef_of
from mi_theme.notated.written_values import NewBar
from mi_theme.pitch import LETTERS

__all__ = ["mei"]

NAMESPACE = "http://www.music-encoding.org/ns/mei"
ID = "{http://www.w3.org/XML/1998/namespace}id"
ACCIDENTALS = {-2: "ff", -1: "f", 0: "n", 1: "s", 2: "x"}
LOWEST_LINE = 30  # the step that a drum on the lowest line has


def mei(staves: Sequence[Staff], numbered: bool = True) -> str:
    """The text of a score of these staves; with the numbers of bars where systems begin."""
    staves = [marked(staff) for staff in staves]
    root = Element("mei", {"xmlns": NAMESPACE, "meiversion": "5.0"})
    place = root
    for name in ("music", "body", "mdiv", "score"):
        place = SubElement(place, name)
    group = SubElement(SubElement(place, "scoreDef"), "staffGrp", {"bar.thru": "false"})
    firsts = accumulate(staff.labels != LOWER for staff in staves)
    for _, members in groupby(zip(firsts, enumerate(staves, 1), strict=True), key=lambda pair: pair[0]):
        hands = [pair for _, pair in members]
        inside = SubElement(group, "staffGrp", {"symbol": "brace", "bar.thru": "true"}) if len(hands) > 1 else group
        for number, staff in hands:
            inside.append(_definition(staff, number))
    section = SubElement(place, "section")
    music = [
        {bar.start: voices for bar, voices in zip(chain.from_iterable(staff.frames), found, strict=True)}
        for staff, found in zip(staves, bar_voices(staves, resolution_of(staves)), strict=True)
    ]
    inside = section
    for index, frame in enumerate(staves[0].frames):
        if index:
            _change_keys(inside, staves, frame[0].start)
        lines = bar_lines_at(staves, frame[0].start, frame[-1].end)
        if lines.ending:
            inside = SubElement(section, "ending", {"n": lines.ending, "label": f"{lines.ending}."})
        sides = {side: form for side, form in (("left", lines.left), ("right", lines.right)) if form}
        sides |= {"right": "invis"} if any(staff.blank for staff in staves) else {}
        measure = SubElement(inside, "measure", ({"n": str(frame[0].number)} if numbered else {}) | sides)
        inside = section if lines.ends else inside
        for number, staff in enumerate(staves, 1):
            measure.append(_staff(staff, music[number - 1], index, number))
        for number, staff in enumerate(staves, 1):
            if not staff.blank:
                measure.extend(marks_of_frame(staff, index, number))
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, "unicode")


def _change_keys(section: Element, staves: Sequence[Staff], place: Fraction) -> None:
    """The key signatures that staves have from a bar line on."""
    changed = [(number, fifths) for number, staff in enumerate(staves, 1) for at, fifths in staff.keys if at == place]
    group = SubElement(SubElement(section, "scoreDef"), "staffGrp") if changed else section
    for number, fifths in changed:
        SubElement(group, "staffDef", {"n": str(number), "keysig": _key(fifths)})


def _key(fifths: int) -> str:
    return f"{abs(fifths)}{'s' if fifths > 0 else 'f'}" if fifths else "0"


def _definition(staff: Staff, number: int) -> Element:
    """Clef, key and metre of a staff."""
    element = Element("staffDef", {"n": str(number), "lines": "5", **_setting(staff)})
    element.append(_signature(staff, staff.frames[0][0].meter))
    return element


def _signature(staff: Staff, meter: Meter) -> Element:
    """A signature: plain, and its groups in the label; printed as a sum where the same metre comes in other groups too."""
    groups = {bar.meter.grouping for frame in staff.frames for bar in frame if bar.meter.plain == meter.plain}
    written = meter.grouping and len(groups) > 1 and meter.grouping.total == meter.numerator
    count = str(meter.grouping) if written else str(meter.numerator)
    found = {"count": count, "unit": str(meter.denominator)}
    return Element("meterSig", found | ({"label": str(meter)} if meter.grouping else {}))


def _setting(staff: Staff) -> dict[str, str]:
    """Clef and key of a staff."""
    if staff.percussion:
        return {"clef.shape": "perc"}
    shape, line, octave = clef_of(staff)
    found = {
        "clef.shape": shape,
        "clef.line": str(line),
        "keysig": _key(staff.fifths),
    }
    if octave:
        found |= {"clef.dis": "8", "clef.dis.place": "above" if octave > 0 else "below"}
    return found


def _staff(staff: Staff, music: Mapping[Fraction, Sequence[BarVoice]], index: int, number: int) -> Element:
    """A staff's share of a frame."""
    element = Element("staff", {"n": str(number)})
    bars = staff.frames[index]
    for voice in range(max(len(staff.voices), 1)):
        layer = Element("layer", {"n": str(voice + 1)})
        for place, bar in enumerate(bars):
            _open(layer, staff, bar, first=index == place == 0, voice=voice, inner=place > 0)
            if staff.blank:
                SubElement(layer, "mSpace")
            else:
                signs = {} if staff.percussion else accidentals(music[bar.start], staff.fifths_at(bar.start))
                _fill(layer, music[bar.start], bar, voice, signs, alone=len(bars) == 1)
        if voice == 0 or len(layer):
            element.append(layer)
    return element


def _open(layer: Element, staff: Staff, bar: NewBar, *, first: bool, voice: int, inner: bool) -> None:
    """A bar line inside a frame, and a new signature."""
    if voice == 0 and inner:
        SubElement(layer, "barLine", {"form": "single"})
    if voice == 0 and bar.signed and not first:
        layer.append(_signature(staff, bar.meter))


def _fill(
    layer: Element,
    voices: Sequence[BarVoice],
    bar: NewBar,
    voice: int,
    signs: Mapping[str, set[int]],
    *,
    alone: bool,
) -> None:
    """Notes, and the rests of the first voice that has notes where no other sounds; an empty bar has one rest. Tuplets, beams, and the symbols in them."""
    sounding = [index for index, one in enumerate(voices) if one.notes]
    if alone and voice == 0 and not sounding:
        SubElement(layer, "mRest")
        return
    first, here = voice == min(sounding, default=0), voices[voice]
    others = [other.layout for other in voices if other.notes and other is not here] if first else []
    for run in here.layout.runs:
        place = layer
        if run.ratio != 1:
            numbers = {"num": str(run.ratio.denominator), "numbase": str(run.ratio.numerator)}
            place = SubElement(layer, "tuplet", numbers)
        for group in run.groups:
            beam = SubElement(place, "beam") if len(group) > 1 else place
            for symbol in group:
                if symbol.which < 0:
                    shown = first and not any(layout.sounds_through(symbol) for layout in others)
                    SubElement(beam, "rest" if shown else "space", _value(symbol.value))
                else:
                    beam.extend(_notes(symbol, here, here.name_of(symbol, bar), signs))


def _notes(symbol: Symbol, voice: BarVoice, name: str, signs: Mapping[str, set[int]]) -> Iterator[Element]:
    """A note or a chord, and its grace notes before it and behind."""
    note = voice.notes[symbol.which]
    yield from _graces(note.graces if symbol.begins else (), f"{name}g", signs)
    yield _note(symbol, note, name, signs)
    yield from _graces(note.tails if symbol.tie in ("", "t") else (), f"{name}g", signs)


def _graces(heads: Sequence[Head], name: str, signs: Mapping[str, set[int]]) -> Iterator[Element]:
    """One grace note is an eighth with a stroke, several are sixteenths under a beam."""
    several = len(heads) > 1
    value = {"grace": "acc", "dur": "16"} if several else {"grace": "unacc", "dur": "8"}
    found = [
        Element("note", {ID: f"{name}{number}", **value, **_head(head, head.step in signs.get(name, ()))})
        for number, head in enumerate(heads)
    ]
    beam = Element("beam")
    beam.extend(found)
    yield from [beam] if several else found


def _note(symbol: Symbol, note: StaffNote, name: str, signs: Mapping[str, set[int]]) -> Element:
    found = {ID: name, **_value(symbol.value), **({"tie": symbol.tie} if symbol.tie else {})}
    if symbol.begins:
        found |= articulations_of(note)
    if len(note.heads) == 1:
        (head,) = note.heads
        alone = Element("note", found | _head(head, head.step in signs.get(name, ())))
        alone.extend(verses_of(note) if symbol.begins else ())
        return alone
    chord = Element("chord", found)
    chord.extend(verses_of(note) if symbol.begins else ())
    for index, head in enumerate(note.heads):
        SubElement(chord, "note", {ID: f"{name}h{index}", **_head(head, head.step in signs.get(name, ()))})
    return chord


def _head(head: Head, signs: bool) -> dict[str, str]:
    """Pitch and sign of a note; place and shape of a drum."""
    if head.shape:
        return {"loc": str(head.step - LOWEST_LINE), "head.shape": head.shape}
    octave, letter = divmod(head.step, 7)
    found = {"pname": LETTERS[letter].lower(), "oct": str(octave)}
    if signs:
        return found | {"accid": ACCIDENTALS[head.alter]}
    return found | ({"accid.ges": ACCIDENTALS[head.alter]} if head.alter else {})


def _value(quarters: Fraction) -> dict[str, str]:
    """The written value: 4 for a quarter, with its dots."""
    dots = 0 if quarters.numerator & (quarters.numerator - 1) == 0 else 1
    whole = Fraction(4) / (quarters / Fraction(3, 2) if dots else quarters)
    return {"dur": "breve" if whole < 1 else str(whole), **({"dots": "1"} if dots else {})}
