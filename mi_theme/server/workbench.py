"""What is done with one piece: planned, carried over, drawn, compared, written; each answer is plain data."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

from mi_theme.adaptation.strategies import STRATEGIES
from mi_theme.conversion.planning.comparison import compared_rows
from mi_theme.conversion.planning.score_planning import plan_score
from mi_theme.conversion.planning.scorewording import blocks
from mi_theme.conversion.scoreplan import ScorePlan
from mi_theme.engraving import notation
from mi_theme.engraving.contents.conversion_notation import FacingScores
from mi_theme.errors import ScoreError
from mi_theme.files.formats import SOUND_ENDINGS, parsed, written
from mi_theme.frontend import piece_of
from mi_theme.frontend.live_scores import SHOWN_BARS, cursors_of_plan, live_score, map_of_span
from mi_theme.frontend.livebars import LIVE_METERS
from mi_theme.frontend.shared_notation import Glyphs
from mi_theme.score import Score
from mi_theme.server.settings import ENDINGS, StudioSettings
from mi_theme.themes import theme

__all__ = ["Workbench"]

KEPT_PLANS = 8  # of one piece: to go back and forth, and to compare by ear
MOST_NOTES, MOST_BARS = 100_000, 10_000  # of a piece that a page shows: more than any symphony has
WIDTH, NARROWEST, LABELLED = (
    900.0,
    320.0,
    560.0,
)  # pixels of a page of notation; from which words stand before its staves
PICTURES = (".pdf", ".svg")

Tell = Callable[[str, int, int], None]


@dataclass
class Conversion:
    """A plan and what was made of it so far."""

    plan: ScorePlan

    @cached_property
    def after(self) -> Score:
        """The score in its new metre."""
        return self.plan.apply()

    @cached_property
    def facing(self) -> FacingScores:
        """Both sides as they are written."""
        return FacingScores.of(self.plan, self.after)


class Workbench:
    """One piece and the last plans for it.

    Parameters
    ----------
    name
        Of the file.
    data
        Its bytes; the quoted theme without them.
    tell
        Takes words on what is going on, and how much is done of how much.

    Raises
    ------
    FileError, ScoreError
        Where it is no music, or too much.
    """

    def __init__(self, name: str, data: bytes | None, tell: Tell) -> None:
        self.name, self.tell = name, tell
        tell("reading the file", 0, 0)
        self.score = theme().to_score(repeats=2) if data is None else parsed(data, name)
        notes, bars = len(self.score.spans), self.score.meters.at(self.score.quarters).number
        if notes > MOST_NOTES or bars > MOST_BARS:
            most = f"the studio takes pieces of {MOST_NOTES} notes and {MOST_BARS} bars"
            raise ScoreError(f"{name}: {notes} notes in {bars} bars; {most}")
        self._made: OrderedDict[StudioSettings, Conversion] = OrderedDict()

    def opened(self) -> dict[str, Any]:
        """What the piece is, and its sound."""
        score = self.score
        bars = list(score.bars())
        return {
            "name": self.name,
            "notes": len(score.spans),
            "parts": [[part.name, part.is_percussion] for part in score.parts],
            "meters": list(dict.fromkeys(str(bar.meter) for bar in bars)),
            "bars": [bars[0].number, bars[-1].number] if bars else [1, 1],
            "piece": piece_of(score).as_dict(),
        }

    def planned(self, settings: StudioSettings) -> dict[str, Any]:
        """The plan in words and tables, and how it sounds."""
        made = self._conversion(settings)
        self.tell("carrying the notes over", 0, 0)
        plan, after = made.plan, made.after
        self.tell("putting it into words", 0, 0)
        seconds = self.score.tempos.seconds, after.tempos.seconds
        meets = [(span.start, start) for span, start in plan.starts()]
        ends = plan.spans[-1].warp
        meets.append((meets[-1][0] + ends.source, meets[-1][1] + ends.target))
        return {
            "source": str(plan.source),
            "target": str(plan.target),
            "how": plan.how,
            "lead": plan.lead,
            "keep": plan.keep,
            "ratio": str(plan.ratio),
            "cost": plan.cost,
            "dropped": len(plan.dropped),
            "added": len(plan.added),
            "same": plan.sounds_the_same,
            "said": [[block.headline, block.rows] for block in blocks(plan)],
            "spans": [[span.first, span.last, span.how, span.why] for span in plan.spans],
            "meets": [[round(clock(at), 6) for clock, at in zip(seconds, pair, strict=True)] for pair in meets],
            "first": next((bar.number for bar in after.bars()), 1),
            "piece": piece_of(after).as_dict(),
        }

    def drawn(self, settings: StudioSettings, page: int, width: int = 0) -> dict[str, Any]:
        """A page of notation, the lead before and after, and where on it the music is when."""
        made = self._conversion(settings)
        self.tell("writing both sides", 0, 0)
        pages = made.facing.pages
        if not 0 <= page < len(pages):
            raise ScoreError(f"there is no page {page + 1}: there are {len(pages)}")
        first, last = pages[page]
        self.tell(f"engraving bars {first} to {last}", 0, 0)
        room = min(max(width, NARROWEST), WIDTH) if width else WIDTH
        labelled = room >= LABELLED
        drawing = notation(made.facing, bars=(first, last), width=room, labels=labelled)
        cursors = cursors_of_plan(drawing, self.score, made.after)
        glyphs = Glyphs()
        svg = glyphs.shared(drawing)
        return {
            "svg": svg,
            "glyphs": glyphs.defs(),
            "page": page,
            "pages": pages,
            "cursors": cursors,
            "labelled": labelled,
        }

    def mapped(self, settings: StudioSettings, bar: int) -> dict[str, Any]:
        """The bar map of the stretch that a source bar is in; nothing where it stays as it is."""
        made = self._conversion(settings)
        span, start = next(((s, at) for s, at in made.plan.starts() if s.first <= bar <= s.last), (None, Fraction(0)))
        if span is None:
            raise ScoreError(f"there is no bar {bar}")
        bars = [span.first, span.last]
        if not span.how:
            return {"bars": bars, "why": span.why, "map": None}
        table = map_of_span(made.plan, span, start, self.score, made.after)
        return {"bars": bars, "why": "", "map": table.as_dict()}

    def live(self, first: int, last: int) -> dict[str, Any]:
        """Some bars in every metre by every strategy: the tables of a live bar."""
        if not first <= last < first + SHOWN_BARS:
            raise ScoreError(f"a live bar is made of 1 to {SHOWN_BARS} bars")
        self.tell("carrying the bars into every metre", 0, 0)
        name = f"{self.name}, " + (f"bars {first} to {last}" if last > first else f"bar {first}")
        return live_score(self.score, LIVE_METERS, bars=(first, last)).as_dict() | {"name": name}

    def compared(self, settings: StudioSettings) -> dict[str, Any]:
        """A row for each strategy."""
        rows = []
        for row in compared_rows(self.score, settings.request()):
            rows.append(row._asdict())
            self.tell(f"tried {row.strategy}", len(rows), len(STRATEGIES))
        return {"rows": rows}

    def saved(self, settings: StudioSettings, ending: str) -> bytes:
        """The bytes of a file, those that ``mi-theme convert`` writes."""
        if ending not in ENDINGS:
            raise ScoreError(f"no file is saved as {ending!r:.20}: there are {', '.join(ENDINGS)}")
        made = self._conversion(settings)
        self.tell(f"writing {ENDINGS[ending][1]}", 0, 0)
        if ending == ".json":
            return f"{made.plan.to_json()}\n".encode()
        if ending in PICTURES:
            picture = notation(made.facing)
            return picture.to_pdf() if ending == ".pdf" else picture.to_svg().encode()
        if ending in SOUND_ENDINGS:
            return made.after.play().to_bytes(ending)
        return written(made.after, ending)

    def _conversion(self, settings: StudioSettings) -> Conversion:
        """The plan for these settings, made now or before."""
        if settings not in self._made:
            self.tell("planning every bar", 0, 0)
            self._made[settings] = Conversion(plan_score(self.score, settings.request()))
        self._made.move_to_end(settings)
        while len(self._made) > KEPT_PLANS:
            self._made.popitem(last=False)
        return self._made[settings]
