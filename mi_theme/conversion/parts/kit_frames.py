"""How drummers count the bars of a span, where their beats go, and which spans leave the kit as it is."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from itertools import islice, pairwise
from typing import NamedTuple

from mi_theme.adaptation.frames import Frame, starts_of, whole_grouping
from mi_theme.adaptation.groupings import MOST_GROUPINGS, twos_and_threes
from mi_theme.adaptation.strategies import find
from mi_theme.conversion.spans import Span
from mi_theme.meter import Meter
from mi_theme.warp import Warp

__all__ = ["SIXTEENTH", "KitMap", "evenly", "goes_by_the_map", "kit_frames", "kit_map"]

SIXTEENTH = Fraction(1, 4)


class KitMap(NamedTuple):
    """The bars of a span as drummers count them, the plan's map, and for each old beat where it is now; None for one that is cut.

    `played` is the map as the band plays it, where that is known.
    """

    source: Frame
    target: Frame
    base: Warp
    images: tuple[Fraction | None, ...]
    played: Warp | None = None

    @property
    def by_number(self) -> bool:
        """Whether there are as many beats as before."""
        return len(self.source.beats) == len(self.target.beats)

    @property
    def turns(self) -> bool:
        """Whether beats go from twos to threes, or from threes to twos."""
        return self.source.meter.is_compound != self.target.meter.is_compound

    @property
    def evenly(self) -> bool:
        """Whether equal beats have become as many equal ones of another length, and no threes."""
        alike = self.by_number and not self.turns and len({*self.source.groups}) == len({*self.target.groups}) == 1
        return alike and self.source.groups[0] != self.target.groups[0]

    def until(self, beat: int) -> Fraction:
        """Where the image of the next beat begins that has one."""
        later = (image for image in self.images[beat + 1 :] if image is not None)
        return next(later, self.target.length)


def goes_by_the_map(span: Span) -> bool:
    """Whether nothing is made anew in a span: it stays, or sounds the same."""
    if (
        not span.how
        or span.warp.source < span.source.bar
        or (span.warp.is_identity and span.source.same_bar(span.target))
    ):
        return True
    drums = find(span.how).drums
    return drums == "map" or (span.warp.is_linear and drums != "beats" and not evenly(span.base, span.frames))


def kit_frames(span: Span) -> tuple[Frame, Frame]:
    """The bars of a span with the beats that drummers count."""
    return _counted(*span.frames, span.figure, span.base)


def kit_map(span: Span) -> KitMap:
    """The beats of a span: by their number where there are as many as before, else where the whole band has them."""
    source, target = kit_frames(span)
    if len(source.beats) == len(target.beats):
        return KitMap(source, target, span.base, target.beats)
    ends = [*source.beats[1:], source.length]
    images = (_left(span.base, beat, end) for beat, end in zip(source.beats, ends, strict=True))
    return KitMap(source, target, span.base, tuple(images))


def _left(base: Warp, beat: Fraction, end: Fraction) -> Fraction | None:
    """Where a beat begins of which something is left."""
    return base(beat) if base.keeps(beat) or base.end(end) > base(beat) else None


@lru_cache(maxsize=256)
def _counted(source: Frame, target: Frame, figure: tuple[Fraction, ...], base: Warp) -> tuple[Frame, Frame]:
    grouping = whole_grouping(figure, source.meter.pulse)
    if source.meter.is_open and grouping and grouping.total == source.meter.pulses:
        source = Frame(source.meter.grouped(grouping), source.bars)
    source = _kit_frame(source, starts_of(figure))
    if evenly(base, (source, target)):
        return source, _in_sixteenths(source, target)
    images = [base(at) for at in source.beats if at < source.meter.bar and base.keeps(at)]
    return source, _kit_frame(target, images)


def evenly(base: Warp, frames: tuple[Frame, Frame]) -> bool:
    """Whether equal beats become as many equal ones that are no beats of the target: four in a bar of five, of five sixteenths each.

    Parameters
    ----------
    base
        Where beats go.
    frames
        The bars on both sides.
    """
    source, target = frames
    beats = source.beats
    if source.bars != 1 or target.bars != 1 or len(set(source.groups)) > 1 or len(beats) == len(target.beats):
        return False
    images = [base(at) for at in (*beats, source.length) if base.keeps(at) or at == source.length]
    steps = {b - a for a, b in pairwise(images)}
    each = target.length / len(beats)
    whole = len(images) == len(beats) + 1 and steps == {each} and (each / SIXTEENTH).denominator == 1
    return whole and not set(images[:-1]) <= {pulse * target.meter.pulse for pulse in range(target.pulses)}


def _in_sixteenths(source: Frame, target: Frame) -> Frame:
    count = target.length / SIXTEENTH / len(source.beats)
    groups = "+".join([str(count)] * len(source.beats))
    return Frame(Meter(f"{int(target.length / SIXTEENTH)}/16:{groups}"))


def _kit_frame(frame: Frame, images: Sequence[Fraction]) -> Frame:
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
