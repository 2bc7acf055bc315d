"""Does E mean what it says? Hits found beside hits expected, by kind of music and by length; and what is found beside.

    python tests/benchmarks/chance.py [--searches 160] [--seed 5] [--left-out] [--power 12] [--folder 40] [--plot FILE]

Decoys of 2 to 30 notes are looked for, each in one piece of its kind: the kinds that the
line of chance was fitted on (`data/making/background.py`), other decoys; madrigals, and
random walks in three voices, which it was not. With ``--left-out`` the line is fitted
anew for each kind, without it and without its version in one part. Printed are
hits found over hits expected, with the 95 % interval of a Poisson count; chance hits come in bunches, so that
the truth scatters more. ``--power``: copies of so many themes a length in pieces of
each kind, as they are, re-metred, with a note changed or left out, and how many are found at E <= .01: a line can be
calibrated and blind. ``--folder``: so many decoys in all these pieces together.
``--plot`` draws expected against found.
"""

from __future__ import annotations

import argparse
import sys
import warnings
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "data" / "making"))

import background
from background import (
    KINDS,
    LENGTHS,
    Search,
    decoy,
    fitted,
    in_all,
    in_one_part,
    in_one_piece,
    made_up,
    of_kinds,
    passage,
)
from planted import is_copy, omitted, planted_in, remetred, substituted, transposed

import mi_theme as mi
from mi_theme.files.bulk.sheets import Sheet
from mi_theme.score.notes import NOTE
from mi_theme.search.corpus.batches import Batch
from mi_theme.search.corpus.folders import BATCH_FILES
from mi_theme.search.match.chance import Chance, ChanceLine
from mi_theme.search.match.chance import background as known
from mi_theme.search.music import SearchWarning
from mi_theme.search.patterns import Pattern

LEVELS = (0.001, 0.01, 0.1, 1.0)
CLASSES = ((2, 2), (3, 4), (5, 7), (8, 9), (10, 12), (13, 20), (21, 30))
CHANGES = {"as it is": transposed, "re-metred": remetred("4/4"), "one changed": substituted(1), "one omitted": omitted}
THEMES = {"4 to 7": range(4, 8), "8 to 10": range(8, 11), "12 to 20": range(12, 21)}
SCALE = (55, 57, 59, 60, 62, 64, 66, 67, 69, 71, 72, 74, 76, 78, 79)

Random = np.random.Generator


def main() -> None:
    """Search, count, print."""
    options = _options()
    background.LENGTHS = (2, *LENGTHS)
    KINDS["madrigals"] = (("monteverdi",), 3, 10_000)
    kinds = of_kinds() | {"random walks": [walk(np.random.default_rng(number)) for number in range(40)]}
    kinds["keyboard in one part"] = [in_one_part(sheet) for sheet in kinds["keyboard"]]
    searches = {
        kind: list(in_one_piece({kind: sheets}, options.searches, options.seed)) for kind, sheets in kinds.items()
    }
    everything = [search for found in searches.values() for search in found]
    print(f"{options.searches} decoys of each kind, of 2 to 30 notes; seed {options.seed}\n")
    header = "".join(f"{f'E <= {level}':>22}" for level in LEVELS)
    print(f"{'found over expected':24}{header}")
    for kind, found in searches.items():
        print(f"{kind:24}{row(line_for(kind, searches, options.left_out), found)}")
    line = known().aligned
    for least, most in CLASSES:
        chosen = [search for search in everything if least <= search.place.length <= most]
        print(f"{f'{least} to {most} notes':24}{row(line, chosen)}")
    print(f"{'all':24}{row(line, everything)}")
    if options.folder:
        print(f"{'all pieces together':24}{in_folder(kinds, options.folder)}")
    if options.power:
        power(kinds, options.power)
    if options.plot:
        plot(line, searches, options.plot)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--searches", type=int, default=160, help="decoys of each kind")
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--left-out", action="store_true", help="fit the line without the kind that is looked at")
    parser.add_argument("--power", type=int, default=0, help="themes of each length, in each kind")
    parser.add_argument("--folder", type=int, default=0, help="decoys in all pieces together")
    parser.add_argument("--plot", type=Path, help="a picture of expected against found")
    return parser.parse_args()


def walk(random: Random) -> Sheet:
    """Three voices that walk about in a scale, 500 notes each."""
    voices = []
    for voice in range(3):
        place, length = np.clip(np.cumsum(random.choice([-2, -1, -1, 0, 1, 1, 2], 500)) % 28, 0, 27), len(SCALE)
        lasts = random.choice([0.5, 0.5, 0.5, 1, 1, 1.5, 2], 500)
        notes = np.zeros(500, NOTE)
        degree = np.where(place < length, place, 2 * length - 2 - place)  # there and back, so that no step is a leap
        notes["pitch"] = np.array(SCALE)[degree] - 12 * voice
        notes["onset"], notes["duration"] = np.append(0.0, np.cumsum(lasts)[:-1]), lasts
        notes["part"], notes["step"], notes["velocity"] = voice, -1, 80
        voices.append(notes)
    table = np.concatenate(voices)
    return Sheet(table[np.lexsort((table["pitch"], table["onset"]))], source=f"walk {random.integers(10**6)}")


# Calibration


def line_for(kind: str, searches: dict[str, list[Search]], left_out: bool) -> ChanceLine:
    """The line that the library has, or one that was fitted without a kind and its version in one part."""
    if not left_out:
        return known().aligned
    family = kind.removesuffix(" in one part")
    return fitted([search for name, found in searches.items() if family not in name for search in found])


def evalues(line: ChanceLine, searches: Iterable[Search]) -> np.ndarray:
    """Of every hit."""
    return np.array(
        [Chance(line, search.place, search.notes).evalue(nats) for search in searches for nats in search.nats]
    )


def row(line: ChanceLine, searches: Sequence[Search]) -> str:
    """Found over expected at each level."""
    numbers = evalues(line, searches)
    return "".join(cell(int((numbers <= level).sum()), level * len(searches)) for level in LEVELS)


def cell(found: int, expected: float) -> str:
    """A ratio and its interval."""
    low, high = interval(found)
    return f"{f'{found / expected:.2f} ({low / expected:.2f} to {high / expected:.2f})':>22}"


def interval(found: int) -> tuple[float, float]:
    """The 95 % interval of a Poisson count (Garwood, 1936)."""
    from scipy.stats import chi2

    return float(chi2.ppf(0.025, 2 * found) / 2) if found else 0.0, float(chi2.ppf(0.975, 2 * found + 2) / 2)


def in_folder(kinds: dict[str, list[Sheet]], count: int) -> str:
    """The same for decoys in all pieces together, where only what is proposed is aligned."""
    sheets = [sheet for kind, found in kinds.items() for sheet in found if "in one part" not in kind]
    batches = [Batch.of(sheets[first : first + BATCH_FILES]) for first in range(0, len(sheets), BATCH_FILES)]
    notes, random = sum(len(sheet.table) for sheet in sheets), np.random.default_rng(7)
    numbers = np.array(
        [hit.evalue for number in range(count) for hit in in_all(made_up(random, sheets, number), batches, notes)]
    )
    return "".join(cell(int((numbers <= level).sum()), level * count) for level in LEVELS)


# Power


def power(kinds: dict[str, list[Sheet]], count: int) -> None:
    """Copies of made-up themes, each in one piece that is searched alone, found at E <= .01."""
    print(f"\n{'found at E <= .01':24}" + "".join(f"{f'{name} notes':>32}" for name in THEMES))
    print(f"{'':24}" + f"{'  '.join(CHANGES):>32}" * len(THEMES))
    for kind, sheets in kinds.items():
        random = np.random.default_rng(11)
        cells = []
        for lengths in THEMES.values():
            right = np.zeros(len(CHANGES))
            for _ in range(count):
                theme = decoy(random, passage(random, sheets, int(random.choice(lengths))), 0)
                for number, change in enumerate(CHANGES.values()):
                    right[number] += is_found(random, theme, change(random, theme), sheets)
            cells.append("  ".join(f"{share:.2f}" for share in right / count))
        print(f"{kind:24}" + "".join(f"{text:>32}" for text in cells))


def is_found(
    random: Random, theme: list[tuple[float, int]], copy: list[tuple[float, int]], sheets: list[Sheet]
) -> bool:
    """Whether a copy in one of the pieces is found there."""
    sheet = sheets[int(random.integers(len(sheets)))]
    table, place = planted_in(random, sheet, copy, False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SearchWarning)  # four notes are too few: that is what is counted
        hits = mi.find(Pattern.of(theme), table)
    return any(is_copy(hit, place._replace(source=""), {"": table}) for hit in hits if hit.evalue <= 0.01)


def plot(line: ChanceLine, searches: dict[str, list[Search]], place: Path) -> None:
    """Expected against found, a line for each kind, with the interval of all of them together."""
    from matplotlib.figure import Figure

    levels = np.logspace(-3, 0.3, 40)
    axes = (figure := Figure(figsize=(6, 6))).add_subplot()
    for kind, found in searches.items():
        numbers = np.sort(evalues(line, found))
        axes.plot(levels, np.searchsorted(numbers, levels, "right") / len(found), label=kind)
    whole = [search for found in searches.values() for search in found]
    counts = np.searchsorted(np.sort(evalues(line, whole)), levels, "right")
    low, high = np.array([interval(int(count)) for count in counts]).T / len(whole)
    axes.fill_between(levels, low, high, alpha=0.3, label="all, 95 %")
    axes.plot(levels, levels, "k--")
    axes.set(xscale="log", yscale="log", xlabel="hits expected a search", ylabel="hits found a search")
    axes.legend(fontsize="small")
    figure.savefig(place)


if __name__ == "__main__":
    main()
