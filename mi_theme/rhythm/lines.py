"""One line of a piece of music: when its notes begin, how long they last, how high they are."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple, Protocol, TypeAlias, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mi_theme.errors import ScoreError
from mi_theme.meter import Meter
from mi_theme.score import MusicSource, Score, are_numbers

__all__ = ["Floats", "HeardMusic", "Music", "NoteLine", "Themed", "has_voices", "line_of", "lines_of", "music_of"]

Floats: TypeAlias = NDArray[np.float64]


@runtime_checkable
class Tones(Protocol):
    """Something with tones, as a `Motif` has: each of an onset, a duration and a degree."""

    @property
    def tones(self) -> Iterable[tuple[object, object, object]]:
        """(onset, duration, degree) of each note."""


@runtime_checkable
class Themed(Protocol):
    """Something with a metre and an ostinato, as a `Theme` and an `Adaptation` have."""

    @property
    def meter(self) -> Meter:
        """Its metre."""

    def motif(self, name: str) -> Tones:
        """A motif by its name.

        Parameters
        ----------
        name
            ``ostinato`` or ``head``.
        """


HeardMusic: TypeAlias = Score | Themed | Tones | ArrayLike
Music: TypeAlias = MusicSource | HeardMusic


def music_of(music: Music) -> HeardMusic:
    """The same `music` with whatever says a score as a Score; a theme, a motif and onsets stay what they are.

    Returns
    -------
    Score, theme, motif or array
        What `lines_of` takes.
    """
    if isinstance(music, Score | Themed | Tones) or are_numbers(music):
        return music  # type: ignore[return-value]
    return Score.of(music)  # type: ignore[arg-type]


class NoteLine(NamedTuple):
    """Notes of one line, by onset: no two begin together.

    Attributes
    ----------
    onsets
        Quarters, shape (n,), strictly ascending.
    durations, pitches
        Quarters and MIDI numbers, shape (n,), or None where they are not known.
    """

    onsets: Floats
    durations: Floats | None = None
    pitches: Floats | None = None


def lines_of(
    music: HeardMusic, durations: ArrayLike | None = None, pitches: ArrayLike | None = None, *, percussion: bool = True
) -> list[NoteLine]:
    """The lines of any music: a score gives one a part, anything else is one line.

    Percussion has no pitches. A part where a tenth of the notes or more begin
    while another sounds gives two lines, its highest and its lowest notes.

    Parameters
    ----------
    music
        A score, a theme, an adaptation, a motif, or onsets in quarters.
    durations, pitches
        Quarters and MIDI numbers that go with onsets, shape (n,).
    percussion
        Whether percussion counts as a line.

    Returns
    -------
    list of NoteLine
        In the order of the parts.

    Raises
    ------
    ScoreError
        Where the numbers are no notes: not finite, not of one length.
    """
    if not isinstance(music, Score):
        return [line_of(music, durations, pitches)]
    found = []
    for index, part in enumerate(music.parts):
        rows = music.notes(index)
        rows = rows[rows["duration"] > 0]  # grace notes have no time of their own
        if part.is_percussion:
            if percussion and len(rows):
                found.append(_line(rows["onset"], rows["duration"]))
        elif len(rows):
            edges = [_edge(rows, 1), _edge(rows, -1)] if has_voices(rows) else [rows]
            found += [_line(edge["onset"], edge["duration"], edge["pitch"].astype(float)) for edge in edges]
    return found


def has_voices(rows: NDArray[np.void]) -> bool:
    """Whether a tenth of the notes or more begin while another sounds, more than half of it still to come.

    Parameters
    ----------
    rows
        Rows of ``note_table()``, shape (n,), sorted by onset.

    Returns
    -------
    bool
        False for fewer than two notes.
    """
    held = np.maximum.accumulate(rows["onset"] + rows["duration"] / 2)
    return bool((rows["onset"][1:] < held[:-1] - 1e-6).mean() >= 0.1) if len(rows) > 1 else False


def _edge(rows: NDArray[np.void], sign: int) -> NDArray[np.void]:
    """The notes that no higher (for `sign` -1 no lower) note sounds over as they begin."""
    order = np.lexsort((-sign * rows["pitch"], rows["onset"]))
    columns = (rows[name][order].tolist() for name in ("onset", "duration", "pitch"))
    kept: list[bool] = []
    above: list[tuple[float, int]] = []  # (end, signed pitch) of what sounds; what lies under a longer one is left out
    for onset, duration, pitch in zip(*columns, strict=True):
        above = [(end, other) for end, other in above if end > onset + 1e-6]
        end, height = onset + duration, sign * pitch
        kept.append(all(other <= height for _, other in above))
        above = [(stop, other) for stop, other in above if stop > end or other > height] + [(end, height)]
    return rows[order[kept]]


def line_of(music: HeardMusic, durations: ArrayLike | None = None, pitches: ArrayLike | None = None) -> NoteLine:
    """All notes of any music as one line: the union of a score's parts; see `lines_of`.

    Parameters
    ----------
    music, durations, pitches
        As in `lines_of`.

    Returns
    -------
    NoteLine
        Onsets in order, chords counted once.
    """
    if isinstance(music, Score):
        rows = music.note_table()
        pitched = [index for index, part in enumerate(music.parts) if not part.is_percussion]
        chosen = np.isin(rows["part"], pitched) if pitched else np.ones(len(rows), bool)
        rows = rows[chosen & (rows["duration"] > 0)]
        return _line(rows["onset"], rows["duration"], rows["pitch"].astype(float) if pitched else None)
    if isinstance(music, Themed):
        return line_of(music.motif("ostinato"))
    if isinstance(music, Tones):
        onset, length, degree = zip(*music.tones, strict=True)
        return _line(_column(onset), _column(length), _column([d.semitones for d in degree]))
    others = (None if column is None else _column(column) for column in (durations, pitches))
    return _line(_column(music), *others)


def _column(values: ArrayLike | Iterable[object]) -> Floats:
    """One column of finite numbers."""
    try:
        column = np.asarray(list(values) if isinstance(values, tuple) else values, float)
    except (ValueError, TypeError):
        raise ScoreError("onsets, durations and pitches are numbers") from None
    if column.ndim != 1:
        raise ScoreError(f"onsets are one row of numbers, not an array of {column.ndim} dimensions")
    if not np.isfinite(column).all():
        raise ScoreError(
            f"note {int(np.flatnonzero(~np.isfinite(column))[0])} is not finite: there is a nan or an infinity"
        )
    if np.abs(column).max(initial=0) > 1e9:
        raise ScoreError("positions and lengths are at most 1e9 quarters")
    return column


def _line(onsets: Floats, durations: Floats | None = None, pitches: Floats | None = None) -> NoteLine:
    """Sort, and keep of notes that begin together the highest."""
    for name, column in (("durations", durations), ("pitches", pitches)):
        if column is not None and len(column) != len(onsets):
            raise ScoreError(f"{len(onsets)} onsets, but {len(column)} {name}")
    if durations is not None and (durations <= 0).any():
        sounding = durations > 0
        onsets, durations = onsets[sounding], durations[sounding]
        pitches = None if pitches is None else pitches[sounding]
    order = np.lexsort((onsets if pitches is None else -pitches, onsets))
    first = order[np.append(True, np.diff(onsets[order]) > 1e-6)] if len(order) else order
    others = [None if column is None else column[first] for column in (durations, pitches)]
    return NoteLine(onsets[first], *others)
