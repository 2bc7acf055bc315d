"""Two hundred metres, each bar in another, through every format that is read or written: none is lost."""

from __future__ import annotations

import random
from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from lxml import etree
from musicxml_making import partwise, scale

import mi_theme as mi
from mi_theme.engraving.mei import mei
from mi_theme.files.musicxml.from_score import write, write_packed
from mi_theme.notated import notate
from mi_theme.score import MeterMap, Score

COUNT = 200  # metres
BARS = 8  # to a piece


def additive(random_: random.Random) -> mi.Meter:
    """A metre of two to five groups of two to four."""
    unit = random_.choice([4, 8, 8, 8, 16])
    return mi.Meter(f"{'+'.join(str(random_.choice([2, 3, 3, 4])) for _ in range(random_.randint(2, 5)))}/{unit}")


def pieces() -> Iterator[list[mi.Meter]]:
    """Metres in rows of eight; no two neighbours are the same, and often they are one plain metre in other groups."""
    random_, found = random.Random(16), list[mi.Meter]()
    while len(found) < COUNT:
        turned = list(found[-1].grouping or ()) if found else []
        random_.shuffle(turned)
        again = bool(turned) and random_.random() < 0.5
        meter = mi.Meter(f"{'+'.join(map(str, turned))}/{found[-1].denominator}") if again else additive(random_)
        if not found or meter != found[-1]:
            found.append(meter)
    for start in range(0, COUNT, BARS):
        yield found[start : start + BARS]


def score_in(metres: list[mi.Meter]) -> Score:
    """A note on each pulse."""
    lines = [Fraction(0)]
    for meter in metres:
        lines.append(lines[-1] + meter.bar)
    changes = [(start, end - start, meter) for (start, end), meter in zip(pairwise(lines), metres, strict=True)]
    onsets = [start + k * meter.pulse for start, _, meter in changes for k in range(meter.pulses)]
    lasts = [meter.pulse for meter in metres for _ in range(meter.pulses)]
    pitches = [60 + k % 12 for k in range(len(onsets))]
    return Score.from_notes(np.array(onsets, float), np.array(lasts, float), pitches, meter=MeterMap.of_bars(changes))


def metres_of(score: Score) -> list[str]:
    return [str(bar.meter) for bar in score.bars()]


PIECES = list(pieces())
by_piece = pytest.mark.parametrize("metres", PIECES, ids=lambda metres: "_".join(map(str, metres)).replace("/", "-"))


def test_there_are_two_hundred_and_some_differ_in_groups_alone() -> None:
    assert sum(map(len, PIECES)) == COUNT
    assert sum(a.plain == b.plain for metres in PIECES for a, b in pairwise(metres)) >= 20


@by_piece
def test_midi_and_musicxml(metres: list[mi.Meter]) -> None:
    score = score_in(metres)
    said = [str(meter) for meter in metres]
    assert metres_of(score) == said
    for data in (write(score), write_packed(score), score.to_bytes()):
        again = mi.read(data)
        assert metres_of(again) == said
        assert metres_of(mi.read(write(again))) == metres_of(mi.read(again.to_bytes())) == said
    assert metres_of(Score.from_music21(score.to_music21())) == said


@pytest.mark.parametrize("kind", ["score", "stream"])
def test_bars_that_are_not_converted_keep_their_groups(kind: str) -> None:
    metres = [mi.Meter(text) for text in ("4/4", "4/4", "3+2+2/8", "2+2+3/8", "3+2+2/8", "2+3+2/8")]
    score = score_in(metres)
    made = mi.convert(score if kind == "score" else score.to_music21(), "3/4", bars=(1, 2), how="cut")
    again = made if kind == "score" else Score.from_music21(made)
    assert metres_of(again) == ["3/4", "3/4", *map(str, metres[2:])]
    assert metres_of(mi.read(write(again))) == metres_of(again)


@by_piece
def test_mei(metres: list[mi.Meter]) -> None:
    root = etree.fromstring(mei(notate(score_in(metres)).staves).encode())
    signatures = [element for element in root.iter() if str(element.tag).endswith("meterSig")]
    assert [element.get("label") for element in signatures] == [str(meter) for meter in metres]
    for element, meter in zip(signatures, metres, strict=True):
        assert element.get("count") in (str(meter.numerator), str(meter.grouping))
        turned = len({other.grouping for other in metres if other.plain == meter.plain}) > 1
        assert (element.get("count") == str(meter.grouping)) == turned


@by_piece
@pytest.mark.parametrize("way", ["a sum", "several pairs", "in brackets"])
def test_musicxml_of_others(metres: list[mi.Meter], way: str) -> None:
    """The three ways in which MusicXML writes groups."""

    def time(meter: mi.Meter) -> str:
        unit, groups = meter.denominator, list(meter.grouping or ())
        if way == "a sum":
            return f"<beats>{meter.grouping}</beats><beat-type>{unit}</beat-type>"
        if way == "several pairs":
            return "".join(f"<beats>{group}</beats><beat-type>{unit}</beat-type>" for group in groups)
        other = (
            f"<time-relation>parentheses</time-relation><beats>{meter.grouping}</beats><beat-type>{unit}</beat-type>"
        )
        return (
            f"<beats>{meter.numerator}</beats><beat-type>{unit}</beat-type><interchangeable>{other}</interchangeable>"
        )

    bars = []
    for number, meter in enumerate(metres, 1):
        length = int(meter.pulse * 8)
        attributes = f"<attributes><divisions>8</divisions><time>{time(meter)}</time></attributes>"
        bars.append(f'<measure number="{number}">{attributes}{scale(0, meter.pulses, length)}</measure>')
    score = mi.read(partwise(bars))
    assert metres_of(score) == [str(meter) for meter in metres]
    assert metres_of(mi.read(write(score))) == [str(meter) for meter in metres]


@by_piece
def test_abc(metres: list[mi.Meter]) -> None:
    unit = max(meter.denominator for meter in metres)
    bars = []
    for meter in metres:
        length = unit // meter.denominator
        bars.append(
            f"[M:{meter.grouping}/{meter.denominator}] {' '.join(f'C{length}' for _ in range(meter.numerator))} |"
        )
    text = f"X:1\nT:Turns\nM:{metres[0].grouping}/{metres[0].denominator}\nL:1/{unit}\nK:C\n" + "\n".join(bars) + "\n"
    assert metres_of(mi.read(text.encode())) == [str(meter) for meter in metres]


@by_piece
def test_kern(metres: list[mi.Meter]) -> None:
    lines = ["**kern"]
    for number, meter in enumerate(metres, 1):
        lines += [f"={number}", f"*M{meter.grouping}/{meter.denominator}", *[f"{meter.denominator}c"] * meter.numerator]
    text = "\n".join([*lines, "==", "*-"]) + "\n"
    assert metres_of(mi.read(text.encode())) == [str(meter) for meter in metres]
