"""Where notes stand that are played to a click: the cheapest account of beats, pulses and figures, exactly.

To a click each note is early or late by itself, where in a free tempo its neighbours go
with it (`places`). So every note is held against every division of its pulse and its
beat, with the notes of its part there (`chains`), and all parts decide together along the
piece, by dynamic programming (Viterbi, 1967). What the piece does, and how far each part
is from its places, is counted in each round and holds for the next.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mi_theme.quantising.beatgrid import BeatGrid, Floats, Ints
from mi_theme.quantising.chains import AT_LINE, BeatCells, ChainNotes, Chains, chains_of
from mi_theme.quantising.gracenotes import FEWER, LET_GO, MOST, NEXT, QUICK
from mi_theme.quantising.habits import A_SECOND, AGAIN, ASIDE, END, FOLLOWING, OF_BEATS, OF_PULSES, Habits
from mi_theme.quantising.menus import COMPOUND, HALF, PULSES
from mi_theme.quantising.touch import learnt_touch, no_touch, touch_cost
from mi_theme.score.grace_times import GRACE_VALUE

__all__ = ["ClickNotes", "click_places"]

ROUNDS = 3
FIRST = 0.012  # seconds that notes are off at first
TIGHTEST, LOOSEST = 0.002, 0.06  # of a sound card; of somebody who hardly listens
EXPECTED = 50.0  # notes that what all parts do counts for in each
AGAINST = 4.0  # cost of a part that divides a pulse otherwise than the others
SOUNDED = 0.5  # of its length that a note has sounded when the next one is no chord with it
STRUCK_AGAIN = 30.0  # cost of a key that is let go and struck again at one place
# cost of a grace note, played where grace notes are written; seconds before its note, at least
ORNAMENT, LEAST_GAP = 5.0, 0.015
PLAYED = 0.05  # seconds before its note at which a player plays one, whatever is written
AROUND, FULL = 6, 0.2  # notes before and after one; the share of them that begin together where there are chords
LEAST_LASTS = 0.001  # seconds that a note sounds at least, to take its logarithm
UNHEARD = 0.001  # seconds by which a key may be let go after it was struck again, in whole ticks
NEAR = 8.0  # times the spread: farther notes are apart whatever the part does
Steps = NDArray[np.int8]  # the state before each, small as there is one for every pulse
COLUMNS = len(OF_PULSES)


class _Row(NamedTuple):
    """Beats, or their pulses."""

    ticks: Ints
    seconds: Floats
    family: Ints
    owner: Ints


class _Path(NamedTuple):
    """The column of `OF_PULSES` of each pulse; of `OF_BEATS` of each beat, or -1; how often, as `Habits` counts."""

    pulses: Ints
    beats: Ints
    in_beats: Floats
    in_pulses: Floats


class ClickNotes(NamedTuple):
    """Notes that were played to a click, columns of shape (n,) in the order of parts and beginnings.

    Attributes
    ----------
    seconds
        Onsets as `BeatGrid.even` has them.
    lasts, part, pitch, drums
        Seconds that each sounds, its part and MIDI number, whether that is percussion.
    exact
        Which are on the grid.
    """

    seconds: Floats
    lasts: Floats
    part: Ints
    pitch: Ints
    drums: NDArray[np.bool_]
    exact: NDArray[np.bool_]


class _Heard(NamedTuple):
    """What is heard of the notes wherever they stand, columns of shape (n,).

    `parts` is how many there are; `inner` which are followed by another of their part, so many seconds later (`gap`);
    `sounded` whether they have sounded by then, `melodic` whether they go on by step, `again` whether their key is
    struck again; of drums those are flams. `main` is the note of what may be a grace note, `usual` the seconds that one
    is written with, `length` the logarithm of those that a note sounds, `hand` its part, one more than there are for drums.
    """

    seconds: Floats
    part: Ints
    parts: int
    inner: NDArray[np.bool_]
    gap: Floats
    sounded: NDArray[np.int8]
    melodic: NDArray[np.int8]
    again: NDArray[np.bool_]
    main: Ints
    usual: Floats
    length: Floats
    hand: Ints


class _Found(NamedTuple):
    """The tick of each note, which stand on pulses, and counts as `Habits` takes them."""

    ticks: Ints
    plain: NDArray[np.bool_]
    counts: tuple[Floats, Floats, Floats, Floats]


def click_places(played: ClickNotes, grid: BeatGrid, finest: float = 0.0) -> tuple[Ints, Ints, float]:
    """The tick of each note; for grace notes the row of their note, else -1; how far off notes are that are not exact, in seconds.

    Parameters
    ----------
    played
        The notes.
    grid
        The beats.
    finest
        The shortest part of a beat in ticks; 0 for none.
    """
    beats = _beats_of(grid)
    pulses, heard = _pulses_of(beats), _heard(played, grid)
    seconds, part, exact = played.seconds, played.part, played.exact
    parts, inner, gap = heard.parts, heard.inner, heard.gap
    habits, spread, touch = Habits.of(parts), np.full(parts, FIRST), no_touch(parts)
    joins = inner & (heard.sounded == 0) & (gap < 2 * FIRST)
    for _ in range(ROUNDS):
        notes, following = _weighed(heard, habits, spread[part], touch, joins, pulses.seconds)
        found = _searched(notes, beats, pulses, habits, finest)
        off = seconds - grid.even(found.ticks)
        grace = (np.diff(found.ticks, append=-1) == 0) & (
            notes.ornament < off**2 / (2 * spread[part] ** 2) + notes.joined
        )
        plain = found.plain & ~exact & ~grace
        spread = _spreads(off, part, plain if plain.any() else ~exact & ~grace, spread)
        close = np.flatnonzero(inner & ~grace & (gap < NEAR * spread[part]))
        joins = inner & ~grace & (np.diff(found.ticks, append=0) == 0)
        pairs = np.zeros((parts, len(FOLLOWING), 2, 2))
        np.add.at(pairs, (part[close], *(column[close] for column in following), joins[close].astype(np.int64)), 1)
        habits = Habits.of(parts, (*found.counts, pairs))
        touch = _touch(grid, found.ticks, heard.length, part, heard.hand, ~grace)
    off = off[~exact & ~grace]
    return found.ticks, np.where(grace, heard.main, -1), float(np.sqrt(np.mean(off**2))) if len(off) else 0.0


def _heard(played: ClickNotes, grid: BeatGrid) -> _Heard:
    seconds, lasts, part, pitch, drums, exact = played
    gap = np.diff(seconds, append=np.inf)
    inner = np.append(np.diff(part) == 0, False)
    tuned, step, parts = inner & ~drums, np.abs(np.diff(pitch, append=-1)), int(part.max(initial=0)) + 1
    beat = np.clip(np.searchsorted(grid.seconds, seconds, "right") - 1, 0, len(grid) - 1)
    return _Heard(
        seconds=seconds,
        part=part,
        parts=parts,
        inner=inner,
        gap=gap,
        sounded=(tuned & (gap > SOUNDED * lasts)).astype(np.int8),
        melodic=np.int8(A_SECOND) * (tuned & (step > 0) & (step <= NEXT)),
        again=tuned & (step == 0) & (gap > lasts - UNHEARD),
        main=_led(gap, lasts, tuned & ~exact),
        usual=float(GRACE_VALUE * grid.resolution) * (np.diff(grid.seconds) / np.diff(grid.ticks))[beat],
        length=np.log2(np.maximum(lasts, LEAST_LASTS)),
        hand=np.where(drums, parts, part),
    )


def _weighed(
    heard: _Heard, habits: Habits, spread: Floats, touch: Floats, joins: NDArray[np.bool_], lines: Floats
) -> tuple[ChainNotes, tuple[Ints, Ints]]:
    """What each way to stand costs each note, and how notes follow, as rows of `Habits.together`."""
    seconds, part, inner, length, hand = heard.seconds, heard.part, heard.inner, heard.length, heard.hand
    follows, chordal = heard.sounded * (heard.gap > spread) + heard.melodic, _among_chords(joins, inner)
    together = habits.together[part, follows, chordal]
    joined, parted = np.where(inner, -np.log(together), np.inf), np.where(inner, -np.log1p(-together), 0.0)
    joined[heard.again] = STRUCK_AGAIN
    joined += touch_cost(touch, hand, length - np.log2(_past(seconds, spread, part)))
    usual = np.log2(heard.usual)
    held = touch_cost(touch, hand, length - usual)
    ornament = np.where(heard.main >= 0, ORNAMENT + _beside(heard.gap, heard.usual, spread), np.inf)
    ornament += np.where(length <= usual, np.minimum(held, 0.0), held)  # played sooner, let go sooner
    after = _begins(np.where(inner, np.append(seconds[1:], 0), np.inf), lines, AT_LINE * spread)
    notes = ChainNotes(seconds, spread, joined, parted, ornament, part, length, after, hand, touch)
    return notes, (follows, chordal)


def _beside(gap: Floats, usual: Floats, spread: Floats) -> Floats:
    """What it costs a grace note to be sooner before its note than it is written and than it is played, or later."""
    off = np.maximum(np.maximum(gap - usual, np.minimum(usual, PLAYED) - gap), 0)
    found: Floats = off**2 / (4 * spread**2)
    return found


def _begins(seconds: Floats, lines: Floats, near: Floats) -> Floats:
    """When notes begin, on the pulse that they come soon after."""
    line = lines[np.searchsorted(lines, seconds, "right") - 1]
    return np.where(seconds - line < near, line, seconds)


def _past(seconds: Floats, spread: Floats, part: Ints) -> Floats:
    """The time from each note to the first that cannot begin with the one after it."""
    far = seconds.max(initial=0) - seconds.min(initial=0) + 1
    key = seconds + 2 * far * part
    following = np.append(key[1:], key[-1:])
    past = np.searchsorted(key, following + AT_LINE * spread)
    found = np.append(key, np.inf)[np.minimum(past, len(key))] - key
    return np.where(found < far, found, 1.0)


def _touch(grid: BeatGrid, ticks: Ints, length: Floats, part: Ints, hand: Ints, among: NDArray[np.bool_]) -> Floats:
    """What shares of their values cost, by where notes stand."""
    parts = int(part.max(initial=0)) + 1
    rows = np.flatnonzero(among)
    same = np.append(np.diff(part[rows]) == 0, False)
    changes = np.append(np.diff(ticks[rows]) != 0, True) | ~same
    last = np.flatnonzero(changes)[np.searchsorted(np.flatnonzero(changes), np.arange(len(rows)))]
    known = same[last] & (hand[rows] < parts)
    begin, end = ticks[rows[known]], ticks[rows[np.minimum(last[known] + 1, len(rows) - 1)]]
    gap = grid.even(end) - grid.even(begin)
    return learnt_touch(length[rows[known]] - np.log2(gap), part[rows[known]], parts)


def _led(gap: Floats, lasts: Floats, among: NDArray[np.bool_]) -> Ints:
    """For each note that is as short as a grace note, and as soon before a longer one, the row of that; else -1."""
    rows = np.arange(len(gap))
    quick = among & (gap > LEAST_GAP) & (gap < QUICK) & (lasts < gap + LET_GO)
    first = np.maximum.accumulate(np.where(quick & ~np.append(False, quick[:-1]), rows, 0))
    main = rows
    for _ in range(MOST):
        main = np.where(quick[main], np.minimum(main + 1, len(rows) - 1), main)
    quick &= main - first <= MOST
    longer = ~quick[main] & (lasts[main] > FEWER * lasts) & (lasts[main] > FEWER * gap)
    return np.where(quick & longer, main, -1)


def _among_chords(joins: NDArray[np.bool_], inner: NDArray[np.bool_]) -> Ints:
    """Whether notes near each one begin with the next: what surrounds it is chords, and no single line."""
    sums = [
        np.concatenate([np.zeros(AROUND + 1), np.cumsum(one), np.full(AROUND, one.sum())]) for one in (joins, inner)
    ]
    with_others, others = (
        total[2 * AROUND + 1 :] - total[: -2 * AROUND - 1] - one
        for total, one in zip(sums, (joins, inner), strict=True)
    )
    found: Ints = (with_others > FULL * others).astype(np.int64)
    return found


def _searched(notes: ChainNotes, beats: _Row, pulses: _Row, habits: Habits, finest: float) -> _Found:
    """One search with what is known of the piece."""
    alone = AGAINST - np.log(habits.pulses), np.full(OF_BEATS.shape, np.inf)
    alone[1][:, list(ASIDE)] = alone[0][:, list(ASIDE.values())]
    inside = BeatCells(
        pulses.ticks, pulses.seconds, pulses.family, np.tile(OF_PULSES, (2, 1)), habits.in_pulses, alone[0], finest
    )
    against = BeatCells(beats.ticks, beats.seconds, beats.family, OF_BEATS, habits.in_beats, alone[1], finest)
    small, large = chains_of(notes, inside), chains_of(notes, against)
    path = _path(small, large, beats, pulses, habits)
    whole = path.beats[large.cell] >= 0
    columns = small.columns(path.pulses), large.columns(np.maximum(path.beats, 0))
    fine, coarse = small.places(columns[0]), large.places(columns[1])
    of_fine, of_coarse = OF_PULSES[columns[0]], OF_BEATS[beats.family[large.cell], columns[1]]
    ticks = np.where(whole, _ticks(beats, large.cell, coarse, of_coarse), _ticks(pulses, small.cell, fine, of_fine))
    in_pulses = _figures(small, fine, columns[0], of_fine, ~whole, pulses.family, habits.in_pulses.shape)
    in_beats = _figures(large, coarse, columns[1], of_coarse, whole, beats.family, habits.in_beats.shape)
    plain = ~whole & ((fine == 0) | (fine == of_fine))
    return _Found(ticks, plain, (path.in_beats, path.in_pulses, in_pulses, in_beats))


def _beats_of(grid: BeatGrid) -> _Row:
    """The beats; half notes are two."""
    count = np.where(grid.menus == HALF, 2, 1)
    owner = np.repeat(np.arange(len(grid)), count)
    inner = np.arange(len(owner)) - np.repeat(np.cumsum(count) - count, count)
    ticks = np.append(grid.place(owner, inner, count[owner]), grid.ticks[-1])
    return _Row(ticks, grid.even(ticks), (grid.menus[owner] == COMPOUND).astype(np.int64), owner)


def _pulses_of(beats: _Row) -> _Row:
    count = np.array(PULSES)[beats.family]
    owner = np.repeat(np.arange(len(count)), count)
    inner = np.arange(len(owner)) - np.repeat(np.cumsum(count) - count, count)
    ticks = np.append(beats.ticks[owner] + np.diff(beats.ticks)[owner] * inner // count[owner], beats.ticks[-1])
    return _Row(ticks, np.interp(ticks, beats.ticks, beats.seconds), beats.family[owner], owner)


def _ticks(level: _Row, cell: Ints, place: Ints, of: Ints) -> Ints:
    found: Ints = level.ticks[cell] + np.diff(level.ticks)[cell] * place // of
    return found


def _spreads(off: Floats, part: Ints, plain: NDArray[np.bool_], before: Floats) -> Floats:
    """How far each part is from its places, by what leaves no doubt: what stands on pulses."""
    if not plain.any():
        return before
    common = np.mean(off[plain] ** 2)
    squares, count = (np.bincount(part[plain], one, len(before)) for one in (off[plain] ** 2, np.ones(plain.sum())))
    found: Floats = np.clip(np.sqrt((squares + EXPECTED * common) / (count + EXPECTED)), TIGHTEST, LOOSEST)
    return found


def _figures(
    chains: Chains, place: Ints, column: Ints, of: Ints, among: NDArray[np.bool_], family: Ints, shape: tuple[int, ...]
) -> Floats:
    """How often each place follows each in each division."""
    found = np.zeros(shape)
    head = np.zeros(len(place), bool)
    head[chains.first] = True
    before = np.where(head, -1, np.append(-1, place[:-1]))
    there = among & (place < of)
    row = family[chains.cell]
    new = there & (before != place)
    np.add.at(found, (row[new], column[new], before[new] + 1, place[new]), 1)
    ends = there & (np.append(head[1:], True) | np.append((place >= of)[1:], True))
    np.add.at(found, (row[ends], column[ends], place[ends] + 1, END), 1)
    return found


def _path(small: Chains, large: Chains, beats: _Row, pulses: _Row, habits: Habits) -> _Path:
    """The cheapest divisions along the piece.

    States are the divisions of the last pulse and, after them, those of beats of either
    family; as before costs less than anything else.
    """
    rows = {cell: row for row, cell in enumerate(small.used.tolist())}
    begins = np.searchsorted(pulses.owner, np.arange(len(beats.family) + 1)).tolist()
    costs = [
        (_costs(beat), (-np.log(after), -np.log(new)))
        for beat, after, new in zip(habits.beats, habits.after, habits.pulses, strict=True)
    ]
    total = np.zeros(COLUMNS + OF_BEATS.size)
    trace = []
    for row, beat in enumerate(large.used.tolist()):
        family = int(beats.family[beat])
        (beat_again, beat_other), pulse_costs = costs[family]
        low = COLUMNS + family * OF_BEATS.shape[1]
        best, rival = int(total.argmin()), COLUMNS + int(total[COLUMNS:].argmin())
        inner = [(cell, small.cost[rows[cell]]) for cell in range(begins[beat], begins[beat + 1]) if cell in rows]
        now, steps = _along(total[:COLUMNS] + beat_again[0], total[rival] + beat_other[0], pulse_costs, inner)
        again, other = total[low : low + OF_BEATS.shape[1]] + beat_again[1:], total[best] + beat_other[1:]
        came = np.where(again <= other, np.arange(low, low + len(again)), best)
        total = np.full(len(total), np.inf)
        total[:COLUMNS] = now
        total[low : low + len(again)] = np.minimum(again, other) + large.cost[row]
        trace.append((beat, low, came.astype(np.int8), rival, steps))
    return _traced(int(total.argmin()), trace, beats, pulses)


def _costs(shares: Floats) -> tuple[Floats, Floats]:
    """Of doing as before, and of doing so after something else."""
    return -np.log(AGAIN + (1 - AGAIN) * shares), -np.log(np.maximum((1 - AGAIN) * shares, 1e-12))


def _along(
    total: Floats, entered: float, costs: tuple[Floats, Floats], inner: list[tuple[int, Floats]]
) -> tuple[Floats, list[tuple[int, Steps]]]:
    """Pulse after pulse of one beat; -1 where the path comes from a beat that was divided against its pulses."""
    after, new = costs
    steps: list[tuple[int, Steps]] = []
    for cell, said in inner:
        every = total[:, None] + after
        came, total = every.argmin(axis=0), every.min(axis=0)
        if not steps:
            came = np.where(entered + new < total, -1, came)
            total = np.minimum(entered + new, total)
        total = total + said
        steps.append((cell, came.astype(np.int8)))
    return total, steps


def _traced(
    state: int, trace: list[tuple[int, int, Steps, int, list[tuple[int, Steps]]]], beats: _Row, pulses: _Row
) -> _Path:
    """The path back, and its counts."""
    small, large = np.zeros(len(pulses.family), np.int64), np.full(len(beats.family), -1, np.int64)
    in_beats, in_pulses = (
        np.zeros((len(OF_BEATS), OF_BEATS.shape[1] + 1)),
        np.zeros((len(OF_BEATS), COLUMNS + 1, COLUMNS)),
    )
    for beat, low, came, rival, steps in reversed(trace):
        family = beats.family[beat]
        if state >= COLUMNS:
            large[beat] = state - low
            in_beats[family, state - low + 1] += 1
            state = int(came[state - low])
        else:
            in_beats[family, 0] += 1
            for cell, back in reversed(steps):
                small[cell] = state
                in_pulses[family, int(back[state]) + 1, state] += 1
                state = int(back[state])
                if state < 0:
                    state = rival
    return _Path(small, large, in_beats, in_pulses)
