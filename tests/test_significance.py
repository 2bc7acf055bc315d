"""What a pattern says and what chance finds: the background is small and whole, E-values mean what they say."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mi_theme.catalog import data_path
from mi_theme.search.match.chance import Tail, background, evalue, interval_kinds, ratio_kinds
from mi_theme.search.match.evidence import whole_copy
from mi_theme.search.match.piece_hits import chance_of
from mi_theme.search.patterns import Pattern

SCALE = Pattern.of([(number, 60 + up) for number, up in enumerate((0, 2, 4, 5, 7, 9, 11, 12))])
JUMPS = Pattern.of(
    [(at, 60 + up) for at, up in zip((0, 1.5, 2, 2.25, 4, 4.5, 6, 6.25), (0, 8, 1, 11, 3, -6, 5, -2), strict=True)]
)


def test_the_background_is_small_and_says_where_it_is_from() -> None:
    path = data_path("background.json")
    assert path.stat().st_size < 10_000
    assert "counts only" in json.loads(path.read_text("utf-8"))["provenance"]["music"]
    known = background()
    assert np.array(known.intervals).sum() > 50_000
    assert known.steps[1] > known.steps[6]
    for tail in (known.aligned, known.proposed):
        assert list(tail.nats) == sorted(tail.nats)
        assert list(tail.rates) == sorted(tail.rates, reverse=True)
        assert tail.slope > 0


def test_intervals_and_ratios() -> None:
    assert interval_kinds(np.array([-40, -13, 0, 2, 99])).tolist() == [0, 0, 13, 15, 26]
    assert ratio_kinds(np.array([1.0, 2.0, 1.0, 0.0]), np.array([1.0, 1.0, 2.0, 1.0])).tolist() == [6, 8, 4, 0]


def test_two_notes_say_an_interval_and_no_rhythm() -> None:
    assert whole_copy(Pattern.of([(0, 60), (1, 67)])) == pytest.approx(whole_copy(Pattern.of([(0, 60), (3, 67)])))


def test_the_tail_falls_through_its_points_and_beyond() -> None:
    tail = Tail((-5.0, 0.0, 10.0), (-2.0, -4.0, -9.0), 0.5)
    assert tail.rate(-5) == pytest.approx(np.exp(-2))
    assert tail.rate(-7.5) == pytest.approx(np.exp(-1))
    assert tail.rate(-50) == 1
    assert tail.rate(5) == pytest.approx(np.exp(-6.5))
    assert tail.rate(14) == pytest.approx(np.exp(-11))


@settings(deadline=None, max_examples=50)
@given(st.floats(-100, 100), st.integers(1, 10**7), st.booleans())
def test_chance_falls_with_evidence_and_grows_with_the_music(nats: float, notes: int, proposed: bool) -> None:
    value = evalue(nats, notes, proposed=proposed)
    assert 0 < value <= notes
    assert evalue(nats + 0.1, notes, proposed=proposed) <= value
    assert evalue(nats, 10 * notes, proposed=proposed) == pytest.approx(10 * value)


def test_a_whole_copy_of_a_long_theme_is_no_chance_and_a_scale_is() -> None:
    for proposed in (False, True):
        assert evalue(whole_copy(JUMPS), 10**6, proposed=proposed) < 0.01
        assert evalue(whole_copy(SCALE) / 2, 10**6, proposed=proposed) > 0.01


def test_three_notes_are_never_a_surprise() -> None:
    head = SCALE.onset[:3], SCALE.pitch[:3]
    short, long = chance_of(Pattern(*head), 1000), chance_of(JUMPS, 1000)
    assert short(100.0) > 0.1
    assert long(100.0) < 1e-6
    assert short(-20.0) > long(-20.0)
