"""Evidence: what a copy says, what each change costs, and what chance makes of it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mi_theme.score.notes import NOTE
from mi_theme.search.hits import total
from mi_theme.search.match.chance import ChancePlace, background
from mi_theme.search.match.evidence import COPY_MODEL, evidence, foretold
from mi_theme.search.match.expectations import HeardNotes
from mi_theme.search.match.note_alignment import NoteAlignment
from mi_theme.search.patterns import Pattern

THEME = [(0, 60), (1, 67), (1.5, 65), (2, 64), (3, 69), (4.5, 60), (5, 71), (6, 72), (7, 64), (8, 65)]
Rows = list[tuple[float, int]]


def table(rows: Rows, part: int = 0) -> np.ndarray:
    notes = np.zeros(len(rows), NOTE)
    notes["onset"], notes["pitch"] = zip(*rows, strict=True)
    notes["duration"], notes["step"], notes["part"] = 0.5, -1, part
    return notes


def together(*tables: np.ndarray) -> np.ndarray:
    notes = np.concatenate(tables)
    return notes[np.lexsort((notes["pitch"], notes["onset"]))]


def said(copy: Rows, matched: list[int] | None = None, stretch: float = 1.0, other: np.ndarray | None = None) -> float:
    """The evidence of a copy, all of its rows or those of `matched`, in the part 0 of some notes."""
    mine = table(copy)
    notes = mine if other is None else together(mine, other)
    rows = np.flatnonzero(notes["part"] == 0).tolist()
    numbers = matched or list(range(len(rows)))
    found = NoteAlignment(0.0, 1.0, tuple(zip(numbers, rows, strict=True)), stretch)
    return total(evidence(Pattern.of(THEME), HeardNotes.of(notes), found))


def moved(rows: Rows, up: int = 0, stretch: float = 1.0, at: float = 0.0) -> Rows:
    return [(at + stretch * onset, pitch + up) for onset, pitch in rows]


def changed(number: int, up: int = 0, late: float = 0.0) -> Rows:
    return [(onset + late * (row == number), pitch + up * (row == number)) for row, (onset, pitch) in enumerate(THEME)]


def test_a_copy_says_the_same_at_any_pitch_and_place() -> None:
    whole = said(THEME)
    assert whole > 25
    assert said(moved(THEME, 7, 1.0, 16)) == pytest.approx(whole)
    assert said(moved(THEME, -12)) == pytest.approx(whole)


def test_another_tempo_costs_once() -> None:
    assert said(moved(THEME, stretch=2.0), stretch=2.0) == pytest.approx(said(THEME) + COPY_MODEL.stretched)


@pytest.mark.parametrize("number", [2, 5, 8])
def test_each_change_costs_something_and_the_nearer_the_less(number: int) -> None:
    whole, step, third, tritone = said(THEME), *(said(changed(number, up)) for up in (2, 4, 6))
    assert whole > step > third
    assert third == pytest.approx(tritone, abs=4)
    assert whole > said(changed(number, late=0.25)) > 0


def test_a_changed_note_costs_once_though_two_intervals_change() -> None:
    most = -COPY_MODEL.other - COPY_MODEL.back + 8  # what it pays, and what its two intervals earned
    assert said(THEME) - said(changed(4, 6)) < most


def test_what_is_left_out_costs_more_than_once_the_more_places() -> None:
    row = [rows for number, rows in enumerate(THEME) if number not in (4, 5)]
    apart = [rows for number, rows in enumerate(THEME) if number not in (3, 6)]
    in_a_row, in_two_places = said(row, [0, 1, 2, 3, 6, 7, 8, 9]), said(apart, [0, 1, 2, 4, 5, 7, 8, 9])
    assert said(THEME) > in_a_row > in_two_places - 6


def test_a_note_put_in_costs_in_its_own_voice_only() -> None:
    alone = said(THEME)
    inside = table([(1.25, 66)])
    inside["part"] = 1
    assert said(THEME, other=inside) == pytest.approx(alone)
    mine = together(table(THEME), table([(1.25, 66)]))
    rows = [row for row in range(len(mine)) if mine["onset"][row] != 1.25]
    found = NoteAlignment(0.0, 1.0, tuple(enumerate(rows)), 1.0)
    assert total(evidence(Pattern.of(THEME), HeardNotes.of(mine), found)) < alone


def test_a_rhythm_that_a_map_foretells_says_more_than_one_that_bends() -> None:
    bent = [(onset if onset < 5 else 5 + (onset - 5) / 3, pitch) for onset, pitch in changed(1, late=0.2)]
    heard = HeardNotes.of(table(bent))
    found = NoteAlignment(0.0, 1.0, tuple((row, row) for row in range(len(bent))), 1.0)
    pattern = Pattern.of(THEME)
    late, early = (total(foretold(pattern, heard, found, choice)) for choice in (4.6, 2.3))
    assert early == pytest.approx(late + 2.3)
    assert late > total(evidence(pattern, heard, found))


def test_one_of_several_notes_of_a_voice_says_less_by_the_choice() -> None:
    """A theme in one voice of chords: any of the notes that begin with it might have been the next."""
    others = [(onset, 30 + 2 * row) for row, (onset, _) in enumerate(THEME)]
    chords = together(table(THEME), table(others))
    rows = [row for row in range(len(chords)) if chords["pitch"][row] >= 60]
    reasons = evidence(Pattern.of(THEME), HeardNotes.of(chords), NoteAlignment(0.0, 1.0, tuple(enumerate(rows)), 1.0))
    assert {reason.term: reason.nats for reason in reasons}["choice"] == pytest.approx(-9 * np.log(2))


def test_what_fills_a_rest_costs_no_more_than_so_much() -> None:
    rest = [(onset if row < 5 else onset + 60, pitch) for row, (onset, pitch) in enumerate(THEME)]
    filled = together(table(rest), table([(at + 5.25, 60 + at % 12) for at in range(58)]))
    rows = [int(np.flatnonzero((filled["onset"] == at) & (filled["pitch"] == pitch))[0]) for at, pitch in rest]
    found = NoteAlignment(0.0, 1.0, tuple(enumerate(rows)), 1.0)
    reasons = evidence(Pattern.of(rest), HeardNotes.of(filled), found)
    assert {reason.term: reason.nats for reason in reasons}["added"] >= COPY_MODEL.filled


def test_a_scale_says_less_than_leaps() -> None:
    scale = [(float(at), 60 + rise) for at, rise in enumerate((0, 2, 4, 5, 7, 9, 11, 12, 14, 16))]
    heard = HeardNotes.of(table(scale))
    found = NoteAlignment(0.0, 1.0, tuple((row, row) for row in range(10)), 1.0)
    assert total(evidence(Pattern.of(scale), heard, found)) < said(THEME) / 2


def test_voices_that_are_none_are_known() -> None:
    chords = [(float(at), pitch) for at in range(8) for pitch in (48, 60, 64)]
    assert HeardNotes.of(table(chords)).thick.all()
    assert not HeardNotes.of(table([*chords[:2], *((at + 9.0, 60) for at in range(20))])).thick.any()
    assert HeardNotes.of(np.zeros(0, NOTE)).thick.shape == (0,)


@settings(deadline=None, max_examples=50)
@given(st.lists(st.tuples(st.integers(0, 40), st.integers(40, 80), st.integers(0, 2)), min_size=2, max_size=40))
def test_whatever_the_music_the_numbers_are_finite(rows: list[tuple[int, int, int]]) -> None:
    notes = together(*(table([(at / 4, pitch)], part) for at, pitch, part in rows))
    heard = HeardNotes.of(notes)
    assert np.isfinite(heard.tune).all()
    assert np.isfinite(heard.rhythm).all()
    assert (heard.tune > 0).all()
    found = NoteAlignment(0.0, 1.0, tuple((number, number) for number in range(min(len(rows), len(THEME)))), 1.0)
    assert np.isfinite(total(evidence(Pattern.of(THEME), heard, found)))


def test_a_long_pattern_is_no_likelier_than_its_beginning() -> None:
    line = background().aligned
    places = [ChancePlace(2.6 * length, length, 0.2) for length in (20, 64, 200, 400, 1000)]
    rates = [line.rate(place.whole, place) for place in places]
    assert rates == sorted(rates, reverse=True)
    assert rates[-1] < rates[0] < 1e-9
