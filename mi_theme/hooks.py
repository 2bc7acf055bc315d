"""Methods that a value has and a room above it answers.

A score can be saved, played, shown; but files, sound and pictures stand above
the score, and nothing imports from above itself. So the value has the method,
with its signature and its words, and asks here; the front door, which knows
every room, says in one table which function answers.
"""

from __future__ import annotations

from importlib import import_module

from mi_theme.guesses import Guessed

TYPE_CHECKING = False  # type checkers take it for True; the front door loads this file, and typing is slow to load
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

__all__ = ["Shown", "answer", "function_at", "methods"]

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
    return function_at(methods[method])(*given, **options)


def function_at(place: str) -> Callable[..., Any]:
    """A function that a table names, loaded when it is wanted.

    Parameters
    ----------
    place
        Module (within the package) and function, such as "files:save".

    Returns
    -------
    callable
        The function.
    """
    module, function = place.split(":")
    found: Callable[..., Any] = getattr(import_module(f"mi_theme.{module}"), function)
    return found


class Shown(Guessed):
    """A value that a notebook shows as a picture with its words."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        return str(answer("show", self))
