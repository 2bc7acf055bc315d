"""Beats: given, read from a file, found, and where there are none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import mi_theme as mi
from mi_theme.errors import FileError, ScoreError
from mi_theme.quantising import Beats, find_beats, quantize, read_beats
from mi_theme.score import Score


def waltz(seconds: np.ndarray, seed: int = 0) -> Score:
    """Bass on one, chords on two and three, a tune in eighths, on beats at these seconds."""
    random = np.random.default_rng(seed)
    rows = []
    for beat in range(len(seconds) - 1):
        start, lasts = seconds[beat], seconds[beat + 1] - seconds[beat]
        if beat % 3 == 0:
            rows.append((start, 2.5 * lasts, 40, 90))
        else:
            rows += [(start, 0.8 * lasts, pitch, 60) for pitch in (55, 59, 62)]
        rows += [(start, lasts / 2, 72 + beat % 5, 80)] + [(start + lasts / 2, lasts / 2, 74, 60)] * (beat % 2)
    onset, duration, pitch, velocity = np.array(rows).T
    onset = np.maximum(onset + random.normal(0, 0.01, len(onset)), 0)
    grid = 10080
    return Score.from_notes(
        np.round(onset * grid) / grid, np.round(duration * grid) / grid, pitch, velocity=velocity, tempo=60
    )


def rubato(count: int) -> np.ndarray:
    """A beat that breathes between 80 and 110 a minute."""
    return 0.5 + np.cumsum(0.64 + 0.1 * np.sin(np.arange(count) / 9))


def agree(found: np.ndarray, wanted: np.ndarray, within: float = 0.07) -> float:
    """F1."""
    near = np.abs(found[:, None] - wanted[None, :]).min(axis=1) <= within
    return 2 * near.sum() / (len(found) + len(wanted))


def test_beats_that_breathe_are_found_with_their_bars() -> None:
    wanted = rubato(120)
    found = find_beats(waltz(wanted))
    assert agree(found.seconds, wanted[:-1]) > 0.95
    assert found.is_clear
    assert agree(found.downbeats, wanted[:-1:3]) > 0.9
    assert str(found.meters.at(10).meter) == "3/4"


def test_what_is_found_can_be_written() -> None:
    wanted = rubato(120)
    score = waltz(wanted)
    made = quantize(score, beats=find_beats(score)).score()
    onsets = made.note_table()["onset"]
    assert set((onsets % 1).round(6)) == {0.0, 0.5}
    assert len(made.spans) == len(score.spans)
    bars = onsets[made.note_table()["pitch"] == 40]
    assert set(np.diff(bars)) == {3.0}


def test_onsets_at_random_have_no_beat_to_follow() -> None:
    for seed in range(4):
        onsets = np.cumsum(np.random.default_rng(seed).exponential(0.3, 400))
        found = find_beats(onsets)
        assert not found.is_clear
        assert found.sure < 0.4


def test_a_pulse_alone_is_followed() -> None:
    onsets = 0.5 * np.arange(80) + np.random.default_rng(0).normal(0, 0.008, 80)
    found = find_beats(onsets)
    assert found.is_clear
    assert np.abs(found.seconds[:, None] - onsets[None, :]).min(axis=1).max() < 0.07
    assert round(float(np.median(np.diff(found.seconds))), 1) in (0.5, 1.0)  # every one, or every other


@pytest.mark.parametrize("onsets", [[], [1.0], [1.0, 2.0, 3.0], [2.0] * 50])
def test_too_little_shows_no_beat(onsets: list[float]) -> None:
    found = find_beats(onsets)
    assert len(found) == 0
    assert not found.is_clear
    assert found.tempo == 0


def test_a_minute_of_silence_is_counted_through() -> None:
    onsets = np.concatenate([0.5 * np.arange(60), 90 + 0.5 * np.arange(60)])
    found = find_beats(onsets)
    gaps = np.diff(found.seconds)
    assert gaps.max() < 2.2
    inside = (found.seconds > 36) & (found.seconds < 84)
    assert inside.any()
    assert not found.certainty[inside].any()


def test_what_is_no_row_of_onsets_is_said() -> None:
    with pytest.raises(ScoreError, match="one row"):
        find_beats([[1.0, 2.0], [3.0, 4.0]])
    with pytest.raises(ScoreError, match="finite"):
        find_beats([0.0, float("nan")] * 20)
    with pytest.raises(FileNotFoundError):
        find_beats("a song")
    with pytest.raises(ScoreError, match="beats are found in"):
        find_beats(["a song"])


# Given, and read


@given(st.lists(st.floats(0.1, 3.0), min_size=1, max_size=30), st.integers(1, 7))
def test_text_parses_back(gaps: list[float], count: int) -> None:
    seconds = np.round(np.cumsum([0.0, *gaps]), 4)
    beats = Beats.of(seconds, [index % count + 1 for index in range(len(seconds))])
    again = read_beats(str(beats).splitlines())
    assert np.allclose(again.seconds, beats.seconds)
    assert again.numbers.tolist() == beats.numbers.tolist()


def test_a_file_of_beats(tmp_path: Path) -> None:
    path = tmp_path / "beats.txt"
    path.write_text("# tapped\n0.5\n1.0, 2\n1.52\t3 .9\n\n2.0 1\n")
    beats = read_beats(path)
    assert beats.seconds.tolist() == [0.5, 1.0, 1.52, 2.0]
    assert beats.numbers.tolist() == [0, 2, 3, 1]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "two or more"), ("1.0\n", "two or more"), ("1.0\nx\n", "line 2"), ("2.0\n1.0\n", "beats 1 and 2"),
        ("1\n1\n", "apart"), ("1\n1e9\n", "apart"), ("1\nnan\n", "finite"), ("1 -1\n2 -2\n", "count from 1"),
    ],
)  # fmt: skip
def test_what_are_no_beats_is_said(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "beats.txt"
    path.write_text(text)
    with pytest.raises((FileError, ScoreError), match=words) as caught:
        read_beats(path)
    assert "beats.txt" in str(caught.value)


def test_bytes_are_no_beats(tmp_path: Path) -> None:
    (tmp_path / "beats.txt").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(FileError, match="this is no text: byte"):
        read_beats(tmp_path / "beats.txt")


def test_metres_come_from_the_numbers() -> None:
    beats = Beats.of(np.arange(12) * 0.5, [3, 4, 1, 2, 3, 4, 1, 2, 3, 1, 2, 3])
    assert [(float(at), str(meter)) for at, meter in beats.meters.changes] == [(0, "4/4"), (2, "4/4"), (6, "3/4")]
    assert beats.meters.at(0).number == 0
    sixes = Beats.of(np.arange(8) * 0.5, [1, 2] * 4, value="3/2")
    assert str(sixes.meters.at(0).meter) == "6/8"
    assert str(Beats.of([0, 1, 2]).meters.at(0).meter) == "4/4"


def test_beats_go_on_at_both_ends() -> None:
    beats = Beats.of([10, 10.5, 11], [2, 3, 1]).around([8.1, 12.9])
    assert beats.seconds.tolist() == [8.0, 8.5, 9.0, 9.5, 10.0, 10.5, 11.0, 11.5, 12.0, 12.5, 13.0]
    assert beats.numbers.tolist() == [1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2]
    assert beats.quarters.tolist() == list(range(11))
    assert beats.certainty.tolist() == [0.0] * 4 + [1.0] * 3 + [0.0] * 4
    with pytest.raises(ScoreError, match="next to nothing"):
        Beats.of([0, 0.1]).around([1e9])


def test_values_are_frozen_and_compare() -> None:
    beats = Beats.of([0, 1, 2])
    assert beats == Beats.of([0, 1, 2])
    assert beats != Beats.of([0, 1, 2.5])
    with pytest.raises(ValueError, match="read-only"):
        beats.seconds[0] = 5


def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import json

    from click.testing import CliRunner

    from mi_theme.cli import main

    monkeypatch.chdir(tmp_path)
    run = CliRunner().invoke
    waltz(rubato(60)).save("played.mid")
    rubato_text = "\n".join(f"{at:.4f} {index % 3 + 1}" for index, at in enumerate(rubato(60)))
    Path("beats.txt").write_text(rubato_text)
    done = run(main, ["quantize", "played.mid", "--beats", "beats.txt", "-o", "paper.mid"])
    assert done.exit_code == 0, done.output
    assert "moved to the grid: wrote paper.mid" in done.stderr
    assert str(mi.read("paper.mid").meters.at(0).meter) == "3/4"
    done = run(main, ["quantize", "paper.mid", "--explain"])
    assert "all of them on the grid already" in done.stdout
    assert "parts of a quarter" in done.stdout
    found = json.loads(run(main, ["quantize", "played.mid", "--beats", "find", "--json"]).stdout)
    assert found["notes"] == len(found["written"]) == len(mi.read("played.mid").spans)
    onsets = np.cumsum(np.random.default_rng(0).exponential(0.3, 300))
    Score.from_notes(np.round(onsets * 480) / 480, 0.25, 60, tempo=60).save("random.mid")
    done = run(main, ["quantize", "random.mid", "--beats", "find", "-o", "x.mid"])
    assert done.exit_code == 1
    assert "no beat to follow" in done.stderr
    assert not Path("x.mid").exists()
    for wrong, words in (
        (["--swing", "9"], "swing is"),
        (["--finest", "x"], "finest is"),
        (["--beats", "no.txt"], "No such file"),
    ):
        done = run(main, ["quantize", "played.mid", *wrong])
        assert done.exit_code == 1
        assert words in done.stderr
