"""What a plan leaves out and adds, note by note."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mi_theme.conversion.parts.accompaniment import accompany
from mi_theme.conversion.parts.ornaments import attach
from mi_theme.conversion.parts.percussion import beat_drums
from mi_theme.conversion.parts.placements import Strokes
from mi_theme.conversion.parts.tuplets import simplify
from mi_theme.conversion.reading.written import is_written, span_parts
from mi_theme.conversion.scoreplan import Change, ScorePlan
from mi_theme.conversion.timeline import Timeline, timeline_of
from mi_theme.score import MeterMap, Score

__all__ = ["Edits", "Extra", "Struck", "edits_under", "struck", "with_changes"]


@dataclass(frozen=True)
class Extra:
    """A note that a plan adds, in quarters; `row` is the one that it copies, -1 for a stock stroke."""

    at: Fraction
    lasts: Fraction
    row: int
    part: int
    pitch: int
    velocity: int
    why: str


@dataclass(frozen=True)
class Edits:
    """What happens to the notes of a score beyond the map: rows are those of `Score.spans`."""

    timeline: Timeline
    strokes: Strokes
    dropped: NDArray[np.int64]
    extras: tuple[Extra, ...]


def edits_under(plan: ScorePlan, score: Score) -> Edits:
    """Work out what is left out and added."""
    starts = score.spans["start"]
    parts = span_parts(score)
    pitched = _pitched(score, parts)
    played = None if is_written(starts[pitched], score.ticks_per_quarter) else np.unique(starts)
    timeline = timeline_of(plan, score.ticks_per_quarter, score.quarters, played)
    strokes = Strokes()
    beat_drums(plan, score, strokes)
    accompany(plan, score, strokes)
    if played is None:
        simplify(plan, score, timeline, strokes)
        attach(score, timeline, strokes)
    elsewhere = np.zeros(len(starts), bool)
    elsewhere[list(strokes.moved)] = True
    elsewhere[list(strokes.dropped)] = True
    cut = np.flatnonzero(timeline.dropped(starts) & ~elsewhere)
    dropped = np.unique(np.concatenate([cut, np.array(list(strokes.dropped), np.int64)]))
    extras = (*_repeated(plan, score, parts, pitched), *_beaten(strokes, score, parts))
    return Edits(
        timeline, strokes, dropped, tuple(sorted(extras, key=lambda extra: (extra.at, extra.part, extra.pitch)))
    )


class Struck(NamedTuple):
    """A note that is placed by itself: its row, or else its number among the extras; where it begins and ends."""

    row: int
    extra: int
    at: Fraction
    end: Fraction


def struck(score: Score, edits: Edits) -> Iterator[Struck]:
    """Notes that are moved or added one by one, last first, each ended by the next of its key."""
    following: dict[tuple[int, int, int], Fraction] = {}
    notes = sorted(_placed(score, edits), key=lambda note: (float(note[0]), *note[1:4], note[5:]), reverse=True)
    for at, track, channel, pitch, lasts, row, extra in notes:
        limit = following.get((track, channel, pitch))
        following[track, channel, pitch] = at
        yield Struck(row, extra, at, at + lasts if limit is None else min(at + lasts, limit))


def _placed(score: Score, edits: Edits) -> Iterator[tuple[Fraction, int, int, int, Fraction, int, int]]:
    """(onset, track, channel, pitch, duration, row or -1, extra or -1) of moved strokes and added notes."""
    spans, quarter = score.spans, score.ticks_per_quarter
    for row, (at, length) in edits.strokes.moved.items():
        track = int(spans["track"][row])
        event = score.tracks[track].events[spans["on"][row]]
        lasts = Fraction(int(spans["stop"][row] - spans["start"][row]), quarter) if length is None else length
        yield at, track, int(event["status"]) & 15, int(event["data1"]), lasts, row, -1
    for index, extra in enumerate(edits.extras):
        part = score.parts[extra.part]
        yield extra.at, part.track, part.channel, extra.pitch, extra.lasts, -1, index


def with_changes(plan: ScorePlan, score: Score) -> ScorePlan:
    """The plan with the list of all notes that it leaves out and adds."""
    edits = edits_under(plan, score)
    lost = _bars_of(plan, score, edits)
    now = list(_new_bars(plan, edits.extras))
    changes = (*lost, *(Change("added", score.parts[e.part].name, n, at, e.pitch, e.why) for e, n, at in now))
    return dataclasses.replace(
        plan, changes=changes, runs=tuple(edits.strokes.runs), patterns=tuple(edits.strokes.patterns)
    )


def _bars_of(plan: ScorePlan, score: Score, edits: Edits) -> Iterator[Change]:
    parts, quarter = span_parts(score), score.ticks_per_quarter
    begins = np.array([float(span.start) for span in plan.spans])
    for row in edits.dropped.tolist():
        span = score.spans[row]
        at = Fraction(int(span["start"]), quarter)
        mine = plan.spans[max(int(np.searchsorted(begins, float(at), "right")) - 1, 0)]
        index, place = divmod(at - mine.start, mine.source.bar)
        why = edits.strokes.dropped.get(row, "the time is cut")
        pitch = int(score.tracks[span["track"]].events["data1"][span["on"]])
        yield Change("dropped", score.parts[parts[row]].name, mine.first + int(index), place, pitch, why)


def _new_bars(plan: ScorePlan, extras: tuple[Extra, ...]) -> Iterator[tuple[Extra, int, Fraction]]:
    """The target bar, and the place in it, of each note that is added."""
    meters = target_meters(plan)
    for extra in extras:
        bar = meters.at(extra.at)
        yield extra, bar.number, extra.at - bar.start


def target_meters(plan: ScorePlan) -> MeterMap:
    """The metres of what the plan makes."""
    changes: list[tuple[Fraction, object]] = []
    for span, start in plan.starts():
        if not changes or changes[-1][1] != span.target or not span.how:
            changes.append((start, span.target))
    pickup = plan.spans[0].warp.target if plan.spans and plan.spans[0].first == 0 else Fraction(0)
    return MeterMap(tuple(changes), pickup)  # type: ignore[arg-type]


def _pitched(score: Score, parts: NDArray[np.int64]) -> NDArray[np.bool_]:
    flags = np.array([not part.is_percussion for part in score.parts], bool)
    return flags[parts] if len(parts) else np.zeros(0, bool)


def _repeated(plan: ScorePlan, score: Score, parts: NDArray[np.int64], pitched: NDArray[np.bool_]) -> Iterator[Extra]:
    """Notes of groups that are played again, unless their key still sounds."""
    quarter, spans = score.ticks_per_quarter, score.spans
    order = np.argsort(spans["start"], kind="stable")
    ordered = spans["start"][order]
    for span, begin in plan.starts():
        for start, stop, shift in span.repeats:
            low, high = (int(np.searchsorted(ordered, float((span.start + at) * quarter))) for at in (start, stop))
            for row in order[low:high].tolist():
                if not pitched[row]:
                    continue
                on, off = (Fraction(int(spans[name][row]), quarter) - span.start for name in ("start", "stop"))
                if off <= stop:  # a note that is held on anyway is not struck again
                    velocity, pitch = _sound(score, row)
                    yield Extra(
                        begin + span.warp(on) + shift,
                        off - on,
                        row,
                        int(parts[row]),
                        pitch,
                        velocity,
                        "the last group again",
                    )


def _beaten(strokes: Strokes, score: Score, parts: NDArray[np.int64]) -> Iterator[Extra]:
    """Strokes that fill the new bar."""
    for at, lasts, row, pitch, why in strokes.copied:
        if lasts is None:
            lasts = Fraction(int(score.spans["stop"][row] - score.spans["start"][row]), score.ticks_per_quarter)
        yield Extra(at, lasts, row, int(parts[row]), pitch, _sound(score, row)[0], why)
    for at, key, velocity, part in strokes.stock:
        yield Extra(at, Fraction(1, 4), -1, part, key, velocity, "a stock pattern")


def _sound(score: Score, row: int) -> tuple[int, int]:
    """Velocity and pitch of a note."""
    span = score.spans[row]
    event = score.tracks[span["track"]].events[span["on"]]
    return int(event["data2"]), int(event["data1"])
