"""What becomes of every stroke of a score's drums under a plan: even strokes stay even, the rest goes by beats.

One map for a whole kit would make a hi-hat limp. So, key by key: an even
running stroke keeps its interval and fills the new bar; any other stroke goes
to the same place of the beat of the same number, and beats that the old bar has
not are copied from two beats before. The backbeat stays on the backbeat.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import lru_cache
from itertools import islice, pairwise
from typing import NamedTuple

import numpy as np

from mi_theme.adaptation.frames import Frame, starts_of, whole_grouping
from mi_theme.adaptation.groupings import MOST_GROUPINGS
from mi_theme.adaptation.strategies import find
from mi_theme.adaptation.swing import straightened, swung, swung_back
from mi_theme.conversion.parts.placements import Copied, DrumRun, Placements, StockStroke
from mi_theme.conversion.reading.grid import GRID, span_parts
from mi_theme.conversion.scoreplan import ScorePlan, Span
from mi_theme.meter import Meter, twos_and_threes
from mi_theme.score import Score
from mi_theme.score.percussion_keys import HI_HAT, KICK, SNARE
from mi_theme.warp import Warp

__all__ = ["beat_drums", "goes_by_the_map", "kit_frames"]

NO_ROOM = "no room in the pattern"
FEWEST_EVEN = 4  # strokes in a bar that make a running stroke
LONGEST_EVEN = Fraction(1)  # quarters between strokes that run evenly
LOUD, SOFT = 96, 64
Beaten = dict[tuple[int, int], list[tuple[Fraction, Fraction, int]]]  # (part, key): see `_strokes`


class KitStroke(NamedTuple):
    """A stroke of the new bars: its place in quarters, the stroke it comes from, and whether it is an extra one."""

    at: Fraction
    origin: int
    added: bool


def beat_drums(plan: ScorePlan, score: Score, found: Placements) -> None:
    """Place the drums as the plan says; those that go by the map are not mentioned."""
    beaten = _strokes(plan, score)
    for (span, start), mine in zip(plan.starts(), beaten, strict=True):
        if plan.request.drums == "keep" or goes_by_the_map(span):
            found.runs.append(())
        elif plan.request.drums == "pulse":
            found.runs.append(tuple(_repulsed(plan, span, start, mine, found)))
        else:
            found.runs.append(())
            found.dropped.update((row, NO_ROOM) for rows in mine.values() for _, _, row in rows)
            if plan.request.drums == "pattern":
                part = next((number for number, part in enumerate(score.parts) if part.is_percussion), -1)
                pattern = stock_pattern(kit_frames(span)[1])
                found.stock += [
                    StockStroke(start + at, key, velocity, part) for at, key, velocity in pattern if part >= 0
                ]


def goes_by_the_map(span: Span) -> bool:
    """Whether nothing is made anew in a span: it stays, or sounds the same."""
    if (
        not span.how
        or span.warp.source < span.source.bar
        or (span.warp.is_identity and span.source.same_bar(span.target))
    ):
        return True
    drums = find(span.how).drums
    return drums == "map" or (span.warp.is_linear and drums != "beats")


def _strokes(plan: ScorePlan, score: Score) -> list[Beaten]:
    """For each span and (part, key): (place that is meant, what the player differs by, row), swing taken out."""
    parts = span_parts(score)
    drums = [number for number, part in enumerate(score.parts) if part.is_percussion]
    rows = np.flatnonzero(np.isin(parts, drums))
    found: list[Beaten] = [defaultdict(list) for _ in plan.spans]
    if not len(rows) or not plan.spans:
        return found
    quarter, starts = score.ticks_per_quarter, score.spans["start"][rows]
    begins = [span.start for span in plan.spans]
    limits = np.array([float(at) for at in begins])
    for row, tick in zip(rows.tolist(), starts.tolist(), strict=True):
        at, span = Fraction(tick, quarter), score.spans[row]
        key = int(score.tracks[span["track"]].events["data1"][span["on"]])
        meant = Fraction(round(at * GRID), GRID) if plan.swing is None else straightened(at, plan.swing, GRID)
        index = max(int(np.searchsorted(limits, float(meant), "right")) - 1, 0)
        found[index][int(parts[row]), key].append((meant - begins[index], at - swung_back(meant, plan.swing), row))
    return found


def _repulsed(plan: ScorePlan, span: Span, start: Fraction, beaten: Beaten, found: Placements) -> Iterator[DrumRun]:
    """Carry the strokes of one span over, key by key."""
    source, target = kit_frames(span)
    back = swung(target.length, plan.swing).inverse() if plan.swing else None
    for (_, key), rows in sorted(beaten.items()):
        places = tuple(sorted({max(at, Fraction(0)) for at, _, _ in rows}))
        strokes, even = patterned(places, source, target)
        at_place: dict[Fraction, list[tuple[Fraction, int]]] = defaultdict(list)
        for at, differs, row in rows:
            at_place[max(at, Fraction(0))].append((differs, row))
        kept: set[int] = set()
        for stroke in strokes:
            at = back(stroke.at) if back else stroke.at
            for differs, row in at_place[places[stroke.origin]]:
                onset = max(start + at + differs, Fraction(0))
                if stroke.added:
                    found.copied.append(Copied(onset, None, row, key, "to fill the bar"))
                else:
                    found.moved[row] = onset, None
                    kept.add(row)
        found.dropped.update((row, NO_ROOM) for _, _, row in rows if row not in kept)
        yield DrumRun(key, len(places), len(strokes), even)


def kit_frames(span: Span) -> tuple[Frame, Frame]:
    """The bars of a span with the beats that drummers count."""
    return _counted(*span.frames, span.figure, span.base)


@lru_cache(maxsize=256)
def _counted(source: Frame, target: Frame, figure: tuple[Fraction, ...], base: Warp) -> tuple[Frame, Frame]:
    grouping = whole_grouping(figure, source.meter.pulse)
    if source.meter.is_open and grouping and grouping.total == source.meter.pulses:
        source = Frame(source.meter.grouped(grouping), source.bars)
    source = kit_frame(source, starts_of(figure))
    images = [base(at) for at in source.beats if at < source.meter.bar and base.keeps(at)]
    return source, kit_frame(target, images)


@lru_cache(maxsize=4096)
def patterned(places: tuple[Fraction, ...], source: Frame, target: Frame) -> tuple[tuple[KitStroke, ...], bool]:
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
    if len(steps) != 1 or len(places) < min(FEWEST_EVEN, len(source.beats)):
        return None
    (step,) = steps
    runs = places[0] < step and step * len(places) == source.length
    return step if runs and step <= LONGEST_EVEN and len(places) >= 3 else None


def _filled(places: Sequence[Fraction], step: Fraction, source: Frame, target: Frame) -> tuple[KitStroke, ...]:
    """The same interval to the end of the new bars; extra strokes are copies from two beats before."""
    count = -(-(target.length - places[0]) // step)
    back = max(int(2 * source.length / len(source.beats) / step), 1)
    strokes = []
    for index in range(int(count)):
        origin = index
        while origin >= len(places):
            origin -= min(back, len(places))
        strokes.append(KitStroke(places[0] + index * step, origin, index >= len(places)))
    return tuple(strokes)


def _by_beats(places: Sequence[Fraction], source: Frame, target: Frame) -> tuple[KitStroke, ...]:
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
                strokes.append(KitStroke(start + offset, origin, number >= len(old)))
    first = {stroke.at: stroke for stroke in reversed(strokes)}  # of strokes at one place
    return tuple(first.values())[::-1]


def _offset(offset: Fraction, old: Fraction, new: Fraction, source: Frame, target: Frame) -> Fraction:
    """The place in the beat; between simple and compound an off-beat keeps its distance to the next beat."""
    if source.meter.is_compound == target.meter.is_compound or 2 * offset < old:
        return offset
    return max(new - (old - offset), Fraction(0))


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


def stock_pattern(target: Frame) -> list[tuple[Fraction, int, int]]:
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
