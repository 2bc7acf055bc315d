"""Count what is common in real music, and how often chance finds a pattern nobody wrote: ``data/background.json``.

    python data/making/background.py [--decoys 240]

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
from mi_theme.search.finding import Music, hits_in
from mi_theme.search.hits import Hit
from mi_theme.search.patterns import Pattern
from mi_theme.search.readers import Reader
from mi_theme.search.significance import STEEPEST, WIDEST, Background, Tail, Tails, background, events, information

OUT = Path(__file__).resolve().parents[1] / "background.json"
MUSIC = {"bach": 1, "monteverdi": 1, "ryansMammoth": 4}  # each file, or one in four
LENGTHS = range(8, 21)
SEED = 1
LEAST = 0.45  # the smallest share of a decoy that is looked at
RARE = {"in one piece": 0.2, "in all": 0.5}  # hits that a search is expected to bring: the line is fitted to fewer
BEGIN = Tail(-8.4, 0.38, 0.28)  # where the fit begins
START = Tails(BEGIN, BEGIN)
PIECES = 7  # searches of one piece for each of all
PROVENANCE = {
    "made by": "data/making/background.py",
    "music": "Bach and Monteverdi (MusicXML) and Ryan's Mammoth Collection (1883, ABC) in music21's corpus; counts only",
}

Rows = list[tuple[float, int]]
Random = np.random.Generator


class Trial(NamedTuple):
    """A decoy: what it says in nats, the notes searched, and the share of it that each hit holds."""

    whole: float
    notes: int
    shares: tuple[float, ...]


def main() -> None:
    """Read, count, search for decoys, fit, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--decoys", type=int, default=240)
    count = parser.parse_args().decoys
    sheets = list(music())
    write(counted(sheets, (START, START)))  # the decoys are weighed with these counts
    background.cache_clear()
    tails = (
        fitted(in_one_piece(sheets, PIECES * count), RARE["in one piece"]), fitted(in_all(sheets, count), RARE["in all"])
    )  # fmt: skip
    write(counted(sheets, tails))
    print(f"{OUT.name}: {OUT.stat().st_size} bytes, {len(sheets)} tunes, {tails}")


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


def counted(sheets: Iterable[Sheet], tails: tuple[Tails, Tails]) -> Background:
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
    heard_often = (dict(sorted(steps.items())), dict(sorted(times.items())))
    return Background(PROVENANCE, *heard_often, intervals.tolist(), ratios.tolist(), *tails)


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


def in_all(sheets: Sequence[Sheet], count: int) -> Iterator[tuple[Pattern, int, list[Hit]]]:
    """Decoys, and what is found of them in all pieces."""
    random = np.random.default_rng(SEED)
    shelves = [Shelf.of(sheets[first : first + BATCH]) for first in range(0, len(sheets), BATCH)]
    notes = sum(len(sheet.table) for sheet in sheets)
    for number in range(count):
        pattern = made_up(random, sheets, number)
        yield pattern, notes, [hit for shelf in shelves for hit in hits_on_shelf(pattern, shelf, least=LEAST)]


def in_one_piece(sheets: Sequence[Sheet], count: int) -> Iterator[tuple[Pattern, int, list[Hit]]]:
    """Decoys, and what is found of each in one piece where every note is aligned."""
    random = np.random.default_rng(SEED)
    for number in range(count):
        sheet = sheets[int(random.integers(len(sheets)))]
        pattern = made_up(random, sheets, number)
        music = Music(sheet.source, sheet.table, sheet.names, sheet.meters, sheet.drums)
        yield pattern, len(sheet.table), hits_in(pattern, music, least=LEAST)


def made_up(random: Random, sheets: Sequence[Sheet], number: int) -> Pattern:
    """A decoy, of one kind and the other by turns."""
    return Pattern.of(decoy(random, passage(random, sheets, int(random.choice(LENGTHS))), number % 2))


# The lines


def fitted(searches: Iterable[tuple[Pattern, int, list[Hit]]], most: float) -> Tails:
    """The most likely rates, of the hits that are rare enough."""
    timed, untimed = [], []
    for pattern, notes, hits in searches:
        said = information(pattern)
        timed.append(Trial(sum(said), notes, tuple(min(hit.share, 1.0) for hit in hits if hit.timed)))
        untimed.append(Trial(said.tune, notes, tuple(min(hit.share, 1.0) for hit in hits if not hit.timed)))
    return Tails(_line(timed, most), _line(untimed, most))


def _line(tried: Sequence[Trial], most: float) -> Tail:
    tail = BEGIN
    for _ in range(20):
        tail = _climbed(tried, tail, [_threshold(trial, tail, most) for trial in tried])
    return Tail(*(round(value, 3) for value in (tail.level, tail.said, tail.lost)))


def _threshold(trial: Trial, tail: Tail, most: float) -> float:
    """From what share on no more hits than `most` are expected, and all are looked at."""
    level = np.log(trial.notes / most) + tail.level + tail.lost * trial.whole
    return max(float(level) / ((tail.said + tail.lost) * trial.whole), LEAST + 0.05)


def _climbed(tried: Sequence[Trial], tail: Tail, thresholds: Sequence[float]) -> Tail:
    """Newton's method for level, what lacking gives and slope: hits thin out exponentially with what they hold.

    A whole copy is a point mass at the end of the line.
    """
    used = [(trial, least) for trial, least in zip(tried, thresholds, strict=True) if least <= 1]
    hits = [(trial.whole, share) for trial, least in used for share in trial.shares if share >= least]
    partial = sum(share < 1 for _, share in hits)
    features = np.array([(1.0, trial.whole, -least * trial.whole) for trial, least in used])
    notes = np.array([trial.notes for trial, _ in used])
    seen = np.array([(1.0, whole, -share * whole) for whole, share in hits]).sum(axis=0)
    x = np.array([tail.level, tail.lost, tail.said + tail.lost])
    for _ in range(30):
        expected = notes * np.exp(features @ x)
        gradient = seen - expected @ features + (0.0, 0.0, partial / x[2])
        hessian = -(features.T * expected) @ features - np.diag([0.0, 0.0, partial / x[2] ** 2])
        step = np.linalg.solve(hessian, gradient)
        x = x - step * min(1.0, 0.2 / max(np.abs(step).max(), 1e-9))
    return Tail(float(x[0]), float(x[2] - x[1]), float(x[1]))


if __name__ == "__main__":
    main()
