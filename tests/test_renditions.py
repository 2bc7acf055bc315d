"""Renditions: what the MIDI holds, what arguments do, what is refused."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import pytest

from mi_theme import Score, read
from mi_theme.errors import FileError, MiThemeError, ScoreError, TextError, UnknownName
from mi_theme.meter import Meter
from mi_theme.renditions import Form, Section, arrange, find_form, find_style, forms, render, stems, styles
from mi_theme.score import messages as m
from mi_theme.themes import Motif, theme

EXPECTED = {"5/4:3+3+2+2": [0, 3, 6, 8], "4/4": [0, 3, 6, 7]}  # onsets in eighths
FORMS = ("tv", "clayton-mullen", "limp-bizkit")


def eighths(score: Score, part: str, start: Fraction, end: Fraction) -> list[float]:
    """Onsets in a bar, in eighths from its beginning."""
    onsets = score.notes(part)["onset"]
    inside = onsets[(onsets >= float(start)) & (onsets < float(end))]
    return [round((onset - float(start)) * 2, 6) for onset in inside.tolist()]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("style", ["bare", "jazz-combo", "club"])
def test_ostinato_is_exact_in_every_groove_bar(form: str, style: str) -> None:
    plan = arrange(form=form, style=style)
    score = plan.score()
    register = score.notes("Ostinato")["pitch"][0]
    for passage in plan.passages:
        bars = [bar for bar in score.bars() if passage.start <= bar.start < passage.end]
        assert len(bars) == passage.bars
        for index, bar in enumerate(bars):
            found = eighths(score, "Ostinato", bar.start, bar.end)
            if passage.role in ("bridge", "ending"):
                assert found == []
                continue
            assert found == EXPECTED[str(bar.meter)]
            notes = score.notes("Ostinato")
            pitches = notes["pitch"][(notes["onset"] >= float(bar.start)) & (notes["onset"] < float(bar.end))]
            assert (pitches - register).tolist() == ([0, 0, 3, 5] if index % 2 == 0 else [0, 0, -2, -1])


@pytest.mark.parametrize("form", FORMS)
def test_conductor_says_everything(form: str) -> None:
    plan = arrange(form=form)
    score = plan.score()
    conductor = score.tracks[0]
    assert score.kind == 1
    assert score.ticks_per_quarter == 480
    signatures = [data[:2] for _, data in conductor.metas(m.TIME_SIGNATURE)]
    assert set(signatures) <= {bytes((5, 2)), bytes((4, 2))}  # 5/4, never 10/8
    assert [text for _, text in score.markers] == [f"{p.name} ({p.role})" for p in plan.passages]
    assert [at for at, _ in score.markers] == [p.start for p in plan.passages]
    assert conductor.metas(m.COPYRIGHT)[0][1].decode() == theme().rights.attribution
    texts = [text for _, text in score.texts]
    assert "arrangement by mi_theme; not a transcription" in texts
    assert score.key == (-2, True)
    assert not any(track.metas(m.TIME_SIGNATURE) for track in score.tracks[1:])
    changes = [(at, str(meter)) for at, meter in score.meters.changes]
    assert changes == [
        (p.start, str(p.meter))
        for before, p in zip([None, *plan.passages], plan.passages, strict=False)
        if before is None or before.meter != p.meter
    ]


def test_forms_are_in_the_metres_they_promise() -> None:
    metres = {name: [str(s.meter) for s in form.sections] for name, form in forms().items()}
    assert set(metres["tv"]) == {"5/4:3+3+2+2"}
    assert metres["clayton-mullen"][0] == "5/4:3+3+2+2"
    assert set(metres["clayton-mullen"][1:]) == {"4/4"}
    assert [m for i, m in enumerate(metres["limp-bizkit"]) if i == 0 or m != metres["limp-bizkit"][i - 1]] == [
        "4/4",
        "5/4:3+3+2+2",
        "4/4",
    ]


def test_tracks_are_named_and_drums_are_on_channel_10() -> None:
    score = render(style="jazz-combo")
    names = [part.name for part in score.parts]
    assert names[0] == "Ostinato"
    assert len(set(names)) == len(names)
    drums = {part.name for part in score.parts if part.channel == 9}
    assert drums == {"Bongos", "Drums"}


@pytest.mark.parametrize("style", list(styles()))
def test_same_arguments_same_bytes_and_seeds_differ(style: str) -> None:
    first, again, other = (render(style=style, length=24, seed=seed) for seed in (3, 3, 4))
    assert first.to_bytes() == again.to_bytes()
    lead = find_style(style).playing("lead")[0].name
    tunes = [score.notes(lead)[["onset", "pitch"]].tolist() for score in (first, other)]
    assert tunes[0] != tunes[1]
    assert first.to_bytes() != other.to_bytes()


def test_a_rendition_survives_writing_and_reading() -> None:
    score = render(form="limp-bizkit", style="latin")
    back = read(score.to_bytes())
    assert back.note_table()[["onset", "duration", "pitch", "velocity"]].tolist() == (
        score.note_table()[["onset", "duration", "pitch", "velocity"]].tolist()
    )
    assert back.meters == score.meters


@pytest.mark.parametrize("bars", [4, 5, 8, 15, 16, 24, 33, 64, 200])
@pytest.mark.parametrize("form", FORMS)
def test_bars_are_whole_cells_and_as_many_as_asked(form: str, bars: int) -> None:
    plan = arrange(form=form, style="bare", length=bars)
    assert plan.bars == bars // 2 * 2
    assert all(passage.bars % 2 == 0 for passage in plan.passages)
    assert plan.passages[-1].role == "ending"


def test_meter_replaces_every_section() -> None:
    score = render(meter="7/8", length=8)
    assert [str(meter) for _, meter in score.meters.changes] == ["7/8:3+2+2"]
    assert [bytes(data[:2]) for _, data in score.tracks[0].metas(m.TIME_SIGNATURE)] == [bytes((7, 3))]


def test_strategy_tempo_tonic_and_mode_are_obeyed() -> None:
    score = render(form="clayton-mullen", style="bare", how="square", tempo=100, tonic="Eb", mode="dorian", length=16)
    assert score.tempos.per_minute() == pytest.approx(100)
    assert score.key == (-6, True)  # a mode with a minor third takes the signature of minor
    bar = next(bar for bar in score.bars() if bar.meter == Meter("4/4"))
    assert eighths(score, "Ostinato", bar.start, bar.end) == [0, 2, 4, 6]
    assert score.notes("Ostinato")["pitch"][0] % 12 == 3


@pytest.mark.parametrize(
    ("keep", "words", "factor"),
    [
        ("pulse", "eighth = eighth", 1),
        ("beat", "dotted quarter = quarter", Fraction(2, 3)),
        ("bar", "bar = bar", Fraction(4, 5)),
    ],
)
def test_tempo_equation_is_written_at_the_change(keep: str, words: str, factor: Fraction) -> None:
    plan = arrange(form="clayton-mullen", style="bare", tempo=150, keep=keep)
    score = plan.score()
    change = plan.passages[1]
    assert change.equation == words
    assert (change.start, f"tempo {words}") in score.texts
    assert score.tempos.per_minute(change.start) == pytest.approx(150 * float(factor), rel=1e-4)
    if keep == "bar":
        lengths = [
            score.tempos.seconds(p.start + p.meter.bar) - score.tempos.seconds(p.start) for p in plan.passages[:2]
        ]
        assert lengths[0] == pytest.approx(lengths[1], rel=1e-4)


def test_beat_is_kept_between_simple_and_compound() -> None:
    form = Form("two", (Section("A", "groove", Meter("4/4"), 4), Section("B", "groove", Meter("12/8"), 4)))
    plan = arrange(form=form, style="bare", tempo=120)
    assert plan.passages[1].equation == "quarter = dotted quarter"
    assert plan.passages[1].tempo == 180


def test_endings() -> None:
    plans = {
        ending: arrange(style="jazz-combo", length=16, ending=ending) for ending in ("ring", "stop", "fade", "loop")
    }
    scores = {ending: plan.score() for ending, plan in plans.items()}
    for ending in ("ring", "stop"):
        notes, end = scores[ending].note_table(), float(plans[ending].end)
        assert (notes["onset"] == end).sum() > 3
        assert (notes["onset"] <= end).all()
    last = {ending: scores[ending].note_table()["duration"][-1] for ending in ("ring", "stop")}
    assert last["ring"] > last["stop"]
    loop = scores["loop"]
    assert {track.end for track in loop.tracks} == {int(plans["loop"].end * 480)}
    volumes = [e.message[2] for e in scores["fade"].tracks[1] if e.message[0] == m.CONTROL and e.message[1] == 7]
    assert volumes[-1] == 0
    assert volumes == sorted(volumes, reverse=True)
    for ending in ("ring", "stop", "fade"):
        score = scores[ending]
        ticks = max(int(track.events["tick"][:-1].max(initial=0)) for track in score.tracks)
        rest = score.tempos.seconds(Fraction(score.end, 480)) - score.tempos.seconds(Fraction(ticks, 480))
        assert rest >= 1


def test_parts_can_be_chosen_and_stems_hold_one_part_each() -> None:
    score = render(parts=["ostinato", "Flute"])
    assert [part.name for part in score.parts] == ["Ostinato", "Flute"]
    whole = render()
    alone = stems(whole)
    assert list(alone) == [part.name for part in whole.parts]
    for name, stem in alone.items():
        assert [part.name for part in stem.parts] == [name]
        assert stem.tracks[0] == whole.tracks[0]
        assert (
            stem.notes(name)[["onset", "pitch", "velocity"]].tolist()
            == whole.notes(name)[["onset", "pitch", "velocity"]].tolist()
        )


def test_plan_prints_and_serialises() -> None:
    plan = arrange(form="clayton-mullen", style="club", seed=2)
    text = str(plan)
    for passage in plan.passages:
        assert f"{passage.name} ({passage.role})" in text
    assert "eighth = eighth" in text
    assert "+ 1 for the last downbeat" in text
    data = json.loads(json.dumps(plan.as_dict()))
    assert data["sections"][1]["figure"] == "3+3+1+1"
    assert sum(s["bars"][1] - s["bars"][0] + 1 for s in data["sections"]) == plan.bars
    again = arrange(form="clayton-mullen", style="club", seed=2)
    assert plan == again
    assert hash(plan) == hash(again)


def test_head_on_the_upbeat_leads_to_a_downbeat() -> None:
    upbeat = theme(head_place="upbeat")
    plan = arrange(style="bare", theme=upbeat, form="tv")
    score = plan.score()
    phrase = next(p for passage in plan.passages for p in passage.phrases if p.device == "statement")
    bars = {bar.number: bar for bar in score.bars()}
    onsets = score.notes("Lead")["onset"].tolist()
    downbeat = float(bars[phrase.first + 1].start)
    assert onsets[:3] == [downbeat - 1, downbeat - 0.5, downbeat]


def test_bridges_move_the_bass_and_lead_back() -> None:
    plan = arrange(form="tv", style="bare")
    score = plan.score()
    bridge = next(p for p in plan.passages if p.role == "bridge")
    bass = score.notes("Ostinato II")
    inside = bass[(bass["onset"] >= float(bridge.start)) & (bass["onset"] < float(bridge.end))]
    roots = {int(note["pitch"]) % 12 for note in inside if (note["onset"] - float(bridge.start)) % 10 == 0}
    assert len(roots) >= 3
    tonic = int(score.notes("Ostinato")["pitch"][0])
    assert abs(int(inside["pitch"][-1]) - tonic) == 1  # a half step into the tonic
    assert [str(c) for c in bridge.phrases[0].chords] != [str(c) for c in bridge.phrases[1].chords]


@pytest.mark.parametrize(
    ("arguments", "kind", "words"),
    [
        ({"form": "tw"}, UnknownName, "did you mean 'tv'"),
        ({"style": "jazz-comb"}, UnknownName, "did you mean 'jazz-combo'"),
        ({"ending": "rings"}, UnknownName, "did you mean 'ring'"),
        ({"keep": "tempo", "form": "clayton-mullen"}, UnknownName, "pulse, beat, bar"),
        ({"how": "regrop"}, UnknownName, "regroup"),
        ({"parts": ["Flut"]}, UnknownName, "did you mean 'Flute'"),
        ({"mode": "minr"}, UnknownName, "minor"),
        ({"tonic": "H"}, TextError, "letter from A to G"),
        ({"meter": "5/3"}, TextError, "column 3"),
        ({"tempo": 0}, ScoreError, "20 to 400"),
        ({"tempo": 10_000}, ScoreError, "20 to 400"),
        ({"tempo": float("nan")}, ScoreError, "20 to 400"),
        ({"length": 0}, ScoreError, "4 to 2000"),
        ({"length": 10**9}, ScoreError, "4 to 2000"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(
    arguments: dict[str, object], kind: type[MiThemeError], words: str
) -> None:
    with pytest.raises(kind) as caught:
        render(**arguments)  # type: ignore[arg-type]
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


OWN = """
[[style]]
name = "two-voices"
about = "a bass and a whistle"
tempo = [80, 90, 100]
part = [
  { name = "Ostinato", plays = "ostinato", program = 33, low = 28, high = 55 },
  { name = "Whistle", plays = "lead", program = 79, low = 67, high = 91 },
  { name = "Sticks", plays = "hands", groove = "sticks" },
]

[[groove]]
name = "sticks"
follows = "figure"
voice = [{ key = 75, three = "x.....", two = "x..." }]
"""

OWN_FORM = """
[[form]]
name = "short"
section = [{ name = "A", role = "groove", meter = "7/8:2+2+3", bars = 8 }]
"""


def test_styles_and_forms_of_ones_own(tmp_path: Path) -> None:
    style, form = tmp_path / "style.toml", tmp_path / "form.toml"
    style.write_text(OWN, "utf-8")
    form.write_text(OWN_FORM, "utf-8")
    score = render(style=str(style), form=str(form))
    assert score.parts[0].name == "Ostinato"
    assert {"Whistle", "Sticks"} <= {part.name for part in score.parts}
    assert [str(meter) for _, meter in score.meters.changes] == ["7/8:2+2+3"]
    sticks = score.notes("Sticks")
    assert set(sticks["pitch"].tolist()) == {75}
    assert find_style("two-voices", style).tempo == (80, 90, 100)
    assert find_form("short", form).bars == 8


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('plays = "lead"', 'plays = "leed"', "lead"),
        ("low = 67", "low = 96", "low <= high"),
        ("tempo = [80, 90, 100]", "tempo = [80]", "tempo"),
        ('plays = "ostinato"', 'plays = "pad"', "ostinato"),
        ("follows", "folows", "folows"),
        ('groove = "sticks"', 'groove = "stiks"', "sticks"),
    ],
)
def test_a_damaged_style_file_says_where(tmp_path: Path, old: str, new: str, words: str) -> None:
    path = tmp_path / "style.toml"
    path.write_text(OWN.replace(old, new), "utf-8")
    with pytest.raises((FileError, UnknownName)) as caught:
        render(style=str(path))
    assert words in str(caught.value)


def test_every_program_range_and_groove_of_ours_is_there() -> None:
    for style in styles().values():
        low, usual, high = style.tempo
        assert low < usual < high
        assert all(1 <= part.program <= 128 for part in style.part if not part.is_drums)
        assert style.playing("lead")
    assert len(styles()) >= 10


def test_a_motif_of_one_note_and_a_long_one_are_themes_too() -> None:
    from dataclasses import replace

    home = theme()
    drone = replace(home, motifs=(Motif("1:10", "ostinato"), Motif("5:10", "head")))
    long = replace(
        home, motifs=(Motif("1:5 2:5 | b3:5 4:5 | 5:5 4:5 | b3:10", "ostinato"), Motif("1:2 2:2 b3:2 4:2 5:2", "head"))
    )
    for own in (drone, long):
        score = render(theme=own, length=16, style="orchestra")
        assert len(score.notes("Ostinato"))
