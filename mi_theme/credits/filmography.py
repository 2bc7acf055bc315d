"""Films, their versions and their credits, read from a lineage."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from typing import NamedTuple

from mi_theme.credits.claims import Claims
from mi_theme.credits.film_versions import Version, version_of
from mi_theme.credits.records import UNKNOWN, Claim, FilmRow, layers
from mi_theme.errors import UnknownName
from mi_theme.guesses import Guessed
from mi_theme.listings import Rows, scrolled

__all__ = ["ROLES", "Credit", "Dated", "Film"]

#: What somebody can have made for a film.
ROLES = ("opening", "score", "soundtrack")
#: What a date is a date of, by the predicate that states it.
RELEASES = {
    "release": "release",
    "release_us": "release, US",
    "premiere": "premiere",
    "planned_release": "plan",
    "planned_release_de": "plan, Germany",
}


@dataclass(frozen=True)
class Credit:
    """Who made something for a film, as far as one layer says.

    Attributes
    ----------
    film, role, layer
        What it is about: ``opening``, ``score`` or ``soundtrack``.
    candidates
        Everybody it can be; one is an answer, several are alternatives, none is
        silence. People who worked together are one candidate, joined by ``&``.
    certainty
        stated, inferred (one candidate is left), ambiguous, conflicting or absent.
    evidence
        Ids of the claims it rests on.
    assumptions
        What was supposed to get from the claims to the answer.
    title
        Of a version on a soundtrack.
    """

    film: int
    role: str
    layer: str
    candidates: tuple[str, ...]
    certainty: str
    evidence: tuple[str, ...]
    assumptions: tuple[str, ...] = ()
    title: str = ""

    def __str__(self) -> str:
        return " or ".join(self.candidates) or UNKNOWN

    @property
    def is_forced(self) -> bool:
        """Whether one candidate is left."""
        return len(self.candidates) == 1

    @property
    def people(self) -> tuple[str, ...]:
        """Everybody named, one by one."""
        return tuple(name for team in self.candidates for name in team.split(" & "))

    @property
    def cells(self) -> dict[str, str]:
        """The credit as a row of a table."""
        return {
            "film": str(self.film),
            "role": self.role,
            "layer": self.layer,
            "by": str(self),
            "title": self.title,
            "certainty": self.certainty,
            "claims": " ".join(self.evidence),
        }


class Dated(NamedTuple):
    """A date somebody gives a film, and what kind of date it is."""

    date: str
    kind: str
    status: str
    claim: str
    layer: str

    @property
    def cells(self) -> dict[str, str]:
        """The date as a row of a table."""
        return self._asdict()


@dataclass(frozen=True, repr=False)
class Film(Guessed):
    """A film of the series, seen through a lineage.

    >>> import mi_theme as mi
    >>> str(mi.film(2).composer), mi.film(2).composer.certainty
    ('Danny Elfman or Hans Zimmer', 'ambiguous')
    """

    row: FilmRow
    lineage: Claims

    def __repr__(self) -> str:
        return f"<{self.heading}, opening by {self.composer} ({self.composer.certainty})>"

    def __str__(self) -> str:
        width = max(len(name) for name, _ in self.summary)
        return "\n".join([self.heading, *(f"{name:{width}}  {words}" for name, words in self.summary)])

    def _repr_html_(self) -> str:
        rows = "".join(f"<tr><th scope='row'>{name}</th><td>{escape(words)}</td></tr>" for name, words in self.summary)
        return scrolled(f"<table><caption>{escape(self.heading)}</caption><tbody>{rows}</tbody></table>")

    @property
    def heading(self) -> str:
        """Number, title and year in a line."""
        return f"Film {self.number}: {self.title} ({self.year})"

    @property
    def summary(self) -> tuple[tuple[str, str], ...]:
        """What one asks first, each as name and words.

        Who made the opening, how certain that is and on whose word, by each layer; its metre; how the layers differ.
        """
        openings = self.credits("opening")
        named = [credit for credit in openings if credit.candidates]
        rows = [("opening by", self._maker(credit)) for credit in named] or [("opening by", "nobody says")]
        sources = dict.fromkeys(self.lineage.by_id[name].source for credit in named for name in credit.evidence)
        rows += [("on the word of", f"{name}: {self.lineage.sources[name].title}") for name in sources]
        version = self.version()
        evidence = dict.fromkeys(name for section in version.sections for name in section.evidence)
        several = any(len(self.lineage.by_id[name].films) > 1 for name in evidence if name in self.lineage.by_id)
        group = " of several films at once" if several and version.certainty != "absent" else ""
        grouping = f"; grouped {version.grouping} ({' '.join(version.grouping_evidence)})" if version.grouping else ""
        metres = f"{version.metres} ({version.certainty}{group}: {' '.join(evidence)}){grouping}"
        rows.append(("metre", metres if version.certainty != "absent" else "nobody says"))
        words = "; ".join(f"the {credit.layer} layer says {credit}" for credit in openings if credit.candidates)
        differ = len({credit.candidates for credit in openings}) > 1
        silent = "".join(f"; the {credit.layer} layer is silent" for credit in openings if not credit.candidates)
        rows.append(("layers differ", f"{words}{silent}".lstrip("; ") if differ else "no"))
        return tuple(rows)

    def _maker(self, credit: Credit) -> str:
        """A credit with its certainty, claims and what it supposes."""
        supposing = f", supposing {', '.join(credit.assumptions)}" if credit.assumptions else ""
        return f"{credit} ({credit.certainty}, {credit.layer} layer: {' '.join(credit.evidence)}{supposing})"

    @property
    def number(self) -> int:
        """Its place in the series, from 1."""
        return self.row.number

    @property
    def title(self) -> str:
        """The title."""
        return self.row.title

    @property
    def year(self) -> int:
        """The year; for film 8 that of the last plan in the seed layer."""
        return self.row.year

    @property
    def aliases(self) -> tuple[str, ...]:
        """Other titles, those that were dropped too."""
        return tuple(alias.name for alias in self.row.aliases)

    # Credits

    @property
    def composer(self) -> Credit:
        """Who made the rendition over the opening, by the seed layer alone."""
        return self._opening("seed")[0]

    def credits(self, role: str | None = None, layer: str = "both") -> Rows[Credit]:
        """Who made the opening, the score and the soundtrack version; one row for each answer of each layer.

        Parameters
        ----------
        role
            ``opening``, ``score``, ``soundtrack``; None for all three.
        layer
            ``seed``, ``reference`` or ``both``; one never overwrites the other.

        Raises
        ------
        UnknownName
            Where there is no such role or layer.
        """
        if role is not None and role not in ROLES:
            raise UnknownName.among("role", str(role), ROLES)
        makers = {"opening": self._opening, "score": self._score, "soundtrack": self._soundtracks}
        wanted = ROLES if role is None else (role,)
        return Rows(credit for name in wanted for which in layers(layer) for credit in makers[name](which))

    def _opening(self, layer: str) -> tuple[Credit]:
        """What is said of this opening alone, else what the readings leave, else who made the score."""
        alone = [claim for claim in self._live("opening_by", layer) if len(claim.films) == 1]
        readings = self.lineage.readings() if layer == "seed" else None
        if readings is not None and self.number in readings.films and len(self._names(alone)) < 2:
            names = readings.possible[self.number]
            credit = Credit(
                film=self.number,
                role="opening",
                layer=layer,
                candidates=names,
                certainty={0: "conflicting", 1: "stated" if alone else "inferred"}.get(len(names), "ambiguous"),
                evidence=readings.premises,
                assumptions=readings.assumptions,
            )
        elif alone:
            credit = self._credit("opening", layer, alone)
        else:
            credit = self._credit("opening", layer, self._live("score_by", layer), ("score-implies-opening",))
        return (credit,)

    def _score(self, layer: str) -> tuple[Credit]:
        return (self._credit("score", layer, self._live("score_by", layer)),)

    def _soundtracks(self, layer: str) -> tuple[Credit, ...]:
        rows = [row for row in self.lineage.tables.versions if row.film == self.number and row.kind == "soundtrack"]
        on_album = [row for row in rows if self.lineage.live(row.subject, "featured_on", layer)]
        if not on_album:
            silence = self._silence("soundtrack_version", layer)
            return (Credit(self.number, "soundtrack", layer, (), certainty="absent", evidence=silence),)
        return tuple(
            self._credit("soundtrack", layer, self.lineage.live(row.subject, "performers", layer), title=row.title)
            for row in on_album
        )

    def _credit(
        self, role: str, layer: str, claims: Iterable[Claim], assumptions: tuple[str, ...] = (), title: str = ""
    ) -> Credit:
        """A credit from claims about this film alone."""
        claims = tuple(claims)
        names = self._names(claims)
        if not names:
            silence = self._silence(f"{role}_by", layer)
            return Credit(self.number, role, layer, (), certainty="absent", evidence=silence, title=title)
        return Credit(
            film=self.number,
            role=role,
            layer=layer,
            candidates=names,
            certainty="conflicting" if len(names) > 1 else "inferred" if assumptions else claims[0].status,
            evidence=tuple(claim.id for claim in claims),
            assumptions=assumptions,
            title=title,
        )

    def _names(self, claims: Iterable[Claim]) -> tuple[str, ...]:
        person = self.lineage.tables.person
        return tuple(dict.fromkeys(" & ".join(person(name).name for name in claim.values) for claim in claims))

    def _live(self, predicate: str, layer: str) -> tuple[Claim, ...]:
        return self.lineage.live(f"film/{self.number}", predicate, layer)

    def _silence(self, predicate: str, layer: str) -> tuple[str, ...]:
        """The rows that note that nobody says it."""
        found = self.lineage.claims(predicate=predicate, status="absent", layer=layer)
        return tuple(claim.id for claim in found if self.number in claim.films)

    def evidence(self, credit: Credit | None = None) -> Rows[Claim]:
        """The claims that a `credit` rests on; without one, those of `composer`."""
        return self.lineage.claims(ids=(credit or self.composer).evidence)

    # Versions

    @property
    def versions(self) -> Rows[Version]:
        """The opening rendition, the score and the soundtrack versions: three different things."""
        return self.versions_in("both")

    def versions_in(self, layer: str) -> Rows[Version]:
        """The versions with the metres that one `layer` states; the seed layer goes first in ``both``."""
        rows = (row for row in self.lineage.tables.versions if row.film == self.number)
        return Rows(version_of(row, self.lineage, layer) for row in rows if row.layer == "seed" or layer != "seed")

    def version(self, kind: str = "opening") -> Version:
        """The first version of a kind.

        Parameters
        ----------
        kind
            ``opening``, ``score`` or ``soundtrack``.

        Raises
        ------
        UnknownName
            Where the film has none.
        """
        for version in self.versions:
            if kind in (version.kind, version.id):
                return version
        raise UnknownName.among("version", kind, dict.fromkeys(version.kind for version in self.versions))

    # Dates

    @property
    def dates(self) -> Rows[Dated]:
        """Every date somebody gives: releases, premieres, and plans, which are not releases."""
        return Rows(
            Dated(claim.text, RELEASES[claim.predicate], claim.status, claim.id, claim.layer)
            for claim in self.lineage.claims()
            if claim.predicate in RELEASES and self.number in claim.films
        )

    def released(self, layer: str = "seed") -> str | None:
        """The release date, the most exact one stated; None where the `layer` has only plans."""
        stated = [row.date for row in self.dates if row.layer in layers(layer) and row.kind.startswith("release")]
        return max(stated, key=len, default=None)

    @property
    def claims(self) -> Rows[Claim]:
        """Every claim about this film, its groups and its versions, in both layers."""
        return self.lineage.claims(film=self.number)

    @property
    def cells(self) -> dict[str, str]:
        """The film as a row of a table."""
        return {
            "film": str(self.number),
            "year": str(self.year),
            "title": self.title,
            "opening by": str(self.composer),
            "certainty": self.composer.certainty,
            "metres": self.version("opening").metres,
        }
