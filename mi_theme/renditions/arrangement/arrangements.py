"""Arrangements: what a rendition will do, as a value that prints and serialises.

Show the plan, then do it: `Arrangement` says sections, layers, chords and what
the lead does, phrase by phrase; `Arrangement.score` writes the notes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from mi_theme.arguments import known_name
from mi_theme.hooks import Shown, answer
from mi_theme.meter import Grouping, Meter
from mi_theme.renditions.arrangement.harmony import CELL_BARS, Chord
from mi_theme.renditions.arrangement.manners import Manner
from mi_theme.renditions.arrangement.styles import Groove, Style
from mi_theme.score.sketches import Sketch
from mi_theme.themes import Adaptation, Motif, Theme

if TYPE_CHECKING:
    from mi_theme.score import Score

__all__ = ["ENDINGS", "OPEN_ENDINGS", "Arrangement", "Passage", "Phrase", "ending_named"]

#: How a rendition may end.
ENDINGS = ("ring", "stop", "fade", "loop")
OPEN_ENDINGS = ("fade", "loop")  # without a closing section


def ending_named(name: str | None) -> str:
    """An ending that was asked for, or the usual one.

    Raises
    ------
    UnknownName
        Where it is none of `ENDINGS`.
    """
    return ENDINGS[0] if name is None else known_name("ending", name, ENDINGS)


@dataclass(frozen=True, slots=True)
class Phrase:
    """Some bars of a section in which the same layers play.

    Attributes
    ----------
    first, bars
        Number of the first bar, and how many.
    layers
        Names of the parts that play.
    device
        What the lead does.
    chords
        One for each bar.
    event
        What the style's listeners wait for, if it happens here: see `EVENTS`; ``build`` before a drop.
    level
        How loud and full, 0 to 1, at its beginning and its end.
    fill
        Whether the drums fill its last two groups.
    """

    first: int
    bars: int
    layers: tuple[str, ...]
    device: str
    chords: tuple[Chord, ...]
    level: tuple[float, float]
    fill: bool
    event: str = ""

    @property
    def last(self) -> int:
        """Number of the last bar."""
        return self.first + self.bars - 1

    def as_dict(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "bars": [self.first, self.last],
            "layers": list(self.layers),
            "lead": self.device,
            "chords": cells_of(self.chords),
            "level": [round(level, 3) for level in self.level],
            "fill": self.fill,
            "event": self.event,
        }


def cells_of(chords: tuple[Chord, ...]) -> list[str]:
    """Chords of bars as those of two-bar cells, a comma where a cell has two."""
    cells = [chords[first : first + CELL_BARS] for first in range(0, len(chords), CELL_BARS)]
    return [",".join(dict.fromkeys(map(str, cell))) for cell in cells]


@dataclass(frozen=True, slots=True)
class Passage:
    """A section as planned: where it stands, in which tempo, how the figure goes there.

    ``equation`` is the tempo equation at its beginning, empty where the metre stays;
    ``ostinato`` and ``head`` are the motifs in its metre, ``figure`` says how the
    ostinato groups the bar, where it does so in whole pulses.
    """

    name: str
    role: str
    meter: Meter
    first: int
    bars: int
    start: Fraction
    tempo: Fraction
    equation: str
    adaptation: Adaptation
    ostinato: Motif
    head: Motif
    figure: Grouping | None
    phrases: tuple[Phrase, ...] = ()

    @property
    def last(self) -> int:
        """Number of the last bar."""
        return self.first + self.bars - 1

    @property
    def end(self) -> Fraction:
        """Where it ends, in quarters."""
        return self.start + self.bars * self.meter.bar

    def as_dict(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "name": self.name,
            "role": self.role,
            "meter": str(self.meter),
            "bars": [self.first, self.last],
            "tempo": float(round(self.tempo, 3)),
            "equation": self.equation,
            "strategy": self.adaptation.plan.how,
            "figure": str(self.figure or ""),
            "phrases": [phrase.as_dict() for phrase in self.phrases],
        }


@dataclass(frozen=True, slots=True, repr=False)
class Arrangement(Sketch, Shown):
    """A theme in a form for an ensemble.

    Attributes
    ----------
    theme, form, style
        What is played, the name of the form, who plays.
    passages
        The sections in order.
    ending
        One of `ENDINGS`.
    seed
        Equal arguments and seed give equal bytes.
    grooves
        The patterns that the style names.
    manner
        The music that the style owns.
    film
        The film whose opening's metre it has.
    note
        What is ours in it, where somebody might think it stated.
    """

    theme: Theme
    form: str
    style: Style
    passages: tuple[Passage, ...]
    ending: str
    seed: int
    grooves: tuple[Groove, ...]
    manner: Manner
    film: int | str | None = None
    note: str = ""

    @property
    def bars(self) -> int:
        """Bars of all sections; a final downbeat comes after them."""
        return self.passages[-1].last

    @property
    def end(self) -> Fraction:
        """Where the last section ends, in quarters."""
        return self.passages[-1].end

    @property
    def has_final_bar(self) -> bool:
        """Whether a last downbeat adds a bar."""
        return self.ending not in OPEN_ENDINGS

    def score(self, parts: Iterable[str] | str | None = None) -> Score:
        """The notes, of some parts if they are named.

        Parameters
        ----------
        parts
            Names of parts, or one name; None for all.

        Raises
        ------
        UnknownName
            Where there is no such part.
        """
        several = isinstance(parts, Iterable) and not isinstance(parts, str)
        names = None if parts is None else tuple(parts) if several else (parts,)
        score: Score = answer("Arrangement.score", self, names)
        return score

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return {
            "theme": self.theme.name,
            "tonic": str(self.theme.tonic),
            "mode": self.theme.mode,
            "form": self.form,
            "style": self.style.name,
            "parts": [{"name": part.name, "plays": part.plays} for part in self.style.part],
            "bars": self.bars,
            "final_bar": self.has_final_bar,
            "ending": self.ending,
            "seed": self.seed,
            "note": self.note,
            "sections": [passage.as_dict() for passage in self.passages],
        }

    def __repr__(self) -> str:
        return f"<Arrangement: form {self.form}, style {self.style.name}, {self.bars} bars, seed {self.seed}>"

    def __str__(self) -> str:
        final = " + 1 for the last downbeat" if self.has_final_bar else ""
        rows = [
            f"{self.theme.name} in {self.theme.tonic} {self.theme.mode}: form {self.form}, style {self.style.name}, "
            f"{self.bars} bars{final}, ending {self.ending}, seed {self.seed}"
        ]
        rows += [self.note] if self.note else []
        for passage in self.passages:
            rows += _passage_rows(passage)
        return "\n".join(rows)


def _passage_rows(passage: Passage) -> list[str]:
    """A heading and a row for each phrase."""
    figure = f", figure {passage.figure}" if passage.figure else ""
    equation = f", {passage.equation}" if passage.equation else ""
    heading = (
        f"\n{passage.first:4}-{passage.last:<4} {passage.name} ({passage.role})   {passage.meter}{figure} "
        f"by {passage.adaptation.plan.how}   {float(passage.tempo):.4g} quarters a minute{equation}"
    )
    return [heading, *(_phrase_row(phrase) for phrase in passage.phrases)]


def _phrase_row(phrase: Phrase) -> str:
    chords = " ".join(cells_of(phrase.chords))
    more = ", ".join([*phrase.layers, *["fill"][: phrase.fill], *[phrase.event][: bool(phrase.event)]])
    return f"{phrase.first:6}-{phrase.last:<4} {phrase.device:14} {chords:20} {more}"
