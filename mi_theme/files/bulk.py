"""The notes of MIDI files and nothing else, fast: symusic."""

from __future__ import annotations

from os import PathLike, fspath
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mi_theme.errors import FileError, MissingExtra
from mi_theme.score.notes import NOTE

__all__ = ["read_notes"]


def read_notes(path: str | PathLike[str]) -> NDArray[np.void]:
    """The notes of a MIDI file and nothing else, fast.

    Returns
    -------
    structured array, shape (n,)
        As `Score.note_table`; ``part`` counts symusic's tracks (one for each
        channel, program and track).

    Raises
    ------
    FileError
        Where the file cannot be read.
    MissingExtra
        Where symusic is not installed.
    """
    try:
        import symusic
    except ImportError:
        raise MissingExtra.named("symusic", "fast") from None
    try:
        score: Any = symusic.Score.from_file(fspath(path), ttype="tick", format="midi")
    except Exception as error:  # each version raises its own kinds
        raise FileError(f"{path}: {str(error).splitlines()[0] if str(error) else 'damaged'}") from None
    if score.ticks_per_quarter <= 0:
        raise FileError(f"{path}: no ticks in a quarter")
    return _bulk_table(score)


def _bulk_table(score: Any) -> NDArray[np.void]:
    blocks = []
    for index, track in enumerate(score.tracks):
        columns = track.notes.numpy()
        block = np.zeros(len(columns["time"]), NOTE)
        block["onset"] = columns["time"] / score.ticks_per_quarter
        block["duration"] = columns["duration"] / score.ticks_per_quarter
        block["pitch"], block["velocity"], block["part"], block["step"] = (
            columns["pitch"],
            columns["velocity"],
            index,
            -1,
        )
        blocks.append(block)
    table = np.concatenate(blocks) if blocks else np.zeros(0, NOTE)
    table["id"] = np.arange(len(table))
    return table[np.lexsort((table["part"], table["pitch"], table["onset"]))]
