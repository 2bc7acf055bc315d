"""Motifs: text both ways, bar lines, maps; the theme itself; themes of a passage."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from test_warp import warps

import mi_theme as mi
from mi_theme.errors import MiThemeError, ScoreError, TextError, UnknownName
from mi_theme.meter import Meter
from mi_theme.pitch import Degree
from mi_theme.score import Event, Track
from mi_theme.score import messages as m
from mi_theme.themes import Motif, Theme, Tone
from mi_theme.warp import Warp

EIGHTHS = st.builds(Fraction, st.integers(1, 16), st.sampled_from((1, 2, 3, 5, 7)))


@st.composite
def motifs(draw: st.DrawFn) -> Motif:
    names, position, tones = ("1", "b3", "4", "5,", "b7,", "#4'"), Fraction(0), []
    for rest, duration in draw(st.lists(st.tuples(st.just(0) | EIGHTHS, EIGHTHS), min_size=1, max_size=8)):
        position += Fraction(rest) / 2
        tones.append(Tone(position, duration / 2, Degree(draw(st.sampled_from(names)))))
        position += duration / 2
    place = draw(st.sampled_from(("downbeat", "upbeat")))
    return Motif(
        tones, draw(st.sampled_from(("ostinato", "head"))), place, length=position + draw(EIGHTHS | st.just(0))
    )


@given(motifs())
def test_motifs_read_back(motif: Motif) -> None:
    assert Motif(str(motif), motif.name, motif.place) == motif == eval(repr(motif))
    assert Motif(motif.in_bars(Meter("4/4")), motif.name, motif.place) == motif


@given(motifs())
def test_bars_hold_every_note_once(motif: Motif) -> None:
    meter = Meter("5/4")
    lines = motif.lines("G", meter)
    found = [(index * meter.bar + onset, duration) for index, line in enumerate(lines) for onset, duration, _ in line]
    assert found == [tone[:2] for tone in motif]
    assert (len(lines) - 1) * meter.bar < motif.length <= len(lines) * meter.bar


@given(motifs(), warps())
def test_a_map_keeps_order_and_positive_durations(motif: Motif, warp: Warp) -> None:
    assume(any(warp.keeps(tone.onset) for tone in motif))
    moved = motif.warped(warp)
    kept = [tone for tone in motif if warp.keeps(tone.onset)]
    assert [tone.degree for tone in moved] == [tone.degree for tone in kept]
    assert all(tone.duration > 0 for tone in moved)
    assert list(moved.onsets) == [warp(tone.onset) for tone in kept]
    assert [tone.onset + tone.duration for tone in moved] == [warp.end(tone.onset + tone.duration) for tone in kept]


@given(motifs(), st.integers(-8, 8))
def test_lengthening_gives_to_the_longest_note_alone(motif: Motif, eighths: int) -> None:
    by = Fraction(eighths, 2)
    moved = motif.lengthened(by)
    if moved is not None:
        changes = [b.duration - a.duration for a, b in zip(motif, moved, strict=True)]
        assert sorted(changes, key=abs)[:-1] == [0] * (len(motif) - 1)
        assert sum(changes) == by == moved.length - motif.length


@given(motifs(), st.integers(-9, 9))
def test_transposing_moves_every_degree_by_as_many_steps(motif: Motif, steps: int) -> None:
    moved = motif.transposed(steps)
    assert [b.degree.steps - a.degree.steps for a, b in zip(motif, moved, strict=True)] == [steps] * len(motif)
    assert moved.onsets == motif.onsets


@pytest.mark.parametrize(
    "text",
    ["", " | ", "1", "1:", "1:0", "1:-1", "1:x", "1:1/0", "9:1", "r:3", ":3", "1:nan", "1:inf", "1:1e9999999", "1:3 r"],
)
@pytest.mark.usefixtures("impatient")
def test_what_is_no_motif(text: str) -> None:
    with pytest.raises(TextError):
        Motif(text)


def test_notes_of_a_motif_follow_one_another() -> None:
    tone = Tone(Fraction(0), Fraction(1), Degree("1"))
    with pytest.raises(ScoreError, match="note 2"):
        Motif([tone, tone])


def test_a_place_is_downbeat_or_upbeat() -> None:
    with pytest.raises(UnknownName, match="did you mean 'upbeat'"):
        Motif("1:1", place="upbeet")


# The theme


def test_the_quotation_is_what_the_issue_says() -> None:
    theme = mi.theme()
    assert str(theme.meter) == "5/4:3+3+2+2"
    assert theme.ostinato.in_bars(theme.meter) == "1:3 1:3 b3:2 4:2 | 1:3 1:3 b7,:2 7,:2"
    assert [str(tone.degree) for tone in theme.head] == ["b3", "1", "5,"]
    semitones, lasting = [t.degree.semitones for t in theme.head], [t.duration for t in theme.head]
    assert semitones == sorted(semitones, reverse=True)
    assert lasting[0] == lasting[1] < lasting[2]
    assert (str(theme.tonic), theme.mode, theme.bars) == ("G", "minor", 2)
    assert "Schifrin" in theme.rights.attribution
    assert theme.rights.notice
    assert theme.rights.provenance


def test_nothing_more_than_the_quotation_is_shipped() -> None:
    theme = mi.theme()
    assert [len(motif) for motif in theme.motifs] == [8, 3]


@pytest.mark.parametrize("tonic", ["C", "F#", "Bb", "Eb"])
def test_tonic_and_mode_are_parameters(tonic: str) -> None:
    theme = mi.theme(tonic, "dorian")
    assert (str(theme.tonic), theme.mode) == (tonic, "dorian")
    assert theme.ostinato == mi.theme().ostinato


@pytest.mark.parametrize(("arguments", "hint"), [({"mode": "minr"}, "minor"), ({"head_place": "upbeet"}, "upbeat")])
def test_unknown_parameters(arguments: dict[str, str], hint: str) -> None:
    with pytest.raises(UnknownName, match=f"did you mean '{hint}'"):
        mi.theme(**arguments)


def test_both_places_of_the_head_work() -> None:
    assert mi.theme(head_place="downbeat").head.upbeat == 0
    assert mi.theme(head_place="upbeat").head.upbeat == 1


# A passage of a score


def score_of(theme: Theme, bars: int = 4) -> mi.Score:
    """The ostinato written out, an upper part beside it."""
    tones = [(t.onset + bar * theme.meter.bar, t) for bar in range(0, bars, 2) for t in theme.ostinato]
    low = [(float(at), float(t.duration), t.degree.pitch(theme.tonic, 33), 1) for at, t in tones]
    high = [(float(bar * theme.meter.bar), float(theme.meter.bar), 72, 0) for bar in range(bars)]
    onset, duration, pitch, part = zip(*low, *high, strict=True)
    return mi.Score.from_notes(onset, duration, pitch, part=part, names=["Flute", "Bass"], meter=theme.meter)


@pytest.mark.parametrize("tonic", ["G", "C#", "Eb"])
def test_a_written_out_theme_is_read_off_its_score(tonic: str) -> None:
    theme = mi.theme(tonic)
    found = Theme.from_score(score_of(theme), (1, 2), tonic=tonic, mode="minor")
    assert found.meter == theme.meter
    assert found.ostinato == theme.ostinato
    assert found.to_meter("4/4").theme.ostinato == theme.to_meter("4/4").theme.ostinato


def test_the_key_is_estimated_where_nothing_says_it() -> None:
    scale = [60, 62, 64, 65, 67, 69, 71, 72, 67, 64, 60]
    score = mi.Score.from_notes(range(11), 1, scale, meter="4/4")
    found = Theme.from_score(score, (1, 2))
    assert (str(found.tonic), found.mode) == ("C", "major")


def test_a_passage_of_a_midi_file_becomes_a_theme_with_its_grouping() -> None:
    theme = mi.theme()
    found = Theme.from_score(mi.read(score_of(theme).to_bytes()), part="Bass", tonic="G", mode="minor")
    assert found.figure == theme.figure
    assert found.figure_source == "metre"
    assert "Bass" in found.rights.provenance


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"bars": (9, 10)}, "no bar 9"), ({"bars": (2, 1)}, "bar"), ({"bars": (0, 1)}, "no bar 0"), ({"part": "Bsas"}, "Bass"),
        ({"bars": (1, 99)}, "no bar 99"), ({"tonic": "H"}, "tonic"), ({"tonic": "G", "mode": "minr"}, "minor"),
    ],
)  # fmt: skip
def test_passages_that_are_not_there(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(MiThemeError, match=message):
        Theme.from_score(score_of(mi.theme()), **arguments)  # type: ignore[arg-type]


def test_a_passage_without_notes() -> None:
    score = mi.Score.from_notes([20], [1], [60], meter="4/4")
    with pytest.raises(ScoreError, match="no pitched notes begin in bars 1 to 2"):
        Theme.from_score(score, bars=(1, 2))
    assert [float(tone.onset) for tone in Theme.from_score(score).ostinato] == [0]  # of bar 6, the first with music


def played(rows: list[tuple[float, float, int]]) -> mi.Score:
    """A MIDI file of a piano with these (onset, duration, pitch), without spelling or voices."""
    score = mi.Score.from_notes(*zip(*rows, strict=True), meter="4/4")
    track = Track.sorted([Event(0, m.program(0, 1)), *score.tracks[1]])
    return mi.read(mi.Score(score.ticks_per_quarter, (score.tracks[0], track)).to_bytes())


TUNE = [(0, 1, 72), (1, 0.5, 74), (1.5, 0.5, 76), (2, 1.5, 79), (3.5, 0.5, 76)]


def test_a_bar_that_leads_in_is_no_bar_of_a_theme() -> None:
    upbeat = [(3.0, 0.5, 67), (3.5, 0.5, 69), *((4 + bar * 4 + at, *rest) for bar in range(4) for at, *rest in TUNE)]
    theme = Theme.from_score(played(upbeat))
    assert [float(tone.onset) for tone in theme.ostinato][:5] == [0, 1, 1.5, 2, 3.5]
    assert theme.rights.provenance.startswith("bars 2-3")


def test_of_two_hands_on_one_track_the_lower_one_that_moves_has_the_figure() -> None:
    tune = [(bar * 4 + at, *rest) for bar in range(4) for at, *rest in TUNE]
    held = [(bar * 4, 4, pitch) for bar in range(4) for pitch in (43, 48)]
    walking = [(beat, 1, 43 + beat % 4) for beat in range(16)]
    over_chords = Theme.from_score(played(sorted(tune + held)))
    assert [float(tone.onset) for tone in over_chords.ostinato][:5] == [at for at, *_ in TUNE]
    over_bass = Theme.from_score(played(sorted(tune + walking)))
    assert [float(tone.onset) for tone in over_bass.ostinato] == [*range(8)]


@pytest.mark.parametrize("gate", [0.6, 0.75, 0.9])
def test_a_theme_of_a_sequencer_has_the_values_that_were_cut(gate: float) -> None:
    tune = [(bar * 4 + at, round(lasts * gate * 480) / 480, pitch) for bar in range(4) for at, lasts, pitch in TUNE]
    assert [tone.duration for tone in Theme.from_score(played(tune)).ostinato][:5] == [1, 0.5, 0.5, 1.5, 0.5]
