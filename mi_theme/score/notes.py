"""Notes and parts: views on the events of a score, as arrays."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mi_theme.score import messages as m
from mi_theme.score.tracks import Part, Track

if TYPE_CHECKING:
    from mi_theme.score.scores import Score

__all__ = ["NOTE", "parts_of", "spans_of", "table_of"]

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


def spans_of(score: Score) -> NDArray[np.void]:
    """Where each note starts and stops; see `Score.spans`."""
    rows = [row for index, track in enumerate(score.tracks) for row in _pairs(track, index)]
    return _frozen(np.array(rows, SPAN))


def parts_of(score: Score) -> tuple[Part, ...]:
    """A part for each channel in each track that has notes."""
    found = []
    for index, track in enumerate(score.tracks):
        status = track.events["status"]
        for channel in np.unique(status[(status & 0xF0) == m.NOTE_ON] & 15):
            programs = track.events["data1"][status == (m.PROGRAM | channel)]
            name = track.name or f"Track {index + 1}"
            found.append((name, index, int(channel), int(programs[0]) + 1 if len(programs) else 0))
    shared = {index for _, index, *_ in found if sum(row[1] == index for row in found) > 1}
    return tuple(Part(f"{n} ({c + 1})" if i in shared else n, i, c, p) for n, i, c, p in found)


def table_of(score: Score) -> NDArray[np.void]:
    """Every note; see `Score.note_table`."""
    table = np.zeros(len(score.spans), NOTE)
    table["onset"] = score.spans["start"] / score.ticks_per_quarter
    table["duration"] = (score.spans["stop"] - score.spans["start"]) / score.ticks_per_quarter
    channels = np.zeros(len(table), np.int64)
    for index, track in enumerate(score.tracks):
        mine = score.spans["track"] == index
        events = track.events[score.spans["on"][mine]]
        for column, field in (
            ("pitch", "data1"),
            ("velocity", "data2"),
            ("voice",) * 2,
            ("step",) * 2,
            ("id",) * 2,
        ):
            table[column][mine] = events[field]
        channels[mine] = events["status"] & 15
    for number, part in enumerate(score.parts):
        table["part"][(score.spans["track"] == part.track) & (channels == part.channel)] = number
    table["id"] = np.where(table["id"] < 0, np.arange(len(table)), table["id"])
    return _frozen(table[np.lexsort((table["part"], table["pitch"], table["onset"]))])


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
