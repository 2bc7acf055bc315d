"""Tracks: the events of a score, packed; an array when one is wanted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from struct import Struct, error
from typing import TYPE_CHECKING, NamedTuple

from mi_theme.errors import ScoreError
from mi_theme.score import messages as m

__all__ = ["PERCUSSION", "RECORD", "Event", "Part", "Track", "channel_of", "in_order"]

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

#: one event: tick, status, data1, data2, row in the payloads (-1 for none), voice, step, id
RECORD = Struct("<qBBBihhq")
NUMBERS = {"tick": "<i8", "status": "u1", "data1": "u1", "data2": "u1", "payload": "<i4"}
NUMBERS |= {"voice": "<i2", "step": "<i2", "id": "<i8"}
# the order of messages at one tick, by their first byte: about the whole, ends, settings, beginnings
RANKS = bytes(0 if status == m.META else {m.NOTE_OFF: 1, m.NOTE_ON: 3}.get(status & 0xF0, 2) for status in range(256))
END = bytes((m.META, m.END_OF_TRACK))
PERCUSSION = 9  #: the drum channel, printed as 10


class Event(NamedTuple):
    """One message at its tick; `voice`, `step` and `id` say more of a note than MIDI can."""

    tick: int
    message: bytes
    voice: int = 0
    step: int = -1
    id: int = -1


@dataclass(frozen=True)
class Track:
    """Events in file order.

    Attributes
    ----------
    packed
        The events as records of fixed size, which `events` shows as an array.
    payloads
        The data of meta events and system exclusive.
    """

    packed: bytes
    payloads: tuple[bytes, ...] = ()

    def __reduce__(self) -> tuple[object, ...]:
        return Track, (self.packed, self.payloads)

    @classmethod
    def of(cls, events: Iterable[Event]) -> Track:
        """Pack events that are in order.

        Parameters
        ----------
        events
            By tick.

        Raises
        ------
        ScoreError
            Where a number is out of range: voice and step are 16 bits, the rest as in MIDI.
        """
        payloads: list[bytes] = []
        try:
            packed = b"".join([RECORD.pack(*_row(event, payloads)) for event in events])
        except error:
            raise ScoreError("an event's tick, data, voice or step is out of range") from None
        return cls(packed, tuple(payloads))

    @classmethod
    def of_array(cls, events: NDArray[np.void], payloads: tuple[bytes, ...]) -> Track:
        """Pack an array such as `events`.

        Parameters
        ----------
        events
            A structured array.
        payloads
            The bytes of its messages that are longer than three.
        """
        return cls(events.tobytes(), payloads)

    @cached_property
    def events(self) -> NDArray[np.void]:
        """Structured array with the fields tick, status, data1, data2, payload, voice, step and id; read-only."""
        import numpy as np

        return np.frombuffer(self.packed, np.dtype(list(NUMBERS.items())))

    def with_events(self, events: Iterable[Event]) -> Track:
        """The same with more events, in order; what says its end comes last.

        Parameters
        ----------
        events
            In any order.
        """
        import numpy as np

        more = Track.of(events)
        added = more.events.copy()
        added["payload"][added["payload"] >= 0] += len(self.payloads)
        return in_order(np.concatenate([self.events, added]), (*self.payloads, *more.payloads))

    def on_channel(self, channel: int) -> Track:
        """The same events with all that goes to a channel on this one.

        Parameters
        ----------
        channel
            From 0; `PERCUSSION` is 9.
        """
        moved = self.events.copy()
        to_channel = (moved["status"] >= m.NOTE_OFF) & (moved["status"] < m.SYSEX)
        moved["status"][to_channel] = (moved["status"][to_channel] & 0xF0) | channel
        return Track.of_array(moved, self.payloads)

    @classmethod
    def sorted(cls, events: Iterable[Event]) -> Track:
        """Put events in order, ends of notes before beginnings, and close the track.

        Parameters
        ----------
        events
            In any order.
        """
        ordered = sorted(events, key=lambda event: (event.tick, event.message[:2] == END, RANKS[event.message[0]]))
        last = ordered[-1].tick if ordered else 0
        if not ordered or ordered[-1].message != m.end_of_track():
            ordered.append(Event(last, m.end_of_track()))
        return cls.of(ordered)

    def __iter__(self) -> Iterator[Event]:
        for row in RECORD.iter_unpack(self.packed):
            yield Event(row[0], self._message(row), *row[5:])

    def __len__(self) -> int:
        return len(self.packed) // RECORD.size

    def __repr__(self) -> str:
        return f"<Track {self.name!r}: {len(self)} events>"

    def _message(self, row: tuple[int, ...]) -> bytes:
        _, status, data1, data2, payload = row[:5]
        if status == m.META:
            return bytes((status, data1)) + self.payloads[payload]
        if payload >= 0:
            return bytes((status,)) + self.payloads[payload]
        return bytes((status, data1) if status & 0xF0 in (0xC0, 0xD0) else (status, data1, data2))

    @cached_property
    def _metas(self) -> dict[int, list[tuple[int, bytes]]]:
        """(tick, data) of every meta event, by kind."""
        found: dict[int, list[tuple[int, bytes]]] = {}
        for tick, status, kind, _, payload, *_ in RECORD.iter_unpack(self.packed):
            if status == m.META:
                found.setdefault(kind, []).append((tick, self.payloads[payload]))
        return found

    def metas(self, kind: int) -> list[tuple[int, bytes]]:
        """(tick, data) of every meta event of a kind.

        Parameters
        ----------
        kind
            Number of the meta event, such as 0x51 for tempo.
        """
        return list(self._metas.get(kind, ()))

    @property
    def name(self) -> str:
        """What the track name event says, or nothing."""
        names = self.metas(m.TRACK_NAME)
        return m.one_line(m.text_of(names[0][1])) if names else ""

    @property
    def end(self) -> int:
        """The last tick."""
        return max((row[0] for row in RECORD.iter_unpack(self.packed[-RECORD.size :])), default=0)


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


def _row(event: Event, payloads: list[bytes]) -> tuple[int, ...]:
    message, more = event.message, (event.voice, event.step, event.id)
    status = message[0]
    if status >= m.SYSEX:
        payloads.append(message[2:] if status == m.META else message[1:])
        return (event.tick, status, message[1] if status == m.META else 0, 0, len(payloads) - 1, *more)
    return (event.tick, status, message[1], message[2] if len(message) > 2 else 0, -1, *more)


def in_order(events: NDArray[np.void], payloads: Sequence[bytes]) -> Track:
    """A track of events in any order: by tick, ends of notes before beginnings, and one end of the track, at its end.

    Parameters
    ----------
    events
        A structured array as `Track.events`; those of equal rank at one tick stay as they are.
    payloads
        What its column `payload` counts.
    """
    import numpy as np

    status, ticks = events["status"], events["tick"]
    last = int(ticks.max(initial=0))
    ends = (status == m.META) & (events["data1"] == m.END_OF_TRACK)
    order = np.lexsort((np.frombuffer(RANKS, np.uint8)[status], ticks))
    closed = np.zeros(int((~ends).sum()) + 1, events.dtype)
    closed[:-1] = events[order[~ends[order]]]
    closed[-1] = (last, m.META, m.END_OF_TRACK, 0, len(payloads), 0, -1, -1)
    long = np.flatnonzero(closed["payload"] >= 0)
    data = [*payloads, b""]
    used = tuple([data[row] for row in closed["payload"][long].tolist()])
    closed["payload"][long] = np.arange(len(long))
    return Track(closed.tobytes(), used)


def channel_of(index: int) -> int:
    """A channel for the part of that number, never the drum channel."""
    return index % 15 + (index % 15 >= PERCUSSION)
