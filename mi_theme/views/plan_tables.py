"""Plans as tables for a notebook: a table for the whole and for each stretch of bars, no wider than its cell."""

from __future__ import annotations

from html import escape

from mi_theme.adaptation import wording
from mi_theme.adaptation.plans import Plan
from mi_theme.adaptation.wording import PlanBlock
from mi_theme.conversion.planning import scorewording
from mi_theme.conversion.scoreplan import ScorePlan
from mi_theme.listings import LEFT, scrolled

__all__ = ["plan_html"]

WORD = 'style="text-align:left;vertical-align:top;width:5em"'
TEXT = 'style="text-align:left;vertical-align:top;white-space:normal;overflow-wrap:anywhere"'
BAR = 'style="display:inline-block;max-width:100%;margin-right:1em;white-space:pre-wrap"'
BARS, LISTS = ("was", "now"), ("instead", "parts")  # rows that are bars of notes; rows that are lists


def plan_html(plan: Plan | ScorePlan) -> str:
    """A plan as HTML: what `str` says of it, a row a matter, wrapped at words, and at bars where there are notes.

    Parameters
    ----------
    plan
        Of a figure or of a score.

    Returns
    -------
    str
        HTML.
    """
    blocks = wording.blocks(plan) if isinstance(plan, Plan) else scorewording.blocks(plan)
    return "".join(map(_table, blocks))


def _table(block: PlanBlock) -> str:
    headline = f'<p {LEFT}><b style="white-space:pre-wrap">{escape(block.headline)}</b></p>'
    if not block.rows:
        return headline
    rows = (
        f'<tr><th scope="row" {WORD}>{word}</th><td {TEXT}>{_cell(word, text)}</td></tr>' for word, text in block.rows
    )
    return headline + scrolled(f'<table style="width:100%;table-layout:fixed"><tbody>{"".join(rows)}</tbody></table>')


def _cell(word: str, text: str) -> str:
    """Bars as they stand, each in one piece; what is to choose from line by line."""
    if word in BARS:
        bars, _, shape = text.partition(" " * 5)  # after the bars, the groups that they make
        shown = "| ".join(f"<span {BAR}>{escape(bar)}</span>" for bar in bars.split(" | "))
        return f"<code>{shown}</code>{escape(shape)}"
    return "<br>".join(map(escape, text.split(" | "))) if word in LISTS else escape(text)
