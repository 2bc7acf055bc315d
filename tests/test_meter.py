"""Metres: text both ways, groups and beats, levels and ranks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mi_theme.adaptation.costs import order_cost
from mi_theme.errors import TextError
from mi_theme.meter import Grouping, Meter

DENOMINATORS = (1, 2, 4, 8, 16, 32, 64)


def compositions(total: int, parts: int) -> Iterator[tuple[int, ...]]:
    """Every way to write `total` as so many positive numbers, in order."""
    if parts == 1:
        yield (total,)
        return
    for first in range(1, total - parts + 2):
        for rest in compositions(total - first, parts - 1):
            yield (first, *rest)


def orders_of(total: int, sizes: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    """Every way to fill `total` with groups of the given sizes."""
    if total == 0:
        yield ()
    for size in sizes:
        if size <= total:
            for rest in orders_of(total - size, sizes):
                yield (size, *rest)


@st.composite
def meters(draw: st.DrawFn) -> Meter:
    numerator, denominator = draw(st.integers(1, 24)), draw(st.sampled_from(DENOMINATORS))
    if draw(st.booleans()):
        return Meter.of(numerator, denominator)
    total = numerator * draw(st.sampled_from((1, 2, 4)))
    cuts = sorted(draw(st.sets(st.integers(1, total - 1), max_size=8))) if total > 1 else []
    return Meter.of(numerator, denominator, [b - a for a, b in pairwise([0, *cuts, total])])


@given(meters())
def test_text_and_repr_read_back(meter: Meter) -> None:
    assert Meter(str(meter)) == meter == Meter(meter)
    assert eval(repr(meter)) == meter
    assert Meter(meter.signature) == meter.plain


@given(st.lists(st.integers(1, 255), min_size=1, max_size=12))
def test_groupings_read_back(parts: list[int]) -> None:
    grouping = Grouping(parts)
    assert Grouping(str(grouping)) == grouping == eval(repr(grouping))
    assert grouping.total == sum(parts)
    assert Grouping.of_onsets(grouping.starts, grouping.total) == grouping


@given(st.lists(st.integers(1, 4), min_size=1, max_size=6))
def test_rotations_are_all_different_and_of_one_sum(parts: list[int]) -> None:
    rotations = Grouping(parts).rotations()
    assert len(set(rotations)) == len(rotations)
    assert {rotation.total for rotation in rotations} == {sum(parts)}
    assert {Grouping(parts[i:] + parts[:i]) for i in range(len(parts))} == set(rotations)


@given(meters())
def test_groups_fill_the_bar_and_beats_begin_them(meter: Meter) -> None:
    assert sum(meter.groups) == meter.pulses
    assert meter.pulses * meter.pulse == meter.bar
    assert [b - a for a, b in pairwise([*meter.beats, meter.pulses])] == list(meter.groups)


@given(meters())
def test_ranks_are_a_permutation_that_respects_levels(meter: Meter) -> None:
    levels, ranks = meter.levels, meter.ranks
    assert sorted(ranks) == list(range(meter.pulses))
    assert ranks[0] == meter.pulses - 1
    assert levels[0] == 0
    assert all(level < 0 for level in levels[1:])
    by_rank = sorted(range(meter.pulses), key=lambda pulse: -ranks[pulse])
    assert all(levels[a] >= levels[b] for a, b in pairwise(by_rank))


@given(meters())
def test_no_pulse_between_beats_outranks_a_beat(meter: Meter) -> None:
    off_beat = set(range(meter.pulses)) - set(meter.beats)
    weakest_beat = min(meter.ranks[beat] for beat in meter.beats)
    assert all(meter.ranks[pulse] < weakest_beat for pulse in off_beat)


@given(meters())
def test_weights_run_from_nothing_to_one(meter: Meter) -> None:
    assert meter.weights[0] == 1
    assert all(isinstance(weight, Fraction) and 0 <= weight <= 1 for weight in meter.weights)


@given(meters(), meters())
def test_same_bar_is_an_equivalence(one: Meter, other: Meter) -> None:
    assert one.same_bar(one)
    assert one.same_bar(other) == other.same_bar(str(one))
    assert one != other or one.same_bar(other)


@given(meters())
def test_a_counterpart_has_as_many_beats_and_divides_them_otherwise(meter: Meter) -> None:
    other = meter.counterpart
    if other is not None:
        assert len(other.beats) == len(meter.beats)
        assert other.is_compound != meter.is_compound
        assert other.counterpart in (meter, None)


# Barlow's own rows, as METRE.md's research computed them; 5/4 is his (5, 2)
@pytest.mark.parametrize(
    ("text", "ranks"),
    [
        ("4/4", "7 0 4 2 6 1 5 3"),
        ("3/4", "5 0 3 1 4 2"),
        ("6/8", "5 0 2 4 1 3"),
        ("5/4", "9 0 5 3 8 1 6 2 7 4"),
        ("2/4", "3 0 2 1"),
    ],
)
def test_barlows_ranks(text: str, ranks: str) -> None:
    assert Meter(text).ranks == tuple(map(int, ranks.split()))


@pytest.mark.parametrize(
    ("text", "levels"),
    [
        ("4/4", (0, -3, -2, -3, -1, -3, -2, -3)),
        ("3/4", (0, -2, -1, -2, -1, -2)),
        ("6/8", (0, -2, -2, -1, -2, -2)),
        ("12/8", (0, -3, -3, -2, -3, -3, -1, -3, -3, -2, -3, -3)),
        ("5/4", (0, -2, -1, -2, -1, -2, -1, -2, -1, -2)),
        ("5/4:3+3+2+2", (0, -2, -2, -1, -2, -2, -1, -2, -1, -2)),
        ("7/8:2+2+3", (0, -2, -1, -2, -1, -2, -2)),
    ],
)
def test_levels(text: str, levels: tuple[int, ...]) -> None:
    assert Meter(text).levels == levels


@pytest.mark.parametrize(
    ("text", "pulse", "groups", "beats"),
    [
        ("5/4:3+3+2+2", "1/2", (3, 3, 2, 2), (0, 3, 6, 8)),
        ("5/4", "1/2", (2, 2, 2, 2, 2), (0, 2, 4, 6, 8)),
        ("5/4:3+2", "1/2", (6, 4), (0, 6)),
        ("3+3+2+2/8", "1/2", (3, 3, 2, 2), (0, 3, 6, 8)),
        ("4/4", "1/2", (2, 2, 2, 2), (0, 2, 4, 6)),
        ("2/2", "1/2", (4, 4), (0, 4)),
        ("6/8", "1/2", (3, 3), (0, 3)),
        ("6/4", "1/2", (6, 6), (0, 6)),
        ("12/8", "1/2", (3, 3, 3, 3), (0, 3, 6, 9)),
        ("3/4", "1/2", (2, 2, 2), (0, 2, 4)),
        ("3/8", "1/2", (1, 1, 1), (0, 1, 2)),
        ("4/4:6+6+4", "1/4", (6, 6, 4), (0, 6, 12)),
        ("3/16", "1/4", (1, 1, 1), (0, 1, 2)),
    ],
)
def test_beats(text: str, pulse: str, groups: tuple[int, ...], beats: tuple[int, ...]) -> None:
    meter = Meter(text)
    assert (str(meter.pulse), meter.groups, meter.beats) == (pulse, groups, beats)


def test_a_bare_five_four_has_no_grouping_and_is_not_the_themes_metre() -> None:
    bare, grouped, eighths = Meter("5/4"), Meter("5/4:3+3+2+2"), Meter("3+3+2+2/8")
    assert bare.grouping is None
    assert bare.is_open
    assert not bare.is_additive
    assert grouped.is_additive
    assert not grouped.is_open
    assert str(eighths) == "10/8:3+3+2+2"
    assert len({bare, grouped, eighths}) == 3
    assert grouped.same_bar(eighths)
    assert not grouped.same_bar(bare)
    assert not grouped.same_bar("5/4:2+2+3+3")


@pytest.mark.parametrize("pair", [("6/8", "2/4"), ("9/8", "3/4"), ("12/8", "4/4"), ("6/4", "2/2")])
def test_simple_and_compound_counterparts(pair: tuple[str, str]) -> None:
    compound, simple = map(Meter, pair)
    assert (compound.counterpart, simple.counterpart) == (simple, compound)


@pytest.mark.parametrize("text", ["5/4", "7/8", "5/4:3+3+2+2", "1/4", "18/8", "3/64"])
def test_no_counterpart(text: str) -> None:
    assert Meter(text).counterpart is None


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("5/3", 3), ("5/4:3+3+1", 5), ("0/4", 1), ("4", 2), ("1" * 1000 + "/4", 1), ("1" * 1000, 1001),
        ("4/" + "1" * 1000, 3), ("4/4:" + "1" * 1000, 5), ("5/4:", 5), ("/4", 1), ("4/", 3), ("4/4/4", 3),
        ("5/4:3++2", 7), ("5/4:3+x+2", 7), ("-3/4", 1), ("4/4+4", 3), ("5:4/4", 2), ("5/4:3+3+2+2:1", 11), ("256/4", 1),
        ("5/128", 3), ("5/0", 3), ("5/4:0+5", 5), ("200+56/4", 1), ("٥/٤", 1), ("⁵/4", 1), ("5/4:3+3+2+2 ", None),
    ],
)  # fmt: skip
def test_errors_point_into_the_text(text: str, column: int | None) -> None:
    if column is None:
        assert Meter(text) == Meter(text.strip())
        return
    with pytest.raises(TextError, match=f"column {column}: ") as caught:
        Meter(text)
    assert len(str(caught.value)) < 200
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text", ["", " ", "\n"])
def test_nothing_is_no_metre(text: str) -> None:
    with pytest.raises(TextError, match="no metre"):
        Meter(text)


@pytest.mark.parametrize("value", [4, None, (4, 4), 0.75])
def test_what_is_no_text_is_no_metre(value: object) -> None:
    with pytest.raises(TextError, match="as text, such as '5/4'"):
        Meter(value)  # type: ignore[arg-type]


@given(st.text(max_size=12) | st.text("0123456789+/: ", max_size=12))
def test_any_text_is_a_metre_or_a_text_error(text: str) -> None:
    with suppress(TextError):
        meter = Meter(text)
        assert Meter(str(meter)) == meter


def test_ten_eighths_fall_into_twos_and_threes_in_seven_orders() -> None:
    orders = [Meter.of(10, 8, order) for order in orders_of(10, (2, 3))]
    assert len(set(orders)) == 7
    assert sum(meter.groups.count(3) == 2 for meter in orders) == 6
    assert sum(meter.groups == (2,) * 5 for meter in orders) == 1


def test_one_cut_of_eight_breaks_no_order_relation_of_the_theme() -> None:
    cuts = list(compositions(8, 4))
    keeping = [cut for cut in cuts if not order_cost((3, 3, 2, 2), cut)]
    assert len(cuts) == 35
    assert keeping == [(3, 3, 1, 1)]


def test_on_sixteenths_other_cuts_keep_the_order_too() -> None:
    keeping = [cut for cut in compositions(16, 4) if not order_cost((3, 3, 2, 2), cut)]
    assert keeping == [(5, 5, 3, 3), (6, 6, 2, 2), (7, 7, 1, 1)]
