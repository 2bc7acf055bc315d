"""Does E mean what it says? Hits found beside hits expected, by kind of music and by length; and what is found beside.

    python tests/benchmarks/chance.py [--searches 160] [--seed 5] [--left-out] [--metres 60] [--folder 40] [--power 12] [--plot FILE]

Decoys of 2 to 30 notes are looked for, each in one piece of its kind: of the kinds that the
line of chance was fitted on (`data/making/background.py`), other decoys; and of kinds that it was
not fitted on, as written and with all parts in one: madrigals, trecento songs, masses of Palestrina, Schumann and other composers of the
nineteenth and twentieth century, fiddle and folk tunes, and random walks in three voices. With ``--left-out`` the
counts of the background are without the kind that is looked at, and the line is fitted
anew without it and its version in one part. Printed are
hits found over hits expected, with the 95 % interval of a Poisson count; chance hits come in bunches, so that
the truth scatters more. ``--metres``: so many decoys that have a metre, so that bar maps are tried.
``--folder``: so many decoys in each of some folders. ``--power``: copies of so many themes a length in pieces of
each kind, as they are, re-metred, with a note changed or left out, and how many are found at E <= .01: a line can be
calibrated and blind; `planted.py` does it for folders. ``--plot`` draws expected against found.
"""

from __future__ import annotations

import argparse
import sys
import warnings
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "data" / "making"))

from background import (
    KINDS,
    Search,
    counted,
    decoy,
    fitted,
    in_all,
    in_one_part,
    in_one_piece,
    made_up,
    music_files,
    of_kinds,
    passage,
    read,
    use,
)
from planted import is_copy, omitted, planted_in, remetred, substituted, transposed

import mi_theme as mi
from mi_theme.files.bulk.sheets import Sheet
from mi_theme.score.notes import NOTE
from mi_theme.search.corpus.batches import Batch
from mi_theme.search.corpus.folders import BATCH_FILES
from mi_theme.search.hits import together
from mi_theme.search.match.chance import Background, Chance, ChanceLine
from mi_theme.search.match.chance import background as known
from mi_theme.search.match.piece_hits import hits_in, with_maps
from mi_theme.search.music import SearchWarning
from mi_theme.search.patterns import Pattern

LEVELS = (0.001, 0.01, 0.1, 1.0)
CLASSES = ((2, 2), (3, 4), (5, 7), (8, 9), (10, 12), (13, 20), (21, 30))
CHANGES = {"as it is": transposed, "re-metred": remetred("4/4"), "one changed": substituted(1), "one omitted": omitted}
THEMES = {"4 to 7": range(4, 8), "8 to 10": range(8, 11), "12 to 20": range(12, 21)}
SCALE = (55, 57, 59, 60, 62, 64, 66, 67, 69, 71, 72, 74, 76, 78, 79)

#: kinds that the line was not fitted on: folders of music21's corpus, one file in so many, endings, most pieces
HELD_OUT = {
    "madrigals": (("monteverdi",), 2, (".mxl",), 40),
    "trecento": (("trecento", "ciconia", "luca"), 3, (".xml", ".mxl"), 40),
    "Palestrina": (("palestrina",), 66, (".krn",), 40),
    "Schumann and later": (
        ("schumann_robert", "schoenberg", "webern", "verdi", "corelli", "liliuokalani", "johnson_j_r"),
        1,
        (".mxl", ".xml"),
        40,
    ),
    "folk tunes": (("oneills1850", "airdsAirs", "essenFolksong"), 6, (".abc",), 60),
}
WALKS = 40
METRES = ("5/4:3+3+2+2", "4/4", "3/4", "6/8")
FOLDERS = {  # of kinds that are searched together
    "voices told": ("chorales", "quartets", "tunes", "madrigals", "trecento", "Palestrina", "Schumann and later"),
    "keyboard and one part": (
        "keyboard",
        "keyboard in one part",
        "madrigals in one part",
        "Palestrina in one part",
        "Schumann and later in one part",
        "quartets in one part",
    ),
}

Random = np.random.Generator
Kinds = dict[str, list[Sheet]]
Searches = dict[str, list[Search]]


def main() -> None:
    """Search, count, print."""
    options = _options()
    everything = known()
    kinds = of_kinds() | held_out() | {"random walks": [walk(np.random.default_rng(number)) for number in range(WALKS)]}
    searches: Searches = {}
    for kind, sheets in kinds.items():
        if options.left_out:
            use(without(everything, kind))
        searches[kind] = list(in_one_piece({kind: sheets}, options.searches, options.seed))
    use(everything)
    print(f"{options.searches} decoys of each kind, of 2 to 30 notes; seed {options.seed}\n")
    print(f"{'found over expected':32}" + "".join(f"{f'E <= {level}':>22}" for level in LEVELS))
    for kind, found in searches.items():
        print(f"{kind:32}{row(line_for(kind, searches, options.left_out), found)}", flush=True)
    whole = [search for found in searches.values() for search in found]
    line = everything.aligned
    for least, most in CLASSES:
        chosen = [search for search in whole if least <= search.place.length <= most]
        print(f"{f'{least} to {most} notes':32}{row(line, chosen)}")
    print(f"{'all':32}{row(line, whole)}", flush=True)
    if options.metres:
        print(f"{'decoys with a metre':32}{with_metres(kinds, options.metres)}", flush=True)
    for name, folder in FOLDERS.items() if options.folder else ():
        pieces = [sheet for kind in folder for sheet in kinds[kind]]
        notes = sum(len(sheet.table) for sheet in pieces)
        print(f"{f'folder, {name}':32}{in_folder(pieces, options.folder)}   {notes} notes", flush=True)
    if options.power:
        power(kinds, options.power)
    if options.plot:
        plot(line, searches, options.plot)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--searches", type=int, default=160, help="decoys of each kind")
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--left-out", action="store_true", help="count and fit without the kind that is looked at")
    parser.add_argument("--metres", type=int, default=0, help="decoys with a metre")
    parser.add_argument("--power", type=int, default=0, help="themes of each length, in each kind")
    parser.add_argument("--folder", type=int, default=0, help="decoys in each folder")
    parser.add_argument("--plot", type=Path, help="a picture of expected against found")
    return parser.parse_args()


# Music


def held_out() -> Kinds:
    """Music of the kinds that the line was not fitted on, then with all parts in one."""
    from music21 import corpus

    paths, kinds = sorted(Path(path) for path in corpus.getCorePaths()), {}
    for kind, (folders, every, endings, most) in HELD_OUT.items():
        chosen = [path for path in paths if path.suffix in endings and set(folders) & set(path.parts)][::every]
        kinds[kind] = [sheet for sheet in read(chosen) if 100 < len(sheet.table) < 10_000][:most]
    several = {f"{kind} in one part": [in_one_part(sheet) for sheet in kinds[kind]] for kind in [*kinds][:-1]}
    return kinds | several


def without(everything: Background, kind: str) -> Background:
    """The background less what was counted of a kind."""
    family = kind.removesuffix(" in one part")
    folders = set((KINDS.get(family) or HELD_OUT.get(family) or ((),))[0])
    own = counted(read([path for path in music_files() if folders & set(path.parts)]), (everything.aligned,) * 2)
    steps, times = (
        {key: count - getattr(own, name).get(key, 0) for key, count in getattr(everything, name).items()}
        for name in ("steps", "times")
    )
    intervals, ratios = (
        (np.array(getattr(everything, name)) - np.array(getattr(own, name))).tolist()
        for name in ("intervals", "ratios")
    )
    return Background(everything.provenance, steps, times, intervals, ratios, everything.aligned, everything.proposed)


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


def line_for(kind: str, searches: Searches, left_out: bool) -> ChanceLine:
    """The line that the library has; of a kind that it was fitted on one that was fitted without it and its version in one part."""
    family = kind.removesuffix(" in one part")
    if not left_out or family not in KINDS:
        return known().aligned
    others = [name for name in searches if name.removesuffix(" in one part") in KINDS and family not in name]
    return fitted([search for name in others for search in searches[name]])


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


def in_folder(sheets: list[Sheet], count: int) -> str:
    """The same for decoys in some pieces together, where only what is proposed is aligned."""
    batches = [Batch.of(sheets[first : first + BATCH_FILES]) for first in range(0, len(sheets), BATCH_FILES)]
    notes, random = sum(len(sheet.table) for sheet in sheets), np.random.default_rng(7)
    numbers = np.array(
        [hit.evalue for number in range(count) for hit in in_all(made_up(random, sheets, number), batches, notes)]
    )
    return "".join(cell(int((numbers <= level).sum()), level * count) for level in LEVELS)


def with_metres(kinds: Kinds, count: int) -> str:
    """The same for decoys that have a metre, each in one piece that says its own: whatever map explains a hit counts."""
    random, numbers = np.random.default_rng(13), []
    pieces = [sheet for found in kinds.values() for sheet in found if sheet.meters and sheet.meters.stated]
    for number in range(count):
        sheet, pattern = pieces[random.integers(len(pieces))], made_up(random, pieces, number)
        pattern = Pattern(pattern.onset, pattern.pitch, meter=METRES[number % len(METRES)])
        hits = with_maps(hits_in(pattern, sheet), pattern, sheet, LEVELS[-1])
        numbers += [hit.evalue for hit in together(hits, sheet.table)]
    return "".join(cell(sum(value <= level for value in numbers), level * count) for level in LEVELS)


# Power


def power(kinds: Kinds, count: int) -> None:
    """Copies of made-up themes, each in one piece that is searched alone, found at E <= .01."""
    print(f"\n{'found at E <= .01':32}" + "".join(f"{f'{name} notes':>32}" for name in THEMES))
    print(f"{'':32}" + f"{'  '.join(CHANGES):>32}" * len(THEMES))
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
        print(f"{kind:32}" + "".join(f"{text:>32}" for text in cells))


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


def plot(line: ChanceLine, searches: Searches, place: Path) -> None:
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
