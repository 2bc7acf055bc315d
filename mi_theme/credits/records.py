"""The rows of the lineage tables.

A claim is one thing that one source says: a subject, a predicate, a value, the
place in the source (never its words), how certain it is, and when it held.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
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
    "About",
    "Claim",
    "ClaimTables",
    "FilmRow",
    "Locator",
    "Person",
    "Source",
    "VersionRow",
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

_DAY = r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?"
Date = Annotated[str, Meta(pattern=rf"^({_DAY}(/({_DAY})?)?)?$")]  # ISO 8601, to the day, month or year; from/to
Hash = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
Name = Annotated[str, Meta(min_length=1)]
FilmNumber = Annotated[int, Meta(ge=0)]


class LayerRow(catalog.Row, frozen=True):
    """A layer: what its sources are, and under which licence its table is."""

    name: Annotated[Layer, Meta(description="seed or reference")]
    title: Annotated[Name, Meta(description="what its sources are called in words")]
    license: Annotated[Name, Meta(description="licence of the table, as SPDX writes it")]
    about: Annotated[str, Meta(description="where its sources come from")] = ""


class About(catalog.Row, frozen=True):
    """What a lineage is about: its card, for readers and for data catalogues.

    Attributes
    ----------
    name, base
        A short name, and the address that its terms and rows begin with in linked data.
    title, description, theme
        For people; the theme is named as in a sentence.
    numbered
        What the films are called before their number: ``M:I`` in ``M:I 2``.
    curator, contest
        Who keeps it, and how a claim is contested.
    layers
        One for each layer that has claims.
    notice
        What must be said wherever it is shown, such as that everything in it is invented.
    """

    name: Annotated[str, Meta(pattern="^[a-z0-9-]+$", description="short name, also of the data package")]
    base: Annotated[
        str, Meta(pattern="^[a-z][a-z0-9+.-]*:\\S*[:/#]$", description="what addresses of its rows begin with")
    ]
    title: Annotated[Name, Meta(description="title, for people")]
    description: Annotated[Name, Meta(description="what the claims are about, in a sentence")]
    theme: Annotated[Name, Meta(description="the theme, as it is named in a sentence")]
    curator: Annotated[Name, Meta(description="who keeps the tables")]
    contest: Annotated[Name, Meta(description="how a claim is contested")]
    numbered: Annotated[tuple[str, ...], Meta(description="what films are called before their number")] = ()
    layers: Annotated[tuple[LayerRow, ...], Meta(description="the layers, each with its licence")] = ()
    notice: Annotated[str, Meta(description="what must be said wherever the lineage is shown")] = ""


class Locator(catalog.Row, frozen=True):
    """A place in a document: a line (from 1), a half-open span of its characters, and their SHA-256."""

    line: Annotated[int, Meta(ge=1, description="line of the document, from 1")]
    span: Annotated[tuple[int, int], Meta(description="first character and the one after the last, from 0")]
    sha256: Annotated[Hash, Meta(description="SHA-256 of the words that stand there, in UTF-8")]


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

    id: Annotated[Name, Meta(description="unique in the lineage")]
    subject: Annotated[
        Name, Meta(description="what it is about: film/4, films/1-7, version/..., person/..., theme/...")
    ]
    predicate: Annotated[Name, Meta(description="what is said of the subject, such as score_by")]
    value: Annotated[
        str | tuple[str, ...], Meta(description="the value; several in the order of the source; empty if absent")
    ]
    source: Annotated[Name, Meta(description="id of the source that says it")]
    status: Annotated[Status, Meta(description="how certain: stated to absent")] = "stated"
    layer: Annotated[Layer, Meta(description="seed or reference")] = "seed"
    locator: Annotated[Locator | None, Meta(description="where the source says it")] = None
    date: Annotated[Date, Meta(description="when it was said or held, if not when its source was written")] = ""
    names: Annotated[tuple[str, ...], Meta(description="titles of films that the statement uses")] = ()
    conflicts: Annotated[tuple[str, ...], Meta(description="ids of claims that contradict it")] = ()
    superseded_by: Annotated[str, Meta(description="id of the claim that replaces it")] = ""
    note: Annotated[str, Meta(description="what a reader should know; of a conflict, its reason")] = ""

    def __str__(self) -> str:
        return "\n".join(filter(None, ("  ".join(filter(None, self.cells.values())), self.note)))

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
        """The numbers in ``film/4`` or ``films/1-7``; none for other subjects."""
        kind, _, rest = self.subject.partition("/")
        if kind not in ("film", "films"):
            return ()
        found = re.fullmatch(r"(\d{1,3})(?:-(\d{1,3}))?", rest)
        if not found or (kind == "films") != bool(found[2]):
            raise FileError(f"{self.subject!r} names no film: write film/4 or films/1-7")
        return tuple(range(int(found[1]), int(found[2] or found[1]) + 1))

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
    """A document or a page: documents have a file and its hash, pages an address and a grade.

    `family` says what derives from one origin: two sources of one family are
    one witness. `written` is when, as far as the text itself tells. What is
    empty is not known.
    """

    id: Annotated[Name, Meta(description="unique among the sources")]
    layer: Annotated[Layer, Meta(description="seed or reference")]
    title: Annotated[Name, Meta(description="its title, or what it is in our words")]
    family: Annotated[Name, Meta(description="what derives from one origin: sources of one family are one witness")]
    author: Annotated[str, Meta(description="who wrote it; empty where that is unknown")] = ""
    publisher: Annotated[
        str, Meta(description="where it was published: a site, a paper; empty where that is unknown")
    ] = ""
    grade: Annotated[
        Literal["W", "P", "I", "B", "X", "K", "U", ""],
        Meta(description="W encyclopaedia, P press, I interview, B blog, X content farm, K public code, U uncited"),
    ] = ""
    written: Annotated[Date, Meta(description="when it was written, as far as it tells; from/to")] = ""
    seen: Annotated[Date, Meta(description="when it was read")] = ""
    url: Annotated[str, Meta(description="its address as it was noted; not every one is a link")] = ""
    file: Annotated[str, Meta(description="name of the document's file, which is not shipped")] = ""
    sha256: Annotated[str, Meta(pattern="^([0-9a-f]{64})?$", description="SHA-256 of the document")] = ""
    characters: Annotated[int, Meta(description="length of the document")] = 0
    note: Annotated[str, Meta(description="what a reader should know")] = ""

    @property
    def link(self) -> str:
        """The address where it is one that can be followed; empty otherwise."""
        return self.url if re.fullmatch(r"https?://\S+", self.url) else ""


class Alias(catalog.Row, frozen=True):
    """Another title; `claim` says who uses it, `since` and `until` when it was the title."""

    name: Annotated[Name, Meta(description="the other title")]
    claim: Annotated[str, Meta(description="id of the claim that uses it; empty for common usage")] = ""
    since: Annotated[Date, Meta(description="since when it was the title")] = ""
    until: Annotated[Date, Meta(description="until when")] = ""


class FilmRow(catalog.Row, frozen=True):
    """A film: its number in the series, its title and its other titles."""

    number: Annotated[int, Meta(ge=1, description="place in the series, from 1")]
    title: Annotated[Name, Meta(description="the title")]
    year: Annotated[int, Meta(ge=1900, le=2100, description="year of release")]
    aliases: Annotated[tuple[Alias, ...], Meta(description="other titles")] = ()


class Person(catalog.Row, frozen=True):
    """A person, a group or a character, with the variants of the name."""

    name: Annotated[Name, Meta(description="full name")]
    family: Annotated[Name, Meta(description="short form, used in tables")]
    kind: Annotated[Literal["person", "group", "character"], Meta(description="person, group or character")] = "person"
    variants: Annotated[tuple[str, ...], Meta(description="other spellings")] = ()

    @property
    def names(self) -> set[str]:
        """Everything they are called, in small letters."""
        return {known.casefold() for known in (self.name, self.family, *self.variants)}


class VersionSectionRow(catalog.Row, frozen=True):
    """A section of a version: its role in the form, and the predicate whose claims give its metre."""

    role: Annotated[Literal["intro", "groove", "break", "ending"], Meta(description="its role in the form")]
    predicate: Annotated[Name, Meta(description="the predicate whose claims give its metre")]


class VersionRow(catalog.Row, frozen=True):
    """A version of the theme: three different things in a film, and what came before the films.

    `subject` is what the claims about its metre speak of.
    """

    id: Annotated[Name, Meta(description="unique among the versions")]
    kind: Annotated[
        Literal["opening", "score", "soundtrack", "television", "single"], Meta(description="what kind of version")
    ]
    title: Annotated[Name, Meta(description="its title, or what it is in our words")]
    subject: Annotated[Name, Meta(description="the subject of the claims about its metre")]
    film: Annotated[FilmNumber, Meta(description="number of its film; 0 for none")] = 0
    layer: Annotated[Layer, Meta(description="the first layer that knows of it")] = "seed"
    sections: Annotated[tuple[VersionSectionRow, ...], Meta(description="its sections, in order")] = ()


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
    "lineage.toml": About,
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
    about: About

    def knows(self, name: str) -> bool:
        """Whether somebody is called that: a `name`, a family name or a variant."""
        return any(name.casefold().strip() in person.names for person in self.people)

    def person(self, name: str) -> Person:
        """A person by name, family name or a variant.

        Raises
        ------
        UnknownName
            Where nobody is called that.
        """
        for person in self.people:
            if name.casefold().strip() in person.names:
                return person
        raise UnknownName.among("person", name, (person.name for person in self.people))


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


def titles(film: FilmRow, numbered: Iterable[str] = ()) -> Iterator[str]:
    """The title, the other titles, and the numbered ones that people use."""
    yield film.title
    yield from (alias.name for alias in film.aliases)
    yield from (f"{name} {film.number}" for name in ("film", *numbered))


def folded(title: str) -> str:
    """A title without case, spaces and punctuation."""
    return "".join(letter for letter in title.casefold() if letter.isalnum())
