"""What a strategy is given, and what a result costs.

All lengths are quarters as exact fractions; a figure is a tuple of group lengths
that fill the source.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate, combinations
from math import log2
from typing import NamedTuple

from mi_theme.meter import Grouping, Meter
from mi_theme.warp import Warp

__all__ = ["COSTS", "FAMOUS", "Costs", "Frame", "Outcome", "Task", "figure_cost", "starts_of", "whole_grouping"]


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
        meter = self.meter
        return tuple(bar * meter.bar + beat * meter.pulse for bar in range(self.bars) for beat in meter.beats)

    @property
    def groups(self) -> tuple[Fraction, ...]:
        """The lengths of the beats."""
        return tuple(group * self.meter.pulse for group in self.meter.groups) * self.bars

    def depth(self, position: Fraction) -> int:
        """0 on a bar line, 1 on a beat, 2 anywhere else."""
        if position % self.meter.bar == 0:
            return 0
        return 1 if position in self.beats else 2


class Task(NamedTuple):
    """A figure in some source bars, and the target bars that it shall fill."""

    figure: tuple[Fraction, ...]
    onsets: tuple[Fraction, ...]
    source: Frame
    target: Frame


class Outcome(NamedTuple):
    """A map that a strategy proposes.

    `repeats` are source spans (start, stop) played again, `shift` quarters later.
    """

    warp: Warp
    cost: float
    repeats: tuple[tuple[Fraction, Fraction, Fraction], ...] = ()


# shapes that players know by name, in pulses
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
    bar; ``missed``: a beat of the target on which no group starts.
    """

    equality: float = 3.0
    reversal: float = 6.0
    lost: float = 0.6
    gained: float = 0.3
    share: float = 0.6
    missed: float = 1.0


COSTS = Costs()


def starts_of(lengths: Sequence[Fraction]) -> tuple[Fraction, ...]:
    """Where consecutive spans begin."""
    return tuple(accumulate(lengths[:-1], initial=Fraction(0)))


def whole_grouping(lengths: Sequence[Fraction], pulse: Fraction) -> Grouping | None:
    """Lengths as a Grouping in pulses, where all are whole."""
    counts = [length / pulse for length in lengths]
    whole = all(count.denominator == 1 and count > 0 for count in counts)
    return Grouping(int(count) for count in counts) if whole and counts else None


def figure_cost(
    before: Sequence[Fraction], after: Sequence[Fraction], source: Frame, target: Frame, costs: Costs = COSTS
) -> float:
    """What it costs to turn one figure into another; 0 where nothing is lost.

    Parameters
    ----------
    before, after
        Group lengths in quarters, as many after as before.
    source, target
        The bars they stand in.
    """
    return (
        order_cost(before, after, costs)
        + level_cost(before, after, source, target, costs)
        + share_cost(before, after, costs)
        + costs.missed * len(set(target.beats) - set(starts_of(after)))
    )


def order_cost(before: Sequence[Fraction], after: Sequence[Fraction], costs: Costs = COSTS) -> float:
    """The order relations among group lengths that break, pair by pair."""
    total = 0.0
    for (a, b), (c, d) in zip(combinations(before, 2), combinations(after, 2), strict=True):
        was, now = (a > b) - (a < b), (c > d) - (c < d)
        if was != now:
            total += costs.equality if 0 in (was, now) else costs.reversal
    return total


def level_cost(
    before: Sequence[Fraction], after: Sequence[Fraction], source: Frame, target: Frame, costs: Costs = COSTS
) -> float:
    """Metrical standing lost or gained by the starts of groups."""
    falls = (target.depth(y) - source.depth(x) for x, y in zip(starts_of(before), starts_of(after), strict=True))
    return sum(costs.lost * fall if fall > 0 else -costs.gained * fall for fall in falls)


def share_cost(before: Sequence[Fraction], after: Sequence[Fraction], costs: Costs = COSTS) -> float:
    """How much the groups' shares of the whole change."""
    scale = sum(before) / sum(after)
    return costs.share * sum(abs(log2(y * scale / x)) for x, y in zip(before, after, strict=True))
