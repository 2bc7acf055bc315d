"""Which pieces in the shards of an index have something like a pattern: seeds looked up, and extended along their lines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mi_theme.errors import FileError
from mi_theme.index.query_lines import QueryLine
from mi_theme.index.seed_windows import rare_windows, windows
from mi_theme.index.seeds import span_of
from mi_theme.index.shards import Shard
from mi_theme.search.kernels.choosing import kernels
from mi_theme.search.kernels.kernel_inputs import ExtendedLine

__all__ = ["MOST_PIECES", "SeedHit", "seed_hits"]

MOST_PIECES = 1000  # that are named, the best first
MOST_SEEDS = 4_000_000  # that are looked at, the rarest first
PLAINLY = 100_000  # seeds a second that numpy extends
Whole = NDArray[np.int64]


class SeedHit(NamedTuple):
    """The place of a piece that is most like a pattern.

    Attributes
    ----------
    worth
        In tenths of a nat.
    shard, piece
        Their numbers.
    """

    worth: int
    shard: int
    piece: int


def seed_hits(
    line: QueryLine,
    shards: Sequence[Shard],
    wanted: Sequence[NDArray[np.bool_]],
    *,
    least: float,
    most: int = MOST_PIECES,
    fast: bool | None = None,
) -> list[SeedHit]:
    """The pieces that have something like a line of a pattern, best first.

    Parameters
    ----------
    line
        What is looked up.
    shards, wanted
        Where, and which pieces of each.
    least
        What a place must be worth, in nats.
    most
        At most that many pieces.
    fast
        Whether to use numba; by default where it is installed and there is enough to do.
    """
    if len(line.height) < 2 or not shards:
        return []

    every, apart = windows(line.height.tolist())
    seeds = np.array([span_of(window.intervals) for window in every], np.uint32)
    spans = [shard.postings.spans(seeds) for shard in shards]
    counts: Whole = np.sum([np.diff(some)[:, 0] for some in spans], axis=0)
    chosen: Whole = np.array(rare_windows(every, apart, counts.tolist()), np.int64)
    chosen = chosen[np.maximum(np.cumsum(counts[chosen]) <= MOST_SEEDS, np.arange(len(chosen)) == 0)]
    first = np.array([every[number].number for number in chosen.tolist()])
    way = line.extended(every[0].notes, least)
    tables = [_extended(way, first, some[chosen], number, shards[number], fast) for number, some in enumerate(spans)]
    worth, place, piece = np.concatenate(tables).T
    order = np.lexsort((piece, place, -worth))
    _, best_of_piece = np.unique((place << 32 | piece)[order], return_index=True)
    best = [SeedHit(*row) for row in np.stack([worth, place, piece], axis=1)[order[np.sort(best_of_piece)]].tolist()]
    return [hit for hit in best if wanted[hit.shard][hit.piece]][:most]


def _extended(
    way: ExtendedLine, first: Whole, spans: Whole, number: int, shard: Shard, fast: bool | None
) -> NDArray[np.int64]:
    """What each place of some windows in a shard is worth, the shard, and the piece."""
    places = shard.postings.places(spans.tolist())
    if len(places) and int(places.max()) >= len(shard.lines.height):
        raise FileError(f"{shard.file.path}: damaged (entry); build the index again")
    numbers = np.repeat(first, np.diff(spans)[:, 0])
    found = kernels(fast, "extension", len(places) / PLAINLY).extended(shard.lines.height, places, numbers, way)
    piece = np.searchsorted(shard.piece_start, shard.lines.row_of(found[:, 3]), side="right") - 1
    return np.stack([found[:, 1], np.full(len(found), number), piece], axis=1)
