"""Numbers on a rendition's music: is the lead a tune, are two renditions two, does the kick go with the bass."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

import numpy as np

from mi_theme.renditions import Arrangement
from mi_theme.score import Score
from mi_theme.score.percussion_keys import KICK

STEP, LEAP = 2, 5  # semitones: at most, at least
CELL = 3  # intervals of a cell that may come back


class Tune(NamedTuple):
    """Shares of a lead's moves that are steps and leaps of a fourth or more, and of its cells that are heard again."""

    steps: float
    leaps: float
    recurrence: float


def tune_of(plan: Arrangement, score: Score) -> Tune:
    """The lead in numbers; songs have about .6 steps and .15 leaps."""
    moves = np.diff(score.notes(plan.style.playing("lead")[0].name)["pitch"].astype(int))
    cells = Counter(tuple(moves[i : i + CELL].tolist()) for i in range(len(moves) - CELL + 1))
    again = sum(count for count in cells.values() if count > 1) / max(sum(cells.values()), 1)
    sizes = np.abs(moves)
    return Tune(float((sizes <= STEP).mean()), float((sizes >= LEAP).mean()), again)


def lead_places(plan: Arrangement, score: Score) -> set[float]:
    """Where the lead's notes begin, in quarters."""
    return set(np.round(score.notes(plan.style.playing("lead")[0].name)["onset"], 3).tolist())


def chords_of(plan: Arrangement) -> tuple[str, ...]:
    """The chord of each bar."""
    return tuple(str(chord) for passage in plan.passages for phrase in passage.phrases for chord in phrase.chords)


def devices_of(plan: Arrangement) -> tuple[str, ...]:
    """What the lead does, phrase by phrase."""
    return tuple(phrase.device for passage in plan.passages for phrase in passage.phrases)


def notes_of(score: Score) -> set[tuple[float, int, int]]:
    """Every note: place, pitch and part."""
    notes = score.notes()
    return set(zip(np.round(notes["onset"], 3).tolist(), notes["pitch"].tolist(), notes["part"].tolist(), strict=True))


def alike(one: set[object], other: set[object]) -> float:
    """The share of what two sets have together that both have (Jaccard, 1901)."""
    return len(one & other) / len(one | other)


def kick_under_bass(plan: Arrangement, score: Score) -> float:
    """The share of the bass's notes that a kick goes with."""
    kit = score.notes(plan.style.playing("kit")[0].name)
    kicks = set(np.round(kit["onset"][kit["pitch"] == KICK], 3).tolist())
    names = [part.name for part in score.parts if part.name.startswith("Ostinato")]
    bass = np.concatenate([score.notes(name)["onset"] for name in names])
    return float(np.mean([round(float(onset), 3) in kicks for onset in bass]))
