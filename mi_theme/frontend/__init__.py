"""The front end, written once: the live bar, its sound and its looks, for a page, a studio and a notebook.

What one sees and hears is worked out here, in tables (`live_bar`, `piece_of`); the
JavaScript beside them shows and plays tables and knows no rule of music.
"""

from mi_theme.frontend.bundle import packed_json, script, script_json, style
from mi_theme.frontend.dossiers import dossier
from mi_theme.frontend.live_scores import live_score
from mi_theme.frontend.livebars import LiveBar, live_bar
from mi_theme.frontend.pieces import Piece, piece_of
from mi_theme.frontend.studios import studio

__all__ = [
    "LiveBar",
    "Piece",
    "dossier",
    "live_bar",
    "live_score",
    "packed_json",
    "piece_of",
    "script",
    "script_json",
    "studio",
    "style",
]
