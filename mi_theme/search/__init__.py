"""Finding a theme: where it is quoted, how it is changed there, and how surprising that is."""

from mi_theme.search.finding import find
from mi_theme.search.hits import Doubling, EvidenceTerm, Hit
from mi_theme.search.patterns import Pattern
from mi_theme.search.ranking.ranked import Ranked, rank

__all__ = ["Doubling", "EvidenceTerm", "Hit", "Pattern", "Ranked", "find", "rank"]
