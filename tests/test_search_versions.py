"""Versions that leave notes out are found by what they leave."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

import mi_theme as mi
from mi_theme.adaptation.strategies import STRATEGIES, plainest, proposed
from mi_theme.search.match.bar_maps import tasks
from mi_theme.search.match.versions import FEWEST_KEPT, versions

PATTERN = mi.Pattern.of(mi.theme())


def cover(meter: str, how: str) -> mi.Score:
    return mi.render(meter=meter, how=how, style="jazz-combo", seed=1)


@pytest.mark.parametrize("meter", ["4/4", "7/8"])
def test_what_cut_leaves_is_found_by_default(meter: str) -> None:
    hits = mi.find(mi.theme(), cover(meter, "cut"))
    assert len(hits) > 10
    for hit in hits:
        assert (hit.strategy, len(hit.missing)) == ("cut", 2)
        assert hit.warp == mi.theme().to_meter(meter, "cut").plan.warp
        assert sorted([*hit.matched, *hit.missing]) == list(range(len(PATTERN)))
        assert hit.share <= len(hit.matched) / len(PATTERN)
        assert hit.transposition % 12 == 0


def test_where_all_notes_are_there_they_are_what_is_told() -> None:
    hits = mi.find(mi.theme(), cover("4/4", "regroup"))
    assert {hit.strategy for hit in hits} == {"regroup"}
    assert not any(hit.missing for hit in hits)


def test_in_a_folder_and_alone(tmp_path: Path) -> None:
    cover("4/4", "cut").save(tmp_path / "cut.mid")
    cover("4/4", "regroup").save(tmp_path / "regroup.mid")
    hits = mi.find(mi.theme(), tmp_path)
    found = {name: [hit for hit in hits if Path(hit.source).stem == name] for name in ("cut", "regroup")}
    assert {hit.strategy for hit in found["cut"]} == {"cut"}
    assert {hit.strategy for hit in found["regroup"]} == {"regroup"}
    alone = mi.find(mi.theme(), str(tmp_path / "cut.mid"))
    assert {hit.onset for hit in found["cut"]} == {hit.onset for hit in alone}


def test_off_the_bar_line_or_changed_it_is_no_version() -> None:
    motif = mi.theme().to_meter("4/4", "cut").motif("ostinato")
    rows = [(float(tone.onset), float(tone.duration), 43 + tone.degree.semitones) for tone in motif]
    onset, duration, pitch = zip(*rows, strict=True)
    here = mi.Score.from_notes(onset, duration, pitch, meter="4/4")
    assert [hit.strategy for hit in mi.find(mi.theme(), here)] == ["cut"]
    late = mi.Score.from_notes([at + 1 for at in onset], duration, pitch, meter="4/4")
    other = mi.Score.from_notes(onset, duration, [*pitch[:3], pitch[3] + 5, *pitch[4:]], meter="4/4")
    shared = mi.Score.from_notes(onset, duration, pitch, part=[0, 0, 1, 0, 0, 0], meter="4/4")
    for score in (late, other, shared):
        assert not [hit for hit in mi.find(mi.theme(), score, max_evalue=1e9) if hit.strategy == "cut"]


def test_which_versions_are_thought_of() -> None:
    meters = mi.Score.from_notes([0], [8], [60], meter="4/4").meters
    (version,) = versions(PATTERN, meters)
    assert (version.strategy, version.kept) == ("cut", (0, 1, 2, 4, 5, 6))
    assert [version.warp(PATTERN.onset[number]) for number in version.kept] == list(version.pattern.onset)
    assert versions(PATTERN, mi.Score.from_notes([0], [8], [60], meter="3/4").meters) == []  # too few are left
    assert versions(PATTERN, None) == []
    assert versions(mi.Pattern(PATTERN.onset, PATTERN.pitch), meters) == []
    assert versions(PATTERN, mi.theme().to_score().meters) == []
    assert FEWEST_KEPT > 4


def test_a_rule_names_a_map_before_a_search_does() -> None:
    onsets = tuple(map(Fraction, range(3)))
    task = next(tasks(onsets, mi.Meter("3/4"), mi.Meter("4/4"), (Fraction(1),)))
    warp = proposed("regroup", task)[0].warp
    assert proposed("hold-first", task)[0].warp == warp
    assert plainest("regroup", warp, task) == plainest("hold-first", warp, task) == "hold-first"
    for name in STRATEGIES:
        assert plainest(name, mi.Warp.identity(3), task) == name


def test_align_and_find_say_the_same() -> None:
    waltz = mi.Score.from_notes(
        [0, 1, 2, 3, 5, 6, 7.5, 8, 9], [1, 1, 1, 2, 1, 1.5, 0.5, 1, 3], [67, 71, 74, 79, 78, 76, 74, 72, 71], meter="3/4"
    )  # fmt: skip
    version = mi.convert(waltz, "4/4", how="hold-first")
    assert mi.align(waltz, version).strategy == "hold-first"
    assert mi.find(waltz, version, max_evalue=1)[0].strategy == "hold-first"
