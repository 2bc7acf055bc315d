"""What counts as a score: ours, or a music21 Stream."""

from __future__ import annotations

from typing import Any

from mi_theme.errors import ScoreError
from mi_theme.score import Score

__all__ = ["is_stream", "score_of"]


def is_stream(value: Any) -> bool:
    """Whether this is a music21 Stream; music21 is not imported to find out."""
    return any(kind.__module__.startswith("music21.") and kind.__name__ == "Stream" for kind in type(value).__mro__)


def score_of(value: Any) -> Score:
    """A Score, from a Stream if need be.

    Raises
    ------
    ScoreError
        Where it is neither.
    """
    if isinstance(value, Score):
        return value
    if is_stream(value):
        from mi_theme.files.notation.from_stream import score_of_stream

        return score_of_stream(value)
    hint = "its to_meter carries it" if hasattr(value, "to_meter") else "read a file with mi.read"
    raise ScoreError(f"a Score or a music21 Stream belongs here, not {type(value).__name__}; {hint}")
