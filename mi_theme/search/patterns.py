"""Patterns: what to look for, made from a theme, a motif, a score, rows or a file."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mi_theme.errors import ScoreError
from mi_theme.meter import Meter
from mi_theme.pitch import Tonic
from mi_theme.quantising import written_music
from mi_theme.score import Bars, Score, TimingWarning, are_numbers
from mi_theme.score.spelling import spelled_steps
from mi_theme.search.match.alignment_costs import streams_of

if TYPE_CHECKING:
    from mi_theme.themes import Motif

__all__ = ["Pattern", "passage_of"]

PATTERN_GRID = 10080  # parts of a quarter that times are rounded to
REGISTER = 60  # where degree 1 of a motif is looked for; any will do, hits are transposed
LONGEST_PATTERN = 1000  # notes


@dataclass(frozen=True, slots=True)
class Pattern:
    """Notes to look for.

    Attributes
    ----------
    onset
        Quarters from a bar line, ascending.
    pitch
        MIDI numbers.
    duration
        Quarters; the time to the next onset where nothing else is given.
    step
        Diatonic steps, -1 where unknown.
    meter
        The metre it stands in, if it has one.
    name
        For messages.
    voice
        A number for the voice of each note; without them a pattern is one
        voice, or, where notes begin together, in no particular ones.

    Raises
    ------
    ScoreError
        Where the rows make no notes, or are too many.
    """

    onset: tuple[Fraction, ...]
    pitch: tuple[int, ...]
    duration: tuple[Fraction, ...] = ()
    step: tuple[int, ...] = ()
    meter: Meter | None = None
    name: str = ""
    voice: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        fields = ("onset", "pitch", "duration", "step", "voice")
        columns = _columns(*(getattr(self, field) for field in fields))
        meter = Meter(self.meter) if isinstance(self.meter, str) else self.meter
        for field, value in zip((*fields, "meter"), (*columns, meter), strict=True):
            object.__setattr__(self, field, value)

    @classmethod
    def of(cls, value: Any) -> Pattern:
        """Make one of whatever says notes.

        Parameters
        ----------
        value
            A Theme or an Adaptation (its ostinato), a Motif, music of any kind that `Score.of`
            takes, or rows of (onset, pitch) or (onset, pitch, duration).

        Raises
        ------
        ScoreError, FileError, OSError
            Where it says no notes, or the file cannot be read.
        """
        from mi_theme.themes import Adaptation, Motif, Theme

        if isinstance(value, Pattern):
            return value
        value = value.theme if isinstance(value, Adaptation) else value
        if isinstance(value, Theme):
            return _of_motif(value.ostinato, value.tonic, value.meter, value.name, value.register)
        if isinstance(value, Motif):
            return _of_motif(value, Tonic("G"), None, value.name)
        bare = isinstance(value, np.ndarray) and value.dtype.names and {"onset", "pitch"} <= {*value.dtype.names}
        if bare or are_numbers(value):
            return _of_rows(value)
        return _of_score(Score.of(value))

    @classmethod
    def to_search(cls, value: Any) -> Pattern:
        """The same, with the steps of its notes, where there is something to look for.

        Parameters
        ----------
        value
            As for `of`.

        Raises
        ------
        ScoreError
            As `of`, and where no two notes come one after another.
        """
        pattern = cls.of(value)
        if len(set(pattern.onset)) < 2:
            what = {0: "no pitched notes", 1: "one note"}.get(len(pattern), "one chord")
            raise ScoreError(f"there is nothing to look for: {what}; a theme has two notes or more, one after another")
        return replace(pattern, step=tuple(pattern.steps.tolist()))

    def __len__(self) -> int:
        return len(self.onset)

    def __str__(self) -> str:
        notes = " ".join(f"{float(onset):g}:{pitch}" for onset, pitch in zip(self.onset, self.pitch, strict=True))
        return f"{self.name or 'pattern'} ({len(self)} notes): {notes}"

    @property
    def steps(self) -> NDArray[np.int64]:
        """Diatonic steps, inferred where one is unknown."""
        return np.array(self.step, np.int64) if min(self.step, default=-1) >= 0 else spelled_steps(self.pitch)

    @property
    def onsets(self) -> NDArray[np.float64]:
        """Onsets in quarters."""
        return np.array([float(onset) for onset in self.onset])

    @property
    def voices(self) -> NDArray[np.int64]:
        """A number for the voice of each note; all different where nothing is known of them."""
        if self.voice:
            return np.array(self.voice, np.int64)
        return np.arange(len(self)) if self.is_polyphonic else np.zeros(len(self), np.int64)

    @property
    def is_polyphonic(self) -> bool:
        """Whether notes begin together."""
        return len(set(self.onset)) < len(self.onset)


def passage_of(music: Any, bars: Bars | None, part: str | int | None) -> Any:
    """Some bars of a part of some `music`, from its first to its last where no `bars` are named; as it is without them and a `part`.

    Returns
    -------
    Score, or what was given
        A passage.

    Raises
    ------
    ScoreError, UnknownName, FileError, OSError
        Where there are no such bars, or no such part; where it says no music.
    """
    if bars is None and part is None:
        return music
    score = Score.of(music)
    numbers = [bar.number for bar in score.bars()]
    if not numbers:
        return score
    chosen = None if part is None else score.part_index(part, pitched=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TimingWarning)  # what is looked for need not be exact to the tick
        return score.passage((numbers[0], numbers[-1]) if bars is None else bars, chosen)


def _columns(onset: Iterable[Any], pitch: Iterable[Any], *others: Iterable[Any]) -> list[tuple[Any, ...]]:
    """Onset, pitch, duration, step and voice in the order of onset and pitch, as they are kept."""
    onsets, pitches, durations, steps, voices = ([*column] for column in (onset, pitch, *others))
    if len(onsets) > LONGEST_PATTERN:
        raise ScoreError(f"a pattern has at most {LONGEST_PATTERN} notes, this one {len(onsets)}: cut out a passage")
    if any(len(column) not in (0, len(onsets)) for column in (durations, steps, voices)) or len(pitches) != len(onsets):
        raise ScoreError("a pattern's columns are of one length")
    try:
        starts, lengths = [_time(value) for value in onsets], [_time(value) for value in durations]
        heights, letters = [int(value) for value in pitches], [int(value) for value in steps or [-1] * len(onsets)]
        voices = [int(value) for value in voices]
    except (TypeError, ValueError, OverflowError, ZeroDivisionError):
        raise ScoreError("a pattern's columns are finite numbers") from None
    if not all(0 <= height <= 127 for height in heights) or min(lengths, default=Fraction(0)) < 0:
        raise ScoreError("a pattern's pitches are 0 to 127, its durations not negative")
    order = sorted(range(len(starts)), key=lambda row: (starts[row], heights[row]))
    lengths = lengths or _to_the_next(starts)
    kept = (starts, heights, lengths, letters)
    return [*(tuple(column[row] for row in order) for column in kept), tuple(voices[row] for row in order if voices)]


def _time(value: Any) -> Fraction:
    """Quarters on the grid, exactly where they are exact."""
    return (
        value if isinstance(value, Fraction) else Fraction(round(Fraction(float(value)) * PATTERN_GRID), PATTERN_GRID)
    )


def _to_the_next(starts: Sequence[Fraction]) -> list[Fraction]:
    """Durations for onsets: to the next one; the last a quarter."""
    ordered = sorted(set(starts))
    following = dict(pairwise(ordered))
    return [following.get(start, start + 1) - start for start in starts]


def _of_motif(motif: Motif, tonic: Tonic, meter: Meter | None, name: str, register: int = REGISTER) -> Pattern:
    return Pattern(
        onset=motif.onsets,
        pitch=tuple(tone.degree.pitch(tonic, register) for tone in motif),
        duration=tuple(tone.duration for tone in motif),
        step=tuple(tone.degree.step(tonic, register) for tone in motif),
        meter=meter,
        name=name,
    )


def _of_score(score: Score) -> Pattern:
    """The pitched notes of a score, as they are written."""
    score = written_music(score).score
    drums = [index for index, part in enumerate(score.parts) if part.is_percussion]
    table = score.note_table()
    pattern = _of_table(table[~np.isin(table["part"], drums)])
    meter = score.meters.changes[0][1] if score.meters.stated else None
    return replace(pattern, meter=meter, name=score.source)


def _of_table(table: NDArray[np.void]) -> Pattern:
    names = table.dtype.names or ()
    missing = {"onset", "pitch"} - set(names)
    if missing:
        raise ScoreError(f"a table of notes has the columns onset and pitch, this one no {' and no '.join(missing)}")
    onset, pitch, duration, step = (
        table[name].tolist() if name in names else () for name in ("onset", "pitch", "duration", "step")
    )
    return Pattern(onset, pitch, duration, step, voice=tuple(streams_of(table).tolist()))


def _of_rows(rows: Any) -> Pattern:
    """A table, or rows of onset, pitch and perhaps duration."""
    if isinstance(rows, np.ndarray) and rows.dtype.names:
        return _of_table(rows)
    try:
        columns: list[Any] = list(zip(*([*row] for row in rows), strict=True))
    except (TypeError, ValueError):
        raise ScoreError(
            "a pattern is a theme, a motif, a score, a file, a note table or rows of onset and pitch, "
            f"not {type(rows).__name__}"
        ) from None
    if columns and len(columns) not in (2, 3):
        raise ScoreError("rows of a pattern are (onset, pitch) or (onset, pitch, duration)")
    return Pattern(*columns) if columns else Pattern((), ())
