"""Kern as MusicXML: spines that split, join and end, line by line, onto bars.

music21 reads kern too, but splits its spines by guess, moves notes where a line is
odd, makes up metres such as 2+2+3 as it can, and leaves out what it does not know.
Reading the lines ourselves takes less than putting all that right would.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from mi_theme.errors import FileError
from mi_theme.files.disk import decoded
from mi_theme.files.kern.signs_of_kern import (
    PROGRAMS,
    clef_of_kern,
    key_of_kern,
    meters_of_kern,
    note_of_token,
)
from mi_theme.files.typed.cutting import cut_into_bars
from mi_theme.files.typed.model import TypedBar, TypedNote, TypedPart, TypedRemark, TypedScore
from mi_theme.files.typed.to_musicxml import musicxml_of_typed, tempo_remark
from mi_theme.meter import Meter

__all__ = ["musicxml_of_kern"]

LARGEST_SCORE = 4 * 2**20  # letters: twice a symphony
MOST_SPINES = 400
MOST_LANES = 64  # notes of one staff that overlap
SUNG = ("**text", "**silbe", "**lyrics", "**vdata-text")
SILENT = (
    "**recip",
    "**root",
    "**function",
    "**cdata",
    "**color",
    "**fing",
    "**fb",
    "**fba",
    "**mint",
    "**deg",
    "**degree",
)
LOUDNESS = ("pppp", "ppp", "pp", "p", "mp", "mf", "f", "ff", "fff", "ffff", "sfz", "fp", "sf", "rf", "fz")
WEDGES = {"<": "crescendo", ">": "diminuendo", "[": "stop", "]": "stop"}
RECORDS = {"OTL": "title", "COM": "composer", "YEC": "rights", "YEM": "rights"}
RECORD = re.compile(r"!!!([A-Z]{3})(?:\d*(?:@@?\w+)?)?:\s*(.*)")
TEMPO = re.compile(r"\*MM(\d+(?:\.\d+)?)")


@dataclass
class Spine:
    """A column: what it holds, the staff that it belongs to, and until when its last note sounds."""

    kind: str
    staff: int
    verse: int = 0
    until: Fraction = Fraction(0)


@dataclass
class KernStaff:
    """A staff as its bars fill: of the bar that is open, (place, voice, note or remark)."""

    part: TypedPart = field(default_factory=TypedPart)
    meter: Meter | None = None
    placed: list[tuple[Fraction, int, TypedNote | TypedRemark]] = field(default_factory=list)
    signature: str | None = None
    mode: str = ""
    key_is_new: bool = False
    slurs: list[tuple[TypedNote, int]] = field(default_factory=list)
    sung: TypedNote | None = None
    named: bool = False

    def close_bar(self, length: Fraction) -> TypedBar:
        """The open bar with what is in it, voices without gaps."""
        bar = TypedBar(self.meter)
        ends: list[Fraction] = []
        for at, voice, item in sorted(self.placed, key=lambda row: (row[0], row[1])):
            if isinstance(item, TypedRemark):
                number = 0
            else:
                lanes = (voice, *range(len(ends) + 1))
                number = next(n for n in lanes if n >= len(ends) or ends[n] <= at)
                if number > MOST_LANES:
                    raise ValueError(f"more than {MOST_LANES} notes of a staff overlap")
            ends += [Fraction(0)] * (number + 1 - len(ends))
            items = bar.voices.setdefault(number + 1, [])
            if at > ends[number]:
                items.append(TypedNote(at - ends[number], hidden=True))
                ends[number] = at
            items.append(item)
            ends[number] += item.lasts if isinstance(item, TypedNote) else 0
        if ends and length > max(ends):
            bar.voices.setdefault(1, []).append(TypedNote(length - ends[0], hidden=True))
        self.placed.clear()
        return bar


@dataclass
class KernReading:
    """A file as its lines go by: its columns, its staves, and where in the music it is, in quarters."""

    score: TypedScore = field(default_factory=TypedScore)
    spines: list[Spine] = field(default_factory=list)
    staves: list[KernStaff] = field(default_factory=list)
    now: Fraction = Fraction(0)
    bar_start: Fraction = Fraction(0)
    line: int = 0
    pending: dict[str, str] = field(default_factory=dict)  # what the next bar line says
    lines_seen: int = 0
    _opens: str = ""  # how the next bar begins
    _unknown: set[str] = field(default_factory=set)

    def read(self, text: str) -> None:
        """Take a line."""
        self.line += 1
        if not text:
            return
        if text.startswith("!!"):
            if found := RECORD.match(text):
                name = RECORDS.get(found[1], "")
                if name and found[2] and not getattr(self.score, name):
                    setattr(self.score, name, found[2].strip())
            return
        tokens = text.split("\t")
        if text.startswith("!"):
            return
        if not self.spines:
            if not text.startswith("**"):
                self._fault(f"{text[:20]!r} belongs to no spine")
                return
            self._begin(tokens)
        elif len(tokens) != len(self.spines):
            raise ValueError(f"{len(tokens)} tokens for {len(self.spines)} spines")
        elif text.startswith("*"):
            self._interpret(tokens)
        elif text.startswith("="):
            self._bar_line(next((token for token in tokens if token.startswith("=")), "="))
        else:
            self._sound(tokens)

    def _fault(self, words: str) -> None:
        self.score.faults.append(f"line {self.line}: {words}")

    # Columns

    def _begin(self, tokens: Sequence[str]) -> None:
        """Columns begin; words and dynamics belong to the staff at their left."""
        if len(tokens) > MOST_SPINES:
            raise ValueError(f"more than {MOST_SPINES} spines")
        for token in tokens:
            self.spines.append(self._spine(token))

    def _spine(self, kind: str) -> Spine:
        if kind == "**kern":
            self.staves.append(KernStaff())
        elif kind not in (*SUNG, "**dynam", *SILENT) and kind not in self._unknown:
            self._unknown.add(kind)
            self._fault(f"the spine {kind[:20]} is left out")
        staff = len(self.staves) - 1
        verse = sum(spine.staff == staff and spine.kind in SUNG for spine in self.spines)
        return Spine(kind, staff, verse)

    def _interpret(self, tokens: Sequence[str]) -> None:
        if any(token in ("*^", "*v", "*x", "*+", "*-") or token.startswith("**") for token in tokens):
            self._rearrange(tokens)
            return
        for spine, token in zip(self.spines, tokens, strict=True):
            if spine.kind == "**kern" and token != "*":
                self._set(self.staves[spine.staff], token)

    def _rearrange(self, tokens: Sequence[str]) -> None:
        """Columns split, join, change places, begin or end."""
        rows: list[Spine] = []
        index = 0
        while index < len(tokens):
            token, spine = tokens[index], self.spines[index]
            index += 1
            if token == "*^":
                rows += [spine, Spine(spine.kind, spine.staff, spine.verse, spine.until)]
            elif token == "*v":
                while index < len(tokens) and tokens[index] == "*v" and self.spines[index].staff == spine.staff:
                    spine.until = max(spine.until, self.spines[index].until)
                    index += 1
                rows.append(spine)
            elif token == "*x" and index < len(tokens) and tokens[index] == "*x":
                rows += [self.spines[index], spine]
                index += 1
            elif token == "*+":
                rows += [spine, Spine("", spine.staff)]
            elif token.startswith("**"):
                rows.append(self._spine(token))
            elif token != "*-":
                rows.append(spine)
        if len(rows) > MOST_SPINES:
            raise ValueError(f"more than {MOST_SPINES} spines")
        self.spines = rows

    # What is said

    def _set(self, staff: KernStaff, token: str) -> None:
        """Take an interpretation of a staff."""
        if token.startswith("*k["):
            staff.signature, staff.key_is_new = token[3:].rstrip("]"), True
        elif re.fullmatch(r"\*[A-Ga-g][#-]?:(\w{3})?", token):
            staff.mode, staff.key_is_new = token[1:], staff.signature is not None
        elif token.startswith(("*M", "*met(")) and not token.startswith(("*MM", "*Mm")):
            meters = meters_of_kern(token)
            if meters is None and not token.startswith("*met"):
                self._fault(f"{token[:20]} is no metre")
            elif meters is not None and (token.startswith("*M") or staff.meter is None):
                self._change_meter(staff, meters[0] if meters else None)
        elif found := TEMPO.match(token):
            if not 0 < Fraction(found[1][:12]) <= 10_000:
                self._fault(f"{token[:20]} is no tempo")
            elif staff is self.staves[0]:
                remark = tempo_remark("", [Fraction(1)], Fraction(found[1][:12]))
                for other in self.staves:
                    other.placed.append((self.now - self.bar_start, -1, remark))
        elif clef := clef_of_kern(token):
            staff.placed.append((self.now - self.bar_start, -1, TypedRemark("clef", clef)))
            staff.part.unpitched = clef[0] == "percussion"
        elif token.startswith('*I"'):
            staff.part.name, staff.named = token[3:], True
        elif token.startswith("*I") and token[2:] in PROGRAMS:
            staff.part.program = PROGRAMS[token[2:]]
            staff.part.name = staff.part.name or token[2:]
        elif token.startswith("*I:") and not staff.named:
            staff.part.name = token[3:].strip("[]")

    def _change_meter(self, staff: KernStaff, meter: Meter | None) -> None:
        """A metre begins a bar, also where a file writes no bar line before it."""
        if self.now > self.bar_start and meter != staff.meter:
            self._close()
        staff.meter = meter

    # Bars

    def _bar_line(self, token: str) -> None:
        if self.now > self.bar_start:
            self._close()
        for staff in self.staves:
            if staff.part.bars:
                last = staff.part.bars[-1]
                if re.search(r":\|?!?\|?[!|]|:!", token):
                    last.right = "backward"
                elif token.startswith("==") or "|!" in token:
                    last.right = "light-heavy"
                elif "||" in token:
                    last.right = last.right or "light-light"
        self._opens = "forward" if re.search(r"[!|]:", token) else ""

    def _close(self) -> None:
        """The open bar ends here, in all staves."""
        length = self.now - self.bar_start
        for staff in self.staves:
            bar = staff.close_bar(length)
            bar.left = self._opens
            staff.part.bars.append(bar)
        self._opens = ""
        self.bar_start = self.now

    # What sounds

    def _sound(self, tokens: Sequence[str]) -> None:
        """Take a line of data: what it begins begins together."""
        lanes: dict[int, int] = {}
        struck = False
        for spine, token in zip(self.spines, tokens, strict=True):
            lane = lanes.get(spine.staff, 0)
            lanes[spine.staff] = lane + (spine.kind == "**kern")
            if token in (".", ""):
                continue
            if spine.kind == "**kern":
                struck |= self._strike(self.staves[spine.staff], spine, lane, token)
            elif 0 <= spine.staff < len(self.staves):
                self._say(self.staves[spine.staff], spine, token)
        ends = [spine.until for spine in self.spines if spine.kind == "**kern" and spine.until > self.now]
        if struck and ends:  # a line of grace notes, words or dynamics takes no time
            self.now = min(ends)

    def _strike(self, staff: KernStaff, spine: Spine, lane: int, token: str) -> bool:
        """Take a note or rest; whether it takes time."""
        note = note_of_token(token)
        if note is None:
            if not token.startswith("!"):
                self._fault(f"{token[:20]!r} is no note and is left out")
            return False
        if spine.until > self.now and note.lasts:
            self._fault(f"{token[:20]!r} begins before the note before it ends")
        if staff.key_is_new and staff.signature is not None:
            staff.placed.append(
                (self.now - self.bar_start, -1, TypedRemark("key", key_of_kern(staff.signature, staff.mode)))
            )
            staff.key_is_new = False
        for _ in range(token.count(")")):
            if staff.slurs:
                begun, number = staff.slurs.pop()
                begun.signs.append(f"slur/start/{number}")
                note.signs.append(f"slur/stop/{number}")
        staff.slurs += [(note, 1 + (len(staff.slurs) + count) % 16) for count in range(token.count("("))]
        staff.placed.append((self.now - self.bar_start, lane, note))
        if note.lasts:
            spine.until = self.now + note.lasts
        if note.pitches and not note.grace and not lane:
            staff.sung = note
        return note.lasts > 0

    def _say(self, staff: KernStaff, spine: Spine, token: str) -> None:
        """Words under a note, or how loud it is."""
        if spine.kind in SUNG and staff.sung is not None:
            text = token.strip()
            if text.strip("_|-"):
                kinds = {(False, False): "single", (False, True): "begin", (True, True): "middle", (True, False): "end"}
                syllabic = kinds[text.startswith("-"), text.endswith("-")]
                staff.sung.lyrics[spine.verse + 1] = text.strip("-_|"), syllabic
        elif spine.kind == "**dynam":
            for said in token.split():
                kind = "dynamics" if said in LOUDNESS else "wedge" if said in WEDGES else ""
                if kind:
                    staff.placed.append((self.now - self.bar_start, -1, TypedRemark(kind, WEDGES.get(said, said))))

    def finished(self) -> TypedScore:
        """The score, its highest staff first: kern has the lowest at the left."""
        if self.now > self.bar_start or not any(staff.part.bars for staff in self.staves):
            self._close()
        for staff in self.staves:
            bars = staff.part.bars
            if len(bars) == 1 and bars[0].meter and bars[0].length > bars[0].meter.bar:
                cut = cut_into_bars(bars[0], bars[0].meter.bar)
                for bar in cut:
                    bar.meter = bars[0].meter
                staff.part.bars = cut
        self.score.parts = [staff.part for staff in reversed(self.staves) if staff.part.bars]
        return self.score


def musicxml_of_kern(data: bytes, source: str = "") -> bytes:
    """MusicXML of the bytes of a Humdrum file with spines of kern.

    Raises
    ------
    FileError
        Where it is damaged or too large; the message names the line.
    """
    where = source or "kern"
    reading, text = KernReading(), decoded(data, where)
    if len(text) > LARGEST_SCORE:
        raise FileError(f"{where}: more than {LARGEST_SCORE // 2**20} MiB of text")
    try:
        for line in re.split(r"\r\n|\n|\r", text):
            reading.read(line)
        score = reading.finished()
    except (FileError, ValueError, ArithmeticError) as error:
        raise FileError(f"{where}: line {reading.line}: {error}") from None
    return musicxml_of_typed(score, where)
