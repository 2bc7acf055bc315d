"""Files of flat arrays that are mapped into memory: a version, a checksum for the head and one for each array.

A file is written whole or not at all, beside its name and then put in its place,
so what has the name is complete; opening it reads its head only.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from secrets import token_hex
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from mi_theme.errors import FileError

__all__ = ["VERSION", "ArrayFile", "synced", "write_arrays"]

MAGIC = b"mi_theme index\n\0"
VERSION = 2
ALIGNED = 64  # bytes: where arrays begin, so that they never share a cache line
LARGEST_HEAD = 2**24  # bytes


@dataclass(frozen=True, eq=False)
class ArrayFile:
    """An open file of arrays.

    Attributes
    ----------
    path
        Where it is.
    facts
        What else its head says.
    arrays
        By name, read-only, mapped into memory.
    sums
        The checksum of each.
    """

    path: Path
    facts: Mapping[str, Any]
    arrays: Mapping[str, NDArray[Any]]
    sums: Mapping[str, int]

    def __getitem__(self, name: str) -> NDArray[Any]:
        return self.arrays[name]

    @classmethod
    def open(cls, path: str | PathLike[str]) -> ArrayFile:
        """Map a file, after a look at its head and its size.

        Parameters
        ----------
        path
            Where it is.

        Raises
        ------
        FileError
            Where it is none, damaged, cut short, or of another version.
        OSError
            Where it cannot be opened.
        """
        path = Path(path)
        with path.open("rb") as file:
            head = file.read(len(MAGIC) + 12)
            if head[: len(MAGIC)] != MAGIC or len(head) < len(MAGIC) + 12:
                raise FileError(f"{path}: no part of an index, or damaged at its beginning")
            version, length, known = np.frombuffer(head[len(MAGIC) :], "<u4").tolist()
            if version != VERSION:
                raise FileError(_of_another_version(path, version))
            said = file.read(min(length, LARGEST_HEAD))
            size = os.fstat(file.fileno()).st_size
        if crc32(said) != known or len(said) != length:
            raise FileError(f"{path}: damaged in its head; build the index again")
        facts = json.loads(said)
        listed = facts.pop("arrays")
        if size != facts.pop("size"):
            raise FileError(f"{path}: cut short, or damaged; build the index again")
        mapped = np.memmap(path, np.uint8, "r") if size else np.zeros(0, np.uint8)
        arrays = {
            name: mapped[start : start + count * np.dtype(kind).itemsize].view(kind).view(np.ndarray)
            for name, (kind, count, start, _) in listed.items()
        }
        return cls(path, facts, arrays, {name: row[3] for name, row in listed.items()})

    def damaged(self, but: Sequence[str] = ()) -> list[str]:
        """The names of the arrays that are not what was written; they are read for that.

        Parameters
        ----------
        but
            Names of those that are not looked at.
        """
        return [name for name, known in self.sums.items() if name not in but and crc32(self.arrays[name].data) != known]

    @property
    def size(self) -> int:
        """Bytes on the disk."""
        return self.path.stat().st_size


def _of_another_version(path: Path, version: int) -> str:
    older = "an older" if version < VERSION else "a newer"
    return f"{path}: made by {older} version of mi_theme (format {version}, this is {VERSION}): build the index again"


def write_arrays(path: str | PathLike[str], arrays: Mapping[str, NDArray[Any]], **facts: Any) -> int:
    """Write arrays to a file, whole or not at all.

    Parameters
    ----------
    path
        Where to.
    arrays
        Flat ones, by name.
    **facts
        What else its head is to say, as JSON has it.

    Returns
    -------
    int
        Bytes written.

    Raises
    ------
    OSError
        Where it cannot be written, as on a full disk; then there is nothing of it.
    """
    path = Path(path)
    columns = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    listed: dict[str, list[Any]] = {
        name: [column.dtype.newbyteorder("<").str, len(column), 0, crc32(column.data)]
        for name, column in columns.items()
    }
    start = size = _aligned(len(MAGIC) + 12 + _head_room(listed, facts))
    for name, column in columns.items():
        listed[name][2] = size
        size = _aligned(size + column.nbytes)
    said = json.dumps({**facts, "arrays": listed, "size": size}).encode()
    said = said.ljust(start - len(MAGIC) - 12)
    temporary = path.with_name(f".{path.name}.{token_hex(4)}")
    try:
        with temporary.open("xb") as file:
            file.write(MAGIC + np.array([VERSION, len(said), crc32(said)], "<u4").tobytes() + said)
            for name, column in columns.items():
                file.seek(listed[name][2])
                file.write(column.data)
            file.truncate(size)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException as error:
        with suppress(OSError):
            temporary.unlink()
        if isinstance(error, OSError):
            raise type(error)(error.errno, error.strerror, str(path)) from None
        raise
    return size


def _aligned(size: int) -> int:
    return -(-size // ALIGNED) * ALIGNED


def _head_room(listed: Mapping[str, Any], facts: Mapping[str, Any]) -> int:
    """Bytes that the head takes, whatever the numbers that are still to be filled in."""
    return len(json.dumps({**facts, "arrays": dict(listed), "size": 0}).encode()) + 20 * (len(listed) + 1)


def synced(folder: Path) -> None:
    """See to it that what a folder lists is on the disk, where the system can."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
