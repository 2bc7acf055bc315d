"""Which metre is it: known cases, laws, hostile input; real tunes in the slow tests and the benchmark."""

from __future__ import annotations

import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mi_theme as mi
from mi_theme.catalog import data_path
from mi_theme.errors import FileError, ScoreError
from mi_theme.meter import Meter
from mi_theme.rhythm import MeterGuess, induce_meter, sure_guess, which_meters
from mi_theme.rhythm.drum_evidence import drum_evidence
from mi_theme.rhythm.lines import _edge, line_of, lines_of
from mi_theme.rhythm.meter_candidates import ADDITIVE_METERS, PLAIN_METERS, Candidates, family, lenders
from mi_theme.rhythm.meter_evidence import evidence, ticks_of
from mi_theme.rhythm.meter_model import candidates, model, packed, unpacked
from mi_theme.rhythm.self_similarity import gains
from mi_theme.score.tracks import PERCUSSION

MAKING = str(Path(__file__).parents[1] / "data" / "making")
OSTINATO = (0, 1.5, 3, 4)


def repeated(onsets: tuple[float, ...], bar: float, bars: int = 8) -> list[float]:
    return [bar * i + onset for i in range(bars) for onset in onsets]


def waltz(start: float = 0) -> tuple[list[float], list[float], list[int]]:
    """A plain waltz tune: half and quarter, then three quarters, a long note at the end of each four bars."""
    bars = [(2, 1), (1, 1, 1), (2, 1), (3,)] * 4
    durations = [length for bar in bars for length in bar]
    onsets = start + np.append(0, np.cumsum(durations)[:-1])
    pitches = [60 + (7 * i) % 12 for i in range(len(durations))]
    return onsets.tolist(), durations, pitches


# Known cases


def test_the_ostinato_alone_is_the_theme_s_metre() -> None:
    first, *others = induce_meter(repeated(OSTINATO, 5))
    assert str(first.meter) == "5/4:3+3+2+2"
    assert first.phase == 0
    assert any(guess.meter in {first.meter.grouped(g) for g in first.meter.grouping.rotations()} for guess in others)


@pytest.mark.parametrize("start", OSTINATO)
def test_begun_anywhere_it_is_the_theme_s_metre_or_a_rotation(start: float) -> None:
    onsets = repeated(tuple(sorted((onset - start) % 5 for onset in OSTINATO)), 5)
    rotations = {Meter("5/4").grouped(g) for g in Meter("5/4:3+3+2+2").grouping.rotations()}
    assert induce_meter(onsets)[0].meter in rotations


@pytest.mark.parametrize("meter", ["7/8:3+2+2", "7/8:2+2+3", "7/8:2+3+2", "5/8:3+2", "5/8:2+3"])
def test_odd_metres_come_with_their_groups(meter: str) -> None:
    one = Meter(meter)
    starts = tuple(beat * float(one.pulse) for beat in one.beats)
    guess = induce_meter(repeated(starts, float(one.bar), 12))[0]
    assert guess.meter.signature == one.signature
    assert guess.meter in {one.grouped(g) for g in one.grouping.rotations()}


def test_a_waltz_is_in_three() -> None:
    guess = induce_meter(*waltz())[0]
    assert guess.meter == Meter("3/4")
    assert guess.phase == 0


def test_the_motif_of_the_theme_is_enough() -> None:
    assert induce_meter(mi.theme().ostinato)[0].meter == mi.theme().meter


@pytest.mark.parametrize("signature", ["4/4", "3/4", "7/8"])
def test_what_a_file_says_of_its_metre_is_not_believed(signature: str) -> None:
    onsets, durations, pitches = waltz()
    score = mi.Score.from_notes(onsets, durations, pitches, meter=signature)
    assert induce_meter(mi.read(score.to_bytes()))[0].meter == Meter("3/4")


def test_parts_are_asked_one_by_one() -> None:
    onsets, durations, pitches = waltz()
    beats = np.arange(0, 48)
    score = mi.Score.from_notes(
        [*onsets, *beats], [*durations, *[1] * 48], [*pitches, *([40, 47, 47] * 16)], part=[0] * len(onsets) + [1] * 48
    )
    assert len(lines_of(score)) == 2
    assert induce_meter(score)[0].meter == Meter("3/4")


def test_a_part_of_voices_is_asked_for_its_edges() -> None:
    onsets, durations, pitches = waltz()
    rows = ([*onsets, *range(48)], [*durations, *[1] * 48], [*pitches, *([40, 47, 47] * 16)])
    upper, lower = lines_of(mi.Score.from_notes(*rows))
    assert upper.onsets.tolist() == onsets
    assert lower.pitches.tolist() == [40, 47, 47] * 16
    assert induce_meter(mi.Score.from_notes(*rows))[0].meter == Meter("3/4")


NOTES = st.lists(st.tuples(st.integers(0, 30), st.integers(1, 12), st.integers(40, 60)), min_size=4, max_size=25, unique_by=lambda n: (n[0], n[2]))  # fmt: skip


@given(NOTES, st.sampled_from([1, -1]))
def test_the_edge_of_a_part_is_its_definition(notes: list[tuple[int, int, int]], sign: int) -> None:
    """No higher (lower) note sounds as a note of the edge begins."""
    rows = np.array([(on, length, pitch) for on, length, pitch in notes], [("onset", float), ("duration", float), ("pitch", int)])  # fmt: skip
    wanted = {
        (on, pitch)
        for on, _, pitch in notes
        if not any(start <= on < start + length and sign * other > sign * pitch for start, length, other in notes)
    }
    found = _edge(rows, sign)
    assert set(zip(found["onset"].tolist(), found["pitch"].tolist(), strict=True)) == wanted


def test_a_line_played_legato_is_one_line() -> None:
    score = mi.Score.from_notes(np.arange(20), 1.2, 60 + np.arange(20) % 7)
    assert [len(line.onsets) for line in lines_of(score)] == [20]


# Additive bars, certainty, drums


@pytest.mark.parametrize("name", ["8/8:3+3+2", "9/8:2+2+2+3", "5/4:3+2+2+3", "11/8:2+2+3+2+2", "13/8:2+2+2+3+2+2"])
def test_a_tune_that_repeats_its_groups_is_in_a_bar_of_their_length(name: str) -> None:
    """Each group its own rhythm, each bar its own melody: 24 bars."""
    meter = Meter(name)
    cells = {2: [(0, 2), (0, 1), (0, 2), (0, 1)], 3: [(0, 2), (0, 1), (0, 1, 2), (0, 2)]}
    onsets, pitches = [], []
    for bar in range(24):
        for number, (start, length) in enumerate(zip(meter.beats, meter.groups, strict=True)):
            for place in cells[length][number % 4]:
                if place < length:
                    onsets.append(bar * float(meter.bar) + (start + place) / 2)
                    pitches.append(60 + (5 * number + 2 * place + bar % 4) % 11)
    guess = induce_meter(onsets, pitches=pitches)[0]
    assert family(str(guess.meter)).rstrip("+") == family(name).rstrip("+")


@given(st.lists(st.integers(0, 200), min_size=4, max_size=40, unique=True))
@settings(max_examples=20)
def test_certainty_is_of_the_bar_whatever_it_is_written_in(places: list[int]) -> None:
    guesses = induce_meter(np.array(places) / 2)
    assert all(0 <= guess.certainty <= 1 for guess in guesses)
    for one in guesses:
        for other in guesses:
            if family(str(one.meter)).rstrip("+") == family(str(other.meter)).rstrip("+"):
                assert one.certainty == other.certainty


def test_after_a_rest_time_0_is_no_bar_line() -> None:
    """How long the rest is changes nothing but where the bar lines are."""
    line = np.array(repeated((0, 1.5, 2, 3.5), 5, 20))
    one, other = (induce_meter(line + rest) for rest in (1.0, 2.5))
    assert [guess.meter for guess in one[:5]] == [guess.meter for guess in other[:5]]
    assert [guess.probability for guess in one] == pytest.approx([guess.probability for guess in other], abs=1e-3)


def test_the_place_in_a_cycle_tells_most_where_the_rhythm_comes_back() -> None:
    line = ticks_of(line_of(repeated((0, 1.5, 2, 3.5), 4.5, 20)))
    assert int(gains(line)[0].argmax()) + 1 in (9, 18, 27, 36, 45)


def beaten(pattern: dict[int, tuple[float, ...]], bar: float, bars: int, melody: bool) -> mi.Score:
    """A kit that plays the same every bar, alone or under a tune of even notes."""
    strokes = [(bar * i + at, key) for i in range(bars) for key, places in pattern.items() for at in places]
    onsets, keys = (list(column) for column in zip(*strokes, strict=True))
    notes = np.arange(0, bar * bars, 0.5) if melody else np.zeros(0)
    score = mi.Score.from_notes(
        [*notes, *onsets],
        0.25,
        [*(60 + (7 * np.arange(len(notes))) % 12), *keys],
        part=[0] * len(notes) + [int(melody)] * len(keys),
    )
    head, *parts = score.tracks
    return mi.Score(score.ticks_per_quarter, (head, *parts[:-1], parts[-1].on_channel(PERCUSSION)), score.kind)


ROCK = {36: (0, 2), 38: (1, 3), 42: (0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5)}
WALTZ = {36: (0,), 38: (1, 2), 42: (0, 1, 2)}


@pytest.mark.parametrize("melody", [True, False])
@pytest.mark.parametrize(("pattern", "bar", "meter"), [(ROCK, 4, "4/4"), (WALTZ, 3, "3/4")])
def test_a_backbeat_says_the_bar(pattern: dict[int, tuple[float, ...]], bar: float, meter: str, melody: bool) -> None:
    guess = sure_guess(induce_meter(beaten(pattern, bar, 24, melody)))
    assert guess is not None
    assert guess.meter == Meter(meter)
    assert guess.phase % 2 == 0 or meter == "3/4"


def test_drums_that_know_no_bar_say_nothing_of_it() -> None:
    every = (0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5)
    assert drum_evidence(beaten({36: every, 38: every}, 4, 24, True)) is None
    assert drum_evidence(beaten({42: every}, 4, 24, True)) is None
    assert drum_evidence(mi.theme().to_score()) is None


# Laws


ONSETS = st.lists(st.integers(0, 200), min_size=4, max_size=40, unique=True)


@given(ONSETS)
@settings(max_examples=40)
def test_probabilities_are_shares_best_first(places: list[int]) -> None:
    guesses = induce_meter(np.array(places) / 2)
    shares = [guess.probability for guess in guesses]
    assert shares == sorted(shares, reverse=True)
    assert 0.97 < sum(shares) <= 1 + 1e-4 * len(shares)  # each is rounded
    assert all(0 <= guess.phase < guess.meter.bar for guess in guesses)
    assert len({guess.meter for guess in guesses}) == len(guesses)


@given(ONSETS, st.randoms())
@settings(max_examples=20)
def test_order_and_doubled_notes_do_not_matter(places: list[int], random: object) -> None:
    onsets = [place / 2 for place in places]
    mixed = [*onsets, onsets[0]]
    random.shuffle(mixed)
    assert induce_meter(mixed) == induce_meter(sorted(onsets))


@given(ONSETS, st.integers(-11, 11))
@settings(max_examples=20)
def test_transposing_changes_nothing(places: list[int], by: int) -> None:
    onsets = np.sort(places) / 2
    pitches = np.array([60 + (place * 5) % 13 for place in sorted(places)])
    assert induce_meter(onsets, pitches=pitches) == induce_meter(onsets, pitches=pitches + by)


@given(st.integers(0, 12))
@settings(max_examples=13)
def test_a_later_start_moves_the_bar_line_along(quarters: int) -> None:
    onsets, durations, pitches = waltz(quarters)
    moved, still = induce_meter(onsets, durations, pitches)[0], induce_meter(*waltz())[0]
    assert moved.meter == still.meter
    assert moved.phase == (still.phase + quarters) % 3
    assert moved.probability == pytest.approx(still.probability, abs=0.05)  # a bar line at 0 counts a little


def test_a_guess_prints_no_more_digits_than_it_is_worth() -> None:
    for guess in induce_meter([0, 1.5, 3, 4, 5, 6.5, 8, 9]):
        digits = repr(guess).partition("probability=")[2].partition(",")[0]
        assert len(digits) <= len("0.1234"), guess


def test_exact_fractions_are_taken_as_they_are() -> None:
    onsets = [Fraction(3, 2) * i for i in range(12)]
    assert induce_meter(onsets) == induce_meter([float(onset) for onset in onsets])
    assert induce_meter(tuple(onsets)) == induce_meter(onsets)


def test_the_same_every_time() -> None:
    assert induce_meter(*waltz()) == induce_meter(*waltz())


# Edges


@pytest.mark.parametrize("onsets", [[], [0], [0, 1, 2], [3, 3, 3, 3, 3], [0, 1e-9, 2e-9, 3e-9, 4e-9]])
def test_fewer_than_four_notes_say_nothing(onsets: list[float]) -> None:
    assert induce_meter(onsets) == []
    assert sure_guess(induce_meter(onsets)) is None


def test_grace_notes_alone_say_nothing() -> None:
    score = mi.Score.from_notes(range(8), 0, 60)
    assert induce_meter(score) == []


def test_a_very_long_line_is_looked_at_from_its_beginning() -> None:
    short, long = (induce_meter(repeated(OSTINATO, 5, bars)) for bars in (250, 25_000))
    assert short == long
    assert str(long[0].meter) == "5/4:3+3+2+2"


@pytest.mark.parametrize(
    "call",
    [
        lambda: induce_meter([0, 1, 2, float("nan")]),
        lambda: induce_meter([0, 1, 2, float("inf")]),
        lambda: induce_meter([0, 1, 2, 3], [1, 1]),
        lambda: induce_meter([0, 1, 2, 3], pitches=[60]),
        lambda: induce_meter([[0, 1], [2, 3]]),
        lambda: induce_meter(["no notes"]),
        lambda: induce_meter(None),
        lambda: induce_meter([0, 1, 2, 1e12]),
    ],
)
def test_what_is_no_music_is_refused_in_words(call: object) -> None:
    with pytest.raises(ScoreError):
        call()


def test_an_answer_is_withheld_where_it_would_be_a_guess() -> None:
    sure = [MeterGuess(Meter("3/4"), 0.6, Fraction(0), 0.95)]
    unsure = [MeterGuess(Meter("3/4"), 0.9, Fraction(0), 0.4), MeterGuess(Meter("6/8"), 0.1, Fraction(0), 0.2)]
    assert sure_guess(sure) == sure[0]
    assert sure_guess(unsure) is None
    assert sure_guess(unsure, at_least=0.3) == unsure[0]


def test_groups_are_named_only_where_they_are_likelier_than_others() -> None:
    known = [
        MeterGuess(Meter("7/8:2+2+3"), 0.6, Fraction(0), 0.95),
        MeterGuess(Meter("7/8:3+2+2"), 0.4, Fraction(0), 0.95),
    ]
    open_ = [
        MeterGuess(Meter("7/8:2+2+3"), 0.4, Fraction(0), 0.95),
        MeterGuess(Meter("7/8:3+2+2"), 0.41, Fraction(0), 0.95),
    ]
    assert sure_guess(known).meter == Meter("7/8:2+2+3")
    assert sure_guess(open_).meter == Meter("7/8")


def test_files_and_folders(tmp_path: Path) -> None:
    onsets, durations, pitches = waltz()
    inner = tmp_path / "more"
    inner.mkdir()
    mi.Score.from_notes(onsets, durations, pitches).save(tmp_path / "b.mid")
    mi.Score.from_notes(onsets, durations, pitches).save(inner / "a.MID")
    (tmp_path / "broken.mid").write_bytes(b"MThd nothing")
    (tmp_path / "notes.txt").write_text("not music", "utf-8")
    found = dict(which_meters([tmp_path]))
    assert [Path(name).name for name in found] == ["b.mid", "broken.mid", "a.MID"]
    assert isinstance(found[str(tmp_path / "broken.mid")], FileError)
    assert found[str(tmp_path / "b.mid")][0].meter == Meter("3/4")


def test_a_missing_file_does_not_stop_the_others(tmp_path: Path) -> None:
    mi.Score.from_notes(*waltz()).save(tmp_path / "b.mid")
    missing, there = which_meters([tmp_path / "none.mid", tmp_path / "b.mid"])
    assert isinstance(missing[1], FileNotFoundError)
    assert there[1][0].meter == Meter("3/4")


# The model and its file


def test_the_data_file_is_small_and_says_where_it_comes_from() -> None:
    text = data_path("metres.toml").read_text("utf-8")
    assert len(text) < 300_000
    head, _, body = text.partition("\n\n")
    assert "O'Neill" in head
    assert "licence" in head
    assert "Essen" not in body


def test_a_table_comes_back_from_its_text() -> None:
    table = np.random.default_rng(0).uniform(-7, 7, (5, 17))
    assert np.abs(unpacked(packed(table), (17,)) - table).max() <= 1 / 32


def test_every_odd_metre_borrows_rows_for_its_whole_bar() -> None:
    among = candidates()
    assert among.names == (*PLAIN_METERS, *ADDITIVE_METERS)
    assert len(model().robust.rhythm) == among.bases[-1]
    assert len(model().tables.rhythm) == Candidates(PLAIN_METERS).bases[-1]
    for name in ADDITIVE_METERS:
        assert len(Meter(name).grouping) == len(lenders(name))


def test_evidence_does_not_know_the_truth() -> None:
    """Numbers for a candidate depend on the line and that candidate alone."""
    line = ticks_of(line_of(*waltz()))
    whole = evidence(line, Candidates(PLAIN_METERS), model().tables)
    some = evidence(line, Candidates(PLAIN_METERS[:2]), model().tables)
    assert np.array_equal(whole[: len(some)], some)


def test_reading_a_tune_from_music21() -> None:
    pytest.importorskip("music21")
    sys.path.insert(0, MAKING)
    try:
        from folksongs import _tune
    finally:
        sys.path.remove(MAKING)
    text = "X:7\nT: A tune\nM: 6/8\nL: 1/8\nK: G\nD | {c}G3-G2 A | (3BcB c2 d>e z | G3 :|\n"
    tune = _tune("x#7", text)
    assert (tune.title, tune.meter, tune.fifths, tune.mode) == ("A tune", "6/8", 1, "major")
    third, half = Fraction(1, 3), Fraction(1, 2)
    assert tune.onsets[:3] == (-half, 0, 5 * half)
    assert tune.durations[:3] == (half, 5 * half, half)
    assert tune.durations[3:6] == (third, third, third)
    assert tune.durations[7:9] == (Fraction(3, 4), Fraction(1, 4))
    assert tune.pitches[:3] == (62, 67, 69)


@pytest.mark.slow
def test_real_tunes_that_the_model_has_not_seen() -> None:
    """A floor under the figures of tests/benchmarks/induction.py, on one tune in twenty of Essen."""
    pytest.importorskip("music21")
    sys.path.insert(0, MAKING)
    try:
        from folksongs import songs
    finally:
        sys.path.remove(MAKING)
    tunes = [song for song in songs("essenFolksong") if song.has_one_meter and song.meter in PLAIN_METERS][::20]
    right = [
        induce_meter([float(t) for t in song.onsets], [float(d) for d in song.durations], song.pitches)[0].meter
        == Meter(song.meter)
        for song in tunes
    ]
    assert len(tunes) > 350
    assert np.mean(right) >= 0.70


@pytest.mark.slow
def test_training_twice_gives_the_same_file() -> None:
    pytest.importorskip("music21")
    pytest.importorskip("scipy")
    sys.path.insert(0, MAKING)
    try:
        import metres
    finally:
        sys.path.remove(MAKING)
    tunes = metres.training_tunes(["ryansMammoth"])[::9]
    first, second = (metres.text_of(metres.fit(tunes, 40), tunes) for _ in range(2))
    assert first == second
