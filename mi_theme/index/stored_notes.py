"""Notes as an index keeps them: line by line, six bytes each, and back into the tables that a search reads, to the last bit.

A line is what one voice plays note after note; chords are taken apart into
several (`layering`). So a run of a line is a run of the arrays. Between lines
stands a row that is no note. Times are ticks of the piece's own resolution: from
the note before to this one, and its length. What that cannot hold exactly (few
pieces) is kept as its table is, beside.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mi_theme.score.notes import NOTE
from mi_theme.search.kernels.kernel_inputs import TimedLines

__all__ = ["BETWEEN", "FAR", "LISTED", "USUAL_TICKS", "NoteLines", "table_of_rows"]

BETWEEN = 255  # the height of the row between two lines
FAR = 2**16 - 1  # a time that is told elsewhere
USUAL_TICKS = 480  # in a quarter, where a piece is kept as it is
LISTED = np.dtype(
    [("onset", "<f8"), ("duration", "<f8"), ("pitch", "<i4"), ("part", "<i4"), ("voice", "<i4"), ("step", "<i4")]
)
Whole = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class NoteLines:
    """The notes of some pieces, as arrays.

    Attributes
    ----------
    height
        MIDI numbers, line by line, ``BETWEEN`` after each; then those of the outer lines of thick parts, likewise; shape (rows + outer rows,).
    gap, length
        Ticks from the note before in its line (of the first from the beginning of the piece), and of its length; shape (rows,).
    step
        Diatonic steps, -1 where unknown; shape (rows,).
    outer
        The row of each note of an outer line, from the first row of its part; 0 after each line; shape (outer rows,).
    outer_start
        Where the outer lines of each part that has some begin in `outer`, and the end of the last.
    outer_row
        The first row of each such part.
    far_row, far_gap, long_row, long_length
        The rows whose times are longer than 16 bits hold, and these.
    line_start
        Where each line begins, and the end of the last; shape (lines + 1,).
    line_part, line_voice
        Of each line, shape (lines,).
    line_pitched
        Whether it has pitch, shape (lines,).
    piece_line
        The first line of each piece, and the end of the last; shape (pieces + 1,).
    piece_ticks
        Ticks in a quarter of each piece; 0 where its table is kept as it is.
    kept_start, kept
        Tables that are kept as they are, as bytes, and where each piece's begins; shape (pieces + 1,).
    """

    height: NDArray[np.uint8]
    gap: NDArray[np.uint16]
    length: NDArray[np.uint16]
    step: NDArray[np.int8]
    outer: NDArray[np.uint16]
    outer_start: NDArray[np.int64]
    outer_row: NDArray[np.int64]
    far_row: NDArray[np.int64]
    far_gap: NDArray[np.int64]
    long_row: NDArray[np.int64]
    long_length: NDArray[np.int64]
    line_start: NDArray[np.int64]
    line_part: NDArray[np.uint16]
    line_voice: NDArray[np.uint16]
    line_pitched: NDArray[np.bool_]
    piece_line: NDArray[np.int64]
    piece_ticks: NDArray[np.int32]
    kept_start: NDArray[np.int64]
    kept: NDArray[np.uint8]

    @cached_property
    def timed(self) -> TimedLines:
        """What tells the times of its notes."""
        return TimedLines(*(getattr(self, name) for name in TimedLines._fields))

    def rows_of(self, piece: int) -> slice:
        """The rows of a piece, with those between its lines."""
        first, last = self.piece_line[piece], self.piece_line[piece + 1]
        return slice(int(self.line_start[first]), int(self.line_start[last]))

    def row_of(self, places: Whole) -> Whole:
        """The rows of places in `height`: those of outer lines are elsewhere.

        Parameters
        ----------
        places
            Of notes, not between lines.
        """
        beyond = places - len(self.gap)
        part = np.searchsorted(self.outer_start, np.maximum(beyond, 0), side="right") - 1
        found: Whole = places.copy()
        outer = beyond >= 0
        found[outer] = self.outer_row[part[outer]] + self.outer[beyond[outer]]
        return found


def table_of_rows(lines: NoteLines, piece: int) -> tuple[NDArray[np.void], Whole]:
    """The note table of a piece as it was read, and the row of each stored note in it (-1 between lines).

    Parameters
    ----------
    lines
        The arrays.
    piece
        Its number there.
    """
    rows = lines.rows_of(piece)
    numbers = slice(int(lines.piece_line[piece]), int(lines.piece_line[piece + 1]))
    starts = lines.line_start[numbers] - rows.start
    height = lines.height[rows]
    is_note = height != BETWEEN
    gap = _with_far(lines.gap[rows], lines.far_row, lines.far_gap, rows)
    time = np.cumsum(gap)
    before = np.append(0, time)[starts]
    line = np.cumsum(~is_note) - ~is_note
    onset = (time - before[line])[is_note]
    table = np.zeros(int(is_note.sum()), NOTE)
    ticks = int(lines.piece_ticks[piece]) or USUAL_TICKS
    table["onset"] = onset / ticks
    table["duration"] = _with_far(lines.length[rows], lines.long_row, lines.long_length, rows)[is_note] / ticks
    table["pitch"], table["step"] = height[is_note], lines.step[rows][is_note]
    table["part"], table["voice"] = lines.line_part[numbers][line[is_note]], lines.line_voice[numbers][line[is_note]]
    order = np.lexsort((table["part"], table["pitch"], onset))
    place = np.full(len(height), -1)
    place[np.flatnonzero(is_note)[order]] = np.arange(len(order))
    table = table[order]
    if not lines.piece_ticks[piece]:
        kept = lines.kept[int(lines.kept_start[piece]) : int(lines.kept_start[piece + 1])].tobytes()
        listed = np.frombuffer(kept, LISTED)
        for name in LISTED.names or ():
            table[name] = listed[name]
    table["id"] = np.arange(len(table))
    table.setflags(write=False)
    return table, place


def _with_far(column: NDArray[Any], rows: Whole, values: Whole, span: slice) -> Whole:
    """Times in full."""
    found: Whole = column.astype(np.int64)
    first, last = np.searchsorted(rows, (span.start, span.stop))
    found[rows[first:last] - span.start] = values[first:last]
    return found
