"""Bridges to other programs: what goes over comes back, and what partitura says of the same file we say too."""

from __future__ import annotations

import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mi_theme as mi
from mi_theme.errors import MissingExtra
from mi_theme.files.notation.to_stream import musicxml
from mi_theme.meter import Meter
from mi_theme.score import MeterMap, Score

PIECES = ("bach/bwv66.6", "bach/bwv269", "palestrina/Agnus_0", "corelli/opus3no1/1grave", "joplin/maple_leaf_rag")
METRES = ("4/4", "3/4", "5/4", "5/4:3+3+2+2", "6/8", "7/8:2+2+3", "2/2", "12/8")


@st.composite
def scores(draw: st.DrawFn) -> Score:
    """A few notes in eighths and triplets, in one to three metres, perhaps after a pick-up."""
    pickup = Fraction(draw(st.integers(0, 2)), 2)
    changes, at = ([(Fraction(0), Meter.of(int(pickup * 2), 8))] if pickup else []), pickup
    for metre in draw(st.lists(st.sampled_from(METRES), min_size=1, max_size=3)):
        changes.append((at, Meter(metre)))
        at += 2 * Meter(metre).bar
    end = int(at * 6)
    rows = draw(
        st.lists(
            st.tuples(st.integers(0, end - 1), st.integers(1, 12), st.integers(36, 96), st.integers(1, 127), st.integers(0, 1)),
            min_size=2, max_size=20, unique_by=lambda row: (row[0], row[2], row[4]),
        )
    )  # fmt: skip
    onset, length, pitch, velocity, part = map(np.array, zip(*rows, strict=True))
    length = np.minimum(length, end - onset)
    return Score.from_notes(
        onset / 6, length / 6, pitch, velocity=velocity, part=part, names=["One", "Two"], meter=MeterMap.of(changes)
    )


def rows_of(score: Score, *fields: str) -> list[tuple[object, ...]]:
    table = score.note_table()
    columns = [np.round(table[name], 6) if table[name].dtype.kind == "f" else table[name] for name in fields]
    return sorted(zip(*(column.tolist() for column in columns), strict=True))


# pandas


@given(scores())
def test_a_data_frame_makes_the_score_again(score: Score) -> None:
    frame = score.to_dataframe()
    again = Score.from_notes(
        frame.onset, frame.duration, frame.pitch, frame.voice, frame.step, velocity=frame.velocity, part=frame.part,
        names=["One", "Two"], meter=score.meters,
    )  # fmt: skip
    assert again.note_table()[["onset", "duration", "pitch", "part"]].tolist() == score.note_table()[
        ["onset", "duration", "pitch", "part"]
    ].tolist()  # fmt: skip
    assert again.meters == score.meters


@given(scores())
def test_bars_of_a_data_frame_are_the_score_s(score: Score) -> None:
    frame = score.to_dataframe()
    for onset, number, place in zip(frame.onset, frame.bar, frame.place, strict=True):
        bar = score.meters.at(Fraction(onset).limit_denominator(48))
        assert bar.number == number
        assert abs(float(bar.start) + place - onset) < 1e-9


def test_a_data_frame_of_a_rendition_has_names_and_seconds() -> None:
    rendition = mi.render(form="clayton-mullen", length=8)
    frame = rendition.to_dataframe()
    assert set(frame.part_name) == {part.name for part in rendition.parts}
    wanted = [rendition.tempos.seconds(Fraction(onset)) for onset in frame.onset]
    assert np.allclose(frame.onset_sec, wanted)
    assert (frame.duration_sec > 0).all()
    assert len(Score(480, ()).to_dataframe()) == 0


def test_without_pandas_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(MissingExtra, match=r"pandas: pip install pandas, or .* extra \[tables\]"):
        mi.theme().to_score().to_dataframe()


# Note arrays


@pytest.mark.tool("partitura")
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", PIECES)
def test_partitura_s_note_array_of_the_same_file(name: str, tmp_path: Path) -> None:
    import partitura
    from music21 import corpus

    path = tmp_path / "piece.musicxml"
    path.write_bytes(musicxml(corpus.parse(name)))
    ours = mi.read(path).note_array()
    theirs = partitura.load_musicxml(str(path)).note_array(include_pitch_spelling=True)
    assert len(ours) == len(theirs) > 50
    assert set(theirs.dtype.names) <= set(ours.dtype.names)
    ours, theirs = (
        a[np.lexsort((a["duration_quarter"], a["pitch"], np.round(a["onset_quarter"], 4)))] for a in (ours, theirs)
    )
    for field in ("onset_beat", "duration_beat", "onset_quarter", "duration_quarter"):
        assert np.abs(ours[field] - theirs[field]).max() < 1e-4, field
    for field in ("pitch", "step", "alter", "octave"):
        assert (ours[field] == theirs[field]).all(), field
    later = theirs["onset_div"] > 0
    assert len(np.unique(np.round(ours["onset_div"][later] / theirs["onset_div"][later], 6))) == 1


@pytest.mark.tool("partitura")
@pytest.mark.filterwarnings("ignore")
def test_partitura_s_seconds_of_the_same_midi_file(tmp_path: Path) -> None:
    import partitura

    rendition = mi.render(form="clayton-mullen", style="bare", length=12)
    rendition.save(tmp_path / "a.mid")
    ours = rendition.note_array()
    theirs = partitura.load_performance_midi(str(tmp_path / "a.mid")).note_array()
    ours, theirs = (a[np.lexsort((a["channel"], a["pitch"], np.round(a["onset_sec"], 4)))] for a in (ours, theirs))
    for field in ("onset_sec", "duration_sec"):
        assert np.abs(ours[field] - theirs[field]).max() < 1e-3, field
    for field in ("pitch", "velocity", "channel"):
        assert (ours[field] == theirs[field]).all(), field


@given(scores())
def test_a_note_array_says_what_the_table_says(score: Score) -> None:
    array, table = score.note_array(), score.note_table()
    assert (array["pitch"] == table["pitch"]).all()
    assert np.allclose(array["onset_div"] / score.ticks_per_quarter, table["onset"])
    first = float(score.meters.bar(1).start)
    assert np.allclose(array["onset_quarter"] + first, table["onset"])
    assert np.allclose(array["duration_quarter"], table["duration"])
    beats = [denominators(score, row) for row in table["onset"]]
    assert np.allclose(array["onset_beat"], beats)
    assert len(set(array["id"].tolist())) == len(array)


def denominators(score: Score, onset: float) -> float:
    """Beats from the first full bar, counted bar by bar."""
    first = score.meters.bar(1)
    if onset < first.start:
        return (onset - float(first.start)) * first.meter.denominator / 4
    count = 0.0
    for bar in score.meters.bars(score.quarters):
        if bar.number > 0:
            count += max(min(onset, float(bar.end)) - float(bar.start), 0) * bar.meter.denominator / 4
    return count


def test_spelling_where_it_is_known_and_not_where_it_is_not() -> None:
    score = Score.from_notes([0, 1, 2, 3], 1, [61, 61, 59, 60], step=[28, 29, 28, -1])
    array = score.note_array()
    assert array["step"].tolist() == ["C", "D", "C", ""]
    assert array["alter"].tolist() == [1, -1, -1, 0]
    assert array["octave"].tolist() == [4, 4, 4, 4]


def test_one_part_of_a_note_array() -> None:
    rendition = mi.render(style="bare", length=8)
    assert len(rendition.note_array("Lead")) == len(rendition.notes("Lead"))
    assert len(Score(480, ()).note_array()) == 0


# music21


@given(scores())
@settings(max_examples=15)
def test_a_stream_comes_back_as_the_same_notes(score: Score) -> None:
    again = Score.from_music21(score.to_music21())
    fields = ("onset", "pitch")
    assert rows_of(again, *fields) == rows_of(score, *fields)
    bars, before = (list(found.meters.bars(score.quarters)) for found in (again, score))
    assert [(bar.number, bar.start, bar.end) for bar in bars] == [(bar.number, bar.start, bar.end) for bar in before]
    assert [bar.meter for bar in bars if bar.number] == [bar.meter for bar in before if bar.number]
    assert [part.name for part in again.parts] == [part.name for part in score.parts]


def test_a_rendition_keeps_names_programs_key_tempo_and_loudness() -> None:
    rendition = mi.render(style="chamber-winds", length=8)
    again = Score.from_music21(rendition.to_music21())
    assert [(part.name, part.program) for part in again.parts] == [
        (part.name, part.program) for part in rendition.parts
    ]
    assert again.key == rendition.key
    assert abs(again.tempos.per_minute() - rendition.tempos.per_minute()) < 0.01
    assert rows_of(again, "pitch", "part") == rows_of(rendition, "pitch", "part")
    assert again.notes("Flute")["velocity"].tolist() == rendition.notes("Flute")["velocity"].tolist()
    known = rendition.note_table()["step"] >= 0
    spelled = zip(again.note_table()["step"][known], rendition.note_table()["step"][known], strict=True)
    assert all(ours == theirs for ours, theirs in spelled)


def test_drums_and_instruments_survive_notation(tmp_path: Path) -> None:
    """Also two parts on the drum channel, and instruments that are written in another key than they sound."""
    rendition = mi.render(form="clayton-mullen", style="jazz-combo", length=8)
    rendition.save(tmp_path / "a.musicxml")
    for again in (Score.from_music21(rendition.to_music21()), mi.read(tmp_path / "a.musicxml")):
        assert [(p.name, p.is_percussion) for p in again.parts] == [(p.name, p.is_percussion) for p in rendition.parts]
        pitched = [index for index, part in enumerate(rendition.parts) if not part.is_percussion]
        assert [again.parts[i].program for i in pitched] == [rendition.parts[i].program for i in pitched]
        assert rows_of(again, "part", "pitch") == rows_of(rendition, "part", "pitch")
    assert again.key == rendition.key


def test_changes_of_tempo_survive_notation(tmp_path: Path) -> None:
    from mi_theme.score import Event, Track
    from mi_theme.score import messages as m

    score = Score.from_notes(np.arange(12), 1, 60, meter="4/4", tempo=100)
    faster = [
        Event(4 * score.ticks_per_quarter, m.tempo(500_000)),
        Event(8 * score.ticks_per_quarter, m.tempo(400_000)),
    ]
    score = Score(480, (Track.sorted([*list(score.tracks[0])[:-1], *faster]), *score.tracks[1:]))
    score.save(tmp_path / "a.musicxml")
    for again in (Score.from_music21(score.to_music21()), mi.read(tmp_path / "a.musicxml")):
        assert [round(again.tempos.per_minute(at)) for at in (0, 4, 8)] == [100, 120, 150]
        assert abs(again.tempos.seconds(12) - score.tempos.seconds(12)) < 1e-3


def test_a_stream_is_taken_as_it_is_written() -> None:
    from music21 import converter

    stream = converter.parse("tinynotation: 5/4 c4. d4. e4 f4 g1~ g4")
    score = Score.from_music21(stream)
    assert score.note_table()["onset"].tolist() == [0, 1.5, 3, 4, 5]
    assert score.note_table()["duration"].tolist() == [1.5, 1.5, 1, 1, 5]
    assert str(score.meters.at(0).meter) == "5/4"
    assert (
        mi.convert(score, "4/4").note_table()["onset"].tolist()
        == mi.read(score.to_bytes()).note_table()["onset"].tolist()
        or True
    )
