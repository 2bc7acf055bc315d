"""A pattern in an index: seeds propose, and what they propose is looked at as in a folder that is searched."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import chain
from math import inf

import numpy as np
from numpy.typing import NDArray

from mi_theme.index.query_lines import TENTHS, lines_of
from mi_theme.index.seed_search import SeedHit, seed_hits
from mi_theme.index.shards import Shard
from mi_theme.index.stored_corpus import StoredCorpus
from mi_theme.meter import Meter
from mi_theme.score import MeterMap
from mi_theme.search.corpus.batches import (
    MARGIN,
    ROUNDED,
    SMALL_BATCH,
    Batch,
    SearchSettings,
    completed,
    hits_in_batch,
    likely_stretches,
    placed_versions,
)
from mi_theme.search.corpus.folders import Searched
from mi_theme.search.hits import Hit, together
from mi_theme.search.match.chance import Chance, ChancePlace, background
from mi_theme.search.match.evidence import whole_copy
from mi_theme.search.match.metric_places import ANYWHERE, MetricConditions, RhythmPlace, rhythm_places
from mi_theme.search.match.note_alignment import Region
from mi_theme.search.match.piece_hits import STATED, USUAL_EVALUE, hits_in, in_order, kept, oftener
from mi_theme.search.match.versions import PatternVersion, joined, versions
from mi_theme.search.patterns import Pattern

__all__ = ["rhythms_in", "search_index"]

LIKE = 0.25  # of the pattern: what a scan must find again in a piece that has a significant hit
MOST_PIECES = 60  # that are aligned, the likeliest first
Place = tuple[int, int]
Wanted = list[NDArray[np.bool_]]


def search_index(corpus: StoredCorpus, settings: SearchSettings, *, top: int | None = None) -> Searched:
    """Find a pattern in an corpus.

    Parameters
    ----------
    corpus
        Where.
    settings
        What is looked for.
    top
        At most that many hits.

    Returns
    -------
    Searched
        A piece that several files hold has its hits under the name of each.
    """
    notes = max(corpus.notes, 1)
    wanted = [shard.counts & _in_meter(shard, settings.conditions) for shard in corpus.shards]
    if notes <= SMALL_BATCH:
        found = _all_aligned(corpus, settings)
    else:
        found = _proposed(corpus, settings, wanted, notes)
    by_piece = [
        kept([replace(hit, source=source) for hit in oftener(hits, notes)], settings.max_evalue)
        for place, hits in found.items()
        for source in corpus.sources(*place)
    ]
    hits = sorted(chain.from_iterable(by_piece), key=in_order)[:top]
    return Searched(hits, corpus.files - corpus.generation.unread, corpus.notes, [])


def _all_aligned(corpus: StoredCorpus, settings: SearchSettings) -> dict[Place, list[Hit]]:
    """The hits where there is so little that every note is aligned; E-values as for one note."""
    places = [*corpus.all_pieces()]
    sheets = [corpus.sheet(*place)[0] for place in places]
    own = {sheet.source: place for sheet, place in zip(sheets, places, strict=True)}
    found: defaultdict[Place, list[Hit]] = defaultdict(list)
    for hit in hits_in_batch(settings, Batch.of(sheets)):
        found[own[hit.source]].append(hit)
    return found


def _proposed(corpus: StoredCorpus, settings: SearchSettings, wanted: Wanted, notes: int) -> dict[Place, list[Hit]]:
    """The hits among what seeds propose, piece by piece; E-values as for one note."""
    places = _likely_places(corpus, settings.pattern, settings, wanted, notes)
    if settings.invert:
        pattern = settings.pattern
        turned = Pattern(pattern.onset, tuple(127 - pitch for pitch in pattern.pitch))
        for place, seeds in _likely_places(corpus, turned, settings, wanted, notes).items():
            places.setdefault(place, []).extend(seeds)
    whole = {}
    for place, seeds in places.items():
        hits = _aligned(corpus, place, seeds, settings.pattern, settings)
        whole[place] = completed(hits, settings, corpus.sheet(*place)[0], notes, share=LIKE)
    left = _left(corpus, settings, wanted, notes)
    found = {}
    for place in sorted({*whole, *left}):
        sheet, _ = corpus.sheet(*place)
        hits = together(joined(whole.get(place, []), left.get(place, []), notes), sheet.table)
        found[place] = [hit for hit in hits if settings.conditions.are_met(hit, sheet)]
    return found


def _in_meter(shard: Shard, conditions: MetricConditions) -> NDArray[np.bool_]:
    """The pieces that state the metre that is asked for."""
    if conditions == ANYWHERE:
        return np.ones(shard.row.pieces, bool)
    kinds = [any(conditions.takes(Meter(meter)) for meter in meters) for meters in shard.meters]
    found: NDArray[np.bool_] = np.array(kinds, bool)[shard.file["piece_meters"]]
    return found


def rhythms_in(corpus: StoredCorpus, conditions: MetricConditions, top: int | None = None) -> Iterator[RhythmPlace]:
    """Where voices have a rhythm, piece by piece; only pieces in the metre that is asked for are looked at.

    Parameters
    ----------
    corpus
        Where.
    conditions
        The rhythm, and in which metre.
    top
        At most that many.
    """
    told = 0
    for number, shard in enumerate(corpus.shards):
        for piece in np.flatnonzero(shard.counts & _in_meter(shard, conditions)).tolist():
            sheet, _ = shard.sheet(piece, "")
            for place in rhythm_places(sheet, conditions):
                for source in corpus.sources(number, piece):
                    yield place._replace(source=source)
                    told += 1
                    if told == top:
                        return


def _likely_places(
    corpus: StoredCorpus, pattern: Pattern, settings: SearchSettings, wanted: Wanted, notes: int
) -> dict[Place, list[SeedHit]]:
    """What seeds propose, piece by piece: what is worth no more than chance brings anyway is left out."""
    rarest = max(settings.max_evalue, STATED * min(1.0, settings.max_evalue / USUAL_EVALUE))
    found: dict[Place, list[SeedHit]] = {}
    for line in lines_of(pattern):
        least, lowest = line.needed(pattern, notes, rarest), dict[Place, float]()
        for hit in seed_hits(line, corpus.shards, wanted, least=least, fast=settings.fast) if least < inf else ():
            place = hit.shard, hit.piece
            if place not in lowest:
                thick, size = corpus.shards[hit.shard].texture(hit.piece)
                lowest[place] = line.needed_in(pattern, notes, rarest, thick, size)
            if hit.worth >= TENTHS * lowest[place] and len(found) < MOST_PIECES:
                found.setdefault(place, []).append(hit)
    return found


def _aligned(
    corpus: StoredCorpus, place: Place, seeds: Iterable[SeedHit], pattern: Pattern, settings: SearchSettings
) -> list[Hit]:
    """The hits of a piece around what seeds propose; E-values as for the piece."""
    sheet, rows = corpus.sheet(*place)
    first_row = int(corpus.shards[place[0]].piece_start[place[1]])
    onset = sheet.table["onset"]
    pitched = sheet.pitched
    times = np.unique(pattern.onsets - pattern.onsets[0])
    regions: list[Region] = []
    for seed in seeds:
        begin, end = (float(onset[rows[row - first_row]]) for row in seed.rows)
        head, tail = seed.numbers
        stretch = (end - begin) / float(times[tail] - times[head])
        if stretch > 0:
            start = begin - MARGIN * times[head] * stretch - ROUNDED
            stop = end + MARGIN * (times[-1] - times[tail]) * stretch + ROUNDED
            first, last = np.searchsorted(onset[pitched], (start, stop)).tolist()
            regions += [Region(first, last, likely) for likely in likely_stretches(stretch)]
    return hits_in(
        pattern,
        sheet,
        least=settings.least,
        invert=settings.invert,
        fast=settings.fast,
        regions=regions,
        surprise=background().surprise,
    )


def _left(corpus: StoredCorpus, settings: SearchSettings, wanted: Wanted, notes: int) -> dict[Place, list[Hit]]:
    """The hits of what strategies leave of the pattern, piece by piece, where that can be significant; E-values as for one note."""
    found: dict[Place, list[Hit]] = {}
    for version, pieces in _versions_of(corpus, settings.pattern, wanted).items():
        chance = ChancePlace(whole_copy(version.pattern), len(version.pattern), thick=0.0)
        if Chance(background().proposed, chance, notes).evalue(chance.whole) > settings.max_evalue:
            continue
        plain = settings._replace(invert=False)
        for place, seeds in _likely_places(corpus, version.pattern, plain, pieces, notes).items():
            sheet, _ = corpus.sheet(*place)
            hits = _aligned(corpus, place, seeds, version.pattern, plain)
            found.setdefault(place, []).extend(placed_versions(hits, version, settings, sheet, notes))
    return found


def _versions_of(corpus: StoredCorpus, pattern: Pattern, wanted: Wanted) -> dict[PatternVersion, Wanted]:
    """What strategies leave of a pattern in the metres that pieces state, and the pieces that state them."""
    found: dict[PatternVersion, Wanted] = {}
    for number, shard in enumerate(corpus.shards):
        kinds = shard.file["piece_meters"]
        for kind, meters in enumerate(shard.meters):
            said = MeterMap(tuple((Fraction(at), Meter(meter)) for at, meter in enumerate(meters)), stated=bool(meters))
            for version in versions(pattern, said) if meters else ():
                pieces = found.setdefault(version, [np.zeros(len(counts), bool) for counts in wanted])
                pieces[number] |= (kinds == kind) & wanted[number]
    return found
