"""The page on speed is what the benchmark's figures make, and says nothing of the machine that is not for others."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

BENCHMARKS = Path(__file__).parent / "benchmarks"


@pytest.fixture(scope="module")
def side_by_side() -> Any:
    sys.path.insert(0, str(BENCHMARKS))
    try:
        import side_by_side
    finally:
        sys.path.remove(str(BENCHMARKS))
    return side_by_side


def test_the_page_is_made_of_the_figures(side_by_side: Any) -> None:
    """`python tests/benchmarks/side_by_side.py --page` writes it."""
    data = json.loads(side_by_side.FIGURES.read_text("utf-8"))
    assert side_by_side.PAGE.read_text("utf-8") == side_by_side.page(data)
    assert len(data["rows"]) >= 14
    assert {"music21", "mido", "pretty_midi", "partitura", "symusic"} <= {
        name for row in data["rows"] for name in row["rivals"]
    }


def test_figures_name_no_place(side_by_side: Any) -> None:
    assert "/home" not in side_by_side.FIGURES.read_text("utf-8")
    assert str(Path(__file__).parent.parent) not in side_by_side.FIGURES.read_text("utf-8")


def test_ratios_are_of_one_round(side_by_side: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Theirs to ours, by a clock that work winds on: a machine that is busy in some rounds changes nothing."""
    clock = [0.0, 0]

    def work(share: float) -> None:
        clock[1] += 1
        clock[0] += share * (1 + (clock[1] - 1) // 2 % 3)  # two calls are a round; some rounds are slower

    monkeypatch.setattr(side_by_side, "seconds", lambda: clock[0])
    row = side_by_side.timed(side_by_side.Task("x", {"ours": lambda: work(1.0), "theirs": lambda: work(2.0)}), 9)
    assert {row["rivals"]["theirs"][name] for name in ("ratio", "low", "high")} == {2.0}
