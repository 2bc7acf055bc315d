"""Percussion in another metre: even strokes stay even, the rest goes by beats.

One map for a whole kit would make a hi-hat limp. So, key by key: an even
running stroke keeps its interval and fills the new bar; any other stroke goes
to the same place of the beat of the same number, and beats that the old bar has
not are copied from two beats before. The backbeat stays on the backbeat.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from itertools import islice, pairwise
from typing import NamedTuple

from mi_theme.adaptation.frames import Frame
from mi_theme.adaptation.groupings import MOST_GROUPINGS
from mi_theme.meter import Meter, twos_and_threes
from mi_theme.score.percussion_keys import HI_HAT, KICK, SNARE

__all__ = ["MODES", "Stroke", "kit_frame", "patterned", "stock"]

MODES = ("pulse", "keep", "pattern", "mute")
FEWEST_EVEN = 4  # strokes in a bar that make a running stroke
QUARTER = Fraction(1)
LOUD, SOFT = 96, 64


class Stroke(NamedTuple):
    """A stroke of the new bars: its place in quarters, the stroke it comes from, and whether it is an extra one."""

    at: Fraction
    origin: int
    added: bool


@lru_cache(maxsize=4096)
def patterned(places: tuple[Fraction, ...], source: Frame, target: Frame) -> tuple[tuple[Stroke, ...], bool]:
    """The strokes of one key carried over, and whether they are an even run.

    Parameters
    ----------
    places
        Where the strokes fall in the source, in quarters, ascending.
    source, target
        The bars, with the beats that drummers count.

    Returns
    -------
    strokes
        In order; an origin that is in none of them without `added` is dropped.
    even
        Whether the strokes run evenly through the bars.
    """
    step = _even_step(places, source)
    return (_filled(places, step, source, target), True) if step else (_by_beats(places, source, target), False)


def _even_step(places: Sequence[Fraction], source: Frame) -> Fraction | None:
    """The interval of strokes that run evenly through all bars, at least one a beat; else None."""
    steps = {b - a for a, b in pairwise(places)}
    if len(steps) != 1 or len(places) < min(FEWEST_EVEN, len(source.beats)) * 1:
        return None
    (step,) = steps
    runs = places[0] < step and step * len(places) == source.length
    return step if runs and step <= QUARTER and len(places) >= 3 else None


def _filled(places: Sequence[Fraction], step: Fraction, source: Frame, target: Frame) -> tuple[Stroke, ...]:
    """The same interval to the end of the new bars; extra strokes are copies from two beats before."""
    count = -(-(target.length - places[0]) // step)
    back = max(int(2 * source.length / len(source.beats) / step), 1)
    strokes = []
    for index in range(int(count)):
        origin = index
        while origin >= len(places):
            origin -= min(back, len(places))
        strokes.append(Stroke(places[0] + index * step, origin, index >= len(places)))
    return tuple(strokes)


def _by_beats(places: Sequence[Fraction], source: Frame, target: Frame) -> tuple[Stroke, ...]:
    """Beat by beat, the same place in each."""
    old, new = source.beats, target.beats
    ends = [*old[1:], source.length]
    beats = [[i for i, at in enumerate(places) if start <= at < end] for start, end in zip(old, ends, strict=True)]
    strokes = []
    for number, (start, length) in enumerate(zip(new, target.groups, strict=True)):
        twin = number
        while twin >= len(old):
            twin -= min(2, len(old))
        for origin in beats[twin]:
            offset = _offset(places[origin] - old[twin], source.groups[twin], length, source, target)
            if offset < length:
                strokes.append(Stroke(start + offset, origin, number >= len(old)))
    return tuple(_apart(strokes))


def _offset(offset: Fraction, old: Fraction, new: Fraction, source: Frame, target: Frame) -> Fraction:
    """The place in the beat; between simple and compound an off-beat keeps its distance to the next beat."""
    if source.meter.is_compound == target.meter.is_compound or 2 * offset < old:
        return offset
    return max(new - (old - offset), Fraction(0))


def _apart(strokes: list[Stroke]) -> list[Stroke]:
    """Of strokes at one place only the first."""
    return list({stroke.at: stroke for stroke in reversed(strokes)}.values())[::-1]


def kit_frame(frame: Frame, images: Sequence[Fraction]) -> Frame:
    """The bars with the beats that drummers count.

    An odd metre in eighths without a grouping has none of its own: the twos and
    threes are taken that share most starts with `images`, where beats have gone.
    """
    meter = frame.meter
    if not meter.is_open or meter.pulse * 2 == Fraction(4, meter.denominator):
        return frame
    return Frame(_nearest_grouping(meter, frozenset(at / meter.pulse for at in images)), frame.bars)


@lru_cache(maxsize=256)
def _nearest_grouping(meter: Meter, starts: frozenset[Fraction]) -> Meter:
    ways = islice(twos_and_threes(meter.pulses), MOST_GROUPINGS)
    best = max(ways, key=lambda way: len(starts & set(way.starts)) / len(way), default=None)
    return meter.grouped(best) if best else meter


def stock(target: Frame) -> list[tuple[Fraction, int, int]]:
    """A plain pattern for any metre, (place, key, velocity): kick and snare by turns on the beats, hats on pulses."""
    meter = target.meter
    rows = []
    for bar in range(target.bars):
        start = bar * meter.bar
        rows += [
            (start + pulse * meter.pulse, HI_HAT, LOUD if pulse in meter.beats else SOFT)
            for pulse in range(meter.pulses)
        ]
        rows += [(start + beat * meter.pulse, SNARE if i % 2 else KICK, LOUD) for i, beat in enumerate(meter.beats)]
    return sorted(rows)
