"""A player's touch: for what share of its written value each note sounds, as a piece shows it.

A sixteenth that is late begins where a thirty-second would, but sounds as long as other
sixteenths do. Shares are counted in logarithms; where touch is of all kinds it says nothing.
"""

from __future__ import annotations

import numpy as np

from mi_theme.quantising.beatgrid import Floats, Ints

__all__ = ["learnt_touch", "no_touch", "touch_cost"]

LOWEST, STEP, STEPS = -3.0, 0.2, 25  # log2 of the least share that is told from less, and of a step; so many
EXPECTED, SHARED = 20.0, 50.0  # notes that knowing nothing counts for in a piece, and the piece in each part
SMOOTH = (0.25, 0.5, 0.25)  # of each step and its neighbours


def no_touch(parts: int) -> Floats:
    """Costs that say nothing, a row for each part and one for notes without touch."""
    return np.zeros((parts + 1, STEPS))


def learnt_touch(share: Floats, part: Ints, parts: int) -> Floats:
    """The cost of each step, beside any being as likely, a row for each part and one for notes without touch.

    Parameters
    ----------
    share
        log2 of the share that each note sounds of its value, shape (n,).
    part, parts
        Of which part each is, and how many there are.
    """
    counts = np.zeros((parts, STEPS))
    np.add.at(counts, (part, _step(share)), 1)
    edges = np.pad(counts, ((0, 0), (1, 1)), "edge")
    counts = np.sum([weight * edges[:, shift : shift + STEPS] for shift, weight in enumerate(SMOOTH)], axis=0)
    piece = counts.sum(axis=0) + EXPECTED / STEPS
    counts = counts + SHARED * piece / piece.sum()
    found = no_touch(parts)
    found[:-1] = -np.log(STEPS * counts / counts.sum(axis=1, keepdims=True))
    return found


def touch_cost(table: Floats, row: Ints, share: Floats) -> Floats:
    """The costs of shares, as a table has them.

    Parameters
    ----------
    table
        See `learnt_touch`.
    row
        The row of each note.
    share
        log2 of the share that it would sound of its value.
    """
    found: Floats = table[row, _step(share)]
    return found


def _step(share: Floats) -> Ints:
    found: Ints = np.clip((share - LOWEST) / STEP, 0, STEPS - 1).astype(np.int64)
    return found
