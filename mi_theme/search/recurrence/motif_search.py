"""`motifs`: what recurs in one piece, exactly, transposed, varied or in another metre.

Repeats of the lines are candidates; each is looked for in the whole piece by `mi.find`, which finds it transposed, in
other voices, slower or faster, in another metre, and with notes added, left out or changed. What saves most when it is told once
comes first. Work grows with the notes and not with their square: a suffix array, and a fixed number of searches.

Others: SIATEC and COSIATEC (Meredith, Lemström and Wiggins, 2002; Meredith, 2013) compare all notes with all, in time and pitch, and
find translations alone; MotivesExtractor (Nieto and Farbood, 2014) looks for stripes in a self-similarity matrix.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import inf
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mi_theme.arguments import asked, number, whole_number
from mi_theme.errors import ScoreError
from mi_theme.files.bulk.sheets import Sheet
from mi_theme.listings import Listing
from mi_theme.quantising import written_music
from mi_theme.score import Bars, Score
from mi_theme.search.finding import find
from mi_theme.search.match.evidence import whole_copy
from mi_theme.search.match.expectations import HeardNotes
from mi_theme.search.music import SearchWarning, sheets_of, spelled
from mi_theme.search.patterns import Pattern, passage_of
from mi_theme.search.recurrence.candidates import (
    Candidate,
    candidates_in,
    reference_cost,
    references_of,
    share_saved,
)
from mi_theme.search.recurrence.melodic_lines import lines_in
from mi_theme.search.recurrence.recurring import RecurringMotif, by_chance

__all__ = ["motifs"]

TRIED = 24  # candidates that are looked for in the whole piece; twice as many as are shown, and more take longer
SHARED = 0.5  # of a motif's notes that better ones may have too


@asked()
def motifs(
    music: object,
    *,
    bars: Bars | None = None,
    part: str | int | None = None,
    shortest: int = 4,
    longest: int = 48,
    max_evalue: float = 0.01,
    top: int | None = 12,
    fast: bool | None = None,
) -> Listing[RecurringMotif]:
    """What recurs in a piece: its motifs, each with its occurrences and how surprising that is.

    Parameters
    ----------
    music
        A score, a file, a music21 Stream, a note table: one piece.
    bars, part
        Where to look; everywhere without them.
    shortest, longest
        How many notes a motif has. Of what repeats in itself, as an ostinato does, one time round is the motif.
    max_evalue
        The most motifs as good that chance may bring in a piece of this length.
    top
        At most that many motifs.
    fast
        Whether to use numba; by default where it is installed.

    Returns
    -------
    Listing of RecurringMotif
        A list that prints as a table. Those first that save most when they are told once; none of whose
        notes most belong to better ones.

    Raises
    ------
    ScoreError, FileError, OSError
        Where this is no music, or more than one piece.

    Examples
    --------
    >>> import mi_theme as mi
    >>> mi.motifs(mi.render(seed=1))[0].pattern.pitch  # doctest: +SKIP
    """
    shortest = whole_number("shortest", shortest, 3)
    longest = whole_number("longest", longest, shortest, 200)
    max_evalue = number("max_evalue", max_evalue, 0, inf)
    top = None if top is None else whole_number("top", top, 1)
    music = passage_of(music.read() if hasattr(music, "read") else music, bars, part)
    pieces = list(sheets_of(music))
    if len(pieces) != 1:
        raise ScoreError(f"motifs are those of one piece, not of {len(pieces)}")
    sheet, as_given = _as_written(music, pieces[0])
    rows = sheet.pitched
    notes = sheet.table[rows]
    if len(notes) < 2 * shortest:
        return Listing()
    heard = HeardNotes.of(notes)
    lines = list(lines_in(heard, notes["onset"] + notes["duration"], shortest))
    found = candidates_in(heard, lines, (shortest, longest), TRIED)
    known = [motif for one in found if (motif := _motif(sheet, rows, heard, one, fast))]
    ranked = sorted(known, key=lambda motif: (-motif.saved, motif.first.onset, motif.first.notes))
    kept = [motif for motif in _apart(ranked) if motif.evalue <= max_evalue][:top]
    return Listing(kept if as_given is None else [_of_rows(motif, as_given.tolist()) for motif in kept])


def _as_written(music: Any, sheet: Sheet) -> tuple[Sheet, NDArray[np.int64] | None]:
    """The notes as they would be written, where a score was played to its beats, and for each its row as it was played.

    What recurs is what would be written: every time that it is played it is another time late.
    """
    twin = None if isinstance(music, Sheet | np.ndarray | list | tuple) else written_music(Score.of(music))
    if twin is None or not (twin.is_played and twin.has_beat):
        return spelled(sheet), None
    rows = np.empty(len(twin.rows), np.int64)
    rows[_table_order(twin.source)] = np.arange(len(rows))
    return spelled(Sheet.of(twin.score, sheet.source)), rows[twin.rows][_table_order(twin.score)]


def _table_order(score: Score) -> NDArray[np.int64]:
    """The rows of `Score.spans` in the order of `Score.note_table`."""
    pitch = np.zeros(len(score.spans), np.int64)
    for index, track in enumerate(score.tracks):
        mine = score.spans["track"] == index
        pitch[mine] = track.events["data1"][score.spans["on"][mine]]
    return np.lexsort((score.span_parts, pitch, score.spans["start"]))


def _of_rows(motif: RecurringMotif, rows: Sequence[int]) -> RecurringMotif:
    """The same motif, its notes told by other row numbers."""

    def renumbered(notes: Sequence[int]) -> tuple[int, ...]:
        return tuple(rows[note] for note in notes)

    occurrences = tuple(
        replace(
            hit,
            notes=renumbered(hit.notes),
            doubled=tuple(other._replace(notes=renumbered(other.notes)) for other in hit.doubled),
        )
        for hit in motif.occurrences
    )
    return replace(motif, occurrences=occurrences)


def _motif(
    sheet: Sheet, rows: NDArray[np.int64], heard: HeardNotes, candidate: Candidate, fast: bool | None
) -> RecurringMotif | None:
    """A candidate with all its occurrences; None where it is no more than there."""
    own = rows[list(candidate.rows)]
    pattern = Pattern.of(sheet.table[own])  # in no metre: bar maps of every hit would take most of the time
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SearchWarning)  # of what is too short to be significant by itself
        hits = find(pattern, sheet, fast=fast)
    whole, size = whole_copy(pattern, heard.tables), len(heard.onset)
    there = {*own.tolist()}
    statement = [hit for hit in hits if {*hit.notes} == there]
    others = [hit for hit in hits if hit.score > reference_cost(size) and {*hit.notes} != there]
    if not statement or not others:
        return None
    occurrences = sorted([*statement, *others], key=lambda hit: (hit.onset, hit.notes))
    costs = references_of([float(hit.onset) for hit in occurrences], [hit.transposition for hit in occurrences], size)
    costs += sum(max(whole - hit.score, 0.0) for hit in others)
    return RecurringMotif(
        pattern,
        tuple(occurrences),
        evalue=by_chance([hit.evalue for hit in others], size),
        saved=share_saved(whole, len(occurrences), costs),
    )


def _apart(found: Sequence[RecurringMotif]) -> Iterator[RecurringMotif]:
    """Best first, without those most of whose notes belong to better ones."""
    taken: set[int] = set()
    for motif in found:
        rows = {row for hit in motif.occurrences for row in hit.every_note}
        if len(rows & taken) <= SHARED * len(rows):
            taken |= rows
            yield motif
