"""Every rule of a pleasant rendition, one row a rendition: ``python tests/benchmarks/renditions.py [--all]``.

A dot is a rule kept, a number how many faults a check found. Without ``--all``:
each style in each form, and a sample over metres, keys, modes and seeds.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from time import perf_counter

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from arranging.cases import Case, every_style_and_form, sample
from arranging.checks import CHECKS, report


def row(case: Case) -> tuple[str, Counter[str], float, list[str]]:
    """The rendition's line, its faults by check and in words, and the seconds it took to make."""
    began = perf_counter()
    plan = case.arrange()
    score = plan.score()
    took = perf_counter() - began
    found = report(plan, score)
    marks = "  ".join(f"{len(faults) or '.':>{len(name)}}" for name, faults in found.items())
    words = [f"{name}: {fault}" for name, faults in found.items() for fault in faults]
    return f"{case!s:52} {marks}  {1000 * took:5.0f}", Counter({n: len(f) for n, f in found.items() if f}), took, words


def main(everything: bool) -> int:
    """Print the table; the exit code says whether all rules are kept."""
    cases = every_style_and_form(10 if everything else 1) + sample(8 if everything else 1)
    print(f"{'style form metre key mode seed':52} {'  '.join(CHECKS)}  ms")
    faults: Counter[str] = Counter()
    times = []
    for case in cases:
        line, found, took, words = row(case)
        print("\n      ".join([line, *words]))
        faults += found
        times.append(took)
    times.sort()
    print(f"\n{len(cases)} renditions, {len(CHECKS)} checks each; faults: {dict(faults) or 'none'}")
    print(f"made in {1000 * times[len(times) // 2]:.0f} ms (median), {1000 * times[-1]:.0f} ms (longest)")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main("--all" in sys.argv[1:]))
