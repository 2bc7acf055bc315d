"""How long pictures take: python tests/benchmarks/pictures.py

Each in milliseconds, after `import mi_theme.views` and one picture of its kind
(the first also loads verovio or matplotlib), and how large the SVG is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from statistics import median
from time import perf_counter

import mi_theme as mi
from mi_theme.engraving import Drawing, notation
from mi_theme.views import draw, worksheet

TIMES = 5


def cases() -> Iterator[tuple[str, Callable[[], Drawing]]]:
    """Name and picture."""
    theme = mi.theme()
    rendition = mi.render(form="clayton-mullen", style="big-band", seed=1)
    long = mi.Score.from_notes([i / 4 for i in range(10_000)], 0.2, [60 + i % 12 for i in range(10_000)])
    plan = mi.plan(rendition, "4/4")
    meters = ("4/4", "7/8:2+2+3", "3/4", "6/4")
    yield "theme, notation", lambda: draw(theme)
    yield "5/4 above 4/4", lambda: draw(theme.to_meter("4/4"))
    yield "five metres", lambda: notation(*(theme.to_meter(meter) for meter in meters))
    yield "8 bars of big band, notation", lambda: draw(rendition, "notation", bars=(17, 24))
    yield "plan of a rendition", lambda: draw(plan)
    yield "10,000 notes, notation", lambda: draw(long, "notation")
    yield "10,000 notes, roll", lambda: draw(long)
    yield "8 bars of big band, roll", lambda: draw(rendition, bars=(17, 24))
    yield "bar map", lambda: draw(theme.to_meter("4/4"), "map")
    yield "necklace", lambda: draw("3+3+2+2")
    yield "weights", lambda: draw("5/4:3+3+2+2")
    yield "worksheet with answers", lambda: worksheet(theme, "4/4", teacher=True)


def main() -> None:
    """Print the table."""
    print(f"{'picture':30} {'first':>7} {'SVG':>7} {'PNG':>7}   ms (median of {TIMES}; first is the first of all)   KB")
    for name, make in cases():
        start = perf_counter()
        svg = make().to_svg()
        first = perf_counter() - start
        drawn = [timed(make, Drawing.to_svg) for _ in range(TIMES)]
        painted = [timed(make, Drawing.to_png) for _ in range(TIMES)]
        numbers = (1000 * value for value in (first, median(drawn), median(painted)))
        print(f"{name:30} " + " ".join(f"{value:7.0f}" for value in numbers) + f" {len(svg) / 1000:53.0f}")


def timed(make: Callable[[], Drawing], form: Callable[[Drawing], object]) -> float:
    """Seconds from nothing to SVG or PNG."""
    start = perf_counter()
    getattr(make(), form.__name__)()
    return perf_counter() - start


if __name__ == "__main__":
    main()
