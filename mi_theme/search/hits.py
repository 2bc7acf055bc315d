"""Hits: where a pattern was found, how, and how surprising that is."""

from __future__ import annotations

from dataclasses import dataclass, fields
from fractions import Fraction
from typing import Any

from mi_theme.warp import Warp

__all__ = ["Hit"]


@dataclass(frozen=True, slots=True)
class Hit:
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
        In nats.
    share
        The score as a share of what the pattern earns aligned with itself.
    warp, strategy
        The bar map that explains the rhythm, where there is one, and the
        strategy that makes it.
    inverted
        Whether the pattern is upside down.
    timed
        Whether its rhythm counted; if not, only its intervals did.
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

    def __str__(self) -> str:
        place = f"{self.source or 'score'}, {self.part}, " + (
            f"bar {self.bar}" if self.bar is not None else f"at {float(self.onset):g}"
        )
        return f"{place}: {', '.join(self.ways)} (E {self.evalue:.2g}, {self.share:.0%})"

    @property
    def ways(self) -> list[str]:
        """How it is changed, in words."""
        said = [f"transposed {self.transposition:+d}" if self.transposition else "at pitch"]
        said += ["inverted"] if self.inverted else []
        said += [f"{self.stretch} as long"] if self.stretch != 1 else []
        said += [f"{len(self.missing)} missing"] if self.missing else []
        said += [f"{len(self.changed)} changed"] if self.changed else []
        return said + ([self.strategy] if self.strategy else [])

    def _repr_html_(self) -> str:
        from mi_theme.views.choosing import shown

        return shown(self, str(self))

    def to_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON: fractions and maps as text."""
        return {field.name: _plain(getattr(self, field.name)) for field in fields(self)}


def _plain(value: Any) -> Any:
    if isinstance(value, Fraction | Warp):
        return str(value)
    return [*value] if isinstance(value, tuple) else value
