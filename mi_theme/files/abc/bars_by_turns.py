"""The metre of each bar, of one or of several by turns; the numbers of endings."""

from __future__ import annotations

import re
from itertools import cycle

from mi_theme.files.typed.model import TypedBar
from mi_theme.meter import Meter

__all__ = ["ending_numbers", "give_meters"]


def ending_numbers(text: str) -> str:
    """Numbers of an ending as MusicXML lists them."""
    numbers: list[int] = []
    for said in re.findall(r"\d+(?:-\d+)?", text):
        low, _, high = said.partition("-")
        numbers += range(int(low[:2]), min(int((high or low)[:2]), int(low[:2]) + 20) + 1)
    return ",".join(map(str, dict.fromkeys(numbers)))


def give_meters(bars: list[TypedBar], meters: tuple[Meter, ...], *, opens: bool) -> None:
    """Give bars their metre; of metres by turns the next in line, or the one that fits. A pick-up takes no turn."""
    if len(meters) < 2:
        for bar in bars:
            bar.meter = meters[0] if meters else None
        return
    turns = cycle(range(len(meters)))
    for number, bar in enumerate(bars):
        turn = next(turns)
        fits = [k % len(meters) for k in range(turn, turn + len(meters)) if meters[k % len(meters)].bar == bar.length]
        chosen = fits[0] if fits else turn
        bar.meter = meters[chosen]
        while chosen != turn:
            turn = next(turns)
        if opens and number == 0 and bar.length < min(meter.bar for meter in meters):
            turns = cycle(range(len(meters)))
