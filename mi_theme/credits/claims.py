"""Claims as one value: to ask, to cut down and to add to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from os import PathLike
from typing import Self

import msgspec

from mi_theme.credits.checking import check_added, validated
from mi_theme.credits.citations import cited
from mi_theme.credits.interchange import FORMATS, read_lineage, written_as
from mi_theme.credits.readings import Question, Readings, chosen
from mi_theme.credits.records import STATUSES, Claim, ClaimTables, FilmRow, Source, folded, layers, titles
from mi_theme.errors import ClaimError, UnknownName
from mi_theme.listings import Rows

__all__ = ["Claims"]

#: What is said of people: an added claim names them as the tables do.
LEAST_LETTERS = 4  # of a title, that say which film is meant
PERSON_PREDICATES = ("opening_by", "score_by", "performers")


@dataclass(frozen=True)
class Claims:
    """What sources say, claim by claim.

    A value: what it answers is computed from the claims it has, every time.

    Attributes
    ----------
    tables
        The rows that it is made of.
    """

    tables: ClaimTables

    @classmethod
    def load(cls, folder: str | PathLike[str] | None = None) -> Self:
        """The claims in ``data/``, or in another folder of the same shape, or in a file that `export` wrote.

        Parameters
        ----------
        folder
            A folder of tables, or a file in JSON, PROV-JSON, PROV-N, JSON-LD or CSV; None for ours.

        Raises
        ------
        FileError
            Where a table is wrong; with file, key and reason.
        """
        return cls(read_lineage(folder))

    # Claims

    @cached_property
    def by_id(self) -> dict[str, Claim]:
        """The claims by id."""
        return {claim.id: claim for claim in self.tables.claims}

    @cached_property
    def sources(self) -> dict[str, Source]:
        """The sources by id."""
        return {source.id: source for source in self.tables.sources}

    def claim(self, name: str) -> Claim:
        """One claim by its id.

        Parameters
        ----------
        name
            Such as ``M11``.

        Raises
        ------
        UnknownName
            Where there is none.
        """
        name = name if name in self.by_id else str(name).upper()
        if name not in self.by_id:
            raise UnknownName(
                f"no claim {str(name)[:40]!r} among the {len(self.by_id)}: mi-theme lineage --claims, or lineage().claims(), lists them"
            )
        return self.by_id[name]

    def claims(
        self,
        *,
        ids: Iterable[str] | None = None,
        film: int | str | None = None,
        subject: str | None = None,
        predicate: str | None = None,
        source: str | None = None,
        status: str | None = None,
        layer: str = "both",
    ) -> Rows[Claim]:
        """The claims that fit everything asked for, in the order of the tables.

        A film is given by number, title or year; claims about its versions, and
        about a group it is in, are among them. The layer is ``seed``,
        ``reference`` or ``both``.

        Parameters
        ----------
        ids
            Names of claims.
        film
            Number, title or year.
        subject, predicate, source, status
            What stands in these fields.
        layer
            ``seed``, ``reference`` or ``both``.

        Raises
        ------
        UnknownName
            Where there is no such film, claim, status or layer.
        """
        wanted = None if ids is None else {self.claim(name).id for name in ids}
        if status is not None and status not in STATUSES:
            raise UnknownName.among("status", status, STATUSES)
        number = None if film is None else self.film_row(film).number
        return Rows(
            claim
            for claim in self.tables.claims
            if claim.layer in layers(layer)
            and (wanted is None or claim.id in wanted)
            and (number is None or self._speaks_of(claim, number))
            and subject in (None, claim.subject)
            and predicate in (None, claim.predicate)
            and source in (None, claim.source)
            and status in (None, claim.status)
        )

    def _speaks_of(self, claim: Claim, number: int) -> bool:
        subjects = {version.subject for version in self.tables.versions if version.film == number}
        return number in claim.films or claim.subject in subjects

    def live(self, subject: str, predicate: str, layer: str) -> tuple[Claim, ...]:
        """The claims one can reason from about a subject, a film of a group included.

        Parameters
        ----------
        subject
            Such as ``film/4``.
        predicate
            Such as ``score_by``.
        layer
            ``seed``, ``reference`` or ``both``.
        """
        return tuple(
            claim
            for claim in self.tables.claims
            if claim.predicate == predicate
            and claim.is_live
            and claim.layer in layers(layer)
            and (claim.subject == subject or (subject.startswith("film/") and int(subject[5:]) in claim.films))
        )

    def held(self, claim: Claim) -> str:
        """When a `claim` was made or held: its own date, else when its source was written."""
        return claim.date or self.sources[claim.source].written or self.sources[claim.source].seen

    def witnesses(self, claims: Iterable[Claim]) -> tuple[str, ...]:
        """The independent origins of `claims`: a retelling or a mirror is no second witness."""
        return tuple(dict.fromkeys(self.sources[claim.source].family for claim in claims))

    def film_row(self, key: int | str) -> FilmRow:
        """The row of a film: by number, by year, by title or alias.

        Parameters
        ----------
        key
            As in `mi_theme.credits.film`.

        Raises
        ------
        UnknownName
            Where there is no such film.
        """
        films = self.tables.films
        text = str(key).strip()
        if text.isdecimal() and len(text) <= 4:
            found = [film for film in films if int(text) in (film.number, film.year)]
        else:
            found = [film for film in films if folded(text) in map(folded, titles(film, self.tables.about.numbered))]
        if not found:
            known = (
                []
                if text.isdecimal()
                else [name for film in films for name in titles(film, self.tables.about.numbered)]
            )
            near = [film for film in films if any(folded(text) in folded(title) for title in titles(film))]
            if near and len(folded(text)) >= LEAST_LETTERS:
                names = " or ".join(f"{film.number} ({film.year})" for film in near)
                raise UnknownName(f"no film {text[:40]!r}: did you mean {names}?")
            raise UnknownName.among("film", text, known, [f"{film.number} ({film.year})" for film in films])
        return found[0]

    # Other claims

    def without(self, ids: Iterable[str] | str) -> Self:
        """The same as if some claims had not been made, or all claims of a source.

        Parameters
        ----------
        ids
            Ids of claims or of sources, such as ``["M17", "M18"]`` or ``"C"``.

        Raises
        ------
        UnknownName
            Where there is no such claim or source.
        """
        names = ids.replace(",", " ").split() if isinstance(ids, str) else list(ids)
        sources = {name for name in names if name in self.sources}
        gone = {self.claim(name).id for name in names if name not in sources}
        kept = tuple(claim for claim in self.tables.claims if claim.id not in gone and claim.source not in sources)
        return replace(self, tables=self.tables._replace(claims=kept))

    def add(self, claim: Claim | str) -> Self:
        """The same with one more claim, such as ``"film 4 opening by Giacchino"``.

        Parameters
        ----------
        claim
            A claim, or its text.

        Raises
        ------
        ClaimError, FileError, UnknownName
            Where it is no claim, or does not fit the tables.
        """
        row = validated(Claim.of_text(claim) if isinstance(claim, str) else claim)
        if row.predicate in PERSON_PREDICATES:
            people = tuple(self.tables.person(name).name for name in row.values if name)
            row = validated(msgspec.structs.replace(row, value=people[0] if len(people) == 1 else people))
        check_added(row, self.tables)
        return replace(self, tables=self.tables._replace(claims=(*self.tables.claims, row)))

    # Citing and exporting

    def cite(self, *names: str, style: str = "chicago") -> str:
        """Claims or sources as one cites them, a line each; what is not known of a source is said to be unknown.

        Parameters
        ----------
        *names
            Ids of claims, such as ``M11``, or of sources, such as ``A``.
        style
            ``chicago`` (a footnote), ``apa`` or ``mla``.

        Raises
        ------
        UnknownName
            Where there is no such claim, source or style.
        """
        lines = []
        for name in names:
            claim = None if name in self.sources else self.claim(name)
            source = self.sources[claim.source if claim else name]
            lines.append(cited(source, claim, self.tables.about, style))
        return "\n".join(lines)

    def export(self, format: str, film: int | str | None = None) -> str:  # noqa: A002
        """The lineage in a format for other programs.

        Parameters
        ----------
        format
            ``json``, ``prov``, ``provn`` and ``jsonld`` have everything and are read back by `load`; ``csv`` has
            the claims; ``bibtex``, ``ris`` and ``csl`` have the sources, for reference managers.
        film
            Of ``csv``, ``bibtex``, ``ris`` and ``csl``: only the claims about a film, or their sources.

        Raises
        ------
        UnknownName
            Where there is no such format or film.
        ClaimError
            Where a format has everything and a film was asked for.
        """
        if film is None:
            return written_as(format, self.tables)
        if format in FORMATS and not FORMATS[format].of_parts:
            parts = ", ".join(name for name, known in FORMATS.items() if known.of_parts)
            raise ClaimError(f"{format} has the whole lineage: of one film there are {parts}")
        claims = tuple(self.claims(film=film))
        used = {claim.source for claim in claims}
        sources = tuple(source for source in self.tables.sources if source.id in used)
        return written_as(format, self.tables._replace(claims=claims, sources=sources))

    # Reasoning

    def question(self, layer: str = "seed") -> Question | None:
        """The sentence that names makers for several openings, with what else is said of them.

        Parameters
        ----------
        layer
            ``seed``, ``reference`` or ``both``.

        Raises
        ------
        ClaimError
            Where there are several such sentences.
        """
        candidates = self.claims(predicate="opening_by", layer="seed")
        sentences = [claim for claim in candidates if len(claim.films) > 1 and len(claim.values) > 1]
        if len(sentences) > 1:
            ids = ", ".join(claim.id for claim in sentences)
            raise ClaimError(f"several sentences name makers of openings ({ids}): leave out all but one of them")
        if not sentences:
            return None
        (sentence,) = sentences
        names = tuple(self.tables.person(name).name for name in sentence.values)
        openings, scores = (self._makers(predicate, layer) for predicate in ("opening_by", "score_by"))
        return Question(sentence.id, sentence.films, names, openings, scores)

    def _makers(self, predicate: str, layer: str) -> tuple[tuple[int, str, str], ...]:
        """(film, maker, claim) of every claim about one film."""
        return tuple(
            (claim.films[0], " & ".join(self.tables.person(name).name for name in claim.values), claim.id)
            for claim in self.claims(predicate=predicate, layer=layer)
            if len(claim.films) == 1 and claim.is_live and claim.text
        )

    def readings(self, assumptions: Iterable[str] | str | None = None, *, layer: str = "seed") -> Readings:
        """Every way to read the sentence on the openings.

        Parameters
        ----------
        assumptions
            Names of `ASSUMPTIONS`; by default all but ``one-earlier-score``.
        layer
            Where credits of single films are taken from: ``both`` lets the
            reference layer decide.
        """
        return Readings(self.question(layer), chosen(assumptions))
