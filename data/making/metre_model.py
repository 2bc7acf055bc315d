"""Count and train what ``best`` knows: python data/making/metre_model.py

Writes ``data/metre_model.json``. Needs music21 for its corpora, and a few minutes;
the same corpora give the same bytes.

The rhythms are counted in O'Neill's, Ryan's and Aird's collections, leaving out
every tune that shares twelve pitch intervals in a row with a benchmark tune. The
weights are learned from the pairs of `metre_pairs`. For each task let A be the
share of intervals that are as people had them. Paths are given probabilities
proportional to exp(-cost); what is maximised, with an L2 penalty that holds the
weights near their starting values, is

    log Z(cost - h A n) - log Z(cost + h A n),

the smooth form of hope against fear (Chiang 2012, "Hope and fear for
discriminative training of statistical translation models", JMLR 13): it is the
expected accuracy, averaged over how much accuracy counts. Both gradients are exact,
by forward and backward passes over the lattice; the climb is L-BFGS.
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).parent))

from folksongs import TRAINING, Song, songs
from metre_pairs import Passage, Task, mined, tasks

from mi_theme.adaptation.frames import Frame
from mi_theme.adaptation.learned.lattice import Lattice
from mi_theme.adaptation.learned.objective import (
    LONGEST_INTERVAL,
    TABLES,
    VALUES,
    AdaptationModel,
    MeterSlots,
    Weights,
    costs,
    features,
    prior,
    summed,
)  # fmt: skip
from mi_theme.adaptation.learned.optimiser import Setting, lattice_of
from mi_theme.meter import Meter

Array = NDArray[Any]
OUT = Path(__file__).resolve().parents[1] / "metre_model.json"
FAMILIES = ("to duple", "from duple")
SHARED = 12  # intervals in a row that make tunes relatives
COUNTED = ("2/4", "3/4", "4/4", "6/8", "9/8")  # others are counted as the one of these with as many slots
RARE = 2  # a rhythm met less often is not written down
START = {"displacement": 0.6, "bar line": 1.5, "idiom": 1.0}
PLAIN = {"displacement": 8.0, "bar line": 1.5, "idiom": 0.1}  # set by hand: what is on the grid stays
HOPE, PENALTY, CLIMB, MEMORY = 2.0, 0.2, 25, 8
PROVENANCE = {
    "made by": "data/making/metre_model.py",
    "rhythms": "counted in O'Neill's Music of Ireland (1903), Ryan's Mammoth Collection (1883) and Aird's Airs (1782-1803), as in music21's corpus; tunes of the benchmark and tunes sharing 12 intervals with one left out",
    "weights": "trained on pairs of tunes in two metres mined from music21's corpus; 'plain' is set by hand",
}  # fmt: skip


class Example(NamedTuple):
    """A task as training sees it: its lattice, its features, and which intervals are as people had them."""

    task: Task
    lattice: Lattice
    seen: dict[str, Array]
    right: Array


def setting_of(task: Task) -> Setting:
    """Metres and figure; the protocol's metres are all ungrouped."""
    ratio, source = Fraction(task.ratio), Meter(task.source.meter)
    figure = tuple(group * source.pulse for group in source.groups)
    return Setting(
        Frame(source, ratio.denominator), Frame(Meter(task.target.meter), ratio.numerator), figure * ratio.denominator
    )


def examples(found: Iterable[Task], rhythms: dict[str, Any]) -> list[Example]:
    """Prepare tasks for training."""
    priors: dict[Meter, Array] = {}
    made = []
    for task in found:
        setting = setting_of(task)
        before, after = setting.grids
        if after.meter not in priors:
            priors[after.meter] = prior(rhythms, after)
        lattice = lattice_of((task.source.onsets - task.phase) / float(before.slot), setting)
        seen = features(lattice, before, after, priors[after.meter], np.arange(len(lattice.positions) - 2))
        made.append(Example(task, lattice, seen, _right(task, lattice, after)))
    return made


def _right(task: Task, lattice: Lattice, grid: MeterSlots) -> Array:
    """1 where a step is as people had it, up to one tempo factor for the tune; (n - 1, 2 k - 1)."""
    intervals = np.diff(task.target.onsets) / float(grid.slot)
    octaves = np.rint(np.log2(intervals.sum() / np.ptp(lattice.image)))
    return (np.abs(lattice.steps - (intervals / 2.0**octaves)[:, None]) < 1e-6).astype(float)


def relatives(passages: Iterable[Passage]) -> Callable[[Song], bool]:
    """Whether a tune shares `SHARED` intervals in a row with any passage."""
    known = {window for passage in passages for window in _windows(passage.pitches)}
    return lambda tune: not known.isdisjoint(_windows(tune.pitches))


def _windows(pitches: Sequence[int]) -> set[tuple[int, ...]]:
    steps = tuple(np.diff(np.array(pitches)).tolist())
    return {steps[i : i + SHARED] for i in range(len(steps) - SHARED + 1)}


def counted(leave_out: Callable[[Song], bool]) -> dict[str, list[tuple[int, int, int, int]]]:
    """Rhythms of the training collections: metre, then rows (slot, interval before, interval after, count)."""
    names = {(MeterSlots(Meter(text)).slots, Meter(text).is_compound): text for text in COUNTED}
    rhythms: dict[str, Counter[tuple[int, int, int]]] = defaultdict(Counter)
    for tune in (tune for collection in TRAINING for tune in songs(collection)):
        grid = MeterSlots(Meter(tune.meter)) if tune.steady else None
        name = grid and names.get((grid.slots, grid.meter.is_compound))
        if grid and name and not leave_out(tune):
            rhythms[name].update(_rhythms(tune, grid))
    rows = {name: sorted((*key, n) for key, n in rhythms[name].items() if n >= RARE) for name in COUNTED}
    rows["3/8"] = _folded(rows["6/8"], 6)
    return rows


def _rhythms(tune: Song, grid: MeterSlots) -> list[tuple[int, int, int]]:
    """(slot in the bar, interval before, interval after) wherever all three notes are on slots."""
    slots = np.array(tune.ticks) / tune.per_quarter / float(grid.slot)
    whole = np.rint(slots).astype(int)
    on = np.abs(slots - whole) < 1e-6
    steps = np.minimum(np.diff(whole), LONGEST_INTERVAL - 1)
    inside = on[:-2] & on[1:-1] & on[2:]
    rows = np.stack([whole[1:-1] % grid.slots, steps[:-1], steps[1:]], axis=1)[inside]
    return [(int(a), int(b), int(c)) for a, b, c in rows]


def _folded(rows: list[tuple[int, int, int, int]], slots: int) -> list[tuple[int, int, int, int]]:
    """Counts of a bar as counts of its halves."""
    total: Counter[tuple[int, int, int]] = Counter()
    for slot, before, after, count in rows:
        total[slot % slots, before, after] += count
    return sorted((*key, count) for key, count in total.items())


def start(values: dict[str, float] = START) -> Weights:
    """Weights before training: tables say nothing."""
    return Weights(dict(values), {name: [0.0] * size for name, (_, size, _) in TABLES.items()})


def _vector(weights: Weights) -> Array:
    return np.array([*(weights.values[name] for name in VALUES), *(x for name in TABLES for x in weights.tables[name])])


def _weights(vector: Array) -> Weights:
    values = dict(zip(VALUES, vector.tolist(), strict=False))
    ends = np.cumsum([len(VALUES), *(size for _, size, _ in TABLES.values())])
    return Weights(values, {name: vector[a:b].tolist() for name, a, b in zip(TABLES, ends, ends[1:], strict=False)})


def trained(made: Sequence[Example]) -> dict[str, Weights]:
    """Weights for every family; every cluster counts as much as every other."""
    tasks_of = Counter(example.task.cluster for example in made)
    found = {"plain": start(PLAIN)}
    for name in FAMILIES:
        mine = [e for e in made if setting_of(e.task).family == name]
        shares = [1 / tasks_of[e.task.cluster] / len(e.right) for e in mine]
        found[name] = _weights(_climbed(_loss(mine, shares), _vector(start())))
    return found


Loss = Callable[[Array], tuple[float, Array]]


def _loss(made: Sequence[Example], shares: Sequence[float]) -> Loss:
    """What to make small, with its gradient."""
    origin = _vector(start())

    def loss(vector: Array) -> tuple[float, Array]:
        away = vector - origin
        value, gradient = PENALTY / 2 * float(away @ away), PENALTY * away
        weights = _weights(vector)
        for example, share in zip(made, shares, strict=True):
            paid = costs(example.seen, weights)
            for sign in (1, -1):
                sums = summed(paid, example.lattice, sign * HOPE * example.right)
                log_z, expected = _expected(example, sums.start, paid["idiom"] + sums.pairs[:, None])
                value -= sign * share * log_z
                gradient += sign * share * expected
        return value, gradient

    return loss


def _expected(example: Example, start: Array, steps: Array) -> tuple[float, Array]:
    """log Z, and how much of each weight a path is expected to pay."""
    log_z, one, two, three = marginals(start, steps)
    of = example.lattice.step_of.ravel()
    shares = {1: one, 2: two.reshape(len(two), -1) @ (of[:, None] == np.arange(of.max() + 1)), 3: three}
    found = [float((shares[notes] * example.seen[name]).sum()) for name, (notes, _) in VALUES.items()]
    for name, (notes, size, _) in TABLES.items():
        found += np.bincount(example.seen[name].ravel(), shares[notes].ravel(), size).tolist()
    return log_z, np.array(found)


def marginals(start: Array, steps: Array) -> tuple[float, Array, Array, Array]:
    """log Z and the probabilities of places, of pairs and of triples of places, paths weighing exp(-cost)."""
    least = steps.min((1, 2, 3), initial=np.inf)
    likely = np.exp(least[:, None, None, None] - steps)
    first = np.exp(start.min() - start)
    log_z = np.log(first.sum()) - start.min() - least.sum()
    ahead = [first / first.sum()]
    for step in likely:
        reached = (ahead[-1][:, :, None] * step).sum(0)
        ahead.append(reached / reached.sum())
        log_z += np.log(reached.sum())
    back, three = np.ones_like(first), np.empty_like(likely)
    for i in range(len(likely) - 1, -1, -1):
        weighed = likely[i] * back
        three[i] = ahead[i][:, :, None] * weighed
        three[i] /= three[i].sum()
        back = weighed.sum(2)
        back /= back.max()
    two = np.concatenate([three[:1].sum(3), three.sum(1)]) if len(three) else ahead[0][None]
    return float(log_z), np.concatenate([two[:1].sum(2), two.sum(1)]), two, three


def _climbed(loss: Loss, x: Array) -> Array:
    """L-BFGS with a backtracking line search (Nocedal and Wright 2006, algorithm 7.5)."""
    value, gradient = loss(x)
    pairs: list[tuple[Array, Array]] = []
    for _ in range(CLIMB):
        downhill = -_towards(gradient, pairs)
        step, slope = 1.0, float(gradient @ downhill)
        while (found := loss(x + step * downhill))[0] > value + 1e-4 * step * slope:
            step /= 2
            if step < 1e-3:
                return x
        moved, turned = step * downhill, found[1] - gradient
        x, (value, gradient) = x + moved, found
        if moved @ turned > 1e-10:
            pairs = [*pairs, (moved, turned)][-MEMORY:]
    return x


def _towards(gradient: Array, pairs: list[tuple[Array, Array]]) -> Array:
    """The gradient through the inverse Hessian that past steps suggest."""
    q, kept = gradient.copy(), []
    for s, y in reversed(pairs):
        a = (s @ q) / (y @ s)
        kept.append(a)
        q -= a * y
    q *= (pairs[-1][0] @ pairs[-1][1]) / (pairs[-1][1] @ pairs[-1][1]) if pairs else 0.5 / max(1, np.linalg.norm(q))
    for (s, y), a in zip(pairs, reversed(kept), strict=True):
        q += s * (a - (y @ q) / (y @ s))
    return q


def _rounded(weights: Weights) -> Weights:
    values = {name: round(x, 2) for name, x in weights.values.items()}
    return Weights(values, {name: [round(x, 2) + 0.0 for x in row] for name, row in weights.tables.items()})


def main() -> None:
    """Mine, count, train, write."""
    pairs = mined()
    rhythms = counted(relatives(passage for pair in pairs for passage in (pair.a, pair.b)))
    weights = trained(examples(tasks(pairs), rhythms))
    made = AdaptationModel(PROVENANCE, {name: _rounded(found) for name, found in weights.items()}, rhythms)
    OUT.write_bytes(msgspec.json.encode(made).replace(b'"},', b'"},\n').replace(b"]],", b"]],\n") + b"\n")
    print(f"{OUT.name}: {OUT.stat().st_size} bytes, {len(pairs)} pairs, {sum(map(len, rhythms.values()))} rhythms")


if __name__ == "__main__":
    main()
