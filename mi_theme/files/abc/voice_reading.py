"""A voice of an ABC tune as its tokens go by: lengths, accidentals, ties, tuplets and overlays onto bars."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple

from mi_theme.files.abc.bars_by_turns import ending_numbers, give_meters
from mi_theme.files.abc.decorations import USER_SIGNS, meaning_of
from mi_theme.files.abc.fields import Settings, alteration, plain_words
from mi_theme.files.abc.music_tokens import Token, chord_symbol_of, length_of, tokens_of
from mi_theme.files.typed.cutting import cut_into_bars
from mi_theme.files.typed.model import TypedBar, TypedKey, TypedNote, TypedPart, TypedPitch, TypedRemark
from mi_theme.meter import Meter

__all__ = ["SungNote", "VoiceReading"]

LONGEST_NOTE = 1024  # quarters: no music holds a note for so long
MOST_BARS = 20_000  # of a voice, rests of many bars counted bar by bar
MOST_LAYERS = 32  # that lie over one another in a bar
MOST_SLURS = 16  # inside one another: MusicXML numbers no more
PITCH = re.compile(r"(\^+|_+|=)?(\d*)(/?)(\d*)([A-Ga-g])([,']*)(.*)")
PLAYED = {2: 3, 3: 2, 4: 3, 6: 2, 8: 3}  # notes of a tuplet: in the time of how many


class SungNote(NamedTuple):
    """A note that a syllable can stand under, and the number of its bar."""

    note: TypedNote
    bar: int


@dataclass
class VoiceReading:
    """A voice: what holds in it, and the bars that it has so far.

    Attributes
    ----------
    part
        What comes out.
    unit
        Length of a note without a number, in quarters.
    meters
        Metres by turns; none for free music.
    sung
        Notes of the line of music that was read last.
    """

    part: TypedPart
    unit: Fraction
    meters: tuple[Meter, ...]
    key: dict[str, Fraction]
    fault: Callable[[str], None]
    signs: dict[str, str] = field(default_factory=lambda: dict(USER_SIGNS))
    propagation: str = "pitch"
    scale: int = 53  # parts of an octave that accidentals with bare numbers count
    sung: list[SungNote] = field(default_factory=list)
    octave: int = 0
    bars: list[TypedBar] = field(default_factory=list)
    changed: list[tuple[int, tuple[Meter, ...]]] = field(default_factory=list)  # the bars at which metres change
    _at: int = 0  # the bar that is being filled
    _front: int = 0  # the last bar that was begun
    _over: int = 0  # the overlay: 0 is the voice itself
    _layers: int = 0  # overlays of this bar so far
    _spread: int = -1  # the bar in which a long overlay began
    _altered: dict[str, Fraction] = field(default_factory=dict)  # in this bar
    _held: dict[tuple[int, str, int], TypedPitch] = field(default_factory=dict)  # by layer, letter and octave: tied on
    _last: TypedNote | None = None
    _tuplet: tuple[Fraction, int] = (Fraction(1), 0)
    _broken: Fraction = Fraction(1)
    _marks: list[str] = field(default_factory=list)
    _opening: list[TypedNote | TypedRemark] = field(default_factory=list)  # what goes before the next note
    _slurs: list[tuple[TypedNote, int]] = field(default_factory=list)
    _waiting: int = 0  # slurs that begin at the next note
    _ending: bool = False

    def __post_init__(self) -> None:
        self.bars.append(TypedBar())
        self.changed.append((0, self.meters))

    def read_line(self, text: str, on_field: Callable[[str, str], None]) -> None:
        """Take a line of music, up to a field that turns to another voice; fields in brackets are passed on."""
        for token in tokens_of(text):
            if token.kind == "field":
                on_field(token.text[1], token.text[3:].rstrip("]"))
            else:
                self.take(token)

    def take(self, token: Token) -> None:
        """Take a sign of the music."""
        kind, text = token
        reader: Callable[[str], None] | None = getattr(self, f"_read_{kind}", None)
        if reader:
            reader(text)
        elif kind == "other":
            self.fault(f"{text!r} means nothing here")

    # What sounds

    def _read_note(self, text: str) -> None:
        pitch, length = self._pitch(text)
        self._put(TypedNote(length_of(length) * self.unit, [pitch]))

    def _read_rest(self, text: str) -> None:
        self._put(TypedNote(length_of(text[1:]) * self.unit, hidden=text[0] == "x"))

    def _read_chord(self, text: str) -> None:
        """Notes that begin together; the first says how long the chord is, the others how long they are."""
        inside, _, outside = text[1:].rpartition("]")
        factor = length_of(outside) * self.unit
        note = TypedNote(Fraction(0))
        lengths: list[Fraction] = []
        ties: list[TypedPitch] = []
        for kind, said in tokens_of(inside):
            if kind == "note":
                pitch, length = self._pitch(said)
                note.pitches.append(pitch)
                lengths.append(length_of(length) * factor)
            elif kind == "tie" and note.pitches:
                ties.append(note.pitches[-1])
            elif kind in ("quoted", "decoration", "sign", "slur"):
                self.take(Token(kind, said))
        if not note.pitches:
            if inside.strip():
                self.fault(f"{text[:20]!r} holds no notes")
            return
        note.lasts = lengths[0]
        for pitch, lasts in zip(note.pitches, lengths, strict=True):
            pitch.lasts = lasts if lasts != lengths[0] else None
        self._put(note)
        for pitch in ties:
            self._tie(pitch)

    def _pitch(self, text: str) -> tuple[TypedPitch, str]:
        """The pitch of a note as it is typed, and the text of its length."""
        found = PITCH.fullmatch(text)
        if not found:
            raise ValueError(f"{text[:20]} is no note")
        sign, number, slash, under, typed, octaves, length = found.groups()
        letter = typed.upper()
        octave = 4 + typed.islower() + octaves.count("'") - octaves.count(",") + self.octave
        if not -1 <= octave <= 9:
            raise ValueError(f"{text[:20]} is higher or lower than music goes")
        place = letter if self.propagation == "pitch" else f"{letter}{octave}"
        if sign:
            alter = alteration(sign, number, slash, under, self.scale)
            if self.propagation != "not":
                self._altered[place] = alter
        elif (held := self._held.get((self._over, letter, octave))) is not None:
            alter = held.alter
        else:
            alter = self._altered.get(place, self.key.get(letter, Fraction(0)))
        return TypedPitch(letter, octave, alter), length

    def _put(self, note: TypedNote) -> None:
        """Put a note or rest where the voice is, as long as tuplets and broken rhythm make it."""
        ratio, left = self._tuplet
        if left:
            self._scale(note, ratio)
            self._tuplet = ratio, left - 1
        if self._broken != 1:
            self._scale(note, self._broken)
            self._broken = Fraction(1)
        if note.lasts > LONGEST_NOTE:
            raise ValueError(f"a note of {float(note.lasts):g} quarters")
        note.signs += [*self._marks]
        self._marks.clear()
        voice = self._voice()
        voice += self._opening
        self._opening = []
        voice.append(note)
        for pitch in note.pitches:
            before = self._held.pop((self._over, pitch.letter, pitch.octave), None)
            if before is not None:
                pitch.ties = ("stop",)
        self._forget_ties()
        self._last = note
        if note.pitches:
            self._slurs += [(note, 1 + (len(self._slurs) + count) % MOST_SLURS) for count in range(self._waiting)]
            self._waiting = 0
            self.sung.append(SungNote(note, self._at))

    def _scale(self, note: TypedNote, ratio: Fraction) -> None:
        note.lasts *= ratio
        for pitch in note.pitches:
            pitch.lasts = None if pitch.lasts is None else pitch.lasts * ratio

    def _voice(self) -> list[TypedNote | TypedRemark]:
        return self.bars[self._at].voices.setdefault(self._over + 1, [])

    def _read_tie(self, _: str) -> None:
        for pitch in self._last.pitches if self._last else ():
            self._tie(pitch)

    def _tie(self, pitch: TypedPitch) -> None:
        if "start" not in pitch.ties:
            pitch.ties = (*pitch.ties, "start")
            self._held[self._over, pitch.letter, pitch.octave] = pitch

    def _forget_ties(self) -> None:
        """A tie leads to the next note of its layer, or nowhere."""
        for place in [place for place in self._held if place[0] == self._over]:
            pitch = self._held.pop(place)
            pitch.ties = tuple(kind for kind in pitch.ties if kind != "start")

    def _read_broken(self, text: str) -> None:
        """``a>b``: the first gains what the second loses; ``>>`` and ``>>>`` more so."""
        if self._last is None or len(set(text)) > 1 or len(text) > 3:
            self.fault(f"{text[:10]!r} stands between no two notes")
            return
        short, long = Fraction(1, 2 ** len(text)), 2 - Fraction(1, 2 ** len(text))
        self._scale(self._last, long if text[0] == ">" else short)
        self._broken = short if text[0] == ">" else long

    def _read_tuplet(self, text: str) -> None:
        said = [int(number[:3]) if number else 0 for number in text[1:].split(":")]
        count, normal, notes = [*said, 0, 0][:3]
        three = bool(self.meters) and self.meters[0].is_compound
        normal = normal or PLAYED.get(count, 3 if three else 2)
        if count < 1:
            raise ValueError(f"{text} is no tuplet")
        self._tuplet = Fraction(normal, count), notes or count

    def _read_grace(self, text: str) -> None:
        """Notes that take no time of their own."""
        kind = "slash" if text[1:2] == "/" else "plain"
        for name, said in tokens_of(text[1:].removeprefix("/").rstrip("}")):
            if name == "note":
                self._opening.append(TypedNote(Fraction(0), [self._pitch(said)[0]], kind))
            elif name == "chord":
                notes = [
                    self._pitch(part)[0] for other, part in tokens_of(said[1:].rpartition("]")[0]) if other == "note"
                ]
                self._opening.append(TypedNote(Fraction(0), notes, kind))

    def _read_slur(self, text: str) -> None:
        if text.endswith("("):
            self._waiting += 1
        elif self._slurs and self._last is not None:
            begun, number = self._slurs.pop()
            if begun is not self._last:
                begun.signs.append(f"slur/start/{number}")
                self._last.signs.append(f"slur/stop/{number}")

    # What is said

    def say(self, kind: str, said: object) -> None:
        """Note down what stands before the next note."""
        self._opening.append(TypedRemark(kind, said))

    def _read_quoted(self, text: str) -> None:
        for said in text.strip('"').split("\n"):
            words = plain_words(said)
            if words[:1] in tuple("^_<>"):
                self.say("words", words[1:])
            elif words[:1] == "@":
                self.say("words", re.sub(r"^@[-\d.]+,[-\d.]+\s*", "", words))
            elif symbol := chord_symbol_of(words):
                self.say("chord", symbol)
            elif words:
                self.say("words", words)

    def _read_sign(self, text: str) -> None:
        if name := self.signs.get(text, ""):
            self._decorate(name)

    def _read_decoration(self, text: str) -> None:
        self._decorate(text[1:-1])

    def _decorate(self, name: str) -> None:
        meaning = meaning_of(name)
        if meaning is None:
            self.fault(f"the decoration {name[:20]} is left out")
        elif isinstance(meaning, TypedRemark):
            self._opening.append(meaning)
        elif meaning:
            self._marks.append(meaning)

    def set(self, settings: Settings) -> None:
        """Take what a K: or V: field sets."""
        if settings.name is not None:
            self.part.name = settings.name
        if settings.clef is not None:
            self.say("clef", settings.clef)
            self.part.unpitched = settings.clef[0] == "percussion" and not self.part.on_drum_channel
            self.octave = settings.clef[2]
        if settings.octave is not None:
            self.octave = settings.octave + (settings.clef[2] if settings.clef else 0)
        if settings.transpose is not None:
            self.part.transpose = settings.transpose

    def set_key(self, key: TypedKey, alters: dict[str, Fraction]) -> None:
        """Take a key signature."""
        self.key = alters
        self.say("key", key)

    def set_meters(self, meters: tuple[Meter, ...]) -> None:
        """Take a metre; it begins a bar."""
        if self._filled():
            self._next_bar()
        self.meters = meters
        self.changed = [change for change in self.changed if change[0] < self._at] + [(self._at, meters)]

    # Bars

    def _filled(self) -> bool:
        """Whether something that takes time stands in this bar already."""
        return any(isinstance(item, TypedNote) and (item.lasts or item.whole_bar) for item in self._voice())

    def _read_bar(self, text: str) -> None:
        numbers = re.search(r"\d[\d,.\-]*", text)
        line = text[: numbers.start()] if numbers else text
        line = line.strip("[. ")
        if "|" in line or "::" in line:
            if self._filled():
                self._next_bar()
            done = self.bars[self._at - 1] if self._at and not self._over else None
            if done and line.startswith(":"):
                done.right = "backward"
            elif done and not done.right and line.strip(":") in ("||", "|]"):
                done.right = "light-light" if line.strip(":") == "||" else "light-heavy"
            if line.endswith(":"):
                self.bars[self._at].left = "forward"
            if done and self._ending and (numbers or line not in ("|", "|:")):
                done.ending_stops, self._ending = True, False
        if numbers and not self._filled():
            self.bars[self._at].ending = ending_numbers(numbers[0])
            self._ending = True

    def _next_bar(self) -> None:
        self._at += 1
        self._altered.clear()
        if self._at > self._front:
            self._over = self._layers = 0
            self._front = self._at
            self.bars.append(TypedBar())
            if self._at > MOST_BARS:
                raise ValueError(f"more than {MOST_BARS} bars")

    def _read_bars(self, text: str) -> None:
        """A rest of whole bars."""
        count = int(text[1:] or 1) if len(text) < 7 else MOST_BARS + 1
        if self._at + count > MOST_BARS:
            raise ValueError(f"more than {MOST_BARS} bars of rest")
        for index in range(count):
            if index:
                self._next_bar()
            self._put(TypedNote(Fraction(0), hidden=text[0] == "X", whole_bar=True))

    def _read_overlay(self, text: str) -> None:
        """``&`` goes back by a bar line for each sign, to where another layer begins; ``(&`` to ``&)`` spans bars."""
        if text.startswith("("):
            self._spread = self._at
            return
        if text.endswith(")"):
            self._spread = -1
            return
        back = self._spread if self._spread >= 0 else self._at - (text.count("&") - 1)
        if not self._filled() and self._at and self._spread < 0:
            back -= 1  # behind the bar line
        self._at = max(back, 0)
        self._layers += 1
        self._over = self._layers
        if self._layers > MOST_LAYERS:
            raise ValueError(f"more than {MOST_LAYERS} overlays in a bar")
        self._altered.clear()
        self._last, self._opening = None, []

    def finished(self) -> TypedPart:
        """The part, its bars with their metres, once all is read."""
        if self._opening and not all(
            isinstance(item, TypedRemark) and item.kind in ("key", "clef") for item in self._opening
        ):
            last = self._at if self._filled() or not self._at else self._at - 1
            self.bars[last].voices.setdefault(1, []).extend(self._opening)
        while self.bars and self.bars[-1].is_empty and len(self.bars) > 1:
            self.bars.pop()
        if len(self.bars) == 1 and len(self.meters) == 1 and self.bars[0].length > self.meters[0].bar:
            self.bars = cut_into_bars(self.bars[0], self.meters[0].bar)
        self.part.bars = self.bars
        if self._ending:
            self.bars[-1].ending_stops = True
        for index, (first, meters) in enumerate(self.changed):
            last = self.changed[index + 1][0] if index + 1 < len(self.changed) else len(self.bars)
            give_meters(self.bars[first:last], meters, opens=first == 0)
        return self.part
