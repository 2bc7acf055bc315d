"""What is worth aligning in many pieces: chains of notes that follow a pattern.

A chain goes from note to note at one transposition, in order, in roughly the
pattern's rhythm, with notes left out, put in or bent in time. What its links
earn and pay are the same odds as of a hit (`evidence`), rounded to tenths of a
nat, as far as they can be told without looking at the music around. For each
note of each piece the best chain that ends there is found, by dynamic
programming; `proposals_numba` (numba) and `proposals_numpy` (numpy) find the same.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mi_theme.search.corpus.flat import TICKS, Flat, line_of
from mi_theme.search.kernels.choosing import loops
from mi_theme.search.match.evidence import ODDS, Odds, information_of
from mi_theme.search.patterns import Pattern

__all__ = ["LEAST", "MOST", "Chain", "propose"]

LOOPS = "proposals_numba", "proposals_numpy"
PLAINLY = 3_000  # notes a second that numpy does
TENTHS = 10  # of a nat: what chains count in
LEAST = 8.0  # nats: what a chain must be worth
SHARE = 0.5  # of what the pattern is worth: enough for a short one
MOST = 40  # chains, the best ones
PLAIN = 0.6  # of what the pattern is worth: the best chain of a piece that is worth as much is never left out
LONGEST = 64  # notes of a pattern that chains follow; of a longer one the first
REACH = 3
STRETCHES = (0.5, 2.0)  # how much faster and slower the pattern may be
LOOSE = 1.6  # a chain may go beyond them by that much: its rhythm bends
THICK, NEAR, BENT = -0.8, -1.5, -2.5  # nats: a link within a voice of chords, a time a little off, one far off
Whole = NDArray[np.int64]


class Chain(NamedTuple):
    """Something like the pattern.

    Attributes
    ----------
    piece
        Its number.
    first, last
        Where in the flat arrays it begins and ends.
    head, tail
        The numbers of the pattern's notes there.
    stretch
        Times in the music for one in the pattern, end to end.
    value
        What it is worth, in tenths of a nat.
    """

    piece: int
    first: int
    last: int
    head: int
    tail: int
    stretch: float
    value: int


def propose(
    pattern: Pattern, flat: Flat, *, least: float = LEAST, most: int = MOST,
    stretches: tuple[float, float] = STRETCHES, fast: bool | None = None,
) -> list[Chain]:  # fmt: skip
    """Find what is worth aligning, best first.

    Parameters
    ----------
    pattern
        Of notes that begin together the highest is looked for.
    flat
        Where to look.
    least
        What a chain must be worth, in nats; of a short pattern half of what it is worth itself.
    most
        How many chains; beyond them only the best of each piece, where it is most of the pattern.
    stretches
        How much faster and slower the pattern may be.
    fast
        Whether to use numba; by default where it is installed and there is enough to do.

    Returns
    -------
    list of Chain
        Of those that share time at one transposition only the best.
    """
    time, height = (column[:LONGEST] for column in line_of(pattern))
    if len(time) < 2:
        return []
    tune, beat = _earned(time, height, ODDS)
    heads = np.array([_gone(count) for count in range(len(time))], np.int64)
    whole = int(tune[1:, 0].sum() + beat[1:, 0].sum())
    rows = loops(fast, *LOOPS, len(flat) / PLAINLY).chains(
        flat.onset, flat.pitch, flat.voice, flat.turn, flat.starts, time, height, tune, beat, heads, heads[::-1].copy(),
        _prices(ODDS), stretches[0] / LOOSE, stretches[1] * LOOSE, min(_tenths(least), int(SHARE * whole)),
    )  # fmt: skip
    return _apart(flat, time, height, rows, most, PLAIN * whole)


def _tenths(nats: float) -> int:
    return round(TENTHS * nats)


def _gone(count: int) -> int:
    """What so many notes pay that are left out in a row."""
    return _tenths(ODDS.omission + ODDS.omitted * count) if count else 0


def _earned(time: Whole, height: Whole, odds: Odds) -> tuple[Whole, Whole]:
    """What a link into each note earns for its interval, and for its time, shape (notes, reach)."""
    tune, beat = np.zeros((len(time), REACH), np.int64), np.zeros((len(time), REACH), np.int64)
    for k in range(1, REACH + 1):
        for i in range(k, len(time)):
            rows = [row for row in (i - k - 2, i - k - 1, i - k, i) if row >= 0]
            news, surprise = information_of(np.diff(height[rows]), np.diff(time[rows]) / TICKS)
            tune[i, k - 1] = _tenths(float(news[-1])) + _gone(k - 1)
            beat[i, k - 1] = _tenths(odds.timed * float(surprise[-1])) if len(rows) > 2 else 0
    return tune, beat


def _prices(odds: Odds) -> Whole:
    """Another voice; notes passed over, at all and each; a voice of chords; another tempo; a time a little off, and far."""
    kinds = (odds.voice, odds.insertion + odds.near, odds.inserted, THICK, odds.bent[0], NEAR, BENT)
    return np.array([_tenths(kind) for kind in kinds], np.int64)


def _apart(flat: Flat, time: Whole, height: Whole, rows: Whole, most: int, plain: float) -> list[Chain]:
    """The best chains; of those that share time at one transposition the best. Then the plain ones of other pieces."""
    order = np.lexsort((rows[:, 1], rows[:, 0], -rows[:, 4]))
    taken: dict[tuple[int, int], list[tuple[int, int]]] = {}
    kept: list[Chain] = []
    pieces: set[int] = set()
    for first, last, head, tail, value in rows[order].tolist():
        if len(kept) >= most and value < plain:
            break
        piece = int(np.searchsorted(flat.starts, first, side="right")) - 1
        if len(kept) >= most and piece in pieces:
            continue
        begin, end = int(flat.onset[first]), int(flat.onset[last])
        spans = taken.setdefault((piece, int(flat.pitch[first]) - int(height[head])), [])
        if all(end <= start or stop <= begin for start, stop in spans):
            spans.append((begin, end))
            stretch = (end - begin) / max(int(time[tail] - time[head]), 1)
            pieces.add(piece)
            kept.append(Chain(piece, first, last, head, tail, stretch, value))
    return kept
