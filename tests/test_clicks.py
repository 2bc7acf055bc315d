"""The click: where it falls, what it marks, and that the music under it stays what it was."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import mi_theme as mi
from mi_theme.errors import ScoreError
from mi_theme.meter import Meter
from mi_theme.score import MeterMap, Score
from mi_theme.score.clicks import BAR, BEAT, PULSE, Click, clicks_of

METRES = ("4/4", "3/4", "5/4", "5/4:3+3+2+2", "7/8:2+2+3", "12/8", "10/8:3+3+2+2", "3/2", "2/2", "9/8:2+2+2+3", "1/4")
metres = st.lists(st.sampled_from(METRES), min_size=1, max_size=4)


def in_metres(metres: list[str], bars: int = 2, pickup: Fraction = Fraction(0), tempo: float = 120) -> Score:
    """A score of quarters, some bars of each metre, after a pick-up."""
    at, changes = Fraction(0), []
    if pickup:
        changes, at = [(Fraction(0), Meter.of(int(pickup * 2), 8))], pickup
    for metre in metres:
        changes.append((at, Meter(metre)))
        at += bars * Meter(metre).bar
    onset = np.arange(0, float(at), 0.5)
    return Score.from_notes(onset, 0.5, 60, meter=MeterMap.of(changes), tempo=tempo)


def marks(score: Score, kind: int, count_in: int = 0) -> list[Fraction]:
    return [click.at for click in clicks_in(score, count_in) if click.marks == kind]


def clicks_in(score: Score, count_in: int = 0) -> list[Click]:
    until = Fraction(int(score.spans["stop"].max()), score.ticks_per_quarter)
    return list(clicks_of(score.meters, score.tempos, until, count_in))


@given(metres)
def test_bar_lines_beats_and_pulses_are_those_of_the_score(chosen: list[str]) -> None:
    score = in_metres(chosen)
    bars = list(score.bars())
    assert marks(score, BAR) == [bar.start for bar in bars]
    assert marks(score, BEAT) == [beat for bar in bars for beat in bar.beats[1:]]
    every = [bar.start + i * bar.meter.pulse for bar in bars for i in range(bar.meter.pulses)]
    assert [click.at for click in clicks_in(score)] == every


@given(metres, st.integers(0, 3), st.integers(0, 3))
def test_the_music_is_moved_and_nothing_else(chosen: list[str], count_in: int, pickup: int) -> None:
    score = in_metres(chosen, pickup=Fraction(pickup, 2) if Fraction(pickup, 2) < Meter(chosen[0]).bar else Fraction(0))
    clicked = score.with_click(count_in)
    before, after = score.note_table(), clicked.notes(0)
    first = score.meters.bar(1)
    rest = first.meter.bar - first.start if count_in and first.start else Fraction(0)
    lead = float(count_in * first.meter.bar + rest)
    assert np.allclose(after["onset"] - before["onset"], lead, atol=1e-12)
    for field in ("duration", "pitch", "velocity", "voice", "step"):
        assert (before[field] == after[field]).all()
    assert clicked.meters.bar(1).start == (0 if count_in else first.start)
    assert len(clicked.parts) == len(score.parts) + 1
    assert Score.from_notes([0], [1], [60]).with_click().note_table().dtype == before.dtype


def test_an_additive_bar_is_heard_as_it_is_grouped() -> None:
    clicked = in_metres(["5/4:3+3+2+2"], bars=1).with_click()
    rows = clicked.notes("Click")
    loud = {
        velocity: rows["onset"][rows["velocity"] == velocity].tolist() for velocity in set(rows["velocity"].tolist())
    }
    assert list(map(loud.get, sorted(loud, reverse=True)))[:2] == [[0.0], [1.5, 3.0, 4.0]]
    assert len(rows) == 10
    assert rows["pitch"][0] != rows["pitch"][3]


def test_a_count_in_is_whole_bars_of_the_first_metre() -> None:
    score = in_metres(["7/8:2+2+3", "4/4"])
    clicked = score.with_click(2, during=False)
    assert clicked.notes(0)["onset"][0] == 7
    assert clicked.notes("Click")["onset"].max() < 7
    assert [(bar.number, str(bar.meter)) for bar in clicked.bars()] == [(n, "7/8:2+2+3") for n in range(1, 5)] + [
        (5, "4/4"),
        (6, "4/4"),
    ]


def test_before_a_pick_up_the_count_goes_on_to_where_it_comes_in() -> None:
    score = in_metres(["4/4"], pickup=Fraction(1))
    assert score.bar(0).length == 1
    clicked = score.with_click(1)
    assert clicked.notes(0)["onset"][0] == 7  # 1 2 3 4, 1 2 3, and in
    assert [bar.start for bar in clicked.bars()] == [0, 4, 8, 12]
    assert marks(score, BAR, 1) == [0, 4, 8, 12]
    assert marks(score, BAR) == [1, 5]  # a pick-up is no bar line


def test_a_grouped_pick_up_loses_no_grouping() -> None:
    meter = MeterMap.of([(Fraction(0), Meter("3/8:1+2")), (Fraction(3, 2), Meter("7/8:2+2+3"))])
    score = Score.from_notes(np.arange(0, 8.5, 0.5), 0.5, 60, meter=meter)
    assert {str(bar.meter) for bar in score.with_click(1).bars()} == {"7/8:2+2+3"}


def test_pulses_too_fast_to_hear_are_left_out() -> None:
    assert marks(in_metres(["4/4"], tempo=299), PULSE)
    assert not marks(in_metres(["4/4"], tempo=301), PULSE)
    assert marks(in_metres(["4/4"], tempo=301), BEAT)


def test_what_sets_the_music_up_stays_at_the_beginning() -> None:
    rendition = mi.render(length=8)
    clicked = rendition.with_click(2)
    assert clicked.tempos.changes[0] == rendition.tempos.changes[0]
    assert [part.program for part in clicked.parts[:-1]] == [part.program for part in rendition.parts]
    assert clicked.key == rendition.key
    assert clicked.markers == [(at + 10, text) for at, text in rendition.markers]
    assert clicked.quarters == rendition.quarters + 10
    assert clicked == type(clicked)(clicked.ticks_per_quarter, clicked.tracks)


def test_ticks_are_made_finer_where_pulses_need_it() -> None:
    coarse = Score(1, Score.from_notes([0], [1], [60]).tracks[:0], 1)
    assert coarse.with_click(1).ticks_per_quarter == 2
    assert set((coarse.with_click(1).note_table()["onset"] % 0.5).tolist()) == {0.0}


@pytest.mark.parametrize("count_in", [-1, 17, 10**9])
def test_a_count_in_without_sense_is_refused(count_in: int) -> None:
    with pytest.raises(ScoreError, match="a count-in in bars is a whole number, 0 to 16"):
        in_metres(["4/4"]).with_click(count_in)


def test_a_clicked_score_is_a_midi_file_like_any_other(tmp_path) -> None:
    clicked = in_metres(["5/4:3+3+2+2", "7/8:2+2+3"], pickup=Fraction(1, 2)).with_click(1)
    clicked.save(tmp_path / "clicked.mid")
    again = mi.read(tmp_path / "clicked.mid")
    assert (again.note_table()[["onset", "pitch"]] == clicked.note_table()[["onset", "pitch"]]).all()
    assert again.meters == clicked.meters


@pytest.mark.usefixtures("impatient")
def test_a_note_at_the_end_of_days_is_refused() -> None:
    far = Score.from_notes([0, 2**28], 1, 60)
    with pytest.raises(ScoreError, match="too long for a click"):
        far.with_click()
    assert far.with_click(1, during=False).notes(0)["onset"].tolist() == [4, 4 + 2**28]
