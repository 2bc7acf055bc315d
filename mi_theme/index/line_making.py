"""Sheets taken apart into lines: for a whole batch at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mi_theme.files.bulk.sheets import Sheet
from mi_theme.index.joining import joined_lines
from mi_theme.index.stored_notes import BETWEEN, FAR, LISTED, USUAL_TICKS, NoteLines
from mi_theme.score.notes import NOTE
from mi_theme.search.kernels.choosing import kernels

__all__ = ["order_of", "taken_apart"]

RESOLUTIONS = (480, 384, 10080, 1024, 960, 220, 500)  # ticks in a quarter that are tried, the commonest first
LATEST = 2**31  # ticks: what begins later is kept as it is
AT_ONCE = 32  # sheets: what of them is in hand at once fits near the processor
PLAINLY = 150_000  # notes a second that plain loops take apart
MOST = 2**16 - 1  # parts of a piece, and voices
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
    table = np.concatenate([np.zeros(0, NOTE), *(sheet.table for sheet in sheets)])
    columns: Columns = {name: np.ascontiguousarray(table[name]) for name in LISTED.names or ()}
    counts = np.array([len(sheet.table) for sheet in sheets], np.int64)
    starts = np.cumsum(np.append(0, counts))
    piece = np.repeat(np.arange(len(sheets)), counts)
    ticks = _ticks_of(columns, piece, starts)
    scale = np.where(ticks, ticks, USUAL_TICKS)[piece].astype(np.float64)
    columns["at"] = np.clip(np.rint(columns["onset"] * scale), 0, LATEST).astype(np.int64)
    columns["lasts"] = np.clip(np.rint(columns["duration"] * scale), 0, LATEST).astype(np.int64)
    columns["stop"] = columns["at"] + columns["lasts"]
    columns["pitch"] = np.clip(columns["pitch"], 0, 127).astype(np.int64)
    for name in ("part", "voice"):
        columns[name] = np.clip(columns[name], 0, MOST).astype(np.int64)
    columns["part"] |= piece << 16  # a number for each part of each piece
    voice = order_of(columns["part"] << 16 | columns["voice"])
    part = order_of(columns["part"]) if columns["voice"].any() else voice
    order, lines = _in_lines(columns, voice, kernels(fast, "layering", len(piece) / PLAINLY))
    ticks = np.where(_keeps_order(columns, piece, order, len(sheets)), ticks, 0)
    return _stored(sheets, columns, (part, order, lines), ticks, kernels(fast, "layering", 0))


def _ticks_of(columns: Columns, piece: Whole, starts: Whole) -> Whole:
    """The resolution in which each piece's times are whole numbers; 0 where none is, or something else cannot be held."""
    found = np.zeros(len(starts) - 1, np.int64)
    holds = (columns["onset"] >= 0) & (columns["duration"] >= 0) & (columns["pitch"] >= 0) & (columns["pitch"] < 128)
    holds &= (columns["step"] >= -1) & (columns["step"] < 128)
    for name in ("part", "voice"):
        holds &= (columns[name] >= 0) & (columns[name] <= MOST)
    open_ = _all_of(holds, starts)
    for ticks in RESOLUTIONS:
        if not open_.any():
            break
        some = slice(None) if open_.all() else np.flatnonzero(open_[piece])
        holds[some] = True
        for name in ("onset", "duration"):
            time = columns[name][some]
            there = np.rint(time * ticks)
            holds[some] &= (there / ticks == time) & (there < LATEST)
        fits = open_ & _all_of(holds, starts)
        found[fits] = ticks
        open_ &= ~fits
    return found


def _all_of(holds: NDArray[np.bool_], starts: Whole) -> NDArray[np.bool_]:
    """Whether something holds of every note of each piece."""
    failed = np.flatnonzero(~holds)
    found: NDArray[np.bool_] = np.diff(np.searchsorted(failed, starts)) == 0
    return found


def order_of(key: Whole) -> Whole:
    """Rows by a key that is not negative, in a stable order."""
    bits = len(key).bit_length()
    if int(key.max(initial=0)).bit_length() + bits > 63:
        return np.argsort(key, kind="stable")
    return np.sort(key << bits | np.arange(len(key))) & ((1 << bits) - 1)  # much faster than rows by their keys


def _in_lines(columns: Columns, order: Whole, kernel: Any) -> tuple[Whole, Whole]:
    """The notes, given by voice, in the order of their lines, and a number for the line of each, ascending."""
    voice = columns["part"][order] << 16 | columns["voice"][order]
    new = np.append(True, voice[1:] != voice[:-1])[: len(voice)]
    starts = np.append(np.flatnonzero(new), len(voice))
    at = columns["at"][order]
    with_next = np.append((at[1:] == at[:-1]) & ~new[1:], False)[: len(at)]
    chords = ~_all_of(~with_next, starts)
    key = (np.cumsum(new) - 1) << 4
    if chords.any():
        thick = np.repeat(chords, np.diff(starts))
        some, chosen = np.cumsum(np.append(0, np.diff(starts)[chords])), order[thick]
        key[thick] |= kernel.layered(at[thick], columns["stop"][chosen], columns["pitch"][chosen], some)
        within = order_of(key)
        order, key = order[within], key[within]
    return order, np.cumsum(np.append(False, key[1:] != key[:-1])[: len(key)])


def _keeps_order(columns: Columns, piece: Whole, order: Whole, pieces: int) -> NDArray[np.bool_]:
    """Whether the rows of each piece can be told from its lines: notes of one moment, key and part come as they came."""
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    wrong = (columns["onset"][1:] < columns["onset"][:-1]) & (piece[1:] == piece[:-1])
    same = np.flatnonzero(columns["onset"][1:] == columns["onset"][:-1])
    for name in ("pitch", "part"):
        same = same[columns[name][same + 1] == columns[name][same]]
    wrong[same[place[same + 1] < place[same]]] = True
    kept = np.ones(pieces, bool)
    kept[piece[1:][wrong]] = False
    return kept


def _stored(
    sheets: Sequence[Sheet], columns: Columns, places: tuple[Whole, Whole, Whole], ticks: Whole, kernel: Any
) -> NoteLines:
    by_part, order, line = places
    fresh = np.flatnonzero(np.append(True, line[1:] != line[:-1])[: len(line)])
    row = np.arange(len(order)) + line  # a row between lines after each
    part = columns["part"][order[fresh]]
    line_piece, part = part >> 16, part & MOST
    count = len(order) + len(fresh)
    rows = _row_columns(columns, (order, row, fresh), count)
    height = rows.pop("height")
    drums = [sheet.drums for sheet in sheets]
    pitched = np.array([p not in drums[n] for n, p in zip(line_piece.tolist(), part.tolist(), strict=True)], bool)
    outer, outer_start, outer_row = _outer(columns, (by_part, order, row, line), pitched, kernel)
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
        line_voice=columns["voice"][order[fresh]].astype(np.uint16),
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
    columns: Columns, places: tuple[Whole, Whole, Whole, Whole], pitched: NDArray[np.bool_], kernel: Any
) -> tuple[Whole, Whole, Whole]:
    """The rows of the outer lines of the parts that have more than one line, -1 after each; where those of each part begin; its first row."""
    by_part, order, row, line = places
    part = columns["part"][by_part]
    if not len(part):
        return part, np.zeros(1, np.int64), part
    at_row = np.empty(len(order), np.int64)
    at_row[order] = row
    starts = np.flatnonzero(np.append(True, part[1:] != part[:-1]))
    ends = np.append(starts[1:], len(part))
    lowest, highest = line[starts], line[ends - 1]  # a part's lines stand together
    several = (lowest < highest) & pitched[lowest] & (ends - starts + highest - lowest < 2**16)
    by_part = by_part[np.repeat(several, ends - starts)]
    some = np.cumsum(np.append(0, (ends - starts)[several]))
    top, bottom = kernel.outer_lines(*(columns[name][by_part] for name in ("at", "stop", "pitch")), some)
    return *kernel.leaving(at_row[by_part], (top, bottom), some), row[starts][several]
