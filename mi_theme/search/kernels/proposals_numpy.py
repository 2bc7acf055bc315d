"""The loop that proposes, with numpy; `proposals_numba` does the same with numba."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mi_theme.search.kernels.kernel_inputs import PatternLinks, ScannedNotes

__all__ = ["chains"]

REACH, ROOM, MOST_PASSED = 3, 128, 10  # as in `proposals_numba`
Rows = NDArray[np.int64]


def chains(notes: ScannedNotes, pattern: PatternLinks) -> Rows:
    """The best chain that ends at each note, where it is worth as much as `least`; see `proposals.propose`."""
    links = _LinkRows.of(pattern)
    found = [np.zeros((0, 5), np.int64)]
    for begin, end in pairwise(notes.starts.tolist()):
        columns = [np.asarray(column[begin:end], np.int64) for column in notes[:4]]
        piece = _PieceChains(columns, links)
        for j in range(end - begin):
            piece.take(j)
            ends = piece.value[j] + pattern.tails
            last = int(ends.argmax())
            if ends[last] >= pattern.least:
                row = begin + piece.first[j, last], begin + j, piece.head[j, last], last, ends[last]
                found.append(np.array([row], np.int64))
    return np.concatenate(found)


class _LinkRows(NamedTuple):
    """Every link that a pattern has: into a note, so many notes on, with what it expects and earns."""

    pattern: PatternLinks
    into: Rows
    back_by: Rows
    gap: Rows
    interval: Rows
    earned: Rows
    bonus: Rows

    @classmethod
    def of(cls, pattern: PatternLinks) -> _LinkRows:
        k, into = np.nonzero(np.arange(1, REACH + 1)[:, None] <= np.arange(len(pattern.time)))
        start = into - k - 1
        return cls(
            pattern,
            into,
            back_by=k + 1,
            gap=pattern.time[into] - pattern.time[start],
            interval=pattern.height[into] - pattern.height[start],
            earned=pattern.tune[into, k],
            bonus=pattern.beat[into, k],
        )


class _PieceChains:
    """A piece, and the best chain to each of its notes as each of the pattern's."""

    def __init__(self, columns: Sequence[Rows], links: _LinkRows) -> None:
        self.onset, self.pitch, self.voice, self.turn = columns
        self.links, self.pattern = links, links.pattern
        shape = (len(self.onset), len(self.pattern.time))
        self.value, self.first, self.head, self.lately, self.spanned = (np.zeros(shape, np.int64) for _ in range(5))
        self.before = np.full(len(self.onset), -1)
        self.latest = np.full(3 * ROOM, -1)

    def take(self, j: int) -> None:
        """Find the best chains that end at one note."""
        links, key = self.links, int(self.pitch[j]) + ROOM
        best = self.pattern.heads.copy()
        chosen, come = np.full(len(best), -1), np.full(len(best), -1)
        place = self.latest[key - links.interval]
        worth, origin = np.full(len(place), np.iinfo(np.int64).min), np.full(len(place), -1)
        while (going := (place >= 0) & (self.onset[j] - self.onset[place] <= self.pattern.wide * links.gap)).any():
            earned = np.where(going, self._worth(j, place), np.iinfo(np.int64).min)
            better = earned > worth
            worth, origin = np.where(better, earned, worth), np.where(better, place, origin)
            place = np.where(going, self.before[place], -1)
        for k in range(1, REACH + 1):
            rows = np.flatnonzero(links.back_by == k)
            rows = rows[worth[rows] > best[links.into[rows]]]
            best[links.into[rows]], chosen[links.into[rows]], come[links.into[rows]] = worth[rows], rows, origin[rows]
        self._keep(j, best, chosen, come)
        self.before[j], self.latest[key] = self.latest[key], j

    def _keep(self, j: int, best: Rows, chosen: Rows, come: Rows) -> None:
        self.value[j], self.first[j], self.head[j] = best, j, np.arange(len(best))
        into = np.flatnonzero(chosen >= 0)
        link, p = chosen[into], come[into]
        start = into - self.links.back_by[link]
        self.first[j, into], self.head[j, into] = self.first[p, start], self.head[p, start]
        self.lately[j, into], self.spanned[j, into] = self.onset[j] - self.onset[p], self.links.gap[link]

    def _worth(self, j: int, place: Rows) -> Rows:
        """What each link would be worth from some note; a very small number where it is too soon."""
        start = self.links.into - self.links.back_by
        lapse, gap = self.onset[j] - self.onset[place], self.links.gap
        spanned = self.spanned[place, start] > 0
        timed = np.where(spanned, self._rhythm(lapse, place, start), 0)
        worth = self.value[place, start] + self.links.earned + self._texture(j, place) + timed
        return np.where(lapse >= self.pattern.narrow * gap, worth, np.iinfo(np.int64).min)

    def _texture(self, j: int, place: Rows) -> Rows:
        prices, passed = self.pattern.prices, np.minimum(self.turn[j] - self.turn[place] - 1, MOST_PASSED)
        own = np.where(passed > 0, prices[1] + prices[2] * passed, prices[3] * -passed)
        paid: Rows = np.where(self.voice[place] != self.voice[j], prices[0], own)
        return paid

    def _rhythm(self, lapse: Rows, place: Rows, start: Rows) -> Rows:
        """What a time earns, given the chain before it and the last link of that."""
        gap, bonus, prices, time = self.links.gap, self.links.bonus, self.pattern.prices, self.pattern.time
        covered = self.onset[place] - self.onset[self.first[place, start]]
        spanned = time[start] - time[self.head[place, start]]
        past, expected = self.lately[place, start], self.spanned[place, start]
        tempo, local = np.abs(lapse * spanned - gap * covered), np.abs(lapse * expected - gap * past)
        kinds = [20 * tempo <= gap * covered, 20 * local <= gap * past, 4 * tempo <= gap * covered]
        earned: Rows = np.select(kinds, [bonus, bonus + prices[4], prices[5]], prices[6])
        return earned
