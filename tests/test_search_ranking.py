"""Ranking tunes: laws of the alignment, variants and performances made for the purpose, hostile input."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import mi_theme as mi
from mi_theme.score.notes import NOTE
from mi_theme.search.ranking.performances import MOST_NOTES, PLAYING_MODEL, Performance, ThemeShape, chain_in
from mi_theme.search.ranking.repertoires import Repertoire
from mi_theme.search.ranking.tunes import (
    ASKED_ABOUT,
    LONGEST_TUNE,
    TUNE_COSTS,
    Tune,
    TuneCosts,
    paired,
    similarities,
    with_relatives,
)


def table(onset: Any, pitch: Any, duration: Any = 0.5) -> np.ndarray:
    """A note table from columns."""
    notes = np.zeros(len(onset), NOTE)
    notes["onset"], notes["pitch"], notes["duration"] = onset, pitch, duration
    notes["step"], notes["id"] = -1, np.arange(len(notes))
    return notes[np.lexsort((notes["pitch"], notes["onset"]))]


def tune(seed: int, notes: int = 40) -> np.ndarray:
    """A melody that walks about, in quarters and eighths."""
    rng = np.random.default_rng(seed)
    duration = rng.choice([0.5, 0.5, 1.0, 2.0], notes)
    pitch = 67 + np.clip(np.cumsum(rng.choice([-2, -1, 0, 1, 2, 4, -4], notes)), -10, 12)
    return table(np.cumsum(duration) - duration, pitch, duration)


def played(notes: np.ndarray, seed: int, *, tempo: float = 1.0, shift: int = 0) -> np.ndarray:
    """The same with an accompaniment, a tempo that drifts, and fingers that are not together."""
    rng = np.random.default_rng(seed)
    beats = np.arange(0, notes["onset"][-1] + 3, 0.5)
    under = table(beats, 43 + rng.choice([0, 4, 7, 12, 16], len(beats)))
    both = np.concatenate([notes, under])
    grid = np.arange(0, both["onset"].max() + 2, 0.5)
    clock = np.append(0, np.cumsum(0.5 * tempo * np.exp(np.cumsum(rng.normal(0, 0.04, len(grid))))))
    onset = np.interp(both["onset"], np.append(grid, grid[-1] + 0.5), clock) + np.abs(rng.normal(0, 0.02, len(both)))
    return table(onset, both["pitch"] + shift, both["duration"] * tempo)


# Tunes


def slow_score(a: Tune, b: Tune, shift: int, costs: TuneCosts = TUNE_COSTS) -> float:
    """Gotoh's alignment cell by cell, as it is written in the paper."""
    n, m, gap = len(a.pitch), len(b.pitch), lambda k: costs.opening + costs.further * (k - 1)
    best = np.full((n + 1, m + 1), -np.inf)
    best[0, 0] = 0.0
    for i in range(n + 1):
        for j in range(m + 1):
            ways = [best[i - k, j] - gap(k) for k in range(1, i + 1)] + [
                best[i, j - k] - gap(k) for k in range(1, j + 1)
            ]
            if i and j:
                earned = costs.pitches[abs(a.pitch[i - 1] + shift - b.pitch[j - 1])]
                earned -= costs.length * min(abs(a.length[i - 1] - b.length[j - 1]), costs.doublings)
                ways.append(best[i - 1, j - 1] + earned - costs.phrase * abs(a.phrase[i - 1] - b.phrase[j - 1]))
            best[i, j] = max(ways, default=0.0)
    return float(best[n, m] / np.sqrt(n * m))


@given(st.integers(0, 500), st.integers(0, 500), st.integers(2, 14), st.integers(2, 14))
def test_the_running_maximum_is_gotohs_alignment(a: int, b: int, n: int, m: int) -> None:
    one, other = Tune.of(tune(a, n)), Tune.of(tune(b, m))
    found, shift = similarities(one, [other, other])
    assert found[0] == found[1] == pytest.approx(slow_score(one, other, int(shift[0])))


@given(st.integers(0, 500), st.integers(-12, 12), st.sampled_from([0.5, 1, 2, 3, 0.93]))
def test_a_tune_is_like_itself_in_any_key_and_tempo(seed: int, shift: int, stretch: float) -> None:
    notes = tune(seed)
    other = table(notes["onset"] * stretch + 3, notes["pitch"] + shift, notes["duration"] * stretch)
    found, shifts = similarities(Tune.of(notes), [Tune.of(other)])
    assert found[0] == pytest.approx(1)
    assert shifts[0] == shift
    rows = paired(Tune.of(notes), Tune.of(other), shift)
    assert rows == [(row, row) for row in range(len(notes))]


@given(st.integers(0, 500), st.integers(0, 500))
def test_likeness_is_mutual_and_at_most_one(a: int, b: int) -> None:
    one, other = Tune.of(tune(a, 30)), Tune.of(tune(b, 37))
    there, back = similarities(one, [other]), similarities(other, [one])
    assert there[0][0] <= 1
    if there[1][0] == -back[1][0]:  # two transpositions may fit equally well
        assert there[0][0] == pytest.approx(back[0][0])


@given(st.integers(0, 500), st.integers(0, 500))
def test_pairs_go_up_in_both(a: int, b: int) -> None:
    one, other = Tune.of(tune(a, 25)), Tune.of(tune(b, 31))
    pairs = paired(one, other, int(similarities(one, [other])[1][0]))
    assert all(x < u and y < v for (x, y), (u, v) in pairwise(pairs))


def test_of_a_very_long_tune_the_beginning_counts() -> None:
    assert len(Tune.of(tune(1, LONGEST_TUNE + 500)).pitch) == LONGEST_TUNE


def test_many_at_once_are_as_one_by_one() -> None:
    tunes = [Tune.of(tune(seed, 10 + seed % 40)) for seed in range(300)]
    together = similarities(tunes[0], tunes)[0]
    alone = [similarities(tunes[0], [other])[0][0] for other in tunes]
    assert together == pytest.approx(alone, abs=1e-12)


def test_variants_come_before_strangers() -> None:
    rng, notes = np.random.default_rng(5), tune(1)
    variants = []
    for seed in range(4):
        keep = rng.random(len(notes)) > 0.15
        other = table(notes["onset"][keep], notes["pitch"][keep] + seed, notes["duration"][keep])
        changed = rng.random(len(other)) < 0.15
        other["pitch"][changed] += rng.choice([-2, 2], int(changed.sum()))
        variants.append(other)
    tunes = [tune(seed) for seed in range(10, 40)] + variants
    for related in (True, False):
        ranked = mi.rank(notes, tunes, related=related)
        assert {row.index for row in ranked[:4]} == {30, 31, 32, 33}
    assert {row.index: row.transposition for row in ranked[:4]} == {30 + k: k for k in range(4)}


# Performances


@pytest.mark.parametrize("tempo", [0.6, 1.0, 1.7])
def test_a_theme_is_found_in_its_performance(tempo: float) -> None:
    tunes = [tune(seed, 60) for seed in range(20)]
    plays = [played(notes, seed, tempo=tempo, shift=seed % 5) for seed, notes in enumerate(tunes)]
    for number in (0, 7, 13):
        ranked = mi.rank(tunes[number][:16], plays)
        assert ranked[0].index == number
        assert ranked[0].transposition == number % 5
        mine, theirs = (np.array(rows) for rows in zip(*ranked[0].pairs, strict=True))
        assert len(mine) >= 14
        assert (plays[number]["pitch"][theirs] - tunes[number]["pitch"][mine] == number % 5).all()


@given(st.integers(0, 200), st.integers(-12, 12))
def test_a_chain_does_not_know_the_key(seed: int, shift: int) -> None:
    theme, heard = ThemeShape.of(tune(seed, 12)), played(tune(seed, 40), seed)
    other = heard.copy()
    other["pitch"] += shift
    anywhere = PLAYING_MODEL._replace(key=1 / 25)  # the share of every key
    a, b = (chain_in(theme, Performance.of(notes), anywhere) for notes in (heard, other))
    assert a.pairs == b.pairs
    assert a.score == pytest.approx(b.score)


@given(st.integers(0, 200), st.integers(1, 24), st.booleans())
def test_numba_and_numpy_find_the_same_chain(seed: int, notes: int, chords: bool) -> None:
    heard = played(tune(seed, 50), seed + 1)
    theme = ThemeShape.of(heard[: 2 * notes] if chords else tune(seed, notes))
    assert chain_in(theme, Performance.of(heard), fast=True) == chain_in(theme, Performance.of(heard), fast=False)


def test_of_two_equal_chains_the_one_in_its_key_and_at_the_beginning_is_likelier() -> None:
    once = tune(4, 20)
    other = table(np.append(once["onset"], once["onset"] + 60), np.tile(once["pitch"], 2))
    chain = chain_in(ThemeShape.of(once), Performance.of(other))
    assert [row for _, row in chain.pairs] == list(range(20))
    above = table(other["onset"], other["pitch"] + 5)
    assert chain_in(ThemeShape.of(once), Performance.of(above)).score < chain.score - 3
    below = other.copy()
    below["pitch"][:20] += 2  # the key of the second half is its own
    assert chain_in(ThemeShape.of(once), Performance.of(below)).pairs[0] == (0, 20)


def test_a_loud_note_says_more_than_a_soft_one() -> None:
    notes = played(tune(6, 40), 2)
    loud, soft = notes.copy(), notes.copy()
    loud["velocity"], soft["velocity"] = np.where(notes["pitch"] > 59, [[90], [40]], [[40], [90]])
    scores = [chain_in(ThemeShape.of(tune(6, 16)), Performance.of(heard)).score for heard in (loud, notes, soft)]
    assert scores[0] > scores[1] > scores[2]


def test_a_repertoire_is_made_ready_once(tmp_path: Any) -> None:
    for seed in range(3):
        notes = played(tune(seed, 60), seed)
        onset, duration = (np.round(480 * notes[name]) / 480 for name in ("onset", "duration"))
        mi.Score.from_notes(onset, duration, notes["pitch"]).save(tmp_path / f"{seed}.mid")
    (tmp_path / "bad.mid").write_bytes(b"MThd")
    with pytest.warns(UserWarning, match="1 could not be read"):
        ready = Repertoire.of(tmp_path)
    assert [piece.source[-5:] for piece in ready.pieces] == ["0.mid", "1.mid", "2.mid"]
    again = mi.rank(tune(1)[:16], ready)
    assert again == mi.rank(tune(1)[:16], [tmp_path / f"{seed}.mid" for seed in range(3)])
    assert again[0].index == 1
    assert Repertoire.of(ready) is ready
    score = mi.read(tmp_path / "0.mid")
    assert Repertoire.of([score]).pieces[0] is Repertoire.of([score]).pieces[0]


def test_chords_in_the_theme_are_looked_for_too() -> None:
    chords = table([0, 0, 1, 1, 2, 3, 3.5, 4], [60, 67, 62, 69, 71, 67, 65, 64])
    heard = played(chords, 3)
    assert len(chain_in(ThemeShape.of(chords), Performance.of(heard)).pairs) >= 7


def test_of_a_long_query_the_beginning_of_its_top_line_is_looked_for() -> None:
    plays = [played(tune(seed, 400), seed) for seed in range(4)]
    ranked = mi.rank(plays[2], plays)
    assert ranked[0].index == 2
    assert 90 <= len(ranked[0].pairs) <= MOST_NOTES
    assert all(own == other for own, other in ranked[0].pairs)


def test_the_order_of_rows_does_not_matter() -> None:
    plays = [played(tune(seed, 60), seed) for seed in range(3)]
    mixed = [np.random.default_rng(1).permutation(notes) for notes in plays]
    sorted_, shuffled = mi.rank(tune(1)[:12], plays), mi.rank(np.flip(tune(1)[:12]), mixed)
    assert [(row.index, row.similarity) for row in sorted_] == [(row.index, row.similarity) for row in shuffled]
    pairs = [mixed[1][["onset", "pitch"]][there] for _, there in shuffled[0].pairs]
    assert pairs == [plays[1][["onset", "pitch"]][there] for _, there in sorted_[0].pairs]


# What one may give it, and what not


def test_scores_themes_motifs_and_files_are_music(tmp_path: Any) -> None:
    theme = mi.theme()
    score = theme.to_score()
    score.save(tmp_path / "theme.mid")
    tunes = [score, tmp_path / "theme.mid", mi.Score.from_notes(*([0, 1, 2], 1, [60, 61, 59]))]
    for query in (theme, theme.ostinato, score, [(Fraction(0), 55), (Fraction(3, 2), 55), (3, 58), (4, 60)]):
        ranked = mi.rank(query, tunes)
        assert {row.index for row in ranked[:2]} == {0, 1}
        assert len(ranked) == 3
    assert mi.rank(theme, tunes, top=1)[0].source in ("", str(tmp_path / "theme.mid"))


def test_what_is_empty_comes_last() -> None:
    empty = mi.Score.from_notes([], [], [])
    assert mi.rank(tune(1), [empty, tune(1), tune(2)])[-1].index == 0
    assert mi.rank(tune(1)[:8], [empty, played(tune(1), 1), played(tune(2), 2)])[-1].index == 0
    assert mi.rank(tune(1), []) == []
    with pytest.raises(mi.MiThemeError, match="no notes"):
        mi.rank(empty, [tune(1)])


@pytest.mark.parametrize("how", ["auto", "tune", "theme"])
@pytest.mark.parametrize(
    ("query", "scores", "word"),
    [
        (tune(1), [np.zeros((5, 2))], "says no music"),
        (tune(1), [table([0, np.nan], [60, 62])], "finite"),
        (table([0, 1e300], [60, 62]), [tune(1)], "finite"),
        (tune(1), None, "None says no music"),
        (tune(1), 5, "an int says no music"),
        (tune(1), [None], "None says no music"),
        (tune(1), "nowhere.mid", "no such file"),
        (tune(1), [b"xx"], "neither MIDI"),
        (None, [tune(1)], "None says no music"),
    ],
)
def test_what_is_no_music_is_said_in_one_line(query: Any, scores: Any, word: str, how: str) -> None:
    with pytest.raises(mi.MiThemeError, match=word):
        mi.rank(query, scores, how=how)


def test_one_piece_is_a_list_of_one(tmp_path: Any) -> None:
    score = mi.theme().to_score()
    score.save(tmp_path / "theme.mid")
    for one in (score, score.note_table(), tmp_path / "theme.mid", str(tmp_path / "theme.mid")):
        assert [row.index for row in mi.rank(score, one)] == [0]
    named = score.note_table()[["pitch", "velocity", "part", "onset", "duration"]]
    assert mi.rank(score, named)[0].similarity == mi.rank(score, score)[0].similarity


@pytest.mark.parametrize("how", ["auto", "tune", "theme"])
@pytest.mark.parametrize("score", [mi.theme().to_score(), mi.render(meter="4/4"), tune(3), table([0], [60])], ids=str)
def test_what_is_itself_is_1_and_what_has_nothing_in_common_0(score: Any, how: str) -> None:
    other = table(np.arange(60) * 3.7, 30 + (np.arange(60) * 41) % 60)
    first, last = mi.rank(score, [other, score], how=how)
    assert (first.index, first.similarity) == (1, pytest.approx(1.0, abs=1e-12))
    assert last.similarity < 0.25
    assert how != "theme" or last.similarity == 0


def test_one_note_and_equal_onsets_do_no_harm() -> None:
    one, chord = table([0], [60]), table([0, 0, 0], [60, 64, 67])
    for how in ("tune", "theme"):
        assert len(mi.rank(one, [one, chord, tune(1)], how=how)) == 3
        assert len(mi.rank(chord, [one, chord, tune(1)], how=how)) == 3


def test_the_ways_are_named() -> None:
    with pytest.raises(mi.MiThemeError, match="did you mean 'tune'"):
        mi.rank(tune(1), [tune(2)], how="tunes")


def test_the_same_each_time() -> None:
    tunes = [tune(seed) for seed in range(12)] * 2
    assert mi.rank(tune(3), tunes) == mi.rank(tune(3), tunes)
    assert [row.index for row in mi.rank(tune(3), tunes)[:2]] == [3, 15]


# Relatives


@given(st.integers(0, 200), st.integers(1, 12))
def test_what_is_equal_to_the_query_comes_first_and_is_1(seed: int, others: int) -> None:
    query = tune(seed)
    rng = np.random.default_rng(seed)
    variants = []
    for _ in range(others):
        other = query.copy()
        other["pitch"] += rng.choice([0, 0, 0, 0, 2, -2], len(other)).astype(other["pitch"].dtype)
        variants.append(other)
    first = mi.rank(query, [*variants, tune(seed + 1), query])[0]
    assert first.similarity == pytest.approx(1)
    assert first.index == others + 1 or (variants[first.index]["pitch"] == query["pitch"]).all()


def test_a_variant_of_a_variant_is_brought_nearer() -> None:
    found = np.array([0.6, 0.2, 0.2])
    likeness = np.array([[1.0, 0.7, 0.1], [0.7, 1.0, 0.1], [0.1, 0.1, 1.0]])
    mixed = with_relatives(found, lambda row, others: likeness[row, others])
    assert mixed[0] > mixed[1] > mixed[2]
    assert (with_relatives(found, lambda row, others: likeness[row, others], relatives=0) == found).all()


@pytest.mark.parametrize("many", [1, 2, 3])
def test_short_lists(many: int) -> None:
    tunes = [tune(seed) for seed in range(many)]
    assert mi.rank(tunes[0], tunes)[0].index == 0
    assert len(mi.rank(tune(9), tunes)) == many


def test_a_pair_stays_a_pair() -> None:
    rng, pairs = np.random.default_rng(3), [tune(seed) for seed in range(20)]
    others = []
    for notes in pairs:
        other = notes[rng.random(len(notes)) > 0.15].copy()
        changed = rng.random(len(other)) < 0.15
        other["pitch"][changed] += 2
        others.append(other)
    right = 0
    for number, notes in enumerate(pairs):
        alone, together = (mi.rank(notes, others, related=related)[0].index for related in (False, True))
        assert alone == together
        right += alone == number
    assert right >= 18


def test_more_than_are_told_of() -> None:
    tunes = [tune(seed, 12) for seed in range(ASKED_ABOUT + 20)]
    ranked = mi.rank(tunes[7], tunes)
    assert ranked[0].index == 7
    assert sorted(row.index for row in ranked) == list(range(ASKED_ABOUT + 20))
    assert all(np.isfinite(row.similarity) and row.similarity <= 1 for row in ranked)
