"""Building an index and keeping it up to date: files in batches to workers, their tables of contents into generations."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from os import PathLike
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, NamedTuple

import msgspec
import numpy as np

from mi_theme.errors import FileError
from mi_theme.executors import Failed, in_batches, one_by_one
from mi_theme.executors.batched_work import Progress
from mi_theme.files.walks import Place, files_in
from mi_theme.index.array_files import VERSION
from mi_theme.index.batch_indexing import BatchContents, index_batch
from mi_theme.index.generations import CONTENTS, KIND, FileRow, FileTable, Generation, is_ours, swept
from mi_theme.index.seeds import LARGEST
from mi_theme.index.shards import Shard, ShardRow, merged, number_of_hash
from mi_theme.index.write_lock import LOCK, sole_writer
from mi_theme.version import __version__

if TYPE_CHECKING:
    from concurrent.futures import Executor

__all__ = ["IndexChanges", "built", "groups_of", "updated"]

COMMIT_SECONDS = 60.0  # after which what is done so far is made the state of the index
FULL_SHARD = 12_000_000  # heights of a shard that no other is put to
MANY_SHARDS = 8  # small ones that are put together


class IndexChanges(NamedTuple):
    """What an update changed, in files.

    Attributes
    ----------
    added, replaced, removed, unchanged
        Files that were new, whose content is another, that are there no longer, that are as they were.
    duplicates
        Files of the index whose content another has.
    unread
        Files that could not be read, with the reason.
    complete
        False where it was interrupted: the rest is left for the next update.
    """

    added: int
    replaced: int
    removed: int
    unchanged: int
    duplicates: int
    unread: tuple[FileRow, ...]
    complete: bool = True

    def __str__(self) -> str:
        counts = {name: getattr(self, name) for name in ("added", "replaced", "removed", "unchanged")}
        said = [f"{count:,} {name}" for name, count in counts.items() if count] or ["no files"]
        said += [f"{self.duplicates:,} of all have the content of another"] if self.duplicates else []
        said += [f"{len(self.unread):,} of all could not be read"] if self.unread else []
        return ", ".join(said) + ("" if self.complete else "; interrupted: the rest is left for an update")


def built(
    places: Place | Iterable[Place],
    path: Place,
    *,
    executor: Executor | None = None,
    progress: Progress | None = None,
    partial: bool = False,
    fast: bool | None = None,
) -> IndexChanges:
    """Make an index of files.

    Parameters
    ----------
    places
        A folder (to its depths), a file, or a list of such.
    path
        The folder of the index, which is made.
    executor
        Where batches are read, as `concurrent.futures` has it; here if None. Its workers write into `path`.
    progress
        Called with the number of files done and of all files.
    partial
        Whether an interrupt (Ctrl-C) ends the work with what was done so far; what was done stays either way.
    fast
        Whether to use numba; by default where it is installed.

    Raises
    ------
    FileError, OSError
        Where there are no such files, `path` holds something else, another process writes there, or
        it cannot be written.
    """
    folder, paths = Path(path), files_in(places)
    if (folder / CONTENTS).exists():
        raise FileError(f"{folder}: there is an index already; mi-theme index update {folder} brings it up to date")
    if folder.exists() and (not folder.is_dir() or any(not _is_left_over(entry.name) for entry in folder.iterdir())):
        raise FileError(f"{folder}: there is something else of that name; an index is a folder of its own")
    folder.mkdir(parents=True, exist_ok=True)
    with sole_writer(folder):
        swept(folder, None)
        writer = _IndexWriter(folder, None, executor, fast)
        return writer.run(_absolute(places), paths, progress, partial)


def updated(
    path: Place,
    places: Place | Iterable[Place] | None = None,
    *,
    executor: Executor | None = None,
    progress: Progress | None = None,
    partial: bool = False,
    fast: bool | None = None,
) -> IndexChanges:
    """Bring an index up to date: files that are new or changed are read, those that are gone are taken out.

    Parameters
    ----------
    path
        The index.
    places
        What to look at, and to add where it is new; by default all that was indexed.
    executor, progress, partial, fast
        As for `built`.

    Raises
    ------
    FileError, OSError
        As for `built`; where `path` is no index. The index is then as it was, or as far as the work got.
    """
    folder = Path(path)
    Generation.read(folder)
    with sole_writer(folder):
        generation = Generation.read(folder)
        swept(folder, generation)
        wanted = generation.roots if places is None else _absolute(places)
        writer = _IndexWriter(folder, generation, executor, fast)
        return writer.run(wanted, files_in(wanted), progress, partial)


def _absolute(places: Place | Iterable[Place]) -> tuple[str, ...]:
    roots = [places] if isinstance(places, str | PathLike) else list(places)
    return tuple(dict.fromkeys(str(Path(root).absolute()) for root in roots))


def _is_left_over(name: str) -> bool:
    """Whether a file may be what a writer left that was stopped before it had made an index."""
    return is_ours(name) or name == LOCK


class _IndexWriter:
    """The state of an index while it is changed."""

    def __init__(
        self, folder: Path, generation: Generation | None, executor: Executor | None, fast: bool | None
    ) -> None:
        self.folder, self.generation, self.executor, self.fast = folder, generation, executor, fast
        self.files = {row.file: row for row in FileTable(folder, generation)} if generation else {}
        self.shards: dict[tuple[int, int], ShardRow] = {}  # by (batch, number in it); those there are before any batch
        for number, row in enumerate(generation.shards if generation else ()):
            self.shards[-1, number] = row
        self.roots = generation.roots if generation else ()

    def run(
        self, roots: Sequence[str], paths: Sequence[Path], progress: Progress | None, partial: bool
    ) -> IndexChanges:
        """Read what is new or changed, forget what is gone."""
        self.roots = tuple(dict.fromkeys([*self.roots, *roots]))
        names = [str(path.absolute()) for path in paths]
        gone = self._gone(roots, names)
        for name in gone:
            del self.files[name]
        before = dict(self.files)
        wanted = [name for name in names if not _is_as_it_was(before.get(name), name)]
        complete, last, known = True, monotonic(), len(names) - len(wanted)
        try:
            for number, contents in enumerate(
                self._read(wanted, lambda count, _: progress and progress(known + count, len(names)))
            ):
                self._take(number, contents)
                if monotonic() - last > COMMIT_SECONDS:
                    self._commit(sweep=False)
                    last = monotonic()
            self._put_together(everything=self.generation is None or self.generation.number == 0)
        except KeyboardInterrupt:
            self._commit()
            if not partial:
                raise
            complete = False
        else:
            if wanted or gone or self.generation is None or self.roots != self.generation.roots:
                self._commit()
        return self._changes(names, before, gone, wanted, complete)

    def _gone(self, roots: Sequence[str], names: Iterable[str]) -> list[str]:
        """The files that were below the roots and are there no longer."""
        there = set(names)
        inside = tuple(root.rstrip(os.sep) + os.sep for root in roots)
        return [name for name in self.files if name not in there and (name.startswith(inside) or name in roots)]

    def _read(self, names: Sequence[str], progress: Progress) -> Iterator[BatchContents]:
        """The table of contents of each batch, in order."""
        work = partial(index_batch, str(self.folder.absolute()), fast=self.fast)
        for found in in_batches(work, names, executor=self.executor, progress=progress):
            if isinstance(found, Failed):
                yield BatchContents((FileRow(found.item, reason=found.reason),), ())
            elif found.failed:
                raise OSError(*found.failed)
            else:
                yield found

    def _take(self, number: int, contents: BatchContents) -> None:
        for row in contents.files:
            self.files[row.file] = row
        for place, shard in enumerate(contents.shards):
            self.shards[number, place] = shard

    def _counting(self) -> list[ShardRow]:
        """The shards in order, with the pieces that do not count: of contents that no file has, or that another shard has."""
        wanted = np.array(sorted({number_of_hash(row.hash) for row in self.files.values() if row.hash}), np.uint64)
        taken = np.zeros(0, np.uint64)
        found: dict[str, ShardRow] = {}
        for key in sorted(self.shards):
            row = self.shards[key]
            if row.name in found:
                continue
            hashes = Shard.open(self.folder, row).file["piece_hash"]
            dropped = ~np.isin(hashes, wanted) | np.isin(hashes, taken)
            taken = np.union1d(taken, hashes[~dropped])
            if not dropped.all():
                found[row.name] = msgspec.structs.replace(row, dropped=tuple(np.flatnonzero(dropped).tolist()))
        return [*found.values()]

    def _put_together(self, *, everything: bool) -> None:
        """Small shards as one, where they are many."""
        rows = self._counting()
        small = [row for row in rows if row.heights < FULL_SHARD or 4 * len(row.dropped) > row.pieces]
        done = [row for row in rows if row not in small]
        if everything or len(small) > MANY_SHARDS:
            groups = groups_of(small)
            done += self._merged([group for group in groups if len(group) > 1 or group[0].dropped])
            done += [group[0] for group in groups if len(group) == 1 and not group[0].dropped]
        else:
            done = rows
        self.shards = {(-1, number): row for number, row in enumerate(done)}

    def _merged(self, groups: Sequence[list[ShardRow]]) -> Iterator[ShardRow]:
        for _, made in one_by_one(partial(merged, self.folder.absolute()), groups, executor=self.executor):
            if isinstance(made, Failed):
                raise FileError(f"{self.folder}: shards could not be put together: {made.reason}")
            yield made

    def _commit(self, *, sweep: bool = True) -> None:
        """Make what is done the state of the index; while workers write, what no generation names yet may be theirs."""
        rows = self._counting()
        files, files_sum, count = FileTable.write(self.folder, self.files.values())
        self.generation = Generation(
            kind=KIND,
            version=VERSION,
            made_by=__version__,
            number=self.generation.number + 1 if self.generation else 1,
            roots=self.roots,
            files=files,
            files_sum=files_sum,
            files_count=count,
            unread=sum(1 for row in self.files.values() if row.reason or row.unread),
            shards=tuple(rows),
        ).written(self.folder)
        self.shards = {(-1, number): row for number, row in enumerate(rows)}
        if sweep:
            swept(self.folder, self.generation)

    def _changes(
        self,
        names: Sequence[str],
        before: dict[str, FileRow],
        gone: Sequence[str],
        wanted: Sequence[str],
        complete: bool,
    ) -> IndexChanges:
        read = [name for name in wanted if self.files.get(name) is not before.get(name)]
        added = [name for name in read if name not in before]
        replaced = [name for name in read if name in before and self.files[name].hash != before[name].hash]
        contents = [row.hash for row in self.files.values() if row.hash]
        unread = tuple(self.files[name] for name in read if self.files[name].reason or self.files[name].unread)
        return IndexChanges(
            added=len(added),
            replaced=len(replaced),
            removed=len(gone),
            unchanged=len(names) - len(added) - len(replaced),
            duplicates=len(contents) - len(set(contents)),
            unread=unread,
            complete=complete,
        )


def _is_as_it_was(row: FileRow | None, name: str) -> bool:
    if row is None:
        return False
    try:
        about = Path(name).stat()
    except OSError:
        return False
    return (row.size, row.modified) == (about.st_size, about.st_mtime_ns)


def groups_of(rows: Sequence[ShardRow]) -> list[list[ShardRow]]:
    """Shards that fit into one, in their order.

    Parameters
    ----------
    rows
        As the table of contents lists them.
    """
    groups: list[list[ShardRow]] = []
    room = 0
    for row in rows:
        if not groups or row.heights > room:  # a score without notes needs none
            groups.append([])
            room = LARGEST
        groups[-1].append(row)
        room -= row.heights
    return groups
