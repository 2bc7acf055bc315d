"""What MusicXML says beside notes, written: tempos, chord symbols, words, dynamics and hairpins."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from lxml.etree import Element, SubElement

from mi_theme.files.musicxml.counting import FASTEST, SLOWEST
from mi_theme.files.musicxml.directions import harmony_element
from mi_theme.files.musicxml.documents import plain_text
from mi_theme.meter import Meter
from mi_theme.notated.model import ScoreWord
from mi_theme.notated.staves import StaffMark
from mi_theme.notated.written_values import NewBar
from mi_theme.score.marks import kind_of

__all__ = ["by_bar", "marks_in_words", "remark_element", "unreadable_tempos"]

DOTTED_BEAT = 3  # pulses: a beat of so many is counted with a dotted note
UNITS = {2: "half", 4: "quarter", 8: "eighth", 16: "16th"}
BELOW = ("dynamics", "wedge")  # kinds of what stands below a staff


def marks_in_words(marks: Iterable[StaffMark]) -> Iterator[ScoreWord]:
    """Dynamics, and beginnings and ends of hairpins, as what is said at a place."""
    for mark in marks:
        kind = kind_of(mark.name)
        if kind in BELOW:
            yield ScoreWord(mark.start, kind, mark.name)
        if kind == "wedge":
            yield ScoreWord(mark.end, kind, "stop")


def by_bar(remarks: Iterable[ScoreWord], bars: Sequence[NewBar]) -> dict[int, list[ScoreWord]]:
    """What is said in each bar, by its index; words at the very beginning stand in the heading."""
    found: dict[int, list[ScoreWord]] = defaultdict(list)
    index = 0
    for remark in sorted(remarks, key=lambda remark: (remark.at, remark.said != "stop")):
        while index + 1 < len(bars) and bars[index + 1].start <= remark.at:
            index += 1
        if remark.kind != "words" or remark.at > 0:
            found[index].append(remark)
    return found


def remark_element(remark: ScoreWord, meter: Meter, staff: int = 0) -> Any:
    """A tempo, words or a mark as an element, at a staff where there are several; None where it says nothing."""
    if remark.kind == "pace":
        return Element("sound", tempo=_decimal(_speed(remark)))
    said = plain_text(str(remark.said))
    if not said:
        return None
    if remark.kind == "chord":
        return harmony_element(said)
    direction = Element("direction", placement="below" if remark.kind in BELOW else "above")
    kind = SubElement(direction, "direction-type")
    if remark.kind == "tempo":
        _write_metronome(SubElement(kind, "metronome"), _speed(remark), meter)
    elif remark.kind == "dynamics":
        SubElement(SubElement(kind, "dynamics"), said)
    elif remark.kind == "wedge":
        SubElement(kind, "wedge", type=said)
    else:
        SubElement(kind, remark.kind).text = said
    if staff:
        SubElement(direction, "staff").text = str(staff)
    if remark.kind == "tempo":
        SubElement(direction, "sound", tempo=_decimal(_speed(remark)))
    return direction


def unreadable_tempos(remarks: Iterable[ScoreWord]) -> int:
    """How many tempos are written slower or faster than they are."""
    return sum(remark.kind in ("tempo", "pace") and _speed(remark) != float(remark.said) for remark in remarks)


def _speed(remark: ScoreWord) -> float:
    """Quarters a minute, as far as a reader takes them; a MIDI file may say sixty millions."""
    return min(max(float(remark.said), SLOWEST), FASTEST)


def _write_metronome(mark: Any, speed: float, meter: Meter) -> None:
    """Beats a minute, dotted where beats have three pulses; quarters where beats are unequal."""
    dotted = meter.is_compound and not meter.is_additive and meter.groups[0] == DOTTED_BEAT
    unit = UNITS.get(meter.denominator // 2) if dotted else "quarter"
    SubElement(mark, "beat-unit").text = unit or "quarter"
    if dotted and unit:
        SubElement(mark, "beat-unit-dot")
        speed /= float(meter.groups[0] * meter.pulse)
    SubElement(mark, "per-minute").text = f"{speed:.1f}".removesuffix(".0")


def _decimal(number: float) -> str:
    return f"{number:.2f}".rstrip("0").rstrip(".")
