"""What a target metre may be taken for: swung, or in groups of two and three."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import combinations

from mi_theme.adaptation.costs import order_cost
from mi_theme.adaptation.frames import Frame, Task
from mi_theme.adaptation.swing import TRIPLET
from mi_theme.meter import Grouping, Meter
from mi_theme.warp import Warp

__all__ = ["MOST_GROUPINGS", "SWING", "by_beats", "readings", "through_twos", "twos_and_threes"]

MOST_GROUPINGS = 1000  # in twos and threes that are tried on an odd metre: all of a bar of up to 27 pulses
SWING = [(Fraction(1, 2), TRIPLET)]  # what happens within a beat: (share of the source beat, share of the target beat)


def twos_and_threes(pulses: int) -> Iterator[Grouping]:
    """Every way to group some pulses in twos and threes: the fewest groups first, of as many those with early threes.

    Parameters
    ----------
    pulses
        Of the bar.

    Yields
    ------
    Grouping
        Each of them once; none for a single pulse.

    Examples
    --------
    >>> print(*twos_and_threes(7))
    3+2+2 2+3+2 2+2+3
    """
    for threes in range(pulses // 3, -1, -1):
        twos, odd = divmod(pulses - 3 * threes, 2)
        if not odd:
            for chosen in combinations(range(twos + threes), threes):
                yield Grouping(3 if i in chosen else 2 for i in range(twos + threes))


def readings(task: Task) -> list[tuple[Frame, Warp]]:
    """What the target of a `task` may be taken for, each with the map from there to the target.

    A compound metre is also read as its simple counterpart, swung. An odd one
    without a grouping is read as groups of two and three, as many as the figure has,
    where that has not a group for each of its beats.

    Returns
    -------
    list of (Frame, Warp)
        As it stands comes first, with the map that changes nothing.
    """
    target, same = task.target, Warp.identity(task.target.length)
    if target.meter.is_open and len(task.figure) < len(target.beats):
        meters = _agreeing(_grouped(target.meter, len(task.figure)), task.figure)
        return [(replace(target, meter=meter), same) for meter in meters] or [(target, same)]
    simple = target.meter.counterpart if target.meter.is_compound else None
    straight = [replace(target, meter=simple)] if simple else []
    return [*((reading, by_beats(reading, target, SWING)) for reading in straight), (target, same)]


def through_twos(task: Task) -> tuple[Task, Warp] | None:
    """A task from a simple metre to a compound one of another number of beats as one to its simple counterpart, and the way on, swung.

    Beats are lost or gained there as between simple metres, and become threes afterwards:
    4/4 goes to 9/8 as it goes to 3/4.

    Returns
    -------
    tuple of (Task, Warp)
        None for other metres, and where bars become beats.
    """
    source, target = task.source.meter, task.target.meter
    simple = target.counterpart if target.is_compound else None
    plain = not (source.is_compound or source.is_additive or source.is_open) and simple
    in_one = len(source.beats) == 3 and task.source.bars == len(task.target.beats)
    if not plain or simple is None or in_one or len(task.source.beats) == len(task.target.beats):
        return None
    straight = replace(task.target, meter=simple)
    return task._replace(target=straight), by_beats(straight, task.target, SWING)


def _agreeing(meters: list[Meter], figure: tuple[Fraction, ...]) -> list[Meter]:
    """Of groupings with as many groups as the figure, those that keep most of its long and short."""
    if not meters or len(meters[0].groups) != len(figure):
        return meters
    breaks = [order_cost(figure, meter.groups) for meter in meters]
    return [meter for meter, count in zip(meters, breaks, strict=True) if count == min(breaks)]


def _grouped(meter: Meter, most: int) -> list[Meter]:
    """Groupings of the metre's pulses into twos and threes: the fewest groups, at most `most`."""
    found: list[Grouping] = []
    for grouping in twos_and_threes(meter.pulses):
        if len(grouping) > min(most, len(found[0]) if found else most):
            break
        if 3 in grouping.parts:
            found.append(grouping)
    return [meter.grouped(grouping) for grouping in found]


def by_beats(source: Frame, target: Frame, inside: list[tuple[Fraction, Fraction]]) -> Warp:
    """Bars mapped beat for beat; `inside` says what happens within, in shares of the beat.

    What the target has beyond the beats of the source belongs to the last of them.
    """
    places = [(Fraction(0), Fraction(0)), *inside, (Fraction(1), Fraction(1))]
    lengths = list(target.groups[: len(source.groups)])
    lengths[-1] += target.length - sum(lengths)
    beats = zip(source.beats, source.groups, target.beats, lengths, strict=False)
    return Warp((x + share * a, y + image * b) for x, a, y, b in beats for share, image in places)
