"""What sounds already: every part listens to those composed before it.

A clash is a minor second or ninth between parts (in any octave) that lasts at
least half an eighth. Below MIDI 48 only octaves and fifths sound together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from mi_theme.renditions.arrangement.styles import Instrument
from mi_theme.renditions.composing.slots import EIGHTH, PlannedNote

__all__ = ["LOW_LIMIT", "SHORTEST_CLASH", "Texture", "clashes", "muddies"]

SHORTEST_CLASH = EIGHTH // 2  # ticks: a shorter one passes
LOW_LIMIT = 48  # below this only octaves and fifths
CLEAR_WHEN_LOW = (0, 7)
PAGE_LENGTH = 1920  # ticks: notes are kept by the pages they sound in

Sound = tuple[int, int, int]  # start, stop, pitch


def clashes(low: int, high: int) -> bool:
    """Whether two pitches make a minor second or ninth."""
    return abs(high - low) % 12 == 1


def muddies(one: int, other: int) -> bool:
    """Whether two pitches lie too low for their interval."""
    return max(one, other) < LOW_LIMIT and abs(one - other) % 12 not in CLEAR_WHEN_LOW


@dataclass
class Texture:
    """The notes of the parts composed so far."""

    notes: dict[str, list[PlannedNote]] = field(default_factory=dict)
    pages: dict[int, list[Sound]] = field(default_factory=dict)

    def add(self, part: Instrument, notes: Iterable[PlannedNote]) -> None:
        """Remember a part, drums without their pitches."""
        found = list(notes)
        self.notes.setdefault(part.name, []).extend(found)
        for note in () if part.is_drums else found:
            self._sound(note.start, note.start + round(note.length * (note.gate or part.gate)), note.pitch)

    def _sound(self, start: int, stop: int, pitch: int) -> None:
        for page in range(start // PAGE_LENGTH, (stop - 1) // PAGE_LENGTH + 1):
            self.pages.setdefault(page, []).append((start, stop, pitch))

    def during(self, start: int, stop: int) -> Iterator[Sound]:
        """What sounds for at least half an eighth of a span."""
        for page in range(start // PAGE_LENGTH, max(stop - 1, start) // PAGE_LENGTH + 1):
            for sound in self.pages.get(page, ()):
                if min(sound[1], stop) - max(sound[0], start) >= min(SHORTEST_CLASH, stop - start):
                    yield sound

    def trouble(self, start: int, stop: int, pitch: int) -> int | None:
        """Where a note would begin to clash or to muddy the bass; None if it never does."""
        found = [
            max(sound[0], start)
            for sound in self.during(start, stop)
            if clashes(sound[2], pitch) or muddies(sound[2], pitch)
        ]
        return min(found, default=None)

    def fits(self, start: int, stop: int, pitch: int) -> bool:
        """Whether a note would sound well."""
        return self.trouble(start, stop, pitch) is None

    def shortened(self, note: PlannedNote, gate: float, least: int = EIGHTH) -> PlannedNote | None:
        """The note as long as it sounds well, if that is long enough."""
        stop = note.start + round(note.length * (note.gate or gate))
        where = self.trouble(note.start, stop, note.pitch)
        if where is None:
            return note
        return note._replace(length=where - note.start, gate=1.0) if where - note.start >= least else None

    def lowest(self, part: str, start: int, stop: int) -> int | None:
        """The lowest pitch of a part in a span."""
        return min((n.pitch for n in self.notes.get(part, ()) if n.start < stop and n.end > start), default=None)

    def silent(self, part: str, start: int, stop: int) -> bool:
        """Whether a part rests in a span."""
        return not any(n.start < stop and n.end > start for n in self.notes.get(part, ()))
