"""Pieces made ready to be ranked, once for any number of queries."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set, ValuesView
from dataclasses import dataclass
from functools import cached_property
from os import PathLike
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from mi_theme.errors import ScoreError
from mi_theme.files.bulk.sheets import Sheet
from mi_theme.files.disk import is_text
from mi_theme.rhythm.lines import has_voices
from mi_theme.score import Score
from mi_theme.score.notes import NOTE
from mi_theme.search.corpus.folders import sheets_in
from mi_theme.search.corpus.readers import Unread
from mi_theme.search.music import are_files, sheets_of, warn_of
from mi_theme.search.ranking.performances import Performance
from mi_theme.search.ranking.tunes import Tune

if TYPE_CHECKING:
    from concurrent.futures import Executor

__all__ = ["RankedPiece", "Repertoire"]


@dataclass(frozen=True, eq=False)
class RankedPiece:
    """The pitched notes of one piece, and how each way to rank reads them.

    Attributes
    ----------
    source
        The file or score.
    notes
        A note table without drums; ``id`` is the row in the whole table.
    """

    source: str
    notes: NDArray[np.void]

    @classmethod
    def of(cls, sheet: Sheet) -> RankedPiece:
        """From the notes of a piece.

        Parameters
        ----------
        sheet
            As `music.sheets_of` gives it.

        Raises
        ------
        ScoreError
            Where its notes are no note table, or begin at no time.
        """
        if not set(READ) <= set(sheet.table.dtype.names or ()):
            raise ScoreError(f"a note table has the fields {', '.join(READ)}, as note_table() gives them")
        if not (np.abs(sheet.table["onset"]) < LATEST_ONSET).all():
            raise ScoreError("the notes of a table begin at finite numbers of quarters")
        notes = np.zeros(len(sheet.table), NOTE)
        for name in READ:
            notes[name] = sheet.table[name]
        notes["id"] = np.arange(len(notes))
        notes = notes[np.lexsort((notes["pitch"], notes["onset"]))]
        return cls(sheet.source, notes[~np.isin(notes["part"], sorted(sheet.drums))])

    @cached_property
    def performance(self) -> Performance:
        """The notes as a performance."""
        return Performance.of(self.notes)

    @cached_property
    def tune(self) -> Tune:
        """The top line."""
        return Tune.of(self.notes)

    @cached_property
    def has_voices(self) -> bool:
        """Whether notes begin while others sound."""
        return has_voices(self.notes)


READ = ("onset", "duration", "pitch", "velocity", "part")  # fields of a note table
LATEST_ONSET = 1e9  # quarters
_READY: WeakKeyDictionary[Score, RankedPiece] = WeakKeyDictionary()


@dataclass(frozen=True, eq=False)
class Repertoire:
    """Pieces to rank, read once and made ready once.

    Attributes
    ----------
    pieces
        In the order they were given, or the files were read in.
    """

    pieces: tuple[RankedPiece, ...]

    @classmethod
    def of(cls, scores: Any, *, executor: Executor | None = None) -> Repertoire:
        """Read and prepare what `rank` takes.

        Parameters
        ----------
        scores
            A list of scores, files, music21 Streams, note tables, or one such; a
            folder, or a Repertoire. Files of a folder or of a list of paths that cannot be read
            are passed over with a `SearchWarning`.
        executor
            Where files are read, as `concurrent.futures` has it; here if None.

        Raises
        ------
        ScoreError, FileError, OSError
            Where something is no music, or cannot be read.
        """
        if isinstance(scores, Repertoire):
            return scores
        if is_text(scores) or not (are_files(scores) or isinstance(scores, str | PathLike)):
            return cls(tuple(_of_scores([scores] if _is_one(scores) else scores)))
        pieces, unread = _of_files(scores, executor)
        warn_of(unread)
        return cls(tuple(pieces))


def _is_one(scores: Any) -> bool:
    """Whether this is one piece, and no list of such."""
    several = isinstance(scores, Sequence | Set | ValuesView | Iterator) and not isinstance(scores, bytes | str)
    return not several or hasattr(scores, "read")


def _of_scores(scores: Iterable[Any]) -> Iterator[RankedPiece]:
    """A Score is immutable: it is made ready once, however often it is ranked."""
    for score in scores:
        if isinstance(score, Score):
            if score not in _READY or _READY[score].source != score.source:
                _READY[score] = RankedPiece.of(next(iter(sheets_of(score))))
            yield _READY[score]
        else:
            yield from map(RankedPiece.of, sheets_of(score))


def _of_files(places: Any, executor: Executor | None) -> tuple[list[RankedPiece], list[Unread]]:
    pieces: list[RankedPiece] = []
    unread: list[Unread] = []
    for sheet in sheets_in(places, executor=executor):
        unread.append(sheet) if isinstance(sheet, Unread) else pieces.append(RankedPiece.of(sheet))
    return pieces, unread
