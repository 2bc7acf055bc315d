"""What places along a line say for being copies, tune and times together: loops that run as they are, or compiled by `extension_numba`.

The same terms as `match.evidence` has, as far as one line tells them, and where
it does not tell enough, the most that they can be.
"""

from __future__ import annotations

from math import log2
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["paths", "rhythms", "times", "tunes"]

STATES, MIDDLE, SKIPPED = (
    9,
    4,
    2,
)  # notes that both ways together may have put in or left out; that are put in between two
NEVER, FAR, USUAL_TICKS = -(10**6), 2**16 - 1, 480  # as `stored_notes` has them
INTERVALS, RATIOS = 13, 6  # as `chance` has the kinds of intervals and of ratios
Floats = NDArray[np.float64]
Whole = NDArray[np.int64]


def paths(heights: NDArray[np.uint8], found: Whole, line: Any) -> tuple[Whole, Whole, Whole]:
    """The notes of the pattern that each place has, as numbers and as places in `heights`, shape (n, notes), and how many.

    Parameters
    ----------
    heights, found, line
        As `extension_numpy.extended` takes and gives them.
    """
    many = len(line.pitch)
    note, place, counts = (
        np.zeros((len(found), many), np.int64),
        np.zeros((len(found), many), np.int64),
        found[:, 0] * 0,
    )
    best, came = np.empty((many, STATES), np.int64), np.empty((many, STATES), np.int64)
    for number in range(len(found)):
        begin, at, end = found[number, 2], found[number, 3], found[number, 4]
        up = np.int64(heights[at]) - line.pitch[begin]
        best[0], best[0, MIDDLE] = NEVER, 0
        for step in range(1, end - begin + 1):
            for state in range(STATES):
                value, how, there = NEVER, -1, at + step + state - MIDDLE
                if state + 1 < STATES:
                    value = max(best[step - 1, state + 1] + line.prices[3], NEVER)
                if at < there < len(heights):
                    off = abs(np.int64(heights[there]) - up - line.pitch[begin + step])
                    own = line.earned[begin + step] if off == 0 else line.prices[0] if off <= 2 else line.prices[1]
                    for skipped in range(min(state, SKIPPED) + 1):
                        taken = best[step - 1, state - skipped] + own + line.prices[2] * skipped
                        if taken > value:
                            value, how = taken, skipped
                best[step, state], came[step, state] = value, how
        step, state, count = end - begin, found[number, 5] - at - (end - begin) + MIDDLE, 0
        while step > 0:
            how = came[step, state]
            if how >= 0:
                note[number, count], place[number, count] = begin + step, at + step + state - MIDDLE
                count += 1
            state, step = state - how, step - 1
        note[number, count], place[number, count] = begin, at
        counts[number] = count + 1
        note[number, : count + 1] = note[number, : count + 1][::-1].copy()
        place[number, : count + 1] = place[number, : count + 1][::-1].copy()
    return note, place, counts


def times(place: Whole, counts: Whole, lines: Any) -> Floats:
    """When the notes at some places begin, in quarters from the beginning of the piece.

    Parameters
    ----------
    place, counts
        As `paths` gives them.
    lines
        As `kernel_inputs.TimedLines`.
    """
    found, rows = np.zeros(place.shape), len(lines.gap)
    line: Any
    before: Any
    ticks: Any
    quarter: Any
    for number in range(len(place)):
        line, before, ticks, quarter = -1, -1, 0, 1
        for count in range(counts[number]):
            row = place[number, count]
            if row >= rows:
                part = np.searchsorted(lines.outer_start, row - rows, side="right") - 1
                row = lines.outer_row[part] + np.int64(lines.outer[row - rows])
            own = np.searchsorted(lines.line_start, row, side="right") - 1
            if own != line or row < before:
                line, before, ticks = own, lines.line_start[own] - 1, 0
                piece = np.searchsorted(lines.piece_line, own, side="right") - 1
                quarter = np.int64(lines.piece_ticks[piece])
                quarter = quarter if quarter else USUAL_TICKS
            while before < row:
                before += 1
                gap = np.int64(lines.gap[before])
                ticks += gap if gap < FAR else lines.far_gap[np.searchsorted(lines.far_row, before)]
            found[number, count] = ticks / quarter
    return found


def tunes(heights: NDArray[np.uint8], path: tuple[Whole, Whole, Whole], line: Any, model: Any) -> Floats:
    """What the intervals say, less what notes off the transposition, left out and put in cost, in nats.

    Parameters
    ----------
    heights, line
        As for `paths`.
    path
        As `paths` gives it.
    model
        As `kernel_inputs.LineEvidence`.
    """
    note, place, counts = path
    said, last = np.zeros(len(note)), len(line.pitch) - 1
    for number in range(len(note)):
        kind, before, count = -1, 0, counts[number]
        gone = (note[number, 0] > 0) + (note[number, count - 1] < last)
        omitted = note[number, 0] + last - note[number, count - 1]
        for link in range(1, count):
            here, there = place[number, link - 1], place[number, link]
            low, high = np.int64(heights[here]), np.int64(heights[there])
            rise: Any = high - low
            off = rise - line.pitch[note[number, link]] + line.pitch[note[number, link - 1]] + before
            now = min(max(rise, -INTERVALS), INTERVALS) + INTERVALS
            said[number] += model.tune[now] if kind < 0 else model.tune_after[kind, now]
            if off == before:
                said[number] += model.still if off else 0.0
            else:
                said[number] += model.away[min(abs(off), len(model.away) - 1)] if off else model.back
            low, high, near = min(low, high) - 2, max(low, high) + 2, 0
            for between in range(here + 1, there):
                near += low <= heights[between] <= high
            said[number] += max(model.insertion + model.inserted * near, model.filled) if near else 0.0
            gone += note[number, link] - note[number, link - 1] > 1
            omitted += note[number, link] - note[number, link - 1] - 1
            kind, before = now, off
        said[number] += model.omission * gone + model.omitted * omitted
    return said


def rhythms(note: Whole, time: Floats, counts: Whole, model: Any) -> Floats:
    """What the times say, in nats: at one tempo, at any as it goes, as a map of the bar may explain them, or nothing.

    Parameters
    ----------
    note, counts
        As `paths` gives them.
    time
        As `times` gives it.
    model
        As for `tunes`.
    """
    said, pace = np.zeros(len(note)), np.zeros(note.shape[1])
    for number in range(len(note)):
        news, uneven, kind, links = 0.0, 0.0, -1, counts[number] - 1
        lapse, gap = 1.0, 1.0
        for link in range(links):
            before, earlier = lapse, gap
            lapse = max(time[number, link + 1] - time[number, link], model.shortest)
            gap = max(model.time[note[number, link + 1]] - model.time[note[number, link]], model.shortest)
            pace[link] = log2(lapse / gap)
            if link:
                now = RATIOS + min(max(round(2 * log2(lapse / before)), -RATIOS), RATIOS)
                asked = RATIOS + min(max(round(2 * log2(gap / earlier)), -RATIOS), RATIOS)
                news += model.rhythm[now] if kind < 0 else model.rhythm_after[kind, now]
                uneven += model.bent[min(abs(now - asked), len(model.bent) - 1)]
                kind = now
        best = max(model.loose, news + uneven + model.free, news + model.mapped)
        for way in range(-1, links):
            tempo, paid = (pace[way], model.stretched) if way >= 0 else (0.0, 0.0)
            for link in range(1, links):
                off = abs(pace[link] - tempo)
                for row in range(len(model.off_tempo)):
                    paid += (model.steady[row + 1] - model.steady[row]) if model.off_tempo[row] <= off else 0.0
            best = max(best, news + paid)
        said[number] = best
    return said
