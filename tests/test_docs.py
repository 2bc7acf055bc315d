"""Blocks of Python and of commands on the pages are run, and what they print is compared."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from mi_theme.adaptation.strategies import STRATEGIES
from mi_theme.cli import COMMANDS, main

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(r"^```(?:\{code-cell\} )?(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def _blocks(kind: str) -> list[pytest.ParameterSet]:
    found = []
    for page in PAGES:
        blocks = BLOCK.findall(page.read_text("utf-8"))
        bodies = [body for language, body in blocks if language == kind and ">>> " not in body]
        if bodies:
            found.append(pytest.param(bodies, id=str(page.relative_to(ROOT))))
    return found


def test_there_are_pages_with_code() -> None:
    assert _blocks("python")
    assert _blocks("console")


@pytest.mark.parametrize("bodies", _blocks("python"))
def test_python_runs(bodies: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The blocks of a page run in order; a comment ``# -> value`` says what the line gives."""
    monkeypatch.chdir(tmp_path)
    before = set(STRATEGIES)
    scope: dict[str, object] = {}
    for body in bodies:
        exec(compile(body, "page", "exec"), scope)
        for line in body.splitlines():
            code, arrow, expected = line.partition("# -> ")
            if arrow:
                assert str(eval(code.strip(), scope)) == expected.strip()
    for name in STRATEGIES.keys() - before:  # a page may show how to add one
        del STRATEGIES[name]


@pytest.mark.parametrize("bodies", _blocks("console"))
def test_commands_print_what_the_page_shows(bodies: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """``$ mi-theme ...`` and what it prints; ``...`` alone on a line stands for any lines."""
    monkeypatch.chdir(tmp_path)
    for body in bodies:
        for command, expected in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", body, re.MULTILINE):
            if not command.startswith("mi-theme "):
                continue
            result = CliRunner().invoke(main, shlex.split(command, comments=True)[1:])
            assert result.exit_code == 0, result.output
            pattern = re.escape(expected.strip()).replace(r"\.\.\.", r"[\s\S]*")
            assert re.fullmatch(pattern, result.output.strip()), f"{command}\n{result.output}"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_documented(name: str) -> None:
    pages = "\n".join(page.read_text("utf-8") for page in PAGES)
    assert f"mi-theme {name}" in pages
