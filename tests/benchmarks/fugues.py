"""How many entries of a fugue's subject are found, and how many hits are none.

    python tests/benchmarks/fugues.py PATH [--each] [--folds] [--opening N]

PATH is a JSON file: ``pieces``, each with ``notes`` (rows: onset in sixteenths,
MIDI pitch, diatonic step, duration, voice) and ``occurrences`` (label -> lists of
note numbers). The query is the earliest occurrence of each of the labels S, S2
and S3; it is looked for in the whole piece with the default settings of
`mi.find`. From the best hit to the worst, one counts as right when its notes and
those of a label not yet used have a Dice overlap of a half or more; the query's
own place is not counted.

Beside it: P1, every exact translation in time and pitch; P2, every translation in
time and diatonic step that keeps at least 80 % of the notes (the names of Ukkonen,
Lemström and Mäkinen, 2003). ``--folds`` chooses the threshold `least` anew for
each piece on all others, to show what its choice is worth.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

import mi_theme as mi
from mi_theme.score.spelling import spelled_steps
from mi_theme.search.match.piece_hits import LEAST

LABELS = ("S", "S2", "S3")
ENOUGH = 0.5  # Dice overlap
THRESHOLDS = np.arange(0.6, 0.96, 0.02)

Rows = frozenset[int]


class Case(NamedTuple):
    """A query, the score it stands in, and where else it should be found."""

    piece: str
    pattern: mi.Pattern
    score: mi.Score
    own: Rows
    others: list[Rows]


class Count(NamedTuple):
    """Hits that are right, hits, labels."""

    right: int = 0
    hits: int = 0
    labels: int = 0

    @property
    def figures(self) -> tuple[float, float, float]:
        """Precision, recall, F1."""
        return (
            self.right / max(self.hits, 1),
            self.right / max(self.labels, 1),
            2 * self.right / max(self.hits + self.labels, 1),
        )


def cases(path: Path, hidden: bool, opening: int | None = None) -> Iterator[Case]:
    """Every query, or its first notes; with `hidden`, of onsets and pitches alone."""
    for piece in json.loads(path.read_text("utf-8"))["pieces"]:
        onset, pitch, step, duration, voice = np.array(piece["notes"]).T
        known = {} if hidden else {"voice": voice, "step": step}
        score = mi.Score.from_notes(onset / 4, duration / 4, pitch, **known)
        table = score.note_table()
        row = np.argsort(table["id"])
        for label in LABELS:
            places = [sorted(row[ids].tolist())[:opening] for ids in piece["occurrences"].get(label, [])]
            places.sort(key=lambda rows: table["onset"][rows[0]])
            if places:
                own, *others = map(frozenset, places)
                yield Case(f"{piece['piece']} {label}", mi.Pattern.of(table[sorted(own)]), score, own, others)


def counted(case: Case, found: list[Rows]) -> Count:
    """Compare what was found, best first, with the labels."""
    found = [rows for rows in found if dice(rows, case.own) < ENOUGH]
    left = list(case.others)
    for rows in found:
        match = next((label for label in left if dice(rows, label) >= ENOUGH), None)
        if match is not None:
            left.remove(match)
    return Count(len(case.others) - len(left), len(found), len(case.others))


def dice(a: Rows, b: Rows) -> float:
    return 2 * len(a & b) / (len(a) + len(b))


def ours(case: Case, least: float = LEAST) -> list[Rows]:
    hits = mi.find(case.pattern, case.score, least=least)
    return [frozenset(rows) for hit in hits for rows in (hit.notes, *(one.notes for one in hit.doubled))]


def translations(case: Case, share: float, diatonic: bool) -> list[Rows]:
    """Translations of the query that keep that share of its notes, most complete first."""
    table = case.score.note_table()
    known = table["step"].min() >= 0
    height = (table["step"] if known else spelled_steps(table["pitch"])) if diatonic else table["pitch"]
    time = np.rint(table["onset"] * 480).astype(int)
    there = {(int(t), int(h)): row for row, (t, h) in enumerate(zip(time, height, strict=True))}
    query = [(int(time[row]), int(height[row])) for row in sorted(case.own)]
    shifts = Counter((t - a, h - b) for t, h in there for a, b in query)
    return [
        frozenset(there[a + t, b + h] for a, b in query if (a + t, b + h) in there)
        for (t, h), count in shifts.most_common()
        if count >= share * len(query)
    ]


METHODS: dict[str, tuple[bool, Callable[[Case], list[Rows]]]] = {
    "P1, exact translation": (False, lambda case: translations(case, 1.0, False)),
    "P2, diatonic, 80 % of the notes": (False, lambda case: translations(case, 0.8, True)),
    "P2, spelling inferred": (True, lambda case: translations(case, 0.8, True)),
    "mi.find, voices and spelling given": (False, ours),
    "mi.find, both hidden": (True, ours),
}


def total(counts: list[Count]) -> Count:
    return Count(*(sum(column) for column in zip(*counts, strict=True)))


def folds(path: Path, hidden: bool) -> Count:
    """Each piece with the threshold that is best for all others."""
    pieces = list(cases(path, hidden))
    table = [[counted(case, ours(case, float(least))) for least in THRESHOLDS] for case in pieces]
    chosen = []
    for out, row in enumerate(table):
        rest = [other for number, other in enumerate(table) if number != out]
        scores = [total([other[k] for other in rest]).figures[2] for k in range(len(THRESHOLDS))]
        chosen.append(row[int(np.argmax(scores))])
    return total(chosen)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("path", type=Path)
    parser.add_argument("--each", action="store_true", help="a line for each fugue as well")
    parser.add_argument("--folds", action="store_true", help="also with the threshold chosen on all other fugues")
    parser.add_argument("--opening", type=int, help="look for so many of the first notes alone")
    options = parser.parse_args()
    print(f"{'':42}precision  recall    F1")
    for name, (hidden, method) in METHODS.items():
        counts = {case.piece: counted(case, method(case)) for case in cases(options.path, hidden, options.opening)}
        show(name, total(list(counts.values())))
        for piece, count in counts.items() if options.each else ():
            show(f"    {piece}", count)
    for hidden in (False, True) if options.folds else ():
        show(f"mi.find, leave one out, {'hidden' if hidden else 'given'}", folds(options.path, hidden))


def show(name: str, count: Count) -> None:
    precision, recall, f1 = count.figures
    print(f"{name:42}{precision:9.3f}{recall:8.3f}{f1:8.3f}   ({count.right} of {count.hits}, {count.labels} labels)")


if __name__ == "__main__":
    main()
