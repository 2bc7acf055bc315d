"""Tuplets whose time is cut by half: as long as they can be played they stay, else they are simplified."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import numpy as np

from mi_theme.conversion.parts.placements import Strokes
from mi_theme.conversion.reading.written import span_parts
from mi_theme.conversion.scoreplan import ScorePlan
from mi_theme.conversion.timeline import Timeline
from mi_theme.score import Score

__all__ = ["simplify"]

NAMES = {3: "triplet", 5: "quintuplet", 6: "sextuplet", 7: "septuplet"}
BINARY = 64  # parts of a quarter; what begins on none of them is in a tuplet
SPANS = (Fraction(1), Fraction(1, 2))
FASTEST = 0.08  # seconds for a note
Beat = dict[Fraction, list[int]]  # place in the beat: rows of `Score.spans`


def simplify(plan: ScorePlan, score: Score, timeline: Timeline, strokes: Strokes) -> None:
    """Leave out every other note of tuplets that the map makes too fast, and make the rest even."""
    if not any(span.how and not span.warp.is_linear for span in plan.spans):
        return
    for start, length, beat in _tuplets(score):
        rows = [row for mine in beat.values() for row in mine]
        if strokes.moved.keys() & set(rows) or strokes.dropped.keys() & set(rows):
            continue
        quarter = score.ticks_per_quarter
        begins, ends = timeline.onset(int(start * quarter)), timeline.end(int((start + length) * quarter))
        each = float((ends - begins) / len(beat) * plan.tempo) * 60 / score.tempos.per_minute(start)
        if 0 < 2 * (ends - begins) <= length and each < FASTEST:
            _thin(beat, begins, (ends - begins) / length, length, strokes)


def _tuplets(score: Score) -> Iterator[tuple[Fraction, Fraction, Beat]]:
    """(start, length in quarters, notes by their place) of beats, or halves of them, that one part divides into 3, 5, 6 or 7."""
    quarter, parts, starts = score.ticks_per_quarter, span_parts(score), score.spans["start"]
    for number, part in enumerate(score.parts):
        if part.is_percussion:
            continue
        rows = np.flatnonzero(parts == number)
        odd = rows[starts[rows] * BINARY % quarter != 0]
        for beat in np.unique(starts[odd] // quarter).tolist():
            low, high = np.searchsorted(starts[rows], (beat * quarter, (beat + 1) * quarter))
            mine = rows[low:high]
            for length in SPANS:
                found = [
                    (Fraction(beat) + at, length, notes) for at in (Fraction(0), length) if at < 1
                    for notes in [_divided(score, mine, Fraction(beat) + at, length)] if notes
                ]  # fmt: skip
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
    return found if count in NAMES and sorted(found) == [Fraction(i, count) for i in range(count)] else None


def _simple(share: Fraction) -> Fraction:
    """A share of the beat, the tick's rounding taken out."""
    near = min((share.limit_denominator(count) for count in NAMES), key=lambda value: abs(value - share))
    return near if abs(near - share) < Fraction(1, 200) else share


def _thin(beat: Beat, begins: Fraction, slope: Fraction, length: Fraction, strokes: Strokes) -> None:
    """Every other note stays; together they fill the span."""
    places = sorted(beat)
    kept = places[::2]
    each = slope * length / len(kept)
    for number, place in enumerate(places):
        for row in beat[place]:
            if number % 2:
                strokes.dropped[row] = f"no time for the {NAMES[len(places)]}"
            else:
                strokes.moved[row] = begins + number // 2 * each, each
