"""What is in a file that somebody named: a regular one, no larger than is sensible.

A pipe or a device has no end that one could wait for, and a file may be larger than
the memory; whoever reads a file of any kind reads it here.
"""

from __future__ import annotations

import os
import stat
from os import PathLike
from pathlib import Path

from mi_theme.errors import FileError, MissingFile

__all__ = ["LARGEST_FILE", "file_bytes", "file_text"]

#: Bytes; a larger file is refused before it is read.
LARGEST_FILE = 256 * 2**20
MORE = 2**20  # bytes that are read at once of what a file has grown by


def file_bytes(path: str | PathLike[str], largest: int = LARGEST_FILE) -> bytes:
    """The bytes of a file.

    Parameters
    ----------
    path
        Where it is.
    largest
        How many bytes there may be.

    Returns
    -------
    bytes
        All of them.

    Raises
    ------
    FileError
        Where it is a pipe, a device, or too large.
    OSError
        Where it cannot be opened; where it is not there a FileError too, `MissingFile`.
    """
    place = path if isinstance(path, Path) else Path(path)  # which takes a fifth of the time of a small file
    try:
        known = place.stat()
    except FileNotFoundError:
        raise MissingFile.at(place) from None
    if not (stat.S_ISREG(known.st_mode) or stat.S_ISDIR(known.st_mode)):
        raise FileError(f"{place}: a pipe or a device, and no file: save what comes out of it first")
    with open(path, "rb", buffering=0, opener=_at_once) as file:  # a directory raises here
        try:  # room for all it may have would be made ready each time
            data = file.read(min(known.st_size, largest) + 1) or b""
            while len(data) != known.st_size and len(data) <= largest and (more := file.read(MORE)):  # it has grown
                data += more
        except OSError as error:  # a broken disk says no name
            error.filename = str(path)
            raise
    if len(data) > largest:
        raise FileError(f"{place}: larger than {largest // 2**20} MiB")
    return data


def _at_once(path: str, flags: int) -> int:
    """Open a file that is never waited for, though it became a pipe a moment ago, or is one that the system calls a file."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def file_text(path: str | PathLike[str], what: str = "text") -> str:
    """The text of a file in UTF-8, with or without a mark of byte order.

    Parameters
    ----------
    path
        Where it is.
    what
        What it should be, for messages.

    Returns
    -------
    str
        All of it.

    Raises
    ------
    FileError
        As `file_bytes`; where it is not in UTF-8.
    OSError
        Where it cannot be opened.
    """
    try:
        return file_bytes(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FileError(f"{path}: this is no {what}: byte {error.start + 1} is not UTF-8") from None
