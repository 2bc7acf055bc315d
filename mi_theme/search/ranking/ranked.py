"""`rank`: whole tunes by how much they are like one, in any key and any tempo."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from math import inf
from typing import TYPE_CHECKING, Any

import numpy as np

from mi_theme.arguments import asked, known_name, whole_number
from mi_theme.errors import ScoreError
from mi_theme.executors import Failed, one_by_one
from mi_theme.files.bulk.sheets import Sheet
from mi_theme.listings import Listing
from mi_theme.score import Bars
from mi_theme.score.notes import NOTE
from mi_theme.search.corpus.readers import Unread
from mi_theme.search.music import sheets_of, warn_of
from mi_theme.search.patterns import Pattern, passage_of
from mi_theme.search.ranking.performances import PerformanceMatch, ThemeShape, chain_in
from mi_theme.search.ranking.repertoires import RankedPiece, Repertoire
from mi_theme.search.ranking.tunes import paired, similarities, with_relatives

if TYPE_CHECKING:
    from concurrent.futures import Executor

__all__ = ["Ranked", "rank"]

WAYS = ("auto", "tune", "theme")
SHOWN = 20  # the best, which come with their pairs of notes
SHORT = 0.25  # a query shorter than this share of the tunes is a theme


@dataclass(frozen=True, slots=True)
class Ranked:
    """A tune, and how much it is like the query.

    Attributes
    ----------
    index
        Its number among the scores; among all tunes, if these are files.
    source
        The file or score.
    similarity
        From 0, nothing in common, to 1, the query itself. Tunes: the score of
        the best alignment, as a share of what both earn with themselves. Themes:
        the evidence that the piece plays it, as a share of what the query says of itself;
        0 where chance is the better explanation. What has 0 is still in order.
    transposition
        Semitones from the query up to it.
    pairs
        (row of the query, row of the tune) of the notes that are taken for the
        same, for the best 20 tunes; rows of ``note_table()``.
    """

    index: int
    source: str
    similarity: float
    transposition: int = 0
    pairs: tuple[tuple[int, int], ...] = ()

    @property
    def cells(self) -> dict[str, str]:
        """The tune as a row of a table."""
        name = self.source or f"score {self.index}"
        return {"similarity": f"{self.similarity:.3f}", "key": f"{self.transposition:+d}", "tune": name}

    def __str__(self) -> str:
        return f"{self.similarity:.2f}  {self.source or f'score {self.index}'}"


@asked()
def rank(
    query: object,
    scores: object,
    *,
    bars: Bars | None = None,
    part: str | int | None = None,
    how: str = "auto",
    top: int | None = None,
    related: bool = True,
    fast: bool | None = None,
    executor: Executor | None = None,
) -> Listing[Ranked]:
    """Rank tunes by how much they are like one, in any key and any tempo.

    Parameters
    ----------
    query
        A score, a file, a music21 Stream, a note table; or a theme, a motif,
        rows, as `Pattern.of` takes them.
    scores
        The tunes: a list of such music, or a file or folder. Of files in a folder, or
        in a list of paths, those that cannot be read are passed over with a
        `SearchWarning`; each tune of a file counts by itself. For many queries
        against the same files, a ``repertoires.Repertoire`` reads them once.
    bars, part
        Of the query, the bars and the part that count; all of it without them.
    how
        ``tune`` aligns the whole query with the whole of each tune, top line
        with top line: variants of a folk song. ``theme`` looks for the query
        within each, in all voices and with a tempo that may change from note to
        note: performances of a written theme. ``auto`` takes the second where
        most of the scores have more than one voice, or are much longer than the
        query.
    top
        At most that many.
    related
        Whether the tunes most like the query have a say in the order of the
        others: a variant of a variant is a variant too. Tunes only.
    fast
        Whether to use numba; by default where it is installed. Themes only.
    executor
        Where files are read and themes looked for, as `concurrent.futures` has it; here if None.

    Returns
    -------
    Listing of Ranked
        A list that prints as a table: the most similar first; of equals, in the order of `scores`.

    Raises
    ------
    ScoreError, FileError, OSError, UnknownName
        Where something is no music, or cannot be read.
    """
    how = known_name("way to rank", how, WAYS)
    top = None if top is None else whole_number("top", top, 1)
    wanted = _piece_of(passage_of(query, bars, part))
    if not len(wanted.notes):
        raise ScoreError("there is nothing to compare with: the query has no notes")
    pieces = Repertoire.of(scores, executor=executor).pieces
    if how == "tune" or (how == "auto" and not _is_theme(wanted, pieces)):
        return Listing(_by_tune(wanted, pieces, related)[:top])
    return Listing(_by_theme(wanted, pieces, fast, executor)[:top])


def _piece_of(value: Any) -> RankedPiece:
    """The pitched notes of whatever says some."""
    if isinstance(value, Sheet):
        return RankedPiece.of(value)
    value = value.tolist() if isinstance(value, np.ndarray) and not value.dtype.names else value
    try:
        return RankedPiece.of(next(iter(sheets_of(value))))
    except ScoreError:
        pattern = Pattern.of(value)
    notes = np.zeros(len(pattern), NOTE)
    notes["onset"], notes["pitch"] = pattern.onsets, pattern.pitch
    notes["duration"] = [float(length) for length in pattern.duration]
    return RankedPiece.of(Sheet(notes))


def _is_theme(wanted: RankedPiece, pieces: Sequence[RankedPiece]) -> bool:
    """Whether the query is rather looked for within the pieces: most have several voices, or are far longer."""
    within = [piece.has_voices or len(wanted.notes) < SHORT * len(piece.notes) for piece in pieces]
    return sum(within) > len(within) / 2


def _by_theme(
    wanted: RankedPiece, pieces: Sequence[RankedPiece], fast: bool | None, executor: Executor | None
) -> list[Ranked]:
    theme = ThemeShape.of(wanted.notes)
    chains: list[PerformanceMatch] = []
    failed: list[Unread] = []
    for piece, chain in one_by_one(partial(_chain, theme, fast), pieces, executor=executor):
        if isinstance(chain, Failed):
            failed.append(Unread(piece.source, chain.reason))
        chains.append(PerformanceMatch(-inf, ()) if isinstance(chain, Failed) else chain)
    warn_of(failed)
    order = sorted(range(len(chains)), key=lambda row: -chains[row].score)
    own = chain_in(theme, wanted.performance, fast=fast).score
    return [
        Ranked(
            index=row,
            source=pieces[row].source,
            similarity=_share(chains[row].score, own),
            transposition=_transposition(chains[row], wanted, pieces[row]),
            pairs=_rows_of(chains[row].pairs, wanted, pieces[row]) if place < SHOWN else (),
        )
        for place, row in enumerate(order)
    ]


def _chain(theme: ThemeShape, fast: bool | None, piece: RankedPiece) -> PerformanceMatch:
    return chain_in(theme, piece.performance, fast=fast)


def _share(said: float, own: float) -> float:
    """Evidence as a share of what the query says of itself, from 0 to 1."""
    return 1.0 if said >= own else max(said, 0.0) / max(own, 1e-9)


def _transposition(chain: PerformanceMatch, wanted: RankedPiece, piece: RankedPiece) -> int:
    """Semitones from the query up to the notes of a chain."""
    return int(piece.notes["pitch"][chain.pairs[0][1]] - wanted.notes["pitch"][chain.pairs[0][0]]) if chain.pairs else 0


def _by_tune(wanted: RankedPiece, pieces: Sequence[RankedPiece], related: bool) -> list[Ranked]:
    query, tunes = wanted.tune, [piece.tune for piece in pieces]
    found, shifts = similarities(query, tunes)
    if related:
        found = with_relatives(
            found, lambda row, others: similarities(tunes[row], [tunes[other] for other in others])[0]
        )
    order = np.argsort(-found, kind="stable")
    shown = set(order[:SHOWN].tolist())
    return [
        Ranked(
            index=row,
            source=pieces[row].source,
            similarity=min(max(float(found[row]), 0.0), 1.0),
            transposition=int(shifts[row]),
            pairs=_rows_of(paired(query, tunes[row], int(shifts[row])), wanted, pieces[row]) if row in shown else (),
        )
        for row in order.tolist()
    ]


def _rows_of(pairs: Sequence[tuple[int, int]], wanted: RankedPiece, piece: RankedPiece) -> tuple[tuple[int, int], ...]:
    """Pairs of rows, as numbers in the whole tables."""
    return tuple((int(wanted.notes["id"][own]), int(piece.notes["id"][other])) for own, other in pairs)
