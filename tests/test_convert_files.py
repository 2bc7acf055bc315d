"""Conversion from file to file: notation in place, the command line, folders, and whatever is wrong with the input."""

from __future__ import annotations

import json
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from real_music import (
    check_bars,
    check_midi,
    check_notation,
    check_partitura,
    check_readers,
    chorales,
    others,
    pieces,
    table,
)
from schema import schema_errors

import mi_theme as mi
from mi_theme.cli import main
from mi_theme.files import FileWarning, read, read_stream
from mi_theme.files.notation.from_stream import score_of_stream
from mi_theme.files.notation.to_stream import musicxml, stream_of_score
from mi_theme.score import Event, Track
from mi_theme.score import messages as m

music21 = pytest.importorskip("music21")
TARGETS = ("5/4:3+3+2+2", "3/4", "7/8", "6/8")
ABC = "X:1\nT:Tune\nM:3/4\nL:1/4\nK:G\nw: \nG A B | c2 B | A>G F | G3 |]\n"
KERN = "**kern\n*M4/4\n=1\n4c\n4d\n4e\n4f\n=2\n1g\n==\n*-\n"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


@pytest.fixture(scope="module")
def midi_file(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("music") / "theme.mid"
    mi.theme().to_score().save(path)
    return str(path)


@pytest.fixture(scope="module")
def tune() -> object:
    """A stream with words, a slur, an articulation, dynamics, a chord symbol, a repeat and a part name."""
    from music21 import articulations, bar, dynamics, harmony, meter, note, spanner, stream

    part = stream.Part()
    notes = [
        note.Note(name, quarterLength=length)
        for name, length in (("G4", 1), ("A-4", 1), ("B-4", 1), ("C5", 2), ("D5", 1), ("E-5", 3))
    ]
    notes[0].lyric = "la"
    notes[1].articulations.append(articulations.Staccato())
    part.append(meter.TimeSignature("3/4"))
    for element in notes:
        part.append(element)
    part.insert(0, dynamics.Dynamic("mf"))
    part.insert(3, harmony.ChordSymbol("Cm"))
    part.insert(0, spanner.Slur([notes[3], notes[5]]))
    made = part.makeMeasures()
    made.partName = "Flauto"
    list(made.getElementsByClass("Measure"))[1].rightBarline = bar.Repeat("end")
    score = stream.Score()
    score.insert(0, made)
    return score


@pytest.mark.parametrize("to", TARGETS)
def test_chorales_and_other_music(to: str, tmp_path: Path) -> None:
    for number, (path, score) in enumerate(pieces(chorales(3) + others(3))):
        made = check_midi(score, to)
        check_readers(made)
        check_midi(made, str(score.meters.changes[-1][1]))
        if number < 1:
            check_partitura(score, made, tmp_path / "made.mid")
            assert not schema_errors(check_notation(path, to))


@pytest.mark.parametrize(
    ("work", "to"),
    [
        ("schubert/Lindenbaum", "5/4"),  # triplets rounded by a program that counts 256 in a quarter
        ("schumann_clara/polonaise_op1n1", "5/4"),  # two staves, notes added to a voice that sounds already
        ("mozart/k156/movement1", "7/8"),  # grace notes after rests
        ("chopin/mazurka06-2", "5/4"),  # octaves in the bass; voices that music21 names anew in every run
        ("joplin/maple_leaf_rag", "3/4"),
    ],
)
def test_works_that_once_went_wrong(work: str, to: str) -> None:
    """The first bars of each, as notation."""
    stream = music21.corpus.parse(work).measures(0, 24)
    plan = mi.plan(stream, to)
    added = [(change.part, change.bar, change.at, change.pitch) for change in plan.added]
    assert len(added) == len(set(added)), "no note is added twice"
    made = plan.apply(stream)
    check_bars(made)
    assert not schema_errors(musicxml(made))
    assert table(score_of_stream(made)) == table(plan.apply(score_of_stream(stream)))


@pytest.mark.parametrize(
    ("to", "options"),
    [("6/8", {}), ("5/4", {}), ("5/4", {"keep": "bar"}), ("6/8", {"bars": (2, 4)}), ("12/8", {"how": "long-short"})],
)
def test_notation_has_the_tempo_of_the_events(to: str, options: dict[str, object]) -> None:
    """After a pick-up, too, and where only some bars go; each tempo is said once."""
    chorale = music21.corpus.parse("bach/bwv66.6")
    plan = mi.plan(chorale, to, **options)
    made, events = plan.apply(chorale), plan.apply(score_of_stream(chorale))
    for score in (score_of_stream(made), read(musicxml(made))):
        for bar in events.bars():
            assert score.tempos.per_minute(bar.start) == pytest.approx(events.tempos.per_minute(bar.start), rel=1e-4)
    marks = [mark.getOffsetInHierarchy(made) for mark in made.recurse().getElementsByClass("MetronomeMark")]
    assert len(marks) == len(set(marks))
    assert chorale.recurse().getElementsByClass("MetronomeMark")[0].getQuarterBPM() == 96, "the source is untouched"


def test_a_pick_up_is_as_short_in_the_file() -> None:
    """No hidden rests fill it, and it is not counted; nor does the last bar, which it completes, grow."""
    chorale = music21.corpus.parse("bach/bwv66.6")
    data = musicxml(mi.convert(chorale, "5/4"))
    bars = list(read(data).bars())
    assert [(bar.number, bar.length) for bar in bars[:2]] == [(0, 1), (1, 5)]
    assert b'<measure implicit="yes" number="0"' in data
    assert b'print-object="no"' not in data


def test_the_number_of_a_metronome_mark_stays_where_the_beat_has_another_value() -> None:
    from music21 import converter, duration, tempo

    jig = converter.parse("tinynotation: 6/8 c8 d e f g a b4. a4. g2.")
    jig.recurse().getElementsByClass("Measure")[0].insert(
        0, tempo.MetronomeMark("Allegro", number=100, referent=duration.Duration(1.5))
    )
    (mark,) = mi.convert(jig, "2/4").recurse().getElementsByClass("MetronomeMark")
    assert (mark.number, mark.referent.quarterLength, mark.text) == (100, 1, "Allegro")


@pytest.mark.parametrize(("to", "groups"), [("5/4", [3, 3, 2, 2]), ("5/4:2+2+3+3", [2, 2, 3, 3])])
def test_notes_are_beamed_by_the_groups_that_the_map_makes(to: str, groups: list[int]) -> None:
    from music21 import converter

    jig = converter.parse("tinynotation: 6/8 c8 d e f g a b a g f e d")
    made = mi.convert(jig, to, how="regroup", ratio=0.5)
    beams: list[int] = []
    for note in made.recurse().getElementsByClass("Measure")[0].notes:
        if note.beams.getTypeByNumber(1) in ("start", None):
            beams.append(0)
        beams[-1] += int(2 * note.quarterLength * 2)
    assert beams == [2 * group for group in groups]


def test_a_triplet_over_two_beats_has_no_tie_inside() -> None:
    """Three quarters in the time of two, and not five notes."""
    from music21 import converter

    tune = converter.parse("tinynotation: 3/4 trip{c8 d e} f4 g4 c2.")
    made = mi.convert(tune, "5/4", how="4+4+2")
    first = list(made.recurse().getElementsByClass("Measure")[0].notes)
    assert [note.name for note in first[:3]] == ["C", "D", "E"]
    assert all(note.tie is None and note.duration.type == "quarter" for note in first[:3])


def test_four_bars_of_three_eight_fill_five_four() -> None:
    """More beats than pulses: then the bars are the groups, and no note is left out."""
    song = mi.Score.from_notes([at / 2 for at in range(24)], [0.5] * 24, [60 + at % 5 for at in range(24)], meter="3/8")
    plan = mi.plan(song, "5/4")
    assert (plan.how, str(plan.ratio), plan.dropped) == ("ease", "1/4", ())
    made = plan.apply(song).notes()["onset"][:12].tolist()
    assert made[::3] == [0, 1.5, 3, 4]


@pytest.mark.slow
@pytest.mark.parametrize("to", TARGETS)
@pytest.mark.parametrize("shelf", range(25))
def test_all_chorales_and_other_music(to: str, shelf: int, tmp_path: Path) -> None:
    mine = (chorales(300) + others(200))[shelf::25]
    for number, (path, score) in enumerate(pieces(mine)):
        made = check_midi(score, to)
        check_readers(made)
        check_midi(made, str(mi.plan(score, to).source))
        if number % 5 == 0:
            assert not schema_errors(check_notation(path, to))


def test_notation_keeps_what_it_carries(tune: object) -> None:
    made = mi.convert(tune, "4/4")
    notes = list(made.recurse().notes)
    assert notes[0].lyric == "la"
    assert any(type(a).__name__ == "Staccato" for n in notes for a in n.articulations)
    assert [d.value for d in made.recurse().getElementsByClass("Dynamic")] == ["mf"]
    assert [c.figure for c in made.recurse().getElementsByClass("ChordSymbol")] == ["Cm"]
    assert made.parts[0].partName == "Flauto"
    slur = made.recurse().getElementsByClass("Slur")[0]
    assert (slur.getFirst().name, slur.getLast().name) == ("C", "E-")
    assert [n.name for n in notes if not n.isChord][1] == "A-"
    measures = list(made.parts[0].getElementsByClass("Measure"))
    assert [float(measure.offset) for measure in measures] == [0, 4, 8]
    assert type(measures[1].rightBarline).__name__ == "Repeat"
    assert tune.recurse().getElementsByClass("TimeSignature")[0].ratioString == "3/4", "the source is untouched"  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def band() -> object:
    """A stream of a tune, an Alberti bass and a kit: hats in eighths, kick and snare by turns."""
    from music21 import meter, note, percussion, stream

    tune, left, kit = (stream.Part([meter.TimeSignature("4/4")], id=name) for name in ("Melody", "Left hand", "Kit"))
    for _ in range(3):
        for name in ("C5", "E5", "G5", "C6"):
            tune.append(note.Note(name, quarterLength=1))
            for tone in ("C3", "G3", "E3", "G3"):
                left.append(note.Note(tone, quarterLength=0.25))
        for at in range(8):
            places = ["G5", *["F4"] * (at in (0, 4)), *["C5"] * (at in (2, 6))]
            drums = [note.Unpitched(displayName=place) for place in places]
            stroke = drums[0] if len(drums) == 1 else percussion.PercussionChord(drums)
            stroke.quarterLength = 0.5
            kit.append(stroke)
    return stream.Score([part.makeMeasures() for part in (tune, left, kit)])


@pytest.mark.parametrize("to", ["5/4:3+3+2+2", "3/4", "7/8:2+2+3", "6/8"])
@pytest.mark.parametrize(
    "options", [{}, {"drums": "pattern"}, {"drums": "mute"}, {"drums": "keep", "accompaniment": "keep"}]
)
def test_notation_and_events_are_of_one_mind(band: object, to: str, options: dict[str, str]) -> None:
    score = score_of_stream(band)
    plan = mi.plan(band, to, **options)
    assert str(plan) == str(mi.plan(score, to, **options))
    made = plan.apply(band)
    assert table(score_of_stream(made)) == table(plan.apply(score))
    assert table(read(musicxml(made))) == table(plan.apply(score))


def test_drums_in_notation_are_made_anew(band: object) -> None:
    made = score_of_stream(mi.convert(band, "5/4:3+3+2+2"))
    kit = made.notes(2)
    assert kit[kit["pitch"] == 42]["onset"].tolist() == [at / 2 for at in range(30)]
    assert kit[kit["pitch"] == 36]["onset"].tolist()[:3] == [0, 3, 5]
    assert kit[kit["pitch"] == 38]["onset"].tolist()[:3] == [1.5, 4, 6.5]


@pytest.mark.parametrize("to", ["4/4", "5/4:3+3+2+2", "7/8:2+2+3", "6/8", "2/4"])
def test_musicxml_is_valid_plain_and_the_same_each_time(tune: object, to: str) -> None:
    data = musicxml(mi.convert(tune, to))
    assert data == musicxml(mi.convert(tune, to))
    assert not schema_errors(data)
    plain = mi.Meter(to).plain
    assert f"<beats>{plain.numerator}</beats>".encode() in data
    assert b"+" not in data[data.index(b"<beats>") : data.index(b"</beats>")]


def test_a_tempo_that_no_symbol_can_write() -> None:
    from music21 import duration, note, stream, tempo

    part = stream.Part(
        [tempo.MetronomeMark(number=10, referent=duration.Duration(5)), note.Note("C4", quarterLength=4)]
    )
    data = musicxml(stream.Score([part]))
    assert b"<per-minute>50" in data
    assert not schema_errors(data)


def test_bars_are_beamed_by_their_groups_and_the_middle_is_seen() -> None:
    eighths = mi.Score.from_notes([i / 2 for i in range(10)], 0.5, 60, meter="5/4:3+3+2+2")
    beams = [[b.type for b in n.beams.beamsList] for n in stream_of_score(eighths).recurse().notes]
    assert [b[0] for b in beams] == [
        "start",
        "continue",
        "stop",
        "start",
        "continue",
        "stop",
        "start",
        "stop",
        "start",
        "stop",
    ]
    tresillo = mi.convert(mi.theme().to_score(), "4/4", part="Ostinato")
    first = stream_of_score(tresillo).parts[0].getElementsByClass("Measure")[0].notes
    assert [(float(n.offset), float(n.quarterLength)) for n in first] == [
        (0, 1.5),
        (1.5, 0.5),
        (2, 1),
        (3, 0.5),
        (3.5, 0.5),
    ]
    six = mi.Score.from_notes([0, 0.5, 1, 1.5, 2, 2.5], 0.5, 60, meter="6/8")
    assert [n.beams.beamsList[0].type for n in stream_of_score(six).recurse().notes] == [
        "start",
        "continue",
        "stop",
    ] * 2


@pytest.mark.parametrize(("text", "ending"), [(ABC, ".abc"), (KERN, ".krn")])
def test_other_notations_are_read(text: str, ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"tune{ending}"
    path.write_text(text, "utf-8")
    score = mi.read(path)
    assert len(score.spans) >= 5
    assert len(mi.convert(score, "5/4").spans) == len(score.spans)
    assert len(mi.read(text.encode()).spans) == len(score.spans)


def test_compressed_musicxml(tune: object, tmp_path: Path) -> None:
    from mi_theme.files import save_stream

    save_stream(tune, tmp_path / "tune.mxl")
    save_stream(tune, tmp_path / "tune.musicxml")
    packed, plain = mi.read(tmp_path / "tune.mxl"), mi.read(tmp_path / "tune.musicxml")
    assert packed.note_table().tolist() == plain.note_table().tolist()
    assert (tmp_path / "tune.mxl").read_bytes()[:2] == b"PK"
    assert len(read_stream(tmp_path / "tune.mxl").parts) == 1


def test_the_command_line_converts_and_explains(midi_file: str, tmp_path: Path) -> None:
    out = tmp_path / "out.mid"
    result = run("convert", midi_file, "--to", "4/4", "-o", str(out), "--explain")
    assert result.exit_code == 0, result.output
    assert "TRIM THE TAIL" in result.output
    assert read(out).meters.changes[0][1] == mi.Meter("4/4")
    shown = run("convert", midi_file, "--to", "4/4")
    assert "3+3+1+1" in shown.output
    piped = run("convert", midi_file, "--to", "4/4", "-o", "-")
    assert piped.stdout_bytes == out.read_bytes()


def test_plans_go_through_files(midi_file: str, tmp_path: Path) -> None:
    saved = tmp_path / "plan.json"
    saved.write_text(run("convert", midi_file, "--to", "4/4", "--how", "square", "--json").stdout, "utf-8")
    assert json.loads(saved.read_text("utf-8"))["how"] == "square"
    out = tmp_path / "out.mid"
    result = run("convert", midi_file, "--plan", str(saved), "-o", str(out))
    assert result.exit_code == 0
    assert out.read_bytes() == mi.convert(mi.read(midi_file), "4/4", how="square").to_bytes()


def test_notation_out_of_the_command_line(midi_file: str, tmp_path: Path) -> None:
    source = tmp_path / "tune.abc"
    source.write_text(ABC, "utf-8")
    for name in ("a.musicxml", "a.mxl", "a.mid"):
        result = run("convert", str(source), "--to", "4/4", "-o", str(tmp_path / name))
        assert result.exit_code == 0, result.output
        assert len(read(tmp_path / name).spans) == 9
    assert run("convert", midi_file, "--to", "7/8", "-o", str(tmp_path / "b.musicxml")).exit_code == 0
    assert not schema_errors((tmp_path / "b.musicxml").read_bytes())


def test_a_folder_is_converted_and_a_failing_file_passed_over(midi_file: str, tmp_path: Path) -> None:
    folder, out = tmp_path / "in", tmp_path / "out"
    (folder / "more").mkdir(parents=True)
    (folder / "a.mid").write_bytes(Path(midi_file).read_bytes())
    (folder / "more" / "b.abc").write_text(ABC, "utf-8")
    (folder / "broken.mid").write_bytes(Path(midi_file).read_bytes()[:60])
    result = run("convert", str(folder), "--to", "4/4", "-o", str(out))
    assert result.exit_code == 1
    assert "2 of 3 files converted" in result.stderr
    assert "broken.mid" in result.stderr
    assert sorted(path.name for path in out.rglob("*") if path.is_file()) == ["a.mid", "b.musicxml"]


def test_compare_on_the_command_line(midi_file: str) -> None:
    result = run("compare", midi_file, "--to", "4/4")
    assert "sounds the same" in result.output
    rows = {row["strategy"]: row for row in json.loads(run("compare", midi_file, "--to", "4/4", "--json").stdout)}
    assert rows["cut"]["dropped"] > 0
    assert rows["rest"]["cost"] is None


def refused(*arguments: str) -> str:
    result = run(*arguments)
    assert result.exit_code in (1, 2), result.output
    assert "Traceback" not in result.output
    assert not isinstance(result.exception, Exception) or isinstance(result.exception, SystemExit)
    return result.stderr


def plan_of(midi_file: str, folder: Path) -> Path:
    path = folder / "plan.json"
    path.write_text(run("convert", midi_file, "--to", "4/4", "--json").stdout, "utf-8")
    return path


def test_bad_wishes_get_one_line(midi_file: str, tmp_path: Path) -> None:
    assert "5/4" in refused("convert", midi_file, "--to", "5:4")
    assert "did you mean 'regroup'" in refused("convert", midi_file, "--to", "4/4", "--how", "regruop")
    assert "not longer" in refused("convert", midi_file, "--to", "4/4", "--how", "rest")
    assert "no bars 90" in refused("convert", midi_file, "--to", "4/4", "--bars", "90-99")
    assert "there are: Ostinato" in refused("convert", midi_file, "--to", "4/4", "--lead", "Tuba")
    assert "1/4, 1/2, 1, 2 or 4" in refused("convert", midi_file, "--to", "4/4", "--ratio", "3")
    assert "4/4, or --plan FILE" in refused("convert", midi_file)
    assert "is for 4/4, not 3/4" in refused(
        "convert", midi_file, "--to", "3/4", "--plan", str(plan_of(midi_file, tmp_path))
    )
    assert "no plan" in refused("convert", midi_file, "--to", "4/4", "--plan", midi_file, "-o", "x.mid")


@pytest.mark.parametrize("text", ["{}", "[]", "null", '{"format": 1}', "[" * 5000, "{" * 10])
def test_what_is_no_plan_is_refused(text: str) -> None:
    from mi_theme.conversion.scoreplan import ScorePlan

    with pytest.raises(mi.MiThemeError, match="no plan"):
        ScorePlan.from_json(text)


def test_a_plan_of_another_piece_is_refused() -> None:
    theme = mi.theme()
    plan = mi.plan(theme.to_score(repeats=4), "4/4")
    with pytest.raises(mi.MiThemeError, match="make a plan of this score"):
        plan.apply(theme.to_score(repeats=1))


def bomb() -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("score.xml", b"<score-partwise>" + b" " * (65 * 2**20))
    return buffer.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        b"", b"   ", b"MThd", b"PK\x03\x04 no zip", b"<?xml version='1.0'?><score-partwise>", b"<html></html>", b"X:1\nK:C\n",
        b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]><score-partwise>&b;</score-partwise>", bomb(), b"**kern\n*-\n", b"\x00" * 100,
    ],
    ids=["empty", "blank", "header", "no zip", "cut", "html", "no notes", "entities", "bomb", "no spines", "zeros"],
)  # fmt: skip
def test_hostile_files_are_refused(data: bytes) -> None:
    with pytest.raises(mi.MiThemeError):
        read(data)


def test_hostile_scores_are_converted_or_refused() -> None:
    signature = Event(0, m.time_signature(mi.Meter("1/64")))
    far = Event(2**27, m.note_on(0, 60, 1))
    with pytest.raises(mi.MiThemeError, match=r"more than 1000000 bars|that is damage"):
        mi.plan(mi.Score(1, (Track.sorted([signature, far]),)), "4/4")
    empty = mi.Score(480, (Track.sorted([Event(0, m.time_signature(mi.Meter("4/4")))]),))
    with pytest.raises(mi.MiThemeError, match="nothing to convert"):
        mi.plan(empty, "5/4")
    with pytest.raises(FileNotFoundError):
        mi.plan("no song.mid", "4/4")
    hanging = mi.Score(
        7,
        (
            Track.sorted(
                [
                    Event(0, m.time_signature(mi.Meter("5/4"))),
                    Event(3, m.note_on(0, 60, 9)),
                    Event(99, m.note_off(0, 61)),
                ]
            ),
        ),
    )
    assert len(mi.convert(hanging, "4/4").spans) == 1


def test_a_file_without_signature_is_read_in_the_metre_that_is_heard(tmp_path: Path) -> None:
    theme = mi.theme().to_score(repeats=4)
    bare = [
        Track.of(
            e for e in track if e.message[:2] != m.time_signature(mi.Meter("4/4"))[:2] and b"meter" not in e.message
        )
        for track in theme.tracks
    ]
    path = tmp_path / "bare.mid"
    mi.Score(theme.ticks_per_quarter, tuple(bare)).save(path)
    plan = mi.plan(mi.read(path), "4/4", part="Ostinato")
    assert plan.source == mi.Meter("5/4:3+3+2+2")
    assert "inferred (the bar with certainty" in str(plan)
    made = plan.apply(mi.read(path))
    assert made.meters.changes[0][1] == mi.Meter("4/4")
    assert mi.plan(mi.read(path), "4/4", source="5/4", part="Ostinato").source == mi.Meter("5/4")
    few = mi.Score(480, (Track.sorted([Event(0, m.note_on(0, 60, 80)), Event(480, m.note_off(0, 60))]),))
    with pytest.warns(FileWarning, match=r"read in 4/4, as MIDI has it"):
        plan = mi.plan(few, "5/4")
    assert plan.source == mi.Meter("4/4")
    assert "read in 4/4, as MIDI has it" in str(plan)
    waltz = [track for bar in range(3) for track in ((3 * bar, 48), (3 * bar + 1, 60), (3 * bar + 2, 60))]
    events = [
        (at * 480 + off, m.note_off(0, key) if off else m.note_on(0, key, 80)) for at, key in waltz for off in (0, 470)
    ]
    unsure = mi.Score(480, (Track.sorted(Event(tick, message) for tick, message in events),))
    with pytest.raises(mi.MiThemeError, match=r"states no metre, which may be 3/4 .*--from 4/4"):
        mi.plan(unsure, "5/4")


@pytest.mark.tool("musescore3")
def test_musescore_opens_the_results(tune: object, tmp_path: Path) -> None:
    import shutil
    import subprocess

    program = shutil.which("musescore3") or shutil.which("mscore3") or ""
    for to in ("5/4:3+3+2+2", "4/4"):
        path = tmp_path / "made.musicxml"
        path.write_bytes(musicxml(mi.convert(tune, to)))
        result = subprocess.run([program, "-o", str(tmp_path / "back.mid"), str(path)], capture_output=True)
        assert result.returncode == 0
        assert b"rror" not in result.stderr.replace(b"no error", b"")
        assert len(read(tmp_path / "back.mid").spans) >= 6


def test_a_rest_too_many_moves_no_other_part() -> None:
    from music21 import note, stream

    def part(over: int) -> object:
        bars = [stream.Measure(number=n) for n in (1, 2, 3)]
        for bar, name in zip(bars, "CDE", strict=True):
            bar.append(note.Note(f"{name}4", quarterLength=4))
        bars[0].append(note.Rest(quarterLength=0.25)) if over else None
        return stream.Part(bars)

    data = musicxml(stream.Score([part(0), part(1), part(0)]))
    with pytest.warns(FileWarning, match="no metre is written"):
        score = read(data)
    assert score.note_table()["onset"].tolist() == [0] * 3 + [4] * 3 + [8] * 3
    assert {str(bar.meter) for bar in score.bars()} == {"4/4"}
    stream_of_file = read_stream(data)
    plan = mi.plan(stream_of_file, "5/4")
    again = read(musicxml(plan.apply(stream_of_file)))
    assert table(again) == table(plan.apply(score))


@pytest.mark.parametrize("fifths", range(-7, 8))
def test_midi_is_spelled_as_its_key_signature_has_it(fifths):
    from music21 import pitch as pitches

    from mi_theme.files.notation.to_stream import spelled
    from mi_theme.score import Event, Track
    from mi_theme.score import messages as m

    signed = mi.Score(480, (Track.sorted([Event(0, m.key_signature(fifths, False))]),))
    names = [spelled(signed, None, number, -1) for number in range(24, 128)]
    assert [pitches.Pitch(name).midi for name in names] == list(range(24, 128))
    scale = {(7 * place) % 12 for place in range(fifths - 1, fifths + 6)}  # F to B in C major
    letters = {
        name.rstrip("0123456789-")[0]
        for name, number in zip(names, range(24, 128), strict=True)
        if number % 12 in scale
    }
    assert len(letters) == 7
