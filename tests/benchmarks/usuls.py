"""How near ``best`` comes to additive metres: python tests/benchmarks/usuls.py FILE

FILE has a melody a line as JSON, gzipped or not: ``id``, ``meter`` (the signature),
``grouping`` (``2+2+2+3``, empty where there is none) and ``notes`` as [onset,
duration in quarters, pitch]. Pairs are passages of twelve notes and more with
the same pitch intervals in two signatures, one of them additive, that keep bar for
bar. Such passages are formulas of one style rather than one tune in two metres, so
the figures are low and only to be compared with each other.

place is the share of notes that stand at people's place of the bar; the others are those of
`metre.py`. Means over clusters, which are the first melodies of the pairs.
"""

from __future__ import annotations

import gzip
import json
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from metre import measures, stretched
from metre_pairs import Pair, Passage, Task, tasks

import mi_theme as mi
from mi_theme.errors import StrategyError

NOTES, MOVING, COMMON = (
    12,
    7,
    40,
)  # in a passage; of its intervals that move; a formula that more melodies have is no pair
ALIKE, OPENS = 0.1, 0.6  # octaves from a whole ratio of bars; F1 of bar lines
FINEST = 48  # of a quarter, on which the onsets stand


class Melody(NamedTuple):
    id: str
    meter: str
    grouping: str
    notes: np.ndarray[Any, np.dtype[np.float64]]

    def passage(self, first: int, count: int) -> Passage:
        """Some notes, from the bar line before them; the metre with its groups as the tune's name."""
        bar = float(mi.Meter(self.meter).bar)
        rows = self.notes[first : first + count]
        onsets = np.round((rows[:, 0] - rows[0, 0] // bar * bar) * FINEST) / FINEST
        grouped = f"{self.meter}:{self.grouping}" if self.grouping else self.meter
        return Passage(grouped, self.meter, onsets, rows[:, 1], tuple(rows[:, 2].astype(int).tolist()))


def melodies(path: Path) -> list[Melody]:
    with (gzip.open if path.suffix == ".gz" else open)(path, "rt") as lines:
        rows = [json.loads(line) for line in lines]
    return [Melody(row["id"], row["meter"], row["grouping"], np.array(row["notes"], float)) for row in rows]


def pairs(found: list[Melody]) -> Iterator[Pair]:
    """The longest passage that two melodies share, if people kept bar for bar."""
    windows = defaultdict(list)
    for number, melody in enumerate(found):
        steps = np.diff(melody.notes[:, 2]).astype(int).tolist()
        for first in range(len(steps) - NOTES + 2):
            if sum(map(bool, steps[first : first + NOTES - 1])) >= MOVING:
                windows[tuple(steps[first : first + NOTES - 1])].append((number, first))
    starts = defaultdict(set)
    for group in windows.values():
        for (a, i), (b, j) in combinations(group if len(group) <= COMMON else (), 2):
            if found[a].meter != found[b].meter and (found[a].grouping or found[b].grouping):
                starts[a, b, j - i].add(i)
    best: dict[tuple[int, int], tuple[int, int, int]] = {}
    for (a, b, shift), places in sorted(starts.items()):
        for first in places:
            count = NOTES
            while first + count - NOTES + 1 in places:
                count += 1
            best[a, b] = max(best.get((a, b), (0, 0, 0)), (count, -first, shift))
    for (a, b), (count, first, shift) in sorted(best.items()):
        one, two = found[a].passage(-first, count), found[b].passage(shift - first, count)
        if all((np.diff(side.onsets) > 0).all() for side in (one, two)):
            yield Pair(found[a].id, one, two)


def keeps_bars(task: Task) -> bool:
    bars = [np.ptp(side.onsets) / side.bar for side in (task.target, task.source)]
    near = abs(np.log2(bars[0] / bars[1] / task.ratio)) < ALIKE
    return bool(near and measures(stretched(task), task)["down"] >= OPENS)


def score(task: Task, answer: Callable[[Task], Any]) -> dict[str, float]:
    out, bar = answer(task), task.target.bar
    same = np.abs(np.mod(out + 1e-6, bar) - np.mod(task.target.onsets + 1e-6, bar)) < 1e-3
    return {"place": float(same.mean()), **measures(out, task)}


def best(task: Task, source: str, target: str) -> Any:
    onsets, lasting = task.source.onsets, task.source.durations
    return mi.adapt_onsets(onsets, lasting, source, target, ratio=task.ratio, phase=task.phase)


def given(task: Task) -> Any:
    """With the groups of both sides."""
    return best(task, task.source.tune, task.target.tune)


def bare(task: Task) -> Any:
    """With the signatures alone."""
    return best(task, task.source.meter, task.target.meter)


def can(task: Task) -> bool:
    """Whether the groups of one side can become those of the other; of many short bars they cannot."""
    try:
        return bool(len(given(task)))
    except StrategyError:
        return False


def main() -> None:
    """Print the table."""
    chosen = [task for task in tasks(pairs(melodies(Path(sys.argv[1])))) if keeps_bars(task) and can(task)]
    kinds = defaultdict(list)
    for task in chosen:
        kinds[" to ".join("additive" if ":" in side.tune else "simple" for side in (task.source, task.target))].append(
            task
        )
    for kind, mine in kinds.items():
        clusters = {task.cluster for task in mine}
        print(f"\n{kind}: {len(mine)} tasks, {len(clusters)} clusters")
        for name, answer in (("in proportion", stretched), ("best, groups given", given), ("best, signatures", bare)):
            rows = [(task.cluster, score(task, answer)) for task in mine]
            means = {
                measure: np.mean([np.mean([row[measure] for of, row in rows if of == one]) for one in sorted(clusters)])
                for measure in ("place", "ioi", "contour", "grid")
            }
            print(f"  {name:20}" + "  ".join(f"{measure} {mean:.3f}" for measure, mean in means.items()))


if __name__ == "__main__":
    main()
