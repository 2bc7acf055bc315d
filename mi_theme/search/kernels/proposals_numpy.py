"""The loop that proposes, with numpy; `proposals_numba` does the same with numba."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["chains"]

REACH = 3
ROOM = 128
Whole = NDArray[np.int64]


def chains(
    onset: NDArray[Any], pitch: NDArray[Any], voice: NDArray[Any], turn: NDArray[Any], starts: Whole, time: Whole,
    height: Whole, tune: Whole, beat: Whole, heads: Whole, tails: Whole, prices: Whole, narrow: float, wide: float,
    least: int,
) -> Whole:  # fmt: skip
    """The best chain that ends at each note, where it is worth as much as `least`; see `chains.propose`."""
    links = _Links.of(time, height, tune, beat, heads, prices, narrow, wide)
    found = [np.zeros((0, 5), np.int64)]
    for begin, end in zip(starts.tolist(), starts[1:].tolist(), strict=False):
        rows = slice(begin, end)
        columns = [np.asarray(column[rows], np.int64) for column in (onset, pitch, voice, turn)]
        piece = _Piece(columns, len(time))
        for j in range(end - begin):
            piece.take(j, links)
            ends = piece.value[j] + tails
            last = int(ends.argmax())
            if ends[last] >= least:
                row = begin + piece.first[j, last], begin + j, piece.head[j, last], last, ends[last]
                found.append(np.array([row], np.int64))
    return np.concatenate(found)


class _Links(NamedTuple):
    """Every link that a pattern has: into a note, so many notes on, with what it expects and earns."""

    into: Whole
    back_by: Whole
    gap: Whole
    interval: Whole
    earned: Whole
    bonus: Whole
    time: Whole
    heads: Whole
    prices: Whole
    narrow: float
    wide: float

    @classmethod
    def of(
        cls, time: Whole, height: Whole, tune: Whole, beat: Whole, heads: Whole, prices: Whole, narrow: float, wide: float
    ) -> _Links:  # fmt: skip
        k, into = np.nonzero(np.arange(1, REACH + 1)[:, None] <= np.arange(len(time)))
        start = into - k - 1
        earned, bonus = tune[into, k], beat[into, k]
        gap, interval = time[into] - time[start], height[into] - height[start]
        return cls(into, k + 1, gap, interval, earned, bonus, time, heads, prices, narrow, wide)


class _Piece:
    """A piece, and the best chain to each of its notes as each of the pattern's."""

    def __init__(self, columns: Sequence[Whole], length: int) -> None:
        self.onset, self.pitch, self.voice, self.turn = columns
        shape = (len(self.onset), length)
        self.value, self.first, self.head, self.lately, self.spanned = (np.zeros(shape, np.int64) for _ in range(5))
        self.before = np.full(len(self.onset), -1)
        self.latest = np.full(3 * ROOM, -1)

    def take(self, j: int, links: _Links) -> None:
        """Find the best chains that end at one note."""
        key = int(self.pitch[j]) + ROOM
        notes = len(links.heads)
        best, chosen, come = links.heads.copy(), np.full(notes, -1), np.full(notes, -1)
        place = self.latest[key - links.interval]
        worth, origin = np.full(len(place), np.iinfo(np.int64).min), np.full(len(place), -1)
        while (going := (place >= 0) & (self.onset[j] - self.onset[place] <= links.wide * links.gap)).any():
            earned = np.where(going, self._worth(j, place, links), np.iinfo(np.int64).min)
            better = earned > worth
            worth, origin = np.where(better, earned, worth), np.where(better, place, origin)
            place = np.where(going, self.before[place], -1)
        for k in range(1, REACH + 1):
            rows = np.flatnonzero(links.back_by == k)
            rows = rows[worth[rows] > best[links.into[rows]]]
            best[links.into[rows]], chosen[links.into[rows]], come[links.into[rows]] = worth[rows], rows, origin[rows]
        self._keep(j, best, chosen, come, links)
        self.before[j], self.latest[key] = self.latest[key], j

    def _keep(self, j: int, best: Whole, chosen: Whole, come: Whole, links: _Links) -> None:
        self.value[j], self.first[j], self.head[j] = best, j, np.arange(len(best))
        into = np.flatnonzero(chosen >= 0)
        link, p = chosen[into], come[into]
        start = into - links.back_by[link]
        self.first[j, into], self.head[j, into] = self.first[p, start], self.head[p, start]
        self.lately[j, into], self.spanned[j, into] = self.onset[j] - self.onset[p], links.gap[link]

    def _worth(self, j: int, place: Whole, links: _Links) -> Whole:
        """What each link would be worth from some note; a very small number where it is too soon."""
        start = links.into - links.back_by
        lapse = self.onset[j] - self.onset[place]
        origin = self.head[place, start]
        covered = self.onset[place] - self.onset[self.first[place, start]]
        lately, expected = self.lately[place, start], self.spanned[place, start]
        timed = _rhythm(lapse, links, covered, links.time[start] - links.time[origin], lately, expected)
        worth = self.value[place, start] + links.earned + self._texture(j, place, links.prices)
        worth += np.where(expected > 0, timed, 0)
        return np.where(lapse >= links.narrow * links.gap, worth, np.iinfo(np.int64).min)

    def _texture(self, j: int, place: Whole, prices: Whole) -> Whole:
        passed = np.minimum(self.turn[j] - self.turn[place] - 1, 10)
        own = np.where(passed > 0, prices[1] + prices[2] * passed, prices[3] * -passed)
        paid: Whole = np.where(self.voice[place] != self.voice[j], prices[0], own)
        return paid


def _rhythm(lapse: Whole, links: _Links, covered: Whole, spanned: Whole, lately: Whole, expected: Whole) -> Whole:
    gap, prices = links.gap, links.prices
    tempo, local = np.abs(lapse * spanned - gap * covered), np.abs(lapse * expected - gap * lately)
    kinds = [20 * tempo <= gap * covered, 20 * local <= gap * lately, 4 * tempo <= gap * covered]
    earned: Whole = np.select(kinds, [links.bonus, links.bonus + prices[4], prices[5]], prices[6])
    return earned
