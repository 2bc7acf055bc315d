"""How much a place speaks for being a copy of a pattern: a model of copies, and the information of the music itself.

Two stories are told of the notes of an alignment, and the logarithm of the ratio
of their likelihoods is the evidence, in nats. In one the music goes on as music
does: each interval and each ratio of two times follows the one before as often
as in the background (`chance.Background`), so that a step after a step says
little and a sixth after a fourth much. In the other a copy goes on: it has the
pattern's next note, at the same transposition and in the same tempo, but for
what `CopyModel` says that copies do now and then. Pitch is compared with the
transposition, not with the interval, so that a changed note costs once.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mi_theme.search.hits import EvidenceTerm, terms_of
from mi_theme.search.match.alignment_costs import HALF, streams_of
from mi_theme.search.match.chance import SHORTEST_TIME, background, interval_kinds, ratio_kinds
from mi_theme.search.match.note_alignment import APART, NoteAlignment, steps_of
from mi_theme.search.patterns import Pattern

__all__ = [
    "COPY_MODEL",
    "CopyModel",
    "HeardNotes",
    "evidence",
    "foretold",
    "information_of",
    "thick_voices",
    "whole_copy",
]

BACKOFF = 20.0  # how often what was seen without its context is taken to have been seen in it
OFF_TEMPO = (0.05, 0.2, 0.45, 0.8)  # octaves of durations: how far off the tempo a time is, kind by kind
CHORDS = 4  # one note in so many begins with others of its voice: a few double stops do no harm
UNKNOWN = 1.0  # nats of a note that nothing goes before
Whole = NDArray[np.int64]
Real = NDArray[np.float64]


class CopyModel(NamedTuple):
    """What copies do now and then: logarithms of how often, in nats.

    Chosen on copies and decoys planted in the background's own music, by
    logistic regression, and rounded (``docs/explanation/significance.md``).

    Attributes
    ----------
    step, octave, other
        A note off the transposition by a diatonic step, by octaves, by another interval.
    still, back
        The next note off by the same interval; on the transposition again.
    voice
        A note in another voice than the one before.
    insertion, inserted, near
        Notes of the music between two of the copy: at all; for each; for each near them in pitch.
    omission, omitted
        Notes of the pattern left out: at all, at the beginning, within and at the end; for each.
    steady
        A time that is the expected one, up to 1/20 of an octave of durations off,
        and up to .2, .45, .8, and more.
    bent
        Any tempo, as it goes: a ratio of two times that is the pattern's, or off by
        one to three half octaves, or more.
    stretched, free, loose
        A tempo other than the pattern's own; any tempo as it goes; any rhythm: each once.
    timed
        The weight of what times say: rhythms come as wholes, and say less than time by time.
    """

    step: float = -4.0
    octave: float = -5.5
    other: float = -7.5
    still: float = -1.0
    back: float = -1.0
    voice: float = -4.0
    insertion: float = -0.5
    inserted: float = -0.9
    near: float = -1.0
    omission: float = -1.5
    omitted: float = -0.7
    steady: tuple[float, ...] = (0.0, -2.5, -4.0, -5.0, -6.0)
    bent: tuple[float, ...] = (-0.6, -2.5, -3.2, -5.0, -5.5)
    stretched: float = -4.0
    free: float = -2.5
    loose: float = -5.0
    timed: float = 0.7


COPY_MODEL = CopyModel()


class HeardNotes(NamedTuple):
    """Notes, with how unexpected each is in its own voice; every column of shape (n,).

    Attributes
    ----------
    onset, pitch, step, stream
        Of each note; the stream is a number for its voice.
    thick
        Whether many notes of its voice begin together: a piano, or voices that the file does not tell apart.
    tune, rhythm
        The information of its interval, and of the ratio of times, in nats.
    """

    onset: Real
    pitch: Whole
    step: Whole
    stream: Whole
    thick: NDArray[np.bool_]
    tune: Real
    rhythm: Real

    @classmethod
    def of(cls, notes: NDArray[np.void]) -> HeardNotes:
        """From a note table, sorted by onset."""
        onset, pitch = np.array(notes["onset"], np.float64), np.array(notes["pitch"], np.int64)
        stream = streams_of(notes)
        before, together = _before(onset, pitch, stream)
        thick, (tune, rhythm) = thick_voices(stream, together), _information(onset, pitch, before)
        return cls(onset, pitch, steps_of(notes), stream, thick, tune=tune, rhythm=rhythm)


def evidence(
    pattern: Pattern, heard: HeardNotes, found: NoteAlignment, model: CopyModel = COPY_MODEL
) -> tuple[EvidenceTerm, ...]:
    """Why notes are likelier as a copy of the pattern than as any music.

    Parameters
    ----------
    pattern
        What was looked for.
    heard
        The notes that were searched.
    found
        Which of them match.
    model
        What copies do.

    Returns
    -------
    tuple of EvidenceTerm
        Whose sum (`total`) is the logarithm of how much likelier they are, in
        nats; 0 where one says as much as the other. Of the ways to look at the
        rhythm, at one tempo, at any tempo as it goes, or not at all, the one
        that says most.
    """
    links = _CopyLinks.of(pattern, heard, found)
    rhythm = max(
        (links.steady(model), links.bent(model), {"tempo": model.loose}), key=lambda terms: sum(terms.values())
    )
    return terms_of({**links.tune(model), **links.texture(model), **rhythm})


def foretold(
    pattern: Pattern, heard: HeardNotes, found: NoteAlignment, among: int, model: CopyModel = COPY_MODEL
) -> tuple[EvidenceTerm, ...]:
    """The same where one of so many maps has every note where it is."""
    links = _CopyLinks.of(pattern, heard, found)
    mapped = {"rhythm": model.timed * float(links.surprise[1:].sum()), "bar map": -float(np.log(among))}
    return terms_of({**links.tune(model), **links.texture(model), **mapped})


def whole_copy(pattern: Pattern, model: CopyModel = COPY_MODEL) -> float:
    """What the pattern itself says, in nats: the most that a hit can."""
    news, surprise = information_of(np.diff(np.array(pattern.pitch)), np.diff(pattern.onsets))
    return float(news.sum() + model.timed * surprise[1:].sum())


@dataclass(frozen=True)
class _CopyLinks:
    """What leads from each note of an alignment to the next."""

    pattern: Pattern
    heard: HeardNotes
    found: NoteAlignment
    own: Whole
    rows: Whole
    lapse: Real
    gap: Real
    news: Real
    surprise: Real

    @classmethod
    def of(cls, pattern: Pattern, heard: HeardNotes, found: NoteAlignment) -> _CopyLinks:
        own, rows = np.array(found.pairs, np.int64).T
        lapse = np.diff(heard.onset[rows])
        tune, rhythm = information_of(np.diff(heard.pitch[rows]), lapse)
        return cls(
            pattern,
            heard,
            found,
            own,
            rows,
            lapse=lapse,
            gap=np.diff(pattern.onsets[own]),
            news=np.minimum(tune, heard.tune[rows[1:]]),
            surprise=np.minimum(rhythm, heard.rhythm[rows[1:]]),
        )

    def tune(self, model: CopyModel) -> dict[str, float]:
        """What the intervals say, and each note on the transposition or off it."""
        sign = -1 if self.found.inverted else 1
        off = self.heard.pitch[self.rows] - sign * np.array(self.pattern.pitch)[self.own]
        climb = self.heard.step[self.rows] - sign * self.pattern.steps[self.own]
        off, climb = off - _commonest(off), climb - _commonest(climb)
        stays, strays = off[1:] == off[:-1], off[1:] != 0
        away = np.where(np.abs(climb[1:]) <= 1, model.step, np.where(off[1:] % 12 == 0, model.octave, model.other))
        paid = np.where(strays, np.where(stays, model.still, away), np.where(stays, 0.0, model.back))
        return {"pitch": float(self.news.sum()), "changed": float(paid.sum())}

    def texture(self, model: CopyModel) -> dict[str, float]:
        """Notes of the pattern left out, other voices, notes of the music between."""
        gone = [int(self.own[0]), len(self.pattern) - 1 - int(self.own[-1]), *(np.diff(self.own) - 1).tolist()]
        omitted, voices, added = sum(model.omission + model.omitted * count for count in gone if count), 0.0, 0.0
        for link in np.flatnonzero(np.diff(self.rows) > 1).tolist():
            leaves, between, near = self._passed(link)
            voices += model.voice * leaves
            added += model.insertion * (between > 0) + model.inserted * between + model.near * near
        return {"omitted": omitted, "voices": voices, "added": added}

    def _passed(self, link: int) -> tuple[bool, int, int]:
        """Whether a link changes voice, the notes that it passes over, and those of them near it in pitch."""
        heard, (a, b) = self.heard, self.rows[link : link + 2].tolist()
        inside = slice(a + 1, b)
        onset, pitch, stream = heard.onset[inside], heard.pitch[inside], heard.stream[inside]
        low, high = sorted((int(heard.pitch[a]), int(heard.pitch[b])))
        own = (stream == heard.stream[a]) | (stream == heard.stream[b])
        between = own & (onset - heard.onset[a] > APART) & (heard.onset[b] - onset > APART)
        near = int((between & (pitch >= low - 2) & (pitch <= high + 2)).sum())
        return bool(heard.stream[a] != heard.stream[b]), near if heard.thick[b] else int(between.sum()), near

    def steady(self, model: CopyModel) -> dict[str, float]:
        """Times as the tempo has them."""
        expected = np.maximum(self.gap, SHORTEST_TIME) * self.found.stretch
        off = np.abs(np.log2(np.maximum(self.lapse, SHORTEST_TIME) / expected))
        paid = np.array(model.steady)[np.searchsorted(OFF_TEMPO, off, side="right")]
        said, stretched = model.timed * float(self.surprise[1:].sum()), self.found.stretch != 1
        return {"rhythm": said, "uneven": float(paid[1:].sum()), "tempo": model.stretched * stretched}

    def bent(self, model: CopyModel) -> dict[str, float]:
        """Times at any tempo, as it goes."""
        off = np.abs(_in_a_row(self.lapse) - _in_a_row(self.gap))
        paid = np.array(model.bent)[np.minimum(off, len(model.bent) - 1)]
        said = model.timed * float(self.surprise[1:].sum())
        return {"rhythm": said, "uneven": float(paid.sum()), "tempo": model.free}


def _commonest(values: Whole) -> int:
    found, counts = np.unique(values, return_counts=True)
    return int(found[counts.argmax()])


# How unexpected music is


@cache
def _tables() -> tuple[Real, Real, Real, Real]:
    """Nats of each interval, of each after each, and the same of ratios of times."""
    known = background()
    return *_nats(np.array(known.intervals)), *_nats(np.array(known.ratios))


def _nats(counts: Whole) -> tuple[Real, Real]:
    alone = (counts.sum(axis=0) + HALF) / (counts.sum() + HALF * len(counts))
    given = (counts + BACKOFF * alone) / (counts.sum(axis=1, keepdims=True) + BACKOFF)
    return -np.log(alone), -np.log(given)


def _in_a_row(times: Real) -> Whole:
    """Kinds of the ratios of neighbouring times, shape (n - 1,)."""
    return ratio_kinds(times[1:], times[:-1])


def information_of(rises: Whole, lapse: Real) -> tuple[Real, Real]:
    """Nats of intervals and of times in a row, each given the one before; the first time says nothing."""
    tune, tune_after, rhythm, rhythm_after = _tables()
    rises, ratios = interval_kinds(rises), _in_a_row(lapse)
    news = np.append(tune[rises[:1]], tune_after[rises[:-1], rises[1:]])
    return news, np.concatenate([np.zeros(1), rhythm[ratios[:1]], rhythm_after[ratios[:-1], ratios[1:]]])[: len(lapse)]


def _before(onset: Real, pitch: Whole, stream: Whole) -> tuple[Whole, NDArray[np.bool_]]:
    """The note that goes before each in its voice, -1 if none, the nearest in pitch of several; and which begin together."""
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
    before, together = np.full(len(order), -1), np.zeros(len(order), bool)
    before[order] = np.where(found >= 0, order[found], -1)
    together[order] = sizes[group] > 1
    return before, together


def thick_voices(stream: Whole, together: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Whether a voice is no voice: more than one in `CHORDS` of its notes begin with others."""
    notes, chords = np.bincount(stream), np.bincount(stream, weights=together)
    thick: NDArray[np.bool_] = (chords * CHORDS > notes)[stream]
    return thick


def _information(onset: Real, pitch: Whole, before: Whole) -> tuple[Real, Real]:
    """Nats of each note's interval and of its ratio of times, in its own voice."""
    tune, tune_after, rhythm, rhythm_after = _tables()
    one = before >= 0
    two = one & (before[before] >= 0)
    three = two & (before[before[before]] >= 0)
    rise, lapse = interval_kinds(pitch - pitch[before]), onset - onset[before]
    ratio = ratio_kinds(lapse, lapse[before])
    news = np.where(two, tune_after[rise[before], rise], tune[rise])
    surprise = np.where(three, rhythm_after[ratio[before], ratio], rhythm[ratio])
    return np.where(one, news, float(tune.mean())), np.where(two, surprise, UNKNOWN)
