"""Worksheets and the pictures of the pages: complete, on the paper, nothing on top of anything else."""

from __future__ import annotations

import runpy
from importlib.metadata import version
from pathlib import Path

import pytest
from click.testing import CliRunner
from svg_reading import ink_at_the_edges, words_on

import mi_theme as mi
from mi_theme.cli import main
from mi_theme.views.worksheets.pages import PAPERS, worksheet

pytestmark = [pytest.mark.tool("verovio"), pytest.mark.tool("resvg_py")]

ROOT = Path(__file__).parents[1]
THEME = mi.theme()
METERS = ("4/4", "3/4", "7/8:2+2+3", "12/8", "6/8", "2/4", "9/8", "5/4:2+2+3+3", "4/2", "6/4")


def tune() -> mi.Theme:
    """A waltz of ours."""
    onsets, lasts = [0, 1, 2, 3, 5, 6, 7.5, 8, 9], [1, 1, 1, 2, 1, 1.5, 0.5, 1, 3]
    score = mi.Score.from_notes(onsets, lasts, [67, 71, 74, 79, 78, 76, 74, 72, 71], meter="3/4", names=["Melody"])
    return mi.Theme.from_score(score, (1, 4))


def said(sheet):
    return [word.text for word in words_on(sheet.svg)]


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("large", [False, True], ids=["", "large"])
@pytest.mark.parametrize("meter", METERS)
def test_words_lie_on_the_paper_and_none_on_another(meter, paper, large):
    wide, high, *_ = PAPERS[paper]
    sheet = worksheet(THEME, meter, teacher=True, paper=paper, large=large)
    for page in sheet.pages:
        words = words_on(page.svg)
        assert all(
            word.left >= 0 and word.right <= wide - 40 and word.top >= 0 and word.bottom <= high for word in words
        )
        assert not [(a, b) for i, a in enumerate(words) for b in words[:i] if a.meets(b)]
    assert len(sheet.pages) <= (6 if large else 3)


def test_the_pupil_has_a_bar_and_three_empty_ones():
    (page,) = worksheet(THEME, "4/4").pages
    words = said(page)
    assert words.count("What did you keep?") == 3
    assert words.count("drums") == words.count("count") == words.count("notes") == 4
    assert [word for word in words if word in ("G", "B♭", "C")] == ["G", "G", "B♭", "C"]
    assert [word for word in words if word in "1&2345"].count("&") == 5 + 3 * 4
    assert "The bar as it is: 5/4, grouped 3+3+2+2" in words
    assert any("Schifrin" in word for word in words)
    assert 'width="210mm" height="297mm"' in page.svg
    assert not ink_at_the_edges(page)


@pytest.mark.parametrize("theme", [THEME, tune()], ids=["theme", "waltz"])
@pytest.mark.parametrize("meter", ["4/4", "7/8:2+2+3", "6/4"])
def test_the_teacher_has_several_answers_with_their_costs(theme, meter):
    pupil, teacher = worksheet(theme, meter), worksheet(theme, meter, teacher=True)
    assert teacher.pages[: len(pupil.pages)] == pupil.pages
    words = [word for page in teacher.pages[len(pupil.pages) :] for word in said(page)]
    titles = [word for word in words if "; cost " in word]
    assert 3 <= len(titles) <= 4
    first = theme.to_meter(meter).plan
    assert titles[0].startswith(f"1. {first.how}:")
    assert titles[0].endswith(f"cost {first.cost:.2f}")
    assert sum(word.startswith("Kept: ") for word in words) == len(titles)
    assert len({title.partition(". ")[2] for title in titles}) == len(titles)


def test_a_sheet_about_rhythm_alone_needs_no_engraver(monkeypatch):
    import builtins

    real = builtins.__import__

    def missing(name, *args, **kwargs):
        if name == "verovio":
            raise ImportError(name)  # missing, or there and broken
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", missing)
    assert worksheet(THEME, "4/4", staff=False).pages
    with pytest.raises(mi.MiThemeError, match="notation"):
        worksheet(THEME, "4/4")


def test_the_same_bytes_each_time():
    one, two = (worksheet(THEME, "7/8:2+2+3", teacher=True, large=True) for _ in range(2))
    assert one == two
    assert one.to_html() == two.to_html()


@pytest.mark.parametrize(
    ("options", "words"),
    [({"meter": "4/5"}, "denominator"), ({"meter": "4/4", "bar": 3}, "bars 1 to 2"), ({"meter": "4/4", "paper": "a5"}, "did you mean 'a4'"), ({"meter": "64/8"}, "too long")],
)  # fmt: skip
def test_what_cannot_be_is_said_in_a_line(options, words):
    with pytest.raises(mi.MiThemeError, match=words):
        mi.worksheet(THEME, **options)


def test_html_has_all_pages_and_svg_a_file_for_each(tmp_path):
    sheet = worksheet(THEME, "4/4", teacher=True)
    sheet.save(tmp_path / "sheet.html")
    assert (tmp_path / "sheet.html").read_text("utf-8").count("<section>") == len(sheet.pages) == 2
    sheet.save(tmp_path / "sheet.svg")
    assert (tmp_path / "sheet-2.svg").read_text("utf-8") == sheet.pages[1].svg
    assert sheet.to_svg().count("<title>") == 3


# The command line


def run(*words):
    return CliRunner().invoke(main, [*map(str, words)])


@pytest.fixture
def song(tmp_path):
    score = mi.Score.from_notes([0, 1, 2, 3, 5], [1, 1, 1, 2, 1], [67, 71, 74, 79, 78], meter="3/4", names=["Melody"])
    score.save(tmp_path / "song.mid")
    return tmp_path / "song.mid"


def test_draw_from_the_command_line(tmp_path, song):
    commands = [
        ("-o", "a.svg"), ("--to", "4/4", "-o", "b.png"), ("--to", "4/4", "--how", "cut", "--how", "square", "-o", "c.html"),
        (song, "-o", "d.svg"), (song, "--as", "notation", "--bars", "1", "-o", "e.svg"), (song, "--to", "4/4", "-o", "f.svg"),
        ("5/4:3+3+2+2", "--as", "necklace", "-o", "g.svg"), ("3+3+2", "-o", "h.png"), ("--to", "4/4", "--as", "map", "-o", "i.svg"),
    ]  # fmt: skip
    for *words, name in commands:
        result = run("draw", *words, tmp_path / name)
        assert result.exit_code == 0, result.output
        assert (tmp_path / name).stat().st_size > 1000
    assert run("draw", "-o", "-").output.startswith("<svg")


@pytest.mark.parametrize(
    ("words", "said"),
    [(["-o", "a.doc"], ".svg"), (["nothing.mid", "-o", "a.svg"], "No such file"), (["--bars", "7", "-o", "a.svg"], "no bar 7"),
     (["5/4:3+3", "-o", "a.svg"], "5/4:3+3"), (["--to", "4/4", "--bars", "9", "-o", "a.svg"], "bars 1 to 2")],
)  # fmt: skip
def test_wrong_input_is_a_line_and_no_file(words, said, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = run("draw", *words)
    assert result.exit_code == 1
    assert said in result.output
    assert len(result.output.splitlines()) == 1
    assert not list(tmp_path.iterdir())


def test_wrong_calls_are_wrong_calls(tmp_path):
    assert run("draw", "--how", "cut", "-o", tmp_path / "a.svg").exit_code == 2
    assert run("draw", "--to", "4/4", "--to", "3/4", "--as", "map", "-o", tmp_path / "a.svg").exit_code == 2
    assert run("worksheet", "-o", tmp_path / "a.svg").exit_code == 2


def test_worksheets_from_the_command_line(tmp_path, song):
    for words in (
        ["--to", "4/4"],
        ["--from", "4/4", "--to", "5/4:3+3+2+2", "--teacher", "--paper", "letter"],
        ["--theme", song, "--to", "4/4", "--rhythm"],
    ):
        result = run("worksheet", *words, "-o", tmp_path / "sheet.html")
        assert result.exit_code == 0, result.output
        assert "<section>" in (tmp_path / "sheet.html").read_text("utf-8")


# The pictures of the pages


def test_the_pictures_are_those_that_the_script_draws():
    script = runpy.run_path(str(ROOT / "docs/pictures/regenerate.py"))
    made_with = dict(line.split() for line in (ROOT / "docs/pictures/made_with.txt").read_text("utf-8").splitlines())
    if made_with != {package: version(package) for package in made_with}:
        pytest.skip(f"the pictures were made with {made_with}")
    there = {path.stem: path.read_text("utf-8") for path in (ROOT / "docs/pictures").glob("*.svg")}
    assert len(there) >= 10
    assert {name: picture.to_svg() for name, picture in script["pictures"]()} == there
