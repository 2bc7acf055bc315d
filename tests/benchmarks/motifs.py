"""How well short motifs are found in quartets and piano music, by labels that a rule gives.

    python tests/benchmarks/motifs.py

Nobody's labels are needed: a *motif* is four to nine notes in a row of one voice,
with a rhythm that is not even, that come six to eighty times in a movement of
music21's corpus with the same rhythm and the same ups and downs, whatever the
intervals. The earliest occurrence is looked for; the others should be found. The
rule is stricter than ears in some ways and laxer in others, so the figures
compare methods and settings, and do not say how good any of them is.
"""

from __future__ import annotations

import warnings
from collections import Counter, defaultdict
from collections.abc import Iterator

import numpy as np
from fugues import Case, counted, ours, show, total, translations

import mi_theme as mi

PIECES = (
    "haydn/opus74no1/movement1", "beethoven/opus59no1/movement1", "mozart/k458/movement1", "mozart/k155/movement1",
    "schumann_clara/polonaise_op1n1", "joplin/maple_leaf_rag", "schumann_robert/opus41no1/movement1",
    "beethoven/opus59no2/movement1",
)  # fmt: skip
LENGTHS = range(4, 10)
FEWEST, MOST, SHORTEST, LONGEST = 6, 80, 0.05, 3.0  # occurrences; quarters between two notes
EACH = 8  # motifs of a piece
SHARED = 0.2  # the part of a motif's notes that those chosen before may have

Rows = tuple[int, ...]


def motifs(score: mi.Score) -> list[list[Rows]]:
    """The motifs of a piece, each with its occurrences in order, those first that take most notes."""
    kinds: defaultdict[object, list[Rows]] = defaultdict(list)
    for line in lines(score.note_table()):
        for kind, rows in figures(score.note_table(), line):
            kinds[kind].append(rows)
    ranked = [apart(found) for found in kinds.values() if FEWEST <= len(found) <= MOST]
    ranked.sort(key=lambda found: -len(found) * len(found[0]) ** 1.5)
    taken: Counter[int] = Counter()
    chosen: list[list[Rows]] = []
    for found in ranked:
        rows = [row for occurrence in found for row in occurrence]
        if len(found) >= FEWEST and sum(taken[row] for row in rows) <= SHARED * len(rows) and len(chosen) < EACH:
            taken.update(rows)
            chosen.append(found)
    return chosen


def lines(table: np.ndarray) -> Iterator[np.ndarray]:
    """The top notes of each voice of each part, as rows."""
    for part, voice in sorted({(int(row["part"]), int(row["voice"])) for row in table}):
        rows = np.flatnonzero((table["part"] == part) & (table["voice"] == voice))
        last = np.append(np.diff(table["onset"][rows]) > 0, True)  # sorted by pitch within an onset
        yield rows[last]


def figures(table: np.ndarray, line: np.ndarray) -> Iterator[tuple[object, Rows]]:
    """(rhythm and contour, rows) of every few notes in a row."""
    times = np.round(np.diff(table["onset"][line]), 3)
    turns = np.sign(np.diff(table["pitch"][line]))
    for length in LENGTHS:
        for start in range(len(line) - length + 1):
            rhythm = tuple(times[start : start + length - 1].tolist())
            contour = tuple(turns[start : start + length - 1].tolist())
            even = len(set(rhythm)) == 1 or contour.count(0) > 1
            if not even and min(rhythm) > SHORTEST and max(rhythm) <= LONGEST:
                yield (rhythm, contour), tuple(line[start : start + length].tolist())


def apart(occurrences: list[Rows]) -> list[Rows]:
    """In order, without those that share more than two notes in five with one of the last before."""
    kept: list[Rows] = []
    for rows in sorted(occurrences):
        if all(len(set(rows) & set(other)) <= 0.4 * len(rows) for other in kept[-6:]):
            kept.append(rows)
    return kept


def cases(hidden: bool) -> Iterator[Case]:
    """Every motif; with `hidden`, of onsets and pitches alone."""
    from music21 import corpus

    for name in PIECES:
        score = mi.read(corpus.getWork(name))
        found = motifs(score)
        number = {row: row for row in range(len(score.note_table()))}
        if hidden:
            table = score.note_table()
            score = mi.Score.from_notes(table["onset"], table["duration"], table["pitch"])
            number = {int(row): new for new, row in enumerate(score.note_table()["id"])}
        for occurrences in found:
            own, *others = (frozenset(number[row] for row in rows) for rows in occurrences)
            yield Case(name, mi.Pattern.of(score.note_table()[sorted(own)]), score, own, others)


def main() -> None:
    """Print a table."""
    warnings.simplefilter("ignore")
    for hidden in (False, True):
        every = list(cases(hidden))
        print(f"{len(every)} motifs, {'onsets and pitches alone' if hidden else 'as in the files'}")
        show("  P1, exact translation", total([counted(case, translations(case, 1.0, False)) for case in every]))
        show(
            "  P2, diatonic, 80 % of the notes", total([counted(case, translations(case, 0.8, True)) for case in every])
        )
        show("  mi.find", total([counted(case, ours(case)) for case in every]))


if __name__ == "__main__":
    main()
