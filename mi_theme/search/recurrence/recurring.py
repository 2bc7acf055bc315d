"""A motif of a piece: what recurs, where, how changed, and why that is no accident."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, lgamma, log
from typing import Any

from mi_theme.codec import json_of, value_of_json
from mi_theme.guesses import Guessed
from mi_theme.listings import html_table
from mi_theme.search.hits import RAREST, Hit
from mi_theme.search.patterns import Pattern

__all__ = ["RecurringMotif", "by_chance"]


@dataclass(frozen=True, slots=True, repr=False)
class RecurringMotif(Guessed):
    """Some notes that recur in a piece, and every place where they do.

    Attributes
    ----------
    pattern
        The notes, as they stand in the statement that the others are compared with.
    occurrences
        The places in order of time, the statement among them: hits as ``mi.find`` gives them.
    evalue
        How many motifs that recur so often and so exactly chance would bring in a piece of this length, see `by_chance`.
    saved
        By how many times the notes of all occurrences get shorter, in information, when the motif is told once and then
        referred to. Motifs are in this order: it is high for what is long, frequent and exact.
    """

    pattern: Pattern
    occurrences: tuple[Hit, ...]
    evalue: float
    saved: float

    def __len__(self) -> int:
        return len(self.occurrences)

    @property
    def first(self) -> Hit:
        """Where it is for the first time."""
        return self.occurrences[0]

    @property
    def statement(self) -> Hit:
        """Where the pattern itself stands."""
        whole = tuple(range(len(self.pattern)))
        at = (hit for hit in self.occurrences if hit.onset == self.pattern.onset[0] and hit.matched == whole)
        return next((hit for hit in at if hit.transposition == 0), self.first)

    @property
    def rarity(self) -> str:
        """The E-value as far as it is known, as `Hit.rarity`."""
        return f"{self.evalue:.1g}" if self.evalue >= RAREST else f"< {RAREST:.0e}"

    @property
    def ways(self) -> list[str]:
        """How it recurs, in words: how many of its occurrences are the same, and what is done to the others."""
        statement = self.statement
        kinds = Counter(kind for hit in self.occurrences if hit is not statement for kind in _kinds(hit))
        return [f"{count} {kind}" for kind, count in sorted(kinds.items(), key=lambda pair: KINDS.index(pair[0]))]

    @property
    def cells(self) -> dict[str, str]:
        """The motif as a row of a table."""
        first = self.first
        return {
            "saved": f"{self.saved:.1f}",
            "E": self.rarity,
            "notes": str(len(self.pattern)),
            "times": str(len(self)),
            "part": first.part,
            "bar": "" if first.bar is None else str(first.bar),
            "how": ", ".join(self.ways),
        }

    def __repr__(self) -> str:
        return f"<RecurringMotif: {self}>"

    def __str__(self) -> str:
        place = f"bar {self.first.bar}" if self.first.bar is not None else f"at {float(self.first.onset):g}"
        how = f": {', '.join(self.ways)}" if self.ways else ""
        return (
            f"{len(self.pattern)} notes, {len(self)} times, first in {self.first.part}, {place}{how} (E {self.rarity})"
        )

    def _repr_html_(self) -> str:
        rows = [list(hit.cells.values()) for hit in self.occurrences]
        return f"<p>{self}</p>" + html_table(list(self.first.cells), rows)

    def to_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON; the occurrences as `Hit.to_dict` has them."""
        rows = zip(self.pattern.onset, self.pattern.pitch, self.pattern.duration, strict=True)
        return {
            "saved": float(f"{self.saved:.4g}"),
            "evalue": float(f"{self.evalue:.4g}"),
            "notes": [[str(onset), pitch, str(duration)] for onset, pitch, duration in rows],
            "occurrences": [hit.to_dict() for hit in self.occurrences],
        }

    def to_json(self) -> str:
        """All of it as JSON, every number exact; `from_json` reads it back."""
        return json_of(self)

    @classmethod
    def from_json(cls, text: str) -> RecurringMotif:
        """Read back what `to_json` wrote.

        Parameters
        ----------
        text
            From a file that may say anything.

        Raises
        ------
        FileError
            Where it is no motif; the message says at which place.
        """
        return value_of_json(cls, text)


KINDS = ("the same", "transposed", "inverted", "augmented", "diminished", "re-metred", "varied")


def _kinds(hit: Hit) -> list[str]:
    said = ["inverted"] if hit.inverted else []
    said += ["augmented"] if hit.stretch > 1 else ["diminished"] if hit.stretch < 1 else []
    said += ["re-metred"] if hit.strategy or not hit.timed else []
    said += ["varied"] if hit.missing or hit.changed else []
    return said or ["transposed" if hit.transposition % 12 else "the same"]


def by_chance(evalues: Sequence[float], tried: float) -> float:
    """How many motifs as good chance would bring, where so many are tried: by the recurrences that say most together.

    Chance brings hits like the m-th best as a Poisson process of mean E, so m as good come with the probability that
    such a process gives m or more (Karlin and Altschul, 1993, on several high-scoring segments). The
    m that says most counts, and that it was chosen among as many.

    Parameters
    ----------
    evalues
        E of each recurrence, the first statement left out.
    tried
        How many motifs might have been found.

    Returns
    -------
    float
        An E-value; `tried` where nothing recurs.
    """
    ordered = sorted(evalues)
    logs = [_log_at_least(place, value) + log(len(ordered)) for place, value in enumerate(ordered, 1)]
    return tried * exp(min([0.0, *logs]))


def _log_at_least(count: int, mean: float) -> float:
    """The logarithm of a bound on P(X >= count) for a Poisson variable: its first term, and those after as a geometric series."""
    if mean >= count:
        return 0.0
    first = count * log(max(mean, 1e-300)) - mean - lgamma(count + 1)
    return min(first - log(1 - mean / (count + 1)), 0.0)
