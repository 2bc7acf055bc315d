"""Metre changes: the cases that METRE.md and MUSIC.md expect, strategy by strategy; plans as values and in words."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from itertools import product

import pytest
from golden.regenerate_plans import CASES, GOLDEN, explanation
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from test_meter import compositions

import mi_theme as mi
from mi_theme.adaptation import adapt
from mi_theme.adaptation.costs import FigureCosts, Pricing, costs_of
from mi_theme.adaptation.frames import Frame, Task, starts_of
from mi_theme.adaptation.plans import BarNotes, Plan
from mi_theme.adaptation.strategies import STRATEGIES, Strategy, find, register
from mi_theme.adaptation.wording import duration_name, place_name
from mi_theme.errors import FileError, MiThemeError, StrategyError, UnknownName
from mi_theme.meter import Grouping, Meter
from mi_theme.themes import Adaptation, Motif, Theme
from mi_theme.warp import Warp

EIGHTH = Fraction(1, 2)
THEME = mi.theme()
FEWER = settings(max_examples=max(settings().max_examples // 4, 1))  # plans take some 50 ms each


@cache
def adapted(target: str, how: str | None = None) -> Adaptation:
    """The theme's version, worked out once."""
    return THEME.to_meter(target, how)


def plan_of(source: str, figure: str, target: str, how: str | None = None, ratio: Fraction | int = 1) -> Plan:
    """A figure, given by its grouping in `source`, one note a group."""
    meter, groups = Meter(source), Grouping(figure)
    unit = meter.bar / groups.total
    lengths = tuple(group * unit for group in groups)
    line = BarNotes((at, length, "X") for at, length in zip(starts_of(lengths), lengths, strict=True))
    return adapt((line,), lengths, "given", meter, Meter(target), how, Fraction(ratio))


def eighths(plan: Plan) -> str:
    """The groups in the target, in eighths."""
    return "+".join(str(length / EIGHTH) for length in plan.groups)


# METRE.md, "case (eighths)", and MUSIC.md section 1, rules 2 to 5

EXPECTED = [
    ("5/4:3+3+2+2", "3+3+2+2", "4/4", "regroup", "3+3+1+1"),
    ("5/4:3+3+2+2", "3+3+2+2", "3/4", "regroup", "2+2+1+1"),
    ("5/4:3+3+2+2", "3+3+2+2", "6/8", "regroup", "2+2+1+1"),
    ("5/4:3+3+2+2", "3+3+2+2", "7/8:3+2+2", "regroup", "3+2+1+1"),
    ("5/4:3+3+2+2", "3+3+2+2", "7/8:2+2+3", "regroup", "2+2+2+1"),
    ("5/4:3+3+2+2", "3+3+2+2", "12/8", "regroup", "5+4+2+1"),
    ("5/4:3+3+2+2", "3+3+2+2", "12/8", "square", "3+3+3+3"),
    ("5/4:3+3+2+2", "3+3+2+2", "9/8", "regroup", "3+3+2+1"),
    ("5/4:3+3+2+2", "3+3+2+2", "9/8:2+2+2+3", "regroup", "2+2+2+3"),
    ("5/4:3+3+2+2", "3+3+2+2", "11/8:3+3+3+2", "regroup", "3+3+3+2"),
    ("5/4:3+3+2+2", "3+3+2+2", "11/8:3+3+2+3", "regroup", "3+3+2+3"),
    ("5/4:3+3+2+2", "3+3+2+2", "7/4", "add-group", "3+3+2+2+2+2"),
    ("4/4", "3+3+1+1", "5/4:3+3+2+2", "regroup", "3+3+2+2"),
    ("4/4", "3+3+1+1", "12/8", "regroup", "5+4+2+1"),
    ("4/4", "3+3+2", "5/4", "add-group", "3+3+2+2"),
    ("4/4", "3+3+2", "5/4", "regroup", "4+4+2"),
    ("7/8:3+2+2", "3+2+2", "4/4", "regroup", "4+2+2"),
    ("5/4:3+2", "3+2", "4/4", "regroup", "6+2"),
    ("5/4:3+2", "3+2", "4/2", "hold-last", "6+10"),
    ("3/4", "2+2+2", "4/4", "hold-first", "4+2+2"),
    ("5/4:3+3+2+2", "3+3+2+2", "4/4", "square", "2+2+2+2"),
    ("5/4:3+3+2+2", "3+3+2+2", "4/4", "cut", "3+3+2"),
    ("7/4", "3+3+2+2+2+2", "8/4", "rest", "3+3+2+2+2+4"),
    # no snapping rule gives 3+3+1+1
    ("5/4:3+3+2+2", "3+3+2+2", "4/4", "nearest", "2+3+1+2"),
    ("5/4:3+3+2+2", "3+3+2+2", "4/4", "later", "3+2+2+1"),
    ("5/4:3+3+2+2", "3+3+2+2", "4/4", "earlier", "2+2+2+2"),
]  # fmt: skip


@pytest.mark.parametrize(("source", "figure", "target", "how", "expected"), EXPECTED)
def test_expected_cases(source: str, figure: str, target: str, how: str, expected: str) -> None:
    assert eighths(plan_of(source, figure, target, how)) == expected


@pytest.mark.parametrize(
    ("source", "figure", "target", "how"),
    [
        ("5/4:3+3+2+2", "3+3+2+2", "4/4", "regroup"),
        ("5/4:3+3+2+2", "3+3+2+2", "3/4", "regroup"),
        ("5/4:3+3+2+2", "3+3+2+2", "7/4", "add-group"),
        ("4/4", "3+3+2", "5/4", "add-group"),
        ("3/4", "2+2+2", "4/4", "hold-first"),
        ("6/8", "3+3", "2/4", "even"),
        ("4/4", "2+2+2+2", "12/8", "long-short"),
        ("12/8", "3+3+3+3", "5/4:3+3+2+2", "regroup"),
    ],
)
def test_first_choices(source: str, figure: str, target: str, how: str) -> None:
    assert plan_of(source, figure, target).how == how


def test_the_tresillo_is_offered_beside_four_two_two() -> None:
    assert any("3+3+2" in words for words in plan_of("7/8:3+2+2", "3+2+2", "4/4").instead)


def test_a_waltz_has_three_answers() -> None:
    waltz = plan_of("3/4", "2+2+2", "4/4")
    assert eighths(waltz) == "4+2+2"
    assert any("3+3+2" in words for words in (*waltz.instead, str(waltz)))


def test_hemiolas_are_called_so() -> None:
    assert plan_of("5/4:3+3+2+2", "3+3+2+2", "6/8", "regroup").is_hemiola
    assert not plan_of("5/4:3+3+2+2", "3+3+2+2", "3/4", "regroup").is_hemiola
    assert not plan_of("5/4:3+3+2+2", "3+3+2+2", "4/4", "regroup").is_hemiola
    assert "hemiola" in str(THEME.to_meter("6/8"))


def test_the_shuffle_has_its_onsets_where_musicians_expect_them() -> None:
    assert [onset / EIGHTH for onset in adapted("12/8", "regroup").onsets[:4]] == [0, 5, 9, 11]


def test_five_bars_of_four_meet_four_of_five() -> None:
    for how in ("float", "rebar"):
        plan = THEME.to_meter("4/4", how).plan
        assert plan.bars == (4, 5)
        assert plan.warp.is_identity
        assert plan.sounds_the_same


def test_proportional_sounds_the_same_and_needs_quintuplets() -> None:
    plan = THEME.to_meter("4/4", "proportional").plan
    assert plan.sounds_the_same
    assert "sounds the same" in str(plan)
    assert {place.denominator for place in THEME.to_meter("4/4", "proportional").onsets} == {1, 5}


@pytest.mark.parametrize("how", ["long-short", "even"])
@pytest.mark.parametrize(("simple", "compound"), [("4/4", "12/8"), ("3/4", "9/8"), ("2/4", "6/8")])
def test_swing_and_back(how: str, simple: str, compound: str) -> None:
    figure = "+".join(["2"] * (Meter(simple).pulses // 2))
    warp = plan_of(simple, figure, compound, how).warp
    image = warp(EIGHTH)
    assert image == (1 if how == "long-short" else Fraction(3, 4))
    assert warp.source == Meter(simple).bar
    assert warp.target == Meter(compound).bar


@pytest.mark.parametrize(
    ("ratio", "target", "bars"), [(2, "4/4", (1, 2)), (Fraction(1, 2), "4/4", (2, 1)), (1, "4/4", (1, 1))]
)
def test_ratios(ratio: Fraction | int, target: str, bars: tuple[int, int]) -> None:
    assert THEME.to_meter(target, ratio=ratio).plan.bars == bars


# Gomez, Khoury, Kienzle, McLeish, Melvin, Perez-Fernandez, Rappaport and Toussaint (2007)

FUME_FUME, SON = "2+2+3+2+3", "3+3+4+2+4"
RUMBA_6_8, RUMBA = "2+3+2+2+3", "3+4+3+2+4"


@pytest.mark.parametrize(("ternary", "binary"), [(FUME_FUME, SON), (RUMBA_6_8, RUMBA)])
def test_later_binarizes_and_earlier_ternarizes(ternary: str, binary: str) -> None:
    there = plan_of("12/8", ternary, "16/16", "later")
    back = plan_of("16/16", binary, "12/8", "earlier")
    assert str(there.grouping) == binary
    assert str(back.grouping) == ternary


# regroup: robust, and blind to the tune


def test_three_three_one_one_is_first_over_a_grid_of_weights() -> None:
    """First with 200 of 216 settings; with the others equality costs little and a lost level much."""
    grid = [
        FigureCosts(*setting)
        for setting in product((1.5, 3.0, 6.0), (3.0, 6.0), (0.3, 0.6, 1.2), (0.15, 0.3), (0.3, 0.6, 1.2), (0.5, 1.0))
    ]
    first = {costs: cheapest(costs) for costs in grid}
    others = {costs: cut for costs, cut in first.items() if cut != (3, 3, 1, 1)}
    assert (len(grid), len(others)) == (216, 36)
    assert set(others.values()) == {(2, 2, 2, 2)}
    assert all(costs.equality == 1.5 for costs in others)


def cheapest(costs: FigureCosts) -> tuple[int, ...]:
    """The first choice among the 35 cuts of eight eighths into four."""
    price = Pricing(THEME.figure, Frame(THEME.meter), Frame(Meter("4/4")), costs)
    return min(compositions(8, 4), key=price)


@st.composite
def retold(draw: st.DrawFn) -> Theme:
    """The theme's rhythm with other notes, in another key, under another name."""
    degrees = draw(st.lists(st.sampled_from(("1", "b2", "3", "#4'", "5,", "b6", "7,")), min_size=8, max_size=8))
    text = " ".join(f"{degree}:{length}" for degree, length in zip(degrees, (3, 3, 2, 2) * 2, strict=True))
    tonic = draw(st.sampled_from(("C", "Eb", "F#", "B")))
    return Theme(
        draw(st.text("abc", min_size=1, max_size=5)), (Motif(text, "ostinato"),), THEME.meter, None, mi.Tonic(tonic)
    )


@FEWER
@given(retold(), st.sampled_from(("4/4", "3/4", "6/8", "7/8", "7/8:2+2+3", "9/8", "12/8", "11/8", "7/4", "2/4")))
def test_regroup_knows_nothing_of_the_tune(theme: Theme, target: str) -> None:
    mine, theirs = theme.to_meter(target, "regroup"), adapted(target, "regroup")
    assert mine.plan.warp == theirs.plan.warp
    assert mine.grouping == theirs.grouping
    assert mine.plan.cost == theirs.plan.cost


@st.composite
def figures(draw: st.DrawFn) -> tuple[str, str]:
    """A metre and a grouping of its pulses."""
    meter = draw(st.sampled_from(("5/4", "4/4", "7/8", "3/4", "6/8", "9/8", "12/8", "7/4")))
    pulses = Meter(meter).pulses
    cuts = sorted(draw(st.sets(st.integers(1, pulses - 1), max_size=5)))
    return meter, "+".join(str(b - a) for a, b in zip([0, *cuts], [*cuts, pulses], strict=True))


TARGETS = st.sampled_from(
    ("4/4", "5/4", "5/4:3+3+2+2", "3/4", "6/8", "7/8", "7/8:2+2+3", "9/8", "12/8", "11/8:3+3+3+2", "2/2")
)


@FEWER
@given(figures(), TARGETS, st.sampled_from([None, *STRATEGIES]), st.sampled_from((1, 2, Fraction(1, 2))))
def test_every_strategy_makes_a_whole_map_or_says_who_can(
    figure: tuple[str, str], target: str, how: str | None, ratio: Fraction
) -> None:
    try:
        plan = plan_of(*figure, target, how, ratio)
    except StrategyError as error:
        able = str(error)
        assume(how is not None)
        assert "try " in able or "these can: " in able
        return
    assert plan.warp.source % plan.source.bar == 0
    assert plan.warp.target % plan.target.bar == 0
    fates = list(plan.mappings())
    assert all((fate.now is None) == (fate.lasts is None) for fate in fates)
    assert all(fate.lasts is None or fate.lasts > 0 for fate in fates)
    kept = [fate.now for fate in fates if fate.was is not None and fate.now is not None]
    assert kept == sorted(set(kept))
    lost = [fate for fate in fates if fate.now is None]
    assert bool(lost) <= bool(plan.warp.dropped)
    assert str(plan)
    assert Plan.from_json(plan.to_json()) == plan


@FEWER
@given(figures(), TARGETS)
def test_equal_groups_stay_equal_where_the_best_cut_breaks_nothing(figure: tuple[str, str], target: str) -> None:
    """Whatever regroup puts first costs no more than any other cut of the same metre."""
    meter = Meter(target)
    assume(not (meter.is_compound or meter.is_open or meter.is_additive))
    try:
        plan = plan_of(*figure, target, "regroup")
    except StrategyError:
        assert len(Grouping(figure[1])) > meter.pulses
        return
    price = Pricing(
        plan.figure, Frame(plan.source), Frame(meter), costs_of(Task(plan.figure, (), Frame(plan.source), Frame(meter)))
    )
    assert plan.cost == pytest.approx(min(map(price, compositions(meter.pulses, len(plan.figure)))), abs=1e-5)


# There and back


@pytest.mark.parametrize("target", ["4/4", "3/4"])
def test_there_and_back_when_the_figures_grouping_is_known(target: str) -> None:
    there = THEME.to_meter(target).theme
    assert there.grouping is not None
    assert there.to_meter("5/4:3+3+2+2").theme == THEME


def test_the_way_back_is_the_inverse_map() -> None:
    there = THEME.to_meter("4/4")
    back = there.theme.to_meter("5/4:3+3+2+2")
    assert there.plan.warp.inverse() == back.plan.warp
    assert there.plan.warp.then(back.plan.warp).is_identity


def test_without_the_grouping_four_four_does_not_return_by_the_metre_alone() -> None:
    there = THEME.to_meter("4/4").theme
    assert there.meter == Meter("4/4")
    assert there.grouping == Grouping("3+3+1+1")
    assert there.figure_source == "given"
    assert str(Theme("x", there.motifs, there.meter).figure_source) == "notes"


@FEWER
@given(st.sampled_from(("4/4", "3/4", "7/8", "12/8", "9/8")), st.sampled_from((None, "regroup", "square", "cut")))
def test_motifs_under_the_map_are_the_map_of_the_motifs(target: str, how: str | None) -> None:
    try:
        moved = adapted(target, how)
    except StrategyError:
        return
    warp = moved.plan.warp
    assert moved.onsets == tuple(warp(at) for at in THEME.ostinato.onsets if warp.keeps(at)) or moved.plan.repeats
    assert moved.theme.ostinato.length == warp.end(THEME.ostinato.length)


# The head (MUSIC.md: where time is taken from)


def test_the_held_note_of_the_head_gives_the_time() -> None:
    assert [tone.duration / EIGHTH for tone in THEME.to_meter("4/4").motif("head")] == [1, 1, 6]
    assert [tone.onset / EIGHTH for tone in THEME.to_meter("4/4").motif("head")] == [0, 1, 2]


def test_a_pick_up_keeps_its_own_values() -> None:
    for target in ("4/4", "3/4", "12/8", "7/8:3+2+2"):
        head = mi.theme(head_place="upbeat").to_meter(target).motif("head")
        assert [tone.duration / EIGHTH for tone in head][:2] == [1, 1]
        assert head.upbeat == 1


# Refusals


@pytest.mark.parametrize(
    ("target", "how", "hint"),
    [
        ("4/4", "add-group", "these can: regroup, cut, square"),
        ("4/4", "hold-last", "try regroup or cut"),
        ("4/4", "rest", "these can: regroup"),
        ("12/8", "cut", "these can: regroup, rest"),
        ("7/8", "square", "these can: regroup"),
        ("4/4", "long-short", "these can: regroup"),
        ("1/8", "regroup", "these can: cut"),
        ("2/8", "nearest", "these can: cut"),
    ],
)
def test_a_strategy_that_cannot_says_which_can(target: str, how: str, hint: str) -> None:
    with pytest.raises(StrategyError, match=hint) as caught:
        THEME.to_meter(target, how)
    assert "\n" not in str(caught.value)


def test_those_who_are_said_to_be_able_are() -> None:
    for target, how in product(("4/4", "12/8", "1/8"), STRATEGIES):
        try:
            THEME.to_meter(target, how)
        except StrategyError as error:
            able = str(error).partition("these can: ")[2].rstrip(")").split(", ")
            for name in filter(None, able):
                THEME.to_meter(target, name)


@pytest.mark.parametrize(("how", "near"), [("regrup", "regroup"), ("hold_lasst", "hold-last"), ("cutt", "cut")])
def test_unknown_strategies(how: str, near: str) -> None:
    with pytest.raises(UnknownName, match=f"did you mean '{near}'"):
        THEME.to_meter("4/4", how)


@pytest.mark.parametrize("ratio", [3, 0, -1, Fraction(1, 3), 0.3, float("nan"), float("inf"), "x"])
def test_impossible_ratios(ratio: float | Fraction) -> None:
    with pytest.raises(StrategyError, match="one source bar becomes"):
        THEME.to_meter("4/4", ratio=ratio)


@pytest.mark.usefixtures("impatient")
def test_too_many_cuts_are_refused_not_tried() -> None:
    theme = Theme("long", (Motif(" ".join(["1:1"] * 40), "ostinato"),), Meter("20/4"))
    with pytest.raises(StrategyError, match="these can"):
        theme.to_meter("33/4", "regroup")


def test_a_strategy_of_ones_own_joins_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mi_theme.adaptation.strategies.STRATEGIES", dict(STRATEGIES))
    with pytest.raises(StrategyError, match="already"):
        register(Strategy("cut", "", "", find("cut").make))
    register(Strategy("chop", "chop it", "the same as cut", find("cut").make))
    assert find("chop").players == "chop it"


# Plans as values


@pytest.mark.parametrize(
    "text",
    ["", "{}", "[]", "null", "3", '"x"', "[" * 100_000, '{"source": "5/4"}', THEME.to_meter("4/4").plan.to_json().replace("3>3", "3>1e999999999"),
     THEME.to_meter("4/4").plan.to_json().replace('"5/4:3+3+2+2"', '"5/3"'), THEME.to_meter("4/4").plan.to_json().replace('"3/2"', '"3/0"')],
    ids=lambda text: text[:12],
)  # fmt: skip
@pytest.mark.usefixtures("impatient")
def test_what_is_no_plan(text: str) -> None:
    with pytest.raises(MiThemeError) as caught:
        Plan.from_json(text)
    assert len(str(caught.value)) < 300


def test_a_plan_that_is_no_plan_is_a_file_error() -> None:
    with pytest.raises(FileError, match="this is no plan"):
        Plan.from_json("{}")


def test_a_plan_of_a_strategy_that_is_gone_still_prints() -> None:
    text = THEME.to_meter("4/4").plan.to_json().replace('"regroup"', '"somebodys"')
    assert "SOMEBODYS" in str(Plan.from_json(text))


def test_the_plan_says_what_an_arranger_would() -> None:
    words = str(THEME.to_meter("4/4"))
    for phrase in (
        "5/4 (3+3+2+2) -> 4/4", "eighth = eighth", "TRIM THE TAIL", "G . . G . . Bb . C .", "G . . G . . Bb C", "3+3+1+1",
        "tresillo", "all 8 notes", "first 3 quarters untouched", "long long short short", "quarter -> eighth",
        "the and of 2", "the and of 4", "into the next bar", "float (meets every 5 bars)", "square", "loses C / F#", "our reconstruction",
    ):  # fmt: skip
        assert phrase in words


def test_identity_is_kept_whole() -> None:
    plan = THEME.to_meter("5/4:3+3+2+2").plan
    assert plan.warp == Warp.identity(5)
    assert plan.cost == 0
    assert "AS IT WAS" in str(plan)


# Golden explanations


@pytest.mark.parametrize("name", CASES)
def test_explanations_are_as_they_were(name: str) -> None:
    """After a wanted change: python tests/golden/regenerate_plans.py, and read the difference."""
    golden = (GOLDEN / f"{name}.txt").read_text("utf-8")
    assert len(golden.splitlines()) >= 5, "a golden file that is empty proves nothing"
    assert explanation(name) == golden


@pytest.mark.parametrize(
    ("duration", "name"),
    [
        ("1", "quarter"), ("1/8", "thirty-second"), ("1/16", "sixty-fourth"), ("5/2", "5 eighths"), ("5", "5 quarters"),
        ("5/4", "5 sixteenths"), ("13/4", "13 sixteenths"), ("1/3", "triplet eighth"), ("2/3", "triplet quarter"),
        ("5/3", "5 triplet eighths"), ("1/5", "quintuplet sixteenth"), ("6/5", "3 quintuplet eighths"),
        ("3/7", "3 septuplet sixteenths"), ("101/400", "sixteenth"),
    ],
)  # fmt: skip
def test_durations_have_the_names_of_notes(duration: str, name: str) -> None:
    assert duration_name(Fraction(duration)) == name


@given(st.fractions(min_value=Fraction(1, 2000), max_value=20, max_denominator=2000))
def test_no_duration_is_told_in_parts_of_a_note(duration: Fraction) -> None:
    assert "/" not in duration_name(duration)
    assert "/" not in place_name(Meter("7/8:2+2+3"), duration)


@pytest.mark.parametrize(
    ("meter", "position", "name"),
    [
        ("4/4", "5/2", "the and of 3"), ("4/4", "11/4", "a sixteenth after the and of 3"),
        ("4/4", "8/3", "a triplet quarter after beat 3"), ("4/4", "16/3", "a triplet eighth after beat 2"),
        ("2/2", "1/2", "an eighth after beat 1"), ("6/8", "3/2", "beat 2"), ("6/8", "2", "eighth 5 (group 2)"),
        ("5/4:3+3+2+2", "7/2", "eighth 8 (group 3)"), ("5/4:3+3+2+2", "29/8", "a thirty-second after eighth 8 (group 3)"),
        ("4/32", "1/8", "beat 2"),
    ],
)  # fmt: skip
def test_places_are_named_as_players_count(meter: str, position: str, name: str) -> None:
    assert place_name(Meter(meter), Fraction(position)) == name


def test_no_golden_file_is_left_over() -> None:
    assert {path.stem for path in GOLDEN.glob("*.txt")} == set(CASES)
    assert len(CASES) >= 12


METRES = [
    "5/4:3+3+2+2",
    "5/4",
    "4/4",
    "3/4",
    "2/4",
    "6/8",
    "7/8",
    "9/8",
    "12/8",
    "7/4",
    "11/8",
    "7/8:2+2+3",
    "1/4",
    "2/2",
    "3/8",
    "13/8",
    "15/8",
    "4/4:3+3+2",
    "6/4",
    "1/16",
    "21/8",
]


@given(
    st.sampled_from(METRES),
    st.sampled_from([None, *STRATEGIES]),
    st.sampled_from([Fraction(1, 2), 1, 2]),
    st.booleans(),
)
def test_every_metre_is_reached_or_refused_in_words(meter: str, how: str | None, ratio: Fraction, upbeat: bool) -> None:
    theme = mi.theme(head_place="upbeat" if upbeat else "downbeat")
    try:
        adaptation, words = theme.to_meter(meter, how, ratio=ratio), ""
    except StrategyError as error:
        adaptation, words = None, str(error)
    if adaptation is None:
        assert any(hint in words for hint in ("try ", "fall on one pulse", "these can"))
    else:
        assert "basis" in str(adaptation)
        assert Plan.from_json(adaptation.plan.to_json()) == adaptation.plan
        assert adaptation.theme.meter == mi.Meter(meter)


@pytest.mark.parametrize("how", ["float", "rebar"])
@pytest.mark.parametrize("target", ["4/4", "3/4", "7/8:2+2+3"])
def test_what_floats_is_played_without_a_rest(target: str, how: str) -> None:
    """Two times the figure until bar lines meet: every onset of the source in its place, none more than once."""
    adaptation = THEME.to_meter(target, how)
    assert len(adaptation.theme.ostinato) == len(THEME.ostinato)
    cycle, times = adaptation.plan.warp.source, (THEME.ostinato.length / adaptation.plan.warp.source).denominator
    assert adaptation.written_out.ostinato.length == times * THEME.ostinato.length >= cycle
    played = adaptation.to_score(repeats=2).notes("Ostinato")["onset"].tolist()
    once = [float(onset) for onset in THEME.ostinato.onsets]
    rounds = range(2 * times)
    assert played == [onset + float(THEME.ostinato.length) * number for number in rounds for onset in once]
