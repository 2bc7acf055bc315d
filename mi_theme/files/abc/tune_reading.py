"""ABC as MusicXML: the lines of a tune, its fields, its voices, its words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction

from mi_theme.errors import FileError
from mi_theme.files.abc.decorations import USER_SIGNS
from mi_theme.files.abc.fields import (
    key_of_field,
    meters_of_field,
    plain_words,
    settings_of,
    tempo_of_field,
    unit_of_meters,
)
from mi_theme.files.abc.voice_reading import SungNote, VoiceReading
from mi_theme.files.disk import decoded, tunes_of
from mi_theme.files.typed.model import TypedPart, TypedRemark, TypedScore
from mi_theme.files.typed.to_musicxml import musicxml_of_typed, tempo_remark
from mi_theme.meter import Meter

__all__ = ["musicxml_of_abc"]

FIELD = re.compile(r"([A-Za-z+]):(?![|:])\s*(.*)", re.DOTALL)
WORDS = re.compile(r"([wWTrNH]):\s*(.*)", re.DOTALL)  # always fields, whatever follows
BLOCK = re.compile(r"%%begin(\w+)")
LARGEST_TUNE = 2**20  # letters: a tune of half a million notes
MOST_VOICES = 64
MOST_BARS = 100_000  # of all voices together
LONGEST_MACRO, MOST_MACROS = 200, 50  # letters of what one stands for; and no line has so many of one
SYLLABLE = re.compile(r"(?:\\-|[^\s\-_*|])+|-|_|\*|\||\s+")
MUSICAL = re.compile(r"""[A-Ga-gxyzZ\d\s|:\[\](){}<>/',^_=~.!&-]+""")  # a line that is music, if it stands in a tune
QUOTED = re.compile(r'"[^"]*"')
UNCLOSED = re.compile(r"\[[A-Ga-g^_=,'\d/]*$")  # a chord that a program broke between two lines


def musicxml_of_abc(data: bytes, source: str = "") -> bytes:
    """MusicXML of the first tune in the bytes of an ABC file.

    Raises
    ------
    FileError
        Where it is damaged or too large; the message names the line, counted from the X: of the tune.
    """
    where = source or "ABC"
    text = decoded(data, where)
    tune = next(iter(tunes_of(text)), text)
    if len(tune) > LARGEST_TUNE:
        raise FileError(f"{where}: a tune of more than {LARGEST_TUNE // 2**20} MiB of text")
    reading = TuneReading()
    number = 0
    try:
        for number, line in _lines(tune):
            reading.read(line, number)
        score = reading.finished()
    except (FileError, ValueError, ArithmeticError, RecursionError) as error:
        raise FileError(f"{where}: line {number}: {error}") from None
    return musicxml_of_typed(score, where)


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """(number from the X: on, line) of a tune, without comments; lines that go on are one."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    first = next((number for number, line in enumerate(lines) if line.startswith("X:")), 0)
    block = held = ""
    for number, line in enumerate(lines, 1 - first):
        if block:
            block = "" if line.startswith(f"%%end{block}") else block
            continue
        if found := BLOCK.match(line):
            block = found[1]
            continue
        if line.lstrip().startswith("%") and not line.startswith("%%"):
            continue  # a line of comment is no empty line
        if not line.startswith("%%"):
            line = re.sub(r"(?<!\\)%.*", "", line).rstrip()
            if not FIELD.match(line) and (line.endswith("\\") or UNCLOSED.search(line)):
                held += line.removesuffix("\\") + " " * line.endswith("\\")
                continue
        if held and FIELD.match(line) and not WORDS.match(line):  # a field between lines that belong together
            yield number, line
            continue
        yield number, held + line
        held = ""
    if held:
        yield len(lines), held


@dataclass
class TuneReading:
    """A tune as its lines go by."""

    score: TypedScore = field(default_factory=TypedScore)
    meters: tuple[Meter, ...] = ()
    unit: Fraction | None = None
    tempo: str = ""
    signs: dict[str, str] = field(default_factory=lambda: dict(USER_SIGNS))
    macros: list[tuple[str, str]] = field(default_factory=list)
    voices: dict[str, VoiceReading] = field(default_factory=dict)
    current: VoiceReading | None = None
    key_said: bool = False
    ended: bool = False
    _propagation: str = "pitch"
    _scale: int = 53
    _key: str = ""
    _announced: list[tuple[str, str]] = field(default_factory=list)  # voices of the heading
    _verse: int = 0
    _field: str = ""
    _line: int = 0
    _programs: list[str] = field(default_factory=list)

    def read(self, line: str, number: int) -> None:
        """Take a line."""
        self._line = number
        if self.ended:
            if "|" in line and MUSICAL.fullmatch(QUOTED.sub("", line)):
                self._fault("an empty line ends a tune; what follows is left out")
            return
        if line.startswith("%%"):
            self._instruct(line[2:])
        elif not line.strip():
            self.ended = self.key_said and number > 0
        elif found := FIELD.match(line) or WORDS.match(line):
            name, text = found.groups()
            if name == "+":
                name = self._field
            self._field = name
            if self.key_said:
                self._take_in_tune(name, text)
            else:
                self._take_in_heading(name, text)
        elif self.key_said:
            self._music(line)

    def _fault(self, words: str) -> None:
        self.score.faults.append(f"line {self._line}: {words}")

    # Fields

    def _take_in_heading(self, name: str, text: str) -> None:
        if name == "T":
            self.score.title = self.score.title or plain_words(text)
        elif name == "C":
            composer = plain_words(text)
            self.score.composer = f"{self.score.composer}, {composer}" if self.score.composer else composer
        elif name == "M":
            self.meters = self._meters(text)
        elif name == "L":
            self.unit = self._unit(text) or self.unit
        elif name == "Q":
            self.tempo = text
        elif name == "V":
            self._announced.append(_voice_name(text))
        elif name == "K":
            self._key, self.key_said = text, True
            for voice, settings in self._announced:
                self._turn_to(voice, settings)
        else:
            self._take_anywhere(name, text)

    def _take_in_tune(self, name: str, text: str) -> None:
        if name == "V":
            self._turn_to(*_voice_name(text))
            return
        if name == "w":
            self._sing(text)
            return
        if name in "MLKQPT":
            voice = self._voice()
            if name == "M":
                voice.set_meters(self._meters(text))
            elif name == "L":
                voice.unit = self._unit(text) or voice.unit
            elif name == "K":
                self._change_key(voice, text)
            elif name == "Q":
                voice._opening += self._tempo(text, voice.unit)
            elif name == "P":
                voice.say("rehearsal", plain_words(text))
            else:
                voice.say("words", plain_words(text))
        else:
            self._take_anywhere(name, text)

    def _take_anywhere(self, name: str, text: str) -> None:
        """Fields that mean the same in heading and tune."""
        if name == "I":
            self._instruct(text)
        elif name == "U":
            sign, _, meaning = text.partition("=")
            self.signs[sign.strip()] = meaning.strip().strip("!+")
        elif name == "m":
            pattern, _, meaning = text.partition("=")
            if "n" in pattern:
                self._fault("a macro that transposes is left out")
            elif pattern.strip() and len(meaning) < LONGEST_MACRO and len(self.macros) < MOST_MACROS:
                self.macros.append((pattern.strip(), meaning.strip()))
            else:
                self._fault("a macro is left out")
        elif name == "s":
            self._fault("a line of symbols is left out")

    def _instruct(self, text: str) -> None:
        """Lines %% and I: that change what sounds; others are for those who set type."""
        words = text.split()
        if words[:1] == ["propagate-accidentals"] and words[1:2] and words[1] in ("not", "octave", "pitch"):
            self._propagation = words[1]
            for voice in self.voices.values():
                voice.propagation = words[1]
        elif words[:2] == ["MIDI", "temperamentequal"] and words[2:3] and words[2].isdecimal() and int(words[2][:4]):
            self._scale = int(words[2][:4])
        elif words[:2] == ["MIDI", "nobarlines"]:
            self._instruct("propagate-accidentals not")
        elif words[:1] == ["MIDI"] and words[1:2] and words[1] in ("program", "channel", "transpose"):
            numbers = [int(word) for word in words[2:] if re.fullmatch(r"-?\d{1,3}", word)]
            if numbers and self.key_said:
                self._play(self._voice(), words[1], numbers[-1])
            elif numbers:
                self._programs.append(f"{words[1]} {numbers[-1]}")

    def _play(self, voice: VoiceReading, kind: str, number: int) -> None:
        if kind == "program" and 0 <= number < 128 and voice.part.program is None:
            voice.part.program = number
        elif kind == "transpose":
            voice.part.transpose = number
        elif kind == "channel":
            voice.part.on_drum_channel = number == 10
            voice.part.unpitched = voice.part.unpitched and number != 10

    def _meters(self, text: str) -> tuple[Meter, ...]:
        found = meters_of_field(text)
        if found is None:
            found = meters_of_field(re.sub(r"^[^\dC(]+", "", text.strip())) if re.search(r"\d/\d|C", text) else None
            self._fault(f"M:{text[:20]} is read as {' '.join(map(str, found)) if found else 'no metre'}")
        return found or ()

    def _unit(self, text: str) -> Fraction | None:
        found = re.match(r"(\d{1,3})(?:\s*/\s*(\d{1,4}))?", text.strip())
        if not found or not int(found[1]) or not int(found[2] or 1):
            self._fault(f"L:{text[:20]} is no length")
            return None
        return 4 * Fraction(int(found[1]), int(found[2] or 1))

    def _tempo(self, text: str, unit: Fraction) -> list[TypedRemark]:
        try:
            words, beats, speed = tempo_of_field(text, unit)
        except ValueError as error:
            self._fault(str(error))
            return []
        return [tempo_remark(words, beats, speed)] if words or speed else []

    def _change_key(self, voice: VoiceReading, text: str) -> None:
        if key := key_of_field(text):
            voice.set_key(*key)
        elif not any(value is not None for value in settings_of(text)):
            self._fault(f"K:{text[:20]} is no key")
        voice.set(settings_of(text))

    # Voices

    def _voice(self) -> VoiceReading:
        return self.current or self._turn_to("", "")

    def _turn_to(self, name: str, text: str) -> VoiceReading:
        """Go on with a voice; a new one begins with what the heading says."""
        if name == "*" and self.current:
            return self.current
        if name not in self.voices:
            if len(self.voices) >= MOST_VOICES:
                raise ValueError(f"more than {MOST_VOICES} voices")
            if sum(len(voice.bars) for voice in self.voices.values()) > MOST_BARS:
                raise ValueError(f"more than {MOST_BARS} bars")
            unit = self.unit or unit_of_meters(self.meters)
            voice = VoiceReading(
                TypedPart(), unit, self.meters, {}, self._fault, self.signs, self._propagation, self._scale
            )
            if not self.voices and self.tempo:
                voice._opening += self._tempo(self.tempo, unit)
            self._change_key(voice, self._key)
            for said in self._programs:
                self._play(voice, *_kind_and_number(said))
            self.voices[name] = voice
        self.current = self.voices[name]
        self.current.set(settings_of(text))
        self._verse = 0
        return self.current

    def _music(self, line: str) -> None:
        """A line of music, which may turn from voice to voice."""
        for pattern, meaning in self.macros:
            line = line.replace(pattern, meaning, LONGEST_MACRO)
        self._verse = 0
        self._voice().sung.clear()
        for text in re.split(r"(?=\[V:)", line):
            if found := re.match(r"\[V:([^\]]*)\]?", text):
                self._turn_to(*_voice_name(found[1])).sung.clear()
                text = text[found.end() :]
            self._voice().read_line(text, self._take_in_line)

    def _take_in_line(self, name: str, text: str) -> None:
        self._take_in_tune(name, text.strip()) if name not in "wX" else None

    # Words

    def _sing(self, text: str) -> None:
        """Put the syllables of a w: line under the notes of the line of music before it."""
        self._verse += 1
        notes = self._voice().sung
        at, open_word, last = 0, False, None
        for syllable in SYLLABLE.findall(text):
            if syllable == "|":
                at = _next_bar(notes, at)
                open_word = False
            elif syllable.isspace():
                open_word, last = False, None
            elif syllable == "-":
                if last is None:
                    at += 1  # a note more for the syllable before
                    continue
                word, _ = last.note.lyrics[self._verse]
                last.note.lyrics[self._verse] = word, "middle" if open_word else "begin"
                open_word, last = True, None
            elif syllable in ("_", "*"):
                at += 1
            elif at < len(notes):
                said = plain_words(syllable.replace("~", " "))
                last = notes[at]
                last.note.lyrics[self._verse] = said.replace("\\-", "-"), "end" if open_word else "single"
                at += 1
            else:
                self._fault("there are more syllables than notes")
                return

    def finished(self) -> TypedScore:
        """The score, once all lines are read."""
        voices = list(self.voices.values())
        changing = next((voice for voice in voices if len(voice.changed) > 1), None)
        for voice in voices:
            if changing and len(voice.changed) == 1:  # metres that one voice says are those of all
                voice.changed = [change for change in changing.changed if change[0] < len(voice.bars)]
        self.score.parts = [voice.finished() for voice in voices]
        self.score.parts = [part for part in self.score.parts if not all(bar.is_empty for bar in part.bars)]
        return self.score


def _voice_name(text: str) -> tuple[str, str]:
    """The name of a voice, and what its field sets."""
    name, _, rest = text.strip().partition(" ")
    return name, rest


def _kind_and_number(said: str) -> tuple[str, int]:
    kind, number = said.split()
    return kind, int(number)


def _next_bar(notes: list[SungNote], at: int) -> int:
    """The first note of the bar after the one where the syllable before stands; here where a bar begins already."""
    if not at or at >= len(notes):
        return at
    bar = notes[at - 1].bar
    return next((place for place in range(at, len(notes)) if notes[place].bar > bar), len(notes))
