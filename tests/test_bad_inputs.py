"""Scores that are hardly music, for every call that reads rhythm: a defined answer, or one line that says what is wrong."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

import mi_theme as mi
from mi_theme.score import Event, Score, Track
from mi_theme.score import messages as m

QUARTER = 480
SLOWEST = m.MAX_TEMPO  # microseconds of a quarter: 3.6 a minute, as slow as a file can say


def of(*notes: tuple[int, int, int], channel: int = 0, tempo: int = 500_000) -> Score:
    """Notes of start, length and key in ticks."""
    events = [Event(0, m.tempo(tempo)), Event(0, m.time_signature(mi.Meter("4/4")))]
    for start, lasts, key in notes:
        events += [Event(start, m.note_on(channel, key, 80)), Event(start + lasts, m.note_off(channel, key))]
    return Score(QUARTER, (Track.sorted(events),))


def loose(channel: int = 0, tempo: int = 500_000) -> Score:
    """Sixteen bars of eighths, early and late."""
    return of(*((240 * i + 37 * i % 17, 200, 36 + i % 7) for i in range(128)), channel=channel, tempo=tempo)


SCORES = {
    "empty": of(),
    "no track": Score(QUARTER, ()),
    "one note": of((7, 470, 60)),
    "one stroke": of((7, 20, 36), channel=9),
    "drums alone": loose(9),
    "ten at one moment": of(*((5, 300, 60 + i) for i in range(10))),
    "ten of one key at one moment": of(*[(5, 300, 60)] * 10),
    "a minute of silence": of((0, 400, 60), (120 * QUARTER + 7, 300, 62)),
    "notes of no length": of(*((240 * i + 3, 0, 60) for i in range(16))),
    "tempo 1": loose(tempo=SLOWEST),
    "tempo 1,000": loose(tempo=60_000),
}
EMPTY = "empty", "no track"
UNPITCHED = *EMPTY, "one stroke", "drums alone"
FEW = *EMPTY, *(name for name in SCORES if name.startswith(("one", "ten", "a minute"))), "tempo 1"


def musicxml(score: Score, folder: Path) -> Score:
    score.save(folder / "page.musicxml")
    return mi.read(folder / "page.musicxml")


# what each call gives: of a score, and in which scores it has one line to say instead
CALLS: dict[str, tuple[Callable[[Score, Path], Any], tuple[str, ...]]] = {
    "quantize": (lambda score, _: mi.quantize(score).score(), ()),
    "words": (lambda score, _: str(mi.quantize(score)), ()),
    "plain": (lambda score, _: mi.quantize(score).as_dict(), ()),
    "beats": (lambda score, _: mi.beats(score), ()),
    "on found beats": (lambda score, _: mi.quantize(score, beats=mi.beats(score)).score(), FEW),
    "plan": (lambda score, _: mi.plan(score, "5/4"), (*EMPTY, "tempo 1")),
    "convert": (lambda score, _: mi.convert(score, "3/4"), (*EMPTY, "tempo 1")),
    "compare": (lambda score, _: mi.compare(score, "3/4"), (*EMPTY, "tempo 1")),
    "measure": (lambda score, _: mi.measure(score), ("tempo 1",)),
    "which metre": (lambda score, _: mi.induce_meter(score), ()),
    "draw": (lambda score, _: mi.draw(score), ()),
    "staves": (lambda score, _: mi.draw(score, kind="notation"), ()),
    "worksheet": (lambda score, _: mi.worksheet(score, "5/4"), UNPITCHED),
    "musicxml": (musicxml, EMPTY),
    "theme": (lambda score, _: mi.Theme.of(score), UNPITCHED),
    "passage": (lambda score, _: score.passage((1, 1)), ()),
    "find": (lambda score, _: mi.find(mi.theme(), score), ()),
    "rank": (lambda score, _: mi.rank(score, [mi.theme()]), UNPITCHED),
}


@pytest.mark.parametrize("call", CALLS)
def test_hardly_music(call: str, tmp_path: Path) -> None:
    answer, refused = CALLS[call]
    for name, score in SCORES.items():
        fresh = Score(score.ticks_per_quarter, score.tracks)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if name in refused:
                with pytest.raises(mi.MiThemeError) as error:
                    answer(fresh, tmp_path)
                assert 10 < len(str(error.value)) < 300, (call, name)
                assert "\n" not in str(error.value)
            else:
                assert answer(fresh, tmp_path) is not None, (call, name)


@pytest.mark.parametrize("call", ["quantize", "convert", "musicxml"])
def test_nothing_is_lost(call: str, tmp_path: Path) -> None:
    answer, refused = CALLS[call]
    for name in (name for name in SCORES if name not in refused):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            made = answer(SCORES[name], tmp_path)
        kept = [sorted(score.note_table()["pitch"].tolist()) for score in (SCORES[name], made)]
        if call == "convert":
            plan = mi.plan(SCORES[name], "3/4")
            assert len(kept[1]) == len(kept[0]) - len(plan.dropped) + len(plan.added), name
        elif call == "musicxml" and name == "ten of one key at one moment":
            assert set(kept[1]) == {60}
        else:
            assert kept[0] == kept[1], name


def test_the_answers() -> None:
    assert str(mi.quantize(SCORES["empty"])) == "no notes: nothing to quantize"
    assert not len(mi.beats(SCORES["a minute of silence"]))
    one = next(iter(mi.quantize(SCORES["one note"])))
    assert (one.onset, one.duration) == (0, 1)
    assert {note.onset for note in mi.quantize(SCORES["ten at one moment"])} == {0}
    assert [note.onset for note in mi.quantize(SCORES["a minute of silence"])] == [0, 120]
    assert [note.onset for note in mi.quantize(SCORES["drums alone"])] == [Fraction(i, 2) for i in range(128)]
    assert [note.onset for note in mi.quantize(SCORES["tempo 1,000"])] == [Fraction(i, 2) for i in range(128)]
    assert [note.onset for note in mi.quantize(SCORES["notes of no length"])] == [Fraction(i, 2) for i in range(16)]
