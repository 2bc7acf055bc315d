"""PDF of pictures, sheets and pages: the paper that was asked for, everything on it, the same bytes each time."""

from __future__ import annotations

import re

import pytest

import mi_theme as mi
from mi_theme.engraving.paged import PAPER_SIZES, pdf_of_html
from mi_theme.errors import UnknownName
from mi_theme.frontend.dossiers import dossier

pytestmark = [pytest.mark.tool("typst"), pytest.mark.tool("verovio"), pytest.mark.tool("matplotlib")]
POINT = 25.4 / 72  # millimetres
BOX = re.compile(rb"/MediaBox\s*\[\s*0\s+0\s+([\d.]+)\s+([\d.]+)\s*\]")


def pages(data: bytes) -> list[tuple[float, float]]:
    """Width and height of each page in millimetres."""
    assert data.startswith(b"%PDF")
    return [(float(wide) * POINT, float(high) * POINT) for wide, high in BOX.findall(data)]


@pytest.mark.parametrize("paper", PAPER_SIZES)
def test_a_sheet_has_its_pages_on_the_paper_it_is_made_for(paper: str) -> None:
    sheet = mi.worksheet(mi.theme(), "7/8:2+2+3", teacher=True, large=True, paper=paper)
    found = pages(sheet.to_pdf())
    assert len(found) == len(sheet.pages) >= 3
    assert all(page == pytest.approx(PAPER_SIZES[paper], abs=0.2) for page in found)


@pytest.mark.parametrize("paper", PAPER_SIZES)
def test_a_picture_is_whole_on_one_page_upright_or_across(paper: str) -> None:
    short, long = PAPER_SIZES[paper]
    high = mi.draw(mi.render(style="jazz-combo", length=16), "notation", bars=(1, 12))
    wide = mi.draw(mi.render(style="bare", length=16))
    for picture, page in ((high, (short, long)), (wide, (long, short))):
        (found,) = pages(picture.to_pdf(paper))
        assert found == pytest.approx(page, abs=0.2)


def test_a_dossier_is_pages_of_words_tables_and_pictures() -> None:
    page = dossier(mi.theme(), ("4/4", "7/8:2+2+3"), lineage=mi.lineage(), live=False)
    assert "<script" not in page
    assert "sounds are computed" not in page
    told = dossier(mi.theme(), ("4/4", "7/8:2+2+3"), lineage=mi.lineage(), film=4, live=False)
    assert len(pages(pdf_of_html(told, "a4"))) > len(pages(pdf_of_html(page, "a4")))  # with the claims
    assert len(pages(pdf_of_html(page, "letter"))) >= 3
    assert pdf_of_html(page, "a4") == pdf_of_html(page, "a4")


def test_the_same_bytes_each_time_and_words_that_no_file_can_hurt() -> None:
    picture = mi.draw(mi.theme().to_meter("4/4"), "map")
    assert picture.to_pdf() == picture.to_pdf()
    evil = '<html><head><title>#panic()</title></head><body><p>#panic("x") "quoted" \\ $ * _ [ ] </p><table></table><figure></figure></body></html>'
    assert len(pages(pdf_of_html(evil, "a4"))) == 1
    with pytest.raises(UnknownName, match="did you mean 'a4'"):
        picture.to_pdf("a5")
