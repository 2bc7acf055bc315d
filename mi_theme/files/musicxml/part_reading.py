"""A part of MusicXML as its bars go by: the clock of each bar, its notes as they are written, what is said beside them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, NamedTuple

from mi_theme.files.musicxml.aside_reading import (
    BESIDE,
    StaffAside,
    aside_of_cue,
    asides_of_attributes,
    asides_of_bar_line,
    asides_of_element,
)
from mi_theme.files.musicxml.counting import LARGEST_COUNT, QUARTER, Ticks, later, number_of, ticks_of
from mi_theme.files.musicxml.directions import Remark, chord_symbol, remarks_of
from mi_theme.files.musicxml.documents import ScoreInstrument, element_text
from mi_theme.files.musicxml.note_reading import NoteReader, SaidNote
from mi_theme.files.musicxml.signatures import Shift, key_of, meter_of, pitch_of, shift_of
from mi_theme.meter import Meter
from mi_theme.score.percussion_keys import SNARE, keys_by_place

__all__ = ["NoteElement", "PartReading", "PlacedStaffAside"]

MOVES = ("note", "backup", "forward", "attributes", "direction", "harmony", "sound", *BESIDE)
UNPITCHED = -1  # the step of a note without pitch
UNSHIFTED = Shift()
ENDLESS = 2**62  # ticks of a bar in music without a metre


class NoteElement(NamedTuple):
    """A note that sounds: the index of its bar, its place there and length in ticks; its pitch and step; and what else is said of it."""

    bar: int
    at: Ticks
    lasts: Ticks
    pitch: int
    step: int
    said: SaidNote


class PlacedRemark(NamedTuple):
    """A remark, the index of its bar, and its place there in ticks."""

    bar: int
    at: Ticks
    remark: Remark


class PlacedStaffAside(NamedTuple):
    """An aside of a staff, the index of its bar, and its place there in ticks."""

    bar: int
    at: Ticks
    aside: StaffAside


@dataclass
class PartReading:
    """What is known of a part as its bars go by.

    Attributes
    ----------
    reader
        Of the notes of the file.
    instruments
        Of the part list, by their names there.
    meters
        The metre of each bar; None where nothing says one.
    lengths
        Ticks of each bar; None where nothing is in it.
    sounding
        Ticks of each bar to the end of its last note.
    notes, remarks, keys, asides
        What was read: notes, remarks, key signatures, what else is written.
    left
        What was left out, and how often.
    independent
        Whether its bar lines are its own.
    counted
        Whether its first bar is bar 1.
    rounded
        How many notes have pitches that MIDI has not.
    """

    name: str = ""
    reader: NoteReader = field(default_factory=NoteReader)
    instruments: dict[str, ScoreInstrument] = field(default_factory=dict)
    meters: list[Meter | None] = field(default_factory=list)
    lengths: list[Ticks | None] = field(default_factory=list)
    sounding: list[Ticks] = field(default_factory=list)
    notes: list[NoteElement] = field(default_factory=list)
    remarks: list[PlacedRemark] = field(default_factory=list)
    keys: list[tuple[int, Ticks, tuple[int, bool], str]] = field(default_factory=list)
    asides: list[PlacedStaffAside] = field(default_factory=list)
    left: Counter[str] = field(default_factory=Counter)
    independent: bool = False
    counted: bool = True
    rounded: int = 0
    _divisions: float = 0.0  # none said yet
    _meter: Meter | None = None
    _bar: int = ENDLESS  # ticks of the metre's bar
    _shifts: dict[str, Shift] = field(default_factory=dict)  # by staff, "" for all
    _turns: list[tuple[Ticks, dict[str, Shift]]] = field(default_factory=list)  # of the shifts, inside this bar
    _now: Ticks = 0
    _before: Ticks = 0  # where the note before began, for chords
    _drift: Ticks = 0  # what rounded values have gained on the file's own clock

    def read_bar(self, bar: Any) -> None:
        """Go through one bar; its length is where its last note or rest ends."""
        self._now = self._before = self._drift = 0
        self._turns.clear()
        self.counted &= bool(self.lengths) or bar.get("implicit") != "yes"
        self.independent |= bar.get("non-controlling") == "yes"
        end: Ticks | None = None
        first = len(self.notes)
        for element in bar.iterchildren(*MOVES):
            tag = element.tag
            if tag == "note":
                stop = self._read_note(bar, element)
                end = stop if end is None else max(end, stop)
            elif tag == "attributes":
                self._read_attributes(element)
            elif tag in ("backup", "forward"):
                length = ticks_of(element.findtext("duration") or "0", self._divisions or self._foreseen(bar))
                self._now = max(later(self._now, length if tag == "forward" else -length), 0)
                self._drift = 0
                if tag == "forward":  # a silence that is not written; like a rest it makes no bar longer
                    stop = min(self._now, self._bar)
                    end = stop if end is None else max(end, stop)
            elif tag == "barline":
                self._note_down(asides_of_bar_line(element), self._now)
            else:
                self._read_remark(bar, element)
        if self._turns:
            self._shifts = self._turns[-1][1]
        self.lengths.append(end)
        self.sounding.append(max([note.at + note.lasts for note in self.notes[first:]], default=0))
        self.meters.append(self._meter)

    def _foreseen(self, bar: Any) -> float:
        """Divisions that are said only after they are needed; without any, a note of a type tells them."""
        divisions = bar.getroottree().getroot().find(".//divisions")
        if divisions is not None:
            self._divisions = number_of(divisions.text, LARGEST_COUNT)
        else:
            for said in map(self.reader.read, bar.iterchildren("note")):
                if said.nominal and said.duration:
                    self._divisions = number_of(said.duration, LARGEST_COUNT) * QUARTER / float(said.nominal)
                    break
        self._divisions = self._divisions or 1.0
        return self._divisions

    def _read_note(self, bar: Any, note: Any) -> Ticks:
        """Take a note or rest; where it ends."""
        said = self.reader.read(note)
        length: Ticks = self._length(bar, said)
        lasts = self._exact(length, bar, said)
        if said.rest:
            length, lasts = (self._length_of_rest(one, said) for one in (length, lasts))
        if said.chord:
            at = self._before
        else:
            at = later(self._now, self._drift) if self._drift else self._now
            if lasts != length:
                self._drift = later(self._drift, lasts - length)
            self._before = at
            self._now = later(self._now, length)
        if said.rest:
            self._note_down((StaffAside("rest", text, said.staff) for text in said.asides), at)
            return min(at + lasts, self._bar)  # a rest makes no bar longer
        if said.cue:
            self._note_down([aside_of_cue(note, Fraction(lasts, QUARTER))], at)
            return at + lasts  # cue notes are to be seen, not heard
        pitch, step = SNARE, UNPITCHED
        if said.pitch:
            shift = self._shift_at(at, said.staff) if self._shifts or self._turns else UNSHIFTED
            pitch, step, rounded = pitch_of(*said.pitch, shift)
            self.rounded += rounded
        self.notes.append(NoteElement(len(self.lengths), at, lasts, pitch, step, said))
        return at + lasts

    def _length(self, bar: Any, said: SaidNote) -> Ticks:
        """The file's own length of a note or rest."""
        if said.duration is not None:
            return ticks_of(said.duration, self._divisions or self._foreseen(bar))
        return said.nominal or 0

    def _exact(self, length: Ticks, bar: Any, said: SaidNote) -> Ticks:
        """The length that a note is meant to have, as it is written: where its divisions cannot say that, the file rounds it."""
        written = said.nominal
        if written is None or written == length:
            return length
        rounding = Fraction(written - length) * Fraction(self._divisions or 1)
        near = abs(rounding) < QUARTER
        return written if near and (said.tuplet or self._is_rounded(bar)) else length

    def _is_rounded(self, bar: Any) -> bool:
        """Whether values as written fill the bar, from each step back to the next."""
        end = Fraction(0)
        for element in (*bar.iterchildren("note", "backup"), None):
            if element is None or element.tag == "backup":
                if end != self._bar:
                    return False
                end = Fraction(0)
                continue
            said = self.reader.read(element)
            if not said.chord and not said.grace:
                end += self._length(bar, said) if said.nominal is None else said.nominal
        return True

    def _length_of_rest(self, lasts: Ticks, said: SaidNote) -> Ticks:
        """A rest written as a whole stands for a bar, however long that is."""
        if self._meter is None:
            return lasts
        alone = said.whole and not self._now
        return min(lasts or self._bar, self._bar) if said.whole_bar or alone else lasts

    def _note_down(self, asides: Iterable[StaffAside], at: Ticks) -> None:
        """Note down asides of staves."""
        self.asides.extend(PlacedStaffAside(len(self.lengths), at, aside) for aside in asides)

    def _shift_at(self, at: Ticks, staff: str) -> Shift:
        """How a staff transposes at a place of this bar."""
        shifts = self._shifts
        for start, turned in self._turns:
            if start <= at:
                shifts = turned
        return shifts.get(staff) or shifts.get("", UNSHIFTED)

    def _read_attributes(self, attributes: Any) -> None:
        for child in attributes:
            if child.tag == "divisions":
                self._divisions = number_of(child.text, LARGEST_COUNT)
                if self._divisions <= 0:
                    raise ValueError("a quarter of no divisions")
            elif child.tag == "time" and child.get("number", "1") == "1":
                self._meter = meter_of(child)
                self._bar = int(self._meter.bar * QUARTER) if self._meter else ENDLESS
            elif child.tag == "transpose":
                now = self._turns[-1][1] if self._turns else self._shifts
                self._turns.append((self._now, {**now, child.get("number", ""): shift_of(child)}))
            elif child.tag == "key" and child.get("number", "1") == "1":
                shifts = self._turns[-1][1] if self._turns else self._shifts
                later_shift = attributes.find("transpose")
                shift = shift_of(later_shift) if later_shift is not None else shifts.get("", UNSHIFTED)
                if key := key_of(child, shift):
                    self.keys.append((len(self.lengths), self._now, key, element_text(child)))
            elif child.tag == "measure-style":
                self.left.update(f"{kind.tag}s" for kind in child.iterchildren("measure-repeat"))
        self._note_down(asides_of_attributes(attributes), self._now)

    def _read_remark(self, bar: Any, element: Any) -> None:
        offset = element.findtext("offset")
        at = self._now
        if offset:
            divisions = self._divisions or self._foreseen(bar)
            length = number_of(offset, LARGEST_COUNT)
            shift = ticks_of(str(abs(length)), divisions)
            at = max(later(at, shift if length > 0 else -shift), 0)
        if element.tag == "harmony":
            said = [Remark("chord", symbol)] if (symbol := chord_symbol(element)) else []
        else:
            said = list(remarks_of(element)) if element.tag in ("direction", "sound") else []
        self._note_down(asides_of_element(element), at)
        self.remarks.extend(PlacedRemark(len(self.lengths), at, remark) for remark in said)

    @property
    def is_percussion(self) -> bool:
        """Whether this part belongs on the drum channel."""
        drums = any(instrument.channel == 9 for instrument in self.instruments.values())
        return drums or any(note.step == UNPITCHED for note in self.notes)

    @property
    def program(self) -> int | None:
        """The program of its first instrument that has one, from 0."""
        programs = (instrument.program for instrument in self.instruments.values())
        return next((program for program in programs if program is not None), None)

    def with_drums(self) -> list[NoteElement]:
        """The notes, unpitched ones on their keys.

        Where notes name several instruments, these say the keys. Where all name one
        but stand in several places, the places of a drum kit are meant; in one
        place, the instrument of the part.
        """
        beaten = {note.said.place for note in self.notes if note.step == UNPITCHED}
        if not beaten:
            return self.notes
        keys = {name: instrument.key for name, instrument in self.instruments.items() if instrument.key is not None}
        named = {keys[instrument] for _, instrument in beaten if instrument in keys}
        places = {place for place, _ in beaten}
        kit = keys_by_place()
        if len(named) > 1:
            found = {place: keys.get(place[1], SNARE) for place in beaten}
        elif len(places) > 1:
            found = {place: kit.get(place[0], SNARE) for place in beaten}
        else:
            found = dict.fromkeys(beaten, next(iter(keys.values()), SNARE))
        return [note._replace(pitch=found[note.said.place]) if note.step == UNPITCHED else note for note in self.notes]
