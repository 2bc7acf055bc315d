"""What a strategy is given, and what a result costs.

All lengths are quarters as exact fractions; a figure is a tuple of group lengths
that fill the source.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import accumulate, combinations
from math import log2
from typing import NamedTuple

from mi_theme.meter import LARGEST, Grouping, Meter
from mi_theme.warp import Warp

__all__ = [
    "COSTS",
    "FAMOUS",
    "FEELS",
    "Costs",
    "Frame",
    "Outcome",
    "Pricing",
    "Reason",
    "Task",
    "figure_cost",
    "figure_of_bars",
    "order_cost",
    "starts_of",
    "whole_grouping",
]


@dataclass(frozen=True, slots=True)
class Frame:
    """Some whole bars of one metre: one side of a map."""

    meter: Meter
    bars: int = 1

    @property
    def length(self) -> Fraction:
        """Quarters from the first bar line to the last."""
        return self.meter.bar * self.bars

    @property
    def pulses(self) -> int:
        """Pulses in all bars."""
        return self.meter.pulses * self.bars

    @property
    def beats(self) -> tuple[Fraction, ...]:
        """Where the beats fall."""
        return _beats(self.meter, self.bars)

    @property
    def groups(self) -> tuple[Fraction, ...]:
        """The lengths of the beats."""
        return tuple(group * self.meter.pulse for group in self.meter.groups) * self.bars

    def depth(self, position: Fraction) -> int:
        """0 on a bar line, 1 on a beat, 2 anywhere else.

        Parameters
        ----------
        position
            Quarters from the beginning of the frame.
        """
        if position % self.meter.bar == 0:
            return 0
        return 1 if position in self.beats else 2


@lru_cache(maxsize=256)
def _beats(meter: Meter, bars: int) -> tuple[Fraction, ...]:
    return tuple(bar * meter.bar + beat * meter.pulse for bar in range(bars) for beat in meter.beats)


#: What two notes that fill a beat become, for a strategy that weighs the notes; ``auto`` takes what suits the tune.
FEELS = ("auto", "even", "long-short")


class Task(NamedTuple):
    """A figure in some source bars, and the target bars that it shall fill.

    `onsets` are those of the part that decides, `others` those of the parts beside
    it; `feel` is one of `FEELS`.
    """

    figure: tuple[Fraction, ...]
    onsets: tuple[Fraction, ...]
    source: Frame
    target: Frame
    feel: str = "auto"
    others: tuple[Fraction, ...] = ()


class Reason(NamedTuple):
    """A term of an objective that decided: its name, what it stands for, and how much dearer a plain stretch would be."""

    term: str
    means: str
    saved: float

    def __str__(self) -> str:
        return f"{self.means} ({self.term} {self.saved:.1f})"


class Outcome(NamedTuple):
    """A map that a strategy proposes.

    `repeats` are source spans (start, stop) played again, `shift` quarters later;
    `reasons` say why a strategy that weighs the notes did so, the weightiest first.
    """

    warp: Warp
    cost: float
    repeats: tuple[tuple[Fraction, Fraction, Fraction], ...] = ()
    reasons: tuple[Reason, ...] = ()


#: shapes that players know by name, in pulses
FAMOUS = {
    (3, 3, 2): "the tresillo",
    (2, 1, 2, 1, 2): "the cinquillo",
    (3, 3, 4, 2, 4): "the son clave",
    (2, 2, 2): "three even beats",
}


class Costs(NamedTuple):
    """What each kind of loss costs; hand-set, and robust over wide ranges.

    ``equality``: two groups equal before and not after, or the reverse;
    ``reversal``: the longer of two becomes the shorter; ``lost``, ``gained``:
    a group start moves to a weaker or stronger place (per step of bar line,
    beat, pulse); ``share``: each doubling or halving of a group's share of the
    bar; ``missed``: a beat of the target on which no group starts; ``dropped``: a
    group that is left out.
    """

    equality: float = 3.0
    reversal: float = 6.0
    lost: float = 0.6
    gained: float = 0.3
    share: float = 0.6
    missed: float = 1.0
    dropped: float = 3.0


#: What `regroup` charges.
COSTS = Costs()


def starts_of(lengths: Sequence[Fraction]) -> tuple[Fraction, ...]:
    """Where consecutive spans begin.

    Parameters
    ----------
    lengths
        One after another, in quarters.

    Returns
    -------
    tuple of Fraction
        Quarters, from 0.
    """
    return tuple(accumulate(lengths[:-1], initial=Fraction(0)))


def whole_grouping(lengths: Sequence[Fraction], pulse: Fraction) -> Grouping | None:
    """Lengths as a Grouping in pulses, where all are whole.

    Parameters
    ----------
    lengths
        Group lengths in quarters.
    pulse
        The length of a pulse in quarters.

    Returns
    -------
    Grouping or None
        None where a length is no whole number of pulses.
    """
    counts = [length / pulse for length in lengths]
    whole = all(count.denominator == 1 and 0 < count <= LARGEST for count in counts)
    return Grouping(int(count) for count in counts) if whole and counts else None


def figure_of_bars(groups: tuple[Fraction, ...], source: Frame, target: Frame) -> tuple[Fraction, ...]:
    """The groups of all bars of a frame; the bars themselves, where the target has not as many pulses.

    Parameters
    ----------
    groups
        Group lengths of one bar in quarters.
    source, target
        The bars that they fill and shall fill.

    Returns
    -------
    tuple of Fraction
        Lengths in quarters: of four bars of 3/8 for one of 5/4 just four.
    """
    figure = groups * source.bars
    return figure if len(figure) <= target.pulses or source.bars == 1 else (source.meter.bar,) * source.bars


class Pricing:
    """What it costs to turn a figure into others that fill the same target.

    Parameters
    ----------
    before
        Group lengths in quarters.
    source, target
        The bars that they stand in and shall fill.
    """

    def __init__(self, before: Sequence[Fraction], source: Frame, target: Frame, costs: Costs = COSTS) -> None:
        self.costs = costs
        self.signs = _signs(before)
        self.shares = [log2(length / source.length) for length in before]
        self.stood = [source.depth(start) for start in starts_of(before)]
        self.pulses = target.pulses
        self.depths = [target.depth(pulse * target.meter.pulse) for pulse in range(target.pulses)]
        self.beats = frozenset(beat / target.meter.pulse for beat in target.beats)

    def __call__(self, after: Sequence[Fraction | int]) -> float:
        """The cost of as many groups, their lengths in pulses of the target."""
        starts = [0, *accumulate(after[:-1])]
        missed = self.costs.missed * len(self.beats.difference(starts))
        return _order(self.signs, after, self.costs) + self._levels(starts) + self._shares(after) + missed

    def _levels(self, starts: Sequence[Fraction | int]) -> float:
        """Metrical standing lost or gained by the starts of groups."""
        falls = (self._depth(start) - stood for start, stood in zip(starts, self.stood, strict=True))
        return sum(self.costs.lost * fall if fall > 0 else -self.costs.gained * fall for fall in falls)

    def _depth(self, start: Fraction | int) -> int:
        return self.depths[int(start)] if start == int(start) else 2

    def _shares(self, after: Sequence[Fraction | int]) -> float:
        """How much the groups' shares of the whole change."""
        now = (log2(length / self.pulses) for length in after)
        return self.costs.share * sum(abs(share - was) for share, was in zip(now, self.shares, strict=True))


def figure_cost(
    before: Sequence[Fraction], after: Sequence[Fraction], source: Frame, target: Frame, costs: Costs = COSTS
) -> float:
    """What it costs to turn one figure into another: `Pricing` for one case, lengths in quarters.

    Parameters
    ----------
    before, after
        Group lengths in quarters, as many after as before.
    source, target
        The bars that they fill.
    costs
        Points for what breaks.

    Returns
    -------
    float
        Points; 0 where nothing changes.
    """
    return Pricing(before, source, target, costs)([length / target.meter.pulse for length in after])


def order_cost(before: Sequence[Fraction | int], after: Sequence[Fraction | int], costs: Costs = COSTS) -> float:
    """What the broken order relations among group lengths cost; 0 where none breaks.

    Parameters
    ----------
    before, after
        Group lengths in any unit, as many after as before.
    costs
        Points for a pair made equal or unequal, and for a pair reversed.

    Returns
    -------
    float
        Points.
    """
    return _order(_signs(before), after, costs)


def _order(signs: list[int], after: Sequence[Fraction | int], costs: Costs) -> float:
    pairs = zip(signs, _signs(after), strict=True)
    return sum(costs.reversal if was and now else costs.equality for was, now in pairs if was != now)


def _signs(lengths: Sequence[Fraction | int]) -> list[int]:
    """For each pair of lengths: 1 where the first is longer, -1 where it is shorter, 0."""
    return [(a > b) - (a < b) for a, b in combinations(lengths, 2)]
