"""Which notes of a part are written as one line: chords, voices in which nothing overlaps, grace notes before their notes."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence, Set
from itertools import groupby
from operator import itemgetter, le
from typing import NamedTuple

from mi_theme.errors import ScoreError
from mi_theme.notated.written_places import Places
from mi_theme.score.grace_times import GRACE_VALUE

__all__ = ["PartNote", "WrittenChord", "chords_of", "graces_of", "in_voices"]

SPAN = itemgetter(5, 0, 1)  # voice, start and end of a `PartNote`
START, ENDS = itemgetter(0), itemgetter(0, 1)  # of a `WrittenChord`: where it starts; and where it ends
MOST_VOICES = 4  # of a staff that was played: more cannot be told apart by the eye
MOST_WRITTEN = 256  # voices of a part that was written: no page has room for more


class PartNote(NamedTuple):
    """A note of a part as it is written, in ticks of `Places`; `order` is its row in `Score.spans`."""

    start: int
    end: int
    pitch: int
    step: int
    velocity: int
    voice: int
    mark: str
    order: int


class WrittenChord(NamedTuple):
    """Notes that begin and end together in one voice, the grace notes before them, and those behind that lead nowhere."""

    start: int
    end: int
    rows: tuple[PartNote, ...]
    graces: tuple[PartNote, ...] = ()
    tails: tuple[PartNote, ...] = ()

    @property
    def height(self) -> float:
        """Mean pitch."""
        rows = self.rows
        return float(rows[0].pitch) if len(rows) == 1 else sum([row.pitch for row in rows]) / len(rows)


def graces_of(rows: Sequence[PartNote], places: Places) -> set[int]:
    """Places in a part written as notation of notes that stand for grace notes, as the readers of notation put them.

    Such a note lasts a 32nd, up to the beginning of a longer note of its voice, while
    another of the voice sounds or nothing does; or begins with it, at the very beginning.
    """
    value = places.ticks(GRACE_VALUE)
    short = [row for row in rows if row.end - row.start == value]
    spans = defaultdict[int, set[tuple[int, int]]](set)
    for row in rows if short else ():
        spans[row.voice].add((row.start, row.end))
    found = set()
    for voice, group in groupby(sorted(short, key=SPAN), key=itemgetter(5)):
        longest = {start: end - start for start, end in sorted(spans[voice])}
        starts, latest = _latest_ends(sorted(spans[voice]))
        for row in group:
            main = row.start if row.start == 0 and longest[row.start] > value else row.end
            if longest.get(main, 0) <= value:
                continue
            before = latest[bisect_left(starts, row.end)]
            last = next(end for end, start in before if (start, end) != row[:2])
            if main == row.start or last >= row.end or last < row.start:
                found.add(row.order)
    return found


def _latest_ends(spans: Sequence[tuple[int, int]]) -> tuple[list[int], list[list[tuple[int, int]]]]:
    """Where spans in order begin; and of none of them, of the first, of the first two and so on the two that end last: (end, start)."""
    latest = [[(0, -1), (0, -1)]]
    for start, end in spans:
        latest.append(sorted([*latest[-1], (end, start)], reverse=True)[:2])
    return [start for start, _ in spans], latest


def chords_of(rows: Iterable[PartNote], graces: Set[int]) -> dict[int, list[WrittenChord]]:
    """For each voice that the input names its chords, in order; a pitch that is there twice is in two of them."""
    found: dict[int, list[WrittenChord]] = defaultdict(list)
    before: list[PartNote] = []
    if graces:
        rows = list(rows)
        before = [row for row in rows if row.order in graces]
        rows = [row for row in rows if row.order not in graces]
    for (voice, start, end), group in groupby(sorted(rows, key=SPAN), key=SPAN):
        notes = tuple(group)
        for chord in _without_copies(notes) if len(notes) > 1 else (notes,):
            found[voice].append(WrittenChord(start, end, chord))
    for row, place in _main_places(sorted(before, key=lambda row: row.order)):
        _attach(found, row, place)
    return dict(sorted(found.items()))


def _without_copies(notes: Iterable[PartNote]) -> list[tuple[PartNote, ...]]:
    """Notes that begin and end together as chords, each from low to high with no pitch twice."""
    found: list[dict[int, PartNote]] = []
    seen = Counter[int]()
    for note in notes:
        if seen[note.pitch] == len(found):
            found.append({})
        found[seen[note.pitch]][note.pitch] = note
        seen[note.pitch] += 1
    return [tuple([chord[pitch] for pitch in sorted(chord)]) for chord in found]


def _main_places(graces: Sequence[PartNote]) -> Iterator[tuple[PartNote, int]]:
    """Each grace note with the place of its note: where those that follow one another end; at the very beginning, there."""
    ends: dict[tuple[int, int], int] = {}
    for grace in reversed(graces):
        ends[grace.voice, grace.start] = ends.get((grace.voice, grace.end), grace.end)
    for grace in graces:
        opening = ends.get((grace.voice, 0), 0)
        yield grace, 0 if grace.start < opening else ends[grace.voice, grace.start]


def _attach(voices: dict[int, list[WrittenChord]], grace: PartNote, place: int) -> None:
    """Put a grace note before its note; where none follows behind the last one; alone in its voice it is a short note."""
    for voice in dict.fromkeys([grace.voice, *voices]):
        chords = voices.get(voice, [])
        for at in (place, grace.end):
            here = range(bisect_left(chords, at, key=START), bisect_right(chords, at, key=START))
            if here:
                number = min(here, key=lambda number: abs(chords[number].height - grace.pitch))
                chords[number] = chords[number]._replace(graces=(*chords[number].graces, grace))
                return
    mine = voices.setdefault(grace.voice, [])
    last = bisect_left(mine, grace.start, key=START) - 1
    if 0 <= last == len(mine) - 1 and mine[last].end >= grace.end:
        mine[last] = mine[last]._replace(tails=(*mine[last].tails, grace))
    else:
        insort_right(mine, WrittenChord(grace.start, grace.end, (grace,)), key=ENDS)


def in_voices(chords: Sequence[WrittenChord], *, played: bool) -> list[list[WrittenChord]]:
    """Chords in voices in which nothing overlaps, the highest first where they begin together.

    A chord goes to the free voice that was nearest in pitch, one that nothing overlaps
    to the first. Of playing there are four voices at most: what is held on longer,
    or begins with them, is written shorter.

    Parameters
    ----------
    chords
        In order of their beginnings.
    played
        Whether values are a player's, and may be cut.

    Raises
    ------
    ScoreError
        Where they would be more voices than any notation has.
    """
    starts, stops = [chord.start for chord in chords], [chord.end for chord in chords]
    if all(map(le, stops, starts[1:])):  # nothing overlaps
        return [[*chords]]
    ordered = sorted(chords, key=lambda chord: (chord.start, -chord.height))
    alone = _alone(ordered)
    voices: list[list[WrittenChord]] = []
    ends: list[int] = []
    for chord, single in zip(ordered, alone, strict=True):
        free = [number for number, end in enumerate(ends) if end <= chord.start]
        if (single and voices) or not free:
            free = free and ([0] if ends[0] <= chord.start else [])
        if free:
            height = chord.height
            number = min(free, key=lambda number: abs(voices[number][-1].height - height)) if free[1:] else free[0]
            voices[number].append(chord)
            ends[number] = chord.end
        elif not played or len(voices) < MOST_VOICES:
            if len(voices) == MOST_WRITTEN:
                raise ScoreError(f"more than {MOST_WRITTEN} voices in a part: this cannot be written as notation")
            voices.append([chord])
            ends.append(chord.end)
        else:
            _squeeze(voices, chord)
            ends = [voice[-1].end for voice in voices]
    return voices


def _alone(chords: Sequence[WrittenChord]) -> list[bool]:
    """Whether each of these, in order of their beginnings, overlaps no other."""
    until, found = -1, []
    for chord, following in zip(chords, [*chords[1:], None], strict=True):
        found.append(until <= chord.start and (following is None or following.start >= chord.end))
        until = max(until, chord.end)
    return found


def _squeeze(voices: list[list[WrittenChord]], chord: WrittenChord) -> None:
    """Find room for a chord more: cut what ends first of what has begun, or join what begins with it."""
    begun = [voice for voice in voices if voice[-1].start < chord.start]
    if begun:
        voice = min(begun, key=lambda voice: voice[-1].end)
        voice[-1] = voice[-1]._replace(end=chord.start)
        voice.append(chord)
        return
    voice = min(voices, key=lambda voice: abs(voice[-1].height - chord.height))
    last = voice[-1]
    known = {row.pitch for row in last.rows}
    rows = sorted([*last.rows, *(row for row in chord.rows if row.pitch not in known)], key=lambda row: row.pitch)
    voice[-1] = last._replace(rows=tuple(rows))
