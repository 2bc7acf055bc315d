"""Engraved notation in words, for those who cannot see it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from mi_theme.engraving.contents.version_notation import Join
from mi_theme.engraving.staves import Head, Staff
from mi_theme.pitch import LETTERS, SIGNS

__all__ = ["notation_words"]

MOST_SPOKEN = 24  # notes of a staff
JOINS = {
    "kept": "in the same place",
    "moved": "moved",
    "dropped": "left out",
    "added": "added",
    "found": "of the theme",
    "changed": "of the theme but changed",
}


def notation_words(staves: Sequence[Staff], joined: Sequence[Join]) -> str:
    """What is on each staff, note by note, and how many notes stay, move, go and come from one to the next.

    Parameters
    ----------
    staves
        What is engraved.
    joined
        The lines from note to note.

    Returns
    -------
    str
        Sentences.
    """
    frames = staves[0].frames
    first, last = frames[0][0].number, frames[-1][-1].number
    span = f"bars {first} to {last}" if last > first else f"bar {first}"
    counts = Counter(join.kind for join in joined)
    lines = [f"{counts[kind]} {words}" for kind, words in JOINS.items() if counts[kind]]
    spoken = f" Notes: {', '.join(lines)}." if lines else ""
    return f"Notation of {span}. {'; '.join(map(_staff, staves))}.{spoken}"


def _staff(staff: Staff) -> str:
    """Metre and notes of a staff, lengths in quarters; of a long one its beginning."""
    notes = list(staff.notes)
    shown = [f"{' '.join(map(_head, note.heads))} {note.end - note.start}" for note in notes[:MOST_SPOKEN]]
    rest = [f"and {len(notes) - MOST_SPOKEN} more"] if len(notes) > MOST_SPOKEN else []
    metres = " then ".join(dict.fromkeys(str(bar.meter) for frame in staff.frames for bar in frame))
    label = ", ".join(dict.fromkeys([metres, *staff.labels]))
    return f"{label}: {', '.join(shown + rest) or 'silent'}"


def _head(head: Head) -> str:
    return "stroke" if head.shape else f"{LETTERS[head.step % 7]}{SIGNS[head.alter]}"
