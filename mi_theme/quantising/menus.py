"""What a beat can be divided into, and what that costs: tables, with where they come from.

Costs are negative log probabilities up to a constant, set on performances of Bach
and Beethoven (Foscarin and others, 2020, "ASAP: a dataset of aligned scores and
performances for piano transcription") so that each composer's half does well with the
constants of the other. Triplets cost less than those performances ask for: they have few.
"""

from __future__ import annotations

from math import e, gcd, log2

import numpy as np

__all__ = ["COMPLEXITY", "COMPOUND", "FINEST", "HALF", "MENUS", "PLACES", "PULSES", "SIMPLE", "SUBDIVISIONS", "menu_of"]

FINEST = 80640  # parts of a quarter in which every place of every menu is whole: 2^8 * 3^2 * 5 * 7
SIMPLE, COMPOUND, HALF = range(3)  # a beat of 2^n pulses; of three; a half note
PULSES = (2, 3, 4)  # of a beat of each: eighths

# subdivision: cost of a beat that needs it
MENUS: tuple[dict[int, float], ...] = (
    {1: 0, 2: 0.45, 4: 1.5, 3: 2.1, 8: 4.5, 6: 5.2, 16: 8.2, 5: 9, 12: 9, 7: 10.5},
    {1: 0, 3: 0.45, 6: 1.5, 2: 3, 12: 4.5, 4: 6, 9: 7.5, 24: 9, 8: 10.5, 5: 10.5},
    {1: 0, 2: 0.3, 4: 0.6, 8: 1.5, 3: 2.1, 6: 2.1, 16: 5.2, 12: 7.5, 24: 10.5, 10: 12},
)
UNLISTED = 12.0  # an early note of a beat of another menu

SUBDIVISIONS = np.array([sorted(menu) for menu in MENUS])
COMPLEXITY = np.full((len(MENUS), SUBDIVISIONS.max() + 1), UNLISTED)
for number, menu in enumerate(MENUS):
    COMPLEXITY[number, list(menu)] = list(menu.values())

# log of what the places of a division weigh together, each as one over its reduced denominator to the power of log2(e):
# with it their costs are log probabilities, and many places are no advantage
PLACES = np.array(
    [
        0.0,
        *(
            np.log(sum((gcd(part, of) / of) ** log2(e) for part in range(of)))
            for of in range(1, SUBDIVISIONS.max() + 1)
        ),
    ]
)


def menu_of(quarters: float) -> int:
    """The menu of a beat by its length: dotted ones divide in three, half notes in two and two.

    Parameters
    ----------
    quarters
        Length of the beat.
    """
    if quarters == 2:
        return HALF
    dotted = quarters / 1.5
    return COMPOUND if quarters > 0 and dotted == 2.0 ** round(float(np.log2(dotted))) else SIMPLE
