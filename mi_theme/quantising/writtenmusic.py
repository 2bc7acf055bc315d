"""The music as written of a score: what decisions about its rhythm are taken on, beside what is moved by them.

A file that is on its grid is its own. Of another each note has its twin, quantised, and
what the player did differently from it. Swing is no deviation: it is found and put back
as one place in the beat, so that whoever looks for it finds what a machine would have played.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from math import lcm

import numpy as np
from numpy.typing import NDArray

from mi_theme.quantising.beatgrid import Floats, Ints
from mi_theme.quantising.exact import exact_onsets
from mi_theme.quantising.following import follows_its_beats
from mi_theme.quantising.model import NOTE, Quantized
from mi_theme.quantising.playing import columns_of, played_by_score
from mi_theme.quantising.quantizedscore import with_rows
from mi_theme.quantising.quantizer import KEPT, UNHEARD, quantize
from mi_theme.quantising.swingratios import Swing, swung_again
from mi_theme.score import Score

__all__ = ["WrittenTwin", "is_on_its_grid", "keep_written", "quantized_like", "written_music"]

KEPT_MUSIC = "_written_music"  # where a score keeps what was found

TRIPLET, NEARLY = Fraction(2, 3), 0.02  # a swing as near to this is that of triplets
ROOM = 0.3  # of the way between two ends: where more counts as on one, chance would put most of them there
COARSE = 12  # ticks in a quarter: a clock that can tell no player from a page
GRIDS, WRITTEN_SHARE = (48, 20, 28), 0.9  # parts of a quarter, the last for quintuplets and septuplets; of all ends
EIGHTH, ALL = (
    Fraction(1, 2),
    0.9,
)  # what swings, and of the notes, where another swing counts as that of the whole score


@dataclass(frozen=True, eq=False)
class WrittenTwin:
    """A score as it would be written, note for note, and how it was played.

    Attributes
    ----------
    source
        As it was played.
    score
        The twin: the same events, notes on the grid; the source itself where it is on its grid.
    rows
        For each row of the twin's `Score.spans` that of the source's, shape (n,).
    late, share
        By how much later than its twin each note was played, in quarters, and how long it
        sounds of what is written, for each row of the twin; 0 and 1 where it is its own.
    quantized
        What was found; None where nothing was looked for.
    """

    source: Score
    score: Score
    rows: Ints
    late: Floats
    share: Floats
    quantized: Quantized | None = None

    @classmethod
    def of(cls, source: Score, twin: Score, rows: Ints, quantized: Quantized | None = None) -> WrittenTwin:
        """From a score and its twin.

        Parameters
        ----------
        source, twin, rows, quantized
            As the attributes `source`, `score`, `rows` and `quantized`.
        """
        mine, its = source.spans[rows], twin.spans
        late = mine["start"] / source.ticks_per_quarter - its["start"] / twin.ticks_per_quarter
        sounds = (mine["stop"] - mine["start"]) / source.ticks_per_quarter
        lasts = (its["stop"] - its["start"]) / twin.ticks_per_quarter
        share = np.where(lasts > 0, sounds / np.where(lasts > 0, lasts, 1), 1.0)
        return cls(source, twin, rows, late, share, quantized)

    @property
    def is_played(self) -> bool:
        """Whether the score differs from what is written."""
        return self.score is not self.source

    @cached_property
    def has_beat(self) -> bool:
        """Whether it follows the beats of its file."""
        return self.quantized is None or follows_its_beats(self.quantized)


def written_music(score: Score) -> WrittenTwin:
    """What a score would be as it is written; worked out once for each score.

    Parameters
    ----------
    score
        Its ticks and metres are the grid.

    Returns
    -------
    WrittenTwin
        The score itself where it is on its grid.

    Raises
    ------
    ScoreError
        Where it goes on for millions of beats.
    """
    found = score.__dict__.get(KEPT_MUSIC)
    return (
        found
        if isinstance(found, WrittenTwin)
        else keep_written(_itself(score) if is_on_its_grid(score) else _twin(score))
    )


def keep_written(music: WrittenTwin) -> WrittenTwin:
    """Let a score keep its music as written, as a cached property keeps what it found.

    Parameters
    ----------
    music
        Of its `source`; what was quantised is kept too.
    """
    music.source.__dict__[KEPT_MUSIC] = music
    if music.quantized is not None:
        music.source.__dict__[KEPT] = music.quantized
    return music


def quantized_like(
    played: Score, written: Score, back: Ints, before: Ints, found: Quantized | None
) -> Quantized | None:
    """What quantising a score would give that was made of another by moving its notes.

    Parameters
    ----------
    played, written
        The score, and its twin.
    back
        For each row of `Score.spans` of the score that of the twin.
    before
        For each the row of the score that it was made of, -1 for none.
    found
        What quantising that gave; where it swings nothing is said.
    """
    if found is None or found.swing or not len(before):
        return None
    resolution = lcm(played.ticks_per_quarter, written.ticks_per_quarter)
    fine, rough = resolution // played.ticks_per_quarter, resolution // written.ticks_per_quarter
    onsets, at = written.spans["start"][back] * rough, played.spans["start"] * fine
    pitches, parts, _ = columns_of(played)
    seconds = played.tempos.clock(at / resolution) - played.tempos.clock(onsets / resolution)
    return replace(
        found,
        source=played,
        resolution=resolution,
        onsets=onsets,
        durations=written.spans["stop"][back] * rough - onsets,
        played_onsets=at,
        played_durations=played.spans["stop"] * fine - at,
        pitches=pitches,
        parts=parts,
        kinds=np.where(before >= 0, found.kinds[before], NOTE).astype(np.int8),
        marks=np.where(before >= 0, found.marks[before], 0).astype(np.int8),
        groups=np.unique(np.column_stack([parts, onsets]), axis=0, return_inverse=True)[1].ravel(),
        exact=(before >= 0) & found.exact[before] & (at == onsets),
        errors=seconds,
        beats=None,
        meters=played.meters,
    )


def is_on_its_grid(score: Score) -> bool:
    """Whether every note begins, and nearly every one of pitch ends, on places that notation has.

    Parameters
    ----------
    score
        Any score.

    Raises
    ------
    ScoreError
        Where it goes on for millions of beats.
    """
    if score.is_notation or not len(score.spans) or score.ticks_per_quarter <= COARSE:
        return True
    playing = played_by_score(score)
    tick = playing.grid.resolution // score.ticks_per_quarter
    if (exact_onsets(playing.at, playing.part, playing.grid, np.full(len(playing.at), tick))[0] < 0).any():
        return False
    ends = playing.ends[~playing.drums]
    parts = playing.grid.resolution / np.array(GRIDS)[:, None]
    on = np.abs(ends - np.rint(ends / parts) * parts) <= tick / 2
    return not len(ends) or bool(on.mean(axis=1).max() >= WRITTEN_SHARE)


def _itself(score: Score) -> WrittenTwin:
    count = len(score.spans)
    return WrittenTwin(score, score, np.arange(count), np.zeros(count), np.ones(count))


def _twin(score: Score) -> WrittenTwin:
    found = quantize(score)
    made = WrittenTwin.of(score, *with_rows(_swung(_ended(found))), found)
    as_it_was = not made.late.any() and bool((made.share == 1).all())
    return _itself(score) if as_it_was else made


def _ended(found: Quantized) -> Quantized:
    """Where no onset is beside its place that an ear could tell, ends that are on places of notation are there too."""
    pitched = np.flatnonzero(~columns_of(found.source)[2])
    quarter = found.resolution / found.source.ticks_per_quarter
    if not len(pitched) or np.abs(found.errors).max() > 2 * UNHEARD:
        return found
    ends = (found.played_onsets + found.played_durations)[pitched]
    speed = np.array([found.source.tempos.per_minute(at) for at in (found.onsets[pitched] / found.resolution).tolist()])
    width = quarter / 2 + 2 * UNHEARD * speed / 60 * found.resolution
    near = np.rint(ends * GRIDS[0] / found.resolution) * found.resolution / GRIDS[0]
    on = (np.abs(ends - near) <= width) & (near > found.onsets[pitched])
    if on.mean() < WRITTEN_SHARE or np.median(width) > ROOM * found.resolution / GRIDS[0]:
        return found
    durations = found.durations.copy()
    durations[pitched[on]] = (near - found.onsets[pitched])[on].astype(np.int64)
    return replace(found, durations=durations)


def _swung(found: Quantized) -> Quantized:
    """What swings at its place in the beat again: where that is a triplet's, or one place of the whole score."""
    if not found.swing:
        return found
    notes = [int(_between(found, swing).sum()) for swing in found.swing]
    mean = float(np.average([swing.ratio for swing in found.swing], weights=np.maximum(notes, 1)))
    quarter = found.source.ticks_per_quarter
    place = TRIPLET if abs(mean - float(TRIPLET)) < NEARLY else Fraction(round(mean * quarter), quarter)
    if place != TRIPLET and (found.swing[0].value != EIGHTH or sum(notes) < ALL * len(found)):
        return found
    starts = swung_again(found.onsets, found.resolution, found.swing, place)
    ends = swung_again(found.onsets + found.durations, found.resolution, found.swing, place)
    onsets = np.where(found.exact, found.onsets, starts)
    durations = np.where(found.exact, found.durations, np.maximum(ends - onsets, 1))
    return replace(found, onsets=onsets, durations=durations)


def _between(found: Quantized, swing: Swing) -> NDArray[np.bool_]:
    start, end = int(swing.start * found.resolution), int(swing.end * found.resolution)
    inside: NDArray[np.bool_] = (found.onsets >= start) & (found.onsets < end)
    return inside
