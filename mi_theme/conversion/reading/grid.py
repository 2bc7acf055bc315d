"""What a score's notes say of themselves: their parts, the lead, whether they swing."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from mi_theme.score import Score

__all__ = [
    "GRID",
    "find_lead",
    "pitched_rows",
    "span_parts",
    "swing_place",
]

GRID = 48  # parts of a quarter on which what is written is read: thirty-seconds, and triplets of sixteenths
SWING_RANGE = (0.58, 0.70)  # where the second of two swung eighths falls in its beat
LEAD_NAMES = ("melody", "lead", "vocal", "voice", "solo", "soprano", "tune", "ostinato")


@lru_cache(maxsize=4)
def span_parts(score: Score) -> NDArray[np.int64]:
    """The part of each row of `Score.spans`."""
    return score.span_parts


def find_lead(score: Score) -> int:
    """The part that decides: one named as a melody, else the highest that plays in half of the music."""
    notes = score.note_table()
    pitched = [i for i, part in enumerate(score.parts) if not part.is_percussion]
    heights, counts = {}, {}
    for index in pitched:
        mine = notes[notes["part"] == index]
        bars = np.unique(np.floor(mine["onset"] / 4))
        heights[index], counts[index] = float(np.median(mine["pitch"])), len(bars)
    if not pitched:
        return -1
    named = [i for i in pitched if any(word in score.parts[i].name.casefold() for word in LEAD_NAMES)]
    busy = [i for i in named or pitched if 2 * counts[i] >= max(counts.values())]
    return max(busy or named or pitched, key=lambda i: (heights[i], -i))


def swing_place(starts: NDArray[np.int64], quarter: int) -> Fraction | None:
    """The place of swung offbeats, if nearly all offbeats are swung (at .58 to .70 of the beat)."""
    share = (np.unique(starts) % quarter) / quarter
    low, high = SWING_RANGE
    late = share[(share >= low) & (share <= high)]
    others = ((share > 0.2) & (share < low)) | ((share > high) & (share < 0.8))
    if len(late) < 8 or others.sum() * 5 > len(late):
        return None
    place = float(np.median(late))
    return Fraction(2, 3) if abs(place - 2 / 3) < 0.02 else Fraction(round(place * quarter), quarter)


def pitched_rows(score: Score) -> NDArray[np.bool_]:
    """Which of the score's spans are of pitched parts."""
    flags, parts = np.array([not part.is_percussion for part in score.parts], bool), span_parts(score)
    return flags[parts] if len(parts) else np.zeros(0, bool)
