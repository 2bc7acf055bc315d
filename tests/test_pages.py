"""Pages of the documentation: what they show is what happens, and what they link to is there."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest

import mi_theme
from mi_theme.adaptation.costs import COSTS
from mi_theme.adaptation.strategies import STRATEGIES

ROOT = Path(__file__).parents[1]
PAGES = sorted([*(ROOT / "docs").rglob("*.md"), *ROOT.glob("*.md")])
METRE = (ROOT / "docs/explanation/metre.md").read_text("utf-8")

page = pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))


@page
def test_what_a_page_shows_is_what_happens(path):
    text = re.sub(r"^```.*$", "", path.read_text("utf-8"), flags=re.M)
    examples = doctest.DocTestParser().get_doctest(text, {}, path.name, str(path), 0)
    assert not doctest.DocTestRunner().run(examples).failed


@page
def test_links_between_pages_lead_somewhere(path):
    for target in re.findall(r"\]\(([^)#\s]+)", path.read_text("utf-8")):
        assert target.startswith("http") or (path.parent / target).exists(), target


def test_the_page_on_metre_shows_examples_and_names_every_strategy():
    assert METRE.count(">>>") >= 6
    rows = dict(re.findall(r"^\| `(\S+)` \| ([^|]+) \|", METRE, re.M))
    assert rows == {name: row.players for name, row in STRATEGIES.items() if row.offered}
    assert all(f"`{name}`" in METRE for name in STRATEGIES)


def test_the_page_on_metre_states_the_costs_that_are_charged():
    table = METRE[METRE.index("| what | points |") :]
    points = [float(cell) for cell in re.findall(r"\| ([\d.]+) \|$", table, re.M)]
    assert points == list(COSTS)


def test_the_design_page_lists_the_rooms_that_are_there():
    design = (ROOT / "docs/explanation/design.md").read_text("utf-8")
    listed = [name.rstrip("/") for name in re.findall(r"^\| `([a-z_]+/?)` \|", design, re.M)]
    package = Path(mi_theme.__file__).parent
    there = {path.stem for path in package.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
    assert set(listed) == {name for name in there if not name.startswith("_")}


def test_all_pages_speak_of_the_same_version():
    version = mi_theme.__version__
    assert f"version: {version}\n" in (ROOT / "CITATION.cff").read_text("utf-8")
    assert f"## [{version}]" in (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert f'version = "{version}"' in (ROOT / "pyproject.toml").read_text("utf-8")
