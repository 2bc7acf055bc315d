"""The marks that a score says, each with its notes or its place."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

from mi_theme.notated.staves import StaffMark, StaffNote
from mi_theme.notated.voice_separation import PartNote
from mi_theme.notated.written_places import Places
from mi_theme.score import Score
from mi_theme.score import messages as m
from mi_theme.score.marks import Mark, kind_of

__all__ = ["SaidMarks", "dynamics_of_sections", "said_marks", "staff_marks"]

LEVELS = {
    "ppp": 16,
    "pp": 33,
    "p": 49,
    "mp": 64,
    "mf": 80,
    "f": 96,
    "ff": 112,
    "fff": 126,
}  # velocities, as MuseScore has them
LEAST_CHANGE = 8  # of the mean velocity: half of the way from one to the next
BESIDE = ("dynamics", "wedge", "slur")  # kinds of marks that stand beside notes; the others belong to one


class PlacedMark(NamedTuple):
    """A mark of a part beside its notes, the tick where it stands, and the note there, -1 for none: its row in `Score.spans`."""

    mark: Mark
    tick: int
    row: int


class SaidMarks(NamedTuple):
    """The marks of notes, by their rows in `Score.spans`; and of parts those beside notes, in their order."""

    of_notes: Mapping[int, tuple[Mark, ...]]
    of_parts: Mapping[int, tuple[PlacedMark, ...]]


def said_marks(score: Score) -> SaidMarks:
    """What the tracks of a score say of its notes.

    A mark belongs to the notes that begin at its tick in its voice, or, where that voice has none, at its tick.
    """
    of_notes, of_parts = defaultdict[int, list[Mark]](list), defaultdict[int, list[PlacedMark]](list)
    spans, parts = score.spans, score.span_parts.tolist()
    for number, track in enumerate(score.tracks):
        said = [(tick, mark, voice) for tick, mark, voice in _texts(score, number) if mark]
        if not said:
            continue
        begun = defaultdict[int, list[int]](list)
        for row in (spans["track"] == number).nonzero()[0].tolist():
            begun[int(spans["start"][row])].append(row)
        voices = track.events["voice"]
        first = next((index for index, part in enumerate(score.parts) if part.track == number), None)
        for tick, mark, voice in said:
            here = begun.get(tick, [])
            rows = [row for row in here if voices[spans["on"][row]] == voice] or here
            if kind_of(mark.name) not in BESIDE:
                for row in rows:
                    of_notes[row].append(mark)
            elif rows or first is not None:
                top = max(rows, key=lambda row: track.events["data1"][spans["on"][row]], default=-1)
                of_parts[parts[top] if rows else first or 0].append(PlacedMark(mark, tick, top))
    return SaidMarks(
        {row: tuple(dict.fromkeys(marks)) for row, marks in of_notes.items()},
        {part: tuple(marks) for part, marks in of_parts.items()},
    )


def _texts(score: Score, number: int) -> Iterator[tuple[int, Mark | None, int]]:
    """(tick, mark, voice) of the text events of a track."""
    track = score.tracks[number]
    if not any(payload.startswith(m.MARK_TEXT.encode()) for payload in track.payloads):
        return
    events = track.events
    for row in ((events["status"] == m.META) & (events["data1"] == m.TEXT)).nonzero()[0].tolist():
        event = events[row]
        yield int(event["tick"]), Mark.of(m.text_of(track.payloads[event["payload"]])), int(event["voice"])


def staff_marks(
    marks: Sequence[PlacedMark], notes: Mapping[int, StaffNote], quarter: int, end: Fraction
) -> Iterator[StaffMark]:
    """The marks beside the notes of a staff, by where they begin; spans without an end are left out.

    Parameters
    ----------
    marks
        Of the part, in order.
    notes
        The notes as they are written, by their rows in `Score.spans`.
    quarter
        Ticks in a quarter.
    end
        The last bar line, in quarters.
    """
    found: list[StaffMark] = []
    begun: list[tuple[Mark, Fraction, str]] = []
    for mark, tick, row in sorted(marks, key=lambda placed: (placed.tick, not placed.mark.ends)):
        note = notes.get(row)
        at = note.start if note else min(Fraction(tick, quarter), end)
        name = note.id if note else ""
        if kind_of(mark.name) == "dynamics":
            found.append(StaffMark(mark.name, at, at))
        elif not mark.ends:
            begun.append((mark, at, name))
        elif opened := next((one for one in reversed(begun) if one[0] == mark._replace(ends=False)), None):
            begun.remove(opened)
            _, start, first = opened
            if at > start and (kind_of(mark.name) != "slur" or (first and name)):
                found.append(StaffMark(mark.name, start, at, first, name))
    yield from sorted(found, key=lambda mark: (mark.start, -mark.end, mark.name))


def dynamics_of_sections(
    rows: Sequence[PartNote], sections: Sequence[Fraction], end: Fraction, places: Places
) -> Iterator[StaffMark]:
    """A dynamic where a section of played music is louder or softer than what was said before.

    Parameters
    ----------
    rows
        The notes of a part, in order.
    sections
        Where sections begin, in quarters, in order.
    end
        The last bar line.
    places
        Of the notes.
    """
    said, level = "", 0.0
    starts = [row.start for row in rows] if sections else []
    lines = [bisect_left(starts, place * places.resolution) for place in (*sections, end)]
    for low, high in pairwise(lines if sections else []):
        inside = rows[low:high]
        if not inside:
            continue
        loudness = sum(row.velocity for row in inside) / len(inside)
        name = min(LEVELS, key=lambda name: abs(LEVELS[name] - loudness))
        if name != said and abs(loudness - level) >= LEAST_CHANGE:
            first = places[inside[0].start]
            yield StaffMark(name, first, first)
            said, level = name, loudness
