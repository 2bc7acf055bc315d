"""Readings of a sentence that names fewer makers than films.

A list that is said to correspond to the films one by one, but is shorter than
they are, has no zip. What it can mean is enumerated under assumptions that have
names and can be switched; each is a test of one way to give every film a maker.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import groupby, product
from typing import NamedTuple

from mi_theme.errors import UnknownName
from mi_theme.listings import html_table, text_table

__all__ = ["ASSUMPTIONS", "DEFAULT", "Assumption", "Question", "Readings", "chosen"]

Assignment = tuple[str, ...]  # the maker of each film of the question, in order


class Question(NamedTuple):
    """What has to be read, and what else is said.

    Attributes
    ----------
    claim
        Id of the sentence.
    films, names
        The films it speaks of and the makers it names, both in order.
    openings, scores
        (film, maker, claim id) said of the opening, or of the score, of one film.
    """

    claim: str
    films: tuple[int, ...]
    names: tuple[str, ...]
    openings: tuple[tuple[int, str, str], ...] = ()
    scores: tuple[tuple[int, str, str], ...] = ()


class Assumption(NamedTuple):
    """A way to read the sentence: what it supposes, and the test of an assignment."""

    supposes: str
    allows: Callable[[Question, Assignment], bool]


def _order_preserved(question: Question, makers: Assignment) -> bool:
    return tuple(dict.fromkeys(makers)) == question.names


def _consecutive_runs(question: Question, makers: Assignment) -> bool:
    return sum(1 for _ in groupby(makers)) == len(set(makers))


def _score_implies_opening(question: Question, makers: Assignment) -> bool:
    return _agree(question, makers, question.scores)


def _one_earlier_score(question: Question, makers: Assignment) -> bool:
    """A maker credited with several scores has no other film before the last of them."""
    scored: dict[str, set[int]] = {}
    for film, name, _ in question.scores:
        scored.setdefault(name, set()).add(film)
    return not any(
        len(scored.get(name, ())) > 1 and film < max(scored[name]) and film not in scored[name]
        for film, name in zip(question.films, makers, strict=True)
    )


#: What a reading may be made under: each name with what it supposes, in order.
ASSUMPTIONS = {
    "order-preserved": Assumption("the names come in the order of the films they begin with", _order_preserved),
    "consecutive-runs": Assumption("the films of one maker follow one another", _consecutive_runs),
    "score-implies-opening": Assumption("who made the score of a film made its opening", _score_implies_opening),
    "one-earlier-score": Assumption("the scores named before somebody's last are the only ones", _one_earlier_score),
}
DEFAULT = ("order-preserved", "consecutive-runs", "score-implies-opening")


def chosen(names: Iterable[str] | str | None) -> tuple[str, ...]:
    """Names of assumptions, checked and in the order of the table; None for the usual ones.

    Parameters
    ----------
    names
        Some of `ASSUMPTIONS`, or one.

    Returns
    -------
    tuple of str
        In the order of the table.

    Raises
    ------
    UnknownName
        Where there is no such assumption.
    """
    if names is None:
        return DEFAULT
    wanted = {name.strip() for name in (names.split(",") if isinstance(names, str) else names) if name.strip()}
    for name in sorted(wanted - set(ASSUMPTIONS)):
        raise UnknownName.among("assumption", name, ASSUMPTIONS)
    return tuple(name for name in ASSUMPTIONS if name in wanted)


@dataclass(frozen=True, repr=False)
class Readings:
    """Every way to read a sentence under some assumptions.

    The sentence itself asks that each film has one maker and each maker a film;
    what is said of one opening alone is held to in any case. How many readings
    have a maker at a film is a count, not a probability.

    Attributes
    ----------
    question
        What is read; None where no such sentence is among the claims.
    assumptions
        Names of the assumptions, in the order of the table.
    """

    question: Question | None
    assumptions: tuple[str, ...] = DEFAULT

    @cached_property
    def rows(self) -> tuple[Assignment, ...]:
        """The readings: the maker of each film."""
        return _readings(self.question, self.assumptions) if self.question else ()

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Assignment]:
        return iter(self.rows)

    def __getitem__(self, index: int) -> Assignment:
        return self.rows[index]

    @property
    def films(self) -> tuple[int, ...]:
        """The films the sentence speaks of."""
        return self.question.films if self.question else ()

    def count(self, film: int) -> Counter[str]:
        """In how many readings each maker has a film.

        Parameters
        ----------
        film
            Its number.
        """
        if film not in self.films:
            return Counter()
        place = self.films.index(film)
        return Counter(row[place] for row in self.rows)

    @property
    def possible(self) -> dict[int, tuple[str, ...]]:
        """The makers each film can have, in the order of the sentence."""
        names = self.question.names if self.question else ()
        return {film: tuple(name for name in names if self.count(film)[name]) for film in self.films}

    @property
    def forced(self) -> dict[int, str]:
        """The films that have one maker in every reading."""
        return {film: names[0] for film, names in self.possible.items() if len(names) == 1}

    @property
    def premises(self) -> tuple[str, ...]:
        """Ids of the claims that the readings rest on: the sentence and what was said of single films."""
        if not self.question:
            return ()
        used = self.question.openings
        if {"score-implies-opening", "one-earlier-score"} & set(self.assumptions):
            used += tuple(row for row in self.question.scores if row[0] in self.films)
        return tuple(dict.fromkeys((self.question.claim, *(claim for *_, claim in used))))

    def __str__(self) -> str:
        noun = "reading" if len(self) == 1 else "readings"
        head = f"{len(self)} {noun} under {', '.join(self.assumptions) or 'no assumption'}"
        return (
            head
            + "\n"
            + text_table([*map(str, self.films)], [[name.rpartition(" ")[2] for name in row] for row in self.rows])
        )

    def __repr__(self) -> str:
        return f"<{str(self).partition(chr(10))[0]}>"

    def _repr_html_(self) -> str:
        return html_table([f"film {film}" for film in self.films], self.rows)


def _agree(question: Question, makers: Assignment, said: Iterable[tuple[int, str, str]]) -> bool:
    """Whether an assignment holds what was said of single films."""
    by_film = dict(zip(question.films, makers, strict=True))
    return all(by_film.get(film, name) == name for film, name, _ in said)


@cache
def _readings(question: Question, assumptions: tuple[str, ...]) -> tuple[Assignment, ...]:
    """Enumerate: each film one of the names, each name somewhere, every test passed."""
    tests = [ASSUMPTIONS[name].allows for name in assumptions]
    return tuple(
        makers
        for makers in product(question.names, repeat=len(question.films))
        if len(set(makers)) == len(question.names)
        and _agree(question, makers, question.openings)
        and all(test(question, makers) for test in tests)
    )
