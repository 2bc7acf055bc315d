"""Staves as MEI, the notation that the engraver reads: exact values, explicit beams, ties, tuplets and accidentals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import chain, groupby
from xml.etree.ElementTree import Element, SubElement, tostring

from mi_theme.engraving.staves import Head, Item, Staff, clef_of, items_of, key_alterations, tuplet_ratio
from mi_theme.files.notation.barring import NewBar, beam_group
from mi_theme.meter import Meter
from mi_theme.pitch import LETTERS

__all__ = ["mei"]

NAMESPACE = "http://www.music-encoding.org/ns/mei"
ID = "{http://www.w3.org/XML/1998/namespace}id"
ACCIDENTALS = {-2: "ff", -1: "f", 0: "n", 1: "s", 2: "x"}
LOWEST_LINE = 30  # the step that a drum on the lowest line has

Signs = dict[tuple[str, int], bool]


def mei(staves: Sequence[Staff], numbered: bool = True) -> str:
    """The text of a score of these staves; with the numbers of bars where systems begin."""
    root = Element("mei", {"xmlns": NAMESPACE, "meiversion": "5.0"})
    place = root
    for name in ("music", "body", "mdiv", "score"):
        place = SubElement(place, name)
    group = SubElement(SubElement(place, "scoreDef"), "staffGrp", {"bar.thru": "false"})
    for number, staff in enumerate(staves, 1):
        group.append(_definition(staff, number))
    section = SubElement(place, "section")
    for index, frame in enumerate(staves[0].frames):
        last = {"right": "invis"} if any(staff.blank for staff in staves) else {}
        measure = SubElement(section, "measure", ({"n": str(frame[0].number)} if numbered else {}) | last)
        for number, staff in enumerate(staves, 1):
            measure.append(_staff(staff, index, number))
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, "unicode")


def _definition(staff: Staff, number: int) -> Element:
    """Clef, key and metre of a staff."""
    meter = staff.frames[0][0].meter
    found = {"n": str(number), "lines": "5", "meter.count": str(meter.numerator), "meter.unit": str(meter.denominator)}
    if staff.percussion:
        return Element("staffDef", found | {"clef.shape": "perc"})
    shape, line, octave = clef_of(staff)
    found |= {
        "clef.shape": shape,
        "clef.line": str(line),
        "keysig": f"{abs(staff.fifths)}{'s' if staff.fifths > 0 else 'f'}",
    }
    if octave:
        found |= {"clef.dis": "8", "clef.dis.place": "above" if octave > 0 else "below"}
    return Element("staffDef", found if staff.fifths else {**found, "keysig": "0"})


def _staff(staff: Staff, index: int, number: int) -> Element:
    """A staff's share of a frame."""
    element = Element("staff", {"n": str(number)})
    bars = staff.frames[index]
    for voice in range(max(len(staff.voices), 1)):
        layer = Element("layer", {"n": str(voice + 1)})
        for place, bar in enumerate(bars):
            signs = _accidentals(staff, bar)
            _open(layer, bar, first=index == place == 0, voice=voice, inner=place > 0)
            if staff.blank:
                SubElement(layer, "mSpace")
            else:
                _fill(layer, staff, bar, voice, signs, alone=len(bars) == 1)
        if voice == 0 or len(layer):
            element.append(layer)
    return element


def _open(layer: Element, bar: NewBar, *, first: bool, voice: int, inner: bool) -> None:
    """A bar line inside a frame, and a new signature."""
    if voice == 0 and inner:
        SubElement(layer, "barLine", {"form": "single"})
    if voice == 0 and bar.signed and not first:
        SubElement(layer, "meterSig", {"count": str(bar.meter.numerator), "unit": str(bar.meter.denominator)})


def _accidentals(staff: Staff, bar: NewBar) -> Signs:
    """Which heads of a bar need a sign: those that differ from the key, or from the same line or space before."""
    if staff.percussion:
        return {}
    key, standing, signs = key_alterations(staff.fifths), dict[int, int](), Signs()
    voices = range(len(staff.voices))
    items = sorted((item for voice in voices for item in items_of(staff, bar, voice)), key=lambda item: item.start)
    for item in items:
        for head in item.heads:
            held = item.tie in ("m", "t")
            signs[item.id, head.step] = not held and head.alter != standing.get(head.step, key.get(head.step % 7, 0))
            standing |= {} if held else {head.step: head.alter}
    return signs


def _fill(layer: Element, staff: Staff, bar: NewBar, voice: int, signs: Signs, *, alone: bool) -> None:
    """Notes, and the rests of the first voice that has notes; an empty bar has one rest."""
    voices = [items_of(staff, bar, index) for index in range(max(len(staff.voices), 1))]
    sounding = [index for index, items in enumerate(voices) if any(item.heads for item in items)]
    if alone and voice == 0 and not sounding:
        SubElement(layer, "mRest")
    else:
        _write(layer, voices[voice], bar, signs, "rest" if voice == min(sounding, default=0) else "space")


def _write(layer: Element, items: list[Item], bar: NewBar, signs: Signs, silent: str) -> None:
    """Tuplets, beams, and the symbols in them."""
    for run, ratio in _tuplets(items):
        place = layer
        if ratio != 1:
            place = SubElement(layer, "tuplet", {"num": str(ratio.denominator), "numbase": str(ratio.numerator)})
        for beamed in _beams(run, ratio, bar.meter):
            here = SubElement(place, "beam") if len(beamed) > 1 else place
            for item in beamed:
                here.append(_symbol(item, ratio, signs, silent))


def _tuplets(items: Sequence[Item]) -> Iterator[tuple[list[Item], Fraction]]:
    """Tuplets, from one plain place to the next, and the runs of plain values between them."""
    units: list[list[Item]] = [[]]
    for item in items:
        units[-1].append(item)
        if tuplet_ratio(item.end) == 1:
            units.append([])
    for ratio, group in groupby(filter(None, units), key=_ratio_of):
        for unit in [list(chain.from_iterable(group))] if ratio == 1 else group:
            yield unit, ratio


def _ratio_of(unit: Sequence[Item]) -> Fraction:
    return tuplet_ratio(*(place for item in unit for place in (item.start, item.end)))


def _beams(items: Sequence[Item], ratio: Fraction, meter: Meter) -> Iterator[list[Item]]:
    """Flagged notes of one group of the metre together, everything else alone."""
    flagged = [bool(item.heads) and (item.end - item.start) / ratio < 1 for item in items]
    keys = [
        beam_group(item.start, meter) if flag else -1 - i
        for i, (item, flag) in enumerate(zip(items, flagged, strict=True))
    ]
    for _, group in groupby(zip(keys, items, strict=True), key=lambda pair: pair[0]):
        yield [item for _, item in group]


def _symbol(item: Item, ratio: Fraction, signs: Signs, silent: str) -> Element:
    """A note, a chord or a rest."""
    value = _value((item.end - item.start) / ratio)
    if not item.heads:
        return Element(silent, value)
    tie = {"tie": item.tie} if item.tie else {}
    if len(item.heads) == 1:
        return Element(
            "note", {ID: item.id, **value, **tie, **_head(item.heads[0], signs.get((item.id, item.heads[0].step)))}
        )
    chord = Element("chord", {ID: item.id, **value, **tie})
    for index, head in enumerate(item.heads):
        SubElement(chord, "note", {ID: f"{item.id}h{index}", **_head(head, signs.get((item.id, head.step)))})
    return chord


def _head(head: Head, signs: bool | None) -> dict[str, str]:
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
