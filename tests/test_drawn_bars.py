"""Bars in the terminal: golden drawings, and what holds in every one of them."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mi_theme as mi
from mi_theme.views import counted, drawn

GOLDEN = Path(__file__).with_name("golden")
_spec = importlib.util.spec_from_file_location("regenerate_bars", GOLDEN / "regenerate_bars.py")
regenerate_bars = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(regenerate_bars)


@pytest.mark.parametrize("meter", regenerate_bars.METERS)
def test_drawn_bars_are_the_golden_ones(meter):
    golden = regenerate_bars.file_of(meter).read_text("utf-8")
    assert len(golden) > 200
    assert drawn(meter) == golden


GROUPS = st.lists(st.integers(1, 9), min_size=1, max_size=20)


@given(GROUPS, st.sampled_from(["8", "16"]))
def test_a_drawn_bar_shows_every_pulse_once_and_fits(groups, unit):
    meter = mi.Meter("+".join(map(str, groups)) + "/" + unit)
    lines = drawn(meter).splitlines()
    assert max(map(len, lines)) <= 80
    numbers = [int(n) for line in lines if line.split()[:1] in (["eighth"], ["sixteenth"]) for n in line.split()[1:]]
    assert numbers == list(range(1, meter.pulses + 1))
    weights = [int(n) for line in lines if line.startswith("weight") for n in line.split()[1:]]
    assert weights == list(meter.ranks)
    beats = "".join(line for line in lines if line.startswith("group"))
    assert beats.count("[") == beats.count("]") == len(meter.groups)


@pytest.mark.parametrize("meter", ["255/64", "255/1", "100/4:80+120", "17/8", "1/64"])
def test_long_bars_fit_too(meter):
    assert max(map(len, drawn(meter).splitlines())) <= 80


@pytest.mark.parametrize(
    ("meter", "said"),
    [
        ("4/4", "1 & 2 & 3 & 4 &"),
        ("5/4:3+3+2+2", "1 & 2 & 3 & 4 & 5 &"),
        ("6/8", "1 & a 2 & a"),
        ("7/8:2+2+3", "1 2 1 2 1 2 3"),
        ("4/4:3+3+4+2+4", "1 e & a 2 e & a 3 e & a 4 e & a"),
        ("6/4", "1 & 2 & 3 & 4 & 5 & 6 &"),
        ("3/8", "1 2 3"),
    ],
)
def test_bars_are_counted_as_players_do(meter, said):
    assert counted(meter) == tuple(said.split())


def test_looking_at_a_bar_in_the_terminal_loads_nothing_heavy():
    code = "import sys, mi_theme.views as v; v.drawn('5/4'); print('matplotlib' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)
    assert done.stdout.strip() == "False"
