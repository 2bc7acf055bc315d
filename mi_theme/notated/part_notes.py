"""The notes of a part as they are written: quantized where they were played, as they are where they are notation already."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from functools import lru_cache
from math import ceil
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mi_theme.notated.gates import Gated, gated_values
from mi_theme.notated.letters import letter_steps
from mi_theme.notated.voice_separation import PartNote, WrittenChord, chords_of, graces_of, in_voices
from mi_theme.notated.written_keys import said_keys
from mi_theme.notated.written_values import SIMPLE
from mi_theme.pitch import Tonic
from mi_theme.quantising import GRACE, MARKS, Quantized, quantize
from mi_theme.quantising.gracenotes import NEXT
from mi_theme.quantising.quantizer import STACCATO
from mi_theme.score import MeterMap, Score
from mi_theme.score.asides import asides_of
from mi_theme.score.notes import NOTE
from mi_theme.score.tonality import key_of

__all__ = ["NotesOfPart", "note_steps", "notes_of_parts", "span_steps", "written_place"]

FINEST_PARTS = 96  # of a quarter: a place that is none of these parts was rounded to ticks from one that is
ROUNDED = Fraction(1, 9600)  # quarters: by no more than this
GRID = 48  # parts of a quarter for what is still none
LEAST = Fraction(1, GRID)  # quarters that a note lasts
MOST_VALUES = 0.9  # of a part's values kept by `quantize`: then all of them are notation
FEW, MOST_ALIKE = 4, 0.8  # notes that are too few to tell by; of the notes: then they are gated
USUAL_PARTS = {1, 2, 3, 4, 6}  # of a quarter: sixteenths, and triplets of eighths and sixteenths
SAME_PLACE = 1 / 96  # quarters: how early a note may be for the key signature that begins with it
FINEST_VALUE = 16  # parts of a quarter, in powers of two: the ends of a gate are finer
USUAL = 0.5  # of a part's notes: a mark that more of them have is how it is played, and not written
SHORT_SHARE = 0.6  # of a value: notes that a machine cuts so short are staccato
BETWEEN = (
    0.1  # of a value to both sides of where staccato begins: where as many notes are as are short, nothing stands out
)
LONGEST_STACCATO = 1  # quarter: a longer value with a dot is not short
ALIKE = 0.1  # of a value: shares of it that sound so nearly alike are one articulation
ONE_CHORD = Fraction(
    2, 3
)  # of the longest value of notes struck together: what is let go so early has a value of its own


class NotesOfPart(NamedTuple):
    """The notes of a part or a staff; which of them are grace notes, by their `order`; and whether they are notation, or were played."""

    rows: Sequence[PartNote]
    graces: frozenset[int]
    kept: bool

    def voices(self) -> list[list[WrittenChord]]:
        """Chords in voices in which nothing overlaps."""
        chords = chords_of(self.rows, self.graces).values()
        return [voice for line in chords for voice in in_voices(line, played=not self.kept)]


def notes_of_parts(
    score: Score, found: Quantized, key: tuple[Tonic, str] | None, wanted: Iterable[int]
) -> dict[int, NotesOfPart]:
    """The notes of the parts of a score as they are written, by the number of the part.

    Parameters
    ----------
    score, found
        The score, and what quantizing it gave.
    key
        Tonic and mode by which notes are spelled; those of the score without it.
    wanted
        Numbers of the parts that are asked for.
    """
    rows = _note_rows(score, found)
    steps = _steps(score, rows, key)
    marked = [placed.note for placed in asides_of(score) if placed.note >= 0 and placed.aside.kind == "grace"]
    found_parts = ((index, np.flatnonzero(score.span_parts == index)) for index in wanted)
    return {
        index: _part_notes(found, mine, rows[mine], steps[mine], marked, drums=score.parts[index].is_percussion)
        for index, mine in found_parts
    }


def _note_rows(score: Score, found: Quantized) -> NDArray[np.void]:
    """A row of a note table for each row of `Score.spans`, with the onset as written."""
    rows = np.zeros(len(score.spans), NOTE)
    rows["onset"], rows["part"] = found.onsets / found.resolution, score.span_parts
    for index, track in enumerate(score.tracks):
        mine = score.spans["track"] == index
        events = track.events[score.spans["on"][mine]]
        for column, field in (("pitch", "data1"), ("velocity", "data2"), ("voice", "voice"), ("step", "step")):
            rows[column][mine] = events[field]
    return rows


def note_steps(score: Score) -> NDArray[np.int64]:
    """The diatonic step of every note as it is written, in the order of `Score.note_table`; of drums -1."""
    return span_steps(score)[np.lexsort((score.span_parts, _pitches(score), score.spans["start"]))]


def span_steps(score: Score, found: Quantized | None = None) -> NDArray[np.int64]:
    """The diatonic step of every note as it is written, in the order of `Score.spans`; of drums -1.

    Parameters
    ----------
    score
        Any score.
    found
        What quantizing it gave, where that is known.
    """
    return _steps(score, _note_rows(score, found or quantize(score)), None)


def _pitches(score: Score) -> NDArray[np.int64]:
    found = np.zeros(len(score.spans), np.int64)
    for index, track in enumerate(score.tracks):
        mine = score.spans["track"] == index
        found[mine] = track.events["data1"][score.spans["on"][mine]]
    return found


def _steps(score: Score, rows: NDArray[np.void], key: tuple[Tonic, str] | None) -> NDArray[np.int64]:
    """The diatonic step of every note; of drums -1."""
    tonic, mode = key or key_of(score)
    drums = [index for index, part in enumerate(score.parts) if part.is_percussion]
    pitched = np.flatnonzero(~np.isin(rows["part"], drums))
    order = pitched[np.lexsort((rows["part"][pitched], rows["pitch"][pitched], rows["onset"][pitched]))]
    signatures = [] if key else [(float(at), written.fifths) for at, written in said_keys(score)]
    fifths = np.full(len(order), tonic.fifths(mode))
    for at, signs in signatures:
        fifths[rows["onset"][order] >= at - SAME_PLACE] = signs
    found = np.full(len(rows), -1, np.int64)
    found[order] = letter_steps(rows[order], fifths, (tonic, mode))
    return found


def _part_notes(
    found: Quantized,
    mine: NDArray[np.int64],
    rows: NDArray[np.void],
    steps: NDArray[np.int64],
    marked: Sequence[int],
    *,
    drums: bool,
) -> NotesOfPart:
    """The notes of one part."""
    gated = _gated(found, mine, drums=drums)
    kept = found.source.is_notation or (gated is None and _is_notation(found, mine, rows, drums=drums))
    onsets, played = found.onsets[mine], found.played_durations[mine]
    lasts, marks, sure = played if kept else found.durations[mine], _marks(found, mine), set[int]()
    if gated is not None:
        known = gated.shares > 0
        lasts = np.where(known, np.rint(gated.values * found.resolution).astype(np.int64), lasts)
        staccato = (gated.shares <= SHORT_SHARE) & (gated.values <= LONGEST_STACCATO)
        marks, sure = np.where(known, MARKS.index("staccato") * staccato, marks), set(mine[known].tolist())
    columns = (onsets, onsets + lasts, rows["pitch"], steps, rows["velocity"], rows["voice"], marks, mine)
    written, least = [], 2 * found.resolution // GRID
    for start, end, pitch, step, velocity, voice, mark, order in zip(*(c.tolist() for c in columns), strict=True):
        begin, stop = written_place(start, found.resolution), written_place(end, found.resolution)
        if end - start <= least:
            stop = max(stop, begin + LEAST)
        written.append(PartNote(begin, stop, pitch, step, velocity, voice, MARKS[mark], order))
    graces = set(mine[found.kinds[mine] == GRACE].tolist())
    if drums and not kept:
        written = list(_strokes(written, graces, found.meters))
    elif kept:
        graces |= set(mine[np.isin(mine, marked)].tolist()) if found.source.is_notation else graces_of(written)
        written = _untangled(written, graces)
    else:
        usual = float(np.median(played / np.maximum(lasts, 1)))
        written = _to_mains(written, graces)
        written = list(_filling_bars(_struck_together(written, graces | sure), graces | sure, usual, found))
    return NotesOfPart(written, frozenset(graces), kept)


def _gated(found: Quantized, mine: NDArray[np.int64], *, drums: bool) -> Gated | None:
    """What gates say of the notes of a part that a machine plays; nothing of any other."""
    if drums or found.source.is_notation or not found.exact[mine].all():
        return None
    gated = gated_values(found.onsets[mine], found.played_durations[mine], found.resolution)
    return gated if gated.shares.any() else None


def _untangled(rows: Sequence[PartNote], graces: set[int]) -> list[PartNote]:
    """Where a grace note repeats a key that sounds, the first end was taken for the older note: it is the grace note's."""
    found, last = list(rows), dict[int, int]()
    for place, row in enumerate(rows):
        before = last.get(row.pitch)
        if row.order in graces and before is not None and row.start < found[before].end < row.end:
            found[place] = row._replace(end=found[before].end)
            found[before] = found[before]._replace(end=row.end)
        else:
            last[row.pitch] = place
    return found


def _to_mains(rows: Sequence[PartNote], graces: set[int]) -> list[PartNote]:
    """A note lasts to the note after it, though a grace note between them strikes its key again."""
    ends: dict[Fraction, Fraction] = {}
    mine = sorted((row for row in rows if row.order in graces), key=lambda row: row.start, reverse=True)
    for row in mine:
        ends[row.start] = ends.get(row.end, row.end)
    again = {(row.pitch, row.start): ends[row.start] for row in mine}
    return [row if row.order in graces else row._replace(end=again.get((row.pitch, row.end), row.end)) for row in rows]


@lru_cache(maxsize=2**14)
def written_place(ticks: int, resolution: int) -> Fraction:
    """A place in quarters; one that was rounded to ticks from a part of a quarter is that part.

    Parameters
    ----------
    ticks, resolution
        A place, and how many ticks are in a quarter.
    """
    exact = Fraction(ticks, resolution)
    if exact.denominator <= FINEST_PARTS:
        return exact
    near = exact.limit_denominator(FINEST_PARTS)
    return near if abs(near - exact) <= ROUNDED else Fraction(round(exact * GRID), GRID)


def _is_notation(found: Quantized, mine: NDArray[np.int64], rows: NDArray[np.void], *, drums: bool) -> bool:
    """Whether the values of a part are those of a page and no player's.

    All its notes are spelled and on the grid, and hardly a value had to be found, or
    they end on sixteenths and not all in one way. Of drums, which have no spelling, strokes end where others begin.
    """
    if not found.exact[mine].all():
        return False
    onsets, lasts = found.onsets[mine], found.played_durations[mine]
    ends = onsets + lasts
    if drums:
        return bool((np.isin(ends, onsets) | (ends % found.resolution == 0)).mean() >= MOST_VALUES)
    same = (found.durations[mine] == lasts).mean()
    parts = {written_place(end, found.resolution).denominator for end in set(ends.tolist())}
    plain = parts <= USUAL_PARTS and not _is_gated(onsets, lasts)
    fine = all(of & -of <= FINEST_VALUE for of in parts) and same >= MOST_VALUES
    kept = same == 1 or plain or fine
    return bool((rows["step"] >= 0).all() and kept)


def _is_gated(onsets: NDArray[np.int64], lasts: NDArray[np.int64]) -> bool:
    """Whether most notes sound for one share of the way to the next: an articulation, not rests."""
    starts = np.unique(onsets)
    place = np.searchsorted(starts, onsets, "right")
    led = place < len(starts)
    share = lasts[led] / (starts[place[led]] - onsets[led])
    usual = float(np.median(share)) if len(share) else 1.0
    return len(share) >= FEW and usual < 1 and bool((np.abs(share - usual) <= ALIKE).mean() >= MOST_ALIKE)


def _marks(found: Quantized, mine: NDArray[np.int64]) -> NDArray[np.int64]:
    """Which of `MARKS` is written: staccato and tenuto, where they stand out."""
    marks = found.marks[mine].astype(np.int64)
    marks[marks == MARKS.index("legato")] = 0
    marks[(marks == MARKS.index("staccato")) & (found.durations[mine] > LONGEST_STACCATO * found.resolution)] = 0
    short = marks == MARKS.index("staccato")
    share = found.played_durations[mine] / np.maximum(found.durations[mine], 1)
    if short.sum() <= (np.abs(share - STACCATO) < BETWEEN).sum():
        marks[short] = 0
    if (marks == MARKS.index("tenuto")).mean() > USUAL:
        marks[marks == MARKS.index("tenuto")] = 0
    return marks


def _struck_together(rows: Sequence[PartNote], sure: set[int]) -> Iterator[PartNote]:
    """Notes of a player; those of a chord that are let go nearly together end together, but where their line goes on."""
    chords: dict[Fraction, list[PartNote]] = {}
    begun: dict[Fraction, list[int]] = {}
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
            goes_on = any(abs(pitch - row.pitch) <= NEXT for pitch in begun.get(row.end, ()))
            yield row._replace(end=longest) if near and not goes_on else row


def _filling_bars(rows: Iterable[PartNote], sure: set[int], usual: float, found: Quantized) -> Iterator[PartNote]:
    """Ends that no note begins at, put where they can be read.

    Notes before a silence last to the bar line, or to the next quarter, where they sound
    for the share of that way that notes of this part do. Ends finer than sixteenths wait for the next place
    of the division that their note begins in.
    """
    rows = list(rows)
    begun = {row.start for row in rows}
    starts = sorted(begun, key=_near)
    ordered = [_near(start) for start in starts]
    for row in rows:
        if row.order in sure or row.end in begun:
            yield row
            continue
        line = found.meters.at(row.start).end
        after = bisect_right(ordered, _near(row.start))
        following = starts[after] if after < len(starts) else None
        sounds = Fraction(int(found.played_durations[row.order]), found.resolution)
        beat = Fraction(int(row.start) + 1)
        free = (end for end in (line, beat) if row.end < end and (following is None or following >= end))
        usual_ends = (
            end for end in free if end - row.start in SIMPLE and abs(sounds / (end - row.start) - usual) <= ALIKE
        )
        if end := next(usual_ends, None):
            yield row._replace(end=end)
        elif row.end.denominator not in USUAL_PARTS:
            parts = row.start.denominator if row.start.denominator > 1 else 4
            place = Fraction(ceil(row.end * parts), parts)
            yield row._replace(end=place if following is None or row.end > following else min(place, following))
        else:
            yield row


def _near(place: Fraction) -> float:
    """For order alone: written places are farther from each other than floats tell apart, and are ordered much sooner as such."""
    return place.numerator / place.denominator


def _strokes(rows: Sequence[PartNote], graces: set[int], meters: MeterMap) -> Iterator[PartNote]:
    """Strokes of drums, each as long as it is to the next or to the end of its beat: how long a drum sounds is not written."""
    starts = sorted({row.start for row in rows if row.order not in graces}, key=_near)
    ends, beat, beats = {}, Fraction(0), list[Fraction]()
    for start, following in zip(starts, [*starts[1:], None], strict=True):
        while beat <= start:
            if not beats:
                bar = meters.at(max(start, beat))
                beats = [*bar.beats[1:], bar.end][::-1]
            beat = beats.pop()
        ends[start] = beat if following is None else min(following, beat)
    for row in rows:
        if row.order in graces:
            yield row
        else:
            yield PartNote(row.start, ends[row.start], *row[2:5], 0, *row[6:])
