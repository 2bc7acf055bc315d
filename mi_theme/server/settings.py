"""What a page asks for: the settings of a conversion as it sends them, and what there is to choose from."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

import msgspec

from mi_theme.adaptation.frames import FEELS, RATIOS
from mi_theme.adaptation.strategies import STRATEGIES
from mi_theme.adaptation.tempo_equations import KEEPS
from mi_theme.arguments import known_name
from mi_theme.conversion.request import ACCOMPANIMENTS, DRUMS, RUNS, Choice, Request
from mi_theme.conversion.scoreplan import ScorePlan
from mi_theme.frontend.livebars import LIVE_METERS

__all__ = ["ENDINGS", "StudioSettings", "Whole", "choices"]

Text = Annotated[str, msgspec.Meta(max_length=200)]
Whole = Annotated[int, msgspec.Meta(ge=-(2**31), lt=2**31)]  # no bar, page or pixel is beyond
Edits = Annotated[
    tuple[tuple[Whole, Whole, Text], ...], msgspec.Meta(max_length=2000)
]  # more than a score has bars edited
METERS = (*LIVE_METERS, "5/4:3+3+2+2")  # a piece may be in any of them, and go to any
BARS_FOR_A_BAR = {str(ratio): ratio for ratio in sorted(RATIOS)}
#: What can be saved: the ending of the file, and what it is.
ENDINGS = {
    ".mid": ("audio/midi", "MIDI"),
    ".musicxml": ("application/vnd.recordare.musicxml+xml", "MusicXML"),
    ".mxl": ("application/vnd.recordare.musicxml", "MusicXML, compressed"),
    ".pdf": ("application/pdf", "PDF, before and after"),
    ".svg": ("image/svg+xml", "SVG, before and after"),
    ".json": ("application/json", "Plan (JSON)"),
    ".ogg": ("audio/ogg", "Sound (Ogg)"),
}


class StudioSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What `mi_theme.conversion.plan` takes, as text, and strategies for single bars.

    Attributes
    ----------
    meter, how, source, part, drums, accompaniment, bars, ratio, keep, grouping, feel, runs
        As there; a ratio as text, nothing for what suits.
    choices
        First bar, last bar, strategy; the last of those for a bar counts.
    """

    meter: Text
    how: Text | None = None
    source: Text | None = None
    part: Text | None = None
    drums: Text = "pulse"
    accompaniment: Text = "pattern"
    bars: tuple[Whole, Whole] | None = None
    ratio: Text | None = None
    keep: Text | None = None
    grouping: Text | None = None
    feel: Text = "auto"
    runs: Text = "thin"
    choices: Edits = ()

    @classmethod
    def of(cls, plan: ScorePlan) -> StudioSettings:
        """What was asked for where a plan was made, which the studio asks for again of the piece that is open.

        Parameters
        ----------
        plan
            Such as a saved one.
        """
        asked = plan.request
        own: dict[str, Any] = {
            name: getattr(asked, name) for name in ("how", "drums", "accompaniment", "keep", "feel", "runs")
        }
        texts = {name: getattr(asked, name) for name in ("source", "ratio", "grouping")}
        own |= {name: None if value is None else str(value) for name, value in texts.items()}
        part = None if asked.lead is None else str(plan.lead_part)
        choices = tuple((one.first, one.last, one.how) for one in asked.choices)
        return cls(str(plan.target), part=part, bars=asked.bars, choices=choices, **own)

    def request(self) -> Request:
        """The same, checked.

        Raises
        ------
        TextError, UnknownName, StrategyError, ScoreError
            As ``Request.of``.
        """
        options: dict[str, Any] = {name: getattr(self, name) for name in self.__struct_fields__[1:-1]}
        if self.ratio:
            options["ratio"] = BARS_FOR_A_BAR[known_name("ratio of bars", self.ratio, BARS_FOR_A_BAR)]
        return replace(Request.of(self.meter, options), choices=tuple(Choice(*choice) for choice in self.choices))  # type: ignore[arg-type]


def choices() -> dict[str, Any]:
    """Everything that there is to choose from, for the page: plain values."""
    offered = [row for row in STRATEGIES.values() if row.offered]
    return {
        "meters": METERS,
        "strategies": [{"name": row.name, "players": row.players, "summary": row.summary} for row in offered],
        "drums": DRUMS,
        "accompaniment": ACCOMPANIMENTS,
        "keep": KEEPS,
        "feel": FEELS,
        "runs": RUNS,
        "ratio": list(BARS_FOR_A_BAR),
        "endings": [{"ending": ending, "name": name} for ending, (_, name) in ENDINGS.items()],
    }
