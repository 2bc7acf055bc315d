"""From playing to paper: what would be written for what was played.

Onsets and written durations on a grid chosen beat by beat, chords together, grace notes
told apart, swing written as equal notes; and where there is no grid, the beats.
"""

from mi_theme.quantising.beatfinding import find_beats
from mi_theme.quantising.beattimes import Beats, read_beats
from mi_theme.quantising.model import GRACE, MARKS, NOTE, TRILL, Quantized, WrittenNote
from mi_theme.quantising.quantizer import quantize
from mi_theme.quantising.swingratios import Swing
from mi_theme.quantising.writtenmusic import WrittenTwin, written_music

beats = find_beats  # as the front door calls it

__all__ = [
    "GRACE",
    "MARKS",
    "NOTE",
    "TRILL",
    "Beats",
    "Quantized",
    "Swing",
    "WrittenNote",
    "WrittenTwin",
    "beats",
    "find_beats",
    "quantize",
    "read_beats",
    "written_music",
]
