"""Values as plain data and back: what is written is read, and whatever else a file says is refused at its place."""

from __future__ import annotations

import json
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mi_theme as mi
from mi_theme.adaptation.plans import BarNotes, Plan
from mi_theme.codec import plain, value_of
from mi_theme.conversion.scoreplan import ScorePlan
from mi_theme.errors import FileError
from mi_theme.meter import Meter
from mi_theme.warp import Warp

PLAN = mi.theme().to_meter("4/4").plan
TEXT = json.dumps(plain(PLAN))


class Pair(NamedTuple):
    name: str
    share: float


@dataclass(frozen=True)
class Kept:
    meter: Meter
    warp: Warp | None
    pairs: tuple[Pair, ...]
    sizes: tuple[int, str]
    line: BarNotes
    flag: bool = False
    free: int | str = 0


@given(
    st.sampled_from(["5/4:3+3+2+2", "4/4", "7/8"]),
    st.none() | st.just("0>0 3>3 5>4"),
    st.lists(st.tuples(st.text(), st.floats(allow_nan=False, allow_infinity=False))),
    st.booleans(),
    st.integers() | st.text(),
    st.lists(st.tuples(st.fractions(0, 9, max_denominator=99), st.fractions(0, 9, max_denominator=99), st.text())),
)
def test_what_is_written_is_read(
    meter: str, warp: str | None, pairs: list[tuple[str, float]], flag: bool, free: int | str, line: list[Any]
) -> None:
    rows = tuple(Pair(*pair) for pair in pairs)
    value = Kept(Meter(meter), Warp(warp) if warp else None, rows, (1, "a"), BarNotes(line), flag, free)
    again = value_of(Kept, json.loads(json.dumps(plain(value))))
    assert again == value
    assert type(again.line) is BarNotes


def test_plans_and_hits_are_written_and_read_by_it() -> None:
    score = PLAN and mi.theme().to_score()
    hit = mi.find(mi.theme(), mi.theme().to_meter("4/4").theme.to_score())[0]
    for value in (PLAN, mi.plan(score, meter="7/8"), hit):
        assert value_of(type(value), json.loads(json.dumps(plain(value)))) == value


@pytest.mark.parametrize(
    ("place", "wrong", "said"),
    [
        (["source"], 5, "source: the text of a Meter belongs here, not 5"),
        (["source"], "5/3", "source: '5/3'"),
        (["warp"], "1>x", "warp: '1>x'"),
        (["cost"], "dear", "cost: a number belongs here, not 'dear'"),
        (["cost"], True, "cost: a number belongs here, not True"),
        (["cost"], float("inf"), "cost: a number belongs here, not inf"),
        (["cost"], 10**400, "cost: a number belongs here"),
        (["figure"], {}, "figure: a list belongs here"),
        (["figure", 0], "1/0", "figure[0]: "),
        (["figure", 0], "1e999999999", "figure[0]: the text of a Fraction"),
        (["figure", 0], "9" * 100, "figure[0]: the text of a Fraction"),
        (["lines", 0, 1], ["0"], "lines[0][1]: 3 values belong here, not 1"),
        (["lines", 0, 1, 2], None, "lines[0][1][2]: text belongs here, not None"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_refused_at_its_place(place: list[Any], wrong: Any, said: str) -> None:
    data = json.loads(TEXT)
    inner = data
    for step in place[:-1]:
        inner = inner[step]
    inner[place[-1]] = wrong
    with pytest.raises(FileError, match="^" + said.replace("[", r"\[").replace("]", r"\]")):
        value_of(Plan, data)


def test_fields_that_are_none_or_not_there_are_named() -> None:
    data = json.loads(TEXT)
    with pytest.raises(FileError, match="no field of a Plan is called 'colour'"):
        value_of(Plan, {**data, "colour": 1})
    with pytest.raises(FileError, match="source is missing"):
        value_of(Plan, {name: value for name, value in data.items() if name != "source"})
    for nothing in (None, [], "", 3, Fraction(1)):
        with pytest.raises(FileError, match="a ScorePlan belongs here"):
            value_of(ScorePlan, nothing)
