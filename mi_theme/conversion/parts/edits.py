"""What a plan leaves out and adds, note by note."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mi_theme.adaptation.strategies import find
from mi_theme.conversion.parts.accompaniment import accompany
from mi_theme.conversion.parts.drums import beat_drums
from mi_theme.conversion.parts.ornaments import attach, simplify
from mi_theme.conversion.parts.placements import Edits, Extra, Placements
from mi_theme.conversion.reading.grid import pitched_rows, span_parts
from mi_theme.conversion.scoreplan import Change, ScorePlan
from mi_theme.conversion.timeline import timeline_of
from mi_theme.quantising import written_music
from mi_theme.score import Score

__all__ = ["Struck", "edits_under", "struck", "with_changes"]


def edits_under(plan: ScorePlan, score: Score) -> Edits:
    """What is left out and added of a score as it is written: as the planner found for its own, worked out anew for another."""
    if plan.edits is not None and (score is plan.score or score == plan.score):
        return plan.edits
    music = written_music(score)
    score = music.score
    starts, parts, pitched = score.spans["start"], span_parts(score), pitched_rows(score)
    timeline = timeline_of(plan.spans, score.ticks_per_quarter, score.quarters, None, plan.tempo)
    placements = Placements()
    accompany(plan, music, placements)
    beat_drums(plan, score, placements)
    simplify(plan, score, timeline, placements)
    attach(score, timeline, placements)
    elsewhere = np.zeros(len(starts), bool)
    elsewhere[[*placements.moved, *placements.dropped]] = True
    cut = np.flatnonzero(timeline.dropped(starts) & ~elsewhere)
    dropped = np.unique(np.concatenate([cut, np.array(list(placements.dropped), np.int64)]))
    more = (*_repeated(plan, score, parts, pitched & ~elsewhere), *_beaten(placements, score, parts))
    extras = {(extra.at, extra.part, extra.pitch): extra for extra in more}.values()  # two voices' one note is one
    in_order = sorted(extras, key=lambda extra: (extra.at, extra.part, extra.pitch))
    return Edits(timeline, placements, dropped, tuple(in_order))


class Struck(NamedTuple):
    """A note that is placed by itself: its row, or else its number among the extras; where it begins and ends."""

    row: int
    extra: int
    at: Fraction
    end: Fraction


def struck(score: Score, edits: Edits) -> Iterator[Struck]:
    """Notes of a score as it is written that are moved or added one by one, last first, each ended by the next of its key."""
    following: dict[tuple[int, int, int], Fraction] = {}
    notes = sorted(_placed(score, edits), key=lambda note: (float(note[0]), *note[1:4], note[5:]), reverse=True)
    for at, track, channel, pitch, lasts, row, extra in notes:
        limit = following.get((track, channel, pitch))
        following[track, channel, pitch] = at
        yield Struck(row, extra, at, at + lasts if limit is None else min(at + lasts, limit))


def _placed(score: Score, edits: Edits) -> Iterator[tuple[Fraction, int, int, int, Fraction, int, int]]:
    """(onset, track, channel, pitch, duration, row or -1, extra or -1) of moved strokes and added notes."""
    spans, quarter = score.spans, score.ticks_per_quarter
    for row, (at, length) in edits.placements.moved.items():
        track = int(spans["track"][row])
        event = score.tracks[track].events[spans["on"][row]]
        lasts = Fraction(int(spans["stop"][row] - spans["start"][row]), quarter) if length is None else length
        yield at, track, int(event["status"]) & 15, int(event["data1"]), lasts, row, -1
    for index, extra in enumerate(edits.extras):
        part = score.parts[extra.part]
        yield extra.at, part.track, part.channel, extra.pitch, extra.lasts, -1, index


def with_changes(plan: ScorePlan, score: Score) -> ScorePlan:
    """The plan with the list of all notes that it leaves out and adds, and with the edits that do so."""
    edits, score = edits_under(plan, score), written_music(score).score
    meters = edits.timeline.target_meters
    changes = list(_left_out(score, edits))
    for extra in edits.extras:
        bar = meters.at(extra.at)
        name = score.parts[extra.part].name
        changes.append(Change("added", name, bar.number, extra.at - bar.start, pitch=extra.pitch, why=extra.why))
    runs, patterns = tuple(edits.placements.runs), tuple(edits.placements.patterns)
    found = dataclasses.replace(plan, changes=tuple(changes), runs=runs, patterns=patterns)
    object.__setattr__(found, "edits", edits)  # no field of the constructor: a plan that is changed has none yet
    return found


def _left_out(score: Score, edits: Edits) -> Iterator[Change]:
    parts, quarter, spans = span_parts(score), score.ticks_per_quarter, score.spans
    keys = [score.tracks[spans["track"][row]].events["data1"][spans["on"][row]] for row in edits.dropped]
    order = np.lexsort((keys, spans["start"][edits.dropped], spans["track"][edits.dropped]))
    for row in edits.dropped[order].tolist():  # at one place by pitch, whoever was played first
        span = spans[row]
        at = Fraction(int(span["start"]), quarter)
        mine = edits.timeline.span_at(at)
        index, place = divmod(at - mine.start, mine.source.bar)
        why = edits.placements.dropped.get(row)
        if why is None:
            thinned = mine.how and (find(mine.how).by_notes or mine.base.keeps(at - mine.start))
            why = "a run stays even" if thinned else "the time is cut"
        pitch = int(score.tracks[span["track"]].events["data1"][span["on"]])
        yield Change("dropped", score.parts[parts[row]].name, mine.first + int(index), place, pitch=pitch, why=why)


def _repeated(plan: ScorePlan, score: Score, parts: NDArray[np.int64], carried: NDArray[np.bool_]) -> Iterator[Extra]:
    """Notes of groups that are played again, unless their key still sounds, or their part is made anew."""
    quarter, spans = score.ticks_per_quarter, score.spans
    order = np.argsort(spans["start"], kind="stable")
    ordered = spans["start"][order]
    for span, begin in plan.starts():
        for start, stop, shift in span.repeats:
            low, high = (int(np.searchsorted(ordered, float((span.start + at) * quarter))) for at in (start, stop))
            for row in order[low:high].tolist():
                if not carried[row]:
                    continue
                on, off = (Fraction(int(spans[name][row]), quarter) - span.start for name in ("start", "stop"))
                if off <= stop:  # a note that is held on anyway is not struck again
                    velocity, pitch = _sound(score, row)
                    at, why = begin + span.warp(on) + shift, "the last group again" if shift > 0 else "the run goes on"
                    yield Extra(at, off - on, row, int(parts[row]), pitch=pitch, velocity=velocity, why=why)


def _beaten(placements: Placements, score: Score, parts: NDArray[np.int64]) -> Iterator[Extra]:
    """Strokes that fill the new bar."""
    for at, lasts, row, pitch, why, _ in placements.copied:
        if lasts is None:
            lasts = Fraction(int(score.spans["stop"][row] - score.spans["start"][row]), score.ticks_per_quarter)
        yield Extra(at, lasts, row, int(parts[row]), pitch=pitch, velocity=_sound(score, row)[0], why=why)
    for at, key, velocity, part in placements.stock:
        yield Extra(at, Fraction(1, 4), -1, part, pitch=key, velocity=velocity, why="a stock pattern")


def _sound(score: Score, row: int) -> tuple[int, int]:
    """Velocity and pitch of a note."""
    span = score.spans[row]
    event = score.tracks[span["track"]].events[span["on"]]
    return int(event["data2"]), int(event["data1"])
