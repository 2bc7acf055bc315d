"""What a lead makes of the head: each device a line of aims, to be fitted to the harmony.

A `Aim` is a place, a length and a step of the scale counted from the lead's
tonic. Long notes stand on group starts, fast ones lead into them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import NamedTuple

from mi_theme.renditions.composing.slots import EIGHTH, SIXTEENTH, GroupSpan, PlannedBar, divided
from mi_theme.themes import Motif

__all__ = ["DEVICES", "Aim", "Germ", "germ_of"]

LONGEST_GERM = 3  # notes of the head that devices work with


class Aim(NamedTuple):
    """A note that a device asks for; a strong one must belong to the chord."""

    start: int
    length: int
    scale_step: int
    strong: bool = False
    goal: bool = False


class Germ(NamedTuple):
    """The first notes of the head: steps above the last of them, and the lengths of those before it."""

    steps: tuple[int, ...]
    shorts: tuple[int, ...]

    @property
    def upbeat(self) -> int:
        """Ticks before its long note."""
        return sum(self.shorts)

    def turned(self) -> Germ:
        """Upside down."""
        return self._replace(steps=tuple(-step for step in self.steps))

    def halved(self) -> Germ:
        """Twice as fast."""
        return self._replace(shorts=tuple(max(length // 2, SIXTEENTH // 2) for length in self.shorts))


def germ_of(head: Motif) -> Germ:
    """The germ of a head; a head of one note is followed by its neighbour."""
    tones = head.tones[:LONGEST_GERM]
    indices = [tone.degree.steps for tone in tones]
    if len(indices) == 1:
        indices = [indices[0] + 1, indices[0]]
    last = indices[-1]
    shorts = tuple(min(max(round(tone.duration * 480), SIXTEENTH), EIGHTH) for tone in tones[: len(indices) - 1])
    return Germ(tuple(index - last for index in indices), shorts or (EIGHTH,))


def groups_of(bar: PlannedBar) -> list[GroupSpan]:
    """The bar's groups by the figure, in twos and threes of eighths, as absolute ticks."""
    return [GroupSpan(bar.start + start, length) for start, length in divided(bar.figure)]


def led_into(germ: Germ, start: int, length: int, index: int) -> list[Aim]:
    """The germ's short notes before a place, its long note there."""
    aims, tick = [], start - germ.upbeat
    for step, short in zip(germ.steps, germ.shorts, strict=False):
        aims.append(Aim(tick, short, index + step))
        tick += short
    return [*aims, Aim(start, length, index + germ.steps[-1], strong=True)]


def from_here(germ: Germ, start: int, length: int, index: int) -> list[Aim]:
    """The germ beginning at a place, its long note filling what is left."""
    return led_into(germ, start + germ.upbeat, max(length - germ.upbeat, EIGHTH), index)


def inversion(bars: Sequence[PlannedBar], germ: Germ, anchor: int, random: Random) -> list[Aim]:
    """Upside down, as an upbeat to the second bar and again to the last, answered by two steps down."""
    aims: list[Aim] = []
    for number, bar in enumerate(bars[1::2]):
        groups = groups_of(bar)
        long = sum(group.length for group in groups[:2])
        top = anchor + (number if random.random() < 0.5 else -number)
        aims += led_into(germ.turned(), bar.start, long, top)
        for step, group in enumerate(groups[2:4], 1):
            aims.append(Aim(group.start, group.length, top - step, strong=step == 1))
    return aims


def sequence(bars: Sequence[PlannedBar], germ: Germ, anchor: int, random: Random) -> list[Aim]:
    """Three times, a step lower or higher each; the third breaks off."""
    aims: list[Aim] = []
    direction = random.choice((-1, 1))
    begin = anchor - direction
    for number, bar in enumerate(bars[:3]):
        groups = groups_of(bar)
        length = sum(group.length for group in groups[: max(len(groups) - 1, 1)])
        line = from_here(germ, bar.start, length, begin + direction * number)
        aims += line[:-1] if number == 2 and len(line) > 2 else line
    return aims


def fragmentation(bars: Sequence[PlannedBar], germ: Germ, anchor: int, random: Random) -> list[Aim]:
    """The first interval only, rising, closer and closer."""
    interval = germ.steps[1] - germ.steps[0] if len(germ.steps) > 1 else -1
    aims: list[Aim] = []
    index = anchor - 2
    for number, bar in enumerate(bars[:3]):
        groups = groups_of(bar)
        chosen = (groups[:1], groups[:3:2], groups)[number]
        for group in chosen:
            first = min(EIGHTH, group.length // 2)
            aims.append(Aim(group.start, first, index, strong=True))
            aims.append(Aim(group.start + first, group.length - first, index + interval))
            index += 1
    return aims


def diminution(bars: Sequence[PlannedBar], germ: Germ, anchor: int, random: Random) -> list[Aim]:
    """Twice as fast, leading into a later group in each bar."""
    aims: list[Aim] = []
    quick = germ.halved()
    for number, bar in enumerate(bars[:3]):
        groups = groups_of(bar)
        group = groups[min(1 + number % 2, len(groups) - 1)]
        length = bar.end - group.start if number < 2 else group.length
        aims += led_into(quick, group.start, min(length, 5 * EIGHTH), anchor + (0, 2, 1)[number])
        if number < 2 and group.start - bar.start >= 4 * EIGHTH:
            aims.insert(0, Aim(bar.start, 2 * EIGHTH, anchor - 1, strong=True))
    return sorted(aims)


def augmentation(bars: Sequence[PlannedBar], germ: Germ, anchor: int, random: Random) -> list[Aim]:
    """One note a group, low, then upwards into the highest note of all, and down from it."""
    low = anchor - max(germ.steps) + 1
    groups = groups_of(bars[0])
    slow = [Aim(g.start, g.length, low + step, True) for step, g in zip(germ.steps, groups, strict=False)]
    slow[-1] = slow[-1]._replace(length=bars[0].end - slow[-1].start)
    if len(bars) < 3:
        return [*slow[:-1], slow[-1]._replace(goal=True)]
    rising = groups_of(bars[1])[-2:]
    climb = [Aim(g.start, g.length, anchor + 1 + 2 * i, True) for i, g in enumerate(rising)]
    peak = groups_of(bars[2])
    held = sum(g.length for g in peak[:-1]) or peak[0].length
    after = groups_of(bars[3])[:2] if len(bars) > 3 else []
    fall = [Aim(g.start, g.length, anchor + 4 - 2 * i, True) for i, g in enumerate(after)]
    return [*slow, *climb, Aim(peak[0].start, held, anchor + 7, True, True), *fall]


def close(bars: Sequence[PlannedBar], germ: Germ, anchor: int, random: Random) -> list[Aim]:
    """Down by step on the groups to the tonic."""
    aims: list[Aim] = []
    index = 4
    for bar in bars[: min(2, len(bars) - 1) or 1]:
        for group in groups_of(bar)[:2]:
            aims.append(Aim(group.start, group.length, index, strong=True))
            index -= 1
    last = bars[min(2, len(bars) - 1)]
    return [
        *(w for w in aims if w.start < last.start),
        Aim(last.start, sum(g.length for g in groups_of(last)[:2]), 0, True),
    ]


Device = Callable[[Sequence[PlannedBar], Germ, int, Random], list[Aim]]

DEVICES: dict[str, Device] = {
    "inversion": inversion,
    "sequence": sequence,
    "fragmentation": fragmentation,
    "diminution": diminution,
    "augmentation": augmentation,
    "close": close,
}
