"""Passages that may be motifs: what comes again in a line or in several, in what it would save to say it once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import log
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mi_theme.search.match.evidence import COPY_MODEL
from mi_theme.search.match.expectations import HeardNotes
from mi_theme.search.match.note_alignment import APART
from mi_theme.search.recurrence.repeats import Repeat, period_of, repeats_in

__all__ = ["Candidate", "candidates_in", "reference_cost", "references_of", "share_saved"]

REST = 8.0  # quarters: what is further apart is no line any more
WIDEST = 15  # diatonic steps: what is wider is a change of register
AGAIN = 1.0  # nats of what goes on as before, said or not
EARLY = 1 / 16  # quarters that one may be off
OCTAVE = 12
KEYS = 24  # transpositions that a copy may have
LONGEST_EXACT = 4  # half octaves of durations, each way, that are told apart: from a 32nd to four quarters and more
PLACES = 400  # of a repeat that are looked at
SHARED = 0.5  # of a candidate's notes that a better one may have too

Whole = NDArray[np.int64]


class Candidate(NamedTuple):
    """A passage of a line that comes again.

    Attributes
    ----------
    rows
        Its notes.
    times
        How often it is there, at different times.
    nats
        What it says, by itself.
    saved
        The share that is saved, see `share_saved`.
    """

    rows: tuple[int, ...]
    times: int
    nats: float
    saved: float


def reference_cost(notes: int) -> float:
    """Nats that it takes to say where an occurrence is: which of so many `notes` it begins at, and at which transposition.

    Returns
    -------
    float
        Their logarithms.
    """
    return log(max(notes, 2)) + log(KEYS)


def references_of(onsets: Sequence[float], keys: Sequence[int], notes: int) -> float:
    """Nats that it takes to say where all but the first of some occurrences are, and at which transposition.

    One that comes as long after the last as that came after the one before, at the same pitch or octaves
    off, goes without saying: an ostinato goes on.

    Parameters
    ----------
    onsets, keys
        Of each occurrence, in order of time.
    notes
        Of the piece.

    Returns
    -------
    float
        Nats of all together.
    """
    gaps, full = np.diff(onsets), reference_cost(notes)
    moved = np.diff(keys) % OCTAVE != 0
    on = (np.abs(np.diff(gaps)) <= EARLY) & ~moved[1:]
    return float(full * (len(gaps) - on.sum()) + AGAIN * on.sum())


def share_saved(nats: float, times: int, costs: float) -> float:
    """How many times shorter music gets that is told once and then referred to: 1 where nothing is saved.

    The compression ratio of Meredith, Lemström and Wiggins (2002; COSIATEC, 2013), in information instead of points:
    what is all news against what is left of it. It is high for what is both long and frequent.

    Parameters
    ----------
    nats
        What it says.
    times
        How often it is there.
    costs
        Nats that it costs to refer to it, and to say what is changed.

    Returns
    -------
    float
        All of it over what is left of it.
    """
    return nats * times / (nats + costs)


class _LineTokens(NamedTuple):
    """All lines in a row: for each place the note, what leads from it to the next as a token, and what that says."""

    rows: Whole
    tokens: Whole
    said: NDArray[np.float64]

    @classmethod
    def of(cls, heard: HeardNotes, lines: Sequence[Whole], *, timed: bool) -> _LineTokens:
        """With `timed`, what leads to the next note has its time as well as its interval."""
        rows, tokens, said = [], [], []
        for line in lines:
            lapse = np.diff(heard.onset[line])
            steps = np.clip(np.diff(heard.step[line]), -WIDEST, WIDEST) + WIDEST
            kinds = np.clip(np.rint(2 * np.log2(np.maximum(lapse, APART))), -2 * LONGEST_EXACT, LONGEST_EXACT)
            token = steps * 64 + (kinds.astype(np.int64) + 2 * LONGEST_EXACT if timed else 0)
            broken = (lapse > REST) | (np.diff(heard.stream[line]) != 0)
            news = heard.tune[line[1:]] + (COPY_MODEL.timed * heard.rhythm[line[1:]] if timed else 0.0)
            rows.append(line)
            tokens.append(np.append(np.where(broken, -1, token), -1))
            said.append(np.append(news, 0.0))
        if not rows:
            return cls(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))
        return cls(np.concatenate(rows), np.concatenate(tokens), np.concatenate(said))


def candidates_in(heard: HeardNotes, lines: Sequence[Whole], notes: tuple[int, int], most: int) -> list[Candidate]:
    """The passages that save most if they are told once, best first; of those that share many notes the best.

    Parameters
    ----------
    heard
        The notes of a piece.
    lines
        Rows of its lines.
    notes
        How many notes a passage has, at least and at most.
    most
        How many passages.

    Returns
    -------
    list of Candidate
        At most that many.
    """
    found: list[Candidate] = []
    for timed in (True, False):
        line = _LineTokens.of(heard, lines, timed=timed)
        if len(line.tokens):
            found += _of_tokens(heard, line, notes)
    return _apart(sorted(found, key=lambda one: (-one.saved, one.rows)), most)


def _of_tokens(heard: HeardNotes, line: _LineTokens, notes: tuple[int, int]) -> Iterator[Candidate]:
    fewest, longest = notes
    onset, sums = heard.onset[line.rows], np.concatenate([[0.0], np.cumsum(line.said)])
    for repeat in repeats_in(line.tokens, 2 * longest):
        if repeat.length < fewest - 1:
            continue
        length, places = _one_period(line.tokens, repeat)
        if not fewest - 1 <= length < longest:
            continue
        places = _times_apart(onset, places[:PLACES], length)
        if len(places) < 2:
            continue
        goes_on = length < repeat.length  # an ostinato: wherever it is cut, it says the same the second time round
        around, told = (length + 1, places[1]) if goes_on else (length, places[0])
        nats = float(sums[told + around] - sums[told]) * length / around
        costs = references_of(onset[places].tolist(), heard.pitch[line.rows[places]].tolist(), len(heard.onset))
        rows = tuple(line.rows[places[0] : places[0] + length + 1].tolist())
        yield Candidate(rows, len(places), nats, share_saved(nats, len(places), costs))


def _one_period(tokens: Whole, repeat: Repeat) -> tuple[int, Whole]:
    """Of what repeats in itself, as an ostinato does, one time round: its length in tokens, and where it begins."""
    first = int(repeat.places[0])
    period = period_of(tokens[first : first + repeat.length])
    if repeat.length < 2 * period - 1:
        return repeat.length, repeat.places
    within = np.arange(0, repeat.length - period + 2, period)
    starts = np.unique(repeat.places[:, None] + within)
    once, after = tokens[first : first + period - 1], np.setdiff1d(starts + period, starts)
    last = [start for start in after.tolist() if np.array_equal(tokens[start : start + period - 1], once)]
    return period - 1, np.union1d(
        starts, np.array(last, np.int64)
    )  # repeats are looked at up to a length: one more may fit


def _times_apart(onset: NDArray[np.float64], places: Whole, length: int) -> Whole:
    """Those that begin after the one before has ended; parts that double each other count once."""
    kept: list[int] = []
    free = -np.inf
    for place in places[np.argsort(onset[places], kind="stable")].tolist():
        if onset[place] > free - APART:
            kept.append(place)
            free = onset[place + length]
    return np.array(kept, np.int64)


def _apart(found: Sequence[Candidate], most: int) -> list[Candidate]:
    """Best first, without those that have the notes of a better one."""
    kept: list[Candidate] = []
    owners: dict[int, list[int]] = {}
    for one in found:
        counts: dict[int, int] = {}
        for owner in (owner for row in one.rows for owner in owners.get(row, ())):
            counts[owner] = counts.get(owner, 0) + 1
        if all(count <= SHARED * min(len(one.rows), len(kept[owner].rows)) for owner, count in counts.items()):
            for row in one.rows:
                owners.setdefault(row, []).append(len(kept))
            kept.append(one)
            if len(kept) == most:
                break
    return kept
