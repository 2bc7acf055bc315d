"""Count what is common in real music, and how often chance finds a pattern nobody wrote: ``data/background.json``.

    python data/making/background.py [--decoys 144] [--folder-decoys 40] [--cache FILE]

The music is read from the installed music21. What is common is counted in every second
MusicXML file and every eighth tune of Ryan's Mammoth Collection (1883, ABC). No note of
it is kept, only how often each interval and each ratio of two times follows each.

How often chance finds something is counted with decoys in music of seven kinds: chorales, quartets, fiddle tunes and
keyboard music as written, chorales, quartets and keyboard music with all parts in one. Decoys of 2 to
30 notes, as many of each length, have the intervals of a passage of another piece of that
kind shuffled, or its pitches, some in the rhythm of another passage. They are looked
for with `mi.find`'s own engine, and a line is fitted to the logarithm of the rate of
their hits (`chance.ChanceLine`): Poisson process, maximum likelihood over the hits that
are rarer than one in three searches. In folders, where only what is proposed is aligned, the line
is higher or lower by what decoys find there, in parts and in one part. Everything is drawn
with seeds, and the weights are written as they are fitted, rounded to three digits: the same
music21 on the same machine gives the same bytes.
"""

from __future__ import annotations

import argparse
import pickle
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from math import log
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from mi_theme.files.bulk.sheets import Sheet
from mi_theme.search.corpus import batches
from mi_theme.search.corpus.batches import Batch, proposed_hits
from mi_theme.search.corpus.folders import BATCH_FILES
from mi_theme.search.corpus.readers import sheets_of_file
from mi_theme.search.hits import Hit, together
from mi_theme.search.match import chance, expectations, piece_hits
from mi_theme.search.match.alignment_costs import motion, streams_of
from mi_theme.search.match.chance import (
    STEEPEST_RATIO,
    WIDEST_INTERVAL,
    Background,
    ChanceLine,
    ChancePlace,
    background,
    interval_kinds,
    ratio_kinds,
    terms_of_place,
)
from mi_theme.search.match.expectations import HeardNotes, known_music
from mi_theme.search.match.note_alignment import steps_of
from mi_theme.search.match.piece_hits import chance_in, hits_in
from mi_theme.search.patterns import Pattern

OUT = Path(__file__).resolve().parents[1] / "background.json"
MUSIC = {".mxl .xml .musicxml": 2, ".abc": 8}  # one file in so many
LENGTHS = (*range(2, 13), 14, 16, 18, 20, 25, 30)
SEED = 2
OFTEN = 0.3  # hits a search: what chance brings oftener is not fitted
ROUNDS = 3  # of finding out what that is, and fitting
RIDGE = 1e-2  # on the squares of the weights
FLATTEST = 0.3  # by how much the logarithm of the rate falls at least with 10 nats
STEEPLY = 30.0  # what is paid for the square of falling less
FOUND = (
    10.0  # E by the line of whole pieces up to which hits in folders are counted: of rarer ones there are hardly any
)
START = ChanceLine((-5.4, -3.5, -1.7, 0.4, 1.5, 0.7, -0.7, 0.0), (-4.2, -1.0, 1.3, 0.0), 2.5)  # a prototype's
HEIGHTS = len(START.height)
#: kinds of music that decoys are made of and looked for in: folders of music21's corpus, one file in so many, most notes
KINDS = {
    "chorales": (("bach",), 7, 10_000),
    "quartets": (("haydn", "mozart", "beethoven"), 1, 8_000),
    "tunes": (("ryansMammoth",), 17, 10_000),
    "keyboard": (("schumann_clara", "joplin", "k545", "cpebach", "schubert", "beach", "weber", "handel"), 1, 10_000),
}
ONE_PART = ("chorales", "quartets", "keyboard")
#: the kinds that are searched together as folders, in parts and in one part
FOLDERS = (
    ("chorales", "quartets", "tunes"),
    ("chorales in one part", "quartets in one part", "keyboard", "keyboard in one part"),
)
PROVENANCE = {
    "made by": "data/making/background.py",
    "music": "half of the MusicXML files and an eighth of Ryan's Mammoth Collection (1883, ABC) in music21's corpus; counts only",
}

Rows = list[tuple[float, int]]
Random = np.random.Generator
Floats = NDArray[np.float64]


class Search(NamedTuple):
    """A decoy in one piece: what kind of music, what chance depends on, how many notes, and what each hit says."""

    kind: str
    place: ChancePlace
    notes: int
    nats: list[float]


def main() -> None:
    """Read, count, search for decoys, fit, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--decoys", type=int, default=144, help="of each kind of music")
    parser.add_argument("--folder-decoys", type=int, default=40, help="of each folder")
    parser.add_argument("--cache", type=Path, help="a file that keeps what was found in single pieces, to fit again")
    options = parser.parse_args()
    sheets = list(music())
    use(counted(sheets, (START, START)))  # the decoys are weighed with these counts
    kinds = of_kinds()
    if options.cache and options.cache.is_file():
        searches = pickle.loads(options.cache.read_bytes())
    else:
        searches = list(in_one_piece(kinds, options.decoys, SEED))
    if options.cache:
        options.cache.write_bytes(pickle.dumps(searches))
    aligned = fitted(searches)
    use(counted(sheets, (aligned, aligned)))
    rarer = [
        in_folder([sheet for kind in folder for sheet in kinds[kind]], options.folder_decoys) for folder in FOLDERS
    ]
    made = counted(sheets, (aligned, lowered(aligned, *rarer)))
    OUT.write_bytes(msgspec.json.encode(made).replace(b"],[", b"],\n[") + b"\n")
    print(f"{OUT.name}: {OUT.stat().st_size} bytes, {len(sheets)} tunes, {aligned}, in folders {rarer}")


def use(made: Background) -> None:
    """Search with this background from here on, in this process."""
    known_music.cache_clear()
    background.cache_clear()
    for module in (chance, expectations, piece_hits, batches):
        module.background = lambda: made  # type: ignore[attr-defined]


def music() -> Iterator[Sheet]:
    """The tunes that are counted."""
    yield from read(music_files())


def music_files() -> list[Path]:
    """Every so many files of each ending."""
    return [
        path
        for endings, every in MUSIC.items()
        for path in [path for path in corpus_files() if path.suffix in endings.split()][::every]
    ]


def corpus_files() -> list[Path]:
    """MusicXML and Ryan's collection in music21's corpus."""
    from music21 import corpus

    paths = sorted(Path(path) for path in corpus.getCorePaths())
    kinds = [kind for endings in MUSIC for kind in endings.split()]
    return [path for path in paths if path.suffix in kinds and (path.suffix != ".abc" or "ryansMammoth" in path.parts)]


def read(paths: Iterable[Path]) -> Iterator[Sheet]:
    """Their tunes."""
    for path in paths:
        yield from (tune for tune in sheets_of_file(path) if isinstance(tune, Sheet))


def of_kinds() -> dict[str, list[Sheet]]:
    """Music of each kind, the last two with all parts in one."""
    found = {kind: of_kind(kind) for kind in KINDS}
    return found | {f"{kind} in one part": [in_one_part(sheet) for sheet in found[kind]] for kind in ONE_PART}


def of_kind(kind: str) -> list[Sheet]:
    """Music of one kind, a few hundred notes or some thousand each."""
    folders, every, most = KINDS[kind]
    paths = [path for path in corpus_files() if set(folders) & set(path.parts)][::every]
    if kind == "quartets":
        paths = [path for path in paths if "k545" not in path.parts]
    return [sheet for sheet in read(paths) if 100 < len(sheet.table) < most]


def in_one_part(sheet: Sheet) -> Sheet:
    """All notes in one part and voice, as a file that tells no voices apart has them."""
    table = sheet.table.copy()
    table["part"], table["voice"] = 0, 0
    return replace(sheet, table=table)


def counted(sheets: Iterable[Sheet], lines_of_chance: tuple[ChanceLine, ChanceLine]) -> Background:
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
    return Background(PROVENANCE, *heard_often, intervals.tolist(), ratios.tolist(), *lines_of_chance)


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
    """Notes in a row of one voice, of more than three pitches; a short one of more than one."""
    while True:
        found = list(lines(sheets[random.integers(len(sheets))].table))
        line = found[random.integers(len(found))] if found else ()
        if len(line) > length:
            first = int(random.integers(len(line) - length))
            notes = line[first : first + length]
            if len(np.unique(notes["pitch"])) > (3 if length > 7 else 1):
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


def made_up(random: Random, sheets: Sequence[Sheet], number: int) -> Pattern:
    """A decoy, of three kinds and all lengths by turns: intervals shuffled, pitches shuffled, intervals shuffled in the rhythm of another passage."""
    length, kind = LENGTHS[number % len(LENGTHS)], number // len(LENGTHS) % 3
    rows = passage(random, sheets, length)
    if kind == 2:
        steps = random.permutation(np.diff([pitch for _, pitch in rows])).tolist()
        return Pattern.of(with_intervals(passage(random, sheets, length), steps))
    return Pattern.of(decoy(random, rows, kind))


def in_one_piece(kinds: dict[str, list[Sheet]], count: int, seed: int) -> Iterator[Search]:
    """Decoys in one piece each, made of others of its kind; every note is aligned."""
    for kind, sheets in kinds.items():
        random = np.random.default_rng([seed, len(kind), len(sheets)])
        for number in range(count):
            row = int(random.integers(len(sheets)))
            pattern = made_up(random, [*sheets[:row], *sheets[row + 1 :]], number)
            yield searched(kind, pattern, sheets[row])


def searched(kind: str, pattern: Pattern, sheet: Sheet) -> Search:
    """A pattern in one piece."""
    hits = together(hits_in(pattern, sheet), sheet.table)
    place = chance_in(pattern, HeardNotes.of(sheet.table[sheet.pitched])).place
    return Search(kind, place, len(sheet.table), [hit.score for hit in hits])


def in_folder(sheets: Sequence[Sheet], count: int) -> float:
    """By how much the logarithm of the rate differs where only what is proposed is aligned, for hits as likely as `FOUND` a search."""
    random = np.random.default_rng(SEED)
    shelves = [Batch.of(sheets[first : first + BATCH_FILES]) for first in range(0, len(sheets), BATCH_FILES)]
    notes = sum(len(sheet.table) for sheet in sheets)
    found = [hit for number in range(count) for hit in in_all(made_up(random, sheets, number), shelves, notes)]
    return log((sum(hit.evalue <= FOUND for hit in found) + 0.5) / (FOUND * count + 0.5))


def lowered(line: ChanceLine, parts: float, one_part: float) -> ChanceLine:
    """The line for what is proposed: by so much higher in thin texture, by so much in thick."""
    first, whole, length, thick, *others = line.height
    height = (round(first + parts, 3), whole, length, round(thick + one_part - parts, 3), *others)
    return ChanceLine(height, line.slope, line.below)  # type: ignore[arg-type]


def in_all(pattern: Pattern, shelves: Sequence[Batch], notes: int) -> Iterator[Hit]:
    """The hits in all pieces among what is proposed, one for what parts double; E-values for all."""
    for batch in shelves:
        found = proposed_hits(pattern, batch)
        for sheet in batch.sheets:
            mine = [hit for hit in found if hit.source == sheet.source]
            yield from (
                replace(hit, evalue=hit.evalue * notes / len(sheet.table)) for hit in together(mine, sheet.table)
            )


# The line


def fitted(searches: Sequence[Search], start: ChanceLine = START) -> ChanceLine:
    """The line under which the hits that are rarer than `OFTEN` a search are likeliest."""
    from scipy.optimize import minimize

    heights, slopes = (np.array(rows) for rows in zip(*(terms_of_place(s.place) for s in searches), strict=True))
    notes = np.log([search.notes for search in searches])
    of = np.repeat(np.arange(len(searches)), [len(search.nats) for search in searches])
    said = np.array([value for search in searches for value in search.nats]) / 10
    weights = np.array([*start.height, *start.slope, start.below])
    for _ in range(ROUNDS):
        left, slope = log(OFTEN) - notes - heights @ weights[:HEIGHTS], slopes @ weights[HEIGHTS:-1]
        steepness = np.where(left < 0, slope, slope + weights[-1])
        least = left / np.minimum(steepness, -FLATTEST)
        rare = said >= least[of]
        terms = (notes, heights, slopes, least, of[rare], said[rare])
        weights = minimize(_cost, weights, terms, jac=True, method="L-BFGS-B").x
    rounded = [round(float(weight), 3) for weight in weights]
    return ChanceLine(tuple(rounded[:HEIGHTS]), tuple(rounded[HEIGHTS:-1]), rounded[-1])  # type: ignore[arg-type]


def _cost(weights: Floats, notes: Floats, heights: Floats, slopes: Floats, *hits: Any) -> tuple[float, Floats]:
    """Hits expected above `least`, less the logarithm of the rate at each hit; and its gradient."""
    least, rows, nats = hits
    height, slope, below = heights @ weights[:HEIGHTS], slopes @ weights[HEIGHTS:-1], weights[-1]
    expected = np.exp(np.minimum(notes + height + slope * least + below * np.minimum(least, 0.0), 20.0))
    falls = -(slope[rows] + below * (nats < 0))
    steep = np.maximum(falls, 1e-6)
    logs = height[rows] + slope[rows] * nats + below * np.minimum(nats, 0.0) + np.log(steep)
    flat = np.maximum(slope + max(float(below), 0.0) + FLATTEST, 0.0)
    value = expected.sum() - logs.sum() + STEEPLY * (flat**2).sum() + RIDGE * (weights**2).sum()
    risen, push = nats - (falls > 1e-6) / steep, 2 * STEEPLY * flat
    gradient = np.concatenate(
        [
            expected @ heights - heights[rows].sum(0),
            (expected * least + push) @ slopes - risen @ slopes[rows],
            [
                (expected * np.minimum(least, 0.0)).sum()
                - (np.minimum(nats, 0.0) - (nats < 0) * (falls > 1e-6) / steep).sum()
                + push.sum() * (below > 0)
            ],
        ]
    )
    return float(value), gradient + 2 * RIDGE * weights


if __name__ == "__main__":
    main()
