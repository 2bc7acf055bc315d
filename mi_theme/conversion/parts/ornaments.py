"""Short notes that lead to another: they keep their speed and their distance to it."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from mi_theme.conversion.parts.placements import Strokes
from mi_theme.conversion.reading.written import span_parts
from mi_theme.conversion.timeline import Timeline
from mi_theme.score import Score

__all__ = ["attach", "leaders_of"]

SHORTEST = Fraction(1, 8)  # quarters: what is longer is no ornament
MOST = 4  # notes in a row; more are a passage
Ints = NDArray[np.int64]


def leaders_of(score: Score) -> Ints:
    """For each row of `Score.spans` the row of the note that it leads to without a gap, or -1."""
    spans, parts = score.spans, span_parts(score)
    found = np.full(len(spans), -1, np.int64)
    for number, part in enumerate(score.parts):
        rows = np.flatnonzero(parts == number)
        if not part.is_percussion and len(rows):
            rows = rows[np.argsort(spans["start"][rows], kind="stable")]
            found[rows] = _leaders(rows, spans["start"][rows], spans["stop"][rows], score.ticks_per_quarter)
    return found


def _leaders(rows: Ints, starts: Ints, stops: Ints, quarter: int) -> Ints:
    """The same for the rows of one part, in the order of their beginnings."""
    lasts = stops - starts
    short = (lasts > 0) & (lasts * SHORTEST.denominator <= quarter)
    following = np.searchsorted(starts, stops)
    found, depth = np.full(len(rows), -1, np.int64), np.zeros(len(rows), np.int64)
    for index in np.flatnonzero(short)[::-1].tolist():
        main = int(following[index])
        if main >= len(rows) or starts[main] != stops[index]:
            continue
        if not short[main] and lasts[main] >= 2 * lasts[index]:
            found[index], depth[index] = rows[main], 1
        elif found[main] >= 0:
            found[index], depth[index] = found[main], depth[main] + 1
    return _without_passages(found, depth)


def _without_passages(found: Ints, depth: Ints) -> Ints:
    """Leave out rows of more short notes than an ornament has."""
    long = set(found[depth > MOST].tolist())
    return np.where(np.isin(found, list(long)), -1, found) if long else found


def attach(score: Score, timeline: Timeline, strokes: Strokes) -> None:
    """Place ornaments as far before their notes as they were, where there is room."""
    leaders = leaders_of(score)
    rows = np.flatnonzero(leaders >= 0)
    rows = rows[~np.isin(rows, [*strokes.moved, *strokes.dropped])]
    mains = leaders[rows]
    gone = timeline.dropped(score.spans["start"][mains]) & ~np.isin(mains, [*strokes.moved])
    gone |= np.isin(mains, [*strokes.dropped])
    before = _onsets_before(score, rows, leaders)
    groups: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for row, main, low in zip(rows[~gone].tolist(), mains[~gone].tolist(), before[~gone].tolist(), strict=True):
        groups[main].append((row, low))
    for main, mine in groups.items():
        _attach(score, timeline, strokes, main, mine)


def _attach(score: Score, timeline: Timeline, strokes: Strokes, main: int, mine: list[tuple[int, int]]) -> None:
    """The ornaments of one note, where all of them find room."""
    starts = score.spans["start"]
    new = strokes.moved[main][0] if main in strokes.moved else timeline.onset(int(starts[main]))
    places = {row: new - Fraction(int(starts[main] - starts[row]), score.ticks_per_quarter) for row, _ in mine}
    free = max(timeline.onset(low) if low >= 0 else Fraction(-1) for _, low in mine)
    if min(places.values()) > free and min(places.values()) >= 0:
        moved = {row: at for row, at in places.items() if at != timeline.onset(int(starts[row]))}
        strokes.moved.update((row, (at, None)) for row, at in moved.items())


def _onsets_before(score: Score, rows: Ints, leaders: Ints) -> Ints:
    """For each of some rows the tick where the last note of its part begins before it that is no ornament, or -1."""
    parts, starts = span_parts(score), score.spans["start"]
    found = np.full(len(rows), -1, np.int64)
    for number in np.unique(parts[rows]).tolist():
        others = np.sort(starts[(parts == number) & (leaders < 0)])
        mine = parts[rows] == number
        place = np.searchsorted(others, starts[rows[mine]]) - 1
        found[mine] = np.where(place >= 0, others[np.maximum(place, 0)], -1)
    return found
