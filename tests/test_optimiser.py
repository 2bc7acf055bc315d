"""``best``: what it must find, and what must hold whatever it is given."""

from __future__ import annotations

import os
import sys
from fractions import Fraction
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import mi_theme as mi
from mi_theme.adaptation.learned.lattice import cheapest
from mi_theme.adaptation.learned.objective import TABLES, TERMS, VALUES, MeterSlots, idiom, model
from mi_theme.adaptation.onsets import explained_terms, inferred_grouping
from mi_theme.adaptation.strategies import STRATEGIES
from mi_theme.catalog import data_path
from mi_theme.conversion.scoreplan import Span
from mi_theme.errors import MiThemeError, ScoreError, StrategyError, TextError, UnknownName

MAKING = Path(__file__).resolve().parents[1] / "data" / "making"
OSTINATO = [0, 1.5, 3, 4]
LASTING = [1.5, 1.5, 1, 1]
METERS = [
    "2/4",
    "3/4",
    "4/4",
    "6/8",
    "9/8",
    "12/8",
    "2/2",
    "3/8",
    "5/4",
    "7/8",
    "6/4",
    "3/2",
    "5/4:3+3+2+2",
    "7/8:2+2+3",
]


def eighths(onsets: np.ndarray, meter: str) -> tuple[float, ...]:
    """Inter-onset intervals in eighths, the last to the bar line."""
    return tuple((2 * np.diff([*onsets, float(mi.Meter(meter).bar)])).tolist())


@pytest.mark.parametrize(
    ("source", "target", "expected"),
    [
        ("5/4:3+3+2+2", "4/4", (3, 3, 1, 1)),
        ("3+3+2+2/8", "4/4", (3, 3, 1, 1)),
        ("5/4", "4/4", (3, 3, 1, 1)),
        ("5/4:3+3+2+2", "3/4", (2, 2, 1, 1)),
        ("5/4:3+3+2+2", "6/8", (2, 2, 1, 1)),
        ("5/4:3+3+2+2", "7/8:3+2+2", (3, 2, 1, 1)),
        ("5/4:3+3+2+2", "7/8:2+2+3", (2, 2, 2, 1)),
        ("5/4:3+3+2+2", "12/8", (5, 4, 2, 1)),
    ],
)
def test_unequal_groups_go_where_regroup_puts_them(source: str, target: str, expected: tuple[float, ...]) -> None:
    assert eighths(mi.adapt_onsets(OSTINATO, LASTING, source, target), target) == expected


@pytest.mark.parametrize(
    ("source", "target", "beats"),
    [
        ("6/8", "7/8:3+2+2", [0, 1.5]),
        ("6/8", "7/8:2+2+3", [0, 2]),
        ("3/4", "7/8:2+2+3", [0, 1, 2]),
        ("4/4", "5/4:3+3+2+2", [0, 1.5, 3, 4]),
        ("4/4", "9/8:2+2+2+3", [0, 1, 2, 3]),
        ("4/4", "5/4", [0, 1.5, 3, 4]),
        ("4/4", "8/8:3+3+2", [0, 1, 2, 3]),  # as long as before: only the accents are others
    ],
)
def test_the_groups_of_an_additive_target_are_decided_before_its_notes(
    source: str, target: str, beats: list[float]
) -> None:
    meter = mi.Meter(source)
    onsets = np.arange(3 * meter.pulses) * float(meter.pulse)
    found = mi.adapt_onsets(onsets, np.full(len(onsets), 0.5), source, target)
    on_beats = np.isin(onsets % float(meter.bar), [beat * float(meter.pulse) for beat in meter.beats])
    bars = np.arange(3)[:, None] * float(mi.Meter(target).bar)
    assert found[on_beats].tolist() == (bars + beats).ravel().tolist()


def test_back_again_when_the_grouping_is_known() -> None:
    there = mi.adapt_onsets(OSTINATO, LASTING, "5/4:3+3+2+2", "4/4")
    back = mi.adapt_onsets(there, [1.5, 1.5, 0.5, 0.5], "4/4", "5/4:3+3+2+2", grouping="3+3+1+1")
    assert back.tolist() == OSTINATO
    assert mi.adapt_onsets(there, [1.5, 1.5, 0.5, 0.5], "3+3+1+1/8", "5/4:3+3+2+2").tolist() == OSTINATO


@pytest.mark.parametrize(
    ("onsets", "source", "grouping", "target", "expected"),
    [
        ([0, 1.5, 3], "4/4", "3+3+2", "5/4", (4, 4, 2)),
        ([0, 1.5, 2.5], "7/8:3+2+2", None, "4/4", (4, 2, 2)),
        ([0, 3], "5/4", "3+2", "4/4", (6, 2)),
    ],
)
def test_other_figures(onsets: list[float], source: str, grouping: str | None, target: str, expected: object) -> None:
    found = mi.adapt_onsets(onsets, [1] * len(onsets), source, target, grouping=grouping)
    assert eighths(found, target) == expected


def test_feel_is_what_two_notes_that_fill_a_beat_become() -> None:
    jig, reel, lasting = [0, 1, 1.5, 2.5, 3, 4, 4.5, 5.5], np.arange(8) / 2, [1, 0.5] * 4
    dotted = [0, 0.75, 1, 1.75, 2, 2.75, 3, 3.75]
    assert mi.adapt_onsets(jig, lasting, "6/8", "2/4", feel="even").tolist() == reel.tolist()
    assert mi.adapt_onsets(jig, lasting, "6/8", "2/4", feel="long-short").tolist() == dotted
    assert mi.adapt_onsets(jig, lasting, "6/8", "2/4").tolist() in (reel.tolist(), dotted)
    assert mi.adapt_onsets(reel, lasting, "2/4", "6/8", feel="long-short").tolist() == jig
    assert mi.adapt_onsets(reel, lasting, "2/4", "6/8", feel="even").tolist() == (reel * 1.5).tolist()


def test_it_is_a_strategy_like_the_others() -> None:
    assert STRATEGIES["best"].offered
    assert str(mi.theme().to_meter("4/4", how="best").grouping) == "3+3+1+1"
    assert mi.adapt_onsets(OSTINATO, LASTING, "5/4:3+3+2+2", "4/4", how="square").tolist() == [0, 1, 2, 3]
    cut = mi.adapt_onsets(OSTINATO, LASTING, "5/4:3+3+2+2", "4/4", how="cut")
    assert np.isnan(cut[-1])
    assert cut[:-1].tolist() == [0, 1.5, 3]


def rhythms(meter: mi.Meter) -> st.SearchStrategy[list[float]]:
    """Onsets on sixteenths from a bar line: at most four a quarter in two to four bars, a note on every bar line."""
    slots = int(meter.bar * 4)
    bar = st.sets(st.integers(1, slots - 1), max_size=max(1, slots // 2))
    return st.lists(bar, min_size=2, max_size=4).map(
        lambda bars: [(i * slots + at) / 4 for i, inside in enumerate(bars) for at in sorted({0, *inside})]
    )


@given(st.data(), st.sampled_from(METERS), st.sampled_from(METERS), st.sampled_from([Fraction(1, 2), 1, 2]))
@settings(max_examples=100, deadline=None)
def test_laws(data: st.DataObject, source: str, target: str, ratio: Fraction) -> None:
    meter, goal = mi.Meter(source), mi.Meter(target)
    onsets = np.array(data.draw(rhythms(meter)))
    lasting = np.diff(np.append(onsets, onsets[-1] + 0.25))
    phase = data.draw(st.integers(-3, 3)) * float(meter.bar)
    try:
        found = mi.adapt_onsets(onsets + phase, lasting, source, target, phase=phase, ratio=ratio)
    except StrategyError:
        return  # no way to cut the target into so many groups
    assert np.isfinite(found).all(), "nothing is dropped"
    assert (np.diff(found) > 0).all(), "nothing collides, order is kept"
    old, new = float(meter.bar * Fraction(ratio).denominator), float(goal.bar * Fraction(ratio).numerator)
    assert (np.floor(onsets / old) == np.floor(found / new)).all(), "nothing crosses a locked bar line"
    assert found[onsets % old == 0].tolist() == (onsets[onsets % old == 0] / old * new).tolist(), "bar lines stay"
    again = mi.adapt_onsets(onsets + phase, lasting, source, target, phase=phase, ratio=ratio)
    assert found.tolist() == again.tolist()


@given(st.data(), st.sampled_from(["6/8", "3/4", "9/8", "4/4"]), st.sampled_from(["2/4", "4/4", "3/4", "6/8"]))
@settings(max_examples=60, deadline=None)
def test_sixteenths_are_the_grid_where_there_is_room(data: st.DataObject, source: str, target: str) -> None:
    meter, slots = mi.Meter(source), int(mi.Meter(target).bar * 4)
    bars = data.draw(
        st.lists(st.sets(st.integers(1, int(meter.bar * 4) - 1), max_size=slots - 1), min_size=1, max_size=3)
    )
    onsets = [(i * int(meter.bar * 4) + at) / 4 for i, inside in enumerate(bars) for at in sorted({0, *inside})]
    found = mi.adapt_onsets(onsets, [0.25] * len(onsets), source, target) * 4
    on_grid = found == np.round(found)
    full = np.array([len(inside) + 2 > slots for inside in bars])
    assert on_grid[~full[np.floor(found / slots).astype(int)]].all()


def test_a_bar_without_room_goes_on_a_finer_grid() -> None:
    onsets = np.arange(24) / 8
    found = mi.adapt_onsets(onsets, np.full(24, 0.125), "3/4", "2/4")
    assert (np.diff(found) > 0).all()
    assert found[-1] < 2
    assert (found * 16 == np.round(found * 16)).all()


def test_a_pick_up_stays_before_its_bar_line() -> None:
    found = mi.adapt_onsets([-0.5, 0, 1, 1.5], [0.5, 1, 0.5, 1.5], "6/8", "2/4")
    assert found[0] < 0 == found[1]


def test_the_same_metre_changes_nothing() -> None:
    odd = [0, 1 / 3, 0.75, 2.1]
    assert mi.adapt_onsets(odd, [1] * 4, "4/4", "4/4") == pytest.approx(odd, abs=1e-4)
    even = [0, 0.5, 1, 1.75, 2, 3, 3.5]
    assert mi.adapt_onsets(even, [0.5] * 7, "4/4", "2/2").tolist() == even


@pytest.mark.parametrize(
    ("source", "target", "ratio", "stretch"),
    [("3/4", "6/8", 0.5, 0.5), ("6/8", "3/4", 2, 2), ("3/8", "3/4", 1, 2), ("4/4", "2/4", 2, 1), ("2/4", "4/4", 1, 2)],
)
def test_a_stretch_onto_the_grid_is_left_alone(source: str, target: str, ratio: float, stretch: float) -> None:
    onsets = np.array([0, 0.5, 1, 1.5, 3, 3.5, 4, 4.5, 5, 6, 7, 8])
    assert mi.adapt_onsets(onsets, np.ones(12), source, target, ratio=ratio).tolist() == (onsets * stretch).tolist()


def test_a_bar_of_three_in_two_bars_opens_the_second_with_the_third_beat() -> None:
    waltz = np.arange(9.0)
    found = mi.adapt_onsets(waltz, np.ones(9), "3/4", "2/4", ratio=2)
    assert found.tolist() == [0, 1, 2, 4, 5, 6, 8, 9, 10]
    assert mi.adapt_onsets(waltz, np.ones(9), "3/4", "4/4", ratio=2).tolist() == (found * 2).tolist()


def test_chords_stay_together_and_nothing_is_nothing() -> None:
    found = mi.adapt_onsets([0, 0, 1.5, 1.5], [1.5] * 4, "6/8", "2/4")
    assert found.tolist() == [0, 0, 1, 1]
    assert mi.adapt_onsets([], [], "6/8", "2/4").shape == (0,)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"onsets": [1, 0]}, ScoreError),
        ({"onsets": [0, float("nan")]}, ScoreError),
        ({"onsets": [0]}, ScoreError),
        ({"onsets": [[0, 1]]}, ScoreError),
        ({"onsets": [0, 1e300]}, ScoreError),
        ({"onsets": ["a", "b"]}, ScoreError),
        ({"phase": float("nan")}, ScoreError),
        ({"ratio": float("nan")}, StrategyError),
        ({"durations": [1, float("inf")]}, ScoreError),
        ({"source": "five"}, TextError),
        ({"target": "0/4"}, TextError),
        ({"feel": "swung"}, UnknownName),
        ({"how": "bset"}, UnknownName),
        ({"ratio": 3}, StrategyError),
        ({"grouping": "3+x"}, TextError),
    ],
)
def test_refusals_are_one_line(change: dict[str, object], error: type[MiThemeError]) -> None:
    call = {"onsets": [0, 1], "durations": [1, 1], "source": "6/8", "target": "2/4"} | change
    with pytest.raises(error) as caught:
        mi.adapt_onsets(**call)  # type: ignore[arg-type]
    assert "\n" not in str(caught.value)


def test_too_many_notes_for_any_grid() -> None:
    with pytest.raises(StrategyError, match="no room"):
        mi.adapt_onsets(np.arange(10000) / 10080, [1e-4] * 10000, "2/4", "1/16")


def test_an_odd_metre_is_read_off_its_onsets() -> None:
    assert str(inferred_grouping(np.array(OSTINATO), mi.Meter("5/4"))) == "3+3+2+2"
    assert inferred_grouping(np.arange(5.0), mi.Meter("5/4")) is None
    (first, *_) = explained_terms(OSTINATO, LASTING, "5/4", "4/4")
    assert first.grouping == "3+3+2+2 (read off the onsets)"


def test_explanations_name_terms_and_bars() -> None:
    onsets = [0, 1, 1.5, 2, 2.5, 3, 4, 4.5, 5.5]
    reasons = explained_terms(onsets, [0.5] * 9, "3/4", "4/4")
    assert [reason.bar for reason in reasons] == [0, 1]
    named = {name for reason in reasons for name, _, _ in reason.terms}
    assert named
    assert named <= set(TERMS)
    assert all(saved > 0 for reason in reasons for _, _, saved in reason.terms)


ODD = ["2/8", "4/2", "6/2", "3/1", "12/16", "7/8:2+2+3", "3+3+2/8", "5/8", "11/8", "1/4"]
PLACES = st.sampled_from([Fraction(1, 4), Fraction(1, 3), Fraction(1, 2), Fraction(1, 6), Fraction(1, 8), Fraction(3)])


@given(
    st.lists(PLACES, min_size=1, max_size=40), st.sampled_from(METERS + ODD), st.sampled_from(METERS + ODD),
    st.sampled_from([0.5, 1, 2]), st.fractions(-3, 3, max_denominator=12),
)  # fmt: skip
@settings(max_examples=100, deadline=None)
def test_whatever_the_rhythm_and_wherever_it_begins(
    steps: list[Fraction], source: str, target: str, ratio: float, phase: Fraction
) -> None:
    onsets = np.cumsum([0.0, *map(float, steps)])
    lasting = np.full(len(onsets), 0.25)
    try:
        found = mi.adapt_onsets(onsets, lasting, source, target, phase=phase, ratio=ratio)
    except StrategyError:
        return  # no way to cut the target into so many groups
    assert np.isfinite(found).all()
    assert (np.diff(found) > 0).all()
    old = float(mi.Meter(source).bar) * (2 if ratio == 0.5 else 1)
    new = float(mi.Meter(target).bar) * (2 if ratio == 2 else 1)
    bars = (onsets - float(phase)) / old
    assert (np.floor(bars + 1e-6) == np.floor(found / new + 1e-6)).all()


def tune(onsets: list[float], lasting: list[float], meter: str) -> mi.Score:
    """A line that goes up and down."""
    return mi.Score.from_notes(onsets, lasting, [60 + i % 7 for i in range(len(onsets))], meter=meter)


def jigs() -> st.SearchStrategy[list[float]]:
    """Onsets of some bars of 6/8, each with a note on its bar line."""
    bar = st.sets(st.integers(1, 11), max_size=5)
    return st.lists(bar, min_size=2, max_size=6).map(
        lambda bars: [(12 * i + at) / 4 for i, inside in enumerate(bars) for at in sorted({0, *inside})]
    )


def is_felt_in_three(span: Span) -> bool:
    """Whether bars of 6/8 are heard as a hemiola: such go by themselves."""
    return len(span.figure) == 3


@given(jigs(), st.sampled_from(["2/4", "4/4", "3/4"]), st.sampled_from(["auto", "even", "long-short"]))
@settings(max_examples=25, deadline=None)
def test_a_score_goes_as_its_lead_line_goes(onsets: list[float], target: str, feel: str) -> None:
    bars = int(onsets[-1] // 3) + 1
    lasting = np.diff([*onsets, 3.0 * bars])
    plan = mi.plan(tune(onsets, lasting.tolist(), "6/8"), target, how="best", feel=feel, ratio=1)
    assume(not any(is_felt_in_three(span) for span in plan.spans))
    expected = mi.adapt_onsets(onsets, lasting, "6/8", target, feel=feel)
    found = [float(start + span.warp(at)) for span, start in plan.starts() for at, *_ in span.line]
    assert found == expected.tolist()
    reasons = explained_terms(onsets, lasting, "6/8", target, feel=feel)
    assert [span.reasons for span in plan.spans] == [reason.terms for reason in reasons]


def test_plans_say_which_terms_decided() -> None:
    onsets = [0, 1, 1.5, 2.5, 3, 3.5, 4, 4.5, 5.5]
    jig = tune(onsets, [0.5] * 9, "6/8")
    plan = mi.plan(jig, "2/4", how="best", ratio=1)
    assert any(span.reasons for span in plan.spans)
    assert str(plan).count("\n  why      ") == 1, "bars that are decided one by one are told together"
    assert type(plan).from_json(plan.to_json()) == plan
    assert {term for span in plan.spans for term, *_ in span.reasons} <= set(TERMS)
    assert "why" not in str(mi.plan(jig, "2/4", how="long-short", ratio=1))


def test_one_feel_a_piece_also_past_bars_that_stay() -> None:
    """The bars on both sides of one that is not converted are one line, and a choice for one bar leaves the others."""
    onsets = [bar * 3 + at for bar in range(6) for at in (0, 1, 1.5, 2.5)]
    plan = mi.plan(tune(onsets, [0.5] * 24, "6/8"), "2/4", how="best", ratio=1)
    assert len({span.base for span in plan.spans}) == 1
    other = plan.replace(3, how="long-short" if plan.spans[0].base(1) != Fraction(3, 4) else "even")
    assert [span.how for span in other.spans].count("best") == 5
    assert len({span.base for span in other.spans if span.how == "best"}) == 1


def test_a_feel_must_be_one() -> None:
    with pytest.raises(UnknownName):
        mi.plan(tune([0], [1], "6/8"), "2/4", how="best", feel="swung")


@given(st.integers(2, 5), st.integers(0, 10**6))
@settings(max_examples=40, deadline=None)
def test_the_search_is_exact(notes: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    start, pairs, threes = rng.random((2, 3, 3)), rng.random((notes - 2, 3, 3)), rng.random((2, 2, 3, 3, 3))
    which = rng.integers(0, 2, notes - 2)

    def cost(way: int, path: tuple[int, ...]) -> float:
        rest = (
            threes[which[i], way, path[i], path[i + 1], path[i + 2]] + pairs[i, path[i + 1], path[i + 2]]
            for i in range(notes - 2)
        )
        return float(start[way, path[0], path[1]] + sum(rest))

    way, path = cheapest(start, pairs, threes, which)
    every = [cost(w, p) for w in range(2) for p in product(range(3), repeat=notes)]
    assert cost(way, tuple(path)) == pytest.approx(min(every))


@given(jigs(), jigs(), st.sampled_from(["2/4", "4/4", "3/4"]))
@settings(max_examples=25, deadline=None)
def test_other_parts_go_between_and_leave_the_lead_alone(lead: list[float], others: list[float], target: str) -> None:
    bars = int(max(lead[-1], others[-1]) // 3) + 1
    lead += [float(3 * bar) for bar in range(bars) if 3 * bar > lead[-1]]
    onsets, parts = [*lead, *others], [0] * len(lead) + [1] * len(others)
    score = mi.Score.from_notes(onsets, [0.25] * len(onsets), 60, part=parts, meter="6/8", names=["Melody", "Piano"])
    wanted = {"how": "best", "ratio": 1, "part": 0, "accompaniment": "keep"}
    plan, alone = mi.plan(score, target, **wanted), mi.plan(tune(lead, [0.25] * len(lead), "6/8"), target, **wanted)
    assume(not any(is_felt_in_three(span) for span in (*plan.spans, *alone.spans)))
    for span, other in zip(plan.spans, alone.spans, strict=True):
        assert [span.warp(at) for at, *_ in span.line] == [other.warp(at) for at, *_ in other.line]
    made = plan.apply(score).note_table()
    assert len(set(made["onset"])) == len(set(onsets)), "what sounded apart sounds apart"


def test_where_the_lead_rests_the_others_are_heard() -> None:
    """A waltz's bass and chords under a long note, and without one, go where the quarters go."""
    onsets = [0, 3, *range(9)]
    lasting = [3, 3, *[1] * 9]
    parts = [0] * 2 + [1] * 9
    waltz = mi.Score.from_notes(
        onsets, lasting, [72, 74, *[48, 60, 60] * 3], part=parts, meter="3/4", names=["Melody", "Piano"]
    )
    made = mi.convert(waltz, "4/4", how="best", accompaniment="keep")
    assert (made.notes(1)["onset"] % 1 == 0).all()


def test_the_tables_are_small_and_say_where_they_come_from() -> None:
    assert data_path("metre_model.json").stat().st_size < 200_000
    assert set(model().provenance) == {"made by", "rhythms", "weights"}
    for weights in model().weights.values():
        assert set(weights.values) == set(VALUES)
        assert {name: len(row) for name, row in weights.tables.items()} == {
            n: size for n, (_, size, _) in TABLES.items()
        }


@pytest.mark.parametrize("text", METERS)
def test_the_idiom_is_a_distribution(text: str) -> None:
    likely = np.exp(-idiom(mi.Meter(text)))
    assert likely.shape[0] == MeterSlots(mi.Meter(text)).slots
    assert likely.sum(-1) == pytest.approx(1, abs=1e-3)


def test_the_training_climbs_its_own_gradient() -> None:
    """The gradient against finite differences, on one made-up tune in two metres."""
    sys.path[:0] = [str(MAKING)]
    import metre_model
    from metre_pairs import Pair, Passage, tasks

    jig, reel = np.array([0, 1, 1.5, 2, 2.5, 3, 4, 4.5, 6]), np.array([0, 0.5, 1, 1.25, 1.5, 2, 2.5, 3, 4])
    sides = (Passage("a", "6/8", jig, np.ones(9), (0,) * 9), Passage("b", "2/4", reel, np.ones(9), (0,) * 9))
    made = metre_model.examples(tasks([Pair("c", *sides)]), model().rhythms)
    loss = metre_model._loss(made[:1], [1.0])
    place = metre_model._vector(metre_model.start())
    _, gradient = loss(place)
    for cell in [0, 1, 2, *np.argsort(-np.abs(gradient))[:5]]:
        nudge = np.zeros_like(place)
        nudge[cell] = 1e-5
        slope = (loss(place + nudge)[0] - loss(place - nudge)[0]) / 2e-5
        assert gradient[cell] == pytest.approx(slope, rel=1e-4, abs=1e-6)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # the protocol leaves a file open
def test_the_benchmark_measures_what_the_protocol_measures() -> None:
    """Against an independent implementation, where that is present."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "bench" / "metre"
    shared = Path(os.environ.get("MI_THEME_METRE_PROTOCOL", beside))
    if not (shared / "protocol.py").is_file():
        pytest.skip(f"no {shared / 'protocol.py'}")
    sys.path[:0] = [str(shared), str(MAKING), str(Path(__file__).parent / "benchmarks")]
    import metre
    import protocol
    from metre_pairs import stored, tasks

    items, ours = protocol.load(), tasks(stored(shared / "dev_pairs.jsonl"))
    theirs = {"re-bar": "B0 re-bar", "linear": "B1 linear", "nearest 8th": "B2a near 8th", "nearest 16th": "B2b near 16th",
              "next 8th": "B2c ceil 8th", "8th before": "B2d floor 8th", "farthest 8th": "B2e far 8th",
              "cut or rest": "B3 pad/trunc", "beats, 16ths": "B4 beat 16th", "beats, 8ths": "B4b beat 8th"}  # fmt: skip
    assert set(theirs) == set(metre.BASELINES)
    for item, task in zip(items, ours, strict=True):
        given = [item[key] for key in ("onsets", "dur", "sm", "tm", "phase", "ratio")]
        assert (task.ratio, task.phase, task.is_regular) == (item["ratio"], item["phase"], item["regular"])
        for name, method in metre.BASELINES.items():
            out = protocol.BASE[theirs[name]](*given)
            assert np.allclose(method(task), out, equal_nan=True), (name, task)
            assert metre.measures(out, task) == pytest.approx(protocol.score(out, item)), (name, task)
