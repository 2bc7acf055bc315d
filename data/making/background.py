"""Count what is common in real music, and how often chance finds a pattern nobody wrote: ``data/background.json``.

    python data/making/background.py [--decoys 150]

The music is read from the installed music21: Bach's chorales and other works,
Monteverdi's madrigals (MusicXML) and a quarter of Ryan's Mammoth Collection
(1883, ABC). No note of it is kept, only how often each interval and
each ratio of two times follows each, and the rate of chance hits: decoys, which
have the intervals of a passage shuffled, or its pitches, are looked for with
`mi.find`'s own engine, and a line is fitted to the logarithm of the number of
hits that hold so much of what the decoy says and lack so much (maximum
likelihood, Poisson). The same music21 gives the same bytes.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from mi_theme.files.sheets import Sheet
from mi_theme.search.aligning import steps_of
from mi_theme.search.corpora import BATCH, Shelf, hits_on_shelf
from mi_theme.search.costs import motion, streams_of
from mi_theme.search.patterns import Pattern
from mi_theme.search.readers import Reader
from mi_theme.search.significance import STEEPEST, WIDEST, Background, Nats, Tail, background, events, information

OUT = Path(__file__).resolve().parents[1] / "background.json"
MUSIC = {"bach": 1, "monteverdi": 1, "ryansMammoth": 4}  # each file, or one in four
LENGTHS = range(8, 21)
SEED = 1
LEAST = 0.45  # the smallest share of a decoy that is looked at
MOST_EXPECTED = 1.0  # hits a decoy: the line is fitted to the rare ones
PROVENANCE = {
    "made by": "data/making/background.py",
    "music": "Bach and Monteverdi (MusicXML) and Ryan's Mammoth Collection (1883, ABC) in music21's corpus; counts only",
}

Rows = list[tuple[float, int]]
Random = np.random.Generator


class Trial(NamedTuple):
    """A decoy: what it says, and what each hit holds of that, in nats."""

    whole: Nats
    held: tuple[float, ...]


def main() -> None:
    """Read, count, search for decoys, fit, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--decoys", type=int, default=150)
    count = parser.parse_args().decoys
    sheets = list(music())
    write(counted(sheets, Tail(0.0, 0.0, 0.0, 1.0)))  # the decoys are weighed with these counts
    background.cache_clear()
    tried = list(trials(sheets, count))
    tail = fitted(tried, sum(len(sheet.table) for sheet in sheets))
    write(counted(sheets, tail))
    print(f"{OUT.name}: {OUT.stat().st_size} bytes, {len(sheets)} tunes, {tail}")


def write(made: Background) -> None:
    """Small, and the same bytes each time."""
    OUT.write_bytes(msgspec.json.encode(made).replace(b"],[", b"],\n[") + b"\n")


def music() -> Iterator[Sheet]:
    """The tunes of the training music."""
    from music21 import corpus

    paths = sorted(Path(path) for path in corpus.getCorePaths())
    wanted = [path for path in paths if path.parent.name in MUSIC and path.suffix in (".mxl", ".xml", ".abc")]
    with Reader() as reader:
        for name, every in MUSIC.items():
            for path in [path for path in wanted if path.parent.name == name][::every]:
                yield from (tune for tune in reader.read(path) if isinstance(tune, Sheet))


def counted(sheets: Iterable[Sheet], tail: Tail) -> Background:
    """How often each interval and time is heard, and each interval and ratio after each."""
    steps: Counter[int] = Counter()
    times: Counter[int] = Counter()
    intervals = np.zeros((2 * WIDEST + 1,) * 2, np.int64)
    ratios = np.zeros((2 * STEEPEST + 1,) * 2, np.int64)
    for sheet in sheets:
        table = sheet.table
        heard = motion(table["onset"], steps_of(table), streams_of(table))
        steps.update(heard[0].tolist())
        times.update(heard[1].tolist())
        for line in lines(sheet.table):
            interval, ratio = events(line["onset"], line["pitch"])
            np.add.at(intervals, (interval[:-1] + WIDEST, interval[1:] + WIDEST), 1)
            np.add.at(ratios, (ratio[:-1] + STEEPEST, ratio[1:] + STEEPEST), 1)
    return Background(
        PROVENANCE, dict(sorted(steps.items())), dict(sorted(times.items())), intervals.tolist(), ratios.tolist(), tail
    )


def lines(table: NDArray[Any]) -> Iterator[NDArray[Any]]:
    """The voices, the highest note where several begin together."""
    streams = streams_of(table)
    for stream in np.unique(streams):
        voice = table[streams == stream][::-1]
        line = voice[np.unique(voice["onset"], return_index=True)[1]]
        if len(line) > 2:
            yield line


# Decoys


def passage(random: Random, sheets: Sequence[Sheet], length: int) -> Rows:
    """Notes in a row of one voice, of more than three pitches."""
    while True:
        found = list(lines(sheets[random.integers(len(sheets))].table))
        line = found[random.integers(len(found))] if found else ()
        if len(line) > length:
            first = int(random.integers(len(line) - length))
            notes = line[first : first + length]
            if len(np.unique(notes["pitch"])) > 3:
                return list(zip((notes["onset"] - notes["onset"][0]).tolist(), notes["pitch"].tolist(), strict=True))


def decoy(random: Random, rows: Rows, kind: int) -> Rows:
    """The same intervals shuffled, or the same rhythm with its pitches shuffled."""
    pitches = [pitch for _, pitch in rows]
    if kind == 0:
        return with_intervals(rows, random.permutation(np.diff(pitches)).tolist())
    return [(onset, int(pitch)) for (onset, _), pitch in zip(rows, random.permutation(pitches), strict=True)]


def with_intervals(rows: Rows, steps: Sequence[int]) -> Rows:
    """The rhythm with other intervals, in the middle of the keyboard."""
    line = np.cumsum([0, *steps])
    line += 64 - int(line.mean())
    return [(onset, int(pitch)) for (onset, _), pitch in zip(rows, line.clip(0, 127), strict=True)]


def trials(sheets: Sequence[Sheet], count: int) -> Iterator[Trial]:
    """Decoys, and what is found of them; with the interim tail an E-value tells what a hit holds."""
    random = np.random.default_rng(SEED)
    shelves = [Shelf.of(sheets[first : first + BATCH]) for first in range(0, len(sheets), BATCH)]
    for number in range(count):
        pattern = Pattern.of(decoy(random, passage(random, sheets, int(random.choice(LENGTHS))), number % 2))
        hits = [hit for shelf in shelves for hit in hits_on_shelf(pattern, shelf, least=LEAST)]
        yield Trial(information(pattern).whole, tuple(-float(np.log(hit.evalue)) for hit in hits))


# The line


def fitted(tried: Sequence[Trial], notes: int) -> Tail:
    """The most likely rates, of the hits that are rare enough."""
    tail = Tail(-8.0, 0.3, 0.2, 0.6)
    for _ in range(20):
        tail = _climbed(tried, notes, tail, [_threshold(trial, notes, tail) for trial in tried])
    return Tail(*(round(value, 3) for value in (tail.level, tail.tune, tail.rhythm, tail.slope)))


def _threshold(trial: Trial, notes: int, tail: Tail) -> float:
    """From where on no more than `MOST_EXPECTED` hits are expected, and all are looked at."""
    level = np.log(notes / MOST_EXPECTED) + tail.level + tail.tune * trial.whole.tune + tail.rhythm * trial.whole.rhythm
    return max(float(level) / tail.slope, (LEAST + 0.05) * sum(trial.whole))


def _climbed(tried: Sequence[Trial], notes: int, tail: Tail, thresholds: Sequence[float]) -> Tail:
    """Newton's method for the four numbers: hits thin out exponentially with what they hold.

    A whole copy is a point mass at the end of the line.
    """
    used = [(trial, least) for trial, least in zip(tried, thresholds, strict=True) if least <= sum(trial.whole)]
    hits = [(trial.whole, held) for trial, least in used for held in trial.held if held >= least]
    partial = sum(held < sum(whole) - 1e-6 for whole, held in hits)
    features = np.array([(1.0, *trial.whole, -least) for trial, least in used])
    seen = np.array([(1.0, *whole, -held) for whole, held in hits]).sum(axis=0)
    x = np.array([tail.level, tail.tune, tail.rhythm, tail.slope])
    for _ in range(30):
        expected = notes * np.exp(features @ x)
        gradient = seen - expected @ features + (0.0, 0.0, 0.0, partial / x[3])
        hessian = -(features.T * expected) @ features - np.diag([0.0, 0.0, 0.0, partial / x[3] ** 2])
        step = np.linalg.solve(hessian, gradient)
        x = x - step * min(1.0, 0.2 / max(np.abs(step).max(), 1e-9))
    return Tail(*x.tolist())


if __name__ == "__main__":
    main()
