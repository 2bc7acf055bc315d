"""Which notes of a part are written as one line: chords, voices in which nothing overlaps, grace notes before their notes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence, Set
from fractions import Fraction
from math import lcm
from typing import NamedTuple

from mi_theme.score.grace_times import GRACE_VALUE

__all__ = ["PartNote", "WrittenChord", "chords_of", "graces_of", "in_voices"]

MOST_VOICES = 4  # of a staff that was played: more cannot be told apart by the eye


class PartNote(NamedTuple):
    """A note of a part as it is written, in quarters; `order` is its place in the input."""

    start: Fraction
    end: Fraction
    pitch: int
    step: int
    velocity: int
    voice: int
    mark: str
    order: int


class WrittenChord(NamedTuple):
    """Notes that begin and end together in one voice, the grace notes before them, and those behind that lead nowhere."""

    start: Fraction
    end: Fraction
    rows: tuple[PartNote, ...]
    graces: tuple[PartNote, ...] = ()
    tails: tuple[PartNote, ...] = ()

    @property
    def height(self) -> float:
        """Mean pitch."""
        rows = self.rows
        return float(rows[0].pitch) if len(rows) == 1 else sum([row.pitch for row in rows]) / len(rows)


def graces_of(rows: Sequence[PartNote]) -> set[int]:
    """Places in a part written as notation of notes that stand for grace notes, as the readers of notation put them.

    Such a note lasts a 32nd, up to the beginning of a longer note of its voice, while
    another of the voice sounds or nothing does; or begins with it, at the very beginning.
    """
    voices: defaultdict[int, list[PartNote]] = defaultdict(list)
    for row in rows:
        voices[row.voice].append(row)
    longest = {
        (row.voice, row.start): max(other.end - other.start for other in group)
        for row, group in _by_start(voices).items()
    }
    found = set()
    for row in rows:
        if row.end - row.start != GRACE_VALUE:
            continue
        main = row.start if row.start == 0 and longest[row.voice, row.start] > GRACE_VALUE else row.end
        if longest.get((row.voice, main), Fraction(0)) <= GRACE_VALUE:
            continue
        mine = [other for other in voices[row.voice] if other.start < row.end and other[:2] != row[:2]]
        last = max((other.end for other in mine), default=Fraction(0))
        if main == row.start or last >= row.end or last < row.start:
            found.add(row.order)
    return found


def _by_start(voices: dict[int, list[PartNote]]) -> dict[PartNote, list[PartNote]]:
    found: dict[tuple[int, Fraction], list[PartNote]] = defaultdict(list)
    for voice, rows in voices.items():
        for row in rows:
            found[voice, row.start].append(row)
    return {group[0]: group for group in found.values()}


def chords_of(rows: Iterable[PartNote], graces: Set[int]) -> dict[int, list[WrittenChord]]:
    """For each voice that the input names its chords, in order; a pitch that is there twice is in two of them."""
    rows = list(rows)
    parts = _parts(rows)
    groups: dict[tuple[int, int, int, int], list[PartNote]] = {}
    before: list[PartNote] = []
    for row in rows:
        if row.order in graces:
            before.append(row)
            continue
        copy, start, end = 0, _ticks(row.start, parts), _ticks(row.end, parts)
        while any(other.pitch == row.pitch for other in groups.get((row.voice, start, end, copy), ())):
            copy += 1
        groups.setdefault((row.voice, start, end, copy), []).append(row)
    found: dict[int, list[WrittenChord]] = defaultdict(list)
    for (voice, *_), members in sorted(groups.items(), key=lambda item: item[0]):
        members.sort(key=lambda row: row.pitch)
        found[voice].append(WrittenChord(members[0].start, members[0].end, tuple(members)))
    for row, place in _main_places(sorted(before, key=lambda row: row.order)):
        _attach(found, row, place)
    return dict(sorted(found.items()))


def _main_places(graces: Sequence[PartNote]) -> Iterator[tuple[PartNote, Fraction]]:
    """Each grace note with the place of its note: where those that follow one another end; at the very beginning, there."""
    ends: dict[tuple[int, Fraction], Fraction] = {}
    for grace in reversed(graces):
        ends[grace.voice, grace.start] = ends.get((grace.voice, grace.end), grace.end)
    for grace in graces:
        opening = ends.get((grace.voice, Fraction(0)), Fraction(0))
        yield grace, Fraction(0) if grace.start < opening else ends[grace.voice, grace.start]


def _attach(voices: dict[int, list[WrittenChord]], grace: PartNote, place: Fraction) -> None:
    """Put a grace note before its note; where none follows behind the last one; alone in its voice it is a short note."""
    for voice in dict.fromkeys([grace.voice, *voices]):
        chords = voices.get(voice, [])
        later = [number for number, chord in enumerate(chords) if chord.start in (place, grace.end)]
        if later:
            number = min(
                later, key=lambda number: (chords[number].start != place, abs(chords[number].height - grace.pitch))
            )
            chords[number] = chords[number]._replace(graces=(*chords[number].graces, grace))
            return
    mine = voices.setdefault(grace.voice, [])
    last = next((number for number in reversed(range(len(mine))) if mine[number].start < grace.start), None)
    if last is not None and last == len(mine) - 1 and mine[last].end >= grace.end:
        mine[last] = mine[last]._replace(tails=(*mine[last].tails, grace))
    else:
        mine.append(WrittenChord(grace.start, grace.end, (grace,)))
        mine.sort(key=lambda chord: chord[:2])


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
    """
    parts = _parts(chords)
    begun = [(_ticks(chord.start, parts), -chord.height, chord) for chord in chords]
    ordered = sorted(begun, key=lambda one: one[:2])
    alone = _alone([(start, _ticks(chord.end, parts)) for start, _, chord in ordered])
    voices: list[list[WrittenChord]] = []
    ends: list[int] = []
    for place, (start, _, chord) in enumerate(ordered):
        free = [number for number, end in enumerate(ends) if end <= start]
        if (alone[place] and voices) or not free:
            free = free and ([0] if ends[0] <= start else [])
        if free:
            height = chord.height
            number = min(free, key=lambda number: abs(voices[number][-1].height - height)) if free[1:] else free[0]
            voices[number].append(chord)
            ends[number] = _ticks(chord.end, parts)
        elif not played or len(voices) < MOST_VOICES:
            voices.append([chord])
            ends.append(_ticks(chord.end, parts))
        else:
            _squeeze(voices, chord)
            ends = [_ticks(voice[-1].end, parts) for voice in voices]
    return voices


def _parts(written: Iterable[PartNote | WrittenChord]) -> int:
    """Parts of a quarter in which all of these begin and end."""
    return lcm(*{place.denominator for one in written for place in one[:2]})


def _ticks(place: Fraction, parts: int) -> int:
    return place.numerator * (parts // place.denominator)


def _alone(spans: Sequence[tuple[int, int]]) -> list[bool]:
    """Whether each of these, in order of their beginnings, overlaps no other."""
    until, found = -1, []
    for (start, end), (after, _) in zip(spans, [*spans[1:], (spans[-1][1] if spans else 0, 0)], strict=True):
        found.append(until <= start and after >= end)
        until = max(until, end)
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
