"""An open index: what `find` looks in."""

from __future__ import annotations

from mi_theme.index.index_search import search_index
from mi_theme.index.stored_corpus import StoredCorpus
from mi_theme.search.corpus.batches import SearchSettings
from mi_theme.search.corpus.folders import Searched

__all__ = ["Index"]


class Index(StoredCorpus):
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
