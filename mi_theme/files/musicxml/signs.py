"""What stands at the beginning of a staff in MusicXML: time, key, clef."""

from __future__ import annotations

from typing import Any

from lxml.etree import Element, SubElement

from mi_theme.meter import Meter
from mi_theme.notated.model import WrittenKey
from mi_theme.notated.staves import Staff, clef_of

__all__ = ["clef_element", "key_element", "time_element"]


def key_element(key: WrittenKey) -> Any:
    element = Element("key")
    SubElement(element, "fifths").text = str(key.fifths)
    if key.mode:
        SubElement(element, "mode").text = key.mode
    return element


def time_element(meter: Meter) -> Any:
    """A plain signature, which every program reads; its groups beside it in brackets."""
    element = Element("time")
    SubElement(element, "beats").text = str(meter.numerator)
    SubElement(element, "beat-type").text = str(meter.denominator)
    if meter.grouping:
        other = SubElement(element, "interchangeable")
        SubElement(other, "time-relation").text = "parentheses"
        SubElement(other, "beats").text = str(meter.grouping)
        SubElement(other, "beat-type").text = str(meter.denominator * meter.grouping.total // meter.numerator)
    return element


def clef_element(staff: Staff, number: int = 0) -> Any:
    """The clef of a staff; with its number where it is one of several."""
    element = Element("clef", {"number": str(number)} if number else {})
    if staff.percussion:
        SubElement(element, "sign").text = "percussion"
        return element
    shape, line, octave = clef_of(staff)
    SubElement(element, "sign").text = shape
    SubElement(element, "line").text = str(line)
    if octave:
        SubElement(element, "clef-octave-change").text = str(octave)
    return element
