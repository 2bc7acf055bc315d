"""One staff of MusicXML bar by bar: chords cut at bar lines and beats, tied, beamed, spelled, with rests between."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
from lxml import etree
from numpy.typing import NDArray

from mi_theme.files.musicxml.part_reading import LOUD
from mi_theme.files.notation.barring import NewBar, beam_group, pieces, rests
from mi_theme.files.notation.symbols import Symbol, beams_of, signed_letters, symbol_of, tuplet_ratio, writable
from mi_theme.files.notation.voices import voiced_chords
from mi_theme.meter import Meter
from mi_theme.pitch import LETTERS, spelled_in
from mi_theme.score.percussion_keys import drum_key

__all__ = ["DIVISIONS", "StaffWriting", "clef_element", "time_element"]

DIVISIONS = 10080  # of a quarter: 2, 3, 5, 7 and their products
ACCIDENTALS = {-2: "flat-flat", -1: "flat", 0: "natural", 1: "sharp", 2: "double-sharp"}
HEADS = {"x": "x", "diamond": "diamond", "slash": "slash", "+": "circle-x"}
CLEFS = {"treble": ("G", "2"), "bass": ("F", "4"), "percussion": ("percussion", None)}
MIDDLE_C = 28  # diatonic step


class Piece(NamedTuple):
    """A symbol in a bar: quarters from the bar line; the rows of its notes, none for a rest; whether ties come and go."""

    start: Fraction
    end: Fraction
    rows: tuple[Any, ...] = ()
    comes: bool = False
    goes: bool = False

    @property
    def symbol(self) -> Symbol | None:
        """How it is written."""
        return symbol_of(self.end - self.start)


class StaffWriting:
    """The notes of a part, cut into the bars of a score.

    Attributes
    ----------
    is_percussion
        Whether its notes are drums.
    octaves
        Octaves that it is written higher than it sounds: MusicXML has none below C0.
    steps
        Diatonic steps of its notes as written.
    """

    def __init__(
        self,
        name: str,
        notes: NDArray[np.void],
        bars: Sequence[NewBar],
        fifths: int,
        is_percussion: bool,
        lyrics: dict[float, str],
    ) -> None:
        self.name, self.bars, self.fifths, self.is_percussion = name, bars, fifths, is_percussion
        self._unsung = dict(lyrics)
        self._spelled = (
            {}
            if is_percussion
            else {
                (int(row["pitch"]), int(row["step"])): spelled_in(fifths, int(row["pitch"]), int(row["step"]))
                for row in notes
            }
        )
        self.steps = (
            [self._spelled[int(row["pitch"]), int(row["step"])][0] for row in notes] if not is_percussion else []
        )
        self.octaves = max(-(min(self.steps, default=0) // 7), 0)
        self._boxes: list[dict[int, list[Piece]]] = [defaultdict(list) for _ in bars]
        starts = [bar.start for bar in bars]
        for start, end, voice, rows in voiced_chords(notes):
            index = max(bisect_right(starts, start) - 1, 0)
            for number, piece in self._cut(start, end, tuple(rows), index):
                self._boxes[number][voice].append(piece)

    def _cut(self, start: Fraction, end: Fraction, rows: tuple[Any, ...], index: int) -> Iterator[tuple[int, Piece]]:
        """The pieces of a chord, each with the index of its bar."""
        spans: list[tuple[int, Fraction, Fraction]] = []
        while index < len(self.bars) and self.bars[index].start < end:
            bar = self.bars[index]
            shift = shift_of(bar)
            inside = max(start, bar.start) - bar.start + shift, min(end, bar.end) - bar.start + shift
            if inside[0] < inside[1]:
                spans += [(index, a, b) for span in pieces(*inside, bar.meter) for a, b in writable(*span)]
            index += 1
        for place, (number, a, b) in enumerate(spans):
            yield number, Piece(a, b, rows, comes=place > 0, goes=place < len(spans) - 1)

    def write(self, measure: Any, index: int) -> None:
        """Put the notes and rests of one bar into its element."""
        bar, box = self.bars[index], self._boxes[index]
        shift, length = shift_of(bar), bar.end - bar.start
        shown = self._accidentals(box)
        if not box:
            note = etree.SubElement(measure, "note")
            etree.SubElement(note, "rest", measure="yes")
            etree.SubElement(note, "duration").text = str(int(length * DIVISIONS))
            etree.SubElement(note, "voice").text = "1"
            return
        for number, voice in enumerate(sorted(box)):
            if number:
                back = etree.SubElement(measure, "backup")
                etree.SubElement(back, "duration").text = str(int(length * DIVISIONS))
            self._write_voice(
                measure, list(_filled(box[voice], shift, shift + length, bar.meter)), voice, bar.meter, shown
            )

    def _write_voice(
        self, measure: Any, row: Sequence[Piece], voice: int, meter: Meter, shown: set[tuple[int, int]]
    ) -> None:
        beams, tuplets = _beams(row, meter), _tuplets(row)
        for place, piece in enumerate(row):
            heads = sorted(piece.rows, key=lambda head: int(head["pitch"])) or [None]
            for number, head in enumerate(heads):
                note = etree.SubElement(measure, "note")
                if head is not None and int(head["velocity"]) != LOUD:
                    note.set("dynamics", f"{int(head['velocity']) * 100 / LOUD:.2f}")
                if number:
                    etree.SubElement(note, "chord")
                self._write_pitch(note, head)
                etree.SubElement(note, "duration").text = str(int((piece.end - piece.start) * DIVISIONS))
                for kind in _ties(piece, head):
                    etree.SubElement(note, "tie", type=kind)
                if head is not None and self.is_percussion:
                    etree.SubElement(note, "instrument", id=f"{self.name}-I{int(head['pitch']) + 1}")
                etree.SubElement(note, "voice").text = str(voice + 1)
                self._write_symbol(note, piece, head, (id(piece), number) in shown)
                for level, word in enumerate(beams.get(place, ()) if not number else (), 1):
                    etree.SubElement(note, "beam", number=str(level)).text = word
                self._write_notations(note, piece, head, tuplets.get(place, ()) if not number else ())
                if head is not None and not number and not piece.comes:
                    self._write_lyric(note, head)

    def _write_pitch(self, note: Any, head: Any) -> None:
        if head is None:
            etree.SubElement(note, "rest")
        elif self.is_percussion:
            place = drum_key(int(head["pitch"])).place
            element = etree.SubElement(note, "unpitched")
            etree.SubElement(element, "display-step").text = place[0]
            etree.SubElement(element, "display-octave").text = place[1:]
        else:
            step, alter = self._spelled[int(head["pitch"]), int(head["step"])]
            element = etree.SubElement(note, "pitch")
            etree.SubElement(element, "step").text = LETTERS[step % 7]
            if alter:
                etree.SubElement(element, "alter").text = str(alter)
            etree.SubElement(element, "octave").text = str(step // 7 + self.octaves)

    def _write_symbol(self, note: Any, piece: Piece, head: Any, shows_accidental: bool) -> None:
        symbol = piece.symbol
        if symbol:
            etree.SubElement(note, "type").text = symbol.type
            for _ in range(symbol.dots):
                etree.SubElement(note, "dot")
        if shows_accidental:
            alter = self._spelled[int(head["pitch"]), int(head["step"])][1]
            etree.SubElement(note, "accidental").text = ACCIDENTALS[alter]
        if symbol and symbol.actual > 1:
            change = etree.SubElement(note, "time-modification")
            etree.SubElement(change, "actual-notes").text = str(symbol.actual)
            etree.SubElement(change, "normal-notes").text = str(symbol.normal)
        shape = drum_key(int(head["pitch"])).head if head is not None and self.is_percussion else ""
        if shape in HEADS:
            etree.SubElement(note, "notehead").text = HEADS[shape]

    @staticmethod
    def _write_notations(note: Any, piece: Piece, head: Any, tuplets: Sequence[str]) -> None:
        ties = list(_ties(piece, head))
        if ties or tuplets:
            notations = etree.SubElement(note, "notations")
            for kind in ties:
                etree.SubElement(notations, "tied", type=kind)
            for kind in tuplets:
                etree.SubElement(notations, "tuplet", type=kind)

    def _write_lyric(self, note: Any, head: Any) -> None:
        for number, text in enumerate(self._unsung.pop(float(head["onset"]), "").split("\n"), 1):
            if text:
                lyric = etree.SubElement(note, "lyric", number=str(number))
                etree.SubElement(lyric, "syllabic").text = "begin" if text.endswith("-") else "single"
                etree.SubElement(lyric, "text").text = text.removesuffix("-") or text

    def _accidentals(self, box: dict[int, list[Piece]]) -> set[tuple[int, int]]:
        """(piece, number of its note) of the notes that show an accidental: those that differ from what holds on their line."""
        if self.is_percussion:
            return set()
        signed = signed_letters(self.fifths)
        lines: dict[int, int] = {}
        shown: set[tuple[int, int]] = set()
        for piece in sorted((piece for row in box.values() for piece in row), key=lambda piece: piece.start):
            for number, head in enumerate(sorted(piece.rows, key=lambda head: int(head["pitch"]))):
                step, alter = self._spelled[int(head["pitch"]), int(head["step"])]
                holds = lines.get(step, signed.get(step % 7, 0))
                if alter != holds and not piece.comes:
                    shown.add((id(piece), number))
                if not piece.comes:
                    lines[step] = alter
        return shown


def shift_of(bar: NewBar) -> Fraction:
    """Where a bar begins in its metre: a pick-up ends it."""
    return bar.meter.bar - (bar.end - bar.start) if bar.number == 0 else Fraction(0)


def _ties(piece: Piece, head: Any) -> Iterator[str]:
    if head is not None:
        yield from ["stop"] * piece.comes + ["start"] * piece.goes


def _filled(row: Sequence[Piece], start: Fraction, end: Fraction, meter: Meter) -> Iterator[Piece]:
    """A voice of a bar without gaps."""
    for piece in [*row, Piece(end, end)]:
        if piece.start > start:
            yield from (Piece(c, d) for a, b in rests(start, piece.start, meter) for c, d in writable(a, b))
        if piece.rows:
            yield piece
        start = max(start, piece.end)


def _beams(row: Sequence[Piece], meter: Meter) -> dict[int, list[str]]:
    """The beams of the notes at these places: within the groups of the metre, broken by rests and longer notes."""
    runs: list[list[int]] = [[]]
    before = -1
    for place, piece in enumerate(row):
        symbol = piece.symbol
        group = beam_group(piece.start, meter)
        beamed = bool(piece.rows and symbol and symbol.flags)
        if not beamed or group != before:
            runs.append([])
        if beamed:
            runs[-1].append(place)
        before = group
    found: dict[int, list[str]] = {}
    for run in runs:
        if len(run) > 1:
            flags = [symbol.flags for place in run if (symbol := row[place].symbol)]
            found |= dict(zip(run, beams_of(flags), strict=True))
    return found


def _tuplets(row: Sequence[Piece]) -> dict[int, list[str]]:
    """Where tuplets begin and end: a run of one ratio, as soon as what it fills is no tuplet."""
    found: dict[int, list[str]] = defaultdict(list)
    opened, ratio = -1, Fraction(1)
    for place, piece in enumerate(row):
        own = tuplet_ratio(piece.end - piece.start)
        if opened >= 0 and own != ratio:
            found[place - 1].append("stop")
            opened = -1
        if own != 1 and opened < 0:
            opened, ratio = place, own
            found[place].append("start")
        if opened >= 0 and tuplet_ratio(piece.end - row[opened].start) == 1:
            found[place].append("stop")
            opened = -1
    if opened >= 0:
        found[len(row) - 1].append("stop")
    return found


def clef_element(staff: StaffWriting) -> Any:
    """The clef in which most notes stand near the staff."""
    steps = sorted(staff.steps)
    name = "percussion" if staff.is_percussion else "treble" if steps and steps[len(steps) // 2] >= MIDDLE_C else "bass"
    sign, line = CLEFS[name]
    element = etree.Element("clef")
    etree.SubElement(element, "sign").text = sign
    if line:
        etree.SubElement(element, "line").text = line
    return element


def time_element(meter: Meter) -> Any:
    """A plain signature, which every program reads; its groups beside it in brackets."""
    element = etree.Element("time")
    etree.SubElement(element, "beats").text = str(meter.numerator)
    etree.SubElement(element, "beat-type").text = str(meter.denominator)
    if meter.grouping:
        other = etree.SubElement(element, "interchangeable")
        etree.SubElement(other, "time-relation").text = "parentheses"
        etree.SubElement(other, "beats").text = str(meter.grouping)
        unit = meter.denominator * meter.grouping.total // meter.numerator
        etree.SubElement(other, "beat-type").text = str(unit)
    return element
