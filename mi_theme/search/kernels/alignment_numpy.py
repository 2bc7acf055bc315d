"""The inner loop of the alignment in numpy, note by note: the same sums in the same order as `alignment_numba`."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mi_theme.search.kernels.kernel_inputs import AlignmentLinks, NoteColumns

__all__ = ["fill"]

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]
APART = 1e-6  # quarters; closer onsets are together
UNEVEN_FULLY, MOST_PASSED = 7.0, 10  # as in `alignment_numba`


def fill(
    notes: NoteColumns, first: Rows, pattern: AlignmentLinks
) -> tuple[Floats, NDArray[np.int8], NDArray[np.int32]]:
    """Best scores of pattern notes at score notes, and the links that lead there; see `arguments.AlignmentLinks`."""
    time, pitch, step, stream = notes
    into, back_by = pattern.into, pattern.back_by
    count, length = len(time), len(pattern.heads)
    best = np.tile(pattern.heads, (count, 1))
    back = np.zeros((count, length), np.int8)
    source = np.full((count, length), -1, np.int32)
    reach = int(back_by.max(initial=1))
    place = np.full((length, reach), len(into))
    place[into, back_by - 1] = np.arange(len(into))
    for j in range(count):
        rows = np.arange(j - 1, first[j] - 1, -1)
        if not len(rows):
            continue
        value = best[rows][:, into - back_by] + _gains(pitch[j] - pitch[rows], step[j] - step[rows], pattern)
        value -= _delays(time[j] - time[rows], pattern)
        value -= np.where((stream[rows] == stream[j])[:, None], 0.0, pattern.leave)
        value -= _crowds(notes, rows, j, pattern.texture)[:, None]
        padded = np.column_stack([value, np.full(len(rows), -np.inf)])
        flat = padded[:, place].transpose(1, 0, 2).reshape(length, -1)
        chosen = flat.argmax(axis=1)
        found = flat[np.arange(length), chosen]
        better = np.flatnonzero(found > best[j])
        best[j, better] = found[better]
        back[j, better] = chosen[better] % reach + 1
        source[j, better] = rows[chosen[better] // reach]
    return best, back, source


def _gains(rise: Rows, climb: Rows, pattern: AlignmentLinks) -> Floats:
    """What links earn less what they pay for their intervals; shape (rows, links)."""
    off = np.minimum(np.abs(climb[:, None] - pattern.steps), 8)
    off[rise[:, None] == pattern.interval] = 0
    gains: Floats = pattern.earned - pattern.prices[np.arange(len(pattern.prices)), off]
    return gains


def _delays(lapse: Floats, pattern: AlignmentLinks) -> Floats:
    """What links pay for their times, infinite where the time is out of range."""
    late = lapse[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        excess = np.maximum(late / pattern.gap, pattern.gap / late) - 1.0
        delay = pattern.rhythm[0] * np.minimum(excess * UNEVEN_FULLY, 1.0) + pattern.rhythm[1] * excess
    delay = np.where(late < APART, 0.0, delay)
    return np.where((pattern.longest < late) | (pattern.shortest > late), np.inf, delay)


def _crowds(notes: NoteColumns, rows: Rows, j: int, texture: Floats) -> Floats:
    """What a link from each row pays for the notes that it passes over, those of its voice where it stays in one."""
    time, pitch, _, stream = notes
    low = np.minimum(pitch[rows], pitch[j])[:, None] - texture[1]
    high = np.maximum(pitch[rows], pitch[j])[:, None] + texture[1]
    passed = (time[rows] - time[rows][:, None] > APART) & (time[j] - time[rows] > APART)
    stays = stream[rows] == stream[j]
    passed &= ~stays[:, None] | stays
    between = (passed & (low <= pitch[rows]) & (pitch[rows] <= high)).sum(axis=1)
    crowd: Floats = np.minimum(between, MOST_PASSED) * texture[0]
    return crowd
