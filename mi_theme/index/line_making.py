"""Sheets taken apart into lines: for a whole batch at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mi_theme.files.bulk.sheets import Sheet
from mi_theme.index.joining import joined_lines
from mi_theme.index.stored_notes import BETWEEN, FAR, LISTED, USUAL_TICKS, NoteLines
from mi_theme.search.kernels.choosing import kernels

__all__ = ["order_of", "taken_apart"]

RESOLUTIONS = (480, 384, 10080, 1024, 960, 220, 500)  # ticks in a quarter that are tried, the commonest first
LATEST = 2**31  # ticks: what begins later is kept as it is
AT_ONCE = 32  # sheets: what of them is in hand at once fits near the processor
PLAINLY = 150_000  # notes a second that plain loops take apart
MOST = 2**16 - 1  # parts of a piece, and voices
AROUND = (
    12  # notes before and after a place where an outer line leaves a line that are kept of it: the rest is that line
)
Whole = NDArray[np.int64]
Columns = dict[str, NDArray[Any]]


def taken_apart(sheets: Sequence[Sheet], *, fast: bool | None = None) -> NoteLines:
    """The notes of some sheets as lines.

    Parameters
    ----------
    sheets
        As they were read.
    fast
        Whether to use numba; by default where it is installed and there is enough to do.
    """
    some = [_apart(sheets[first : first + AT_ONCE], fast) for first in range(0, len(sheets), AT_ONCE)]
    return (
        some[0]
        if len(some) == 1
        else joined_lines([(lines, np.ones(len(lines.piece_ticks), bool)) for lines in some or [_apart([], fast)]])
    )


def _apart(sheets: Sequence[Sheet], fast: bool | None) -> NoteLines:
    table = np.concatenate(
        [np.zeros(0, LISTED), *(sheet.table[list(LISTED.names or ())].astype(LISTED) for sheet in sheets)]
    )
    columns: Columns = {name: np.ascontiguousarray(table[name]) for name in LISTED.names or ()}
    counts = np.array([len(sheet.table) for sheet in sheets], np.int64)
    starts = np.cumsum(np.append(0, counts))
    piece = np.repeat(np.arange(len(sheets)), counts)
    ticks = _ticks_of(columns, starts)
    scale = np.where(ticks, ticks, USUAL_TICKS)[piece]
    columns["at"] = np.clip(np.rint(columns["onset"] * scale), 0, LATEST).astype(np.int64)
    columns["lasts"] = np.clip(np.rint(columns["duration"] * scale), 0, LATEST).astype(np.int64)
    columns["stop"] = columns["at"] + columns["lasts"]
    columns["pitch"] = np.clip(columns["pitch"], 0, 127).astype(np.int64)
    for name in ("part", "voice"):
        columns[name] = np.clip(columns[name], 0, MOST).astype(np.int64)
    order, lines = _in_lines(columns, piece, kernels(fast, "layering", len(piece) / PLAINLY))
    ticks = np.where(_keeps_order(columns, piece, order, len(sheets)), ticks, 0)
    drums = [np.array(sorted(sheet.drums), np.int64) for sheet in sheets]
    return _stored(sheets, columns, (piece, order, lines), ticks, drums, kernels(fast, "layering", 0))


def _ticks_of(columns: Columns, starts: Whole) -> Whole:
    """The resolution in which each piece's times are whole numbers; 0 where none is, or something else cannot be held."""
    found = np.zeros(len(starts) - 1, np.int64)
    holds = (columns["onset"] >= 0) & (columns["duration"] >= 0) & (columns["pitch"] >= 0) & (columns["pitch"] < 128)
    holds &= (columns["step"] >= -1) & (columns["step"] < 128)
    for name in ("part", "voice"):
        holds &= (columns[name] >= 0) & (columns[name] <= MOST)
    sound = _all_of(holds, starts)
    for ticks in RESOLUTIONS:
        for number in np.flatnonzero(sound & (found == 0)).tolist():
            span = slice(starts[number], starts[number + 1])
            times = columns["onset"][span], columns["duration"][span]
            whole = [np.rint(time * ticks) for time in times]
            if all(
                (there / ticks == time).all() and (there < LATEST).all()
                for there, time in zip(whole, times, strict=True)
            ):
                found[number] = ticks
    return found


def _all_of(holds: NDArray[np.bool_], starts: Whole) -> NDArray[np.bool_]:
    """Whether something holds of every note of each piece."""
    failed = np.append(0, np.cumsum(~holds))
    found: NDArray[np.bool_] = failed[starts[1:]] == failed[starts[:-1]]
    return found


def order_of(key: Whole) -> Whole:
    """Rows by a key that is not negative, in a stable order: by radix where the key is small."""
    if not len(key) or key.max() < 2**16:
        return np.argsort(key.astype(np.uint16), kind="stable")
    low = np.argsort((key & 0xFFFF).astype(np.uint16), kind="stable")
    found: Whole = low[order_of(key[low] >> 16)]
    return found


def _in_lines(columns: Columns, piece: Whole, kernel: Any) -> tuple[Whole, Whole]:
    """The notes in the order of their lines, and a number for the line of each, ascending."""
    stream = _numbered(piece, columns["part"], columns["voice"])
    order = order_of(stream)
    stream = stream[order]
    starts = (
        np.append(np.flatnonzero(np.append(True, np.diff(stream) != 0)), len(stream))
        if len(stream)
        else np.zeros(1, np.int64)
    )
    at, stop, pitch = (columns[name][order] for name in ("at", "stop", "pitch"))
    with_next = np.append((np.diff(at) == 0) & (np.diff(stream) == 0), False)[: len(at)]
    chords = ~_all_of(~with_next, starts)
    layer = np.zeros(len(stream), np.int64)
    if chords.any():
        thick = np.repeat(chords, np.diff(starts))
        some = np.cumsum(np.append(0, np.diff(starts)[chords]))
        layer[thick] = kernel.layered(at[thick], stop[thick], pitch[thick], some)
    key = (np.cumsum(np.append(0, np.diff(stream) != 0))[: len(stream)] << 4) + layer
    within = order_of(key)
    return order[within], np.cumsum(np.append(0, np.diff(key[within]) != 0))[: len(key)]


def _numbered(piece: Whole, part: Whole, voice: Whole) -> Whole:
    """A number for the voice of each part of each piece, in their order; not every number is used."""
    if not len(piece):
        return piece
    starts = np.flatnonzero(np.append(True, np.diff(piece) != 0))
    parts, voices = np.maximum.reduceat(part, starts) + 1, np.maximum.reduceat(voice, starts) + 1
    base = np.cumsum(np.append(0, parts * voices))[:-1]
    row = np.cumsum(np.append(0, np.diff(piece) != 0))
    found: Whole = base[row] + part * voices[row] + voice
    return found


def _keeps_order(columns: Columns, piece: Whole, order: Whole, pieces: int) -> NDArray[np.bool_]:
    """Whether the rows of each piece can be told from its lines: notes of one moment, key and part come as they came."""
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    same = np.diff(piece) == 0
    for name in ("onset", "pitch", "part"):
        same &= np.diff(columns[name]) == 0
    wrong = same & (np.diff(place) < 0)
    kept = np.ones(pieces, bool)
    kept[piece[1:][wrong]] = False
    ordered = (np.diff(piece) != 0) | (np.diff(columns["onset"]) >= 0)
    kept[piece[1:][~ordered]] = False
    return kept


def _stored(
    sheets: Sequence[Sheet],
    columns: Columns,
    places: tuple[Whole, Whole, Whole],
    ticks: Whole,
    drums: Sequence[Whole],
    kernel: Any,
) -> NoteLines:
    piece, order, line = places
    fresh = np.flatnonzero(np.append(True, np.diff(line) != 0)[: len(line)])
    row = np.arange(len(order)) + line  # a row between lines after each
    line_piece, part = piece[order][fresh], columns["part"][order][fresh]
    count = len(order) + len(fresh)
    rows = _row_columns(columns, (order, row, fresh), count)
    height = rows.pop("height")
    pitched = np.array([p not in drums[n] for n, p in zip(line_piece.tolist(), part.tolist(), strict=True)], bool)
    outer, outer_start, outer_row = _outer(columns, piece, (order, row, line), pitched, kernel)
    outer_height = np.where(outer >= 0, height[np.maximum(outer, 0)], BETWEEN).astype(np.uint8) if count else height
    base = np.repeat(outer_row, np.diff(outer_start))
    kept = [
        sheet.table[list(LISTED.names or ())].astype(LISTED).tobytes() if not own else b""
        for sheet, own in zip(sheets, ticks.tolist(), strict=True)
    ]
    return NoteLines(
        height=np.concatenate([height, outer_height]),
        outer=np.where(outer >= 0, outer - base, 0).astype(np.uint16),
        outer_start=outer_start,
        outer_row=outer_row,
        line_start=np.append(row[fresh], count),
        line_part=part.astype(np.uint16),
        line_voice=columns["voice"][order][fresh].astype(np.uint16),
        line_pitched=pitched,
        piece_line=np.searchsorted(line_piece, np.arange(len(sheets) + 1)),
        piece_ticks=ticks.astype(np.int32),
        kept_start=np.cumsum([0, *map(len, kept)]),
        kept=np.frombuffer(b"".join(kept), np.uint8),
        **rows,
    )


def _row_columns(columns: Columns, places: tuple[Whole, Whole, Whole], count: int) -> Columns:
    """What each row holds: height, step and times, and the times that are too long for it."""
    order, row, fresh = places
    at, lasts = columns["at"][order], columns["lasts"][order]
    gap = np.diff(at, prepend=0)
    gap[fresh] = at[fresh]
    height, step = np.full(count, BETWEEN, np.uint8), np.full(count, -1, np.int8)
    gaps, lengths = np.zeros(count, np.uint16), np.zeros(count, np.uint16)
    height[row], step[row] = columns["pitch"][order], np.clip(columns["step"][order], -1, 127)
    gaps[row], lengths[row] = np.minimum(gap, FAR), np.minimum(lasts, FAR)
    far, long = gap >= FAR, lasts >= FAR
    times = {"far_row": row[far], "far_gap": gap[far], "long_row": row[long], "long_length": lasts[long]}
    return {"height": height, "step": step, "gap": gaps, "length": lengths, **times}


def _outer(
    columns: Columns, piece: Whole, places: tuple[Whole, Whole, Whole], pitched: NDArray[np.bool_], kernel: Any
) -> tuple[Whole, Whole, Whole]:
    """The rows of the outer lines of the parts that have more than one line, -1 after each; where those of each part begin; its first row."""
    order, row, line = places
    at_row, line_of = np.empty(len(order), np.int64), np.empty(len(order), np.int64)
    at_row[order], line_of[order] = row, line
    part = _numbered(piece, columns["part"], np.zeros(len(piece), np.int64))
    by_part = order_of(part)
    part = part[by_part]
    if not len(part):
        return part, np.zeros(1, np.int64), part
    starts = np.flatnonzero(np.append(True, np.diff(part) != 0))
    own = line_of[by_part]
    lowest, highest = np.minimum.reduceat(own, starts), np.maximum.reduceat(own, starts)
    first_row = np.minimum.reduceat(at_row[by_part], starts)
    sizes = np.diff(np.append(starts, len(part)))
    several = (lowest < highest) & pitched[lowest] & (sizes + highest - lowest < 2**16)
    by_part = by_part[np.repeat(several, sizes)]
    some = np.cumsum(np.append(0, sizes[several]))
    top, bottom = kernel.outer_lines(*(columns[name][by_part] for name in ("at", "stop", "pitch")), some)
    number = np.repeat(np.arange(len(some) - 1), np.diff(some))
    kept = [_leaving(at_row[by_part][which], number[which]) for which in (top, bottom)]
    rows, owner = (np.concatenate(column) for column in zip(*kept, strict=True))
    order = order_of(owner)
    return rows[order], np.searchsorted(owner[order], np.arange(len(some))), first_row[several]


def _leaving(rows: Whole, owner: Whole) -> tuple[Whole, Whole]:
    """Of an outer line in each part what is near a place where it leaves a line, -1 after each run; and its part."""
    if not len(rows):
        return rows, owner
    together = np.diff(owner) == 0
    near, here = np.flatnonzero(together & (np.diff(rows) != 1)), np.arange(len(rows))
    after = np.searchsorted(near, here)
    before, behind = np.append(-2 * AROUND, near)[after], np.append(near, len(rows) + 2 * AROUND)[after]
    own_before = (here - before <= AROUND) & (owner[np.maximum(before, 0)] == owner)
    own_behind = (behind - here < AROUND) & (owner[np.minimum(behind, len(rows) - 1)] == owner)
    kept = np.flatnonzero(own_before | own_behind)
    ends = np.flatnonzero(np.append((np.diff(owner[kept]) != 0) | (np.diff(kept) > 1), True)[: len(kept)]) + 1
    return np.insert(rows[kept], ends, -1), np.insert(owner[kept], ends, owner[kept][ends - 1])
