"""Thick voices taken apart into lines, note by note; `layering_numba` compiles these loops as they are."""

from __future__ import annotations

import numpy as np

__all__ = ["in_lines", "in_order", "in_rows", "in_ticks", "layered", "leaving", "outer_lines"]

MOST_LAYERS = 16  # lines that a voice is taken apart into
FRESH = 10  # semitones: a note farther than that from every line begins one
AROUND = (
    12  # notes before and after a place where an outer line leaves a line that are kept of it: the rest is that line
)
NEVER = 2**40  # semitones
SOUNDING = 7  # semitones that a line is farther off while its last note sounds


def layered(onset, stop, pitch, starts):  # type: ignore[no-untyped-def]
    """The line of each note: of those of its voice the one whose last note is nearest, from the top down.

    A voice in which no two notes begin together is one line.

    Parameters
    ----------
    onset, stop, pitch
        Of each note, voice by voice, within each by onset, then pitch; shape (n,).
    starts
        Where each voice begins, and the end of the last.
    """
    layer = np.zeros(len(onset), np.int64)
    last, ends, used = np.zeros(MOST_LAYERS, np.int64), np.zeros(MOST_LAYERS, np.int64), np.zeros(MOST_LAYERS, np.int64)
    for voice in range(len(starts) - 1):
        count, first = 0, starts[voice] + 1
        while first < starts[voice + 1] and onset[first] != onset[first - 1]:
            first += 1
        first = starts[voice] if first < starts[voice + 1] else first
        while first < starts[voice + 1]:
            after = first + 1
            while after < starts[voice + 1] and onset[after] == onset[first]:
                after += 1
            for note in range(after - 1, first - 1, -1):
                none = (FRESH if count < MOST_LAYERS else NEVER) * MOST_LAYERS
                best = none  # how far the nearest line is, then which
                for line in range(count):
                    far = abs(pitch[note] - last[line]) + SOUNDING * (ends[line] > onset[note])
                    best = min(best, (far + NEVER * (used[line] > first)) * MOST_LAYERS + line)
                if best < none:
                    best %= MOST_LAYERS
                else:
                    best = min(count, MOST_LAYERS - 1)
                    count = min(count + 1, MOST_LAYERS)
                layer[note], last[best], ends[best], used[best] = best, pitch[note], stop[note], first + 1
                double = note + 1  # unisons stay in their order
                while double < after and pitch[double] == pitch[note] and layer[double] < layer[double - 1]:
                    layer[double - 1], layer[double] = layer[double], layer[double - 1]
                    double += 1
            first = after
        used[:] = 0
    return layer


def in_lines(order, layer, starts):  # type: ignore[no-untyped-def]
    """The notes of each voice line by line, and a row for each, with one between lines after each line.

    Parameters
    ----------
    order
        The notes, voice by voice; shape (n,).
    layer
        The line of each in its voice, as `layered` has it.
    starts
        Where each voice begins, and the end of the last.

    Returns
    -------
    tuple of (array, array)
        The notes in their new order, and the rows of these.
    """
    found, row = np.zeros(len(order), np.int64), np.zeros(len(order), np.int64)
    size, before, after = np.zeros(MOST_LAYERS, np.int64), np.zeros(MOST_LAYERS, np.int64), 0
    for voice in range(len(starts) - 1):
        size[:] = 0
        for note in range(starts[voice], starts[voice + 1]):
            size[layer[note]] += 1
        place = starts[voice]
        for line in range(MOST_LAYERS):
            before[line], after = after, after + (size[line] > 0)  # rows between lines
            size[line], place = place, place + size[line]
        for note in range(starts[voice], starts[voice + 1]):
            line = layer[note]
            found[size[line]], row[size[line]] = order[note], size[line] + before[line]
            size[line] += 1
    return found, row


def in_rows(order, row, at, lasts, pitch, step, size, between, far):  # type: ignore[no-untyped-def]
    """What each row holds: height, diatonic step, time from the row before and length.

    Parameters
    ----------
    order, row
        As `in_lines` has them.
    at, lasts, pitch, step
        Of the notes.
    size
        How many rows there are.
    between, far
        The height of a row between lines, and the longest time that a row holds.
    """
    height, steps = np.full(size, between, np.uint8), np.full(size, -1, np.int8)
    gap, length = np.zeros(size, np.uint16), np.zeros(size, np.uint16)
    before, last = 0, -1
    for place in range(len(order)):
        note, own = order[place], row[place]
        if own > last + 1:
            before = 0
        height[own], steps[own] = pitch[note], step[note]
        gap[own], length[own] = min(at[note] - before, far), min(lasts[note], far)
        before, last = at[note], own
    return height, steps, gap, length


def in_ticks(onset, duration, starts, resolutions, usual, latest):  # type: ignore[no-untyped-def]
    """Times in ticks, in the first resolution in which all those of a piece are whole numbers less than `latest`.

    Parameters
    ----------
    onset, duration
        Of each note, piece by piece, in quarters; shape (n,).
    starts
        Where each piece begins, and the end of the last.
    resolutions, usual, latest
        Ticks in a quarter that are tried, those of a piece for which none will do, and a number of ticks.

    Returns
    -------
    tuple of (array, array, array)
        The resolution of each piece, 0 where none will do; onsets and durations, the nearest from 0 to `latest`.
    """
    found, at = np.zeros(len(starts) - 1, np.int64), np.zeros((2, len(onset)), np.int64)
    for piece in range(len(starts) - 1):
        for ticks in resolutions:
            whole = True
            for row, times in enumerate((onset, duration)):
                for note in range(starts[piece], starts[piece + 1]):
                    time = times[note] * ticks
                    whole = 0 <= time < latest and int(time + 0.5) / ticks == times[note]
                    if not whole:
                        break
                    at[row, note] = int(time + 0.5)
                if not whole:
                    break
            if whole:
                found[piece] = ticks
                break
        if not found[piece]:
            for row, times in enumerate((onset, duration)):
                for note in range(starts[piece], starts[piece + 1]):
                    time = times[note] * usual
                    at[row, note] = int(min(time, latest) + 0.5) if time > 0 else 0
    return found, at[0], at[1]


def in_order(onset, pitch, part, row, starts):  # type: ignore[no-untyped-def]
    """Whether the order of each piece's notes can be told from their rows: by onset; of those that share also pitch and part, as rows are.

    Parameters
    ----------
    onset, pitch, part, row
        Of each note, piece by piece; shape (n,).
    starts
        Where each piece begins, and the end of the last.
    """
    found = np.ones(len(starts) - 1, np.bool_)
    for piece in range(len(starts) - 1):
        for note in range(starts[piece] + 1, starts[piece + 1]):
            if onset[note] < onset[note - 1]:
                found[piece] = False
            if onset[note] == onset[note - 1] and pitch[note] == pitch[note - 1] and part[note] == part[note - 1]:
                found[piece] &= row[note] > row[note - 1]
    return found


def outer_lines(onset, stop, pitch, starts):  # type: ignore[no-untyped-def]
    """Whether each note is in the top line of its part, and whether in the bottom line.

    The highest of the notes that begin together is in the top line, unless a
    higher one of that line sounds on beyond its middle; the lowest likewise.

    Parameters
    ----------
    onset, stop, pitch
        Of each note, part by part, within each by onset, then pitch; shape (n,).
    starts
        Where each part begins, and the end of the last.
    """
    top, bottom = np.zeros(len(onset), np.bool_), np.zeros(len(onset), np.bool_)
    for part in range(len(starts) - 1):
        first = starts[part]
        above, above_ends, below, below_ends = -1, -1, 1000, -1
        while first < starts[part + 1]:
            after = first + 1
            while after < starts[part + 1] and onset[after] == onset[first]:
                after += 1
            high, low = after - 1, first
            if pitch[high] >= above or 2 * above_ends <= onset[high] + stop[high]:
                top[high], above, above_ends = True, pitch[high], stop[high]
            if pitch[low] <= below or 2 * below_ends <= onset[low] + stop[low]:
                bottom[low], below, below_ends = True, pitch[low], stop[low]
            first = after
    return top, bottom


def leaving(row, outer, starts):  # type: ignore[no-untyped-def]
    """Of the outer lines of each part the rows near places where they leave a line, -1 after each run.

    Parameters
    ----------
    row
        Of each note, as for `outer_lines`: notes of one line have rows in a row; shape (n,).
    outer
        Whether each note is in the top line, and whether in the bottom line.
    starts
        Where each part begins, and the end of the last.

    Returns
    -------
    tuple of (array, array)
        The rows; where those of each part begin, and the end of the last.
    """
    found, line = np.zeros(3 * len(row) + 2 * len(starts), np.int64), np.zeros(len(row) + 1, np.int64)
    begin, size = np.zeros(len(starts), np.int64), 0
    for part in range(len(starts) - 1):
        for chosen in outer:
            count, told = 0, 0
            for note in range(starts[part], starts[part + 1]):
                line[count] = row[note]
                count += chosen[note]
            for note in range(count - 1):
                if line[note + 1] != line[note] + 1:
                    first, last = max(told, note - AROUND + 1), min(count, note + AROUND + 1)
                    if told and first > told:
                        found[size] = -1
                        size += 1
                    for near in range(first, last):
                        found[size] = line[near]
                        size += 1
                    told = last
            if told:
                found[size] = -1
                size += 1
        begin[part + 1] = size
    return found[:size], begin
