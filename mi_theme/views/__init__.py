"""Looking at it and hearing it: bars in the terminal, pictures of metres, rhythms, conversions and scores, sound.

`draw` is the one word for all pictures. `drawn` needs nothing; notation needs the
extra ``[notation]``, the other pictures ``[plot]``. Every picture shows itself in a
notebook, reads well in black and white, is the same bytes every time, and has a
description in words. `record` is the sound of a score (extra ``[audio]``).
"""

from mi_theme.views.bars import counted, drawn
from mi_theme.views.choosing import draw
from mi_theme.views.drawings import Drawing
from mi_theme.views.engravings import notation
from mi_theme.views.maps import bar_map
from mi_theme.views.necklaces import necklace
from mi_theme.views.profiles import weight_profile
from mi_theme.views.recordings import Recording, record
from mi_theme.views.rolls import piano_roll
from mi_theme.views.soundfonts import find_soundfont
from mi_theme.views.words import bar_map_words, necklace_words, notation_words, piano_roll_words, weight_profile_words
from mi_theme.views.worksheets import Worksheet, worksheet

__all__ = [
    "Drawing",
    "Recording",
    "Worksheet",
    "bar_map",
    "bar_map_words",
    "counted",
    "draw",
    "drawn",
    "find_soundfont",
    "necklace",
    "necklace_words",
    "notation",
    "notation_words",
    "piano_roll",
    "piano_roll_words",
    "record",
    "weight_profile",
    "weight_profile_words",
    "worksheet",
]
