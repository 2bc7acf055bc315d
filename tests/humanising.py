"""Scores as somebody plays them to a click: every note a little early or late, let go early, struck harder or softer."""

from __future__ import annotations

import numpy as np

import mi_theme as mi
from mi_theme.score import Track
from mi_theme.score import messages as m
from mi_theme.score.notes import NOTE

__all__ = ["humanised"]

CLOCK = 960  # ticks in a quarter, about: as sequencers have
STRUM = 0.012  # seconds from string to string
LOUDER = 10


def humanised(
    score: mi.Score,
    random: np.random.Generator,
    late: float = 0.02,
    gates: tuple[float, float] | None = None,
    *,
    strums: float = 0.0,
    swing: float = 0.5,
) -> mi.Score:
    """The same events at other times.

    Parameters
    ----------
    score
        On its grid.
    random
        Where chance comes from.
    late
        Seconds by which each note comes early or late at most.
    gates
        Between which shares of their values notes sound; as written without it.
    strums
        The share of chords of three notes or more that are spread from the lowest string.
    swing
        Where the second of two eighths begins in its quarter.
    """
    times = max(round(CLOCK / score.ticks_per_quarter), 1)
    quarter, spans = times * score.ticks_per_quarter, score.spans
    start, stop = spans["start"] / score.ticks_per_quarter, spans["stop"] / score.ticks_per_quarter
    second = np.array([score.tempos.per_minute(at) for at in start.tolist()]) / 60  # quarters in one
    begins = _swung(start, swing) + random.uniform(-late, late, len(spans)) * second
    begins += _strummed(score, random, strums) * second
    lasts = _swung(stop, swing) - _swung(start, swing)
    if gates:
        lasts = lasts * random.uniform(*gates, len(spans))
    on = np.maximum(np.rint(begins * quarter).astype(np.int64), 0)
    off = on + np.maximum(np.rint(lasts * quarter).astype(np.int64), np.where(stop > start, 1, 0))
    on, off = _apart(score, on, off)
    tracks = [_track(score, index, on, off, times, random) for index in range(len(score.tracks))]
    return mi.Score(quarter, tuple(tracks), score.kind, score.source)


def _swung(at: np.ndarray, swing: float) -> np.ndarray:
    share = at % 1
    return np.floor(at) + np.where(share <= 0.5, 2 * share * swing, 1 - 2 * (1 - share) * (1 - swing))


def _strummed(score: mi.Score, random: np.random.Generator, often: float) -> np.ndarray:
    late = np.zeros(len(score.spans))
    table = np.zeros(len(score.spans), NOTE)
    for index, track in enumerate(score.tracks):
        mine = score.spans["track"] == index
        table["pitch"][mine] = track.events["data1"][score.spans["on"][mine]]
    keys = np.column_stack([score.span_parts, score.spans["start"]])
    _, chord = np.unique(keys, axis=0, return_inverse=True)
    for number in np.flatnonzero(np.bincount(chord.ravel()) >= 3) if often else ():
        rows = np.flatnonzero(chord.ravel() == number)
        if random.random() < often:
            late[rows[np.argsort(table["pitch"][rows], kind="stable")]] = STRUM * np.arange(len(rows))
    return late


def _apart(score: mi.Score, on: np.ndarray, off: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """No key is struck again before it is let go, where that was so."""
    spans, off = score.spans, off.copy()
    keys = np.zeros(len(spans), np.int64)
    for index, track in enumerate(score.tracks):
        mine = spans["track"] == index
        events = track.events[spans["on"][mine]]
        keys[mine] = index * 2**16 + (events["status"].astype(np.int64) & 15) * 128 + events["data1"]
    order = np.lexsort((spans["start"], keys))
    one, other = order[:-1], order[1:]
    close = (keys[one] == keys[other]) & (spans["stop"][one] <= spans["start"][other]) & (on[other] > on[one])
    off[one[close]] = np.minimum(off[one], on[other])[close]
    return on, off


def _track(
    score: mi.Score, index: int, on: np.ndarray, off: np.ndarray, times: int, random: np.random.Generator
) -> Track:
    track, spans = score.tracks[index], score.spans
    events = track.events.copy()
    events["tick"] *= times
    mine = np.flatnonzero(spans["track"] == index)
    ended = mine[spans["off"][mine] >= 0]
    events["tick"][spans["on"][mine]], events["tick"][spans["off"][ended]] = on[mine], off[ended]
    loud = events["data2"][spans["on"][mine]].astype(int) + random.integers(-LOUDER, LOUDER + 1, len(mine))
    events["data2"][spans["on"][mine]] = np.clip(loud, 1, 127)
    notation = [number for number, data in enumerate(track.payloads) if data == m.NOTATION]
    events = events[~((events["status"] == m.META) & np.isin(events["payload"], notation))]
    closing = (events["status"] == m.META) & (events["data1"] == m.END_OF_TRACK)
    events["tick"][closing] = np.maximum(events["tick"][closing], events["tick"].max(initial=0))
    kind = events["status"] & 0xF0
    begins = (kind == m.NOTE_ON) & (events["data2"] > 0)
    ends = (kind == m.NOTE_OFF) | ((kind == m.NOTE_ON) & ~begins)
    rank = np.select([closing, ends, begins], [9, 1, 3], 2)
    return Track.of_array(events[np.lexsort((rank, events["tick"]))], track.payloads)
