"""Methods that a value has and a room above it answers.

A score can be saved, played, shown; but files, sound and pictures stand above
the score, and nothing imports from above itself. So the value has the method,
with its signature and its words, and asks here; the front door, which knows
every room, says in one table which function answers.
"""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = False  # type checkers take it for True; the front door loads this file, and typing is slow to load
if TYPE_CHECKING:
    from typing import Any

__all__ = ["Shown", "answer", "methods"]

#: Method of a value: module (within the package) and function that answers, such as "files:save"; the front door fills it.
methods: dict[str, str] = {}


def answer(method: str, /, *given: Any, **options: Any) -> Any:
    """What the room above says that answers a method.

    Parameters
    ----------
    method
        Its name in the table, such as ``Score.save``.
    *given, **options
        The value itself, and what its method was called with.

    Returns
    -------
    object
        What the function gives.
    """
    module, function = methods[method].split(":")
    return getattr(import_module(f"mi_theme.{module}"), function)(*given, **options)


class Shown:
    """A value that a notebook shows as a picture with its words."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        return str(answer("show", self))
