"""Staves made of chords in voices: heads, marks, syllables and what else is written beside the notes."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import chain

import numpy as np

from mi_theme.notated.placed_marks import PlacedMark, dynamics_of_sections, said_marks, staff_marks
from mi_theme.notated.players import Player, StaffOfPart
from mi_theme.notated.staves import Head, Staff, StaffNote
from mi_theme.notated.voice_separation import PartNote, WrittenChord
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
        self.score, self.fifths, self.asides = score, fifths, asides
        self.frames, self.end = tuple((bar,) for bar in bars), bars[-1].end
        self.last = int(self.end)  # quarters: what ends before ends before the last bar line, told without fractions
        self.syllables, self.marks = _syllables(score), said_marks(score)
        self.sections = sorted({at for at, _ in score.markers})
        self.beside = defaultdict[int, tuple[str, ...]](tuple)
        for placed in asides:
            self.beside[placed.note] += (placed.aside.said,)

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
            if len(player.parts) > len(found):
                made = replace(made, labels=(player.name,))
            if first and not (self.score.is_notation or any(kind_of(mark.name) == "dynamics" for mark in made.marks)):
                mine = chain.from_iterable(other.notes.rows for other in found if other.part == staff.part)
                rows = sorted(mine, key=lambda row: row.start.numerator / row.start.denominator)
                made = replace(made, marks=(*made.marks, *dynamics_of_sections(rows, self.sections, self.end)))
            yield replace(made, labels=("",)) if hand else made

    def _staff(self, staff: StaffOfPart, place: int, parts: Sequence[int], *, first: bool) -> Staff:
        part = self.score.parts[staff.part]
        name = f"p{staff.part}" + "ab"[place] * (place > 0)
        written = staff.notes.voices()
        numbers = {
            id(chord): number
            for number, chord in enumerate(
                sorted(chain.from_iterable(written), key=lambda c: (c.start.numerator / c.start.denominator, -c.height))
            )
        }
        voices = [
            [self._note(chord, f"{name}n{numbers[id(chord)]}", drums=part.is_percussion) for chord in voice]
            for voice in written
        ]
        of_rows = {
            row.order: note
            for chords, notes in zip(written, voices, strict=True)
            for chord, note in zip(chords, notes, strict=True)
            for row in (*chord.rows, *chord.graces, *chord.tails)
        }
        marks: list[PlacedMark] = [mark for index in parts for mark in self.marks.of_parts.get(index, ())]
        shown = staff_marks(marks, of_rows, self.score.ticks_per_quarter, self.end) if marks else ()
        track = part.track if staff.part == self._first_of_track(part.track) and first else -1
        return Staff(
            frames=self.frames,
            voices=tuple(map(tuple, voices)),
            fifths=0 if part.is_percussion else self.fifths,
            labels=(part.name,),
            percussion=part.is_percussion,
            asides=tuple(self._asides(track)),
            marks=tuple(mark for mark in shown if first or kind_of(mark.name) == "slur"),
            part=staff.part,
        )

    def _first_of_track(self, track: int) -> int:
        return next(index for index, part in enumerate(self.score.parts) if part.track == track)

    def _asides(self, track: int) -> Iterator[tuple[Fraction, Aside]]:
        """What is written beside the notes of a track and hangs on none of them."""
        for placed in self.asides:
            if placed.track == track and placed.note < 0:
                yield Fraction(placed.tick, self.score.ticks_per_quarter), placed.aside

    def _note(self, chord: WrittenChord, name: str, *, drums: bool) -> StaffNote:
        """A note or chord, up to the last bar line, with what is said of it."""
        said, sung = self.marks.of_notes, ""
        if self.syllables:
            sung = next((self.syllables[row.order] for row in chord.rows if row.order in self.syllables), "")
        marks = [mark for row in chord.rows for mark in said.get(row.order, ())] if said else []
        played = {row.mark for row in chord.rows}
        if len(played) == 1 and played != {""} and not any(kind_of(mark.name) == "articulations" for mark in marks):
            marks.append(Mark(played.pop()))
        return StaffNote(
            start=chord.start,
            end=chord.end if chord.end.numerator < self.last * chord.end.denominator else min(chord.end, self.end),
            heads=tuple([self._head(row, drums=drums) for row in chord.rows]),
            id=name,
            marks=tuple(dict.fromkeys(marks)),
            graces=tuple(self._graces(chord.graces, drums=drums)) if chord.graces else (),
            lyrics=tuple(sung.split("\n")) if sung else (),
            tails=tuple(self._graces(chord.tails, drums=drums)) if chord.tails else (),
        )

    def _graces(self, rows: Sequence[PartNote], *, drums: bool) -> Iterator[Head]:
        """Grace notes; those that sound together are a chord."""
        before: Fraction | None = None
        for row in rows:
            head = self._head(row, drums=drums)
            yield head._replace(asides=(*head.asides, CHORD)) if row.start == before else head
            before = row.start

    def _head(self, row: PartNote, *, drums: bool) -> Head:
        beside = self.beside.get(row.order, ())
        if drums:
            drum = drum_key(row.pitch)
            return Head(drum.step, 0, drum.head or "drum", row.pitch, row.velocity, beside)
        alter = row.pitch - 12 * (row.step // 7 + 1) - MAJOR[row.step % 7]
        return Head(row.step, alter, velocity=row.velocity, asides=beside)


def _syllables(score: Score) -> dict[int, str]:
    """Syllables by the row of their note; those of a track without notes go to the part that begins notes with most of them."""
    starts, parts = score.spans["start"], score.span_parts
    rows = [np.flatnonzero(parts == index) for index in range(len(score.parts))]
    found: dict[int, str] = {}
    for number, track in enumerate(score.tracks):
        sung = {tick: text for tick, data in track.metas(m.LYRIC) if (text := m.text_of(data).lstrip("/\\\r\n"))}
        own = [index for index, part in enumerate(score.parts) if part.track == number] or range(len(score.parts))
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
