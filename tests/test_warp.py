"""Bar maps: exact, monotone, composed and turned round without loss."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mi_theme.errors import MapError
from mi_theme.warp import Warp

LENGTHS = st.builds(Fraction, st.integers(0, 8), st.sampled_from((1, 2, 3, 4)))
PLACES = st.builds(Fraction, st.integers(-60, 60), st.sampled_from((1, 2, 3, 5, 8)))


@st.composite
def warps(draw: st.DrawFn, source: Fraction | None = None) -> Warp:
    """A map with stretches, drops and insertions; of a given source length if asked."""
    steps = draw(st.lists(st.tuples(LENGTHS, LENGTHS), min_size=1, max_size=6))
    assume(all(sum(side) > 0 for side in zip(*steps, strict=True)))
    points = [(Fraction(0), Fraction(0))]
    for dx, dy in steps:
        points.append((points[-1][0] + dx, points[-1][1] + dy))
    scale = Fraction(1) if source is None else source / points[-1][0]
    return Warp((x * scale, y) for x, y in points)


@st.composite
def chains(draw: st.DrawFn) -> tuple[Warp, Warp, Warp]:
    """Three maps, each beginning with what the one before fills."""
    first = draw(warps())
    second = draw(warps(first.target))
    return first, second, draw(warps(second.target))


@given(warps())
def test_text_and_repr_read_back(warp: Warp) -> None:
    assert Warp(str(warp)) == warp == eval(repr(warp)) == Warp(warp) == Warp(warp.points)


@given(warps(), st.integers(1, 5))
def test_points_on_a_line_change_nothing(warp: Warp, pieces: int) -> None:
    finer = [
        (x0 + (x1 - x0) * i / pieces, y0 + (y1 - y0) * i / pieces)
        for (x0, y0), (x1, y1) in pairwise(warp.points)
        for i in range(pieces + 1)
    ]
    assert Warp(finer) == warp


@given(warps(), PLACES, PLACES)
def test_never_goes_back_and_grows_on_what_it_keeps(warp: Warp, one: Fraction, other: Fraction) -> None:
    low, high = sorted((one, other))
    assert warp(low) <= warp(high)
    assert warp.end(low) <= warp.end(high)
    assert warp.end(low) <= warp(low)
    if low < high:
        assert warp(low) <= warp.end(high)
        if warp.keeps(low):
            assert warp(low) < warp.end(high)
            assert warp(low) < warp(high)


@given(warps(), PLACES, st.integers(-3, 3))
def test_repeats_for_ever_in_both_directions(warp: Warp, place: Fraction, cycles: int) -> None:
    there = place + cycles * warp.source
    assert warp(there) == warp(place) + cycles * warp.target
    assert warp.end(there) == warp.end(place) + cycles * warp.target
    assert warp.keeps(there) == warp.keeps(place)
    assert warp.slope(there) == warp.slope(place)


@given(warps())
def test_nothing_is_lost_unaccounted_for(warp: Warp) -> None:
    steps = [(x1 - x0, y1 - y0) for (x0, y0), (x1, y1) in pairwise(warp.points)]
    kept = [(dx, dy) for dx, dy in steps if dx and dy]
    assert sum(dx for dx, _ in kept) + sum(b - a for a, b in warp.dropped) == warp.source
    assert sum(dy for _, dy in kept) + sum(b - a for a, b in warp.inserted) == warp.target


@given(warps(), PLACES)
def test_there_and_back(warp: Warp, place: Fraction) -> None:
    assert warp.inverse().inverse() == warp
    assert (warp.inverse().dropped, warp.inverse().inserted) == (warp.inserted, warp.dropped)
    if warp.keeps(place):
        assert warp.inverse()(warp(place)) == place
        assert warp.slope(place) * warp.inverse().slope(warp(place)) == 1


@given(chains())
def test_composition_is_associative(chain: tuple[Warp, Warp, Warp]) -> None:
    one, two, three = chain
    assert one.then(two).then(three) == one.then(two.then(three))


@given(chains())
def test_the_way_back_goes_through_the_same_places(chain: tuple[Warp, Warp, Warp]) -> None:
    one, two, _ = chain
    assert one.then(two).inverse() == two.inverse().then(one.inverse())


@given(chains(), PLACES)
def test_composition_is_one_after_the_other(chain: tuple[Warp, Warp, Warp], place: Fraction) -> None:
    one, two, _ = chain
    both = one.then(two)
    assert both.keeps(place) == (one.keeps(place) and two.keeps(one(place)))
    if both.keeps(place):
        assert both(place) == two(one(place))


@given(warps())
def test_the_identity_changes_nothing(warp: Warp) -> None:
    assert Warp.identity(warp.source).then(warp) == warp == warp.then(Warp.identity(warp.target))
    assert Warp.identity(warp.source).is_identity
    assert warp.is_identity == (warp == Warp.identity(warp.source))


@given(warps(), st.integers(1, 4), PLACES)
def test_written_out_it_is_the_same_map(warp: Warp, count: int, place: Fraction) -> None:
    long = warp.times(count)
    assert (long.source, long.target) == (count * warp.source, count * warp.target)
    assert long.keeps(place) == warp.keeps(place)
    if warp.keeps(place):  # where a whole bar goes and comes anew, its end and the next beginning meet
        assert long(place) == warp(place)


@given(warps(), warps(), PLACES)
def test_beside_puts_one_map_behind_the_other(one: Warp, other: Warp, place: Fraction) -> None:
    both, inside = one.beside(other), place % one.source
    assert (both.source, both.target) == (one.source + other.source, one.target + other.target)
    assert both.end(one.source) in (one.target, one.end(one.source))
    if inside and one.keeps(inside):
        assert both(inside) == one(inside)


@given(st.lists(st.integers(1, 9), min_size=1, max_size=6), st.data())
def test_spans_to_spans(widths: list[int], data: st.DataObject) -> None:
    heights = data.draw(st.lists(st.integers(1, 9), min_size=len(widths), max_size=len(widths)))
    warp = Warp.of_lengths(widths, heights)
    assert [warp(sum(widths[:i])) for i in range(len(widths))] == [sum(heights[:i]) for i in range(len(heights))]
    assert not warp.dropped
    assert not warp.inserted


def test_trimming_the_tail() -> None:
    tail = Warp("0>0 3>3 5>4")
    assert [str(tail(Fraction(eighth, 2))) for eighth in (0, 3, 6, 8, 10)] == ["0", "3/2", "3", "7/2", "4"]
    assert tail.then(tail.inverse()).is_identity
    assert tail == Warp.of_lengths(map(Fraction, ("3/2", "3/2", "1", "1")), map(Fraction, ("3/2", "3/2", "1/2", "1/2")))


def test_a_cut_and_an_added_beat() -> None:
    cut, added = Warp("0>0 4>4 5>4"), Warp("0>0 5>5 5>6")
    assert (cut.dropped, cut.inserted) == (((4, 5),), ())
    assert not cut.keeps(4)
    assert cut.keeps(5)
    assert cut(Fraction(9, 2)) == 4
    assert (added.dropped, added.inserted) == ((), ((5, 6),))
    assert (added.end(5), added(5)) == (5, 6)


def test_where_something_goes_and_something_comes_the_going_is_written_first() -> None:
    assert str(Warp("0>0 1>1 1>3 2>3 3>4")) == str(Warp("0>0 1>1 2>1 2>3 3>4")) == "0>0 1>1 2>1 2>3 3>4"


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "0>0", "1>0 2>2", "0>1 2>2", "0>0 2>2 1>3", "0>0 2>2 3>1", "0>0 0>3", "0>0 3>0", "0>0 1", "0>0 1>2>3",
        "0>0 1>x", "0>0 1/0>1", "0>0 nan>1", "0>0 inf>1", "0>0 1e999999999>1", "0>0 1>" + "9" * 5000, "x" * 100_000,
    ],
)  # fmt: skip
@pytest.mark.usefixtures("impatient")
def test_what_is_no_map(text: str) -> None:
    with pytest.raises(MapError) as caught:
        Warp(text)
    assert len(str(caught.value)) < 200


def test_lengths_that_do_not_meet() -> None:
    with pytest.raises(MapError, match="5 quarters cannot go on with one of 4"):
        Warp.identity(5).then(Warp.identity(4))
