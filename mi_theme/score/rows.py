"""Tracks made from rows: what `Score.from_notes` and `Score.passage` are made of."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mi_theme.errors import ScoreError
from mi_theme.meter import Meter
from mi_theme.score import messages as m
from mi_theme.score.timing import Bar, MeterMap, TimingWarning, tempo_of
from mi_theme.score.tracks import PERCUSSION, Event, Part, Track, channel_of, in_order

__all__ = ["conductor", "tracks_of_passage", "tracks_of_rows"]

GRID = 10080  # parts of a quarter that floats snap to: 2, 3, 5, 7 and their products
LEAST_RESOLUTION = 480  # ticks in a quarter: what sequencers use, and no worse
LEAST_LENGTH = 1 / 64  # quarters that a note has before the last bar line that it was played after
SNAP = 1e-6  # quarters: a thousandth of a millisecond, rounding of floats and no rhythm
COLUMNS = ("onset", "duration", "pitch", "velocity", "part", "voice", "step")
# the least and the most that a column of notes may hold
RANGES = {"onset": (0, 1e9), "duration": (0, 1e9), "pitch": (0, 127), "velocity": (1, 127), "part": (0, 10_000)}


def tracks_of_rows(
    columns: Sequence[ArrayLike], names: Sequence[str], meter: Meter | str | MeterMap, tempo: float
) -> tuple[int, tuple[Track, ...]]:
    """Ticks in a quarter, and tracks, from the columns onset, duration, pitch, velocity, part, voice, step."""
    if isinstance(names, str):
        raise ScoreError(f"names are a list, a name for each part: names=[{names!r}]")
    onset, duration, *rest = _columns(columns)
    starts = _on_grid(onset)
    stops = starts + np.maximum(_on_grid(duration), 0)
    meters = meter if isinstance(meter, MeterMap) else MeterMap.of([(Fraction(0), Meter(meter))])
    changes = np.array([int(start * GRID) for start, _ in meters.changes], np.int64)
    coarse = _coarsest(np.concatenate([starts, stops, changes]))
    rows = np.column_stack([starts // coarse, stops // coarse, *rest])
    count = max(int(rows[:, 4].max(initial=0)) + 1, len(names), 1)
    titles = [*names, *(f"Part {index + 1}" for index in range(len(names), count))]
    tracks = [_part_track(rows, index, Part(title, index + 1, channel_of(index))) for index, title in enumerate(titles)]
    return GRID // coarse, (conductor(meters, tempo, GRID // coarse), *tracks)


def conductor(meters: MeterMap, tempo: float, ticks_per_quarter: int) -> Track:
    """The track of metres and tempo; texts say what signatures cannot: groupings, and whether the first bar is whole."""
    events = [Event(0, m.tempo(tempo_of(tempo)))]
    if not meters.stated and (len(meters.changes) > 1 or meters.changes[0][1] != Meter("4/4")):
        events.append(Event(0, m.meta(m.TEXT, m.UNSTATED)))
    for index, (start, meter) in enumerate(meters.changes):
        tick = int(start * ticks_per_quarter)
        events.append(Event(tick, m.time_signature(meter)))
        if meter.grouping:
            events.append(Event(tick, m.grouping_text(meter)))
        if index == 0 and (meters.whole or (meters.pickup and len(meters.changes) > 1)):
            events.append(Event(tick, m.grouping_text((meter if meters.whole else meters.changes[1][1]).plain)))
    return Track.sorted(events)


def tracks_of_passage(
    notes: NDArray[np.void],
    written: NDArray[np.float64],
    parts: Sequence[Part],
    meters: MeterMap,
    bars: tuple[Bar, Bar],
    tempo: float,
) -> tuple[int, tuple[Track, ...]]:
    """Ticks in a quarter, and tracks, of the notes that begin from the first bar to the last; its first bar line at 0.

    Parameters
    ----------
    notes
        As `Score.note_table` has them, at most.
    written
        Where each is written, in quarters: that says in which bar it begins. What is played before the first bar
        line begins on it, what is played after the last one just before that.
    parts, meters
        Those of the score.
    bars
        The first and the last.
    tempo
        Quarters a minute.
    """
    start, end = bars[0].start, bars[1].end
    inner = (written >= float(start) - SNAP) & (written < float(end) - SNAP)
    rows, latest = notes[inner].copy(), float(end) - LEAST_LENGTH
    early, late = rows["onset"] < float(start), rows["onset"] > latest
    moved = np.where(early, float(start), np.where(late & (written[inner] < rows["onset"]), latest, rows["onset"]))
    rows["duration"] = np.maximum(rows["duration"] - np.where(early, moved - rows["onset"], 0), 0)
    rows["onset"] = moved
    length = np.minimum(rows["duration"], float(end) - rows["onset"])
    inside = [(at - start, meter) for at, meter in meters.changes if start < at < end]
    kept = np.unique(rows["part"])
    times = rows["onset"] - float(start), length
    columns = *times, rows["pitch"], rows["velocity"], np.searchsorted(kept, rows["part"]), rows["voice"], rows["step"]
    cut = MeterMap.of([(Fraction(0), meters.at(start).meter), *inside])
    quarter, tracks = tracks_of_rows(columns, [parts[index].name for index in kept], cut, min(max(tempo, 4), 1000))
    drums = [False, *(parts[index].is_percussion for index in kept)]
    return quarter, tuple(
        track.on_channel(PERCUSSION) if beaten else track for track, beaten in zip(tracks, drums, strict=False)
    )


def _columns(columns: Sequence[ArrayLike]) -> list[NDArray[np.float64]]:
    """Columns of one length, finite and in range."""
    try:
        given = [np.asarray(column, float) for column in columns]
        lengths = {name: len(column) for name, column in zip(COLUMNS, given, strict=True) if column.ndim}
        if len(set(lengths.values())) > 1:
            said = ", ".join(f"{length} of {name}" for name, length in lengths.items())
            raise ScoreError(f"columns of notes are all of one length; these are {said}")
        found = np.broadcast_arrays(*map(np.atleast_1d, given))
    except ScoreError:
        raise
    except (ValueError, TypeError, OverflowError) as error:
        raise ScoreError(f"columns of notes are numbers, all of one length: {error}") from None
    if not all(np.isfinite(column).all() for column in found):
        raise ScoreError("a note's numbers are finite: there is a nan or an infinity")
    for column, (name, (low, high)) in zip(found, RANGES.items(), strict=False):
        wrong = np.flatnonzero((column < low) | (column > high))
        if len(wrong):
            raise ScoreError(f"note {wrong[0]}: its {name} is {column[wrong[0]]:g}, not {low} to {high:g}")
    return [np.asarray(column, float) for column in found]


def _on_grid(quarters: NDArray[np.float64]) -> NDArray[np.int64]:
    """Quarters as multiples of 1/GRID, with a warning where that rounds."""
    ticks = np.rint(quarters * GRID)
    error = np.abs(quarters - ticks / GRID).max(initial=0)
    if error > SNAP:
        warnings.warn(f"times rounded to 1/{GRID} of a quarter, by at most {error:.2g}", TimingWarning, stacklevel=4)
    return ticks.astype(np.int64)


def _coarsest(ticks: NDArray[np.int64]) -> int:
    """The largest step that keeps every tick whole and at least `LEAST_RESOLUTION` in a quarter."""
    common = int(np.gcd.reduce(ticks, initial=GRID))
    return max(step for step in range(1, GRID // LEAST_RESOLUTION + 1) if GRID % step == 0 and common % step == 0)


def _part_track(rows: NDArray[np.float64], index: int, part: Part) -> Track:
    """The track of one part."""
    mine = np.flatnonzero(rows[:, 4] == index)
    start, stop, pitch, velocity, _, voice, step = rows[mine].astype(np.int64).T
    named = Track.of([Event(0, m.meta(m.TRACK_NAME, part.name))])
    notes = np.zeros((len(mine), 2), named.events.dtype)
    notes["payload"], notes["data1"] = -1, pitch[:, None]
    notes["tick"], notes["status"] = np.stack([start, stop], 1), (m.NOTE_ON | part.channel, m.NOTE_OFF | part.channel)
    notes["data2"][:, 0], notes["data2"][:, 1] = velocity, m.RELEASE
    notes["voice"][:, 0], notes["step"], notes["id"] = voice, -1, -1
    notes["step"][:, 0], notes["id"][:, 0] = step, mine
    lasting = stop > start
    kept = np.ones((len(mine), 2), bool)
    kept[:, 1] = lasting
    track = in_order(np.concatenate([named.events, notes[kept]]), named.payloads)
    late = zip(stop[~lasting].tolist(), pitch[~lasting].tolist(), strict=True)
    return _with_late(track, [Event(tick, m.note_off(part.channel, key)) for tick, key in late])


def _with_late(track: Track, late: list[Event]) -> Track:
    """Add the ends of notes without length behind their beginnings."""
    if not late:
        return track
    events = list(track)[:-1]
    for end in late:
        begin = m.NOTE_ON << 8 | end.message[1]
        places = [
            i for i, e in enumerate(events) if e.tick == end.tick and (e.message[0] & 0xF0) << 8 | e.message[1] == begin
        ]
        events.insert(places[-1] + 1, end)
    return Track.of([*events, Event(events[-1].tick, m.end_of_track())])
