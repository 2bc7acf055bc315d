"""A pattern in a folder: files are read in batches, scanned for what is like it, and only that is aligned."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, groupby
from operator import attrgetter
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from mi_theme.errors import FileError
from mi_theme.files import ENDINGS
from mi_theme.files.bulk.sheets import Sheet
from mi_theme.search.corpus.batches import Batch, SearchSettings, hits_in_batch
from mi_theme.search.corpus.readers import Unread, sheets_of_file
from mi_theme.search.hits import Hit
from mi_theme.search.match.piece_hits import LEAST, in_order, kept, oftener
from mi_theme.search.patterns import Pattern

if TYPE_CHECKING:
    from concurrent.futures import Executor

__all__ = ["Searched", "files_in", "search_files", "sheets_in"]

BATCH_FILES = 200  # files that are read, scanned and forgotten at once

Place = str | PathLike[str]
Progress = Callable[[int, int], None]


class Searched(NamedTuple):
    """What a search of files has to say.

    Attributes
    ----------
    hits
        Best first.
    files, notes
        How many were searched.
    unread
        What could not be read, and why.
    complete
        False where it was interrupted.
    """

    hits: list[Hit]
    files: int
    notes: int
    unread: list[Unread]
    complete: bool = True


def search_files(
    pattern: Any,
    places: Place | Iterable[Place],
    *,
    max_evalue: float = 0.01,
    top: int | None = None,
    least: float = LEAST,
    invert: bool = False,
    progress: Progress | None = None,
    executor: Executor | None = None,
    fast: bool | None = None,
    partial: bool = False,
) -> Searched:
    """Find a pattern in files.

    Parameters
    ----------
    pattern
        What `Pattern.of` takes.
    places
        A folder (searched to its depths), a file, or a list of such.
    max_evalue
        The most hits as good that chance may bring in all these files.
    top
        At most that many hits.
    least
        The share that a hit must reach, as a part of the best one's in the same piece.
    invert
        Whether to look for the pattern upside down as well.
    progress
        Called with the number of files done and of all files.
    executor
        Where batches run, as `concurrent.futures` has it; here if None.
    fast
        Whether to use numba; by default where it is installed.
    partial
        Whether an interrupt (Ctrl-C) ends the search with what was found so
        far; without it, it ends the program.

    Returns
    -------
    Searched

    Raises
    ------
    ScoreError, FileError, OSError
        Where the pattern says no notes, or there are no such files.
    """
    wanted, paths = Pattern.to_search(pattern), files_in(places)
    batches = [paths[first : first + BATCH_FILES] for first in range(0, len(paths), BATCH_FILES)]
    settings = SearchSettings(wanted, least, invert, fast=fast, max_evalue=max_evalue)
    complete, parts = True, []
    try:
        for part in _run(settings, batches, executor, lambda count: progress and progress(count, len(paths))):
            parts.append(part)
            if not part.complete:
                raise KeyboardInterrupt
    except KeyboardInterrupt:
        if not partial:
            raise
        complete = False
    notes = sum(part.notes for part in parts)
    hits = sorted(oftener((hit for part in parts for hit in part.hits), notes), key=attrgetter("source"))
    by_piece = [kept(list(found), max_evalue) for _, found in groupby(hits, key=attrgetter("source"))]
    hits = sorted(chain.from_iterable(by_piece), key=in_order)[:top]
    unread = [failure for part in parts for failure in part.unread]
    return Searched(hits, sum(part.files for part in parts), notes, unread, complete)


def files_in(places: Place | Iterable[Place]) -> list[Path]:
    """Every file of a known kind, sorted within each folder; hidden ones and pipes are left out, folders that are closed to us are not.

    Raises
    ------
    FileError
        Where a place does not exist, or there is no file of a known kind.
    """
    roots = [places] if isinstance(places, str | PathLike) else list(places)
    found = list(dict.fromkeys(chain.from_iterable(_files(Path(root)) for root in roots)))
    if not found:
        raise FileError(f"{', '.join(map(str, roots[:3]))}: no files that end in {' '.join(ENDINGS)}")
    return found


def sheets_in(places: Place | Iterable[Place], *, progress: Progress | None = None) -> Iterator[Sheet | Unread]:
    """Every tune of some files, one after another; what cannot be read comes with the reason.

    Raises
    ------
    FileError
        As `files_in`.
    """
    paths = files_in(places)
    for number, path in enumerate(paths, 1):
        yield from sheets_of_file(path)
        if progress:
            progress(number, len(paths))


def _files(root: Path) -> Iterator[Path]:
    if not root.exists():
        raise FileError(f"{root}: no such file or folder")
    if not root.is_dir():
        yield root
        return
    closed: list[Path] = []
    found = [
        Path(folder, name)
        for folder, _, names in os.walk(root, onerror=lambda error: closed.append(Path(error.filename)))
        for name in names
        if Path(name).suffix.lower() in ENDINGS
    ]
    for path in sorted([*found, *closed]):
        hidden = any(part.startswith(".") for part in path.relative_to(root).parts)
        if not hidden and not _is_special(path):
            yield path


def _is_special(path: Path) -> bool:
    """Whether this is a pipe, a socket or a device; what cannot be looked at is left to the reader, which says why."""
    try:
        return not stat.S_ISREG(mode := path.stat().st_mode) and not stat.S_ISDIR(mode)
    except OSError:
        return False


def _run(
    settings: SearchSettings, batches: Sequence[list[Path]], executor: Executor | None, done: Callable[[int], object]
) -> Iterator[Searched]:
    """Batch by batch, in order, here or elsewhere."""
    if executor:
        futures = [executor.submit(_batch, settings, batch) for batch in batches]
        try:
            for number, future in enumerate(futures):
                yield future.result()
                done(sum(map(len, batches[: number + 1])))
        finally:
            for future in futures:
                future.cancel()
        return
    for number, batch in enumerate(batches):
        before = number * BATCH_FILES
        yield _batch(settings, batch, lambda count, before=before: done(before + count))  # type: ignore[misc]


def _batch(settings: SearchSettings, paths: list[Path], done: Callable[[int], object] | None = None) -> Searched:
    """Some files, read and searched; E-values as for one note."""
    sheets: list[Sheet] = []
    unread: list[Unread] = []
    number = 0
    try:
        for number, path in enumerate(paths, 1):
            for tune in sheets_of_file(path):
                (unread if isinstance(tune, Unread) else sheets).append(tune)  # type: ignore[arg-type]
            if done:
                done(number)
    except KeyboardInterrupt:  # what was read is searched
        paths, complete = paths[: number - 1], False
    else:
        complete = True
    batch = Batch.of(sheets)
    notes = sum(len(sheet.table) for sheet in sheets)
    hits = hits_in_batch(settings, batch)
    failed = {failure.source for failure in unread if "#" not in failure.source}
    return Searched(hits, len(paths) - len(failed), notes, unread, complete)
