"""A plan applied to a score: every event finds its tick, exactly, or is left out as the plan says.

Curves of pitch bend, pressure and continuous controllers are resampled where
time is stretched. A curve is a row of small steps close together: under the map
it keeps its shape, but its steps would grow coarse, and where the slope changes
inside a step the corner would be lost. There it gets more of them.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from math import gcd
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mi_theme.conversion.applying.moved_asides import ENDING, listed, moved_asides
from mi_theme.conversion.applying.riding import MadeTrack, played_again
from mi_theme.conversion.parts.edits import edits_under, struck
from mi_theme.conversion.parts.placements import Edits
from mi_theme.conversion.scoreplan import ScorePlan
from mi_theme.conversion.spans import shown_targets
from mi_theme.conversion.timeline import FINEST_QUARTER, Images, Timeline, least_resolution, ticks_at, timeline_of
from mi_theme.errors import ScoreError
from mi_theme.files import FileWarning
from mi_theme.quantising import written_music
from mi_theme.score import Event, Score, Track, text_of
from mi_theme.score import messages as m
from mi_theme.score.timing import meter_of_length

__all__ = ["convert_events"]

MOST_TICKS = 32767  # in a quarter, the most that a MIDI file holds
PEDALS = (64, 66, 67, 69)  # sustain, sostenuto, soft, hold: below 64 they end
FIRST, LAST = -1, 2**40  # places in a tick: before and after what the track has there
PRESSURE = 0xD0
CONTINUOUS = (1, 2, 4, 7, 8, 10, 11, 12, 13, 16, 17, 18, 19, *range(70, 80), *range(91, 96))  # controllers
CURVE_GAP = Fraction(1, 2)  # quarters: messages farther apart are no curve
CURVE_JUMP = 1 / 6  # of the whole range: a larger step is one that was meant
MOST_STEPS = 16  # that one is divided into

Ints = NDArray[np.int64]


class Added(NamedTuple):
    """An event that is added: quarters, place in the tick, the row of `Score.spans` that a note is modelled on or -1."""

    at: Fraction
    place: int
    event: Event
    model: int = -1


@dataclass
class TrackPlan:
    """One track on its way: which rows stay, where they go, and what comes to them."""

    track: Track
    keep: NDArray[np.bool_]
    images: Images
    said: dict[int, bytes] = field(default_factory=dict)  # row: new data
    added: list[Added] = field(default_factory=list)


def convert_events(plan: ScorePlan, score: Score) -> Score:
    """The score under the plan: as it is written, and what was played differently put back.

    Raises
    ------
    ScoreError
        Where the plan was made for a score with other bars.
    """
    written = written_music(plan.score if score == plan.score else score)
    edits, score = edits_under(plan, score), written.score
    _check(plan, score)
    others = edits.timeline
    if written.is_played:  # what belongs to no note was set by hand too
        played = np.unique(np.rint(score.spans["start"] + written.late * score.ticks_per_quarter).astype(np.int64))
        others = timeline_of(plan.spans, score.ticks_per_quarter, score.quarters, played, plan.tempo)
    sheets = [_sheet(score, index, edits.timeline, others) for index in range(len(score.tracks))]
    for span in score.spans[edits.dropped]:
        sheets[span["track"]].keep[span["on"]] = False
        if span["off"] >= 0:
            sheets[span["track"]].keep[span["off"]] = False
    _strike(score, edits, sheets)
    _move_asides(score, edits, sheets)
    _resample(score, others, sheets)
    _retime(plan, score, edits.timeline, sheets)
    _resign(score, edits.timeline, sheets)
    resolution = _resolution(score, edits.timeline, sheets)
    ticks = [ticks_at(sheet.images, edits.timeline.unit, resolution) for sheet in sheets]
    extra = [np.array([round(added.at * resolution) for added in sheet.added], np.int64) for sheet in sheets]
    made = [_track(sheet, t, e) for sheet, t, e in zip(sheets, ticks, extra, strict=True)]
    found = Score(resolution, tuple(track for track, *_ in made), score.kind, score.source)
    return played_again(found, made, written, plan.tempo) if written.is_played else found


def _check(plan: ScorePlan, score: Score) -> None:
    last = plan.spans[-1].start
    end = last + plan.spans[-1].warp.source
    if not last <= score.quarters <= end:
        raise ScoreError(
            f"this plan is for {float(end):g} quarters, the score has {float(score.quarters):g}: make a plan of this score"
        )


def _sheet(score: Score, index: int, timeline: Timeline, others: Timeline) -> TrackPlan:
    """A track with every event where the map puts it: ends before what is inserted, all else behind it.

    `others` is the map for what is no note.
    """
    track = score.tracks[index]
    events = track.events
    kind = events["status"] & 0xF0
    ends = (kind == m.NOTE_OFF) | ((kind == m.NOTE_ON) & (events["data2"] == 0))
    ends |= (kind == m.CONTROL) & np.isin(events["data1"], PEDALS) & (events["data2"] < 64)
    ends |= (events["status"] == m.META) & (events["data1"] == m.END_OF_TRACK)
    empty = score.spans[(score.spans["track"] == index) & (score.spans["start"] == score.spans["stop"])]
    ends[empty["off"][empty["off"] >= 0]] = False  # a note without length ends where it begins
    images = timeline.images(events["tick"].astype(np.int64), ~ends)
    if others is not timeline:
        beside, sounding = others.images(events["tick"].astype(np.int64), ~ends), kind <= m.NOTE_ON
        common = gcd(timeline.unit, others.unit)
        num, den = beside.num * (timeline.unit // common), beside.den * (others.unit // common)
        images = Images(np.where(sounding, images.num, num), np.where(sounding, images.den, den))
    return TrackPlan(track, np.ones(len(events), bool), images)


def _strike(score: Score, edits: Edits, sheets: list[TrackPlan]) -> None:
    """Put notes that the map does not place where the plan wants them."""
    unit = edits.timeline.unit
    for row, extra, at, end in struck(score, edits):
        if row >= 0:
            sheet = sheets[score.spans["track"][row]]
            _place(sheet, score.spans["on"][row], at * unit)
            if score.spans["off"][row] >= 0:
                _place(sheet, score.spans["off"][row], end * unit)
        else:
            note = edits.extras[extra]
            part = score.parts[note.part]
            added = sheets[part.track].added
            added.append(Added(at, LAST, Event(0, m.note_on(part.channel, note.pitch, note.velocity)), note.row))
            added.append(Added(end, FIRST, Event(0, m.note_off(part.channel, note.pitch)), note.row))


def _move_asides(score: Score, edits: Edits, sheets: list[TrackPlan]) -> None:
    """Put what is written beside notes where these are, and list what goes with notes that are left out."""
    moved = moved_asides(score, edits)
    unit, quarter = edits.timeline.unit, score.ticks_per_quarter
    for (track, row, tick, aside, _), note, kept in moved:
        sheet = sheets[track]
        sheet.keep[row] = kept
        if kept and note >= 0:
            on = score.spans["on"][note]
            sheet.images.num[row], sheet.images.den[row] = sheet.images.num[on], sheet.images.den[on]
            pitch = int(sheet.track.events["data1"][on])
            sheet.said[row] = aside._replace(pitch=pitch).message[2:]
        elif aside.host in ENDING:
            _place(sheet, row, edits.timeline.end(Fraction(tick, quarter)) * unit)
    if words := listed(score, moved):
        warnings.warn(f"{score.source or 'the score'}: left out with their notes: {words}", FileWarning, stacklevel=5)


def _resample(score: Score, timeline: Timeline, sheets: list[TrackPlan]) -> None:
    """Give curves of bends and controllers more steps where time is stretched."""
    for sheet in sheets:
        new = _samples(sheet.track, timeline, score.ticks_per_quarter)
        sheet.added += [Added(at, FIRST, Event(0, message)) for at, message in new]


def _place(sheet: TrackPlan, row: int, value: Fraction) -> None:
    sheet.images.num[row], sheet.images.den[row] = value.numerator, value.denominator


def _retime(plan: ScorePlan, score: Score, timeline: Timeline, sheets: list[TrackPlan]) -> None:
    """Scale the tempos of converted bars by the tempo equation."""
    if plan.tempo == 1:
        return
    stated = set()
    for sheet, row, at in _metas(score, sheets, m.TEMPO):
        stated.add(at)
        if timeline.span_at(at).how:
            speed = int.from_bytes(sheet.track.payloads[sheet.track.events["payload"][row]], "big")
            sheet.said[row] = _scaled(speed, plan.tempo)[2:]
    home = sheets[_home(score, m.TEMPO)]
    for span, start in timeline.turns():
        if span.start not in stated:
            speed = round(6e7 / score.tempos.per_minute(span.start))
            home.added.append(Added(start, FIRST, Event(0, _scaled(speed, plan.tempo if span.how else Fraction(1)))))


def _scaled(speed: int, factor: Fraction) -> bytes:
    return m.tempo(min(max(round(speed * factor), 1), m.MAX_TEMPO))


def _resign(score: Score, timeline: Timeline, sheets: list[TrackPlan]) -> None:
    """Write the target's signature where converted bars begin, and the old one where they end."""
    stated = set()
    for sheet, row, at in _metas(score, sheets, m.TIME_SIGNATURE, m.TEXT):
        grouping = sheet.track.events["data1"][row] == m.TEXT
        text = sheet.track.payloads[sheet.track.events["payload"][row]]
        if grouping and not text_of(text).startswith(m.GROUPING_TEXT):
            continue
        span = timeline.span_at(at)
        sheet.keep[row] = sheet.keep[row] and not (span.how and span.source != span.target)
        if not grouping:
            stated.add(at)
    home = sheets[_home(score, m.TIME_SIGNATURE)]
    shown = shown_targets(timeline.spans) if score.is_notation else {}
    for span, start in timeline.turns():
        if span.source != span.target or (span.start not in stated and span.start > 0):
            target = shown.get(span.target, span.target) if span.how else span.target
            short = span.warp.target % target.bar if span.how and not span.first else Fraction(0)
            opening = meter_of_length(short) if short else None
            if opening:  # a pick-up, as files of MIDI have it: a bar of its own length
                home.added.append(Added(start, FIRST, Event(0, m.time_signature(opening))))
                start += short
            home.added.append(Added(start, FIRST, Event(0, m.time_signature(target))))
            if target.grouping:
                home.added.append(Added(start, FIRST, Event(0, m.grouping_text(target))))


def _metas(score: Score, sheets: list[TrackPlan], *kinds: int) -> Iterator[tuple[TrackPlan, int, Fraction]]:
    """Meta events of some kinds: the sheet, the row and the source position in quarters."""
    for sheet in sheets:
        events = sheet.track.events
        for row in np.flatnonzero((events["status"] == m.META) & np.isin(events["data1"], kinds)).tolist():
            yield sheet, row, Fraction(int(events["tick"][row]), score.ticks_per_quarter)


def _home(score: Score, kind: int) -> int:
    """The track that has such events, or the first."""
    return next((index for index, track in enumerate(score.tracks) if track.metas(kind)), 0)


def _resolution(score: Score, timeline: Timeline, sheets: list[TrackPlan]) -> int:
    """The least that is exact for every message; if no file holds it, for every note; else the finest there is."""
    added = {added.at.denominator for sheet in sheets for added in sheet.added}
    everything = [s.images.at(s.keep) for s in sheets]
    sounding = [s.images.at(s.keep & ((s.track.events["status"] & 0xF0) <= m.NOTE_ON)) for s in sheets]
    for images in (everything, sounding):
        for at_least in (score.ticks_per_quarter, 1):
            found = least_resolution(at_least, timeline.unit, images, added)
            if 0 < found <= MOST_TICKS:
                return found
    return FINEST_QUARTER


def _track(sheet: TrackPlan, ticks: NDArray[np.int64], extra: NDArray[np.int64]) -> MadeTrack:
    """The rows that stay and those that come, in order; the end of the track last."""
    rows = np.flatnonzero(sheet.keep)
    kept = sheet.track.events[rows].copy()
    kept["tick"] = ticks[rows]
    payloads = list(sheet.track.payloads)
    for row, data in sheet.said.items():
        payloads[sheet.track.events["payload"][row]] = data
    came = Track.of(added.event._replace(tick=tick) for tick, added in zip(extra.tolist(), sheet.added, strict=True))
    fresh = came.events.copy()
    fresh["payload"][fresh["payload"] >= 0] += len(payloads)
    events = np.concatenate([kept, fresh])
    ends = (events["status"] == m.META) & (events["data1"] == m.END_OF_TRACK)
    events["tick"][ends] = events["tick"].max(initial=0)
    place = np.concatenate([rows, np.array([added.place for added in sheet.added], np.int64)])
    order = np.lexsort((np.where(ends, LAST + 1, place), events["tick"]))
    before = np.concatenate([rows, np.full(len(sheet.added), -1, np.int64)])
    models = np.concatenate(
        [np.full(len(rows), -1, np.int64), np.array([added.model for added in sheet.added], np.int64)]
    )
    return MadeTrack(Track.of_array(events[order], (*payloads, *came.payloads)), before[order], models[order])


def _samples(track: Track, timeline: Timeline, quarter: int) -> Iterator[tuple[Fraction, bytes]]:
    """(position in quarters of the target, message) of what a track's curves need more."""
    for rows in _curves(track):
        events = track.events[rows]
        ticks, values = events["tick"].astype(np.int64), _values(events)
        whole = 128 * 128 if int(events["status"][0]) & 0xF0 == m.BEND else 128
        for index in _steps(ticks, values, whole, quarter).tolist():
            between = _between(int(ticks[index]), int(ticks[index + 1]), timeline)
            share = (between - ticks[index]) / (ticks[index + 1] - ticks[index])
            found = np.rint(values[index] + share * (values[index + 1] - values[index])).astype(int)
            images = timeline.images(between, np.ones(len(between), bool))
            for num, den, value in zip(images.num.tolist(), images.den.tolist(), found.tolist(), strict=True):
                at = Fraction(round(Fraction(num, den * timeline.unit) * quarter), quarter)
                yield at, _message(events[index], value)


def _curves(track: Track) -> Iterator[Ints]:
    """Rows of one channel and one controller, three or more."""
    status, number = track.events["status"].astype(np.int64), track.events["data1"].astype(np.int64)
    kind = status & 0xF0
    bends = (kind == m.BEND) | (kind == PRESSURE)
    chosen = np.flatnonzero(bends | ((kind == m.CONTROL) & np.isin(number, CONTINUOUS)))
    keys = status[chosen] * 128 + np.where(bends[chosen], 0, number[chosen])
    for key in np.unique(keys).tolist():
        rows = chosen[keys == key]
        if len(rows) > 2:
            yield rows


def _values(events: NDArray[np.void]) -> Ints:
    first, second = events["data1"].astype(np.int64), events["data2"].astype(np.int64)
    kind = int(events["status"][0]) & 0xF0
    return first + 128 * second if kind == m.BEND else first if kind == PRESSURE else second


def _steps(ticks: Ints, values: Ints, whole: int, quarter: int) -> Ints:
    """Indices of small steps, close together."""
    gaps, rises = np.diff(ticks), np.abs(np.diff(values))
    found: Ints = np.flatnonzero(
        (gaps > 1) & (gaps <= float(CURVE_GAP) * quarter) & (rises > 0) & (rises <= CURVE_JUMP * whole)
    )
    return found


def _between(start: int, stop: int, timeline: Timeline) -> Ints:
    """Ticks inside a step at which it needs a value: as many as it is stretched, and the corners of the map."""
    ends = np.array([start, stop], np.int64)
    images = timeline.images(ends, np.array([True, False]))
    low, high = (images.num / images.den / timeline.scale).tolist()
    parts = min(max(int(np.ceil((high - low) / (stop - start) - 1e-9)), 1), MOST_STEPS)
    corners = timeline.x[(timeline.x > start * timeline.scale) & (timeline.x < stop * timeline.scale)] // timeline.scale
    even = start + (stop - start) * np.arange(1, parts) // parts
    found = np.unique(np.concatenate([corners, even]))
    inside: Ints = found[(found > start) & (found < stop)]
    return inside[~timeline.dropped(inside)]


def _message(event: np.void, value: int) -> bytes:
    status = int(event["status"])
    kind = status & 0xF0
    if kind == m.BEND:
        return bytes((status, value % 128, value // 128))
    return bytes((status, value)) if kind == PRESSURE else bytes((status, int(event["data1"]), value))
