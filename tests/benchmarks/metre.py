"""How near ``best`` comes to what people did: python tests/benchmarks/metre.py

For tunes that people sang in two metres, each method is given one version's onsets
and both metres. Measured, as means over clusters of related tunes:

ioi      the share of inter-onset intervals equal to people's, up to one tempo factor
contour  the share of interval successions (longer, equal, shorter) equal to people's
down     F1 of the notes on bar lines
grid     the share of notes on sixteenths
drop     the share of notes left out
collide  the share of intervals that vanish

REGULAR are the tasks in which people, too, kept to so many bars for a bar. Before a
tune is scored the model is trained without its whole cluster (`--folds` groups of
clusters). Differences to each baseline are those of ``best``, with a 95 % bootstrap
interval over clusters. ``--pairs FILE`` scores pairs of such a file instead of the
mined ones; training then leaves out every cluster that has a tune in common with
those scored. ``--feel`` compares the feels, ``--share`` trains on a part of the
clusters, ``--tune`` shows one tune, ``--speed`` gives the processor time of a hundred
bars.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "data" / "making"))

from metre_model import Weights, counted, examples, prior, relatives, setting_of, trained
from metre_pairs import EPSILON, Task, is_whole, mined, stored, tasks

from mi_theme.adaptation.learned.optimiser import FELT, solve
from mi_theme.meter import Meter

Array = NDArray[Any]
Scores = dict[str, float]
Rhythms = dict[str, list[tuple[int, int, int, int]]]
MEASURES = ("ioi", "contour", "down", "grid", "drop", "collide")
DIRECTIONS = (
    "any->duple", "compound->duple", "triple->duple", "duple->triple", "duple->compound",
    "triple->compound", "compound->triple", "ALL",
)  # fmt: skip
FEWEST = 6  # tasks that make a table
SAMPLES, SEED = 4000, 1


def measures(out: Array, task: Task) -> Scores:
    """Everything measured of one answer; nan is a note left out."""
    true, bar, count = task.target.onsets, task.target.bar, len(task.target.onsets) - 1
    steps, wanted, kept = np.diff(out), np.diff(true), np.isfinite(out)
    good = np.isfinite(steps) & (steps > EPSILON)
    factors = np.round(np.log2(wanted[good] / steps[good]), 5)
    turns, known = _signs(np.diff(steps)), np.isfinite(np.diff(steps))
    ours, theirs = kept & is_whole(np.where(kept, out, 0) / bar), is_whole(true / bar)
    return {
        "ioi": np.unique(factors, return_counts=True)[1].max(initial=0) / count,
        "contour": float((known & (turns == _signs(np.diff(wanted)))).mean()) if count > 1 else 1.0,
        "down": 2 * float((ours & theirs).sum()) / max(1, int(ours.sum() + theirs.sum())),
        "grid": float(is_whole(out[kept] * 4).sum()) / len(out),
        "drop": 1 - float(kept.mean()),
        "collide": float((np.isfinite(steps) & (steps <= EPSILON)).sum()) / count,
    }


def _signs(x: Array) -> Array:
    return np.where(np.abs(x) < EPSILON, 0, np.sign(x))


# baselines


def stretched(task: Task) -> Array:
    """Everything in proportion."""
    return (task.source.onsets - task.phase) * (task.ratio * task.target.bar / task.source.bar)


def rebarred(task: Task) -> Array:
    """New bar lines."""
    return task.source.onsets - task.phase


def snapped(grid: int, snap: Callable[[Array], Array]) -> Callable[[Task], Array]:
    """In proportion, then snapped."""

    def answer(task: Task) -> Array:
        x = stretched(task) * grid
        return np.where(np.abs(x - np.round(x)) < 1e-7, np.round(x), snap(x)) / grid

    return answer


def _nearest(x: Array) -> Array:
    return np.floor(x + 0.5 + 1e-9)


def _next(x: Array) -> Array:
    return np.floor(x + 1e-9) + 1


def _before(x: Array) -> Array:
    return np.floor(x + 1e-9)


def _farthest(x: Array) -> Array:
    return _before(x) + (x - _before(x) <= 0.5 + 1e-9)


def cut_or_rest(task: Task) -> Array:
    """The bar loses its end or gains a rest."""
    old, new = task.source.bar, task.target.bar * task.ratio
    bar = np.floor(rebarred(task) / old + 1e-9)
    place = rebarred(task) - bar * old
    return np.where(place < new - EPSILON, bar * new + place, np.nan)


def beat_by_beat(grid: int) -> Callable[[Task], Array]:
    """Beat for beat; the last one stretched over what is over, or what is over squeezed into it."""

    def answer(task: Task) -> Array:
        old, new = task.source.bar, task.target.bar * task.ratio
        old_beat, new_beat = _beat(task.source.meter), _beat(task.target.meter)
        here, there = int(old / old_beat + EPSILON) or 1, int(new / new_beat + EPSILON) or 1
        bar = np.floor(rebarred(task) / old + 1e-9)
        place = (rebarred(task) - bar * old) / old_beat
        last = min(here, there) - 1
        factor = (there - last) / (here - last) if here != there else 1.0
        y = np.where(place < last - 1e-9, place, last + (place - last) * factor) * new_beat
        return bar * new + np.floor(y * grid + 0.5 + 1e-9) / grid

    return answer


def _beat(meter: str) -> float:
    numerator, denominator = map(int, meter.split("/"))
    return 4 / denominator * (3 if numerator % 3 == 0 and numerator > 3 else 1)


BASELINES: dict[str, Callable[[Task], Array]] = {
    "re-bar": rebarred,
    "linear": stretched,
    "nearest 8th": snapped(2, _nearest),
    "nearest 16th": snapped(4, _nearest),
    "next 8th": snapped(2, _next),
    "8th before": snapped(2, _before),
    "farthest 8th": snapped(2, _farthest),
    "cut or rest": cut_or_rest,
    "beats, 16ths": beat_by_beat(4),
    "beats, 8ths": beat_by_beat(2),
}


# cross-validation


def answered(task: Task, weights: dict[str, Weights], rhythms: Rhythms, feel: str = "auto") -> Array:
    """What ``best`` answers with other weights than those that ship."""
    setting = setting_of(task)
    before, after = setting.grids
    onsets = task.source.onsets - task.phase
    positions = np.append(onsets, onsets[-1] + task.source.durations[-1]) / float(before.slot)
    found = solve(positions, setting, feel, weights, _prior(after.meter, rhythms, after))
    return found.slots[:-1] * float(after.slot)


_PRIORS: dict[Meter, Array] = {}


def _prior(meter: Meter, rhythms: Rhythms, grid: Any) -> Array:
    if meter not in _PRIORS:
        _PRIORS[meter] = prior(rhythms, grid)
    return _PRIORS[meter]


def cross_validated(
    scored: Sequence[Task], folds: int, feels: Sequence[str] = ("auto",), share: float = 1.0
) -> dict[str, list[Array]]:
    """Answers by feel, each from a model that never saw the tune's cluster; and saw only a share of the others."""
    pairs = mined()
    everyone = [*tasks(pairs), *scored]
    rhythms = counted(relatives(passage for task in everyone for passage in (task.source, task.target)))
    made = examples(tasks(pairs), rhythms)
    clusters = {name: i % folds for i, name in enumerate(sorted({task.cluster for task in scored}))}
    found: dict[str, list[Array]] = {feel: [np.empty(0)] * len(scored) for feel in feels}
    for fold in range(folds):
        tested = [i for i, task in enumerate(scored) if clusters[task.cluster] == fold]
        tunes = {_tune(name) for i in tested for name in (scored[i].source.tune, scored[i].target.tune)}
        related = {e.task.cluster for e in made if {_tune(e.task.source.tune), _tune(e.task.target.tune)} & tunes}
        known = sorted({e.task.cluster for e in made} - related)
        chosen = set(np.random.default_rng(SEED + fold).permutation(known)[: round(share * len(known))].tolist())
        weights = trained([e for e in made if e.task.cluster in chosen])
        for i in tested:
            for feel in feels:
                found[feel][i] = answered(scored[i], weights, rhythms, feel)
    return found


def _tune(name: str) -> str:
    """One spelling for ``collection/file.abc#7`` and ``collection/file:7``."""
    return name.replace(".abc", "").replace(":", "#")


# tables


def within(task: Task, direction: str) -> bool:
    """Whether a task belongs to a direction."""
    return direction in ("ALL", task.direction) or (direction == "any->duple" and task.direction.endswith("->duple"))


def cluster_means(scored: Sequence[Task], scores: Sequence[Scores], measure: str) -> dict[str, float]:
    """The mean of each cluster."""
    found = defaultdict(list)
    for task, score in zip(scored, scores, strict=True):
        found[task.cluster].append(score[measure])
    return {cluster: float(np.mean(values)) for cluster, values in found.items()}


def bootstrap(ours: dict[str, float], theirs: dict[str, float]) -> tuple[float, float, float]:
    """Mean difference and its 95 % interval over clusters."""
    differences = np.array([ours[name] - theirs[name] for name in sorted(ours)])
    chosen = np.random.default_rng(SEED).integers(0, len(differences), (SAMPLES, len(differences)))
    means = differences[chosen].mean(1)
    return float(differences.mean()), float(np.quantile(means, 0.025)), float(np.quantile(means, 0.975))


def print_tables(scored: Sequence[Task], scores: dict[str, list[Scores]], ours: str, brief: bool) -> None:
    """One table a direction, all tasks and the regular ones."""
    for words, chosen in (
        ("ALL", list(range(len(scored)))),
        ("REGULAR", [i for i, t in enumerate(scored) if t.is_regular]),
    ):
        for direction in DIRECTIONS:
            index = [i for i in chosen if within(scored[i], direction)]
            if len(index) >= FEWEST:
                part = {name: [rows[i] for i in index] for name, rows in scores.items()}
                _print_table(f"{direction}, {words}", [scored[i] for i in index], part, ours, brief)


def _print_table(title: str, scored: list[Task], scores: dict[str, list[Scores]], ours: str, brief: bool) -> None:
    means = {name: {m: cluster_means(scored, rows, m) for m in MEASURES} for name, rows in scores.items()}
    average = {name: {m: float(np.mean(list(row[m].values()))) for m in MEASURES} for name, row in means.items()}
    tops = {m: max((n for n in BASELINES), key=lambda n: average[n][m]) for m in ("ioi", "contour", "down")}
    print(f"\n{title}: {len(scored)} tasks, {len(means[ours]['ioi'])} clusters")
    print("  " + " " * 14 + "".join(f"{m:>8}" for m in MEASURES) + "   best's ioi is more by [95 %]; down is more by")
    for name in scores:
        if brief and name in BASELINES and name not in tops.values():
            continue
        row = f"  {name:14}" + "".join(f"{average[name][m]:8.3f}" for m in MEASURES)
        if name != ours:
            mean, low, high = bootstrap(means[ours]["ioi"], means[name]["ioi"])
            down = average[ours]["down"] - average[name]["down"]
            stars = "".join(f"  *{m}" for m, top in tops.items() if top == name)
            row += f"   {mean:+.3f} [{low:+.3f}, {high:+.3f}]; {down:+.3f}{stars}"
        print(row)


def print_tunes(scored: Sequence[Task], answers: Sequence[Array], name: str) -> None:
    """Bar by bar, people's version and ours, as intervals in quarters; and the scores beside re-barring's."""
    for task, out in zip(scored, answers, strict=True):
        if name not in task.source.tune:
            continue
        words = "regular" if task.is_regular else "not regular"
        print(f"\n{task.source.tune}, {task.source.meter} -> {task.target.meter} as in {task.target.tune}, ", end="")
        print(f"{len(out)} notes, {task.ratio:g} bars for one ({words})")
        for who, found in (("best", out), ("re-bar", rebarred(task)), ("linear", stretched(task))):
            print(f"  {who:8}" + "  ".join(f"{m} {x:.3f}" for m, x in measures(found, task).items()))
        for who, found, bar in (("was", task.source.onsets - task.phase, task.source.bar), ("best", out, task.target.bar),
                                ("people", task.target.onsets, task.target.bar)):  # fmt: skip
            print(f"  {who:8}" + _in_bars(found, bar))


def _in_bars(onsets: Array, bar: float, most: int = 4) -> str:
    """Intervals between onsets, bar by bar; the first few bars."""
    steps, bars = np.diff(onsets), np.floor(onsets / bar + 1e-9)
    rows = [" ".join(f"{x:g}" for x in steps[bars[:-1] == number]) for number in np.unique(bars)[:most]]
    return " | ".join(rows) + " ..."


def hundred_bars() -> None:
    """Time ``best`` on 100 bars of ten notes, and on ten times that."""
    import mi_theme as mi

    rng = np.random.default_rng(SEED)
    for bars in (1, 10, 100, 1000):
        places = [np.sort(rng.choice(24, 10, replace=False)) / 4 + bar * 6 for bar in range(bars)]
        onsets = np.concatenate(places)
        times = []
        for _ in range(6):
            begun = time.process_time()
            mi.adapt_onsets(onsets, np.full(len(onsets), 0.25), "12/8", "4/4")
            times.append(time.process_time() - begun)
        print(f"{bars:5} bars of ten notes, 12/8 to 4/4: {1000 * float(np.median(times[1:])):7.1f} ms")


def main(arguments: Iterable[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", help="score the pairs of this file")
    parser.add_argument("--folds", type=int, default=10)
    parser.add_argument(
        "--feel", action="store_true", help="also with feel even and long-short, and the better of all three"
    )
    parser.add_argument("--brief", action="store_true", help="of the baselines the best ones only")
    parser.add_argument("--tune", help="show the tunes whose name has this in it instead, such as erk10.abc#395")
    parser.add_argument(
        "--share", type=float, default=1.0, help="train on this share of the clusters: a learning curve"
    )
    parser.add_argument("--speed", action="store_true", help="time only")
    options = parser.parse_args(arguments)
    if options.speed:
        hundred_bars()
        return
    scored = tasks(stored(options.pairs) if options.pairs else mined())
    print(
        f"{len(scored)} tasks, {len({t.cluster for t in scored})} clusters, {Counter(t.is_regular for t in scored)[True]} regular"
    )
    feels = ("auto", *FELT, "plain") if options.feel else ("auto",)
    answers = cross_validated(scored, options.folds, feels, options.share)
    if options.tune:
        print_tunes(scored, answers["auto"], options.tune)
        return
    scores = {name: [measures(method(task), task) for task in scored] for name, method in BASELINES.items()}
    scores["best"] = [measures(out, task) for out, task in zip(answers["auto"], scored, strict=True)]
    if options.feel:
        rows = [[measures(answers[feel][i], task) for feel in feels] for i, task in enumerate(scored)]
        scores |= {f"feel {feel}": [row[feels.index(feel)] for row in rows] for feel in feels[1:]}
        scores["oracle of 3"] = [max(row[:3], key=lambda score: score["ioi"]) for row in rows]
    print_tables(scored, scores, "best", options.brief)


if __name__ == "__main__":
    main()
