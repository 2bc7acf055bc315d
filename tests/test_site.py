"""The site: every public name and command is on it, docstrings say what goes in and comes out, and it builds without a warning."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest
from click import Command, Context, Option

import mi_theme
from mi_theme.adaptation.strategies import STRATEGIES
from mi_theme.cli import COMMANDS, main

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
REFERENCE = "\n".join(page.read_text("utf-8") for page in sorted((DOCS / "reference").glob("*.md")))
DESCRIBED = re.findall(r"automodule:: (\S+)", REFERENCE)
SOURCES = "\n".join(Path(str(import_module(name).__file__)).read_text("utf-8") for name in DESCRIBED)
SAID = ("GL07", "GL08", "SS03", "SS06", "PR01", "PR02", "PR07", "RT03")
OF_FUNCTIONS = ("RT01", "YD01")  # of a method the first line says what comes back
NOTHING = ("None", "NoReturn")


def rooms() -> list[ModuleType]:
    inside = sorted(Path(mi_theme.__file__).parent.iterdir())
    found = [path.stem for path in inside if path.suffix == ".py" or (path / "__init__.py").exists()]
    return [import_module(f"mi_theme.{name}") for name in found if not name.startswith(("_", "cli"))]


def public(module: ModuleType) -> dict[str, object]:
    own = (name for name, value in vars(module).items() if getattr(value, "__module__", "") == module.__name__)
    return {name: getattr(module, name) for name in getattr(module, "__all__", own) if not name.startswith("_")}


def is_function(value: object) -> bool:
    """Cached ones too."""
    return callable(value) and inspect.isfunction(inspect.unwrap(value))


def functions() -> dict[str, object]:
    """Every public function, and every public method, by the name under which numpydoc finds it."""
    found: dict[str, object] = {}
    for module in [*rooms(), *map(import_module, DESCRIBED)]:
        for value in public(module).values():
            if inspect.isclass(value):
                methods = {name: member for name, member in vars(value).items() if not name.startswith("_")}
                for name, member in methods.items():
                    inner = getattr(member, "__func__", member)
                    if inspect.isfunction(inner):
                        found[f"{value.__module__}.{value.__qualname__}.{name}"] = inner
            elif is_function(value):
                found[f"{value.__module__}.{value.__qualname__}"] = inspect.unwrap(value)
    return {name: value for name, value in found.items() if name.startswith("mi_theme.")}


@pytest.mark.parametrize("room", rooms(), ids=lambda room: room.__name__)
def test_every_public_name_is_in_the_reference(room: ModuleType) -> None:
    assert room.__name__ in DESCRIBED
    for name, value in public(room).items():
        if not (inspect.isclass(value) or is_function(value)):
            assert re.search(rf"autodata:: \S+\.{name}\n", REFERENCE) or re.search(rf"#:.*\n{name}\b", SOURCES), name


def test_the_front_door_leads_to_the_reference() -> None:
    assert mi_theme.__all__
    for name, home in mi_theme._HOMES.items():
        assert f"mi_theme.{home}" in DESCRIBED, name
        assert name in public(import_module(f"mi_theme.{home}")), name
    assert "<!-- the table of public names -->" in REFERENCE


def test_every_command_and_every_option_says_what_it_is_for() -> None:
    assert ".. click:: mi_theme.cli:main" in (DOCS / "reference-cli.md").read_text("utf-8")
    assert COMMANDS
    for name in COMMANDS:
        command = main.get_command(Context(main), name)
        assert isinstance(command, Command)
        assert command.help, name
        assert all(option.help for option in command.params if isinstance(option, Option)), name


def test_every_page_is_in_a_table_of_contents() -> None:
    index = "\n".join(page.read_text("utf-8") for page in (DOCS / "index.md", DOCS / "reference/index.md"))
    listed = set(re.findall(r"^([\w/*-]+)$", index, re.M))
    for page in (page for page in DOCS.rglob("*.md") if "_build" not in page.parts and page.stem != "index"):
        place = page.relative_to(DOCS).with_suffix("")
        assert {str(place), place.name, f"{place.parent}/*"} & listed, place
    for notebook in (ROOT / "examples").glob("*.ipynb"):
        assert f"lessons/{notebook.stem}" in listed


def silent(function: object) -> bool:
    """Whether nothing comes back, or it is a method."""
    nothing = inspect.signature(function).return_annotation in NOTHING  # type: ignore[arg-type]
    return nothing or "." in function.__qualname__  # type: ignore[attr-defined]


def all_mentioned(function: object) -> bool:
    """Whether every parameter is spoken of in single backticks, where a section would say no more."""
    said = re.findall(r"(?<!`)`(\w+)`(?!`)", function.__doc__ or "")
    return {*inspect.signature(function).parameters} - {"self", "cls"} <= {*said}  # type: ignore[arg-type]


@pytest.mark.tool("numpydoc")
def test_docstrings_say_what_goes_in_and_what_comes_out() -> None:
    from numpydoc.validate import validate

    found = functions()
    assert len(found) > 150
    faults = []
    for name, function in found.items():
        asked = SAID if silent(function) else SAID + OF_FUNCTIONS
        errors = [code for code, _ in validate(name)["errors"] if code in asked]
        errors = [code for code in errors if code != "PR01" or not all_mentioned(function)]
        faults += [f"{name}: {' '.join(errors)}"] * bool(errors)
    assert not faults, "\n".join(faults)


def test_help_names_every_option() -> None:
    """No ``**options`` that hides from help() and from editors what can be said."""
    kinds = {name: [p.kind for p in inspect.signature(f).parameters.values()] for name, f in functions().items()}  # type: ignore[arg-type]
    hiding = [name for name, found in kinds.items() if inspect.Parameter.VAR_KEYWORD in found]
    # they hand on what a method or a function is called with; it is told old names and new ones
    handing_on = {"mi_theme.hooks.answer", "mi_theme.executors.local_processes.LocalProcesses.submit"}
    assert set(hiding) == {*handing_on, "mi_theme.arguments.asked"}


@pytest.mark.slow
@pytest.mark.tool("sphinx")
@pytest.mark.tool("furo")
@pytest.mark.tool("myst_nb")
def test_the_site_builds_without_a_warning(tmp_path: Path) -> None:
    """Notebooks and code cells are run, links and names are followed; pictures have words."""
    from sphinx.util.inventory import InventoryFile

    made = subprocess.run(
        [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-b", "html", DOCS, tmp_path / "html"],
        capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    inventory = InventoryFile.loads((tmp_path / "html/objects.inv").read_bytes(), uri="")
    names = {name for entries in inventory.data.values() for name in entries}
    for room in rooms():
        for name, value in public(room).items():
            assert f"{room.__name__}.{name}" in names or not (inspect.isclass(value) or is_function(value)), name
    assert (tmp_path / "html/dossier.html").is_file()
    for page in (tmp_path / "html").rglob("*.html"):
        for picture in re.findall(r"<img [^>]*_images/[^>]*>", page.read_text("utf-8")):
            assert re.search(r'alt="[^"]{12,}"', picture), f"{page.name}: {picture}"


def test_every_data_file_has_its_provenance() -> None:
    page = (DOCS / "explanation/data.md").read_text("utf-8")
    files = [path.name for path in (ROOT / "data").iterdir() if path.is_file()]
    assert len(files) > 8
    for name in files:
        assert f"`{name}`" in page, name


def test_every_figure_has_a_command_that_is_there() -> None:
    """Scripts, tests and examples that pages tell readers to run."""
    pages = "\n".join(page.read_text("utf-8") for page in [*DOCS.rglob("*.md"), *ROOT.glob("*.md")])
    named = set(re.findall(r"\b((?:tests|data|examples|docs)/[a-z0-9_/]+\.py)\b", pages))
    assert len(named) > 10
    for path in named:
        assert (ROOT / path).is_file(), path
    scripts = (path for path in (ROOT / "tests/benchmarks").glob("*.py") if "__main__" in path.read_text("utf-8"))
    benchmarks = {f"tests/benchmarks/{path.name}" for path in scripts}
    assert benchmarks <= set(
        re.findall(r"tests/benchmarks/\w+\.py", (DOCS / "explanation/evaluation.md").read_text("utf-8"))
    )


def test_figures_in_the_overview_are_those_of_the_pages_they_come_from() -> None:
    rows = (DOCS / "explanation/evaluation.md").read_text("utf-8").splitlines()
    linked = [(row, found[1]) for row in rows if row.startswith("|") and (found := re.search(r"\]\((\w+\.md)#", row))]
    assert len(linked) >= 2
    for row, page in linked:
        text = (DOCS / "explanation" / page).read_text("utf-8")
        assert not [figure for figure in re.findall(r"\.\d{3}", row) if figure not in text], row


def test_strategies_are_counted_as_they_are() -> None:
    words = {18: "eighteen", 19: "nineteen", 20: "twenty", 21: "twenty-one", 22: "twenty-two", 23: "twenty-three"}
    for page in ("README.md", "CHANGELOG.md"):
        assert f"{words[len(STRATEGIES)]} strategies" in (ROOT / page).read_text("utf-8")
