"""Where bars and beats fall, and how many seconds that takes.

Positions are quarters as exact fractions; seconds are floats and appear only here.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from math import ceil, floor, lcm
from operator import index
from typing import TYPE_CHECKING, TypeAlias

from mi_theme.arguments import number
from mi_theme.errors import ScoreError
from mi_theme.meter import DENOMINATORS, Meter

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Bar", "Bars", "MeterMap", "TempoMap", "TimingWarning", "first_and_last", "meter_of_length", "tempo_of"]

Change = tuple[Fraction, Meter]
#: Some bars, first and last, both included: (5, 8), or "5-8"; 5 alone is bar 5.
Bars: TypeAlias = tuple[int, int] | int | str
LARGEST_NUMERATOR = 255  # that a MIDI file can say
DEFAULT_TEMPO = 500_000  # microseconds in a quarter where a file says nothing: 120 a minute


@dataclass(frozen=True)
class Bar:
    """One bar: its number (0 for a pick-up), where it starts and ends in quarters, its metre."""

    number: int
    start: Fraction
    end: Fraction
    meter: Meter

    @cached_property
    def length(self) -> Fraction:
        """Quarters from bar line to bar line; short for a pick-up or a cut bar."""
        return self.end - self.start

    @cached_property
    def beats(self) -> tuple[Fraction, ...]:
        """Where the beats fall, in quarters from the beginning of the score."""
        starts = (self.start + pulse * self.meter.pulse for pulse in self.meter.beats)
        return tuple(start for start in starts if start < self.end)


def first_and_last(bars: Bars) -> tuple[int, int]:
    """The first and the last of some `bars`, as every function takes them: (5, 8), "5-8", or 5 alone.

    Returns
    -------
    tuple of (int, int)
        Bar numbers.

    Raises
    ------
    ScoreError
        Where they are no two numbers, or the wrong way round.
    """
    try:
        if isinstance(bars, str):
            begin, _, end = bars.partition("-")
            bars = int(begin), int(end or begin)
        first, last = map(index, bars if isinstance(bars, Iterable) else (bars, bars))
    except (TypeError, ValueError):
        raise ScoreError(f"bars are (first, last), such as bars=(1, 4), not {bars!r}") from None
    if last < first:
        raise ScoreError(f"bars {first} to {last}: the first comes after the last")
    return first, last


@dataclass(frozen=True)
class MeterMap:
    """The metres of a score, in order.

    Parameters
    ----------
    changes
        (position in quarters, metre), ascending, the first at 0.
    pickup
        Length of an incomplete first bar, which then is bar 0. Without one, a
        first segment that holds no more than one bar and is shorter than the
        next metre's bar is a pick-up.
    stated
        False where nothing said so and 4/4 is only the default.
    whole
        True where the first bar is known to be a whole one, though it is shorter
        than those that follow.
    """

    changes: tuple[Change, ...]
    pickup: Fraction = Fraction(0)
    stated: bool = True
    whole: bool = False

    @classmethod
    def of(cls, changes: Iterable[Change], pickup: Fraction = Fraction(0)) -> MeterMap:
        """Clean up what a file says: the last word at one position counts; 4/4 before the first.

        Parameters
        ----------
        changes
            Positions in quarters, each with its metre.
        pickup
            Quarters before bar 1.
        """
        said = dict(sorted(changes, key=lambda change: change[0]))
        stated = bool(said)
        return cls(tuple(sorted(({Fraction(0): Meter("4/4")} | said).items())), pickup, stated)

    @classmethod
    def of_bars(cls, bars: Iterable[tuple[Fraction, Fraction, Meter | None]], *, counted: bool = True) -> MeterMap:
        """From bars as notation has them: an incomplete one has a metre of its own length, as in MIDI.

        Two neighbours that are one bar split by a repeat sign are put together again.

        Parameters
        ----------
        bars
            (start, length, metre) of each in quarters; the metre None where none is written.
        counted
            Whether the first is bar 1; one that is not counted is a pick-up, whatever its metre.
        """
        changes: list[Change] = []
        rows = list(_mended(list(bars)))
        for start, length, meter in rows:
            shown = meter if meter and length == meter.bar else meter_of_length(length) or meter or Meter("4/4")
            if not changes or changes[-1][1] != shown:
                changes.append((start, shown))
        stated = any(meter for _, _, meter in rows)
        if len(rows) == 1 and not counted and rows[0][2] and rows[0][1] < rows[0][2].bar:
            changes.append((rows[0][1], rows[0][2]))  # music that is nothing but a pick-up
        if not changes or changes[0][0] != 0:
            return replace(cls.of(changes), stated=stated)
        found = cls(tuple(changes), stated=stated)
        _, length, meter = rows[0]
        return found.opened_by(meter or changes[0][1]) if counted or (meter and length < meter.bar) else found

    def opened_by(self, meter: Meter | None) -> MeterMap:
        """The same with a first bar that is known to be one of this metre, whole or not.

        Parameters
        ----------
        meter
            The metre that is written over the first bar, if one is.
        """
        _, first = self.changes[0]
        if meter and meter.bar > first.bar and not self.opens_short:
            return replace(self, pickup=first.bar)
        return replace(self, whole=True) if meter and meter.bar == first.bar and self.opens_short else self

    @property
    def led_into(self) -> MeterMap:
        """The same with a pick-up that has a metre of its own length told as an incomplete bar of the metre that it leads into."""
        if self.pickup or not self.opens_short:
            return self
        (start, second), later = self.changes[1], self.changes[2:]
        return replace(self, changes=((Fraction(0), second), *later), pickup=start)

    @cached_property
    def _segments(self) -> tuple[tuple[Fraction, Meter, int], ...]:
        """(start, metre, number of the first bar) of each stretch in one metre."""
        segments: list[tuple[Fraction, Meter, int]] = []
        number = 0 if self.opens_short else 1
        for start, meter in self._starts:
            if segments:
                before, old, first = segments[-1]
                number = first + ceil((start - before) / old.bar)
            segments.append((start, meter, number))
        return tuple(segments)

    @cached_property
    def _grid(self) -> tuple[int, list[int]]:
        """Parts of a quarter in which each segment begins at a whole number, and these: compared faster than fractions."""
        parts = lcm(*(start.denominator for start, _, _ in self._segments))
        return parts, [int(start * parts) for start, _, _ in self._segments]

    @cached_property
    def _starts(self) -> tuple[Change, ...]:
        """The changes, and the bar line after an explicit pick-up."""
        if not self.pickup or any(start == self.pickup for start, _ in self.changes):
            return self.changes
        return tuple(sorted([*self.changes, (self.pickup, self.changes[0][1])], key=lambda change: change[0]))

    @property
    def opens_short(self) -> bool:
        """Whether the first bar is a pick-up; a metre that comes again was a bar the first time too."""
        if self.pickup or self.whole:
            return not self.whole
        if len(self.changes) < 2:
            return False
        (_, first), (start, second) = self.changes[:2]
        return start <= first.bar and start < second.bar and all(meter != first for _, meter in self.changes[2:])

    def _segment(self, index: int) -> tuple[Fraction, Meter, int, Fraction | None]:
        start, meter, number = self._segments[index]
        last = index + 1 == len(self._segments)
        return start, meter, number, None if last else self._segments[index + 1][0]

    def _bar_in(self, index: int, offset: int) -> Bar:
        start, meter, number, stop = self._segment(index)
        begin = start + offset * meter.bar
        end = begin + meter.bar
        return Bar(number + offset, begin, end if stop is None else min(end, stop), meter)

    def at(self, position: Fraction | int) -> Bar:
        """The bar that a position, in quarters, falls in.

        Parameters
        ----------
        position
            Quarters from the beginning.
        """
        parts, starts = self._grid
        index = max(bisect_right(starts, floor(Fraction(position) * parts)) - 1, 0)
        start, meter, _ = self._segments[index]
        return self._bar_in(index, int((position - start) // meter.bar))

    def bar(self, number: int) -> Bar:
        """The bar of that number.

        Parameters
        ----------
        number
            From 1; a pick-up is bar 0.

        Raises
        ------
        ScoreError
            Before the first bar.
        """
        first = self._segments[0][2]
        if number < first:
            raise ScoreError(f"there is no bar {number}: the first is bar {first}")
        index = bisect_right(self._segments, number, key=lambda segment: segment[2]) - 1
        return self._bar_in(index, number - self._segments[index][2])

    def bars(self, end: Fraction | int) -> Iterator[Bar]:
        """The bars that begin before `end`, lazily.

        Parameters
        ----------
        end
            Quarters from the beginning.
        """
        for place in range(len(self._segments)):
            start, meter, number, stop = self._segment(place)
            length = meter.bar
            while start < end and (stop is None or start < stop):
                line = start + length
                yield Bar(number, start, line if stop is None else min(line, stop), meter)
                start, number = line, number + 1


def meter_of_length(length: Fraction) -> Meter | None:
    """A metre whose bar has this length in quarters, with the largest unit; None where there is none."""
    for denominator in DENOMINATORS[2:]:
        count = length * denominator / 4
        if count.denominator == 1 and 1 <= count <= LARGEST_NUMERATOR:
            return Meter.of(int(count), denominator)
    return None


def _mended(
    bars: Sequence[tuple[Fraction, Fraction, Meter | None]],
) -> Iterator[tuple[Fraction, Fraction, Meter | None]]:
    """Bars that have a length, two neighbours that are one bar split by a repeat put together again."""
    index = 0
    while index < len(bars):
        start, length, meter = bars[index]
        if meter and 0 < index < len(bars) - 1 and 0 < length < meter.bar:
            _, rest, after = bars[index + 1]
            if after and length + rest == meter.bar == after.bar:
                length, index = meter.bar, index + 1
        if length > 0:
            yield start, length, meter
        index += 1


@dataclass(frozen=True)
class TempoMap:
    """The tempos of a score: (position in quarters, microseconds a quarter), the first at 0."""

    changes: tuple[tuple[Fraction, int], ...]

    @classmethod
    def of(cls, changes: Iterable[tuple[Fraction, int]]) -> TempoMap:
        """Clean up what a file says; 120 quarters a minute before the first.

        Parameters
        ----------
        changes
            Positions in quarters, each with its microseconds a quarter.
        """
        said = dict(sorted(changes, key=lambda change: change[0]))
        return cls(tuple(sorted(({Fraction(0): DEFAULT_TEMPO} | said).items())))

    @cached_property
    def _clock(self) -> tuple[float, ...]:
        """Seconds at each change."""
        clock = [0.0]
        for (start, speed), (stop, _) in zip(self.changes, self.changes[1:], strict=False):
            clock.append(clock[-1] + float(stop - start) * speed / 1e6)
        return tuple(clock)

    def seconds(self, position: Fraction | int) -> float:
        """Seconds from the beginning to a position in quarters.

        Parameters
        ----------
        position
            Quarters from the beginning.
        """
        index = max(bisect_right(self.changes, position, key=lambda change: change[0]) - 1, 0)
        start, speed = self.changes[index]
        return self._clock[index] + float(position - start) * speed / 1e6

    def clock(self, positions: NDArray[np.float64]) -> NDArray[np.float64]:
        """`seconds` of many `positions` at once, as floats, shape as given."""
        import numpy as np

        starts = np.array([float(start) for start, _ in self.changes])
        speeds = np.array([speed / 1e6 for _, speed in self.changes])
        index = np.maximum(np.searchsorted(starts, positions, "right") - 1, 0)
        seconds: NDArray[np.float64] = np.array(self._clock)[index] + (positions - starts[index]) * speeds[index]
        return seconds

    def per_minute(self, position: Fraction | int = 0) -> float:
        """Quarters a minute in force at a position.

        Parameters
        ----------
        position
            Quarters from the beginning.
        """
        index = max(bisect_right(self.changes, position, key=lambda change: change[0]) - 1, 0)
        return 6e7 / max(self.changes[index][1], 1)


def tempo_of(per_minute: float) -> int:
    """Microseconds in a quarter.

    Raises
    ------
    ScoreError
        Outside what a MIDI file can say with sense: 4 to 1,000 quarters a minute.
    """
    return round(6e7 / number("a tempo in quarters a minute", per_minute, 4, 1000))


class TimingWarning(UserWarning):
    """Times were rounded; the message gives the largest error."""
