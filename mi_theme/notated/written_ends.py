"""How long notes of a player are written: those of a chord together, the last before a silence up to where it can be read."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from statistics import median

from mi_theme.notated.voice_separation import PartNote
from mi_theme.notated.written_places import Places
from mi_theme.notated.written_values import SIMPLE
from mi_theme.quantising import Quantized
from mi_theme.quantising.gracenotes import NEXT
from mi_theme.score import MeterMap

__all__ = ["ALIKE", "USUAL_PARTS", "filling_bars", "strokes", "struck_together"]

USUAL_PARTS = {1, 2, 3, 4, 6}  # of a quarter: sixteenths, and triplets of eighths and sixteenths
ALIKE = 0.1  # of a value: shares of it that sound so nearly alike are one articulation
ONE_CHORD = Fraction(2, 3)  # of the longest value of notes struck together: what ends so early has a value of its own
EIGHTHS = {1, 2}  # parts of a quarter: where notes longer than a quarter end


def struck_together(rows: Sequence[PartNote], sure: set[int]) -> Iterator[PartNote]:
    """Notes of a player; those of a chord that are let go nearly together end together, but where their line goes on."""
    chords: dict[int, list[PartNote]] = {}
    begun: dict[int, list[int]] = {}
    for row in rows:
        begun.setdefault(row.start, []).append(row.pitch)
        if row.order in sure:
            yield row
        else:
            chords.setdefault(row.start, []).append(row)
    for start, chord in chords.items():
        longest = max(row.end for row in chord)
        for row in chord:
            near = row.end - start >= ONE_CHORD * (longest - start)
            if near and row.end != longest:
                goes_on = any(abs(pitch - row.pitch) <= NEXT for pitch in begun.get(row.end, ()))
                yield row if goes_on else row._replace(end=longest)
            else:
                yield row


def filling_bars(
    rows: Iterable[PartNote], sure: set[int], usual: float, found: Quantized, places: Places
) -> Iterator[PartNote]:
    """Ends that no note begins at, put where they can be read.

    Notes before a silence last to the bar line, or to the next quarter, where they sound
    for the share of that way that notes of this part do; else as long as those at the same place of other
    bars, where they sound as long. Notes longer than a quarter end on eighths; ends finer than sixteenths wait for the next place
    of the division that their note begins in.

    Parameters
    ----------
    rows
        The notes of a part.
    sure
        Those, by their `order`, whose values are known.
    usual
        The share of its value that a note of the part sounds.
    found
        What quantizing gave.
    places
        Of the notes.
    """
    rows, quarter = list(rows), places.resolution
    starts = sorted({row.start for row in rows})
    begun = set(starts)
    open_ends = [row for row in rows if row.order not in sure and row.end not in begun]
    lines = _bar_lines(found.meters, places, starts[-1]) if open_ends else []
    played = found.played_durations.tolist()
    elsewhere = _lengths_of_places((row for row in rows if row.end in begun), played, lines) if open_ends else {}
    for row in rows:
        if row.order in sure or row.end in begun:
            yield row
            continue
        bar, after = bisect_right(lines, row.start) - 1, bisect_right(starts, row.start)
        following = starts[after] if after < len(starts) else None
        sounds = played[row.order] / found.resolution * quarter
        beat = (row.start // quarter + 1) * quarter
        free = [end for end in (lines[bar + 1], beat) if row.end < end and (following is None or following >= end)]
        ends = [
            end
            for end in free
            if places[end - row.start] in SIMPLE and abs(sounds / (end - row.start) - usual) <= ALIKE
        ]
        length, sounding = elsewhere.get(row.start - lines[bar], (0, 0.0))
        if length and abs(played[row.order] - sounding) * quarter <= ALIKE * length * found.resolution:
            ends += [row.start + length] * (following is None or following >= row.start + length)
        yield row._replace(end=ends[0] if ends else _readable_end(row, sounds, following, places))


def _readable_end(row: PartNote, sounds: float, following: int | None, places: Places) -> int:
    """Where a note ends that ends where nothing begins, and sounds for so many ticks."""
    quarter, parts = places.resolution, places.denominator(row.start)
    if row.end - row.start > quarter and parts in EIGHTHS and places.denominator(row.end) not in EIGHTHS:
        half = quarter // 2
        near = row.start - row.start % half + round((row.start % half + sounds) / half) * half
        exact = abs(sounds - (row.end - row.start)) < 1
        return row.end if exact or near <= row.start or (following is not None and near > following) else near
    if places.denominator(row.end) in USUAL_PARTS:
        return row.end
    part = quarter // (parts if parts > 1 else 4)
    place = -(-row.end // part) * part
    return place if following is None or row.end > following else min(place, following)


def _bar_lines(meters: MeterMap, places: Places, last: int) -> list[int]:
    """The bar lines up to the one behind a place, in ticks."""
    bars = list(meters.bars(places[last] + Fraction(1, places.resolution)))
    return [places.ticks(bar.start) for bar in bars] + [places.ticks(bars[-1].end)]


def _lengths_of_places(
    rows: Iterable[PartNote], played: Sequence[int], lines: Sequence[int]
) -> Mapping[int, tuple[int, float]]:
    """Of places in bars where notes begin in several the length that they have there, if it is one, and how long they sound."""
    found = defaultdict[int, list[PartNote]](list)
    for row in rows:
        found[row.start - lines[bisect_right(lines, row.start) - 1]].append(row)
    return {
        place: (notes[0].end - notes[0].start, median(played[note.order] for note in notes))
        for place, notes in found.items()
        if len({note.end - note.start for note in notes}) == 1 and len({note.start for note in notes}) > 1
    }


def strokes(rows: Sequence[PartNote], graces: set[int], meters: MeterMap, places: Places) -> Iterator[PartNote]:
    """Strokes of drums, each as long as it is to the next or to the end of its beat: how long a drum sounds is not written."""
    starts = sorted({row.start for row in rows if row.order not in graces})
    ends, beat, beats = dict[int, int](), 0, list[int]()
    for start, following in zip(starts, [*starts[1:], None], strict=True):
        while beat <= start:
            if not beats:
                bar = meters.at(places[max(start, beat)])
                beats = [places.ticks(place) for place in (*bar.beats[1:], bar.end)][::-1]
            beat = beats.pop()
        ends[start] = beat if following is None else min(following, beat)
    for row in rows:
        yield row if row.order in graces else row._replace(end=ends[row.start], voice=0)
