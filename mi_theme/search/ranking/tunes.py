"""Whole tunes against whole tunes: global alignment in any key and any tempo.

Gotoh's affine gaps (1982) in the manner of Needleman and Wunsch (1970), for one
query against many tunes at once: one row of the table for all of them is a few
numpy operations. A pair of notes earns what its pitches share at the
transposition that fits the two tunes best, less what their lengths and their
places in the phrase differ.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["TUNE_COSTS", "Tune", "TuneCosts", "paired", "similarities", "with_relatives"]

Floats = NDArray[np.float64]
WIDEST_SHIFT = 36  # semitones
TUNES_AT_ONCE = 256  # tunes whose table is filled together
PHRASE_END = 2.0 - 1e-6  # times the usual length: a note that long ends a phrase
SHORTEST_PHRASE = 4  # notes
LONGEST_TUNE = 2000  # notes of a tune; what is longer is compared by its beginning
NEVER = -1e9
EQUAL = 1 - 1e-9
RELATIVES = 6  # of the query, that are asked what they are like
RELATIVES_SAY = 2.0  # what their word counts, where the query's counts 1
ASKED_ABOUT = 200  # tunes that they are asked about


class TuneCosts(NamedTuple):
    """What a pair of notes earns and pays; two equal notes earn 1.

    Attributes
    ----------
    step, third, leap
        Earned by pitches one or two semitones apart, three or four (or an
        octave), more.
    length
        Paid for each doubling of the length, up to `doublings`.
    phrase
        Paid for the difference of the places in the phrase, from 0 to 1.
    opening, further
        Paid for the first and each further note of a gap.
    """

    step: float = 0.0
    third: float = -0.3
    leap: float = -0.6
    length: float = 0.4
    doublings: float = 2.0
    phrase: float = 0.4
    opening: float = 2.0
    further: float = 0.4

    @property
    def pitches(self) -> Floats:
        """What two pitches earn by how many semitones they are apart."""
        table = np.full(256, self.leap)
        table[0], table[1:3], table[3:5], table[12] = 1.0, self.step, self.third, self.third
        return table


TUNE_COSTS = TuneCosts()


class Tune(NamedTuple):
    """A melody as the alignment reads it.

    Attributes
    ----------
    pitch
        MIDI numbers, shape (n,).
    length
        Binary logarithm of the time to the next note, in units of the median.
    phrase
        Place in the phrase, from 0 to 1.
    share
        The share of the whole time.
    row
        The row of each note in the table it came from.
    """

    pitch: NDArray[np.int64]
    length: Floats
    phrase: Floats
    share: Floats
    row: NDArray[np.int64]

    @classmethod
    def of(cls, notes: NDArray[np.void]) -> Tune:
        """The top line of a note table, at most `LONGEST_TUNE` notes of it."""
        order = np.lexsort((-notes["pitch"], notes["onset"]))
        rows = order[np.diff(notes["onset"][order], prepend=-np.inf) > 1e-6][:LONGEST_TUNE]
        if not len(rows):
            empty = np.zeros(0)
            return cls(rows, empty, empty, empty, rows)
        onset = notes["onset"][rows].astype(float)
        last = max(float(notes["duration"][rows[-1]]), 1e-3)
        lapse = np.diff(onset, append=onset[-1] + last)
        usual = float(np.median(lapse))
        pitch = np.clip(notes["pitch"][rows], 0, 127).astype(np.int64)
        return cls(pitch, np.log2(lapse / usual), _phrase_places(lapse, usual), lapse / lapse.sum(), rows)

    def __bool__(self) -> bool:
        return bool(len(self.pitch))

    @property
    def profile(self) -> Floats:
        """The square root of the time that each pitch has."""
        return np.sqrt(np.bincount(self.pitch, self.share, 128))


def _phrase_places(lapse: Floats, usual: float) -> Floats:
    """The place of each note in its phrase; a note of twice the usual length ends one."""
    starts = [0]
    for row in (np.flatnonzero(lapse >= PHRASE_END * usual) + 1).tolist():
        if row - starts[-1] >= SHORTEST_PHRASE and row < len(lapse):
            starts.append(row)
    time = np.append(0.0, np.cumsum(lapse))
    phrase = np.searchsorted(starts, np.arange(len(lapse)), "right") - 1
    begin, end = time[starts][phrase], time[[*starts[1:], len(lapse)]][phrase]
    places: Floats = (time[:-1] - begin) / (end - begin)
    return places


def similarities(query: Tune, tunes: Sequence[Tune], costs: TuneCosts = TUNE_COSTS) -> tuple[Floats, NDArray[np.int64]]:
    """How alike a tune and each of many others are.

    Parameters
    ----------
    query, tunes
        What to align; an empty tune is like nothing.
    costs
        What an alignment earns and pays.

    Returns
    -------
    similarity
        The alignment's score over the geometric mean of what both earn aligned
        with themselves, at most 1, shape (len(tunes),).
    shift
        Semitones from the query up to each tune.
    """
    found, shifts = np.full(len(tunes), NEVER), np.zeros(len(tunes), np.int64)
    sizes = np.array([len(tune.pitch) for tune in tunes], np.int64)
    order = np.argsort(sizes, kind="stable")
    order = order[sizes[order] > 0] if query else order[:0]
    for first in range(0, len(order), TUNES_AT_ONCE):
        rows = order[first : first + TUNES_AT_ONCE]
        batch = [tunes[row] for row in rows.tolist()]
        shifts[rows] = _shifts(query, batch)
        found[rows] = _scores(query, batch, shifts[rows], costs) / np.sqrt(len(query.pitch) * sizes[rows])
    return found, shifts


def _shifts(query: Tune, tunes: Sequence[Tune]) -> NDArray[np.int64]:
    """The transposition at which most time falls on the same pitches; the smallest of equals."""
    profiles, own = np.array([tune.profile for tune in tunes]), query.profile
    steps = sorted(range(-WIDEST_SHIFT, WIDEST_SHIFT + 1), key=abs)
    fits = [profiles[:, max(s, 0) : 128 + min(s, 0)] @ own[max(-s, 0) : 128 - max(s, 0)] for s in steps]
    best: NDArray[np.int64] = np.array(steps, np.int64)[np.argmax(np.array(fits).round(9), axis=0)]
    return best


def _scores(query: Tune, tunes: Sequence[Tune], shifts: NDArray[np.int64], costs: TuneCosts) -> Floats:
    """The score of the best alignment with each tune."""
    sizes = np.array([len(tune.pitch) for tune in tunes])
    columns = _stacked(tunes, int(sizes.max()))
    best, _ = deque(_rows(query, columns, shifts, costs), maxlen=1).pop()
    scores: Floats = best[sizes, np.arange(len(tunes))]
    return scores


def _stacked(tunes: Sequence[Tune], longest: int) -> Floats:
    """Pitch, length and place of tunes side by side, shape (3, longest, tunes)."""
    columns = np.zeros((3, longest, len(tunes)))
    for number, tune in enumerate(tunes):
        columns[:, : len(tune.pitch), number] = tune.pitch, tune.length, tune.phrase
    return columns


def _rows(query: Tune, columns: Floats, shifts: NDArray[np.int64], costs: TuneCosts) -> Iterator[tuple[Floats, Floats]]:
    """The table row by row: the best score of each cell, and the best that ends in a pair of notes.

    A gap in the tunes is a running maximum, since opening one never costs less
    than going on with it.
    """
    longest, many = columns.shape[1:]
    pitches, table = (columns[0] - shifts).astype(np.int64), costs.pitches
    ramp = costs.further * np.arange(longest + 1)[:, None]
    best = np.repeat(np.append(0.0, -costs.opening - ramp[:-1])[:, None], many, axis=1)
    gap = np.full((longest, many), NEVER)
    yield best, gap
    for row, (pitch, length, place) in enumerate(zip(query.pitch, query.length, query.phrase, strict=True)):
        pair = best[:-1] + table[np.abs(pitches - pitch)]
        pair -= costs.length * np.minimum(np.abs(columns[1] - length), costs.doublings)
        pair -= costs.phrase * np.abs(columns[2] - place)
        gap = np.maximum(best[1:] - costs.opening, gap - costs.further)
        cell = np.concatenate([np.full((1, many), -costs.opening - costs.further * row), np.maximum(pair, gap)])
        across = np.maximum.accumulate(cell + ramp)[:-1] - costs.opening - ramp[:-1]
        best = np.concatenate([cell[:1], np.maximum(cell[1:], across)])
        yield best, pair


def with_relatives(
    found: Floats, likeness: Callable[[int, list[int]], Floats], relatives: int = RELATIVES, say: float = RELATIVES_SAY
) -> Floats:
    """Similarities in which the tunes most like the query have a say.

    The mean of what the query and its relatives are like, each as much as it is
    like the query, relatives `say` times that. What is equal to the query stays
    so. Of what is not among the best `ASKED_ABOUT` each relative is taken to think as
    little as of the least of those.

    Parameters
    ----------
    found
        How like the query each tune is, shape (n,).
    likeness
        How like the tune of a number the tunes of some other numbers are.
    relatives, say
        How many are asked, and how much their word counts; the query's counts 1.
    """
    order = np.argsort(-found, kind="stable").tolist()
    said, weight = found.copy(), 1.0
    for row in order[:relatives]:
        others = [other for other in order[:ASKED_ABOUT] if other != row]
        if found[row] <= 0 or not others:
            break
        told = likeness(row, others)
        word = np.full(len(found), told.min())
        word[others], word[row] = told, 1.0
        said, weight = said + say * found[row] * word, weight + say * found[row]
    return np.where(found > EQUAL, found, said / weight)


def paired(query: Tune, tune: Tune, shift: int, costs: TuneCosts = TUNE_COSTS) -> list[tuple[int, int]]:
    """(row of the query, row of the tune) of the notes that the best alignment pairs, in order."""
    if not query or not tune:
        return []
    rows = list(_rows(query, _stacked([tune], len(tune.pitch)), np.array([shift]), costs))
    best = np.array([row[0][:, 0] for row in rows])
    pair = np.array([row[1][:, 0] for row in rows])
    found, i, j = [], len(query.pitch), len(tune.pitch)
    while i and j:
        if best[i, j] == pair[i, j - 1]:
            i, j = i - 1, j - 1
            found.append((int(query.row[i]), int(tune.row[j])))
        else:
            i, j = _before_gap(best, i, j, costs)
    return found[::-1]


def _before_gap(best: Floats, i: int, j: int, costs: TuneCosts) -> tuple[int, int]:
    """The cell before the gap that ends here."""
    down = best[:i, j] - costs.opening - costs.further * np.arange(i - 1, -1, -1)
    across = best[i, :j] - costs.opening - costs.further * np.arange(j - 1, -1, -1)
    return (int(down.argmax()), j) if down.max() >= across.max() else (i, int(across.argmax()))
