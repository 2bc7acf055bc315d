"""Does what the ear is charged for rank conversions as an arranger ranked them?

python tests/benchmarks/judgements.py

Each row is a bar or two of rhythm with two ways to write them in another metre, of which
an arranger, shown both as notation, took the first: it is what he would have written
himself, or had two of ten points more. `heard_cost` agrees where that one
costs less. The rhythms are of traditional and public pieces, in quarters; lists give the
place of each note, a name the strategy whose map is meant.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

import mi_theme as mi
from mi_theme.adaptation.frames import Frame, Task, figure_of_bars
from mi_theme.adaptation.hearing import heard_cost
from mi_theme.adaptation.strategies import find
from mi_theme.adaptation.tempo_equations import default_keep, tempo_factor
from mi_theme.warp import Warp

F = Fraction
Way = str | Sequence[float | None]


class Judgement(NamedTuple):
    """A rhythm (onsets; ``lasts`` is the longest that a note lasts before a rest), and two ways with it.

    ``ratios`` are target bars for a source bar of either way, ``keep`` what lasts as long as before.
    """

    piece: str
    meter: str
    to: str
    onsets: Sequence[float]
    better: Way
    worse: Way
    ratios: tuple[float, float] = (1, 1)
    keep: tuple[str, str] = ("", "")
    bars: int = 1
    lasts: float = 4


BEATS, RUN = [0, 1, 2, 3], [0.5 * at for at in range(8)]
PRELUDE = [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2.5, 2.75, 3, 3.25, 3.5, 3.75]
WALTZ = [0, 1.5, 2]
JIG = [0, 1.5, 2.5, 3, 4, 4.5, 5.5]
RAG = [0, 0.25, 0.5, 0.75, 1.25, 1.5]
JUDGEMENTS = [
    Judgement("chorale", "4/4", "3/4", BEATS, "tripla", [0, 1, 2, 2.5], (2, 1), ("bar", "")),
    Judgement("chorale", "4/4", "3/4", BEATS, [0, 1, 2, 2.5], [0, 1.5, 2, 2.5]),
    Judgement("chorale", "4/4", "3/4", BEATS, [0, 1, 2, 2.5], "cut"),
    Judgement("chorale", "4/4", "3/4", BEATS, [0, 1, 2, 2.5], "rebar"),
    Judgement("chorale", "4/4", "3/4", BEATS, "cut", "rebar"),
    Judgement("chorale", "4/4", "5/4", BEATS, "hold-first", "rebar"),
    Judgement("Bella ciao", "4/4", "3/4", [0, 2.5, 3, 3.5], [0, 1.5, 2, 2.5], [0, 2.25, 2.5, 2.75]),
    Judgement("Bella ciao", "4/4", "3/4", [0, 2.5, 3, 3.5], [0, 1.5, 2, 2.5], "rebar"),
    Judgement("Swan Lake", "4/4", "3/4", [0, 2, 2.5, 3, 3.5], [0, 1, 1.5, 2, 2.5], [0, 2, 2.25, 2.5, 2.75]),
    Judgement("Swan Lake", "4/4", "3/4", [0, 1.5, 2, 3.5], [0, 1, 1.5, 2.5], [0, 1.75, 2, 2.75]),
    Judgement("Swan Lake", "4/4", "3/4", [0, 2, 2.5, 3, 3.5], [0, 1, 1.5, 2, 2.5], "rebar"),
    Judgement("song in five", "5/4", "4/4", [0, 1, 2, 3, 4], [0, 1, 2, 3, 3.5], [0, 2, 2.5, 3, 3.5]),
    Judgement("song in five", "5/4", "3/4", [0, 1, 2, 3, 4], [0, 1, 1.5, 2, 2.5], "rebar"),
    Judgement(
        "prelude",
        "4/4",
        "3/4",
        PRELUDE,
        [0.5, 0.75, 1, 1.25, None, None, 2, 2.25, 2.5, 2.75, None, None],
        [0.75, 1.125, 1.5, 1.625, 1.75, 1.875, 2.25, 2.375, 2.5, 2.625, 2.75, 2.875],
    ),
    Judgement("prelude", "4/4", "5/4", PRELUDE, "run-on", "hold-first", lasts=0.25),
    Judgement("waltz", "3/4", "4/4", WALTZ, [0, 2, 3], [0, 2.5, 3]),
    Judgement("waltz", "3/4", "4/4", WALTZ, "hold-first", "rebar"),
    Judgement("waltz", "3/4", "4/4", [0, 1, 2], "hold-first", "rebar"),
    Judgement("waltz", "3/4", "4/4", [0, 1, 2], "hold-first", "proportional"),
    Judgement("waltz", "3/4", "5/4", WALTZ, [0, 1.5, 2], [0, 3, 4]),
    Judgement("waltz", "3/4", "6/8", [0, 1.5, 2, 3, 4.5, 5], "in-one", "rebar", (0.5, 1), ("bar", ""), 2),
    Judgement("minuet", "3/4", "4/4", [0, 1, 1.5, 2, 2.5], "hold-first", "rebar"),
    Judgement("minuet", "3/4", "6/8", [0, 1, 1.5, 2, 2.5, 3, 4, 5], "in-one", "rebar", (0.5, 1), ("bar", ""), 2),
    Judgement("mazurka", "3/4", "4/4", [0, 0.75, 1, 2], "hold-first", "rebar"),
    Judgement("ballad", "3/4", "2/4", [0, 1, 2], [0, 1, 1.5], "rebar"),
    Judgement("rag", "2/4", "3/4", RAG, [0, 0.25, 0.5, 1, 2, 2.5], [0, 0.5, 1.25, 1.75, 2.25, 2.5]),
    Judgement("jig", "6/8", "2/4", JIG, "even", "long-short", (1, 1), ("beat", "beat"), 2),
    Judgement("jig", "6/8", "2/4", JIG, "long-short", "rebar", (1, 1), ("beat", "pulse"), 2),
    Judgement("jig", "6/8", "3/4", [0, 1.5, 2.5], "regroup", "rebar", (2, 1), ("bar", "")),
    Judgement("walking song", "2/4", "3/4", [0, 0.5, 1, 1.5], [0, 1, 2, 2.5], "rebar"),
    Judgement(
        "slow three",
        "3/8",
        "4/4",
        [0, 0.5, 1, 1.5, 2, 2.5],
        [0, 1, 1.5, 2, 3, 3.5],
        [0, 1.5, 2, 2.5, 3, 3.5],
        (0.5, 0.5),
        ("", ""),
        2,
    ),
    Judgement("dance in seven", "7/8:3+2+2", "4/4", [0, 1, 1.5, 2.5], [0, 1.5, 2, 3], [0, 1.25, 2, 3]),
    Judgement("dance in seven", "7/8:3+2+2", "4/4", [0, 1.5, 2.5], "4+2+2", "rebar"),
    Judgement("dance in seven", "7/8:3+2+2", "3/4", [0, 1.5, 2.5], "2+2+2", "4+1+1"),
    Judgement("dance in seven", "7/8:3+2+2", "3/4", [0, 1.5, 2.5], "4+1+1", "rebar"),
    Judgement(
        "reel", "4/4", "3/4", RUN, [0, 0.5, 1, 1.5, 2, 2.5, None, None], [0, 0.75, 1.5, 1.75, 2, 2.25, 2.5, 2.75]
    ),
    Judgement("reel", "4/4", "5/4", RUN, "run-on", "hold-first"),
    Judgement("reel", "4/4", "7/8", RUN, [0, 0.5, 1, 1.5, 2, 2.5, 3, None], [0, 0.5, 1, 1.5, 2, 2.5, 3, 3.25]),
    Judgement(
        "hornpipe",
        "4/4",
        "3/4",
        [0, 0.75, 1, 1.75, 2, 2.75, 3, 3.75],
        [0, 0.75, 1, 1.75, 2, 2.75, None, None],
        [0, 0.5, 0.75, 1.25, 1.5, 2, 2.25, 2.75],
    ),
]


def costs(row: Judgement) -> Iterator[float]:
    """What either way costs the ear."""
    meter, to = mi.Meter(row.meter), mi.Meter(row.to)
    for way, ratio, keep in zip((row.better, row.worse), map(F, row.ratios), row.keep, strict=True):
        bars = max(ratio.denominator, row.bars)
        source, target = Frame(meter, bars), Frame(to, int(bars * ratio))
        onsets = [F(at) for at in row.onsets]
        if isinstance(way, str):
            figure = figure_of_bars(tuple(meter.pulse * group for group in meter.groups), source, target)
            (outcome, *_) = find(way).make(Task(figure, tuple(onsets), source, target))
            warp, repeats = outcome.warp, outcome.repeats
        else:
            warp, repeats = warp_of(onsets, way, source, target), ()
        again = warp.source / source.length  # bars may meet only after some
        if again > 1:
            onsets = [at + turn * source.length for turn in range(int(again)) for at in onsets]
            source, target = Frame(meter, int(bars * again)), Frame(to, int(warp.target / to.bar))
        notes = [(at, min(after - at, F(row.lasts))) for at, after in pairwise([*onsets, source.length])]
        name = way if isinstance(way, str) else None
        kept = keep or default_keep(meter, to, ratio, name)
        yield heard_cost(notes, warp, source, target, tempo_factor(meter, to, ratio, kept), repeats)


def warp_of(onsets: Sequence[Fraction], places: Sequence[float | None], source: Frame, target: Frame) -> Warp:
    """The map through places; what is left out is left out up to the next note that stays."""
    points, following = [(source.length, target.length)], target.length
    for at, place in reversed(list(zip(onsets, places, strict=True))):
        following = following if place is None else F(place)
        points.append((at, following))
    return Warp(sorted({(F(0), F(0)), *points}))


def main() -> None:
    agreed = 0
    for row in JUDGEMENTS:
        better, worse = costs(row)
        agreed += better < worse
        print(
            f"{'' if better < worse else 'NOT ':4} {row.piece:15} {row.meter:10} {row.to:5} {better:6.1f} {worse:6.1f}   {row.better} | {row.worse}"
        )
    print(f"{agreed} of {len(JUDGEMENTS)} pairs are ranked as they were judged")


if __name__ == "__main__":
    main()
