"""Renditions against golden files, event by event."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent / "golden" / "renditions"
sys.path.insert(0, str(FOLDER))
from regenerate import CASES, rendered  # noqa: E402

sys.path.remove(str(FOLDER))


@pytest.mark.parametrize("name", list(CASES))
def test_events_are_those_of_the_golden_file(name: str) -> None:
    expected = (FOLDER / f"{name}.txt").read_text("utf-8")
    assert expected.count("\n") > 200
    assert rendered(name) == expected, "run tests/golden/renditions/regenerate.py if the change is meant"


def test_every_golden_file_has_a_case() -> None:
    assert {path.stem for path in FOLDER.glob("*.txt")} == set(CASES)
