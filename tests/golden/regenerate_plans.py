"""Write the golden explanations anew: ``python tests/golden/regenerate_plans.py``, then read the difference."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import mi_theme as mi
from mi_theme.themes import Motif, Theme

WALTZ = Theme(
    "a waltz",
    (Motif("1:2 3:2 5:2 | 6:4 5:2 | 4:3 3:1 2:2 | 1:6", "ostinato"),),
    mi.Meter("3/4"),
    None,
    mi.Tonic("C"),
    "major",
)
TRESILLO = Theme(
    "a tresillo", (Motif("1:3 5:3 3:2", "ostinato"),), mi.Meter("4/4"), mi.Grouping("3+3+2"), mi.Tonic("C"), "major"
)
GOLDEN = Path(__file__).parent / "plans"
THEMES = {"theme": mi.theme(), "waltz": WALTZ, "tresillo": TRESILLO}

# name: (theme, target, strategy, ratio)
CASES: dict[str, tuple[str, str, str | None, Fraction]] = {
    "theme_4_4": ("theme", "4/4", None, Fraction(1)),
    "theme_4_4_cut": ("theme", "4/4", "cut", Fraction(1)),
    "theme_4_4_square": ("theme", "4/4", "square", Fraction(1)),
    "theme_4_4_float": ("theme", "4/4", "float", Fraction(1)),
    "theme_4_4_proportional": ("theme", "4/4", "proportional", Fraction(1)),
    "theme_4_4_half": ("theme", "4/4", None, Fraction(1, 2)),
    "theme_3_4": ("theme", "3/4", None, Fraction(1)),
    "theme_6_8": ("theme", "6/8", None, Fraction(1)),
    "theme_7_8": ("theme", "7/8:2+2+3", None, Fraction(1)),
    "theme_12_8": ("theme", "12/8", None, Fraction(1)),
    "theme_7_4": ("theme", "7/4", None, Fraction(1)),
    "waltz_4_4": ("waltz", "4/4", None, Fraction(1)),
    "waltz_9_8": ("waltz", "9/8", None, Fraction(1)),
    "tresillo_5_4": ("tresillo", "5/4", None, Fraction(1)),
}  # fmt: skip


def explanation(name: str) -> str:
    """What a golden file holds."""
    theme, target, how, ratio = CASES[name]
    return f"{THEMES[theme].to_meter(target, how, ratio=ratio)}\n"


if __name__ == "__main__":
    for case in CASES:
        (GOLDEN / f"{case}.txt").write_text(explanation(case), "utf-8")
