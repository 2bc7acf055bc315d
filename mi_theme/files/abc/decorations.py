"""What decorations of ABC mean, by what MusicXML calls them."""

from __future__ import annotations

from mi_theme.files.typed.model import TypedRemark

__all__ = ["USER_SIGNS", "meaning_of"]

ARTICULATIONS = {
    "trill": "ornaments/trill-mark",
    "lowermordent": "ornaments/mordent",
    "mordent": "ornaments/mordent",
    "uppermordent": "ornaments/inverted-mordent",
    "pralltriller": "ornaments/inverted-mordent",
    "turn": "ornaments/turn",
    "invertedturn": "ornaments/inverted-turn",
    "roll": "ornaments/turn",
    ">": "articulations/accent",
    "accent": "articulations/accent",
    "emphasis": "articulations/accent",
    "fermata": "fermata",
    "invertedfermata": "fermata",
    "tenuto": "articulations/tenuto",
    "staccato": "articulations/staccato",
    "marcato": "articulations/strong-accent",
    "^": "articulations/strong-accent",
    "wedge": "articulations/staccatissimo",
    "breath": "articulations/breath-mark",
    "+": "technical/stopped",
    "plus": "technical/stopped",
    "snap": "technical/snap-pizzicato",
    "open": "technical/open-string",
    "thumb": "technical/thumb-position",
    "upbow": "technical/up-bow",
    "downbow": "technical/down-bow",
    "arpeggio": "arpeggiate",
    "slide": "articulations/scoop",
    "tremolo": "",
    **{str(finger): f"technical/fingering/{finger}" for finger in range(6)},
}
# what letters mean where no U: says it
USER_SIGNS = {
    ".": "staccato",
    "~": "roll",
    "H": "fermata",
    "L": "accent",
    "M": "lowermordent",
    "O": "coda",
    "P": "uppermordent",
    "S": "segno",
    "T": "trill",
    "u": "upbow",
    "v": "downbow",
}
DYNAMICS = ("pppp", "ppp", "pp", "p", "mp", "mf", "f", "ff", "fff", "ffff", "sfz", "fp", "sf")
WEDGES = {
    "crescendo(": "crescendo",
    "<(": "crescendo",
    "diminuendo(": "diminuendo",
    ">(": "diminuendo",
    "crescendo)": "stop",
    "<)": "stop",
    "diminuendo)": "stop",
    ">)": "stop",
}
# a sign, words, and what they do
JUMPS = {
    "segno": ("segno", "", "segno"),
    "coda": ("coda", "", "coda"),
    "D.S.": ("", "D.S.", "dalsegno"),
    "D.C.": ("", "D.C.", "dacapo"),
    "dacapo": ("", "D.C.", "dacapo"),
    "dacoda": ("", "To Coda", "tocoda"),
    "fine": ("", "Fine", "fine"),
}
SEEN_ONLY = (
    "editorial",
    "courtesy",
    "beambr1",
    "beambr2",
    "trill(",
    "trill)",
    "8va(",
    "8va)",
    "8vb(",
    "8vb)",
    "xstem",
    "nota",
    "nil",
    "",
)


def meaning_of(name: str) -> str | TypedRemark | None:
    """A sign at a note, or what is said before one; an empty sign for what is only to be seen, None for what is not known."""
    if name in ARTICULATIONS:
        return ARTICULATIONS[name]
    if name in DYNAMICS:
        return TypedRemark("dynamics", name)
    if name in WEDGES:
        return TypedRemark("wedge", WEDGES[name])
    if name in JUMPS:
        return TypedRemark("jump", JUMPS[name])
    return "" if name in SEEN_ONLY else None
