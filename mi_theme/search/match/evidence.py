"""How much a place speaks for being a copy of a pattern: a model of copies, and the information of the music itself.

Two stories are told of the notes of an alignment, and the logarithm of the ratio
of their likelihoods is the evidence, in nats. In one the music goes on as music
does: each interval and each ratio of two times follows the one before as often
as in the background (`chance.Background`), so that a step after a step says
little and a sixth after a fourth much. In the other a copy goes on: it has the
pattern's next note, at the same transposition and in the same tempo, but for
what `CopyModel` says that copies do now and then; where several notes of a voice
begin together, any of them might be it. Pitch is compared with the
transposition, not with the interval, so that a changed note costs once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mi_theme.search.hits import EvidenceTerm, terms_of
from mi_theme.search.match.chance import SHORTEST_TIME, ratio_kinds
from mi_theme.search.match.expectations import HeardNotes, NewsTables, information_of
from mi_theme.search.match.note_alignment import APART, NoteAlignment
from mi_theme.search.patterns import Pattern

__all__ = ["COPY_MODEL", "CopyModel", "evidence", "foretold", "most_evidence", "whole_copy"]

OFF_TEMPO = (0.05, 0.2, 0.45, 0.8)  # octaves of durations: how far off the tempo a time is, kind by kind
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
    filled
        The most that those between two notes cost, however many: something else is played in a rest.
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
    filled: float = -8.0
    omission: float = -1.5
    omitted: float = -0.7
    steady: tuple[float, ...] = (0.0, -2.5, -4.0, -5.0, -6.0)
    bent: tuple[float, ...] = (-0.6, -2.5, -3.2, -5.0, -5.5)
    stretched: float = -4.0
    free: float = -2.5
    loose: float = -5.0
    timed: float = 0.7


COPY_MODEL = CopyModel()


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
    pattern: Pattern, heard: HeardNotes, found: NoteAlignment, choice: float, model: CopyModel = COPY_MODEL
) -> tuple[EvidenceTerm, ...]:
    """The same where a map of the bar has every note where it is; less what it costs to have chosen that map, in nats."""
    links = _CopyLinks.of(pattern, heard, found)
    mapped = {"rhythm": model.timed * float(links.surprise[1:].sum()), "bar map": -choice}
    return terms_of({**links.tune(model), **links.texture(model), **mapped})


def most_evidence(heard: HeardNotes, rows: Sequence[int], model: CopyModel = COPY_MODEL) -> float:
    """What notes may say at most for being a copy, of whatever pattern and in whatever metre, in nats: all that they tell, and nothing paid."""
    later = np.array(rows[1:], np.int64)
    return float(heard.tune[later].sum() + model.timed * heard.rhythm[later[1:]].sum())


def whole_copy(pattern: Pattern, tables: NewsTables | None = None, model: CopyModel = COPY_MODEL) -> float:
    """What the pattern itself says, in nats, in music that leads one to expect as much: the most that a hit can."""
    news, surprise = information_of(np.diff(np.array(pattern.pitch)), np.diff(pattern.onsets), tables)
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
        tune, rhythm = information_of(np.diff(heard.pitch[rows]), lapse, heard.tables)
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
        """Notes of the pattern left out, other voices, the choice among notes that begin together, notes of the music between."""
        gone = [int(self.own[0]), len(self.pattern) - 1 - int(self.own[-1]), *(np.diff(self.own) - 1).tolist()]
        omitted, voices, added = sum(model.omission + model.omitted * count for count in gone if count), 0.0, 0.0
        for link in np.flatnonzero(np.diff(self.rows) > 1).tolist():
            leaves, between, near = self._passed(link)
            voices += model.voice * leaves
            put_in = model.insertion * (between > 0) + model.inserted * between + model.near * near
            added += max(put_in, model.filled)
        chosen = float(self.heard.choice[self.rows[1:]].sum())
        return {"omitted": omitted, "voices": voices, "choice": -chosen, "added": added}

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
        off = np.abs(ratio_kinds(self.lapse[1:], self.lapse[:-1]) - ratio_kinds(self.gap[1:], self.gap[:-1]))
        paid = np.array(model.bent)[np.minimum(off, len(model.bent) - 1)]
        said = model.timed * float(self.surprise[1:].sum())
        return {"rhythm": said, "uneven": float(paid.sum()), "tempo": model.free}


def _commonest(values: Whole) -> int:
    found, counts = np.unique(values, return_counts=True)
    return int(found[counts.argmax()])
