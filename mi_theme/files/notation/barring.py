"""Notes into measures: split and tied at bar lines and where the metre must be seen, beamed by its groups."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from mi_theme.meter import Meter
from mi_theme.notated.written_values import SIMPLE, NewBar, beam_group, pieces, rests

__all__ = ["CUE", "SIMPLE", "NewBar", "Placed", "beam_group", "fill", "pieces", "rests"]

CUE = "mi_theme cue"  # the editorial note of a note that is to be seen, not heard
GROUPING = "mi_theme grouping"  # the editorial note of a signature whose groups are known


@dataclass
class Placed:
    """A note, chord or other thing with its new place; `voice` is the name of its voice, `end` None for what has no length."""

    start: Fraction
    end: Fraction | None
    element: Any
    voice: str = "1"
    last: Any = None  # the last of its tied pieces


def fill(part: Any, things: Sequence[Placed], bars: Sequence[NewBar]) -> list[Any]:
    """Put measures with these things into an empty part; the measures."""
    from music21 import stream

    starts = [bar.start for bar in bars]
    boxes: list[dict[str, list[tuple[Fraction, Fraction, Any]]]] = [{} for _ in bars]
    whole = _middles_of_triplets(things)
    others: list[list[tuple[Fraction, Any]]] = [[] for _ in bars]
    for thing in things:
        index = max(_bar_index(starts, thing.start), 0)
        if thing.end is None:
            others[index].append((thing.start - starts[index], thing.element))
        elif thing.end == thing.start:
            boxes[index].setdefault(thing.voice, []).append((thing.start - starts[index], Fraction(0), thing.element))
        else:
            _write(thing, index, bars, boxes, (thing.voice, thing.start) in whole)
    made: list[Any] = []
    for bar, box, loose in zip(bars, boxes, others, strict=True):
        measure = stream.Measure(number=bar.number)
        if bar.signed:
            measure.timeSignature = _signature(bar.meter)
        _mark_short(measure, bar, first=not made)
        for offset, element in loose:
            measure.insert(_float(offset), element)
        _voices(measure, box, bar)
        part.coreInsert(_float(bar.start), measure)
        made.append(measure)
    part.coreElementsChanged()
    return made


def _mark_short(measure: Any, bar: NewBar, first: bool) -> None:
    """What a bar lacks, before its notes in a pick-up and after them elsewhere; else music21 fills it with hidden rests."""
    from music21.stream.enums import ShowNumber

    missing = _length(max(bar.meter.bar - (bar.end - bar.start), Fraction(0)))
    if bar.number == 0:
        measure.showNumber = ShowNumber.NEVER  # written as implicit: a pick-up is not counted
    if first:
        measure.paddingLeft = missing
    else:
        measure.paddingRight = missing


def _bar_index(starts: Sequence[Fraction], at: Fraction) -> int:
    from bisect import bisect_right

    return bisect_right(starts, at) - 1


def _middles_of_triplets(things: Sequence[Placed]) -> set[tuple[str, Fraction]]:
    """(voice, start) of the second of three equal notes in the time of two beats: no tie shows the beat inside it."""
    ends = {(thing.voice, thing.start): thing.end for thing in things if thing.end}
    third = Fraction(2, 3)
    return {
        (voice, at + third)
        for (voice, at), end in ends.items()
        if end == at + third and all(ends.get((voice, at + third * k)) == at + third * (k + 1) for k in (1, 2))
    }


def _write(
    thing: Placed,
    index: int,
    bars: Sequence[NewBar],
    boxes: list[dict[str, list[tuple[Fraction, Fraction, Any]]]],
    whole: bool,
) -> None:
    """One note in as many tied pieces as it takes; in one for each bar where it is to stay `whole`."""
    from music21 import duration

    until = thing.start if thing.end is None else thing.end
    spans: list[tuple[int, Fraction, Fraction]] = []
    while index < len(bars):
        bar = bars[index]
        start, end = max(thing.start, bar.start), min(until, bar.end)
        if start >= end:
            break
        inside = start - bar.start, end - bar.start
        spans += [(index, a, b) for a, b in ([inside] if whole else pieces(*inside, bar.meter))]
        index += 1
    elements = list(_tied(thing.element, len(spans)))
    for (at, start, end), element in zip(spans, elements, strict=True):
        element.duration = duration.Duration(_length(end - start))
        boxes[at].setdefault(thing.voice, []).append((start, end, element))
    thing.last = elements[-1] if elements else thing.element


def _tied(element: Any, count: int) -> Iterator[Any]:
    """The element and its copies, tied; words and marks stay with the first."""
    from music21 import tie as ties

    came, goes = (
        bool(element.tie and element.tie.type in kinds) for kinds in (("stop", "continue"), ("start", "continue"))
    )
    if element.isRest or count == 1:
        yield element
        if count == 1:
            return
    copies = [element, *(_bare(element) for _ in range(count - 1))]
    if element.isRest:
        yield from copies[1:]
        return
    for place, piece in enumerate(copies):
        first, last = place == 0 and not came, place == count - 1 and not goes
        kind = "start" if first else "stop" if last else "continue"
        piece.tie = None if first and last else ties.Tie(kind)  # type: ignore[no-untyped-call]
        yield piece


def _bare(element: Any) -> Any:
    """A copy without words, articulations, ornaments and spanners."""
    twin = copy.copy(element) if element.isRest else copy.deepcopy(element)
    if not element.isRest:
        twin.lyrics, twin.articulations, twin.expressions = [], [], []
    for site in list(twin.getSpannerSites()):
        site.spannerStorage.remove(twin) if twin in site.spannerStorage else None
    return twin


def _voices(measure: Any, box: dict[str, list[tuple[Fraction, Fraction, Any]]], bar: NewBar) -> None:
    """The voices of a measure, gaps filled with rests; one voice needs no Voice."""
    from music21 import note, stream

    length = bar.end - bar.start
    if not any(end > start for rows in box.values() for start, end, _ in rows):
        rest = note.Rest(quarterLength=_length(length))
        rest.fullMeasure = "auto" if length != bar.meter.bar else True
        measure.insert(0, rest)
    names = sorted(box)
    for name in names:
        target = measure if len(names) == 1 else stream.Voice(id=name)
        notes = _with_rests(sorted(box[name], key=lambda row: (row[0], row[1])), length, bar.meter)
        for start, _, element in notes:
            target.insert(_float(start), element)
        _beam([element for _, _, element in notes], [start for start, _, _ in notes], bar.meter)
        if target is not measure:
            measure.insert(0, target)


def _with_rests(
    rows: list[tuple[Fraction, Fraction, Any]], length: Fraction, meter: Meter
) -> list[tuple[Fraction, Fraction, Any]]:
    from music21 import note

    if not any(end > start for start, end, _ in rows):
        return rows
    found, position = [], Fraction(0)
    for start, end, element in [*rows, (length, length, None)]:
        if start > position:
            for a, b in rests(position, start, meter):
                found.append((a, b, note.Rest(quarterLength=_length(b - a))))
        if element is not None:
            found.append((start, end, element))
        position = max(position, start, end)
    return found


def _beam(elements: list[Any], starts: list[Fraction], meter: Meter) -> None:
    """Explicit beams by the groups of the metre."""
    from music21 import beam

    rows = [(e, s) for e, s in zip(elements, starts, strict=True) if e.quarterLength]
    runs: list[list[Any]] = [[]]
    for (element, start), before in zip(rows, [(None, Fraction(-1)), *rows], strict=False):
        flags = 0 if element.isRest else _flags(element)
        if not flags or (runs[-1] and beam_group(start, meter) != beam_group(before[1], meter)):
            runs.append([])
        if flags:
            runs[-1].append(element)
        if not element.isRest:
            element.beams = beam.Beams()
    for run in runs:
        if len(run) > 1:
            _beam_run(run)


def _beam_run(run: list[Any]) -> None:
    """Beams of one group: each level from its first to its last neighbour, hooks where alone."""
    flags = [_flags(element) for element in run]
    for level in range(1, max(flags) + 1):
        for i, element in enumerate(run):
            if flags[i] < level:
                continue
            left, right = i > 0 and flags[i - 1] >= level, i + 1 < len(run) and flags[i + 1] >= level
            if left or right:
                element.beams.append("continue" if left and right else "stop" if left else "start")
            else:
                element.beams.append("partial", "right" if i == 0 else "left")


def _flags(element: Any) -> int:
    kinds = {"eighth": 1, "16th": 2, "32nd": 3, "64th": 4, "128th": 5}
    return kinds.get(element.duration.type, 0)


def _signature(meter: Meter) -> Any:
    """A plain signature: groups are seen in the beams, and kept beside it for us to read again."""
    from music21 import meter as meters

    signature = meters.TimeSignature(meter.signature)
    if meter.grouping:
        signature.editorial[GROUPING] = str(meter)
    return signature


def _float(value: Fraction) -> Any:
    from music21.common import opFrac

    return opFrac(value)


_length = _float
