"""Pictures: the same every time, and as many signs on them as there are things to show."""

from __future__ import annotations

import builtins
import sys
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mi_theme as mi
from mi_theme.errors import MissingExtra
from mi_theme.score import MeterMap, Score, Track
from mi_theme.score import messages as m
from mi_theme.score.percussion_keys import DRUMS
from mi_theme.score.tracks import PERCUSSION, Event
from mi_theme.views import (
    bar_map,
    bar_map_words,
    drawn,
    necklace,
    necklace_words,
    piano_roll,
    piano_roll_words,
    weight_profile,
    weight_profile_words,
)  # fmt: skip

pytestmark = pytest.mark.tool("matplotlib")

THEME = mi.theme()
METERS = ("5/4:3+3+2+2", "5/4", "4/4", "6/8", "7/8:2+2+3", "12/8", "4/4:3+3+4+2+4", "1/8")


def adapted(meter="4/4", how=None, **more):
    return THEME.to_meter(meter, how, **more)


def score() -> Score:
    """Two bars of 5/4, two of 4/4: a figure in one part, a scale in another, and a drum."""
    on = [0, 1.5, 3, 4, 5, 6.5, 8, 9, 10, 11.5, 13, 13.5, 14, 15.5, 17, 17.5, 10, 11]
    lasts = [1.5, 1.5, 1, 1] * 2 + [1.5, 1.5, 0.5, 0.5] * 2 + [1, 7]
    meters = MeterMap.of([(0, mi.Meter("5/4:3+3+2+2")), (10, mi.Meter("4/4"))])
    made = Score.from_notes(on, lasts, [43] * 16 + [74, 72], part=[0] * 16 + [1] * 2, meter=meters)
    tick = made.ticks_per_quarter
    strokes = [Event(beat * tick + late, (m.note_on if not late else m.note_off)(PERCUSSION, 36, *[99] * (not late)))
               for beat in range(0, 18, 2) for late in (0, tick // 2)]  # fmt: skip
    return Score(tick, (*made.tracks, Track.sorted(strokes)))


def pictures():
    """One of each kind, made anew."""
    return {
        "bar map": bar_map(adapted("4/4", "cut")),
        "necklace": necklace("3+3+2+2", "3+3+1+1"),
        "weights": weight_profile("5/4:3+3+2+2"),
        "piano roll": piano_roll(score()),
    }


def signs(picture, gid):
    """Artists of one kind."""
    return [artist for axes in picture.axes for artist in axes.get_children() if artist.get_gid() == gid]


def words(picture):
    return [text.get_text() for axes in picture.axes for text in axes.texts]


@pytest.mark.parametrize("kind", ["bar map", "necklace", "weights", "piano roll"])
def test_a_picture_is_the_same_bytes_twice(kind):
    one, two = pictures()[kind], pictures()[kind]
    assert one.to_svg() == two.to_svg() == one.to_svg()
    assert one.to_png() == two.to_png()
    assert "<dc:date>" not in one.to_svg()


@pytest.mark.parametrize("kind", ["bar map", "necklace", "weights", "piano roll"])
def test_a_reader_s_own_settings_change_nothing(kind):
    import matplotlib

    plain = pictures()[kind].to_svg()
    with matplotlib.rc_context({"font.size": 20, "lines.linewidth": 9, "svg.hashsalt": "x", "savefig.dpi": 10}):
        assert pictures()[kind].to_svg() == plain


@pytest.mark.parametrize("kind", ["bar map", "necklace", "weights", "piano roll"])
def test_nothing_is_cut_off_or_coloured(kind):
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    picture = pictures()[kind]
    renderer = FigureCanvasAgg(picture).get_renderer()
    for text in (text for axes in picture.axes for text in axes.texts if text.get_text()):
        box = text.get_window_extent(renderer)
        assert box.x0 >= 0
        assert box.y0 >= 0
        assert box.x1 <= picture.bbox.x1
        assert box.y1 <= picture.bbox.y1
    colours = {part for part in picture.to_svg().split() if part.startswith("#")}
    assert all(colour[1:3] == colour[3:5] == colour[5:7] for colour in colours)


def test_a_picture_carries_its_description():
    picture = necklace("3+3+2+2")
    assert picture.description == necklace_words("3+3+2+2")
    assert 'role="img"' in picture.to_svg()
    assert picture.description in picture.to_svg()
    assert picture._repr_html_() == picture.as_image()


@pytest.mark.parametrize(
    ("meter", "how", "ratio"),
    [("4/4", "regroup", 1), ("4/4", "cut", 1), ("6/4", "add-group", 1), ("4/4", "float", 1), ("4/4", "square", 1), ("4/4", "regroup", 2)],
)  # fmt: skip
def test_a_bar_map_shows_the_fate_of_every_note(meter, how, ratio):
    adaptation = adapted(meter, how, ratio=ratio)
    picture = bar_map(adaptation)
    bars, targets = adaptation.plan.bars
    fates = [f for i in range(bars) for f in adaptation.plan.mappings() if f.bar == i % 2 + 1]
    kept = [f for f in fates if f.was is not None and f.now is not None]
    dropped = [f for f in fates if f.now is None]
    added = [f for f in fates if f.was is None]
    assert len(signs(picture, "line")) == len(kept)
    assert len(signs(picture, "kept")) == 2 * len(kept)
    assert len(signs(picture, "dropped")) == len(signs(picture, "cross")) == len(dropped)
    assert len(signs(picture, "added")) == len(added)
    assert len(signs(picture, "band")) == 4 * bars
    above, below = signs(picture, "bar lines")
    assert len(above.get_segments()) == bars + 1
    assert len(below.get_segments()) == targets + 1


def test_the_lines_of_a_bar_map_stand_at_onset_and_image():
    adaptation = adapted()
    lines = [tuple(line.get_xdata()) for line in signs(bar_map(adaptation), "line")]
    assert lines == [(0, 0), (1.5, 1.5), (3, 3), (4, 3.5)]
    assert words(bar_map(adaptation, 2)).count("F♯") == 2


def test_a_bar_map_of_a_bar_that_is_not_there():
    with pytest.raises(mi.MiThemeError, match="bars 1 to 2"):
        bar_map(adapted(), 3)


@given(st.lists(st.integers(1, 6), min_size=1, max_size=6))
def test_a_necklace_has_a_bead_for_every_pulse(groups):
    picture = necklace(groups)
    beads = signs(picture, "bead")
    struck = [bead for bead in beads if bead.get_markerfacecolor() == "black"]
    assert len(beads) == sum(groups)
    assert len(struck) == len(groups)
    (polygon,) = signs(picture, "polygon")
    assert {tuple(bead.get_xydata()[0]) for bead in struck} == {tuple(corner) for corner in polygon.get_xy()}


@pytest.mark.parametrize("text", METERS)
def test_a_weight_profile_has_a_bar_for_every_pulse(text):
    meter = mi.Meter(text)
    picture = weight_profile(meter)
    bars = signs(picture, "weight")
    assert [bar.get_facecolor()[:3] == (0, 0, 0) for bar in bars] == [p in meter.beats for p in range(meter.pulses)]
    order = sorted(range(meter.pulses), key=lambda pulse: bars[pulse].get_height())
    assert order == sorted(range(meter.pulses), key=lambda pulse: meter.ranks[pulse])
    dots = sum(len(row.get_xdata()) for row in signs(picture, "level"))
    assert dots == sum(level - min(meter.levels) + 1 for level in meter.levels)
    assert len(signs(picture, "bracket")) == len(meter.groups)


def test_a_piano_roll_has_a_box_for_every_note():
    picture = piano_roll(score())
    upper, lower = picture.axes
    assert len(upper.patches) == 18
    assert sum(len(c.get_offsets()) for c in lower.collections if c.get_gid() == "strokes") == 9
    bars, groups = (signs(picture, kind)[0] for kind in ("bar lines", "group lines"))
    assert len(bars.get_segments()) == 5
    assert len(groups.get_segments()) == 4 * 3
    assert "kick" in words(picture)
    assert [t.get_text() for t in upper.get_legend().get_texts()] == ["Part 1", "Part 2"]


def test_a_pick_up_stands_in_the_metre_that_it_leads_to():
    meters = MeterMap(((Fraction(0), mi.Meter("1/4")), (Fraction(1), mi.Meter("3/4"))))
    picture = piano_roll(mi.read(Score.from_notes(range(10), 1, 60, meter=meters).to_bytes()))
    names = [text.get_text() for text in picture.axes[0].texts if text.get_text()[0].isdigit()]
    assert names[:2] == ["0    3/4", "1"]


def test_a_piano_roll_of_some_bars_and_of_none():
    assert len(piano_roll(score(), (1, 1)).axes[0].patches) == 4
    assert piano_roll(Score.from_notes([], [], [])).description == "Piano roll of an empty score."
    with pytest.raises(mi.MiThemeError, match="no bar 99"):
        piano_roll(score(), (99, 99))
    with pytest.raises(mi.MiThemeError, match="comes after"):
        piano_roll(score(), (2, 1))


def test_a_legend_of_many_parts_and_the_numbers_of_many_bars_fit():
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    onsets = [bar * 3.5 for bar in range(200)] * 20
    parts = [part for part in range(20) for _ in range(200)]
    names = [f"A part with a long name, number {part}" for part in range(20)]
    picture = piano_roll(Score.from_notes(onsets, 1, 60, part=parts, names=names, meter="7/8:2+2+3"), (1, 200))
    renderer = FigureCanvasAgg(picture).get_renderer()
    legend = picture.axes[0].get_legend().get_window_extent(renderer)
    assert legend.y1 <= picture.bbox.y1
    assert legend.x1 <= picture.bbox.x1
    numbers = [t.get_window_extent(renderer) for t in picture.axes[0].texts if not t.get_text().startswith("C")]
    assert len(numbers) > 20
    assert all(a.x1 < b.x0 for a, b in pairwise(numbers))
    assert legend.y0 >= max(box.y1 for box in numbers)


def test_the_names_of_drums_fit_beside_their_rows():
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    assert len({drum.name for drum in DRUMS.values()}) == len(DRUMS)
    strokes = [
        Event(480 * (2 * i + off), m.note_off(PERCUSSION, key) if off else m.note_on(PERCUSSION, key, 90))
        for i, key in enumerate(DRUMS)
        for off in (0, 1)
    ]
    picture = piano_roll(Score(480, (Track.sorted(strokes),)), (1, -(-len(DRUMS) // 2)))
    renderer = FigureCanvasAgg(picture).get_renderer()
    labels = [text for text in picture.axes[1].texts if text.get_text() in {drum.name for drum in DRUMS.values()}]
    assert len(labels) == len(DRUMS)
    assert all(label.get_window_extent(renderer).x0 >= 0 for label in labels)


def test_descriptions_say_what_is_there():
    assert "F# on pulse 9 left out" in bar_map_words(adapted("4/4", "cut"))
    assert "C added on 6/4 pulse 11" in bar_map_words(adapted("6/4", "add-group"))
    assert "3+3+1+1" in bar_map_words(adapted())
    assert "beats begin on 1, 4, 7 and 9" in weight_profile_words("5/4:3+3+2+2")
    said = piano_roll_words(score(), [score().bar(1), score().bar(2)])
    assert "bars 1 to 2 of 4 in 5/4:3+3+2+2" in said
    assert "8 notes" in said


# Without matplotlib


def test_without_matplotlib_pictures_name_the_extra(monkeypatch):
    real = builtins.__import__

    def without(name, *args, **kwargs):
        if name.partition(".")[0] == "matplotlib":
            raise ImportError(name)  # missing, or there and broken
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    monkeypatch.delitem(sys.modules, "mi_theme.views.pictures", raising=False)
    with pytest.raises(MissingExtra, match=r"extra \[plot\]"):
        necklace("3+3+2")
    assert drawn("4/4")
