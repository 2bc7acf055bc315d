"""The bars of a staff as MusicXML: notes, rests, and what stands beside them.

Notes are many and alike, so they are written as text at once, a line for each element
with its indentation; everything else is built as elements.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple
from xml.sax.saxutils import escape

from mi_theme.files.musicxml.aside_writing import cue_texts, note_with_asides
from mi_theme.files.musicxml.counting import LARGEST_TUPLET
from mi_theme.files.musicxml.documents import plain_text
from mi_theme.notated.bar_symbols import BarVoice, Symbol, TupletRun, accidentals
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
SLURS_OF_STAFF = 8  # at a time: MusicXML numbers 16 in a part
BRACKETS = {"start": '<tuplet type="start" bracket="yes"/>', "stop": '<tuplet type="stop"/>'}
CHORD = ("", "        <chord/>\n")
GRACE_TYPE, QUARTER_TYPE = "eighth", TYPES.index("quarter")


class SymbolText(NamedTuple):
    """What is written of a symbol whatever its pitch: its length, what is before its accidental and after, its beams and notations."""

    duration: str
    value: str
    tuplet: str
    beams: str
    ties: tuple[str, ...]
    brackets: tuple[str, ...]


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
        staff: int = 0,
        voices: int = 0,
    ) -> None:
        self.name, self.fifths, self.divisions, self.grain = name, fifths, divisions, grain
        self.octaves, self.staff, self.voices = octaves, staff, voices
        self._written = written
        self._rests = [(at, aside.said) for at, aside in written.asides if aside.host == "rest"]
        self._resting: list[tuple[int, str]] = []
        self._slurs = _slurs(written.marks, first=1 + SLURS_OF_STAFF * max(staff - 1, 0))
        self._staff = f"        <staff>{staff}</staff>\n" if staff else ""
        self._texts: dict[tuple[int, str], list[list[SymbolText]]] = {}
        self._kept: list[tuple[TupletRun, ...]] = []  # whose ids are in use
        self._pitches: dict[tuple[int, int, str], str] = {}

    def write(
        self, bar: NewBar, voices: Sequence[BarVoice], beside: Sequence[tuple[Fraction, str]] = ()
    ) -> Iterator[str]:
        """The notes and rests of one bar as text.

        What stands beside them, each with its place in the bar, comes before the note that begins there,
        or with a step back to its place: not every program reads an offset.
        """
        sounding = [number for number, voice in enumerate(voices) if voice.notes]
        length = (bar.end - bar.start) * self.divisions
        first = voices[sounding[0]] if sounding else BarVoice((), ())
        starts = {symbol.at for run in first.runs for symbol in run.symbols} or {0}
        here = defaultdict[int, list[str]](list)
        away: list[tuple[Fraction, str]] = []
        for at, text in beside:
            place = at * self.divisions
            if place.denominator == 1 and int(place) * self.grain in starts:
                here[int(place) * self.grain].append(text)
            else:
                away.append((at, text))
        ticks = self.divisions * self.grain
        self._resting = [(int((at - bar.start) * ticks), said) for at, said in self._rests if bar.start <= at < bar.end]
        if not sounding:
            yield from here[0]
            rest = f'      <note>\n        <rest measure="yes"/>\n        <duration>{length}</duration>\n'
            rest += f"        <voice>{self.voices + 1}</voice>\n{self._staff}      </note>\n"
            yield note_with_asides(rest, [said for _, said in self._resting]) if self._resting else rest
        signs = accidentals(voices, bar, self.fifths) if sounding else set()
        for number in sounding:
            if number != sounding[0]:
                yield _step("backup", int(length))
            silent = number != sounding[0]
            yield from self._write_voice(voices[number], bar, signs, number, {} if silent else here, silent=silent)
        for at, text in away:
            back = int(length - at * self.divisions)
            yield f"{_step('backup', back)}{text}{_step('forward', back)}"
        if self._written.asides:
            yield from self._write_cues(bar, int(length))

    def _write_cues(self, bar: NewBar, length: int) -> Iterator[str]:
        """Notes to be seen and not heard, in a voice of their own."""
        now = length
        for at, lasts, text in cue_texts(self._written, bar, self.divisions, self.staff):
            place = int(at * self.divisions)
            if "<chord/>" not in text:
                yield _step("backup" if place < now else "forward", abs(now - place))
                now = place + int(lasts * self.divisions)
            yield text
        yield _step("forward", length - now)

    def _write_voice(
        self,
        voice: BarVoice,
        bar: NewBar,
        signs: set[tuple[str, int]],
        number: int,
        beside: dict[int, list[str]],
        *,
        silent: bool,
    ) -> Iterator[str]:
        name = str(self.voices + number + 1)
        for run, texts in zip(voice.runs, self._texts_of(voice.runs, name), strict=True):
            for symbol, text in zip(run.symbols, texts, strict=True):
                if symbol.at in beside:
                    yield from beside[symbol.at]
                if symbol.which >= 0:
                    yield from self._write_notes(symbol, voice, text, bar, signs, name, silent=silent)
                elif silent and run.ratio == 1:
                    yield f"      <forward>\n{text.duration}      </forward>\n"
                else:
                    rest = '      <note print-object="no">\n' if silent else "      <note>\n"
                    rest += f"        <rest/>\n{text.duration}{text.value}{text.tuplet}{self._staff}"
                    rest += f"{_notations((), text.brackets, (), ())}      </note>\n"
                    said = self._said_at(symbol) if self._resting and not silent else []
                    yield note_with_asides(rest, said) if said else rest

    def _texts_of(self, runs: tuple[TupletRun, ...], voice: str) -> list[list[SymbolText]]:
        """What is written of the symbols of these runs, made once for each layout."""
        key = id(runs), voice
        if key not in self._texts:
            self._kept.append(runs)
            self._texts[key] = [list(_symbol_texts(run, voice, self.grain)) for run in runs]
        return self._texts[key]

    def _write_notes(
        self,
        symbol: Symbol,
        voice: BarVoice,
        text: SymbolText,
        bar: NewBar,
        signs: set[tuple[str, int]],
        number: str,
        *,
        silent: bool,
    ) -> Iterator[str]:
        """A note with its grace notes, or a chord."""
        note = voice.notes[symbol.which]
        name = voice.name_of(symbol, bar) if signs else ""
        yield from self._write_graces(note.graces if symbol.begins else (), f"{name}g", signs, number)
        first = symbol.begins
        ties = "".join([f'        <tie type="{tie}"/>\n' for tie in text.ties])
        for place, head in enumerate(note.heads):
            sign = _sign(head, True) if signs and (name, head.step) in signs else ""
            marks, slurs = (note.marks, self._slurs.get(note.id, ())) if first and not place else ((), ())
            written = (
                f"{_opening(head.velocity)}{CHORD[place > 0]}{self._pitch(head)}{text.duration}{ties}"
                f"{self._drum(head)}{text.value}{sign}{text.tuplet}{_shape(head, number)}{self._staff}"
                f"{'' if place else text.beams}{_notations(text.ties, () if place else text.brackets, marks, slurs)}"
                f"{_lyrics(note) if first and note.lyrics and not place else ''}      </note>\n"
            )
            said = [*head.asides, *(self._said_at(symbol) if self._resting and not place and not silent else ())]
            yield note_with_asides(written, said, symbol.tie) if said else written
        yield from self._write_graces(note.tails if symbol.tie in ("", "t") else (), f"{name}g", signs, number)

    def _write_graces(
        self, heads: Sequence[Head], name: str, signs: set[tuple[str, int]], number: str
    ) -> Iterator[str]:
        for head in heads:
            sign = _sign(head, (name, head.step) in signs)
            grace = (
                f'{_opening(head.velocity)}        <grace slash="yes"/>\n{self._pitch(head)}{self._drum(head)}'
                f"        <voice>{number}</voice>\n        <type>{GRACE_TYPE}</type>\n{sign}"
                f"{_shape(head, number)}{self._staff}      </note>\n"
            )
            yield note_with_asides(grace, head.asides) if head.asides else grace

    def _said_at(self, symbol: Symbol) -> list[str]:
        """What is written beside rests that began in the time of a symbol."""
        return [said for at, said in self._resting if symbol.at <= at < symbol.at + symbol.lasts]

    def _pitch(self, head: Head) -> str:
        key = head.step, head.alter, head.shape
        if key not in self._pitches:
            octave = str(min(max(head.step // 7 + (0 if head.shape else self.octaves), 0), 9))
            kind, show = ("unpitched", "display-") if head.shape else ("pitch", "")
            alter = f"          <alter>{head.alter}</alter>\n" if head.alter else ""
            self._pitches[key] = (
                f"        <{kind}>\n          <{show}step>{LETTERS[head.step % 7]}</{show}step>\n{alter}"
                f"          <{show}octave>{octave}</{show}octave>\n        </{kind}>\n"
            )
        return self._pitches[key]

    def _drum(self, head: Head) -> str:
        return f'        <instrument id="{self.name}-I{head.key + 1}"/>\n' if head.shape else ""


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


def _symbol_texts(run: TupletRun, voice: str, grain: int) -> Iterator[SymbolText]:
    """What is written of each symbol of a run."""
    symbols = list(run.symbols)
    tuplet = ""
    sayable = run.ratio.denominator < LARGEST_TUPLET  # what no tuplet says has its duration and no note value
    if run.ratio != 1 and sayable:
        tuplet = (
            f"        <time-modification>\n          <actual-notes>{run.ratio.denominator}</actual-notes>\n"
            f"          <normal-notes>{run.ratio.numerator}</normal-notes>\n        </time-modification>\n"
        )
    for group in run.groups:
        types = [_type(symbol.value) if sayable else ("", 0) for symbol in group]
        flags = [max(TYPES.index(kind) - QUARTER_TYPE, 0) if kind else 0 for kind, _ in types]
        words = list(beam_words(flags)) if len(group) > 1 else [[]]
        for symbol, (kind, dots), beams in zip(group, types, words, strict=True):
            bracketed = bool(tuplet) and len(symbols) > 1
            starts, stops = bracketed and symbol is symbols[0], bracketed and symbol is symbols[-1]
            value = f"        <type>{kind}</type>\n" + "        <dot/>\n" * dots if kind else ""
            yield SymbolText(
                duration=f"        <duration>{symbol.lasts // grain}</duration>\n",
                value=f"        <voice>{voice}</voice>\n{value}",
                tuplet=tuplet,
                beams="".join(f'        <beam number="{n}">{word}</beam>\n' for n, word in enumerate(beams, 1)),
                ties=("stop",) * (symbol.tie in ("m", "t")) + ("start",) * (symbol.tie in ("i", "m")),
                brackets=("start",) * starts + ("stop",) * stops,
            )


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


@lru_cache(maxsize=4096)
def _notations(
    ties: tuple[str, ...], brackets: tuple[str, ...], marks: tuple[Mark, ...], slurs: tuple[tuple[str, int], ...]
) -> str:
    if not (ties or brackets or marks or slurs):
        return ""
    lines = ["        <notations>"]
    lines += [f'          <tied type="{kind}"/>' for kind in ties]
    lines += [f'          <slur type="{kind}" number="{number}"/>' for kind, number in slurs]
    for kind in brackets:
        lines.append(f"          {BRACKETS[kind]}")
    for group, members in groupby(sorted(marks, key=lambda mark: GROUPS.index(kind_of(mark.name))), _group_of):
        inside = group in GROUPS[:MARK_GROUPS]
        indent = "            " if inside else "          "
        lines += [f"          <{group}>"] * inside
        for mark in members:
            numbered = mark.name in NUMBERED
            lines.append(f"{indent}<{mark.name}>{mark.number}</{mark.name}>" if numbered else f"{indent}<{mark.name}/>")
        lines += [f"          </{group}>"] * inside
    return "\n".join([*lines, "        </notations>\n"])


def _group_of(mark: Mark) -> str:
    return kind_of(mark.name)


def _lyrics(written: StaffNote) -> str:
    lines = []
    for number, text in enumerate(written.lyrics, 1):
        words = plain_text(text)
        if words.strip():
            syllabic = "begin" if words.endswith("-") else "single"
            lines.append(f'        <lyric number="{number}">\n          <syllabic>{syllabic}</syllabic>\n')
            lines.append(f"          <text>{escape(words.removesuffix('-') or words)}</text>\n        </lyric>\n")
    return "".join(lines)
