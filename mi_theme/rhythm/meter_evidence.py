"""What speaks for each metre and each place of its bar line.

A *candidate* is a metre with a phase, the place of its bar lines. For a line of
notes, `evidence` gives a row of numbers for every candidate; what they weigh is
for `induction` to say. Four kinds:

- how likely each inter-onset interval (IOI) is at its place in the bar after the
  one before it, and each melodic interval and turn, by tables counted on folk
  tunes (the idea of place-dependent rhythm models: Temperley 2007, *Music and
  Probability*);
- how much the line repeats itself after a bar, two bars, half a bar ...
  (autocorrelation: Brown 1993, JASA 94; Toiviainen and Eerola 2006, JASA 119);
- what falls on bar lines and beats: long notes, notes after short ones, peaks
  (accents after Lerdahl and Jackendoff 1983, chapter 4);
- where the line begins and ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from mi_theme.meter import Meter
from mi_theme.rhythm.lines import Floats, NoteLine
from mi_theme.rhythm.meter_candidates import (
    ADDITIVE_METERS,
    PLAIN_METERS,
    QUARTER_TICKS,
    SLOT_TICKS,
    Candidates,
    Ints,
    lenders,
)

__all__ = ["MeterTables", "Ticks", "evidence", "lag_profile", "repetition", "ticks_of", "whole_bars"]

IOIS = (3, 4, 6, 8, 9, 12, 16, 18, 24, 32, 36, 48, 60, 72, 96, 120, 144, 192)  # ticks; the nearest by ratio counts
STEPS = (-12, -8, -7, -5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 7, 8, 12)  # semitones
MOST_NOTES = 1000  # notes looked at: the first so many
LAGS = 48  # eighths: how far back repetition is looked for
USUAL_RHYTHM, USUAL_PLACES = 0.35, 0.18  # of a robust row, the share that is the usual one
NEAREST_IOI = np.abs(np.log(np.arange(1, 400))[:, None] - np.log(IOIS)).argmin(1)


class Ticks(NamedTuple):
    """A line in whole ticks of 1/24 quarter: onsets, inter-onset intervals (the last a duration), end, pitches."""

    onsets: Ints
    iois: Ints
    end: int
    pitches: Floats | None

    def part(self, which: slice) -> Ticks:
        """Some of its notes."""
        onsets, iois = self.onsets[which], self.iois[which]
        pitches = None if self.pitches is None else self.pitches[which]
        return Ticks(onsets, iois, int(onsets[-1] + iois[-1]), pitches)


def ticks_of(line: NoteLine) -> Ticks:
    """A line on the grid, its first `MOST_NOTES` notes; the origin stays where it is."""
    if not len(line.onsets):
        return Ticks(np.zeros(0, np.int64), np.zeros(0, np.int64), 0, None)
    onsets, first = np.unique(
        np.rint(line.onsets[: MOST_NOTES + 1] * QUARTER_TICKS).astype(np.int64), return_index=True
    )
    if line.durations is None:
        last = int(onsets[-1] - onsets[-2]) if len(onsets) > 1 else QUARTER_TICKS
    else:
        last = max(int(np.rint(line.durations[first[-1]] * QUARTER_TICKS)), 1)
    iois = np.append(np.diff(onsets), last)
    pitches = None if line.pitches is None else line.pitches[first][:MOST_NOTES]
    return Ticks(onsets[:MOST_NOTES], iois[:MOST_NOTES], int((onsets + iois)[:MOST_NOTES][-1]), pitches)


@dataclass(frozen=True)
class MeterTables:
    """Log probabilities, relative to what is usual anywhere, by row of a candidate's place.

    Attributes
    ----------
    rhythm
        Of an IOI after the one before it, shape (rows, 19, 18).
    places
        Of a note falling there, shape (rows,).
    steps, turns
        Of a melodic interval and of a turn, shapes (rows, 17) and (rows, 9).
    """

    rhythm: Floats
    places: Floats
    steps: Floats
    turns: Floats

    def robust(self, usual: Floats) -> MeterTables:
        """The same, told against the usual and mixed with it, so that no unlikely rhythm makes a rare metre likely.

        Parameters
        ----------
        usual
            Probability of an IOI after the one before it anywhere, shape (19, 18).
        """
        rhythm = np.log(((1 - USUAL_RHYTHM) * np.exp(self.rhythm) + USUAL_RHYTHM * usual) / usual)
        places = np.log((1 - USUAL_PLACES) * np.exp(self.places) + USUAL_PLACES)
        return MeterTables(rhythm, places, self.steps, self.turns)

    def extended(self) -> MeterTables:
        """The same with rows for the additive metres, group by group from the plain ones."""
        rows = np.concatenate([_borrowed(name) for name in ADDITIVE_METERS])
        return MeterTables(*(np.concatenate([t, t[rows]]) for t in (self.rhythm, self.places, self.steps, self.turns)))


def _borrowed(name: str) -> Ints:
    """Rows that the groups of an additive metre take from their lenders: the first opens a bar, the others do not."""
    meter, plain = Meter(name), Candidates(PLAIN_METERS)
    rows = []
    for number, (length, lender) in enumerate(zip(meter.groups, lenders(name), strict=True)):
        width = 2 * int(length * meter.pulse * QUARTER_TICKS / SLOT_TICKS)
        place = plain.names.index(lender)
        base, after = int(plain.bases[place]), int(plain.bases[place + 1])
        start = base if number == 0 or base + width == after else after - width
        rows.append(np.arange(start, start + width))
    return np.concatenate(rows)


def evidence(line: Ticks, candidates: Candidates, tables: MeterTables) -> Floats:
    """A row of numbers for every candidate, shape (candidates, 46); see the head of this file."""
    rows = candidates.rows(line.onsets)
    by_meter = np.concatenate([repetition(line, candidates), whole_bars(line, candidates)], axis=1)
    return np.concatenate(
        [
            _likelihood(line, rows, tables),
            by_meter[candidates.index],
            _accents(line, rows, candidates),
            _edges(line, rows, candidates),
        ],
        axis=1,
    )


def _likelihood(line: Ticks, rows: Ints, tables: MeterTables) -> Floats:
    """How likely the line is at these places: rhythm, places, steps, turns; over the root of its length."""
    now, before = ioi_bins(line)
    parts = [tables.rhythm[rows, before, now].sum(1), tables.places[rows].sum(1)]
    if line.pitches is None:
        parts += [np.zeros(len(rows))] * 2
    else:
        steps, turns = melody_bins(line.pitches)
        parts += [tables.steps[rows, steps].sum(1), tables.turns[rows, turns].sum(1)]
    scaled: Floats = np.stack(parts, 1) / np.sqrt(len(line.onsets))
    return scaled


def ioi_bins(line: Ticks) -> tuple[Ints, Ints]:
    """The class of each IOI and of the one before it; one class more for nothing before."""
    now = NEAREST_IOI[np.clip(line.iois, 1, len(NEAREST_IOI)) - 1]
    return now, np.append(len(IOIS), now[:-1])


def melody_bins(pitches: Floats) -> tuple[Ints, Ints]:
    """The class of the interval into each note, and of its turn."""
    into = np.diff(pitches, prepend=pitches[:1])
    steps = np.abs(np.clip(into, -12, 12)[:, None] - np.array(STEPS)).argmin(1)
    turns = 3 * (np.sign(into) + 1) + np.append(np.sign(into[1:]), 0) + 1
    return steps, turns.astype(np.int64)


def lag_profile(line: Ticks) -> Floats:
    """How much of the line returns after 1, 2 ... 48 eighths, shape (3, 48).

    Time held by pairs of notes at that distance, as a share of the whole: any
    notes, notes of equal IOI, notes of equal IOI and pitch.
    """
    lags = np.arange(1, LAGS + 1)[:, None] * (QUARTER_TICKS // 2)
    wanted = line.onsets + lags
    found = np.minimum(np.searchsorted(line.onsets, wanted), len(line.onsets) - 1)
    pairs = line.onsets[found] == wanted
    held = np.where(pairs, np.minimum(line.iois, line.iois[found]), 0)
    same = held * (line.iois == line.iois[found])
    pitch = np.zeros_like(same) if line.pitches is None else same * (line.pitches == line.pitches[found])
    profile: Floats = np.stack([held.sum(1), same.sum(1), pitch.sum(1)]) / line.iois.sum()
    return profile


def repetition(line: Ticks, candidates: Candidates) -> Floats:
    """Repetition after one, two, four bars, a half, a third, one and a half: shape (metres, 18)."""
    profile = np.concatenate([lag_profile(line), np.zeros((3, 1))], axis=1)  # the last for lags off the grid
    twelfths = candidates.bars[:, None] * np.array([6, 12, 24, 3, 2, 9])
    lags, rest = np.divmod(twelfths, 6 * QUARTER_TICKS // 2)
    chosen = np.where((rest == 0) & (lags <= LAGS), lags - 1, LAGS)
    returned: Floats = profile[:, chosen].transpose(1, 0, 2).reshape(len(chosen), -1)
    return returned


def whole_bars(line: Ticks, candidates: Candidates) -> Floats:
    """Whether the whole is a number of full bars: shape (metres, 1)."""
    whole: Floats = ((line.end - line.onsets[0]) % candidates.bars == 0).astype(float)[:, None]
    return whole


def _accents(line: Ticks, rows: Ints, candidates: Candidates) -> Floats:
    """How much more of each accent falls on bar lines, and on beats, than anywhere."""
    marks = _marks(line)
    usual = marks.mean(1)
    levels = candidates.levels[rows]
    held = np.minimum(line.iois, 4 * QUARTER_TICKS)
    found = []
    for level in (0, 1):
        there = (levels <= level).astype(float)
        count = there.sum(1)[:, None]
        found += [(there @ marks.T + usual / 2) / (count + 0.5) - usual, (there @ held / held.sum())[:, None]]
    bars = np.maximum((line.end - line.onsets[0]) / candidates.bars, 1)[candidates.index]
    beats = bars * candidates.beats[candidates.index]
    covered = np.stack([(levels == 0).sum(1) / bars, (levels <= 1).sum(1) / beats], 1)
    places = (line.onsets - candidates.phases[:, None]) % candidates.bars[candidates.index][:, None]
    crossing = (places > 0) & (places + line.iois > candidates.bars[candidates.index][:, None])
    return np.concatenate([*found, np.minimum(covered, 1.2), crossing.mean(1)[:, None]], axis=1)


def _marks(line: Ticks) -> Floats:
    """Accents of each note: its length, longer than before, after a long one; a peak, a leap, a repeated pitch."""
    iois = line.iois.astype(float)
    longer = np.append(False, iois[1:] > iois[:-1])
    after = np.append(False, (iois >= np.quantile(iois, 0.85))[:-1])
    into = np.zeros(len(iois)) if line.pitches is None else np.diff(line.pitches, prepend=line.pitches[:1])
    peak = (into > 0) & (np.append(into[1:], 0) < 0)
    again = np.zeros(len(iois)) if line.pitches is None else into == 0
    return np.stack([np.log2(iois), longer, after, peak, np.abs(into) >= 4, again]).astype(float)


def _edges(line: Ticks, rows: Ints, candidates: Candidates) -> Floats:
    """Whether the line begins and ends as tunes do.

    First and last note on a bar line, on a beat; a short pick-up; the end on a bar line.
    """
    levels = candidates.levels[rows[:, [0, -1]]]
    bars = candidates.bars[candidates.index]
    pickup = (candidates.phases - line.onsets[0]) % bars
    end = (line.end - candidates.phases) % bars == 0
    columns = [levels[:, 0] == 0, levels[:, 0] <= 1, levels[:, 1] == 0, levels[:, 1] <= 1, 3 * pickup <= bars, end]
    return np.stack(columns, 1).astype(float)
