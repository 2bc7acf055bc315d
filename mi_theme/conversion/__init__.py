"""Whole scores in another metre: a plan for every bar, shown before it is done.

`adaptation` carries a figure; this room carries a piece: one map for all its
parts, drums, swing, pick-ups, notation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, Unpack

from mi_theme.conversion.request import Options, Request, SharedOptions, with_options
from mi_theme.meter import Meter

if TYPE_CHECKING:
    from mi_theme.conversion.planning.bar_alignment import Alignment
    from mi_theme.conversion.planning.comparison import Comparison
    from mi_theme.conversion.scoreplan import ScorePlan

__all__ = ["Request", "align", "compare", "convert", "plan"]

S = TypeVar("S")


@with_options(Options)
def plan(score: Any, to: str | Meter, **options: Unpack[Options]) -> ScorePlan:
    """What will happen to a score in another metre, bar by bar, before it happens.

    Parameters
    ----------
    score
        A Score, or a music21 Stream.
    to
        Target metre, such as ``"4/4"`` or ``"7/8:2+2+3"``.
    source
        Its own metre, where the file does not say it, or says it without a grouping.
    how
        A strategy by name; None takes an arranger's first choice.
    lead
        The part that decides, by name or number; found without it.
    drums
        ``pulse`` (with the band: even strokes on the new pulse, the rest in its beats),
        ``keep`` (by the map), ``pattern`` (a stock pattern) or ``mute``.
    accompaniment
        ``pattern`` (even running figures stay even, bass and chords by turns find
        the new beats) or ``keep`` (by the map of the lead).
    bars
        First and last bar to convert; what follows is shifted.
    ratio
        Target bars for one source bar: 1/4, 1/2, 1, 2 or 4. Without it one, but
        between simple and compound metres as many as keep the beats: 1/2 for 6/8 to 4/4.
    keep
        What lasts as long as before: ``pulse``, ``beat`` or ``bar``. Without it
        the pulse, but between simple and compound metres of as many beats the beat.
    grouping
        How a source bar is grouped, in pulses.
    feel
        For ``best``, what two notes that fill a beat become: ``even``, ``long-short``,
        or ``auto``, what suits the whole tune.
    runs
        For ``ease``: ``thin`` lets a run of the lead lose a note rather than its
        even values, if there are no words under it; ``keep`` keeps every note.

    Returns
    -------
    ScorePlan
        Prints, compares, can be edited (`ScorePlan.replace`), saved and applied.

    Raises
    ------
    TextError, UnknownName, StrategyError, ScoreError, FileError
        Where text is no metre, a name unknown, the target out of reach of the
        strategy, or the score not fit for it; the message says what would do.
    """
    from mi_theme.conversion.planning.score_planning import plan_score
    from mi_theme.files.formats import score_of

    return plan_score(score_of(score), Request.of(to, options))


@with_options(Options)
def convert(score: S, to: str | Meter, **options: Unpack[Options]) -> S:
    """A score in another metre: `plan`, then apply; a music21 Stream comes back as a Stream.

    Parameters
    ----------
    score, to, source, how, lead, drums, accompaniment, bars, ratio, keep, grouping, feel, runs
        As for `plan`.

    Returns
    -------
    Score or music21 Stream
        Of the kind that was given.
    """
    return plan(score, to, **options).apply(score)


@with_options(SharedOptions)
def compare(score: Any, to: str | Meter, **options: Unpack[SharedOptions]) -> Comparison:
    """Every strategy side by side: what it keeps, moves, drops and adds, and what it costs.

    Parameters
    ----------
    score, to, source, lead, drums, accompaniment, bars, ratio, keep, grouping, feel, runs
        As for `plan`.

    Returns
    -------
    Comparison
        A row for each strategy; prints as a table.
    """
    from mi_theme.conversion.planning.comparison import comparison
    from mi_theme.files.formats import score_of

    return comparison(score_of(score), Request.of(to, options))


def align(a: Any, b: Any, *, part_a: str | int | None = None, part_b: str | int | None = None) -> Alignment:
    """The bar map between two versions of a piece that one has.

    Parameters
    ----------
    a, b
        Scores, or music21 Streams.
    part_a, part_b
        The parts to compare; their leads without it.

    Returns
    -------
    Alignment
        A bar map for each bar, and the strategy that makes the same ones.
    """
    from mi_theme.conversion.planning.bar_alignment import alignment
    from mi_theme.files.formats import score_of

    return alignment(score_of(a), score_of(b), part_a, part_b)
