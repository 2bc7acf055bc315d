"""`find`: a pattern against music, as hits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from math import inf
from os import PathLike
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from mi_theme.arguments import asked, number, whole_number
from mi_theme.files.disk import is_text
from mi_theme.hooks import answer
from mi_theme.listings import Listing
from mi_theme.score import Score
from mi_theme.search.corpus.batches import SearchSettings
from mi_theme.search.corpus.folders import Searched, search_files
from mi_theme.search.hits import Hit, together
from mi_theme.search.match.alignment_costs import COSTS, AlignmentCosts
from mi_theme.search.match.chance import Chance, ChancePlace, background
from mi_theme.search.match.evidence import whole_copy
from mi_theme.search.match.metric_places import MetricConditions
from mi_theme.search.match.piece_hits import LEAST, hits_in, hits_of_versions, in_order, kept, oftener, with_maps
from mi_theme.search.match.versions import joined
from mi_theme.search.music import are_files, sheets_of, spelled, warn_of
from mi_theme.search.patterns import Pattern, passage_of

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from mi_theme.meter import Grouping, Meter
    from mi_theme.score import Bars

__all__ = ["Searchable", "find", "searchable", "several_parts", "too_short"]


@runtime_checkable
class Searchable(Protocol):
    """What a pattern can be looked for in at once, whatever stands behind it: an index of a corpus."""

    def search(self, settings: SearchSettings, *, top: int | None = None) -> Searched:
        """Find a pattern.

        Parameters
        ----------
        settings
            What is looked for, and how.
        top
            At most that many hits.
        """


def searchable(where: Any) -> Searchable | None:
    """What can be searched at once, if this is such a thing, or the path of an index.

    Parameters
    ----------
    where
        Anything.

    Raises
    ------
    FileError
        Where it is the path of an index that cannot be opened.
    """
    if isinstance(where, Searchable):
        return where
    is_path = isinstance(where, str | PathLike) and not is_text(where)
    found: Searchable | None = answer("find.index", where) if is_path else None
    return found


@asked(pattern="theme")
def find(
    theme: object,
    where: object,
    *,
    bars: Bars | None = None,
    part: str | int | None = None,
    max_evalue: float = 0.01,
    top: int | None = None,
    least: float = LEAST,
    invert: bool = False,
    stretches: Sequence[float] | None = None,
    costs: AlignmentCosts = COSTS,
    fast: bool | None = None,
    progress: Callable[[int, int], None] | None = None,
    executor: Executor | None = None,
    meter: str | Meter | None = None,
    begins_on: float | None = None,
    rhythm: str | Iterable[int] | Grouping | None = None,
) -> Listing[Hit]:
    """Find a theme in music: where, how, and how surprising.

    Parameters
    ----------
    theme
        What to look for: a Pattern, or what `Pattern.of` takes: a theme, a motif, a score or a
        passage of one, a file, a note table, rows of onset and pitch.
    where
        A Score, a file, a folder, a music21 Stream, a note table, or a list of such; or an index of a corpus
        (`build_index`), or its path.
    bars, part
        Of music that is looked for, the bars and the part that are the theme; all of it without them.
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
        the music proposes.
    costs
        What an alignment pays.
    fast
        Whether to use numba; by default where it is installed.
    progress, executor
        For folders and lists of files, see `corpus.folders.search_files`; there the
        scan proposes the stretches, and the costs are the usual ones.
    meter
        Only hits that begin in a bar of this metre; one without groups takes that signature with any.
    begins_on
        Only hits whose first note falls on this beat, from 1; 2.5 is half way from the second to the third.
    rhythm
        Only hits that lie in a bar in which one of their voices has this rhythm, such as "3+3+2+2": notes just
        where the groups begin, from the downbeat on.

    Returns
    -------
    Listing of Hit
        A list that prints as a table. Best first; of hits that share many notes only the best.

    Raises
    ------
    ScoreError, TextError, FileError, OSError
        Where pattern or music say no notes, what is asked of the metre is none, or a file cannot be read; of a
        folder's files those that cannot be read are passed over with a
        `SearchWarning`. So is told why there may be no hits: a theme too short, or of several parts at once.
    """
    max_evalue = number("max_evalue", max_evalue, 0, inf)
    top = None if top is None else whole_number("top", top, 1)
    wanted = Pattern.to_search(passage_of(theme, bars, part))
    conditions = MetricConditions.of(meter, begins_on, rhythm)
    settings = SearchSettings(wanted, least, invert, fast, max_evalue, conditions)
    known = searchable(where)
    in_files = known is not None or are_files(where)
    if known:
        searched = known.search(settings, top=top)
    elif in_files:
        searched = search_files(
            wanted,
            where,  # type: ignore[arg-type]
            max_evalue=max_evalue,
            top=top,
            least=least,
            invert=invert,
            fast=fast,
            progress=progress,
            executor=executor,
            conditions=conditions,
        )
    else:
        searched = _in_scores(settings, where, stretches, costs, top)
    short = "" if searched.hits else too_short(wanted, searched.notes, max_evalue, in_files=in_files)
    warn_of(searched.unread, short, "" if searched.hits else _sought(theme, part))
    return Listing(searched.hits)


def _in_scores(
    settings: SearchSettings, where: object, stretches: Sequence[float] | None, costs: AlignmentCosts, top: int | None
) -> Searched:
    """The hits in music that is looked through note by note, whatever a scan would propose."""
    wanted, least, invert, fast, max_evalue, conditions = settings
    sheets = [spelled(sheet) for sheet in sheets_of(where)]
    notes = sum(len(sheet.table) for sheet in sheets)
    found: list[Hit] = []
    for sheet in sheets:
        share = max(notes, 1) / max(len(sheet.table), 1)
        most = max_evalue / share
        looked: dict[str, Any] = {"least": least, "fast": fast, "max_evalue": most}
        hits = hits_in(wanted, sheet, invert=invert, stretches=stretches, costs=costs, **looked)
        whole = oftener(with_maps(hits, wanted, sheet, most), share)
        left = oftener(hits_of_versions(wanted, sheet, **looked), share)
        hits = kept(together(joined(whole, left), sheet.table), max_evalue)
        found += [hit for hit in hits if conditions.are_met(hit, sheet)]
    return Searched(sorted(found, key=in_order)[:top], len(sheets), notes, [])


def _sought(theme: object, part: str | int | None) -> str:
    """What was looked for, where one part of it may have been meant."""
    told, names = several_parts(theme) if part is None else ("", ())
    return f"{told}; for one of them: part={names[0]!r}" if told else ""


def several_parts(theme: object) -> tuple[str, tuple[str, ...]]:
    """What to say where all parts of some music were looked for at once, and their names; nothing of one part, or of no music.

    Parameters
    ----------
    theme
        A score or a file; of anything else there is nothing to say.
    """
    if not isinstance(theme, Score | str | PathLike):
        return "", ()
    score = Score.of(theme)
    names = tuple(each.name for each in score.parts)
    name = score.source or "the score" if isinstance(theme, Score) or is_text(theme) else theme
    return (f"looked for {len(names)} parts of {name} at once", names) if len(names) > 1 else ("", names)


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
    known = background()
    place = ChancePlace(whole_copy(pattern), len(pattern), thick=0.0)
    least = Chance(known.proposed if in_files else known.aligned, place, notes).evalue(place.whole)
    if not notes or least <= max_evalue:
        return ""
    return (
        f"{len(pattern)} notes like these are too few to be significant in {notes:,} notes: "
        f"found whole, they have E {least:.1g} or more"
    )
