"""What the evidence for each metre weighs: a model, read from ``data/metres.toml``.

Two models answer together. The *plain* one, for nine plain metres, is a conditional
logit (McFadden 1974) over metres and phases, corrected among its metres by a
multinomial regression on its log probabilities and the autocorrelation. The *wide*
one is a logit over all metres, additive ones too, on the same evidence and on
self-similarity, with tables made robust: each row mixed with the usual one, so that
music unlike the tunes they were counted on does not win by what is flat. It learned
additive metres from plain tunes that were bent into them (``data/making``). A
*cycle cue* looks at repetition alone and says how long the bar is.

The wide model is trusted as the line gets longer. Among plain metres it decides the
family (2/4, 4/4, 2/2 ...), the plain one what is written.
"""

from __future__ import annotations

import zlib
from base64 import b85decode, b85encode
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import numpy as np

from mi_theme import catalog
from mi_theme.rhythm.lines import Floats
from mi_theme.rhythm.meter_candidates import ADDITIVE_METERS, PLAIN_METERS, Candidates, family
from mi_theme.rhythm.meter_evidence import MeterTables, Ticks, evidence, lag_profile, repetition, whole_bars
from mi_theme.rhythm.self_similarity import cycle_evidence

__all__ = ["Hearing", "MeterModel", "MeterWeights", "candidates", "model", "packed", "unpacked"]

SECOND_LAGS = 24  # eighths of autocorrelation that the second stage sees
SHAPES = ((19, 18), (), (17,), (9,))  # of a row of each table
REPEATING_NOTES = 10  # notes from which on repetition can be asked for: two bars have hardly any
FEWEST_IN_HALF = 8  # notes; half of a shorter line is no music to be asked
STORED = 16  # steps of a stored table to one unit of log probability
# Set by hand on half of Essen and on melodies of other countries that no table was counted on:
TEMPERATURE = 2.0  # how much surer the wide model is than it is right: hundreds of notes repeat one another
ORIGIN = (
    2.0  # nats that speak for a bar line at time 0 where a note begins there or before: most files begin so, not all
)
ADDITIVE = -2.0  # against every additive metre: they are rare
RARE = {"9/8": -4.0, "3/2": -5.0, "6/4": -5.0}  # against plain metres that are rare, with hardly counted tables
LONG = {"5/4:3+2": -4.0, "5/4:2+3": -4.0, "7/4": -2.0, "9/4": -4.0}  # against bars that are two of half the length
CUE, CUE_NOTES = 2.0, 200  # the weight of the cycle cue, and the notes from which on half of it counts
FAMILY_NOTES = 300  # from which on the wide model decides the family of plain metres
ADDITIVE_NOTES, STEEP = 120, 3  # from which on it decides on additive ones without being confirmed by its halves
DOUBLES = {"5/4:3+2+3+2": "5/8:3+2", "5/4:2+3+2+3": "5/8:2+3"}  # two of the same bar are one bar twice as often


class Hearing(NamedTuple):
    """What was heard of one line, each a distribution.

    Attributes
    ----------
    joint
        Over the candidates, shape (candidates,).
    halves
        Over the candidates, of either half of the line alone, shape (2, candidates).
    cue
        Of each metre, how likely its length of bar is by repetition alone, shape (metres,).
    """

    joint: Floats
    halves: Floats
    cue: Floats


@dataclass(frozen=True)
class MeterWeights:
    """What counts how much, of lines with pitches or of lines without.

    Attributes
    ----------
    first, biases, second
        Of the plain model: of each piece of evidence, of each metre, and of the second stage.
    wide, wide_biases
        Of the wide model: of each piece of evidence, of each metre.
    cue, cue_biases
        Of the cycle cue: of repetition and self-similarity, of each metre's length of bar.
    """

    first: Floats
    biases: Floats
    second: Floats
    wide: Floats
    wide_biases: Floats
    cue: Floats
    cue_biases: Floats


def softmax(scores: Floats) -> Floats:
    """Probabilities from scores, along the last axis."""
    raised = np.exp(scores - scores.max(-1, keepdims=True))
    shares: Floats = raised / raised.sum(-1, keepdims=True)
    return shares


def second_inputs(metres: Floats, profile: Floats) -> Floats:
    """What the second stage looks at: log probabilities of the metres, autocorrelation, one."""
    return np.concatenate([np.log(metres + 1e-6), 5 * profile[0, :SECOND_LAGS], [1.0]])


def wide_evidence(line: Ticks, tables: MeterTables, cycles: Floats) -> Floats:
    """A row of numbers for every candidate, shape (candidates, 56): the evidence, and self-similarity."""
    return np.concatenate([evidence(line, candidates(), tables), cycles[candidates().index]], 1)


def cue_evidence(line: Ticks, cycles: Floats) -> Floats:
    """What repetition alone says of each metre's bar, shape (metres, 29)."""
    return np.concatenate([repetition(line, candidates()), whole_bars(line, candidates()), cycles], 1)


@dataclass(frozen=True)
class MeterModel:
    """Tables and weights.

    Attributes
    ----------
    tables
        Of the plain metres, as they were counted.
    robust
        Of all metres, mixed with the usual.
    pitched, unpitched
        Weights for lines with pitches and without.
    temperature
        How much surer the plain model is than it is right; probabilities are
        raised to its inverse.
    """

    tables: MeterTables
    robust: MeterTables
    pitched: MeterWeights
    unpitched: MeterWeights
    temperature: float

    def hear(self, line: Ticks) -> Hearing:
        """What is heard of a line: of the whole, of its halves, and of its repetition."""
        middle = len(line.onsets) // 2
        halves = (
            [line.part(slice(middle)), line.part(slice(middle, None))] if middle >= FEWEST_IN_HALF else [line, line]
        )
        heard = [self._wide(part) for part in (line, *halves)]
        wide, cue = np.array([joint for joint, _ in heard]), heard[0][1]
        metres = np.array([_by_metre(joint) for joint in wide])
        kin = metres @ SAME_FAMILY
        count = len(line.onsets)
        repeats = cue ** (count / (count + REPEATING_NOTES))
        confirmed = np.sqrt(kin[0] * kin[1] * kin[2] * repeats) * metres / np.maximum(kin, 1e-300)
        trust = count**STEEP / (count**STEEP + ADDITIVE_NOTES**STEEP)
        additive = (trust * metres + (1 - trust) * confirmed)[:, len(PLAIN_METERS) :]
        parts = zip((line, *halves), wide, metres, additive, strict=True)
        joints = [self._mixed(*part) for part in parts]
        return Hearing(joints[0], np.array(joints[1:]), cue)

    def weights(self, line: Ticks) -> MeterWeights:
        """Those for lines of its kind."""
        return self.unpitched if line.pitches is None else self.pitched

    def plain(self, line: Ticks) -> Floats:
        """By the plain model: the probability of each of its candidates, shape (plain candidates,)."""
        weights, among = self.weights(line), plain_candidates()
        joint = softmax(evidence(line, among, self.tables) @ weights.first + weights.biases[among.index])
        metres = np.bincount(among.index, joint).astype(np.float64)
        second = softmax(second_inputs(metres, lag_profile(line)) @ weights.second)
        wanted = ((metres + second) / 2) ** (1 / self.temperature)
        shares: Floats = joint * (wanted / wanted.sum() / np.maximum(metres, 1e-300))[among.index]
        return shares

    def _wide(self, line: Ticks) -> tuple[Floats, Floats]:
        """By the wide model the probability of each candidate; by repetition alone that of each metre's length of bar."""
        weights, among, count = self.weights(line), candidates(), len(line.onsets)
        cycles = cycle_evidence(line, among)
        _, first, number = np.unique(among.bars, return_index=True, return_inverse=True)
        cue = softmax(cue_evidence(line, cycles)[first] @ weights.cue + weights.cue_biases[first])[number]
        scores = wide_evidence(line, self.robust, cycles) @ weights.wide
        scores += (weights.wide_biases + HANDICAPS)[among.index] + _origin(line)
        scores += CUE * count / (count + CUE_NOTES) * np.log(cue + 1e-12)[among.index]
        return softmax(scores / TEMPERATURE), cue

    def _mixed(self, line: Ticks, wide: Floats, metres: Floats, additive: Floats) -> Floats:
        """Both models together: the probability of each candidate, where the additive metres have theirs already."""
        among, count, split = candidates(), len(line.onsets), len(PLAIN_METERS)
        plain = self.plain(line)
        written = np.bincount(plain_candidates().index, plain)
        kin = SAME_FAMILY[:split, :split]
        new, old = metres[:split] @ kin / max(metres[:split].sum(), 1e-300), written @ kin
        share = count / (count + FAMILY_NOTES)
        wanted = (share * new + (1 - share) * old) * written / np.maximum(old, 1e-300) * (1 - additive.sum())
        shares = np.append(plain, wide[len(plain) :])
        have = np.bincount(among.index, shares)
        final: Floats = shares * (np.append(wanted, additive) / np.maximum(have, 1e-300))[among.index]
        return final


def _origin(line: Ticks) -> Floats:
    """What speaks for each candidate because its bar lines would be at time 0; after a rest time 0 may be anything."""
    found: Floats = np.where(candidates().phases == 0, ORIGIN, 0.0) * bool(line.onsets[0] <= 0)
    return found


def _by_metre(joint: Floats) -> Floats:
    """The probability of each metre; bars that are two of the same count as one of them."""
    metres: Floats = np.bincount(candidates().index, joint).astype(float)
    for double, single in DOUBLES.items():
        names = candidates().names
        metres[names.index(single)] += metres[names.index(double)]
        metres[names.index(double)] = 0.0
    return metres


@cache
def candidates() -> Candidates:
    """All metres that are looked for."""
    return Candidates((*PLAIN_METERS, *ADDITIVE_METERS))


@cache
def plain_candidates() -> Candidates:
    """The nine plain ones, which come first among all."""
    return Candidates(PLAIN_METERS)


_NAMES = (*PLAIN_METERS, *ADDITIVE_METERS)
_KINDS = np.array([family(name) for name in _NAMES])
SAME_FAMILY = (_KINDS[:, None] == _KINDS).astype(
    float
)  # which metres the same music is written in, shape (metres, metres)
HANDICAPS = np.array(
    [
        RARE.get(name, 0.0)
        + (ADDITIVE + np.log(ADDITIVE_METERS[name]) if name in ADDITIVE_METERS else 0.0)
        + LONG.get(name, LONG.get(name.partition(":")[0], 0.0))
        for name in _NAMES
    ]
)


class WeightsRow(catalog.Row, frozen=True):
    """Weights as ``metres.toml`` has them; biases of the wide model by signature, of the cue by length of bar."""

    first: list[float]
    biases: list[float]
    second: list[list[float]]
    wide: list[float]
    signatures: dict[str, float]
    cue: list[float]
    lengths: list[float]

    @property
    def weights(self) -> MeterWeights:
        """The same as arrays."""
        number = np.unique(candidates().bars, return_inverse=True)[1]
        return MeterWeights(
            first=np.array(self.first),
            biases=np.array(self.biases),
            second=np.array(self.second),
            wide=np.array(self.wide),
            wide_biases=np.array([self.signatures[signature(name)] for name in candidates().names]),
            cue=np.array(self.cue),
            cue_biases=np.array(self.lengths)[number],
        )


def signature(name: str) -> str:
    """What has a bias of its own: ``9/8``, and ``9/8+`` for 9/8 in twos and threes."""
    before, _, groups = name.partition(":")
    return f"{before}+" if groups else before


class ModelRow(catalog.Row, frozen=True):
    """``metres.toml``."""

    source: str
    licence: str
    temperature: float
    tables: list[str]
    usual: str
    pitched: WeightsRow
    unpitched: WeightsRow


@cache
def model() -> MeterModel:
    """The model of ``data/metres.toml``, with rows for the additive metres."""
    row = catalog.load("metres.toml", ModelRow)
    tables = MeterTables(*(unpacked(text, shape) for text, shape in zip(row.tables, SHAPES, strict=True)))
    robust = tables.robust(np.exp(unpacked(row.usual, (18,)))).extended()
    return MeterModel(tables, robust, row.pitched.weights, row.unpitched.weights, row.temperature)


def packed(table: Floats) -> str:
    """A table as text: sixteenths of a unit in bytes, compressed, in base 85."""
    steps = np.clip(np.rint(table * STORED), -127, 127).astype(np.int8)
    return b85encode(zlib.compress(steps.tobytes(), 9)).decode()


def unpacked(text: str, shape: tuple[int, ...]) -> Floats:
    """A table from its text."""
    steps = np.frombuffer(zlib.decompress(b85decode(text)), np.int8)
    return steps.reshape(-1, *shape) / STORED
