"""How well recurring patterns are discovered, by the measures and the file formats of the field.

    python tests/benchmarks/patterns.py [--jku DIR] [--bps DIR] [--fugues FILE] [--write DIR] [--walks N] [--long]

DIR of ``--jku`` is JKU-PDD (Collins, 2013): notes in ``PIECE/polyphonic/csv/*.csv``, labels in
``PIECE/polyphonic/repeatedPatterns/ANNOTATOR/PATTERN/occurrences/csv/*.csv``; of ``--bps`` BPS-motif (Hsiao, Hung, Chen and Su, 2023):
``csv_notes/NN-1.csv`` and ``motif_notes/NN/TYPE-K.csv``; FILE of ``--fugues`` is as `fugues.py` reads it. Without any of them pieces with planted
patterns are made, written as JKU-PDD has them, and read back. ``--write`` writes what is found as MIREX asks for it
(pattern1, occurrence1, rows of onset and MIDI number), which mir_eval reads.

The measures are those of the MIREX task (Collins, 2013; Meredith, 2013): establishment (is each pattern found, once at
least), occurrence at .75 and at .5 (of what is established, are all its occurrences found), three layers (both at once),
each as precision, recall and F1 in percent, means over pieces. Labels say which patterns somebody thought worth a
label, so precision says how many of ours are among these.

``--fugues`` also says where the subject is among the motifs; ``--walks`` how often notes at random have a motif at E <= x;
``--long`` how long ten thousand notes take.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

import mi_theme as mi

Occurrence = frozenset[tuple[float, int]]  # onset in quarters, MIDI number
Patterns = list[list[Occurrence]]
ESTABLISHED = (0.75, 0.5)
DIGITS = 3  # of an onset, so that 1/3 is 1/3 wherever it was rounded


class Piece(NamedTuple):
    """A piece with the patterns that somebody labelled."""

    name: str
    score: mi.Score
    labels: Patterns


# Files


def rows_of(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8") as file:
        rows = [[cell.strip() for cell in row] for row in csv.reader(file)]
    return [row for row in rows if row and re.match(r"-?\d", row[0])]  # no header


def occurrence(rows: Sequence[Sequence[str | float | int]]) -> Occurrence:
    return frozenset((round(float(row[0]), DIGITS), int(float(row[1]))) for row in rows)


def score_of(rows: list[list[str]]) -> mi.Score:
    """From onset, MIDI number, morphetic pitch (middle C is 60), duration, staff."""
    onset, pitch, step, duration, staff = (np.array([float(row[k]) for row in rows]) for k in range(5))
    early = min(onset.min(), 0.0)
    whole = (pitch.astype(int), step.astype(int) - 25, staff.astype(int))
    return mi.Score.from_notes(onset - early, duration, whole[0], step=whole[1], part=whole[2] - whole[2].min())


def shifted(rows: list[list[str]], early: float) -> Occurrence:
    return occurrence([(float(row[0]) - early, row[1]) for row in rows])


def jku(root: Path, texture: str = "polyphonic") -> Iterator[Piece]:
    for place in sorted(root.rglob(texture)):
        rows = rows_of(next(iter(sorted((place / "csv").glob("*.csv")))))
        early = min([0.0, *(float(row[0]) for row in rows)])
        folders = sorted((place / "repeatedPatterns").glob("*/*/occurrences/csv"))
        labels = [[shifted(rows_of(path), early) for path in sorted(folder.glob("*.csv"))] for folder in folders]
        yield Piece(place.parent.name, score_of(rows), labels)


def bps(root: Path) -> Iterator[Piece]:
    for path in sorted((root / "csv_notes").glob("*.csv")):
        rows = rows_of(path)
        early = min([0.0, *(float(row[0]) for row in rows)])
        kinds: dict[str, list[Occurrence]] = {}
        for label in sorted((root / "motif_notes" / path.stem.split("-")[0]).glob("*.csv")):
            kinds.setdefault(label.stem.rpartition("-")[0], []).append(shifted(rows_of(label), early))
        yield Piece(path.stem, score_of(rows), list(kinds.values()))


def fugues(path: Path, hidden: bool) -> Iterator[Piece]:
    for piece in json.loads(path.read_text("utf-8"))["pieces"]:
        onset, pitch, step, duration, voice = np.array(piece["notes"]).T
        known = {} if hidden else {"voice": voice, "step": step}
        places = {label: rows for label, rows in piece["occurrences"].items() if "-alt-" not in label}
        labels = [[occurrence([(onset[k] / 4, pitch[k]) for k in one]) for one in rows] for rows in places.values()]
        order = [label == "S" for label in places]
        labels = [labels[k] for k in sorted(range(len(labels)), key=lambda k: not order[k])]  # the subject first
        yield Piece(piece["piece"], mi.Score.from_notes(onset / 4, duration / 4, pitch, **known), labels)


def write_mirex(found: Patterns, path: Path) -> None:
    lines = []
    for number, pattern in enumerate(found, 1):
        lines.append(f"pattern{number}")
        for place, one in enumerate(pattern, 1):
            lines += [f"occurrence{place}", *(f"{onset:.5f}, {pitch:.5f}" for onset, pitch in sorted(one))]
    path.write_text("\n".join(lines) + "\n", "utf-8")


def write_jku(piece: Piece, root: Path) -> None:
    """As JKU-PDD has it."""
    place = root / piece.name / "polyphonic"
    (place / "csv").mkdir(parents=True)
    table = piece.score.note_table()
    lines = [f"{r['onset']:.5f}, {r['pitch']}, {r['step'] + 25}, {r['duration']:.5f}, {r['part']}" for r in table]
    (place / "csv" / f"{piece.name}.csv").write_text("\n".join(lines), "utf-8")
    for number, pattern in enumerate(piece.labels):
        folder = place / "repeatedPatterns" / "made" / chr(65 + number) / "occurrences" / "csv"
        folder.mkdir(parents=True)
        for k, one in enumerate(pattern, 1):
            lines = [f"{onset:.5f}, {pitch:.5f}" for onset, pitch in sorted(one)]
            (folder / f"occ{k}.csv").write_text("\n".join(lines), "utf-8")


# Made music


def walk(rng: np.random.Generator, count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Notes at random, mostly by step, in a major scale: durations, diatonic steps, semitones."""
    degree = np.clip(np.cumsum(rng.choice([-3, -2, -1, 1, 2, 3], count, p=[0.05, 0.15, 0.3, 0.3, 0.15, 0.05])), -9, 9)
    times = rng.choice([0.25, 0.5, 0.5, 1.0, 1.5], count)
    return times, degree, 12 * (degree // 7) + np.array([0, 2, 4, 5, 7, 9, 11])[degree % 7]


def made(seed: int, patterns: int = 3, copies: int = 5) -> Piece:
    """Two voices at random, in which patterns of 7 to 16 notes recur, transposed by octaves, fourths and fifths."""
    rng = np.random.default_rng(seed)
    motifs = [walk(rng, int(rng.integers(7, 17))) for _ in range(patterns)]
    rows: list[tuple[float, float, int, int, int]] = []
    labels: Patterns = [[] for _ in motifs]
    order = rng.permutation(np.repeat(np.arange(patterns), copies))
    ends = [0.0, 0.0]
    for number in order.tolist():
        part = int(rng.integers(2))
        for motif in (walk(rng, int(rng.integers(4, 14))), motifs[number]):
            times, degree, semitones = motif
            up, steps = [(0, 0), (12, 7), (5, 3), (7, 4)][int(rng.integers(4))]
            starts = ends[part] + np.concatenate([[0], np.cumsum(times)[:-1]])
            notes = [
                (float(s), float(t), 60 + up + int(p) - 24 * part, 35 + steps + int(d) - 14 * part, part)
                for s, t, p, d in zip(starts, times, semitones, degree, strict=True)
            ]
            ends[part] += float(times.sum())
            rows += notes
            if motif is motifs[number]:
                labels[number].append(occurrence([(s, p) for s, _, p, _, _ in notes]))
    onset, duration, pitch, step, part = (np.array(column) for column in zip(*rows, strict=True))
    return Piece(f"made{seed}", mi.Score.from_notes(onset, duration, pitch, step=step, part=part), labels)


# Measures


def cardinality(reference: Patterns, found: Patterns) -> list[list[np.ndarray]]:
    """For each pair of patterns the share of notes that each pair of occurrences has in common."""
    return [[np.array([[len(a & b) / max(len(a), len(b)) for b in q] for a in p]) for q in found] for p in reference]


def f1(precision: float, recall: float) -> tuple[float, float, float]:
    return precision, recall, 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def establishment(shared: list[list[np.ndarray]]) -> tuple[float, float, float]:
    best = np.array([[one.max() for one in row] for row in shared])
    return f1(float(best.max(axis=0).mean()), float(best.max(axis=1).mean()))


def occurrences(shared: list[list[np.ndarray]], least: float) -> tuple[float, float, float]:
    pairs = [(p, q) for p, row in enumerate(shared) for q, one in enumerate(row) if one.max() >= least]
    if not pairs:
        return 0.0, 0.0, 0.0
    rows, columns = zip(*pairs, strict=True)  # a pattern counts once for each that establishes it, as in mir_eval
    known = set(pairs)
    precision = [[shared[p][q].max(axis=0).mean() * ((p, q) in known) for q in columns] for p in rows]
    recall = [[shared[p][q].max(axis=1).mean() * ((p, q) in known) for q in columns] for p in rows]
    return f1(float(np.max(precision, axis=0).mean()), float(np.max(recall, axis=1).mean()))


def three_layers(reference: Patterns, found: Patterns) -> tuple[float, float, float]:
    def layer(values: np.ndarray) -> tuple[float, float, float]:
        return f1(float(values.max(axis=0).mean()), float(values.max(axis=1).mean()))

    alike = [[np.array([[2 * len(a & b) / (len(a) + len(b)) for b in q] for a in p]) for q in found] for p in reference]
    return layer(np.array([[layer(one)[2] for one in row] for row in alike]))


def figures(reference: Patterns, found: Patterns) -> np.ndarray:
    """Twelve numbers: precision, recall and F1 of the four measures."""
    if not reference or not found:
        return np.zeros(12)
    shared = cardinality(reference, found)
    rest = [number for least in ESTABLISHED for number in occurrences(shared, least)]
    return np.array([*establishment(shared), *rest, *three_layers(reference, found)])


def discovered(score: mi.Score) -> Patterns:
    table = score.note_table()
    return [
        [occurrence([(table["onset"][row], table["pitch"][row]) for row in hit.notes]) for hit in motif.occurrences]
        for motif in mi.motifs(score)
    ]


def report(name: str, pieces: Sequence[Piece], out: Path | None) -> None:
    rows, began, notes = [], time.perf_counter(), 0
    first = among = 0
    for piece in pieces:
        found = discovered(piece.score)
        notes += len(piece.score.note_table())
        rows.append(figures(piece.labels, found))
        ranks = [any(len(a & b) >= len(a | b) / 3 for a in piece.labels[0] for b in one) for one in found]
        first, among = first + bool(ranks and ranks[0]), among + any(ranks)  # Dice of a half
        if out:
            out.mkdir(parents=True, exist_ok=True)
            write_mirex(found, out / f"{piece.name}.txt")
    seconds = time.perf_counter() - began
    cells = [" ".join(f"{100 * value:5.1f}" for value in group) for group in np.mean(rows, axis=0).reshape(4, 3)]
    print(
        f"{name:34}{'  '.join(cells)}   first label: first {first}, among {among} of {len(pieces)}   {notes / seconds:,.0f} notes/s"
    )


def walks(count: int) -> None:
    least = []
    for seed in range(count):
        rng = np.random.default_rng(seed)
        times, _, semitones = walk(rng, 600)
        onset = np.concatenate([[0], np.cumsum(times)[:-1]])
        found = mi.motifs(mi.Score.from_notes(onset, times, 60 + semitones), max_evalue=float("inf"), top=None)
        least.append(min((motif.evalue for motif in found), default=float("inf")))
    said = ", ".join(f"E <= {x:g}: {sum(one <= x for one in least)}" for x in (0.01, 0.1, 1))
    print(f"{count} random walks of 600 notes that have a motif at {said}")


def long() -> None:
    for copies in (4, 8, 16):
        parts = [made(seed, patterns=6, copies=5).score.note_table() for seed in range(copies)]
        onset = np.concatenate([table["onset"] + 200.0 * k for k, table in enumerate(parts)])
        whole = np.concatenate(parts)
        score = mi.Score.from_notes(onset, whole["duration"], whole["pitch"], step=whole["step"], part=whole["part"])
        began = time.process_time()
        found = mi.motifs(score)
        print(f"{len(whole):7,} notes: {time.process_time() - began:5.1f} s of one core, {len(found)} motifs")


def main() -> None:
    """Print a table."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("--jku", "--bps", "--fugues", "--write"):
        asked.add_argument(name, type=Path)
    asked.add_argument("--walks", type=int, default=0)
    asked.add_argument("--long", action="store_true")
    options = asked.parse_args()
    print(f"{'':34}{'establishment':19}{'occurrence .75':19}{'occurrence .5':19}three layers   (P R F1, per cent)")
    if options.jku:
        report("JKU-PDD", list(jku(options.jku)), options.write)
    if options.bps:
        report("BPS-motif", list(bps(options.bps)), options.write)
    if options.fugues:
        for hidden in (False, True):
            name = f"fugues, {'onsets and pitches alone' if hidden else 'with voices'}"
            report(name, list(fugues(options.fugues, hidden)), options.write)
    if not (options.jku or options.bps or options.fugues):
        with tempfile.TemporaryDirectory() as folder:
            for seed in range(8):
                write_jku(made(seed), Path(folder))
            report("planted, written as JKU-PDD", list(jku(Path(folder))), options.write)
    if options.walks:
        walks(options.walks)
    if options.long:
        long()


if __name__ == "__main__":
    main()
