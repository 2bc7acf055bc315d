"""Every rule of a pleasant rendition, and what makes twelve styles twelve: ``python tests/benchmarks/renditions.py [--all]``.

First a row a rendition: a dot is a rule kept, a number how many faults a check
found. Without ``--all``: each style in each form, and a sample over metres, keys,
modes and seeds. Then a row a style: is its lead a tune, are its seeds arrangements;
and how alike the styles are. ``--music`` prints only that.
"""

from __future__ import annotations

import sys
from collections import Counter
from itertools import combinations
from pathlib import Path
from time import perf_counter

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from arranging.cases import Case, every_style_and_form, sample
from arranging.checks import CHECKS, report
from arranging.tunes import alike, chords_of, devices_of, kick_under_bass, lead_places, notes_of, tune_of

from mi_theme.renditions import arrange, styles

SEEDS = 12  # of each style
LIKENESS_SEEDS = 6  # of which each pair is compared


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


def music(form: str) -> None:
    """Print how much of a tune each lead is, how alike seeds and styles are."""
    print(f"\n{form}: {'style':20} steps leaps  back  seeds alike  kick under bass")
    places, chords, devices, lengths = [], set(), set(), set()
    for style in styles():
        plans = [arrange(form=form, style=style, seed=seed) for seed in range(SEEDS)]
        scores = [plan.score() for plan in plans]
        tunes = [tune_of(plan, score) for plan, score in zip(plans, scores, strict=True)]
        steps, leaps, back = (sum(column) / SEEDS for column in zip(*tunes, strict=True))
        sets = [notes_of(score) for score in scores[:LIKENESS_SEEDS]]
        seeds = [alike(one, other) for one, other in combinations(sets, 2)]
        kit = bool(plans[1].style.playing("kit"))
        kick = f"{kick_under_bass(plans[1], scores[1]):15.2f}" if kit else " " * 14 + "-"
        likeness = f"{sum(seeds) / len(seeds):5.2f} to {max(seeds):.2f}"
        print(f"{' ' * len(form)}  {style:20} {steps:5.2f} {leaps:5.2f} {back:5.2f}  {likeness} {kick}")
        places.append(lead_places(plans[1], scores[1]))
        chords.add(chords_of(plans[1]))
        devices.add(devices_of(plans[1]))
        lengths.add(plans[1].bars)
    pairs = [alike(one, other) for one, other in combinations(places, 2)]
    print(
        f"{len(places)} styles, seed 1: lead rhythms {sum(pairs) / len(pairs):.2f} alike (at most {max(pairs):.2f}), "
        f"{len(chords)} chord plans, {len(devices)} orders of devices, {len(lengths)} lengths"
    )


if __name__ == "__main__":
    code = 0 if "--music" in sys.argv[1:] else main("--all" in sys.argv[1:])
    for name in ("tv", "clayton-mullen"):
        music(name)
    sys.exit(code)
