"""Devices that are no row of a table: the way up to the highest note, the close, a reply."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from mi_theme.renditions.composing.group_patterns import groups_of, sounded, spans_by
from mi_theme.renditions.composing.melodies import Aim, Melody
from mi_theme.renditions.composing.slots import EIGHTH, PlannedBar
from mi_theme.themes import Motif

__all__ = ["augmentation", "close", "consequent", "reply"]

LONGEST_GERM = 3  # notes of the head that are made longer
REPLIES = ((0, 1), (2, 1), (0, -1), (1, 2), (3, 2))  # steps of the scale in the last two groups


def augmentation(bars: Sequence[PlannedBar], melody: Melody, head: Motif, anchor: int, top: int) -> list[Aim]:
    """The head, one note a group; then upwards by steps in the motif's rhythm to the highest note, and down from it.

    `top` is the step of the scale under the highest note.
    """
    germ = [tone.degree.steps for tone in head.tones[:LONGEST_GERM]]
    slow = [
        Aim(group.start, group.length, anchor - 2 + step - germ[0], True)
        for step, group in zip(germ, groups_of(bars[0]), strict=False)
    ]
    slow[-1] = slow[-1]._replace(length=bars[0].end - slow[-1].start)
    if len(bars) < 3:
        return [*slow[:-1], slow[-1]._replace(goal=True)]
    rising = [n for n in sounded(melody.opens, spans_by(bars[1], melody.manner.follows)) if n.sign != "-"]
    begin = max(min(slow[-1].scale_step + 1, top - 1), top - 2 * len(rising))
    climb = [
        Aim(n.start, n.length, begin + round((top - begin) * (number + 1) / len(rising)), n.length > 2 * EIGHTH)
        for number, n in enumerate(rising)
    ]
    peak = groups_of(bars[2])
    held = sum(group.length for group in peak[:-1]) or peak[0].length
    after = groups_of(bars[3])[:2] if len(bars) > 3 else []
    fall = [Aim(group.start, group.length, top - number, True) for number, group in enumerate(after)]
    return [*slow, *climb, Aim(peak[0].start, held, top + 1, True, True), *fall]


def close(bars: Sequence[PlannedBar], melody: Melody) -> list[Aim]:
    """The motif's rhythm once more, down by step to the tonic, which stays."""
    last = bars[min(2, len(bars) - 1)]
    notes = [
        note
        for bar in bars[: min(2, len(bars) - 1) or 1]
        for note in sounded(melody.closes, spans_by(bar, melody.manner.follows))
        if note.sign != "-" and note.start < last.start
    ]
    steps = [0, 1, 2, 3, 4, 3, 2, 1]  # backwards from the last note: down to the tonic, up before that
    aims = [
        Aim(note.start, note.length, 1 + steps[number % len(steps)], note.length > 2 * EIGHTH)
        for number, note in zip(range(len(notes) - 1, -1, -1), notes, strict=True)
    ]
    return [*aims, Aim(last.start, sum(group.length for group in groups_of(last)[:2]), 0, True)]


def consequent(bars: Sequence[PlannedBar], melody: Melody, anchor: int) -> list[Aim]:
    """After the statement and a rest: a long note and steps up to where the motif will begin, in the third bar."""
    if len(bars) < 3:
        return []
    groups = groups_of(bars[2])
    long = sum(group.length for group in groups[:2])
    start = anchor + melody.opening[0]
    aims = [Aim(groups[0].start, long, start, strong=True)]
    return aims + [Aim(g.start, g.length, start + step) for g, step in zip(groups[2:4], (1, 0), strict=False)]


def reply(bar: PlannedBar, anchor: int, random: Random) -> list[Aim]:
    """Two steps in the last two groups, the first of them sometimes ornamented."""
    groups = groups_of(bar)[-2:]
    shape = random.choice(REPLIES)
    aims = [Aim(g.start, g.length, anchor + s, strong=True) for g, s in zip(groups, shape, strict=False)]
    if random.random() < 0.5:
        first = aims[0]
        neighbour = first.scale_step + random.choice((-1, 1))
        aims[:1] = [
            first._replace(length=EIGHTH),
            Aim(first.start + EIGHTH, first.length - EIGHTH, neighbour),
        ]
    return [aim for aim in aims if aim.length > 0]
