"""How long a conversion takes: 10,000 notes through the command line, and how it grows.

python tests/benchmarks/convert.py [largest number of notes, 1000000 without it]
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

import numpy as np

import mi_theme as mi


def song(notes: int) -> mi.Score:
    """Four parts in 4/4: a melody in eighths, chords, a bass, made by a seed."""
    rng = np.random.default_rng(notes)
    each = notes // 4
    onset = np.concatenate([np.arange(each) * step for step in (0.5, 0.5, 0.5, 1.0)])
    pitch = rng.integers(36, 84, len(onset))
    part = np.repeat(np.arange(4), each)
    return mi.Score.from_notes(onset, 0.5, pitch, part=part, names=["Melody", "Alto", "Tenor", "Bass"])


def seconds(score: mi.Score) -> tuple[float, float]:
    """Time to plan, and to apply."""
    start = perf_counter()
    plan = mi.plan(score, "5/4:3+3+2+2")
    middle = perf_counter()
    plan.apply(score)
    return middle - start, perf_counter() - middle


def command_line(score: mi.Score) -> float:
    """Time of the whole command, the start of Python included; the best of three."""
    with tempfile.TemporaryDirectory() as folder:
        source, out = Path(folder) / "song.mid", Path(folder) / "out.mid"
        score.save(source)
        times = []
        for _ in range(3):
            start = perf_counter()
            subprocess.run(
                [sys.executable, "-m", "mi_theme", "convert", str(source), "--to", "5/4:3+3+2+2", "-o", str(out)],
                check=True,
            )
            times.append(perf_counter() - start)
    return min(times)


def main() -> None:
    largest = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    print(f"command line, 10,000 notes: {command_line(song(10_000)):.2f} s")
    print(f"{'notes':>10}  {'plan':>8}  {'apply':>8}  {'us a note':>9}")
    size = 1_000
    while size <= largest:
        score = song(size)
        _ = score.spans
        plan, apply = seconds(score)
        print(f"{size:>10,}  {plan:>7.2f}s  {apply:>7.2f}s  {(plan + apply) / size * 1e6:>9.1f}")
        size *= 10


if __name__ == "__main__":
    main()
