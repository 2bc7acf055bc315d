"""From playing to paper: what would be written for what was played.

Onsets and written durations on a grid chosen beat by beat, chords together, grace notes
told apart, swing written as equal notes; and where there is no grid, the beats.
"""

from mi_theme.quantising.beats import Beats, read_beats
from mi_theme.quantising.finding import find_beats
from mi_theme.quantising.model import GRACE, MARKS, NOTE, TRILL, Quantized, Written
from mi_theme.quantising.quantizer import quantize
from mi_theme.quantising.swing import Swing

__all__ = [
    "GRACE",
    "MARKS",
    "NOTE",
    "TRILL",
    "Beats",
    "Quantized",
    "Swing",
    "Written",
    "find_beats",
    "quantize",
    "read_beats",
]
