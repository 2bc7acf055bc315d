"""The lineage: the claims, and the films, versions, conflicts and arguments that follow from them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from os import PathLike
from typing import Protocol

from mi_theme.arguments import asked
from mi_theme.credits.claims import Claims
from mi_theme.credits.conflicts import Conflict, conflicts_of
from mi_theme.credits.film_versions import Version, version_of
from mi_theme.credits.filmography import Credit, Film
from mi_theme.credits.opening_arguments import argument
from mi_theme.hooks import Shown, answer
from mi_theme.listings import Rows

__all__ = ["Lineage", "LineagePicture", "film", "films", "lineage"]


class LineagePicture(Protocol):
    """A picture with a description in words, as the rooms of pictures make it."""

    description: str

    def to_svg(self) -> str:
        """The picture as SVG."""

    def to_png(self, dpi: float = 150) -> bytes:
        """The picture as PNG, at `dpi` dots an inch."""

    def to_html(self) -> str:
        """The picture as a page of its own."""

    def save(self, path: str | PathLike[str], dpi: float = 150, paper: str = "a4") -> None:
        """Write the picture, whole or not at all.

        Parameters
        ----------
        path
            A name that ends in .svg, .png, .pdf or .html.
        dpi
            Pixels in an inch, of a PNG.
        paper
            ``a4`` or ``letter``, of a PDF.
        """


@dataclass(frozen=True, repr=False)
class Lineage(Claims, Shown):
    """Who made which version for which film, as claims.

    A value: what it answers is computed from the claims it has, every time.

    Examples
    --------
    >>> import mi_theme as mi
    >>> len(mi.lineage().readings()), len(mi.lineage().without(["M17", "M18"]).readings())
    (5, 15)
    >>> len(mi.lineage().add("film 4 opening by Giacchino").readings())
    3
    """

    def __repr__(self) -> str:
        return f"<Lineage: {len(self.tables.films)} films, {len(self.tables.claims)} claims>"

    def __str__(self) -> str:
        about = self.tables.about
        return "\n\n".join(filter(None, [about.title, about.notice, str(self.films())]))

    def draw(self, kind: str = "timeline") -> LineagePicture:
        """A picture: who made which opening when and in which metre, or who says so.

        Parameters
        ----------
        kind
            ``timeline``, or ``graph``: sources, their claims, the films.

        Returns
        -------
        LineagePicture
            In two widths, for a page and for a phone; saves itself as SVG, PNG or HTML.

        Raises
        ------
        UnknownName
            Where there is no such picture.
        """
        drawing: LineagePicture = answer("Lineage.draw", self, kind)
        return drawing

    def film(self, key: int | str) -> Film:
        """A film by number, title, alias or year.

        Parameters
        ----------
        key
            As in `mi_theme.credits.film`.
        """
        return Film(self.film_row(key), self)

    def films(self) -> Rows[Film]:
        """Every film, in order."""
        return Rows(Film(row, self) for row in sorted(self.tables.films, key=lambda row: row.number))

    def by(self, person: str, layer: str = "both") -> Rows[Credit]:
        """Every credit that somebody has, or may have: what of which film, on whose word, how certain.

        Parameters
        ----------
        person
            A name, or a family name.
        layer
            ``seed``, ``reference`` or ``both``.

        Raises
        ------
        UnknownName
            Where nobody is called that.
        """
        name = self.tables.person(person).name
        return Rows(credit for film in self.films() for credit in film.credits(layer=layer) if name in credit.people)

    def versions(self) -> Rows[Version]:
        """Every version of the theme: on television, as a single, and in each film."""
        return Rows(version_of(row, self) for row in self.tables.versions)

    def conflicts(self, film: int | str | None = None) -> Rows[Conflict]:
        """What contradicts, replaces or outdates what, of one film or of all.

        Parameters
        ----------
        film
            Number, title or year; None for all.
        """
        return conflicts_of(self, None if film is None else self.film_row(film).number)

    def explain(self, film: int | str, layer: str = "both") -> str:
        """The argument for the maker of a film's opening, in our own sentences.

        The seed layer is argued in any case; ``layer="seed"`` leaves it at that.

        Parameters
        ----------
        film
            Number, title or year.
        layer
            ``seed`` or ``both``.
        """
        return argument(self.film(film), layer)


@asked()
@cache
def lineage() -> Lineage:
    """Who made which version for which film: the claims in ``data/``, and what follows from them.

    Returns
    -------
    Lineage
        Read once; its methods answer, `Lineage.films` first.
    """
    return Lineage.load()


@asked()
def films() -> Rows[Film]:
    """The films, in order.

    Returns
    -------
    Rows of Film
        Prints as a table.
    """
    return lineage().films()


@asked()
def film(key: int | str) -> Film:
    """A film by number, title, alias or year.

    Parameters
    ----------
    key
        ``4``, ``"Ghost Protocol"`` or ``2011``.

    Returns
    -------
    Film
        With its versions, credits and dates.

    Raises
    ------
    UnknownName
        Where there is no such film.

    Examples
    --------
    >>> film(4) == film("Phantom Protocol") == film(2011)
    True
    """
    return lineage().film(key)
