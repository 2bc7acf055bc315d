"""Notes and parts: views on the events of a score, as arrays."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from mi_theme.score import messages as m
from mi_theme.score.tracks import Part, Track

__all__ = ["NOTE", "parts_of", "span_parts", "spans_of", "streams_of", "table_of"]

NOTE = np.dtype(
    [
        ("onset", "<f8"),
        ("duration", "<f8"),
        ("pitch", "<i4"),
        ("velocity", "<i4"),
        ("part", "<i4"),
        ("voice", "<i4"),
        ("step", "<i4"),
        ("id", "<i8"),
    ]
)
SPAN = np.dtype([("start", "<i8"), ("stop", "<i8"), ("track", "<i4"), ("on", "<i8"), ("off", "<i8")])


VOICES = 2**16  # more than a part has


def spans_of(tracks: Sequence[Track]) -> NDArray[np.void]:
    """Where each note starts and stops; see `Score.spans`."""
    rows = [row for index, track in enumerate(tracks) for row in _pairs(track, index)]
    return _frozen(np.array(rows, SPAN))


def parts_of(tracks: Sequence[Track]) -> tuple[Part, ...]:
    """A part for each channel in each track that has notes."""
    found = []
    for index, track in enumerate(tracks):
        events = track.events
        status = events["status"]
        begins = ((status & 0xF0) == m.NOTE_ON) & (events["data2"] > 0)
        for channel in np.unique(status[begins] & 15):
            programs = events["data1"][status == (m.PROGRAM | channel)]
            name = track.name or f"Track {index + 1}"
            found.append((name, index, int(channel), int(programs[0]) + 1 if len(programs) else 0))
    shared = {index for _, index, *_ in found if sum(row[1] == index for row in found) > 1}
    return tuple(Part(f"{n} ({c + 1})" if i in shared else n, i, c, p) for n, i, c, p in found)


def span_parts(tracks: Sequence[Track], spans: NDArray[np.void], parts: Sequence[Part]) -> NDArray[np.int64]:
    """The part of each row of `spans`; see `Score.span_parts`."""
    numbers = np.full((len(tracks), 16), -1, np.int64)
    for number, part in enumerate(parts):
        numbers[part.track, part.channel] = number
    found = np.full(len(spans), -1, np.int64)
    for index, track in enumerate(tracks):
        mine = np.flatnonzero(spans["track"] == index)
        found[mine] = numbers[index][track.events["status"][spans["on"][mine]] & 15]
    found.setflags(write=False)
    return found


def table_of(
    tracks: Sequence[Track], spans: NDArray[np.void], parts: NDArray[np.int64], quarter: int
) -> NDArray[np.void]:
    """Every note; see `Score.note_table`.

    Parameters
    ----------
    tracks, spans, parts
        The events, where each note begins and ends in them, and its part.
    quarter
        Ticks in a quarter.
    """
    table = np.zeros(len(spans), NOTE)
    table["onset"] = spans["start"] / quarter
    table["duration"] = (spans["stop"] - spans["start"]) / quarter
    table["part"] = parts
    columns = {"pitch": "data1", "velocity": "data2", "voice": "voice", "step": "step", "id": "id"}
    for index, track in enumerate(tracks):
        mine = spans["track"] == index
        events = track.events[spans["on"][mine]]
        for column, field in columns.items():
            table[column][mine] = events[field]
    table["id"] = np.where(table["id"] < 0, np.arange(len(table)), table["id"])
    return _frozen(table[np.lexsort((table["part"], table["pitch"], table["onset"]))])


def streams_of(notes: NDArray[np.void]) -> NDArray[np.int64]:
    """A number for each voice of each part, in the order of the notes, shape (n,)."""
    names = notes.dtype.names or ()
    key = np.zeros(len(notes), np.int64)
    for name in ("part", "voice"):
        if name in names:
            key = key * VOICES + notes[name]
    return np.unique(key, return_inverse=True)[1].astype(np.int64).reshape(-1)


def _pairs(track: Track, index: int) -> Iterator[tuple[int, int, int, int, int]]:
    """(start, stop, track, row on, row off) of each note, in the order of their beginnings."""
    kind = track.events["status"] & 0xF0
    rows = np.flatnonzero((kind == m.NOTE_ON) | (kind == m.NOTE_OFF))
    columns = (track.events[name][rows].tolist() for name in ("tick", "status", "data1", "data2"))
    keys: defaultdict[tuple[int, int], list[tuple[int, int, bool]]] = defaultdict(list)
    for row, tick, status, pitch, velocity in zip(rows.tolist(), *columns, strict=True):
        keys[status & 15, pitch].append((tick, row, status & 0xF0 == m.NOTE_ON and velocity > 0))
    end = track.end
    found = [note for events in keys.values() for note in _notes_of_key(events, end)]
    for row, start, stop, off in sorted(found):
        yield start, stop, index, row, off


def _notes_of_key(events: list[tuple[int, int, bool]], end: int) -> Iterator[tuple[int, int, int, int]]:
    """(row on, start, stop, row off) of the notes of one key from its (tick, row, is a beginning).

    An end closes the oldest open note. Some programs write a note without length
    end first: such an end counts if nothing else closes the note in time.
    """
    sounding: deque[tuple[int, int]] = deque()
    early: dict[int, tuple[int, int]] = {}
    stray = (-1, -1)
    for tick, row, begins in events:
        if begins:
            if len(sounding) == 1 and sounding[0][0] in early:
                on, start = sounding.popleft()
                yield on, start, *early[on]
            if stray[0] == tick:
                early[row] = stray
            sounding.append((row, tick))
            stray = (-1, -1)
        elif sounding:
            yield *sounding.popleft(), tick, row
        else:
            stray = (tick, row)
    for on, start in sounding:
        yield on, start, *early.get(on, (end, -1))


def _frozen(array: NDArray[np.void]) -> NDArray[np.void]:
    array.setflags(write=False)
    return array
