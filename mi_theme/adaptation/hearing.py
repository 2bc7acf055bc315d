"""What a map costs the ear, whatever strategy made it: one currency for all of them.

The charges are those of the search of `ease`: stretched values, notes on weaker
places, neighbours that were equal and are not, notes left out. They are counted
on the lead's notes as they come out, at the tempo at which they come out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from fractions import Fraction
from itertools import pairwise
from math import log2
from typing import NamedTuple

from mi_theme.adaptation import place_search as charges
from mi_theme.adaptation.costs import order_cost
from mi_theme.adaptation.frames import Frame, beat_of, starts_of
from mi_theme.warp import Warp

__all__ = ["heard_cost", "order_lost"]

LOST = 10.0  # a note left out that is in no run, or played again: a syllable, the end of a phrase
SILENCE = 10.0  # each quarter of silence where there was none: the line breaks off
ASIDE = 24.0  # a bar line of the source that is a beat, and no bar line
LOPSIDED = 4.0  # each doubling by which one of two equal notes gets more than twice as long as the other
AGREES = 0.5  # of the charge for two equal notes that are no more, where the longer has the stronger place
SHORTEST_REST = Fraction(1, 2)
DEEP = 2  # the level of all that is no beat
PARTED, DEEPEST = (
    {1: 2, 2: 2, 4: 3},
    4,
)  # levels of places within a beat, by the denominator in quarters, and of all others
FINE = 3  # the level of sixteenths
RESOLVED = charges.SYNCOPATED  # off the charge, where a sixteenth that was held over a beat comes on one
FINER = 2.4  # a tune in eighths that is to be read in sixteenths: people even jigs out rather than dot them
BETWEEN = 1.0  # a beat that falls between those of the target, as a note that does: others stand there
AGAINST = 3.0  # two against the threes of the target: nobody writes duplets unless he is asked for them
ALIKE = 1.05  # values that differ by less are heard as equal
Note = tuple[Fraction, Fraction]  # where it begins, how long it sounds


class Heard(NamedTuple):
    """A note that is kept: its value before and after, where it stands now (0 a bar line, 1 a beat), whether it rests after it."""

    old: float
    new: float
    level: int
    rests: bool


def heard_cost(
    notes: Sequence[Note],
    warp: Warp,
    source: Frame,
    target: Frame,
    tempo: Fraction,
    repeats: Sequence[tuple[Fraction, Fraction, Fraction]] = (),
    figure: Sequence[Fraction] = (),
) -> float:
    """What becomes of a line under a map, as points a bar of the source.

    Parameters
    ----------
    notes
        Onset and length in quarters from the beginning of the map, ascending.
    warp
        The map.
    source, target
        The bars on both sides.
    tempo
        What the length of a quarter is multiplied with.
    repeats
        Stretches (start, stop, shift) that are played again, in what would be silence without
        them, and is where they have no notes; a note that is played again costs as one that is left out.
    figure
        Group lengths of a source bar, where they are other than the beats of its metre.

    Returns
    -------
    float
        0 where all sounds as before, at the same places of the bar.
    """
    ends = [*(at for at, _ in notes[1:]), warp.source][: len(notes)]
    values = [
        min(lasts, end - at) if end - at - lasts >= SHORTEST_REST else end - at
        for (at, lasts), end in zip(notes, ends, strict=True)
    ]
    beat, deeper, speed = beat_of(source, figure), _deeper(source, target), float(tempo)
    compound = target.meter.is_compound
    in_run = charges.runs_in(values, beat)
    inner = (warp(beat) for beat in source.beats if beat % source.meter.bar and warp.keeps(beat))
    total = _bar_lines(warp, source, target) + BETWEEN * sum(target.depth(beat) == DEEP for beat in inner)
    kept: list[Heard] = []
    for number, ((at, _), value) in enumerate(zip(notes, values, strict=True)):
        if not warp.keeps(at):
            run = charges.DROPPED_BEAT if at in source.beats else charges.DROPPED
            total += run if number in in_run else LOST
            continue
        image, stop, rest = warp(at), warp.end(at + value), ends[number] - at - value
        old, new = float(value), float(stop - image) * speed
        old_level, level = max(_level(at, source) + deeper, 0), _level(image, target)
        weight = charges.HELD if value > beat else charges.BEAT if value == beat else charges.SHORT
        total += _stretch(old, new, weight) + _fall(old_level, level)
        if level < DEEP and old_level >= FINE:
            total -= RESOLVED * any(at < over < at + value for over in source.beats)
        total += AGAINST * (compound and _is_duplet(image, stop, target.groups[0]))
        total += _stretch(float(rest), float(warp.end(ends[number]) - stop) * speed, charges.REST) if rest else 0.0
        kept.append(Heard(old, new, level, rest > 0))
    total += _filled(notes, warp, repeats, in_run)
    total += sum(_beside(one, two) for one, two in pairwise(kept) if not one.rests)
    total += order_lost([at for at, _ in notes], warp, source, figure or source.groups[: len(source.meter.groups)])
    return total / source.bars


def _filled(
    notes: Sequence[Note], warp: Warp, repeats: Sequence[tuple[Fraction, Fraction, Fraction]], in_run: Collection[int]
) -> float:
    """What silence costs that a map puts in, and the notes that are played again to fill it."""
    silences = sum(y1 - y0 for (x0, y0), (x1, y1) in pairwise(warp.points) if x0 == x1)
    filled = sum(stop - start for start, stop, _ in repeats if any(start <= at < stop for at, _ in notes))
    again = [number for number, (at, _) in enumerate(notes) if any(start <= at < stop for start, stop, _ in repeats)]
    struck = sum(charges.DROPPED if number in in_run or number - 1 in in_run else LOST for number in again)
    return SILENCE * float(max(silences - filled, 0)) + struck


def _stretch(old: float, new: float, weight: float) -> float:
    if new <= 0:
        return weight
    stretch = abs(log2(new / old))
    return weight * (stretch + charges.SQUARE * stretch**2)


def _level(at: Fraction, frame: Frame) -> int:
    depth = frame.depth(at)
    return depth if depth < DEEP else PARTED.get(at.denominator, DEEPEST)


def _is_duplet(at: Fraction, stop: Fraction, beat: Fraction) -> bool:
    """Whether a note has the second half of a beat to itself."""
    return 2 * (at % beat) == beat <= 2 * (stop - at)


def _deeper(source: Frame, target: Frame) -> int:
    """By how many levels all notes stand deeper, as it is meant: 1 where bars become beats, -1 where beats become bars."""
    if len(target.beats) == source.bars > target.bars:
        return 1
    return -1 if len(source.beats) == target.bars > source.bars else 0


def _fall(old: int, new: int) -> float:
    steps, finer = new - old, FINER * (old < FINE <= new)
    return finer + (charges.DEMOTED * steps if steps > 0 else -charges.PROMOTED * steps)


def _bar_lines(warp: Warp, source: Frame, target: Frame) -> float:
    """Bar lines that are none any more."""
    lines = (warp(bar * source.meter.bar) for bar in range(1, source.bars) if warp.keeps(bar * source.meter.bar))
    depths = [target.depth(at) for at in lines]
    joined = source.bars > target.bars and source.bars % target.bars == 0  # as it is meant
    aside = 0.0 if joined else ASIDE
    return sum(charges.HIDDEN if depth == 2 else aside for depth in depths if depth)


def order_lost(onsets: Iterable[Fraction], warp: Warp, source: Frame, figure: Sequence[Fraction]) -> float:
    """What it costs the ear that long and short groups of uneven bars are so no more: of groups that notes begin.

    Parameters
    ----------
    onsets
        Where notes begin, in quarters from the beginning of the map.
    warp
        The map.
    source
        Its bars.
    figure
        Group lengths of one of them.

    Returns
    -------
    float
        Points for all bars together.
    """
    if len(set(figure)) == 1:
        return 0.0
    struck, total = {at for at in onsets if warp.keeps(at)}, 0.0
    for bar in range(source.bars):
        starts = (bar * source.meter.bar + start for start in starts_of(figure))
        groups = [(at, size) for at, size in zip(starts, figure, strict=False) if at in struck]
        after = [warp.end(at + size) - warp(at) for at, size in groups]
        total += order_cost([size for _, size in groups], after)
    return total


def _beside(one: Heard, two: Heard) -> float:
    """What two neighbours cost together."""
    was = (one.old > two.old) - (one.old < two.old)
    alike = max(one.new, two.new) < ALIKE * min(one.new, two.new)
    now = 0 if alike else (one.new > two.new) - (one.new < two.new)
    if was == now:
        return 0.0
    if not was:
        agrees = (two.level - one.level) * now > 0
        more = log2(max(one.new, two.new) / min(one.new, two.new)) - 1
        return charges.UNEQUAL * (AGREES if agrees else 1.0) + LOPSIDED * max(more, 0.0)
    return charges.REVERSED if now else charges.LEVELLED
