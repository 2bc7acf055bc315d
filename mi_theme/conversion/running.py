"""Even running figures in another metre: they stay even.

Carried by the map of the tune an Alberti bass would limp. So, group by group,
its strokes keep their step and fill the image of the group: what is over at the
end of a group goes, what is missing goes on with the last two by turns. Groups
begin where the harmony has them, and each keeps its own tones.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from mi_theme.conversion.layers import Layer

__all__ = ["Group", "Note", "remade_runs"]

VALUES = {6: "thirty-seconds", 8: "triplet sixteenths", 12: "sixteenths", 16: "triplet eighths", 24: "eighths", 32: "triplet quarters", 48: "quarters"}  # fmt: skip


class Group(NamedTuple):
    """A group of a stretch and its image, from and to, in parts of a quarter from the start of either."""

    start: int
    stop: int
    begins: int
    ends: int


class Note(NamedTuple):
    """A note made anew: its place, its model (an index of the layer), and what else is new of it."""

    at: int
    model: int
    added: bool = False
    lasts: int | None = None
    pitch: int | None = None
    why: str = "to fill the bar"


Strokes = dict[int, list[int]]  # place: indices of a layer


def remade_runs(layer: Layer, start: int, groups: Sequence[Group]) -> Iterator[tuple[str, Strokes, list[list[Note]]]]:
    """The running figures of a layer in a stretch: in what values, their strokes, and the strokes that they become."""
    stretch = layer.between(start, start + groups[-1].stop)
    steps = layer.step[stretch].tolist()
    if not any(steps):
        return
    strokes: dict[int, Strokes] = {}
    for index, at, step in zip(range(stretch.start, stretch.stop), layer.at[stretch].tolist(), steps, strict=True):
        if step:
            strokes.setdefault(step, {}).setdefault(at - start, []).append(index)
    for step, mine in sorted(strokes.items()):
        for filled, block in groupby(groups, key=lambda group: _fills(group, step, mine)):
            made = _remade(layer, list(block), step, mine) if filled else None
            if made:
                yield f"even {VALUES.get(step, 'strokes')}", *made


def _fills(group: Group, step: int, strokes: Strokes) -> bool:
    """Whether strokes run through a whole group."""
    whole = (group.stop - group.start) % step == 0
    return whole and all(at in strokes for at in range(group.start, group.stop, step))


def _remade(
    layer: Layer, groups: Sequence[Group], step: int, strokes: Strokes
) -> tuple[Strokes, list[list[Note]]] | None:
    """The strokes of some groups in a row and what they become, or None where the map does as well or better."""
    begins, ends = groups[0].begins, groups[-1].ends
    mine = {at: strokes[at] for at in range(groups[0].start, groups[-1].stop, step)}
    moved = any(group.stop - group.start != group.ends - group.begins for group in groups)
    sounds = {tuple(sorted(layer.pitch[indices].tolist())) for indices in mine.values()}
    fitting = all((group.begins - begins) % step == 0 and group.stop - group.start > step for group in groups)
    if not moved or (ends - begins) % step or not (fitting or len(sounds) == 1):
        return None
    return mine, [
        [Note(at, index, added) for index in mine[origin]]
        for group in groups
        for at, origin, added in _filled(group, begins, step)
    ]


def _filled(group: Group, begins: int, step: int) -> Iterator[tuple[int, int, bool]]:
    """(new place, place of the model, whether it is one more) of the strokes in the image of a group."""
    count = (group.stop - group.start) // step
    first = begins - (begins - group.begins) // step * step
    for number, at in enumerate(range(first, group.ends, step)):
        model = number if number < count else max(count - 2 + (number - count) % 2, 0)
        yield at, group.start + model * step, number >= count
