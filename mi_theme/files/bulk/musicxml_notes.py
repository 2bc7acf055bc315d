"""The notes of MusicXML and nothing else, fast: partwise scores by lxml's events.

A bar lasts as long as its longest part; repeats are not played out; pitches are
those that sound; a grace note takes a thirty-second from the time before it, as
in `mi_theme.files.notation.from_stream`.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from io import BytesIO
from math import isfinite
from typing import Any, NamedTuple

import numpy as np
from lxml import etree
from numpy.typing import NDArray

from mi_theme.errors import FileError, TextError
from mi_theme.files.bulk.sheets import Sheet
from mi_theme.files.disk import decoded, first_line, unpacked
from mi_theme.files.notation.from_stream import GRACE, VELOCITY, meters_of_bars
from mi_theme.meter import Meter
from mi_theme.pitch import LETTERS, MAJOR
from mi_theme.score.notes import NOTE
from mi_theme.score.percussion_keys import SNARE

__all__ = ["parse_partwise"]

QUARTER = 10_321_920  # ticks: 2^15 x 9 x 5 x 7, so that common divisions are whole
FINEST = 10**12  # parts of a tick
SAFE = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "huge_tree": False,
    "remove_blank_text": True,
    "remove_comments": True,
    "remove_pis": True,
}
MOVES = ("note", "backup", "forward", "attributes")
STEPS = {letter: (step, semitone) for step, (letter, semitone) in enumerate(zip(LETTERS, MAJOR, strict=True))}
GENERIC = (0, 1, 1, 2, 2, 3, 3, 4, 5, 5, 6, 6)  # diatonic steps of 0 to 11 semitones, where a file does not say
STEP = 1024  # bytes that are looked at at once for the first element
LARGEST = 1e7  # no number of a file is larger

FOUR = Meter("4/4")

Ticks = int | Fraction
Held = defaultdict[tuple[Ticks, ...], deque[list[list[Any]]]]  # by pitch and end, and by voice too


class Written(NamedTuple):
    """A note as a file writes it: its bar's index, its place there and length in ticks."""

    bar: int
    at: Ticks
    lasts: Ticks
    pitch: int
    step: int
    staff: str
    voice: str
    ties: tuple[str | None, ...]


@dataclass
class Reading:
    """What is known of a part as its bars go by."""

    keys: dict[str, int] = field(default_factory=dict)  # MIDI keys of its unpitched instruments
    divisions: float = 1.0
    meter: Meter = FOUR
    bar: int = 4 * QUARTER  # ticks of the metre's bar
    shift: tuple[int, int] = (0, 0)  # semitones and steps from what is written to what sounds
    now: Ticks = 0
    before: Ticks = 0  # where the note before began, for chords
    notes: list[Written] = field(default_factory=list)
    lengths: list[Ticks | None] = field(default_factory=list)  # of each bar; None where nothing is in it
    meters: list[Meter] = field(default_factory=list)


def parse_partwise(data: bytes, source: str = "") -> Sheet:
    """The notes, part names and metres of a MusicXML file, compressed or not.

    Raises
    ------
    FileError
        Where it is damaged, too large, holds entities, or is no partwise score.
    """
    where = source or "MusicXML"
    text = decoded(unpacked(data, where) if data[:2] == b"PK" else data, where).encode()
    try:
        _check_root(text, where)
        parts, names = _parts(text)
    except FileError:
        raise
    except (etree.XMLSyntaxError, ValueError, OverflowError, ZeroDivisionError, TypeError) as error:
        raise FileError(f"{where}: damaged: {first_line(error)}") from None
    if not any(part.notes for part in parts):
        raise FileError(f"{where}: there are no notes in it")
    return _sheet(parts, names, source)


def _check_root(text: bytes, where: str) -> None:
    """Refuse what is no partwise score, and entities, before the rest is read."""
    root = _root(text)
    if root.tag != "score-partwise":
        raise FileError(f"{where}: not a partwise MusicXML score: it begins with <{root.tag}>")
    declared = root.getroottree().docinfo.internalDTD
    if declared is not None and any(True for _ in declared.iterentities()):
        raise FileError(f"{where}: entities are not read")


def _root(text: bytes) -> Any:
    """The first element, read no further than it begins."""
    parser = etree.XMLPullParser(events=("start",), **SAFE)
    for first in range(0, len(text), STEP):
        parser.feed(text[first : first + STEP])
        for _, root in parser.read_events():
            return root
    return parser.close()


def _parts(text: bytes) -> tuple[list[Reading], list[str]]:
    """The parts, and a name for each."""
    listed: dict[str, tuple[str, dict[str, int]]] = {}
    parts: list[Reading] = []
    names: list[str] = []
    home = None
    for _, element in etree.iterparse(BytesIO(text), events=("end",), tag=("score-part", "measure"), **SAFE):
        if element.tag == "score-part":
            listed[element.get("id", "")] = _listed(element)
            continue
        if element.getparent() is not home:
            home = element.getparent()
            name, keys = listed.get(home.get("id", ""), ("", {}))
            parts.append(Reading(keys))
            names.append(name or f"Part {len(parts)}")
        _read_bar(parts[-1], element)
        element.clear()
    return parts, names


def _listed(element: Any) -> tuple[str, dict[str, int]]:
    """The name of a part, and the MIDI keys of its unpitched instruments."""
    keys = {}
    for instrument in element.iterchildren("midi-instrument"):
        key = instrument.findtext("midi-unpitched")
        if key:
            keys[instrument.get("id", "")] = min(max(int(key) - 1, 0), 127)
    return " ".join((element.findtext("part-name") or "").split()), keys


def _read_bar(part: Reading, measure: Any) -> None:
    """Go through one bar; its length is where its last note or rest ends."""
    part.now = part.before = 0
    end: Ticks | None = None
    for element in measure.iterchildren(*MOVES):
        if element.tag == "note":
            stop = _read_note(part, element)
            end = stop if end is None else max(end, stop)
        elif element.tag == "attributes":
            _read_attributes(part, element)
        else:
            length = _ticks(element.findtext("duration") or "0", part.divisions)
            part.now = max(_later(part.now, length if element.tag == "forward" else -length), 0)
    part.lengths.append(end)
    part.meters.append(part.meter)


def _read_note(part: Reading, note: Any) -> Ticks:
    """Take a note or rest; where it ends."""
    fields = {child.tag: child for child in note}
    lasts = _ticks(fields["duration"].text, part.divisions) if "duration" in fields else 0
    rest = fields.get("rest")
    if rest is not None:
        lasts = _length_of_rest(part, lasts, rest.get("measure") == "yes", fields)
    if "chord" in fields:
        at = part.before
    else:
        part.before = at = part.now
        part.now = _later(at, lasts)
    if rest is not None:
        return min(at + lasts, part.bar)  # a rest makes no bar longer
    pitch, step = _pitch(part, fields)
    ties = tuple([tie.get("type") for tie in note.iterchildren("tie")]) if "tie" in fields else ()
    staff, voice = _name(fields, "staff"), _name(fields, "voice")
    part.notes.append(Written(len(part.lengths), at, lasts, pitch, step, staff, voice, ties))
    return at + lasts


def _name(fields: dict[str, Any], kind: str) -> str:
    """What a staff or voice is called, "" where a note does not say."""
    return (fields[kind].text or "").strip() if kind in fields else ""


def _bar(meter: Meter) -> int:
    return int(meter.bar * QUARTER)


def _length_of_rest(part: Reading, lasts: Ticks, whole_bar: bool, fields: dict[str, Any]) -> Ticks:
    """A rest written as a whole stands for a bar, however long that is."""
    bar = part.bar
    alone = "type" in fields and fields["type"].text in ("whole", "breve") and "dot" not in fields and not part.now
    return min(lasts or bar, bar) if whole_bar or alone else lasts


def _read_attributes(part: Reading, attributes: Any) -> None:
    for child in attributes:
        if child.tag == "divisions":
            part.divisions = _number(child.text)
        elif child.tag == "time" and child.find("senza-misura") is None:
            part.meter = _meter(child)
            part.bar = _bar(part.meter)
        elif child.tag == "transpose":
            part.shift = _transposition(child)


def _meter(time: Any) -> Meter:
    """A signature, its terms summed: 3+2/8 is 5/8, 3/8+2/4 is 7/8."""
    terms = [(child.text or "").strip() for child in time.iterchildren("beats", "beat-type")]
    pairs = [(sum(map(int, beats.split("+"))), int(unit)) for beats, unit in zip(terms[::2], terms[1::2], strict=True)]
    try:
        finest = max((unit for _, unit in pairs), default=0)
        return Meter.of(sum(beats * finest // unit for beats, unit in pairs), finest)
    except TextError as error:
        raise ValueError(f"a time signature: {error}") from None


def _transposition(transpose: Any) -> tuple[int, int]:
    """Semitones and steps from what is written to what sounds."""
    octaves = int(transpose.findtext("octave-change") or 0)
    semitones = int(float(transpose.findtext("chromatic") or 0))
    said = transpose.findtext("diatonic")
    sign = -1 if semitones < 0 else 1
    steps = int(said) if said else sign * (abs(semitones) // 12 * 7 + GENERIC[abs(semitones) % 12])
    return semitones + 12 * octaves, steps + 7 * octaves


def _pitch(part: Reading, fields: dict[str, Any]) -> tuple[int, int]:
    """MIDI pitch and diatonic step that sound."""
    if "pitch" not in fields:
        instrument = fields["instrument"].get("id", "") if "instrument" in fields else ""
        return part.keys.get(instrument, next(iter(part.keys.values()), SNARE)), -1
    said = {child.tag: child.text for child in fields["pitch"]}
    return _spelled(said.get("step"), said.get("octave"), said.get("alter"), part.shift)


@lru_cache(maxsize=4096)
def _spelled(letter: str | None, octave: str | None, alter: str | None, shift: tuple[int, int]) -> tuple[int, int]:
    """MIDI pitch and diatonic step of a written pitch, as it sounds."""
    if (letter or "").strip() not in STEPS:
        raise ValueError("a pitch without a step of A to G")
    step, semitone = STEPS[(letter or "").strip()]
    height = int(octave or 4)
    midi = 12 * (height + 1) + semitone + round(_number(alter or "0")) + shift[0]
    return min(max(midi, 0), 127), max(7 * height + step + shift[1], 0)


@lru_cache(maxsize=4096)
def _ticks(duration: str, divisions: float) -> Ticks:
    """A length in ticks, exactly where it is a fraction of a quarter that music uses."""
    quarters = Fraction(_number(duration)) / Fraction(divisions)
    ticks = quarters * QUARTER
    return ticks.numerator if ticks.denominator == 1 else ticks.limit_denominator(QUARTER)


def _later(at: Ticks, lasts: Ticks) -> Ticks:
    """A time so much later; to the tick where its fraction is finer than any music has, lest it grow without end."""
    time = at + lasts
    return time if time.denominator < FINEST else round(time)


def _number(text: str | None) -> float:
    number = float(text or "")
    if not isfinite(number) or abs(number) > LARGEST:
        raise ValueError(f"{text} is no number for music")
    return number


def _sheet(parts: list[Reading], names: list[str], source: str) -> Sheet:
    """Bars put one after another, notes joined by ties, each staff a part."""
    starts = list(_starts(parts))
    tables: list[NDArray[np.void]] = []
    titles: list[str] = []
    for part, name in zip(parts, names, strict=True):
        staves: defaultdict[str, list[Written]] = defaultdict(list)
        for note in part.notes:
            staves[note.staff].append(note)
        for staff, mine in sorted(staves.items()):
            titles.append(name if len(staves) == 1 else f"{name} ({staff or 1})")
            tables.append(_table(mine, starts, len(tables)))
    table = np.concatenate(tables)
    table["id"] = np.arange(len(table))
    table = table[np.lexsort((table["part"], table["pitch"], table["onset"]))]
    table.setflags(write=False)
    drums = frozenset(index for index, rows in enumerate(tables) if (rows["step"] < 0).any())
    return Sheet(table, tuple(titles), meters_of_bars(list(_bars(starts, parts[0].meters))), source, drums)


def _bars(starts: list[Ticks], meters: list[Meter]) -> Iterator[tuple[Fraction, Fraction, Meter]]:
    """(start, length, metre) of each bar in quarters; the last is taken as whole."""
    for index, (start, stop, meter) in enumerate(zip(starts, starts[1:], meters, strict=False)):
        last = index == len(meters) - 1
        yield Fraction(start, QUARTER), meter.bar if last else Fraction(stop - start, QUARTER), meter


def _starts(parts: list[Reading]) -> Iterator[Ticks]:
    """Where each bar begins, and the end of the last."""
    longest: list[Ticks] = []
    meters: list[Meter] = []
    for part in parts:
        for index, (length, meter) in enumerate(zip(part.lengths, part.meters, strict=True)):
            if index == len(longest):
                longest.append(0)
                meters.append(meter)
            longest[index] = max(longest[index], length or 0)
    start: Ticks = 0
    yield start
    for length, meter in zip(longest, meters, strict=True):
        start = _later(start, length or _bar(meter))
        yield start


def _table(written: list[Written], starts: list[Ticks], part: int) -> NDArray[np.void]:
    """The notes of one staff, tied ones joined."""
    placed = sorted(((starts[note.bar] + note.at, note.lasts > 0, i) for i, note in enumerate(written)))
    held: Held = defaultdict(deque)
    voices: defaultdict[str, int] = defaultdict(lambda: len(voices))
    rows: list[list[Any]] = []
    for at, _, index in placed:
        note = written[index]
        voice = voices[note.voice]
        row = _led_to(held, note.pitch, at, voice) if "stop" in note.ties else None
        if row:
            row[1] = _later(row[1], note.lasts)
        else:
            row = [at, note.lasts, note.pitch, voice, note.step]
            rows.append(row)
        if "start" in note.ties:
            _hold(held, row)
    return _array(rows, part)


def _hold(held: Held, row: list[Any]) -> None:
    """Keep a note that a tie leads on from, to be asked for with and without its voice."""
    at, lasts, pitch, voice, _ = row
    entry = [row]
    held[pitch, at + lasts].append(entry)
    held[pitch, at + lasts, voice].append(entry)


def _led_to(held: Held, pitch: int, at: Ticks, voice: int) -> list[Any] | None:
    """The note that ends where this one begins, of the same voice if there is one; it is held no more."""
    for key in ((pitch, at, voice), (pitch, at)):
        ending = held.get(key)
        while ending:
            entry = ending.popleft()
            if entry:  # not taken by the other key
                return entry.pop()
    return None


def _array(rows: list[list[Any]], part: int) -> NDArray[np.void]:
    table = np.zeros(len(rows), NOTE)
    columns = list(zip(*rows, strict=True)) or [()] * 5
    onset, duration = (np.array([float(ticks) for ticks in column]) / QUARTER for column in columns[:2])
    grace = duration <= 0
    table["onset"] = np.where(grace, np.maximum(onset - float(GRACE), 0), onset)
    table["duration"] = np.where(grace, float(GRACE), duration)
    table["pitch"], table["voice"], table["step"] = columns[2:]
    table["velocity"], table["part"] = VELOCITY, part
    return table
