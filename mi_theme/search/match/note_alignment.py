"""Local alignment of a pattern with all notes of a polyphonic piece.

A dynamic programme in the manner of Smith and Waterman (1981): the best score
of pattern note i at score note j is the best over links from one of the `REACH`
pattern notes before i at any earlier note in reach, plus what the link earns,
less what it pays (`costs`). Every note of every voice may be linked, so the
pattern is found across voices and with notes between; nothing is divided into
monophonic lines first. `alignment_numba` (numba) and `alignment_numpy` (numpy) fill the same table.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from math import ceil
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mi_theme.score.spelling import spelled_steps
from mi_theme.search.kernels.choosing import kernels
from mi_theme.search.kernels.kernel_inputs import AlignmentLinks, NoteColumns
from mi_theme.search.match.alignment_costs import COSTS, REACH, AlignmentCosts, Surprise, pitch_costs, streams_of
from mi_theme.search.patterns import Pattern

__all__ = ["NoteAlignment", "Region", "align", "apart", "own_score", "steps_of", "surprise_of"]

APART = 1e-6  # quarters; closer onsets are together
SLIGHTLY = 1e-9  # nats; more than what sums are rounded by
BACK = 128  # score notes back that a link can reach, however many sound at once, for each `REST` of the pattern's longest gap
REST = 8.0  # quarters
CHUNK = 100_000  # score notes whose table is held in memory at once
ALIGNED = 12_000  # notes a second that numpy does
SHARED = 0.4  # the part of an alignment's notes that a better one may have too


class Region(NamedTuple):
    """Rows of the score, from `first` up to but not `last`, to be searched at a stretch."""

    first: int
    last: int
    stretch: float = 1.0


class NoteAlignment(NamedTuple):
    """Pattern notes at score notes.

    Attributes
    ----------
    score
        In nats.
    share
        The score as a share of what the pattern earns aligned with itself,
        times the worth of the table of costs.
    pairs
        (number in the pattern, row of the score), in order.
    stretch
        Times in the score for one in the pattern.
    inverted
        Whether the pattern was turned upside down.
    timed
        Whether the rhythm counted.
    """

    score: float
    share: float
    pairs: tuple[tuple[int, int], ...]
    stretch: float
    inverted: bool = False
    timed: bool = True


def surprise_of(notes: NDArray[np.void]) -> Surprise:
    """How common each interval and each time is among some notes."""
    return Surprise.of(notes["onset"], steps_of(notes), streams_of(notes))


def own_score(pattern: Pattern, surprise: Surprise, costs: AlignmentCosts = COSTS) -> float:
    """What a pattern earns aligned with itself."""
    return float(_Query.of(pattern, surprise, costs, 1.0).own)


def align(
    pattern: Pattern,
    notes: NDArray[np.void],
    candidates: Iterable[Region] | None = None,
    *,
    least: float = 0.8,
    beside: float = 0.0,
    best: float = 0.0,
    costs: AlignmentCosts = COSTS,
    surprise: Surprise | None = None,
    invert: bool = False,
    fast: bool | None = None,
) -> list[NoteAlignment]:
    """Align a pattern with notes, best first; of alignments that share many notes the best.

    Parameters
    ----------
    pattern
        What to look for.
    notes
        A note table, sorted by onset; ``step``, ``part`` and ``voice`` are used
        where they are known.
    candidates
        Where to look, and how much slower; everywhere at stretch 1 if None.
    least
        The smallest share of the pattern's own score that counts.
    beside, best
        The smallest part of the best one's share that counts, here or of what was found before.
    costs
        The table of costs.
    surprise
        How common intervals and times are; by default in `notes`.
    invert
        Whether to look for the pattern upside down as well.
    fast
        Whether to use numba; by default where it is installed and there is enough to do.

    Returns
    -------
    list of NoteAlignment
        With rows of `notes`.
    """
    if len(pattern) < 2 or len(notes) < 2:
        return []
    music = NoteColumns(
        np.array(notes["onset"], np.float64), np.array(notes["pitch"], np.int64), steps_of(notes), streams_of(notes)
    )
    surprise = surprise or Surprise.of(music.time, music.step, music.stream)
    regions = _by_stretch([Region(0, len(notes))] if candidates is None else candidates)
    size = sum(last - first for ranges in regions.values() for first, last in ranges) * (1 + invert)
    fill = kernels(fast, "alignment", size / ALIGNED).fill
    found: list[NoteAlignment] = []
    for stretch, ranges in regions.items():
        for inverted in (False, True)[: 1 + invert]:
            query = _Query.of(pattern, surprise, costs, stretch, inverted=inverted)
            links = query.links()
            for rows in (rows for region in ranges for rows in _chunks(query, music.time, *region)):
                bar = max(least, beside * best)
                some = [*_ends(query, query.only(links, bar), music, rows, bar, fill)]
                best = max([best, *(alignment.share for alignment in some)])
                found += some
    return apart([alignment for alignment in found if alignment.share >= beside * best])


def steps_of(notes: NDArray[np.void]) -> NDArray[np.int64]:
    """Diatonic steps as given, inferred where one is unknown."""
    known = "step" in (notes.dtype.names or ()) and len(notes) and notes["step"].min() >= 0
    return np.array(notes["step"], np.int64) if known else spelled_steps(notes["pitch"])


class _Query(NamedTuple):
    """A pattern as the links that lead from note to note, each array (notes, reach)."""

    gap: NDArray[np.float64]
    interval: NDArray[np.int64]
    steps: NDArray[np.int64]
    earned: NDArray[np.float64]
    leaving: NDArray[np.bool_]
    costs: AlignmentCosts
    stretch: float
    inverted: bool

    @classmethod
    def of(
        cls, pattern: Pattern, surprise: Surprise, costs: AlignmentCosts, stretch: float, *, inverted: bool = False
    ) -> _Query:
        sign = -1 if inverted else 1
        columns = (pattern.onsets, sign * np.array(pattern.pitch), sign * pattern.steps)
        gap, interval, steps = (_differences(column) for column in columns)
        earned = [surprise.reward(steps.ravel(), times.ravel(), costs) for times in (gap, gap * stretch)]
        reward = _no_gain_by_skipping(np.minimum(*earned).reshape(gap.shape))
        leaving = _differences(pattern.voices) != 0
        return cls(gap * stretch, interval, steps, reward, leaving, costs=costs, stretch=stretch, inverted=inverted)

    @property
    def own(self) -> float:
        """What the pattern earns aligned with itself."""
        return float(self.earned[1:, 0].sum())

    def links(self) -> AlignmentLinks:
        """As the inner loop follows them."""
        c = self.costs
        rows, ks = np.nonzero(np.arange(len(self.gap))[:, None] > np.arange(REACH))
        order = np.lexsort((ks, rows, self.gap[rows, ks]))
        into, k = rows[order], ks[order]
        gap = self.gap[into, k]
        together = gap < APART
        return AlignmentLinks(
            heads=np.arange(len(self.gap)) * -c.head - np.float64(c.stretched * (self.stretch != 1)),
            into=into,
            back_by=k + 1,
            gap=gap,
            shortest=np.where(together, -1.0, np.maximum(gap * c.narrowest, APART)),
            longest=np.where(together, APART / 2, gap * c.widest + APART),
            interval=self.interval[into, k],
            steps=self.steps[into, k],
            earned=self.earned[into, k] - c.omitted * k,
            prices=pitch_costs(c)[(into >= c.opening).astype(int)],
            leave=np.where(self.leaving[into, k], 0.0, c.voice),
            rhythm=np.array([c.uneven, c.ratio]),
            texture=np.array([c.between, c.near]),
        )

    def only(self, links: AlignmentLinks, least: float) -> AlignmentLinks:
        """The same where only alignments count that are worth so much: what cannot become one is not followed.

        A beginning is raised to just less than what the rest of the pattern would make worth `least`, if it earned all it can: no link leads
        from there to more than that again.
        """
        rest = np.append(np.cumsum((self.earned[1:, 0] + SLIGHTLY)[::-1])[::-1], 0.0)
        wanted = least * self.own / self.costs.worth
        return links._replace(heads=np.maximum(links.heads, wanted - rest - SLIGHTLY))


def _no_gain_by_skipping(reward: NDArray[np.float64]) -> NDArray[np.float64]:
    """A link that leaves notes out earns at most what the links in its place earn on average."""
    own = reward[1:, 0]
    for k in range(1, min(REACH, len(own))):
        places = sum(own[first : len(own) - k + first] for first in range(k + 1))
        reward[k + 1 :, k] = np.minimum(reward[k + 1 :, k], places / (k + 1))
    return reward


def _differences(column: NDArray[Any]) -> NDArray[Any]:
    """From each note of the pattern back to the `REACH` before it; 0 where there is none."""
    rows = np.arange(len(column))[:, None]
    earlier = rows - np.arange(1, REACH + 1)
    return np.where(earlier >= 0, column[rows] - column[np.maximum(earlier, 0)], 0)


def _by_stretch(regions: Iterable[Region]) -> dict[float, list[tuple[int, int]]]:
    """The ranges of rows at each stretch, those that overlap joined."""
    found: dict[float, list[tuple[int, int]]] = {}
    for first, last, stretch in sorted(regions):
        ranges = found.setdefault(float(stretch), [])
        if ranges and first <= ranges[-1][1]:
            ranges[-1] = ranges[-1][0], max(last, ranges[-1][1])
        else:
            ranges.append((first, last))
    return found


def _chunks(query: _Query, time: NDArray[np.float64], first: int, last: int) -> Iterator[slice]:
    """Rows whose tables are held in memory one after another, each with what a pattern may have begun in before."""
    span = float(query.gap[:, 0].sum()) * query.costs.widest
    while first < last:
        stop = min(first + CHUNK, last)
        yield slice(first, stop)
        if stop == last:
            return
        first = min(max(int(np.searchsorted(time, time[stop - 1] - span)), first + CHUNK // 2), stop)


def _ends(
    query: _Query, links: AlignmentLinks, music: NoteColumns, rows: slice, least: float, fill: Any
) -> Iterator[NoteAlignment]:
    """The best alignment that ends at each of some rows, where it is worth `least`."""
    notes = NoteColumns(music.time[rows], music.pitch[rows], music.step[rows], music.stream[rows])
    reach = float(query.gap.max()) * query.costs.widest + 1e-6
    most = BACK * max(1, ceil(float(query.gap[:, 0].max()) / REST))
    first = np.maximum(np.searchsorted(notes.time, notes.time - reach), np.arange(len(notes.time)) - most)
    best, back, source = fill(notes, first.astype(np.int64), links)
    ends = best - query.costs.tail * np.arange(len(query.gap) - 1, -1, -1)
    last = ends.argmax(axis=1)
    scores = ends[np.arange(len(ends)), last]
    shares = scores / max(query.own, 1e-9) * query.costs.worth
    for row in np.flatnonzero((shares >= least) & (scores > 0)):
        pairs = tuple((i, j + rows.start) for i, j in _path(back, source, int(last[row]), int(row)))
        yield NoteAlignment(
            float(scores[row]),
            float(shares[row]),
            pairs,
            query.stretch,
            inverted=query.inverted,
            timed=query.costs.timed > 0,
        )


def _path(back: NDArray[np.int8], source: NDArray[np.int32], note: int, row: int) -> list[tuple[int, int]]:
    """Pattern notes and rows from the first to this one."""
    path = [(note, row)]
    while back[row, note]:
        note, row = note - int(back[row, note]), int(source[row, note])
        path.append((note, row))
    return path[::-1]


def apart(found: Sequence[NoteAlignment]) -> list[NoteAlignment]:
    """Best first, without those that share more than `SHARED` of their notes with a better one."""
    kept: list[NoteAlignment] = []
    owners: dict[int, list[int]] = {}
    for hit in sorted(found, key=lambda hit: (-hit.share, -hit.score, hit.pairs)):
        rows = [row for _, row in hit.pairs]
        shared: dict[int, int] = {}
        for owner in (owner for row in rows for owner in owners.get(row, ())):
            shared[owner] = shared.get(owner, 0) + 1
        if all(count <= SHARED * min(len(rows), len(kept[owner].pairs)) for owner, count in shared.items()):
            for row in rows:
                owners.setdefault(row, []).append(len(kept))
            kept.append(hit)
    return kept
