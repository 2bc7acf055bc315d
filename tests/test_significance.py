"""What a pattern says and what chance finds: the background is small and whole, E-values mean what they say."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mi_theme as mi
from mi_theme.catalog import data_path
from mi_theme.search.patterns import Pattern
from mi_theme.search.significance import Nats, background, evalue, events, information

sys.path.insert(0, str(Path(__file__).parents[1] / "data" / "making"))

SCALE = Pattern.of([(number, 60 + up) for number, up in enumerate((0, 2, 4, 5, 7, 9, 11, 12))])
JUMPS = Pattern.of(
    [(at, 60 + up) for at, up in zip((0, 1.5, 2, 2.25, 4, 4.5, 6, 6.25), (0, 8, 1, 11, 3, -6, 5, -2), strict=True)]
)


def test_the_background_is_small_and_says_where_it_is_from() -> None:
    path = data_path("background.json")
    assert path.stat().st_size < 10_000
    assert "counts only" in json.loads(path.read_text())["provenance"]["music"]
    known = background()
    assert np.array(known.intervals).sum() > 50_000
    assert known.steps[1] > known.steps[6]
    assert known.tail.slope > known.tail.tune > 0


def test_a_scale_says_less_than_leaps() -> None:
    assert sum(information(JUMPS).whole) > 1.8 * sum(information(SCALE).whole)


def test_information_of_intervals_and_ratios() -> None:
    intervals, ratios = events(SCALE.onsets, np.array(SCALE.pitch))
    assert intervals.tolist() == [2, 2, 1, 2, 2, 2, 1]
    assert ratios.tolist() == [0] * 6
    said = information(SCALE)
    assert len(said.intervals) == 7
    assert len(said.ratios) == 6
    assert (said.intervals > 0).all()


@pytest.mark.parametrize(
    ("own", "share"),
    [(range(8), 1.0), (range(4), 0.5), ((0, 2, 3, 4, 5, 6, 7), 0.9)],
    ids=["all", "half", "one left out"],
)
def test_a_hit_holds_what_is_there(own: range, share: float) -> None:
    at = np.array(own)
    held = information(JUMPS).held(JUMPS, at, 2 * JUMPS.onsets[at] + 7, np.ones(len(at) - 1, bool))
    whole = information(JUMPS).whole
    assert held.tune <= whole.tune + 1e-9
    assert held.rhythm <= whole.rhythm + 1e-9
    assert held.tune / whole.tune == pytest.approx(share, abs=0.2)
    if share == 1.0:
        assert sum(held) == pytest.approx(sum(whole))


def test_another_rhythm_holds_the_tune_only() -> None:
    held = information(JUMPS).held(JUMPS, np.arange(8), np.array([0, 1, 4, 9, 10, 14, 15, 20.0]), np.ones(7, bool))
    assert held.tune == pytest.approx(information(JUMPS).whole.tune)
    assert held.rhythm < 0.5 * information(JUMPS).whole.rhythm


@settings(deadline=None, max_examples=50)
@given(st.floats(0, 60), st.floats(0, 20), st.integers(1, 10**7))
def test_evalues_fall_with_what_is_held_and_grow_with_the_music(tune: float, rhythm: float, notes: int) -> None:
    value = evalue(Nats(tune, rhythm), JUMPS, notes)
    assert 0 < value <= notes
    assert evalue(Nats(tune + 1, rhythm), JUMPS, notes) <= value
    assert evalue(Nats(tune, rhythm), JUMPS, 10 * notes) == pytest.approx(10 * value)


def test_decoys_in_one_score_find_no_more_than_they_say() -> None:
    """Forty decoys in a quartet; see ``tests/benchmarks/planted.py`` for many in much."""
    from background import decoy
    from music21 import corpus

    from mi_theme.files.partwise import parse_partwise

    path = next(
        Path(str(path))
        for path in corpus.getComposer("beethoven")
        if "opus18no1" in str(path) and "movement3" in str(path)
    )
    sheet = parse_partwise(path.read_bytes(), str(path))
    random = np.random.default_rng(4)
    values: list[float] = []
    for number in range(40):
        first = int(random.integers(len(sheet.table) - 80))
        line = sheet.table[first : first + 80]
        line = line[line["part"] == line["part"][0]]
        line = line[np.unique(line["onset"], return_index=True)[1]][:12]
        rows = list(zip((line["onset"] - line["onset"][0]).tolist(), line["pitch"].tolist(), strict=True))
        if len({pitch for _, pitch in rows}) > 4:
            values += [hit.evalue for hit in mi.find(decoy(random, rows, number % 2), sheet.table, max_evalue=1.0)]
    assert sum(value <= 0.01 for value in values) <= 3
    assert sum(values) < 200
