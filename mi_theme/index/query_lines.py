"""A pattern as lines that can be looked up: its melody, and of a thick one its outer and inner lines too."""

from __future__ import annotations

from fractions import Fraction
from math import inf, log
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mi_theme.search.corpus.proposals import BENT, LEAST_WORTH, SHORT_SHARE, TICKS, line_of
from mi_theme.search.kernels.choosing import kernels
from mi_theme.search.kernels.kernel_inputs import ExtendedLine, LineEvidence
from mi_theme.search.match.bar_maps import FIRST_MAP
from mi_theme.search.match.chance import SHORTEST_TIME, Chance, ChancePlace, background
from mi_theme.search.match.evidence import COPY_MODEL, OFF_TEMPO
from mi_theme.search.match.expectations import information_of, known_music
from mi_theme.search.patterns import Pattern

__all__ = ["LARGE", "AskedEvidence", "QueryLine", "lines_of"]

TENTHS = 10
SLACK = 4.0  # nats that a piece may make of a pattern more than the background does
LARGE = 3e6  # notes of a corpus that has no play: what is looked at there is what takes the time
PLAY = 1.5  # nats of play for a corpus e times smaller, which brings so many fewer places by chance
CHAIN_SHARE = 0.25  # of what the pattern is worth: a copy in another metre pays for each of its times
LIKE = 0.4  # of what the intervals of a line say: an alignment asks for half of what they and the times do
THICKNESS, SIZES = (0.0, 1.0), (100, 10_000)
ADDED = COPY_MODEL.insertion + COPY_MODEL.inserted
LEFT_OUT = COPY_MODEL.omission + COPY_MODEL.omitted
FEWEST = 5  # notes of a line beside the melody
Whole = NDArray[np.int64]


class QueryLine(NamedTuple):
    """Notes of a pattern in a row.

    Attributes
    ----------
    time
        In ticks of 1/5040 of a quarter, from the beginning of the pattern.
    height
        Semitones from the first.
    rest
        When the last note of the pattern begins, in quarters.
    """

    time: Whole
    height: Whole
    rest: float

    @property
    def news(self) -> NDArray[np.float64]:
        """What each interval says, in nats."""
        return information_of(np.diff(self.height), np.diff(self.time) / TICKS)[0]

    @property
    def whole(self) -> float:
        """What all of it says, times as well."""
        tune, rhythm = information_of(np.diff(self.height), np.diff(self.time) / TICKS)
        return float(tune.sum() + COPY_MODEL.timed * rhythm[1:].sum())

    def extended(self, least: float) -> ExtendedLine:
        """The line as its seeds are extended.

        Parameters
        ----------
        least
            What must be reached, in nats.
        """
        earned = np.rint(TENTHS * np.append(0.0, self.news)).astype(np.int64)
        left = np.append(np.cumsum(earned[::-1])[::-1], 0)
        kinds = (COPY_MODEL.step, COPY_MODEL.octave, ADDED, LEFT_OUT, COPY_MODEL.omission, COPY_MODEL.omitted)
        prices = np.array([round(TENTHS * kind) for kind in kinds], np.int64)
        return ExtendedLine(self.height, earned, left, prices, round(TENTHS * least))

    def evidence(self, mapped: bool) -> LineEvidence:
        """What copies of it are weighed with.

        Parameters
        ----------
        mapped
            Whether a map of the bar may explain their times.
        """
        copies, music = COPY_MODEL, known_music()
        away = [0.0, *[copies.step] * 2, *[copies.other] * 9, copies.octave]  # beyond an octave the least it may be
        return LineEvidence(
            time=self.time / TICKS,
            tune=music.tune,
            tune_after=music.tune_after,
            rhythm=copies.timed * music.rhythm,
            rhythm_after=copies.timed * music.rhythm_after,
            away=np.array(away),
            bent=np.array(copies.bent),
            steady=np.array(copies.steady),
            off_tempo=np.array(OFF_TEMPO),
            still=copies.still,
            back=copies.back,
            insertion=copies.insertion,
            inserted=copies.inserted + copies.near,
            filled=copies.filled,
            omission=copies.omission,
            omitted=copies.omitted,
            stretched=copies.stretched,
            free=copies.free,
            loose=copies.loose,
            mapped=-FIRST_MAP if mapped else -inf,
            shortest=SHORTEST_TIME,
        )

    def needed(self, asked: AskedEvidence) -> float:
        """What the notes of a place must be worth without their times to be looked at, in nats.

        The intervals of a hit say so much less than is needed as its rhythm may say; and what
        has not half of a pattern is no place to an alignment.

        Parameters
        ----------
        asked
            What hits must say.
        """
        tune = float(self.news.sum())
        lowest = self.needed_in(asked, asked.least) - (self.whole - tune)
        return max(lowest, min(max(LIKE * tune - asked.play, LEAST_WORTH), SHORT_SHARE * tune))

    def needed_in(self, asked: AskedEvidence, nats: float) -> float:
        """What is left to it of what a hit must say in some piece; inf where nothing can be as rare as is asked for.

        Parameters
        ----------
        asked
            As for `needed`.
        nats
            ``asked.of`` in that piece.
        """
        return nats - max(asked.whole - self.whole, 0.0) - SLACK - asked.play


class AskedEvidence(NamedTuple):
    """What hits must say to be as rare as is asked for.

    Attributes
    ----------
    length
        Notes of the pattern.
    whole
        What the pattern says, in nats.
    notes
        In how many notes.
    max_evalue
        The most hits as good that chance may bring.
    """

    length: int
    whole: float
    notes: int
    max_evalue: float

    def of(self, thick: float, size: int) -> float:
        """In a piece of so many notes, of which so many are in voices of chords: nats; inf where not even more than a whole copy is rare enough.

        Parameters
        ----------
        thick, size
            As `ChancePlace` has them.
        """
        chance = Chance(background().proposed, ChancePlace(self.whole, self.length, thick, size), self.notes)
        nats = chance.nats(self.max_evalue)
        return nats if nats <= self.whole + SLACK else inf

    @property
    def least(self) -> float:
        """The same wherever that is least."""
        return min(self.of(thick, size) for thick in THICKNESS for size in SIZES)

    @property
    def play(self) -> float:
        """Nats that a place may be worth less in so many notes: of a small corpus more can be looked at."""
        return PLAY * max(log(LARGE / self.notes), 0.0)

    def of_chain(self, pattern: Pattern) -> float:
        """What a chain must be worth to be aligned: a quarter of the pattern, and no less than can become a hit in a rhythm that is not the pattern's.

        Parameters
        ----------
        pattern
            What is looked for.
        """
        rhythm = self.whole - float(lines_of(pattern)[0].news.sum()) if pattern.meter else 0.0
        bent = max(-BENT * (self.length - 2) + COPY_MODEL.loose, 0.0)
        return max(CHAIN_SHARE * self.whole - self.play, LEAST_WORTH, self.least - SLACK - self.play - bent - rhythm)


def lines_of(pattern: Pattern) -> list[QueryLine]:
    """The lines that are looked up, the melody first.

    Parameters
    ----------
    pattern
        Of one voice it is its own line; of several the highest notes are one, and so are its lines as an index makes them.
    """
    time, height = line_of(pattern)
    rest = float(time[-1]) / TICKS
    lines = {tuple(height.tolist()): QueryLine(time, height, rest)}
    if pattern.is_polyphonic:
        onset, stop = (
            np.array([round(at * TICKS) for at in column], np.int64) for column in (pattern.onset, _ends(pattern))
        )
        pitch, every = np.array(pattern.pitch, np.int64), np.array([0, len(pattern)])
        loops = kernels(False, "layering", 0)
        layer = loops.layered(onset, stop, pitch, every)
        for rows in (
            *loops.outer_lines(onset, stop, pitch, every),
            *(layer == number for number in range(layer.max() + 1)),
        ):
            heights = pitch[rows] - pitch[rows][0]
            if rows.sum() >= FEWEST:
                line = QueryLine(onset[rows] - onset.min(), heights, rest)
                lines.setdefault(tuple(heights.tolist()), line)
    return [*lines.values()]


def _ends(pattern: Pattern) -> list[Fraction]:
    return [at + length for at, length in zip(pattern.onset, pattern.duration, strict=True)]
