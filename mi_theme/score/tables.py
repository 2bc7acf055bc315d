"""A score as tables for other programs: partitura's note array, pandas' data frame."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mi_theme.errors import MissingExtra
from mi_theme.pitch import LETTERS, MAJOR
from mi_theme.score.timing import MeterMap, TempoMap
from mi_theme.score.tracks import Part

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["dataframe_of", "note_array_of"]

UNITS = {"beat": "<f8", "quarter": "<f8", "div": "<i8", "sec": "<f8"}
# partitura's names; its times are float32, ours float64
FIELDS = [(f"{name}_{unit}", kind) for unit, kind in UNITS.items() for name in ("onset", "duration")]
FIELDS += [(name, "<i4") for name in ("pitch", "velocity", "voice")]
FIELDS += [("id", "<U16"), ("step", "<U1")]
FIELDS += [(name, "<i4") for name in ("alter", "octave", "track", "channel", "divs_pq")]


def note_array_of(
    notes: NDArray[np.void], parts: Sequence[Part], meters: MeterMap, tempos: TempoMap, quarter: int
) -> NDArray[np.void]:
    """Notes as `Score.note_array` gives them; a `quarter` has so many ticks."""
    array = np.zeros(len(notes), FIELDS)
    first = float(meters.bar(1).start)
    starts, ends = notes["onset"], notes["onset"] + notes["duration"]
    times = {
        "beat": [_beats(meters, at) for at in (starts, ends)],
        "quarter": [starts - first, ends - first],
        "div": [np.rint(at * quarter) for at in (starts, ends)],
        "sec": [tempos.clock(at) for at in (starts, ends)],
    }
    for unit, (onset, end) in times.items():
        array[f"onset_{unit}"], array[f"duration_{unit}"] = onset, end - onset
    array["pitch"], array["velocity"], array["voice"] = notes["pitch"], notes["velocity"], notes["voice"] + 1
    array["divs_pq"] = quarter
    array["id"] = [f"n{number}" for number in notes["id"].tolist()]
    array["step"], array["alter"], array["octave"] = _spelling(notes["pitch"], notes["step"])
    if len(notes):
        array["track"] = np.array([part.track for part in parts])[notes["part"]]
        array["channel"] = np.array([part.channel for part in parts])[notes["part"]]
    return array


def dataframe_of(
    notes: NDArray[np.void], parts: Sequence[Part], meters: MeterMap, tempos: TempoMap, end: Fraction
) -> pd.DataFrame:
    """Notes as `Score.to_dataframe` gives them; the score has `end` quarters."""
    try:
        import pandas as pd
    except ImportError as error:
        raise MissingExtra.named("pandas", "tables") from error
    frame = pd.DataFrame({name: notes[name] for name in notes.dtype.names or ()})
    bars = list(meters.bars(end)) or [meters.bar(1)]
    lines = np.array([float(bar.start) for bar in bars])
    index = np.maximum(np.searchsorted(lines, notes["onset"], "right") - 1, 0)
    frame.insert(0, "bar", np.array([bar.number for bar in bars])[index])
    frame.insert(1, "place", notes["onset"] - lines[index])
    starts, ends = tempos.clock(notes["onset"]), tempos.clock(notes["onset"] + notes["duration"])
    names = np.array([part.name for part in parts], object)
    return frame.assign(part_name=names[notes["part"]], onset_sec=starts, duration_sec=ends - starts)


def _beats(meters: MeterMap, positions: NDArray[np.float64]) -> NDArray[np.float64]:
    """Positions counted in the unit of the signature, 0 where the first full bar begins."""
    first = meters.bar(1)
    changes = [(first.start, first.meter), *((at, meter) for at, meter in meters.changes if at > first.start)]
    starts = np.array([float(at) for at, _ in changes])
    speeds = np.array([meter.denominator / 4 for _, meter in changes])
    counted = np.concatenate([[0.0], np.cumsum(np.diff(starts) * speeds[:-1])])
    index = np.maximum(np.searchsorted(starts, positions, "right") - 1, 0)
    beats: NDArray[np.float64] = counted[index] + (positions - starts[index]) * speeds[index]
    return beats


def _spelling(pitch: NDArray[np.int32], step: NDArray[np.int32]) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Letter, alteration and octave; no letter where the step is not known."""
    known = step >= 0
    natural = 12 * (step // 7 + 1) + np.array(MAJOR)[step % 7]
    letters = np.where(known, np.array(list(LETTERS))[step % 7], "")
    return letters, np.where(known, pitch - natural, 0), np.where(known, step // 7, pitch // 12 - 1)
