"""The wheel and the sdist carry everything, and a stranger's environment runs them."""

from __future__ import annotations

import re
import subprocess
import sys
import tarfile
import tomllib
import venv
import zipfile
from pathlib import Path

import conftest
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sdist, and the wheel built from it."""
    out = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(out), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    return out


def _names(built: Path, kind: str) -> set[str]:
    if kind == "wheel":
        return set(zipfile.ZipFile(next(built.glob("*.whl"))).namelist())
    with tarfile.open(next(built.glob("*.tar.gz"))) as archive:
        return {name.partition("/")[2] for name in archive.getnames()}


def _data_files() -> set[str]:
    return {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "data").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_data_travels_in_the_wheel(built: Path) -> None:
    assert _data_files()
    assert {f"mi_theme/{name}" for name in _data_files()} <= _names(built, "wheel")


def test_data_travels_in_the_sdist(built: Path) -> None:
    names = _names(built, "sdist")
    assert _data_files() <= names
    assert {"README.md", "LICENSE", "RIGHTS.md", "pyproject.toml"} <= names


@pytest.mark.parametrize("kind", ["wheel", "sdist"])
def test_no_music_travels(built: Path, kind: str) -> None:
    music = (".mid", ".midi", ".mxl", ".wav", ".ogg", ".mp3")
    assert not [name for name in _names(built, kind) if name.lower().endswith(music)]


def test_what_a_package_index_shows_points_to_nothing_that_is_not_there(built: Path) -> None:
    """No picture and no link that needs the repository beside it; the words are all there."""
    archive = zipfile.ZipFile(next(built.glob("*.whl")))
    metadata = archive.read(next(name for name in archive.namelist() if name.endswith("/METADATA"))).decode()
    headers, _, shown = metadata.partition("\n\n")
    assert "Description-Content-Type: text/markdown" in headers
    assert re.findall(r"\]\((?!https?:)", shown) == []
    assert "A first hour: take a waltz into four" in shown
    assert len(shown) > 0.8 * len((ROOT / "README.md").read_text("utf-8"))


@pytest.mark.tool("twine")
def test_twine_has_nothing_against_them(built: Path) -> None:
    files = sorted(map(str, built.iterdir()))
    assert len(files) == 2
    done = subprocess.run(
        [sys.executable, "-m", "twine", "check", "--strict", *files], capture_output=True, encoding="utf-8"
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("kind", ["wheel", "sdist"])
def test_a_clean_environment_renders_from_it(
    built: Path, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only what was built and what it requires, in an environment of its own, away from the checkout."""
    monkeypatch.delenv("PYTHONPATH", raising=False)
    venv.create(tmp_path / "env", with_pip=True)
    python = conftest.program_of(tmp_path / "env", "python")
    file = str(next(built.glob("*.whl" if kind == "wheel" else "*.tar.gz")))
    subprocess.run([python, "-m", "pip", "install", "-q", "--disable-pip-version-check", file], check=True)
    command = [
        conftest.program_of(tmp_path / "env", "mi-theme"),
        "render",
        "--form",
        "clayton-mullen",
        "-o",
        "mission.mid",
    ]
    subprocess.run(command, check=True, cwd=tmp_path, capture_output=True)
    assert (tmp_path / "mission.mid").read_bytes()[:4] == b"MThd"
    code = "import mi_theme, mi_theme.catalog as c; print(c.data_path('theme.toml'))"
    where = subprocess.run([python, "-c", code], check=True, cwd=tmp_path, capture_output=True, encoding="utf-8").stdout
    assert str(tmp_path) in where


# The lock


def _locked(name: str) -> dict[str, list[Requirement]]:
    found: dict[str, list[Requirement]] = {}
    for line in (ROOT / name).read_text("utf-8").splitlines():
        requirement = Requirement(line)
        found.setdefault(canonicalize_name(requirement.name), []).append(requirement)
    return found


def _asked() -> list[Requirement]:
    """What pyproject.toml names, for us and for users."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    rows = [*project["dependencies"], *(row for rows in project["optional-dependencies"].values() for row in rows)]
    return [asked for asked in map(Requirement, rows) if asked.name != "mi-theme"]


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-oldest.lock"])
def test_a_lock_is_names_versions_and_markers_of_all_that_is_asked_for(name: str) -> None:
    locked = _locked(name)
    pins = [pin for pins in locked.values() for pin in pins]
    assert all(re.fullmatch(r"==[^,*]+", str(pin.specifier)) and not pin.url and not pin.extras for pin in pins)
    for asked in _asked():
        pins = locked[canonicalize_name(asked.name)]
        versions = [str(pin.specifier).removeprefix("==") for pin in pins]
        assert all(asked.specifier.contains(version) for version in versions), f"{asked}: make lock"


def test_the_oldest_are_the_lowest_that_are_named() -> None:
    """Or the first version after it; music21 and numpy among them."""
    oldest, newest = _locked("requirements-oldest.lock"), _locked("requirements.lock")
    assert str(oldest["music21"][0].specifier).startswith("==9.")
    assert str(oldest["numpy"][0].specifier).startswith("==1.26.")
    lowest = {canonicalize_name(asked.name): str(asked.specifier).removeprefix(">=") for asked in _asked()}
    for name, version in lowest.items():
        (pin, *others) = oldest[name]
        assert others or str(pin.specifier).removeprefix("==").startswith(version), name
    assert [name for name in lowest if oldest[name] == newest[name]] != list(lowest)


def test_the_readme_has_the_two_commands_that_ci_reads_from_it() -> None:
    said = re.findall(r"^make (?:demo|test)\b", (ROOT / "README.md").read_text("utf-8"), re.M)
    assert said == ["make demo", "make test"]
