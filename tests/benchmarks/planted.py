"""How many planted copies of a theme are found in real music, and how many hits are none.

    python tests/benchmarks/planted.py [--seed N] [--files 1000] [--themes 60] [--cache FOLDER]

Themes that nobody wrote are made from passages of real music: their rhythm, with
their intervals in any order; one that the scan finds anywhere
with two notes missing is not taken. A copy of each theme, one for each kind of
change, takes the place of as many beats of a part of a piece, in its register.
Each theme is then looked for once in all files with the default settings. A hit
is right that shares half its notes (Dice) with the copy. Decoys, other passages
with their intervals shuffled, or with their rhythm and their pitches shuffled,
are looked for as well: whatever they find is false.

The music is that of music21's corpus: every MusicXML file, then tunes of Ryan's
Mammoth Collection (1883) as ABC. With ``--cache`` what was read is kept there.
"""

from __future__ import annotations

import argparse
import pickle
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "data" / "making"))

from background import Rows, decoy, passage
from exact.scan import scan

import mi_theme as mi
from mi_theme.files.bulk.sheets import Sheet
from mi_theme.search.corpus.batches import Batch, proposed_hits
from mi_theme.search.corpus.folders import BATCH_FILES
from mi_theme.search.corpus.proposals import NoteArrays
from mi_theme.search.corpus.readers import sheets_of_file
from mi_theme.search.hits import Hit
from mi_theme.search.patterns import Pattern

Random = np.random.Generator
LENGTHS = {"8 to 11 notes": range(8, 12), "12 to 20 notes": range(12, 21)}
LEVELS = (0.001, 0.01, 0.1, 1.0)
FIRST = 20


def main() -> None:
    """Plant, search, count."""
    options = _options()
    sheets = corpus(options.files, options.cache)
    random = np.random.default_rng(options.seed)
    notes = sum(len(sheet.table) for sheet in sheets)
    print(f"{len(sheets)} tunes, {notes} notes; seed {options.seed}")
    themes = made_themes(random, sheets, options.themes)
    planted, places = plant(random, sheets, themes)
    if options.one_part:
        sheets, planted = [in_one_part(sheet) for sheet in sheets], [in_one_part(sheet) for sheet in planted]
    batches = shelved(planted)
    found, seconds = zip(*(timed(Pattern.of(theme), batches, notes) for theme in themes), strict=True)
    tables = {sheet.source: sheet.table for sheet in planted}
    report_recall(themes, places, found, tables)
    wrong = sum(false_hits(hits, where, tables) for hits, where in zip(found, places, strict=True))
    print(f"\nhits of themes at E <= 0.01 that are no copy: {wrong}")
    decoys = [made_decoy(random, sheets, number % 2) for number in range(options.themes * options.decoys)]
    batches = shelved(sheets)
    chance, more = zip(*(timed(Pattern.of(theme), batches, notes) for theme in decoys), strict=True)
    report_chance(decoys, chance, notes)
    report_time([*seconds, *more], notes)


def corpus(files: int, cache: str | None) -> list[Sheet]:
    """Files of music21's corpus, read once."""
    kept = Path(cache) / f"planted-{files}.pickle" if cache else None
    if kept and kept.is_file():
        return pickle.loads(kept.read_bytes())
    from music21 import corpus as known

    paths = sorted(Path(path) for path in known.getCorePaths())
    wanted = [path for path in paths if path.suffix in (".mxl", ".xml", ".musicxml")]
    wanted += [path for path in paths if path.suffix == ".abc" and path.parent.name == "ryansMammoth"]
    began = time.perf_counter()
    sheets = [tune for path in wanted[:files] for tune in sheets_of_file(path) if isinstance(tune, Sheet)]
    print(f"read {min(files, len(wanted))} files in {time.perf_counter() - began:.0f} s")
    if kept:
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_bytes(pickle.dumps(sheets))
    return sheets


# Themes and decoys


def made_themes(random: Random, sheets: list[Sheet], count: int) -> list[Rows]:
    """The ostinato, then themes of 12 to 20 notes and of 8 to 11 by turns, none of which occurs."""
    arrays = NoteArrays.of([sheet.table for sheet in sheets])
    ostinato = Pattern.of(mi.theme())
    themes: list[Rows] = [list(zip(ostinato.onsets.tolist(), ostinato.pitch, strict=True))]
    while len(themes) < count:
        length = int(random.choice([*LENGTHS.values()][len(themes) % 2]))
        theme = decoy(random, passage(random, sheets, length), 0)
        if len({pitch for _, pitch in theme}) > 3 and not scan(Pattern.of(theme), arrays, missing=2):
            themes.append(theme)
    return themes


def made_decoy(random: Random, sheets: list[Sheet], kind: int) -> Rows:
    """A passage with its intervals shuffled, or its pitches."""
    return decoy(random, passage(random, sheets, int(random.choice(range(8, 21)))), kind)


# Kinds of change: each takes a theme and gives the rows of a copy


def transposed(random: Random, rows: Rows) -> Rows:
    return rows


def stretched(factor: float) -> Callable[[Random, Rows], Rows]:
    return lambda random, rows: [(factor * onset, pitch) for onset, pitch in rows]


def remetred(target: str) -> Callable[[Random, Rows], Rows]:
    """Heard in 5/4 as 3+3+2+2, carried over bar by bar."""

    def change(random: Random, rows: Rows) -> Rows:
        onsets = [onset for onset, _ in rows]
        lengths = [*np.diff(onsets), 1.0]
        return [
            (float(onset), pitch)
            for onset, (_, pitch) in zip(mi.adapt_onsets(onsets, lengths, "5/4:3+3+2+2", target), rows, strict=True)
        ]

    return change


def omitted(random: Random, rows: Rows) -> Rows:
    gone = int(random.integers(1, len(rows) - 1))
    return [*rows[:gone], *rows[gone + 1 :]]


def ornamented(random: Random, rows: Rows) -> Rows:
    """A neighbour between two notes."""
    after = int(random.integers(len(rows) - 1))
    onset, pitch = rows[after]
    middle = (onset + rows[after + 1][0]) / 2
    return [*rows[: after + 1], (middle, pitch + int(random.choice([-2, -1, 1, 2]))), *rows[after + 1 :]]


def substituted(count: int) -> Callable[[Random, Rows], Rows]:
    def change(random: Random, rows: Rows) -> Rows:
        chosen = random.choice(len(rows), count, replace=False)
        by = random.choice([-4, -3, -2, -1, 1, 2, 3, 4], len(rows))
        return [(onset, pitch + int(by[row]) * (row in chosen)) for row, (onset, pitch) in enumerate(rows)]

    return change


KINDS: dict[str, Callable[[Random, Rows], Rows]] = {
    "transposed": transposed, "stretched 1/2": stretched(0.5), "stretched 2": stretched(2), "stretched 3/2": stretched(1.5),
    "stretched .93": stretched(0.93), "5/4 as 4/4": remetred("4/4"), "5/4 as 3/4": remetred("3/4"),
    "5/4 as 7/8": remetred("7/8"), "5/4 as 6/8": remetred("6/8"), "inner voice": transposed, "one omitted": omitted,
    "one ornament": ornamented, "one substitution": substituted(1), "two substitutions": substituted(2),
}  # fmt: skip
GROUPS = {
    "exact, stretched, re-metred": ("transposed", "stretched", "5/4", "inner"),
    "one edit": ("one",), "two substitutions": ("two",),
}  # fmt: skip


class Place(NamedTuple):
    """Where a copy was planted: the tune, the part, from when to when, and its notes as (onset, pitch)."""

    source: str
    part: int
    start: float
    end: float
    notes: frozenset[tuple[float, int]]

    def shares(self, other: Place) -> bool:
        """Whether one of two copies would take the place of the other."""
        return self.part == other.part and self.start <= other.end and other.start <= self.end


def plant(random: Random, sheets: list[Sheet], themes: list[Rows]) -> tuple[list[Sheet], list[dict[str, Place]]]:
    """The music with a copy of each theme for each kind of change, each in another tune; and where they are."""
    changed = list(sheets)
    taken: dict[int, list[Place]] = defaultdict(list)
    places = []
    for theme in themes:
        where: dict[str, Place] = {}
        for kind, change in KINDS.items():
            used = {place.source for place in where.values()}
            while True:
                number = host(random, sheets, kind == "inner voice", used)
                table, place = planted_in(random, changed[number], change(random, theme), kind == "inner voice")
                if not any(place.shares(other) for other in taken[number]):
                    break
            changed[number] = replace(changed[number], table=table)
            taken[number].append(place)
            where[kind] = place
        places.append(where)
    return changed, places


def host(random: Random, sheets: list[Sheet], polyphonic: bool, taken: set[str]) -> int:
    while True:
        number = int(random.integers(len(sheets)))
        table = sheets[number].table
        if (
            len(table) >= 60
            and sheets[number].source not in taken
            and (not polyphonic or len(pitched_parts(sheets[number])) >= 3)
        ):
            return number


def pitched_parts(sheet: Sheet) -> list[int]:
    return [part for part in np.unique(sheet.table["part"]).tolist() if part not in sheet.drums]


def planted_in(random: Random, sheet: Sheet, rows: Rows, inner: bool) -> tuple[np.ndarray, Place]:
    """A copy in place of what a part (an inner one) plays there, in its register."""
    table = sheet.table
    parts = pitched_parts(sheet)
    part = int(random.choice(parts[1:-1] if inner else parts))
    mine = table["part"] == part
    start = float(random.choice(table["onset"][mine]))
    at, pitch = (np.array(column) for column in zip(*rows, strict=True))
    at = start + at - at[0]
    pitch = within(pitch + int(np.median(table["pitch"][mine])) - int(np.median(pitch)))
    kept = table[~(mine & (table["onset"] >= at[0] - 1e-6) & (table["onset"] <= at[-1] + 1e-6))]
    copy = np.zeros(len(at), table.dtype)
    copy["onset"], copy["duration"], copy["pitch"], copy["part"] = at, [*np.diff(at), 1.0], pitch, part
    copy["voice"], copy["velocity"], copy["step"] = table["voice"][mine][0], 80, -1
    joined = np.concatenate([kept, copy])
    joined["step"] = -1  # a note that was put in has no spelling: all are spelled by the same method
    joined = joined[np.lexsort((joined["part"], joined["pitch"], joined["onset"]))]
    notes = frozenset(zip(at.round(4).tolist(), pitch.tolist(), strict=True))
    return joined, Place(sheet.source, part, float(at[0]), float(at[-1]), notes)


def within(pitch: np.ndarray) -> np.ndarray:
    """The same in an octave that MIDI has."""
    while pitch.min() < 0:
        pitch = pitch + 12
    while pitch.max() > 127:
        pitch = pitch - 12
    return pitch


def in_one_part(sheet: Sheet) -> Sheet:
    """The same notes in one part and one voice, as on a piano roll."""
    table = sheet.table[~np.isin(sheet.table["part"], sorted(sheet.drums))].copy()
    table["part"] = table["voice"] = 0
    return replace(sheet, table=table, drums=frozenset())


# Searching and counting


def shelved(sheets: list[Sheet]) -> list[Batch]:
    return [Batch.of(sheets[first : first + BATCH_FILES]) for first in range(0, len(sheets), BATCH_FILES)]


def timed(pattern: Pattern, batches: list[Batch], notes: int) -> tuple[list[Hit], float]:
    """Hits, best first, with E-values for all of the music; and seconds."""
    began = time.perf_counter()
    found = [hit for batch in batches for hit in proposed_hits(pattern, batch)]
    seconds = time.perf_counter() - began
    own = {sheet.source: len(sheet.table) for batch in batches for sheet in batch.sheets}
    hits = [replace(hit, evalue=hit.evalue * notes / own[hit.source]) for hit in found]
    return sorted(hits, key=lambda hit: (hit.evalue, -hit.share, hit.source, hit.onset)), seconds


def is_copy(hit: Hit, place: Place, tables: dict[str, np.ndarray]) -> bool:
    """Whether a hit shares half its notes with a copy (Dice)."""
    if hit.source != place.source:
        return False
    rows = tables[hit.source][list(hit.notes)]
    notes = set(zip(rows["onset"].round(4).tolist(), rows["pitch"].tolist(), strict=True))
    return 2 * len(notes & place.notes) >= 0.5 * (len(notes) + len(place.notes))


def report_recall(
    themes: list[Rows], places: list[dict[str, Place]], found: Sequence[list[Hit]], tables: dict[str, np.ndarray]
) -> None:
    """Recall by kind and length, at E <= 0.01 and among the first hits."""
    for name, lengths in LENGTHS.items():
        chosen = [number for number, theme in enumerate(themes) if len(theme) in lengths]
        print(f"\n{name}, {len(chosen)} themes       E <= .01  first {FIRST}")
        counts: dict[str, list[tuple[bool, bool]]] = defaultdict(list)
        for number in chosen:
            for kind, place in places[number].items():
                ranks = [rank for rank, hit in enumerate(found[number]) if is_copy(hit, place, tables)]
                sure = any(found[number][rank].evalue <= 0.01 for rank in ranks)
                counts[kind].append((sure, any(rank < FIRST + len(KINDS) for rank in ranks)))
        for kind, seen in counts.items():
            print(f"  {kind:28} {share(sure for sure, _ in seen):8.3f} {share(first for _, first in seen):9.3f}")
        for group, starts in GROUPS.items():
            joined = [
                row for kind, rows in counts.items() if kind.startswith(starts) and kind not in starts for row in rows
            ]
            joined += [row for kind in counts if kind in starts for row in counts[kind]]
            print(
                f"  {group:28} {share(sure for sure, _ in joined):8.3f} {share(first for _, first in joined):9.3f}   together"
            )


def share(values: Iterable[bool]) -> float:
    counted = list(values)
    return sum(counted) / max(len(counted), 1)


def false_hits(hits: list[Hit], where: dict[str, Place], tables: dict[str, np.ndarray]) -> int:
    """Hits that chance should not bring, and that are no copy."""
    return sum(hit.evalue <= 0.01 and not any(is_copy(hit, place, tables) for place in where.values()) for hit in hits)


def report_chance(decoys: list[Rows], found: Sequence[list[Hit]], notes: int) -> None:
    """What decoys find, beside what their E-values say."""
    print(f"\n{len(decoys)} decoys       hits  expected  ratio")
    values = [hit.evalue for hits in found for hit in hits]
    for level in LEVELS:
        hits = sum(value <= level for value in values)
        expected = level * len(decoys)
        print(f"  E <= {level:<8g} {hits:8} {expected:9.1f} {hits / expected:6.2f}")
    wrong = sum(value <= 0.01 for value in values)
    print(f"false hits at E <= 0.01 a query and million notes: {1e6 * wrong / notes / len(decoys):.4f}")


def report_time(seconds: Sequence[float], notes: int) -> None:
    """Percentiles of the time of a query, all music in memory."""
    p50, p95, p99 = np.percentile(seconds, (50, 95, 99))
    print(
        f"\n{len(seconds)} queries: p50 {p50:.2f} s, p95 {p95:.2f} s, p99 {p99:.2f} s; {notes / p50 / 1e6:.2f} million notes a second"
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--files", type=int, default=1000)
    parser.add_argument("--themes", type=int, default=60)
    parser.add_argument("--decoys", type=int, default=1, help="decoys for each theme")
    parser.add_argument("--one-part", action="store_true", help="all parts of a piece in one")
    parser.add_argument("--cache", help="a folder that keeps what was read")
    return parser.parse_args()


if __name__ == "__main__":
    main()
