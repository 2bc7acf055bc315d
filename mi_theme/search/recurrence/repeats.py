"""Everything that comes again in lines of tokens: a suffix array, and the intervals of it that share a beginning.

The array is built by doubling (Manber and Myers, 1993), which numpy sorts; what repeats, and how long it is the same, is read
off the lengths that neighbours share (Kasai et al., 2001; Abouelhoda, Kurtz and Ohlebusch, 2004). n log n in the tokens.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Repeat", "period_of", "repeats_in"]

Whole = NDArray[np.int64]


class Repeat(NamedTuple):
    """Tokens that come again.

    Attributes
    ----------
    length
        How many.
    places
        Where they begin, ascending.
    """

    length: int
    places: Whole


def repeats_in(tokens: Whole, longest: int) -> Iterator[Repeat]:
    """What occurs twice or more and could not be longer to the right and, up to `longest`, to the left.

    Parameters
    ----------
    tokens
        Numbers from 0; what is negative is the end of a line, and like nothing else.
    longest
        Tokens beyond which nothing is looked at.

    Yields
    ------
    Repeat
        In no particular order.
    """
    ranks = _ranks(tokens, longest)
    order = np.lexsort((np.arange(len(tokens)), ranks[-1]))
    shared = _shared(ranks, order, longest)
    before = np.concatenate([[-1], tokens[:-1]])
    before = np.where(before < 0, -1 - np.arange(len(tokens)), before)
    for length, first, last in _intervals(shared):
        places = np.sort(order[first : last + 1])
        if length >= longest or len(np.unique(before[places])) > 1:
            yield Repeat(length, places)


def _ranks(tokens: Whole, longest: int) -> list[Whole]:
    """Ranks of what begins at each place by its first 1, 2, 4 ... tokens; ends of lines are all different."""
    ends = tokens < 0
    alone = np.where(ends, tokens.max(initial=0) + 1 + np.cumsum(ends), tokens)
    found = [np.unique(alone, return_inverse=True)[1].astype(np.int64).reshape(-1)]
    width = 1
    while width < longest:
        rank = found[-1]
        later = np.full(len(rank), -1, np.int64)
        later[:-width] = rank[width:]
        both = rank * (len(rank) + 2) + later + 1
        found.append(np.unique(both, return_inverse=True)[1].astype(np.int64).reshape(-1))
        width *= 2
    return found


def _shared(ranks: list[Whole], order: Whole, longest: int) -> Whole:
    """How many tokens each place has in common with the one before it in order."""
    size = len(order)
    one, other = order[:-1].copy(), order[1:].copy()
    length = np.zeros(max(size - 1, 0), np.int64)
    for power in range(len(ranks) - 1, -1, -1):
        inside = (one < size) & (other < size)
        same = inside & (ranks[power][np.minimum(one, size - 1)] == ranks[power][np.minimum(other, size - 1)])
        step = np.where(same, 1 << power, 0)
        length, one, other = length + step, one + step, other + step
    return np.minimum(length, longest)


def _intervals(shared: Whole) -> Iterator[tuple[int, int, int]]:
    """Every run of neighbours that share more with each other than with those around it: (length, first, last)."""
    open_: list[tuple[int, int]] = []  # (length, first)
    for row, length in enumerate([*shared.tolist(), 0]):
        first = row
        while open_ and open_[-1][0] > length:
            known, first = open_.pop()
            yield known, first, row
        if length and (not open_ or open_[-1][0] < length):
            open_.append((length, first))


def period_of(tokens: Whole) -> int:
    """After how many `tokens` they begin again, to the last one (Knuth, Morris and Pratt, 1977).

    Returns
    -------
    int
        The period; the number of tokens where there is none.
    """
    text = tokens.tolist()
    borders = [0] * len(text)
    k = 0
    for row in range(1, len(text)):
        while k and text[row] != text[k]:
            k = borders[k - 1]
        k += text[row] == text[k]
        borders[row] = k
    return len(text) - borders[-1] if text else 0
