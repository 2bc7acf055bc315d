"""Finding a theme: where it is quoted, how it is changed there, and how surprising that is; and what recurs in a piece."""

from mi_theme.search.finding import find
from mi_theme.search.hits import Doubling, EvidenceTerm, Hit
from mi_theme.search.patterns import Pattern
from mi_theme.search.ranking.ranked import Ranked, rank
from mi_theme.search.recurrence.motif_search import motifs
from mi_theme.search.recurrence.recurring import RecurringMotif

__all__ = ["Doubling", "EvidenceTerm", "Hit", "Pattern", "Ranked", "RecurringMotif", "find", "motifs", "rank"]
