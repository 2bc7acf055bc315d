"""Beats as a value: given, read from a file, or found."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from os import PathLike

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mi_theme.errors import FileError, ScoreError
from mi_theme.file_bytes import file_text
from mi_theme.meter import Meter
from mi_theme.quantising.beatgrid import Floats
from mi_theme.score import MeterMap

__all__ = ["Beats", "read_beats"]

LEAST, MOST = 0.05, 60.0  # seconds from beat to beat
SHORTEST, LONGEST = 1 / 64, 1024  # quarters from beat to beat
MOST_ADDED = 1_000_000  # beats before the first and after the last
EARLY = 0.25  # of a beat that a first note may come before the first beat and still be on it
SURE = 0.5  # certainty from which beats are worth following


@dataclass(frozen=True, eq=False)
class Beats:
    """When the beats are, and how sure that is.

    Attributes
    ----------
    seconds
        Ascending, shape (n,).
    quarters
        Where that is written, from 0.
    numbers
        The number of each in its bar, from 1; 0 where that is not known.
    certainty
        From 0 to 1 for each: how cheaply what begins around it is written on these beats; 1 where
        they were given, 0 where nothing sounds. It says whether there is a beat, not that nobody
        would count half or twice as many.
    """

    seconds: Floats
    quarters: Floats
    numbers: NDArray[np.int64]
    certainty: Floats

    @classmethod
    def of(
        cls,
        seconds: ArrayLike,
        numbers: ArrayLike | None = None,
        *,
        value: Fraction | str | int = 1,
        quarters: ArrayLike | None = None,
    ) -> Beats:
        """Beats that are given, for instance tapped.

        Parameters
        ----------
        seconds
            When they are, ascending, shape (n,), two at least.
        numbers
            Which in its bar each is, from 1; 0 where that is not known.
        value
            The written length of a beat in quarters: 1, or 3/2 where beats divide in three.
        quarters
            The written place of each beat instead, ascending from 0.

        Raises
        ------
        ScoreError
            Where these are no beats.
        """
        try:
            times = np.asarray(seconds, float)
            places = np.asarray(np.arange(len(times)) * float(Fraction(value)) if quarters is None else quarters, float)
            counts = np.zeros(len(times), np.int64) if numbers is None else np.asarray(numbers, np.int64)
        except (TypeError, ValueError, ZeroDivisionError, OverflowError):
            raise ScoreError(
                "beats are seconds, one after the other, with their numbers in the bar if wanted"
            ) from None
        if times.ndim != 1 or len(times) < 2 or not counts.shape == places.shape == times.shape:
            raise ScoreError(f"beats are two or more seconds, not {times.size}, and each has one number")
        if not (np.isfinite(times).all() and np.isfinite(places).all()) or (counts < 0).any():
            raise ScoreError("beats are finite, and their numbers count from 1")
        _check_gaps(times, np.diff(times), LEAST, MOST, "s")
        _check_gaps(times, np.diff(places), SHORTEST, LONGEST, "quarters")
        return cls(times, places, counts, np.ones(len(times)))

    def __post_init__(self) -> None:
        for column in (self.seconds, self.quarters, self.numbers, self.certainty):
            column.setflags(write=False)

    def __len__(self) -> int:
        return len(self.seconds)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Beats):
            return NotImplemented
        mine, theirs = vars(self), vars(other)
        return all(np.array_equal(column, theirs[name]) for name, column in mine.items())

    def __hash__(self) -> int:
        return hash(self.seconds.tobytes())

    def __repr__(self) -> str:
        return f"<Beats: {len(self)}, {self.tempo:.0f} a minute, certainty {self.sure:.2f}>"

    def __str__(self) -> str:
        """Lines of seconds and numbers, as `read_beats` reads them."""
        rows = zip(self.seconds.tolist(), self.numbers.tolist(), self.certainty.tolist(), strict=True)
        head = f"# {len(self)} beats, {self.tempo:.1f} a minute, certainty {self.sure:.2f}"
        return "\n".join([head, *(f"{at:.4f}\t{number}\t{sure:.2f}" for at, number, sure in rows)])

    @property
    def tempo(self) -> float:
        """Beats a minute, the median."""
        return float(60 / np.median(np.diff(self.seconds))) if len(self) > 1 else 0.0

    @property
    def sure(self) -> float:
        """How certain the beats are where there is music; under a half there is no beat to follow."""
        known = self.certainty[self.certainty > 0]
        return float(known.mean()) if len(known) else 0.0

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
    def meters(self) -> MeterMap:
        """The metres from downbeat to downbeat, with a pick-up before the first; 4/4 where nobody says."""
        lines = np.flatnonzero(self.numbers == 1)
        if not len(lines):
            return MeterMap.of([(Fraction(0), Meter("4/4"))])
        places = [Fraction(float(place)).limit_denominator(64) for place in self.quarters[lines]]
        lengths = [after - before for before, after in pairwise(places)]
        usual = max(set(lengths), key=lambda length: (lengths.count(length), length)) if lengths else Fraction(4)
        unit = Fraction(float(np.median(np.diff(self.quarters)))).limit_denominator(64).denominator
        changes = [(Fraction(0), _meter(max(usual, places[0]), unit))] if places[0] else []
        before = Fraction(0)
        for place, length in zip(places, [*lengths, lengths[-1] if lengths else usual], strict=True):
            if length != before:
                changes.append((place, _meter(length, unit)))
                before = length
        return MeterMap.of(changes, places[0] if places[0] < usual else Fraction(0))

    def around(self, seconds: ArrayLike) -> Beats:
        """The same, going on at the tempo of its ends until everything is within; the first is at quarter 0.

        Parameters
        ----------
        seconds
            What must be within.

        Raises
        ------
        ScoreError
            Where there are no two beats, or they are next to nothing of the music.
        """
        if len(self) < 2:
            raise ScoreError(
                "there are no two beats to follow: tap them and give their seconds, a line each (--beats FILE, `read_beats`)"
            )
        wanted = np.asarray(seconds, float)
        if not len(wanted):
            return self
        (first, last), (low, high) = (np.diff(column)[[0, -1]] for column in (self.seconds, self.quarters))
        before = max(int(np.ceil((self.seconds[0] - wanted.min()) / first - EARLY)), 0)
        after = max(int(np.ceil((wanted.max() - self.seconds[-1]) / last)), 0)
        if before + after > MOST_ADDED:
            raise ScoreError("the beats cover next to nothing of the music")
        head, tail, count = np.arange(-before, 0), np.arange(1, after + 1), int(self.numbers.max())
        numbers = [(self.numbers[0] - 1 + head) % max(count, 1) + 1, (self.numbers[-1] - 1 + tail) % max(count, 1) + 1]
        return Beats(
            np.concatenate([self.seconds[0] + first * head, self.seconds, self.seconds[-1] + last * tail]),
            np.concatenate(
                [low * head, self.quarters - self.quarters[0], self.quarters[-1] - self.quarters[0] + high * tail]
            )
            + low * before,
            np.concatenate([numbers[0] * (count > 0), self.numbers, numbers[1] * (count > 0)]).astype(np.int64),
            np.concatenate([np.zeros(before), self.certainty, np.zeros(after)]),
        )


def _check_gaps(times: Floats, gaps: Floats, least: float, most: float, unit: str) -> None:
    wrong = np.flatnonzero((gaps < least) | (gaps > most))
    if len(wrong):
        at = int(wrong[0])
        raise ScoreError(
            f"beats {at + 1} and {at + 2}, at {times[at]:g} and {times[at + 1]:g} s, are {gaps[at]:g} {unit} apart, not {least:g} to {most:g}"
        )


def _meter(length: Fraction, unit: int) -> Meter:
    """A bar of so many quarters, counted in a quarter's `unit` parts or less."""
    denominator = max(4, min(4 * length.denominator, 64), min(4 * unit, 64))
    denominator = 1 << (denominator - 1).bit_length()
    return Meter.of(min(max(int(length * denominator / 4), 1), 255), denominator)


def read_beats(source: str | PathLike[str] | Iterable[str]) -> Beats:
    """Beats from a text file: one second a line, beside it the number in the bar if wanted.

    Parameters
    ----------
    source
        A path, or lines. What follows ``#`` is not read. A third column is passed over.

    Returns
    -------
    Beats
        Of a quarter each.

    Raises
    ------
    FileError, ScoreError
        Where a line is no second, or the seconds are no beats.
    """
    if isinstance(source, str | PathLike):
        name = str(source)
        lines: Sequence[str] = file_text(source).splitlines()
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
            raise FileError(
                f"{name}, line {number}: a line is a second and, if wanted, the number of the beat in its bar"
            ) from None
    try:
        return Beats.of([at for at, _ in rows], [count for _, count in rows])
    except ScoreError as error:
        raise ScoreError(f"{name}: {error}") from None
