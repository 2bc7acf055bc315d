"""The strokes of a kit in another metre, drum by drum.

What runs evenly is drawn anew on the target's pulse. Every other stroke keeps
its place in its beat, and the beat goes where the whole band has it; a backbeat
that would fall between the beats goes to the nearest that is free for it. A fill
keeps its speed, and ends with the bar.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from math import ceil, floor
from typing import NamedTuple

from mi_theme.adaptation.frames import Frame
from mi_theme.conversion.parts.kit_frames import SIXTEENTH, KitMap

__all__ = [
    "KICKS",
    "TIMEKEEPERS",
    "TOMS",
    "KitStroke",
    "beat_strokes",
    "figure_strokes",
    "fill_start",
    "more_kicks",
    "run_end",
    "run_strokes",
]

KICKS = frozenset((35, 36))
BACKBEATS = frozenset((37, 38, 39, 40))  # rim, snares and clap
TOMS = frozenset((41, 43, 45, 47, 48, 50))
TIMEKEEPERS = frozenset(
    (42, 44, 46, 49, 51, 53, 55, 57, 59)
)  # hats, rides, and the crash that stands for a stroke of theirs
FEWEST_EVEN = 3  # strokes in a bar that make a running stroke
LONGEST_EVEN = Fraction(1)  # quarters between strokes that run evenly
FEWEST_FILLING = 3  # strokes of snare and toms that make a beat part of a fill
#: Strokes a beat where twos become threes and threes twos: beats stay, and no drummer plays six where four were.
TURNED = {1: 1, 2: 3, 4: 3, 3: 2, 6: 4}
NEAREST = Fraction(1)  # quarters that a backbeat is moved at most


class KitStroke(NamedTuple):
    """A stroke of the new bars: its place in quarters, and the place of the stroke it comes from."""

    at: Fraction
    origin: Fraction


def run_end(places: Sequence[Fraction], source: Frame) -> Fraction | None:
    """Up to which beat, or the end, strokes run evenly, at least one a beat and through half of the bars; None where they do not."""
    steps = {b - a for a, b in pairwise(places)}
    if len(steps) != 1 or len(places) < FEWEST_EVEN or len(set(source.groups)) > 1:
        return None
    (step,) = steps
    end = step * len(places)
    whole = places[0] < step <= min(LONGEST_EVEN, source.groups[0]) and 2 * end > source.length
    return end if whole and end in (*source.beats, source.length) else None


def run_strokes(places: Sequence[Fraction], end: Fraction, kit: KitMap, stop: Fraction) -> tuple[KitStroke, ...]:
    """An even run on the target's pulse: in each beat at its step, or as many as the beat has places for.

    Each beat is played as the one that has become it; a new one as the old of its number, or of two before.

    Parameters
    ----------
    places, end
        Where it is struck in the source, and up to where it runs.
    kit
        Where the beats go.
    stop
        Where the run ends in the new bars.
    """
    step, old = places[1] - places[0], _by_beat(places, kit.source)
    origins = {image: number for number, image in enumerate(kit.images) if image is not None}
    count = sum(1 for beat in kit.source.beats if beat < end)
    strokes: list[KitStroke] = []
    for number, (start, length) in enumerate(zip(kit.target.beats, kit.target.groups, strict=True)):
        model = origins.get(start, _twin(number, len(old)))
        first = _twin(model, count) if model >= count else model
        onward = [at for at in places if at >= old[first][0]] if not kit.turns else old[first]
        for index, offset in enumerate(_offsets(length, step, places[0], kit)):
            if start + offset < stop:
                strokes.append(KitStroke(start + offset, onward[min(index, len(onward) - 1)]))
    return tuple(strokes)


def figure_strokes(places: Sequence[Fraction], kit: KitMap) -> tuple[KitStroke, ...]:
    """What a drum plays in every beat alike, in every beat of the target, as much of it as that has room for; nothing where beats differ.

    Parameters
    ----------
    places
        Where it is struck in the source, in quarters, ascending.
    kit
        Where the beats go.
    """
    old = _by_beat(places, kit.source)
    figures = {tuple(at - beat for at in mine) for beat, mine in zip(kit.source.beats, old, strict=True)}
    if len(figures) > 1 or not places or len(set(kit.source.groups)) > 1:
        return ()
    origins = {image: number for number, image in enumerate(kit.images) if image is not None}
    (figure,), strokes = figures, []
    for number, (start, length) in enumerate(zip(kit.target.beats, kit.target.groups, strict=True)):
        model = old[origins.get(start, _twin(number, len(old)))]
        moved = (_moved(offset, kit, length) for offset in figure)
        strokes += [KitStroke(start + at, origin) for at, origin in zip(moved, model, strict=True) if at < length]
    return tuple(strokes)


def _twin(number: int, count: int) -> int:
    """The old beat that a new one is played as: that of its number, or of two before."""
    return number if number < count else number - 2 * ceil((number - count + 1) / 2) if count > 1 else 0


def _by_beat(places: Sequence[Fraction], source: Frame) -> list[list[Fraction]]:
    ends = [*source.beats[1:], source.length]
    return [[at for at in places if start <= at < end] for start, end in zip(source.beats, ends, strict=True)]


def _offsets(length: Fraction, step: Fraction, phase: Fraction, kit: KitMap) -> list[Fraction]:
    """Where the strokes of a run fall in a beat of some length."""
    beat = kit.source.groups[0]
    each = beat / step
    if each == 1:  # one a beat
        return [_moved(phase, kit, length)]
    if kit.turns and each in TURNED and not phase and len(set(kit.target.groups)) == 1:
        count = TURNED[int(each)]
        return [index * length / count for index in range(count)]
    if (length / step).denominator == 1 or phase:
        return [phase + index * step for index in range(ceil((length - phase) / step))]
    count = max(round(each), 1)
    return [ceil(index * length / count / SIXTEENTH) * SIXTEENTH for index in range(count)]


def _turned(offset: Fraction, old: Fraction, new: Fraction) -> Fraction:
    """Between simple and compound an off-beat keeps its distance to the next beat; thirds of a beat in twos are its eighths."""
    if new > old and (3 * offset / old).denominator == 1:
        return offset * new / old
    return offset if 2 * offset < old else max(new - (old - offset), Fraction(0))


def _shared(offset: Fraction, old: Fraction, new: Fraction) -> Fraction:
    """The sixteenth next to its share of the beat."""
    return floor(offset * new / old / SIXTEENTH + Fraction(1, 2)) * SIXTEENTH


def _moved(offset: Fraction, kit: KitMap, new: Fraction) -> Fraction:
    """Where a stroke is in its new beat, all old ones being alike: where it was, or in the last sixteenth of one that is too short."""
    old = kit.source.groups[0]
    if kit.turns:
        return _turned(offset, old, new)
    return _shared(offset, old, new) if kit.evenly else min(offset, new - SIXTEENTH)


def fill_start(places: Mapping[int, Collection[Fraction]], source: Frame) -> Fraction:
    """Where the fill begins that ends the bars: beats full of strokes of snare and toms; the end where there is none."""
    strokes = [at for key, mine in places.items() if key in BACKBEATS or key in TOMS for at in mine]
    begins = source.length
    for start, mine in zip(reversed(source.beats), reversed(_by_beat(strokes, source)), strict=True):
        if len(set(mine)) < FEWEST_FILLING:
            break
        begins = start
    return begins


def beat_strokes(key: int, places: Sequence[Fraction], kit: KitMap, taken: Collection[Fraction]) -> list[KitStroke]:
    """Strokes beat by beat: each keeps its place in its beat.

    Parameters
    ----------
    key
        The drum.
    places
        Where it is struck in the source, in quarters, ascending.
    kit
        Where the beats go.
    taken
        Where the kick is now that was on a beat: a backbeat finds another place.
    """
    strokes = list(_carried(places, kit))
    backbeat = key in BACKBEATS and not any(at % kit.source.meter.bar == 0 for at in places)  # else it plays along
    if not kit.by_number:
        good = good_places(kit, kick=key in KICKS, backbeat=backbeat)
        strokes = _on_beats(strokes, kit, good, taken if backbeat else ())
    if not kit.by_number and set(kit.source.beats) <= set(places):  # it keeps time
        strokes += _filled(places, strokes, kit)
    first = {stroke.at: stroke for stroke in sorted(strokes, reverse=True)}
    return sorted(first.values())


def _carried(places: Sequence[Fraction], kit: KitMap) -> Iterator[KitStroke]:
    for number, mine in enumerate(_by_beat(places, kit.source)):
        image, old = kit.images[number], kit.source.groups[number]
        if image is None:
            continue
        length = kit.until(number) - image
        for at in mine:
            offset = at - kit.source.beats[number]
            if kit.turns:  # as all others play it, but for swung strokes
                third = kit.target.meter.is_compound and (3 * offset / old).denominator == 1
                fourth = kit.played and (4 * offset / old) % 2 == 1 and (2 * kit.played(at)).denominator == 1
                way = kit.played if kit.played and fourth else kit.base
                offset = _turned(offset, old, length) if third or not kit.by_number else way(at) - image
            elif kit.evenly:
                offset = _shared(offset, old, length)
            elif offset >= length and kit.base.keeps(at) and (2 * kit.base(at)).denominator == 1:
                offset = kit.base(at) - image  # its beat has no room for it: on the eighth where all others have it
            if 0 <= offset < length:
                yield KitStroke(image + offset, at)


def _on_beats(
    strokes: Sequence[KitStroke], kit: KitMap, good: Sequence[Fraction], taken: Collection[Fraction]
) -> list[KitStroke]:
    """Strokes that stood on beats and would stand between them: on the nearest beat that is free for them, or none."""
    beats = set(kit.source.beats)
    moving = [stroke for stroke in strokes if stroke.origin in beats and stroke.at not in good]
    found = [stroke for stroke in strokes if stroke not in moving]
    used = {stroke.at for stroke in found} | set(taken)
    for stroke in moving:
        free = [place for place in good if place not in used and abs(place - stroke.at) <= NEAREST]
        if free:
            place = min(free, key=lambda place: (abs(place - stroke.at), place))
            found.append(stroke._replace(at=place))
            used.add(place)
    return sorted(found)


def good_places(kit: KitMap, *, kick: bool, backbeat: bool) -> list[Fraction]:
    """Where a stroke may stand that stood on a beat.

    On the beats, in an odd metre also where the band has one of its own; of two or four that are alike the kick has the first and third, and a
    backbeat the others. Elsewhere the kick may stand on any pulse, and a backbeat
    anywhere but on the first beat, also on the last of a long beat's three.
    """
    frame = kit.target
    beats = list(frame.beats)
    if not (kick or backbeat):
        pulse = frame.meter.pulse
        band = {at for at in kit.images if at is not None and frame.meter.is_additive and (at / pulse).denominator == 1}
        return sorted({*beats, *band})
    if _by_turns(frame):
        return beats[::2] if kick else beats[1::2]
    if kick:
        return [pulse * frame.meter.pulse for pulse in range(frame.pulses)]
    thirds = [
        start + 2 * frame.meter.pulse
        for start, length in zip(beats, frame.groups, strict=True)
        if length == 3 * frame.meter.pulse and len(set(frame.groups)) > 1
    ]
    return sorted([*(beat for beat in beats if beat % frame.meter.bar), *thirds])


def _by_turns(frame: Frame) -> bool:
    """Whether kick and snare have the beats by turns: two or four to a bar, all alike."""
    return len(frame.beats) // frame.bars in (2, 4) and len(set(frame.groups)) == 1


def more_kicks(strokes: Sequence[KitStroke], kit: KitMap) -> list[KitStroke]:
    """The kick once more on the third of four beats, where the bar had fewer."""
    beats, struck = kit.target.beats, {stroke.at: stroke for stroke in strokes}
    if not _by_turns(kit.target) or len(kit.source.beats) >= len(beats):
        return []
    pairs = zip(beats[::2], beats[2::2], strict=False)
    return [struck[first]._replace(at=third) for first, third in pairs if first in struck and third not in struck]


def _filled(places: Sequence[Fraction], strokes: Sequence[KitStroke], kit: KitMap) -> Iterator[KitStroke]:
    """What keeps time does so on beats that are new, as on the old beat of their number, or two before."""
    struck, old = {stroke.at for stroke in strokes}, _by_beat(places, kit.source)
    for number, (start, length) in enumerate(zip(kit.target.beats, kit.target.groups, strict=True)):
        if start not in struck:
            twin = _twin(number, len(old))
            for at in old[twin]:
                offset = at - kit.source.beats[twin]
                if offset < length:
                    yield KitStroke(start + offset, at)
