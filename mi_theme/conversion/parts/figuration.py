"""Even running figures in another metre: they stay even.

Carried by the map of the tune an Alberti bass would limp. So, group by group,
its strokes keep their step and fill the image of the group: what is over at the
end of a group goes, what is missing goes on with the last two by turns. Groups
begin where the harmony has them, and each keeps its own tones.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple

from mi_theme.conversion.reading.layers import Layer

__all__ = ["Attacks", "GroupImage", "MadeNote", "joined", "remade_runs"]

STEP_NAMES = {
    6: "thirty-seconds",
    8: "triplet sixteenths",
    12: "sixteenths",
    16: "triplet eighths",
    24: "eighths",
    32: "triplet quarters",
    48: "quarters",
}


class GroupImage(NamedTuple):
    """A group of a stretch and its image, from and to, in parts of a quarter from the start of either."""

    start: int
    stop: int
    begins: int
    ends: int


class MadeNote(NamedTuple):
    """A note made anew: its place, its model (an index of the layer), and what else is new of it."""

    at: int
    model: int
    added: bool = False
    lasts: int | None = None
    pitch: int | None = None
    why: str = "to fill the bar"


Attacks = dict[int, list[int]]  # place: indices of a layer
Stroke = tuple[int, int, bool]  # new place, place of the model, whether it is one more


def remade_runs(
    layer: Layer, start: int, groups: Sequence[GroupImage]
) -> Iterator[tuple[str, Attacks, list[list[MadeNote]]]]:
    """The running figures of a layer in a stretch: in what values, their strokes, and the strokes that they become."""
    stretch = layer.between(start, start + groups[-1].stop)
    steps = layer.step[stretch].tolist()
    if not any(steps):
        return
    strokes: dict[int, Attacks] = {}
    places = (layer.at[stretch] - start).tolist()
    for index, at, step in zip(range(stretch.start, stretch.stop), places, steps, strict=True):
        if step:
            strokes.setdefault(step, {}).setdefault(at, []).append(index)
    for step, mine in sorted(strokes.items()):
        for old, new in _blocks(tuple(groups), step, tuple(sorted(mine)), _changes(layer, mine)):
            models = {at: mine[at] for at in old}
            yield (
                f"even {STEP_NAMES.get(step, 'strokes')}",
                models,
                [[MadeNote(at, index, added) for index in models[origin]] for at, origin, added in new],
            )


def _changes(layer: Layer, strokes: Attacks) -> tuple[int, ...]:
    """Places at which something else sounds than at the one before."""
    pitches = layer.pitch
    sounds = [(at, sorted(pitches[indices].tolist())) for at, indices in sorted(strokes.items())]
    return tuple(at for (at, sound), (_, before) in zip(sounds[1:], sounds, strict=False) if sound != before)


@lru_cache(maxsize=4096)
def _blocks(
    groups: tuple[GroupImage, ...], step: int, places: tuple[int, ...], changes: tuple[int, ...]
) -> tuple[tuple[tuple[int, ...], tuple[Stroke, ...]], ...]:
    """Groups in a row that strokes run through: their strokes, and what those become where the map does not do as well."""
    found, known = [], frozenset(places)
    for filled, run in groupby(groups, key=lambda group: _fills(group, step, known)):
        mine = list(run)
        if {group.stop - group.start for group in mine} == {step} and len({g.ends - g.begins for g in mine}) == 1:
            continue  # a stroke a beat, and beats that stay alike: it goes with them
        block = joined(mine, step)
        constant = not any(block[0].start < at < block[-1].stop for at in changes)
        old = tuple(range(block[0].start, block[-1].stop, step))
        if filled and len(old) > 1 and _is_remade(block, step, constant):  # the end of a run is none
            new = [stroke for group in block for stroke in _filled(group, block[0].begins, step)]
            found.append((old, tuple(new)))
    return tuple(found)


def joined(groups: Sequence[GroupImage], step: int) -> list[GroupImage]:
    """Groups of which one begins off the step's grid made one with those before: the figure has room in both together.

    Parameters
    ----------
    groups
        In order.
    step
        Of the figure, in parts of a quarter.

    Returns
    -------
    list of GroupImage
        As many or fewer.
    """
    found = list(groups[:1])
    for group in groups[1:]:
        first = found[-1]
        if (group.begins - groups[0].begins) % step or group.ends - group.begins < step:
            found[-1] = GroupImage(first.start, group.stop, first.begins, group.ends)
        else:
            found.append(group)
    return found


def _fills(group: GroupImage, step: int, places: frozenset[int]) -> bool:
    """Whether strokes run through a whole group."""
    whole = (group.stop - group.start) % step == 0
    return whole and all(at in places for at in range(group.start, group.stop, step))


def _is_remade(groups: Sequence[GroupImage], step: int, constant: bool) -> bool:
    """Whether the strokes of some groups find places at the same step: groups begin on them, or all sound alike."""
    begins, ends = groups[0].begins, groups[-1].ends
    moved = any(group.stop - group.start != group.ends - group.begins for group in groups)
    fitting = all(
        (group.begins - begins) % step == 0 and (group.stop - group.start > step or group.ends - group.begins >= step)
        for group in groups
    )
    return moved and (ends - begins) % step == 0 and (fitting or constant)


def _filled(group: GroupImage, begins: int, step: int) -> Iterator[Stroke]:
    """The strokes in the image of a group."""
    count = (group.stop - group.start) // step
    first = begins - (begins - group.begins) // step * step
    for number, at in enumerate(range(first, group.ends, step)):
        model = number if number < count else max(count - 2 + (number - count) % 2, 0)
        yield at, group.start + model * step, number >= count
