"""Where in the metre: hits in a metre, on a beat, in a bar of a rhythm; and rhythms alone."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import pytest
from click.testing import CliRunner

import mi_theme as mi
from mi_theme.cli import main
from mi_theme.errors import MiThemeError
from mi_theme.files.bulk.sheets import Sheet
from mi_theme.search.match.metric_places import MetricConditions, rhythm_places

FIGURE = [(0, 60), (1.5, 67), (3, 65), (4, 72), (5, 71), (6.5, 62), (8, 69), (9, 64)]


def score(start: float, meter: str = "5/4", parts: int = 1) -> mi.Score:
    """The figure from a place on, between other notes."""
    rows = [(start + at, 0.5, key + 7 * part, part) for at, key in FIGURE for part in range(parts)]
    rows += [(at / 4, 0.25, 50, 0) for at in range(int(4 * start))]
    onset, length, pitch, part = zip(*sorted(rows), strict=True)
    return mi.Score.from_notes(onset, length, pitch, part=part, meter=meter)


def bars(music: mi.Score, rhythm: str, meter: str | None = None) -> list[tuple[int, int]]:
    found = rhythm_places(Sheet.of(music), MetricConditions.of(meter, None, rhythm))
    return [(place.bar, place.bars) for place in found]


def test_hits_in_a_metre_on_a_beat_in_a_rhythm() -> None:
    music = score(10.0)
    (hit,) = mi.find(FIGURE, music)
    for kept in (
        {"meter": "5/4"},
        {"meter": mi.Meter("5/4"), "begins_on": 1},
        {"rhythm": "3+3+2+2"},
        {"rhythm": (3, 3, 2, 2), "begins_on": 1.0, "meter": "5/4"},
    ):
        assert mi.find(FIGURE, music, **kept) == [hit], kept
    for lost in (
        {"meter": "4/4"},
        {"meter": "5/4:2+3"},
        {"begins_on": 2},
        {"begins_on": 1.5},
        {"rhythm": "3+2+3+2"},
        {"begins_on": 64},
    ):
        assert mi.find(FIGURE, music, **lost) == [], lost
    (later,) = mi.find(FIGURE, score(11.0), begins_on=2)
    assert later.onset == 11
    assert len(mi.find(FIGURE, score(11.5), begins_on=2.5)) == 1
    assert mi.find(FIGURE, score(11.0), rhythm="3+3+2+2") == []


def test_beats_are_those_of_the_metre() -> None:
    grouped = score(13.0, "5/4:3+3+2+2")
    assert len(mi.find(FIGURE, grouped, begins_on=3, meter="5/4")) == 1
    assert len(mi.find(FIGURE, grouped, begins_on=3, meter="5/4:3+3+2+2")) == 1
    assert mi.find(FIGURE, score(13.0), begins_on=3) == []


def test_music_that_states_no_metre_is_in_none() -> None:
    table = score(10.0).note_table()
    assert len(mi.find(FIGURE, table)) == 1
    assert mi.find(FIGURE, table, meter="5/4") == []


def test_rhythms_alone() -> None:
    assert bars(score(10.0), "3+3+2+2") == [(3, 2)]
    assert bars(score(10.0), "6+6+4+4") == [(3, 2)]
    assert bars(score(10.0), "3+3+2+2", "4/4") == []
    assert bars(score(10.0), "1+1") == [], "two and a half quarters are no note value"
    assert bars(score(11.0), "3+3+2+2") == []
    assert bars(score(10.0, parts=2), "3+3+2+2") == [(3, 2), (3, 2)]
    assert bars(mi.theme().to_score(), "3+3+2+2") == [(1, 4)]
    assert bars(mi.theme().to_meter("4/4").to_score(), str(mi.theme().to_meter("4/4").grouping))


def test_bars_are_counted_from_bar_lines_and_what_is_cut_is_none() -> None:
    music = mi.Score.from_notes([0, 1, 3, 4, 5, 7], [1, 2, 1, 1, 2, 1], [60] * 6, meter="4/4")
    found = rhythm_places(Sheet.of(music), MetricConditions.of(None, None, "1+2+1"))
    assert [(place.bar, place.bars, place.onset) for place in found] == [(1, 2, Fraction(0))]
    assert found[0].cells == {"file": "score", "part": "Part 1", "bars": "1-2", "metre": "4/4"}
    late = mi.Score.from_notes([0, 1.0625, 3.0625], [1, 1, 1], [60, 62, 64], meter="4/4")
    assert bars(late, "1+2+1") == [(1, 1)], "a player may be late"
    assert bars(mi.Score.from_notes([0, 1.25, 3], [1, 1, 1], [60, 62, 64], meter="4/4"), "1+2+1") == []


@pytest.mark.parametrize(
    "wrong", [{"meter": "five"}, {"begins_on": 0}, {"begins_on": "two"}, {"rhythm": "3+x"}, {"rhythm": ()}]
)
def test_what_is_no_metre_no_beat_no_rhythm_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(MiThemeError):
        mi.find(FIGURE, score(10.0), **wrong)  # type: ignore[arg-type]


def test_in_folders_and_in_an_index_it_is_the_same(tmp_path: Path) -> None:
    for number, (start, meter) in enumerate([(10.0, "5/4"), (11.0, "5/4"), (10.0, "4/4"), (10.0, "5/4:3+3+2+2")]):
        score(start, meter).save(tmp_path / f"{number}.mid")
    index = mi.build_index(tmp_path, tmp_path / "x.idx")
    for asked in ({"meter": "5/4"}, {"begins_on": 1}, {"rhythm": "3+3+2+2"}, {"rhythm": "3+3+2+2", "meter": "4/4"}):
        here, there = mi.find(FIGURE, index, **asked), mi.find(FIGURE, tmp_path, **asked)
        assert list(here) == list(there), asked
        assert here or asked.get("meter") == "4/4"
    assert [Path(place.source).name for place in index.rhythms("3+3+2+2")] == ["0.mid", "3.mid"]
    assert [Path(place.source).name for place in index.rhythms("3+3+2+2", meter="5/4", top=1)] == ["0.mid"]
    words = ["--rhythm", "3+3+2+2", "--in", "5/4", "--json"]
    rows = [
        json.loads(CliRunner().invoke(main, ["find", str(place), *words]).stdout) for place in (index.path, tmp_path)
    ]
    assert rows[0] == rows[1]
    assert [(row["bar"], row["bars"], row["meter"]) for row in rows[0]] == [(3, 2, "5/4")] * 2
