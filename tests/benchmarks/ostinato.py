"""The ostinato's rhythm and contour in all of music21's corpus: python tests/benchmarks/ostinato.py [PLACES]

Every line (the top notes of each voice of each part) is cut into windows of as many
notes as the figure has, and those are counted that have its time values in proportion
(3 3 2 2), its intervals in semitones, its ups and downs, or two of these at once.

Is that more than chance? The same values in every other order are counted as well:
if the ostinato's own order is as common as the rest, nobody had it in mind. `rank`
is its place among the orders, the most frequent first; `share` is how many of the
orders, itself among them, are at least as frequent (a permutation test); `by chance`
is what it would be if all orders were alike. For two properties at once `by chance`
is the product of their frequencies, as if they were independent.

Ctrl-C ends it with what was counted so far. ``--find`` also asks `mi_theme.search` for the best hits, whatever their E-value.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import suppress
from fractions import Fraction
from itertools import pairwise
from math import factorial, prod
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

import mi_theme as mi
from mi_theme.files.sheets import Sheet
from mi_theme.search.corpora import files_in, search_files
from mi_theme.search.costs import streams_of
from mi_theme.search.readers import Reader, Unread

Rows = NDArray[np.int64]
TICKS = 10080  # in a quarter
SHOWN = 8


class Line(NamedTuple):
    """One voice: onsets in ticks, pitches, and where it is from."""

    onset: Rows
    pitch: Rows
    sheet: Sheet


class Place(NamedTuple):
    """Where a window begins."""

    line: Line
    row: int

    def __str__(self) -> str:
        onset = Fraction(int(self.line.onset[self.row]), TICKS)
        bar = self.line.sheet.meters.at(onset)
        name = Path(self.line.sheet.source)
        return f"{name.parent.name}/{name.name}, bar {bar.number} ({bar.meter})"

    @property
    def fills_a_bar(self) -> bool:
        """Whether four notes from here on are just one bar."""
        start, end = (Fraction(int(self.line.onset[row]), TICKS) for row in (self.row, self.row + 4))
        bar = self.line.sheet.meters.at(start)
        return bar.start == start and bar.end == end


class Figure(NamedTuple):
    """Values whose orders are counted.

    Attributes
    ----------
    name
        For the table.
    values
        In the ostinato's order.
    """

    name: str
    values: tuple[int, ...]

    @property
    def orders(self) -> int:
        """How many orders the values have."""
        return factorial(len(self.values)) // prod(factorial(n) for n in Counter(self.values).values())


def figures() -> dict[str, Figure]:
    """What the ostinato is made of, read off the theme."""
    ostinato = mi.theme().ostinato
    onsets = [*ostinato.onsets, ostinato.length]
    lapses = [int(2 * (b - a)) for a, b in pairwise(onsets)]
    pitches = [tone.degree.semitones for tone in ostinato]
    climbs = np.diff(pitches).tolist()
    return {
        "rhythm": Figure("rhythm, 5 notes", tuple(lapses[:4])),
        "rhythms": Figure("rhythm, 8 notes", tuple(lapses[:7])),
        "intervals": Figure("intervals, 5 notes", tuple(climbs[:4])),
        "melody": Figure("intervals, 8 notes", tuple(climbs)),
        "contour": Figure("ups and downs, 8 notes", tuple(np.sign(climbs).tolist())),
    }


def lines_of(sheet: Sheet) -> Iterator[Line]:
    """The top notes of each voice of each pitched part."""
    notes = sheet.table[~np.isin(sheet.table["part"], sorted(sheet.drums))]
    stream = streams_of(notes)
    for number in range(int(stream.max(initial=-1)) + 1):
        rows = notes[stream == number]
        onset = np.rint(rows["onset"] * TICKS).astype(np.int64)
        top = np.append(np.diff(onset) > 0, True)
        if top.sum() > 4:
            yield Line(onset[top], rows["pitch"][top].astype(np.int64), sheet)


def windows(values: Rows, size: int) -> Rows:
    """Every `size` values in a row, shape (windows, size)."""
    if len(values) < size:
        return np.zeros((0, size), np.int64)
    return np.lib.stride_tricks.sliding_window_view(values, size)


def orders_of(found: Rows, figure: Figure) -> Rows:
    """The windows that have a figure's values in any order."""
    wanted = np.sort(figure.values)
    return np.flatnonzero((np.sort(found, axis=1) == wanted).all(axis=1))


def proportional(lapses: Rows, figure: Figure) -> Rows:
    """Windows of time values, each as multiples of what makes its sum the figure's; -1 where it does not divide."""
    total = sum(figure.values)
    scaled = lapses * total
    whole = lapses.sum(axis=1, keepdims=True)
    return np.where(scaled % whole == 0, scaled // whole, -1)


class Count:
    """How often each order of each figure was seen, and where the ostinato's own was."""

    def __init__(self) -> None:
        self.figures = figures()
        self.seen: defaultdict[str, Counter[tuple[int, ...]]] = defaultdict(Counter)
        self.places: defaultdict[str, list[Place]] = defaultdict(list)
        self.windows: Counter[str] = Counter()
        self.lines = self.notes = 0

    def add(self, line: Line) -> None:
        """Count one line."""
        self.lines, self.notes = self.lines + 1, self.notes + len(line.onset)
        lapse, climb = np.diff(line.onset), np.diff(line.pitch)
        here = {}
        for name, figure in self.figures.items():
            values = lapse if name.startswith("rhythm") else np.sign(climb) if name == "contour" else climb
            found = windows(values, len(figure.values))
            self.windows[name] += len(found)
            if name.startswith("rhythm"):
                found = proportional(found, figure)
            rows = orders_of(found, figure)
            self.seen[name].update(map(tuple, found[rows].tolist()))
            here[name] = set(rows[(found[rows] == figure.values).all(axis=1)].tolist())
            self.places[name] += [Place(line, row) for row in sorted(here[name])]
        for pair in PAIRS:
            self.places["+".join(pair)] += [Place(line, row) for row in sorted(here[pair[0]] & here[pair[1]])]

    def rows(self) -> Iterator[str]:
        """The table."""
        for name, figure in self.figures.items():
            seen = self.seen[name]
            mine, total = seen[figure.values], seen.total()
            better = sum(count >= mine for order, count in seen.items() if order != figure.values)
            share = (1 + better) / figure.orders if mine else 1.0
            chance = total / figure.orders
            yield f"{figure.name:42} {mine:9,} {chance:12,.1f} {better + 1:6} of {figure.orders:4} {share:7.3f}"
        for first, second in PAIRS:
            a, b = self.seen[first][self.figures[first].values], self.seen[second][self.figures[second].values]
            chance = a * b / max(self.windows[second], 1)
            name = f"{self.figures[first].name} + {self.figures[second].name}"
            yield f"{name:42} {len(self.places[f'{first}+{second}']):9,} {chance:12.4f}"


PAIRS = (("rhythm", "intervals"), ("rhythm", "contour"), ("rhythms", "contour"), ("rhythms", "melody"))


def sheets(places: Sequence[Path]) -> Iterator[Sheet | Unread]:
    """Everything in the files, with a word on the progress."""
    files = files_in(places)
    with Reader() as reader:
        for number, path in enumerate(files, 1):
            yield from reader.read(path)
            if number % 100 == 0 or number == len(files):
                print(f"\r{number} of {len(files)} files", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)


def report(count: Count, tunes: int, unread: int, spent: float) -> None:
    print(f"{tunes:,} pieces and tunes, {count.lines:,} lines, {count.notes:,} notes; {unread} unread; {spent:.0f} s")
    print(f"{'':42} {'found':>9} {'by chance':>12} {'rank':>14} {'share':>7}")
    print(*count.rows(), sep="\n")
    rhythm = count.figures["rhythm"].values
    print(
        "\norders of the bar's rhythm: "
        + ", ".join(f"{'+'.join(map(str, o))} {n:,}" for o, n in count.seen["rhythm"].most_common())
    )
    bars = [place for place in count.places["rhythm"] if place.fills_a_bar]
    print(f"{'+'.join(map(str, rhythm))} fills a bar {len(bars)} times: " + _by_metre(bars))
    for name in ("melody", *map("+".join, PAIRS)):
        found = count.places[name]
        print(f"\n{name}: {len(found)} in {len({place.line.sheet.source for place in found})} pieces")
        print(*(f"  {place}" for place in found[:SHOWN]), sep="\n")


def _by_metre(places: Sequence[Place]) -> str:
    metres = Counter(
        str(place.line.sheet.meters.at(Fraction(int(place.line.onset[place.row]), TICKS)).meter) for place in places
    )
    return ", ".join(f"{metre} {number}" for metre, number in metres.most_common()) or "never"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("places", nargs="*", type=Path)
    parser.add_argument("--find", action="store_true")
    chosen = parser.parse_args()
    places = chosen.places or [_corpus()]
    began, count, answers = time.perf_counter(), Count(), Counter[str]()
    with suppress(KeyboardInterrupt):  # then it reports what it has
        for sheet in sheets(places):
            answers["unread" if isinstance(sheet, Unread) else "read"] += 1
            if isinstance(sheet, Sheet):
                for line in lines_of(sheet):
                    count.add(line)
    report(count, answers["read"], answers["unread"], time.perf_counter() - began)
    if chosen.find:
        found = search_files(mi.theme(), places, max_evalue=float("inf"), top=SHOWN)
        print(f"\nthe best that find knows, in {found.notes:,} notes", *found.hits, sep="\n  ")


def _corpus() -> Path:
    import music21

    return Path(music21.__file__).parent / "corpus"


if __name__ == "__main__":
    main()
