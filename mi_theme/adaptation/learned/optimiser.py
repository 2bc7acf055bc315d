"""``best``: the places of all notes that cost least, found exactly.

The skeleton first, where groups are unequal: their starts go where `regroup` puts
them. Then the lattice: every other note may go to slots near its image, bar lines
and group starts stay, nothing crosses them. Then the cheapest path, once for each
feel, and once more with a pull of equal places in different bars towards each other.
For a score the lead's line is solved first, all its stretches together; then the
same search places the other parts' notes, with the lead's places fixed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from mi_theme.adaptation.costs import priced
from mi_theme.adaptation.frames import FEELS, Frame, Outcome, Reason, Task, starts_of
from mi_theme.adaptation.learned.lattice import Lattice, cheapest
from mi_theme.adaptation.learned.objective import (
    TERMS,
    MeterSlots,
    Weights,
    costs,
    different,
    family,
    features,
    idiom,
    model,
    summed,
)
from mi_theme.adaptation.rules import regroup
from mi_theme.errors import StrategyError
from mi_theme.warp import Warp

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

__all__ = ["FELT", "Setting", "Solution", "line_outcomes", "skeleton", "solve", "solved"]

FELT = FEELS[1:]  # the feels that say something of every beat
INFERRED, ASKED = 1.0, 100.0  # what two notes that fill a beat pay for going against the tune's feel
TELLING = 0.25  # a term that saves less than this share of what is saved is not named
MOST_STRETCHES = 512  # of a line, decided together
CONSISTENCY = 2.0  # what standing where the same place of no other bar stands costs


class Setting(NamedTuple):
    """Source bars, the target bars they become, and the figure's groups in quarters."""

    source: Frame
    target: Frame
    figure: tuple[Fraction, ...]

    @property
    def grids(self) -> tuple[MeterSlots, MeterSlots]:
        """Both metres in slots."""
        return MeterSlots(self.source.meter), MeterSlots(self.target.meter)

    @property
    def frame(self) -> tuple[float, float]:
        """Slots from one locked bar line to the next, in the source and in the target."""
        before, after = self.grids
        return float(self.source.length / before.slot), float(self.target.length / after.slot)

    @property
    def family(self) -> str:
        """The set of weights that counts; ``plain`` for additive metres."""
        if self.source.meter.is_additive or self.target.meter.is_additive:
            return "plain"
        old, new = (
            frame.length / grid.slot for frame, grid in zip((self.source, self.target), self.grids, strict=True)
        )
        return family(new / old)

    @property
    def is_same(self) -> bool:
        """Whether nothing changes but the way the metre is written."""
        source, target = self.source.meter, self.target.meter
        alike = source.same_bar(target) and source.is_compound == target.is_compound
        return alike and self.source.bars == self.target.bars == 1


@cache
def skeleton(setting: Setting) -> Warp | None:
    """Where group starts go, decided before any note: `regroup` where groups are unequal before or after, else None.

    A target whose text leaves its groups open has those that `regroup` makes, where there is room for so many.
    """
    equal, (source, target) = len(set(setting.figure)) == 1, (setting.source, setting.target)
    roomy = target.meter.is_open and 2 * len(setting.figure) <= target.pulses
    if equal and (source.length == target.length or not (target.meter.is_additive or roomy)):
        return None
    try:
        return regroup(Task(setting.figure, (), source, target))[0].warp
    except StrategyError:
        if equal:  # more of them than the target has pulses: they are no groups there
            return None
        raise


@cache
def stretch(setting: Setting) -> Warp:
    """Everything in proportion; but where a bar of three beats becomes two simple bars, the third opens the second."""
    source, target = setting.source, setting.target
    three = source.bars == 1 and len(setting.figure) == 3 and len(set(setting.figure)) == 1
    even = len(target.meter.groups) % 2 == 0 and not target.meter.is_compound and not target.meter.is_additive
    if three and even and target.bars == 2:
        return Warp.of_lengths(setting.figure, [target.length / 4, target.length / 4, target.length / 2])
    return Warp.linear(source.length, target.length)


def lattice_of(positions: Array, setting: Setting, keep_beats: bool = False) -> Lattice:
    """The lattice of notes at `positions` (slots of the source, from a bar line).

    What stands on a beat, and is stretched onto a bar line of the target, stays
    there; with `keep_beats` also what is stretched onto a beat. Where the weights
    are ``plain`` and groups equal, bars that fall on sixteenths stay as they fall.
    """
    warp, (before, after) = skeleton(setting), setting.grids
    old, new = setting.frame
    cycle = np.floor(positions / old + 1e-9)
    within = positions - cycle * old
    points = (warp or stretch(setting)).points
    image = cycle * new + np.interp(
        within, [float(x / before.slot) for x, _ in points], [float(y / after.slot) for _, y in points]
    )
    fixed = (before.depth(positions) <= 1) & (after.depth(image) <= (1 if keep_beats else 0))
    if warp:
        starts = [round(float(start / before.slot), 6) for start in starts_of(setting.figure)]
        stays = after.depth(image) <= 1 if len(set(setting.figure)) == 1 else True  # equal beats only on the new groups
        fixed |= np.isin(within.round(6), starts) & stays
    elif setting.family == "plain":
        sixteenths = image * float(4 * after.slot)
        off = np.abs(sixteenths - np.rint(sixteenths)) > 1e-6
        fixed |= ~np.isin(cycle, cycle[off])
    return Lattice.around(positions, image, fixed, new)


@dataclass(frozen=True)
class Solution:
    """The chosen path, the one before consistency, and what every term says about any path, note by note."""

    lattice: Lattice
    path: Array
    unpulled: Array
    feel: str
    bill: Callable[[Array], dict[str, Array]]

    @property
    def slots(self) -> Array:
        """Where each note goes, in slots of the target."""
        return self.lattice.along(self.path)

    @cached_property
    def saved(self) -> dict[str, Array]:
        """How much dearer the plain stretch, put on the grid, is than the chosen path: by term, note by note."""
        chosen, plain = self.bill(self.path), self.bill(self.lattice.home)
        return {name: plain[name] - chosen[name] for name in TERMS}

    def reasons(self, here: slice | Array) -> tuple[Reason, ...]:
        """The terms that decided some notes, the weightiest first; none where they are simply stretched.

        Consistency is one only where it moved a note.
        """
        saved = {name: float(amounts[here].sum()) for name, amounts in self.saved.items()}
        if (self.path == self.unpulled)[here].all():
            del saved["consistency"]
        total = sum(amount for amount in saved.values() if amount > 0)
        named = [
            name for name in sorted(saved, key=lambda name: -saved[name]) if saved[name] > max(TELLING * total, 1e-6)
        ]
        return tuple(Reason(name, self._means(name), round(saved[name], 3)) for name in named)

    def _means(self, name: str) -> str:
        return f"{self.feel}, as the whole tune" if name == "feel" else TERMS[name]


def solve(
    positions: Array,
    setting: Setting,
    feel: str = "auto",
    weights: dict[str, Weights] | None = None,
    prior: Array | None = None,
) -> Solution:
    """The cheapest places.

    Parameters
    ----------
    positions
        At least two, strictly increasing, in slots of the source from a bar line.
    setting
        Metres and figure.
    feel
        ``even``, ``long-short``, ``auto`` (whichever costs less) or ``plain`` (no feel at all).
    weights, prior
        By family, and other than those that ship: for cross-validation.
    """
    lattice = lattice_of(positions, setting, keep_beats=feel in FELT)
    return solved(lattice, setting, feel, weights, prior)


def solved(
    lattice: Lattice, setting: Setting, feel: str, weights: dict[str, Weights] | None = None, prior: Array | None = None
) -> Solution:
    """The cheapest way through a lattice; parameters as in `solve`."""
    mine = (weights or model().weights)[setting.family]
    prior = idiom(setting.target.meter) if prior is None else prior
    (before, after), feels = setting.grids, _feels(feel, setting)
    against = INFERRED if feel == "auto" else ASKED
    threes, which = different(lattice, after.slots)
    parts = costs(features(lattice, before, after, prior, threes), mine)
    kinds = parts.pop("idiom")[:, None]
    if feels != ("plain",):  # three notes of which two fill a beat are kinds of their own
        which = which + len(threes) * _fill_a_beat(lattice.positions, before)
        kinds = np.concatenate(
            [np.repeat(kinds, len(feels), axis=1), kinds + against * _unlike(lattice, feels, threes)]
        )
    sums = summed(parts, lattice)
    way, unpulled = cheapest(np.stack([sums.start] * len(feels)), sums.pairs, kinds, which)
    pull = consistency_cost(lattice, unpulled, setting.frame)
    start, pairs = sums.start + pull[0][:, None] + pull[1], sums.pairs + pull[2:, None]
    _, path = cheapest(start[None], pairs, kinds[:, way : way + 1], which)

    def bill(path: Array) -> dict[str, Array]:
        """Each term's cost of a path, note by note: the last of those that it looks at."""
        narrow, every = lattice.narrowed(path), np.arange(len(path) - 2)
        paid = costs(features(narrow, before, after, prior, every), mine)
        felt = _unlike(narrow, (feels[way],), every).ravel() * _fill_a_beat(lattice.positions, before)
        paid |= {"feel": against * felt, "consistency": pull[np.arange(len(path)), path]}
        return {name: np.concatenate([np.zeros(len(path) - part.size), part.ravel()]) for name, part in paid.items()}

    return Solution(lattice, path, unpulled, feels[way], bill)


def _feels(feel: str, setting: Setting) -> tuple[str, ...]:
    """The feels to try; one that says nothing where inferring did not pay: it does from simple into compound time only."""
    if feel != "auto":
        return (feel,)
    return FELT if setting.family == "from duple" and setting.target.meter.is_compound else ("plain",)


def _unlike(lattice: Lattice, feels: tuple[str, ...], threes: Array) -> Array:
    """Whether two intervals go against each feel, for three notes from each of some on, shape (u, feels, k, k, k)."""
    steps = lattice.steps[:, lattice.step_of]
    equal = steps[threes + 1, None, :, :] == steps[threes, :, :, None]
    against = {"even": ~equal, "long-short": equal, "plain": np.zeros_like(equal)}
    return np.stack([against[feel] for feel in feels], axis=1)


def _fill_a_beat(positions: Array, grid: MeterSlots) -> Array:
    """Whether a note and the next fill a beat of the source, for all notes but the last two."""
    on_beat = grid.depth(positions) <= 1
    short = positions[2:] - positions[:-2] <= max(grid.beats) + 1e-6
    filled: Array = on_beat[:-2] & ~on_beat[1:-1] & on_beat[2:] & short
    return filled


def consistency_cost(lattice: Lattice, path: Array, frame: tuple[float, float]) -> Array:
    """What it costs to leave the company of the same place in other bars, shape (n, k)."""
    old, new = frame
    cycle = np.floor(lattice.positions / old + 1e-9)
    _, place = np.unique((lattice.positions - cycle * old).round(4), return_inverse=True)
    key = place * 1e6 - cycle * new
    taken, counts = np.unique((key + lattice.along(path)).round(4), return_counts=True)
    offered = (key[:, None] + lattice.slots).round(4)
    found = np.minimum(np.searchsorted(taken, offered), len(taken) - 1)
    company = np.where(taken[found] == offered, counts[found], 0)
    cost: Array = CONSISTENCY * (1 - company / np.bincount(place)[place][:, None])
    return cost


def line_outcomes(tasks: Sequence[Task]) -> list[Outcome]:
    """The strategy ``best`` for stretches of a line, decided together; very long lines are taken in pieces.

    Parameters
    ----------
    tasks
        One for each stretch, in order: the same frames and figure, and its own onsets.

    Returns
    -------
    list of Outcome
        A map for each stretch, with the terms that decided it.
    """
    pieces = [tasks[first : first + MOST_STRETCHES] for first in range(0, len(tasks), MOST_STRETCHES)]
    return [outcome for piece in pieces for outcome in _outcomes(piece)]


def _outcomes(tasks: Sequence[Task]) -> list[Outcome]:
    setting = Setting(tasks[0].source, tasks[0].target, tasks[0].figure)
    lead, every = ([_places(task, setting, everyone) for task in tasks] for everyone in (False, True))
    if not any(lead):
        return [priced(task, Warp.linear(task.source.length, task.target.length))[0] for task in tasks]
    solution = solve(_positions(lead, setting), setting, tasks[0].feel)
    between = lattice_between(_positions(every, setting), setting, solution.lattice, solution.path)
    slots = solution.slots if every == lead else solved(between, setting, solution.feel).slots
    warps = _warps(every, slots.tolist(), setting)
    ends = np.cumsum([len(row) for row in lead]).tolist()
    reasons = [solution.reasons(slice(end - len(row), end)) for row, end in zip(lead, ends, strict=True)]
    found = [priced(task, warp)[0] for task, warp in zip(tasks, warps, strict=True)]
    return [outcome._replace(reasons=why) for outcome, why in zip(found, reasons, strict=True)]


def lattice_between(positions: Array, setting: Setting, lead: Lattice, path: Array) -> Lattice:
    """The lattice of the notes of all parts: where the lead has notes they stay where its path has them."""
    old, new = setting.frame
    lines = np.arange(np.floor(positions[0] / old), np.ceil(positions[-1] / old) + 1)
    places, first = np.unique(np.concatenate([lead.positions, lines * old]).round(6), return_index=True)
    image = np.interp(positions, places, np.concatenate([lead.along(path), lines * new])[first])
    return Lattice.around(positions, image, np.isin(positions.round(6), places), new)


def _places(task: Task, setting: Setting, everyone: bool) -> list[Fraction]:
    """Where notes of a stretch begin, with the starts of groups that are decided before them; other parts' where everyone is asked or the lead rests."""
    starts = starts_of(task.figure) if skeleton(setting) else ()
    asked = {*task.onsets, *(task.others if everyone or not task.onsets else ())}
    return sorted({*starts, *(onset for onset in asked if 0 <= onset < task.source.length)})


def _positions(places: Sequence[Sequence[Fraction]], setting: Setting) -> Array:
    """Stretches one after another, in slots of the source, and where the last one ends."""
    slot, (frame, _) = setting.grids[0].slot, setting.frame
    found = [float(x / slot) + number * frame for number, row in enumerate(places) for x in row]
    return np.array([*found, len(places) * frame])


def _warps(places: Sequence[Sequence[Fraction]], slots: list[float], setting: Setting) -> Iterator[Warp]:
    """The map of each stretch through its places and their slots."""
    slot, (source, target) = setting.grids[1].slot, (setting.source.length, setting.target.length)
    images = iter(slots)
    for number, row in enumerate(places):
        points = {x: Fraction(next(images)) * slot - number * target for x in row}
        yield Warp([*({Fraction(0): Fraction(0)} | points).items(), (source, target)])
