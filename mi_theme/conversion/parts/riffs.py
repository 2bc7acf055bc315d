"""The riffs of a rhythm section in another metre: they keep their speed, beat by beat, as the kit does.

Squeezed with its beats a gallop would come out in thirty-seconds, and stretched with
them at two speeds. So each beat's figure goes where the beat goes, as fast as before:
what a shorter beat has no room for goes, and a longer beat plays its figure again.
Where all beats have one rhythm, two that share the time of one play it once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from mi_theme.conversion.parts.figuration import Attacks, GroupImage, MadeNote, joined
from mi_theme.conversion.reading.grid import GRID
from mi_theme.conversion.reading.layers import Layer

__all__ = ["remade_riff", "riff_places"]

EIGHTH, SIXTEENTH = GRID // 2, GRID // 4
MOST_BEATS = 2  # that a note of a riff lasts; what is held longer is harmony


def remade_riff(
    layer: Layer, start: int, groups: Sequence[GroupImage]
) -> Iterator[tuple[str, Attacks, list[list[MadeNote]]]]:
    """What a part plays in a stretch under a kit, its strokes, and what they become; nothing where it plays no riff.

    Parameters
    ----------
    layer
        The part.
    start
        Where the stretch begins.
    groups
        Its beats, and where they go.
    """
    stretch = layer.between(start, start + groups[-1].stop)
    beats, images = {g.stop - g.start for g in groups}, {g.ends - g.begins for g in groups}
    if layer.lead or len(beats) > 1 or len(images) == 1 or not _is_riff(layer, stretch, start, *beats):
        return
    (beat,) = beats
    strokes: Attacks = {}
    for index in range(stretch.start, stretch.stop):
        strokes.setdefault(int(layer.at[index]) - start, []).append(index)
    rhythms = [frozenset(at - group.start for at in strokes if group.start <= at < group.stop) for group in groups]
    longest = {at: max(int(layer.lasts[index]) for index in mine) for at, mine in strokes.items()}
    places = dict(_placed(joined(groups, beat) if len({*rhythms}) == 1 else groups, beat, strokes, longest))
    times = sorted({*places, groups[-1].ends})
    rooms = dict(pairwise(times))
    used: set[int] = set()
    made = []
    for at, place in sorted(places.items()):
        room = rooms[at] - at
        ends = ((index, _image(place + int(layer.lasts[index]), groups) - at) for index in strokes[place])
        values = ((index, lasts if layer.lasts[index] > beat else int(layer.lasts[index])) for index, lasts in ends)
        new = ((index, None if value == layer.lasts[index] <= room else min(value, room)) for index, value in values)
        made.append([MadeNote(at, index, place in used, lasts=value) for index, value in new])
        used.add(place)
    yield "riff at its speed", strokes, made


def _image(place: int, groups: Sequence[GroupImage]) -> int:
    """Where a place of the stretch goes with its beat."""
    group = next((group for group in groups if place <= group.stop), groups[-1])
    return group.begins + (place - group.start) * (group.ends - group.begins) // (group.stop - group.start)


def riff_places(layers: Sequence[Layer], start: int, stop: int, beat: int) -> set[int]:
    """Places of a stretch, from its start, at which riffs alone have notes: the map need not mind them.

    Parameters
    ----------
    layers
        All parts.
    start, stop, beat
        In parts of a quarter.
    """
    riffs: set[int] = set()
    others: set[int] = set()
    for layer in layers:
        stretch = layer.between(start, stop)
        mine = not layer.lead and _is_riff(layer, stretch, start, beat)
        (riffs if mine else others).update((layer.at[stretch] - start).tolist())
    return riffs - others


def _is_riff(layer: Layer, stretch: slice, start: int, beat: int) -> bool:
    """Whether short notes, none longer than two beats, stand on sixteenths, and some of them between beats."""
    at, lasts = layer.at[stretch] - start, layer.lasts[stretch]
    short = len(at) > 0 and int(lasts.max()) <= MOST_BEATS * beat and bool(layer.true[stretch].all())
    return short and bool((at % beat).any()) and not (at % SIXTEENTH).any()


def _placed(
    groups: Sequence[GroupImage], beat: int, strokes: Attacks, longest: Mapping[int, int]
) -> Iterator[tuple[int, int]]:
    """New places and the old ones whose strokes they have; later ones of a place that is taken count less."""
    taken: set[int] = set()
    finest = SIXTEENTH if any(at % EIGHTH for at in strokes) else EIGHTH
    for group in groups:
        count = (group.stop - group.start) // beat
        held = any(longest.get(at, 0) > beat for at in range(group.start, group.stop))
        for number, begins in enumerate(range(group.begins, group.ends, beat)):
            if number >= count and held:
                break  # what is held over the beat is held on
            first, room = group.start + min(number, count - 1) * beat, min(beat, group.ends - begins)
            mine = [at - first for at in sorted(strokes) if first <= at < first + beat]
            late = [(offset * room // beat // finest * finest, offset) for offset in mine if offset >= room]
            for place, offset in [*((offset, offset) for offset in mine if offset < room), *late]:
                if begins + place not in taken and not place % SIXTEENTH:
                    taken.add(begins + place)
                    yield begins + place, first + offset
