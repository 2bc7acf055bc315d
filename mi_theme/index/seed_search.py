"""Which pieces in the shards of an index have something like a pattern: seeds looked up, extended along their lines, and heard with their times."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mi_theme.errors import FileError
from mi_theme.index.query_lines import QueryLine
from mi_theme.index.seed_windows import rare_windows, windows
from mi_theme.index.seeds import PLACE_BITS, span_of
from mi_theme.index.shards import Shard
from mi_theme.search.corpus.batches import LikelySpan
from mi_theme.search.kernels.choosing import kernels
from mi_theme.search.kernels.kernel_inputs import ExtendedLine, LineEvidence
from mi_theme.search.match.chance import SHORTEST_TIME

__all__ = ["SeedHit", "seed_hits"]

MOST_SEEDS = 4_000_000  # that are looked at, the rarest first
PLAINLY = 100_000  # seeds a second that numpy extends
Whole = NDArray[np.int64]


class SeedHit(NamedTuple):
    """A place that is like a pattern.

    Attributes
    ----------
    said
        What it says for being a copy, in nats, as far as its line tells.
    shard, piece
        Their numbers.
    span
        Where it is.
    """

    said: float
    shard: int
    piece: int
    span: LikelySpan


def seed_hits(
    line: QueryLine,
    shards: Sequence[Shard],
    wanted: Sequence[NDArray[np.bool_]],
    *,
    tune: float,
    least: float,
    mapped: bool = False,
    fast: bool | None = None,
) -> list[SeedHit]:
    """The places that are like a line of a pattern, best first.

    Parameters
    ----------
    line
        What is looked up.
    shards, wanted
        Where, and which pieces of each.
    tune
        What the notes of a place must be worth without their times, in nats.
    least
        What a place must say.
    mapped
        Whether a map of the bar may explain its times.
    fast
        Whether to use numba; by default where it is installed and there is enough to do.
    """
    if len(line.height) < 2 or not shards:
        return []
    every, apart = windows(line.height.tolist())
    seeds = np.array([span_of(window.intervals) for window in every], np.uint32)
    spans = [shard.postings.spans(seeds) for shard in shards]
    counts: Whole = np.sum([np.diff(some)[:, 0] for some in spans], axis=0)
    looked_up = rare_windows(every, apart, counts.tolist())
    chosen: Whole = np.array([row.window for row in looked_up])
    chosen = chosen[np.maximum(np.cumsum(counts[chosen]) <= MOST_SEEDS, np.arange(len(chosen)) == 0)]
    about = [(every[row.window].number, row.number, row.notes, row.changes) for row in looked_up[: len(chosen)]]
    way, model = line.extended(tune), line.evidence(mapped)
    kernel = kernels(fast, "extension", int(counts[chosen].sum()) / PLAINLY)
    found: list[SeedHit] = []
    for number, shard in enumerate(shards):
        looked_at = np.concatenate([spans[number][chosen], about], axis=1)
        for said, piece, span in _told(line, (way, model), looked_at, shard, kernel):
            if said >= least and wanted[number][piece]:
                found.append(SeedHit(said, number, piece, span))
    return sorted(found, key=lambda hit: (-hit.said, hit[1:]))


def _told(
    line: QueryLine, model: tuple[ExtendedLine, LineEvidence], windows: Whole, shard: Shard, kernel: Any
) -> Iterator[tuple[float, int, LikelySpan]]:
    """What each place of some windows in a shard says, its piece, and where it is there."""
    height, (way, evidence) = shard.lines.height, model
    found = kernel.extended(height, shard.postings.entry, windows, way)
    if len(found) and found[0, 0] < 0:
        raise FileError(f"{shard.file.path}: damaged (entry); build the index again")
    if not len(found):
        return
    found = found[np.unique(found[:, 3] << PLACE_BITS | found[:, 5], return_index=True)[1]]
    path = note, place, count = kernel.paths(height, found, way)
    time = kernel.times(place, count, shard.lines.timed)
    said = kernel.tunes(height, path, way, evidence) + kernel.rhythms(note, time, count, evidence)
    piece = np.searchsorted(shard.piece_start, shard.lines.row_of(found[:, 3]), side="right") - 1
    last = np.arange(len(found)), count - 1
    first_time, last_time = evidence.time[note[:, 0]], evidence.time[note[last]]
    stretch = (time[last] - time[:, 0]) / np.maximum(last_time - first_time, SHORTEST_TIME)
    columns = time[:, 0], time[last], first_time, line.rest - last_time, stretch
    spans = map(LikelySpan._make, zip(*(column.tolist() for column in columns), strict=True))
    yield from zip(said.tolist(), piece.tolist(), spans, strict=True)
