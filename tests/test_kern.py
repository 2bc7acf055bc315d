"""Kern: spines, what their lines say, what would do harm; held against music21, which reads its corpus right."""

from __future__ import annotations

import random
import re
import warnings
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mi_theme as mi
from mi_theme.files import FileWarning, read_stream
from mi_theme.files.disk import decoded
from mi_theme.files.formats import read_sheet
from mi_theme.score import messages as m


def kern(*lines: str) -> bytes:
    """A file of these lines; blanks stand for tabs, ``~`` for a blank."""
    return "\n".join(line.replace(" ", "\t").replace("~", " ") for line in lines).encode()


def heard(score: mi.Score) -> str:
    """The notes as ``60@0:1``: key, onset and length in quarters."""
    quarter = score.ticks_per_quarter
    return " ".join(
        f"{row['pitch']}@{Fraction(round(row['onset'] * quarter), quarter)}:{Fraction(round(row['duration'] * quarter), quarter)}"
        for row in score.note_table()
    )


def said(score: mi.Score, kind: int) -> list[tuple[float, str]]:
    quarter = score.ticks_per_quarter
    events = (event for track in score.tracks for event in track if event.message[0] == m.META)
    return sorted((e.tick / quarter, m.text_of(e.message[2:])) for e in events if e.message[1] == kind)


# the lines between **kern and *-: what is heard
LINES = {
    "lengths": (("4c", "8d", "8.e", "16f", "2.g", "1a"), "60@0:1 62@1:1/2 64@3/2:3/4 65@9/4:1/4 67@5/2:3 69@11/2:4"),
    "breves and odd lengths": (("0c", "6d", "6e", "6f", "3%2g"), "60@0:8 62@8:2/3 64@26/3:2/3 65@28/3:2/3 67@10:8/3"),
    "octaves": (("4c", "4cc", "4C", "4CC"), "60@0:1 72@1:1 48@2:1 36@3:1"),
    "accidentals": (("4c#", "4e-", "4f##", "4b--", "4cn"), "61@0:1 63@1:1 67@2:1 69@3:1 60@4:1"),
    "the signature changes no note": (("*k[f#]", "4f", "4f#"), "65@0:1 66@1:1"),
    "rests": (("4c", "4r", "2ryy", "4d"), "60@0:1 62@4:1"),
    "ties": (("[2c", "=2", "2c_", "=3", "4c]", "4c"), "60@0:5 60@5:1"),
    "chords": (("4c~4e~4g", "4d~f"), "60@0:1 64@0:1 67@0:1 62@1:1 65@1:1"),
    "grace notes": (("4c", "qd", "4e", "8qqf", "4g"), "60@0:1 62@7/8:1/8 64@1:1 65@15/8:1/8 67@2:1"),
    "a grace note beside a held note": (("*^", "2c 4e", ". qf", ". 4g", "*v *v", "4d"), "60@0:2 64@0:1 65@7/8:1/8 67@1:1 62@2:1"),
    "signs of players and printers": (("{(8c'LL/", "8d^T\\J)}", "4e;~", "[4fX]"), "60@0:1/2 62@1/2:1/2 64@1:1 65@2:1"),
    "comments": (("!! all", "! one", "!!!XYZ: something", "4c", "", "4d"), "60@0:1 62@1:1"),
    "a spine that splits and joins": (("4c", "*^", "4d 2f", "4e .", "*v *v", "4g"), "60@0:1 62@1:1 65@1:2 64@2:1 67@3:1"),
    "that splits twice": (("*^", "2c 4e", "* *^", ". 4f 4g", "* *v *v", "*v *v", "4c"), "60@0:2 64@0:1 65@1:1 67@1:1 60@2:1"),
    "spines that change places": (("*^", "4c 4g", "*x *x", "4a 4d", "*v *v", "4e"), "60@0:1 67@0:1 62@1:1 69@1:1 64@2:1"),
    "a voice that pauses": (("*^", "4c 4e", "4d .", "4e 4g", "*v *v"), "60@0:1 64@0:1 62@1:1 64@2:1 67@2:1"),
}  # fmt: skip


@pytest.mark.parametrize("name", LINES)
def test_lines(name: str) -> None:
    lines, right = LINES[name]
    data = kern("**kern", "*M4/4", *lines, "==", "*-")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert heard(mi.read(data)) == right
    assert sorted(heard(mi.Score.from_music21(read_stream(data))).split()) == sorted(right.split())
    assert read_sheet(data).table["pitch"].tolist() == mi.read(data).note_table()["pitch"].tolist()


METRES = {
    "*M4/4": "4/4", "*M2+2+3/8": "7/8:2+2+3", "*M3+2/8": "5/8:3+2", "*M(3+2+2)/8": "7/8:3+2+2", "*M3/8+2/4": "7/8:3+4", "*met(C|)": "2/2",
    "*met(C)": "4/4", "*M3/0": "6/1", "*M6/8": "6/8",
}  # fmt: skip


@pytest.mark.parametrize("said", METRES)
def test_metres(said: str) -> None:
    length = mi.Meter(METRES[said]).bar
    bars = [line for number in (1, 2, 3) for line in (f"={number}", *["8c"] * int(length * 2))]
    assert [str(meter) for _, meter in mi.read(kern("**kern", said, *bars, "==", "*-")).meters.changes] == [
        METRES[said]
    ]


def test_a_metre_by_number_goes_before_its_sign() -> None:
    assert (
        str(mi.read(kern("**kern", "*M3/4", "*met(C|)", "=1", "2.c", "=2", "2.c", "*-")).meters.changes[0][1]) == "3/4"
    )


def test_metres_that_change_and_pick_ups() -> None:
    lines = ("*M3/4", "4c", "=1", "2.d", "=2", "*M2+3/8", "2d", "8e", "=3", "*M2/4", "2f", "==")
    score = mi.read(kern("**kern", *lines, "*-"))
    assert [(bar.number, float(bar.start), str(bar.meter)) for bar in score.bars()] == [
        (0, 0, "1/4"), (1, 1, "3/4"), (2, 4, "5/8:2+3"), (3, 6.5, "2/4"),
    ]  # fmt: skip


def test_without_a_metre_bars_stay_and_it_is_said() -> None:
    for head in ((), ("*MX",)):
        with pytest.warns(FileWarning, match="no metre is written"):
            score = mi.read(kern("**kern", *head, "=1", "4c", "4d", "4e", "=2", "4f", "4g", "==", "*-"))
        assert [float(bar.length) for bar in score.bars()] == [3, 2]
        assert not score.meters.stated


def test_without_bar_lines_bars_are_those_of_the_metre() -> None:
    score = mi.read(kern("**kern", "*M3/4", "2c", "1d", "4e", "2f", "*-"))
    assert [float(bar.length) for bar in score.bars()] == [3, 3, 3]
    assert heard(score) == "60@0:2 62@2:4 64@6:1 65@7:2"


DUET = kern(
    "!!!COM: Anon", "!!!OTL@@DE: Zwei Stücke", "**kern **text **dynam **kern **text **text **harm",
    '*I"Bass * * *I"Top * * *', "*clefF4 * * *clefG2 * * *", "*k[b-] * * *k[b-] * * *", "*d: * * *d: * * *", "*MM90 * * *MM90 * * *", "*M2/4 * * *M2/4 * * *",
    "=1 =1 =1 =1 =1 =1 =1", "2D Tief p 4dd Ho- one i", ". . < 4ee -he . .", "=2 =2 =2 =2 =2 =2 =2", "2A . [ 2ff\\; Tö- two .", "== == == == == == ==", "*- *- *- *- *- *- *-",
)  # fmt: skip


def test_parts_words_names_and_tempo() -> None:
    with pytest.warns(FileWarning, match=r"line 3: the spine \*\*harm is left out"):
        score = mi.read(DUET)
    assert [part.name for part in score.parts] == ["Top", "Bass"]  # the lowest stands at the left in kern
    assert heard(score) == "50@0:2 74@0:1 76@1:1 57@2:2 77@2:2"
    assert said(score, m.LYRIC) == [(0, "Ho-\none"), (0, "Tief"), (1, "he"), (2, "Tö-\ntwo")]
    assert score.key == (-1, True)
    assert round(score.tempos.per_minute()) == 90
    assert (0, "Zwei Stücke") in said(score, m.TRACK_NAME)
    assert (0, "composer Anon") in said(score, m.TEXT)


SAID = {
    "4zz": r"line 3: '4zz' is no note",
    "*Mfoo": r"line 3: \*Mfoo is no metre",
    "*MM0": r"line 3: \*MM0 is no tempo",
}


@pytest.mark.parametrize("line", SAID)
def test_what_is_left_out_is_said_with_its_line(line: str) -> None:
    with pytest.warns(FileWarning, match=f"read with 1 fault.*{SAID[line]}"):
        assert heard(mi.read(kern("**kern", "*M4/4", line, "1c", "*-"))) == "60@0:4"


REFUSED = {
    ("4c 4d",): "line 3: 2 tokens for 1 spines",
    ("0.000001c",): "",
    ("1%2000c",): "line 3: a note of 8000 quarters",
    ("9999999c",): "line 3: 9999999c is no length of a note",
    ("*M5/0", "*M300/4"): "line 4: 300/4 is no metre: a number from 1 to 255 belongs here",
    ("*M3/7",): "line 3: 3/7 is no metre: a denominator is 1, 2, 4, 8, 16, 32 or 64",
    ("4" + "c" * 50,): "line 3: 4cccc",
    ("*^", "*^ *^", "*^ *^ *^ *^", "*^ " * 7 + "*^", "*^ " * 15 + "*^", "*^ " * 31 + "*^", "*^ " * 63 + "*^", "*^ " * 127 + "*^", "*^ " * 255 + "*^"): "more than 400 spines",
    ("*^", "0c 64d", *["0c 64d"] * 160): "more than 64 notes of a staff overlap",
    ("1rr", "4r"): "there are no notes in it",
}  # fmt: skip


def outcome(data: bytes) -> str:
    """Nothing where it is read; the message where it is refused."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            mi.read(data)
        except mi.MiThemeError as error:
            return str(error)
    return ""


@pytest.mark.parametrize("lines", REFUSED, ids=lambda lines: lines[0][:20])
def test_hostile_files_are_refused_in_one_line_or_read(lines: tuple[str, ...]) -> None:
    message = outcome(kern("**kern", "*M4/4", *lines))
    assert REFUSED[lines] in message if REFUSED[lines] else "\n" not in message
    assert "\n" not in message


@given(st.lists(st.text(alphabet="*^v-x+=kern4816.cdefgCGr[]_{}#q;:|!M/()2 ~", max_size=12), max_size=12))
def test_whatever_is_typed_is_read_or_refused(lines: list[str]) -> None:
    assert "\n" not in outcome(kern("**kern **kern", *lines))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "latin-1"])
@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends(encoding: str, ends: str) -> None:
    text = DUET.decode().replace("\t**harm", "").replace("\n", ends)
    lines = [line.rsplit("\t", 1)[0] if line.count("\t") == 6 else line for line in text.split(ends)]
    score = mi.read(ends.join(lines).encode(encoding))
    assert (0, "Zwei Stücke") in said(score, m.TRACK_NAME)
    assert len(score.note_table()) == 5


# music21's corpus


def corpus(everything: bool) -> list[Path]:
    import music21

    files = sorted((Path(music21.__file__).parent / "corpus").rglob("*.krn"))
    few = [path for path in files if path.parent.name in ("bach", "chopin")]
    many = [path for path in files if path not in few]
    return [*few, *many] if everything else [*few, *random.Random(2).sample(many, 12)]


def graceless(line: re.Match[str]) -> str:
    return "\t".join("." if "q" in token else token for token in line[0].split("\t"))


def rows(score: mi.Score) -> list[tuple[int, float, float, int]]:
    table = score.note_table()
    return sorted(
        (int(r["part"]), round(float(r["onset"]), 3), round(float(r["duration"]), 3), int(r["pitch"])) for r in table
    )


def check_against_music21(path: Path) -> None:
    """Parts, times and pitches, note for note; grace notes aside, for which a Stream has no time."""
    from music21 import converter

    text = re.sub(r"(?m)^(?![*!=]).*$", graceless, decoded(path.read_bytes(), path.name))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        own = rows(mi.read(text.encode()))
        other = mi.Score.from_music21(converter.parseData(text, format="humdrum"))
    assert own == rows(other), path.name


def test_music21_reads_the_same() -> None:
    for path in corpus(everything=False):
        check_against_music21(path)


@pytest.mark.slow
def test_music21_reads_the_same_of_the_whole_corpus() -> None:
    for path in corpus(everything=True):
        check_against_music21(path)


# Two hundred metres, another in every bar, through every format that we read or write


def generated_metres() -> list[mi.Meter]:
    chance = random.Random(200)
    found: list[mi.Meter] = []
    while len(found) < 200:
        groups = [chance.choice((2, 3, 4)) for _ in range(chance.randint(1, 5))]
        unit = chance.choice((4, 8, 16))
        text = f"{sum(groups)}/{unit}" + (f":{'+'.join(map(str, groups))}" if len(groups) > 1 else "")
        if not found or mi.Meter(text) != found[-1]:
            found.append(mi.Meter(text))
    return found


def written(meters: list[mi.Meter], kind: str) -> bytes:
    """The metres as text, a row of notes in each bar."""
    sums = [str(meter.grouping) if meter.grouping else str(meter.numerator) for meter in meters]
    if kind == "ABC":
        bars = [
            f"[M:{groups}/{meter.denominator}]{'c' * meter.numerator}|"
            for groups, meter in zip(sums, meters, strict=True)
        ]
        lines = [f"[L:1/{meter.denominator}]{bar}" for meter, bar in zip(meters, bars, strict=True)]
        return ("X:1\nM:4/4\nL:1/4\nK:C\n" + "\n".join(lines) + "\n").encode()
    rows = ["**kern"]
    for number, (groups, meter) in enumerate(zip(sums, meters, strict=True), 1):
        rows += [f"={number}", f"*M{groups}/{meter.denominator}", *[f"{meter.denominator}c"] * meter.numerator]
    return kern(*rows, "==", "*-")


@pytest.mark.parametrize("kind", ["ABC", "kern"])
def test_two_hundred_metres_through_every_format(kind: str, tmp_path: Path) -> None:
    meters = generated_metres()
    score = mi.read(written(meters, kind))
    assert [bar.meter for bar in score.bars()] == meters
    assert next(score.bars()).number == 1
    for name in ("a.mid", "a.musicxml", "a.mxl"):
        score.save(tmp_path / name)
        assert [bar.meter for bar in mi.read(tmp_path / name).bars()] == meters
    stream = mi.Score.from_music21(read_stream(written(meters, kind)))
    assert [bar.meter for bar in stream.bars()] == meters
