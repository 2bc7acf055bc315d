"""What contradicts, replaces or outdates what."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, permutations
from typing import NamedTuple

from mi_theme.credits.claims import Claims
from mi_theme.credits.records import LAYERS, Claim, folded
from mi_theme.listings import Rows

__all__ = ["SINGLE_VALUED", "Conflict", "conflicts_of"]

# what can be true once only: two claims that differ here contradict each other
SINGLE_VALUED = frozenset(
    {
        "opening_by",
        "score_by",
        "opening_metre",
        "metre",
        "intro_metre",
        "interlude_metre",
        "title",
        "year",
        "number",
        "release_us",
        "director",
        "performers",
        "composer",
        "grouping",
    }
)

NO_REASON = "no reason is known"  # where a table notes a conflict and does not say why


class Conflict(NamedTuple):
    """Claims that do not stand together, and why.

    `kind` is ``contradiction``, ``superseded``, ``anachronism`` (a title used
    before it was announced), ``coarser`` (one layer gives one metre where another
    gives several, without contradiction), ``miscount`` (a list that does not correspond) or
    ``no reading`` (what is said of single films leaves none).
    """

    kind: str
    claims: tuple[str, ...]
    about: str
    why: str

    @property
    def cells(self) -> dict[str, str]:
        """The conflict as a row of a table."""
        return {"kind": self.kind, "about": self.about, "claims": " ".join(self.claims), "why": self.why}


def conflicts_of(lineage: Claims, film: int | None) -> Rows[Conflict]:
    """Every conflict, of one film or of all, in the order of the claims."""
    found = [*_noted(lineage), *_computed(lineage), *_coarser(lineage), *_anachronisms(lineage), *_sentence(lineage)]
    if film is not None:
        alone = {claim.id: len(claim.films) < 2 for claim in lineage.claims(film=film)}
        found = [c for c in found if c.claims[0] in alone or any(alone.get(name) for name in c.claims)]
    return Rows(found)


def _noted(lineage: Claims) -> Iterator[Conflict]:
    """The conflicts that the tables note; a pair that names each other is one."""
    seen: set[frozenset[str]] = set()
    for claim in lineage.tables.claims:
        others = tuple(name for name in claim.conflicts if name in lineage.by_id)
        if claim.status == "superseded":
            by = (claim.superseded_by,) if claim.superseded_by in lineage.by_id else ()
            yield Conflict("superseded", (claim.id, *by), _about(claim), claim.note or NO_REASON)
        elif claim.status == "conflicting" and frozenset((claim.id, *others)) not in seen:
            seen.add(frozenset((claim.id, *others)))
            yield Conflict("contradiction", (claim.id, *others), _about(claim), claim.note or NO_REASON)


def _computed(lineage: Claims) -> Iterator[Conflict]:
    """Live claims about one thing with different values."""
    groups: dict[tuple[str, str], list[Claim]] = {}
    for claim in lineage.tables.claims:
        if claim.is_live and claim.predicate in SINGLE_VALUED and claim.text:
            for subject in [f"film/{number}" for number in claim.films] or [claim.subject]:
                groups.setdefault((subject, claim.predicate), []).append(claim)
    pairs = {(one.id, other.id): (one, other) for claims in groups.values() for one, other in combinations(claims, 2)}
    for one, other in pairs.values():
        if _plain(lineage, one) != _plain(lineage, other):
            why = f"{one.text} by {one.place}, {other.text} by {other.place}"
            yield Conflict("contradiction", (one.id, other.id), _about(other), why)


def _coarser(lineage: Claims) -> Iterator[Conflict]:
    """A layer that gives a version one metre where another tells its sections apart."""
    for row in lineage.tables.versions:
        predicates = list(dict.fromkeys(section.predicate for section in row.sections))
        stated = {
            layer: {name: claims for name in predicates if (claims := lineage.live(row.subject, name, layer))}
            for layer in LAYERS
        }
        for one, other in permutations(LAYERS):
            silent = [name for name in stated[other] if name not in stated[one]]
            if not stated[one] or not silent:
                continue
            metres = ", ".join(dict.fromkeys(claim.text for claims in stated[one].values() for claim in claims))
            finer = ", ".join(f"{stated[other][name][0].text} ({name.replace('_', ' ')})" for name in stated[other])
            ids = [claim.id for layer in (one, other) for found in stated[layer].values() for claim in found]
            why = f"the {one} layer says {metres} and is silent of the rest, the {other} layer says {finer}: no contradiction"
            yield Conflict("coarser", tuple(ids), f"version {row.id}, metre", why)


def _plain(lineage: Claims, claim: Claim) -> tuple[str, ...]:
    """A value without the accidents of spelling and of names."""
    variants = {folded(v): person.name for person in lineage.tables.people for v in (person.name, *person.variants)}
    return tuple(sorted(folded(variants.get(folded(value), value)) for value in claim.values))


def _anachronisms(lineage: Claims) -> Iterator[Conflict]:
    """Statements of a date that use a title of later."""
    since = {folded(alias.name): alias for film in lineage.tables.films for alias in film.aliases if alias.since}
    for claim in lineage.tables.claims:
        for name in claim.names:
            alias = since.get(folded(name))
            if alias and claim.date and claim.date[:7] < alias.since:
                announced = (alias.claim,) if alias.claim in lineage.by_id else ()
                why = f"of {claim.date}, with the title {alias.name} of {alias.since}"
                yield Conflict("anachronism", (claim.id, *announced), _about(claim), why)


def _sentence(lineage: Claims) -> Iterator[Conflict]:
    """The list that cannot be zipped, and readings that are ruled out altogether."""
    question = lineage.question()
    if question is None:
        return
    if len(question.names) != len(question.films):
        why = f"{len(question.names)} names for {len(question.films)} films, said to correspond"
        yield Conflict("miscount", (question.claim,), "films, opening by", why)
    readings = lineage.readings()
    if not readings:
        yield Conflict("no reading", readings.premises, "films, opening by", "what is said of single films leaves none")


def _about(claim: Claim) -> str:
    return f"{claim.subject.replace('/', ' ')}, {claim.predicate.replace('_', ' ')}"
