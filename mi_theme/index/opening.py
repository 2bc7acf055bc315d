"""`open_index`, `build_index`, `update_index`: an index by its path."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from mi_theme.arguments import asked
from mi_theme.executors.batched_work import Progress
from mi_theme.files.walks import Place
from mi_theme.index.building import IndexChanges, built, updated
from mi_theme.index.corpus_index import Index
from mi_theme.index.stored_corpus import is_index

if TYPE_CHECKING:
    from concurrent.futures import Executor

__all__ = ["build_index", "index_at", "open_index", "update_index"]


@asked()
def open_index(path: Place) -> Index:
    """Open an index; what `find` takes as the place to search.

    Parameters
    ----------
    path
        The folder that `build_index` made.

    Returns
    -------
    Index
        Mapped into memory: opening reads little.

    Raises
    ------
    FileError
        Where it is no index, damaged, or made by another version.
    """
    return Index(path)


def index_at(path: object) -> Index | None:
    """The index of that name, if there is one: what `find` asks.

    Parameters
    ----------
    path
        Anything.

    Returns
    -------
    Index or None
        Open.

    Raises
    ------
    FileError
        As `open_index`.
    """
    return Index(path) if is_index(path) else None  # type: ignore[arg-type]


@asked()
def build_index(
    folder: Place | Iterable[Place],
    path: Place,
    *,
    executor: Executor | None = None,
    progress: Progress | None = None,
    fast: bool | None = None,
) -> Index:
    """Make an index of a corpus of notes, which answers in milliseconds what a search of its files answers in minutes.

    Parameters
    ----------
    folder
        A folder (to its depths), a file, or a list of such.
    path
        The folder of the index, which is made.
    executor
        Where batches of files are read, as `concurrent.futures` has it; here if None. Its workers write into `path`.
    progress
        Called with the number of files done and of all files.
    fast
        Whether to use numba; by default where it is installed.

    Returns
    -------
    Index
        Open. What could not be read is in ``index.unread()``, with the reason.

    Raises
    ------
    FileError, OSError
        Where there are no such files, there is an index already, another process writes there, or it cannot be written.
    """
    built(folder, path, executor=executor, progress=progress, fast=fast)
    return Index(path)


@asked()
def update_index(
    path: Place,
    folder: Place | Iterable[Place] | None = None,
    *,
    executor: Executor | None = None,
    progress: Progress | None = None,
    fast: bool | None = None,
) -> IndexChanges:
    """Bring an index up to date: files that are new or changed are read, those that are gone are taken out.

    Parameters
    ----------
    path
        The index.
    folder
        What to look at, and to add where it is new; by default all that was indexed.
    executor, progress, fast
        As for `build_index`.

    Returns
    -------
    IndexChanges
        Counts of files, and what could not be read. An `Index` that is open stays as it was: open it again.

    Raises
    ------
    FileError, OSError
        As `build_index`; where `path` is no index.
    """
    return updated(path, folder, executor=executor, progress=progress, fast=fast)
