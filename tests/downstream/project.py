"""A project that uses the library, as a stranger's type checker sees it: no value of ours is Any."""

from pathlib import Path
from typing import assert_type

import mi_theme as mi


def converted(place: Path) -> mi.Score:
    """A Score in is a Score out; so are a path, bytes and a theme."""
    score = mi.read(place)
    assert_type(mi.convert(score, "4/4", how="regroup", bars=(1, 4), part="Bass"), mi.Score)
    assert_type(mi.convert(place, "4/4"), mi.Score)
    assert_type(mi.convert(str(place), "4/4"), mi.Score)
    assert_type(mi.convert(place.read_bytes(), "4/4"), mi.Score)
    assert_type(mi.convert(mi.theme(), "4/4"), mi.Score)
    plan = mi.plan(score, "4/4", drums="pulse", ratio=1)
    assert_type(plan, mi.ScorePlan)
    assert_type(plan.apply(place), mi.Score)
    assert_type(plan.replace(2, how="cut"), mi.ScorePlan)
    assert_type(plan.target, mi.Meter)
    return plan.apply(score)


def compared(place: Path) -> list[str]:
    """Rows of what strategies do, and of bars that are the same."""
    alignment = mi.align(place, mi.convert(place, "4/4"))
    assert_type(alignment, mi.Alignment)
    comparison = mi.compare(place, "4/4")
    assert_type(comparison, mi.Comparison)
    return [row.strategy for row in comparison.rows] + [str(bar.warp) for bar in alignment.bars]


def themes(place: Path) -> mi.Adaptation:
    """Themes and what becomes of them."""
    theme = mi.Theme.from_score(place, (1, 2), part="Bass")
    adaptation = theme.to_meter("7/8:2+2+3", how="regroup")
    assert_type(adaptation, mi.Adaptation)
    assert_type(adaptation.plan, mi.Plan)
    assert_type(adaptation.theme.ostinato, mi.Motif)
    assert_type(adaptation.grouping, mi.Grouping | None)
    return adaptation


def made(place: Path) -> str:
    """Renditions, their plans, pictures and sound."""
    score = mi.render(theme=place, form="tv", style="bare", length=8, seed=1, parts=["Bass"])
    assert_type(score, mi.Score)
    arrangement = mi.arrange(style=mi.styles()["bare"], form=mi.forms()["tv"])
    assert_type(arrangement, mi.Arrangement)
    assert_type(arrangement.score(), mi.Score)
    assert_type(mi.draw(place, "roll", bars=(1, 2)), mi.Drawing)
    assert_type(mi.worksheet(place, "4/4"), mi.Worksheet)
    assert_type(score.play(), mi.Recording)
    assert_type(mi.strategies()["cut"], mi.Strategy)
    return mi.draw(mi.Meter("5/4")).to_svg()


def found(place: Path) -> list[str]:
    """Hits, rankings, guesses and measures."""
    hits = mi.find(mi.theme(), place, top=3)
    first = hits[0]
    assert_type(first, mi.Hit)
    ranked = mi.rank(place, [place])
    assert_type(ranked[0], mi.Ranked)
    guesses = mi.induce_meter(place)
    assert_type(guesses[0], mi.MeterGuess)
    measures = mi.measure(place)
    assert_type(measures, mi.Measures)
    assert_type(measures["syncopation"], float | None)
    assert_type(mi.quantize(place).score(), mi.Score)
    written = mi.read(place).quantized(beats=mi.beats(place), finest="1/8")
    assert_type(written.score(), mi.Score)
    assert_type(written.source, mi.Score)
    written = mi.quantize(place)  # the value that the method gives
    assert_type(mi.beats(place), mi.Beats)
    assert_type(mi.Pattern.of(place), mi.Pattern)
    return [hit.part for hit in hits] + [row.source for row in ranked] + [str(first.bar), str(guesses[0].phase)]


def said() -> list[str]:
    """Who made which version."""
    film = mi.film(4)
    assert_type(film, mi.Film)
    assert_type(mi.lineage(), mi.Lineage)
    return [film.title, str(film.composer), *(each.heading for each in mi.films())]
