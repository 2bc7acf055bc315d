"""Ornaments and tuplets: short notes keep their speed and their distance to their note; tuplets too fast to play are simplified."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from mi_theme.conversion.parts.placements import Placements
from mi_theme.conversion.reading.graces import leaders_of
from mi_theme.conversion.reading.grid import span_parts
from mi_theme.conversion.scoreplan import ScorePlan
from mi_theme.conversion.timeline import Timeline
from mi_theme.score import Score

__all__ = ["attach", "simplify"]

TUPLETS = {3: "triplet", 5: "quintuplet", 6: "sextuplet", 7: "septuplet"}
BINARY_GRID = 64  # parts of a quarter; what begins on none of them is in a tuplet
TUPLET_SPANS = (Fraction(1), Fraction(1, 2))
FASTEST_NOTE = 0.08  # seconds: twelve notes a second, about what fingers can do
Ints = NDArray[np.int64]
Beat = dict[Fraction, list[int]]  # place in the beat: rows of `Score.spans`


def attach(score: Score, timeline: Timeline, placements: Placements) -> None:
    """Place ornaments as far before their notes as they were, where there is room."""
    leaders = leaders_of(score)
    rows = np.flatnonzero(leaders >= 0)
    rows = rows[~np.isin(rows, [*placements.moved, *placements.dropped])]
    mains = leaders[rows]
    gone = timeline.dropped(score.spans["start"][mains]) & ~np.isin(mains, [*placements.moved])
    gone |= np.isin(mains, [*placements.dropped])
    before = _onsets_before(score, rows, leaders)
    groups: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for row, main, low in zip(rows[~gone].tolist(), mains[~gone].tolist(), before[~gone].tolist(), strict=True):
        groups[main].append((row, low))
    for main, mine in groups.items():
        _attach(score, timeline, placements, main, mine)


def _attach(score: Score, timeline: Timeline, placements: Placements, main: int, mine: list[tuple[int, int]]) -> None:
    """The ornaments of one note, where all of them find room."""
    starts, quarter = score.spans["start"], score.ticks_per_quarter
    new = (
        placements.moved[main][0] if main in placements.moved else timeline.onset(Fraction(int(starts[main]), quarter))
    )
    places = {row: new - Fraction(int(starts[main] - starts[row]), quarter) for row, _ in mine}
    free = max(timeline.onset(Fraction(low, quarter)) if low >= 0 else Fraction(-1) for _, low in mine)
    if min(places.values()) > free and min(places.values()) >= 0:
        moved = {row: at for row, at in places.items() if at != timeline.onset(Fraction(int(starts[row]), quarter))}
        placements.moved.update((row, (at, None)) for row, at in moved.items())


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


def simplify(plan: ScorePlan, score: Score, timeline: Timeline, placements: Placements) -> None:
    """Leave out every other note of tuplets that the map makes too fast, and make the rest even."""
    if not any(span.how and not span.warp.is_linear for span in plan.spans):
        return
    for start, length, beat in _tuplets(score):
        rows = [row for mine in beat.values() for row in mine]
        if placements.moved.keys() & set(rows) or placements.dropped.keys() & set(rows):
            continue
        begins, ends = timeline.onset(start), timeline.end(start + length)
        each = float((ends - begins) / len(beat) * plan.tempo) * 60 / score.tempos.per_minute(start)
        if 0 < 2 * (ends - begins) <= length and each < FASTEST_NOTE:
            _thin(beat, begins, (ends - begins) / length, length, placements)


def _tuplets(score: Score) -> Iterator[tuple[Fraction, Fraction, Beat]]:
    """(start, length in quarters, notes by their place) of beats, or halves of them, that one part divides into 3, 5, 6 or 7."""
    quarter, parts, starts = score.ticks_per_quarter, span_parts(score), score.spans["start"]
    for number, part in enumerate(score.parts):
        if part.is_percussion:
            continue
        rows = np.flatnonzero(parts == number)
        mine = starts[rows]
        odd = rows[mine * BINARY_GRID % quarter != 0]
        for beat in np.unique(starts[odd] // quarter).tolist():
            low, high = np.searchsorted(mine, (beat * quarter, (beat + 1) * quarter))
            for length in TUPLET_SPANS:
                begins = [Fraction(beat) + at for at in (Fraction(0), length) if at < 1]
                divided = ((start, length, _divided(score, rows[low:high], start, length)) for start in begins)
                found = [(start, length, notes) for start, length, notes in divided if notes]
                yield from found
                if found:
                    break


def _divided(score: Score, rows: np.ndarray, start: Fraction, length: Fraction) -> Beat | None:
    """The notes that begin in a span, where they divide it evenly into a tuplet."""
    found: Beat = {}
    for row in rows.tolist():
        at = (Fraction(int(score.spans["start"][row]), score.ticks_per_quarter) - start) / length
        if 0 <= at < 1:
            found.setdefault(_simple(at), []).append(row)
    count = len(found)
    return found if count in TUPLETS and sorted(found) == [Fraction(i, count) for i in range(count)] else None


@lru_cache(maxsize=1024)
def _simple(share: Fraction) -> Fraction:
    """A share of the beat, the tick's rounding taken out."""
    near = min((share.limit_denominator(count) for count in TUPLETS), key=lambda value: abs(value - share))
    return near if abs(near - share) < Fraction(1, 200) else share


def _thin(beat: Beat, begins: Fraction, slope: Fraction, length: Fraction, placements: Placements) -> None:
    """Every other note stays; together they fill the span."""
    places = sorted(beat)
    kept = places[::2]
    each = slope * length / len(kept)
    for number, place in enumerate(places):
        for row in beat[place]:
            if number % 2:
                placements.dropped[row] = f"no time for the {TUPLETS[len(places)]}"
            else:
                placements.moved[row] = begins + number // 2 * each, each
