"""The bars of a staff as MusicXML: notes, rests, and what stands beside them.

Notes are many and alike, so they are written as text at once, a line for each element
with its indentation; everything else is built as elements.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from xml.sax.saxutils import escape

from mi_theme.files.musicxml.aside_writing import cue_texts, in_bars, note_with_asides
from mi_theme.files.musicxml.documents import plain_text
from mi_theme.files.musicxml.symbol_texts import SymbolText, notations, symbol_texts
from mi_theme.notated.bar_symbols import EMPTY, BarVoice, Layout, Symbol, accidentals
from mi_theme.notated.staves import Head, Staff, StaffMark, StaffNote
from mi_theme.notated.written_values import NewBar
from mi_theme.pitch import LETTERS
from mi_theme.score.marks import kind_of

__all__ = ["StaffWriter"]

LOUD = 90  # velocity that MusicXML counts as 100 percent
ACCIDENTALS = {-2: "flat-flat", -1: "flat", 0: "natural", 1: "sharp", 2: "double-sharp"}
SHAPES = {"x": "x", "diamond": "diamond", "slash": "slash", "+": "circle-x"}
SLURS_OF_STAFF = 8  # at a time: MusicXML numbers 16 in a part
CHORD = ("", "        <chord/>\n")
GRACE_TYPE = "eighth"


class StaffWriter:
    """Writes the bars of one staff.

    Attributes
    ----------
    name
        The id of its part.
    fifths
        The key signature.
    divisions
        Parts of a quarter that durations count.
    grain
        Ticks in such a part.
    octaves
        Octaves that it is written higher than it sounds: MusicXML has none below C0.
    staff
        Its number in its part; 0 where it is the only one.
    voices
        How many voices are in the staves above it.
    """

    def __init__(
        self,
        *,
        name: str,
        fifths: int,
        divisions: int,
        grain: int,
        octaves: int,
        written: Staff,
        bars: Sequence[NewBar],
        staff: int = 0,
        voices: int = 0,
    ) -> None:
        self.name, self.fifths, self.divisions, self.grain = name, fifths, divisions, grain
        self.octaves, self.staff, self.voices = octaves, staff, voices
        self._rests = in_bars(written, bars, "rest")
        self._cues = in_bars(written, bars, "place", "note")
        self._resting: list[tuple[int, str]] = []
        self._slurs = _slurs(written.marks, first=1 + SLURS_OF_STAFF * max(staff - 1, 0))
        self._staff = f"        <staff>{staff}</staff>\n" if staff else ""
        self._heads: dict[tuple[Head, bool], str] = {}

    def write(
        self,
        index: int,
        length: int,
        voices: Sequence[BarVoice],
        beside: Sequence[tuple[Fraction, str]] = (),
    ) -> Iterator[str]:
        """The notes and rests of one bar as text: the bar of that index, with its length in divisions.

        What stands beside them, each with its place in the bar, comes before the note that begins there,
        or with a step back to its place: not every program reads an offset.
        """
        sounding = [number for number, voice in enumerate(voices) if voice.notes]
        here, away = self._sorted(beside, voices[sounding[0]].layout if sounding else EMPTY) if beside else ({}, ())
        ticks = self.divisions * self.grain
        self._resting = [(int(at * ticks), said) for at, said in self._rests.get(index, ())] if self._rests else []
        if not sounding:
            yield from here.get(0, ())
            rest = f'      <note>\n        <rest measure="yes"/>\n        <duration>{length}</duration>\n'
            rest += f"        <voice>{self.voices + 1}</voice>\n{self._staff}      </note>\n"
            yield note_with_asides(rest, tuple([said for _, said in self._resting])) if self._resting else rest
        signs = accidentals(voices, self.fifths) if sounding else {}
        for number in sounding:
            if number != sounding[0]:
                yield _step("backup", length)
                here = {}
            yield from self._write_voice(voices[number], signs, number, here, silent=number != sounding[0])
        for at, text in away:
            back = int(length - at * self.divisions)
            yield f"{_step('backup', back)}{text}{_step('forward', back)}"
        if index in self._cues:
            yield from self._write_cues(self._cues[index], length)

    def _sorted(
        self, beside: Sequence[tuple[Fraction, str]], layout: Layout
    ) -> tuple[dict[int, list[str]], list[tuple[Fraction, str]]]:
        """What stands where a symbol begins, by its tick, and what stands elsewhere."""
        starts = {symbol.at for symbol in layout.symbols} or {0}
        here, away = defaultdict[int, list[str]](list), list[tuple[Fraction, str]]()
        for at, text in beside:
            place = at * self.divisions
            if place.denominator == 1 and int(place) * self.grain in starts:
                here[int(place) * self.grain].append(text)
            else:
                away.append((at, text))
        return here, away

    def _write_cues(self, cues: Sequence[tuple[Fraction, str]], length: int) -> Iterator[str]:
        """Notes to be seen and not heard, in a voice of their own."""
        now = length
        for at, lasts, text in cue_texts(cues, Fraction(length, self.divisions), self.divisions, self.staff):
            place = int(at * self.divisions)
            if "<chord/>" not in text:
                yield _step("backup" if place < now else "forward", abs(now - place))
                now = place + int(lasts * self.divisions)
            yield text
        yield _step("forward", length - now)

    def _write_voice(
        self,
        voice: BarVoice,
        signs: Mapping[str, set[int]],
        number: int,
        beside: dict[int, list[str]],
        *,
        silent: bool,
    ) -> Iterator[str]:
        name, notes, slurs = str(self.voices + number + 1), voice.notes, self._slurs
        texts = symbol_texts(voice.layout, name, self._staff, self.grain)
        for symbol, text in zip(voice.layout.symbols, texts, strict=True):
            if symbol.at in beside:
                yield from beside[symbol.at]
            if symbol.which < 0:
                yield self._rest(symbol, text, silent=silent)
            elif (note := notes[symbol.which]).id in signs or not _is_plain(note) or self._resting or note.id in slurs:
                yield from self._write_notes(symbol, text, note, signs, name, silent=silent)
            else:
                yield f"{self._head(note.heads[0])}{text.length}{text.value}{text.closing[0]}"
                for head in note.heads[1:]:
                    yield f"{self._head(head, True)}{text.length}{text.value}{text.closing[1]}"

    def _rest(self, symbol: Symbol, text: SymbolText, *, silent: bool) -> str:
        if silent and not text.tuplet:
            return f"      <forward>\n{text.length}      </forward>\n"
        rest = '      <note print-object="no">\n' if silent else "      <note>\n"
        rest += f"        <rest/>\n{text.length}{text.value}{text.closing[0]}"
        said = self._said_at(symbol) if self._resting and not silent else ()
        return note_with_asides(rest, said) if said else rest

    def _write_notes(
        self,
        symbol: Symbol,
        text: SymbolText,
        note: StaffNote,
        signs: Mapping[str, set[int]],
        number: str,
        *,
        silent: bool,
    ) -> Iterator[str]:
        """A note with its grace notes, or a chord."""
        begins = symbol.begins
        signed = signs.get(note.id, ()) if begins else ()
        grace_signs = signs.get(f"{note.id}g", ())
        yield from self._write_graces(note.graces if begins else (), grace_signs, number)
        for place, head in enumerate(note.heads):
            sign = _sign(head, head.step in signed)
            written = f"{self._head(head, place > 0)}{text.length}{self._drum(head)}{text.value}{sign}"
            first = begins and not place
            last = symbol.tie in ("", "t")
            marks = () if place else tuple([one for one in note.marks if (last if one.name == "fermata" else begins)])
            slurs = self._slurs.get(note.id, ()) if first else ()
            if head.shape or marks or slurs or (first and note.lyrics):
                lines = notations(text.ties, () if place else text.brackets, marks, slurs)
                written += f"{text.tuplet}{_shape(head, number)}{self._staff}{'' if place else text.beams}{lines}"
                written += f"{_lyrics(note) if first and note.lyrics else ''}      </note>\n"
            else:
                written += text.closing[place > 0]
            said = head.asides
            if self._resting and not place and not silent:
                said = (*said, *self._said_at(symbol))
            yield note_with_asides(written, said, symbol.tie) if said else written
        yield from self._write_graces(note.tails if symbol.tie in ("", "t") else (), grace_signs, number)

    def _write_graces(self, heads: Sequence[Head], signed: Collection[int], number: str) -> Iterator[str]:
        for head in heads:
            sign = _sign(head, head.step in signed)
            grace = (
                f'{_opening(head.velocity)}        <grace slash="yes"/>\n{self._pitch(head)}{self._drum(head)}'
                f"        <voice>{number}</voice>\n        <type>{GRACE_TYPE}</type>\n{sign}"
                f"{_shape(head, number)}{self._staff}      </note>\n"
            )
            yield note_with_asides(grace, head.asides) if head.asides else grace

    def _said_at(self, symbol: Symbol) -> tuple[str, ...]:
        """What is written beside rests that began in the time of a symbol."""
        return tuple([said for at, said in self._resting if symbol.at <= at < symbol.at + symbol.lasts])

    def _head(self, head: Head, in_chord: bool = False) -> str:
        """How a note begins: how loud it is, and its pitch or place."""
        key = head, in_chord
        if key not in self._heads:
            self._heads[key] = f"{_opening(head.velocity)}{CHORD[in_chord]}{self._pitch(head)}"
        return self._heads[key]

    def _pitch(self, head: Head) -> str:
        octave = str(min(max(head.step // 7 + (0 if head.shape else self.octaves), 0), 9))
        kind, show = ("unpitched", "display-") if head.shape else ("pitch", "")
        alter = f"          <alter>{head.alter}</alter>\n" if head.alter else ""
        return (
            f"        <{kind}>\n          <{show}step>{LETTERS[head.step % 7]}</{show}step>\n{alter}"
            f"          <{show}octave>{octave}</{show}octave>\n        </{kind}>\n"
        )

    def _drum(self, head: Head) -> str:
        return f'        <instrument id="{self.name}-I{head.key + 1}"/>\n' if head.shape else ""


def _is_plain(note: StaffNote) -> bool:
    """Whether a note is its pitches and its value, and nothing else is written of it."""
    first = note.heads[0]
    if first.asides or first.shape or note.marks or note.graces or note.lyrics or note.tails:
        return False
    return len(note.heads) == 1 or not any(head.asides for head in note.heads)


def _step(kind: str, divisions: int) -> str:
    """A step forward or back, where it is one."""
    return f"      <{kind}>\n        <duration>{divisions}</duration>\n      </{kind}>\n" if divisions else ""


def _slurs(marks: Sequence[StaffMark], first: int) -> dict[str, tuple[tuple[str, int], ...]]:
    """(start or stop, number) of the slurs at each note; a number is free again where its slur has ended."""
    found: dict[str, list[tuple[str, int]]] = defaultdict(list)
    until: dict[int, Fraction] = {}
    for mark in marks:
        if kind_of(mark.name) != "slur":
            continue
        number = next((n for n in range(first, first + SLURS_OF_STAFF) if until.get(n, mark.start) <= mark.start), 0)
        if number:
            until[number] = mark.end
            found[mark.first].append(("start", number))
            found[mark.last].insert(0, ("stop", number))
    return {name: tuple(slurs) for name, slurs in found.items()}


@lru_cache(maxsize=256)
def _opening(velocity: int) -> str:
    """How loud a note is, in percent of what MusicXML takes for usual."""
    if velocity in (0, LOUD):
        return "      <note>\n"
    loudness = f"{velocity * 100 / LOUD:.2f}".rstrip("0").rstrip(".")
    return f'      <note dynamics="{loudness}">\n'


def _sign(head: Head, shown: bool) -> str:
    return f"        <accidental>{ACCIDENTALS[head.alter]}</accidental>\n" if shown and not head.shape else ""


def _shape(head: Head, voice: str) -> str:
    """The stem of a drum, which is up where one voice plays all, and its head."""
    if not head.shape:
        return ""
    stem = "        <stem>up</stem>\n" if voice == "1" else ""
    return stem + (f"        <notehead>{SHAPES[head.shape]}</notehead>\n" if head.shape in SHAPES else "")


def _lyrics(written: StaffNote) -> str:
    lines = []
    for number, text in enumerate(written.lyrics, 1):
        words = plain_text(text)
        if words.strip():
            syllabic = "begin" if words.endswith("-") else "single"
            lines.append(f'        <lyric number="{number}">\n          <syllabic>{syllabic}</syllabic>\n')
            lines.append(f"          <text>{escape(words.removesuffix('-') or words)}</text>\n        </lyric>\n")
    return "".join(lines)
