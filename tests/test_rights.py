"""Of the theme we ship two bars of ostinato and three notes, in one file; all else works without it."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

import mi_theme as mi
from mi_theme import catalog
from mi_theme.errors import FileError
from mi_theme.views import drawn

ROOT = Path(__file__).parents[1]
QUOTATION = "data/theme.toml"
MUSIC_FILES = {
    ".mid", ".midi", ".kar", ".rmi", ".mxl", ".musicxml", ".krn", ".mscz", ".sib", ".gp5", ".gpx",
    ".wav", ".mp3", ".ogg", ".oga", ".opus", ".flac", ".m4a", ".aac", ".aif", ".aiff", ".sf2", ".sf3",
}  # fmt: skip
NOTE = r"(?:bb|##|[b#x])?[1-7](?:,+|'+)?:\d+(?:/\d+)?"
RUN = re.compile(rf"{NOTE}(?:[\s|]+{NOTE})+")  # notes in a row, written as motifs are


def tracked() -> list[str]:
    done = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, encoding="utf-8")
    if done.returncode:
        pytest.skip("not a git checkout")
    return done.stdout.splitlines()


def notes_of(text: str) -> list[str]:
    return re.findall(NOTE, text)


def quoted() -> dict[str, list[str]]:
    rows = tomllib.loads((ROOT / QUOTATION).read_text("utf-8"))["motif"]
    return {row["name"]: notes_of(row["text"]) for row in rows}


def degrees(notes: list[str]) -> list[str]:
    return [note.partition(":")[0].rstrip(",'") for note in notes]


def goes_on(notes: list[str], quotation: list[str]) -> bool:
    """Whether notes in a row hold a whole quotation, in whatever octave and rhythm, and then something else."""
    found, wanted = degrees(notes), degrees(quotation)
    ends = [i + len(wanted) for i in range(len(found)) if found[i : i + len(wanted)] == wanted]
    return any(found[end : end + 1] not in ([], wanted[:1]) for end in ends)


def test_no_music_files():
    assert len(tracked()) > 30
    assert not [name for name in tracked() if Path(name).suffix.lower() in MUSIC_FILES]


def test_the_quotation_is_eight_notes_and_three():
    assert {name: len(notes) for name, notes in quoted().items()} == {"ostinato": 8, "head": 3}
    theme = mi.theme()
    assert [len(motif) for motif in theme.motifs] == [8, 3]
    assert "Schifrin" in theme.rights.attribution
    assert theme.rights.notice


def test_only_one_file_of_package_and_data_holds_the_ostinato():
    names = [name for name in tracked() if name.startswith(("data/", "mi_theme/")) and name != QUOTATION]
    for name in names:
        text = (ROOT / name).read_text("utf-8", errors="replace")
        for run in RUN.findall(text):
            assert degrees(notes_of(run))[:5] != degrees(quoted()["ostinato"])[:5], name


def test_no_file_goes_on_where_the_quotation_ends():
    for name in tracked():
        text = (ROOT / name).read_text("utf-8", errors="replace")
        for run in RUN.findall(text):
            for motif, quotation in quoted().items():
                assert not goes_on(notes_of(run), quotation), f"{name}: {motif} goes on"


def test_the_search_for_more_would_find_it():
    head = " ".join(quoted()["head"])
    for more in (head + " b7:2", f"1:8 | {head} | 3:1"):
        (run,) = RUN.findall(f'text = "{more}"')
        assert goes_on(notes_of(run), quoted()["head"])
    assert not goes_on(quoted()["ostinato"] * 2, quoted()["ostinato"])


def test_rights_are_stated():
    rights = (ROOT / "RIGHTS.md").read_text("utf-8")
    for words in (QUOTATION, "Lalo Schifrin", "8 notes", "3 notes", "no connection", "clear the\n  rights", "not a transcription"):  # fmt: skip
        assert words in rights, words
    assert "the mi_theme authors" in (ROOT / "LICENSE").read_text("utf-8")
    assert "RIGHTS.md" in (ROOT / QUOTATION).read_text("utf-8")


def test_what_is_rendered_carries_the_attribution():
    said = [text for _, text in mi.render(form="tv", style="bare").texts]
    assert mi.theme().rights.attribution in said


@pytest.fixture
def without_quotation(tmp_path, monkeypatch):
    """An installation whose data/ has everything but the quotation."""
    data = tmp_path / "mi_theme" / "data"
    data.mkdir(parents=True)
    for path in (ROOT / "data").glob("*.toml"):
        if path.name != "theme.toml":
            (data / path.name).write_bytes(path.read_bytes())
    monkeypatch.setattr(catalog, "__file__", str(tmp_path / "mi_theme" / "catalog.py"))
    catalog.load.cache_clear()
    yield
    catalog.load.cache_clear()


def test_without_the_quotation_the_theme_says_so(without_quotation):
    for uses_it in (mi.theme, mi.render):
        with pytest.raises(FileError, match=r"data/theme\.toml is missing"):
            uses_it()


def test_without_the_quotation_everything_else_works(without_quotation):
    tune = mi.Theme("Mine", (mi.Motif("1:3 2:3 3:2 5:2", "ostinato"),), mi.Meter("5/4:3+3+2+2"))
    assert str(tune.to_meter("4/4").grouping) == "3+3+1+1"
    score = mi.Score.from_notes([0, 1.5, 3, 4], [1.5, 1.5, 1, 1], [60, 62, 64, 67], meter="5/4:3+3+2+2")
    theme = mi.Theme.from_score(mi.read(score.to_bytes()), (1, 1))
    assert str(theme.to_meter("4/4").grouping) == "3+3+1+1"
    assert mi.render(theme=theme, form="tv", style="bare", seed=1).note_table().size
    assert drawn("5/4")
