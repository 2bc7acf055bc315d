"""Pictures in words, for those who cannot see them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction

from mi_theme.adaptation.plans import Fate, Plan
from mi_theme.meter import Grouping, Meter
from mi_theme.pitch import LETTERS, SIGNS
from mi_theme.score import Bar, Score
from mi_theme.themes import Adaptation
from mi_theme.views.bars import pulse_name
from mi_theme.views.staves import Head, Staff
from mi_theme.views.versions import Join

__all__ = ["bar_map_words", "necklace_words", "notation_words", "piano_roll_words", "weight_profile_words"]


FINEST = 10080  # parts of a quarter
MOST_SPOKEN = 24  # notes of a staff
JOINS = {
    "kept": "in the same place",
    "moved": "moved",
    "dropped": "left out",
    "added": "added",
    "found": "of the theme",
    "changed": "of the theme but changed",
}


def bar_map_words(adaptation: Adaptation | Plan) -> str:
    """What becomes of each note, one after another.

    Parameters
    ----------
    adaptation
        What `Theme.to_meter` returns, or its plan.

    Returns
    -------
    str
        Sentences.
    """
    plan = adaptation.plan if isinstance(adaptation, Adaptation) else adaptation
    shape = f" as {plan.grouping}" if plan.grouping else ""
    fates = "; ".join(f"bar {fate.bar}, {_fate(fate, plan.source, plan.target)}" for fate in plan.fates())
    return f"Bar map of {plan.source} to {plan.target}{shape}, by {plan.how}. {fates}."


def necklace_words(*rhythms: str | Grouping) -> str:
    """Which pulses of the circle are struck.

    Parameters
    ----------
    *rhythms
        Groupings or their text.

    Returns
    -------
    str
        Sentences.
    """
    return "; ".join(_necklace(Grouping(rhythm)) for rhythm in rhythms) + "."


def weight_profile_words(meter: str | Meter) -> str:
    """The pulses in the order of their weight.

    Parameters
    ----------
    meter
        A metre, or its text.

    Returns
    -------
    str
        Sentences.
    """
    meter = Meter(meter)
    order = sorted(range(meter.pulses), key=lambda pulse: -meter.ranks[pulse])
    heavy = ", ".join(str(pulse + 1) for pulse in order)
    starts = _listed([pulse + 1 for pulse in meter.beats])
    name = pulse_name(meter)
    return (
        f"Metrical weights of {meter}, counted in {name}s: beats begin on {starts}; from heaviest to lightest, {heavy}."
    )


def piano_roll_words(score: Score, shown: Sequence[Bar]) -> str:
    """Of some bars of a score: numbers and metres, parts and how many of their notes begin there.

    Parameters
    ----------
    score
        What is drawn.
    shown
        The bars that are drawn.

    Returns
    -------
    str
        Sentences.
    """
    metres = ", then ".join(dict.fromkeys(str(bar.meter) for bar in shown))
    onsets = score.note_table()["onset"]
    inside = (onsets >= float(shown[0].start)) & (onsets < float(shown[-1].end)) if shown else onsets < 0
    counts = Counter(score.note_table()["part"][inside].tolist())
    parts = "; ".join(f"{score.parts[part].name}, {counts[part]} notes" for part in sorted(counts))
    if not shown:
        return "Piano roll of an empty score."
    last = score.meters.at(max(score.quarters - Fraction(1, FINEST), Fraction(0))).number
    whole = f" of {last}" if last > shown[-1].number else ""
    return f"Piano roll of bars {shown[0].number} to {shown[-1].number}{whole} in {metres}. {parts or 'No notes'}."


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


def _fate(fate: Fate, source: Meter, target: Meter) -> str:
    """One note's way, in eighths or other pulses counted from 1."""
    if fate.was is None:
        return f"{fate.name} added on {target.signature} pulse {(fate.now or 0) / target.pulse + 1}"
    before = f"{fate.name} on pulse {fate.was / source.pulse + 1}"
    return f"{before} left out" if fate.now is None else f"{before} goes to pulse {fate.now / target.pulse + 1}"


def _necklace(rhythm: Grouping) -> str:
    starts = _listed([start + 1 for start in rhythm.starts])
    pulses = f"{rhythm.total} pulse{'s' * (rhythm.total > 1)}"
    return f"Necklace of {rhythm}: {pulses} on a circle, clockwise from the top; struck: {starts}"


def _listed(numbers: Sequence[int]) -> str:
    *most, last = map(str, numbers)
    return f"{', '.join(most)} and {last}" if most else last
