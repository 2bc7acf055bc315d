"""A score as tables for other programs: partitura's note array, pandas' data frame."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mi_theme.errors import MissingExtra
from mi_theme.pitch import LETTERS, MAJOR
from mi_theme.score.scores import Score

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["dataframe_of", "note_array_of"]

# partitura's names; its times are float32, ours float64
FIELDS = [
    ("onset_beat", "<f8"), ("duration_beat", "<f8"), ("onset_quarter", "<f8"), ("duration_quarter", "<f8"),
    ("onset_div", "<i8"), ("duration_div", "<i8"), ("onset_sec", "<f8"), ("duration_sec", "<f8"), ("pitch", "<i4"),
    ("velocity", "<i4"), ("voice", "<i4"), ("id", "<U16"), ("step", "<U1"), ("alter", "<i4"), ("octave", "<i4"),
    ("track", "<i4"), ("channel", "<i4"), ("divs_pq", "<i4"),
]  # fmt: skip


def note_array_of(score: Score, part: str | int | None) -> NDArray[np.void]:
    """See `Score.note_array`."""
    notes = score.notes(part)
    found = np.zeros(len(notes), FIELDS)
    for unit, times in _times(score, notes).items():
        found[f"onset_{unit}"] = times[0]
        found[f"duration_{unit}"] = times[1] - times[0]
    found["pitch"], found["velocity"], found["voice"] = notes["pitch"], notes["velocity"], notes["voice"] + 1
    found["divs_pq"] = score.ticks_per_quarter
    found["id"] = [f"n{number}" for number in notes["id"].tolist()]
    found["step"], found["alter"], found["octave"] = _spelling(notes["pitch"], notes["step"])
    for field, column in (("track", [p.track for p in score.parts]), ("channel", [p.channel for p in score.parts])):
        found[field] = np.array(column, int)[notes["part"]] if len(notes) else 0
    return found


def dataframe_of(score: Score) -> pd.DataFrame:
    """See `Score.to_dataframe`."""
    try:
        import pandas as pd
    except ImportError as error:
        raise MissingExtra.named("pandas", "tables") from error
    notes = score.note_table()
    frame = pd.DataFrame({name: notes[name] for name in notes.dtype.names or ()})
    ends = score.tempos.clock(notes["onset"] + notes["duration"])
    starts = score.tempos.clock(notes["onset"])
    numbers, lines = _bars(score, notes["onset"])
    names = np.array([part.name for part in score.parts], object)
    frame.insert(0, "bar", numbers)
    frame.insert(1, "place", notes["onset"] - lines)
    return frame.assign(part_name=names[notes["part"]], onset_sec=starts, duration_sec=ends - starts)


def _times(score: Score, notes: NDArray[np.void]) -> dict[str, tuple[NDArray[Any], NDArray[Any]]]:
    """Where notes begin and end in each unit; in beats and quarters the first full bar begins at 0."""
    quarter, first = score.ticks_per_quarter, float(score.meters.bar(1).start)
    ends = notes["onset"] + notes["duration"]
    ticks = np.rint(notes["onset"] * quarter), np.rint(ends * quarter)
    return {
        "beat": (_beats(score, notes["onset"]), _beats(score, ends)),
        "quarter": (notes["onset"] - first, ends - first),
        "div": ticks,
        "sec": (score.tempos.clock(notes["onset"]), score.tempos.clock(ends)),
    }


def _beats(score: Score, positions: NDArray[np.float64]) -> NDArray[np.float64]:
    """Positions counted in the unit of the signature, 0 where the first full bar begins."""
    first = score.meters.bar(1)
    changes = [(max(at, first.start), meter) for at, meter in score.meters.changes if at > first.start]
    starts = np.array([float(at) for at, _ in [(first.start, first.meter), *changes]])
    speeds = np.array([meter.denominator / 4 for _, meter in [(first.start, first.meter), *changes]])
    counted = np.concatenate([[0.0], np.cumsum(np.diff(starts) * speeds[:-1])])
    index = np.maximum(np.searchsorted(starts, positions, "right") - 1, 0)
    beats: NDArray[np.float64] = counted[index] + (positions - starts[index]) * speeds[index]
    return beats


def _bars(score: Score, positions: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The number of the bar of each position, and where that bar begins."""
    bars = list(score.meters.bars(score.quarters)) or [score.meters.bar(1)]
    starts = np.array([float(bar.start) for bar in bars])
    index = np.maximum(np.searchsorted(starts, positions, "right") - 1, 0)
    return np.array([bar.number for bar in bars])[index], starts[index]


def _spelling(pitch: NDArray[np.int32], step: NDArray[np.int32]) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Letter, alteration and octave; no letter where the step is not known."""
    known = step >= 0
    natural = 12 * (step // 7 + 1) + np.array(MAJOR)[step % 7]
    letters = np.where(known, np.array(list(LETTERS))[step % 7], "")
    return letters, np.where(known, pitch - natural, 0), np.where(known, step // 7, pitch // 12 - 1)
