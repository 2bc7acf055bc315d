"""Tracks: the events of a score, as arrays."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mi_theme.score import messages as m

__all__ = ["PERCUSSION", "Event", "Part", "Track", "frozen", "text_of"]

EVENT = np.dtype(
    [
        ("tick", "<i8"),
        ("status", "u1"),
        ("data1", "u1"),
        ("data2", "u1"),
        ("payload", "<i4"),  # row in the track's payloads, -1 for none
        ("voice", "<i2"),
        ("step", "<i2"),
        ("id", "<i8"),
    ]
)
PERCUSSION = 9  # the drum channel, printed as 10


class Event(NamedTuple):
    """One message at its tick; `voice`, `step` and `id` say more of a note than MIDI can."""

    tick: int
    message: bytes
    voice: int = 0
    step: int = -1
    id: int = -1


@dataclass(frozen=True, eq=False)
class Track:
    """Events in file order.

    Attributes
    ----------
    events
        Structured array with the fields tick, status, data1, data2, payload, voice, step, id.
    payloads
        The data of meta events and system exclusive.
    """

    events: NDArray[np.void]
    payloads: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        frozen(self.events)

    def __reduce__(self) -> tuple[object, ...]:
        return Track, (self.events, self.payloads)

    @classmethod
    def of(cls, events: Iterable[Event]) -> Track:
        """Pack events that are in order."""
        payloads: list[bytes] = []
        rows = [_packed(event, payloads) for event in events]
        return cls(np.array(rows, EVENT), tuple(payloads))

    @classmethod
    def sorted(cls, events: Iterable[Event]) -> Track:
        """Put events in order, ends of notes before beginnings, and close the track."""
        ordered = sorted(events, key=lambda event: (event.tick, _rank(event.message)))
        last = ordered[-1].tick if ordered else 0
        if not ordered or ordered[-1].message != m.end_of_track():
            ordered.append(Event(last, m.end_of_track()))
        return cls.of(ordered)

    def __iter__(self) -> Iterator[Event]:
        for row in self.events.tolist():
            yield Event(row[0], self._message(row), *row[5:])

    def __len__(self) -> int:
        return len(self.events)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Track) and self._key == other._key

    def __hash__(self) -> int:
        return hash(self._key)

    def __repr__(self) -> str:
        return f"<Track {self.name!r}: {len(self)} events>"

    @property
    def _key(self) -> tuple[bytes, tuple[bytes, ...]]:
        return self.events.tobytes(), self.payloads

    def _message(self, row: tuple[int, ...]) -> bytes:
        _, status, data1, data2, payload = row[:5]
        if status == m.META:
            return bytes((status, data1)) + self.payloads[payload]
        if payload >= 0:
            return bytes((status,)) + self.payloads[payload]
        return bytes((status, data1) if status & 0xF0 in (0xC0, 0xD0) else (status, data1, data2))

    def metas(self, kind: int) -> list[tuple[int, bytes]]:
        """(tick, data) of every meta event of a kind."""
        found = self.events[(self.events["status"] == m.META) & (self.events["data1"] == kind)]
        return [(int(row["tick"]), self.payloads[row["payload"]]) for row in found]

    @property
    def name(self) -> str:
        """What the track name event says, or nothing."""
        names = self.metas(m.TRACK_NAME)
        return text_of(names[0][1]) if names else ""

    @property
    def end(self) -> int:
        """The last tick."""
        return int(self.events["tick"].max()) if len(self) else 0


@dataclass(frozen=True, slots=True)
class Part:
    """The notes of one channel in one track; `program` counts from 1, 0 for none stated."""

    name: str
    track: int
    channel: int
    program: int = 0

    @property
    def is_percussion(self) -> bool:
        """Whether this is the drum channel."""
        return self.channel == PERCUSSION


def text_of(data: bytes) -> str:
    """Text of a meta event: UTF-8 where it is that, else Latin-1."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def frozen(array: NDArray[Any]) -> NDArray[Any]:
    """The array, read-only from now on."""
    array.setflags(write=False)
    return array


def _packed(event: Event, payloads: list[bytes]) -> tuple[int, ...]:
    message, more = event.message, (event.voice, event.step, event.id)
    status = message[0]
    if status >= m.SYSEX:
        payloads.append(message[2:] if status == m.META else message[1:])
        return (event.tick, status, message[1] if status == m.META else 0, 0, len(payloads) - 1, *more)
    return (event.tick, status, message[1], message[2] if len(message) > 2 else 0, -1, *more)


def _rank(message: bytes) -> int:
    """The order of messages at one tick: about the whole, ends, settings, beginnings."""
    if message[0] == m.META:
        return 9 if message[1] == m.END_OF_TRACK else 0
    return {m.NOTE_OFF: 1, m.NOTE_ON: 3}.get(message[0] & 0xF0, 2)
