"""Drums as what they are: what kick and snare say of the metre and of its bar lines.

Of a kit each drum has its place in the bar: the kick opens it, the snare answers
(the backbeat), hats and cymbals count. So kick and snare are told by a table of how
often each is struck on a bar line, on the beat that answers, on any other beat, and
between beats, and every metre at every place of its bar line has a likelihood of
all strokes. The rates are general knowledge of how kits are played in rock, pop
and waltzes (Mattingly 2006, *The Drummer's Bible*), not counted on any recording.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mi_theme.meter import Meter
from mi_theme.rhythm.lines import Floats
from mi_theme.rhythm.meter_candidates import QUARTER_TICKS, Ints
from mi_theme.rhythm.meter_model import candidates
from mi_theme.score import Score

__all__ = ["drum_evidence"]

KICKS, SNARES = (35, 36), (37, 38, 39, 40)  # rim and clap stand where a snare would
FEWEST_STROKES = 8  # of kick and snare together; fewer say nothing
EIGHTH_TICKS = QUARTER_TICKS // 2
BAR_LINE, ANSWER, OTHER_BEAT, BETWEEN = range(4)
KICK_RATES = np.array([0.9, 0.12, 0.75, 0.12])
SNARE_RATES = np.array([0.05, 0.85, 0.1, 0.06])
ENOUGH_EIGHTHS = 64  # eight bars of 4/4: a pattern that goes on says no more than it has said
CLEARLY = 0.2  # nats an eighth by which a metre must tell the strokes better than no metre does
WRITTEN = 8.0  # nats for 4/4 against 2/4: how music with a backbeat is written
UNUSUAL = ("2/2", "3/8", "3/2", "6/4")  # in which hardly anybody writes for a kit


def drum_evidence(score: Score) -> Floats | None:
    """The likelihood of kick and snare for every candidate, the highest 1, shape (candidates,).

    Parameters
    ----------
    score
        With percussion, or without.

    Returns
    -------
    ndarray or None
        None where there are hardly any strokes of them, or where no metre tells them better
        than how often each is struck does: then drums are a rhythm like any other.
    """
    rows = [score.notes(index) for index, part in enumerate(score.parts) if part.is_percussion]
    strokes = np.concatenate(rows) if rows else np.zeros(0, [("onset", float), ("pitch", int)])
    kicks, snares = (_eighths(strokes, keys) for keys in (KICKS, SNARES))
    if len(kicks) + len(snares) < FEWEST_STROKES:
        return None
    both = np.concatenate([kicks, snares])
    begin, end = int(both.min()), int(both.max()) + 1
    weight = min(1.0, ENOUGH_EIGHTHS / (end - begin))
    return _likelihood([kicks, snares], begin, end, weight)


def _eighths(strokes: NDArray[np.void], keys: tuple[int, ...]) -> Ints:
    """Where any of some keys is struck, in eighths; what lies between eighths is left out, human timing is not."""
    at = strokes["onset"][np.isin(strokes["pitch"], keys)] * 2
    near = np.rint(at)
    return np.unique(near[np.abs(at - near) < 0.2].astype(np.int64))


def _likelihood(struck: list[Ints], begin: int, end: int, weight: float) -> Floats | None:
    among = candidates()
    found = np.full(len(among.index), -np.inf)
    nothing = 0.0  # what the strokes are worth to a listener who hears no metre
    for strokes in struck:
        share = np.clip(len(strokes) / (end - begin), 1e-3, 1 - 1e-3)
        nothing += len(strokes) * np.log(share) + (end - begin - len(strokes)) * np.log(1 - share)
    for number, name in enumerate(among.names):
        length = int(among.bars[number]) // EIGHTH_TICKS
        roles = _roles(name, length)
        here = np.bincount(np.arange(begin, end) % length, minlength=length)  # how often each place of the cycle comes
        table = np.zeros((length, 4))
        for strokes, rates in zip(struck, (KICK_RATES, SNARE_RATES), strict=True):
            hit = np.bincount(strokes % length, minlength=length)
            table += hit[:, None] * np.log(rates) + (here - hit)[:, None] * np.log(1 - rates)
        for row in np.flatnonzero(among.index == number):
            phase, off = divmod(int(among.phases[row]), EIGHTH_TICKS)
            if not off:
                found[row] = table[(np.arange(length) + phase) % length, roles].sum() * weight
        found[among.index == number] += -np.inf if name in UNUSUAL else WRITTEN if name == "4/4" else 0.0
    if found.max() <= (nothing + CLEARLY * (end - begin)) * weight:
        return None
    likelihood: Floats = np.exp(found - found.max())
    return likelihood


def _roles(name: str, length: int) -> Ints:
    """What each eighth of a bar is: beats answer one another in turn, in three the second and the third answer."""
    meter, roles = Meter(name), np.full(length, BETWEEN)
    starts = [int(beat * meter.pulse * 2) for beat in meter.beats]
    for number, start in enumerate(starts):
        answers = number % 2 == 1 or (len(starts) == 3 and number == 2)
        roles[start] = BAR_LINE if number == 0 else ANSWER if answers else OTHER_BEAT
    return roles
