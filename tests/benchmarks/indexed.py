"""An index at work: made music of any size, how soon it answers, what it finds, and how fast it is built.

    python tests/benchmarks/indexed.py made --notes 30000000 --index FOLDER [--themes 40] [--queries 200] [--seed 1]
    python tests/benchmarks/indexed.py ask --index FOLDER  (what `made` has made, with the same --themes and --seed)
    python tests/benchmarks/indexed.py real --index FOLDER [--files 400] [--queries 100]
    python tests/benchmarks/indexed.py build [--files 400] [--index FOLDER]

``made`` writes music that nobody wrote directly as an index: voices whose intervals and times follow each other as
often as in ``data/background.json``, in phrases of 16 notes of which four in ten come again; half of the pieces in
one to four parts, half for a keyboard, with chords, one in four of these in a single part. Into further pieces
copies of themes are planted (`planted.py`). Asked are the themes, passages of the music, and decoys that
nobody wrote; then some of each again, each time with an index that is opened anew and of which the system remembers
nothing. The same seed makes the same music: 300,000,000 notes are 4 GB on the disk and one of memory while they are made.
``real`` looks for passages of music21's corpus in all of it,
through the index and file by file. ``build`` reads MIDI files of the size of piano pieces.

Times are of one process; a busy machine makes them longer, processor seconds less so.
"""

from __future__ import annotations

import argparse
import gc
import os
import shutil
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import msgspec
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "data" / "making"))

from background import Rows, decoy
from planted import KINDS, Place, in_one_part, is_copy, plant

import mi_theme as mi
from mi_theme.files.bulk.sheets import Sheet
from mi_theme.index.array_files import VERSION
from mi_theme.index.batch_indexing import index_batch
from mi_theme.index.building import built, groups_of
from mi_theme.index.generations import KIND, FileRow, FileTable, Generation
from mi_theme.index.line_making import taken_apart
from mi_theme.index.shards import ShardRow, merged, number_of_hash, piece_row, shard_of
from mi_theme.score import MeterMap
from mi_theme.score.notes import NOTE
from mi_theme.search.corpus.folders import search_files
from mi_theme.search.hits import Hit
from mi_theme.search.match.chance import background
from mi_theme.search.patterns import Pattern
from mi_theme.version import __version__

Random = np.random.Generator
LENGTHS = np.array([0.25, 0.5, 0.75, 1, 1.5, 2, 3, 4])
PHRASE = 16
AGAIN = 0.4
STEPS = 752  # notes of a voice
VOICES = 1_600  # made at once: a shard of about five million notes
COLD = 20  # queries of each kind
METERS = ("4/4", "3/4", "2/4", "6/8", "5/4:3+3+2+2", "7/8:2+2+3")


# Made music


def made_voices(random: Random, count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Onsets, lengths and pitches of voices, each of shape (count, STEPS)."""
    known = background()
    tunes, ratios = (np.array(table, float) + 0.5 for table in (known.intervals, known.ratios))
    tune, ratio = (np.cumsum(table / table.sum(1, keepdims=True), axis=1) for table in (tunes, ratios))
    rises, kinds = chained(random, tune, count), chained(random, ratio, count)
    for first in range(PHRASE, STEPS, PHRASE):
        voices = np.flatnonzero(random.random(count) < AGAIN)
        earlier = random.integers(0, first // PHRASE, len(voices)) * PHRASE
        for table in (rises, kinds):
            table[voices, first : first + PHRASE] = table[voices[:, None], earlier[:, None] + np.arange(PHRASE)]
    pitch, length = np.zeros((count, STEPS), int), np.zeros((count, STEPS), int)
    middle = random.integers(48, 76, count)
    pitch[:, 0], length[:, 0] = middle, random.integers(0, 4, count)
    nearest = np.abs(
        np.log2(LENGTHS)[None, None] - np.log2(LENGTHS)[:, None, None] - (np.arange(13) - 6)[None, :, None] / 2
    ).argmin(2)
    for step in range(1, STEPS):
        rise = rises[:, step] - 13
        out = np.abs(pitch[:, step - 1] + rise - middle) > 14
        pitch[:, step] = pitch[:, step - 1] + np.where(out, -rise, rise)
        length[:, step] = nearest[length[:, step - 1], kinds[:, step]]
    lasts = LENGTHS[length]
    return np.cumsum(lasts, axis=1) - lasts, lasts, np.clip(pitch, 21, 108)


def chained(random: Random, table: np.ndarray, count: int) -> np.ndarray:
    """States of a Markov chain, shape (count, STEPS)."""
    found = np.zeros((count, STEPS), int)
    found[:, 0] = random.integers(0, len(table), count)
    for step in range(1, STEPS):
        found[:, step] = (table[found[:, step - 1]] < random.random(count)[:, None]).sum(1)
    return np.minimum(found, len(table) - 1)


def made_sheets(random: Random, first: int) -> list[Sheet]:
    """Pieces of one to four voices."""
    onset, lasts, pitch = made_voices(random, VOICES)
    sheets, voice = [], 0
    while voice < VOICES:
        many = min(int(random.integers(1, 5)), VOICES - voice)
        rows = slice(voice, voice + many)
        keyboard = random.random() < 0.5
        table = np.zeros((many, STEPS), NOTE)
        table["onset"], table["duration"], table["pitch"] = onset[rows], lasts[rows], pitch[rows]
        table["part"] = np.arange(many)[:, None]
        notes = table.reshape(-1)
        if keyboard:
            notes = with_chords(random, notes)
            notes["part"] = 0 if random.random() < 0.25 else notes["part"] * 2 // many
        notes["step"], notes["velocity"] = -1, 80
        notes = notes[np.lexsort((notes["part"], notes["pitch"], notes["onset"]))]
        notes["id"] = np.arange(len(notes))
        meter = mi.Meter(METERS[min(int(random.geometric(0.5)) - 1, len(METERS) - 1)])
        names = tuple(f"Part {part + 1}" for part in range(many))
        sheets.append(Sheet(notes, names, MeterMap(((Fraction(0), meter),)), f"made/{first + len(sheets):07}"))
        voice += many
    return sheets


def with_chords(random: Random, notes: np.ndarray) -> np.ndarray:
    """One note in three with another below it, a third to an octave."""
    below = notes[random.random(len(notes)) < 1 / 3].copy()
    below["pitch"] -= random.choice([3, 4, 5, 7, 8, 9, 12], len(below))
    return np.concatenate([notes, below])


def written(folder: Path, sheets: Sequence[Sheet]) -> tuple[ShardRow, list[FileRow]]:
    """Some pieces as a shard, and a row for each as if it were a file."""
    hashes = [f"{number_of(sheet.source):016x}" + "0" * 16 for sheet in sheets]
    rows = [msgspec.json.encode(piece_row(sheet, content, 0)) for sheet, content in zip(sheets, hashes, strict=True)]
    numbers = np.array([number_of_hash(content) for content in hashes], np.uint64)
    shard = shard_of(folder, taken_apart(sheets), rows, numbers, sum(len(sheet.table) for sheet in sheets))
    files = [
        FileRow(sheet.source, hash=content, tunes=1, notes=len(sheet.table))
        for sheet, content in zip(sheets, hashes, strict=True)
    ]
    return shard, files


def number_of(source: str) -> int:
    """A number for a piece, as a hash would be."""
    return (int("".join(filter(str.isdigit, source))) + 1) * 0x9E3779B97F4A7C15 % 2**64


def make(folder: Path, notes: int, seed: int, planted: Sequence[Sequence[Sheet]]) -> None:
    """Write the index: shards as workers write them, then put together as at the end of a build."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    shards, files, total, seconds, number = [], [], 0, 0.0, 0
    while total < notes:
        sheets = made_sheets(np.random.default_rng((seed, number)), total)
        began = time.process_time()
        shard, rows = written(folder, sheets)
        seconds += time.process_time() - began
        shards.append(shard)
        files += rows
        total, number = total + shard.notes, number + 1
    print(
        f"{total:,} notes in {len(files):,} pieces: from tables to shards {total / seconds:,.0f} notes a processor second"
    )
    for pieces in planted:
        shard, rows = written(folder, pieces)
        shards.append(shard)
        files += rows
    began, count = time.process_time(), len(shards)
    whole = []
    for group in groups_of(shards):
        whole.append(merged(folder, group) if len(group) > 1 else group[0])
        for row in group if len(group) > 1 else ():
            for path in folder.glob(f"{row.name}.*"):
                path.unlink()
    seconds = time.process_time() - began
    print(f"{count} shards put together as {len(whole)}: {total / seconds:,.0f} notes a processor second", flush=True)
    name, check, count = FileTable.write(folder, files)
    Generation(KIND, VERSION, __version__, 1, (), name, check, count, 0, tuple(whole)).written(folder)


def planted_pieces(seed: int, themes: list[Rows]) -> tuple[list[dict[str, Place]], list[Sheet], list[Sheet]]:
    """Where the copies are, the pieces that have them, and these with all parts in one."""
    random = np.random.default_rng((seed, 10**6))
    hosts = [
        replace(sheet, source=f"planted/9{row:06}")
        for row, sheet in enumerate(made_sheets(random, 0)[: max(60, 3 * len(themes))])
    ]
    planted, places = plant(random, hosts, themes)
    piano = [in_one_part(replace(sheet, source=sheet.source.replace("planted/9", "piano/8"))) for sheet in planted]
    return places, planted, piano


def made_themes(random: Random, sheets: Sequence[Sheet], count: int) -> list[Rows]:
    """Passages of 12 to 20 notes, and of 8 to 11, by turns, with their intervals shuffled."""
    found: list[Rows] = []
    while len(found) < count:
        length = int(random.integers(12, 21) if len(found) % 3 else random.integers(8, 12))
        theme = decoy(random, passage(random, sheets, length), 0)
        if len({pitch for _, pitch in theme}) > 3:
            found.append(theme)
    return found


def passage(random: Random, sheets: Sequence[Sheet], length: int) -> Rows:
    """Notes in a row of the highest part of a piece."""
    while True:
        table = sheets[int(random.integers(len(sheets)))].table
        part = table[table["part"] == 0]
        line = part[np.append(np.diff(part["onset"]) > 0, True)]
        if len(line) > length:
            first = int(random.integers(len(line) - length))
            rows = line[first : first + length]
            return [(float(at), int(pitch)) for at, pitch in zip(rows["onset"], rows["pitch"], strict=True)]


# Asking


def ask(
    folder: Path,
    themes: list[Rows],
    places: list[dict[str, Place]],
    tables: dict[str, np.ndarray],
    some: list[Sheet],
    queries: int,
    seed: int,
) -> None:
    """How soon the index answers, and how many copies it finds."""
    index = mi.open_index(folder)
    assert not index.damaged()  # it has all been read once: what follows is warm
    random = np.random.default_rng((seed, 2 * 10**6))
    passages = [passage(random, some, int(random.integers(12, 21))) for _ in range(queries)]
    decoys = [decoy(random, passage(random, some, int(random.integers(12, 21))), 0) for _ in range(queries)]
    mi.find(themes[0], index)
    print(f"{index}; {index.size / index.notes:.1f} bytes a note")
    print(f"\n{'':34}{'queries':>9}{'p50 ms':>9}{'p95':>9}{'p99':>9}{'p50 cpu':>9}{'p95':>9}{'p99':>9}{'hits':>7}")
    found = timed("themes, 28 copies of each", index, themes)
    timed("passages of the music, 12 to 20", index, passages)
    timed("decoys of 12 to 20 notes", index, decoys)
    del index
    for name, asked in (("themes", themes), ("passages", passages), ("decoys", decoys)):
        cold(f"{name}, cold", folder, asked[:COLD])
    report_recall(themes, places, found, tables)


def timed(name: str, index: mi.Index, asked: Sequence[Rows]) -> list[list[Hit]]:
    """The hits of each query, and a row of percentiles."""
    answers = [answered(index, rows) for rows in asked]
    told(name, answers)
    return [hits for hits, _, _ in answers]


def cold(name: str, folder: Path, asked: Sequence[Rows]) -> None:
    """The same, each query with an index just opened that the system has forgotten; opening is not counted."""
    answers = []
    for rows in asked:
        for path in folder.iterdir():
            with path.open("rb") as file:
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        index = mi.open_index(folder)
        answers.append(answered(index, rows))
        del index
        gc.collect()
    told(name, answers)


def answered(index: mi.Index, rows: Rows) -> tuple[list[Hit], float, float]:
    """The hits, and milliseconds that they took: on the wall, and of the processor."""
    pattern, wall, cpu = Pattern.of(rows), time.perf_counter(), time.process_time()
    hits = index_hits(pattern, index)
    return hits, 1000 * (time.perf_counter() - wall), 1000 * (time.process_time() - cpu)


def told(name: str, answers: Sequence[tuple[list[Hit], float, float]]) -> None:
    """A row of percentiles."""
    wall, used = ([answer[number] for answer in answers] for number in (1, 2))
    cells = "".join(f"{value:9.1f}" for times in (wall, used) for value in np.percentile(times, (50, 95, 99)))
    print(f"{name:34}{len(answers):9}{cells}{sum(len(answer[0]) for answer in answers):7}", flush=True)


def report_recall(
    themes: list[Rows], places: list[dict[str, Place]], found: list[list[Hit]], tables: dict[str, np.ndarray]
) -> None:
    """Copies found at E <= .01, by kind, in parts and with all parts in one."""
    for name, lengths in (("12 to 20 notes", range(12, 21)), ("8 to 11 notes", range(8, 12))):
        chosen = [number for number, theme in enumerate(themes) if len(theme) in lengths]
        print(f"\n{name}, {len(chosen)} themes: found at E <= .01{'':10}{'in parts':>9}{'one part':>9}")
        for kind in KINDS:
            right: Counter[str] = Counter()
            for number in chosen:
                place = places[number][kind]
                one = place._replace(source=place.source.replace("planted/9", "piano/8"))
                for way, there in (("parts", place), ("one", one)):
                    right[way] += any(is_copy(hit, there, tables) for hit in found[number] if hit.source in tables)
            print(f"  {kind:48}{right['parts'] / max(len(chosen), 1):9.3f}{right['one'] / max(len(chosen), 1):9.3f}")


# Real music


def real(folder: Path, files: int, queries: int, seed: int) -> None:
    """Passages of music21's corpus, found through the index and file by file."""
    from music21 import corpus as known

    paths = sorted(Path(path) for path in known.getCorePaths())
    wanted = [path for path in paths if path.suffix in (".mxl", ".xml", ".musicxml")]
    wanted = wanted[:: max(len(wanted) // files, 1)][:files]
    shutil.rmtree(folder, ignore_errors=True)
    print(built(wanted, folder))
    index = mi.open_index(folder)
    print(f"{index}; {index.size / index.notes:.1f} bytes a note")
    random, counts, seconds = np.random.default_rng(seed), Counter[str](), Counter[str]()
    sheets = [index.sheet(*place)[0] for place in index.all_pieces()]
    for number in range(queries):
        rows = passage(random, sheets, int(random.integers(8, 21)))
        pattern = Pattern.of(rows if number % 2 else decoy(random, rows, 0))
        began = time.process_time()
        here = {(hit.source, hit.notes): hit for hit in index_hits(pattern, index)}
        between = time.process_time()
        there = {(hit.source, hit.notes): hit for hit in search_files(pattern, wanted).hits if hit.evalue <= 0.01}
        seconds.update(index=between - began, files=time.process_time() - between)
        counts.update(searched=len(there), same=sum(here.get(key) == hit for key, hit in there.items()))
        counts.update(
            only_there=len(there.keys() - here.keys()),
            only_here=sum(hit.evalue <= 0.01 for key, hit in here.items() if key not in there),
        )
        for key in there.keys() - here.keys():
            hit = there[key]
            print(
                f"  {len(pattern)} notes, not through the index: {hit}; {sum(f[0] == key[0] for f in here)} others in this piece"
            )
    print(
        f"hits at E <= .01 file by file {counts['searched']}; the very same through the index {counts['same']}, another in its place or none {counts['only_there']}, only there {counts['only_here']}"
    )
    print(f"processor seconds a query: index {seconds['index'] / queries:.3f}, files {seconds['files'] / queries:.2f}")


def index_hits(pattern: Pattern, index: mi.Index) -> list[Hit]:
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return list(mi.find(pattern, index))


# Building


def build(folder: Path, files: int, seed: int) -> None:
    """MIDI files of the size of piano pieces, read and indexed by one process."""
    random = np.random.default_rng(seed)
    source = folder.with_name(folder.name + "-files")
    shutil.rmtree(source, ignore_errors=True)
    source.mkdir(parents=True)
    sheets = [sheet for sheet in made_sheets(random, 0) if 2_000 < len(sheet.table) < 6_000]
    for number in range(files):
        table = sheets[number % len(sheets)].table
        up = number // len(sheets)
        mi.Score.from_notes(table["onset"], table["duration"], table["pitch"] - up, part=table["part"] % 2).save(
            source / f"{number:05}.mid"
        )
    paths = tuple(str(path) for path in sorted(source.iterdir()))
    size = sum(Path(path).stat().st_size for path in paths) / len(paths)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    index_batch(str(folder), paths[:20], fast=True)
    began, cpu = time.perf_counter(), time.process_time()
    made = [index_batch(str(folder), paths[first : first + 200], fast=True) for first in range(0, len(paths), 200)]
    wall, used = time.perf_counter() - began, time.process_time() - cpu
    notes = sum(row.notes for one in made for row in one.files)
    print(
        f"{len(paths)} files of {size:,.0f} bytes and {notes / len(paths):,.0f} notes: {len(paths) / wall:,.0f} files a second, {len(paths) / used:,.0f} a processor second; {notes / used:,.0f} notes"
    )
    shutil.rmtree(folder)
    shutil.rmtree(source)


def main() -> None:
    """Make, ask, count."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=("made", "ask", "real", "build"))
    parser.add_argument("--index", type=Path, required=True, help="where the index is made")
    parser.add_argument("--notes", type=int, default=3_000_000)
    parser.add_argument("--themes", type=int, default=40)
    parser.add_argument("--queries", type=int, default=100)
    parser.add_argument("--files", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    if given.what == "build":
        build(given.index, given.files, given.seed)
    elif given.what == "real":
        real(given.index, given.files, given.queries, given.seed)
    else:
        random = np.random.default_rng((given.seed, 3 * 10**6))
        themes = made_themes(random, made_sheets(random, 0), given.themes)
        places, planted, piano = planted_pieces(given.seed, themes)
        if given.what == "made":
            make(given.index, given.notes, given.seed, (planted, piano))
        tables = {sheet.source: sheet.table for sheet in [*planted, *piano]}
        some = made_sheets(np.random.default_rng((given.seed, 0)), 0)[:200]
        ask(given.index, themes, places, tables, some, given.queries, given.seed)


if __name__ == "__main__":
    main()
