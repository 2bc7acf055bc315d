"""A plan in an arranger's words: was, now, kept, changed, heard, instead, basis."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import NamedTuple

from mi_theme.adaptation.costs import order_cost
from mi_theme.adaptation.frames import FAMOUS
from mi_theme.adaptation.plans import NoteMapping, Plan
from mi_theme.adaptation.strategies import STRATEGIES
from mi_theme.meter import EIGHTH, Meter

__all__ = [
    "PlanBlock",
    "basis",
    "blocks",
    "changed",
    "drawn",
    "duration_name",
    "explained",
    "headline",
    "heard",
    "kept",
    "matters",
    "place_name",
    "shape",
    "title",
]

DURATION_NAMES = {
    Fraction(1, 16): "sixty-fourth",
    Fraction(1, 8): "thirty-second",
    Fraction(1, 4): "sixteenth",
    Fraction(3, 8): "dotted sixteenth",
    Fraction(1, 2): "eighth",
    Fraction(3, 4): "dotted eighth",
    Fraction(1): "quarter",
    Fraction(3, 2): "dotted quarter",
    Fraction(2): "half",
    Fraction(3): "dotted half",
    Fraction(4): "whole",
}
TUPLET_NAMES = {3: "triplet", 5: "quintuplet", 7: "septuplet"}
TOLD_PARTS = 8  # parts of an eighth that durations are told in
MOST_CELLS = 32  # a bar drawn finer than this is listed instead


class PlanBlock(NamedTuple):
    """Some bars of a plan in words: a `headline`, and for each matter a row of a word (was, now, kept ...) and a text."""

    headline: str
    rows: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, headline: str, rows: Iterable[tuple[str, str]]) -> PlanBlock:
        """Without the rows that say nothing."""
        return cls(headline, tuple(row for row in rows if row[1]))

    def __str__(self) -> str:
        return "\n".join([self.headline, *(f"  {word:8} {text}" for word, text in self.rows)])


def explained(plan: Plan) -> str:
    """The whole explanation, a line a matter."""
    return "\n\n".join(map(str, blocks(plan)))


def blocks(plan: Plan) -> list[PlanBlock]:
    """The same for tables; the plan of a figure is one block, that of a score has many."""
    return [PlanBlock.of(headline(plan), matters(plan))]


def matters(plan: Plan) -> list[tuple[str, str]]:
    """What is said under the headline: a word for each matter, and its text."""
    rows = [("was", drawn(plan, before=True)), ("now", drawn(plan, before=False) + shape(plan))]
    rows += [("kept", kept(plan)), ("changed", changed(plan)), ("added", _added(plan)), ("heard", heard(plan))]
    rows += [("why", "; ".join(map(str, plan.reasons)))]
    rows += [("instead", " | ".join(plan.instead)), ("basis", basis(plan))]
    return [(word, text) for word, text in rows if text]


def duration_name(duration: Fraction) -> str:
    """``quarter``, ``dotted quarter``, ``5 sixteenths`` ...; what no one writes is rounded to sixteenths."""
    duration = _told(duration) or Fraction(1, 4)
    return DURATION_NAMES.get(duration) or _counted(duration)


def _told(time: Fraction) -> Fraction:
    return time if (time / EIGHTH).denominator <= TOLD_PARTS else Fraction(round(4 * time), 4)


def _counted(duration: Fraction) -> str:
    """As a count of the longest value up to a quarter that measures it, a tuplet's if need be."""
    unit = Fraction(1, duration.denominator)
    odd = unit.denominator // (unit.denominator & -unit.denominator)
    written = Fraction(
        odd, 1 << odd.bit_length() - 1
    )  # how much longer a value of this tuplet is written than it lasts
    while unit * written < 1 and duration / unit % 2 == 0:
        unit *= 2
    name = f"{TUPLET_NAMES.get(odd, '')} {DURATION_NAMES[unit * written]}".strip()
    return name if duration == unit else f"{duration / unit} {name}s"


def place_name(meter: Meter, position: Fraction) -> str:
    """A place in a bar as players count it: ``beat 3``, ``the and of 2``, ``eighth 7 (group 3)``, ``a sixteenth after beat 1``."""
    name, past = _mark_before(meter, _told(position) % meter.bar)
    return f"{_amount(past)} after {name}" if past else name


def _mark_before(meter: Meter, at: Fraction) -> tuple[str, Fraction]:
    """The last place with a name that is not after a place in the bar, and how long before."""
    beat = max(index for index, start in enumerate(meter.beats) if start * meter.pulse <= at)
    within, length = at - meter.beats[beat] * meter.pulse, meter.groups[beat] * meter.pulse
    if meter.is_additive or (meter.is_compound and within >= meter.pulse):
        return f"{duration_name(meter.pulse)} {at // meter.pulse + 1} (group {beat + 1})", at % meter.pulse
    past = within % (length / 2)
    if meter.is_compound or within < length / 2 or past.denominator & (past.denominator - 1):
        return f"beat {beat + 1}", within
    return f"the and of {beat + 1}", past


def _amount(duration: Fraction) -> str:
    name = duration_name(duration)
    return name if name[0].isdigit() else f"a{'n' * (name[0] in 'aeiou')} {name}"


def headline(plan: Plan) -> str:
    """The bars, the metres, what is equal to what, and the strategy in players' words."""
    count = len(plan.lines)
    bars = f"bars 1-{count}" if count > 1 else "bar 1"
    figure = "+".join(str(group / plan.source.pulse) for group in plan.figure)
    source = f"{plan.source.signature} ({figure}{'' if plan.figure_source == 'metre' else ', ' + _FIGURES[plan.figure_source]})"
    return f"{bars}   {source} -> {plan.target}   {_equation(plan)}     {title(plan)}"


_FIGURES = {"given": "as given", "notes": "read off the notes"}


def _equation(plan: Plan) -> str:
    (m, n), pulse = plan.bars, duration_name(min(plan.source.pulse, plan.target.pulse))
    change = plan.target.bar * n - plan.source.bar * m
    amount = f"{'one ' * (abs(change) in DURATION_NAMES)}{duration_name(abs(change))}"
    size = f"{amount} {'longer' if change > 0 else 'shorter'}" if change else "as long as before"
    bars = "bar" if m == n == 1 else f"{m} bar{'s' * (m > 1)} to {n},"
    return f"{pulse} = {pulse}, {bars} {size}"


def title(plan: Plan) -> str:
    """The strategy in players' words."""
    if plan.how == "regroup":
        if plan.untouched >= plan.source.bar / 2:
            return (
                "TRIM THE TAIL"
                if plan.warp.target < plan.warp.source
                else "AS IT WAS"
                if plan.warp.is_identity
                else "STRETCH THE TAIL"
            )
        return "REGROUP"
    return STRATEGIES[plan.how].players.upper() if plan.how in STRATEGIES else plan.how.upper()


def drawn(plan: Plan, before: bool) -> str:
    """The bars as rows of pulses, or finer: a name where a note begins, a dot elsewhere; before and after on one grid."""
    unit = _unit(plan)
    meter = plan.source if before else plan.target
    length = min(plan.source.bar, plan.warp.source) * len(plan.lines)  # a pick-up is shorter than a bar
    end, rows = length if before else plan.warp(length), []
    places = [
        (_absolute(plan, note, before), note.name)
        for note in plan.mappings()
        if (note.was if before else note.now) is not None
    ]
    for index in range(-(-end // meter.bar)):
        start = index * meter.bar
        inside = [(at - start, name) for at, name in places if start <= at < start + meter.bar]
        rows.append(_row(inside, min(meter.bar, end - start), meter.pulse, unit))
    return " | ".join(rows)


def _absolute(plan: Plan, note: NoteMapping, before: bool) -> Fraction:
    """A note's place counted from the first bar line."""
    start = (note.bar - 1) * plan.source.bar
    return start + (note.was or 0) if before else plan.bar_start(note.bar - 1) + (note.now or 0)


def _unit(plan: Plan) -> Fraction:
    """The pulse, or the half or quarter of it, in which every note stands before and after, triplets apart."""
    places = [at for note in plan.mappings() for at in (note.was, note.now) if at is not None]
    plain = [at for at in places if at.denominator & (at.denominator - 1) == 0]
    bar, unit = max(plan.source.bar, plan.target.bar), min(plan.source.pulse, plan.target.pulse)
    while any((at / unit).denominator > 1 for at in plain) and 2 * bar / unit <= MOST_CELLS:
        unit /= 2
    return unit


def _row(places: Sequence[tuple[Fraction, str]], length: Fraction, pulse: Fraction, unit: Fraction) -> str:
    names = dict(places)
    cells = [names.get(index * unit, ".") for index in range(int(length / unit))]
    if length / unit > MOST_CELLS or sum(cell != "." for cell in cells) < len(names):
        return " ".join(f"{name}@{at / pulse}" for at, name in places)
    return " ".join(cells)


def shape(plan: Plan) -> str:
    """The grouping, and the name of the shape it has when its last two groups are joined."""
    grouping = plan.grouping
    if not grouping:
        return ""
    words = f"     {grouping}" + (" (a hemiola)" if plan.is_hemiola else "")
    *first, last, end = (0, *grouping.parts)
    if known := FAMOUS.get(grouping.parts):
        return f"{words}: {known}"
    joined = (*first[1:], last + end)
    return (
        f"{words}: {FAMOUS[joined]} ({'+'.join(map(str, joined))}), its last group split" if joined in FAMOUS else words
    )


def kept(plan: Plan) -> str:
    notes = [note for note in plan.mappings() if note.was is not None]
    kept = [note for note in notes if note.now is not None]
    whole = {0: "the rests", 1: "the note"}.get(len(notes), f"all {len(notes)} notes")
    phrases = [whole if len(kept) == len(notes) else f"{len(kept)} of {len(notes)} notes"]
    if plan.sounds_the_same:
        phrases.append(
            "sounds the same"
            if plan.warp.is_identity
            else "every proportion: with bar = bar it sounds the same"
            if plan.bars[0] == plan.bars[1]
            else "every proportion"
        )
    elif quarters := int(plan.untouched):
        phrases.append("the first quarter untouched" if quarters == 1 else f"the first {quarters} quarters untouched")
    if len(plan.groups) == len(plan.figure) and not order_cost(plan.figure, plan.groups):
        phrases.append(_long_short(plan.groups))
    return "; ".join(phrases)


def _long_short(groups: Sequence[Fraction]) -> str:
    if len(set(groups)) != 2:
        return "the order of long and short"
    return " ".join("long" if group == max(groups) else "short" for group in groups)


def changed(plan: Plan) -> str:
    """Changes of duration, notes with the same change together; notes left out last."""
    found: dict[str, list[NoteMapping]] = {}
    for note in plan.mappings():
        if note.was is not None and note.lasts != note.lasted:
            names = duration_name(note.lasted), "" if note.lasts is None else duration_name(note.lasts)
            if names[0] != names[1]:
                found.setdefault(" -> ".join(names) if names[1] else "left out", []).append(note)
    return "; ".join(f"{_numbers(plan, notes)}: {change}" for change, notes in found.items())


def _added(plan: Plan) -> str:
    added = [note for note in plan.mappings() if note.was is None]
    return f"{_numbers(plan, added)} again" if added else ""


def _numbers(plan: Plan, notes: Sequence[NoteMapping]) -> str:
    """``notes 3, 4 of each bar``, or bar by bar where bars differ."""
    bars = range(1, len(plan.lines) + 1)
    by_bar = [tuple(dict.fromkeys(note.number for note in notes if note.bar == bar)) for bar in bars]
    if len(by_bar) == 1:
        return _note_words(by_bar[0])
    if len(set(by_bar)) == 1:
        return f"{_note_words(by_bar[0])} of each bar"
    return ", ".join(
        f"{_note_words(numbers)} of bar {bar}" for bar, numbers in zip(bars, by_bar, strict=True) if numbers
    )


def _note_words(numbers: Sequence[int]) -> str:
    return f"note{'s' * (len(numbers) > 1)} {', '.join(map(str, numbers))}"


def heard(plan: Plan) -> str:
    """Notes of the first bar that fall off the target's beats, and how they sound there, where that is not as before."""
    aside = [note for note in plan.mappings() if note.bar == 1 and note.now is not None and note.lasts is not None]
    aside = [note for note in aside if (note.now or 0) % plan.target.bar not in _beats(plan.target)]
    if not aside:
        return "every note on a beat" if any(plan.lines) and not plan.target.is_open else ""
    phrases = []
    for note in aside:
        now = _standing(plan.target, note.now or Fraction(0), note.lasts or Fraction(0))
        if note.was is None or now != _standing(plan.source, note.was, note.lasted):
            phrases.append(f"note {note.number} {now}")
    return "; ".join(phrases)


def _beats(meter: Meter) -> set[Fraction]:
    return {beat * meter.pulse for beat in meter.beats} | {meter.bar}


def _standing(meter: Meter, position: Fraction, lasts: Fraction) -> str:
    """Where a note stands, and over what it is held."""
    place, at = place_name(meter, position), position % meter.bar
    words = f"comes {place}" if " after " in place else f"on {place}"
    if crossed := sorted(beat for beat in _beats(meter) if at < beat < at + lasts):
        return f"{words}, held over {'the bar line' if crossed[0] == meter.bar else place_name(meter, crossed[0])}"
    return f"{words}, pushing into the next bar" if at + lasts == meter.bar else words


def basis(plan: Plan) -> str:
    computed = f"computed by {plan.how}, cost {plan.cost:.2f}"
    return f"{computed}; {plan.remark}" if plan.remark else computed
