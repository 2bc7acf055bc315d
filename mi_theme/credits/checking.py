"""Reading the tables of the lineage, and whether they fit together."""

from __future__ import annotations

from collections.abc import Iterable
from os import PathLike
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import msgspec

from mi_theme import catalog
from mi_theme.credits.records import FILES, READER, Claim, ClaimTables, Source, folded, titles
from mi_theme.errors import FileError, MiThemeError
from mi_theme.meter import Meter

__all__ = ["check_added", "checked", "read_tables", "validated"]


OPTIONAL = ("reference.toml",)  # a lineage may have one layer alone


def read_tables(folder: str | PathLike[str] | None = None) -> ClaimTables:
    """The tables of ``data/``, or of another folder of the same shape, checked.

    Raises
    ------
    FileError
        Where a row is wrong; the message says file, key and reason.
    """
    paths = {name: catalog.data_path(name) if folder is None else Path(folder) / name for name in FILES}
    present = {name: kind for name, kind in FILES.items() if name not in OPTIONAL or paths[name].is_file()}
    rows: dict[str, Any] = {name: catalog.load_file(paths[name], kind) for name, kind in present.items()}
    claims: list[Claim] = []
    for file, layer in (("claims.toml", "seed"), ("reference.toml", "reference")):
        for claim in rows[file].claim if file in rows else ():
            if claim.layer != layer:
                raise FileError(f"{paths[file]}: claim {claim.id!r}: layer {claim.layer!r} belongs in the other file")
            claims.append(claim)
    tables = ClaimTables(
        films=rows["films.toml"].film,
        people=rows["people.toml"].person,
        versions=rows["versions.toml"].version,
        sources=rows["sources.toml"].source,
        claims=tuple(claims),
        about=rows["lineage.toml"],
    )
    try:
        return checked(tables)
    except MiThemeError as error:
        raise FileError(f"{paths['claims.toml'].parent}{'/'}{error}") from None


def checked(tables: ClaimTables) -> ClaimTables:
    """The same tables, when they fit together.

    Raises
    ------
    FileError
        With the file, the key and the reason.
    """
    _unique("films.toml", "film", (str(film.number) for film in tables.films))
    _unique("people.toml", "person", (person.name for person in tables.people))
    _unique("versions.toml", "version", (version.id for version in tables.versions))
    _unique("sources.toml", "source", (source.id for source in tables.sources))
    _unique("claims.toml", "claim", (claim.id for claim in tables.claims))
    _unique(
        "films.toml",
        "alias",
        (key for film in tables.films for key in sorted({folded(n) for n in titles(film, tables.about.numbered)})),
    )
    ids = [*(claim.id for claim in tables.claims), *(source.id for source in tables.sources)]
    _unique("claims.toml", "claim or source", ids)
    known = _Known.of(tables)
    for version in tables.versions:
        known.check("versions.toml", f"version {version.id!r}", film=version.film)
    for film in tables.films:
        for alias in film.aliases:
            known.check("films.toml", f"film {film.number}, alias {alias.name!r}", claims=(alias.claim,))
    for film in tables.films:
        if not any(version.film == film.number and version.kind == "opening" for version in tables.versions):
            raise FileError(f"versions.toml: film {film.number} has no version of the kind 'opening'")
    for claim in tables.claims:
        _check_claim(claim, known)
    return tables


def check_added(claim: Claim, tables: ClaimTables) -> None:
    """Whether a further claim fits the tables.

    Raises
    ------
    FileError
        With the key and the reason.
    """
    if any(claim.id == other.id for other in tables.claims):
        raise FileError(f"claims.toml: claim {claim.id!r} is there twice")
    _check_claim(claim, _Known.of(tables))


class _Known(NamedTuple):
    """What rows may refer to."""

    films: frozenset[int]
    claims: frozenset[str]
    sources: dict[str, Source]
    subjects: frozenset[str]

    @classmethod
    def of(cls, tables: ClaimTables) -> _Known:
        """Gather the keys of the tables."""
        subjects = {f"person/{p.name}" for p in tables.people}
        subjects |= {f"version/{v.id}" for v in tables.versions} | {f"source/{s.id}" for s in tables.sources}
        return cls(
            frozenset(film.number for film in tables.films),
            frozenset(claim.id for claim in tables.claims),
            {source.id: source for source in tables.sources},
            frozenset(subjects),
        )

    def check(self, file: str, key: str, *, film: int = 0, claims: Iterable[str] = ()) -> None:
        """Every reference points at something."""
        if film and film not in self.films:
            raise FileError(f"{file}: {key}: there is no film {film}")
        for claim in claims:
            if claim and claim not in self.claims:
                raise FileError(f"{file}: {key}: there is no claim {claim!r}")


def _check_claim(claim: Claim, known: _Known) -> None:
    """A claim refers to what exists and can be traced to its source."""
    file, key = "claims.toml" if claim.layer == "seed" else "reference.toml", f"claim {claim.id!r}"
    if claim.source not in known.sources:
        raise FileError(f"{file}: {key}: there is no source {claim.source!r}")
    source = known.sources[claim.source]
    if source.layer != claim.layer:
        raise FileError(
            f"{file}: {key}: its layer is {claim.layer!r}, that of source {source.id!r} is {source.layer!r}"
        )
    if source.file and claim.locator is None and claim.status != "absent":
        raise FileError(
            f"{file}: {key}: a claim from a document needs a locator; one of your own has the source {READER!r}"
        )
    if claim.locator and not 0 <= claim.locator.span[0] < claim.locator.span[1]:
        raise FileError(f"{file}: {key}: its span {claim.locator.span} is no span")
    kind = claim.subject.partition("/")[0]
    if kind in ("person", "version", "source") and claim.subject not in known.subjects:
        raise FileError(f"{file}: {key}: there is no {claim.subject!r}")
    if kind not in ("film", "films", "person", "version", "source", "series", "theme", "other"):
        raise FileError(f"{file}: {key}: {claim.subject!r} is no subject")
    for number in claim.films:
        known.check(file, key, film=number)
    known.check(file, key, claims=(*claim.conflicts, claim.superseded_by))
    _check_metre(file, key, claim)


def _check_metre(file: str, key: str, claim: Claim) -> None:
    """What is called a metre is one: 5/4, never 54."""
    if claim.predicate.split("_")[-1] == "metre" and claim.status != "absent":
        try:
            Meter(claim.text)
        except MiThemeError as error:
            raise FileError(f"{file}: {key}: {error}") from None


def _unique(file: str, kind: str, keys: Iterable[str]) -> None:
    seen: set[str] = set()
    for key in keys:
        if key in seen:
            raise FileError(f"{file}: {kind} {key!r} is there twice")
        seen.add(key)


T = TypeVar("T", bound=msgspec.Struct)


def validated(row: T) -> T:
    """A row whose fields have been checked against their types, which making one does not do.

    Raises
    ------
    FileError
        Where a field is wrong.
    """
    try:
        return msgspec.convert(msgspec.to_builtins(row), type(row))
    except msgspec.ValidationError as error:
        raise FileError(f"{type(row).__name__.lower()} {getattr(row, 'id', '')!r}: {error}") from None
