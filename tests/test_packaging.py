"""The wheel and the sdist carry everything, and a stranger's environment runs them."""

from __future__ import annotations

import re
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

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
        str(path.relative_to(ROOT))
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


def test_a_clean_environment_renders_from_the_wheel(
    built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the wheel and what it requires, in an environment of its own, away from the checkout."""
    monkeypatch.delenv("PYTHONPATH", raising=False)
    venv.create(tmp_path / "env", with_pip=True)
    python = tmp_path / "env" / "bin" / "python"
    wheel = str(next(built.glob("*.whl")))
    subprocess.run([python, "-m", "pip", "install", "-q", "--disable-pip-version-check", wheel], check=True)
    command = [tmp_path / "env" / "bin" / "mi-theme", "render", "--form", "clayton-mullen", "-o", "mission.mid"]
    subprocess.run(command, check=True, cwd=tmp_path, capture_output=True)
    assert (tmp_path / "mission.mid").read_bytes()[:4] == b"MThd"
    code = "import mi_theme, mi_theme.catalog as c; print(c.data_path('theme.toml'))"
    where = subprocess.run([python, "-c", code], check=True, cwd=tmp_path, capture_output=True, text=True).stdout
    assert str(tmp_path) in where
