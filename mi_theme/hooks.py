"""Methods that a value has and a room above it answers.

A score can be saved, played, shown; but files, sound and pictures stand above
the score, and nothing imports from above itself. So the value has the method,
with its signature and its words, and asks here; the front door, which knows
every room, says in one table which function answers.
"""

from __future__ import annotations

import sys
from _thread import RLock
from importlib import import_module

from mi_theme.guesses import Guessed

TYPE_CHECKING = False  # type checkers take it for True; the front door loads this file, and typing is slow to load
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType
    from typing import Any

__all__ = ["Shown", "answer", "function_at", "loaded", "methods"]

LOADING = RLock()
PROGRAMS = ("cli", "server", "toolserver")  # rooms that no public name is in, and that need more packages
every_room: list[ModuleType] = []  # once they are loaded

whole: dict[str, ModuleType] = {}  # modules that tables name, once they are loaded

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
    if module not in whole:
        whole[module] = loaded(module)
    found: Callable[..., Any] = getattr(whole[module], function)
    return found


def loaded(module: str) -> ModuleType:
    """A module of the package, loaded when it is wanted, by one thread at a time.

    Where a thread loads a room while another loads a module in it, each waits for what the other has, and Python gives one
    of them a module that is half made (`importlib` finds the deadlock). So where there are several threads every room is
    loaded before the first of them goes into one; a program of one thread loads what it uses.

    Parameters
    ----------
    module
        Its name within the package, such as "files.midi".

    Returns
    -------
    module
        All of it.
    """
    threading = sys.modules.get("threading")
    with LOADING:
        if threading and threading.active_count() > 1 and not every_room:
            from pkgutil import iter_modules  # which is slow to load

            rooms = [room.name for room in iter_modules(sys.modules["mi_theme"].__path__) if room.ispkg]
            every_room.extend(import_module(f"mi_theme.{room}") for room in rooms if room not in PROGRAMS)
        return import_module(f"mi_theme.{module}")


class Shown(Guessed):
    """A value that a notebook shows as a picture with its words."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        return str(answer("show", self))
