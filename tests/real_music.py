"""Real music for the tests of conversion: chorales and other pieces of music21's corpus, and what must hold of each."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from fractions import Fraction
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

import mi_theme as mi
from mi_theme.files import read, read_stream
from mi_theme.files.notation.from_stream import score_of_stream
from mi_theme.files.notation.headings import exact
from mi_theme.files.notation.to_stream import musicxml

TARGETS = ("5/4:3+3+2+2", "3/4", "7/8", "6/8")
COMPOSERS = ("beethoven", "haydn", "mozart", "schumann_robert", "schubert", "monteverdi", "palestrina", "corelli", "trecento", "joplin", "ryansMammoth", "airdsAirs")  # fmt: skip


def chorales(count: int) -> list[Path]:
    """The first chorales of Bach in music21's corpus."""
    from music21 import corpus

    return [Path(path) for path in corpus.getComposer("bach") if Path(path).suffix in (".mxl", ".xml", ".krn")][:count]


def others(count: int) -> list[Path]:
    """Other pieces, composers by turns."""
    from music21 import corpus

    found: list[Path] = []
    shelves = [
        [Path(p) for p in corpus.getComposer(name) if Path(p).suffix in (".mxl", ".xml", ".krn", ".abc")]
        for name in COMPOSERS
    ]
    for row in range(max(map(len, shelves))):
        found += [shelf[row] for shelf in shelves if row < len(shelf)]
    return sorted(found, key=lambda path: path.stat().st_size)[:count]


def table(score: mi.Score) -> list[tuple[float, int, float]]:
    """Notes as plain rows, rounded to what a MIDI file holds."""
    notes = score.note_table()
    return sorted(
        zip(notes["onset"].round(4).tolist(), notes["pitch"].tolist(), notes["duration"].round(4).tolist(), strict=True)
    )


def check_midi(score: mi.Score, to: str) -> mi.Score:
    """Convert and look at everything that must hold; the result, read back from its bytes."""
    plan = mi.plan(score, to)
    made = plan.apply(score)
    assert len(made.spans) == len(score.spans) - len(plan.dropped) + len(plan.added)
    assert (made.spans["off"] >= 0).all(), "a hanging note"
    notes = made.note_table()
    assert (notes["duration"] > 0).all()
    data = made.to_bytes()
    assert data == mi.plan(score, to).apply(score).to_bytes()
    back = read(data)
    again = back.note_table()
    assert len(again) == len(notes)
    assert np.allclose(np.sort(again["onset"]), np.sort(notes["onset"]), atol=1e-4)
    last = back.meters.at(back.quarters).meter
    assert last.plain == mi.Meter(to).plain or not plan.spans[-1].how
    return back


def check_readers(score: mi.Score) -> None:
    """Other readers count the same notes at the same times, and see the same metres."""
    import pretty_midi
    import symusic

    data = score.to_bytes()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pretty = pretty_midi.PrettyMIDI(BytesIO(data))
    symbolic: Any = symusic.Score.from_midi(data)
    ours = np.sort(score.note_table()["onset"])
    ticks = np.sort([note.time for track in symbolic.tracks for note in track.notes]) / symbolic.ticks_per_quarter
    assert len(ours) == sum(len(i.notes) for i in pretty.instruments) == len(ticks)
    assert np.allclose(ours, ticks, atol=1e-6)
    signatures = [f"{s.numerator}/{s.denominator}" for s in pretty.time_signature_changes]
    assert signatures == [str(meter.plain) for _, meter in score.meters.changes]


def check_partitura(score: mi.Score, made: mi.Score, path: Path) -> None:
    """partitura, which joins notes that overlap on one key, counts as many of the result as of the source."""
    counts = []
    for music in (score, made):
        music.save(path)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            performance = partitura_of(path)
        counts.append(len(music.spans) - sum(len(part.notes) for part in performance))
    assert counts[0] == counts[1]


def partitura_of(path: Path) -> Any:
    """A file as partitura reads it."""
    import partitura

    return partitura.load_performance_midi(str(path), merge_tracks=True)


def check_notation(path: Path, to: str) -> bytes:
    """The stream converted has the notes of the events converted, and MusicXML reads back."""
    stream = read_stream(path)
    score = score_of_stream(stream)
    plan = mi.plan(score, to)
    made = plan.apply(stream)
    grace_first = any(
        note.duration.isGrace and note.getOffsetInHierarchy(stream) == 0 for note in stream.recurse().notes
    )
    by_events, by_stream = plan.apply(score), score_of_stream(made)
    if not grace_first:  # which has no time before it to be taken from
        assert table(by_events) == table(by_stream)
    check_bars(made)
    data = musicxml(made)
    back = read(data)
    assert len(back.spans) == len(by_stream.spans)
    return data


def check_bars(stream: Any) -> None:
    """Every voice fills its bar without a gap and without anything sounding over it; voices have short numbers."""
    for measure in stream.recurse().getElementsByClass("Measure"):
        voices = list(measure.voices) or [measure]
        assert all(str(voice.id).isdecimal() and int(voice.id) < 1000 for voice in measure.voices), measure
        for voice in voices:
            at = Fraction(0)
            for element in (e for e in voice.notesAndRests if not e.duration.isGrace and "Harmony" not in e.classSet):
                assert exact(element.offset) == at, (measure, element)
                at += exact(element.quarterLength)
            assert len(voices) == 1 or at == max(exact(v.highestTime) for v in voices), measure


def pieces(paths: list[Path]) -> Iterator[tuple[Path, mi.Score]]:
    """Each file as a Score, one by one."""
    for path in paths:
        yield path, read(path)
