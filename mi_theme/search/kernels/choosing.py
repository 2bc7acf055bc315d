"""Which kernels run: those that numba compiles, or numpy's. They find the same.

Compiling takes seconds the first time, and loading what was compiled a few
tenths: what takes numpy less is left to numpy.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from mi_theme.errors import MissingExtra

__all__ = ["compiled", "kernels"]

#: each task, and its kernels: compiled, and in numpy
KERNELS = {
    "alignment": ("alignment_numba", "alignment_numpy"),
    "extension": ("extension_numba", "extension_numpy"),
    "layering": ("layering_numba", "layering_numpy"),
    "performances": ("performances_numba", "performances_numpy"),
    "proposals": ("proposals_numba", "proposals_numpy"),
}
ENOUGH = 0.5  # seconds of numpy's work that make compiled kernels worth loading


class _Asked:
    """What this process has been asked for so far, in seconds of numpy's work."""

    seconds = 0.0


def kernels(fast: bool | None, task: str, seconds: float) -> Any:
    """The module of kernels for a task: the compiled ones where numba is installed and there is enough to do.

    Parameters
    ----------
    fast
        Whether to use the compiled ones, where that is said.
    task
        One of `KERNELS`.
    seconds
        What the work would take numpy, about.

    Raises
    ------
    MissingExtra
        Where the compiled ones are asked for and numba does not load.
    """
    _Asked.seconds += seconds
    in_numba, in_numpy = KERNELS[task]
    if fast or (fast is None and _Asked.seconds > ENOUGH and find_spec("numba")):
        try:
            return import_module(f"mi_theme.search.kernels.{in_numba}")
        except ImportError:  # numba is missing, or made for another numpy
            if fast:
                raise MissingExtra.named("numba", "fast") from None
    return import_module(f"mi_theme.search.kernels.{in_numpy}")


def compiled(loop: Callable[..., Any]) -> Any:
    """A loop compiled by numba, and kept beside its module or in the user's cache folder, where either can be written."""
    import numba

    try:
        made: Any = numba.njit(cache=True, nogil=True)(loop)
    except RuntimeError:  # nowhere to keep it: compiled anew in each process
        return numba.njit(nogil=True)(loop)
    try:
        made._cache._cache_file._load_index()
    except (ImportError, AttributeError):  # kept by another version of ours, whose modules had other names
        made._cache.flush()
    return made
