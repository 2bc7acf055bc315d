"""Notes of a stream that the map does not carry: the edits of its events, brought back to its elements."""

from __future__ import annotations

import copy
from collections import defaultdict
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import count
from typing import Any

from mi_theme.conversion.parts.edits import edits_under, struck
from mi_theme.conversion.parts.placements import Extra
from mi_theme.conversion.scoreplan import ScorePlan
from mi_theme.files.notation.barring import Placed
from mi_theme.files.notation.from_stream import Sung, score_of_sung, sung_of
from mi_theme.files.notation.to_stream import spelled
from mi_theme.quantising import written_music
from mi_theme.score.percussion_keys import drum_key

__all__ = ["StreamEdits", "split", "voiced"]

Place = tuple[Fraction, Fraction]


class StreamEdits:
    """What the events say of a stream: which notes are placed one by one, which go, which are added.

    Attributes
    ----------
    sung, score
        The notes of the stream as they were read, and the score that they make.
    timeline
        Where positions of the stream go.
    rows
        For each element, by its id, the notes that begin in it, as numbers of `sung`.
    places
        For each note that the map does not carry its new beginning and end, or None where it goes.
    extras
        For each part the notes that are added.
    """

    def __init__(self, plan: ScorePlan, stream: Any, parts: Sequence[Any]) -> None:
        sung = [list(sung_of(part)) for part in parts]
        self.sung: list[Sung] = [note for notes in sung for note in notes]
        self.score = score_of_sung(stream, sung)
        self.rows: dict[int, list[int]] = defaultdict(list)
        for number, note in enumerate(self.sung):
            self.rows[id(note.element)].append(number)
        music = written_music(plan.score if plan.score == self.score else self.score)
        spans, tracks = music.score.spans, music.score.tracks
        begins = zip(spans["track"].tolist(), spans["on"].tolist(), strict=True)
        numbers = [int(tracks[track].events["id"][on]) for track, on in begins]  # of each row, in the input
        edits = edits_under(plan, self.score)
        self.timeline = edits.timeline
        self.places: dict[int, Place | None] = {numbers[row]: None for row in edits.placements.dropped}
        self.extras: dict[int, list[tuple[Extra, int, Place]]] = defaultdict(list)
        if music.is_played:  # notation has no other place for notes than where they are written
            rows = zip(numbers, spans["start"].tolist(), spans["stop"].tolist(), strict=True)
            quarter = music.score.ticks_per_quarter
            places = ((n, Fraction(start, quarter), Fraction(stop, quarter)) for n, start, stop in rows)
            self.places = {
                n: (self.timeline.onset(start), self.timeline.end(stop)) for n, start, stop in places
            } | dict.fromkeys(numbers[row] for row in edits.dropped.tolist())
        for row, number, at, end in struck(music.score, edits):
            if row >= 0:
                self.places[numbers[row]] = at, end
            else:
                extra = edits.extras[number]
                model = numbers[extra.row] if extra.row >= 0 else -1
                self.extras[self.score.parts[extra.part].track - 1].append((extra, model, (at, end)))

    def of(self, element: Any) -> list[Place | None] | None:
        """The places of the notes of an element; None where the map decides."""
        rows = self.rows.get(id(element), [])
        if element.duration.isGrace or not rows or len(rows) != len(_notes_of(element)):
            return None
        if any(row not in self.places for row in rows):
            return None
        return [self.places[row] for row in rows]

    def added(self, index: int, voices: dict[int, str]) -> Iterator[Placed]:
        """Notes that are added to a part, those of one chord together; `voices` by the id of an element."""
        together: dict[tuple[Place, int], list[tuple[Extra, int]]] = defaultdict(list)
        for extra, model, place in self.extras.get(index, ()):
            element = id(self.sung[model].element) if model >= 0 else extra.pitch
            together[place, element].append((extra, model))
        for (place, element), mine in sorted(together.items(), key=lambda item: item[0][0]):
            yield Placed(*place, self._made(index, mine), voices.get(element, "1"))

    def _made(self, index: int, mine: list[tuple[Extra, int]]) -> Any:
        """A note or chord after the model of another."""
        extra, model = mine[0]
        if model < 0:  # a stroke of a stock pattern
            from music21 import note

            return note.Unpitched(displayName=drum_key(extra.pitch).place)
        element, rows = self.sung[model].element, self.rows[id(self.sung[model].element)]
        mine = sorted(mine, key=lambda pair: rows.index(pair[1]))
        twin = _some_of(element, [rows.index(row) for _, row in mine])
        twin.lyrics = []
        for note, (extra, model) in zip(_notes_of(twin), mine, strict=True):
            if extra.pitch != self.sung[model].pitch and hasattr(note, "pitch"):
                note.pitch = self._named(index, extra.pitch, model)
        return twin

    def _named(self, index: int, pitch: int, model: int) -> Any:
        """A pitch as it is written, spelled as it is near by."""
        from music21 import pitch as pitches

        like = self.sung[model]
        written = int(_notes_of(like.element)[self.rows[id(like.element)].index(model)].pitch.midi)
        if written != like.pitch:  # of a transposing instrument
            return pitches.Pitch(midi=pitch + written - like.pitch)
        alike = (note for note in self.sung if note.step >= 0 and (note.pitch - pitch) % 12 == 0)
        near = min(alike, key=lambda note: abs(note.at - like.at), default=None)
        step = near.step + (pitch - near.pitch) // 12 * 7 if near else -1
        part = next(part for part in self.score.parts if part.track == index + 1)
        return pitches.Pitch(spelled(self.score, part, pitch, step))


def _notes_of(element: Any) -> list[Any]:
    return list(getattr(element, "notes", None) or (element,))


def _some_of(element: Any, numbers: Sequence[int]) -> Any:
    """A copy of an element with some of its notes, free of ties and slurs; marks stay."""
    notes = _notes_of(element)
    twin = copy.deepcopy(element if len(numbers) == len(notes) else notes[numbers[0]])
    if 1 < len(numbers) < len(notes):
        twin = type(element)([copy.deepcopy(notes[number]) for number in numbers])
    twin.tie = None
    for spanner in list(twin.getSpannerSites()):
        if twin in spanner.spannerStorage:
            spanner.spannerStorage.remove(twin)
    return twin


def split(element: Any, voice: str, places: Sequence[Place | None]) -> Iterator[Placed]:
    """An element whose notes have places of their own, in as many as it takes."""
    together: dict[Place, list[int]] = defaultdict(list)
    for number, place in enumerate(places):
        if place is not None:
            together[place].append(number)
    for place, numbers in sorted(together.items()):
        made = element if len(numbers) == len(places) else _some_of(element, numbers)
        made.tie = None
        yield Placed(*place, made, voice)


def voiced(things: list[Placed]) -> list[Placed]:
    """Notes that begin and end together in one voice made chords, and those that overlap there given voices of their own."""
    loose = [thing for thing in things if thing.end in (None, thing.start)]
    notes = sorted(
        (thing for thing in things if thing.end not in (None, thing.start)), key=lambda thing: (thing.start, thing.end)
    )
    together: dict[tuple[str, Place], list[Placed]] = defaultdict(list)
    for thing in notes:
        together[thing.voice, (thing.start, thing.end or thing.start)].append(thing)
    free: dict[str, Fraction] = {}
    numbers = count(max((int(thing.voice) for thing in notes if thing.voice.isdecimal()), default=0) + 1)
    more: dict[tuple[str, int], str] = defaultdict(lambda: str(next(numbers)))
    found = []
    for (name, (start, end)), mine in together.items():
        voice, number = name, 1
        while free.get(voice, start) > start:
            number += 1
            voice = more[name, number]
        free[voice] = end
        found.append(Placed(start, end, _joined([thing.element for thing in mine]), voice))
    return [*loose, *found]


def _joined(elements: list[Any]) -> Any:
    """One chord of some notes and chords."""
    from music21 import chord, percussion

    if len(elements) == 1:
        return elements[0]
    notes = {
        note.pitch.nameWithOctave if hasattr(note, "pitch") else (note.displayName, id(note.storedInstrument)): note
        for element in reversed(elements)
        for note in _notes_of(element)
    }
    drums = any(not hasattr(note, "pitch") for note in notes.values())
    made: Any = (percussion.PercussionChord if drums else chord.Chord)([*notes.values()][::-1])
    made.articulations = [mark for element in elements for mark in element.articulations]
    made.expressions = [mark for element in elements for mark in element.expressions]
    made.lyrics = next((element.lyrics for element in elements if element.lyrics), [])
    return made
