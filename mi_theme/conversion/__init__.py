"""Whole scores in another metre: a plan for every bar, shown before it is done.

`adaptation` carries a figure; this room carries a piece: one map for all its
parts, drums, swing, pick-ups, notation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar, Unpack, overload

from mi_theme.arguments import asked
from mi_theme.conversion.request import Options, Request, SharedOptions, with_options
from mi_theme.files.score_reading import is_stream
from mi_theme.meter import Meter
from mi_theme.score import Score
from mi_theme.score.music_sources import MusicSource, Stream

if TYPE_CHECKING:
    from mi_theme.conversion.planning.bar_alignment import Alignment
    from mi_theme.conversion.planning.comparison import Comparison
    from mi_theme.conversion.scoreplan import ScorePlan

__all__ = ["Request", "align", "compare", "convert", "plan"]

S = TypeVar("S", bound=Stream)


@asked(to="meter", lead="part")
@with_options(Options)
def plan(score: MusicSource, meter: str | Meter, **options: Unpack[Options]) -> ScorePlan:
    """What will happen to a score in another metre, bar by bar, before it happens.

    Parameters
    ----------
    score
        Music of any kind that `Score.of` takes.
    meter
        Target metre, such as ``"4/4"`` or ``"7/8:2+2+3"``.
    source
        Its own metre, where the file does not say it, or says it without a grouping.
    how
        A strategy by name; None takes an arranger's first choice.
    part
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
        ``thin`` lets a run of the lead lose a note, or play some again, rather than its
        even values, if there are no words under it; ``keep`` keeps every note and adds none.

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

    return plan_score(Score.of(score), Request.of(meter, options))


@overload
def convert(score: S, meter: str | Meter, **options: Unpack[Options]) -> S: ...  # type: ignore[overload-overlap]
@overload
def convert(score: MusicSource, meter: str | Meter, **options: Unpack[Options]) -> Score: ...
@asked(to="meter", lead="part")
@with_options(Options)
def convert(score: MusicSource, meter: str | Meter, **options: Unpack[Options]) -> object:
    """A score in another metre: `plan`, then apply; a music21 Stream comes back as a Stream.

    Parameters
    ----------
    score, meter, source, how, part, drums, accompaniment, bars, ratio, keep, grouping, feel, runs
        As for `plan`.

    Returns
    -------
    Score or music21 Stream
        A Stream of a Stream; of anything else a Score.
    """
    from mi_theme.conversion.planning.score_planning import plan_score

    music: MusicSource = score if is_stream(score) else Score.of(score)
    return plan_score(Score.of(music), Request.of(meter, options), told=False).apply(music)


@asked(to="meter", lead="part")
@with_options(SharedOptions)
def compare(score: MusicSource, meter: str | Meter, **options: Unpack[SharedOptions]) -> Comparison:
    """Every strategy side by side: what it keeps, moves, drops and adds, and what it costs.

    Parameters
    ----------
    score, meter, source, part, drums, accompaniment, bars, ratio, keep, grouping, feel, runs
        As for `plan`.

    Returns
    -------
    Comparison
        A row for each strategy; prints as a table.
    """
    from mi_theme.conversion.planning.comparison import comparison

    return comparison(Score.of(score), Request.of(meter, options))


@asked()
def align(
    a: MusicSource, b: MusicSource, *, part_a: str | int | None = None, part_b: str | int | None = None
) -> Alignment:
    """The bar map between two versions of a piece that one has.

    Parameters
    ----------
    a, b
        Music of any kind that `Score.of` takes.
    part_a, part_b
        The parts to compare; their leads without it.

    Returns
    -------
    Alignment
        A bar map for each bar, and the strategy that makes the same ones.
    """
    from mi_theme.conversion.planning.bar_alignment import alignment

    return alignment(Score.of(a), Score.of(b), part_a, part_b)
