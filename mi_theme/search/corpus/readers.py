"""Files as sheets of notes, each kind by its fastest reader.

MIDI goes through symusic (event by event where it is missing), all notation through
our own readers, a book of ABC tune by tune.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from mi_theme.errors import MissingExtra, MiThemeError
from mi_theme.file_bytes import file_bytes
from mi_theme.files.bulk.sheets import Sheet
from mi_theme.files.disk import decoded, tunes_of
from mi_theme.files.formats import parsed, parsed_sheet

__all__ = ["LARGEST_FILE", "BookPart", "Unread", "reason_of", "sheets_of_bytes", "sheets_of_file", "with_books_divided"]

#: Bytes; a larger file of a corpus is not read.
LARGEST_FILE = 64 * 2**20
PART_TUNES = 400  # of a book that are read and searched together
MOST_PARTS = 64  # of a book, each of which reads all of its text
SMALL_BOOK = 2**17  # bytes, which one process reads in two seconds


class Unread(NamedTuple):
    """A file, or a tune of one, that could not be read, and why."""

    source: str
    reason: str


class BookPart(NamedTuple):
    """Some tunes of a book of ABC.

    Attributes
    ----------
    path
        The book.
    first, last
        The numbers of the tunes, from 1; None for all that follow.
    """

    path: Path
    first: int
    last: int | None

    def __str__(self) -> str:
        return f"{self.path}#{self.first}-{self.last or ''}"


def with_books_divided(paths: Iterable[Path]) -> Iterator[Path | BookPart]:
    """Files as they are, and books of many tunes in parts, so that several processes have something to do."""
    for path in paths:
        count = 0
        if path.suffix.lower() == ".abc":
            with suppress(MiThemeError, OSError):  # who reads it says why
                if path.stat().st_size > SMALL_BOOK:
                    count = len(re.findall(rb"(?m)^X:", file_bytes(path, LARGEST_FILE)))
        size = max(PART_TUNES, -(-count // MOST_PARTS))
        firsts = range(1, count + 1, size)
        if len(firsts) < 2:
            yield path
        else:
            yield from (BookPart(path, first, first + size - 1 if first != firsts[-1] else None) for first in firsts)


def sheets_of_file(place: Path | BookPart) -> Iterator[Sheet | Unread]:
    """The tunes of a file, or of a part of it; what cannot be read comes with a reason in one line."""
    path, first, last = place if isinstance(place, BookPart) else (place, 1, None)
    try:
        data = file_bytes(path, LARGEST_FILE)
    except (MiThemeError, OSError) as error:
        if first == 1:
            yield Unread(str(path), reason_of(error, str(path)))
    else:
        yield from sheets_of_bytes(data, str(path), first, last)


def sheets_of_bytes(data: bytes, name: str, first: int = 1, last: int | None = None) -> Iterator[Sheet | Unread]:
    """The tunes in the bytes of a file.

    Parameters
    ----------
    data
        The bytes.
    name
        The path of the file.
    first, last
        The numbers of the tunes that are read, if it is a book.
    """
    try:
        tunes = tunes_of(decoded(data, name)) if name.lower().endswith(".abc") else []
    except MiThemeError as error:
        tunes = []
        if first == 1:
            yield Unread(name, reason_of(error, name))
            return
    if len(tunes) < 2:
        if first == 1:
            yield _sheet(data, name)
        return
    for number, tune in enumerate(tunes[first - 1 : last], first):
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
