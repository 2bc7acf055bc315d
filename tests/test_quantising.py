"""From playing to paper: what is on a grid stays, what is played comes back, and nothing is lost."""

from __future__ import annotations

import sys
import warnings
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import mi_theme as mi
from mi_theme.errors import ScoreError
from mi_theme.quantising import GRACE, MARKS, NOTE, TRILL, Beats, Quantized, quantize
from mi_theme.quantising.equalsteps import in_equal_steps
from mi_theme.quantising.exact import exact_ends
from mi_theme.quantising.playing import columns_of
from mi_theme.quantising.rests import rested
from mi_theme.quantising.touch import learnt_touch, touch_cost
from mi_theme.score import Event, Score, Track
from mi_theme.score import messages as m

sys.path.insert(0, str(Path(__file__).parent / "benchmarks"))
from playing import played

F = Fraction
RHYTHMS = (  # of one quarter
    (F(1),), (F(1, 2),) * 2, (F(1, 4),) * 4, (F(3, 4), F(1, 4)), (F(1, 3),) * 3, (F(2, 3), F(1, 3)), (F(1, 5),) * 5,
    (F(1, 8),) * 8, (F(1, 6),) * 6, (F(1, 7),) * 7, (F(1, 2), F(1, 6), F(1, 6), F(1, 6)), (F(1, 16),) * 16,
)  # fmt: skip


def score_of(rows: list[tuple[float | Fraction, float | Fraction, int]], **more: object) -> Score:
    """A score of (onset, duration, pitch), without a word about rounding."""
    onset, duration, pitch = np.array([[float(value) for value in row] for row in rows]).T
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return Score.from_notes(onset, duration, pitch, **more)  # type: ignore[arg-type]


def line(lengths: list[Fraction], pitch: int = 60) -> list[tuple[Fraction, Fraction, int]]:
    """Notes one after the other, up and down a scale."""
    starts = [sum(lengths[:index], F(0)) for index in range(len(lengths))]
    return [(at, lasts, pitch + index * 2 % 7) for index, (at, lasts) in enumerate(zip(starts, lengths, strict=True))]


def written(found: Quantized) -> list[tuple[Fraction, Fraction, int]]:
    return sorted((note.onset, note.duration, note.pitch) for note in found)


def notes_of(score: Score) -> list[tuple[int, int, int]]:
    table = score.note_table()
    return sorted(zip(table["pitch"].tolist(), table["velocity"].tolist(), table["part"].tolist(), strict=True))


# What is exact


@given(
    st.lists(st.sampled_from(RHYTHMS), min_size=1, max_size=12),
    st.sampled_from(["4/4", "5/4:3+3+2+2", "6/8", "2/2", "7/8:2+2+3"]),
)
def test_what_is_on_the_grid_stays(beats: list[tuple[Fraction, ...]], meter: str) -> None:
    rows = line([length for beat in beats for length in beat])
    score = score_of(rows, meter=meter)
    found = quantize(score)
    assert found.score() == score
    assert not found.moved.any()
    assert written(found) == sorted(rows)


@given(
    st.lists(st.sampled_from(RHYTHMS[:7]), min_size=3, max_size=10),
    st.integers(0, 10**6),
    st.sampled_from([60, 100, 140]),
)
def test_twice_is_once(beats: list[tuple[Fraction, ...]], seed: int, tempo: int) -> None:
    human = played(score_of(line([length for beat in beats for length in beat])), tempo, seed)
    once = quantize(human).score()
    assert quantize(once).score() == once


@pytest.mark.parametrize("count", [11, 13, 17, 19, 22, 23])
@pytest.mark.parametrize("whole", [1, 2, 3])
@pytest.mark.parametrize("left_out", [(), (0, 1), (4,)])
def test_one_tuplet_of_any_number_stays(count: int, whole: int, left_out: tuple[int, ...]) -> None:
    plain = [(float(at), float(lasts), pitch) for at, lasts, pitch in line([F(1, 2), F(1, 4), F(1, 4), F(1)] * 48)]
    run = [(48 + whole * i / count, whole / count, 60) for i in range(count) if i not in left_out]
    rows = [row for row in plain if not 48 <= row[0] < 48 + whole] + run
    bass = [(float(at), 1.0, 36) for at in range(96)]
    for exact in (score_of(rows), score_of([*rows, *bass])):
        found = quantize(exact)
        assert found.exact.all()
        assert not found.moved.any()
        assert found.score() == exact


def test_steps_that_are_not_equal_are_no_tuplet() -> None:
    random = np.random.default_rng(3)
    plain = [(float(at), float(lasts), pitch) for at, lasts, pitch in line([F(1, 2), F(1, 4), F(1, 4), F(1)] * 96)]
    run = [(48 + i / 13 + float(random.uniform(-0.01, 0.01)), 1 / 13, 60) for i in range(13)]
    found = quantize(score_of([row for row in plain if row[0] != 48] + run))
    inside = (found.played_onsets > 48.02 * found.resolution) & (found.played_onsets < 48.97 * found.resolution)
    assert inside.sum() >= 12
    assert not found.exact[inside].all()
    assert found.exact[~inside].mean() > 0.98


@given(st.lists(st.sampled_from(RHYTHMS[:5]), min_size=3, max_size=10), st.integers(0, 10**6))
def test_nothing_is_lost(beats: list[tuple[Fraction, ...]], seed: int) -> None:
    human = played(score_of(line([length for beat in beats for length in beat])), 100, seed)
    found = quantize(human)
    assert notes_of(found.score()) == notes_of(human)
    assert np.array_equal(found.onsets + found.deviations, found.played_onsets)
    assert (found.durations > 0).all()
    assert len(found.score().spans) == len(human.spans)
    assert (found.score().spans["off"] >= 0).all()


@pytest.mark.parametrize(
    "name", ["bach/bwv66.6.mxl", "bach/bwv1.6.mxl", "haydn/opus1no1/movement2.mxl", "mozart/k155/movement2.mxl", "joplin/maple_leaf_rag.mxl", "schubert/lindenbaum.mxl"]
)  # fmt: skip
def test_real_notation_stays(name: str) -> None:
    from music21 import corpus

    paths = [path for path in corpus.getCorePaths() if str(path).endswith(name)]
    if not paths:
        pytest.skip(f"this corpus has no {name}")
    score = mi.read(Path(paths[0]))
    assert quantize(score).score() == score


def test_rounded_tuplets_become_whole() -> None:
    """A file with 480 ticks in a quarter has no seventh; the written place is one all the same."""
    rows = [Event(round(480 * i / 7), m.note_on(0, 60 + i % 2, 80)) for i in range(28)]
    ends = [Event(round(480 * (i + 1) / 7), m.note_off(0, 60 + i % 2)) for i in range(28)]
    found = quantize(Score(480, (Track.sorted([*rows, *ends]),)))
    assert {note.onset * 7 for note in found} == set(range(28))
    assert {note.duration for note in found} == {F(1, 7)}


# What is played


def ostinato(bars: int = 8) -> Score:
    """The figure of the theme in plain 5/4: 3+3+2+2 eighths."""
    theme = mi.theme().to_score().notes(0)
    inside = theme[theme["onset"] < 5]
    rows = [
        (float(row["onset"]) + 5 * bar, float(row["duration"]), int(row["pitch"]))
        for bar in range(bars)
        for row in inside
    ]
    return score_of(rows, meter="5/4", tempo=160)


@pytest.mark.parametrize("seeds", [range(12), pytest.param(range(12, 100), marks=pytest.mark.slow)])
def test_the_ostinato_comes_back_at_15_ms(seeds: range) -> None:
    exact = ostinato()
    wanted = exact.note_table()["onset"]
    for seed in seeds:
        found = quantize(played(exact, 160, seed, late=0.015))
        assert np.allclose(np.sort(found.onsets / found.resolution), wanted), seed


def test_halves_of_a_beat_are_divided_each_by_itself() -> None:
    """A triplet of sixteenths and two sixteenths in one beat, as reels have it."""
    exact = score_of(line(([F(1, 6)] * 3 + [F(1, 4)] * 2 + [F(1, 2)] * 2) * 24), meter="2/4")
    found = quantize(played(exact, 120, 5, late=0.02))
    assert np.mean(np.isclose(np.sort(found.onsets / found.resolution), exact.note_table()["onset"])) > 0.97


def test_two_parts_may_go_two_against_three() -> None:
    rows = [(F(i, 2), F(1, 2), 48) for i in range(64)], [(F(i, 6), F(1, 6), 72 + i % 3) for i in range(192)]
    onset, lasts, pitch = (np.array(column, float) for column in zip(*rows[0], *rows[1], strict=True))
    part = np.repeat([0, 1], [64, 192])
    score = Score.from_notes(onset, lasts, pitch.astype(int), part=part, meter="4/4", tempo=100)
    found = quantize(played(score, 100, 3, late=0.02))
    assert set((found.onsets * 2 % found.resolution)[found.parts == 0].tolist()) == {0}
    assert np.mean(found.onsets * 6 % found.resolution == 0) > 0.99


def test_one_part_may_be_looser_than_another() -> None:
    """Drums of a machine say where sixteenths are; somebody plays loosely to them."""
    exact = score_of(line([F(1, 4)] * 256), tempo=100)
    random = np.random.default_rng(1)
    onset = exact.note_table()["onset"]
    late = np.maximum(np.round((onset + random.normal(0, 0.025, len(onset)) * 100 / 60) * 480) / 480, 0)
    pitch = np.repeat([40, 70], len(onset))
    part = np.repeat([0, 1], len(onset))
    score = Score.from_notes(np.append(onset, late), 0.125, pitch, part=part, tempo=100)
    found = quantize(score)
    back = np.sort(found.onsets[found.parts == 1]) / found.resolution
    assert np.mean(np.isclose(back, onset)) > 0.98


def test_chorales_come_back_note_for_note() -> None:
    from music21 import corpus

    right = []
    for seed, path in enumerate(sorted(corpus.getComposer("bach"))[:6]):
        score = mi.read(Path(path))
        human = played(score, 60 + 20 * seed, seed)
        found = quantize(human).score().note_table()
        exact = score.note_table()
        right.append([np.isclose(found[name], exact[name], atol=1e-6).mean() for name in ("onset", "duration")])
    onsets, values = np.mean(right, axis=0)
    assert onsets > 0.995
    assert values > 0.93


def test_an_early_downbeat_belongs_to_its_bar_and_that_is_said() -> None:
    rows = [(max(at - 0.02 * (at % 4 == 0), 0), 0.9, 60) for at in range(16)]
    found = quantize(score_of(rows))
    assert found.onsets.tolist() == [at * found.resolution for at in range(16)]
    assert int(found.crossed.sum()) == 3
    assert "3 were played on the other side of a bar line" in str(found)
    assert [bar.crossed for bar in found.bars()] == [0, 1, 1, 1]


def test_gates_are_closed_and_kept_apart() -> None:
    rows = [(at / 2, 0.5 * (0.3 if at % 4 == 3 else 0.9), 60 + at % 4) for at in range(32)]
    found = quantize(score_of(rows))
    assert {note.duration for note in list(found)[:-1]} == {F(1, 2)}
    assert {MARKS[mark] for mark in found.marks[3::4]} == {"staccato"}
    assert not found.marks[0::4].any()
    assert (found.played_durations < found.durations).all()
    assert quantize(found.score()).score() == found.score()


@pytest.mark.parametrize(("least", "most"), [(0.5, 0.95), (0.6, 0.9), (0.75, 0.8)])
def test_less_than_anybody_plays_of_a_note_is_a_rest(least: float, most: float) -> None:
    random = np.random.default_rng(11)
    written = [(8 * bar + at, lasts, 60 + at) for bar in range(16) for at, lasts in ((0, 1), (1, 1), (2, 1), (3, 1))]
    written += [(8 * bar + at, lasts, 64) for bar in range(16) for at, lasts in ((4, 1), (6, 2))]
    rows = [(at, lasts * random.uniform(least, most), pitch) for at, lasts, pitch in sorted(written)]
    found = [(note.onset, note.duration) for note in quantize(score_of(rows))]
    assert found == [(at, lasts) for at, lasts, _ in sorted(written)]


@pytest.mark.parametrize("seed", range(3))
def test_a_bass_that_is_held_under_a_figure_keeps_its_value(seed: int) -> None:
    """A few eighths over sixteenths of the same hand, where everything sounds half to nearly all of its value."""
    random = np.random.default_rng(seed)
    written = [(F(at, 4), F(1, 2) if at in (32, 80) else F(1, 4), 36 + 20 * (at % 4 > 0)) for at in range(128)]
    rows = [(at, float(lasts) * random.uniform(0.7, 0.95), pitch) for at, lasts, pitch in written]
    found = [(note.onset, note.duration) for note in quantize(score_of(rows))]
    assert found == [(at, lasts) for at, lasts, _ in written]


@pytest.mark.parametrize(("stroke", "loose", "lasts"), [(0.025, 0.005, 0.8), (0.013, 0.008, 0.45), (0.04, 0.016, 0.45)])
def test_a_strum_is_one_chord(stroke: float, loose: float, lasts: float) -> None:
    """Up and down by turns, by a hand that is not steady, one chord soon after the other."""
    random = np.random.default_rng(3)
    rows = [
        (
            at + 0.05 + string * stroke + random.uniform(-loose, loose),
            lasts,
            40 + 5 * (string if at % 2 else 5 - string),
        )
        for at in range(16)
        for string in range(6)
    ]
    found = quantize(score_of(rows, tempo=100))
    assert sorted({int(at) for at in found.onsets}) == [at * found.resolution for at in range(16)]
    assert sorted(np.bincount(found.groups).tolist()) == [6] * 16


def test_grace_notes_are_told_apart() -> None:
    random = np.random.default_rng(1)
    rows = [(at + random.normal(0, 0.01), 0.9, 67) for at in range(16)]
    rows += [(at - 0.11 + random.normal(0, 0.005), 0.08, 69) for at in range(2, 16, 4)]
    found = quantize(score_of(rows, tempo=90))
    graces = [note for note in found if note.kind == GRACE]
    assert [(note.onset, note.pitch) for note in graces] == [(at - F(1, 8), 69) for at in range(2, 16, 4)]
    assert {note.onset for note in found if note.kind == NOTE} == set(range(16))


def test_a_short_note_a_second_before_the_beat_is_no_chord_with_it() -> None:
    rows = []
    for bar in range(8):
        for at, lasts, pitch in ((0, 2, 71), (1.875, 0.06, 72), (2, 1, 71), (3, 1, 67)):
            rows.append((4 * bar + at + (0.05 if lasts < 0.1 else -0.02 * (bar % 2)), lasts * 0.9, pitch))
    found = quantize(score_of([(max(at, 0), lasts, pitch) for at, lasts, pitch in rows], tempo=160))
    onsets = found.onsets / found.resolution
    assert (onsets[found.pitches == 72] % 4 < 2).all()


@pytest.mark.parametrize("seed", range(4))
def test_the_end_of_a_run_is_no_row_of_grace_notes(seed: int) -> None:
    random = np.random.default_rng(seed)
    run = [(3.5 + place / 10, 0.08, 61 + place) for place in range(5)]
    rows = [(4 * bar + at, lasts, pitch) for bar in range(8) for at, lasts, pitch in [(0, 3, 66), *run]]
    rows = [(max(at + random.uniform(-0.02, 0.02) * 80 / 60, 0), lasts, pitch) for at, lasts, pitch in rows]
    found = quantize(score_of(rows, tempo=80))
    assert (found.kinds == NOTE).all()


@pytest.mark.parametrize("tempo", [140, 160])
def test_thirty_seconds_are_told_by_how_long_they_sound(tempo: int) -> None:
    bar = ((0, 0.375), (0.375, 0.125), (0.5, 0.5), (1, 0.5))
    wrong = 0
    for seed in range(10):
        random = np.random.default_rng(seed)
        late, gate = random.uniform(-0.02, 0.02, (24, 4)) * tempo / 60, random.uniform(0.5, 0.95, (24, 4))
        rows = [
            (max(1.5 * number + at + late[number, note], 0), lasts * gate[number, note], 67 + note)
            for number in range(24)
            for note, (at, lasts) in enumerate(bar)
        ]
        found = quantize(score_of(rows, tempo=tempo, meter="3/8"))
        wrong += sum(one.onset % F(3, 2) != F(bar[one.pitch - 67][0]) for one in found)
    assert wrong <= 2  # of 960; by their beginnings alone some 40


def test_touch_that_is_of_one_kind_tells_shares_and_no_touch_tells_nothing() -> None:
    random = np.random.default_rng(0)
    part = np.repeat([0, 1], 200)
    share = np.concatenate([random.uniform(-1, -0.1, 200), random.uniform(-3, 2, 200)])
    cost = learnt_touch(share, part, 2)
    even, odd = (touch_cost(cost, np.array(row), np.array([-0.5, -2.0, 1.0])) for row in (0, 1))
    assert even[0] < -1
    assert even[1:].min() > 2
    assert np.abs(odd).max() < 1
    assert not touch_cost(cost, np.array(2), np.array([-0.5, -2.0])).any()


def test_ends_on_a_grid_finer_than_the_clock_are_nobodys() -> None:
    quarter = 80640
    at = np.concatenate([np.arange(30) * quarter // 2, 15 * quarter + np.arange(5) * quarter // 5])
    at = np.concatenate([at, 17 * quarter + np.arange(6) * quarter // 6, 19 * quarter + np.arange(8) * quarter // 8])
    ends = at + np.random.default_rng(0).integers(quarter // 16, quarter // 10, len(at))
    none, zero = np.zeros(len(at), bool), np.zeros(len(at), np.int64)
    wide, clock = np.full(len(at), quarter // 130), quarter // 960
    assert (exact_ends(at, none, ends, zero, quarter, wide, clock) < 0).all()
    assert (exact_ends(at, none, at + quarter // 12, zero, quarter, zero + clock, clock) == at + quarter // 12).all()


# Values


def alberti(seed: int, bars: int = 8) -> Score:
    """A melody and a broken chord on one keyboard, keys of the figure held up to 1.3 times as long as written."""
    random = np.random.default_rng(seed)
    rows = []
    for bar in range(bars):
        low = (36, 38, 40, 41)[bar % 4]
        for place in range(8):
            pitch = low + (0, 14, 7, 14)[place % 4]
            rows.append((4 * bar + place / 2 + random.normal(0, 0.01), 0.5 * random.uniform(0.8, 1.3), pitch))
        for at, lasts, pitch in ((0, 1.5, 76), (1.5, 0.5, 77), (2, 2, 79 - bar % 3)):
            rows.append((4 * bar + at + random.normal(0, 0.01), lasts * random.uniform(0.8, 0.95), pitch))
    score = score_of([(max(at, 0), lasts, pitch) for at, lasts, pitch in rows], tempo=96)
    head, notes = score.tracks
    return Score(score.ticks_per_quarter, (head, Track.sorted([Event(0, bytes((0xC0, 0))), *notes])))


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("given_beats", [False, True])
def test_a_broken_chord_in_the_left_hand_is_eighths_however_legato(seed: int, given_beats: bool) -> None:
    score = alberti(seed)
    beats = Beats.of((np.arange(34) * 60 / 96).tolist(), [1 + at % 4 for at in range(34)]) if given_beats else None
    found = quantize(score, beats=beats)
    left = found.pitches < 60
    assert (found.durations[left] == found.resolution // 2).mean() > 0.95


def test_a_flam_is_one_stroke_with_a_grace_note() -> None:
    events = [Event(0, m.program(9, 1))]
    for at in range(16):
        for tick in [480 * at + 7 * (-1) ** at] + [480 * at - 20] * (at % 4 == 3):
            events += [Event(max(tick, 0), m.note_on(9, 38, 90)), Event(max(tick, 0) + 10, m.note_off(9, 38))]
    found = quantize(Score(480, (Track.sorted(events),)))
    assert [note.onset for note in found if note.kind == GRACE] == [at - F(1, 8) for at in range(3, 16, 4)]
    assert [note.onset for note in found if note.kind == NOTE] == list(range(16))


def test_a_trill_does_not_make_the_grid_finer() -> None:
    random = np.random.default_rng(2)
    rows = [(at / 2 + random.normal(0, 0.008), 0.45, 60) for at in (*range(8), *range(12, 24))]
    rows += [(4 + 0.137 * i + random.normal(0, 0.008), 0.12, 72 + 2 * (i % 2)) for i in range(14)]
    found = quantize(score_of(rows, tempo=80))
    notes = list(found)
    assert sum(note.kind == TRILL for note in notes) == 13
    assert [note.onset for note in notes if note.pitch == 60] == [F(at, 2) for at in (*range(8), *range(12, 24))]


# Swing


def swung(ratio: float, seed: int = 0, late: float = 0.01, bars: int = 8) -> Score:
    random = np.random.default_rng(seed)
    rows = []
    for beat in range(4 * bars):
        rows += [
            (beat + random.uniform(-late, late) * 2, 0.5, 60),
            (beat + ratio + random.uniform(-late, late) * 2, 0.3, 62),
        ]
    return score_of([(max(at, 0), lasts, pitch) for at, lasts, pitch in rows], tempo=120)


@pytest.mark.parametrize("ratio", [0.58, 0.62, 0.667, 0.7])
def test_swing_is_found_and_written_as_eighths(ratio: float) -> None:
    found = quantize(swung(ratio))
    assert [note.onset for note in found] == [F(at, 2) for at in range(64)]
    (swing,) = found.swing
    assert swing.value == F(1, 2)
    assert swing.ratio == pytest.approx(ratio, abs=0.015)
    assert f"eighths swing at {swing.ratio:.0%}" in str(found)


def test_straight_eighths_do_not_swing() -> None:
    assert quantize(swung(0.5)).swing == ()


def test_triplets_and_dotted_notes_are_no_swing() -> None:
    for lengths in ((F(1, 3),) * 3, (F(3, 4), F(1, 4))):
        exact = score_of(line(list(lengths) * 32))
        found = quantize(played(exact, 100, 5, late=0.01))
        assert found.swing == ()
        assert np.allclose(np.sort(found.onsets / found.resolution), exact.note_table()["onset"])


def test_swing_that_is_written_stays_unless_it_is_asked_for() -> None:
    exact = score_of(line([F(2, 3), F(1, 3)] * 16))
    assert quantize(exact).score() == exact
    assert [note.onset for note in quantize(exact, swing=F(2, 3))] == [F(at, 2) for at in range(32)]
    assert quantize(swung(0.62), swing=None).swing == ()


def test_only_the_stretch_that_swings_is_evened() -> None:
    straight = [(at / 2 + 0.004 * (-1) ** at, 0.4, 60) for at in range(1, 64)]
    rows = straight + [(32 + at + place, 0.4, 60) for at in range(32) for place in (0.004, 0.664)]
    found = quantize(score_of([*rows, (64.0, 1.0, 60)], tempo=120))
    (swing,) = found.swing
    assert 30 <= swing.start <= 34
    assert written(found)[:63] == written(found)[:63]
    assert sorted(note.onset for note in found) == [F(at, 2) for at in (*range(1, 128), 128)]


# Other events, other grids


def test_all_other_events_stay_where_they_were() -> None:
    head = [
        Event(0, m.time_signature(mi.Meter("3/4"))),
        Event(0, m.tempo(500_000)),
        Event(500, m.meta(m.MARKER, "here")),
    ]
    events = [Event(0, m.program(0, 5)), Event(333, m.control(0, 64, 127)), Event(777, m.control(0, 64, 0))]
    for at in range(12):
        tick = max(480 * at + (-1) ** at * 9, 0)
        events += [Event(tick, m.note_on(0, 60, 80)), Event(tick + 400, m.note_off(0, 60))]
    score = Score(480, (Track.sorted(head), Track.sorted(events)))
    made = quantize(score).score()
    scale = made.ticks_per_quarter // 480
    kept = [[(e.tick, e.message) for e in track if e.message[0] & 0xF0 not in (0x80, 0x90)] for track in made.tracks]
    before = [
        [(e.tick * scale, e.message) for e in track if e.message[0] & 0xF0 not in (0x80, 0x90)]
        for track in score.tracks
    ]
    assert kept[0] == before[0]
    assert [row for row in kept[1] if row[1] != m.end_of_track()] == [
        row for row in before[1] if row[1] != m.end_of_track()
    ]
    assert made.note_table()["onset"].tolist() == list(range(12))
    assert mi.read(made.to_bytes()).note_table()["onset"].tolist() == list(range(12))


def test_by_beats_that_are_given() -> None:
    """Playing that slows down, with a pick-up: the beats make bars, values and a tempo map."""
    times = np.cumsum(np.linspace(0.4, 0.8, 41))
    random = np.random.default_rng(4)
    places = np.arange(0, 40, 0.5)
    seconds = np.interp(places, np.arange(41), times) + random.normal(0, 0.008, len(places))
    score = score_of([(at, 0.25, 60 + i % 5) for i, at in enumerate(seconds)], tempo=60)
    given_beats = Beats.of(times, [(i - 1) % 3 + 1 for i in range(41)])
    found = quantize(score, beats=given_beats)
    assert [note.onset for note in found] == [F(at, 2) for at in range(80)]
    made = found.score()
    assert str(made.meters.at(F(20)).meter) == "3/4"
    assert made.meters.bar(1).start == 1
    there = made.tempos.clock(np.arange(1.0, 40.0))
    assert np.allclose(np.diff(there), np.diff(times)[1:-1], atol=0.002)


def test_the_shortest_value_can_be_said() -> None:
    human = played(score_of(line([F(1, 8)] * 64)), 60, 0)
    assert {note.onset.denominator for note in quantize(human, finest="1/4")} <= {1, 2, 3, 4, 6}
    assert {note.onset.denominator for note in quantize(human)} == {1, 2, 4, 8}


def test_compound_and_additive_beats() -> None:
    for meter, length in (("6/8", F(1, 2)), ("7/8:2+2+3", F(1, 2)), ("12/8", F(1, 4)), ("5/4:3+3+2+2", F(1, 2))):
        exact = score_of(line([length] * 84), meter=meter)
        found = quantize(played(exact, 110, 8))
        assert np.allclose(np.sort(found.onsets / found.resolution), exact.note_table()["onset"]), meter


# Bad input


@pytest.mark.parametrize("tempo", [4, 1000])
def test_any_tempo(tempo: int) -> None:
    exact = score_of(line([F(1), F(1, 2), F(1, 2)] * 8), tempo=tempo)
    assert quantize(exact).score() == exact
    human = played(exact, tempo, 1, late=0.002)
    assert len(quantize(human)) == len(human.spans)


def test_one_beat_a_minute() -> None:
    """A tempo of 1: beats of a minute are divided until they can be felt."""
    ticks = [15 * at + (-1) ** at for at in range(1, 33)]
    events = [Event(0, m.tempo(0xFFFFFF))]
    for tick in ticks:
        events += [Event(tick, m.note_on(0, 60, 80)), Event(tick + 5, m.note_off(0, 60))]
    found = quantize(Score(480, (Track.sorted(events),)))
    assert [note.onset for note in found] == [F(at, 32) for at in range(1, 33)]


def test_nothing_one_note_drums_and_a_cluster() -> None:
    empty = quantize(Score(480, (Track.sorted([]),)))
    assert len(empty) == 0
    assert empty.score() == empty.source
    assert str(empty) == "no notes: nothing to quantize"
    one = quantize(score_of([(1.01, 0.9, 60)]))
    assert written(one) in ([(F(1), F(1), 60)], [(F(101, 100), F(9, 10), 60)])
    cluster = quantize(
        score_of(
            [(3.013, 0.7, 60 + i) for i in range(10)]
            + [(0.02, 1, 50), (1.01, 1, 50), (1.98, 1, 50), (4.01, 1, 50), (5, 1, 50), (6.02, 1, 50), (7.03, 1, 50)]
        )
    )
    assert {note.onset for note in cluster if note.pitch >= 60} == {F(3)}
    silence = quantize(score_of([(0.02, 0.5, 60), (121.03, 0.5, 60)], tempo=120))
    assert len(silence.score().spans) == 2


def test_what_makes_no_sense_is_said() -> None:
    score = score_of([(0, 1, 60)])
    for swing in (0.9, "hard", float("nan")):
        with pytest.raises(ScoreError, match="swing is"):
            quantize(score, swing=swing)
    for finest in (0, "x", "-1/4"):
        with pytest.raises(ScoreError, match="finest is"):
            quantize(score, finest=finest)  # type: ignore[arg-type]
    with pytest.raises(ScoreError, match="no music is as long"):
        quantize(Score(1, (Track.of([Event(0, m.note_on(0, 60, 80)), Event(2**40, m.note_on(0, 60, 80))]),)))


def test_a_note_without_an_end_gets_one() -> None:
    events = [Event(5 + 480 * at, m.note_on(0, 60 + at, 80)) for at in range(8)]
    made = quantize(Score(480, (Track.sorted(events),))).score()
    assert (made.spans["off"] >= 0).all()


def test_values_compare_and_are_frozen() -> None:
    score = played(ostinato(2), 120, 0)
    assert quantize(score) == quantize(score)
    assert quantize(score) != quantize(played(ostinato(2), 120, 1))
    with pytest.raises(ValueError, match="read-only"):
        quantize(score).onsets[0] = 1
    assert columns_of(score)[0].tolist() == quantize(score).pitches.tolist()


def test_many_notes_a_tick_apart_are_no_tuplet() -> None:
    """Steps finer than what the file counts in say nothing, however many they are."""
    at = np.arange(3000)
    assert not in_equal_steps(at, at < 1501, np.full(len(at), 480), 960).any()


def test_a_late_stroke_is_not_held_as_long_as_the_longest_one() -> None:
    """Drums that last beyond the last bar line that is looked for."""
    onset = np.append(np.arange(64.0), [0.0, 63.5])
    played = np.append(np.linspace(0.8, 0.95, 64), [9.0, 0.1])
    part = np.append(np.zeros(64, int), [-1, -1])
    written = np.append(np.ones(64), [9.0, 0.5])
    meters = mi.Score.from_notes(onset, written, 60, meter="4/4").meters
    found = rested(onset, played, written, part, np.full(len(onset), 0.25), meters)
    assert found[part < 0].tolist() == [9.0, 0.5]
