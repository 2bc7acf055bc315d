"""What is searched: music of any kind as sheets of notes, and warnings of what could not be."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mi_theme.files.bulk.sheets import Sheet
from mi_theme.files.disk import is_text
from mi_theme.score import Score
from mi_theme.score.notes import NOTE
from mi_theme.search.match.note_alignment import steps_of

if TYPE_CHECKING:
    from mi_theme.search.corpus.readers import Unread

__all__ = ["SearchWarning", "are_files", "sheets_of", "spelled", "warn_of"]


class SearchWarning(UserWarning):
    """Files could not be read (the message counts them and names the first), or nothing was found of a pattern too short, or of several parts."""


def are_files(where: Any) -> bool:
    """Whether this is a folder, a book of tunes, or a list of paths."""
    if is_text(where):
        return False
    if isinstance(where, str | PathLike):
        return Path(where).is_dir() or (Path(where).suffix.lower() == ".abc" and Path(where).is_file())
    return isinstance(where, list | tuple) and bool(where) and all(isinstance(place, str | PathLike) for place in where)


def sheets_of(where: Any) -> Iterator[Sheet]:
    """What to search, piece by piece.

    Raises
    ------
    ScoreError, FileError, OSError
        Where it is no music.
    """
    if isinstance(where, Sheet):
        yield where
    elif isinstance(where, np.ndarray) and where.dtype.names and {"onset", "pitch"} <= {*where.dtype.names}:
        yield Sheet(_whole(where))
    elif isinstance(where, list | tuple):
        for place in where:
            yield from sheets_of(place)
    else:
        yield Sheet.of(Score.of(where))


def _whole(table: NDArray[np.void]) -> NDArray[np.void]:
    """A note table with all its columns, for one part where none is named."""
    fields, known = NOTE.names or (), table.dtype.names or ()
    if {*fields} <= {*known}:
        return table
    notes = np.zeros(len(table), NOTE)
    notes["step"], notes["id"] = -1, np.arange(len(table))
    for name in fields:
        if name in known:
            notes[name] = table[name]
    return notes


def spelled(sheet: Sheet) -> Sheet:
    """The same with a diatonic step for each pitched note, inferred where one is unknown: once for all that ask for it."""
    if "step" not in (sheet.table.dtype.names or ()):
        return sheet
    table = sheet.table.copy()
    table["step"][sheet.pitched] = steps_of(sheet.table[sheet.pitched])
    return replace(sheet, table=table)


def warn_of(unread: Sequence[Unread], short: str = "", sought: str = "") -> None:
    """Count what could not be read, and name the first; say why nothing could be found, or what was looked for."""
    if unread:
        told = f"{len(unread)} could not be read, the first: {unread[0].source}: {unread[0].reason}"
        warnings.warn(told, SearchWarning, stacklevel=3)
    if short:
        warnings.warn(f"{short}; for the best by rank: max_evalue=inf, top=20", SearchWarning, stacklevel=3)
    if sought:
        warnings.warn(sought, SearchWarning, stacklevel=3)
