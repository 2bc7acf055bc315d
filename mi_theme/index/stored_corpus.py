"""What stands in an index: pieces, files, shards."""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from functools import cached_property
from os import PathLike
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mi_theme.files.bulk.sheets import Sheet
from mi_theme.index.generations import CONTENTS, FileRow, FileTable, Generation
from mi_theme.index.shards import Shard, StoredPiece
from mi_theme.search.music import spelled

__all__ = ["StoredCorpus", "is_index"]

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
        self.table = FileTable(self.path, self.generation)
        self.shards = [Shard.open(self.path, row) for row in self.generation.shards]
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

        Parameters
        ----------
        shard, number
            Its place.
        """
        key = shard, number
        found = self._ready.pop(key, None)
        if found is None:
            sheet, place = self.shards[shard].sheet(number, self.sources(shard, number)[0])
            found = spelled(sheet), place
            self._ready_notes += len(sheet.table)
        self._ready[key] = found
        while self._ready_notes > KEPT_NOTES and len(self._ready) > 1:
            _, (old, _) = self._ready.popitem(last=False)
            self._ready_notes -= len(old.table)
        return found

    def damaged(self) -> list[str]:
        """Parts of the index that are not as they were written; everything is read."""
        return [*self.table.damaged(), *(part for shard in self.shards for part in shard.damaged())]

    def all_pieces(self) -> Iterable[tuple[int, int]]:
        """The place of each piece that counts."""
        return (
            (number, int(piece)) for number, shard in enumerate(self.shards) for piece in np.flatnonzero(shard.counts)
        )
