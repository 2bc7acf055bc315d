"""From arguments to a rendition: forms, films, styles and themes by name, value or file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, TypeVar

from mi_theme.adaptation.strategies import find
from mi_theme.adaptation.tempo_equations import KEEPS, tempo_at
from mi_theme.arguments import asked, known_name, whole_number
from mi_theme.errors import UnknownName
from mi_theme.meter import Meter
from mi_theme.pitch import Tonic, key_named
from mi_theme.renditions.arrangement.arrangements import OPEN_ENDINGS, Arrangement, ending_named
from mi_theme.renditions.arrangement.arranger import arrangement_of
from mi_theme.renditions.arrangement.forms import Form, all_forms, form_named
from mi_theme.renditions.arrangement.manners import Manner, manner_named
from mi_theme.renditions.arrangement.styles import Groove, Style, all_grooves, all_styles, own_manners, style_named

if TYPE_CHECKING:
    from mi_theme.renditions.arrangement.films import FilmRendition
    from mi_theme.score import MusicSource, Part, Score, Track
    from mi_theme.themes import Adaptation, Theme

__all__ = ["arrange", "render", "stems"]

OWN_FILE = ".toml"
LARGEST_SEED = 2**63 - 1  # what other programs take as a seed
T = TypeVar("T")


@asked(bars="length")
def render(
    *,
    form: str | Form | None = None,
    film: int | str | None = None,
    meter: str | Meter | None = None,
    style: str | Style | None = None,
    theme: Theme | Adaptation | MusicSource | None = None,
    how: str | None = None,
    tempo: float | Fraction | None = None,
    tonic: str | Tonic | None = None,
    mode: str | None = None,
    length: int | None = None,
    ending: str | None = None,
    seed: int = 0,
    parts: Iterable[str] | str | None = None,
    keep: str | None = None,
) -> Score:
    """A theme arranged for an ensemble.

    Parameters
    ----------
    form
        Name of a form, a `Form`, or a file of one's own (``mine.toml``); ``tv`` if
        nothing is said, in the metre of `theme` where one is given.
    film
        Number, title or year of a film whose opening's metre it shall have, instead
        of `form`; ensemble, tempo and form are then a choice of ours, and the plan
        says so. What is known of the film is written into the file.
    meter
        Replaces every section's metre.
    style
        Name of a style, a `Style`, or a file of one's own; ``jazz-combo`` if
        nothing is said.
    theme
        What is played: a Theme, or music whose first bars are one (see `Theme.of`); the
        quotation of this library if nothing is said.
    how
        Strategy of the change of metre; the arranger's first choice if nothing is said.
    tempo
        Quarters a minute in the first section.
    tonic, mode
        In place of the theme's own.
    length
        About how many bars; sections keep their shares in whole two-bar cells.
    ending
        ``ring``, ``stop``, ``fade`` or ``loop``.
    seed
        Another seed, another arrangement; the same one, the same bytes.
    parts
        Names of the parts to keep, or one name.
    keep
        Tempo equation at a change of metre: ``pulse``, ``beat`` or ``bar``.

    Returns
    -------
    Score
        With a track for each part, ready to be saved.

    Raises
    ------
    UnknownName, TextError, StrategyError, ScoreError, ClaimError
        Where an argument names nothing known, is out of range, or nobody states it.
    """
    plan = arrange(
        form=form,
        film=film,
        meter=meter,
        style=style,
        theme=theme,
        how=how,
        tempo=tempo,
        tonic=tonic,
        mode=mode,
        length=length,
        ending=ending,
        seed=seed,
        keep=keep,
    )
    return plan.score(parts)


@asked(bars="length")
def arrange(
    *,
    form: str | Form | None = None,
    film: int | str | None = None,
    meter: str | Meter | None = None,
    style: str | Style | None = None,
    theme: Theme | Adaptation | MusicSource | None = None,
    how: str | None = None,
    tempo: float | Fraction | None = None,
    tonic: str | Tonic | None = None,
    mode: str | None = None,
    length: int | None = None,
    ending: str | None = None,
    seed: int = 0,
    keep: str | None = None,
) -> Arrangement:
    """The plan of a rendition: sections, layers, chords and devices; see `render` for the arguments.

    Parameters
    ----------
    form, film, meter, style, theme, how, tempo, tonic, mode, length, ending, seed, keep
        As in `render`.

    Returns
    -------
    Arrangement
        Prints; `Arrangement.score` has its notes.
    """
    seed = whole_number("a seed", seed, -LARGEST_SEED, LARGEST_SEED)
    keep = None if keep is None else known_name("tempo equation", keep, KEEPS)
    played = _theme(theme, tonic, mode)
    if not (theme is None or form or film or meter):
        meter = played.meter  # who brings a tune and asks for no metre wants its own
    how = None if how is None else find(how).name
    filmed = None if film is None else _of_film(film, meter)
    chosen_style, grooves, manner = _style(style or (filmed.style if filmed else "jazz-combo"))
    chosen_ending = ending_named(ending)
    chosen_form = filmed.form if filmed else _form(form, meter)
    chosen_form = chosen_form.open_ended() if chosen_ending in OPEN_ENDINGS else chosen_form
    own_length = (
        length is None and not filmed and (form is None or (isinstance(form, str) and not form.endswith(OWN_FILE)))
    )
    wanted = round(manner.length * chosen_form.bars) if own_length else length
    chosen_form = chosen_form.scaled(wanted) if wanted is not None else chosen_form
    plan = arrangement_of(
        form=chosen_form,
        style=chosen_style,
        manner=manner,
        theme=played,
        tempo=tempo_at(tempo, filmed.tempo if filmed and not style else chosen_style.tempo[1]),
        ending=chosen_ending,
        seed=seed,
        how=how,
        keep=keep,
        grooves=grooves,
    )
    return replace(plan, film=film, note=filmed.note if filmed else "")


def stems(score: Score) -> dict[str, Score]:
    """A score for each part, with the conductor track; drums take along the kit that they share.

    Parameters
    ----------
    score
        What `render` made, or any other.

    Returns
    -------
    dict of str to Score
        By the name of the part.
    """
    from mi_theme.score import Score

    return {
        part.name: Score(
            score.ticks_per_quarter,
            (score.tracks[0], *_kit(score, part), score.tracks[part.track]),
            source=score.source,
        )
        for part in score.parts
    }


def _kit(score: Score, part: Part) -> Iterator[Track]:
    """The kit of the drum channel, where another part than this one chooses it."""
    from mi_theme.score import Event, Track
    from mi_theme.score import messages as m

    chosen = [other.program for other in score.parts if other.is_percussion and other.program]
    if part.is_percussion and not part.program and chosen:
        yield Track.sorted([Event(0, m.program(part.channel, chosen[0]))])


def _theme(theme: Theme | Adaptation | MusicSource | None, tonic: str | Tonic | None, mode: str | None) -> Theme:
    from mi_theme.themes import Theme
    from mi_theme.themes import theme as quotation

    own = quotation() if theme is None else Theme.of(theme)
    key, own_mode = key_named(tonic, mode)
    return replace(own, tonic=key or own.tonic, mode=own_mode or own.mode)


def _of_film(film: int | str, meter: str | Meter | None) -> FilmRendition:
    from mi_theme.renditions.arrangement.films import rendition_of_film  # which loads every claim

    return rendition_of_film(film, meter)


def _form(form: str | Form | None, meter: str | Meter | None) -> Form:
    """A form by name, value or file, in one metre if one is given."""
    if isinstance(form, str) and form.endswith(OWN_FILE):
        chosen = next(iter(_own(all_forms(form), all_forms()).values()))
    else:
        chosen = form if isinstance(form, Form) else form_named("tv" if form is None else form)
    return chosen.in_meter(meter) if meter else chosen


def _style(style: str | Style) -> tuple[Style, tuple[Groove, ...], Manner]:
    """A style by name, value or file, the grooves that it names, and its manner."""
    own = style if isinstance(style, str) and style.endswith(OWN_FILE) else None
    if own:
        chosen = next(iter(_own(all_styles(own), all_styles()).values()))
    else:
        chosen = style if isinstance(style, Style) else style_named(style)
    grooves = all_grooves(own)
    wanted = [groove for part in chosen.part if part.is_drums for groove in part.grooves]
    if missing := [groove for groove in wanted if groove not in grooves]:
        raise UnknownName.among(f"groove for style {chosen.name!r}", missing[0], grooves)
    manner = manner_named(chosen.manner, own_manners(own))
    return chosen, tuple(grooves[groove] for groove in dict.fromkeys(wanted)), manner


def _own(all_rows: dict[str, T], ours: dict[str, T]) -> dict[str, T]:
    """What a user's file adds or replaces."""
    return {name: row for name, row in all_rows.items() if ours.get(name) != row} or all_rows
