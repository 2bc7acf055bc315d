"""Finding a pattern: laws of the alignment, planted copies, real music, hostile input."""

from __future__ import annotations

import json
import re
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import mi_theme as mi
from mi_theme.score.notes import NOTE
from mi_theme.score.spelling import spelled_steps
from mi_theme.search.match.alignment_costs import COSTS, UNTIMED
from mi_theme.search.match.note_alignment import SHARED, Region, align, own_score, surprise_of

SUBJECT = mi.Motif("1:4 2:2 b3:2 4:2 5:4 4:1 b3:1 2:2 b6:4 7,:2 1:2 2:1 b3:1 4:4", "subject")
PATTERN = mi.Pattern.of(SUBJECT)


def table(onset: Any, pitch: Any, duration: Any = 0.5, **more: Any) -> np.ndarray:
    """A note table from columns."""
    notes = np.zeros(len(onset), NOTE)
    notes["step"] = -1
    for name, column in {"onset": onset, "pitch": pitch, "duration": duration, **more}.items():
        notes[name] = column
    return notes[np.lexsort((notes["pitch"], notes["onset"]))]


def texture(seed: int, notes: int = 300, voices: int = 4) -> np.ndarray:
    """Voices that wander about on an eighth grid."""
    rng = np.random.default_rng(seed)
    onset = np.sort(rng.integers(0, notes, notes)) / 2
    voice = rng.integers(0, voices, notes)
    pitch = 36 + 12 * voice + rng.integers(0, 12, notes)
    return table(onset, pitch, voice=voice)


def planted(seed: int, pattern: mi.Pattern = PATTERN, *, shift: int = 0, stretch: float = 1.0, at: float = 40.0) -> Any:
    """A texture with a copy of the pattern in a voice of its own, and the rows of the copy."""
    around = texture(seed)
    copy = table(
        at + pattern.onsets * stretch,
        np.array(pattern.pitch) + shift,
        [float(length) * stretch for length in pattern.duration],
        voice=9,
    )
    notes = np.concatenate([around, copy])
    notes = notes[np.lexsort((notes["pitch"], notes["onset"]))]
    return notes, np.flatnonzero(notes["voice"] == 9)


# What is found


@given(st.integers(0, 1000), st.integers(-20, 20), st.sampled_from([0.5, 2, 1.5, 0.93, 1, 3, 0.25]))
def test_a_copy_is_found_whatever_its_key_and_its_tempo(seed: int, shift: int, stretch: float) -> None:
    notes, rows = planted(seed, shift=shift, stretch=stretch)
    best = mi.find(PATTERN, notes)[0]
    assert best.notes == tuple(rows)
    assert (best.transposition, best.missing, best.changed) == (shift, (), ())
    assert float(best.stretch) == pytest.approx(stretch, rel=1e-3)


@given(st.integers(0, 1000), st.integers(0, 12))
def test_one_note_omitted(seed: int, left_out: int) -> None:
    notes, rows = planted(seed)
    kept = np.delete(np.arange(len(notes)), rows[left_out])
    best = mi.find(PATTERN, notes[kept])[0]
    assert len(best.missing) <= 2
    assert len(set(kept[[*best.notes]]) & set(rows)) >= len(rows) - 2


@given(st.integers(0, 1000), st.integers(1, 11), st.integers(-4, 4).filter(bool))
def test_one_note_changed(seed: int, which: int, by: int) -> None:
    notes, rows = planted(seed)
    notes["pitch"][rows[which]] += by
    best = mi.find(PATTERN, notes)[0]
    assert len(set(best.notes) & set(rows)) >= len(rows) - 2


@given(st.integers(0, 1000), st.integers(0, 11))
def test_one_note_added(seed: int, after: int) -> None:
    notes, rows = planted(seed)
    first, second = notes[rows[after]], notes[rows[after + 1]]
    ornament = table([(first["onset"] + second["onset"]) / 2], [first["pitch"] + 1], voice=9)
    more = np.concatenate([notes, ornament])
    order = np.lexsort((more["pitch"], more["onset"]))
    best = mi.find(PATTERN, more[order])[0]
    assert set(order[[*best.notes]]) == set(rows)


@given(st.integers(0, 1000), st.floats(0.5, 2, allow_nan=False))
def test_hits_follow_the_music_when_it_is_moved(seed: int, later: float) -> None:
    """Transposed, stretched and later, the same notes are found with the same scores."""
    notes, _ = planted(seed)
    moved = notes.copy()
    moved["pitch"] += 5
    moved["onset"] = moved["onset"] * 2 + round(later * 16) / 4
    before, after = (mi.find(PATTERN, notes, stretches=[1]), mi.find(PATTERN, moved, stretches=[2]))
    assert [hit.notes for hit in before if hit.score][:1] == [hit.notes for hit in after][:1]


def test_a_tonal_answer_is_found() -> None:
    """Bach's habit: the fifth is answered by the fourth, the rest follows."""
    answer = mi.Pattern(PATTERN.onset, [p - (i == 4) * 2 for i, p in enumerate(PATTERN.pitch)])
    notes, rows = planted(3, answer)
    best = mi.find(PATTERN, notes)[0]
    assert set(best.notes) == set(rows)
    assert best.changed == (4,)


def test_an_inversion_only_where_it_is_asked_for() -> None:
    upside_down = mi.Pattern(PATTERN.onset, [120 - pitch for pitch in PATTERN.pitch])
    notes, rows = planted(4, upside_down)
    assert not any(set(hit.notes) == set(rows) for hit in mi.find(PATTERN, notes))
    best = mi.find(PATTERN, notes, invert=True)[0]
    assert best.inverted
    assert set(best.notes) == set(rows)
    assert best.missing == ()


@pytest.mark.parametrize("rest", [5, 20, 78])
@pytest.mark.parametrize("filled", [False, True])
def test_a_rest_inside_costs_nothing_however_long(rest: int, filled: bool) -> None:
    """Six notes, a rest, six more; in the rest other voices go on, or its own does."""
    rows = [(0, 60), (0.5, 67), (1.5, 65), (2, 70), (3, 61), (3.5, 64)]
    pattern = mi.Pattern.of([*rows, *((at + 4 + rest, 128 - pitch) for at, pitch in rows)])
    around = texture(5, 900, 4)
    copy = table(40 + pattern.onsets, np.array(pattern.pitch) + 2, voice=9)
    fill = table(np.arange(46.0, 43 + rest), 57 + (np.arange(46, 43 + rest) * 5) % 11, voice=9)
    notes = np.concatenate([around, copy, *([fill] if filled else [])])
    notes = notes[np.lexsort((notes["pitch"], notes["onset"]))]
    hit = mi.find(pattern, notes)[0]
    assert hit.evalue <= 0.01
    assert (hit.missing, hit.changed, hit.onset) == ((), (), 40)


@pytest.mark.parametrize("seed", range(5))
def test_what_is_not_there_is_not_found(seed: int) -> None:
    assert mi.find(PATTERN, texture(seed, 1000)) == []


# The theme


@pytest.mark.parametrize("meter", ["5/4", "4/4", "3/4", "7/8", "6/8"])
def test_the_ostinato_is_found_in_every_rendition(meter: str) -> None:
    score = mi.render(meter=meter)
    hits = mi.find(mi.theme(), score)
    assert len(hits) >= 10
    notes = score.note_table()
    names = [{score.parts[part].name for part in notes["part"][[*hit.notes]]} for hit in hits[:10]]
    assert all(found <= {"Ostinato", "Ostinato II", "Baritone saxophone"} for found in names)
    assert not any(hit.missing or hit.changed for hit in hits[:10])


@pytest.mark.parametrize("edit", ["ornament", "omission", "substitution", "two substitutions"])
@pytest.mark.parametrize("stretch", [1, 0.5, 2, 1.5, 0.93])
def test_the_ostinato_with_an_edit_in_an_inner_voice(edit: str, stretch: float) -> None:
    theme = mi.Pattern.of(mi.theme())
    onset, pitch = [float(at) * stretch for at in theme.onset], [*theme.pitch]
    if edit == "ornament":
        onset, pitch = [*onset, onset[3] + 0.25 * stretch], [*pitch, pitch[3] + 1]
    elif edit == "omission":
        onset, pitch = onset[:5] + onset[6:], pitch[:5] + pitch[6:]
    else:
        pitch[2] += 1
        pitch[5] += 2 * (edit == "two substitutions")
    copy = mi.Pattern(onset, pitch)
    notes, rows = planted(11, copy)
    hits = mi.find(theme, notes, max_evalue=np.inf, least=0.5)
    assert any(len(set(hit.notes) & set(rows)) >= 6 for hit in hits[:3])


# Laws of the alignment

SETTINGS = st.sampled_from([COSTS, UNTIMED, COSTS._replace(cap=3.0, voice=0.5)])


@given(st.integers(0, 10_000), st.integers(2, 12), st.booleans(), SETTINGS)
def test_numba_and_numpy_give_the_same(seed: int, length: int, invert: bool, costs: Any) -> None:
    notes = texture(seed, 120, 1 + seed % 4)
    rows = np.sort(np.random.default_rng(seed).choice(60, length, replace=False))
    pattern = mi.Pattern.of(notes[rows])
    regions = [Region(0, 90), Region(30, 120, 0.5), Region(10, 50, 1.37)]
    one, other = (
        align(pattern, notes, regions, least=0.3, costs=costs, invert=invert, fast=fast) for fast in (True, False)
    )
    assert one == other


@given(st.integers(0, 10_000), st.floats(0.3, 0.8))
def test_alignments_are_in_order_and_apart(seed: int, least: float) -> None:
    notes = texture(seed)
    voice = notes[notes["voice"] == 0]
    pattern = mi.Pattern.of(voice[5:12])
    found = align(pattern, notes, least=least)
    assert found[0].share > 0.8  # where it was taken from
    assert [hit.share for hit in found] == sorted((hit.share for hit in found), reverse=True)
    for number, hit in enumerate(found):
        own, rows = zip(*hit.pairs, strict=True)
        assert list(own) == sorted(set(own))
        assert list(rows) == sorted(set(rows))
        assert 0 <= own[0] <= own[-1] < len(pattern)
        assert 0 <= rows[0] <= rows[-1] < len(notes)
        assert hit.share >= least
        for better in found[:number]:
            common = {row for _, row in hit.pairs} & {row for _, row in better.pairs}
            assert len(common) <= SHARED * min(len(hit.pairs), len(better.pairs))


@given(st.integers(0, 10_000))
def test_nothing_earns_more_than_the_pattern_itself(seed: int) -> None:
    notes = texture(seed)
    pattern = mi.Pattern.of(notes[np.arange(10, 60, 5)])
    own = own_score(pattern, surprise_of(notes))
    assert all(hit.score <= own + 1e-9 for hit in align(pattern, notes, least=0.2))


@given(st.integers(0, 1000))
def test_regions_hold_what_they_are_asked(seed: int) -> None:
    notes, rows = planted(seed)
    around = Region(max(int(rows[0]) - 20, 0), int(rows[-1]) + 20)
    surprise = surprise_of(notes)
    everywhere = align(PATTERN, notes, surprise=surprise)[0]
    assert align(PATTERN, notes, [around], surprise=surprise)[0] == everywhere
    assert align(PATTERN, notes, [Region(0, int(rows[0]))], surprise=surprise) == []


def test_long_music_is_taken_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    notes, rows = planted(5, at=70.0)
    whole = align(PATTERN, notes)
    for size in (150, 170, 200, 240):
        monkeypatch.setattr("mi_theme.search.match.note_alignment.CHUNK", size)
        assert align(PATTERN, notes)[0] == whole[0]
    assert whole[0].pairs == tuple(enumerate(rows.tolist()))


# Spelling


def test_a_chromatic_neighbour_is_spelled_as_one() -> None:
    """G minor: F sharp, not G flat; B flat, not A sharp."""
    pitches = [67, 69, 70, 67, 66, 67, 74, 72, 70, 69, 67, 66, 67]
    letters = ["CDEFGAB"[step % 7] for step in spelled_steps(pitches)]
    assert "".join(letters) == "GABGFGDCBAGFG"
    assert [step // 7 for step in spelled_steps([59, 60, 71, 72])] == [3, 4, 4, 5]


@given(st.lists(st.integers(0, 127), max_size=80), st.integers(-2, 2))
def test_spelling_keeps_octaves(pitches: list[int], octaves: int) -> None:
    moved = [pitch + 12 * octaves for pitch in pitches]
    assert (spelled_steps(moved) - spelled_steps(pitches) == 7 * octaves).all()
    assert len(spelled_steps(pitches)) == len(pitches)


def test_spelling_agrees_with_what_composers_wrote() -> None:
    """Bach's chorales, from music21: nearly every interval to the next note has the right size."""
    right = whole = 0
    for name in ("bwv269", "bwv66.6", "bwv10.7", "bwv7.7"):
        notes = mi.read(_corpus(f"bach/{name}")).note_table()
        agree = np.diff(spelled_steps(notes["pitch"])) == np.diff(notes["step"])
        right, whole = right + int(agree.sum()), whole + len(agree)
    assert right / whole >= 0.97


def _corpus(name: str) -> Any:
    from music21 import corpus

    return corpus.getWork(name)


# Real music


def test_a_fugue_subject_in_real_music() -> None:
    """The opening of Mozart's quartet K. 155 comes again in the reprise."""
    score = mi.read(_corpus("mozart/k155/movement1"))
    hits = mi.find(score.passage((1, 4), "Violin I"), score, max_evalue=1e-3)
    assert hits


# Patterns


def test_patterns_are_made_of_many_things(tmp_path: Any) -> None:
    theme = mi.theme()
    pattern = mi.Pattern.of(theme)
    assert pattern.meter == theme.meter
    assert mi.Pattern.of(pattern) is pattern
    score = mi.Score.from_notes(pattern.onset, pattern.duration, pattern.pitch, step=pattern.step, meter=theme.meter)
    score.save(tmp_path / "pattern.mid")
    rows = list(zip(pattern.onset, pattern.pitch, strict=True))
    for other in (score, score.note_table(), rows, np.array(rows, float), tmp_path / "pattern.mid", theme.ostinato):
        same = mi.Pattern.of(other)
        assert same.onset == pattern.onset
        assert np.diff(same.pitch).tolist() == np.diff(pattern.pitch).tolist()
    assert mi.Pattern.of([(0, 60, 2), (1, 62, 1)]).duration == (2, 1)
    assert mi.Pattern.of([(1, 62), (0, 60)]).pitch == (60, 62)
    assert mi.Pattern([0, 0.1], [60, 61]).onset == (0, Fraction(1, 10))


@pytest.mark.parametrize(
    "wrong",
    [
        [(0, 60), (float("nan"), 62)],
        [(0, 60), (float("inf"), 62)],
        [(0, 60), (1, 200)],
        [(0, 60), (1,)],
        [(0, 60, 1, 2, 3)],
        [(0, "x")],
        [(0, 60, -1)],
        7,
        None,
        np.zeros(3, [("onset", "f8")]),
        [(i, 60) for i in range(5000)],
    ],
    ids=repr,
)  # fmt: skip
def test_what_is_no_pattern_is_refused(wrong: Any) -> None:
    with pytest.raises(mi.MiThemeError) as caught:
        mi.Pattern.of(wrong)
    assert "\n" not in str(caught.value)


# Hostile


@pytest.mark.parametrize("rows", [[], [(0, 60)], [(0, 60), (0, 60)], [(0, 60), (0, 67)]])
def test_one_note_or_one_chord_is_nothing_to_look_for(rows: list[tuple[int, int]], tmp_path: Path) -> None:
    mi.theme().to_score().save(tmp_path / "a.mid")
    for where in (mi.theme().to_score(), tmp_path, [tmp_path / "a.mid"]):
        with pytest.raises(mi.MiThemeError, match="nothing to look for"):
            mi.find(rows, where)


@pytest.mark.parametrize("rows", [[(i, 60) for i in range(9)], [(0, 60), (1, 60)], [(0, 60), (0, 67), (2, 60)]])
@pytest.mark.parametrize("count", [0, 1, 2, 400])
@pytest.mark.parametrize("fast", [True, False])
def test_strange_patterns_and_scores(rows: list[tuple[int, int]], count: int, fast: bool) -> None:
    notes = table(np.arange(count) // 3, np.full(count, 60))
    for hit in mi.find(rows, notes, max_evalue=np.inf, least=0.01, fast=fast, invert=True):
        assert max(hit.notes) < count
    assert mi.find(rows, mi.Score.from_notes([], [], []), fast=fast) == []


def test_everything_at_once_takes_no_time() -> None:
    notes = table(np.zeros(20_000), np.arange(20_000) % 128)
    mi.find(PATTERN, notes)


def test_drums_are_no_melody() -> None:
    score = mi.render()
    drums = [index for index, part in enumerate(score.parts) if part.is_percussion]
    assert drums
    hits = mi.find(mi.theme(), score, max_evalue=np.inf, least=0.3)
    rows = np.array([row for hit in hits for row in hit.notes])
    assert not np.isin(score.note_table()["part"][rows], drums).any()


def test_what_cannot_be_searched_is_refused() -> None:
    with pytest.raises(mi.MiThemeError, match="says no music"):
        mi.find(mi.theme(), 5)


def test_many_places_and_the_best_of_them() -> None:
    one, _ = planted(1)
    other, _ = planted(2, shift=3)
    hits = mi.find(PATTERN, [one, texture(3), other])
    assert len(hits) >= 2
    assert [hit.evalue for hit in hits] == sorted(hit.evalue for hit in hits)
    assert mi.find(PATTERN, [one, texture(3), other], top=1) == hits[:1]
    assert mi.find(PATTERN, []) == []


# Hits


def test_a_hit_prints_and_goes_into_json() -> None:
    hit = mi.find(mi.theme(), mi.render())[0]
    assert str(hit).startswith("score, Ostinato, bar ")
    assert json.loads(json.dumps(hit.to_dict()))["notes"] == [*hit.notes]
    assert set(hit.to_dict()) >= {"source", "part", "bar", "onset", "end", "transposition", "stretch", "evalue"}
    assert hit.to_dict()["reasons"][0].keys() == {"term", "means", "nats"}


@pytest.mark.parametrize("meter", ["5/4", "4/4", "3/4"])
def test_the_reasons_of_a_hit_add_up_to_its_score(meter: str) -> None:
    """Pitch and rhythm speak for a copy; a map of the bar where a strategy made the rhythm; what is changed against it."""
    hits = mi.find(mi.theme(), mi.render(meter=meter), max_evalue=np.inf, least=0.5)
    assert len(hits) > 10
    for hit in hits:
        assert sum(reason.nats for reason in hit.reasons) == pytest.approx(hit.score, abs=1e-9)
        assert [abs(reason.nats) for reason in hit.reasons] == sorted((abs(r.nats) for r in hit.reasons), reverse=True)
        against = {reason.term for reason in hit.reasons if reason.nats < 0}
        assert against.isdisjoint({"pitch", "rhythm"})
        assert ("omitted" in against) == bool(hit.missing) or hit.strategy
        assert "changed" in against or not hit.changed
    mapped = [hit for hit in hits if any(reason.term == "bar map" for reason in hit.reasons)]
    assert all(hit.strategy for hit in mapped)
    assert bool(mapped) == (meter != "5/4")


def test_a_hit_is_written_and_read_back() -> None:
    hits = mi.find(mi.theme(), mi.render(meter="4/4"), max_evalue=np.inf)
    doubled = mi.find(PATTERN, planted_twice())
    assert any(hit.warp for hit in hits)
    assert any(hit.doubled for hit in doubled)
    for hit in [*hits, *doubled]:
        assert mi.Hit.from_json(hit.to_json()) == hit
    for wrong in ("[", "{}", hits[0].to_json().replace('"pitch"', "5", 1), "[" * 100_000):
        with pytest.raises(mi.MiThemeError):
            mi.Hit.from_json(wrong)


def planted_twice() -> np.ndarray:
    """A copy in two parts, an octave apart."""
    notes, rows = planted(7)
    lower = notes[rows].copy()
    lower["pitch"] -= 12
    lower["part"], lower["voice"] = 1, 0
    more = np.concatenate([notes, lower])
    return more[np.lexsort((more["pitch"], more["onset"]))]


# The page


def test_the_page_states_the_costs_that_are_charged() -> None:
    page = (Path(__file__).parents[1] / "docs/explanation/search.md").read_text("utf-8")
    rows = re.findall(r"^\| `(\w+)` \| ([\d.]+) \| ([\d.]+) \|", page, re.M)
    assert [name for name, *_ in rows] == [*COSTS._fields]
    assert [float(cell) for _, cell, _ in rows] == [*COSTS]
    assert [float(cell) for *_, cell in rows] == [*UNTIMED]
