"""Bare onsets from one metre into another: `adapt_onsets`, and `explained_terms`, which says why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import groupby, islice
from typing import TYPE_CHECKING, NamedTuple, SupportsFloat

from mi_theme.adaptation.frames import FEELS, Frame, Reason, Task, known_ratio
from mi_theme.adaptation.groupings import MOST_GROUPINGS, twos_and_threes
from mi_theme.adaptation.strategies import best, find
from mi_theme.arguments import asked
from mi_theme.errors import ScoreError, UnknownName
from mi_theme.meter import Grouping, Meter

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

    from mi_theme.adaptation.learned.optimiser import Setting, Solution

    Array = NDArray[np.float64]

__all__ = ["BarReasons", "adapt_onsets", "explained_terms"]

INPUT_PARTS = 10080  # parts of a quarter that input snaps to
LATEST_ONSET = 10_000_000  # quarters: longer than any music
MOST_NOTES_TOGETHER = 8192  # notes decided together


class BarReasons(NamedTuple):
    """Why a bar is not simply stretched.

    Attributes
    ----------
    bar
        Source bar, 0 the one that begins at the phase.
    feel
        ``even``, ``long-short``, or ``plain`` where no feel was inferred.
    grouping
        The figure's groups and where they come from, such as ``3+3+2+2 (metre)``.
    terms
        What decided, the weightiest first; none where the bar is simply stretched.
    """

    bar: int
    feel: str
    grouping: str
    terms: tuple[Reason, ...]

    def __str__(self) -> str:
        return f"bar {self.bar}: {'; '.join(map(str, self.terms)) or 'stretched as it stands'}"


@asked()
def adapt_onsets(
    onsets: ArrayLike,
    durations: ArrayLike,
    source: str | Meter,
    target: str | Meter,
    *,
    phase: SupportsFloat = 0,
    ratio: Fraction | float = 1,
    feel: str = "auto",
    how: str = "best",
    grouping: str | Grouping | None = None,
) -> Array:
    """Carry onsets from one metre into another.

    Parameters
    ----------
    onsets, durations
        Quarters, shape (n,), never going back; onsets together stay together.
        Of the durations the last counts: it closes the last interval.
    source, target
        Metres, as text or Meter; ``"3+3+2+2/8"`` is ten eighths.
    phase
        Where, in the time of the onsets, a source bar line stands that shall
        become the target's bar line at 0.
    ratio
        Target bars for one source bar: 1/4, 1/2, 1, 2 or 4.
    feel
        ``even`` or ``long-short``, what two notes that fill a beat become; ``auto``
        takes what costs less over the whole tune where a three is brought in (2/4 to
        6/8); elsewhere it leaves every beat to the other terms. Only ``best`` asks for it.
    how
        ``best`` or any other strategy.
    grouping
        How the source bar is grouped, where its metre does not say so. In an odd
        metre without one it is read off the onsets, if they have one.

    Returns
    -------
    ndarray
        Target positions in quarters, shape (n,); target bar lines are multiples
        of the target bar; nan for a note that a strategy leaves out.

    Raises
    ------
    TextError, UnknownName, StrategyError, ScoreError
        Where a metre, a name or the numbers cannot be understood, or the target
        cannot be reached.

    Examples
    --------
    >>> adapt_onsets([0, 1.5, 3, 4], [1.5, 1.5, 1, 1], "5/4:3+3+2+2", "4/4").tolist()
    [0.0, 1.5, 3.0, 3.5]
    """
    import numpy as np

    positions = _positions(onsets, durations, phase)
    if feel not in FEELS:
        raise UnknownName.among("feel", feel, FEELS)
    strategy = find(how)
    setting, _ = _setting(positions, Meter(source), Meter(target), ratio, grouping)
    if strategy.make is not best:
        return np.array(list(_by_strategy(positions, setting, strategy.name)))
    if setting.is_same or not len(positions):
        return positions * float(setting.target.length / setting.source.length)
    distinct, back = np.unique(positions, return_inverse=True)
    slots = np.concatenate([solution.slots[:-1] for solution in _solutions(distinct, _last(durations), setting, feel)])
    quarters: Array = slots * float(setting.grids[1].slot)
    return quarters[back]


def explained_terms(
    onsets: ArrayLike,
    durations: ArrayLike,
    source: str | Meter,
    target: str | Meter,
    *,
    phase: SupportsFloat = 0,
    ratio: Fraction | float = 1,
    feel: str = "auto",
    grouping: str | Grouping | None = None,
) -> list[BarReasons]:
    """Name the terms of ``best`` that decided each bar; parameters as in `adapt_onsets`.

    Each bar is compared with the plain stretch, put on the grid: the terms that
    would have made that dearer are the reasons. Consistency is one only where it
    moved a note.

    Parameters
    ----------
    onsets, durations, source, target, phase, ratio, feel, grouping
        As in `adapt_onsets`.

    Returns
    -------
    list of BarReasons
        One for each source bar that is not simply stretched.
    """
    import numpy as np

    positions = np.unique(_positions(onsets, durations, phase))
    setting, words = _setting(positions, Meter(source), Meter(target), ratio, grouping)
    bars = np.floor(positions / float(setting.source.meter.bar) + 1e-9).astype(int)
    if setting.is_same or not len(positions):
        return [BarReasons(bar, "plain", words, ()) for bar in dict.fromkeys(bars.tolist())]
    reasons, start = [], 0
    for solution in _solutions(positions, _last(durations), setting, feel):
        mine = bars[start : start + len(solution.path) - 1]
        for bar in dict.fromkeys(mine.tolist()):
            here = slice(*np.searchsorted(mine, [bar, bar + 1]).tolist())
            reasons.append(BarReasons(bar, solution.feel, words, solution.reasons(here)))
        start += len(mine)
    return reasons


def _positions(onsets: ArrayLike, durations: ArrayLike, phase: SupportsFloat) -> Array:
    """Onsets from the bar line at `phase`, snapped, checked."""
    import numpy as np

    try:
        given, lasting, start = (np.asarray(x, dtype=np.float64) for x in (onsets, durations, phase))
    except (TypeError, ValueError):
        raise ScoreError("onsets, durations and phase are numbers of quarters") from None
    if given.ndim != 1 or given.shape != lasting.shape:
        raise ScoreError(
            f"onsets and durations are two rows of one length, not of shapes {given.shape} and {lasting.shape}"
        )
    if not all((np.abs(x) <= LATEST_ONSET).all() for x in (given, lasting, start)):
        raise ScoreError(f"onsets, durations and phase are numbers of quarters no larger than {LATEST_ONSET}")
    positions: Array = np.round((given - start) * INPUT_PARTS) / INPUT_PARTS
    if np.any(np.diff(positions) < 0):
        raise ScoreError(
            f"onset {int(np.argmax(np.diff(positions) < 0)) + 2} comes before the one in front of it: sort them"
        )
    return positions


def _last(durations: ArrayLike) -> float:
    import numpy as np

    return max(float(np.asarray(durations, dtype=np.float64)[-1]), 1 / INPUT_PARTS)


def _setting(
    positions: Array, source: Meter, target: Meter, ratio: Fraction | float, grouping: str | Grouping | None
) -> tuple[Setting, str]:
    """Both metres and the figure, with words for the figure and where it comes from."""
    from mi_theme.adaptation.learned.optimiser import Setting

    bars = known_ratio(ratio)
    figure, words = _figure(positions, source, grouping)
    setting = Setting(Frame(source, bars.denominator), Frame(target, bars.numerator), figure * bars.denominator)
    return setting, words


def _figure(positions: Array, source: Meter, grouping: str | Grouping | None) -> tuple[tuple[Fraction, ...], str]:
    """Group lengths of a source bar in quarters: given, the metre's, or read off an odd metre's onsets."""
    read = inferred_grouping(positions, source) if source.is_open and not grouping else None
    if found := Grouping(grouping) if grouping else read:
        unit = source.bar / found.total
        return tuple(part * unit for part in found), f"{found} ({'read off the onsets' if read else 'given'})"
    groups = tuple(group * source.pulse for group in source.groups)
    return groups, f"{'+'.join(map(str, source.groups))} (metre)"


def inferred_grouping(positions: Sequence[float] | Array, meter: Meter) -> Grouping | None:
    """The twos and threes on which onsets fall best (F1 of onsets and group starts).

    None where the even beats of the metre do as well.
    """
    import numpy as np

    pulses = np.round(np.mod(positions, float(meter.bar)) / float(meter.pulse), 4)
    bars = len(set(np.floor(np.asarray(positions) / float(meter.bar) + 1e-9)))

    def fit(starts: Iterable[int]) -> float:
        starts = list(starts)
        return 2 * float(np.isin(pulses, starts).sum()) / (len(pulses) + bars * len(starts))

    if not len(pulses):
        return None
    best = max(islice(twos_and_threes(meter.pulses), MOST_GROUPINGS), key=lambda found: fit(found.starts), default=None)
    return best if best and fit(best.starts) > fit(meter.beats) else None


def _solutions(distinct: Array, last: float, setting: Setting, feel: str) -> Iterator[Solution]:
    """Solve for different onsets, a very long line in pieces, with the end of the last as if it were one more."""
    import numpy as np

    from mi_theme.adaptation.learned.optimiser import solve

    frames = np.floor(distinct / float(setting.source.length) + 1e-9)
    pieces = np.searchsorted(frames, frames) // MOST_NOTES_TOGETHER
    ends, start = np.append(distinct, distinct[-1] + last) / float(setting.grids[0].slot), 0
    for stop in [*(np.flatnonzero(np.diff(pieces)) + 1).tolist(), len(distinct)]:
        yield solve(ends[start : stop + 1], setting, feel)
        start = stop


def _by_strategy(positions: Array, setting: Setting, name: str) -> Iterator[float]:
    """Frame by frame, with the map that a strategy makes of the onsets there."""
    exact = [Fraction(round(x * INPUT_PARTS), INPUT_PARTS) for x in positions.tolist()]
    length, made = setting.source.length, {}
    for frame, group in groupby(exact, key=lambda x: x // length):
        places = list(group)
        pattern = tuple(sorted({x - frame * length for x in places}))
        if pattern not in made:
            task = Task(setting.figure, pattern, setting.source, setting.target)
            made[pattern] = find(name).make(task)[0].warp
        warp = made[pattern]
        yield from (float(warp(x)) if warp.keeps(x) else float("nan") for x in places)
