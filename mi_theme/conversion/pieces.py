"""What a planner reads off a score: bars, lead, marks of every bar, swing, whether it lies on a grid."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from math import ceil

import numpy as np
from numpy.typing import NDArray

from mi_theme.adaptation.plans import Line
from mi_theme.conversion.fitting import Mark, swung
from mi_theme.errors import FileError, ScoreError
from mi_theme.meter import Meter
from mi_theme.pitch import LETTERS, MAJOR, SIGNS
from mi_theme.score import Bar, MeterMap, Score

__all__ = ["Piece", "is_written", "piece_of", "span_parts"]

MOST_BARS = 1_000_000  # more are not music but damage
GRIDS = (48, 20, 28)  # parts of a quarter that written music uses
WRITTEN = 0.9  # share of onsets on such a grid from which a score counts as written, not played
SWING_RANGE = (0.58, 0.70)  # where the second of two swung eighths falls in its beat
SHORTEST = Fraction(1, 4)
FLATS = ("C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B")
SHARPS = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
LEAD_NAMES = ("melody", "lead", "vocal", "voice", "solo", "soprano", "tune", "ostinato")


@dataclass(frozen=True)
class Piece:
    """A score as a planner sees it.

    Attributes
    ----------
    score
        The events.
    meters
        Its metres, corrected by what the user said.
    lead
        Index of the part that decides, -1 where no part has pitch.
    notes
        Remarks on how it was read.
    """

    score: Score
    meters: MeterMap
    lead: int
    notes: tuple[str, ...] = ()

    @cached_property
    def bars(self) -> tuple[Bar, ...]:
        """The bars up to the end."""
        return tuple(self.meters.bars(self.score.quarters))

    @cached_property
    def main(self) -> Meter:
        """The metre of most bars, counted in quarters; a pick-up does not count."""
        lengths: dict[Meter, Fraction] = {}
        for bar in self.bars:
            if bar.number:
                lengths[bar.meter] = lengths.get(bar.meter, Fraction(0)) + bar.length
        return max(lengths, key=lengths.__getitem__) if lengths else self.meters.changes[-1][1]

    @cached_property
    def part_of(self) -> NDArray[np.int64]:
        """The part of each of the score's spans."""
        return span_parts(self.score)

    @cached_property
    def pitched(self) -> NDArray[np.bool_]:
        """Which of the score's spans are of pitched parts."""
        flags = np.array([not part.is_percussion for part in self.score.parts], bool)
        return flags[self.part_of] if len(self.part_of) else np.zeros(0, bool)

    @cached_property
    def is_written(self) -> bool:
        """Whether the pitched notes begin on a grid, as in notation; a performance does not."""
        return is_written(self.score.spans["start"][self.pitched], self.score.ticks_per_quarter)

    @cached_property
    def swing(self) -> Fraction | None:
        """Where the second of two swung eighths begins in its beat, or None where nothing swings."""
        if self.main.is_compound or self.main.pulse != Fraction(1, 2):
            return None
        return swing_place(self.score.spans["start"], self.score.ticks_per_quarter)

    @cached_property
    def _onsets(self) -> tuple[NDArray[np.int64], ...]:
        """Ticks where pitched notes begin (or end, on a sixteenth), whether the lead's begin, the beat they anticipate or -1, whether any begin."""
        spans, parts = self.score.spans[self.pitched], self.part_of[self.pitched]
        ends = np.unique(spans["stop"])
        ends = ends[ends * 4 % self.score.ticks_per_quarter == 0]
        ticks, place = np.unique(np.concatenate([spans["start"], ends]), return_inverse=True)
        place = place[: len(spans)]
        leads = np.zeros(len(ticks), bool)
        leads[place[parts == self.lead]] = True
        ahead = np.full(len(ticks), -1, np.int64)
        np.maximum.at(ahead, place, self._anticipated(spans["start"], spans["stop"]))
        starts = np.zeros(len(ticks), np.int64)
        starts[place] = 1
        return ticks, leads, ahead, starts

    def _anticipated(self, starts: NDArray[np.int64], stops: NDArray[np.int64]) -> NDArray[np.int64]:
        """The beat (tick) that each note begins shortly before and sounds through, else -1."""
        quarter = self.score.ticks_per_quarter
        beats = np.array([int(beat * quarter) for bar in self.bars for beat in bar.beats] or [0], np.int64)
        beats = np.append(beats, int(self.bars[-1].end * quarter) if self.bars else 0)
        place = np.minimum(np.searchsorted(beats, starts, "right"), len(beats) - 1)
        following, on_beat = beats[place], beats[np.maximum(place - 1, 0)] == starts
        close = following - starts <= int(self.main.pulse * quarter)
        return np.where(close & ~on_beat & (stops > following) & (following > starts), following, -1)

    def marks(self, start: Fraction, end: Fraction) -> tuple[Mark, ...]:
        """Where pitched notes begin or end in a stretch, counted from its start; swung notes as if they were even."""
        if (start, end) not in self._read:
            self._read[start, end] = tuple(self._marks(start, end))
        return self._read[start, end]

    @cached_property
    def _read(self) -> dict[tuple[Fraction, Fraction], tuple[Mark, ...]]:
        """Marks that have been asked for."""
        return {}

    def _marks(self, start: Fraction, end: Fraction) -> Iterable[Mark]:
        quarter = self.score.ticks_per_quarter
        ticks, *columns = self._onsets
        low, high = (int(np.searchsorted(ticks, ceil(at * quarter))) for at in (start, end))
        straight = self._straight(end - start)
        found: dict[Fraction, Mark] = {}
        rows = zip(*(column[low:high].tolist() for column in (ticks, *columns)), strict=True)
        for tick, lead, beat, starts in rows:
            at = straight(Fraction(tick, quarter) - start)
            before = Fraction(beat, quarter) - start if beat >= 0 else None
            found[at] = Mark(
                at, bool(lead), before if before is not None and before <= end - start else None, bool(starts)
            )
        return found.values()

    def _straight(self, length: Fraction) -> Callable[[Fraction], Fraction]:
        return (lambda at: at) if self.swing is None else swung(length, self.swing)

    def line(self, start: Fraction, end: Fraction) -> Line:
        """The lead's notes that begin in a stretch, counted from its start, by name; of a chord the top note."""
        quarter = self.score.ticks_per_quarter
        low, high = (int(np.searchsorted(self._lead_rows["start"], ceil(at * quarter))) for at in (start, end))
        rows = self._lead_rows[low:high].tolist()
        top = {row[0]: row for row in sorted(rows, key=lambda row: row[2])}
        return Line(
            (
                self._shown(Fraction(on, quarter) - start),
                self._shown(Fraction(off - on, quarter)) or SHORTEST,
                self._name(pitch, step),
            )
            for on, off, pitch, step in (top[on] for on in sorted(top))
        )

    @cached_property
    def _lead_rows(self) -> NDArray[np.void]:
        """(start, stop, pitch, step) of the lead's notes in order."""
        mine = self.part_of == self.lead
        spans = self.score.spans[mine]
        rows = np.zeros(len(spans), [("start", "<i8"), ("stop", "<i8"), ("pitch", "<i8"), ("step", "<i8")])
        rows["start"], rows["stop"] = spans["start"], spans["stop"]
        if len(spans):
            events = self.score.tracks[int(spans["track"][0])].events[spans["on"]]
            rows["pitch"], rows["step"] = events["data1"], events["step"]
        return np.sort(rows, order="start", kind="stable")

    def _shown(self, value: Fraction) -> Fraction:
        """What a performance means, on the grid."""
        return value if self.is_written else Fraction(round(value / SHORTEST)) * SHORTEST

    def _name(self, pitch: int, step: int) -> str:
        if step >= 0 and abs(sharps := pitch - 12 * (step // 7 + 1) - MAJOR[step % 7]) <= 2:
            return LETTERS[step % 7] + SIGNS[sharps]
        flat = (self.score.key or (-1, False))[0] < 0
        return (FLATS if flat else SHARPS)[pitch % 12]


def piece_of(score: Score, source: Meter | None, lead: str | int | None) -> Piece:
    """Read a score for planning.

    Parameters
    ----------
    source
        Its metre, where the file does not say it or says it wrongly; a grouping
        where the file has only the signature.
    lead
        The part that decides, by name or number.

    Raises
    ------
    FileError, ScoreError, UnknownName
        Where the metre is unknown, the score too long, or has no such part.
    """
    meters, notes = _meters(score, source)
    shortest = min(meter.bar for _, meter in meters.changes)
    if score.quarters / shortest > MOST_BARS:
        raise ScoreError(f"more than {MOST_BARS} bars: {float(score.quarters):g} quarters")
    return Piece(score, meters, find_lead(score) if lead is None else score.part_index(lead), notes)


def span_parts(score: Score) -> NDArray[np.int64]:
    """The part of each row of `Score.spans`."""
    spans = score.spans
    found = np.full(len(spans), -1, np.int64)
    for index, track in enumerate(score.tracks):
        mine = np.flatnonzero(spans["track"] == index)
        channels = track.events["status"][spans["on"][mine]] & 15
        for number, part in enumerate(score.parts):
            if part.track == index:
                found[mine[channels == part.channel]] = number
    return found


def find_lead(score: Score) -> int:
    """The part that decides: one named as a melody, else the highest that plays in half of the music."""
    notes = score.note_table()
    pitched = [i for i, part in enumerate(score.parts) if not part.is_percussion]
    heights, counts = {}, {}
    for index in pitched:
        mine = notes[notes["part"] == index]
        bars = np.unique(np.floor(mine["onset"] / 4))
        heights[index], counts[index] = float(np.median(mine["pitch"])), len(bars)
    if not pitched:
        return -1
    named = [i for i in pitched if any(word in score.parts[i].name.casefold() for word in LEAD_NAMES)]
    busy = [i for i in named or pitched if 2 * counts[i] >= max(counts.values())]
    return max(busy or named or pitched, key=lambda i: (heights[i], -i))


def is_written(starts: NDArray[np.int64], quarter: int) -> bool:
    """Whether nearly all of these ticks lie on one of the grids of notation."""
    return not len(starts) or max(_share_on(starts, quarter, grid) for grid in GRIDS) >= WRITTEN


def swing_place(starts: NDArray[np.int64], quarter: int) -> Fraction | None:
    """The place of swung offbeats, if nearly all offbeats are swung (at .58 to .70 of the beat)."""
    share = (np.unique(starts) % quarter) / quarter
    low, high = SWING_RANGE
    late = share[(share >= low) & (share <= high)]
    others = ((share > 0.2) & (share < low)) | ((share > high) & (share < 0.8))
    if len(late) < 8 or others.sum() * 5 > len(late):
        return None
    place = float(np.median(late))
    return Fraction(2, 3) if abs(place - 2 / 3) < 0.02 else Fraction(round(place * quarter), quarter)


def _share_on(starts: NDArray[np.int64], quarter: int, grid: int) -> float:
    """The share of ticks that are the nearest to a multiple of 1/grid of a quarter."""
    nearest = np.rint(starts * (grid / quarter))
    return (
        float((np.abs(starts - nearest * quarter / grid) <= 0.5).mean())
        if quarter > 2 * grid
        else _coarse(starts, quarter)
    )


def _coarse(starts: NDArray[np.int64], quarter: int) -> float:
    """For coarse clocks: the share of onsets on sixteenths or triplets."""
    found = np.zeros(len(starts), bool)
    for parts in (4, 6):
        found |= np.abs(starts - np.rint(starts * (parts / quarter)) * quarter / parts) <= 0.5
    return float(found.mean())


def _meters(score: Score, source: Meter | None) -> tuple[MeterMap, tuple[str, ...]]:
    """The metres as stated, corrected or inferred, and what to say about it."""
    meters = score.meters
    if source is None:
        return (meters, ()) if meters.stated else _induced(score)
    signatures = {meter.plain for _, meter in meters.changes}
    if source.plain in signatures and meters.stated:
        return replace(meters, changes=_regrouped(meters.changes, source)), ()
    if len(signatures) > 1:
        raise ScoreError(
            f"{source} is none of its metres, which are {', '.join(sorted(map(str, signatures)))}: convert one of these"
        )
    said = f"{meters.changes[0][1]} in the file" if meters.stated else "no signature in the file"
    return MeterMap(((Fraction(0), source),)), (f"read in {source}, as asked ({said})",)


def _regrouped(changes: Sequence[tuple[Fraction, Meter]], source: Meter) -> tuple[tuple[Fraction, Meter], ...]:
    if not source.grouping:
        return tuple(changes)
    return tuple((at, source if meter.plain == source.plain else meter) for at, meter in changes)


def _induced(score: Score) -> tuple[MeterMap, tuple[str, ...]]:
    """The most probable metre of a file that states none."""
    from mi_theme.rhythm import induce_meter, sure_guess

    guesses = induce_meter(score)
    best = sure_guess(guesses)
    if best is None:
        likely = " or ".join(f"{guess.meter} ({guess.probability:.2f})" for guess in guesses[:2])
        hint = f", which may be {likely}" if likely else ""
        raise FileError(f"{score.source or 'this score'}: it states no metre{hint}; say which it is (--from 4/4)")
    words = f"no signature in the file: read in {best.meter}, inferred (probability {best.probability:.2f})"
    return MeterMap(((Fraction(0), best.meter),), pickup=best.phase), (words,)
