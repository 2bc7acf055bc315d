"""Laws over every public value: frozen, hashable, copied, pickled, evaluated from its repr."""

from __future__ import annotations

import copy
import pickle
from dataclasses import fields, is_dataclass
from fractions import Fraction
from typing import Any

import pytest

import mi_theme as mi
from mi_theme.adaptation import frames, plans
from mi_theme.adaptation.strategies import STRATEGIES, Strategy
from mi_theme.renditions import Section
from mi_theme.score import Bar, Event, MeterMap, Part, TempoMap, Track
from mi_theme.search.hits import EvidenceTerm
from mi_theme.themes import Adaptation, Rights, Tone

SCORE = mi.Score.from_notes([0, 1.5, 3, 4], [1.5, 1.5, 1, 1], [43, 43, 46, 48], meter="5/4:3+3+2+2", names=["Bass"])
ADAPTED = mi.theme().to_meter("4/4")
VALUES = {
    type(value): value
    for value in (
        mi.Meter("5/4:3+3+2+2"), mi.Grouping("3+3+1+1"), mi.Warp("0>0 3>3 5>4"), mi.Tonic("Bb"), mi.Degree("b7,"),
        mi.Motif("1:3 1:3 b3:2 4:2", "riff", "upbeat"), mi.theme(), ADAPTED, ADAPTED.plan, mi.theme().rights,
        mi.theme().ostinato.tones[0], SCORE, SCORE.tracks[1], SCORE.parts[0], SCORE.meters, SCORE.tempos, SCORE.bar(1),
        next(iter(SCORE.tracks[0])), STRATEGIES["regroup"], frames.Frame(mi.Meter("4/4")), next(ADAPTED.plan.mappings()),
        mi.Pattern.of(mi.theme()), mi.find(mi.theme(), mi.theme().to_score())[0],
        mi.rank(mi.theme(), [mi.theme().to_score()])[0], mi.Doubling("Violin II", -12, (1, 3, 5)),
        mi.EvidenceTerm("pitch", "the notes are the same", 12.5),
        mi.measure(SCORE), mi.induce_meter([0, 1.5, 3, 4, 5, 6.5, 8, 9])[0], mi.plan(SCORE, "4/4"), mi.compare(SCORE, "4/4"),
        mi.align(SCORE, mi.convert(SCORE, "4/4")), mi.forms()["tv"], mi.film(4), mi.lineage(), mi.arrange(length=8),
        mi.IndexChanges(3, 1, 0, 2, 0, ()), mi.quantize(SCORE), mi.Beats.of([0, 0.5, 1, 1.5], [1, 2, 3, 4]),
        mi.motifs(mi.render(length=8))[0],
    )
}  # fmt: skip
NAMES = vars(mi) | {
    kind.__name__: kind
    for kind in (
        *VALUES,
        Adaptation,
        Bar,
        Event,
        EvidenceTerm,
        Fraction,
        MeterMap,
        Part,
        Rights,
        Section,
        TempoMap,
        Tone,
        plans.Plan,
        plans.NoteMapping,
    )
}
SHORT_REPRS = (
    mi.Score, Track, Strategy, mi.Quantized, mi.Beats, mi.ScorePlan, mi.Comparison, mi.Alignment, mi.Film, mi.Lineage, mi.Arrangement, mi.RecurringMotif,
)  # too large, or made of functions  # fmt: skip
OTHERS = (
    mi.Drawing,
    mi.Worksheet,
    mi.Recording,
    mi.Style,
    mi.Index,
)  # pictures, sound, rows of tables of other packages, open files
EVALUATED = [kind for kind in VALUES if kind not in SHORT_REPRS]
by_name = pytest.mark.parametrize("value", VALUES.values(), ids=lambda value: type(value).__name__)


def test_every_public_value_is_here() -> None:
    public = {getattr(mi, name) for name in mi.__all__ if name != "render"}
    values = {kind for kind in public if isinstance(kind, type) and not issubclass(kind, Exception)}
    assert values - set(OTHERS) <= set(VALUES)
    assert len(values) >= 8


def test_a_hit_with_doublings_evaluates_from_its_repr() -> None:
    table = mi.theme().to_score().note_table()
    pitch = [*table["pitch"].tolist(), *(table["pitch"] - 12).tolist()]
    part = [0] * len(table) + [1] * len(table)
    score = mi.Score.from_notes([*table["onset"]] * 2, 0.5, pitch, part=part)
    hit = mi.find(mi.theme(), score)[0]
    assert hit.doubled
    assert eval(repr(hit), dict(NAMES)) == hit


@by_name
def test_frozen(value: Any) -> None:
    names = [field.name for field in fields(value)] if is_dataclass(value) else value._fields
    assert names
    for name in names:
        with pytest.raises(AttributeError):
            setattr(value, name, getattr(value, name))
        with pytest.raises((AttributeError, TypeError)):
            delattr(value, name)


@by_name
def test_hashable_and_equal_to_its_copies(value: Any) -> None:
    for other in (copy.copy(value), copy.deepcopy(value), pickle.loads(pickle.dumps(value))):
        assert other == value
        assert hash(other) == hash(value)
        assert type(other) is type(value)
        assert str(other) == str(value)
    assert value != object()


@pytest.mark.parametrize("kind", EVALUATED, ids=lambda kind: kind.__name__)
def test_repr_evaluates_back(kind: type) -> None:
    assert eval(repr(VALUES[kind]), {}, dict(NAMES)) == VALUES[kind]


@by_name
def test_repr_fits_on_one_line(value: Any) -> None:
    assert "\n" not in repr(value)


def test_arrays_cannot_be_written_to() -> None:
    for array in (
        SCORE.note_table(),
        SCORE.spans,
        SCORE.tracks[1].events,
        pickle.loads(pickle.dumps(SCORE)).tracks[1].events,
    ):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = array[0]
