"""Hits: where a pattern was found, how, and how surprising that is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from fractions import Fraction
from typing import Any, NamedTuple

from mi_theme.hooks import Shown
from mi_theme.warp import Warp

__all__ = ["Doubling", "Hit"]

DIGITS = 4  # of a number that is estimated, where it is written
OCTAVE = 12
CHANCE = 1.0  # expected by chance: no less is any accident


class Doubling(NamedTuple):
    """A part that has the notes of a hit at the same time, in unison or octaves.

    Attributes
    ----------
    part
        Its name.
    semitones
        How much higher it is than the hit.
    notes
        Row numbers in ``note_table()``.
    """

    part: str
    semitones: int
    notes: tuple[int, ...]

    def __str__(self) -> str:
        return f"{self.part} {_interval(self.semitones)}"


@dataclass(frozen=True, slots=True)
class Hit(Shown):
    """A place where a pattern was found.

    Attributes
    ----------
    source
        The file or score.
    part
        The part that has most of the notes.
    bar
        The bar of the first note; None where the music has no bars.
    onset, end
        Quarters from the beginning of the score.
    notes
        Row numbers in ``note_table()``, in the order of the pattern.
    matched
        The numbers, in the pattern, of the notes that they match.
    transposition
        Semitones up from the pattern, of most notes.
    stretch
        Times in the score for one in the pattern.
    missing
        The numbers of the pattern's notes that are not there.
    changed
        The numbers of those that are off by another interval than most, in
        semitones and in diatonic steps.
    evalue
        How many hits as good chance would bring.
    score
        What it says for being a copy, in nats: the logarithm of how much likelier
        its notes are as one than as any music (``evidence.evidence``).
    share
        The score as a share of what the pattern earns aligned with itself.
    warp, strategy
        The bar map that explains the rhythm, where there is one, and the
        strategy that makes it.
    inverted
        Whether the pattern is upside down.
    timed
        Whether its rhythm counted; if not, only its intervals did.
    doubled
        The parts that have the same at the same time, in unison or octaves.
    """

    source: str
    part: str
    bar: int | None
    onset: Fraction
    end: Fraction
    notes: tuple[int, ...]
    matched: tuple[int, ...]
    transposition: int
    stretch: Fraction
    missing: tuple[int, ...]
    changed: tuple[int, ...]
    evalue: float
    score: float
    share: float
    warp: Warp | None = None
    strategy: str = ""
    inverted: bool = False
    timed: bool = True
    doubled: tuple[Doubling, ...] = ()

    def __str__(self) -> str:
        place = f"{self.source or 'score'}, {self.part}, " + (
            f"bar {self.bar}" if self.bar is not None else f"at {float(self.onset):g}"
        )
        chance = ": chance" if self.evalue >= CHANCE else ""
        return f"{place}: {', '.join(self.ways)} (E {self.evalue:.2g}{chance}, {self.share:.0%})"

    @property
    def ways(self) -> list[str]:
        """How it is changed, in words."""
        said = [f"transposed {self.transposition:+d}" if self.transposition else "at pitch"]
        said += ["inverted"] if self.inverted else []
        said += [f"{self.stretch} as long"] if self.stretch != 1 else []
        said += [f"{len(self.missing)} missing"] if self.missing else []
        said += [f"{len(self.changed)} changed"] if self.changed else []
        said += [self.strategy] if self.strategy else []
        return said + ([f"with {_company(self.doubled)}"] if self.doubled else [])

    @property
    def every_note(self) -> list[int]:
        """The rows of its notes and of all that double them."""
        return [*self.notes, *(row for doubling in self.doubled for row in doubling.notes)]

    def to_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON: fractions and maps as text, so that they are exact; estimates with four digits."""
        return {field.name: _plain(getattr(self, field.name)) for field in fields(self)}

    def to_row(self) -> dict[str, Any]:
        """One number or text for each column of a table: times as decimal quarters, several notes in one text.

        ``pandas.DataFrame(hit.to_row() for hit in hits)`` is a table of hits.
        """
        return {field.name: _cell(getattr(self, field.name)) for field in fields(self)}


def _company(doubled: Iterable[Doubling]) -> str:
    """Parts and how far off they are: Violin II in unison, Viola and Cello an octave below."""
    parts: dict[int, list[str]] = {}
    for part, semitones, _ in doubled:
        parts.setdefault(semitones, []).append(part)
    return ", ".join(f"{' and '.join(names)} {_interval(semitones)}" for semitones, names in parts.items())


def _interval(semitones: int) -> str:
    octaves = abs(semitones) // OCTAVE
    how = ("in unison", "an octave", "two octaves", "three octaves")
    said = how[octaves] if octaves < len(how) else f"{octaves} octaves"
    return said + (" above" if semitones > 0 else " below") * bool(octaves)


def _plain(value: Any) -> Any:
    if isinstance(value, Fraction | Warp):
        return str(value)
    if isinstance(value, Doubling):
        return {name: _plain(item) for name, item in value._asdict().items()}
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}")
    return [_plain(item) for item in value] if isinstance(value, tuple) else value


def _cell(value: Any) -> Any:
    if isinstance(value, Fraction):
        return float(value)
    if isinstance(value, Warp):
        return str(value)
    if isinstance(value, tuple):
        return (" " if all(isinstance(item, int) for item in value) else "; ").join(map(str, value))
    return "" if value is None else _plain(value)
