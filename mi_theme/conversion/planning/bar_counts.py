"""How the bars of a piece are counted on their way to another metre, and which are one run."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

from mi_theme.adaptation.frames import RATIOS, Frame
from mi_theme.conversion.planning.fitting import evened
from mi_theme.conversion.reading.note_groups import counted_meter
from mi_theme.conversion.reading.piece_reading import PieceReading
from mi_theme.meter import Meter
from mi_theme.score import Bar
from mi_theme.warp import Warp

__all__ = ["counted", "runs_through"]

OF_FOUR = {Fraction(1, 4), Fraction(3, 4)}  # of a beat: where both are struck, threes have no place for them
CROWDED = 4  # one of so many beats that are counted in halves
MOST_BARS = 16  # that are looked at
LEADING = 0.7  # share of a run that must be the lead's; other parts' notes may fill its rests
SHORTEST_RUN = (
    3  # notes after a rest, a beat of four but its first; with it, four: three and a rest are the end of a phrase
)
SHAKEN = Fraction(1, 8)  # quarters: notes as short are a trill


def counted(piece: PieceReading, meter: Meter, target: Meter, *, thin: bool, free: bool) -> Meter:
    """A metre as players count it for a target.

    Cut time in four where the tune runs in eighths; and for beats of threes rags and all that
    runs in sixteenths in half beats, which then swing, as four sixteenths are no three eighths.
    Broken chords stay even in threes, where notes may be left out, and need no other count.

    Parameters
    ----------
    piece, meter, target
        What is converted.
    thin
        Whether notes may be left out of runs.
    free
        Whether it is left to us how many bars become how many.

    Returns
    -------
    Meter
        The same metre, or one that counts its bar otherwise.
    """
    if meter.bar == target.bar:  # as 4/4 is for 2/2, which then only changes its name
        return meter
    plain = counted_meter(piece, meter)
    simple = not (meter.is_compound or meter.is_additive or meter.is_open)
    if not free or not simple or plain != meter or not target.is_compound or meter.groups[0] * meter.pulse != 1:
        return plain
    halves = Meter(f"{2 * meter.numerator}/{2 * meter.denominator}")
    if Fraction(len(halves.beats), len(target.beats)) not in RATIOS:
        return plain
    found = crowded = even = 0
    bars = [bar for bar in piece.bars if bar.number and bar.meter == meter and bar.length == meter.bar][:MOST_BARS]
    same, frame = Warp.linear(meter.bar, meter.bar * Fraction(3, 2)), Frame(meter)
    for bar in bars:
        places = piece.note_places(bar.start, bar.end)
        struck = {mark.at for mark in places if mark.starts and mark.lead}
        beats = [{at - beat for at in struck if beat <= at < beat + 1} for beat in frame.beats]
        found += sum(map(bool, beats))
        crowded += sum(beat >= OF_FOUR for beat in beats)
        even += thin and evened(same, places, piece.line(bar.start, bar.end), frame) != same
    return halves if CROWDED * crowded >= max(found, 1) and 2 * even < len(bars) else plain


def runs_through(piece: PieceReading, bar: Bar, beat: Fraction) -> bool:
    """Whether notes of one value, nearly all of them the lead's, fill a bar at two a beat or more; rests may part them into runs.

    Parameters
    ----------
    piece, bar, beat
        A bar of a piece, and how long its beats are, in quarters.
    """
    marks = [mark for mark in piece.note_places(bar.start, bar.end) if mark.starts]
    steps = [after - at for at, after in pairwise([*(mark.at for mark in marks), bar.length])]
    step = min(steps, default=bar.length)
    if not SHAKEN < step <= beat / 2 or any((mark.at / step).denominator > 1 for mark in marks):
        return False
    if any(mark.lasts > step < after for mark, after in zip(marks, steps, strict=True)):
        return False  # a note is held
    ends = [0, *(number for number, after in enumerate(steps, 1) if after > step), len(marks)]
    runs = [(start, stop) for start, stop in pairwise(ends) if start < stop]
    long = all(stop - start >= SHORTEST_RUN + (marks[start].at == 0) for start, stop in runs)
    filled = len(marks) * step == bar.length or (2 * len(marks) * step >= bar.length and long)
    return filled and sum(mark.lead for mark in marks) >= LEADING * len(marks)
