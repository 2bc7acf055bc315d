"""The rules of strategies: functions that make bar maps, with words of arrangers for what they do.

A rule is given a `Task` and gives `Outcome`s, the best first; it raises
StrategyError where it cannot, and says what would work. It knows nothing of
pitches, and of no other rule. `strategies` has a row for each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import combinations, pairwise
from math import ceil, comb, floor, lcm

from mi_theme.adaptation.costs import Pricing, costs_of, priced
from mi_theme.adaptation.frames import Frame, Outcome, Task, starts_of
from mi_theme.adaptation.groupings import SWING, by_beats, readings
from mi_theme.adaptation.swing import TRIPLET
from mi_theme.errors import StrategyError
from mi_theme.meter import EIGHTH
from mi_theme.warp import Warp

__all__ = [
    "add_group",
    "cut",
    "even",
    "furthest",
    "hold_first",
    "hold_last",
    "in_one",
    "long_short",
    "nearest",
    "proportional",
    "rebar",
    "regroup",
    "rest",
    "rotate",
    "run_on",
    "snapped",
    "square",
    "tripla",
    "triplets",
]

SIXTEENTH = Fraction(1, 4)
MOST_CUTS = 10_000  # ways to cut a bar that regroup is willing to try
MOST_OUTCOMES = 24  # how many of them it proposes
# what happens within a beat: (share of the source beat, share of the target beat)
STRAIGHT: list[tuple[Fraction, Fraction]] = []
DOTTED = [(Fraction(1, 3), Fraction(1, 2)), (TRIPLET, Fraction(3, 4))]
EVENED = [(Fraction(1, 3), Fraction(1, 4)), (TRIPLET, Fraction(1, 2))]


def regroup(task: Task) -> list[Outcome]:
    """Every way to cut the target's pulses of a `task` into as many groups, cheapest first.

    Equal groups stay equal and longer ones longer where that is possible. A
    compound target is also tried through its simple counterpart, then swung. In
    an additive target every group is hit as long as the figure has enough groups.

    Returns
    -------
    list of Outcome
        Bar maps with their costs.
    """
    cuts = [(*cut, reading, onward) for reading, onward in readings(task) for cut in _cuts(task, reading)]
    if not cuts:
        pulses = task.target.pulses
        raise StrategyError(f"regroup: cannot cut {pulses} pulses into {len(task.figure)} groups; try square or cut")
    outcomes: dict[Warp, Outcome] = {}
    for cost, counts, reading, onward in sorted(cuts, key=lambda cut: (cut[0], [-count for count in cut[1]]))[
        :MOST_OUTCOMES
    ]:
        warp = Warp.of_lengths(task.figure, [count * reading.meter.pulse for count in counts]).then(onward)
        outcomes.setdefault(warp, Outcome(warp, cost))
    return list(outcomes.values())


def cut(task: Task) -> list[Outcome]:
    """The end of the bar goes."""
    source, target = task.source.length, task.target.length
    if target >= source:
        raise StrategyError(f"cut: {task.target.meter} is not shorter; try rest, hold-last or add-group")
    return priced(task, Warp([(0, 0), (target, target), (source, target)]))


def rest(task: Task) -> list[Outcome]:
    """The bar is lengthened by rest."""
    _needs_longer(task, "rest")
    source, target = task.source.length, task.target.length
    return priced(task, Warp([(0, 0), (source, source), (source, target)]))


def hold_last(task: Task) -> list[Outcome]:
    """The last group is stretched."""
    return _held(task, "hold-last", -1)


def hold_first(task: Task) -> list[Outcome]:
    """The first group is stretched."""
    return _held(task, "hold-first", 0)


def _held(task: Task, name: str, group: int) -> list[Outcome]:
    """A group of the bar, or one for each of the bars that a bar becomes, where its groups fall into as many equal parts."""
    _needs_longer(task, name)
    parts, lengths = task.target.bars // task.source.bars, list(task.figure)
    size, rest = divmod(len(lengths), max(parts, 1) * task.source.bars)
    stretches = [lengths[at : at + size] for at in range(0, len(lengths), size)] if parts > 1 and not rest else []
    if len({sum(stretch) for stretch in stretches}) != 1:
        stretches = [lengths]
    for stretch in stretches:
        stretch[group] += (task.target.length - task.source.length) / len(stretches)
    return priced(task, Warp.of_lengths(task.figure, [length for stretch in stretches for length in stretch]))


def add_group(task: Task) -> list[Outcome]:
    """The last group is played again until the bar is full."""
    _needs_longer(task, "add-group")
    source, target, last = task.source.length, task.target.length, task.figure[-1]
    count, left = divmod(target - source, last)
    if left:
        raise StrategyError(
            f"add-group: {target - source} quarters are no multiple of the last group of {last}; try hold-last or regroup"
        )
    (outcome,) = rest(task)
    repeats = tuple((source - last, source, last * (i + 1)) for i in range(int(count)))
    return [outcome._replace(repeats=repeats)]


def run_on(task: Task) -> list[Outcome]:
    """A run goes on: of what follows the first group the part with most notes is played before it once more, and what is held is held on."""
    _needs_longer(task, "run-on")
    source, more = task.source.length, task.target.length - task.source.length
    starts = [start for start in starts_of(task.figure)[1:] if start + more <= source]
    if not starts:
        raise StrategyError(f"run-on: {more} quarters more are not in the bar after its first group; try hold-first")
    struck = {*task.onsets, *task.others}
    first = max(starts, key=lambda start: sum(start <= at < start + more for at in struck))
    (outcome,) = priced(task, Warp([(0, 0), (first, first), (first, first + more), (source, task.target.length)]))
    return [outcome._replace(repeats=((first, first + more, -more),))]


def square(task: Task) -> list[Outcome]:
    """Every group becomes as long as every other, in pulses or in sixteenths: four beats of 4/4 four times five of them in 5/4."""
    each = task.target.length / len(task.figure)
    if not any((each / unit).denominator == 1 for unit in (task.target.meter.pulse, SIXTEENTH)):
        raise StrategyError(
            f"square: {task.target.pulses} pulses do not divide by {len(task.figure)} groups; try regroup"
        )
    return priced(task, Warp.of_lengths(task.figure, [each] * len(task.figure)))


def long_short(task: Task) -> list[Outcome]:
    """Beat for beat: two even notes are swung, or a compound beat is dotted."""
    return _beat_by_beat(task, "long-short", SWING, DOTTED)


def triplets(task: Task) -> list[Outcome]:
    """Beat for beat: threes become triplets, twos duplets, and all sounds as before."""
    return _beat_by_beat(task, "triplets", STRAIGHT, STRAIGHT)


def even(task: Task) -> list[Outcome]:
    """Beat for beat: the inside of the beat stays, or is made, even.

    From a compound metre to a simple one with one beat more the last is held.
    """
    return _beat_by_beat(task, "even", STRAIGHT, EVENED)


def rotate(task: Task) -> list[Outcome]:
    """The same groups in a turned order: each takes the length of the one that has its place."""
    groups, lengths = task.figure, task.target.groups
    turns = [groups[at:] + groups[:at] for at in range(1, len(groups))]
    if lengths not in turns or lengths == groups:
        eighths = "+".join(str(group / EIGHTH) for group in groups)
        raise StrategyError(
            f"rotate: the groups of {task.target.meter} are no turned order of {eighths} eighths; try regroup"
        )
    return priced(task, Warp.of_lengths(groups, lengths))


def in_one(task: Task) -> list[Outcome]:
    """Bars become the beats of one bar."""
    source, target = task.source, task.target
    if source.bars != len(target.meter.beats) or target.bars != 1 or source.bars == 1:
        beats = len(target.meter.beats)
        raise StrategyError(
            f"in-one: as many bars of {source.meter} become one of {target.meter} as it has beats ({beats}); ask for ratio 1/{beats}"
        )
    return priced(task, Warp.of_lengths([source.meter.bar] * source.bars, target.groups))


def tripla(task: Task) -> list[Outcome]:
    """Every two beats become a bar of three: a long one and a short one.

    The old *proportio tripla*, three in the time of two, by which duple dances got
    their after-dances in triple time.
    """
    source, target = task.source, task.target
    plain = not (
        source.meter.is_compound or source.meter.is_additive or target.meter.is_compound or target.meter.is_additive
    )
    if not plain or len(target.meter.beats) != 3 or len(source.beats) != 2 * target.bars:
        half = Fraction(len(source.meter.beats), 2)
        raise StrategyError(
            f"tripla: two beats of {source.meter} become a bar of three; ask for {half if half.denominator == 1 else 'an even number of beats, and for'} bars of 3/4 to one"
        )
    beat = target.groups[0]
    return priced(task, Warp.of_lengths(source.groups, [2 * beat, beat] * target.bars))


def rebar(task: Task) -> list[Outcome]:
    """New bar lines; no note moves. The cycle is as many bars as it takes to meet."""
    source, target = task.source.length, task.target.meter.bar
    scale = lcm(source.denominator, target.denominator)
    cycle = Fraction(lcm(int(source * scale), int(target * scale)), scale)
    return [Outcome(Warp.identity(cycle), 0.0)]


def proportional(task: Task) -> list[Outcome]:
    """Everything stretched alike: with bar = bar it sounds the same."""
    return priced(task, Warp.linear(task.source.length, task.target.length))


def snapped(name: str, snap: Callable[[Fraction], int]) -> Callable[[Task], list[Outcome]]:
    """A strategy that scales onsets and snaps them to the target's pulses.

    Gomez, Khoury, Kienzle, McLeish, Melvin, Perez-Fernandez, Rappaport and
    Toussaint (2007), "Mathematical models for binarization and ternarization
    of musical rhythms".
    """

    def make(task: Task) -> list[Outcome]:
        pulse, scale = task.target.meter.pulse, task.target.length / task.source.length
        onsets = sorted({Fraction(0), *task.onsets})
        images = [snap(onset * scale / pulse) * pulse for onset in onsets]
        points = [*zip(onsets, images, strict=True), (task.source.length, task.target.length)]
        if any(y1 <= y0 for (_, y0), (_, y1) in pairwise(points)):
            raise StrategyError(f"{name}: two notes would fall on one pulse of {task.target.meter}")
        return priced(task, Warp(points))

    return make


def nearest(x: Fraction) -> int:
    return floor(x + Fraction(1, 2))


def furthest(x: Fraction) -> int:
    return int(x) if x.denominator == 1 else ceil(x) if x - floor(x) < Fraction(1, 2) else floor(x)


def _needs_longer(task: Task, name: str) -> None:
    if task.target.length <= task.source.length:
        raise StrategyError(f"{name}: {task.target.meter} is not longer; try regroup or cut")


def _cuts(task: Task, reading: Frame) -> Iterator[tuple[float, list[int]]]:
    """(cost, group lengths in pulses) of all cuts of one reading of the target."""
    count, pulses = len(task.figure), reading.pulses
    if count > pulses or comb(pulses - 1, count - 1) > MOST_CUTS:
        return
    beats = {int(beat / reading.meter.pulse) for beat in reading.beats}
    must = beats if reading.meter.is_additive and len(beats) <= count else set()
    price = Pricing(task.figure, task.source, reading, costs_of(task))
    for places in combinations(range(1, pulses), count - 1):
        if must <= {0, *places}:
            counts = [b - a for a, b in pairwise((0, *places, pulses))]
            yield round(price(counts), 9), counts


def _beat_by_beat(
    task: Task, name: str, into_compound: list[tuple[Fraction, Fraction]], out_of_it: list[tuple[Fraction, Fraction]]
) -> list[Outcome]:
    source, target = task.source.meter, task.target.meter
    uneven = source.is_additive or target.is_additive or source.is_compound == target.is_compound
    more = len(task.target.beats) - len(task.source.beats)
    held = more == 1 and source.is_compound and task.source.bars == 1
    if uneven or (more and not held):
        raise StrategyError(
            f"{name}: goes between a simple and a compound metre of as many beats, not {source} to {target}; try regroup"
        )
    return priced(task, by_beats(task.source, task.target, into_compound if target.is_compound else out_of_it))
