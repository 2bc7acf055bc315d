"""``best`` for a score: a whole line at once, then the other parts between.

The lead's line is solved first, all its stretches together: one feel, and equal
places of different bars alike where it costs little. Then the same search places
the other parts' notes, with the lead's places fixed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from mi_theme.adaptation.frames import Outcome, Task, starts_of
from mi_theme.adaptation.learned.lattice import Lattice
from mi_theme.adaptation.learned.optimiser import Setting, solve, solved
from mi_theme.adaptation.strategies import priced
from mi_theme.warp import Warp

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

__all__ = ["line_outcomes"]

LONGEST_LINE = 512  # stretches decided together


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
    pieces = [tasks[first : first + LONGEST_LINE] for first in range(0, len(tasks), LONGEST_LINE)]
    return [outcome for piece in pieces for outcome in _outcomes(piece)]


def _outcomes(tasks: Sequence[Task]) -> list[Outcome]:
    setting = Setting(tasks[0].source, tasks[0].target, tasks[0].figure)
    lead, every = ([_places(task, everyone) for task in tasks] for everyone in (False, True))
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


def _places(task: Task, everyone: bool) -> list[Fraction]:
    """Where notes of a stretch begin, with the starts of unequal groups; other parts' where everyone is asked or the lead rests."""
    starts = starts_of(task.figure) if len(set(task.figure)) > 1 else ()
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
