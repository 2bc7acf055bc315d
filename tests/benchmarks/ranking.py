"""How well `mi.rank` orders tunes: python tests/benchmarks/ranking.py FILE

FILE holds melodies with their families, as JSON: ``melodies``, each with ``id``,
``family``, ``midi``, ``duration_q`` and ``onset_tick``. Each melody ranks all
others. Printed are the mean average precision and how often the first answer is of
the same family, beside baselines that know pitches alone:

edits    the edit distance of the intervals (Levenshtein, 1966)
threes   the cosine of the counts of three intervals in a row

``--folds N`` chooses the costs anew, without the families that are scored, from a
grid around them, then how many relatives have a say and how much, and cuts the
families down to a few members.
``--speed`` ranks ten thousand tunes. Performances: see ``performances.py``.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from performing import table

import mi_theme as mi
from mi_theme.search.ranking import ranked as ranking
from mi_theme.search.ranking.tunes import (
    RELATIVES,
    RELATIVES_SAY,
    TUNE_COSTS,
    Tune,
    TuneCosts,
    similarities,
    with_relatives,
)

Floats = NDArray[np.float64]
ASKED = ((0, 3, 6, 10), (1.0, 2.0, 4.0))  # relatives, and what their word counts
GRID = {"length": (0.2, 0.4, 0.6), "phrase": (0.0, 0.4), "opening": (1.0, 2.0), "step": (-0.3, 0.0)}
WORST = -1e9


def precision(similarity: Floats, relevant: NDArray[np.bool_]) -> tuple[float, float]:
    """Average precision of one ranking, and whether its first answer is right."""
    right = relevant[np.argsort(-similarity, kind="stable")]
    if not right.any():
        return np.nan, np.nan
    return float((np.cumsum(right) / np.arange(1, len(right) + 1))[right].mean()), float(right[0])


def table_row(name: str, found: Sequence[tuple[float, float]], spent: float = 0.0) -> str:
    columns = np.nanmean(np.array(found), axis=0)
    return f"{name:36} {columns[0]:6.3f} {columns[1]:6.3f}" + (f" {spent:8.1f}" if spent else "")


# tunes


def melodies(path: str) -> tuple[list[mi.Score], NDArray[Any]]:
    """The melodies of a file, and their families."""
    rows = json.loads(Path(path).read_text("utf-8"))["melodies"]
    scores = []
    for row in rows:
        duration = np.array([float(Fraction(length)) for length in row["duration_q"]])
        ticks = np.array(row["onset_tick"], float)
        tick = float(np.median(duration[:-1] / np.maximum(np.diff(ticks), 1e-9)))
        scores.append(mi.Score.from_notes(ticks * tick, duration, row["midi"]))
    return scores, np.array([row["family"] for row in rows])


def ranked(scores: Sequence[mi.Score], **options: Any) -> Floats:
    """Similarities of all to all by `mi.rank`, the diagonal left out."""
    found = np.full((len(scores),) * 2, WORST)
    for row, query in enumerate(scores):
        others = [number for number in range(len(scores)) if number != row]
        for place, answer in enumerate(mi.rank(query, [scores[number] for number in others], **options)):
            found[row, others[answer.index]] = -place
    return found


def edits(a: Sequence[int], b: Sequence[int], *, within: bool = False) -> float:
    """Edit distance, of `a` from the nearest part of `b` if `within`."""
    other, ramp = np.array(b), np.arange(len(b) + 1)
    row = np.zeros(len(b) + 1, int) if within else ramp.copy()
    for number, value in enumerate(a):
        best = np.minimum(row[:-1] + (other != value), row[1:] + 1)
        row = np.minimum.accumulate(np.append(number + 1, best) - ramp) + ramp
    return float(row.min() if within else row[-1])


def by_edits(scores: Sequence[mi.Score]) -> Floats:
    lines = [np.diff(score.note_table()["pitch"]).tolist() for score in scores]
    return np.array([[-edits(a, b) / max(len(a), len(b)) for b in lines] for a in lines])


def by_threes(scores: Sequence[mi.Score]) -> Floats:
    lines = [np.diff(score.note_table()["pitch"]).tolist() for score in scores]
    counts = [Counter(zip(line, line[1:], line[2:], strict=False)) for line in lines]
    norms = [np.sqrt(sum(n * n for n in count.values())) for count in counts]
    return np.array(
        [[sum(a[key] * b[key] for key in a) / (x * y) for b, y in zip(counts, norms, strict=True)] for a, x in zip(counts, norms, strict=True)]
    )  # fmt: skip


def scored(found: Floats, families: NDArray[Any], rows: Sequence[int] | None = None) -> list[tuple[float, float]]:
    """Average precision and first answer of each query among all others."""
    everyone = np.arange(len(families))
    return [
        precision(found[row][everyone != row], (families == families[row])[everyone != row])
        for row in (everyone.tolist() if rows is None else rows)
    ]


def folded(scores: Sequence[mi.Score], families: NDArray[Any], folds: int) -> None:
    """Costs, then relatives, chosen without the families that are scored."""
    tunes = [Tune.of(score.note_table()) for score in scores]
    settings = [TUNE_COSTS._replace(**dict(zip(GRID, values, strict=True))) for values in product(*GRID.values())]
    found = [pairwise_similarities(tunes, costs) for costs in settings]
    names = sorted(set(families.tolist()))
    alone, together = [], []
    for fold in range(folds):
        inside = np.isin(families, names[fold::folds])
        train, test = np.flatnonzero(~inside), np.flatnonzero(inside).tolist()
        best = found[_best([scored(table[np.ix_(train, train)], families[train]) for table in found])]
        small = best[np.ix_(train, train)]
        asked = product(*ASKED)
        ways = {way: scored(related(small, *way), families[train]) for way in asked}
        relatives = list(ways)[_best(list(ways.values()))]
        print(f"  fold {fold + 1}: {relatives[0]} relatives whose word counts {relatives[1]:g}")
        alone += scored(best, families, test)
        together += scored(related(best, *relatives), families, test)
    print(table_row(f"aligned, {folds} folds", alone))
    print(table_row(f"with relatives, {folds} folds", together))


def _best(results: Sequence[list[tuple[float, float]]]) -> int:
    return int(np.argmax([np.nanmean(result, axis=0)[0] for result in results]))


def related(found: Floats, relatives: int, say: float) -> Floats:
    """Similarities of all to all in which the tunes most like each have a say."""
    mixed = np.full(found.shape, WORST)
    for row in range(len(found)):
        others = np.delete(np.arange(len(found)), row)
        among = found[np.ix_(others, others)]
        mixed[row, others] = with_relatives(
            found[row, others], lambda own, rest, among=among: among[own, rest], relatives, say
        )
    return mixed


def small(
    scores: Sequence[mi.Score], families: NDArray[Any], sizes: Sequence[int] = (2, 3, 5, 8), draws: int = 4
) -> None:
    """Families cut down to a few members, drawn several times."""
    found = pairwise_similarities([Tune.of(score.note_table()) for score in scores], TUNE_COSTS)
    for size in sizes:
        results: list[list[tuple[float, float]]] = [[], []]
        for seed in range(draws):
            rng = np.random.default_rng(seed)
            members = [
                rng.choice(np.flatnonzero(families == name), size, replace=False) for name in np.unique(families)
            ]
            rows = np.concatenate(members)
            among = found[np.ix_(rows, rows)]
            results[0] += scored(among, families[rows])
            results[1] += scored(related(among, RELATIVES, RELATIVES_SAY), families[rows])
        for name, result in zip(("without relatives", "with"), results, strict=True):
            print(table_row(f"families of {size}, {name}", result), flush=True)


def pairwise_similarities(tunes: Sequence[Tune], costs: TuneCosts) -> Floats:
    return np.array([similarities(tune, tunes, costs)[0] for tune in tunes])


def tunes_table(path: str, folds: int) -> None:
    scores, families = melodies(path)
    print(f"{len(scores)} melodies, {len(set(families.tolist()))} families\n{'':36}    MAP   1-NN  ms/query")
    ways: dict[str, Callable[[], Floats]] = {
        "threes": lambda: by_threes(scores),
        "edits": lambda: by_edits(scores),
        "rank, without relatives": lambda: ranked(scores, related=False),
        "rank": lambda: ranked(scores),
    }
    for name, way in ways.items():
        began = time.perf_counter()
        found = way()
        print(table_row(name, scored(found, families), 1000 * (time.perf_counter() - began) / len(scores)), flush=True)
    if folds:
        folded(scores, families, folds)
        small(scores, families)


def speed() -> None:
    """Ten thousand tunes of forty notes."""
    rng = np.random.default_rng(1)
    tunes = []
    for _ in range(10_000):
        size = int(rng.integers(25, 60))
        duration = rng.choice([0.5, 1.0, 2.0], size)
        tunes.append(table(np.cumsum(duration) - duration, 67 + np.cumsum(rng.integers(-2, 3, size)) % 12, duration))
    began = time.perf_counter()
    ranking.rank(tunes[0], tunes)
    print(f"{len(tunes) / (time.perf_counter() - began):,.0f} tunes a second")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", nargs="?")
    parser.add_argument("--folds", type=int, default=0)
    parser.add_argument("--speed", action="store_true")
    chosen = parser.parse_args()
    if chosen.speed:
        speed()
    if chosen.file:
        tunes_table(chosen.file, chosen.folds)
    elif not chosen.speed:
        sys.exit("name a file of melodies, or --speed")


if __name__ == "__main__":
    main()
