"""Hits: where a pattern was found, how, and how surprising that is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from fractions import Fraction
from math import fsum
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mi_theme.codec import json_of, value_of_json
from mi_theme.hooks import Shown
from mi_theme.warp import Warp

__all__ = ["Doubling", "EvidenceTerm", "Hit", "terms_of", "together", "total"]

DIGITS = 4  # of a number that is estimated, where it is written
OCTAVE = 12
RAREST = 1e-12  # E that is told as a number; the line of chance was fitted to hits a billion times as common
REPEATED_FROM = 0.01  # E from which a hit is told for being a repetition, and not for being rare
BY_CHANCE = 1.0  # hits expected by chance: where as many are, one is an accident
DOUBLED_NOTES = 0.8  # of the pattern's notes that a doubling has at the same time
SIMULTANEOUS = 1 / 8  # quarters between notes that begin at the same time
#: terms of the evidence, and what each stands for
TERMS = {
    "pitch": "its intervals, as rare as they are",
    "rhythm": "its times, as rare as they are",
    "bar map": "one of many maps of the bar makes its rhythm",
    "tempo": "another tempo, or none that holds",
    "uneven": "times off the tempo",
    "changed": "notes off the transposition",
    "omitted": "notes of the pattern left out",
    "added": "notes put in between",
    "voices": "changes of voice",
    "choice": "one of several notes of a voice that begin together",
}


class EvidenceTerm(NamedTuple):
    """A reason why a hit is a copy, or why it is none.

    Attributes
    ----------
    term
        Its name: one of pitch, rhythm, bar map, tempo, uneven, changed, omitted, added, voices,
        choice.
    means
        What it stands for.
    nats
        By how much it makes a copy likelier than any music, as a logarithm; less than 0 where it speaks against one.
    """

    term: str
    means: str
    nats: float

    def __str__(self) -> str:
        return f"{self.means} ({self.term} {self.nats:+.1f})"


def terms_of(nats: Mapping[str, float]) -> tuple[EvidenceTerm, ...]:
    """Terms by name as reasons, the weightiest first; what says nothing is left out."""
    said = sorted(((term, value) for term, value in nats.items() if value), key=lambda pair: -abs(pair[1]))
    return tuple(EvidenceTerm(term, TERMS[term], value) for term, value in said)


def total(reasons: Iterable[EvidenceTerm]) -> float:
    """What reasons say together, in nats."""
    return fsum(reason.nats for reason in reasons)


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
        its notes are as one than as any music.
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
    reasons
        The terms of its score, which they add up to; the weightiest first.
    again
        Whether the piece states the pattern, note for note, and this is it or a
        repetition of it: such a hit is told though its E-value is above the threshold.
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
    reasons: tuple[EvidenceTerm, ...] = ()
    again: bool = False

    def __str__(self) -> str:
        place = f"{self.source or 'score'}, {self.part}, " + (
            f"bar {self.bar}" if self.bar is not None else f"at {float(self.onset):g}"
        )
        chance = ": chance" if self.evalue >= BY_CHANCE else ""
        return f"{place}: {', '.join(self.ways)} (E {self.rarity}{chance}, {self.share:.0%})"

    @property
    def rarity(self) -> str:
        """The E-value as far as it is known: one digit, and no less than a line that was fitted to decoys can tell."""
        return f"{self.evalue:.1g}" if self.evalue >= RAREST else f"< {RAREST:.0e}"

    @property
    def ways(self) -> list[str]:
        """How it is changed, in words."""
        said = [f"transposed {self.transposition:+d}" if self.transposition else "at pitch"]
        said += ["inverted"] if self.inverted else []
        said += [f"{self.stretch} as long"] if self.stretch != 1 else []
        said += [f"{len(self.missing)} missing"] if self.missing else []
        said += [f"{len(self.changed)} changed"] if self.changed else []
        said += [self.strategy] if self.strategy else []
        said += ["a repetition"] if self.again and self.evalue > REPEATED_FROM else []
        return said + ([f"with {_company(self.doubled)}"] if self.doubled else [])

    @property
    def cells(self) -> dict[str, str]:
        """The hit as a row of a table."""
        bar = "" if self.bar is None else str(self.bar)
        return {
            "E": self.rarity,
            "file": self.source or "score",
            "part": self.part,
            "bar": bar,
            "how": ", ".join(self.ways),
        }

    @property
    def every_note(self) -> list[int]:
        """The rows of its notes and of all that double them."""
        return [*self.notes, *(row for doubling in self.doubled for row in doubling.notes)]

    def to_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON: fractions and maps as text, so that they are exact; estimates with four digits."""
        return {field.name: _plain(getattr(self, field.name)) for field in fields(self)}

    def to_json(self) -> str:
        """All of it as JSON, every number exact; `from_json` reads it back."""
        return json_of(self)

    @classmethod
    def from_json(cls, text: str) -> Hit:
        """Read back what `to_json` wrote.

        Parameters
        ----------
        text
            From a file that may say anything.

        Raises
        ------
        FileError
            Where it is no hit; the message says at which place.
        """
        return value_of_json(cls, text)

    def to_row(self) -> dict[str, Any]:
        """One number or text for each column of a table: times as decimal quarters, several notes in one text.

        ``pandas.DataFrame(hit.to_row() for hit in hits)`` is a table of hits.
        """
        return {field.name: _cell(getattr(self, field.name)) for field in fields(self)}


def together(hits: Iterable[Hit], notes: NDArray[np.void]) -> list[Hit]:
    """The hits in one piece, with those that double another, in unison or octaves, as its `Hit.doubled`.

    Of parts that go together the most surprising is the hit, of equals the
    highest. Parallel thirds are hits of their own: they are other notes.

    Parameters
    ----------
    hits
        In any order.
    notes
        The note table that they count in.

    Returns
    -------
    list of Hit
        Those that double no better one.
    """
    groups: dict[tuple[str, bool, int], list[list[Hit]]] = {}
    for hit in sorted(hits, key=lambda hit: (hit.evalue, -hit.share, -hit.transposition, hit.notes)):
        known = groups.setdefault((hit.source, hit.inverted, hit.transposition % OCTAVE), [])
        group = next((group for group in known if _go_together(group[0], hit, notes["onset"])), None)
        if group is None:
            known.append([hit])
        else:
            group.append(hit)
    return [_with_doublings(*group) for known in groups.values() for group in known]


def _go_together(hit: Hit, other: Hit, onset: NDArray[np.float64]) -> bool:
    """Whether nearly all the same notes of the pattern begin at the same times."""
    if abs(hit.onset - other.onset) > SIMULTANEOUS and hit.matched[0] == other.matched[0]:
        return False
    here, there = dict(zip(hit.matched, hit.notes, strict=True)), dict(zip(other.matched, other.notes, strict=True))
    same = sum(abs(onset[here[number]] - onset[there[number]]) <= SIMULTANEOUS for number in here.keys() & there.keys())
    return bool(same >= DOUBLED_NOTES * max(len(here), len(there)))


def _with_doublings(hit: Hit, *others: Hit) -> Hit:
    told = (Doubling(other.part, other.transposition - hit.transposition, other.notes) for other in others)
    return replace(hit, doubled=tuple(sorted(told, key=lambda one: (-one.semitones, one.notes))))


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
    if isinstance(value, Doubling | EvidenceTerm):
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
