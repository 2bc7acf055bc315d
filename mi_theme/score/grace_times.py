"""When grace notes sound: one after another, in the time before their note."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from fractions import Fraction
from itertools import accumulate
from typing import NamedTuple

__all__ = ["GRACE_VALUE", "UntimedNote", "grace_times", "timed_graces"]

GRACE_VALUE = Fraction(1, 8)  # of a quarter, a thirty-second: what a grace note takes of the time before its note
MOST_TAKEN = Fraction(1, 2)  # of the note before: more would no longer be an ornament
FINEST = 10080  # parts of a quarter: the grid of scores


class UntimedNote(NamedTuple):
    """A note as notation has it: where it begins in quarters, its voice, whether it is a grace note, and whether it sounds with the grace note before it."""

    at: Fraction
    voice: int
    is_grace: bool
    with_before: bool = False


def timed_graces(notes: Sequence[UntimedNote]) -> dict[int, tuple[Fraction, Fraction]]:
    """Where grace notes begin, and how long they last: those before one note of a voice one after another.

    Parameters
    ----------
    notes
        Of one staff, by where they begin, grace notes first.

    Returns
    -------
    dict of (int, (Fraction, Fraction))
        By their places in `notes` start and length in quarters.
    """
    found: dict[int, tuple[Fraction, Fraction]] = {}
    before: dict[int, Fraction] = {}  # by voice: where its note before begins
    waiting: defaultdict[int, list[int]] = defaultdict(list)
    for place, note in enumerate([*notes, None]):
        for voice in [note.voice] if note else list(waiting):
            mine = waiting[voice]
            if mine and (note is None or not note.is_grace or note.at > notes[mine[0]].at):
                numbers = [*accumulate(not (notes[row].with_before and number) for number, row in enumerate(mine))]
                start, each = grace_times(notes[mine[0]].at, before.get(voice, Fraction(0)), numbers[-1])
                found |= {row: (start + (n - 1) * each, each) for n, row in zip(numbers, mine, strict=True)}
                mine.clear()
        if note and not note.is_grace:
            before[note.voice] = note.at
        elif note:
            waiting[note.voice].append(place)
    return found


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
