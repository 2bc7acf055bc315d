"""How well music comes back from playing: python tests/benchmarks/playing.py [FOLDER] [--beats] [--pieces N] [--speed]

Without FOLDER, pieces of music21's corpus are played at 60 to 180 quarters a minute, each
note up to 20 ms early or late (or with ``--normal`` by a standard deviation of 20 ms) and
sounding for 50 to 95 % of its value, and quantized again.
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
    "chorales": ("bach",), "early": ("monteverdi", "trecento", "josquin", "ciconia", "luca"),
    "classical": ("handel", "corelli", "cpebach", "haydn", "mozart", "beethoven"),
    "romantic": ("schubert", "schumann_robert", "schumann_clara", "weber", "verdi", "beach", "liliuokalani"),
    "ragtime": ("joplin", "johnson_j_r"), "fiddle": ("ryansMammoth", "airdsAirs", "oneills1850"),
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
        paths = sorted(
            (path for path in paths if path.suffix in (".mxl", ".xml", ".abc")),
            key=lambda p: (p.stat().st_size, p.name),
        )
        step = max(len(paths) * 2 // 3 // count, 1)
        yield from ((kind, path) for path in paths[: step * count : step])


def played(
    score: mi.Score,
    tempo: float,
    seed: int,
    normal: bool = False,
    late: float = LATE,
    gates: tuple[float, float] = GATES,
) -> mi.Score:
    """The score as somebody plays it, in the order of its spans."""
    random = np.random.default_rng(seed)
    quarter, spans = score.ticks_per_quarter, score.spans
    pitch, part, _ = columns_of(score)
    off = random.normal(0, late, len(spans)) if normal else random.uniform(-late, late, len(spans))
    onset = spans["start"] / quarter + off * tempo / 60
    lasts = (spans["stop"] - spans["start"]) / quarter * random.uniform(*gates, len(spans))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return mi.Score.from_notes(np.maximum(onset, 0), lasts, pitch, part=part, meter=score.meters, tempo=tempo)


def outcome(score: mi.Score, tempo: float, seed: int, normal: bool) -> Outcome:
    """How one piece comes back."""
    human = played(score, tempo, seed, normal)
    found = quantize(human)
    spans, quarter = score.spans, score.ticks_per_quarter
    start, lasts = (np.array(column, float) / quarter for column in (spans["start"], spans["stop"] - spans["start"]))
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


def corpus_table(count: int, normal: bool) -> None:
    """Printed by kind, and for pieces that stand on a grid themselves."""
    found: defaultdict[str, list[Outcome]] = defaultdict(list)
    by_tempo: defaultdict[str, list[Outcome]] = defaultdict(list)
    for index, (kind, path) in enumerate(pieces(count)):
        score = read(path)
        if len(score.spans):
            tempo = TEMPI[index % len(TEMPI)]
            one = outcome(score, tempo, index, normal)
            for name in (kind, "all", *(["on a grid"] if one.unchanged else [])):
                found[name].append(one)
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
    assert spec
    assert spec.loader
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
        rows = [
            row
            for before, row in zip([None, *beats], beats, strict=False)
            if before is None or row[0] - before[0] > 0.05
        ]
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


def ellis(score: mi.Score) -> np.ndarray:
    """A baseline: one tempo by autocorrelation, then the dynamic programme of Ellis (2007), "Beat tracking by dynamic programming"."""
    spans = score.spans["start"] / score.ticks_per_quarter
    frames = np.rint(score.tempos.clock(spans) * 100).astype(int)
    strength = np.convolve(np.bincount(frames, minlength=frames.max() + 200), np.hanning(7), "same")
    strength /= strength.std()
    lags = np.arange(25, 160)
    likeness = np.array([(strength[lag:] * strength[:-lag]).mean() for lag in lags])
    period = lags[np.argmax(likeness * np.exp(-0.5 * (np.log2(lags / 50) / 0.9) ** 2))]
    reach = np.arange(-2 * period, -period // 2)
    cost = -100 * np.log(-reach / period) ** 2
    total, came = strength.copy(), np.full(len(strength), -1)
    for now in range(2 * period, len(strength)):
        found = total[now + reach] + cost
        came[now] = now + reach[found.argmax()]
        total[now] += found.max()
    beats = [int(total[-2 * period :].argmax()) + len(total) - 2 * period]
    while came[beats[-1]] >= 0:
        beats.append(int(came[beats[-1]]))
    return np.array(beats[::-1]) / 100


def f1(found: np.ndarray, wanted: np.ndarray, within: float = 0.07) -> float:
    """Of beats that agree one to one (Davies, Degara and Plumbley, 2009)."""
    hits = here = there = 0
    while here < len(found) and there < len(wanted):
        off = found[here] - wanted[there]
        hits += abs(off) <= within
        here, there = here + (off <= within), there + (off >= -within)
    return 2 * hits / max(len(found) + len(wanted), 1)


def any_level(found: np.ndarray, wanted: np.ndarray) -> float:
    """The best F1 of the beats, of every other one in either phase, and of twice as many."""
    twice = np.sort(np.concatenate([found, (found[1:] + found[:-1]) / 2]))
    return max(f1(some, wanted) for some in (found, found[::2], found[1::2], twice))


def folder_table(folder: Path, given: bool) -> None:
    """Printed by composer: means over pieces, and the spread between them."""
    scoring = protocol(folder)
    found: defaultdict[str, list[dict[str, float]]] = defaultdict(list)
    for file in sorted(folder.glob("performances_*.jsonl.gz")):
        for row in scoring.load(str(file)):
            scores = scoring.score(
                row, quantized(row["notes"], row["beats"] if given else None), row["beats"] if given else None
            )
            if not given:
                score, wanted = score_of(row["notes"]), np.array([beat[0] for beat in row["beats"]])
                beats, rival = find_beats(score), ellis(score)
                scores |= {
                    "F1": f1(beats.seconds, wanted),
                    "level": any_level(beats.seconds, wanted),
                    "downbeats": f1(beats.downbeats, np.array([beat[0] for beat in row["beats"] if beat[1]])),
                    "certainty": beats.sure,
                }
                scores |= {"Ellis": f1(rival, wanted), "its level": any_level(rival, wanted)}
            for name in (row["id"].split("/")[0], "all"):
                found[name].append(scores)
    names = list(next(iter(found.values()))[0])
    print(f"{'':12}{'pieces':>8}" + "".join(f"{name:>16}" for name in names))
    for composer, rows in found.items():
        columns = ([row[name] for row in rows] for name in names)
        cells = (f"{statistics.mean(column):.3f} ({statistics.pstdev(column):.2f})" for column in columns)
        print(f"{composer:12}{len(rows):>8}" + "".join(f"{cell:>16}" for cell in cells))


def speed_table() -> None:
    """Seconds and bytes for random bars of four parts."""
    import tracemalloc

    for count in (1_000, 10_000, 100_000):
        random = np.random.default_rng(count)
        onset = random.integers(0, count * 2, count) / 4 + random.normal(0, 0.03, count)
        rows = np.round(np.maximum(onset, 0) * 480) / 480, np.round(random.uniform(0.1, 1, count) * 480) / 480
        columns = *rows, random.integers(40, 80, count)
        score, again = (mi.Score.from_notes(*columns, part=np.arange(count) % 4) for _ in range(2))
        assert len(score.spans) == len(again.spans) == count
        begun = time.process_time()
        quantize(score)
        lasted = time.process_time() - begun
        tracemalloc.start()
        quantize(again)  # what the other found is kept with it
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        print(f"{count:>8} notes {lasted:8.2f} s of processor {most / count:8.0f} bytes a note at most")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--pieces", type=int, default=30, help="pieces of each kind")
    parser.add_argument("--beats", action="store_true", help="give the beats")
    parser.add_argument("--normal", action="store_true", help="errors of a normal distribution")
    parser.add_argument("--speed", action="store_true", help="only how long it takes")
    options = parser.parse_args()
    begun = time.perf_counter()
    if options.speed:
        speed_table()
    elif options.folder:
        folder_table(options.folder, options.beats)
    else:
        corpus_table(options.pieces, options.normal)
    print(f"{time.perf_counter() - begun:.0f} s")


if __name__ == "__main__":
    main()
