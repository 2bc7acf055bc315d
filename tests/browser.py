"""A browser for tests: Chromium of the system, alone with its pages, silent and without a home.

The fixture ``browser`` is in ``conftest.py``; a module that takes it says ``pytestmark = IN_A_BROWSER``. What a page
did is asked here: what its console says, what it asked the network for, what axe-core finds, how it prints.
"""

from __future__ import annotations

import base64
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from selenium import webdriver

__all__ = [
    "IN_A_BROWSER",
    "accessibility",
    "chromium",
    "console",
    "open_page",
    "press",
    "printed",
    "requested",
    "with_axe",
]

IN_A_BROWSER = [pytest.mark.tool(name) for name in ("selenium", "chromium", "chromedriver")]
with_axe = pytest.mark.tool("axe_core_python")
QUIET = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-default-apps", "--mute-audio", "--disable-dev-shm-usage",
    "--autoplay-policy=user-gesture-required", "--hide-scrollbars",
)  # fmt: skip
LONG = 300  # seconds that axe-core may take on a large page of a busy machine
PHONE = 500  # pixels below which a screen is one that is touched
# rules of axe-core that are run; best practices too
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@contextmanager
def chromium(folder: Path) -> Iterator[webdriver.Chrome]:
    """A browser with a profile in a folder, which it also saves to; closed at the end."""
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    for argument in (*QUIET, f"--user-data-dir={folder / 'profile'}"):
        options.add_argument(argument)
    options.add_experimental_option("prefs", {"download.default_directory": str(folder / "downloads")})
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    browser = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
    try:
        yield browser
    finally:
        browser.quit()


def open_page(
    browser: webdriver.Chrome,
    place: Path | str,
    *,
    width: int = 1280,
    height: int = 900,
    dark: bool = False,
    still: bool = False,
) -> None:
    """Show a file or an address on a screen of some width; what the log had is thrown away."""
    size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < PHONE}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    features = [
        {"name": "prefers-color-scheme", "value": "dark" if dark else "light"},
        {"name": "prefers-reduced-motion", "value": "reduce" if still else "no-preference"},
    ]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
    for kind in ("browser", "performance"):
        browser.get_log(kind)
    browser.get(place.resolve().as_uri() if isinstance(place, Path) else place)


def console(browser: webdriver.Chrome) -> list[str]:
    """What the console says since the page was opened: errors, and warnings."""
    return [row["message"] for row in browser.get_log("browser") if row["level"] in ("SEVERE", "WARNING")]


def requested(browser: webdriver.Chrome) -> list[str]:
    """Every address that was asked for since the page was opened, its own first; what it carries itself is not asked for."""
    events = [json.loads(row["message"])["message"] for row in browser.get_log("performance")]
    sent = [event["params"]["request"]["url"] for event in events if event["method"] == "Network.requestWillBeSent"]
    sent += [event["params"]["url"] for event in events if event["method"] == "Network.webSocketCreated"]
    return [url for url in sent if not url.startswith(("data:", "blob:"))]


def accessibility(browser: webdriver.Chrome, part: str = "html") -> list[str]:
    """What axe-core finds wrong in a part of the page: the rule, and where."""
    axe = (files("axe_core_python") / "axe.min.js").read_text("utf-8")
    browser.execute_script(axe)
    browser.set_script_timeout(LONG)
    found: dict[str, Any] = browser.execute_async_script(
        "const done = arguments[arguments.length - 1];"
        f"axe.run({json.dumps(part)}, {{runOnly: {json.dumps(RULES)}, resultTypes: ['violations']}}).then(done, (error) => done({{error: String(error)}}));"
    )
    assert "error" not in found, found
    assert len(found["passes"]) > 5
    return [
        f"{fault['id']}: {node['target']} {node['failureSummary']}"
        for fault in found["violations"]
        for node in fault["nodes"]
    ]


def printed(browser: webdriver.Chrome) -> bytes:
    """The page as a PDF on A4, as the browser prints it."""
    size = {"paperWidth": 8.27, "paperHeight": 11.69, "printBackground": True, "preferCSSPageSize": True}
    return base64.b64decode(browser.execute_cdp_cmd("Page.printToPDF", size)["data"])


def press(browser: webdriver.Chrome, *keys: str) -> None:
    """Keys of the keyboard, one after another."""
    from selenium.webdriver.common.action_chains import ActionChains

    for key in keys:
        ActionChains(browser).send_keys(key).perform()


def watch_sound(browser: webdriver.Chrome) -> None:
    """From the next page on, keep what is played in ``window.sounds``: contexts, and each start of a source by its time."""
    browser.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": LISTENER})


LISTENER = """
if (!window.sounds) {
  window.sounds = { contexts: [], strings: [], beeps: [] };
  const Real = window.AudioContext;
  window.AudioContext = class extends Real {
    constructor(...given) {
      super(...given);
      window.sounds.contexts.push(this);
    }
    createBufferSource() {
      const made = super.createBufferSource(), start = made.start.bind(made);
      made.start = (when) => {
        window.sounds.strings.push([when, made.playbackRate.value]);
        start(when);
      };
      return made;
    }
    createOscillator() {
      const made = super.createOscillator(), start = made.start.bind(made);
      made.start = (when) => {
        window.sounds.beeps.push(when);
        start(when);
      };
      return made;
    }
  };
}
"""
