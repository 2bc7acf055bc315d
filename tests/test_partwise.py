"""MusicXML by lxml's events: the notes that music21 reads, and nothing that a hostile file wants."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mi_theme as mi
from mi_theme.errors import FileError
from mi_theme.files import read_stream
from mi_theme.files.bulk import read_notes, read_sheet
from mi_theme.files.musicxml.assembly import parse_sheet
from mi_theme.files.notation.from_stream import score_of_stream

# music21 lets the parts of these drift apart where one has a bar too long or too short: we keep them together
DRIFTING = 40


def corpus(largest: int) -> list[Path]:
    """The MusicXML of music21's corpus, files of at most so many bytes of text, about."""
    from music21 import corpus

    paths = (Path(path) for path in corpus.getCorePaths())
    chosen = [path for path in paths if path.suffix in (".mxl", ".xml", ".musicxml")]
    return sorted(path for path in chosen if path.stat().st_size < (largest // 8 if path.suffix == ".mxl" else largest))


def score(*parts: str, listed: str = "") -> bytes:
    numbered = [f'<part id="P{i}">{part}</part>' for i, part in enumerate(parts, 1)]
    names = [
        f'<score-part id="P{i}"><part-name>Voice {i}</part-name>{listed if i == 1 else ""}</score-part>'
        for i in range(1, len(parts) + 1)
    ]
    return f'<?xml version="1.0"?><score-partwise version="3.1"><part-list>{"".join(names)}</part-list>{"".join(numbered)}</score-partwise>'.encode()


def bar(*things: str, divisions: int | None = 4, time: str = "", more: str = "") -> str:
    units = f"<divisions>{divisions}</divisions>" if divisions else ""
    beats, unit = time.split("/") if time else ("", "")
    signature = f"<time><beats>{beats}</beats><beat-type>{unit}</beat-type></time>" if time else ""
    return f"<measure><attributes>{units}{signature}{more}</attributes>{''.join(things)}</measure>"


def note(name: str = "C4", lasts: float = 4, more: str = "", before: str = "", alter: int = 0) -> str:
    pitch = f"<pitch><step>{name[0]}</step><alter>{alter}</alter><octave>{name[1:]}</octave></pitch>"
    return f"<note>{before}{pitch}<duration>{lasts}</duration>{more}</note>"


def rest(lasts: float, more: str = "", attributes: str = "") -> str:
    return f"<note><rest{attributes}/><duration>{lasts}</duration>{more}</note>"


TRANSPOSED = "<transpose><diatonic>-1</diatonic><chromatic>-2</chromatic></transpose>"
DRUM = '<score-instrument id="I1"><instrument-name>Hat</instrument-name></score-instrument><midi-instrument id="I1"><midi-channel>10</midi-channel><midi-unpitched>43</midi-unpitched></midi-instrument>'
HAT = '<note><unpitched><display-step>G</display-step><display-octave>5</display-octave></unpitched><duration>4</duration><instrument id="I1"/></note>'
CASES = {
    "pick-up": score(bar(note("G4"), time="3/4") + bar(note("C5", 12), divisions=None)),
    "accidentals": score(bar(note("C4", alter=1), note("C4", alter=-1), note("B3", alter=1), note("E4", alter=-2), time="4/4")),
    "divisions change": score(bar(note("C4"), note("D4"), time="2/4") + bar(note("E4", 6), note("F4", 6), divisions=6)),
    "divisions of no power of two": score(bar(*[note(name, 11) for name in ("C4", "D4", "E4")], divisions=33, time="4/4")),
    "decimal durations": score(bar(note("C4", 1.5), note("D4", 2.5), divisions=2, time="2/4")),
    "metres change": score(bar(note("C4", 20), time="5/4") + bar(note("D4", 14), time="7/8") + bar(note("E4", 8), time="4/8")),
    "a sum of beats": score(bar(note("C4", 10), time="3+2/8") + bar(note("E4", 10), divisions=None)),
    "ties": score(bar(note("C4", 16, '<tie type="start"/>'), time="4/4") + bar(note("C4", 8, '<tie type="stop"/><tie type="start"/>'), note("C4", 8, '<tie type="stop"/>'), divisions=None)),
    "a tie in one voice of a chord": score(bar(note("C4", 8, '<tie type="start"/>'), note("E4", 8, before="<chord/>"), note("C4", 8, '<tie type="stop"/>'), note("E4", 8, before="<chord/>"), time="4/4")),
    "chords": score(bar(note("C4", 8), note("E4", 8, before="<chord/>"), note("G4", 8, before="<chord/>"), note("A4", 8), time="4/4")),
    "two voices": score(bar(note("C5", 16, "<voice>1</voice>"), "<backup><duration>16</duration></backup>", note("C4", 8, "<voice>2</voice>"), note("D4", 8, "<voice>2</voice>"), time="4/4")),
    "forward": score(bar(note("C5", 8, "<voice>1</voice>"), "<forward><duration>4</duration></forward>", note("D5", 4, "<voice>1</voice>"), time="4/4")),
    "two staves": score(bar(note("C5", 16, "<voice>1</voice><staff>1</staff>"), "<backup><duration>16</duration></backup>", note("C3", 16, "<voice>2</voice><staff>2</staff>"), time="4/4", more="<staves>2</staves>")),
    "grace notes": score(bar(note("C4", 8), "<note><grace/><pitch><step>D</step><octave>4</octave></pitch></note>", note("E4", 8), time="4/4")),
    "a grace note at the start": score(bar("<note><grace/><pitch><step>D</step><octave>4</octave></pitch></note>", note("E4", 16), time="4/4")),
    "transposing": score(bar(note("D4", 8), note("E4", 8), time="4/4", more=TRANSPOSED)),
    "an octave lower": score(bar(note("D4", 16), time="4/4", more="<transpose><diatonic>0</diatonic><chromatic>0</chromatic><octave-change>-1</octave-change></transpose>")),
    "transposed later": score(bar(note("D4", 16), time="4/4") + bar(note("D4", 16), more=TRANSPOSED)),
    "a rest for a bar": score(bar(rest(12, "<type>whole</type>"), time="3/4") + bar(note("C4", 12), divisions=None)),
    "a whole rest in 3/4": score(bar(rest(16, "<type>whole</type>"), time="3/4") + bar(note("C4", 12), divisions=None)),
    "a bar of nothing": score("<measure><attributes><divisions>4</divisions><time><beats>3</beats><beat-type>4</beat-type></time></attributes></measure>" + bar(note("C4", 12))),
    "two parts": score(bar(note("C5", 16), time="4/4"), bar(note("C4", 16), time="4/4")),
    "unpitched": score(bar(HAT, HAT, time="2/4"), listed=DRUM),
}  # fmt: skip


def rows(table: np.ndarray, *fields: str) -> list[tuple[float, ...]]:
    return sorted(zip(*(np.round(table[field].astype(float), 4).tolist() for field in fields), strict=True))


@pytest.mark.parametrize("data", CASES.values(), ids=list(CASES))
def test_the_notes_that_music21_reads(data: bytes) -> None:
    lean, whole = parse_sheet(data), mi.read(data)
    fields = ("onset", "duration", "pitch", "step", "part", "voice", "velocity")
    assert rows(lean.table, *fields) == rows(whole.note_table(), *fields)
    assert lean.meters == whole.meters
    assert len(lean.names) == len(whole.parts)
    known = score_of_stream(read_stream(data)).note_table()
    assert rows(known, *fields[:5]) == rows(whole.note_table(), *fields[:5])


def test_sounding_pitch_keeps_its_spelling() -> None:
    table = parse_sheet(CASES["transposing"]).table
    assert table["pitch"].tolist() == [60, 62]  # a clarinet in B flat reads D and E
    assert table["step"].tolist() == [28, 29]


def test_parts_stay_together_where_one_has_a_short_bar() -> None:
    """music21 lets them drift apart."""
    whole, short = bar(note("C5", 16), time="4/4"), bar(note("C4", 8), time="4/4")
    table = parse_sheet(score(whole + whole, short + whole)).table
    assert table["onset"].tolist() == [0, 0, 4, 4]


def test_real_music() -> None:
    small = corpus(60_000)
    sample = small[:: max(len(small) // 24, 1)]
    assert len(sample) >= 20
    assert sum(_differs(path) for path in sample) <= len(sample) // 8


@pytest.mark.slow
def test_most_of_the_corpus() -> None:
    chosen = corpus(400_000)
    assert len(chosen) >= 400
    assert sum(_differs(path) for path in chosen) <= DRIFTING


def _differs(path: Path) -> bool:
    """Whether music21 lays out the bars of a file otherwise, or cannot read it; any other difference is a fault."""
    lean, whole = parse_sheet(path.read_bytes(), str(path)), mi.read(path)
    fields = ("onset", "duration", "pitch", "step", "part", "voice", "velocity")
    assert rows(lean.table, *fields) == rows(whole.note_table(), *fields)
    assert lean.meters == whole.meters
    try:
        other = score_of_stream(read_stream(path))
    except mi.MiThemeError:
        return True
    known = other.note_table()
    if all(rows(whole.note_table(), field) == rows(known, field) for field in fields[:5]):
        return whole.meters.changes != other.meters.changes
    assert path.name == "drum_sample.xml" or abs(len(whole.note_table()) - len(known)) <= max(5, len(known) // 30)
    return True


@pytest.mark.parametrize("ending", [".mxl", ".musicxml"])
def test_read_notes_takes_it(ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"a{ending}"
    data = CASES["chords"]
    path.write_bytes(packed(data) if ending == ".mxl" else data)
    assert read_notes(path)["pitch"].tolist() == [60, 64, 67, 69]
    assert read_sheet(path).names == ("Voice 1",)
    assert not read_notes(path).flags.writeable


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "latin-1"])
def test_encodings(encoding: str) -> None:
    text = (
        CASES["chords"]
        .decode()
        .replace("Voice 1", "Flöte")
        .replace('version="1.0"', f'version="1.0" encoding="{encoding}"')
    )
    assert parse_sheet(text.encode(encoding)).names == ("Flöte",)


def packed(data: bytes, name: str = "score.xml", container: bytes | None = None) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        if container is not None:
            archive.writestr("META-INF/container.xml", container)
        archive.writestr(name, data)
    return buffer.getvalue()


LAUGHS = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10 if i else "ha"}">' for i in range(12))
LISTED = b"<part-list/>"


def laughing(padding: int = 0) -> bytes:
    doctype = f"<!DOCTYPE score-partwise [<!--{' ' * padding}-->{LAUGHS}]>"
    return f"<?xml version='1.0'?>{doctype}<score-partwise><part-list><score-part id='P1'><part-name>&l11;</part-name></score-part></part-list></score-partwise>".encode()


HOSTILE: dict[str, Callable[[], bytes]] = {
    "empty": lambda: b"",
    "no XML": lambda: b"<<<<",
    "billion laughs": laughing,
    "billion laughs behind a comment": lambda: laughing(100_000),
    "billion laughs in the container": lambda: packed(b"<a/>", container=laughing()),
    "an outside entity": lambda: b'<!DOCTYPE score-partwise [<!ENTITY x SYSTEM "file:///etc/passwd">]><score-partwise>&x;</score-partwise>',
    "truncated": lambda: CASES["chords"][:-40],
    "truncated archive": lambda: packed(CASES["chords"])[:-40],
    "zip bomb": lambda: packed(b"<score-partwise>" + b" " * (100 * 2**20)),
    "an archive of nothing": lambda: packed(b"", name="readme.txt"),
    "timewise": lambda: CASES["chords"].replace(b"score-partwise", b"score-timewise"),
    "another root": lambda: b"<html><body/></html>",
    "100 MB": lambda: b"<score-partwise>" + b"<a/>" * (25 * 2**20) + b"</score-partwise>",
    "deep": lambda: b"<score-partwise>" + b"<a>" * 100_000,
    "no notes": lambda: b"<score-partwise><part-list/></score-partwise>",
    "no divisions": lambda: CASES["chords"].replace(b"<divisions>4<", b"<divisions>0<"),
    "endless": lambda: CASES["chords"].replace(b"<duration>8<", b"<duration>1e999999999<"),
    "not a number": lambda: CASES["chords"].replace(b"<duration>8<", b"<duration>nan<"),
    "no such step": lambda: CASES["chords"].replace(b"<step>C<", b"<step>H<"),
    "no such metre": lambda: CASES["chords"].replace(b"<beat-type>4<", b"<beat-type>5<"),
    "a metre of words": lambda: CASES["chords"].replace(b"<beats>4<", b"<beats>four<"),
    "a far octave": lambda: CASES["chords"].replace(b"<octave>4<", b"<octave>x<"),
}  # fmt: skip


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("make", HOSTILE.values(), ids=list(HOSTILE))
def test_hostile_files_are_refused_in_one_line_and_soon(make: Callable[[], bytes], tmp_path: Path) -> None:
    path = tmp_path / "hostile.musicxml"
    path.write_bytes(make())
    with pytest.raises(FileError) as caught:
        read_notes(path)
    assert str(caught.value).startswith(str(path))
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < len(str(path)) + 250


def on_staves(count: int) -> bytes:
    return score(bar(*[note(more=f"<staff>{number}</staff>") for number in range(count)]))


def tied(count: int) -> bytes:
    """Notes together that a tie leads on from, and as many at another time that one leads to."""
    held = [note("C4", 1_000_000, '<tie type="start"/>', before="<chord/>") for _ in range(count)]
    return score(bar(*held, *[note("C4", 1, '<tie type="stop"/>') for _ in range(count)]))


def bars_and_parts(bars: int, parts: int) -> bytes:
    return score("<measure/>" * bars + bar(note()), *[bar(note())] * parts)


def odd_fractions(bars: int) -> bytes:
    """No two notes have lengths with a common denominator."""
    lengths = [[f"{k + 1}.{(37 * i + k) % 9973:06}" for k in range(10)] for i in range(bars)]
    return score("".join(bar(*[note("C4", x) for x in row], divisions=f"{7 * i + 1}.{i:07}") for i, row in enumerate(lengths)))  # type: ignore[arg-type]  # fmt: skip


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(
    ("make", "notes"),
    [
        (lambda: on_staves(25_000), 25_000),
        (lambda: tied(20_000), 40_000),
        (lambda: bars_and_parts(20_000, 15_000), 15_001),
        (lambda: odd_fractions(3_000), 30_000),
    ],
    ids=["staves", "ties", "bars and parts", "fractions"],
)
def test_what_grows_with_a_square_elsewhere_is_read_soon(make: Callable[[], bytes], notes: int) -> None:
    assert len(parse_sheet(make()).table) == notes


@pytest.mark.parametrize("voices", [("1", "1", "1"), ("1", "2", "2"), ("2", "1", "3")])
def test_a_tie_leads_to_the_note_of_its_voice_else_to_the_first(voices: tuple[str, str, str]) -> None:
    one, two, after = voices
    start, stop = '<tie type="start"/>', '<tie type="stop"/>'
    held = [note("C4", 4, f"{start}<voice>{voice}</voice>", before="<chord/>" * bool(k)) for k, voice in enumerate((one, two))]  # fmt: skip
    table = parse_sheet(score(bar(*held, note("C4", 8, f"{stop}<voice>{after}</voice>")))).table
    longer = table[table["duration"] == 3]
    assert len(table) == 2
    assert longer["voice"].tolist() == [1 if after == two != one else 0]


@pytest.mark.filterwarnings("ignore::mi_theme.files.FileWarning")
def test_deep_nesting_and_large_numbers_do_no_harm() -> None:
    far = CASES["chords"].replace(b"<octave>4<", b"<octave>99<")
    assert parse_sheet(far).table["pitch"].tolist() == [120, 124, 127, 117]


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_bytes_broken_anywhere(data: st.DataObject) -> None:
    whole = bytearray(CASES[data.draw(st.sampled_from(sorted(CASES)))])
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    refused, table = "", parse_sheet(CASES["chords"]).table
    try:
        table = parse_sheet(bytes(whole)).table
    except FileError as error:
        refused = str(error)
    assert "\n" not in refused
    assert (table["duration"] > 0).all()
    assert all(a <= b for a, b in pairwise(table["onset"].tolist()))
