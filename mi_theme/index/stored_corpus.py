"""What stands in an index: pieces, files, shards."""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mi_theme.errors import FileError, MissingExtra
from mi_theme.files.bulk.sheets import Sheet
from mi_theme.files.disk import place_of
from mi_theme.index.generations import CONTENTS, FileRow, FileTable, Generation
from mi_theme.index.shards import Shard, StoredPiece, number_of_hash
from mi_theme.search.music import spelled

__all__ = ["StoredCorpus", "is_index"]

#: how DuckDB reads the rows of JSON: the kind of each column, and what it is where a row leaves it out
FILE_KINDS = {
    "file": ("VARCHAR", "''"),
    "size": ("BIGINT", "0"),
    "modified": ("BIGINT", "0"),
    "hash": ("VARCHAR", "''"),
    "tunes": ("BIGINT", "0"),
    "notes": ("BIGINT", "0"),
    "reason": ("VARCHAR", "''"),
    "unread": ("JSON[]", "[]"),
}
PIECE_KINDS = {
    "hash": ("VARCHAR", "''"),
    "tune": ("BIGINT", "0"),
    "notes": ("BIGINT", "0"),
    "parts": ("VARCHAR[]", "[]"),
    "drums": ("BIGINT[]", "[]"),
    "meter": ("VARCHAR", "''"),
    "meters": ("VARCHAR[][]", "[]"),
    "pickup": ("VARCHAR", "'0'"),
    "stated": ("BOOLEAN", "true"),
    "whole": ("BOOLEAN", "false"),
    "tempo": ("DOUBLE", "null"),
    "key": ("VARCHAR", "''"),
    "title": ("VARCHAR", "''"),
    "composer": ("VARCHAR", "''"),
}
KEPT_NOTES = 3_000_000  # of pieces that stay ready


def is_index(path: object) -> bool:
    """Whether there is an index of that name."""
    return isinstance(path, str | PathLike) and (Path(path) / CONTENTS).is_file()


class StoredCorpus:
    """A corpus as an index keeps it.

    Parameters
    ----------
    path
        The folder that `built` made.

    Raises
    ------
    FileError
        Where it is no index, damaged, or of another version.
    """

    def __init__(self, path: str | PathLike[str]) -> None:
        self.path = Path(path)
        self.generation = Generation.read(self.path)
        while True:
            try:
                self.table = FileTable(self.path, self.generation)
                self.shards = [Shard.open(self.path, row) for row in self.generation.shards]
                break
            except FileError:
                before, self.generation = self.generation, Generation.read(self.path)
                if before == self.generation:  # else a writer has just put another in its place
                    raise
        self._ready: OrderedDict[tuple[int, int], tuple[Sheet, NDArray[np.int64]]] = OrderedDict()
        self._ready_notes = 0

    def __repr__(self) -> str:
        return (
            f"<{type(self).__name__} {self.path}: {self.files:,} files, {self.pieces:,} pieces, {self.notes:,} notes>"
        )

    @property
    def files(self) -> int:
        """Files that were read, or could not be."""
        return self.generation.files_count

    @cached_property
    def pieces(self) -> int:
        """Pieces, each content once."""
        return sum(int(shard.counts.sum()) for shard in self.shards)

    @cached_property
    def notes(self) -> int:
        """Notes of these pieces."""
        return sum(int(shard.piece_notes[shard.counts].sum()) for shard in self.shards)

    @property
    def size(self) -> int:
        """Bytes on the disk."""
        return sum(entry.stat().st_size for entry in os.scandir(self.path))

    def unread(self) -> Iterator[FileRow]:
        """The files that could not be read, or not all of them."""
        return (row for row in self.table if row.reason or row.unread)

    def piece(self, shard: int, number: int) -> StoredPiece:
        """What is known of a piece.

        Parameters
        ----------
        shard, number
            Its place.
        """
        return self.shards[shard].piece(number)

    def sources(self, shard: int, number: int) -> list[str]:
        """Where a piece is: the names of its files, with its number in a book.

        Parameters
        ----------
        shard, number
            Its place.
        """
        known = self.piece(shard, number)
        tune = f"#{known.tune}" if known.tune else ""
        return [f"{row.file}{tune}" for row in self.table.of(known.hash)]

    def sheet(self, shard: int, number: int) -> tuple[Sheet, NDArray[np.int64]]:
        """A piece, spelled, and the row of each stored note in its table; what was asked for lately stays ready.

        Its source says no more than its place: `sources` tells the names.

        Parameters
        ----------
        shard, number
            Its place.
        """
        key = shard, number
        found = self._ready.pop(key, None)
        if found is None:
            sheet, place = self.shards[shard].sheet(number, f"{shard}/{number}")
            found = spelled(sheet), place
            self._ready_notes += len(sheet.table)
        self._ready[key] = found
        while self._ready_notes > KEPT_NOTES and len(self._ready) > 1:
            _, (old, _) = self._ready.popitem(last=False)
            self._ready_notes -= len(old.table)
        return found

    def sheets_of(self, sources: Iterable[str]) -> Iterator[Sheet]:
        """The pieces of some names, spelled; those that the index does not know are left out.

        Parameters
        ----------
        sources
            As hits have them.
        """
        wanted = {source: place_of(Path(source)) for source in sources}
        files = {str(path) for path, _ in wanted.values()} | {*wanted}
        contents = {row.file: row.hash for row in self.table if row.file in files}
        for source, (path, tune) in wanted.items():
            content, tune = (contents[source], 0) if source in contents else (contents.get(str(path), ""), tune)
            for place in self._places(content) if content else ():
                if self.piece(*place).tune == tune:
                    yield replace(self.sheet(*place)[0], source=source)

    def _places(self, content: str) -> Iterator[tuple[int, int]]:
        """Where the pieces of some content are."""
        for number, shard in enumerate(self.shards):
            same = shard.file["piece_hash"] == np.uint64(number_of_hash(content))
            yield from ((number, int(piece)) for piece in np.flatnonzero(same & shard.counts))

    def changed(self) -> tuple[list[str], list[str]]:
        """The files that are not as they were when they were read, and those that are there no longer, by size and time."""
        other, gone = [], []
        for row in self.table:
            try:
                about = Path(row.file).stat()
            except OSError:
                gone.append(row.file)
                continue
            if (about.st_size, about.st_mtime_ns) != (row.size, row.modified):
                other.append(row.file)
        return other, gone

    def sql(self, query: str) -> list[dict[str, Any]]:
        """Ask the tables of files and of pieces, with DuckDB.

        Parameters
        ----------
        query
            SQL on the tables ``files`` (`FileRow`) and ``pieces`` (`StoredPiece`), which have the column ``hash`` in common.

        Returns
        -------
        list of dict
            The rows.

        Raises
        ------
        MissingExtra
            Without DuckDB.
        FileError
            Where DuckDB cannot answer; the message is its own.
        """
        try:
            import duckdb
        except ImportError:
            raise MissingExtra.named("duckdb", "index") from None
        with duckdb.connect() as base:
            try:
                files = _rows_of([self.table.path], FILE_KINDS)
                pieces = _rows_of([shard.rows_path for shard in self.shards], PIECE_KINDS)
                base.execute(f"create view files as {files}")
                base.execute(
                    f"create view pieces as select distinct on (hash, tune) * from ({pieces}) where hash in (select hash from files)"
                )
                found = base.execute(query)
                names = [column[0] for column in found.description or ()]
                return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
            except duckdb.Error as error:
                raise FileError(f"{self.path}: {' '.join(str(error).split())}") from None

    def damaged(self) -> list[str]:
        """Parts of the index that are not as they were written; everything is read."""
        return [*self.table.damaged(), *(part for shard in self.shards for part in shard.damaged())]

    def all_pieces(self) -> Iterable[tuple[int, int]]:
        """The place of each piece that counts."""
        return (
            (number, int(piece)) for number, shard in enumerate(self.shards) for piece in np.flatnonzero(shard.counts)
        )


def _rows_of(paths: Sequence[Path], kinds: Mapping[str, tuple[str, str]]) -> str:
    """The SQL of a table that DuckDB reads from rows of JSON."""
    columns = ", ".join(f"coalesce({name}, {default}::{kind}) as {name}" for name, (kind, default) in kinds.items())
    if not paths:
        empty = ", ".join(f"null::{kind} as {name}" for name, (kind, _) in kinds.items())
        return f"select {columns} from (select {empty} where false)"
    quoted = ", ".join("'" + str(path).replace("'", "''") + "'" for path in paths)
    read = ", ".join(f"{name}: '{kind}'" for name, (kind, _) in kinds.items())
    return f"select {columns} from read_json([{quoted}], format='newline_delimited', columns={{{read}}})"
