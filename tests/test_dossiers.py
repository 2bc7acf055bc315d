"""The dossier: one page that needs nothing else, the same bytes every time, readable without its pictures."""

from __future__ import annotations

import builtins
import re
import sys

import pytest
from click.testing import CliRunner
from lxml import html

import mi_theme as mi
from mi_theme.adaptation.strategies import STRATEGIES
from mi_theme.cli import main
from mi_theme.views.dossiers import METERS, dossier
from mi_theme.views.ways import ways

OWN = mi.Theme("Bells & <whistles>", (mi.Motif("1:3 2:1 3:2", "ostinato"),), mi.Meter("3/4"), mode="major")


@pytest.fixture(scope="module")
def page() -> str:
    return dossier(mi.theme(), lineage=mi.lineage())


@pytest.mark.tool("matplotlib")
def test_nothing_is_fetched(page: str) -> None:
    tree = html.fromstring(page)
    for attribute in ("src", "href", "action", "srcset"):
        assert all(value.startswith("data:") for value in tree.xpath(f"//@{attribute}"))
    assert "url(" not in page
    assert "@import" not in page
    assert not tree.xpath("//script | //link | //iframe")


@pytest.mark.tool("matplotlib")
def test_every_picture_has_words(page: str) -> None:
    pictures = html.fromstring(page).xpath("//img")
    assert len(pictures) == 4 + len(METERS)  # weights, notes, necklaces, versions
    assert all(len(picture.get("alt")) > 40 for picture in pictures)


@pytest.mark.tool("matplotlib")
def test_the_same_theme_gives_the_same_bytes(page: str) -> None:
    assert dossier(mi.theme(), lineage=mi.lineage()) == page


def test_it_says_what_the_library_says(page: str) -> None:
    text = " ".join(html.fromstring(page).text_content().split())
    for meter in METERS:
        assert f"{mi.theme().to_meter(meter).plan.cost:.2f}" in text
    for film in mi.films():
        assert film.title in text
    rights = mi.theme().rights
    assert rights.attribution in text
    assert rights.notice in text
    assert "not transcriptions of any record" in text


def test_every_strategy_is_charged_or_said_to_be_unable(page: str) -> None:
    section = html.fromstring(page).xpath("//section[h2='Every way to 4/4']")[0]
    text = " ".join(section.itertext())
    assert all(re.search(rf"\b{name}\b", text) for name in STRATEGIES)
    rows = {way.strategy: way for way in ways(mi.theme(), "4/4")}
    assert list(rows) == list(STRATEGIES)
    assert rows["regroup"].shape == "3+3+1+1"
    assert rows["cut"].remark == "2 notes lost"
    assert rows["rest"].cost is None
    assert "not longer" in rows["rest"].remark


def test_any_theme_has_one() -> None:
    page = dossier(OWN, ["4/4"])
    assert "Bells &amp; &lt;whistles&gt;" in page
    assert "<whistles>" not in page
    assert "Who made" not in page
    assert dossier(OWN, ["3/4"])  # its own metre: nothing to carry over


def test_groups_read_off_the_notes_are_said_to_be() -> None:
    page = dossier(OWN, ["4/4"])
    assert "3+1+2, read off the notes" in page
    assert "read off the notes" not in dossier(mi.theme(), ["4/4"])


def test_without_the_extra_the_pictures_are_words(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def refusing(name: str, *args: object, **kwargs: object) -> object:
        if name.startswith(("matplotlib", "verovio", "mi_theme.views.pictures")):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return real(name, *args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.delitem(sys.modules, "mi_theme.views.pictures", raising=False)
    monkeypatch.setattr(builtins, "__import__", refusing)
    page = dossier(OWN, ["4/4"])
    assert "<img" not in page
    assert "extra [plot]" in page
    assert "Necklace of" in page


def test_the_command_writes_it_whole_or_not_at_all(tmp_path, page: str) -> None:
    out = tmp_path / "dossier.html"
    done = CliRunner().invoke(main, ["report", "-o", str(out)])
    assert done.exit_code == 0, done.output
    assert out.read_text("utf-8") == page
    assert CliRunner().invoke(main, ["report"]).stdout == page
    bad = CliRunner().invoke(main, ["report", "--to", "4/5", "-o", str(tmp_path / "bad.html")])
    assert bad.exit_code == 1
    assert not (tmp_path / "bad.html").exists()
