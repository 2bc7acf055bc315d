"""What a note's new place costs: a log-linear objective with few terms.

Time in a target bar is counted in *slots*: a beat has four, a compound beat six
(in 4/4 and in 6/8 a slot is a sixteenth). Each term puts a cost on a place, on an
interval, or on two intervals in a row; the sum over a tune is what the optimiser
makes small. `VALUES` are measured and have one weight each, `TABLES` have a weight
for each of their cells. There is one set of weights for a family of directions,
learned from tunes that people sang in two metres (``data/making/metre_model.py``);
those of the family ``plain``, and of additive metres, are set by hand.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
import numpy as np

from mi_theme.adaptation.learned.lattice import FINEST_STEP, FORBIDDEN, SLOT_REACH
from mi_theme.catalog import load_json
from mi_theme.meter import Meter

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mi_theme.adaptation.learned.lattice import Lattice

    Array = NDArray[Any]

__all__ = [
    "NOTES",
    "TABLES",
    "TERMS",
    "VALUES",
    "AdaptationModel",
    "MeterSlots",
    "costs",
    "different",
    "family",
    "features",
    "idiom",
    "model",
    "summed",
]

LONGEST_INTERVAL = 32  # intervals of so many slots and more count as one
SMOOTHING = 8.0  # notes' worth of trust in what is coarser
RATIO_STEPS, MOST_STEPS = 4, 6  # ratios are told apart by quarter octaves, six each way
MOST_STRETCH = 2  # half octaves by which the bar is stretched
SHARES = np.array(
    [1 / 8, 1 / 6, 1 / 4, 1 / 3, 1 / 2, 2 / 3, 3 / 4, 1, 4 / 3, 3 / 2, 5 / 3, 2, 5 / 2, 3, 4, 6, 8]
)  # intervals in beats
DEPTHS = 4  # bar line, beat, division of the beat, anything else

# term: (how many notes it looks at, what it speaks for)
VALUES = {
    "displacement": (1, "near its place in the bar"),
    "bar line": (1, "no weak note on a bar line"),
    "idiom": (3, "goes on as tunes in the new metre do"),
}
TABLES = {
    "level": (1, DEPTHS * DEPTHS, "strong and weak places as people changed them"),
    "ratio": (2, 2 * MOST_STEPS + 1, "stretched and squeezed as people did"),
    "length": (2, len(SHARES) ** 2, "lengths in beats as people changed them"),
    "value": (2, (2 * MOST_STRETCH + 1) * (2 * MOST_STEPS + 1), "note values kept, halved or doubled as people did"),
}
NOTES = {name: notes for name, (notes, *_) in (VALUES | TABLES).items()}
TERMS: dict[str, str] = {
    **{name: words for name, (_, words) in VALUES.items()},
    **{name: words for name, (_, _, words) in TABLES.items()},
    "feel": "even or long-short, as the whole tune",
    "consistency": "as the same place in other bars",
}


class Weights(msgspec.Struct, frozen=True):
    """One weight for each value, one row of weights for each table."""

    values: dict[str, float]
    tables: dict[str, list[float]]


class AdaptationModel(msgspec.Struct, frozen=True):
    """What ``data/metre_model.json`` holds.

    Attributes
    ----------
    provenance
        Where the counts and the weights come from.
    weights
        Family of directions: its weights.
    rhythms
        Metre: rows (slot in the bar, interval before, interval after, how often).
    """

    provenance: dict[str, str]
    weights: dict[str, Weights]
    rhythms: dict[str, list[tuple[int, int, int, int]]]


@cache
def model() -> AdaptationModel:
    """The model that ships."""
    found: AdaptationModel = load_json("metre_model.json", AdaptationModel)
    return found


@dataclass(frozen=True)
class MeterSlots:
    """A metre counted in slots."""

    meter: Meter

    @property
    def slot(self) -> Fraction:
        """The length of a slot in quarters."""
        if self.meter.is_compound:
            return Fraction(2, self.meter.denominator)
        long_beats = self.meter.denominator == 1 or (self.meter.denominator == 2 and self.meter.numerator > 2)
        sixteenth, unit = Fraction(1, 4), Fraction(4, self.meter.denominator)
        fine = self.meter.bar % sixteenth != 0  # a bar of 5/32 is no whole number of sixteenths
        return Fraction(1, self.meter.denominator) if long_beats else unit if fine else sixteenth

    @property
    def slots(self) -> int:
        """Slots in a bar."""
        return max(1, int(self.meter.bar / self.slot))

    @property
    def beats(self) -> tuple[int, ...]:
        """The beats in slots: 4, in compound time 6; 3/8 counts as one compound beat."""
        if self.meter.grouping or self.meter.is_open:
            return tuple(max(1, int(group * self.meter.pulse / self.slot)) for group in self.meter.groups)
        if self.meter.is_compound or (self.meter.numerator, self.meter.denominator) == (3, 8):
            return (6,) * (self.slots // 6)
        return (4,) * (self.slots // 4) or (self.slots,)

    @property
    def beat(self) -> float:
        """The mean beat in slots."""
        return self.slots / len(self.beats)

    @property
    def places(self) -> list[tuple[int, int, bool]]:
        """For each slot of the bar: the kind of its beat, the place in it, whether it is the last beat."""
        last = len(self.beats) - 1
        return [(beat, place, i == last) for i, beat in enumerate(self.beats) for place in range(beat)]

    def depth(self, positions: Array) -> Array:
        """0 on a bar line, 1 on a beat, 2 on a half (or a third, in compound time) of it, 3 elsewhere."""
        within = np.mod(positions + 1e-6, self.slots) - 1e-6
        lengths = np.array(self.beats)
        starts = np.cumsum(lengths) - lengths
        beat = np.searchsorted(starts, within + 1e-6, side="right") - 1
        division = np.where(lengths % 3 == 0, lengths // 3, np.maximum(lengths // 2, 1))[beat]
        place = within - starts[beat]
        on_division = np.abs(place / division - np.round(place / division)) < 1e-6
        return np.where(place < 1e-6, np.minimum(beat, 1), np.where(on_division, 2, 3))


def family(stretch: Fraction) -> str:
    """The set of weights for a stretch (target slots for a source slot): ``to duple``, ``from duple`` or ``plain``.

    What counts is whether the stretch takes a three away (6/8 to 2/4, 3/4 to 4/4,
    9/8 to 3/4) or brings one in; where it does neither, as from 3/4 to 6/8, a plain
    stretch is on the grid, or about to be.
    """
    if stretch.denominator % 3 == 0:
        return "to duple"
    return "from duple" if stretch.numerator % 3 == 0 else "plain"


def different(lattice: Lattice, bar: int) -> tuple[Array, Array]:
    """Three notes in a row whose places stand in the bar, and to each other, as no three before them do.

    Parameters
    ----------
    bar
        Its slots in the target.

    Returns
    -------
    threes, which
        The first note of each such three, shape (u,); which of them the three from every note on are like, shape (n - 2,).
    """
    home = np.rint(lattice.slots[:, 0] / FINEST_STEP).astype(np.int64)
    one, far = round(1 / FINEST_STEP), round((LONGEST_INTERVAL + len(SLOT_REACH)) / FINEST_STEP)
    gaps = np.minimum(np.diff(home), far)
    keys = (home[1:-1] % (bar * one) * (far + 1) + gaps[:-1]) * (far + 1) + gaps[1:]
    _, threes, which = np.unique(keys, return_index=True, return_inverse=True)
    return threes, which


def features(lattice: Lattice, source: MeterSlots, target: MeterSlots, prior: Array, threes: Array) -> dict[str, Array]:
    """What each term sees.

    Parameters
    ----------
    threes
        The first notes of those that are seen three in a row, shape (u,).

    Returns
    -------
    dict
        A value, or a cell of a table, for each note and each of its places, shape
        (n, k); for each step between places (n - 1, 2 k - 1), see `Lattice.steps`;
        for each three notes (u, k, k, k).
    """
    slots, image, steps, step_of = lattice.slots, lattice.image, lattice.steps, lattice.step_of
    depth, now = source.depth(lattice.positions)[:, None], target.depth(slots)
    stretched, before = np.diff(image)[:, None], np.diff(lattice.positions)[:, None]
    least = np.maximum(steps, 0.25)
    stretch = np.clip(np.rint(2 * np.log2(np.ptp(image) / np.ptp(lattice.positions))), -MOST_STRETCH, MOST_STRETCH)
    count = np.clip(steps, 0, LONGEST_INTERVAL - 1).astype(int)
    place, one, two = np.mod(slots[threes + 1], target.slots).astype(int), count[threes], count[threes + 1]
    return {
        "displacement": np.abs(slots - image[:, None]) / target.beat,
        "bar line": ((now == 0) & (depth > 0)).astype(float),
        "idiom": prior[place[:, None, :, None], one[:, step_of, None], two[:, None, step_of]],
        "level": depth * DEPTHS + now,
        "ratio": _octaves(least / stretched),
        "length": _share(before / source.beat) * len(SHARES) + _share(np.maximum(steps, 0.5) / target.beat),
        "value": int(stretch + MOST_STRETCH) * (2 * MOST_STEPS + 1) + _octaves(least / before),
    }


def _octaves(ratio: Array) -> Array:
    """A ratio as a cell of a table."""
    steps: Array = np.clip(np.rint(np.log2(ratio) * RATIO_STEPS), -MOST_STEPS, MOST_STEPS).astype(int) + MOST_STEPS
    return steps


def _share(beats: Array) -> Array:
    """The nearest of `SHARES`."""
    edges = np.sqrt(SHARES[1:] * SHARES[:-1])
    return np.searchsorted(edges, beats)


def costs(seen: dict[str, Array], weights: Weights) -> dict[str, Array]:
    """Every term's cost, in the shapes of `features`."""
    values = {name: weights.values[name] * seen[name] for name in VALUES}
    return values | {name: np.asarray(weights.tables[name])[seen[name]] for name in TABLES}


class Sums(NamedTuple):
    """Costs of one and two places: of the first two (k, k), then of every next with the one before (n - 2, k, k)."""

    start: Array
    pairs: Array


def summed(paid: dict[str, Array], lattice: Lattice, wanted: Array | float = 0.0) -> Sums:
    """Add up what is paid for one and two notes; where they may not go they pay more, for steps that are wanted less."""
    one = sum((paid[name] for name in paid if NOTES[name] == 1), lattice.closed)
    steps = sum((paid[name] for name in paid if NOTES[name] == 2), FORBIDDEN * (lattice.steps <= 0) - wanted)
    two = steps[:, lattice.step_of]
    return Sums(one[0][:, None] + one[1] + two[0], two[1:] + one[2:, None])


@cache
def idiom(target: Meter) -> Array:
    """`prior` of the shipped counts."""
    return prior(model().rhythms, MeterSlots(target))


def prior(rhythms: dict[str, list[tuple[int, int, int, int]]], grid: MeterSlots) -> Array:
    """-log P(interval after | slot in the bar, interval before), shape (slots, LONGEST_INTERVAL, LONGEST_INTERVAL).

    Counts of the metre itself, smoothed with counts of the same place in the same
    kind of beat in all metres, then without the interval before, then with a
    geometric distribution. Metres that were never counted live on the second.
    """
    known = {MeterSlots(Meter(text)).slots * (-1) ** Meter(text).is_compound: text for text in rhythms}
    mine = known.get(grid.slots * (-1) ** grid.meter.is_compound) if not grid.meter.grouping else None
    own = np.zeros((grid.slots, LONGEST_INTERVAL, LONGEST_INTERVAL))
    if mine:
        np.add.at(own, tuple(_columns(rhythms[mine])[:3]), _columns(rhythms[mine])[3])
    pooled = _pooled(rhythms, grid)
    unknown = 0.85 ** np.arange(LONGEST_INTERVAL)
    unknown[0] = 0.0
    coarse = _smoothed(pooled.sum(1), unknown / unknown.sum())
    probability = _smoothed(own, _smoothed(pooled, coarse[:, None, :]))
    cost: Array = -np.log(np.maximum(probability, 1e-6))
    return cost


def _columns(rows: list[tuple[int, int, int, int]]) -> Array:
    return np.array(rows).T


def _smoothed(counts: Array, coarser: Array) -> Array:
    """Counts as probabilities, trusting what is coarser as much as so many notes."""
    found: Array = (counts + SMOOTHING * coarser) / (counts.sum(-1, keepdims=True) + SMOOTHING)
    return found


def _pooled(rhythms: dict[str, list[tuple[int, int, int, int]]], grid: MeterSlots) -> Array:
    """Counts at the same place of the same kind of beat in all metres."""
    pooled = np.zeros((grid.slots, LONGEST_INTERVAL, LONGEST_INTERVAL))
    for text, rows in rhythms.items():
        own = np.zeros((MeterSlots(Meter(text)).slots, LONGEST_INTERVAL, LONGEST_INTERVAL))
        np.add.at(own, tuple(_columns(rows)[:3]), _columns(rows)[3])
        theirs = MeterSlots(Meter(text)).places
        for slot, place in enumerate(grid.places):
            pooled[slot] += sum((own[i] for i, other in enumerate(theirs) if other == place), np.zeros(()))
    return pooled
