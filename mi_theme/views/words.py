"""Pictures in words, for those who cannot see them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction

from mi_theme.adaptation.plans import NoteMapping, Plan
from mi_theme.meter import Grouping, Meter
from mi_theme.score import Bar, Score
from mi_theme.themes import Adaptation
from mi_theme.views.bars import pulse_name

__all__ = ["bar_map_words", "necklace_words", "piano_roll_words", "weight_profile_words"]


MOMENT = Fraction(1, 10080)  # of a quarter, just before the end


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
    fates = "; ".join(f"bar {fate.bar}, {_fate(fate, plan.source, plan.target)}" for fate in plan.mappings())
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
    last = score.meters.at(max(score.quarters - MOMENT, Fraction(0))).number
    whole = f" of {last}" if last > shown[-1].number else ""
    return f"Piano roll of bars {shown[0].number} to {shown[-1].number}{whole} in {metres}. {parts or 'No notes'}."


def _fate(fate: NoteMapping, source: Meter, target: Meter) -> str:
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
