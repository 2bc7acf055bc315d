"""What bars become by default: small tunes, and the places that an arranger would accept, in quarters of the target bar."""

from __future__ import annotations

import numpy as np
import pytest

import mi_theme as mi

Places = list[float]
THIRDS = [beat + third / 3 for beat in range(4) for third in range(3)]
SIXTHS = [number / 6 for number in range(24)]
THEME = [0, 1.5, 3, 4]


def tune(meter: str, places: Places, bars: int = 8, bass: Places | None = None) -> mi.Score:
    """Bars of one rhythm, and a note at the end."""
    length = float(mi.Meter(meter).bar)
    onset = [*(bar * length + at for bar in range(bars) for at in places), bars * length]
    lasts = [*np.diff(onset).tolist(), length]
    pitch = [60 + (5 * number) % 12 for number in range(len(onset))]
    low = [bar * length + at for bar in range(bars) for at in bass or []]
    return mi.Score.from_notes(
        onset + low,
        lasts + [0.5] * len(low),
        pitch + [40] * len(low),
        part=[0] * len(onset) + [1] * len(low),
        meter=meter,
        names=["Melody", "Bass"][: 1 + bool(low)],
    )


def bars_of(score: mi.Score, to: str) -> list[Places]:
    """The melody's places in each of the first bars."""
    length, onset = float(mi.Meter(to).bar), mi.convert(score, to).notes("Melody")["onset"]
    bars = (onset[(onset >= bar * length) & (onset < (bar + 1) * length)] - bar * length for bar in range(2))
    return [bar.round(3).tolist() for bar in bars]


@pytest.mark.parametrize(
    ("meter", "to", "places", "accepted"),
    [
        # time is taken from the long note, whatever groups the metre has
        ("5/4", "4/4", [0, 3.5, 4, 4.5], [[0, 2.5, 3, 3.5]]),
        ("5/4", "3/4", [0, 3.5, 4, 4.5], [[0, 1.5, 2, 2.5]]),
        ("5/4", "7/8", [0, 3.5, 4, 4.5], [[0, 2, 2.5, 3]]),
        ("5/4:3+2", "4/4", [0, 2.5, 3, 4.5], [[0, 1.5, 2, 3.5]]),
        ("10/8:3+3+2+2", "4/4", [0, 3.5, 4, 4.5], [[0, 2.5, 3, 3.5]]),
        ("9/8:2+2+2+3", "4/4", [0, 3, 3.5, 4], [[0, 2.5, 3, 3.5]]),
        ("8/8:3+3+2", "7/8", [0, 2.5, 3, 3.5], [[0, 2, 2.5, 3]]),
        ("7/8:2+2+3", "3/4", [0, 2.5, 3], [[0, 2, 2.5]]),
        ("7/8", "3/4", [0, 2.5, 3], [[0, 2, 2.5]]),
        ("3/4", "5/8", [0, 1.5, 2, 2.5], [[0, 1, 1.5, 2]]),
        ("3/2", "4/4", [0, 4, 4.5, 5, 5.5], [[0, 2, 2.5, 3, 3.5]]),
        # groups that are heard stay
        ("5/4:3+3+2+2", "4/4", THEME, [[0, 1.5, 3, 3.5]]),
        ("5/4", "4/4", THEME, [[0, 1.5, 3, 3.5]]),
        ("5/4", "3/4", THEME, [[0, 1, 2, 2.5]]),
        ("7/8:3+2+2", "3/4", [0, 1.5, 2.5], [[0, 1, 2]]),
        # a tune in eighths gets no sixteenths
        ("5/8:2+3", "4/4", [0, 0.5, 1, 2], [[0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5]]),
        ("5/8:3+2", "4/4", [0, 1, 1.5, 2], [[0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5], [0, 1, 1.5, 2, 3, 3.5]]),
        ("7/8", "3/4", [at / 2 for at in range(7)], [[0, 0.5, 1, 1.5, 2, 2.5]]),
        ("5/8", "2/4", [at / 2 for at in range(5)], [[0, 0.5, 1, 1.5]]),
        # equal beats: the longest is at most twice the shortest
        ("3/4", "5/4", [0, 1, 2], [[0, 1, 2], [0, 2, 4], [0, 2, 3], [0, 1, 3]]),
        ("5/4", "3/4", [0, 1, 2, 3, 4], [[0, 1, 1.5, 2, 2.5]]),
        ("5/4", "4/4", [0, 1, 2, 3, 4], [[0, 1, 2, 3, 3.5]]),
        # runs of triplets lose whole ones
        ("4/4", "3/4", THIRDS, [THIRDS[:9]]),
        ("4/4", "7/8", THIRDS, [THIRDS[:10]]),
        ("3/4", "2/4", THIRDS[:9], [THIRDS[:6]]),
        ("3/4", "5/8", THIRDS[:9], [THIRDS[:7]]),
        ("5/4", "4/4", [*THIRDS, 4, 13 / 3, 14 / 3], [THIRDS]),
        ("4/4", "3/4", SIXTHS, [SIXTHS[:18]]),
        # bars that are joined begin on beats
        ("2/4", "7/4", [0, 1], [[0, 1, 2, 3, 4, 5, 6, 6.5]]),
        ("3/8", "4/4", [0, 0.5, 1], [[0, 1, 1.5, 2, 3, 3.5]]),
    ],
)
def test_what_an_arranger_would_accept(meter: str, to: str, places: Places, accepted: list[Places]) -> None:
    for bar in bars_of(tune(meter, places), to):
        assert any(np.allclose(bar, way, atol=0.002) for way in accepted if len(way) == len(bar)), bar


@pytest.mark.parametrize("bass", [[0, 1, 2, 3, 4], [0, 3]])
def test_a_bass_changes_nothing_in_it(bass: Places) -> None:
    assert bars_of(tune("5/4", [0, 3.5, 4, 4.5], bass=bass), "4/4") == [[0, 2.5, 3, 3.5]] * 2
    assert bars_of(tune("4/4", THIRDS, bass=bass[:-1]), "3/4")[0] == pytest.approx(THIRDS[:9], abs=0.002)


def test_every_note_is_kept_where_that_is_asked_for() -> None:
    score = tune("4/4", THIRDS)
    assert not mi.plan(score, "3/4", runs="keep").dropped
    assert not mi.plan(tune("7/8", [at / 2 for at in range(7)]), "3/4", runs="keep").dropped


def test_a_plan_tells_of_notes_only_what_is_heard_otherwise() -> None:
    """The last beat is held: what comes before stands where it stood."""
    text = str(mi.plan(tune("4/4", [0, 0.5, 1, 1.5, 2, 3]), "5/4", how="hold-last"))
    assert "note 2" not in text
    assert "note 2 on the and of 2, held over beat 3" in str(mi.plan(tune("5/4:3+3+2+2", THEME), "4/4"))
