"""The player in a real browser: when notes begin, what is repeated, muted and clicked, and that its strings are in tune."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from browser import IN_A_BROWSER, console, open_page, watch_sound
from numpy.typing import NDArray

import mi_theme as mi
from mi_theme.frontend import piece_of, script

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

pytestmark = IN_A_BROWSER
PATIENCE = 20.0  # seconds on the wall
RATE = 44100
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>A player</title><button>Go</button>
<script type="module">{script}
window.player = new Player();
window.states = [];
window.player.onposition((seconds, state) => window.states.push([seconds, state]));
window.Player = Player;
document.querySelector("button").addEventListener("click", () => window.go());
</script></html>"""
# What a piece sounds like, without a sound card.
RENDER = """
const [piece, done] = arguments;
(async () => {
  const context = new OfflineAudioContext(1, Math.ceil(44100 * (piece.length + 0.5)), 44100), player = new window.Player();
  Object.assign(player, { context, piece, clicking: "off", _out: context.destination, _bus: context.createGain() });
  player._bus.connect(player._out);
  player._between(0, piece.length, { time: 0, song: 0 });
  done(Array.from((await context.startRendering()).getChannelData(0)));
})().catch((error) => done(String(error)));
"""


@pytest.fixture
def player(browser: Chrome, tmp_path: Path) -> Chrome:
    path = tmp_path / "player.html"
    path.write_text(PAGE.format(script=script()), "utf-8")
    watch_sound(browser)
    open_page(browser, path)
    return browser


def piece(score: mi.Score) -> dict[str, Any]:
    return json.loads(json.dumps(piece_of(score).as_dict()))


def played(browser: Chrome, what: dict[str, Any], how: str, strings: int) -> list[float]:
    """When the first strings begin after the button was pressed, from the first of them on."""
    browser.execute_script("window.player.load(arguments[0])", what)
    browser.execute_script("window.go = new Function('player', arguments[0]).bind(null, window.player);", how)
    browser.find_element("tag name", "button").click()
    end = time.monotonic() + PATIENCE
    while len(found := browser.execute_script("return window.sounds.strings.map(([when]) => when)")) < strings:
        assert time.monotonic() < end, f"{len(found)} strings"
        time.sleep(0.05)
    browser.execute_script("window.player.stop()")
    return [when - found[0] for when in found[:strings]]


def test_two_bars_go_round_without_a_gap(player: Chrome) -> None:
    theme = piece(mi.theme().to_score(repeats=2, tempo=400))
    start, end = theme["bars"][2], theme["length"]
    inside = [onset - start for onset, *_ in theme["notes"] if start <= onset < end]
    found = played(player, theme, f"player.play({{ from: 0, loop: [{start}, {end}] }})", 3 * len(inside))
    rounds = [onset + number * (end - start) for number in range(3) for onset in inside]
    assert found == pytest.approx(rounds, abs=1e-6)
    assert console(player) == []


def test_faster_is_faster_and_what_is_muted_is_not_heard(player: Chrome) -> None:
    theme = piece(mi.theme().to_score(repeats=2))
    low = [onset for onset, _, _, _, part, *_ in theme["notes"] if part == 0]
    how = "player.rate = 4; player.mute(1); player.setClick('off'); player.play({ countIn: false })"
    found = played(player, theme, how, len(low))
    assert found == pytest.approx([onset / 4 for onset in low], abs=1e-6)
    assert player.execute_script("return window.sounds.beeps.length") == 0


def test_it_begins_where_one_says_counts_in_and_ends(player: Chrome) -> None:
    theme = piece(mi.theme().to_score(repeats=2, tempo=600))
    start = theme["bars"][1]
    after = [onset - start for onset, *_ in theme["notes"] if onset >= start]
    found = played(player, theme, f"player.play({{ from: {start}, countIn: true }})", len(after))
    assert found == pytest.approx(after, abs=1e-6)
    states = [state for _, state in player.execute_script("return window.states")]
    assert states.index("counting") < states.index("playing")
    seconds = [at for at, state in player.execute_script("return window.states") if state == "playing"]
    assert seconds == sorted(seconds)


@pytest.mark.parametrize("kind", ["pluck", "bass", "sustained"])
def test_every_instrument_is_in_tune(player: Chrome, kind: str) -> None:
    player.set_script_timeout(60)
    for pitch in (33, 43, 55, 67, 76):
        note = {"notes": [[0, 1, pitch, 90, 0]], "clicks": [], "groups": [], "parts": [["", kind]], "length": 1}
        wave = rendered(player, note)
        assert 0.02 < np.abs(wave).max() < 1
        expected = 440 * 2 ** ((pitch - 69) / 12)
        assert 1200 * np.log2(heard_pitch(wave[6000:18000]) / expected) == pytest.approx(0, abs=4)  # cents


def test_every_part_of_a_band_sounds(player: Chrome) -> None:
    player.set_script_timeout(120)
    band = piece(mi.render(form="tv", style="jazz-combo", seed=1, length=4))
    for number, (name, _) in enumerate(band["parts"]):
        notes = [note for note in band["notes"] if note[4] == number]
        if notes:
            alone = rendered(player, band | {"notes": notes})
            assert np.abs(alone).max() > 0.02, name


def rendered(browser: Chrome, what: dict[str, Any]) -> NDArray[np.float64]:
    found = browser.execute_async_script(RENDER, what)
    assert not isinstance(found, str), found
    return np.array(found)


def heard_pitch(wave: NDArray[np.float64]) -> float:
    """The frequency of a tone: the first lag at which it is most like itself, between samples by a parabola."""
    wave = wave - wave.mean()
    likeness = np.correlate(wave, wave, "full")[len(wave) - 1 :]
    lags = np.arange(RATE // 900, RATE // 40)
    best = likeness[lags].max()
    lag = next(
        lag for lag in lags if likeness[lag] > 0.93 * best and likeness[lag - 1] <= likeness[lag] >= likeness[lag + 1]
    )
    before, here, after = likeness[lag - 1 : lag + 2]
    return RATE / (lag + (before - after) / (2 * (before - 2 * here + after)))
