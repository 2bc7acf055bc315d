"""WrittenNote durations: which later onset a note lasts to, whatever its key was held.

A note is written to the end of its gap more often than to its gate. The candidates
are the gaps to the next onsets of its part; a voice is what leads from note to note in
small steps. The costs were set as those of `menus`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mi_theme.quantising.beatgrid import Floats, Ints

__all__ = ["values"]

REACH = 12  # onsets that a note may last over
NOTES = 40  # notes in which those are looked for
EARLIER, LATER = 2.0, 1.0  # squared log ratio of the played to the written: let go early, held on
SKIPPED, MOST_SKIPPED = 0.1, 6  # onsets of other voices passed over
UNLINKED, PASSED, MOST_PASSED = 0.5, 1.0, 3  # the note there is no next of this voice; the next is passed over
NEARNESS, FARTHEST = 0.06, 12.0  # semitones to the nearest note there
STEP, NEAR = (
    1.5,
    0.5,
)  # semitones that an onset between two notes of a voice is worth; how near to the best is a link too
AROUND, EVENLY, NEARLY_ALL = (
    8,
    0.4,
    0.9,
)  # notes before and after; log of how alike they sound of their gaps; so many of them
BREAKING = (
    1.0  # onsets passed over where all around sounds until the next one: a single line, or figures, however legato
)
NEXT_TO = 1e-6  # quarters: what is nearer is the same
PLAIN = (0.125, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 4.0)  # quarters: for the last notes, and before rests
ALONE = 9.0  # for a value that ends where nothing begins
BLOCK = 2_000  # notes whose costs are held at once


class _Notes(NamedTuple):
    """Notes of one part in the order of their onsets; `slot` numbers different onsets."""

    quarters: Floats
    played: Floats
    pitch: Floats
    slot: Ints
    finest: float


def values(onset: Floats, played: Floats, pitch: Ints, part: Ints, hand: Ints, finest: Floats) -> Floats:
    """The written duration of each note.

    Parameters
    ----------
    onset
        WrittenNote, in quarters, shape (n,).
    played
        How long each sounds, in quarters.
    pitch, part
        MIDI numbers, and of which part each is.
    hand
        Which notes of a part are one line or figure, see `BREAKING`.
    finest
        Quarters that a value of each note's part is a multiple of.

    Returns
    -------
    shape (n,)
        Quarters; always a gap between two onsets, or one of `PLAIN`.
    """
    found = np.zeros(len(onset))
    for number in np.unique(part):
        rows = np.flatnonzero(part == number)
        rows = rows[np.lexsort((pitch[rows], onset[rows]))]
        slot = np.cumsum(np.diff(onset[rows], prepend=onset[rows[0]]) > 0).astype(np.int64)
        notes = _Notes(
            onset[rows], np.maximum(played[rows], 1e-3), pitch[rows].astype(float), slot, float(finest[rows[0]])
        )
        best, until = _cheapest_links(notes), np.full(len(rows), np.nan)
        for number in np.unique(hand[rows]):
            mine = np.flatnonzero(hand[rows] == number)
            until[mine] = _until_next(notes.quarters[mine], notes.played[mine])
        for begin in range(0, len(rows), BLOCK):
            block = slice(begin, begin + BLOCK)
            found[rows[block]] = _values(notes, best, until, block)
    return found


def _cheapest_links(notes: _Notes) -> Floats:
    """For each note the cost of the cheapest note before it as the one before in its voice."""
    best = np.full(len(notes.slot), np.inf)
    for lag in range(1, min(NOTES, len(best) - 1) + 1):
        if (notes.slot[lag:] - notes.slot[:-lag]).min() > REACH:
            break  # and so is all that is farther
        best[lag:] = np.minimum(best[lag:], _link(notes, slice(0, len(best) - lag), lag))
    return best


def _link(notes: _Notes, block: slice, lag: int) -> Floats:
    """What it costs that the note `lag` rows on is the next of the voice; infinite at the same onset or too far."""
    rows = np.arange(*block.indices(len(notes.slot)))
    skipped = notes.slot[rows + lag] - notes.slot[rows]
    cost: Floats = np.abs(notes.pitch[rows + lag] - notes.pitch[rows]) + STEP * (skipped - 1)
    return np.where((skipped < 1) | (skipped > REACH), np.inf, cost)


def _values(notes: _Notes, best: Floats, until: Floats, block: slice) -> Floats:
    """The cheapest value of each note of a block."""
    rows = np.arange(*block.indices(len(best)))
    nearest = np.full((len(rows), REACH), FARTHEST)
    linked = np.zeros((len(rows), REACH))
    gap = np.full((len(rows), REACH), np.nan)
    for lag in range(1, NOTES + 1):
        inside = np.flatnonzero(rows + lag < len(best))
        if not len(inside):
            break
        mine = rows[inside]
        skipped = notes.slot[mine + lag] - notes.slot[mine]
        near = (skipped >= 1) & (skipped <= REACH)
        if not near.any() and skipped.min() > REACH:
            break
        inside, mine, skipped = inside[near], mine[near], skipped[near]
        step = np.abs(notes.pitch[mine + lag] - notes.pitch[mine])
        at = inside, skipped - 1
        nearest[at] = np.minimum(nearest[at], step)
        linked[at] = np.maximum(linked[at], step + STEP * (skipped - 1) <= best[mine + lag] + NEAR)
        gap[at] = notes.quarters[mine + lag] - notes.quarters[mine]
    return _cheapest(notes.played[rows], gap, nearest, linked, notes.finest, until[rows])


def _until_next(quarters: Floats, played: Floats) -> Floats:
    """The time to the next onset, where each note and nearly all around it sound for the same share of that; else NaN."""
    slot = np.cumsum(np.diff(quarters, prepend=quarters[0]) > 0)
    until = np.append(np.diff(quarters[np.flatnonzero(np.diff(slot, prepend=-1))]), np.inf)[slot]
    share = np.where(np.isinf(until), 0.0, np.log(played) - np.log(until))
    last, width = len(share) - 1, 2 * AROUND + 1
    for begin in range(0, len(share), BLOCK):
        rows = np.arange(begin, min(begin + BLOCK, len(share)))
        near = share[np.minimum(np.clip(rows - AROUND, 0, max(last + 1 - width, 0))[:, None] + np.arange(width), last)]
        usual = np.median(near, axis=1)
        alike = (np.abs(near - usual[:, None]) < EVENLY).mean(axis=1) >= NEARLY_ALL
        until[rows[~alike | (np.abs(share[rows] - usual) >= EVENLY)]] = np.nan
    return until


def _cheapest(played: Floats, gap: Floats, nearest: Floats, linked: Floats, finest: float, until: Floats) -> Floats:
    """The cheapest of the gaps and the plain values, see the constants."""
    passed = np.minimum(np.cumsum(linked, axis=1) - linked, MOST_PASSED)
    cost = (
        _ratio(played, gap)
        + SKIPPED * np.minimum(np.arange(REACH), MOST_SKIPPED)
        + BREAKING * (~np.isnan(until)[:, None] & (np.abs(gap - until[:, None]) > NEXT_TO))
        + UNLINKED * (linked == 0)
        + PASSED * passed
        + NEARNESS * nearest
    )
    multiples = np.maximum(np.rint(np.array(PLAIN) / finest), 1) * finest
    plain = np.broadcast_to(multiples, (len(played), len(multiples)))
    alone = np.where(plain < np.where(np.isnan(gap[:, :1]), np.inf, gap[:, :1]), ALONE, ALONE + FARTHEST)
    every = np.concatenate([np.where(np.isnan(cost), np.inf, cost), _ratio(played, plain) + alone], axis=1)
    chosen = every.argmin(axis=1)
    found: Floats = np.concatenate([gap, plain], axis=1)[np.arange(len(played)), chosen]
    return found


def _ratio(played: Floats, written: NDArray[np.float64]) -> Floats:
    ratio = np.log(played[:, None] / written)
    found: Floats = ratio**2 * np.where(ratio < 0, EARLIER, LATER)
    return found
