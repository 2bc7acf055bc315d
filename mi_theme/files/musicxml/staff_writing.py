"""The bars of a staff as MusicXML: notes, rests, and what stands beside them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import lru_cache
from itertools import groupby
from typing import Any

from lxml.etree import Element, SubElement

from mi_theme.files.musicxml.aside_writing import NOTE_ORDER, cues, put_asides, put_in_order
from mi_theme.files.musicxml.documents import plain_text
from mi_theme.notated.bar_symbols import Item, TupletRun, accidentals, beams, shift_of, tuplet_runs
from mi_theme.notated.model import WrittenKey
from mi_theme.notated.staves import Head, Staff, StaffMark, StaffNote
from mi_theme.notated.written_values import NewBar
from mi_theme.pitch import LETTERS
from mi_theme.score.marks import Mark, kind_of

__all__ = ["StaffWriter"]

LOUD = 90  # velocity that MusicXML counts as 100 percent
ACCIDENTALS = {-2: "flat-flat", -1: "flat", 0: "natural", 1: "sharp", 2: "double-sharp"}
SHAPES = {"x": "x", "diamond": "diamond", "slash": "slash", "+": "circle-x"}
TYPES = ("breve", "whole", "half", "quarter", "eighth", "16th", "32nd", "64th", "128th", "256th", "512th", "1024th")
LONGEST = 8  # quarters in the first of them
NUMBERED = ("tremolo", "fingering", "string")  # marks that say a number
GROUPS = ("ornaments", "technical", "articulations", "fermata", "arpeggiate")  # of marks at notes
MARK_GROUPS = 3  # of these have an element around them
MOST_SLURS = 16  # that MusicXML can number at a time
CUE_VOICE = "9"  # of notes that are not heard: beyond those of a staff
GRACE_TYPE, QUARTER_TYPE = "eighth", TYPES.index("quarter")


@lru_cache(maxsize=4096)
def _type(quarters: Fraction) -> tuple[str, int]:
    """The type of a written value and its dots; no type where it is no value."""
    for dots, length in ((0, quarters), (1, quarters * Fraction(2, 3))):
        power = Fraction(LONGEST) / length
        if power.denominator == 1 and power.numerator & (power.numerator - 1) == 0:
            place = power.numerator.bit_length() - 1
            return (TYPES[place], dots) if place < len(TYPES) else ("", 0)
    return "", 0


def beam_words(flags: Sequence[int]) -> Iterator[list[str]]:
    """The beams of each note of one group, outermost first: each from its first to its last neighbour, hooks where alone."""
    for place, count in enumerate(flags):
        words = []
        for level in range(1, count + 1):
            left, right = place > 0 and flags[place - 1] >= level, place + 1 < len(flags) and flags[place + 1] >= level
            if left or right:
                words.append("continue" if left and right else "end" if left else "begin")
            else:
                words.append("forward hook" if place == 0 else "backward hook")
        yield words


class StaffWriter:
    """Writes the bars of one staff into their elements.

    Attributes
    ----------
    name
        The id of its part.
    fifths
        The key signature.
    divisions
        Parts of a quarter that durations count.
    key
        The key that sounds.
    octaves
        Octaves that it is written higher than it sounds: MusicXML has none below C0.
    """

    def __init__(self, name: str, staff: Staff, divisions: int, octaves: int) -> None:
        self.name, self.fifths, self.divisions, self.octaves = name, staff.fifths, divisions, octaves
        self.key: WrittenKey | None = None
        self.slurs = _slurs(staff.marks)
        self.staff = staff
        self._rests = [(at, aside.said) for at, aside in staff.asides if aside.host == "rest"]
        self._resting: list[tuple[Fraction, str]] = []
        self._beside = defaultdict[Fraction | None, list[tuple[Fraction, Any]]](list)

    def write(
        self,
        measure: Any,
        bar: NewBar,
        voices: Sequence[Sequence[Item]],
        beside: Sequence[tuple[Fraction, Any]] = (),
    ) -> None:
        """Put the notes and rests of one bar into its element.

        What stands beside them, each with its place in the bar, comes before the note that begins there,
        or with a step back to its place: not every program reads an offset.
        """
        sounding = [number for number, items in enumerate(voices) if any(item.heads for item in items)]
        length = self._ticks(bar.end - bar.start)
        shift = shift_of(bar)
        starts = {item.start - shift for item in voices[sounding[0]]} if sounding else {Fraction(0)}
        self._beside = defaultdict(list)
        self._resting = [(at - bar.start + shift, said) for at, said in self._rests if bar.start <= at < bar.end]
        for at, element in sorted(beside, key=lambda one: one[0]):
            self._beside[at + shift if at in starts else None].append((at, element))
        if not sounding:
            measure.extend(element for _, element in self._beside[shift])
            note = SubElement(measure, "note")
            SubElement(note, "rest", measure="yes")
            SubElement(note, "duration").text = length
            SubElement(note, "voice").text = "1"
            put_asides(note, [said for _, said in self._resting])
        signs = accidentals(voices, self.fifths)
        for number in sounding:
            if number != sounding[0]:
                SubElement(SubElement(measure, "backup"), "duration").text = length
            for run in tuplet_runs(voices[number]):
                self._write_run(measure, run, bar, signs, voice=str(number + 1), silent=number != sounding[0])
        for at, element in self._beside[None]:
            back = bar.end - bar.start - at
            if back:
                SubElement(SubElement(measure, "backup"), "duration").text = self._ticks(back)
            measure.append(element)
            if back:
                SubElement(SubElement(measure, "forward"), "duration").text = self._ticks(back)
        self._write_cues(measure, bar)

    def _write_cues(self, measure: Any, bar: NewBar) -> None:
        """Notes to be seen and not heard, in a voice of their own."""
        now = bar.end - bar.start
        for at, length, cue in cues(self.staff, bar):
            if cue.find("chord") is None and at != now:
                move = SubElement(measure, "backup" if at < now else "forward")
                SubElement(move, "duration").text = self._ticks(abs(now - at))
            if length:
                duration = Element("duration")
                duration.text = self._ticks(length)
                put_in_order(cue, duration, NOTE_ORDER)
            voice = Element("voice")
            voice.text = CUE_VOICE
            put_in_order(cue, voice, NOTE_ORDER)
            measure.append(cue)
            now = at + length
        if now != bar.end - bar.start:
            SubElement(SubElement(measure, "forward"), "duration").text = self._ticks(bar.end - bar.start - now)

    def _write_run(
        self, measure: Any, run: TupletRun, bar: NewBar, signs: set[tuple[str, int]], *, voice: str, silent: bool
    ) -> None:
        last = run.items[-1]
        for group in beams(run, bar):
            flags = [max(TYPES.index(kind) - QUARTER_TYPE, 0) if kind else 0 for kind in _types(group, run.ratio)]
            words = list(beam_words(flags)) if len(group) > 1 else [[]] * len(group)
            for item, beam in zip(group, words, strict=True):
                if not silent:
                    measure.extend(element for _, element in self._beside[item.start])
                if silent and not item.heads and run.ratio == 1:
                    SubElement(SubElement(measure, "forward"), "duration").text = self._ticks(item.end - item.start)
                    continue
                tuplet = []
                if run.ratio != 1 and len(run.items) > 1:
                    tuplet = ["start"] * (item is run.items[0]) + ["stop"] * (item is last)
                self._write_item(measure, item, run.ratio, signs, voice, beam, tuplet, hidden=silent)

    def _write_item(
        self,
        measure: Any,
        item: Item,
        ratio: Fraction,
        signs: set[tuple[str, int]],
        voice: str,
        beam: Sequence[str],
        tuplet: Sequence[str],
        *,
        hidden: bool,
    ) -> None:
        """A rest, or a note with its grace notes, or a chord."""
        length, kind = self._ticks(item.end - item.start), _type(item.value(ratio))
        if not item.heads:
            rest = SubElement(measure, "note", {"print-object": "no"} if hidden else {})
            SubElement(rest, "rest")
            SubElement(rest, "duration").text = length
            _write_symbol(rest, voice, kind, ratio)
            _write_notations(rest, (), tuplet)
            if not hidden:
                put_asides(rest, self._said_at(item))
            return
        self._write_graces(measure, item, item.note.graces if item.note else (), voice, signs)
        ties = ["stop"] * (item.tie in ("m", "t")) + ["start"] * (item.tie in ("i", "m"))
        for number, head in enumerate(item.heads):
            note = SubElement(measure, "note", _loudness(head))
            if number:
                SubElement(note, "chord")
            self._write_pitch(note, head)
            SubElement(note, "duration").text = length
            for tie in ties:
                SubElement(note, "tie", type=tie)
            self._write_drum(note, head)
            _write_symbol(note, voice, kind, ratio, _sign(head, (item.id, head.step) in signs))
            _write_shape(note, head)
            if number == 0:
                for level, word in enumerate(beam, 1):
                    SubElement(note, "beam", number=str(level)).text = word
            first = None if number else item.note
            _write_notations(
                note,
                ties,
                () if number else tuplet,
                first.marks if first else (),
                slurs=self.slurs.get(first.id, ()) if first else (),
            )
            if number == 0 and item.note:
                _write_lyrics(note, item.note)
            put_asides(note, [*head.asides, *(() if number or hidden else self._said_at(item))], item.tie)
        if item.tails:
            self._write_graces(measure, item, item.tails, voice, signs)

    def _write_graces(
        self, measure: Any, item: Item, heads: Sequence[Head], voice: str, signs: set[tuple[str, int]]
    ) -> None:
        for head in heads:
            grace = SubElement(measure, "note", _loudness(head))
            SubElement(grace, "grace", slash="yes")
            self._write_pitch(grace, head)
            self._write_drum(grace, head)
            sign = _sign(head, (f"{item.id}g", head.step) in signs)
            _write_symbol(grace, voice, (GRACE_TYPE, 0), Fraction(1), sign)
            _write_shape(grace, head)
            put_asides(grace, head.asides)

    def _said_at(self, item: Item) -> list[str]:
        """What is written beside rests that began in the time of a symbol."""
        return [said for at, said in self._resting if item.start <= at < item.end]

    def _write_pitch(self, note: Any, head: Head) -> None:
        letter = LETTERS[head.step % 7]
        octave = str(min(max(head.step // 7 + (0 if head.shape else self.octaves), 0), 9))
        element = SubElement(note, "unpitched" if head.shape else "pitch")
        SubElement(element, "display-step" if head.shape else "step").text = letter
        if head.alter:
            SubElement(element, "alter").text = str(head.alter)
        SubElement(element, "display-octave" if head.shape else "octave").text = octave

    def _write_drum(self, note: Any, head: Head) -> None:
        if head.shape:
            SubElement(note, "instrument", id=f"{self.name}-I{head.key + 1}")

    def _ticks(self, quarters: Fraction) -> str:
        return str(int(quarters * self.divisions))


def _slurs(marks: Sequence[StaffMark]) -> dict[str, list[tuple[str, int]]]:
    """(start or stop, number) of the slurs at each note; a number is free again where its slur has ended."""
    found: dict[str, list[tuple[str, int]]] = defaultdict(list)
    until: dict[int, Fraction] = {}
    for mark in marks:
        if kind_of(mark.name) != "slur":
            continue
        number = next((n for n in range(1, MOST_SLURS + 1) if until.get(n, mark.start) <= mark.start), 0)
        if number:
            until[number] = mark.end
            found[mark.first].append(("start", number))
            found[mark.last].insert(0, ("stop", number))
    return found


def _types(items: Sequence[Item], ratio: Fraction) -> Iterator[str]:
    return (_type(item.value(ratio))[0] for item in items)


def _loudness(head: Head) -> dict[str, str]:
    """How loud a note is, in percent of what MusicXML takes for usual."""
    if head.velocity in (0, LOUD):
        return {}
    return {"dynamics": f"{head.velocity * 100 / LOUD:.2f}".rstrip("0").rstrip(".")}


def _sign(head: Head, shown: bool) -> str:
    return ACCIDENTALS[head.alter] if shown and not head.shape else ""


def _write_symbol(note: Any, voice: str, kind: tuple[str, int], ratio: Fraction, accidental: str = "") -> None:
    """Voice, type, dots, accidental and tuplet."""
    SubElement(note, "voice").text = voice
    if kind[0]:
        SubElement(note, "type").text = kind[0]
        for _ in range(kind[1]):
            SubElement(note, "dot")
    if accidental:
        SubElement(note, "accidental").text = accidental
    if ratio != 1:
        change = SubElement(note, "time-modification")
        SubElement(change, "actual-notes").text = str(ratio.denominator)
        SubElement(change, "normal-notes").text = str(ratio.numerator)


def _write_shape(note: Any, head: Head) -> None:
    """The stem of a drum, which is up where one voice plays all, and its head."""
    if head.shape and note.findtext("voice") == "1":
        SubElement(note, "stem").text = "up"
    if head.shape in SHAPES:
        SubElement(note, "notehead").text = SHAPES[head.shape]


def _write_notations(
    note: Any,
    ties: Sequence[str],
    tuplet: Sequence[str],
    marks: Sequence[Mark] = (),
    slurs: Sequence[tuple[str, int]] = (),
) -> None:
    if not (ties or tuplet or marks or slurs):
        return
    notations = SubElement(note, "notations")
    for kind in ties:
        SubElement(notations, "tied", type=kind)
    for kind, number in slurs:
        SubElement(notations, "slur", type=kind, number=str(number))
    for kind in tuplet:
        SubElement(notations, "tuplet", {"type": kind, "bracket": "yes"} if kind == "start" else {"type": kind})
    for group, members in groupby(sorted(marks, key=lambda mark: GROUPS.index(kind_of(mark.name))), _group_of):
        place = SubElement(notations, group) if group in GROUPS[:MARK_GROUPS] else notations
        for mark in members:
            element = SubElement(place, mark.name)
            if mark.name in NUMBERED:
                element.text = str(mark.number)


def _group_of(mark: Mark) -> str:
    return kind_of(mark.name)


def _write_lyrics(note: Any, written: StaffNote) -> None:
    for number, text in enumerate(written.lyrics, 1):
        words = plain_text(text)
        if words.strip():
            lyric = SubElement(note, "lyric", number=str(number))
            SubElement(lyric, "syllabic").text = "begin" if words.endswith("-") else "single"
            SubElement(lyric, "text").text = words.removesuffix("-") or words
