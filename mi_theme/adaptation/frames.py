"""What a strategy is given, and what it gives.

All lengths are quarters as exact fractions; a figure is a tuple of group lengths
that fill the source.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache
from itertools import accumulate
from typing import NamedTuple

from mi_theme.errors import StrategyError
from mi_theme.meter import LARGEST, Grouping, Meter
from mi_theme.warp import Warp

__all__ = [
    "FAMOUS",
    "FEELS",
    "RATIOS",
    "Frame",
    "Outcome",
    "Reason",
    "Task",
    "beat_of",
    "figure_of_bars",
    "frame_of",
    "known_ratio",
    "starts_of",
    "whole_grouping",
]

RATIOS = (Fraction(1, 4), Fraction(1, 2), Fraction(1), Fraction(2), Fraction(4))  #: target bars for one source bar


@dataclass(frozen=True)
class Frame:
    """Some whole bars of one metre: one side of a map."""

    meter: Meter
    bars: int = 1

    @cached_property
    def length(self) -> Fraction:
        """Quarters from the first bar line to the last."""
        return self.meter.bar * self.bars

    @property
    def pulses(self) -> int:
        """Pulses in all bars."""
        return self.meter.pulses * self.bars

    @cached_property
    def beats(self) -> tuple[Fraction, ...]:
        """Where the beats fall."""
        meter = self.meter
        return tuple(bar * meter.bar + beat * meter.pulse for bar in range(self.bars) for beat in meter.beats)

    @cached_property
    def groups(self) -> tuple[Fraction, ...]:
        """The lengths of the beats."""
        return tuple(group * self.meter.pulse for group in self.meter.groups) * self.bars

    def depth(self, position: Fraction) -> int:
        """0 on a bar line, 1 on a beat, 2 anywhere else.

        Parameters
        ----------
        position
            Quarters from the beginning of the frame.
        """
        found = self._depths.get(position)
        if found is None:
            on_bar, on_beat = position % self.meter.bar == 0, position in self.beats
            found = self._depths[position] = 0 if on_bar else 1 if on_beat else 2
        return found

    @cached_property
    def _depths(self) -> dict[Fraction, int]:
        """Depths that have been asked for."""
        return {}


@lru_cache(maxsize=1024)
def frame_of(meter: Meter, bars: int) -> Frame:
    """A frame of `bars` bars of a `meter`: one for all that ask, so that it is worked out once.

    Returns
    -------
    Frame
        The same for the same.
    """
    return Frame(meter, bars)


#: What two notes that fill a beat become, for a strategy that weighs the notes; ``auto`` takes what suits the tune.
FEELS = ("auto", "even", "long-short")


class Task(NamedTuple):
    """A figure in some source bars, and the target bars that it shall fill.

    `onsets` are those of the part that decides, `lasts` how long its notes sound,
    `others` the onsets of the parts beside it, `shared` where both begin,
    `whole` where tuplets and trills of the first begin, which move as one, `strokes` how many notes each has; `feel` is one of `FEELS`; `thin` says
    that notes may be left out of runs, `steady` that a kit plays with them, so that
    all bars lose the same time, `swung` that the halves of quarters are long and short.
    """

    figure: tuple[Fraction, ...]
    onsets: tuple[Fraction, ...]
    source: Frame
    target: Frame
    feel: str = "auto"
    others: tuple[Fraction, ...] = ()
    lasts: tuple[Fraction, ...] = ()
    shared: tuple[Fraction, ...] = ()
    whole: tuple[Fraction, ...] = ()
    strokes: tuple[int, ...] = ()
    thin: bool = False
    steady: bool = False
    swung: bool = False


class Reason(NamedTuple):
    """A term of an objective that decided: its name, what it stands for, and how much dearer a plain stretch would be."""

    term: str
    means: str
    saved: float

    def __str__(self) -> str:
        return f"{self.means} ({self.term} {self.saved:.1f})"


class Outcome(NamedTuple):
    """A map that a strategy proposes.

    `repeats` are source spans (start, stop) played again, `shift` quarters later;
    `reasons` say why a strategy that weighs the notes did so, the weightiest first.
    """

    warp: Warp
    cost: float
    repeats: tuple[tuple[Fraction, Fraction, Fraction], ...] = ()
    reasons: tuple[Reason, ...] = ()


#: shapes that players know by name, in pulses
FAMOUS = {
    (3, 3, 2): "the tresillo",
    (2, 1, 2, 1, 2): "the cinquillo",
    (3, 3, 4, 2, 4): "the son clave",
    (2, 2, 2): "three even beats",
}


def beat_of(source: Frame, figure: Sequence[Fraction]) -> Fraction:
    """How long a beat is; in an odd metre that is counted in its pulses the shortest group of the figure.

    Parameters
    ----------
    source
        The bars.
    figure
        Group lengths in quarters.

    Returns
    -------
    Fraction
        Quarters.
    """
    beat = source.groups[0]
    return max(beat, min(figure)) if source.meter.is_open and beat == source.meter.pulse and figure else beat


def starts_of(lengths: Sequence[Fraction]) -> tuple[Fraction, ...]:
    """Where consecutive spans begin.

    Parameters
    ----------
    lengths
        One after another, in quarters.

    Returns
    -------
    tuple of Fraction
        Quarters, from 0.
    """
    return tuple(accumulate(lengths[:-1], initial=Fraction(0)))


def whole_grouping(lengths: Sequence[Fraction], pulse: Fraction) -> Grouping | None:
    """Lengths as a Grouping in pulses, where all are whole.

    Parameters
    ----------
    lengths
        Group lengths in quarters.
    pulse
        The length of a pulse in quarters.

    Returns
    -------
    Grouping or None
        None where a length is no whole number of pulses.
    """
    counts = [length / pulse for length in lengths]
    whole = all(count.denominator == 1 and 0 < count <= LARGEST for count in counts)
    return Grouping(int(count) for count in counts) if whole and counts else None


def figure_of_bars(groups: tuple[Fraction, ...], source: Frame, target: Frame) -> tuple[Fraction, ...]:
    """The groups of all bars of a frame; the bars themselves, where they become beats or the target has not as many pulses.

    Parameters
    ----------
    groups
        Group lengths of one bar in quarters.
    source, target
        The bars that they fill and shall fill.

    Returns
    -------
    tuple of Fraction
        Lengths in quarters: of four bars of 3/8 for one of 5/4 just four.
    """
    figure, bars = groups * source.bars, (source.meter.bar,) * source.bars
    if source.bars == 1:
        return figure
    beats = target.meter.is_compound and not source.meter.is_compound and len(source.meter.groups) == 3
    in_one = beats and not source.meter.is_additive and source.bars == len(target.beats)
    return bars if in_one or len(figure) > target.pulses else figure


def known_ratio(ratio: Fraction | float) -> Fraction:
    """How many target bars one source bar becomes, exactly.

    Parameters
    ----------
    ratio
        1/4, 1/2, 1, 2 or 4, as any kind of number.

    Returns
    -------
    Fraction
        One of these.

    Raises
    ------
    StrategyError
        For anything else.
    """
    for known in RATIOS:
        if ratio == known:
            return known
    raise StrategyError(f"ratio {ratio}: one source bar becomes 1/4, 1/2, 1, 2 or 4 target bars")
