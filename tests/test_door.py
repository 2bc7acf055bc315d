"""One door: what every call takes, what it refuses and how, one name for one thing, and what one sees of what comes out."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import warnings
from collections.abc import Callable
from html import unescape
from inspect import signature
from io import BytesIO
from pathlib import Path
from types import FunctionType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

import mi_theme as mi
from mi_theme.arguments import asked
from mi_theme.errors import CallError, MissingFile, MiThemeError
from mi_theme.guesses import EXAMPLES, GUESSED, Guessed
from mi_theme.renditions import arrange

ONSETS = [bar * 5 + at for bar in range(12) for at in (0, 1.5, 3, 4)]
SCORE = mi.Score.from_notes(
    ONSETS, [1.5, 1.5, 1, 1] * 12, [43, 43, 46, 48, 43, 43, 41, 42] * 6, meter="5/4:3+3+2+2", names=["Bass"]
)
ABC = "X:1\nM:5/4\nL:1/8\nK:Gm\n" + "G,3 G,3 B,2 C2 | G,3 G,3 F,2 ^F,2 |\n" * 4


def as_pandas(folder: Path) -> Any:
    pandas = pytest.importorskip("pandas")
    assert pandas
    return SCORE.to_dataframe()


def as_partitura(folder: Path) -> Any:
    partitura = pytest.importorskip("partitura")
    SCORE.save(folder / "part.musicxml")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return partitura.load_score(str(folder / "part.musicxml"))


def as_performance(folder: Path) -> Any:
    partitura = pytest.importorskip("partitura")
    SCORE.save(folder / "performance.mid")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return partitura.load_performance_midi(str(folder / "performance.mid"))


def as_mido(folder: Path) -> Any:
    mido = pytest.importorskip("mido")
    return mido.MidiFile(file=BytesIO(SCORE.to_bytes()))


def as_pretty_midi(folder: Path) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pretty_midi = pytest.importorskip("pretty_midi")
        return pretty_midi.PrettyMIDI(BytesIO(SCORE.to_bytes()))


def as_symusic(folder: Path) -> Any:
    symusic = pytest.importorskip("symusic")
    return symusic.Score.from_midi(SCORE.to_bytes())


def path_of(folder: Path) -> Path:
    SCORE.save(folder / "song.mid")
    return folder / "song.mid"


INPUTS: dict[str, Callable[[Path], Any]] = {
    "Score": lambda folder: SCORE,
    "Theme": lambda folder: mi.theme(),
    "Adaptation": lambda folder: mi.theme().to_meter("4/4"),
    "Path": path_of,
    "str": lambda folder: str(path_of(folder)),
    "bytes": lambda folder: SCORE.to_bytes(),
    "text": lambda folder: ABC,
    "open file": lambda folder: BytesIO(SCORE.to_bytes()),
    "Stream": lambda folder: SCORE.to_music21(),
    "note table": lambda folder: SCORE.note_table(),
    "note array": lambda folder: SCORE.note_array(),
    "columns": lambda folder: {name: SCORE.note_table()[name] for name in ("onset", "duration", "pitch")},
    "data frame": as_pandas,
    "partitura score": as_partitura,
    "partitura performance": as_performance,
    "mido": as_mido,
    "pretty_midi": as_pretty_midi,
    "symusic": as_symusic,
    "Quantized": lambda folder: mi.quantize(SCORE),
}
CALLS: dict[str, Callable[[Any], object]] = {
    "convert": lambda music: mi.convert(music, "4/4", source="5/4:3+3+2+2"),
    "plan": lambda music: mi.plan(music, "4/4", source="5/4:3+3+2+2"),
    "compare": lambda music: mi.compare(music, "4/4", source="5/4:3+3+2+2"),
    "align": lambda music: mi.align(SCORE, music),
    "draw": lambda music: mi.draw(music),
    "measure": lambda music: mi.measure(music, "5/4:3+3+2+2"),
    "induce_meter": lambda music: mi.induce_meter(music),
    "find": lambda music: mi.find(music, SCORE),
    "find in": lambda music: mi.find(mi.theme(), music),
    "motifs": lambda music: mi.motifs(music),
    "rank": lambda music: mi.rank(music, [SCORE]),
    "rank among": lambda music: mi.rank(SCORE, music),
    "render": lambda music: arrange(theme=music, style="bare", length=8),
    "worksheet": lambda music: mi.worksheet(music, "4/4", staff=False),
    "quantize": lambda music: mi.quantize(music),
    "beats": lambda music: mi.beats(music),
    "Theme.from_score": lambda music: mi.Theme.from_score(music, (1, 1)),
    "Theme.of": lambda music: mi.Theme.of(music),
    "Score.of": lambda music: mi.Score.of(music),
    "Pattern.of": lambda music: mi.Pattern.of(music),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("door")


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("kind", INPUTS)
@pytest.mark.filterwarnings("ignore::mi_theme.score.timing.TimingWarning")
@pytest.mark.filterwarnings("ignore::UserWarning:partitura")
def test_every_call_takes_every_kind_of_music(kind: str, call: str, folder: Path) -> None:
    assert CALLS[call](INPUTS[kind](folder)) is not None


@pytest.mark.parametrize("kind", [kind for kind in INPUTS if kind not in ("Theme", "Adaptation", "text")])
@pytest.mark.filterwarnings("ignore::UserWarning:partitura")
def test_the_notes_are_the_same_whatever_they_come_in(kind: str, folder: Path) -> None:
    table, found = SCORE.note_table(), mi.Score.of(INPUTS[kind](folder)).note_table()
    assert found["pitch"].tolist() == table["pitch"].tolist()
    assert np.allclose(found["onset"], table["onset"], atol=1e-3)
    assert np.allclose(found["duration"], table["duration"], atol=1e-2)


WRONG: dict[str, Any] = {
    "nothing": None,
    "number": 3,
    "Meter": mi.Meter("5/4"),
    "object": SimpleNamespace(columns=3),
    "table of else": {"when": [0, 1], "what": [60, 62]},
    "table of text": {"onset": ["a", "b"], "duration": [1, 1], "pitch": [60, 61]},
    "unequal columns": {"onset": [0, 1, 2], "duration": [1, 1], "pitch": [60, 61]},
}


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("kind", WRONG)
def test_what_is_no_music_is_refused_in_one_line(kind: str, call: str) -> None:
    if call in ("draw", "render", "rank among") and kind in ("Meter", "nothing"):
        pytest.skip("a metre has a picture; nothing is the usual theme, and no tunes")
    with pytest.raises(MiThemeError) as caught:
        CALLS[call](WRONG[kind])
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 300


def test_a_motif_is_taken_where_no_metre_is_needed() -> None:
    motif = mi.Motif("1:3 1:3 b3:2 4:2 1:3 1:3 b7,:2 7,:2")
    assert mi.find(motif, mi.theme().to_score())
    assert mi.measure(motif)["notes"] == 8
    assert mi.induce_meter(motif)
    with pytest.raises(MiThemeError, match="a motif stands in no metre"):
        mi.convert(motif, "4/4")  # type: ignore[call-overload]
    assert mi.Theme("mine", (motif,), mi.Meter("5/4")).ostinato == motif


def test_a_table_tells_pickups_metres_spelling_and_drums() -> None:
    partitura = pytest.importorskip("partitura")
    pytest.importorskip("music21")
    from music21 import converter

    stream = converter.parse("tinyNotation: 3/4 r2 d4 g4 a4 b-4 g2 d4 g2.")
    score = mi.Score.of(stream)
    array = score.note_array()
    again = mi.Score.of(array)
    assert again.note_table()["onset"].tolist() == score.note_table()["onset"].tolist()
    assert again.note_table()["step"].tolist() == score.note_table()["step"].tolist()
    beaten = mi.render(style="bare", length=8)
    drums = [part.name for part in beaten.parts if part.is_percussion]
    if drums:
        assert any(part.is_percussion for part in mi.Score.of(beaten.note_array()).parts)
    assert partitura


def test_a_theme_to_find_is_some_bars_of_a_part() -> None:
    assert mi.find(SCORE, SCORE, bars=(1, 2), part="bass") == mi.find(SCORE.passage((1, 2), "Bass"), SCORE)
    assert mi.rank(SCORE, [SCORE], bars="1-4")[0].similarity > 0


@pytest.mark.parametrize(
    "value", [mi.theme(), mi.theme().to_meter("4/4"), mi.quantize(SCORE), arrange(style="bare", length=8)]
)
def test_what_can_be_written_down_saves_itself_as_a_score(value: Any, tmp_path: Path) -> None:
    value.save(tmp_path / "written.mid")
    assert (
        mi.read(tmp_path / "written.mid").note_table()["pitch"].tolist()
        == mi.Score.of(value).note_table()["pitch"].tolist()
    )


def test_a_plan_is_applied_to_what_was_planned() -> None:
    plan = mi.plan(SCORE, "4/4")
    assert plan.apply() == plan.apply(SCORE)
    with pytest.raises(MiThemeError, match="without its score"):
        mi.ScorePlan.from_json(plan.to_json()).apply()


# Old names, wrong values


@pytest.mark.parametrize(
    ("new", "old"),
    [
        (lambda: mi.plan(SCORE, meter="4/4"), lambda: mi.plan(SCORE, to="4/4")),
        (lambda: mi.convert(SCORE, meter="4/4"), lambda: mi.convert(SCORE, to="4/4")),
        (lambda: mi.plan(SCORE, "4/4", part="Bass"), lambda: mi.plan(SCORE, "4/4", lead="Bass")),
        (lambda: arrange(length=8), lambda: arrange(bars=8)),
        (lambda: mi.worksheet(SCORE, meter="4/4", staff=False), lambda: mi.worksheet(SCORE, to="4/4", staff=False)),
        (lambda: mi.find(theme=SCORE, where=SCORE), lambda: mi.find(pattern=SCORE, where=SCORE)),
    ],
)
def test_old_names_work_for_one_version_with_a_warning(new: Callable[[], Any], old: Callable[[], Any]) -> None:
    with pytest.warns(DeprecationWarning, match="is called"):
        found = old()
    assert found == new()


def test_an_old_name_beside_the_new_one_is_an_error() -> None:
    with pytest.raises(TypeError, match="not both"):
        mi.plan(SCORE, meter="4/4", to="4/4")  # type: ignore[call-arg]


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: mi.render(tempo="fast"),
        lambda: mi.render(tempo=float("nan")),
        lambda: mi.render(seed=1.5),
        lambda: mi.render(seed=None),
        lambda: mi.render(length=2.5),
        lambda: mi.render(length="8"),
        lambda: mi.render(form=3),
        lambda: mi.render(style=3),
        lambda: mi.render(how=3),
        lambda: mi.render(mode=3),
        lambda: mi.render(ending=3),
        lambda: mi.render(keep=3),
        lambda: mi.render(parts=3),
        lambda: mi.render(tonic="Dm", mode="major"),
        lambda: mi.plan(SCORE, "4/4", how=3),
        lambda: mi.plan(SCORE, "4/4", hwo="cut"),
        lambda: mi.plan(SCORE, "4/4", bars="x"),
        lambda: mi.plan(SCORE, "4/4", ratio="x"),
        lambda: mi.plan(SCORE, "4/4", grouping=3),
        lambda: mi.plan(SCORE, "4/4", part=2.5),
        lambda: mi.plan(SCORE, "4/4", drums="loud"),
        lambda: mi.plan(SCORE, None),
        lambda: mi.Score.from_notes([0, 1], [1, 1], [60, 62, 64]),
        lambda: mi.Score.from_notes([0, 1], [1], [60, 62]),
        lambda: mi.Score.from_notes([0, 1], [1, 1], [60, 62], tempo="x"),
        lambda: mi.Score.from_notes([0, 1], [1, 1], [60, 62], names="Bass"),
        lambda: mi.find(mi.theme(), SCORE, top="3"),
        lambda: mi.find(mi.theme(), SCORE, top=-1),
        lambda: mi.find(mi.theme(), SCORE, max_evalue="x"),
        lambda: mi.rank(SCORE, SCORE, top="a"),
        lambda: mi.theme().to_meter("4/4", 3),
        lambda: mi.theme().to_score(repeats=1.5),
        lambda: mi.theme().to_score(tempo="x"),
        lambda: mi.theme(mode=3),
        lambda: mi.worksheet(mi.theme(), "4/4", bar=1.5),
        lambda: mi.worksheet(mi.theme(), "4/4", bar="1"),
        lambda: mi.draw(SCORE, 3),
        lambda: mi.read(3),
        lambda: mi.induce_meter(SCORE, durations=[1]),
        lambda: mi.measure(SCORE, part=2.5),
        lambda: SCORE.with_click("a"),
        lambda: SCORE.with_click(1.5),
        lambda: SCORE.passage("x"),
    ],
)
def test_wrong_values_are_refused_at_the_door(wrong: Callable[[], object]) -> None:
    with pytest.raises(MiThemeError) as caught:
        wrong()
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        (lambda: arrange(style="Jazz Combo"), lambda: arrange(style="jazz-combo")),
        (lambda: arrange(form="Clayton_Mullen"), lambda: arrange(form="clayton-mullen")),
        (lambda: mi.theme().to_meter("4/4", "Regroup"), lambda: mi.theme().to_meter("4/4", "regroup")),
        (lambda: mi.plan(SCORE, "6/4", how="hold last"), lambda: mi.plan(SCORE, "6/4", how="hold-last")),
        (lambda: mi.convert(SCORE, "4/4", part="bass"), lambda: mi.convert(SCORE, "4/4", part="Bass")),
        (lambda: mi.plan(SCORE, "4/4", bars=2), lambda: mi.plan(SCORE, "4/4", bars=(2, 2))),
        (lambda: mi.plan(SCORE, "4/4", bars="2-3"), lambda: mi.plan(SCORE, "4/4", bars=(2, 3))),
        (lambda: mi.theme("Dm"), lambda: mi.theme("D", "minor")),
        (lambda: mi.theme("Bb major"), lambda: mi.theme("Bb", "Major")),
        (lambda: mi.theme(mode="Dorian"), lambda: mi.theme(mode="dorian")),
    ],
)
def test_names_are_known_in_any_spelling(said: Callable[[], Any], meant: Callable[[], Any]) -> None:
    assert said() == meant()


# What one sees


def shown_values() -> dict[str, object]:
    plan = mi.plan(SCORE, "4/4")
    return {
        "Meter": mi.Meter("5/4:3+3+2+2"),
        "Grouping": mi.Grouping("3+3+1+1"),
        "Score": SCORE,
        "Theme": mi.theme(),
        "Adaptation": mi.theme().to_meter("4/4"),
        "Plan": mi.theme().to_meter("4/4").plan,
        "ScorePlan": plan,
        "Comparison": mi.compare(SCORE, "4/4"),
        "Alignment": mi.align(SCORE, plan.apply(SCORE)),
        "Measures": mi.measure(SCORE),
        "Arrangement": arrange(style="bare", length=8),
        "Quantized": mi.quantize(SCORE),
        "guesses": mi.induce_meter(SCORE),
        "hits": mi.find(mi.theme(), SCORE),
        "no hits": mi.find([(0, 60), (1, 71), (2, 50), (3, 64), (4, 61), (5, 59)], SCORE),
        "Hit": mi.find(mi.theme(), SCORE)[0],
        "ranking": mi.rank(SCORE, [SCORE, mi.theme()]),
        "Film": mi.film(4),
        "films": mi.films(),
        "versions": mi.lineage().versions(),
        "Lineage": mi.lineage(),
        "Readings": mi.lineage().readings(),
        "forms": mi.forms(),
        "styles": mi.styles(),
        "strategies": mi.strategies(),
        "picture": mi.lineage().draw(),
    }


SHOWN = shown_values()
TOO_LONG = (
    "Theme",
    "Adaptation",
    "Plan",
    "Hit",
    "Measures",
    "films",
    "versions",
    "no hits",
)  # these evaluate from their repr


@pytest.mark.parametrize("name", SHOWN)
@pytest.mark.filterwarnings("ignore::mi_theme.search.music.SearchWarning")
def test_a_value_is_read_as_text_in_a_line_and_in_a_notebook(name: str) -> None:
    value = SHOWN[name]
    assert str(value).strip()
    assert "\n" not in repr(value)
    assert name in TOO_LONG or len(repr(value)) < 250
    if name != "picture":
        assert str(value) != object.__repr__(value)
        assert max(map(len, str(value).splitlines())) < 400


@pytest.mark.parametrize("name", SHOWN)
def test_nothing_in_a_notebook_is_wider_than_its_cell(name: str) -> None:
    """A table scrolls in a box of its own, words in theirs; a picture is as wide as there is room."""
    html = SHOWN[name]._repr_html_()  # type: ignore[attr-defined]
    for tag, needed in (("<pre", "overflow-x"), ("<img", "max-width:100%"), ("<svg", "max-width:100%")):
        assert all(needed in piece.partition(">")[0] for piece in html.split(tag)[1:])
    for before in html.split("<table")[:-1]:
        assert before.endswith('overflow-x:auto">')


@pytest.mark.parametrize("name", ["Plan", "ScorePlan"])
def test_a_plan_in_a_notebook_says_what_it_says_as_text_row_by_row(name: str) -> None:
    value = SHOWN[name]
    html = re.sub(r"<img[^>]*>", "", value._repr_html_())  # type: ignore[attr-defined]
    said = re.sub(r"\W+", " ", unescape(re.sub(r"<[^>]*>", " ", html)))
    assert said.split() == re.sub(r"\W+", " ", str(value)).split()
    assert html.count('<th scope="row"') == len(re.findall(r"^  \w", str(value), re.M)) > 6
    assert "<pre" not in html
    hostile = mi.Score.from_notes([0, 1, 2], 1, 60, meter="3/4", names=["<script>alert(1)</script>"])
    assert "<script" not in mi.plan(hostile, "4/4")._repr_html_()


def test_a_refusal_in_a_comparison_has_the_room_of_the_numbers_it_has_not() -> None:
    html = mi.compare(SCORE, meter="4/4")._repr_html_()
    refused = [row.strategy for row in mi.compare(SCORE, meter="4/4").rows if row.cost is None]
    assert html.count('colspan="8"') == len(refused) > 0
    assert html.count("<code") + len(refused) == html.count("<tr>") - 1


def test_a_table_in_a_notebook_reads_from_the_left() -> None:
    html = mi.films()._repr_html_()
    assert html.count("text-align:left") == html.count("<td") + html.count("<th ") > 8


def test_lists_of_answers_stay_lists_and_long_ones_are_cut_with_a_count() -> None:
    hits = mi.find(mi.theme(), SCORE)
    assert isinstance(hits, list)
    assert list(hits) == hits
    assert hits[0] in hits
    many = type(hits)([hits[0]] * 100)
    assert str(many).splitlines()[-1] == "... and 60 more"
    assert "... and 60 more" in many._repr_html_()
    assert len(many.csv().splitlines()) == 101
    assert repr(many).startswith("<100 in a list")
    guesses = mi.induce_meter(SCORE)
    assert guesses[0].meter == mi.Meter("5/4:3+3+2+2")
    assert "bar certain" in str(guesses)


def test_a_dictionary_of_forms_is_one_and_prints_as_a_table() -> None:
    assert isinstance(mi.forms(), dict)
    assert mi.forms()["tv"].name == "tv"
    assert {"regroup", "cut"} <= set(mi.strategies())
    assert str(mi.styles()).startswith("name")
    assert [film.number for film in mi.films()] == list(range(1, len(mi.films()) + 1))


def test_the_front_door_shows_its_names_and_no_others() -> None:
    assert {name for name in dir(mi) if not name.startswith("__")} == set(mi.__all__)


@pytest.mark.tool("mypy")
def test_a_stranger_s_project_has_no_any_from_us(tmp_path: Path) -> None:
    """``mypy --strict --disallow-any-expr`` on a project that calls everything."""
    project = Path(__file__).parent / "downstream" / "project.py"
    command = [sys.executable, "-m", "mypy", "--strict", "--disallow-any-expr", "--config-file=", str(project)]
    root = str(Path(mi.__file__).parents[1])
    done = subprocess.run(
        [*command, f"--cache-dir={tmp_path}"],
        capture_output=True,
        encoding="utf-8",
        cwd=tmp_path,
        env=os.environ | {"MYPYPATH": root},
    )
    assert done.returncode == 0, done.stdout


# Guesses


OF_VALUES: dict[str, tuple[type, ...]] = {
    "score": (mi.Score,),
    "theme": (mi.Theme,),
    "adaptation": (mi.Adaptation,),
    "plan": (mi.ScorePlan, mi.Plan),
    "meter": (mi.Meter,),
    "index": (mi.Index,),
    "film": (mi.Film,),
    "lineage": (mi.Lineage,),
    "hit": (mi.Hit,),
    "arrangement": (mi.Arrangement,),
    "recording": (mi.Recording,),
    "drawing": (mi.Drawing,),
}


def named_in(words: str) -> list[tuple[str, str]]:
    """What the calls in some words name: the value before the first dot, and the name behind it."""
    found = []
    for said in re.split(r", or ", words):
        tree = ast.parse(said, mode="eval")
        nodes = [
            node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
        ]
        found += [(node.value.id, node.attr) for node in nodes if isinstance(node.value, ast.Name)]
    return found


@pytest.mark.parametrize("guess", [guess for guess in GUESSED if "." not in guess])
def test_a_guessed_name_is_told_what_to_say(guess: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert guess not in mi.__all__
    if (room := sys.modules.get(f"mi_theme.{guess}")) is not None:  # once a room is loaded, its name means the room
        monkeypatch.delattr(mi, guess, raising=False)
        assert room.__name__ == f"mi_theme.{guess}"
    with pytest.raises(AttributeError, match=f": say {re.escape(GUESSED[guess])}") as told:
        getattr(mi, guess)
    assert told.value.obj is mi  # so that Python tells near names too
    assert told.value.name == guess


@pytest.mark.parametrize("guess", [guess for guess in GUESSED if "." in guess])
def test_a_guessed_attribute_is_told_what_to_say(guess: str) -> None:
    kind, _, name = guess.partition(".")
    owner = getattr(mi, kind)
    assert issubclass(owner, Guessed)
    assert not hasattr(owner, name)
    with pytest.raises(AttributeError, match=f": say {re.escape(GUESSED[guess])}") as told:
        getattr(object.__new__(owner), name)
    assert told.value.name == name


@pytest.mark.parametrize("words", [*GUESSED.values(), *EXAMPLES.values()])
def test_what_is_told_to_be_said_is_there(words: str) -> None:
    for value, name in named_in(words):
        if value == "mi":
            assert name in mi.__all__
        elif value != "mi_theme":
            assert any(hasattr(kind, name) or name in kind.__annotations__ for kind in OF_VALUES[value])


def test_every_command_is_there_or_told() -> None:
    from mi_theme.cli.command_group import COMMANDS

    names = {command.replace("-", "_") for command in COMMANDS} - {"mcp"}
    assert names <= {*mi.__all__, *GUESSED}


@pytest.mark.parametrize("name", [name for name in mi.__all__ if isinstance(getattr(mi, name), FunctionType)])
def test_every_call_says_what_a_right_one_is(name: str) -> None:
    call = getattr(mi, name)
    example = EXAMPLES[call.__name__]
    assert example.startswith(f"mi.{name}(")
    tree = next(
        node
        for node in ast.walk(ast.parse(example))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == f"mi.{name}"
    )
    signature(call).bind(*tree.args, **{option.arg: option.value for option in tree.keywords if option.arg})
    with pytest.raises(CallError, match=re.escape(f"; such as {example}")):
        call(*range(99))
    if name not in ("plan", "convert", "compare"):  # which take any option, and say themselves what there are
        with pytest.raises(TypeError, match="unexpected keyword"):
            call(**{**dict.fromkeys(needed(call), 0), "nonsense": 1})


def needed(call: Callable[..., Any]) -> list[str]:
    return [p.name for p in signature(call).parameters.values() if p.default is p.empty]


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (lambda: mi.convert(SCORE, "4/4", strategy="cut"), "it is called how"),  # type: ignore[call-overload]
        (lambda: mi.render(strategy="cut"), "it is called how"),  # type: ignore[call-arg]
        (lambda: mi.render(stile="club"), "did you mean 'style'"),  # type: ignore[call-arg]
        (lambda: mi.Meter(7, 8), r"mi\.Meter\('7/8"),  # type: ignore[call-arg]
        (lambda: mi.theme().to_meter("4/4", strategy="cut"), "it is called how"),  # type: ignore[call-arg]
        (lambda: mi.Theme.from_score(SCORE, track="Bass"), "it is called part"),  # type: ignore[call-arg]
        (lambda: SCORE.passage(), "such as score.passage"),  # type: ignore[call-arg]
        (lambda: mi.plan(SCORE, "4/4").replace(6, "cut"), "how='cut'"),  # type: ignore[call-arg, arg-type]
    ],
)
def test_a_guessed_option_is_told_what_it_is_called(wrong: Callable[[], object], told: str) -> None:
    with pytest.raises(mi.MiThemeError, match=told):
        wrong()


def test_a_type_error_inside_a_call_is_left_as_it_is() -> None:
    @asked()
    def broken(number: int) -> int:
        return number + "a"  # type: ignore[operator, no-any-return]

    with pytest.raises(TypeError, match="unsupported operand") as caught:
        broken(1)
    assert not isinstance(caught.value, CallError)


def test_a_file_that_is_not_there_is_refused_by_us_and_by_python(tmp_path: Path) -> None:
    (tmp_path / "Song.mid").write_bytes(SCORE.to_bytes())
    for call in (mi.read, lambda file: mi.convert(file, "4/4"), mi.motifs, mi.draw):
        with pytest.raises(MissingFile, match=r"sonf\.mid: No such file.*did you mean '.*Song\.mid'"):
            call(str(tmp_path / "sonf.mid"))
    with pytest.raises(FileNotFoundError, match=r"directory$"):
        mi.read(tmp_path / "another.mid")
    with pytest.raises(MiThemeError, match="No such file"):
        mi.forms("nowhere.toml")


def test_rows_are_found_by_their_names_in_any_spelling() -> None:
    assert mi.styles()["Jazz Combo"] == mi.styles()["jazz-combo"]
    with pytest.raises(KeyError, match="did you mean 'club'"):
        mi.styles()["clubb"]
    assert "clubb" not in mi.styles()
    assert mi.styles().get("Jazz Combo") is None  # a dictionary's get, as it always is


def test_the_beginning_of_one_part_s_name_will_do() -> None:
    columns = [0, 1, 2], [1, 1, 1], [40, 60, 62]
    score = mi.Score.from_notes(*columns, part=[0, 1, 2], names=["Bass / Moog #1", "Lead 1", "Lead 2"])
    assert score.part_index("bass") == 0
    assert score.part_index("Lead 2") == 2
    with pytest.raises(mi.MiThemeError, match="no part 'lead'"):
        score.part_index("lead")


@pytest.mark.parametrize(
    ("words", "meant"), [("ghost", r"4 \(2011\)"), ("dead reckoning", r"7 \(2023\) or 8 \(2025\)")]
)
def test_a_few_words_of_a_title_are_told_which_films_they_may_mean(words: str, meant: str) -> None:
    with pytest.raises(mi.MiThemeError, match=f"did you mean {meant}"):
        mi.film(words)


def test_a_comparison_is_a_sequence_of_rows() -> None:
    compared = mi.compare(SCORE, "4/4")
    assert list(compared) == [compared[place] for place in range(len(compared))] == list(compared.rows)


@pytest.mark.parametrize("swing", ["2/3", "66.7", "66.7%", 66.7])
def test_swing_is_a_share_or_a_percentage(swing: str | float) -> None:
    from mi_theme.quantising.quantizer import _ratio

    assert _ratio(swing) == pytest.approx(2 / 3, abs=0.001)
