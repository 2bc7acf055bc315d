"""Where in the metre something is: in which one, on which beat, in a bar of which rhythm; with a theme or alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import pairwise
from math import floor
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mi_theme.arguments import number
from mi_theme.files.bulk.sheets import Sheet
from mi_theme.meter import Grouping, Meter
from mi_theme.score import Bar, MeterMap
from mi_theme.search.hits import Hit
from mi_theme.search.match.alignment_costs import streams_of

__all__ = ["ANYWHERE", "MetricConditions", "RhythmPlace", "rhythm_places"]

PLAYED = 1 / 12  # quarters that a player may be off
MOST_BEATS = 64


class MetricConditions(NamedTuple):
    """What is asked of the place of a hit.

    Attributes
    ----------
    meter
        The metre of the bar that it begins in; one without groups takes that signature with any.
    begins_on
        The beat that its first note falls on, from 1; 2.5 is half way from the second to the third.
    rhythm
        The rhythm of a bar that it lies in, in one of its voices: notes just where the groups begin, which fill the bar.
    """

    meter: Meter | None = None
    begins_on: Fraction | None = None
    rhythm: Grouping | None = None

    @classmethod
    def of(
        cls, meter: str | Meter | None, begins_on: float | None, rhythm: str | Iterable[int] | Grouping | None
    ) -> MetricConditions:
        """The same of what a call is given.

        Parameters
        ----------
        meter, begins_on, rhythm
            See the class; text too.

        Raises
        ------
        TextError, ScoreError
            Where they are no metre, no beat, no rhythm.
        """
        beat = (
            None if begins_on is None else Fraction(number("begins_on", begins_on, 1, MOST_BEATS)).limit_denominator(48)
        )
        return cls(None if meter is None else Meter(meter), beat, None if rhythm is None else Grouping(rhythm))

    def are_met(self, hit: Hit, sheet: Sheet) -> bool:
        """Whether a hit is in such a place; never, where something is asked and the music states no metre.

        Parameters
        ----------
        hit, sheet
            What was found, and where.
        """
        if self == ANYWHERE:
            return True
        if not sheet.meters or not sheet.meters.stated:
            return False
        bar = sheet.meters.at(hit.onset + Fraction(PLAYED).limit_denominator(48))
        if not self.takes(bar.meter) or not self._on_the_beat(float(hit.onset), bar):
            return False
        if self.rhythm is None:
            return True
        own = sheet.table[list(hit.notes)]
        voices = {(row["part"], row["voice"]) for row in own}
        some = [row for row in _bars_of(sheet, self.rhythm) if hit.onset < row.end and row.start < hit.end]
        return any((row.part, row.voice) in voices for row in some)

    def takes(self, meter: Meter) -> bool:
        """Whether a metre is what is asked for.

        Parameters
        ----------
        meter
            Of a bar.
        """
        asked = self.meter
        return asked is None or asked == (meter if asked.plain != asked else meter.plain)

    def _on_the_beat(self, onset: float, bar: Bar) -> bool:
        if self.begins_on is None:
            return True
        beats = [*bar.beats, bar.start + bar.meter.bar]
        whole = floor(self.begins_on)
        if whole >= len(beats):
            return False
        at = beats[whole - 1] + (self.begins_on - whole) * (beats[whole] - beats[whole - 1])
        return abs(onset - float(at)) <= PLAYED


ANYWHERE = MetricConditions()


class _RhythmBar(NamedTuple):
    """A bar of a voice that has a rhythm."""

    part: int
    voice: int
    number: int
    start: Fraction
    end: Fraction
    meter: Meter


class RhythmPlace(NamedTuple):
    """Bars in a row in which a voice has a rhythm.

    Attributes
    ----------
    source, part
        Where.
    bar, bars
        The first one's number, and how many there are.
    meter
        Their metre.
    onset
        Where the first begins, in quarters from the beginning.
    """

    source: str
    part: str
    bar: int
    bars: int
    meter: Meter
    onset: Fraction

    @property
    def cells(self) -> dict[str, str]:
        """The place as a row of a table."""
        until = f"-{self.bar + self.bars - 1}" if self.bars > 1 else ""
        return {
            "file": self.source or "score",
            "part": self.part,
            "bars": f"{self.bar}{until}",
            "metre": str(self.meter),
        }

    def to_dict(self) -> dict[str, str | int]:
        """Plain values, ready for JSON."""
        return {name: value if isinstance(value, int) else str(value) for name, value in self._asdict().items()}


def rhythm_places(sheet: Sheet, conditions: MetricConditions) -> list[RhythmPlace]:
    """Where voices of a piece have a rhythm, bar by bar, those in a row as one place.

    Parameters
    ----------
    sheet
        The piece; one that states no metre has none.
    conditions
        The rhythm, and in which metre.

    Returns
    -------
    list of RhythmPlace
        In the order of parts and bars.
    """
    if conditions.rhythm is None or not sheet.meters or not sheet.meters.stated:
        return []
    found: list[tuple[tuple[int, int], RhythmPlace]] = []
    for row in _bars_of(sheet, conditions.rhythm):
        if not conditions.takes(row.meter):
            continue
        voice, name = (
            (row.part, row.voice),
            sheet.names[row.part] if row.part < len(sheet.names) else f"Part {row.part + 1}",
        )
        if found:
            same, last = found[-1]
            if same == voice and last.meter == row.meter and last.bar + last.bars == row.number:
                found[-1] = (same, last._replace(bars=last.bars + 1))
                continue
        found.append((voice, RhythmPlace(sheet.source, name, row.number, 1, row.meter, row.start)))
    return list(dict.fromkeys(place for _, place in found))


def _bars_of(sheet: Sheet, rhythm: Grouping) -> Iterator[_RhythmBar]:
    """The bars of each pitched voice whose notes begin just where the groups do."""
    rows = sheet.pitched
    table = sheet.table[rows]
    onset = np.array(table["onset"], np.float64)
    stream = streams_of(table)
    for bars in _segments(sheet.meters, float(onset.max(initial=0.0)) + 1):
        unit = bars.meter.bar / rhythm.total
        if unit.denominator & (unit.denominator - 1):
            continue  # groups of no note value
        starts, length, unit_length = float(bars.start), float(bars.meter.bar), float(unit)
        inside = np.flatnonzero((onset >= starts - PLAYED) & (onset < float(bars.end) - PLAYED))
        place = np.floor((onset[inside] - starts + PLAYED) / length).astype(np.int64)
        at = onset[inside] - starts - place * length
        wanted = unit_length * np.array(rhythm.starts)
        nearest = np.abs(at[:, None] - wanted).argmin(1)
        right = np.abs(at - wanted[nearest]) <= min(PLAYED, unit_length / 3)
        yield from _whole(bars, stream[inside], place, np.where(right, nearest, -1), (table[inside], len(wanted)))


def _whole(
    bars: _OneMeter,
    stream: NDArray[np.int64],
    place: NDArray[np.int64],
    group: NDArray[np.int64],
    notes: tuple[NDArray[np.void], int],
) -> Iterator[_RhythmBar]:
    """The bars in which a voice has a note at each group and none elsewhere."""
    table, groups = notes
    key = stream * (int(place.max(initial=0)) + 1) + place
    found, first, inverse = np.unique(key, return_index=True, return_inverse=True)
    wrong = np.bincount(inverse, group < 0, len(found)) > 0
    held = np.zeros((len(found), groups), bool)
    held[inverse[group >= 0], group[group >= 0]] = True
    for row in np.flatnonzero(held.all(1) & ~wrong).tolist():
        note, number = table[first[row]], int(place[first[row]])
        start = bars.start + number * bars.meter.bar
        yield _RhythmBar(
            int(note["part"]), int(note["voice"]), bars.number + number, start, start + bars.meter.bar, bars.meter
        )


class _OneMeter(NamedTuple):
    """Whole bars of one metre."""

    start: Fraction
    end: Fraction
    meter: Meter
    number: int


def _segments(meters: MeterMap, end: float) -> Iterator[_OneMeter]:
    """The stretches of music in one metre, a pick-up left out."""
    changes = [*meters.changes, (Fraction(end).limit_denominator(48), Meter("4/4"))]
    for (start, meter), (stop, _) in pairwise(changes):
        first = meters.at(start)
        if first.length < meter.bar:  # a pick-up, or a bar that is cut
            first = meters.bar(first.number + 1)
        stop = max(stop, first.start)
        if first.start < stop and first.meter == meter:
            whole = -(-(stop - first.start) // meter.bar)
            yield _OneMeter(
                first.start, first.start + whole * meter.bar if stop == changes[-1][0] else stop, meter, first.number
            )
