"""When grace notes sound: one after another, in the time before their note."""

from __future__ import annotations

from fractions import Fraction

__all__ = ["GRACE_VALUE", "grace_times"]

GRACE_VALUE = Fraction(1, 8)  # of a quarter, a thirty-second: what a grace note takes of the time before its note
MOST_TAKEN = Fraction(1, 2)  # of the note before: more would no longer be an ornament
FINEST = 10080  # parts of a quarter: the grid of scores


def grace_times(main: Fraction, before: Fraction, count: int) -> tuple[Fraction, Fraction]:
    """Where the first of some grace notes begins, and how long each lasts.

    Each takes a thirty-second, together they take half of the note before at most. At the
    beginning of a piece there is no time before: there they begin with their note.

    Parameters
    ----------
    main
        Where their note begins, in quarters.
    before
        Where the note before it begins; 0 where there is none.
    count
        How many there are.

    Returns
    -------
    tuple of Fraction
        Start and length in quarters.
    """
    if main <= 0:
        return Fraction(0), GRACE_VALUE
    room = (main - before) * MOST_TAKEN if 0 < before < main else main
    each = min(GRACE_VALUE, max(Fraction(int(room / count * FINEST), FINEST), Fraction(1, FINEST)))
    return max(main - count * each, Fraction(0)), each
