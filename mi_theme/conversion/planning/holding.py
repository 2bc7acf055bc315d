"""Which note of a bar is held, where a strategy holds the bar at its beginning or at its end."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

from mi_theme.adaptation.frames import starts_of
from mi_theme.conversion.reading.piece_reading import NotePlace
from mi_theme.warp import Warp

__all__ = ["first_held", "last_held"]

EIGHTH, SIXTEENTH = Fraction(1, 2), Fraction(1, 4)
FEWEST_RUN = 4  # notes, the one before it among them


def first_held(base: Warp, marks: Sequence[NotePlace], first: Fraction) -> Warp:
    """A map that holds the first group, where a run sets out after a longer first note, or that group is a three: its first note alone is held.

    Parameters
    ----------
    base
        What a strategy proposes.
    marks
        In ascending order.
    first
        The length of the group that is held.
    """
    lead = [mark.at for mark in marks if mark.lead and mark.starts and mark.at < 2 * first]
    three = first == 3 * EIGHTH
    if len(lead) < (2 if three else FEWEST_RUN) or lead[0] or not lead[1] < first or 2 * first > base.source:
        return base
    steps = {b - a for a, b in pairwise([*lead[1:], 2 * first])}
    if (not three and (len(steps) > 1 or max(steps) >= lead[1])) or base(first) <= first:
        return base
    points = [(x, y) for x, y in base.points if not 0 < x < first]
    return Warp(sorted({*points, (lead[1], base(first) - (first - lead[1])), (first, base(first))}))


def last_held(
    base: Warp, marks: tuple[NotePlace, ...], figure: Sequence[Fraction]
) -> tuple[Warp, tuple[NotePlace, ...]]:
    """A map that holds the last group, where the lead has notes after its last long one: they lead into the next bar, and that one is held.

    A note that begins not a quarter of the group before it and sounds through its beginning is
    held too, and comes on the beat, which it would hide: it anticipates nothing any more.

    Parameters
    ----------
    base
        What a strategy proposes.
    marks
        In ascending order.
    figure
        The lengths of the groups.

    Returns
    -------
    tuple of (Warp, tuple of NotePlace)
        The map, and the marks for it.
    """
    lead = [mark.at for mark in marks if mark.lead and mark.starts]
    notes = list(pairwise([*lead, base.source]))
    if ahead := _on_its_beat(base, marks, notes, figure[-1]):
        beat = base.source - figure[-1]
        return ahead, tuple(mark._replace(before=None) if mark.before == beat else mark for mark in marks)
    held = next((note for note in reversed(notes) if 2 * (note[1] - note[0]) > figure[-1]), None)
    if held is None:
        return base, marks
    starts, more = starts_of(figure), base.target - base.source
    group = max((start for start in starts if start < held[1]), default=Fraction(0))
    if group < held[0] and 2 * (held[1] - max(group, held[0])) <= figure[-1]:
        return base, marks  # it ends soon after a beat: what it would be held over is not its own
    stop = held[1]
    if (stop / SIXTEENTH).denominator > 1 and held[0] < group:  # over into a tuplet, which stays whole
        stop, group = group, max(start for start in starts if start < group)
    points = [(group, group), (stop, stop + more)]
    return Warp(sorted({(Fraction(0), Fraction(0)), *points, (base.source, base.target)})), marks


def _on_its_beat(
    base: Warp, marks: Sequence[NotePlace], notes: Sequence[tuple[Fraction, Fraction]], last: Fraction
) -> Warp | None:
    """The map on which the lead's note that anticipates the last group begins it, if one does; two notes late in that group share the last beat."""
    beat = base.source - last
    at, stop = next((note for note in notes if note[0] < beat < note[1]), (beat, beat))
    onsets = [mark.at for mark in marks if mark.starts]
    if not 0 < beat - at <= last / 4 or any(at < other < stop for other in onsets):
        return None
    before, after = max((other for other in onsets if other < at), default=None), [x for x in onsets if stop <= x]
    if before is None:
        return None
    late = (stop / EIGHTH).denominator > 1 and len(after) * EIGHTH == last
    ends = [(x, base.target - last + number * EIGHTH) for number, x in enumerate(after)] if late else []
    points = [(before, before), (at, beat), *(ends or [(stop, stop + base.target - base.source)])]
    points.insert(2, (beat, beat + EIGHTH))  # on the grid for figures of accompanying parts, which go by groups
    return Warp(sorted({(Fraction(0), Fraction(0)), *points, (base.source, base.target)}))
