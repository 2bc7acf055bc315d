"""Pieces made ready to be ranked, once for any number of queries."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from os import PathLike
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from mi_theme.conversion.sources import is_stream
from mi_theme.errors import ScoreError
from mi_theme.rhythm.lines import has_voices
from mi_theme.score import Score
from mi_theme.score.notes import NOTE
from mi_theme.search.finding import Music, are_files, music_of, warn_of
from mi_theme.search.ranking.performances import Performance
from mi_theme.search.ranking.tunes import Tune

if TYPE_CHECKING:
    from mi_theme.search.corpus.readers import Unread

__all__ = ["Piece", "Repertoire"]


@dataclass(frozen=True, eq=False)
class Piece:
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
    def of(cls, music: Music) -> Piece:
        """From the music of a piece.

        Parameters
        ----------
        music
            As `finding.music_of` gives it.

        Raises
        ------
        ScoreError
            Where its notes are no note table, or begin at no time.
        """
        if not set(READ) <= set(music.notes.dtype.names or ()):
            raise ScoreError(f"a note table has the fields {', '.join(READ)}, as note_table() gives them")
        if not (np.abs(music.notes["onset"]) < LATEST).all():
            raise ScoreError("the notes of a table begin at finite numbers of quarters")
        notes = np.zeros(len(music.notes), NOTE)
        for name in READ:
            notes[name] = music.notes[name]
        notes["id"] = np.arange(len(notes))
        notes = notes[np.lexsort((notes["pitch"], notes["onset"]))]
        return cls(music.source, notes[~np.isin(notes["part"], sorted(music.drums))])

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
LATEST = 1e9  # quarters
_READY: WeakKeyDictionary[Score, Piece] = WeakKeyDictionary()


@dataclass(frozen=True, eq=False)
class Repertoire:
    """Pieces to rank, read once and made ready once.

    Attributes
    ----------
    pieces
        In the order they were given, or the files were read in.
    """

    pieces: tuple[Piece, ...]

    @classmethod
    def of(cls, scores: Any) -> Repertoire:
        """Read and prepare what `rank` takes.

        Parameters
        ----------
        scores
            A list of scores, files, music21 Streams, note tables, or one such; a
            folder, or a Repertoire. Files of a folder or of a list of paths that cannot be read
            are passed over with a `SearchWarning`.

        Raises
        ------
        ScoreError, FileError, OSError
            Where something is no music, or cannot be read.
        """
        if isinstance(scores, Repertoire):
            return scores
        if not are_files(scores) and not isinstance(scores, str | PathLike):
            return cls(tuple(_of_scores([scores] if _is_one(scores) else scores)))
        pieces, unread = _of_files(scores)
        warn_of(unread)
        return cls(tuple(pieces))


def _is_one(scores: Any) -> bool:
    """Whether this is one piece, and no list of such."""
    if not isinstance(scores, Iterable | Score | bytes):
        raise ScoreError(
            f"tunes to rank are a list of scores, files or note tables, or a folder, not {type(scores).__name__}"
        )
    return isinstance(scores, Score | Music | bytes | np.ndarray) or is_stream(scores)


def _of_scores(scores: Iterable[Any]) -> Iterator[Piece]:
    """A Score is immutable: it is made ready once, however often it is ranked."""
    for score in scores:
        if isinstance(score, Score):
            if score not in _READY or _READY[score].source != score.source:
                _READY[score] = Piece.of(next(iter(music_of(score))))
            yield _READY[score]
        else:
            yield from map(Piece.of, (score,) if isinstance(score, Music) else music_of(score))


def _of_files(places: Any) -> tuple[list[Piece], list[Unread]]:
    from mi_theme.search.corpus.folders import music_in
    from mi_theme.search.corpus.readers import Unread

    pieces: list[Piece] = []
    unread: list[Unread] = []
    for music in music_in(places):
        unread.append(music) if isinstance(music, Unread) else pieces.append(Piece.of(music))
    return pieces, unread
