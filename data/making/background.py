"""Count what is common in real music, and how often chance finds a pattern nobody wrote: ``data/background.json``.

    python data/making/background.py [--decoys 600]

The music is read from the installed music21: every second MusicXML file and
every eighth tune of Ryan's Mammoth Collection (1883, ABC). No note of it is kept, only how often each interval and
each ratio of two times follows each, and the rate of chance hits: decoys, which
have the intervals of a passage shuffled, or its pitches, are looked for with
`mi.find`'s own engine, and a line is fitted to the logarithm of the number of
hits that hold so much of what the decoy says and lack so much (maximum
likelihood, Poisson). The same music21 gives the same bytes.
"""

from __future__ import annotations

import argparse
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from mi_theme.files.bulk.sheets import Sheet
from mi_theme.search.corpus.batches import Batch, proposed_hits
from mi_theme.search.corpus.folders import BATCH_FILES
from mi_theme.search.corpus.readers import Reader
from mi_theme.search.hits import Hit, together
from mi_theme.search.match.alignment_costs import motion, streams_of
from mi_theme.search.match.chance import (
    STEEPEST_RATIO,
    WIDEST_INTERVAL,
    Background,
    Tail,
    background,
    interval_kinds,
    ratio_kinds,
)
from mi_theme.search.match.note_alignment import steps_of
from mi_theme.search.match.piece_hits import hits_in
from mi_theme.search.patterns import Pattern

OUT = Path(__file__).resolve().parents[1] / "background.json"
MUSIC = {".mxl .xml .musicxml": 2, ".abc": 8}  # one file in so many
LENGTHS = range(8, 21)
SEED = 1
OFTEN = (1.0, 0.5, 0.2, 0.1, 0.05)  # hits a search of which it is asked what they say
START = Tail((0.0, 1.0), (0.0, -1.0), 1.0)
FELLOWS = 10  # pieces of a folder that are alike
PIECES = 4  # searches of one piece for each of all
PROVENANCE = {
    "made by": "data/making/background.py",
    "music": "half of the MusicXML files and an eighth of Ryan's Mammoth Collection (1883, ABC) in music21's corpus; counts only",
}

Rows = list[tuple[float, int]]
Random = np.random.Generator


def main() -> None:
    """Read, count, search for decoys, fit, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--decoys", type=int, default=600)
    count = parser.parse_args().decoys
    sheets = list(music())
    write(counted(sheets, (START, START)))  # the decoys are weighed with these counts
    background.cache_clear()
    tails = (
        fitted(in_one_piece(sheets, PIECES * count)), fitted(in_all(sheets, count))
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
    paths = [path for path in paths if path.suffix != ".abc" or path.parent.name == "ryansMammoth"]
    with Reader() as reader:
        for endings, every in MUSIC.items():
            for path in [path for path in paths if path.suffix in endings.split()][::every]:
                yield from (tune for tune in reader.read(path) if isinstance(tune, Sheet))


def counted(sheets: Iterable[Sheet], tails: tuple[Tail, Tail]) -> Background:
    """How often each interval and time is heard, and each interval and ratio after each."""
    steps: Counter[int] = Counter()
    times: Counter[int] = Counter()
    intervals = np.zeros((2 * WIDEST_INTERVAL + 1,) * 2, np.int64)
    ratios = np.zeros((2 * STEEPEST_RATIO + 1,) * 2, np.int64)
    for sheet in sheets:
        table = sheet.table
        heard = motion(table["onset"], steps_of(table), streams_of(table))
        steps.update(heard[0].tolist())
        times.update(heard[1].tolist())
        for line in lines(sheet.table):
            lapse = np.diff(line["onset"])
            interval, ratio = interval_kinds(np.diff(line["pitch"])), ratio_kinds(lapse[1:], lapse[:-1])
            np.add.at(intervals, (interval[:-1], interval[1:]), 1)
            np.add.at(ratios, (ratio[:-1], ratio[1:]), 1)
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


def in_all(sheets: Sequence[Sheet], count: int) -> Iterator[tuple[int, list[float]]]:
    """The notes searched for each decoy, and what its hits in all pieces say."""
    random = np.random.default_rng(SEED)
    batches = [Batch.of(sheets[first : first + BATCH_FILES]) for first in range(0, len(sheets), BATCH_FILES)]
    notes = sum(len(sheet.table) for sheet in sheets)
    for number in range(count):
        pattern = made_up(random, sheets, number)
        yield notes, [hit.score for batch in batches for hit in in_batch(pattern, batch)]


def in_batch(pattern: Pattern, batch: Batch) -> Iterator[Hit]:
    """The hits in all pieces, one for what parts double."""
    found = proposed_hits(pattern, batch)
    for piece in batch.sheets:
        yield from together([hit for hit in found if hit.source == piece.source], piece.table)


def in_one_piece(sheets: Sequence[Sheet], count: int) -> Iterator[tuple[int, list[float]]]:
    """The same for one piece where every note is aligned; where it has fellows in its folder, a decoy is made of these."""
    random = np.random.default_rng(SEED)
    folders = defaultdict(list)
    for sheet in sheets:
        folders[Path(sheet.source).parent].append(sheet)
    for number in range(count):
        sheet = sheets[int(random.integers(len(sheets)))]
        fellows = folders[Path(sheet.source).parent]
        pattern = made_up(random, fellows if len(fellows) >= FELLOWS else sheets, number)
        yield len(sheet.table), [hit.score for hit in together(hits_in(pattern, sheet), sheet.table)]


def made_up(random: Random, sheets: Sequence[Sheet], number: int) -> Pattern:
    """A decoy, of one kind and the other by turns."""
    return Pattern.of(decoy(random, passage(random, sheets, int(random.choice(LENGTHS))), number % 2))


# The tails


def fitted(searches: Iterable[tuple[int, list[float]]]) -> Tail:
    """What so many hits a search say at least; beyond, the most likely exponential."""
    tried = list(searches)
    nats = np.sort([value for _, hits in tried for value in hits])[::-1]
    counts = [round(often * len(tried)) for often in OFTEN]
    known = nats[[count - 1 for count in counts]]
    rates = np.log(counts) - np.log(sum(notes for notes, _ in tried))
    slope = 1 / (nats[: counts[-1]] - known[-1]).mean()
    return Tail(tuple(known.round(2).tolist()), tuple(rates.round(3).tolist()), round(float(slope), 3))


if __name__ == "__main__":
    main()
