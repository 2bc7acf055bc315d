"""Make ``data/metres.toml``: count tables and fit weights for `mi_theme.induce_meter`.

``python data/making/metres.py`` reads music21's O'Neill, Ryan's Mammoth and
Aird (never Essen, never a theme) and writes the file anew: two runs on one
machine give the same bytes. Needs scipy and music21.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from folksongs import TRAINING, Song, songs
from scipy.optimize import minimize

from mi_theme.rhythm.lines import Floats, line_of
from mi_theme.rhythm.meter_evidence import (
    ODD_METERS,
    PLAIN_METERS,
    Candidates,
    MeterTables,
    Ticks,
    evidence,
    ioi_bins,
    lag_profile,
    melody_bins,
    ticks_of,
)
from mi_theme.rhythm.meter_model import SHAPES, MeterModel, MeterWeights, packed, second_inputs, softmax, unpacked

ROOT = Path(__file__).resolve().parents[2]
AMONG = Candidates(PLAIN_METERS)
FOLDS = 5
BLOCK = 20  # neighbours in a book are variants of one another: they go into one fold
FEWEST = 4  # notes
RELATIVES = {  # metres that look alike in other note values: (metre, its length over the other's)
    "2/4": (("4/4", 0.5), ("2/2", 0.5)), "4/4": (("2/4", 2), ("2/2", 1)), "2/2": (("4/4", 1), ("2/4", 2)),
    "3/4": (("3/8", 2), ("3/2", 0.5)), "3/8": (("3/4", 0.5),), "3/2": (("3/4", 2),),
    "6/8": (("6/4", 0.5),), "6/4": (("6/8", 2),), "9/8": (),
}  # fmt: skip
RELATIVE_WEIGHT = 0.1
PENALTY, SECOND_PENALTY = 1.0, 3.0
ODD_ALARMS = 0.001  # of the training tunes may come out odd ...
ODD_MARGIN = 2.0  # ... and then odd metres must be e^2 times likelier still: set by hand, on half of Essen
HEADER = """\
# Which metre? Tables and weights of mi_theme.induce_meter; made by data/making/metres.py.
#
# What is here are counts and regression weights, not tunes. They were taken from
# {tunes} tunes ({counted} of them counted note by note) of O'Neill's Music of Ireland,
# Ryan's Mammoth Collection and Aird's Airs as music21 {version} carries them
# (typed from old prints by volunteers). Our own work, under the project's licence.
"""


@dataclass(frozen=True)
class Tune:
    """A tune ready to count: its line, its metre's number, whether its bar lines are sure."""

    id: str
    line: Ticks
    meter: int
    steady: bool


def tune_of(song: Song) -> Tune | None:
    """A tune in one of the plain metres; None for any other."""
    if not song.has_one_meter or song.meter not in PLAIN_METERS or len(song.ticks) < FEWEST:
        return None
    scale = 1 / song.per_quarter
    line = line_of(np.array(song.ticks) * scale, np.array(song.lengths) * scale, np.array(song.pitches))
    return Tune(song.id, ticks_of(line), PLAIN_METERS.index(song.meter), song.steady)


def training_tunes(collections: Sequence[str] = TRAINING) -> list[Tune]:
    """The tunes of some collections in plain metres."""
    return [tune for name in collections for song in songs(name) if (tune := tune_of(song))]


def count(tunes: Sequence[Tune]) -> MeterTables:
    """Tables from the steady tunes; a relative in other note values counts a tenth."""
    size = int(AMONG.bases[-1])
    counts = [np.zeros((size, *shape)) for shape in SHAPES]
    for tune in tunes:
        if tune.steady:
            _add(counts, tune.line, tune.meter, 1.0)
            for index, name in enumerate(PLAIN_METERS):
                for other, scale in RELATIVES[name]:
                    if other == PLAIN_METERS[tune.meter]:
                        _add(counts, _rescaled(tune.line, scale), index, RELATIVE_WEIGHT)
    return _smoothed(*counts)


def _add(counts: list[Floats], line: Ticks, meter: int, weight: float) -> None:
    places = line.onsets % AMONG.bars[meter]
    rows = AMONG.bases[meter] + places // 6 * 2 + (places % 6 > 0)
    now, before = ioi_bins(line)
    assert line.pitches is not None
    steps, turns = melody_bins(line.pitches)
    for table, index in zip(counts, ((rows, before, now), rows, (rows, steps), (rows, turns)), strict=True):
        np.add.at(table, index, weight)


def _rescaled(line: Ticks, scale: float) -> Ticks:
    onsets, iois = (np.rint(ticks * scale).astype(np.int64) for ticks in (line.onsets, line.iois))
    return line._replace(onsets=onsets, iois=iois)


def _smoothed(rhythm: Floats, places: Floats, steps: Floats, turns: Floats) -> MeterTables:
    """Log probabilities: of an IOI given place and IOI before, backing off to the place, then to anywhere."""
    usual = rhythm.sum((0, 1)) + 0.1 * len(rhythm[0])
    usual /= usual.sum()
    here = rhythm.sum(1)
    here = (here + 2 * usual) / (here.sum(1, keepdims=True) + 2)
    given = (rhythm + 4 * here[:, None]) / (rhythm.sum(2, keepdims=True) + 4)
    occupied = np.concatenate([
        (places[a:b] + 1) / (places[a:b].sum() + b - a) * (b - a) for a, b in zip(AMONG.bases, AMONG.bases[1:], strict=False)
    ])  # fmt: skip
    return MeterTables(np.log(given), np.log(occupied), _against_usual(steps), _against_usual(turns))


def _against_usual(counts: Floats) -> Floats:
    usual = counts.sum(0) + 1
    usual /= usual.sum()
    return np.log((counts + 5 * usual) / (counts.sum(1, keepdims=True) + 5) / usual)


def stored(tables: MeterTables) -> MeterTables:
    """The tables as they come back from the file: what is fitted is what is used."""
    columns = (tables.rhythm, tables.places, tables.steps, tables.turns)
    return MeterTables(*(unpacked(packed(table), shape) for table, shape in zip(columns, SHAPES, strict=True)))


def folds_of(tunes: Sequence[Tune]) -> np.ndarray:
    """The fold of each tune, block by block."""
    return np.arange(len(tunes)) // BLOCK % FOLDS


def fit(tunes: Sequence[Tune], odd: bool = True) -> MeterModel:
    """Tables from all tunes; weights from tunes that the tables behind their evidence have not seen.

    Without odd metres there are no weights for lines without pitches either: for comparisons only.
    """
    fold = folds_of(tunes)
    lines = {True: [t.line for t in tunes], False: [t.line._replace(pitches=None) for t in tunes]}
    if not odd:
        lines.pop(False)
    unseen = [stored(count([t for t, f in zip(tunes, fold, strict=True) if f != k])) for k in range(FOLDS)]
    weights = {}
    for pitched, some in lines.items():
        found = np.array([evidence(line, AMONG, unseen[f]) for line, f in zip(some, fold, strict=True)], np.float32)
        weights[pitched] = _fit_weights(found, tunes, fold)
    tables = stored(count(tunes))
    extended = tables.extended(AMONG, ODD_METERS)
    model = MeterModel(extended, weights[True], weights.get(False, weights[True]), 1.0)
    return _with_odd(model, tunes) if odd else model


def _fit_weights(found: Floats, tunes: Sequence[Tune], fold: np.ndarray) -> MeterWeights:
    """Both stages; the second learns from first-stage answers to tunes that stage had not seen."""
    metres = np.array([tune.meter for tune in tunes])
    steady = np.array([tune.steady for tune in tunes])
    right = (AMONG.index == metres[:, None]) & ((AMONG.phases == 0) | ~steady[:, None])
    unseen = np.zeros(found.shape[:2])
    for k in range(FOLDS):
        first, biases = _logit(found[fold != k], right[fold != k])
        unseen[fold == k] = softmax(found[fold == k] @ first + biases[AMONG.index])
    first, biases = _logit(found, right)
    totals = np.stack([unseen[:, AMONG.index == m].sum(1) for m in range(len(PLAIN_METERS))], 1)
    inputs = np.array([second_inputs(row, lag_profile(t.line)) for row, t in zip(totals, tunes, strict=True)])
    return MeterWeights(np.round(first, 4), np.round(biases, 4), np.round(_regression(inputs, metres), 4))


def _logit(found: Floats, right: np.ndarray) -> tuple[Floats, Floats]:
    """Weights and biases that make the right candidates of each tune likeliest together."""
    spread = found.std((0, 1)) + 1e-6
    width = found.shape[2]

    def loss(theta: Floats) -> tuple[float, Floats]:
        shares = softmax((found @ (theta[:width] / spread)).astype(float) + theta[width:][AMONG.index])
        mass = np.maximum((shares * right).sum(1), 1e-300)
        error = shares - shares * right / mass[:, None]
        slope = np.tensordot(error.astype(found.dtype), found, 2).astype(float) / spread
        return -np.log(mass).sum() + PENALTY * theta @ theta / 2, (
            np.append(slope, np.bincount(AMONG.index, error.sum(0))) + PENALTY * theta
        )

    theta = _minimum(loss, width + len(PLAIN_METERS))
    return theta[:width] / spread, theta[width:]


def _regression(inputs: Floats, metres: np.ndarray) -> Floats:
    """Weights of a multinomial regression, shape (inputs, metres)."""
    wanted = np.eye(len(PLAIN_METERS))[metres]

    def loss(theta: Floats) -> tuple[float, Floats]:
        shares = softmax(inputs @ theta.reshape(-1, len(PLAIN_METERS)))
        value = -np.log(np.maximum((shares * wanted).sum(1), 1e-300)).sum()
        return value + SECOND_PENALTY * theta @ theta / 2, (
            inputs.T @ (shares - wanted)
        ).ravel() + SECOND_PENALTY * theta

    return _minimum(loss, inputs.shape[1] * len(PLAIN_METERS)).reshape(-1, len(PLAIN_METERS))


def _minimum(loss: Callable[[Floats], tuple[float, Floats]], size: int) -> Floats:
    return minimize(loss, np.zeros(size), jac=True, method="L-BFGS-B", options={"maxiter": 200}).x


def _with_odd(model: MeterModel, tunes: Sequence[Tune]) -> MeterModel:
    """One bias for all odd metres: what lets `ODD_ALARMS` of the tunes come out odd, less `ODD_MARGIN`."""
    among = Candidates((*PLAIN_METERS, *ODD_METERS))
    split = len(PLAIN_METERS)
    widened = {}
    for pitched, weights in ((True, model.pitched), (False, model.unpitched)):
        gaps = []
        for tune in tunes:
            line = tune.line if pitched else tune.line._replace(pitches=None)
            scores = (
                evidence(line, among, model.tables) @ weights.first
                + np.append(weights.biases, np.zeros(len(ODD_METERS)))[among.index]
            )
            totals = np.array([np.logaddexp.reduce(scores[among.index == m]) for m in range(len(among.names))])
            gaps.append(np.max(totals[:split]) - np.max(totals[split:]))
        bias = np.round(np.quantile(gaps, ODD_ALARMS) - ODD_MARGIN, 4)
        widened[pitched] = replace(weights, biases=np.append(weights.biases, np.full(len(ODD_METERS), bias)))
    return replace(model, pitched=widened[True], unpitched=widened[False])


def temperature(collections: Sequence[str] = TRAINING) -> float:
    """The temperature at which models answer best for a collection they were not trained on."""
    choices = np.arange(1.0, 3.01, 0.1)
    losses = np.zeros(len(choices))
    for held in collections:
        trained = fit(training_tunes([name for name in collections if name != held]), odd=False)
        for tune in training_tunes([held]):
            totals = np.log(metre_shares(trained, tune.line, AMONG) + 1e-9)
            losses -= np.array([np.log(softmax(totals / t)[tune.meter] + 1e-9) for t in choices])
    return float(np.round(choices[losses.argmin()], 1))


def metre_shares(model: MeterModel, line: Ticks, among: Candidates) -> Floats:
    """The probability of each metre."""
    return np.bincount(among.index, model.probabilities(line, among))


def text_of(model: MeterModel, tunes: Sequence[Tune]) -> str:
    """The file."""
    from importlib.metadata import version

    counted = sum(tune.steady for tune in tunes)
    rows = int(AMONG.bases[-1])
    tables = [t[:rows] for t in (model.tables.rhythm, model.tables.places, model.tables.steps, model.tables.turns)]
    lines = [
        HEADER.format(tunes=len(tunes), counted=counted, version=version("music21")),
        'source = "music21\'s corpora oneills1850, ryansMammoth and airdsAirs"',
        'licence = "MIT"',
        f"temperature = {model.temperature}",
        "tables = [", *(f"  '{packed(table)}'," for table in tables), "]",
    ]  # fmt: skip
    for name, weights in (("pitched", model.pitched), ("unpitched", model.unpitched)):
        lines += [f"\n[{name}]", f"first = {_numbers(weights.first)}", f"biases = {_numbers(weights.biases)}"]
        lines += ["second = [", *(f"  {_numbers(row)}," for row in weights.second), "]"]
    return "\n".join(lines) + "\n"


def _numbers(values: Floats) -> str:
    return "[" + ", ".join(f"{value + 0.0:.4f}" for value in values) + "]"


def main() -> None:
    """Write the file."""
    tunes = training_tunes()
    model = replace(fit(tunes), temperature=temperature())
    (ROOT / "data" / "metres.toml").write_text(text_of(model, tunes), "utf-8")


if __name__ == "__main__":
    main()
