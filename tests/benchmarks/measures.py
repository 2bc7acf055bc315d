"""How long it takes to measure 10,000 onsets: ``python tests/benchmarks/measures.py``."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from mi_theme.meter import Meter
from mi_theme.rhythm import MEASURES, measure

COUNT, TIMES = 10_000, 7


def best(call: Callable[[], object]) -> float:
    """Milliseconds of the fastest of several runs."""
    took = []
    for _ in range(TIMES):
        begun = time.perf_counter()
        call()
        took.append(time.perf_counter() - begun)
    return 1000 * min(took)


def main() -> None:
    """Print milliseconds for the whole table and for each measure."""
    random = np.random.default_rng(0)
    rhythms = {
        "eighths in 5/4": ("5/4:3+3+2+2", np.cumsum(random.choice([0.5, 1, 1.5], COUNT))),
        "sixteenths in 4/4": ("4/4", np.cumsum(random.choice([0.25, 0.5, 0.75, 1, 1.5], COUNT))),
        "even eighths in 4/4": ("4/4", np.arange(COUNT) / 2),
    }
    print(f"{COUNT} onsets, best of {TIMES}, ms" + "".join(f"{name:>22}" for name in rhythms))
    print(f"{'all':30}" + "".join(f"{best(lambda o=o, m=m: measure(o, m)):22.1f}" for m, o in rhythms.values()))
    for row in MEASURES:
        cells = (best(lambda o=o, m=m, row=row: row.take(o, Meter(m))) for m, o in rhythms.values())
        print(f"{row.name:30}" + "".join(f"{cell:22.1f}" for cell in cells))


if __name__ == "__main__":
    main()
