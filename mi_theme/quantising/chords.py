"""Notes that are struck together: chords, however a player spreads them."""

from __future__ import annotations

import numpy as np

from mi_theme.quantising.beatgrid import Floats, Ints

__all__ = ["SPREAD", "chords_of"]

SPREAD = 0.03  # seconds between the first and the last note of a chord: what is heard as together
SHARE = 0.1  # of a beat, where beats are fast


def chords_of(seconds: Floats, key: Ints, beat: Floats) -> Ints:
    """The number of the chord of each note.

    A note joins the chord before it when it begins within `SPREAD` of its first note and
    the chord does not have that key yet.

    Parameters
    ----------
    seconds
        Onsets, ascending, shape (n,).
    key
        What cannot be twice in one chord: a pitch of a part.
    beat
        Seconds of the beat at each note.
    """
    room = np.minimum(SPREAD, SHARE * beat).tolist()
    found = np.empty(len(seconds), np.int64)
    number, first, inside = -1, -np.inf, set[int]()
    for index, (at, note) in enumerate(zip(seconds.tolist(), key.tolist(), strict=True)):
        if at - first > room[index] or note in inside:
            number, first = number + 1, at
            inside.clear()
        inside.add(note)
        found[index] = number
    return found
