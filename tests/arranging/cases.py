"""Which renditions are listened to: every style in every form, and a sample over metres, keys and seeds."""

from __future__ import annotations

from random import Random
from typing import NamedTuple

from mi_theme.renditions import Arrangement, arrange, forms, styles

METRES = ("5/4", "4/4", "3/4", "2/4", "6/8", "7/8", "9/8", "12/8", "7/4", "11/8", "7/8:2+2+3", "5/4:2+3+2+3")
TONICS = ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
MODES = ("minor", "dorian", "phrygian", "harmonic", "major", "mixolydian", "lydian")


class Case(NamedTuple):
    """Arguments of one rendition; None leaves a choice to the library."""

    style: str
    form: str
    meter: str | None = None
    tonic: str | None = None
    mode: str | None = None
    seed: int = 0

    def arrange(self) -> Arrangement:
        """The plan."""
        return arrange(**self._asdict())

    def __str__(self) -> str:
        return " ".join(str(value) for value in self if value is not None)


def every_style_and_form(seeds: int = 1) -> list[Case]:
    """Each style in each form as they stand."""
    return [Case(style, form, seed=seed) for style in styles() for form in forms() for seed in range(seeds)]


def sample(rounds: int = 1) -> list[Case]:
    """Every style in every metre, forms, keys, modes and seeds drawn by lot: the same ones each time."""
    lot = Random(1966)
    return [
        Case(style, lot.choice(list(forms())), meter, lot.choice(TONICS), lot.choice(MODES), lot.randrange(1000))
        for _ in range(rounds)
        for style in styles()
        for meter in METRES
    ]
