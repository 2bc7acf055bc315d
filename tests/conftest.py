"""What all tests share: how much is run, which tools are there, and a home that is nobody's.

``pytest`` runs a sample, ``pytest --everything`` also what is marked slow, with
more hypothesis examples. A test that needs a program or package says so,
``@pytest.mark.tool("musescore3")``: without it the test is skipped by that name,
with CI set in the environment it fails. With MI_THEME_SYSTEM=0 programs of the
system count as missing, and that is no failure: packages have to be there. The
sounds are always those of the soundfont that a package brings.
"""

from __future__ import annotations

import os
import shutil
import signal
import sysconfig
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from selenium import webdriver

PROGRAMS = {
    "musescore3": ("musescore3", "mscore3"),
    "midicsv": ("midicsv",),
    "chromium": ("chromium",),
    "chromedriver": ("chromedriver",),
}
LONGEST = 60  # seconds of computing after which a single test counts as hanging; no test bounds the time on the wall
SYSTEM = os.environ.get("MI_THEME_SYSTEM") != "0"  # whether programs of the system are looked for
UNHURRIED = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large]

settings.register_profile("sample", max_examples=40, deadline=None, derandomize=True, suppress_health_check=UNHURRIED)
settings.register_profile("everything", max_examples=600, deadline=None, suppress_health_check=UNHURRIED)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--everything", action="store_true", help="also what is marked slow, and more examples of each law"
    )


def pytest_configure(config: pytest.Config) -> None:
    if not config.getoption("hypothesis_profile", None):
        settings.load_profile("everything" if config.getoption("everything") else "sample")
    pip = Path.home() / ".config" / "pip" / "pip.conf"
    if pip.exists():
        os.environ.setdefault("PIP_CONFIG_FILE", str(pip))
    home = tempfile.mkdtemp(prefix="mi_theme-home-")  # music21 reads ~/.music21rc when it is imported
    config.add_cleanup(lambda: shutil.rmtree(home, ignore_errors=True))
    if (
        signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    ):  # so a shell starts what runs in its background, for all its children
        signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ |= {"HOME": home, "XDG_RUNTIME_DIR": home, "QT_QPA_PLATFORM": "offscreen", "MPLBACKEND": "Agg"}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is slow, unless everything is wanted."""
    if config.getoption("everything") or config.getoption("markexpr"):
        return
    slow = [item for item in items if item.get_closest_marker("slow")]
    config.hook.pytest_deselected(items=slow)
    items[:] = [item for item in items if item not in slow]


def pytest_runtest_setup(item: pytest.Item) -> None:
    for name in (name for marker in item.iter_markers("tool") for name in marker.args):
        if tool(name) is None:
            wanted = os.environ.get("CI") and (SYSTEM or name not in {*PROGRAMS, "pyodide"})
            (pytest.fail if wanted else pytest.skip)(f"{name} is not installed")


def tool(name: str) -> str | None:
    """The path of a program, or the name of a package, that is there."""
    if name in PROGRAMS:
        return next(filter(None, map(shutil.which, PROGRAMS[name])), None) if SYSTEM else None
    if name == "pyodide":  # a folder with its npm package, and Node to run it; see test_pyodide.py
        return os.environ.get("MI_THEME_PYODIDE") if SYSTEM and shutil.which("node") else None
    return name if find_spec(name) else None


def program_of(environment: Path, name: str) -> Path:
    """A program of a virtual environment, which lies elsewhere on Windows."""
    return Path(sysconfig.get_path("scripts", "venv", vars={"base": str(environment)})) / name


@pytest.fixture(scope="session", autouse=True)
def same_sounds() -> None:
    """Every machine has the soundfont that a package brings, and no other."""
    os.environ["MI_THEME_SYSTEM"] = "0"
    os.environ.pop("MI_THEME_SOUNDFONT", None)


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    """A browser for all tests of a process; see ``tests/browser.py``."""
    from browser import chromium

    with chromium(tmp_path_factory.mktemp("browser")) as started:
        yield started


@pytest.fixture
def impatient() -> Iterator[None]:
    """A test that hangs fails, however busy the machine is; where the system cannot count (Windows) it hangs."""
    if not hasattr(signal, "setitimer"):
        yield
        return

    def late(number: int, frame: FrameType | None) -> None:
        raise TimeoutError(f"still computing after {LONGEST} s")

    before = signal.signal(signal.SIGVTALRM, late)
    signal.setitimer(signal.ITIMER_VIRTUAL, LONGEST)
    yield
    signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    signal.signal(signal.SIGVTALRM, before)
