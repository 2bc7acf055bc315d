"""The live bar of a score: its first bars in a metre by every strategy, all parts heard, in the tables of a theme's live bar."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from fractions import Fraction

from mi_theme.adaptation.strategies import STRATEGIES
from mi_theme.conversion.planning.score_planning import plan_score
from mi_theme.conversion.planning.scorewording import blocks, figure_plan
from mi_theme.conversion.request import Request
from mi_theme.conversion.scoreplan import ScorePlan, Span
from mi_theme.engraving import notation
from mi_theme.engraving.contents.conversion_notation import FacingScores
from mi_theme.engraving.engravings import NotationDrawing
from mi_theme.errors import MissingExtra, ScoreError, StrategyError
from mi_theme.frontend.livebars import NOTATION_WIDTH, LiveBar, LiveMeter, LiveWay
from mi_theme.frontend.map_tables import MapTable, Round, map_tables
from mi_theme.frontend.pieces import piece_of
from mi_theme.frontend.shared_notation import Glyphs
from mi_theme.meter import Meter
from mi_theme.score import Bars, MusicSource, Score, first_and_last

__all__ = ["SHOWN_BARS", "cursors_of_plan", "live_score", "map_of_span"]

#: Bars of a score that are shown if none are named.
SHOWN_BARS = 4
UNPLAYED = Round(Fraction(0), 0, 120.0)  # where music is when is told by the score's own tempos

Cursor = tuple[tuple[float, ...], ...]


def live_score(
    score: MusicSource,
    meters: Iterable[str | Meter],
    *,
    bars: Bars | None = None,
    strategies: Iterable[str] | None = None,
) -> LiveBar:
    """Work out some bars of a score in some metres by every strategy.

    Parameters
    ----------
    score
        Music of any kind that `Score.of` takes.
    meters
        Targets; those that no strategy reaches are left out.
    bars
        First and last bar; the first four that have notes without it.
    strategies
        Names; those that arrangers use without it.

    Returns
    -------
    LiveBar
        Without verovio there is no notation in it.

    Raises
    ------
    TextError, UnknownName, ScoreError
        Where a metre is none, a strategy unknown, or there are no such bars.
    """
    whole = Score.of(score)
    piece = whole.passage(_first_bars(whole) if bars is None else bars)
    names = tuple(strategies or (name for name, strategy in STRATEGIES.items() if strategy.offered))
    glyphs, found = Glyphs(), list[LiveMeter]()
    for target in dict.fromkeys(map(Meter, meters)):
        ways = tuple(_way(piece, target, name, glyphs) for name in names)
        able = [way.how for way in ways if way.able]
        if able:
            first = plan_score(piece, Request(target)).how
            found.append(LiveMeter(str(target), first if first in able else able[0], ways))
    return LiveBar(
        name=whole.source or "Score",
        meter=str(next(iter(piece.bars())).meter),
        piece=piece_of(piece),
        midi=piece.to_bytes(),
        meters=tuple(found),
        glyphs=glyphs.defs(),
        players=tuple((name, STRATEGIES[name].players) for name in names if name in STRATEGIES),
        note="Our reconstruction, not a transcription; shown are the first bars, the plan is for all of them.",
    )


def _first_bars(score: Score) -> tuple[int, int]:
    """The first that have notes."""
    notes = score.note_table()
    if not len(notes):
        raise ScoreError("there are no notes in it")
    first = score.meters.at(Fraction(notes["onset"].min())).number
    return first_and_last((first, min(first + SHOWN_BARS - 1, max(bar.number for bar in score.bars()))))


def _way(piece: Score, target: Meter, how: str, glyphs: Glyphs) -> LiveWay:
    """One strategy on the bars that are shown."""
    try:
        plan = plan_score(piece, Request(target, how=how))
    except StrategyError as error:
        return LiveWay(how, False, str(error).partition(" (these can")[0])
    after = plan.apply(piece)
    picture, cursors = _drawn(plan, after, glyphs)
    said = blocks(plan)
    rows = [row for block in said[1:] for row in (("bars", block.headline), *block.rows)]
    lost = f"{len(plan.dropped)} notes left out, {len(plan.added)} added"
    return LiveWay(
        how=how,
        able=True,
        words=f"{plan.source.signature} to {target}: {STRATEGIES[how].players}, cost {plan.cost:.2f}, {lost}.",
        shape=_shape(plan),
        cost=plan.cost,
        headline=said[0].headline,
        matters=(*said[0].rows, *rows),
        maps=tuple(_maps(plan, piece, after)),
        piece=piece_of(after),
        notation=picture,
        cursors=cursors,
        midi=after.to_bytes(),
    )


def _shape(plan: ScorePlan) -> str:
    first = next((span for span in plan.spans if span.how), None)
    return str((first and figure_plan(plan, [first]).grouping) or "")


def _maps(plan: ScorePlan, before: Score, after: Score) -> Iterator[MapTable]:
    """The map of each stretch that is carried over, and when it sounds on either side."""
    return (map_of_span(plan, span, start, before, after) for span, start in plan.starts() if span.how)


def map_of_span(plan: ScorePlan, span: Span, start: Fraction, before: Score, after: Score) -> MapTable:
    """The map of a stretch of a score that is carried over, with when it sounds on either side.

    Parameters
    ----------
    plan, span
        The plan, and one of its stretches.
    start
        Where its target bars begin, in quarters.
    before, after
        The score, and what the plan makes of it.

    Returns
    -------
    MapTable
        Its first bar has the number that it has in the score.
    """
    table = map_tables(figure_plan(plan, [span]), UNPLAYED, UNPLAYED)[0]
    sides = (before, span.start, span.warp.source), (after, start, span.warp.target)
    played, heard = (((*_seconds(score, at, length), 0, int(length * table.unit)),) for score, at, length in sides)
    return replace(table, first=span.first, played=played, heard=heard)


def _seconds(score: Score, at: Fraction, length: Fraction) -> tuple[float, float]:
    return round(score.tempos.seconds(at), 6), round(score.tempos.seconds(at + length), 6)


def cursors_of_plan(drawing: NotationDrawing, before: Score, after: Score) -> tuple[Cursor, Cursor]:
    """Where on the notation of a plan the music is when: of each side rows of seconds, x, top and bottom of its staff.

    Parameters
    ----------
    drawing
        The lead before and after, one staff below the other.
    before, after
        The score, and what the plan makes of it.

    Returns
    -------
    tuple of (before, after)
        In the order of time.
    """
    places = sorted(drawing.places)
    above, below = (
        tuple(
            (round(score.tempos.seconds(place.onset), 4), *(round(at, 1) for at in place[2:]))
            for place in places
            if place.staff == staff
        )
        for staff, score in enumerate((before, after))
    )
    return above, below


def _drawn(plan: ScorePlan, after: Score, glyphs: Glyphs) -> tuple[str, tuple[Cursor, Cursor]]:
    """The lead above, its version below, and where on them the music is when; nothing without verovio."""
    try:
        drawing = notation(FacingScores.of(plan, after), width=NOTATION_WIDTH)
    except MissingExtra:
        return "", ((), ())
    return glyphs.shared(drawing), cursors_of_plan(drawing, plan.score or after, after)
