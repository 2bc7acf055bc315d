"""`rank`: whole tunes by how much they are like one, in any key and any tempo."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mi_theme.errors import ScoreError, UnknownName
from mi_theme.rhythm.lines import has_voices
from mi_theme.score.notes import NOTE
from mi_theme.search.finding import Music, are_files, music_of, warn_of
from mi_theme.search.patterns import Pattern
from mi_theme.search.performances import Chain, Performance, chain_in, theme_of
from mi_theme.search.tunes import Tune, paired, similarities

__all__ = ["Ranked", "rank"]

WAYS = ("auto", "tune", "theme")
RELATIVES = 6  # of the query, whose own relatives count as well
TRUST = 0.5  # the share of a similarity that the relatives give
CONSIDERED = 200  # tunes that the relatives are asked about
SHOWN = 20  # the best, which come with their pairs of notes
SHORT = 0.25  # a query shorter than this share of the tunes is a theme

Floats = NDArray[np.float64]


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
        Tunes: at most 1, which is equality. Themes: the evidence as a share of
        what the query earns found in itself. Comparable within one ranking.
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

    def __str__(self) -> str:
        return f"{self.similarity:.2f}  {self.source or f'score {self.index}'}"


def rank(query: Any, scores: Any, *, how: str = "auto", top: int | None = None, related: bool = True) -> list[Ranked]:
    """Rank tunes by how much they are like one, in any key and any tempo.

    Parameters
    ----------
    query
        A score, a file, a music21 Stream, a note table; or a theme, a motif,
        rows, as `Pattern.of` takes them.
    scores
        The tunes: a list of such music, or a folder. Of files in a folder, or
        in a list of paths, those that cannot be read are passed over with a
        `SearchWarning`; each tune of a file counts by itself.
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

    Returns
    -------
    list of Ranked
        The most similar first; of equals, in the order of `scores`.

    Raises
    ------
    ScoreError, FileError, OSError, UnknownName
        Where something is no music, or cannot be read.
    """
    if how not in WAYS:
        raise UnknownName.among("way to rank", how, WAYS)
    wanted = _notes_of(query)
    if not len(wanted):
        raise ScoreError("there is nothing to compare with: the query has no notes")
    pieces = list(_pieces(scores))
    tables = [_pitched(piece) for piece in pieces]
    if how == "tune" or (how == "auto" and not _is_theme(wanted, tables)):
        return _by_tune(wanted, pieces, tables, related)[:top]
    return _by_theme(wanted, pieces, tables)[:top]


def _notes_of(value: Any) -> NDArray[np.void]:
    """The pitched notes of whatever says some, as a note table."""
    if isinstance(value, Music):
        return _pitched(value)
    try:
        return _pitched(next(iter(music_of(value))))
    except ScoreError:
        pattern = Pattern.of(value)
    notes = np.zeros(len(pattern), NOTE)
    notes["onset"], notes["pitch"] = pattern.onsets, pattern.pitch
    notes["duration"] = [float(length) for length in pattern.duration]
    return notes


def _pieces(scores: Any) -> Iterator[Music]:
    """The tunes, one by one; files that cannot be read are passed over with a warning."""
    if not are_files(scores):
        for score in scores:
            yield from (score,) if isinstance(score, Music) else music_of(score)
        return
    from mi_theme.search.corpora import music_in
    from mi_theme.search.readers import Unread

    unread = []
    for piece in music_in(scores):
        if isinstance(piece, Unread):
            unread.append(piece)
        else:
            yield piece
    warn_of(unread)


def _pitched(music: Music) -> NDArray[np.void]:
    """The notes that are not drums; rows keep their numbers in ``id``."""
    notes = music.notes.copy()
    notes["id"] = np.arange(len(notes))
    kept: NDArray[np.void] = notes[~np.isin(notes["part"], sorted(music.drums))]
    return kept


def _is_theme(wanted: NDArray[np.void], tables: Sequence[NDArray[np.void]]) -> bool:
    """Whether the query is rather looked for within the pieces: most have several voices, or are far longer."""
    within = [has_voices(table) or len(wanted) < SHORT * len(table) for table in tables]
    return sum(within) > len(within) / 2


def _by_theme(wanted: NDArray[np.void], pieces: Sequence[Music], tables: Sequence[NDArray[np.void]]) -> list[Ranked]:
    theme = theme_of(wanted)
    chains = [chain_in(theme, Performance.of(table)) for table in tables]
    order = sorted(range(len(chains)), key=lambda row: -chains[row].score)
    own = chain_in(theme, Performance.of(wanted)).score
    return [
        Ranked(
            row, pieces[row].source, chains[row].score / max(own, 1.0), _transposition(chains[row], wanted, tables[row]),
            _rows_of(chains[row].pairs, wanted, tables[row]) if place < SHOWN else (),
        )
        for place, row in enumerate(order)
    ]  # fmt: skip


def _transposition(chain: Chain, wanted: NDArray[np.void], table: NDArray[np.void]) -> int:
    """Semitones from the query up to most notes of a chain."""
    return int(table["pitch"][chain.pairs[0][1]] - wanted["pitch"][chain.pairs[0][0]]) if chain.pairs else 0


def _by_tune(
    wanted: NDArray[np.void], pieces: Sequence[Music], tables: Sequence[NDArray[np.void]], related: bool
) -> list[Ranked]:
    query, tunes = Tune.of(wanted), [Tune.of(table) for table in tables]
    found, shifts = similarities(query, tunes)
    if related:
        found = _with_relatives(found, tunes)
    order = np.argsort(-found, kind="stable")
    shown = set(order[:SHOWN].tolist())
    return [
        Ranked(
            row, pieces[row].source, float(found[row]), int(shifts[row]),
            _rows_of(paired(query, tunes[row], int(shifts[row])), wanted, tables[row]) if row in shown else (),
        )
        for row in order.tolist()
    ]  # fmt: skip


def _rows_of(
    pairs: Sequence[tuple[int, int]], wanted: NDArray[np.void], table: NDArray[np.void]
) -> tuple[tuple[int, int], ...]:
    """Pairs of rows, as numbers in the whole tables."""
    return tuple((int(wanted["id"][own]), int(table["id"][other])) for own, other in pairs)


def _with_relatives(found: Floats, tunes: Sequence[Tune]) -> Floats:
    """Similarities, half of them by the word of the tunes that are most like the query.

    Each of the `RELATIVES` weighs as much as the square of its own similarity;
    none is asked about itself. Of what is not among the best `CONSIDERED` they
    are taken to think as little as of the least of those.
    """
    order = np.argsort(-found, kind="stable")
    asked, told = [row for row in order[:RELATIVES].tolist() if found[row] > 0], order[:CONSIDERED]
    said, weight = np.zeros(len(found)), np.zeros(len(found))
    for row in asked:
        others = told[told != row]
        trust = found[row] ** 2
        said[others] += trust * similarities(tunes[row], [tunes[other] for other in others.tolist()])[0]
        weight[others] += trust
    if not weight.any():
        return found
    heard = weight > 0
    word = np.full(len(found), (said[heard] / weight[heard]).min())
    word[heard] = said[heard] / weight[heard]
    return (1 - TRUST) * found + TRUST * word
