"""Who made which version for which film, on whose word, how certain.

Claims are rows with a source and a place in it; everything else is computed
from the claims a `Lineage` has. The seed layer is three documents, the
reference layer public pages; neither overwrites the other.
"""

from __future__ import annotations

from mi_theme.credits.claims import Claims
from mi_theme.credits.conflicts import Conflict
from mi_theme.credits.film_versions import Version, VersionSection
from mi_theme.credits.filmography import Credit, Film
from mi_theme.credits.lineages import Lineage, LineagePicture, film, films, lineage
from mi_theme.credits.locators import Verification, verify
from mi_theme.credits.readings import ASSUMPTIONS, Readings
from mi_theme.credits.records import Claim, Locator, Source
from mi_theme.listings import Rows

__all__ = [
    "ASSUMPTIONS",
    "Claim",
    "Claims",
    "Conflict",
    "Credit",
    "Film",
    "Lineage",
    "LineagePicture",
    "Locator",
    "Readings",
    "Rows",
    "Source",
    "Verification",
    "Version",
    "VersionSection",
    "film",
    "films",
    "lineage",
    "verify",
]
