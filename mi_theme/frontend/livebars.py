"""The live bar: a theme in every metre by every strategy, worked out beforehand, to be looked at and heard at once."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from mi_theme.adaptation.strategies import STRATEGIES
from mi_theme.adaptation.wording import headline, heard, kept, matters, title
from mi_theme.engraving.engravings import NotationDrawing, notation
from mi_theme.errors import MissingExtra, StrategyError
from mi_theme.frontend.map_tables import MapTable, Round, map_tables
from mi_theme.frontend.pieces import Piece, piece_of
from mi_theme.frontend.shared_notation import Glyphs, cursor_of
from mi_theme.meter import Meter
from mi_theme.score import MusicSource, Score
from mi_theme.themes import Adaptation, Theme

__all__ = ["LIVE_METERS", "LiveBar", "LiveMeter", "LiveWay", "live_bar"]

EVEN = ("4/4", "3/4", "2/4", "6/8", "9/8", "12/8")
UNEVEN = ("5/8:3+2", "5/8:2+3", "7/8:2+2+3", "7/8:3+2+2", "8/8:3+3+2", "9/8:2+2+2+3", "10/8:3+3+2+2", "11/8:3+3+3+2")
#: The metres that a live bar offers if none are named: simple, compound, and unequal ones in several groupings.
LIVE_METERS = (*EVEN, *UNEVEN, "7/4")
FORMAT, VERSION = "mi-theme live bar", 1  # of the JSON; one more where a front end could not read it
REPEATS = 2  # of the figure, the head above it the last time: as `Theme.to_score` plays
NOTATION_WIDTH = 560.0  # pixels: what is longer goes on below, so that a phone shows it readably


@dataclass(frozen=True, slots=True)
class LiveWay:
    """One strategy to one metre.

    Attributes
    ----------
    how, able
        The strategy; whether it reaches the metre. Where it does not, `words` says why and the rest is empty.
    shape, cost
        The groups it makes, in pulses of the target, and what it costs.
    headline, matters
        The plan in words: a line, and pairs of a word and its text.
    words
        The plan in one sentence, for those who listen to a screen.
    maps
        Bar by bar, what becomes of each note.
    piece
        What is heard.
    notation
        Source above, version below, as SVG that takes its signs from the ``glyphs`` of its live bar; empty without verovio.
    cursors
        Where on it a line stands that moves with the music: of the source as it is played, and of the version.
    midi
        The version as a file, the bytes that ``mi-theme adapt --to METRE --how STRATEGY -o x.mid`` writes.
    """

    how: str
    able: bool
    words: str
    shape: str = ""
    cost: float = 0.0
    headline: str = ""
    matters: tuple[tuple[str, str], ...] = ()
    maps: tuple[MapTable, ...] = ()
    piece: Piece | None = None
    notation: str = ""
    cursors: tuple[tuple[tuple[float, ...], ...], ...] = ((), ())
    midi: bytes = b""

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        if not self.able:
            return {"how": self.how, "able": False, "words": self.words}
        return {
            "how": self.how,
            "able": True,
            "words": self.words,
            "shape": self.shape,
            "cost": self.cost,
            "headline": self.headline,
            "matters": self.matters,
            "maps": [table.as_dict() for table in self.maps],
            "piece": self.piece.as_dict() if self.piece else None,
            "notation": self.notation,
            "cursors": self.cursors,
            "midi": b64encode(self.midi).decode(),
        }


@dataclass(frozen=True, slots=True)
class LiveMeter:
    """A target metre: its text, what an arranger would choose first, and every way to it."""

    meter: str
    first: str
    ways: tuple[LiveWay, ...]

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return {"meter": self.meter, "first": self.first, "ways": [way.as_dict() for way in self.ways]}


@dataclass(frozen=True, slots=True)
class LiveBar:
    """A theme and all its ways.

    Attributes
    ----------
    name, meter
        Of the theme.
    piece, midi
        The theme as it is: heard, and as a file.
    meters
        The targets that some strategy reaches.
    glyphs
        SVG, once for a page: the signs that the notation of all ways is made of.
    players
        What players call each strategy, by its name.
    note
        What is to be said of every version.
    notation
        The theme as it is, as SVG, the head above the figure; empty without verovio.
    """

    name: str
    meter: str
    piece: Piece
    midi: bytes
    meters: tuple[LiveMeter, ...]
    glyphs: str = ""
    players: tuple[tuple[str, str], ...] = ()
    note: str = ""
    notation: str = ""

    def way(self, meter: str | Meter, how: str | None = None) -> LiveWay:
        """The way to a metre by a strategy, the first choice without one.

        Parameters
        ----------
        meter, how
            The metre, as text or Meter, and the name of the strategy.

        Raises
        ------
        StrategyError
            Where the table has none.
        """
        text = str(Meter(meter))
        for target in self.meters:
            for way in target.ways:
                if target.meter == text and way.how == (how or target.first):
                    return way
        raise StrategyError(f"this live bar has no way to {text}" + (f" by {how}" if how else ""))

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return {
            "format": FORMAT,
            "version": VERSION,
            "name": self.name,
            "meter": self.meter,
            "piece": self.piece.as_dict(),
            "midi": b64encode(self.midi).decode(),
            "meters": [meter.as_dict() for meter in self.meters],
            "notation": self.notation,
            "glyphs": self.glyphs,
            "players": dict(self.players),
            "note": self.note,
        }

    def to_json(self) -> str:
        """The table as JSON: the same text each time."""
        return json.dumps(self.as_dict(), ensure_ascii=False)


def live_bar(
    theme: Theme | Adaptation | MusicSource,
    meters: Iterable[str | Meter] = LIVE_METERS,
    *,
    strategies: Iterable[str] | None = None,
    tempo: float = 160.0,
) -> LiveBar:
    """Work out a theme in some metres by every strategy.

    Parameters
    ----------
    theme
        A Theme, or music whose first bars are one; see `Theme.of`.
    meters
        Targets; the theme's own is left out, and what no strategy reaches.
    strategies
        Names; those that arrangers use without it.
    tempo
        Quarters a minute.

    Returns
    -------
    LiveBar
        Without verovio there is no notation in it.

    Raises
    ------
    TextError, UnknownName
        Where a metre is none, or a strategy unknown.
    """
    theme = Theme.of(theme)
    names = tuple(strategies or (name for name, strategy in STRATEGIES.items() if strategy.offered))
    glyphs, source = Glyphs(), theme.to_score(repeats=REPEATS, tempo=tempo)
    targets = dict.fromkeys(target for target in map(Meter, meters) if target != theme.meter)
    found = [meter for target in targets for meter in _meters(theme, target, names, glyphs, source)]
    drawing = _drawn(theme)
    engraved = glyphs.shared(drawing) if drawing else ""
    return LiveBar(
        theme.name,
        str(theme.meter),
        piece_of(source, groups=theme.figure),
        source.to_bytes(),
        tuple(found),
        glyphs.defs(),
        tuple((name, STRATEGIES[name].players) for name in names if name in STRATEGIES),
        theme.rights.versions,
        engraved,
    )


def _meters(theme: Theme, target: Meter, names: tuple[str, ...], glyphs: Glyphs, source: Score) -> Iterator[LiveMeter]:
    """One, or none where no strategy reaches it."""
    ways = tuple(_way(theme, target, name, glyphs, source) for name in names)
    able = [way.how for way in ways if way.able]
    if able:
        try:
            first = theme.to_meter(target).plan.how
        except StrategyError:
            first = able[0]
        yield LiveMeter(str(target), first if first in able else able[0], ways)


def _way(theme: Theme, target: Meter, how: str, glyphs: Glyphs, source: Score) -> LiveWay:
    try:
        version = theme.to_meter(target, how)
    except StrategyError as error:
        return LiveWay(how, False, str(error).partition(" (these can")[0])
    plan, score = version.plan, version.to_score(repeats=REPEATS, tempo=source.tempos.per_minute())
    drawing = _drawn(version)
    tempo = source.tempos.per_minute()
    rounds = [Round(shown.bars * shown.meter.bar, REPEATS, tempo) for shown in (theme, version.written_out)]
    words = [f"{plan.source.signature} to {target}: {title(plan).lower()}"]
    words += [str(plan.grouping)] * bool(plan.grouping) + [f"cost {plan.cost:.2f}", f"kept {kept(plan)}"]
    return LiveWay(
        how,
        True,
        f"{', '.join(words)}. Heard: {heard(plan) or 'on the beats'}.",
        str(plan.grouping or ""),
        plan.cost,
        headline(plan),
        tuple(matters(plan)),
        map_tables(plan, *rounds),
        piece_of(score, groups=plan.groups),
        glyphs.shared(drawing) if drawing else "",
        tuple(cursor_of(drawing, staff, each) for staff, each in enumerate(rounds)) if drawing else ((), ()),
        score.to_bytes(),
    )


def _drawn(thing: Theme | Adaptation) -> NotationDrawing | None:
    """A theme; of a version the source above it; nothing without verovio."""
    try:
        return notation(thing, width=NOTATION_WIDTH, labels=False)
    except MissingExtra:
        return None
