"""The best chain of a theme through a performance in numpy: the same sums in the same order as `performances_numba`."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mi_theme.search.kernels.kernel_inputs import ChainSearch, PlayedNotes, PlayingClock, ThemeLinks

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
    played: PlayedNotes, pattern: ThemeLinks, clock: PlayingClock, search: ChainSearch
) -> tuple[float, int, int, NDArray[np.int32], NDArray[np.int8]]:
    """Score, last note of the theme and row of the best chain; the row before and the notes spanned of every link."""
    time, pitch, _, surprise, stress, opening = played
    levels: list[_Level] = []
    for i in range(len(pattern.pitch)):
        lead = pattern.leads[i] * stress
        begun = lead + opening + search.keys[pitch - pattern.pitch[i] + SHIFTS] - search.missed * i
        level = _level(begun if i <= search.heads else np.full(len(time), NEVER))
        for k in range(1, min(pattern.gap.shape[1], i) + 1):
            wait, up = float(pattern.gap[i, k - 1]), pattern.rise[i, k - 1]
            old = levels[-k]
            alive = np.flatnonzero(old.score >= max(old.score.max() - search.beam, NEVER / 2))
            alive = alive[(pitch[alive] + up >= 0) & (pitch[alive] + up < SHIFTS)]
            low, high = _windows(wait, old.beat[alive], clock)
            asked, row = _struck(played, pitch[alive] + up, time[alive] + low, time[alive] + high)
            b = alive[asked]
            paid, felt = _judged(time[row] - time[b], wait, old.beat[b], row == b, clock)
            value = old.score[b] - search.missed * (k - 1) + (surprise + lead)[row] - paid
            _improve(level, row, value, felt, (b, k))
        levels.append(level)
    ends = np.array([level.score.max() - search.missed * left for left, level in enumerate(reversed(levels))])[::-1]
    last = int(ends.argmax())
    back, over = (np.array([level[field] for level in levels]) for field in (2, 3))
    return float(ends[last]), last, int(levels[last].score.argmax()), back, over


def _level(score: Floats) -> _Level:
    many = len(score)
    return _Level(score, np.full(many, np.nan), np.full(many, -1, np.int32), np.zeros(many, np.int8))


def _expected(beat: Floats, clock: PlayingClock) -> tuple[Floats, Rows]:
    """The tempo that each chain goes on at, and whether it has one of its own."""
    return np.where(np.isnan(beat), clock.usual, beat), (~np.isnan(beat)).astype(np.int64)


def _windows(wait: float, beat: Floats, clock: PlayingClock) -> tuple[Any, Any]:
    """The soonest and the latest that the next note may be struck, in milliseconds from now."""
    if np.isnan(wait):
        return 1 - len(clock.together), len(clock.together) - 1
    expected, later = _expected(beat, clock)
    low = np.searchsorted(clock.log, wait + expected - clock.widest[later]) - clock.slack
    high = np.searchsorted(clock.log, wait + expected + clock.widest[later]) - 1 + clock.slack
    return np.maximum(low, SOONEST), np.minimum(high, len(clock.log) - 1)


def _struck(played: PlayedNotes, pitch: Rows, low: Rows, high: Rows) -> tuple[Rows, Rows]:
    """(number of the question, row) of all notes of these pitches at these times."""
    span = int(played.time.max()) + 1
    key = np.repeat(np.arange(SHIFTS), np.diff(played.starts)) * span + played.time
    first = np.searchsorted(key, pitch * span + np.clip(low, 0, span), "left")
    stop = np.searchsorted(key, pitch * span + np.minimum(high, span - 1), "right")
    many = np.maximum(stop - first, 0)
    asked = np.repeat(np.arange(len(pitch)), many)
    return asked, first[asked] + np.arange(int(many.sum())) - np.repeat(np.cumsum(many) - many, many)


def _judged(
    lapse: Rows, wait: float, beat: Floats, same: NDArray[np.bool_], clock: PlayingClock
) -> tuple[Floats, Floats]:
    """What each link pays for its time, and the tempo that is felt after it."""
    if np.isnan(wait):
        return np.where(same, -NEVER, clock.together[np.abs(lapse)]), beat
    expected, later = _expected(beat, clock)
    off = clock.log[lapse] - wait - expected
    paid = np.abs(off) * clock.steep[later, lapse] + clock.price[later, lapse]
    return paid, expected + clock.belief[later, lapse] * off


def _improve(level: _Level, row: Rows, value: Floats, felt: Floats, link: tuple[Rows, int]) -> None:
    """Keep the best link to each note, the first of equals, where it is better than what is there."""
    source, over = link
    order = np.lexsort((-value, row))
    first = order[np.diff(row[order], prepend=-1) != 0]
    first = first[value[first] > level.score[row[first]]]
    level.score[row[first]], level.beat[row[first]] = value[first], felt[first]
    level.back[row[first]], level.over[row[first]] = source[first], over
