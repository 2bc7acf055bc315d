"""The scan: what is planted is found, numba and numpy agree, nothing is found that is not there."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mi_theme.errors import ScoreError
from mi_theme.score.notes import NOTE
from mi_theme.search.corpus.flat import TICKS, Flat
from mi_theme.search.corpus.proposals import propose
from mi_theme.search.patterns import Pattern
from mi_theme.search.scan import Found, scan

pytest.importorskip("numba")
OSTINATO = [(0, 55), (1.5, 55), (3, 58), (4, 60), (5, 55), (6.5, 55), (8, 53), (9, 54)]
THEME = [
    (0, 60),
    (1, 67),
    (1.5, 65),
    (2, 64),
    (2.5, 62),
    (3, 69),
    (4, 60),
    (4.5, 71),
    (5, 72),
    (6, 64),
    (7, 65),
    (7.5, 62),
]
Rows = list[tuple[float, int]]


def table(rows: Rows) -> np.ndarray:
    notes = np.zeros(len(rows), NOTE)
    notes["onset"], notes["pitch"] = zip(*rows, strict=True)
    notes["duration"], notes["step"] = 0.5, -1
    return notes[np.lexsort((notes["pitch"], notes["onset"]))]


def noise(seed: int, count: int = 400) -> Rows:
    """Notes of four voices that go their own ways."""
    random = np.random.default_rng(seed)
    return [
        (float(at), int(pitch))
        for at, pitch in zip(random.integers(0, count, count) / 4, random.integers(40, 80, count), strict=True)
    ]


def planted(rows: Rows, up: int = 5, stretch: float = 1.0, at: float = 20.0) -> Rows:
    return [(at + stretch * onset, pitch + up) for onset, pitch in rows]


def sounding(flat: Flat, found: Found) -> list[tuple[float, int]]:
    return [(flat.onset[place] / TICKS, int(flat.pitch[place])) for place in found.places if place >= 0]


@pytest.mark.parametrize("stretch", [0.5, 0.93, 1.0, 1.5, 2.0])
@pytest.mark.parametrize("up", [-7, 0, 12])
def test_a_copy_among_other_voices_is_found(stretch: float, up: int) -> None:
    copy = planted(OSTINATO, up, stretch)
    flat = Flat.of([table(noise(1)), table([*noise(2), *copy]), table(noise(3))])
    (found,) = scan(Pattern.of(OSTINATO), flat)
    assert found.piece == 1
    assert found.stretch == pytest.approx(stretch, abs=0.01)
    assert sounding(flat, found) == pytest.approx(np.array(copy), abs=1e-3)


@pytest.mark.parametrize("gone", [(0,), (3,), (7,), (0, 1), (0, 7), (2, 4), (6, 7)])
def test_notes_may_be_missing(gone: tuple[int, ...]) -> None:
    copy = [row for number, row in enumerate(planted(OSTINATO)) if number not in gone]
    flat = Flat.of([table(copy)])
    assert not scan(Pattern.of(OSTINATO), flat, missing=len(gone) - 1)
    found = scan(Pattern.of(OSTINATO), flat, missing=len(gone))
    assert [number for number, place in enumerate(found[0].places) if place < 0] == list(gone)


def test_another_rhythm_or_another_interval_is_not_the_pattern() -> None:
    late = [(onset + (number == 4) / 4, pitch) for number, (onset, pitch) in enumerate(OSTINATO)]
    sharp = [(onset, pitch + (number == 4)) for number, (onset, pitch) in enumerate(OSTINATO)]
    flat = Flat.of([table(late), table(sharp)])
    assert not scan(Pattern.of(OSTINATO), flat)
    assert len(scan(Pattern.of(OSTINATO), flat, missing=1)) == 2


def test_nothing_is_found_across_two_pieces() -> None:
    copy = planted(OSTINATO)
    flat = Flat.of([table(copy[:4]), table(copy[4:])])
    assert not scan(Pattern.of(OSTINATO), flat)
    assert not propose(Pattern.of(OSTINATO), flat, least=20)


def test_too_short_a_pattern_is_refused() -> None:
    with pytest.raises(ScoreError, match="needs a pattern of 5 notes"):
        scan(Pattern.of(OSTINATO[:4]), Flat.of([table(OSTINATO)]), missing=2)


def test_no_pieces_and_empty_pieces() -> None:
    for flat in (Flat.of([]), Flat.of([np.zeros(0, NOTE)])):
        for fast in (True, False):
            assert scan(Pattern.of(OSTINATO), flat, fast=fast) == []
            assert propose(Pattern.of(OSTINATO), flat, fast=fast) == []


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
    flat = Flat.of([table(noise(1)), table([*noise(2), *copy])])
    best = propose(Pattern.of(THEME), flat)[0]
    assert best.piece == 1
    assert flat.onset[best.first] / TICKS >= 20
    assert flat.onset[best.last] / TICKS <= 20 + stretch * 8
    assert best.stretch == pytest.approx(stretch, rel=0.1)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("missing", [0, 1, 2])
def test_numba_and_numpy_scan_alike(seed: int, missing: int) -> None:
    flat = crowd(seed)
    pattern = Pattern.of(OSTINATO if seed % 2 else THEME)
    fast = scan(pattern, flat, missing=missing, slack=1 / 8, fast=True)
    assert fast == scan(pattern, flat, missing=missing, slack=1 / 8, fast=False)
    assert len(fast) >= 1


@pytest.mark.parametrize("seed", range(6))
def test_numba_and_numpy_propose_alike(seed: int) -> None:
    flat = crowd(seed)
    pattern = Pattern.of(OSTINATO if seed % 2 else THEME)
    fast = propose(pattern, flat, least=5, fast=True)
    assert fast == propose(pattern, flat, least=5, fast=False)
    assert len(fast) >= 2


def crowd(seed: int) -> Flat:
    """Noise with copies in it."""
    copies = [
        *planted(OSTINATO, -3, 1.5),
        *planted(OSTINATO[1:], 9, 0.5),
        *planted(THEME, 2, 2.0),
        *planted(THEME[:10], 0, 1),
    ]
    return Flat.of([table(noise(seed)), table([*noise(seed + 50), *copies]), table(noise(seed + 90, 3))])


rows = st.lists(st.tuples(st.integers(0, 60).map(lambda at: at / 3), st.integers(55, 67)), min_size=1, max_size=60)


@settings(deadline=None, max_examples=60)
@given(rows, st.lists(st.tuples(st.sampled_from([0.5, 1, 1.5]), st.integers(-2, 2)), min_size=2, max_size=5))
def test_numba_and_numpy_agree_on_anything(notes: Rows, steps: list[tuple[float, int]]) -> None:
    at, pitch, pattern = 0.0, 60, [(0.0, 60)]
    for lapse, interval in steps:
        at, pitch = at + lapse, pitch + interval
        pattern.append((at, pitch))
    flat, wanted = Flat.of([table(notes)]), Pattern.of(pattern)
    fast = scan(wanted, flat, fast=True)
    assert fast == scan(wanted, flat, fast=False)
    assert propose(wanted, flat, fast=True) == propose(wanted, flat, fast=False)
    for found in fast:
        assert min(found.places) >= 0
