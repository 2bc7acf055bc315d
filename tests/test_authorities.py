"""What we write, read by others: metres, bars and notes as mido, pretty_midi, symusic, partitura, music21,
midicsv and MuseScore 3 understand them. 5/4 is never 10/8."""

from __future__ import annotations

import subprocess
import warnings
import xml.etree.ElementTree as ET
from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import conftest
import pytest

import mi_theme as mi
from mi_theme.meter import Meter
from mi_theme.score import MeterMap, Score


class Reading(NamedTuple):
    """What a reader found: (quarter, signature) and (onset, duration, pitch), None where it cannot say."""

    metres: list[tuple[float, str]]
    notes: list[tuple[float, float, int]] | None
    bar_lines: list[float] | None = None


CASES = {
    "five": ["5/4:3+3+2+2"],
    "five to four": ["5/4:3+3+2+2", "4/4"],
    "four, five, four": ["4/4", "5/4:3+3+2+2", "4/4"],
    "seven": ["7/8:2+2+3", "5/4", "7/8:3+2+2"],
    "compound": ["12/8", "6/8", "9/8"],
    "two": ["2/2", "3/4"],
}
BARS = 3  # of each metre


def made(metres: list[str]) -> Score:
    """A note on every beat, some bars of each metre."""
    position, changes, rows = Fraction(0), [], []
    for text in metres:
        meter = Meter(text)
        changes.append((position, meter))
        for bar in range(BARS):
            for beat, group in zip(meter.beats, meter.groups, strict=True):
                start = position + bar * meter.bar + beat * meter.pulse
                rows.append((float(start), float(group * meter.pulse), 40 + len(rows) % 24))
        position += BARS * meter.bar
    onset, duration, pitch = zip(*rows, strict=True)
    return Score.from_notes(onset, duration, pitch, names=["Ostinato"], meter=MeterMap.of(changes), tempo=120)


def read_by_mido(path: Path) -> Reading:
    import mido

    file = mido.MidiFile(path)
    metres, notes, open_notes = [], [], {}
    for track in file.tracks:
        tick = 0
        for message in track:
            tick += message.time
            quarter = tick / file.ticks_per_beat
            if message.type == "time_signature":
                metres.append((quarter, f"{message.numerator}/{message.denominator}"))
            elif message.type == "note_on" and message.velocity:
                open_notes[message.note] = quarter
            elif message.type in ("note_on", "note_off"):
                start = open_notes.pop(message.note)
                notes.append((start, quarter - start, message.note))
    return Reading(metres, notes)


def read_by_pretty_midi(path: Path) -> Reading:
    import pretty_midi

    file = pretty_midi.PrettyMIDI(str(path))
    quarters = 2  # a second, at 120
    metres = [
        (change.time * quarters, f"{change.numerator}/{change.denominator}") for change in file.time_signature_changes
    ]
    notes = [
        (n.start * quarters, (n.end - n.start) * quarters, n.pitch) for part in file.instruments for n in part.notes
    ]
    return Reading(metres, notes, [at * quarters for at in file.get_downbeats()])


def read_by_symusic(path: Path) -> Reading:
    import symusic

    file: Any = symusic.Score(str(path), ttype="quarter")
    metres = [(change.time, f"{change.numerator}/{change.denominator}") for change in file.time_signatures]
    return Reading(metres, [(n.time, n.duration, n.pitch) for track in file.tracks for n in track.notes])


def read_by_partitura(path: Path) -> Reading:
    import partitura

    part = partitura.load_score_midi(str(path)).parts[0]
    metres = [
        (_quarters(part, s.start.t), f"{s.beats}/{s.beat_type}") for s in part.iter_all(partitura.score.TimeSignature)
    ]
    notes = [
        (_quarters(part, n.start.t), _quarters(part, n.end_tied.t) - _quarters(part, n.start.t), n.midi_pitch)
        for n in part.notes_tied
    ]
    lines = [_quarters(part, bar.start.t) for bar in part.iter_all(partitura.score.Measure)]
    return Reading(metres, notes, lines)


def _quarters(part: Any, time: int) -> float:
    return float(part.quarter_map(time)) - float(part.quarter_map(part.first_point.t))


def read_by_music21(path: Path) -> Reading:
    import music21

    stream = music21.converter.parse(str(path), format="midi", forceSource=True)
    part = stream.parts[0].flatten()
    metres = [(float(s.offset), s.ratioString) for s in part.getElementsByClass(music21.meter.TimeSignature)]
    notes = [
        (float(n.offset), float(n.quarterLength), n.pitch.midi) for n in stream.parts[0].stripTies().flatten().notes
    ]
    lines = [float(bar.offset) for bar in stream.parts[0].getElementsByClass(music21.stream.Measure)]
    return Reading(metres, notes, lines)


def read_by_midicsv(path: Path) -> Reading:
    command = [conftest.tool("midicsv"), str(path)]
    rows = [
        line.split(", ")
        for line in subprocess.run(command, capture_output=True, check=True, encoding="utf-8").stdout.splitlines()
    ]
    resolution = int(next(row[5] for row in rows if row[2] == "Header"))
    metres = [(int(row[1]) / resolution, f"{row[3]}/{2 ** int(row[4])}") for row in rows if row[2] == "Time_signature"]
    begun: dict[str, float] = {}
    notes = []
    for row in rows:
        if row[2] == "Note_on_c" and row[5] != "0":
            begun[row[4]] = int(row[1]) / resolution
        elif row[2] in ("Note_on_c", "Note_off_c"):
            start = begun.pop(row[4])
            notes.append((start, int(row[1]) / resolution - start, int(row[4])))
    return Reading(metres, notes)


def read_by_musescore3(path: Path) -> Reading:
    """Bars and metres as MuseScore writes them in MusicXML; of notes only the beginnings of untied ones."""
    out = path.with_suffix(".musicxml")
    subprocess.run([conftest.tool("musescore3"), "-o", str(out), str(path)], capture_output=True, check=True)
    divisions, position, metres, lines = 1, Fraction(0), [], []
    for measure in ET.parse(out).getroot().find("part").iter("measure"):  # type: ignore[union-attr]
        lines.append(float(position))
        divisions = int(measure.findtext("attributes/divisions") or divisions)
        if measure.find("attributes/time") is not None:
            metres.append(
                (
                    float(position),
                    f"{measure.findtext('attributes/time/beats')}/{measure.findtext('attributes/time/beat-type')}",
                )
            )
        position += _length(measure, divisions)
    return Reading(metres, None, lines)


def _length(measure: ET.Element, divisions: int) -> Fraction:
    """How far the longest voice of a bar goes."""
    place = furthest = 0
    for element in measure:
        step = int(element.findtext("duration") or 0)
        if element.tag == "backup":
            place -= step
        elif element.tag == "forward" or (element.tag == "note" and element.find("chord") is None):
            place += step
        furthest = max(furthest, place)
    return Fraction(furthest, divisions)


READERS: dict[str, Callable[[Path], Reading]] = {
    name.removeprefix("read_by_"): function for name, function in list(globals().items()) if name.startswith("read_by_")
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("reader", [pytest.param(name, marks=pytest.mark.tool(name)) for name in READERS])
def test_others_read_the_same(reader: str, case: str, tmp_path: Path) -> None:
    score, path = made(CASES[case]), tmp_path / "made.mid"
    score.save(path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # theirs
        found = READERS[reader](path)
    expected = [(float(at), meter.signature) for at, meter in score.meters.changes]
    assert [(pytest.approx(at), text) for at, text in expected] == found.metres
    assert "10/8" not in [text for _, text in found.metres]
    if found.notes is not None:
        ours = [(n["onset"], n["duration"], n["pitch"]) for n in score.note_table()]
        assert [tuple(map(pytest.approx, note)) for note in ours] == sorted(found.notes)
    if found.bar_lines is not None:
        lines = [float(bar.start) for bar in score.bars()]
        assert [pytest.approx(at, abs=1e-6) for at in lines] == found.bar_lines[: len(lines)]
        assert found.bar_lines[len(lines) :] == [] or found.bar_lines[len(lines)] >= lines[-1] + 1


def test_we_read_what_we_wrote() -> None:
    for metres in CASES.values():
        score = made(metres)
        back = mi.read(score.to_bytes())
        assert [str(meter) for _, meter in back.meters.changes] == metres
        assert all(b.start == a.end for a, b in pairwise(back.bars()))


def test_every_reader_is_asked() -> None:
    assert set(READERS) == {"mido", "pretty_midi", "symusic", "partitura", "music21", "midicsv", "musescore3"}
