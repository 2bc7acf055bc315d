"""Many themes looked for in an index, by as many workers as there are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from mi_theme.errors import ScoreError
from mi_theme.executors import Failed, one_by_one
from mi_theme.executors.batched_work import Progress
from mi_theme.files.walks import Place
from mi_theme.index.opening import open_index
from mi_theme.listings import Listing
from mi_theme.search import Hit, Pattern, find

if TYPE_CHECKING:
    from concurrent.futures import Executor

__all__ = ["find_each"]


def find_each(
    themes: Iterable[object],
    path: Place,
    *,
    max_evalue: float = 0.01,
    top: int | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Iterator[Listing[Hit]]:
    """Find many themes in an index, one after another or by many workers; each of them maps the same files into its memory.

    Parameters
    ----------
    themes
        What `find` takes as one.
    path
        The index, as workers see it.
    max_evalue, top
        As for `find`; E is that of one search.
    executor
        Where, as `concurrent.futures` has it; here if None.
    progress
        Called with the number of themes done and of all.

    Yields
    ------
    Listing of Hit
        For each theme what `find` gives, in their order.

    Raises
    ------
    FileError, ScoreError
        Where there is no index, a theme says no notes, or one cannot be looked for; the message says which.
    """
    open_index(path)
    patterns = [Pattern.to_search(theme) for theme in themes]
    work = partial(_found, str(path), max_evalue, top)
    for number, (_, hits) in enumerate(one_by_one(work, patterns, executor=executor, progress=progress), 1):
        if isinstance(hits, Failed):
            raise ScoreError(f"theme {number} of {len(patterns)}: {hits.reason}")
        yield hits


def _found(path: str, max_evalue: float, top: int | None, pattern: Pattern) -> Listing[Hit]:
    return find(pattern, open_index(path), max_evalue=max_evalue, top=top)
