"""Who reads what: the parts of one player on the staves of an instrument."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby, takewhile
from typing import NamedTuple

import numpy as np

from mi_theme.notated.part_notes import NotesOfPart, NotesOfParts
from mi_theme.quantising.hands import KEYBOARDS, left_hand, wants_two_staves
from mi_theme.score import Score
from mi_theme.score import messages as m

__all__ = ["Player", "StaffOfPart", "players_of", "staves_of_player"]

OF_STAFF = re.compile(r"(.+) \((\d)\)")  # the name of a staff of a part, as the readers of notation have it
PLAIN_NAME = "Piano"  # of a keyboard whose parts have no name in common
HANDS = 2


class Player(NamedTuple):
    """Parts of a score that are read from the staves of one instrument, and its name."""

    name: str
    parts: tuple[int, ...]


class StaffOfPart(NamedTuple):
    """The notes of a staff, and the part that they are of: the first of several."""

    part: int
    notes: NotesOfPart


def players_of(score: Score) -> list[Player]:
    """The players of a score: each plays one part, or parts side by side on one instrument.

    These are staves of a part of notation, two keyboard tracks of one channel, as the two hands
    of a piano are often stored, and tracks that name one player.

    Parameters
    ----------
    score
        Any score.
    """
    found = []
    for (kind, *_, said), members in groupby(range(len(score.parts)), key=lambda index: _player(score, index)):
        parts = tuple(members)
        if len(parts) == 1 or (kind == "channel" and len(parts) != HANDS):
            found += [Player(score.parts[index].name, (index,)) for index in parts]
        else:
            found.append(Player(said or _common_words([score.parts[index].name for index in parts]), parts))
    return found


def _player(score: Score, index: int) -> tuple[str, int, int, str]:
    """What the parts of one player have in common: how it is known, two numbers, and its name where that is said."""
    part = score.parts[index]
    said = [data for _, data in score.tracks[part.track].metas(m.SEQUENCER) if data.startswith(m.PLAYER)]
    if said and not part.is_percussion:
        return "player", 0, 0, m.text_of(said[0].removeprefix(m.PLAYER))
    of_staff = OF_STAFF.fullmatch(part.name)
    if of_staff and not part.is_percussion:
        return "staves", part.program, 0, of_staff[1]
    return ("channel", part.program, part.channel, "") if part.program in KEYBOARDS else ("part", index, 0, "")


def _common_words(names: Sequence[str]) -> str:
    words = takewhile(lambda words: len(set(words)) == 1, zip(*(name.split() for name in names), strict=False))
    return " ".join(word for word, *_ in words).strip(" -_:,(") or PLAIN_NAME


def staves_of_player(score: Score, player: Player, parts: NotesOfParts) -> list[StaffOfPart]:
    """The staves that a player reads, from top to bottom.

    One part stands on one staff, or on two where it is for a keyboard and goes high and low;
    two parts are the two hands; more are put together and given to two hands.

    Parameters
    ----------
    score, player
        Whose.
    parts
        The notes of all parts of the score.
    """
    first, *others = player.parts
    alone, *more = [StaffOfPart(index, parts[index]) for index in player.parts]
    if not others:
        start, pitch = np.array([(row.start, row.pitch) for row in alone.notes.rows], np.int64).reshape(-1, 2).T
        only = sum(not part.is_percussion for part in score.parts) == 1
        split = not alone.notes.kept and wants_two_staves(score.parts[first], start, pitch, alone=only)
        return _by_hands(alone) if split else [alone]
    if len(others) == 1 or any(OF_STAFF.fullmatch(score.parts[index].name) for index in player.parts):
        return [alone, *more]
    rows = sorted(row for staff in (alone, *more) for row in staff.notes.rows)
    graces = alone.notes.graces.union(*(staff.notes.graces for staff in more))
    together = NotesOfPart([row._replace(voice=0) for row in rows], graces, kept=False, places=alone.notes.places)
    return _by_hands(StaffOfPart(first, together))


def _by_hands(staff: StaffOfPart) -> list[StaffOfPart]:
    """The notes of two hands; a grace note goes with its note."""
    rows, graces, *_ = staff.notes
    mains = [row for row in rows if row.order not in graces]
    start = np.array([row.start for row in mains], np.int64)
    pitch = np.array([row.pitch for row in mains], np.int64)
    left = {row.order for row, lower in zip(mains, left_hand(start, pitch).tolist(), strict=True) if lower}
    for grace in (row for row in rows if row.order in graces):
        near = min(mains, key=lambda row: (abs(row.start - grace.end), abs(row.pitch - grace.pitch)), default=grace)
        left |= {grace.order} if near.order in left else set()
    hands = ([row for row in rows if (row.order in left) is lower] for lower in (False, True))
    return [StaffOfPart(staff.part, staff.notes._replace(rows=hand)) for hand in hands]
