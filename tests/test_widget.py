"""The live bar in a notebook: what is chosen is there in Python and on the screen, on whichever side it was chosen."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from browser import IN_A_BROWSER, accessibility, console, open_page, requested, with_axe

import mi_theme as mi
from mi_theme.conversion import plan
from mi_theme.errors import StrategyError
from mi_theme.frontend import live_score, script, script_json, style

if TYPE_CHECKING:
    from selenium import webdriver

pytest.importorskip("anywidget")
WALTZ = "X:1\nT:Waltz\nM:3/4\nL:1/4\nK:C\n" + "C E G|c G E|D F A|d3|" * 3 + "\n"
in_a_browser = [*IN_A_BROWSER, pytest.mark.filterwarnings("ignore::ResourceWarning")]


# What is chosen, in Python


def test_a_theme_begins_in_four_by_an_arrangers_choice() -> None:
    widget = mi.studio(mi.theme())
    assert (widget.meter, widget.how) == ("4/4", "regroup")
    assert widget.plan == mi.theme().to_meter("4/4").plan
    assert mi.studio(mi.render(meter="4/4", length=4)).meter == "3/4"
    assert mi.studio(mi.theme().to_meter("3/4")).tables["meter"] == "5/4:3+3+2+2"  # of an adaptation, its source


def test_a_score_has_the_plan_of_all_its_bars_and_shows_the_first() -> None:
    widget = mi.studio(WALTZ, "4/4", "rest")
    assert widget.plan == plan(WALTZ, "4/4", how="rest")
    assert widget.plan.spans[-1].last == 12
    assert len(widget.tables["piece"]["bars"]) == 4
    assert len(mi.studio(WALTZ, "4/4", bars=(5, 6)).tables["piece"]["bars"]) == 2
    assert isinstance(widget.plan, mi.ScorePlan)
    assert widget.plan.apply().meters.bar(1).meter == mi.Meter("4/4")


def test_every_way_of_a_score_is_the_librarys() -> None:
    """Refusals, costs and sound are those of plans for the bars that are shown."""
    live = live_score(WALTZ, ["4/4", "6/8"])
    shown = mi.read(WALTZ).passage((1, 4))
    for target in live.meters:
        assert target.first == mi.plan(shown, target.meter).how
        for way in target.ways:
            if not way.able:
                with pytest.raises(StrategyError):
                    mi.plan(shown, target.meter, how=way.how)
                continue
            made = mi.plan(shown, target.meter, how=way.how)
            assert way.cost == made.cost
            assert way.midi == made.apply().to_bytes()
            said = "\n".join([way.headline, *(text for _, text in way.matters)])
            assert all(line[11:].strip() in said for line in str(made).splitlines() if line.startswith("  "))
            assert len(way.maps) == sum(bool(span.how) for span in made.spans)
    with pytest.raises(mi.MiThemeError, match="no notes"):
        live_score(mi.Score.from_notes([], [], []), ["4/4"])


def test_a_metre_that_is_not_there_is_worked_out_once() -> None:
    widget = mi.studio(mi.theme())
    widget.meter = "7/8:2+2+3"
    widget.choose("11/8:3+3+3+2", "float")
    widget.meter = "7/8:2+2+3"
    assert [target["meter"] for target in widget.tables["meters"]] == ["4/4", "7/8:2+2+3", "11/8:3+3+3+2"]
    signs = widget.tables["glyphs"]
    assert signs.count("<defs>") == 1
    for target in widget.tables["meters"]:
        for way in target["ways"]:
            for sign in set(way.get("notation", "").split('href="#')[1:]):
                assert f'id="{sign.partition(chr(34))[0]}"' in signs
    assert len({row.partition('"')[0] for row in signs.split('id="')}) == len(signs.split('id="'))


def test_a_strategy_gives_way_where_it_does_not_reach_and_is_told() -> None:
    widget = mi.studio(mi.theme(), "4/4", "cut")
    seen: list[tuple[str, str]] = []
    widget.observe(lambda change: seen.append((change["name"], change["new"])), ["meter", "how"])
    widget.meter = "6/4"  # where nothing can be cut
    assert widget.how == mi.theme().to_meter("6/4").plan.how
    assert ("meter", "6/4") in seen
    assert ("how", widget.how) in seen


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("meter", "9/7", "denominator"),
        ("meter", "", "no metre"),
        ("how", "nix", "no strategy"),
        ("how", "rest", "not longer"),
    ],
)
def test_what_is_wrong_is_not_taken(name: str, value: str, said: str) -> None:
    widget = mi.studio(mi.theme())
    with pytest.raises(mi.MiThemeError, match=said):
        setattr(widget, name, value)
    assert (widget.meter, widget.how) == ("4/4", "regroup")
    with pytest.raises(mi.MiThemeError, match=said):
        widget.choose(**{name: value or " "})
    with pytest.raises(mi.MiThemeError):
        mi.studio(mi.theme(), **{name: value or " "})


def test_what_a_front_end_sends_arrives() -> None:
    """As a notebook does it: one message with what changed."""
    widget = mi.studio(mi.theme())
    widget.set_state({"wanted": {"meter": "7/8:2+2+3", "number": 1}})
    assert (widget.meter, widget.how, widget.said) == ("7/8:2+2+3", "regroup", "")
    widget.set_state({"meter": "4/4", "how": "square"})
    assert widget.plan == mi.theme().to_meter("4/4", "square").plan
    widget.set_state({"wanted": {"meter": "4/5", "number": 2}})
    assert "denominator" in widget.said
    assert (widget.meter, widget.how) == ("4/4", "square")
    widget.set_state({"wanted": {"meter": "3/4", "number": 3}})
    assert (widget.meter, widget.said) == ("3/4", "")


def test_its_state_is_plain_and_nothing_else_is_sent() -> None:
    state = mi.studio(mi.theme()).get_state()
    own = {name: value for name, value in state.items() if not name.startswith("_")}
    assert set(own) >= {"tables", "meter", "how", "offered", "wanted", "said"}
    assert json.loads(json.dumps(own["tables"])) == own["tables"]
    assert "export default" in script("widget.js")


# On the screen, with a model that stands for a notebook's

PAGE = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>A widget</title><style>{style}</style></head>
<body><main><h1>A cell</h1><div id="cell"></div></main><script type="module">
const source = {source};
const {{ default: widget }} = await import(URL.createObjectURL(new Blob([source], {{ type: "text/javascript" }})));
const state = {state}, listeners = [];
const model = window.model = {{
  sent: [], changed: {{}},
  get: (name) => state[name],
  set(name, value) {{ state[name] = value; this.changed[name] = value; }},
  save_changes() {{ this.sent.push(this.changed); this.changed = {{}}; }},
  on: (event, act) => listeners.push([event, act]),
  off: (event, act) => listeners.splice(listeners.findIndex(([a, b]) => a === event && b === act), 1),
  push(values) {{
    Object.assign(state, values);
    for (const name of Object.keys(values)) for (const [event, act] of [...listeners]) if (event === `change:${{name}}`) act();
  }},
  listeners,
}};
window.end = widget.render({{ model, el: document.querySelector("#cell") }});
</script></body></html>"""


def page_of(widget: Any, folder: Path) -> Path:
    names = ("tables", "meter", "how", "offered", "wanted", "said")
    state = {name: getattr(widget, name) for name in names}
    page = folder / "widget.html"
    source, looks = script_json(script("widget.js")), style("widget.css")
    page.write_text(PAGE.format(style=looks, source=source, state=script_json(state)), "utf-8")
    return page


def shown(browser: webdriver.Chrome) -> str:
    return str(browser.execute_script("return document.querySelector('.mi-now')?.textContent"))


def waited(browser: webdriver.Chrome) -> None:
    from selenium.webdriver.support.wait import WebDriverWait

    WebDriverWait(browser, 20).until(
        lambda browser: browser.execute_script("return !!document.querySelector('.mi-now')")
    )


class TestOnTheScreen:
    pytestmark = in_a_browser

    def test_clicks_go_to_python_and_what_python_chooses_is_shown(
        self, browser: webdriver.Chrome, tmp_path: Path
    ) -> None:
        widget = mi.studio(mi.theme())
        open_page(browser, page_of(widget, tmp_path), width=850)
        waited(browser)
        assert shown(browser) == "5/4:3+3+2+2 → 4/4 as 3+3+1+1"
        browser.execute_script("document.querySelector('.mi-ways input[value=square]').click()")
        assert browser.execute_script("return model.sent") == [{"meter": "4/4", "how": "square"}]
        widget.set_state({"meter": "4/4", "how": "square"})
        browser.execute_script(
            "[...document.querySelectorAll('.mi-offered')].find((each) => each.textContent === '3/4').click()"
        )
        (_, asked) = browser.execute_script("return model.sent")
        widget.set_state(asked)
        state = {name: getattr(widget, name) for name in ("how", "meter", "tables")}
        browser.execute_script("model.push(arguments[0])", state)
        assert shown(browser).startswith("5/4:3+3+2+2 → 3/4")
        assert browser.execute_script("return document.querySelectorAll('.mi-meters input').length") == 2
        widget.choose("4/4", "cut")
        browser.execute_script("model.push(arguments[0])", {"meter": widget.meter, "how": widget.how})
        assert "4/4 as 3+3+2" in shown(browser)
        assert len(browser.execute_script("return model.sent")) == 2  # what came from Python does not go back
        assert console(browser) == []
        assert [url for url in requested(browser) if not url.startswith("file:")] == []

    def test_what_is_wrong_with_a_metre_stands_beside_it(self, browser: webdriver.Chrome, tmp_path: Path) -> None:
        from selenium.webdriver.common.by import By

        open_page(browser, page_of(mi.studio(mi.theme()), tmp_path), width=390)
        waited(browser)
        browser.find_element(By.CSS_SELECTOR, ".mi-another input").send_keys("5/0\n")
        assert browser.execute_script("return model.sent[0].wanted") == {"meter": "5/0", "number": 1}
        browser.execute_script("model.push({said: '5/0 is <b>no</b> metre'})")
        assert browser.find_element(By.CSS_SELECTOR, ".mi-said").text == "5/0 is <b>no</b> metre"
        assert browser.execute_script("return document.documentElement.scrollWidth <= innerWidth")

    @with_axe
    def test_it_can_be_used_by_everybody(self, browser: webdriver.Chrome, tmp_path: Path) -> None:
        for dark in (False, True):
            open_page(browser, page_of(mi.studio(WALTZ), tmp_path), width=850, dark=dark)
            waited(browser)
            assert accessibility(browser) == []

    def test_it_plays_and_ends_with_its_cell(self, browser: webdriver.Chrome, tmp_path: Path) -> None:
        from selenium.webdriver.common.by import By
        from selenium.webdriver.support.wait import WebDriverWait

        open_page(browser, page_of(mi.studio(WALTZ), tmp_path), width=850)
        waited(browser)
        browser.find_element(By.CSS_SELECTOR, ".mi-play").click()
        WebDriverWait(browser, 20).until(
            lambda browser: "Pause" in browser.find_element(By.CSS_SELECTOR, ".mi-play").text
        )
        browser.execute_script("end()")
        assert browser.execute_script(
            "return [model.listeners.length, document.querySelectorAll('.mi-live').length]"
        ) == [0, 0]
        assert console(browser) == []
