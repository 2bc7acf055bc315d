"""What arguments may be: old names that still work, names in any spelling, numbers checked before anything is done.

Every call takes its arguments through these, so that a wrong one is refused at the door, in one line.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterable
from functools import wraps
from math import isfinite
from operator import index
from typing import ParamSpec, TypeVar

from mi_theme.errors import ScoreError, UnknownName

__all__ = ["folded", "known_name", "number", "renamed", "whole_number"]

P = ParamSpec("P")
R = TypeVar("R")
BETWEEN_WORDS = re.compile(r"[\s_-]+")


def renamed(**names: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let a function take arguments by the names they had one version ago.

    Parameters
    ----------
    **names
        Old name and new name; the old one works, with a ``DeprecationWarning``.

    Returns
    -------
    callable
        A decorator that leaves the signature as it is.
    """

    def taking(function: Callable[P, R]) -> Callable[P, R]:
        @wraps(function)
        def called(*given: P.args, **options: P.kwargs) -> R:
            for old in names.keys() & options.keys():
                new = names[old]
                if new in options:
                    raise TypeError(f"{function.__name__}() takes {new}= or, as it was called, {old}=, not both")
                warnings.warn(f"{old}= is called {new}= now: {function.__name__}({new}=...)", DeprecationWarning, 2)
                options[new] = options.pop(old)
            return function(*given, **options)

        return called

    return taking


def folded(name: str) -> str:
    """A `name` as it is compared: in small letters, blanks and underscores as hyphens.

    Returns
    -------
    str
        The same for every spelling.
    """
    return BETWEEN_WORDS.sub("-", name.strip().casefold())


def known_name(kind: str, name: object, known: Iterable[str], listed: Iterable[str] = ()) -> str:
    """The one that is meant among names: in any case, with blanks, underscores or hyphens.

    Parameters
    ----------
    kind
        What it would be the name of.
    name
        What was given.
    known
        Names there are.
    listed
        What to list where none is near; all of them without it.

    Returns
    -------
    str
        As it stands in `known`.

    Raises
    ------
    UnknownName
        Where it is none of them; the message says what there is.
    """
    names = list(known)
    if name in names:
        return str(name)
    by_fold = {folded(each): each for each in reversed(names)}
    found = by_fold.get(folded(name)) if isinstance(name, str) else None
    if found is None:
        raise UnknownName.among(kind, str(name), names, listed)
    return found


def whole_number(name: str, value: object, least: int, most: int | None = None) -> int:
    """A whole number in its range.

    Parameters
    ----------
    name
        What it is, for the message.
    value
        What was given.
    least, most
        Its range; None for no end.

    Returns
    -------
    int
        The number.

    Raises
    ------
    ScoreError
        Where it is none, or out of range.
    """
    try:
        found = index(value)  # type: ignore[arg-type]
    except TypeError:
        found = None
    if found is None or isinstance(value, bool) or found < least or (most is not None and found > most):
        span = f"from {least}" if most is None else f"{least} to {most}"
        raise ScoreError(f"{name} is a whole number, {span}, not {value!r}")
    return found


def number(name: str, value: object, least: float, most: float) -> float:
    """A number in its range; numbers of any kind are taken, text is not.

    Parameters
    ----------
    name
        What it is, for the message.
    value
        What was given.
    least, most
        Its range.

    Returns
    -------
    float
        The number.

    Raises
    ------
    ScoreError
        Where it is none, or out of range.
    """
    try:
        found = float("nan") if isinstance(value, str | bytes | bool) else float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        found = float("nan")
    if (not isfinite(found) and found not in (least, most)) or not least <= found <= most:
        raise ScoreError(f"{name} is {least:g} to {most:g}, not {value!r}")
    return found
