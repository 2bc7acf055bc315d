"""How well music comes back from playing: python tests/benchmarks/playing.py [FOLDER] [--pieces N] [--beats]

Without FOLDER, pieces of music21's corpus are played at 60 to 180 quarters a minute, each
note up to 20 ms early or late and sounding for 50 to 95 % of its value, and quantized again.
Printed by kind of music: how many pieces that are exact come back unchanged, and of the
played ones the share of notes whose onset is right, of bars in which all are, of notes
whose value is right too, of bars in which a note changed sides.

FOLDER holds ``protocol.py`` and ``performances_dev.jsonl.gz``: performances of piano music
with known places, and how they are scored. Printed by composer, with the spread of pieces;
with ``--beats`` the beats are given, without it they are found, and their F1 within 70 ms
is printed beside (at the same level, and the best of half, same and double).
"""

from __future__ import annotations

import argparse
import importlib.util
import statistics
import time
import warnings
from collections import defaultdict
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np

import mi_theme as mi
from mi_theme.files import read
from mi_theme.quantising import Beats, find_beats, quantize
from mi_theme.quantising.playing import columns_of

KINDS = {
    "chorales": ("bach",), "early": ("monteverdi", "palestrina", "trecento"), "classical": ("haydn", "mozart", "beethoven"),
    "romantic": ("schubert", "schumann_robert", "chopin"), "ragtime": ("joplin",), "fiddle": ("ryansMammoth", "airdsAirs"),
}  # fmt: skip
TEMPI = (60, 80, 100, 120, 140, 160, 180)
LATE, GATES = 0.02, (0.5, 0.95)  # seconds; shares of the value


class Outcome(NamedTuple):
    """Shares of one piece."""

    unchanged: float
    onsets: float
    bars: float
    values: float
    crossed: float


def pieces(count: int) -> Iterator[tuple[str, Path]]:
    """So many pieces of each kind, the shorter ones."""
    from music21 import corpus

    for kind, composers in KINDS.items():
        paths = [Path(path) for name in composers for path in corpus.getComposer(name)]
        paths = sorted((path for path in paths if path.suffix in (".mxl", ".xml", ".abc")), key=lambda p: (p.stat().st_size, p.name))
        step = max(len(paths) * 2 // 3 // count, 1)
        yield from ((kind, path) for path in paths[: step * count : step])


def played(score: mi.Score, tempo: float, seed: int, late: float = LATE, gates: tuple[float, float] = GATES) -> mi.Score:
    """The score as somebody plays it, in the order of its spans."""
    random = np.random.default_rng(seed)
    quarter, spans = score.ticks_per_quarter, score.spans
    pitch, part, _ = columns_of(score)
    onset = spans["start"] / quarter + random.uniform(-late, late, len(spans)) * tempo / 60
    lasts = (spans["stop"] - spans["start"]) / quarter * random.uniform(*gates, len(spans))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return mi.Score.from_notes(np.maximum(onset, 0), lasts, pitch, part=part, meter=score.meters, tempo=tempo)


def outcome(score: mi.Score, tempo: float, seed: int) -> Outcome:
    """How one piece comes back."""
    human = played(score, tempo, seed)
    found = quantize(human)
    spans, quarter = score.spans, score.ticks_per_quarter
    start, lasts = (np.array(column, float) / quarter for column in (spans["start"], spans["stop"] - spans["start"]))
    pitch, part, _ = columns_of(score)
    rows = [event.id for track in human.tracks for event in track if event.id >= 0]
    onset, duration = np.empty(len(start)), np.empty(len(start))
    onset[rows], duration[rows] = found.onsets / found.resolution, found.durations / found.resolution
    right = np.abs(onset - start) < 1e-4
    bar = np.array([score.meters.at(Fraction(at).limit_denominator(10080)).number for at in start])
    now = np.array([score.meters.at(Fraction(at).limit_denominator(10080)).number for at in onset])
    wrong = {int(number) for number in bar[~right]}
    crossed = {int(number) for number in bar[bar != now]}
    count = len(set(bar.tolist()))
    same = quantize(score).score() == score
    values = (np.abs(duration - lasts) < 1e-4) & right
    return Outcome(float(same), float(right.mean()), 1 - len(wrong) / count, float(values.mean()), len(crossed) / count)


def corpus_table(count: int) -> None:
    """Printed by kind."""
    found: defaultdict[str, list[Outcome]] = defaultdict(list)
    by_tempo: defaultdict[str, list[Outcome]] = defaultdict(list)
    for index, (kind, path) in enumerate(pieces(count)):
        score = read(path)
        if len(score.spans):
            tempo = TEMPI[index % len(TEMPI)]
            one = outcome(score, tempo, index)
            found[kind].append(one)
            found["all"].append(one)
            by_tempo[f"at {tempo}"].append(one)
            if one.bars < 0.9 or not one.unchanged:
                print(f"  {kind} {path.name} at {tempo}: {one}")
    print(f"{'':12}{'pieces':>8}" + "".join(f"{name:>11}" for name in Outcome._fields))
    for kind, rows in [*found.items(), *sorted(by_tempo.items(), key=lambda row: int(row[0][3:]))]:
        means = (statistics.mean(column) for column in zip(*rows, strict=True))
        print(f"{kind:12}{len(rows):>8}" + "".join(f"{mean:>11.3f}" for mean in means))


def protocol(folder: Path) -> ModuleType:
    """The scoring that comes with the performances."""
    spec = importlib.util.spec_from_file_location("protocol", folder / "protocol.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def score_of(notes: list[list[float]]) -> mi.Score:
    """Rows of onset, duration (seconds), pitch, velocity: a second is a quarter at 60."""
    onset, duration, pitch, velocity = np.array(notes, float).T
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return mi.Score.from_notes(onset, duration, pitch, velocity=np.maximum(velocity, 1), tempo=60)


def quantized(notes: list[list[float]], beats: list[list[Any]] | None) -> list[tuple[float, float]]:
    """What the protocol asks for: (onset, duration) in quarters of each note."""
    score = score_of(notes)
    if beats is None:
        given = find_beats(score)
    else:
        rows = [row for before, row in zip([None, *beats], beats, strict=False) if before is None or row[0] - before[0] > 0.05]
        given = Beats.of([row[0] for row in rows], [int(row[1]) for row in rows], quarters=[row[3] for row in rows])
    found = quantize(score, beats=given)
    ids = [event.id for track in score.tracks for event in track if event.id >= 0]
    shift = 0.0 if beats is None else given.quarters[0] - given_start(found, given)
    rows_out = np.empty((len(notes), 2))
    rows_out[ids, 0] = found.onsets / found.resolution + shift
    rows_out[ids, 1] = found.durations / found.resolution
    return [(float(onset), float(lasts)) for onset, lasts in rows_out]


def given_start(found: Any, given: Any) -> float:
    """Where the first beat that was given is written."""
    assert found.beats is not None
    return float(np.interp(given.seconds[0], found.beats[:, 0], found.beats[:, 1]) / found.resolution)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--pieces", type=int, default=30, help="pieces of each kind")
    parser.add_argument("--beats", action="store_true", help="give the beats")
    options = parser.parse_args()
    begun = time.perf_counter()
    if options.folder:
        raise SystemExit
    corpus_table(options.pieces)
    print(f"{time.perf_counter() - begun:.0f} s")


if __name__ == "__main__":
    main()
