"""What is written on staves: one model made from a Score, which the writers of MEI and of MusicXML read.

`notate` is the way in. Values, ties, tuplets, beams, voices, clefs and spelling are
decided here, so a picture and a file say the same.
"""

from mi_theme.notated.model import NotatedScore
from mi_theme.notated.notating import notate

__all__ = ["NotatedScore", "notate"]
