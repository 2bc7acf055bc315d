"""Styles: who plays, in which register, how long and how loud, over which groove.

Everything a style says is data: a row of ``data/styles.toml`` or of a user's own
file in the same shape. Programs count from 1 as manuals print them; pitches are
MIDI numbers.
"""

from __future__ import annotations

from pathlib import Path

from msgspec import field

from mi_theme import catalog
from mi_theme.arguments import asked, known_name
from mi_theme.errors import ScoreError, UnknownName
from mi_theme.listings import NamedRows
from mi_theme.renditions.arrangement.manners import Manner

__all__ = ["PARTS", "Groove", "Instrument", "Style", "Voice", "all_grooves", "all_styles", "own_manners", "style_named"]

MOST_VOICES = 6  # of a chord
#: what an instrument may do, and who does it: see ``COMPOSERS``
PARTS = ("ostinato", "double", "lead", "answer", "stabs", "pad", "arpeggio", "riff", "anchor", "kit", "hands", "colour")


class Instrument(catalog.Row, frozen=True):
    """One part of an ensemble.

    Attributes
    ----------
    name
        Of the track.
    plays
        One of `PARTS`.
    program
        General MIDI, from 1; nothing for drums.
    low, high
        Range.
    gate
        Share of the written value that sounds.
    loud
        Velocity of a weak pulse at the quietest moment.
    volume, pan
        Controllers 7 and 10.
    enters
        Place in the order in which layers enter, from 1.
    swells
        Whether long notes get an expression curve: winds, strings, synthesisers.
    sweeps
        Whether a filter opens (controller 74) through each section.
    pumps
        Whether it ducks under every beat (controller 11), as a compressor on the kick would have it.
    voices
        Of its chords, at most.
    drop2
        Whether the second voice from the top lies an octave lower, as sections of a big band have it.
    tonic
        The lowest note that degree 1 of the figure may be, where the figure fits there.
    groove
        The pattern, for drums; a seed chooses one of several.
    exempt
        Whether its strokes are accented against the metre on purpose.
    player
        Who plays it with other parts on one instrument; these are written on its staves. Nothing for
        a player of its own.
    """

    name: str
    plays: str
    program: int = 0
    low: int = 0
    high: int = 127
    gate: float = 0.9
    loud: int = 64
    volume: int = 100
    pan: int = 64
    enters: int = 1
    swells: bool = False
    sweeps: bool = False
    pumps: bool = False
    voices: int = 3
    drop2: bool = False
    tonic: int = 33
    groove: str | tuple[str, ...] = ""
    exempt: bool = False
    player: str = ""

    def __post_init__(self) -> None:
        if self.plays not in PARTS:
            raise UnknownName.among("part of an instrument", self.plays, PARTS)
        if not (0 <= self.low <= self.high <= 127 and self.program in range(129) and 0 < self.gate <= 1):
            raise ScoreError(f"instrument {self.name!r}: low <= high within 0 to 127, program to 128, gate to 1")
        if not (1 <= self.voices <= MOST_VOICES and 0 <= self.tonic <= 127):
            raise ScoreError(f"instrument {self.name!r}: 1 to {MOST_VOICES} voices, tonic within 0 to 127")
        if self.is_drums and not any(self.grooves):
            raise ScoreError(f"instrument {self.name!r}: drums need a groove")

    @property
    def grooves(self) -> tuple[str, ...]:
        """The names of its patterns."""
        return (self.groove,) if isinstance(self.groove, str) else self.groove

    @property
    def is_drums(self) -> bool:
        """Whether it plays on the drum channel."""
        return self.plays in ("kit", "hands")


class Style(catalog.Row, frozen=True):
    """An ensemble and its manners.

    Attributes
    ----------
    tempo
        Quarters a minute: slowest, usual, fastest.
    part
        The players; one plays the ostinato.
    swing
        Where a sixteenth off the eighth falls, in percent of the eighth: 50 is straight.
    manner
        The music that it owns: see `Manner`.
    """

    name: str
    about: str
    tempo: tuple[int, int, int]
    part: tuple[Instrument, ...]
    swing: int = 50
    manner: str = "plain"

    def __post_init__(self) -> None:
        if [p.name for p in self.part if p.plays == "ostinato"] != ["Ostinato"]:
            raise ScoreError(f"style {self.name!r}: exactly one part plays the ostinato, and is called Ostinato")
        if len({p.name for p in self.part}) < len(self.part):
            raise ScoreError(f"style {self.name!r}: two parts have one name")
        if len([p for p in self.part if not p.is_drums]) > 13:
            raise ScoreError(f"style {self.name!r}: a MIDI file has channels for 13 pitched parts")

    def playing(self, *kinds: str) -> tuple[Instrument, ...]:
        """The instruments with one of some tasks.

        Parameters
        ----------
        *kinds
            Some of `PARTS`.
        """
        return tuple(p for p in self.part if p.plays in kinds)

    @property
    def cells(self) -> dict[str, str]:
        """The style as a row of a table."""
        low, _, high = self.tempo
        return {"name": self.name, "bpm": f"{low}-{high}", "parts": ", ".join(part.name for part in self.part)}

    def __str__(self) -> str:
        low, usual, high = self.tempo
        rows = [f"{self.name}: {self.about}", f"  tempo {usual} ({low} to {high})"]
        rows += [f"  {p.name:16} {p.plays:9} {_range(p)}" for p in self.part]
        return "\n".join(rows)


def _range(part: Instrument) -> str:
    return (
        f"groove {', '.join(part.grooves)}" if part.is_drums else f"program {part.program}, {part.low} to {part.high}"
    )


class Voice(catalog.Row, frozen=True):
    """One drum of a groove, in sixteenths, by the length of the group it plays in.

    ``x`` is a stroke, ``X`` an accent, ``o`` a ghost, ``.`` nothing; ``three`` for
    a group of three eighths, ``two`` for one of two. Two patterns with a ``/``
    between them are for groups that carry the downbeat and the backbeat, four for
    the four quarters of the bar. ``odd`` has patterns for whole bars by their
    number of sixteenths, as drummers play them: ``{ 20 = "..." }`` for 5/4.
    ``bars`` are those of a phrase in which the drum plays, from 0; ``enters``
    keeps it out of the beginning of an intro; ``with_figure`` strikes where the
    figure does instead.
    """

    key: int
    three: str = "......"
    two: str = "...."
    odd: dict[str, str] = field(default_factory=dict)
    bars: tuple[int, ...] = (0, 1, 2, 3)
    enters: int = 0
    with_figure: bool = False

    def __hash__(self) -> int:
        return hash((self.key, self.three, self.two, self.bars))


class Groove(catalog.Row, frozen=True):
    """Voices together.

    Attributes
    ----------
    follows
        ``metre``, or ``figure``: the ostinato's grouping.
    fill
        Keys of a fill, in order; none, no fill.
    crash
        Key that marks a new section; 0 for none.
    """

    name: str
    voice: tuple[Voice, ...]
    follows: str = "metre"
    fill: tuple[int, ...] = ()
    crash: int = 0


class StyleTable(catalog.Row, frozen=True):
    """A styles file."""

    style: tuple[Style, ...] = ()
    groove: tuple[Groove, ...] = ()
    manner: tuple[Manner, ...] = ()


@asked()
def all_styles(path: str | Path | None = None) -> NamedRows[Style]:
    """Our styles by name, and those of a user's own file.

    Parameters
    ----------
    path
        A TOML file in the shape of ours.

    Returns
    -------
    NamedRows of Style
        A dictionary that prints as a table, by name; one of the user's replaces ours of that name.
    """
    return NamedRows({style.name: style for table in _tables(path) for style in table.style})


def all_grooves(path: str | Path | None = None) -> dict[str, Groove]:
    """The grooves that styles may name."""
    return {groove.name: groove for table in _tables(path) for groove in table.groove}


def own_manners(path: str | Path | None) -> tuple[Manner, ...]:
    """The manners of a user's own file."""
    return _tables(path)[-1].manner if path else ()


def style_named(name: str, path: str | Path | None = None) -> Style:
    """The style of that name.

    Parameters
    ----------
    name
        As in `all_styles`.
    path
        A TOML file in the shape of ours.

    Returns
    -------
    Style
        Its instruments, grooves and tempos.

    Raises
    ------
    UnknownName
        Where there is none; the nearest is suggested.
    """
    known = all_styles(path)
    return known[known_name("style", name, known)]


def _tables(path: str | Path | None) -> list[StyleTable]:
    ours = catalog.load("styles.toml", StyleTable)
    return [ours, catalog.load_file(path, StyleTable)] if path else [ours]
