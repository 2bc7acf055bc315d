"""Which way is taken, what it costs the ear, and why: places are in quarters."""

from __future__ import annotations

from fractions import Fraction
from itertools import starmap

import numpy as np
import pytest
from test_convert_music import melody, midi

import mi_theme as mi
from mi_theme.adaptation.frames import Frame
from mi_theme.adaptation.hearing import heard_cost
from mi_theme.errors import StrategyError
from mi_theme.score import Event, Track
from mi_theme.score import messages as m
from mi_theme.warp import Warp

F = Fraction


def hymn(rhythm: list[float], bars: int = 4, meter: str = "4/4") -> mi.Score:
    """Four voices that move together."""
    length = float(mi.Meter(meter).bar)
    onset = [bar * length + at for bar in range(bars) for at in rhythm]
    lasts = np.diff([*onset, bars * length]).tolist()
    voices = 4
    pitch = [72 - 7 * voice + (index * 2) % 5 for voice in range(voices) for index in range(len(onset))]
    part = np.repeat(range(voices), len(onset))
    return mi.Score.from_notes(
        onset * voices, lasts * voices, pitch, part=part, meter=meter, names=["Soprano", "Alto", "Tenor", "Bass"]
    )


def soprano(score: mi.Score) -> list[float]:
    found: list[float] = score.notes("Soprano")["onset"].round(6).tolist()
    return found


def test_a_chorale_goes_to_three_with_two_beats_for_a_bar() -> None:
    plan = mi.plan(hymn([0, 1, 2, 2.5, 3]), "3/4")
    assert (plan.how, plan.ratio, plan.keep) == ("tripla", F(2), "bar")
    assert soprano(plan.apply(hymn([0, 1, 2, 2.5, 3])))[:6] == [0, 2, 3, 4, 5, 6]
    assert "one bar of 4/4 makes 2 bars of 3/4" in str(plan)


@pytest.mark.parametrize("rhythm", [[0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5], [0, 1.5, 2, 3.5]], ids=["a run", "off the beats"])
def test_what_moves_otherwise_does_not(rhythm: list[float]) -> None:
    assert mi.plan(hymn(rhythm), "3/4").ratio == 1


def test_a_line_alone_keeps_its_bars() -> None:
    score = mi.Score.from_notes(range(16), [1] * 16, [60 + at % 5 for at in range(16)], meter="4/4")
    assert mi.plan(score, "3/4").ratio == 1


def test_tripla_can_be_asked_for() -> None:
    score = mi.Score.from_notes([0, 1, 1.5, 2, 3], [1, 0.5, 0.5, 1, 1], 60, meter="4/4")
    assert mi.convert(score, "3/4", how="tripla").notes()["onset"].tolist() == [0, 2, 2.5, 3, 5]
    with pytest.raises(StrategyError, match="tripla: two beats of 4/4"):
        mi.plan(score, "5/4", how="tripla")


def test_the_plan_says_why() -> None:
    text = str(mi.plan(hymn([0, 1, 2, 3]), "7/8"))
    assert "chosen   because rests and held notes give time first" in text
    assert "it costs the ear" in text
    assert "chosen" not in str(mi.plan(hymn([0, 1, 2, 3]), "7/8", how="cut")), "nobody chose"


def test_a_chorale_in_three_is_ranked_as_ears_rank_it() -> None:
    rows = {row.strategy: row.cost for row in mi.compare(hymn([0, 1, 2, 3], bars=8), "3/4").rows}
    costs = [rows[name] or 0.0 for name in ("tripla", "regroup", "cut", "rebar")]
    assert costs == sorted(costs)
    assert costs[0] > 0


EVEN = [(F(at), F(1)) for at in range(4)]


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ([(0, 0), (1, 1), (2, 2), (4, 3)], [(0, 0), (4, 3)]),  # beats that stay, and four in the time of three
        ([(0, 0), (1, 2), (4, 5)], [(0, 0), (4, 4), (4, 5)]),  # a note held, and silence
        ([(0, 0), (1, 1), (2, 2), (4, 3)], [(0, 0), (3, 3), (4, 3)]),  # notes closer together, and a note lost
    ],
)
def test_what_is_better_costs_less(better: list[tuple[int, int]], worse: list[tuple[int, int]]) -> None:
    source, target = Frame(mi.Meter("4/4")), Frame(mi.Meter("3/4" if better[-1][1] == 3 else "5/4"))
    costs = [heard_cost(EVEN, Warp(points), source, target, F(1)) for points in (better, worse)]
    assert costs[0] < costs[1]


def test_what_sounds_the_same_costs_nothing() -> None:
    frame = Frame(mi.Meter("4/4"))
    assert heard_cost(EVEN, Warp.identity(F(4)), frame, frame, F(1)) == 0


def test_swung_eighths_become_the_long_and_short_of_a_compound_metre() -> None:
    onset = [bar * 4 + beat + place for bar in range(4) for beat in range(4) for place in (0, 2 / 3)]
    pitch = [60 + (index * 5) % 7 for index in range(len(onset))]
    score = mi.Score.from_notes(onset, [0.3] * len(onset), pitch, meter="4/4")
    made = mi.convert(score, "12/8").notes()["onset"].round(6)
    assert made.tolist() == [round(1.5 * beat + place, 6) for beat in range(16) for place in (0, 1)]


def test_a_strum_lasts_as_many_seconds_as_before() -> None:
    spread = [0.0, 14 / 480, 29 / 480, 45 / 480]  # at 480 ticks, as it is played
    onset = [beat + late for beat in range(16) for late in spread]
    score = mi.Score.from_notes(onset, [0.5] * len(onset), [48, 52, 55, 60] * 16, meter="4/4")
    plan = mi.plan(score, "12/8")
    made = plan.apply(score).notes()["onset"].reshape(16, 4)[:-1]  # the last has nothing after it to be read by
    assert np.allclose((made - made[:, :1]) * float(plan.tempo), spread, atol=0.004)


def dance(rhythm: list[float], meter: str, bars: int = 4) -> mi.Score:
    """A tune alone, each bar in one rhythm."""
    length = float(mi.Meter(meter).bar)
    onset = [bar * length + at for bar in range(bars) for at in rhythm]
    pitch = [67 + (index * 3) % 7 for index in range(len(onset))]
    return mi.Score.from_notes(onset, np.diff([*onset, bars * length]), pitch, meter=meter)


def test_cut_time_in_eighths_is_counted_in_four() -> None:
    reel = dance([at / 2 for at in range(8)], "2/2")
    plan = mi.plan(reel, "6/8")
    assert (plan.how, plan.ratio) == ("long-short", F(2))
    assert plan.apply(reel).notes()["onset"][:8].tolist() == [0, 1, 1.5, 2.5, 3, 4, 4.5, 5.5]
    assert "counted in 4" in str(plan)
    assert mi.plan(dance([0, 2], "2/2"), "6/8").ratio == 1, "halves are its beats"


def test_a_dotted_figure_is_long_and_short_in_threes() -> None:
    hornpipe, snap = dance([0, 0.75, 1, 1.75, 2, 2.75, 3, 3.75], "4/4"), dance([0, 0.25, 1, 1.25, 2, 2.25, 3], "4/4")
    assert mi.convert(hornpipe, "12/8").notes()["onset"][:8].tolist() == [0, 1, 1.5, 2.5, 3, 4, 4.5, 5.5]
    assert mi.convert(snap, "12/8").notes()["onset"][:7].tolist() == [0, 0.5, 1.5, 2, 3, 3.5, 4.5]


def test_triplets_by_name() -> None:
    jig = dance([0, 0.5, 1, 1.5, 2.5], "6/8")
    plan = mi.plan(jig, "2/4", how="triplets")
    assert plan.sounds_the_same
    assert plan.apply(jig).notes()["onset"][:5] == pytest.approx([0, 1 / 3, 2 / 3, 1, 5 / 3], abs=1e-3)


def test_a_tempo_is_proposed_where_notes_go_by_a_third_slower() -> None:
    notes = "\n".join(mi.plan(dance([0, 0.5, 1, 1.5], "2/4"), "3/4").notes)
    assert "slower than before: quarter = 180 for 120 keeps their speed" in notes
    assert "their speed" not in "\n".join(mi.plan(dance([0, 1, 2], "3/4"), "4/4").notes)


def test_a_rest_in_which_the_left_hand_plays_is_no_rest() -> None:
    """A broken chord through two hands: six of eight sixteenths are left of the run, on both sides of the bar line."""
    right = [0.5 + at / 4 for at in range(6)] + [2.5 + at / 4 for at in range(6)]
    left = [0, 0.25, 2, 2.25]
    onset = [4 * bar + at for bar in range(4) for at in (*right, *left)]
    part = ([0] * 12 + [1] * 4) * 4
    pitch = ([72, 76, 79] * 4 + [48, 52] * 2) * 4
    score = mi.Score.from_notes(onset, [0.25] * len(onset), pitch, part=part, meter="4/4", names=["Right", "Left"])
    places = np.unique(mi.convert(score, "3/4").note_table()["onset"])
    assert places[places < 3].tolist() == [at / 4 for at in range(12)]


def dotted(bars: int = 4) -> mi.Score:
    """A hornpipe: nothing but dotted pairs."""
    onset = [bar * 4 + beat + place for bar in range(bars) for beat in range(4) for place in (0, 0.75)]
    return mi.Score.from_notes(
        onset, [0.75, 0.25] * 4 * bars, [60 + (index * 5) % 7 for index in range(len(onset))], meter="4/4"
    )


def test_a_dotted_run_loses_a_pair_and_stays_dotted() -> None:
    plan = mi.plan(dotted(), "3/4")
    places = plan.apply(dotted()).notes()["onset"] % 3
    assert places[:6].tolist() == [0, 0.75, 1, 1.75, 2, 2.75]
    assert len(plan.dropped) == 8
    every = mi.plan(dotted(), "3/4", runs="keep")
    assert not every.dropped
    places = (every.apply(dotted()).notes()["onset"] % 3).tolist()
    assert places[:8] == [0, 0.25, 0.5, 0.75, 1, 1.75, 2, 2.75]  # not four against three: the long notes are on beats


def test_a_triplet_is_not_squeezed_as_a_rest() -> None:
    third = F(1, 3)
    onset = [
        bar * 4 + at for bar in range(4) for at in (0, third, 2 * third, 1, 1 + third, 1 + 2 * third, 2, 3, F(15, 4))
    ]
    score = mi.Score.from_notes(
        [float(at) for at in onset], [float(third)] * len(onset), [60 + i % 7 for i in range(len(onset))], meter="4/4"
    )
    places = mi.convert(score, "7/8").notes()["onset"]
    assert np.allclose(places[:6], np.arange(6) / 3)


def line(values: list[float], bars: int = 4, meter: str = "4/4") -> mi.Score:
    """One part in these values, bar after bar; those below 0 are rests."""
    length = float(mi.Meter(meter).bar)
    places = [bar * length + sum(map(abs, values[:index])) for bar in range(bars) for index in range(len(values))]
    notes = [(at, lasts) for at, lasts in zip(places, values * bars, strict=True) if lasts > 0]
    onset, lasting = zip(*notes, strict=True)
    return mi.Score.from_notes(onset, lasting, [60 + (index * 5) % 7 for index in range(len(onset))], meter=meter)


@pytest.mark.parametrize(
    ("meter", "to", "step", "again"),
    [
        ("4/4", "5/4", 0.5, (2, 3)),
        ("4/4", "5/4", 0.25, (4, 7)),
        ("3/4", "4/4", 0.5, (2, 3)),
        ("3/4", "5/4", 0.5, (2, 5)),
    ],
)
def test_a_run_goes_on_where_a_bar_gains_beats(meter: str, to: str, step: float, again: tuple[int, int]) -> None:
    length = mi.Meter(meter).bar
    score = line([step] * int(length / F(step)), meter=meter)
    plan = mi.plan(score, to)
    assert plan.how == "run-on"
    notes = plan.apply(score).notes()
    assert np.diff(notes["onset"]).tolist() == [step] * (len(notes) - 1)
    first, last = again
    played = notes["pitch"].tolist()
    assert played[: last + 1] == score.notes()["pitch"].tolist()[: last + 1]
    assert played[last + 1 : 2 * last + 2 - first] == played[first : last + 1]


@pytest.mark.parametrize(
    ("meter", "to", "values"),
    [
        ("4/4", "5/4", [-0.5, *[0.25] * 6] * 2),
        ("4/4", "5/4", [-0.5, *[0.25] * 14]),
        ("4/4", "5/4", [*[0.25] * 6, -0.5] * 2),
        ("4/4", "5/4", [*[0.25] * 8, -0.5, *[0.25] * 6]),
        ("4/4", "5/4", [-0.25, *[0.25] * 3] * 4),
        ("4/4", "5/4", [*[0.25] * 4, -1] * 2),
        ("4/4", "5/4", [-0.5, 0.5, 0.5, 0.5] * 2),
        ("3/4", "4/4", [-0.5, *[0.5] * 5]),
        ("3/4", "5/4", [-0.25, *[0.25] * 3] * 3),
        ("2/4", "3/4", [-0.5, *[0.25] * 6]),
    ],
)
def test_a_run_with_rests_goes_on_at_its_own_speed(meter: str, to: str, values: list[float]) -> None:
    """The stretch that is played again has most notes, so that no rest grows."""
    before, after = line(values, meter=meter), mi.convert(line(values, meter=meter), to)
    assert set(np.diff(after.notes()["onset"])) <= set(np.diff(before.notes()["onset"]))
    assert len(after.notes()) > len(before.notes())


def test_three_notes_and_a_rest_end_a_phrase_and_are_no_run() -> None:
    assert mi.plan(line([0.5, 0.5, 0.5, -0.5], meter="2/4"), "3/4").how != "run-on"


@pytest.mark.parametrize(
    ("values", "places"),
    [
        ([0.25, 0.25, 0.25, 0.5, 0.25, 0.5], [0, 0.25, 0.5, 1, 2, 2.5]),
        ([0.5, 0.25, 0.5, 0.25, 0.5], [0, 0.5, 1, 2, 2.5]),
        ([0.25, 0.5, 0.5, 0.25, 0.5], [0, 0.25, 1, 2, 2.5]),
        ([-0.25, 0.25, 0.25, 0.5, 0.25, 0.5], [0.25, 0.5, 1, 2, 2.5]),
        ([0.75, 0.75, 0.5], [0, 1, 2.5]),
        ([0.25, 0.25, 0.25, 0.75, 0.5], [0, 0.25, 0.5, 1, 2.5]),
        ([0.25, 0.25, 0.25, 0.5, 0.25, 0.25, 0.25], [0, 0.25, 0.5, 1, 2.25, 2.5, 2.75]),
        ([0.25, 0.5, 0.25, 0.5, 0.5], [0, 0.25, 0.75, 1, 2]),
    ],
)
def test_a_rag_in_three_comes_on_its_second_beat(values: list[float], places: list[float]) -> None:
    """What was a sixteenth before the beat, and is held a beat longer, would hide it; what is no anticipation stays."""
    score = line(values, meter="2/4")
    plan = mi.plan(score, "3/4")
    assert plan.how == "hold-last"
    assert plan.apply(score).notes()["onset"].tolist()[: len(places)] == places


def test_the_left_hand_of_a_rag_in_three_is_a_waltz() -> None:
    right = line([0.25, 0.25, 0.25, 1.25], meter="2/4").notes()
    strokes = [(bar * 2 + at / 2, pitch) for bar in range(4) for at, pitch in enumerate((46, 55, 55, 58))]
    score = mi.Score.from_notes(
        [*right["onset"], *(at for at, _ in strokes)],
        [*right["duration"], *[0.5] * 16],
        [*right["pitch"] + 12, *(pitch for _, pitch in strokes)],
        part=[0] * len(right) + [1] * 16,
        meter="2/4",
    )
    waltz = mi.convert(score, "3/4")
    assert waltz.notes(0)["onset"].tolist()[:5] == [0, 0.25, 0.5, 1, 3]
    assert set(waltz.notes(1)["onset"] % 0.5) == {0}


@pytest.mark.parametrize("values", [[1, 0.5, 0.5] * 2, [0.5, 0.5, 1] * 2, [2, 1.5, 0.5]])
def test_chords_change_on_beats_where_a_beat_goes(values: list[float]) -> None:
    """Six even eighths would have the second chord between beats of three."""
    tune = line(values).notes()
    score = mi.Score.from_notes(
        [*tune["onset"], *range(0, 16, 2)],
        [*tune["duration"], *[2] * 8],
        [*tune["pitch"] + 12, *[48, 53] * 4],
        part=[0] * len(tune) + [1] * 8,
        meter="4/4",
    )
    assert set(mi.convert(score, "3/4").notes(1)["onset"] % 1) == {0}


@pytest.mark.parametrize(
    ("values", "title", "shape"),
    [
        ([1, 1, 0.5, 0.5, 1], "HOLD THE LAST (1+1+1+2)", "2+2+2+4"),
        ([1, 1, 0.5, 0.5, 0.5, 0.5], "HOLD THE LAST LONG NOTE (1+2+1+1)", "2+4+2+2"),
    ],
)
def test_the_title_is_what_is_held(values: list[float], title: str, shape: str) -> None:
    text = str(mi.plan(line(values), "5/4", how="hold-last"))
    assert title in text
    assert f"     {shape}\n" in text


def test_bars_of_rest_keep_their_rests() -> None:
    score = mi.Score.from_notes([0, 1, 2, 12, 13, 14], [1] * 6, [60, 62, 64] * 2, meter="3/4")
    assert "kept     the rests" in str(mi.plan(score, "4/4").replace(bars=(2, 4), how="rest"))


@pytest.mark.parametrize(
    ("values", "first"),
    [
        ([1.0, 1, 1, 1], [0, 2, 3, 4]),
        ([0.5] + [0.25] * 14, [0, 1.5, 1.75, 2, 2.25]),
        ([0.5, 0.5, 1, 1, 1], [0, 0.5, 1, 2, 3, 5]),
        ([0.5, 0.5, 1, 1.5, 0.5], [0, 0.5, 1, 2, 4.5, 5]),
    ],
    ids=["beats", "a longer note before a run", "a long note at the end", "notes that lead on after it"],
)
def test_what_does_not_run_is_held(values: list[float], first: list[float]) -> None:
    score = line(values)
    plan = mi.plan(score, "5/4")
    assert plan.how == ("hold-last" if values[1] == 0.5 else "hold-first")
    assert plan.apply(score).notes()["onset"].tolist()[: len(first)] == first


def test_a_run_with_words_gets_no_notes() -> None:
    assert mi.plan(line([0.5] * 8), "5/4", runs="keep").how == "hold-first"


def test_what_is_held_through_a_repeat_is_held_on() -> None:
    onset = [*np.arange(0, 8, 0.5), 0, 2, 4, 6]
    score = mi.Score.from_notes(
        onset,
        [0.5] * 16 + [2] * 4,
        [72 + index % 5 for index in range(16)] + [48] * 4,
        part=[0] * 16 + [1] * 4,
        meter="4/4",
    )
    bass = mi.convert(score, "5/4").notes(1)
    assert bass["onset"].tolist() == [0, 3, 5, 8]
    assert bass["duration"].tolist() == [3, 2, 3, 2]


def test_a_note_that_is_held_over_a_beat_is_no_run() -> None:
    """Under a kit every beat has a place, but the long note after three short ones stays."""
    tune = [(0, 1), (1, 0.5), (1.5, 0.5), (2, 0.5), (2.5, 1.5)]
    kit = [(bar * 4 + at / 2, 0.25, 42) for bar in range(4) for at in range(8)]
    kit += [(bar * 4 + at, 0.25, 38) for bar in range(4) for at in (1, 3)]
    song = midi("4/4", (0, melody(4, tune, 4)), (9, sorted(kit)))
    assert not [change for change in mi.plan(song, "3/4").dropped if change.part == "Tune 1"]


def test_an_eighth_of_three_eight_is_a_quarter_of_three_four() -> None:
    plan = mi.plan(line([0.5, 0.5, 0.5], meter="3/8"), "3/4")
    assert (plan.keep, plan.tempo) == ("beat", F(1, 2))
    assert plan.sounds_the_same


@pytest.mark.parametrize(
    ("source", "to", "bars", "words"),
    [
        ("5/4", "6/4", [[0.5, 2, 1, 1.5], [2, 1, 1, 1]], "it waits on the first beat of every bar"),
        ("4/4", "9/8", [[1, 1, 1, 1], [1, 1.5, 1.5]], "beats fall between those of 9/8"),
        ("9/8", "4/4", [[2, 2, 0.5], [0.5, 2, 0.5, 0.5, 1]], "equal beats become long and short ones"),
        ("5/4", "4/4", [[1.5, 2, 1, 0.5], [1, 1, 1, 1, 0.5, 0.5]], "long and short beats become equal"),
    ],
)
def test_what_speaks_against_a_cheaper_way_is_what_is_heard(
    source: str, to: str, bars: list[list[float]], words: str
) -> None:
    lasts = [value for bar in (*bars, *bars) for value in bar]
    onset = np.cumsum([0, *lasts[:-1]])
    score = mi.Score.from_notes(onset, lasts, [60 + 2 * (at % 5) for at in range(len(lasts))], meter=source)
    assert words in str(mi.plan(score, to)).replace("\n           ", " ")


@pytest.mark.parametrize(
    ("meter", "to", "places"),
    [
        ("4/4", "9/8", [0, 1.5, 3, 4]),
        ("2/4", "9/8", [0, 3]),
        ("12/8", "7/8", [0, 2, 3.5, 5.5]),
        ("4/4", "5/8", [0, 1.5, 2.5, 4]),
    ],
)
def test_other_numbers_of_beats_keep_beats_and_bar_lines(meter: str, to: str, places: list[float]) -> None:
    """Into threes as into the twos they are the swing of; a bar that becomes two has its half on the second bar line."""
    beat = float(mi.Meter(meter).groups[0] * mi.Meter(meter).pulse)
    made = mi.convert(line([beat] * len(mi.Meter(meter).groups), meter=meter), to)
    assert made.notes()["onset"][: len(places)].tolist() == places


def test_a_slip_jig_keeps_its_beats_in_two_bars_of_two() -> None:
    rhythm = [0, 1, 1.5, 2.5, 3, 3.5, 4]
    score = mi.Score.from_notes(
        [bar * 4.5 + at for bar in range(4) for at in rhythm],
        [1, 0.5, 1, 0.5, 0.5, 0.5, 0.5] * 4,
        [67, 69, 71, 67, 71, 69, 67] * 4,
        meter="9/8",
    )
    made = mi.convert(score, "2/4").notes()["onset"]
    beats = [at for at in made.tolist() if at < 4 and at % 1 == 0]
    assert beats == [0, 1, 2, 3], "three beats, and the last is held"
    assert made[7] == 4, "a bar becomes two"


def test_bars_that_do_not_follow_each_other_are_not_compared_as_one() -> None:
    head, notes, at = [], [], 0
    for meter in map(mi.Meter, ["3/4"] * 3 + ["2/4", "4/4", "3/4", "2/4"]):
        head.append(Event(at * 480, m.time_signature(meter)))
        notes += range(at, at := at + int(meter.bar))
    struck = [(480 * one + end, (m.note_off if end else m.note_on)(0, 60 + one % 5, *[] if end else [80])) for one in notes for end in (0, 240)]  # fmt: skip
    score = mi.Score(480, (Track.sorted(head), Track.sorted(list(starmap(Event, struck)))))
    plan = mi.plan(score, "6/8")
    assert plan.because
    assert len(plan.apply(score).spans) == len(notes)


def test_a_lone_bar_goes_as_the_first_of_a_pair() -> None:
    rhythm = [0, 0.5, 0.75, 1, 1.5]
    tracks = [
        Event(tick * 480, m.time_signature(mi.Meter(meter))) for tick, meter in ((0, "2/4"), (6, "4/4"), (10, "2/4"))
    ]
    places = [bar * 2 + at for bar in (0, 1, 2, 5, 6) for at in rhythm] + [6, 8]
    notes = [event for index, at in enumerate(places) for event in (
        Event(round(at * 480), m.note_on(0, 60 + index % 7, 80)), Event(round((at + 0.25) * 480), m.note_off(0, 60 + index % 7)))]  # fmt: skip
    made = mi.convert(
        mi.Score(480, (Track.sorted(tracks), Track.sorted(notes))), "5/4", how="hold-first", ratio=F(1, 2)
    ).notes()["onset"]
    third = [round(at - 5, 4) for at in made.tolist() if 5 <= at < 7.9]
    assert third == [0, 1, 1.5, 2, 2.5], "on eighths, as every other bar"


def test_what_begins_a_group_anticipates_nothing() -> None:
    rhythm = [(0, 1.5), (1.5, 1.5), (3, 1), (4, 1)]
    bars, pitch = 4, [57, 64, 60, 62]
    score = mi.Score.from_notes(
        [bar * 5 + at for bar in range(bars) for at, _ in rhythm],
        [lasts for _, lasts in rhythm] * bars,
        pitch * bars,
        meter="5/4",
    )
    assert mi.convert(score, "3/4").notes()["onset"][:4].tolist() == [0, 1, 2, 2.5]


def test_a_swung_kit_in_seven_swings_on_the_quarters() -> None:
    ride = [(beat + at, 0.2, 51) for beat in range(4) for at in (0, 2 / 3) if beat % 2 or not at]
    bass = [(beat, 0.9, 36 + beat) for beat in range(4)]
    tune = [[(0, 2 / 3, 67), (2 / 3, 1 / 3, 69), (1, 2 / 3, 72), (5 / 3, 1 / 3, 74), (2, 1, 76), (3, 2 / 3, 74), (11 / 3, 1 / 3, 72)],
            [(0, 1, 74), (1, 2 / 3, 72), (5 / 3, 1 / 3, 69), (2, 2, 67)]]  # fmt: skip
    bars = range(8)
    score = midi(
        "4/4",
        (0, [(4 * bar + at, lasts, key) for bar in bars for at, lasts, key in tune[bar % 2]]),
        (1, [(4 * bar + at, lasts, key) for bar in bars for at, lasts, key in bass]),
        (9, [(4 * bar + at, lasts, key) for bar in bars for at, lasts, key in ride]),
    )
    made = mi.convert(score, "7/8")
    walking = made.notes(made.parts[1].name)["onset"]
    assert [round(at % 3.5, 3) for at in walking[4:8].tolist()] == [0, 1, 2, 3]


def test_a_rest_that_ends_the_bar_goes_before_anything_is_squeezed() -> None:
    rhythm, pitch = [0, 1.5, 1.75, 2], [71, 72, 74, 72]
    onset = [bar * 4 + at for bar in range(4) for at in rhythm]
    score = mi.Score.from_notes(onset, [1.5, 0.25, 0.25, 1] * 4, pitch * 4, meter="4/4")
    made = mi.convert(score, "3/4").notes()
    assert made["onset"][:5].tolist() == [0, 1.5, 1.75, 2, 3]
    assert made["duration"][:4].tolist() == [1.5, 0.25, 0.25, 1]


def test_snaps_and_dotted_pairs_by_turns_lose_a_pair_and_keep_their_lilt() -> None:
    rhythm = [0.25, 0.75, 0.75, 0.25, 0.25, 0.75, 0.75, 0.25]
    places = np.cumsum([0, *rhythm])[:-1].tolist()
    score = mi.Score.from_notes(
        [bar * 4 + at for bar in range(4) for at in places],
        rhythm * 4,
        [72, 69, 69, 64, 67, 69, 71, 72] * 4,
        meter="4/4",
    )
    made = mi.convert(score, "3/4").notes()["onset"]
    assert len(made) == 24
    values = np.diff([at for at in made.tolist() if at <= 3]).round(3).tolist()
    assert sorted(values) == [0.25] * 3 + [0.75] * 3


def test_bars_of_another_metre_become_as_many_as_suits_them() -> None:
    head, notes, at = [], [], 0
    for meter in map(mi.Meter, ["4/4"] * 2 + ["3/4"] * 4):
        head.append(Event(at * 480, m.time_signature(meter)))
        notes += range(at, at := at + int(meter.bar))
    struck = [(480 * one + end, (m.note_off if end else m.note_on)(0, 60 + one % 5, *[] if end else [80])) for one in notes for end in (0, 240)]  # fmt: skip
    made = mi.convert(mi.Score(480, (Track.sorted(head), Track.sorted(list(starmap(Event, struck))))), "2/4")
    assert made.notes()["onset"][:9].tolist() == [0, 1, 2, 3, 4, 5, 6, 7, 8], "a bar of 4/4 is two of 2/4"


def test_a_note_held_into_a_tuplet_is_held_on_and_the_tuplet_keeps_its_speed() -> None:
    sixths = [F(13, 6), F(7, 3), F(5, 2), F(8, 3), F(17, 6)]
    places = [0, F(1, 2), 1, *sixths]
    ends = [*places[1:], F(3)]
    rows = [(3 * bar + at, 3 * bar + end) for bar in range(4) for at, end in zip(places, ends, strict=True)]
    score = mi.Score.from_notes(
        [float(at) for at, _ in rows],
        [float(end - at) for at, end in rows],
        [72, 71, 67, 60, 64, 67, 72, 76] * 4,
        meter="3/4",
    )
    made = mi.convert(score, "5/4", how="hold-last").notes()["onset"][:8].round(4).tolist()
    assert made == [0, 0.5, 1, *(round(float(at) + 2, 4) for at in sixths)]


def test_the_tune_leaves_sixteenths_for_other_parts() -> None:
    tune = [(0.25, 0.25, 79), (0.5, 0.25, 85), (0.75, 0.25, 87), (1, 0.5, 79), (1.5, 0.5, 87), (2, 1, 89), (3, 0.5, 87)]
    left = [(0, 0.25, 32), (0.25, 0.25, 44), (0.5, 0.5, 51), (1, 0.5, 39), (1.5, 0.5, 51),
            (2, 0.25, 39), (2.25, 0.25, 51), (2.5, 0.5, 49), (3, 0.5, 46), (3.5, 0.5, 49)]  # fmt: skip
    score = midi("2/4", *((part, [(4 * bar + at, lasts, key) for bar in range(4) for at, lasts, key in rows])
                          for part, rows in enumerate((tune, left))))  # fmt: skip
    made = mi.convert(score, "7/8")
    assert all((at * 4) % 1 == 0 for part in made.parts for at in made.notes(part.name)["onset"].tolist())


@pytest.mark.parametrize(("values", "places"), [([1, 1, 1], [0, 1, 2, 5]), ([1.5, 0.5, 1], [0, 1.5, 2, 5])])
def test_a_waltz_in_five_is_the_bar_and_two_beats_more(values: list[float], places: list[float]) -> None:
    plan = mi.plan(line(values, meter="3/4"), "5/4")
    assert plan.how == "hold-last"
    assert plan.apply(line(values, meter="3/4")).notes()["onset"][:4].tolist() == places


def test_bars_that_would_be_stretched_more_than_twice_stay() -> None:
    head, notes, at = [], [], 0
    for meter in map(mi.Meter, ["3/4"] * 4 + ["2/4"] * 2):
        head.append(Event(at * 480, m.time_signature(meter)))
        notes += range(at, at := at + int(meter.bar))
    struck = [(480 * one + end, (m.note_off if end else m.note_on)(0, 60 + one % 5, *[] if end else [80])) for one in notes for end in (0, 240)]  # fmt: skip
    plan = mi.plan(mi.Score(480, (Track.sorted(head), Track.sorted(list(starmap(Event, struck))))), "5/4")
    assert [span.why for span in plan.spans if not span.how] == ["in 2/4: too far from 5/4"]


def test_a_cut_that_leaves_no_note_says_nothing_of_their_speed() -> None:
    plan = mi.plan(mi.Score.from_notes([3, 7], 1, 60, meter="4/4"), "3/4", how="cut")
    assert "speed" not in str(plan)
    assert not len(plan.apply(mi.Score.from_notes([3, 7], 1, 60, meter="4/4")).notes())
