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

__all__ = ["COSTS", "FigureCosts", "Pricing", "costs_of", "figure_cost", "order_cost", "priced"]


class FigureCosts(NamedTuple):
    """What each kind of loss costs; hand-set, and robust over wide ranges.

    ``equality``: two groups equal before and not after, or the reverse;
    ``reversal``: the longer of two becomes the shorter; ``lost``, ``gained``:
    a group start moves to a weaker or stronger place (per step of bar line,
    beat, pulse); ``share``: each doubling or halving of a group's share of the
    bar; ``missed``: a beat of the target on which no group starts; ``dropped``: a
    group that is left out; ``stretched``: each doubling or halving of a group's
    length, by its share of the notes; ``lopsided``: each doubling by which the
    longest stretch is more than twice the shortest; ``hidden``: a bar line of the source that falls on no beat.
    """

    equality: float = 3.0
    reversal: float = 6.0
    lost: float = 0.6
    gained: float = 0.3
    share: float = 0.6
    missed: float = 1.0
    dropped: float = 3.0
    stretched: float = 3.0  # from 2 on a bar of 7/8 becomes three even beats of 3/4; from 4 on 3+2 becomes 5+3
    lopsided: float = 20.0
    hidden: float = 20.0


STRETCHED_THREES = 0.5  # below .77, where the shuffle 5+4+2+1 stays before 4+4+2+2, which is 6/4 in disguise
TWICE = 1 + 1e-9  # doublings between the longest stretch and the shortest that cost nothing more
LEAST_WEIGHT = 0.3  # of a group in which no note begins: it is heard through what is held over it
#: What `regroup` charges.
COSTS = FigureCosts()


def costs_of(task: Task) -> FigureCosts:
    """What is charged for a `task`: little for a stretch where beats are threes on one side, and halves anyway.

    Returns
    -------
    FigureCosts
        `COSTS`, or the same with a cheaper stretch.
    """
    threes = task.source.meter.is_compound or task.target.meter.is_compound
    return COSTS._replace(stretched=STRETCHED_THREES) if threes else COSTS


class Pricing:
    """What it costs to turn a figure into others that fill the same target.

    Parameters
    ----------
    before
        Group lengths in quarters.
    source, target
        The bars that they stand in and shall fill.
    costs
        Points for what breaks.
    onsets
        Where the notes of the source begin, in quarters, if they are known.
    """

    def __init__(
        self,
        before: Sequence[Fraction],
        source: Frame,
        target: Frame,
        costs: FigureCosts = COSTS,
        onsets: Sequence[Fraction] = (),
    ) -> None:
        self.costs = costs
        starts = starts_of(before)
        unit = target.meter.pulse
        plain = not (source.meter.is_additive or target.meter.is_additive)
        changes = source.meter.is_compound != target.meter.is_compound
        if plain and changes and len(source.beats) == len(target.beats):
            unit *= target.length / source.length  # beat = beat: a beat that stays a beat is not stretched
        self.sizes = [log2(length / unit) for length in before]
        self.weights = [costs.stretched * weight for weight in _weights(before, starts, onsets)]
        self.bars = [at for at, start in enumerate(starts) if start and start % source.meter.bar == 0]
        self.signs = _signs(before)
        self.shares = [log2(length / source.length) for length in before]
        self.stood = [source.depth(start) for start in starts]
        self.pulses = target.pulses
        self.depths = [target.depth(pulse * target.meter.pulse) for pulse in range(target.pulses)]
        self.beats = frozenset(beat / target.meter.pulse for beat in target.beats)

    def __call__(self, after: Sequence[Fraction | int]) -> float:
        """The cost of as many groups, their lengths in pulses of the target."""
        starts = [0, *accumulate(after[:-1])]
        missed = self.costs.missed * len(self.beats.difference(starts))
        hidden = self.costs.hidden * sum(starts[at] not in self.beats for at in self.bars)
        logs = [log2(length) for length in after]
        stretches = [now - was for now, was in zip(logs, self.sizes, strict=True)]
        stretched = sum(weight * abs(stretch) for weight, stretch in zip(self.weights, stretches, strict=True))
        lopsided = self.costs.lopsided * max(max(stretches) - min(stretches) - TWICE, 0.0)
        whole = log2(self.pulses)
        shares = sum(abs(now - whole - was) for now, was in zip(logs, self.shares, strict=True))
        order = _order(self.signs, after, self.costs)
        return order + self._levels(starts) + self.costs.share * shares + missed + stretched + lopsided + hidden

    def _levels(self, starts: Sequence[Fraction | int]) -> float:
        """Metrical standing lost or gained by the starts of groups."""
        falls = (self._depth(start) - stood for start, stood in zip(starts, self.stood, strict=True))
        return sum(self.costs.lost * fall if fall > 0 else -self.costs.gained * fall for fall in falls)

    def _depth(self, start: Fraction | int) -> int:
        return self.depths[int(start)] if start == int(start) else 2


def _weights(before: Sequence[Fraction], starts: Sequence[Fraction], onsets: Sequence[Fraction]) -> list[float]:
    """How many notes begin in each group, over the mean, and never less than LEAST_WEIGHT; 1 where none are known."""
    if not onsets:
        return [1.0] * len(before)
    counts = [sum(start <= at < start + size for at in onsets) for start, size in zip(starts, before, strict=True)]
    mean = sum(counts) / len(counts)
    return [max(count / mean, LEAST_WEIGHT) if mean else 1.0 for count in counts]


def figure_cost(
    before: Sequence[Fraction],
    after: Sequence[Fraction],
    source: Frame,
    target: Frame,
    costs: FigureCosts = COSTS,
    onsets: Sequence[Fraction] = (),
) -> float:
    """What it costs to turn one figure into another: `Pricing` for one case, lengths in quarters.

    Parameters
    ----------
    before, after
        Group lengths in quarters, as many after as before.
    source, target
        The bars that they fill.
    costs, onsets
        As for `Pricing`.

    Returns
    -------
    float
        Points; 0 where nothing changes.
    """
    return Pricing(before, source, target, costs, onsets)([length / target.meter.pulse for length in after])


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
    return [
        Outcome(
            warp,
            figure_cost(before, after, task.source, task.target, costs_of(task), task.onsets) + COSTS.dropped * lost,
        )
    ]
