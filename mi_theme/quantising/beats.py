"""Beats as a value: given, read from a file, or found."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from os import PathLike
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mi_theme.errors import FileError, ScoreError
from mi_theme.meter import Meter
from mi_theme.quantising.grids import Floats
from mi_theme.score import MeterMap

__all__ = ["Beats", "read_beats"]

LEAST, MOST = 0.05, 60.0  # seconds from beat to beat
SURE = 0.5  # certainty from which beats are worth following


@dataclass(frozen=True, eq=False)
class Beats:
    """When the beats are, and how sure that is.

    Attributes
    ----------
    seconds
        Ascending, shape (n,).
    numbers
        The number of each in its bar, from 1; 0 where that is not known.
    certainty
        From 0 to 1 for each: how much of what begins there agrees; 1 where it was given.
    value
        The written length of a beat in quarters: 1, or 3/2 where beats divide in three.
    """

    seconds: Floats
    numbers: NDArray[np.int64]
    certainty: Floats
    value: Fraction = Fraction(1)

    @classmethod
    def of(cls, seconds: ArrayLike, numbers: ArrayLike | None = None, value: Fraction | str | int = 1) -> Beats:
        """Beats that are given, for instance tapped.

        Parameters
        ----------
        seconds
            When they are, ascending.
        numbers
            Which in its bar each is, from 1.
        value
            The written length of a beat in quarters.

        Raises
        ------
        ScoreError
            Where these are no beats.
        """
        try:
            times = np.asarray(seconds, float)
            counts = np.zeros(len(times), np.int64) if numbers is None else np.asarray(numbers, np.int64)
            length = Fraction(value)
        except (TypeError, ValueError, ZeroDivisionError):
            raise ScoreError("beats are seconds, one after the other, with their numbers in the bar if wanted") from None
        if times.ndim != 1 or len(times) < 2 or counts.shape != times.shape or not np.isfinite(times).all():
            raise ScoreError(f"beats are two or more seconds, not {len(np.atleast_1d(times))}")
        gaps = np.diff(times)
        wrong = np.flatnonzero((gaps < LEAST) | (gaps > MOST))
        if len(wrong):
            at = wrong[0]
            raise ScoreError(
                f"beats {at + 1} and {at + 2}, at {times[at]:g} and {times[at + 1]:g} s, are {gaps[at]:g} s apart, not {LEAST:g} to {MOST:g}"
            )
        if (counts < 0).any() or not 0 < length <= 4:
            raise ScoreError("the numbers of beats count from 1, and a beat is up to 4 quarters long")
        return cls(times, counts, np.ones(len(times)), length)

    def __post_init__(self) -> None:
        for column in (self.seconds, self.numbers, self.certainty):
            column.setflags(write=False)

    def __len__(self) -> int:
        return len(self.seconds)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Beats):
            return NotImplemented
        columns = ("seconds", "numbers", "certainty")
        return self.value == other.value and all(
            np.array_equal(getattr(self, name), getattr(other, name)) for name in columns
        )

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<Beats: {len(self)}, {self.tempo:.0f} a minute, certainty {self.sure:.2f}>"

    def __str__(self) -> str:
        """Lines of seconds and numbers, as `read_beats` reads them."""
        rows = zip(self.seconds.tolist(), self.numbers.tolist(), self.certainty.tolist(), strict=True)
        head = f"# {len(self)} beats of {self.value} quarters, {self.tempo:.1f} a minute, certainty {self.sure:.2f}"
        return "\n".join([head, *(f"{at:.4f}\t{number}\t{sure:.2f}" for at, number, sure in rows)])

    @property
    def tempo(self) -> float:
        """Beats a minute, the median."""
        return float(60 / np.median(np.diff(self.seconds))) if len(self) > 1 else 0.0

    @property
    def sure(self) -> float:
        """How certain the beats are on the whole; under a half there is no beat to follow."""
        return float(self.certainty.mean()) if len(self) else 0.0

    @property
    def is_clear(self) -> bool:
        """Whether there is a beat to follow."""
        return len(self) > 1 and self.sure >= SURE

    @property
    def downbeats(self) -> Floats:
        """Seconds of the beats that open bars."""
        found: Floats = self.seconds[self.numbers == 1]
        return found

    @property
    def quarters(self) -> Floats:
        """The place of each beat: the first is at 0."""
        return np.arange(len(self)) * float(self.value)

    @property
    def meters(self) -> MeterMap:
        """The metres that the numbers count, with a pick-up before the first downbeat."""
        lines = np.flatnonzero(self.numbers == 1)
        if not len(lines):
            return MeterMap.of([(Fraction(0), self._meter(4))])
        counts = np.diff(lines).tolist()
        usual = max(set(counts), key=lambda count: (counts.count(count), count)) if counts else int(self.numbers.max())
        changes, before = [], 0
        for line, count in zip(lines.tolist(), [*counts, usual], strict=True):
            if count != before:
                changes.append((line * self.value, self._meter(count)))
                before = count
        first = int(lines[0])
        if first:
            changes.insert(0, (Fraction(0), self._meter(usual if first <= usual else first)))
        return MeterMap.of(changes, first * self.value if 0 < first < usual else Fraction(0))

    def _meter(self, count: int) -> Meter:
        """A bar of so many beats."""
        whole = self.value * count / 4
        denominator = max(4 if self.value.denominator == 1 else 8, whole.denominator)
        return Meter.of(min(int(whole * denominator), 255), denominator)

    def around(self, seconds: ArrayLike) -> Beats:
        """The same, going on at the tempo of its ends until everything is within.

        Parameters
        ----------
        seconds
            What must be within.
        """
        wanted = np.asarray(seconds, float)
        if not len(wanted) or not len(self):
            return self
        first, last = self.seconds[1] - self.seconds[0], self.seconds[-1] - self.seconds[-2]
        before = max(int(np.ceil((self.seconds[0] - wanted.min()) / first)), 0)
        after = max(int(np.ceil((wanted.max() - self.seconds[-1]) / last)), 0)
        if before + after > 1_000_000:
            raise ScoreError("the beats that are given cover next to nothing of the music")
        count = int(self.numbers.max())
        times = np.concatenate(
            [self.seconds[0] - first * np.arange(before, 0, -1), self.seconds, self.seconds[-1] + last * np.arange(1, after + 1)]
        )
        numbers = np.concatenate(
            [
                (self.numbers[0] - 1 - np.arange(before, 0, -1)) % count + 1 if count else np.zeros(before, np.int64),
                self.numbers,
                (self.numbers[-1] - 1 + np.arange(1, after + 1)) % count + 1 if count else np.zeros(after, np.int64),
            ]
        ).astype(np.int64)
        certainty = np.concatenate([np.zeros(before), self.certainty, np.zeros(after)])
        return replace(self, seconds=times, numbers=numbers, certainty=certainty)


def read_beats(source: str | PathLike[str] | Iterable[str]) -> Beats:
    """Beats from a text file: one second a line, beside it the number in the bar if wanted.

    Parameters
    ----------
    source
        A path, or lines. What follows ``#`` is not read. A third column is passed over.

    Raises
    ------
    FileError, ScoreError
        Where a line is no second, or the seconds are no beats.
    """
    if isinstance(source, str | PathLike):
        name = str(source)
        try:
            lines: Sequence[str] = Path(source).read_text("utf-8").splitlines()
        except UnicodeDecodeError:
            raise FileError(f"{name}: beats are text, one second a line") from None
    else:
        name, lines = "beats", list(source)
    rows = []
    for number, line in enumerate(lines, 1):
        words = line.partition("#")[0].replace(",", " ").split()
        if not words:
            continue
        try:
            rows.append((float(words[0]), int(float(words[1])) if len(words) > 1 else 0))
        except (ValueError, OverflowError):
            raise FileError(f"{name}, line {number}: a line is a second and, if wanted, the number of the beat in its bar") from None
    try:
        return Beats.of([at for at, _ in rows], [count for _, count in rows])
    except ScoreError as error:
        raise ScoreError(f"{name}: {error}") from None
