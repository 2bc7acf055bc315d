"""What recurs in a piece: planted motifs, fugue-like entries, ostinatos, and chance."""

from __future__ import annotations

import json
from itertools import product

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

import mi_theme as mi
from mi_theme.cli import main
from mi_theme.errors import FileError, ScoreError
from mi_theme.search.recurrence.candidates import reference_cost, references_of, share_saved
from mi_theme.search.recurrence.recurring import by_chance
from mi_theme.search.recurrence.repeats import period_of, repeats_in

MOTIF = ((0, 60), (1, 67), (1.5, 66), (2, 68), (3, 63), (4, 62), (4.25, 65), (4.5, 64), (5, 71))
LENGTH = 6.0


def walk(seed: int, count: int = 240, start: float = 0.0) -> list[tuple[float, float, int]]:
    """Notes at random, mostly by step in C major: (onset, duration, pitch)."""
    rng = np.random.default_rng(seed)
    degree = np.clip(np.cumsum(rng.choice([-3, -2, -1, 1, 2, 3], count, p=[0.05, 0.15, 0.3, 0.3, 0.15, 0.05])), -9, 9)
    times = rng.choice([0.25, 0.5, 0.5, 1.0, 1.5], count)
    onsets = start + np.concatenate([[0], np.cumsum(times)[:-1]])
    pitches = 60 + 12 * (degree // 7) + np.array([0, 2, 4, 5, 7, 9, 11])[degree % 7]
    return list(zip(onsets.tolist(), times.tolist(), pitches.tolist(), strict=True))


def copy(at: float, up: int = 0, stretch: float = 1.0, *, without: int = -1) -> list[tuple[float, float, int]]:
    notes = [note for number, note in enumerate(MOTIF) if number != without]
    ends = [*(onset for onset, _ in notes[1:]), LENGTH]
    return [
        (at + onset * stretch, (end - onset) * stretch, pitch + up)
        for (onset, pitch), end in zip(notes, ends, strict=True)
    ]


def score(*voices: list[tuple[float, float, int]]) -> mi.Score:
    rows = sorted((*note, voice) for voice, notes in enumerate(voices) for note in notes)
    onset, duration, pitch, voice = zip(*rows, strict=True)
    return mi.Score.from_notes(onset, duration, pitch, voice=voice)


def with_copies(seed: int) -> mi.Score:
    """Random notes in two voices; copies in both: as it is, transposed, twice as slow, with a note left out."""
    upper = [
        note
        for part, at in enumerate(range(0, 200, 40))
        for note in walk(seed + part, 24, at + 8.0)
        if note[0] < at + 30
    ]
    lower = [(onset, length, pitch - 19) for onset, length, pitch in upper if onset % 40 > 20]
    upper += copy(0) + copy(40, 5) + copy(80, -2) + copy(160, 7)
    lower += copy(124, -12) + copy(201, -19, 2.0) + copy(240, -14, without=3)
    return score([note for note in upper if note[0] < 200], lower)


@pytest.mark.parametrize("seed", range(3))
def test_a_planted_motif_comes_first_with_all_its_copies(seed: int) -> None:
    found = mi.motifs(with_copies(100 * seed))
    best = found[0]
    assert [note - best.pattern.pitch[0] for note in best.pattern.pitch] == [pitch - 60 for _, pitch in MOTIF]
    onsets = {float(hit.onset) for hit in best.occurrences}
    assert {0.0, 40.0, 80.0, 124.0, 160.0, 201.0, 240.0} <= onsets
    assert best.evalue < 1e-9
    assert "augmented" in str(best)
    assert "varied" in str(best)
    assert best.saved == max(motif.saved for motif in found)


def test_notes_at_random_have_no_motifs() -> None:
    """At E <= .01 one piece in a hundred may have one."""
    assert [len(mi.motifs(score(walk(seed, 400)))) for seed in range(6)] == [0] * 6


def test_an_ostinato_is_one_time_round() -> None:
    for rendition in (mi.render(length=24), mi.render(meter="4/4", length=24)):
        best = mi.motifs(rendition)[0]
        assert len(best.pattern) == 8
        assert best.first.part == "Ostinato"
        assert np.diff(best.pattern.pitch).tolist() == [0, 3, 2, -5, 0, -2, 1]


@pytest.mark.parametrize("jitter", [0.0, 0.01, 0.02])
@pytest.mark.parametrize("times", [8, 16, 32, 50])
def test_a_loop_is_counted_however_it_is_played(times: int, jitter: float) -> None:
    """Seconds of jitter, as hands have it: what recurs is what would be written, told by the notes as they were played."""
    loop = mi.theme().to_score(repeats=times, tempo=160).notes(0)
    late = np.random.default_rng(1).normal(0, jitter * 160 / 60, len(loop))
    onsets = (np.maximum(loop["onset"] + late, 0) * 480).round() / 480
    played = mi.Score.from_notes(onsets, loop["duration"] * 0.9, loop["pitch"], meter="5/4:3+3+2+2", tempo=160)
    best = mi.motifs(played)[0]
    assert (len(best.pattern), len(best)) == (8, times)
    assert best.ways == [f"{times - 1} the same"]
    table = played.note_table()
    for hit in best.occurrences:
        assert table["pitch"][list(hit.notes)].tolist() == list(best.pattern.pitch)
        assert np.abs(table["onset"][hit.notes[0]] - float(hit.onset)) < 0.3


def test_parts_that_double_each_other_are_no_recurrence() -> None:
    tune = walk(7, 120)
    octave = [(onset, length, pitch + 12) for onset, length, pitch in tune]
    assert not mi.motifs(score(tune, octave))


def test_the_order_of_rows_and_numba_change_nothing() -> None:
    music = with_copies(3)
    assert list(mi.motifs(music)) == list(mi.motifs(music.note_table(), fast=False))


def test_a_motif_is_a_pattern_to_look_for_elsewhere() -> None:
    best = mi.motifs(with_copies(1))[0]
    elsewhere = score(walk(50, 60) + copy(200, 3))
    assert [hit.onset for hit in mi.find(best.pattern, elsewhere)] == [200]


def test_motifs_are_values() -> None:
    best = mi.motifs(with_copies(2))[0]
    assert mi.RecurringMotif.from_json(best.to_json()) == best
    assert hash(best) == hash(mi.RecurringMotif.from_json(best.to_json()))
    assert json.loads(json.dumps(best.to_dict()))["notes"][0] == ["0", 60, "1"]
    assert "<table>" in best._repr_html_()
    with pytest.raises(FileError):
        mi.RecurringMotif.from_json("{}")
    with pytest.raises(FileError, match="no JSON"):
        mi.RecurringMotif.from_json("[")


def test_a_list_of_motifs_is_a_table() -> None:
    found = mi.motifs(with_copies(2))
    assert str(found).splitlines()[0].split() == ["saved", "E", "notes", "times", "part", "bar", "how"]
    assert "<table>" in found._repr_html_()
    assert len(found.csv().splitlines()) == len(found) + 1


@pytest.mark.parametrize("music", [[(0, 60)], np.zeros(0, [("onset", float), ("pitch", int)])])
def test_where_there_is_hardly_a_note_there_is_no_motif(music: object) -> None:
    if isinstance(music, list):
        music = mi.Score.from_notes([0], 1, [60])
    assert not mi.motifs(music)


def test_what_cannot_be_asked_for() -> None:
    music = score(walk(1, 40))
    with pytest.raises(ScoreError, match="longest"):
        mi.motifs(music, shortest=10, longest=5)
    with pytest.raises(ScoreError, match="one piece"):
        mi.motifs([music, music])


def test_the_command(tmp_path: object) -> None:
    path = f"{tmp_path}/piece.mid"
    with_copies(2).save(path)
    run = CliRunner().invoke
    table = run(main, ["motifs", path, "--places"])
    assert table.exit_code == 0
    assert table.stdout.splitlines()[1].startswith("1  ")
    rows = json.loads(run(main, ["motifs", path, "--json", "--top", "1"]).stdout)
    assert len(rows) == 1
    sheet = run(main, ["motifs", path, "--csv", "--top", "1"]).stdout.splitlines()
    assert len(sheet) == 1 + len(rows[0]["occurrences"])
    assert run(main, ["motifs", path, "--csv", "--json"]).exit_code == 2
    assert run(main, ["motifs", f"{tmp_path}/none.mid"]).exit_code == 1


# Repeats, counted by hand


def by_hand(tokens: list[int], longest: int) -> set[tuple[int, tuple[int, ...]]]:
    """Every repeat that could not be longer, by comparing all with all."""
    found = set()
    for length in range(1, longest + 1):
        places: dict[tuple[int, ...], list[int]] = {}
        for at in range(len(tokens) - length + 1):
            if min(tokens[at : at + length]) >= 0:
                places.setdefault(tuple(tokens[at : at + length]), []).append(at)
        around = [*tokens, -1]
        for there in places.values():
            after = {around[at + length] if around[at + length] >= 0 else -1 - at for at in there}
            before = {around[at - 1] if at and around[at - 1] >= 0 else -1 - at for at in there}
            if len(there) > 1 and (length == longest or (len(after) > 1 and len(before) > 1)):
                found.add((length, tuple(there)))
    return found


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(-1, 3), min_size=1, max_size=40), st.integers(1, 9))
def test_repeats_are_all_there_are(tokens: list[int], longest: int) -> None:
    found = {(one.length, tuple(one.places.tolist())) for one in repeats_in(np.array(tokens, np.int64), longest)}
    assert found == by_hand(tokens, longest)


@given(st.lists(st.integers(0, 2), min_size=1, max_size=20))
def test_a_period_is_the_smallest(tokens: list[int]) -> None:
    periods = [p for p in range(1, len(tokens) + 1) if all(a == b for a, b in zip(tokens, tokens[p:], strict=False))]
    assert period_of(np.array(tokens)) == periods[0]


def test_what_goes_on_as_before_goes_without_saying() -> None:
    full = reference_cost(1000)
    assert references_of([0, 4, 8, 12], [60, 60, 60, 60], 1000) == pytest.approx(full + 2)
    assert references_of([0, 4, 9, 12], [60, 60, 60, 60], 1000) == pytest.approx(3 * full)
    assert references_of([0, 4, 8, 12], [60, 62, 64, 66], 1000) == pytest.approx(3 * full)
    assert references_of([0, 4], [60, 60], 1000) == pytest.approx(full)


def test_what_is_told_once_is_longer_and_more_frequent() -> None:
    for nats, times in product((10.0, 40.0), (2, 5)):
        cost = (times - 1) * 12.0
        assert share_saved(nats, times, cost) < share_saved(2 * nats, times, cost)
        assert share_saved(nats, times, cost) < share_saved(nats, 2 * times, (2 * times - 1) * 12.0) or nats < 12


def test_chance_is_a_bound_on_poisson() -> None:
    from scipy.stats import poisson

    for count, mean in product((1, 2, 5, 20), (0.001, 0.1, 0.9)):
        exact = poisson.sf(count - 1, mean)
        bound = by_chance([mean] * count, 1.0) / count
        assert exact * 0.999 <= bound <= max(exact * 2, 1e-300)
    assert by_chance([], 50.0) == 50.0
    assert by_chance([3.0, 9.0], 50.0) == 50.0
