"""`find`: a pattern against music, as hits."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import partial
from math import inf
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mi_theme.conversion.sources import is_stream, score_of
from mi_theme.errors import ScoreError
from mi_theme.score import MeterMap, Score
from mi_theme.search.hits import Hit
from mi_theme.search.match.alignment_costs import COSTS, UNTIMED, Costs, Surprise
from mi_theme.search.match.bar_maps import MAPS, UNEVEN, explained
from mi_theme.search.match.chance import evalue
from mi_theme.search.match.doublings import together
from mi_theme.search.match.evidence import Heard, evidence, foretold, whole_copy
from mi_theme.search.match.note_alignment import Alignment, Region, align, apart
from mi_theme.search.match.stretches import proposed_stretches
from mi_theme.search.match.support import supported
from mi_theme.search.match.versions import in_place, joined, versions
from mi_theme.search.patterns import Pattern

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from mi_theme.search.corpus.readers import Unread

__all__ = [
    "LEAST",
    "Music",
    "SearchWarning",
    "are_files",
    "chance_of",
    "find",
    "hits_in",
    "in_order",
    "music_of",
    "warn_of",
    "with_map",
    "with_maps",
]

LEAST = 0.8  # of the best place's share; chosen on the odd fugues, see docs/explanation/search.md
FEWEST = 8  # notes of the decoys that chance was counted with
FLOOR = 0.5  # of the pattern's own score: what is no place at all
FINEST = 10080  # the largest denominator of a stretch


class Music(NamedTuple):
    """Notes to search, with what is needed to say where they are."""

    source: str
    notes: NDArray[np.void]
    parts: tuple[str, ...] = ()
    meters: MeterMap | None = None
    drums: frozenset[int] = frozenset()


def find(
    pattern: Any, where: Any, *, max_evalue: float = 0.01, top: int | None = None, least: float = LEAST,
    invert: bool = False, stretches: Sequence[float] | None = None, costs: Costs = COSTS, fast: bool | None = None,
    progress: Callable[[int, int], None] | None = None, executor: Executor | None = None,
) -> list[Hit]:  # fmt: skip
    """Find a pattern in music: where, how, and how surprising.

    Parameters
    ----------
    pattern
        A Pattern, or what `Pattern.of` takes: a theme, a motif, a score or a
        passage of one, a file, a note table, rows of onset and pitch.
    where
        A Score, a file, a folder, a music21 Stream, a note table, or a list of such.
    max_evalue
        The most hits as good that chance may bring in all that is searched.
    top
        At most that many hits.
    least
        The share that a hit must reach, as a part of the best one's in the same
        piece: beside a statement of a theme an echo of it is none.
    invert
        Whether to look for the pattern upside down as well.
    stretches
        Times in the music for one in the pattern; by default 1 and those that
        the music proposes (``stretches.proposed_stretches``).
    costs
        What an alignment pays.
    fast
        Whether to use numba; by default where it is installed.
    progress, executor
        For folders and lists of files, see `corpora.search_files`; there the
        scan proposes the stretches, and the costs are the usual ones.

    Returns
    -------
    list of Hit
        Best first; of hits that share many notes only the best.

    Raises
    ------
    ScoreError, FileError, OSError
        Where pattern or music say no notes, or a file cannot be read; of a
        folder's files those that cannot be read are passed over with a
        `SearchWarning`.
    """
    wanted = Pattern.to_search(pattern)
    if are_files(where):
        return _found_in_files(wanted, where, max_evalue, top, least, invert, progress, executor, fast)
    pieces = list(music_of(where))
    notes = sum(len(music.notes) for music in pieces)
    found: list[Hit] = []
    for music in pieces:
        hits = hits_in(wanted, music, least=least, invert=invert, stretches=stretches, costs=costs, fast=fast)
        among = [replace(hit, evalue=hit.evalue * notes / len(music.notes)) for hit in hits]
        whole = with_maps(among, wanted, music, max_evalue, chance_of(wanted, notes))
        left = [replace(hit, evalue=hit.evalue * notes / len(music.notes)) for hit in _left(wanted, music, least, fast)]
        found += together(joined(whole, left), music.notes)
    kept = sorted((hit for hit in found if hit.evalue <= max_evalue), key=in_order)[:top]
    warn_of([], "" if kept else too_short(wanted, notes, max_evalue))
    return kept


def _left(pattern: Pattern, music: Music, least: float, fast: bool | None) -> Iterator[Hit]:
    """The hits of what strategies leave of the pattern in the metres of a piece."""
    for version in versions(pattern, music.meters):
        hits = hits_in(version.pattern, music, least=least, fast=fast)
        yield from in_place(hits, version, pattern, music.notes, music.meters)


def in_order(hit: Hit) -> tuple[float, float, str, Fraction, tuple[int, ...]]:
    """What hits are sorted by: the most surprising first."""
    return hit.evalue, -hit.share, hit.source, hit.onset, hit.notes


def with_maps(
    hits: Sequence[Hit], pattern: Pattern, music: Music, max_evalue: float, chance: Callable[[float], float]
) -> list[Hit]:
    """Those hits of one piece that chance brings no oftener, with the bar maps that explain their rhythms.

    A rhythm that a strategy makes of the pattern's is evidence, as much as it
    says less the choice among `MAPS`. What holds more of the pattern counts for
    no less than what holds less.
    """
    heard = Heard.of(music.notes) if pattern.meter and hits else None
    found, least = [], inf
    for hit in sorted(hits, key=lambda hit: hit.share):
        nats = max(hit.score, foretold(pattern, heard, _alignment(hit), MAPS)) if heard else hit.score
        if min(hit.evalue, chance(nats)) <= max_evalue:
            hit = with_map(hit, pattern, music)
            if hit.strategy and chance(nats) < min(hit.evalue, least):
                least = chance(nats)
        found.append(replace(hit, evalue=min(least, hit.evalue)))
    return [hit for hit in found if hit.evalue <= max_evalue]


def _alignment(hit: Hit) -> Alignment:
    pairs = tuple(zip(hit.matched, hit.notes, strict=True))
    return Alignment(hit.score, hit.share, pairs, float(hit.stretch), hit.inverted, hit.timed)


def with_map(hit: Hit, pattern: Pattern, music: Music) -> Hit:
    """A hit with the bar map that explains its rhythm, where the music says its metre."""
    onsets = [Fraction(at).limit_denominator(FINEST) for at in music.notes["onset"][list(hit.notes)].tolist()]
    return explained(hit, pattern, onsets, music.meters if music.meters and music.meters.stated else None)


class SearchWarning(UserWarning):
    """Files could not be read (the message counts them and names the first), or a pattern is too short to be significant."""


def are_files(where: Any) -> bool:
    """Whether this is a folder, a book of tunes, or a list of paths."""
    if isinstance(where, str | PathLike):
        return Path(where).is_dir() or (Path(where).suffix.lower() == ".abc" and Path(where).is_file())
    return isinstance(where, list | tuple) and bool(where) and all(isinstance(place, str | PathLike) for place in where)


def _found_in_files(
    pattern: Pattern, where: Any, max_evalue: float, top: int | None, least: float, invert: bool,
    progress: Callable[[int, int], None] | None, executor: Executor | None, fast: bool | None,
) -> list[Hit]:  # fmt: skip
    from mi_theme.search.corpus.folders import search_files

    searched = search_files(
        pattern, where, max_evalue=max_evalue, top=top, least=least, invert=invert, progress=progress,
        executor=executor, fast=fast,
    )  # fmt: skip
    warn_of(searched.unread, "" if searched.hits else too_short(pattern, searched.notes, max_evalue, in_files=True))
    return searched.hits


def warn_of(unread: Sequence[Unread], short: str = "") -> None:
    """Count what could not be read, and name the first; say why nothing could be found."""
    if unread:
        told = f"{len(unread)} could not be read, the first: {unread[0].source}: {unread[0].reason}"
        warnings.warn(told, SearchWarning, stacklevel=4)
    if short:
        warnings.warn(f"{short}; for the best by rank: max_evalue=inf, top=20", SearchWarning, stacklevel=4)


def chance_of(pattern: Pattern, notes: int, *, proposed: bool = False) -> Callable[[float], float]:
    """What gives the E-value of a hit of this pattern in so many notes from what it says."""
    most = whole_copy(pattern) if len(pattern) < FEWEST else inf
    return partial(evalue, notes=notes, proposed=proposed, most=most)


def too_short(pattern: Pattern, notes: int, max_evalue: float, *, in_files: bool = False) -> str:
    """What to say where not even a hit that holds the whole pattern would be significant; nothing where it would.

    Parameters
    ----------
    pattern
        What was looked for.
    notes
        In how many notes.
    max_evalue
        The most that was asked for.
    in_files
        Whether a scan proposed where to look.
    """
    least = chance_of(pattern, notes, proposed=in_files)(whole_copy(pattern))
    if not notes or least <= max_evalue:
        return ""
    return f"{len(pattern)} notes like these are too few to be significant in {notes:,} notes: found whole, they have E {least:.2g}"


def hits_in(
    pattern: Pattern, music: Music, *, least: float = LEAST, invert: bool = False,
    stretches: Sequence[float] | None = None, costs: Costs = COSTS, fast: bool | None = None,
    regions: Sequence[Region] | None = None, surprise: Surprise | None = None,
) -> list[Hit]:  # fmt: skip
    """Every place in one piece, or in some regions of it, that reaches `least`, best first."""
    rows = np.flatnonzero(~np.isin(music.notes["part"], sorted(music.drums)))
    notes = music.notes[rows]
    if len(pattern) < 2 or len(notes) < 2:
        return []
    everywhere = regions is None
    if regions is None:
        tried = _stretches(pattern, notes) if stretches is None else [float(stretch) for stretch in stretches]
        regions = [Region(0, len(notes), stretch) for stretch in tried]
        bent = [Region(0, len(notes))]
    else:
        bent = list(regions)
    floor, heard = min(least, FLOOR), Heard.of(notes)
    exact = align(pattern, notes, regions, least=floor, costs=costs, surprise=surprise, invert=invert, fast=fast)
    loose = align(pattern, notes, bent, least=floor, costs=UNTIMED, surprise=surprise, invert=invert, fast=fast)
    found = apart([*exact, *loose])
    found = [hit for hit in found if hit.share >= least * found[0].share]
    said = [evidence(pattern, heard, hit) for hit in found]
    alone = [*map(chance_of(pattern, len(notes), proposed=not everywhere), said)]
    numbers = supported(alone, pattern, found, notes) if everywhere else alone
    return [_hit(pattern, music, rows, heard.step, *known) for known in zip(found, said, numbers, strict=True)]


def music_of(where: Any) -> Iterator[Music]:
    """What to search, piece by piece.

    Raises
    ------
    ScoreError, FileError, OSError
        Where it is no music.
    """
    if isinstance(where, str | bytes | PathLike):
        from mi_theme.files import read

        where = read(where)
    if isinstance(where, np.ndarray):
        yield Music("", where)
    elif isinstance(where, Score) or is_stream(where):
        score = score_of(where)
        drums = frozenset(index for index, part in enumerate(score.parts) if part.is_percussion)
        yield Music(score.source, score.note_table(), tuple(part.name for part in score.parts), score.meters, drums)
    elif isinstance(where, Sequence):
        for place in where:
            yield from music_of(place)
    else:
        raise ScoreError(
            f"music to search is a score, a file, a note table or a list of them, not {type(where).__name__}"
        )


def _stretches(pattern: Pattern, notes: NDArray[np.void]) -> list[float]:
    return [1.0, *proposed_stretches(pattern.onsets, np.array(pattern.pitch), notes["onset"], notes["pitch"])]


def _hit(
    pattern: Pattern, music: Music, rows: NDArray[np.int64], steps: NDArray[np.int64], alignment: Alignment,
    nats: float, evalue: float,
) -> Hit:  # fmt: skip
    """An alignment in the words of musicians."""
    own, theirs = (np.array(column) for column in zip(*alignment.pairs, strict=True))
    notes = music.notes[rows[theirs]]
    sign = -1 if alignment.inverted else 1
    shifts = steps[theirs] - sign * pattern.steps[own]
    pitches = notes["pitch"] - sign * np.array(pattern.pitch)[own]
    up, usual = _commonest(pitches), _commonest(shifts)
    part = _commonest(notes["part"])
    onset = Fraction(float(notes["onset"].min())).limit_denominator(FINEST)
    end = float((notes["onset"] + notes["duration"]).max())
    return Hit(
        source=music.source,
        part=music.parts[part] if part < len(music.parts) else f"Part {part + 1}",
        bar=music.meters.at(onset + UNEVEN).number if music.meters else None,  # a player may be early
        onset=onset,
        end=Fraction(end).limit_denominator(FINEST),
        notes=tuple(rows[theirs].tolist()),
        matched=tuple(own.tolist()),
        transposition=up,
        stretch=Fraction(alignment.stretch).limit_denominator(FINEST),
        missing=tuple(sorted(set(range(len(pattern))) - set(own.tolist()))),
        changed=tuple(own[(pitches != up) & (shifts != usual)].tolist()),
        evalue=evalue,
        score=nats,
        share=alignment.share,
        inverted=alignment.inverted,
        timed=alignment.timed,
    )


def _commonest(values: NDArray[np.integer[Any]]) -> int:
    """The value that occurs most often, the first of equals."""
    return int(Counter(values.tolist()).most_common(1)[0][0])
