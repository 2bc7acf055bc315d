"""Sheets taken apart into lines: for a whole batch at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mi_theme.files.bulk.sheets import Sheet
from mi_theme.index.joining import joined_lines
from mi_theme.index.stored_notes import BETWEEN, FAR, LISTED, USUAL_TICKS, NoteLines
from mi_theme.score.notes import NOTE
from mi_theme.search.kernels.choosing import kernels

__all__ = ["LineMaking", "order_of", "taken_apart"]

#: ticks in a quarter that are tried: the commonest first, then those of 9, 7, 11, 13, 17 and 19 notes in the time of others
RESOLUTIONS = (480, 384, 10080, 1024, 960, 220, 500, 5280, 6240, 8160, 9120)
LATEST = 2**31  # ticks: what begins later is kept as it is
AT_ONCE = 60_000  # notes, about: what of them is in hand at once fits near the processor
PLAINLY = 150_000  # notes a second that plain loops take apart
MOST = 2**16 - 1  # the number of a part, and of a voice
Whole = NDArray[np.int64]
Columns = dict[str, NDArray[Any]]


class LineMaking:
    """Sheets that are taken apart into lines some at a time, as soon as there are enough: their tables need not stay.

    Parameters
    ----------
    fast
        Whether to use numba; by default where it is installed and there is enough to do.
    """

    def __init__(self, fast: bool | None = None) -> None:
        self.fast = fast
        self._made: list[NoteLines] = []
        self._waiting: list[Sheet] = []
        self._notes = 0

    def add(self, sheet: Sheet) -> None:
        """One more.

        Parameters
        ----------
        sheet
            As it was read.
        """
        self._waiting.append(sheet)
        self._notes += len(sheet.table)
        if self._notes > AT_ONCE:
            self._made.append(_apart(self._waiting, self.fast))
            self._waiting, self._notes = [], 0

    def lines(self) -> NoteLines:
        """The lines of all that were added."""
        if self._waiting or not self._made:
            self._made.append(_apart(self._waiting, self.fast))
        return joined_lines([(lines, np.ones(len(lines.piece_ticks), bool)) for lines in self._made])


def taken_apart(sheets: Iterable[Sheet], *, fast: bool | None = None) -> NoteLines:
    """The notes of some sheets as lines.

    Parameters
    ----------
    sheets
        As they were read.
    fast
        Whether to use numba; by default where it is installed and there is enough to do.
    """
    making = LineMaking(fast)
    for sheet in sheets:
        making.add(sheet)
    return making.lines()


def _apart(sheets: Sequence[Sheet], fast: bool | None) -> NoteLines:
    tables = [np.zeros(0, NOTE), *(sheet.table for sheet in sheets)]
    columns: Columns = {name: np.concatenate([table[name] for table in tables]) for name in LISTED.names or ()}
    counts = np.array([len(sheet.table) for sheet in sheets], np.int64)
    starts, piece = np.cumsum(np.append(0, counts)), np.repeat(np.arange(len(sheets)), counts)
    kernel = kernels(fast, "layering", len(piece) / PLAINLY)
    times = columns["onset"], columns["duration"]
    ticks, columns["at"], columns["lasts"] = kernel.in_ticks(*times, starts, RESOLUTIONS, USUAL_TICKS, LATEST)
    ticks[_beyond(columns, starts)] = 0
    columns["stop"] = columns["at"] + columns["lasts"]
    columns["pitch"] = np.clip(columns["pitch"], 0, 127)
    columns["step"] = np.clip(columns["step"], -1, 127)
    columns["part"] = np.clip(columns["part"], 0, MOST) | piece << 16  # a number for each part of each piece
    voice = columns["part"] << 16 | np.clip(columns["voice"], 0, MOST)
    order = order_of(voice)
    by_part = order_of(columns["part"]) if columns["voice"].any() else order
    voices = _starts(voice[order])
    layer = kernel.layered(*(columns[name][order] for name in ("at", "stop", "pitch")), voices)
    order, row = kernel.in_lines(order, layer, voices)
    at_row = np.empty(len(row), np.int64)
    at_row[order] = row
    ticks[~kernel.in_order(columns["onset"], columns["pitch"], columns["part"], at_row, starts)] = 0
    return _stored(sheets, columns, (by_part, order, row, at_row), ticks, kernel)


def _starts(owner: Whole) -> Whole:
    """Where each owner's notes begin, which stand together, and the end of the last."""
    return np.append(np.flatnonzero(np.append(True, owner[1:] != owner[:-1])[: len(owner)]), len(owner))


def _beyond(columns: Columns, starts: Whole) -> NDArray[np.bool_]:
    """Whether something of a note of each piece cannot be held."""
    holds = (columns["pitch"] >= 0) & (columns["pitch"] < 128) & (columns["step"] >= -1) & (columns["step"] < 128)
    for name in ("part", "voice"):
        holds &= (columns[name] >= 0) & (columns[name] <= MOST)
    found: NDArray[np.bool_] = np.diff(np.searchsorted(np.flatnonzero(~holds), starts)) > 0
    return found


def order_of(key: Whole) -> Whole:
    """Rows by a key that is not negative, in a stable order."""
    bits = len(key).bit_length()
    if int(key.max(initial=0)).bit_length() + bits > 63:
        return np.argsort(key, kind="stable")
    return np.sort(key << bits | np.arange(len(key))) & ((1 << bits) - 1)  # much faster than rows by their keys


def _stored(
    sheets: Sequence[Sheet], columns: Columns, places: tuple[Whole, Whole, Whole, Whole], ticks: Whole, kernel: Any
) -> NoteLines:
    by_part, order, row, at_row = places
    fresh = np.flatnonzero(np.append(True, np.diff(row) != 1)[: len(row)])
    count = len(order) + len(fresh)
    part = columns["part"][order[fresh]]
    line_piece, part = part >> 16, part & MOST
    columns_of_rows = (columns[name] for name in ("at", "lasts", "pitch", "step"))
    height, step, gap, length = kernel.in_rows(order, row, *columns_of_rows, count, BETWEEN, FAR)
    far, long = np.flatnonzero(gap == FAR), np.flatnonzero(length == FAR)
    place = np.searchsorted(row, far)
    before = np.where(np.isin(place, fresh), 0, columns["at"][order[place - 1]])
    drums = [sheet.drums for sheet in sheets]
    pitched = np.array([p not in drums[n] for n, p in zip(line_piece.tolist(), part.tolist(), strict=True)], bool)
    outer, outer_start, outer_row = _outer(columns, (by_part, row, at_row), pitched, kernel)
    ends = outer < 0
    outer_height = height[outer]
    outer_height[ends] = BETWEEN
    outer -= np.repeat(outer_row, np.diff(outer_start))
    outer[ends] = 0
    kept = [
        sheet.table[list(LISTED.names or ())].astype(LISTED).tobytes() if not own else b""
        for sheet, own in zip(sheets, ticks.tolist(), strict=True)
    ]
    return NoteLines(
        height=np.concatenate([height, outer_height]),
        gap=gap,
        length=length,
        step=step,
        outer=outer.astype(np.uint16),
        outer_start=outer_start,
        outer_row=outer_row,
        far_row=far,
        far_gap=columns["at"][order[place]] - before,
        long_row=long,
        long_length=columns["lasts"][order[np.searchsorted(row, long)]],
        line_start=np.append(row[fresh], count),
        line_part=part.astype(np.uint16),
        line_voice=np.clip(columns["voice"][order[fresh]], 0, MOST).astype(np.uint16),
        line_pitched=pitched,
        piece_line=np.searchsorted(line_piece, np.arange(len(sheets) + 1)),
        piece_ticks=ticks.astype(np.int32),
        kept_start=np.cumsum([0, *map(len, kept)]),
        kept=np.frombuffer(b"".join(kept), np.uint8),
    )


def _outer(
    columns: Columns, places: tuple[Whole, Whole, Whole], pitched: NDArray[np.bool_], kernel: Any
) -> tuple[Whole, Whole, Whole]:
    """The rows of the outer lines of the parts that have more than one line, -1 after each; where those of each part begin; its first row."""
    by_part, row, at_row = places
    starts = _starts(columns["part"][by_part])
    first, last = starts[:-1], starts[1:] - 1
    line = row - np.arange(len(row))  # the number of each one's line; those of a part stand together
    lowest, highest, sizes = line[first], line[last], np.diff(starts)
    several = (lowest < highest) & pitched[lowest] & (sizes + highest - lowest < 2**16)
    some = np.cumsum(np.append(0, sizes[several]))
    by_part = by_part[np.repeat(several, sizes)]
    outer = kernel.outer_lines(*(columns[name][by_part] for name in ("at", "stop", "pitch")), some)
    return *kernel.leaving(at_row[by_part], outer, some), row[first][several]
