"""Measures against published tables, cases worked by hand, slow definitions, and laws."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import mi_theme as mi
from mi_theme.errors import ScoreError
from mi_theme.meter import Grouping, Meter
from mi_theme.rhythm import (
    MEASURES,
    Measures,
    directed_swap_distance,
    euclidean,
    evenness,
    indispensability,
    inner_meter,
    ioi_entropy,
    is_euclidean,
    keith,
    measure,
    metric_complexity,
    npvi,
    off_beatness,
    swap_distance,
    syncopation,
    wnbd,
)
from mi_theme.rhythm.grids import on_grid

# Sixteen-pulse timelines and the numbers Toussaint prints for them: metric complexity
# (BRIDGES 2002), off-beatness (ICAPR 2005), WNBD (Gomez and others, BRIDGES 2005).
CLAVES = {
    "shiko": ((0, 4, 6, 10, 12), 2, 0, 1.2),
    "son": ((0, 3, 6, 10, 12), 4, 1, 2.8),
    "rumba": ((0, 3, 7, 10, 12), 5, 2, 3.6),
    "gahu": ((0, 3, 6, 10, 14), 5, 1, 3.6),
    "bossa-nova": ((0, 3, 6, 10, 13), 6, 2, 4.0),
    "soukous": ((0, 3, 6, 10, 11), 6, 2, None),
}
# Flamenco metres on twelve pulses and their directed swap distances
# (Diaz-Banez and others, BRIDGES 2004).
FLAMENCO = {
    "solea": (2, 5, 7, 9, 11),
    "buleria": (2, 6, 7, 9, 11),
    "seguiriya": (0, 2, 4, 7, 10),
    "guajira": (0, 3, 6, 8, 10),
    "fandango": (0, 3, 6, 9),
}
FLAMENCO_DISTANCES = {
    ("solea", "buleria"): 1, ("solea", "seguiriya"): 11, ("solea", "guajira"): 7, ("solea", "fandango"): 7,
    ("buleria", "seguiriya"): 12, ("buleria", "guajira"): 8, ("buleria", "fandango"): 8,
    ("seguiriya", "guajira"): 4, ("seguiriya", "fandango"): 4, ("guajira", "fandango"): 2,
}  # fmt: skip
# Toussaint (BRIDGES 2005): Euclidean rhythms as he lists them.
EUCLIDEAN = {
    (2, 5): "x.x..", (3, 4): "x.xx", (3, 7): "x.x.x..", (3, 8): "x..x..x.", (4, 7): "x.x.x.x", (4, 9): "x.x.x.x..",
    (4, 11): "x..x..x..x.", (5, 6): "x.xxxx", (5, 7): "x.xx.xx", (5, 8): "x.xx.xx.", (5, 9): "x.x.x.x.x",
    (5, 11): "x.x.x.x.x..", (5, 12): "x..x.x..x.x.", (5, 16): "x..x..x..x..x...", (7, 8): "x.xxxxxx",
    (7, 12): "x.xx.x.xx.x.", (7, 16): "x..x.x.x..x.x.x.", (9, 16): "x.xx.x.x.xx.x.x.",
}  # fmt: skip

METRES = st.sampled_from(["4/4", "3/4", "6/8", "2/2", "9/8", "5/4", "5/4:3+3+2+2", "7/8:2+2+3", "12/8"])
EIGHTHS = st.lists(st.integers(0, 79), min_size=1, max_size=30, unique=True)


def sixteenths(places: tuple[int, ...]) -> np.ndarray:
    return np.array(places) / 4


@pytest.mark.parametrize("name", CLAVES)
def test_published_numbers_of_the_claves(name: str) -> None:
    places, complexity, off, distance = CLAVES[name]
    assert metric_complexity(sixteenths(places), "4/4") == complexity
    assert off_beatness(places, 16) == off
    if distance is not None:
        assert wnbd(sixteenths(places), "4/4") == pytest.approx(distance)


def test_bembe_is_three_off_beats_of_twelve() -> None:
    assert off_beatness((0, 2, 4, 5, 7, 9, 11), 12) == 3


@pytest.mark.parametrize(
    ("places", "expected"),
    [
        ((0, 4, 8, 12), 0),  # on every beat
        ((0, 3, 6, 10, 12), 4),  # son: the note at 3 passes 4 (-4 to -2), the one at 6 passes 8 (-3 to -1)
        ((2, 6, 10, 14), 4),  # off-beat eighths (-3) pass 4 (-2), 8 (-1) and 12 (-2), the last nothing
        ((0, 1), 3),  # the note at 1 (-4) reaches to the bar line and passes 8 (-1)
    ],
)
def test_syncopation_worked_by_hand(places: tuple[int, ...], expected: float) -> None:
    assert syncopation(sixteenths(places), "4/4") == expected


def test_syncopation_of_the_theme_before_and_after() -> None:
    assert syncopation([0, 1.5, 3, 4], "5/4:3+3+2+2") == 0
    # 3+3+1+1 in 4/4: the note on eighth 3 (level -3) passes the half bar (-1)
    assert syncopation([0, 1.5, 3, 3.5], "4/4") == 2
    # against five equal beats the second note passes the third beat: -2 to -1
    assert syncopation([0, 1.5, 3, 4], "5/4") == 1


@pytest.mark.parametrize(
    ("places", "expected"),
    [
        ((0, 3, 6, 10, 12), 6),  # son: hesitation 1, anticipation 2, syncopation 3, on, on
        ((0, 2, 3), 2),  # the last lasts 13, rounded to 8: begins off it, ends on it
        ((0,), 0),
    ],
)
def test_keith_worked_by_hand(places: tuple[int, ...], expected: float) -> None:
    assert keith(sixteenths(places), "4/4") == expected


@pytest.mark.parametrize("meter", ["5/4", "5/4:3+3+2+2", "3/4", "6/8", "7/8"])
def test_keith_is_an_error_where_it_is_not_defined(meter: str) -> None:
    with pytest.raises(ScoreError, match="not defined"):
        keith([0, 1], meter)


@pytest.mark.parametrize(
    ("meter", "onset", "ranks"),
    [
        ("4/4", 0.5, (7, 0, 4, 2, 6, 1, 5, 3)),
        ("4/4", 0.25, (15, 0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7)),
        ("3/4", 0.5, (5, 0, 3, 1, 4, 2)),
        ("6/8", 0.5, (5, 0, 2, 4, 1, 3)),
        ("5/4", 0.5, (9, 0, 5, 3, 8, 1, 6, 2, 7, 4)),
    ],
)
def test_barlow_ranks_as_published(meter: str, onset: float, ranks: tuple[int, ...]) -> None:
    grid, _ = on_grid([onset], meter)
    assert tuple(grid.ranks) == ranks


@pytest.mark.parametrize("pair", FLAMENCO_DISTANCES)
def test_flamenco_distances_as_published(pair: tuple[str, str]) -> None:
    one, other = (FLAMENCO[name] for name in pair)
    assert directed_swap_distance(one, other) == directed_swap_distance(other, one) == FLAMENCO_DISTANCES[pair]


def brute_directed(one: list[int], other: list[int]) -> int:
    """The definition: cut the sorted fuller rhythm into runs, one for each onset of the other."""
    many, few = sorted((sorted(one), sorted(other)), key=len, reverse=True)
    cuts = combinations(range(1, len(many)), len(few) - 1)
    return min(
        sum(
            abs(x - target)
            for target, (a, b) in zip(few, zip((0, *cut), (*cut, len(many)), strict=True), strict=True)
            for x in many[a:b]
        )
        for cut in cuts
    )


@given(st.sets(st.integers(0, 15), min_size=1, max_size=7), st.sets(st.integers(0, 15), min_size=1, max_size=7))
def test_directed_swap_distance_is_its_definition(one: set[int], other: set[int]) -> None:
    assert directed_swap_distance(one, other) == brute_directed(list(one), list(other))
    if len(one) == len(other):
        assert directed_swap_distance(one, other) == swap_distance(one, other)


@pytest.mark.parametrize("pair", EUCLIDEAN)
def test_euclidean_rhythms_as_listed(pair: tuple[int, int]) -> None:
    row = EUCLIDEAN[pair]
    assert euclidean(*pair) == Grouping.of_onsets((i for i, c in enumerate(row) if c == "x"), len(row))


def test_the_theme_is_not_euclidean() -> None:
    assert not is_euclidean("3+3+2+2")
    assert is_euclidean("2+3+2+3")
    assert is_euclidean("3+3+2")  # the tresillo is


@given(st.integers(1, 40).flatmap(lambda n: st.tuples(st.integers(1, n), st.just(n))))
def test_euclidean_rhythms_are_maximally_even(pair: tuple[int, int]) -> None:
    onsets, pulses = pair
    parts = list(euclidean(*pair))
    assert len(parts) == onsets
    assert sum(parts) == pulses
    for size in range(1, onsets):  # spans of as many steps have at most two lengths, next to each other
        spans = {sum((parts + parts)[i : i + size]) for i in range(onsets)}
        assert max(spans) - min(spans) <= 1


def test_evenness_worked_by_hand() -> None:
    assert evenness((0, 4, 8, 12), 16) == pytest.approx(1)
    # two onsets a quarter circle apart: one chord of sqrt(2) against a diameter of 2
    assert evenness((0, 1), 4) == pytest.approx(2**0.5 / 2)
    assert evenness((3,), 8) == 1


@given(st.sets(st.integers(0, 11), min_size=1, max_size=8), st.integers(0, 11))
def test_evenness_does_not_turn_with_the_circle(places: set[int], turn: int) -> None:
    turned = [(place + turn) % 12 for place in places]
    assert evenness(turned, 12) == pytest.approx(evenness(places, 12))
    assert 0 < evenness(places, 12) <= 1 + 1e-9


def test_npvi_and_entropy_worked_by_hand() -> None:
    assert npvi([0, 1, 2, 3]) == 0
    assert npvi([0, 2, 3, 5, 6]) == pytest.approx(200 / 3)  # 2:1 throughout
    assert npvi([0, 3, 4, 7]) == 100  # 3:1
    assert ioi_entropy([0, 1, 2, 3]) == 0
    assert ioi_entropy([0, 1, 3, 4, 6]) == 1  # two kinds, as many of each
    assert ioi_entropy([0, 1, 3, 6, 10]) == 2


def slow_inner_meter(onsets: list[int]) -> tuple[list[int], list[int]]:
    """Volk's definition, word for word, with p = 2 and l = 2."""
    notes, last = set(onsets), max(onsets)
    chains = []
    for step in range(1, last + 1):
        for start in notes:
            length = 0
            while start + (length + 1) * step in notes:
                length += 1
            if length >= 2:
                chains.append((start, step, length))
    sets = [frozenset(s + i * d for i in range(k + 1)) for s, d, k in chains]
    local = {sets[i]: chains[i] for i in range(len(chains)) if not any(sets[i] < other for other in sets)}
    metric = [sum(k**2 for members, (_, _, k) in local.items() if note in members) for note in sorted(notes)]
    spectral = [sum(k**2 for s, d, k in local.values() if (place - s) % d == 0) for place in range(last + 1)]
    return metric, spectral


@given(st.sets(st.integers(1, 40), min_size=2, max_size=25))
def test_inner_metric_analysis_is_its_definition(places: set[int]) -> None:
    onsets = [0, 1, *(1 + place for place in sorted(places))]  # a step of one keeps the grid at one
    metric, spectral = slow_inner_meter(onsets)
    found = inner_meter(onsets)
    assert found.metric.tolist() == metric
    assert found.spectral.tolist() == spectral


def test_inner_metric_analysis_worked_by_hand() -> None:
    # {0, 1, 2, 4}: chains 0-1-2 and 0-2-4 of two steps: 0 and 2 are in both
    found = inner_meter([0, 1, 2, 4])
    assert found.metric.tolist() == [8, 4, 8, 4]
    assert found.spectral.tolist() == [8, 4, 8, 4, 8]


def test_inner_peaks_of_the_ostinato_are_not_its_downbeats() -> None:
    onsets = [5 * bar + onset for bar in range(16) for onset in (0, 1.5, 3, 4)]
    found = inner_meter(onsets)
    of_bar = found.metric.reshape(16, 4)[4:12].mean(0)
    assert of_bar.argmax() != 0


# Laws


@given(EIGHTHS, METRES, st.integers(0, 3))
def test_whole_bars_and_order_do_not_matter(places: list[int], meter: str, bars: int) -> None:
    onsets = [Fraction(place, 2) for place in places]
    moved = [onset + bars * Meter(meter).bar for onset in reversed(onsets)]
    for take in (syncopation, metric_complexity, wnbd, indispensability):
        assert take(onsets, meter) == pytest.approx(take(moved, meter))
        assert take(onsets, meter) >= 0


@given(METRES, st.integers(1, 4))
def test_every_pulse_sounding_is_no_syncopation(meter: str, bars: int) -> None:
    one = Meter(meter)
    pulses = [one.pulse * i for i in range(one.pulses * bars)]
    assert syncopation(pulses, meter) == 0
    assert metric_complexity(pulses, meter) == 0
    assert indispensability(pulses, meter) == pytest.approx(0.5)


@given(METRES)
def test_one_note_a_bar_is_the_best_there_is(meter: str) -> None:
    onsets = [Meter(meter).bar * i for i in range(3)]
    assert syncopation(onsets, meter) == metric_complexity(onsets, meter) == wnbd(onsets, meter) == 0
    assert indispensability(onsets, meter) == 1


@pytest.mark.parametrize("meter", ["4/4", "3/4", "6/8", "2/4", "9/8", "12/8", "2/2"])
def test_levels_agree_with_the_beat_depth_of_music21(meter: str) -> None:
    music21 = pytest.importorskip("music21")
    signature = music21.meter.TimeSignature(meter)
    one = Meter(meter)
    depths = [
        signature.getOffsetFromBeat(1) == 0 and signature.getBeat(float(one.pulse * i)) for i in range(one.pulses)
    ]
    on_beat = [float(depth).is_integer() for depth in depths]
    levels = np.array(one.levels)
    weakest_beat = levels[on_beat].min()
    assert (levels[~np.array(on_beat)] < weakest_beat).all()


# The table


def test_the_table_reads_and_prints() -> None:
    home = measure([0, 1.5, 3, 4], "5/4:3+3+2+2")
    both = home.beside(measure([0, 1.5, 3, 3.5], "4/4"), home)
    assert both.titles == ("5/4:3+3+2+2", "4/4", "5/4:3+3+2+2 (2)")
    assert both.as_dict()["4/4"]["syncopation"] == 2
    assert home["syncopation"] == 0
    assert home["Keith"] is None
    assert eval(repr(both)) == both
    assert {both: 1}[both] == 1
    lines = str(both).splitlines()
    assert len(lines) == len(MEASURES) + 1
    assert lines[0].split() == ["5/4:3+3+2+2", "4/4", "5/4:3+3+2+2", "(2)"]
    assert "<table>" in both._repr_html_()


def test_no_digits_of_the_arithmetic_are_shown() -> None:
    """Not 20.000000000000004."""
    for _, (value,) in measure(mi.theme()).rows:
        assert value is None or len(repr(value).partition(".")[2]) <= 9, value
    assert measure(mi.theme())["nPVI"] == 20


def test_titles_are_escaped_in_html() -> None:
    assert "<b>" not in measure([0, 1], "4/4", name="<b>")._repr_html_()


def test_without_a_metre_only_what_needs_none_is_said() -> None:
    table = measure([0, 1, 2, 4])
    assert table["nPVI"] is not None
    assert table["syncopation"] is None


def test_a_motif_and_a_score_are_measured_alike() -> None:
    theme = mi.theme()
    motif = measure(theme.ostinato, theme.meter)
    onsets = [float(onset) for onset in theme.ostinato.onsets]
    score = mi.Score.from_notes(onsets, 0.5, 40, meter="5/4:3+3+2+2")
    assert measure(score).rows == motif.rows
    assert measure(score, part=0).rows == motif.rows


def test_a_theme_and_its_adaptation_bring_their_metre() -> None:
    theme = mi.theme()
    assert measure(theme).rows == measure(theme.ostinato, theme.meter).rows
    adapted = theme.to_meter("4/4", how="regroup")
    assert measure(adapted).rows == measure(adapted.motif("ostinato"), "4/4").rows
    assert measure(theme, "5/4")["syncopation"] == 1


def test_a_pick_up_is_measured_from_the_first_full_bar() -> None:
    meters = mi.score.MeterMap.of([(Fraction(0), Meter("1/4")), (Fraction(1), Meter("4/4"))])
    score = mi.Score.from_notes([0.5, 1, 2.5, 4, 5], 1, 60, meter=meters)
    assert measure(score).rows == measure([-0.5, 0, 1.5, 3, 4], "4/4").rows


def test_a_score_that_changes_its_metre_is_not_measured_as_one() -> None:
    meters = mi.score.MeterMap.of([(Fraction(0), Meter("4/4")), (Fraction(8), Meter("3/4"))])
    score = mi.Score.from_notes(range(14), 1, 60, meter=meters)
    with pytest.raises(ScoreError, match="changes its metre"):
        measure(score)
    assert measure(score.passage((1, 2)))["syncopation"] == 0
    assert measure(score, "4/4")["notes"] == 14


@pytest.mark.parametrize("onsets", [[], [0], [2.5], range(3000), [0, 1, 1e9], [-7, -3.5]])
def test_few_and_many_notes_have_defined_answers(onsets: list[float]) -> None:
    table = measure(onsets, "5/4:3+3+2+2")
    assert isinstance(table, Measures)
    assert all(value is None or np.isfinite(value) for _, (value,) in table.rows)


@pytest.mark.parametrize("onsets", [[0, float("nan")], [0, float("inf")], [[0, 1]], ["abc"], [0, 1e12]])
def test_what_is_no_row_of_numbers_is_refused(onsets: object) -> None:
    with pytest.raises(ScoreError):
        measure(onsets, "4/4")


def test_a_note_on_no_grid_is_named() -> None:
    with pytest.raises(ScoreError, match=r"note 1 at 0\.1234"):
        syncopation([0, 0.12341], "4/4")


@pytest.mark.parametrize(
    "call",
    [
        lambda: euclidean(0, 4), lambda: euclidean(5, 4), lambda: euclidean(1, 10**7), lambda: off_beatness([4], 4),
        lambda: evenness([0.5], 4), lambda: swap_distance([0], [0, 1]), lambda: directed_swap_distance([], [1]),
    ],
)  # fmt: skip
def test_cycles_refuse_what_makes_no_sense(call: object) -> None:
    with pytest.raises(ScoreError):
        call()
