"""The live bar as a widget of notebooks: metre, strategy, plan and sound; what is chosen is there in Python."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import anywidget
import traitlets

from mi_theme.adaptation.plans import Plan
from mi_theme.arguments import known_name
from mi_theme.conversion import plan
from mi_theme.conversion.scoreplan import ScorePlan
from mi_theme.errors import MiThemeError, StrategyError, error_words
from mi_theme.frontend.bundle import script, style
from mi_theme.frontend.live_scores import live_score
from mi_theme.frontend.livebars import LiveBar, LiveMeter, LiveWay, live_bar
from mi_theme.frontend.shared_notation import GLYPH
from mi_theme.meter import Meter
from mi_theme.score import Bars, Score
from mi_theme.themes import Theme

__all__ = ["LiveWidget"]

GLYPHS = re.compile(rf'<g id="({GLYPH}[^"]*)">(.*?)</g>')


class LiveWidget(anywidget.AnyWidget):
    """A live bar in a notebook.

    Its traits `meter` and `how` are what is chosen: they change as somebody clicks, can be set, and `observe`
    tells of it.

    Parameters
    ----------
    music
        A theme, or a score whose first bars are shown.
    meter, how
        What is chosen to begin with.
    offered
        Further metres, each worked out when it is wanted.
    bars
        Of a score, the bars that are shown.
    """

    _esm = script("widget.js")
    _css = style("widget.css")

    tables = traitlets.Dict().tag(sync=True)
    meter = traitlets.Unicode().tag(sync=True)
    how = traitlets.Unicode().tag(sync=True)
    offered = traitlets.List(traitlets.Unicode()).tag(sync=True)
    wanted = traitlets.Dict({"meter": "", "number": 0}).tag(sync=True)
    said = traitlets.Unicode("").tag(sync=True)

    def __init__(
        self, music: Theme | Score, meter: str | Meter, how: str | None, offered: tuple[str, ...], bars: Bars | None
    ) -> None:
        self._music, self._bars = music, bars
        self._live = self._worked_out(meter)
        target = self._live.meters[0]
        names = [str(Meter(each)) for each in offered]
        way = self._way(target, how or target.first)
        super().__init__(tables=_plain(self._live), meter=target.meter, how=way.how, offered=names)

    @property
    def plan(self) -> Plan | ScorePlan:
        """The plan of what is chosen: of the theme's figure, or of the whole score."""
        if isinstance(self._music, Theme):
            return self._music.to_meter(self.meter, self.how).plan
        return plan(self._music, self.meter, how=self.how)

    def choose(self, meter: str | Meter | None = None, how: str | None = None) -> None:
        """Choose a metre, a strategy, or both, as a click would.

        Parameters
        ----------
        meter, how
            What is not named stays where it can.

        Raises
        ------
        TextError, UnknownName, StrategyError
            Where the metre is none, or no strategy or not this one reaches it.
        """
        target = self._ready(self.meter if meter is None else meter)
        chosen = self._way(target, how or target.first)
        with self.hold_trait_notifications():
            self.meter, self.how = target.meter, chosen.how

    def __repr__(self) -> str:
        return f"<LiveWidget {self.tables['meter']} -> {self.meter} by {self.how}>"

    def _repr_mimebundle_(self, **options: Any) -> Any:
        """For a notebook that has widgets the live bar, for any other the plan of what is chosen, as it is now."""
        shown = super()._repr_mimebundle_(**options)
        if shown:
            shown[0]["text/html"] = self.plan._repr_html_()
        return shown

    def _ready(self, meter: str | Meter) -> LiveMeter:
        """The tables of a metre, worked out if they are not there."""
        text = str(Meter(meter))
        if all(each.meter != text for each in self._live.meters):
            self._live = _joined(self._live, self._worked_out(text))
            self.tables = _plain(self._live)
        return next(each for each in self._live.meters if each.meter == text)

    def _worked_out(self, meter: str | Meter) -> LiveBar:
        if isinstance(self._music, Theme):
            found = live_bar(self._music, [meter])
        else:
            found = live_score(self._music, [meter], bars=self._bars)
        if not found.meters:
            raise StrategyError(f"no strategy leads from {found.meter} to {Meter(meter)}; choose another metre")
        return found

    def _way(self, target: LiveMeter, how: str) -> LiveWay:
        """The way by a strategy that reaches the metre."""
        name = known_name("strategy", how, [way.how for way in target.ways])
        way = next(way for way in target.ways if way.how == name)
        if not way.able:
            raise StrategyError(way.words)
        return way

    @traitlets.validate("meter")
    def _known_meter(self, proposal: Any) -> str:
        """A metre in its usual form, with its tables; what is none, or out of reach, is not taken."""
        return self._ready(proposal["value"]).meter

    @traitlets.validate("how")
    def _known_way(self, proposal: Any) -> str:
        """A strategy that reaches the metre."""
        return self._way(self._ready(self.meter), proposal["value"]).how

    @traitlets.observe("meter")
    def _in_another_metre(self, change: Any) -> None:
        """A strategy that does not reach the new metre gives way to what an arranger would choose."""
        target = self._ready(self.meter)
        if not any(way.how == self.how and way.able for way in target.ways):
            self.how = target.first

    @traitlets.observe("wanted")
    def _asked(self, change: Any) -> None:
        """A metre that somebody typed; what is wrong with it is said beside it."""
        if text := str(change["new"].get("meter", ""))[:60]:
            self.said = ""
            try:
                self.choose(text)
            except MiThemeError as error:
                self.said = error_words(error)


def _plain(live: LiveBar) -> dict[str, Any]:
    tables: dict[str, Any] = json.loads(live.to_json())
    return tables


def _joined(live: LiveBar, more: LiveBar) -> LiveBar:
    """The metres of both, and the signs of both once."""
    signs = dict(GLYPHS.findall(live.glyphs) + GLYPHS.findall(more.glyphs))
    rows = "".join(f'<g id="{name}">{path}</g>' for name, path in sorted(signs.items()))
    head, _, tail = live.glyphs.partition("<defs>")
    glyphs = f"{head}<defs>{rows}</defs>{tail.partition('</defs>')[2]}" if rows else live.glyphs
    return replace(live, meters=live.meters + more.meters, glyphs=glyphs)
