"""What becomes of accompanying parts under a plan: running figures stay even, bass and chords find the new beats."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise

import numpy as np

from mi_theme.adaptation.frames import Frame, starts_of
from mi_theme.conversion.parts.comping import BASS, Count, comping_of, remade_comping
from mi_theme.conversion.parts.figuration import Group, Note, remade_runs
from mi_theme.conversion.parts.percussion import goes_by_the_map, kit_frames
from mi_theme.conversion.parts.placements import Copied, Strokes, swung_back
from mi_theme.conversion.reading.layers import GRID, Layer, layers_of
from mi_theme.conversion.scoreplan import Pattern, ScorePlan, Span
from mi_theme.score import Score
from mi_theme.warp import Warp

__all__ = ["ACCOMPANIMENTS", "accompany", "takes_all_runs"]

ACCOMPANIMENTS = ("pattern", "keep")
NO_ROOM = "no room in the figure"


def accompany(plan: ScorePlan, score: Score, found: Strokes) -> None:
    """Place the notes of accompanying parts that are not carried by the map."""
    layers = layers_of(score, plan.lead_part, plan.swing) if plan.accompaniment == "pattern" else ()
    for span, start in plan.starts():
        patterns = []
        if layers and not goes_by_the_map(span):
            for number, what, strokes, made in remade(layers, span):
                _place(layers[number], strokes, made, start, plan.swing, found)
                name = score.parts[layers[number].part].name
                patterns.append(Pattern(name, what, len(strokes), len(made)))
        found.patterns.append(tuple(patterns))


def takes_all_runs(layers: Sequence[Layer], span: Span) -> bool:
    """Whether every running figure of a span is made anew, so that the map need not mind its notes."""
    place, stop = _whole(span.start), _whole(span.start + span.base.source)
    if not layers or place is None or stop is None or goes_by_the_map(span):
        return False
    runs = [(number, layer.between(place, stop)) for number, layer in enumerate(layers)]
    notes = {
        (number, index) for number, mine in runs for index in np.flatnonzero(layers[number].step[mine]) + mine.start
    }
    if not notes:
        return False
    made = {(n, i) for n, _, strokes, _ in remade(layers, span) for indices in strokes.values() for i in indices}
    return notes <= made


Remade = tuple[int, str, dict[int, list[int]], list[list[Note]]]


def remade(layers: Sequence[Layer], span: Span) -> Iterator[Remade]:
    """(index of the layer, what it plays, its strokes, what they become), in parts of a quarter from the span's start."""
    place = _whole(span.start)
    groups = _groups(span.figure, span.warp)
    if place is None or not groups:
        return
    taken = set()
    for item in _comping(layers, span, place):
        taken.add(item[0])
        yield item
    for number, layer in enumerate(layers):
        if number not in taken:
            for what, strokes, made in remade_runs(layer, place, groups):
                yield number, what, strokes, made


def _comping(layers: Sequence[Layer], span: Span, place: int) -> Iterator[Remade]:
    """Bass and chords of one bar that becomes one bar of another number of beats."""
    source, target = kit_frames(span)
    new = next(iter(_counts(target)), None)
    if source.bars != 1 or target.bars != 1 or len(source.beats) == len(target.beats) or not new or not new.bass:
        return
    for old in _counts(source):
        comping = comping_of(layers, place, old)
        if comping:
            yield from remade_comping(comping, layers, old, new)
            return


@lru_cache(maxsize=256)
def _counts(frame: Frame) -> tuple[Count, ...]:
    """The ways to count a bar: by its beats, but in a compound metre rather by its pulses, the bass on the beats."""
    places, pulse = _all_whole((*frame.beats, frame.length)), _whole(frame.meter.pulse)
    beats = (Count.of(places[:-1], places[-1]),) if places else ()
    if not places or not pulse or not frame.meter.is_compound or len(frame.beats) not in BASS:
        return beats
    pulses = list(range(0, places[-1], pulse))
    return Count(pulses, places[-1], [pulses.index(at) for at in places[:-1]]), *beats


def _whole(value: Fraction) -> int | None:
    """A position in parts of a quarter, where it is whole."""
    scaled = value * GRID
    return int(scaled) if scaled.denominator == 1 else None


@lru_cache(maxsize=1024)
def _groups(figure: tuple[Fraction, ...], warp: Warp) -> tuple[Group, ...]:
    """The groups of a span and their images; none where they are not on the grid."""
    lengths = figure * int(warp.source / sum(figure)) if figure else ()
    starts = [*starts_of(lengths), warp.source]
    places = [_all_whole((start, stop, warp(start), warp.end(stop))) for start, stop in pairwise(starts)]
    return tuple(Group(*place) for place in places) if all(places) else ()


def _all_whole(values: Sequence[Fraction]) -> list[int]:
    """Positions in parts of a quarter; none where one is not whole."""
    places = [place for place in map(_whole, values) if place is not None]
    return places if len(places) == len(values) else []


def _place(
    layer: Layer,
    strokes: dict[int, list[int]],
    made: list[list[Note]],
    start: Fraction,
    swing: Fraction | None,
    found: Strokes,
) -> None:
    """Enter new strokes; what is not used again is left out."""
    kept = set()
    rows, pitches = layer.rows, layer.pitch
    for notes in made:
        at = start + _quarters(notes[0].at, swing)
        for note in notes:
            lasts = None if note.lasts is None else Fraction(note.lasts, GRID)
            row = int(rows[note.model])
            if note.added:
                pitch = int(pitches[note.model]) if note.pitch is None else note.pitch
                found.copied.append(Copied(at, lasts, row, pitch, note.why))
            else:
                found.moved[row] = at, lasts
                kept.add(row)
    every = (row for indices in strokes.values() for row in rows[indices].tolist())
    found.dropped.update((row, NO_ROOM) for row in every if row not in kept)


@lru_cache(maxsize=4096)
def _quarters(place: int, swing: Fraction | None) -> Fraction:
    """A place in parts of a quarter as quarters, swung again."""
    return swung_back(Fraction(place, GRID), swing)
