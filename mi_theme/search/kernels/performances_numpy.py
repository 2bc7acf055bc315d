"""The best chain of a theme through a performance in numpy: the same sums in the same order as `performances_numba`."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["chain"]

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]
NEVER = -1e9
SHIFTS = 128
SOONEST = 15  # ms


class _Level(NamedTuple):
    """The chains that end in one note of the theme, by the note that was played."""

    score: Floats
    beat: Floats  # logarithm of the seconds a quarter; nan before the first link
    back: NDArray[np.int32]  # the row before, -1 for none
    over: NDArray[np.int8]  # how many notes of the theme the link spans


def chain(
    time: Rows, pitch: Rows, starts: Rows, surprise: Floats, stress: Floats, opening: Floats, theme: Rows,
    leads: NDArray[np.bool_], gap: Floats, rise: Rows, log: Floats, steep: Floats, price: Floats, belief: Floats,
    together: Floats, widest: Floats, slack: int, usual: float, keys: Floats, missed: float, heads: int, beam: float,
) -> tuple[float, int, int, NDArray[np.int32], NDArray[np.int8]]:  # fmt: skip
    """Score, last note of the theme and row of the best chain; the row before and the notes spanned of every link."""
    clock = log, steep, price, belief, together, widest, slack
    levels: list[_Level] = []
    for i in range(len(theme)):
        said = surprise + leads[i] * stress
        begun = leads[i] * stress + opening + keys[pitch - theme[i] + SHIFTS] - missed * i
        level = _level(begun if i <= heads else np.full(len(time), NEVER))
        for k in range(1, min(gap.shape[1], i) + 1):
            old = levels[-k]
            alive = np.flatnonzero(old.score >= max(old.score.max() - beam, NEVER / 2))
            alive = alive[(pitch[alive] + rise[i, k - 1] >= 0) & (pitch[alive] + rise[i, k - 1] < SHIFTS)]
            expected, later = np.where(np.isnan(old.beat), usual, old.beat), 1 - np.isnan(old.beat)
            low, high = _windows(gap[i, k - 1], expected[alive], later[alive], *clock)
            asked, row = _struck(time, starts, pitch[alive] + rise[i, k - 1], time[alive] + low, time[alive] + high)
            b = alive[asked]
            paid, felt = _judged(
                time[row] - time[b], gap[i, k - 1], expected[b], later[b], old.beat[b], row == b, *clock
            )
            _improve(level, row, old.score[b] - missed * (k - 1) + said[row] - paid, felt, b, k)
        levels.append(level)
    ends = np.array([level.score.max() - missed * left for left, level in enumerate(reversed(levels))])[::-1]
    last = int(ends.argmax())
    back, over = (np.array([level[field] for level in levels]) for field in (2, 3))
    return float(ends[last]), last, int(levels[last].score.argmax()), back, over


def _level(score: Floats) -> _Level:
    many = len(score)
    return _Level(score, np.full(many, np.nan), np.full(many, -1, np.int32), np.zeros(many, np.int8))


def _windows(wait: float, expected: Floats, later: Rows, log: Floats, *clock: Any) -> tuple[Any, Any]:
    """The soonest and the latest that the next note may be struck, in milliseconds from now."""
    *_, together, widest, slack = clock
    if np.isnan(wait):
        return 1 - len(together), len(together) - 1
    low = np.searchsorted(log, wait + expected - widest[later]) - slack
    high = np.searchsorted(log, wait + expected + widest[later]) - 1 + slack
    return np.maximum(low, SOONEST), np.minimum(high, len(log) - 1)


def _struck(time: Rows, starts: Rows, pitch: Rows, low: Rows, high: Rows) -> tuple[Rows, Rows]:
    """(number of the question, row) of all notes of these pitches at these times."""
    span = int(time.max()) + 1
    key = np.repeat(np.arange(SHIFTS), np.diff(starts)) * span + time
    first = np.searchsorted(key, pitch * span + np.clip(low, 0, span), "left")
    stop = np.searchsorted(key, pitch * span + np.minimum(high, span - 1), "right")
    many = np.maximum(stop - first, 0)
    asked = np.repeat(np.arange(len(pitch)), many)
    return asked, first[asked] + np.arange(int(many.sum())) - np.repeat(np.cumsum(many) - many, many)


def _judged(
    lapse: Rows, wait: float, expected: Floats, later: Rows, known: Floats, same: NDArray[np.bool_], *clock: Any
) -> tuple[Floats, Floats]:
    """What each link pays for its time, and the tempo that is felt after it."""
    log, steep, price, belief, together, *_ = clock
    if np.isnan(wait):
        return np.where(same, -NEVER, together[np.abs(lapse)]), known
    off = log[lapse] - wait - expected
    return np.abs(off) * steep[later, lapse] + price[later, lapse], expected + belief[later, lapse] * off


def _improve(level: _Level, row: Rows, value: Floats, felt: Floats, source: Rows, over: int) -> None:
    """Keep the best link to each note, the first of equals, where it is better than what is there."""
    order = np.lexsort((-value, row))
    first = order[np.diff(row[order], prepend=-1) != 0]
    first = first[value[first] > level.score[row[first]]]
    level.score[row[first]], level.beat[row[first]] = value[first], felt[first]
    level.back[row[first]], level.over[row[first]] = source[first], over
