"""Hostile files and texts, made by structure from a seed: ``python tests/fuzzing.py [COUNT] [SEED] [KIND ...]``.

A case is a row of pieces: events of MIDI, elements of MusicXML, words of everything else. A mutant leaves out, doubles,
moves or changes some. The law: whatever comes in, a value comes out or an error of ours, soon; what was read can be
saved and read again. Of what breaks it the smallest input is printed, and saved in the folder that FUZZ_FOLDER names.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import re
import resource
import signal
import sys
import tempfile
import traceback
import warnings
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).parent))

from click.testing import CliRunner
from midi_making import chunk, header, varlen
from musicxml_making import measure, partwise, scale, tone

import mi_theme as mi
from mi_theme.catalog import load_file
from mi_theme.cli import main
from mi_theme.files.formats import read_sheet
from mi_theme.quantising import read_beats
from mi_theme.themes.quotation import ThemeRow

LANTERN_STREET = Path(__file__).parent.parent / "examples" / "lantern_street"
SECONDS = 10  # of computing, after which a case is too slow
MEMORY = 3 * 2**30  # bytes of a process that tries cases
CASES_AT_ONCE = 100  # in one process

Pieces = list[Any]


class TooLong(BaseException):
    """A case takes longer than it may."""


class Broken(Exception):
    """The law does not hold, though nothing was raised."""


class Fault(NamedTuple):
    """What went wrong, where in mi_theme, and with which input."""

    kind: str
    words: str
    where: str
    data: bytes


class Kind(NamedTuple):
    """How the inputs of a kind are made, and where they go in."""

    seeds: tuple[bytes, ...]
    cut: Callable[[bytes], Pieces]
    join: Callable[[Pieces], bytes]
    words: tuple[Any, ...]
    doors: tuple[Callable[[bytes], object], ...]


# Inputs

NUMBERS = ("0", "-1", "1", "2", "3", "7", "255", "256", "100000", "4294967296", "1e400", "1e999999999", "nan", "-inf", "1/0", "1/3", "0.1", "", "x", "٣", "²", "9" * 30, "9" * 5000)  # fmt: skip
TEXTS = ("\x1b[31m", "\0", "\u202e", "\ud800", "é", "<b>", "&", '"', "'", "\\", "%", "\n", "\t", " " * 50)


def text_of(pieces: Pieces) -> bytes:
    return "".join(pieces).encode("utf-8", "surrogatepass")


def words_of(data: bytes) -> Pieces:
    return re.findall(r"\d+|[^\W\d]+|\s|.", data.decode("utf-8", "replace"))


def tags_of(data: bytes) -> Pieces:
    return re.findall(r"<[^>]*>|[^<]+", data.decode("utf-8", "replace"))


def events(*tracks: Sequence[bytes]) -> Pieces:
    return [header(1, len(tracks), 480)[8:], *(piece for track in tracks for piece in (b"MTrk", *track))]


def midi_of(pieces: Pieces) -> bytes:
    """A file of a header, and of events behind each b"MTrk"."""
    if not pieces:
        return b""
    tracks: list[bytes] = []
    for piece in pieces[1:]:
        if piece == b"MTrk":
            tracks.append(b"")
        elif tracks:
            tracks[-1] += piece
    return chunk(b"MThd", pieces[0]) + b"".join(chunk(b"MTrk", track) for track in tracks)


def events_of(data: bytes) -> Pieces:
    """The pieces of a seed, whose messages all have their status and whose numbers below 2**14 have at most two bytes."""
    pieces: Pieces = [data[8:14]]
    place = 14
    while place + 8 <= len(data):
        end = place + 8 + int.from_bytes(data[place + 4 : place + 8], "big")
        pieces.append(b"MTrk")
        place += 8
        while place < end:
            start = place
            place += 2 if data[place] > 127 else 1
            status = data[place]
            place += (
                3 + data[place + 2] if status == 0xFF else 2 + data[place + 1] if status == 0xF0 else 3 - (status & 0xE0 == 0xC0)
            )  # fmt: skip
            pieces.append(data[start:place])
    return pieces


def meta(kind: int, data: bytes, delta: int = 0) -> bytes:
    return varlen(delta) + bytes((0xFF, kind)) + varlen(len(data)) + data


MIDI_SEEDS = (
    midi_of(
        events(
            [meta(0x58, b"\4\2\x18\x08"), meta(0x51, b"\7\xa1\x20"), meta(0x59, b"\0\0"), meta(3, b"name"), meta(0x2F, b"")],
            [b"\0\xc0\x05", *(b for k in (60, 62, 64, 65, 67, 60) for b in (bytes((0, 0x90, k, 80)), varlen(240) + bytes((0x80, k, 0)))), meta(0x2F, b"")],
            [b"\0\xb9\x07\x64", *(b for k in (36, 38, 42, 36) for b in (bytes((0, 0x99, k, 90)), varlen(480) + bytes((0x89, k, 0)))), meta(0x2F, b"")],
        )
    ),
)  # fmt: skip
MIDI_WORDS = (
    b"MTrk",
    *(meta(0x58, bytes(sign)) for sign in ((0, 2), (5, 2), (7, 3), (255, 0), (255, 9), (4, 255), (3, 16), (1, 6), (13, 4, 24, 8))),
    *(meta(0x58, bytes((n, 2, 24, 8)), d) for n in (1, 5, 7) for d in (1, 479, 480, 9600)),
    *(meta(0x51, tempo) for tempo in (b"\0\0\0", b"\0\0\1", b"\xff\xff\xff", b"\1")),
    *(meta(0x59, bytes(key)) for key in ((7, 1), (0xF9, 0), (100, 9), (0,))),
    *(meta(kind, text.encode("utf-8", "surrogatepass")) for kind in (1, 2, 3, 5, 6) for text in TEXTS),
    *(meta(kind, b"", delta) for kind in (0x2F, 0x20, 0x21, 0x54, 0x7F, 0x60) for delta in (0, 2**14, 2**28 - 1)),
    *(varlen(delta) + bytes((0x90, key, 80)) for delta in (0, 1, 2**28 - 1) for key in (0, 11, 60, 127)),
    *(varlen(delta) + bytes((0x80, key, 0)) for delta in (0, 1, 7, 480, 2**27) for key in (0, 60, 127)),
    b"\0\xe0\0\x40", b"\0\xd0\x40", b"\0\xf0\2\x7e\xf7", b"\0\xf7\1\xf3", b"\0\xf8", b"\0\xa0\x3c\x40", b"\0\xb0\x40\x7f", b"\0\xff\x2f\0", b"\x80\x80", b"\0",
    b"\0\1\0\2\1\xe0", b"\0\1\0\2\0\1", b"\0\0\0\1\x7f\xff", b"\0\1\xff\xff\xe7\x28", b"\0\2\0\1\1\xe0",
)  # fmt: skip


def xml(inside: str) -> str:
    return f"<direction><direction-type>{inside}</direction-type></direction>"


XML_WORDS = (
    "<grace/>", "<chord/>", "<cue/>", "<dot/>", "<rest/>", '<rest measure="yes"/>', '<tie type="start"/>', '<tie type="stop"/>',
    "<backup><duration>4</duration></backup>", "<forward><duration>4</duration></forward>", "<staff>2</staff>", "<voice>2</voice>",
    "<time><senza-misura/></time>", "<time><beats>3+2</beats><beat-type>8</beat-type></time>", "<time/>", "<key/>",
    "<key><key-step>F</key-step><key-alter>1</key-alter></key>", "<key><fifths>12</fifths><mode>none</mode></key>",
    "<unpitched><display-step>H</display-step><display-octave>4</display-octave></unpitched>", "<unpitched/>",
    "<time-modification><actual-notes>0</actual-notes><normal-notes>2</normal-notes></time-modification>",
    "<time-modification><actual-notes>3</actual-notes><normal-notes>2</normal-notes></time-modification>",
    "<transpose><diatonic>1</diatonic><chromatic>99999</chromatic><octave-change>9</octave-change></transpose>",
    "<staves>3</staves>", "<divisions>0</divisions>", "<divisions>0.5</divisions>", "<alter>0.5</alter>", "<alter>9</alter>",
    '<notations><tied type="start"/><slur type="start" number="1"/><tuplet type="stop"/></notations>',
    "<notations><ornaments><trill-mark/><tremolo>9</tremolo></ornaments><fermata/><arpeggiate/></notations>",
    '<notations><glissando type="start"/><technical><string>0</string><fret>-1</fret></technical></notations>',
    "<lyric><syllabic>middle</syllabic><text>la</text></lyric>", '<lyric number="x"><extend/></lyric>',
    '<sound tempo="0"/>', '<sound tempo="1e400"/>', '<sound dynamics="-5"/>', '<sound dacapo="yes"/>',
    xml("<metronome><beat-unit>quarter</beat-unit><per-minute>0</per-minute></metronome>"),
    xml("<metronome><beat-unit>x</beat-unit><beat-unit>half</beat-unit></metronome>"),
    xml('<wedge type="crescendo"/>'), xml('<wedge type="stop" number="9"/>'), xml('<octave-shift type="down" size="16"/>'),
    xml('<pedal type="start"/>'), xml("<dynamics><p/><ffffff/></dynamics>"), xml("<rehearsal>A</rehearsal>"), xml("<words/>"), xml('<dashes type="stop"/>'),
    "<direction><direction-type/><offset>-9999999</offset></direction>", "<direction><direction-type/><offset>x</offset></direction>",
    '<barline location="right"><repeat direction="backward" times="0"/><ending number="1, x" type="start"/></barline>',
    '<barline location="left"><bar-style>heavy</bar-style><repeat direction="forward"/></barline>',
    "<harmony><root><root-step>C</root-step></root><kind>major</kind><degree><degree-value>x</degree-value></degree></harmony>",
    "<harmony/>", "<harmony><kind>none</kind><offset>3</offset></harmony>", "<harmony><numeral><numeral-root>9</numeral-root></numeral></harmony>",
    "<figured-bass><figure><figure-number>6</figure-number></figure><duration>4</duration></figured-bass>", "<print new-page='yes'/>",
    '<attributes><measure-style><multiple-rest>100000</multiple-rest></measure-style></attributes>', "<attributes/>", "<note/>",
    '<attributes><clef number="2"><sign>X</sign><line>99</line></clef><staff-details><staff-lines>0</staff-lines></staff-details></attributes>',
    '<measure number="X1" implicit="yes"></measure>', '<part id="P9"></part>', '<part></part>', "<measure/>", "<score-part/>",
    '<midi-instrument id="i"><midi-channel>99</midi-channel><midi-program>999</midi-program><midi-unpitched>x</midi-unpitched></midi-instrument>',
    "<work><work-title>\x1b[31m</work-title></work>", "<credit><credit-words>&#x202e;</credit-words></credit>", "<!-- x -->", "<?x y?>", "<![CDATA[x]]>",
    *NUMBERS, *TEXTS, "C", "H", "quarter", "1024th", "maxima", "yes",
)  # fmt: skip
XML_SEEDS = (
    partwise(
        [
            measure(1, scale(0, 2) + '<note><chord/><pitch><step>E</step><octave>4</octave></pitch><duration>2</duration><voice>1</voice><type>quarter</type></note>' + tone("C5", 4, more='<notations><tied type="start"/><articulations><staccato/></articulations></notations><lyric><text>la</text></lyric>'), ("4", "4"), attributes="<key><fifths>1</fifths></key><staves>2</staves><clef><sign>G</sign><line>2</line></clef><transpose><chromatic>-2</chromatic></transpose>"),
            measure(2, xml("<metronome><beat-unit>quarter</beat-unit><per-minute>90</per-minute></metronome>") + xml('<wedge type="crescendo"/>') + "<harmony><root><root-step>C</root-step></root><kind>major</kind></harmony>" + scale(0, 4) + xml('<wedge type="stop"/>') + "<backup><duration>8</duration></backup>" + tone("C4", 8, more="<staff>2</staff>")),
            measure(3, "<note><grace/><pitch><step>C</step><octave>5</octave></pitch><voice>1</voice><type>eighth</type></note>" + scale(1, 3) + "<note><rest/><duration>2</duration></note>", ("3", "4"), ("2", "4")),
        ],
        [measure(1, scale(2, 4), ("4", "4")), measure(2, '<note><rest measure="yes"/><duration>8</duration></note>'), measure(3, "<note><unpitched><display-step>E</display-step><display-octave>4</display-octave></unpitched><duration>10</duration><voice>1</voice></note>", ("5", "4"))],
        listed='<score-instrument id="i"><instrument-name>x</instrument-name></score-instrument><midi-instrument id="i"><midi-channel>10</midi-channel><midi-program>5</midi-program><midi-unpitched>36</midi-unpitched></midi-instrument>',
        head="<work><work-title>Title</work-title></work><identification><creator type='composer'>Me</creator></identification>",
    ),
)  # fmt: skip
ABC_SEEDS = (
    b'X:1\nT:A tune\nC:Me\nM:6/8\nL:1/8\nQ:3/8=90\nV:1 clef=treble name="A"\nV:2 clef=bass\nK:Gdor\n[V:1] |:"Am"A2B ~c3|(3abc {d}e>f [CEG]2-|[CEG]2 z4:|\nw:la-la * la_ |\n[V:2] C,6|[M:4/4][K:A] D,4 E,4&z8|[1 F,8:|[2 G,8|]\n%%MIDI program 5\n',
    b"X:2\nM:C|\nL:1/4\nm:~n2=n/o/n/m/\nU:T=!trill!\nP:AABB\nK:C\nP:A\nTA(B !f!c)[|d''^f,__g]|Z4|.A!<(!B!<)!|(5:4:6abcdef z2|y8 x2|\n",
)
ABC_WORDS = (
    "X:", "\nM:", "\nL:", "\nQ:", "\nK:", "\nV:", "\nP:", "\nw:", "\nW:", "\nU:", "\nm:", "\nI:", "[K:", "[M:", "[V:1]", "[L:1/0]", "[Q:0]", "\nM:none\n",
    "\nM:(2+3)/8\n", "M:0/4", "L:0", "Q:1/4=0", "Q:1/4=1e400", "K:Hp", "K:C exp _b ^^f transpose=99999", "K:none clef=perc", "octave=99999", "|:", ":|", "::",
    "[1", "|]", "(3", "(9:0:9", "(2:3:99999", "{", "}", "{/abc}", "[", "]", "-", ">", "<<<", "/", "//////", "&", "&&&", "^", "__", "=", ",", "'" * 40, "Z100000", "z100000",
    "Z99", "A/0", "A99999999", '"Am7b5/Q"', '"^text', "!trill!", "!<(!", "!", "+", "$", "y", "x9", "%%begintext\n", "%%score (1 2) {3}\n", "%%MIDI drum d", "\\\n", "\n", "\n\n", ":|[2", "|||||",
    *NUMBERS, *TEXTS,
)  # fmt: skip
KERN_SEEDS = (
    b"!!!OTL: Title\n**kern\t**kern\t**text\n*clefF4\t*clefG2\t*\n*k[f#]\t*k[f#]\t*\n*M4/4\t*M4/4\t*\n*MM90\t*MM90\t*\n=1-\t=1-\t=1-\n4GG\t(8cc'L\tla\n.\t8ddJ)\t-li\n2G\t[2ee 2g\t.\n4r\t4ee]\t.\n=2\t=2\t=2\n*\t*^\t*\n2.C;\t6f\t4a\tx\n.\t6g\t.\t.\n.\t6a\t.\t.\n*\t*v\t*v\t*\n4r\tqqf\t.\n=:|!\t=:|!\t=:|!\n*-\t*-\t*-\n",
)
KERN_WORDS = (
    "\t", "\n", "*^", "*v", "*x", "*+", "*-", "*", "=", "=:|!|:", "**kern", "**dynam", "**harm", "*M3/4", "*M0/0", "*M2+3/8", "*MM0", "*MM1e400", "*k[]", "*k[f#c#g#x]",
    "*C:", "*a:", "*>A", "*>[A,A,B]", "*Tr99999", "*ITrd-1c-2", "*clefX", "*tuplet", "0", "00", "000", "3%2", "4%0", "0%0", "q", "qq", "4..", "4........", "[", "]", "_", "4r", "4c#######",
    "c" * 40, "C" * 40, "4c 4e", "4n", ".", "!", "!!", "!!!", "!!!COM: x", "*I\"name", "*part1", "*staff9", "*8va", "*rscale:0", "*rscale:1/2", "1" * 12, "4096c", *NUMBERS, *TEXTS,
)  # fmt: skip


BEATS_SEEDS = (
    "".join(f"{k / 2:.3f}\t{k % 4 + 1}\n" for k in range(12)).encode(),
    b"# tapped\n0.01\n0.52, 1\n1.03\n1.5 2 0.9\n",
)


# Doors


def reads(data: bytes) -> None:
    """Read, saved as MIDI and as MusicXML, read again; the fast readers take it or refuse it too."""
    with suppress(mi.MiThemeError, OSError):
        read_sheet(data)
    score = mi.read(data)
    try:
        notes, again = len(score.note_table()), len(mi.read(score.to_bytes()).note_table())
        if notes != again:
            raise Broken(f"{notes} notes, and {again} from MIDI")
        with tempfile.TemporaryDirectory() as place:
            path = Path(place) / "a.musicxml"
            if notes:
                score.save(path)
                found = len(mi.read(path).note_table())
                if not found:
                    raise Broken("no note is left in the MusicXML")
    except mi.MiThemeError as error:
        known = (
            "bars for",
            "no music is as long",
            "so fine parts",
            "voices in a part",
        )  # such as one note in ten hours of silence
        if not any(words in str(error) for words in known):
            raise Broken(f"was read and cannot be saved: {error}") from error
    repr(score), str(score.meters)


COMMANDS = (
    ("info",), ("convert", "--to", "5/4", "-o", "out.mid"), ("convert", "--to", "7/8:2+2+3", "-o", "out.musicxml", "--explain"), ("which-meter",), ("find",),
    ("quantize", "-o", "out.musicxml"), ("draw", "-o", "out.svg"), ("compare", "--to", "3/4"), ("convert", "--from", "4/4", "--to", "3/4", "--how", "cut", "-o", "out.musicxml"),
)  # fmt: skip


def commands(ending: str) -> Callable[[bytes], None]:
    """Some command, chosen by the data, on a file of them."""

    def command(data: bytes) -> None:
        name, *options = COMMANDS[random.Random(data).randrange(len(COMMANDS))]
        home = Path.cwd()
        with tempfile.TemporaryDirectory() as place:
            os.chdir(place)
            try:
                Path(f"in.{ending}").write_bytes(data)
                result = CliRunner().invoke(main, [name, f"in.{ending}", *options])
                if result.exception is not None and not isinstance(result.exception, SystemExit):
                    raise result.exception
                made = [path.name for path in Path().iterdir() if path.name != f"in.{ending}"]
                if made and result.exit_code:
                    raise Broken(f"{name} failed and left {made}")
                if re.search("[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", result.output):
                    raise Broken(f"{name} prints what a terminal obeys")
                for path in made:
                    if path.endswith((".mid", ".musicxml")):
                        mi.read(path)
            finally:
                os.chdir(home)

    return command


def texts(data: bytes) -> None:
    """A text wherever one may say a metre, a grouping, a degree, a motif, a tonic."""
    text = data.decode("utf-8", "replace")
    theme = mi.theme()
    for make in (
        lambda: str(mi.Meter(text)), lambda: str(mi.Grouping(text)), lambda: mi.Motif(text), lambda: mi.Degree(text), lambda: mi.Tonic(text),
        lambda: theme.to_meter(text), lambda: mi.Warp(text),
    ):  # fmt: skip
        try:
            made = make()
        except (mi.MiThemeError, OSError):
            continue
        repr(made), str(made)


def plans(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    for make in (mi.Plan.from_json, mi.ScorePlan.from_json, mi.Hit.from_json):
        try:
            made = make(text)
        except mi.MiThemeError:
            continue
        repr(made), str(made)
        if isinstance(made, mi.Plan | mi.ScorePlan):
            make(made.to_json())
    score = mi.Score.from_notes(range(8), 1, range(60, 68), meter="4/4")
    mi.ScorePlan.from_json(text, score).apply(score)


def tables(data: bytes) -> None:
    """A table of styles or forms, and music made with what stands in it."""
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "mine.toml"
        path.write_bytes(data)
        for made, option in ((mi.styles, "style"), (mi.forms, "form")):
            try:
                found = made(path)
            except (mi.MiThemeError, OSError):
                continue
            for value in list(found.values() if isinstance(found, dict) else found)[-1:]:
                with suppress(mi.MiThemeError):
                    mi.render(**{option: value}, seed=1).to_bytes()


def themes(data: bytes) -> None:
    """A row as in data/theme.toml, as a theme, and the theme in other metres."""
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "theme.toml"
        path.write_bytes(data)
        row = load_file(path, ThemeRow)
    motifs = tuple(mi.Motif(motif.text, motif.name, motif.place) for motif in row.motif)
    theme = mi.Theme(row.name, motifs, mi.Meter(row.meter), tonic=mi.Tonic(row.tonic), mode=row.mode)
    repr(theme), str(theme), theme.to_score().to_bytes()
    for meter in ("4/4", "7/8:2+2+3"):
        with suppress(mi.MiThemeError):
            str(theme.to_meter(meter))


def beats(data: bytes) -> None:
    """Beats from a file, and music quantized to them."""
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "beats.txt"
        path.write_bytes(data)
        found = read_beats(path)
    repr(found), str(found), str(found.meters)
    score = mi.Score.from_notes(range(8), 1, range(60, 68), meter="4/4")
    mi.quantize(score, beats=found).score().to_bytes()


def lineages(data: bytes) -> None:
    """One of the tables of a lineage, the others as they are, and what is asked of it."""
    with tempfile.TemporaryDirectory() as place:
        for path in LANTERN_STREET.glob("*.toml"):
            (Path(place) / path.name).write_bytes(path.read_bytes())
        name, _, text = data.partition(b"\n")
        (
            Path(place) / (name.decode("utf-8", "replace").strip("# ") or "x").replace("/", "").replace("\0", "")[:40]
        ).write_bytes(text)
        made = mi.Lineage.load(place)
    repr(made), str(made), list(made.claims()), str(made.conflicts())


def zipped(pieces: Pieces) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("score.musicxml"), text_of(pieces), zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def json_words(data: bytes) -> Pieces:
    return re.findall(r'"[^"]*"|[-\d./e]+|\w+|.', data.decode())


def seed_plans() -> tuple[bytes, ...]:
    score = mi.Score.from_notes(range(8), 1, range(60, 68), meter="4/4")
    return (
        mi.theme().to_meter("4/4").plan.to_json().encode(),
        mi.plan(score, "5/4").to_json().encode(),
    )


def kinds() -> dict[str, Kind]:
    """All kinds by their names."""
    root = Path(__file__).parent.parent
    table = (root / "data" / "styles.toml").read_text("utf-8"), (root / "data" / "forms.toml").read_text("utf-8")
    rows = tuple(
        (f"[[{name}]]" + row).encode()
        for text, name in zip(table, ("style", "form"), strict=True)
        for row in re.split(rf"\[\[{name}\]\]", text)[1:4]
    )
    signs = ("+", "/", ":", "|", ",", "->", "[", "]", "(", ")", "b", "#", "~", "*", " ", *NUMBERS, *TEXTS)
    jsons = ('""', "null", "true", "{}", "[]", "-1", "0", "1e400", "NaN", '"1/0"', '"1e999999999"', '"x"', "9" * 30, '"\\ud800"', '"4/4"', '"0"', "9" * 5000, '"1/3"')  # fmt: skip
    tomls = ('""', "true", "[]", "{}", "-1", "0", "inf", "nan", "1e300", "9" * 18, '"x"', '"1/0"', "=", "\n", "[[style]]", "[[form]]")  # fmt: skip
    metres = (
        b"5/4:3+3+2+2",
        b"7/8",
        b"(2+3)/8",
        b"3+3+2",
        b"0->0 3->4 6->8",
        b"1:3 1:3 b3:2 4:2 | b7,:2",
        b"4/4+3/8",
        b"G",
        b"#4,",
    )
    return {
        "midi": Kind(MIDI_SEEDS, events_of, midi_of, MIDI_WORDS, (reads, commands("mid"))),
        "musicxml": Kind(XML_SEEDS, tags_of, text_of, XML_WORDS, (reads, commands("musicxml"))),
        "mxl": Kind(XML_SEEDS, tags_of, zipped, XML_WORDS, (reads,)),
        "abc": Kind(ABC_SEEDS, words_of, text_of, ABC_WORDS, (reads, commands("abc"))),
        "kern": Kind(KERN_SEEDS, words_of, text_of, KERN_WORDS, (reads, commands("krn"))),
        "text": Kind(metres, words_of, text_of, signs, (texts,)),
        "plan": Kind(seed_plans(), json_words, text_of, jsons, (plans,)),
        "theme": Kind(
            ((root / "data" / "theme.toml").read_bytes(),),
            toml_words,
            text_of,
            (*tomls, *signs, "[[motif]]"),
            (themes,),
        ),
        "beats": Kind(BEATS_SEEDS, words_of, text_of, (*NUMBERS, *TEXTS, "#", ",", ".", "-", "e"), (beats,)),
        "lineage": Kind(tables_of_lineage(), toml_words, text_of, (*tomls, "[[claim]]", "[[film]]"), (lineages,)),
        "table": Kind(rows, toml_words, text_of, tomls, (tables,)),
    }


def tables_of_lineage() -> tuple[bytes, ...]:
    """The tables of the example, each with its name in its first line."""
    return tuple(f"#{path.name}\n".encode() + path.read_bytes() for path in sorted(LANTERN_STREET.glob("*.toml")))


def toml_words(data: bytes) -> Pieces:
    return re.findall(r'"[^"]*"|\n|[-\d./e]+|\w+|.', data.decode())


# Mutants


def span(pieces: Pieces, at: int) -> int:
    """The end of what begins at a place: of an element its end, of anything else the next place."""
    piece = pieces[at]
    if not isinstance(piece, str) or not re.match(r"<\w[^>]*[^/]>|<\w>", piece):
        return at + 1
    deep = 0
    for place in range(at, len(pieces)):
        piece = pieces[place]
        deep += (piece.startswith("</") and -1) or (
            piece[:1] == "<" and piece[1:2].isalpha() and not piece.endswith("/>")
        )
        if not deep:
            return place + 1
    return at + 1


def mutant(kind: Kind, number: random.Random) -> tuple[Pieces, Callable[[Pieces], bytes]]:
    """The pieces of a hostile input, and what joins them."""
    pieces = changed(kind.cut(number.choice(kind.seeds)), kind, number)
    if number.randrange(8):
        return pieces, kind.join
    noisy = [bytes((byte,)) for byte in kind.join(pieces)]
    for _ in range(number.choice((1, 2, 10))):
        if noisy:
            noisy[number.randrange(len(noisy))] = bytes((number.choice((0, 1, 127, 128, 255, number.randrange(256))),))
    return noisy[: number.choice((len(noisy), number.randrange(len(noisy) + 1)))], b"".join


def changed(pieces: Pieces, kind: Kind, number: random.Random) -> Pieces:
    """The pieces with some left out, doubled, moved or put in."""
    for _ in range(number.choice((1, 1, 2, 3, 5, 8))):
        if not pieces:
            break
        at = number.randrange(len(pieces))
        end = span(pieces, at)
        match number.randrange(6):
            case 0:
                del pieces[at:end]
            case 1:
                pieces[at:at] = pieces[at:end] * number.choice((1, 1, 1, 2, 40))
            case 2:
                held = pieces[at:end]
                del pieces[at:end]
                to = number.randrange(len(pieces) + 1)
                pieces[to:to] = held
            case 3:
                pieces.insert(at, number.choice(kind.words))
            case 4:
                pieces[at:end] = [number.choice(kind.words)]
            case 5 if isinstance(pieces[at], str) and '"' in pieces[at] and pieces[at][0] == "<":
                value = number.choice((*NUMBERS, *TEXTS[4:])).replace('"', "")
                pieces[at] = re.sub(r'"[^"]*"', lambda _, value=value: f'"{value}"', pieces[at], count=1)
            case 5:
                values = [i for i, p in enumerate(pieces) if isinstance(p, str) and p[:1] != "<"] or [at]
                pieces[number.choice(values)] = number.choice(kind.words)
    return pieces


def fault_of(name: str, kind: Kind, data: bytes, seconds: float = SECONDS) -> Fault | None:
    """What the data break, if anything; after so many seconds they take too long."""

    def late(*_: object) -> None:
        raise TooLong(f"longer than {seconds} s")

    before = signal.signal(signal.SIGVTALRM, late)
    try:
        for door in kind.doors:
            signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    door(data)
            except (mi.MiThemeError, OSError):
                continue
            except (Exception, TooLong) as error:
                frames = [f for f in traceback.extract_tb(error.__traceback__) if "mi_theme/" in f.filename]
                at = frames[-1] if frames else None
                where = f"{at.filename.rpartition('mi_theme/')[2]}:{at.lineno}" if at else door.__name__
                return Fault(name, f"{type(error).__name__}: {error}"[:200], where, data)
            finally:
                signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    finally:
        signal.signal(signal.SIGVTALRM, before)
    return None


def smallest(name: str, kind: Kind, pieces: Pieces, join: Callable[[Pieces], bytes], fault: Fault) -> Fault:
    """The same fault with as few pieces as leaving out finds."""
    size, tries = max(len(pieces) // 2, 1), 0
    while size and tries < 400:
        at = 0
        while at < len(pieces) and tries < 400:
            fewer = pieces[:at] + pieces[at + size :]
            tries += 1
            found = fault_of(name, kind, join(fewer))
            if found and found.where == fault.where and found.words[:12] == fault.words[:12]:
                pieces, fault = fewer, found
            else:
                at += size
        size //= 2
    return fault


def faults(name: str, kind: Kind, numbers: Sequence[int], seen: set[str] | None = None) -> Iterator[Fault]:
    """What the mutants of these numbers break, each place once, by its smallest input."""
    seen = set() if seen is None else seen
    for number in numbers:
        pieces, join = mutant(kind, random.Random(f"{name} {number}"))
        fault = fault_of(name, kind, join(pieces))
        if fault and fault.where + fault.words[:12] not in seen:
            seen.add(fault.where + fault.words[:12])
            yield fault if fault.words.startswith("TooLong") else smallest(name, kind, pieces, join, fault)


def work(name: str, numbers: Sequence[int], place: str, seen: set[str], answers: Any) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    kind = kinds()[name]
    for number in numbers:
        (Path(place) / "now").write_text(str(number))
        for fault in faults(name, kind, [number], seen):
            answers.put(fault)


def hunt(count: int, seed: int, names: Sequence[str], place: Path) -> int:
    """Try so many mutants of each kind, in processes that can be stopped; the number of faults."""
    total, seen = 0, set[str]()
    for first in range(seed * 10**9, seed * 10**9 + count, CASES_AT_ONCE):
        for name in names:
            numbers = range(first, min(first + CASES_AT_ONCE, seed * 10**9 + count))
            answers: Any = multiprocessing.Queue()
            process = multiprocessing.Process(target=work, args=(name, numbers, str(place), seen, answers), daemon=True)
            process.start()
            found = []
            while process.is_alive() or not answers.empty():
                try:
                    found.append(answers.get(timeout=0.2))
                except Exception:
                    continue
            process.join()
            if process.exitcode:
                last = int((place / "now").read_text())
                pieces, join = mutant(kinds()[name], random.Random(f"{name} {last}"))
                found.append(Fault(name, f"the process ended with {process.exitcode}", f"number {last}", join(pieces)))
            for fault in found:
                seen.add(fault.where + fault.words[:12])
                total += 1
                path = place / f"{name}-{total}"
                path.write_bytes(fault.data)
                print(json.dumps([name, fault.words, fault.where, str(path)]), repr(fault.data[:300]), flush=True)
    return total


if __name__ == "__main__":
    count, seed, *chosen = [*sys.argv[1:], "1000", "1"][:2] if len(sys.argv) < 3 else sys.argv[1:]
    folder = Path(os.environ.get("FUZZ_FOLDER") or tempfile.mkdtemp(prefix="mi_theme-fuzz-"))
    folder.mkdir(parents=True, exist_ok=True)
    found = hunt(int(count), int(seed), chosen or list(kinds()), folder)
    print(f"{count} of each kind, seed {seed}: {found} faults" + f", in {folder}" * bool(found))
    sys.exit(found > 0)
