"""A pattern in a folder: files are read in batches, scanned for what is like it, and only that is aligned."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, groupby
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from mi_theme.executors import Failed, in_batches, one_by_one
from mi_theme.executors.batched_work import BATCH_FILES, Progress
from mi_theme.files.bulk.sheets import Sheet
from mi_theme.files.walks import Place, files_in
from mi_theme.search.corpus.batches import Batch, SearchSettings, hits_in_batch
from mi_theme.search.corpus.readers import BookPart, Unread, sheets_of_file, with_books_divided
from mi_theme.search.hits import Hit
from mi_theme.search.match.metric_places import ANYWHERE, MetricConditions
from mi_theme.search.match.piece_hits import LEAST, in_order, kept, oftener
from mi_theme.search.patterns import Pattern

if TYPE_CHECKING:
    from concurrent.futures import Executor

__all__ = ["Searched", "files_in", "search_files", "sheets_in"]


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
    conditions: MetricConditions = ANYWHERE,
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
    conditions
        What is asked of the place of a hit in its metre.

    Returns
    -------
    Searched

    Raises
    ------
    ScoreError, FileError, OSError
        Where the pattern says no notes, or there are no such files.
    """
    wanted, files, books = Pattern.to_search(pattern), *_divided(places)
    settings = SearchSettings(wanted, least, invert, fast, max_evalue, conditions)
    complete, parts = True, []
    try:
        work = functools.partial(_batch, settings)
        for part in chain(
            in_batches(work, files, executor=executor, size=BATCH_FILES, progress=progress),
            in_batches(work, books, executor=executor, size=1, progress=progress),
        ):
            if isinstance(part, Failed):
                part = Searched([], 0, 0, [Unread(str(part.item), part.reason)])
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


def _divided(places: Place | Iterable[Place]) -> tuple[list[Path], list[BookPart]]:
    """Files, and the parts of long books."""
    found = list(with_books_divided(files_in(places)))
    return [one for one in found if isinstance(one, Path)], [one for one in found if isinstance(one, BookPart)]


def sheets_in(
    places: Place | Iterable[Place], *, progress: Progress | None = None, executor: Executor | None = None
) -> Iterator[Sheet | Unread]:
    """Every tune of some files, one after another; what cannot be read comes with the reason.

    Parameters
    ----------
    places
        As for `search_files`.
    progress, executor
        As for `executors.in_batches`.

    Raises
    ------
    FileError
        As `walks.files_in`.
    """
    pieces = list(with_books_divided(files_in(places)))
    for path, tunes in one_by_one(_tunes, pieces, executor=executor, progress=progress):
        if isinstance(tunes, Failed):
            yield Unread(str(path), tunes.reason)
        else:
            yield from tunes


def _tunes(path: Path | BookPart) -> list[Sheet | Unread]:
    return list(sheets_of_file(path))


def _batch(
    settings: SearchSettings, paths: Sequence[Path | BookPart], done: Callable[[int], object] | None = None
) -> Searched:
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
    files = sum(isinstance(path, Path) or path.first == 1 for path in paths)
    return Searched(hits, files - len(failed), notes, unread, complete)
