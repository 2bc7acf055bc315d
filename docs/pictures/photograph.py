"""Take the pictures of the studio again: python docs/pictures/photograph.py, with Chromium and its driver on the system."""

from __future__ import annotations

import base64
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1] / "tests"))

from browser import chromium, open_page  # noqa: E402
from studio_server import studio  # noqa: E402

WIDTH = 1280
IDLE = "return document.querySelector('main').getAttribute('aria-busy') === 'false'"
FRAME = "const at = document.querySelector(arguments[0]).getBoundingClientRect(); return [at.left, at.top + scrollY, at.bottom + scrollY]"


def idle(browser: Any, selector: str) -> None:
    """Wait until what is meant is there, and nothing is worked out any more."""
    until = time.monotonic() + 60
    while not (browser.find_elements("css selector", selector) and browser.execute_script(IDLE)):
        if time.monotonic() > until:
            raise TimeoutError(f"no {selector}")
        time.sleep(0.1)
    time.sleep(0.3)


def taken(browser: Any, name: str, left: float, top: float, bottom: float) -> None:
    """A stripe of the page as a file."""
    clip = {"x": left, "y": top, "width": WIDTH - left, "height": bottom - top, "scale": 1}
    shot = browser.execute_cdp_cmd("Page.captureScreenshot", {"captureBeyondViewport": True, "clip": clip})
    (HERE / f"{name}.png").write_bytes(base64.b64decode(shot["data"]))


def main() -> None:
    """Write every picture."""
    with tempfile.TemporaryDirectory() as folder, studio(Path(folder)) as served, chromium(Path(folder)) as browser:
        open_page(browser, served.address, width=WIDTH)
        idle_page = "#save button"
        while not browser.find_elements("css selector", idle_page):
            time.sleep(0.1)
        browser.find_element("id", "theme-first").click()
        idle(browser, "#map svg")
        taken(browser, "studio", 0, 0, browser.execute_script(FRAME, ".pictures")[2] + 12)
        browser.find_element("id", "compare").click()
        idle(browser, "#compared tr")
        left, top, bottom = browser.execute_script(FRAME, "section[aria-labelledby='compare-title']")
        taken(browser, "studio_compare", left - 16, top - 12, bottom + 12)


if __name__ == "__main__":
    main()
