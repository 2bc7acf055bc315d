"""The score of what was quantized: events moved, in order, nothing lost."""

from __future__ import annotations

from math import gcd

import numpy as np
from numpy.typing import NDArray

from mi_theme.quantising.beatgrid import BeatGrid, Floats, Ints, smooth
from mi_theme.quantising.model import Quantized
from mi_theme.score import Score, Track
from mi_theme.score import messages as m
from mi_theme.score.tracks import Event

__all__ = ["ranks", "with_rows", "written"]

SLACK = 8  # parts of a quarter by which a track may end beside its last note and still end with it
FINE = 480  # ticks in a quarter, at least: on a coarser grid any tick would be a place
ENDS, SETS, BEGINS, ENDS_AT_ONCE, LAST = range(
    1, 6
)  # the order of events at one tick; those about the whole come first


def written(quantized: Quantized) -> Score:
    """See `Quantized.score`."""
    return with_rows(quantized)[0]


def with_rows(quantized: Quantized) -> tuple[Score, Ints]:
    """The score on the grid, and for each row of its spans that of the source's, where their tracks are the same."""
    source, beats = quantized.source, quantized.beats
    every = np.arange(len(source.spans))
    written_tracks = [_written(quantized, index) for index in range(len(source.tracks))]
    tracks = [track for track, _ in written_tracks]
    usual, kind = source.ticks_per_quarter, source.kind
    if beats is not None:
        tracks, usual, kind = [_conductor(quantized, beats), *tracks], FINE, 1
    elif _is_as_it_was(quantized):
        return source, every
    common = gcd(quantized.resolution // usual, *(int(np.gcd.reduce(track.events["tick"])) for track in tracks))
    most = max(quantized.resolution // FINE, 1)
    common = next(step for step in range(min(common, most), 0, -1) if common % step == 0)
    divided = tuple(_divided(track, common) for track in tracks)
    made = Score(quantized.resolution // common, divided, kind, source.source)
    rows = every.copy()
    for index, (_, before) in enumerate(written_tracks if beats is None else ()):
        row_of = np.full(len(before), -1, np.int64)
        mine = np.flatnonzero(source.spans["track"] == index)
        row_of[source.spans["on"][mine]] = mine
        its = made.spans["track"] == index
        rows[its] = row_of[before[made.spans["on"][its]]]
    return made, rows


def _is_as_it_was(quantized: Quantized) -> bool:
    lasts = np.array_equal(quantized.durations, quantized.played_durations)
    return lasts and not quantized.moved.any() and bool((quantized.source.spans["off"] >= 0).all())


def _written(quantized: Quantized, index: int) -> tuple[Track, Ints]:
    """A track with its notes as written, and which event of the source each of its events was; ends that are new come last."""
    track, spans = quantized.source.tracks[index], quantized.source.spans
    events = track.events.copy()
    events["tick"] = _ticks(quantized, events["tick"])
    mine = np.flatnonzero(spans["track"] == index)
    starts, lasts = quantized.onsets[mine], quantized.durations[mine]
    on, off = spans["on"][mine], spans["off"][mine]
    ended = off >= 0
    stays = (events["tick"][on] == starts).all() and (events["tick"][off[ended]] == (starts + lasts)[ended]).all()
    if stays and ended.all() and quantized.beats is None:
        return Track.of_array(events, track.payloads), np.arange(len(events))
    events["tick"][on], events["tick"][off[ended]] = starts, (starts + lasts)[ended]
    rank = ranks(events)
    rank[off[ended & (lasts == 0)]] = ENDS_AT_ONCE
    late = events[on[~ended]]  # notes that nothing ends
    late["tick"], late["status"], late["data2"] = (starts + lasts)[~ended], m.NOTE_OFF | (late["status"] & 15), 64
    late["id"] = -1
    events, rank = np.concatenate([events, late]), np.append(rank, np.full(len(late), ENDS))
    closing = rank == LAST
    rings = int((quantized.played_onsets + quantized.played_durations)[mine].max(initial=0))
    other = int(events["tick"][~closing].max(initial=0))
    if (
        np.abs(events["tick"][closing] - rings) <= quantized.resolution // SLACK
    ).all():  # it says when the last note ends
        events["tick"][closing] = other
    events["tick"][closing] = np.maximum(events["tick"][closing], other)
    order = np.lexsort((rank, events["tick"]))
    if quantized.beats is not None:
        again = (events["status"] == m.META) & np.isin(events["data1"], (m.TEMPO, m.TIME_SIGNATURE))
        order = order[~again[order]]
    return Track.of_array(events[order], track.payloads), order


def _ticks(quantized: Quantized, ticks: Ints) -> Ints:
    """Ticks of the source on the axis of what is written."""
    source, beats = quantized.source, quantized.beats
    if beats is None:
        return ticks * (quantized.resolution // source.ticks_per_quarter)
    grid = BeatGrid(beats[:, 1].astype(np.int64), beats[:, 0], np.zeros(len(beats) - 1, np.int8), quantized.resolution)
    found = np.rint(smooth(grid, source.tempos.clock(ticks / source.ticks_per_quarter)))
    return np.maximum(found, 0).astype(np.int64)


def ranks(events: NDArray[np.void]) -> NDArray[np.int64]:
    """The order of events at one tick: about the whole, ends, settings, beginnings.

    Parameters
    ----------
    events
        As `Track.events` has them.
    """
    status, kind = events["status"], events["status"] & 0xF0
    begins = (kind == m.NOTE_ON) & (events["data2"] > 0)
    ends = (kind == m.NOTE_OFF) | ((kind == m.NOTE_ON) & ~begins)
    meta = np.where(events["data1"] == m.END_OF_TRACK, LAST, 0)
    found: NDArray[np.int64] = np.select([status == m.META, ends, begins], [meta, ENDS, BEGINS], SETS)
    return found


def _conductor(quantized: Quantized, beats: Floats) -> Track:
    """The metres, and the tempo of each beat."""
    resolution = quantized.resolution
    events = []
    for start, meter in quantized.meters.changes:
        events.append(Event(int(start * resolution), m.time_signature(meter)))
        if meter.grouping:
            events.append(Event(int(start * resolution), m.grouping_text(meter)))
    speeds = np.diff(beats[:, 0]) / np.diff(beats[:, 1]) * resolution * 1e6
    said = 0
    for (_, begin), (_, end), speed in zip(beats.tolist(), beats[1:].tolist(), speeds.tolist(), strict=False):
        tempo = min(max(round(speed), 1), m.MAX_TEMPO)
        if end > 0 and tempo != said:
            events.append(Event(max(int(begin), 0), m.tempo(tempo)))
            said = tempo
    return Track.sorted(events)


def _divided(track: Track, common: int) -> Track:
    events = track.events.copy()
    events["tick"] //= common
    return Track.of_array(events, track.payloads)
