"""Generations: the state of an index, as one small file says it that is put in place of the one before.

A generation names its shards and its table of files. What it names is written
before it is, and never changed; what no generation names is left over from a
writer that was stopped, and the next writer takes it away.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path
from shlex import quote
from zlib import crc32

import msgspec
import numpy as np

from mi_theme.errors import FileError
from mi_theme.files.disk import replace_file
from mi_theme.index.array_files import VERSION, ArrayFile, synced, write_arrays
from mi_theme.index.shards import ShardRow, number_of_hash

__all__ = ["CONTENTS", "KIND", "FileRow", "FileTable", "Generation", "is_ours", "swept"]

CONTENTS = "index.json"
KIND = "mi_theme index"
TABLE_ENDING, PLACES_ENDING = ".files.jsonl", ".places"
OURS = (".shard", ".pieces.jsonl", TABLE_ENDING, PLACES_ENDING)


class FileRow(msgspec.Struct, frozen=True, omit_defaults=True):
    """A file, as an index knows it; what has its default is left out of its row of JSON.

    Attributes
    ----------
    file
        Its path.
    size, modified
        Bytes, and nanoseconds since 1970, when it was read.
    hash
        Of its content; empty where it could not be opened.
    tunes, notes
        How many pieces it has, and notes in them.
    reason
        Why it could not be read; empty where it could.
    unread
        The numbers of tunes of a book that could not be read, and why.
    """

    file: str
    size: int = 0
    modified: int = 0
    hash: str = ""
    tunes: int = 0
    notes: int = 0
    reason: str = ""
    unread: tuple[tuple[int, str], ...] = ()


class Generation(msgspec.Struct, frozen=True):
    """The table of contents of an index.

    Attributes
    ----------
    kind, version, made_by
        What it is, of which format, and by which version of this package.
    number
        How many came before it.
    roots
        The folders and files that were indexed, as absolute paths.
    files, files_sum
        The name of the table of files, and its checksum.
    files_count, unread
        How many files there are, and how many of them could not be read.
    shards
        The shards.
    sum
        The checksum of all this, without this number.
    """

    kind: str
    version: int
    made_by: str
    number: int
    roots: tuple[str, ...]
    files: str
    files_sum: int
    files_count: int
    unread: int
    shards: tuple[ShardRow, ...]
    sum: int = 0

    @classmethod
    def read(cls, folder: Path) -> Generation:
        """The state of an index.

        Parameters
        ----------
        folder
            The index.

        Raises
        ------
        FileError
            Where it is none, damaged, or of another version.
        """
        path = folder / CONTENTS
        try:
            said = path.read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            made, of = ("NAME.idx", str(folder)) if folder.is_dir() else (str(folder), "FOLDER")
            raise FileError(
                f"{folder}: no index; make one with: mi-theme index build {quote(of)} -o {quote(made)}"
            ) from None
        try:
            known = msgspec.json.decode(said)
            if known["kind"] != KIND:
                raise FileError(f"{path}: no table of contents of an index")
            if known["version"] != VERSION:
                age = "an older" if known["version"] < VERSION else "a newer"
                raise FileError(
                    f"{folder}: made by {age} version of mi_theme ({known['made_by']}, format {known['version']}, "
                    f"this is {VERSION}): build the index again"
                )
            found = msgspec.json.decode(said, type=cls)
        except FileError:
            raise
        except (msgspec.MsgspecError, KeyError, TypeError, UnicodeDecodeError):
            raise FileError(f"{path}: damaged; build the index again") from None
        if found.sum != found._own_sum():
            raise FileError(f"{path}: damaged; build the index again")
        return found

    def written(self, folder: Path) -> Generation:
        """Make this the state of an index: from now on, or, where that fails, not at all.

        Parameters
        ----------
        folder
            The index.
        """
        made = msgspec.structs.replace(self, sum=self._own_sum())
        synced(folder)
        replace_file(folder / CONTENTS, msgspec.json.format(msgspec.json.encode(made), indent=1))
        synced(folder)
        return made

    def _own_sum(self) -> int:
        return crc32(msgspec.json.encode(msgspec.structs.replace(self, sum=0)))

    @property
    def notes(self) -> int:
        """Notes of the pieces in its shards."""
        return sum(shard.notes for shard in self.shards)

    @property
    def names(self) -> set[str]:
        """The names of its shards and of its table of files."""
        return {self.files, *(shard.name for shard in self.shards)}


class FileTable:
    """The files of an index: a row of JSON for each, by path, and where the row of each content stands.

    Parameters
    ----------
    folder
        The index.
    generation
        Its state.
    """

    def __init__(self, folder: Path, generation: Generation) -> None:
        self.path = folder / f"{generation.files}{TABLE_ENDING}"
        try:
            self._places = ArrayFile.open(folder / f"{generation.files}{PLACES_ENDING}")
            self._rows = np.memmap(self.path, np.uint8, "r") if generation.files_count else np.zeros(0, np.uint8)
        except FileNotFoundError as error:
            raise FileError(f"{error.filename}: missing; build the index again") from None
        if damaged := self._places.damaged():
            raise FileError(f"{self._places.path}: damaged ({damaged[0]}); build the index again")
        if len(self._places["start"]) != generation.files_count or len(self._rows) != self._places.facts["table"]:
            raise FileError(f"{self.path}: not what the table of contents says; build the index again")
        self._sum = generation.files_sum

    def __iter__(self) -> Iterator[FileRow]:
        decoder = msgspec.json.Decoder(FileRow)
        for line in self._rows.tobytes().splitlines():
            yield self._decoded(line, decoder)

    def of(self, content: str) -> list[FileRow]:
        """The files of some content, by path.

        Parameters
        ----------
        content
            Its hash.
        """
        number = np.uint64(number_of_hash(content))
        first, last = (np.searchsorted(self._places["hash"], number, side=side) for side in ("left", "right"))
        rows = [self._row(int(start)) for start in self._places["start"][first:last]]
        return sorted((row for row in rows if row.hash == content), key=lambda row: row.file)

    def _row(self, start: int) -> FileRow:
        stop = start
        while stop < len(self._rows) and self._rows[stop] != ord("\n"):
            stop += 1
        return self._decoded(self._rows[start:stop].tobytes(), msgspec.json.Decoder(FileRow))

    def _decoded(self, line: bytes, decoder: msgspec.json.Decoder[FileRow]) -> FileRow:
        try:
            return decoder.decode(line)
        except msgspec.MsgspecError:
            raise FileError(f"{self.path}: damaged; build the index again") from None

    def damaged(self) -> list[str]:
        """What of it is not as it was written."""
        found = [f"{self._places.path.name}: {name}" for name in self._places.damaged()]
        return found + ([self.path.name] if crc32(self._rows.data) != self._sum else [])

    @staticmethod
    def write(folder: Path, rows: Iterable[FileRow]) -> tuple[str, int, int]:
        """Write a table.

        Parameters
        ----------
        folder
            The index.
        rows
            In any order.

        Returns
        -------
        tuple of (str, int, int)
            Its name, its checksum, and how many rows it has.
        """
        ordered = sorted(rows, key=lambda row: row.file)
        said = [msgspec.json.encode(row) + b"\n" for row in ordered]
        start = np.cumsum([0, *map(len, said)])[:-1]
        hashes = np.array([number_of_hash(row.hash or "0") for row in ordered], np.uint64)
        order = np.argsort(hashes, kind="stable")
        table = b"".join(said)
        name = blake2b(table, digest_size=8).hexdigest()
        replace_file(folder / f"{name}{TABLE_ENDING}", table)
        write_arrays(
            folder / f"{name}{PLACES_ENDING}",
            {"hash": hashes[order], "start": start[order].astype(np.int64)},
            kind="places",
            table=len(table),
        )
        return name, crc32(table), len(ordered)


def is_ours(name: str) -> bool:
    """Whether a file in the folder of an index is a part of one, or a part that was not finished.

    Parameters
    ----------
    name
        Its name, without the folder.
    """
    parts = name.lstrip(".").split(".")
    return name.startswith(f".{CONTENTS}.") or any(".".join(("", *parts[1:])).startswith(ending) for ending in OURS)


def swept(folder: Path, generation: Generation | None) -> None:
    """Take away what no generation names: only for who holds the lock.

    Parameters
    ----------
    folder
        The index.
    generation
        Its state; None where there is none yet.
    """
    known = generation.names if generation else set()
    for path in folder.iterdir():
        if is_ours(path.name) and (path.name.startswith(".") or path.name.partition(".")[0] not in known):
            with suppress(OSError):
                path.unlink()
