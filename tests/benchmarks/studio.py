"""How long the studio takes: from the command to the first sound, and for a file of 10,000 notes.

    python tests/benchmarks/studio.py

The real program, and Chromium where it is there: seconds on the wall, the middle of three, which other work on the
machine makes longer; beside them the processor time of the same steps.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import numpy as np

import mi_theme as mi

sys.path.insert(0, str(Path(__file__).parents[1]))

from browser import chromium, open_page, watch_sound
from studio_server import Studio, studio

RUNS = 3
SOUNDS = "return window.sounds.contexts.some((each) => each.state === 'running') && window.sounds.beeps.length > 0"
SHOWN = "return document.querySelector('#map figcaption') !== null"


def large() -> bytes:
    """Ten thousand notes in 5/4, a tune over a bass."""
    random = np.random.default_rng(1)
    lengths = random.choice([0.25, 0.5, 1.0], 7000, p=[0.25, 0.6, 0.15])
    tune = np.clip(60 + np.cumsum(random.integers(-3, 4, 7000)), 55, 84)
    bass = 40 + random.integers(0, 8, 3000)
    return mi.Score.from_notes(
        np.concatenate([np.cumsum(lengths) - lengths, np.arange(3000)]),
        np.concatenate([lengths, np.ones(3000)]),
        np.concatenate([tune, bass]),
        part=[0] * 7000 + [1] * 3000,
        names=["Tune", "Bass"],
        meter="5/4:3+3+2+2",
    ).to_bytes()


def first_sound(place: Path) -> float:
    """From the command to a sound: the page in a browser that runs, the theme, Play."""
    from selenium.webdriver.common.by import By

    with chromium(place / "browser") as browser:
        watch_sound(browser)
        began = time.perf_counter()
        with studio(place) as served:
            open_page(browser, served.address)
            until(lambda: browser.find_elements(By.CSS_SELECTOR, "#save button"))
            browser.find_element(By.ID, "theme-first").click()
            until(lambda: browser.execute_script("return document.querySelector('#words dl') !== null"))
            browser.find_element(By.CSS_SELECTOR, "#transport .mi-play").click()
            until(lambda: browser.execute_script(SOUNDS))
            return time.perf_counter() - began


def steps(served: Studio, data: bytes) -> list[float]:
    """Opened, planned and carried over, its first page drawn, another page, in seconds."""
    times = [time.perf_counter()]
    key = served.open("large.mid", data).last["about"]["key"]
    times.append(time.perf_counter())
    for verb, number in (("plan", 0), ("draw", 0), ("draw", 40)):
        assert "result" in served.work(key, verb, number).last
        times.append(time.perf_counter())
    return np.diff(times).tolist()


def computed(data: bytes) -> list[float]:
    """The same steps in this process, in seconds of the processor."""
    from mi_theme.server.settings import StudioSettings
    from mi_theme.server.workbench import Workbench

    def quiet(words: str, done: int, of: int) -> None:
        """Nobody listens."""

    four = StudioSettings("4/4")
    Workbench("", None, quiet).drawn(four, 0)
    times = [time.process_time()]
    bench = Workbench("large.mid", data, quiet)
    for step in (
        bench.opened,
        lambda: bench.planned(four),
        lambda: bench.drawn(four, 0),
        lambda: bench.drawn(four, 40),
    ):
        step()
        times.append(time.process_time())
    return np.diff(times).tolist()


def until(is_so: object) -> None:
    """Wait for something."""
    while not is_so():  # type: ignore[operator]
        time.sleep(0.01)


def main() -> None:
    """Print two tables."""
    data = large()
    with tempfile.TemporaryDirectory() as folder, studio(Path(folder)) as served:
        served.ask("/pieces?theme=1", b"")  # the process for the next piece is started
        time.sleep(5)
        rows = []
        for _ in range(RUNS):
            rows.append(steps(served, data))
            time.sleep(5)
    print("10,000 notes    opened  planned  first page   together  another page  (seconds)")
    for name, each in (("on the wall", zip(*rows, strict=True)), ("computing", ([one] for one in computed(data)))):
        opened, planned, drawn, another = map(median, each)
        print(f"{name:15}{opened:7.2f}{planned:9.2f}{drawn:12.2f}{opened + planned + drawn:11.2f}{another:14.2f}")
    with tempfile.TemporaryDirectory() as folder:
        try:
            sounds = []
            for run in range(RUNS):
                (Path(folder) / str(run)).mkdir()
                sounds.append(first_sound(Path(folder) / str(run)))
        except Exception as error:
            print(f"no browser: {type(error).__name__}")
        else:
            print(f"from the command to the first sound of the theme, in a browser that runs: {median(sounds):.2f} s")


if __name__ == "__main__":
    main()
