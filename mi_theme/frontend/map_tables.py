"""The bar map as a table of whole numbers: what a browser needs to draw it, and to move a line along it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from fractions import Fraction
from itertools import accumulate, pairwise
from math import lcm
from typing import Any, NamedTuple

from mi_theme.adaptation.plans import Plan, groups_under
from mi_theme.meter import Meter
from mi_theme.views.paper import signed
from mi_theme.views.words import bar_map_words

__all__ = ["MapSide", "MapTable", "Round", "map_tables"]


Span = tuple[float, float, int, int]


class Round(NamedTuple):
    """How a figure is played: quarters of one time, how many times, quarters a minute."""

    cell: Fraction
    times: int
    tempo: float


@dataclass(frozen=True, slots=True)
class MapSide:
    """The source or the target of a map, in its units.

    Attributes
    ----------
    signature
        Of the metre.
    bars, bar, pulse
        How many bars, and how long a bar and a pulse are.
    beats
        Where the beats of a bar begin.
    groups
        Of the figure: where each begins and ends, and how many pulses it has, in words.
    """

    signature: str
    bars: int
    bar: int
    pulse: int
    beats: tuple[int, ...]
    groups: tuple[tuple[int, int, str], ...]


@dataclass(frozen=True, slots=True)
class MapTable:
    """One cycle of a plan's map.

    Attributes
    ----------
    unit
        Units in a quarter.
    first
        The first source bar, counted from 1.
    source, target
        The bars above and below.
    bands
        For each source group its beginning and end, above and below.
    notes
        Names, and onset and duration above and below; what is left out has no place below, what is added none above.
    played, heard
        When its source bars are played, and when its target bars: seconds from and to, units from and to.
    words
        The map in sentences.
    """

    unit: int
    first: int
    source: MapSide
    target: MapSide
    bands: tuple[tuple[int, int, int, int], ...]
    notes: tuple[tuple[str, int | None, int | None, int | None, int | None], ...]
    played: tuple[Span, ...]
    heard: tuple[Span, ...]
    words: str

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self)


def map_tables(plan: Plan, played: Round, heard: Round) -> tuple[MapTable, ...]:
    """A table for each cycle of the plan's map, until every bar of its notes is in one.

    Parameters
    ----------
    plan
        With its notes.
    played, heard
        How the figure is played as it was, and as it becomes.

    Returns
    -------
    tuple of MapTable
        In the order of the bars.
    """
    cycle = plan.bars[0]
    return tuple(_table(plan, first, played, heard) for first in range(0, len(plan.lines), cycle))


def _table(plan: Plan, first: int, played: Round, heard: Round) -> MapTable:
    begins = first * plan.source.bar, plan.warp(first * plan.source.bar)
    lines = tuple(plan.lines[(first + index) % len(plan.lines)] for index in range(plan.bars[0]))
    plan = replace(plan, lines=lines)
    before = plan.figure * plan.bars[0]
    after = groups_under(before, plan.warp, plan.repeats)
    bands = tuple(_bands(plan, before))
    notes = list(_notes(plan))
    times = [value for row in (*bands, *(note[1:] for note in notes)) for value in row if value is not None]
    times += [plan.source.pulse, plan.target.pulse, *before, *after, plan.warp(Fraction(0)), played.cell, heard.cell]
    unit = lcm(*(Fraction(time).denominator for time in times))
    return MapTable(
        unit,
        first + 1,
        _side(plan.source, plan.bars[0], before, Fraction(0), unit),
        _side(plan.target, plan.bars[1], after, plan.warp(Fraction(0)), unit),
        tuple((int(a * unit), int(b * unit), int(c * unit), int(d * unit)) for a, b, c, d in bands),
        tuple(
            (signed(name), _units(was, unit), _units(lasted, unit), _units(now, unit), _units(lasts, unit))
            for name, was, lasted, now, lasts in notes
        ),
        tuple(_spans(begins[0], plan.warp.source, played, unit)),
        tuple(_spans(begins[1], plan.warp.target, heard, unit)),
        bar_map_words(plan),
    )


def _units(time: Fraction | None, unit: int) -> int | None:
    return None if time is None else int(time * unit)


def _spans(start: Fraction, length: Fraction, times: Round, unit: int) -> Iterator[Span]:
    """When some quarters of the figure sound, each time that it is played."""
    shown = min(length, times.cell - start)
    for number in range(times.times if shown > 0 else 0):
        at = number * times.cell + start
        start_second, end_second = (round(float(each) * 60 / times.tempo, 6) for each in (at, at + shown))
        yield start_second, end_second, 0, int(shown * unit)


def _bands(plan: Plan, before: tuple[Fraction, ...]) -> Iterator[tuple[Fraction, Fraction, Fraction, Fraction]]:
    """From each source group to its image; a group that is left out ends in a point."""
    for start, end in pairwise(accumulate(before, initial=Fraction(0))):
        low, high = sorted((plan.warp(start), plan.warp.end(end)))
        yield start, end, low, high


def _notes(plan: Plan) -> Iterator[tuple[str, Fraction | None, Fraction | None, Fraction | None, Fraction | None]]:
    """Places counted from the first bar line above, and below."""
    for note in plan.mappings():
        was = None if note.was is None else (note.bar - 1) * plan.source.bar + note.was
        now = None if note.now is None else plan.bar_start(note.bar - 1) + note.now
        yield note.name, was, None if was is None else note.lasted, now, None if now is None else note.lasts


def _side(meter: Meter, bars: int, groups: tuple[Fraction, ...], start: Fraction, unit: int) -> MapSide:
    edges = pairwise(accumulate(groups, initial=start))
    return MapSide(
        meter.signature,
        bars,
        int(meter.bar * unit),
        int(meter.pulse * unit),
        tuple(int(beat * meter.pulse * unit) for beat in meter.beats),
        tuple((int(a * unit), int(b * unit), str((b - a) / meter.pulse)) for a, b in edges),
    )
