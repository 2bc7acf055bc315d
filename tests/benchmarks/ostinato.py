"""The ostinato's rhythm and melody in all of music21's corpus: python tests/benchmarks/ostinato.py [PLACES]

Every line (the top notes of each voice of each part) is cut into windows of as many notes as a figure has, and those
are counted that have its rhythm, its melody, or both, at whatever tempo, in whatever key and wherever in the bar.
Is that more than chance? Three answers:

- *orders*: the same values in every other order are counted as well. `chance` is the mean over all orders, `rank` the
  place of the ostinato's own, `share` how many of the orders, itself among them, are at least as frequent.
- *pairing*: rhythm and melody together are as frequent as each of them makes likely, line by line, if they know
  nothing of each other; then as many as were found, or more, have a probability (Poisson).
- *decoys* and *figures that people wrote*: what orders of the ostinato's own intervals find, and what a thousand
  windows drawn from the corpus find in the other pieces.

Reading takes most of the time, so what was read is kept (``--cache``): Ctrl-C ends with what was counted so far, and
the next run goes on from there. ``--find`` also asks `mi.find` for its best hits, whatever their E-value.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from fractions import Fraction
from functools import partial
from itertools import pairwise
from math import exp, factorial, lgamma, log, prod
from pathlib import Path
from typing import NamedTuple

import numpy as np
from lines import TICKS, Line, Place, Rows, lines_of, once, sheets, windows
from numpy.typing import NDArray

import mi_theme as mi
from mi_theme.files.bulk.sheets import Sheet
from mi_theme.search.corpus.folders import files_in, search_files
from mi_theme.search.corpus.readers import Unread

FINEST = 16  # parts of a quarter that a pulse may be
SIZES = (4, 7)  # values of one bar, of both
SHOWN = 12
NOTHING = 0.001  # expected finds that are not worth a row
DECOYS, DRAWN, SEED = 200, 1000, 1
NEAR = 6  # intervals of seven that a relative has
TARGETS = ("4/4", "3/4", "7/8", "6/8")


# What is counted


def as_they_are(values: Rows) -> Rows:
    """Intervals in semitones."""
    return values


def in_parts(lapses: Rows, total: int) -> Rows:
    """Times as so many parts of their sum; -1 where that does not divide."""
    scaled, whole = lapses * total, lapses.sum(axis=1, keepdims=True)
    return np.where(scaled % whole == 0, scaled // whole, -1)


def on_one_pulse(lapses: Rows, total: int) -> Rows:
    """The same where a part is a half, a quarter, an eighth ... of a note: no triplets after plain notes."""
    whole = lapses.sum(axis=1, keepdims=True)
    return np.where(whole * FINEST % (total * TICKS) == 0, in_parts(lapses, total), -1)


def long_or_short(lapses: Rows) -> Rows:
    """2 for the longer, 1 for the shorter of times of just two lengths; -1 elsewhere."""
    low, high = lapses.min(axis=1, keepdims=True), lapses.max(axis=1, keepdims=True)
    two = ((lapses == low) | (lapses == high)).all(axis=1, keepdims=True) & (low < high)
    return np.where(two, np.where(lapses == high, 2, 1), -1)


class Figure(NamedTuple):
    """Values in the ostinato's order, and how windows are read to be compared with them."""

    name: str
    read: Callable[[Rows], Rows]
    values: tuple[int, ...]

    @property
    def orders(self) -> int:
        """How many orders the values have."""
        return factorial(len(self.values)) // prod(factorial(n) for n in Counter(self.values).values())

    def is_here(self, found: Rows) -> NDArray[np.bool_]:
        """Which windows are the figure."""
        here: NDArray[np.bool_] = (self.read(found) == self.values).all(axis=1)
        return here

    def orders_in(self, found: Rows) -> Counter[tuple[int, ...]]:
        """How often each order of the values is there."""
        read = self.read(found)
        mine = (np.sort(read, axis=1) == np.sort(self.values)).all(axis=1)
        kinds, counts = np.unique(read[mine], axis=0, return_counts=True)
        return Counter(dict(zip(map(tuple, kinds.tolist()), counts.tolist(), strict=True)))


def in_proportion(name: str, values: Sequence[int], read: Callable[..., Rows] = in_parts) -> Figure:
    """A rhythm at any tempo."""
    return Figure(name, partial(read, total=sum(values)), (*values,))


def ostinato() -> tuple[list[int], list[int]]:
    """The time values of the ostinato in eighths, and its intervals in semitones."""
    motif = mi.theme().ostinato
    lapses = [int(2 * (b - a)) for a, b in pairwise([*motif.onsets, motif.length])]
    return lapses, np.diff([tone.degree.semitones for tone in motif]).tolist()


def figures() -> tuple[list[Figure], list[Figure]]:
    """What is counted: rhythms, and melodies, each of one bar and of both."""
    lapses, climbs = ostinato()
    long = [1 + (lapse > min(lapses)) for lapse in lapses]
    rhythms = [in_proportion(f"3 3 2 2, {size + 1} notes", lapses[:size]) for size in SIZES]
    rhythms += [in_proportion(f"3 3 2 2 on one pulse, {size + 1} notes", lapses[:size], on_one_pulse) for size in SIZES]
    rhythms += [Figure(f"long long short short, {size + 1} notes", long_or_short, (*long[:size],)) for size in SIZES]
    tunes = [Figure(f"intervals, {size + 1} notes", as_they_are, (*climbs[:size],)) for size in SIZES]
    signs = np.sign(climbs).tolist()
    return rhythms, tunes + [Figure(f"ups and downs, {size + 1} notes", np.sign, (*signs[:size],)) for size in SIZES]


class Count:
    """How often each order of each figure was seen; where pairs of figures were, and how many were to be expected."""

    def __init__(self) -> None:
        self.rhythms, self.tunes = figures()
        self.orders: defaultdict[str, Counter[tuple[int, ...]]] = defaultdict(Counter)
        self.places: defaultdict[tuple[str, ...], list[Place]] = defaultdict(list)
        self.expected: defaultdict[tuple[str, ...], Counter[str]] = defaultdict(Counter)

    def add(self, line: Line) -> None:
        """Count one line."""
        here: dict[str, NDArray[np.bool_]] = {}
        for kind, values in ((self.rhythms, np.diff(line.onset)), (self.tunes, np.diff(line.pitch))):
            for figure in kind:
                found = windows(values, len(figure.values))
                self.orders[figure.name].update(figure.orders_in(found))
                here[figure.name] = figure.is_here(found)
        for pair in self.pairs():
            count = min(len(here[name]) for name in pair)
            one, other = (here[name][:count] for name in pair)
            self.places[pair] += [Place(line, int(row)) for row in np.flatnonzero(one & other)]
            self.expected[pair][line.sheet.source] += float(one.sum() * other.sum()) / max(count, 1)

    def pairs(self) -> Iterator[tuple[str, str]]:
        """Every rhythm with every melody."""
        yield from ((rhythm.name, tune.name) for rhythm in self.rhythms for tune in self.tunes)


def at_least(found: int, expected: float) -> float:
    """The probability of so many, or more (Poisson)."""
    terms = (exp(n * log(expected) - expected - lgamma(n + 1)) for n in range(found))
    return max(0.0, 1.0 - sum(terms)) if found else 1.0


# Telling


def tell_orders(count: Count) -> None:
    """Each figure against the other orders of its values."""
    print(f"\n{'alone':34} {'found':>9} {'chance':>11} {'rank':>14} {'share':>6}")
    for figure in (*count.rhythms, *count.tunes):
        seen = count.orders[figure.name]
        mine = seen[figure.values]
        better = (
            sum(other >= mine for order, other in seen.items() if order != figure.values) if mine else figure.orders - 1
        )
        rank = 1 + sum(other > mine for other in seen.values())
        print(
            f"{figure.name:34} {mine:9,} {seen.total() / figure.orders:11,.1f} {rank:6,} of {figure.orders:5,} "
            f"{(1 + better) / figure.orders:6.3f}"
        )
    for name in (figure.name for figure in count.rhythms[::2]):
        orders = count.orders[name]
        print(f"orders of {name}: {', '.join(f'{_sum(order)} {n:,}' for order, n in orders.most_common())}")


def tell_pairs(count: Count) -> None:
    """Rhythm and melody together; pieces that have them, for what a piece has once it often has again."""
    print(f"\n{'together':56} {'found':>6} {'chance':>8} {'pieces':>7} {'chance':>8} {'as many':>8}")
    for pair in count.pairs():
        places, expected = count.places[pair], list(count.expected[pair].values())
        pieces, likely = len({place.line.sheet.source for place in places}), sum(1 - exp(-value) for value in expected)
        if places or sum(expected) >= NOTHING:
            numbers = f"{len(places):6} {sum(expected):8.3f} {pieces:7} {likely:8.3f} {at_least(pieces, likely):8.3f}"
            print(f"{' + '.join(pair):56} {numbers}")
    for pair in count.pairs():
        if 0 < len(count.places[pair]) <= SHOWN:
            print(f"\n{' + '.join(pair)}", *count.places[pair], sep="\n  ")


def tell_bars(lines: Sequence[Line]) -> None:
    """How often the bar's rhythm, here and as our strategies make it for other metres, fills a bar."""
    theme = mi.theme()
    groupings = {tuple(theme.meter.grouping or ()), (3, 3, 2)}  # the second is what `cut` leaves in 4/4
    groupings |= {tuple(theme.to_meter(meter).grouping) for meter in TARGETS}
    print("\nnotes that fill a bar, of these values in any order")
    for groups in sorted(groupings, key=lambda groups: (-sum(groups), groups)):
        bars = [bar for line in lines for bar in _bars(line, in_proportion("", groups))]
        orders = Counter(order for order, _ in bars)
        here = [place for order, place in bars if order == groups]
        print(f"  {_sum(groups):8} {len(here):6,}   orders: {_told(Counter(map(_sum, orders.elements())))}")
        print(f"  {'':8} {'':6}   metres: {_told(Counter(str(place.bar.meter) for place in here))}")
        for place in here[: SHOWN * (len(here) <= SHOWN)]:
            print(f"  {'':8} {place}")


def _bars(line: Line, figure: Figure) -> Iterator[tuple[tuple[int, ...], Place]]:
    """The order of a figure's values, and the place, where they fill a bar."""
    found = figure.read(windows(np.diff(line.onset), len(figure.values)))
    for row in np.flatnonzero((np.sort(found, axis=1) == np.sort(figure.values)).all(axis=1)).tolist():
        if (place := Place(line, row)).fills_a_bar(len(figure.values)):
            yield tuple(found[row].tolist()), place


def _sum(values: Sequence[int]) -> str:
    return "+".join(map(str, values))


def _told(counted: Counter[str]) -> str:
    return ", ".join(f"{name} {n:,}" for name, n in counted.most_common()) or "none"


def tell_after(lines: Sequence[Line]) -> None:
    """What comes after the bar's rhythm: the ostinato goes on with a long note."""
    lapses, _ = ostinato()
    figure, after = in_proportion("", lapses[: SIZES[0]], on_one_pulse), Counter[Fraction]()
    for line in lines:
        found = windows(np.diff(line.onset), SIZES[0] + 1)
        after.update(Fraction(3 * int(row[-1]), int(row[0])) for row in found[figure.is_here(found[:, :-1])])
    print(f"\nafter 3 3 2 2 on one pulse comes: {_told(Counter(map(str, after.elements())))}")


def tell_five(lines: Sequence[Line]) -> None:
    """How many bars are in five at all."""
    bars: Counter[bool] = Counter()
    for sheet in {id(line.sheet): line.sheet for line in lines}.values():
        changes, end = sheet.meters.changes, Fraction(float(sheet.table["onset"].max())).limit_denominator(TICKS)
        for (start, meter), stop in zip(changes, [*(at for at, _ in changes[1:]), end], strict=True):
            bars[meter.numerator in (5, 10)] += int(max(stop - start, 0) / meter.bar)
    print(f"bars in five: {bars[True]:,} of {bars.total():,}")


def tell_relatives(lines: Sequence[Line]) -> None:
    """The melodies that have most of the intervals, and what the same intervals in other orders find."""
    _, climbs = ostinato()
    places = [Place(line, row) for line in lines for row in range(len(line.pitch) - len(climbs))]
    every = np.concatenate([windows(np.diff(line.pitch), len(climbs)) for line in lines]).clip(-99, 99).astype(np.int8)
    random = np.random.default_rng(SEED)
    decoys = [random.permutation(climbs) for _ in range(DECOYS)]
    alike = _alike(every, climbs)
    counts = np.array([(_alike(every, decoy) >= NEAR).sum() for decoy in decoys])
    mine = int((alike >= NEAR).sum())
    print(f"\n{NEAR} of {len(climbs)} intervals alike: {mine} places; other orders of them, {DECOYS} decoys: "
          f"median {np.median(counts):g}, from {counts.min()} to {counts.max()}; at least as many in {np.mean(counts >= mine):.0%}")  # fmt: skip
    print(*(f"  {places[row]}" for row in np.flatnonzero(alike >= NEAR)[:SHOWN]), sep="\n")


def _alike(found: NDArray[np.int8], wanted: Sequence[int]) -> NDArray[np.int64]:
    """How many values of each window are those wanted."""
    total = np.zeros(len(found), np.int64)
    for column, value in enumerate(wanted):
        total += found[:, column] == value
    return total


def tell_written(lines: Sequence[Line]) -> None:
    """What figures that people wrote find in the other pieces."""
    size = SIZES[1]
    long = [line for line in lines if len(line.onset) > size + 1]
    piece = np.repeat(_numbered([line.sheet.source for line in long]), [len(line.onset) - size for line in long])
    lapses = np.concatenate([windows(np.diff(line.onset), size) for line in long])
    climbs = np.concatenate([windows(np.diff(line.pitch), size) for line in long])
    lapses = lapses // np.gcd.reduce(lapses, axis=1, keepdims=True)
    drawn = np.random.default_rng(SEED).choice(len(piece), min(DRAWN, len(piece)), replace=False)
    print(f"\nof {len(drawn):,} figures of eight notes, drawn from the corpus, found in so many other pieces")
    print(f"  {'':28} {'none':>6} {'1 to 9':>7} {'more':>6} {'median':>7}")
    kinds = {"rhythm": lapses, "ups and downs": np.sign(climbs), "intervals": climbs, "rhythm and ups and downs": np.hstack([lapses, np.sign(climbs)]),
             "rhythm and intervals": np.hstack([lapses, climbs])}  # fmt: skip
    for name, rows in kinds.items():
        found = _elsewhere(rows, piece, drawn)
        shares = [np.mean(found == 0), np.mean((found > 0) & (found < 10)), np.mean(found >= 10)]
        print(f"  {name:28} {shares[0]:6.0%} {shares[1]:7.0%} {shares[2]:6.0%} {np.median(found):7,.0f}")


def _numbered(names: Sequence[str]) -> Rows:
    return np.unique(names, return_inverse=True)[1].astype(np.int64)


def _elsewhere(rows: Rows, piece: Rows, drawn: Rows) -> Rows:
    """For each window that was drawn, in how many other pieces one like it is."""
    kinds = np.unique(np.ascontiguousarray(rows).view([("", rows.dtype)] * rows.shape[1]).ravel(), return_inverse=True)[
        1
    ]
    order = np.argsort(kinds, kind="stable")
    first, last = (np.searchsorted(kinds[order], kinds[drawn], side) for side in ("left", "right"))
    return np.array([len(np.unique(piece[order[a:b]])) - 1 for a, b in zip(first, last, strict=True)])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("places", nargs="*", type=Path)
    parser.add_argument("--cache", type=Path, default=Path.home() / ".cache" / "mi-theme" / "sheets")
    parser.add_argument("--find", action="store_true")
    chosen = parser.parse_args()
    places = chosen.places or [_corpus()]
    began, lines, answers = time.perf_counter(), [], Counter[str]()
    with suppress(KeyboardInterrupt):  # then it reports what it has
        for sheet in sheets(places, chosen.cache):
            answers["unread" if isinstance(sheet, Unread) else "read"] += 1
            lines += lines_of(sheet) if isinstance(sheet, Sheet) else []
    print(f"{answers['read']:,} pieces and tunes, {len(lines):,} lines, {sum(len(line.onset) for line in lines):,} notes; "
          f"{answers['unread']} unread; {time.perf_counter() - began:.0f} s")  # fmt: skip
    if not any(len(line.onset) > SIZES[1] + 1 for line in lines):
        return
    count = Count()
    for line in lines:
        count.add(line)
    tell_orders(count)
    tell_pairs(count)
    for tell in (tell_after, tell_bars, tell_five, tell_relatives, tell_written):
        tell(lines)
    if chosen.find:
        found = search_files(mi.theme(), once(files_in(places)), max_evalue=float("inf"), top=SHOWN)
        print(f"\nthe best that find knows, in {found.notes:,} notes", *found.hits, sep="\n  ")


def _corpus() -> Path:
    import music21

    return Path(music21.__file__).parent / "corpus"


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):  # while it counts
        main()
