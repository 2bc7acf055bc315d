"""Values as plain data and back: one codec for plans, hits and arrangements.

What has a text form that parses back (a metre, a map, a fraction) is written as
that text; a named tuple is a list, another value an object of its fields, so the
plain data follow from the types and no value has a reader and a writer of its own.
`msgspec` reads our tables, but takes every dataclass for an object of fields: it
would write a metre as its parts.
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterable
from fractions import Fraction
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from mi_theme.errors import FileError, MiThemeError
from mi_theme.meter import Grouping, Meter
from mi_theme.pitch import Degree, Tonic
from mi_theme.warp import Warp

__all__ = ["json_of", "plain", "plain_of_json", "value_of", "value_of_json"]

Value = TypeVar("Value")
TEXTS: tuple[type, ...] = (Fraction, Meter, Grouping, Warp, Degree, Tonic)  # str writes them, their type reads them
FRACTION = re.compile(r"-?\d{1,30}(/\d{1,30})?")  # as str writes it: no exponents, which a few characters make endless


def plain(value: Any) -> Any:
    """Numbers, text, lists and dictionaries that say what a value is.

    Parameters
    ----------
    value
        A value of ours; fields that are not compared are left out.

    Returns
    -------
    dict, list, str, int, float, bool or None
        What JSON can write.
    """
    if isinstance(value, TEXTS):
        return str(value)
    if dataclasses.is_dataclass(value):
        return {name: plain(getattr(value, name)) for name in _fields(value.__class__)}
    return [plain(item) for item in value] if isinstance(value, tuple | list) else value


def value_of(kind: type[Value], data: Any) -> Value:
    """The value that `plain` wrote.

    Parameters
    ----------
    kind
        What it is.
    data
        Plain data, from a file that may say anything.

    Returns
    -------
    kind
        Equal to the one that was written.

    Raises
    ------
    FileError
        Where the data are no such value; the message says at which place.
    """
    found: Value = _read(kind, data, "")
    return found


def json_of(value: Any) -> str:
    """A value as JSON, every number exact; `value_of_json` reads it back.

    Parameters
    ----------
    value
        As `plain` takes it.

    Returns
    -------
    str
        One line.
    """
    return json.dumps(plain(value), ensure_ascii=False)


def value_of_json(kind: type[Value], text: str) -> Value:
    """The value that `json_of` wrote.

    Parameters
    ----------
    kind
        What it is.
    text
        From a file that may say anything.

    Returns
    -------
    kind
        Equal to the one that was written.

    Raises
    ------
    FileError
        Where the text is no JSON, or of no such value; the message says at which place.
    """
    return value_of(kind, plain_of_json(text))


def plain_of_json(text: str, what: str = "JSON") -> Any:
    """The plain data that a text of JSON stands for.

    Parameters
    ----------
    text
        From a file that may say anything.
    what
        What it should be, for messages.

    Returns
    -------
    Any
        Objects as dictionaries, arrays as lists.

    Raises
    ------
    FileError
        Where the text is no JSON.
    """
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:  # RecursionError: nested too deeply
        raise FileError(f"this is no {what}: {error}") from None


def _read(kind: Any, data: Any, place: str) -> Any:
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        choices = [choice for choice in inner if choice is not NoneType]
        return None if data is None and NoneType in inner else _read_first(choices, data, place)
    if origin is tuple or (isinstance(kind, type) and issubclass(kind, tuple)):
        return _read_tuple(kind, inner, data, place)
    if dataclasses.is_dataclass(kind) and kind not in TEXTS:
        return _read_fields(kind, data, place)
    return _read_plain(kind, data, place)


def _read_first(choices: Iterable[Any], data: Any, place: str) -> Any:
    """By the first type that can."""
    *others, last = choices
    for choice in others:
        try:
            return _read(choice, data, place)
        except FileError:
            continue
    return _read(last, data, place)


def _read_tuple(kind: Any, inner: tuple[Any, ...], data: Any, place: str) -> Any:
    """A list of values of one type, of so many types, or of a named tuple's fields."""
    if not isinstance(data, list):
        raise _wrong(place, "a list", data)
    named = getattr(kind, "_fields", None)
    if named:
        inner = tuple(_hints(kind)[name] for name in named)
    elif not inner:  # a tuple with a name of its own: what it holds stands among its bases
        inner = get_args(next(base for base in kind.__orig_bases__ if get_origin(base) is tuple))
    if inner[-1:] == (...,):
        inner = (inner[0],) * len(data)
    if len(inner) != len(data):
        raise FileError(f"{place or 'here'}: {len(inner)} values belong here, not {len(data)}")
    names = named or range(len(data))
    items = [_read(each, item, f"{place}[{name}]") for each, item, name in zip(inner, data, names, strict=True)]
    return kind(*items) if named else (tuple if get_origin(kind) else kind)(items)


def _read_fields(kind: Any, data: Any, place: str) -> Any:
    if not isinstance(data, dict):
        raise _wrong(place, f"a {kind.__name__}", data)
    fields = _fields(kind)
    if unknown := sorted(set(data) - set(fields)):
        raise FileError(f"{place or 'here'}: no field of a {kind.__name__} is called {unknown[0]!r}")
    if missing := [name for name, required in fields.items() if required and name not in data]:
        raise FileError(f"{place or 'here'}: {missing[0]} is missing")
    hints = _hints(kind)
    try:
        return kind(**{name: _read(hints[name], item, f"{place}.{name}".lstrip(".")) for name, item in data.items()})
    except FileError:
        raise
    except MiThemeError as error:
        raise FileError(f"{place or 'here'}: {error}") from None


def _read_plain(kind: Any, data: Any, place: str) -> Any:
    """A number or a text, or a value whose text this is."""
    if kind is Any:
        return data
    if kind in TEXTS:
        if not isinstance(data, str) or (kind is Fraction and not FRACTION.fullmatch(data)):
            raise _wrong(place, f"the text of a {kind.__name__}", data)
        try:
            return kind(data)
        except (ValueError, ArithmeticError) as error:
            raise FileError(f"{place or 'here'}: {error}") from None
    if kind is float and type(data) is int:
        data = _float(data, place)
    if type(data) is not kind or data in (float("inf"), float("-inf")) or data != data:
        raise _wrong(place, {str: "text", bool: "true or false", int: "a whole number"}.get(kind, "a number"), data)
    return data


def _float(number: int, place: str) -> float:
    try:
        return float(number)
    except OverflowError:
        raise _wrong(place, "a number", "one of hundreds of digits") from None


def _wrong(place: str, wanted: str, data: Any) -> FileError:
    said = repr(data)
    return FileError(f"{place or 'here'}: {wanted} belongs here, not {said if len(said) < 40 else said[:37] + '...'}")


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)


@cache
def _fields(kind: Any) -> dict[str, bool]:
    """Names of what is written of a value, and whether it must be there."""
    return {
        field.name: field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
        for field in dataclasses.fields(kind)
        if field.compare
    }
