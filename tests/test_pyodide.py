"""In a browser's Python (Pyodide), run by Node: what works there without numpy says the same as here.

The folder that ``MI_THEME_PYODIDE`` names has the npm package pyodide, and in ``wheels`` a wheel of msgspec for it; ``.ci/run``
makes it. numpy and lxml have wheels for it only where no registry has them, so what needs them is only named here.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import conftest
import pytest

import mi_theme as mi

ROOT = Path(__file__).parent.parent
ALONE = ["mi.Meter('5/4:3+3+2+2')", "mi.Warp('0>0 3>3 5>4')(4)", "mi.Grouping('3+3+2')", "list(mi.strategies())"]
WITHOUT_NUMPY = [
    "mi.theme()", "str(mi.theme().to_meter('4/4'))", "mi.theme().to_meter('4/4').theme.ostinato",
    "[str(mi.theme().to_meter('7/8:2+2+3', how)) for how in ('regroup', 'cut', 'float', 'nearest')]",
    "mi.theme('D').to_meter('9/8:2+2+2+3').plan.to_json()", "str(mi.film(4))", "str(mi.films())", "str(mi.lineage().claims(film=3))",
    "str(mi.lineage().readings())", "mi.lineage().export('json')", "mi.lineage().export('provn')", "mi.lineage().cite('M11')",
    "list(mi.forms())", "list(mi.styles())", "str(mi.arrange(form='tv', style='bare', length=8, seed=3))",
]  # fmt: skip
WITH_NUMPY = [
    "mi.theme().to_score()",
    "mi.render(length=4)",
    "mi.read('X:1\\nM:3/4\\nK:C\\nCEG|\\n')",
    "mi.measure([0, 1], '4/4')",
]
PROGRAM = """
import json
import mi_theme as mi

said = {{}}
for case in {cases}:
    try:
        said[case] = repr(eval(case))
    except ModuleNotFoundError as error:
        said[case] = f"needs {{error.name}}"
json.dumps(said)
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    return next(out.glob("*.whl"))


def said_there(cases: list[str], *wheels: Path) -> dict[str, str]:
    """What the cases are in Pyodide, or what they need."""
    command = [shutil.which("node") or "node", str(ROOT / "tests/pyodide/run.mjs"), str(conftest.tool("pyodide"))]
    program = PROGRAM.format(cases=cases)
    done = subprocess.run([*command, *map(str, wheels)], input=program, capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr[-2000:]
    found: dict[str, str] = json.loads(done.stdout)
    return found


def said_here(cases: list[str]) -> dict[str, str]:
    return {case: repr(eval(case, {"mi": mi})) for case in cases}


@pytest.mark.tool("pyodide")
def test_metres_and_maps_need_nothing_but_the_wheel(wheel: Path) -> None:
    assert said_there(ALONE, wheel) == said_here(ALONE)


@pytest.mark.tool("pyodide")
def test_themes_plans_and_the_lineage_say_the_same_without_numpy(wheel: Path) -> None:
    others = sorted(Path(os.environ["MI_THEME_PYODIDE"], "wheels").glob("*.whl"))
    there = said_there([*WITHOUT_NUMPY, *WITH_NUMPY], wheel, *others)
    here = said_here(WITHOUT_NUMPY)
    assert [case for case in WITHOUT_NUMPY if there[case] != here[case]] == []
    assert {there[case] for case in WITH_NUMPY} == {"needs numpy"}


def test_the_same_cases_need_no_numpy_here() -> None:
    """Without Pyodide: an interpreter that has neither numpy nor lxml."""
    hidden = "import sys; sys.modules.update(numpy=None, lxml=None)\n"
    program = hidden + PROGRAM.format(cases=WITHOUT_NUMPY).replace("json.dumps(said)", "print(json.dumps(said))")
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, encoding="utf-8", cwd=ROOT, check=True)
    assert json.loads(done.stdout) == said_here(WITHOUT_NUMPY)
