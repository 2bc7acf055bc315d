"""Rhythm and metre of many files: a guess, or the measures, for each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from mi_theme.errors import FileError, MiThemeError
from mi_theme.executors import Failed, one_by_one
from mi_theme.executors.batched_work import Progress
from mi_theme.files import read
from mi_theme.files.walks import files_under
from mi_theme.meter import Meter
from mi_theme.rhythm.induction import MeterGuess, induce_meter
from mi_theme.rhythm.measures import Measures, measure
from mi_theme.score import Score

if TYPE_CHECKING:
    from concurrent.futures import Executor

__all__ = ["measure_files", "which_meters"]

R = TypeVar("R")
Refusal = MiThemeError | OSError
Places = Iterable[str | PathLike[str]]


def which_meters(
    paths: Places, *, progress: Progress | None = None, executor: Executor | None = None
) -> Iterator[tuple[str, list[MeterGuess] | Refusal]]:
    """The guesses for each score file, or why it cannot be read; folders are gone through in order of their names.

    Parameters
    ----------
    paths
        Files and folders.
    progress, executor
        As for `executors.one_by_one`.

    Yields
    ------
    tuple of (str, list of MeterGuess or error)
        The path, and what was found.
    """
    yield from _of_files(induce_meter, paths, progress, executor)


def measure_files(
    paths: Places,
    meter: Meter | str | None = None,
    *,
    part: str | int | None = None,
    progress: Progress | None = None,
    executor: Executor | None = None,
) -> Iterator[tuple[str, Measures | Refusal]]:
    """The measures of each score file, as `measure` takes them, or why there are none.

    Parameters
    ----------
    paths
        Files and folders.
    meter, part
        As for `measure`.
    progress, executor
        As for `executors.one_by_one`.

    Yields
    ------
    tuple of (str, Measures or error)
        The path, and what was found.
    """
    wanted = None if meter is None else Meter(meter)
    yield from _of_files(partial(_measured, wanted, part), paths, progress, executor)


def _measured(meter: Meter | None, part: str | int | None, score: Score) -> Measures:
    return measure(score, meter, part=part)


def _of_files(
    function: Callable[[Score], R], paths: Places, progress: Progress | None, executor: Executor | None
) -> Iterator[tuple[str, R | Refusal]]:
    files = [file for path in paths for file in _files(Path(fspath(path)))]
    for file, found in one_by_one(partial(_of_file, function), files, executor=executor, progress=progress):
        yield str(file), FileError(found.reason) if isinstance(found, Failed) else found


def _of_file(function: Callable[[Score], R], file: Path) -> R | Refusal:
    try:
        return function(read(file))
    except (MiThemeError, OSError) as error:
        return error


def _files(path: Path) -> Iterator[Path]:
    """The path itself, there or not, or the files of a folder."""
    return files_under(path) if path.is_dir() else iter([path])
