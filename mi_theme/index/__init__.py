"""An index of a corpus: finding a theme among millions of notes in milliseconds."""

from mi_theme.index.building import IndexChanges
from mi_theme.index.corpus_index import Index
from mi_theme.index.many_queries import find_each
from mi_theme.index.opening import build_index, open_index, update_index

__all__ = ["Index", "IndexChanges", "build_index", "find_each", "open_index", "update_index"]
