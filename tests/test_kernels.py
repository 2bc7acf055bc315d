"""Which kernels run: numpy's for little, compiled ones for much, and neither a full disk nor a broken numba stops a search."""

from __future__ import annotations

import subprocess
import sys

import pytest

from mi_theme.errors import MissingExtra
from mi_theme.search.kernels import choosing as chooser
from mi_theme.search.kernels.choosing import ENOUGH, compiled, kernels

LITTLE = """
import sys
import mi_theme as mi
assert mi.find(mi.theme(), mi.theme().to_score())
assert "numba" not in sys.modules
"""


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a new process."""
    monkeypatch.setattr(chooser._Asked, "seconds", 0.0)


def chosen(fast: bool | None, seconds: float) -> str:
    return str(kernels(fast, "alignment", seconds).__name__).rsplit(".", 1)[-1]


def test_little_is_found_without_compiling() -> None:
    ran = subprocess.run([sys.executable, "-c", LITTLE], capture_output=True, encoding="utf-8", check=False)
    assert ran.returncode == 0, ran.stderr


def test_much_is_compiled_at_once_and_little_when_it_adds_up() -> None:
    pytest.importorskip("numba")
    assert chosen(None, ENOUGH / 2) == "alignment_numpy"
    assert chosen(None, ENOUGH) == "alignment_numba"
    assert chosen(False, 100 * ENOUGH) == "alignment_numpy"


def test_a_numba_that_does_not_load_is_done_without(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mi_theme.search.kernels.alignment_numba", None)
    assert chosen(None, 2 * ENOUGH) == "alignment_numpy"
    with pytest.raises(MissingExtra, match="numba"):
        chosen(True, 0)


def test_what_can_be_kept_nowhere_is_compiled_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    caching = pytest.importorskip("numba.core.caching")
    cache = getattr(caching, "CacheImpl", None) or caching._CacheImpl  # as numba's version has it
    monkeypatch.setattr(cache, "_locator_classes", [])  # no folder can be written
    assert compiled(lambda number: number + 1)(2) == 3
