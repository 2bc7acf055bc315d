"""Make ``data/metres.toml``: count tables and fit weights for `mi_theme.induce_meter`.

``python data/making/metres.py`` reads music21's O'Neill, Ryan's Mammoth and
Aird (never Essen, never a theme) and writes the file anew: two runs on one
machine give the same bytes. Needs scipy and music21.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from folksongs import TRAINING
from metre_tables import AMONG, BLOCK, FOLDS, Tune, count, stored, training_tunes, usual_of
from scipy.optimize import minimize
from wide_metres import EXAMPLES, inputs_of, made, with_wide

from mi_theme.rhythm.lines import Floats
from mi_theme.rhythm.meter_candidates import PLAIN_METERS
from mi_theme.rhythm.meter_evidence import evidence, lag_profile
from mi_theme.rhythm.meter_model import MeterModel, MeterWeights, candidates, packed, second_inputs, signature, softmax

ROOT = Path(__file__).resolve().parents[2]
PENALTY, SECOND_PENALTY = 1.0, 3.0
HEADER = """\
# Which metre? Tables and weights of mi_theme.induce_meter; made by data/making/metres.py.
#
# What is here are counts and regression weights, not tunes. They were taken from
# {tunes} tunes ({counted} of them counted note by note) of O'Neill's Music of Ireland,
# Ryan's Mammoth Collection and Aird's Airs as music21 {version} carries them
# (typed from old prints by volunteers). Our own work, under the project's licence.
"""


def folds_of(tunes: Sequence[Tune]) -> np.ndarray:
    """The fold of each tune, block by block."""
    return np.arange(len(tunes)) // BLOCK % FOLDS


def fit(tunes: Sequence[Tune], examples: int = EXAMPLES) -> MeterModel:
    """Tables from all tunes; weights from tunes that the tables behind their evidence have not seen.

    `examples` are made for the wide model, and as many bent ones.
    """
    plain = fit_plain(tunes)
    inputs = inputs_of(tunes, made(tunes, examples))
    pitched, unpitched = with_wide(plain.pitched, inputs, True), with_wide(plain.unpitched, inputs, False)
    return replace(plain, robust=plain.tables.robust(usual_of(tunes)).extended(), pitched=pitched, unpitched=unpitched)


def fit_plain(tunes: Sequence[Tune], both: bool = True) -> MeterModel:
    """The plain model alone; where `both` is False without weights for lines without pitches."""
    fold = folds_of(tunes)
    lines = {True: [t.line for t in tunes], False: [t.line._replace(pitches=None) for t in tunes]}
    unseen = [stored(count([t for t, f in zip(tunes, fold, strict=True) if f != k])) for k in range(FOLDS)]
    weights = {}
    for pitched in (True, False) if both else (True,):
        found = [evidence(line, AMONG, unseen[f]) for line, f in zip(lines[pitched], fold, strict=True)]
        weights[pitched] = _fit_weights(np.array(found, np.float32), tunes, fold)
    tables = stored(count(tunes))
    return MeterModel(tables, tables, weights[True], weights.get(False, weights[True]), 1.0)


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
    second = np.round(_regression(inputs, metres), 4)
    none = np.zeros(0)
    return MeterWeights(np.round(first, 4), np.round(biases, 4), second, none, none, none, none)


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


def temperature(collections: Sequence[str] = TRAINING) -> float:
    """The temperature at which models answer best for a collection they were not trained on."""
    choices = np.arange(1.0, 3.01, 0.1)
    losses = np.zeros(len(choices))
    for held in collections:
        trained = fit_plain(training_tunes([name for name in collections if name != held]), both=False)
        for tune in training_tunes([held]):
            totals = np.log(np.bincount(AMONG.index, trained.plain(tune.line)) + 1e-9)
            losses -= np.array([np.log(softmax(totals / t)[tune.meter] + 1e-9) for t in choices])
    return float(np.round(choices[losses.argmin()], 1))


def text_of(model: MeterModel, tunes: Sequence[Tune]) -> str:
    """The file."""
    from importlib.metadata import version

    counted = sum(tune.steady for tune in tunes)
    tables = (model.tables.rhythm, model.tables.places, model.tables.steps, model.tables.turns)
    lines = [
        HEADER.format(tunes=len(tunes), counted=counted, version=version("music21")),
        'source = "music21\'s corpora oneills1850, ryansMammoth and airdsAirs"',
        'licence = "MIT"',
        f"temperature = {model.temperature}",
        f"usual = '{packed(np.log(usual_of(tunes)))}'",
        "tables = [",
        *(f"  '{packed(table)}'," for table in tables),
        "]",
    ]
    lengths = np.unique(candidates().bars, return_index=True)[1]
    for name, weights in (("pitched", model.pitched), ("unpitched", model.unpitched)):
        lines += [f"\n[{name}]", f"first = {_numbers(weights.first)}", f"biases = {_numbers(weights.biases)}"]
        lines += ["second = [", *(f"  {_numbers(row)}," for row in weights.second), "]"]
        lines += [f"wide = {_numbers(weights.wide)}", f"cue = {_numbers(weights.cue)}"]
        biases = dict(zip(map(signature, candidates().names), weights.wide_biases, strict=True))
        lines += [f"lengths = {_numbers(weights.cue_biases[lengths])}", f"\n[{name}.signatures]"]
        lines += [f'"{kind}" = {bias + 0.0:.4f}' for kind, bias in biases.items()]
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
