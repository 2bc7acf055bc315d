"""What a player did differently rides along: music converted as it is written is played again.

A note keeps by how many seconds it came early or late, and sounds for the same share of its
value. Where the map brings it nearer to its neighbours it keeps its side of them: no two
notes of a part change places. What stands on the tick of a note goes with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mi_theme.quantising import WrittenTwin
from mi_theme.quantising.quantizedscore import ranks
from mi_theme.quantising.writtenmusic import keep_written, quantized_like
from mi_theme.score import Score, Track
from mi_theme.score import messages as m

__all__ = ["MadeTrack", "played_again"]

FINE, MOST = 480, 32767  # ticks in a quarter: at least for a player's timing, and the most that a MIDI file holds
HALF = 0.5  # of the way to a neighbour is a note's own
STROKE = 0.6  # of its value: what sounds for no longer is struck short
SHORT_OF = 0.8  # of a value that a stroke fills at most that is as short as before
TEXTS = (0x01, 0x05)  # meta events that are about one note: text and lyrics

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


class MadeTrack(NamedTuple):
    """A track, for each event its row in the track it was made of or -1, and for added notes the row of `Score.spans` they copy or -1."""

    track: Track
    rows: Ints
    models: Ints


def played_again(made: Score, tracks: Sequence[MadeTrack], written: WrittenTwin, tempo: Fraction) -> Score:
    """Converted music as it would be played by whoever played it before.

    Parameters
    ----------
    made
        What was made of `written`, on the grid.
    tracks
        Where its events come from.
    written
        The music, and how it was played.
    tempo
        What the microseconds of a quarter were multiplied with.
    """
    models = _models(made, tracks, written.score)
    times = max(-(-FINE // made.ticks_per_quarter), 1)
    times = times if times * made.ticks_per_quarter <= MOST else 1
    quarter = times * made.ticks_per_quarter
    starts = made.spans["start"] * times
    late = _late(made, models, written, tempo)
    begins = np.maximum(starts + np.rint(late * quarter).astype(np.int64), 0)
    share = np.where(models >= 0, written.share[models], 1.0)
    lasts = np.rint((made.spans["stop"] - made.spans["start"]) * times * share).astype(np.int64)
    lasts = np.maximum(
        lasts, np.minimum(lasts / share * SHORT_OF, _sounded(written, models) * quarter / float(tempo)).astype(np.int64)
    )
    ends = begins + np.maximum(lasts, np.where(made.spans["stop"] > made.spans["start"], 1, 0))
    ends = _let_go(made, models, written, begins, ends)
    played = [
        _played(made, index, begins, ends, times, _with_notes(index, tracks[index], models, made, written))
        for index in range(len(tracks))
    ]
    found = Score(quarter, tuple(track for track, _ in played), made.kind, made.source)
    keep_written(_known(found, made, [order for _, order in played], written, models))
    return found


def _models(made: Score, tracks: Sequence[MadeTrack], score: Score) -> Ints:
    """For each note that was made the row of the note that it was, or that it copies; -1 for none."""
    found = np.full(len(made.spans), -1, np.int64)
    for index, track in enumerate(tracks):
        mine, its = np.flatnonzero(made.spans["track"] == index), np.flatnonzero(score.spans["track"] == index)
        row_of = np.full(len(score.tracks[index]) + 1, -1, np.int64)  # the last for what was no event before
        row_of[score.spans["on"][its]] = its
        on = made.spans["on"][mine]
        found[mine] = np.where(track.models[on] >= 0, track.models[on], row_of[track.rows[on]])
    return found


def _late(made: Score, models: Ints, written: WrittenTwin, tempo: Fraction) -> Floats:
    """By how many quarters each note that was made comes later than it is written."""
    late = np.where(models >= 0, written.late[models], 0.0)
    old, new = (
        written.score.spans["start"] / written.score.ticks_per_quarter,
        made.spans["start"] / made.ticks_per_quarter,
    )
    found = late / float(tempo)
    parts = written.score.span_parts
    for number in np.unique(parts):
        rows = np.flatnonzero((models >= 0) & (parts[models] == number))
        side = np.sign(late[rows])
        before = _gap(np.unique(old[parts == number]), old[models[rows]], side)
        after = _gap(np.unique(new[rows]), new[rows], side)
        most = np.maximum(HALF, np.abs(late[rows]) / before) * after
        found[rows] = np.where(np.isfinite(after), side * np.minimum(np.abs(found[rows]), most), found[rows])
    return found


def _sounded(written: WrittenTwin, models: Ints) -> Floats:
    """For how many quarters each note sounded that is short of its value, 0 for others: a stroke stays as long as it was, where it fits."""
    spans, share = written.score.spans, written.share
    sounded = np.where(share <= STROKE, (spans["stop"] - spans["start"]) * share / written.score.ticks_per_quarter, 0)
    found: Floats = np.where(models >= 0, sounded[models], 0.0)
    return found


def _gap(places: Floats, at: Floats, side: Floats) -> Floats:
    """How far it is from each of some places to the next of all of them on one side; infinite behind the last."""
    bounded = np.concatenate([[-np.inf], places, [np.inf]])
    row = np.searchsorted(places, at) + 1
    gap: Floats = np.abs(bounded[row + np.where(side < 0, -1, 1)] - at)
    return gap


def _let_go(made: Score, models: Ints, written: WrittenTwin, begins: Ints, ends: Ints) -> Ints:
    """Ends of notes, each before its key is struck again unless it was held over that."""
    spans, found = made.spans, ends.copy()
    key = np.zeros(len(spans), np.int64)
    for index, track in enumerate(made.tracks):
        mine = spans["track"] == index
        events = track.events[spans["on"][mine]]
        key[mine] = index * 2**16 + (events["status"].astype(np.int64) & 15) * 128 + events["data1"]
    order = np.lexsort((begins, spans["start"], key))
    one, other = order[:-1], order[1:]
    was = written.source.spans[written.rows[models]]
    over = (models[one] >= 0) & (models[other] >= 0) & (was["stop"][one] > was["start"][other])
    close = (key[one] == key[other]) & ~over & (begins[other] > begins[one])
    found[one[close]] = np.minimum(found[one], begins[other])[close]
    return found


def _with_notes(index: int, track: MadeTrack, models: Ints, made: Score, written: WrittenTwin) -> Ints:
    """For each event of a track the row in `made.spans` of the note on whose tick it stood, or -1."""
    score, events = written.score, track.track.events
    found = np.full(len(events), -1, np.int64)
    mine = np.flatnonzero((made.spans["track"] == index) & (models >= 0))
    mine = mine[track.models[made.spans["on"][mine]] < 0][::-1]  # added notes lead nothing; the first of a chord does
    played = np.rint(score.spans["start"] + written.late * score.ticks_per_quarter).astype(np.int64)
    row_at = dict(zip(played[models[mine]].tolist(), mine.tolist(), strict=True))
    kind = events["status"] & 0xF0
    goes = (kind > m.NOTE_ON) & (events["status"] < m.SYSEX) | (
        (events["status"] == m.META) & np.isin(events["data1"], TEXTS)
    )
    rows = np.flatnonzero(goes & (track.rows >= 0))
    ticks = score.tracks[index].events["tick"][track.rows[rows]]
    found[rows] = [row_at.get(tick, -1) for tick in ticks.tolist()]
    return found


def _played(made: Score, index: int, begins: Ints, ends: Ints, times: int, goes_with: Ints) -> tuple[Track, Ints]:
    """A track with its notes as played, and which event of the made track each of its events was."""
    track, spans = made.tracks[index], made.spans
    events = track.events.copy()
    events["tick"] *= times
    mine = np.flatnonzero(spans["track"] == index)
    ended = mine[spans["off"][mine] >= 0]
    events["tick"][spans["on"][mine]], events["tick"][spans["off"][ended]] = begins[mine], ends[ended]
    along = np.flatnonzero(goes_with >= 0)
    events["tick"][along] = begins[goes_with[along]]
    closing = (events["status"] == m.META) & (events["data1"] == m.END_OF_TRACK)
    events["tick"][closing] = events["tick"].max(initial=0)
    order = np.lexsort((ranks(events), events["tick"]))
    return Track.of_array(events[order], track.payloads), order


def _known(found: Score, made: Score, orders: Sequence[Ints], written: WrittenTwin, models: Ints) -> WrittenTwin:
    """What was played again is written as what was made: nobody need find that out once more."""
    rows = np.full(len(made.spans), -1, np.int64)
    for index, order in enumerate(orders):
        mine, its = np.flatnonzero(found.spans["track"] == index), np.flatnonzero(made.spans["track"] == index)
        row_of = np.full(len(order), -1, np.int64)
        row_of[order[found.spans["on"][mine]]] = mine
        rows[its] = row_of[made.spans["on"][its]]
    back = np.argsort(rows)
    before = np.where(models >= 0, written.rows[models], -1)[back]
    return WrittenTwin.of(found, made, rows, quantized_like(found, made, back, before, written.quantized))
