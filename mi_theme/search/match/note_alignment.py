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
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mi_theme.score.spelling import spelled_steps
from mi_theme.search.kernels.choosing import loops
from mi_theme.search.match.alignment_costs import COSTS, REACH, Costs, Surprise, pitch_costs, streams_of
from mi_theme.search.patterns import Pattern

__all__ = ["Alignment", "Region", "align", "apart", "own_score", "steps_of", "surprise_of"]

APART = 1e-6  # quarters; closer onsets are together
BACK = 128  # score notes back that a link can reach, however many sound at once
CHUNK = 100_000  # score notes whose table is held in memory at once
ALIGNED = 12_000  # notes a second that numpy does
SHARED = 0.4  # the part of an alignment's notes that a better one may have too


class Region(NamedTuple):
    """Rows of the score, from `first` up to but not `last`, to be searched at a stretch."""

    first: int
    last: int
    stretch: float = 1.0


class Alignment(NamedTuple):
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


def own_score(pattern: Pattern, surprise: Surprise, costs: Costs = COSTS) -> float:
    """What a pattern earns aligned with itself."""
    return float(_Query.of(pattern, surprise, costs, 1.0, False).own)


def align(
    pattern: Pattern, notes: NDArray[np.void], candidates: Iterable[Region] | None = None, *, least: float = 0.8,
    costs: Costs = COSTS, surprise: Surprise | None = None, invert: bool = False, fast: bool | None = None,
) -> list[Alignment]:  # fmt: skip
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
    list of Alignment
        With rows of `notes`.
    """
    if len(pattern) < 2 or len(notes) < 2:
        return []
    music = _Music.of(notes)
    surprise = surprise or Surprise.of(music.time, music.step, music.stream)
    regions = _by_stretch([Region(0, len(notes))] if candidates is None else candidates)
    size = sum(last - first for ranges in regions.values() for first, last in ranges) * (1 + invert)
    fill = loops(fast, "alignment_numba", "alignment_numpy", size / ALIGNED).fill
    found: list[Alignment] = []
    for stretch, ranges in regions.items():
        for inverted in (False, True)[: 1 + invert]:
            query = _Query.of(pattern, surprise, costs, stretch, inverted)
            found += [hit for first, last in ranges for hit in _ends(query, music, first, last, least, fill)]
    return apart(found)


class _Music(NamedTuple):
    """The columns of the notes that are searched."""

    time: NDArray[np.float64]
    pitch: NDArray[np.int64]
    step: NDArray[np.int64]
    stream: NDArray[np.int64]

    @classmethod
    def of(cls, notes: NDArray[np.void]) -> _Music:
        time, pitch = np.array(notes["onset"], np.float64), np.array(notes["pitch"], np.int64)
        return cls(time, pitch, steps_of(notes), streams_of(notes))

    def cut(self, first: int, last: int) -> _Music:
        rows = slice(first, last)
        return _Music(self.time[rows], self.pitch[rows], self.step[rows], self.stream[rows])


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
    costs: Costs
    stretch: float
    inverted: bool

    @classmethod
    def of(cls, pattern: Pattern, surprise: Surprise, costs: Costs, stretch: float, inverted: bool) -> _Query:
        sign = -1 if inverted else 1
        columns = (pattern.onsets, sign * np.array(pattern.pitch), sign * pattern.steps)
        gap, interval, steps = (_differences(column) for column in columns)
        earned = [surprise.reward(steps.ravel(), times.ravel(), costs) for times in (gap, gap * stretch)]
        reward = _no_gain_by_skipping(np.minimum(*earned).reshape(gap.shape))
        leaving = _differences(pattern.voices) != 0
        return cls(gap * stretch, interval, steps, reward, leaving, costs, stretch, inverted)

    @property
    def own(self) -> float:
        """What the pattern earns aligned with itself."""
        return float(self.earned[1:, 0].sum())

    @property
    def heads(self) -> NDArray[np.float64]:
        """The score of a beginning at each pattern note."""
        entry = self.costs.stretched * (self.stretch != 1)
        return np.arange(len(self.gap)) * -self.costs.head - np.float64(entry)

    def links(self) -> tuple[NDArray[Any], ...]:
        """The arguments of the inner loop: `heads`, and a row for each link, by rising time.

        The rows have the note that a link leads to and how many notes before it
        the link begins; the expected, the shortest and the longest time;
        semitones and steps; what it earns; what it pays for an interval that is
        0 to 8 steps off, and for leaving its voice. Then what times and notes
        between cost.
        """
        c = self.costs
        rows, ks = np.nonzero(np.arange(len(self.gap))[:, None] > np.arange(REACH))
        order = np.lexsort((ks, rows, self.gap[rows, ks]))
        into, k = rows[order], ks[order]
        gap = self.gap[into, k]
        together = gap < APART
        return (
            self.heads, into, k + 1, gap,
            np.where(together, -1.0, np.maximum(gap * c.narrowest, APART)),
            np.where(together, APART / 2, gap * c.widest + APART),
            self.interval[into, k], self.steps[into, k], self.earned[into, k] - c.omitted * k,
            pitch_costs(c)[(into >= c.opening).astype(int)],
            np.where(self.leaving[into, k], 0.0, c.voice), np.array([c.uneven, c.ratio]), np.array([c.between, c.near]),
        )  # fmt: skip


def _no_gain_by_skipping(reward: NDArray[np.float64]) -> NDArray[np.float64]:
    """A link that leaves notes out earns at most what the links in its place earn on average."""
    for row in range(1, len(reward)):
        for k in range(1, min(row, REACH)):
            reward[row, k] = min(reward[row, k], reward[row - k : row + 1, 0].mean())
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


def _ends(query: _Query, music: _Music, first: int, last: int, least: float, fill: Any) -> Iterator[Alignment]:
    """Alignments in some rows, best first, each with rows that no better one of them ends in."""
    links = query.links()
    span = float(query.gap[:, 0].sum()) * query.costs.widest
    while first < last:
        stop = min(first + CHUNK, last)
        yield from _traced(query, music.cut(first, stop), first, least, fill, links)
        if stop == last:
            return
        first = min(max(int(np.searchsorted(music.time, music.time[stop - 1] - span)), first + CHUNK // 2), stop)


def _traced(
    query: _Query, music: _Music, shift: int, least: float, fill: Any, links: tuple[NDArray[Any], ...]
) -> Iterator[Alignment]:
    best, back, source = fill(*music, _first_in_reach(query, music.time), *links)
    ends = best - query.costs.tail * np.arange(len(query.gap) - 1, -1, -1)
    last = ends.argmax(axis=1)
    scores = ends[np.arange(len(ends)), last]
    own = max(query.own, 1e-9)
    shares = scores / own * query.costs.worth
    for row in np.flatnonzero((shares >= least) & (scores > 0)):
        pairs = tuple((i, j + shift) for i, j in _path(back, source, int(last[row]), int(row)))
        kind = query.stretch, query.inverted, query.costs.timed > 0
        yield Alignment(float(scores[row]), float(shares[row]), pairs, *kind)


def _first_in_reach(query: _Query, time: NDArray[np.float64]) -> NDArray[np.int64]:
    """The first row that each row's links can come from."""
    reach = float(query.gap.max()) * query.costs.widest + 1e-6
    rows = np.arange(len(time))
    return np.maximum(np.searchsorted(time, time - reach), rows - BACK).astype(np.int64)


def _path(back: NDArray[np.int8], source: NDArray[np.int32], note: int, row: int) -> list[tuple[int, int]]:
    """Pattern notes and rows from the first to this one."""
    path = [(note, row)]
    while back[row, note]:
        note, row = note - int(back[row, note]), int(source[row, note])
        path.append((note, row))
    return path[::-1]


def apart(found: Sequence[Alignment]) -> list[Alignment]:
    """Best first, without those that share more than `SHARED` of their notes with a better one."""
    kept: list[Alignment] = []
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
