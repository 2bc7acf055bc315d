"""A plan is what it shows: what was asked for is in it, and nothing else decides what it does."""

from __future__ import annotations

import dataclasses
import json
from fractions import Fraction
from typing import Any

import pytest

import mi_theme as mi
from mi_theme.adaptation.tempo_equations import default_keep, equation_words, tempo_factor
from mi_theme.conversion.parts.edits import edits_under
from mi_theme.conversion.scoreplan import ScorePlan
from mi_theme.errors import FileError
from mi_theme.renditions import Form, Section, arrange
from mi_theme.score import Event, MeterMap, Track
from mi_theme.score import messages as m


def song(meter: str = "4/4", bars: int = 12) -> mi.Score:
    """A tune in eighths over a bass, as many bars as wanted."""
    bar = float(mi.Meter(meter).bar)
    tune = [b * bar + at for b in range(bars) for at in (0, 1, 1.5, 2)]
    bass = [b * bar for b in range(bars)]
    return mi.Score.from_notes(
        [*tune, *bass],
        [0.5] * len(tune) + [2.0] * len(bass),
        [60 + at % 7 for at in range(len(tune))] + [40] * len(bass),
        part=[0] * len(tune) + [1] * len(bass),
        names=["Melody", "Bass"],
        meter=meter,
    )


def test_the_bars_asked_for_are_in_the_plan() -> None:
    score = song()
    plan, other = mi.plan(score, "3/4", bars=(5, 8)), mi.plan(score, "3/4")
    again = ScorePlan.from_json(plan.to_json(), score)
    assert again == plan
    assert again.request.bars == (5, 8)
    assert dataclasses.replace(again, request=other.request) != plan
    changed = again.replace(bar=6, how="cut")
    assert [(span.first, span.how) for span in changed.spans if span.how] == [
        (5, plan.how),
        (6, "cut"),
        (7, plan.how),
        (8, plan.how),
    ]
    assert changed == plan.replace(bar=6, how="cut")
    assert "asked    bars 5-8" in str(plan)


def test_the_grouping_asked_for_is_in_the_plan() -> None:
    score = song()
    plan = mi.plan(score, "5/4", grouping="3+3+2")
    groups = (Fraction(3, 2), Fraction(3, 2), Fraction(1))
    again = ScorePlan.from_json(plan.to_json(), score)
    assert {span.figure for span in again.spans} == {groups}
    changed = again.replace(bar=2, how="regroup")
    assert {span.figure for span in changed.spans} == {groups}
    assert changed.figure_source == "given"
    assert changed.request.grouping == mi.Grouping("3+3+2")


def test_the_edits_found_are_those_that_are_done() -> None:
    score = song()
    plan = mi.plan(score, "3/4")
    assert edits_under(plan, score) is plan.edits
    read_back = ScorePlan.from_json(plan.to_json())
    assert read_back.edits is None
    assert read_back.apply(score) == plan.apply(score)
    louder = mi.Score.from_notes([0, 1, 2, 3], [1] * 4, [60, 62, 64, 65], meter="4/4", names=["Melody"])
    assert edits_under(mi.plan(louder, "3/4"), score) is not plan.edits
    silent = dataclasses.replace(plan, spans=plan.spans)
    assert silent.edits is None, "a plan that is changed has no edits of the plan that it was"


PLAN = json.loads(mi.plan(song(), "3/4", grouping="2+2+2+2", bars=(2, 9)).to_json())


@pytest.mark.parametrize(
    ("place", "wrong"),
    [
        (["tempo"], "0"),
        (["tempo"], "-1/2"),
        (["tempo"], "1/0"),
        (["ratio"], "3"),
        (["ratio"], "1e400"),
        (["swing"], "1"),
        (["how"], "no such strategy"),
        (["keep"], "nothing"),
        (["spans"], []),
        (["spans", 1, "start"], "5"),
        (["spans", 1, "first"], 10**30),
        (["spans", 1, "last"], 10**30),
        (["spans", 1, "how"], "no such strategy"),
        (["spans", 1, "figure"], []),
        (["spans", 1, "figure"], ["0", "4"]),
        (["spans", 1, "figure"], ["1/99999999999999"]),
        (["spans", 1, "warp"], "0>0 4>999999999999999999"),
        (["spans", 1, "warp"], "0>0 4>-3"),
        (["spans", 1, "cost"], float("inf")),
        (["spans", 1, "target"], "4/0"),
        (["request", "target"], None),
        (["request", "bars"], [9, 2]),
        (["request", "bars"], [1]),
        (["request", "drums"], "loud"),
        (["request", "choices"], [[1, 2, "no such strategy"]]),
        (["request", "ratio"], "7"),
        (["parts"], [["Melody", 1]]),
        (["lead_part"], 1.5),
        (["changes"], [["dropped"]]),
        (["runs"], [[[1, 2, 3]]]),
    ],
)
def test_what_is_wrong_in_a_plan_file_is_refused(place: list[Any], wrong: Any) -> None:
    data = json.loads(json.dumps(PLAN))
    *way, last = place
    inner = data
    for step in way:
        inner = inner[step]
    inner[last] = wrong
    with pytest.raises(FileError, match="no plan for a score"):
        ScorePlan.from_json(json.dumps(data))


@pytest.mark.parametrize("name", ["request", "source", "spans", "how"])
def test_what_is_missing_in_a_plan_file_is_named(name: str) -> None:
    with pytest.raises(FileError, match=f"{name} is missing"):
        ScorePlan.from_json(json.dumps({key: value for key, value in PLAN.items() if key != name}))


def test_numbers_beyond_reason_are_refused() -> None:
    text = json.dumps(PLAN).replace('"cost": ', '"cost": 1e400, "was": ', 1)
    assert ScorePlan.from_json(json.dumps(PLAN)).to_json() == json.dumps(PLAN, ensure_ascii=False, indent=1)
    with pytest.raises(FileError):
        ScorePlan.from_json(text)


def test_a_plan_of_an_older_version_is_named() -> None:
    with pytest.raises(FileError, match="of version 1, and version 2 is read here; make the plan again"):
        ScorePlan.from_json(json.dumps({**PLAN, "version": 1}))


PAIRS = [
    # source, target, what lasts by default, the equation of the beats, and what it does to quarters a minute
    ("5/4:3+3+2+2", "4/4", "pulse", "dotted quarter = quarter", Fraction(2, 3)),
    ("4/4", "12/8", "beat", "quarter = dotted quarter", Fraction(3, 2)),
    ("12/8", "4/4", "beat", "dotted quarter = quarter", Fraction(2, 3)),
    ("9/8", "4/4", "beat", "dotted quarter = quarter", Fraction(2, 3)),
    ("6/8", "3/4", "beat", "dotted quarter = quarter", Fraction(2, 3)),
    ("6/8", "2/4", "beat", "dotted quarter = quarter", Fraction(2, 3)),
    ("7/8:3+2+2", "4/4", "pulse", "dotted quarter = quarter", Fraction(2, 3)),
    ("7/8:2+2+3", "3/4", "pulse", "quarter = quarter", Fraction(1)),
    ("3/4", "9/8", "beat", "quarter = dotted quarter", Fraction(3, 2)),
    ("2/2", "4/4", "pulse", "half = quarter", Fraction(1, 2)),
]


@pytest.mark.parametrize(("source", "target", "usual", "words", "factor"), PAIRS)
def test_the_tempo_equation_is_one_in_every_room(
    source: str, target: str, usual: str, words: str, factor: Fraction
) -> None:
    old, new = mi.Meter(source), mi.Meter(target)
    how = mi.plan(song(source), target, source=source, ratio=1).how
    assert default_keep(old, new, 1, how) == usual
    assert equation_words(old, new, 1, "beat") == words
    assert 1 / tempo_factor(old, new, 1, "beat") == factor
    plan = mi.plan(song(source), target, source=source, ratio=1, keep="beat")
    assert plan.tempo == 1 / factor
    assert str(plan).splitlines()[2].startswith(f"  tempo    {words}")
    assert mi.plan(song(source), target, source=source, ratio=1).keep == usual
    form = Form("two", (Section("A", "groove", old, 4), Section("B", "groove", new, 4)))
    for keep, speed in (("beat", factor), (None, factor if default_keep(old, new) == "beat" else 1)):
        passage = arrange(form=form, style="bare", tempo=120, keep=keep).passages[1]
        assert passage.tempo == 120 * speed
    assert arrange(form=form, style="bare", tempo=120, keep="beat").passages[1].equation == words


def test_new_bar_lines_change_no_tempo() -> None:
    assert mi.plan(song(), "12/8", how="rebar").tempo == 1
    assert mi.plan(song("3/4"), "12/8", how="in-one").keep == "bar"


# Time from rests and held notes first

WALTZ = MeterMap(((Fraction(0), mi.Meter("3/4")),), pickup=Fraction(1))


def tune(onsets: list[float], lasts: list[float], meter: Any = "4/4") -> mi.Score:
    return mi.Score.from_notes(onsets, lasts, [60 + at % 7 for at in range(len(onsets))], meter=meter, names=["Melody"])


def made(score: mi.Score, to: str, **options: Any) -> list[float]:
    onsets: list[float] = mi.convert(score, to, **options).notes()["onset"].round(3).tolist()
    return onsets


def test_a_held_note_gives_the_time() -> None:
    upbeat = [4 * bar + at for bar in range(4) for at in (0, 2.5, 3, 3.5)]
    score = tune(upbeat, [2.5, 0.5, 0.5, 0.5] * 4)
    assert made(score, "3/4") == [3 * bar + at for bar in range(4) for at in (0, 1.5, 2, 2.5)]
    assert "from held notes (quarters 1.0)" in str(mi.plan(score, "3/4"))


def test_a_run_loses_notes_and_stays_even_or_keeps_them_all() -> None:
    score = tune([at / 2 for at in range(32)], [0.5] * 32)
    plan = mi.plan(score, "3/4")
    assert {change.why for change in plan.dropped} == {"a run stays even"}
    assert made(score, "3/4") == [at / 2 for at in range(24)]
    assert not mi.plan(score, "3/4", runs="keep").changes
    assert len(made(score, "3/4", runs="keep")) == 32


def test_under_words_every_note_stays() -> None:
    score = tune([at / 2 for at in range(32)], [0.5] * 32)
    head, *rest = score.tracks
    sung = Track.sorted([*rest[0], *(Event(240 * at, m.meta(m.LYRIC, "la")) for at in range(32))])
    words = mi.Score(score.ticks_per_quarter, (head, sung, *rest[1:]))
    assert not mi.plan(words, "3/4").changes


def test_bars_of_three_become_beats_and_the_pick_up_with_them() -> None:
    waltz = tune([0, *(1 + 3 * bar + at for bar in range(4) for at in (0, 2))], [1, *[2, 1] * 4], meter=WALTZ)
    plan = mi.plan(waltz, "6/8")
    assert (plan.how, plan.ratio, plan.keep) == ("in-one", Fraction(1, 2), "bar")
    assert made(waltz, "6/8") == [0, *(0.5 + 1.5 * bar + at for bar in range(4) for at in (0, 1))]
    assert "the same speed: 2 bars felt as one" in str(plan)


def test_a_slip_jig_in_four_keeps_its_beats() -> None:
    jig = tune([4.5 * bar + at / 2 for bar in range(4) for at in range(9)], [0.5] * 36, meter="9/8")
    plan = mi.plan(jig, "4/4")
    assert (plan.how, plan.keep) == ("even", "beat")
    assert made(jig, "4/4")[:9] == [0, 0.25, 0.5, 1, 1.25, 1.5, 2, 2.5, 3]


def test_even_quarters_in_five_are_three_and_two() -> None:
    score = tune([float(at) for at in range(40)], [1.0] * 40, meter="5/4")
    plan = mi.plan(score, "4/4")
    assert plan.spans[0].figure == (3, 2)
    assert made(score, "4/4")[:5] == [0, 1, 2, 3, 3.5]


def test_a_plan_is_read_without_the_ornaments_that_go_with_their_notes() -> None:
    plain = "X:1\nM:4/4\nL:1/8\nQ:1/4=100\nK:D\nf2 e2 b2 a2|e2 f2 g2 e2|d4 f4|d8|]\n"
    graced = plain.replace("f2 e2 b2", "{d}f2 e2 {ga}b2").replace("|e2", "|{d}e2").replace("d4 f4", "{c}d4 {e}f4")
    plans = [mi.plan(mi.read(text.encode()), meter="3/4") for text in (plain, graced)]
    assert str(plans[0]) == str(plans[1])
    assert "all 11 notes" in str(plans[1])
    (done,) = (plan.apply(mi.read(graced.encode())) for plan in plans[1:])
    assert len(done.notes()) == 11 + 6


def test_what_a_way_costs_is_not_what_another_left_behind() -> None:
    """The maps of several ways begin alike and are fitted differently: each is kept by its way."""
    from mi_theme.conversion.planning.planner import planner_of
    from mi_theme.conversion.request import Request

    jig = mi.Score.of("X:1\nM:6/8\nL:1/8\nK:D\n" + "dcB AFD|EFG ABc|" * 8)
    ways = ("square", "hold-first", "hold-last")
    together = planner_of(jig, Request.of("3/4", {})).heard_costs(mi.Meter("6/8"), ways)
    alone = [planner_of(jig, Request.of("3/4", {})).heard_costs(mi.Meter("6/8"), [way]) for way in ways]
    assert together
    assert together == {way: cost for costs in alone for way, cost in costs.items()}
