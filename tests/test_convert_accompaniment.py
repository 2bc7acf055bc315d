"""Accompanying parts in another metre: running figures stay even, bass and chords by turns find the new beats."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_convert_music import melody, midi, onsets

import mi_theme as mi
from mi_theme.conversion.scoreplan import ScorePlan

Notes = list[tuple[float, float, int]]
TUNE = [(0, 1), (1, 1), (2, 0.5), (2.5, 0.5), (3, 1)]
WALTZ = [
    (0, 1, 67),
    (1, 1, 69),
    (2, 1, 71),
    (3, 2, 72),
    (5, 1, 71),
    (6, 1.5, 69),
    (7.5, 0.5, 67),
    (8, 1, 66),
    (9, 3, 67),
]
CHORDS = [(48, (52, 55, 60)), (45, (52, 57, 60)), (50, (54, 57, 60)), (43, (50, 55, 59))]


def alberti(bars: int, beats: int = 4, step: float = 0.25) -> Notes:
    """Low, high, middle, high; another chord on each half of the bar."""
    count = int(beats / step)
    low = [48 if i < count // 2 else 43 for i in range(count)]
    return [(bar * beats + i * step, step, low[i] + (0, 7, 4, 7)[i % 4]) for bar in range(bars) for i in range(count)]


def oom_pah(bar: int, bass: Notes, chords: Notes) -> None:
    """A waltz of four bars, bass and chords."""
    for number, (low, high) in enumerate(CHORDS):
        bass.append((bar * number, 1, low))
        chords += [(bar * number + beat, 1, pitch) for beat in (1, 2) for pitch in high]


def waltz(*, parts: int = 1) -> mi.Score:
    bass, chords = [], []
    oom_pah(3, bass, chords)
    return midi("3/4", (0, WALTZ), *([(1, bass + chords)] if parts == 1 else [(1, bass), (2, chords)]))


@pytest.mark.parametrize(
    ("to", "strokes"), [("5/4:3+3+2+2", 20), ("3/4", 12), ("7/8", 14), ("7/8:2+2+3", 14), ("6/8", 24)]
)
def test_an_alberti_bass_stays_even(to: str, strokes: int) -> None:
    song = midi("4/4", (0, melody(4, TUNE, 4)), (1, alberti(4)))
    plan = mi.plan(song, to)
    made = plan.apply(song)
    assert onsets(made, 1) == [at / 4 for at in range(4 * strokes)]
    lost = sum(change.part == "Tune 2" for change in plan.dropped)
    more = sum(change.part == "Tune 2" for change in plan.added)
    assert 64 - lost + more == 4 * strokes
    assert f"Tune 2: even sixteenths, 16 -> {strokes} strokes" in str(plan)


def test_its_tones_stay_with_their_chord() -> None:
    song = midi("4/4", (0, melody(2, TUNE, 4)), (1, alberti(2)))
    made = mi.convert(song, "5/4:3+3+2+2").notes(1)
    low = [48, 55, 52, 55, 52, 55] * 2 + [43, 50, 47, 50] * 2
    assert made["pitch"].tolist() == low * 2, "groups of six, six, four and four; G major begins with the third group"


@pytest.mark.parametrize("accompaniment", ["pattern", "keep"])
def test_it_can_be_left_to_the_map(accompaniment: str) -> None:
    song = midi("4/4", (0, melody(4, TUNE, 4)), (1, alberti(4)))
    steps = set(np.diff(onsets(mi.convert(song, "3/4", accompaniment=accompaniment), 1)).round(6))
    assert (steps == {0.25}) == (accompaniment == "pattern")


def test_only_figures_are_made_anew() -> None:
    scale = [(at / 4, 0.25, 48 + (0, 2, 4, 5, 7, 9, 11, 12)[at % 8]) for at in range(64)]
    thirds = [(at, lasts, pitch - 4) for at, lasts, pitch in melody(4, TUNE, 4)]
    song = midi("4/4", (0, melody(4, TUNE, 4)), (1, scale), (2, thirds), (3, alberti(4)[:5]))
    plan = mi.plan(song, "3/4")
    assert not any(plan.patterns), "a scale, a part in thirds with the tune, five sixteenths"
    assert not plan.changes


@pytest.mark.parametrize("channel", [0, 1])
def test_a_trill_keeps_its_speed(channel: int) -> None:
    trill = [(4 * bar + 1 + at / 8, 0.125, 72 + 2 * (at % 2)) for bar in range(4) for at in range(8)]
    rest = [(4 * bar + at, 1, 67) for bar in range(4) for at in (0, 2, 3)]
    tunes = [(0, trill + rest)] if channel == 0 else [(0, melody(4, TUNE, 4)), (1, trill + rest)]
    song = midi("4/4", *tunes)
    for to, strokes in (("5/4:3+3+2+2", 12), ("7/8:3+2+2", 8), ("3/4", 8)):
        plan = mi.plan(song, to)
        part = plan.apply(song).notes(channel)
        shaken = part[np.isin(part["pitch"], (72, 74)) & (part["onset"] < float(plan.target.bar))]
        assert len(shaken) == strokes
        assert set(np.diff(shaken["onset"])) == {0.125}
        assert strokes == 8 or f"even thirty-seconds, 8 -> {strokes} strokes" in str(plan)


def test_the_last_stroke_of_a_run_is_none() -> None:
    """Quarters that end on a downbeat, where the part goes on otherwise: nothing is filled in there."""
    tune = [(float(at), 1.0, 72 + at % 5) for at in range(12)]
    alto = [(float(at), 1.0, (60, 64, 60, 65)[at % 4]) for at in range(8)] + [(8, 0.5, 60), (8.5, 0.5, 59), (9, 3, 60)]
    plan = mi.plan(midi("4/4", (0, tune), (1, alto)), "5/4", part=0)
    assert not [change for change in plan.added if change.bar == 3]


def test_a_held_note_in_a_figure_goes_with_the_harmony() -> None:
    held = [(4 * bar, 4, 36) for bar in range(4)]
    song = midi("4/4", (0, melody(4, TUNE, 4)), (1, held + alberti(4)))
    made = mi.convert(song, "5/4:3+3+2+2").notes(1)
    low = made[made["pitch"] == 36]
    assert low["onset"].tolist() == [0, 5, 10, 15]
    assert low["duration"].tolist() == [5] * 4


@pytest.mark.parametrize("parts", [1, 2])
def test_oom_pah_pah_in_four(parts: int) -> None:
    song = waltz(parts=parts)
    plan = mi.plan(song, "4/4")
    made = plan.apply(song).note_table()
    accompaniment = made[made["part"] > 0]
    fifths = (43, 40, 45, 38)  # a fourth below, down to the double bass's E
    expected = sorted(
        row
        for bar, ((low, high), fifth) in enumerate(zip(CHORDS, fifths, strict=True))
        for row in [(4 * bar, low), (4 * bar + 2, fifth), *((4 * bar + beat, p) for beat in (1, 3) for p in high)]
    )
    assert sorted(zip(accompaniment["onset"].tolist(), accompaniment["pitch"].tolist(), strict=True)) == expected
    assert set(accompaniment["duration"]) == {1.0}
    assert "re-patterned root - chord - fifth - chord" in str(plan)
    assert [(c.bar, c.at, c.pitch, c.why) for c in plan.added] == [
        (bar + 1, 2, fifth, "the fifth in the bass") for bar, fifth in enumerate(fifths)
    ]


def test_and_back_in_three() -> None:
    four = mi.convert(waltz(), "4/4")
    plan = mi.plan(four, "3/4", how="cut")
    back = plan.apply(four)
    accompaniment = back.notes(1)
    before = waltz().notes(1)
    assert sorted(zip(accompaniment["onset"], accompaniment["pitch"], strict=True)) == sorted(
        zip(before["onset"], before["pitch"], strict=True)
    )
    assert {c.why for c in plan.dropped if c.part == "Tune 2"} == {"no room in the figure"}


@pytest.mark.parametrize(
    ("to", "places"),
    [
        ("5/4:3+3+2+2", [0, 1.5, 3, 4]),
        ("5/4", [0, 1, 2, 3, 4]),
        ("2/4", [0, 1]),
    ],
)
def test_oom_pah_pah_in_other_metres(to: str, places: list[float]) -> None:
    song = waltz()
    made = mi.convert(song, to)
    assert [at for at in sorted(set(onsets(made, 1))) if at < made.bar(1).end] == places
    assert made.notes(1)["pitch"][0] == 48


def test_a_march_in_six_eight() -> None:
    notes = [(4 * bar + at, 0.5, p) for bar in range(4) for at, ps in ((0, (48,)), (1, (60, 64)), (2, (43,)), (3, (60, 64))) for p in ps]  # fmt: skip
    song = midi("4/4", (0, melody(4, TUNE, 4)), (1, notes))
    plan = mi.plan(song, "6/8", ratio=1)
    assert "re-patterned root - chord - chord - fifth - chord - chord" in str(plan)
    made = plan.apply(song).notes(1)
    assert [(row["onset"], row["pitch"]) for row in made if row["onset"] < 3 and row["pitch"] < 64] == [
        (0, 48), (0.5, 60), (1, 60), (1.5, 43), (2, 60), (2.5, 60)]  # fmt: skip


def test_a_chord_that_changes_inside_the_bar_goes_by_the_map() -> None:
    notes = [
        (3 * bar + at, 1, p) for bar in range(4) for at, ps in ((0, (48,)), (1, (52, 55)), (2, (53, 57))) for p in ps
    ]
    plan = mi.plan(midi("3/4", (0, WALTZ), (1, notes)), "4/4")
    assert not any(plan.patterns)


def test_a_pedal_goes_with_its_bar() -> None:
    from mi_theme.score import Event, Score, Track
    from mi_theme.score import messages as m

    song = waltz()
    pedals = [
        Event(480 * at, m.control(1, 64, value)) for bar in range(4) for at, value in ((3 * bar, 127), (3 * bar + 3, 0))
    ]
    tracks = [*song.tracks[:2], Track.sorted([*list(song.tracks[2])[:-1], *pedals])]
    made = mi.convert(Score(480, tuple(tracks)), "4/4")
    found = [
        (e.tick / made.ticks_per_quarter, e.message[2]) for e in made.tracks[2] if e.message[0] & 0xF0 == m.CONTROL
    ]
    assert sorted(found) == sorted((4.0 * bar + at, value) for bar in range(4) for at, value in ((0, 127), (4, 0)))


@given(
    st.sampled_from([0.25, 0.5]),
    st.sampled_from(["5/4:3+3+2+2", "3/4", "7/8:2+2+3", "7/8", "2/4", "6/4", "5/8", "9/8:2+2+2+3"]),
    st.lists(st.integers(40, 60), min_size=2, max_size=4, unique=True),
)
def test_whatever_runs_evenly_runs_evenly_after(step: float, to: str, tones: list[int]) -> None:
    leaps = [tones[0], tones[0] + 12]
    notes = [(at * step, step, (leaps + tones)[at % (2 + len(tones))]) for at in range(int(16 / step))]
    song = midi("4/4", (0, melody(4, TUNE, 4)), (1, notes))
    plan = mi.plan(song, to)
    made = plan.apply(song)
    assert len(made.spans) == len(song.spans) - len(plan.dropped) + len(plan.added)
    for span, start in plan.starts():
        taken = [p for p in plan.patterns[span.first - 1] if p.part == "Tune 2"]
        mine = [at for at in onsets(made, 1) if float(start) <= at < float(start + span.warp.target)]
        if taken and sum(p.was for p in taken) == 4 / step:
            assert set(np.diff(mine).round(6)) <= {step}
            assert mine[0] == float(start)
    assert ScorePlan.from_json(plan.to_json()) == plan


def rag(bars: int = 4) -> mi.Score:
    """A tune over bass and chord in every beat of 2/4."""
    left = [row for bar in range(bars) for beat in (0, 1) for row in stride(2 * bar + beat, (48, 43)[beat])]
    return midi("2/4", (0, melody(bars, [(0, 0.25), (0.25, 0.5), (0.75, 0.25), (1, 1)], 2)), (1, left))


def stride(at: float, low: int) -> Notes:
    return [(at, 0.5, low), *((at + 0.5, 0.5, pitch) for pitch in (55, 60, 64))]


def test_a_stride_bass_waltzes() -> None:
    plan = mi.plan(rag(), "3/4")
    made = plan.apply(rag())
    assert sorted(set(onsets(made, 1)))[:3] == [0, 1, 2]
    assert [sorted(made.notes(1)["pitch"][made.notes(1)["onset"] == at].tolist()) for at in (0, 1)] == [
        [48],
        [55, 60, 64],
    ]
    six = mi.convert(rag(), "6/8", ratio=1).notes(1)
    assert [len(six[six["onset"] == at / 2]) for at in range(6)] == [1, 3, 3, 1, 3, 3]


def test_a_rag_in_threes_is_counted_in_half_beats_which_swing() -> None:
    plan = mi.plan(rag(), "12/8")
    assert "in 2/4, counted in 4: the tune runs in sixteenths" in str(plan)
    made = plan.apply(rag())
    assert onsets(made, 0)[:4] == [0, 1, 2.5, 3]
    assert sorted(set(onsets(made, 1)))[:4] == [0, 1.5, 3, 4.5]


def test_the_bass_goes_with_the_groups_of_the_tune() -> None:
    """3/4 in 5/4 as 2+2+1: the second bass is on beat 3, where the tune's second beat is."""
    plan = mi.plan(waltz(), "5/4", how="regroup")
    low = plan.apply(waltz()).notes(1)
    assert str(plan.spans[0].base) == "0>0 2>4 3>5"
    assert [at for at, pitch in zip(low["onset"], low["pitch"], strict=True) if pitch < 50][:4] == [0, 2, 5, 7]


def test_a_figure_has_room_in_two_groups_together() -> None:
    """Where the second of two beats falls between the strokes, both beats keep as many as there is room for."""
    tune = [(0, 1.5), (1.5, 0.25), (1.75, 0.25), (2, 1)]
    bass = [(at / 2, 0.5, (48, 55, 52, 55)[at % 4]) for at in range(32)]
    made = mi.convert(midi("4/4", (0, melody(4, tune, 4)), (1, bass)), "3/4")
    assert onsets(made, 1) == [at / 2 for at in range(24)]


def test_a_bass_in_octaves_that_reach_into_the_chord_is_a_bass() -> None:
    rows = [(0, 43), (0, 55), (0.5, 53), (0.5, 59), (0.5, 62), (1, 43), (1, 55), (1.5, 53), (1.5, 59), (1.5, 62)]
    left = [(bar * 2 + at, 0.45, pitch) for bar in range(4) for at, pitch in rows]
    tune = [(bar * 2 + at, 0.25, 72 + step) for bar in range(4) for step, at in enumerate((0, 0.25, 0.75, 1, 1.5))]
    made = mi.convert(midi("2/4", (0, tune), (1, left)), "3/4").notes(1)
    first = {(round(float(note["onset"]), 3), int(note["pitch"])) for note in made if note["onset"] < 2.9}
    assert first == {(0, 43), (0, 55), *((at, pitch) for at in (1, 2) for pitch in (53, 59, 62))}
