"""The notes of a part as they are written: quantized where they were played, as they are where they are notation already."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise, repeat
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mi_theme.notated.gates import Gated, gated_values
from mi_theme.notated.letters import letter_steps
from mi_theme.notated.voice_separation import PartNote, WrittenChord, chords_of, graces_of, in_voices
from mi_theme.notated.written_ends import ALIKE, USUAL_PARTS, filling_bars, strokes, struck_together
from mi_theme.notated.written_keys import said_keys
from mi_theme.notated.written_places import GRID, Places, written_place
from mi_theme.pitch import Tonic
from mi_theme.quantising import GRACE, MARKS, Quantized, quantize
from mi_theme.quantising.quantizer import STACCATO, TENUTO
from mi_theme.score import Score
from mi_theme.score.asides import asides_of
from mi_theme.score.notes import NOTE
from mi_theme.score.tonality import key_of

__all__ = ["NotesOfPart", "NotesOfParts", "note_steps", "span_steps"]

LEAST = GRID  # of a quarter: a part that a note lasts at least
MOST_VALUES = 0.9  # of a part's values kept by `quantize`: then all of them are notation
FEW, MOST_ALIKE = 4, 0.8  # notes that are too few to tell by; of the notes: then they are gated
SAME_PLACE = 1 / 96  # quarters: how early a note may be for the key signature that begins with it
FINEST_VALUE = 16  # parts of a quarter, in powers of two: the ends of a gate are finer
USUAL = 0.5  # of a part's notes: a mark that more of them have is how it is played, and not written
SHORT_SHARE = 0.6  # of a value: notes that a machine cuts so short are staccato
BETWEEN = (
    0.1  # of a value beside where staccato or tenuto begins: where as many notes are as are marked, nothing stands out
)
LONGEST_STACCATO = 1  # quarter: a longer value with a dot is not short


class NotesOfPart(NamedTuple):
    """The notes of a part or a staff; which of them are grace notes, by their `order`; whether they are notation, or were played; and what their ticks are."""

    rows: Sequence[PartNote]
    graces: frozenset[int]
    kept: bool
    places: Places

    def voices(self) -> list[list[WrittenChord]]:
        """Chords in voices in which nothing overlaps."""
        chords = chords_of(self.rows, self.graces).values()
        return [voice for line in chords for voice in in_voices(line, played=not self.kept)]


class _Values(NamedTuple):
    """Of the notes of a part, by their rows in `Score.spans`: where each begins and ends, its mark, whether a gate says its value; and whether all are notation."""

    rows: NDArray[np.int64]
    begins: NDArray[np.int64]
    ends: NDArray[np.int64]
    marks: NDArray[np.int64]
    sure: NDArray[np.bool_]
    kept: bool


class NotesOfParts:
    """The notes of the parts of a score as they are written; those of a part are made when they are asked for.

    Parameters
    ----------
    score, found
        The score, and what quantizing it gave.
    key
        Tonic and mode by which notes are spelled; those of the score without it.
    wanted
        Numbers of the parts that are asked for.
    """

    def __init__(self, score: Score, found: Quantized, key: tuple[Tonic, str] | None, wanted: Iterable[int]) -> None:
        self.found, self.drums = found, [part.is_percussion for part in score.parts]
        self.rows = _note_rows(score, found)
        order = np.argsort(score.span_parts, kind="stable")
        bounds = np.searchsorted(score.span_parts[order], np.arange(len(score.parts) + 1)).tolist()
        self.values = {
            index: _values(found, order[bounds[index] : bounds[index + 1]], self.rows, drums=self.drums[index])
            for index in wanted
        }
        self.rows["step"] = _steps(score, self.rows, key)
        columns = [column for part in self.values.values() for column in (part.begins, part.ends)]
        ticks = np.unique(np.concatenate(columns)).tolist() if columns else []
        written = [written_place(at, found.resolution) for at in ticks]
        self.places = Places(written, found.meters)
        self.at = dict(zip(ticks, map(self.places.ticks, written), strict=True))
        self.marked = {placed.note for placed in asides_of(score) if placed.note >= 0 and placed.aside.kind == "grace"}

    def __getitem__(self, index: int) -> NotesOfPart:
        """The notes of the part of that number."""
        part, drums = self.values[index], self.drums[index]
        mine, kept, found, places = part.rows, part.kept, self.found, self.places
        begins, ends = part.begins.tolist(), part.ends.tolist()
        columns = [self.rows[name][mine].tolist() for name in ("pitch", "step", "velocity", "voice")]
        starts, stops = [self.at[tick] for tick in begins], [self.at[tick] for tick in ends]
        for row in np.flatnonzero(part.ends - part.begins <= 2 * found.resolution // GRID).tolist():
            stops[row] = max(stops[row], starts[row] + places.resolution // LEAST)
        marks = [MARKS[mark] for mark in part.marks.tolist()] if part.marks.any() else repeat(MARKS[0], len(starts))
        written = list(map(PartNote, starts, stops, *columns, marks, mine.tolist()))
        graces = set(mine[found.kinds[mine] == GRACE].tolist())
        if drums and not kept:
            written = list(strokes(written, graces, found.meters, places))
        elif kept:
            graces |= (
                self.marked.intersection(mine.tolist()) if found.source.is_notation else graces_of(written, places)
            )
            written = _untangled(written, graces) if graces else written
        else:
            usual = float(np.median(found.played_durations[mine] / np.maximum(part.ends - part.begins, 1)))
            sure = set(mine[part.sure].tolist()) | graces
            written = _to_mains(written, graces) if graces else written
            written = list(filling_bars(struck_together(written, sure), sure, usual, found, places))
        return NotesOfPart(written, frozenset(graces), kept, places)


def _note_rows(score: Score, found: Quantized) -> NDArray[np.void]:
    """A row of a note table for each row of `Score.spans`, with the onset as written."""
    rows = np.zeros(len(score.spans), NOTE)
    rows["onset"], rows["part"] = found.onsets / found.resolution, score.span_parts
    for mine, track in zip(_of_tracks(score), score.tracks, strict=True):
        events = track.events[score.spans["on"][mine]]
        for column, field in (("pitch", "data1"), ("velocity", "data2"), ("voice", "voice"), ("step", "step")):
            rows[column][mine] = events[field]
    return rows


def _of_tracks(score: Score) -> Iterator[slice]:
    """For each track its rows in `Score.spans`: they are there track after track."""
    bounds = np.searchsorted(score.spans["track"], np.arange(len(score.tracks) + 1)).tolist()
    return (slice(low, high) for low, high in pairwise(bounds))


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
    for mine, track in zip(_of_tracks(score), score.tracks, strict=True):
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


def _values(found: Quantized, mine: NDArray[np.int64], rows: NDArray[np.void], *, drums: bool) -> _Values:
    """What is written of the notes of one part, before any is moved beside the others."""
    gated = _gated(found, mine, drums=drums)
    kept = found.source.is_notation or (gated is None and _is_notation(found, mine, rows[mine], drums=drums))
    lasts = found.played_durations[mine] if kept else found.durations[mine]
    marks, sure = _marks(found, mine), np.zeros(len(mine), bool)
    if gated is not None:
        sure = gated.shares > 0
        lasts = np.where(sure, np.rint(gated.values * found.resolution).astype(np.int64), lasts)
        staccato = (gated.shares <= SHORT_SHARE) & (gated.values <= LONGEST_STACCATO)
        marks = np.where(sure, MARKS.index("staccato") * staccato, marks)
    return _Values(mine, found.onsets[mine], found.onsets[mine] + lasts, marks, sure, kept)


def _gated(found: Quantized, mine: NDArray[np.int64], *, drums: bool) -> Gated | None:
    """What gates say of the notes of a part that a machine plays; nothing of any other."""
    if drums or found.source.is_notation or not found.exact[mine].all():
        return None
    gated = gated_values(found.onsets[mine], found.played_durations[mine], found.resolution)
    return gated if gated.shares.any() else None


def _to_mains(rows: Sequence[PartNote], graces: set[int]) -> list[PartNote]:
    """A note lasts to the note after it, though a grace note between them strikes its key again."""
    ends: dict[int, int] = {}
    mine = sorted((row for row in rows if row.order in graces), key=lambda row: row.start, reverse=True)
    for row in mine:
        ends[row.start] = ends.get(row.end, row.end)
    again = {(row.pitch, row.start): ends[row.start] for row in mine}
    return [row if row.order in graces else row._replace(end=again.get((row.pitch, row.end), row.end)) for row in rows]


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
    if not marks.any():
        return marks
    marks[marks == MARKS.index("legato")] = 0
    marks[(marks == MARKS.index("staccato")) & (found.durations[mine] > LONGEST_STACCATO * found.resolution)] = 0
    short = marks == MARKS.index("staccato")
    share = found.played_durations[mine] / np.maximum(found.durations[mine], 1)
    if short.sum() <= (np.abs(share - STACCATO) < BETWEEN).sum():
        marks[short] = 0
    long, nearly = marks == MARKS.index("tenuto"), (share < TENUTO) & (share >= TENUTO - BETWEEN)
    if long.mean() > USUAL or long.sum() <= 2 * nearly.sum():
        marks[long] = 0
    return marks
