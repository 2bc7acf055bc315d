"""Every rule of a pleasant rendition, for every style and form, and a check of each check."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from arranging.cases import Case, every_style_and_form, sample
from arranging.checks import CHECKS, Hearing, faults

from mi_theme.renditions import Arrangement, arrange
from mi_theme.score import Event, Score, Track
from mi_theme.score import messages as m

SAMPLE = sample()


@pytest.mark.parametrize("case", every_style_and_form(), ids=str)
def test_every_style_in_every_form(case: Case) -> None:
    assert faults(case.arrange()) == []


@pytest.mark.parametrize("case", SAMPLE[::5], ids=str)
def test_a_sample_over_metres_keys_modes_and_seeds(case: Case) -> None:
    assert faults(case.arrange()) == []


@pytest.mark.slow
@pytest.mark.parametrize("case", sample(rounds=8) + every_style_and_form(seeds=10), ids=str)
def test_everything(case: Case) -> None:
    assert faults(case.arrange()) == []


# Checks must be able to fail: each is shown a rendition that breaks its rule.

PLAN = arrange(form="clayton-mullen", style="jazz-combo", seed=1)


def changed(track: str, change: Callable[[Event], Event | None], plan: Arrangement = PLAN) -> Score:
    """The rendition with the events of one track changed, or left out."""
    score = plan.score()
    tracks = [
        Track.sorted([new for event in old if (new := change(event))]) if old.name == track else old
        for old in score.tracks
    ]
    return Score(score.ticks_per_quarter, tuple(tracks), score.kind)


def at_velocity(velocity: int) -> Callable[[Event], Event]:
    """Every note equally loud."""

    def change(event: Event) -> Event:
        data = event.message
        return (
            event._replace(message=m.note_on(data[0] & 15, data[1], velocity)) if data[0] & 0xF0 == m.NOTE_ON else event
        )

    return change


def moved(semitones: int) -> Callable[[Event], Event]:
    """Every note higher or lower."""

    def change(event: Event) -> Event:
        data = event.message
        kinds = (m.NOTE_ON, m.NOTE_OFF)
        return (
            event._replace(message=bytes((data[0], data[1] + semitones, data[2]))) if data[0] & 0xF0 in kinds else event
        )

    return change


def later(ticks: int) -> Callable[[Event], Event]:
    """Everything but the end of the track later."""
    return lambda event: event if event.message == m.end_of_track() else event._replace(tick=event.tick + ticks)


def without_endings(event: Event) -> Event | None:
    """Notes that nothing ends."""
    return None if event.message[0] & 0xF0 == m.NOTE_OFF else event


def long_phrases(event: Event) -> Event | None:
    """Each note sounds until the next begins on its key."""
    return None if event.message[0] & 0xF0 == m.NOTE_OFF and event.tick % 9 else event


BROKEN: dict[str, Score] = {
    "figure": changed("Ostinato", moved(1)),
    "signatures": changed(PLAN.score().tracks[0].name, lambda e: None if e.message[:2] == b"\xff\x58" else e),
    "accents": changed("Ostinato", lambda e: at_velocity(40 + e.tick // 7 % 60)(e)),
    "equal": changed("Bongos", at_velocity(70)),
    "growth": changed("Drums", at_velocity(70)),
    "phrases": changed("Flute", without_endings),
    "activity": changed("Flute", without_endings),
    "range": changed("Flute", moved(24)),
    "low": changed("Baritone saxophone", moved(-10)),
    "clashes": changed("Vibraphone", moved(1)),
    "variety": changed("Bongos", lambda e: e if e.message[0] >= 0xB0 or e.tick % 1920 == 0 else None),
    "loops": changed("Vibraphone", without_endings),
    "tail": changed("Drums", later(1200)),
    "head": changed("Flute", moved(2)),
    "climax": changed("Flute", lambda e: moved(12)(e) if e.tick < 40_000 else e),
    "steps": changed("Flute", lambda e: at_velocity(30 + 60 * (e.tick // 240 % 2))(e)),
}


@pytest.mark.parametrize("name", list(BROKEN))
def test_a_check_finds_what_is_wrong(name: str) -> None:
    assert not list(CHECKS[name](Hearing(PLAN, PLAN.score())))
    assert list(CHECKS[name](Hearing(PLAN, BROKEN[name])))


def test_parts_that_play_the_same_are_found() -> None:
    score = PLAN.score()
    copies = {track.name: track for track in score.tracks}
    twin = [
        event._replace(message=m.meta(m.TRACK_NAME, "Trumpet")) if event.message[:2] == b"\xff\x03" else event
        for event in copies["Flute"]
    ]
    tracks = tuple(Track.of(twin) if track.name == "Trumpet" else track for track in score.tracks)
    hearing = Hearing(PLAN, Score(480, tracks))
    assert any("Flute and Trumpet" in fault for fault in CHECKS["distinct"](hearing))


def test_layers_that_never_change_are_found() -> None:
    everybody = tuple(part.name for part in PLAN.style.part)
    passages = tuple(
        replace(p, phrases=tuple(replace(phrase, layers=everybody) for phrase in p.phrases)) for p in PLAN.passages
    )
    found = list(CHECKS["layers"](Hearing(replace(PLAN, passages=passages), PLAN.score())))
    assert any("all layers" in fault for fault in found)
    assert any("no layer enters" in fault for fault in found)


def test_every_check_is_checked() -> None:
    assert set(BROKEN) | {"distinct", "layers"} == set(CHECKS)


def test_density_grows_and_the_break_is_thin() -> None:
    plan = arrange(form="tv", style="orchestra")
    notes = plan.score().note_table()
    density = {
        p.name: float(((notes["onset"] >= float(p.start)) & (notes["onset"] < float(p.end))).sum()) / p.bars
        for p in plan.passages
    }
    assert density["Opening"] < density["Theme"] < density["Return"]
    assert density["Stop time"] < density["Theme"]
    assert np.isfinite(list(density.values())).all()
