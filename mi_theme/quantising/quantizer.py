"""From playing to paper: each step on what the one before found."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mi_theme.arguments import asked
from mi_theme.errors import ScoreError
from mi_theme.quantising.beatgrid import Floats, Ints, grid_of_beats
from mi_theme.quantising.beattimes import Beats
from mi_theme.quantising.chords import chords_of
from mi_theme.quantising.clicked import ClickNotes, click_places
from mi_theme.quantising.exact import exact_ends, exact_onsets, finest_end
from mi_theme.quantising.gracenotes import TOGETHER, graces, strums, trills
from mi_theme.quantising.hands import left_hand, wants_two_staves
from mi_theme.quantising.model import GRACE, MARKS, NOTE, TRILL, Quantized
from mi_theme.quantising.places import places
from mi_theme.quantising.playing import PerformedNotes, played_by_beats, played_by_score
from mi_theme.quantising.rests import rested
from mi_theme.quantising.swingratios import evened, swings
from mi_theme.quantising.values import values
from mi_theme.score import MeterMap, MusicSource, Score
from mi_theme.score.grace_times import GRACE_VALUE

__all__ = ["KEPT", "STACCATO", "TENUTO", "UNHEARD", "quantize"]

PIANIST = 0.03  # seconds that a pianist without a click is off: looseness 1
UNHEARD = 0.001  # seconds beside its place: of a machine whose clock is another, not of a player
USUAL = 3  # sets of parts that such a clock may have meant
SHAKES = (6, 8, 12, 16, 24, 32, 48)  # parts of a beat that a trill is written in, where no two notes meet
DRUM = 1.0  # quarters: the longest written value of a stroke
STACCATO, TENUTO, LEGATO = 0.625, 0.95, 1.03  # of the written value: half is staccato, three quarters detached
RATIOS = (0.5, 0.8)  # of a swing that is given
KEPT = "_quantized"  # where a score keeps what was found


class _Kinds(NamedTuple):
    """For each note the row that it leads to or belongs to, or -1."""

    grace: Ints
    trill: Ints
    strum: Ints

    @property
    def struck(self) -> NDArray[np.bool_]:
        """Notes that have a place of their own."""
        rows = np.arange(len(self.grace))
        found: NDArray[np.bool_] = self.grace < 0
        for first in (self.trill, self.strum):
            found = found & ((first < 0) | (first == rows))
        return found


@asked()
def quantize(
    score: MusicSource,
    *,
    beats: Beats | None = None,
    swing: str | float | Fraction | None = "auto",
    finest: Fraction | str | None = None,
) -> Quantized:
    """What would be written for what was played.

    Parameters
    ----------
    score
        Music of any kind that `Score.of` takes. Its metre map and ticks are the grid, unless beats are given.
    beats
        Where the beats are, for playing that followed no click: see `find_beats`.
    swing
        ``"auto"`` to look for it; None to write what is played; the share of a pair
        that its first note takes (2/3) where it is known.
    finest
        The shortest part of a beat, in quarters (1/4 for sixteenths); triplets of it included.

    Returns
    -------
    Quantized
        What is on a grid already is as it was.

    Raises
    ------
    ScoreError
        Where `swing` or `finest` make no sense, or the score has no end.

    Notes
    -----
    What is found without beats and options is kept with the score.
    """
    score = Score.of(score)
    ratio, shortest = _ratio(swing), _shortest(finest)
    if beats is not None or swing != "auto" or finest is not None:
        return _quantized(score, beats, swing, ratio, shortest)
    known = score.__dict__.get(KEPT)
    if not isinstance(known, Quantized):
        known = _quantized(score, None, swing, ratio, shortest)
        score.__dict__[KEPT] = known  # as a cached property keeps what it found
    return known


def _groups(onset: Ints, part: Ints) -> Ints:
    """The number of the chord that each note is of: of one part, and on one place."""
    order, found = np.lexsort((onset, part)), np.zeros(len(onset), np.int64)
    found[order[1:]] = np.cumsum((np.diff(part[order]) != 0) | (np.diff(onset[order]) != 0))
    return found


def _quantized(score: Score, beats: Beats | None, swing: object, ratio: float | None, shortest: Fraction) -> Quantized:
    """The same with its options read."""
    if clicked := beats is None:
        playing = played_by_score(score)
    else:
        beats = beats.around(score.tempos.clock(score.spans["start"] / score.ticks_per_quarter))
        playing = played_by_beats(score, grid_of_beats(beats.seconds, beats.quarters))
    grid = playing.grid
    on, written = _on_the_grid(playing, score, ratio, clicked=clicked)
    exact = on.onsets
    kinds = _ornaments(playing, exact, clicked=clicked)
    played = kinds.struck & (exact < 0)
    found = () if swing is None else swings(np.sort(playing.seconds[played]), grid, ratio)
    even = np.where(exact < 0, evened(playing.seconds, grid, found), playing.seconds)
    onset, led, loose = _placed(
        playing, even, kinds.struck, exact if clicked else None, float(shortest * grid.resolution)
    )
    kinds = kinds._replace(grace=np.where(led >= 0, led, kinds.grace))
    onset = np.where(exact >= 0, exact, onset)
    kind = _place_ornaments(playing, kinds, onset, exact, loose)
    end = playing.ends if written else np.full(len(onset), -1, np.int64)
    if clicked and not written:
        clock = grid.resolution // score.ticks_per_quarter
        end = exact_ends(exact, on.tuplet, playing.ends, playing.part, grid.resolution, on.ticks, clock)
    known = np.where(end >= 0, end - onset, -1)
    hands = _hands(playing, score, onset, kind != GRACE)
    duration = _written(playing, onset, kind, known, ~on.tuplet, hands, score.meters if clicked else None)
    return Quantized(
        source=score,
        resolution=grid.resolution,
        onsets=onset,
        durations=duration,
        played_onsets=playing.at,
        played_durations=playing.ends - playing.at,
        pitches=playing.pitch,
        parts=playing.part,
        kinds=kind,
        marks=_marks(playing, duration, kind, end >= 0),
        groups=_groups(onset, playing.part),
        exact=on.unmoved,
        errors=np.where(kind == NOTE, even - grid.even(onset), 0.0),
        swing=found,
        looseness=loose,
        beats=None if beats is None else np.column_stack([grid.seconds, grid.ticks]),
        meters=score.meters if beats is None else beats.meters,
    )


class _OnGrid(NamedTuple):
    """Of each note the tick at which it is exact or -1, whether that is in a tuplet, whether nothing had to be rounded, and what is one place."""

    onsets: Ints
    tuplet: NDArray[np.bool_]
    unmoved: NDArray[np.bool_]
    ticks: Ints


def _on_the_grid(playing: PerformedNotes, score: Score, ratio: float | None, *, clicked: bool) -> tuple[_OnGrid, bool]:
    """What needs no search, and whether that is all of it, as in notation; nothing without a click or in what is said to swing."""
    count, grid = len(playing.at), playing.grid
    ticks = np.full(count, grid.resolution // score.ticks_per_quarter if clicked else 0)
    exact, tuplet = np.full(count, -1, np.int64), np.zeros(count, bool)
    if not clicked or ratio is not None:
        return _OnGrid(exact, tuplet, tuplet, ticks), False
    if score.is_notation:
        return _OnGrid(playing.at, tuplet, playing.at >= 0, ticks), True
    exact, tuplet = exact_onsets(playing.at, playing.part, grid, ticks)
    unmoved = exact >= 0
    if not unmoved.all():  # what no ear tells from a machine is one
        ticks = ticks + _unheard(playing)
        near, odd = exact_onsets(playing.at, playing.part, grid, ticks, USUAL)
        exact, tuplet = np.where(unmoved, exact, near), np.where(unmoved, tuplet, odd)
    return _OnGrid(exact, tuplet, unmoved, ticks), False


def _unheard(playing: PerformedNotes) -> Ints:
    """Twice what no ear hears at each note, in ticks."""
    grid = playing.grid
    beat = np.clip(np.searchsorted(grid.ticks, playing.at, "right") - 1, 0, len(grid) - 1)
    return np.rint(2 * UNHEARD * np.diff(grid.ticks)[beat] / np.diff(grid.seconds)[beat]).astype(np.int64)


def _ratio(swing: str | float | Fraction | None) -> float | None:
    if swing is None or swing == "auto":
        return None
    try:
        ratio = float(Fraction(swing.strip().removesuffix("%") if isinstance(swing, str) else swing))
        ratio = ratio / 100 if ratio > 1 else ratio  # as sequencers say it: 66
    except (ValueError, TypeError, ZeroDivisionError, OverflowError):
        ratio = 0.0
    if not RATIOS[0] <= ratio <= RATIOS[1]:
        raise ScoreError(
            f"swing is 'auto', None, or the share of the first note, .5 to .8, such as 2/3 or 66%; not {swing!r}"
        )
    return ratio


def _shortest(finest: Fraction | str | None) -> Fraction:
    """The shortest part of a beat; a triplet of it is two thirds as long."""
    if finest is None:
        return Fraction(0)
    try:
        shortest = Fraction(finest)
    except (ValueError, TypeError, ZeroDivisionError, OverflowError):
        shortest = Fraction(0)
    if not 0 < shortest <= 4:
        raise ScoreError(f"finest is a value in quarters, such as 1/4 for sixteenths, not {finest!r}")
    return shortest * Fraction(2, 3)


def _parts(playing: PerformedNotes, among: NDArray[np.bool_]) -> Iterator[Ints]:
    """The rows of each part, in the order of their beginnings."""
    for number in np.unique(playing.part):
        rows = np.flatnonzero((playing.part == number) & among)
        yield rows[np.lexsort((playing.pitch[rows], playing.seconds[rows]))]


def _ornaments(playing: PerformedNotes, exact: Ints, *, clicked: bool) -> _Kinds:
    """What has no place of its own; to a click only grace notes on the key before, others by `click_places`."""
    grace, trill, strum = (np.full(len(playing.at), -1, np.int64) for _ in range(3))
    for rows in _parts(playing, (exact < 0) & ~playing.drums):
        seconds, pitch, beat = playing.seconds[rows], playing.pitch[rows], playing.beat[rows]
        shakes = trills(seconds, pitch, beat)
        trill[rows] = np.where(shakes >= 0, rows[shakes], -1)
        plain = rows[shakes < 0]
        rolls = strums(playing.seconds[plain], playing.lasts[plain], playing.pitch[plain])
        strum[plain] = np.where(rolls >= 0, plain[rolls], -1)
        plain = plain[rolls < 0]
        again = np.diff(playing.pitch[plain], prepend=-1) == 0
        leads = graces(playing.seconds[plain], playing.lasts[plain], playing.pitch[plain], playing.beat[plain])
        grace[plain] = np.where((leads >= 0) & (again | (not clicked)), plain[leads], -1)
    return _Kinds(grace, trill, strum)


def _placed(
    playing: PerformedNotes, even: Floats, struck: NDArray[np.bool_], exact: Ints | None, finest: float
) -> tuple[Ints, Ints, float]:
    """The tick of each note, the row that each grace note leads to or -1, and how loosely they are played; `exact` where there is a click."""
    rows = np.flatnonzero(struck)
    found, led = playing.at.copy(), np.full(len(playing.at), -1, np.int64)
    if not len(rows):
        return found, led, 0.0
    if exact is not None:
        if (exact[rows] >= 0).all():  # nothing to look for: what is exact stays
            found[rows] = exact[rows]
            return found, led, 0.0
        rows = rows[np.lexsort((playing.pitch[rows], even[rows], playing.part[rows]))]
        part, pitch, drums = playing.part[rows], playing.pitch[rows], playing.drums[rows]
        notes = ClickNotes(even[rows], playing.lasts[rows], part, pitch, drums, exact[rows] >= 0)
        found[rows], main, spread = click_places(notes, playing.grid, finest)
        led[rows] = np.where(main >= 0, rows[main], -1)
        return found, led, min(spread / PIANIST, 1.0)
    rows = rows[np.lexsort((playing.pitch[rows], even[rows]))]
    chord = chords_of(even[rows], playing.part[rows] * 128 + playing.pitch[rows], playing.beat[rows])
    seconds = np.maximum.accumulate(np.bincount(chord, even[rows]) / np.bincount(chord))
    found[rows] = places(seconds, playing.grid, finest).ticks(playing.grid)[chord]
    return found, led, 1.0


def _place_ornaments(
    playing: PerformedNotes, kinds: _Kinds, onset: Ints, exact: Ints, loose: float
) -> NDArray[np.int8]:
    """Put ornaments to their notes, in place; the kind of each note."""
    kind = np.full(len(onset), NOTE, np.int8)
    quarter, lines = playing.grid.resolution, playing.grid.ticks
    grace = np.where(kinds.grace >= 0, kinds.grace, _flams(playing, playing.drums & (exact < 0), onset))
    for main, rows in _grouped(grace, playing.seconds):
        before = np.cumsum(np.diff(playing.seconds[rows[::-1]], prepend=np.inf) < -TOGETHER)[::-1]
        onset[rows] = np.maximum(onset[main] - int(GRACE_VALUE * quarter) * before, 0)
        kind[rows] = GRACE
    onset[kinds.strum >= 0] = onset[kinds.strum[kinds.strum >= 0]]
    for first, rows in _grouped(kinds.trill, playing.seconds):
        beat = int(np.searchsorted(lines, onset[first], "right")) - 1
        at, lasts = playing.at[rows] - lines[beat], int(lines[beat + 1] - lines[beat])
        spread = max(loose * PIANIST, UNHEARD) * lasts / float(np.diff(playing.grid.seconds)[beat])
        step = _shake(at, lasts, spread)
        onset[rows[1:]] = np.maximum(_nearest(at[1:], step) + lines[beat], onset[first])
        kind[rows[1:]] = TRILL
    return kind


def _shake(at: Ints, lasts: int, spread: float) -> int:
    """The ticks from note to note of a trill in a beat: what divides it least and is nearest, and lets no two notes meet."""

    def cost(parts: int) -> tuple[bool, float]:
        near = _nearest(at, lasts // parts)
        far = float(np.mean((at - near) ** 2)) / (2 * spread**2)
        return bool((np.diff(near) <= 0).any()), far + float(np.log(parts))

    return lasts // min(SHAKES, key=cost)


def _flams(playing: PerformedNotes, among: NDArray[np.bool_], onset: Ints) -> Ints:
    """For each note the row of the last of its key on its place, where that is another; else -1."""
    found = np.full(len(onset), -1, np.int64)
    rows = np.flatnonzero(among)
    rows = rows[np.lexsort((playing.seconds[rows], onset[rows], playing.pitch[rows], playing.part[rows]))]
    columns = np.column_stack([playing.part[rows], playing.pitch[rows], onset[rows]])
    change = np.append((np.diff(columns, axis=0) != 0).any(axis=1), True)[: len(rows)]
    last = rows[np.flatnonzero(change)][np.cumsum(change) - change]
    found[rows] = np.where(last == rows, -1, last)
    return found


def _grouped(of: Ints, seconds: Floats) -> Iterator[tuple[int, Ints]]:
    """Each row that others belong to, with them in the order of their beginnings."""
    rows = np.flatnonzero(of >= 0)
    rows = rows[np.lexsort((seconds[rows], of[rows]))]
    for group in np.split(rows, np.flatnonzero(np.diff(of[rows])) + 1):
        if len(group):
            yield int(of[group[0]]), group


def _nearest(at: Ints, step: int) -> Ints:
    found: Ints = (2 * at + step) // (2 * step) * step
    return found


def _hands(playing: PerformedNotes, score: Score, onset: Ints, among: NDArray[np.bool_]) -> Ints:
    """The part of each note, where the left hand on a keyboard is one of its own."""
    found, alone = playing.part.copy(), sum(not part.is_percussion for part in score.parts) == 1
    for number, part in enumerate(score.parts):
        rows = np.flatnonzero((playing.part == number) & among)
        if wants_two_staves(part, onset[rows], playing.pitch[rows], alone=alone):
            lower = left_hand(onset[rows], playing.pitch[rows])
            found[rows[lower]] += len(score.parts)
    return found


def _written(
    playing: PerformedNotes,
    onset: Ints,
    kind: NDArray[np.int8],
    given: Ints,
    usual: NDArray[np.bool_],
    hands: Ints,
    click: MeterMap | None,
) -> Ints:
    """The written duration of each note in ticks: `given` where that is not -1; rests where a click was followed.

    To a click a value ends where another note of the same of `hands` begins.

    What is `usual`, no tuplet that the grid has not, says how short values are.
    """
    quarter = playing.grid.resolution
    played = np.maximum(playing.ends - playing.at, 0) / quarter
    found = np.full(len(onset), int(GRACE_VALUE * quarter), np.int64)
    asked = np.isin(playing.part, playing.part[given < 0])  # parts that end as notation would have it are not
    rows = np.flatnonzero((kind != GRACE) & asked)
    if len(rows):
        step = np.full(playing.part.max() + 1, quarter)
        np.gcd.at(step, playing.part[usual], onset[usual])
        fine = finest_end(step)[playing.part[rows]] / quarter
        part = playing.part if click is None else hands  # without a click hands are less sure of what they hold
        quarters = values(onset[rows] / quarter, played[rows], playing.pitch[rows], part[rows], hands[rows], fine)
        if click is not None:
            part = np.where(playing.drums[rows], -1, hands[rows])
            quarters = rested(onset[rows] / quarter, played[rows], quarters, part, fine, click)
        quarters = np.where(playing.drums[rows], np.minimum(quarters, DRUM), quarters)
        found[rows] = np.rint(quarters * quarter).astype(np.int64)
    order = np.lexsort((onset, playing.pitch, playing.part))
    same = (np.diff(playing.part[order]) == 0) & (np.diff(playing.pitch[order]) == 0)
    room = np.where(same & (np.diff(onset[order]) > 0), np.diff(onset[order]), found.max(initial=0))
    found[order[:-1]] = np.minimum(found[order[:-1]], room)
    return np.where(given >= 0, given, found)


def _marks(
    playing: PerformedNotes, duration: Ints, kind: NDArray[np.int8], given: NDArray[np.bool_]
) -> NDArray[np.int8]:
    """How long notes sound of what is written; nothing is said of drums, ornaments and exact values."""
    ratio = (playing.ends - playing.at) / np.maximum(duration, 1)
    named = [ratio < STACCATO, ratio >= LEGATO, ratio >= TENUTO]
    found = np.select(named, [MARKS.index(name) for name in ("staccato", "legato", "tenuto")], 0)
    return np.where((kind == NOTE) & ~playing.drums & ~given, found, 0).astype(np.int8)
