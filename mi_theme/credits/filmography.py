"""Films, their versions and their credits, read from a lineage."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from mi_theme.credits.listings import Rows
from mi_theme.credits.records import Claim, FilmRow, VersionRow, layers
from mi_theme.errors import ClaimError, UnknownName
from mi_theme.meter import Meter

if TYPE_CHECKING:
    from mi_theme.credits.lineages import Lineage

__all__ = ["ROLES", "Credit", "Dated", "Film", "Section", "Version"]

ROLES = ("opening", "score", "soundtrack")
RELEASES = {
    "release": "release", "release_us": "release, US", "premiere": "premiere",
    "planned_release": "plan", "planned_release_de": "plan, Germany",
}  # fmt: skip
UNKNOWN = "-"


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
            "film": str(self.film), "role": self.role, "layer": self.layer, "by": str(self), "title": self.title,
            "certainty": self.certainty, "claims": " ".join(self.evidence),
        }  # fmt: skip


class Section(NamedTuple):
    """A section of a version: its metre as text (None where nobody states one), its role, and on whose word."""

    meter: str | None
    role: str
    certainty: str
    evidence: tuple[str, ...]


@dataclass(frozen=True)
class Version:
    """A version of the theme and what is known of its metres.

    Attributes
    ----------
    id, kind, title, film, layer
        ``opening``, ``score``, ``soundtrack``, ``television`` or ``single``; film 0 is
        none; the layer is the first that knows of it.
    sections
        In order; lengths are not stated anywhere. Empty where the form is unknown.
    grouping, grouping_evidence
        How the 5/4 is grouped, which only the reference layer says.
    """

    id: str
    kind: str
    title: str
    film: int
    layer: str = "seed"
    sections: tuple[Section, ...] = ()
    grouping: str | None = None
    grouping_evidence: tuple[str, ...] = ()

    @property
    def metres(self) -> str:
        """The metres in a line: ``5/4, then 4/4``."""
        words = [section.meter or "unknown" for section in self.sections]
        return ", then ".join(words) if words else UNKNOWN

    @property
    def certainty(self) -> str:
        """The least certainty of its sections."""
        order = ("stated", "inferred", "ambiguous", "conflicting", "absent")
        return max((section.certainty for section in self.sections), key=order.index, default="absent")

    def plan(self) -> tuple[tuple[str, Meter], ...]:
        """(role, metre) of each section, usable as a form; 5/4 grouped as the reference layer says.

        Raises
        ------
        ClaimError
            Where a metre is not known.
        """
        if not self.sections or any(section.meter is None for section in self.sections):
            why = "sources contradict each other about" if self.certainty == "conflicting" else "nobody states"
            raise ClaimError(f"{self.title}: {why} its metre; choose one with --meter (meter=...)")
        return tuple((section.role, self._grouped(Meter(section.meter or ""))) for section in self.sections)

    def _grouped(self, meter: Meter) -> Meter:
        return meter.grouped(self.grouping) if self.grouping and meter == Meter("5/4") else meter

    @property
    def cells(self) -> dict[str, str]:
        """The version as a row of a table."""
        return {
            "film": str(self.film or UNKNOWN), "kind": self.kind, "title": self.title, "layer": self.layer, "metres": self.metres,
            "certainty": self.certainty, "claims": " ".join(e for s in self.sections for e in s.evidence),
        }  # fmt: skip


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
class Film:
    """A film of the series, seen through a lineage.

    >>> import mi_theme as mi
    >>> str(mi.film(2).composer), mi.film(2).composer.certainty
    ('Danny Elfman or Hans Zimmer', 'ambiguous')
    """

    row: FilmRow
    lineage: Lineage

    def __repr__(self) -> str:
        return f"film({self.number})"

    def __str__(self) -> str:
        return f"Film {self.number}: {self.title} ({self.year})"

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
        return self._opening("seed")

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
        makers = {"opening": self._openings, "score": self._scores, "soundtrack": self._soundtracks}
        wanted = ROLES if role is None else (role,)
        return Rows(credit for name in wanted for which in layers(layer) for credit in makers[name](which))

    def _openings(self, layer: str) -> tuple[Credit, ...]:
        return (self._opening(layer),)

    def _opening(self, layer: str) -> Credit:
        """What is said of this opening alone, else what the readings leave, else who made the score."""
        said = [claim for claim in self._said("opening_by", layer) if len(claim.films) == 1]
        if said and (layer == "reference" or len(self._names(said)) > 1):
            return self._credit("opening", layer, said)
        readings = self.lineage.readings(layer=layer) if layer == "seed" else None
        if readings is not None and self.number in readings.films:
            names = readings.possible[self.number]
            certainty = {0: "conflicting", 1: "stated" if said else "inferred"}.get(len(names), "ambiguous")
            return Credit(self.number, "opening", layer, names, certainty, readings.premises, readings.assumptions)
        if said:
            return self._credit("opening", layer, said)
        return self._credit("opening", layer, self._said("score_by", layer), ("score-implies-opening",))

    def _scores(self, layer: str) -> tuple[Credit, ...]:
        return (self._credit("score", layer, self._said("score_by", layer)),)

    def _soundtracks(self, layer: str) -> tuple[Credit, ...]:
        versions = [version for version in self._rows("soundtrack") if self._is_on_album(version, layer)]
        if not versions:
            return (Credit(self.number, "soundtrack", layer, (), "absent", self._silence("soundtrack_version", layer)),)
        found = [(version, self.lineage.live(version.subject, "performers", layer)) for version in versions]
        return tuple(self._credit("soundtrack", layer, claims, title=version.title) for version, claims in found)

    def _is_on_album(self, version: VersionRow, layer: str) -> bool:
        return bool(self.lineage.live(version.subject, "featured_on", layer))

    def _credit(
        self, role: str, layer: str, claims: Iterable[Claim], assumptions: tuple[str, ...] = (), title: str = ""
    ) -> Credit:
        """A credit from claims about this film alone."""
        claims = tuple(claims)
        names = self._names(claims)
        if not names:
            return Credit(self.number, role, layer, (), "absent", self._silence(f"{role}_by", layer), title=title)
        certainty = "conflicting" if len(names) > 1 else "inferred" if assumptions else claims[0].status
        return Credit(
            self.number, role, layer, names, certainty, tuple(claim.id for claim in claims), assumptions, title
        )

    def _names(self, claims: Iterable[Claim]) -> tuple[str, ...]:
        person = self.lineage.tables.person
        return tuple(dict.fromkeys(" & ".join(person(name).name for name in claim.values) for claim in claims))

    def _said(self, predicate: str, layer: str) -> tuple[Claim, ...]:
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

    def _rows(self, kind: str) -> list[VersionRow]:
        return [row for row in self.lineage.tables.versions if row.film == self.number and row.kind == kind]

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
            "film": str(self.number), "year": str(self.year), "title": self.title, "opening by": str(self.composer),
            "certainty": self.composer.certainty, "metres": self.version("opening").metres,
        }  # fmt: skip


def version_of(row: VersionRow, lineage: Lineage, layer: str = "both") -> Version:
    """A version with the metres that claims state of it."""
    sections = tuple(_section(section.role, section.predicate, row, lineage, layer) for section in row.sections)
    groupings = lineage.claims(subject="theme/schifrin", predicate="grouping", layer="reference")
    stated = [claim for claim in groupings if claim.is_live]
    if not stated or all(section.meter != "5/4" for section in sections):
        return Version(row.id, row.kind, row.title, row.film, row.layer, sections)
    evidence = tuple(claim.id for claim in stated)
    return Version(row.id, row.kind, row.title, row.film, row.layer, sections, stated[0].text, evidence)


def _section(role: str, predicate: str, row: VersionRow, lineage: Lineage, layer: str) -> Section:
    """The metre that the first layer to speak gives a section."""
    for which in layers(layer):
        claims = lineage.live(row.subject, predicate, which) or _unsure(lineage, row.subject, predicate, which)
        metres = dict.fromkeys(claim.text for claim in claims)
        if metres:
            (meter, certainty) = (next(iter(metres)), claims[0].status) if len(metres) == 1 else (None, "conflicting")
            return Section(meter, role, certainty, tuple(claim.id for claim in claims))
    silent = lineage.claims(predicate=predicate, status="absent", layer=layer)
    number = row.film
    return Section(None, role, "absent", tuple(c.id for c in silent if number in c.films or c.subject == row.subject))


def _unsure(lineage: Lineage, subject: str, predicate: str, layer: str) -> tuple[Claim, ...]:
    """Claims that can be read in more than one way, where there are no plain ones."""
    return tuple(lineage.claims(subject=subject, predicate=predicate, status="ambiguous", layer=layer))
