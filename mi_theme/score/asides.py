"""Asides: what notation says beside its notes and bars, kept in the words in which it was said.

An aside is an event of the track that it stands in: sequencer-specific, of the maker 7D, which
MIDI leaves to private use. So it goes where its tick goes, through a change of metre and
through a MIDI file, and other programs pass over it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from mi_theme.score import messages as m

if TYPE_CHECKING:
    from mi_theme.score.scores import Score
    from mi_theme.score.tracks import Track

__all__ = ["HOSTS", "Aside", "PlacedAside", "asides_of"]

HOSTS = ("note", "rest", "place", "until", "left", "right", "part", "head")
PAYLOAD = re.compile(r"(note) (\d{1,3}) (<.*)|(\w+) (<.*)", re.DOTALL)
GROUPS = ("direction", "direction-type", "articulations", "ornaments", "technical", "barline", "bar-style")
TAG = re.compile(r"<([\w-]+)")


class Aside(NamedTuple):
    """What is written beside a note or at a place.

    Attributes
    ----------
    host
        What it hangs on: a ``note``, a ``rest``, a ``place`` where something begins, or one
        ``until`` which something lasts, the ``left`` or the ``right`` bar line of a bar, or
        a ``part``, or the ``head`` of the whole.
    said
        An element of MusicXML, such as ``<slur type="start" number="1"/>``.
    pitch
        Key of the note that it hangs on; -1 for none.
    """

    host: str
    said: str
    pitch: int = -1

    @property
    def kind(self) -> str:
        """The name of its element."""
        return _first_tag(self.said)

    @property
    def name(self) -> str:
        """What it is, such as ``slur``, ``staccato`` or ``dynamics``: of a group the first that is in it."""
        tags: list[str] = TAG.findall(self.said)
        inner = [tag for tag in tags if tag not in GROUPS]
        return (inner or tags or [""])[0]

    @property
    def message(self) -> bytes:
        """The event that says it."""
        pitch = f"{self.pitch} " if self.host == "note" else ""
        return m.meta(m.SEQUENCER, m.OURS + f"{self.host} {pitch}{self.said}".encode())

    @classmethod
    def of(cls, data: bytes) -> Aside | None:
        """The aside that a sequencer-specific event says, if it is one.

        Parameters
        ----------
        data
            What follows the kind and length of the event.
        """
        return _aside_of(data) if data.startswith(m.OURS) else None


@lru_cache(maxsize=4096)
def _aside_of(data: bytes) -> Aside | None:
    found = PAYLOAD.fullmatch(data[len(m.OURS) :].decode("utf-8", "replace"))
    if found is None or (found[4] and found[4] not in HOSTS[1:]):
        return None
    return Aside("note", found[3], int(found[2])) if found[1] else Aside(found[4], found[5])


@lru_cache(maxsize=4096)
def _first_tag(said: str) -> str:
    found = TAG.match(said)
    return found[1] if found else ""


class PlacedAside(NamedTuple):
    """An aside, its track, its row among the events there, its tick, and the row of `Score.spans` that it hangs on, or -1."""

    track: int
    row: int
    tick: int
    aside: Aside
    note: int


@lru_cache(maxsize=4)
def asides_of(score: Score) -> tuple[PlacedAside, ...]:
    """The asides of a score, track after track, in order.

    Parameters
    ----------
    score
        Any score.

    Returns
    -------
    tuple of PlacedAside
        An aside to a note that is not there hangs on none.
    """
    found: list[PlacedAside] = []
    for number, track in enumerate(score.tracks):
        mine = list(_said(track, number))
        notes = _notes_at({placed.tick for placed in mine if placed.aside.host == "note"}, score, number)
        found += [
            placed._replace(note=_host(notes.get((placed.tick, placed.aside.pitch), ()), placed.note))
            for placed in mine
        ]
    return tuple(found)


def _said(track: Track, number: int) -> Iterator[PlacedAside]:
    """The asides of a track, each with the voice that it names in place of its note."""
    if not any(data.startswith(m.OURS) for data in track.payloads):
        return
    events = track.events
    rows = ((events["status"] == m.META) & (events["data1"] == m.SEQUENCER)).nonzero()[0]
    columns = (events[name][rows].tolist() for name in ("tick", "payload", "voice"))
    for row, tick, payload, voice in zip(rows.tolist(), *columns, strict=True):
        if aside := Aside.of(track.payloads[payload]):
            yield PlacedAside(number, row, tick, aside, voice)


def _notes_at(ticks: set[int], score: Score, number: int) -> dict[tuple[int, int], list[tuple[int, int]]]:
    """By tick and pitch the notes of a track that begin at these ticks: voice, and row in `Score.spans`."""
    found: dict[tuple[int, int], list[tuple[int, int]]] = {}
    if not ticks:
        return found
    rows = (score.spans["track"] == number).nonzero()[0]
    events = score.tracks[number].events[score.spans["on"][rows]]
    columns = (events[name].tolist() for name in ("tick", "data1", "voice"))
    for row, tick, pitch, voice in zip(rows.tolist(), *columns, strict=True):
        if tick in ticks:
            found.setdefault((tick, pitch), []).append((voice, row))
    return found


def _host(notes: Sequence[tuple[int, int]], voice: int) -> int:
    """The note of this voice, else the first of them."""
    return next((row for own, row in notes if own == voice), notes[0][1] if notes else -1)
