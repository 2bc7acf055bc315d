"""Weights of the wide model and of the cycle cue: examples in plain metres and, bent, in additive ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from bent_tunes import GROUPS, bent, disturbed, joined, rescaled
from metre_tables import AMONG, BLOCK, Tune, count, stored, usual_of
from numpy.random import Generator
from scipy.optimize import minimize

from mi_theme.meter import Meter
from mi_theme.rhythm.lines import Floats
from mi_theme.rhythm.meter_candidates import PLAIN_METERS, QUARTER_TICKS, USUAL, Ints
from mi_theme.rhythm.meter_evidence import Ticks
from mi_theme.rhythm.meter_model import MeterWeights, candidates, cue_evidence, signature, wide_evidence
from mi_theme.rhythm.self_similarity import cycle_evidence

__all__ = ["EXAMPLES", "Example", "Inputs", "inputs_of", "made", "with_wide"]

SEED = 0
EXAMPLES = 2500  # plain ones, and as many bent into additive metres
MEDLEYS = 0.6  # of the examples are of two to four tunes: the music to be heard is mostly longer than one
DISTURBED = 0.5
RIVALS = 3  # places of the bar line of each metre, the likeliest by the tables, that the right one is held against
PENALTY = 1.0
# what only pitches tell, among the columns of `wide_evidence` and of `cue_evidence`
WIDE_PITCHES = [2, 3, *range(16, 22), 26, 27, 28, 33, 34, 35, *range(51, 56)]
CUE_PITCHES = [*range(12, 18), *range(24, 29)]


@dataclass(frozen=True)
class Example:
    """A line in a metre that is known, its bar lines at 0; the half of the tunes that it was made of."""

    line: Ticks
    meter: str
    half: int


def made(tunes: Sequence[Tune], number: int = EXAMPLES) -> list[Example]:
    """Plain examples, then as many bent ones; of all signatures alike."""
    random = np.random.default_rng(SEED)
    sides = [[t for i, t in enumerate(tunes) if t.steady and i // BLOCK % 2 == half] for half in (0, 1)]
    found = [_plain_example(sides, random) for _ in range(number)]
    while len(found) < 2 * number:
        if example := _bent_example(sides, random):
            found.append(example)
    return found


def _plain_example(sides: Sequence[Sequence[Tune]], random: Generator) -> Example:
    half = int(random.integers(2))
    tune = sides[half][random.integers(len(sides[half]))]
    line = tune.line
    if random.random() < MEDLEYS:
        alike = [one for one in sides[half] if one.meter == tune.meter]
        some = [alike[random.integers(len(alike))].line for _ in range(random.integers(2, 5))]
        line = joined(some, int(AMONG.bars[tune.meter]))
    return Example(disturbed(line, random) if random.random() < DISTURBED else line, PLAIN_METERS[tune.meter], half)


def _bent_example(sides: Sequence[Sequence[Tune]], random: Generator) -> Example | None:
    half = int(random.integers(2))
    stated, ways = USUAL[random.integers(len(USUAL))]
    groups = list(ways)[random.integers(len(ways))]
    meter, wanted = Meter(f"{stated}:{groups}"), [int(part) for part in groups.split("+")]
    pool = [tune for tune in sides[half] if PLAIN_METERS[tune.meter] in GROUPS]
    some = [pool[random.integers(len(pool))]]
    if random.random() < MEDLEYS:
        alike = [tune for tune in pool if tune.meter == some[0].meter]
        some += [alike[random.integers(len(alike))] for _ in range(random.integers(1, 4))]
    lines = [bent(tune.line, PLAIN_METERS[tune.meter], wanted, random) for tune in some]
    lines = [line for line in lines if line]
    if not lines:
        return None
    line = joined(lines, sum(wanted) * QUARTER_TICKS // 2)
    if meter.bar * 2 != sum(wanted):  # its groups are quarters
        line = rescaled(line, 2)
    return Example(disturbed(line, random) if random.random() < DISTURBED else line, str(meter), half)


@dataclass(frozen=True)
class Inputs:
    """What is learned from.

    Attributes
    ----------
    rows
        Evidence of the rivals of each example, shape (examples, rivals, 56).
    cycles
        Of each length of bar, shape (examples, lengths, 29).
    chosen
        The rivals' numbers among the candidates, -1 for none, shape (examples, rivals).
    metres
        The number of the right metre.
    """

    rows: Floats
    cycles: Floats
    chosen: Ints
    metres: Ints


def inputs_of(tunes: Sequence[Tune], examples: Sequence[Example]) -> Inputs:
    """Evidence by tables that have not seen the tunes an example was made of."""
    among = candidates()
    edges = np.searchsorted(among.index, np.arange(len(among.names) + 1))
    lengths = np.unique(among.bars, return_index=True)[1]
    others = [[t for i, t in enumerate(tunes) if i // BLOCK % 2 != half] for half in (0, 1)]
    tables = [stored(count(some)).robust(usual_of(some)).extended() for some in others]
    width = RIVALS * len(among.names) + 1
    chosen = np.full((len(examples), width), -1)
    rows, cycles = [], []
    for number, example in enumerate(examples):
        repeats = cycle_evidence(example.line, among)
        found = wide_evidence(example.line, tables[example.half], repeats)
        likely = found[:, :4].sum(1)
        best = {int(edges[among.names.index(example.meter)])}
        for first, stop in pairwise(edges):
            best |= set((first + np.argsort(-likely[first:stop], kind="stable")[:RIVALS]).tolist())
        chosen[number, : len(best)] = sorted(best)
        rows.append(np.where(chosen[number, :, None] >= 0, found[chosen[number]], 0).astype(np.float32))
        cycles.append(cue_evidence(example.line, repeats)[lengths])
    metres = np.array([among.names.index(example.meter) for example in examples])
    return Inputs(np.array(rows), np.array(cycles), chosen, metres)


def with_wide(weights: MeterWeights, inputs: Inputs, pitched: bool) -> MeterWeights:
    """Plain weights with those of the wide model and of the cycle cue."""
    among = candidates()
    kinds = [signature(name) for name in among.names]
    kind = np.array([list(dict.fromkeys(kinds)).index(one) for one in kinds])
    rows, cycles = inputs.rows.copy(), inputs.cycles.copy()
    if not pitched:
        rows[:, :, WIDE_PITCHES], cycles[:, :, CUE_PITCHES] = 0.0, 0.0
    right = (among.index[inputs.chosen] == inputs.metres[:, None]) & (among.phases[inputs.chosen] == 0)
    none = inputs.chosen < 0
    wide, biases = _logit(rows, right & ~none, kind[among.index[inputs.chosen]], none)
    number = np.unique(among.bars, return_inverse=True)[1]
    same = np.arange(cycles.shape[1]) == number[inputs.metres][:, None]
    everywhere = np.broadcast_to(np.arange(cycles.shape[1]), same.shape)
    cue, lengths = _logit(cycles, same, everywhere, np.zeros_like(same))
    return MeterWeights(
        weights.first,
        weights.biases,
        weights.second,
        wide=np.round(wide, 4),
        wide_biases=np.round(biases, 4)[kind],
        cue=np.round(cue, 4),
        cue_biases=np.round(lengths, 4)[number],
    )


def _logit(rows: Floats, right: Ints, kind: Ints, none: Ints) -> tuple[Floats, Floats]:
    """Weights, and biases of kinds, that make the right rivals of each example likeliest together."""
    width, kinds = rows.shape[2], int(kind.max()) + 1
    spread = rows[~none].std(0) + 1e-6

    def loss(theta: Floats) -> tuple[float, Floats]:
        scores = (rows @ (theta[:width] / spread).astype(rows.dtype)).astype(float) + theta[width:][kind]
        scores[none] = -1e9
        shares = np.exp(scores - scores.max(1, keepdims=True))
        shares /= shares.sum(1, keepdims=True)
        mass = np.maximum((shares * right).sum(1), 1e-300)
        error = shares - shares * right / mass[:, None]
        slope = np.tensordot(error.astype(rows.dtype), rows, 2).astype(float) / spread
        biases = np.bincount(kind.ravel(), error.ravel(), kinds)
        return -np.log(mass).sum() + PENALTY * theta @ theta / 2, np.append(slope, biases) + PENALTY * theta

    theta = _minimum(loss, width + kinds)
    return theta[:width] / spread, theta[width:]


def _minimum(loss: Callable[[Floats], tuple[float, Floats]], size: int) -> Floats:
    found: Floats = minimize(loss, np.zeros(size), jac=True, method="L-BFGS-B", options={"maxiter": 120}).x
    return found
