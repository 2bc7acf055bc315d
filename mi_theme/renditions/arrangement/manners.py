"""Manners: the music that a style owns, apart from its players.

A manner is a row of ``data/manners.toml`` or of a user's own file: rhythm cells
for the tune, chords and how fast they change, what chords and broken chords play,
the order of devices, the length, one event that everybody waits for. Where a row
is silent, the manner ``plain`` speaks.
"""

from __future__ import annotations

from msgspec import field

from mi_theme import catalog
from mi_theme.errors import ScoreError, UnknownName

__all__ = ["DEVICES", "EVENTS", "Cell", "Manner", "all_manners", "manner_named"]

#: What a lead does in the bars of a phrase. A and B are the bars of the motif, C another close, R a run, a dot a rest;
#: ``~`` upside down, a number steps up or down the scale, ``%`` up or down as a seed has it, ``!`` its first half only,
#: ``<`` its first group only.
DEVICES: dict[str, str] = {
    "theme": "A B A! .",
    "return": "A B . .",
    "answer": "A C . .",
    "sequence": "A A%1 A%2! .",
    "lift": "A A+1 B+1 .",
    "inversion": "~A ~B . .",
    "call": "A . A+1 .",
    "riff": "A A B .",
    "fragmentation": "A< A! A< .",
    "diminution": "R A! R .",
    "cadenza": "R R+2 R .",
}
#: What a style's listeners wait for.
EVENTS = ("drop", "shout", "tutti", "breakdown", "coro", "cadenza", "stop-time", "drums-alone")
SIGNS = frozenset("xXo.-")
FIGURES = frozenset("0123456*.-")


class Cell(catalog.Row, frozen=True):
    """A rhythm in one bar, by the length of its groups.

    ``x`` a note, ``-`` the same note still, ``.`` nothing; in broken chords a digit
    is a voice from below and ``*`` the whole chord. A group of three eighths is cut
    into as many parts as ``three`` has signs, so that ``xxx`` for a group of ``two``
    are triplets. Two patterns with a ``/`` between them are for groups with the
    downbeat and the backbeat, four for the quarters of the bar.
    """

    three: str
    two: str

    def __post_init__(self) -> None:
        for text in (self.three, self.two):
            if not text.strip("/") or set(text) - SIGNS - FIGURES - {"/"}:
                raise ScoreError(f"{text!r} is no rhythm: write x, - and . for each part of a group")


Bars = tuple[Cell, ...]  # bar after bar of a phrase, again from the first where they are fewer
Progressions = dict[str, tuple[str, ...]]  # by mode: chords apart by spaces, one a cell; a comma for two in a cell


class Manner(catalog.Row, frozen=True):
    """The music of a style.

    Attributes
    ----------
    opens, closes
        Rhythm cells for the two bars of the motif; a seed chooses one of each.
    run
        The rhythm of runs.
    follows
        ``figure``, or ``metre``: whose groups the tune counts.
    chords, bridges
        Progressions over the tonic and with roots that travel, by mode.
    comping, figuration, holding
        Sets of bars for short chords, for broken chords and for held ones; a seed chooses a set.
    stories
        Orders of devices after the statement, up to the climax; a seed chooses one.
    event
        One of `EVENTS`, or nothing.
    length
        Of a form, as a share of the bars that it says.
    approach
        How often a note before a long one comes from a half step below, 0 to 1.
    repeats
        How often the tune repeats a note rather than leap a third where it has a note too many, 0 to 1.
    """

    name: str
    opens: Bars = ()
    closes: Bars = ()
    run: Cell | None = None
    follows: str = "figure"
    chords: Progressions = field(default_factory=dict)
    bridges: Progressions = field(default_factory=dict)
    comping: tuple[Bars, ...] = ()
    figuration: tuple[Bars, ...] = ()
    holding: tuple[Bars, ...] = ()
    stories: tuple[str, ...] = ()
    event: str = ""
    length: float = 1.0
    approach: float = 0.0
    repeats: float = 0.5

    def __post_init__(self) -> None:
        if self.event and self.event not in EVENTS:
            raise UnknownName.among("event of a manner", self.event, EVENTS)
        for device in " ".join(self.stories).split():
            if device not in DEVICES and device != "silence":
                raise UnknownName.among("device of a lead", device, DEVICES)
        for mode, progression in [*self.chords.items(), *self.bridges.items()]:
            if not progression or not all(text.split() for text in progression):
                raise ScoreError(f"manner {self.name!r}: a progression for {mode} has no chords")
        if not 0.25 <= self.length <= 4:
            raise ScoreError(f"manner {self.name!r}: length is a share of the form's bars, .25 to 4")

    def __hash__(self) -> int:
        return hash((self.name, self.opens, self.closes, self.stories))

    def progressions(self, role: str, family: str) -> tuple[str, ...]:
        """The progressions of a family of modes, for a groove or a bridge.

        Parameters
        ----------
        role
            Of the section; a bridge has chords of its own.
        family
            ``minor`` or ``major``.
        """
        return (self.bridges if role == "bridge" else self.chords)[family]


class MannerTable(catalog.Row, frozen=True):
    """A manners file; a user's styles file may hold manners too."""

    manner: tuple[Manner, ...] = ()


def all_manners(own: tuple[Manner, ...] = ()) -> dict[str, Manner]:
    """Our manners by name, whole, and those of a user's own file.

    Parameters
    ----------
    own
        Rows that a user's file adds or replaces.

    Returns
    -------
    dict of str to Manner
        Name to manner.
    """
    rows = {row.name: row for row in (*catalog.load("manners.toml", MannerTable).manner, *own)}
    return {name: _completed(row, rows["plain"]) for name, row in rows.items()}


def manner_named(name: str, own: tuple[Manner, ...] = ()) -> Manner:
    """The manner of that name.

    Raises
    ------
    UnknownName
        Where there is none; the nearest is suggested.
    """
    known = all_manners(own)
    if name not in known:
        raise UnknownName.among("manner", name, known)
    return known[name]


def _completed(row: Manner, plain: Manner) -> Manner:
    """The row, with what it does not say from the plain manner."""
    from msgspec.structs import replace

    silent = ("opens", "closes", "run", "comping", "figuration", "holding", "stories")
    said = {name: getattr(row, name) or getattr(plain, name) for name in silent}
    return replace(row, **said, chords=plain.chords | row.chords, bridges=plain.bridges | row.bridges)
