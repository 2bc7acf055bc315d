"""What holds in every conversion, whatever the music: the laws of the design, on made-up scores."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import mi_theme as mi
from mi_theme.conversion.parts.edits import edits_under
from mi_theme.conversion.scoreplan import ScorePlan
from mi_theme.quantising import written_music
from mi_theme.score import Event, Track
from mi_theme.score import messages as m

pytestmark = pytest.mark.filterwarnings("ignore:times rounded")  # controllers between the ticks
METERS = ["5/4:3+3+2+2", "5/4", "4/4", "3/4", "7/8:2+2+3", "7/8", "6/8", "12/8", "2/4", "9/8"]
GRID = st.sampled_from([Fraction(1, 4), Fraction(1, 2), Fraction(1), Fraction(1, 3), Fraction(1, 8)])
BESIDE = st.sampled_from([Fraction(1, 4), Fraction(1, 2), Fraction(1, 3), Fraction(37, 480)])


@st.composite
def lines(draw: st.DrawFn, channel: int, least: int = 1, grid: st.SearchStrategy[Fraction] = GRID) -> list[Event]:
    """Notes of one channel, overlapping as they like, with pedals, bends and programs among them."""
    events: list[Event] = []
    for _ in range(draw(st.integers(least, 14))):
        at = draw(st.integers(0, 30)) * draw(grid)
        lasts = draw(st.integers(1, 12)) * draw(grid)
        pitch = draw(st.integers(60, 66)) if channel != 9 else draw(st.sampled_from([36, 38, 42]))
        on, off = int(at * 480), int((at + lasts) * 480)
        events += [Event(on, m.note_on(channel, pitch, 80)), Event(off, m.note_off(channel, pitch))]
    for _ in range(draw(st.integers(0, 4))):
        tick = draw(st.integers(0, 15000))
        events.append(Event(tick, m.control(channel, 64, draw(st.sampled_from([0, 127])))))
    return events


@st.composite
def scores(draw: st.DrawFn, grid: st.SearchStrategy[Fraction] = GRID) -> mi.Score:
    """Two pitched parts and a kit in one metre."""
    meter = mi.Meter(draw(st.sampled_from(METERS)))
    head = [Event(0, m.tempo(500_000)), Event(0, m.time_signature(meter))]
    head += [Event(0, m.grouping_text(meter))] if meter.grouping else []
    tracks = [
        Track.sorted(head),
        Track.sorted(draw(lines(0, grid=grid))),
        Track.sorted(draw(lines(1, grid=grid))),
        Track.sorted(draw(lines(9, 0, grid))),
    ]
    return mi.Score(480, tuple(tracks))


def convertible(score: mi.Score, to: str, **options: object) -> ScorePlan | None:
    try:
        return mi.plan(score, to, **options)
    except mi.MiThemeError:
        return None


def is_played(plan: ScorePlan) -> bool:
    """Whether what is converted is not what was played, so that the plan's own maps are not the last word."""
    assert plan.score is not None
    return written_music(plan.score).is_played


def spans_of(score: mi.Score) -> list[tuple[int, int, Fraction, Fraction]]:
    """(part, pitch, start, stop) of every note in quarters, exactly."""
    quarter, found = score.ticks_per_quarter, []
    for span in score.spans:
        event = score.tracks[span["track"]].events[span["on"]]
        found.append(
            (
                int(span["track"]),
                int(event["data1"]),
                Fraction(int(span["start"]), quarter),
                Fraction(int(span["stop"]), quarter),
            )
        )
    return found


def image(plan: ScorePlan, at: Fraction, *, end: bool) -> Fraction:
    """Where a position goes, by the plan's own maps."""
    for span, start in reversed(list(plan.starts())):
        inside = span.start < at if end else span.start <= at
        if inside or span is plan.spans[0]:
            place = at - span.start
            if place > span.warp.source or (place == span.warp.source and not end):
                return start + span.warp.target + place - span.warp.source
            if place == 0 and not end:
                return start + span.warp(Fraction(0))
            return start + (span.warp.end(place) if end else span.warp(place))
    return at


WAYS = st.sampled_from(
    [
        None,
        "regroup",
        "cut",
        "rest",
        "hold-first",
        "hold-last",
        "square",
        "rebar",
        "add-group",
        "float",
        "long-short",
        "even",
        "proportional",
        "nearest",
    ]
)
plans = given(scores(), st.sampled_from(METERS), WAYS)
rough_plans = given(scores(BESIDE), st.sampled_from(METERS), WAYS)


@rough_plans
def test_nothing_is_lost_or_added_that_the_plan_does_not_list(score: mi.Score, to: str, how: str | None) -> None:
    plan = convertible(score, to, how=how)
    if plan is None:
        return
    made = plan.apply(score)
    assert len(made.spans) == len(score.spans) - len(plan.dropped) + len(plan.added)
    assert (made.spans["off"] >= 0).all(), "a hanging note"


@plans
def test_pitched_notes_begin_and_end_where_the_map_says(score: mi.Score, to: str, how: str | None) -> None:
    plan = convertible(score, to, how=how, drums="mute", accompaniment="keep")
    if plan is None or plan.added or is_played(plan) or edits_under(plan, score).placements.moved:
        return  # ornaments and tuplets that are too fast have tests of their own
    made = sorted(spans_of(plan.apply(score)))
    expected = sorted(
        (track, pitch, image(plan, start, end=False), image(plan, stop, end=True))
        for track, pitch, start, stop in spans_of(score)
        if track < 3
        and not any(
            c.pitch == pitch and lost_at(plan, c) == start and c.part == f"Track {track + 1}" for c in plan.dropped
        )
    )
    assert [row[:3] for row in made if row[0] < 3] == [row[:3] for row in expected]
    assert sorted(row[3] for row in made if row[0] < 3) == sorted(row[3] for row in expected)
    assert all(stop > start for _, _, start, stop in made)


def lost_at(plan: ScorePlan, change: object) -> Fraction:
    """The source position of a note that is left out."""
    span = next(s for s in plan.spans if s.first <= change.bar <= s.last)  # type: ignore[attr-defined]
    return span.start + (change.bar - span.first) * span.source.bar + change.at  # type: ignore[attr-defined]


@plans
def test_what_sounds_together_stays_together_and_in_order(score: mi.Score, to: str, how: str | None) -> None:
    plan = convertible(score, to, how=how)
    if plan is None or is_played(plan):
        return
    images: dict[Fraction, Fraction] = {}
    pitched = [row for row in spans_of(score) if row[0] < 3]
    for _, _, start, _ in pitched:
        images[start] = image(plan, start, end=False)
    lost = {lost_at(plan, change) for change in plan.dropped}
    kept = [images[start] for start in sorted(images) if start not in lost]
    assert kept == sorted(set(kept)), "two harmonies fell together, or changed places"


@rough_plans
def test_two_runs_are_alike_and_a_plan_survives_json(score: mi.Score, to: str, how: str | None) -> None:
    plan = convertible(score, to, how=how)
    if plan is None:
        return
    again = ScorePlan.from_json(plan.to_json(), score)
    assert again == plan == mi.plan(score, to, how=how)
    assert again.apply(score).to_bytes() == plan.apply(score).to_bytes()
    assert str(again) == str(plan)


@given(scores(), st.sampled_from(METERS), st.integers(1, 3), st.integers(0, 3))
def test_only_the_bars_asked_for_change(score: mi.Score, to: str, first: int, more: int) -> None:
    bars = list(score.bars())
    if first + more > bars[-1].number:
        return
    plan = convertible(score, to, bars=(first, first + more))
    if plan is None or is_played(plan):
        return
    made = plan.apply(score)
    start, end = score.bar(first).start, score.bar(first + more).end
    shift = sum((span.warp.target - span.warp.source for span in plan.spans), Fraction(0))
    before = [row for row in spans_of(score) if row[3] <= start]
    after = [(t, p, a + shift, b + shift) for t, p, a, b in spans_of(score) if a >= end and t < 3]
    found = spans_of(made)
    assert [row for row in before if row[0] < 3] == [row for row in found if row in before and row[0] < 3]
    assert {row[:3] for row in after} <= {row[:3] for row in found}
    assert made.meters.at(end + shift).meter == score.meters.at(end).meter or end >= score.quarters


@rough_plans
def test_every_other_message_is_still_there(score: mi.Score, to: str, how: str | None) -> None:
    plan = convertible(score, to, how=how)
    if plan is None:
        return
    made = plan.apply(score)
    for old, new in zip(score.tracks, made.tracks, strict=True):
        kinds = [[e.message for e in track if e.message[0] & 0xF0 == m.CONTROL] for track in (old, new)]
        assert kinds[0] == kinds[1]
        assert list(new)[-1].message == m.end_of_track()
        assert (np.diff(new.events["tick"]) >= 0).all()


@rough_plans
def test_no_two_notes_of_a_part_change_places(score: mi.Score, to: str, how: str | None) -> None:
    plan = convertible(score, to, how=how)
    if plan is None:
        return
    made = plan.apply(score)
    twin, played = written_music(made).score, made
    for part in range(1, 3):
        rows = written_music(made).rows[twin.spans["track"] == part]
        order = np.argsort(twin.spans["start"][twin.spans["track"] == part], kind="stable")
        starts = played.spans["start"][rows][order]
        places = twin.spans["start"][twin.spans["track"] == part][order]
        later = np.flatnonzero(np.diff(places) > 0)
        if is_in_order(score, part):
            assert all(starts[: at + 1].max() <= starts[at + 1 :].min() for at in later)


@rough_plans
def test_bars_that_stay_are_played_as_they_were(score: mi.Score, to: str, how: str | None) -> None:
    plan = convertible(score, str(score.meters.changes[0][1]), how=how)
    if plan is not None and plan.sounds_the_same and plan.tempo == 1:
        assert sorted(spans_of(plan.apply(score))) == sorted(spans_of(score))


def is_in_order(score: mi.Score, part: int) -> bool:
    """Whether no note of a track was played before one that is written before it."""
    music = written_music(score)
    mine = np.flatnonzero(music.score.spans["track"] == part)
    written, played = music.score.spans["start"][mine], score.spans["start"][music.rows[mine]]
    order = np.lexsort((played, written))
    return bool((np.diff(played[order]) >= 0).all())


@pytest.mark.parametrize("to", METERS)
def test_the_target_is_the_metre_of_the_result(to: str) -> None:
    score = mi.theme().to_score()
    made = mi.convert(score, to)
    assert made.meters.changes == ((Fraction(0), mi.Meter(to)),)
    assert mi.read(made.to_bytes()).meters.changes == made.meters.changes
