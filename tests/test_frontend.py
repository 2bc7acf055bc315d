"""The live bar: its tables say what the library says, and a browser shows and plays them."""

from __future__ import annotations

import json
from base64 import b64decode
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from xml.etree.ElementTree import fromstring

import pytest
from click.testing import CliRunner

import mi_theme as mi
from mi_theme.cli import main
from mi_theme.errors import StrategyError
from mi_theme.frontend import LiveBar, live_bar, piece_of, script, script_json, style
from mi_theme.frontend.livebars import LIVE_METERS, LiveWay

FEW = ("4/4", "3/4", "7/8:2+2+3", "12/8")


@pytest.fixture(scope="module")
def live() -> LiveBar:
    return live_bar(mi.theme(), FEW)


def ways(live: LiveBar) -> list[tuple[str, LiveWay]]:
    return [(target.meter, way) for target in live.meters for way in target.ways]


def test_every_way_is_the_librarys(live: LiveBar) -> None:
    """Words, cost, shape, refusals and first choices are those of the plans."""
    assert [target.meter for target in live.meters] == list(FEW)
    assert sum(way.able for _, way in ways(live)) > 15
    for meter, way in ways(live):
        if way.able:
            plan = mi.theme().to_meter(meter, way.how).plan
            assert way.cost == plan.cost
            assert way.shape == str(plan.grouping or "")
            told = "\n".join([way.headline, *(f"  {word:8} {text}" for word, text in way.matters)])
            assert told == str(plan)
        else:
            with pytest.raises(StrategyError):
                mi.theme().to_meter(meter, way.how)
            assert way.words
    for target in live.meters:
        assert target.first == mi.theme().to_meter(target.meter).plan.how


def test_what_is_heard_is_what_the_command_writes(live: LiveBar, tmp_path: Path) -> None:
    for meter, way in (
        ("4/4", live.way("4/4")),
        ("7/8:2+2+3", live.way("7/8:2+2+3", "cut")),
        ("3/4", live.way("3/4", "float")),
    ):
        out = tmp_path / "a.mid"
        assert CliRunner().invoke(main, ["adapt", meter, "--how", way.how, "-o", str(out)]).exit_code == 0
        assert way.midi == out.read_bytes()
        score, piece = mi.read(out), way.piece
        assert piece is not None
        table = score.note_table()
        heard = sorted((note.tick, note.pitch) for note in piece.notes)
        assert heard == sorted((round(row["onset"] * piece.ticks_per_quarter), int(row["pitch"])) for row in table)
        for note in piece.notes:
            assert note.onset == round(note.tick / piece.ticks_per_quarter * 60 / piece.tempo, 6)


def test_a_piece_keeps_every_note_and_clicks_the_beats() -> None:
    score = mi.render(form="tv", style="jazz-combo", seed=1, length=8)
    piece = piece_of(score)
    assert len(piece.notes) == len(score.note_table())
    assert {kind for _, kind in piece.parts} >= {"bass", "drums"}
    assert piece.length >= max(note.onset + note.duration for note in piece.notes) - 1
    strong = [click.onset for click in piece.clicks if click.weight == 2]
    assert strong == list(piece.bars)
    assert all(a.onset <= b.onset for a, b in pairwise(piece.notes))
    additive = piece_of(mi.theme().to_score())
    beats = [click.onset for click in additive.clicks if click.weight][:4]
    assert beats == [0, 0.5625, 1.125, 1.5]  # 3+3+2+2 eighths at 160
    assert [click.weight for click in additive.count_in if click.weight] == [2, 1, 1, 1]
    assert additive.count_length == 1.875


def test_the_click_can_follow_the_figure(live: LiveBar) -> None:
    piece = live.way("4/4").piece
    assert piece is not None
    assert [click.onset / 0.1875 for click in piece.groups[:5]] == [0, 3, 6, 7, 8]  # 3+3+1+1


def test_a_map_says_where_every_note_goes(live: LiveBar) -> None:
    for meter, way in ways(live):
        plan = mi.theme().to_meter(meter, way.how).plan if way.able else None
        for table in way.maps if plan else ():
            assert plan is not None
            for _, was, lasted, now, lasts in table.notes:
                assert (was is None) == (lasted is None)
                assert (now is None) == (lasts is None)
                if was is not None:
                    start = Fraction(was, table.unit)
                    assert plan.warp.keeps(start) == (now is not None)
                    if now is not None:
                        assert plan.warp(start) == Fraction(now, table.unit)
            for start, end, _, last in (*table.played, *table.heard):
                assert 0 <= start < end
                assert last > 0


@pytest.mark.tool("verovio")
def test_notation_is_whole_and_small(live: LiveBar) -> None:
    known = {glyph.get("id") for glyph in fromstring(live.glyphs).iter("g")}
    for _, way in ways(live):
        if way.able:
            picture = fromstring(way.notation)
            uses = [use.get("href", "") for use in picture.iter("use")]
            assert uses
            assert {use.removeprefix("#") for use in uses} <= known
            assert picture.get("aria-label")
            assert len(way.notation) < 60_000
            piece = way.piece
            assert piece is not None
            rows = way.cursors[1]
            assert [row[0] for row in rows] == sorted(row[0] for row in rows)
            lows = {round(note.onset, 4) for note in piece.notes if note.part == 0}
            assert {row[0] for row in rows} <= lows
    assert len(live.to_json()) < 100_000 * len(live.meters)


def test_the_same_theme_gives_the_same_text(live: LiveBar) -> None:
    assert live_bar(mi.theme(), FEW).to_json() == live.to_json()
    data = json.loads(live.to_json())
    assert b64decode(data["midi"]) == mi.theme().to_score().to_bytes()


def test_a_metre_that_nothing_reaches_is_left_out() -> None:
    tune = mi.Theme("Bells", (mi.Motif("1:3 2:1 3:2", "ostinato"),), mi.Meter("3/4"), mode="major")
    assert [target.meter for target in live_bar(tune, ["3/4", "4/4"]).meters] == ["4/4"]
    assert str(mi.theme().meter) not in LIVE_METERS


def test_json_between_tags_ends_no_tag() -> None:
    nasty = "</script><!--<script>\u2028\u2029\x00\u202e&amp;"
    text = script_json({"name": nasty})
    assert json.loads(text) == {"name": nasty}
    assert text.isascii()
    assert not set("<>&") & set(text)


def test_the_script_stands_alone() -> None:
    text = script()
    assert "import " not in "".join(line for line in text.splitlines() if line.startswith("import"))
    for name in ("class Player", "function mount", "function transport", "function pianoRoll"):
        assert f"export {name}" in text
    for word in ("fetch(", "XMLHttpRequest", "WebSocket", "eval(", "localStorage", "http://", "https://"):
        assert word not in text.replace("http://www.w3.org/2000/svg", "")
    assert "url(" not in style()
    assert "@import" not in style()
