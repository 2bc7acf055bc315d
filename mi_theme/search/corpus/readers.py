"""Files as sheets of notes, each kind by its fastest reader.

MIDI goes through symusic (event by event where it is missing), all notation through
our own readers, a book of ABC tune by tune.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from mi_theme.errors import MissingExtra, MiThemeError
from mi_theme.file_bytes import file_bytes
from mi_theme.files.bulk.sheets import Sheet
from mi_theme.files.disk import decoded, tunes_of
from mi_theme.files.formats import parsed, parsed_sheet

__all__ = ["LARGEST_FILE", "Unread", "reason_of", "sheets_of_bytes", "sheets_of_file"]

#: Bytes; a larger file of a corpus is not read.
LARGEST_FILE = 64 * 2**20


class Unread(NamedTuple):
    """A file, or a tune of one, that could not be read, and why."""

    source: str
    reason: str


def sheets_of_file(path: Path) -> Iterator[Sheet | Unread]:
    """The tunes of a file; what cannot be read comes with a reason in one line."""
    try:
        data = file_bytes(path, LARGEST_FILE)
    except (MiThemeError, OSError) as error:
        yield Unread(str(path), reason_of(error, str(path)))
    else:
        yield from sheets_of_bytes(data, str(path))


def sheets_of_bytes(data: bytes, name: str) -> Iterator[Sheet | Unread]:
    """The tunes in the bytes of a file.

    Parameters
    ----------
    data
        The bytes.
    name
        The path of the file.
    """
    try:
        tunes = tunes_of(decoded(data, name)) if name.lower().endswith(".abc") else []
    except MiThemeError as error:
        yield Unread(name, reason_of(error, name))
        return
    if len(tunes) < 2:
        yield _sheet(data, name)
        return
    for number, tune in enumerate(tunes, 1):
        yield _sheet(tune.encode(), f"{name}#{number}")


def _sheet(data: bytes, name: str) -> Sheet | Unread:
    try:
        try:
            sheet = parsed_sheet(data, name)
        except MissingExtra:
            sheet = Sheet.of(parsed(data, name))
    except (MiThemeError, OSError) as error:
        return Unread(name, reason_of(error, name))
    return sheet if sheet.source == name else replace(sheet, source=name)


def reason_of(error: Exception, name: str) -> str:
    """Why a file cannot be read, in one line, without its name.

    Parameters
    ----------
    error
        What reading it raised.
    name
        The path of the file.

    Returns
    -------
    str
        A line.
    """
    said = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    said = said.removeprefix(f"{name}: ").removeprefix("ABC: ")
    return " ".join(said.split())[:200] or type(error).__name__
