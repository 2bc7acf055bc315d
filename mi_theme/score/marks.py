"""Marks: how notes are played, how loud, and what joins them.

In a score a mark is a text event in the track of its part, at the tick of its notes and
in their voice, so whatever moves events moves marks: ``mark staccato``, ``mark mf``,
``mark slur`` and ``mark end slur``. The names are those of MusicXML.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from mi_theme.score import messages as m

__all__ = ["DYNAMICS", "Mark", "kind_of"]

DYNAMICS = (
    *("pppppp", "ppppp", "pppp", "ppp", "pp", "p", "mp", "mf", "f", "ff", "fff", "ffff", "fffff", "ffffff"),
    *("n", "pf", "fp", "sf", "sfp", "sfpp", "sfz", "sffz", "sfzp", "fz", "rf", "rfz"),
)
NAMES = {
    "dynamics": DYNAMICS,
    "wedge": ("crescendo", "diminuendo"),
    "slur": ("slur",),
    "fermata": ("fermata",),
    "arpeggiate": ("arpeggiate",),
    "articulations": (
        *("accent", "strong-accent", "staccato", "tenuto", "detached-legato", "staccatissimo", "spiccato"),
        *("scoop", "plop", "doit", "falloff", "breath-mark", "caesura", "stress", "unstress", "soft-accent"),
    ),
    "ornaments": (
        *("trill-mark", "turn", "delayed-turn", "inverted-turn", "delayed-inverted-turn", "vertical-turn"),
        *("shake", "mordent", "inverted-mordent", "schleifer", "tremolo", "haydn"),
    ),
    "technical": (
        *("up-bow", "down-bow", "harmonic", "open-string", "thumb-position", "fingering", "stopped"),
        *("snap-pizzicato", "string", "heel", "toe", "fingernails", "brass-bend", "flip", "smear", "open", "golpe"),
    ),
}
KINDS = {name: kind for kind, names in NAMES.items() for name in names}
SPANS = ("wedge", "slur")  # kinds that begin at one place and end at another
SAID = re.compile(r"mark (end )?([a-z-]+)(?: (\d{1,3}))?")


def kind_of(name: str) -> str:
    """What a mark is, in the words of MusicXML: ``articulations``, ``dynamics``, ``slur`` and so on; nothing for no mark."""
    return KINDS.get(name, "")


class Mark(NamedTuple):
    """What is said at a place in a part.

    Attributes
    ----------
    name
        As MusicXML has it: ``staccato``, ``mf``, ``slur``, ``crescendo``, ``trill-mark``.
    number
        Which slur of several, how many strokes a tremolo has, which finger; 0 for unsaid.
    ends
        Whether what began before ends here.
    """

    name: str
    number: int = 0
    ends: bool = False

    @property
    def text(self) -> str:
        """The text event that says it."""
        number = f" {self.number}" if self.number else ""
        return f"{m.MARK_TEXT}{'end ' * self.ends}{self.name}{number}"

    @classmethod
    def of(cls, text: str) -> Mark | None:
        """The mark that a text event says, if it is one.

        Parameters
        ----------
        text
            Such as ``mark end slur``.
        """
        said = SAID.fullmatch(text)
        if not said or said[2] not in KINDS or (said[1] and KINDS[said[2]] not in SPANS):
            return None
        return cls(said[2], int(said[3] or 0), bool(said[1]))
