"""What a pattern says and what chance finds: the background is small and whole, E-values mean what they say."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from music21 import corpus

import mi_theme as mi
from mi_theme.catalog import data_path
from mi_theme.score.notes import NOTE
from mi_theme.search.match.chance import (
    NO_FIND,
    Chance,
    ChanceLine,
    ChancePlace,
    background,
    interval_kinds,
    ratio_kinds,
)
from mi_theme.search.match.evidence import whole_copy
from mi_theme.search.match.expectations import HeardNotes, known_music
from mi_theme.search.match.piece_hits import REPEATED
from mi_theme.search.patterns import Pattern

SCALE = Pattern.of([(number, 60 + up) for number, up in enumerate((0, 2, 4, 5, 7, 9, 11, 12))])
JUMPS = Pattern.of(
    [(at, 60 + up) for at, up in zip((0, 1.5, 2, 2.25, 4, 4.5, 6, 6.25), (0, 8, 1, 11, 3, -6, 5, -2), strict=True)]
)


def test_the_background_is_small_and_says_where_it_is_from() -> None:
    path = data_path("background.json")
    assert path.stat().st_size < 10_000
    assert "counts only" in json.loads(path.read_text("utf-8"))["provenance"]["music"]
    known = background()
    assert np.array(known.intervals).sum() > 50_000
    assert known.steps[1] > known.steps[6]
    assert sum(known.proposed.height) < sum(known.aligned.height)
    assert known.proposed.slope == known.aligned.slope


def test_intervals_and_ratios() -> None:
    assert interval_kinds(np.array([-40, -13, 0, 2, 99])).tolist() == [0, 0, 13, 15, 26]
    assert ratio_kinds(np.array([1.0, 2.0, 1.0, 0.0]), np.array([1.0, 1.0, 2.0, 1.0])).tolist() == [6, 8, 4, 0]


def test_two_notes_say_an_interval_and_no_rhythm() -> None:
    assert whole_copy(Pattern.of([(0, 60), (1, 67)])) == pytest.approx(whole_copy(Pattern.of([(0, 60), (3, 67)])))


def chance(pattern: Pattern, notes: int, *, proposed: bool = False, thick: float = 0.0) -> Chance:
    line = background().proposed if proposed else background().aligned
    return Chance(line, ChancePlace(whole_copy(pattern), len(pattern), thick, notes), notes)


def test_the_line_is_its_weights() -> None:
    place = ChancePlace(whole=60.0, length=10, thick=0.5, size=3000)
    line = ChanceLine((-4.0, -1.0, 9.0, 1.0, 9.0, 0.5, 9.0, 0.25), (-5.0, 1.0, 9.0, 0.25), 3.0)
    assert np.log(line.rate(20.0, place)) == pytest.approx(-4 - 2 + 0.5 + 0.5 + 2 * (-5 + 0.5 + 0.5))
    assert np.log(line.rate(-5.0, place)) == pytest.approx(-5 - 0.5 * (-5 + 0.5 + 0.5 + 3))
    assert line.rate(-500.0, place) == 1
    small, smallest = (line.rate(20.0, place._replace(size=size)) for size in (100, 7))
    assert np.log(small / line.rate(20.0, place)) == pytest.approx(0.25 * np.log(1 / 30))
    assert smallest == small


PLACES = st.builds(ChancePlace, st.floats(1, 150), st.integers(2, 40), st.floats(0, 1))


@settings(deadline=None, max_examples=200)
@given(PLACES, st.floats(-100, 100), st.integers(1, 10**7), st.booleans())
def test_chance_falls_with_evidence_and_grows_with_the_music(
    place: ChancePlace, nats: float, notes: int, proposed: bool
) -> None:
    line = background().proposed if proposed else background().aligned
    value = Chance(line, place, notes).evalue(nats)
    assert 0 < value <= notes
    assert Chance(line, place, notes).evalue(nats + 0.1) <= value
    assert nats < 0 or Chance(line, place, 10 * notes).evalue(nats) == pytest.approx(10 * value)


def test_what_chance_explains_better_is_no_surprise() -> None:
    long = Pattern.of([(at, 40 + (7 * at * at) % 31) for at in range(30)])
    for pattern in (SCALE, JUMPS, long):
        assert chance(pattern, 10**6).evalue(-1.0) >= NO_FIND
        assert chance(pattern, 10**6).evalue(-60.0) >= NO_FIND


def test_a_whole_copy_of_a_long_theme_is_no_chance_and_a_scale_is() -> None:
    for proposed in (False, True):
        assert chance(JUMPS, 10**6, proposed=proposed).evalue(whole_copy(JUMPS)) < 0.01
        assert chance(SCALE, 10**6, proposed=proposed).evalue(whole_copy(SCALE)) > 0.01


@pytest.mark.parametrize(("length", "least"), [(2, 0.5), (3, 0.5), (4, 0.05)])
def test_a_few_notes_are_never_a_surprise_in_a_song(length: int, least: float) -> None:
    head = Pattern(SCALE.onset[:length], SCALE.pitch[:length])
    assert chance(head, 1000).evalue(whole_copy(head)) > least


def test_thick_texture_has_more_chances() -> None:
    assert chance(JUMPS, 1000, thick=1.0).evalue(10.0) != chance(JUMPS, 1000).evalue(10.0)


def line_of(pitches: list[int], lasts: float = 0.5) -> np.ndarray:
    notes = np.zeros(len(pitches), NOTE)
    notes["onset"], notes["pitch"], notes["duration"] = np.arange(len(pitches)) * lasts, pitches, lasts
    notes["step"] = -1
    return notes


def test_what_a_piece_is_full_of_is_no_news_there() -> None:
    """A broken chord again and again: each repetition says less than it would in other music, and the chances are more."""
    alberti = [60, 67, 64, 67] * 100
    tables = HeardNotes.of(line_of(alberti)).tables
    pattern = Pattern.of(list(zip(np.arange(8) / 2, alberti[:8], strict=True)))
    assert whole_copy(pattern, tables) < whole_copy(pattern) / 2
    assert all(np.allclose(np.exp(-table).sum(axis=-1), 1) for table in tables)
    nothing = HeardNotes.of(line_of([])).tables
    assert all(np.allclose(own, known) for own, known in zip(nothing, known_music(), strict=True))


def walk(seed: int, count: int) -> mi.Score:
    random = np.random.default_rng(seed)
    place = np.clip(np.cumsum(random.choice([-2, -1, -1, 0, 1, 1, 2], count)) % 22, 0, 21)
    place = np.where(place < 11, place, 21 - place)
    pitches = np.array([57, 59, 60, 62, 64, 66, 67, 69, 71, 72, 74])[place]
    lasts = random.choice([0.5, 0.5, 0.5, 1, 1, 1.5, 2], count)
    return mi.Score.from_notes([0, *np.cumsum(lasts)[:-1]], lasts, pitches)


@pytest.mark.filterwarnings("ignore::mi_theme.search.music.SearchWarning")
@pytest.mark.parametrize("length", [3, 4, 5, 6])
def test_random_walks_are_not_found_in_random_walks(length: int) -> None:
    found = [mi.find(walk(900 + seed, length), walk(seed, 600)) for seed in range(12)]
    assert sum(bool(hits) for hits in found) <= 1


@pytest.mark.filterwarnings("ignore::mi_theme.search.music.SearchWarning")
@pytest.mark.parametrize("lasts", [0.5, 1])
def test_do_re_mi_is_everywhere(lasts: float) -> None:
    """In twenty chorales, and nowhere a surprise; the places are listed all the same."""
    paths = sorted(
        path for path in map(Path, corpus.getCorePaths()) if path.parent.name == "bach" and path.suffix == ".mxl"
    )
    pattern = mi.Pattern((0, lasts, 2 * lasts), (60, 62, 64))
    assert mi.find(pattern, paths[:20]) == []
    everywhere = mi.find(pattern, paths[:20], max_evalue=np.inf)
    assert len(everywhere) > 50
    assert min(hit.evalue for hit in everywhere) >= 0.5


@pytest.mark.filterwarnings("ignore::mi_theme.search.music.SearchWarning")
def test_repetitions_are_shown_where_the_piece_states_the_pattern() -> None:
    """A motif of five notes, and again at another pitch with a note changed: told where the piece states it, not elsewhere."""
    score = walk(3, 600)
    table = score.note_table()
    motif = np.zeros(5, NOTE)
    motif["onset"], motif["pitch"], motif["duration"] = [0, 0.5, 1, 2, 2.5], [60, 63, 68, 62, 60], 0.5
    copies = []
    for number in range(6):
        copy = motif.copy()
        copy["onset"] += 7 + 40 * number
        copy["pitch"] += (number % 3) * 2 + np.array([0, 0, 0, 0, number % 2])
        copies.append(copy)
    kept = table[[not any(abs(at - copy["onset"][0] - 1.25) < 1.5 for copy in copies) for at in table["onset"]]]
    music = np.concatenate([kept, *copies])
    music = music[np.lexsort((music["pitch"], music["onset"]))]
    stated = mi.find(mi.Pattern.of(copies[0]), music)
    assert len(stated) >= 5
    assert all(hit.again for hit in stated)
    assert all(hit.evalue <= REPEATED for hit in stated)
    elsewhere = mi.find(
        mi.Pattern.of([(at, pitch + 1) for at, pitch in zip(motif["onset"], motif["pitch"], strict=True)]), music
    )
    assert not any(hit.again for hit in elsewhere)
    assert all(hit.evalue <= 0.01 for hit in elsewhere)
    assert mi.find(mi.Pattern.of(copies[0]), music, max_evalue=1e-300) == []


def test_upside_down_there_are_twice_as_many_chances() -> None:
    score = mi.theme().to_score()
    one, both = (mi.find(mi.theme(), score, invert=invert)[0].evalue for invert in (False, True))
    assert both == pytest.approx(2 * one)
