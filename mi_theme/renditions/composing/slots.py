"""The bars of an arrangement as composers see them: ticks, groups, chords, layers.

All positions here are ticks, 480 a quarter, from the beginning of the score.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, cached_property
from itertools import accumulate
from typing import NamedTuple

from mi_theme.meter import Meter
from mi_theme.renditions.arrangement.arrangements import Arrangement, Passage, Phrase
from mi_theme.renditions.arrangement.harmony import Chord, Tuning

__all__ = ["EIGHTH", "SIXTEENTH", "TICKS", "GroupSpan", "PlannedBar", "PlannedNote", "SlotGrid", "divided", "ticks"]

TICKS = 480  # in a quarter
EIGHTH, SIXTEENTH = TICKS // 2, TICKS // 4


def ticks(quarters: Fraction | int) -> int:
    """Quarters as ticks, to the nearest."""
    return round(quarters * TICKS)


class PlannedNote(NamedTuple):
    """A note as composed: written length, what share of it sounds, accents in velocity."""

    start: int
    length: int
    pitch: int
    gate: float = 0.0  # 0: as the instrument usually plays
    accent: int = 0
    step: int = -1

    @property
    def end(self) -> int:
        """Where its written value ends."""
        return self.start + self.length


class GroupSpan(NamedTuple):
    """A beat of a bar: where it starts and how long it lasts, in ticks."""

    start: int
    length: int


@dataclass(frozen=True)
class PlannedBar:
    """One bar with all that is planned for it.

    ``groups`` are the metre's beats, ``figure`` the ostinato's; ``level`` runs
    from 0 to 1; ``last`` says whether it closes its section.
    """

    number: int
    start: int
    length: int
    groups: tuple[GroupSpan, ...]
    figure: tuple[GroupSpan, ...]
    meter: Meter
    passage: Passage
    phrase: Phrase
    chord: Chord
    level: float

    @property
    def end(self) -> int:
        """Where the next bar begins."""
        return self.start + self.length

    @property
    def role(self) -> str:
        """The role of its section."""
        return self.passage.role

    @property
    def place(self) -> int:
        """Its place in its phrase, from 0."""
        return self.number - self.phrase.first

    @property
    def cell(self) -> int:
        """0 for the first bar of a two-bar cell, 1 for the second."""
        return (self.number - self.passage.first) % 2

    @property
    def last(self) -> bool:
        """Whether it is the last of its section."""
        return self.number == self.passage.last

    @property
    def fills(self) -> bool:
        """Whether the drums fill its end."""
        return self.phrase.fill and self.number == self.phrase.last

    def weight(self, tick: int, by_figure: bool = False) -> float:
        """The weight of a place in the bar, 1 for the bar line down to .15 between pulses.

        With `by_figure` the ostinato's groups count instead of the metre's beats.
        """
        return weights(self._figure_meter if by_figure else self.meter).get(tick - self.start, 0.15)

    @cached_property
    def _figure_meter(self) -> Meter:
        """The metre grouped as the figure is, in twos and threes."""
        pulse = ticks(self.meter.pulse)
        parts = [group.length // pulse for group in divided(self.figure)]
        return self.meter.plain.grouped(parts) if sum(parts) == self.meter.pulses else self.meter


@dataclass(frozen=True)
class SlotGrid:
    """All bars, and the key."""

    arrangement: Arrangement
    tuning: Tuning

    @classmethod
    def of(cls, arrangement: Arrangement) -> SlotGrid:
        """The grid of an arrangement."""
        theme = arrangement.theme
        return cls(arrangement, Tuning(theme.tonic, theme.mode))

    @cached_property
    def bars(self) -> tuple[PlannedBar, ...]:
        """Every bar in order."""
        return tuple(
            _bar(passage, phrase, number)
            for passage in self.arrangement.passages
            for phrase in passage.phrases
            for number in range(phrase.first, phrase.last + 1)
        )

    @cached_property
    def _starts(self) -> list[int]:
        return [bar.start for bar in self.bars]

    @cached_property
    def nothing(self) -> int:
        """Number of the bar in which nobody plays, before a drop; 0 where there is none."""
        return next(
            (bar.number for bar in self.bars if bar.phrase.event == "drop" and bar.number == bar.phrase.last), 0
        )

    def hushed(self, note: PlannedNote) -> PlannedNote | None:
        """The note as it may sound around the bar of nothing: not in it, and not into it."""
        if not self.nothing:
            return note
        bar = self.bars[self.nothing - 1]
        if bar.start <= note.start < bar.end:
            return None
        return note._replace(length=min(note.length, bar.start - note.start)) if note.start < bar.start else note

    @property
    def end(self) -> int:
        """Where the last planned bar ends."""
        return self.bars[-1].end

    def at(self, tick: int) -> PlannedBar:
        """The bar of a tick; the last bar for anything after it."""
        return self.bars[max(bisect_right(self._starts, tick) - 1, 0)]

    def number(self, number: int) -> PlannedBar | None:
        """The bar of a number, if there is one."""
        return self.bars[number - 1] if 1 <= number <= len(self.bars) else None

    def played(self, name: str) -> list[PlannedBar]:
        """The bars in which a part is among the layers."""
        return [bar for bar in self.bars if name in bar.phrase.layers]


@cache
def weights(meter: Meter) -> dict[int, float]:
    """Weight by tick of the bar: bar line 1, long group .8, short .65, last of three .3, else .25."""
    pulse = ticks(meter.pulse)
    found: dict[int, float] = {}
    uneven = meter.is_additive
    levels = meter.levels
    for start, group in zip(meter.beats, meter.groups, strict=True):
        for offset in range(group):
            found[(start + offset) * pulse] = 0.3 if (offset, group) == (2, 3) else 0.25
        strong = group == max(meter.groups) if uneven else levels[start] == -1
        found[start * pulse] = 0.8 if strong else 0.65
    return found | {0: 1.0}


def spans_of(lengths: tuple[int, ...], pulse: int) -> tuple[GroupSpan, ...]:
    """Groups from lengths in pulses."""
    starts = accumulate(lengths[:-1], initial=0)
    return tuple(GroupSpan(start * pulse, length * pulse) for start, length in zip(starts, lengths, strict=True))


def divided(groups: tuple[GroupSpan, ...]) -> list[GroupSpan]:
    """Groups as twos and threes of eighths: single pulses joined, long groups cut."""
    found: list[GroupSpan] = []
    for start, length in groups:
        if found and (found[-1].length < 2 * EIGHTH):
            found[-1] = GroupSpan(found[-1].start, found[-1].length + length)
            continue
        found.append(GroupSpan(start, length))
    if len(found) > 1 and found[-1].length < 2 * EIGHTH:
        last = found.pop()
        found[-1] = GroupSpan(found[-1].start, found[-1].length + last.length)
    return [piece for group in found for piece in _cut(group)]


def _cut(group: GroupSpan) -> Iterator[GroupSpan]:
    """A long group as threes and twos."""
    start, left = group
    while left >= 4 * EIGHTH:
        step = 2 * EIGHTH if left == 4 * EIGHTH else 3 * EIGHTH
        yield GroupSpan(start, step)
        start, left = start + step, left - step
    yield GroupSpan(start, left)


def _bar(passage: Passage, phrase: Phrase, number: int) -> PlannedBar:
    length = ticks(passage.meter.bar)
    start = ticks(passage.start) + (number - passage.first) * length
    pulse = ticks(passage.meter.pulse)
    share = (number - phrase.first) / phrase.bars
    level = phrase.level[0] + share * (phrase.level[1] - phrase.level[0])
    figure = passage.figure
    whole = figure is not None and figure.total == passage.meter.pulses
    return PlannedBar(
        number=number,
        start=start,
        length=length,
        groups=spans_of(passage.meter.groups, pulse),
        figure=spans_of(figure.parts if figure and whole else passage.meter.groups, pulse),
        meter=passage.meter,
        passage=passage,
        phrase=phrase,
        chord=phrase.chords[number - phrase.first],
        level=level,
    )
