"""What seeds of chromatic intervals miss in an index, and what seeds of diatonic steps would find of that.

    python tests/benchmarks/seeds.py [--fugues PATH] [--families PATH] [--pairs 200] [--seed 1]

Variants: the entries of fugue subjects (``--fugues``, as `fugues.py` takes them), tonal answers among them;
openings of folk songs in other songs of their tune family (``--families``: JSON, ``melodies`` with ``family``, ``midi`` and
``onset_tick``); and openings of folk songs of music21's corpus in the same song in minor, with its third, sixth and
seventh degree lowered. A variant counts where the search finds it at all, and is told by whether its E is at most .01
among so many notes. It has a seed where a window that would be looked up stands in it note for note: of chromatic intervals as
the index does it, of all of them, or of so many diatonic steps.
"""

from __future__ import annotations

import argparse
import json
import warnings
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from fugues import ENOUGH, cases, dice

import mi_theme as mi
from mi_theme.index.seed_windows import rare_windows, windows
from mi_theme.score.spelling import spelled_steps

SIZES = (100_000, 3_000_000, 300_000_000)  # notes of a corpus
OPENING = 14  # notes of a song that are looked for
LOWERED = (4, 9, 11)  # semitones above the tonic of a third, sixth and seventh
Line = list[tuple[int, int]]  # pitch, and diatonic step


class Variant(NamedTuple):
    """Notes that are looked for, those that should be found, and E of the hit for one note searched."""

    query: Line
    there: Line
    evalue: float


def in_fugues(path: Path) -> Iterator[Variant]:
    """Entries of subjects in their voice."""
    for case in cases(path, hidden=False):
        table = case.score.note_table()
        hits = found(case.pattern, case.score)
        for entry in case.others:
            hit = next((hit for hit in hits if dice(frozenset(hit.notes), entry) >= ENOUGH), None)
            if hit:
                yield Variant(line_of(table[sorted(case.own)]), line_of(table[sorted(entry)]), hit.evalue / len(table))


def in_families(path: Path, pairs: int, seed: int) -> Iterator[Variant]:
    """The beginning of a melody in another of its family."""
    families = defaultdict(list)
    for melody in json.loads(path.read_text("utf-8"))["melodies"]:
        families[melody["family"]].append(tune(melody["onset_tick"], melody["midi"]))
    random, many = np.random.default_rng(seed), list(families.values())
    for _ in range(pairs):
        family = many[int(random.integers(len(many)))]
        one, other = (family[int(number)] for number in random.choice(len(family), 2, replace=False))
        yield from variant(one, other)


def in_minor(pairs: int, seed: int) -> Iterator[Variant]:
    """The beginning of a song in major, in the same song in minor."""
    from music21 import corpus

    random, songs = np.random.default_rng(seed), []
    book = next(
        path for path in sorted(corpus.getCorePaths()) if "essenFolksong" in str(path) and str(path).endswith(".abc")
    )
    for number in range(1, 3 * pairs):
        try:
            songs.append(mi.read(f"{book}#{number}"))
        except mi.MiThemeError:
            break
    for number in random.permutation(len(songs))[:pairs]:
        song = songs[int(number)]
        table = song.note_table()
        if song.key and not song.key[1] and len(table) > OPENING:
            tonic = 7 * song.key[0] % 12
            lowered = np.isin((table["pitch"] - tonic) % 12, LOWERED)
            minor = mi.Score.from_notes(table["onset"], table["duration"], table["pitch"] - lowered, step=table["step"])
            yield from variant(song, minor)


def tune(onset: Sequence[int], pitch: Sequence[int]) -> mi.Score:
    steps = spelled_steps(np.array(pitch))
    return mi.Score.from_notes(np.array(onset) / 2, 0.5, pitch, step=steps)


def variant(one: mi.Score, other: mi.Score) -> Iterator[Variant]:
    """The beginning of one, where the search finds it in the other."""
    table, whole = one.note_table()[:OPENING], other.note_table()
    for hit in found(mi.Pattern.of(table), other)[:1]:
        yield Variant(line_of(table), line_of(whole), hit.evalue / len(whole))


def found(pattern: mi.Pattern, score: mi.Score) -> list[mi.Hit]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return list(mi.find(pattern, score, max_evalue=100))


def line_of(table: np.ndarray) -> Line:
    return [(int(row["pitch"]), int(row["step"])) for row in table]


def has(line: Line, window: tuple[int, ...], column: int) -> bool:
    rises = np.diff([note[column] for note in line]).tolist()
    return any(tuple(rises[first : first + len(window)]) == window for first in range(len(rises) - len(window) + 1))


def every(query: Line, column: int, notes: int) -> list[tuple[int, ...]]:
    """All windows of so many notes, of semitones or of steps."""
    rises = np.diff([note[column] for note in query]).tolist()
    return [tuple(rises[first : first + notes - 1]) for first in range(len(query) - notes + 1)]


def looked_up(query: Line, counts: Counter[tuple[int, ...]], times: float) -> list[tuple[int, ...]]:
    """The windows that an index of a corpus looks up, so many times as large as one in which they were counted."""
    laid_out, apart = windows([note[0] for note in query])
    rare = rare_windows(laid_out, apart, [round(times * counts[window.intervals]) for window in laid_out])
    return [laid_out[row.window].intervals for row in rare]


def counted(lines: Sequence[Line]) -> Counter[tuple[int, ...]]:
    """How often each run of two to four intervals occurs."""
    return Counter(window for line in lines for notes in (3, 4, 5) for window in every(line, 0, notes))


def report(name: str, variants: Sequence[Variant], counts: Counter[tuple[int, ...]], notes: int) -> None:
    for size in SIZES:
        some = [one for one in variants if one.evalue * size <= 0.01]
        ways: dict[str, Callable[[Variant], bool]] = {
            "as the index": lambda one, size=size: any(
                has(one.there, window, 0) for window in looked_up(one.query, counts, size / notes)
            ),
            "all": lambda one: any(
                has(one.there, window, 0) for window in every(one.query, 0, min(5, max(len(one.query) // 3, 2)))
            ),
            "4 steps": lambda one: any(has(one.there, window, 1) for window in every(one.query, 1, 5)),
            "5 steps": lambda one: any(has(one.there, window, 1) for window in every(one.query, 1, 6)),
        }
        held = {way: [test(one) for one in some] for way, test in ways.items()}
        cells = "".join(f"{np.mean(each) if some else 0:14.3f}" for each in held.values())
        only = sum(
            steps and not chromatic for steps, chromatic in zip(held["4 steps"], held["as the index"], strict=True)
        )
        print(f"{name:32}{size:13,}{len(some):9}{cells}{only:16}", flush=True)


def main() -> None:
    """A row for each kind of variant and size of corpus."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fugues", type=Path)
    parser.add_argument("--families", type=Path)
    parser.add_argument("--pairs", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    kinds = {"songs in minor": list(in_minor(given.pairs, given.seed))}
    if given.families:
        kinds["songs of a family"] = list(in_families(given.families, given.pairs, given.seed))
    if given.fugues:
        kinds["entries of fugue subjects"] = list(in_fugues(given.fugues))
    lines = [one.there for variants in kinds.values() for one in variants]
    counts, notes = counted(lines), sum(map(len, lines))
    print(
        f"{'found by the search at E <= .01':32}{'notes':>13}{'variants':>9}{'as the index':>14}{'all':>14}{'4 steps':>14}{'5 steps':>14}{'only in 4 steps':>16}"
    )
    for name, variants in kinds.items():
        report(name, variants, counts, notes)


if __name__ == "__main__":
    main()
