"""Write the golden renditions anew: ``python tests/golden/renditions/regenerate.py``.

Each file holds the plan and every event of a short rendition as text, so that a
change of a rule shows as a readable difference.
"""

from __future__ import annotations

from pathlib import Path

from mi_theme.renditions import Arrangement, arrange
from mi_theme.score import Score

FOLDER = Path(__file__).parent
CASES = {
    "tv-bare": {"form": "tv", "style": "bare", "length": 16},
    "clayton-mullen-jazz-combo": {"form": "clayton-mullen", "style": "jazz-combo", "length": 16, "seed": 1},
    "limp-bizkit-heavy-rock": {"form": "limp-bizkit", "style": "heavy-rock", "length": 24, "seed": 2},
    "seven-eight-orchestra": {"form": "tv", "style": "orchestra", "meter": "7/8", "tonic": "Eb", "length": 16},
    "twelve-eight-latin-loop": {"form": "tv", "style": "latin", "meter": "12/8", "length": 8, "ending": "loop"},
}


def as_text(plan: Arrangement, score: Score) -> str:
    """The plan, then a line for each event: tick and bytes."""
    lines = [str(plan)]
    for track in score.tracks:
        lines += ["", f"[{track.name}]"]
        lines += [f"{event.tick:7} {event.message.hex(' ')}" for event in track]
    return "\n".join(lines) + "\n"


def rendered(name: str) -> str:
    """One case as text."""
    plan = arrange(**CASES[name])  # type: ignore[arg-type]
    return as_text(plan, plan.score())


if __name__ == "__main__":
    for name in CASES:
        (FOLDER / f"{name}.txt").write_text(rendered(name), "utf-8")
        print(f"{name}.txt")
