"""The evidence as a graph: which source makes which claim on openings and scores, and of which films."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from mi_theme.credits.lineages import Lineage
from mi_theme.credits.records import Claim
from mi_theme.engraving.drawings import SvgDrawing
from mi_theme.engraving.svg import line, page, text
from mi_theme.views.timelines import NARROW, WIDE, headed, subtitle

__all__ = ["claim_graph"]

PREDICATES = {"opening_by": "opening", "score_by": "score"}
EDGE, LETTER, ROW = 12, 12, 26  # pixels: around, of letters, from claim to claim
COLUMNS = {
    WIDE: (296, 368, 576, 652),
    NARROW: (118, 142, 258, 292),
}  # ends of sources and claims, beginnings of the next
LONGEST_SOURCE, LONGEST_FILM, LONGEST_ID = 38, 26, 14  # letters; the id of a source stands alone on a phone
LONGEST_CLAIM = {WIDE: 27, NARROW: 16}  # letters
HEADING = "Who says who made openings and scores"
DASHES = {"seed": "", "reference": "4 3"}


def claim_graph(lineage: Lineage, width: int = WIDE) -> SvgDrawing:
    """Sources on the left, claims in the middle, films on the right; lines of the seed layer are whole, of the other broken.

    Parameters
    ----------
    lineage
        Whose claims.
    width
        Pixels: 850, or 390 for a phone.

    Returns
    -------
    SvgDrawing
        With its description in words.
    """
    claims = [claim for claim in lineage.tables.claims if claim.predicate in PREDICATES and claim.films and claim.text]
    claims = sorted((c for c in claims if c.is_live or c.status == "ambiguous"), key=lambda claim: claim.films)
    sources = list(dict.fromkeys(claim.source for claim in claims))
    films = [film for film in lineage.films() if any(film.number in claim.films for claim in claims)]
    parts, head = headed(lineage, HEADING, width)
    head += 24
    high = head + ROW * max(len(claims), len(sources), len(films), 1)
    left, start, end, right = COLUMNS[width]

    def level(index: int, count: int) -> float:
        return head + (index + 0.5) * (high - head) / max(count, 1)

    heads = (("source", left - 6, "end"), ("claim", start + 6, "start"), ("film", right + 6, "start"))
    parts += [text(x, head - 8, words, LETTER, anchor=anchor, bold=True) for words, x, anchor in heads]
    for index, claim in enumerate(claims):
        y = level(index, len(claims))
        lines = [line(left, level(sources.index(claim.source), len(sources)), start, y, 1, DASHES[claim.layer])]
        places = [level(place, len(films)) for place, film in enumerate(films) if film.number in claim.films]
        lines += [line(end, y, right, there, 1, DASHES[claim.layer]) for there in places]
        words = text(start + 6, y + 4, _claim_words(claim, width), LETTER)
        parts.append(f'<g class="claim"><title>{escape(_hint(lineage, claim))}</title>{"".join([*lines, words])}</g>')
    for index, name in enumerate(sources):
        title = f"{name}  {lineage.sources[name].title}"
        words = _short(name, LONGEST_ID) if width == NARROW else _short(title, LONGEST_SOURCE)
        parts.append(text(left - 6, level(index, len(sources)) + 4, words, LETTER, anchor="end"))
    for index, film in enumerate(films):
        words = (
            f"{film.number}  {film.year}"
            if width == NARROW
            else _short(f"{film.number}  {subtitle(film)}", LONGEST_FILM)
        )
        parts.append(text(right + 6, level(index, len(films)) + 4, words, LETTER))
    description = _described(lineage, claims)
    return SvgDrawing(page(width, high + EDGE, description, parts), description)


def _claim_words(claim: Claim, width: int) -> str:
    """Id, and what is said, as short as there is room."""
    names = " & ".join(name.rpartition(" ")[2] for name in claim.values)
    if len(claim.values) > 2:
        names = f"{len(claim.values)} names"
    words = f"{claim.id} {names}" if width == NARROW else f"{claim.id} {names}, {PREDICATES[claim.predicate]}"
    return _short(words, LONGEST_CLAIM[width])


def _short(words: str, most: int) -> str:
    return words if len(words) <= most else words[: most - 1] + "…"


def _hint(lineage: Lineage, claim: Claim) -> str:
    return f"{claim.id}, {claim.status}: {claim.subject} {claim.predicate} {claim.text}. {lineage.cite(claim.id)}"


def _described(lineage: Lineage, claims: Sequence[Claim]) -> str:
    """The graph in words, for those who do not see it."""
    sentences = [
        f"{claim.source} says in {claim.id} of {claim.subject}: {claim.predicate} {claim.text}." for claim in claims
    ]
    return " ".join([f"{HEADING}.", *sentences])
