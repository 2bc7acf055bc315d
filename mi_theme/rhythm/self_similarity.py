"""How much the place in a cycle tells of what comes: for any length of a cycle, whatever the metre.

Where music repeats its rhythm or its tune with the bar, a note's place in the
bar tells its interval and its pitch. For cycles of 1 to 52 eighths this counts,
leaving each note itself out, how much better a note is told by what else stands
at its place than by the whole line: a gain in nats a note (information gain;
leave-one-out after Stone 1974, *J. R. Stat. Soc. B* 36).
"""

from __future__ import annotations

import numpy as np

from mi_theme.rhythm.lines import Floats
from mi_theme.rhythm.meter_candidates import QUARTER_TICKS, Candidates, Ints
from mi_theme.rhythm.meter_evidence import Ticks, ioi_bins

__all__ = ["cycle_evidence", "gains"]

LONGEST_CYCLE = 52  # eighths: two bars of 13/4
TRUST = 2.0  # notes' worth of trust in the whole line


def cycle_evidence(line: Ticks, candidates: Candidates) -> Floats:
    """The gain of intervals and of pitches after one bar, two, a half, and against the best cycle.

    Parameters
    ----------
    line
        Onsets, and pitches where they are known.
    candidates
        The metres.

    Returns
    -------
    array, shape (metres, 10)
        Nats a note.
    """
    eighth = QUARTER_TICKS // 2
    columns = []
    for gain in gains(line):
        padded = np.append(gain, 0.0)  # the last for cycles that are no whole number of eighths, or too long
        whole, double, half = (
            np.where((ticks % eighth == 0) & (ticks // eighth <= LONGEST_CYCLE), ticks // eighth - 1, LONGEST_CYCLE)
            for ticks in (candidates.bars, 2 * candidates.bars, candidates.bars // 2)
        )
        best = padded.max()
        columns += [padded[whole], padded[double], padded[half], padded[whole] - best, padded[double] - best]
    return np.stack(columns, 1)


def gains(line: Ticks) -> Floats:
    """What the place in a cycle of 1 to 52 eighths tells of the interval and of the pitch.

    Parameters
    ----------
    line
        Onsets, and pitches where they are known.

    Returns
    -------
    array, shape (2, 52)
        Nats a note.
    """
    now, _ = ioi_bins(line)
    told = [now] if line.pitches is None else [now, np.unique(line.pitches, return_inverse=True)[1]]
    found = np.zeros((2, LONGEST_CYCLE))
    for row, values in zip(found, told, strict=False):
        kinds = int(values.max()) + 1
        counts = np.bincount(values, minlength=kinds)
        usual = np.asarray((counts[values] - 0.5) / (len(values) - 1 + 0.5 * kinds), np.float64)
        for eighths in range(1, LONGEST_CYCLE + 1):
            place = line.onsets % (eighths * QUARTER_TICKS // 2)
            row[eighths - 1] = _gain(place, values, kinds, usual)
    return found


def _gain(place: Ints, values: Ints, kinds: int, usual: Floats) -> float:
    both = np.bincount(place * kinds + values)[place * kinds + values] - 1
    there = np.bincount(place)[place] - 1
    return float(np.log((both + TRUST * usual) / (there + TRUST) / usual).mean())
