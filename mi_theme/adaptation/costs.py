"""What a map costs: how much of a figure's order, standing and shape it breaks.

Lengths are quarters as exact fractions, or pulses where it says so; a figure is
a tuple of group lengths that fill the source.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import accumulate, combinations
from math import log2
from typing import NamedTuple

from mi_theme.adaptation.frames import Frame, Outcome, Task, starts_of
from mi_theme.warp import Warp

__all__ = ["COSTS", "FigureCosts", "Pricing", "figure_cost", "order_cost", "priced"]


class FigureCosts(NamedTuple):
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
COSTS = FigureCosts()


class Pricing:
    """What it costs to turn a figure into others that fill the same target.

    Parameters
    ----------
    before
        Group lengths in quarters.
    source, target
        The bars that they stand in and shall fill.
    """

    def __init__(self, before: Sequence[Fraction], source: Frame, target: Frame, costs: FigureCosts = COSTS) -> None:
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
    before: Sequence[Fraction], after: Sequence[Fraction], source: Frame, target: Frame, costs: FigureCosts = COSTS
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


def order_cost(before: Sequence[Fraction | int], after: Sequence[Fraction | int], costs: FigureCosts = COSTS) -> float:
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


def _order(signs: list[int], after: Sequence[Fraction | int], costs: FigureCosts) -> float:
    pairs = zip(signs, _signs(after), strict=True)
    return sum(costs.reversal if was and now else costs.equality for was, now in pairs if was != now)


def _signs(lengths: Sequence[Fraction | int]) -> list[int]:
    """For each pair of lengths: 1 where the first is longer, -1 where it is shorter, 0."""
    return [(a > b) - (a < b) for a, b in combinations(lengths, 2)]


def priced(task: Task, warp: Warp) -> list[Outcome]:
    """An outcome with the cost of what `warp` does to the groups of the figure of a `task`.

    Returns
    -------
    list of Outcome
        Just this one, in the form in which strategies give theirs.
    """
    kept = [start for start in starts_of(task.figure) if warp.keeps(start)]
    ends = [*kept[1:], task.source.length]
    before = [stop - start for start, stop in zip(kept, ends, strict=True)]
    after = [warp.end(stop) - warp(start) for start, stop in zip(kept, ends, strict=True)]
    lost = len(task.figure) - len(kept)
    return [Outcome(warp, figure_cost(before, after, task.source, task.target) + COSTS.dropped * lost)]
