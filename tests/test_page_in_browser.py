"""The page of a dossier in a real browser: it shows, plays, changes, prints, and asks for nothing."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from browser import (
    IN_A_BROWSER,
    accessibility,
    console,
    open_page,
    press,
    printed,
    requested,
    watch_sound,
    with_axe,
)
from pdf_reading import page_size, staves

import mi_theme as mi
from mi_theme.frontend import LiveBar, live_bar
from mi_theme.frontend.dossiers import dossier

if TYPE_CHECKING:
    from selenium.webdriver import Chrome
    from selenium.webdriver.remote.webelement import WebElement

pytestmark = [*IN_A_BROWSER, pytest.mark.tool("verovio"), pytest.mark.tool("matplotlib")]
METERS = ("4/4", "3/4", "7/8:2+2+3", "12/8")
WIDTHS = (390, 850, 1280)
MARGIN = 40.0  # points that a printed page leaves free at least
PATIENCE = 20.0  # seconds on the wall that a busy machine may take; no test measures time


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "dossier.html"
    path.write_text(dossier(mi.theme(), METERS, lineage=mi.lineage()), "utf-8")
    return path


@pytest.fixture(scope="module")
def live() -> LiveBar:
    return live_bar(mi.theme(), METERS)


@pytest.fixture
def heard(browser: Chrome, page: Path) -> Chrome:
    """The page, and what is played on it."""
    watch_sound(browser)
    open_page(browser, page)
    return browser


def until(found: Callable[[], Any]) -> Any:
    """Wait for something to be so."""
    end = time.monotonic() + PATIENCE
    while not (value := found()):
        assert time.monotonic() < end, "it does not come"
        time.sleep(0.05)
    return value


def one(browser: Chrome, selector: str) -> WebElement:
    return browser.find_element("css selector", selector)


def chosen(browser: Chrome, group: str, value: str) -> None:
    """Click a chip."""
    one(browser, f".mi-{group} input[value='{value}']").click()


def sounds(browser: Chrome) -> list[list[float]]:
    """Strings that were plucked: when, and how much faster than they are kept."""
    return browser.execute_script("return window.sounds.strings")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_it_shows_and_asks_for_nothing(browser: Chrome, page: Path, width: int, dark: bool) -> None:
    open_page(browser, page, width=width, dark=dark)
    assert until(lambda: browser.find_elements("css selector", "#mi-live-bar .mi-map"))
    assert console(browser) == []
    assert requested(browser) == [page.resolve().as_uri()]
    assert browser.execute_script("return document.documentElement.scrollWidth <= innerWidth")
    ink, paper = browser.execute_script(
        "const look = getComputedStyle(document.body); return [look.color, look.backgroundColor]"
    )
    brightness = [sum(map(int, re.findall(r"\d+", colour)[:3])) for colour in (ink, paper)]
    assert (brightness[0] > brightness[1]) == dark


@with_axe
@pytest.mark.parametrize(("width", "dark"), [(390, False), (1280, True)], ids=["phone-light", "desk-dark"])
def test_nothing_is_in_the_way_of_anybody(browser: Chrome, page: Path, width: int, dark: bool) -> None:
    open_page(browser, page, width=width, dark=dark)
    until(lambda: browser.find_elements("css selector", "#mi-live-bar .mi-map"))
    assert accessibility(browser) == []
    if dark and width > 1000:
        browser.execute_script(
            "document.querySelector('#film-4').open = document.querySelector('#sources').open = true"
        )
        assert accessibility(browser, "#lineage") == []


def test_the_bar_is_played_on_the_clock_of_the_sound_card(heard: Chrome, live: LiveBar) -> None:
    """Notes begin when the table says, to the microsecond, after a bar that is counted in; a line moves with them."""
    assert heard.execute_script("return window.sounds.contexts.length") == 0  # before anybody asks for sound
    one(heard, "#mi-live-bar .mi-play").click()
    piece = live.way("4/4").piece
    assert piece is not None
    until(lambda: len(sounds(heard)) >= 12)
    assert heard.execute_script("return window.sounds.contexts.map((each) => each.state)") == ["running"]
    begun = [when for when, *_ in sounds(heard)]
    counted = heard.execute_script("return window.sounds.beeps")[0]
    assert begun[0] - counted == pytest.approx(piece.count_length, abs=1e-6)
    expected = [note.onset for note in piece.notes][:12]
    assert [when - begun[0] for when in begun[:12]] == pytest.approx(expected, abs=1e-6)
    beeps = [when - begun[0] for when in heard.execute_script("return window.sounds.beeps") if when >= begun[0] - 1e-6]
    clicks = [click.onset for click in piece.clicks]
    assert beeps[:8] == pytest.approx(clicks[:8], abs=1e-6)
    line = one(heard, "#mi-live-bar .mi-paper .mi-cursor")
    first = until(lambda: line.get_attribute("x1"))
    until(lambda: line.get_attribute("x1") != first)
    assert one(heard, "#mi-live-bar .mi-play").text == "Pause"
    one(heard, "#mi-live-bar .mi-play").click()
    assert one(heard, "#mi-live-bar .mi-play").text == "Play"
    still = len(sounds(heard))
    time.sleep(0.5)
    assert len(sounds(heard)) == still


def test_another_choice_is_other_words_notes_and_sounds(heard: Chrome, live: LiveBar) -> None:
    seen = set()
    for meter, how in (("4/4", None), ("4/4", "cut"), ("7/8:2+2+3", None), ("12/8", "hold-last"), ("12/8", "float")):
        chosen(heard, "meters", meter)
        if how:
            chosen(heard, "ways", how)
        way = live.way(meter, how or one(heard, ".mi-ways input:checked").get_attribute("value"))
        assert one(heard, ".mi-status").text == way.words
        told = " ".join(one(heard, ".mi-words").text.split())
        assert all(" ".join(text.split()) in told for _, text in way.matters)
        picture = one(heard, ".mi-paper .mi-notation")
        assert picture.get_attribute("aria-label") in way.notation.replace("&#x27;", "'")
        assert len(heard.find_elements("css selector", ".mi-maps .mi-map")) == len(way.maps)
        link = one(heard, "#mi-live-bar .mi-save").get_attribute("href")
        seen.add((picture.get_attribute("innerHTML"), told, link))
    assert len(seen) == 5


def test_a_strategy_is_kept_from_metre_to_metre_where_it_can(heard: Chrome) -> None:
    chosen(heard, "ways", "cut")
    chosen(heard, "meters", "3/4")
    assert one(heard, ".mi-ways input:checked").get_attribute("value") == "cut"
    chosen(heard, "meters", "12/8")  # which is not shorter
    assert one(heard, ".mi-ways input:checked").get_attribute("value") == "regroup"
    chosen(heard, "meters", "4/4")
    assert one(heard, ".mi-ways input:checked").get_attribute("value") == "cut"


def test_the_bar_changes_while_it_plays(heard: Chrome, live: LiveBar) -> None:
    """No count again, and the notes of the other version go on at once."""
    one(heard, "#mi-live-bar .mi-check input").click()
    one(heard, "#mi-live-bar .mi-play").click()
    until(lambda: len(sounds(heard)) >= 3)
    chosen(heard, "meters", "3/4")
    chosen(heard, "ways", "square")
    changed = len(sounds(heard))
    until(lambda: len(sounds(heard)) >= changed + 8)
    piece = live.way("3/4", "square").piece
    assert piece is not None
    onsets = sorted({note.onset for note in piece.notes})
    gaps = [b - a for a, b in zip(onsets, [*onsets[1:], piece.length], strict=True)]
    begun = sorted({round(when, 6) for when, *_ in sounds(heard)[changed:]})
    assert all(any(abs(b - a - gap) < 1e-4 for gap in gaps) for a, b in pairwise(begun))
    chosen(heard, "heard", "before")
    until(lambda: len(sounds(heard)) >= changed + 12)
    one(heard, "#mi-live-bar .mi-stop").click()


def test_a_card_plays_its_version_and_silences_the_others(heard: Chrome) -> None:
    one(heard, "#mi-live-bar .mi-play").click()
    until(lambda: one(heard, "#mi-live-bar .mi-play").text == "Pause")
    button = one(heard, "article .mi-play[data-meter='3/4']")
    assert button.get_attribute("aria-label") == "Play 3/4 regroup"
    button.click()
    until(lambda: button.text == "Stop")
    assert button.get_attribute("aria-label") == "Stop 3/4 regroup"
    assert one(heard, "#mi-live-bar .mi-play").text == "Play"
    until(lambda: heard.find_elements("css selector", "article .mi-cursor:not([hidden])"))
    button.click()
    assert button.text == "Play"
    until(lambda: not heard.find_elements("css selector", "article .mi-cursor:not([hidden])"))


def test_keys_alone_do_everything(heard: Chrome) -> None:
    """Tab from control to control, arrows among chips, space to play."""
    from selenium.webdriver.common.keys import Keys

    def here() -> tuple[str, str, str]:
        return tuple(
            heard.execute_script(
                "const e = document.activeElement; return [e.tagName, e.type ?? '', e.value || e.textContent.slice(0, 30)]"
            )
        )

    met: list[tuple[str, str, str]] = []
    while here() != ("INPUT", "radio", "4/4"):
        press(heard, Keys.TAB)
        met.append(here())
        assert len(met) < 40
    outline = heard.execute_script("return getComputedStyle(document.activeElement.nextElementSibling).outlineStyle")
    assert outline == "solid"
    press(heard, Keys.ARROW_RIGHT)
    assert one(heard, ".mi-meters input:checked").get_attribute("value") == "3/4"
    press(heard, Keys.TAB, Keys.ARROW_DOWN)
    assert one(heard, ".mi-ways input:checked").get_attribute("value") == "best"
    reached = []
    for _ in range(30):
        press(heard, Keys.TAB)
        reached.append(here())
        if here()[0] == "BUTTON":
            break
    press(heard, Keys.SPACE)
    until(lambda: one(heard, "#mi-live-bar .mi-play").text == "Pause")
    press(heard, Keys.SPACE)
    assert one(heard, "#mi-live-bar .mi-play").text == "Play"
    for _ in range(9):
        press(heard, Keys.TAB)
        reached.append(here())
    kinds = [(tag, kind) for tag, kind, _ in reached]
    assert kinds.count(("BUTTON", "button")) >= 2
    for control in (("INPUT", "checkbox"), ("SELECT", "select-one"), ("INPUT", "range")):
        assert control in kinds
    assert kinds.count(("SELECT", "select-one")) == 2
    assert "Save as MIDI" in [words for *_, words in reached]


def test_a_table_that_scrolls_says_so(browser: Chrome, page: Path) -> None:
    for width in (390, 1280):
        open_page(browser, page, width=width)
        until(lambda: browser.find_elements("css selector", "#mi-live-bar .mi-map"))
        browser.execute_script("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
        rows = until(lambda: browser.execute_script(STATES))
        until(lambda: all(wider == said == reached for wider, said, reached in browser.execute_script(STATES)))
        assert any(wider for wider, *_ in browser.execute_script(STATES)) or width > 390
        assert len(rows) >= 5


STATES = """
return [...document.querySelectorAll(".wide, .engraved")].map((wide) => [
  wide.scrollWidth > wide.clientWidth + 1, !wide.previousElementSibling.hidden, wide.tabIndex === 0]);
"""


def test_with_less_motion_the_line_steps_from_note_to_note(browser: Chrome, page: Path, live: LiveBar) -> None:
    watch_sound(browser)
    open_page(browser, page, still=True)
    one(browser, "#mi-live-bar .mi-play").click()
    line = one(browser, "#mi-live-bar .mi-paper .mi-cursor")
    until(lambda: line.get_attribute("hidden") is None)
    places = {round(float(line.get_attribute("x1")), 1) for _ in range(30)}
    assert places <= {row[1] for row in live.way("4/4").cursors[1]}
    one(browser, "#mi-live-bar .mi-stop").click()


def test_on_a4_no_staff_is_cut(browser: Chrome, page: Path) -> None:
    open_page(browser, page)
    until(lambda: browser.find_elements("css selector", "#mi-live-bar .mi-map"))
    shown = browser.execute_script(
        "return [...document.querySelectorAll('.mi-notation path')].filter((path) => "
        "(path.getAttribute('d').match(/M[^M]*L[^M]*/g) ?? []).length === 5).length"
    )
    pdf = printed(browser)
    assert page_size(pdf) == pytest.approx((595.3, 841.9), abs=0.7)
    found = staves(pdf)
    assert len(found) == shown > 20  # one that is cut is on two pages
    assert all(MARGIN < bottom < top < page_size(pdf)[1] - MARGIN for _, top, bottom in found)


def test_a_hostile_title_is_shown_and_not_run(browser: Chrome, tmp_path: Path) -> None:
    title = "</script><script>window.run=1</script><img src=x onerror='window.run=2'>\u202e\u2028\x07 &amp; end"
    theme = mi.Theme(title, (mi.Motif("1:3 2:1 3:2", title[:40]),), mi.Meter("3/4"), mode="major", rights=rights(title))
    path = tmp_path / "hostile.html"
    path.write_text(dossier(theme, ["4/4"]), "utf-8")
    open_page(browser, path)
    until(lambda: browser.find_elements("css selector", "#mi-live-bar .mi-map"))
    assert browser.execute_script("return window.run ?? 0") == 0
    assert one(browser, "h1 bdi").get_attribute("textContent") == title.replace("\x07", "\ufffd")
    assert console(browser) == []
    assert requested(browser) == [path.resolve().as_uri()]
    assert browser.execute_script("return document.images.length") >= 2
    name = one(browser, "#mi-live-bar .mi-save").get_attribute("download")
    assert re.fullmatch(r"[a-z0-9-]+\.mid", name)


def rights(words: str) -> Any:
    from mi_theme.themes import Rights

    return Rights(attribution=words, notice=words, provenance=words, versions=words)


def test_a_file_is_saved_as_the_command_writes_it(browser: Chrome, page: Path, tmp_path: Path) -> None:
    browser.execute_cdp_cmd("Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(tmp_path)})
    open_page(browser, page)
    until(lambda: browser.find_elements("css selector", "#mi-live-bar .mi-map"))
    chosen(browser, "meters", "3/4")
    one(browser, "#mi-live-bar .mi-save").click()
    path = tmp_path / "theme-from-mission-impossible-3-4-regroup.mid"
    until(path.exists)
    assert path.read_bytes() == mi.theme().to_meter("3/4").to_score().to_bytes()
