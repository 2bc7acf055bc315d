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
from mi_theme.search.significance import background, evalue, events, information

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
    for tail in (known.timed, known.untimed):
        assert tail.said > 0
        assert tail.lost > 0


def test_a_scale_says_less_than_leaps() -> None:
    assert sum(information(JUMPS)) > 1.8 * sum(information(SCALE))


def test_intervals_and_ratios() -> None:
    intervals, ratios = events(SCALE.onsets, np.array(SCALE.pitch))
    assert intervals.tolist() == [2, 2, 1, 2, 2, 2, 1]
    assert ratios.tolist() == [0] * 6


def test_two_notes_say_an_interval_and_no_rhythm() -> None:
    said = information(Pattern.of([(0, 60), (1, 67)]))
    assert said.tune > 1
    assert said.rhythm == 0


@settings(deadline=None, max_examples=50)
@given(st.floats(0, 0.99), st.integers(1, 10**7), st.booleans())
def test_evalues_fall_with_what_is_held_and_grow_with_the_music(share: float, notes: int, timed: bool) -> None:
    value = evalue(share, JUMPS, notes, timed=timed)
    assert 0 < value <= 2 * notes
    assert evalue(share + 0.01, JUMPS, notes, timed=timed) <= value
    assert evalue(share, JUMPS, 10 * notes, timed=timed) == pytest.approx(10 * value)


def test_a_whole_copy_of_a_long_theme_is_no_chance_and_half_of_a_short_one_is() -> None:
    assert evalue(1.0, JUMPS, 10**6) < 0.01 < evalue(0.5, SCALE, 10**6)
    assert evalue(1.0, JUMPS, 10**6) < evalue(1.0, JUMPS, 10**6, timed=False)


def test_decoys_in_one_score_find_no_more_than_they_say() -> None:
    """Forty decoys in a minuet; see ``tests/benchmarks/planted.py`` for many in much."""
    from background import decoy
    from music21 import corpus

    from mi_theme.files.partwise import parse_partwise

    works = (Path(path) for path in corpus.getComposer("haydn"))
    path = next(path for path in works if path.parent.name == "opus74no1" and path.name == "movement3.mxl")
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
