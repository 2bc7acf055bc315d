"""How chords are laid out: the voicing whose top moves least and in which every voice sounds well.

A voicing that clashes gives way to another; only where none is clean are voices
shortened or left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from heapq import nsmallest
from itertools import combinations

from mi_theme.renditions.arrangement.harmony import Chord
from mi_theme.renditions.arrangement.styles import Instrument
from mi_theme.renditions.composing.slots import EIGHTH, PlannedBar, PlannedNote, SlotGrid
from mi_theme.renditions.composing.texture import Texture

__all__ = ["held", "laid", "struck", "voicing"]

WIDEST_CLOSE = 14  # semitones from the lowest to the highest of three voices
CLOSE_LIMIT = 52  # below this nothing closer than a third
TRIED = 8  # voicings that are listened to, nearest first
OCTAVE = 12


@cache
def voicings(classes: tuple[int, ...], low: int, high: int, voices: int, drop2: bool) -> tuple[tuple[int, ...], ...]:
    """Ways to lay pitch classes out in a range, close or with the second voice from the top dropped.

    Where the range has no clean way for so many voices, one with fewer.
    """
    pitches = [pitch for pitch in range(low, high + 1) if pitch % 12 in classes]
    count = min(voices, len(classes))
    width = OCTAVE if drop2 else WIDEST_CLOSE
    close = [
        way
        for way in combinations(pitches, count)
        if len({pitch % 12 for pitch in way}) == count and way[-1] - way[0] <= width
    ]
    dropped = [tuple(sorted((*way[:-2], way[-2] - OCTAVE, way[-1]))) for way in close if drop2 and count > 2]
    found = [way for way in [w for w in dropped if w[0] >= low] or close if _is_clean(way)]
    if found or count < 2:
        return tuple(found) or tuple((pitch,) for pitch in pitches)
    return voicings(classes, low, high, count - 1, drop2)


def _is_clean(way: Sequence[int]) -> bool:
    """No minor second or ninth; nothing closer than a third when low."""
    pairs = combinations(way, 2)
    return all((b - a) % 12 != 1 and (a >= CLOSE_LIMIT or b - a >= 3) for a, b in pairs)


def _ways(grid: SlotGrid, chord: Chord, part: Instrument, rootless: bool, ceiling: int) -> list[tuple[int, ...]]:
    names = chord.classes[1:] if rootless and len(chord.classes) > part.voices else chord.classes
    classes = tuple(grid.tuning.class_of(semitones) for semitones in names)
    return [way for way in voicings(classes, part.low, part.high, part.voices, part.drop2) if way[-1] <= ceiling]


def voicing(grid: SlotGrid, chord: Chord, part: Instrument, top: int, rootless: bool) -> tuple[int, ...]:
    """The way to lay a chord out whose top voice moves least."""
    return min(_ways(grid, chord, part, rootless, 127), key=lambda way: (abs(way[-1] - top), way), default=())


def laid(
    grid: SlotGrid,
    heard: Texture,
    part: Instrument,
    bar: PlannedBar,
    spans: Iterable[tuple[int, int]],
    top: int,
    ceiling: int = 127,
) -> tuple[int, ...]:
    """The way whose top moves least among those in which most voices sound well throughout some spans.

    Parameters
    ----------
    grid, heard, part, bar
        Who plays what chord, and what sounds already.
    spans
        From where to where it sounds, in ticks.
    top
        The highest voice of the chord before.
    ceiling
        What the highest voice may be at most; a lead that dips lower is not covered.
    """
    ways = _ways(grid, bar.chord, part, True, ceiling)
    wanted = list(spans)
    well: dict[int, bool] = {}

    def wrong(way: tuple[int, ...]) -> int:
        for pitch in way:
            if pitch not in well:
                well[pitch] = all(heard.fits(start, stop, pitch) for start, stop in wanted)
        return sum(not well[pitch] for pitch in way)

    best: tuple[int, ...] = ()
    fewest = 127
    for way in nsmallest(TRIED, ways, key=lambda way: (abs(way[-1] - top), way)):
        count = wrong(way)
        if count < fewest:
            best, fewest = way, count
        if not count:
            break
    return best


def struck(
    grid: SlotGrid,
    heard: Texture,
    part: Instrument,
    bar: PlannedBar,
    way: Sequence[int],
    note: PlannedNote,
) -> list[PlannedNote]:
    """A chord's voices like a note, those that sound well; fewer than two are none."""
    wanted = [note._replace(pitch=pitch, step=grid.tuning.step_of(pitch, bar.chord)) for pitch in way]
    stop = note.start + round(note.length * (note.gate or part.gate))
    kept = [voice for voice in wanted if heard.fits(note.start, stop, voice.pitch)]
    return kept if len(kept) > 1 or len(way) == 1 else []


def held(
    grid: SlotGrid, heard: Texture, part: Instrument, bar: PlannedBar, way: Sequence[int], span: tuple[int, int]
) -> list[PlannedNote]:
    """A chord's voices, each as long as it does not clash."""
    start, end = span
    notes = [PlannedNote(start, end - start, p, step=grid.tuning.step_of(p, bar.chord)) for p in way]
    shortened = [heard.shortened(note, part.gate, 2 * EIGHTH) for note in notes]
    return [note for note in shortened if note]
