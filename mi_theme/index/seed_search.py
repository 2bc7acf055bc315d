"""Where in the shards of an index something is like a pattern: seeds looked up, and extended along their lines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mi_theme.errors import FileError
from mi_theme.index.query_lines import QueryLine
from mi_theme.index.seed_windows import SeedWindow, windows
from mi_theme.index.seeds import span_of
from mi_theme.index.shards import Shard
from mi_theme.search.kernels.choosing import kernels
from mi_theme.search.kernels.kernel_inputs import ExtendedLine

__all__ = ["MOST_PLACES", "SeedHit", "seed_hits"]

MOST_PLACES = 1000  # that are looked at, the best first
MOST_SEEDS = 4_000_000  # that are looked at, the rarest first
PLAINLY = 100_000  # seeds a second that numpy extends


class SeedHit(NamedTuple):
    """A place that is like a pattern.

    Attributes
    ----------
    worth
        In tenths of a nat.
    shard, piece
        Their numbers.
    rows
        The stored rows of its first and its last note.
    numbers
        Their numbers among the pattern's onsets.
    """

    worth: int
    shard: int
    piece: int
    rows: tuple[int, int]
    numbers: tuple[int, int]


def seed_hits(
    line: QueryLine,
    shards: Sequence[Shard],
    wanted: Sequence[NDArray[np.bool_]],
    *,
    least: float,
    most: int = MOST_PLACES,
    fast: bool | None = None,
) -> list[SeedHit]:
    """What is like a line of a pattern, best first.

    Parameters
    ----------
    line
        What is looked up.
    shards, wanted
        Where, and which pieces of each.
    least
        What a place must be worth, in nats.
    most
        At most that many places.
    fast
        Whether to use numba; by default where it is installed and there is enough to do.
    """
    if len(line.height) < 2 or not shards:
        return []

    def count(intervals: tuple[int, ...]) -> int:
        spans = [shard.postings.span(*span_of(intervals)) for shard in shards]
        return sum(end - begin for begin, end in spans)

    looked_up, way = windows(line.height.tolist(), count), line.extended(0, least)
    seen, tables = 0, list[NDArray[np.int64]]()
    for window in looked_up:
        seen += count(window.intervals)
        if tables and seen > MOST_SEEDS:
            break
        way = way._replace(span=window.notes)
        tables += [_extended(line, way, window, number, shard, fast) for number, shard in enumerate(shards)]
    return _apart(np.concatenate(tables), shards, wanted, most)


def _extended(
    line: QueryLine, way: ExtendedLine, window: SeedWindow, number: int, shard: Shard, fast: bool | None
) -> NDArray[np.int64]:
    """Of a window in a shard: worth, shard, first note, its row, last note, its row."""
    places = shard.postings.places(*span_of(window.intervals))
    if len(places) and int(places.max()) >= len(shard.lines.height):
        raise FileError(f"{shard.file.path}: damaged (entry); build the index again")
    found = kernels(fast, "extension", len(places) / PLAINLY).extended(shard.lines.height, places, window.number, way)
    rows = [shard.lines.row_of(found[:, column]) for column in (3, 5)]
    shards = np.full(len(found), number)
    return np.stack([found[:, 1], shards, line.number[found[:, 2]], rows[0], line.number[found[:, 4]], rows[1]], axis=1)


def _apart(
    table: NDArray[np.int64], shards: Sequence[Shard], wanted: Sequence[NDArray[np.bool_]], most: int
) -> list[SeedHit]:
    """The best of those that begin or end alike, in pieces that are wanted."""
    order = np.lexsort((table[:, 3], table[:, 1], -table[:, 0]))
    seen: set[tuple[int, int]] = set()
    found: list[SeedHit] = []
    for worth, shard, begin, first, end, last in table[order].tolist():
        if (shard, first) in seen or (shard, -last) in seen:
            continue
        seen |= {(shard, first), (shard, -last)}
        piece = int(np.searchsorted(shards[shard].piece_start, first, side="right")) - 1
        if wanted[shard][piece]:
            found.append(SeedHit(worth, shard, piece, (first, last), (begin, end)))
            if len(found) == most:
                break
    return found
