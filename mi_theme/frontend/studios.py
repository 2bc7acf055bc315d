"""`studio`: the live bar in a notebook."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from mi_theme.arguments import asked
from mi_theme.errors import MissingExtra
from mi_theme.meter import Meter
from mi_theme.score import Bars, MusicSource, Score
from mi_theme.themes import Adaptation, Theme

if TYPE_CHECKING:
    from mi_theme.frontend.notebook_widget import LiveWidget

__all__ = ["WIDGET_METERS", "studio"]

#: The metres that a widget offers beside the one that is chosen; any other can be typed.
WIDGET_METERS = ("2/4", "3/4", "4/4", "6/8", "9/8", "12/8", "5/4:3+3+2+2", "7/8:2+2+3", "7/8:3+2+2", "8/8:3+3+2")


@asked()
def studio(
    music: Theme | Adaptation | MusicSource,
    meter: str | Meter | None = None,
    how: str | None = None,
    *,
    meters: Iterable[str | Meter] = WIDGET_METERS,
    bars: Bars | None = None,
) -> LiveWidget:
    """A live bar in a notebook: pick a metre and a strategy, see the plan, hear it; what is chosen is there in Python.

    Parameters
    ----------
    music
        A theme (or an adaptation, for its source), or music of any kind that `Score.of` takes, of which the first bars are shown.
    meter, how
        What is chosen to begin with; without them 4/4 (3/4 for what is in it) and an arranger's first choice.
    meters
        Further metres that are offered, each worked out when it is wanted.
    bars
        Of a score, the bars that are shown; the first four with notes without it.

    Returns
    -------
    LiveWidget
        Of anywidget, with the traits ``meter`` and ``how``, and ``plan``, the plan of what is chosen.

    Raises
    ------
    MissingExtra
        Where anywidget is not installed.
    TextError, UnknownName, StrategyError, ScoreError
        Where there is no such metre or strategy, or no way to it; where the music has no notes.
    """
    try:
        from mi_theme.frontend.notebook_widget import LiveWidget
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("anywidget", "traitlets", "ipywidgets"):
            raise
        raise MissingExtra.named("anywidget", "widget") from None
    subject = music.source if isinstance(music, Adaptation) else music if isinstance(music, Theme) else Score.of(music)
    own = str(subject.meter) if isinstance(subject, Theme) else str(subject.meters.bar(1).meter)
    target = str(Meter(meter)) if meter is not None else "4/4" if Meter(own).signature != "4/4" else "3/4"
    others = tuple(each for each in dict.fromkeys(str(Meter(each)) for each in meters) if each not in (own, target))
    return LiveWidget(subject, target, how, others, bars)
