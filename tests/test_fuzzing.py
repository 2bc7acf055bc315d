"""A short run of the fuzzer, and the smallest inputs of what it found."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from random import Random

import fuzzing
import pytest
from musicxml_making import measure, partwise, scale

import mi_theme as mi
from mi_theme.files.disk import FileWarning, bytes_of, decoded, is_utf8
from mi_theme.files.musicxml.from_score import write

pytestmark = pytest.mark.filterwarnings("ignore")

MUTANTS = {
    "midi": 12,
    "musicxml": 40,
    "mxl": 10,
    "abc": 25,
    "kern": 40,
    "text": 100,
    "plan": 60,
    "table": 4,
    "theme": 12,
    "beats": 60,
    "lineage": 20,
}

QUICK = partwise([measure(1, scale(0, 4), ("4", "4"))])
SUDDEN = fuzzing.midi_of(fuzzing.events([b"\0\x90\x3c\x50", fuzzing.meta(0x51, b"\0\0\0"), b"\1\x80\x3c\0"]))

#: three half notes, and a metre that begins anew after the first three eighths
CUT_SHORT = fuzzing.midi_of(
    fuzzing.events(
        [fuzzing.meta(0x58, b"\4\2\x18\x08", delta) for delta in (0, 720)],
        [
            piece
            for key in (60, 62, 64)
            for piece in (bytes((0, 0x90, key, 80)), fuzzing.varlen(480) + bytes((0x80, key, 0)))
        ],
    )
)
NOWHERE = mi.theme().to_meter("4/4").plan.to_json().replace('"figure_source": "metre"', '"figure_source": ""').encode()

# kind, input: what was broken once
FOUND = [
    ("plan", NOWHERE),  # a plan was read whose words had none for where its figure came from
    ("plan", NOWHERE.replace(b'"figure_source": ""', b'"figure_source": "metre", "figure": []')),
    ("abc", b"X:\nL:1/88\nK:\nc|(3abc{}eF8"),  # a tuplet of 3465 notes was written, which no reader takes
    ("abc", b"X:1\nK:\nTA(255Bdf(5:abcdef"),  # more parts of a quarter than a number of a file could be
    ("musicxml", QUICK.replace(b"<divisions>2<", b"<divisions>1e-300<")),
    ("midi", SUDDEN),  # a tempo of 0 was written as sixty million quarters a minute
]


@pytest.mark.parametrize("name", list(fuzzing.kinds()))
def test_mutants(name: str) -> None:
    assert list(fuzzing.faults(name, fuzzing.kinds()[name], range(MUTANTS[name]))) == []


@pytest.mark.parametrize("name", ["midi", "musicxml", "abc", "kern"])
def test_mutants_are_the_same_each_time_and_many_are_music(name: str) -> None:
    kind = fuzzing.kinds()[name]
    made = [[join(pieces) for n in range(60) for pieces, join in [fuzzing.mutant(kind, Random(n))]] for _ in range(2)]
    assert made[0] == made[1]
    assert sum(is_music(data) for data in made[0]) > 10


def is_music(data: bytes) -> bool:
    try:
        return mi.read(data) is not None
    except mi.MiThemeError:
        return False


@pytest.mark.parametrize(("name", "data"), FOUND)
def test_what_was_found(name: str, data: bytes) -> None:
    assert fuzzing.fault_of(name, fuzzing.kinds()[name], data) is None


def test_a_bar_that_is_cut_short_is_compared() -> None:
    """The picture of a strategy may show a bar that the map takes less than a whole bar of."""
    score = mi.read(CUT_SHORT)
    assert [str(at) for at, _ in score.meters.changes] == ["0", "3/2"]
    assert {row.strategy for row in mi.compare(score, "3/4").rows if row.cost is not None}


@pytest.mark.parametrize("name", ["theme", "beats", "lineage"])
def test_what_mutants_are_made_of_is_taken(name: str) -> None:
    kind = fuzzing.kinds()[name]
    for seed in kind.seeds:
        assert fuzzing.fault_of(name, kind, seed) is None
        for door in kind.doors:
            door(seed)


@pytest.mark.parametrize("speed", [b"\0\0\1", b"\0\xc3\x50", b"\xff\xff\xff"])
def test_a_tempo_that_no_reader_takes_is_said(speed: bytes) -> None:
    notes = [b"\0\x90\x3c\x50", b"\1\x80\x3c\0"]
    score = mi.read(fuzzing.midi_of(fuzzing.events([fuzzing.meta(0x51, speed), *notes])))
    with pytest.warns(FileWarning, match="1 tempos below 4 or above 1000 quarters a minute are written as that"):
        written = mi.read(write(score))
    assert written.tempos.per_minute(0) in (pytest.approx(4), pytest.approx(1000))


def test_a_fault_is_found_and_made_small() -> None:
    def door(data: bytes) -> None:
        if b"7" in data and b"(" in data:
            raise KeyError(7)

    kind = fuzzing.kinds()["text"]._replace(doors=(door,))
    found = next(fuzzing.faults("text", kind, range(2000)))
    assert found.words == "KeyError: 7"
    assert sorted(found.data) == sorted(b"7(")


def test_many_time_signatures_are_described() -> None:
    signs = [fuzzing.meta(0x58, bytes((3 + i % 5, 2, 24, 8)), 480) for i in range(20_000)]
    notes = [b"\0\x90\x3c\x50", fuzzing.varlen(480 * 20_000) + b"\x80\x3c\0"]
    score = mi.read(fuzzing.midi_of(fuzzing.events(signs, notes)))
    changes = score.meters.changes
    assert len(changes) == 20_001
    assert [score.meters.at(at).start for at, _ in changes[::997]] == [at for at, _ in changes[::997]]


def test_notation_of_a_day_of_silence_is_refused_at_once() -> None:
    notes = [b"\0\x90\x3c\x50", b"\1\x80\x3c\0", fuzzing.varlen(2**28 - 1) + b"\x90\x3c\x50", b"\1\x80\x3c\0"]
    score = mi.read(fuzzing.midi_of(fuzzing.events(notes)))
    with pytest.raises(mi.MiThemeError, match="more than 20002 bars for 2 notes"):
        write(score)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text,
        lambda text: text.replace(b"<measure", "<!-- ♪ --><measure".encode(), 1),
        lambda text: b"\xef\xbb\xbf" + text,
        lambda text: b"\n " + text,
        lambda text: text.replace(b"<measure", b"<!-- \xe9 --><measure", 1),
        lambda text: text.replace(b"<measure", b"\x07<measure", 1),
        lambda text: text.decode().replace("UTF-8", "UTF-16").encode("utf-16"),
        lambda text: text.replace(b"<part-name>", b"<part-name>&eacute;&amp;", 1),
    ],
)
def test_text_that_is_utf8_already_is_taken_as_it_is(change: Callable[[bytes], bytes]) -> None:
    """And every other text is put right first: the same music."""
    made = change(QUICK)
    assert mi.read(made).note_table().tobytes() == mi.read(QUICK).note_table().tobytes()
    if is_utf8(made):
        assert decoded(made, "").encode().strip() in made


def test_a_file_that_grows_while_it_is_read_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.musicxml"
    path.write_bytes(QUICK)
    whole = bytes_of(path)[0]
    known = os.stat_result((0o100644, 0, 0, 1, 0, 0, 10, 0, 0, 0))
    monkeypatch.setattr(Path, "stat", lambda *_, **__: known)  # ten bytes, when it was looked at
    assert bytes_of(path)[0] == whole == QUICK
