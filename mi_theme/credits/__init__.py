"""Who made which version for which film, on whose word, how certain.

Claims are rows with a source and a place in it; everything else is computed
from the claims a `Lineage` has. The seed layer is three documents, the
reference layer public pages; neither overwrites the other.
"""

from __future__ import annotations

from functools import cache

from mi_theme.credits.conflicts import Conflict
from mi_theme.credits.filmography import Credit, Film, Section, Version
from mi_theme.credits.lineages import Lineage
from mi_theme.credits.listings import Rows
from mi_theme.credits.locators import Verification, verify
from mi_theme.credits.readings import ASSUMPTIONS, Readings
from mi_theme.credits.records import Claim, Locator, Source

__all__ = [
    "ASSUMPTIONS",
    "Claim",
    "Conflict",
    "Credit",
    "Film",
    "Lineage",
    "Locator",
    "Readings",
    "Rows",
    "Section",
    "Source",
    "Verification",
    "Version",
    "film",
    "films",
    "lineage",
    "verify",
]


@cache
def lineage() -> Lineage:
    """Who made which version for which film: the claims in ``data/``, and what follows from them.

    Returns
    -------
    Lineage
        Read once; its methods answer, `Lineage.films` first.
    """
    return Lineage.load()


def films() -> Rows[Film]:
    """The films, in order.

    Returns
    -------
    Rows of Film
        Prints as a table.
    """
    return lineage().films()


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
