"""One word for every picture: what to draw of a thing, and how things show themselves in a notebook."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any

from mi_theme.adaptation.plans import Plan
from mi_theme.arguments import asked, known_name
from mi_theme.conversion.scoreplan import ScorePlan
from mi_theme.credits import Lineage
from mi_theme.engraving.drawings import Drawing
from mi_theme.engraving.engravings import notation
from mi_theme.errors import MiThemeError, ScoreError
from mi_theme.meter import Grouping, Meter
from mi_theme.score import Bars, Score, first_and_last
from mi_theme.search import Hit
from mi_theme.themes import Adaptation, Theme
from mi_theme.views.lineage_pictures import draw_lineage
from mi_theme.views.maps import bar_map
from mi_theme.views.plan_tables import plan_html
from mi_theme.views.profiles import necklace, weight_profile
from mi_theme.views.rolls import piano_roll

__all__ = ["KINDS", "draw", "shown"]

Span = tuple[int, int] | None
# what is drawn of a thing when nobody says
USUAL = {
    Theme: "notation",
    Adaptation: "notation",
    ScorePlan: "notation",
    Plan: "map",
    Score: "roll",
    Meter: "weights",
    Grouping: "necklace",
    Hit: "notation",
    Lineage: "timeline",
}
# kind of picture: type of thing and how it is drawn so
KINDS: dict[str, dict[type, Callable[[Any, Span], Drawing]]] = {
    "notation": {
        Theme: lambda theme, bars: notation(theme, bars=bars),
        Adaptation: lambda adaptation, bars: notation(adaptation, bars=bars),
        Score: lambda score, bars: notation(score, bars=bars),
        ScorePlan: lambda plan, bars: notation(plan, bars=bars),
        Hit: lambda hit, bars: notation(hit, bars=bars),
    },
    "roll": {
        Score: lambda score, bars: piano_roll(score, bars),
        Theme: lambda theme, bars: piano_roll(theme.to_score(), bars),
        Adaptation: lambda adaptation, bars: piano_roll(adaptation.theme.to_score(), bars),
    },
    "map": {
        Plan: lambda plan, bars: bar_map(plan, (bars or (1, 1))[0]),
        Adaptation: lambda adaptation, bars: bar_map(adaptation, (bars or (1, 1))[0]),
    },
    "weights": {
        Meter: lambda meter, _: weight_profile(meter),
        Theme: lambda theme, _: weight_profile(theme.meter),
        Adaptation: lambda adaptation, _: weight_profile(adaptation.meter),
    },
    "timeline": {Lineage: lambda lineage, _: draw_lineage(lineage)},
    "graph": {Lineage: lambda lineage, _: draw_lineage(lineage, "graph")},
    "necklace": {
        Grouping: lambda grouping, _: necklace(grouping),
        Meter: lambda meter, _: necklace(meter.groups),
        Theme: lambda theme, _: necklace(_figure(theme)),
        Adaptation: lambda adaptation, _: necklace(_figure(adaptation.source), _figure(adaptation.theme)),
    },
}


OTHER_KINDS = {"staff": "notation", "sheet": "notation", "score": "notation", "pianoroll": "roll", "piano roll": "roll"}


@asked()
def draw(thing: object, kind: str | None = None, *, bars: Bars | None = None) -> Drawing:
    """A picture of a theme, an adaptation, a plan, a score, a metre or a grouping.

    Parameters
    ----------
    thing
        What to draw: one of these, a hit, a lineage, or music of any kind that `Score.of`
        takes. Text without letters is a metre (``5/4:3+3+2+2``), or a grouping if it has no slash.
    kind
        ``notation``, ``roll``, ``map``, ``weights``, ``necklace``, ``timeline`` or ``graph``. Without it
        themes and adaptations are engraved, plans are bar maps, scores piano
        rolls, metres weights and groupings necklaces.
    bars
        First and last bar, inclusive; the first few without it.

    Returns
    -------
    Drawing
        Shows itself in a notebook; ``save`` writes SVG, PNG or HTML.

    Raises
    ------
    UnknownName, ScoreError
        Where there is no such kind, or none of this thing; where there are no such bars.
    MissingExtra
        Where a package is not installed: notation needs ``[notation]``, the others ``[plot]``.

    Examples
    --------
    >>> import mi_theme as mi
    >>> mi.draw(mi.theme().to_meter("4/4"), "map").description[:31]
    'Bar map of 5/4:3+3+2+2 to 4/4 a'
    """
    kind = None if kind is None else known_name("picture", OTHER_KINDS.get(kind, kind), KINDS)
    thing = _subject(thing)
    span = None if bars is None else first_and_last(bars)
    able = [name for name, types in KINDS.items() if isinstance(thing, tuple(types))]
    if not able or kind not in (None, *able):
        wanted = f"no {kind}" if kind else "no picture"
        raise ScoreError(f"there is {wanted} of a {type(thing).__name__}; " + _offer(able))
    form = next(form for form in USUAL if isinstance(thing, form))
    return KINDS[kind or USUAL[form]][form](thing, span)


def _subject(thing: object) -> object:
    """What there are pictures of; text is a metre, a grouping, or the name of a file, which has letters in it."""
    if isinstance(thing, str) and not any(map(str.isalpha, thing)):
        return Meter(thing) if "/" in thing else Grouping(thing)
    if thing is None or isinstance(thing, tuple(USUAL)):
        return thing
    return Score.of(thing)  # type: ignore[arg-type]


def _offer(able: list[str]) -> str:
    return (
        "there are: " + ", ".join(able)
        if able
        else "give a theme, an adaptation, a plan, a score, a metre or a grouping"
    )


def shown(thing: Any) -> str:
    """A thing in a notebook: its picture and its words; where there can be no picture, why."""
    try:
        picture = draw(thing).as_image()
    except MiThemeError as error:
        picture = f"<p>No picture: {escape(str(error))}</p>"
    plan = thing.plan if isinstance(thing, Adaptation) else thing
    if isinstance(plan, Plan | ScorePlan):
        return picture + plan_html(plan)
    return f'{picture}<pre style="overflow-x: auto">{escape(str(thing))}</pre>'


def _figure(theme: Theme) -> Grouping:
    """The groups of a theme's bar in its pulses; in finer ones where that is needed."""
    unit = theme.meter.pulse
    while any((group / unit).denominator > 1 for group in theme.figure):
        unit /= 2
    return Grouping(int(group / unit) for group in theme.figure)
