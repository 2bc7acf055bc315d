"""A score from a table of notes of somebody else's: partitura's note array, a data frame, our own note table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mi_theme.errors import ScoreError
from mi_theme.meter import Meter
from mi_theme.pitch import LETTERS
from mi_theme.score.rows import GRID
from mi_theme.score.scores import Score
from mi_theme.score.timing import MeterMap
from mi_theme.score.tracks import PERCUSSION

__all__ = ["score_of_columns"]

Columns = Mapping[str, NDArray[Any]]
SECOND = 2.0  # quarters, where a table counts in seconds and says no tempo: 120 a minute
TIMES = ("", "_div", "_quarter", "_beat", "_sec")  # what onset and duration are counted in, the most exact first


def score_of_columns(columns: Columns) -> Score:
    """Notes by the names that our tables or partitura's have.

    Parameters
    ----------
    columns
        ``onset``, ``duration`` and ``pitch``, times in quarters or with an ending
        that says in what (``_quarter``, ``_beat``, ``_div``, ``_sec``); and where they are there ``velocity``,
        ``voice``, ``part`` or ``track``, ``part_name``, ``channel``, ``step`` (``alter``, ``octave``), ``ts_beats``, ``ts_beat_type``.

    Returns
    -------
    Score
        Without a stated metre, where the table says none.

    Raises
    ------
    ScoreError
        Where columns are missing, or hold no numbers.
    """
    unit = next((unit for unit in TIMES if {f"onset{unit}", f"duration{unit}"} <= columns.keys()), None)
    if unit is None or "pitch" not in columns or (unit == "_div" and "divs_pq" not in columns):
        said = ", ".join(columns) or "none"
        raise ScoreError(f"a table of notes has the columns onset, duration and pitch; this one has {said}")
    try:
        onset, duration = _quarters(columns, unit)
        part, names = _parts(columns)
        before, meters = _meters(columns, onset)
        voice = columns["voice"].astype(float) if "voice" in columns else 0
        score = Score.from_notes(
            onset + before,
            duration,
            columns["pitch"],
            np.maximum(voice - 1, 0) if unit or "onset_beat" in columns else voice,  # partitura counts from 1
            _steps(columns),
            velocity=np.clip(columns["velocity"].astype(float), 1, 127) if "velocity" in columns else 80,
            part=part,
            names=names,
            meter=meters,
        )
    except (TypeError, ValueError) as error:
        if isinstance(error, ScoreError):
            raise
        raise ScoreError(f"the columns of a table of notes are numbers: {error}") from None
    return _with_drums(score, columns, part)


def _quarters(columns: Columns, unit: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Onsets and durations in quarters."""
    scale: Any = 1.0
    if unit == "_div":
        scale = 1 / columns["divs_pq"].astype(float)
    elif unit == "_beat":
        scale = 4 / columns["ts_beat_type"].astype(float) if "ts_beat_type" in columns else 1.0
    elif unit == "_sec":
        scale = SECOND
    onset, duration = (columns[f"{name}{unit}"].astype(float) * scale for name in ("onset", "duration"))
    return (np.round(onset * GRID) / GRID, np.round(duration * GRID) / GRID) if unit else (onset, duration)


def _parts(columns: Columns) -> tuple[NDArray[np.int64], list[str]]:
    """The part of each note from 0, and names."""
    known = next((columns[name] for name in ("part", "track", "part_name") if name in columns), None)
    if known is None:
        return np.zeros(len(columns["pitch"]), np.int64), []
    _, first, part = np.unique(known, return_index=True, return_inverse=True)
    names = columns["part_name"][first].astype(str).tolist() if "part_name" in columns else []
    return part.astype(np.int64).ravel(), names


def _meters(columns: Columns, onset: NDArray[np.float64]) -> tuple[float, MeterMap]:
    """How far the notes of a pick-up stand before 0, in quarters, and the metres."""
    zero = columns["onset_quarter"].astype(float) if "onset_quarter" in columns else onset
    if not len(onset):
        return 0.0, MeterMap.of(())
    pickup = Fraction(max(round(-float(zero.min()) * GRID), 0), GRID)
    before = max(-float(onset.min()), 0.0) if onset.min() < 0 else 0.0
    changes: list[tuple[Fraction, Meter]] = []
    if {"ts_beats", "ts_beat_type"} <= columns.keys():
        for at, beats, kind in zip(onset + before, columns["ts_beats"], columns["ts_beat_type"], strict=True):
            meter = Meter.of(int(beats), int(kind))
            if not changes or changes[-1][1] != meter:
                changes.append((Fraction(round(float(at) * GRID), GRID) if changes else Fraction(0), meter))
    return before, replace(MeterMap.of(changes), pickup=pickup)


def _steps(columns: Columns) -> NDArray[np.int64] | None:
    """Diatonic steps: our numbers, or partitura's letters and octaves."""
    steps = columns.get("step")
    if steps is None or np.issubdtype(steps.dtype, np.number):
        return steps
    if "octave" not in columns:
        return None
    letters = [LETTERS.find(str(letter)) if letter else -1 for letter in steps.tolist()]
    return np.where(np.array(letters) < 0, -1, columns["octave"].astype(int) * 7 + np.array(letters))


def _with_drums(score: Score, columns: Columns, part: NDArray[np.int64]) -> Score:
    """Parts whose notes are all on the channel of drums are drums."""
    if "channel" not in columns:
        return score
    drums = {index for index in np.unique(part).tolist() if (columns["channel"][part == index] == PERCUSSION).all()}
    tracks = (track.on_channel(PERCUSSION) if index - 1 in drums else track for index, track in enumerate(score.tracks))
    return Score(score.ticks_per_quarter, tuple(tracks))
