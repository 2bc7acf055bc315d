"""The tune: a two-bar motif made of the head's intervals in the rhythm cells of the style.

The head's moves, as they are or turned, give a step of the scale to each quarter of
the two bars; a note that sounds where a group begins takes the step of its quarter,
and the notes between lead on to the next by steps. So the motif is the same tune in
every metre, and whoever brings it back brings back its notes.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from random import Random
from typing import NamedTuple

from mi_theme.renditions.arrangement.manners import Cell, Manner
from mi_theme.renditions.composing.group_patterns import PatternNote, sounded, spans_by
from mi_theme.renditions.composing.slots import EIGHTH, PlannedBar
from mi_theme.themes import Motif

__all__ = ["Aim", "Melody", "aims_of", "melody_of"]

LARGEST_MOVE = 4  # scale steps: a larger interval of the head is taken as its complement
WIDEST = 3  # scale steps of the motif above and below its middle
SWEEP = (-3, 1, 4, 1)  # steps of a run
QUARTERS = 4  # of a bar that have a step each


class Aim(NamedTuple):
    """A note that the tune asks for; a strong one must belong to the chord.

    ``approach`` asks for a half step below the next note, ``goal`` for the highest
    note of all.
    """

    start: int
    length: int
    scale_step: int
    strong: bool = False
    goal: bool = False
    approach: bool = False

    @property
    def end(self) -> int:
        """Where it ends."""
        return self.start + self.length


class Melody(NamedTuple):
    """A motif of two bars: rhythm cells, and a step of the scale for each quarter of a bar.

    ``other`` is another close; ``flow`` gives the chances of what lies between.
    """

    opens: Cell
    closes: Cell
    run: Cell
    opening: tuple[int, ...]
    closing: tuple[int, ...]
    other: tuple[int, ...]
    manner: Manner
    flow: str

    def material(self, letter: str) -> tuple[Cell, tuple[int, ...]]:
        """Rhythm and steps of a letter of `DEVICES`."""
        return {
            "A": (self.opens, self.opening),
            "B": (self.closes, self.closing),
            "C": (self.closes, self.other),
            "R": (self.run, SWEEP),
        }[letter]


def melody_of(head: Motif, ostinato: Motif, manner: Manner, random: Random) -> Melody:
    """The motif that a seed makes of a head.

    A head that stands still borrows the moves of the figure.
    """
    folded = [_folded(move) for motif in (head, ostinato) for move in _moves(motif)]
    moves = [move for move in folded if move] or [1]
    first, second = (moves * 2)[:2]
    if random.random() < 0.5:
        first, second = second, first
    if random.random() < 0.5:
        first, second = -first, -second
    turn = random.choice((-1, 1))
    opening = (0, first, first + turn, first + second)
    end = opening[-1]
    closings = [_led(end, target) for target in random.sample((0, 2, -1, 1), 2)]
    middle = round((max(*opening, *closings[0]) + min(*opening, *closings[0])) / 2)
    lines = [tuple(max(min(step - middle, WIDEST), -WIDEST) for step in line) for line in (opening, *closings)]
    return Melody(
        opens=random.choice(manner.opens),
        closes=random.choice(manner.closes),
        run=manner.run or manner.opens[0],
        opening=lines[0],
        closing=lines[1],
        other=lines[2],
        manner=manner,
        flow=str(random.random()),
    )


def _moves(motif: Motif) -> list[int]:
    steps = [tone.degree.steps for tone in motif]
    return [b - a for a, b in pairwise(steps)][:2]


def _folded(move: int) -> int:
    """An interval no larger than a fifth: beyond it its complement, the other way."""
    size = abs(move) % 7
    size = size if size <= LARGEST_MOVE else size - 7
    return size if move > 0 else -size


def _led(start: int, target: int) -> tuple[int, ...]:
    """Steps of a closing bar: past where the opening ended, towards its last note."""
    way = 1 if target > start else -1
    return (start + way, round((start + target) / 2), target + way, target)


class _Place(NamedTuple):
    """A note of the line before its pitch is known: its step, or None between two that have one."""

    note: PatternNote
    step: int | None


def aims_of(device: str, bars: Sequence[PlannedBar], melody: Melody, anchor: int, random: Random) -> list[Aim]:
    """A device over the bars of a phrase, as notes that it asks for.

    Parameters
    ----------
    device
        A row of `DEVICES`.
    bars
        Of the phrase.
    melody
        The motif.
    anchor
        The step of the scale around which the tune lies.
    random
        Decides where a seed has a choice.
    """
    way = random.choice((-1, 1))
    line: list[_Place] = []
    for token, bar in zip(device.split(), bars, strict=False):
        if token != ".":
            for place in _bar_of(token, bar, melody, way):
                if place.note.sign == "-":  # held on over the bar line, if there is anything to hold
                    if line and line[-1].note.end == place.note.start:
                        longer = line[-1].note._replace(length=line[-1].note.length + place.note.length)
                        line[-1] = _Place(longer, place.step if place.step is not None else line[-1].step)
                else:
                    line.append(place)
    return _filled(line, anchor, melody)


def _bar_of(token: str, bar: PlannedBar, melody: Melody, way: int) -> list[_Place]:
    """One bar of a device: the letter's notes, moved, turned or broken off as the token says."""
    cell, steps = melody.material(token.strip("~!<%+-0123456789"))
    digits = "".join(sign for sign in token if sign in "+-0123456789")
    moved = int(digits or 0) * (way if "%" in token else 1)
    turned = -1 if "~" in token else 1
    groups = spans_by(bar, melody.manner.follows)
    kept = 1 if "<" in token else -(-len(groups) // 2) if "!" in token else len(groups)
    until = groups[kept].start if kept < len(groups) else bar.end
    places = []
    for note in sounded(cell, groups):
        if note.start < until:
            inside = note._replace(length=min(note.length, until - note.start))
            met = [i for i, group in enumerate(groups[:kept]) if inside.start <= group.start < inside.end]
            step = moved + turned * steps[QUARTERS * met[-1] // len(groups)] if met else None
            places.append(_Place(inside, step))
    return places


def _filled(line: Sequence[_Place], anchor: int, melody: Melody) -> list[Aim]:
    """Steps for the notes between those that have one; long notes and those on groups must suit the chord."""
    random = Random(melody.flow)
    if line and all(place.step is None for place in line):  # all between the groups: the first stands for the middle
        line = [_Place(line[0].note, 0), *line[1:]]
    fixed = [index for index, place in enumerate(line) if place.step is not None]
    if not fixed:
        return []
    steps: dict[int, int] = {index: line[index].step or 0 for index in fixed}
    for index in range(fixed[0] - 1, -1, -1):  # before the first, up to it from below
        steps[index] = steps[index + 1] - 1
    for before, after in pairwise(fixed):
        path = _path(steps[before], steps[after], after - before - 1, melody.manner.repeats, random)
        steps |= dict(zip(range(before + 1, after), path, strict=True))
    for index in range(fixed[-1] + 1, len(line)):
        steps[index] = steps[index - 1] + (1 if index % 2 else -1)
    aims = []
    for index, (place, following) in enumerate(zip(line, [*line[1:], None], strict=True)):
        leads = following is not None and following.step is not None and place.note.end == following.note.start
        quick = place.step is None and place.note.length <= EIGHTH
        aims.append(
            Aim(
                start=place.note.start,
                length=place.note.length,
                scale_step=anchor + steps[index],
                strong=place.step is not None or place.note.length > 2 * EIGHTH,
                approach=leads and quick and random.random() < melody.manner.approach,
            )
        )
    return aims


def _path(start: int, end: int, between: int, repeats: float, random: Random) -> list[int]:
    """So many steps of the scale between two: by step where there is time, with a neighbour or a repeat to spare."""
    count, distance = between + 1, end - start
    way = 1 if distance > 0 else -1
    spare = count - abs(distance)
    if spare < 0:  # larger moves first, so that the last one arrives by step
        moves = [way * (abs(distance) // count + (number < abs(distance) % count)) for number in range(count)]
    else:
        moves = [way] * abs(distance)
        if spare % 2:
            over = distance and random.random() >= repeats
            moves = [2 * way, -way, *moves[1:]] if over else [0, *moves]
        for _ in range(spare // 2):
            turn = random.choice((-1, 1))
            moves = [turn, -turn, *moves]
    return [start + sum(moves[: number + 1]) for number in range(between)]
