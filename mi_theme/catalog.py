"""The only reader of ``data/``: tables in TOML, checked against a type.

The folder travels inside the package; in a checkout it lies beside it.
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import TypeVar

import msgspec

from mi_theme.errors import FileError
from mi_theme.file_bytes import file_text

__all__ = ["Row", "data_path", "load", "load_file", "load_json"]

T = TypeVar("T")


class Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A row of a table: frozen, and nothing in it that its type does not name."""


def data_path(name: str) -> Path:
    """Where a data file lies: inside the package, or beside it in a checkout.

    Parameters
    ----------
    name
        Such as ``theme.toml``.

    Returns
    -------
    Path
        A file that is there.

    Raises
    ------
    FileError
        Where it is in neither place.
    """
    package = Path(__file__).resolve().parent
    for folder in (package / "data", package.parent / "data"):
        if (folder / name).is_file():
            return folder / name
    raise FileError(f"data/{name} is missing from this installation")


@cache
def load(name: str, kind: type[T]) -> T:
    """A table of ours as a value of the type `kind`; each is read once.

    Parameters
    ----------
    name
        Such as ``forms.toml``.
    kind
        A msgspec type that says what may stand in it.

    Returns
    -------
    T
        A value of that type.
    """
    return load_file(data_path(name), kind)


@cache
def load_json(name: str, kind: type[T]) -> T:
    """A large table that a script of ours wrote; each is read once.

    Parameters
    ----------
    name
        Such as ``metre_model.json``.
    kind
        A msgspec type that says what may stand in it.

    Returns
    -------
    T
        A value of that type.
    """
    return msgspec.json.decode(data_path(name).read_bytes(), type=kind)


def load_file(path: str | Path, kind: type[T]) -> T:
    """A table from any file: a user's own styles or forms are read like ours.

    Parameters
    ----------
    path
        A TOML file.
    kind
        A msgspec type that says what may stand in it.

    Returns
    -------
    T
        A value of that type.

    Raises
    ------
    FileError
        Where it is not TOML, or not of the type; the message says which field.
    OSError
        Where it cannot be opened.
    """
    text = file_text(path)
    try:
        return msgspec.convert(tomllib.loads(text), kind)
    except RecursionError:
        raise FileError(f"{path}: nested too deeply") from None
    except (ValueError, msgspec.ValidationError) as error:  # no TOML, no such table, a number of too many digits
        raise FileError(f"{path}: {error}") from None
