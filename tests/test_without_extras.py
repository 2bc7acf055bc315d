"""With no extras and no soundfont everything else works, and what does not says what to install."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
import venv
from pathlib import Path

import conftest
import pytest

import mi_theme
from mi_theme.cli import COMMANDS

ROOT = Path(__file__).parent.parent
EXTRAS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
OURS = ("all", "docs", "dev")  # extras made of the others, or not for users
IMPORTED = {"resvg_py": "resvg_py", "ipykernel": "IPython"}  # under another name than the package's
SOUNDFONTS = ("pretty_midi", "partitura")  # may bring what is not wanted here

# what works, and what needs an extra: Python with th, sc, ad (theme, score, adaptation); commands
WORKS = [
    "mi.Degree('b7'), mi.Tonic('G'), mi.Grouping('3+3+2'), mi.Meter('5/4'), mi.Motif, mi.Warp",
    "mi.Score.from_notes([0], [1], [60])", "mi.Theme.from_score(sc)", "th.to_meter('7/8:2+2+3')",
    "mi.adapt_onsets([0, 1.5], [1, 1], '3/4', '4/4')", "mi.align(sc, mi.convert(sc, '4/4'))", "str(mi.compare(sc, '4/4'))",
    "mi.film(2), mi.films(), mi.lineage()", "mi.find(th, sc)", "mi.induce_meter(sc)", "mi.measure(sc)",
    "str(mi.plan(sc, '4/4'))", "mi.read('a.mid'), mi.read('a.musicxml')", "mi.render(length=4)", "mi.quantize(sc), sc.quantized().score(), mi.beats(sc)", "sc.with_click(1)",
    "sc.note_array()", "mi.Score.from_music21(sc.to_music21())", "th._repr_html_()", "sc._repr_html_()", "ad._repr_html_()",
    "mi.plan(sc, '4/4')._repr_html_()", "mi.measure(sc)._repr_html_()",
    "render --bars 4 -o r.mid --count-in 1", "forms", "styles", "convert a.mid --to 4/4 -o b.mid",
    "convert a.musicxml --to 4/4 -o b.musicxml", "compare a.mid --to 4/4", "quantize a.mid -o q.mid", "adapt --to 4/4", "report", "strategies",
    "meter 5/4:3+3+2+2", "which-meter a.mid", "which-meter .", "measure a.mid", "motifs a.mid", "info a.mid", "info a.musicxml", "lineage",
    "annotate a.mid --film 3 -o c.mid", "mi.arrange(length=4), mi.forms(), mi.styles(), mi.strategies()", "find a.mid", "rank a.mid a.mid",
    "index build . -o x.idx", "index info x.idx", "find x.idx",
]  # fmt: skip
NEEDS = {
    "mi.draw(sc)": "plot",
    "mi.draw(mi.Meter('5/4'))": "plot",
    "mi.draw(th)": "notation",
    "mi.draw(ad)": "notation",
    "mi.worksheet(th, '4/4')": "notation",
    "sc.play()": "audio",
    "sc.to_wav('x.wav')": "audio",
    "sc.to_ogg('x.ogg')": "audio",
    "sc.to_dataframe()": "tables",
    "render --bars 4 --wav r.wav": "audio",
    "sound a.mid": "audio",
    "play a.mid": "audio",
    "report -o r.pdf": "pdf",
    "draw a.mid -o a.svg": "plot",
    "draw 5/4:3+3+2+2 -o m.svg": "plot",
    "draw -o t.png": "notation",
    "worksheet --to 4/4 -o s.svg": "notation",
    "studio --no-browser": "studio",
    "mcp .": "mcp",
    "index query x.idx select_1": "index",
    "mi.studio(th)": "widget",
}
SCRIPT = """
import json, sys
for name in {hidden}: sys.modules[name] = None
import mi_theme as mi
from click.testing import CliRunner
from mi_theme.cli import COMMANDS, main
th = mi.theme(); sc = th.to_score(); ad = th.to_meter("4/4")
sc.save("a.mid"); sc.save("a.musicxml")
said = {{}}
for case in {cases}:
    if case.split()[0] in COMMANDS:
        result = CliRunner().invoke(main, case.split())
        said[case] = [result.exit_code, result.stderr if result.exit_code else ""]
    else:
        try:
            eval(case)
            said[case] = [0, ""]
        except mi.MiThemeError as error:
            said[case] = [1, str(error)]
print(json.dumps(said))
"""


def packages() -> list[str]:
    """What the extras install, as it is imported."""
    rows = [row for extra, rows in EXTRAS.items() if extra not in OURS for row in rows if "mi-theme" not in row]
    names = [re.split(r"[\[<>=]", row)[0] for row in rows]
    return [IMPORTED.get(name, name) for name in names]


def cases() -> list[str]:
    """Those whose command is there."""
    known = [*WORKS, *NEEDS]
    return [case for case in known if re.search(r"[.(]", case.split()[0]) or case.split()[0] in COMMANDS]


def outcomes(python: Path | str, hidden: list[str], place: Path, **environment: str) -> dict[str, tuple[int, str]]:
    script = SCRIPT.format(hidden=hidden, cases=cases())
    done = subprocess.run(
        [python, "-c", script], cwd=place, env=os.environ | environment, capture_output=True, encoding="utf-8"
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    return {case: (code, words) for case, (code, words) in json.loads(done.stdout.splitlines()[-1]).items()}


def check(found: dict[str, tuple[int, str]], brought: tuple[str, ...] = ()) -> None:
    """What works and what is asked for; `brought` are extras that come with what is required anyway."""
    assert [(case, words) for case, (code, words) in found.items() if case in WORKS and code] == []
    for case, extra in NEEDS.items():
        if case in found:
            code, words = found[case]
            assert code == (extra not in brought), case
            assert not code or re.search(
                rf"this needs (\w+): pip install \1, or mi_theme with its extra \[{extra}\]$", words.strip()
            ), (
                case,
                words,
            )
            assert extra in EXTRAS


def test_the_table_has_every_command() -> None:
    named = {case.split()[0] for case in (*WORKS, *NEEDS)}
    assert set(COMMANDS) <= named
    assert {"matplotlib", "verovio", "midirenderer", "soundfile", "pandas", "numba", "symusic"} <= set(packages())


def test_without_extras_the_rest_works_and_the_messages_say_what_to_install(tmp_path: Path) -> None:
    where = os.pathsep.join(filter(None, sys.path))
    check(outcomes(sys.executable, [*packages(), *SOUNDFONTS], tmp_path, PYTHONPATH=where))


@pytest.mark.slow
def test_the_same_from_the_wheel_in_an_environment_of_its_own(tmp_path: Path) -> None:
    """Only what the wheel requires is installed; music21 from version 10 on requires matplotlib."""
    python = installed(tmp_path, "")
    has_plot = subprocess.run([python, "-c", "import matplotlib"], capture_output=True).returncode == 0
    check(outcomes(python, [], tmp_path / "elsewhere", PYTHONPATH=""), brought=("plot",) if has_plot else ())


@pytest.mark.slow
def test_every_notebook_runs_from_the_wheel_with_all_extras(tmp_path: Path) -> None:
    """What a reader has who installs mi_theme with its extra ``[all]``."""
    python = installed(tmp_path, "[all]")
    books = sorted((ROOT / "examples").glob("*.ipynb"))
    assert len(books) >= 5
    for book in books:
        (tmp_path / "elsewhere" / book.name).write_bytes(book.read_bytes())
    command = [python, "-m", "pytest", "--nbmake", "--nbmake-timeout=3600", "-q", "-p", "no:cacheprovider", "."]
    done = subprocess.run(
        command,
        cwd=tmp_path / "elsewhere",
        env=os.environ | {"PYTHONPATH": ""},
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(books)} passed" in done.stdout


def installed(place: Path, extras: str) -> Path:
    """The interpreter of a new environment with the wheel of this tree; beside it a folder ``elsewhere`` to work in."""
    (place / "elsewhere").mkdir()
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(place), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True)
    venv.create(place / "env", with_pip=True)
    python = conftest.program_of(place / "env", "python")
    wheel = f"{next(place.glob('*.whl'))}{extras}"
    subprocess.run([python, "-m", "pip", "install", "-q", "--disable-pip-version-check", wheel], check=True)
    return python


def test_importing_warns_of_nothing() -> None:
    """Every public name and every module, with warnings made errors."""
    modules = sorted(
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for path in Path(mi_theme.__file__).parent.rglob("*.py")
        if path.stem != "__main__"
    )
    code = f"import importlib, mi_theme\n[getattr(mi_theme, n) for n in mi_theme.__all__]\n[importlib.import_module(n) for n in {modules}]"
    where = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], env=where, capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    assert not done.stderr
    assert len(modules) > 100
