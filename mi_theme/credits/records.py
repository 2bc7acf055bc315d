"""The rows of the lineage tables.

A claim is one thing that one source says: a subject, a predicate, a value, the
place in the source (never its words), how certain it is, and when it held.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Literal, NamedTuple

from msgspec import Meta

from mi_theme import catalog
from mi_theme.errors import ClaimError, FileError, UnknownName

__all__ = [
    "FILES",
    "LAYERS",
    "READER",
    "STATUSES",
    "UNKNOWN",
    "Claim",
    "ClaimTables",
    "FilmRow",
    "Locator",
    "Person",
    "Source",
    "VersionRow",
    "films_of",
    "folded",
    "layers",
    "titles",
]

Status = Literal["stated", "inferred", "ambiguous", "conflicting", "superseded", "absent"]
Layer = Literal["seed", "reference"]
STATUSES = ("stated", "inferred", "ambiguous", "conflicting", "superseded", "absent")
LAYERS = ("seed", "reference")
READER = "reader"  # the source of what a user adds
UNKNOWN = "-"  # stands in a table where nobody says it

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

        Parameters
        ----------
        text
            Film, number, ``opening``, ``score`` or ``soundtrack``, ``by``, a name.

        Raises
        ------
        ClaimError
            Where the text is no claim.
        """
        found = re.fullmatch(r"\s*film[ /]?(\d+)\s+(opening|score)[ _](by|metre)\s+(\S.*?)\s*", text)
        if not found or found[2] + found[3] == "scoremetre":
            raise ClaimError(f"{text[:60]!r} is no claim: write it like 'film 4 opening by Giacchino'")
        number, what, how, value = found.groups()
        team = tuple(re.split(r"\s+(?:&|and)\s+", value)) if how == "by" else (value,)
        return cls(
            id=f"{READER}:{text.strip()}",
            subject=f"film/{number}",
            predicate=f"{what}_{how}",
            value=team if len(team) > 1 else value,
            source=READER,
        )

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
            "id": self.id,
            "subject": self.subject,
            "predicate": self.predicate,
            "value": self.text or "-",
            "status": self.status,
            "layer": self.layer,
            "place": self.place,
            "date": self.date,
        }


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


class VersionSectionRow(catalog.Row, frozen=True):
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
    sections: tuple[VersionSectionRow, ...] = ()


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


class ClaimTables(NamedTuple):
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


def layers(name: str) -> tuple[str, ...]:
    """The layers a name stands for.

    Raises
    ------
    UnknownName
        Where there is no such layer.
    """
    if name not in (*LAYERS, "both"):
        raise UnknownName.among("layer", str(name), (*LAYERS, "both"))
    return LAYERS if name == "both" else (name,)


def titles(film: FilmRow) -> Iterator[str]:
    """The title, the other titles, and the numbered ones that people use."""
    yield film.title
    yield from (alias.name for alias in film.aliases)
    yield from (f"{name} {film.number}" for name in ("film", "Mission: Impossible", "M:I", "MI"))


def folded(title: str) -> str:
    """A title without case, spaces and punctuation."""
    return "".join(letter for letter in title.casefold() if letter.isalnum())
