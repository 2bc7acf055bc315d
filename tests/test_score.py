"""Scores: made from rows, seen as notes, parts and bars, and cut into passages."""

from __future__ import annotations

import warnings
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from midi_making import END, written

import mi_theme as mi
from mi_theme.errors import ScoreError, UnknownName
from mi_theme.meter import Meter
from mi_theme.score import MeterMap, Score, TempoMap, TimingWarning
from mi_theme.score.rows import GRID

ROWS = st.lists(
    st.tuples(
        st.builds(Fraction, st.integers(0, 200), st.sampled_from((1, 2, 3, 4, 5, 7, 16))),  # onset
        st.builds(Fraction, st.integers(0, 20), st.sampled_from((1, 2, 3, 4))),  # duration
        st.integers(0, 127), st.integers(1, 127), st.integers(0, 3), st.integers(0, 4), st.integers(-1, 70),
    ),
    min_size=1, max_size=12, unique_by=lambda row: (row[0], row[2], row[4]),
)  # fmt: skip
NAMES = ("onset", "duration", "pitch", "velocity", "part", "voice", "step")
METERS = st.sampled_from([Meter(text) for text in ("4/4", "5/4:3+3+2+2", "3/4", "7/8:2+2+3", "6/8", "2/2", "5/16")])


def from_rows(rows: list[tuple[object, ...]], **more: object) -> Score:
    columns = dict(zip(NAMES, ([float(x) for x in column] for column in zip(*rows, strict=True)), strict=True))  # type: ignore[arg-type]
    return Score.from_notes(**columns, **more)  # type: ignore[arg-type]


@given(ROWS, st.randoms())
def test_rows_in_any_order_make_the_same_sorted_table(rows: list[tuple[Fraction, ...]], random: object) -> None:
    table = from_rows(list(rows)).note_table()
    keys = list(zip(table["onset"], table["pitch"], strict=True))
    assert keys == sorted(keys)
    for note in table:
        row = rows[note["id"]]
        assert [note[name] for name in ("pitch", "velocity", "voice", "step")] == [row[2], row[3], row[5], row[6]]
        assert note["onset"] == pytest.approx(float(row[0]), abs=1e-9)
    assert sorted(table["id"].tolist()) == list(range(len(rows)))
    shuffled = list(rows)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    again = from_rows(shuffled).note_table()
    for name in ("onset", "pitch", "velocity"):
        assert table[name].tolist() == again[name].tolist() or len(set(keys)) < len(keys)


@given(ROWS)
def test_notes_of_one_key_that_do_not_overlap_keep_their_durations(rows: list[tuple[Fraction, ...]]) -> None:
    apart = [row for i, row in enumerate(rows) if all(row[2] != other[2] or row[4] != other[4] for other in rows[:i])]
    table = from_rows(list(apart)).note_table()
    for note in table:
        assert note["duration"] == pytest.approx(float(apart[note["id"]][1]), abs=1e-9)


@given(ROWS, METERS)
def test_a_score_survives_its_file(rows: list[tuple[Fraction, ...]], meter: Meter) -> None:
    score = from_rows(list(rows), meter=meter)
    back = mi.read(score.to_bytes())
    assert back.meters == score.meters
    assert back.tempos == score.tempos
    assert [part.name for part in back.parts] == [part.name for part in score.parts]
    for name in ("onset", "duration", "pitch", "velocity", "part"):
        assert back.note_table()[name].tolist() == score.note_table()[name].tolist()


@given(st.lists(st.floats(0, 1000), min_size=1, max_size=8))
def test_times_go_to_the_grid_and_what_is_rounded_is_said(onsets: list[float]) -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        table = Score.from_notes(onsets, 1, 60).note_table()
    error = np.abs(np.sort(table["onset"]) - np.sort(onsets)).max()
    assert error <= 0.5 / GRID + 1e-9
    assert bool(caught) == bool(error > 1e-6)
    assert all(issubclass(warning.category, TimingWarning) for warning in caught)


def test_floats_near_the_grid_are_meant_to_be_on_it() -> None:
    score = Score.from_notes([1 / 3, 0.1 + 0.2, 2.0000000001], [1 / 3] * 3, [60, 61, 62])
    ticks = [Fraction(int(start), score.ticks_per_quarter) for start in sorted(score.spans["start"])]
    assert ticks == [Fraction(3, 10), Fraction(1, 3), 2]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"onset": [0, float("nan")]}, "finite"), ({"duration": [1, float("inf")]}, "finite"), ({"onset": [0, -1]}, "note 1: its onset"),
        ({"duration": [-1, 1]}, "note 0: its duration"), ({"pitch": [60, 128]}, "note 1: its pitch"), ({"pitch": [-1, 60]}, "note 0: its pitch"),
        ({"velocity": [0, 60]}, "note 0: its velocity"), ({"part": [0, -1]}, "its part"), ({"onset": [0, 1, 2]}, "one length"),
        ({"pitch": ["C4", "D4"]}, "numbers"), ({"onset": [0, None]}, "note|numbers|finite"), ({"tempo": 0}, "tempo"), ({"tempo": 10_000}, "tempo"), ({"onset": [0, 1e12]}, "onset"),
        ({"pitch": [[60, 61], [62]]}, "numbers"), ({"tempo": float("nan")}, "tempo"), ({"velocity": [10**400, 1]}, "numbers"),
    ],
)  # fmt: skip
def test_rows_that_make_no_notes(changes: dict[str, object], message: str) -> None:
    rows: dict[str, object] = {"onset": [0, 1], "duration": [1, 1], "pitch": [60, 62]}
    with pytest.raises(ScoreError, match=message):
        Score.from_notes(**(rows | changes))  # type: ignore[arg-type]


def test_a_score_without_notes_is_a_score() -> None:
    score = Score.from_notes([], [], [], meter="5/4")
    assert len(score.note_table()) == 0
    assert list(score.bars()) == []
    assert len(mi.read(score.to_bytes()).note_table()) == 0


def test_columns_may_be_one_number() -> None:
    table = Score.from_notes(range(4), 1, [60, 62, 64, 65], velocity=[1, 2, 3, 127]).note_table()
    assert table["duration"].tolist() == [1] * 4
    assert table["velocity"].tolist() == [1, 2, 3, 127]


def test_notes_without_length_are_kept() -> None:
    table = mi.read(Score.from_notes([0, 1, 1], [0, 0, 1], [60, 60, 62]).to_bytes()).note_table()
    assert sorted(zip(table["onset"].tolist(), table["duration"].tolist(), table["pitch"].tolist(), strict=True)) == [
        (0, 0, 60), (1, 0, 60), (1, 1, 62),
    ]  # fmt: skip


def test_no_part_is_on_the_drum_channel_by_accident() -> None:
    score = Score.from_notes(range(40), 1, 60, part=range(40))
    assert not any(part.is_percussion for part in score.parts)
    assert len(score.parts) == 40


# Parts


def test_parts_by_name_and_number() -> None:
    score = Score.from_notes([0, 0, 1], [1, 1, 1], [40, 60, 62], part=[0, 1, 1], names=["Bass", "Flute"])
    assert [part.name for part in score.parts] == ["Bass", "Flute"]
    assert score.part_index("flute") == score.part_index("Flut") == score.part_index(1) == 1
    assert score.notes("FLUTE")["pitch"].tolist() == [60, 62]
    assert len(score.notes()) == 3
    for wrong in ("Fluet", 2, -1):
        with pytest.raises(UnknownName, match="did you mean 'Flute'" if wrong == "Fluet" else "there are: Bass, Flute"):
            score.part_index(wrong)


def test_two_channels_in_one_track_are_two_parts() -> None:
    track = [
        (0, b"\xff\x03All"),
        (0, b"\xc0\x20"),
        (0, b"\x90\x28\x40"),
        (0, b"\x99\x24\x40"),
        (9, b"\x80\x28\x40"),
        (9, b"\x89\x24\x40"),
        (9, END),
    ]
    bass, drums = mi.read(written((0, 96, [track]))).parts
    assert (bass.name, bass.channel, bass.program) == ("All (1)", 0, 33)
    assert (drums.name, drums.channel, drums.is_percussion) == ("All (10)", 9, True)


# Bars


def bars(
    changes: list[tuple[Fraction | int, str]], length: int, pickup: Fraction | int = 0
) -> list[tuple[int, str, str]]:
    meters = MeterMap.of([(Fraction(at), Meter(text)) for at, text in changes], Fraction(pickup))
    return [(bar.number, str(bar.start), str(bar.length)) for bar in meters.bars(length)]


def test_bars_from_one() -> None:
    assert bars([(0, "5/4")], 11) == [(1, "0", "5"), (2, "5", "5"), (3, "10", "5")]


def test_a_pick_up_is_bar_nought() -> None:
    assert bars([(0, "4/4")], 9, pickup=1) == [(0, "0", "1"), (1, "1", "4"), (2, "5", "4")]
    assert bars([(0, "1/4"), (1, "4/4")], 9) == [(0, "0", "1"), (1, "1", "4"), (2, "5", "4")]


def test_metres_change_and_a_bar_that_is_cut_is_short() -> None:
    assert bars([(0, "5/4"), (10, "4/4"), (17, "7/8")], 20) == [
        (1, "0", "5"), (2, "5", "5"), (3, "10", "4"), (4, "14", "3"), (5, "17", "7/2"),
    ]  # fmt: skip


@given(st.lists(st.tuples(st.integers(1, 9), METERS), min_size=1, max_size=5), st.integers(0, 3))
def test_bars_follow_one_another(segments: list[tuple[int, Meter]], pickup: int) -> None:
    position, changes = Fraction(0), []
    for count, meter in segments:
        changes.append((position, meter))
        position += count * meter.bar
    meters = MeterMap.of(changes, Fraction(pickup))
    found = list(meters.bars(position))
    assert found[0].start == 0
    assert all(b.start == a.end and b.number == a.number + 1 for a, b in pairwise(found))
    for bar in found:
        assert 0 < bar.length <= bar.meter.bar
        assert meters.bar(bar.number) == bar == meters.at(bar.start) == meters.at(bar.end - Fraction(1, 1000))
        assert bar.beats[0] == bar.start


def test_bars_that_are_not_there() -> None:
    score = Score.from_notes([0, 4], [1, 1], [60, 62], meter="5/4")
    assert score.bar(1).length == 5
    for number, message in (
        (0, "the first is bar 1"),
        (2, "no bar 2: the score ends after 5 quarters"),
        (-3, "no bar -3"),
        (10**9, "no bar"),
    ):
        with pytest.raises(ScoreError, match=message):
            score.bar(number)


def test_the_grouping_travels_as_text_beside_the_signature() -> None:
    meters = MeterMap.of(
        [(Fraction(0), Meter("5/4:3+3+2+2")), (Fraction(10), Meter("4/4")), (Fraction(18), Meter("5/4:2+2+3+3"))]
    )
    score = Score.from_notes([0, 20], [1, 1], [60, 62], meter=meters)
    back = mi.read(score.to_bytes())
    assert [str(meter) for _, meter in back.meters.changes] == ["5/4:3+3+2+2", "4/4", "5/4:2+2+3+3"]
    assert b"5/4:3+3+2+2" in score.to_bytes()


@pytest.mark.parametrize(
    "text", [b"meter 4/4", b"meter 7/8:2+2+3", b"meter nonsense", b"5/4:3+3+2+2", b"meter 5/4:3+3+1"]
)
def test_a_text_that_does_not_fit_the_signature_is_only_a_text(text: bytes) -> None:
    track = [(0, b"\xff\x58\x05\x02\x18\x08"), (0, b"\xff\x01" + text), (0, END)]
    assert mi.read(written((1, 96, [track]))).meters.changes == ((0, Meter("5/4")),)


def test_without_a_signature_four_four_is_a_default_and_says_so() -> None:
    score = mi.read(written((1, 96, [[(0, b"\x90\x3c\x40"), (96, b"\x80\x3c\x40"), (96, END)]])))
    assert score.meters.changes == ((0, Meter("4/4")),)
    assert not score.meters.stated
    assert Score.from_notes([0], [1], [60]).meters.stated


# Tempo


def test_seconds() -> None:
    tempos = TempoMap.of([(Fraction(4), 1_000_000)])
    assert [tempos.seconds(at) for at in (0, 4, 6)] == [0, 2, 4]
    assert tempos.per_minute() == 120
    assert tempos.per_minute(4) == 60


@given(
    st.lists(st.tuples(st.integers(0, 50), st.integers(1, 0xFFFFFF)), max_size=6),
    st.integers(0, 60),
    st.integers(0, 60),
)
def test_time_goes_on(changes: list[tuple[int, int]], one: int, other: int) -> None:
    tempos = TempoMap.of((Fraction(at), speed) for at, speed in changes)
    low, high = sorted((one, other))
    assert tempos.seconds(low) <= tempos.seconds(high)
    assert (low < high) == (tempos.seconds(low) < tempos.seconds(high))


@pytest.mark.parametrize("tempo", [4, 60, 123.4, 1000])
def test_tempo_is_carried(tempo: float) -> None:
    score = mi.read(Score.from_notes([0], [1], [60], tempo=tempo).to_bytes())
    assert score.tempos.per_minute() == pytest.approx(tempo, rel=1e-5)


# Passages


def long_score() -> Score:
    meters = MeterMap.of([(Fraction(0), Meter("5/4:3+3+2+2")), (Fraction(10), Meter("4/4"))])
    return Score.from_notes(
        np.arange(0, 18, 0.5), 1, [40, 60] * 18, part=[0, 1] * 18, names=["Bass", "Flute"], meter=meters, tempo=90
    )


def test_a_passage_begins_at_nought_and_keeps_its_metres_and_tempo() -> None:
    passage = long_score().passage((2, 3))
    assert [(at, str(meter)) for at, meter in passage.meters.changes] == [(0, "5/4:3+3+2+2"), (5, "4/4")]
    assert passage.tempos.per_minute() == pytest.approx(90)
    assert passage.note_table()["onset"].tolist() == np.arange(0, 9, 0.5).tolist()
    assert [part.name for part in passage.parts] == ["Bass", "Flute"]


def test_what_rings_on_is_cut_at_the_last_bar_line() -> None:
    notes = long_score().passage((1, 1), "Flute").note_table()
    assert notes["pitch"].tolist() == [60] * 5
    assert (notes["onset"] + notes["duration"]).max() == 5


@given(st.integers(1, 4), st.integers(1, 4))
def test_passages_hold_every_note_once(first: int, count: int) -> None:
    score = long_score()
    last = min(first + count - 1, 4)
    if last < first:
        return
    pieces = [len(score.passage((number, number)).note_table()) for number in range(first, last + 1)]
    assert sum(pieces) == len(score.passage((first, last)).note_table())


@pytest.mark.parametrize("bars", [2.5, "one", (1,), (1, 2, 3), (1.5, 2), (2, 1)])
def test_bars_are_first_and_last_wherever_they_are_asked_for(bars: Any) -> None:
    score = mi.theme().to_score()
    plan = mi.plan(score, "4/4")
    for ask in (
        lambda: score.passage(bars), lambda: mi.plan(score, "4/4", bars=bars), lambda: mi.Theme.from_score(score, bars),
        lambda: mi.draw(score, bars=bars), lambda: plan.replace(bars=bars, how="cut"),
    ):  # fmt: skip
        with pytest.raises(ScoreError, match=r"bars are \(first, last\)|the first comes after the last"):
            ask()


def test_how_long_is_one_number() -> None:
    with pytest.raises(ScoreError, match="length of a rendition in bars is a whole number, 4 to 2000"):
        mi.render(length=(1, 8))  # type: ignore[arg-type]


def test_passages_that_are_not_there() -> None:
    for passage, message in (
        (2.5, "bars are"),
        ("one", "bars are"),
        ((3, 2), "the first comes after the last"),
        ((1, 9), "no bar 9"),
        ((0, 1), "no bar 0"),
    ):
        with pytest.raises(ScoreError, match=message):
            long_score().passage(passage)
    with pytest.raises(UnknownName):
        long_score().passage((1, 2), "Tuba")


# What a file says beside its notes


def test_markers_texts_and_key() -> None:
    track = [
        (0, b"\xff\x02Mine"), (0, b"\xff\x06Intro"), (96, b"\xff\x01hello"), (96, b"\xff\x59\xfe\x01"), (192, b"\xff\x06Groove"), (192, END),
    ]  # fmt: skip
    score = mi.read(written((1, 96, [track])))
    assert score.markers == [(0, "Intro"), (2, "Groove")]
    assert score.texts == [(0, "Mine"), (1, "hello")]
    assert score.key == (-2, True)


def test_a_note_without_length_may_be_written_end_first() -> None:
    """As music21 writes grace notes; a note that follows keeps its own end."""
    events = [
        (0, b"\x80\x3c\x40"), (0, b"\x90\x3c\x40"),  # end, beginning: no length
        (480, b"\x90\x3c\x40"), (960, b"\x80\x3c\x40"),
        (960, b"\x80\x40\x40"), (960, b"\x90\x40\x40"), (1440, b"\x80\x40\x40"),  # a stray end, then a note
    ]  # fmt: skip
    from mi_theme.score import Event, Track

    score = mi.Score(480, (Track.of([*(Event(tick, data) for tick, data in events), Event(2000, b"\xff\x2f")]),))
    assert [(n["onset"], n["duration"]) for n in score.note_table()] == [(0, 0), (1, 1), (2, 1)]


def test_a_passage_keeps_its_key_and_its_drums() -> None:
    whole = mi.render(form="clayton-mullen", style="jazz-combo", seed=1)
    cut = whole.passage((9, 12))
    assert cut.key == whole.key is not None
    kinds = {part.name: part.is_percussion for part in whole.parts}
    assert {part.name: part.is_percussion for part in cut.parts}.items() <= kinds.items()
    assert any(part.is_percussion for part in cut.parts)
