"""The metres that music may be in, each with every place of its bar line."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from mi_theme.meter import Meter

__all__ = ["ADDITIVE_METERS", "PLAIN_METERS", "QUARTER_TICKS", "SLOT_TICKS", "Candidates", "Ints", "family", "lenders"]

Ints = NDArray[np.int64]

QUARTER_TICKS = 24  # so that sixteenths and triplets are whole
SLOT_TICKS = 6  # ticks in a sixteenth, the finest place in a bar that has a row in the tables
PLAIN_METERS = ("2/4", "3/4", "4/4", "2/2", "3/8", "6/8", "9/8", "3/2", "6/4")
#: Signatures with the ways to group them, and how usual each way is among bars of its length: shares from general
#: knowledge of where such bars are at home (usuls of Turkey, dances of the Balkans, the tresillo), not counted anywhere.
USUAL: tuple[tuple[str, dict[str, float]], ...] = (
    ("5/8", {"3+2": 0.5, "2+3": 0.5}),
    ("7/8", {"3+2+2": 0.4, "2+2+3": 0.4, "2+3+2": 0.2}),
    ("8/8", {"3+3+2": 0.5, "3+2+3": 0.35, "2+3+3": 0.15}),
    ("9/8", {"2+2+2+3": 0.7, "3+2+2+2": 0.12, "2+3+2+2": 0.12, "2+2+3+2": 0.06}),
    (
        "5/4",
        {"3+2+2+3": 0.4, "3+3+2+2": 0.3, "2+2+3+3": 0.12, "2+3+3+2": 0.06, "3+2+3+2": 0.06, "2+3+2+3": 0.06},
    ),
    ("11/8", {"2+2+3+2+2": 0.5, "3+2+2+2+2": 0.15, "2+2+2+2+3": 0.15, "3+3+3+2": 0.12, "2+3+3+3": 0.08}),
    ("13/8", {"2+2+2+3+2+2": 0.5, "2+2+2+2+2+3": 0.25, "3+2+2+2+2+2": 0.15, "2+2+3+2+2+2": 0.1}),
    ("5/4", {"3+2": 0.5, "2+3": 0.5}),
    ("7/4", {"3+2+2": 0.5, "2+2+3": 0.3, "2+3+2": 0.2}),
    ("9/4", {"2+2+2+3": 0.7, "3+2+2+2": 0.12, "2+3+2+2": 0.12, "2+2+3+2": 0.06}),
)
#: Each additive metre, and how usual its groups are.
ADDITIVE_METERS = {f"{signature}:{groups}": share for signature, ways in USUAL for groups, share in ways.items()}
FAMILIES = (  # metres in which the same music is written
    ("2/4", "4/4", "2/2", "8/8"),
    ("3/4", "3/8", "3/2"),
    ("6/8", "6/4"),
    ("9/8", "9/4"),
    ("7/8", "7/4"),
)


def family(name: str) -> str:
    """The first of the metres in which the same music is written.

    Parameters
    ----------
    name
        A metre, as text.

    Returns
    -------
    str
        ``2/4`` for 4/4 and 2/2; of an additive metre the signature, with ``+`` behind
        it: 9/8 in twos and threes is another family than 9/8 in threes.
    """
    signature, _, groups = name.partition(":")
    first = next((row[0] for row in FAMILIES if signature in row), signature)
    return f"{first}+" if groups else first


def lenders(name: str) -> tuple[str, ...]:
    """For each group of an additive metre, a plain metre that has such a group.

    Parameters
    ----------
    name
        The metre, as text.

    Returns
    -------
    tuple of str
        For ``5/4:3+2`` 3/4 and 2/4, for ``7/8:2+2+3`` 2/4, 2/4 and 6/8.
    """
    meter = Meter(name)
    of_length = {72: "3/4", 48: "2/4", 36: "6/8", 24: "2/4"}
    return tuple(of_length[int(group * meter.pulse * QUARTER_TICKS)] for group in meter.groups)


@dataclass(frozen=True)
class Candidates:
    """Every metre of some, at every place of its bar line.

    Attributes
    ----------
    names
        The metres, as text.
    """

    names: tuple[str, ...]

    @cached_property
    def bars(self) -> Ints:
        """Ticks in a bar of each metre."""
        return np.array([int(Meter(name).bar * QUARTER_TICKS) for name in self.names])

    @cached_property
    def steps(self) -> Ints:
        """Ticks from phase to phase: a sixteenth in bars of up to four quarters, else an eighth."""
        fine = [
            name in PLAIN_METERS and bar <= 4 * QUARTER_TICKS for name, bar in zip(self.names, self.bars, strict=True)
        ]
        return np.where(fine, SLOT_TICKS, 2 * SLOT_TICKS)

    @cached_property
    def index(self) -> Ints:
        """The metre of each candidate."""
        return np.repeat(np.arange(len(self.names)), self.bars // self.steps)

    @cached_property
    def phases(self) -> Ints:
        """The bar line of each candidate, in ticks."""
        return np.concatenate([np.arange(0, bar, step) for bar, step in zip(self.bars, self.steps, strict=True)])

    @cached_property
    def bases(self) -> Ints:
        """The row where each metre's places begin in a table: two for each sixteenth, on it and off it."""
        return np.append(0, np.cumsum(2 * self.bars // SLOT_TICKS))

    @cached_property
    def levels(self) -> NDArray[np.int8]:
        """Of each row: 0 a bar line, 1 a beat (the first division of the bar), 2 anything else."""
        rows = np.full(int(self.bases[-1]), 2, np.int8)
        for name, base in zip(self.names, self.bases, strict=False):
            meter = Meter(name)
            for pulse, level in enumerate(meter.levels):
                if level >= -1:
                    rows[base + 2 * int(meter.pulse * QUARTER_TICKS / SLOT_TICKS) * pulse] = -level
        return rows

    @cached_property
    def beats(self) -> Ints:
        """Beats in a bar of each metre."""
        return np.array([(self.levels[a:b] < 2).sum() for a, b in zip(self.bases, self.bases[1:], strict=False)])

    def rows(self, onsets: Ints) -> Ints:
        """The table row of each onset under each candidate, shape (candidates, n)."""
        places = (onsets - self.phases[:, None]) % self.bars[self.index][:, None]
        return self.bases[self.index][:, None] + places // SLOT_TICKS * 2 + (places % SLOT_TICKS > 0)
