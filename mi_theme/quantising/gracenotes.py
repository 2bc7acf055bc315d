"""Notes that have no time of their own: grace notes, trills played out, chords rolled or strummed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mi_theme.quantising.beatgrid import Floats, Ints

__all__ = ["FEWER", "LET_GO", "MOST", "QUICK", "TOGETHER", "graces", "strums", "trills"]

SHARE, QUICKEST, QUICK = (
    0.12,
    0.05,
    0.11,
)  # of a beat, just under a thirty-second, but in seconds: from a grace note to the next
TOGETHER = 0.03  # seconds: what is nearer is a chord
LET_GO = 0.04  # seconds after the next has begun by which a grace note has ended; a note of a chord lasts longer
FEWER = 2.0  # times as long is what comes before it and after its main note, and its main note
NEXT, VOICE = 2, 5  # semitones to the main note, at most; to other notes of the voice
MOST = 3  # grace notes in a row; more are a passage
LOOK = 8  # notes on, to find the next of a voice
SHAKE, FASTER = 0.13, 0.2  # seconds and share of a beat between the notes of a trill: faster than sixteenths
SECOND = 2  # semitones between them, at most
REPEATS = 5  # notes of the shortest trill
STROKE, ROLLED = 0.05, TOGETHER  # seconds from string to string, at most, and from the first to the last, at least
HELD = 2.0  # strokes that all sound on for when the last one has begun: no run is played so
ONE_WAY = 0.7  # rank correlation of keys and beginnings, at least, in a chord that is rolled
STRINGS = 3  # of the smallest chord that is rolled


def graces(seconds: Floats, lasts: Floats, pitch: Ints, beat: Floats) -> Ints:
    """For each note of a part the row of the main note that it is a grace note of, or -1.

    Parameters
    ----------
    seconds
        Onsets, ascending, shape (n,).
    lasts
        Seconds that they sound.
    pitch
        MIDI numbers.
    beat
        Seconds of the beat at each.
    """
    rows = np.arange(len(seconds))
    following = _next(seconds, pitch, NEXT)
    there = following < len(rows)
    gap = np.append(seconds, np.inf)[following] - seconds
    quick = there & (gap < np.clip(SHARE * beat, QUICKEST, QUICK)) & (lasts < gap + LET_GO)
    main = rows
    for _ in range(MOST):
        main = np.where(quick[main], np.minimum(following[main], len(rows) - 1), main)
    before, after = _silence(seconds, pitch)
    longest, first = np.zeros(len(rows)), np.full(len(rows), np.inf)
    np.maximum.at(longest, main[quick], gap[quick])
    onward = following[quick & (main[np.minimum(following, len(rows) - 1)] == main)]  # in a run of so many at most
    np.minimum.at(first, main[quick], np.where(np.isin(rows, onward), np.inf, before)[quick])
    room = FEWER * longest[main]
    alone = ~quick[main] & (first[main] > room) & (after[main] > room) & (lasts[main] > FEWER * lasts)
    return np.where(quick & alone, main, -1)


def _next(seconds: Floats, pitch: Ints, reach: int) -> Ints:
    """The row of the next note so near in pitch, but another, and not struck with it; n where there is none."""
    count = len(seconds)
    found = np.full(count, count, np.int64)
    for lag in range(min(LOOK, count - 1), 0, -1):
        step = np.abs(pitch[lag:] - pitch[:-lag])
        near = (step > 0) & (step <= reach) & (seconds[lag:] - seconds[:-lag] > TOGETHER)
        found[:-lag][near] = np.flatnonzero(near) + lag
    return found


def _silence(seconds: Floats, pitch: Ints) -> tuple[Floats, Floats]:
    """Seconds from the note before of each note's voice, and to the next one."""
    before, after = np.full(len(seconds), np.inf), np.full(len(seconds), np.inf)
    for lag in range(min(LOOK, len(seconds) - 1), 0, -1):
        gap = seconds[lag:] - seconds[:-lag]
        near = (np.abs(pitch[lag:] - pitch[:-lag]) <= VOICE) & (gap > TOGETHER)
        after[:-lag][near] = gap[near]
        before[lag:][near] = gap[near]
    return before, after


def trills(seconds: Floats, pitch: Ints, beat: Floats) -> NDArray[np.int64]:
    """For each note of a part the row of the first note of the trill that it is in, or -1.

    Parameters
    ----------
    seconds
        Onsets, ascending, shape (n,).
    pitch
        MIDI numbers.
    beat
        Seconds of the beat at each.
    """
    last: dict[int, int] = {}
    came = [-1] * len(seconds)  # the row before it in a chain that goes to and fro
    times, keys, room = seconds.tolist(), pitch.tolist(), np.minimum(SHAKE, FASTER * beat).tolist()
    for row, key in enumerate(keys):
        near = [last[key + step] for step in (-1, 1, -2, 2) if key + step in last]
        near = [other for other in near if 0 < times[row] - times[other] < room[row]]
        near = [other for other in near if came[other] < 0 or keys[came[other]] == key]
        came[row] = max(near, default=-1)
        last[key] = row
    return _chains(came)


def _chains(came: list[int]) -> Ints:
    """The first row of each chain that is long enough."""
    first, size = list(range(len(came))), [1] * len(came)
    for row, before in enumerate(came):
        if before >= 0:
            first[row] = first[before]
            size[first[row]] += 1
    heads = np.array(first, np.int64)
    return np.where(np.array(size, np.int64)[heads] >= REPEATS, heads, -1) if len(came) else heads


def strums(seconds: Floats, lasts: Floats, pitch: Ints) -> Ints:
    """For each note of a part the row of the first note of the rolled chord that it is in, or -1.

    One key after the other, all or nearly all of them up, or down, and all sound on when the last one has begun.

    Parameters
    ----------
    seconds
        Onsets, ascending, shape (n,).
    lasts
        Seconds that they sound.
    pitch
        MIDI numbers.
    """
    found = np.full(len(seconds), -1, np.int64)
    if len(seconds) < STRINGS:
        return found
    gap, way = np.diff(seconds), np.sign(np.diff(pitch))
    far = np.append(True, gap > STROKE)
    edge = far | np.append(True, way == 0)
    edge[2:] |= (way[1:] != way[:-1]) & ~edge[1:-1]
    for edges in (edge, far):  # a hand that is not steady crosses its strings here and there
        for rows in np.split(np.arange(len(seconds)), np.flatnonzero(edges)[1:]):
            if len(rows) < STRINGS or found[rows[0]] >= 0 or found[rows[-1]] >= 0:
                continue
            took = seconds[rows[-1]] - seconds[rows[0]]
            stroke = took / (len(rows) - 1)
            held = (seconds[rows] + lasts[rows]).min() > seconds[rows[-1]] + HELD * stroke
            if took > ROLLED and held and (edges is edge or _is_one_way(pitch[rows])):
                found[rows] = rows[0]
    return found


def _is_one_way(pitch: Ints) -> bool:
    """Whether keys of their own go up, or down, nearly one after the other (Spearman's rank correlation)."""
    rank = np.argsort(np.argsort(pitch))
    if len(np.unique(pitch)) < len(pitch):
        return False
    return bool(abs(np.corrcoef(rank, np.arange(len(rank)))[0, 1]) >= ONE_WAY)
