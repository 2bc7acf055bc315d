"""What becomes of accompanying parts under a plan: running figures stay even, bass and chords find the new beats.

Bass and chords by turns, as in a waltz or a march, are made anew: oom-pah-pah
becomes root - chord - fifth - chord in 4/4 and the reverse. The bass takes the
strong beats, the chord all others. Known by the notes: a low note on the
downbeat, one chord on the other beats, in one part or in several.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from mi_theme.adaptation.frames import Frame, Task, frame_of, starts_of
from mi_theme.adaptation.groupings import through_twos
from mi_theme.adaptation.swing import swing_in, swung_back
from mi_theme.conversion.parts.figuration import Attacks, GroupImage, MadeNote, remade_runs
from mi_theme.conversion.parts.kit_frames import evenly, goes_by_the_map, kit_frames
from mi_theme.conversion.parts.placements import Copied, PartPattern, Placements
from mi_theme.conversion.parts.riffs import remade_riff
from mi_theme.conversion.reading.grid import GRID
from mi_theme.conversion.reading.layers import Layer, layers_of
from mi_theme.conversion.scoreplan import ScorePlan, Span
from mi_theme.quantising import WrittenTwin
from mi_theme.warp import Warp

__all__ = ["accompany", "takes_all_runs"]

NO_ROOM = "no room in the figure"
# beats on which the bass plays, by their number
BASS_BEATS = {2: (0,), 3: (0,), 4: (0, 2), 5: (0, 3), 6: (0, 3), 7: (0, 3, 5)}
OTHER_BASS = {5: ((0, 2),), 7: ((0, 2, 4), (0, 2, 5))}  # where the tune is grouped otherwise
FIFTH = 7
LOWEST_BASS = 28  # E of the double bass: a fifth is rather a fourth below the root, but not below this

Remade = tuple[int, str, dict[int, list[int]], list[list[MadeNote]]]


class Count(NamedTuple):
    """How a bar is counted, in parts of a quarter: where the counts fall, where it ends, on which of them a bass plays."""

    places: Sequence[int]
    stop: int
    bass: Sequence[int]

    @classmethod
    def of(cls, places: Sequence[int], stop: int) -> Count:
        """With the bass where players have it; nowhere in bars of more beats than seven."""
        return cls(places, stop, BASS_BEATS.get(len(places), ()))

    def between(self, low: int | None, high: int | None) -> Count:
        """What is counted in a stretch; nothing where its ends are on no count."""
        if low not in (*self.places, self.stop) or high not in (*self.places, self.stop) or low is None or high is None:
            return Count((), 0, ())
        inside = [place for place in self.places if low <= place < high]
        return Count(
            inside, high, [inside.index(self.places[beat]) for beat in self.bass if self.places[beat] in inside]
        )

    def under(self, images: Collection[int | None]) -> Count:
        """The same, with the bass where the beats of the tune have gone, if there is another way for it."""
        ways = (
            bass for bass in OTHER_BASS.get(len(self.places), ()) if set(images) >= {self.places[beat] for beat in bass}
        )
        usual = set(images) >= {self.places[beat] for beat in self.bass}
        return self if usual else self._replace(bass=next(ways, self.bass))


class Comping(NamedTuple):
    """A bar of bass and chords: of each part the strokes of either; the tones of the chord."""

    bass: Mapping[int, Attacks]
    chords: Mapping[int, Attacks]
    tones: frozenset[int]


def accompany(plan: ScorePlan, music: WrittenTwin, found: Placements) -> None:
    """Place the notes of accompanying parts that are not carried by the map."""
    layers = layers_of(music, plan.lead_part, plan.swing) if plan.request.accompaniment == "pattern" else ()
    kit = plan.request.drums in ("pulse", "keep") and any(part.is_percussion for part in music.score.parts)
    for span, start in plan.starts():
        patterns = []
        if layers and not goes_by_the_map(span):
            for number, what, strokes, made in remade(layers, span, kit):
                _place(layers[number], strokes, made, start, swing_in(span.target, plan.swing), found)
                name = music.score.parts[layers[number].part].name
                patterns.append(PartPattern(name, what, len(strokes), len(made)))
        found.patterns.append(tuple(patterns))


def takes_all_runs(layers: Sequence[Layer], span: Span) -> bool:
    """Whether every running figure of a span is made anew, so that the map need not mind its notes."""
    place, stop = _whole(span.start), _whole(span.start + span.base.source)
    if not layers or place is None or stop is None or goes_by_the_map(span):
        return False
    runs = [(number, layer.between(place, stop)) for number, layer in enumerate(layers) if layer.runs]
    notes = {
        (number, index) for number, mine in runs for index in np.flatnonzero(layers[number].step[mine]) + mine.start
    }
    if not notes:
        return False
    made = {(n, i) for n, _, strokes, _ in remade(layers, span) for indices in strokes.values() for i in indices}
    return notes <= made


def remade(layers: Sequence[Layer], span: Span, kit: bool = False) -> Iterator[Remade]:
    """(index of the layer, what it plays, its strokes, what they become), in parts of a quarter from the span's start."""
    place = _whole(span.start)
    groups = _groups(span.figure, span.warp)
    if place is None or not groups:
        return
    taken, fives = set(), evenly(span.base, span.frames)
    for item in _comping(layers, span, place):
        taken.add(item[0])
        yield item
    for number, layer in enumerate(layers):
        if number not in taken:
            runs = [] if fives else list(remade_runs(layer, place, groups))
            riffs = _riffs(layer, place, span) if kit and not (runs or span.repeats or fives) else ()
            for what, strokes, made in (*runs, *riffs):
                yield number, what, strokes, made


def _riffs(layer: Layer, place: int, span: Span) -> Iterator[tuple[str, Attacks, list[list[MadeNote]]]]:
    """The riff of a part; where simple beats become as many fewer or more threes, in their time, and swung."""
    source, target = span.frames
    through = through_twos(Task(span.figure, (), source, target))
    if span.base.target != target.length or (source.meter.is_compound != target.meter.is_compound and through is None):
        return  # what floats over the bar lines keeps its speed as it is
    onward = through[1] if through else Warp.identity(target.length)
    groups = _groups(span.figure, span.base.then(onward.inverse()))
    for what, strokes, made in remade_riff(layer, place, groups) if groups else ():
        yield what, strokes, [[_swung(layer, note, onward) for note in notes] for notes in made] if through else made


def _swung(layer: Layer, note: MadeNote, onward: Warp) -> MadeNote:
    lasts = note.lasts or int(layer.lasts[note.model])
    at, end = (round(onward(Fraction(place, GRID)) * GRID) for place in (note.at, note.at + lasts))
    return note._replace(at=at, lasts=end - at)


def _comping(layers: Sequence[Layer], span: Span, place: int) -> Iterator[Remade]:
    """Bass and chords of one bar that becomes one bar of another number of beats, or some beats of a compound one."""
    source, target = kit_frames(span)
    new = next(iter(_counts(target)), None)
    if target.bars != 1 or not new or not new.bass or (source.bars != 1 and not target.meter.is_compound):
        return
    alike = len(source.beats) == len(target.beats)
    bar = frame_of(source.meter, 1)
    for number in range(source.bars):
        low, high = (_whole(span.base(at * bar.length)) for at in (number, number + 1))
        mine = new.between(low, high)
        for old in (old for old in _counts(bar) if mine.bass and (len(old.places) != len(bar.beats) or not alike)):
            comping = comping_of(layers, place + number * GRID * int(bar.length), old)
            if comping:
                counts = [count.between(low, high) for count in _counts(target)]
                mine = min(counts, key=lambda count: abs(len(count.places) - len(old.places)))
                images = {_whole(span.base(beat)) for beat in source.beats if span.base.keeps(beat)}
                yield from remade_comping(comping, layers, old, mine.under(images))
                break


@lru_cache(maxsize=256)
def _counts(frame: Frame) -> tuple[Count, ...]:
    """The ways to count a bar: by its beats, but in a compound metre rather by its pulses, the bass on the beats; in two also by half beats."""
    places, pulse = _all_whole((*frame.beats, frame.length)), _whole(frame.meter.pulse)
    beats = (Count.of(places[:-1], places[-1]),) if places else ()
    if places and len(frame.beats) == 2 and not frame.meter.is_compound and frame.bars == 1:
        return *beats, Count([at for beat in places[:-1] for at in (beat, beat + places[1] // 2)], places[-1], (0, 2))
    if not places or not pulse or not frame.meter.is_compound or len(frame.beats) not in BASS_BEATS:
        return beats
    pulses = list(range(0, places[-1], pulse))
    return Count(pulses, places[-1], [pulses.index(at) for at in places[:-1]]), *beats


def _whole(value: Fraction) -> int | None:
    """A position in parts of a quarter, where it is whole."""
    scaled = value * GRID
    return int(scaled) if scaled.denominator == 1 else None


@lru_cache(maxsize=1024)
def _groups(figure: tuple[Fraction, ...], warp: Warp) -> tuple[GroupImage, ...]:
    """The groups of a span and their images; none where they are not on the grid."""
    lengths = figure * int(warp.source / sum(figure)) if figure else ()
    starts = [*starts_of(lengths), warp.source]
    places = [_all_whole((start, stop, warp(start), warp.end(stop))) for start, stop in pairwise(starts)]
    return tuple(GroupImage(*place) for place in places) if all(places) else ()


def _all_whole(values: Sequence[Fraction]) -> list[int]:
    """Positions in parts of a quarter; none where one is not whole."""
    places = [place for place in map(_whole, values) if place is not None]
    return places if len(places) == len(values) else []


def _place(
    layer: Layer,
    strokes: dict[int, list[int]],
    made: list[list[MadeNote]],
    start: Fraction,
    swing: Fraction | None,
    found: Placements,
) -> None:
    """Enter new strokes; what is not used again is left out."""
    kept = set()
    rows, pitches = layer.rows, layer.pitch
    for notes in made:
        at = start + _quarters(notes[0].at, swing)
        for note in notes:
            lasts = None if note.lasts is None else Fraction(note.lasts, GRID)
            row = int(rows[note.model])
            if note.added:
                pitch = int(pitches[note.model]) if note.pitch is None else note.pitch
                found.copied.append(Copied(at, lasts, row, pitch, note.why, bass=note.pitch is not None))
            else:
                found.moved[row] = at, lasts
                kept.add(row)
    every = (row for indices in strokes.values() for row in rows[indices].tolist())
    found.dropped.update((row, NO_ROOM) for row in every if row not in kept)


@lru_cache(maxsize=4096)
def _quarters(place: int, swing: Fraction | None) -> Fraction:
    """A place in parts of a quarter as quarters, swung again."""
    return swung_back(Fraction(place, GRID), swing)


def comping_of(layers: Sequence[Layer], start: int, count: Count) -> Comping | None:
    """The bass and chords of a bar that begins at `start`, or None where it has no such pattern."""
    beats, stop = count.places, count.stop
    bass: dict[int, Attacks] = {}
    chords: dict[int, Attacks] = {}
    for number, layer in enumerate(layers):
        strokes = {} if layer.lead else _on_beats(layer, start, beats, stop)
        for beat, indices in strokes.items():
            low = beat == 0 or (0 in strokes and len({p % 12 for p in layer.pitch[indices].tolist()}) == 1)
            (bass if low else chords).setdefault(number, {})[beat] = indices
    found = Comping(bass, chords, frozenset())
    if not _is_pattern(found, layers, beats, stop):
        return None
    return found._replace(tones=frozenset(_tones(layers, bass) | _tones(layers, chords)))


def _on_beats(layer: Layer, start: int, beats: Sequence[int], stop: int) -> Attacks:
    """The strokes of a part beat by beat; none where it plays anything else."""
    stretch, places = layer.between(start, start + stop), {at: beat for beat, at in enumerate(beats)}
    found: Attacks = {}
    for index in range(stretch.start, stretch.stop):
        beat = places.get(int(layer.at[index]) - start)
        if beat is None or not layer.true[index]:
            return {}
        found.setdefault(beat, []).append(index)
    return found


def _tones(layers: Sequence[Layer], strokes: Mapping[int, Attacks]) -> set[int]:
    return {
        p % 12 for n, mine in strokes.items() for indices in mine.values() for p in layers[n].pitch[indices].tolist()
    }


def _is_pattern(found: Comping, layers: Sequence[Layer], beats: Sequence[int], stop: int) -> bool:
    """A low single tone on the first beat; on every other beat either it or the same chord, which is short."""
    low = {tuple(mine) for mine in found.bass.values()}
    high = {tuple(mine) for mine in found.chords.values()}
    if len(low) != 1 or len(high) != 1 or sorted([*low.copy().pop(), *high.copy().pop()]) != list(range(len(beats))):
        return False
    (downs,), (ups,) = low, high
    if 0 not in downs or len(downs) > len(ups):
        return False
    sounds = [_sound(layers, found.chords, beat) for beat in ups]
    basses = [_sound(layers, found.bass, beat) for beat in downs]
    one_chord = all({p % 12 for p in sound} == {p % 12 for p in sounds[0]} for sound in sounds)
    single = all(len({p % 12 for p in sound}) == 1 for sound in basses)
    return (
        one_chord
        and single
        and len(sounds[0]) > 1
        and max(map(min, basses)) < min(map(min, sounds))  # in octaves the upper may reach into the chord
        and _are_short(layers, found.chords, beats, stop)
    )


def _sound(layers: Sequence[Layer], strokes: Mapping[int, Attacks], beat: int) -> list[int]:
    return sorted(p for number, mine in strokes.items() for p in layers[number].pitch[mine[beat]].tolist())


def _are_short(layers: Sequence[Layer], chords: Mapping[int, Attacks], beats: Sequence[int], stop: int) -> bool:
    ends = [*beats[1:], stop]
    return all(
        int(layers[number].lasts[index]) <= ends[beat] - beats[beat]
        for number, strokes in chords.items()
        for beat, indices in strokes.items()
        for index in indices
    )


def remade_comping(
    found: Comping, layers: Sequence[Layer], old: Count, new: Count
) -> Iterator[tuple[int, str, Attacks, list[list[MadeNote]]]]:
    """For each part (index of the layers): what it plays, its strokes, and the strokes that they become."""
    downs = [new.places[beat] for beat in new.bass]
    ups = [at for beat, at in enumerate(new.places) if beat not in new.bass]
    words = _words(new, found, layers)
    for number in sorted({*found.bass, *found.chords}):
        low, high = found.bass.get(number, {}), found.chords.get(number, {})
        made = _bass(layers[number], low, old, downs, new.stop, found.tones) if low else []
        made += _chords(high, ups) if high else []
        made = [[_filling(layers[number], note, old, new) for note in notes] for notes in made]
        yield number, words, low | high, sorted(made, key=lambda notes: notes[0].at)


def _filling(layer: Layer, note: MadeNote, old: Count, new: Count) -> MadeNote:
    """A note that lasted from one count to the next does so again."""
    was, now = ({b - a for a, b in pairwise([*count.places, count.stop])} for count in (old, new))
    fills = note.lasts is None and len(was) == len(now) == 1 and {int(layer.lasts[note.model])} == was
    return note._replace(lasts=now.pop()) if fills else note


def _words(new: Count, found: Comping, layers: Sequence[Layer]) -> str:
    """``re-patterned root - chord - fifth - chord``."""
    number, strokes = next(iter(found.bass.items()))
    fifth = (int(layers[number].pitch[strokes[0][0]]) + FIFTH) % 12 in found.tones
    names = ("root", "fifth") if fifth else ("bass", "other bass")
    basses = {beat: names[place % 2] for place, beat in enumerate(new.bass)}
    return "re-patterned " + " - ".join(basses.get(beat, "chord") for beat in range(len(new.places)))


def _bass(
    layer: Layer, strokes: Attacks, old: Count, places: Sequence[int], stop: int, tones: frozenset[int]
) -> list[list[MadeNote]]:
    """The bass on its new beats; one more is the fifth of the chord, or else another tone of it."""
    olds, ends = sorted(strokes), [*places[1:], stop]
    made = []
    for number, (at, until) in enumerate(zip(places, ends, strict=True)):
        added = number >= len(olds)
        beat = olds[-1] if added else olds[number]
        rings = next((old.places[other] for other in olds if other > beat), old.stop) - old.places[beat]
        mine = strokes[olds[0] if added else beat]
        root = min(int(layer.pitch[index]) for index in mine)
        shift = _other_bass(root, tones) - root if added and number % 2 else 0  # of all alike: octaves stay octaves
        made.append([_bass_note(layer, index, at, until - at, rings, added, shift) for index in mine])
    return made


def _bass_note(layer: Layer, index: int, at: int, room: int, rings: int, added: bool, shift: int) -> MadeNote:
    """One note of the bass, as long as its beat where it rang to the next one, or would ring over it."""
    lasts, pitch = int(layer.lasts[index]), int(layer.pitch[index]) + shift
    new = room if (lasts == rings or lasts > room) and lasts != room else None
    interval = (pitch - int(layer.pitch[index])) % 12
    name = {0: "root again", FIFTH: "fifth"}.get(interval, "other tone")
    return MadeNote(at, index, added, lasts=new, pitch=pitch, why=f"the {name} in the bass")


def _other_bass(root: int, tones: frozenset[int]) -> int:
    """The fifth, a fourth below or a fifth above; in an inversion the next tone of the chord below, or above."""
    below = [pitch for pitch in range(root - 5, root - 10, -1) if pitch % 12 in tones and pitch >= LOWEST_BASS]
    above = [pitch for pitch in (root + FIFTH, *range(root + 3, root + 10)) if pitch % 12 in tones]
    fifth = (root + FIFTH) % 12
    if fifth in tones:
        return root - 5 if root - 5 >= LOWEST_BASS else root + FIFTH
    return (below or above or [root])[0]


def _chords(strokes: Attacks, places: Sequence[int]) -> list[list[MadeNote]]:
    """The chord on its new beats."""
    olds = sorted(strokes)
    return [
        [MadeNote(at, index, number >= len(olds)) for index in strokes[olds[min(number, len(olds) - 1)]]]
        for number, at in enumerate(places)
    ]
