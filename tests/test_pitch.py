"""Degrees, tonics and spelling."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mi_theme.errors import TextError
from mi_theme.pitch import LETTERS, MAJOR, MODES, SIGNS, Degree, Tonic, spelled_in

TONICS = st.builds(str.__add__, st.sampled_from(LETTERS), st.sampled_from(("", "b", "#")))
DEGREES = st.builds(
    lambda sign, number, mark, octaves: f"{sign}{number}{mark * octaves}",
    st.sampled_from(("", "b", "#", "bb", "##")), st.integers(1, 7), st.sampled_from("',"), st.integers(0, 4),
)  # fmt: skip
REGISTERS = st.integers(12, 84)


def pitch_class_of(name: str) -> int:
    """Of a note name with any number of signs, the naive way."""
    return (MAJOR[LETTERS.index(name[0])] + name.count("#") - name.count("b")) % 12


@given(TONICS)
def test_tonics_read_back(text: str) -> None:
    tonic = Tonic(text)
    assert str(tonic) == text
    assert Tonic(tonic) == tonic == eval(repr(tonic))
    assert tonic.pitch_class == pitch_class_of(text)


@given(DEGREES)
def test_degrees_read_back(text: str) -> None:
    degree = Degree(text)
    assert str(degree) == text
    assert Degree(degree) == degree == eval(repr(degree))


@given(DEGREES, TONICS, REGISTERS)
def test_the_spelling_names_the_pitch(text: str, tonic: str, register: int) -> None:
    degree = Degree(text)
    name, pitch, step = degree.spelled(tonic), degree.pitch(tonic, register), degree.step(tonic, register)
    assert pitch_class_of(name) == pitch % 12
    assert LETTERS[step % 7] == name[0]
    assert MAJOR[step % 7] + 12 * (step // 7 + 1) + name.count("#") - name.count("b") == pitch


@given(TONICS, REGISTERS)
def test_the_first_degree_is_the_first_tonic_in_the_register(tonic: str, register: int) -> None:
    pitch = Degree("1").pitch(tonic, register)
    assert register <= pitch < register + 12
    assert pitch % 12 == Tonic(tonic).pitch_class


@given(st.integers(0, 127), TONICS, REGISTERS, st.sampled_from(sorted(MODES)))
def test_a_pitch_and_its_degree(pitch: int, tonic: str, register: int, mode: str) -> None:
    assert Degree.of_pitch(pitch, tonic, register, mode).pitch(tonic, register) == pitch


@given(DEGREES, TONICS, REGISTERS, st.integers(-12, 12))
def test_transposition_moves_every_degree_alike(text: str, tonic: str, register: int, by: int) -> None:
    one, moved = Degree("1"), Degree(text)
    assert moved.pitch(tonic, register) - one.pitch(tonic, register) == moved.semitones
    assert moved.step(tonic, register) - one.step(tonic, register) == moved.steps


@pytest.mark.parametrize(
    ("degree", "tonic", "name"),
    [
        ("b3", "Eb", "Gb"), ("b3", "G", "Bb"), ("4", "G", "C"), ("b7,", "G", "F"), ("7,", "G", "F#"), ("b7", "Eb", "Db"),
        ("7", "C#", "B#"), ("b3", "Cb", "Ebb"), ("#4", "C", "F#"), ("b5", "C", "Gb"), ("5", "B", "F#"),
    ],
)  # fmt: skip
def test_spelled_by_degree(degree: str, tonic: str, name: str) -> None:
    assert Degree(degree).spelled(tonic) == name


@pytest.mark.parametrize(
    ("mode", "pitches"), [("minor", "1 b2 2 b3 3 4 #4 5 b6 6 b7 7"), ("major", "1 b2 2 b3 3 4 #4 5 b6 6 b7 7")]
)
def test_chromatic_names(mode: str, pitches: str) -> None:
    assert [str(Degree.of_pitch(60 + i, "C", 60, mode)) for i in range(12)] == pitches.split()


@pytest.mark.parametrize(
    ("tonic", "mode", "fifths"),
    [
        ("C", "major", 0),
        ("G", "minor", -2),
        ("A", "minor", 0),
        ("Eb", "major", -3),
        ("F#", "minor", 3),
        ("D", "dorian", -1),
    ],
)
def test_key_signatures(tonic: str, mode: str, fifths: int) -> None:
    assert Tonic(tonic).fifths(mode) == fifths


def test_middle_c_is_step_35() -> None:
    assert Degree("1").step("C", 60) == 7 * 4


@pytest.mark.parametrize("text", ["", "H", "Gx#", "1", "g!", "Bbbb", "C" * 1000])
def test_what_is_no_tonic(text: str) -> None:
    with pytest.raises(TextError, match="a tonic is"):
        Tonic(text)


@pytest.mark.parametrize("text", ["", "0", "8", "b", "3b", "1',", "bbb3", "1" + "'" * 1000, "٣"])
def test_what_is_no_degree(text: str) -> None:
    with pytest.raises(TextError, match="a degree is"):
        Degree(text)


@pytest.mark.parametrize(
    ("fifths", "names"),
    [(0, "C C# D D# E F F# G G# A Bb B"), (-2, "C C# D Eb E F F# G Ab A Bb B"), (3, "B# C# D D# E E# F# G G# A A# B")],
)
def test_pitches_are_spelled_around_the_key_on_the_line_of_fifths(fifths: int, names: str) -> None:
    found = [spelled_in(fifths, pitch) for pitch in range(60, 72)]
    assert [LETTERS[step % 7] + SIGNS[alteration] for step, alteration in found] == names.split()
    assert spelled_in(fifths, 61, 29) == (29, -1)  # D flat, as it says
    assert spelled_in(fifths, 61, 50) == spelled_in(fifths, 61)
