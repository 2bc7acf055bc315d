"""A score's plan in an arranger's words, consecutive bars that are alike together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import groupby

from mi_theme.adaptation import wording
from mi_theme.adaptation.frames import Reason, frame_of, starts_of
from mi_theme.adaptation.plans import BarNotes, Plan
from mi_theme.adaptation.strategies import find
from mi_theme.adaptation.swing import straightened, swing_in, swung
from mi_theme.adaptation.tempo_equations import common_unit, counted_bars, equation_words
from mi_theme.conversion.parts.placements import PartPattern
from mi_theme.conversion.reading.grid import GRID
from mi_theme.conversion.scoreplan import Change, ScorePlan, Span
from mi_theme.meter import Meter
from mi_theme.score.percussion_keys import drum_key
from mi_theme.warp import Warp

__all__ = ["MOST_SHOWN", "blocks", "explained", "figure_plan"]

MOST_SHOWN = 4  # bars drawn of a stretch
MOST_LISTED = 12  # parts and bars named in a stretch
MOST_NAMED = 4  # places of notes named; JSON has them all
DETACHED = Fraction(1, 2)  # the least share of a note that sounds
EVEN_SHARES = Fraction(1, 10)  # how much the shares may differ in notes that are all detached alike


def explained(plan: ScorePlan) -> str:
    """The whole plan: a summary, then every stretch."""
    return "\n\n".join(map(str, blocks(plan)))


def blocks(plan: ScorePlan) -> list[wording.PlanBlock]:
    """The same block by block, for tables."""

    def likeness(index: int) -> object:
        span = plan.spans[index]
        base = None if span.how and find(span.how).by_notes else span.base  # which differs from bar to bar
        return span.how, base, span.source, span.target, span.why

    runs = groupby(range(len(plan.spans)), key=likeness)
    return [_summary(plan), *(_stretch(plan, list(run)) for _, run in runs)]


def _summary(plan: ScorePlan) -> wording.PlanBlock:
    lost, more = len(plan.dropped), len(plan.added)
    counts = (
        f"{lost or 'no'} note{'s' * (lost != 1)} left out, {more or 'none'} added"
        if lost or more
        else "no note left out, none added"
    )
    converted = sum(span.last - span.first + 1 for span in plan.spans if span.how)
    bars = sum(span.last - span.first + 1 for span in plan.spans)
    headline = f"{plan.source} -> {plan.target} by {plan.how}: {converted} of {bars} bars, {counts}"
    rows = [("lead", plan.lead or "none: no part has pitch"), ("tempo", tempo_words(plan))]
    rows += [("chosen", plan.because), ("asked", str(plan.request)), *(("note", note) for note in plan.notes)]
    return wording.PlanBlock.of(headline, [*rows, ("note", _same(plan) if plan.sounds_the_same else "")])


def _same(plan: ScorePlan) -> str:
    """What changes in a plan under which all sounds go on alike."""
    if plan.keep == "bar" and plan.ratio != 1:
        few, many = counted_bars(plan.ratio.denominator), counted_bars(plan.ratio.numerator)
        return f"the same speed: {few} felt as {many.removesuffix(' bar').removesuffix(' bars')}"
    return "sounds the same: only the notation or the tempo changes"


def tempo_words(plan: ScorePlan) -> str:
    """The tempo equation, and what happens to quarters a minute."""
    change = "" if plan.tempo == 1 else f"; quarters a minute times {1 / plan.tempo}"
    return equation_words(plan.source, plan.target, plan.ratio, plan.keep) + change


def _stretch(plan: ScorePlan, indices: Sequence[int]) -> wording.PlanBlock:
    spans = [plan.spans[index] for index in indices]
    first, last = spans[0].first, spans[-1].last
    bars = f"bar {first}" if first == last else f"bars {first}-{last}"
    if not spans[0].how:
        return wording.PlanBlock(f"{bars}   {spans[0].source}   as before ({spans[0].why})")
    figure = figure_plan(plan, spans)
    shaped = replace(figure, warp=spans[0].base)
    moved = find(figure.how).holds and set(starts_of(figure.groups)) <= set(
        frame_of(figure.target, figure.bars[1]).beats
    )
    shaped = figure if moved else shaped  # an earlier note may be what is held
    rows = [
        ("was", wording.drawn(figure, before=True)),
        ("now", wording.drawn(figure, before=False) + wording.shape(shaped)),
    ]
    rows += [
        ("kept", _kept(plan, spans, figure)),
        ("changed", wording.changed(figure)),
        ("heard", _heard(plan, spans, figure)),
        ("why", _why(spans)),
    ]
    rows += [("fitted", _fitted(spans)), ("parts", " | ".join(_parts(plan, indices)))]
    rows += [(word, _listed(plan, spans, word)) for word in ("dropped", "added")]
    rows += [
        ("instead", " | ".join(plan.instead)),
        ("basis", f"{wording.basis(figure)}; our reconstruction, not a transcription"),
    ]
    return wording.PlanBlock.of(_headline(plan, shaped, spans[0].base, bars), rows)


def figure_plan(plan: ScorePlan, spans: Sequence[Span]) -> Plan:
    """The first bars of a stretch as a figure's plan, for its words."""
    shown = [spans[0]]
    for span in spans[1:]:
        if sum(s.last - s.first + 1 for s in shown) + span.last - span.first + 1 <= MOST_SHOWN:
            shown.append(span)
    shown = list(spans[: len(shown)])
    warps = [_straight_warp(span, plan.swing) for span in shown]
    warp = warps[0]
    if any(other != warp for other in warps):
        for other in warps[1:]:
            warp = warp.beside(other)
    lines = tuple(line for span in shown for line in _straight_lines(span, plan.swing))
    first = shown[0]
    return Plan(
        source=first.source,
        target=first.target,
        how=first.how,
        warp=warp,
        figure=first.figure,
        figure_source=plan.figure_source,
        lines=lines,
        cost=sum(plan.heard[span.first] for span in spans) / len(spans),
        repeats=first.repeats,
    )


def _straight_warp(span: Span, swing: Fraction | None) -> Warp:
    """The map of a span as it is between even eighths, where they are swung."""
    if swing is None or span.warp.is_identity:
        return span.warp
    warp, again = swung(span.warp.source, swing).inverse().then(span.warp), swing_in(span.target, swing)
    return warp.then(swung(warp.target, again)) if again else warp


def _straight_lines(span: Span, swing: Fraction | None) -> Iterator[BarNotes]:
    """The lead's notes bar by bar, swung ones as they are written."""
    bar, straight = span.source.bar, swung(span.warp.source, swing) if swing else Warp.identity(span.warp.source)
    notes = _full_length(
        [(straight(at), straight(at + lasts), name) for at, lasts, name in span.line], span.warp.source
    )
    for index in range(span.last - span.first + 1):
        yield BarNotes(
            (onset - index * bar, _written(end - onset), name)
            for onset, end, name in notes
            if index * bar <= onset < (index + 1) * bar
        )


def _full_length(notes: list[tuple[Fraction, Fraction, str]], end: Fraction) -> list[tuple[Fraction, Fraction, str]]:
    """Notes (onset, end, name) as long as they are written, where all sound for one share of the time to the next."""
    nexts = [*(at for at, _, _ in notes[1:]), end][: len(notes)]
    shares = sorted((stop - at) / (after - at) for (at, stop, _), after in zip(notes, nexts, strict=True) if after > at)
    if len(shares) < 2 or not DETACHED <= shares[0] <= shares[-1] < 1 or shares[-1] - shares[0] > EVEN_SHARES:
        return notes
    return [(at, after, name) for (at, _, name), after in zip(notes, nexts, strict=True)]


def _written(duration: Fraction) -> Fraction:
    """A duration as it would be written: what is played a little short is rounded to sixteenths."""
    return duration if (duration * 12).denominator == 1 else max(Fraction(round(4 * duration), 4), Fraction(1, 4))


def _headline(plan: ScorePlan, figure: Plan, base: Warp, bars: str) -> str:
    groups = "+".join(str(group / figure.source.pulse) for group in figure.figure)
    said = {"notes": ", read off the notes", "given": ", as given"}.get(plan.figure_source, "")
    shown = f" ({groups}{said})" if said or figure.source.is_additive or figure.source.is_open else ""
    source = f"{figure.source.signature}{shown} -> {figure.target}"
    return f"{bars}   {source}   {tempo_words(plan)}, {_size(plan, figure)}     {_title(plan, figure, base)}"


def _title(plan: ScorePlan, figure: Plan, base: Warp) -> str:
    """The strategy in players' words, with the shape that it makes of equal beats."""
    holds = find(figure.how).holds
    title = f"HOLD THE {holds.upper()}" if holds else wording.title(figure)
    if holds == "last" and figure.groups != replace(figure, warp=base).groups:
        title += " LONG NOTE"
    counts = [group / common_unit(plan.source, plan.target) for group in figure.groups]
    shaped = bool(holds) and all(count.denominator == 1 for count in counts)
    return f"{title} ({'+'.join(map(str, counts))})" if shaped else title


def _kept(plan: ScorePlan, spans: Sequence[Span], figure: Plan) -> str:
    """What a listener has again, the bars' own order included."""
    phrases = [wording.kept(figure)]
    if all(span.frames[0].bars == span.frames[1].bars for span in spans) and not figure.sounds_the_same:
        phrases.append("every downbeat")
        count = spans[-1].last - spans[0].first + 1
        phrases += [
            f"{size}-bar phrases" if count > size else f"the {size}-bar phrase" for size in (4,) if count % size == 0
        ]
    return "; ".join(phrases)


def _heard(plan: ScorePlan, spans: Sequence[Span], figure: Plan) -> str:
    """Where beats of equal length have gone, and notes off the beat."""
    phrases = list(_beats_heard(spans[0], common_unit(plan.source, plan.target)))
    notes = wording.heard(figure)
    return "; ".join([*phrases, *([notes] if notes and (not phrases or notes != "every note on a beat") else [])])


def _why(spans: Sequence[Span]) -> str:
    """What decided where the notes were weighed: the reasons of all bars together, their weight as in the mean bar."""
    if not find(spans[0].how).by_notes or spans[0].repeats:
        return ""
    totals: dict[tuple[str, str], float] = {}
    for term, means, saved in (reason for span in spans for reason in span.reasons):
        totals[term, means] = totals.get((term, means), 0.0) + saved
    found = [Reason(*words, total / len(spans)) for words, total in sorted(totals.items(), key=lambda item: -item[1])]
    return "; ".join(map(str, found)) or "the nearest places on the grid: nothing speaks for others"


def _beats_heard(span: Span, unit: Fraction) -> Iterator[str]:
    source, target = span.source, span.target
    if (
        span.base.is_linear
        or source.is_additive
        or target.is_additive
        or span.frames[0].bars != 1
        or span.frames[1].bars != 1
    ):
        return
    if {group * meter.pulse for meter in (source, target) for group in meter.groups} != {unit}:
        return
    longer = span.base(unit) - unit
    if longer > 0 and longer % unit == 0 and not span.repeats:
        yield f"downbeat {'one beat' if longer == unit else f'{longer / unit} beats'} longer"
    for beat in range(1, len(source.beats)):
        image = span.base(beat * unit) / unit
        if span.base.keeps(beat * unit) and image != beat and image.denominator == 1:
            yield f"old beat {beat + 1} is now {image + 1}"


def _size(plan: ScorePlan, figure: Plan) -> str:
    if find(figure.how).meets_bars:
        return "no note moves"
    change = figure.target.bar * plan.ratio.numerator - figure.source.bar * plan.ratio.denominator
    if not change:
        return "bar as long as before" if plan.ratio == 1 else "as long as before"
    return f"bar {_length(abs(change))} {'longer' if change > 0 else 'shorter'}"


def _length(change: Fraction) -> str:
    return (
        "one beat"
        if change == 1
        else f"one {wording.duration_name(change)}"
        if change in wording.DURATION_NAMES
        else f"{change} quarters"
    )


def _fitted(spans: Sequence[Span]) -> str:
    """How many bars have notes that found places of their own within the groups."""
    bent = [span for span in spans if span.warp != span.base]
    if not bent:
        return ""
    if len(bent) == len(spans):
        return "notes inside the groups placed on the sixteenth grid"
    shown = ", ".join(str(span.first) for span in bent[:MOST_LISTED])
    return f"notes inside the groups placed on the sixteenth grid in bars {shown}{' ...' * (len(bent) > MOST_LISTED)}"


def _parts(plan: ScorePlan, indices: Sequence[int]) -> Iterator[str]:
    """Who plays what: pitched parts by the map, each drum as it comes out."""
    made = Counter(p for index in indices if index < len(plan.patterns) for p in plan.patterns[index])
    anew = {pattern.part for pattern in made}
    pitched = [name for name, percussion in plan.parts if not percussion and name not in anew]
    if pitched:
        shown = pitched[:MOST_LISTED]
        yield f"{', '.join(shown)}{' ...' * (len(pitched) > MOST_LISTED)}: by the map"
    yield from _patterns([pattern for pattern, _ in made.most_common()])
    if not any(percussion for _, percussion in plan.parts):
        return
    if plan.request.drums != "pulse":
        yield {
            "keep": "Drums: by the map",
            "pattern": f"Drums: a stock pattern for {plan.target}",
            "mute": "Drums: silent",
        }[plan.request.drums]
        return
    runs = Counter(
        (run.key, run.was, run.now, run.even) for index in indices if index < len(plan.runs) for run in plan.runs[index]
    )
    commonest = {key: (was, now, even) for (key, was, now, even), _ in reversed(runs.most_common())}
    alike: dict[str, list[str]] = {}
    for key, (was, now, even) in reversed(commonest.items()):
        words = f"even, {was} -> {now} strokes" if even else f"by beats, {was} -> {now}"
        alike.setdefault(words, []).append(drum_key(key).name.capitalize())
    yield from (f"{', '.join(dict.fromkeys(names))}: {words}" for words, names in alike.items())


def _patterns(made: Sequence[PartPattern]) -> Iterator[str]:
    """Accompanying parts that are made anew, those that play one thing together; each as in most bars."""
    by_what: dict[str, list[PartPattern]] = {}
    for pattern in {(p.part, p.what): p for p in reversed(made)}.values():
        by_what.setdefault(pattern.what, []).append(pattern)
    for what, mine in reversed(by_what.items()):
        counts = {(pattern.was, pattern.now) for pattern in mine}
        strokes = " or ".join(f"{was} -> {now}" for was, now in sorted(counts))
        yield f"{', '.join(p.part for p in mine)}: {what}" + (f", {strokes} strokes" if what.startswith("even") else "")


def _listed(plan: ScorePlan, spans: Sequence[Span], kind: str) -> str:
    """Notes left out or added in these bars, part by part."""
    first, last = spans[0].first, spans[-1].last
    found = [change for change in plan.changes if change.kind == kind and first <= change.bar <= last]
    by_part: dict[tuple[str, str], list[Change]] = {}
    for change in found:
        by_part.setdefault((change.part, change.why), []).append(change)
    meter = spans[0].source if kind == "dropped" else spans[0].target
    return "; ".join(
        f"{part}: {len(changes)} ({why}), {_places(changes, meter, swing_in(meter, plan.swing))}"
        for (part, why), changes in by_part.items()
    )


def _places(changes: Sequence[Change], meter: Meter, swing: Fraction | None) -> str:
    """The first places as players count them, one for what happens in every bar."""
    names = [wording.place_name(meter, straightened(c.at, swing, GRID) if swing else c.at) for c in changes]
    bars: dict[int, list[str]] = {}
    for change, name in zip(changes, names, strict=True):
        bars.setdefault(change.bar, []).append(name)
    if len(bars) > 1 and len(set(map(tuple, bars.values()))) == 1:
        return f"{_several(names[: len(names) // len(bars)])} of each bar"
    first = next(iter(bars))
    more = " ..." * (len(bars) > 1)
    return f"bar {first} {_several(bars[first])}{more}"


def _several(names: Sequence[str]) -> str:
    named = list(dict.fromkeys(names))
    return ", ".join(named[:MOST_NAMED]) + " ..." * (len(named) > MOST_NAMED)
