"""A click for players: accented on the bar line, clear where a beat begins, soft on the pulses between.

Written on the percussion channel by the score's own metres: additive groups are
heard as they are grouped, metre changes where they happen, and before a pick-up
the count goes on up to where the first note comes in.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import islice
from math import lcm
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mi_theme.arguments import whole_number
from mi_theme.errors import ScoreError
from mi_theme.meter import Meter
from mi_theme.score import messages as m
from mi_theme.score.timing import MeterMap, TempoMap
from mi_theme.score.tracks import PERCUSSION, Event, Track

__all__ = ["Click", "clicked", "clicks_of"]

BAR, BEAT, PULSE = range(3)  # what a click marks
STROKES = ((76, 120), (77, 96), (77, 48))  # key and velocity of each: high and low wood block
LONGEST_COUNT = 16  # bars
MOST_CLICKS = 50_000  # more than three hours of eighths
SHORTEST_PULSE = 0.1  # seconds: pulses that follow sooner are left out
MOVING = (m.LYRIC, m.MARKER, m.CUE, m.END_OF_TRACK)  # what goes with the music, of that which stands at its beginning


class Click(NamedTuple):
    """A stroke of the click: where, in quarters, and what it marks (0 bar line, 1 beat, 2 pulse)."""

    at: Fraction
    marks: int


def clicked(
    tracks: Sequence[Track], quarter: int, meters: MeterMap, clicks: Iterator[Click], count_in: int
) -> tuple[int, tuple[Track, ...]]:
    """Ticks in a quarter, and tracks with one of clicks behind them; the others have `quarter` ticks and wait for the count."""
    strokes = list(islice(clicks, MOST_CLICKS + 1))
    if len(strokes) > MOST_CLICKS:
        raise ScoreError(f"the score is too long for a click: more than {MOST_CLICKS} strokes")
    lead, first = _lead(meters, count_in), meters.bar(1)
    unit = lcm(quarter, *{click.at.denominator for click in strokes}, lead.denominator)
    later = [_moved(track, unit // quarter, int(lead * unit), pickup=first.start > 0) for track in tracks]
    if lead and first.start > 0:
        words = [m.time_signature(first.meter)] + [m.grouping_text(first.meter)] * bool(first.meter.grouping)
        later[0] = Track.of([*(Event(0, word) for word in words), *later[0]])
    return unit, (*later, _track(strokes, unit))


def clicks_of(meters: MeterMap, tempos: TempoMap, until: Fraction, count_in: int = 0) -> Iterator[Click]:
    """The clicks, in order; the music begins after the bars that are counted in, and is clicked `until` so many quarters."""
    count_in = whole_number("a count-in in bars", count_in, 0, LONGEST_COUNT)
    lead, first = _lead(meters, count_in), meters.bar(1)
    quick = _is_quick(tempos, first.meter, Fraction(0))
    for number in range(-(-lead // first.meter.bar)):
        yield from _of_bar(first.meter, number * first.meter.bar, Fraction(0), lead, quick)
    for bar in meters.bars(until):
        meter = first.meter if bar.number == 0 else bar.meter
        opens = bar.end - meter.bar if bar.number == 0 else bar.start  # a pick-up is the end of a bar
        quick = _is_quick(tempos, meter, bar.start)
        yield from _of_bar(meter, lead + opens, lead + bar.start, lead + bar.end, quick)


def _of_bar(meter: Meter, opens: Fraction, start: Fraction, end: Fraction, quick: bool) -> Iterator[Click]:
    """The clicks of the bar that opens there, from `start` to `end`."""
    length, beats = meter.pulse, meter.beats
    for pulse in range(meter.pulses):
        at, marks = opens + pulse * length, PULSE
        if pulse in beats:
            marks = BEAT if pulse else BAR
        if start <= at < end and not (quick and marks == PULSE):
            yield Click(at, marks)


def _is_quick(tempos: TempoMap, meter: Meter, at: Fraction) -> bool:
    """Whether pulses follow too fast to be clicked."""
    return float(meter.pulse) * 60 / tempos.per_minute(at) < SHORTEST_PULSE


def _lead(meters: MeterMap, count_in: int) -> Fraction:
    """Quarters before the music: whole bars, and the rest of the bar that a pick-up ends."""
    first = meters.bar(1)
    rest = (first.meter.bar - first.start) % first.meter.bar if count_in else Fraction(0)
    return count_in * first.meter.bar + rest


def _moved(track: Track, scale: int, lead: int, pickup: bool) -> Track:
    """A track moved; before a pick-up its short metre is taken out, for the count-in ends in the same bar."""
    events = track.events.copy()
    meta, opening = events["status"] == m.META, events["tick"] == 0
    if lead:
        kind = events["status"] & 0xF0
        note = ~meta & ((kind == m.NOTE_ON) | (kind == m.NOTE_OFF))
        events["tick"] = events["tick"] * scale + lead * (~opening | note | (meta & np.isin(events["data1"], MOVING)))
        events = events[~(opening & meta & pickup & _says_metre(events, track.payloads))]
        events = events[np.argsort(events["tick"], kind="stable")]
    else:
        events["tick"] *= scale
    return Track.of_array(events, track.payloads)


def _says_metre(events: NDArray[np.void], payloads: tuple[bytes, ...]) -> NDArray[np.bool_]:
    """Which meta events are signatures, or the texts beside them that say a grouping."""
    grouped = [number for number, data in enumerate(payloads) if data.startswith(m.GROUPING_TEXT.encode())]
    grouping = (events["data1"] == m.TEXT) & np.isin(events["payload"], grouped)
    said: NDArray[np.bool_] = grouping | (events["data1"] == m.TIME_SIGNATURE)
    return said


def _track(clicks: list[Click], unit: int) -> Track:
    """The click as a track of its own."""
    events = [Event(0, m.meta(m.TRACK_NAME, "Click"))]
    for number, click in enumerate(clicks):
        (key, velocity), tick = STROKES[click.marks], int(click.at * unit)
        events.append(Event(tick, m.note_on(PERCUSSION, key, velocity), id=number))
        events.append(Event(tick + max(unit // 32, 1), m.note_off(PERCUSSION, key)))
    return Track.sorted(events)
