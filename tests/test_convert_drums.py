"""The kit in another metre: it goes the way of the band. Places are in quarters from the bar line."""

from __future__ import annotations

import pytest

import mi_theme as mi
from mi_theme.adaptation.frames import Frame
from mi_theme.conversion.parts.kit_frames import evenly
from mi_theme.score import Event, Track
from mi_theme.score import messages as m
from mi_theme.warp import Warp

KICK, SNARE, HAT, OPEN, TOM = 36, 38, 42, 46, 45
Bar = list[tuple[float, float, int]]  # (onset, length, key or pitch)

TUNE: Bar = [(0, 1, 72), (1, 0.5, 74), (1.5, 0.5, 76), (2, 1, 79), (3, 1, 76)]
BASS: Bar = [(0, 1, 36), (1.5, 0.5, 36), (2, 1, 43), (3.5, 0.5, 36)]
BACKBEAT: Bar = [(1, 0.2, SNARE), (3, 0.2, SNARE)]
SAME_KICK: Bar = [(at, 0.2, KICK) for at, _, _ in BASS]


def song(meter: str, *bars: tuple[Bar, ...]) -> mi.Score:
    """A song of four bars: the parts of each bar are a tune, perhaps a bass and chords, and a kit; bars are taken by turns."""
    head = Track.sorted([Event(0, m.tempo(500_000)), Event(0, m.time_signature(mi.Meter(meter)))])
    names, length = [*("Tune", "Bass", "Chords")[: len(bars[0]) - 1], "Kit"], float(mi.Meter(meter).bar)
    tracks = [head]
    for part, name in enumerate(names):
        channel = 9 if name == "Kit" else part
        events = [Event(0, m.meta(m.TRACK_NAME, name))]
        for number in range(4):
            for at, lasts, pitch in bars[number % len(bars)][part]:
                on = number * length + at
                events.append(Event(round(on * 480), m.note_on(channel, pitch, 80)))
                events.append(Event(round((on + lasts) * 480), m.note_off(channel, pitch)))
        tracks.append(Track.sorted(events))
    return mi.Score(480, tuple(tracks))


def struck(score: mi.Score, key: int, bar: int = 1, part: str = "Kit") -> list[float]:
    """Where a key is struck in a bar, counted from 0."""
    length = float(score.meters.changes[0][1].bar)
    notes = score.notes(part)
    places = notes["onset"][notes["pitch"] == key] - bar * length
    found: list[float] = places[(places > -0.01) & (places < length - 0.01)].round(4).tolist()
    return found


@pytest.mark.parametrize(
    ("to", "hats"),
    [
        ("12/8", [0, 1.5, 3, 4.5]),
        ("6/8", [0, 1.5]),
        ("3/4", [0, 1, 2]),
        ("5/4", [0, 1, 2, 3, 4]),
        ("7/8:3+2+2", [0, 1.5, 2.5]),
    ],
)
def test_hats_on_the_beats_are_on_the_new_beats(to: str, hats: list[float]) -> None:
    quarters = [(at, 0.2, HAT) for at in range(4)]
    assert struck(mi.convert(song("4/4", (TUNE, [*quarters, *BACKBEAT])), to), HAT) == hats


@pytest.mark.parametrize(("to", "rides"), [("12/8", [0, 1, 1.5, 2.5, 3, 4, 4.5, 5.5]), ("6/8", [0, 1, 1.5, 2.5])])
def test_a_shuffled_ride_is_in_the_eighths_of_the_target_under_a_straight_tune(to: str, rides: list[float]) -> None:
    shuffle = [(beat + third, 0.1, HAT) for beat in range(4) for third in (0, 2 / 3)]
    assert struck(mi.convert(song("4/4", (TUNE, [*shuffle, *BACKBEAT])), to), HAT) == rides


def test_hats_between_the_beats_take_the_pulse_of_the_target() -> None:
    eighths: Bar = [(at / 2, 0.2, HAT) for at in range(8)]
    assert struck(mi.convert(song("4/4", (TUNE, eighths)), "12/8"), HAT) == [at / 2 for at in range(12)]
    threes = [(at / 2, 0.2, HAT) for at in range(6)]
    tune = [(0, 1, 72), (1, 0.5, 74), (1.5, 1.5, 76)]
    assert struck(mi.convert(song("6/8", (tune, threes)), "2/4"), HAT) == [0, 0.5, 1, 1.5]


def test_an_open_hat_stands_for_a_closed_one() -> None:
    hats = [*((at / 2, 0.2, HAT) for at in range(7)), (3.5, 0.2, OPEN)]
    made = mi.convert(song("4/4", (TUNE, hats)), "5/4")
    assert struck(made, HAT) == [at / 2 for at in range(9)]
    assert struck(made, OPEN) == [4.5]


@pytest.mark.parametrize("to", ["3/4", "5/4", "7/8", "6/4", "12/8", "6/8", "2/4", "5/4:2+2+3+3"])
def test_kick_and_bass_that_were_one_rhythm_stay_one(to: str) -> None:
    made = mi.convert(song("4/4", (TUNE, BASS, [*SAME_KICK, *BACKBEAT])), to)
    bass, kit = made.notes("Bass"), made.notes("Kit")
    assert bass["onset"].round(4).tolist() == kit["onset"][kit["pitch"] == KICK].round(4).tolist()


@pytest.mark.parametrize(("to", "snares"), [("5/4", [2, 4]), ("7/8", [1, 3]), ("3/4", [1]), ("7/8:2+2+3", [1, 3])])
def test_two_backbeats_stay_two_where_there_is_room(to: str, snares: list[float]) -> None:
    made = mi.convert(song("4/4", (TUNE, BASS, [*SAME_KICK, *BACKBEAT])), to)
    assert [struck(made, SNARE, bar) for bar in range(4)] == [snares] * 4, "bar by bar the same"


def test_a_waltz_of_drums_gets_a_backbeat_in_four() -> None:
    kit: Bar = [(0, 0.2, KICK), (1, 0.2, SNARE), (2, 0.2, SNARE)]
    tune: Bar = [(0, 1, 72), (1, 1, 74), (2, 1, 76)]
    made = mi.convert(song("3/4", (tune, kit)), "4/4")
    assert (struck(made, KICK), struck(made, SNARE)) == ([0, 2], [1, 3])


@pytest.mark.parametrize(
    ("to", "toms"), [("3/4", [2.25, 2.5, 2.75]), ("5/4", [4.25, 4.5, 4.75]), ("7/8", [2.75, 3, 3.25])]
)
def test_a_fill_keeps_its_speed_and_ends_with_the_bar(to: str, toms: list[float]) -> None:
    fill: Bar = [(3, 0.2, SNARE), *((3 + at / 4, 0.2, TOM) for at in (1, 2, 3))]
    made = mi.convert(song("4/4", (TUNE, [(0, 0.2, KICK), (2, 0.2, KICK), (1, 0.2, SNARE), *fill])), to)
    assert struck(made, TOM) == toms
    assert toms[0] - 0.25 in struck(made, SNARE)


def test_four_beats_of_five_sixteenths() -> None:
    eighths: Bar = [(at / 2, 0.2, HAT) for at in range(8)]
    kick: Bar = [(0, 0.2, KICK), (2, 0.2, KICK)]
    made = mi.convert(song("4/4", (TUNE, [*kick, *BACKBEAT, *eighths])), "5/4", how="square")
    assert (struck(made, KICK), struck(made, SNARE)) == ([0, 2.5], [1.25, 3.75])
    assert struck(made, HAT) == [0, 0.75, 1.25, 2, 2.5, 3.25, 3.75, 4.5]


def test_every_bar_loses_the_same_beat_under_a_kit() -> None:
    other = [(0, 2.5, 79), (2.5, 0.5, 77), (3, 0.5, 76), (3.5, 0.5, 74)]
    kit = [*SAME_KICK, *BACKBEAT]
    plan = mi.plan(song("4/4", (TUNE, BASS, kit), (other, BASS, kit)), "3/4")
    assert plan.how == "ease"
    assert len({tuple(span.base(at) for at in range(4)) for span in plan.spans}) == 1


def test_a_walking_bass_plays_a_note_a_beat_in_three() -> None:
    walk: Bar = [(0, 1, 36), (1, 1, 38), (2, 1, 40), (3, 1, 41)]
    made = mi.convert(song("4/4", (TUNE, walk, BACKBEAT)), "3/4")
    notes = made.notes("Bass")
    assert notes["onset"].round(4).tolist() == list(range(12))
    assert notes["pitch"][:3].tolist() == [36, 38, 40], "the note of each beat that the band keeps"


def test_a_riff_in_eighths_loses_strokes_under_a_kit_and_gets_no_sixteenths() -> None:
    riff: Bar = [
        (0, 0.5, 76),
        (0.5, 0.5, 76),
        (1, 0.5, 79),
        (1.5, 0.5, 76),
        (2.5, 0.5, 74),
        (3, 0.5, 72),
        (3.5, 0.5, 74),
    ]
    held: Bar = [(0, 3, 71), (3, 0.5, 72), (3.5, 0.5, 74)]
    eighths: Bar = [(at / 2, 0.5, 36) for at in range(8)]
    score = song("4/4", (riff, eighths, [*SAME_KICK, *BACKBEAT]), (held, eighths, [*SAME_KICK, *BACKBEAT]))
    for to in ("3/4", "7/8"):
        made = mi.convert(score, to)
        tune = made.notes("Tune")
        assert {float(at) % 0.5 for at in tune["onset"].round(4)} == {0.0}
        assert min(tune["duration"]) > 0.4


def test_a_ride_is_struck_where_the_band_has_its_last_beat_of_seven() -> None:
    ride: Bar = [(0, 0.2, 51), (1, 0.2, 51), (1.5, 0.2, 51), (2, 0.2, 51), (3, 0.2, 51), (3.5, 0.2, 51)]
    walk: Bar = [(0, 1, 36), (1, 1, 40), (2, 1, 43), (3, 1, 45)]
    tune: Bar = [(0, 1, 76), (1, 1, 79), (2, 0.5, 74), (2.5, 0.5, 72), (3, 1, 74)]
    made = mi.convert(song("4/4", (tune, walk, ride)), "7/8")
    bass = struck(made, 45, 1, "Bass")
    assert bass
    assert set(bass) <= set(struck(made, 51))


GALLOP: Bar = [(beat + at, lasts, 28) for beat in range(4) for at, lasts in ((0, 0.5), (0.5, 0.25), (0.75, 0.25))]


@pytest.mark.parametrize(("to", "beats"), [("3/4", 3), ("5/4", 5)])
def test_a_riff_keeps_its_speed_and_the_kick_goes_with_it(to: str, beats: int) -> None:
    kick = [(at, 0.2, KICK) for at, _, _ in GALLOP]
    made = mi.convert(song("4/4", ([(0, 4, 76)], GALLOP, [*kick, *BACKBEAT])), to)
    places = [beat + at for beat in range(beats) for at in (0, 0.5, 0.75)]
    assert made.notes("Bass")["onset"][: len(places)].tolist() == places
    assert struck(made, KICK) == places


def test_what_a_shorter_beat_has_no_room_for_goes_and_nothing_gets_faster() -> None:
    riff: Bar = [(0, 0.5, 34), (0.75, 0.25, 34), (1.5, 0.25, 44), (2.25, 0.25, 34), (2.5, 0.5, 34), (3.5, 0.25, 44)]
    tune: Bar = [(0, 1, 72), (1, 1, 74), (2, 1, 76), (3, 0.5, 77), (3.5, 0.5, 79)]
    made = mi.convert(song("4/4", (tune, riff, BACKBEAT)), "3/4")
    assert min(made.notes("Bass")["duration"]) >= 0.25


@pytest.mark.parametrize(("to", "how", "places"), [("3/4", "ease", [0, 1.5, 2]), ("7/8", "cut", [0, 1.5, 2.5])])
def test_time_is_taken_where_the_tune_begins_nothing(to: str, how: str, places: list[float]) -> None:
    """A rest or the end of a held note goes whole before anything stands on sixteenths."""
    tune: Bar = [(0, 1.5, 76), (1.5, 1, 74), (2.5, 1.5, 72)]
    answer: Bar = [(0, 0.5, 71), (0.5, 1, 72), (1.5, 2.5, 74)]
    band = BASS, [*SAME_KICK, *BACKBEAT]
    plan = mi.plan(song("4/4", (tune, *band), (answer, *band)), to)
    assert plan.how == how
    assert not [change for change in plan.dropped if change.part == "Tune"]
    assert plan.apply().notes("Tune")["onset"][:3].tolist() == places


@pytest.mark.parametrize("to", ["3/4", "7/8", "6/8", "9/8"])
def test_a_band_is_compared_in_every_way(to: str) -> None:
    """One that floats over the bar lines too, for which no bar of the band is made anew."""
    band = mi.render(form="clayton-mullen", style="jazz-combo", seed=1)
    assert mi.compare(band, to)["float"].cost is not None


HORNS: Bar = [(at, 0.4, pitch) for at in (0.5, 1.5) for pitch in (60, 64)]
MARCH_TUNE: Bar = [(0, 0.5, 76), (0.5, 0.5, 72), (1, 1, 79)]
TUBA: Bar = [(0, 0.5, 48), (1, 0.5, 43)]


def test_a_clave_begins_on_the_bar_line_where_it_did() -> None:
    bossa: Bar = [(at, 0.2, 37) for at in (0, 1.5, 3)]
    kicks: Bar = [(at, 0.2, KICK) for at in (0, 1.5, 2, 3.5)]
    tune: Bar = [(0, 1.5, 74), (1.5, 0.5, 72), (2, 2, 69)]
    band = song("4/4", (tune, [(at, 0.5, 40) for at in (0, 1.5, 2, 3.5)], [*bossa, *kicks]))
    for to in ("3/4", "5/4", "7/8"):
        made = mi.convert(band, to)
        rim, kick = struck(made, 37), struck(made, KICK)
        assert rim[0] == 0, "a drum that plays the bar line is no backbeat"
        assert rim[1] == kick[1], "and what was struck together stays so"


def test_hats_that_play_every_beat_alike_play_every_new_beat_so() -> None:
    disco: Bar = [(beat + at, 0.2, HAT) for beat in range(4) for at in (0, 0.75)]
    made = mi.convert(song("4/4", (TUNE, [*disco, *BACKBEAT])), "3/4")
    assert struck(made, HAT) == [0, 0.75, 1, 1.75, 2, 2.75]


@pytest.mark.parametrize(("to", "kicks"), [("12/8", [0, 2.5, 3]), ("6/8", [0, 2.5])])
def test_a_kick_under_a_running_bass_pushes_as_the_tune_does(to: str, kicks: list[float]) -> None:
    bass: Bar = [(at / 2, 0.5, 36) for at in range(8)]
    tune: Bar = [(0, 1.5, 69), (1.5, 0.5, 67), (2, 2, 65)]
    made = mi.convert(song("4/4", (tune, bass, [*BACKBEAT, *((at, 0.2, KICK) for at in (0, 1.5, 2))])), to)
    bar = 2 if to == "6/8" else 1
    assert struck(made, KICK, bar) == kicks
    assert struck(made, 67, bar, "Tune") == [2.5]


def test_a_snare_that_plays_the_off_beats_goes_with_the_chords() -> None:
    snare: Bar = [(at, 0.2, SNARE) for at in (0.5, 0.75, 1.5)]
    made = mi.convert(song("2/4", (MARCH_TUNE, TUBA, HORNS, [*snare, (0, 0.2, KICK), (1, 0.2, KICK)])), "3/4")
    assert struck(made, 60, part="Chords") == [1, 2]
    assert struck(made, SNARE) == [1, 1.25, 2]


def test_a_snare_that_fills_a_beat_of_every_bar_is_a_groove_and_no_fill() -> None:
    samba: Bar = [(at, 0.2, SNARE) for at in (0, 0.5, 1, 1.25, 1.75)]
    made = mi.convert(song("2/4", (MARCH_TUNE, [*samba, (0, 0.2, KICK), (1, 0.2, KICK)])), "3/4")
    assert struck(made, SNARE)[:5] == [0, 0.5, 1, 1.25, 1.75]


def test_what_is_made_anew_is_not_played_again_where_a_run_goes_on() -> None:
    made = mi.convert(song("2/4", (MARCH_TUNE, TUBA, HORNS, [(0, 0.2, KICK), (1, 0.2, KICK)])), "3/4", how="run-on")
    assert [struck(made, key, part=part) for key, part in ((48, "Bass"), (43, "Bass"), (60, "Chords"))] == [
        [0],
        [],
        [1, 2],
    ]


def test_seconds_and_fourths_of_four_are_those_of_three_for_all() -> None:
    places = [0, 0.25, 0.75, 1.25, 1.75]
    tune: Bar = [(0, 0.75, 76), (0.75, 0.25, 79), (1, 1, 76)]
    bass: Bar = [(0, 0.75, 33), (0.75, 0.25, 40), (1, 0.75, 40), (1.75, 0.25, 33)]
    chords: Bar = [(at, 0.2, 60) for at in places]
    kit: Bar = [(at, 0.2, KICK) for at, *_ in bass] + [(at / 4, 0.2, HAT) for at in range(8)]
    made = mi.convert(song("2/4", (tune, bass, chords, kit)), "6/8")
    assert struck(made, 60, part="Chords") == [0, 0.5, 1, 2, 2.5]
    assert struck(made, KICK) == [0, 1, 1.5, 2.5], "and the kick with the bass"
    assert struck(made, 79, part="Tune") == [1]
    assert struck(made, HAT) == [0, 0.5, 1, 1.5, 2, 2.5]


def test_short_strokes_sound_as_long_as_before_where_they_fit() -> None:
    chucks: Bar = [(at, 0.2, key) for at in (0, 0.5, 0.75, 1.25, 1.5, 2, 2.5, 2.75, 3.25, 3.5) for key in (60, 64)]
    riff = [(0, 0.5, 33), (0.75, 0.25, 33), (1.5, 0.5, 43), (2.5, 0.5, 33), (3.25, 0.25, 40), (3.5, 0.5, 43)]
    played: tuple[Bar, Bar] = ([(at, 0.95 * lasts, key) for at, lasts, key in TUNE], [(at, 0.95 * lasts, key) for at, lasts, key in riff])  # fmt: skip
    kit: Bar = [*((at / 4, 0.1, HAT) for at in range(16)), *((at, 0.1, KICK) for at in (0, 0.75, 2.5, 3.25)), *BACKBEAT]
    made = mi.convert(song("4/4", (*played, chucks, kit)), "3/4").notes("Chords")
    assert set(made["duration"].round(3).tolist()) == {0.2}


def test_a_bar_of_five_as_four_beats_of_five_sixteenths_is_offered_and_played_by_all() -> None:
    """As the one rock drummer in five of the Groove MIDI Dataset plays (Gillick and others, 2019)."""
    bass: Bar = [(at / 2, 0.5, 36) for at in range(8)]
    hats: Bar = [(at / 2, 0.2, HAT) for at in range(8)]
    kicks: Bar = [(at, 0.2, KICK) for at in (0, 1.5, 2)]
    band = song("4/4", (TUNE, bass, [*BACKBEAT, *hats, *kicks]))
    assert any(way.startswith("square: 5+5+5+5 sixteenths") for way in mi.plan(band, "5/4").instead)
    made = mi.convert(band, "5/4", how="square")
    eighths = [0, 0.75, 1.25, 2, 2.5, 3.25, 3.75, 4.5]
    assert struck(made, HAT) == eighths
    assert struck(made, 36, part="Bass") == eighths
    assert struck(made, SNARE) == [1.25, 3.75]
    assert struck(made, KICK) == [0, 2, 2.5]
    assert struck(made, 76, part="Tune") == [2, 3.75]


@pytest.mark.parametrize(("length", "to", "so"), [(5, "5/4", True), (3, "9/8", False), (4, "5/4", False)])
def test_beats_go_evenly_only_where_they_fill_the_bar(length: int, to: str, so: bool) -> None:
    frames = Frame(mi.Meter("4/4")), Frame(mi.Meter(to))
    assert evenly(Warp.linear(4, length), frames) is so


def test_a_kit_in_seven_and_its_band_have_the_same_three_beats() -> None:
    tune: Bar = [(0, 1, 69), (1, 0.5, 71), (1.5, 1, 72), (2.5, 0.5, 71), (3, 0.5, 69)]
    bass: Bar = [(0, 1, 33), (1, 0.5, 33), (1.5, 1, 36), (2.5, 1, 38)]
    kit: Bar = [(0, 0.1, KICK), (1.5, 0.1, SNARE), (2.5, 0.1, KICK), *((at / 2, 0.1, HAT) for at in range(7))]
    made = mi.convert(song("7/8:3+2+2", (tune, bass, kit)), "3/4")
    assert struck(made, KICK) + struck(made, SNARE) == [0, 2, 1]
    assert [struck(made, key, part="Bass")[0] for key in (33, 36, 38)] == [0, 1, 2]
