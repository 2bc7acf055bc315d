"""Passages of scores, cut as they are written: a downbeat that came early belongs to its bar."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mi_theme.quantising.beatgrid import Floats
from mi_theme.quantising.playing import columns_of
from mi_theme.quantising.writtenmusic import WrittenTwin, keep_written, quantized_like, written_music
from mi_theme.score import Event, Score, Track, first_and_last
from mi_theme.score import messages as m
from mi_theme.score.rows import tracks_of_passage

if TYPE_CHECKING:
    from mi_theme.score import Bars

__all__ = ["passage"]


def passage(score: Score, bars: Bars, part: str | int | None = None) -> Score:
    """See `Score.passage`; what is played keeps its twin, so that nothing is quantised again.

    Parameters
    ----------
    score
        From which it is.
    bars
        First and last, inclusive.
    part
        By name or number (from 0); None for all.

    Raises
    ------
    ScoreError, UnknownName
        Where there are no such bars, or no such part.
    """
    notes, numbers = score.note_table(), first_and_last(bars)
    among = np.ones(len(notes), bool) if part is None else notes["part"] == score.part_index(part)
    music = written_music(score)
    if not music.is_played or not music.has_beat:
        return _cut(score, notes[among], notes["onset"][among], numbers)
    twin = notes.copy()
    twin["onset"], twin["duration"] = _written(music)
    played = _cut(score, notes[among], twin["onset"][among], numbers)
    written = _cut(music.score, twin[among], twin["onset"][among], numbers)
    mine, its = (one.note_table()["id"] for one in (played, written))
    if len(mine) and np.array_equal(np.sort(mine), np.sort(its)):
        back = np.empty(len(mine), np.int64)  # for each row of the played spans that of the written
        back[_spans_of_table(played)[np.argsort(mine)]] = _spans_of_table(written)[np.argsort(its)]
        before = np.empty(len(mine), np.int64)
        before[_spans_of_table(played)] = _spans_of_table(score)[among][mine]
        found = quantized_like(played, written, back, before, music.quantized)
        keep_written(WrittenTwin.of(played, written, np.argsort(back), found))
    return played


def _written(music: WrittenTwin) -> tuple[Floats, Floats]:
    """Onset and duration as written of each row of the source's `note_table`."""
    spans, quarter = music.score.spans, music.score.ticks_per_quarter
    start, stop = np.empty(len(spans)), np.empty(len(spans))
    start[music.rows], stop[music.rows] = spans["start"] / quarter, spans["stop"] / quarter
    order = _spans_of_table(music.source)
    return start[order], (stop - start)[order]


def _spans_of_table(score: Score) -> NDArray[np.int64]:
    """The row of `Score.spans` of each row of `Score.note_table`."""
    pitch, part, _ = columns_of(score)
    return np.lexsort((part, pitch, score.spans["start"] / score.ticks_per_quarter))


def _cut(score: Score, notes: NDArray[np.void], written: Floats, numbers: tuple[int, int]) -> Score:
    first, last = map(score.bar, numbers)
    tempo = score.tempos.per_minute(first.start)
    quarter, (head, *others) = tracks_of_passage(notes, written, score.parts, score.meters, (first, last), tempo)
    signs = [Event(0, m.key_signature(*score.key))] if score.key else []
    return Score(quarter, (Track.sorted([*head, *signs]), *others), source=score.source)
