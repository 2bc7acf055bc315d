"""Engraved notation: what is on it is what sounds, beamed by the groups, spelled by degree, the same every time."""

from __future__ import annotations

import base64
import builtins
import subprocess
import sys
from collections import Counter
from fractions import Fraction
from pathlib import Path
from xml.etree.ElementTree import fromstring

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from svg_reading import beams, groups_of, ink_at_the_edges, lines, signs, words_on

import mi_theme as mi
from mi_theme.engraving import notation
from mi_theme.engraving.contents.conversion_notation import staves_of_plan
from mi_theme.engraving.contents.passage_notation import shown_bars, staves_of_passage
from mi_theme.engraving.contents.version_notation import staves_of_versions
from mi_theme.engraving.mei import mei
from mi_theme.errors import MissingExtra
from mi_theme.notated.bar_symbols import bar_voices, resolution_of
from mi_theme.notated.letters import letter_steps
from mi_theme.notated.staves import Head, Staff, StaffNote
from mi_theme.notated.written_values import NewBar, rests
from mi_theme.pitch import MAJOR
from mi_theme.score import Event, MeterMap, Track
from mi_theme.score import messages as m
from mi_theme.score.tonality import key_of
from mi_theme.views import draw

pytestmark = [pytest.mark.tool("verovio"), pytest.mark.tool("resvg_py")]

THEME = mi.theme()
TONICS = ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
METERS = ("5/4:3+3+2+2", "4/4", "3/4", "6/8", "7/8:2+2+3", "9/8", "12/8", "5/8:2+3", "2/2", "4/4:3+3+2", "7/4")


def eighths(meter: str) -> mi.Score:
    """A bar full of eighths."""
    count = int(mi.Meter(meter).bar * 2)
    return mi.Score.from_notes([i / 2 for i in range(count)], 0.5, [60 + i % 5 for i in range(count)], meter=meter)


def heard(text: str) -> list[tuple[Fraction, int]]:
    """Onsets in quarters and pitches of some MEI, as verovio plays it."""
    import verovio

    kit = verovio.toolkit()
    assert kit.loadData(text)
    score = mi.read(base64.b64decode(kit.renderToMIDI()))
    rows = zip(score.note_table()["onset"].tolist(), score.note_table()["pitch"].tolist(), strict=True)
    return sorted((Fraction(onset).limit_denominator(480), pitch) for onset, pitch in rows)


VEROVIO_TICK = Fraction(1, 120)  # of a quarter

# Beams, ties, rests


@pytest.mark.parametrize(
    ("meter", "groups"),
    [("5/4:3+3+2+2", [3, 3, 2, 2]), ("4/4", [2, 2, 2, 2]), ("6/8", [3, 3]), ("7/8:2+2+3", [2, 2, 3]), ("7/8:3+2+2", [3, 2, 2]),
     ("3/4", [2, 2, 2]), ("9/8", [3, 3, 3]), ("12/8", [3, 3, 3, 3]), ("4/4:3+3+2", [3, 3, 2]), ("7/8", [2, 2, 3])],
)  # fmt: skip
def test_eighths_are_beamed_by_the_groups_under_a_plain_signature(meter, groups):
    picture = notation(eighths(meter))
    assert beams(picture.svg) == groups
    ((signature,),) = [groups_of(picture.svg, "meterSig")]
    digits = "".join(
        use.attrib["{http://www.w3.org/1999/xlink}href"][4] for use in signature.iter() if use.tag.endswith("use")
    )
    assert digits == meter.partition(":")[0].replace("/", "")  # SMuFL: E080 is 0


def test_music21_reads_the_same_beams_and_durations():
    from music21 import converter

    score = eighths("5/4:3+3+2+2")
    stream = converter.parseData(mei(staves_of_passage(score, shown_bars(score, None))), format="mei")
    notes = list(stream.recurse().notes)
    starts = [i for i, note in enumerate(notes) if note.beams.beamsList[0].type == "start"]
    assert starts == [0, 3, 6, 8]
    assert {note.quarterLength for note in notes} == {0.5}


def test_the_middle_of_4_4_is_to_be_seen():
    staves, _ = staves_of_versions([THEME.to_meter("4/4")], (1, 1))
    quarter = resolution_of(staves)
    voice = bar_voices([staves[1]], quarter)[0][0][0]
    symbols = voice.layout.symbols
    spans = [(str(Fraction(s.at, quarter)), str(Fraction(s.at + s.lasts, quarter)), s.tie) for s in symbols]
    assert spans == [("0", "3/2", ""), ("3/2", "2", "i"), ("2", "3", "t"), ("3", "7/2", ""), ("7/2", "4", "")]


@pytest.mark.parametrize(
    ("meter", "start", "end", "lengths"),
    [("4/4", 0, 2, "2"), ("4/4", 1, 4, "1 2"), ("4/4", "1/2", 2, "1/2 1"), ("3/4", 0, 2, "1 1"), ("6/8", 0, "3/2", "3/2"),
     ("6/8", "1/2", 3, "1/2 1/2 3/2"), ("6/8", 0, 1, "1"), ("5/4:3+3+2+2", 0, 3, "3/2 3/2"), ("4/4", "1/3", 1, "1/3 1/3"),
     ("7/8", 0, 2, "1 1"), ("7/8", 2, "7/2", "3/2"), ("5/8", 1, "5/2", "3/2"), ("7/8", "1/2", 2, "1/2 1")],
)  # fmt: skip
def test_rests_are_split_at_the_beats_and_dotted_only_in_beats_of_three(meter, start, end, lengths):
    found = rests(Fraction(start), Fraction(end), mi.Meter(meter))
    assert " ".join(str(b - a) for a, b in found) == lengths


def test_an_empty_bar_has_one_rest():
    picture = notation(mi.Score.from_notes([0, 8], 4, 60, meter="5/4"), bars=(1, 2))
    assert len(groups_of(picture.svg, "mRest")) == 0
    assert len(groups_of(notation(mi.Score.from_notes([0, 10], 5, 60, meter="5/4"), bars=(2, 2)).svg, "mRest")) == 1


@given(
    st.sampled_from(METERS),
    st.lists(st.tuples(st.integers(0, 47), st.integers(1, 24)), max_size=12),
    st.sampled_from([2, 4, 3, 6]),
)
def test_what_a_voice_has_in_a_bar_fills_it_and_each_symbol_can_be_written(text, rows, grid):
    meter = mi.Meter(text)
    notes, free = [], Fraction(0)
    for number, (start, lasts) in enumerate(sorted(rows)):
        at = max(Fraction(start, grid), free)
        free = at + Fraction(lasts, grid)
        notes.append(StaffNote(at, free, (Head(28),), f"n{number}"))
    bars = [NewBar(i * meter.bar, (i + 1) * meter.bar, i + 1, meter, i == 0) for i in range(int(free // meter.bar) + 1)]
    staff = Staff(tuple((bar,) for bar in bars), (tuple(notes),))
    sounding, quarter = 0, resolution_of([staff])
    for voice, *_ in bar_voices([staff], quarter)[0]:
        symbols = voice.layout.symbols
        assert [0, *(s.at + s.lasts for s in symbols)] == [*(s.at for s in symbols), meter.bar * quarter]
        sounding += sum(symbol.lasts for symbol in symbols if symbol.which >= 0)
    assert sounding == quarter * sum(note.end - note.start for note in notes)
    played = heard(mei([staff]))
    assert [pitch for _, pitch in played] == [60] * len(notes)
    # verovio adds up floats and cuts them to its ticks of 1/120 quarter: 28/3 is played at 9.325
    assert all(abs(onset - note.start) <= VEROVIO_TICK for (onset, _), note in zip(played, notes, strict=True))


# Spelling


@pytest.mark.parametrize("tonic", TONICS)
def test_a_theme_is_spelled_by_degree_and_prints_one_sign(tonic):
    theme = mi.theme(tonic)
    picture = notation(theme.to_meter("4/4"))
    names = [tone.degree.spelled(tonic) for tone in theme.ostinato]
    staves, _ = staves_of_versions([theme.to_meter("4/4")], None)
    found = [
        "CDEFGAB"[note.heads[0].step % 7] + {-1: "b", 0: "", 1: "#", 2: "##"}[note.heads[0].alter]
        for note in staves[0].notes
    ]
    assert found == names
    assert signs(picture.svg) == 2  # the raised seventh, once above and once below


def test_midi_is_spelled_by_its_key_and_chromatic_notes_by_where_they_go():
    up = mi.Score.from_notes([0, 1, 2, 3], 1, [60, 61, 62, 67])
    down = mi.Score.from_notes([0, 1, 2, 3], 1, [62, 61, 60, 55])
    key = (mi.Tonic("C"), "major")
    names = [
        [head.alter for note in staves_of_passage(s, shown_bars(s, None), key=key)[0].notes for head in note.heads]
        for s in (up, down)
    ]
    assert names == [[0, 1, 0, 0], [0, -1, 0, 0]]


@given(st.lists(st.integers(0, 127), min_size=1, max_size=40), st.integers(-7, 7))
def test_whatever_is_spelled_has_two_signs_at_most_and_sounds_the_same(pitches, fifths):
    table = mi.Score.from_notes(range(len(pitches)), 1, pitches).note_table()
    for tonic in ("C", "F#", "Ab"):
        steps = letter_steps(table, fifths, (mi.Tonic(tonic), "minor"))
        signs = table["pitch"] - 12 * (steps // 7 + 1) - np.array(MAJOR)[steps % 7]
        assert (np.abs(signs) <= 2).all()


@pytest.mark.parametrize("work", ["bwv66.6", "bwv846", "haydn/opus74no1/movement3.mxl", "schumann_robert/opus48no2"])
def test_notes_whose_spelling_is_taken_away_get_it_back(work):
    from music21 import corpus

    score = mi.read(corpus.getWork(work))
    bare = score.note_table().copy()
    bare["step"] = -1
    found = letter_steps(bare, score.key[0], key_of(score))
    assert (found == score.note_table()["step"]).mean() >= 0.98


@pytest.mark.parametrize(("third", "mode"), [(55, "minor"), (56, "major")])
def test_bare_fifths_are_in_the_mode_of_the_third_that_sounds(third, mode):
    chords = [(4 * bar + at, lasts, root) for bar in range(4) for at, lasts, root in ((0, 2, 40), (2, 1.5, 40))]
    rows = [(at, lasts, root + step) for at, lasts, root in chords for step in (0, 7, 12)] + [(15.5, 0.5, third)]
    assert key_of(mi.Score.from_notes(*zip(*rows, strict=True))) == (mi.Tonic("E"), mode)


def test_a_minor_tune_without_a_signature_has_no_spurious_naturals():
    score = THEME.to_score(repeats=4)
    bare = mi.Score.from_notes(
        *(score.note_table()[name] for name in ("onset", "duration", "pitch")), meter=THEME.meter
    )
    assert signs(notation(bare, bars=(1, 2)).svg) == 1


# What is played


@pytest.mark.parametrize("meter", ["4/4", "3/4", "7/8:2+2+3", "12/8", "6/4", "9/8"])
def test_verovio_plays_the_source_and_the_version(meter):
    adaptation = THEME.to_meter(meter)
    staves, _ = staves_of_versions([adaptation], (1, 1))
    for staff, theme in zip(staves, (THEME, adaptation.theme), strict=True):
        bar = theme.meter.bar
        tones = [(t.onset, t.degree.pitch(theme.tonic, theme.register)) for t in theme.ostinato if t.onset < bar]
        assert heard(mei([staff])) == tones


def test_a_rendition_in_notation_has_every_note():
    score = mi.render(form="clayton-mullen", style="jazz-combo", seed=1)
    bars = shown_bars(score, (5, 12))
    pitched = [staff for staff in staves_of_passage(score, bars) if not staff.percussion]
    start, end = float(bars[0].start), float(bars[-1].end)
    table = score.note_table()
    inside = table[(table["onset"] >= start) & (table["onset"] < end)]
    wanted = Counter(inside["pitch"][[not score.parts[part].is_percussion for part in inside["part"]]].tolist())
    assert Counter(head.midi for staff in pitched for note in staff.notes for head in note.heads) == wanted


def test_the_gaps_of_an_articulation_are_not_rests():
    onsets = [0, 1.5, 3, 4, 5, 6.5, 8, 9]
    gated = mi.Score.from_notes(onsets, [1.125, 1.125, 0.75, 0.75] * 2, 43, meter=THEME.meter)
    assert not groups_of(notation(gated).svg, "rest")
    rested = mi.Score.from_notes([0, 1, 3, 4], [1, 0.5, 1, 0.5], 60, step=28)
    assert groups_of(notation(rested).svg, "rest")


def test_tuplets_are_written_as_such():
    score = mi.Score.from_notes([0, 1 / 3, 2 / 3, 1, 1.2, 1.4, 1.6, 1.8, 2], [1 / 3] * 3 + [0.2] * 5 + [2], 60)
    assert len(groups_of(notation(score).svg, "tuplet")) == 2


def test_a_pick_up_stands_in_the_metre_it_leads_to():
    meters = MeterMap.of([(0, mi.Meter("1/4")), (1, mi.Meter("3/4"))])
    picture = notation(mi.Score.from_notes([0, 1, 2, 3], 1, 60, meter=meters))
    assert len(groups_of(picture.svg, "meterSig")) == 1
    assert not groups_of(picture.svg, "rest")


# Versions


WAYS = ("regroup", "cut", "square")


@pytest.mark.parametrize(
    ("meter", "how"), [*(("4/4", how) for how in (*WAYS, "float")), ("6/4", "add-group"), ("3/4", None)]
)
def test_lines_join_the_notes_that_belong_together(meter, how):
    adaptation = THEME.to_meter(meter, how)
    staves, joined = staves_of_versions([adaptation], None)
    kinds = Counter(join.kind for join in joined)
    found = lines(notation(adaptation).svg)
    fates = list(adaptation.plan.mappings())
    repeats = len(list(staves[0].notes)) // sum(fate.was is not None for fate in fates)
    assert kinds["dropped"] == repeats * sum(fate.now is None for fate in fates)
    assert kinds["added"] == repeats * sum(fate.was is None for fate in fates)
    assert sum(broken for *_, broken in found) == kinds["moved"]
    assert sum(not broken for *_, broken in found) == kinds["kept"]
    assert all(abs(above - below) < 0.01 for above, below, broken in found if not broken)
    assert all(abs(above - below) > 1 for above, below, broken in found if broken)


def test_versions_are_labelled_and_nothing_meets():
    picture = notation(
        *(THEME.to_meter("4/4", how) for how in WAYS), THEME.to_meter("7/8:2+2+3"), THEME.to_meter("6/4", "add-group")
    )
    words = words_on(picture.svg)
    said = {word.text for word in words}
    assert {
        "5/4",
        "4/4",
        "7/8",
        "6/4",
        "3+3+1+1",
        "cut",
        "cost 10.40",
        "left out",
        "added",
        "moved",
        "same place",
    } <= said
    assert not [(a.text, b.text) for i, a in enumerate(words) for b in words[:i] if a.meets(b)]
    assert not ink_at_the_edges(picture)


def test_versions_of_two_themes_do_not_go_together():
    with pytest.raises(mi.MiThemeError, match="one theme"):
        notation(THEME.to_meter("4/4"), mi.theme("A").to_meter("4/4"))
    with pytest.raises(mi.MiThemeError, match="bars 1 to 2"):
        notation(THEME.to_meter("4/4"), bars=(2, 3))
    with pytest.raises(mi.MiThemeError, match="draw one theme"):
        notation(THEME, THEME)


# A plan for a score, a hit in one


def waltz():
    """Four bars of ours."""
    onsets, lasts = [0, 1, 2, 3, 5, 6, 7.5, 8, 9], [1, 1, 1, 2, 1, 1.5, 0.5, 1, 3]
    return mi.Score.from_notes(onsets, lasts, [67, 71, 74, 79, 78, 76, 74, 72, 71], meter="3/4", names=["Melody"])


@pytest.mark.parametrize(
    ("meter", "how"),
    [("4/4", None), ("6/8", None), ("5/4", "hold-last"), ("2/4", "cut"), ("4/4", "float"), ("4/4", "add-group")],
)
def test_a_plan_is_drawn_as_it_is_applied(meter, how):
    plan = mi.plan(waltz(), meter, how=how)
    staves, joined = staves_of_plan(plan, None)
    after = plan.apply(waltz())
    assert [note.start for note in staves[0].notes] == [Fraction(at) for at in waltz().note_table()["onset"]]
    assert [note.start for note in staves[1].notes] == [Fraction(at) for at in after.note_table()["onset"]]
    assert [head.midi for note in staves[1].notes for head in note.heads] == after.note_table()["pitch"].tolist()
    kinds = Counter(join.kind for join in joined)
    assert (kinds["dropped"], kinds["added"]) == (len(plan.dropped), len(plan.added))
    names = [note.id for staff in staves for note in staff.notes]
    assert len(names) == len(set(names))
    assert len(lines(draw(plan).svg)) == kinds["kept"] + kinds["moved"]


def test_a_rendition_s_plan_and_its_bars():
    plan = mi.plan(mi.render(form="tv", style="jazz-combo", seed=1), "4/4")
    assert "bars 5 to 6" in draw(plan, bars=(5, 6)).description
    with pytest.raises(mi.MiThemeError, match="no bars 900 to 901"):
        draw(plan, bars=(900, 901))
    bare = type(plan).from_json(plan.to_json())
    with pytest.raises(mi.MiThemeError, match="with_score"):
        draw(bare)
    assert "No picture" in bare._repr_html_()


def test_a_hit_has_a_ring_around_each_note(tmp_path):
    score = mi.render(form="clayton-mullen", style="jazz-combo", seed=1)
    hit = mi.find(THEME, score, top=1)[0]
    picture = notation(score, hit=hit)
    assert picture.svg.count("<ellipse fill") == 0
    assert picture.svg.count('rx="6.84"') == len(hit.notes) + 1  # and one in the legend
    score.save(tmp_path / "song.mid")
    assert draw(mi.find(THEME, tmp_path / "song.mid", top=1)[0]).description.endswith(f"{len(hit.notes)} of the theme.")
    assert "is no file" in hit._repr_html_()
    with pytest.raises(mi.MiThemeError, match="not of this score"):
        notation(mi.Score.from_notes([0], 1, 60), hit=hit)


def test_a_changed_note_has_a_broken_ring():
    pitches = [67, 71, 74, 79, 76, 76, 74, 72, 71]
    onsets = waltz().note_table()["onset"]
    other = mi.Score.from_notes(onsets, waltz().note_table()["duration"], pitches, meter="3/4")
    hit = mi.find(waltz(), other, top=1, max_evalue=10)[0]
    assert len(hit.changed) == 1
    assert (
        notation(other, hit=hit).svg.count(
            'rx="6.84" ry="6.12" fill="none" stroke="black" stroke-width="1.4" stroke-dasharray'
        )
        == 2
    )


def test_long_names_of_parts_leave_room_for_the_music():
    score = mi.Score.from_notes(
        [0, 1], 1, [60, 62], part=[0, 1], names=["An instrument with a very long name indeed"] * 2
    )
    picture = notation(score, width=500)
    assert not ink_at_the_edges(picture)
    assert "An instrument with a …" in [word.text for word in words_on(picture.svg)]


# The same every time, with a description, of anything


def test_the_same_bytes_in_another_process():
    code = "import mi_theme as mi; print(mi.draw(mi.theme().to_meter('4/4')).to_svg(), end='')"
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, cwd=Path(__file__).parents[1]
    )
    assert result.stdout.decode() == notation(THEME.to_meter("4/4")).to_svg()


def test_the_description_is_in_the_picture():
    picture = notation(THEME.to_meter("4/4"))
    assert "<title>Notation of bars 1 to 2</title>" in picture.svg
    assert "<desc>5/4:3+3+2+2" in picture.svg
    assert "6 in the same place, 2 moved" in picture.description
    assert "G 3/2, G 3/2, Bb 1/2, C 1/2" in picture.description


@pytest.mark.parametrize(
    "score",
    [mi.Score.from_notes([], [], []), mi.Score.from_notes([0, 1], 1, [60, 61], step=[5, 50]), mi.Score.from_notes([0], [1 / 96], [0]), mi.Score.from_notes([0] * 12, 4, range(127, 115, -1)),
     mi.Score.from_notes([i / 7 for i in range(50)], 3, 60), mi.Score.from_notes([0], [300], [60], meter="255/4"),
     mi.Score.from_notes([i / 4 for i in range(10_000)], 0.2, [60 + i % 12 for i in range(10_000)])],
    ids=["empty", "a step that cannot be", "one short note", "a cluster", "overlapping sevenths", "a very long bar", "ten thousand notes"],
)  # fmt: skip
def test_anything_is_drawn_without_being_cut(score, impatient):
    for kind in ("notation", "roll"):
        picture = draw(score, kind)
        assert picture.description
        assert len(picture.to_svg()) < 1_000_000
    assert not ink_at_the_edges(notation(score))


def test_the_number_of_a_bar_is_whole_where_a_system_begins():
    """It stands before the first line, where browsers cut what is not said to be visible."""
    svg = fromstring(draw(mi.Score.from_notes(range(24), 1, [67] * 24, meter="3/4"), "notation").to_svg())
    systems = [element for element in svg.iter() if element.get("class") == "definition-scale"]
    assert [element.get("overflow") for element in systems] == ["visible"]


def test_names_in_any_letters_make_sound_svg():
    name = "\x0b<&> \x01 '\" -- \N{TRUMPET} 琴"
    score = mi.Score.from_notes([0, 1], 1, [60, 62], names=[name])
    for kind in ("notation", "roll"):
        picture = draw(score, kind)
        root = fromstring(picture.to_svg())
        title, desc = (root.find(f"{{http://www.w3.org/2000/svg}}{tag}") for tag in ("title", "desc"))
        assert title.text
        assert "琴" in desc.text
        assert picture.to_png()
        assert "\x01" not in picture.as_image()


def test_long_music_goes_on_in_systems_no_wider_than_asked():
    picture = notation(eighths("4/4"), width=300)
    assert float(picture.svg.partition('viewBox="0 0 ')[2].split()[0]) < 420
    score = mi.Score.from_notes([i / 2 for i in range(64)], 0.5, 60)
    assert len(groups_of(notation(score).svg, "system")) > 1
    assert not ink_at_the_edges(notation(score))


# Without the extra


def without(monkeypatch, package):
    real = builtins.__import__

    def missing(name, *args, **kwargs):
        if name.partition(".")[0] == package:
            raise ImportError(name)  # missing, or there and broken
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", missing)


def test_without_verovio_the_extra_is_named_and_a_notebook_shows_the_text(monkeypatch):
    without(monkeypatch, "verovio")
    with pytest.raises(MissingExtra, match=r"verovio: pip install verovio, or .* extra \[notation\]"):
        notation(THEME)
    shown = THEME.to_meter("4/4")._repr_html_()
    assert "extra [notation]" in shown
    assert "TRIM THE TAIL" in shown


def test_without_resvg_there_is_svg_and_no_png(monkeypatch, tmp_path):
    without(monkeypatch, "resvg_py")
    picture = notation(THEME)
    with pytest.raises(MissingExtra, match=r"extra \[notation\]"):
        picture.save(tmp_path / "a.png")
    assert not list(tmp_path.iterdir())
    picture.save(tmp_path / "a.svg")


# One word for all


def test_everything_draws_itself_in_a_notebook():
    adaptation = THEME.to_meter("4/4")
    for thing in (THEME, adaptation, adaptation.plan, THEME.to_score()):
        html = thing._repr_html_()
        assert html.startswith("<img")
        assert 'alt="' in html
        assert ("<table" in html) is (thing not in (THEME, THEME.to_score()))  # plans are tables, the rest are words
        assert ("<pre" in html) is (thing in (THEME, THEME.to_score()))


@pytest.mark.parametrize(
    ("thing", "kinds"),
    [(THEME, "notation roll weights necklace"), (THEME.to_meter("4/4"), "notation roll map weights necklace"), (THEME.to_meter("4/4").plan, "map"),
     (THEME.to_score(), "roll notation"), (THEME.meter, "weights necklace"), ("5/4:3+3+2+2", "weights necklace"), ("3+3+2", "necklace")],
    ids=["theme", "adaptation", "plan", "score", "meter", "text of a meter", "text of a grouping"],
)  # fmt: skip
def test_draw_knows_what_there_is_of_each_thing(thing, kinds, tmp_path):
    usual, *_ = kinds.split()
    assert draw(thing).description == draw(thing, usual).description
    for kind in kinds.split():
        draw(thing, kind).save(tmp_path / f"{kind}.svg")
    assert len(list(tmp_path.iterdir())) == len(kinds.split())
    for kind in {"notation", "roll", "map", "weights", "necklace"} - set(kinds.split()):
        with pytest.raises(mi.MiThemeError, match=f"no {kind} of a"):
            draw(thing, kind)


def test_draw_says_what_it_cannot():
    with pytest.raises(mi.MiThemeError, match="did you mean 'notation'"):
        draw(THEME, "notations")
    with pytest.raises(mi.MiThemeError, match="an int says no music"):
        draw(5)
    with pytest.raises(mi.MiThemeError, match=r"\.svg"):
        draw(THEME).save("theme.doc")


def test_html_is_a_page_with_the_picture(tmp_path):
    draw(THEME).save(tmp_path / "theme.html")
    page = (tmp_path / "theme.html").read_text("utf-8")
    assert page.startswith("<!DOCTYPE html>")
    assert draw(THEME).to_svg() in page


def test_pages_of_a_plan_are_drawn_as_each_alone() -> None:
    """Both sides written once give the pictures that every page gives for itself, and the pages are all bars."""
    from mi_theme.engraving.contents.conversion_notation import FacingScores

    onsets = [3 * bar + at for bar in range(20) for at in (0, 1, 2)]
    score = mi.Score.from_notes(onsets, 1, [60 + at % 11 for at in onsets], meter="3/4")
    plan = mi.plan(score, "4/4")
    facing = FacingScores.of(plan)
    assert facing.pages == [(1, 8), (9, 16), (17, 20)]
    for bars in facing.pages:
        assert notation(facing, bars=bars).to_svg() == notation(plan, bars=bars).to_svg()


# What is said beside the notes


def said_beside() -> mi.Score:
    """Notation with what stands beside notes: two verses, slurs, marks, dynamics, a hairpin, a chord, a repeat and its endings."""

    def bar(number: int, inside: str) -> str:
        return f'<measure number="{number}">{inside}</measure>'

    def note(step: str, more: str = "", voice: int = 1, last: str = "") -> str:
        return (
            f"<note><pitch><step>{step}</step><octave>5</octave></pitch><duration>1</duration><voice>{voice}</voice>"
            f"<type>quarter</type>{f'<notations>{more}</notations>' if more else ''}{last}</note>"
        )

    lyric = '<lyric number="1"><syllabic>begin</syllabic><text>Trä</text></lyric><lyric number="2"><text>when</text></lyric>'
    first = (
        "<attributes><divisions>1</divisions><time><beats>4</beats><beat-type>4</beat-type></time></attributes>"
        "<harmony><root><root-step>G</root-step></root><kind>minor</kind></harmony>"
        "<direction><direction-type><dynamics><mf/></dynamics></direction-type></direction>"
        '<direction><direction-type><wedge type="crescendo"/></direction-type></direction>'
        + note("C", '<slur type="start" number="1"/>', last=lyric)
        + note("D", "<articulations><staccato/><accent/></articulations>")
        + '<direction><direction-type><wedge type="stop"/></direction-type></direction>'
        + note("E", '<slur type="stop" number="1"/><fermata/>')
        + note("F")
        + "<backup><duration>4</duration></backup>"
        + note("A", voice=2)
        + note("A", voice=2)
    )
    one = '<barline location="left"><ending number="1" type="start"/></barline>' + "".join(map(note, "CDEF"))
    one += '<barline location="right"><ending number="1" type="stop"/><repeat direction="backward"/></barline>'
    two = '<barline location="left"><ending number="2" type="start"/></barline>' + "".join(map(note, "GFED"))
    two += '<barline location="right"><ending number="2" type="stop"/></barline>'
    bars = bar(1, first) + bar(2, one) + bar(3, two)
    part = '<part-list><score-part id="P1"><part-name>Voice</part-name></score-part></part-list>'
    return mi.read(f'<score-partwise version="4.0">{part}<part id="P1">{bars}</part></score-partwise>'.encode())


def test_what_is_said_beside_notes_is_in_the_picture() -> None:
    staves = staves_of_passage(said_beside(), shown_bars(said_beside(), None))
    root = fromstring(mei(staves).encode())
    named = {name: list(root.iter(f"{{http://www.music-encoding.org/ns/mei}}{name}")) for name in (
        "syl", "slur", "dynam", "hairpin", "harm", "fermata", "ending", "measure", "note",
    )}  # fmt: skip
    assert [(syl.text, syl.get("con")) for syl in named["syl"]] == [("Trä", "d"), ("when", None)]
    ids = [note.get("{http://www.w3.org/XML/1998/namespace}id") for note in named["note"]]
    (slur,) = named["slur"]
    assert (slur.get("startid"), slur.get("endid")) == (f"#{ids[0]}", f"#{ids[2]}")
    assert named["note"][1].get("artic") == "stacc acc"
    assert [(one.text, one.get("tstamp")) for one in named["dynam"]] == [("mf", "1")]
    assert [(one.get("form"), one.get("tstamp"), one.get("tstamp2")) for one in named["hairpin"]] == [
        ("cres", "1", "0m+3")
    ]
    assert [one.text for one in named["harm"]] == ["Gm"]
    assert len(named["fermata"]) == 1
    assert [one.get("n") for one in named["ending"]] == ["1", "2"]
    assert [one.get("right") for one in named["measure"]] == [None, "rptend", "end"]
    drawing = notation(said_beside())
    assert not ink_at_the_edges(drawing)
    assert all(f">{word}<" in drawing.svg for word in ("Trä", "when", "Gm", "1."))


def test_a_rest_is_not_drawn_over_another_voice_that_sounds() -> None:
    """The first voice rests on the second beat, where the second one plays, and on the last two, where nobody does."""
    score = mi.Score.from_notes([0, 0, 1], [1, 1, 1], [72, 60, 62], voice=[1, 2, 2])
    (staff,) = staves_of_passage(score, shown_bars(score, None))
    root = fromstring(mei([staff]).encode())
    layers = list(root.iter("{http://www.music-encoding.org/ns/mei}layer"))
    assert [child.tag.rpartition("}")[2] for child in layers[0]] == ["note", "space", "rest"]


def test_several_grace_notes_are_under_one_beam_and_one_has_a_stroke() -> None:
    frames = ((NewBar(Fraction(0), Fraction(4), 1, mi.Meter("4/4")),),)
    for count, tags in ((1, ["note"]), (3, ["beam"])):
        graces = tuple(Head(35 + place) for place in range(count))
        note = StaffNote(Fraction(0), Fraction(4), (Head(38),), "n", graces=graces)
        root = fromstring(mei([Staff(frames, ((note,),))]).encode())
        (layer,) = root.iter("{http://www.music-encoding.org/ns/mei}layer")
        assert [child.tag.rpartition("}")[2] for child in layer][:-1] == tags
        found = [one for one in layer.iter("{http://www.music-encoding.org/ns/mei}note") if one.get("grace")]
        assert {one.get("dur") for one in found} == {"8" if count == 1 else "16"}


def test_staves_of_one_player_stand_in_a_brace_and_say_his_name_once() -> None:
    score = mi.Score.from_notes([0, 0], 4, [72, 48], part=[0, 1], names=["Piano (1)", "Piano (2)"])
    staves = staves_of_passage(score, shown_bars(score, None))
    assert [staff.labels for staff in staves] == [("Piano",), ("",)]
    assert mei(staves).count('symbol="brace"') == 1


def test_a_change_of_key_inside_a_passage_is_drawn_and_its_accidentals_follow() -> None:
    score = mi.Score.from_notes(range(12), 1, [66] * 12)
    keys = [
        Event(at * 4 * score.ticks_per_quarter, m.key_signature(fifths, False))
        for at, fifths in ((0, 0), (1, 1), (2, 0))
    ]
    score = mi.Score(score.ticks_per_quarter, (Track.sorted([*score.tracks[0], *keys]), score.tracks[1]))
    text = mei(staves_of_passage(score, shown_bars(score, None)))
    root = fromstring(text.encode())
    mei_name = "{http://www.music-encoding.org/ns/mei}"
    assert [one.get("keysig") for one in root.iter(f"{mei_name}staffDef")] == ["0", "1s", "0"]
    signs = [[note.get("accid") for note in bar.iter(f"{mei_name}note")] for bar in root.iter(f"{mei_name}measure")]
    assert signs == [["s", None, None, None], [None] * 4, ["s", None, None, None]]
    assert [pitch for _, pitch in heard(text)] == [66] * 12
