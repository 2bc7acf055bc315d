"""An open index: what `find` looks in."""

from __future__ import annotations

from collections.abc import Iterable

from mi_theme.guesses import Guessed
from mi_theme.index.index_search import rhythms_in, search_index
from mi_theme.index.stored_corpus import StoredCorpus
from mi_theme.listings import Listing
from mi_theme.meter import Grouping, Meter
from mi_theme.search.corpus.batches import SearchSettings
from mi_theme.search.corpus.folders import Searched
from mi_theme.search.match.metric_places import MetricConditions, RhythmPlace

__all__ = ["Index"]


class Index(StoredCorpus, Guessed):
    """A corpus made ready for any number of searches: ``mi.find(theme, mi.open_index("corpus.idx"))``.

    Parameters
    ----------
    path
        The folder that `build_index` made.

    Raises
    ------
    FileError
        Where it is no index, damaged, or of another version.
    """

    def search(self, settings: SearchSettings, *, top: int | None = None) -> Searched:
        """Find a pattern; `find` asks this.

        Parameters
        ----------
        settings
            What is looked for, and how.
        top
            At most that many hits.

        Returns
        -------
        Searched
            The hits of a search of the files themselves.
        """
        return search_index(self, settings, top=top)

    def rhythms(
        self, rhythm: str | Iterable[int] | Grouping, *, meter: str | Meter | None = None, top: int | None = None
    ) -> Listing[RhythmPlace]:
        """Where voices have a rhythm from the downbeat on, whatever their notes are.

        Parameters
        ----------
        rhythm
            Groups that fill a bar, such as "3+3+2+2": notes begin just where they do.
        meter
            Of the bar; one without groups takes that signature with any.
        top
            At most that many places.

        Returns
        -------
        Listing of RhythmPlace
            Bars in a row are one place. Every piece that states such a metre is looked at, a thousandth of a second each.

        Raises
        ------
        TextError
            Where it is no rhythm, or no metre.
        """
        return Listing(rhythms_in(self, MetricConditions.of(meter, None, rhythm), top))
