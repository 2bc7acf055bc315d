"""Hits in another metre name the strategy that makes just that rhythm."""

from __future__ import annotations

from contextlib import suppress
from fractions import Fraction
from math import exp

import numpy as np
import pytest

import mi_theme as mi
from mi_theme.adaptation.strategies import STRATEGIES, proposed
from mi_theme.search.match.bar_maps import BAR_RATIOS, FIRST_MAP, Explanation, explanation

TARGETS = ("4/4", "3/4", "7/8", "6/8")
OFFERED = [name for name, strategy in STRATEGIES.items() if strategy.offered]
PATTERN = mi.Pattern.of(mi.theme())
ENOUGH = 6  # notes of eight that a search needs


def kept_by(warp: mi.Warp) -> int:
    """How many notes a map keeps."""
    return sum(warp.keeps(at) for at in PATTERN.onset)


def versions() -> list[tuple[str, str]]:
    """Every offered strategy with every target that it reaches, where enough is left to be found; see the test of cuts."""
    found = []
    for target in TARGETS:
        for name in OFFERED:
            with suppress(mi.MiThemeError):
                warp = mi.theme().to_meter(target, name).plan.warp
                found += [(target, name)] * (kept_by(warp) >= ENOUGH)
    return found


def quotation(adaptation: mi.Adaptation, repeats: int = 2) -> mi.Score:
    """A version of the ostinato, a fifth higher, after three bars of something else."""
    bar = adaptation.meter.bar
    motif = adaptation.motif("ostinato")
    length = -(-motif.length // bar) * bar
    rows = [(float(bar * at / 2), 0.5, 72 + (5 * at) % 7) for at in range(6)]
    for number in range(repeats):
        start = 3 * bar + number * length
        rows += [(float(start + tone.onset), float(tone.duration), 50 + tone.degree.semitones) for tone in motif]
    onset, duration, pitch = zip(*rows, strict=True)
    return mi.Score.from_notes(onset, duration, pitch, meter=adaptation.meter)


def test_many_versions_are_tried() -> None:
    assert len(versions()) >= 12
    assert {target for target, _ in versions()} == set(TARGETS)


@pytest.mark.parametrize(("target", "how"), versions())
def test_a_quotation_names_a_strategy_that_gives_its_onsets(target: str, how: str) -> None:
    adaptation = mi.theme().to_meter(target, how)
    score = quotation(adaptation, repeats=1)
    whole = kept_by(adaptation.plan.warp) == len(PATTERN)
    hits = mi.find(mi.theme(), score) if whole else mi.find(mi.theme(), score, max_evalue=1e9, least=0.2)
    assert hits, "it is not found at all"
    hit = hits[0]
    assert hit.warp is not None
    table = score.note_table()
    line = 3 * adaptation.meter.bar
    for number, row in zip(hit.matched, hit.notes, strict=True):
        assert hit.warp.keeps(PATTERN.onset[number])
        assert line + hit.warp(PATTERN.onset[number]) == Fraction(float(table["onset"][row])).limit_denominator(10080)
    assert hit.strategy in STRATEGIES
    assert hit.strategy in str(hit)


def test_our_reconstruction_is_regroup() -> None:
    hit = mi.find(mi.theme(), mi.render(meter="4/4"))[0]
    assert hit.strategy == "regroup"
    assert hit.warp == mi.Warp("0>0 3>3 5>4")


def test_the_theme_as_it_is_needs_no_strategy() -> None:
    hit = mi.find(mi.theme(), mi.theme().to_score())[0]
    assert hit.strategy == ""
    assert hit.warp is not None
    assert hit.warp.is_identity


@pytest.mark.parametrize("ratio", [Fraction(1, 2), 2])
def test_other_ratios_are_thought_of(ratio: Fraction) -> None:
    adaptation = mi.theme().to_meter("4/4", "regroup", ratio=ratio)
    pairs = [(at, adaptation.plan.warp(at)) for at in PATTERN.onset]
    found = explanation(PATTERN.onset, mi.Meter("5/4:3+3+2+2"), pairs, quotation(adaptation).meters)
    assert found is not None
    assert found.strategy
    assert all(found.warp(at) == now for at, now in pairs)
    assert ratio in BAR_RATIOS


@pytest.mark.parametrize("target", TARGETS)
def test_missing_notes_prefer_the_map_that_drops_them(target: str) -> None:
    warp = mi.theme().to_meter(target, "cut").plan.warp
    pairs = [(at, warp(at)) for at in PATTERN.onset if warp.keeps(at)]
    assert len(pairs) < len(PATTERN)
    meters = mi.Score.from_notes([0], [8], [60], meter=target).meters
    found = explanation(PATTERN.onset, mi.Meter("5/4:3+3+2+2"), pairs, meters)
    assert found is not None
    assert (found.strategy, found.warp) == ("cut", warp)


def test_a_rhythm_of_nobodys_making_has_a_map_and_no_name() -> None:
    places = [0, Fraction(1, 3), Fraction(3, 2), Fraction(7, 3), 4, Fraction(17, 4), 5, 6]
    meters = mi.Score.from_notes([0], [8], [60], meter="4/4").meters
    pairs = list(zip(PATTERN.onset, map(Fraction, places), strict=True))
    found = explanation(PATTERN.onset, mi.Meter("5/4:3+3+2+2"), pairs, meters)
    assert found is not None
    assert found.strategy == ""
    assert all(found.warp(at) == now for at, now in pairs)


@pytest.mark.parametrize("target", TARGETS)
def test_a_map_costs_what_choosing_it_among_all_does(target: str) -> None:
    """The shares of all maps are one together, those that come first have most; another place in the bar costs more."""
    meters = mi.Score.from_notes([0], [8], [60], meter=target).meters
    warp = mi.theme().to_meter(target, "regroup").plan.warp
    pairs = [(at, warp(at)) for at in PATTERN.onset]
    found, off = (
        explanation(PATTERN.onset, mi.Meter("5/4:3+3+2+2"), [(at, now + late) for at, now in pairs], meters)
        for late in (0, Fraction(1, 2))
    )
    assert found is not None
    assert off is not None
    assert sum(exp(-Explanation(warp, "", True, number).choice) for number in range(1, 101)) == pytest.approx(1)
    assert found.choice >= FIRST_MAP
    assert off.choice > found.choice
    assert (found.on_the_bar, off.on_the_bar) == (True, False)


def test_played_music_and_music_without_a_metre_have_no_map() -> None:
    meters = mi.Score.from_notes([0], [8], [60], meter="4/4").meters
    played = [(at, at + Fraction(1, 1009)) for at in PATTERN.onset]
    assert explanation(PATTERN.onset, mi.Meter("5/4"), played, meters) is None
    table = mi.theme().to_score().note_table()
    assert mi.find(mi.theme(), table)[0].warp is None
    rows = [(float(at), pitch) for at, pitch in zip(PATTERN.onset, PATTERN.pitch, strict=True)]
    assert mi.find(rows, mi.theme().to_score())[0].warp is None


def test_what_is_played_unevenly_has_the_map_that_is_meant() -> None:
    random = np.random.default_rng(3)
    table = mi.theme().to_meter("4/4").theme.to_score().note_table()
    played = np.maximum(0, table["onset"] + 4 + random.normal(0, 0.02, len(table)).clip(-0.05, 0.05))
    score = mi.Score.from_notes(np.round(played * 480) / 480, 0.4, table["pitch"], part=table["part"], meter="4/4")
    hits = mi.find(mi.theme(), score)
    assert sorted(hit.bar or 0 for hit in hits) == [2, 4]
    assert {(hit.strategy, str(hit.warp)) for hit in hits} == {("regroup", "0>0 3>3 5>4")}


def test_proposals_are_asked_once() -> None:
    proposed.cache_clear()
    for _ in range(3):
        mi.find(mi.theme(), mi.render(meter="4/4"), top=3)
    assert proposed.cache_info().misses < 300
