"""Kinds of notation that the suites of others try, with small inputs of our own: each goes through every door, and says what it says."""

from __future__ import annotations

import warnings
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from lxml import etree
from musicxml_making import partwise
from schema import schema_errors

import mi_theme as mi
from mi_theme.cli import main
from mi_theme.files.bulk import read_sheet
from mi_theme.files.musicxml.archives import packed
from mi_theme.files.musicxml.from_score import write


def sound(
    step: str,
    octave: int,
    lasts: float | str,
    *,
    more: str = "",
    before: str = "",
    kind: str = "",
    voice: str = "1",
    alter: str = "",
) -> str:
    """A note of so many divisions."""
    altered = f"<alter>{alter}</alter>" if alter else ""
    shown = f"<type>{kind}</type>" if kind else ""
    pitch = f"<pitch><step>{step}</step>{altered}<octave>{octave}</octave></pitch>"
    return f"<note>{before}{pitch}<duration>{lasts}</duration><voice>{voice}</voice>{shown}{more}</note>"


def rest(lasts: float, more: str = "", attributes: str = "") -> str:
    return f"<note><rest{attributes}/><duration>{lasts}</duration><voice>1</voice>{more}</note>"


def bar(inside: str, divisions: int = 0, time: str = "", more: str = "", number: str = "1", of_bar: str = "") -> str:
    units = f"<divisions>{divisions}</divisions>" if divisions else ""
    beats, _, unit = time.partition("/")
    sign = f"<time><beats>{beats}</beats><beat-type>{unit}</beat-type></time>" if time else ""
    said = f"<attributes>{units}{sign}{more}</attributes>" if units or sign or more else ""
    return f'<measure number="{number}"{of_bar}>{said}{inside}</measure>'


def change(actual: int, normal: int) -> str:
    return f"<time-modification><actual-notes>{actual}</actual-notes><normal-notes>{normal}</normal-notes></time-modification>"


def back(lasts: int) -> str:
    return f"<backup><duration>{lasts}</duration></backup>"


def forward(lasts: int) -> str:
    return f"<forward><duration>{lasts}</duration></forward>"


def unpitched(place: str, lasts: int, instrument: str = "") -> str:
    shown = f"<display-step>{place[0]}</display-step><display-octave>{place[1]}</display-octave>" if place else ""
    named = f'<instrument id="{instrument}"/>' if instrument else ""
    return f"<note><unpitched>{shown}</unpitched><duration>{lasts}</duration>{named}<voice>1</voice></note>"


def harmony(kind: str, more: str = "", text: str = "") -> str:
    shown = f' text="{text}"' if text else ""
    return f"<harmony><root><root-step>C</root-step></root><kind{shown}>{kind}</kind>{more}</harmony>"


NESTED = "".join(
    sound("CDEFG"[k], 5, 8, kind="16th", more=change(15, 8)) for k in range(5)
)  # five in the time of four, in a triplet
KINDS_OF_CHORDS = [
    "major",
    "minor",
    "augmented",
    "diminished",
    "dominant",
    "major-seventh",
    "minor-seventh",
    "diminished-seventh",
    "augmented-seventh",
    "half-diminished",
    "major-minor",
    "major-sixth",
    "minor-sixth",
    "dominant-ninth",
    "major-ninth",
    "minor-ninth",
    "dominant-11th",
    "major-11th",
    "minor-11th",
    "dominant-13th",
    "major-13th",
    "minor-13th",
    "suspended-second",
    "suspended-fourth",
    "Neapolitan",
    "Italian",
    "French",
    "German",
    "pedal",
    "power",
    "Tristan",
    "other",
    "none",
]
TWO_STAVES = "<staves>2</staves><clef number=\"1\"><sign>G</sign><line>2</line></clef><clef number=\"2\"><sign>F</sign><line>4</line></clef>"  # fmt: skip
DRUMS = (
    '<score-instrument id="I1"><instrument-name>Cowbell</instrument-name></score-instrument>'
    '<score-instrument id="I2"><instrument-name>Snare</instrument-name></score-instrument>'
    '<midi-instrument id="I1"><midi-channel>10</midi-channel><midi-unpitched>57</midi-unpitched></midi-instrument>'
    '<midi-instrument id="I2"><midi-channel>10</midi-channel><midi-unpitched>39</midi-unpitched></midi-instrument>'
)

# name: the file, and the onsets in quarters that are right
CASES: dict[str, tuple[bytes, list[float]]] = {
    "every alteration": (partwise([bar("".join(sound("C", 4, 1, alter=str(a)) for a in (-2, -1, 0, 1, 2)) + sound("D", 4, 3), 1, "8/4")]), [0, 1, 2, 3, 4, 5]),
    "quarter tones": (partwise([bar("".join(sound("C", 4, 1, alter=a) for a in ("-1.5", "-0.5", "0.5", "1.5")), 1, "4/4")]), [0, 1, 2, 3]),
    "octaves 0 to 9": (partwise([bar("".join(sound("C", octave, 1) for octave in range(10)), 1, "10/4")]), [*range(10)]),
    "rests of every kind": (partwise([bar(rest(32) , 8, "4/4"), bar(rest(16, "<type>half</type>") + rest(8, "<type>quarter</type>") + rest(4) + rest(2) + rest(1) + rest(1)), bar(sound("C", 4, 32))]), [8]),
    "rests that stand on a line": (partwise([bar('<note><rest><display-step>B</display-step><display-octave>4</display-octave></rest><duration>2</duration></note>' + sound("C", 4, 2), 1, "4/4")]), [2]),
    "rests of many bars": (partwise([bar(rest(4, attributes=' measure="yes"'), 1, "4/4", "<measure-style><multiple-rest>3</multiple-rest></measure-style>"), bar(rest(4, attributes=' measure="yes"')), bar(rest(4, attributes=' measure="yes"')), bar(sound("C", 4, 4))]), [12]),
    "dots and long notes": (partwise([bar(sound("C", 4, 15, kind="quarter", more="<dot/><dot/><dot/>") + sound("C", 4, 1, kind="32nd") + sound("D", 4, 16, kind="half"), 8, "4/4"), bar(sound("C", 4, 64, kind="breve"), 0, "8/4")]), [0, 1.875, 2, 4]),
    "divisions that change": (partwise([bar(sound("C", 4, 2) + sound("C", 4, 2), 1, "4/4"), bar(sound("C", 4, 38) + sound("C", 4, 38), 19), bar(sound("C", 4, 6) + "<attributes><divisions>5</divisions></attributes>" + sound("C", 4, 10), 3)]), [0, 2, 4, 6, 8, 10]),
    "a signature of one number": (partwise([bar(sound("C", 4, 3), 1, "3/4").replace("<time>", '<time symbol="single-number">'), bar(sound("C", 4, 3))]), [0, 3]),
    "signatures in the middle": (partwise([bar(sound("C", 4, 4), 1, "4/4"), bar(sound("C", 4, 3), 0, "3/4"), bar(sound("C", 4, 2), 0, "2/2").replace("<duration>2", "<duration>4")]), [0, 4, 7]),
    "no signature": (partwise([bar(sound("C", 4, 3), 1), bar(sound("C", 4, 3))]), [0, 3]),
    "clefs of every kind": (partwise([bar("".join(f"<attributes><clef><sign>{sign}</sign>{line}</clef></attributes>{sound('C', 4, 1)}" for sign, line in (("G", "<line>2</line>"), ("C", "<line>3</line>"), ("F", "<line>4</line>"), ("TAB", "<line>5</line>"), ("none", ""), ("percussion", ""), ("jianpu", ""), ("G", "<line>2</line><clef-octave-change>-1</clef-octave-change>"))), 1, "8/4")]), [*range(8)]),
    "keys in every mode": (partwise([bar(f"<attributes><key><fifths>{k % 15 - 7}</fifths><mode>{mode}</mode></key></attributes>{sound('C', 4, 4)}", int(k == 0), "4/4" if k == 0 else "", number=str(k + 1)) for k, mode in enumerate(("major", "minor", "dorian", "phrygian", "lydian", "mixolydian", "aeolian", "ionian", "locrian", "none"))]), [4.0 * k for k in range(10)]),
    "a key that is cancelled": (partwise([bar(sound("C", 4, 4), 1, "4/4", '<key><cancel location="left">3</cancel><fifths>-2</fifths></key>'.replace("<key>", "<key>"))]), [0]),
    "eleven sharps": (partwise([bar(sound("C", 4, 4), 1, "4/4", "<key><fifths>11</fifths></key>")]), [0]),
    "staves without lines": (partwise([bar(sound("C", 4, 4), 1, "4/4", "<staff-details><staff-lines>1</staff-lines></staff-details>")]), [0]),
    "chords": (partwise([bar(sound("C", 4, 2) + sound("E", 4, 2, before="<chord/>") + sound("G", 4, 2, before="<chord/>") + sound("A", 4, 2) + sound("F", 4, 2, before="<chord/>"), 1, "4/4")]), [0, 0, 0, 2, 2]),
    "tied chords, one note let go": (partwise([bar(sound("C", 4, 4, more='<tie type="start"/>') + sound("E", 4, 4, before="<chord/>"), 1, "4/4"), bar(sound("C", 4, 4, more='<tie type="stop"/>') + sound("F", 4, 4, before="<chord/>"))]), [0, 0, 4]),
    "a tie that leads nowhere": (partwise([bar(sound("C", 4, 4, more='<tie type="start"/>'), 1, "4/4"), bar(sound("D", 4, 4, more='<tie type="stop"/>'))]), [0, 4]),
    "let ring": (partwise([bar(sound("C", 4, 4, more='<notations><tied type="let-ring"/></notations>'), 1, "4/4")]), [0]),
    "triplets": (partwise([bar("".join(sound("C", 4, 2, kind="quarter", more=change(3, 2)) for _ in range(6)), 3, "4/4")]), [k * 2 / 3 for k in range(6)]),
    "tuplets in tuplets": (partwise([bar(NESTED + sound("C", 5, 10 * 4, kind="eighth", more=change(3, 2)) + sound("C", 5, 10 * 4 + 0, kind="eighth", more=change(3, 2)) + sound("C", 4, 360), 120, "4/4")]), [k * 8 / 120 for k in range(5)] + [1 / 3, 2 / 3, 1]),
    "a tuplet over a bar line": (partwise([bar(sound("C", 4, 9) + sound("D", 4, 2, kind="quarter", more=change(3, 2)) + sound("E", 4, 1, kind="eighth", more=change(3, 2)), 3, "4/4"), bar(sound("F", 4, 1, kind="eighth", more=change(3, 2)) + sound("G", 4, 2, kind="quarter", more=change(3, 2)) + sound("C", 4, 9))]), [0, 3, 3 + 2 / 3, 4, 4 + 1 / 3, 5]),
    "eleven in the time of eight": (partwise([bar("".join(sound("C", 4, 8, kind="32nd", more=change(11, 8)) for _ in range(11)) + sound("C", 4, 264), 88, "4/4")]), [k / 11 for k in range(11)] + [1]),
    "a cross-staff line": (partwise([bar(sound("C", 5, 2, more="<staff>1</staff>") + sound("C", 3, 2, more="<staff>2</staff>") + back(4) + sound("G", 2, 4, voice="5", more="<staff>2</staff>"), 1, "4/4", TWO_STAVES)]), [0, 0, 2]),
    "two voices, one with a gap": (partwise([bar(sound("C", 5, 4) + back(4) + forward(1) + sound("E", 4, 2, voice="2"), 1, "4/4")]), [0, 1]),
    "voices without numbers": (partwise([bar(sound("C", 5, 4).replace("<voice>1</voice>", "") + back(4) + sound("E", 4, 4).replace("<voice>1</voice>", ""), 1, "4/4")]), [0, 0]),
    "a voice with words for a name": (partwise([bar(sound("C", 5, 4, voice="upper"), 1, "4/4")]), [0]),
    "backup beyond the bar line": (partwise([bar(sound("C", 5, 4), 1, "4/4"), bar(sound("D", 5, 4) + back(9) + sound("E", 4, 4, voice="2"))]), [0, 4, 4]),
    "forward beyond the bar": (partwise([bar(sound("C", 5, 2) + forward(2), 1, "4/4"), bar(sound("D", 5, 4))]), [0, 4]),
    "bars without numbers, or with letters": (partwise([bar(sound("C", 5, 4), 1, "4/4").replace(' number="1"', ""), bar(sound("D", 5, 4), number="X1", of_bar=' implicit="yes"'), bar(sound("E", 5, 4), number="12a")]), [0, 4, 8]),
    "a pick-up": (partwise([bar(sound("C", 5, 1), 1, "4/4", number="0", of_bar=' implicit="yes"'), bar(sound("D", 5, 4)), bar(sound("E", 5, 3), number="2")]), [0, 1, 5]),
    "a part that is missing bars": (partwise([bar(sound("C", 5, 4), 1, "4/4"), bar(sound("D", 5, 4))], [bar(sound("C", 4, 4), 1, "4/4")]), [0, 0, 4]),
    "a bar of nothing": (partwise([bar("", 1, "4/4"), bar(sound("C", 5, 4))]), [4]),
    "percussion with names": (partwise([bar(unpitched("E4", 1, "I1") + unpitched("E4", 1, "I2") + unpitched("", 2, "I1"), 1, "4/4", "<clef><sign>percussion</sign></clef>")], listed=DRUMS), [0, 1, 2]),
    "percussion with pitches": (partwise([bar(sound("C", 4, 4), 1, "4/4", "<clef><sign>percussion</sign></clef>")], listed=DRUMS), [0]),
    "transposing": (partwise([bar(sound("C", 5, 4), 1, "4/4", "<transpose><diatonic>-5</diatonic><chromatic>-9</chromatic><octave-change>-1</octave-change><double/></transpose>")]), [0]),
    "every kind of chord": (partwise([bar("".join(harmony(kind) + sound("C", 4, 1) for kind in KINDS_OF_CHORDS), 1, f"{len(KINDS_OF_CHORDS)}/4")]), [*range(len(KINDS_OF_CHORDS))]),
    "chords with degrees, inversions and functions": (partwise([bar(harmony("dominant", "<inversion>1</inversion><bass><bass-step>E</bass-step></bass><degree><degree-value>9</degree-value><degree-alter>-1</degree-alter><degree-type>add</degree-type></degree>") + "<harmony><function>V</function><kind>major</kind></harmony>" + sound("C", 4, 4), 1, "4/4")]), [0]),
    "figured bass": (partwise([bar('<figured-bass parentheses="yes"><figure><prefix>flat</prefix><figure-number>6</figure-number><suffix>slash</suffix><extend type="start"/></figure><figure/><duration>2</duration></figured-bass>' + sound("C", 3, 4), 1, "4/4")]), [0]),
    "lyrics": (partwise([bar(sound("C", 5, 1, more='<lyric number="1"><syllabic>begin</syllabic><text>A</text></lyric><lyric number="2"><text>second</text></lyric>') + sound("D", 5, 1, more='<lyric number="1"><syllabic>end</syllabic><text>men</text><extend type="start"/></lyric>') + sound("E", 5, 1, more='<lyric number="1"><extend type="stop"/></lyric>') + sound("F", 5, 1, more="<lyric><humming/></lyric>"), 1, "4/4")]), [0, 1, 2, 3]),
    "lyrics under a rest and a chord": (partwise([bar(rest(1, "<lyric><text>(breath)</text></lyric>") + sound("C", 5, 3) + sound("E", 5, 3, before="<chord/>", more="<lyric><text>high</text></lyric>"), 1, "4/4")]), [1, 1]),
    "words in many languages": (partwise([bar('<direction><direction-type><words xml:lang="ja">速く</words></direction-type></direction><direction><direction-type><words>&lt;b&gt; &amp; "q"</words></direction-type></direction>' + sound("C", 5, 4), 1, "4/4")]), [0]),
    "metronomes of every kind": (partwise([bar("".join(f"<direction><direction-type><metronome>{mark}</metronome></direction-type></direction>" for mark in ("<beat-unit>quarter</beat-unit><per-minute>c. 100-120</per-minute>", "<beat-unit>half</beat-unit><beat-unit-dot/><per-minute>40</per-minute>", "<beat-unit>quarter</beat-unit><beat-unit>eighth</beat-unit>")) + sound("C", 5, 4), 1, "4/4")]), [0]),
    "part groups": (partwise([bar(sound("C", 5, 4), 1, "4/4")], [bar(sound("C", 3, 4), 1, "4/4")]).replace(b"<part-list>", b'<part-list><part-group number="1" type="start"><group-symbol>bracket</group-symbol></part-group>').replace(b"</part-list>", b'<part-group number="1" type="stop"/></part-list>'), [0, 0]),
    "a compressed file": (packed(partwise([bar(sound("C", 5, 4), 1, "4/4")])), [0]),
    "notes of no type": (partwise([bar(sound("C", 5, 1.5) + sound("D", 5, 2.5), 1, "4/4")]), [0, 1.5]),
    "notes of no length but a type": (partwise([bar(sound("C", 5, 0, kind="half").replace("<duration>0</duration>", "") + sound("D", 5, 2), 1, "4/4")]), [0, 2]),
    "credits, layout, and what else is printed": (partwise([bar("<print new-page=\"yes\"><page-layout><page-height>1</page-height><page-width>1</page-width></page-layout></print>" + sound("C", 5, 4), 1, "4/4")], head='<credit page="1"><credit-words>Title</credit-words></credit>'.join(("", ""))), [0]),
}  # fmt: skip
ids = list(CASES)
every = pytest.mark.parametrize("name", ids)


@pytest.fixture(autouse=True)
def said_aloud() -> Any:
    """What is left out or put right is said; that is looked at elsewhere."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def onsets(score: mi.Score) -> list[float]:
    return sorted(score.note_table()["onset"].tolist())


@every
def test_notes_begin_where_they_should(name: str) -> None:
    data, right = CASES[name]
    assert onsets(mi.read(data)) == pytest.approx(sorted(right), abs=1e-4)
    assert sorted(read_sheet(data).table["onset"].tolist()) == pytest.approx(sorted(right), abs=1e-4)


@every
def test_written_and_read_again_nothing_is_lost(name: str) -> None:
    score = mi.read(CASES[name][0])
    again = write(score)
    assert not schema_errors(again)
    back_again = mi.read(again)
    assert onsets(back_again) == pytest.approx(onsets(score), abs=1e-4)
    np.testing.assert_array_equal(np.sort(back_again.note_table()["pitch"]), np.sort(score.note_table()["pitch"]))
    if not score.parts[0].is_percussion:
        np.testing.assert_array_equal(np.sort(back_again.note_table()["step"]), np.sort(score.note_table()["step"]))
    assert [str(b.meter) for b in back_again.bars()] == [str(b.meter) for b in score.bars()]


@every
def test_every_command_finishes(name: str, tmp_path: Path) -> None:
    data, _ = CASES[name]
    path = tmp_path / ("tune.mxl" if data[:2] == b"PK" else "tune.musicxml")
    path.write_bytes(data)
    meter = mi.read(data).meters.changes[0][1]
    target = "5/4" if meter.plain != mi.Meter("5/4") else "4/4"
    for arguments in (
        ["info", str(path)],
        ["which-meter", str(path)],
        ["find", str(path)],
        ["convert", str(path), "--to", target, "--how", "float", "-o", str(tmp_path / "out.musicxml")],
    ):
        result = CliRunner().invoke(main, arguments)
        assert result.exception is None or isinstance(result.exception, SystemExit), (arguments, result.exception)
    if (tmp_path / "out.musicxml").exists():
        etree.parse(str(tmp_path / "out.musicxml"))


def test_chord_symbols_are_kept_whatever_their_kind() -> None:
    data, _ = CASES["every kind of chord"]
    again = etree.fromstring(write(mi.read(data)))
    assert [kind.text for kind in again.iter("kind")] == KINDS_OF_CHORDS


def test_lyrics_are_kept_with_their_lines() -> None:
    data, _ = CASES["lyrics"]
    again = etree.fromstring(write(mi.read(data)))
    assert [text.text for text in again.iter("text")] == ["A", "second", "men"]
    assert [extend.get("type") for extend in again.iter("extend")] == ["start", "stop"]
    assert again.find(".//humming") is not None


def test_lengths_are_exact() -> None:
    data, _ = CASES["eleven in the time of eight"]
    table = mi.read(data).note_table()
    assert all(abs(Fraction(float(row["duration"])) - Fraction(1, 11)) < Fraction(1, 9000) for row in table[:11])
