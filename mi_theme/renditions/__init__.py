"""Renditions: a theme in a form for an ensemble, arranged by theory's means.

`arrange` gives the plan as a value that prints; `render` carries it out. Forms
and styles are tables to which a file of one's own adds rows.
"""

from mi_theme.adaptation.tempo_equations import KEEPS
from mi_theme.renditions.arrangement.arrangements import ENDINGS, Arrangement, Passage, Phrase
from mi_theme.renditions.arrangement.forms import ROLES, Form, Section
from mi_theme.renditions.arrangement.forms import all_forms as forms
from mi_theme.renditions.arrangement.forms import form_named as find_form
from mi_theme.renditions.arrangement.manners import Cell, Manner
from mi_theme.renditions.arrangement.manners import all_manners as manners
from mi_theme.renditions.arrangement.styles import Instrument, Style
from mi_theme.renditions.arrangement.styles import all_styles as styles
from mi_theme.renditions.arrangement.styles import style_named as find_style
from mi_theme.renditions.rendering import arrange, render, stems

__all__ = [
    "ENDINGS",
    "KEEPS",
    "ROLES",
    "Arrangement",
    "Cell",
    "Form",
    "Instrument",
    "Manner",
    "Passage",
    "Phrase",
    "Section",
    "Style",
    "arrange",
    "find_form",
    "find_style",
    "forms",
    "manners",
    "render",
    "stems",
    "styles",
]
