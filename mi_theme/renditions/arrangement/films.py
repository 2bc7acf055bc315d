"""A film's form: the metre plan of its opening, in a form of ours."""

from __future__ import annotations

from dataclasses import replace

from mi_theme.credits import film as film_of
from mi_theme.meter import Meter
from mi_theme.renditions.arrangement.forms import Form, form_named

__all__ = ["form_of_film"]

MODEL = "tv"  # whose sections a film's opening is given, as nobody states any


def form_of_film(key: int | str, meter: str | Meter | None = None) -> Form:
    """A form in the metres of a film's opening, or in the one that is given.

    Metres are what the lineage says; sections and lengths are ours.

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
    if len(metres) == 1:
        form = form_named(MODEL).in_meter(metres[0])
    else:
        form = Form.of([*((metre, role) for role, metre in plan), (plan[-1][1], "ending")])
    return replace(form, name=f"film-{film.number}", about=str(film), source="metre as given" if meter else "lineage")
