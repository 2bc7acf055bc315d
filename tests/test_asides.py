"""What notation says beside its notes: read, moved with them, written again, and listed where it cannot be."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from lxml import etree
from musicxml_making import measure, partwise, scale, tone
from schema import schema_errors

import mi_theme as mi
from mi_theme.files import FileWarning
from mi_theme.files.musicxml.documents import text_of_score
from mi_theme.files.musicxml.from_score import write
from mi_theme.score import Event, Score, Track
from mi_theme.score import messages as m
from mi_theme.score.asides import Aside, asides_of


def direction(inner: str, more: str = "") -> str:
    return f'<direction placement="below"><direction-type>{inner}</direction-type>{more}</direction>'


def beside(name: str, inner: str, **more: Any) -> str:
    return tone(name, 2, more=f"<notations>{inner}</notations>", **more)


def grace(name: str, before: str = "") -> str:
    pitch = f"<pitch><step>{name[0]}</step><octave>{name[1:]}</octave></pitch>"
    return f"<note><grace/>{before}{pitch}<voice>1</voice><type>16th</type></note>"


FIGURES = "<figured-bass><figure><figure-number>6</figure-number></figure><duration>4</duration></figured-bass>"
FRAME = (
    "<harmony><root><root-step>C</root-step></root><kind>major</kind><frame><frame-strings>6</frame-strings>"
    "<frame-frets>4</frame-frets><frame-note><string>1</string><fret>0</fret></frame-note></frame></harmony>"
)
SUNG = '<lyric number="1"><syllabic>single</syllabic><text>a</text><elision>‿</elision><syllabic>single</syllabic><text>o</text><extend/></lyric>'
RESTING = (
    "<note><rest/><duration>2</duration><voice>1</voice><type>quarter</type><notations><fermata/></notations></note>"
)
SWING = "<sound><swing><first>2</first><second>1</second></swing></sound>"
LEFT, RIGHT = ("<barline location=\"left\">{}</barline>", "<barline location=\"right\">{}</barline>")  # fmt: skip
BARS = [
    measure(
        1,
        direction("<dynamics><mf/></dynamics>") + direction("<words>dolce</words>")
        + direction('<wedge type="crescendo" number="1"/>')
        + beside("C5", '<slur type="start" number="1"/><articulations><staccato/></articulations>')
        + beside("D5", '<slur type="stop" number="1"/><ornaments><trill-mark/></ornaments>')
        + direction('<wedge type="stop" number="1"/>')
        + beside("E5", "<technical><fingering>3</fingering><string>2</string><fret>1</fret></technical>")
        + beside("F5", '<fermata type="upright"/><dynamics><fz/></dynamics>'),
        ("4", "4"),
        attributes="<clef><sign>G</sign><line>2</line></clef>",
    ),
    measure(
        2,
        LEFT.format('<bar-style>heavy-light</bar-style><repeat direction="forward"/>')
        + direction("<segno/>", '<sound segno="1"/>') + direction('<pedal type="start" line="yes"/>') + FIGURES
        + scale(0, 4) + direction('<pedal type="stop" line="yes"/>'),
    ),
    measure(
        3,
        LEFT.format('<ending number="1" type="start"/>') + direction('<octave-shift type="down" size="8"/>') + scale(2, 2)
        + "<attributes><clef><sign>F</sign><line>4</line></clef></attributes>" + scale(4, 2)
        + direction('<octave-shift type="stop" size="8"/>')
        + RIGHT.format('<bar-style>light-heavy</bar-style><ending number="1" type="stop"/><repeat direction="backward"/>'),
    ),
    measure(
        4,
        LEFT.format('<ending number="2" type="start"/>') + direction("<words>D.S. al Coda</words>", '<sound dalsegno="1"/>')
        + scale(1, 4) + RIGHT.format('<ending number="2" type="discontinue"/>'),
    ),
    measure(
        5,
        direction("<rehearsal>A</rehearsal>") + direction("<coda/>", '<sound coda="1"/>') + '<sound fine="yes"/>' + RESTING
        + beside("C5", '<ornaments><tremolo type="single">3</tremolo></ornaments>') + tone("C5", 2) + tone("D5", 2, more=SUNG),
    ),
    measure(
        6,
        direction("<words>Swing</words>", SWING) + FRAME + grace("B4") + scale(0, 3) + tone("D5", 2, "<cue/>")
        + tone("A5", 2)
        + RIGHT.format('<bar-style>light-heavy</bar-style><fermata type="upright"/>'),
    ),
]  # fmt: skip
KINDS = [
    "mf",
    "words",
    "wedge",
    "slur",
    "staccato",
    "trill-mark",
    "fingering",
    "string",
    "fret",
    "fermata",
    "fz",
    "clef",
    "repeat",
    "segno",
    "pedal",
    "figured-bass",
    "ending",
    "octave-shift",
    "sound",
    "rehearsal",
    "coda",
    "tremolo",
    "elision",
    "extend",
    "swing",
    "harmony",
    "frame",
    "grace",
    "cue",
    "bar-style",
]


def counted(data: bytes) -> Counter[str]:
    return Counter(element.tag for element in etree.fromstring(data).iter(*KINDS))


@pytest.mark.parametrize("target", ["4/4", "5/4", "3/4", "2/4", "7/8:2+2+3"])
def test_everything_beside_the_notes_is_written_again(target: str) -> None:
    data = partwise(BARS)
    score = mi.read(data)
    assert set(counted(data)) == set(KINDS)
    again = write(score if target == "4/4" else mi.convert(score, target, how="rebar" if target == "2/4" else None))
    kept, said = counted(again), counted(data)
    kept["tremolo"] = min(kept["tremolo"], 1)  # it stands over each piece of a tied note
    assert kept == said
    assert not schema_errors(again)
    assert asides_of(mi.read(again))  # and read again


def test_asides_go_through_a_midi_file() -> None:
    score = mi.read(partwise(BARS))
    again = mi.read(score.to_bytes())
    assert [one.aside for one in asides_of(again)] == [one.aside for one in asides_of(score)]
    assert counted(write(again)) == counted(partwise(BARS))
    assert again.is_notation


def test_what_is_said_stands_where_it_stood() -> None:
    text = write(mi.read(partwise(BARS))).decode()
    root = etree.fromstring(text.encode())
    bars = list(root.iter("measure"))
    assert [wedge.get("type") for wedge in bars[0].iter("wedge")] == ["crescendo", "stop"]
    order = [element.tag for element in bars[0].iterchildren("note", "direction")]
    assert order[-3:] == ["direction", "note", "note"]  # the hairpin ends before the third note
    assert bars[2].find("barline").get("location") == "left"
    assert [element.tag for element in bars[2]][-1] == "barline"
    assert bars[4].find("note/notations/fermata") is not None
    assert bars[4].find("note/rest") is not None
    assert root.find(".//words").getparent().getparent().get("placement") == "below"


def test_endings_stand_inside_a_bar_where_two_bars_become_one() -> None:
    bars = [measure(k + 1, scale(k, 4, 1), *([("2", "4")] if k == 0 else [])) for k in range(6)]
    first = (
        LEFT.format('<ending number="1" type="start"/>'),
        RIGHT.format('<ending number="1" type="stop"/><repeat direction="backward"/>'),
    )
    second = LEFT.format('<ending number="2" type="start"/>'), RIGHT.format('<ending number="2" type="stop"/>')
    for index, (left, right) in ((2, first), (3, second)):
        bars[index] = bars[index].replace("<note>", f"{left}<note>", 1).replace("</measure>", f"{right}</measure>")
    data = partwise(bars)
    again = write(mi.convert(mi.read(data), "4/4", ratio=Fraction(1, 2)))
    root = etree.fromstring(again)
    assert [bar.get("number") for bar in root.iter("measure")] == ["1", "2", "X2", "3"]
    assert [(e.get("number"), e.get("type")) for e in root.iter("ending")] == [
        ("1", "start"),
        ("1", "stop"),
        ("2", "start"),
        ("2", "stop"),
    ]
    assert not schema_errors(again)
    score = mi.read(again)
    assert [str(bar.meter) for bar in score.bars()] == ["4/4"] * 3  # one bar that a repeat sign divides
    np.testing.assert_allclose(score.note_table()["onset"], mi.read(data).note_table()["onset"])


def test_what_goes_with_a_note_that_is_left_out_is_listed() -> None:
    marked = [
        measure(k + 1, "".join(beside(name, "<articulations><accent/></articulations>") for name in ("C5", "D5", "E5", "F5")), *([("4", "4")] if k == 0 else []))
        for k in range(4)
    ]  # fmt: skip
    score = mi.read(partwise(marked))
    plan = mi.plan(score, meter="3/4", how="cut")
    assert plan.dropped
    with pytest.warns(FileWarning, match=f"left out with their notes: {len(plan.dropped)} accent"):
        made = plan.apply(score)
    assert counted(write(made))["accent"] == 0
    assert len(asides_of(made)) == len(made.note_table())


def test_a_slur_whose_last_note_is_left_out_ends_at_the_note_before() -> None:
    bars = [
        measure(
            k + 1,
            beside("C5", '<slur type="start" number="1"/>')
            + scale(1, 2)
            + beside("F5", '<slur type="stop" number="1"/>'),
            *([("4", "4")] if k == 0 else []),
        )
        for k in range(4)
    ]
    score = mi.read(partwise(bars))
    made = mi.plan(score, meter="3/4", how="cut").apply(score)
    assert all(one.note >= 0 for one in asides_of(made))
    slurs = [(one.aside.said, float(Fraction(one.tick, made.ticks_per_quarter)) % 3) for one in asides_of(made)]
    assert slurs == [('<slur type="start" number="1"/>', 0.0), ('<slur type="stop" number="1"/>', 2.0)] * 4


def test_transposing_instruments_are_written_for_their_players() -> None:
    clarinet = "<key><fifths>2</fifths></key>|<transpose><diatonic>-1</diatonic><chromatic>-2</chromatic></transpose>"
    key, transpose = clarinet.split("|")
    bars = [measure(1, scale(0, 4), ("4", "4")), measure(2, scale(1, 4))]
    bars[0] = bars[0].replace("<time>", f"{key}<time>").replace("</attributes>", f"{transpose}</attributes>")
    data = partwise(bars)
    score = mi.read(data)
    assert score.note_table()["pitch"][0] == 70
    again = write(score)
    assert [p.findtext("step") for p in etree.fromstring(again).iter("pitch")][:4] == ["C", "D", "E", "F"]
    assert etree.fromstring(again).findtext(".//key/fifths") == "2"
    assert (mi.read(again).note_table() == score.note_table()).all()
    assert not schema_errors(again)


def test_pitches_between_keys_are_written_as_they_were() -> None:
    strange = "<key><key-step>B</key-step><key-alter>-0.5</key-alter></key>"
    high = tone("C5", 2, alter="0.5").replace("</type>", "</type><accidental>quarter-sharp</accidental>")
    data = partwise(
        [measure(1, high + scale(1, 3), ("4", "4")).replace("<time>", f"{strange}<time>"), measure(2, scale(0, 4))]
    )
    with pytest.warns(FileWarning, match="1 notes"):
        score = mi.read(data)
    for made in (score, mi.convert(score, "5/4")):
        root = etree.fromstring(write(made))
        assert root.findtext(".//alter") == "0.5"
        assert root.findtext(".//accidental") == "quarter-sharp"
        assert root.findtext(".//key-alter") == "-0.5"
        assert not schema_errors(write(made))


# Grace notes


def test_grace_notes_sound_one_after_another_and_are_written_so() -> None:
    first = (
        grace("D5") + grace("E5") + tone("C5", 2) + scale(1, 2) + grace("A4") + grace("C4", "<chord/>") + grace("B4")
    )
    second = "".join(grace(name) for name in ("A4", "B4", "C5", "D5", "E5", "F5", "G5"))
    bars = [
        measure(1, first + tone("D5", 2), ("4", "4")),
        measure(2, scale(0, 3) + second + tone("A5", 2) + grace("B4")),
    ]
    score = mi.read(partwise(bars))
    table = score.note_table()
    starts = {pitch: table["onset"][table["pitch"] == pitch].tolist() for pitch in (69, 60, 71)}
    assert starts == {69: [2.75, 6.5], 60: [2.75], 71: pytest.approx([2.875, 6.5 + 1 / 14, 7.875])}
    assert table["onset"][table["pitch"] == 62].size == 0

    def shapes(data: bytes) -> list[tuple[bool, bool, str | None]]:
        notes = etree.fromstring(data).iter("note")
        return [(n.find("grace") is not None, n.find("chord") is not None, n.findtext("pitch/step")) for n in notes]

    for again in (score, mi.read(score.to_bytes()), mi.convert(score, "5/4")):
        assert shapes(write(again)) == shapes(partwise(bars))


# Values


@pytest.mark.parametrize(
    "aside",
    [Aside("note", "<fermata/>", 60), Aside("place", "<direction><a/></direction>"), Aside("until", "<x/>"), Aside("left", "<b/>")],
)  # fmt: skip
def test_an_aside_is_read_from_its_message(aside: Aside) -> None:
    assert Aside.of(aside.message[2:]) == aside


@pytest.mark.parametrize(
    "data", [b"", b"}", b"}note", b"}note x <a/>", b"}nowhere <a/>", b"x place <a/>", b"}place no element"]
)
def test_nothing_else_is_an_aside(data: bytes) -> None:
    assert Aside.of(data) is None


WILD = (
    Aside("place", "<direction>"), Aside("note", "<&>", 60), Aside("note", "<slur/>", 99),
    Aside("left", "<barline/>"), Aside("rest", "<fermata/>"),
)  # fmt: skip
WILDER = (
    "<transpose><chromatic>x</chromatic></transpose>", "<note><cue/><duration>1/0</duration></note>",
    "<harmony><root><root-step>A</root-step><root-alter>x</root-alter></root></harmony>", '<sound tempo="x"/>',
)  # fmt: skip


def with_asides(*asides: Aside) -> Score:
    score = Score.from_notes([0, 1, 2, 3], 1, 60)
    return Score(
        score.ticks_per_quarter,
        (score.tracks[0], score.tracks[1].with_events(Event(0, aside.message) for aside in asides)),
    )


def test_asides_that_are_no_music_do_no_harm() -> None:
    with pytest.warns(FileWarning, match="3 signs"):
        data = write(with_asides(*WILD))
    assert len(mi.read(data).note_table()) == 4
    for said in WILDER:
        assert write(mi.convert(with_asides(Aside("place", said)), "5/4"))


def test_a_file_without_a_tempo_gets_none() -> None:
    bars = [measure(1, scale(0, 4), ("4", "4")), measure(2, scale(1, 4))]
    score = mi.read(partwise(bars))
    assert not any(track.metas(m.TEMPO) for track in score.tracks)
    assert b"tempo" not in write(score)
    assert score.tempos.per_minute(0) == 120


REAL = ("schumann_robert/opus48no2", "schoenberg/opus19/movement2", "haydn/opus74no1/movement3", "bach/bwv66.6")


@pytest.mark.parametrize("name", REAL)
def test_real_music_keeps_what_stands_beside_its_notes(name: str) -> None:
    from music21 import corpus

    data = text_of_score(Path(corpus.getWork(name)).read_bytes(), name)
    again = write(mi.read(data))
    tags = ("slur", "wedge", "dynamics", "words", "fermata", "staccato", "accent", "trill-mark", "grace", "cue", "repeat", "pedal", "arpeggiate")  # fmt: skip
    said, kept = (Counter(element.tag for element in etree.fromstring(text).iter(*tags)) for text in (data, again))
    assert kept == said
    assert said or name.startswith("bach")


def test_tracks_without_asides_have_none() -> None:
    assert asides_of(Score(480, (Track.sorted([]),))) == ()


def test_the_heading_and_the_list_of_parts_are_kept() -> None:
    head = (
        "<work><work-number>op. 48</work-number><work-title>Songs</work-title></work><movement-number>2</movement-number>"
        '<movement-title>Air</movement-title><identification><creator type="composer">A</creator><creator type="lyricist">B</creator>'
        "<rights>C</rights><source>D</source><miscellaneous><miscellaneous-field name='e'>F</miscellaneous-field></miscellaneous>"
        '</identification><credit page="1"><credit-words default-x="10">Air</credit-words></credit>'
    )
    bars = [measure(1, scale(0, 4), ("4", "4")), measure(2, scale(1, 4))]
    group = '<part-group number="1" type="start"><group-symbol>bracket</group-symbol></part-group>'
    data = partwise(bars, bars, listed="<part-abbreviation>P.</part-abbreviation>", head=head).decode()
    data = data.replace("<part-list>", f"<part-list>{group}").replace(
        "</part-list>", '<part-group number="1" type="stop"/></part-list>'
    )
    for score in (
        mi.read(data.encode()),
        mi.convert(mi.read(data.encode()), "5/4"),
        mi.read(mi.read(data.encode()).to_bytes()),
    ):
        again = write(score)
        assert not schema_errors(again)
        root = etree.fromstring(again)
        said = {tag: root.findtext(f".//{tag}") for tag in ("work-number", "work-title", "movement-number", "movement-title", "source", "miscellaneous-field", "credit-words", "group-symbol", "part-abbreviation")}  # fmt: skip
        assert list(said.values()) == ["op. 48", "Songs", "2", "Air", "D", "F", "Air", "bracket", "P."]
        assert [(c.get("type"), c.text) for c in root.iter("creator")] == [("composer", "A"), ("lyricist", "B")]
        assert [element.tag for element in root.find("part-list")] == [
            "part-group",
            "score-part",
            "score-part",
            "part-group",
        ]
        assert root.find(".//credit-words").get("default-x") is None


def test_each_part_keeps_its_own_keys() -> None:
    def part(*fifths: int | None) -> list[str]:
        keys = ["" if said is None else f"<key><fifths>{said}</fifths></key>" for said in fifths]
        return [measure(i, scale(0, 4), *[("4", "4")][: i == 1], attributes=key) for i, key in enumerate(keys, 1)]

    score = mi.read(partwise(part(2, None, -1), part(0, None, None), part(2, None, -1), part(None, 3, None)))
    for done in (score, mi.convert(score, meter="3/4")):
        written = etree.fromstring(write(done))
        found = [[int(said.text) for said in part.iter("fifths")] for part in written.iter("part")]
        assert found == [[2, -1], [0, 0], [2, -1], [2, 3, 3]]  # said again where the first part has another
    again = mi.read(write(score))
    assert write(again) == write(score)
