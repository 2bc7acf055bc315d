"""What several parts play together is one hit."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest

import mi_theme as mi
from mi_theme.search.hits import Doubling, together

TUNE = [67, 69, 71, 72, 74, 71, 67, 66, 64, 69, 67, 62]
LENGTHS = [1, 0.5, 0.5, 1, 1, 0.5, 0.5, 1, 1.5, 0.5, 1, 1]
ONSETS = [sum(LENGTHS[:row]) for row in range(len(TUNE))]
PATTERN = mi.Score.from_notes(ONSETS, LENGTHS, TUNE)


def quartet(*shifts: int, delays: tuple[float, ...] = (0, 0, 0, 0), drop: int | None = None) -> mi.Score:
    """The tune in as many parts, each higher by so many semitones and later by so many quarters; a note may be missing in the last."""
    names = ["Violin I", "Violin II", "Viola", "Cello"][: len(shifts)]
    rows = [
        (onset + delays[part], length, pitch + shift, part)
        for part, shift in enumerate(shifts)
        for row, (onset, length, pitch) in enumerate(zip(ONSETS, LENGTHS, TUNE, strict=True))
        if not (row == drop and part == len(shifts) - 1)
    ]
    onset, duration, pitch, part = zip(*rows, strict=True)
    return mi.Score.from_notes(onset, duration, pitch, part=part, names=names)


def test_a_quartet_in_octaves_states_the_theme_once() -> None:
    score = quartet(0, 0, -12, -24)
    (hit,) = mi.find(PATTERN, score)
    assert (hit.part, hit.transposition) == ("Violin I", 0)
    assert [(one.part, one.semitones) for one in hit.doubled] == [("Violin II", 0), ("Viola", -12), ("Cello", -24)]
    assert "with Violin II in unison, Viola an octave below, Cello two octaves below" in str(hit)
    table = score.note_table()
    for one in hit.doubled:
        assert (table["pitch"][list(one.notes)] - one.semitones).tolist() == TUNE
    assert sorted(hit.every_note) == list(range(len(table)))


def test_of_equals_the_highest_is_the_hit() -> None:
    (hit,) = mi.find(PATTERN, quartet(-24, -12, 12))
    assert (hit.part, hit.transposition) == ("Viola", 12)
    assert [str(one) for one in hit.doubled] == ["Violin II two octaves below", "Violin I three octaves below"]


@pytest.mark.parametrize("shifts", [(0, 4), (0, -3), (0, 7), (0, 16)])
def test_parallel_thirds_and_fifths_are_hits_of_their_own(shifts: tuple[int, int]) -> None:
    hits = mi.find(PATTERN, quartet(*shifts))
    assert len(hits) == 2
    assert not any(hit.doubled for hit in hits)


def test_an_entry_in_stretto_is_no_doubling() -> None:
    hits = mi.find(PATTERN, quartet(0, -12, delays=(0, 1, 0, 0)))
    assert len(hits) == 2
    assert not any(hit.doubled for hit in hits)


def test_what_is_played_a_little_late_or_leaves_out_a_note_doubles_all_the_same() -> None:
    (hit,) = mi.find(PATTERN, quartet(0, -12, delays=(0, 0.05, 0, 0), drop=4))
    assert [one.part for one in hit.doubled] == ["Violin II"]
    assert len(hit.doubled[0].notes) == len(TUNE) - 1


def test_the_order_of_hits_makes_no_difference() -> None:
    score = quartet(0, -12, 12)
    (hit,) = mi.find(PATTERN, score)
    alone = [
        mi.find(PATTERN, score.note_table()[score.note_table()["part"] == part], max_evalue=np.inf)[0] for part in range(3)
    ]  # fmt: skip
    rows = [np.flatnonzero(score.note_table()["part"] == part) for part in range(3)]
    hits = [
        replace(one, part=hit.part, notes=tuple(rows[part][list(one.notes)].tolist()), evalue=0.001)
        for part, one in enumerate(alone)
    ]
    results = {str(together(order, score.note_table())) for order in permutations(hits)}
    assert len(results) == 1
    assert together([], score.note_table()) == []


def test_in_a_folder_it_is_the_same(tmp_path: Path) -> None:
    quartet(0, 0, -12, -24).save(tmp_path / "a.mid")
    quartet(5).save(tmp_path / "b.mid")
    hits = mi.find(PATTERN, tmp_path)
    assert sorted(len(hit.doubled) for hit in hits) == [0, 3]


def test_doublings_in_json_and_in_tables() -> None:
    (hit,) = mi.find(PATTERN, quartet(0, -12))
    (told,) = hit.to_dict()["doubled"]
    assert told["part"] == "Violin II"
    assert told["semitones"] == -12
    assert told["notes"] == list(hit.doubled[0].notes)
    assert hit.to_row()["doubled"] == "Violin II an octave below"
    assert str(Doubling("Flute", 48, ())) == "Flute 4 octaves above"
