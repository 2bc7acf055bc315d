"""Themes: motifs as scale degrees with exact rhythm, and their versions in other metres.

`theme` gives the theme this library starts from; `Theme.from_score` makes one
of any passage, and everything works with it.
"""

from mi_theme.themes.model import Adaptation, Rights, Theme
from mi_theme.themes.motifs import Motif, Tone
from mi_theme.themes.quotation import theme

__all__ = ["Adaptation", "Motif", "Rights", "Theme", "Tone", "theme"]
