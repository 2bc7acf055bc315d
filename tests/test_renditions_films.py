"""Renditions in a film's metre: what the lineage says is what is played, and what it does not say is asked for."""

from __future__ import annotations

import pytest

import mi_theme as mi
from mi_theme.credits.markings import annotations_of
from mi_theme.errors import ClaimError, UnknownName


@pytest.mark.parametrize("number", range(1, 8))
def test_a_film_is_played_in_the_metre_of_its_opening(number: int) -> None:
    score = mi.render(film=number, style="bare", length=8)
    assert [str(meter) for _, meter in score.meters.changes] == ["5/4:3+3+2+2"]
    known = annotations_of(score)
    assert known["film"] == str(number)
    assert any(key.startswith("opening by") for key in known)


def test_nobody_states_the_metre_of_film_8() -> None:
    with pytest.raises(ClaimError, match="--meter"):
        mi.render(film=8)
    score = mi.render(film=8, meter="7/8:2+2+3", style="bare", length=8)
    assert [str(meter) for _, meter in score.meters.changes] == ["7/8:2+2+3"]
    assert annotations_of(score)["film"] == "8"


def test_a_film_goes_by_title_or_year_too() -> None:
    assert mi.render(film="2006", style="bare", length=8) == mi.render(
        film="Mission: Impossible III", style="bare", length=8
    )
    with pytest.raises(UnknownName, match="no film"):
        mi.render(film=9)
