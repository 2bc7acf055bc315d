"""Notation: themes, versions, passages, plans and hits on staves, engraved by verovio (extra ``[notation]``).

`notation` is the way in. A `Drawing` is what every picture of ours is: it says what
is on it, becomes SVG or PNG, and shows itself in a notebook.
"""

from mi_theme.engraving.drawings import Drawing
from mi_theme.engraving.engravings import notation, notation_words

__all__ = ["Drawing", "notation", "notation_words"]
