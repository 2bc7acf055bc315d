"""Staves made of chords in voices: heads, marks, syllables and what else is written beside the notes."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache
from itertools import chain

import numpy as np

from mi_theme.notated.placed_marks import dynamics_of_sections, said_marks, staff_marks
from mi_theme.notated.players import Player, StaffOfPart
from mi_theme.notated.staves import LOWER, Head, Staff, StaffMark, StaffNote
from mi_theme.notated.voice_separation import PartNote, WrittenChord
from mi_theme.notated.written_places import Places
from mi_theme.notated.written_values import NewBar
from mi_theme.pitch import MAJOR
from mi_theme.score import Score
from mi_theme.score import messages as m
from mi_theme.score.asides import Aside, PlacedAside
from mi_theme.score.marks import Mark, kind_of
from mi_theme.score.percussion_keys import drum_key

__all__ = ["StaffMaker"]

NEAR_SYLLABLE = Fraction(1, 4)  # quarters between a syllable and its note
CHORD = "<chord/>"  # said of a grace note that sounds with the one before it


class StaffMaker:
    """Makes the staves of a score: it knows what the score says of each note.

    Parameters
    ----------
    score
        The score.
    bars
        Of all staves.
    fifths
        The key signature at the beginning.
    asides
        What is written beside notes.
    """

    def __init__(self, score: Score, bars: Sequence[NewBar], fifths: int, asides: Sequence[PlacedAside]) -> None:
        self.score, self.fifths = score, fifths
        self.frames, self.end = tuple((bar,) for bar in bars), bars[-1].end
        self.last = int(self.end)  # quarters: what ends before ends before the last bar line, told without fractions
        self.syllables, self.marks = _syllables(score), said_marks(score)
        self.sections = sorted({at for at, _ in score.markers})
        self.firsts = {part.track: index for index, part in reversed([*enumerate(score.parts)])}
        self.beside: dict[int, tuple[str, ...]] = {}  # what is said of notes, and of tracks where it hangs on none
        self.said: dict[int, list[tuple[Fraction, Aside]]] = {}
        for placed in asides:
            if placed.note >= 0:
                self.beside[placed.note] = (*self.beside.get(placed.note, ()), placed.aside.said)
            else:
                at = Fraction(placed.tick, score.ticks_per_quarter)
                self.said.setdefault(placed.track, []).append((at, placed.aside))

    def staves(self, found: Sequence[StaffOfPart], player: Player) -> Iterator[Staff]:
        """The staves of a player.

        Parameters
        ----------
        found
            The notes of each.
        player
            Who reads them.
        """
        of_parts = {staff.part: [staff.part] for staff in found}
        of_parts[found[0].part] += [part for part in player.parts if part not in of_parts]
        for place, staff in enumerate(found):
            first = place == 0 or staff.part != found[0].part
            hand = place if found[0].part == staff.part else 0
            made = self._staff(staff, hand, of_parts[staff.part], first=first)
            if len(player.parts) > 1:
                made = replace(made, labels=LOWER if place else (player.name,))
            if first and not (self.score.is_notation or any(kind_of(mark.name) == "dynamics" for mark in made.marks)):
                mine = chain.from_iterable(other.notes.rows for other in found if other.part == staff.part)
                rows = sorted(mine, key=lambda row: row.start) if self.sections else ()
                said = dynamics_of_sections(rows, self.sections, self.end, staff.notes.places)
                made = replace(made, marks=(*made.marks, *said))
            yield replace(made, labels=LOWER) if hand else made

    def _staff(self, staff: StaffOfPart, place: int, parts: Sequence[int], *, first: bool) -> Staff:
        part = self.score.parts[staff.part]
        name = f"p{staff.part}" + "ab"[place] * (place > 0)
        written = staff.notes.voices()
        voices = [list[StaffNote]() for _ in written]
        ordered = [(chord, voice) for chords, voice in zip(written, voices, strict=True) for chord in chords]
        if len(voices) > 1:
            ordered.sort(key=lambda pair: (pair[0].start, -pair[0].height))
        places, drums = staff.notes.places, part.is_percussion
        for number, (chord, voice) in enumerate(ordered):
            voice.append(self._note(chord, f"{name}n{number}", places, drums))
        shown: Iterable[StaffMark] = ()
        if marks := [mark for index in parts for mark in self.marks.of_parts.get(index, ())]:
            pairs = zip(chain.from_iterable(written), chain.from_iterable(voices), strict=True)
            of_rows = {row.order: note for chord, note in pairs for row in chord.rows + chord.graces + chord.tails}
            shown = staff_marks(marks, of_rows, self.score.ticks_per_quarter, self.end)
        track = part.track if staff.part == self.firsts[part.track] and first else -1
        return Staff(
            frames=self.frames,
            voices=tuple(map(tuple, voices)),
            fifths=0 if part.is_percussion else self.fifths,
            labels=(part.name,),
            percussion=part.is_percussion,
            asides=tuple(self.said.get(track, ())),
            marks=tuple(mark for mark in shown if first or kind_of(mark.name) == "slur"),
            part=staff.part,
        )

    def _note(self, chord: WrittenChord, name: str, places: Places, drums: bool) -> StaffNote:
        """A note or chord, up to the last bar line, with what is said of it."""
        rows, said, sung = chord.rows, self.marks.of_notes, ""
        if self.syllables:
            sung = next((self.syllables[row.order] for row in rows if row.order in self.syllables), "")
        marks = [mark for row in rows for mark in said.get(row.order, ())] if said else []
        if played := rows[0].mark:
            alike = all(row.mark == played for row in rows)
            if alike and not any(kind_of(mark.name) == "articulations" for mark in marks):
                marks.append(Mark(played))
        start, end = places[chord.start], places[chord.end]
        return StaffNote(
            start,
            end if chord.end < self.last * places.resolution else min(end, self.end),
            self._heads(rows[0], drums) if len(rows) == 1 else tuple([self._heads(row, drums)[0] for row in rows]),
            name,
            tuple(dict.fromkeys(marks)) if marks else (),
            tuple(self._graces(chord.graces, drums)) if chord.graces else (),
            tuple(sung.split("\n")) if sung else (),
            tuple(self._graces(chord.tails, drums)) if chord.tails else (),
        )

    def _graces(self, rows: Sequence[PartNote], drums: bool) -> Iterator[Head]:
        """Grace notes; those that sound together are a chord."""
        before = None
        for row in rows:
            (head,) = self._heads(row, drums)
            yield head._replace(asides=(*head.asides, CHORD)) if row.start == before else head
            before = row.start

    def _heads(self, row: PartNote, drums: bool) -> tuple[Head]:
        """The heads of a note that is no chord."""
        heads = _plain_heads(row.pitch, row.step, row.velocity, drums)
        return (heads[0]._replace(asides=self.beside[row.order]),) if row.order in self.beside else heads


@lru_cache(maxsize=2**12)
def _plain_heads(pitch: int, step: int, velocity: int, drums: bool) -> tuple[Head]:
    """The heads of a note with nothing beside it: in memory once."""
    if drums:
        drum = drum_key(pitch)
        return (Head(drum.step, 0, drum.head or "drum", pitch, velocity),)
    return (Head(step, pitch - 12 * (step // 7 + 1) - MAJOR[step % 7], velocity=velocity),)


def _syllables(score: Score) -> dict[int, str]:
    """Syllables by the row of their note; those of a track without notes go to the part that begins notes with most of them."""
    starts, parts = score.spans["start"], score.span_parts
    rows = [np.flatnonzero(parts == index) for index in range(len(score.parts))]
    found: dict[int, str] = {}
    of_track = defaultdict[int, list[int]](list)
    for index, part in enumerate(score.parts):
        of_track[part.track].append(index)
    for number, track in enumerate(score.tracks):
        sung = {tick: text for tick, data in track.metas(m.LYRIC) if (text := m.text_of(data).lstrip("/\\\r\n"))}
        own = of_track.get(number) or range(len(score.parts))
        if not sung or not len(score.parts):
            continue
        mine = rows[max(own, key=lambda index: (len({*starts[rows[index]].tolist()} & sung.keys()), -index))]
        ticks = starts[mine].tolist()
        for tick, text in sung.items():
            at = bisect_left(ticks, tick)
            near = min(range(max(at - 1, 0), min(at + 1, len(ticks))), key=lambda i: abs(ticks[i] - tick))
            if abs(ticks[near] - tick) <= NEAR_SYLLABLE * score.ticks_per_quarter:
                found.setdefault(int(mine[near]), text)
    return found
