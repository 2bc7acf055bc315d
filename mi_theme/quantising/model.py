"""Music as it would be written, beside how it was played."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mi_theme.hooks import Shown, answer
from mi_theme.quantising.beatgrid import Floats, Ints
from mi_theme.quantising.swingratios import Swing
from mi_theme.score import MeterMap, Score
from mi_theme.score.sketches import Sketch

__all__ = ["GRACE", "KINDS", "MARKS", "NOTE", "TRILL", "Quantized", "QuantizedBar", "WrittenNote"]

KINDS = NOTE, GRACE, TRILL = range(3)  # a note, a grace note, a note of a trill after its first
MARKS = ("", "staccato", "tenuto", "legato")


class QuantizedBar(NamedTuple):
    """What happens to one bar: its notes, those moved, the farthest in seconds, parts of a quarter in use, notes from other bars."""

    number: int
    notes: int
    moved: int
    largest: float
    parts: tuple[int, ...]
    crossed: int


class WrittenNote(NamedTuple):
    """One note: where and how long it is written, in quarters, and what it is beside that."""

    onset: Fraction
    duration: Fraction
    pitch: int
    part: int
    kind: int
    mark: str


@dataclass(frozen=True, eq=False)
class Quantized(Sketch, Shown):
    """Music as it would be written, beside how it was played; a row for each row of `Score.spans`.

    Attributes
    ----------
    source
        What was quantized.
    resolution
        Ticks in a quarter of all that follows.
    onsets, durations
        As written, shape (n,), ticks.
    played_onsets, played_durations
        As played, shape (n,), ticks; on the same axis, which is that of the beats.
    pitches, parts
        MIDI numbers, and numbers of parts.
    kinds
        `NOTE`, `GRACE` or `TRILL`.
    marks
        Index into `MARKS`: how long the note sounds of what is written.
    groups
        The number of the chord, strum or roll that a note is in: notes of a part written together.
    exact
        Whether a note was on the grid already.
    errors
        How far from its place each note was played, in seconds.
    swing
        The stretches that swing and are written as equal.
    looseness
        How loosely it is played: 0 as a machine, 1 as a pianist.
    beats
        Seconds and ticks of the beats where they were given or found, shape (m, 2); None
        where the grid is that of the score.
    meters
        The metres that it is written in.
    """

    source: Score
    resolution: int
    onsets: Ints
    durations: Ints
    played_onsets: Ints
    played_durations: Ints
    pitches: Ints
    parts: Ints
    kinds: NDArray[np.int8]
    marks: NDArray[np.int8]
    groups: Ints
    exact: NDArray[np.bool_]
    errors: Floats
    swing: tuple[Swing, ...]
    looseness: float
    beats: Floats | None
    meters: MeterMap

    def __post_init__(self) -> None:
        for column in vars(self).values():
            if isinstance(column, np.ndarray):
                column.setflags(write=False)

    def __len__(self) -> int:
        return len(self.onsets)

    def __iter__(self) -> Iterator[WrittenNote]:
        """Every note, in the order of `Score.spans`."""
        columns = (column.tolist() for column in (self.onsets, self.durations, self.pitches, self.parts, self.kinds))
        for onset, duration, pitch, part, kind, mark in zip(*columns, self.marks.tolist(), strict=True):
            at, lasts = Fraction(onset, self.resolution), Fraction(duration, self.resolution)
            yield WrittenNote(onset=at, duration=lasts, pitch=pitch, part=part, kind=kind, mark=MARKS[mark])

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Quantized):
            return NotImplemented
        pairs = ((getattr(self, field.name), getattr(other, field.name)) for field in fields(self))
        return all(
            np.array_equal(mine, theirs) if isinstance(mine, np.ndarray) else mine == theirs for mine, theirs in pairs
        )

    def __hash__(self) -> int:
        return hash(self.onsets.tobytes())

    def __repr__(self) -> str:
        return f"<Quantized {self.source!r}: {int(self.moved.sum())} of {len(self)} notes moved>"

    def __str__(self) -> str:
        """What was found, in words."""
        lines = [self._counted()]
        if len(self) and self.moved.any():
            off = np.abs(self.errors[self.moved]) * 1000
            lines.append(f"  moved by {np.median(off):.0f} ms (median), at most {off.max():.0f} ms")
            crossed = int(self.crossed.sum())
            if crossed:
                lines.append(f"  {crossed} were played on the other side of a bar line")
        held = int(((self.durations != self.played_durations) & (self.kinds == NOTE)).sum())
        if held:
            lines.append(f"  {held} notes are written longer or shorter than they sound")
        names = (f"{int((self.marks == index).sum())} {name}" for index, name in enumerate(MARKS) if name)
        counts = [name for name in names if not name.startswith("0 ")]
        if counts:
            lines.append(f"  {', '.join(counts)}")
        for kind, name in ((GRACE, "grace notes"), (TRILL, "notes of trills")):
            if (self.kinds == kind).any():
                lines.append(f"  {int((self.kinds == kind).sum())} {name}")
        return "\n".join([*lines, *(f"  {swing}" for swing in self.swing)])

    def _counted(self) -> str:
        if not len(self):
            return "no notes: nothing to quantize"
        count = int(self.moved.sum())
        if not count:
            return f"{len(self)} notes, all of them on the grid already"
        return f"{len(self)} notes, {count} of them ({count / len(self):.0%}) moved to the grid"

    @property
    def moved(self) -> NDArray[np.bool_]:
        """Which notes were played beside their places."""
        found: NDArray[np.bool_] = self.played_onsets != self.onsets
        return found

    @property
    def deviations(self) -> Ints:
        """How much later than written each note was played, in ticks."""
        found: Ints = self.played_onsets - self.onsets
        return found

    @cached_property
    def _lines(self) -> tuple[Ints, Ints]:
        """The bar lines up to the last note in ticks, and the numbers of the bars."""
        last = int(max(self.onsets.max(initial=0), self.played_onsets.max(initial=0)))
        bars = [(bar.start, bar.number) for bar in self.meters.bars(Fraction(last + 1, self.resolution))]
        lines = np.array([int(start * self.resolution) for start, _ in bars], np.int64)
        return lines, np.array([number for _, number in bars], np.int64)

    @property
    def crossed(self) -> NDArray[np.bool_]:
        """Which notes are written in another bar than they were played in: downbeats that came early, most of all."""
        lines = self._lines[0]
        found: NDArray[np.bool_] = np.searchsorted(lines, self.onsets, "right") != np.searchsorted(
            lines, self.played_onsets, "right"
        )
        return found

    def bars(self) -> list[QuantizedBar]:
        """What happens to each bar that has notes."""
        lines, numbers = self._lines
        bar = np.maximum(np.searchsorted(lines, self.onsets, "right") - 1, 0)
        moved, crossed, found = self.moved, self.crossed, []
        order = np.argsort(bar, kind="stable")
        for rows in np.split(order, np.flatnonzero(np.diff(bar[order])) + 1) if len(order) else ():
            step = np.gcd(self.onsets[rows], self.resolution)
            parts = tuple(sorted({int(self.resolution // part) for part in step.tolist()}))
            largest = float(np.abs(self.errors[rows]).max())
            counts = int(moved[rows].sum()), largest, parts, int(crossed[rows].sum())
            found.append(QuantizedBar(int(numbers[bar[rows[0]]]), len(rows), *counts))
        return found

    def score(self) -> Score:
        """The score on the grid: notes as written, and all other events where they were.

        Where beats were given or found, other events keep their moments: their ticks
        become those of the beats, and the tempo follows them.
        """
        found: Score = answer("Quantized.score", self)
        return found

    def as_dict(self) -> dict[str, object]:
        """What was found, as plain values."""
        off = np.abs(self.errors) * 1000
        return {
            "notes": len(self),
            "moved": int(self.moved.sum()),
            "moved_ms": {"median": round(float(np.median(off)), 2), "largest": round(float(off.max()), 2)}
            if len(self)
            else None,
            "looseness": round(self.looseness, 3),
            "graces": int((self.kinds == GRACE).sum()),
            "trills": int((self.kinds == TRILL).sum()),
            "marks": {name: int((self.marks == index).sum()) for index, name in enumerate(MARKS) if name},
            "swing": [
                {"start": str(s.start), "end": str(s.end), "value": str(s.value), "ratio": s.ratio} for s in self.swing
            ],
            "written": [
                {
                    "onset": str(n.onset),
                    "duration": str(n.duration),
                    "pitch": n.pitch,
                    "part": n.part,
                    "kind": ("note", "grace", "trill")[n.kind],
                    "mark": n.mark,
                    "ms": round(error * 1000, 2),
                }
                for n, error in zip(self, self.errors.tolist(), strict=True)
            ],
        }
