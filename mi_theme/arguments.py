"""What arguments may be: old names that still work, names in any spelling, numbers checked before anything is done.

Every public call takes its arguments through these, so that a wrong one is refused at the door, in one line that
says what a right one is.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterable
from functools import wraps
from math import isfinite
from operator import index
from typing import Any, ParamSpec, TypeVar

from mi_theme.errors import CallError, ScoreError, UnknownName
from mi_theme.guesses import EXAMPLES, other_option

__all__ = ["asked", "folded", "known_name", "number", "whole_number"]

P = ParamSpec("P")
R = TypeVar("R")
BETWEEN_WORDS = re.compile(r"[\s_-]+")


def asked(**old: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let a function say what a call of it looks like, where it is called wrongly; old names of arguments still work.

    Parameters
    ----------
    **old
        The name that an argument had one version ago, and its name; the old one works, with a ``DeprecationWarning``.

    Returns
    -------
    callable
        A decorator that leaves the signature as it is.

    Raises
    ------
    CallError
        By the function, where it is called with arguments that it does not take.
    """

    def asking(function: Callable[P, R]) -> Callable[P, R]:
        @wraps(function)
        def called(*given: P.args, **options: P.kwargs) -> R:
            for name in old.keys() & options.keys():
                new = old[name]
                if new in options:
                    raise CallError(f"{function.__name__}() takes {new}= or, as it was called, {name}=, not both")
                warnings.warn(f"{name}= is called {new}= now: {function.__name__}({new}=...)", DeprecationWarning, 2)
                options[new] = options.pop(name)
            try:
                return function(*given, **options)
            except TypeError as error:
                if isinstance(error, CallError) or not (words := _wrong_call(function, given, options)):
                    raise
                raise CallError(words) from None

        return called

    return asking


def _wrong_call(function: Callable[..., Any], given: tuple[Any, ...], options: dict[str, Any]) -> str:
    """What is wrong with the arguments of a call, and a right one; empty where they are as the function takes them."""
    from difflib import get_close_matches
    from inspect import signature

    taken = signature(function)
    try:
        taken.bind(*given, **options)
    except TypeError as error:
        name = function.__qualname__.removesuffix(".__init__").rpartition(".")[2]
        example = EXAMPLES.get(name, "")
        words = f"{example.partition('(')[0] or name}(): {error}"
        unknown = [name for name in options if name not in taken.parameters]
        if unknown and (word := other_option(unknown[0], taken.parameters)):
            words += f": it is called {word}"
        elif unknown and (near := get_close_matches(unknown[0], taken.parameters, n=1)):
            words += f": did you mean {near[0]!r}?"
        return f"{words}; such as {example}" if example else words
    return ""


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
