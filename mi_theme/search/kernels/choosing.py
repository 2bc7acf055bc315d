"""Which loops run: those that numba compiles, or numpy's. They find the same.

Compiling takes seconds the first time, and loading what was compiled a few
tenths: what takes numpy less is left to numpy.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from mi_theme.errors import MissingExtra

__all__ = ["compiled", "loops"]

ENOUGH = 0.5  # seconds of numpy's work that make compiled loops worth loading


class _Asked:
    """What this process has been asked for so far, in seconds of numpy's work."""

    seconds = 0.0


def loops(fast: bool | None, kernel: str, plain: str, seconds: float) -> Any:
    """A module of loops of this room: the compiled ones where numba is installed and there is enough to do.

    Parameters
    ----------
    fast
        Whether to use the compiled ones, where that is said.
    kernel, plain
        Their modules: compiled, and in numpy.
    seconds
        What the work would take numpy, about.

    Raises
    ------
    MissingExtra
        Where the compiled ones are asked for and numba does not load.
    """
    _Asked.seconds += seconds
    if fast or (fast is None and _Asked.seconds > ENOUGH and find_spec("numba")):
        try:
            return import_module(f"mi_theme.search.kernels.{kernel}")
        except ImportError:  # numba is missing, or made for another numpy
            if fast:
                raise MissingExtra.named("numba", "fast") from None
    return import_module(f"mi_theme.search.kernels.{plain}")


def compiled(loop: Callable[..., Any]) -> Any:
    """A loop compiled by numba, and kept beside its module or in the user's cache folder, where either can be written."""
    import numba

    try:
        return numba.njit(cache=True, nogil=True)(loop)
    except RuntimeError:  # nowhere to keep it: compiled anew in each process
        return numba.njit(nogil=True)(loop)
