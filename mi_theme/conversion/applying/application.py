"""Doing what a plan says: a Score gives a Score, a music21 Stream a Stream."""

from __future__ import annotations

from typing import Any

from mi_theme.conversion.applying.events import convert_events
from mi_theme.conversion.scoreplan import ScorePlan
from mi_theme.files.score_reading import is_stream
from mi_theme.score import Score

__all__ = ["applied"]


def applied(plan: ScorePlan, score: Any = None) -> Any:
    """The score as the plan says; see `ScorePlan.apply`."""
    if is_stream(score):
        from mi_theme.conversion.applying.streams import convert_stream

        return convert_stream(plan, score)
    return convert_events(plan, Score.of(score))
