"""The bar map between two versions of a piece that one has.

The lines are aligned note by note (Needleman and Wunsch, 1970, on pitch classes
relative to a common transposition); then each bar of the first has the map
through the notes it shares with the second, and the name of the strategy that
makes the same map, if one does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from html import escape
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mi_theme.adaptation.frames import Frame, Task
from mi_theme.adaptation.strategies import STRATEGIES, plainest, proposed
from mi_theme.conversion.reading.note_groups import figure_of
from mi_theme.conversion.reading.piece_reading import PieceReading, piece_of
from mi_theme.errors import MiThemeError, ScoreError
from mi_theme.listings import Rows
from mi_theme.meter import Meter
from mi_theme.score import Bar, Score
from mi_theme.warp import Warp

__all__ = ["AlignedBar", "Alignment", "alignment"]

MATCH, MISMATCH, GAP = 2, -1, -1
LONGEST_LINE = 6000  # notes of a line; a longer pair of lines takes too much memory


class AlignedBar(NamedTuple):
    """A bar of the first version: its map into the second, how many of its notes are there again, the strategy."""

    bar: int
    to_bar: int
    warp: Warp
    notes: int
    matched: int
    strategy: str

    @property
    def cells(self) -> dict[str, str]:
        """The bar as a row of a table."""
        notes = f"{self.matched} of {self.notes}"
        return {
            "bar": str(self.bar),
            "to bar": str(self.to_bar),
            "notes again": notes,
            "bar map": str(self.warp),
            "strategy": self.strategy,
        }


@dataclass(frozen=True, repr=False)
class Alignment:
    """Two versions side by side."""

    source: Meter
    target: Meter
    transposed: int
    bars: tuple[AlignedBar, ...]

    @property
    def matched(self) -> float:
        """The share of the first version's notes that the second has."""
        return sum(bar.matched for bar in self.bars) / max(sum(bar.notes for bar in self.bars), 1)

    @property
    def strategy(self) -> str:
        """The strategy that most bars follow, or nothing."""
        named = Counter(bar.strategy for bar in self.bars if bar.strategy)
        return named.most_common(1)[0][0] if named else ""

    def __str__(self) -> str:
        return f"{self.summary}\n{Rows(self.bars)}"

    def __repr__(self) -> str:
        return f"<Alignment {self.summary}>"

    def _repr_html_(self) -> str:
        return f"<p>{escape(self.summary)}</p>{Rows(self.bars)._repr_html_()}"

    @property
    def summary(self) -> str:
        """Both metres, the transposition, how much comes again and by which strategy, in a line."""
        again = f"{self.matched:.0%} of the notes again; {self.strategy or 'no strategy of ours'}"
        return f"{self.source} -> {self.target}, transposed {self.transposed:+d}; {again}"


def alignment(a: Score, b: Score, part_a: str | int | None, part_b: str | int | None) -> Alignment:
    """Align the leads of two scores.

    Parameters
    ----------
    a, b
        Two versions.
    part_a, part_b
        The parts to compare; None finds the leads.

    Returns
    -------
    Alignment
        Bar by bar.

    Raises
    ------
    ScoreError, UnknownName
        Where there is nothing to align, or no such part.
    """
    pieces = piece_of(a, None, part_a), piece_of(b, None, part_b)
    lines = tuple(_line(piece) for piece in pieces)
    if not all(len(line) for line in lines):
        raise ScoreError("there is nothing to align: a part has no notes")
    if max(map(len, lines)) > LONGEST_LINE:
        raise ScoreError(f"lines of more than {LONGEST_LINE} notes are not aligned: cut out a passage")
    shift = _transposition(*lines)
    pairs = _pairs(lines[0][:, 1] + shift, lines[1][:, 1])
    quarters = a.ticks_per_quarter, b.ticks_per_quarter
    points = [
        (Fraction(int(lines[0][i, 0]), quarters[0]), Fraction(int(lines[1][j, 0]), quarters[1])) for i, j in pairs
    ]
    onsets = [Fraction(int(tick), quarters[0]) for tick in lines[0][:, 0]]
    return Alignment(pieces[0].main, pieces[1].main, shift, tuple(_bars(pieces, onsets, points)))


def _line(piece: PieceReading) -> NDArray[np.int64]:
    """(tick, pitch) of the lead, the top note of each chord."""
    top: dict[int, int] = {}
    mine = piece.score.spans[piece.part_of == piece.lead]
    for span in mine:
        pitch = int(piece.score.tracks[span["track"]].events["data1"][span["on"]])
        top[int(span["start"])] = max(top.get(int(span["start"]), 0), pitch)
    return np.array(sorted(top.items()), np.int64).reshape(-1, 2)


def _transposition(a: NDArray[np.int64], b: NDArray[np.int64]) -> int:
    """Semitones that make most intervals of short stretches meet; the smallest of equals."""
    steps = Counter[int]()
    places: dict[tuple[int, ...], list[int]] = {}
    for i in range(len(b) - 3):
        places.setdefault(tuple(np.diff(b[i : i + 4, 1]).tolist()), []).append(int(b[i, 1]))
    for i in range(len(a) - 3):
        for pitch in places.get(tuple(np.diff(a[i : i + 4, 1]).tolist()), []):
            steps[pitch - int(a[i, 1])] += 1
    if not steps:
        steps.update((b[: len(a), 1] - a[: len(b), 1]).tolist())
    return max(steps, key=lambda step: (steps[step], -abs(step)))


def _pairs(a: NDArray[np.int64], b: NDArray[np.int64]) -> list[tuple[int, int]]:
    """Index pairs of equal pitches on the best path."""
    score = np.zeros((len(a) + 1, len(b) + 1), np.int32)
    score[:, 0], score[0, :] = np.arange(len(a) + 1) * GAP, np.arange(len(b) + 1) * GAP
    gaps = np.arange(len(b) + 1) * GAP
    for i in range(1, len(a) + 1):
        same = np.where(b == a[i - 1], MATCH, MISMATCH)
        best = np.maximum(score[i - 1, :-1] + same, score[i - 1, 1:] + GAP)
        row = np.concatenate([[score[i, 0]], best]) - gaps
        score[i] = np.maximum.accumulate(row) + gaps
    return list(_path(score, a, b))[::-1]


def _path(score: NDArray[np.int32], a: NDArray[np.int64], b: NDArray[np.int64]) -> Iterator[tuple[int, int]]:
    i, j = len(a), len(b)
    while i and j:
        same = a[i - 1] == b[j - 1]
        if score[i, j] == score[i - 1, j - 1] + (MATCH if same else MISMATCH):
            i, j = i - 1, j - 1
            if same:
                yield i, j
        elif score[i, j] == score[i - 1, j] + GAP:
            i -= 1
        else:
            j -= 1


def _bars(
    pieces: tuple[PieceReading, PieceReading], onsets: Sequence[Fraction], points: Sequence[tuple[Fraction, Fraction]]
) -> Iterator[AlignedBar]:
    """The map of each bar of the first that shares notes with the second."""
    for bar in pieces[0].bars:
        inside = [(x, y) for x, y in points if bar.start <= x < bar.end]
        if not inside:
            continue
        other = pieces[1].meters.at(inside[0][1])
        warp = _through([(x - bar.start, y - other.start) for x, y in inside], bar, other)
        mine = [at - bar.start for at in onsets if bar.start <= at < bar.end]
        name = _named(pieces[0], bar, other, inside, mine)
        yield AlignedBar(bar.number, other.number, warp, notes=len(mine), matched=len(inside), strategy=name)


def _through(points: Sequence[tuple[Fraction, Fraction]], bar: Bar, other: Bar) -> Warp:
    """The map of a bar through the notes it shares with another, bar line to bar line."""
    found = [(Fraction(0), Fraction(0))]
    for x, y in points:
        if found[-1][0] < x < bar.length and found[-1][1] < y < other.length:
            found.append((x, y))
    return Warp([*found, (bar.length, other.length)])


def _named(
    piece: PieceReading, bar: Bar, other: Bar, shared: Sequence[tuple[Fraction, Fraction]], onsets: Sequence[Fraction]
) -> str:
    """The strategy whose map takes these notes where they are; rather one that drops what is not there."""
    points = [(x - bar.start, y - other.start) for x, y in shared]
    gone = set(onsets) - {x for x, _ in points}
    task = Task(figure_of(piece, bar.meter, None)[0], tuple(onsets), Frame(bar.meter), Frame(other.meter))
    found = {name: warp for name, warp in _maps(task) if all(warp.keeps(x) and warp(x) == y for x, y in points)}
    exact = (name for name, warp in found.items() if not any(warp.keeps(at) for at in gone))
    name = next(exact, next(iter(found), ""))
    return plainest(name, found[name], task) if name else ""


def _maps(task: Task) -> Iterator[tuple[str, Warp]]:
    """What each strategy would do that takes bar to bar."""
    for name, strategy in STRATEGIES.items():
        if not strategy.by_notes and not strategy.meets_bars:
            with suppress(MiThemeError):
                yield name, proposed(name, task)[0].warp
