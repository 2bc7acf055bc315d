"""The rows of the lineage tables, and what makes them fit together.

A claim is one thing that one source says: a subject, a predicate, a value, the
place in the source (never its words), how certain it is, and when it held.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, TypeVar

import msgspec
from msgspec import Meta

from mi_theme import catalog
from mi_theme.errors import FileError, MiThemeError, UnknownName
from mi_theme.meter import Meter

__all__ = ["LAYERS", "STATUSES", "Claim", "FilmRow", "Locator", "Person", "Source", "Tables", "check_added", "checked", "read_tables"]

Status = Literal["stated", "inferred", "ambiguous", "conflicting", "superseded", "absent"]
Layer = Literal["seed", "reference"]
STATUSES = ("stated", "inferred", "ambiguous", "conflicting", "superseded", "absent")
LAYERS = ("seed", "reference")
READER = "reader"  # the source of what a user adds

_DAY = r"\d{4}(-\d{2}(-\d{2})?)?"
Date = Annotated[str, Meta(pattern=rf"^({_DAY}(/({_DAY})?)?)?$")]  # ISO 8601, to the day, month or year; from/to
Hash = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
Name = Annotated[str, Meta(min_length=1)]
FilmNumber = Annotated[int, Meta(ge=0)]


class Locator(catalog.Row, frozen=True):
    """A place in a document: a line (from 1), a half-open span of its characters, and their SHA-256."""

    line: Annotated[int, Meta(ge=1)]
    span: tuple[int, int]
    sha256: Hash


class Claim(catalog.Row, frozen=True):
    """One thing that one source says.

    Attributes
    ----------
    id
        Unique in the lineage.
    subject
        ``film/4``, ``films/1-7``, ``version/limp-bizkit``, ``person/Hans Zimmer`` ...
    predicate, value
        What is said; several values belong together, in the order of the source.
    source
        Id of the source.
    status
        stated, inferred, ambiguous, conflicting, superseded or absent.
    layer
        ``seed`` or ``reference``.
    locator
        Where the source says it.
    date
        When the statement was made or held, where it is not simply when its source was written.
    names
        Titles that the statement uses.
    conflicts, superseded_by
        Ids of other claims.
    note
        What a reader should know.
    """

    id: Name
    subject: Name
    predicate: Name
    value: str | tuple[str, ...]
    source: Name
    status: Status = "stated"
    layer: Layer = "seed"
    locator: Locator | None = None
    date: Date = ""
    names: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    superseded_by: str = ""
    note: str = ""

    @classmethod
    def of_text(cls, text: str) -> Claim:
        """A claim of the reader's own, such as ``"film 4 opening by Giacchino"``.

        Raises
        ------
        ClaimError
            Where the text is no claim.
        """
        from mi_theme.errors import ClaimError

        found = re.fullmatch(r"\s*film[ /]?(\d+)\s+(opening|score)[ _](by|metre)\s+(\S.*?)\s*", text)
        if not found or found[2] + found[3] == "scoremetre":
            raise ClaimError(f"{text[:60]!r} is no claim: write it like 'film 4 opening by Giacchino'")
        number, what, how, value = found.groups()
        return cls(f"{READER}:{text.strip()}", f"film/{number}", f"{what}_{how}", value, READER)

    @property
    def films(self) -> tuple[int, ...]:
        """The numbers of the films it speaks of."""
        return films_of(self.subject)

    @property
    def is_live(self) -> bool:
        """Whether it can be reasoned from: stated or inferred, and neither contradicted nor outdated."""
        return self.status in ("stated", "inferred")

    @property
    def values(self) -> tuple[str, ...]:
        """The value as a tuple, also where it is one."""
        return (self.value,) if isinstance(self.value, str) else self.value

    @property
    def text(self) -> str:
        """The value in words."""
        return ", ".join(self.values)

    @property
    def place(self) -> str:
        """Source and line, or the source alone."""
        return f"{self.source} {self.locator.line}" if self.locator else self.source

    @property
    def cells(self) -> dict[str, str]:
        """The claim as a row of a table."""
        return {
            "id": self.id, "subject": self.subject, "predicate": self.predicate, "value": self.text or "-",
            "status": self.status, "layer": self.layer, "place": self.place, "date": self.date,
        }  # fmt: skip


class Source(catalog.Row, frozen=True):
    """A document or a page: the seed documents have a file and its hash, pages an address and a grade.

    `family` says what derives from one origin: two sources of one family are
    one witness. `written` is when, as far as the text itself tells.
    """

    id: Name
    layer: Layer
    title: Name
    family: Name
    grade: Literal["W", "P", "I", "B", "X", "K", "U", ""] = ""
    written: Date = ""
    seen: Date = ""
    url: str = ""
    file: str = ""
    sha256: Annotated[str, Meta(pattern="^([0-9a-f]{64})?$")] = ""
    characters: int = 0
    note: str = ""


class Alias(catalog.Row, frozen=True):
    """Another title; `claim` says who uses it, `since` and `until` when it was the title."""

    name: Name
    claim: str = ""
    since: Date = ""
    until: Date = ""


class FilmRow(catalog.Row, frozen=True):
    """A film: its number in the series, its title and its other titles."""

    number: Annotated[int, Meta(ge=1)]
    title: Name
    year: Annotated[int, Meta(ge=1900, le=2100)]
    aliases: tuple[Alias, ...] = ()


class Person(catalog.Row, frozen=True):
    """A person, a group or a character, with the variants of the name."""

    name: Name
    family: Name
    kind: Literal["person", "group", "character"] = "person"
    variants: tuple[str, ...] = ()


class SectionRow(catalog.Row, frozen=True):
    """A section of a version: its role in the form, and the predicate whose claims give its metre."""

    role: Literal["intro", "groove", "break", "ending"]
    predicate: Name


class VersionRow(catalog.Row, frozen=True):
    """A version of the theme: three different things in a film, and what came before the films.

    `subject` is what the claims about its metre speak of.
    """

    id: Name
    kind: Literal["opening", "score", "soundtrack", "television", "single"]
    title: Name
    subject: Name
    film: FilmNumber = 0
    layer: Layer = "seed"
    sections: tuple[SectionRow, ...] = ()


class _Films(catalog.Row, frozen=True):
    film: tuple[FilmRow, ...]


class _People(catalog.Row, frozen=True):
    person: tuple[Person, ...]


class _Versions(catalog.Row, frozen=True):
    version: tuple[VersionRow, ...]


class _Sources(catalog.Row, frozen=True):
    source: tuple[Source, ...]


class _Claims(catalog.Row, frozen=True):
    claim: tuple[Claim, ...]


FILES: dict[str, type[catalog.Row]] = {
    "films.toml": _Films,
    "people.toml": _People,
    "versions.toml": _Versions,
    "sources.toml": _Sources,
    "claims.toml": _Claims,
    "reference.toml": _Claims,
}


class Tables(NamedTuple):
    """The tables of a lineage."""

    films: tuple[FilmRow, ...]
    people: tuple[Person, ...]
    versions: tuple[VersionRow, ...]
    sources: tuple[Source, ...]
    claims: tuple[Claim, ...]

    def person(self, name: str) -> Person:
        """A person by name, family name or a variant.

        Raises
        ------
        UnknownName
            Where nobody is called that.
        """
        wanted = name.casefold().strip()
        for person in self.people:
            if wanted in {known.casefold() for known in (person.name, person.family, *person.variants)}:
                return person
        raise UnknownName.among("person", name, (person.name for person in self.people))


def read_tables(folder: str | Path | None = None) -> Tables:
    """The tables of ``data/``, or of another folder of the same shape, checked.

    Raises
    ------
    FileError
        Where a row is wrong; the message says file, key and reason.
    """
    paths = {name: catalog.data_path(name) if folder is None else Path(folder) / name for name in FILES}
    rows: dict[str, Any] = {name: catalog.load_file(paths[name], kind) for name, kind in FILES.items()}
    claims = (*rows["claims.toml"].claim, *rows["reference.toml"].claim)
    tables = Tables(
        rows["films.toml"].film, rows["people.toml"].person, rows["versions.toml"].version,
        rows["sources.toml"].source, claims,
    )  # fmt: skip
    for file, layer in (("claims.toml", "seed"), ("reference.toml", "reference")):
        for claim in rows[file].claim:
            if claim.layer != layer:
                raise FileError(f"{paths[file]}: claim {claim.id!r}: layer {claim.layer!r} belongs in the other file")
    try:
        return checked(tables)
    except MiThemeError as error:
        raise FileError(f"{paths['claims.toml'].parent}{'/'}{error}") from None


def checked(tables: Tables) -> Tables:
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
    _unique("films.toml", "alias", (key for film in tables.films for key in sorted({folded(n) for n in titles(film)})))
    known = _Known.of(tables)
    for version in tables.versions:
        known.check("versions.toml", f"version {version.id!r}", film=version.film)
    for film in tables.films:
        for alias in film.aliases:
            known.check("films.toml", f"film {film.number}, alias {alias.name!r}", claims=(alias.claim,))
    for claim in tables.claims:
        _check_claim(claim, known)
    return tables


def check_added(claim: Claim, tables: Tables) -> None:
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
    def of(cls, tables: Tables) -> _Known:
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
        raise FileError(f"{file}: {key}: its layer is {claim.layer!r}, that of source {source.id!r} is {source.layer!r}")
    if source.file and claim.locator is None and claim.status != "absent":
        raise FileError(f"{file}: {key}: a claim from a document needs a locator; one of your own has the source {READER!r}")
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


def films_of(subject: str) -> tuple[int, ...]:
    """The numbers in ``film/4`` or ``films/1-7``; none for other subjects.

    Raises
    ------
    FileError
        Where the number is missing.
    """
    kind, _, rest = subject.partition("/")
    if kind not in ("film", "films"):
        return ()
    found = re.fullmatch(r"(\d{1,3})(?:-(\d{1,3}))?", rest)
    if not found or (kind == "films") != bool(found[2]):
        raise FileError(f"{subject!r} names no film: write film/4 or films/1-7")
    return tuple(range(int(found[1]), int(found[2] or found[1]) + 1))


def titles(film: FilmRow) -> Iterator[str]:
    """The title, the other titles, and the numbered ones that people use."""
    yield film.title
    yield from (alias.name for alias in film.aliases)
    yield from (f"{name} {film.number}" for name in ("film", "Mission: Impossible", "M:I", "MI"))


def folded(title: str) -> str:
    """A title without case, spaces and punctuation."""
    return "".join(letter for letter in title.casefold() if letter.isalnum())


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
