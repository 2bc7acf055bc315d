"""Where ``find`` looks: a score, files and folders, an index."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mi_theme.cli.many_files import Workers, progress_bar

if TYPE_CHECKING:
    from mi_theme.files.bulk.sheets import Sheet
    from mi_theme.index import Index
    from mi_theme.search import Hit, Pattern
    from mi_theme.search.corpus.folders import Searched
    from mi_theme.search.corpus.readers import Unread
    from mi_theme.search.match.metric_places import MetricConditions, RhythmPlace

__all__ = ["is_one_score", "rhythms_there", "searched_there", "sheets_there"]


def searched_there(
    pattern: Pattern,
    paths: Sequence[str],
    where: Workers,
    conditions: MetricConditions,
    *,
    max_evalue: float,
    top: int | None,
    invert: bool,
) -> Searched:
    """All that is found: one score is aligned to its last note, an index is asked, files are scanned first.

    Parameters
    ----------
    pattern, conditions
        What is looked for, and what is asked of its place.
    paths, where
        Where it is looked for, and with which workers.
    max_evalue, top, invert
        As for `find`.
    """
    from mi_theme.files import read
    from mi_theme.search import find as found
    from mi_theme.search.corpus.batches import SearchSettings
    from mi_theme.search.corpus.folders import Searched, search_files
    from mi_theme.search.match.piece_hits import LEAST
    from mi_theme.search.music import SearchWarning

    if is_one_score(paths):
        score = read(paths[0])
        asked = conditions._asdict()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SearchWarning)  # it is said by the command
            hits = found(pattern, score, max_evalue=max_evalue, top=top, invert=invert, **asked)
        return Searched(hits, 1, len(score.note_table()), [])
    if known := _index_of(paths):
        return known.search(SearchSettings(pattern, LEAST, invert, None, max_evalue, conditions), top=top)
    options = {"max_evalue": max_evalue, "top": top, "invert": invert, "conditions": conditions}
    with where.executor() as executor, progress_bar("searching") as progress:
        return search_files(pattern, paths, progress=progress, executor=executor, partial=True, **options)  # type: ignore[arg-type]


def rhythms_there(
    conditions: MetricConditions, paths: Sequence[str], where: Workers, top: int | None
) -> tuple[list[RhythmPlace], list[Unread], bool]:
    """Where voices have a rhythm; what could not be read; and whether that is all.

    Parameters
    ----------
    conditions
        The rhythm, and in which metre.
    paths, where
        Where it is looked for, and with which workers.
    top
        At most that many places.
    """
    from mi_theme.search.corpus.folders import sheets_in
    from mi_theme.search.corpus.readers import Unread
    from mi_theme.search.match.metric_places import rhythm_places

    if known := _index_of(paths):
        return list(known.rhythms(conditions.rhythm or "1", meter=conditions.meter, top=top)), [], True
    places: list[RhythmPlace] = []
    unread: list[Unread] = []
    try:
        with where.executor() as executor, progress_bar("reading") as progress:
            for piece in sheets_in(paths, progress=progress, executor=executor):
                if isinstance(piece, Unread):
                    unread.append(piece)
                else:
                    places += rhythm_places(piece, conditions)
    except KeyboardInterrupt:
        return places[:top], unread, False
    return places[:top], unread, True


def _index_of(paths: Sequence[str]) -> Index | None:
    """The index that is to be searched, if this is one."""
    from mi_theme.index.opening import index_at

    return index_at(paths[0]) if len(paths) == 1 else None


def is_one_score(paths: Sequence[str]) -> bool:
    """Whether this is a single file, or a tune of a book, and no book of tunes.

    Parameters
    ----------
    paths
        What is to be searched.
    """
    from mi_theme.files.disk import place_of

    return len(paths) == 1 and place_of(Path(paths[0]))[0].is_file() and not paths[0].lower().endswith(".abc")


def sheets_there(hits: Sequence[Hit], paths: Sequence[str]) -> Iterator[Sheet]:
    """The notes of every piece that has a hit, as they were for the search.

    Parameters
    ----------
    hits
        What was found.
    paths
        Where it was looked for.
    """
    from mi_theme.files import read
    from mi_theme.files.bulk.sheets import Sheet
    from mi_theme.files.disk import place_of
    from mi_theme.search.corpus.readers import sheets_of_file

    if is_one_score(paths):
        yield Sheet.of(read(paths[0]))
        return
    if known := _index_of(paths):
        yield from known.sheets_of(dict.fromkeys(hit.source for hit in hits))
        return
    for file in dict.fromkeys(place_of(Path(hit.source))[0] for hit in hits):
        yield from (tune for tune in sheets_of_file(file) if isinstance(tune, Sheet))
