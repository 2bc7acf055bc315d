"""The scan: what is planted is found, numba and numpy agree, nothing is found that is not there."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from planted_notes import OSTINATO, THEME, Rows, crowd, noise, planted, table

from exact.scan import Found, scan
from mi_theme.errors import ScoreError
from mi_theme.score.notes import NOTE
from mi_theme.search.corpus.proposals import TICKS, NoteArrays
from mi_theme.search.patterns import Pattern

pytest.importorskip("numba")


def sounding(arrays: NoteArrays, found: Found) -> list[tuple[float, int]]:
    return [(arrays.onset[place] / TICKS, int(arrays.pitch[place])) for place in found.places if place >= 0]


@pytest.mark.parametrize("stretch", [0.5, 0.93, 1.0, 1.5, 2.0])
@pytest.mark.parametrize("up", [-7, 0, 12])
def test_a_copy_among_other_voices_is_found(stretch: float, up: int) -> None:
    copy = planted(OSTINATO, up, stretch)
    arrays = NoteArrays.of([table(noise(1)), table([*noise(2), *copy]), table(noise(3))])
    (found,) = scan(Pattern.of(OSTINATO), arrays)
    assert found.piece == 1
    assert found.stretch == pytest.approx(stretch, abs=0.01)
    assert sounding(arrays, found) == pytest.approx(np.array(copy), abs=1e-3)


@pytest.mark.parametrize("gone", [(0,), (3,), (7,), (0, 1), (0, 7), (2, 4), (6, 7)])
def test_notes_may_be_missing(gone: tuple[int, ...]) -> None:
    copy = [row for number, row in enumerate(planted(OSTINATO)) if number not in gone]
    arrays = NoteArrays.of([table(copy)])
    assert not scan(Pattern.of(OSTINATO), arrays, missing=len(gone) - 1)
    found = scan(Pattern.of(OSTINATO), arrays, missing=len(gone))
    assert [number for number, place in enumerate(found[0].places) if place < 0] == list(gone)


def test_another_rhythm_or_another_interval_is_not_the_pattern() -> None:
    late = [(onset + (number == 4) / 4, pitch) for number, (onset, pitch) in enumerate(OSTINATO)]
    sharp = [(onset, pitch + (number == 4)) for number, (onset, pitch) in enumerate(OSTINATO)]
    arrays = NoteArrays.of([table(late), table(sharp)])
    assert not scan(Pattern.of(OSTINATO), arrays)
    assert len(scan(Pattern.of(OSTINATO), arrays, missing=1)) == 2


def test_nothing_is_found_across_two_pieces() -> None:
    copy = planted(OSTINATO)
    arrays = NoteArrays.of([table(copy[:4]), table(copy[4:])])
    assert not scan(Pattern.of(OSTINATO), arrays)


def test_too_short_a_pattern_is_refused() -> None:
    with pytest.raises(ScoreError, match="needs a pattern of 5 notes"):
        scan(Pattern.of(OSTINATO[:4]), NoteArrays.of([table(OSTINATO)]), missing=2)


def test_no_pieces_and_empty_pieces() -> None:
    for arrays in (NoteArrays.of([]), NoteArrays.of([np.zeros(0, NOTE)])):
        for fast in (True, False):
            assert scan(Pattern.of(OSTINATO), arrays, fast=fast) == []


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("missing", [0, 1, 2])
def test_numba_and_numpy_scan_alike(seed: int, missing: int) -> None:
    arrays = crowd(seed)
    pattern = Pattern.of(OSTINATO if seed % 2 else THEME)
    fast = scan(pattern, arrays, missing=missing, slack=1 / 8, fast=True)
    assert fast == scan(pattern, arrays, missing=missing, slack=1 / 8, fast=False)
    assert len(fast) >= 1


rows = st.lists(st.tuples(st.integers(0, 60).map(lambda at: at / 3), st.integers(55, 67)), min_size=1, max_size=60)


@settings(deadline=None, max_examples=60)
@given(rows, st.lists(st.tuples(st.sampled_from([0.5, 1, 1.5]), st.integers(-2, 2)), min_size=2, max_size=5))
def test_numba_and_numpy_agree_on_anything(notes: Rows, steps: list[tuple[float, int]]) -> None:
    at, pitch, pattern = 0.0, 60, [(0.0, 60)]
    for lapse, interval in steps:
        at, pitch = at + lapse, pitch + interval
        pattern.append((at, pitch))
    arrays, wanted = NoteArrays.of([table(notes)]), Pattern.of(pattern)
    fast = scan(wanted, arrays, fast=True)
    assert fast == scan(wanted, arrays, fast=False)
    for found in fast:
        assert min(found.places) >= 0
