"""Worksheets for a class: a bar as it is, three empty ones in another metre, and a page of answers for the teacher."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from html import unescape
from os import PathLike
from pathlib import Path

from mi_theme.adaptation import variants, wording
from mi_theme.adaptation.plans import Plan
from mi_theme.adaptation.strategies import STRATEGIES, find
from mi_theme.arguments import asked, known_name, whole_number
from mi_theme.engraving.contents.version_notation import staves_of_versions
from mi_theme.engraving.drawings import Drawing, SvgDrawing
from mi_theme.engraving.svg import page, text
from mi_theme.errors import ScoreError, StrategyError
from mi_theme.meter import Meter
from mi_theme.score import MusicSource
from mi_theme.themes import Adaptation, Theme
from mi_theme.views.paper import signed
from mi_theme.views.worksheets.layout import Block, GridNote, Press

__all__ = ["PAPERS", "Worksheet", "worksheet"]

# pixels, and for the printer
PAPERS = {"a4": (794.0, 1123.0, "210mm", "297mm"), "letter": (816.0, 1056.0, "8.5in", "11in")}
PRINTED = """@page {{ size: {size}; margin: 0 }}
section + section {{ break-before: page }}
"""
MARGIN, FOOT = 44.0, 16.0  # pixels
VARIANT = "not the first that its strategy proposes"
EMPTY_BARS, MOST_ANSWERS = 3, 4


@dataclass(frozen=True, slots=True, repr=False)
class Worksheet(Drawing):
    """Pages to print.

    Attributes
    ----------
    pages
        From first to last.
    paper
        Their size.
    description
        What is on them.
    """

    pages: tuple[SvgDrawing, ...]
    paper: str
    description: str = ""

    def to_svg(self) -> str:
        """All pages, one under the other."""
        return self._stacked().to_svg()

    def to_png(self, dpi: float = 150) -> bytes:
        """All pages, one under the other, at `dpi` dots an inch."""
        return self._stacked().to_png(dpi)

    def to_html(self) -> str:
        """All pages, each on its own sheet of paper when it is printed."""
        body = "\n".join(f"<section>\n{sheet.svg}</section>" for sheet in self.pages)
        return self._page_of(body, PRINTED.format(size=self.paper))

    def to_pdf(self, paper: str = "") -> bytes:
        """All pages, for the `paper` that the sheet is made for, or another."""
        from mi_theme.engraving.paged import pdf_of_sheets

        return pdf_of_sheets(
            [sheet.svg for sheet in self.pages], paper or self.paper, self.description.partition(". ")[0]
        )

    def save(self, path: str | PathLike[str], dpi: float = 150, paper: str = "") -> None:
        """Write the pages: one PDF or HTML file, or a file for each page, ``sheet.svg``, ``sheet-2.svg`` ...

        Parameters
        ----------
        path
            Ending in ``.pdf``, ``.html``, ``.svg`` or ``.png``.
        dpi
            Dots an inch, of PNG.
        paper
            Of a PDF; the one that the sheet is made for without it.

        Raises
        ------
        FileError, MissingExtra
            As for every drawing.
        """
        first = Path(path)
        if first.suffix.lower() in (".html", ".pdf"):
            Drawing.save(self, path, paper=paper)
            return
        for number, sheet in enumerate(self.pages, 1):
            sheet.save(first if number == 1 else first.with_stem(f"{first.stem}-{number}"), dpi)

    def _stacked(self) -> SvgDrawing:
        if len(self.pages) == 1:
            return self.pages[0]
        wide, high = PAPERS[self.paper][:2]
        parts = [f'<g transform="translate(0 {i * high:g})">{sheet.svg}</g>' for i, sheet in enumerate(self.pages)]
        return SvgDrawing(page(wide, high * len(self.pages), self.description, parts), self.description)


@asked(to="meter")
def worksheet(
    theme: Theme | Adaptation | MusicSource,
    meter: str | Meter,
    *,
    bar: int = 1,
    teacher: bool = False,
    paper: str = "a4",
    large: bool = False,
    staff: bool = True,
) -> Worksheet:
    """A sheet on which to carry a bar into another metre, three ways.

    The bar as it is, three empty bars on a grid of pulses with brackets for the
    groups, what is counted below them, a row for drums, and room to say what was
    kept. The teacher's page has answers of several strategies with their costs.

    Parameters
    ----------
    theme
        Whose bar: a Theme, or music whose first bars are one (see `Theme.of`); `Theme.from_score`
        makes one of any passage.
    meter
        Target metre.
    bar
        Which bar of the theme, counted from 1.
    teacher
        Whether a page of answers is added.
    paper
        ``a4`` or ``letter``.
    large
        Letters of 18 points.
    staff
        Whether there are staves; without them the sheet is about rhythm alone.

    Returns
    -------
    Worksheet
        Its pages; saves itself as PDF, HTML, SVG or PNG.

    Raises
    ------
    UnknownName, TextError, ScoreError, StrategyError
        Where there is no such paper, metre or bar, a bar is too long for the
        paper, or no strategy reaches the metre.
    MissingExtra
        Where verovio is not installed and staves are wanted.
    """
    paper, theme = known_name("paper", paper, PAPERS), Theme.of(theme)
    target, bars = Meter(meter), theme.bars
    if whole_number("a bar", bar, 1) > bars:
        raise ScoreError(f"there is no bar {bar}: this theme has bars 1 to {bars}")
    press = Press(PAPERS[paper][0] - 2 * MARGIN, max(theme.meter.pulses, target.pulses), large, staff)
    answers = list(_answers(theme, target, bar))
    pages = list(_pages(_task(press, answers[0], bar), paper, theme))
    if teacher:
        pages += _pages(_solutions(press, answers, bar), paper, theme)
    words = f"Worksheet: a bar in {theme.meter} and {EMPTY_BARS} empty bars in {target}{', with answers' if teacher else ''}"
    return Worksheet(tuple(pages), paper, f"{words}. {len(pages)} page{'s' * (len(pages) > 1)}.")


def _answers(theme: Theme, target: Meter, bar: int) -> Iterator[Adaptation]:
    """What an arranger would do first, then other ways by what they cost; the same bar only once."""
    first = theme.to_meter(target)
    seen: set[tuple[GridNote, ...]] = set()
    for plan in [first.plan, *_others(theme, target)]:
        marks = tuple(_marks(plan, bar, before=False))
        if marks not in seen and len(seen) < MOST_ANSWERS and (plan is first.plan or plan.bars == (1, 1)):
            seen.add(marks)
            yield replace(first, plan=plan)


def _others(theme: Theme, target: Meter) -> Iterator[Plan]:
    """What each strategy that arrangers use makes of it, then what else they propose; the cheapest first."""
    plans = []
    for strategy in STRATEGIES.values():
        if strategy.offered and not strategy.heavy:
            with suppress(StrategyError):
                plans.append(theme.to_meter(target, strategy.name).plan)
    yield from sorted(plans, key=lambda plan: plan.cost)
    more = (variant for plan in plans for variant in variants(plan))
    yield from (replace(plan, remark=VARIANT) for plan in sorted(more, key=lambda plan: plan.cost))


def _marks(plan: Plan, bar: int, before: bool) -> Iterator[GridNote]:
    """The notes of one bar, before or after."""
    for fate in plan.mappings():
        start, lasts = (fate.was, fate.lasted) if before else (fate.now, fate.lasts)
        if fate.bar == bar and start is not None and lasts is not None:
            yield GridNote(start, start + lasts, signed(fate.name))


def _task(press: Press, example: Adaptation, bar: int) -> Iterator[Block]:
    plan = example.plan
    source, target = plan.source, plan.target
    yield press.heading(f"From {source.signature} to {target.signature}", "Name:")
    yield press.words(
        f"Clap the first bar and count it aloud. Then write it again in {target.signature}, in three ways: "
        "put the notes into the boxes, write what the drums play below, and say what you kept."
    )
    staves, _ = staves_of_versions([example], (bar, bar))
    groups = "+".join(str(group / source.pulse) for group in plan.figure)
    title = f"The bar as it is: {source.signature}, grouped {groups}"
    yield press.bar(title, source, plan.figure, list(_marks(plan, bar, before=True)), staves[0])
    beats = [group * target.pulse for group in target.groups]
    for number in range(1, EMPTY_BARS + 1):
        yield press.bar(str(number), target, beats, [], staves[1], "What did you keep?")


def _solutions(press: Press, answers: Sequence[Adaptation], bar: int) -> Iterator[Block]:
    plan = answers[0].plan
    yield press.heading(f"From {plan.source.signature} to {plan.target.signature}: answers", "")
    yield press.words(
        "Every answer counts that can be clapped and for which a pupil can say what was kept. The cost counts what a "
        "version breaks (equal groups, long and short, notes, places in the bar): the lower, the more is kept."
    )
    for number, answer in enumerate(answers, 1):
        plan = answer.plan
        staves, _ = staves_of_versions([answer], (bar, bar))
        words = "another way" if plan.remark == VARIANT else find(plan.how).players
        shape = f", {plan.grouping}" if plan.grouping else ""
        title = f"{number}. {plan.how}: {words}{shape}; cost {plan.cost:.2f}"
        bar_block = press.bar(title, plan.target, plan.groups, list(_marks(plan, bar, before=False)), staves[1])
        yield bar_block.over(press.words(_reasons(plan, bar)))


def _reasons(plan: Plan, bar: int) -> str:
    """What is kept, changed, left out and heard in one bar, a line each."""
    plan = replace(plan, lines=plan.lines[bar - 1 : bar])
    rows = (("Kept", wording.kept(plan)), ("Changed", wording.changed(plan)), ("Heard", wording.heard(plan)))
    return "\n".join(f"{word}: {sentence.replace('->', '→')}." for word, sentence in rows if sentence)


def _pages(blocks: Iterable[Block], paper: str, theme: Theme) -> Iterator[SvgDrawing]:
    """Blocks on as many pages as they need; whose music it is at the foot of each."""
    wide, high, *printed = PAPERS[paper]
    sheets: list[list[str]] = [[]]
    y = MARGIN
    for block in blocks:
        if y + block.height > high - MARGIN - FOOT and sheets[-1]:
            sheets.append([])
            y = MARGIN
        sheets[-1] += [f'<g transform="translate({MARGIN:g} {y:.2f})">', *block.parts, "</g>"]
        y += block.height
    size = f'width="{printed[0]}" height="{printed[1]}"'
    for number, parts in enumerate(sheets, 1):
        foot = [text(MARGIN, high - MARGIN, theme.rights.attribution or theme.name, 10, ink="#444")]
        foot += [text(wide - MARGIN, high - MARGIN, f"{number} / {len(sheets)}", 10, anchor="end", ink="#444")]
        words = f"Worksheet, page {number} of {len(sheets)}. {_spoken(parts)}"
        yield SvgDrawing(page(wide, high, words, [*parts, *foot], size), words)


def _spoken(parts: Iterable[str]) -> str:
    """The words on a page."""
    found = (re.findall(r"<text [^>]*>([^<]+)</text>", part) for part in parts)
    return unescape(" ".join(word for words in found for word in words))
