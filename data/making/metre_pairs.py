"""The same tune in two metres: pairs of passages mined from music21's folk tunes.

Two tunes in metres of different classes (2/4 and 4/4 are one) are a pair where the pitch intervals of 20 notes in
a row are exactly the same (of 14, where the titles agree) and the rhythm is not:
a passage whose durations are merely doubled or halved is no pair. Tunes that
share a pair, through any number of others, form a cluster; what is trained and
tested apart is kept apart by clusters. Run as a script it prints what it found.

Each pair gives two tasks, one in each direction. How many target bars replace a
source bar (`ratio`), and which of two bars opens (`phase`), is read off the true
answer once, for every method alike.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

import numpy as np
from folksongs import COLLECTIONS, Song, songs
from numpy.typing import NDArray

LONG, SHORT = 20, 14  # notes in a row, without and with a common title
RATIOS = (1.0, 2.0, 0.5)
EPSILON = 1e-6
COMMON_WORDS = frozenset(["the", "a", "an", "of", "and", "der", "die", "das", "ein", "eine", "und"])


class Passage(NamedTuple):
    """Some notes of a tune in quarters; 0 is a bar line."""

    tune: str
    meter: str
    onsets: NDArray[np.float64]
    durations: NDArray[np.float64]
    pitches: tuple[int, ...]

    @property
    def bar(self) -> float:
        """Quarters in a bar."""
        return float(4 * Fraction(self.meter))


class Pair(NamedTuple):
    """Two passages with the same pitch intervals."""

    cluster: str
    a: Passage
    b: Passage


@dataclass(frozen=True)
class Task:
    """One direction of a pair: what a method is given, and what people did."""

    cluster: str
    source: Passage
    target: Passage
    ratio: float
    phase: float

    @property
    def is_regular(self) -> bool:
        """Whether people, too, put `ratio` target bars for a source bar all the way."""
        return abs(np.log2(_bars_ratio(self.source, self.target) / self.ratio)) < 0.1

    @property
    def direction(self) -> str:
        """``compound->duple``."""
        return f"{meter_class(self.source.meter)}->{meter_class(self.target.meter)}"


def meter_class(meter: str) -> str:
    """``duple`` (simple), ``triple`` (simple), ``compound``, ``3/8``, ``nine`` or ``odd``."""
    numerator = int(meter.split("/")[0])
    if meter == "3/8":
        return meter
    names = {1: "duple", 2: "duple", 4: "duple", 8: "duple", 3: "triple", 6: "compound", 12: "compound", 9: "nine"}
    return names.get(numerator, "odd")


def tasks(pairs: Iterable[Pair]) -> list[Task]:
    """Both directions of every pair."""
    return [_task(pair.cluster, *sides) for pair in pairs for sides in ((pair.a, pair.b), (pair.b, pair.a))]


def _task(cluster: str, source: Passage, target: Passage) -> Task:
    true = _bars_ratio(source, target)
    ratio = min(RATIOS, key=lambda r: abs(np.log2(true / r)))
    opens = max((0, 1), key=lambda bar: _agreement(source, target, bar)) if ratio == 0.5 else 0
    return Task(cluster, source, target, ratio, opens * source.bar)


def _bars_ratio(source: Passage, target: Passage) -> float:
    """Target bars for a source bar, on the whole."""
    return float(np.ptp(target.onsets) / target.bar / (np.ptp(source.onsets) / source.bar))


def _agreement(source: Passage, target: Passage, bar: int) -> float:
    """F1 of bar lines when target bars open with the even (0) or odd (1) source bars."""
    ours, theirs = is_whole((source.onsets / source.bar - bar) / 2), is_whole(target.onsets / target.bar)
    return float(2 * (ours & theirs).sum() / max(1, ours.sum() + theirs.sum()))


def is_whole(x: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which numbers are whole."""
    found: NDArray[np.bool_] = np.abs(x - np.round(x)) < EPSILON
    return found


def mined() -> list[Pair]:
    """All pairs of the installed music21, in a fixed order."""
    tunes = [tune for name in COLLECTIONS for tune in songs(name) if tune.has_one_meter]
    best: dict[tuple[int, int], tuple[int, int, int]] = {}
    for size in (LONG, SHORT):
        for a, b, i, j, length in _shared_runs(tunes, size):
            if (size == LONG or _same_title(tunes[a], tunes[b])) and length > best.get((a, b), (0,))[0]:
                best[a, b] = (length, i, j)
    found = [
        (a, b, _passage(tunes[a], i, length), _passage(tunes[b], j, length))
        for (a, b), (length, i, j) in sorted(best.items())
    ]
    different = [(a, b, x, y) for a, b, x, y in found if not _proportional(x, y)]
    clusters = _clusters([(a, b) for a, b, _, _ in different])
    return [Pair(tunes[clusters[a]].id, x, y) for a, b, x, y in different]


def _shared_runs(tunes: list[Song], size: int) -> Iterator[tuple[int, int, int, int, int]]:
    """(tune, tune, first note, first note, notes): passages of `size` notes or more in tunes of different metres."""
    by_pair: dict[tuple[int, int, int], list[int]] = defaultdict(list)
    for group in _equal_windows(tunes, size - 1):
        for (a, i), (b, j) in combinations(group, 2):
            if meter_class(tunes[a].meter) != meter_class(tunes[b].meter):
                by_pair[a, b, j - i].append(i)
    for (a, b, shift), starts in by_pair.items():
        places = np.array(sorted(set(starts)))
        for run in np.split(places, np.flatnonzero(np.diff(places) > 1) + 1):
            yield a, b, int(run[0]), int(run[0]) + shift, size + len(run) - 1


def _equal_windows(tunes: list[Song], width: int) -> Iterator[list[tuple[int, int]]]:
    """Groups of (tune, first note) where the same `width` intervals begin, in tunes of two metres or more."""
    hashes, owners, places = [], [], []
    for index, tune in enumerate(tunes):
        steps = np.diff(np.array(tune.pitches)).astype(np.int8)
        if len(steps) >= width and np.any(steps):
            windows = np.lib.stride_tricks.sliding_window_view(steps, width)
            hashes.append(windows.copy().view(f"V{width}").ravel())
            owners.append(np.full(len(windows), index))
            places.append(np.arange(len(windows)))
    owner, place = np.concatenate(owners), np.concatenate(places)
    _, window, counts = np.unique(np.concatenate(hashes), return_inverse=True, return_counts=True)
    order = np.argsort(window, kind="stable")
    for group in np.split(order, np.cumsum(counts)[:-1]):
        if len(group) > 1 and len({meter_class(tunes[owner[k]].meter) for k in group}) > 1:
            yield [(int(owner[k]), int(place[k])) for k in group]


def _same_title(a: Song, b: Song) -> bool:
    """Whether at least half of all words of the two titles are common to them."""
    ours, theirs = _words(a.title), _words(b.title)
    return 2 * len(ours & theirs) >= max(1, len(ours | theirs))


def _words(title: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", title.lower())) - COMMON_WORDS


def _passage(tune: Song, first: int, count: int) -> Passage:
    """Notes of a tune, counted from the bar line before them."""
    notes = slice(first, first + count)
    bar = 4 * Fraction(tune.meter)
    start = tune.onsets[first] // bar * bar
    onsets = np.array([float(onset - start) for onset in tune.onsets[notes]])
    durations = np.array([float(duration) for duration in tune.durations[notes]])
    return Passage(tune.id, tune.meter, onsets, durations, tune.pitches[notes])


def _proportional(a: Passage, b: Passage) -> bool:
    """Whether one rhythm is the other, doubled or halved."""
    ratios = np.diff(a.onsets) / np.diff(b.onsets)
    return bool(np.ptp(ratios) < EPSILON)


def _clusters(edges: list[tuple[int, int]]) -> dict[int, int]:
    """The first tune of everything that hangs together."""
    parent: dict[int, int] = {}

    def root(x: int) -> int:
        while parent.setdefault(x, x) != x:
            x = parent[x]
        return x

    for a, b in edges:
        parent[max(root(a), root(b))] = min(root(a), root(b))
    return {x: root(x) for x in list(parent)}


def stored(path: str | Path) -> list[Pair]:
    """Pairs from a file of JSON lines with the same content (cluster, a, b: metre, bar, pos_in_bar_q, dur_q)."""
    rows = [json.loads(line) for line in Path(path).read_text("utf-8").splitlines()]
    return [Pair(row["cluster"], _stored_passage(row["a"]), _stored_passage(row["b"])) for row in rows]


def _stored_passage(row: dict[str, object]) -> Passage:
    bar = 4 * Fraction(str(row["metre"]))
    places = zip(row["bar"], row["pos_in_bar_q"], strict=True)  # type: ignore[call-overload]
    onsets = np.array([float(number * bar + Fraction(place)) for number, place in places])
    durations = np.array([float(Fraction(value)) for value in row["dur_q"]])  # type: ignore[attr-defined]
    return Passage(str(row["id"]), str(row["metre"]), onsets, durations, tuple(row["midi"]))  # type: ignore[arg-type]


def main() -> None:
    """Print how many pairs there are, and between which metres."""
    pairs = mined()
    both = tasks(pairs)
    print(f"{len(pairs)} pairs, {len({pair.cluster for pair in pairs})} clusters, ", end="")
    print(f"{sum(task.is_regular for task in both)} of {len(both)} tasks regular")
    for direction, count in Counter(task.direction for task in both).most_common():
        print(f"  {direction:20} {count}")


if __name__ == "__main__":
    main()
