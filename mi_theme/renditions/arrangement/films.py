"""A film's rendition: the metre of its opening as it is documented, and an ensemble, a tempo and sections of ours."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from mi_theme import catalog
from mi_theme.credits import film as film_of
from mi_theme.meter import Meter
from mi_theme.renditions.arrangement.forms import Form

__all__ = ["FilmRendition", "rendition_of_film"]


class FilmSetting(catalog.Row, frozen=True):
    """What is played for a film where nobody asks for something else."""

    film: int
    style: str
    tempo: int
    section: tuple[tuple[str, int], ...]


class FilmSettingTable(catalog.Row, frozen=True):
    """The file of settings."""

    setting: tuple[FilmSetting, ...]


class FilmRendition(NamedTuple):
    """A form in the metre of a film's opening, the ensemble and tempo that go with it, and what of that is ours."""

    form: Form
    style: str
    tempo: int
    note: str


def rendition_of_film(key: int | str, meter: str | Meter | None = None) -> FilmRendition:
    """What is played for a film, in the metres of its opening or in the one that is given.

    Parameters
    ----------
    key
        Its number, title or year.
    meter
        A metre in place of the documented one.

    Raises
    ------
    UnknownName
        Where there is no such film.
    ClaimError
        Where nobody states its metre and none is given.
    """
    film = film_of(key)
    plan = (("groove", Meter(meter)),) if meter else film.version("opening").plan()
    metres = list(dict.fromkeys(metre for _, metre in plan))
    settings = {row.film: row for row in catalog.load("film_settings.toml", FilmSettingTable).setting}
    setting = settings.get(film.number) or settings[1]
    if len(metres) == 1:
        form = Form.of([(metres[0], role) for role, _ in setting.section])
        sections = [replace(s, bars=bars) for s, (_, bars) in zip(form.sections, setting.section, strict=True)]
    else:
        form = Form.of([*((metre, role) for role, metre in plan), (plan[-1][1], "ending")])
        sections = list(form.sections)
    said = ", then ".join(map(str, metres))
    stated = f"its metre is as asked, {said}" if meter else f"the documents state its metre only, {said}"
    return FilmRendition(
        Form(f"film-{film.number}", tuple(sections), str(film), "metre as given" if meter else "lineage"),
        setting.style,
        setting.tempo,
        f"film {film.number}: {stated}; ensemble, tempo and form are ours and describe nobody's score",
    )
