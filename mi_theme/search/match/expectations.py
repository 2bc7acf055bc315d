"""How unexpected each note is: in music as it is known, and in the music that is searched.

A background of real music (``data/background.json``) says how often each
interval follows each, and each ratio of two times. The music that is searched
says more: what it is full of is no news there, as an Alberti bass in a sonata
of them. So its own counts are added to those of the background, which
weigh as much as some of its notes.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mi_theme.search.match.alignment_costs import HALF, streams_of
from mi_theme.search.match.chance import background, interval_kinds, ratio_kinds
from mi_theme.search.match.note_alignment import APART, steps_of

__all__ = ["HeardNotes", "NewsTables", "information_of", "known_music", "thick_voices"]

BACKOFF = 20.0  # how often what was seen without its context is taken to have been seen in it
KNOWN_AFTER = 200.0  # notes of a piece after one interval that the background weighs as much as: a cover full of its theme stays a find
KNOWN_ALONE = 500.0  # the same for intervals by themselves
CHORDS = 4  # one note in so many begins with others of its voice: a few double stops do no harm
UNKNOWN = 1.0  # nats of a note that nothing goes before
Whole = NDArray[np.int64]
Real = NDArray[np.float64]


class NewsTables(NamedTuple):
    """Nats of each kind of interval alone and after each, and the same of ratios of times."""

    tune: Real
    tune_after: Real
    rhythm: Real
    rhythm_after: Real

    def after(self, intervals: Whole, ratios: Whole) -> NewsTables:
        """The same where some music was heard as well.

        Parameters
        ----------
        intervals, ratios
            How often each kind followed each there, shapes (27, 27) and (13, 13).
        """
        return NewsTables(
            *_mixed(self.tune, self.tune_after, intervals), *_mixed(self.rhythm, self.rhythm_after, ratios)
        )


def _mixed(alone: Real, after: Real, counts: Whole) -> tuple[Real, Real]:
    said = counts.sum(axis=0)
    own = (said + KNOWN_ALONE * np.exp(-alone)) / (said.sum() + KNOWN_ALONE)
    given = (counts + KNOWN_AFTER * np.exp(-after)) / (counts.sum(axis=1, keepdims=True) + KNOWN_AFTER)
    return -np.log(own), -np.log(given)


@cache
def known_music() -> NewsTables:
    """What the background alone says."""
    known = background()
    return NewsTables(*_nats(np.array(known.intervals)), *_nats(np.array(known.ratios)))


def _nats(counts: Whole) -> tuple[Real, Real]:
    alone = (counts.sum(axis=0) + HALF) / (counts.sum() + HALF * len(counts))
    given = (counts + BACKOFF * alone) / (counts.sum(axis=1, keepdims=True) + BACKOFF)
    return -np.log(alone), -np.log(given)


def information_of(rises: Whole, lapse: Real, tables: NewsTables | None = None) -> tuple[Real, Real]:
    """Nats of intervals and of times in a row, each given the one before; the first time says nothing."""
    tune, tune_after, rhythm, rhythm_after = tables or known_music()
    rises, ratios = interval_kinds(rises), ratio_kinds(lapse[1:], lapse[:-1])
    news = np.append(tune[rises[:1]], tune_after[rises[:-1], rises[1:]])
    return news, np.concatenate([np.zeros(1), rhythm[ratios[:1]], rhythm_after[ratios[:-1], ratios[1:]]])[: len(lapse)]


def _before(onset: Real, pitch: Whole, stream: Whole) -> tuple[Whole, Whole]:
    """The note that goes before each in its voice, -1 if none, the nearest in pitch of several; and how many begin with it there."""
    order = np.lexsort((pitch, onset, stream))
    voice, at = stream[order], onset[order]
    fresh = np.flatnonzero(np.append(True, (np.diff(voice) != 0) | (np.diff(at) > APART))[: len(order)])
    sizes = np.diff(np.append(fresh, len(order)))
    group = np.repeat(np.arange(len(fresh)), sizes)
    goes_on = np.append(False, voice[fresh][1:] == voice[fresh][:-1])[: len(fresh)]
    nearest, found = np.full(len(order), np.iinfo(np.int64).max), np.full(len(order), -1)
    for number in range(int(sizes.max(initial=0))):
        there = goes_on[group] & (number < sizes[group - 1])
        row = np.where(there, fresh[group - 1] + number, 0)
        far = np.where(there, np.abs(pitch[order[row]] - pitch[order]), nearest)
        found, nearest = np.where(far < nearest, row, found), np.minimum(far, nearest)
    before, together = np.full(len(order), -1), np.ones(len(order), np.int64)
    before[order] = np.where(found >= 0, order[found], -1)
    together[order] = sizes[group]
    return before, together


def thick_voices(stream: Whole, together: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Whether a voice is no voice: more than one in `CHORDS` of its notes begin with others."""
    notes, chords = np.bincount(stream), np.bincount(stream, weights=together)
    thick: NDArray[np.bool_] = (chords * CHORDS > notes)[stream]
    return thick


class HeardNotes(NamedTuple):
    """Notes, with how unexpected each is in its own voice; every column of shape (n,).

    Attributes
    ----------
    onset, pitch, step, stream
        Of each note; the stream is a number for its voice.
    thick
        Whether many notes of its voice begin together: a piano, or voices that the file does not tell apart.
    choice
        The logarithm of how many notes of its voice begin with it: what leads to it might have led to any of them.
    tune, rhythm
        The information of its interval, and of the ratio of times, in nats.
    tables
        What this music leads one to expect.
    """

    onset: Real
    pitch: Whole
    step: Whole
    stream: Whole
    thick: NDArray[np.bool_]
    choice: Real
    tune: Real
    rhythm: Real
    tables: NewsTables

    @classmethod
    def of(cls, notes: NDArray[np.void]) -> HeardNotes:
        """From a note table, sorted by onset."""
        onset, pitch, stream = (
            np.array(notes["onset"], np.float64),
            np.array(notes["pitch"], np.int64),
            streams_of(notes),
        )
        before, together = _before(onset, pitch, stream)
        one = before >= 0
        two = one & (before[before] >= 0)
        three = two & (before[before[before]] >= 0)
        rise, lapse = interval_kinds(pitch - pitch[before]), onset - onset[before]
        ratio = ratio_kinds(lapse, lapse[before])
        known = known_music()
        tables = known.after(
            _counts(rise[before][two], rise[two], len(known.tune)),
            _counts(ratio[before][three], ratio[three], len(known.rhythm)),
        )
        news = np.where(two, tables.tune_after[rise[before], rise], tables.tune[rise])
        surprise = np.where(three, tables.rhythm_after[ratio[before], ratio], tables.rhythm[ratio])
        return cls(
            onset,
            pitch,
            steps_of(notes),
            stream,
            thick=thick_voices(stream, together > 1),
            choice=np.log(together),
            tune=np.where(one, news, float(tables.tune.mean())),
            rhythm=np.where(two, surprise, UNKNOWN),
            tables=tables,
        )


def _counts(first: Whole, second: Whole, kinds: int) -> Whole:
    """How often each kind followed each."""
    return np.bincount(first * kinds + second, minlength=kinds * kinds).reshape(kinds, kinds)
