"""Typed music without bar lines, cut into bars of its metre."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from mi_theme.files.typed.model import TypedBar, TypedNote, TypedPitch

__all__ = ["cut_into_bars"]

MOST_BARS = 20_000


def cut_into_bars(long: TypedBar, length: Fraction) -> list[TypedBar]:
    """Bars of one length, in quarters, from one that holds all the music; notes that cross a bar line are tied.

    Raises
    ------
    ValueError
        Where there are more than any music has.
    """
    if long.length / length > MOST_BARS:
        raise ValueError(f"more than {MOST_BARS} bars")
    bars = [TypedBar() for _ in range(-int(-long.length // length))]
    for voice, items in long.voices.items():
        at = Fraction(0)
        for item in items:
            if not isinstance(item, TypedNote) or not item.lasts:
                bars[min(int(at // length), len(bars) - 1)].voices.setdefault(voice, []).append(item)
                continue
            left, first = item.lasts, True
            while left:
                inside = min(left, (at // length + 1) * length - at)
                piece = item if inside == item.lasts else _piece(item, inside, came=not first, goes=inside < left)
                bars[int(at // length)].voices.setdefault(voice, []).append(piece)
                at, left, first = at + inside, left - inside, False
    bars[0].left, bars[-1].right = long.left, long.right
    return bars


def _piece(note: TypedNote, lasts: Fraction, *, came: bool, goes: bool) -> TypedNote:
    """A part of a note that is cut; words and signs stay with the first."""
    pitches = [replace(pitch, lasts=None, ties=_ties(pitch, came=came, goes=goes)) for pitch in note.pitches]
    if came:
        return TypedNote(lasts, pitches, hidden=note.hidden)
    return replace(note, lasts=lasts, pitches=pitches)


def _ties(pitch: TypedPitch, *, came: bool, goes: bool) -> tuple[str, ...]:
    stops = came or "stop" in pitch.ties
    starts = goes or "start" in pitch.ties
    return ("stop",) * stops + ("start",) * starts
