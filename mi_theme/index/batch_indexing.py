"""Some files made into shards: what a worker does, here, in another process or on another machine.

It takes and gives small values that can be pickled, and writes its shards into
the folder of the index under names that nobody else has. A worker that is lost
leaves files that no table of contents names; its batch can be given to another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np

from mi_theme.file_bytes import file_bytes
from mi_theme.files.bulk.sheets import Sheet
from mi_theme.index.generations import FileRow
from mi_theme.index.line_making import taken_apart
from mi_theme.index.shards import ShardRow, number_of_hash, piece_row, shard_of
from mi_theme.search.corpus.readers import Unread, sheets_of_file

__all__ = ["BatchContents", "content_of", "index_batch"]

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


class _ReadPiece(NamedTuple):
    sheet: Sheet
    content: str
    tune: int


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
    pieces: list[_ReadPiece] = []
    known: dict[str, FileRow] = {}
    notes = 0
    try:
        for number, name in enumerate(batch, 1):
            row, read = _read(Path(name), known)
            files.append(row)
            if pieces and notes + row.notes > MOST_NOTES:
                shards.append(_written(Path(folder), pieces, fast))
                pieces, notes = [], 0
            notes += row.notes
            pieces += read
            if done:
                done(number)
        if pieces:
            shards.append(_written(Path(folder), pieces, fast))
    except OSError as error:
        return BatchContents((), (), (error.errno or 0, error.strerror or str(error), folder))
    return BatchContents(tuple(files), tuple(shards))


def _written(folder: Path, pieces: Sequence[_ReadPiece], fast: bool | None) -> ShardRow:
    sheets = [piece.sheet for piece in pieces]
    rows = [msgspec.json.encode(piece_row(*piece)) for piece in pieces]
    hashes = np.array([number_of_hash(piece.content) for piece in pieces], np.uint64)
    notes = sum(len(sheet.table) for sheet in sheets)
    return shard_of(folder, taken_apart(sheets, fast=fast), rows, hashes, notes)


def content_of(path: Path) -> str:
    """The hash of what is in a file.

    Parameters
    ----------
    path
        Where it is.

    Raises
    ------
    OSError
        Where it cannot be opened.
    """
    return blake2b(file_bytes(path), digest_size=HASH_BYTES).hexdigest()


def _read(path: Path, known: dict[str, FileRow]) -> tuple[FileRow, list[_ReadPiece]]:
    """A file's row, and its pieces, where its content was not read before."""
    try:
        about = path.stat()
        row = FileRow(str(path), about.st_size, about.st_mtime_ns)
        is_file = path.is_file()
        content = content_of(path) if is_file else ""
    except OSError as error:
        return FileRow(str(path), reason=error.strerror or str(error)), []
    if content in known:
        same = known[content]
        return msgspec.structs.replace(same, file=str(path), size=about.st_size, modified=about.st_mtime_ns), []
    read: list[_ReadPiece] = []
    unread: list[tuple[int, str]] = []
    for number, tune in _tunes(path):
        if isinstance(tune, Unread):
            unread.append((number, tune.reason))
        elif len(tune.table) > MOST_NOTES:
            unread.append((number, f"more than {MOST_NOTES:,} notes"))
        else:
            read.append(_ReadPiece(tune, content, number))
    reason = unread[0][1] if unread and not read else ""
    notes = sum(len(piece.sheet.table) for piece in read)
    row = msgspec.structs.replace(
        row, hash=content, tunes=len(read), notes=notes, reason=reason, unread=() if reason else tuple(unread)
    )
    if content:
        known[content] = row
    return row, read


def _tunes(path: Path) -> Iterator[tuple[int, Sheet | Unread]]:
    """Each tune of a book with its number, or the piece that a file is with 0."""
    for tune in sheets_of_file(path):
        book = tune.source.removeprefix(str(path))
        yield int(book.removeprefix("#") or 0), tune
