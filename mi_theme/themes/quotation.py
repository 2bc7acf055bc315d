"""The theme that this library starts from: the quotation in ``data/theme.toml``."""

from __future__ import annotations

from mi_theme import catalog
from mi_theme.arguments import asked
from mi_theme.meter import Meter
from mi_theme.pitch import Tonic, key_named
from mi_theme.themes.model import Rights, Theme
from mi_theme.themes.motifs import Motif

__all__ = ["theme"]


class MotifRow(catalog.Row, frozen=True):
    """One motif of ``theme.toml``."""

    name: str
    text: str
    place: str = "downbeat"
    place_source: str = ""


class ThemeRow(catalog.Row, frozen=True):
    """``theme.toml``."""

    name: str
    composer: str
    year: int
    attribution: str
    notice: str
    provenance: str
    versions: str
    meter: str
    tonic: str
    mode: str
    motif: list[MotifRow]


@asked()
def theme(tonic: str | Tonic | None = None, mode: str | None = None, head_place: str | None = None) -> Theme:
    """The theme from *Mission: Impossible*, as the short quotation in ``data/theme.toml``.

    Parameters
    ----------
    tonic, mode
        Parameters, not facts; G minor by default. ``"Dm"`` and ``"D minor"`` are both in one.
    head_place
        ``downbeat`` or ``upbeat``.

    Returns
    -------
    Theme
        An ostinato of eight notes and a head of three.

    Raises
    ------
    FileError
        Where the quotation has been removed from this installation.
    TextError, UnknownName
        Where there is no such tonic, mode or place.
    """
    row = catalog.load("theme.toml", ThemeRow)
    places = {motif.name: motif.place for motif in row.motif} | ({"head": head_place} if head_place else {})
    motifs = tuple(Motif(motif.text, motif.name, places[motif.name]) for motif in row.motif)
    rights = Rights(attribution=row.attribution, notice=row.notice, provenance=row.provenance, versions=row.versions)
    key, own_mode = key_named(tonic, mode)
    return Theme(
        row.name, motifs, Meter(row.meter), tonic=key or Tonic(row.tonic), mode=own_mode or row.mode, rights=rights
    )
