"""Looking at it: bars in the terminal, pictures of metres, rhythms, conversions and scores, sheets and pages.

`draw` is the one word for all pictures. `drawn` needs nothing; notation needs the
extra ``[notation]``, the other pictures ``[plot]``. Every picture shows itself in a
notebook, reads well in black and white, is the same bytes every time, and has a
description in words.
"""

from mi_theme.views.bars import counted, drawn
from mi_theme.views.drawing import draw
from mi_theme.views.maps import bar_map
from mi_theme.views.profiles import necklace, weight_profile
from mi_theme.views.rolls import piano_roll
from mi_theme.views.words import bar_map_words, necklace_words, piano_roll_words, weight_profile_words
from mi_theme.views.worksheets.pages import Worksheet, worksheet

__all__ = [
    "Worksheet",
    "bar_map",
    "bar_map_words",
    "counted",
    "draw",
    "drawn",
    "necklace",
    "necklace_words",
    "piano_roll",
    "piano_roll_words",
    "weight_profile",
    "weight_profile_words",
    "worksheet",
]
