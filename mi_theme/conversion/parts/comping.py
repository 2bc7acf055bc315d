"""Bass and chords by turns, as in a waltz or a march, made anew in the beats of another metre.

Oom-pah-pah becomes root - chord - fifth - chord in 4/4 and the reverse: the
bass takes the strong beats, the chord all others. Known by the notes: a low
note on the downbeat, one chord on the other beats, in one part or in several.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from mi_theme.conversion.parts.figuration import Note
from mi_theme.conversion.reading.layers import Layer

__all__ = ["Comping", "Count", "comping_of", "remade_comping"]

BASS = {
    2: (0,),
    3: (0,),
    4: (0, 2),
    5: (0, 3),
    6: (0, 3),
    7: (0, 3, 5),
}  # beats on which the bass plays, by their number
FIFTH = 7
LOWEST = 28  # E of the double bass: a fifth is rather a fourth below the root, but not below this

Strokes = dict[int, list[int]]  # beat: indices of a layer


class Count(NamedTuple):
    """How a bar is counted, in parts of a quarter: where the counts fall, where it ends, on which of them a bass plays."""

    places: Sequence[int]
    stop: int
    bass: Sequence[int]

    @classmethod
    def of(cls, places: Sequence[int], stop: int) -> Count:
        """With the bass where players have it; nowhere in bars of more beats than seven."""
        return cls(places, stop, BASS.get(len(places), ()))


class Comping(NamedTuple):
    """A bar of bass and chords: of each part the strokes of either; the tones of the chord."""

    bass: Mapping[int, Strokes]
    chords: Mapping[int, Strokes]
    tones: frozenset[int]


def comping_of(layers: Sequence[Layer], start: int, count: Count) -> Comping | None:
    """The bass and chords of a bar that begins at `start`, or None where it has no such pattern."""
    beats, stop = count.places, count.stop
    bass: dict[int, Strokes] = {}
    chords: dict[int, Strokes] = {}
    for number, layer in enumerate(layers):
        strokes = {} if layer.lead else _on_beats(layer, start, beats, stop)
        for beat, indices in strokes.items():
            low = beat == 0 or (0 in strokes and len({p % 12 for p in layer.pitch[indices].tolist()}) == 1)
            (bass if low else chords).setdefault(number, {})[beat] = indices
    found = Comping(bass, chords, frozenset(_tones(layers, bass) | _tones(layers, chords)))
    return found if _is_pattern(found, layers, beats, stop) else None


def _on_beats(layer: Layer, start: int, beats: Sequence[int], stop: int) -> Strokes:
    """The strokes of a part beat by beat; none where it plays anything else."""
    stretch, places = layer.between(start, start + stop), {at: beat for beat, at in enumerate(beats)}
    found: Strokes = {}
    for index in range(stretch.start, stretch.stop):
        beat = places.get(int(layer.at[index]) - start)
        if beat is None or not layer.true[index]:
            return {}
        found.setdefault(beat, []).append(index)
    return found


def _tones(layers: Sequence[Layer], strokes: Mapping[int, Strokes]) -> set[int]:
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
        and _lies_below(basses, sounds)
        and _are_short(layers, found.chords, beats, stop)
    )


def _sound(layers: Sequence[Layer], strokes: Mapping[int, Strokes], beat: int) -> list[int]:
    return sorted(p for number, mine in strokes.items() for p in layers[number].pitch[mine[beat]].tolist())


def _lies_below(basses: Sequence[Sequence[int]], chords: Sequence[Sequence[int]]) -> bool:
    return max(max(sound) for sound in basses) < min(min(sound) for sound in chords)


def _are_short(layers: Sequence[Layer], chords: Mapping[int, Strokes], beats: Sequence[int], stop: int) -> bool:
    ends = [*beats[1:], stop]
    return all(
        int(layers[number].lasts[index]) <= ends[beat] - beats[beat]
        for number, strokes in chords.items()
        for beat, indices in strokes.items()
        for index in indices
    )


def remade_comping(
    found: Comping, layers: Sequence[Layer], old: Count, new: Count
) -> Iterator[tuple[int, str, Strokes, list[list[Note]]]]:
    """For each part (index of the layers): what it plays, its strokes, and the strokes that they become."""
    downs = [new.places[beat] for beat in new.bass]
    ups = [at for beat, at in enumerate(new.places) if beat not in new.bass]
    words = _words(new, found, layers)
    for number in sorted({*found.bass, *found.chords}):
        low, high = found.bass.get(number, {}), found.chords.get(number, {})
        made = _bass(layers[number], low, old, downs, new.stop, found.tones) if low else []
        made += _chords(high, ups) if high else []
        yield number, words, low | high, sorted(made, key=lambda notes: notes[0].at)


def _words(new: Count, found: Comping, layers: Sequence[Layer]) -> str:
    """``re-patterned root - chord - fifth - chord``."""
    number, strokes = next(iter(found.bass.items()))
    fifth = (int(layers[number].pitch[strokes[0][0]]) + FIFTH) % 12 in found.tones
    names = ("root", "fifth") if fifth else ("bass", "other bass")
    basses = {beat: names[place % 2] for place, beat in enumerate(new.bass)}
    return "re-patterned " + " - ".join(basses.get(beat, "chord") for beat in range(len(new.places)))


def _bass(
    layer: Layer,
    strokes: Strokes,
    old: Count,
    places: Sequence[int],
    stop: int,
    tones: frozenset[int],
) -> list[list[Note]]:
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


def _bass_note(layer: Layer, index: int, at: int, room: int, rings: int, added: bool, shift: int) -> Note:
    """One note of the bass, as long as its beat where it rang to the next one, or would ring over it."""
    lasts, pitch = int(layer.lasts[index]), int(layer.pitch[index]) + shift
    new = room if (lasts == rings or lasts > room) and lasts != room else None
    return Note(at, index, added, new, pitch, f"the {_name(layer, index, pitch)} in the bass")


def _name(layer: Layer, index: int, pitch: int) -> str:
    interval = (pitch - int(layer.pitch[index])) % 12
    return {0: "root again", FIFTH: "fifth"}.get(interval, "other tone")


def _other_bass(root: int, tones: frozenset[int]) -> int:
    """The fifth, a fourth below or a fifth above; in an inversion the next tone of the chord below, or above."""
    below = [pitch for pitch in range(root - 5, root - 10, -1) if pitch % 12 in tones and pitch >= LOWEST]
    above = [pitch for pitch in (root + FIFTH, *range(root + 3, root + 10)) if pitch % 12 in tones]
    fifth = (root + FIFTH) % 12
    if fifth in tones:
        return root - 5 if root - 5 >= LOWEST else root + FIFTH
    return (below or above or [root])[0]


def _chords(strokes: Strokes, places: Sequence[int]) -> list[list[Note]]:
    """The chord on its new beats."""
    olds = sorted(strokes)
    return [
        [Note(at, index, number >= len(olds)) for index in strokes[olds[min(number, len(olds) - 1)]]]
        for number, at in enumerate(places)
    ]
