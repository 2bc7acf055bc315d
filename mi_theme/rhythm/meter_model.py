"""What the evidence for each metre weighs: a model, read from ``data/metres.toml``.

Two stages. A conditional logit (McFadden 1974) over every metre and phase gives
each candidate a probability; a multinomial regression on the log probabilities
of the metres and the autocorrelation of the line corrects the metres among one
another, and the mean of both counts. Odd metres, of which there is next to
nothing to learn from, share all weights and have one bias, set so that the
training tunes raise almost no false alarm.
"""

from __future__ import annotations

import zlib
from base64 import b85decode, b85encode
from dataclasses import dataclass
from functools import cache

import numpy as np

from mi_theme import catalog
from mi_theme.rhythm.lines import Floats
from mi_theme.rhythm.meter_evidence import (
    ODD_METERS,
    PLAIN_METERS,
    Candidates,
    MeterTables,
    Ticks,
    evidence,
    lag_profile,
)

__all__ = ["MeterModel", "MeterWeights", "candidates", "model"]

SECOND_LAGS = 24  # eighths of autocorrelation that the second stage sees
SHAPES = ((19, 18), (), (17,), (9,))  # of a row of each table
STORED = 16  # steps of a stored table to one unit of log probability


@dataclass(frozen=True)
class MeterWeights:
    """What counts how much: of each piece of evidence, each metre, and in the second stage."""

    first: Floats
    biases: Floats
    second: Floats

    def stage_one(self, found: Floats, among: Candidates) -> Floats:
        """The probability of each candidate, shape (candidates,)."""
        return softmax(found @ self.first + self.biases[among.index])

    def stage_two(self, metres: Floats, profile: Floats) -> Floats:
        """The probability of each plain metre, given the first stage's and the autocorrelation."""
        return softmax(second_inputs(metres, profile) @ self.second)


def softmax(scores: Floats) -> Floats:
    """Probabilities from scores, along the last axis."""
    raised = np.exp(scores - scores.max(-1, keepdims=True))
    shares: Floats = raised / raised.sum(-1, keepdims=True)
    return shares


def second_inputs(metres: Floats, profile: Floats) -> Floats:
    """What the second stage looks at: log probabilities of the metres, autocorrelation, one."""
    return np.concatenate([np.log(metres + 1e-6), 5 * profile[0, :SECOND_LAGS], [1.0]])


@dataclass(frozen=True)
class MeterModel:
    """Tables and weights.

    Attributes
    ----------
    tables
        Of the plain metres.
    pitched, unpitched
        Weights for lines with pitches and without.
    temperature
        How much surer the weights are than they are right; probabilities are
        raised to its inverse.
    """

    tables: MeterTables
    pitched: MeterWeights
    unpitched: MeterWeights
    temperature: float

    def probabilities(self, line: Ticks, among: Candidates) -> Floats:
        """The probability of each candidate (metre and phase), shape (candidates,)."""
        weights = self.unpitched if line.pitches is None else self.pitched
        joint = weights.stage_one(evidence(line, among, self.tables), among)
        metres = np.bincount(among.index, joint)
        plain = metres[: len(PLAIN_METERS)] / metres[: len(PLAIN_METERS)].sum()
        mixed = (plain + weights.stage_two(plain, lag_profile(line))) / 2 * metres[: len(PLAIN_METERS)].sum()
        wanted = np.append(mixed, metres[len(PLAIN_METERS) :]) ** (1 / self.temperature)
        shares: Floats = joint * (wanted / wanted.sum() / np.maximum(metres, 1e-300))[among.index]
        return shares


class WeightsRow(catalog.Row, frozen=True):
    """Weights as ``metres.toml`` has them."""

    first: list[float]
    biases: list[float]
    second: list[list[float]]

    @property
    def weights(self) -> MeterWeights:
        """The same as arrays."""
        return MeterWeights(np.array(self.first), np.array(self.biases), np.array(self.second))


class ModelRow(catalog.Row, frozen=True):
    """``metres.toml``."""

    source: str
    licence: str
    temperature: float
    tables: list[str]
    pitched: WeightsRow
    unpitched: WeightsRow


@cache
def candidates() -> Candidates:
    """All metres that are looked for."""
    return Candidates((*PLAIN_METERS, *ODD_METERS))


@cache
def model() -> MeterModel:
    """The model of ``data/metres.toml``, with rows for the odd metres."""
    row = catalog.load("metres.toml", ModelRow)
    tables = MeterTables(*(unpacked(text, shape) for text, shape in zip(row.tables, SHAPES, strict=True)))
    return MeterModel(
        tables.extended(Candidates(PLAIN_METERS), ODD_METERS),
        row.pitched.weights,
        row.unpitched.weights,
        row.temperature,
    )


def packed(table: Floats) -> str:
    """A table as text: sixteenths of a unit in bytes, compressed, in base 85."""
    steps = np.clip(np.rint(table * STORED), -127, 127).astype(np.int8)
    return b85encode(zlib.compress(steps.tobytes(), 9)).decode()


def unpacked(text: str, shape: tuple[int, ...]) -> Floats:
    """A table from its text."""
    steps = np.frombuffer(zlib.decompress(b85decode(text)), np.int8)
    return steps.reshape(-1, *shape) / STORED
