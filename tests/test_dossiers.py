"""The dossier: one page that needs nothing else, the same bytes every time, readable without its pictures."""

from __future__ import annotations

import builtins
import json
import re
import sys
from base64 import b64decode, b64encode
from hashlib import sha256
from pathlib import Path
from zlib import decompress

import pytest
from click.testing import CliRunner
from lxml import html

import mi_theme as mi
from mi_theme.adaptation.strategies import STRATEGIES
from mi_theme.cli import main
from mi_theme.frontend.dossiers import METERS, dossier
from mi_theme.views.ways import ways

OWN = mi.Theme("Bells & <whistles>", (mi.Motif("1:3 2:1 3:2", "ostinato"),), mi.Meter("3/4"), mode="major")


@pytest.fixture(scope="module")
def page() -> str:
    return dossier(mi.theme(), lineage=mi.lineage())


@pytest.mark.tool("matplotlib")
def test_nothing_is_fetched(page: str) -> None:
    tree = html.fromstring(page)
    for attribute in ("src", "href", "action", "srcset"):
        assert all(value.startswith(("data:", "#")) for value in tree.xpath(f"//@{attribute}"))
    assert "url(" not in page
    assert "@import" not in page
    assert not tree.xpath("//link | //iframe | //script[@src] | //@style | //@onclick")


def test_no_script_but_its_own_may_run(page: str) -> None:
    tree = html.fromstring(page)
    (policy,) = tree.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == "'none'"
    for kind, path in (("script-src", "//script[@type='module']"), ("style-src", "//style")):
        (text,) = tree.xpath(f"{path}/text()")
        assert rules[kind] == f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
    assert len(tree.xpath("//script")) == 2  # and the tables, which are data


@pytest.mark.tool("matplotlib")
@pytest.mark.tool("verovio")
def test_every_picture_has_words(page: str) -> None:
    tree = html.fromstring(page)
    pictures = tree.xpath("//img")
    assert len(pictures) == 3 + len(METERS)  # weights, necklaces, time line; a map for each version
    assert all(len(picture.get("alt")) > 40 for picture in pictures)
    engraved = tree.xpath("//*[name()='svg'][@role='img']")
    assert len(engraved) == 1 + len(METERS)
    assert all(len(picture.get("aria-label")) > 40 for picture in engraved)


@pytest.mark.tool("matplotlib")
@pytest.mark.tool("verovio")
def test_a_page_is_small_enough_to_send(page: str) -> None:
    assert len(page.encode()) < 3_000_000


def test_every_version_can_be_heard_and_taken_away(page: str, tmp_path: Path) -> None:
    """The files on the page are the bytes that the command writes."""
    tree = html.fromstring(page)
    buttons = tree.xpath("//button[@data-meter]")
    links = tree.xpath("//a[@download]/@href")
    assert [button.get("data-meter") for button in buttons] == ["", *METERS]
    assert len(links) == len(buttons)
    for meter, link in zip(METERS[:3], links[1:], strict=False):
        out = tmp_path / "a.mid"
        assert CliRunner().invoke(main, ["adapt", meter, "-o", str(out)]).exit_code == 0
        assert b64decode(link.partition("base64,")[2]) == out.read_bytes()


def test_the_lineage_stands_with_its_claims_and_sources(page: str) -> None:
    tree = html.fromstring(page)
    lineage = mi.lineage()
    for film in lineage.films():
        (told,) = tree.xpath(f"//details[@id='film-{film.number}']")
        text = " ".join(told.text_content().split())
        assert all(claim.id in text for claim in film.claims)
        assert len(told.xpath(".//ol/li")) >= 3
    goals = {link.removeprefix("#") for link in tree.xpath("//section[@id='lineage']//a/@href")}
    assert goals
    assert all(tree.xpath(f"//*[@id='{goal}']") for goal in goals)


def test_a_long_theme_makes_no_large_page() -> None:
    """Three megabytes are the most; the tables are the same once they are unpacked."""
    page = mi.dossier(mi.Theme.from_score(mi.render(style="bare", length=16), (1, 8), "Ostinato"))
    assert len(page.encode()) < 2_000_000
    (packed,) = html.fromstring(page).xpath("//script[@id='mi-tables']/text()")
    assert len(json.loads(decompress(b64decode(packed)))["meters"]) >= 10


def test_one_film_alone(tmp_path: Path) -> None:
    out = tmp_path / "film.html"
    done = CliRunner().invoke(main, ["report", "--film", "ghost protocol", "--meters", "4/4, 3/4", "-o", str(out)])
    assert done.exit_code == 0, done.output
    tree = html.fromstring(out.read_text("utf-8"))
    assert tree.xpath("//details[starts-with(@id, 'film-')]/@id") == ["film-4"]
    assert {row.text_content() for row in tree.xpath("//table[@class='films']//tbody//th")} == {"4"}
    pictures = [b64decode(each.partition(",")[2]).decode() for each in tree.xpath("//section[@id='lineage']//img/@src")]
    assert any("Ghost Protocol" in picture for picture in pictures)
    assert not any("Fallout" in picture or "Rogue Nation" in picture for picture in pictures)
    assert tree.xpath("//button/@data-meter") == ["", "4/4", "3/4"]
    for wrong in (["--film", "nine"], ["--film", "3", "--theme", "a.mid"]):
        assert CliRunner().invoke(main, ["report", *wrong]).exit_code in (1, 2)


HOSTILE = "</script><script>document.title='run'</script><!-- \u202e\u2028\x00\x1b[31m&lt;img src=x onerror=run()>"


def test_a_hostile_title_is_shown_not_run() -> None:
    theme = mi.Theme(HOSTILE, (mi.Motif("1:3 2:1 3:2", "ostinato"),), mi.Meter("3/4"), mode="major")
    page = dossier(theme, ["4/4"])
    tree = html.fromstring(page)
    assert len(tree.xpath("//script")) == 2
    assert not tree.xpath("//img[@onerror] | //img[@src='x']")
    shown = HOSTILE.replace("\x00", "\ufffd").replace("\x1b", "\ufffd")
    assert tree.xpath("//h1/bdi")[0].text_content() == shown
    assert tree.xpath("//title")[0].text_content() == f"\u2068{shown}\u2069: a dossier"
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f]", page)


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
    assert "<img" not in page.partition("<script")[0]
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
