"""A plan applied to a score: every event finds its tick, exactly, or is left out as the plan says."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from mi_theme.conversion.applying.curves import samples
from mi_theme.conversion.parts.edits import Edits, edits_under, struck
from mi_theme.conversion.scoreplan import ScorePlan, Span
from mi_theme.conversion.timeline import FINEST, Images, Timeline, least_resolution, ticks_at
from mi_theme.errors import ScoreError
from mi_theme.score import Event, Score, Track, text_of
from mi_theme.score import messages as m

__all__ = ["convert_events"]

HELD = 32767  # ticks in a quarter, the most that a MIDI file holds
PEDALS = (64, 66, 67, 69)  # sustain, sostenuto, soft, hold: below 64 they end
FIRST, LAST = -1, 2**40  # places in a tick: before and after what the track has there


@dataclass
class Sheet:
    """One track on its way: which rows stay, where they go, and what comes to them."""

    track: Track
    keep: NDArray[np.bool_]
    images: Images
    said: dict[int, bytes] = field(default_factory=dict)  # row: new data
    added: list[tuple[Fraction, int, Event]] = field(default_factory=list)  # quarters, place in the tick, event


def convert_events(plan: ScorePlan, score: Score) -> Score:
    """The score under the plan.

    Raises
    ------
    ScoreError
        Where the plan was made for a score with other bars.
    """
    _check(plan, score)
    edits = edits_under(plan, score)
    sheets = [_sheet(score, index, edits.timeline) for index in range(len(score.tracks))]
    _take_out(score, edits, sheets)
    _strike(score, edits, sheets)
    _resample(score, edits, sheets)
    _retime(plan, score, sheets)
    _resign(plan, score, sheets)
    return _written(score, edits.timeline, sheets)


def _check(plan: ScorePlan, score: Score) -> None:
    end = plan.spans[-1].start + plan.spans[-1].warp.source if plan.spans else Fraction(0)
    last = plan.spans[-1].start if plan.spans else Fraction(0)
    if not last <= score.quarters or (plan.spans and score.quarters > end):
        raise ScoreError(
            f"this plan is for {float(end):g} quarters, the score has {float(score.quarters):g}: make a plan of this score"
        )


def _sheet(score: Score, index: int, timeline: Timeline) -> Sheet:
    """A track with every event where the map puts it: ends before what is inserted, all else behind it."""
    track = score.tracks[index]
    events = track.events
    kind = events["status"] & 0xF0
    ends = (kind == m.NOTE_OFF) | ((kind == m.NOTE_ON) & (events["data2"] == 0))
    ends |= (kind == m.CONTROL) & np.isin(events["data1"], PEDALS) & (events["data2"] < 64)
    ends |= (events["status"] == m.META) & (events["data1"] == m.END_OF_TRACK)
    empty = score.spans[(score.spans["track"] == index) & (score.spans["start"] == score.spans["stop"])]
    ends[empty["off"][empty["off"] >= 0]] = False  # a note without length ends where it begins
    return Sheet(track, np.ones(len(events), bool), timeline.images(events["tick"].astype(np.int64), ~ends))


def _take_out(score: Score, edits: Edits, sheets: list[Sheet]) -> None:
    """Leave out both events of every note that the plan drops."""
    for span in score.spans[edits.dropped]:
        sheets[span["track"]].keep[span["on"]] = False
        if span["off"] >= 0:
            sheets[span["track"]].keep[span["off"]] = False


def _strike(score: Score, edits: Edits, sheets: list[Sheet]) -> None:
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
            added.append((at, LAST, Event(0, m.note_on(part.channel, note.pitch, note.velocity))))
            added.append((end, FIRST, Event(0, m.note_off(part.channel, note.pitch))))


def _resample(score: Score, edits: Edits, sheets: list[Sheet]) -> None:
    """Give curves of bends and controllers more steps where time is stretched."""
    for sheet in sheets:
        new = samples(sheet.track, edits.timeline, score.ticks_per_quarter)
        sheet.added += [(at, FIRST, Event(0, message)) for at, message in new]


def _place(sheet: Sheet, row: int, value: Fraction) -> None:
    sheet.images.num[row], sheet.images.den[row] = value.numerator, value.denominator


def _retime(plan: ScorePlan, score: Score, sheets: list[Sheet]) -> None:
    """Scale the tempos of converted bars by the tempo equation."""
    if plan.tempo == 1:
        return
    spans = Spans(plan)
    stated = set()
    for sheet, row, at in _metas(score, sheets, m.TEMPO):
        stated.add(at)
        if spans.at(at).how:
            speed = int.from_bytes(sheet.track.payloads[sheet.track.events["payload"][row]], "big")
            sheet.said[row] = _scaled(speed, plan.tempo)[2:]
    home = sheets[_home(score, m.TEMPO)]
    for span, start in spans.turns():
        if span.start not in stated:
            speed = round(6e7 / score.tempos.per_minute(span.start))
            home.added.append((start, FIRST, Event(0, _scaled(speed, plan.tempo if span.how else Fraction(1)))))


def _scaled(speed: int, factor: Fraction) -> bytes:
    return m.tempo(min(max(round(speed * factor), 1), m.MAX_TEMPO))


def _resign(plan: ScorePlan, score: Score, sheets: list[Sheet]) -> None:
    """Write the target's signature where converted bars begin, and the old one where they end."""
    spans = Spans(plan)
    stated = set()
    for sheet, row, at in _metas(score, sheets, m.TIME_SIGNATURE, m.TEXT):
        grouping = sheet.track.events["data1"][row] == m.TEXT
        if grouping and not _is_grouping(sheet, row):
            continue
        span = spans.at(at)
        sheet.keep[row] = sheet.keep[row] and not (span.how and span.source != span.target)
        if not grouping:
            stated.add(at)
    home = sheets[_home(score, m.TIME_SIGNATURE)]
    for span, start in spans.turns():
        if span.source != span.target or (span.start not in stated and span.start > 0):
            home.added.append((start, FIRST, Event(0, m.time_signature(span.target))))
            if span.target.grouping:
                home.added.append((start, FIRST, Event(0, m.grouping_text(span.target))))


def _is_grouping(sheet: Sheet, row: int) -> bool:
    return text_of(sheet.track.payloads[sheet.track.events["payload"][row]]).startswith(m.GROUPING_TEXT)


class Spans:
    """The spans of a plan, looked up by position."""

    def __init__(self, plan: ScorePlan) -> None:
        self.spans = plan.spans
        self.begins = [span.start for span in plan.spans]
        self.starts = [start for _, start in plan.starts()]

    def at(self, position: Fraction) -> Span:
        """The span that a source position falls into."""
        return self.spans[max(bisect_right(self.begins, position) - 1, 0)]

    def turns(self) -> Iterator[tuple[Span, Fraction]]:
        """Where bars begin to be converted, and where that ends: the span and its place in the target."""
        before: object = None
        for span, start in zip(self.spans, self.starts, strict=True):
            state = (span.target, bool(span.how))
            if state != before and (before is not None or span.how):
                yield span, start
            before = state


def _metas(score: Score, sheets: list[Sheet], *kinds: int) -> Iterator[tuple[Sheet, int, Fraction]]:
    """Meta events of some kinds: the sheet, the row and the source position in quarters."""
    for sheet in sheets:
        events = sheet.track.events
        for row in np.flatnonzero((events["status"] == m.META) & np.isin(events["data1"], kinds)).tolist():
            yield sheet, row, Fraction(int(events["tick"][row]), score.ticks_per_quarter)


def _home(score: Score, kind: int) -> int:
    """The track that has such events, or the first."""
    return next((index for index, track in enumerate(score.tracks) if track.metas(kind)), 0)


def _written(score: Score, timeline: Timeline, sheets: list[Sheet]) -> Score:
    """All positions brought to one resolution, as fine as they need, and the tracks put in order."""
    resolution = _resolution(score, timeline, sheets)
    ticks = [ticks_at(sheet.images, timeline.unit, resolution) for sheet in sheets]
    extra = [np.array([round(at * resolution) for at, _, _ in sheet.added], np.int64) for sheet in sheets]
    tracks = [_track(sheet, t, e) for sheet, t, e in zip(sheets, ticks, extra, strict=True)]
    return Score(resolution, tuple(tracks), score.kind, score.source)


def _resolution(score: Score, timeline: Timeline, sheets: list[Sheet]) -> int:
    """The least that is exact for every message; if no file holds it, for every note; else the finest there is."""
    added = {at.denominator for sheet in sheets for at, _, _ in sheet.added}
    everything = [s.images.at(s.keep) for s in sheets]
    sounding = [s.images.at(s.keep & ((s.track.events["status"] & 0xF0) <= m.NOTE_ON)) for s in sheets]
    for images in (everything, sounding):
        for at_least in (score.ticks_per_quarter, 1):
            found = least_resolution(at_least, timeline.unit, images, added)
            if 0 < found <= HELD:
                return found
    return FINEST


def _track(sheet: Sheet, ticks: NDArray[np.int64], extra: NDArray[np.int64]) -> Track:
    """The rows that stay and those that come, in order; the end of the track last."""
    rows = np.flatnonzero(sheet.keep)
    kept = sheet.track.events[rows].copy()
    kept["tick"] = ticks[rows]
    payloads = list(sheet.track.payloads)
    for row, data in sheet.said.items():
        payloads[sheet.track.events["payload"][row]] = data
    came = Track.of(event._replace(tick=tick) for tick, (_, _, event) in zip(extra.tolist(), sheet.added, strict=True))
    fresh = came.events.copy()
    fresh["payload"][fresh["payload"] >= 0] += len(payloads)
    events = np.concatenate([kept, fresh])
    ends = (events["status"] == m.META) & (events["data1"] == m.END_OF_TRACK)
    events["tick"][ends] = events["tick"].max(initial=0)
    place = np.concatenate([rows, np.array([place for _, place, _ in sheet.added], np.int64)])
    order = np.lexsort((np.where(ends, LAST + 1, place), events["tick"]))
    return Track.of_array(events[order], (*payloads, *came.payloads))
