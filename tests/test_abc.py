"""ABC: what the standard says, what tune books do, and what would do harm; held against music21 where that is right."""

from __future__ import annotations

import random
import re
import time
import warnings
from collections import Counter
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mi_theme as mi
from mi_theme.files import FileWarning, read_stream
from mi_theme.files.disk import decoded, tunes_of
from mi_theme.files.formats import read_sheet
from mi_theme.score import messages as m

HEAD = "X:1\nM:4/4\nL:1/4\n"


def abc(body: str, head: str = "M:4/4\nL:1/4\n", key: str = "C") -> bytes:
    return f"X:1\n{head}K:{key}\n{body}\n".encode()


def heard(score: mi.Score) -> str:
    """The notes as ``60@0:1``: key, onset and length in quarters."""
    quarter = score.ticks_per_quarter
    rows = score.note_table()
    return " ".join(
        f"{row['pitch']}@{Fraction(round(row['onset'] * quarter), quarter)}:{Fraction(round(row['duration'] * quarter), quarter)}"
        for row in rows
    )


def metres(score: mi.Score) -> list[str]:
    return [str(meter) for _, meter in score.meters.changes]


def changes(score: mi.Score) -> list[tuple[float, str]]:
    return [(float(at), str(meter)) for at, meter in score.meters.changes]


def said(score: mi.Score, kind: int) -> list[tuple[float, str]]:
    quarter = score.ticks_per_quarter
    events = (event for track in score.tracks for event in track if event.message[0] == m.META)
    return sorted((e.tick / quarter, m.text_of(e.message[2:])) for e in events if e.message[1] == kind)


# What a line of music says

MUSIC = {
    "letters and octaves": ("C, C c c'|", "48@0:1 60@1:1 72@2:1 84@3:1"),
    "lengths": ("C2 D/ E3/2 F//|G/4 A3/4 z2 x|", "60@0:2 62@2:1/2 64@5/2:3/2 65@4:1/4 67@17/4:1/4 69@9/2:3/4"),
    "accidentals hold for the bar, in all octaves": ("^C c =C c|C|", "61@0:1 73@1:1 60@2:1 72@3:1 60@4:1"),
    "a tie carries its accidental over the bar line": ("z3 ^c-|c c|", "73@3:2 72@5:1"),
    "double accidentals": ("^^C __D|", "62@0:1 60@1:1"),
    "chords": ("[CEG]2 [C2E2]|", "60@0:2 64@0:2 67@0:2 60@2:2 64@2:2"),
    "a chord moves on by its first note": ("[C2E]D|", "60@0:2 64@0:1 62@2:1"),
    "ties": ("C2-C-[CE]|", "60@0:4 64@3:1"),
    "ties inside a chord": ("[C-E]2[CE]2|", "60@0:4 64@0:2 64@2:2"),
    "a tie to nowhere": ("C-D C2|", "60@0:1 62@1:1 60@2:2"),
    "broken rhythm": ("C>D E<F|G>>A B<<<c|", "60@0:3/2 62@3/2:1/2 64@2:1/2 65@5/2:3/2 67@4:7/4 69@23/4:1/4 71@6:1/8 72@49/8:15/8"),
    "broken rhythm about signs": ("C> (.D ~E) < HF|", "60@0:3/2 62@3/2:1/2 64@2:1/2 65@5/2:3/2"),
    "broken rhythm across a bar line": ("C2 D3/2>|E/ F|", "60@0:2 62@2:9/4 64@17/4:1/4 65@9/2:1"),
    "triplets": ("(3CDE (3FGA|", "60@0:2/3 62@2/3:2/3 64@4/3:2/3 65@2:2/3 67@8/3:2/3 69@10/3:2/3"),
    "tuplets p:q:r": ("(3:2:2C2D (5:4:3CDE/|", "60@0:4/3 62@4/3:2/3 60@2:4/5 62@14/5:4/5 64@18/5:2/5"),
    "tuplets with the middle left out": ("(3::2C2D z2|", "60@0:4/3 62@4/3:2/3"),
    "a grace note in a triplet": ("(3{B}cde z2|", "71@0:1/8 72@0:2/3 74@2/3:2/3 76@4/3:2/3"),
    "rests of whole bars": ("C4|Z2|D4|", "60@0:4 62@12:4"),
    "hidden rests of whole bars": ("C4|X|D4|", "60@0:4 62@8:4"),
    "overlays": ("C4 & E2 G2 & c4|D4|", "60@0:4 64@0:2 72@0:4 67@2:2 62@4:4"),
    "an overlay of two bars": ("C4|D4 && E4|G4|A4|", "60@0:4 64@0:4 62@4:4 67@4:4 69@8:4"),
    "a long overlay": ("(& C4|D4 & E4|F4 &)|G4|", "60@0:4 64@0:4 62@4:4 65@4:4 67@8:4"),
    "spacers and what means nothing": ("C y D `` E * F|", "60@0:1 62@1:1 64@2:1 65@3:1"),
    "a line that goes on": ("C D\\\nE F|", "60@0:1 62@1:1 64@2:1 65@3:1"),
    "a chord that a program broke": ("C [E\nG]2 C|", "60@0:1 64@1:2 67@1:2 60@3:1"),
    "comments": ("C D % E F\n% G\nE F|", "60@0:1 62@1:1 64@2:1 65@3:1"),
    "an empty line ends a tune": ("C D E F|\n\nGood words about it", "60@0:1 62@1:1 64@2:1 65@3:1"),
    "a typeset block is no music": ("C D E F|\n%%begintext\nA B c\n%%endtext\nG4|", "60@0:1 62@1:1 64@2:1 65@3:1 67@4:4"),
    "a remark in brackets": ("C[r: A B c]D E F|", "60@0:1 62@1:1 64@2:1 65@3:1"),
    "decorations of all kinds": ("!trill!C .D +fermata+E vF|", "60@0:1 62@1:1 64@2:1 65@3:1"),
    "an old line break": ("C D ! E F|", "60@0:1 62@1:1 64@2:1 65@3:1"),
    "a length that changes": ("C [L:1/8]C C [L:1/4] C|", "60@0:1 60@1:1/2 60@3/2:1/2 60@2:1"),
    "a key that changes": ("F [K:G]F [K:C clef=bass]F2|", "65@0:1 66@1:1 65@2:2"),
    "bar lines of all kinds": ("[|C4|:D4:|E4::F4:||:G4||A4.|B4|]", "60@0:4 62@4:4 64@8:4 65@12:4 67@16:4 69@20:4 71@24:4"),
    "endings": ("|:C4|1D4:|2E4|]F4|[1 G4:|[2 A4|]", "60@0:4 62@4:4 64@8:4 65@12:4 67@16:4 69@20:4"),
    "a repeat that looks like a field": ("c:|:d2|", "72@0:1 74@1:2"),
    "an instruction about accidentals": ("[I:propagate-accidentals octave]^C c|", "61@0:1 72@1:1"),
    "without bar lines": ("C D E F G A B c d", "60@0:1 62@1:1 64@2:1 65@3:1 67@4:1 69@5:1 71@6:1 72@7:1 74@8:1"),
}  # fmt: skip


@pytest.mark.parametrize("name", MUSIC)
def test_music(name: str) -> None:
    body, right = MUSIC[name]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert heard(mi.read(abc(body))) == right


def test_every_reader_hears_the_same() -> None:
    """`mi.read`, the fast reader of a search, and music21's Stream of it."""
    for name, (body, _) in MUSIC.items():
        score, sheet = mi.read(abc(body)), read_sheet(abc(body)).table
        assert sheet["pitch"].tolist() == score.note_table()["pitch"].tolist()
        stream = mi.Score.from_music21(read_stream(abc(body)))
        if name != "a chord moves on by its first note":  # music21 gives all notes of a chord one length
            assert sorted(heard(stream).split()) == sorted(heard(score).split()), body


# signature: what C D E F G A B are in it
KEYS = {
    "C": "60 62 64 65 67 69 71", "G": "60 62 64 66 67 69 71", "Bb": "60 62 63 65 67 69 70", "F#m": "61 62 64 66 68 69 71",
    "Am": "60 62 64 65 67 69 71", "A minor": "60 62 64 65 67 69 71", "D Dorian": "60 62 64 65 67 69 71", "Dmix": "60 62 64 66 67 69 71",
    "Ephr": "60 62 64 65 67 69 71", "F lydian": "60 62 64 65 67 69 71", "BLOC": "60 62 64 65 67 69 71", "HP": "60 62 64 65 67 69 71",
    "Hp": "61 62 64 66 67 69 71", "none": "60 62 64 65 67 69 71", "": "60 62 64 65 67 69 71", "D Phr ^f": "60 62 63 66 67 69 70",
    "D exp _b ^c": "61 62 64 65 67 69 70", "Amix=c^d": "60 63 64 66 67 69 71", "C#": "61 63 65 66 68 70 72", "Es": "60 62 63 65 67 68 70",
    "G clef=bass": "60 62 64 66 67 69 71", "Em transpose=-2": "58 60 62 64 65 67 69", "C treble-8": "48 50 52 53 55 57 59",
    "C octave=1": "72 74 76 77 79 81 83",
}  # fmt: skip


@pytest.mark.parametrize("key", KEYS)
def test_keys(key: str) -> None:
    score = mi.read(abc("C D E F G A B|", "M:7/4\nL:1/4\n", key))
    assert score.note_table()["pitch"].tolist() == [int(pitch) for pitch in KEYS[key].split()]


@pytest.mark.parametrize(
    ("key", "said"),
    [("G", (1, False)), ("Gm", (-2, True)), ("Edor", (2, False)), ("D phr ^f", None), ("C exp _b", (-1, False))],
)
def test_key_signatures_are_kept_where_midi_has_them(key: str, said: tuple[int, bool] | None) -> None:
    assert mi.read(abc("C D E F|", key=key)).key == said


@pytest.mark.parametrize(
    ("note", "pitch"), [("^/c", 72), ("_/d", 74), ("^3/2c", 73), ("_4b", 82), ("^4f", 78), ("^1/4c", 72)]
)
def test_pitches_that_midi_has_not_are_said(note: str, pitch: int) -> None:
    with pytest.warns(FileWarning, match="pitches that MIDI has not"):
        assert mi.read(abc(note)).note_table()["pitch"].tolist() == [pitch]


def test_a_key_of_single_steps_and_quarter_tones() -> None:
    """As Turkish music writes it: B a quarter flat, F sharp."""
    with pytest.warns(FileWarning, match="1 notes have pitches"):
        score = mi.read(abc("A B c f|", key="A exp _/b ^f"))
    assert score.note_table()["pitch"].tolist() == [69, 71, 72, 78]


# Metres

METRES = {
    "2+2+3/8": ["7/8:2+2+3"], "(2+2+3)/8": ["7/8:2+2+3"], "(3+2+2)/8": ["7/8:3+2+2"], "3/8+2/4": ["7/8:3+4"],
    "C": ["4/4"], "C|": ["2/2"], "6/8": ["6/8"], " 3/4 ": ["3/4"],
}  # fmt: skip


@pytest.mark.parametrize("field", METRES)
def test_metre_fields(field: str) -> None:
    bar = "C" * int(mi.Meter(METRES[field][0]).bar * 2)
    assert metres(mi.read(abc(f"{bar}|{bar}|{bar}|", f"M:{field}\nL:1/8\n"))) == METRES[field]


TURNS = {
    "in order": ("CDE|FGAB|cBA|GFED|", ["3/4", "4/4", "3/4", "4/4"]),
    "where one is left out": ("CDE|FGAB|GFED|cBA|", ["3/4", "4/4", "4/4", "3/4"]),
    "after a pick-up": ("C|CDE|FGAB|", ["1/4", "3/4", "4/4"]),
}


@pytest.mark.parametrize("name", TURNS)
def test_bars_by_turns(name: str) -> None:
    body, right = TURNS[name]
    score = mi.read(abc(body, "M:3/4 4/4\nL:1/4\n"))
    assert [bar.meter.signature for bar in score.bars()] == right
    assert next(score.bars()).number == (0 if name == "after a pick-up" else 1)


def test_metres_inside_a_tune() -> None:
    for change in ("[M:2/4]", "\nM:2/4\n"):
        for back in ("[M:4/4]", "\nM:4/4\n"):
            score = mi.read(abc(f"C4|D4|{change}E2|F2|{back}G4|"))
            assert changes(score) == [(0, "4/4"), (8, "2/4"), (12, "4/4")]


def test_a_metre_change_begins_a_bar() -> None:
    score = mi.read(abc("C4|D4[M:3/4]E3|F3|"))
    assert [(int(bar.start), str(bar.meter)) for bar in score.bars()] == [
        (0, "4/4"),
        (4, "4/4"),
        (8, "3/4"),
        (11, "3/4"),
    ]


def test_a_metre_that_one_voice_says_holds_for_all() -> None:
    score = mi.read(abc("[V:1]C4|[M:2/4]D2|E2|\n[V:2]Z3|\n[V:3]C,4|[M:2/4]D,2|E,2|"))
    assert changes(score) == [(0, "4/4"), (4, "2/4")]
    assert float(score.quarters) == 8


def test_a_rest_for_a_bar_is_as_long_as_the_bar_is() -> None:
    """In a pick-up, in a bar that a repeat splits, in 5/8."""
    score = mi.read(abc("[V:1]C|D4|E3:|:F|[M:5/8]G5/2|A5/2|\n[V:2]Z|Z2|X|[M:5/8]Z|G5/2|"))
    assert heard(score) == "60@0:1 62@1:4 64@5:3 65@8:1 67@9:5/2 67@23/2:5/2 69@23/2:5/2"


@pytest.mark.parametrize("field", ["M:none\n", "M:\n", ""])
def test_without_a_metre_bars_stay_as_they_are_and_it_is_said(field: str) -> None:
    with pytest.warns(FileWarning, match="no metre is written: its bars are kept"):
        score = mi.read(abc("CDE|FGABc|d|", f"{field}L:1/4\n"))
    assert [float(bar.length) for bar in score.bars()] == [3, 5, 1]
    assert not score.meters.stated
    assert not mi.read(score.to_bytes()).meters.stated


def test_pick_ups_and_bars_that_a_repeat_splits() -> None:
    score = mi.read(abc("C|DEFG|ABc:|d|efga|g3|]"))
    assert [(bar.number, float(bar.length)) for bar in score.bars()] == [(0, 1), (1, 4), (2, 4), (3, 4), (4, 4)]


@pytest.mark.parametrize(
    ("meter", "unit"), [("2/4", "1/16"), ("3/4", "1/8"), ("5/8", "1/16"), ("4/4", "1/8"), ("none", "1/8")]
)
@pytest.mark.filterwarnings("ignore:.*no metre is written")
def test_the_unit_length_comes_from_the_metre(meter: str, unit: str) -> None:
    score = mi.read(abc("C|", f"M:{meter}\n"))
    assert score.note_table()["duration"].tolist() == [4 * float(Fraction(unit))]


# Tempo, voices, instruments, words

TEMPOS = {
    "1/4=120": 120, "3/8=40": 60, "1/2=60": 120, "120": 120, "C=60": 60, "C2=60": 120, '"Allegro" 1/4=140': 140, '1/4=72 "Slow"': 72,
    "1/4 3/8=40": 100, '"Andante"': 120,
}  # fmt: skip


@pytest.mark.parametrize("field", TEMPOS)
def test_tempos(field: str) -> None:
    score = mi.read(abc("C4|", f"M:4/4\nL:1/4\nQ:{field}\n"))
    assert score.tempos.per_minute() == pytest.approx(TEMPOS[field], rel=1e-5)
    if '"' in field:
        assert [words for _, words in said(score, m.TEXT)] == [field.split('"')[1]]


def test_a_tempo_inside_a_tune() -> None:
    score = mi.read(abc("C4|[Q:1/4=60]D4|\nQ:1/4=90\nE4|", "M:4/4\nL:1/4\nQ:1/4=120\n"))
    assert [(float(at), round(score.tempos.per_minute(at))) for at, _ in score.tempos.changes] == [
        (0, 120),
        (4, 60),
        (8, 90),
    ]


VOICES = 'M:4/4\nL:1/4\nV:1 name="Fl\\\'ute" clef=treble\nV:2 nm=Bass clef=bass octave=-1\n%%MIDI program 1 73\n'


def test_voices_are_parts() -> None:
    score = mi.read(abc("[V:1]c4|d4|\nV:2\nC,4|D,4|\n[V:1]e4|[V:2]E,4|", VOICES))
    assert [part.name for part in score.parts] == ["Flúte", "Bass"]
    assert heard(score) == "36@0:4 72@0:4 38@4:4 74@4:4 40@8:4 76@8:4"
    assert score.note_table()["part"].tolist() == [1, 0] * 3


def test_overlays_and_chords_are_voices_of_one_part() -> None:
    table = mi.read(abc("C4 & E4|F4|")).note_table()
    assert table["part"].tolist() == [0, 0, 0]
    assert table["voice"].tolist() == [0, 1, 0]


def test_instruments() -> None:
    score = mi.read(abc("%%MIDI program 40\nC4|"))
    assert score.parts[0].program == 41
    assert mi.read(abc("%%MIDI channel 10\nC4|")).parts[0].is_percussion
    assert mi.read(abc("C4|", key="C perc")).parts[0].is_percussion
    assert heard(mi.read(abc("%%MIDI transpose -12\nC4|"))) == "48@0:4"


WORDS = {
    "syllables": ("C D E F|\nw:A-ve Ma-ri", "A- ve Ma- ri"),
    "held, skipped, joined": ("C D E F|\nw:A_ * un~peu", "A un peu"),
    "a hyphen that is seen": ("C D E F|\nw:vis-\\-a", "vis- -a"),
    "the next bar": ("C D E F|G A|\nw:one|two three", "one two three"),
    "rests and graces have none": ("C z {d}E F|\nw:one two three", "one two three"),
    "one syllable for three notes": ("C D E F|\nw:time-- is", "time- is"),
    "lines of their own": ("C D|\nw:one two\nE F|\nw:three four", "one two three four"),
    "a field that goes on": ("C D E F|\nw:one two\n+:", "one two"),
}  # fmt: skip


@pytest.mark.parametrize("name", WORDS)
def test_words(name: str) -> None:
    body, right = WORDS[name]
    assert " ".join(text for _, text in said(mi.read(abc(body)), m.LYRIC)) == right


def test_verses_and_the_places_of_words() -> None:
    score = mi.read(abc("C D E F|G4|\nw:one|two\nw:un deux"))
    assert said(score, m.LYRIC) == [(0, "one\nun"), (1, "deux"), (4, "two")]


CHORDS = {
    "Am": "Am", "F#m7b5": "F#m7b5", "Bb/D": "Bb/D", "Gmin7": "Gm7", "Cmaj7": "Cmaj7", "D-": "Dm", "E\u266d": "Eb", "N.C.": "N.C.", "Asus": "Asus4",
    "(G)": "G", "CM7": "Cmaj7", "Bo7": "Bdim7", "C;Am": "C", "Dim": "", "Fine": "", "D.C. al Fine": "", "^above": "", "@3,4 free": "", "AB": "",
}  # fmt: skip


@pytest.mark.parametrize("quoted", CHORDS)
def test_chord_symbols_and_annotations(quoted: str) -> None:
    score = mi.read(abc(f'C2"{quoted}"D2|'))
    texts = said(score, m.TEXT)
    chords = [(at, text.removeprefix(m.CHORD_TEXT)) for at, text in texts if text.startswith(m.CHORD_TEXT)]
    words = [text for at, text in texts if not text.startswith(m.CHORD_TEXT)]
    if CHORDS[quoted]:
        assert (chords, words) == ([(2, CHORDS[quoted])], [])
    else:
        assert (chords, words) == ([], [re.sub(r"^@[\d,]+ |^\^", "", quoted)])


TEXTS = {
    "\\'Et\\'e": "Été", '\\"a\\"O': "äÖ", "&auml;&eacute;": "äé", "\\ss \\ae \\/o \\aa": "ß æ ø å", "\\cc \\vs \\~n": "ç š ñ",
    "$1Bold$0 word": "Bold word", "$$5": "$5", "\\u00fc": "ü", "50\\%": "50%", "A & B": "A & B",
}  # fmt: skip


@pytest.mark.parametrize("text", TEXTS)
def test_text_is_read_as_it_is_meant(text: str) -> None:
    score = mi.read(abc("C4|", f"T:{text}\nC:{text}\nM:4/4\nL:1/4\n"))
    assert (0, TEXTS[text]) in said(score, m.TRACK_NAME)
    assert (0, f"composer {TEXTS[text]}") in said(score, m.TEXT)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "latin-1"])
@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends(encoding: str, ends: str, tmp_path: Path) -> None:
    text = abc("C D|E F|", "T:Größe\nM:2/4\nL:1/4\n").decode().replace("\n", ends)
    mark = "\ufeff" if encoding == "utf-16-le" else ""
    (tmp_path / "a.abc").write_bytes((mark + text).encode(encoding))
    for score in (mi.read(tmp_path / "a.abc"), mi.read((mark + text).encode(encoding))):
        assert (0, "Größe") in said(score, m.TRACK_NAME)
        assert heard(score) == "60@0:1 62@1:1 64@2:1 65@3:1"


def test_user_symbols_and_macros() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert heard(mi.read(abc("m:~G=G/A/\nU:W=!trill!\nWC ~G E2|"))) == "60@0:1 67@1:1/2 69@3/2:1/2 64@2:2"


# Faults that are put right and said; and what is refused

SAID = {
    "!foo!C4|": "the decoration foo is left out",
    "C4)|&|]}": "'}' means nothing here",
    "C4|\nw:one two": "there are more syllables than notes",
    "C4|\n\nD4|E4|": "an empty line ends a tune",
    "[Q:1/4=0]C4|": "Q:1/4=0 is no tempo",
    "[M:hello]C4|": "M:hello is read as no metre",
    "[L:zero]C4|": "L:zero is no length",
    "[K:?]C4|": "K:? is no key",
    "C4|\ns:!p!": "a line of symbols is left out",
    "m:~n=n2\nC4|": "a macro that transposes is left out",
}  # fmt: skip


@pytest.mark.parametrize("body", SAID)
@pytest.mark.filterwarnings("ignore:.*no metre is written")
def test_what_is_put_right_or_left_out_is_said_with_its_line(body: str) -> None:
    with pytest.warns(
        FileWarning, match=rf"ABC: read with 1 fault\(s\) put right, such as: line \d: {re.escape(SAID[body])}"
    ):
        assert heard(mi.read(abc(body))).endswith(":4")


REFUSED = {
    "z100000|C|": "line 5: a note of 100000 quarters",
    "C" * 20 + "999999|": "line 5: a note of 999999 quarters",
    "C99999999|": "line 5: 99999999 is no length of a note",
    "C0|": "line 5: 0 is no length of a note",
    "Z99999999|C|": "line 5: more than 20000 bars of rest",
    "C|" * 20_100: "line 5: more than 20000 bars",
    "[M:5/0]C|": "line 5: 5/0 is no metre: a denominator is 1, 2, 4, 8, 16, 32 or 64",
    "[M:300/4]C|": "line 5: 300/4 is no metre: a number from 1 to 255 belongs here",
    "c" + "'" * 200 + "|": "line 5: c''",
    "C&" * 100: "line 5: more than 32 overlays in a bar",
    "".join(f"[V:{number}]C|" for number in range(100)): "line 5: more than 64 voices",
    "(99999999C|" * 2: "",
    "[M:3/4]" * 100_000 + "CDE|": "",
    "[M:3/4]CDE|[M:2/4]CD|" * 5_000: "",
    "[" * 100_000: "there are no notes in it",
    '"' * 99_999: "there are no notes in it",
    "(" * 100_000 + "C" + ")" * 100_000: "",
    "{" * 100_000: "there are no notes in it",
    "!a" * 100_000: "",
    "C-" * 50_000: "",
    "\\\n" * 50_000: "there are no notes in it",
    "C" * 2**20: "a tune of more than 1 MiB of text",
    "[V:1]Z19999|" * 2: "line 5: more than 20000 bars of rest",
}  # fmt: skip


def outcome(body: str) -> str:
    """Nothing where it is read; the message where it is refused."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            mi.read(abc(body))
        except mi.MiThemeError as error:
            return str(error)
    return ""


@pytest.mark.parametrize("body", REFUSED, ids=lambda body: body[:20])
def test_hostile_tunes_are_refused_in_one_line_or_read(body: str) -> None:
    message = outcome(body)
    assert REFUSED[body] in message if REFUSED[body] else not message
    assert "\n" not in message


@given(st.text(alphabet="ABCabcgz,'^_=/234|:[](){}<>-&.\"!~VMKLQZXx \n\\%w", max_size=80))
def test_whatever_is_typed_is_read_or_refused(body: str) -> None:
    assert "\n" not in outcome(body)


@pytest.mark.filterwarnings("ignore:.*no metre is written")
@given(st.lists(st.sampled_from(("2", "3", "/", "3/2", "")), min_size=1, max_size=12), st.sampled_from(("1/8", "1/4")))
def test_notes_fill_their_bars(lengths: list[str], unit: str) -> None:
    """Durations add up, whatever bars they stand in."""
    body = "|".join(f"C{length}" for length in lengths)
    values: dict[str, Fraction | int] = {"2": 2, "3": 3, "/": Fraction(1, 2), "3/2": Fraction(3, 2), "": 1}
    with pytest.warns(FileWarning, match="no metre is written"):
        rows = mi.read(abc(body, f"M:none\nL:{unit}\n")).note_table()
    assert [Fraction(float(row)) for row in rows["duration"]] == [
        values[length] * 4 * Fraction(unit) for length in lengths
    ]


# Books


def test_a_book_is_read_tune_by_tune(tmp_path: Path) -> None:
    head = "%abc-2.1\nM:3/4\nL:1/4\n\n"
    tunes = [
        f"X:{number}\nT:Tune {number}\nK:C\n{'CDE|' * number}\n\nSome words | about it.\n\n" for number in (1, 2, 3)
    ]
    (tmp_path / "book.abc").write_text(head + "".join(tunes), "utf-8")
    for number in (1, 2, 3):
        score = mi.read(f"{tmp_path}/book.abc#{number}")
        assert (len(score.note_table()), metres(score)) == (3 * number, ["3/4"])
    (tmp_path / "book.abc").write_text(head + tunes[0] + tunes[1].replace("CDE|", "C9999"), "utf-8")
    with pytest.raises(mi.MiThemeError, match=r"book.abc#2: line 4: a note of 9999 quarters"):
        mi.read(f"{tmp_path}/book.abc#2")


def test_a_book_of_too_many_tunes_is_refused() -> None:
    for text in ("X:1\n" * 200_001, "T:" + "a" * 60_000 + "\n" + "X:1\n" * 5_000):
        with pytest.raises(mi.MiThemeError, match=r"a book of \d+ tunes: that is too large"):
            mi.read(text.encode())


# music21's corpus

FOLDERS = {
    "essenFolksong": 30,
    "airdsAirs": 30,
    "oneills1850": 30,
    "ryansMammoth": 30,
    "miscFolk": 12,
}  # tunes of a sample
# what says nothing of pitch and time, and makes music21 lose or change notes
SILENT = re.compile(r'[~HLMOPSTuvy.`]|"[^"]*"|\((?!\d)|\)|!\w+!')
# the differences that are left: in what text they stand, and what music21 does there
RULES = {
    "voices": r"(?m)^V:|\[V:",  # one after another, as more bars
    "players' lines": r"%%MIDI (transpose|nobarlines)",  # not read
    "broken chords": r"\[[^\]|]*\n",  # lines that a mailer broke
    "broken mail": r"=20|=3D|\^3\^",  # quoted-printable, which nobody can read
    "ties of chords": r"\]-",  # struck again
    "a change of length or metre in a line": r"\[[LM]:",
}  # fmt: skip
FEWEST_SAME = 0.94  # of the tunes of a sample


def simpler(text: str) -> str:
    return "\n".join(line if re.match(r"[A-Za-z]:|%", line) else SILENT.sub("", line) for line in text.split("\n"))


def rows(score: mi.Score) -> list[tuple[float, float, int]]:
    table = score.note_table()
    return sorted((round(float(r["onset"]), 3), round(float(r["duration"]), 3), int(r["pitch"])) for r in table)


def by_music21(text: str) -> list[tuple[float, float, int]]:
    """As ABC 2.1, in which accidentals hold for the bar."""
    from music21 import converter

    try:
        return rows(mi.Score.from_music21(converter.parseData(f"%abc-2.1\n{text}", format="abc")))
    except Exception:
        return []


def why_not_the_same(text: str) -> str:
    """Nothing where music21 hears the same (grace notes aside, for which a Stream has no time), or hears it once silent signs are gone; else the rule that says why not."""
    text = re.sub(r"\{[^}]*\}", "", text)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        score = mi.read(text.encode())
        if rows(score) == by_music21(text):
            return ""
        plain = simpler(text)
        own = rows(mi.read(plain.encode()))
        if own == by_music21(plain):
            return "" if rows(score) == own else "silent signs change our notes"
    for rule, pattern in RULES.items():
        if re.search(pattern, text):
            return rule
    short = any(bar.length != bar.meter.bar for bar in list(score.bars())[1:-1]) or len(score.meters.changes) > 1
    return "short bars inside a tune" if short else "no rule"  # music21 lets the next bar begin where a whole one would


def tunes(folder: str) -> list[tuple[str, str]]:
    import music21

    found = []
    for path in sorted((Path(music21.__file__).parent / "corpus" / folder).glob("*.abc")):
        texts = tunes_of(decoded(path.read_bytes(), path.name))
        found += [(f"{path.name}#{number}", text) for number, text in enumerate(texts, 1)]
    return found


def check_against_music21(folder: str, chosen: list[tuple[str, str]]) -> None:
    why = {name: why_not_the_same(text) for name, text in chosen}
    unexplained = [name for name, rule in why.items() if rule in ("no rule", "silent signs change our notes")]
    assert not unexplained, (folder, unexplained)
    counts = Counter(why.values())
    assert counts[""] >= FEWEST_SAME * len(chosen) - 1, (folder, counts)


@pytest.mark.parametrize("folder", FOLDERS)
def test_music21_reads_the_same_where_it_is_right(folder: str) -> None:
    check_against_music21(folder, random.Random(1).sample(tunes(folder), FOLDERS[folder]))


@pytest.mark.slow
@pytest.mark.parametrize("folder", FOLDERS)
def test_music21_reads_the_same_of_the_whole_corpus(folder: str) -> None:
    check_against_music21(folder, tunes(folder))


def test_a_large_book_takes_time_in_proportion() -> None:
    """Ten times the bars, no more than thirty times the work: nothing grows with a square."""
    spent = []
    for bars in (150, 1500):
        began = time.process_time()
        read_sheet(abc("|".join(["CDEF", "[CE]>.G (3abc z", "C4 & E4"] * (bars // 3))))
        spent.append(time.process_time() - began)
    assert spent[1] < 40 * max(spent[0], 0.01)
