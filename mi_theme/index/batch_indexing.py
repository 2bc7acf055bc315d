"""Some files made into shards: what a worker does, here, in another process or on another machine.

It takes and gives small values that can be pickled, and writes its shards into
the folder of the index under names that nobody else has. A worker that is lost
leaves files that no table of contents names; its batch can be given to another.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np

from mi_theme.errors import FileError
from mi_theme.file_bytes import file_bytes
from mi_theme.files.bulk.sheets import Sheet
from mi_theme.index.generations import FileRow, readable_name
from mi_theme.index.line_making import LineMaking
from mi_theme.index.shards import ShardRow, number_of_hash, piece_row, shard_of
from mi_theme.search.corpus.readers import LARGEST_FILE, Unread, reason_of, sheets_of_bytes

__all__ = ["BatchContents", "index_batch"]

MOST_NOTES = 2_000_000  # of a shard that a worker writes, and of a piece
HASH_BYTES = 16


class BatchContents(NamedTuple):
    """What became of a batch: its table of contents.

    Attributes
    ----------
    files
        A row for each file.
    shards
        The shards that were written.
    failed
        Why they could not all be written (number and words of the system, path); None where they could.
    """

    files: tuple[FileRow, ...]
    shards: tuple[ShardRow, ...]
    failed: tuple[int, str, str] | None = None


def index_batch(
    folder: str, batch: Sequence[str], done: Callable[[int], object] | None = None, *, fast: bool | None = None
) -> BatchContents:
    """Read some files and write their pieces as shards.

    Parameters
    ----------
    folder
        The index.
    batch
        The paths of the files.
    done
        Called with how many are read.
    fast
        Whether to use numba; by default where it is installed.

    Returns
    -------
    BatchContents
        What cannot be read is in it with the reason; of files with the same content the first is indexed.
    """
    files: list[FileRow] = []
    shards: list[ShardRow] = []
    known: dict[str, FileRow] = {}
    making = _ShardMaking(fast)
    try:
        for number, name in enumerate(batch, 1):
            row, pieces = _read(str(name), known)
            if making.notes and making.notes + row.notes > MOST_NOTES:
                shards.append(making.written(Path(folder)))
                making = _ShardMaking(fast)
            files.append(row)
            for tune, sheet in pieces:
                making.add(row.hash, tune, sheet)
            if done:
                done(number)
        if making.rows:
            shards.append(making.written(Path(folder)))
    except OSError as error:
        return BatchContents((), (), (error.errno or 0, error.strerror or str(error), folder))
    return BatchContents(tuple(files), tuple(shards))


class _ShardMaking:
    """A shard that is being made."""

    def __init__(self, fast: bool | None) -> None:
        self.lines, self.notes = LineMaking(fast), 0
        self.rows: list[bytes] = []
        self.hashes: list[int] = []

    def add(self, content: str, tune: int, sheet: Sheet) -> None:
        """A piece of a file, with its number in a book."""
        self.lines.add(sheet)
        self.notes += len(sheet.table)
        self.rows.append(msgspec.json.encode(piece_row(sheet, content, tune)))
        self.hashes.append(number_of_hash(content))

    def written(self, folder: Path) -> ShardRow:
        """What was added as a shard."""
        return shard_of(folder, self.lines.lines(), self.rows, np.array(self.hashes, np.uint64), self.notes)


def _read(name: str, known: dict[str, FileRow]) -> tuple[FileRow, list[tuple[int, Sheet]]]:
    """A file's row, and its pieces, each with its number in a book, where its content was not read before."""
    if not name.isascii() and readable_name(name) != name:
        return FileRow(name, reason="its name is not in UTF-8; give it another"), []
    try:
        about = Path(name).stat()
    except OSError as error:
        return FileRow(name, reason=error.strerror or str(error)), []
    size, modified = about.st_size, about.st_mtime_ns
    try:
        data = file_bytes(name, LARGEST_FILE)
    except (FileError, OSError) as error:
        return FileRow(name, size, modified, reason=reason_of(error, name)), []
    content = blake2b(data, digest_size=HASH_BYTES).hexdigest()
    if content in known:
        return msgspec.structs.replace(known[content], file=name, size=size, modified=modified), []
    read: list[tuple[int, Sheet]] = []
    unread: list[tuple[int, str]] = []
    for tune in sheets_of_bytes(data, name):
        number = int(tune.source[len(name) + 1 :] or 0)  # in a book it is name#number
        if isinstance(tune, Unread):
            unread.append((number, tune.reason))
        elif len(tune.table) > MOST_NOTES:
            unread.append((number, f"more than {MOST_NOTES:,} notes"))
        else:
            read.append((number, tune))
    reason = unread[0][1] if unread and not read else ""
    known[content] = FileRow(
        file=name,
        size=size,
        modified=modified,
        hash=content,
        tunes=len(read),
        notes=sum(len(sheet.table) for _, sheet in read),
        reason=reason,
        unread=() if reason else tuple(unread),
    )
    return known[content], read
