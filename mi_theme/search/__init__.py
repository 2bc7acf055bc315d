"""Finding a theme: where it is quoted, how it is changed there, and how surprising that is."""

from mi_theme.search.finding import find
from mi_theme.search.hits import Doubling, Hit
from mi_theme.search.patterns import Pattern
from mi_theme.search.ranking.ranked import Ranked, rank

__all__ = ["Doubling", "Hit", "Pattern", "Ranked", "find", "rank"]
