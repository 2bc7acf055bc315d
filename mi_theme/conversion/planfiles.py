"""Score plans as plain values and back."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from mi_theme.adaptation.frames import Reason
from mi_theme.adaptation.plans import BarNotes
from mi_theme.conversion.scoreplan import VERSION, Change, Choice, Pattern, Run, ScorePlan, Span
from mi_theme.errors import FileError
from mi_theme.meter import Meter
from mi_theme.warp import Warp

__all__ = ["plan_dict", "plan_of"]


def plan_dict(plan: ScorePlan) -> dict[str, Any]:
    """A plan as plain values, fractions as text."""
    return {
        "format": "mi-theme score plan", "version": VERSION,
        "source": str(plan.source), "target": str(plan.target), "how": plan.how, "lead": plan.lead, "drums": plan.drums,
        "keep": plan.keep, "ratio": str(plan.ratio), "tempo": str(plan.tempo), "swing": str(plan.swing) if plan.swing else None,
        "figure_source": plan.figure_source, "cost": plan.cost, "sounds_the_same": plan.sounds_the_same,
        "spans": [_span_dict(span) for span in plan.spans],
        "changes": [[c.kind, c.part, c.bar, str(c.at), c.pitch, c.why] for c in plan.changes],
        "runs": [[list(run) for run in runs] for runs in plan.runs],
        "notes": list(plan.notes), "instead": list(plan.instead), "parts": [list(part) for part in plan.parts], "choices": [list(choice) for choice in plan.choices],
        "lead_part": plan.lead_part, "accompaniment": plan.accompaniment, "feel": plan.feel, "patterns": [[list(pattern) for pattern in patterns] for patterns in plan.patterns],
    }  # fmt: skip


def plan_of(d: dict[str, Any]) -> ScorePlan:
    """A plan from plain values; whatever is wrong with them raises an error of some kind."""
    if d.get("format") != "mi-theme score plan" or d.get("version") != VERSION:
        raise FileError(f"not a score plan of version {VERSION}")
    spans = tuple(_span_of(row) for row in d["spans"])
    _check_in_order(spans)
    return ScorePlan(
        Meter(d["source"]), Meter(d["target"]), str(d["how"]), str(d["lead"]), str(d["drums"]), str(d["keep"]),
        Fraction(d["ratio"]), Fraction(d["tempo"]), Fraction(d["swing"]) if d["swing"] else None, str(d["figure_source"]), spans,
        tuple(Change(str(k), str(p), int(b), Fraction(at), int(pitch), str(why)) for k, p, b, at, pitch, why in d["changes"]),
        tuple(tuple(Run(int(k), int(was), int(now), bool(even)) for k, was, now, even in runs) for runs in d["runs"]),
        tuple(map(str, d["notes"])), tuple(map(str, d["instead"])), tuple((str(name), bool(percussion)) for name, percussion in d["parts"]),
        tuple(Choice(int(first), int(last), str(how)) for first, last, how in d["choices"]), int(d["lead_part"]), str(d["accompaniment"]),
        tuple(tuple(Pattern(str(part), str(what), int(was), int(now)) for part, what, was, now in patterns) for patterns in d["patterns"]),
        str(d.get("feel", "auto")),
    )  # fmt: skip


def _span_dict(span: Span) -> dict[str, Any]:
    return {
        "bars": [span.first, span.last], "start": str(span.start), "source": str(span.source), "target": str(span.target),
        "how": span.how, "warp": str(span.warp), "base": str(span.base), "figure": [str(group) for group in span.figure],
        "line": [[str(onset), str(duration), name] for onset, duration, name in span.line],
        "repeats": [[str(x) for x in repeat] for repeat in span.repeats], "why": span.why, "cost": span.cost,
        "reasons": [list(reason) for reason in span.reasons],
    }  # fmt: skip


def _span_of(d: dict[str, Any]) -> Span:
    first, last = (int(number) for number in d["bars"])
    return Span(
        first, last, Fraction(d["start"]), Meter(d["source"]), Meter(d["target"]), str(d["how"]), Warp(str(d["warp"])), Warp(str(d["base"])),
        tuple(Fraction(group) for group in d["figure"]),
        BarNotes((Fraction(onset), Fraction(duration), str(name)) for onset, duration, name in d["line"]),
        tuple((Fraction(a), Fraction(b), Fraction(c)) for a, b, c in d["repeats"]), str(d["why"]), float(d["cost"]),
        tuple(Reason(str(term), str(means), float(saved)) for term, means, saved in d.get("reasons", ())),
    )  # fmt: skip


def _check_in_order(spans: tuple[Span, ...]) -> None:
    """Each span begins where the one before it ends."""
    position = Fraction(0)
    for span in spans:
        if span.start != position:
            raise FileError(f"bars {span.first} to {span.last} begin at {span.start}, not at {position} quarters")
        position += span.warp.source
