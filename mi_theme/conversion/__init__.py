"""Whole scores in another metre: a plan for every bar, shown before it is done.

`adaptation` carries a figure; this room carries a piece: one map for all its
parts, drums, swing, pick-ups, notation.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from mi_theme.meter import Grouping, Meter

if TYPE_CHECKING:
    from mi_theme.conversion.planning.bar_alignment import Alignment
    from mi_theme.conversion.planning.comparison import Comparison
    from mi_theme.conversion.scoreplan import ScorePlan

__all__ = ["align", "compare", "convert", "plan"]


def plan(
    score: Any, to: str | Meter, *, source: str | Meter | None = None, how: str | None = None, lead: str | int | None = None,
    drums: str = "pulse", accompaniment: str = "pattern", bars: tuple[int, int] | None = None,
    ratio: Fraction | int | float | None = None, keep: str | None = None, grouping: str | Grouping | None = None,
    feel: str = "auto",
) -> ScorePlan:  # fmt: skip
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
        ``pulse`` (even strokes stay even, the rest goes by beats), ``keep`` (by
        the map), ``pattern`` (a stock pattern) or ``mute``.
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
    from mi_theme.conversion.planning.planner import plan_score
    from mi_theme.conversion.planning.request import Wish
    from mi_theme.conversion.sources import score_of

    wish = Wish.of(
        to, source=source, how=how, lead=lead, drums=drums, accompaniment=accompaniment, bars=bars, ratio=ratio, keep=keep,
        grouping=grouping, feel=feel,
    )  # fmt: skip
    return plan_score(score_of(score), wish)


def convert(
    score: Any, to: str | Meter, *, source: str | Meter | None = None, how: str | None = None, lead: str | int | None = None,
    drums: str = "pulse", accompaniment: str = "pattern", bars: tuple[int, int] | None = None,
    ratio: Fraction | int | float | None = None, keep: str | None = None, grouping: str | Grouping | None = None,
    feel: str = "auto",
) -> Any:  # fmt: skip
    """A score in another metre: `plan`, then apply; a music21 Stream comes back as a Stream.

    Parameters
    ----------
    score, to, source, how, lead, drums, accompaniment, bars, ratio, keep, grouping, feel
        As for `plan`.

    Returns
    -------
    Score or music21 Stream
        Of the kind that was given.
    """
    made = plan(
        score, to, source=source, how=how, lead=lead, drums=drums, accompaniment=accompaniment, bars=bars, ratio=ratio,
        keep=keep, grouping=grouping, feel=feel,
    )  # fmt: skip
    return made.apply(score)


def compare(
    score: Any, to: str | Meter, *, source: str | Meter | None = None, lead: str | int | None = None, drums: str = "pulse",
    accompaniment: str = "pattern", bars: tuple[int, int] | None = None, ratio: Fraction | int | float | None = None,
    keep: str | None = None, grouping: str | Grouping | None = None, feel: str = "auto",
) -> Comparison:  # fmt: skip
    """Every strategy side by side: what it keeps, moves, drops and adds, and what it costs.

    Parameters
    ----------
    score, to, source, lead, drums, accompaniment, bars, ratio, keep, grouping, feel
        As for `plan`.

    Returns
    -------
    Comparison
        A row for each strategy; prints as a table.
    """
    from mi_theme.conversion.planning.comparison import comparison
    from mi_theme.conversion.planning.request import Wish
    from mi_theme.conversion.sources import score_of

    wish = Wish.of(
        to, source=source, lead=lead, drums=drums, accompaniment=accompaniment, bars=bars, ratio=ratio, keep=keep,
        grouping=grouping, feel=feel,
    )  # fmt: skip
    return comparison(score_of(score), wish)


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
    from mi_theme.conversion.sources import score_of

    return alignment(score_of(a), score_of(b), part_a, part_b)
