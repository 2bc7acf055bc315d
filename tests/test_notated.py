"""What is written: values, voices, spelling, and MusicXML of it that others read as we do."""

from __future__ import annotations

import json
import os
import random
import re
import runpy
import subprocess
from collections import Counter, defaultdict
from fractions import Fraction
from pathlib import Path
from typing import Any

import conftest
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from schema import schema_errors

import mi_theme as mi
from mi_theme.engraving import notation
from mi_theme.engraving.contents.passage_notation import shown_bars, staves_of_passage
from mi_theme.files import FileWarning
from mi_theme.files.musicxml.from_score import write
from mi_theme.notated import notate
from mi_theme.notated.part_notes import note_steps
from mi_theme.notated.staves import clef_of
from mi_theme.notated.written_values import SIMPLE
from mi_theme.pitch import LETTERS, SIGNS
from mi_theme.renditions.arrangement.styles import all_styles
from mi_theme.score import Event, MeterMap, Score, Track
from mi_theme.score import messages as m
from mi_theme.score.marks import Mark
from mi_theme.score.tonality import KEY_NAMES

GOLDEN = runpy.run_path(str(Path(__file__).with_name("golden") / "regenerate_musicxml.py"))
SMALL = ("32nd", "64th", "128th", "256th", "512th", "1024th")
FIRST_BAR = {"band": 0, "figure": 0, "played": 1}  # where partitura counts from
STYLES = sorted(all_styles())
PIECES = (
    "bwv66.6", "bwv846", "haydn/opus74no1/movement3.mxl", "schumann_robert/opus48no2", "mozart/k155/movement2",
    "joplin/maple_leaf_rag", "beethoven/opus18no3.mxl", "monteverdi/madrigal.3.1.mxl",
)  # fmt: skip


def rows(score: Score, *names: str) -> list[tuple[float, ...]]:
    table = score.note_table()
    return sorted(zip(*(table[name].round(4).tolist() for name in names), strict=True))


def written(score: Score) -> Any:
    return etree.fromstring(write(score))


def ticks(quarters: float) -> float:
    return round(quarters * 480) / 480


def names(score: Score) -> list[str]:
    """The letters of the notes as they are written, in their order."""
    heads = sorted(
        (note.start, head.step, head.alter) for s in notate(score).staves for note in s.notes for head in note.heads
    )
    return [LETTERS[step % 7] + SIGNS[alter] for _, step, alter in heads]


def bare(score: Score) -> Score:
    """The same notes as MIDI has them: no spelling, no voices."""
    return mi.read(score.to_bytes())


@pytest.mark.parametrize("name", sorted(GOLDEN["SCORES"]))
def test_what_is_written_is_what_was_written(name: str) -> None:
    data = write(GOLDEN["SCORES"][name]())
    assert data == (GOLDEN["FOLDER"] / f"{name}.golden").read_bytes()
    assert not schema_errors(data)


# Notation stays


@pytest.mark.parametrize("work", PIECES)
def test_notation_is_read_again_as_it_was(work: str) -> None:
    from music21 import corpus

    score = mi.read(corpus.getWork(work))
    data = write(score)
    again = mi.read(data)
    columns = ("onset", "duration", "pitch", "velocity", "part", "step")
    assert rows(again, *columns) == rows(score, *columns)
    assert list(again.bars()) == list(score.bars())
    assert write(score) == data
    assert not schema_errors(data)


def test_grace_notes_tuplets_ties_and_voices_are_there() -> None:
    from music21 import corpus

    root = written(mi.read(corpus.getWork("haydn/opus74no1/movement3.mxl")))
    assert root.find(".//grace") is not None
    assert root.find(".//tied") is not None
    starts, stops = (root.findall(f".//tuplet[@type='{kind}']") for kind in ("start", "stop"))
    assert len(starts) == len(stops) > 0


# Playing is written


@pytest.mark.parametrize("seed", [1, 7])
@pytest.mark.parametrize("style", STYLES)
def test_a_rendition_has_no_value_under_a_sixteenth_and_drums_on_drum_staves(style: str, seed: int) -> None:
    score = mi.render(form="clayton-mullen", style=style, seed=seed)
    for played in (score, bare(score)) if seed == 1 else (bare(score),):
        data = write(played)
        root = etree.fromstring(data)
        assert not schema_errors(data)
        kinds = Counter(note.findtext("type") for note in root.iter("note") if note.find("grace") is None)
        assert not [kind for kind in SMALL if kinds[kind]]
        assert not {"flat-flat", "double-sharp"} & {element.text for element in root.iter("accidental")}
        endings = [part.findall("measure")[-1] for part in root.findall("part")]
        assert any(note.find("rest") is None for bar in endings for note in bar.iter("note"))
        assert all(int(change.findtext("actual-notes")) == 3 for change in root.iter("time-modification"))
        drums = {part.name for part in score.parts if part.is_percussion}
        names = {part.get("id"): part.findtext("part-name") for part in root.iter("score-part")}
        for element in root.findall("part"):
            beaten = names[element.get("id")] in drums
            assert (element.find(".//unpitched") is not None) == beaten
            assert (element.findtext(".//clef/sign") == "percussion") == beaten
        again = mi.read(data)
        assert rows(again, "pitch") == rows(score, "pitch")
        last, theirs = (float(s.note_table()["onset"].max()) for s in (score, again))
        assert last == pytest.approx(theirs)
        assert again.meters.changes == score.meters.changes
        assert again.key == score.key


@pytest.mark.parametrize("gate", [0.45, 0.5, 0.6, 0.75, 0.9])
def test_what_a_machine_cuts_is_written_with_the_values_that_it_cut(gate: float) -> None:
    values = [0.5, 0.5, 0.5, 0.25, 0.25, 1, 1, *[0.5] * 8] if gate != 0.5 else [0.5] * 14
    rests = {2, 8, 11}  # notes that a rest of an eighth follows
    onsets, at = [], 0.0
    for number, value in enumerate(values):
        onsets.append(at)
        at += value + 0.5 * (number in rests)
    score = Score.from_notes(onsets, [round(value * gate * 480) / 480 for value in values], 60)
    notes = list(notate(bare(score)).staves[0].notes)
    assert [float(note.end - note.start) for note in notes] == values
    short = [bool(note.marks) for note in notes]
    assert short == [gate <= 0.6] * len(values)


def test_rests_of_a_page_stay_rests() -> None:
    score = Score.from_notes(range(0, 16, 2), 1, [60, 64, 67, 64] * 2)
    for played in (score, bare(score)):
        assert {note.end - note.start for note in notate(played).staves[0].notes} == {1}


@pytest.mark.parametrize(("ends", "bars"), [(7.9, 2), (8.0, 2), (9.5, 2), (12.0, 3), (19.7, 2)])
def test_what_rings_after_the_last_note_makes_no_bar_and_a_file_of_whole_bars_keeps_them(
    ends: float, bars: int
) -> None:
    score = Score.from_notes(range(7), 0.9, 60)
    end = Event(round(ends * score.ticks_per_quarter), m.control(0, 64, 0))
    played = bare(Score(score.ticks_per_quarter, (*score.tracks[:-1], Track.sorted([*score.tracks[-1], end]))))
    assert not played.is_notation
    assert len(notate(played).bars) == bars


def test_a_long_title_is_written_in_two_lines_and_read_in_one() -> None:
    title = "Theme from a film that nobody has seen (five-four, chamber-winds)"
    score = Score.from_notes(range(4), 1, 60)
    named = Track.of([Event(0, m.meta(m.TRACK_NAME, title))])
    data = write(Score(score.ticks_per_quarter, (named, score.tracks[-1])))
    lines = etree.fromstring(data).findtext("movement-title")
    assert lines == "Theme from a film that nobody has seen\n(five-four, chamber-winds)"
    assert notate(mi.read(data)).heading.title == title


def test_a_tempo_is_said_where_it_changes() -> None:
    score = Score.from_notes(range(12), 1, 60)
    tempos = [
        Event(score.ticks_per_quarter * at, m.tempo(60_000_000 // speed)) for at, speed in ((0, 100), (4, 100), (8, 80))
    ]
    said = notate(Score(score.ticks_per_quarter, (Track.of(tempos), score.tracks[-1]))).remarks
    assert [(float(word.at), word.kind, word.said) for word in said] == [(0, "tempo", 100), (8, "tempo", 80)]


def test_the_last_note_is_written_as_those_before_it() -> None:
    """A player of whom no note comes after: as at the same place of other bars; a long one on eighths."""
    draw = random.Random(4)
    rows = [(bar * 4 + at, draw.uniform(0.26, 0.34), 50) for bar in range(8) for at in (0, 1, 2, 3)]
    rows[-1] = (31, 0.3, 50)
    jittered = [(ticks(max(at + draw.uniform(-0.02, 0.02), 0)), ticks(lasts), pitch) for at, lasts, pitch in rows]
    notes = list(notate(bare(Score.from_notes(*zip(*jittered, strict=True)))).staves[0].notes)
    assert {note.end - note.start for note in notes} == {1}
    held = [*((at + 0.025 * (at % 2), 0.95, 60) for at in range(28)), (28.025, 3.075, 62)]
    notes = list(notate(bare(Score.from_notes(*zip(*held, strict=True)))).staves[0].notes)
    assert (notes[-1].start, notes[-1].end) == (28, 31)


def test_tenuto_is_written_where_it_stands_out() -> None:
    draw = random.Random(2)
    for spread, marked in (((0.6, 1.02), 0), ((0.6, 0.75), 4)):
        lasts = [ticks(draw.uniform(*spread)) for _ in range(32)]
        lasts[5:25:5] = [1.0] * 4 if marked else lasts[5:25:5]
        onsets = [ticks(max(at + draw.uniform(-0.02, 0.02), 0)) for at in range(32)]
        notes = list(notate(bare(Score.from_notes(onsets, lasts, [60, 64] * 16))).staves[0].notes)
        assert sum(mark.name == "tenuto" for note in notes for mark in note.marks) == marked


# Staves


def piano(rows: list[tuple[float, float, int]], program: int = 1) -> Score:
    """Notes (onset, duration, pitch) of one keyboard."""
    score = Score.from_notes(*zip(*rows, strict=True))
    head = Event(0, m.program(0, program))
    return Score(score.ticks_per_quarter, (score.tracks[0], Track.sorted([head, *score.tracks[1]])))


WALTZ = [
    row
    for bar in range(4)
    for row in (
        (3 * bar, 1, 43 + bar), (3 * bar + 1, 1, 55), (3 * bar + 1, 1, 59), (3 * bar + 2, 1, 55), (3 * bar + 2, 1, 59),
        *((3 * bar + i / 2, 0.5, 74 + i) for i in range(6)),
    )
]  # fmt: skip


def test_a_keyboard_that_goes_high_and_low_has_two_staves_and_nothing_is_lost() -> None:
    score = piano(WALTZ)
    (part,) = notate(score).parts
    assert [clef_of(staff)[0] for staff in part.staves] == ["G", "F"]
    upper, lower = ([head.midi for note in staff.notes for head in note.heads] for staff in part.staves)
    assert min(upper) >= 74
    assert max(lower) <= 59
    data = write(score)
    root = etree.fromstring(data)
    assert not schema_errors(data)
    assert root.findtext(".//staves") == "2"
    assert {note.findtext("staff") for note in root.iter("note")} == {"1", "2"}
    again = mi.read(data)
    assert rows(again, "onset", "duration", "pitch") == rows(score, "onset", "duration", "pitch")
    assert write(again) == write(mi.read(write(again)))
    assert [len(part.staves) for part in notate(again).parts] == [2]


@pytest.mark.parametrize(
    ("rows_", "program"),
    [([(i, 1, 72 + i) for i in range(8)], 1), ([(i, 1, 40 + i) for i in range(8)], 1), (WALTZ, 41)],
)
def test_a_narrow_part_and_what_is_no_keyboard_have_one_staff(rows_: list[Any], program: int) -> None:
    assert len(notate(piano(rows_, program)).staves) == 1


def test_two_tracks_of_one_channel_are_the_hands_of_one_keyboard() -> None:
    right, left = piano([(i, 1, 72 + i) for i in range(8)]), piano([(i, 1, 48 + i) for i in range(8)])
    names = (("Piano right", right.tracks[1]), ("Piano left", left.tracks[1]))
    tracks = [
        Track.of(Event(0, m.meta(m.TRACK_NAME, name)) if event.message[:2] == b"\xff\3" else event for event in track)
        for name, track in names
    ]
    (part,) = notate(Score(right.ticks_per_quarter, (right.tracks[0], *tracks))).parts
    assert part.part.name == "Piano"
    assert [clef_of(staff)[0] for staff in part.staves] == ["G", "F"]


def test_a_solo_piano_is_one_piano() -> None:
    score = mi.render(form="clayton-mullen", style="solo-piano", seed=1)
    (part,) = notate(bare(score)).parts
    assert part.part.name == "Piano"
    assert len(part.staves) == 2
    for staff in part.staves:
        chords = defaultdict[Fraction, list[int]](list)
        for note in staff.notes:
            chords[note.start] += [head.midi for head in note.heads]
        wide = [chord for chord in chords.values() if max(chord) - min(chord) > 19]
        assert len(wide) <= len(chords) / 50


@given(st.integers(0, 1000))
@settings(max_examples=12, deadline=None)
def test_a_player_is_written_as_a_page(seed: int) -> None:
    lot = random.Random(seed)
    onsets = [Fraction(i, 2) for i in range(16)]
    played = [ticks(max(0.0, float(onset) + lot.uniform(-0.03, 0.03))) for onset in onsets]
    score = bare(
        Score.from_notes(played, [ticks(0.5 * lot.uniform(0.5, 0.95)) for _ in onsets], [60 + i % 5 for i in range(16)])
    )
    (staff,) = notate(score).staves
    assert [note.start for note in staff.notes] == onsets
    lengths = [note.end - note.start for note in staff.notes]
    assert min(lengths) >= Fraction(1, 4)
    assert lengths.count(Fraction(1, 2)) >= 14


def test_every_symbol_is_a_value_and_bars_are_full() -> None:
    root = written(mi.render(form="clayton-mullen", style="jazz-combo", seed=2))
    for part in root.findall("part"):
        divisions = int(part.findtext(".//divisions"))
        length = None
        for measure in part.findall("measure"):
            if (time := measure.find("attributes/time")) is not None:
                length = Fraction(int(time.findtext("beats")) * 4, int(time.findtext("beat-type")))
            at, ends = Fraction(0), []
            for child in measure:
                lasts = Fraction(int(child.findtext("duration") or 0), divisions)
                if child.tag == "backup":
                    ends.append(at)
                    at -= lasts
                elif child.tag == "forward" or (child.tag == "note" and child.find("chord") is None):
                    at += lasts
                if child.tag == "note" and child.findtext("type") and child.find("time-modification") is None:
                    assert lasts in SIMPLE
            assert {*ends, at} == {length}


def test_drums_are_one_voice_with_their_heads_and_instruments() -> None:
    score = GOLDEN["SCORES"]["band"]()
    drums = written(score).findall("part")[2]
    assert {note.findtext("voice") for note in drums.iter("note")} == {"1"}
    assert {note.findtext("notehead") for note in drums.iter("note")} == {None, "x", "circle-x"}
    places = {
        (u.findtext("display-step") or "") + (u.findtext("display-octave") or "") for u in drums.iter("unpitched")
    }
    assert places == {"F4", "C5", "G5"}  # kick, snare, hi-hat
    assert rows(mi.read(write(score)), "onset", "pitch") == rows(score, "onset", "pitch")


def test_low_and_high_parts_have_clefs_with_an_eight() -> None:
    for pitch, octave in ((28, "-1"), (96, "1"), (64, None)):
        assert written(Score.from_notes(range(4), 1, pitch)).findtext(".//clef/clef-octave-change") == octave


@pytest.mark.parametrize(
    ("bar", "names", "staves"),
    [
        ([(43, 71), (55, 72), (50, 74), (57, 69)], [], 2),  # two hands of whom nobody says what they play
        ([(43,), (71,), (50,), (74,)], [], 1),  # leaps of a line
        ([(43,), (71,), (50,), (74,)], ["Piano"], 2),
        ([(60, 64), (62, 65), (64, 67), (60, 72)], ["Piano"], 1),
    ],
)
def test_a_file_that_says_no_program_is_for_a_piano_where_two_hands_play(
    bar: list[tuple[int, ...]], names: list[str], staves: int
) -> None:
    notes = [(place, pitch) for place, chord in enumerate(bar * 4) for pitch in chord]
    onset, pitch = zip(*notes, strict=True)
    assert len(written(Score.from_notes(onset, 1, pitch, names=names)).findall(".//staves")) == staves - 1


def test_a_guitar_is_written_an_octave_higher_than_it_sounds() -> None:
    root = written(Score.from_notes(range(4), 1, [40, 47, 52, 64], names=["Guitar"]))
    assert (root.findtext(".//clef/sign"), root.findtext(".//clef/clef-octave-change")) == ("G", "-1")


def test_a_note_lasts_to_the_next_though_a_grace_note_strikes_its_key_again() -> None:
    random = np.random.default_rng(1)
    bar = ((0, 2, 66), (2, 1, 64), (3, 0.5, 62), (3.5, 0.4, 64), (3.9, 0.08, 64))
    rows = [(4 * number + at, lasts, pitch) for number in range(6) for at, lasts, pitch in bar] + [(24, 4, 66)]
    times = np.array([(max(at + random.normal(0, 0.01), 0), 0.9 * lasts) for at, lasts, _ in rows])
    score = Score.from_notes(*np.rint(times.T * 480) / 480, [pitch for *_, pitch in rows], tempo=84)
    root = written(score)
    assert {note.findtext("type") for note in root.iter("note") if note.find("grace") is None} <= {
        "half",
        "quarter",
        "eighth",
        "whole",
    }
    assert root.find(".//note/grace") is not None


def test_groups_are_said_beside_a_plain_signature_and_seen_in_beams() -> None:
    data = write(
        Score.from_notes([i / 2 for i in range(10)], 0.5, [60 + i % 5 for i in range(10)], meter="5/4:3+3+2+2")
    )
    root = etree.fromstring(data)
    assert (root.findtext(".//time/beats"), root.findtext(".//interchangeable/beats")) == ("5", "3+3+2+2")
    words = [note.findtext("beam") for note in root.iter("note")]
    assert [i for i, word in enumerate(words) if word == "begin"] == [0, 3, 6, 8]
    assert str(mi.read(data).bar(1).meter) == "5/4:3+3+2+2"


# Spelling


@pytest.mark.parametrize(
    ("fifths", "minor", "pitches", "expected"),
    [
        (-2, True, [67, 66, 67, 70, 67, 66, 67], "G F# G Bb G F# G"),
        (-1, True, [74, 69, 73, 76, 79, 74], "D A C# E G D"),  # the chord of A7 in D minor
        (0, False, [60, 61, 62, 64, 63, 62, 60], "C C# D E Eb D C"),
        (-1, True, [74, 73, 72, 71, 70, 69, 68, 69, 62], "D C# C B Bb A G# A D"),  # a lament
        (-2, True, [79, 78, 77, 76, 75, 74, 73, 72, 71, 70, 69, 67], "G F# F E Eb D C# C B Bb A G"),
        (-3, True, [60, 62, 63, 64, 65, 66, 67, 68, 69, 70, 71, 72], "C D Eb E F F# G Ab A Bb B C"),
        (1, True, [64, 66, 67, 69, 71, 73, 75, 76, 74, 72, 71, 69], "E F# G A B C# D# E D C B A"),
        (-2, False, [77, 75, 74, 72, 71, 70, 69, 67, 66, 65, 63, 62, 61, 62], "F Eb D C B Bb A G Gb F Eb D C# D"),
        (4, False, [64, 68, 71, 61, 65, 68, 71, 66, 69, 73, 60, 63, 66, 61, 64, 68], "E G# B C# E# G# B F# A C# B# D# F# C# E G#"),
    ],
)  # fmt: skip
def test_notes_are_spelled_by_key_and_direction(fifths: int, minor: bool, pitches: list[int], expected: str) -> None:
    score = Score.from_notes(range(len(pitches)), 1, pitches)
    head = Track.sorted([*score.tracks[0], Event(0, m.key_signature(fifths, minor))])
    assert names(Score(score.ticks_per_quarter, (head, score.tracks[1]))) == expected.split()


@pytest.mark.parametrize(("tonic", "mode"), [(tonic, mode) for mode, names in KEY_NAMES.items() for tonic in names])
def test_a_rendition_is_spelled_without_its_spelling_as_with_it(tonic: str, mode: str) -> None:
    score = mi.render(form="clayton-mullen", style="jazz-combo", seed=1, tonic=tonic, mode=mode)
    with_it, without = note_steps(score), note_steps(bare(score))
    pitched = with_it >= 0
    assert (with_it[pitched] == without[pitched]).mean() > 0.97


def test_the_spelling_is_one_whichever_bars_are_shown_and_whoever_writes_it() -> None:
    score = bare(mi.theme().to_score(repeats=2))
    assert "Gb" not in names(score)
    whole = {note.id: note.heads for staff in notate(score).staves for note in staff.notes}
    for bars in ((1, 1), (2, 2), (2, 3)):
        for staff in staves_of_passage(score, shown_bars(score, bars)):
            assert all(whole[note.id] == note.heads for note in staff.notes)
    stream = Counter(p.name.replace("-", "b") for note in score.to_music21().recurse().notes for p in note.pitches)
    assert set(stream) == set(names(score))


MARKED = (
    (0, "mf"), (0, "slur"), (0, "crescendo"), (1, "end slur"), (1, "slur 2"), (2, "end slur 2"), (3, "end crescendo"),
    (3, "f"), (3, "accent"), (3.5, "staccato"), (4, "trill-mark"), (4.5, "tremolo 3"), (5, "fingering 3"),
    (5.5, "fermata"), (5, "diminuendo"), (7.25, "end diminuendo"),
)  # fmt: skip


def marked() -> Score:
    """Sixteen eighths with a mark of each kind."""
    score = Score.from_notes([i / 2 for i in range(16)], 0.5, [60 + i % 5 for i in range(16)])
    quarter = score.ticks_per_quarter
    said = [Event(int(at * quarter), m.meta(m.TEXT, f"mark {text}")) for at, text in MARKED]
    return Score(quarter, (score.tracks[0], score.tracks[1].with_events(said)))


# Others read the same


@pytest.mark.tool("partitura")
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", sorted(GOLDEN["SCORES"]))
def test_music21_and_partitura_read_the_same_notes(name: str, tmp_path: Path) -> None:
    import partitura
    from music21 import converter

    score = GOLDEN["SCORES"][name]()
    data = write(score)
    mine = [row for row in rows(mi.read(data), "onset", "pitch", "part") if not score.parts[int(row[2])].is_percussion]
    stream = converter.parseData(data.decode(), format="musicxml")
    theirs = sorted(
        (round(float(note.getOffsetInHierarchy(part)), 4), pitch.midi, index)
        for index, part in enumerate(stream.parts)
        for note in part.stripTies().recurse().notes
        for pitch in getattr(note, "pitches", ())
    )
    assert [(at, pitch) for at, pitch, _ in theirs] == [(at, pitch) for at, pitch, _ in mine]
    # partitura raises on chords of drums (is_grace_chord), so it gets the others
    drums = {part.track for part in score.parts if part.is_percussion}
    pitched = tuple(track for number, track in enumerate(score.tracks) if number not in drums)
    (tmp_path / "a.musicxml").write_bytes(write(Score(score.ticks_per_quarter, pitched)))
    heard = partitura.load_musicxml(str(tmp_path / "a.musicxml")).note_array()
    assert Counter(heard["pitch"].tolist()) == Counter(row[1] for row in mine)
    assert sorted(heard["onset_quarter"].round(3).tolist()) == pytest.approx(
        sorted(at - FIRST_BAR[name] for at, *_ in mine), abs=2e-3
    )


@pytest.mark.tool("verovio")
@pytest.mark.parametrize("name", sorted(GOLDEN["SCORES"]))
def test_verovio_plays_the_same_notes(name: str) -> None:
    import base64

    import verovio

    score = GOLDEN["SCORES"][name]()
    kit = verovio.toolkit()
    assert kit.loadData(write(score).decode())
    heard = mi.read(base64.b64decode(kit.renderToMIDI()))
    pitched = [part for part in range(len(score.parts)) if not score.parts[part].is_percussion]
    mine = score.note_table()
    wanted = Counter(mine["pitch"][np.isin(mine["part"], pitched)].tolist())
    assert wanted <= Counter(heard.note_table()["pitch"].tolist())


def texts(score: Score, *said: tuple[float, str]) -> Score:
    """The score with texts in the track of its first part."""
    quarter = score.ticks_per_quarter
    events = [Event(int(at * quarter), m.meta(m.TEXT, text)) for at, text in said]
    return Score(quarter, (score.tracks[0], score.tracks[1].with_events(events), *score.tracks[2:]))


def metres() -> Score:
    """A pick-up, changes of metre, groupings, chord symbols, ties over bar lines, and a change of tempo."""
    changes = [(0, "1/4"), (1, "3/4"), (7, "7/8:2+2+3"), (14, "5/4:3+3+2+2"), (19, "4/4")]
    meters = MeterMap.of([(Fraction(at), mi.Meter(meter)) for at, meter in changes])
    score = Score.from_notes([0, 1, 3, 5, *(7 + i / 2 for i in range(24)), 19, 22],
                             [1, 2, 2, 2, *[0.5] * 24, 3, 1], [60, 64, 67, 65, *[60, 62] * 12, 64, 60], meter=meters, tempo=90)  # fmt: skip
    head = score.tracks[0].with_events(
        [Event(19 * score.ticks_per_quarter, m.tempo(1_000_000)), Event(0, m.key_signature(0, False))]
    )
    said = texts(score, (1, "chord C"), (3, "chord Am7"), (5, "chord G7/B"))
    return Score(score.ticks_per_quarter, (head, *said.tracks[1:]))


FEATURES = {
    **GOLDEN["SCORES"],
    "marked": marked,
    "piano": lambda: piano(WALTZ),
    "metres": metres,
    "solo piano": lambda: mi.render(form="clayton-mullen", style="solo-piano", seed=1),
    "club": lambda: mi.render(form="clayton-mullen", style="club", seed=1),
}
COUNTED = {
    "articulations": "notations/articulations/*", "ornaments": "notations/ornaments/trill-mark", "fermatas": "notations/fermata",
    "tuplets": "notations/tuplet[@type='start']", "ties": "tie[@type='start']", "graces": "grace", "drums": "unpitched",
    "lyrics": "lyric/text", "slurs": "notations/slur[@type='start']", "crosses": "notehead", "beams": "beam",
}  # fmt: skip
BESIDE = {
    "dynamics": ".//direction//dynamics/*", "hairpins": ".//wedge", "rehearsals": ".//rehearsal", "chords": ".//harmony/kind",
    "staves": ".//staves", "octaves": ".//clef-octave-change", "fifths": ".//fifths", "beats": ".//time/beats",
}  # fmt: skip


UNSAID = {
    "beams",
    "fifths",
}  # MuseScore beams by its own rules where metres are odd, and says C major where nothing is said


def features(root: Any) -> dict[str, list[str]]:
    """What a file says, by kind: tags and texts in order of the alphabet."""
    found = {name: [e for note in root.iter("note") for e in note.iterfind(path)] for name, path in COUNTED.items()}
    found |= {name: root.findall(path) for name, path in BESIDE.items()}
    return {
        name: sorted(f"{e.tag} {(e.text or '').strip()}".strip() for e in elements) for name, elements in found.items()
    }


@pytest.mark.tool("musescore3")
def test_musescore_reads_what_is_written(tmp_path: Path) -> None:
    scores = {name: make() for name, make in FEATURES.items()}
    jobs = []
    for name, score in scores.items():
        (tmp_path / f"{name}.musicxml").write_bytes(write(score))
        outputs = [str(tmp_path / f"{name}.mid"), str(tmp_path / f"{name}.again.musicxml")]
        jobs.append({"in": str(tmp_path / f"{name}.musicxml"), "out": outputs})
    (tmp_path / "jobs.json").write_text(json.dumps(jobs))
    places = {"QT_QPA_PLATFORM": "offscreen", "XDG_RUNTIME_DIR": str(tmp_path), "HOME": str(tmp_path)}
    command = [conftest.tool("musescore3"), "-j", str(tmp_path / "jobs.json")]
    subprocess.run(command, env={**os.environ, **places}, check=True, capture_output=True, timeout=240)
    for name, score in scores.items():
        again, mine = mi.read(tmp_path / f"{name}.mid"), mi.read(write(score))
        heard, wanted = set(rows(again, "onset", "pitch")), set(rows(mine, "onset", "pitch"))
        assert name == "marked" or heard <= wanted, name  # trills and tremolos are played
        assert len(wanted - heard) <= len(wanted) / 300, name  # a key that another voice holds is not struck again
        programs = {part.program for part in score.parts if part.program and not part.is_percussion}
        assert programs <= {part.program for part in again.parts}, name
        assert [at for at, _ in again.tempos.changes if at][:1] == [at for at, _ in mine.tempos.changes if at][:1], name
        ours, theirs = (
            features(etree.fromstring(data))
            for data in (write(score), (tmp_path / f"{name}.again.musicxml").read_bytes())
        )
        for kind in ours.keys() - UNSAID:
            assert theirs[kind] == ours[kind], (name, kind)
        assert {sign for sign in theirs["fifths"] if sign != "fifths 0"} == set(ours["fifths"]) - {"fifths 0"}, name


# Hostile input

ODD = {
    "one note": Score.from_notes([0], [1], [60]),
    "ten at once": Score.from_notes([0] * 10, 1, range(60, 70)),
    "ten at once of ten lengths": Score.from_notes([0] * 10, [(i + 1) / 4 for i in range(10)], range(60, 70)),
    "equal pitches over each other": Score.from_notes([0, 1, 2], 4, 60),
    "equal pitches at once": Score.from_notes([0, 0], 1, 60),
    "keys below C0": Score.from_notes(range(12), 1, range(12)),
    "the highest keys": Score.from_notes(range(8), 1, range(120, 128)),
    "no length": Score.from_notes([0, 1], 0, [60, 61]),
    "eleven in a quarter": Score.from_notes([round(i * 10080 / 11) / 10080 for i in range(11)], 916 / 10080, 60),
    "late": Score.from_notes([1000], 1, 60),
    "signs of control": Score.from_notes([0], 1, 60, names=["a\0b\x0c\x1b"]),
    "tempo 1000": Score.from_notes([0], 1, 60, tempo=1000),
    "tempo 4": Score.from_notes([0], 1, 60, tempo=4),
    "a very short bar": Score.from_notes([0, 0.25], 0.25, [60, 62], meter="1/16"),
}


@pytest.mark.parametrize("name", sorted(ODD))
def test_odd_music_is_written_and_no_note_is_lost(name: str) -> None:
    score = ODD[name]
    data = write(score)
    assert not schema_errors(data)
    assert rows(mi.read(data), "pitch") == rows(score, "pitch")


def test_noise_is_written_and_what_cannot_be_is_said() -> None:
    lot = random.Random(1)
    columns = [(ticks(lot.random() * 50), ticks(lot.random() * 3), lot.randrange(128)) for _ in range(400)]
    with pytest.warns(FileWarning, match="C0"):
        data = write(Score.from_notes(*zip(*columns, strict=True)))
    assert not schema_errors(data)
    assert len(mi.read(data).note_table()) == len(columns)


@pytest.mark.parametrize("score", [Score(480, ()), Score.from_notes([], [], [])])
def test_nothing_is_not_written(score: Score, tmp_path: Path) -> None:
    with pytest.raises(mi.MiThemeError, match="no notes"):
        score.save(tmp_path / "a.musicxml")
    assert not list(tmp_path.iterdir())


def test_drums_alone_without_a_metre_and_with_broken_lyrics() -> None:
    beats = Score.from_notes([0, 0.5, 1, 1.5], 0.1, [36, 42, 38, 42])
    sung = [Event(0, m.meta(m.LYRIC, "a\0\x1b-")), Event(480, m.meta(m.LYRIC, "\0"))]
    track = Track.sorted([*beats.tracks[1].on_channel(9), *sung])
    data = write(Score(beats.ticks_per_quarter, (track,), 0))
    assert not schema_errors(data)
    assert rows(mi.read(data), "onset", "pitch") == rows(beats, "onset", "pitch")


# Marks


def test_marks_of_a_score_are_written_each_at_its_place() -> None:
    data = write(marked())
    assert not schema_errors(data)
    root = etree.fromstring(data)
    divisions, found, at = int(root.findtext(".//divisions") or 0), [], Fraction(0)
    for element in root.iter("note", "direction", "backup", "forward"):
        if element.tag == "direction":
            found += [(at, mark.tag) for mark in element.iterfind(".//dynamics/*")]
            found += [(at, wedge.get("type")) for wedge in element.iterfind(".//wedge")]
        found += [(at, f"slur {s.get('type')} {s.get('number')}") for s in element.iterfind("notations/slur")]
        groups = ("notations/ornaments/*", "notations/technical/*", "notations/articulations/*", "notations/fermata")
        found += [(at, f"{mark.tag} {mark.text or ''}".strip()) for group in groups for mark in element.iterfind(group)]
        length = Fraction(int(element.findtext("duration") or 0), divisions)
        at += -length if element.tag == "backup" else length
    assert sorted(found) == sorted(
        [(0, "mf"), (0, "slur start 1"), (0, "crescendo"), (1, "slur stop 1"), (1, "slur start 1"), (2, "slur stop 1"),
         (3, "stop"), (3, "f"), (3, "accent"), (3.5, "staccato"), (4, "trill-mark"), (4.5, "tremolo 3"),
         (5, "fingering 3"), (5, "diminuendo"), (5.5, "fermata"), (7.25, "stop")]
    )  # fmt: skip
    assert not root.findall(".//words")


@pytest.mark.tool("verovio")
def test_a_fermata_of_a_tied_note_is_written_once_and_on_its_last_piece() -> None:
    score = Score.from_notes([0, 3], [3, 5], [60, 62])
    said = [Event(3 * score.ticks_per_quarter, m.meta(m.TEXT, Mark(name).text)) for name in ("fermata", "accent")]
    marked = Score(score.ticks_per_quarter, (score.tracks[0], Track.sorted([*score.tracks[1], *said])))
    notes = [note for note in written(marked).iter("note") if note.findtext("pitch/step") == "D"]
    assert [note.find(".//fermata") is not None for note in notes] == [False, True]
    assert [note.find(".//accent") is not None for note in notes] == [True, False]


def test_marks_are_drawn() -> None:
    text = notation(marked()).to_svg()
    for kind, count in {"dynam": 2, "hairpin": 2, "slur": 2, "artic": 2, "trill": 1, "fermata": 1, "fing": 1}.items():
        assert len(set(re.findall(rf'id="([^"]*)" class="{kind}"', text))) == count, kind


def test_a_mark_is_read_from_its_text_and_nothing_else_is() -> None:
    for text in (f"mark {said}" for _, said in MARKED):
        assert Mark.of(text) is not None
        assert Mark.of(text).text == text  # type: ignore[union-attr]
    for text in ("mark", "mark x", "mark end staccato", "mark slur 1000", "Mark mf", "mark mf loud"):
        assert Mark.of(text) is None
