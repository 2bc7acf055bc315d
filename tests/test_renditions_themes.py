"""One's own theme goes through every style without breaking a rule; any theme at all makes a rendition."""

from __future__ import annotations

from fractions import Fraction

import pytest
from arranging.checks import CHECKS, Hearing, faults
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from mi_theme import Degree, Score
from mi_theme.errors import MiThemeError
from mi_theme.meter import Meter
from mi_theme.pitch import Tonic
from mi_theme.renditions import arrange, forms, styles
from mi_theme.themes import Motif, Theme, Tone

# traditional tunes, as everybody sings them; the bass lines are ours
TUNES = {
    "greensleeves": Theme(
        "Greensleeves",
        (Motif("1:4 5:2 | b7,:4 4:2", "ostinato"), Motif("1:2 b3:4 4:2 5:3 6:1 5:2", "head", "downbeat")),
        Meter("6/8"), None, Tonic("E"), "minor",
    ),
    "drunken-sailor": Theme(
        "What shall we do with the drunken sailor",
        (Motif("1:4 5,:4 | b7,:4 4,:4", "ostinato"), Motif("5:2 5:1 5:1 5:2 5:1 5:1", "head")),
        Meter("4/4"), None, Tonic("D"), "dorian",
    ),
    "twinkle": Theme(
        "Twinkle, twinkle",
        (Motif("1:2 1:2 5:2 5:2 | 6:2 6:2 5:4", "ostinato"), Motif("1:2 1:2 5:2 5:2 6:2 6:2 5:4", "head")),
        Meter("4/4"), None, Tonic("C"), "major",
    ),
}  # fmt: skip


@pytest.mark.parametrize("style", list(styles()))
@pytest.mark.parametrize("tune", list(TUNES))
def test_a_tune_of_ones_own_breaks_no_rule(tune: str, style: str) -> None:
    form = list(forms())[len(style) % len(forms())]
    assert faults(arrange(theme=TUNES[tune], style=style, form=form, seed=len(style))) == []


# number of a tune in O'Neill's collection: the file of music21's corpus that has it
FOLK_SONGS = {
    1: "0001-0050", 37: "0001-0050", 104: "0101-0200", 260: "0201-0300", 395: "0351-0400", 512: "0501-0550",
    650: "0626-0700", 901: "0900-0950",
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("style", list(styles()))
@pytest.mark.parametrize("number", FOLK_SONGS)
def test_folk_songs_of_the_corpus_break_no_rule(number: int, style: str) -> None:
    own = _folk_song(number)
    for form in forms():
        assert faults(arrange(theme=own, style=style, form=form, seed=number)) == []


def _folk_song(number: int) -> Theme:
    """Two bars of a dance tune of O'Neill's collection as the ostinato, its first three notes as the head."""
    from music21 import corpus

    stream = corpus.parse(f"oneills1850/{FOLK_SONGS[number]}.abc", number=number)
    part = stream.parts[0]
    notes = [n for n in part.flatten().notes if n.isNote and n.quarterLength > 0]
    signature = part.recurse().getElementsByClass("TimeSignature").first()
    score = Score.from_notes(
        [float(n.offset) for n in notes], [float(n.quarterLength) for n in notes], [n.pitch.midi for n in notes],
        meter=f"{signature.numerator}/{signature.denominator}",
    )  # fmt: skip
    return Theme.from_score(score, (1, 2))


DEGREES = ("1", "2", "b3", "3", "4", "#4", "5", "b6", "6", "b7", "7", "5,", "b7,", "1'", "b3'")


@st.composite
def lines(draw: st.DrawFn, most: int) -> list[Tone]:
    """Notes of one to six eighths, with rests between some of them."""
    tones, place = [], Fraction(0)
    for _ in range(draw(st.integers(2, most))):
        place += Fraction(draw(st.sampled_from((0, 0, 0, 1, 2))), 2)
        length = Fraction(draw(st.integers(1, 6)), draw(st.sampled_from((2, 2, 2, 4, 3))))
        tones.append(Tone(place, length, Degree(draw(st.sampled_from(DEGREES)))))
        place += length
    return tones


@settings(max_examples=15)
@given(
    ostinato=lines(9), head=lines(5), style=st.sampled_from(list(styles())), form=st.sampled_from(list(forms())),
    home=st.sampled_from(("5/4:3+3+2+2", "4/4:3+3+2", "3/4:2+2+2", "6/8:3+3", "7/8:2+2+3")), seed=st.integers(0, 99),
    bars=st.integers(4, 40), ending=st.sampled_from(("ring", "stop", "fade", "loop")),
)  # fmt: skip
def test_any_theme_makes_a_rendition(
    ostinato: list[Tone], head: list[Tone], style: str, form: str, home: str, seed: int, bars: int, ending: str
) -> None:
    own = Theme("anything", (Motif(ostinato, "ostinato"), Motif(head, "head")), Meter(home))
    try:
        plan = arrange(theme=own, style=style, form=form, seed=seed, length=bars, ending=ending)
    except MiThemeError:  # a figure that no strategy carries into the form's metres
        assume(False)
    hearing = Hearing(plan, plan.score())
    for name in ("figure", "signatures", "equal", "low", "loops", "tail"):
        assert list(CHECKS[name](hearing)) == [], name
    assert hearing.score.to_bytes() == plan.score().to_bytes()
