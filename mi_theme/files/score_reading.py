"""The one rule of what says a score, and how it is read: `Score.of`.

Files, values of ours, Streams of music21, objects of other libraries and tables of notes become a `Score`; whatever
does not is refused in one line that says what to do.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from io import BytesIO
from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mi_theme.errors import FileError, MiThemeError, ScoreError
from mi_theme.files.disk import is_text
from mi_theme.score import Score

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["columns_of", "is_stream", "score_of"]


def is_stream(value: object) -> bool:
    """Whether this is a music21 Stream; music21 is not imported to find out.

    Parameters
    ----------
    value
        Anything.

    Returns
    -------
    bool
        True for a Stream of any kind.
    """
    return _is_of(value, "music21", "Stream")


def _is_of(value: object, package: str, *names: str) -> bool:
    kinds = type(value).__mro__
    return any(kind.__module__.partition(".")[0] == package and kind.__name__ in names for kind in kinds)


def _midi_of_mido(value: Any) -> bytes:
    file = BytesIO()
    value.save(file=file)
    return file.getvalue()


def _midi_of_pretty_midi(value: Any) -> bytes:
    file = BytesIO()
    value.write(file)
    return file.getvalue()


# what other libraries have, by package and name of the type: the bytes of a file that says the same
FOREIGN: tuple[tuple[str, tuple[str, ...], Callable[[Any], bytes]], ...] = (
    ("mido", ("MidiFile",), _midi_of_mido),
    ("pretty_midi", ("PrettyMIDI",), _midi_of_pretty_midi),
    ("symusic", ("ScoreTick", "ScoreQuarter", "ScoreSecond"), lambda value: bytes(value.to("tick").dumps_midi())),
    ("partitura", ("Score", "Part", "PartGroup"), lambda value: bytes(sys.modules["partitura"].save_musicxml(value))),
    (
        "partitura",
        ("Performance", "PerformedPart"),
        lambda value: _midi_of_mido(sys.modules["partitura"].save_performance_midi(value, None)),
    ),
)


def score_of(value: object) -> Score:
    """The score that a `value` says; see `Score.of`.

    Returns
    -------
    Score
        The value itself, where it is one.

    Raises
    ------
    ScoreError, FileError, OSError
        Where it says no music, the message says what to do; where a file cannot be read.
    """
    if isinstance(value, Score):
        return value
    if isinstance(value, str | bytes | bytearray | memoryview | PathLike):
        return _of_file(value)
    if is_stream(value):
        from mi_theme.files.notation.from_stream import score_of_stream

        return score_of_stream(value)
    for package, names, written in FOREIGN:
        if _is_of(value, package, *names):
            return _of_file(written(value))
    for method in ("to_score", "score"):  # a theme, an adaptation; what is quantised, an arrangement
        if callable(make := getattr(value, method, None)) and isinstance(made := make(), Score):
            return made
    if callable(read := getattr(value, "read", None)):
        data = read()
        return _of_file(data.encode() if isinstance(data, str) else data)
    columns = columns_of(value.note_array() if callable(getattr(value, "note_array", None)) else value)  # type: ignore[attr-defined]
    if columns is None:
        raise ScoreError(f"{_shown(value)} says no music: {_advice(value)}")
    from mi_theme.score.note_columns import score_of_columns

    return score_of_columns(columns)


def _of_file(source: Any) -> Score:
    from mi_theme.files.formats import read

    if isinstance(source, str | PathLike) and not is_text(source) and Path(fspath(source)).is_dir():
        raise FileError(f"{source}: this is a directory; name a file, or one in that folder")
    return read(bytes(source) if isinstance(source, bytearray | memoryview) else source)


def columns_of(value: object) -> dict[str, NDArray[np.generic]] | None:
    """The columns of a table by their names: a structured array, a data frame, a dictionary; None of anything else."""
    import numpy as np

    if isinstance(value, np.ndarray):
        return None if value.dtype.names is None else {name: value[name] for name in value.dtype.names}
    names = value if isinstance(value, Mapping) else getattr(value, "columns", None)
    if names is None or not hasattr(value, "__getitem__"):
        return None
    try:
        return {str(name): np.asarray(value[name]) for name in names}
    except MiThemeError:
        raise
    except Exception:  # a value of somebody else's, which has columns and is no table
        return None


def _shown(value: object) -> str:
    name = type(value).__name__
    return "None" if value is None else f"{'an' if name[0].lower() in 'aeio' else 'a'} {name}"


def _advice(value: object) -> str:
    """What to do instead."""
    if hasattr(value, "tones"):
        return 'a motif stands in no metre; mi.Theme("mine", (motif,), mi.Meter("5/4")) does'
    if isinstance(value, list | tuple):
        return "give one piece at a time; rows of notes become one by mi.Score.from_notes(onset, duration, pitch)"
    return "give a Score, a Theme, a path, the bytes of a file, a music21 Stream or a table of notes"
