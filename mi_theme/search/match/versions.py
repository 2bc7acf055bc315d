"""What a strategy leaves of a pattern in another metre, looked for by itself.

A strategy that drops notes (`cut` takes away the end of the bar) leaves so few
that their alignment with the whole pattern is no surprise. But what it leaves is
known beforehand: a shorter pattern, whose rhythm counts, from bar line to bar line.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mi_theme.adaptation.strategies import STRATEGIES, proposed
from mi_theme.errors import StrategyError
from mi_theme.meter import Meter
from mi_theme.score import MeterMap
from mi_theme.search.hits import Hit
from mi_theme.search.match.bar_maps import tasks
from mi_theme.search.match.note_alignment import SHARED
from mi_theme.search.patterns import PATTERN_GRID, Pattern
from mi_theme.warp import Warp

__all__ = ["PatternVersion", "in_place", "joined", "overlap", "versions"]

FEWEST_KEPT = 5  # notes that are still a pattern
MOST_METERS = 4  # of one piece that are thought of
SURE = 0.01  # a hit of the whole pattern that is left to no version


class PatternVersion(NamedTuple):
    """What is left of a pattern.

    Attributes
    ----------
    pattern
        The notes that are kept, where the map takes them.
    kept
        Their numbers in the whole pattern.
    warp, strategy
        The bar map, and the strategy that makes it.
    """

    pattern: Pattern
    kept: tuple[int, ...]
    warp: Warp
    strategy: str


def versions(pattern: Pattern, meters: MeterMap | None) -> list[PatternVersion]:
    """What the strategies leave of a pattern in the metres of a piece, where they drop notes and keep enough.

    Parameters
    ----------
    pattern
        With its metre; without one there are none.
    meters
        Of the piece; only what it says counts.
    """
    if pattern.meter is None or meters is None or not meters.stated:
        return []
    targets = list(dict.fromkeys(meter for _, meter in meters.changes))[:MOST_METERS]
    return [version for target in targets for version in _versions(pattern, pattern.meter, target)]


@lru_cache(maxsize=256)
def _versions(pattern: Pattern, source: Meter, target: Meter) -> tuple[PatternVersion, ...]:
    found: dict[Warp, PatternVersion] = {}
    for task in tasks(pattern.onset, source, target, (Fraction(1),)):
        for name in (name for name, strategy in STRATEGIES.items() if strategy.offered and not strategy.heavy):
            with suppress(StrategyError):
                warp = proposed(name, task)[0].warp
                kept = tuple(number for number, at in enumerate(pattern.onset) if warp.keeps(at))
                if FEWEST_KEPT <= len(kept) < len(pattern):
                    found.setdefault(warp, PatternVersion(_left(pattern, kept, warp, target), kept, warp, name))
    return tuple(found.values())


def _left(pattern: Pattern, kept: Sequence[int], warp: Warp, meter: Meter) -> Pattern:
    """The notes that are kept, in their new places."""
    columns = {
        name: tuple(getattr(pattern, name)[number] for number in kept)
        for name in ("pitch", "step", "voice")
        if getattr(pattern, name)
    }
    return Pattern(tuple(warp(pattern.onset[number]) for number in kept), meter=meter, name=pattern.name, **columns)


def in_place(
    hits: Iterable[Hit], version: PatternVersion, pattern: Pattern, notes: NDArray[np.void], meters: MeterMap | None
) -> Iterator[Hit]:
    """Of the hits of a version those that have all of it, in its rhythm and on its bar lines, as hits of the whole pattern.

    Their E-values are those of the version, times the number of versions that are thought of in the piece.

    Parameters
    ----------
    hits, version
        What was found of it.
    pattern
        The whole of it.
    notes, meters
        Of the piece.
    """
    tried = len(versions(pattern, meters))
    for hit in hits:
        if meters and _is_in_place(hit, version, notes, meters):
            yield _of_the_whole(hit, version, pattern, tried)


def _is_in_place(hit: Hit, version: PatternVersion, notes: NDArray[np.void], meters: MeterMap) -> bool:
    """Whether every note is there, in one part, unchanged, just where the map takes it."""
    rows = notes[list(hit.notes)]
    if hit.missing or hit.changed or hit.inverted or hit.stretch != 1 or len(set(rows["part"].tolist())) > 1:
        return False
    onsets = [Fraction(at).limit_denominator(PATTERN_GRID) for at in rows["onset"].tolist()]
    lines = {at - place for at, place in zip(onsets, version.pattern.onset, strict=True)}
    bar = meters.at(min(lines))
    return len(lines) == 1 and bar.start in lines and bar.meter == version.pattern.meter


def _of_the_whole(hit: Hit, version: PatternVersion, pattern: Pattern, tried: int) -> Hit:
    kept = version.kept
    return replace(
        hit,
        matched=tuple(kept[number] for number in hit.matched),
        missing=tuple(sorted(set(range(len(pattern))) - set(kept))),
        evalue=hit.evalue * tried,
        share=hit.share * len(kept) / len(pattern),
        warp=version.warp,
        strategy=version.strategy,
    )


def joined(whole: Sequence[Hit], left: Sequence[Hit], notes: float = 1) -> list[Hit]:
    """Hits of the pattern and of its versions: of those that overlap the one that has more right notes, if it is no accident.

    Parameters
    ----------
    whole, left
        Of the pattern, of its versions.
    notes
        That E-values are still to be multiplied with.
    """
    if not left:
        return [*whole]

    def order(hit: Hit) -> tuple[bool, int, bool, float]:
        return hit.evalue * notes > SURE, len(hit.changed) - len(hit.matched), not hit.strategy, hit.evalue

    kept: list[Hit] = []
    for hit in sorted([*whole, *left], key=order):
        if not any(overlap(hit, other) for other in kept):
            kept.append(hit)
    return kept


def overlap(one: Hit, other: Hit) -> bool:
    """Whether two hits share more of their notes than different ones may."""
    shared = len(set(one.notes) & set(other.notes))
    return shared > SHARED * min(len(one.notes), len(other.notes))
