"""Files as sheets of notes, each kind by its fastest reader.

MIDI goes through symusic (event by event where it is missing), all notation through
our own readers, a book of ABC tune by tune.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from stat import S_ISREG
from typing import NamedTuple

from mi_theme.errors import MissingExtra, MiThemeError
from mi_theme.files import bytes_of, read
from mi_theme.files.bulk.sheets import Sheet
from mi_theme.files.disk import decoded, tunes_of

__all__ = ["Unread", "sheets_of_file"]

LARGEST_FILE = 64 * 2**20  # bytes


class Unread(NamedTuple):
    """A file, or a tune of one, that could not be read, and why."""

    source: str
    reason: str


def sheets_of_file(path: Path) -> Iterator[Sheet | Unread]:
    """The tunes of a file; what cannot be read comes with a reason in one line."""
    try:
        about = path.stat()
        if not S_ISREG(about.st_mode):  # a pipe could keep us waiting for ever
            yield Unread(str(path), "not a regular file")
            return
        if about.st_size > LARGEST_FILE:
            yield Unread(str(path), f"larger than {LARGEST_FILE // 2**20} MiB")
            return
        tunes = tunes_of(decoded(bytes_of(path)[0], str(path))) if path.suffix.lower() == ".abc" else []
    except (MiThemeError, OSError) as error:
        yield Unread(str(path), _reason(error, str(path)))
        return
    if len(tunes) < 2:
        yield _sheet(path, str(path))
        return
    for number, tune in enumerate(tunes, 1):
        yield _sheet(tune.encode(), f"{path}#{number}")


def _sheet(source: Path | bytes, name: str) -> Sheet | Unread:
    from mi_theme.files.formats import read_sheet

    try:
        try:
            sheet = read_sheet(source)
        except MissingExtra:
            sheet = Sheet.of(read(source))
    except (MiThemeError, OSError) as error:
        return Unread(name, _reason(error, name))
    return replace(sheet, source=name)


def _reason(error: Exception, name: str) -> str:
    """Why a file cannot be read, in one line, without its name."""
    said = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    said = said.removeprefix(f"{name}: ").removeprefix("ABC: ")
    return " ".join(said.split())[:200] or type(error).__name__
