"""MusicXML in and out: what a file says of metres, ties, drums, words and tunings is what a score has, and is written again."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from musicxml_making import (
    NO_CHORD,
    PERCUSSION_CLEF,
    held,
    measure,
    partwise,
    scale,
    timewise,
    tone,
)
from schema import schema_errors

import mi_theme as mi
from mi_theme.conversion.applying.streams import convert_stream
from mi_theme.files import FileWarning, read_stream
from mi_theme.files.bulk import read_notes, read_sheet
from mi_theme.files.musicxml.from_score import write
from mi_theme.files.notation.to_stream import musicxml
from mi_theme.pitch import spelled_in
from mi_theme.score import Event, MeterMap, Score, Track
from mi_theme.score import messages as m


def metres(score: Score) -> list[str]:
    return [str(meter) for _, meter in score.meters.changes]


def converted(data: bytes, target: str, **options: Any) -> bytes:
    """Notation to notation."""
    stream = read_stream(data)
    return musicxml(convert_stream(mi.plan(stream, target, **options), stream))


# Metres


@pytest.mark.parametrize(("said", "count"), [("2+3", 5), ("3+2", 5), ("2+2+3", 7), ("3+3+2", 8), ("2+2+3+2", 9)])
def test_additive_signatures_keep_their_groups(said: str, count: int) -> None:
    data = partwise([measure(1, scale(0, count, 1), (said, "8")), measure(2, scale(1, count, 1))])
    assert metres(mi.read(data)) == metres(Score.from_music21(read_stream(data))) == [f"{count}/8:{said}"]
    assert metres(mi.read(musicxml(read_stream(data)))) == [f"{count}/8:{said}"]


def test_several_pairs_are_groups_and_a_second_metre_in_brackets_is_none() -> None:
    data = partwise([measure(1, scale(0, 7, 1), ("3", "8"), ("2", "4")), measure(2, scale(0, 7, 1))])
    assert metres(mi.read(data)) == ["7/8:3+4"]
    other = "<interchangeable><beats>6</beats><beat-type>8</beat-type></interchangeable>"
    text = partwise([measure(1, scale(0, 3), ("3", "4"))]).replace(
        b"</beat-type></time>", f"</beat-type>{other}</time>".encode()
    )
    assert metres(mi.read(text)) == ["3/4"]


def test_groups_that_change_from_bar_to_bar_are_two_metres() -> None:
    bars = [measure(k + 1, scale(k, 7, 1), ("2+2+3" if k % 2 else "3+2+2", "8")) for k in range(4)]
    assert metres(mi.read(partwise(bars))) == ["7/8:3+2+2", "7/8:2+2+3"] * 2


GROUPED = ("5/8:2+3", "7/8:2+2+3", "7/8:3+2+2", "8/8:3+3+2", "5/4:3+3+2+2", "4/4", "6/8", "3/4", "9/8:2+2+2+3", "2/4")


@given(st.lists(st.sampled_from(GROUPED), min_size=1, max_size=6))
@settings(deadline=None, max_examples=40)
def test_no_metre_is_lost_through_a_file(chosen: list[str]) -> None:
    at, changes = Fraction(0), []
    for text in chosen:
        changes.append((at, mi.Meter(text)))
        at += mi.Meter(text).bar
    onsets = np.arange(0, float(at), 0.5)
    score = Score.from_notes(onsets, 0.5, 60, meter=MeterMap.of_bars([(a, b.bar, b) for a, b in changes]))
    for data in (write(score), score.to_bytes()):
        again = mi.read(data)
        assert [bar.meter for bar in again.bars()] == [bar.meter for bar in score.bars()]
        assert (
            [bar.number for bar in again.bars()] == [bar.number for bar in score.bars()] == [*range(1, len(chosen) + 1)]
        )


def test_a_first_bar_is_a_pick_up_where_it_is_short_and_not_where_the_next_is_longer() -> None:
    turns = [measure(k + 1, scale(k, 4 if k % 2 else 3), ("4" if k % 2 else "3", "4")) for k in range(4)]
    longer = [measure(1, scale(0, 5), ("5", "4")), measure(2, scale(0, 6), ("6", "4"))]
    short = [measure(1, scale(0, 1), ("3", "4")), measure(2, scale(1, 3)), measure(3, scale(1, 3))]
    returning = [measure(1, scale(0, 3), ("4", "4")), measure(2, scale(1, 4)), measure(3, scale(1, 3), ("3", "4"))]
    for bars, number in ((turns, 1), (longer, 1), (short, 0), (returning, 0)):
        score = mi.read(partwise(bars))
        for again in (score, mi.read(score.to_bytes()), mi.read(write(score))):
            assert next(again.bars()).number == number


def test_without_a_signature_bars_are_as_long_as_their_notes_and_it_is_said() -> None:
    free = "<attributes><divisions>2</divisions><time><senza-misura/></time></attributes>"
    bars = [f'<measure number="1">{free}{scale(0, 5)}</measure>', measure(2, scale(0, 3))]
    with pytest.warns(FileWarning, match="no metre is written: its bars are kept"):
        score = mi.read(partwise(bars))
    assert metres(score) == ["5/4", "3/4"]
    assert not score.meters.stated
    plan = mi.plan(score, meter="4/4")
    assert [(span.first, span.last) for span in plan.spans] == [(1, 1), (2, 2)]
    assert "no metre in the file" in plan.notes[0]


def test_parts_with_metres_of_their_own_go_their_own_ways() -> None:
    upper = [measure(k + 1, scale(k, 3), *([("3", "4")] if k == 0 else [])) for k in range(4)]
    lower = [measure(k + 1, scale(k, 4), *([("4", "4")] if k == 0 else [])) for k in range(3)]
    score = mi.read(partwise(upper, lower))
    assert score.notes(0)["onset"].tolist() == score.notes(1)["onset"].tolist() == [*range(12)]
    assert metres(score) == ["3/4"]


# Time


@pytest.mark.parametrize(
    ("lengths", "divisions", "forward"),
    [([17] * 7, 240, 1), ([18, 18, 18, 18, 19, 18, 19], 256, 0), ([17] * 7, 240, 0)],
)
def test_rounded_septuplets_are_septuplets(lengths: list[int], divisions: int, forward: int) -> None:
    seven = "<time-modification><actual-notes>7</actual-notes><normal-notes>4</normal-notes></time-modification>"
    pitch = "<pitch><step>C</step><octave>5</octave></pitch>"
    run = "".join(
        f"<note>{pitch}<duration>{n}</duration><voice>1</voice><type>32nd</type>{seven}</note>" for n in lengths
    )
    run += f"<forward><duration>{forward}</duration></forward>" if forward else ""
    last = f"<note>{pitch}<duration>{divisions}</duration><voice>1</voice><type>quarter</type></note>"
    sign = f"<attributes><divisions>{divisions}</divisions><time><beats>3</beats><beat-type>8</beat-type></time></attributes>"
    data = partwise([f'<measure number="1">{sign}{run}{last}</measure>', f'<measure number="2">{run}{last}</measure>'])
    wanted = [*(k / 14 for k in range(7)), 0.5]
    for score in (mi.read(data), Score.from_music21(read_stream(data)), mi.read(write(mi.read(data)))):
        np.testing.assert_allclose(score.note_table()["onset"][:8], wanted, atol=1e-9)
    assert mi.read(converted(data, "4/4"))


@pytest.mark.parametrize(("count", "wanted"), [(8, [k / 4 for k in range(8)]), (7, [k / 5 for k in range(7)])])
def test_divisions_that_cannot_say_sixteenths_round_them(count: int, wanted: list[float]) -> None:
    """A bar that sixteenths fill is one of sixteenths; what fills no bar is as the file counts it."""
    pitch = "<pitch><step>C</step><octave>5</octave></pitch>"
    run = f"<note>{pitch}<duration>1</duration><voice>1</voice><type>16th</type></note>" * count
    sign = "<attributes><divisions>5</divisions><time><beats>2</beats><beat-type>4</beat-type></time></attributes>"
    table = mi.read(partwise([f'<measure number="1">{sign}{run}</measure>'])).note_table()
    np.testing.assert_allclose(table["onset"], wanted, atol=1e-4)


def test_divisions_that_are_said_late_are_those_of_the_notes() -> None:
    late = f'<measure number="1"><attributes><time><beats>4</beats><beat-type>4</beat-type></time></attributes>{scale(0, 4)}'
    data = partwise([f"{late}<attributes><divisions>2</divisions></attributes></measure>", measure(2, scale(0, 4))])
    for score in (mi.read(data), Score.from_music21(read_stream(data))):
        assert score.note_table()["onset"].tolist() == [*range(8)]


def test_tempos_with_dots_words_and_playback() -> None:
    mark = "<direction><direction-type><metronome><beat-unit>quarter</beat-unit><beat-unit-dot/><per-minute>c. 80</per-minute></metronome></direction-type></direction>"
    data = partwise([measure(1, mark + scale(0, 4), ("4", "4")), measure(2, '<sound tempo="72.5"/>' + scale(0, 4))])
    assert [round(6e7 / speed, 1) for _, speed in mi.read(data).tempos.changes] == [120.0, 72.5]


def test_a_change_of_instrument_sounds_from_where_it_stands() -> None:
    turned = "<transpose><diatonic>-1</diatonic><chromatic>-2</chromatic></transpose>"
    bars = [
        measure(1, tone("D5", 8), ("4", "4")),
        measure(2, tone("D5", 8)),
        measure(3, tone("D5", 8), attributes=turned),
    ]
    data = partwise(bars)
    for score in (mi.read(data), Score.from_music21(read_stream(data))):
        assert score.note_table()["pitch"].tolist() == [74, 74, 72]


# Notes


def test_a_direction_inside_a_chord_makes_it_no_two() -> None:
    soft = "<direction><direction-type><dynamics><p/></dynamics></direction-type></direction>"
    data = partwise([measure(1, tone("C5") + soft + tone("E5", before="<chord/>") + scale(0, 3), ("4", "4"))])
    for score in (mi.read(data), Score.from_music21(read_stream(data))):
        assert score.note_table()["onset"].tolist() == [0, 0, 1, 2, 3]


def test_cue_notes_are_silent_and_stay_cue_notes() -> None:
    cues = [measure(1, scale(0, 4).replace("<note>", "<note><cue/>"), ("4", "4")), measure(2, scale(0, 4))]
    data = partwise([measure(1, scale(0, 4), ("4", "4")), measure(2, scale(0, 4))], cues)
    assert len(mi.read(data).note_table()) == len(Score.from_music21(read_stream(data)).note_table()) == 12
    assert converted(data, "5/4").count(b"<cue") == 4


DRUM_KEYS = (57, 64, 70)
DRUMS = "".join(
    [f'<score-instrument id="I{k}"><instrument-name>x</instrument-name></score-instrument>' for k in DRUM_KEYS]
    + [f'<midi-instrument id="I{k}"><midi-channel>10</midi-channel><midi-unpitched>{k}</midi-unpitched></midi-instrument>' for k in DRUM_KEYS]
)  # fmt: skip


def hit(key: int, place: str) -> str:
    shown = f"<display-step>{place[0]}</display-step><display-octave>{place[1]}</display-octave>"
    return f'<note><unpitched>{shown}</unpitched><duration>2</duration><instrument id="I{key}"/><voice>1</voice><type>quarter</type></note>'


def test_drums_are_those_that_notes_name_and_are_written_so() -> None:
    beat = hit(57, "C5") + hit(64, "F4") + hit(57, "C5") + hit(70, "G5")
    bars = [measure(1, beat, ("4", "4"), attributes=PERCUSSION_CLEF), measure(2, beat)]
    data = partwise(bars, listed=DRUMS)
    right = {56: 4, 63: 2, 69: 2}
    for again in (data, write(mi.read(data)), musicxml(read_stream(data)), converted(data, "5/4", drums="keep")):
        assert Counter(read_notes(again)["pitch"].tolist()) == right
        assert mi.read(again).parts[0].is_percussion


ALL = [("start",), ("stop", "start"), ("stop", "start"), ("stop",)]
TWO = [("start",), ("stop",), ("start",), ("stop",)]
NONE: list[tuple[str, ...]] = [(), (), (), ()]


@pytest.mark.parametrize("target", ["5/4", "7/8"])
@pytest.mark.parametrize(
    ("low", "notes"), [(ALL, 2), (TWO, 3), (NONE, 5)], ids=["both held", "struck twice", "struck in every bar"]
)
def test_of_a_chord_one_note_may_be_held_longer(low: list[tuple[str, ...]], notes: int, target: str) -> None:
    pedal = [held("G2", a) + held("G3", b, "<chord/>") for a, b in zip(low, ALL, strict=True)]
    tune = [measure(k + 1, scale(k, 4), *([("4", "4")] if k == 0 else [])) for k in range(4)]
    data = partwise(tune, [measure(k + 1, pedal[k], *([("4", "4")] if k == 0 else [])) for k in range(4)])
    assert (read_notes(data)["part"] == 1).sum() == notes
    assert (read_notes(converted(data, target))["part"] == 1).sum() == notes


def test_keys_of_single_steps_and_microtones_are_read_and_said() -> None:
    key = "<key><key-step>F</key-step><key-alter>1</key-alter></key>"
    data = partwise([measure(1, scale(0, 4), ("4", "4"), attributes=key)])
    assert mi.read(data).key == (1, False)
    strange = "<key><key-step>E</key-step><key-alter>-0.5</key-alter></key>"
    sori = tone("E5", 2, alter="-0.44").replace("</type>", "</type><accidental>slash-flat</accidental>")
    data = partwise([measure(1, sori + scale(0, 3), ("4", "4"), attributes=strange)])
    with pytest.warns(FileWarning, match="1 notes have pitches that MIDI has not"):
        score = mi.read(data)
    assert score.key is None
    assert score.note_table()["pitch"][0] == 76
    with pytest.warns(FileWarning, match="2 accidentals or keys of other tunings"):
        stream = read_stream(data)
    assert Score.from_music21(stream).note_table()["pitch"][0] == 76


def test_timewise_is_partwise_turned() -> None:
    parts = [[measure(k + 1, scale(k + p, 4), *([("4", "4")] if k == 0 else [])) for k in range(3)] for p in range(2)]
    for read in (mi.read, lambda data: Score.from_music21(read_stream(data))):
        assert (read(timewise(*parts)).note_table() == read(partwise(*parts)).note_table()).all()


# Words


def test_chord_symbols_words_marks_and_lyrics_are_kept() -> None:
    chord = "<harmony><root><root-step>F</root-step><root-alter>1</root-alter></root><kind>half-diminished</kind><bass><bass-step>C</bass-step></bass></harmony>"
    words = "<direction><direction-type><words>dolce</words></direction-type></direction>"
    mark = "<direction><direction-type><rehearsal>A</rehearsal></direction-type></direction>"
    sung = tone("C5", 2, more="<lyric><syllabic>begin</syllabic><text>Hal</text></lyric>") + tone(
        "D5", 2, more="<lyric><syllabic>end</syllabic><text>lo</text></lyric>"
    )
    head = '<movement-title>Air</movement-title><identification><creator type="composer">A. Nonymous</creator></identification>'
    bars = [measure(1, NO_CHORD + sung + scale(0, 2), ("4", "4")), measure(2, chord + words + mark + scale(0, 4))]
    score = mi.read(partwise(bars, head=head))
    for again in (score, mi.read(write(score)), mi.read(score.to_bytes())):
        texts = [(float(at), text) for at, text in again.texts]
        assert {(0.0, "chord N.C."), (0.0, "composer A. Nonymous"), (4.0, "chord F#m7b5/C"), (4.0, "dolce")} <= {*texts}
        assert again.markers == [(4, "A")]
        assert again.tracks[0].name == "Air"
        assert [data for _, data in again.tracks[1].metas(m.LYRIC)] == [b"Hal-", b"lo"]


def test_no_chord_stops_no_conversion() -> None:
    data = partwise([measure(1, NO_CHORD + scale(0, 4), ("4", "4")), measure(2, scale(1, 4))])
    assert mi.read(converted(data, "5/4"))


def test_no_title_and_no_composer_is_made_up() -> None:
    data = partwise([measure(1, scale(0, 4), ("4", "4")), measure(2, scale(1, 4))])
    for text in (converted(data, "5/4"), write(mi.read(data))):
        assert b"Music21" not in text
        assert b"title" not in text
        assert b"creator" not in text


@pytest.mark.parametrize("name", ["Piano\0", "Pi\x07ano", "Pi\x1b[31mano\u202e"])
def test_control_characters_are_in_no_file_that_is_written(name: str) -> None:
    score = Score.from_notes([0, 1], 1, [60, 62], names=[name])
    assert mi.read(write(score)).parts[0].name.startswith("Pi")
    data = partwise([measure(1, scale(0, 4), ("4", "4"))]).replace(b"Part 1", name.encode())
    etree.parse(BytesIO(musicxml(read_stream(data))))
    assert "\x07" not in mi.read(data).parts[0].name


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "iso-8859-1", "windows-1252", "utf-8-sig"])
def test_texts_are_in_the_encoding_that_they_declare(encoding: str) -> None:
    text = partwise([measure(1, scale(0, 4), ("4", "4"))]).decode().replace("Part 1", "Flöte &auml;&amp;b")
    declared = encoding.removesuffix("-sig").removesuffix("-le").removesuffix("-be")
    data = f'<?xml version="1.0" encoding="{declared}"?>{text}'.encode(encoding)
    assert mi.read(data).parts[0].name == "Flöte ä&b"
    assert read_stream(data).parts[0].partName == "Flöte ä&b"


# Writing


@pytest.mark.parametrize("pitch", [*range(13), 127])
def test_every_key_of_midi_comes_back(pitch: int) -> None:
    score = Score.from_notes([0, 1, 2, 3], 1, [pitch, 64, 65, 67])
    assert mi.read(write(score)).note_table()["pitch"].tolist() == [pitch, 64, 65, 67]


@pytest.mark.parametrize("silence", ["", '<note><rest measure="yes"/><duration>8</duration></note>'])
def test_an_empty_bar_at_the_end_stays(silence: str) -> None:
    full = [measure(k + 1, scale(k, 4), *([("4", "4")] if k == 0 else [])) for k in range(4)]
    data = partwise([*full, measure(5, silence)])
    assert mi.read(data).quarters == 20
    for again in (converted(data, "5/4"), write(mi.read(data))):
        assert again.count(b"<measure") == 5


def test_lyrics_of_midi_reach_notation() -> None:
    onsets = [*range(8)]
    score = Score.from_notes(onsets, 1, 60)
    words = [Event(k * score.ticks_per_quarter, m.meta(m.LYRIC, f"la{k}")) for k in onsets]
    own = Score(score.ticks_per_quarter, (score.tracks[0], score.tracks[1].with_events(words)))
    apart = Score(score.ticks_per_quarter, (*score.tracks, Track.sorted(words)))
    for sung in (own, apart):
        assert write(sung).count(b"<lyric") == 8


def test_nothing_to_write_is_said() -> None:
    with pytest.raises(mi.MiThemeError, match="no notes"):
        write(Score(480, (Track.sorted([]),)))


onsets = st.lists(st.tuples(st.integers(0, 63), st.integers(1, 12), st.integers(12, 127)), min_size=1, max_size=24)


@given(onsets, st.sampled_from(GROUPED), st.sampled_from([1, 2, 4, 6]))
@settings(deadline=None, max_examples=60)
def test_what_is_written_is_what_is_read(rows: list[tuple[int, int, int]], meter: str, grid: int) -> None:
    """What is spelled is notation, and comes back as it was; notes of one key that touch are told apart."""
    free: dict[int, int] = {}
    kept = []
    for at, lasts, pitch in sorted(set(rows)):
        if free.get(pitch, 0) <= at:
            free[pitch] = at + lasts
            kept.append((at / grid, lasts / grid, pitch))
    onset, duration, pitches = zip(*kept, strict=True)
    steps = [spelled_in(0, pitch)[0] for pitch in pitches]
    score = Score.from_notes(onset, duration, pitches, step=steps, meter=meter)
    again, fields = mi.read(write(score)), ("onset", "duration", "pitch", "velocity", "step")
    before, after = (
        sorted(zip(*(table[name].round(6).tolist() for name in fields), strict=True))
        for table in (score.note_table(), again.note_table())
    )
    assert after == before
    assert again.meters == score.meters


def test_what_is_written_is_valid() -> None:
    score = Score.from_notes(
        [0, 1.5, 3, 4, 5, 16 / 3, 17 / 3, 6], 0.5, [0, 43, 46, 61, 62, 63, 64, 65], meter="5/4:3+3+2+2"
    )
    said = ((m.TEXT, "chord C7"), (m.TEXT, "composer X"), (m.MARKER, "A"), (m.LYRIC, "la-"))
    words = [Event(0, m.meta(kind, text)) for kind, text in said]
    drums = score.tracks[1].on_channel(9)
    full = Score(
        score.ticks_per_quarter, (score.tracks[0].with_events(words), score.tracks[1].with_events(words), drums)
    )
    assert not schema_errors(write(full))
    assert not schema_errors(
        converted(partwise(*[[measure(1, scale(0, 7, 1), ("2+2+3", "8")), measure(2, "")]] * 2), "4/4")
    )


# Readers against each other


def corpus(step: int) -> list[Path]:
    from music21 import corpus

    found = sorted(Path(path) for path in corpus.getCorePaths())
    return [path for path in found if path.suffix in (".mxl", ".xml", ".musicxml")][::step]


def agree(path: Path) -> bool:
    """Whether a score and what a search sees are the same notes; where notes of one key overlap, MIDI cannot say which ends."""
    score, sheet = mi.read(path), read_sheet(path)
    assert score.meters == sheet.meters
    assert tuple(part.name for part in score.parts) == sheet.names
    table, other = score.note_table(), sheet.table
    assert (score.note_table()[["onset", "pitch", "part"]] == sheet.table[["onset", "pitch", "part"]]).all()
    assert sorted(table["onset"] + table["duration"]) == pytest.approx(
        sorted(other["onset"] + other["duration"]), abs=1e-4
    )
    return bool((table["step"] == other["step"]).all())


@pytest.mark.filterwarnings("ignore::mi_theme.files.FileWarning", "ignore::mi_theme.score.TimingWarning")
def test_a_stream_is_closed_when_it_is_read_and_bytes_stay() -> None:
    from mi_theme.files.formats import parsed, parsed_sheet

    data = write(mi.Score.from_notes([0, 1], [1, 1], [60, 62]))
    for read in (parsed, parsed_sheet):
        stream = BytesIO(data)
        assert len(read(stream).note_table()) == 2
        assert stream.closed
        assert len(read(data).note_table()) == 2


def test_find_and_read_agree_on_real_music() -> None:
    paths = corpus(40)
    assert len(paths) >= 10
    assert sum(agree(path) for path in paths) >= len(paths) - 1


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::mi_theme.files.FileWarning", "ignore::mi_theme.score.TimingWarning")
def test_find_and_read_agree_on_the_whole_corpus() -> None:
    paths = corpus(1)
    assert len(paths) >= 400
    assert sum(agree(path) for path in paths) >= len(paths) * 0.98
