"""The studio in a real browser: dropped on, listened to, changed, saved from; by keyboard alone; nothing asked of anybody else."""

from __future__ import annotations

import base64
import json
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from browser import IN_A_BROWSER, accessibility, chromium, console, open_page, press, requested, watch_sound, with_axe
from click.testing import CliRunner
from studio_server import Studio, studio
from test_studio import ABC, long_score, score

import mi_theme as mi
from mi_theme.cli import main

if TYPE_CHECKING:
    from selenium import webdriver

pytestmark = [*IN_A_BROWSER, pytest.mark.tool("starlette"), pytest.mark.tool("uvicorn")]
LONGEST = 90  # seconds that anything is waited for
DROP = """
const [name, data] = arguments, bytes = Uint8Array.from(atob(data), (each) => each.charCodeAt(0)), moved = new DataTransfer();
moved.items.add(new File([bytes], name));
for (const kind of ["dragenter", "dragover", "drop"]) document.body.dispatchEvent(new DragEvent(kind, { bubbles: true, cancelable: true, dataTransfer: moved }));
"""
IDLE = "return document.querySelector('main').getAttribute('aria-busy') !== 'true'"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    with studio(tmp_path_factory.mktemp("studio")) as found:
        yield found


@pytest.fixture
def page(browser: webdriver.Chrome, served: Studio) -> Page:
    browser.get("about:blank")
    watch_sound(browser)
    open_page(browser, served.address)
    return Page(browser, served)


class Page:
    """The page of a studio, and what is done on it."""

    def __init__(self, browser: webdriver.Chrome, served: Studio) -> None:
        self.browser, self.served = browser, served
        self.soon(lambda: self.all("#save button"))

    def all(self, selector: str) -> list[str]:
        """The texts of the elements that are there."""
        script = "return [...document.querySelectorAll(arguments[0])].map((each) => each.textContent)"
        found: list[str] = self.browser.execute_script(script, selector)
        return found

    def text(self, selector: str) -> str:
        return self.all(selector)[0]

    def click(self, selector: str) -> None:
        script = (
            "const found = document.querySelector(arguments[0]); found.scrollIntoView({block: 'center'}); found.click()"
        )
        self.browser.execute_script(script, selector)

    def choose(self, selector: str, value: str) -> None:
        """A value of a menu, or of a field."""
        script = "const found = document.querySelector(arguments[0]); found.value = arguments[1]; found.dispatchEvent(new Event('change', {bubbles: true}))"
        self.browser.execute_script(script, selector, value)

    def soon(self, is_so: Callable[[], object]) -> None:
        until = time.monotonic() + LONGEST
        while not is_so():
            assert time.monotonic() < until, (self.all("#error"), self.text("body")[:2000])
            time.sleep(0.05)

    def idle(self) -> None:
        """Until everything that was asked for is shown."""
        self.soon(lambda: self.browser.execute_script(IDLE))

    def drop(self, name: str, data: bytes) -> None:
        """What a drop does; it is busy from then on."""
        self.browser.execute_script(DROP, name, base64.b64encode(data).decode())

    def opened(self, name: str = "song.mid", data: bytes | None = None) -> Page:
        self.drop(name, score().to_bytes() if data is None else data)
        self.soon(lambda: name[:20] in self.text("#name"))
        self.idle()
        return self

    def own(self) -> bool:
        """Whether nothing but the studio itself was asked for anything."""
        return all(url.startswith(f"http://127.0.0.1:{self.served.port}/") for url in requested(self.browser))


def test_a_dropped_file_is_converted_as_the_library_converts_it(page: Page) -> None:
    page.opened()
    plan = mi.plan(score(), "4/4")
    assert page.text("#headline") == f"{plan.source} → 4/4 by {plan.how}"
    shown = " ".join(page.text("#words").split())
    assert " ".join(plan.because.split()) in shown
    assert page.all("#paper .mi-notation")
    assert page.all("#map .mi-map")
    assert len(page.all("#rolls .mi-roll")) == 2
    assert [text.split() for text in page.all("#strip button")] == [[str(bar), plan.how] for bar in range(1, 7)]
    assert page.own()
    assert console(page.browser) == []


def test_a_dropped_plan_is_taken_and_undone(page: Page) -> None:
    page.opened()
    plan = mi.plan(score(), "7/8:2+2+3", how="regroup").replace(3, how="cut")
    page.drop("plan.json", plan.to_json().encode())
    page.soon(lambda: "7/8" in page.text("#headline"))
    page.idle()
    assert page.text("#headline") == f"{plan.source} → 7/8:2+2+3 by regroup"
    assert [text.split()[1] for text in page.all("#strip button")][2] == "cut"
    page.click("#undo")
    page.soon(lambda: "4/4" in page.text("#headline"))
    page.idle()  # what begins after it would take its words away
    page.drop("other.json", b"{}")
    page.soon(lambda: "no plan for a score" in page.text("#error"))
    page.idle()


def test_both_sides_are_heard_and_a_cursor_moves(page: Page) -> None:
    from selenium.webdriver.common.by import By

    page.opened()
    page.browser.find_element(By.CSS_SELECTOR, "#transport .mi-play").click()  # a real click, as a sound needs
    page.soon(
        lambda: page.browser.execute_script("return window.sounds.contexts.some((each) => each.state === 'running')")
    )
    cursor = "return [...document.querySelectorAll('#paper .mi-cursor')].map((each) => each.hasAttribute('hidden') ? null : each.getAttribute('x1'))"
    page.soon(lambda: page.browser.execute_script(cursor)[1])
    first = page.browser.execute_script(cursor)
    assert first[0] is None  # the version is heard, below
    page.soon(lambda: page.browser.execute_script(cursor)[1] != first[1])
    played = "return window.sounds.strings.length > 4 && window.sounds.beeps.length > 4"
    page.soon(lambda: page.browser.execute_script(played))
    page.soon(lambda: page.text("#where") == "Bar 2 of 6")
    page.click("#heard input[value='0']")  # the same place of the music
    page.soon(lambda: page.browser.execute_script(cursor)[0])
    assert page.text("#where") in ("Bar 2 of 6", "Bar 3 of 6")
    page.click("#transport .mi-stop")
    page.soon(lambda: page.browser.execute_script(cursor) == [None, None])
    assert console(page.browser) == []


def test_two_bars_go_round(page: Page) -> None:
    from selenium.webdriver.common.by import By

    page.opened()
    page.click("#strip button[data-bar='3']")
    page.idle()
    page.choose("#transport .mi-control:nth-of-type(3) select", "two")
    assert "two bars" in page.all("#transport option")
    page.browser.find_element(By.CSS_SELECTOR, "#transport .mi-play").click()
    page.soon(lambda: page.text("#where") == "Bar 4 of 6")
    page.soon(lambda: page.text("#where") == "Bar 3 of 6")
    page.click("#transport .mi-stop")


@pytest.mark.parametrize("ending", [".mid", ".musicxml", ".json", ".pdf"])
def test_what_is_saved_is_what_the_command_writes(page: Page, tmp_path: Path, ending: str) -> None:
    page.opened()
    page.choose("#controls select", "cut")  # the strategy
    page.idle()
    page.browser.execute_cdp_cmd("Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(tmp_path)})
    page.click(f"#save button[data-ending='{ending}']")
    saved = tmp_path / f"song_converted{ending}"
    page.soon(lambda: saved.is_file() and saved.stat().st_size)
    score().save(tmp_path / "song.mid")
    command = ["convert", str(tmp_path / "song.mid"), "4/4", "--how", "cut", "-o", str(tmp_path / f"out{ending}")]
    assert CliRunner().invoke(main, command).exit_code == 0
    assert saved.read_bytes() == (tmp_path / f"out{ending}").read_bytes()


def test_bars_get_a_strategy_of_their_own_and_lose_it_again(page: Page) -> None:
    page.opened()
    how = mi.plan(score(), "4/4").how
    page.click("#strip button[data-bar='2']")
    page.browser.execute_script(
        "document.querySelector(\"#strip button[data-bar='3']\").dispatchEvent(new MouseEvent('click', {shiftKey: true, bubbles: true}))"
    )
    page.idle()
    page.choose("#edit select", "square")
    page.idle()
    assert [text.split()[1] for text in page.all("#strip button")] == [how, "square", "square", how, how, how]
    page.click("#undo")
    page.idle()
    assert [text.split()[1] for text in page.all("#strip button")] == [how] * 6
    page.click("#redo")
    page.idle()
    page.browser.refresh()
    again = Page(page.browser, page.served)
    again.soon(lambda: again.all("#strip button"))
    again.idle()
    assert [text.split()[1] for text in again.all("#strip button")] == [how, "square", "square", how, how, how]
    again.click("#undo")  # the way back is kept too
    again.idle()
    assert [text.split()[1] for text in again.all("#strip button")] == [how] * 6
    assert "token" not in page.browser.current_url


def test_strategies_are_compared_by_ear(page: Page) -> None:
    page.opened()
    page.click("#compare")
    page.soon(lambda: page.all("#compared tbody tr"))
    page.idle()
    rows = mi.compare(score(), "4/4").rows
    assert page.all("#compared tbody th") == [row.strategy for row in rows if row.cost is not None]
    assert len(page.all("#unable li")) == sum(row.cost is None for row in rows)
    page.click("#compared [aria-label='Hear square']")
    page.soon(lambda: "Hearing square" in page.text("#where"))
    page.click("#transport .mi-stop")
    page.click("#compared [aria-label='Use square']")
    page.soon(lambda: page.text("#headline").endswith("by square"))
    page.idle()
    assert console(page.browser) == []


def test_the_chosen_bars_are_shown_in_every_metre(page: Page) -> None:
    page.opened()
    page.click("#live")
    page.soon(lambda: page.all("#live-bar .mi-live"))
    page.idle()
    page.click("#live-bar .mi-meters input[value='3/4']")
    page.click("#live-bar .live-head button")
    page.soon(lambda: "→ 3/4" in page.text("#headline"))
    page.idle()
    assert page.browser.execute_script(
        "return new Set([...document.querySelectorAll('[id]')].map((each) => each.id)).size === document.querySelectorAll('[id]').length"
    )
    assert console(page.browser) == []


def test_keys_do_everything(page: Page) -> None:
    from selenium.webdriver.common.keys import Keys

    def focused() -> str:
        return str(
            page.browser.execute_script("return document.activeElement.id || document.activeElement.textContent")
        )

    def tab_to(name: str) -> None:
        for _ in range(60):
            if focused().startswith(name):
                return
            press(page.browser, Keys.TAB)
        raise AssertionError(f"no way to {name}")

    tab_to("theme-first")
    press(page.browser, Keys.ENTER)
    page.soon(lambda: page.all("#map figcaption"))
    page.idle()
    page.browser.execute_script("document.querySelector('#controls input[type=radio]:checked').focus()")
    press(page.browser, Keys.ARROW_RIGHT)  # 3/4
    page.soon(lambda: "→ 3/4" in page.text("#headline"))
    page.idle()
    page.browser.execute_script("document.getElementById('result').focus()")
    press(page.browser, Keys.SPACE)
    page.soon(lambda: page.text("#transport .mi-play") == "Pause")
    press(page.browser, Keys.SPACE)
    page.soon(lambda: page.text("#transport .mi-play") == "Play")
    tab_to("1")  # the first bar of the strip
    press(page.browser, Keys.ARROW_RIGHT)
    assert focused().startswith("2")
    press(page.browser, Keys.ENTER)
    page.idle()
    assert "Bar 2" in page.text("#map figcaption")
    tab_to("live")
    tab_to("compare")
    tab_to("MIDI")
    page.browser.execute_script("document.getElementById('result').focus()")
    from selenium.webdriver.common.action_chains import ActionChains

    ActionChains(page.browser).key_down(Keys.CONTROL).send_keys("z").key_up(Keys.CONTROL).perform()
    page.soon(lambda: "→ 4/4" in page.text("#headline"))
    page.idle()


@pytest.mark.parametrize("data", [b"", b"MThd", b"<score-partwise><part></score-partwise>", b"\0" * 1000])
def test_what_cannot_be_read_is_a_line_and_the_page_goes_on(page: Page, data: bytes) -> None:
    page.drop("broken.musicxml", data)
    page.soon(lambda: page.text("#error"))
    assert "broken.musicxml" in page.text("#error")
    assert "Traceback" not in page.text("body")
    page.opened()
    assert page.text("#error") == ""
    assert console(page.browser) == []


def test_a_hostile_title_is_shown_and_not_run(page: Page) -> None:
    evil = '<img src=x onerror="window.hit=1"><script>window.hit=1</script>\u202e'
    data = mi.Score.from_notes([0, 1, 2, 3] * 1, 1, [60, 62, 64, 65], names=[evil]).to_bytes()
    page.drop(f"{evil}.mid".replace("/", "|"), data)
    page.soon(lambda: page.all("#map figcaption"))
    page.idle()
    assert "<img src=x" in page.text("#name")
    assert "<img src=x" in page.text("#facts")
    assert page.browser.execute_script("return window.hit") is None
    assert not page.all("main img, main script")
    assert page.own()
    assert console(page.browser) == []


def test_long_work_is_shown_and_cancelled(page: Page) -> None:
    page.opened("long.mid", long_score().to_bytes())
    assert re.fullmatch(r"bars 1 to 8 of 600", page.text("#span"))
    page.click("#compare")
    page.soon(lambda: "tried" in page.text("#doing"))
    page.click("#cancel")
    page.soon(lambda: "Cancelled" in page.text("#error"))
    assert not page.all("#compared tr")
    page.click("#later")  # another process takes over
    page.soon(lambda: page.text("#span") == "bars 9 to 16 of 600")
    page.choose("#go", "400")
    page.soon(lambda: page.text("#span") == "bars 393 to 400 of 600")
    page.idle()


def test_a_setting_that_cannot_be_is_said_and_the_rest_stays(page: Page) -> None:
    page.opened()
    page.choose("#controls > .mi-control input[type=text]", "4/5")
    page.soon(lambda: page.text("#error"))
    assert "4/4" in page.text("#headline")
    page.click("#undo")
    page.idle()
    assert page.text("#error") == ""


def test_two_tabs_and_a_killed_browser(served: Studio, tmp_path: Path) -> None:
    with chromium(tmp_path / "one") as browser:
        open_page(browser, served.address)
        first = Page(browser, served).opened()
        first.choose("#controls select", "cut")
        first.idle()
        place = browser.current_url
        browser.switch_to.new_window("tab")
        browser.get(f"http://127.0.0.1:{served.port}/")  # the cookie is the same
        second = Page(browser, served).opened("waltz.abc", ABC)
        second.choose("#controls select", "hold-last")
        second.idle()
        browser.switch_to.window(browser.window_handles[0])
        assert first.text("#headline").endswith("by cut")
        browser.service.process.kill()
    with chromium(tmp_path / "two") as browser:
        open_page(browser, served.address + "#" + place.partition("#")[2])
        again = Page(browser, served)
        again.soon(lambda: again.all("#map figcaption"))
        again.idle()
        assert again.text("#headline").endswith("by cut")
        assert "waltz.abc" in "".join(again.all("#others option"))


def test_a_stranger_gets_words(browser: webdriver.Chrome, served: Studio) -> None:
    browser.get("about:blank")
    browser.delete_all_cookies()
    browser.execute_cdp_cmd("Network.clearBrowserCookies", {})
    browser.get(f"http://127.0.0.1:{served.port}/")
    assert "needs the address with the token" in browser.page_source
    browser.get(f"http://127.0.0.1:{served.port}/?token=wrong")
    assert "needs the address with the token" in browser.page_source


def test_an_ended_studio_is_said(browser: webdriver.Chrome, tmp_path: Path) -> None:
    with studio(tmp_path) as found:
        open_page(browser, found.address)
        page = Page(browser, found).opened()
        found.interrupt()
        page.click("#compare")
        page.soon(lambda: "mi-theme studio" in page.text("#error"))


@with_axe
@pytest.mark.parametrize("width", [390, 850, 1280])
@pytest.mark.parametrize("dark", [False, True])
def test_rules_of_accessibility_and_width(browser: webdriver.Chrome, served: Studio, width: int, dark: bool) -> None:
    open_page(browser, served.address, width=width, dark=dark)
    page = Page(browser, served)
    assert accessibility(browser) == []
    page.opened("song.mid", score().to_bytes())
    page.click("#compare")
    page.soon(lambda: page.all("#compared tr"))
    page.idle()
    for details in range(len(page.all("details"))):
        browser.execute_script(f"document.querySelectorAll('details')[{details}].open = true")
    assert accessibility(browser) == []
    assert browser.execute_script("return document.documentElement.scrollWidth <= innerWidth")


def test_the_address_and_the_table_of_choices_are_the_librarys(served: Studio) -> None:
    from mi_theme.adaptation.strategies import STRATEGIES

    choices = json.loads(served.ask("/pieces").body)["choices"]
    assert [row["name"] for row in choices["strategies"]] == [name for name, row in STRATEGIES.items() if row.offered]
