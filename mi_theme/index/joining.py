"""Lines of several shards put together, without the pieces that count no longer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields

import numpy as np
from numpy.typing import NDArray

from mi_theme.index.stored_notes import NoteLines

__all__ = ["joined_lines"]

#: columns that name rows, lines, and places of other columns; these grow by what stands before
OF_ROWS = ("far_row", "long_row", "outer_row")
STARTS = {"line_start": "gap", "piece_line": "line_part", "outer_start": "outer", "kept_start": "kept"}


def joined_lines(parts: Sequence[tuple[NoteLines, NDArray[np.bool_]]]) -> NoteLines:
    """The lines of several shards one after another.

    Parameters
    ----------
    parts
        The lines, and whether each of their pieces counts.
    """
    kept = [lines if counts.all() else _only(lines, counts) for lines, counts in parts]
    found: dict[str, NDArray[np.generic]] = {}
    for name in (field.name for field in fields(NoteLines)):
        columns = [getattr(lines, name) for lines in kept]
        if name == "height":
            rows = [column[: len(lines.gap)] for column, lines in zip(columns, kept, strict=True)]
            outer = [column[len(lines.gap) :] for column, lines in zip(columns, kept, strict=True)]
            columns = [*rows, *outer]
        elif name in OF_ROWS:
            before = np.cumsum([0, *(len(lines.gap) for lines in kept)])
            columns = [column + start for column, start in zip(columns, before.tolist(), strict=False)]
        elif name in STARTS:
            before = np.cumsum([0, *(len(getattr(lines, STARTS[name])) for lines in kept)])
            starts = [column[:-1] + start for column, start in zip(columns, before.tolist(), strict=False)]
            columns = [*starts, before[-1:]]
        found[name] = np.concatenate(columns)
    return NoteLines(**found)  # type: ignore[arg-type]


def _only(lines: NoteLines, counts: NDArray[np.bool_]) -> NoteLines:
    """The pieces that count."""
    line = np.repeat(counts, np.diff(lines.piece_line))
    row = np.repeat(line, np.diff(lines.line_start))
    now = np.cumsum(np.append(0, row))
    piece_start = lines.line_start[lines.piece_line]
    part = (
        counts[np.searchsorted(piece_start, lines.outer_row, side="right") - 1]
        if len(lines.outer_row)
        else np.zeros(0, bool)
    )
    outer = np.repeat(part, np.diff(lines.outer_start))
    far, long = row[lines.far_row], row[lines.long_row]
    kept = np.repeat(counts, np.diff(lines.kept_start))
    return NoteLines(
        height=lines.height[np.concatenate([row, outer])],
        gap=lines.gap[row],
        length=lines.length[row],
        step=lines.step[row],
        outer=lines.outer[outer],
        outer_start=_starts(np.diff(lines.outer_start)[part]),
        outer_row=now[lines.outer_row[part]],
        far_row=now[lines.far_row[far]],
        far_gap=lines.far_gap[far],
        long_row=now[lines.long_row[long]],
        long_length=lines.long_length[long],
        line_start=_starts(np.diff(lines.line_start)[line]),
        line_part=lines.line_part[line],
        line_voice=lines.line_voice[line],
        line_pitched=lines.line_pitched[line],
        piece_line=_starts(np.diff(lines.piece_line)[counts]),
        piece_ticks=lines.piece_ticks[counts],
        kept_start=_starts(np.diff(lines.kept_start)[counts]),
        kept=lines.kept[kept],
    )


def _starts(sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.cumsum(np.append(0, sizes))
