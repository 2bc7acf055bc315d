"""MusicXML out: the same bytes each time; and notation made of a Score that has none."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mi_theme.errors import FileError
from mi_theme.files.disk import FileWarning, first_line
from mi_theme.files.musicxml.archives import packed
from mi_theme.files.notation.barring import Placed, fill
from mi_theme.files.notation.finishing import coloured, finished
from mi_theme.files.notation.voices import voiced_chords
from mi_theme.notated.part_notes import note_steps
from mi_theme.notated.written_values import NewBar
from mi_theme.pitch import LETTERS, SIGNS, spelled_in
from mi_theme.score import PERCUSSION, Part, Score
from mi_theme.score.asides import asides_of

__all__ = ["musicxml", "stream_of_score"]

SETTINGS = ("clef", "transpose", "time", "staff-details", "grace", "type")  # asides that a stream has otherwise
SLIGHT_CHANGE = 0.5  # quarters a minute: a change of tempo that is not written


def musicxml(stream: Any, *, compressed: bool = False) -> bytes:
    """The bytes of a MusicXML file, the same for the same stream.

    Raises
    ------
    FileError
        Where music21 cannot write it.
    """
    from music21.musicxml.m21ToXml import GeneralObjectExporter

    drums = _name_parts(stream)
    _simplify_tempos(stream)
    try:
        with coloured(stream):
            written: bytes = GeneralObjectExporter(stream).parse()
        data = finished(written, stream, drums)
    except Exception as error:  # music21 raises its own kinds
        raise FileError(f"this stream cannot be written as MusicXML: {first_line(error)}") from None
    return packed(data) if compressed else data


def _name_parts(stream: Any) -> list[str]:
    """Give parts and instruments names that do not change from run to run; those on the drum channel.

    A part without an instrument gets one.
    """
    from music21 import instrument as instruments

    parts = list(stream.parts) if hasattr(stream, "parts") and len(stream.parts) else [stream]
    for number, part in enumerate(parts, 1):
        part.id = f"P{number}"
        if not part.recurse().getElementsByClass("Instrument"):
            part.insert(0, instruments.Instrument())
        for count, instrument in enumerate(part.recurse().getElementsByClass("Instrument"), 1):
            instrument.partId = f"P{number}"
            instrument.instrumentId = f"P{number}-I{count}"
            instrument.instrumentName = instrument.instrumentName or str(part.partName or f"Part {number}")
    found = stream.recurse().getElementsByClass("Instrument")
    return [instrument.instrumentId for instrument in found if instrument.midiChannel == PERCUSSION]


def _simplify_tempos(stream: Any) -> None:
    """Tempo marks for a value that no one symbol can write are given in quarters."""
    from music21 import duration

    for mark in stream.recurse().getElementsByClass("MetronomeMark"):
        if mark.referent is not None and mark.referent.type == "complex" and mark.number:
            mark.number, mark.referent = mark.getQuarterBPM(), duration.Duration(1)


def stream_of_score(score: Score) -> Any:
    """A music21 Score of a Score's notes, spelled by step or key, rounded to 1/24 of a quarter."""
    from music21 import clef, key, metadata, stream, tempo

    if lost := sum(placed.aside.kind not in SETTINGS for placed in asides_of(score)):
        warnings.warn(f"{lost} signs beside notes stay behind: music21 gets the notes alone", FileWarning, stacklevel=4)
    found: Any = stream.Score()
    found.metadata = metadata.Metadata(title=Path(score.source).stem or None)
    bars, steps = list(new_bars(score)), note_steps(score)
    for index, part in enumerate(score.parts):
        staff: Any = stream.Part(id=f"P{index + 1}")  # type: ignore[no-untyped-call]
        staff.partName = part.name
        measures = fill(staff, list(_placed(score, index, steps)), bars)
        if not measures:
            continue
        measures[0].insert(0, clef.bestClef(staff, recurse=True))
        if score.key and not part.is_percussion:
            measures[0].insert(0, key.KeySignature(score.key[0]).asKey("minor" if score.key[1] else "major"))
        if index == 0:
            for measure, speed in _speeds(score, bars, measures):
                measure.insert(0, tempo.MetronomeMark(number=speed))
        if instrument := _instrument(part):
            measures[0].insert(0, instrument)
        staff.makeAccidentals(inPlace=True)
        found.insert(0, staff)
    return found


def _instrument(part: Part) -> Any:
    """The instrument of a part that says its program, or is on the drum channel; written as it sounds."""
    from music21 import instrument

    if not (part.is_percussion or part.program):
        return None
    program = max(part.program, 1) - 1
    drums = instrument.UnpitchedPercussion()  # type: ignore[no-untyped-call]
    found = drums if part.is_percussion else instrument.instrumentFromMidiProgram(program)
    found.partName = found.instrumentName = part.name
    found.midiProgram, found.transposition = program, None
    found.midiChannel = PERCUSSION if part.is_percussion else None
    return found


def _speeds(score: Score, bars: Sequence[NewBar], measures: Sequence[Any]) -> Iterator[tuple[Any, float]]:
    """The tempo of the first bar, and of every bar that begins in another one than was said."""
    before = 0.0
    for bar, measure in zip(bars, measures, strict=True):
        speed = round(score.tempos.per_minute(bar.start), 2)
        if abs(speed - before) >= SLIGHT_CHANGE:
            yield measure, speed
            before = speed


def new_bars(score: Score) -> Iterator[NewBar]:
    """The bars of a score; a signature where it changes, over a pick-up that of the bars that follow."""
    before = None
    for bar in score.bars():
        meter = bar.meter if bar.number else score.meters.at(bar.end).meter
        yield NewBar(bar.start, bar.end, bar.number, meter, meter != before)
        before = meter


def _placed(score: Score, index: int, steps: NDArray[np.int64]) -> Iterator[Placed]:
    """The notes of a part: chords where they begin and end together, voices where they overlap."""
    from music21 import chord, note

    table = score.note_table().copy()
    table["step"] = steps
    for start, end, voice, rows in voiced_chords(table[table["part"] == index]):
        names = sorted({spelled(score, score.parts[index], int(row["pitch"]), int(row["step"])) for row in rows})
        element = note.Note(names[0]) if len(names) == 1 else chord.Chord(names)
        element.volume.velocity = int(max(row["velocity"] for row in rows))
        yield Placed(start, end, element, str(voice + 1))


def spelled(score: Score, part: Part, pitch: int, step: int) -> str:
    """A name with its octave, as music21 writes it."""
    step, alteration = spelled_in(score.key[0] if score.key else 0, pitch, step)
    return LETTERS[step % 7] + SIGNS[alteration].replace("b", "-") + str(step // 7)
