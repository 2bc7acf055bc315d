"""The bar map that explains a hit's rhythm, and the strategy that makes it.

Making a version and recognising one are two directions of one model: every map
that a strategy proposes from the pattern's metre into the metre of the place is
tried on the notes of the hit; one that takes each of them where it is explains it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from math import log
from typing import NamedTuple

from mi_theme.adaptation.frames import RATIOS, Frame, Task
from mi_theme.adaptation.strategies import STRATEGIES, plainest, proposed
from mi_theme.errors import MapError, StrategyError
from mi_theme.meter import Meter
from mi_theme.score import MeterMap
from mi_theme.search.hits import Hit
from mi_theme.search.patterns import Pattern
from mi_theme.warp import Warp

__all__ = ["FIRST_MAP", "Explanation", "explained", "explanation", "tasks"]

BAR_RATIOS = tuple(sorted(RATIOS, key=lambda ratio: (max(ratio, 1 / ratio), ratio)))
MAPS = 100  # about so many different maps are tried of a pattern into a metre (50 to 200)
#: the r-th of them is taken to be chosen 1/r as often as the first: arrangers' first thoughts come first. This makes it one
FIRST_MAP = log(sum(1 / number for number in range(1, MAPS + 1)))
OFF_THE_BAR = (
    3.0  # nats for a map that begins elsewhere than on a bar line: one of ten does, at one of two places of a bar
)
PULSES = (2, 4)  # parts of a quarter that played notes may be meant to fall on
UNEVEN = Fraction(1, 12)  # quarters that a player may be off
WRITTEN_GRID = 48  # parts of a quarter; what is on no such grid was played, not written
SAME = "same"  # the map that changes nothing needs no name


class Explanation(NamedTuple):
    """What turns a rhythm into another.

    Attributes
    ----------
    warp, strategy
        A bar map, and the strategy that makes it, or nothing.
    on_the_bar
        Whether bar lines fall on bar lines.
    number
        The how many-eth of all different maps that are tried it is, from 1.
    """

    warp: Warp
    strategy: str
    on_the_bar: bool
    number: int = 1

    @property
    def choice(self) -> float:
        """What it costs to have chosen this map among all, and its place, in nats."""
        return FIRST_MAP + log(self.number) + (0.0 if self.on_the_bar else OFF_THE_BAR)


def explained(
    hit: Hit, pattern: Pattern, onsets: Sequence[Fraction], meters: MeterMap | None
) -> tuple[Hit, Explanation | None]:
    """A hit with the map that explains its rhythm, where pattern and music have metres, and that map.

    Parameters
    ----------
    hit
        What was found.
    pattern
        What was looked for.
    onsets
        Where the notes of the hit begin, in quarters, in the order of ``hit.notes``;
        what was played near eighths or sixteenths is taken to be on them.
    meters
        The metres of the music.
    """
    if pattern.meter is None or meters is None or not onsets:
        return hit, None
    pairs = [(pattern.onset[number], at) for number, at in zip(hit.matched, _written(onsets), strict=True)]
    found = explanation(pattern.onset, pattern.meter, pairs, meters)
    return (replace(hit, warp=found.warp, strategy=found.strategy) if found else hit), found


def _written(onsets: Sequence[Fraction]) -> Sequence[Fraction]:
    """Played notes where they would be written, if each is near one of the eighths, or the sixteenths; else as they are."""
    if all((at * WRITTEN_GRID).denominator == 1 for at in onsets):
        return onsets
    for parts in PULSES:
        written = [Fraction(round(at * parts), parts) for at in onsets]
        if len(set(written)) == len(written) and all(
            abs(there - at) <= UNEVEN for there, at in zip(written, onsets, strict=True)
        ):
            return written
    return onsets


def explanation(
    onsets: Sequence[Fraction], meter: Meter, pairs: Sequence[tuple[Fraction, Fraction]], meters: MeterMap
) -> Explanation | None:
    """What turns a rhythm into another.

    Parameters
    ----------
    onsets
        All onsets of the rhythm, in quarters from a bar line.
    meter
        Its metre.
    pairs
        (onset of the rhythm, position in the music) of the notes that are there.
    meters
        The metres of the music.

    Returns
    -------
    Explanation or None
        Rather one that puts bar lines on bar lines, then one that leaves out just
        what is missing, then the first in the table of strategies, named by the
        plainest that makes it. Where no strategy does it, the map through the notes; None where there is none.
    """
    if any((at * WRITTEN_GRID).denominator != 1 for _, at in pairs):
        return None
    target = meters.at(min(at for _, at in pairs)).meter
    missing = set(onsets) - {x for x, _ in pairs}
    best: tuple[tuple[bool, bool], Explanation] | None = None
    tried: set[Warp] = set()
    for name, warp in _maps(tuple(onsets), meter, target):
        tried.add(warp)
        line = _bar_line(warp, pairs)
        if line is None:
            continue
        on_the_bar = line < 0 or meters.at(line).start == line
        exact = not any(warp.keeps(at) for at in missing)
        found = Explanation(warp, "" if name == SAME else name, on_the_bar, len(tried))
        if best is None or (on_the_bar, exact) > best[0]:
            best = (on_the_bar, exact), found
        if on_the_bar and exact:
            break
    return best[1] if best else _through(pairs, meter, meters)


def _bar_line(warp: Warp, pairs: Sequence[tuple[Fraction, Fraction]]) -> Fraction | None:
    """Where the map begins, if it takes all notes where they are."""
    lines = {at - warp(x) for x, at in pairs}
    return lines.pop() if len(lines) == 1 and all(warp.keeps(x) for x, _ in pairs) else None


def _maps(onsets: tuple[Fraction, ...], source: Meter, target: Meter) -> Iterator[tuple[str, Warp]]:
    """(strategy, map) of everything that is proposed: nothing, bar for bar, other ratios, second thoughts."""
    if source.bar == target.bar:
        yield SAME, Warp.identity(source.bar)
    for ratios, second in ((BAR_RATIOS[:1], False), (BAR_RATIOS[1:], False), (BAR_RATIOS, True)):
        yield from _stage(onsets, source, target, ratios, second)


@lru_cache(maxsize=256)
def _stage(
    onsets: tuple[Fraction, ...], source: Meter, target: Meter, ratios: tuple[Fraction, ...], second: bool
) -> tuple[tuple[str, Warp], ...]:
    """What the strategies think of first, or of second, at some ratios."""
    which = slice(1, None) if second else slice(1)
    asked = tasks(onsets, source, target, ratios)
    return tuple(dict.fromkeys(found for task in asked for found in _thoughts(task, which)))


def tasks(onsets: Sequence[Fraction], source: Meter, target: Meter, ratios: tuple[Fraction, ...]) -> Iterator[Task]:
    """What strategies are asked: the figure as the metre groups it, and as its first bar has it, in as many bars as there are ratios."""
    for ratio in ratios:
        before, after = Frame(source, ratio.denominator), Frame(target, ratio.numerator)
        inside = tuple(sorted({at % before.length for at in onsets}))
        for figure in _figures(onsets, source):
            yield Task(figure * before.bars, inside, before, after)


def _figures(onsets: Sequence[Fraction], meter: Meter) -> list[tuple[Fraction, ...]]:
    groups = tuple(group * meter.pulse for group in meter.groups)
    starts = sorted({at for at in onsets if at < meter.bar} | {Fraction(0)})
    rhythm = tuple(b - a for a, b in pairwise([*starts, meter.bar]))
    return list(dict.fromkeys([groups, rhythm]))


def _thoughts(task: Task, which: slice) -> Iterator[tuple[str, Warp]]:
    """What the strategies propose: those of arrangers first, the one that must be loaded after them, then the baselines."""
    for name, _ in sorted(STRATEGIES.items(), key=lambda row: (not row[1].offered, row[1].heavy)):
        with suppress(StrategyError):
            for outcome in proposed(name, task)[which]:
                yield plainest(name, outcome.warp, task), outcome.warp


def _through(pairs: Sequence[tuple[Fraction, Fraction]], meter: Meter, meters: MeterMap) -> Explanation | None:
    """The map through the notes, from bar line to bar line."""
    start = meters.at(pairs[0][1]).start
    first, last = pairs[0][0] // meter.bar * meter.bar, (pairs[-1][0] // meter.bar + 1) * meter.bar
    end = meters.at(pairs[-1][1]).end
    inside = sorted({(x - first, at - start) for x, at in pairs if x > first and at > start})
    with suppress(MapError):
        return Explanation(Warp([(Fraction(0), Fraction(0)), *inside, (last - first, end - start)]), "", True)
    return None
