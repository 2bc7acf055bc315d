"""Versions of the theme, and the metres that claims state of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

from mi_theme.credits.claims import Claims
from mi_theme.credits.records import UNKNOWN, VersionRow, layers
from mi_theme.errors import ClaimError, MiThemeError
from mi_theme.meter import Meter

__all__ = ["Version", "VersionSection", "version_of"]

#: What can be known of a metre, from the surest to silence.
CERTAINTIES = ("stated", "inferred", "ambiguous", "conflicting", "absent")


class VersionSection(NamedTuple):
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
    sections: tuple[VersionSection, ...] = ()
    grouping: str | None = None
    grouping_evidence: tuple[str, ...] = ()

    @property
    def metres(self) -> str:
        """The metres in a line: ``5/4, then 4/4``; a section of which a layer is silent is named as not stated."""
        silent = [section.role for section in self.sections if section.certainty == "absent"]
        if not silent or len(silent) == len(self.sections):
            return ", then ".join(section.meter or "unknown" for section in self.sections) or UNKNOWN
        words = ", then ".join(section.meter or "unknown" for section in self.sections if section.role not in silent)
        return f"{words} ({', '.join(silent)} not stated)"

    @property
    def certainty(self) -> str:
        """The least certainty of its sections."""
        return max((section.certainty for section in self.sections), key=CERTAINTIES.index, default="absent")

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
        metres = [(section.role, Meter(section.meter or "")) for section in self.sections]
        if not self.grouping:
            return tuple(metres)
        return tuple(
            (role, meter.grouped(self.grouping) if _is_groupable(meter, self.grouping) else meter)
            for role, meter in metres
        )

    @property
    def cells(self) -> dict[str, str]:
        """The version as a row of a table."""
        return {
            "film": str(self.film or UNKNOWN),
            "kind": self.kind,
            "title": self.title,
            "layer": self.layer,
            "metres": self.metres,
            "certainty": self.certainty,
            "claims": " ".join(e for s in self.sections for e in s.evidence),
        }


def version_of(row: VersionRow, claims: Claims, layer: str = "both") -> Version:
    """A version with the metres that claims state of it."""
    version = Version(
        id=row.id,
        kind=row.kind,
        title=row.title,
        film=row.film,
        layer=row.layer,
        sections=tuple(_section(section.role, section.predicate, row, claims, layer) for section in row.sections),
    )
    groupings = claims.claims(predicate="grouping", layer=layer)
    stated = [claim for claim in groupings if claim.is_live and claim.subject.startswith("theme/")]
    metres = [Meter(section.meter) for section in version.sections if section.meter]
    if not stated or not any(_is_groupable(meter, stated[0].text) for meter in metres):
        return version
    return replace(version, grouping=stated[0].text, grouping_evidence=tuple(claim.id for claim in stated))


def _is_groupable(meter: Meter, grouping: str) -> bool:
    """Whether the groups fill a bar of the metre, which has none of its own."""
    try:
        return not meter.grouping and bool(meter.grouped(grouping))
    except MiThemeError:
        return False


def _section(role: str, predicate: str, row: VersionRow, claims: Claims, layer: str) -> VersionSection:
    """The metre that the first layer to speak gives a section; what can be read in several ways comes after what is plain."""
    for which in layers(layer):
        unsure = claims.claims(subject=row.subject, predicate=predicate, status="ambiguous", layer=which)
        stated = claims.live(row.subject, predicate, which) or tuple(unsure)
        metres = dict.fromkeys(claim.text for claim in stated)
        if metres:
            (meter, certainty) = (next(iter(metres)), stated[0].status) if len(metres) == 1 else (None, "conflicting")
            return VersionSection(meter, role, certainty, tuple(claim.id for claim in stated))
    silent = claims.claims(predicate=predicate, status="absent", layer=layer)
    evidence = tuple(claim.id for claim in silent if row.film in claim.films or claim.subject == row.subject)
    return VersionSection(None, role, "absent", evidence)
