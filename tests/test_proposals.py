"""Proposals: what is like a pattern is proposed, numba and numpy agree."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from planted_notes import OSTINATO, THEME, Rows, crowd, noise, planted, table

from mi_theme.score.notes import NOTE
from mi_theme.search.corpus.proposals import TICKS, NoteArrays, propose
from mi_theme.search.patterns import Pattern

pytest.importorskip("numba")


def test_nothing_is_found_across_two_pieces() -> None:
    copy = planted(OSTINATO)
    arrays = NoteArrays.of([table(copy[:4]), table(copy[4:])])
    assert not propose(Pattern.of(OSTINATO), arrays, least=20)


def test_no_pieces_and_empty_pieces() -> None:
    for arrays in (NoteArrays.of([]), NoteArrays.of([np.zeros(0, NOTE)])):
        for fast in (True, False):
            assert propose(Pattern.of(OSTINATO), arrays, fast=fast) == []


@pytest.mark.parametrize("stretch", [0.5, 0.93, 1.0, 1.5, 2.0])
@pytest.mark.parametrize(
    "edit",
    [
        lambda rows: rows,
        lambda rows: rows[:5] + rows[6:],
        lambda rows: [*rows[:5], (3.25, rows[5][1] + 2), *rows[5:]],
        lambda rows: [(onset, pitch + 3 * (number == 6)) for number, (onset, pitch) in enumerate(rows)],
        lambda rows: [(onset, pitch + 3 * (number in (3, 8))) for number, (onset, pitch) in enumerate(rows)],
    ],
    ids=["as it is", "a note omitted", "an ornament", "a note changed", "two notes changed"],
)
def test_what_is_only_like_the_pattern_is_proposed(edit: object, stretch: float) -> None:
    copy = planted(edit(THEME), 4, stretch)  # type: ignore[operator]
    arrays = NoteArrays.of([table(noise(1)), table([*noise(2), *copy])])
    best = propose(Pattern.of(THEME), arrays)[0]
    assert best.piece == 1
    assert arrays.onset[best.ends[0]] / TICKS >= 20
    assert arrays.onset[best.ends[1]] / TICKS <= 20 + stretch * 8
    assert best.stretch == pytest.approx(stretch, rel=0.1)


@pytest.mark.parametrize("seed", range(6))
def test_numba_and_numpy_propose_alike(seed: int) -> None:
    arrays = crowd(seed)
    pattern = Pattern.of(OSTINATO if seed % 2 else THEME)
    fast = propose(pattern, arrays, least=5, fast=True)
    assert fast == propose(pattern, arrays, least=5, fast=False)
    assert len(fast) >= 2


rows = st.lists(st.tuples(st.integers(0, 60).map(lambda at: at / 3), st.integers(55, 67)), min_size=1, max_size=60)


@settings(deadline=None, max_examples=60)
@given(rows, st.lists(st.tuples(st.sampled_from([0.5, 1, 1.5]), st.integers(-2, 2)), min_size=2, max_size=5))
def test_numba_and_numpy_agree_on_anything(notes: Rows, steps: list[tuple[float, int]]) -> None:
    at, pitch, pattern = 0.0, 60, [(0.0, 60)]
    for lapse, interval in steps:
        at, pitch = at + lapse, pitch + interval
        pattern.append((at, pitch))
    arrays, wanted = NoteArrays.of([table(notes)]), Pattern.of(pattern)
    assert propose(wanted, arrays, fast=True) == propose(wanted, arrays, fast=False)


def test_no_piece_is_crowded_out() -> None:
    """However few are asked for, and however many copies another piece has, the best of each piece is there."""
    full = [row for number in range(12) for row in planted(THEME, number, at=12.0 * number)]
    bent = [(20 + onset * (0.75 if onset < 4 else 1.25), pitch + 3) for onset, pitch in THEME]
    found = propose(Pattern.of(THEME), NoteArrays.of([table(full), table([*noise(3), *bent])]), most=3)
    assert {proposal.piece for proposal in found[:3]} == {0}
    assert {proposal.piece for proposal in found} == {0, 1}
