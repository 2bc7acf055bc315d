"""What a planner reads off a score as it is written: bars, lead, marks of every bar, swing."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property, lru_cache
from math import ceil, floor
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mi_theme.adaptation.plans import BarNotes
from mi_theme.adaptation.swing import swung
from mi_theme.conversion.reading.graces import leaders_of
from mi_theme.conversion.reading.grid import find_lead, pitched_rows, span_parts, swing_place
from mi_theme.conversion.reading.layers import layers_of
from mi_theme.errors import FileError, ScoreError
from mi_theme.files import FileWarning
from mi_theme.meter import Meter
from mi_theme.notated.part_notes import span_steps
from mi_theme.pitch import LETTERS, SIGNS, spelled_in
from mi_theme.quantising import WrittenTwin, written_music
from mi_theme.score import Bar, MeterMap, Score

__all__ = ["NotePlace", "PieceReading", "piece_of"]

MOST_BARS, MOST_EMPTY = 1_000_000, 20_000  # more are not music but damage; empty ones, about ten hours of silence
UNSTATED = Meter("4/4")  # of a MIDI file that says none (Standard MIDI File 1.0, 1988: time signature)
SAME_BARS = (UNSTATED.bar, UNSTATED.bar / 2)  # bar lines of 2/4 and 2/2 are those of 4/4, or twice as many
NOTHING, SHORTEST = Fraction(0), Fraction(1, 4)  # quarters; how a note of no length is shown
AT, LEAD, BEFORE, STOP = 0, 1, 2, 5  # rows of what `_columns` gives
Columns = tuple[NDArray[np.int64], NDArray[np.bool_], *tuple[NDArray[np.int64], ...]]


class NotePlace(NamedTuple):
    """A place where pitched notes begin, in quarters from the first bar line of the map.

    ``before`` is the beat that it anticipates, if it does; ``starts`` is False
    where notes only end; ``shared`` tells that other parts begin there; ``lasts``
    is how long the lead's note sounds.
    """

    at: Fraction
    lead: bool = True
    before: Fraction | None = None
    starts: bool = True
    shared: bool = False
    lasts: Fraction = Fraction(0)


@dataclass(frozen=True)
class PieceReading:
    """A score as a planner sees it.

    Attributes
    ----------
    music
        The score as it is written, and how it was played.
    meters
        Its metres, corrected by what the user said.
    lead
        Index of the part that decides, -1 where no part has pitch.
    notes
        Remarks on how it was read.
    """

    music: WrittenTwin
    meters: MeterMap
    lead: int
    notes: tuple[str, ...] = ()

    @property
    def score(self) -> Score:
        """The events as they are written."""
        return self.music.score

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
        return pitched_rows(self.score)

    @cached_property
    def swing(self) -> Fraction | None:
        """Where the second of two swung eighths begins in its beat, or None where nothing swings."""
        if self.main.is_compound or self.main.pulse != Fraction(1, 2):
            return None
        return swing_place(self.score.spans["start"], self.score.ticks_per_quarter)

    @cached_property
    def _placing(self) -> NDArray[np.bool_]:
        """Pitched notes that need places of their own: ornaments go with their notes."""
        return self.pitched & (leaders_of(self.score) < 0)

    @cached_property
    def _onsets(self) -> Columns:
        """Of all pitched notes; see `_columns`."""
        return self._columns(self._placing)

    @cached_property
    def _onsets_without_runs(self) -> Columns:
        """Of pitched notes that are in no running figure of an accompanying part."""
        rest = self._placing.copy()
        for layer in layers_of(self.music, self.lead, self.swing):
            rest[layer.rows[layer.step > 0]] = False
        return self._columns(rest)

    def _columns(self, chosen: NDArray[np.bool_]) -> Columns:
        """Ticks where notes begin (or end, on a sixteenth), whether the lead's begin, the beat they anticipate or -1, whether any begin, whether others do, where the lead's end."""
        spans, parts = self.score.spans[chosen], self.part_of[chosen]
        ends = np.unique(spans["stop"])
        ends = ends[ends * 4 % self.score.ticks_per_quarter == 0]
        ticks, place = np.unique(np.concatenate([spans["start"], ends]), return_inverse=True)
        place = place[: len(spans)]
        leads = np.zeros(len(ticks), bool)
        leads[place[parts == self.lead]] = True
        ahead = np.full(len(ticks), -1, np.int64)
        lasts = (spans["stop"] - spans["start"]) * np.minimum(self.music.share[chosen], 1)  # what sounds of it
        np.maximum.at(ahead, place, self._anticipated(spans["start"], spans["start"] + lasts))
        starts, shared, stops = (np.zeros(len(ticks), np.int64) for _ in range(3))
        starts[place] = 1
        shared[place[parts != self.lead]] = 1
        np.maximum.at(stops, place[parts == self.lead], spans["stop"][parts == self.lead])
        return ticks, leads, ahead, starts, shared, stops

    def _anticipated(self, starts: NDArray[np.int64], stops: NDArray[np.float64]) -> NDArray[np.int64]:
        """The beat (tick) that each note begins shortly before and sounds through, else -1."""
        quarter, beats = self.score.ticks_per_quarter, self._beats
        place = np.minimum(np.searchsorted(beats, starts, "right"), len(beats) - 1)
        following, on_beat = beats[place], beats[np.maximum(place - 1, 0)] == starts
        close = following - starts <= int(self.main.pulse * quarter)
        return np.where(close & ~on_beat & (stops > following) & (following > starts), following, -1)

    @cached_property
    def _beats(self) -> NDArray[np.int64]:
        """Ticks of all beats, and of the end."""
        quarter = self.score.ticks_per_quarter
        beats = [int(beat * quarter) for bar in self.bars for beat in bar.beats] or [0]
        return np.array([*beats, int(self.bars[-1].end * quarter) if self.bars else 0], np.int64)

    def note_places(self, start: Fraction, end: Fraction, without_runs: bool = False) -> tuple[NotePlace, ...]:
        """Where pitched notes begin or end in a stretch, counted from its start; swung notes as if they were even.

        Running figures of accompanying parts can be left aside.
        """
        key = start, end, without_runs
        if key not in self._read:
            self._read[key] = self._note_places(*key)
        return self._read[key]

    @cached_property
    def _read(self) -> dict[tuple[Fraction, Fraction, bool], tuple[NotePlace, ...]]:
        """Marks that have been asked for."""
        return {}

    @cached_property
    def _alike(self) -> dict[tuple[bytes, Fraction, Fraction], tuple[NotePlace, ...]]:
        """Marks of stretches that are alike, which are one value: by what is in them, where they begin and how long they are."""
        return {}

    def _note_places(self, start: Fraction, end: Fraction, without_runs: bool) -> tuple[NotePlace, ...]:
        quarter = self.score.ticks_per_quarter
        ticks, *columns = self._onsets_without_runs if without_runs else self._onsets
        first, last = start * quarter, end * quarter
        begin = floor(first)
        low, high = np.searchsorted(ticks, [ceil(first), ceil(last)]).tolist()
        mine = np.array([column[low:high] for column in (ticks, *columns)], np.int64)
        mine[BEFORE] = np.where((mine[BEFORE] < 0) | (mine[BEFORE] > floor(last)), -1, mine[BEFORE] - begin)
        mine[STOP] = np.where(mine[LEAD], np.minimum(mine[STOP], ceil(last)) - begin, 0)
        mine[AT] -= begin
        key = mine.tobytes(), first - begin, end - start
        if key not in self._alike:
            places = self._placed(mine, Fraction(key[1], quarter), end - start)
            self._alike[key] = tuple({place.at: place for place in places}.values())
        return self._alike[key]

    def _placed(self, rows: NDArray[np.int64], late: Fraction, length: Fraction) -> Iterator[NotePlace]:
        """Marks of rows, in ticks from the last tick before a stretch, which begins a little later."""
        quarter, straight = self.score.ticks_per_quarter, self._straight(length)
        for tick, lead, beat, starts, shared, stop in rows.T.tolist():
            at = straight(_quarters(tick, quarter) - late)
            before = _quarters(beat, quarter) - late if beat >= 0 else None
            lasts = straight(min(_quarters(stop, quarter) - late, length)) - at if lead else NOTHING
            yield NotePlace(at, lead > 0, before, starts > 0, shared > 0, lasts)

    def _straight(self, length: Fraction) -> Callable[[Fraction], Fraction]:
        return (lambda at: at) if self.swing is None else swung(length, self.swing)

    def line(self, start: Fraction, end: Fraction) -> BarNotes:
        """The lead's notes that begin in a stretch, counted from its start, by name; of a chord the top note."""
        if (start, end) not in self._lines:
            self._lines[start, end] = self._line(start, end)
        return self._lines[start, end]

    @cached_property
    def _lines(self) -> dict[tuple[Fraction, Fraction], BarNotes]:
        """Lines that have been asked for."""
        return {}

    def _line(self, start: Fraction, end: Fraction) -> BarNotes:
        quarter = self.score.ticks_per_quarter
        limits = [ceil(at * quarter) for at in (start, end)]
        low, high = np.searchsorted(self._lead_rows["start"], limits).tolist()
        rows = sorted(self._lead_rows[low:high].tolist(), key=lambda row: row[2])
        fifths = self.score.key[0] if self.score.key else 0
        return BarNotes(
            (_since(start, on, quarter), _since(NOTHING, off - on, quarter) or SHORTEST, _name(fifths, pitch, step))
            for on, (_, off, pitch, step) in sorted({row[0]: row for row in rows}.items())
        )

    @cached_property
    def _lead_rows(self) -> NDArray[np.void]:
        """(start, stop, pitch, step) of the lead's notes in order, without the ornaments that go with them."""
        mine = (self.part_of == self.lead) & (leaders_of(self.score) < 0)
        spans = self.score.spans[mine]
        rows = np.zeros(len(spans), [("start", "<i8"), ("stop", "<i8"), ("pitch", "<i8"), ("step", "<i8")])
        rows["start"], rows["stop"] = spans["start"], spans["stop"]
        if len(spans):
            events = self.score.tracks[int(spans["track"][0])].events[spans["on"]]
            rows["pitch"], rows["step"] = events["data1"], span_steps(self.score)[mine]
        return np.sort(rows, order="start", kind="stable")


@lru_cache(maxsize=4096)
def _name(fifths: int, pitch: int, step: int) -> str:
    step, alteration = spelled_in(fifths, pitch, step)
    return LETTERS[step % 7] + SIGNS[alteration]


@lru_cache(maxsize=4096)
def _quarters(ticks: int, quarter: int) -> Fraction:
    return Fraction(ticks, quarter)


def _since(start: Fraction, tick: int, quarter: int) -> Fraction:
    """Quarters from `start` to a tick: bars that are alike have the same fractions."""
    first, rest = divmod(start.numerator * quarter, start.denominator)
    return Fraction(tick, quarter) - start if rest else _quarters(tick - first, quarter)


def piece_of(score: Score, source: Meter | None, lead: str | int | None) -> PieceReading:
    """Read a score for planning, as it is written.

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
        Where the metre is unknown, the score too long, follows no beat, or has no such part.
    """
    music = written_music(score)
    if not music.has_beat:
        raise ScoreError(
            f"{score.source or 'this score'}: the notes follow no beat of the file, whose ticks are a clock and no bars; "
            "write it on its own beats first, found or tapped (mi-theme quantize --beats find, or --beats FILE)"
        )
    score = music.score
    meters, notes = _meters(score, source)
    meters = meters.led_into
    shortest = min(meter.bar for _, meter in meters.changes)
    bars, most = score.quarters / shortest, min(MOST_BARS, MOST_EMPTY + len(score.spans))
    if bars > most or len(meters.changes) > most:
        said = f"{float(score.quarters):g} quarters and {len(meters.changes)} metres with {len(score.spans)} notes"
        raise ScoreError(f"{said}: that is damage, and no music")
    drums = all(part.is_percussion for part in score.parts)
    number = find_lead(score) if lead is None else score.part_index(lead, pitched=not drums)
    return PieceReading(music, meters, number, notes)


def _meters(score: Score, source: Meter | None) -> tuple[MeterMap, tuple[str, ...]]:
    """The metres as stated, corrected or inferred, and what to say about it."""
    meters = score.meters
    if source is None:
        if not meters.stated and score.is_notation:
            lengths = ", ".join(dict.fromkeys(str(meter) for _, meter in meters.changes))
            return meters, (f"no metre in the file: its bars are kept as they are, {lengths} by their lengths",)
        return (meters, ()) if meters.stated else _induced(score)
    signatures = {meter.plain for _, meter in meters.changes}
    if source.plain in signatures and meters.stated:
        same = (meter.plain == source.plain and source.grouping for _, meter in meters.changes)
        changes = tuple(
            (at, source if found else meter) for (at, meter), found in zip(meters.changes, same, strict=True)
        )
        return replace(meters, changes=changes), ()
    if len(signatures) > 1:
        raise ScoreError(
            f"{source} is none of its metres, which are {', '.join(sorted(map(str, signatures)))}: convert one of these"
        )
    said = f"{meters.changes[0][1]} in the file" if meters.stated else "no signature in the file"
    return MeterMap(((Fraction(0), source),)), (f"read in {source}, as asked ({said})",)


def _induced(score: Score) -> tuple[MeterMap, tuple[str, ...]]:
    """The most probable metre of a file that states none; 4/4 where none is sure and no other bar likelier."""
    from mi_theme.rhythm import induce_meter, sure_guess

    guesses = induce_meter(score)
    best = sure_guess(guesses)
    if best is None:
        likeliest = max(guesses, key=lambda guess: guess.certainty, default=None)
        if likeliest is None or likeliest.meter.bar in SAME_BARS:
            words = f"no signature in the file, and its notes leave it open: read in {UNSTATED}, as MIDI has it"
            warnings.warn(f"{words}; another: --from 3/4, or source=", FileWarning, stacklevel=2)
            return MeterMap(((Fraction(0), UNSTATED),)), (words,)
        likely = " or ".join(f"{guess.meter} ({guess.probability:.2f})" for guess in guesses[:2])
        hint = f", which may be {likely}" if likely else ""
        raise FileError(f"{score.source or 'this score'}: it states no metre{hint}; say which it is (--from 4/4)")
    words = f"no signature in the file: read in {best.meter}, inferred (the bar with certainty {best.certainty:.2f})"
    return MeterMap(((Fraction(0), best.meter),), pickup=best.phase), (words,)
