"""Notebooks and scripts of ``examples/``: paired, clean, and they run."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import mi_theme as mi

GOLDEN = str(Path(__file__).parent / "golden")
sys.path.insert(0, GOLDEN)
from regenerate_notebooks import as_notebook  # noqa: E402

sys.path.remove(GOLDEN)
EXAMPLES = Path(__file__).parents[1] / "examples"
NOTEBOOKS = sorted(EXAMPLES.glob("[0-9]_*.py"))
SCRIPTS = sorted(path for path in EXAMPLES.glob("*.py") if path not in NOTEBOOKS)
EXPECTED = {
    "convert_folder.py": ([".", "4/4", "out"], "theme.mid -> regroup"),
    "convert_theme.py": (["4/4"], "3+3+1+1"),
    "draw_theme.py": (["7/8:2+2+3"], "Notation of bars 1 to 2"),
    "find_theme.py": ([], "bar 1, Ostinato: "),
    "hear.py": (["theme.wav"], "<Recording: 0:11, stereo"),
    "draw_bar.py": (["7/8:2+2+3"], "7 eighths in a bar, 3 unequal beats"),
    "own_theme.py": ([], "LONG ONE"),
}

notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def cells(book):
    return [(cell.cell_type, cell.source) for cell in book.cells]


def test_there_are_notebooks_and_scripts():
    assert len(NOTEBOOKS) >= 2
    assert {path.name for path in SCRIPTS} == set(EXPECTED)


@pytest.mark.tool("jupytext")
@notebook
def test_both_forms_have_the_same_cells_and_no_outputs(path):
    import jupytext

    book, twin = jupytext.read(path), jupytext.read(path.with_suffix(".ipynb"))
    assert cells(book) == cells(twin)
    assert path.with_suffix(".ipynb").read_text("utf-8") == as_notebook(path), (
        "python tests/golden/regenerate_notebooks.py"
    )
    assert not any(cell.get("outputs") or cell.get("execution_count") for cell in twin.cells)
    assert len({cell["id"] for cell in twin.cells}) == len(twin.cells)


@notebook
def test_a_notebook_is_a_lesson(path):
    text = path.read_text("utf-8")
    for word in ("**Level**", "**Aims.**", "45 minutes", "| minutes |", "## Sound before symbols", "## Exercises", "more than one answer is right", "MI_THEME_FROM"):  # fmt: skip
        assert word in text, word
    exercises, key = text[text.index("## Exercises") :].split("## Key")
    for part in (exercises, key):
        assert re.findall(r"^# \*\*(\d)\.", part, re.M) == ["1", "2", "3"]


@pytest.mark.tool("nbclient")
@pytest.mark.tool("ipykernel")
@pytest.mark.tool("matplotlib")
@notebook
def test_a_notebook_runs_from_top_to_bottom(path, tmp_path, monkeypatch):
    """In a kernel that is the Python running the tests, not one installed under a name."""
    import jupytext
    from jupyter_client import AsyncKernelManager
    from nbclient import NotebookClient

    class RunningPython(AsyncKernelManager):
        def format_kernel_cmd(self, *args, **kwargs):
            return [sys.executable, *super().format_kernel_cmd(*args, **kwargs)[1:]]

    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, sys.path)))
    book = jupytext.read(path)
    where = {"metadata": {"path": str(tmp_path)}}
    NotebookClient(book, kernel_manager_class=RunningPython, resources=where).execute()
    code = [cell for cell in book.cells if cell.cell_type == "code"]
    pictures = [out for cell in code for out in cell.outputs if "data:image/svg" in str(out.get("data"))]
    assert pictures
    assert not any(out.get("name") == "stderr" for cell in code for out in cell.outputs)


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_a_script_runs(path, tmp_path):
    arguments, said = EXPECTED[path.name]
    mi.theme().to_score().save(tmp_path / "theme.mid")
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "PYTHONUTF8": "1"}
    done = subprocess.run(
        [sys.executable, path, *arguments],
        capture_output=True,
        encoding="utf-8",
        cwd=tmp_path,
        env=environment,
    )
    assert done.returncode == 0, done.stderr
    assert said in done.stdout
    assert len(path.read_text("utf-8").splitlines()) <= 20


def test_a_script_refuses_in_one_line():
    done = subprocess.run(
        [sys.executable, EXAMPLES / "convert_theme.py", "5/3"], capture_output=True, encoding="utf-8",
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )  # fmt: skip
    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 1
