"""Decisions are taken on the music as written, and what a player did differently rides along."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from humanising import humanised
from real_music import chorales

import mi_theme as mi
from mi_theme.conversion.scoreplan import ScorePlan
from mi_theme.quantising import written_music
from mi_theme.score import Event, Track
from mi_theme.score import messages as m

pytestmark = pytest.mark.filterwarnings("ignore:times rounded")
TUNE = ((0, 1.5), (1.5, 0.5), (2, 1), (3, 0.5), (3.5, 0.5))


def song(bars: int = 8) -> mi.Score:
    """A tune over a bass in even eighths and a kit."""
    rows = [(4 * bar + at, lasts, 72 + (bar + i) % 5, 0) for bar in range(bars) for i, (at, lasts) in enumerate(TUNE)]
    rows += [(at / 2, 0.5, 38, 1) for at in range(8 * bars)]
    onset, duration, pitch, part = zip(*rows, strict=True)
    return mi.Score.from_notes(onset, duration, pitch, part=part, names=["Lead", "Bass"], meter="4/4")


def with_kit(score: mi.Score) -> mi.Score:
    bars = round(float(score.quarters) / 4)
    strokes = [(4 * bar + at, key) for bar in range(bars) for at, key in ((0, 36), (1, 38), (2, 36), (3, 38))]
    strokes += [(at / 2, 42) for at in range(8 * bars)]
    quarter = score.ticks_per_quarter
    events = [Event(int(at * quarter), m.note_on(9, key, 80)) for at, key in strokes]
    events += [Event(int((at + 0.25) * quarter), m.note_off(9, key)) for at, key in strokes]
    return mi.Score(quarter, (*score.tracks, Track.sorted(events)))


def places(score: mi.Score) -> list[tuple[int, int, Fraction]]:
    """(part, pitch, onset) of what is written."""
    twin, found = written_music(score).score, []
    for span, part in zip(twin.spans, twin.span_parts.tolist(), strict=True):
        pitch = int(twin.tracks[span["track"]].events["data1"][span["on"]])
        found.append((part, pitch, Fraction(int(span["start"]), twin.ticks_per_quarter)))
    return sorted(found)


def maps(plan: ScorePlan) -> list[object]:
    return [(span.first, span.last, span.how, span.warp, span.base, span.figure) for span in plan.spans]


def from_midi(score: mi.Score) -> mi.Score:
    """The same without what says that it was notation."""
    tracks = [Track.of([e for e in t if e.message[:2] != bytes((m.META, m.SEQUENCER))]) for t in score.tracks]
    return mi.Score(score.ticks_per_quarter, tuple(tracks), score.kind)


def test_what_is_on_its_grid_is_its_own_twin() -> None:
    for score in (song(), with_kit(song()), *(from_midi(mi.read(path)) for path in chorales(3))):
        music = written_music(score)
        assert music.score is score
        assert not music.is_played
        mi.convert(score, "3/4")
        assert music.quantized is None


@pytest.mark.parametrize("late", [0.0005, 0.003, 0.015])
@pytest.mark.parametrize("seed", range(3))
def test_an_even_bass_stays_even(late: float, seed: int) -> None:
    played = humanised(with_kit(song()), np.random.default_rng(seed), late, (0.5, 0.95))
    exact, found = mi.plan(with_kit(song()), "3/4"), mi.plan(played, "3/4")
    assert "Bass: even eighths, 8 -> 6 strokes" in str(found)
    assert maps(found) == maps(exact)
    assert (found.runs, found.patterns) == (exact.runs, exact.patterns)
    assert found.changes == exact.changes
    assert "the player's timing rides along" in " ".join(found.notes)


def test_the_theme_keeps_its_groups() -> None:
    table = mi.theme().to_score(repeats=8).note_table()
    table = table[table["pitch"] < 60]
    for seed in range(12):
        onset = np.maximum(table["onset"] + np.random.default_rng(seed).uniform(-0.03, 0.03, len(table)), 0)
        score = mi.Score.from_notes(onset, table["duration"] * 0.95, table["pitch"], meter="5/4")
        assert {span.figure for span in mi.plan(score, "4/4").spans} == {
            (Fraction(3, 2), Fraction(3, 2), Fraction(1), Fraction(1))
        }


@pytest.mark.parametrize("to", ["3/4", "5/4:3+3+2+2", "7/8:2+2+3"])
def test_a_chorale_goes_where_it_went_and_each_note_keeps_its_seconds(to: str) -> None:
    for number, path in enumerate(chorales(4)):
        score = from_midi(mi.read(path))
        if mi.Meter(to).plain in {meter.plain for _, meter in score.meters.changes}:
            continue
        played = humanised(score, np.random.default_rng(number), 0.02, (0.5, 0.95))
        made, exact = mi.convert(played, to), mi.convert(score, to)
        assert places(made) == places(exact)
        music = written_music(made)
        at = music.score.spans["start"] / music.score.ticks_per_quarter
        late = np.abs(made.tempos.clock(at + music.late) - made.tempos.clock(at))
        assert late.max() < 0.03
        assert late.mean() > 0.005, "nobody made it a machine's"
        again = mi.quantize(made)
        assert again is mi.quantize(made), "known, and not found once more"
        onsets = sorted(Fraction(at, again.resolution) for at in again.onsets.tolist())
        assert onsets == sorted(at for _, _, at in places(exact))


def test_half_a_millisecond_changes_nothing() -> None:
    for number, path in enumerate(chorales(6)):
        score = from_midi(mi.read(path))
        played = humanised(score, np.random.default_rng(number), 0.0005)
        exact, found = mi.plan(score, "5/4:3+3+2+2"), mi.plan(played, "5/4:3+3+2+2")
        assert (found.spans, found.changes, found.lead) == (exact.spans, exact.changes, exact.lead)
        assert mi.induce_meter(played) == mi.induce_meter(score)
        assert mi.measure(played, "4/4").rows == mi.measure(score, "4/4").rows


def test_swing_is_one_place_in_the_beat() -> None:
    even = with_kit(song())
    swung, loose = (humanised(even, np.random.default_rng(1), late, swing=2 / 3) for late in (0.0, 0.01))
    plan = mi.plan(loose, "3/4")
    assert plan.swing == mi.plan(swung, "3/4").swing == Fraction(2, 3)
    assert maps(plan) == maps(mi.plan(swung, "3/4"))
    assert places(plan.apply(loose)) == places(mi.convert(swung, "3/4"))


def test_strums_stay_strums() -> None:
    chords = [(at, 0.9, pitch) for at in range(32) for pitch in (48, 55, 60, 64, 67)]
    onset, duration, pitch = zip(*chords, strict=True)
    score = mi.Score.from_notes(onset, duration, pitch, meter="4/4")
    played = humanised(score, np.random.default_rng(2), 0.004, strums=1.0)
    made = mi.convert(played, "5/4", how="hold-first")
    assert places(made) == places(mi.convert(score, "5/4", how="hold-first"))
    spread = [np.ptp(one.note_table()["onset"].reshape(-1, 5), axis=1) for one in (played, made)]
    assert np.allclose(*spread, atol=0.003)


def test_what_stands_on_the_tick_of_a_note_goes_with_it() -> None:
    rng = np.random.default_rng(3)
    ticks = [max(480 * at + int(rng.integers(-12, 13)), 0) for at in range(16)]
    events = [Event(0, m.time_signature(mi.Meter("4/4")))]
    for at, tick in enumerate(ticks):
        events += [Event(tick, m.control(0, 1, at)), Event(tick, m.note_on(0, 60 + at, 80))]
        events += [Event(tick + 400, m.note_off(0, 60 + at))]
    made = mi.convert(mi.Score(480, (Track.sorted(events),)), "5/4", how="hold-first")
    found = {}
    for tick, message, *_ in made.tracks[0]:
        if message[0] & 0xF0 in (m.CONTROL, m.NOTE_ON):
            found.setdefault(message[0] & 0xF0, []).append(
                (tick, message[2] if message[0] & 0xF0 == m.CONTROL else message[1] - 60)
            )
    assert found[m.CONTROL] == found[m.NOTE_ON]


def test_metre_measures_and_patterns_are_those_of_the_page() -> None:
    for number, path in enumerate(chorales(6)):
        score = from_midi(mi.read(path))
        played = humanised(score, np.random.default_rng(number), 0.015, (0.5, 0.95))
        assert mi.induce_meter(played)[0].meter == mi.induce_meter(score)[0].meter
        assert mi.measure(played, "4/4")["syncopation"] == mi.measure(score, "4/4")["syncopation"]
        assert mi.Pattern.of(played).onset == mi.Pattern.of(score).onset
        themes = [mi.Theme.from_score(one, (2, 3), part=0, tonic="C", mode="major") for one in (played, score)]
        assert themes[0].ostinato.onsets == themes[1].ostinato.onsets


def test_metre_is_not_told_by_the_file() -> None:
    waltz = [(at, 0.9, 72 - 12 * (at % 3 == 0) + at % 4) for at in range(48)]
    onset, duration, pitch = zip(*waltz, strict=True)
    told = [mi.Score.from_notes(onset, duration, pitch, meter=meter) for meter in ("3/4", "6/8", "7/8", "4/4")]
    played = [humanised(score, np.random.default_rng(5), 0.015) for score in told]
    assert len({tuple(mi.induce_meter(score)) for score in played}) == 1


def test_what_follows_no_beat_is_told_so() -> None:
    rng = np.random.default_rng(6)
    onset = np.cumsum(rng.choice([0.5, 1, 0.25], 160) * np.exp(np.cumsum(rng.normal(0, 0.02, 160))) * 0.83)
    score = mi.Score.from_notes(onset, 0.3, rng.integers(55, 80, 160), meter="4/4")
    for ask in (mi.plan, mi.convert, mi.compare):
        with pytest.raises(mi.MiThemeError, match=r"follow no beat of the file.*--beats"):
            ask(score, "3/4")
    assert mi.induce_meter(score) == []
    beats = mi.beats(score)
    assert len(mi.convert(mi.quantize(score, beats=beats).score(), "3/4").spans) > 80


JITTER = np.random.default_rng(7).uniform(-0.03, 0.03, 64)
ODD = {
    "empty": ([], 120),
    "one note": ([(0.013, 1, 60)], 120),
    "one late note": ([(2.37, 0.4, 60)], 120),
    "ten at once": ([(1.02, 1, 50 + key) for key in range(10)], 120),
    "ten of one key at once": ([(1.02, 1, 60)] * 10, 120),
    "a minute of silence": ([(0.02, 1, 60), (1.01, 1, 62), (121.03, 1, 64), (122.02, 1, 65)], 120),
    "tempo 4": ([(max(at / 2 + JITTER[at], 0), 0.4, 60 + at % 5) for at in range(64)], 4),
    "tempo 1,000": ([(max(at / 2 + JITTER[at], 0), 0.4, 60 + at % 5) for at in range(64)], 1000),
}


@pytest.mark.parametrize("name", [*ODD, "a drum track alone"])
def test_odd_input_gives_a_word_or_an_answer_and_loses_nothing(name: str) -> None:
    if name == "a drum track alone":
        played = humanised(with_kit(song()), np.random.default_rng(8), 0.015)
        score = mi.Score(played.ticks_per_quarter, (played.tracks[0], played.tracks[-1]))
    else:
        rows, tempo = ODD[name]
        score = mi.Score.from_notes(*zip(*rows, strict=True), tempo=tempo) if rows else mi.Score.from_notes([], [], [])
    found = mi.quantize(score)
    assert len(found) == len(score.spans) == len(found.score().spans)
    assert len(mi.beats(score)) >= 0
    assert isinstance(mi.induce_meter(score), list)
    if name == "empty":
        with pytest.raises(mi.MiThemeError, match="empty"):
            mi.plan(score, "3/4")
        return
    plan = mi.plan(score, "3/4")
    made = plan.apply(score)
    assert len(made.spans) == len(score.spans) - len(plan.dropped) + len(plan.added)
    assert mi.read(made.to_bytes()).note_table()["pitch"].tolist() == made.note_table()["pitch"].tolist()


def test_a_tempo_at_which_nothing_is_near_its_place_is_told() -> None:
    rows = [(max(at / 2 + JITTER[at], 0), 60 + at % 5) for at in range(64)]
    events = [Event(0, m.tempo(m.MAX_TEMPO))]
    events += [Event(int(at * 480), m.note_on(0, pitch, 80)) for at, pitch in rows]
    events += [Event(int(at * 480) + 190, m.note_off(0, pitch)) for at, pitch in rows]
    score = mi.Score(480, (Track.sorted(events),))
    assert len(mi.quantize(score)) == 64
    with pytest.raises(mi.MiThemeError, match="follow no beat"):  # a second early or late
        mi.convert(score, "3/4")


def test_a_passage_is_cut_as_it_is_written() -> None:
    """Early downbeats belong to their bars, and nothing is quantised twice."""
    exact = mi.render(form="clayton-mullen", style="solo-piano", seed=1, length=16)
    for seed in range(3):
        played = humanised(exact, np.random.default_rng(seed), 0.02, (0.5, 0.95))
        for bars in ((1, 2), (3, 6), (8, 8)):
            wanted, found = exact.passage(bars), played.passage(bars)
            assert noted(written_music(found).score) == noted(wanted)
            assert written_music(found).quantized is not None
            assert [note.onset for note in mi.quantize(found)] == [
                Fraction(row["start"], wanted.ticks_per_quarter) for row in wanted.spans
            ]
            assert mi.Theme.from_score(found) == mi.Theme.from_score(wanted)
        assert mi.Theme.from_score(played, (3, 4)) == mi.Theme.from_score(exact, (3, 4))


def noted(score: mi.Score) -> list[tuple[float, int]]:
    table = score.note_table()
    return sorted(zip(np.round(table["onset"], 4).tolist(), table["pitch"].tolist(), strict=True))
